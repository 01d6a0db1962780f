package mpeg

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loa/audio/audiotest"
)

// synthetics are kinds of streams that together use all that Layer III has.
var synthetics = func() (all []synthetic) {
	every, none := []int{0, 1, 2, 2, 3, 1, 3}, []bool{false, false, false, true, false, true, true}
	plain, long := []int{0, 1, 2, 3}, make([]bool, 4)
	add := func(k synthetic) { all = append(all, k) }
	add(synthetic{"MPEG-1 mono, long blocks", MPEG1, 0, Mono, 0, 13, false, []int{0}, long, 13, false})
	add(synthetic{"MPEG-1 mono, all blocks", MPEG1, 0, Mono, 0, 14, true, every, none, 13, false})
	add(synthetic{"MPEG-1 stereo, 48 kHz", MPEG1, 1, Stereo, 0, 14, false, every, none, 6, false})
	add(synthetic{"MPEG-1 two channels, free format", MPEG1, 2, DualChannel, 0, 0, false, every, none, 8, false})
	for rate := range 3 {
		add(synthetic{"MPEG-1 mid and side", MPEG1, rate, JointStereo, 2, 14, true, plain, long, 6, false})
		add(synthetic{"MPEG-1 intensity", MPEG1, rate, JointStereo, 1, 14, false, every, none, 6, false})
		add(synthetic{"MPEG-1 intensity, mid and side", MPEG1, rate, JointStereo, 3, 14, false, every, none, 6, false})
		for _, v := range []Version{MPEG2, MPEG25} {
			add(synthetic{v.String() + " mono", v, rate, Mono, 0, 14, rate == 1, every, none, 13, false})
			add(synthetic{v.String() + " stereo", v, rate, Stereo, 0, 14, false, every, none, 6, false})
			add(synthetic{v.String() + " joint", v, rate, JointStereo, 2, 14, false, plain, long, 6, false})
			add(synthetic{v.String() + " intensity", v, rate, JointStereo, 1, 14, false, plain, long, 6, false})
			add(synthetic{v.String() + " intensity, mid and side", v, rate, JointStereo, 3, 14, false, every, none, 6, false})
		}
	}
	return all
}()

// unitsOf cuts a stream into units.
func unitsOf(t testing.TB, file []byte) []Unit {
	t.Helper()
	var all []Unit
	if _, err := units(bytes.NewReader(file), func(u Unit) error { all = append(all, u); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// decodeAll decodes units and says how many were damaged.
func decodeAll(d *Decoder, all []Unit) (pcm []float32, damaged int) {
	for _, u := range all {
		n := len(pcm)
		pcm = append(pcm, make([]float32, u.Header.Samples()*u.Header.Channels())...)
		if !d.Decode(pcm[n:], u) {
			damaged++
		}
	}
	return pcm, damaged
}

// fullAccuracy is what ISO/IEC 11172-4 asks of a decoder of full accuracy: the
// root mean square of its error, and the greatest error, of full scale.
var fullAccuracy, greatestError = math.Exp2(-15) / math.Sqrt(12), math.Exp2(-14)

// TestEverythingOfTheStandardIsDecodedInFullAccuracy compares with the plain
// formulas in double precision.
func TestEverythingOfTheStandardIsDecodedInFullAccuracy(t *testing.T) {
	var used coverage
	for i, k := range synthetics {
		file := makeStream(k, 24, uint64(i), &used)
		all := unitsOf(t, file)
		if len(all) != 24 {
			t.Fatalf("%s: %d frames", k.name, len(all))
		}
		var d Decoder
		got, damaged := decodeAll(&d, all)
		var ref reference
		var sum, most, loud float64
		at := 0
		for _, u := range all {
			want := ref.frame(u.Header, u.Side, u.Main)
			for s := range want[0] {
				for c := range u.Header.Channels() {
					e := math.Abs(float64(got[at]) - want[c][s])
					sum, most, loud = sum+e*e, max(most, e), max(loud, math.Abs(want[c][s]))
					at++
				}
			}
		}
		rms := math.Sqrt(sum / float64(len(got)))
		t.Logf("%-40s rms %.2g, at most %.2g; peak %.2g", k.name, rms, most, loud)
		if damaged > 0 || at != len(got) || !(rms < fullAccuracy) || !(most <= greatestError) || loud < 0.01 {
			t.Errorf("%s, rate %d: %d frames damaged, error rms %g, at most %g; peak %g", k.name, k.rate, damaged, rms, most, loud)
		}
	}
	for table, words := range used {
		want := pairWords[min(table, 31)]
		if table >= 32 {
			want = quadWords[table-32]
		}
		if table < 16 || table == 24 || table >= 32 {
			for v := range want {
				if words[v] == 0 {
					t.Errorf("table %d: word %#x was never used", table, v)
				}
			}
		}
	}
}

// TestDecodingInPartsIsBitIdentical: two frames of pre-roll make up for all that
// lies before.
func TestDecodingInPartsIsBitIdentical(t *testing.T) {
	var used coverage
	for i, k := range synthetics {
		all := unitsOf(t, makeStream(k, 24, uint64(100+i), &used))
		all[9].Main = nil // a damaged frame
		var d Decoder
		whole, _ := decodeAll(&d, all)
		per := len(whole) / len(all)
		for _, from := range []int{1, 2, 3, 7, 10, 11, 12, 20} {
			lead := min(2, from)
			var d Decoder
			part, _ := decodeAll(&d, all[from-lead:])
			if !slices.Equal(part[lead*per:], whole[from*per:]) {
				t.Errorf("%s: from frame %d on", k.name, from)
			}
		}
	}
}

func TestDecodingAllocatesNothing(t *testing.T) {
	var used coverage
	all := unitsOf(t, makeStream(synthetics[2], 24, 1, &used))
	var d Decoder
	pcm := make([]float32, 2*1152)
	if n := testing.AllocsPerRun(3, func() {
		for _, u := range all {
			d.Decode(pcm, u)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestSilenceIsExactAndForgetsNothing: frames without data are silence, once what
// was before has faded.
func TestSilenceIsExactAndForgetsNothing(t *testing.T) {
	var used coverage
	loud := unitsOf(t, makeStream(synthetics[2], 6, 1, &used))
	silent := unitsOf(t, frames(6, 0xfb, 0xe4, 0x00))
	var d Decoder
	got, _ := decodeAll(&d, slices.Concat(loud, silent, loud))
	per := 2 * 1152
	if rest := got[7*per : 8*per]; !slices.Equal(rest, make([]float32, per)) {
		t.Error("a silent frame is not silent")
	}
	var again Decoder
	if want, _ := decodeAll(&again, loud); !slices.Equal(got[12*per:], want) {
		t.Error("after silence it begins otherwise than at the start")
	}
}

// bound is the most that a unit can be: its lines at their greatest under its gains.
func bound(u Unit) float64 {
	most := 0.0
	for _, gs := range u.said.granules {
		for _, g := range gs {
			most = max(most, math.Exp2(float64(int(g.gain)-210)/4))
		}
	}
	return most * math.Pow(15+1<<13, 4./3) * 576 * 2
}

// checkBounded decodes whatever file holds and reports what must not be.
func checkBounded(t testing.TB, file []byte) {
	var d Decoder
	before := [3]float64{}
	s := NewScanner(bytes.NewReader(file))
	var unpack Unpacker
	pcm := make([]float32, 2*1152)
	for {
		f, err := s.Next()
		if err != nil {
			return
		}
		u := unpack.Unpack(f)
		ok := d.Decode(pcm, u)
		before[0], before[1], before[2] = before[1], before[2], bound(u)
		limit := max(before[0], before[1], before[2])
		for _, v := range pcm[:u.Header.Samples()*u.Header.Channels()] {
			if !(math.Abs(float64(v)) <= limit) || !ok && v != 0 {
				t.Fatalf("frame %d: %g, %g at most; decoded %v", f.Index, v, limit, ok)
			}
		}
	}
}

// TestFastTransformsGiveWhatThePlainOnesGive tries each by itself.
func TestFastTransformsGiveWhatThePlainOnesGive(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	noise := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = r.Float32()*2 - 1
		}
		return v
	}
	near := func(name string, got float32, want float64) {
		t.Helper()
		if math.Abs(float64(got)-want) > 2e-5 {
			t.Errorf("%s: %g, want %g", name, got, want)
		}
	}
	for range 20 {
		x := [32]float32(noise(32))
		y := x
		dct32(&y)
		for j := range 32 {
			want := 0.0
			for k, v := range x {
				want += float64(v) * math.Cos(math.Pi/64*float64((2*k+1)*j))
			}
			near(fmt.Sprint("DCT of 32, ", j), y[j], want)
		}
		v := [9]float32(noise(9))
		w := v
		dct9(&w)
		for n := range 9 {
			want := 0.0
			for j, v := range v {
				want += float64(v) * math.Cos(math.Pi/18*float64((2*n+1)*j))
			}
			near(fmt.Sprint("DCT of 9, ", n), w[n], want)
		}
		in, before := [lines]float32(noise(lines)), [lines]float32(noise(lines))
		wide := make([]float64, lines)
		for i, v := range in {
			wide[i] = float64(v)
		}
		for block := range 4 {
			for odd := range 2 {
				want, over, out := transformed(wide, block), before, make([]float32, lines*subbands)
				if block == shortBlock {
					transform12(&in, &over, &short12[odd], out)
				} else {
					transform36(&in, &over, &windows[odd][block], out)
				}
				for i := range lines {
					sign := float64(1 - 2*(i&odd))
					near(fmt.Sprintf("block %d, sample %d", block, i), out[i*subbands], float64(before[i])+sign*want[i])
					near(fmt.Sprintf("block %d, overlap %d", block, i), over[i], sign*want[18+i])
				}
			}
		}
	}
}

// TestMutatedStreamsStayBounded damages streams of every kind in hundreds of ways;
// in ten thousand when long forms are asked for.
func TestMutatedStreamsStayBounded(t *testing.T) {
	total := 400
	if audiotest.Long() {
		total = 10_000
	}
	var used coverage
	var files [][]byte
	for i, k := range synthetics {
		files = append(files, makeStream(k, 4, uint64(i), &used))
	}
	r := rand.New(rand.NewPCG(8, 9))
	for range total {
		b := slices.Clone(files[r.IntN(len(files))])
		for range 1 + r.IntN(20) {
			at := r.IntN(len(b) - 8)
			switch r.IntN(4) {
			case 0:
				b[at] ^= 1 << r.IntN(8)
			case 1: // the tender part: side information
				f := at / (len(b) / 4) * (len(b) / 4)
				b[f+4+r.IntN(34)] = byte(r.Uint32())
			case 2:
				for i := range 8 {
					b[at+i] = byte(r.Uint32())
				}
			case 3:
				b = slices.Delete(b, at, at+1+r.IntN(6))
			}
		}
		checkBounded(t, b)
	}
}
