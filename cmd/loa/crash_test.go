package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/audio/audiotest"
	"loa/contest"
	"loa/store/bolt"
)

// A crew is people at work beside each other: they report, send sound in pieces, edit, judge
// and keep backups. Each remembers what the daemon told her is kept, and asks for it after
// the daemon came back.
type crew struct {
	t         *testing.T
	dir       string
	programme string
	reports   *ledger
	editor    *editor
	sender    *soundSender
	judges    []*typist
	backups   *keeping
}

// stageFolder makes a data folder with a programme and a contest at its judging.
func stageFolder(t *testing.T, dir string) *crew {
	t.Helper()
	c := startChild(t, dir, 0)
	var made struct{ ID string }
	if err := json.Unmarshal(c.must("POST", "/api/v1/programmes", `{"title":"Lần 0","topics":[],"languages":["vi"]}`), &made); err != nil {
		t.Fatal(err)
	}
	c.kill()
	w := &crew{t: t, dir: dir, programme: made.ID, reports: newLedger(), editor: &editor{programme: made.ID}, sender: &soundSender{},
		backups: &keeping{dir: dir, file: filepath.Join(t.TempDir(), "loa.backup")}}
	offline(t, dir, func(s *bolt.Store, hall *contest.Hall) { _, w.judges = stageContest(t, s, hall) })
	return w
}

// work lets everybody work until end has ended the daemon, which is called so long after the
// first word of it that something is kept.
func (w *crew) work(c *child, after time.Duration, end func()) {
	first := make(chan struct{})
	told := sync.OnceFunc(func() { close(first) })
	var working sync.WaitGroup
	each := func(step func() bool) {
		working.Go(func() {
			for step() {
				told()
			}
			told() // also when there is nobody left to tell
		})
	}
	for range 3 {
		each(func() bool { return w.reports.report(c, w.programme) })
	}
	each(func() bool { return w.editor.step(c) })
	each(func() bool { return w.sender.step(c) })
	each(func() bool { return w.backups.step(c, w.reports) })
	for _, j := range w.judges[:2] {
		j.look(c)
		n := 0
		each(func() bool { n++; return j.step(c, n) })
	}
	<-first
	<-time.After(after)
	end()
	working.Wait()
}

// look asks the daemon for all it acknowledged.
func (w *crew) look(c *child, all bool) {
	w.t.Helper()
	w.reports.check(c, all)
	w.editor.look(c)
	w.sender.look(c)
}

// settle sends again what was not answered, and counts the log: each report is there once.
func (w *crew) settle(c *child) {
	w.t.Helper()
	w.reports.resend(c, w.programme)
	w.look(c, true)
	there := map[string]bool{}
	for path := "/api/v1/airings?limit=500"; path != ""; {
		var page struct {
			Items []struct{ ID string }
			Next  string
		}
		if err := json.Unmarshal(c.must("GET", path, ""), &page); err != nil {
			w.t.Fatal(err)
		}
		for _, a := range page.Items {
			if _, sent := w.reports.notes[a.ID]; !sent || there[a.ID] {
				w.t.Errorf("report %s was sent: %t, is there twice: %t", a.ID, sent, there[a.ID])
			}
			there[a.ID] = true
		}
		path = page.Next
	}
	if len(there) != len(w.reports.notes) {
		w.t.Errorf("%d reports were sent and %d are there", len(w.reports.notes), len(there))
	}
	w.backups.look(w.t)
}

// kept is how many changes were acknowledged.
func (w *crew) kept() int {
	n := len(w.reports.notes) + w.editor.acknowledged + w.sender.pieces + w.backups.made
	for _, j := range w.judges {
		for _, s := range j.sheets {
			n += s.version
		}
	}
	return n
}

// editor gives a programme one title after the other.
type editor struct {
	programme    string
	acknowledged int // the number in the title that was kept
	sent         int
}

func (e *editor) step(c *child) bool {
	e.sent = e.acknowledged + 1
	status, b := c.send("PUT", "/api/v1/programmes/"+e.programme, fmt.Sprintf(`{"title":"Lần %d","topics":[],"languages":["vi"]}`, e.sent))
	if status == 0 {
		return false
	}
	if status != http.StatusOK {
		c.t.Errorf("an edit was answered %d %s", status, b)
		return false
	}
	e.acknowledged = e.sent
	return true
}

func (e *editor) look(c *child) {
	c.t.Helper()
	var p struct{ Title string }
	if err := json.Unmarshal(c.must("GET", "/api/v1/programmes/"+e.programme, ""), &p); err != nil {
		c.t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimPrefix(p.Title, "Lần "))
	if err != nil || n != e.acknowledged && n != e.sent {
		c.t.Errorf("the title is %q; %d was acknowledged and %d sent", p.Title, e.acknowledged, e.sent)
	}
	e.acknowledged = n
}

// soundSender sends one recording after the other in small pieces.
type soundSender struct {
	n      int
	body   []byte
	at     string // its address; none yet where it is empty
	offset int    // acknowledged
	kept   []sound
	pieces int // acknowledged in all
}

type sound struct{ id, hash string }

const soundPiece = 6000

func (s *soundSender) step(c *child) bool {
	if s.body == nil {
		s.n++
		s.body = audiotest.WAV(2, 8000, uint32(s.n))
	}
	if s.at == "" {
		status, head := s.ask(c, "POST", "/api/v1/uploads", nil, "Upload-Length", strconv.Itoa(len(s.body)), "Upload-Metadata",
			"kind "+base64.StdEncoding.EncodeToString([]byte("evidence"))+",filename "+base64.StdEncoding.EncodeToString([]byte("loa.wav")))
		if status != http.StatusCreated {
			return s.wrong(c, "an upload begun", status)
		}
		s.at, s.offset = head.Get("Location"), 0
		return true
	}
	if s.offset < len(s.body) {
		piece := s.body[s.offset:min(s.offset+soundPiece, len(s.body))]
		status, head := s.ask(c, "PATCH", s.at, piece, "Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(s.offset))
		if status/100 != 2 {
			return s.wrong(c, "a piece", status)
		}
		s.offset, s.pieces = s.offset+len(piece), s.pieces+1
		if got := head.Get("Upload-Offset"); got != strconv.Itoa(s.offset) {
			c.t.Errorf("%d bytes were sent, %s acknowledged", s.offset, got)
		}
		return true
	}
	status, head := s.ask(c, "HEAD", s.at, nil)
	if status != http.StatusOK {
		return s.wrong(c, "asked for its state", status)
	}
	if head.Get("Loa-State") == "kept" {
		sum := sha256.Sum256(s.body)
		s.kept = append(s.kept, sound{head.Get("Loa-Recording"), hex.EncodeToString(sum[:])})
		s.body, s.at = nil, ""
	}
	return true
}

func (s *soundSender) wrong(c *child, what string, status int) bool {
	if status != 0 {
		c.t.Errorf("%s: %d", what, status)
	}
	return false
}

// look asks how far the daemon is with what is on its way, and for the bytes of what was kept.
func (s *soundSender) look(c *child) {
	c.t.Helper()
	if s.at != "" {
		status, head := s.ask(c, "HEAD", s.at, nil)
		there, err := strconv.Atoi(head.Get("Upload-Offset"))
		if status != http.StatusOK || err != nil || there < s.offset || there > len(s.body) {
			c.t.Errorf("%d bytes of %d were acknowledged, and %d are there: %d", s.offset, len(s.body), there, status)
		}
		s.offset = there
	}
	for _, k := range s.kept {
		if sum := sha256.Sum256(c.must("GET", "/api/v1/audio/"+k.id, "")); hex.EncodeToString(sum[:]) != k.hash {
			c.t.Errorf("recording %s is another than was sent", k.id)
		}
	}
	s.kept = s.kept[max(0, len(s.kept)-3):] // the older were looked at; verify reads all
}

func (s *soundSender) ask(c *child, method, path string, body []byte, headers ...string) (int, http.Header) {
	status, head, _ := c.ask(method, path, body, append(headers, "Tus-Resumable", "1.0.0")...)
	return status, head
}

// keeping makes one backup after the other.
type keeping struct {
	dir, file string
	made      int
	held      map[string]string // the reports that were acknowledged before the last was asked for
}

func (k *keeping) step(c *child, reports *ledger) bool {
	before := reports.copy()
	next := k.file + ".next"
	if code, out := loa("backup", next, "--server", c.url, "--data", k.dir); code != 0 {
		if _, err := os.Stat(next); err == nil {
			c.t.Errorf("a backup that failed is there: %s", out)
		}
		return false
	}
	if err := os.Rename(next, k.file); err != nil {
		c.t.Error(err)
		return false
	}
	k.made, k.held = k.made+1, before
	return true
}

// look restores the last backup and asks it for every report of before.
func (k *keeping) look(t *testing.T) {
	t.Helper()
	if k.made == 0 {
		return
	}
	to := filepath.Join(t.TempDir(), "new")
	if code, out := loa("restore", k.file, "--data", to); code != 0 {
		t.Fatalf("restore: %d %s", code, out)
	}
	if code, out := loa("verify", "--data", to); code != 0 {
		t.Errorf("verify a restored backup: %d %s", code, out)
	}
	c := startChild(t, to, 0)
	(&ledger{notes: k.held}).check(c, true)
	c.kill()
}

// TestNothingAcknowledgedIsLostByACrash kills the daemon with -9 at random instants, of its start
// too, while a crew works. After each, every record is verified and everybody finds what she was told is
// kept; a folder is used for 30 of them, then counted, and the last backup restored.
func TestNothingAcknowledgedIsLostByACrash(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	rounds, kept, recordings, backups := kills(t, 300), 0, 0, 0
	var w *crew
	for round := range rounds {
		if round%30 == 0 {
			w = stageFolder(t, t.TempDir())
		}
		if random.IntN(10) == 0 {
			killStarting(t, w.dir, time.Duration(random.Int64N(int64(80*time.Millisecond))))
		} else {
			c := startChild(t, w.dir, 0)
			w.look(c, false)
			w.work(c, time.Duration(random.Int64N(int64(120*time.Millisecond))), c.kill)
		}
		if code, out := loa("verify", "--data", w.dir); code != 0 {
			t.Fatalf("round %d: verify: %d %s", round, code, out)
		}
		if round%30 == 29 || round == rounds-1 {
			c := startChild(t, w.dir, 0)
			w.settle(c)
			c.kill()
			kept, recordings, backups = kept+w.kept(), recordings+w.sender.n-1, backups+w.backups.made
		}
	}
	if kept < rounds {
		t.Errorf("%d changes acknowledged in %d rounds", kept, rounds)
	}
	t.Logf("%d kills, %d changes acknowledged, of them %d recordings and %d backups", rounds, kept, recordings, backups)
}

// killStarting kills a daemon so long after its process began.
func killStarting(t *testing.T, dir string, after time.Duration) {
	t.Helper()
	c := newChild(t, dir, 0)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-time.After(after)
	c.kill()
}
