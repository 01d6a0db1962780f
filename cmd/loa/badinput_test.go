package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/scheduler"
	"loa/web/webtest"
)

// airingsWorld is a daemon on the Monday evening after the first airing.
func airingsWorld(t testing.TB) (r *running, programme, slot, later string) {
	r = startDaemon(t, t.TempDir(), monday)
	programme = r.plan()
	r.clock.set(monday.Add(9 * time.Hour))
	slots := r.slots("02779")
	if len(slots) != 2 {
		t.Fatalf("slots %v", slots)
	}
	return r, programme, slots[0], slots[1]
}

func TestABadReportIsRefusedInWordsAndLeavesNothing(t *testing.T) {
	r, programme, slot, later := airingsWorld(t)
	other := r.slots("03022")[0] // the other Thanh Bình
	aired := `{"slot":"` + slot + `","outcome":"aired"}`
	free := func(rest string) string { return `{"station":"02779","programme":"` + programme + `",` + rest + `}` }
	for name, c := range map[string]struct {
		path, body, contentType string
		status                  int
		code, field             string
	}{
		"no UUID":           {path: "1", body: aired, status: 422, code: "airing.bad_id", field: "id"},
		"no JSON":           {body: `{"slot":`, status: 422, code: "kit.json_invalid"},
		"JSON after JSON":   {body: aired + `{}`, status: 422, code: "kit.json_invalid"},
		"a form":            {body: "slot=1", contentType: "application/x-www-form-urlencoded", status: 415, code: "kit.not_json"},
		"no content type":   {body: aired, contentType: " ", status: 415, code: "kit.not_json"},
		"an unknown member": {body: `{"slot":"` + slot + `","outcome":"aired","aired":true}`, status: 422, code: "kit.json_unknown_field", field: "aired"},
		"a number as text":  {body: `{"slot":"` + slot + `","outcome":"aired","seconds":"900"}`, status: 422, code: "kit.json_invalid", field: "seconds"},
		"a huge body":       {body: `{"slot":"` + strings.Repeat("x", 2<<20) + `"}`, status: 413, code: "kit.body_too_large"},
		"a long note": {body: `{"slot":"` + slot + `","outcome":"aired","note":"` + strings.Repeat("ế", 1001) + `"}`, status: 422,
			code: "kit.text_too_long", field: "note"},
		"no such slot":      {body: `{"slot":"R9-S00001-202405131700","outcome":"aired"}`, status: 404, code: "airing.no_slot", field: "slot"},
		"a slot of garbage": {body: `{"slot":"../../loa.db","outcome":"aired"}`, status: 404, code: "airing.no_slot", field: "slot"},
		"another station": {body: `{"slot":"` + other + `","station":"02779","outcome":"aired"}`, status: 422,
			code: "airing.slot_of_other_station", field: "slot"},
		"no such station": {body: `{"station":"99999","programme":"` + programme + `","outcome":"aired","started_at":"2024-05-13T17:00:00+07:00"}`,
			status: 404, code: "airing.no_station", field: "station"},
		"no such programme": {body: `{"station":"02779","programme":"P99","outcome":"aired","started_at":"2024-05-13T17:00:00+07:00"}`, status: 404,
			code: "airing.no_programme", field: "programme"},
		"an unknown outcome": {body: `{"slot":"` + slot + `","outcome":"maybe"}`, status: 422, code: "airing.outcome_unknown", field: "outcome"},
		"an unknown reason": {body: `{"slot":"` + slot + `","outcome":"not_aired","reason":"lazy"}`, status: 422,
			code: "airing.reason_unknown", field: "reason"},
		"no reason": {body: `{"slot":"` + slot + `","outcome":"not_aired"}`, status: 422, code: "airing.reason_missing", field: "reason"},
		"a reason though aired": {body: `{"slot":"` + slot + `","outcome":"aired","reason":"weather"}`, status: 422,
			code: "airing.reason_of_aired", field: "reason"},
		"unknown means":     {body: `{"slot":"` + slot + `","outcome":"aired","means":"drum"}`, status: 422, code: "airing.means_unknown", field: "means"},
		"a negative length": {body: `{"slot":"` + slot + `","outcome":"aired","seconds":-1}`, status: 422, code: "airing.seconds_range", field: "seconds"},
		"the future": {body: free(`"outcome":"aired","seconds":900,"started_at":"2024-05-13T18:30:00+07:00"`), status: 422,
			code: "airing.in_future", field: "started_at"},
		"a skewed phone": {body: `{"slot":"` + slot + `","outcome":"aired","started_at":"2024-05-14T17:00:00+07:00"}`, status: 422,
			code: "airing.in_future", field: "started_at"},
		"a slot not yet due": {body: `{"slot":"` + later + `","outcome":"aired"}`, status: 422, code: "airing.in_future", field: "started_at"},
		"too early to know": {body: `{"slot":"` + later + `","outcome":"not_aired","reason":"power_cut"}`, status: 422,
			code: "airing.too_early", field: "started_at"},
		"far from the slot": {body: `{"slot":"` + slot + `","outcome":"aired","started_at":"2024-05-12T17:00:00+07:00"}`, status: 422,
			code: "airing.far_from_slot", field: "started_at"},
		"before the station": {body: `{"station":"S00001","programme":"` + programme +
			`","outcome":"aired","seconds":900,"started_at":"2023-05-13T17:00:00+07:00"}`, status: 422, code: "airing.before_station", field: "started_at"},
		"before the code": {body: free(`"outcome":"aired","seconds":900,"started_at":"2023-05-13T17:00:00+07:00"`), status: 404,
			code: "airing.no_station", field: "station"},
		"a time without zone": {body: free(`"outcome":"aired","started_at":"2024-05-13T17:00:00"`), status: 422, code: "kit.json_invalid"},
		"no time":             {body: free(`"outcome":"aired","seconds":900`), status: 422, code: "airing.time_missing", field: "started_at"},
		"corrects nothing": {body: `{"slot":"` + slot + `","outcome":"aired","corrects":"` + uuidOf(9) + `","why":"x"}`, status: 404,
			code: "airing.correct_what", field: "corrects"},
		"withdraws nothing": {body: `{"slot":"` + slot + `","outcome":"withdrawn"}`, status: 422, code: "airing.withdraw_only_corrects", field: "outcome"},
	} {
		path := c.path
		if path == "" {
			path = uuidOf(1)
		}
		var headers []string
		if c.contentType != "" {
			headers = []string{"Content-Type", strings.TrimSpace(c.contentType)}
		}
		a := r.call("PUT", "/api/v1/airings/"+path, c.body, headers...)
		p := a.problem()
		if a.Status != c.status || p.Code != c.code || p.Field != c.field {
			t.Errorf("%s: %d %s at %q, want %d %s at %q", name, a.Status, p.Code, p.Field, c.status, c.code, c.field)
		}
		if !strings.ContainsAny(p.Detail, "ảáàạãăâđếềểơưộịủ") || strings.ContainsAny(p.Detail, "{}") {
			t.Errorf("%s: the sentence is %q", name, p.Detail)
		}
	}
	if n := r.airings(); n != 0 {
		t.Errorf("%d reports were kept of what was refused", n)
	}
	// After all that the first honest report under the same ID is taken.
	if a := r.call("PUT", "/api/v1/airings/"+uuidOf(1), aired); a.Status != http.StatusOK {
		t.Errorf("the honest report: %d %s", a.Status, a.Body)
	}
}

func TestADoubleTapIsOneReportAndAReusedIDIsAConflict(t *testing.T) {
	r, _, slot, _ := airingsWorld(t)
	path, body := "/api/v1/airings/"+uuidOf(1), `{"slot":"`+slot+`","outcome":"aired","means":"fm"}`
	answers := make(chan answered)
	for range 8 {
		go func() { answers <- r.call("PUT", path, body) }()
	}
	first := <-answers
	for range 7 {
		if a := <-answers; a.Status != http.StatusOK || string(a.Body) != string(first.Body) {
			t.Errorf("a repeat got %d %s", a.Status, a.Body)
		}
	}
	for name, c := range map[string]struct{ path, body, code string }{
		"same ID, other content":    {path, `{"slot":"` + slot + `","outcome":"not_aired","reason":"power_cut"}`, "airing.id_reused"},
		"same slot, other ID":       {"/api/v1/airings/" + uuidOf(2), body, "airing.slot_reported"},
		"same slot, other outcome":  {"/api/v1/airings/" + uuidOf(3), `{"slot":"` + slot + `","outcome":"not_aired","reason":"other"}`, "airing.slot_reported"},
		"an unwanted second report": {"/api/v1/airings/" + uuidOf(4), `{"slot":"` + slot + `","outcome":"aired"}`, "airing.slot_reported"},
	} {
		if a := r.call("PUT", c.path, c.body); a.Status != http.StatusConflict || a.problem().Code != c.code {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if n := r.airings(); n != 1 {
		t.Errorf("%d reports in the log, want 1", n)
	}
}

func TestVietnameseInPiecesIsTheSameText(t *testing.T) {
	r, _, slot, _ := airingsWorld(t)
	note := "Bà con Nậm Chảy nghe rõ, đường điện đã ổn định"
	r.made("PUT", "/api/v1/airings/"+uuidOf(1), `{"slot":"`+slot+`","outcome":"aired","note":"`+norm.NFD.String(note)+`"}`)
	if a := r.call("GET", "/api/v1/airings/"+uuidOf(1), ""); !strings.Contains(string(a.Body), note) {
		t.Errorf("kept %s", a.Body)
	}
	// A phone that retries after composing the letters repeats itself.
	r.made("PUT", "/api/v1/airings/"+uuidOf(1), `{"slot":"`+slot+`","outcome":"aired","note":"`+note+`"}`)
	if a := r.call("GET", "/api/v1/stations?q="+strings.ReplaceAll(norm.NFD.String("Nậm Chảy"), " ", "%20"), ""); !strings.Contains(string(a.Body), "02770") {
		t.Errorf("found %s", a.Body)
	}
}

func TestAStrangerCannotReport(t *testing.T) {
	r, _, slot, _ := airingsWorld(t)
	for _, header := range []string{"Bearer nobody", ""} {
		a := r.call("PUT", "/api/v1/airings/"+uuidOf(1), `{"slot":"`+slot+`","outcome":"aired"}`, "Authorization", header)
		if a.Status != http.StatusUnauthorized || a.problem().Code == "" {
			t.Errorf("%q: %d %s", header, a.Status, a.Body)
		}
	}
	if n := r.airings(); n != 0 {
		t.Errorf("%d reports by strangers", n)
	}
}

// TestAnOperatorCannotReportForAnotherStation tries every way in with the
// session of another station's operator: the API, the pages, and evidence by
// either.
func TestAnOperatorCannotReportForAnotherStation(t *testing.T) {
	r, programme, slot, _ := airingsWorld(t)
	session := func(name, slot string) string {
		_, station, _, err := scheduler.ParseSlotID(slot)
		if err != nil {
			t.Fatal(err)
		}
		return webtest.LoggedIn(t, r.d.store, name, r.clock.now(),
			accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}})
	}
	own, other := session("mai", slot), session("lan", r.slots("03022")[0])
	as := func(secret, method, path, body string, headers ...string) answered {
		t.Helper()
		return r.call(method, path, body, append([]string{"Authorization", "", "Cookie", "s=" + secret}, headers...)...)
	}
	report, proof := "/api/v1/airings/"+uuidOf(1), "/api/v1/airings/"+uuidOf(1)+"/evidence/"
	aired := `{"slot":"` + slot + `","outcome":"aired"}`
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	fails := func(how string, a answered, statuses ...int) {
		t.Helper()
		if !slices.Contains(statuses, a.Status) {
			t.Errorf("%s: %d %.300s", how, a.Status, a.Body)
		}
	}

	// Before there is a report: no first one by the other.
	fails("API, by slot", as(other, "PUT", "/api/v1/airings/"+uuidOf(2), aired), 403)
	fails("API, by station", as(other, "PUT", "/api/v1/airings/"+uuidOf(3),
		`{"station":"02779","programme":"`+programme+`","outcome":"aired","seconds":900,"started_at":"2024-05-13T17:00:00+07:00"}`), 403)
	form := func(fields string) answered {
		t.Helper()
		return as(other, "POST", "/airings", fields, "Content-Type", "application/x-www-form-urlencoded")
	}
	fails("page, by slot", form("id="+uuidOf(4)+"&outcome=aired&slot="+slot), 403)
	fails("page, by station", form("id="+uuidOf(5)+"&outcome=aired&station=02779&programme="+programme+"&started_at=2024-05-13T17:00&seconds=15"), 403)
	fails("the page's form", as(other, "GET", "/airings/new?slot="+slot, ""), 403)
	fails("the station's day", as(other, "GET", "/today?station=02779", ""), 403)
	if n := r.airings(); n != 0 {
		t.Fatalf("%d reports by another station's operator", n)
	}

	// Her own colleague may; what she said, and its proof, are out of the other's reach.
	fails("the station's own operator", as(own, "PUT", "/api/v1/airings/"+uuidOf(1), aired), 200)
	fails("her proof", as(own, "PUT", proof+uuidOf(10), photo.String(), "Content-Type", "image/png"), 200)
	before := as(own, "GET", report, "")
	fails("API, the same again", as(other, "PUT", report, aired), 403, 409)
	fails("API, a correction", as(other, "PUT", "/api/v1/airings/"+uuidOf(6), `{"slot":"`+slot+`","outcome":"not_aired","reason":"power_cut","corrects":"`+
		uuidOf(1)+`","why":"x"}`), 403, 404)
	fails("API, a withdrawal", as(other, "PUT", "/api/v1/airings/"+uuidOf(7), `{"outcome":"withdrawn","corrects":"`+uuidOf(1)+`","why":"x"}`), 403, 404)
	fails("page, a correction", form("id="+uuidOf(8)+"&outcome=not_aired&reason=power_cut&why=x&slot="+slot+"&corrects="+uuidOf(1)), 403, 404)
	fails("API, evidence", as(other, "PUT", proof+uuidOf(11), photo.String(), "Content-Type", "image/png"), 403, 404)
	kind, parts := evidenceForm(t, uuidOf(12), photo.Bytes())
	fails("page, evidence", as(other, "POST", "/airings/"+uuidOf(1)+"/evidence", parts, "Content-Type", kind), 403, 404)
	fails("API, a verdict", as(other, "POST", report+"/verdict", `{"finding":"contradicted"}`), 403)
	fails("API, reading it", as(other, "GET", report, ""), 403, 404)
	fails("page, reading it", as(other, "GET", "/airings/"+uuidOf(1), ""), 403, 404)
	fails("page, seeing the proof", as(other, "GET", "/airings/"+uuidOf(1)+"/evidence/"+uuidOf(10), ""), 403, 404)
	if a := as(other, "GET", "/api/v1/airings?from=2024-05-01T00:00:00Z&until=2024-06-01T00:00:00Z", ""); a.Status != 200 ||
		strings.Contains(string(a.Body), uuidOf(1)) {
		t.Errorf("API, the log: %d %s", a.Status, a.Body)
	}
	if a := as(other, "GET", "/airings", ""); a.Status != 200 || strings.Contains(string(a.Body), uuidOf(1)) {
		t.Errorf("page, the log: %d", a.Status)
	}
	if after := as(own, "GET", report, ""); r.airings() != 1 || string(after.Body) != string(before.Body) || !strings.Contains(string(after.Body), uuidOf(10)) {
		t.Errorf("the report is now %s, was %s", after.Body, before.Body)
	}
}

// evidenceForm is the form of a report's page with a file, as a browser sends it.
func evidenceForm(t *testing.T, id string, file []byte) (contentType, body string) {
	t.Helper()
	var b strings.Builder
	m := multipart.NewWriter(&b)
	err := m.WriteField("id", id)
	if err == nil {
		var w io.Writer
		if w, err = m.CreateFormFile("file", "anh.png"); err == nil {
			_, err = w.Write(file)
		}
	}
	if err := errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), b.String()
}

func TestWhatAnswersASecretOnceCannotBeRepeated(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	for path, body := range map[string]string{"/api/v1/invitations": `{"grants":[{"role":"editor","scope":{"level":"province"}}]}`,
		"/api/v1/tokens": `{"name":"bảng tính","days":30}`} {
		if a := r.call("POST", path, body, "Idempotency-Key", uuidOf(1)); a.Status != 422 || a.problem().Code != "accounts.no_repeat" ||
			!strings.Contains(a.problem().Detail, "Idempotency-Key") {
			t.Errorf("%s with a key: %d %s", path, a.Status, a.Body)
		}
		var list struct{ Items []json.RawMessage }
		if a := r.call("GET", path, ""); json.Unmarshal(a.Body, &list) != nil || path == "/api/v1/tokens" && len(list.Items) != 0 {
			t.Errorf("%s: what was refused is there: %s", path, a.Body)
		}
	}
	made := r.made("POST", "/api/v1/invitations", `{"grants":[{"role":"editor","scope":{"level":"province"}}]}`)
	first := r.call("DELETE", "/api/v1/invitations/"+made, "", "Idempotency-Key", uuidOf(2))
	if again := r.call("DELETE", "/api/v1/invitations/"+made, "", "Idempotency-Key", uuidOf(2)); first.Status != 200 || again.Status != 200 ||
		string(first.Body) != string(again.Body) {
		t.Errorf("withdrawn twice: %d %s, %d %s", first.Status, first.Body, again.Status, again.Body)
	}
}

// open tries to start a daemon on the folder and returns what it says.
func open(dir string) *fault.Error {
	d, err := newDaemon(context.Background(), daemonConfig{data: dir, listen: "127.0.0.1:0", now: time.Now, elapsed: wallclock.Elapsed, out: io.Discard,
		log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err == nil {
		err = d.Close()
	}
	return fault.Of(err)
}

func TestTwoDaemonsDoNotShareAFolder(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	if e := open(r.dir); e == nil || e.Code != "store.in_use" || !strings.Contains(text.Vietnamese.Fault(e), r.dir) {
		t.Errorf("the second daemon: %v", e)
	}
	if code, out := loa("verify", "--data", r.dir); code != 69 || !strings.Contains(out, "đang được một tiến trình Loa khác dùng") {
		t.Errorf("verify beside a daemon: %d %s", code, out)
	}
	if a := r.call("GET", "/readyz", ""); a.Status != http.StatusOK {
		t.Errorf("the first daemon: %d %s", a.Status, a.Body)
	}
}

func TestADamagedDatabaseIsNeverReplaced(t *testing.T) {
	whole := t.TempDir()
	if e := open(whole); e != nil {
		t.Fatal(e)
	}
	db, err := os.ReadFile(filepath.Join(whole, "loa.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		code string
	}{
		"no longer there":    {nil, "store.data_missing"},
		"empty":              {[]byte{}, "store.data_missing"},
		"cut after ten":      {db[:40_960], "store.corrupt"},
		"cut after one page": {db[:4096], "store.corrupt"},
		"text":               {[]byte(strings.Repeat("không phải Loa\n", 1000)), "store.corrupt"},
		"zeros":              {make([]byte, len(db)), "store.corrupt"},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "loa.db")
		if c.file == nil {
			err = os.Remove(path)
		} else {
			writeFile(t, path, c.file)
		}
		if err != nil {
			t.Fatal(err)
		}
		if e := open(dir); e == nil || e.Code != c.code {
			t.Errorf("%s: %v, want %s", name, e, c.code)
		}
		if after, _ := os.ReadFile(path); !slices.Equal(after, c.file) {
			t.Errorf("%s: the file was written to", name)
		}
	}
}

func TestAFolderThatCannotBeWrittenIsSaid(t *testing.T) {
	if os.Geteuid() != 0 {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		if e := open(dir); e == nil || e.Code != "store.read_only" {
			t.Errorf("%v", e)
		}
		return
	}
	dir := mountTmpfs(t, "ro,size=1m")
	if e := open(dir); e == nil || e.Code != "store.read_only" {
		t.Errorf("%v", e)
	}
}

// mountTmpfs mounts a small file system for this test, or skips where that is
// not allowed.
func mountTmpfs(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	flags := uintptr(0)
	if rest, ro := strings.CutPrefix(options, "ro,"); ro {
		flags, options = syscall.MS_RDONLY, rest
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		t.Skipf("cannot mount a small disk here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestAFullDiskRefusesAndKeepsWhatItHad(t *testing.T) {
	dir := mountTmpfs(t, "size=8m")
	r := startDaemon(t, dir, monday)
	programme := r.plan()
	r.clock.set(monday.Add(9 * time.Hour))
	report := func(n int) answered {
		return r.call("PUT", "/api/v1/airings/"+uuidOf(n), `{"station":"02779","programme":"`+programme+
			`","outcome":"aired","seconds":900,"started_at":"2024-05-13T12:00:00+07:00","note":"`+strings.Repeat("ế", 900)+`"}`)
	}
	if a := report(1); a.Status != http.StatusOK {
		t.Fatalf("before the disk is full: %d %s", a.Status, a.Body)
	}
	fill(t, filepath.Join(dir, "filler"))
	kept := 1
	var refused answered
	for n := 2; n < 3000; n++ {
		if a := report(n); a.Status != http.StatusOK {
			refused = a
			break
		}
		kept = n
	}
	if p := refused.problem(); refused.Status != http.StatusInsufficientStorage || p.Code != "store.full" || !strings.Contains(p.Detail, "đầy") {
		t.Fatalf("on a full disk: %d %s", refused.Status, refused.Body)
	}
	if a := r.call("GET", "/readyz", ""); a.Status != http.StatusServiceUnavailable {
		t.Errorf("readyz on a full disk: %d %s", a.Status, a.Body)
	}
	if a := r.call("GET", "/", ""); a.Status != http.StatusOK || !strings.Contains(string(a.Body), `role="alert"`) || !strings.Contains(string(a.Body), "đầy") {
		t.Errorf("no page says that the disk is full: %d", a.Status)
	}
	if a := r.call("GET", "/api/v1/airings/"+uuidOf(kept), ""); a.Status != http.StatusOK {
		t.Errorf("reading on a full disk: %d %s", a.Status, a.Body)
	}
	if a := r.call("GET", "/api/v1/airings/"+uuidOf(kept+1), ""); a.Status != http.StatusNotFound {
		t.Errorf("the refused report: %d %s", a.Status, a.Body)
	}
	if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
		t.Fatal(err)
	}
	if a := report(kept + 1); a.Status != http.StatusOK {
		t.Errorf("after room was made: %d %s", a.Status, a.Body)
	}
	if a := r.call("GET", "/readyz", ""); a.Status != http.StatusOK {
		t.Errorf("readyz after room was made: %d %s", a.Status, a.Body)
	}
}

// TestADiskThatTurnsReadOnlyIsTold puts a read-only view of the folder in its
// place under the daemon, which is what it then finds there.
func TestADiskThatTurnsReadOnlyIsTold(t *testing.T) {
	dir := filepath.Join(mountTmpfs(t, "size=32m"), "data")
	r := startDaemon(t, dir, monday)
	if err := errors.Join(syscall.Mount(dir, dir, "", syscall.MS_BIND, ""),
		syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, "")); err != nil {
		t.Skipf("cannot make a folder read-only here: %v", err)
	}
	if a := r.call("GET", "/readyz", ""); a.Status != http.StatusServiceUnavailable {
		t.Errorf("readyz: %d %s", a.Status, a.Body)
	}
	if a := r.call("GET", "/", ""); !strings.Contains(string(a.Body), `role="alert"`) {
		t.Error("no page says that the disk is read-only")
	}
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	if a := r.call("GET", "/readyz", ""); a.Status != http.StatusOK {
		t.Errorf("readyz of a disk that takes writes again: %d %s", a.Status, a.Body)
	}
}

// TestTheServersTokenIsReadByItsUserAlone: also where the file was there before.
func TestTheServersTokenIsReadByItsUserAlone(t *testing.T) {
	for name, before := range map[string]string{"none": "", "a good one": strings.Repeat("K", 26) + "\n", "a cut one": "K"} {
		path := filepath.Join(t.TempDir(), "admin.token")
		if before != "" {
			if err := errors.Join(os.WriteFile(path, []byte(before), 0o644), os.Chmod(path, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := serverToken(filepath.Dir(path))
		if err != nil || len(got) < 20 || name == "a good one" && got+"\n" != before {
			t.Errorf("%s: %q %v", name, got, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v %v", name, info.Mode(), err)
		}
	}
}

// fill writes a file until the disk takes no more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for chunk := make([]byte, 4096); err == nil; {
		_, err = f.Write(chunk)
	}
}

func FuzzReportBody(f *testing.F) {
	r, programme, slot, later := airingsWorld(f)
	for _, s := range []string{
		`{"slot":"` + slot + `","outcome":"aired","means":"fm","seconds":900,"note":"rõ"}`,
		`{"slot":"` + later + `","outcome":"not_aired","reason":"power_cut"}`,
		`{"station":"02779","programme":"` + programme + `","outcome":"aired","seconds":900,"started_at":"2024-05-13T12:00:00+07:00"}`,
		`{"slot":"` + slot + `","outcome":"withdrawn","corrects":"` + uuidOf(1) + `","why":"nhầm"}`,
		`null`, `[]`, `{"started_at":"9999-12-31T23:59:59Z"}`, `{"seconds":1e99}`, `{"note":"\ud800"}`, "{\"note\":\"\xff\"}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		a := r.call("PUT", "/api/v1/airings/"+uuidOf(1), body+" ")
		if a.Status == http.StatusOK {
			again := r.call("PUT", "/api/v1/airings/"+uuidOf(1), body+" ")
			if string(again.Body) != string(a.Body) {
				t.Errorf("a repeat of %q got %d %s, first %s", body, again.Status, again.Body, a.Body)
			}
			return
		}
		if p := a.problem(); a.Status < 400 || a.Status >= 500 || !text.Has(p.Code) || p.Detail == "" {
			t.Errorf("%q: %d %s", body, a.Status, a.Body)
		}
	})
}
