package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"loa/audio/audiotest"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/web/webtest"
)

// The test binary is also a daemon that can be killed: with childData set it
// serves that folder, its clock ahead by childAhead. With childCommand set it is
// the command line.
const (
	childData    = "LOA_TEST_CHILD_DATA"
	childAhead   = "LOA_TEST_CHILD_AHEAD"
	childCommand = "LOA_TEST_CHILD_COMMAND"
	childBackups = "LOA_TEST_CHILD_BACKUPS" // where it keeps backups
)

func TestMain(m *testing.M) {
	if os.Getenv(childCommand) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	if dir := os.Getenv(childData); dir != "" {
		if err := serveChild(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	webtest.Main(m)
}

func serveChild(dir string) error {
	ahead, err := time.ParseDuration(os.Getenv(childAhead))
	if err != nil {
		return err
	}
	place, err := readBackupPlace(os.Getenv(childBackups), opener{}, "")
	if err != nil {
		return err
	}
	ctx := context.Background()
	d, err := newDaemon(ctx, daemonConfig{backups: place,
		data: dir, registry: os.Getenv(childRegistry), listen: "127.0.0.1:0", out: io.Discard, log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		now: func() time.Time { return time.Now().Add(ahead) }, elapsed: wallclock.Elapsed})
	if err != nil {
		return err
	}
	fmt.Println(d.URL())
	return d.Run(ctx)
}

// child is a daemon in a process of its own.
type child struct {
	t     *testing.T
	dir   string
	cmd   *exec.Cmd
	url   string
	token string
	dark  atomic.Bool // the power of its disk goes or is away
}

// newChild is one that does not run yet. The words before its program's name are of a program that runs it.
func newChild(t *testing.T, dir string, ahead time.Duration, before ...string) *child {
	args := append(before, os.Args[0])
	c := &child{t: t, dir: dir, cmd: exec.Command(args[0], args[1:]...)}
	c.cmd.Env = append(os.Environ(), childData+"="+dir, childAhead+"="+ahead.String())
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // kill ends what runs it too
	return c
}

func startChild(t *testing.T, dir string, ahead time.Duration, env ...string) *child {
	t.Helper()
	c := newChild(t, dir, ahead)
	c.cmd.Env = append(c.cmd.Env, env...)
	c.start()
	return c
}

// start waits until the daemon answers.
func (c *child) start() {
	t := c.t
	t.Helper()
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if c.url = strings.TrimSpace(line); err != nil || !strings.HasPrefix(c.url, "http://") {
		t.Fatalf("the daemon said %q: %v", line, err)
	}
	token, err := os.ReadFile(filepath.Join(c.dir, "admin.token"))
	if err != nil {
		t.Fatal(err)
	}
	c.token = strings.TrimSpace(string(token))
}

// kill ends the process as a power cut would: no signal it could handle.
func (c *child) kill() {
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // dead already is what we want too
	_ = c.cmd.Wait()
}

// do returns the status, head and body of one request; 0 when the daemon died before it had answered, or its disk
// went dark: a daemon that lives on then answers what no machine without power could.
func (c *child) do(req *http.Request) (int, http.Header, []byte) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, http.Header{}, nil
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || c.dark.Load() {
		return 0, http.Header{}, nil
	}
	return resp.StatusCode, resp.Header, b
}

// ask sends a body with the token of the data folder.
func (c *child) ask(method, path string, body []byte, headers ...string) (int, http.Header, []byte) {
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0, http.Header{}, nil
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return c.do(req)
}

// send sends JSON.
func (c *child) send(method, path, body string) (int, []byte) {
	var headers []string
	if body != "" {
		headers = []string{"Content-Type", "application/json"}
	}
	status, _, b := c.ask(method, path, []byte(body), headers...)
	return status, b
}

func (c *child) must(method, path, body string) []byte {
	c.t.Helper()
	status, b := c.send(method, path, body)
	if status/100 != 2 {
		c.t.Fatalf("%s %s: %d %s", method, path, status, b)
	}
	return b
}

// kills is how often a test kills a daemon: LOA_KILLS says it for the long form.
func kills(t *testing.T, usual int) int {
	t.Helper()
	return long(t, "LOA_KILLS", usual)
}

// ledger is what the clients were told is kept.
type ledger struct {
	began time.Time // when all of it is said to have been aired

	mu         sync.Mutex
	notes      map[string]string // note by UUID
	fresh      []string          // UUIDs of those that were not asked for yet
	unanswered []int             // may be kept or not
	next       int
}

func newLedger() *ledger { return &ledger{began: time.Now(), notes: map[string]string{}} }

func (l *ledger) take() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	return l.next
}

func (l *ledger) keep(id, note string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notes[id] = note
	l.fresh = append(l.fresh, id)
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.notes)
}

func (l *ledger) copy() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.notes)
}

// report sends one more, and tells whether the daemon answered.
func (l *ledger) report(c *child, programme string) bool {
	n := l.take()
	if !l.send(c, programme, n) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.unanswered = append(l.unanswered, n)
		return false
	}
	l.keep(uuidOf(n), noteOf(n))
	return true
}

func noteOf(n int) string { return fmt.Sprintf("lượt %d", n) }

func (l *ledger) body(programme string, n int) string {
	return fmt.Sprintf(`{"station":"S%05d","programme":%q,"outcome":"aired","seconds":600,"started_at":%q,"note":%q}`, n%127+1, programme,
		l.began.Format(time.RFC3339), noteOf(n))
}

func (l *ledger) send(c *child, programme string, n int) bool {
	status, _ := c.send("PUT", "/api/v1/airings/"+uuidOf(n), l.body(programme, n))
	if status != 0 && status != http.StatusOK {
		c.t.Errorf("report %d: %d", n, status)
	}
	return status == http.StatusOK
}

// resend sends again what was not answered: whether the daemon kept it or not, it is there once afterwards.
func (l *ledger) resend(c *child, programme string) {
	c.t.Helper()
	for _, n := range l.unanswered {
		if !l.send(c, programme, n) {
			c.t.Errorf("report %d was sent again and not taken", n)
		}
		l.keep(uuidOf(n), noteOf(n))
	}
	l.unanswered = nil
}

// storm lets several clients report until the daemon dies, which happens
// once so many more reports were acknowledged.
func (l *ledger) storm(c *child, programme string, until int) {
	var clients sync.WaitGroup
	enough := make(chan struct{})
	var once sync.Once
	for range 6 {
		clients.Go(func() {
			for l.report(c, programme) {
				if l.count() >= until {
					once.Do(func() { close(enough) })
				}
			}
		})
	}
	<-enough
	c.kill()
	clients.Wait()
}

// check asks the daemon for the reports acknowledged since the last check, all of them for
// every one.
func (l *ledger) check(c *child, all bool) {
	c.t.Helper()
	ids := l.fresh
	if all {
		ids = slices.Collect(maps.Keys(l.notes))
	}
	for _, id := range ids {
		note := l.notes[id]
		var got struct{ Note string }
		if b := c.must("GET", "/api/v1/airings/"+id, ""); json.Unmarshal(b, &got) != nil || got.Note != note {
			c.t.Errorf("acknowledged as %q, kept as %s", note, b)
		}
	}
	l.fresh = nil
}

// TestNothingAcknowledgedIsLostByKill kills the daemon again and again while
// people report, and looks afterwards for every report that was acknowledged,
// for every hour that was planned meanwhile, and for the word about it.
func TestNothingAcknowledgedIsLostByKill(t *testing.T) {
	dir := t.TempDir()
	rounds, each := kills(t, 4), 40
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	began := time.Now()
	c := startChild(t, dir, 0)
	var made struct{ ID string }
	if err := json.Unmarshal(c.must("POST", "/api/v1/programmes",
		`{"title":"Nông thôn mới hằng tuần","counts_toward_target":true,"min_seconds":180,"topics":[],"languages":["vi"]}`), &made); err != nil {
		t.Fatal(err)
	}
	c.must("POST", "/api/v1/programmes/"+made.ID+"/rules", `{"cron":"0 * * * *","minutes":15,"stations":"all"}`)
	kept := newLedger()
	for round := 1; round <= rounds; round++ {
		kept.storm(c, made.ID, len(kept.notes)+each+random.IntN(each))
		if code, out := loa("verify", "--data", dir); code != 0 {
			t.Fatalf("round %d: verify: %d %s", round, code, out)
		}
		c = startChild(t, dir, time.Duration(round)*2*time.Hour) // two planned hours went by
		kept.check(c, round == rounds)
	}
	t.Logf("%d reports acknowledged, %d kills", len(kept.notes), rounds)
	runs := c.caughtUp(2 * rounds)
	for at := began.Truncate(time.Hour).Add(time.Hour); at.Before(began.Add(time.Duration(2*rounds) * time.Hour)); at = at.Add(time.Hour) {
		if n := runs[at.UTC()]; n != 1 {
			t.Errorf("what was due at %s was noted %d times", at.In(text.Zone), n)
		}
	}
	stops := 0
	for _, item := range c.runs("clock") {
		if strings.Contains(string(item), "Máy chủ ngừng") {
			stops++
		}
	}
	if stops != rounds {
		t.Errorf("the server's log tells of %d stops, not %d", stops, rounds)
	}
	page := string(c.must("GET", "/runs", ""))
	for _, word := range []string{"Nhật ký máy chủ", "Máy chủ ngừng", "Chạy bù"} {
		if !strings.Contains(page, word) {
			t.Errorf("the page of the server's log does not say %q", word)
		}
	}
}

// runs lists all runs of a job.
func (c *child) runs(job string) (all []json.RawMessage) {
	c.t.Helper()
	for path := "/api/v1/runs?limit=100&job=" + job; path != ""; {
		var page struct {
			Items []json.RawMessage
			Next  string
		}
		if err := json.Unmarshal(c.must("GET", path, ""), &page); err != nil {
			c.t.Fatal(err)
		}
		all, path = append(all, page.Items...), page.Next
	}
	return all
}

// caughtUp waits until so many planned hours were noted and returns how often
// each was.
func (c *child) caughtUp(hours int) map[time.Time]int {
	c.t.Helper()
	for range 1000 {
		noted := map[time.Time]int{}
		for _, item := range c.runs("slots_due") {
			var r struct {
				ScheduledAt time.Time `json:"scheduled_at"`
				Outcome     string
			}
			if err := json.Unmarshal(item, &r); err != nil {
				c.t.Fatal(err)
			}
			if r.Outcome == "done" {
				noted[r.ScheduledAt]++
			}
		}
		if len(noted) >= hours {
			return noted
		}
	}
	c.t.Fatalf("never caught up %d hours", hours)
	return nil
}

// A daemon killed while its backup is on the way: the client says so and keeps
// nothing, the next start finds nothing left, and then a backup is whole.
func TestADaemonKilledWhileItIsBackedUp(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	c := startChild(t, dir, 0)
	c.must("POST", "/api/v1/audio?name=dai.wav", string(audiotest.WAV(120, 44100, 1)))
	file := filepath.Join(out, "loa.backup")
	for _, after := range []int64{1, 64 << 10, 1 << 20, 5 << 20} {
		through := killAfter(t, c, after)
		if code, says := loa("backup", file, "--server", through, "--data", dir); code != 69 || !strings.Contains(says, "ngắt giữa chừng") {
			t.Errorf("killed after %d bytes: %d %s", after, code, says)
		}
		empty(t, fmt.Sprintf("killed after %d bytes", after), out)
		c = startChild(t, dir, 0)
		if left, err := filepath.Glob(filepath.Join(dir, "*.tmp")); err != nil || len(left) > 0 {
			t.Errorf("killed after %d bytes: %v was left, %v", after, left, err)
		}
	}
	if code, says := loa("backup", file, "--server", c.url, "--data", dir); code != 0 {
		t.Fatalf("%d %s", code, says)
	}
	if code, says := loa("restore", file, "--data", filepath.Join(out, "new")); code != 0 {
		t.Fatalf("%d %s", code, says)
	}
	if code, says := loa("verify", "--data", filepath.Join(out, "new")); code != 0 {
		t.Errorf("%d %s", code, says)
	}
}

// killAfter is an address that leads to a daemon, which is killed when it has
// answered with so many bytes of a body.
func killAfter(t *testing.T, c *child, bytes int64) string {
	t.Helper()
	to, err := url.Parse(c.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // it tells that the connection broke
	proxy.FlushInterval = -1
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Body = &lastWords{r.Body, bytes, c.kill}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// lastWords calls end once when so many bytes were read.
type lastWords struct {
	io.ReadCloser
	left int64
	end  func()
}

func (l *lastWords) Read(b []byte) (int, error) {
	n, err := l.ReadCloser.Read(b)
	if l.left -= int64(n); l.left <= 0 && l.end != nil {
		l.end()
		l.end = nil
	}
	return n, err
}
