package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/web/webtest"
)

// TestTheSealsOfALog goes from the report that prints a code to the file that is checked without a server:
// by pages, API and command line.
func TestTheSealsOfALog(t *testing.T) {
	cal := airing.Calendar{Zone: text.Zone}
	first := cal.Week(time.Now()) + 1 // the daemon closes no week from before the installation
	begins := cal.Start(first)
	r := startDaemon(t, t.TempDir(), begins)
	programme, dir := r.plan(), t.TempDir()
	grown := begins.AddDate(0, 0, 22)
	operator := webtest.LoggedIn(t, r.d.store, "Giàng A Páo", grown, accounts.Grant{Role: accounts.Operator,
		Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	report := func(n int) {
		t.Helper()
		r.clock.set(begins.AddDate(0, 0, 7*n-6))
		if a := r.call("PUT", "/api/v1/airings/"+uuidOf(n), fmt.Sprintf(`{"station":"S0000%d","programme":"%s","outcome":"aired","seconds":900,"started_at":"%s"}`,
			n, programme, begins.AddDate(0, 0, 7*(n-1)).Add(17*time.Hour).Format(time.RFC3339))); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	closeDue := func(days int) {
		t.Helper()
		r.clock.set(begins.AddDate(0, 0, days))
		if _, err := r.d.closeWeeks(t.Context(), r.clock.now()); err != nil {
			t.Fatal(err)
		}
	}
	monitor := ""
	page := func(path string) string { return r.open("GET", path, monitor, "").Body.String() }
	command := func(want int, args ...string) string {
		t.Helper()
		var o, e bytes.Buffer
		if code := run(t.Context(), args, &o, &e); code != want {
			t.Errorf("%s: %d, want %d: %s%s", args, code, want, &o, &e)
		}
		return o.String() + e.String()
	}
	server := []string{"--server", r.d.URL(), "--token", r.token}

	if a := r.call("GET", "/api/v1/seals", ""); a.Status != 200 || !strings.Contains(string(a.Body), `"items":[]`) {
		t.Errorf("seals before a week was closed: %d %s", a.Status, a.Body)
	}
	report(1)
	closeDue(15)
	report(2)
	closeDue(22)
	monitor = r.loggedIn("giam.sat.mot")
	body := page("/coverage/paper?week=" + first.String())
	found := regexp.MustCompile(`mã ((?:[0-9a-f]{4} ){5}[0-9a-f]{4})`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("the report prints no code: %s", body)
	}
	code := found[1]
	if body := page("/coverage?week=" + first.String()); !strings.Contains(body, code) {
		t.Error("the week's page does not say its code")
	}
	if body := page("/airings/paper"); !strings.Contains(body, "Khoá công khai") || strings.Contains(body, code) {
		t.Errorf("the log book names the latest seal: %s", body)
	}
	if body := page("/seals?code=" + strings.ReplaceAll(strings.ToUpper(code), " ", "+")); !strings.Contains(body, "Mã này là của dấu") ||
		strings.Count(body, "/seals/") != 1 {
		t.Errorf("the code is not found: %s", body)
	}
	if body := page("/seals?code=" + strings.Repeat("0", 24)); !strings.Contains(body, "Không có dấu nào mang mã này") {
		t.Errorf("a made-up code: %s", body)
	}
	if body := page("/seals?code=12"); !strings.Contains(body, "24 chữ số") {
		t.Errorf("half a code: %s", body)
	}
	if body := page("/seals/1"); !strings.Contains(body, "Sổ còn nguyên") || !strings.Contains(body, code) {
		t.Errorf("the seal's page: %s", body)
	}
	if a := r.call("GET", "/api/v1/seals/99", ""); a.Status != 404 || a.problem().Code != "airing.seal_unknown" {
		t.Errorf("a seal that is not there: %d %s", a.Status, a.Body)
	}
	if w := r.open("GET", "/seals/1", operator, ""); w.Code != 403 {
		t.Errorf("an operator reads how long all chains are: %d", w.Code)
	}

	if out := command(0, append([]string{"seals"}, server...)...); !strings.Contains(out, code) || strings.Count(out, "\n") != 3 {
		t.Errorf("list: %s", out)
	}
	one, two := filepath.Join(dir, "1.json"), filepath.Join(dir, "2.json")
	command(0, append([]string{"seals", "save", "1", one}, server...)...)
	command(0, append([]string{"seals", "save", "2", two}, server...)...)
	if out := command(0, "seals", "check", two, one, "--code", code); strings.Count(out, "Sổ còn nguyên") != 2 {
		t.Errorf("check: %s", out)
	}
	command(75, "seals", "check", two, "--code", code)
	command(65, "seals", "check", two, "--code", "12")
	b, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	var d airing.Sealed
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	d.Chains[0].Seq++
	if b, err = json.Marshal(d); err != nil {
		t.Fatal(err)
	}
	writeFile(t, one, b)
	if out := command(75, "seals", "check", one, two); !strings.Contains(out, "không còn như lúc chốt") {
		t.Errorf("a changed file: %s", out)
	}
	writeFile(t, one, []byte("PK"))
	if out := command(65, "seals", "check", one); !strings.Contains(out, "không phải dấu niêm phong") {
		t.Errorf("no seal: %s", out)
	}
}
