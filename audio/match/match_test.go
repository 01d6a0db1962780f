package match

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"loa/audio/audiotest"
)

const rate = 16000

func printOf(samples []float32) Print {
	m := New(rate, 1)
	m.Write(samples)
	return m.Print()
}

func talk(seconds float64, seed uint64) []float32 { return audiotest.Talk(seconds, rate, seed) }

// part is a stretch of samples, in seconds.
func part(x []float32, from, to float64) []float32 { return x[int(from*rate):int(to*rate)] }

func candidate(name string, samples []float32, expected bool) Candidate {
	return Candidate{Name: name, Programme: Prepare(printOf(samples)), Expected: expected}
}

// TestEachReason: what a clip says, and why, for each kind of clip.
func TestEachReason(t *testing.T) {
	tune := talk(20, 99)
	a := slices.Concat(tune, talk(100, 1))
	b := slices.Concat(tune, talk(100, 2))
	noise := func(seconds float64, loud float32) []float32 {
		r := rand.New(rand.NewPCG(3, 3))
		out := make([]float32, int(seconds*rate))
		for i := range out {
			out[i] = loud * float32(r.NormFloat64())
		}
		return out
	}
	both := []Candidate{candidate("a", a, true), candidate("b", b, false)}
	for _, c := range []struct {
		name string
		clip []float32
		of   []Candidate
		want Verdict
		at   float64
		also []string
	}{
		{"of the programme", part(a, 60, 75), both, Verdict{Word: Verified, Reason: Found, Name: "a"}, 60, nil},
		{"its first seconds, begun before it", slices.Concat(noise(4, 0.001), part(a, 0, 30)), both, Verdict{Word: NotProven, Reason: Ends, Name: "a"}, -4,
			[]string{"b"}},
		{"its last seconds", slices.Concat(part(a, 108, 120), noise(5, 0.001)), both, Verdict{Word: NotProven, Reason: Ends, Name: "a"}, 108, nil},
		{"a minute and more", part(a, 25, 115), both, Verdict{Word: Verified, Reason: Found, Name: "a"}, 25, nil},
		{"2 s", part(a, 60, 62), both, Verdict{Word: NotProven, Reason: TooShort}, 0, nil},
		{"no sound at all", make([]float32, 15*rate), both, Verdict{Word: NotProven, Reason: TooQuiet}, 0, nil},
		{"hardly any sound", noise(15, 0.00005), both, Verdict{Word: NotProven, Reason: TooQuiet}, 0, nil},
		{"rain", noise(15, 0.1), both, Verdict{Word: NotProven, Reason: Nowhere}, 0, nil},
		{"the signature tune and another's words, with nothing to compare", part(b, 2, 32), both[:1], Verdict{Word: NotProven, Reason: Ends, Name: "a"}, 2,
			nil},
		{"another's signature tune", part(b, 2, 17), []Candidate{candidate("c", talk(120, 5), true), both[1]},
			Verdict{Word: NotProven, Reason: Ends, Name: "b"}, 2, nil},
		{"two at once", with(part(a, 60, 75), part(b, 50, 65), 0), both, Verdict{Word: NotProven, Reason: Shared, Name: "a"}, 60, []string{"b"}},
		{"other talk", talk(15, 7), both, Verdict{Word: NotProven, Reason: Nowhere}, 0, nil},
		{"the signature tune", part(a, 2, 17), both, Verdict{Word: NotProven, Reason: Shared, Name: "a"}, 2, []string{"b"}},
		{"the other programme", part(b, 60, 75), both, Verdict{Word: Contradicted, Reason: OtherProgramme, Name: "b"}, 60, nil},
		{"with nothing to find", part(a, 60, 75), both[1:], Verdict{Word: NotProven, Reason: NothingToFind}, 0, nil},
		{"5 s of it, and talk", slices.Concat(talk(5, 8), part(a, 70, 80), talk(5, 9)), both, Verdict{Word: Verified, Reason: Found, Name: "a"}, 65, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Judge(printOf(c.clip), time.Time{}, time.Minute, c.of)
			if v.Word != c.want.Word || v.Reason != c.want.Reason || v.Name != c.want.Name || !slices.Equal(v.Also, c.also) {
				t.Fatalf("%s, %s, %q, also %q: want %s, %s, %q, also %q (score %.1f, chance %g)", v.Word, v.Reason, v.Name, v.Also, c.want.Word,
					c.want.Reason, c.want.Name, c.also,
					v.Fit.Score, v.Fit.Chance)
			}
			if math.Abs(v.Fit.Start-c.at) > 0.1 {
				t.Errorf("it begins at %.2f s, want %.2f", v.Fit.Start, c.at)
			}
		})
	}
}

// TestAnHourIsHeardByItsFirstMinute: who records the whole airing is answered as soon as who records twenty seconds.
func TestAnHourIsHeardByItsFirstMinute(t *testing.T) {
	minute, programme := printOf(talk(60, 4)), talk(200, 1)
	heard := printOf(part(programme, 60, 120))
	var hour, other Print
	for range 60 {
		hour.frames, hour.levels = append(hour.frames, heard.frames...), append(hour.levels, heard.levels...)
		other.frames, other.levels = append(other.frames, minute.frames...), append(other.levels, minute.levels...)
	}
	of := []Candidate{candidate("a", programme, true)}
	v := Judge(hour, time.Time{}, 0, of)
	if v.Word != Verified || math.Abs(v.Fit.Start-60) > 0.1 || v.Fit.Pieces[len(v.Fit.Pieces)-1].To > 61 {
		t.Errorf("%s because %s, from %.1f s, pieces until %v", v.Word, v.Reason, v.Fit.Start, v.Fit.Pieces[len(v.Fit.Pieces)-1])
	}
	if v := Judge(other, time.Time{}, 0, of); v.Word != NotProven || v.Reason != Nowhere {
		t.Errorf("an hour of something else: %s because %s", v.Word, v.Reason)
	}
}

// TestTheTimeMustFit: a clip of the right programme at another time than was
// reported speaks against the report; without a time nothing does.
func TestTheTimeMustFit(t *testing.T) {
	began := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	samples := talk(120, 1)
	c := candidate("a", samples, true)
	clip := printOf(part(samples, 60, 75))
	for _, x := range []struct {
		recorded, began time.Time
		want            Reason
		late            time.Duration
		timed           bool
	}{
		{began.Add(time.Minute), began, Found, 0, true},
		{began.Add(5 * time.Minute), began, Found, 4 * time.Minute, true},
		{began.Add(-3 * time.Minute), began, Found, -4 * time.Minute, true},
		{began.Add(7 * time.Minute), began, OtherTime, 6 * time.Minute, true},
		{began.Add(365 * 24 * time.Hour), began, OtherTime, 365*24*time.Hour - time.Minute, true},
		{time.Time{}, began, Found, 0, false},
		{began, time.Time{}, Found, 0, false},
	} {
		c.Began = x.began
		v := Judge(clip, x.recorded, 5*time.Minute, []Candidate{c})
		if v.Reason != x.want || v.Timed != x.timed || (v.Late-x.late).Abs() > 100*time.Millisecond {
			t.Errorf("recorded %v: %s, %v late, timed %v; want %s, %v, %v", x.recorded, v.Reason, v.Late, v.Timed, x.want, x.late, x.timed)
		}
	}
}

// TestWhatIsSaidTwiceIsHeardAtItsTime: a notice that a programme reads twice
// is found where the clock says, and only where neither place fits at another time.
func TestWhatIsSaidTwiceIsHeardAtItsTime(t *testing.T) {
	began := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	notice := talk(40, 1)
	samples := slices.Concat(talk(40, 2), notice, talk(400, 3), notice, talk(60, 4))
	c := candidate("a", samples, true)
	c.Began = began
	clip := printOf(part(notice, 10, 30))
	for _, x := range []struct {
		after time.Duration
		want  Reason
		start float64
	}{{50 * time.Second, Found, 50}, {490 * time.Second, Found, 490}, {250 * time.Second, OtherTime, 50}} {
		v := Judge(clip, began.Add(x.after), time.Minute, []Candidate{c})
		if v.Reason != x.want || x.want == Found && (math.Abs(v.Fit.Start-x.start) > 0.1 || v.Late.Abs() > time.Second) {
			t.Errorf("after %v: %s at %.1f s, %v late; want %s at %.1f s", x.after, v.Reason, v.Fit.Start, v.Late, x.want, x.start)
		}
	}
}

// TestAnothersProgrammeSpeaksAgainstAReportOnlyWithinIt: what is heard before
// and after it says nothing.
func TestAnothersProgrammeSpeaksAgainstAReportOnlyWithinIt(t *testing.T) {
	began := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	mine, other := candidate("a", talk(300, 1), true), talk(300, 2)
	mine.Began = began
	of := []Candidate{mine, candidate("b", other, false)}
	clip := printOf(part(other, 100, 120))
	for _, x := range []struct {
		after time.Duration
		want  Reason
	}{{-time.Hour, Outside}, {-10 * time.Second, Outside}, {30 * time.Second, Outside}, {2 * time.Minute, OtherProgramme},
		{239 * time.Second, Outside}, {time.Hour, Outside}} {
		if v := Judge(clip, began.Add(x.after), 10*time.Minute, of); v.Reason != x.want || v.Name != "b" {
			t.Errorf("after %v: %s of %q, want %s", x.after, v.Reason, v.Name, x.want)
		}
	}
}

// TestTwoCopiesAreToldApartByNothing: a clip that fits two candidates alike
// proves neither.
func TestTwoCopiesAreToldApartByNothing(t *testing.T) {
	samples := talk(120, 1)
	clip := printOf(part(samples, 60, 75))
	one, other := candidate("a", samples, true), candidate("b", samples[10*rate:], false)
	if v := Judge(clip, time.Time{}, 0, []Candidate{one, other}); v.Word != NotProven || v.Reason != Shared || !slices.Equal(v.Also, []string{"b"}) {
		t.Errorf("%s, %s, also %q", v.Word, v.Reason, v.Also)
	}
}

// TestAnotherSpeedIsFollowed: tapes and cheap clocks run faster and slower.
func TestAnotherSpeedIsFollowed(t *testing.T) {
	samples := talk(120, 1)
	g := Prepare(printOf(samples))
	for _, speed := range []float64{0.97, 0.99, 1.01, 1.03} {
		f := g.Find(printOf(stretch(part(samples, 60, 78), speed)[:15*rate]))
		if f.Chance > Certain || math.Abs(f.Start-60) > 0.2 || math.Abs(f.Drift-(speed-1)) > 0.006 {
			t.Errorf("at %.2f: chance %g, start %.2f, drift %.3f", speed, f.Chance, f.Start, f.Drift)
		}
	}
}

// TestSilenceWeighsNothing: a programme's stretch of next to nothing fits no clip.
func TestSilenceWeighsNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	hum := make([]float32, 60*rate)
	for i := range hum {
		hum[i] = float32(0.0001 * r.NormFloat64())
	}
	g := Prepare(printOf(slices.Concat(talk(60, 1), hum, talk(60, 2))))
	within := 0
	for seed := range uint64(60) {
		if f := g.Find(printOf(talk(15, 100+seed))); f.Chance < 0.001 {
			t.Errorf("clip %d fits at %.1f s by a chance of %g", seed, f.Start, f.Chance)
		} else if f.Start > 62 && f.Start < 103 {
			within++
		}
	}
	if within > 3 { // 41 of 180 s
		t.Errorf("%d of 60 clips fit best in the stretch without sound", within)
	}
}

// TestAPlaceFarInIsFound: programmes are looked at a quarter of an hour at a time,
// and a clip over a border is found like any other.
func TestAPlaceFarInIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	long := Print{frames: make([]frame, 2*chunk+500), levels: make([]int8, 2*chunk+500)}
	for i := range long.frames {
		for k := range long.frames[i] {
			long.frames[i][k] = int8(r.IntN(161) - 80)
		}
	}
	g := Prepare(long)
	for _, at := range []int{0, 100, chunk - 700, chunk - 469, chunk - 235, chunk - 234, chunk - 1, chunk, 2*chunk - 300, 2*chunk + 31} {
		clip := Print{frames: long.frames[at : at+469], levels: long.levels[at : at+469]}
		if f := g.Find(clip); math.Abs(f.Start-float64(at)*hop) > hop || f.Chance > Certain {
			t.Errorf("the clip of frame %d is found at %.2f s of %.2f, chance %g", at, f.Start, float64(at)*hop, f.Chance)
		}
	}
}

func TestSmallThingsFitNowhere(t *testing.T) {
	whole := printOf(talk(30, 1))
	for name, f := range map[string]Fit{
		"an empty clip": Prepare(whole).Find(Print{}), "an empty programme": Prepare(Print{}).Find(whole),
		"a short programme": Prepare(printOf(talk(2, 1))).Find(whole),
		"a short clip":      Prepare(whole).Find(printOf(talk(2, 1))),
	} {
		if f.Chance != 1 || f.Score != 0 || len(f.Pieces) > 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := Prepare(printOf(make([]float32, 60*rate))).Find(whole); f.Score != 0 || f.Chance < 1 {
		t.Errorf("a programme of silence: %+v", f)
	}
	if (Print{}).Level() != -120 || New(4000, 1).Print().Seconds() != 0 {
		t.Error("what is no sound has a level or a length")
	}
}

// TestAFrameIsByWhatIsAboutIt: each value is the band's distance from its mean in
// the second about it, worked out here plainly.
func TestAFrameIsByWhatIsAboutIt(t *testing.T) {
	m := &Maker{}
	r := rand.New(rand.NewPCG(8, 8))
	const n = 120
	powers := make([][]float64, n)
	for i := range powers {
		powers[i] = make([]float64, bandCount)
		for k := range powers[i] {
			powers[i][k] = math.Pow(10, -3-2*r.Float64())
		}
		m.take([][]float64{powers[i]})
	}
	for at := n - around; at < n; at++ {
		m.keep(at)
	}
	for _, at := range []int{around, 50, n - 1 - around} {
		var f frame64
		mean := 0.0
		for k := range f {
			var sum, square float64
			for i := at - around; i <= at+around; i++ {
				db := 10 * math.Log10(powers[i][k])
				sum, square = sum+db, square+db*db
			}
			usual := sum / (2*around + 1)
			f[k] = (10*math.Log10(powers[at][k]) - usual) / max(least, math.Sqrt(square/(2*around+1)-usual*usual))
			mean += f[k] / bandCount
		}
		for k := range f {
			if got, want := float64(m.print.frames[at][k]), step*(f[k]-common*mean); math.Abs(got-want) > 0.6 {
				t.Errorf("frame %d, band %d: %v, want %.2f", at, k, got, want)
			}
		}
	}
}

func TestPrintsAreReadBack(t *testing.T) {
	p := printOf(talk(20, 1))
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if perMinute := float64(len(b)) / p.Seconds() * 60; perMinute > 48000 {
		t.Errorf("%.0f bytes a minute", perMinute)
	}
	var q Print
	if err := q.UnmarshalBinary(b); err != nil || !slices.Equal(q.frames, p.frames) || !slices.Equal(q.levels, p.levels) {
		t.Fatalf("read back: %v", err)
	}
	for _, bad := range [][]byte{nil, {Form}, {Form + 1, 0}, b[:len(b)-1], append(slices.Clone(b), 0),
		{Form, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}} {
		kept := q
		if err := q.UnmarshalBinary(bad); err == nil || len(q.frames) != len(kept.frames) {
			t.Errorf("%.20x is read as %d frames", bad, len(q.frames))
		}
	}
}

// FuzzPrint: bytes from a disk are read whole or refused.
func FuzzPrint(f *testing.F) {
	b, _ := printOf(talk(5, 1)).MarshalBinary()
	f.Add(b)
	f.Add([]byte{Form, 0})
	f.Add(b[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Print
		if p.UnmarshalBinary(b) != nil {
			return
		}
		back, _ := p.MarshalBinary()
		var q Print
		if err := q.UnmarshalBinary(back); err != nil || !slices.Equal(p.frames, q.frames) {
			t.Fatalf("%v: %x is not read back", err, back)
		}
		if p.Seconds() < 20 {
			Prepare(p).Find(p)
		}
	})
}

// FuzzMaker: any samples, numbers or not, in blocks of any length, make a print
// that does not hang on the blocks.
func FuzzMaker(f *testing.F) {
	f.Add([]byte{0, 128, 255, 7}, uint16(100), uint8(1))
	f.Add(bytes.Repeat([]byte{0xff, 0xff, 0xc0, 0x7f}, 500), uint16(7), uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, block uint16, channels uint8) {
		var x []float32
		for i := 0; i+3 < len(b); i += 4 {
			v := math.Float32frombits(uint32(b[i]) | uint32(b[i+1])<<8 | uint32(b[i+2])<<16 | uint32(b[i+3])<<24)
			for range 40 {
				x = append(x, v)
			}
		}
		whole, pieces := New(rate, int(channels%8)), New(rate, int(channels%8))
		whole.Write(x)
		for rest := x; len(rest) > 0; {
			n := min(len(rest), 1+int(block))
			pieces.Write(rest[:n])
			rest = rest[n:]
		}
		p, q := whole.Print(), pieces.Print()
		if !slices.Equal(p.frames, q.frames) || !slices.Equal(p.levels, q.levels) {
			t.Fatal("the print hangs on the blocks")
		}
	})
}

// BenchmarkFind seeks a clip of 15 s in an hour.
func BenchmarkFind(b *testing.B) {
	for _, minutes := range []float64{15, 60} {
		g := Prepare(printOf(talk(60*minutes, 1)))
		clip := printOf(talk(15, 2))
		b.Run(strconv.Itoa(int(minutes))+" min", func(b *testing.B) {
			for b.Loop() {
				g.Find(clip)
			}
		})
	}
}

// BenchmarkMake makes the print of 15 minutes at 44.1 kHz.
func BenchmarkMake(b *testing.B) {
	samples := audiotest.Talk(60, 44100, 1)
	for b.Loop() {
		m := New(44100, 1)
		for range 15 {
			m.Write(samples)
		}
		m.Print()
	}
}
