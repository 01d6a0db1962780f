package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/internal/sheet"
	"loa/stations"
)

// sameLine fails when a dry run and a real run print one sentence in common.
func sameLine(t *testing.T, would, did string) {
	t.Helper()
	for line := range strings.Lines(did) {
		if strings.Contains(would, line) {
			t.Errorf("the dry run says so too: %s", line)
		}
	}
}

func TestTheRegistryFromATerminal(t *testing.T) {
	d, dir := startDaemon(t, t.TempDir(), time.Date(2025, 6, 2, 3, 0, 0, 0, time.UTC)), t.TempDir()
	flags := []string{"--server", d.d.URL(), "--data", d.dir}
	loa := func(args ...string) (code int, out, errs string) {
		t.Helper()
		var o, e bytes.Buffer
		code = run(t.Context(), append(append([]string{"stations"}, args...), flags...), &o, &e)
		return code, o.String(), e.String()
	}
	file := func(name, content string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if code, out, errs := loa("list", "-q", "nam chay"); code != 0 || !strings.Contains(out, "02770  Nậm Chảy (Mường Khương)") ||
		strings.Count(out, "\n") != 3 {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	if code, out, errs := loa("list", "--json", "--district", "084"); code != 0 || strings.Count(out, `"label"`) != 9 {
		t.Errorf("%d %s %s", code, out, errs)
	}
	bad := file("bad.csv", "Mã xã,Ghi chú\n02770,mới\n99999,x\n")
	if code, out, errs := loa("import", bad); code != 65 || !strings.Contains(errs, "Dòng 3") || strings.Contains(out, "mới") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, out, errs := loa("import", bad, "--dry-run"); code != 65 || !strings.Contains(errs, "Dòng 3") || !strings.Contains(out, "mới") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, out, errs := loa("import", file("good.csv", "Mã xã,Ghi chú\n02770,mới\n")); code != 0 || !strings.Contains(out, "1 đài đã thay đổi") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	exported := filepath.Join(dir, "all.xlsx")
	if code, _, errs := loa("export", exported); code != 0 {
		t.Fatalf("%d %s", code, errs)
	}
	if code, out, errs := loa("import", exported); code != 0 || !strings.Contains(out, "127 dòng: 0 đài") {
		t.Errorf("what was exported changes something: %d %s %s", code, out, errs)
	}
	if code, _, errs := loa("import", file("other.csv", "Mã xã,Ghi chú\n02770,của người khác\n")); code != 0 {
		t.Fatalf("%d %s", code, errs)
	}
	code, out, errs := loa("import", exported)
	_, told, _ := strings.Cut(errs, "--seen ")
	seen, _, _ := strings.Cut(told, "\n")
	if code == 0 || !strings.Contains(errs, "Nậm Chảy (Mường Khương) đã được Quản trị trên máy chủ sửa lúc") || strings.TrimSpace(seen) == "" ||
		!strings.Contains(errs, "Thêm --over") {
		t.Fatalf("an older list: %d %s %s", code, out, errs)
	}
	code, would, errs := loa("import", exported, "--dry-run")
	if code != 0 || !strings.Contains(would, "Sẽ giữ nguyên, không ghi theo tệp; muốn ghi thì thêm --over S00") ||
		!strings.Contains(would, "0 đài sẽ thay đổi") {
		t.Errorf("an older list tried: %d %s %s", code, would, errs)
	}
	if code, out, errs := loa("import", exported, "--dry-run", "--yes"); code != 0 || strings.Contains(out, "giữ nguyên") ||
		!strings.Contains(out, "1 đài sẽ thay đổi") {
		t.Errorf("an older list tried without a question: %d %s %s", code, out, errs)
	}
	if code, out, errs := loa("import", exported, "--dry-run", "--over", "all"); code != 0 || strings.Contains(out, "giữ nguyên") ||
		!strings.Contains(out, "1 đài sẽ thay đổi") {
		t.Errorf("an older list tried, over all: %d %s %s", code, out, errs)
	}
	if code, out, errs := loa("import", exported, "--seen", strings.TrimSpace(seen)); code != 0 || !strings.Contains(out, "Giữ nguyên") ||
		!strings.Contains(out, "0 đài đã thay đổi") {
		t.Errorf("an older list that was read: %d %s %s", code, out, errs)
	}
	if code, out, errs := loa("import", exported, "--yes"); code != 0 || !strings.Contains(out, "1 đài đã thay đổi") {
		t.Errorf("an older list without a question: %d %s %s", code, out, errs)
	}
	var reform bytes.Buffer
	if err := sheet.CSV(&reform, stations.MergeTable(stations.Reform2025().Rows)); err != nil {
		t.Fatal(err)
	}
	merge := []string{"merge", file("reform.csv", reform.String()), "--on", "2025-07-01"}
	if code, out, errs := loa(append(merge, "--dry-run")...); code != 65 || out != "" || !strings.Contains(errs, "nhiều huyện") {
		t.Errorf("without districts ending: %d %s %s", code, out, errs)
	}
	merge = append(merge, "--abolish-districts")
	code, would, errs = loa(append(merge, "--dry-run")...)
	if code != 0 || !strings.Contains(would, "Nay tuần 27 năm 2025 có 0/127 đài đã phát, sau đó 0/47.") || !strings.Contains(would, "Cần làm tay") {
		t.Errorf("%d %s %s", code, would, errs)
	}
	if code, out, errs := loa(append(merge, "--dry-run", "--json")...); code != 0 || !strings.Contains(out, `"applied": false`) ||
		!strings.Contains(out, `"2025-W27"`) {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, out, errs = loa(merge...)
	if code != 0 || !strings.Contains(out, "127 đài trước, 47 đài") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	sameLine(t, would, out)
	split := []string{"split", "02647", "--on", "2025-08-06", "--into", "02641=Phường Lào Cai", "--into", "02647=Phường Kim Tân"}
	code, would, errs = loa(append(split, "--dry-run")...)
	if code != 0 {
		t.Errorf("%d %s %s", code, would, errs)
	}
	if code, out, errs = loa(split...); code != 0 || strings.Count(out, "\n") != 3 {
		t.Errorf("%d %s %s", code, out, errs)
	}
	sameLine(t, would, out)
	if code, out, errs := loa(split...); code != 65 || out != "" || !strings.Contains(errs, "Phường Lào Cai") {
		t.Errorf("split twice: %d %s %s", code, out, errs)
	}
	if code, out, errs := loa("changes"); code != 0 || strings.Count(out, "\n") != 3 || !strings.Contains(out, "Phường Lào Cai, Phường Kim Tân") &&
		!strings.Contains(out, "Phường Kim Tân, Phường Lào Cai") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, _, errs := loa("unmerge", "1", "--reason", "nhập nhầm"); code != 65 && code != 75 && code != 69 ||
		!strings.Contains(errs, "đã có thay đổi về sau") {
		t.Errorf("the merger before the split: %d %s", code, errs)
	}
	if code, _, errs := loa("unmerge", "2"); code == 0 || !strings.Contains(errs, "lý do") {
		t.Errorf("without a reason: %d %s", code, errs)
	}
	code, would, errs = loa("unmerge", "2", "--dry-run")
	if code != 0 || !strings.Contains(would, "tuần 32 năm 2025 có 0/48 đài đã phát, sau đó 0/47") || !strings.Contains(would, "--seen ") {
		t.Errorf("%d %s %s", code, would, errs)
	}
	if code, _, errs := loa("unmerge", "2", "--reason", "nhập nhầm", "--seen", "another"); code == 0 || !strings.Contains(errs, "xem lại") {
		t.Errorf("another plan: %d %s", code, errs)
	}
	if code, out, errs = loa("unmerge", "2", "--reason", "nhập nhầm"); code != 0 || out == "" {
		t.Errorf("%d %s %s", code, out, errs)
	}
	sameLine(t, would, out)
	if code, out, errs := loa("list", "--active-on", "2025-07-01"); code != 0 || strings.Count(out, "\n") != 48 {
		t.Errorf("%d %s %s", code, out, errs)
	}
	for _, args := range [][]string{{"fly"}, {"list", "x"}, {"export"}, {"import", "a", "b"}, {"export", filepath.Join(dir, "x.pdf")},
		{"import", filepath.Join(dir, "missing")}} {
		if code, _, errs := loa(args...); code == 0 || !strings.Contains(errs, "loa: ") {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
}
