package uploads_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"loa/audio/audiotest"
	"loa/web/uploads"
	"loa/web/webtest"
)

// told is how one run of tus-js-client ended.
type told struct {
	Asked []struct {
		Method, Sent, Offset string
		Status               int
	}
	URL, Outcome, Error string
}

// methods lists what was asked, in order.
func (a told) methods() string {
	var all []string
	for _, r := range a.Asked {
		all = append(all, r.Method)
	}
	return strings.Join(all, " ")
}

// order is what client.mjs is asked to do.
type order struct {
	Endpoint    string `json:"endpoint"`
	File        string `json:"file"`
	Kind        string `json:"kind,omitempty"`
	Storage     string `json:"storage,omitempty"` // file in which the client remembers URLs
	ChunkSize   int    `json:"chunkSize,omitempty"`
	RetryDelays []int  `json:"retryDelays,omitempty"`
	Together    bool   `json:"together,omitempty"` // data with the creation
	Deferred    bool   `json:"deferred,omitempty"`
	Size        int    `json:"size,omitempty"` // what the client believes
	Parallel    int    `json:"parallel,omitempty"`
	Checksum    string `json:"checksum,omitempty"`
	Spoil       bool   `json:"spoil,omitempty"` // checksums that do not fit
	Abort       bool   `json:"abort,omitempty"` // after the first piece, and end the upload
}

// client is one new node process that sends a file.
func client(t *testing.T, dir string, o order) told {
	t.Helper()
	arg, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "client.mjs", string(arg))
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s%s", err, out, errs.Bytes())
	}
	var a told
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return a
}

// fragile is a way to addr that is dead once so many bytes went in, until it is
// mended.
func fragile(t *testing.T, addr string, after int64) (url string, mend func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	left := atomic.Int64{}
	left.Store(after)
	carry := func(c net.Conn) {
		defer c.Close()
		s, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		defer s.Close()
		go io.Copy(c, s)
		buf := make([]byte, 1000)
		for {
			n, err := c.Read(buf)
			if err != nil || left.Add(-int64(n)) < 0 {
				return
			}
			if _, err := s.Write(buf[:n]); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go carry(c)
		}
	}()
	return "http://" + l.Addr().String(), func() { left.Store(1 << 60) }
}

func TestTusJSClient(t *testing.T) {
	dir, d := webtest.Node(t, "testdata/peers"), newDoor(t)
	mp3 := audiotest.MP3(t, 20, 64, 11)
	file := filepath.Join(t.TempDir(), "so-20.mp3")
	if err := os.WriteFile(file, mp3, 0o600); err != nil {
		t.Fatal(err)
	}
	base := order{Endpoint: d.url + uploads.Root, File: file}
	for _, c := range []struct {
		name    string
		change  func(*order)
		methods string
	}{
		{"creation, then all in one piece", func(*order) {}, "POST PATCH"},
		{"creation with the upload", func(o *order) { o.Together = true }, "POST"},
		{"pieces", func(o *order) { o.ChunkSize = 60_000 }, "POST PATCH PATCH PATCH"},
		{"creation with the first of the pieces", func(o *order) { o.ChunkSize, o.Together = 60_000, true }, "POST PATCH PATCH"},
		{"a length told with the last piece", func(o *order) { o.ChunkSize, o.Deferred = 60_000, true }, "POST PATCH PATCH PATCH"},
		{"pieces with sha1", func(o *order) { o.ChunkSize, o.Checksum = 60_000, "sha1" }, "POST PATCH PATCH PATCH"},
		{"pieces with sha256", func(o *order) { o.ChunkSize, o.Checksum = 60_000, "sha256" }, "POST PATCH PATCH PATCH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := base
			c.change(&o)
			a := client(t, dir, o)
			if a.Outcome != "success" || a.methods() != c.methods {
				t.Fatalf("%+v, want %s", a, c.methods)
			}
			if r := kept(t, d, a.URL, mp3); r.Name != "Bản tin số 20.mp3" {
				t.Errorf("kept as %q", r.Name)
			}
		})
	}
	t.Run("a killed connection, and a new process that goes on", func(t *testing.T) { interrupted(t, d, dir, base, mp3) })
	t.Run("an upload that was given up begins anew", func(t *testing.T) { givenUp(t, d, dir, base, mp3) })
	t.Run("abort ends the upload", func(t *testing.T) {
		o := base
		o.ChunkSize, o.Abort = 60_000, true
		a := client(t, dir, o)
		if a.Outcome != "aborted" || a.methods() != "POST PATCH DELETE" || a.Asked[2].Status != http.StatusNoContent {
			t.Fatalf("%+v", a)
		}
		if h := ask(t, "HEAD", a.URL, nil); h.status != 404 {
			t.Errorf("still there: %v", h)
		}
	})
}

// cut sends a file over a line that dies on the way, and mends the line. The
// client remembers the upload.
func cut(t *testing.T, d *door, dir string, base order) (o order, a told) {
	t.Helper()
	o = base
	line, mend := fragile(t, d.addr, 70_000)
	o.Endpoint, o.Storage = line+uploads.Root, filepath.Join(t.TempDir(), "urls.json")
	if a = client(t, dir, o); a.Outcome != "error" || a.methods() != "POST" { // the PATCH got no answer
		t.Fatalf("on the line that died: %+v", a)
	}
	mend()
	return o, a
}

func interrupted(t *testing.T, d *door, dir string, base order, mp3 []byte) {
	o, before := cut(t, d, dir, base)
	at := offset(t, before.URL)
	if n, err := strconv.Atoi(at); err != nil || n == 0 || n >= 70_000 {
		t.Fatalf("offset %s after at most 70000 bytes", at)
	}
	a := client(t, dir, o)
	if a.Outcome != "success" || a.methods() != "HEAD PATCH" || a.Asked[0].Offset != at || a.Asked[1].Sent != at {
		t.Fatalf("%+v, want HEAD and PATCH at %s", a, at)
	}
	kept(t, d, a.URL, mp3)
}

func givenUp(t *testing.T, d *door, dir string, base order, mp3 []byte) {
	o, before := cut(t, d, dir, base)
	if _, err := d.desk.Sweep(t.Context(), time.Now().AddDate(0, 1, 0)); err != nil {
		t.Fatal(err)
	}
	a := client(t, dir, o)
	if a.Outcome != "success" || a.methods() != "HEAD POST PATCH" || a.Asked[0].Status != http.StatusNotFound || a.URL == before.URL {
		t.Fatalf("%+v", a)
	}
	kept(t, d, a.URL, mp3)
}

// TestTusJSClientIsRefused: what cannot succeed is told at once and for good, so
// that the client does not try again.
func TestTusJSClientIsRefused(t *testing.T) {
	dir, d := webtest.Node(t, "testdata/peers"), newDoor(t)
	mp3 := audiotest.MP3(t, 20, 64, 12)
	file, junk := filepath.Join(t.TempDir(), "so-20.mp3"), filepath.Join(t.TempDir(), "zip.mp3")
	if err := os.WriteFile(file, mp3, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(junk, append([]byte("PK\x03\x04"), make([]byte, 200_000)...), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		change  func(*order)
		methods string // a pattern
		status  int    // of the last answer
		says    string
	}{
		{"larger than the limit", func(o *order) { o.Size = 300_000_001 }, "POST", 413, "audio.too_large"},
		{"no audio", func(o *order) { o.File, o.ChunkSize = junk, 70_000 }, "POST PATCH", 415, "audio.is_zip"},
		{"parts in parallel", func(o *order) { o.Parallel = 2 }, "POST( POST)?", 400, "uploads.no_concatenation"},
		{"a checksum that does not fit", func(o *order) { o.ChunkSize, o.Checksum, o.Spoil = 60_000, "sha1", true }, "POST PATCH", 460,
			"uploads.checksum_wrong"},
		{"a file shorter than announced", func(o *order) { o.Size, o.RetryDelays = len(mp3)+100, nil }, "POST", 201, "the source is done after"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := order{Endpoint: d.url + uploads.Root, File: file, RetryDelays: []int{0, 0}}
			c.change(&o)
			a := client(t, dir, o)
			if a.Outcome != "error" || !regexp.MustCompile("^"+c.methods+"$").MatchString(a.methods()) || a.Asked[len(a.Asked)-1].Status != c.status ||
				!strings.Contains(a.Error, c.says) {
				t.Errorf("%+v, want %s, %d and %s", a, c.methods, c.status, c.says)
			}
		})
	}
}
