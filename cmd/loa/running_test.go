package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
)

// monday is when the daemons of these tests begin: Monday 2024-05-13, 09:00.
var monday = time.Date(2024, 5, 13, 9, 0, 0, 0, text.Zone)

// testClock runs like the real one, from where it was last set. set lets the
// time pass until then; jump is a clock that somebody sets.
type testClock struct{ ahead, wrong atomic.Int64 }

func (c *testClock) right() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *testClock) now() time.Time         { return c.right().Add(time.Duration(c.wrong.Load())) }
func (c *testClock) set(at time.Time)       { c.ahead.Store(int64(time.Until(at))) }
func (c *testClock) jump(by time.Duration)  { c.wrong.Add(int64(by)) }
func (c *testClock) elapsed() time.Duration { return c.right().Sub(monday) }

// running is a whole daemon in this process, on a port of its own.
type running struct {
	t     testing.TB
	d     *daemon
	dir   string
	clock *testClock
	token string // of the server itself
	stop  func() // ends the daemon; the end of the test does it too
}

// startDaemon starts a daemon on dir at the instant and ends it with the test.
func startDaemon(t testing.TB, dir string, at time.Time) *running {
	t.Helper()
	return startKeeping(t, dir, at, backupPlace{})
}

// startKeeping is startDaemon of one that keeps backups.
func startKeeping(t testing.TB, dir string, at time.Time, place backupPlace) *running {
	t.Helper()
	r := &running{t: t, dir: dir, clock: &testClock{}}
	r.clock.set(at)
	ctx, stop := context.WithCancel(context.Background())
	var err error
	r.d, err = newDaemon(ctx, daemonConfig{data: dir, listen: "127.0.0.1:0", now: r.clock.now, elapsed: r.clock.elapsed, out: io.Discard, backups: place,
		log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		stop()
		t.Fatal(err)
	}
	if r.token, err = serverToken(dir); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- r.d.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the daemon ended: %v", err)
		}
		if err := r.d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

// answered is what a program sees of an answer.
type answered struct {
	Status int
	Body   []byte
}

// problem is the body of a refusal.
func (a answered) problem() (p struct{ Code, Detail, Field string }) {
	_ = json.Unmarshal(a.Body, &p) // what is no JSON has no code, and the caller says so
	return p
}

// call sends a body straight to the daemon's handler, as the server itself
// unless a header says otherwise. Pairs of name and value are headers.
func (r *running) call(method, path, body string, headers ...string) answered {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+r.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.d.server.Handler.ServeHTTP(w, req)
	return answered{w.Code, w.Body.Bytes()}
}

// made calls and returns the ID in the answer; anything but success fails the test.
func (r *running) made(method, path, body string) string {
	r.t.Helper()
	a := r.call(method, path, body)
	var v struct{ ID string }
	if a.Status/100 != 2 || json.Unmarshal(a.Body, &v) != nil {
		r.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	return v.ID
}

// plan makes the weekly programme, Monday and Thursday at 17:00 at every
// station, and returns its ID.
func (r *running) plan() string {
	r.t.Helper()
	p := r.made("POST", "/api/v1/programmes",
		`{"title":"Nông thôn mới hằng tuần","counts_toward_target":true,"min_seconds":180,"topics":[],"languages":["vi"]}`)
	r.made("POST", "/api/v1/programmes/"+p+"/rules", `{"cron":"0 17 * * 1,4","minutes":15,"stations":"all"}`)
	return p
}

// slots lists the IDs of a station's slots in the week of monday.
func (r *running) slots(station string) (ids []string) {
	r.t.Helper()
	from, until := monday.Format(time.RFC3339), monday.AddDate(0, 0, 7).Format(time.RFC3339)
	a := r.call("GET", "/api/v1/slots?station="+station+"&from="+escape(from)+"&until="+escape(until), "")
	var list struct{ Items []struct{ ID string } }
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &list) != nil {
		r.t.Fatalf("slots: %d %s", a.Status, a.Body)
	}
	for _, s := range list.Items {
		ids = append(ids, s.ID)
	}
	return ids
}

func escape(s string) string { return strings.ReplaceAll(s, "+", "%2B") }

// airings counts the lines of the whole log of those weeks.
func (r *running) airings() int {
	r.t.Helper()
	a := r.call("GET", "/api/v1/airings?from=2023-01-01T00:00:00Z&until=2030-01-01T00:00:00Z&limit=500", "")
	var list struct{ Items []json.RawMessage }
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &list) != nil {
		r.t.Fatalf("airings: %d %s", a.Status, a.Body)
	}
	return len(list.Items)
}

// loa runs one loa command and returns its exit code and what it printed.
func loa(args ...string) (int, string) {
	var out bytes.Buffer
	code := run(context.Background(), args, &out, &out)
	return code, out.String()
}

func writeFile(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// uuidOf makes a UUID that is the same for the same number.
func uuidOf(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// TestAYearIsCountedAhead wants a start to have counted a year's weeks: who asks first reads no row of them.
func TestAYearIsCountedAhead(t *testing.T) {
	dir := t.TempDir()
	r := startDaemon(t, dir, monday)
	m := func(id string) accounts.Meta { return accounts.Meta{ID: id, By: accounts.Daemon(), At: monday} }
	p, err := r.d.store.SaveProgramme(t.Context(), m("programme"), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	said := airing.Confirm{ID: uuid.NewString(), Station: "S00001", Programme: p.ID, Outcome: airing.Aired, StartedAt: monday.AddDate(0, 0, -5), Seconds: 900}
	if _, err := r.d.store.Confirm(t.Context(), m(said.ID), said); err != nil {
		t.Fatal(err)
	}
	r.stop()
	r = startDaemon(t, dir, monday)
	year := coverage.Filter{From: coverage.MustStretch("2023-W21"), Until: coverage.MustStretch("2024-W19")}
	read := func() uint64 {
		before, _ := r.d.store.Reads()
		if _, err := r.d.store.Period(t.Context(), accounts.Daemon(), year, r.clock.now()); err != nil {
			t.Fatal(err)
		}
		after, _ := r.d.store.Reads()
		return after - before
	}
	<-r.d.ahead
	if first, again := read(), read(); first != again {
		t.Errorf("the first question reads %d rows, the next %d", first, again)
	}
}
