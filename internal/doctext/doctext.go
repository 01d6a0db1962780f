// Package doctext reads the words out of a document somebody sent: DOCX, ODT,
// PDF, plain text. What it reads comes from outside: sizes are bounded, and a
// document that cannot be read is a fault with a reason, never a panic.
package doctext

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"loa/internal/fault"
	"loa/internal/text"
)

// Bounds of what is read: far above any script, far below what would hurt.
const (
	MaxBytes = 20 << 20 // of the document
	maxXML   = 16 << 20 // of the text inside it, unpacked
	maxRunes = 200_000
)

// Read returns the words of a document of that media type, a paragraph a line,
// in NFC. Faults: doc.scan_only (there are no words in it, as in a picture),
// doc.no_reader (a type of which no words are read), doc.locked, doc.damaged, doc.encoding,
// doc.too_large.
func Read(mediaType string, b []byte) (string, error) {
	if len(b) > MaxBytes {
		return "", fault.New(fault.TooLarge, "doc.too_large", "most", MaxBytes>>20)
	}
	var s string
	var err error
	switch kind, _, _ := strings.Cut(mediaType, ";"); {
	case kind == "text/plain":
		s, err = plain(b)
	case kind == "application/pdf":
		s, err = portable(b, maxTime)
	case strings.HasSuffix(kind, ".wordprocessingml.document"):
		s, err = packed(b, "word/document.xml", word)
	case kind == "application/vnd.oasis.opendocument.text":
		s, err = packed(b, "content.xml", openDocument)
	case strings.HasPrefix(kind, "image/"):
		return "", fault.New(fault.Unsupported, "doc.scan_only")
	default:
		return "", fault.New(fault.Unsupported, "doc.no_reader")
	}
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(s) > maxRunes {
		return "", fault.New(fault.TooLarge, "doc.too_large", "most", MaxBytes>>20)
	}
	if s = tidy(s); !strings.ContainsFunc(s, unicode.IsLetter) {
		return "", fault.New(fault.Unsupported, "doc.scan_only")
	}
	return s, nil
}

// tidy is the text without what cannot be printed, at most one empty line
// between paragraphs.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\u00a0':
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	lines := strings.Split(s, "\n")
	out := lines[:0]
	for _, l := range lines {
		l = strings.TrimRight(l, " ")
		if l == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, l)
	}
	return text.Lines(strings.Join(out, "\n"))
}

// plain reads UTF-8, or UTF-16 with its mark, as editors on Windows write it.
func plain(b []byte) (string, error) {
	little, big := bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff})
	if little || big {
		units := make([]uint16, 0, len(b)/2)
		for i := 2; i+1 < len(b); i += 2 {
			if little {
				units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
			} else {
				units = append(units, uint16(b[i+1])|uint16(b[i])<<8)
			}
		}
		return string(utf16.Decode(units)), nil
	}
	if !utf8.Valid(b) {
		return "", fault.New(fault.Unsupported, "doc.encoding")
	}
	return strings.TrimPrefix(string(b), "\ufeff"), nil
}

// packed reads one XML file of a ZIP with a reader of its own.
func packed(b []byte, name string, read func(*xml.Decoder) (string, error)) (string, error) {
	damaged := fault.New(fault.Unsupported, "doc.damaged")
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", damaged.Because(err)
	}
	for _, f := range z.File {
		switch {
		case f.Name != name:
			continue
		case f.Flags&1 != 0:
			return "", fault.New(fault.Unsupported, "doc.locked")
		}
		r, err := f.Open()
		if err != nil {
			return "", damaged.Because(err)
		}
		defer r.Close()
		inside := &io.LimitedReader{R: r, N: maxXML}
		s, err := read(xml.NewDecoder(inside))
		if inside.N <= 0 {
			return "", fault.New(fault.TooLarge, "doc.too_large", "most", MaxBytes>>20)
		}
		if err != nil {
			return "", damaged.Because(err)
		}
		return s, nil
	}
	return "", damaged
}

// word reads the text of WordprocessingML: <w:t> in paragraphs <w:p>. What was
// deleted while changes were tracked is <w:delText>, and is not read.
func word(d *xml.Decoder) (string, error) {
	return walk(d, func(out *strings.Builder, name string, inside *bool) {
		switch name {
		case "t":
			*inside = true
		case "tab":
			out.WriteByte(' ')
		case "br", "cr":
			out.WriteByte('\n')
		}
	}, func(out *strings.Builder, name string, inside *bool) {
		switch name {
		case "t":
			*inside = false
		case "p":
			out.WriteByte('\n')
		}
	})
}

// openDocument reads the text of ODF: whatever stands in <text:p> and <text:h>.
func openDocument(d *xml.Decoder) (string, error) {
	depth := 0
	return walk(d, func(out *strings.Builder, name string, inside *bool) {
		switch name {
		case "p", "h":
			depth++
		case "tracked-changes", "annotation":
			depth -= 1000 // what was deleted, or said beside the text
		case "s", "tab":
			out.WriteByte(' ')
		case "line-break":
			out.WriteByte('\n')
		}
		*inside = depth > 0
	}, func(out *strings.Builder, name string, inside *bool) {
		switch name {
		case "p", "h":
			if depth--; depth == 0 {
				out.WriteByte('\n')
			}
		case "tracked-changes", "annotation":
			depth += 1000
		}
		*inside = depth > 0
	})
}

// walk writes the character data for which the elements around it say inside.
func walk(d *xml.Decoder, start, end func(out *strings.Builder, name string, inside *bool)) (string, error) {
	var out strings.Builder
	inside := false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			start(&out, t.Name.Local, &inside)
		case xml.EndElement:
			end(&out, t.Name.Local, &inside)
		case xml.CharData:
			if inside {
				out.Write(t)
			}
		}
	}
}

// Written is a DOCX with these paragraphs, which Read reads back.
func Written(lines []string) []byte {
	var body strings.Builder
	for _, line := range lines {
		body.WriteString(`<w:p><w:r><w:t xml:space="preserve">`)
		_ = xml.EscapeText(&body, []byte(line)) // into memory
		body.WriteString(`</w:t></w:r></w:p>`)
	}
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" ` +
			`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() +
			`</w:body></w:document>`},
	} {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = w.Write([]byte(head + part[1]))
		}
		if err != nil {
			panic(err) // nothing is refused in memory
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}
