package audio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hajimehoshi/go-mp3"

	"loa/audio/audiotest"
	"loa/audio/mpeg"
	"loa/internal/fault"
	"loa/internal/text"
)

// kinds are the MP3s met in the field that go-mp3 can be brought to decode.
var kinds = []struct {
	name           string
	rate, channels int
	options        []string
	version        string
	rating         mpeg.Rating
}{
	{"CBR 128 joint stereo", 44100, 2, []string{"-b", "128"}, "MPEG-1 Layer III", mpeg.CBR},
	{"CBR 320 stereo", 44100, 2, []string{"-b", "320", "-m", "s"}, "MPEG-1 Layer III", mpeg.CBR},
	{"VBR V2", 44100, 2, []string{"-V", "2"}, "MPEG-1 Layer III", mpeg.VBR},
	{"ABR 96", 48000, 2, []string{"--abr", "96"}, "MPEG-1 Layer III", mpeg.ABR},
	{"CBR 64 mono with CRC", 44100, 1, []string{"-b", "64", "-p"}, "MPEG-1 Layer III", mpeg.CBR},
	{"CBR 64 mono 32 kHz", 32000, 1, []string{"-b", "64"}, "MPEG-1 Layer III", mpeg.CBR},
	{"MPEG-2 160 at 22.05 kHz", 22050, 2, []string{"-b", "160"}, "MPEG-2 Layer III", mpeg.CBR},
	{"MPEG-2 24 kHz VBR", 24000, 1, []string{"-V", "4"}, "MPEG-2 Layer III", mpeg.VBR},
	{"MPEG-2 16 kHz 48 kbit/s", 16000, 1, []string{"-b", "48"}, "MPEG-2 Layer III", mpeg.CBR},
	{"MPEG-2.5 12 kHz", 12000, 1, []string{"-b", "32"}, "MPEG-2.5 Layer III", mpeg.CBR},
	{"MPEG-2.5 11.025 kHz", 11025, 2, []string{"-b", "48"}, "MPEG-2.5 Layer III", mpeg.CBR},
	{"free format 200", 44100, 2, []string{"--freeformat", "-b", "200"}, "MPEG-1 Layer III", mpeg.Free},
}

func TestEveryKindOfMP3DecodesSampleExact(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123")
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			const seconds = 4
			source := sound(k.rate, k.channels, seconds)
			file := lame(t, k.rate, k.channels, source, k.options...)
			facts, got := decode(t, file, 1)
			if facts.Samples != int64(k.rate*seconds) || len(got.pcm) != len(source) {
				t.Errorf("%d samples said, %d given, %d encoded", facts.Samples, len(got.pcm)/k.channels, k.rate*seconds)
			}
			if facts.Codec != k.version || facts.MP3.Rating != k.rating || facts.SampleRate != k.rate ||
				facts.Channels != k.channels || facts.Truncated || len(facts.Warnings) > 0 {
				t.Errorf("facts %+v %+v", facts, facts.MP3)
			}
			if k.rating == mpeg.CBR && facts.Bitrate != facts.MP3.MaxBitrate {
				t.Errorf("%d bit/s of a constant %d", facts.Bitrate, facts.MP3.MaxBitrate)
			}
			if _, parallel := decode(t, file, 4); !slices.Equal(got.pcm, parallel.pcm) {
				t.Error("four workers decode other samples than one")
			}
			most, rms := 1e-4, 3e-5
			want := floats32(run(t, file, "mpg123", "-q", "-e", "f32", "-s", "-"))
			if r, m := difference(got.pcm, want); len(want) != len(got.pcm) || r > rms || m > most {
				t.Errorf("differs from mpg123 by rms %.6f, at most %.6f; %d samples and %d", r, m, len(got.pcm), len(want))
			}
		})
	}
}

func TestSplittingIsBitIdenticalToOneDecoder(t *testing.T) {
	audiotest.Need(t, "lame")
	for _, options := range [][]string{{"-b", "128"}, {"-V", "5"}, {"-b", "320", "-m", "s"}, {"--abr", "70"}, {"-b", "48", "-t"}} {
		file := lame(t, 44100, 2, sound(44100, 2, 8), options...)
		want := oneDecoder(t, file)
		path := os.Getenv("PATH")
		t.Setenv("PATH", t.TempDir()) // no ffmpeg: all by go-mp3
		_, got := decode(t, file, 3)
		t.Setenv("PATH", path)
		scan := mpeg.NewScanner(bytes.NewReader(file))
		for {
			if _, err := scan.Next(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		i := scan.Info()
		head, tail := i.Trim()
		if i.Xing != nil {
			head += int64(i.Header.Samples()) // go-mp3 plays the Info frame
		}
		want = want[head*2 : int64(len(want))-tail*2]
		if !slices.Equal(want, got.pcm) {
			rms, most := difference(want, got.pcm)
			t.Errorf("%v: %d samples and %d, rms %g, most %g", options, len(want), len(got.pcm), rms, most)
		}
	}
}

// oneDecoder runs the bare library over the whole file.
func oneDecoder(t *testing.T, file []byte) []float32 {
	dec, err := mp3.NewDecoder(struct{ io.Reader }{bytes.NewReader(file)})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(dec)
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]float32, len(raw)/2)
	floats(pcm, raw, 2)
	return pcm
}

func TestWAVOfEveryWidth(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	source := waveFile(48000, 2, sound(48000, 2, 1))
	_, want := decode(t, source, 1)
	for codec, tolerance := range map[string]float64{
		"pcm_u8": 1e-2, "pcm_s16le": 1e-9, "pcm_s24le": 1e-9, "pcm_s32le": 1e-9, "pcm_f32le": 1e-9, "pcm_f64le": 1e-9,
	} {
		for _, rf64 := range []string{"never", "always"} {
			file := run(t, source, "ffmpeg", "-v", "error", "-i", "-", "-c:a", codec, "-rf64", rf64, "-f", "wav", "-")
			facts, got := decode(t, file, 1)
			if rms, _ := difference(want.pcm, got.pcm); rms > tolerance || len(got.pcm) != len(want.pcm) || facts.Truncated {
				t.Errorf("%s rf64 %s: rms %g, %d samples of %d, truncated %v", codec, rf64, rms, len(got.pcm), len(want.pcm), facts.Truncated)
			}
		}
	}
}

func TestCutFilesAreKnown(t *testing.T) {
	audiotest.Need(t, "lame")
	for name, file := range map[string][]byte{
		"mp3": lame(t, 44100, 1, sound(44100, 1, 5), "-b", "64"),
		"wav": waveFile(44100, 1, sound(44100, 1, 5)),
	} {
		for _, part := range []int{50, 90, 99} {
			facts, _ := decode(t, file[:len(file)*part/100], 2)
			if !facts.Truncated {
				t.Errorf("%s cut at %d %%: not noticed", name, part)
			}
		}
	}
}

// TestWhatIsMissingInTheMiddleIsToldThere cuts out and overwrites a second of
// sound: its end is there, and must not be called missing.
func TestWhatIsMissingInTheMiddleIsToldThere(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 1, sound(44100, 1, 5), "-b", "64")
	from, to := len(file)/2+99, len(file)/2+99+8000
	for name, b := range map[string][]byte{
		"cut out":     slices.Concat(file[:from], file[to:]),
		"overwritten": slices.Concat(file[:from], make([]byte, to-from), file[to:]),
	} {
		facts, _ := decode(t, b, 1)
		found := Check(facts, Programme())
		if facts.Truncated || len(found) == 0 || found[0].Code != "audio.lost" || found[0].Grade != Refuse {
			t.Errorf("%s: cut %v, %+v", name, facts.Truncated, found)
			continue
		}
		if s := found[0].Say(text.Vietnamese); !strings.Contains(s, " giây âm thanh ở 0:02:") {
			t.Errorf("%s: %s", name, s)
		}
		if codes := fmt.Sprint(found); strings.Contains(codes, "audio.garbage") {
			t.Errorf("%s: the same place is told twice: %s", name, codes)
		}
	}
}

func TestAFreeFormatAboveTheStandardIsNotCalledDamaged(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 2, sound(44100, 2, 1), "--freeformat", "-b", "400")
	_, err := Decode(context.Background(), bytes.NewReader(file), Options{}, discard{})
	if !fault.Is(err, "audio.mp3_free") || !strings.Contains(text.Vietnamese.Fault(err), "400 kbit/s") {
		t.Error(err)
	}
}

func TestGarbageIsToldWhereItMatters(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 1, sound(44100, 1, 5), "-b", "64")
	junk := func(n int) []byte { return bytes.Repeat([]byte("\xff\xfe\x90\x00"), n/4) }
	middle := len(file) / 2
	for name, c := range map[string]struct {
		file []byte
		code string // of the only warning, "" for none
	}{
		"a stream recorder's head and tail": {slices.Concat(junk(500), file, junk(500)), ""},
		"the card's zeros in front":         {slices.Concat(make([]byte, 20_000), file), "audio.garbage_ends"},
		"a broken end":                      {slices.Concat(file, junk(100_000)), "audio.garbage_ends"},
		"a broken middle":                   {slices.Concat(file[:middle], junk(400), file[middle:]), "audio.garbage"},
	} {
		facts, _ := decode(t, c.file, 1)
		codes := []string{}
		for _, w := range facts.Warnings {
			if w.Code != "audio.damaged" { // the frame that was cut in two
				codes = append(codes, w.Code)
			}
		}
		if want := strings.Fields(c.code); !slices.Equal(codes, want) || facts.Seconds < 4.9 {
			t.Errorf("%s: %v, want %v; %v seconds", name, codes, want, facts.Seconds)
		}
	}
}

// TestWhatGoMP3GetsWrongIsNotDecodedByIt: short blocks in joint stereo, and
// intensity stereo, come out as mpg123 plays them.
func TestWhatGoMP3GetsWrongIsNotDecodedByIt(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123", "ffmpeg")
	pcm := castanets(44100, 8)
	for name, file := range map[string][]byte{
		"joint stereo":     lame(t, 44100, 2, pcm, "-b", "128", "-m", "j"),
		"mid and side":     lame(t, 44100, 2, pcm, "-b", "128", "-m", "f"),
		"intensity stereo": intensity(t, lame(t, 44100, 2, pcm, "-b", "128", "-m", "f")),
	} {
		want := floats32(run(t, file, "mpg123", "-q", "-e", "f32", "-s", "-"))
		if name == "intensity stereo" { // in short blocks the players differ from each other
			want = ffmpegFloats(t, file, "x.mp3")
		}
		facts, got := decode(t, file, 2)
		if rms, most := difference(got.pcm, want); len(got.pcm) != len(want) || rms > 1e-6 || most > 1e-5 || len(facts.Warnings) > 0 {
			t.Errorf("%s: rms %g, at most %g; %d samples and %d; %v", name, rms, most, len(got.pcm), len(want), facts.Warnings)
		}
		alone := oneDecoder(t, file)
		if _, most := difference(alone[len(alone)-len(want):], want); most < 0.02 {
			t.Errorf("%s: go-mp3 is no worse: this tests nothing", name)
		}
	}
}

// TestWithoutFFmpegADoubtfulMeasureIsSaid, and nothing is raised or coded anew
// from it.
func TestWithoutFFmpegADoubtfulMeasureIsSaid(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 2, gain(castanets(44100, 8), 0.2), "-b", "128", "-m", "f")
	plain := lame(t, 44100, 2, gain(castanets(44100, 8), 0.2), "-b", "128", "-m", "s")
	encoder, err := exec.LookPath("lame")
	if err != nil {
		t.Fatal(err)
	}
	only := t.TempDir()
	if err := os.Symlink(encoder, filepath.Join(only, "lame")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", only)
	f := analyse(t, file)
	i := slices.IndexFunc(Check(f, Programme()), func(f Finding) bool { return f.Code == "audio.intensity" })
	if steps, limited := LevelSteps(f, Programme()); i < 0 || steps != 0 || !limited {
		t.Errorf("%+v; %d steps, limited %v", f.Warnings, steps, limited)
	}
	if f := analyse(t, plain); len(f.Warnings) > 0 {
		t.Errorf("plain stereo: %+v", f.Warnings)
	}
	if _, err := ToMP3(context.Background(), io.Discard, bytes.NewReader(file), Options{}); !fault.Is(err, "audio.needs_ffmpeg") {
		t.Errorf("coded anew: %v", err)
	}
	if _, err := ToMP3(context.Background(), io.Discard, bytes.NewReader(plain), Options{}); err != nil {
		t.Errorf("plain stereo coded anew: %v", err)
	}
}

// castanets are sharp clicks on both sides over a tone: what encoders use short
// blocks for.
func castanets(rate int, seconds float64) []float32 {
	pcm := make([]float32, 2*int(float64(rate)*seconds))
	seed := uint32(7)
	for i := 0; i < len(pcm); i += 2 {
		at := float64(i/2) / float64(rate)
		seed = seed*1664525 + 1013904223
		n := float64(int32(seed)) / math.MaxInt32
		click := math.Exp(-60 * math.Mod(at, 0.19))
		pcm[i] = float32(0.5*click*n + 0.1*sine(440*at))
		pcm[i+1] = float32(0.3*click*n - 0.2*click*sine(3000*at) + 0.1*sine(554*at))
	}
	return pcm
}

// intensity says of each frame in joint stereo that it is in intensity stereo:
// the lines above those of the right channel then take their place from the left.
func intensity(t *testing.T, file []byte) []byte {
	file = slices.Clone(file)
	scan := mpeg.NewScanner(bytes.NewReader(slices.Clone(file)))
	for {
		f, err := scan.Next()
		if err == io.EOF {
			return file
		} else if err != nil {
			t.Fatal(err)
		}
		if f.Mode == mpeg.JointStereo {
			file[f.Offset+3] = file[f.Offset+3]&^0x30 | 1<<4
		}
	}
}
