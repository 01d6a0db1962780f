package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/client"
	"loa/internal/once"
	"loa/scheduler"
)

// TestAWeekFromATerminal plans, reports, excuses and closes a week by commands
// alone, and lists each as JSON too.
func TestAWeekFromATerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), time.Date(2024, 5, 19, 3, 0, 0, 0, time.UTC))
	loa := func(args ...string) (code int, out, errs string) {
		t.Helper()
		var o, e bytes.Buffer
		code = run(t.Context(), append(args, "--server", r.d.URL(), "--token", r.token), &o, &e)
		return code, o.String(), e.String()
	}
	must := func(args ...string) string {
		t.Helper()
		code, out, errs := loa(args...)
		if code != 0 {
			t.Fatalf("loa %v: %d %s", args, code, errs)
		}
		return out
	}
	c := reach{Server: r.d.URL(), Token: r.token}.client()
	p, err := c.PostProgrammes(t.Context(), client.ProgrammeBody{Title: "Nông thôn mới", CountsTowardTarget: true, Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := loa("coverage", "close", "2024-W18", "--seen", once.AsItIs); code != 75 || !strings.Contains(errs, "Không có gì để chốt") {
		t.Errorf("a week without a schedule: %d %s", code, errs)
	}
	if out := must("coverage", "--week", "2024-W18"); !strings.Contains(out, "Không có lịch") || !strings.Contains(out, "0/127 đài đã phát (–)") {
		t.Errorf("a week without a schedule: %s", out)
	}
	everywhere := client.RuleBody{Cron: "0 17 * * 1", Stations: scheduler.Selection{All: true}, From: "2024-04-22"}
	if _, err := c.PostProgrammeRules(t.Context(), p.ID, everywhere); err != nil {
		t.Fatal(err)
	}
	code, _, errs := loa("airings", "report", "aired", "--station", "02770", "--programme", p.ID, "--started-at", "2024-05-15 17:00", "--seconds", "600",
		"--means", "fm", "--id", "5f2f3f9e-58f5-4be6-9fcb-0a0d3f7f1f01")
	if code != 0 {
		t.Fatalf("report: %s", errs)
	}
	if out := must("airings", "report", "aired", "--station", "02770", "--programme", p.ID, "--started-at", "2024-05-15 17:00", "--seconds", "600", "--means",
		"fm", "--id", "5f2f3f9e-58f5-4be6-9fcb-0a0d3f7f1f01"); !strings.Contains(out, "17:00 ") {
		t.Errorf("the same again: %s", out)
	}
	var list []struct{ ID, Outcome string }
	if out := must("airings", "list", "--from", "2024-05-13", "--json"); json.Unmarshal([]byte(out), &list) != nil || len(list) != 1 ||
		list[0].Outcome != "aired" {
		t.Errorf("airings: %s", out)
	}
	if out := must("airings", "list", "--from", "2024-05-15", "--until", "2024-05-15"); !strings.Contains(out, "Đã phát") ||
		!strings.Contains(out, "Quản trị trên máy chủ") ||
		strings.Count(out, "\n") != 2 {
		t.Errorf("airings: %s", out)
	}
	if code, _, errs := loa("airings", "verify", list[0].ID, "verified"); code != 77 || !strings.Contains(errs, "không tự kiểm chứng") {
		t.Errorf("her own report: %d %s", code, errs)
	}
	monitor := []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}}
	if _, err := c.PostPeople(t.Context(), client.PersonBody{Name: "Lê Thị Thu", Login: "giamsat", Grants: monitor}); err != nil {
		t.Fatal(err)
	}
	second, err := c.PostTokens(t.Context(), client.TokenBody{Person: "giamsat", Name: "Kiểm chứng", Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	mine := r.token
	r.token = second.Token
	if code, _, errs := loa("airings", "verify", list[0].ID, "chắc"); code != 65 || !strings.HasPrefix(errs, "loa: ") {
		t.Errorf("no such finding: %d %s", code, errs)
	}
	// A refusal says what is typed here, not what a page lets one press.
	for _, c := range []struct {
		line string
		says []string
	}{
		{"airings verify " + list[0].ID + " ok", []string{"verified (Đã kiểm chứng), not_proven (Chưa đủ căn cứ), contradicted (Trái với báo cáo)"}},
		{"airings report done --station 02770 --programme " + p.ID, []string{"aired (Đã phát), not_aired (Không phát được), withdrawn (Rút lại)"}},
		{"airings report aired --means tivi --seconds 600 --started-at 2024-05-16T17:00 --station 02770 --programme " + p.ID,
			[]string{"fm (FM), wired (Có dây)"}},
		{"airings list --outcome foo", []string{"aired (Đã phát), not_aired (Không phát được)"}},
		{"stations list --technology foo", []string{"fm (FM), wired (có dây)"}},
		{"user list --role foo", []string{"operator (Phụ trách đài)"}},
		{"airings report not_aired --started-at 2024-05-16T17:00 --station 02770 --programme " + p.ID,
			[]string{"power_cut (Mất điện), equipment (Hỏng thiết bị)"}},
		{"airings report aired --started-at abc --station 02770 --programme " + p.ID, []string{"“abc”", "2024-05-13 17:00"}},
		{"coverage excuse 02773 2024-W20 --reason storm --note b", []string{"no_staff (Không có người trực), other (Lý do khác)"}},
		{"coverage excuse 02773 2024-W20 --revoke --note b", []string{"không được miễn trừ"}},
		{"coverage reopen 2024-W20 --agree abc", []string{"“abc”", "loa coverage show --week 2024-W20"}},
	} {
		code, out, errs := loa(strings.Fields(c.line)...)
		for _, s := range append(c.says, "loa: ") {
			if code == 0 || out != "" || !strings.Contains(errs, s) || strings.Contains(errs, "“Đã phát”") || strings.Contains(errs, "JSON") {
				t.Errorf("loa %s: %d %s%s", c.line, code, out, errs)
			}
		}
	}
	if code, _, errs := loa("airings", "verify", "khong-co", "verified"); code == 0 || !strings.HasPrefix(errs, "loa: ") {
		t.Errorf("no such report: %d %s", code, errs)
	}
	if out := must("airings", "verify", list[0].ID, "verified", "--note", "Đã nghe ở hai thôn"); !strings.HasSuffix(out, "\tĐã kiểm chứng\n") ||
		!strings.Contains(out, "Nậm Chảy") {
		t.Errorf("a finding: %s", out)
	}
	var found struct{ Finding, Note string }
	if out := must("airings", "verify", list[0].ID, "contradicted", "--note", "Loa hỏng cả tuần", "--json"); json.Unmarshal([]byte(out), &found) != nil ||
		found.Finding != "contradicted" {
		t.Errorf("another finding as JSON: %s", out)
	}
	if out := must("airings", "verify", list[0].ID, "verified", "--note", "Đã sửa loa, nghe lại"); !strings.Contains(out,
		"Thay kết luận trước: Trái với báo cáo (Lê Thị Thu, ") {
		t.Errorf("a finding in place of another: %s", out)
	}
	for _, note := range []string{"Nghe lại lần nữa", "Nghe lại lần nữa", "Lời khác"} { // one ID is one finding
		code, out, errs := loa("airings", "verify", list[0].ID, "verified", "--note", note, "--id", uuidOf(77))
		if again := note == "Lời khác"; again != (code != 0) || again && !strings.Contains(errs, "đã dùng cho một nội dung khác") {
			t.Errorf("%s: %d %s %s", note, code, out, errs)
		}
	}
	r.token = mine
	if out := must("airings", "list", "--from", "2024-05-13", "--json"); !strings.Contains(out, `"verified"`) {
		t.Errorf("the finding is not in the list: %s", out)
	}
	if code, _, errs := loa("airings", "report", "sung", "--station", "02770", "--programme", p.ID); code != 65 || !strings.HasPrefix(errs, "loa: ") {
		t.Errorf("an outcome there is none of: %d %s", code, errs)
	}
	// A correction that ends what somebody found says so before it is made, and after.
	longer := []string{"airings", "report", "aired", "--corrects", list[0].ID, "--seconds", "900", "--why", "đo lại"}
	code, _, errs = loa(longer...)
	_, word, ok := strings.Cut(errs, "--seen ")
	if code != 75 || !ok || !strings.Contains(errs, "Lê Thị Thu đã kiểm chứng báo cáo này") {
		t.Fatalf("a correction of what was verified: %d %s", code, errs)
	}
	if out := must(append(longer, "--seen", strings.Fields(word)[0])...); !strings.Contains(out, "đã sửa sau khi kiểm chứng: Đã kiểm chứng (Lê Thị Thu") {
		t.Errorf("a correction of what was verified, seen: %s", out)
	}
	if out := must("airings", "list", "--from", "2024-05-13", "--waiting"); strings.Count(out, "\n") != 2 ||
		!strings.Contains(out, "(đã sửa sau khi kiểm chứng)") {
		t.Errorf("what waits to be verified: %s", out)
	}
	// What does not count, and what was corrected, is not listed like the rest.
	const short = "5f2f3f9e-58f5-4be6-9fcb-0a0d3f7f1f02"
	if out := must("airings", "report", "aired", "--station", "02779", "--programme", p.ID, "--started-at", "2024-05-15 18:00", "--seconds", "60",
		"--id", short); !strings.Contains(out, "Đã phát (Không tính)") || !strings.Contains(out, "Vì ngắn hơn 3 phút") {
		t.Errorf("a report that is too short: %s", out)
	}
	if out := must("coverage", "--week", "2024-W20"); !strings.Contains(out, "Phát, chưa tính") || !strings.Contains(out, "1/127") {
		t.Errorf("coverage with it: %s", out)
	}
	must("airings", "report", "not_aired", "--corrects", short, "--why", "bấm nhầm", "--reason", "power_cut", "--id", "5f2f3f9e-58f5-4be6-9fcb-0a0d3f7f1f03")
	if out := must("airings", "list", "--from", "2024-05-13"); !strings.Contains(out, "Đã phát (đã sửa)") ||
		!strings.Contains(out, "Không phát được: Mất điện\t") && !strings.Contains(out, "Không phát được: Mất điện ") {
		t.Errorf("after a correction: %s", out)
	}
	if code, _, errs := loa("coverage", "excuse", "02773", "2024-W20", "--reason", "power_cut", "--note", "bão số 2", "--asked", "UBND xã"); code == 0 ||
		!strings.Contains(errs, "Hãy chọn ai đề nghị") {
		t.Errorf("asked by nobody who is known: %d %s", code, errs)
	}
	must("user", "add", "Vàng Thị Mai", "mai", "--role", "operator", "--station", "02773")
	if out := must("coverage", "excuse", "02773", "2024-W20", "--reason", "power_cut", "--note", "bão số 2",
		"--asked", "Vàng Thị Mai"); !strings.Contains(out, "tuần 20 năm 2024") {
		t.Errorf("excuse: %s", out)
	}
	if out := must("coverage", "ask", "02776", "2024-W20", "--until", "2024-W21", "--reason", "equipment", "--note", "cháy tăng âm"); !strings.Contains(out,
		"loa coverage answer ") {
		t.Errorf("asked: %s", out)
	}
	var pleas []struct{ ID, State, Until string }
	if out := must("coverage", "pleas", "--state", "waiting", "--json"); json.Unmarshal([]byte(out), &pleas) != nil || len(pleas) != 1 ||
		pleas[0].Until != "2024-W21" {
		t.Fatalf("what waits: %s", out)
	}
	if code, _, errs := loa("coverage", "answer", pleas[0].ID, "--grant"); code == 0 || !strings.Contains(errs, "không tự duyệt được") {
		t.Errorf("granted by who asked: %d %s", code, errs)
	}
	if out := must("coverage", "answer", pleas[0].ID); !strings.Contains(out, "Đã rút") {
		t.Errorf("taken back: %s", out)
	}
	if out := must("coverage", "pleas"); !strings.Contains(out, "Hỏng thiết bị") || !strings.Contains(out, "Đã rút") {
		t.Errorf("all of them: %s", out)
	}
	if code, _, errs := loa("calls", "record", "02776", "will_report", "--programme", p.ID); code == 0 || !strings.Contains(errs, "hãy chọn đài nói") {
		t.Errorf("details of nothing: %d %s", code, errs)
	}
	must("calls", "record", "02776", "will_report", "--said", "aired", "--programme", p.ID, "--started-at", "2024-05-15 17:00", "--seconds", "600")
	for _, args := range [][]string{{"calls", "said"}, {"calls", "said", "--station", "02776"}} {
		if out := must(args...); !strings.Contains(out, "Chờ đài xác nhận") || !strings.Contains(out, "Đã phát") {
			t.Errorf("%v: %s", args, out)
		}
	}
	var excuses []struct{ Reason string }
	if out := must("coverage", "excuses", "--week", "2024-W20", "--json"); json.Unmarshal([]byte(out), &excuses) != nil || len(excuses) != 1 ||
		excuses[0].Reason != "power_cut" {
		t.Errorf("excuses: %s", out)
	}
	if out := must("coverage", "--week", "2024-W20"); !strings.Contains(out, "1/126") {
		t.Errorf("coverage: %s", out)
	}
	if out := must("coverage", "excuse", "02773", "2024-W20", "--revoke", "--note", "nhầm đài"); !strings.Contains(out, "Đã bỏ miễn đài") {
		t.Errorf("taken back without a reason to excuse: %s", out)
	}
	if code, _, errs := loa("coverage", "excuse", "02773", "2024-W20", "--revoke", "--note", "nhầm đài"); code != 75 ||
		!strings.Contains(errs, "Quản trị trên máy chủ đã bỏ miễn trừ lúc") {
		t.Errorf("taken back twice: %d %s", code, errs)
	}
	if code, _, errs := loa("coverage", "close", "2024-W20"); code != 75 || !strings.Contains(errs, "loa: ") {
		t.Errorf("a week that has not ended: %d %s", code, errs)
	}
	code, _, errs = loa("coverage", "close", "2024-W18")
	_, word, ok = strings.Cut(errs, "--seen ")
	if code != 75 || !ok || !strings.Contains(errs, "chưa báo") {
		t.Fatalf("a week in which stations said nothing: %d %s", code, errs)
	}
	if out := must("coverage", "close", "2024-W18", "--json", "--seen", strings.Fields(word)[0]); !strings.Contains(out, `"closed": true`) {
		t.Errorf("close: %s", out)
	}
	for range 2 {
		if out := must("coverage", "close", "2024-W18"); !strings.Contains(out, "đã chốt từ trước") || strings.Contains(out, "Đã chốt số liệu tuần") {
			t.Errorf("closed again: %s", out)
		}
	}
	if out := must("coverage", "show", "--week", "2024-W18"); !strings.Contains(out, "Số liệu do Quản trị trên máy chủ chốt lúc 10:0") {
		t.Errorf("a closed week: %s", out)
	}
	if out := must("coverage", "show", "--week", "2024-W20"); strings.Contains(out, "chốt lúc") {
		t.Errorf("an open week: %s", out)
	}
	old := []string{"airings", "report", "aired", "--station", "02770", "--programme", p.ID, "--started-at", "2024-05-01 17:00", "--seconds", "600"}
	code, _, errs = loa(old...)
	_, word, ok = strings.Cut(errs, "--seen ")
	if code != 75 || !ok || !strings.Contains(errs, "ngày 1/5/2024 đã qua hơn 7 ngày") || !strings.Contains(errs, "không đổi số liệu") {
		t.Fatalf("a day of a closed week: %d %s", code, errs)
	}
	if out := must(append(old, "--seen", strings.Fields(word)[0])...); !strings.Contains(out, "Tuần này đã chốt") {
		t.Errorf("a day of a closed week, seen: %s", out)
	}
	if got := r.call("POST", "/api/v1/coverage/2024-W17/close?seen=", ""); got.Status != 409 {
		t.Errorf("a program that asks to be asked: %d", got.Status)
	}
	if got := r.call("POST", "/api/v1/coverage/2024-W17/close", ""); got.Status != 200 { // nobody is there to ask
		t.Errorf("a program that closes: %d", got.Status)
	}
	for _, args := range [][]string{{"slots", "--json", "--from", "2024-05-13"}, {"user", "list", "--json"}, {"contest", "list", "--json"},
		{"stations", "list", "--json"}} {
		var any []json.RawMessage
		if out := must(args...); json.Unmarshal([]byte(out), &any) != nil || any == nil {
			t.Errorf("%v: %s", args, out)
		}
	}
}

// What is decided about something somebody else may have decided is sent with the edition
// that was read, and a refusal of it is said.
func TestADecisionFromATerminalIsOfWhatItRead(t *testing.T) {
	for _, c := range []struct {
		args        []string
		read, reads string // the path that is read, and what it answers
		sent        string // in the body
	}{
		{[]string{"airings", "verify", "R", "verified"}, "/api/v1/airings/R", `{}`, `"finding":"verified"`},
		{[]string{"coverage", "excuse", "S00001", "2024-W20", "--reason", "weather", "--note", "bão"}, "/api/v1/coverage/2024-W20/excuses/S00001",
			`{}`, `"note":"bão"`},
		{[]string{"coverage", "excuse", "S00001", "2024-W20", "--note", "nhầm", "--revoke"}, "/api/v1/coverage/2024-W20/excuses/S00001",
			`{}`, `"revoked":true`},
		{[]string{"coverage", "reopen", "2024-W20", "--decline"}, "/api/v1/coverage", `{"reopening":{"at":"2024-05-13T10:00:00.5Z"}}`,
			`"request":"2024-05-13T10:00:00.5Z"`},
	} {
		var read, sent bool
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				read = r.URL.Path == c.read
				w.Header().Set("ETag", `"edition.body"`)
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(c.reads))
				return
			}
			body, _ := io.ReadAll(r.Body)
			sent = strings.Contains(string(body), c.sent) && (c.reads != `{}` || r.Header.Get("If-Match") == `"edition.body"`)
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusPreconditionFailed)
			_, _ = w.Write([]byte(`{"detail":"Lê Thị Thu đã sửa.","code":"edit.stale"}`))
		}))
		t.Cleanup(server.Close)
		var o, e bytes.Buffer
		code := run(t.Context(), append(c.args, "--server", server.URL, "--token", "t"), &o, &e)
		if code == 0 || !read || !sent || !strings.Contains(e.String(), "Lê Thị Thu đã sửa") {
			t.Errorf("%v: %d, read %v, sent %v: %s", c.args, code, read, sent, e.String())
		}
	}
}
