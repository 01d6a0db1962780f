package audio

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"loa/audio/audiotest"
	"loa/internal/fault"
)

// twolame encodes a WAV to MPEG Layer II.
func twolame(t testing.TB, wave []byte, options ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.wav"), filepath.Join(dir, "out.mp2")
	if err := os.WriteFile(in, wave, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, nil, "twolame", append(append([]string{"--quiet"}, options...), in, out)...)
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// cutKinds are files of six seconds of every kind of container, each as the
// programs of phones, editors and broadcasters write it. told is what is to be
// said of a file that lost a third: "cut" and how much, "cut" alone where the
// container cannot know how much, "index" where nothing can be read any more,
// "end" where only the last frame tells.
func cutKinds(t testing.TB) []struct {
	name string
	file []byte
	told string
} {
	audiotest.Need(t, "ffmpeg", "lame", "twolame")
	pcm := sound(44100, 1, 6)
	wave := waveFile(44100, 1, pcm)
	as := func(extension string, options ...string) []byte { return makeFile(t, wave, extension, options...) }
	return []struct {
		name string
		file []byte
		told string
	}{
		{"mp3 of lame", lame(t, 44100, 1, pcm, "-b", "64"), "cut by"},
		{"mp3 of lame, VBR", lame(t, 44100, 1, pcm, "-V", "5"), "cut by"},
		{"mp3 of ffmpeg", as("mp3", "-b:a", "64k"), "cut by"},
		{"mp3 without information", lame(t, 44100, 1, pcm, "-b", "64", "-t"), "end"},
		{"mp3 with VBRI", vbri(lame(t, 44100, 1, pcm, "-b", "64", "-t")), "cut by"},
		{"mp2", twolame(t, wave, "-b", "96"), "end"},
		{"mp2 of MPEG-2", twolame(t, waveFile(24000, 1, sound(24000, 1, 6)), "-b", "48"), "end"},
		{"wav", wave, "cut by"},
		{"wav of 24 bits", as("wav", "-c:a", "pcm_s24le"), "cut by"},
		{"rf64", as("wav", "-rf64", "always"), "cut by"},
		{"wav of A-law", as("wav", "-c:a", "pcm_alaw"), "cut by"},
		{"wav of µ-law", as("wav", "-c:a", "pcm_mulaw"), "cut by"},
		{"wav of IMA ADPCM", as("wav", "-c:a", "adpcm_ima_wav"), "cut by"},
		{"wav of MS ADPCM", as("wav", "-c:a", "adpcm_ms"), "cut by"},
		{"wav of MP3", as("wav", "-c:a", "libmp3lame", "-b:a", "64k"), "cut by"},
		{"aiff", as("aiff"), "cut by"},
		{"aifc", as("aiff", "-c:a", "pcm_mulaw"), "cut by"},
		{"caf", as("caf"), "cut by"},
		{"caf of ALAC", as("caf", "-c:a", "alac"), "index"},
		{"flac", as("flac"), "cut by"},
		{"flac through a pipe", run(t, wave, "ffmpeg", "-v", "error", "-i", "-", "-f", "flac", "-"), "end"},
		{"ogg vorbis", as("ogg", "-c:a", "libvorbis"), "cut"},
		{"ogg opus", as("opus", "-c:a", "libopus"), "cut"},
		{"ogg flac", as("ogg", "-c:a", "flac"), "cut"},
		{"ogg speex", as("ogg", "-ar", "16000", "-c:a", "libspeex"), "cut"},
		{"m4a", as("m4a", "-c:a", "aac"), "index"},
		{"m4a, index in front", as("m4a", "-c:a", "aac", "-movflags", "faststart"), "cut by"},
		{"m4a of ALAC, index in front", as("m4a", "-c:a", "alac", "-movflags", "faststart"), "cut by"},
		{"m4a in fragments", as("m4a", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-frag_duration", "1000000"), "cut"},
		{"mov", as("mov", "-c:a", "pcm_s16le", "-movflags", "faststart"), "cut by"},
		{"3gp", as("3gp", "-c:a", "aac"), "index"},
		{"3gp, index in front", as("3gp", "-c:a", "aac", "-movflags", "faststart"), "cut by"},
		{"webm", as("webm", "-c:a", "libopus"), "cut by"},
		{"webm of a browser", run(t, wave, "ffmpeg", "-v", "error", "-i", "-", "-c:a", "libopus", "-live", "1", "-f", "webm", "-"), "end"},
		{"mka", as("mka", "-c:a", "libmp3lame"), "cut by"},
		{"wma", as("wma"), "cut by"},
		{"aac", as("aac", "-c:a", "aac"), "end"},
		{"amr", amrFile(300), "end"},
	}
}

// amrFile is any bits in so many frames of 20 ms: they are some sound.
func amrFile(frames int) []byte {
	r, b := rand.New(rand.NewPCG(7, 7)), []byte("#!AMR\n")
	for range frames {
		b = append(b, 7<<3|4)
		for range 31 {
			b = append(b, byte(r.Uint32()))
		}
	}
	return b
}

// vbri puts an information frame of Fraunhofer's kind in front of an MP3.
func vbri(file []byte) []byte {
	frames := 0
	for at := 0; at < len(file); frames++ {
		at += mp3FrameSize(file[at:])
	}
	info := make([]byte, mp3FrameSize(file))
	copy(info, file[:4])
	copy(info[36:], fmt.Sprintf("VBRI\x00\x01\x00\x00\x00\x00\x00\x00%c%c\x00\x00%c%c", len(file)>>8&0x7f, len(file)&0x7f, frames>>8, frames&0x7f))
	info[36+16], info[36+17] = byte(frames>>8), byte(frames)
	return append(info, file...)
}

func mp3FrameSize(b []byte) int {
	for _, s := range streams {
		if s.format == MP3 {
			return max(1, s.size(b))
		}
	}
	return 1
}

// verdictOf says in a word what becomes of a file.
func verdictOf(t *testing.T, file []byte) (verdict string, missing float64) {
	t.Helper()
	f, err := Decode(context.Background(), bytes.NewReader(file), Options{TempDir: t.TempDir()}, discard{})
	if fault.Is(err, "audio.no_index") {
		return "index", 0
	}
	if err != nil {
		return err.Error(), 0
	}
	found := Check(f, Programme())
	has := func(code string, g Grade) bool {
		return slices.ContainsFunc(found, func(f Finding) bool { return f.Code == code && f.Grade == g })
	}
	switch {
	case has("audio.cut_by", Refuse):
		return "cut by", f.Missing
	case has("audio.cut", Refuse):
		return "cut", 0
	case has("audio.no_end", Warn):
		return "end", 0
	case len(f.Warnings) > 0:
		return fmt.Sprint(f.Warnings), 0
	}
	return "", 0
}

// TestWhatIsCutIsToldByItsContainer cuts files at two thirds, at 95 %, by 20
// bytes and by one: what misses more than a frame of what it announces is
// refused, and what only lacks some bytes of its last frame is taken.
func TestWhatIsCutIsToldByItsContainer(t *testing.T) {
	for _, k := range cutKinds(t) {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			for _, keep := range []int{len(k.file)*2/3 + 57, len(k.file)*95/100 + 57} { // inside a frame of what has nothing but frames
				want := 6 * (1 - float64(keep)/float64(len(k.file)))
				got, missing := verdictOf(t, k.file[:keep])
				if got != k.told && !(k.told == "cut" && got == "cut by") {
					t.Errorf("%d of %d bytes: %q, want %q", keep, len(k.file), got, k.told)
				}
				if k.told == "cut by" && (missing < want*0.7-0.1 || missing > want*1.3+0.2) {
					t.Errorf("%d of %d bytes: %.2f s missing, want about %.2f", keep, len(k.file), missing, want)
				}
			}
			near := map[string]string{"end": "end", "index": "index"}[k.told]
			switch k.name {
			case "ogg vorbis", "ogg flac", "ogg speex":
				near = "cut by" // the page that lost a byte is lost: a second of sound
			case "m4a", "3gp":
				near = "" // what stands last in the index are notes
			}
			for off, want := range map[int]string{0: "", 20: near} {
				if got, missing := verdictOf(t, k.file[:len(k.file)-off]); got != want {
					t.Errorf("%d bytes off: %q, %.2f s missing, want %q", off, got, missing, want)
				}
			}
			if got, _ := verdictOf(t, k.file[:len(k.file)-1]); got != near && got != "" {
				t.Errorf("a byte off: %q, want %q or nothing", got, near)
			}
		})
	}
}
