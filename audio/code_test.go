package audio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loa/audio/audiotest"
	"loa/audio/match"
	"loa/audio/mpeg"
	"loa/internal/fault"
)

// TestACodeIsSplicedInWithoutHarm: of every kind of MP3 all players find whole, the sound between the codes is the
// same numbers, it is longer by three codes exactly, nothing jumps at the borders, and the code is heard at all three places.
func TestACodeIsSplicedInWithoutHarm(t *testing.T) {
	audiotest.Need(t, "lame", "ffmpeg", "mpg123")
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			file := lame(t, k.rate, k.channels, sound(k.rate, k.channels, 9), k.options...)
			var frames int
			code := func(rate, channels int) ([]mpeg.Unit, error) {
				units, err := Code(context.Background(), 97, rate, channels, Options{})
				frames = len(units)
				return units, err
			}
			b, err := coded(file, code)
			if encodedRate(k.rate) != k.rate || k.rating == mpeg.Free { // a broadcast copy is neither
				if !fault.Is(err, "audio.other_rate") {
					t.Fatal(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			inPieces(t, file, b)
			if said := complaints(t, b.Bytes()); said != "" {
				t.Errorf("players complain: %s", said)
			}
			was, whole := decode(t, file, 1)
			is, got := decode(t, b.Bytes(), 1)
			h, _ := mpeg.NewScanner(bytes.NewReader(file)).Next()
			long := frames * h.Header.Samples()
			if is.Channels != was.Channels || len(got.pcm) != len(whole.pcm)+3*long*k.channels || is.MP3.Damaged != 0 {
				t.Fatalf("%d samples from %d, a code has %d; %+v", len(got.pcm)/k.channels, len(whole.pcm)/k.channels, long, is.MP3)
			}
			if theirs := ffmpegFloats(t, b.Bytes(), "coded.mp3"); len(theirs) != len(got.pcm) {
				t.Errorf("ffmpeg has %d samples, we have %d", len(theirs), len(got.pcm))
			}
			if said := float64(long) / float64(k.rate); said < match.CodeTime.Seconds() || said > 2 {
				t.Errorf("a code is %.2f s", said)
			}
			middle := sameUntil(got.pcm[(long+h.Header.Samples())*k.channels:], whole.pcm[h.Header.Samples()*k.channels:])/k.channels + h.Header.Samples()
			after := sameFromEnd(got.pcm[:len(got.pcm)-(long+h.Header.Samples())*k.channels], whole.pcm[:len(whole.pcm)-h.Header.Samples()*k.channels])
			if lost := len(whole.pcm)/k.channels - middle - after/k.channels - h.Header.Samples(); lost > 3*h.Header.Samples() {
				t.Errorf("%d samples about the middle code, at %d, are others", lost, middle)
			}
			if click, before := steepest(got.pcm, k.channels), steepest(whole.pcm, k.channels); click > 1.2*before+0.05 {
				t.Errorf("a jump of %.3f, where there was one of %.3f at most", click, before)
			}
			for place, from := range map[string]int{"head": 0, "middle": middle, "tail": len(got.pcm)/k.channels - 2*long} {
				part := got.pcm[from*k.channels:]
				part = part[:min(len(part), 3*long*k.channels)]
				m := match.New(k.rate, k.channels)
				m.Write(part)
				if n, clear, ok := match.HearCode(m.Print(), []int{96, 97, 98, 3}); !ok || n != 97 {
					t.Errorf("at the %s %d is heard, %.1f", place, n, clear)
				}
			}
		})
	}
}

// coded is an MP3 with a code in it.
func coded(file []byte, code func(rate, channels int) ([]mpeg.Unit, error)) (*bytes.Buffer, error) {
	base, err := CodeBase(context.Background(), bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	units, err := code(base.Header().SampleRate, base.Header().Channels())
	if err != nil {
		return nil, err
	}
	s, err := Coded(base, units)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err = io.Copy(&b, s.Read(bytes.NewReader(file))); err == nil && int64(b.Len()) != s.Size() {
		err = fmt.Errorf("%d bytes were promised, and %d came", s.Size(), b.Len())
	}
	spliced = s
	return &b, err
}

var spliced *mpeg.Spliced // the last

// inPieces reads it from random places: a download goes on where it stopped.
func inPieces(t *testing.T, file []byte, whole *bytes.Buffer) {
	t.Helper()
	random, r := rand.New(rand.NewPCG(3, 1)), spliced.Read(bytes.NewReader(file))
	for range 12 {
		at := random.IntN(whole.Len())
		piece := make([]byte, min(whole.Len()-at, 1+random.IntN(9000)))
		if _, err := r.Seek(int64(at), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, piece); err != nil || !bytes.Equal(piece, whole.Bytes()[at:at+len(piece)]) {
			t.Fatalf("%d bytes from %d are others, %v", len(piece), at, err)
		}
	}
	if end, err := r.Seek(0, io.SeekEnd); err != nil || end != int64(whole.Len()) {
		t.Errorf("it ends at %d of %d, %v", end, whole.Len(), err)
	}
}

// sameUntil is how many samples two recordings have in common from the start, but for rounding; sameFromEnd from the end.
func sameUntil(a, b []float32) int {
	for i := range min(len(a), len(b)) {
		if d := a[i] - b[i]; max(d, -d) > 1e-6 {
			return i
		}
	}
	return min(len(a), len(b))
}

func sameFromEnd(a, b []float32) int {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Reverse(a)
	slices.Reverse(b)
	return sameUntil(a, b)
}

// steepest is the largest step from one sample to the next.
func steepest(pcm []float32, channels int) (most float64) {
	for i := channels; i < len(pcm); i++ {
		most = max(most, math.Abs(float64(pcm[i]-pcm[i-channels])))
	}
	return most
}
