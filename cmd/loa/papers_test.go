package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNumbersFromATerminal: taken, taken again under the same ID, listed, struck out with a reason, and never given again.
func TestNumbersFromATerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	at := []string{"--data", r.dir}
	says := func(want int, args ...string) string {
		t.Helper()
		code, out := loa(append(args, at...)...)
		if code != want {
			t.Fatalf("loa %s: %d %s", strings.Join(args, " "), code, out)
		}
		return out
	}
	take := []string{"papers", "take", "report", "Kết quả tuần 20", "--symbol", "VPĐP", "--id", "6e0f4bb6-4d3f-4c62-9d3c-0d9b1d2b7f10"}
	id, said, _ := strings.Cut(says(0, take...), "\t")
	if again := says(0, take...); !strings.Contains(said, "01/BC-VPĐP") || !strings.HasPrefix(again, id) {
		t.Errorf("taken: %s, again: %s", said, again)
	}
	if out := says(0, "papers", "take", "plan", "Kiểm tra", "--number", "12", "--date", "2024-05-01"); !strings.Contains(out, "12/KH") {
		t.Errorf("a number of the paper book: %s", out)
	}
	if out := says(0, "papers", "--paper", "report"); !strings.Contains(out, "Kết quả tuần 20") || strings.Contains(out, "Kiểm tra") {
		t.Errorf("the reports: %s", out)
	}
	says(0, "papers", "strike", id, "Lấy nhầm")
	if out := says(0, "papers", "--standing", "struck"); !strings.Contains(out, "01/BC-VPĐP") || !strings.Contains(out, "Đã huỷ") {
		t.Errorf("what was struck out: %s", out)
	}
	if code, out := loa(append([]string{"papers", "take", "report", "Lại", "--number", "1"}, at...)...); code == 0 || !strings.Contains(out, "không dùng lại") {
		t.Errorf("a number struck out is given again: %d %s", code, out)
	}
}

// TestAReportFromATerminal: as the kind of file its name ends with, and of no other.
func TestAReportFromATerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	for name, begins := range map[string]string{"q.pdf": "%PDF-1.4", "q.DOCX": "PK", "q.xlsx": "PK", "q.json": `{"name":"quý II/2024"`} {
		file := filepath.Join(t.TempDir(), name)
		code, out := loa("coverage", "report", file, "--period", "2024-Q2", "--data", r.dir)
		if raw, err := os.ReadFile(file); code != 0 || err != nil || !strings.HasPrefix(string(raw), begins) {
			t.Errorf("%s: %d %s, %.40q, %v", name, code, out, raw, err)
		}
	}
	if code, out := loa("coverage", "report", "q.odt", "--data", r.dir); code != 65 || !strings.Contains(out, "phải có đuôi .pdf") {
		t.Errorf("%d %s", code, out)
	}
}

// TestBooksFromATerminal: made, waited for, kept and listed.
func TestBooksFromATerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	file := filepath.Join(t.TempDir(), "so.pdf")
	code, out := loa("books", "make", file, "--from", "2024-05-01", "--until", "2024-05-12", "--district", "084", "--data", r.dir)
	if raw, err := os.ReadFile(file); code != 0 || err != nil || !strings.HasPrefix(string(raw), "%PDF-1.4") {
		t.Errorf("%d %s, %.20q, %v", code, out, raw, err)
	}
	if code, out := loa("books", "--data", r.dir); code != 0 || !strings.Contains(out, "Xong") {
		t.Errorf("%d %s", code, out)
	}
	code, out = loa("books", "make", file+"2", "--from", "2024-05-12", "--until", "2024-05-01", "--data", r.dir)
	if code != 65 || !strings.Contains(out, "ngày đầu") {
		t.Errorf("%d %s", code, out)
	}
}
