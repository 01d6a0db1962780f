package kit_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
)

// parcel is a form as a browser makes it: pairs of name and value, and behind
// them a file, unless that is nil.
func parcel(file []byte, pairs ...string) (contentType string, body []byte) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.SetBoundary("loa") // it is well formed, and a buffer takes everything
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = m.WriteField(pairs[i], pairs[i+1])
	}
	if file != nil {
		w, _ := m.CreateFormFile("file", "Bản tin.mp3")
		_, _ = w.Write(file)
	}
	_ = m.Close()
	return m.FormDataContentType(), b.Bytes()
}

// incoming reads a request's file to its end.
func incoming(contentType string, body []byte, most int64) (kit.Incoming, []byte, error) {
	hr := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	hr.Header.Set("Content-Type", contentType)
	hr.Body = http.MaxBytesReader(nil, hr.Body, most)
	r := kit.Request{Request: hr}
	in, err := r.ReadIncoming("file")
	if err != nil || in.Body == nil {
		return in, nil, err
	}
	got, err := io.ReadAll(in.Body)
	return in, got, err
}

func TestAFileInOneRequest(t *testing.T) {
	file := bytes.Repeat([]byte("âm thanh"), 10_000)
	kind, whole := parcel(file, "kind", " evidence ", "station", "S00001")
	in, got, err := incoming(kind, whole, 1<<20)
	if err != nil || !bytes.Equal(got, file) || in.Raw || in.Name != "Bản tin.mp3" || in.Length != -1 || in.Form.Get("kind") != "evidence" ||
		in.Form.Get("station") != "S00001" {
		t.Errorf("a form: %+v, %d bytes, %v", in, len(got), err)
	}
	in, got, err = incoming("audio/mpeg", file, 1<<20)
	if err != nil || !bytes.Equal(got, file) || !in.Raw || in.Length != int64(len(file)) {
		t.Errorf("raw: %+v, %d bytes, %v", in, len(got), err)
	}
	kind, none := parcel(nil, "audio", "x")
	if in, _, err := incoming(kind, none, 1<<20); err != nil || in.Body != nil || in.Form.Get("audio") != "x" {
		t.Errorf("a form without a file: %+v, %v", in, err)
	}
	empty := []byte("--loa\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--loa\r\nContent-Disposition: form-data; " +
		"name=\"audio\"\r\n\r\ny\r\n--loa--\r\n")
	if in, _, err := incoming(kind, empty, 1<<20); err != nil || in.Body != nil || in.Form.Get("audio") != "y" {
		t.Errorf("no file was chosen: %+v, %v", in, err)
	}
	for cut := range len(whole) {
		if cut > 1000 && cut < len(whole)-1000 {
			continue
		}
		in, _, err := incoming(kind, whole[:cut], 1<<20)
		if !fault.Is(err, "kit.body_cut") && (err != nil || in.Body != nil) && cut < len(whole)-9 { // without the file's end, or its beginning
			t.Errorf("cut after %d bytes: %v", cut, err)
		}
	}
	if _, _, err := incoming(kind, whole, 5000); !fault.Is(err, "kit.body_too_large") {
		t.Errorf("a form over the limit: %v", err)
	}
	if _, _, err := incoming("audio/mpeg", file, 5000); !fault.Is(err, "kit.body_too_large") {
		t.Errorf("a file over the limit: %v", err)
	}
	kind, long := parcel(file, "note", strings.Repeat("x", 5000))
	many := []string{}
	for i := range 60 {
		many = append(many, fmt.Sprint("f", i), "x")
	}
	_, fields := parcel(file, many...)
	other := bytes.Replace(whole, []byte(`name="file"`), []byte(`name="audio"`), 1)
	bare := bytes.Replace(other, []byte(`; filename="Bản tin.mp3"`), nil, 1)
	for code, body := range map[string][]byte{
		"kit.field_too_long at note": long, "kit.fields_too_many": fields, "kit.file_field at file": other, "kit.field_too_long at audio": bare,
	} {
		in, _, err := incoming(kind, body, 1<<20)
		if err == nil || in.Body != nil || !strings.HasPrefix(err.Error(), code) {
			t.Errorf("%v, want %s", err, code)
		}
		if s := text.Vietnamese.Fault(err); strings.Contains(s, "{") || code == "kit.file_field at file" && !strings.Contains(s, "“audio”") {
			t.Error(s)
		}
	}
	if _, _, err := incoming("multipart/form-data", whole, 1<<20); !fault.Is(err, "kit.no_boundary") {
		t.Errorf("without a boundary: %v", err)
	}
}

// TestAFormOfTooManyFieldsIsNotCalledCut: the limit is told, not a bad line.
func TestAFormOfTooManyFieldsIsNotCalledCut(t *testing.T) {
	pairs := []string{}
	for i := range 1100 {
		pairs = append(pairs, fmt.Sprint("f", i), "x")
	}
	kind, body := parcel(nil, pairs...)
	r := kit.Request{Request: httptest.NewRequest("POST", "/", bytes.NewReader(body))}
	r.Header.Set("Content-Type", kind)
	if _, err := r.ReadForm(); !fault.Is(err, "kit.fields_too_many") {
		t.Errorf("%v", err)
	}
}

// FuzzIncoming: whatever comes, the file is what a whole form holds, or the
// error has a name.
func FuzzIncoming(f *testing.F) {
	kind, body := parcel([]byte("tiếng"), "kind", "evidence")
	f.Add(kind, body)
	f.Add(kind, body[:len(body)/2])
	f.Add("multipart/form-data", []byte("--"))
	f.Add("text/plain", []byte("x"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		in, got, err := incoming(contentType, body, 4096)
		if err != nil {
			if e := fault.Of(err); e.Kind == fault.Internal && !strings.Contains(err.Error(), "too large") {
				t.Fatalf("%q: %v", contentType, err)
			}
			return
		}
		hr := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		hr.Header.Set("Content-Type", contentType)
		switch {
		case in.Raw && !bytes.Equal(got, body):
			t.Fatalf("raw: %q of %q", got, body)
		case !in.Raw && in.Body != nil && hr.ParseMultipartForm(1<<20) == nil:
			for _, h := range hr.MultipartForm.File["file"] {
				whole, err := h.Open()
				if err != nil {
					t.Fatal(err)
				}
				want, err := io.ReadAll(whole)
				if err != nil {
					t.Fatal(err)
				}
				if h.Filename != "" {
					if !bytes.Equal(got, want) {
						t.Fatalf("%q, want %q", got, want)
					}
					return
				}
			}
		}
	})
}
