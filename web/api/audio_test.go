package api

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/audio/audiotest"
	"loa/contest"
	"loa/library"
	"loa/stations"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/webtest"
)

// audioAPI serves the library's routes over a fresh store and folder.
func audioAPI(t *testing.T) func(role, method, path string, body []byte, headers ...string) *http.Response {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() { // after the desk is closed
		if left, err := filepath.Glob(filepath.Join(dir, "uploads", "*")); err != nil || len(left) != 0 {
			t.Errorf("left in the spool: %v %v", left, err)
		}
	})
	s := bolttest.NewHouse(t, dir, time.Now)
	k := kit.New(kit.Config{Auth: doorkeeper{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	k.Values(lists()...)
	k.Handle(recordings{province{s.Store, stations.NewRegistry(stations.Founding())}, s.Blobs, library.NewCoder(s.Blobs), s.Desk,
		contest.NewHall(s.Store, contest.From(s.Store))}.routes()...)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	return func(role, method, path string, body []byte, headers ...string) *http.Response {
		t.Helper()
		req := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+role)
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		return w.Result()
	}
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAFileIsSentFoundHeardAndRemoved(t *testing.T) {
	ask := audioAPI(t)
	mp3 := audiotest.MP3(t, 6, 64, 1)
	r := ask("editor", "POST", "/api/v1/audio?name=..%2F..%2FB%E1%BA%A3n+tin.mp3", mp3, "Content-Type", "audio/mpeg")
	var rec Recording
	if b := body(t, r); r.StatusCode != 201 || json.Unmarshal([]byte(b), &rec) != nil || rec.Name != "Bản tin.mp3" || rec.Seconds < 5.9 ||
		rec.Kind != library.ForProgramme {
		t.Fatalf("%d %s", r.StatusCode, b)
	}
	r = ask("operator", "GET", rec.URL, nil, "Range", "bytes=100-199")
	if b := body(t, r); r.StatusCode != 206 || b != string(mp3[100:200]) || r.Header.Get("Content-Type") != "audio/mpeg" ||
		!strings.Contains(r.Header.Get("Content-Security-Policy"), "sandbox") || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "inline") {
		t.Errorf("%d %d bytes %v", r.StatusCode, len(b), r.Header)
	}
	if r := ask("operator", "GET", rec.URL, nil, "If-None-Match", r.Header.Get("ETag")); r.StatusCode != 304 {
		t.Errorf("unchanged: %d", r.StatusCode)
	}
	if r := ask("operator", "GET", rec.URL, nil, "Range", "bytes=9999999-"); r.StatusCode != 416 {
		t.Errorf("range past the end: %d", r.StatusCode)
	}
	var rep AudioReport
	if b := body(t, ask("editor", "GET", rec.URL+"/report", nil)); json.Unmarshal([]byte(b), &rep) != nil || rep.Facts == nil || rep.Facts.Measures == nil {
		t.Errorf("report %s", b)
	}
	for _, f := range rep.Findings {
		if f.Detail == "" || f.Detail == f.Code {
			t.Errorf("finding without a sentence: %+v", f)
		}
	}
	if b := body(t, ask("editor", "GET", rec.URL+"/waveform", nil)); !strings.Contains(b, `"bucket_seconds"`) {
		t.Errorf("waveform %s", b)
	}
	for path, want := range map[string]int{"?q=ban+tin": 1, "?q=nong+thon": 0, "?min_seconds=7": 0, "?max_seconds=7": 1, "?station=S00001": 0,
		"?station=province": 1, "?language=vi": 0, "?kind=photo": 0} {
		var list kit.List[Recording]
		if b := body(t, ask("editor", "GET", "/api/v1/audio"+path, nil)); json.Unmarshal([]byte(b), &list) != nil || len(list.Items) != want {
			t.Errorf("%s: %s", path, b)
		}
	}
	if r := ask("editor", "DELETE", rec.URL, nil); r.StatusCode != 204 {
		t.Errorf("%d %s", r.StatusCode, body(t, r))
	}
	if r := ask("editor", "GET", rec.URL, nil); r.StatusCode != 404 {
		t.Errorf("removed: %d", r.StatusCode)
	}
}

// TestAFileSentAgainUnderItsIDIsOneRecording repeats a request whose answer was
// lost.
func TestAFileSentAgainUnderItsIDIsOneRecording(t *testing.T) {
	ask := audioAPI(t)
	const key = "5f0c1c1e-4b1e-4f5e-8d7e-0123456789ab"
	file, other := audiotest.WAV(3, 22050, 2), audiotest.WAV(3, 22050, 3)
	send := func(role, name, key string, file []byte) (int, string) {
		r := ask(role, "POST", "/api/v1/audio?name="+name, file, "Content-Type", "audio/wav", "Idempotency-Key", key)
		return r.StatusCode, body(t, r)
	}
	status, first := send("editor", "a.wav", key, file)
	if status != 201 || strings.Contains(first, key) {
		t.Fatalf("%d, and the key of the request is kept to the sender: %s", status, first)
	}
	if status, again := send("editor", "a.wav", key, file); status != 201 || again != first {
		t.Errorf("sent again: %d %s, first %s", status, again, first)
	}
	for what, c := range map[string]struct {
		role, name, key string
		file            []byte
		status          int
	}{
		"another file":          {"editor", "a.wav", key, other, 409},
		"another person's":      {"operator", "a.wav", key, file, 409},
		"no ID":                 {"editor", "a.wav", "../../a", file, 422},
		"what was refused":      {"editor", "a.wav", "5f0c1c1e-4b1e-4f5e-8d7e-0123456789ac", []byte("<html>"), 415},
		"and then sent rightly": {"editor", "a.wav", "5f0c1c1e-4b1e-4f5e-8d7e-0123456789ac", other, 201},
	} {
		if status, b := send(c.role, c.name, c.key, c.file); status != c.status {
			t.Errorf("%s: %d %s", what, status, b)
		}
	}
	var list kit.List[Recording]
	if b := body(t, ask("editor", "GET", "/api/v1/audio", nil)); json.Unmarshal([]byte(b), &list) != nil || len(list.Items) != 2 {
		t.Errorf("kept: %s", b)
	}
}

func TestAFormWithoutAScriptSendsToo(t *testing.T) {
	ask := audioAPI(t)
	wav := audiotest.WAV(3, 22050, 2)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("kind", "evidence"); err != nil {
		t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", "loa ngoài trời.wav")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(wav)
	form.Close()
	r := ask("operator", "POST", "/api/v1/audio", b.Bytes(), "Content-Type", form.FormDataContentType())
	got := body(t, r)
	// Three seconds are no evidence by the default profile; the refusal says so.
	if r.StatusCode == 201 {
		var rec Recording
		if json.Unmarshal([]byte(got), &rec) != nil || rec.Owner.Station != "S00001" || rec.Kind != library.ForEvidence {
			t.Errorf("%s", got)
		}
	} else if r.StatusCode != 422 || !strings.Contains(got, `"code":"audio.`) {
		t.Errorf("%d %s", r.StatusCode, got)
	}
	cut := b.Bytes()[:b.Len()/2]
	if r := ask("operator", "POST", "/api/v1/audio", cut, "Content-Type", form.FormDataContentType()); r.StatusCode != 422 {
		t.Errorf("half a form: %d %s", r.StatusCode, body(t, r))
	}
}

// announced is an MP3 whose first frame says how many follow, as lame writes it
// into a file.
func announced(t *testing.T) []byte {
	t.Helper()
	audiotest.Need(t, "lame")
	path := filepath.Join(t.TempDir(), "a.mp3")
	cmd := exec.Command("lame", "--quiet", "-b", "64", "-", path)
	cmd.Stdin = bytes.NewReader(audiotest.WAV(5, 44100, 3))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("lame: %v\n%s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsNoAudioIsRefusedBeforeItIsKept(t *testing.T) {
	ask := audioAPI(t)
	for name, c := range map[string]struct {
		body []byte
		want int
	}{"empty": {nil, 415}, "zip": {append([]byte("PK\x03\x04"), make([]byte, 5000)...), 415}, "cut mp3": {announced(t)[:20000], 422}} {
		r := ask("editor", "POST", "/api/v1/audio", c.body, "Content-Type", "audio/mpeg")
		if got := body(t, r); r.StatusCode != c.want || !strings.Contains(got, `"code":"audio.`) {
			t.Errorf("%s: %d %s, want %d", name, r.StatusCode, got, c.want)
		}
	}
	if b := body(t, ask("editor", "GET", "/api/v1/audio", nil)); !strings.Contains(b, `"items":[]`) {
		t.Error(b)
	}
	if r := ask("editor", "GET", "/api/v1/audio/..%2Floa.db", nil); r.StatusCode != 404 {
		t.Errorf("%d", r.StatusCode)
	}
}

func TestWhatSoundsAlikeIsReportedAndDecided(t *testing.T) {
	ask := audioAPI(t)
	ids := map[string]string{}
	for name, kbit := range map[string]int{"mot": 64, "hai": 128} {
		var rec Recording
		b := body(t, ask("editor", "POST", "/api/v1/audio?name="+name+".mp3", audiotest.MP3(t, 30, kbit, 1), "Content-Type", "audio/mpeg"))
		if err := json.Unmarshal([]byte(b), &rec); err != nil || rec.ID == "" {
			t.Fatalf("%s %v", b, err)
		}
		ids[name] = rec.ID
	}
	report := func(role string) (alike []AudioAlike) {
		t.Helper()
		var rep AudioReport
		b := body(t, ask(role, "GET", "/api/v1/audio/"+ids["mot"]+"/report", nil))
		if err := json.Unmarshal([]byte(b), &rep); err != nil || rep.Alike == nil {
			t.Fatalf("%s %v", b, err)
		}
		return rep.Alike
	}
	if a := report("operator"); len(a) != 1 || a[0].Recording.ID != ids["hai"] || a[0].How != library.Similar || a[0].Shared < 15 ||
		a[0].Score < 0.6 || a[0].Verdict != nil {
		t.Fatalf("%+v", a)
	}
	waiting := func(role string, want int) {
		t.Helper()
		var list kit.List[AudioPair]
		if b := body(t, ask(role, "GET", "/api/v1/audio/alike", nil)); json.Unmarshal([]byte(b), &list) != nil || len(list.Items) != want {
			t.Errorf("%s, want %d pairs", b, want)
		}
	}
	waiting("editor", 1)
	path := "/api/v1/audio/" + ids["mot"] + "/alike/" + ids["hai"]
	for _, c := range []struct {
		role, path, body string
		status           int
		says             string
	}{
		{"operator", path, `{"verdict":"same"}`, 403, "accounts.denied"},
		{"editor", path, `{"verdict":"perhaps"}`, 422, "library.word_unknown"},
		{"editor", path, `{"verdict":"different"}`, 422, "library.reason_missing"},
		{"editor", path, `{"verdict":"different","reason":" \n"}`, 422, "library.reason_missing"},
		{"editor", "/api/v1/audio/" + ids["mot"] + "/alike/" + ids["mot"], `{"verdict":"same"}`, 404, "library.no_likeness"},
		{"editor", "/api/v1/audio/" + ids["mot"] + "/alike/nobody", `{"verdict":"same"}`, 404, "library.no_recording"},
		{"editor", path, `{"verdict":"different","reason":"khác lời"}`, 200, "khác lời"},
		{"editor", path, `{"verdict":"same"}`, 200, `"same":true`},
	} {
		r := ask(c.role, "PUT", c.path, []byte(c.body), "Content-Type", "application/json")
		if b := body(t, r); r.StatusCode != c.status || !strings.Contains(b, c.says) {
			t.Errorf("%s as %s: %d %s, want %d %s", c.body, c.role, r.StatusCode, b, c.status, c.says)
		}
	}
	waiting("editor", 0)
	if v := report("editor")[0].Verdict; v == nil || !v.Same {
		t.Errorf("verdict %+v", v)
	}
}
