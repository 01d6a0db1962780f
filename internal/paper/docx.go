package paper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// DOCXType is the media type of a DOCX.
const DOCXType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// DOCX writes papers as one document that an office can edit, each paper on pages of
// its own that count from 1. Only writing itself can fail.
func DOCX(w io.Writer, list []Paper) error {
	var d document
	for i, p := range list {
		compose(&d, p, i == len(list)-1)
	}
	z := zip.NewWriter(w)
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", packageParts}, {"word/_rels/document.xml.rels", documentParts},
		{"word/styles.xml", styles()}, {"word/header1.xml", header()},
		{"word/document.xml", xmlHead + `<w:document ` + wordSpace + `><w:body>` + d.String() + `</w:body></w:document>`},
	} {
		f, err := z.Create(part.name)
		if err == nil {
			_, err = io.WriteString(f, part.content)
		}
		if err != nil {
			return fmt.Errorf("paper: write %s: %w", part.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("paper: write: %w", err)
	}
	return nil
}

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordSpace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + DOCXType + `.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
		`<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/></Types>`
	packageParts = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	documentParts = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/></Relationships>`
)

func styles() string {
	return xmlHead + `<w:styles ` + wordSpace + `><w:docDefaults><w:rPrDefault><w:rPr>` + fmt.Sprintf(
		`<w:rFonts w:ascii="%[1]s" w:hAnsi="%[1]s" w:eastAsia="%[1]s" w:cs="%[1]s"/><w:sz w:val="%[2]d"/><w:szCs w:val="%[2]d"/><w:lang w:val="vi-VN"/>`,
		Font, halves(BodySize)) + `</w:rPr></w:rPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>`
}

// header is the number of a page, in the middle of the top margin.
func header() string {
	return xmlHead + `<w:hdr ` + wordSpace + `><w:p><w:pPr><w:jc w:val="center"/></w:pPr>` +
		`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>` +
		`<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>`
}

// Word measures letters in halves of a point and all else in twentieths (twips).
func halves(points float64) int { return int(math.Round(points * 2)) }
func twips(mm float64) int      { return int(math.Round(mm / 25.4 * 1440)) }

// document is the body as it is being written.
type document struct{ strings.Builder }

// line writes a paragraph.
func (d *document) line(words string, s style) {
	if s.size == 0 {
		s.size = BodySize
	}
	if s.jc == "" {
		s.jc = "left"
	}
	lines := 240
	if !s.tight {
		lines = int(math.Round(240 * Lines))
	}
	d.WriteString(`<w:p><w:pPr>`)
	if s.keep {
		d.WriteString(`<w:keepNext/>`)
	}
	fmt.Fprintf(d, `<w:spacing w:before="%d" w:after="%d" w:line="%d" w:lineRule="auto"/>`, int(s.before*20), int(s.after*20), lines)
	switch {
	case s.indent:
		fmt.Fprintf(d, `<w:ind w:firstLine="%d"/>`, twips(Indent))
	case s.hanging:
		fmt.Fprintf(d, `<w:ind w:left="%d" w:hanging="%d"/>`, twips(Indent+4), twips(4))
	}
	fmt.Fprintf(d, `<w:jc w:val="%s"/></w:pPr>`, s.jc)
	if words != "" {
		d.run(words, s)
	}
	d.WriteString(`</w:p>`)
	if s.rule > 0 {
		side := twips(s.room * (1 - s.rule) / 2)
		fmt.Fprintf(d, `<w:p><w:pPr>%s<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>`+
			`<w:spacing w:before="20" w:after="0" w:line="60" w:lineRule="exact"/><w:ind w:left="%[2]d" w:right="%[2]d"/></w:pPr></w:p>`, kept(s.keep), side)
	}
}

func kept(keep bool) string {
	if keep {
		return `<w:keepNext/>`
	}
	return ""
}

func (d *document) run(words string, s style) {
	d.WriteString(`<w:r><w:rPr>`)
	if s.bold {
		d.WriteString(`<w:b/><w:bCs/>`)
	}
	if s.italic {
		d.WriteString(`<w:i/><w:iCs/>`)
	}
	fmt.Fprintf(d, `<w:sz w:val="%[1]d"/><w:szCs w:val="%[1]d"/></w:rPr>`, halves(s.size))
	for i, line := range strings.Split(words, "\n") {
		if i > 0 {
			d.WriteString(`<w:br/>`)
		}
		d.WriteString(`<w:t xml:space="preserve">` + plainXML(line) + `</w:t>`)
	}
	d.WriteString(`</w:r>`)
}

// plainXML is text as XML holds it: composed, for Word sets no marks on letters by
// itself, and without what XML cannot say.
func plainXML(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(norm.NFC.String(s))) // a buffer takes all
	return b.String()
}

// side writes rows of cells side by side, without frames, each on one page.
func (d *document) side(rows ...[]cell) {
	d.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/>` +
		`<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`)
	for _, c := range rows[0] {
		fmt.Fprintf(d, `<w:gridCol w:w="%d"/>`, twips(c.mm))
	}
	d.WriteString(`</w:tblGrid>`)
	for _, cells := range rows {
		d.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
		for _, c := range cells {
			fmt.Fprintf(d, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, twips(c.mm))
			c.write()
			d.WriteString(`</w:tc>`)
		}
		d.WriteString(`</w:tr>`)
	}
	d.WriteString(`</w:tbl>`)
}

func (*document) begin(float64) {} // lines are as wide as the page lets them

func (d *document) table(t Table, cells [][]Cell, wide float64, signed bool) {
	widths, size := t.fitted(cells, wide)
	d.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		fmt.Fprintf(d, `<w:%s w:val="single" w:sz="4" w:space="0" w:color="000000"/>`, side)
	}
	fmt.Fprintf(d,
		`</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="%[1]d" w:type="dxa"/><w:right w:w="%[1]d" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`,
		twips(cellSide))
	for _, mm := range widths {
		fmt.Fprintf(d, `<w:gridCol w:w="%d"/>`, twips(mm))
	}
	d.WriteString(`</w:tblGrid>`)
	row := func(flags string, n int, write func(i int, c Column)) {
		d.WriteString(`<w:tr><w:trPr><w:cantSplit/>` + flags + `</w:trPr>`)
		for i, c := range t.Columns[:n] {
			fmt.Fprintf(d, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`, twips(widths[i]))
			write(i, c)
			d.WriteString(`</w:tc>`)
		}
		d.WriteString(`</w:tr>`)
	}
	row(`<w:tblHeader/>`, len(t.Columns), func(_ int, c Column) {
		d.line(c.Name, style{size: size, bold: true, jc: "center", tight: true, keep: true})
	})
	for i, words := range cells {
		keep := signed && i >= len(cells)-stay
		row("", len(t.Columns), func(j int, c Column) {
			s := style{size: size, tight: true, keep: keep, bold: words[j].Sum}
			switch {
			case c.Middle:
				s.jc = "center"
			case words[j].Number:
				s.jc = "right"
			}
			d.line(words[j].Text, s)
		})
	}
	d.WriteString(`</w:tbl>`)
	d.line("", style{size: Apart, tight: true, keep: signed})
}

// pages ends the pages of a paper: their size, margins and numbers. Those of the last
// paper stand at the end of the document itself.
func (d *document) pages(p Paper, last bool) {
	size, m := `w:w="11906" w:h="16838"`, [4]float64{Top, Bottom, Left, Right}
	if p.Across {
		size, m = `w:w="16838" w:h="11906" w:orient="landscape"`, [4]float64{TurnedTop, TurnedBottom, TurnedLeft, TurnedRight}
	}
	section := fmt.Sprintf(`<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:type w:val="nextPage"/><w:pgSz %s/>`+
		`<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="%d" w:footer="0" w:gutter="0"/><w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>`,
		size, twips(m[0]), twips(m[3]), twips(m[1]), twips(m[2]), twips(m[0]/2))
	if !last {
		section = `<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>` + section + `</w:pPr></w:p>`
	} else {
		section = `<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>` + section
	}
	d.WriteString(section)
}
