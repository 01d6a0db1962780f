package kit

import (
	"bytes"
	"mime/multipart"
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
