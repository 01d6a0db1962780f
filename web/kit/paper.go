package kit

import (
	"bytes"
	"net/http"
	"strings"

	"loa/internal/fault"
	"loa/internal/paper"
	"loa/internal/sheet"
)

// Letterhead is what a form says of the office at the head of a paper; see Office.
func (f Form) Letterhead() paper.Office {
	return paper.Office{Parent: strings.TrimSpace(f.Get("parent")), Agency: strings.TrimSpace(f.Get("agency")),
		Symbol: strings.TrimSpace(f.Get("symbol")), Place: strings.TrimSpace(f.Get("place"))}
}

// SendPapers answers with papers as a file: "pdf", "docx" or "xlsx", whose name begins with
// name. Fault: kit.not_found for any other kind.
func (r *Request) SendPapers(w http.ResponseWriter, name, as string, list []paper.Paper) error {
	var b bytes.Buffer
	write, mime := paper.XLSX, sheet.XLSXType
	switch as {
	case "xlsx":
	case "pdf":
		write, mime = paper.PDF, paper.PDFType
	case "docx":
		write, mime = paper.DOCX, paper.DOCXType
	default:
		return fault.New(fault.NotFound, "kit.not_found")
	}
	if err := write(&b, list); err != nil {
		return err
	}
	return r.Download(w, name+"."+as, mime, b.Bytes())
}
