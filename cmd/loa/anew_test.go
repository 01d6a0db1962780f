package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestThePastIsDecidedAnewFromATerminal(t *testing.T) {
	d := startDaemon(t, t.TempDir(), time.Date(2024, 6, 5, 3, 0, 0, 0, time.UTC))
	loa := func(args ...string) (code int, out, errs string) {
		t.Helper()
		var o, e bytes.Buffer
		code = run(t.Context(), append(append([]string{"coverage", "anew"}, args...), "--server", d.d.URL(), "--data", d.dir), &o, &e)
		return code, o.String(), e.String()
	}
	ask := []string{"activity", "--station", "02770", "--from", "2024-05-20", "--active", "2024-01-01..2024-05-19", "--reason", "đài hỏng"}
	code, would, errs := loa(append(ask, "--dry-run")...)
	if code != 0 || strings.Count(would, "\n") != 5 || !strings.Contains(would, "tuần 21 năm 2024 từ 0/127 đài đã phát sẽ thành 0/126") {
		t.Fatalf("%d %s %s", code, would, errs)
	}
	code, did, errs := loa(ask...)
	if code != 0 || !strings.Contains(did, "3 tuần thay đổi") {
		t.Fatalf("%d %s %s", code, did, errs)
	}
	sameLine(t, would, did)
	for want, args := range map[string][]string{
		"Không có gì thay đổi": ask,
		"là một ngày đã qua":   {"week_start", "--from", "2024-06-05", "--week-shift-hours", "12", "--reason", "x"},
		"Không hiểu":           {"activity", "--station", "02770", "--from", "2024-05-20", "--active", "hôm qua", "--reason", "x"},
	} {
		if code, out, errs := loa(args...); code == 0 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%v: %d %s %s", args, code, out, errs)
		}
	}
}
