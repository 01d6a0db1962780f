package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio/audiotest"
	"loa/store/bolt"
	"loa/web/webtest"
)

// generated serves the API with the founding stations and a programme, and runs
// clients that generators made of its document.
type generated struct {
	server           *httptest.Server
	store            *bolt.Store
	token, programme string
}

func newGenerated(t *testing.T) generated {
	k, s := build(t, time.Now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	g := generated{server: httptest.NewServer(webtest.AsDocumented(t, h)), store: s}
	t.Cleanup(g.server.Close)
	g.programme = plannedSince(t, s, time.Now().AddDate(0, 0, -8))
	p, err := s.AddPerson(t.Context(), meta(time.Now()), accounts.AddPerson{Name: "Máy của tỉnh", Login: "may",
		Grants: []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}}})
	if err != nil {
		t.Fatal(err)
	}
	g.token = accounts.NewSecret()
	m := meta(time.Now())
	m.By = p.Actor("session")
	if _, err := s.AddToken(t.Context(), m, accounts.AddToken{Hash: accounts.HashOf(g.token), Person: p.ID,
		Name: "thử", Expires: time.Now().AddDate(0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	return g
}

// lay puts what the client needs into its folder: the document and a recording.
func (g generated) lay(t *testing.T, dir string) {
	t.Helper()
	w := httptest.NewRecorder()
	g.server.Config.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	for name, content := range map[string][]byte{"openapi.json": w.Body.Bytes(), "sound.wav": audiotest.WAV(2, 44100, 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// run starts a program in the client's folder and returns what it prints.
func (g generated) run(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LOA="+g.server.URL, "TOKEN="+g.token, "PROGRAMME="+g.programme, "GOFLAGS=-mod=mod", "GOWORK=off")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return out
}

// check holds what a client says against what the store has.
func (g generated) check(t *testing.T, said []byte) {
	t.Helper()
	var got struct {
		Stations                              int
		Report, Correctly, Recording, Refused string
		Active, Kept                          int
	}
	if err := json.Unmarshal(said, &got); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if got.Stations != 127 || got.Active != 127 || got.Kept != http.StatusNotModified || got.Correctly != "not_aired" ||
		got.Refused != "airing.station_missing" {
		t.Errorf("the client says %s", said)
	}
	line, err := g.store.Airing(t.Context(), accounts.Daemon(), got.Report)
	if err != nil || line.CorrectedBy == "" || line.Outcome != airing.Aired {
		t.Errorf("its report is %+v, %v", line, err)
	}
	if r, err := g.store.Recording(t.Context(), got.Recording); err != nil || r.Name != "loa.wav" {
		t.Errorf("its recording is %+v, %v", r, err)
	}
}

// The document makes a client in Go that works: oapi-codegen, pinned in the
// client's own module.
func TestAClientGeneratedInGoWorks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles 40,000 generated lines")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/clients/go")); err != nil {
		t.Fatal(err)
	}
	fetch := exec.CommandContext(t.Context(), "go", "mod", "download")
	fetch.Dir = dir
	if out, err := fetch.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("go mod download: %v\n%s", err, out)
		}
		t.Skipf("the generator could not be had: %v\n%s", err, out)
	}
	g := newGenerated(t)
	g.lay(t, dir)
	g.run(t, dir, "go", "tool", "oapi-codegen", "-config", "oapi.yaml", "openapi.json")
	g.check(t, g.run(t, dir, "go", "run", "."))
}

// The document makes a client in TypeScript that works: openapi-typescript and
// openapi-fetch. Types that do not fit what the program sends or reads fail.
func TestAClientGeneratedInTypeScriptWorks(t *testing.T) {
	t.Parallel()
	dir := webtest.Node(t, "testdata/clients/ts")
	g := newGenerated(t)
	g.lay(t, dir)
	g.run(t, dir, "node", "node_modules/openapi-typescript/bin/cli.js", "openapi.json", "-o", "loa.d.ts")
	g.run(t, dir, "node", "node_modules/typescript/bin/tsc", "-p", ".")
	g.check(t, g.run(t, dir, "node", "built/main.js"))
}
