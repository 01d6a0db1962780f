package kit

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"loa/internal/fault"
	"loa/internal/text"
)

// Incoming is one file that comes whole in one request, read while it arrives.
type Incoming struct {
	Form   Form      // the fields that stand before the file
	Raw    bool      // there is no form: the body is the file itself
	Name   string    // as the sender calls the file, "" if unsaid
	Length int64     // in bytes, -1 if unknown
	Body   io.Reader // nil when a form brings no file
}

// The most fields a form may have before its file, and bytes in each.
const (
	incomingFields = 50
	incomingField  = 4096
)

// ReadIncoming reads a multipart form up to the file in that field, or to its
// end when it brings none; any other body is the file. Faults, those of reading
// Body too: kit.body_cut, kit.body_too_large, kit.no_boundary, kit.file_field (a
// file in another field), kit.field_too_long, kit.fields_too_many.
func (r *Request) ReadIncoming(field string) (Incoming, error) {
	in := Incoming{Form: NewForm(), Length: -1}
	in.Form.r = r
	mt, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mt != "multipart/form-data" {
		in.Raw, in.Length, in.Body = true, r.ContentLength, arriving{r.Body}
		return in, nil
	}
	if params["boundary"] == "" {
		return in, fault.New(fault.Invalid, "kit.no_boundary")
	}
	form := multipart.NewReader(r.Body, params["boundary"])
	for range incomingFields {
		part, err := form.NextPart()
		if err == io.EOF {
			return in, nil
		}
		if err != nil {
			return in, broken(err)
		}
		switch name := part.FormName(); {
		case part.FileName() == "":
		case name == field:
			in.Name, in.Body = part.FileName(), arriving{part}
			return in, nil
		default:
			return in, fault.New(fault.Invalid, "kit.file_field", "field", text.Line(name), "want", field).At(field)
		}
		value, err := io.ReadAll(io.LimitReader(part, incomingField+1))
		if err != nil {
			return in, broken(err)
		}
		if len(value) > incomingField {
			name := text.Line(part.FormName())
			return in, fault.New(fault.TooLarge, "kit.field_too_long", "field", name, "limit", text.Bytes(incomingField), "want", field).At(name)
		}
		in.Form.Values.Add(part.FormName(), text.Lines(string(value)))
	}
	return in, fault.New(fault.TooLarge, "kit.fields_too_many", "most", incomingFields)
}

// ReadFormWith reads a form that brings a file in that field, or one whose file was sent before, as an outbox
// sends it. Faults: those of ReadIncoming.
func (r *Request) ReadFormWith(field string) (in Incoming, err error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return r.ReadIncoming(field)
	}
	f, err := r.ReadForm()
	if err == nil {
		in.Form = *f
	}
	return in, err
}

// arriving names the error of a body that ends too early.
type arriving struct{ io.Reader }

func (a arriving) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	var tooBig *http.MaxBytesError
	if err != nil && err != io.EOF && (errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &tooBig)) {
		err = named(broken(err))
	}
	return n, err
}
