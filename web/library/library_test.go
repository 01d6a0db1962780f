package library_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/audio/intake"
	"loa/store/bolt"
	"loa/store/folder"
	"loa/web/kit"
	"loa/web/library"
	"loa/web/uploads"
	"loa/web/webtest"
)

// editor is whoever asks.
type editor struct{}

func (editor) BySession(_ context.Context, h accounts.Hash, _ time.Time) (accounts.Person, accounts.Session, error) {
	return accounts.Person{ID: "p1", Name: "Chị Hoa", Grants: []accounts.Grant{{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}}},
		accounts.Session{ID: "s", Hash: h}, nil
}

func (editor) ByToken(context.Context, accounts.Hash, time.Time) (accounts.Person, error) {
	return accounts.Person{}, nil
}

func TestAFileIsSentFromTheBrowserOverABadLine(t *testing.T) {
	dir, log := t.TempDir(), slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := bolt.Open(dir, bolt.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	blobs, err := folder.OpenBlobs(filepath.Join(dir, "blobs"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	spool, err := folder.OpenSpool(filepath.Join(dir, "uploads"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer spool.Close()
	desk := intake.New(context.Background(), intake.Config{Spool: spool, Blobs: blobs, Records: s, Log: log, Now: time.Now})
	defer desk.Close()
	k := kit.New(kit.Config{Auth: editor{}, Now: time.Now, Log: log})
	library.Register(k, s, desk)
	uploads.Register(k, desk, s.LibrarySettings)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	var patches atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: "x"})
		if r.Method == "PATCH" && patches.Add(1) == 2 { // the second piece meets a captive portal
			io.WriteString(w, "<html>Wi-Fi</html>")
			return
		}
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "Bản tin nông thôn mới.mp3")
	if err := os.WriteFile(file, audiotest.MP3(t, 40, 64, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	p := webtest.NewBrowser(t).Person()
	p.Open(server.URL + "/library")
	p.Shot("library-empty", 360)
	p.Upload("#f-file", file)
	p.Click("form[data-upload] button")
	p.Wait(".player")
	if got := p.Text("h1"); got != "Bản tin nông thôn mới.mp3" {
		t.Errorf("arrived at %q", got)
	}
	if n := patches.Load(); n < 3 {
		t.Errorf("%d pieces: the one the portal swallowed was not sent again", n)
	}
	p.Shot("library-recording", 360)
	p.Shot("library-recording", 1280)
	p.Open(server.URL + "/library?q=nong+thon")
	if got := p.Text("tbody"); !strings.Contains(got, "Bản tin") || !strings.Contains(got, "0:40") {
		t.Errorf("list: %q", got)
	}
	p.Shot("library-list", 360)
	p.Shot("library-list", 1280)
}
