package audio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loa/audio/audiotest"
	"loa/internal/fault"
	"loa/internal/text"
)

// make encodes a WAV file with ffmpeg to a file with the given extension.
func makeFile(t testing.TB, wave []byte, extension string, options ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x."+extension)
	run(t, wave, "ffmpeg", append(append([]string{"-v", "error", "-i", "-"}, options...), path)...)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatPhonesAndEditorsMake(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	source := sound(16000, 1, 4)
	wave := waveFile(16000, 1, source)
	for _, c := range []struct {
		extension string
		options   []string
		format    Format
		codec     string
		rate      int
		tolerance float64 // of the length, in seconds
	}{
		{"flac", nil, FLAC, "FLAC 16 bit", 16000, 0},
		{"flac", []string{"-ar", "44100", "-ac", "2", "-c:a", "flac", "-sample_fmt", "s32"}, FLAC, "FLAC 24 bit", 44100, 0.001},
		{"m4a", []string{"-c:a", "aac"}, M4A, "aac", 16000, 0.1},
		{"m4a", []string{"-c:a", "aac", "-movflags", "faststart"}, M4A, "aac", 16000, 0.1},
		{"3gp", []string{"-c:a", "aac"}, ThGP, "aac", 16000, 0.1},
		{"ogg", []string{"-c:a", "libvorbis"}, OGG, "vorbis", 16000, 0.1},
		{"ogg", []string{"-c:a", "libopus"}, OGG, "opus", 48000, 0.1},
		{"webm", []string{"-c:a", "libopus"}, WebM, "opus", 48000, 0.1},
		{"aac", nil, AAC, "aac", 16000, 0.2},
		{"wma", nil, WMA, "wmav2", 16000, 0.2},
		{"aiff", nil, AIFF, "pcm_s16be", 16000, 0},
		{"caf", nil, CAF, "pcm_s16be", 16000, 0},
		{"mp2", []string{"-ar", "44100"}, MP2, "mp2", 44100, 0.2},
		{"wav", []string{"-c:a", "adpcm_ima_wav"}, WAV, "adpcm_ima_wav", 16000, 0.2}, // cheap voice recorders
		{"wav", []string{"-c:a", "adpcm_ms"}, WAV, "adpcm_ms", 16000, 0.2},
		{"wav", []string{"-c:a", "pcm_alaw"}, WAV, "pcm_alaw", 16000, 0}, // telephone exchanges
		{"wav", []string{"-c:a", "pcm_mulaw", "-rf64", "always"}, WAV, "pcm_mulaw", 16000, 0},
		{"wav", []string{"-c:a", "libmp3lame"}, WAV, "mp3", 16000, 0.2}, // editors
		{"mp3", []string{"-ar", "8000", "-b:a", "16k"}, MP3, "MPEG-2.5 Layer III", 8000, 0.2},
	} {
		t.Run(c.extension+" "+c.codec, func(t *testing.T) {
			facts, got := decode(t, makeFile(t, wave, c.extension, c.options...), 2)
			if facts.Format != c.format || facts.Codec != c.codec || facts.SampleRate != c.rate {
				t.Errorf("facts %+v", facts)
			}
			if d := facts.Seconds - 4; d < -c.tolerance || d > c.tolerance {
				t.Errorf("%v seconds of 4", facts.Seconds)
			}
			if facts.Samples*int64(facts.Channels) != int64(len(got.pcm)) || facts.Truncated || len(facts.Warnings) > 0 {
				t.Errorf("%d samples said, %d given; %+v", facts.Samples, len(got.pcm), facts)
			}
		})
	}
}

// TestOldPhonesRecordAMR has no encoder: any bits of a frame are some sound.
func TestOldPhonesRecordAMR(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	amr := func(magic string, toc byte, size int) []byte { // four seconds
		r, b := rand.New(rand.NewPCG(7, 7)), []byte(magic)
		for range 200 {
			b = append(b, toc)
			for range size {
				b = append(b, byte(r.Uint32()))
			}
		}
		return b
	}
	narrow := amr("#!AMR\n", 7<<3|4, 31)
	path := filepath.Join(t.TempDir(), "x.3gp")
	run(t, narrow, "ffmpeg", "-v", "error", "-f", "amr", "-i", "-", "-c", "copy", path)
	in3GP, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file   []byte
		format Format
		codec  string
		rate   int
	}{
		{narrow, AMR, "amr_nb", 8000}, {amr("#!AMR-WB\n", 8<<3|4, 60), AMR, "amr_wb", 16000}, {in3GP, ThGP, "amr_nb", 8000},
	} {
		facts, got := decode(t, c.file, 1)
		if facts.Format != c.format || facts.Codec != c.codec || facts.SampleRate != c.rate || facts.Seconds < 3.9 || facts.Seconds > 4.1 || len(got.pcm) == 0 {
			t.Errorf("%s %s: %+v", c.format, c.codec, facts)
		}
	}
}

func TestEightKilohertzIsTrimmedAsFFmpegDoes(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "lame")
	file := lame(t, 8000, 1, sound(8000, 1, 5), "-b", "32")
	facts, got := decode(t, file, 1)
	want := ffmpegFloats(t, file, "x.mp3")
	if rms, most := difference(got.pcm, want); facts.Samples != 40000 || len(got.pcm) != 40000 || rms > 1e-4 {
		t.Errorf("%d samples, %d given; rms %g most %g", facts.Samples, len(got.pcm), rms, most)
	}
}

func TestWithoutFFmpegASentenceSaysHowToConvert(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	wave := waveFile(16000, 1, sound(16000, 1, 1))
	m4a := makeFile(t, wave, "m4a")
	recorder := makeFile(t, wave, "wav", "-c:a", "adpcm_ima_wav")
	t.Setenv("PATH", t.TempDir())
	for says, file := range map[string][]byte{"M4A": m4a, "WAV ADPCM": recorder} {
		_, err := Decode(context.Background(), bytes.NewReader(file), Options{}, discard{})
		if s := text.Vietnamese.Fault(err); !strings.Contains(s, says) || !strings.Contains(s, "ffmpeg") {
			t.Errorf("%s, want %s", s, says)
		}
	}
}

func TestAFLACBehindATagIsAFLAC(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	flac := makeFile(t, waveFile(16000, 1, sound(16000, 1, 4)), "flac")
	want, heard := decode(t, flac, 1)
	tag := func(n int) []byte { // the title, and a cover of n bytes in which false frames begin
		body := append([]byte("TIT2\x00\x00\x00\x05\x00\x00\x00Xin!APIC"), bytes.Repeat([]byte("\xff\xfb\x90\x64fLaC"), n/8)...)
		size := []byte{byte(len(body) >> 21 & 0x7f), byte(len(body) >> 14 & 0x7f), byte(len(body) >> 7 & 0x7f), byte(len(body) & 0x7f)}
		return append(append([]byte("ID3\x03\x00\x00"), size...), body...)
	}
	for name, head := range map[string][]byte{"a small tag": tag(0), "a cover of 5 MB": tag(5_000_000), "two tags": append(tag(80), tag(800)...)} {
		file := append(head, flac...)
		facts, got := decode(t, file, 1)
		if facts.Format != FLAC || facts.Codec != want.Codec || facts.Samples != want.Samples || facts.Truncated || len(facts.Warnings) > 0 ||
			!slices.Equal(got.pcm, heard.pcm) {
			t.Errorf("%s: %+v, want %+v", name, facts, want)
		}
		if sum := sha256.Sum256(file); facts.SHA256 != hex.EncodeToString(sum[:]) || facts.Bytes != int64(len(file)) {
			t.Errorf("%s: the hash is not that of the whole file", name)
		}
		if facts, _ := decode(t, file[:len(file)-len(flac)/3], 1); !facts.Truncated {
			t.Errorf("%s: a cut FLAC was not noticed", name)
		}
	}
	// Elsewhere the four letters mean nothing.
	if _, err := Decode(t.Context(), bytes.NewReader(append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00xfLaC"), make([]byte, 100_000)...)), Options{},
		discard{}); !fault.Is(err, "audio.not_audio") {
		t.Errorf("garbage: %v", err)
	}
}

func TestCutFLACAndPhoneFilesAreKnown(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	wave := waveFile(16000, 1, sound(16000, 1, 4))
	flac := makeFile(t, wave, "flac")
	if facts, _ := decode(t, flac[:len(flac)*2/3], 1); !facts.Truncated {
		t.Error("a cut FLAC was not noticed")
	}
	flac[len(flac)/2] ^= 0x55
	if _, err := Decode(context.Background(), bytes.NewReader(flac), Options{}, discard{}); !fault.Is(err, "audio.flac_damaged") {
		t.Errorf("a damaged FLAC: %v", err)
	}
	m4a := makeFile(t, wave, "m4a")
	dir := t.TempDir()
	if _, err := Decode(context.Background(), bytes.NewReader(m4a[:len(m4a)/2]), Options{TempDir: dir}, discard{}); !fault.Is(err, "audio.no_index") {
		t.Errorf("an M4A without its index: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAFLACThatFewCanReadIsNotCalledDamaged(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	flac := makeFile(t, waveFile(16000, 1, sound(16000, 1, 1)), "flac")
	flac[20], flac[21] = flac[20]|1, flac[21]|0xf0 // 32 bits, as STREAMINFO tells
	if _, err := Decode(context.Background(), bytes.NewReader(flac), Options{}, discard{}); !fault.Is(err, "audio.flac_bits") {
		t.Error(err)
	}
}
