package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/audio/audiotest"
)

// flood is how much a test presses on a daemon: LOA_FLOOD says it for the long form.
func flood(t *testing.T, usual int) int {
	t.Helper()
	return long(t, "LOA_FLOOD", usual)
}

// monitor is who has to get on with her work, on a line of her own.
type monitor struct {
	c         *child
	http      http.Client
	programme string
	did       int
}

func newMonitor(c *child) *monitor {
	m := &monitor{c: c}
	m.http.Transport = &http.Transport{MaxIdleConnsPerHost: 1}
	c.t.Cleanup(m.http.CloseIdleConnections)
	var made struct{ ID string }
	if err := json.Unmarshal(m.must("POST", "/api/v1/programmes", `{"title":"Nông thôn mới","topics":[],"languages":["vi"]}`), &made); err != nil {
		c.t.Fatal(err)
	}
	m.programme = made.ID
	return m
}

func (m *monitor) must(method, path, body string) []byte {
	m.c.t.Helper()
	req, err := http.NewRequest(method, m.c.url+path, strings.NewReader(body))
	if err != nil {
		m.c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+m.c.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := m.http.Do(req)
	if err != nil {
		m.c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		m.c.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, b, err)
	}
	return b
}

// work looks at her pages, enters a report and finds it in the log; all of it has to be answered well.
func (m *monitor) work() {
	m.c.t.Helper()
	id := uuid.NewString()
	m.must("GET", "/coverage", "")
	m.must("GET", "/health", "")
	m.must("PUT", "/api/v1/airings/"+id, fmt.Sprintf(`{"station":"S00001","programme":%q,"outcome":"aired","seconds":600,"started_at":%q}`,
		m.programme, time.Now().Add(-time.Hour).Format(time.RFC3339)))
	if got := m.must("GET", "/api/v1/airings/"+id, ""); !strings.Contains(string(got), id) {
		m.c.t.Errorf("a report that was acknowledged is %s", got)
	}
	m.did++
}

// hold opens n lines to the daemon and says so much on each; it returns those that were let in.
func hold(t *testing.T, c *child, n int, said string) (lines []net.Conn) {
	t.Helper()
	to, err := url.Parse(c.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, line := range lines {
			line.Close()
		}
	})
	for range n {
		line, err := net.Dial("tcp", to.Host)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(line, said); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

// ended waits until the daemon has ended all of them.
func ended(t *testing.T, lines []net.Conn) {
	t.Helper()
	for _, line := range lines {
		if _, err := io.Copy(io.Discard, line); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Fatal(err)
		}
	}
}

// Lines on which nothing is said, heads that never end and bodies that never come hold nobody up. Where nobody has said who he is
// within 10 s, the daemon ends the line.
func TestLinesOnWhichNothingComesHoldNobodyUp(t *testing.T) {
	t.Parallel()
	c := startChild(t, t.TempDir(), 0)
	m := newMonitor(c)
	n := flood(t, 300)
	var silent []net.Conn
	form := "POST /login HTTP/1.1\r\nHost: loa\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nlogin="
	for _, said := range []string{"", "GET /login HTTP/1.1\r\nHost: loa\r\nX-Slow: ", form} {
		lines := hold(t, c, n, said)
		if said != form {
			silent = append(silent, lines...)
		}
		for range 5 {
			m.work()
		}
	}
	ended(t, silent)
	m.work()
	t.Logf("%d lines held, %d ended by the daemon, %d rounds of work", 3*n, len(silent), m.did)
}

// A daemon that has no handle left takes nobody new, says so to who wants to send sound, loses nothing, and goes on as soon as
// lines end.
func TestOutOfHandles(t *testing.T) {
	t.Parallel()
	c := newChild(t, t.TempDir(), 0, "sh", "-c", `ulimit -n 64; exec "$@"`, "sh")
	c.start()
	m := newMonitor(c)
	m.work()
	at := begun(c, 4000)
	lines := hold(t, c, 100, "")
	for range 5 {
		m.work() // on the line she has
	}
	status, b := m.try("PATCH", at, "one", "Content-Type", "application/offset+octet-stream", "Upload-Offset", "0", "Tus-Resumable", "1.0.0")
	if status/100 != 2 && status != http.StatusServiceUnavailable && status != http.StatusInsufficientStorage {
		t.Errorf("a piece without a handle: %d %s", status, b)
	}
	ended(t, lines)
	newMonitor(c).work()
	if status, head, _ := c.ask("HEAD", at, nil, "Tus-Resumable", "1.0.0"); status != http.StatusOK {
		t.Errorf("the upload is gone: %d %v", status, head)
	}
	c.kill()
	if code, out := loa("verify", "--data", c.dir); code != 0 {
		t.Errorf("verify: %d %s", code, out)
	}
	t.Logf("%d lines to 64 handles, %d rounds of work; a piece was answered %d %s", len(lines), m.did, status, b)
}

// try sends on the monitor's own line.
func (m *monitor) try(method, path, body string, headers ...string) (int, string) {
	m.c.t.Helper()
	req, err := http.NewRequest(method, m.c.url+path, strings.NewReader(body))
	if err != nil {
		m.c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+m.c.token)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := m.http.Do(req)
	if err != nil {
		m.c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		m.c.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// begun begins an upload of so many bytes and returns its address.
func begun(c *child, size int) string {
	c.t.Helper()
	status, head, b := c.ask("POST", "/api/v1/uploads", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(size), "Upload-Metadata",
		"kind "+base64.StdEncoding.EncodeToString([]byte("evidence"))+",filename "+base64.StdEncoding.EncodeToString([]byte("loa.wav")))
	if status != http.StatusCreated {
		c.t.Fatalf("an upload: %d %s", status, b)
	}
	return head.Get("Location")
}

// Many who guess passphrases at once, each a computation of 19 MB, are held back, and hold nobody else up.
func TestAFloodOfLogIns(t *testing.T) {
	t.Parallel()
	c := startChild(t, t.TempDir(), 0, "GOMEMLIMIT=256MiB")
	m := newMonitor(c)
	n, answers := flood(t, 300), map[int]int{}
	var mu sync.Mutex
	var guessing sync.WaitGroup
	for who := range 20 {
		guessing.Go(func() {
			for i := range n / 20 {
				form := url.Values{"login": {fmt.Sprintf("nguoi%d", i)}, "passphrase": {fmt.Sprintf("mật khẩu %d %d", who, i)}}
				resp, err := http.PostForm(c.url+"/login", form)
				if err != nil {
					t.Error(err)
					return
				}
				_ = resp.Body.Close() // what it shows is not asked for
				mu.Lock()
				answers[resp.StatusCode]++
				mu.Unlock()
			}
		})
	}
	guessed := make(chan struct{})
	go func() { guessing.Wait(); close(guessed) }()
	for over := false; !over || m.did < 5; {
		m.work()
		select {
		case <-guessed:
			over = true
		default:
		}
	}
	for status, n := range answers {
		if status >= 500 || status/100 == 2 && status != http.StatusOK {
			t.Errorf("%d guesses were answered %d", n, status)
		}
	}
	if answers[http.StatusTooManyRequests] < n/2 {
		t.Errorf("so few were held back: %v", answers)
	}
	small(c, 256<<20)
	t.Logf("%d guesses, answered %v; %d rounds of work meanwhile", n, answers, m.did)
}

// small wants what Go holds for the daemon within its limit.
func small(c *child, limit int64) {
	c.t.Helper()
	var held float64
	for line := range strings.Lines(string(c.must("GET", "/metrics", ""))) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue
		}
		switch name {
		case "go_memstats_sys_bytes":
			held += n
		case "go_memstats_heap_released_bytes":
			held -= n
		}
	}
	if held == 0 || held > float64(limit) {
		c.t.Errorf("Go holds %.0f MB, more than %d", held/1e6, limit/1e6)
	}
}

// A recording that comes byte by byte from many is kept whole; each byte that was acknowledged is there.
func TestAFloodOfSingleBytes(t *testing.T) {
	t.Parallel()
	c := startChild(t, t.TempDir(), 0, "GOMEMLIMIT=256MiB")
	m := newMonitor(c)
	const senders = 10
	n := flood(t, 300)
	var sending sync.WaitGroup
	for who := range senders {
		sound := audiotest.WAV(2, 8000, uint32(who+1))
		at := begun(c, len(sound))
		sending.Go(func() {
			for i := range n / senders {
				status, head, b := c.ask("PATCH", at, sound[i:i+1], "Tus-Resumable", "1.0.0", "Content-Type", "application/offset+octet-stream",
					"Upload-Offset", strconv.Itoa(i))
				if status != http.StatusNoContent || head.Get("Upload-Offset") != strconv.Itoa(i+1) {
					t.Errorf("byte %d: %d %s", i, status, b)
					return
				}
			}
			status, head, b := c.ask("PATCH", at, sound[n/senders:], "Tus-Resumable", "1.0.0", "Content-Type", "application/offset+octet-stream",
				"Upload-Offset", strconv.Itoa(n/senders))
			if status != http.StatusNoContent {
				t.Errorf("the rest: %d %s", status, b)
				return
			}
			for head.Get("Loa-State") != "kept" {
				if status, head, _ = c.ask("HEAD", at, nil, "Tus-Resumable", "1.0.0"); status != http.StatusOK {
					t.Errorf("its state: %d", status)
					return
				}
			}
			status, _, b = c.ask("GET", "/api/v1/audio/"+head.Get("Loa-Recording"), nil)
			if is, want := sha256.Sum256(b), sha256.Sum256(sound); status != http.StatusOK || is != want {
				t.Errorf("what was kept is %s: %d", hex.EncodeToString(is[:]), status)
			}
		})
	}
	sent := make(chan struct{})
	go func() { sending.Wait(); close(sent) }()
	for over := false; !over || m.did < 5; {
		m.work()
		select {
		case <-sent:
			over = true
		default:
		}
	}
	small(c, 256<<20)
	t.Logf("%d pieces of a byte, %d rounds of work meanwhile", n, m.did)
}
