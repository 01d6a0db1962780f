package fingerprint_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"loa/audio/fingerprint"

	"pgregory.net/rapid"
)

// warble is sound with a shape of its own for each seed: a chord of gliding
// tones over faint noise, in Go, for tests that need no real programme.
func warble(seed uint64, rate, channels int, seconds float64) []float32 {
	random := rand.New(rand.NewPCG(seed, 9))
	const voices = 6
	var hz, to, phase [voices]float64
	var hiss [2]float64
	for v := range hz {
		hz[v], to[v] = 300+1700*random.Float64(), 300+1700*random.Float64()
	}
	frames := int(seconds * float64(rate))
	out := make([]float32, 0, frames*channels)
	for i := range frames {
		if i%(rate/5) == 0 {
			v := random.IntN(voices)
			to[v] = 300 + 1700*random.Float64()
		}
		var sum float64
		for v := range hz {
			hz[v] += (to[v] - hz[v]) * 20 / float64(rate)
			phase[v] += 2 * math.Pi * hz[v] / float64(rate)
			sum += 0.1 * math.Sin(phase[v])
		}
		hiss[0] += 0.2 * (random.Float64() - 0.5 - hiss[0])
		hiss[1] += 0.2 * (hiss[0] - hiss[1])
		sum += 0.3 * hiss[1]
		for range channels {
			out = append(out, float32(sum))
		}
	}
	return out
}

func printOf(rate, channels int, samples []float32) fingerprint.Print {
	p := fingerprint.New(rate, channels)
	p.Write(samples)
	return p.Print()
}

func TestBlocksDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]int{8000, 11025, 22050, 44100, 48000}).Draw(t, "rate")
		channels := rapid.IntRange(1, 5).Draw(t, "channels")
		samples := warble(rapid.Uint64().Draw(t, "seed"), rate, channels, 1.3)
		p := fingerprint.New(rate, channels)
		for rest := samples; len(rest) > 0; {
			n := min(rapid.IntRange(1, 20000).Draw(t, "block"), len(rest))
			p.Write(rest[:n])
			rest = rest[n:]
		}
		if got := p.Print(); !reflect.DeepEqual(got, printOf(rate, channels, samples)) || got.Seconds() < 0.8 {
			t.Fatalf("another print of %v s", got.Seconds())
		}
	})
}

// find makes an index of one recording and asks it about another.
func find(t *testing.T, have, ask fingerprint.Print) fingerprint.Match {
	t.Helper()
	var index shelf
	index.Add("one", have.Sketch())
	found := index.Find(ask)
	if len(found) != 1 {
		t.Fatalf("found %+v", found)
	}
	return found[0]
}

func TestRateAndChannelsDoNotMatter(t *testing.T) {
	source := warble(1, 44100, 1, 20)
	have := printOf(44100, 1, source)
	for _, rate := range []int{8000, 11025, 12000, 16000, 22050, 24000, 32000, 48000, 96000} {
		for _, channels := range []int{1 + rate%7%2, 6} {
			// The same phases and glides to within the length of a sample.
			ask := printOf(rate, channels, resampled(source, rate, channels))
			if m := find(t, have, ask); m.Share < 0.9 || m.Score < 0.8 || math.Abs(m.Offset) > 0.041 {
				t.Errorf("%d Hz, %d channels: %+v", rate, channels, m)
			}
		}
	}
}

// resampled is a warble of 44.1 kHz at another rate, by linear interpolation: it has
// nothing near half of either rate.
func resampled(source []float32, rate, channels int) []float32 {
	var out []float32
	for i := 0; ; i++ {
		at := float64(i) * 44100 / float64(rate)
		n := int(at)
		if n+1 >= len(source) {
			return out
		}
		v := source[n] + float32(at-float64(n))*(source[n+1]-source[n])
		for range channels {
			out = append(out, v)
		}
	}
}

func TestGainInversionAndOneChannel(t *testing.T) {
	samples := warble(2, 44100, 2, 20)
	have := printOf(44100, 2, samples)
	for name, change := range map[string]func(left, right float32) (float32, float32){
		"40 dB down":      func(l, r float32) (float32, float32) { return l / 100, r / 100 },
		"second inverted": func(l, r float32) (float32, float32) { return l, -r },
		"second dead":     func(l, r float32) (float32, float32) { return l, 0 },
		"first dead":      func(l, r float32) (float32, float32) { return 0, r },
		"clipped":         func(l, r float32) (float32, float32) { return max(min(l, 0.42), -0.42), max(min(r, 0.42), -0.42) },
	} {
		changed := make([]float32, len(samples))
		for i := 0; i < len(samples); i += 2 {
			changed[i], changed[i+1] = change(samples[i], samples[i+1])
		}
		t.Run(name, func(t *testing.T) {
			if m := find(t, have, printOf(44100, 2, changed)); !m.Same() || m.Offset != 0 {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestPartsAreFoundInPlace(t *testing.T) {
	const rate = 16000
	whole := warble(3, rate, 1, 60)
	have := printOf(rate, 1, whole)
	for _, c := range []struct{ from, to float64 }{{0, 60}, {20, 40}, {33.333, 43}, {7.77, 60}, {0, 8}} {
		part := printOf(rate, 1, whole[int(c.from*rate):int(c.to*rate)])
		m := find(t, have, part)
		if !m.Same() || math.Abs(m.Offset-c.from) > 0.05 || m.Overlap < (c.to-c.from)*0.6 {
			t.Errorf("%v: %+v", c, m)
		}
		if m := find(t, part, have); !m.Same() || math.Abs(m.Offset+c.from) > 0.17 {
			t.Errorf("the whole, asked of %v: %+v", c, m)
		}
	}
}

// TestSharedJingleIsNotTheSame: many programmes open with one jingle. All are
// found, for the length of the jingle, and none is called the same; the true
// copy is, and comes first.
func TestSharedJingleIsNotTheSame(t *testing.T) {
	const rate = 8000
	jingle := warble(4, rate, 1, 12)
	var index shelf
	for i := range uint64(20) {
		index.Add(fmt.Sprint(i), printOf(rate, 1, append(append([]float32{}, jingle...), warble(100+i, rate, 1, 40)...)).Sketch())
	}
	copied := append(append([]float32{}, jingle...), warble(107, rate, 1, 40)...)
	found := index.Find(printOf(rate, 1, copied))
	if len(found) != 20 || found[0].ID != "7" || !found[0].Same() || found[0].Share < 0.9 {
		t.Fatalf("%d found, first %+v", len(found), found[0])
	}
	for _, m := range found[1:] {
		if m.Same() || m.Overlap < 7 || m.Overlap > 15.5 {
			t.Errorf("jingle: %+v", m)
		}
	}
}

func TestSilenceAndNothingMatchNothing(t *testing.T) {
	silent := make([]float32, 30*16000)
	spoken := append(append([]float32{}, silent...), warble(5, 16000, 1, 10)...)
	var index shelf
	if found := index.Find(printOf(16000, 1, spoken)); len(found) != 0 {
		t.Errorf("an empty index finds %+v", found)
	}
	index.Add("silence", printOf(16000, 1, silent).Sketch())
	index.Add("spoken", printOf(16000, 1, spoken).Sketch())
	index.Add("nothing", fingerprint.Print{}.Sketch())
	if found := index.Find(printOf(16000, 1, silent)); len(found) != 0 {
		t.Errorf("silence finds %+v", found)
	}
	if found := index.Find(fingerprint.Print{}); len(found) != 0 {
		t.Errorf("nothing finds %+v", found)
	}
	for _, p := range []*fingerprint.Printer{fingerprint.New(0, 1), fingerprint.New(4000, 1), fingerprint.New(44100, 0)} {
		p.Write(spoken)
		if s := p.Print().Seconds(); s != 0 {
			t.Errorf("an impossible format has a print of %v s", s)
		}
	}
}

func TestALongRecordingIsFoundByAPartOfIt(t *testing.T) {
	const rate = 8000
	whole := warble(8, rate, 1, 20*60)
	have := printOf(rate, 1, whole)
	if n := len(have.Sketch().Rows()); n != 512 {
		t.Errorf("%d rows of 20 minutes", n)
	}
	for _, from := range []int{0, 7, 19} {
		part := printOf(rate, 1, whole[from*60*rate:][:45*rate])
		if m := find(t, have, part); !m.Same() || math.Abs(m.Offset-float64(from*60)) > 0.05 {
			t.Errorf("45 s from minute %d: %+v", from, m)
		}
	}
}

func TestBinaryForm(t *testing.T) {
	s := printOf(8000, 1, warble(6, 8000, 1, 10)).Sketch()
	data, err := s.MarshalBinary()
	if err != nil || len(data) > 10*13+16 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	var back fingerprint.Sketch
	if err := back.UnmarshalBinary(data); err != nil || !reflect.DeepEqual(s, back) {
		t.Errorf("read back %v s: %v", back.Seconds(), err)
	}
	for n := range data {
		kept := back
		if err := kept.UnmarshalBinary(data[:n]); err == nil || !reflect.DeepEqual(kept, back) {
			t.Fatalf("%d of %d bytes were read", n, len(data))
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	p := printOf(8000, 1, warble(7, 8000, 1, 8))
	data, _ := p.Sketch().MarshalBinary()
	f.Add(data)
	f.Add([]byte{1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var s fingerprint.Sketch
		if s.UnmarshalBinary(data) != nil {
			return
		}
		var kept shelf
		kept.Add("q", s)
		for _, m := range kept.Find(p) {
			if m.Share > 1 || m.Score > 1 || m.Score < 0 {
				t.Fatalf("%+v", m)
			}
		}
		again, _ := s.MarshalBinary()
		var back fingerprint.Sketch
		if err := back.UnmarshalBinary(again); err != nil || !reflect.DeepEqual(s, back) {
			t.Fatal("another sketch came back")
		}
		if len(again) == len(data) && !bytes.Equal(again, data) {
			t.Fatal("two forms of one sketch")
		}
	})
}

func FuzzWrite(f *testing.F) {
	f.Add(uint16(441), uint8(2), []byte{0, 0, 128, 63, 0, 0, 192, 127})
	f.Fuzz(func(t *testing.T, rate uint16, channels uint8, data []byte) {
		p := fingerprint.New(int(rate)*100, int(channels)%9)
		samples := floats(data)
		for range 200 {
			p.Write(samples[:len(samples)/3])
			p.Write(samples[len(samples)/3:])
		}
		var index shelf
		print := p.Print()
		index.Add("a", print.Sketch())
		index.Find(print)
	})
}

func floats(data []byte) []float32 {
	out := make([]float32, len(data)/4)
	for i := range out {
		out[i] = math.Float32frombits(uint32(data[4*i]) | uint32(data[4*i+1])<<8 | uint32(data[4*i+2])<<16 | uint32(data[4*i+3])<<24)
	}
	return out
}
