package kit

import (
	"bytes"
	"net/http"

	"loa/internal/fault"
	"loa/internal/sheet"
)

// SendTable answers with rows as a file to keep, called name; format is
// "xlsx" or "csv", "" is xlsx. Fault: sheet.format_unknown.
func (r *Request) SendTable(w http.ResponseWriter, format, name string, rows [][]any) error {
	var b bytes.Buffer
	var err error
	contentType := sheet.XLSXType
	switch format {
	case "csv":
		contentType, err = sheet.CSVType, sheet.CSV(&b, rows)
	case "", "xlsx":
		format, err = "xlsx", sheet.XLSX(&b, "Loa", rows)
	default:
		err = fault.New(fault.Invalid, "sheet.format_unknown").At("format")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+"."+format+`"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes()) // the client may have gone; nobody is left to tell
	return nil
}
