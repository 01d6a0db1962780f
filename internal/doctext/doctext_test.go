package doctext

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/internal/fault"
)

const (
	docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	odt  = "application/vnd.oasis.opendocument.text"
	pdfs = "application/pdf"
)

func packedAs(t testing.TB, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const aWord = `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Kính chào </w:t></w:r><w:r><w:t>bà con Nậm Chảy.</w:t></w:r></w:p>
<w:p><w:r><w:delText>Đã xoá</w:delText><w:t>Đường</w:t><w:tab/><w:t>hoa</w:t><w:br/><w:t>dài 5 km</w:t></w:r></w:p></w:body></w:document>`

func TestWordsOfEachKind(t *testing.T) {
	for name, c := range map[string]struct {
		kind string
		b    []byte
		want string
	}{
		"docx": {docx, packedAs(t, "word/document.xml", aWord), "Kính chào bà con Nậm Chảy.\nĐường hoa\ndài 5 km"},
		"odt": {odt, packedAs(t, "content.xml", `<o xmlns:text="t"><text:tracked-changes><text:p>Đã xoá</text:p></text:tracked-changes>
<text:h>Đường hoa</text:h><text:p>Kính<text:s/>chào <text:span>bà con</text:span></text:p></o>`), "Đường hoa\nKính chào bà con"},
		"text":     {"text/plain; charset=utf-8", []byte("\ufeffĐường hoa\r\n\r\n\r\nKính chào"), "Đường hoa\n\nKính chào"},
		"utf-16":   {"text/plain", []byte{0xff, 0xfe, 0x10, 0x01, 'i', 0}, "Đi"},
		"composed": {"text/plain", []byte("Đu\u031bo\u031b\u0300ng"), "Đường"},
	} {
		if got, err := Read(c.kind, c.b); err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
		}
	}
}

func TestAPDFThatTakesTooLongIsEnded(t *testing.T) {
	if s, err := portable([]byte("%PDF-1.4\n%%EOF\n"), time.Millisecond); !fault.Is(err, "doc.slow") {
		t.Errorf("%q, %v", s, err)
	}
}

func TestWhatHasNoWordsIsToldWhy(t *testing.T) {
	whole := packedAs(t, "word/document.xml", aWord)
	for name, c := range map[string]struct {
		kind string
		b    []byte
		want string
	}{
		"a picture":          {"image/jpeg", []byte("x"), "doc.scan_only"},
		"an old Word file":   {"application/msword", []byte("\xd0\xcf\x11\xe0"), "doc.no_reader"},
		"half a document":    {docx, whole[:len(whole)/2], "doc.damaged"},
		"no document inside": {docx, packedAs(t, "word/other.xml", aWord), "doc.damaged"},
		"broken XML":         {docx, packedAs(t, "word/document.xml", "<a><b></a>"), "doc.damaged"},
		"an empty document":  {docx, packedAs(t, "word/document.xml", `<a><p></p></a>`), "doc.scan_only"},
		"a bomb":             {docx, packedAs(t, "word/document.xml", "<a><t>"+strings.Repeat(" ", maxXML)+"</t></a>"), "doc.too_large"},
		"too many words":     {"text/plain", bytes.Repeat([]byte("a"), maxRunes+1), "doc.too_large"},
		"another alphabet":   {"text/plain", []byte("\xd3\xe4\xff"), "doc.encoding"},
		"no PDF":             {pdfs, []byte("%PDF-1.7 and nothing else"), "doc.damaged"},
	} {
		if got, err := Read(c.kind, c.b); !fault.Is(err, c.want) {
			t.Errorf("%s: %q, %v, want %s", name, got, err, c.want)
		}
	}
}

// What LibreOffice writes is read back in each format, tone marks and all, and a
// page that is only a picture has no words.
func TestWhatAnOfficeWrites(t *testing.T) {
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("no LibreOffice on this machine: install libreoffice-writer-nogui to try what it writes")
	}
	dir := t.TempDir()
	want := []string{"Kính chào bà con xã Nậm Chảy.", "Đường hoa ở thôn Cốc Râm dài 5 km; ướm thử: ữ ỡ ặ."}
	if err := os.WriteFile(filepath.Join(dir, "loi.txt"), []byte(strings.Join(want, "\n\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	for ext, kind := range map[string]string{"docx": docx, "odt": odt, "pdf": pdfs} {
		out, err := exec.Command("soffice", "--headless", "-env:UserInstallation=file://"+dir+"/profile", "--convert-to", ext, "--outdir", dir,
			filepath.Join(dir, "loi.txt")).CombinedOutput()
		if err != nil {
			t.Fatalf("soffice: %v %s", err, out)
		}
		b, err := os.ReadFile(filepath.Join(dir, "loi."+ext))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(kind, b)
		if err != nil {
			t.Errorf("%s: %v", ext, err)
		}
		for _, line := range want {
			if !strings.Contains(strings.Join(strings.Fields(got), " "), line) {
				t.Errorf("%s is read as %q, without %q", ext, got, line)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(0, packedAs(f, "word/document.xml", aWord))
	f.Add(1, packedAs(f, "content.xml", `<o xmlns:text="t"><text:p>chào</text:p></o>`))
	f.Add(2, []byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, kind int, b []byte) { reads(t, []string{docx, odt, "text/plain"}[uint(kind)%3], b) })
}

func reads(t *testing.T, kind string, b []byte) {
	if s, err := Read(kind, b); err != nil && (fault.Of(err) == nil || s != "") || err == nil && s == "" {
		t.Fatalf("%q, %v", s, err)
	}
}

func FuzzPDF(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\ntrailer<</Root 1 0 " +
		"R>>\nstartxref\n9\n%%EOF"))
	f.Fuzz(func(t *testing.T, b []byte) { reads(t, pdfs, b) })
}
