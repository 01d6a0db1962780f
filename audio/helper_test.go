package audio

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"loa/audio/audiotest"
)

// run runs a program and returns its standard output.
func run(t testing.TB, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	audiotest.Need(t, name)
	cmd := audiotest.Command(name, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, errs.Bytes())
	}
	return out.Bytes()
}

// sines is one period of a sine.
var sines = func() (t [4096]float64) {
	for i := range t {
		t[i] = math.Sin(2 * math.Pi * float64(i) / 4096)
	}
	return t
}()

// sine is a sine of so many turns.
func sine(turns float64) float64 { return sines[int(turns*4096)&4095] }

// sound makes seconds of test sound as interleaved samples: syllables of
// harmonics over a little noise, different on each channel, always the same.
func sound(rate, channels int, seconds float64) []float32 {
	n := int(float64(rate) * seconds)
	pcm := make([]float32, n*channels)
	seed := uint32(1)
	for i := range n {
		at := float64(i) / float64(rate)
		seed = seed*1664525 + 1013904223
		noise := float64(int32(seed)) / math.MaxInt32
		syllable := max(0, sine(2.3*at))
		for c := range channels {
			pitch := 140 + 30*sine(at/6) + 40*float64(c)
			v := 0.004 * noise
			for h := 1.0; h < 9 && pitch*h < 0.4*float64(rate); h++ {
				v += 0.25 * syllable * syllable / h * sine(pitch*h*at)
			}
			pcm[i*channels+c] = float32(v)
		}
	}
	return pcm
}

// waveFile writes samples as a 16-bit WAV file.
func waveFile(rate, channels int, pcm []float32) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00"...)
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*2))
	b = le.AppendUint16(b, uint16(channels*2))
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(2*len(pcm)))
	for _, v := range pcm {
		b = le.AppendUint16(b, uint16(int16(math.Round(float64(v)*32767))))
	}
	le.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

// lame encodes samples with the given options, at their own rate. The output
// is a file, so that the encoder can go back and write its Info frame.
func lame(t testing.TB, rate, channels int, pcm []float32, options ...string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.mp3")
	args := append([]string{"--quiet", "--resample", strconv.FormatFloat(float64(rate)/1000, 'f', -1, 64)}, options...)
	run(t, waveFile(rate, channels, pcm), "lame", append(args, "-", out)...)
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// collect is a Sink that keeps everything.
type collect struct {
	rate, channels int
	pcm            []float32
}

func (c *collect) Begin(rate, channels int) { c.rate, c.channels = rate, channels }
func (c *collect) Write(block []float32)    { c.pcm = append(c.pcm, block...) }

// decode decodes b with the given number of workers.
func decode(t testing.TB, b []byte, workers int) (Facts, *collect) {
	t.Helper()
	var c collect
	f, err := Decode(context.Background(), bytes.NewReader(b), Options{Workers: workers}, &c)
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return f, &c
}

// difference returns the root mean square and the largest difference.
func difference(a, b []float32) (rms, most float64) {
	for i := range min(len(a), len(b)) {
		d := math.Abs(float64(a[i]) - float64(b[i]))
		rms += d * d
		most = max(most, d)
	}
	return math.Sqrt(rms / float64(max(1, len(a)))), most
}

// ffmpegFloats decodes with ffmpeg to interleaved floats.
func ffmpegFloats(t testing.TB, file []byte, name string) []float32 {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return floats32(run(t, nil, "ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-"))
}

// floats32 reads little-endian 32-bit floats.
func floats32(raw []byte) []float32 {
	pcm := make([]float32, len(raw)/4)
	for i := range pcm {
		pcm[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return pcm
}

// discard is a Sink that keeps nothing.
type discard struct{}

func (discard) Begin(int, int)  {}
func (discard) Write([]float32) {}

// codesInSources lists the catalogue keys written in this package's sources.
func codesInSources(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	pattern := regexp.MustCompile(`"(audio\.[a-z0-9_]+)"`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllSubmatch(b, -1) {
			all = append(all, string(m[1]))
		}
	}
	return all
}
