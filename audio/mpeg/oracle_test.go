package mpeg

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"loa/audio/audiotest"
)

// program decodes a file by mpg123 or ffmpeg to interleaved samples, full scale ±1.
func program(t testing.TB, name string, file []byte) []float32 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.mp3")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	args := map[string][]string{
		"mpg123": {"-q", "--no-gapless", "-e", "f32", "-s", path},
		"ffmpeg": {"-v", "error", "-f", "mp3", "-i", path, "-f", "f32le", "-"},
	}[name]
	raw, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	pcm := make([]float32, len(raw)/4)
	for i := range pcm {
		pcm[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return pcm
}

// agrees compares our decoding with a program's, to two steps of 16 bits.
func agrees(t *testing.T, what, name string, file []byte, got []float32) {
	t.Helper()
	want := program(t, name, file)
	if len(want) != len(got) {
		t.Errorf("%s: %d samples, of %s %d", what, len(got), name, len(want))
		return
	}
	most, at := 0.0, 0
	for i, v := range got {
		if e := math.Abs(float64(v) - float64(want[i])); e > most {
			most, at = e, i
		}
	}
	if most *= 1 << 15; most > 2 {
		t.Errorf("%s: %s differs by %.3g steps of 16 bits at sample %d", what, name, most, at)
	}
}

// TestOtherDecodersSayTheSameOfSyntheticStreams: go-mp3 within one step of 16
// bits, mpg123 and ffmpeg within two. Left out is what they are known to do in a
// way of their own: mpg123 intensity stereo and mixed blocks of MPEG-2.5; ffmpeg
// those, free format, and streams whose blocks change as no encoder has them.
func TestOtherDecodersSayTheSameOfSyntheticStreams(t *testing.T) {
	audiotest.Need(t, "mpg123", "ffmpeg")
	var used coverage
	kinds := append([]synthetic{}, synthetics...)
	for rate := range 3 {
		for mode, ext := range map[Mode]uint8{Mono: 0, Stereo: 0, JointStereo: 2} {
			kinds = append(kinds, synthetic{"MPEG-1 in order", MPEG1, rate, mode, ext, 14, false, []int{0, 1, 2, 3}, make([]bool, 4), 8, true})
		}
	}
	var heard int64
	for i, k := range kinds {
		file := makeStream(k, 24, uint64(1000+i), &used)
		all := unitsOf(t, file)
		var d Decoder
		got, damaged := decodeAll(&d, all)
		if damaged > 0 {
			t.Errorf("%s: %d frames damaged", k.name, damaged)
		}
		w := Witness(all, got)
		if heard += w.Frames; w.Differs() {
			t.Errorf("%s, rate %d: go-mp3 differs by %.3g steps in frame %d", k.name, k.rate, w.Most, w.At)
		}
		if k.ext&1 == 0 && !(k.version == MPEG25 && k.mixed[3]) {
			agrees(t, k.name, "mpg123", file, got)
		}
		if k.ordered || len(k.blocks) == 1 {
			agrees(t, k.name, "ffmpeg", file, got)
		}
	}
	if heard < 200 {
		t.Errorf("go-mp3 could be asked about %d frames only", heard)
	}
}

// castanets are clicks on both sides over tones, 16 bit: what encoders use short
// blocks for.
func castanets(rate, channels int, seconds float64) []byte {
	r := rand.New(rand.NewPCG(5, 6))
	var raw []byte
	for i := range int(float64(rate) * seconds) {
		at := float64(i) / float64(rate)
		click := math.Exp(-60 * math.Mod(at, 0.19))
		for c := range channels {
			v := 0.4*click*(r.Float64()*2-1) + 0.1*math.Sin(2*math.Pi*(440+114*float64(c))*at)
			raw = binary.LittleEndian.AppendUint16(raw, uint16(int16(v*32767)))
		}
	}
	return raw
}

// TestOtherDecodersSayTheSameOfWhatEncodersMake, lame and ffmpeg's. ffmpeg is not
// asked about free format, which it does not know, nor about short blocks at 24
// kHz, of which mpg123 and go-mp3 both say what we say, and ffmpeg 5.1 does not.
func TestOtherDecodersSayTheSameOfWhatEncodersMake(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123", "ffmpeg")
	for _, k := range []struct {
		rate, channels int
		options        string
	}{
		{44100, 2, "-b 128 -m j"}, {44100, 2, "-b 128 -m f"}, {48000, 2, "-V 2 -m s"}, {32000, 1, "-b 64 -p"}, {44100, 2, "-b 320 -m j --allshort"},
		{22050, 2, "-b 64 -m j"}, {24000, 1, "-V 4"}, {16000, 2, "-b 48 -m j --allshort"}, {11025, 2, "-b 32 -m j"}, {12000, 1, "-b 32"},
		{8000, 1, "-b 16"}, {8000, 2, "-b 32 -m j"}, {44100, 2, "-b 200 --freeformat"},
	} {
		for _, from := range []string{"lame", "ffmpeg"} {
			dir := t.TempDir()
			raw, out := filepath.Join(dir, "raw"), filepath.Join(dir, "x.mp3")
			if err := os.WriteFile(raw, castanets(k.rate, k.channels, 1), 0o600); err != nil {
				t.Fatal(err)
			}
			rate, mode := float64(k.rate)/1000, " "
			if k.channels == 1 {
				mode = " -m m "
			}
			args := strings.Fields(fmt.Sprintf("--quiet -t -r -s %g --resample %g"+mode+k.options+" %s %s", rate, rate, raw, out))
			if from == "ffmpeg" {
				if strings.Contains(k.options, "freeformat") {
					continue
				}
				args = strings.Fields(fmt.Sprintf("-v error -f s16le -ar %d -ac %d -i %s -write_xing 0 -id3v2_version 0 -c:a libmp3lame -q:a 3 %s",
					k.rate, k.channels, raw, out))
			}
			if b, err := exec.Command(from, args...).CombinedOutput(); err != nil {
				t.Fatalf("%s %v: %v\n%s", from, args, err, b)
			}
			file, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprintf("%s %d Hz, %d channels %s", from, k.rate, k.channels, k.options)
			all := unitsOf(t, file)
			var d Decoder
			got, damaged := decodeAll(&d, all)
			if damaged > 0 {
				t.Errorf("%s: %d frames damaged", what, damaged)
			}
			if w := Witness(all, got); w.Differs() || w.Frames == 0 && !strings.Contains(what, "-m j") && !strings.Contains(what, "-m f") && k.rate != 8000 {
				t.Errorf("%s: go-mp3 differs by %.3g steps in frame %d, of %d compared", what, w.Most, w.At, w.Frames)
			}
			agrees(t, what, "mpg123", file, got)
			if !strings.Contains(k.options, "freeformat") && k.rate != 24000 {
				agrees(t, what, "ffmpeg", file, got)
			}
		}
	}
}
