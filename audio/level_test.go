package audio

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loa/audio/audiotest"
	"loa/audio/mpeg"
	"loa/internal/fault"
)

// analyse is Analyse of bytes.
func analyse(t testing.TB, file []byte) Facts {
	t.Helper()
	f, err := Analyse(context.Background(), bytes.NewReader(file), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// complaints decodes a file with ffmpeg and mpg123 and returns what they say.
func complaints(t testing.TB, file []byte) string {
	t.Helper()
	audiotest.Need(t, "ffmpeg", "mpg123")
	path := filepath.Join(t.TempDir(), "x.mp3")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return string(run(t, nil, "sh", "-c", `ffmpeg -v warning -xerror -f mp3 -i "$0" -f null - 2>&1; mpg123 -q -t "$0" 2>&1`, path))
}

// tagged puts tags around an MP3.
func tagged(file []byte) []byte {
	id3 := append([]byte("ID3\x04\x00\x00\x00\x00\x10\x00"), make([]byte, 2048)...)
	v1 := append([]byte("TAG"), make([]byte, 125)...)
	return slices.Concat(id3, id3, file, v1)
}

func TestLevelCopyMovesTheLoudnessAndCanBeUndone(t *testing.T) {
	audiotest.Need(t, "lame", "ffmpeg", "mpg123")
	for _, k := range kinds {
		if k.rating == mpeg.Free {
			continue // ffmpeg cannot open it; decoded by us in another test
		}
		t.Run(k.name, func(t *testing.T) {
			original := tagged(lame(t, k.rate, k.channels, gain(sound(k.rate, k.channels, 4), 0.25), k.options...))
			before := analyse(t, original)
			steps, limited := LevelSteps(before, Programme())
			if steps <= 0 || limited {
				t.Fatalf("%d steps, limited %v", steps, limited)
			}
			var louder, back bytes.Buffer
			if err := LevelCopy(context.Background(), &louder, bytes.NewReader(original), steps); err != nil {
				t.Fatal(err)
			}
			after := analyse(t, louder.Bytes())
			was, _ := before.Loudness()
			is, _ := after.Loudness()
			if want := was + float64(steps)*mpeg.StepDB; math.Abs(is-want) > 0.1 || math.Abs(is-Programme().Target(after)) > 0.9 {
				t.Errorf("%.2f LUFS became %.2f, want %.2f", was, is, want)
			}
			if after.MP3.BadCRC != 0 || after.Samples != before.Samples {
				t.Errorf("%+v", after.MP3)
			}
			if said := complaints(t, louder.Bytes()); said != "" {
				t.Errorf("players complain: %s", said)
			}
			if err := LevelCopy(context.Background(), &back, &louder, -steps); err != nil || !bytes.Equal(back.Bytes(), original) {
				t.Errorf("undoing does not give the original back: %v", err)
			}
		})
	}
}

func TestLevelNeverRaisesIntoClipping(t *testing.T) {
	audiotest.Need(t, "lame")
	pcm := gain(sound(44100, 1, 6), 0.1)
	pcm[44100] = 0.7 // a single click near the limit
	f := analyse(t, lame(t, 44100, 1, pcm, "-b", "192"))
	p := Programme()
	steps, limited := LevelSteps(f, p)
	peak, _ := f.Measures.TruePeak.Get()
	if !limited || peak+float64(steps)*mpeg.StepDB > p.MaxTruePeak {
		t.Errorf("%d steps over a peak of %.1f dBTP, limited %v", steps, peak, limited)
	}
	quiet := analyse(t, lame(t, 44100, 1, gain(sound(44100, 1, 6), 0.1), "-b", "192"))
	if steps, limited := LevelSteps(quiet, p); steps <= 0 || limited {
		t.Errorf("%d steps, limited %v for something quiet", steps, limited)
	}
	quiet.Warnings = append(quiet.Warnings, Warning{Code: "audio.intensity"}) // half of it was not heard
	if steps, limited := LevelSteps(quiet, p); steps != 0 || !limited {
		t.Errorf("%d steps, limited %v for something of which the peak is unknown", steps, limited)
	}
	loud := analyse(t, lame(t, 44100, 1, gain(pcm, 40), "-b", "128"))
	if steps, _ := LevelSteps(loud, p); steps >= 0 {
		t.Errorf("%d steps for something too loud", steps)
	}
	if err := LevelCopy(context.Background(), &bytes.Buffer{}, bytes.NewReader(lame(t, 44100, 1, pcm, "-b", "64")), 200); !fault.Is(err, "audio.gain_range") {
		t.Errorf("200 steps: %v", err)
	}
	if err := LevelCopy(context.Background(), &bytes.Buffer{}, strings.NewReader("no MP3 at all"), 1); !fault.Is(err, "audio.not_audio") {
		t.Errorf("text: %v", err)
	}
}

func TestToMP3WithEitherEncoder(t *testing.T) {
	audiotest.Need(t, "lame", "ffmpeg")
	lamePath := strings.TrimSpace(string(run(t, nil, "sh", "-c", "command -v lame")))
	ffmpegPath := strings.TrimSpace(string(run(t, nil, "sh", "-c", "command -v ffmpeg")))
	for _, c := range []struct {
		encoder                              string
		rate, channels, outRate, outChannels int
	}{
		{lamePath, 44100, 2, 44100, 2}, {lamePath, 16000, 1, 16000, 1}, {lamePath, 8000, 1, 22050, 1},
		{lamePath, 48000, 6, 48000, 1}, {ffmpegPath, 96000, 2, 44100, 2}, {ffmpegPath, 11025, 1, 22050, 1}, {"", 44100, 1, 0, 0},
	} {
		dir := t.TempDir()
		if c.encoder != "" {
			if err := os.Symlink(c.encoder, filepath.Join(dir, filepath.Base(c.encoder))); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("PATH", dir)
		var out bytes.Buffer
		temp := t.TempDir()
		wave := waveFile(c.rate, c.channels, sound(c.rate, c.channels, 3))
		facts, err := ToMP3(context.Background(), &out, bytes.NewReader(wave), Options{TempDir: temp})
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("%v: left behind %v", c, left)
		}
		if c.encoder == "" {
			if !fault.Is(err, "audio.needs_encoder") {
				t.Errorf("without an encoder: %v", err)
			}
			continue
		}
		if err != nil || facts.Format != WAV {
			t.Errorf("%+v: %v %+v", c, err, facts)
			continue
		}
		if made := analyse(t, out.Bytes()); made.Format != MP3 || made.SampleRate != c.outRate || made.Channels != c.outChannels ||
			made.MP3.Rating != mpeg.CBR || math.Abs(made.Seconds-3) > 0.1 {
			t.Errorf("%+v: made %+v", c, made)
		}
	}
}
