package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loa/audio/audiotest"
	"loa/audio/match"
	"loa/internal/text"
)

// TestAudioMatchSaysWhatAClipProves: the verdict in words and as JSON, for what
// can be said of a clip and for bad input.
func TestAudioMatchSaysWhatAClipProves(t *testing.T) {
	const rate = 16000
	dir := t.TempDir()
	file := func(name string, samples []float32) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, audiotest.WAVOf(samples, rate), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	samples, other := audiotest.Talk(90, rate, 1), audiotest.Talk(90, rate, 2)
	episode, another := file("số 12.wav", samples), file("số 13.wav", other)
	clip, wrong := file("loa.wav", samples[40*rate:55*rate]), file("khác.wav", other[40*rate:55*rate])
	short, nothing := file("ngắn.wav", samples[:3*rate]), file("lạ.wav", audiotest.Talk(15, rate, 3))
	bad := filepath.Join(dir, "chữ.mp3")
	if err := os.WriteFile(bad, []byte("đây là chữ"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{clip, episode}, 0, []string{"Đã kiểm chứng: Khớp 15 trong 15 giây với " + episode + ", từ phút 0:40.", "dưới 1/"}},
		{[]string{clip, another, episode}, 0, []string{"Đã kiểm chứng", "số 12.wav"}},
		{[]string{clip, episode, "--began", "2026-11-27 17:00", "--recorded", "2026-11-27 17:01"}, 0,
			[]string{"Đã kiểm chứng", "bắt đầu muộn hơn báo cáo 20 giây"}},
		{[]string{clip, episode, "--began", "2026-11-27 17:00", "--recorded", "2026-11-27 19:00"}, 0,
			[]string{"Trái với báo cáo", "giờ không khớp", "1 giờ 59 phút"}},
		{[]string{wrong, episode, "--other", another}, 0, []string{"Trái với báo cáo", "chương trình khác, " + another}},
		{[]string{nothing, episode}, 0, []string{"Chưa chứng minh được: Không nghe rõ chương trình nào."}},
		{[]string{short, episode}, 0, []string{"Chưa chứng minh được: Bản thu dài 3 giây, cần ít nhất 8 giây."}},
		{[]string{clip, clip[:len(clip)-4] + "x.wav"}, 66, []string{"Không có tệp"}},
		{[]string{bad, episode}, 65, nil},
		{[]string{clip, episode, "--recorded", "hôm qua"}, 65, []string{"hôm qua"}},
		{[]string{clip, episode, "--began", "2026-11-27 17:00"}, 65, []string{"--recorded"}},
		{[]string{clip, episode, "--began", "2026-11-27 17:00:10", "--recorded", "2026-11-27 17:00:50"}, 0, []string{"Đã kiểm chứng", "0 giây"}},
		{[]string{clip}, 65, []string{"chương-trình"}},
	} {
		var out bytes.Buffer
		if code := run(context.Background(), append([]string{"audio", "match"}, c.args...), &out, &out); code != c.code {
			t.Errorf("%v: exit code %d, want %d: %s", c.args, code, c.code, out.String())
		}
		for _, s := range c.says {
			if !strings.Contains(out.String(), s) {
				t.Errorf("%v: no %q in\n%s", c.args, s, out.String())
			}
		}
	}
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"audio", "match", "--json", clip, episode}, &out, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var got matchJSON
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Verdict != match.Verified || got.Reason != match.Found || got.Episode != episode || got.Start < 39.9 || got.Start > 40.1 ||
		got.Late != nil || len(got.Pieces) < 5 ||
		got.Also == nil || got.Sentence == "" {
		t.Errorf("%s", out.String())
	}
}

// TestEveryWordOfAMatchHasItsSentence in both languages.
func TestEveryWordOfAMatchHasItsSentence(t *testing.T) {
	for _, w := range match.Words {
		if key := "audio.match." + string(w); !text.Has(key) {
			t.Errorf("no %s", key)
		}
	}
	for _, r := range match.Reasons {
		if key := "audio.match.why." + string(r); !text.Has(key) {
			t.Errorf("no %s", key)
		}
	}
}
