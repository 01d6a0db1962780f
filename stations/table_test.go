package stations

import (
	"archive/zip"
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
)

// parts is a ZIP archive of files with these names and contents.
func parts(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		name, content, _ := strings.Cut(name, "=")
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestAFileThatIsNoTableIsToldWhatItIs: its name, which may say .xlsx, counts
// for nothing.
func TestAFileThatIsNoTableIsToldWhatItIs(t *testing.T) {
	var jpg, p, book bytes.Buffer
	picture := image.NewGray(image.Rect(0, 0, 9, 9))
	if err := jpeg.Encode(&jpg, picture, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&p, picture); err != nil {
		t.Fatal(err)
	}
	if err := sheet.XLSX(&book, "Đài", [][]any{{"Mã xã", "Ghi chú"}, {"00001", "một"}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, code, says string }{
		"JPEG":               {jpg.String(), "stations.file_picture", "ảnh"},
		"PNG":                {p.String(), "stations.file_picture", "ảnh"},
		"HEIC":               {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "stations.file_picture", "ảnh"},
		"PDF":                {"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "stations.file_document", "tài liệu"},
		"Word":               {parts(t, "[Content_Types].xml=<Types/>", "word/document.xml=<w/>"), "stations.file_document", "tài liệu"},
		"OpenDocument text":  {parts(t, "mimetype=application/vnd.oasis.opendocument.text"), "stations.file_document", "tài liệu"},
		"OpenDocument table": {parts(t, "mimetype=application/vnd.oasis.opendocument.spreadsheet"), "stations.file_ods", ".ods"},
		"old Excel":          {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "stations.file_old_office", "mật khẩu"},
		"ZIP":                {parts(t, "ảnh.txt=một"), "stations.file_archive", "nén"},
		"RAR":                {"Rar!\x1a\x07\x01\x00\xff\xfe", "stations.file_archive", "nén"},
		"program":            {"MZ\x90\x00\x03\x00\xff\xff", "stations.file_program", "chương trình"},
		"MP3":                {"ID3\x04\x00\x00\x00\x00\x00\x0a\xff\xfb\x90", "stations.file_recording", "âm thanh"},
		"MP4":                {"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isom\xff", "stations.file_recording", "video"},
		"WAV":                {"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00", "stations.file_recording", "âm thanh"},
		"page as .xls":       {"<html><body><table><tr><td>Mã xã</td></tr></table></body></html>", "stations.file_web_page", "trang web"},
		"old letters":        {"M\xe3 x\xe3,Ghi ch\xfa\r\n00001,m\xf4t\r\n", "sheet.encoding", "Unicode"},
		"a cut workbook":     {book.String()[:book.Len()-40], "sheet.broken", "bảng"},
	} {
		_, stations := ReadImport([]byte(c.file))
		_, merger := ReadMerge([]byte(c.file))
		for reader, err := range map[string]error{"import": stations, "merge": merger} {
			said := text.Vietnamese.Fault(err)
			if !fault.Is(err, c.code) || !strings.Contains(said, c.says) || c.code != "sheet.encoding" && strings.Contains(said, "bảng mã") {
				t.Errorf("%s by %s: %v %q, want %s", name, reader, err, said, c.code)
			}
		}
	}
	if rows, err := ReadImport(book.Bytes()); err != nil || len(rows) != 1 {
		t.Errorf("a workbook: %d rows, %v", len(rows), err)
	}
}
