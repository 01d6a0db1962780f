package audio

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"

	"loa/audio/audiotest"
)

// ebur128 measures a file with ffmpeg: loudness in LUFS and true peak in dBTP.
// It does so at 48 kHz, the only rate at which ffmpeg weights as the standard says.
func ebur128(t *testing.T, file []byte) (loudness, peak float64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.mp3")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out := run(t, nil, "sh", "-c", `ffmpeg -hide_banner -nostats -f mp3 -i "$0" -af aresample=48000,ebur128=peak=true -f null - 2>&1`, path)
	number := func(pattern string) float64 {
		all := regexp.MustCompile(pattern).FindAllSubmatch(out, -1)
		if len(all) == 0 {
			t.Fatalf("no %s in %s", pattern, out)
		}
		n, err := strconv.ParseFloat(string(all[len(all)-1][1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return number(`I: +(-?[0-9.]+) LUFS`), number(`Peak: +(-?[0-9.]+) dBFS`)
}

func TestMP3SpeechMeasuresAsInFFmpeg(t *testing.T) {
	audiotest.Need(t, "espeak-ng", "lame", "ffmpeg")
	speech := run(t, nil, "espeak-ng", "-v", "vi", "--stdout",
		"Xin chào bà con. Đây là bản tin nông thôn mới của đài truyền thanh xã. Hôm nay chúng tôi nói về đường giao thông, nước sạch và vệ sinh môi trường.")
	for _, options := range [][]string{
		{"-ar", "44100", "-ac", "2", "-b:a", "128k"}, {"-ar", "44100", "-ac", "1", "-b:a", "64k"},
		{"-ar", "22050", "-ac", "1", "-b:a", "32k"}, {"-ar", "48000", "-ac", "2", "-q:a", "4"}, {"-ar", "11025", "-ac", "1", "-b:a", "24k"},
	} {
		file := makeFile(t, speech, "mp3", options...)
		wantLoudness, wantPeak := ebur128(t, file)
		m := analyse(t, file).Measures
		loudness, _ := m.Integrated.Get()
		peak, _ := m.TruePeak.Get()
		if math.Abs(loudness-wantLoudness) > 0.1 {
			t.Errorf("%v: %.2f LUFS, ffmpeg says %.2f", options, loudness, wantLoudness)
		}
		switch {
		case wantPeak < 0 && math.Abs(peak-wantPeak) > 0.2:
			t.Errorf("%v: %.2f dBTP, ffmpeg says %.2f", options, peak, wantPeak)
		case wantPeak > 0.2 && !m.TruePeakAtLeast:
			t.Errorf("%v: %.2f dBTP is not said to be a lower limit of %.2f", options, peak, wantPeak)
		}
	}
}

// lag is a Sink that counts samples.
type lag struct {
	channels int
	written  atomic.Int64 // read by the goroutine that reads the file
}

func (l *lag) Begin(_, channels int) { l.channels = channels }
func (l *lag) Write(block []float32) { l.written.Add(int64(len(block) / l.channels)) }

// TestLittleIsLeftToDoAfterTheLastByte: what is not yet decoded when the last
// byte is read is bounded by what is in flight, whatever the length.
func TestLittleIsLeftToDoAfterTheLastByte(t *testing.T) {
	audiotest.Need(t, "lame")
	const workers = 2
	file := lame(t, 16000, 1, sound(16000, 1, 30), "-b", "24", "-t")
	const times = 20
	l := &lag{}
	var before int64
	last := &atEnd{r: endless(nil, file, int64(times*len(file))), do: func() { before = l.written.Load() }}
	facts, err := Decode(context.Background(), last, Options{Workers: workers}, l)
	if err != nil {
		t.Fatal(err)
	}
	inFlight := int64(2*workers+workers+2) * batchFrames * 576
	if left := facts.Samples - before; left > inFlight+int64(window64K(facts)) || before == 0 {
		t.Errorf("%d of %d samples were left at the last byte", left, facts.Samples)
	}
}

// window64K is how many samples the walker's buffer of 64 KiB holds.
func window64K(f Facts) int { return 64 << 10 * 8 / f.Bitrate * f.SampleRate }

// atEnd calls do when the reader ends.
type atEnd struct {
	r  io.Reader
	do func()
}

func (a *atEnd) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if err == io.EOF {
		a.do()
	}
	return n, err
}

func TestFramesSumIgnoresTags(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 1, sound(44100, 1, 2), "-b", "64")
	a, b := analyse(t, file), analyse(t, tagged(file))
	if a.SHA256 == b.SHA256 || a.MP3.FramesSHA256 != b.MP3.FramesSHA256 || bytes.Equal(file, tagged(file)) {
		t.Errorf("%s %s, frames %s %s", a.SHA256, b.SHA256, a.MP3.FramesSHA256, b.MP3.FramesSHA256)
	}
}
