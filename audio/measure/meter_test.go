package measure_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"

	"loa/audio/measure"

	"pgregory.net/rapid"
)

// TestBlocksDoNotMatter cuts the same sound at random places, also within
// frames, reads reports in between, and wants the very same result.
func TestBlocksDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]int{8000, 11025, 22050, 44100, 48000, 96000}).Draw(t, "rate")
		channels := rapid.IntRange(1, 6).Draw(t, "channels")
		var n noise = noise(rapid.Uint64().Draw(t, "seed"))
		frames := rapid.IntRange(0, rate).Draw(t, "frames")
		gain := rapid.SampledFrom([]float64{0.0001, 0.1, 1.5}).Draw(t, "gain")
		all := make([]float32, 0, frames*channels)
		for i := range frames * channels {
			swell := math.Max(0, math.Sin(float64(i)/float64(rate)*9))
			all = append(all, float32(min(max(gain*swell*n.next(), -1), 1)))
		}
		m := measure.New(rate, channels)
		for rest := all; len(rest) > 0; {
			k := min(rapid.IntRange(1, 5000).Draw(t, "block"), len(rest))
			m.Write(rest[:k])
			rest = rest[k:]
			if k%7 == 0 {
				m.Report()
			}
		}
		if got, want := m.Report(), report(rate, channels, all); !reflect.DeepEqual(got, want) {
			t.Fatalf("in blocks:\n%+v\nat once:\n%+v", got, want)
		}
	})
}

// TestSameAtEveryRate: the loudness of a tone must not depend on the rate.
func TestSameAtEveryRate(t *testing.T) {
	for _, rate := range []int{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000} {
		for _, hz := range []float64{60, 100, 440, 997, 2000, 3000} {
			at48 := report(48000, 2, sine(48000, 2, hz, tone{2, -23}))
			r := report(rate, 2, sine(rate, 2, hz, tone{2, -23}))
			want, _ := at48.Integrated.Get()
			near(t, fmt.Sprintf("%d Hz tone at %d Hz", int(hz), rate), r.Integrated, want, 0.1, 0.1)
		}
	}
	near(t, "mono is 3 dB under stereo", report(44100, 1, sine(44100, 1, 1000, tone{5, -20})).Integrated, -23.01, 0.05, 0.05)
}

func TestNothingToMeasure(t *testing.T) {
	for name, samples := range map[string][]float32{"empty": nil, "a second of silence": make([]float32, 88200), "half a frame": {0.5}} {
		r := report(44100, 2, samples)
		for what, v := range map[string]measure.Value{
			"integrated": r.Integrated, "range": r.LoudnessRange, "momentary": r.MaxMomentary, "short-term": r.MaxShortTerm,
			"true peak": r.TruePeak, "sample peak": r.SamplePeak, "bandwidth": r.Bandwidth, "hum": r.Hum.Level, "correlation": r.Stereo.Correlation,
		} {
			absent(t, name+": "+what, v)
		}
		if !r.Silence.All || r.Silence.Head != float64(len(samples)/2)/44100 {
			t.Errorf("%s: silence %+v", name, r.Silence)
		}
	}
	r := report(44100, 2, sine(44100, 2, 1000, tone{0.39, -20}))
	absent(t, "0.39 s", r.Integrated)
	near(t, "0.39 s peak", r.SamplePeak, -20, 0.01, 0.01)
	r = report(44100, 2, sine(44100, 2, 1000, tone{2, -20}))
	near(t, "2 s", r.Integrated, -20, 0.1, 0.1)
	absent(t, "2 s range", r.LoudnessRange)
	near(t, "2 s under the gate has a momentary value", report(44100, 2, sine(44100, 2, 1000, tone{2, -80})).MaxMomentary, -80, 0.1, 0.1)
	absent(t, "2 s under the gate", report(44100, 2, sine(44100, 2, 1000, tone{2, -80})).Integrated)
	for _, m := range []*measure.Meter{measure.New(0, 2), measure.New(44100, 0), measure.New(-1, -1), measure.New(1<<30, 1), measure.New(7999, 1)} {
		m.Write([]float32{1, 2, 3})
		absent(t, "impossible format", m.Report().SamplePeak)
	}
}

func TestBrokenSamplesAreCountedAndReadAsZero(t *testing.T) {
	samples := sine(44100, 2, 1000, tone{2, -20})
	clean := append([]float32{}, samples...)
	for i, v := range map[int]float32{100: float32(math.NaN()), 44101: float32(math.Inf(1)), 176399: float32(math.Inf(-1))} {
		samples[i], clean[i] = v, 0
	}
	got, want := report(44100, 2, samples), report(44100, 2, clean)
	if got.NonFinite != 3 {
		t.Errorf("counted %d", got.NonFinite)
	}
	got.NonFinite = 0
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestMemoryIsBounded: once the lists are full and every level was heard,
// writing allocates nothing, whatever comes.
func TestMemoryIsBounded(t *testing.T) {
	var n noise = 7
	m := measure.New(8000, 2)
	burst := make([]float32, 2*8000*3)
	next := func() {
		loud := math.Pow(10, -float64(uint64(n)%100)/20)
		for i := range burst[:16000] {
			burst[i] = float32(min(max(2*loud*n.next(), -1), 1))
		}
		m.Write(burst) // a second of sound, two of silence
	}
	for range 400 {
		next()
	}
	if allocations := testing.AllocsPerRun(200, next); allocations != 0 {
		t.Errorf("%v allocations for three seconds", allocations)
	}
	r := m.Report()
	if len(r.Silence.Inside) != 100 || r.Silence.InsideCount < 300 || len(r.Clipping.Where) > 100 || len(r.Waveform.Min) > 2048 {
		t.Errorf("lists: %d silences of %d, %d clipped stretches, %d buckets",
			len(r.Silence.Inside), r.Silence.InsideCount, len(r.Clipping.Where), len(r.Waveform.Min))
	}
}

func TestReportAsJSON(t *testing.T) {
	r := report(44100, 2, sine(44100, 2, 1000, tone{12, -6}, tone{2, quiet}, tone{1, 0}))
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back measure.Report
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r, back) {
		t.Errorf("read back %+v\nwritten %+v", back, r)
	}
	var v measure.Value
	if err := json.Unmarshal([]byte(`"loud"`), &v); err == nil {
		t.Error("a string was read as a value")
	}
	if data, _ := json.Marshal(measure.Report{}.Integrated); string(data) != "null" {
		t.Errorf("not measurable is %s", data)
	}
	if got := r.Duration().Seconds(); got != 15 {
		t.Errorf("duration %v", got)
	}
}

// FuzzMeter feeds any bits as samples, in two blocks.
func FuzzMeter(f *testing.F) {
	f.Add(uint16(441), uint8(2), []byte{0, 0, 128, 63, 0, 0, 192, 127})
	f.Add(uint16(80), uint8(1), []byte{255, 255, 127, 127, 0, 0, 128, 255, 1})
	f.Fuzz(func(t *testing.T, rate uint16, channels uint8, data []byte) {
		samples := make([]float32, len(data)/4)
		for i := range samples {
			samples[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		m := measure.New(int(rate)*100, int(channels)%9)
		for range 100 {
			m.Write(samples[:len(samples)/3])
			m.Write(samples[len(samples)/3:])
		}
		r := m.Report()
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		if truePeak, ok := r.TruePeak.Get(); ok {
			if sample, _ := r.SamplePeak.Get(); truePeak < sample {
				t.Fatalf("true peak %v under sample peak %v", truePeak, sample)
			}
		}
		if i := len(r.Waveform.Min); i > 2048 || i != len(r.Waveform.Max) {
			t.Fatalf("%d buckets", i)
		}
	})
}
