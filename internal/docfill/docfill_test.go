package docfill

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"loa/internal/fault"
)

const (
	head  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	space = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"`
	rels  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	rel   = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
)

// made is a DOCX of that body with a header, and parts in place of its own or beside them.
func made(t testing.TB, body string, parts ...string) []byte {
	t.Helper()
	list := [][2]string{
		{"[Content_Types].xml", head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="` + wordTypes + `document.main+xml"/>` +
			`<Override PartName="/word/header1.xml" ContentType="` + wordTypes + `header+xml"/></Types>`},
		{"_rels/.rels", head + rels + `<Relationship Id="rId1" Type="` + rel + `officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/_rels/document.xml.rels", head + rels + `<Relationship Id="rId1" Type="` + rel + `header" Target="header1.xml"/></Relationships>`},
		{"word/header1.xml", head + `<w:hdr ` + space + `><w:p><w:r><w:t>Số {{số}}</w:t></w:r></w:p></w:hdr>`},
		{"word/document.xml", head + `<w:document ` + space + `><w:body>` + body + `<w:sectPr><w:headerReference w:type="default" r:id="rId1" ` +
			`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/><w:pgSz w:w="11906" w:h="16838"/>` +
			`<w:pgMar w:left="1701" w:right="850" w:top="1134" w:bottom="1134"/></w:sectPr></w:body></w:document>`},
	}
	for i := 0; i+1 < len(parts); i += 2 {
		at := -1
		for j, p := range list {
			if p[0] == parts[i] {
				at = j
			}
		}
		if at < 0 {
			list = append(list, [2]string{parts[i], parts[i+1]})
		} else {
			list[at][1] = parts[i+1]
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range list {
		w, err := z.Create(p[0])
		if err == nil {
			_, err = io.WriteString(w, p[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// p is a paragraph with a run for each text.
func p(runs ...string) string {
	s := `<w:p>`
	for _, r := range runs {
		s += `<w:r><w:rPr><w:b/></w:rPr><w:t>` + r + `</w:t></w:r>`
	}
	return s + `</w:p>`
}

func row(cells ...string) string {
	s := `<w:tr>`
	for _, c := range cells {
		s += `<w:tc>` + c + `</w:tc>`
	}
	return s + `</w:tr>`
}

func sample() Values {
	return Values{Words: map[string]string{"số": "05", "tỉ_lệ_phủ": "92,1 %", "nơi_nhận": "- Như trên;\n- Lưu: VT."},
		Rows: map[string][]map[string]string{"huyện": {{"tên": "Bắc Hà", "đã_phát": "19"},
			{"tên": "Sa Pa & <Mường>", "đã_phát": "16"}}, "đài": {{"tên": "Nậm Chảy"}}},
		Blocks: map[string]func(float64) string{"nội_dung": func(wide float64) string {
			if wide < 164 || wide > 167 {
				return p("sai khổ")
			}
			return p("Thân bài.")
		}}}
}

// body is a part of a document.
func body(t testing.TB, doc []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(doc), int64(len(doc)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func filled(t testing.TB, doc []byte, v Values) []byte {
	t.Helper()
	d, err := Read(doc)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := d.Fill(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestMarksAreFilledHoweverTheyLie: whole, in several runs with bookmarks and spelling between them, two in one run, in the
// header, in capitals or without tone marks; a row once for each row of its table; a block instead of its paragraph.
func TestMarksAreFilledHoweverTheyLie(t *testing.T) {
	split := `<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Đạt {</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>{tỉ</w:t></w:r>` +
		`<w:bookmarkStart w:id="0" w:name="x"/><w:r><w:rPr><w:i/></w:rPr><w:t>_lệ_</w:t></w:r><w:bookmarkEnd w:id="0"/>` +
		`<w:r><w:t>phủ}} theo kế hoạch</w:t></w:r></w:p>`
	doc := made(t, split+p("Số {{SỐ}}/{{so}}: {{ Tỉ lệ phủ }}.")+
		`<w:tbl>`+row(p("Huyện"), p("Đã phát"))+row(p("{{huyện.", "tên}}"), p("{{huyện.đã_phát}} của {{số}}"))+`</w:tbl>`+
		`<w:tbl>`+row(p("{{đài_im_lặng.tên}}"))+`</w:tbl>`+
		p("{{nội_dung}}")+p("{{nơi_nhận}}"))
	out := filled(t, doc, sample())
	xml := body(t, out, "word/document.xml")
	for _, want := range []string{
		`<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Đạt 92,1 %</w:t></w:r><w:proofErr w:type="spellStart"/><w:r></w:r>`,
		`<w:t xml:space="preserve"> theo kế hoạch</w:t>`, `Số 05/05: 92,1 %.`,
		`Bắc Hà</w:t></w:r><w:r><w:rPr><w:b/></w:rPr></w:r></w:p></w:tc><w:tc>` + strings.Replace(p("19 của 05"), "<w:t>", `<w:t xml:space="preserve">`, 1),
		`Sa Pa &amp; &lt;Mường&gt;`, p("Thân bài."), `- Như trên;</w:t><w:br/><w:t xml:space="preserve">- Lưu: VT.`,
	} {
		if !strings.Contains(xml, want) {
			t.Errorf("the document lacks %s", want)
		}
	}
	if n := strings.Count(xml, "<w:tr>"); n != 3 || strings.Contains(xml, "{{") || strings.Count(xml, "<w:tbl>") != 1 {
		t.Errorf("%d rows, or marks, or a table of nothing are left:\n%s", n, xml)
	}
	if h := body(t, out, "word/header1.xml"); !strings.Contains(h, "Số 05") {
		t.Errorf("the header: %s", h)
	}
	if !bytes.Equal(out, filled(t, doc, sample())) {
		t.Error("the same values make other bytes")
	}
	if _, err := Read(out); err != nil {
		t.Errorf("what was filled cannot be read: %v", err)
	}
}

// TestACopyOfARowHasNoNamesOfItsOwn: bookmarks and names of paragraphs are there once.
func TestACopyOfARowHasNoNamesOfItsOwn(t *testing.T) {
	doc := made(t, `<w:tbl>`+row(`<w:p w14:paraId="12AB34CD"><w:bookmarkStart w:id="7" w:name="a"/>`+
		`<w:r><w:t>{{huyện.tên}}</w:t></w:r><w:bookmarkEnd w:id="7"/></w:p>`)+`</w:tbl>`)
	xml := body(t, filled(t, doc, sample()), "word/document.xml")
	for once, n := range map[string]int{"paraId": 1, "bookmarkStart": 1, "bookmarkEnd": 1, "<w:tr>": 2} {
		if got := strings.Count(xml, once); got != n {
			t.Errorf("%s stands there %d times, want %d:\n%s", once, got, n, xml)
		}
	}
}

// TestAParagraphThatEndsASectionStays: its marks go, the section does not.
func TestAParagraphThatEndsASectionStays(t *testing.T) {
	doc := made(t, `<w:p><w:pPr><w:sectPr><w:pgSz w:w="11906"/><w:pgMar w:left="1701" w:right="850"/></w:sectPr></w:pPr>`+
		`<w:r><w:t>{{nội_dung}}</w:t></w:r></w:p>`)
	xml := body(t, filled(t, doc, sample()), "word/document.xml")
	if strings.Count(xml, "<w:sectPr>") != 2 || !strings.Contains(xml, "Thân bài.") || strings.Contains(xml, "{{") {
		t.Error(xml)
	}
}

// TestWhatIsWrongWithAMarkIsSaidWithItsPlace: what nobody knows, what is near it, braces left open, a row's mark outside of a
// table, two tables in a row, a block among other words.
func TestWhatIsWrongWithAMarkIsSaidWithItsPlace(t *testing.T) {
	doc := made(t, p("Đạt {{tỉ_lệ_phủ}}")+p("Kỳ này {{tỷ_lệ_phu_kỳ}} so với {{mục_tiêu_của_xã}}")+p("Còn {{số")+p("dở}} dang {{}}")+p("{{huyện.tên}}")+
		`<w:tbl>`+row(p("{{huyện.tên}}"), p("{{đài.tên}}"), p("{{huyện.xã}}"))+`</w:tbl>`+p("Xem: {{nội_dung}}"))
	d, err := Read(doc)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range d.Marks(sample()) {
		if m.Fault != nil {
			got = append(got, m.Fault.Code+" "+m.Around)
		}
	}
	want := []string{"docx.mark_like Kỳ này {{tỷ_lệ_phu_kỳ}} so với {{mục_tiêu_của_xã}}",
		"docx.mark_unknown Kỳ này {{tỷ_lệ_phu_kỳ}} so với {{mục_tiêu_của_xã}}",
		"docx.mark_broken Còn {{số", "docx.mark_broken dở}} dang {{}}", "docx.mark_broken dở}} dang {{}}", "docx.mark_no_row {{huyện.tên}}",
		"docx.mark_two_tables {{đài.tên}}", "docx.mark_unknown {{huyện.xã}}", "docx.mark_not_alone Xem: {{nội_dung}}"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWhatNoOfficeShouldBeServedIsRefused: each with a code of its own, none half read.
func TestWhatNoOfficeShouldBeServedIsRefused(t *testing.T) {
	whole := made(t, p("x"))
	types := body(t, whole, "[Content_Types].xml")
	locked := bytes.Clone(whole)
	locked[6] |= 1
	locked[bytes.Index(locked, []byte("PK\x01\x02"))+8] |= 1
	typed := func(was, is string) []byte {
		return made(t, p("x"), "[Content_Types].xml", strings.ReplaceAll(types, was, is))
	}
	const strict = `<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>`
	field := func(instr string) []byte {
		return made(t, `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>`+instr[:3]+`</w:instrText></w:r><w:r><w:instrText>`+instr[3:]+
			`</w:instrText></w:r></w:p>`)
	}
	related := func(kind, target, mode string) []byte {
		return made(t, p("x"), "word/_rels/settings.xml.rels", head+rels+
			`<Relationship Id="rId1" Type="`+rel+kind+`" Target="`+target+`" TargetMode="`+mode+`"/></Relationships>`)
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"a .docm":               {typed(wordTypes+"document.main", "application/vnd.ms-word.document.macroEnabled.main"), "docx.macros"},
		"a macro beside":        {made(t, p("x"), "word/vbaProject.bin", "x"), "docx.macros"},
		"a template far away":   {related("attachedTemplate", "http://x.example/a.dotm", "External"), "docx.linked"},
		"a picture far away":    {related("image", "https://x.example/a.png", "External"), "docx.linked"},
		"an object":             {made(t, p("x"), "word/embeddings/oleObject1.bin", "x"), "docx.embedded"},
		"a field that runs":     {field("DDEAUTO c:\\\\x"), "docx.fetches"},
		"a field that fetches":  {field(" INCLUDEPICTURE \"http://x\""), "docx.fetches"},
		"a bomb":                {made(t, p("x"), "word/media/a.png", strings.Repeat("\x00", maxUnpacked)), "docx.bomb"},
		"too deep":              {made(t, strings.Repeat("<w:p>", maxDepth+1)+strings.Repeat("</w:p>", maxDepth+1)), "docx.bomb"},
		"too large":             {make([]byte, MaxBytes+1), "docx.too_large"},
		"broken XML":            {made(t, "<w:p>"), "docx.damaged"},
		"broken styles":         {made(t, p("x"), "word/styles.xml", "<a><b></a>"), "docx.damaged"},
		"an entity":             {made(t, p("x"), "word/header1.xml", `<!DOCTYPE x [<!ENTITY a "b">]><w:hdr `+space+`/>`), "docx.damaged"},
		"half a file":           {whole[:len(whole)/2], "docx.damaged"},
		"a way out":             {made(t, p("x"), "../../x.xml", "<x/>"), "docx.damaged"},
		"a password, in a ZIP":  {locked, "docx.locked"},
		"a password":            {[]byte("\xd0\xcf\x11\xe0" + strings.Join(strings.Split("EncryptedPackage", ""), "\x00") + "\x00"), "docx.locked"},
		"an old .doc":           {[]byte("\xd0\xcf\x11\xe0 and more"), "docx.old"},
		"a PDF":                 {[]byte("%PDF-1.7"), "docx.no_docx"},
		"a workbook":            {typed(wordTypes, "application/vnd.openxmlformats-officedocument.spreadsheetml."), "docx.no_docx"},
		"a ZIP of photos":       {made(t, p("x"), "[Content_Types].xml", "")[:0], "docx.no_docx"},
		"strict Open XML":       {made(t, p("x"), "word/document.xml", strict), "docx.strict"},
		"a part that is absent": {typed("header1", "header2"), "docx.damaged"},
	} {
		if _, err := Read(c.b); !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := Read(related("hyperlink", "https://laocai.gov.vn", "External")); err != nil {
		t.Errorf("a link to press: %v", err)
	}
}

// TestAFewWordsDoNotBecomeAMountain: rows of a hostile size end with a fault.
func TestAFewWordsDoNotBecomeAMountain(t *testing.T) {
	d, err := Read(made(t, `<w:tbl>`+row(p("{{huyện.tên}}"+strings.Repeat("a", 1<<20)))+`</w:tbl>`))
	if err != nil {
		t.Fatal(err)
	}
	v := Values{Rows: map[string][]map[string]string{"huyen": make([]map[string]string, 100)}}
	if err := d.Fill(io.Discard, v); !fault.Is(err, "docx.long") {
		t.Errorf("%v", err)
	}
}

// TestLibreOfficeOpensWhatWasFilled: what LibreOffice wrote itself is filled, and it reads the figures back.
func TestLibreOfficeOpensWhatWasFilled(t *testing.T) {
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("no LibreOffice on this machine: install libreoffice-writer-nogui to try what it writes")
	}
	dir := t.TempDir()
	reader := map[string]string{".html": "HTML (StarWriter)", ".docx": "MS Word 2007 XML"}
	convert := func(name, to string) string {
		out, err := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+dir+"/profile", "--headless",
			"--infilter="+reader[filepath.Ext(name)], "--convert-to", to, "--outdir", dir, filepath.Join(dir, name)).CombinedOutput()
		if err != nil {
			t.Fatalf("soffice: %v %s", err, out)
		}
		raw, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(name, filepath.Ext(name))+"."+strings.Split(to, ":")[0]))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	put := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("b.html", []byte(`<meta charset="utf-8"><p>Đạt <b>{{tỉ_</b>lệ_phủ}}</p>`+
		`<table border="1"><tr><td>{{huyện.tên}}</td><td>{{huyện.đã_phát}}</td></tr></table><p>{{nội_dung}}</p>`))
	put("b.docx", filled(t, []byte(convert("b.html", "docx:MS Word 2007 XML")), sample()))
	words := strings.Join(strings.Fields(convert("b.docx", "txt:Text (encoded):UTF8")), " ")
	for _, want := range []string{"Đạt 92,1 %", "Bắc Hà 19 Sa Pa & <Mường> 16"} {
		if !strings.Contains(words, want) {
			t.Errorf("LibreOffice reads %q, without %q", words, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(made(f, p("Đạt {{tỉ", "_lệ_phủ}}")+`<w:tbl>`+row(p("{{huyện.tên}}"))+`</w:tbl>`+p("{{nội_dung}}")))
	f.Add(made(f, p("x"), "word/vbaProject.bin", "x"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) { fills(t, b) })
}

// FuzzBody fills any body of a document: what was filled is read again, and no mark of what is known is left in it.
func FuzzBody(f *testing.F) {
	f.Add(p("Đạt {{tỉ", "_lệ_phủ}}") + `<w:tbl>` + row(p("{{huyện.tên}}")) + `</w:tbl>` + p("{{nội_dung}}"))
	f.Add(`<w:p><w:p>{{</w:p><w:t>a{{{so}}}}</w:t></w:p>`)
	f.Add(`<w:tr><w:tr><w:p><w:t>{{dai.ten}}</w:t></w:p></w:tr><w:p><w:t>{{huyen.ten}}</w:t></w:p></w:tr>`)
	f.Fuzz(func(t *testing.T, s string) { fills(t, made(t, s)) })
}

func fills(t *testing.T, b []byte) {
	d, err := Read(b)
	if err != nil {
		if fault.Of(err) == nil {
			t.Fatalf("%v is no fault", err)
		}
		return
	}
	sound := true
	for _, m := range d.Marks(sample()) {
		sound = sound && m.Fault == nil
	}
	var out bytes.Buffer
	if err := d.Fill(&out, sample()); err != nil {
		if fault.Of(err) == nil {
			t.Fatal(err)
		}
		return
	}
	again, err := Read(out.Bytes())
	if err != nil {
		if out.Len() > MaxBytes {
			return
		}
		t.Fatalf("what was filled: %v", err)
	}
	if list := again.Marks(sample()); sound && len(list) > 0 {
		t.Fatalf("marks are left: %+v", list)
	}
}
