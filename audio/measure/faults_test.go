package measure_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"loa/audio/audiotest"
	"loa/audio/measure"
)

func TestSilence(t *testing.T) {
	for _, rate := range []int{8000, 11025, 44100} {
		r := report(rate, 2, sine(rate, 2, 440, tone{1.5, quiet}, tone{3, -20}, tone{2.25, -70}, tone{2, -30}, tone{0.9, quiet}, tone{1, -20}, tone{0.7, -64}))
		s := r.Silence
		step := 0.01001
		if s.All || math.Abs(s.Head-1.5) > step || math.Abs(s.Tail-0.7) > step {
			t.Errorf("%d Hz: %+v", rate, s)
		}
		if len(s.Inside) != 1 || math.Abs(s.Inside[0].From-4.5) > step || math.Abs(s.Inside[0].To-6.75) > step ||
			s.InsideCount != 1 || math.Abs(s.InsideTotal-2.25) > 2*step || s.Inside[0].Seconds() != s.InsideTotal {
			t.Errorf("%d Hz: inside %+v", rate, s)
		}
	}
	// A channel is enough to be heard, and a DC offset is no sound.
	oneSided := make([]float32, 2*44100)
	for i := range 44100 / 2 {
		oneSided[2*i+1] = float32(0.1 * math.Sin(float64(i)/20))
	}
	if s := report(44100, 2, oneSided).Silence; s.All || math.Abs(s.Tail-0.5) > 0.011 {
		t.Errorf("one channel: %+v", s)
	}
	offset := slices.Repeat([]float32{0.05}, 44100)
	if r := report(44100, 1, offset); !r.Silence.All || math.Abs(r.PerChannel[0].DC-0.05) > 1e-6 {
		t.Errorf("offset: %+v, DC %v", r.Silence, r.PerChannel[0].DC)
	}
}

func TestLongestSilencesAreListed(t *testing.T) {
	m := measure.New(8000, 1)
	for i := range 150 {
		m.Write(sine(8000, 1, 440, tone{0.1, -20}, tone{1 + float64((i*37)%150)/50, quiet}))
	}
	s := m.Report().Silence
	shortest := math.Inf(1)
	for _, span := range s.Inside {
		shortest = min(shortest, span.Seconds())
	}
	// The last silence is the tail: of the other 149, the longest 100 stay.
	if len(s.Inside) != 100 || s.InsideCount != 149 || shortest < 1.96 || !slices.IsSortedFunc(s.Inside, func(a, b measure.Span) int {
		return int(math.Copysign(1, a.From-b.From))
	}) {
		t.Errorf("%d of %d silences, shortest %.2f s", len(s.Inside), s.InsideCount, shortest)
	}
}

func TestClipping(t *testing.T) {
	samples := sine(44100, 2, 440, tone{4, -6})
	flat := func(from, n int, v float32) {
		for i := range n {
			samples[2*(from+i)] = v
		}
	}
	flat(44100, 5, 1)
	flat(44100+200, 4, -1)
	flat(3*44100, 10, 32767.0/32768)
	flat(20000, 2, 1) // two are no flat top
	r := report(44100, 2, samples)
	c := r.Clipping
	if c.Samples != 21 || c.Runs != 3 || c.Longest != 10 || len(c.Where) != 2 {
		t.Fatalf("%+v", c)
	}
	if math.Abs(c.Where[0].From-1) > 1e-4 || math.Abs(c.Where[0].To-(1+204/44100.0)) > 1e-4 || math.Abs(c.Where[1].From-3) > 1e-4 {
		t.Errorf("where: %+v", c.Where)
	}
	if peak, _ := r.TruePeak.Get(); !r.TruePeakAtLeast || peak < 0 {
		t.Errorf("true peak %v, at least %v", peak, r.TruePeakAtLeast)
	}
	if r := report(44100, 2, sine(44100, 2, 440, tone{1, -0.1})); r.Clipping.Samples != 0 || r.TruePeakAtLeast {
		t.Errorf("just below full scale: %+v", r.Clipping)
	}
	// Floating-point sound may go over full scale without losing its shape.
	r = report(44100, 2, sine(44100, 2, 441, tone{1, 3}))
	near(t, "over full scale", r.TruePeak, 3, 0.05, 0.05)
	if r.TruePeakAtLeast || r.Clipping.Samples == 0 {
		t.Errorf("over full scale: at least %v, %d samples", r.TruePeakAtLeast, r.Clipping.Samples)
	}
}

func TestTruePeakKnowsWhere(t *testing.T) {
	for _, at := range []int{0, 7, 440, 44099} {
		samples := sine(44100, 1, 200, tone{1, -30})
		samples[at] = 0.9
		r := report(44100, 1, samples)
		if got := r.TruePeakAt * 44100; math.Abs(got-float64(at)) > 1 {
			t.Errorf("peak at %d found at %.2f", at, got)
		}
		near(t, "sample peak", r.SamplePeak, 20*math.Log10(0.9), 0.01, 0.01)
	}
}

// channels makes stereo from two functions of the sample number.
func channels(frames int, left, right func(i int) float64) []float32 {
	out := make([]float32, 0, 2*frames)
	for i := range frames {
		out = append(out, float32(left(i)), float32(right(i)))
	}
	return out
}

func TestChannelsCompared(t *testing.T) {
	var a, b noise = 3, 4
	last := 0.0
	first := func(int) float64 { last = 0.3 * a.next(); return last }
	cases := []struct {
		name                string
		right               func(int) float64
		correlation, loss   float64
		inverted, identical bool
	}{
		{"identical", func(int) float64 { return last }, 1, 0, false, true},
		{"inverted", func(int) float64 { return -last }, -1, 100, true, false},
		{"inverted with noise", func(int) float64 { return -last + 0.03*b.next() }, -0.995, 26, true, false},
		{"unrelated", func(int) float64 { return 0.3 * b.next() }, 0, 3, false, false},
		{"balance off", func(int) float64 { return last / 2 }, 1, 0.5, false, false},
	}
	for _, c := range cases {
		r := report(44100, 2, channels(44100, first, c.right))
		near(t, c.name+" correlation", r.Stereo.Correlation, c.correlation, 0.02, 0.02)
		near(t, c.name+" mono loss", r.Stereo.MonoLoss, c.loss, 0.7, 0.7)
		if r.Stereo.Inverted != c.inverted || r.Stereo.Identical != c.identical || r.PerChannel[0].Dead || r.PerChannel[1].Dead {
			t.Errorf("%s: %+v, %+v", c.name, r.Stereo, r.PerChannel)
		}
	}
	r := report(44100, 2, channels(44100, first, func(int) float64 { return 0.001 * b.next() }))
	if r.PerChannel[0].Dead || !r.PerChannel[1].Dead {
		t.Errorf("right channel 50 dB down: %+v", r.PerChannel)
	}
	absent(t, "correlation with a dead channel", r.Stereo.Correlation)
	near(t, "dead channel's RMS", r.PerChannel[1].RMS, 20*math.Log10(0.001/math.Sqrt(3)), 0.1, 0.1)
	if r := report(44100, 2, make([]float32, 88200)); r.PerChannel[0].Dead || r.PerChannel[1].Dead {
		t.Error("in silence no channel is dead")
	}
	surround := make([]float32, 6*44100)
	for i := range surround {
		if i%6 != 3 && i%6 != 5 {
			surround[i] = float32(0.2 * a.next())
		}
	}
	for c, ch := range report(44100, 6, surround).PerChannel {
		if ch.Dead != (c == 5) {
			t.Errorf("surround channel %d: dead %v", c, ch.Dead)
		}
	}
}

// TestBandwidth filters real speech and music as a telephone, an old recorder or
// an encoder would, and brings it to 44.1 kHz again.
func TestBandwidth(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "espeak-ng", "sox", "lame")
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	speech(t, file("speech.wav"))
	run(t, "sox", "-n", "-r", "44100", "-c", "2", file("wide.wav"), "synth", "20", "pinknoise", "tremolo", "0.5", "90", "gain", "-6")
	for _, c := range []struct {
		source, filter string
		low, high      float64
	}{
		{"speech.wav", "sinc -3400 rate 44100", 3000, 3700},
		{"speech.wav", "rate 8000 rate 44100", 3400, 4100},
		{"speech.wav", "rate 44100", 7000, 11100}, // espeak-ng itself makes 22.05 kHz
		{"wide.wav", "sinc -5000", 4700, 5400},
		{"wide.wav", "sinc -10000", 9500, 10600},
		{"wide.wav", "sinc -16000", 15500, 16600},
		{"wide.wav", "", 20000, 22050},
	} {
		args := append([]string{"-D", file(c.source), file("out.wav")}, splitWords(c.filter)...)
		run(t, "sox", args...)
		r := report(44100, channelsOf(c.source), samples(t, file("out.wav")))
		near(t, c.source+" "+c.filter, r.Bandwidth, (c.low+c.high)/2, (c.high-c.low)/2, (c.high-c.low)/2)
	}
	// A telephone recording with hiss added later: the hiss is no programme.
	run(t, "sox", "-D", file("speech.wav"), file("phone.wav"), "sinc", "-3400", "rate", "44100", "pad", "1", "2")
	phone := samples(t, file("phone.wav"))
	var hiss noise = 5
	for i := range phone {
		phone[i] += float32(0.002 * hiss.next())
	}
	near(t, "telephone with hiss", report(44100, 1, phone).Bandwidth, 3400, 500, 400)
	for _, rate := range []int{8000, 16000, 96000} {
		run(t, "sox", "-D", file("wide.wav"), file("out.wav"), "rate", strconv.Itoa(rate))
		r := report(rate, 2, samples(t, file("out.wav")))
		if hz, ok := r.Bandwidth.Get(); !ok || hz > float64(rate)/2 || hz < min(float64(rate)/2*0.9, 20000) {
			t.Errorf("at %d Hz: %v", rate, hz)
		}
	}
	run(t, "lame", "--quiet", "-b", "128", file("wide.wav"), file("wide.mp3"))
	near(t, "128 kbit/s", report(44100, 2, samples(t, file("wide.mp3"))).Bandwidth, 16500, 1000, 1000)
}

func splitWords(s string) (words []string) {
	for from, i := 0, 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ' ' {
			if i > from {
				words = append(words, s[from:i])
			}
			from = i + 1
		}
	}
	return words
}

func channelsOf(source string) int {
	if source == "speech.wav" {
		return 1
	}
	return 2
}

func TestHum(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "espeak-ng", "sox")
	dir := t.TempDir()
	file := filepath.Join(dir, "speech.wav")
	speech(t, file)
	voice := samples(t, file)
	const rate = 22050
	clean := report(rate, 1, voice)
	near(t, "speech without hum", clean.Hum.Level, -120, 0, 0)
	absent(t, "speech without hum, against the programme", clean.Hum.BelowProgramme)
	for _, level := range []float64{-30, -45, -55} {
		for _, mains := range []float64{49.9, 50, 50.15} {
			hummed := slices.Clone(voice)
			amplitude := math.Sqrt2 * math.Pow(10, level/20)
			for i := range hummed {
				hummed[i] += float32(amplitude * math.Sin(2*math.Pi*mains*float64(i)/rate))
			}
			what := fmt.Sprintf("hum of %v dBFS at %v Hz", level, mains)
			r := report(rate, 1, hummed)
			near(t, what, r.Hum.Level, level, 2, 2)
			near(t, what+", first harmonic", r.Hum.Harmonics[0], level, 2, 2)
			rms, _ := r.PerChannel[0].RMS.Get()
			near(t, what+" below the programme", r.Hum.BelowProgramme, rms-level, 5, 5)
		}
	}
	// Both channels, with harmonics.
	x := channels(15*44100, func(i int) float64 {
		at := 2 * math.Pi * 50 * float64(i) / 44100
		return 0.02*math.Sin(at) + 0.01*math.Sin(2*at) + 0.005*math.Sin(7*at) + 0.2*math.Sin(float64(i)/9)
	}, func(i int) float64 { return 0.02 * math.Sin(2*math.Pi*50*float64(i)/44100) })
	r := report(44100, 2, x)
	for i, want := range []float64{-36.99, -46.02, math.NaN(), math.NaN(), math.NaN(), math.NaN(), -52.04} {
		if math.IsNaN(want) {
			absent(t, fmt.Sprintf("harmonic %d", i+1), r.Hum.Harmonics[i])
			continue
		}
		near(t, fmt.Sprintf("harmonic %d", i+1), r.Hum.Harmonics[i], want, 1, 1)
	}
	// A tune may pass 49 and 98 Hz (G1, G2) without being hum.
	tune := filepath.Join(dir, "tune.wav")
	run(t, "sox", "-n", "-r", "44100", "-c", "1", tune, "synth", "2", "pluck", "G2", "synth", "2", "pluck", "mix", "G1", "repeat", "10", "norm", "-6")
	near(t, "a low tune", report(44100, 1, samples(t, tune)).Hum.Level, -120, 0, 0)
	absent(t, "four seconds", report(44100, 1, sine(44100, 1, 50, tone{4, -30})).Hum.Level)
}

func TestWaveform(t *testing.T) {
	for _, seconds := range []float64{0.001, 0.5, 3, 47, 200} {
		samples := sine(8000, 2, 300, tone{seconds * 0.75, -20}, tone{seconds * 0.25, -6})
		samples[len(samples)/2/2*2] = -0.9 // one sample in the middle
		w := report(8000, 2, samples).Waveform
		if n := float64(len(w.Min)) * w.Seconds; n < seconds || n > seconds+w.Seconds || len(w.Min) > 2048 || len(w.Max) != len(w.Min) {
			t.Errorf("%v s: %d buckets of %v s", seconds, len(w.Min), w.Seconds)
		}
		for _, n := range []int{1, 2, 7, 300, 5000} {
			small := w.Resample(n)
			if len(small.Min) != n || len(small.Max) != n || slices.Min(small.Min) != -29490 || slices.Max(small.Max) != slices.Max(w.Max) {
				t.Errorf("%v s in %d columns: %d, lowest %d", seconds, n, len(small.Min), slices.Min(small.Min))
			}
		}
	}
	if w := (measure.Waveform{}).Resample(10); len(w.Min) != 0 || w.Min == nil {
		t.Errorf("an empty waveform has %d columns", len(w.Min))
	}
	loud := report(8000, 1, []float32{2, -3}).Waveform
	if loud.Min[0] != -32767 || loud.Max[0] != 32767 {
		t.Errorf("over full scale: %+v", loud)
	}
}
