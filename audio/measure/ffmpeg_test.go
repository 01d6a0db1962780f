package measure_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"loa/audio/audiotest"
)

func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	command := audiotest.Command(name, args...)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, stderr.String())
	}
	return out
}

// samples decodes a file as it is.
func samples(t testing.TB, file string) []float32 {
	t.Helper()
	raw := run(t, "ffmpeg", "-v", "error", "-i", file, "-f", "f32le", "-")
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return out
}

// reference is what ffmpeg's ebur128 says of a file, after the filters given.
func reference(t testing.TB, file, filters string) map[string]float64 {
	t.Helper()
	out := string(run(t, "ffmpeg", "-v", "error", "-i", file, "-af",
		filters+"ebur128=peak=true:metadata=1,ametadata=print:file=-", "-f", "null", "-"))
	last := map[string]float64{}
	for line := range strings.Lines(out) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && strings.HasPrefix(key, "lavfi.r128.") {
			last[strings.TrimPrefix(key, "lavfi.r128.")], _ = strconv.ParseFloat(value, 64)
		}
	}
	return last
}

// speech makes about forty seconds of Vietnamese.
func speech(t testing.TB, file string) {
	text := "Xin chào bà con. Đây là đài truyền thanh xã. Hôm nay chúng tôi nói về xây dựng nông thôn mới, " +
		"giữ gìn vệ sinh môi trường, và kinh nghiệm trồng cây ăn quả trên đất dốc. Mời bà con cùng nghe. "
	run(t, "espeak-ng", "-v", "vi", "-a", "60", "-w", file, strings.Repeat(text, 3))
}

// music makes half a minute of plucked chords over a bass, swelling slowly.
func music(t testing.TB, file string) {
	run(t, "sox", "-n", "-r", "44100", "-c", "2", file, "synth", "1.7", "pluck", "C3", "pluck", "E4",
		"synth", "1.7", "triangle", "mix", "C2", "repeat", "17", "tremolo", "0.07", "70", "norm", "-4", "reverb", "50", "norm", "-3")
}

// TestAgreesWithFFmpeg compares with ffmpeg's ebur128, an implementation of its
// own. ffmpeg does not correct the high-pass for the sample rate, which costs
// it up to 0.2 dB at 8 kHz, and finds true peaks by resampling to 192 kHz; so it
// gets the same sound at 48 kHz and above, and we get it at every rate.
func TestAgreesWithFFmpeg(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "espeak-ng", "sox")
	dir := t.TempDir()
	for name, make := range map[string]func(testing.TB, string){"speech": speech, "music": music} {
		source := filepath.Join(dir, name+".wav")
		make(t, source)
		for i, rate := range []int{8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000} {
			channels := 1 + i%2
			t.Run(fmt.Sprintf("%s/%d/%d", name, rate, channels), func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "a.wav")
				run(t, "ffmpeg", "-v", "error", "-i", source, "-ar", strconv.Itoa(rate), "-ac", strconv.Itoa(channels), "-c:a", "pcm_f32le", file)
				filters := ""
				if rate < 44100 {
					filters = "aresample=48000,"
				}
				agree(t, file, filters, rate, channels)
			})
		}
	}
}

// TestAgreesWithFFmpegOnMP3 is the same on what stations send.
func TestAgreesWithFFmpegOnMP3(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "espeak-ng", "sox", "lame")
	dir := t.TempDir()
	for name, make := range map[string]func(testing.TB, string){"speech": speech, "music": music} {
		source, mp3, wav := filepath.Join(dir, name+".wav"), filepath.Join(dir, name+".mp3"), filepath.Join(dir, name+"2.wav")
		make(t, source)
		run(t, "lame", "--quiet", "-b", "128", "-m", "j", "--resample", "44.1", source, mp3)
		run(t, "ffmpeg", "-v", "error", "-i", mp3, "-ar", "44100", "-ac", "2", "-c:a", "pcm_f32le", wav)
		t.Run(name, func(t *testing.T) { agree(t, wav, "", 44100, 2) })
	}
}

func agree(t *testing.T, file, filters string, rate, channels int) {
	t.Helper()
	want := reference(t, file, filters)
	r := report(rate, channels, samples(t, file))
	if peak := 20 * math.Log10(want["true_peak"]); peak >= 0 {
		t.Fatalf("the signal reaches %.2f dBTP: it must stay below full scale", peak)
	} else {
		near(t, "true peak", r.TruePeak, peak, 0.2, 0.2)
	}
	near(t, "integrated", r.Integrated, want["I"], 0.1, 0.1)
	near(t, "loudness range", r.LoudnessRange, want["LRA"], 0.1, 0.1)
	loudness, _ := r.Integrated.Get()
	lra, _ := r.LoudnessRange.Get()
	truePeak, _ := r.TruePeak.Get()
	t.Logf("ours less ffmpeg's: %+.3f LU integrated, %+.3f LU range, %+.3f dB true peak",
		loudness-want["I"], lra-want["LRA"], truePeak-20*math.Log10(want["true_peak"]))
}
