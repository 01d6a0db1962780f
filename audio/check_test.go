package audio

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"loa/audio/audiotest"
	"loa/audio/measure"
	"loa/internal/fault"
	"loa/internal/text"
)

// gain multiplies samples.
func gain(pcm []float32, factor float32) []float32 {
	out := slices.Clone(pcm)
	for i := range out {
		out[i] = max(-1, min(1, out[i]*factor))
	}
	return out
}

// between replaces the samples of a stretch of seconds by what with makes of
// channel and time.
func between(pcm []float32, rate, channels int, from, to float64, with func(c int, at float64) float32) []float32 {
	out := slices.Clone(pcm)
	for i := int(from*float64(rate)) * channels; i < min(len(out), int(to*float64(rate))*channels); i++ {
		out[i] = with(i%channels, float64(i/channels)/float64(rate))
	}
	return out
}

func silence(int, float64) float32 { return 0 }

func TestFindingsNameWhatIsWrongAndWhere(t *testing.T) {
	const rate = 32000
	base := gain(sound(rate, 2, 20), 0.6)
	stereo := func(change func(l, r float32) (float32, float32)) []float32 {
		out := slices.Clone(base)
		for i := 0; i < len(out); i += 2 {
			out[i], out[i+1] = change(out[i], out[i+1])
		}
		return out
	}
	contest := Contest()
	contest.MinSeconds, contest.MaxSeconds = 30, 60
	short := Programme()
	short.MaxSeconds = 15
	for _, c := range []struct {
		name    string
		pcm     []float32
		profile Profile
		code    string
		grade   Grade
		says    string
	}{
		{"short", base, contest, "audio.too_short", Refuse, "0:20"},
		{"long", base, short, "audio.too_long", Warn, "0:15–0:20"},
		{"quiet", gain(base, 0.05), Programme(), "audio.too_quiet", Warn, "LUFS"},
		{"loud", gain(base, 4), Programme(), "audio.too_loud", Warn, "LUFS"},
		{"clipped", gain(base, 10), Programme(), "audio.clipped", Warn, "0:00"},
		{"silent", make([]float32, len(base)), Programme(), "audio.silent", Refuse, "micro"},
		{"head", between(base, rate, 2, 0, 5, silence), Programme(), "audio.silent_head", Note, "0:00–0:0"},
		{"tail", between(base, rate, 2, 12, 20, silence), Programme(), "audio.silent_tail", Note, "–0:20"},
		{"inside", between(base, rate, 2, 5, 12, silence), Programme(), "audio.silent_inside", Warn, "0:05–0:12"},
		{"dead", stereo(func(l, _ float32) (float32, float32) { return l, 0 }), Programme(), "audio.dead_channel", Warn, "Kênh 2"},
		{"inverted", stereo(func(l, _ float32) (float32, float32) { return l, -l }), Programme(), "audio.inverted", Warn, "ngược pha"},
		{"twice mono", stereo(func(l, _ float32) (float32, float32) { return l, l }), Programme(), "audio.twice_mono", Note, "mono"},
		{"dc", stereo(func(l, r float32) (float32, float32) { return l + 0.05, r }), Programme(), "audio.dc", Note, "5,0 %"},
		{"hum", between(base, rate, 2, 0, 20, func(_ int, at float64) float32 {
			return base[int(at*rate)*2] + 0.05*float32(math.Sin(2*math.Pi*50*at)+math.Sin(2*math.Pi*100*at))
		}), Programme(), "audio.hum", Warn, "50 Hz"},
	} {
		f, err := Analyse(context.Background(), bytes.NewReader(waveFile(rate, 2, c.pcm)), Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		found := Check(f, c.profile)
		i := slices.IndexFunc(found, func(f Finding) bool { return f.Code == c.code })
		if i < 0 {
			t.Errorf("%s: no %s among %+v", c.name, c.code, found)
			continue
		}
		if s := found[i].Say(text.Vietnamese); found[i].Grade != c.grade || !strings.Contains(s, c.says) || strings.Contains(s, "{") {
			t.Errorf("%s: %s %q, want %q", c.name, found[i].Grade, s, c.says)
		}
		if (Refusal(found) != nil) != (c.grade == Refuse) {
			t.Errorf("%s: refusal %v", c.name, Refusal(found))
		}
	}
}

func TestAGoodRecordingHasNoFindings(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 2, gain(sound(44100, 2, 20), 1.4), "-b", "128")
	f, err := Analyse(context.Background(), bytes.NewReader(file), Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := Programme()
	p.MinBandwidth = 0 // the test sound ends at 1.6 kHz
	if found := Check(f, p); len(found) > 0 {
		t.Errorf("%+v", found)
	}
}

// TestOneFigureOfLoudness: what is told of a mono file is what was measured, its target is the
// lower one, and the sentence says so.
func TestOneFigureOfLoudness(t *testing.T) {
	for channels, want := range map[int]struct{ code, target string }{
		1: {"audio.too_loud_mono", "-19,0 LUFS của tệp mono"}, 2: {"audio.too_loud", "-16,0 LUFS"},
	} {
		file := audiotest.WAV(10, 44100, 5)
		f, err := Analyse(context.Background(), bytes.NewReader(file), Options{})
		if err != nil {
			t.Fatal(err)
		}
		measured := -10.0
		f.Channels, f.Measures.Integrated = channels, measure.Of(measured)
		if told, ok := f.Loudness(); !ok || told != measured {
			t.Errorf("%d channels: %.2f told, %.2f measured", channels, told, measured)
		}
		i := slices.IndexFunc(Check(f, Programme()), func(g Finding) bool { return g.Code == want.code })
		if i < 0 {
			t.Fatalf("%d channels: %+v", channels, Check(f, Programme()))
		}
		found := Check(f, Programme())[i]
		if s := found.Say(text.Vietnamese); found.Args["loudness"] != measured || !strings.Contains(strings.ReplaceAll(s, "−", "-"), want.target) {
			t.Errorf("%d channels: %s", channels, s)
		}
	}
}

func TestACutFileIsRefusedWithAllReasons(t *testing.T) {
	f := Facts{Format: MP3, SampleRate: 44100, Seconds: 65, Truncated: true, Partial: true}
	err := fault.Of(Refusal(Check(f, Programme())))
	if err == nil || err.Code != "audio.cut" || len(err.Parts) != 2 || err.Kind != fault.Invalid {
		t.Fatalf("%v", err)
	}
	if s := text.Vietnamese.Fault(err); !strings.Contains(s, "1:05") {
		t.Error(s)
	}
}

func TestGradesAreSettings(t *testing.T) {
	f := Facts{Format: WAV, Truncated: true}
	p, err := ParseProfile(Programme(), []byte(`{"grades":{"audio.cut":"note","audio.will_convert":"off"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if found := Check(f, p); len(found) != 1 || found[0].Grade != Note {
		t.Errorf("%+v", found)
	}
	for _, bad := range []string{`{"min_seconds":9,"max_seconds":3}`, `{"grades":{"audio.cut":"maybe"}}`, `{"target_lufs":3}`, `[]`} {
		if _, err := ParseProfile(Programme(), []byte(bad)); !fault.Is(err, "audio.profile_impossible") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestEveryCodeHasASentence reads the sources: finding and warning codes are
// not literals of fault.New, so the catalogue's own test cannot see them.
func TestEveryCodeHasASentence(t *testing.T) {
	codes := codesInSources(t)
	if len(codes) < 40 {
		t.Fatalf("found %d codes only: the pattern no longer matches", len(codes))
	}
	for _, code := range codes {
		if !text.Has(code) {
			t.Errorf("no sentence for %s", code)
		}
	}
}
