package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/client"
	"loa/contest"
)

// The steps of a contest that cannot be taken back are shown first, and made
// when somebody says that she has seen them; the daemon is found by its folder.
func TestTheStepsOfAContestAreTakenFromTheTerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC))
	c := reach{Server: r.d.URL(), Token: r.token}.client()
	rules := contest.Sample()
	rules.Title = "Hội thi thử"
	rules.Dates.OpensAt, rules.Dates.ClosesAt = r.clock.now(), r.clock.now().AddDate(0, 1, 0)
	for i := range rules.Rounds {
		for j := range rules.Rounds[i].Parts {
			rules.Rounds[i].Parts[j].Sample = false
		}
	}
	if _, err := c.PostContests(t.Context(), client.DraftBody{ID: "thu", Title: "Hội thi thử", Rules: &rules}); err != nil {
		t.Fatal(err)
	}
	loa := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(append([]string{"contest"}, args...), "--data", r.dir), &out, &errs)
		return code, out.String() + errs.String()
	}
	phase := func(want contest.Phase) {
		t.Helper()
		if x, err := c.GetContest(t.Context(), "thu"); err != nil || x.Phase != want {
			t.Fatalf("the contest is %s, %v, want %s", x.Phase, err, want)
		}
	}
	code, said := loa("open", "thu")
	if code != 75 || !strings.Contains(said, "Chưa làm gì") || !strings.Contains(said, "Làm xong thì không sửa được nữa:") || !strings.Contains(said, "--yes") {
		t.Errorf("shown: %d %s", code, said)
	}
	phase(contest.Draft)
	if code, said := loa("open", "thu", "--json"); code != 75 || !json.Valid([]byte(said[:strings.LastIndex(said, "}")+1])) {
		t.Errorf("shown to programs: %d %s", code, said)
	}
	if code, said := loa("start", "thu", "chung-khao", "--yes"); code != 75 || strings.Contains(said, "Đã bắt đầu") {
		t.Errorf("a round of a draft: %d %s", code, said)
	}
	if code, said := loa("open", "thu", "--seen", "0123456789abcdef"); code == 0 && !strings.Contains(said, "Đã mở") {
		t.Errorf("with another word: %d %s", code, said)
	}
	if code, said := loa("open", "thu", "--yes"); code != 0 && !strings.Contains(said, "đã được mở rồi") {
		t.Errorf("opened: %d %s", code, said)
	}
	phase(contest.Open)
	for _, args := range [][]string{{"open", "thu"}, {"finish", "thu", "chung-khao", "--yes"}, {"publish", "thu", "--yes"}, {"close", "thu"}} {
		code, said := loa(args...)
		if code != 75 || !strings.Contains(said, "Hội thi: Đang nhận tác phẩm. Bước tiếp theo: bắt đầu vòng “") {
			t.Errorf("%v out of turn: %d %s", args, code, said)
		}
	}
	for _, args := range [][]string{{"open", "thu", "--yes"}, {"finish", "thu", "khong-co", "--yes"}, {"publish", "thu"}, {"close", "thu"},
		{"start", "khong-co", "chung-khao"}, {"start", "thu"}} {
		if code, said := loa(args...); code == 0 || strings.TrimSpace(said) == "" {
			t.Errorf("%v: %d %s", args, code, said)
		}
	}
}

// A server that cannot be reached is told in words alone, and the data folder
// tells where its daemon is.
func TestCommandsFindTheDaemonOfTheDataFolder(t *testing.T) {
	r := startDaemon(t, t.TempDir(), time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC))
	loa := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, &out, &errs)
		return code, out.String() + errs.String()
	}
	if code, said := loa("coverage", "--week", "2024-W20", "--data", r.dir); code != 0 || !strings.Contains(said, "080 ") && !strings.Contains(said, "082 ") {
		t.Errorf("coverage: %d %s", code, said)
	} else if !strings.Contains(said, "082 Bát Xát") && !strings.Contains(said, "082 Huyện Bát Xát") && !strings.Contains(said, "082 huyện Bát Xát") {
		t.Errorf("districts have no names: %s", said)
	}
	for server, want := range map[string]string{"http://127.0.0.1:1": "không có Loa nào đang chạy", "http://khong-co.invalid": "Không tìm thấy máy chủ"} {
		code, said := loa("user", "list", "--data", r.dir, "--server", server)
		if code != 69 || !strings.Contains(said, want) || strings.ContainsAny(said, "(\"") || strings.Contains(said, "dial") {
			t.Errorf("%s: %d %s", server, code, said)
		}
	}
	if code, said := loa("user", "list", "--data", filepath.Join(r.dir, "khong-co")); code == 0 || strings.Contains(said, "no such file") {
		t.Errorf("without a token: %d %s", code, said)
	}
	r.stop()
	if _, err := os.Stat(filepath.Join(r.dir, addressFile)); !os.IsNotExist(err) {
		t.Errorf("the address is left behind: %v", err)
	}
}
