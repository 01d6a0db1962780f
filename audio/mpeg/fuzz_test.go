package mpeg

import (
	"bytes"
	"io"
	"math"
	"slices"
	"testing"
)

func seeds(f *testing.F) {
	f.Add([]byte("\xff\xf3\x190000000\xd5" + "0000000000000000000000000")) // made go-mp3 panic
	f.Add(stereo(4))
	f.Add(frames(4, 0xfa, 0x90, 0xc0))
	f.Add(frames(4, 0xf3, 0x80, 0x40))
	f.Add(frames(4, 0xe3, 0x80, 0xc0))
	f.Add(slices.Concat(id3(noise(50)), stereo(3), ape(noise(20)), stereo(3)[100:], []byte("LYRICSBEGIN")))
	f.Add([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"))
}

// FuzzScanner: whatever the bytes, the walk ends, counts every byte once, and
// gives the same when the bytes come in pieces.
func FuzzScanner(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		s := NewScanner(bytes.NewReader(b))
		var rest, sound bytes.Buffer
		s.rest = &rest
		var unpack Unpacker
		for {
			frame, err := s.Next()
			if err != nil {
				break
			}
			sound.Write(frame.Data)
			unpack.Unpack(frame)
		}
		info := s.Info()
		if info.SoundBytes != int64(sound.Len()) || info.BytesScanned != int64(rest.Len()+sound.Len()) {
			t.Fatalf("%d bytes scanned, %d of sound and %d others given", info.BytesScanned, sound.Len(), rest.Len())
		}
		if info.Samples() < 0 || info.Bitrate() < 0 {
			t.Fatalf("%+v", info)
		}
	})
}

// FuzzGain: raising and lowering again gives the original bytes.
func FuzzGain(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var up, down bytes.Buffer
		if err := Gain(&up, bytes.NewReader(b), 3); err != nil {
			return
		}
		if err := Gain(&down, bytes.NewReader(up.Bytes()), -3); err != nil {
			t.Fatalf("lowering: %v", err)
		}
		if !bytes.Equal(down.Bytes(), b) {
			t.Fatal("not the original")
		}
	})
}

// FuzzStrip: a copy has as many frames as the original, and copying the copy
// changes nothing.
func FuzzStrip(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var once, twice bytes.Buffer
		if err := Strip(&once, bytes.NewReader(b), 1000); err != nil {
			return
		}
		was, _ := walk(t, bytes.NewReader(b))
		if was.Frames < 2 {
			return
		}
		is, err := walk(t, bytes.NewReader(once.Bytes()))
		if err != nil || is.Frames != was.Frames || once.Len()%1000 != 0 {
			t.Fatalf("%v: %d frames became %d in %d bytes", err, was.Frames, is.Frames, once.Len())
		}
		if err := Strip(&twice, bytes.NewReader(once.Bytes()), 1000); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Fatal("a copy of the copy differs")
		}
	})
}

// FuzzDecoder: whatever the bytes, no panic, no number that is none, and nothing
// louder than the gains in the stream say.
func FuzzDecoder(f *testing.F) {
	seeds(f)
	var used coverage
	for i, k := range synthetics {
		f.Add(makeStream(k, 3, uint64(i), &used))
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkBounded(t, b) })
}

// FuzzWitness: go-mp3 decodes every stream that can be made as we do, but for its
// known faults; and so do the plain formulas.
func FuzzWitness(f *testing.F) {
	for i := range synthetics {
		f.Add(uint64(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, seed uint64, kind uint8) {
		var used coverage
		all := unitsOf(t, makeStream(synthetics[int(kind)%len(synthetics)], 4, seed, &used))
		var d Decoder
		got, damaged := decodeAll(&d, all)
		if w := Witness(all, got); damaged > 0 || w.Differs() {
			t.Fatalf("%d damaged, go-mp3 differs by %g", damaged, w.Most)
		}
		var ref reference
		at := 0
		for _, u := range all {
			want := ref.frame(u.Header, u.Side, u.Main)
			for s := range want[0] {
				for c := range u.Header.Channels() {
					if e := math.Abs(float64(got[at]) - want[c][s]); !(e <= greatestError) {
						t.Fatalf("sample %d is off by %g", at, e)
					}
					at++
				}
			}
		}
	})
}
