package measure_test

import (
	"fmt"
	"math"

	"loa/audio/measure"
)

func ExampleMeter() {
	m := measure.New(48000, 2)
	block := make([]float32, 2*1152)
	for n := range 250 { // six seconds of 1 kHz at -23 dBFS, as a decoder would give them
		for i := range 1152 {
			v := float32(math.Pow(10, -23.0/20) * math.Sin(2*math.Pi*1000*float64(n*1152+i)/48000))
			block[2*i], block[2*i+1] = v, v
		}
		m.Write(block)
	}
	r := m.Report()
	fmt.Println(r.Integrated, "LUFS,", r.TruePeak, "dBTP,", r.Duration())
	fmt.Println("identical channels:", r.Stereo.Identical)
	_, measured := measure.New(48000, 2).Report().Integrated.Get()
	fmt.Println("nothing is measurable:", measured)
	// Output:
	// -23.0 LUFS, -23.0 dBTP, 6s
	// identical channels: true
	// nothing is measurable: false
}
