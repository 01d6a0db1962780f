package audio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"testing"

	"loa/audio/audiotest"
	"loa/internal/fault"
)

func TestBlindCopySoundsTheSameAndSaysNothing(t *testing.T) {
	audiotest.Need(t, "lame", "ffmpeg", "mpg123")
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			file := tagged(lame(t, k.rate, k.channels, sound(k.rate, k.channels, 3), k.options...))
			var blind bytes.Buffer
			if err := Blind(context.Background(), &blind, bytes.NewReader(file), MP3, Options{}); err != nil {
				t.Fatal(err)
			}
			_, want := decode(t, file, 1)
			facts, got := decode(t, blind.Bytes(), 1)
			if !slices.Equal(got.pcm, want.pcm) {
				rms, most := difference(got.pcm, want.pcm)
				t.Errorf("%d samples, %d in the original; rms %g, most %g", len(got.pcm), len(want.pcm), rms, most)
			}
			if blind.Len()%BlindBucket != 0 || facts.MP3.TagBytes != 0 || facts.MP3.Damaged != 0 {
				t.Errorf("%d bytes, %+v", blind.Len(), facts.MP3)
			}
			for _, mark := range []string{"LAME3", "Lavc", "APETAGEX"} {
				if bytes.Contains(blind.Bytes(), []byte(mark)) {
					t.Errorf("it still says %s", mark)
				}
			}
			if said := complaints(t, blind.Bytes()); said != "" {
				t.Errorf("players complain: %s", said)
			}
		})
	}
}

func TestBlindCopiesOfTheSameSoundAreTheSameBytes(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 2, sound(44100, 2, 4), "-b", "128")
	var sums [2][sha256.Size]byte
	for i, f := range [][]byte{file, tagged(file)} {
		var blind bytes.Buffer
		if err := Blind(context.Background(), &blind, bytes.NewReader(f), MP3, Options{}); err != nil {
			t.Fatal(err)
		}
		sums[i] = sha256.Sum256(blind.Bytes())
	}
	if sums[0] != sums[1] {
		t.Error("tags change the blind copy")
	}
}

func TestAJuryHearsEveryFormatAsAnMP3(t *testing.T) {
	audiotest.Need(t, "lame", "ffmpeg")
	wave := waveFile(44100, 1, sound(44100, 1, 3))
	for name, file := range map[string][]byte{"wav": wave, "flac": run(t, wave, "ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "flac", "pipe:1"),
		"m4a": run(t, wave, "ffmpeg", "-v", "error", "-i", "pipe:0", "-c:a", "aac", "-metadata", "artist=Vàng A Sính", "-f", "adts", "pipe:1")} {
		from := analyse(t, file)
		var blind bytes.Buffer
		if err := Blind(context.Background(), &blind, bytes.NewReader(file), from.Format, Options{TempDir: t.TempDir()}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := analyse(t, blind.Bytes())
		if got.Format != MP3 || blind.Len()%BlindBucket != 0 || got.Seconds < from.Seconds-0.1 || got.Seconds > from.Seconds+0.1 ||
			bytes.Contains(blind.Bytes(), []byte("LAME3")) {
			t.Errorf("%s: %d bytes, %+v", name, blind.Len(), got)
		}
		if said := complaints(t, blind.Bytes()); said != "" {
			t.Errorf("%s: players complain: %s", name, said)
		}
	}
}

func TestWithoutAnEncoderOnlyMP3CanBeEntered(t *testing.T) {
	audiotest.Need(t, "lame")
	wave := analyse(t, waveFile(44100, 1, sound(44100, 1, 3)))
	mp3 := analyse(t, lame(t, 44100, 1, sound(44100, 1, 3), "-b", "64"))
	if err := Enterable(wave, Profile{}); err != nil {
		t.Errorf("with an encoder: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := Enterable(wave, Profile{}); !fault.Is(err, "audio.needs_encoder") {
		t.Errorf("a WAV: %v", err)
	}
	if err := Enterable(mp3, Profile{}); err != nil {
		t.Errorf("an MP3: %v", err)
	}
}
