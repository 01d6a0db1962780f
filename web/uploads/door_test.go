package uploads_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"loa/accounts"
	"loa/library"
	"loa/library/intake"
	"loa/store"
	"loa/store/bolt"
	"loa/store/folder"
	"loa/web/kit"
	"loa/web/uploads"
	"loa/web/webtest"
)

// people answers as the store would: a token is a person's name.
type people struct{}

var known = map[accounts.Hash]accounts.Person{
	accounts.HashOf("editor"): {ID: "p-editor", Name: "Chị Hoa",
		Grants: []accounts.Grant{{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}}},
	accounts.HashOf("operator"): {ID: "p-operator", Name: "Anh Páo",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}}},
	accounts.HashOf("monitor"): {ID: "p-monitor", Name: "Bà Mai",
		Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}}},
}

func (people) BySession(context.Context, accounts.Hash, time.Time) (accounts.Person, accounts.Session, error) {
	return accounts.Person{}, accounts.Session{}, nil
}

func (people) ByToken(_ context.Context, h accounts.Hash, _ time.Time) (accounts.Person, error) {
	return known[h], nil
}

// door is the whole way from a socket to the disk.
type door struct {
	url, addr string
	data      string // the data folder
	store     *bolt.Store
	blobs     *folder.Blobs
	spool     *folder.Spool
	desk      *intake.Desk
	server    *http.Server
}

// logs is where a daemon's log goes: nowhere, unless LOA_TEST_LOG is set.
func logs() io.Writer {
	if os.Getenv("LOA_TEST_LOG") != "" {
		return os.Stderr
	}
	return io.Discard
}

func openDoor(dir, uploadsDir string, origins ...string) (*door, error) {
	log := slog.New(slog.NewTextHandler(logs(), nil))
	store, err := bolt.Open(filepath.Join(dir, "data"), bolt.Options{Log: log})
	if err != nil {
		return nil, err
	}
	blobs, err := folder.OpenBlobs(filepath.Join(dir, "data", "blobs"), 0)
	if err != nil {
		return nil, err
	}
	spool, err := folder.OpenSpool(uploadsDir, 0)
	if err != nil {
		return nil, err
	}
	if err := blobs.Clean(); err != nil {
		return nil, err
	}
	if err := spool.Clean(); err != nil {
		return nil, err
	}
	d := &door{data: filepath.Join(dir, "data"), store: store, blobs: blobs, spool: spool}
	d.desk = intake.New(context.Background(), intake.Config{Spool: spool, Blobs: blobs, Records: store, Log: log, Now: time.Now})
	if err := d.desk.Resume(context.Background()); err != nil {
		return nil, err
	}
	k := kit.New(kit.Config{Auth: people{}, Now: time.Now, Log: log, Origins: origins})
	uploads.Register(k, d.desk, store.LibrarySettings)
	h, err := k.Handler()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d.addr, d.url = l.Addr().String(), "http://"+l.Addr().String()
	d.server = kit.NewServer(h)
	go d.server.Serve(l)
	return d, nil
}

func (d *door) close(t *testing.T) {
	d.server.Close()
	d.desk.Close()
	if _, err := d.store.Verify(context.Background(), func(p store.Problem) { t.Errorf("verify: %v", p) }); err != nil {
		t.Error(err)
	}
	for _, c := range []io.Closer{d.store, d.blobs, d.spool} {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// newDoor opens it until the test ends, also for pages of the origins.
func newDoor(t *testing.T, origins ...string) *door {
	t.Helper()
	dir := t.TempDir()
	d, err := openDoor(dir, filepath.Join(dir, "data", "uploads"), origins...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.close(t) })
	return d
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) String() string { return fmt.Sprintf("%d %s %v", a.status, a.body, a.header) }

// ask sends a tus request as the editor; headers are name, value pairs, and a
// value of "-" leaves a header out.
func ask(t testing.TB, method, url string, body []byte, headers ...string) answer {
	t.Helper()
	a, err := asked(t, method, url, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// asked is ask where the body of an answer may break off.
func asked(t testing.TB, method, url string, body []byte, headers ...string) (answer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	set := append([]string{"Authorization", "Bearer editor", "Tus-Resumable", "1.0.0"}, headers...)
	for i := 0; i < len(set); i += 2 {
		if set[i+1] == "-" {
			req.Header.Del(set[i])
		} else {
			req.Header.Set(set[i], set[i+1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(b)}, err
}

func meta(pairs ...string) string {
	var all []string
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(all, ",")
}

// create makes an upload and returns its URL.
func create(t testing.TB, d *door, length int, headers ...string) string {
	t.Helper()
	a := ask(t, "POST", d.url+uploads.Root, nil, append([]string{"Upload-Length", fmt.Sprint(length), "Upload-Metadata", meta("filename", "Bản tin.mp3")},
		headers...)...)
	if a.status != 201 {
		t.Fatalf("create: %v", a)
	}
	return d.url + a.header.Get("Location")
}

const piece = "application/offset+octet-stream"

func patch(t testing.TB, url string, at int, body []byte, headers ...string) answer {
	t.Helper()
	return ask(t, "PATCH", url, body, append([]string{"Content-Type", piece, "Upload-Offset", fmt.Sprint(at)}, headers...)...)
}

func offset(t testing.TB, url string) string {
	t.Helper()
	a := ask(t, "HEAD", url, nil)
	if a.status != 200 {
		t.Fatalf("head: %v", a)
	}
	return a.header.Get("Upload-Offset")
}

// kept checks that the recording of an upload is there, byte for byte.
func kept(t testing.TB, d *door, url string, content []byte) library.Recording {
	t.Helper()
	a := ask(t, "HEAD", url, nil)
	for a.status == 200 && a.header.Get("Loa-State") == "checking" { // a busy machine takes longer than one question waits
		a = ask(t, "HEAD", url, nil)
	}
	if a.status != 200 || a.header.Get("Loa-State") != "kept" || a.header.Get("Upload-Offset") != fmt.Sprint(len(content)) {
		t.Fatalf("not kept: %v", a)
	}
	r, err := d.store.Recording(t.Context(), a.header.Get("Loa-Recording"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	if r.Blob != (library.Ref{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))}) {
		t.Fatalf("kept %v", r.Blob)
	}
	f, err := d.blobs.Open(t.Context(), r.Blob.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, content) {
		t.Fatalf("the bytes kept differ: %v", err)
	}
	return r
}

// raw sends the head of a PATCH and some of its bytes over a connection of its
// own, which is returned open.
func raw(t testing.TB, d *door, url string, at int, part []byte, announced int) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c,
		"PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer editor\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\nUpload-Offset: "+
			"%d\r\nContent-Length: %d\r\n\r\n",
		strings.TrimPrefix(url, d.url), piece, at, announced)
	if _, err := c.Write(part); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMain runs the test binary as a daemon when it is asked to, so that it can
// be killed.
func TestMain(m *testing.M) {
	dir := os.Getenv("LOA_TEST_DAEMON")
	if dir == "" {
		webtest.Main(m)
	}
	d, err := openDoor(dir, filepath.Join(dir, "data", "uploads"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(d.addr)
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt)
	<-end
}

// daemon starts a daemon of its own process on dir.
func daemon(t *testing.T, dir string) (d *door, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOA_TEST_DAEMON="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Signal(syscall.SIGKILL) // it may have ended already
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	addr := strings.TrimSpace(line)
	return &door{addr: addr, url: "http://" + addr}, kill
}
