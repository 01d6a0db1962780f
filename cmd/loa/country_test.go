package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/audio/audiotest"
)

// childRegistry is the file of the registry a child begins with.
const childRegistry = "LOA_TEST_CHILD_REGISTRY"

// long is what a variable of the environment says of a long form, or what is usual.
func long(t *testing.T, name string, usual int) int {
	t.Helper()
	said := os.Getenv(name)
	if said == "" {
		return usual
	}
	n, err := strconv.Atoi(said)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s", name, said)
	}
	return n
}

// registryOf is the file of a registry of so many communes, fifteen in a district.
func registryOf(t *testing.T, communes int) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("Mã xã,Tên xã,Mã huyện,Huyện,Công nghệ,Tần số (MHz)\n")
	for i := range communes {
		fmt.Fprintf(&b, "%05d,Xã Tân %d,%03d,Huyện %d,FM,57.5\n", 40000+i, i, 100+i/15, 100+i/15)
	}
	name := filepath.Join(t.TempDir(), "dai.csv")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// insist sends a request until it is taken, as a phone's outbox does: what is refused for now, or whose line broke, is sent again. It tells
// how long that took, and how often it was refused.
func insist(c *child, web *http.Client, method, path, body string) (took time.Duration, refused int, err error) {
	began := time.Now()
	for {
		req, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
		if err != nil {
			return 0, refused, err
		}
		req.Header.Set("Authorization", "Bearer "+c.token)
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		status, b := 0, []byte(nil)
		resp, err := web.Do(req)
		if err == nil {
			b, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close() // all was read
			status = resp.StatusCode
		}
		switch {
		case err == nil && status/100 == 2:
			return time.Since(began), refused, nil
		case err == nil && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests || refused == 20:
			return 0, refused, fmt.Errorf("%s %s: %d %s %v", method, path, status, b, err)
		}
		refused++
		<-time.After(time.Second)
	}
}

// times are how long answers took, taken down by many.
type times struct {
	mu   sync.Mutex
	list []time.Duration
}

func (s *times) add(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, d)
}

func (s *times) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.list)
	n := len(s.list)
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%d, p50 %v, p99 %v, most %v", n, s.list[n/2].Round(time.Millisecond), s.list[n*99/100].Round(time.Millisecond),
		s.list[n-1].Round(time.Millisecond))
}

// The worst minute of a country: all stations report within ten seconds, while monitors look at their pages and recordings come, and
// memory is bounded. Whatever is refused for now is taken when it is sent again; all that was acknowledged is there
// once after a kill. LOA_STATIONS=10598 is the country.
func TestACountryReportsAtOnce(t *testing.T) {
	t.Parallel()
	n := long(t, "LOA_STATIONS", 300)
	span, senders, monitors := 10*time.Second*time.Duration(n)/10598, max(3, 50*n/10598), max(2, 20*n/10598)
	c := startChild(t, t.TempDir(), 0, "GOMEMLIMIT=512MiB", childRegistry+"="+registryOf(t, n))
	m := newMonitor(c)
	web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256}} // as a proxy before it
	t.Cleanup(web.CloseIdleConnections)
	var reports, pages times
	var refused atomic.Int64
	var reporting, others sync.WaitGroup
	ids, done := make([]string, n), make(chan struct{})
	for range monitors {
		others.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				took, again, err := insist(c, web, "GET", []string{"/coverage", "/today", "/airings", "/health"}[i%4], "")
				if err != nil {
					t.Error(err)
					return
				}
				pages.add(took)
				refused.Add(int64(again))
			}
		})
	}
	for who := range senders {
		others.Go(func() {
			s := &soundSender{n: 1000 * who}
			for len(s.kept) == 0 && s.step(c) {
			}
			s.look(c)
			if s.pieces == 0 || len(s.kept) == 0 {
				t.Errorf("sender %d: %d pieces, %d kept", who, s.pieces, len(s.kept))
			}
		})
	}
	started := time.Now().Add(-time.Hour).Format(time.RFC3339)
	for i := range n {
		ids[i] = uuid.NewString()
		body := fmt.Sprintf(`{"station":"S%05d","programme":%q,"outcome":"aired","seconds":600,"started_at":%q}`, i+1, m.programme, started)
		reporting.Go(func() {
			<-time.After(span * time.Duration(i) / time.Duration(n))
			took, again, err := insist(c, web, "PUT", "/api/v1/airings/"+ids[i], body)
			if err != nil {
				t.Errorf("station %d: %v", i+1, err)
				return
			}
			reports.add(took)
			refused.Add(int64(again))
		})
	}
	reporting.Wait()
	close(done)
	others.Wait()
	small(c, 640<<20)
	c.kill()
	if code, out := loa("verify", "--data", c.dir); code != 0 {
		t.Fatalf("verify: %d %s", code, out)
	}
	after := startChild(t, c.dir, 0)
	there := map[string]bool{}
	for path := "/api/v1/airings?limit=500"; path != ""; {
		var page struct {
			Items []struct{ ID string }
			Next  string
		}
		if err := json.Unmarshal(after.must("GET", path, ""), &page); err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Items {
			if there[a.ID] {
				t.Errorf("report %s is there twice", a.ID)
			}
			there[a.ID] = true
		}
		path = page.Next
	}
	for _, id := range ids {
		if !there[id] {
			t.Errorf("report %s was acknowledged and is lost", id)
		}
	}
	if len(there) != n {
		t.Errorf("%d stations reported, %d reports are there", n, len(there))
	}
	t.Logf("within %v: reports %v; pages meanwhile %v; %d uploads; %d refusals, all taken later", span, &reports, &pages, senders, refused.Load())
}

// measured is what the daemon holds. own is its memory without the pages of the database, which is mapped and the system's to drop.
type measured struct{ goroutines, handles, heap, own, file int }

func (d measured) String() string {
	return fmt.Sprintf("goroutines %d, handles %d, heap %d KB, own memory %d KB, file %d KB", d.goroutines, d.handles, d.heap>>10, d.own>>10,
		d.file>>10)
}

func measure(c *child) (d measured) {
	c.t.Helper()
	for line := range strings.Lines(string(c.must("GET", "/metrics", ""))) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue
		}
		for of, into := range map[string]*int{"go_goroutines": &d.goroutines, "process_open_fds": &d.handles, "go_memstats_heap_inuse_bytes": &d.heap} {
			if name == of {
				*into = int(n)
			}
		}
	}
	info, err := os.Stat(filepath.Join(c.dir, "loa.db"))
	if err != nil {
		c.t.Fatal(err)
	}
	d.file = int(info.Size())
	about, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		c.t.Fatal(err)
	}
	for line := range strings.Lines(string(about)) {
		if n, is := strings.CutPrefix(line, "RssAnon:"); is {
			if _, err := fmt.Sscan(n, &d.own); err != nil {
				c.t.Fatal(err)
			}
			d.own <<= 10
		}
	}
	return d
}

// A daemon at work for a long time holds no more than at its start: when its people rest, goroutines and handles are as many as before,
// and the file grew by what was reported. LOA_SOAK=60 is an hour; how it stands is told each minute.
func TestADaemonAtWorkHoldsNoMoreThanAtItsStart(t *testing.T) {
	t.Parallel()
	minutes := long(t, "LOA_SOAK", 0)
	c := startChild(t, t.TempDir(), 0)
	m := newMonitor(c)
	web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	began, n := time.Now(), 0
	round := func() { // what a province does in some hours
		n++
		var all sync.WaitGroup
		for i := range 127 {
			body := fmt.Sprintf(`{"station":"S%05d","programme":%q,"outcome":"aired","seconds":600,"started_at":%q}`, i+1, m.programme,
				began.Add(-time.Duration(n)*11*time.Minute).Format(time.RFC3339))
			all.Go(func() {
				if _, _, err := insist(c, web, "PUT", "/api/v1/airings/"+uuid.NewString(), body); err != nil {
					t.Error(err)
				}
			})
		}
		for i := range 60 {
			path := []string{"/coverage", "/today", "/airings", "/health", "/stations", "/runs"}[i%6]
			all.Go(func() {
				if _, _, err := insist(c, web, "GET", path, ""); err != nil {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			s := &soundSender{n: n, body: audiotest.WAV(5, 8000, uint32(n+1))}
			for len(s.kept) == 0 && s.step(c) {
			}
			s.look(c)
		})
		all.Wait()
	}
	// at rest is what is held once nobody asks: as much as before, or as it stays.
	atRest := func(before *measured) (d measured) {
		web.CloseIdleConnections()
		http.DefaultClient.CloseIdleConnections()
		same, end := 0, time.Now().Add(time.Minute)
		for last := (measured{}); same < 5 && time.Now().Before(end); last = d {
			<-time.After(100 * time.Millisecond)
			if d = measure(c); before != nil && d.goroutines <= before.goroutines && d.handles <= before.handles {
				return d
			}
			if same++; d.goroutines != last.goroutines || d.handles != last.handles {
				same = 0
			}
		}
		return d
	}
	round() // what is made once, is made
	first := atRest(nil)
	t.Logf("at the start: %v", first)
	if minutes == 0 {
		for range 3 {
			round()
		}
	}
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for minute := 1; minute <= minutes && !t.Failed(); minute++ {
		for range 6 {
			round()
			<-tick.C
		}
		d := measure(c)
		fmt.Fprintf(os.Stderr, "minute %d, %d reports: %v\n", minute, 127*n, d)
	}
	last := atRest(&first)
	t.Logf("after %d reports: %v", 127*n, last)
	if last.goroutines > first.goroutines || last.handles > first.handles {
		t.Errorf("at the start %v, at rest after work %v", first, last)
	}
	if grown := (last.file - first.file) / (127 * (n - 1)); grown > 20<<10 {
		t.Errorf("the file grew by %d bytes a report", grown)
	}
}
