package main

import (
	"bytes"
	"context"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"loa/airing"
	"loa/audio/audiotest"
	"loa/client"
	"loa/stations"
)

// line is a bad way to a daemon: of what it carries it loses a part, each thing once.
type line struct {
	to    http.Handler
	mu    sync.Mutex
	lost  map[string]bool
	count int // of what was lost
}

// newLine is the address of one to a daemon.
func (r *running) newLine() (*line, string) {
	l := &line{to: r.d.server.Handler, lost: map[string]bool{}}
	server := httptest.NewServer(l)
	r.t.Cleanup(server.Close)
	return l, server.URL
}

// ServeHTTP implements http.Handler: the first time an answer is lost, or half of a file on its way in or out.
func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Method + " " + r.URL.Path
	l.mu.Lock()
	first := !l.lost[key]
	l.lost[key] = true
	if first {
		l.count++
	}
	l.mu.Unlock()
	switch {
	case !first || r.Method == http.MethodHead:
		l.to.ServeHTTP(w, r)
		return
	case r.Method == http.MethodPatch:
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 100_000), broken{}))
		l.to.ServeHTTP(httptest.NewRecorder(), r)
	case r.Method == http.MethodGet:
		whole := httptest.NewRecorder()
		l.to.ServeHTTP(whole, r)
		maps.Copy(w.Header(), whole.Header())
		w.WriteHeader(whole.Code)
		_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2]) // whoever reads it has gone, or will be sent away
		_ = http.NewResponseController(w).Flush()               // the same
	default:
		l.to.ServeHTTP(httptest.NewRecorder(), r)
	}
	panic(http.ErrAbortHandler)
}

type broken struct{}

// Read implements io.Reader.
func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A program does its week's work over a line that loses the first of everything: what it did is done once, and what it
// sent and fetched is whole.
func TestAProgramWorksOverALineThatBreaks(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	programme := r.plan()
	line, address := r.newLine()
	loa := client.New(address, r.token)
	n := 0
	for s, err := range loa.GetStations(t.Context(), stations.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; s.Label == "" {
			t.Errorf("a station without a name: %+v", s)
		}
	}
	if n != 127 {
		t.Errorf("%d stations", n)
	}
	id := uuid.NewString()
	report := airing.Confirm{Station: "S00001", Programme: programme, Outcome: airing.Aired, StartedAt: monday.Add(-time.Hour), Seconds: 600}
	first, err := loa.PutAiring(t.Context(), id, report)
	again, err2 := loa.PutAiring(t.Context(), id, report)
	if err != nil || err2 != nil || first.ID != id || again.ID != id || r.airings() != 1 {
		t.Errorf("a report: %v, %v, %d lines", err, err2, r.airings())
	}
	other := report
	other.Station = "S00002"
	if _, err := loa.PutAiring(t.Context(), id, other); !client.Is(err, "airing.id_reused") {
		t.Errorf("another report under its ID: %v", err)
	}
	made, err := loa.PostLists(t.Context(), stations.SaveList{Name: "Vùng cao", Stations: []string{"S00001"}})
	lists, err2 := client.All(loa.GetLists(t.Context()))
	if err != nil || err2 != nil || len(lists) != 1 || lists[0].ID != made.ID {
		t.Errorf("a list that was made twice: %v, %v, %v", err, err2, lists)
	}
	var read client.Edition
	if _, err := loa.Note(&read).GetList(t.Context(), made.ID); err != nil || read == "" {
		t.Fatal(err)
	}
	if _, err := loa.If(read).PutList(t.Context(), made.ID, stations.SaveList{Name: "Vùng thấp", Stations: []string{"S00001"}}); err != nil {
		t.Errorf("an edit whose answer was lost: %v", err)
	}
	if _, err := loa.If(read).PutList(t.Context(), made.ID, stations.SaveList{Name: "Khác", Stations: []string{"S00002"}}); !client.Is(err, "edit.stale") {
		t.Errorf("an edit of what was: %v", err)
	}
	if _, err := loa.Unless(read).GetList(t.Context(), made.ID); err != nil {
		t.Errorf("what has changed since: %v", err)
	}

	sound := audiotest.WAV(10, 44100, 1)
	upload := ""
	recording, err := loa.Upload(t.Context(), bytes.NewReader(sound), client.UploadOptions{Name: "bản tin.wav", At: &upload})
	if err != nil || recording == "" || upload == "" {
		t.Fatalf("an upload: %q, %v", recording, err)
	}
	if same, err := loa.Upload(t.Context(), bytes.NewReader(sound), client.UploadOptions{At: &upload}); err != nil || same != recording {
		t.Errorf("the same upload after a restart: %q, %v", same, err)
	}
	f, err := loa.GetAudioID(t.Context(), recording, client.GetAudioIDOptions{Original: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); err != nil || !bytes.Equal(b, sound) {
		t.Errorf("%d bytes of %d came back, %v", len(b), len(sound), err)
	}
	if line.count < 9 {
		t.Errorf("only %d things were lost on the line", line.count)
	}
}

// The example in Python does the same over such a line, and run again it changes nothing.
func TestTheExampleInPythonWorks(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("the example needs python3: %v", err)
	}
	r := startDaemon(t, t.TempDir(), monday)
	programme := r.plan()
	r.clock.set(monday.AddDate(0, 0, 2)) // the first airing of the week is over
	line, address := r.newLine()
	sound := filepath.Join(t.TempDir(), "bản tin.wav")
	writeFile(t, sound, audiotest.WAV(10, 44100, 1))
	week := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), python, append([]string{"../../doc/api/week.py", "2024-W20"}, args...)...)
		cmd.Env = append(os.Environ(), "LOA="+address, "TOKEN="+r.token, "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("week.py %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	said := week("--report", "S00001", programme, "2024-05-13T17:00:00+07:00", "900", "--send", sound)
	if !strings.Contains(said, "Tuần 2024-W20: 1 đài đã phát, 126 đài chưa") || strings.Contains(said, "S00001") || !strings.Contains(said, "S00002") {
		t.Errorf("the week: %s", said)
	}
	_, rest, _ := strings.Cut(said, "Đã gửi bản ghi: ")
	recording, _, _ := strings.Cut(rest, "\n")
	f, err := client.New(address, r.token).GetAudioID(t.Context(), recording, client.GetAudioIDOptions{Original: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	have, err := os.ReadFile(sound)
	if b, err2 := io.ReadAll(f); err != nil || err2 != nil || !bytes.Equal(b, have) {
		t.Errorf("%d bytes of %d arrived, %v, %v", len(b), len(have), err, err2)
	}
	if again := week("--report", "S00001", programme, "2024-05-13T17:00:00+07:00", "900"); r.airings() != 1 || !strings.Contains(again, "1 đài đã phát") {
		t.Errorf("said twice: %d lines, %s", r.airings(), again)
	}
	if line.count < 7 {
		t.Errorf("only %d things were lost on the line", line.count)
	}
}

// TestTheClientAndTheDocumentAreOne makes every call of package client and holds what it sends against the API's
// document: method, path, parameters, members of the body, in both directions; then it is answered each status that the
// document promises.
func TestTheClientAndTheDocumentAreOne(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	doc, err := openapi3.NewLoader().LoadFromData(r.call(http.MethodGet, "/api/v1/openapi.json", "").Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := map[string]string{} // the method of the client, by that of the document
	w := &witness{}
	c := &client.Client{Server: "http://loa.example", HTTP: &http.Client{Transport: w}}
	calls := reflect.TypeOf(c)
	for i := range calls.NumMethod() {
		m := calls.Method(i)
		if m.Type.NumIn() < 2 || m.Type.In(1) != reflect.TypeFor[context.Context]() || m.Name == "Upload" { // that is several
			continue
		}
		in := []reflect.Value{reflect.ValueOf(c), reflect.ValueOf(t.Context())}
		for n := 2; n < m.Type.NumIn(); n++ {
			v, err := filled(m.Type.In(n), 0)
			if err != nil {
				t.Errorf("%s: %v", m.Name, err)
			}
			in = append(in, v)
		}
		*w = witness{status: http.StatusOK}
		if err := outcome(m.Func.Call(in)); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		if w.asked == nil {
			t.Errorf("%s asks nothing", m.Name)
			continue
		}
		path, op := operationOf(doc, w.asked)
		if op == nil {
			t.Errorf("%s asks %s %s, which the document does not know", m.Name, w.asked.Method, w.asked.URL.Path)
			continue
		}
		key := w.asked.Method + " " + path
		if other := asked[key]; other != "" && other != "Each"+m.Name && m.Name != "Each"+other {
			t.Errorf("%s and %s are both %s", m.Name, other, key)
		}
		asked[key] = m.Name
		held(t, m.Name, op, w)
		for status := range op.Responses.Map() {
			code, err := strconv.Atoi(status)
			if err != nil || code >= 300 {
				continue
			}
			w.status = code
			if err := outcome(m.Func.Call(in)); err != nil {
				t.Errorf("%s, answered %d: %v", m.Name, code, err)
			}
		}
		w.status = http.StatusTeapot
		var refused *client.Error
		if err := outcome(m.Func.Call(in)); !errors.As(err, &refused) || refused.Code != "kit.not_found" {
			t.Errorf("%s, refused: %v", m.Name, err)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if asked[method+" "+path] == "" {
				t.Errorf("no call of the client is %s %s: go generate ./client", method, path)
			}
		}
	}
}

// held holds a request against its operation.
func held(t *testing.T, name string, op *openapi3.Operation, w *witness) {
	t.Helper()
	query, headers := map[string]bool{}, map[string]bool{}
	for _, p := range op.Parameters {
		switch p.Value.In {
		case "query":
			query[p.Value.Name] = true
		case "header":
			headers[http.CanonicalHeaderKey(p.Value.Name)] = true
		}
	}
	sent := w.asked.URL.Query()
	for q := range sent {
		if !query[q] {
			t.Errorf("%s sends the parameter %s, which is not documented", name, q)
		}
	}
	for q := range query {
		if paged := q == "after" && sent.Has("limit"); !sent.Has(q) && !paged { // a list sends it from its second page on
			t.Errorf("%s cannot send the parameter %s", name, q)
		}
	}
	if key := w.asked.Header.Get("Idempotency-Key") != ""; key != headers["Idempotency-Key"] {
		t.Errorf("%s sends an Idempotency-Key: %v, documented: %v", name, key, headers["Idempotency-Key"])
	}
	body := op.RequestBody
	switch kind := w.asked.Header.Get("Content-Type"); {
	case (body != nil) != (kind != ""):
		t.Errorf("%s sends a body of %q; one is documented: %v", name, kind, body != nil)
	case body == nil:
	case kind == "application/json":
		var v any
		if err := json.Unmarshal(w.body, &v); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if media := body.Value.Content[kind]; media == nil {
			t.Errorf("%s sends JSON, which is not documented", name)
		} else {
			members(t, name, media.Schema.Value, v, 0)
		}
	case body.Value.Content[kind] == nil && kind != "x": // the caller's choice
		t.Errorf("%s sends %s, which is not documented", name, kind)
	}
}

// members holds the members of what is sent against those of a schema, as deep as both go.
func members(t *testing.T, at string, s *openapi3.Schema, v any, deep int) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if len(s.Properties) == 0 || deep > 3 {
			return
		}
		for name, value := range v {
			if p := s.Properties[name]; p != nil {
				members(t, at+"."+name, p.Value, value, deep+1)
			} else {
				t.Errorf("%s.%s is sent and not documented", at, name)
			}
		}
		for name := range s.Properties {
			if _, ok := v[name]; !ok {
				t.Errorf("%s.%s is documented and cannot be sent", at, name)
			}
		}
	case []any:
		if s.Items != nil && len(v) > 0 {
			members(t, at+"[]", s.Items.Value, v[0], deep+1)
		}
	}
}

// witness answers every request with the status, and remembers the last.
type witness struct {
	status int
	asked  *http.Request
	body   []byte
}

// RoundTrip implements http.RoundTripper.
func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	w.asked = r
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		w.body = b
	}
	body := `{"items":[]}`
	if w.status >= 300 {
		body = `{"code":"kit.not_found","detail":"Không có."}`
	}
	return &http.Response{StatusCode: w.status, Header: http.Header{"Content-Type": {"application/json"}, "Upload-Offset": {"0"}},
		Body: io.NopCloser(strings.NewReader(body))}, nil
}

// operationOf finds what the document says of a request: of two paths that fit, the one with the fewer names in it.
func operationOf(doc *openapi3.T, r *http.Request) (string, *openapi3.Operation) {
	best, found := "", (*openapi3.Operation)(nil)
	for path, item := range doc.Paths.Map() {
		op := item.Operations()[r.Method]
		parts, sent := strings.Split(path, "/"), strings.Split(r.URL.EscapedPath(), "/")
		fits := len(parts) == len(sent) && op != nil
		for i := 0; fits && i < len(parts); i++ {
			fits = parts[i] == sent[i] || strings.HasPrefix(parts[i], "{") && sent[i] == "x"
		}
		if fits && (found == nil || strings.Count(path, "{") < strings.Count(best, "{")) {
			best, found = path, op
		}
	}
	return best, found
}

// outcome is the error among what a call gives; a list is read for it.
func outcome(out []reflect.Value) error {
	last := out[len(out)-1]
	if list := last.Type(); list.Kind() == reflect.Func {
		var err error
		yield := reflect.MakeFunc(list.In(0), func(args []reflect.Value) []reflect.Value {
			err, _ = args[1].Interface().(error)
			return []reflect.Value{reflect.ValueOf(true)}
		})
		last.Call([]reflect.Value{yield})
		return err
	}
	err, _ := last.Interface().(error)
	return err
}

// tries are tried on what reads itself.
var tries = []string{"x", "2024-W20", "2024-05-13", "2024-05-13T10:00:00+07:00", "2024-05-13T17:00", "all", "1", "2024", `{}`, `[]`, `1`, `"all"`}

// filled is a value of a type in which nothing is left out.
func filled(t reflect.Type, deep int) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	if t == reflect.TypeFor[http.Header]() {
		return reflect.ValueOf(http.Header{"Tus-Resumable": {"1.0.0"}}), nil
	}
	if t == reflect.TypeFor[time.Time]() {
		return reflect.ValueOf(monday), nil
	}
	if t == reflect.TypeFor[io.Reader]() {
		return reflect.ValueOf(strings.NewReader("bytes")).Convert(t), nil
	}
	switch own := v.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		for _, word := range tries {
			if own.UnmarshalText([]byte(word)) == nil && !v.IsZero() {
				return v, nil
			}
		}
		return v, fmt.Errorf("no word for a %v", t)
	case json.Unmarshaler:
		for _, word := range tries {
			if own.UnmarshalJSON([]byte(word)) == nil && !v.IsZero() {
				return v, nil
			}
		}
		return v, fmt.Errorf("no JSON for a %v", t)
	}
	if deep > 5 {
		return v, nil
	}
	var err error
	switch t.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		in, e := filled(t.Elem(), deep+1)
		err = e
		v.Elem().Set(in)
	case reflect.Slice:
		in, e := filled(t.Elem(), deep+1)
		err = e
		v.Set(reflect.Append(v, in))
	case reflect.Array:
		for i := range t.Len() {
			in, e := filled(t.Elem(), deep+1)
			err = errors.Join(err, e)
			v.Index(i).Set(in)
		}
	case reflect.Map:
		key, e := filled(t.Key(), deep+1)
		in, e2 := filled(t.Elem(), deep+1)
		err = errors.Join(e, e2)
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(key, in)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				in, e := filled(f.Type, deep+1)
				err = errors.Join(err, e)
				v.Field(i).Set(in)
			}
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf("x"))
	case reflect.Func: // no caller's business
	default:
		err = fmt.Errorf("nothing to fill a %v with", t)
	}
	return v, err
}
