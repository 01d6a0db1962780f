// Package audiotest makes real recordings for tests.
package audiotest

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// Need skips a test where one of the programs is missing, and fails it in CI,
// which installs them all.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", p)
		}
		t.Skipf("%s is not installed", p)
	}
}

// Long reports whether the long forms of tests are asked for, by LOA_LONG=1: more
// recordings and more damage of the same kinds.
func Long() bool { return os.Getenv("LOA_LONG") == "1" }

// Command runs a program that makes or changes sound. sox draws its noise by
// lot unless it is told not to: a test must not depend on it.
func Command(name string, args ...string) *exec.Cmd {
	if name == "sox" {
		args = append([]string{"-R"}, args...)
	}
	return exec.Command(name, args...)
}

// WAV is a mono recording of that length with something like syllables, 16 bit
// at that sample rate, always the same for the same seed. It is about as loud
// as a programme should be.
func WAV(seconds float64, rate int, seed uint32) []byte {
	n := int(seconds * float64(rate))
	pcm := make([]int16, n)
	noise := seed*2654435761 + 1
	for i := range pcm {
		at := float64(i) / float64(rate)
		noise = noise*1664525 + 1013904223
		syllable := math.Pow(math.Max(0, math.Sin(2*math.Pi*2.3*at+float64(seed))), 2)
		v := 0.003 * float64(int32(noise)) / math.MaxInt32
		pitch := 150 + 30*math.Sin(at+float64(seed)) + 5*float64(seed%7)
		for h := 1.0; syllable > 0 && h < 12 && pitch*h < 0.45*float64(rate); h++ {
			v += 0.3 * syllable / h * math.Sin(2*math.Pi*pitch*h*at)
		}
		pcm[i] = int16(28000 * math.Max(-1, math.Min(1, v)))
	}
	return wav(pcm, rate)
}

// Talk is somebody who talks, full scale ±1: syllables of random lengths, pitches
// and formants, with pauses. No two stretches are alike; it is the same for the
// same seed.
func Talk(seconds float64, rate int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 11))
	out := make([]float32, int(seconds*float64(rate)))
	phase := 0.0
	for at := 0; at < len(out); {
		length := int((0.08 + 0.22*r.Float64()) * float64(rate))
		if r.IntN(6) == 0 {
			at += length // a pause
			continue
		}
		pitch, loud := 90+150*r.Float64(), 0.1+0.2*r.Float64()
		formants := [3]float64{300 + 600*r.Float64(), 900 + 1300*r.Float64(), 2200 + 1200*r.Float64()}
		breath := r.IntN(4) == 0
		for i := 0; i < length && at+i < len(out); i++ {
			x := float64(i) / float64(length)
			v := 0.0
			phase += pitch / float64(rate)
			for _, f := range formants {
				tone := math.Sin(2 * math.Pi * math.Round(f/pitch) * phase)
				if breath {
					tone = r.NormFloat64()
				}
				v += tone * 500 / f
			}
			out[at+i] = float32(loud * math.Sin(math.Pi*x) * v / 3)
		}
		at += length
	}
	for i := range out {
		out[i] += float32(0.0005 * r.NormFloat64())
	}
	return out
}

// WAVOf is a mono WAV file of 16 bits of samples, full scale ±1.
func WAVOf(samples []float32, rate int) []byte {
	pcm := make([]int16, len(samples))
	for i, v := range samples {
		pcm[i] = int16(32767 * max(-1, min(1, v)))
	}
	return wav(pcm, rate)
}

func wav(pcm []int16, rate int) []byte {
	n := len(pcm)
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, v := range []any{uint32(36 + 2*n), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16),
		[]byte("data"), uint32(2 * n), pcm} {
		_ = binary.Write(&b, binary.LittleEndian, v) // a buffer takes everything
	}
	return b.Bytes()
}

// MP3 is WAV at 44.1 kHz as lame makes an MP3 of it at that many kbit/s. The
// test is skipped where lame is missing, and fails in CI.
func MP3(t testing.TB, seconds float64, kbps int, seed uint32) []byte {
	t.Helper()
	Need(t, "lame")
	cmd := exec.Command("lame", "--quiet", "-b", strconv.Itoa(kbps), "-", "-")
	var errs bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(WAV(seconds, 44100, seed)), &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("lame: %v\n%s", err, errs.Bytes())
	}
	return out
}
