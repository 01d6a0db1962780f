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
	if code, out, errs := loa("list", "-q", "nam chay"); code != 0 || !strings.Contains(out, "02770  Nậm Chảy (Mường Khương)") || strings.Count(out, "\n") != 3 {
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
	if code, out, errs := loa("import", file("good.csv", "Mã xã,Ghi chú\n02770,mới\n")); code != 0 || !strings.Contains(out, "1 đài sẽ thay đổi") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	exported := filepath.Join(dir, "all.xlsx")
	if code, _, errs := loa("export", exported); code != 0 {
		t.Fatalf("%d %s", code, errs)
	}
	if code, out, errs := loa("import", exported); code != 0 || !strings.Contains(out, "127 dòng: 0 đài") {
		t.Errorf("what was exported changes something: %d %s %s", code, out, errs)
	}
	var reform bytes.Buffer
	if err := sheet.CSV(&reform, stations.MergeTable(stations.Reform2025().Rows)); err != nil {
		t.Fatal(err)
	}
	merge := []string{"merge", file("reform.csv", reform.String()), "--on", "2025-07-01"}
	if code, out, errs := loa(append(merge, "--dry-run")...); code != 65 || out != "" || !strings.Contains(errs, "nhiều huyện") {
		t.Errorf("without districts ending: %d %s %s", code, out, errs)
	}
	if code, out, errs := loa(append(merge, "--abolish-districts")...); code != 0 || !strings.Contains(out, "127 đài trước, 47 đài") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, out, errs := loa("list", "--active-on", "2025-07-01"); code != 0 || strings.Count(out, "\n") != 48 {
		t.Errorf("%d %s %s", code, out, errs)
	}
	for _, args := range [][]string{{"fly"}, {"list", "x"}, {"export"}, {"import", "a", "b"}, {"export", filepath.Join(dir, "x.pdf")}, {"import", filepath.Join(dir, "missing")}} {
		if code, _, errs := loa(args...); code == 0 || !strings.Contains(errs, "loa: ") {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
}
