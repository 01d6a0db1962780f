package kit

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// FuzzAgainOf reads any bytes as the form of somebody who was logged out: what comes of
// it is bounded, every value has the name of a field, and no file's content is kept.
func FuzzAgainOf(f *testing.F) {
	for _, whole := range []bool{true, false} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.SetBoundary("ranh")
		_ = w.WriteField("title", "Đường lên bản mới")
		file, _ := w.CreateFormFile("audio", "bài một.mp3")
		_, _ = file.Write([]byte("ID3 within"))
		_ = w.WriteField("reason", "")
		if whole {
			_ = w.Close()
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("--ranh\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--ranh--\r\n"))
	f.Add([]byte("--ranh\r\nContent-Disposition: form-data\r\n\r\nx\r\n--ranh--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		all := againOf(multipart.NewReader(bytes.NewReader(raw), "ranh"))
		kept := 0
		for _, s := range all {
			if kept += len(s.Value); s.Name == "" || s.File && strings.ContainsAny(s.Value, "\r\n\x00") {
				t.Errorf("%+v", s)
			}
		}
		if len(all) > incomingFields || kept > DefaultBody+len(raw) || kept > len(raw)*3 {
			t.Errorf("%d values, %d bytes of %d", len(all), kept, len(raw))
		}
	})
}

// FuzzReadFiles reads any bytes as a form with files: it is read as without a
// limit, but that files are cut.
func FuzzReadFiles(f *testing.F) {
	for _, whole := range []bool{true, false} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.SetBoundary("ranh")
		_ = w.WriteField("title", "Đường lên bản mới")
		file, _ := w.CreateFormFile("audio", "bài một.mp3")
		_, _ = file.Write([]byte("ID3 and much more within"))
		file, _ = w.CreateFormFile("scan", "ngắn.pdf")
		_, _ = file.Write([]byte("%PDF"))
		_ = w.WriteField("new", "1")
		if whole {
			_ = w.Close()
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("--ranh\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\n--ranh--"))
	const most = 9
	f.Fuzz(func(t *testing.T, raw []byte) {
		read := func(by func(*Request) (*Form, error)) (*Form, error) {
			r := httptest.NewRequest("POST", "/", bytes.NewReader(raw))
			r.Header.Set("Content-Type", "multipart/form-data; boundary=ranh")
			return by(&Request{Request: r})
		}
		plain, wrong := read((*Request).ReadForm)
		cut, err := read(func(r *Request) (*Form, error) { return r.ReadFiles(most) })
		if (err == nil) != (wrong == nil) {
			t.Fatalf("%v, and without a limit %v", err, wrong)
		}
		if err != nil {
			return
		}
		cut.ID, plain.ID = "", ""
		if !reflect.DeepEqual(cut.Values, plain.Values) || len(cut.Files) != len(plain.Files) {
			t.Fatalf("%v %v, and without a limit %v %v", cut.Values, cut.Files, plain.Values, plain.Files)
		}
		for field, files := range plain.Files {
			for i, one := range files {
				if got := cut.Files[field][i]; got.Filename != one.Filename || got.Size != min(one.Size, most+1) {
					t.Errorf("%q: %d bytes of %d", one.Filename, got.Size, one.Size)
				}
			}
		}
	})
}
