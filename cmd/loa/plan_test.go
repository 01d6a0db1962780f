package main

import (
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/stations"
)

// TestThePlanFromATerminal: brought in, entered with a comma, corrected with a reason, edited, retired and listed; and who
// enters figures is reminded once of those that are missing.
func TestThePlanFromATerminal(t *testing.T) {
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
	if out := says(0, "plan", "copy", "2024"); !strings.Contains(out, "15 chỉ tiêu") {
		t.Errorf("brought in: %s", out)
	}
	enter := []string{"plan", "enter", "2024-T1", "2024-04", "44,5", "--base", "50", "--id", "6e0f4bb6-4d3f-4c62-9d3c-0d9b1d2b7f11"}
	says(0, enter...)
	says(0, enter...)
	if code, out := loa("plan", "enter", "2024-T1", "2024-04", "45", "--base", "50", at[0], at[1]); code == 0 || !strings.Contains(out, "44,5 trên 50") {
		t.Errorf("entered twice: %d %s", code, out)
	}
	says(0, "plan", "enter", "2024-T1", "2024-04", "45", "--base", "50", "--follows", "1", "--why", "Đếm lại", "--proof", "12/BC-VPĐP")
	if out := says(0, "plan", "one", "2024-T1"); !strings.Contains(out, "44,5 / 50") || !strings.Contains(out, "45 / 50") || !strings.Contains(out, "Đếm lại") {
		t.Errorf("all versions: %s", out)
	}
	says(0, "plan", "save", "2024-T12", "--name", "Mô hình mới", "--target", "2,5", "--every", "quarter")
	if out := says(0, "plan", "save", "2024-T12", "--unit", "mô hình"); !strings.Contains(out, "2024-T12") {
		t.Errorf("edited: %s", out)
	}
	says(0, "plan", "retire", "2024-T12")
	if out := says(0, "plan", "--year", "2024"); !strings.Contains(out, "Mô hình mới") || !strings.Contains(out, "ít nhất 2,5 mô hình") ||
		!strings.Contains(out, "Đã thôi theo dõi") || !strings.Contains(out, "đúng nhịp") {
		t.Errorf("the plan: %s", out)
	}
	says(0, "plan", "retire", "2024-T12", "--back")
	says(0, "plan", "remove", "2024-T12")

	reg, err := r.d.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	districts := reg.Districts("2024-05-13")
	local, home := r.somebody("huyen", accounts.Monitor, accounts.District, districts[0].Code), r.somebody("tinh", accounts.Monitor, accounts.Province, "")
	operator := r.somebody("donvi", accounts.Operator, accounts.Station, "S00001")
	run := func(at, want string) {
		t.Helper()
		said, err := r.d.telling("job.told_plan", r.d.planRemind)(t.Context(), stations.Date(at).Start(text.Zone).Add(7*time.Hour))
		if err != nil || !strings.Contains(said.Words(text.Vietnamese), "gửi "+want+" lời nhắc") {
			t.Errorf("on %s: %q %v, want %s", at, said.Words(text.Vietnamese), err, want)
		}
	}
	run("2024-03-31", "2") // two weeks; what ended earlier is not asked for any more
	run("2024-04-03", "0") // the quarter has ended, three days are left
	run("2024-04-04", "4") // the quarter to both, March and another week to the province
	run("2024-04-05", "0")
	run("2024-05-13", "3") // two weeks and April, of which T6 is still missing
	told := r.told(local, home, operator)
	if got := strings.Join(told["huyen"], "; "); got != "Kế hoạch năm: quý I/2024 chưa có số" {
		t.Errorf("the district was told %q", got)
	}
	if len(told["tinh"]) != 8 || len(told["donvi"]) != 0 {
		t.Errorf("the province was told %q, an operator %q", told["tinh"], told["donvi"])
	}
}
