// Package docfill fills the marks of a DOCX that an office made: "{{tỉ_lệ_phủ}}" becomes the share, a row of a table
// that holds "{{huyện.tên}}" is there once for each district, "{{nội_dung}}" alone in its paragraph becomes
// paragraphs and tables. All else stays byte for byte as the office made it.
//
// What it reads comes from outside: sizes are bounded, whatever a word processor would run or fetch is refused, and a
// document that cannot be read is a fault with a reason, never a panic.
package docfill

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"loa/internal/fault"
)

// Bounds of what is read and written: far above what an office makes, far below what would hurt.
const (
	MaxBytes    = 2 << 20  // of the document
	maxUnpacked = 32 << 20 // of all its parts
	maxXML      = 8 << 20  // of a part with words
	maxParts    = 500
	maxNodes    = 300_000 // elements of a part with words
	maxDepth    = 500
	maxFilled   = 64 << 20 // of a part that was filled
)

// Doc is a document that was read.
type Doc struct {
	archive *zip.Reader
	parts   map[string]*part // that may hold marks, by name
	body    string           // the name of the main one
}

const (
	wordSpace    = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	wordTypes    = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	typesOfParts = "[Content_Types].xml"
)

// TooLarge says how large a document may be.
func TooLarge() *fault.Error {
	return fault.New(fault.TooLarge, "docx.too_large", "most", MaxBytes>>20)
}

func damaged(name string, why error) error {
	return fault.New(fault.Unsupported, "docx.damaged", "part", name).Because(why)
}

// Read reads a document. Faults: docx.too_large, docx.old, docx.locked, docx.no_docx, docx.damaged, docx.bomb, docx.macros, docx.linked,
// docx.embedded, docx.fetches, docx.strict.
func Read(b []byte) (*Doc, error) {
	switch {
	case len(b) > MaxBytes:
		return nil, TooLarge()
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0")):
		if bytes.Contains(b, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
			return nil, fault.New(fault.Unsupported, "docx.locked")
		}
		return nil, fault.New(fault.Unsupported, "docx.old")
	case !bytes.HasPrefix(b, []byte("PK")):
		return nil, fault.New(fault.Unsupported, "docx.no_docx")
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, damaged("ZIP", err)
	}
	d := &Doc{archive: z, parts: map[string]*part{}}
	content, err := d.unpack()
	if err != nil {
		return nil, err
	}
	if content[typesOfParts] == nil {
		return nil, fault.New(fault.Unsupported, "docx.no_docx")
	}
	kinds, err := d.kinds(content)
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		switch {
		case path.Ext(f.Name) == ".rels":
			err = relations(f.Name, content[f.Name])
		case path.Ext(f.Name) == ".xml" && kinds[f.Name] == "" && !strings.HasPrefix(f.Name, "customXml/"):
			err = whole(f.Name, content[f.Name])
		}
		if err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		p, err := parse(name, content[name])
		if err != nil {
			return nil, err
		}
		p.main = name == d.body
		p.find()
		d.parts[name] = p
	}
	return d, nil
}

// unpack reads the parts that are XML, and the sizes of all.
func (d *Doc) unpack() (map[string][]byte, error) {
	content, left := map[string][]byte{}, int64(maxUnpacked)
	if len(d.archive.File) > maxParts {
		return nil, fault.New(fault.TooLarge, "docx.bomb")
	}
	for _, f := range d.archive.File {
		_, twice := content[f.Name]
		switch low := strings.ToLower(f.Name); {
		case f.Flags&1 != 0:
			return nil, fault.New(fault.Unsupported, "docx.locked")
		case twice || strings.Contains(f.Name, `\`) || path.IsAbs(f.Name) || strings.Contains("/"+f.Name+"/", "/../"):
			return nil, damaged(f.Name, errors.New("an odd name"))
		case strings.Contains(low, "vbaproject") || strings.Contains(low, "vbadata"):
			return nil, fault.New(fault.Unsupported, "docx.macros")
		case strings.HasPrefix(low, "word/embeddings/") || strings.HasPrefix(low, "word/activex/"):
			return nil, fault.New(fault.Unsupported, "docx.embedded", "part", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, damaged(f.Name, err)
		}
		defer r.Close()
		in := &io.LimitedReader{R: r, N: left + 1}
		raw, err := io.ReadAll(in)
		if left -= int64(len(raw)); left < 0 {
			return nil, fault.New(fault.TooLarge, "docx.bomb")
		}
		if err != nil {
			return nil, damaged(f.Name, err)
		}
		content[f.Name] = raw
	}
	return content, nil
}

// kinds are the parts that may hold marks, with what they are: the main one, headers, footers and notes.
func (d *Doc) kinds(content map[string][]byte) (map[string]string, error) {
	var types struct {
		Default []struct {
			ContentType string `xml:",attr"`
		}
		Override []struct {
			PartName    string `xml:",attr"`
			ContentType string `xml:",attr"`
		}
	}
	if err := unmarshal(content[typesOfParts], &types); err != nil {
		return nil, damaged(typesOfParts, err)
	}
	kinds := map[string]string{}
	all := types.Override
	for _, x := range types.Default {
		all = append(all, struct {
			PartName    string `xml:",attr"`
			ContentType string `xml:",attr"`
		}{ContentType: x.ContentType})
	}
	for _, x := range all {
		low := strings.ToLower(x.ContentType)
		if strings.Contains(low, "macroenabled") || strings.Contains(low, "vbaproject") {
			return nil, fault.New(fault.Unsupported, "docx.macros")
		}
		kind, is := strings.CutPrefix(low, wordTypes)
		name := strings.TrimPrefix(x.PartName, "/")
		switch kind = strings.TrimSuffix(kind, "+xml"); {
		case !is || x.PartName == "":
		case kind == "document.main" && d.body != "":
			return nil, damaged(typesOfParts, errors.New("two documents"))
		case kind == "document.main":
			d.body, kinds[name] = name, kind
		case kind == "header" || kind == "footer" || kind == "footnotes" || kind == "endnotes":
			kinds[name] = kind
		}
	}
	for name := range kinds {
		if content[name] == nil {
			return nil, damaged(name, errors.New("it is not there"))
		}
	}
	if d.body == "" {
		return nil, fault.New(fault.Unsupported, "docx.no_docx")
	}
	return kinds, nil
}

// relations refuses what a word processor would fetch or run because of a part's relations. Where a link leads that
// somebody has to press is the office's business.
func relations(name string, raw []byte) error {
	var list struct {
		Relationship []struct {
			Type       string `xml:",attr"`
			Target     string `xml:",attr"`
			TargetMode string `xml:",attr"`
		}
	}
	if err := unmarshal(raw, &list); err != nil {
		return damaged(name, err)
	}
	for _, x := range list.Relationship {
		kind := strings.ToLower(path.Base(x.Type))
		switch {
		case kind == "vbaproject" || kind == "wordvbadata":
			return fault.New(fault.Unsupported, "docx.macros")
		case kind == "oleobject" || kind == "package" || kind == "control" || kind == "afchunk" || kind == "subdocument":
			return fault.New(fault.Unsupported, "docx.embedded", "part", cmp.Or(path.Base(x.Target), kind))
		case kind == "attachedtemplate" || strings.EqualFold(x.TargetMode, "external") && kind != "hyperlink":
			return fault.New(fault.Unsupported, "docx.linked", "target", shortened(x.Target, 80))
		}
	}
	return nil
}

// whole refuses XML that no word processor could read.
func whole(name string, raw []byte) error {
	for d := xml.NewDecoder(bytes.NewReader(raw)); ; {
		switch t, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return damaged(name, err)
		default:
			if _, declares := t.(xml.Directive); declares {
				return damaged(name, errDeclares)
			}
		}
	}
}

// unmarshal reads small XML that declares nothing of its own.
func unmarshal(raw []byte, v any) error {
	if bytes.Contains(raw, []byte("<!D")) {
		return errDeclares
	}
	return xml.Unmarshal(raw, v)
}

var errDeclares = errors.New("it declares a document type")

// shortened is the beginning of a text, with dots behind it where it was longer.
func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
