package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/client"
)

// What is no archive, or one that does not hold together, is told in a
// sentence with its cause, and by the exit code.
func TestABrokenArchiveIsToldInWords(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, body []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	archive := func(facts, log string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, body := range map[string]string{"contest.json": facts, "events.jsonl": log, "../../etc/passwd": "x"} {
			f, err := z.Create(name)
			if err == nil {
				_, err = f.Write([]byte(body))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	unreadable, wrong := "không phải tệp lưu trữ hội thi", "Tệp lưu trữ không khớp"
	for path, want := range map[string]struct {
		code int
		says string
	}{
		filepath.Join(dir, "gone.zip"): {66, "gone.zip"},
		dir:                            {65, unreadable},
		file("empty.zip", nil):         {65, unreadable},
		file("text.zip", []byte("Hội thi năm 2024")):                                         {65, unreadable},
		file("other.zip", archive(`{"format":"something-else"}`, "")):                        {65, unreadable},
		file("cut.zip", archive(`{"format":"loa-contest-1","id":"x"}`, "")[:60]):             {65, unreadable},
		file("junk.zip", archive(`{"format":"loa-contest-1","id":"x","events":1}`, "\x00")):  {75, wrong},
		file("none.zip", archive(`{"format":"loa-contest-1","id":"x","events":7}`, "")):      {75, wrong},
		file("forged.zip", archive(`{"format":"loa-contest-1","id":"x"}`, `{"seq":1}`+"\n")): {75, wrong},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"contest", "verify", path}, &out, &errs)
		if said := errs.String(); code != want.code || !strings.Contains(said, want.says) || strings.Count(said, "\n") > 2 ||
			strings.ContainsAny(said, "\x00\x1b") || out.Len() > 0 {
			t.Errorf("%s: exit code %d, %q, %q", filepath.Base(path), code, said, out.String())
		}
	}
	for _, args := range [][]string{{"contest"}, {"contest", "verify"}, {"contest", "burn", "x"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, &out, &errs); code == 0 || !strings.Contains(errs.String(), "loa contest verify") {
			t.Errorf("%v: %d %s", args, code, errs.String())
		}
	}
}

// A contest made through the API is listed, fetched whole, and checked without
// the server.
func TestAContestIsListedArchivedAndVerifiedFromTheTerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC))
	c := reach{Server: r.d.URL(), Token: r.token}.client()
	made, err := c.PostContests(t.Context(), client.DraftBody{ID: "thu", Title: "Hội thi thử"})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "thu.zip")
	server := []string{"--server", r.d.URL(), "--token", r.token}
	loa := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"contest"}, args...), &out, &errs)
		return code, out.String() + errs.String()
	}
	if code, said := loa(append(server, "list")...); code == 0 {
		t.Errorf("flags before the verb: %s", said)
	}
	if code, said := loa(append([]string{"list"}, server...)...); code != 0 || !strings.Contains(said, "thu  Bản thảo  Hội thi thử") {
		t.Errorf("list: %d %s", code, said)
	}
	if code, said := loa(append([]string{"archive", "thu", file}, server...)...); code != 0 || !strings.Contains(said, file) {
		t.Errorf("archive: %d %s", code, said)
	}
	if code, said := loa(append([]string{"archive", "thu", file}, server...)...); code != 75 {
		t.Errorf("over a file that is there: %d %s", code, said)
	}
	if code, said := loa(append([]string{"archive", "khong-co", file + "2"}, server...)...); code != 66 || !strings.Contains(said, "Không có hội thi này") {
		t.Errorf("an unknown contest: %d %s", code, said)
	}
	if code, said := loa("verify", file); code != 0 || !strings.Contains(said, "Lưu trữ nguyên vẹn") {
		t.Errorf("verify: %d %s", code, said)
	}
	if code, said := loa("verify", file, made.Hash[:8], made.Hash[8:16]); code != 0 || !strings.Contains(said, "là của sự kiện 1:") {
		t.Errorf("verify with a check code: %d %s", code, said)
	}
	if code, said := loa("verify", file, strings.Repeat("0", 16)); code != 75 || !strings.Contains(said, "không có sự kiện mang mã 0000000000000000") {
		t.Errorf("verify with another check code: %d %s", code, said)
	}
}
