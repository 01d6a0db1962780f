package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"loa/airing/oldbook"
)

// TestAnOldBookIsBroughtInOverAKill: looked at and brought in from a terminal; a server killed -9 half-way goes on at its next start, no
// row comes twice, the same file again adds nothing, and all of it is taken back.
func TestAnOldBookIsBroughtInOverAKill(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "so-cu.csv")
	const rows = 4000
	book := "Ngày;Giờ;Mã xã;Chương trình;Số phút\n"
	for i := range rows {
		book += fmt.Sprintf("%d/%d/2024;%dh;02788;Bản tin xã;10\n", 1+i%28, 1+i/28%12, 5+i/336)
	}
	writeFile(t, file, []byte(book))
	c := startChild(t, dir, 0)
	says := func(want int, args ...string) string {
		t.Helper()
		code, out := loa(append(append([]string{"airings"}, args...), "--data", dir)...)
		if code != want {
			t.Fatalf("%v: %d %s", args, code, out)
		}
		return out
	}
	if out := says(0, "import", file, "--dry-run"); !strings.Contains(out, "4000 dòng: 0 sẽ nhận") && !strings.Contains(out, "4.000 dòng: 0 sẽ nhận") ||
		!strings.Contains(out, "--name 'ban tin xa=MÃ'") {
		t.Fatalf("nobody said which programme it is: %s", out)
	}
	id := "6e0f4bb6-4d3f-4c62-9d3c-0d9b1d2b7f33"
	says(0, "import", file, "--dry-run", "--id", id, "--name", "bản tin xã=new")
	var list struct{ Items []oldbook.Book }
	if err := json.Unmarshal(c.must("GET", "/api/v1/old-books", ""), &list); err != nil || len(list.Items) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	at := ""
	for _, b := range list.Items {
		if b.Check.Take == rows {
			at = "/api/v1/old-books/" + b.Source.Import
		}
	}
	c.must("POST", at+"/apply", "{}")
	state := func() (b oldbook.Book) {
		t.Helper()
		if err := json.Unmarshal(c.must("GET", at, ""), &b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	for state().Import.Taken == 0 {
		if t.Context().Err() != nil {
			t.Fatal("nothing is brought in")
		}
	}
	c.kill()
	c = startChild(t, dir, 0)
	b := state()
	for b.State.Busy() && t.Context().Err() == nil {
		b = state()
	}
	if b.State != oldbook.Applied || b.Import.Taken != rows || b.Import.Known+b.Import.Refused != 0 {
		t.Fatalf("after the kill: %s %+v", b.State, b.Import)
	}
	if code, out := loa("airings", "import", file, "--data", dir); code == 0 || !strings.Contains(out, "4000 đã có") && !strings.Contains(out, "4.000 đã có") {
		t.Errorf("the same file again: %d %s", code, out)
	}
	if out := says(0, "undo-import", b.Source.Import, "Nhầm tệp"); !strings.Contains(out, "Đã rút lại") {
		t.Errorf("taken back: %s", out)
	}
	c.kill()
	if code, out := loa("verify", "--data", dir); code != 0 {
		t.Errorf("%d %s", code, out)
	}
}
