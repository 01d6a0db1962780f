package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/internal/text"
	"loa/stations"
	"loa/store/bolt"
)

const gatewayToken = "GATEWAYGATEWAYGATEWAYGATEW"

// texted lets the stopped daemon of the folder take texts of one number at each of so many stations, and tells their codes.
func texted(t *testing.T, dir string, stationsWith int) (codes []string) {
	t.Helper()
	s, err := bolt.Kind{}.Open(dir, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	meta := func(id string) accounts.Meta {
		return accounts.Meta{ID: id, By: accounts.Daemon(), At: time.Now().UTC()}
	}
	for i := range stationsWith {
		st, err := reg.Station(stations.StationID(i + 1))
		if err != nil {
			t.Fatal(err)
		}
		c := stations.SaveStation{ID: st.ID, Fields: st.Fields}
		c.Contacts = []stations.Contact{{Name: "Cán bộ " + st.ID, Phone: numberAt(i)}}
		if _, err := s.SaveStation(t.Context(), meta("contact-"+st.ID), c); err != nil {
			t.Fatal(err)
		}
		codes = append(codes, reg.UnitOf(st.ID).Code)
	}
	if _, err := s.SaveTextSettings(t.Context(), meta("texts"), texting.SaveSettings{On: true, Token: accounts.HashOf(gatewayToken)}); err != nil {
		t.Fatal(err)
	}
	return codes
}

func numberAt(i int) string { return fmt.Sprintf("09120000%02d", i) }

// hourly lets every station air each hour from now on.
func (c *child) hourly() {
	c.t.Helper()
	var made struct{ ID string }
	if err := json.Unmarshal(c.must("POST", "/api/v1/programmes",
		`{"title":"Nông thôn mới hằng tuần","counts_toward_target":true,"min_seconds":180,"topics":[],"languages":["vi"]}`), &made); err != nil {
		c.t.Fatal(err)
	}
	c.must("POST", "/api/v1/programmes/"+made.ID+"/rules", `{"cron":"0 * * * *","minutes":15,"stations":"all"}`)
}

// TestAGatewayThatRepeatsItself lets a gateway hand on texts in any order, up to three times each and hours late, over a
// line that breaks before and after Loa has heard, to a daemon that is killed: at the end each airing is reported once, as
// the last text about it says.
func TestAGatewayThatRepeatsItself(t *testing.T) {
	dir, seed := t.TempDir(), uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	began := time.Now()
	c := startChild(t, dir, 0)
	c.hourly()
	c.kill()
	codes := texted(t, dir, 6)

	type sms struct {
		texting.Receive
		want airing.Outcome // of the last text about its airing
		slot time.Time
	}
	var all []sms
	first := began.Truncate(time.Hour).Add(2 * time.Hour) // planned after the rule was made
	for i, code := range codes {
		for hour := range 3 {
			start := first.Add(time.Duration(hour) * time.Hour)
			local := start.In(text.Zone)
			say := func(n int, body string, after time.Duration) sms {
				return sms{Receive: texting.Receive{ID: fmt.Sprintf("SIM-%d-%d-%d", i, hour, n), From: numberAt(i), SentAt: start.Add(after).UTC(),
					Text: fmt.Sprintf(body, code, local.Format("15h04"), local.Format("2/1"))}, slot: start, want: airing.Aired}
			}
			texts := []sms{say(0, "pt %s ok %s %s", 20*time.Minute)}
			if (i+hour)%2 == 0 { // she says the contrary first
				texts = append(texts, say(1, "Đài %s KHÔNG phát do mất điện, %s %s", 10*time.Minute))
			}
			all = append(all, texts...)
		}
	}
	var order []sms
	for _, x := range all {
		for range 1 + random.IntN(3) {
			order = append(order, x)
		}
	}
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	ahead := first.Add(5 * time.Hour).Sub(began)
	c = startChild(t, dir, ahead)
	gate := &child{t: t, url: c.url, token: gatewayToken}
	post := func(x texting.Receive) (int, []byte) {
		body, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		return gate.send("POST", "/api/v1/texts", string(body))
	}
	kills := 0
	for i, x := range order {
		for try := 0; ; try++ {
			if try > 20 {
				t.Fatalf("text %s is never taken", x.ID)
			}
			breaks := random.IntN(4)
			if breaks == 0 {
				continue // the line broke before: a 500 of a proxy
			}
			status, b := post(x.Receive)
			if i/17 > kills { // cut off with the answer, whatever it was
				c.kill()
				kills++
				c = startChild(t, dir, ahead+time.Duration(kills)*time.Minute)
				gate.url = c.url
				continue
			}
			if breaks == 1 && try == 0 {
				continue // the line broke after: the answer never came
			}
			if status != http.StatusOK {
				t.Fatalf("%+v: %d %s", x.Receive, status, b)
			}
			break
		}
	}
	if kills == 0 {
		t.Fatal("the daemon was never killed")
	}
	var lines struct{ Items []airing.Line }
	if err := json.Unmarshal(c.must("GET", "/api/v1/airings?limit=500&from="+escape(began.Format(time.RFC3339)), ""), &lines); err != nil {
		t.Fatal(err)
	}
	standing := map[string]airing.Line{}
	for _, l := range lines.Items {
		if l.Stands() {
			if other, twice := standing[l.Slot]; twice {
				t.Errorf("%s is reported by %s and by %s", l.Slot, other.ID, l.ID)
			}
			standing[l.Slot] = l
		}
	}
	if len(standing) != 3*len(codes) {
		t.Errorf("%d airings are reported of %d", len(standing), 3*len(codes))
	}
	for _, l := range standing {
		if l.Outcome != airing.Aired || l.Texted == nil || !l.Texted.At.Equal(l.SaidAt) || !l.OnTime {
			t.Errorf("%s: %+v", l.Slot, l)
		}
	}
	var kept struct{ Items []texting.Text }
	if err := json.Unmarshal(c.must("GET", "/api/v1/texts?limit=500", ""), &kept); err != nil || len(kept.Items) != len(all) {
		t.Errorf("%d texts are kept of %d, %v", len(kept.Items), len(all), err)
	}
	if status, _ := gate.send("GET", "/api/v1/texts", ""); status != http.StatusForbidden {
		t.Errorf("the gateway reads texts: %d", status)
	}
	c.kill()
	if code, out := loa("verify", "--data", dir); code != 0 {
		t.Errorf("verify: %d %s", code, out)
	}
	t.Logf("%d texts in %d journeys, %d kills, %d reports", len(all), len(order), kills, len(lines.Items))
}

// TestTheGatewayOfAModem runs the script for gammu-smsd as that runs it: a text that comes while Loa is down waits, is
// noted once, and answered each time it is handed on.
func TestTheGatewayOfAModem(t *testing.T) {
	dir, box := t.TempDir(), t.TempDir()
	c := startChild(t, dir, 0)
	c.kill()
	texted(t, dir, 1)
	script, err := filepath.Abs("../../doc/gateway/loa-gammu")
	if err != nil {
		t.Fatal(err)
	}
	program := func(name, body string) {
		if err := os.WriteFile(filepath.Join(box, name), []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	program("loa", childCommand+"=1 exec '"+os.Args[0]+`' "$@"`)
	program("gammu-smsd-inject", `printf '%s\n' "$*" >>"$LOA_SPOOL.sent"`)
	spool := filepath.Join(box, "spool")
	run := func(args ...string) {
		t.Helper()
		writeFile(t, filepath.Join(box, "conf"), []byte("LOA_SERVER="+c.url+"\nLOA_TOKEN="+gatewayToken+"\n"))
		cmd := exec.Command("sh", append([]string{script}, args...)...)
		cmd.Env = append(os.Environ(), "PATH="+box+":"+os.Getenv("PATH"), "LOA_GAMMU="+filepath.Join(box, "conf"), "LOA_SPOOL="+spool,
			"SMS_MESSAGES=2", "SMS_1_NUMBER=+84912000000", "SMS_1_TEXT=PT", "SMS_2_TEXT= ?")
		if out, err := cmd.CombinedOutput(); err != nil {
			said, _ := os.ReadFile(spool + ".log")
			t.Fatalf("%v %s %s", err, out, said)
		}
	}
	sent := func() string {
		b, err := os.ReadFile(spool + ".sent")
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return string(b)
	}
	came := "IN" + time.Now().In(text.Zone).Format("20060102_150405") + "_00_+84912000000_00.txt"
	run(came, strings.Replace(came, "_00.txt", "_01.txt", 1))
	if got := sent(); got != "" {
		t.Fatalf("answered while Loa is down: %q", got)
	}
	c = startChild(t, dir, time.Minute)
	run()
	run(came)
	run()
	if got := sent(); strings.Count(got, "TEXT +84912000000 -len 160 -text Da phat: PT ") != strings.Count(got, "\n") || got == "" {
		t.Errorf("answered %q", got)
	}
	var kept struct{ Items []texting.Text }
	if err := json.Unmarshal(c.must("GET", "/api/v1/texts", ""), &kept); err != nil || len(kept.Items) != 1 || kept.Items[0].Text != "PT ?" {
		t.Errorf("kept: %+v, %v", kept.Items, err)
	}
	if left, _ := filepath.Glob(filepath.Join(spool, "*", "*")); len(left) != 0 {
		t.Errorf("left in the spool: %q", left)
	}
}

// The settings are read and changed at a terminal as on their page: what is not named stays, a number that is none is refused in
// words, and the token is told once.
func TestTextSettingsFromATerminal(t *testing.T) {
	t.Parallel()
	r := startDaemon(t, t.TempDir(), time.Now())
	loa := func(args ...string) (string, int) {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"texts"}, append(args, "--data", r.dir)...), &out, &out)
		return out.String(), code
	}
	for _, step := range []struct {
		args string
		code int
		says []string
	}{
		{"settings", 0, []string{"Nhận tin nhắn: không", "Số nhận: –"}},
		{"settings --on --number=0912345600", 0, []string{"Nhận tin nhắn: có", "Số nhận: 0912345600", "có dấu: không"}},
		{"settings --marks", 0, []string{"Nhận tin nhắn: có", "0912345600", "có dấu: có", "mã truy cập: không"}},
		{"settings --number=12", 65, []string{"8 chữ số"}},
		{"token", 0, []string{"chỉ hiện một lần: "}},
		{"settings --no-on --number=", 0, []string{"Nhận tin nhắn: không", "Số nhận: –", "có dấu: có", "mã truy cập: có"}},
		{"settings --json", 0, []string{`"gateway":true`}},
	} {
		out, code := loa(strings.Fields(step.args)...)
		for _, want := range step.says {
			if !strings.Contains(strings.ReplaceAll(out, `": `, `":`), want) {
				t.Errorf("%s says %q, without %q", step.args, out, want)
			}
		}
		if code != step.code {
			t.Errorf("%s ends with %d: %s", step.args, code, out)
		}
	}
}
