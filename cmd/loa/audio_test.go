package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"loa/audio"
	"loa/internal/text"
)

// tone writes a mono WAV file of seconds of a quiet rattle.
func tone(t *testing.T, name string, seconds int) string {
	t.Helper()
	const rate = 22050
	b := []byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	b = append(b, "\x02\x00\x10\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate*seconds))
	seed := uint32(7)
	for range rate * seconds {
		seed = seed*1664525 + 1013904223
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(int32(seed)>>20)))
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAudioCheck(t *testing.T) {
	good := tone(t, "bản tin.wav", 12)
	fake := filepath.Join(t.TempDir(), "x\x1b[31m.mp3")
	if err := os.WriteFile(fake, []byte("PK\x03\x04 and so on"), 0o600); err != nil {
		t.Fatal(err)
	}
	strict := filepath.Join(t.TempDir(), "strict.json")
	if err := os.WriteFile(strict, []byte(`{"min_seconds":60,"grades":{"audio.too_short":"refuse"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"check", good}, 0, []string{"bản tin.wav", "WAV 22.050 Hz ×1", "0:12", "tiếng nhỏ"}},
		{[]string{"check", "--profile", "evidence", good}, 0, []string{"bản tin.wav"}},
		{[]string{"check", "--profile", strict, good}, 65, []string{"ngắn hơn", "Bị từ chối: 1"}},
		{[]string{"check", good, fake}, 65, []string{"tệp nén", "Bị từ chối: 1 trong 2"}},
		{[]string{"check", "/nowhere.mp3"}, 66, []string{"/nowhere.mp3"}},
		{[]string{"check", "--profile", "x", good}, 65, []string{"contest"}},
		{[]string{"check"}, 65, []string{"loa audio check"}},
		{[]string{"play"}, 65, []string{"loa audio check"}},
	} {
		var out bytes.Buffer
		if code := run(context.Background(), append([]string{"audio"}, c.args...), &out, &out); code != c.code {
			t.Errorf("%v: exit code %d, want %d", c.args, code, c.code)
		}
		for _, s := range c.says {
			if !strings.Contains(strings.ToLower(out.String()), strings.ToLower(s)) {
				t.Errorf("%v: no %q in\n%s", c.args, s, out.String())
			}
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("%v: a control character of the name reached the terminal", c.args)
		}
	}
}

func TestAudioCheckTellsOneLoudness(t *testing.T) {
	var out bytes.Buffer
	if code := run(context.Background(), []string{"audio", "check", tone(t, "mono.wav", 5)}, &out, &out); code != 0 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	told := regexp.MustCompile(`Tiếng nhỏ: (-[0-9,]+) LUFS`).FindStringSubmatch(out.String())
	if told == nil || strings.Count(out.String(), " "+told[1]+" ") != 2 {
		t.Errorf("the table and the sentence differ about a mono recording:\n%s", out.String())
	}
}

func TestAudioCheckJSONReadsBack(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"audio", "check", "--json", tone(t, "a.wav", 10)}, &out, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var got struct {
		Items []struct {
			Facts    audio.Facts
			Findings []struct{ Code, Grade, Sentence string }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Items) != 1 || got.Items[0].Facts.Samples != 220500 || len(got.Items[0].Facts.SHA256) != 64 {
		t.Fatalf("%+v", got)
	}
	for _, f := range got.Items[0].Findings {
		if !text.Has(f.Code) || f.Sentence == "" || strings.Contains(f.Sentence, "{") {
			t.Errorf("finding %+v", f)
		}
	}
}
