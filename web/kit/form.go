package kit

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// Form holds what somebody typed, so that a page shown again after an error
// keeps every value and puts each sentence beside its field. The zero Form is
// an empty one: give a page NewForm for its hidden change ID.
type Form struct {
	ID     string            // UUID of the change, in the hidden field "id": a double tap is one change
	Values url.Values        // as typed, trimmed, NFC
	Errors map[string]string // sentence by field
	Notice string            // the sentence that belongs to no single field
	Other  string            // ID of the record that stands in the way, "" if none does
	Files  map[string][]*multipart.FileHeader
	Of     string // tag of the edition that it was made from, in the hidden field "of"; "" for what is new
	Was    string // its values as they were made, in the hidden field "was"
	Stale  *Stale // what somebody else changed meanwhile, nil if nothing

	r     *Request
	parts []*fault.Error // collected by the typed readers
	loose *loose         // of a form that was refused
}

// loose are the sentences beside fields that the page has not: nobody would read them.
type loose struct {
	errors map[string]string
	told   string
}

// find looks for the sentences a page does not show.
func (l *loose) find(page string) {
	var missing []string
	for _, field := range slices.Sorted(maps.Keys(l.errors)) {
		if said := l.errors[field]; !strings.Contains(html.UnescapeString(page), said) && !slices.Contains(missing, said) {
			missing = append(missing, said)
		}
	}
	l.told = strings.Join(missing, " ")
}

// Loose is what stands beside no field, since the page shows none of that name.
func (f Form) Loose() string {
	if f.loose == nil {
		return ""
	}
	return f.loose.told
}

// NewForm returns an empty form under a fresh ID. pairs are name, value of
// what stands in it already.
func NewForm(pairs ...string) Form {
	f := Form{ID: NewID(), Values: url.Values{}, Errors: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values.Add(pairs[i], pairs[i+1])
	}
	return f
}

// formMemory is how much of a multipart form stays in memory; files beyond go
// to temporary files that the server removes after the request.
const formMemory = 1 << 20

// FileBody is the MaxBody of a form with files: over every size limit an
// administrator can set. What takes a file holds its limit.
const FileBody = 5_000_000_000

// typedBody is how much a form without a file may hold, with what it carries.
const typedBody = 32 << 20

// ReadFiles is ReadForm of a form whose files may have most bytes each. A longer
// one is cut after one byte more: who takes it finds it too long, and the rest of
// the form is there to be shown again.
func (r *Request) ReadFiles(most int64) (*Form, error) {
	if mt, params, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && mt == "multipart/form-data" {
		c := &cutter{from: multipart.NewReader(r.Body, params["boundary"]), most: most}
		c.to = multipart.NewWriter(&c.ready)
		if c.to.SetBoundary(params["boundary"]) == nil { // else ReadForm says what is wrong
			r.Body = io.NopCloser(c) // the server closes the body that it made itself
		}
	}
	return r.ReadForm()
}

// cutter reads a multipart body as it is, but for files of more than most bytes.
type cutter struct {
	from  *multipart.Reader
	to    *multipart.Writer
	most  int64
	part  io.Reader // what is being read, nil between two
	into  io.Writer
	ready bytes.Buffer
	err   error
}

func (c *cutter) Read(p []byte) (int, error) {
	for c.ready.Len() == 0 && c.err == nil {
		c.step()
	}
	if c.ready.Len() == 0 {
		return 0, c.err
	}
	return c.ready.Read(p)
}

func (c *cutter) step() {
	if c.part == nil {
		part, err := c.from.NextRawPart()
		if err == io.EOF {
			_ = c.to.Close() // into memory
			c.err = io.EOF
			return
		}
		if err == nil {
			c.into, err = c.to.CreatePart(part.Header)
		}
		c.part, c.err = part, err
		if err == nil && part.FileName() != "" {
			c.part = io.LimitReader(part, c.most+1)
		}
		return
	}
	switch _, err := io.CopyN(c.into, c.part, 32<<10); err {
	case nil:
	case io.EOF:
		c.part = nil
	default:
		c.err = err
	}
}

// ReadForm reads a posted form, urlencoded or multipart. Faults:
// kit.not_form, kit.body_cut, kit.body_too_large, kit.id_invalid, those of Kit.Prove.
func (r *Request) ReadForm() (*Form, error) {
	mt, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && mt == "multipart/form-data":
		err = r.ParseMultipartForm(formMemory)
	case err == nil && mt == "application/x-www-form-urlencoded":
		r.Body = http.MaxBytesReader(nil, r.Body, typedBody)
		err = r.ParseForm()
	default:
		return nil, fault.New(fault.Unsupported, "kit.not_form")
	}
	if err != nil {
		return nil, broken(err)
	}
	f := &Form{Values: url.Values{}, Errors: map[string]string{}, r: r}
	for name, vs := range r.PostForm {
		for _, v := range vs {
			f.Values.Add(name, text.Lines(v))
		}
	}
	if r.MultipartForm != nil {
		f.Files = r.MultipartForm.File
	}
	if f.ID = f.Values.Get("id"); f.ID == "" {
		f.ID = NewID()
	}
	f.takeOver()
	if err := CheckID(f.ID, "id"); err != nil {
		return f, err
	}
	return f, r.prove()
}

// Asked is the form of a GET: what the address asks for.
func (r *Request) Asked() *Form {
	f := &Form{Values: url.Values{}, Errors: map[string]string{}, r: r}
	for name, vs := range r.URL.Query() {
		for _, v := range vs {
			f.Values.Add(name, text.Lines(v))
		}
	}
	return f
}

// Secret reports whether what was sent had a passphrase or a PIN, which no page shows again.
func (f Form) Secret() bool {
	return slices.ContainsFunc([]string{"passphrase", "pin", "old"}, f.Values.Has)
}

// Get returns a field's value, "" if absent.
func (f Form) Get(name string) string { return f.Values.Get(name) }

// Without is the form with a field left empty, to be written anew.
func (f Form) Without(name string) Form {
	f.Values = maps.Clone(f.Values)
	f.Values.Del(name)
	return f
}

// All returns every value of a field: the ticked boxes of a group.
func (f Form) All(name string) []string { return f.Values[name] }

// Has reports whether the field holds the value: keeps a box ticked.
func (f Form) Has(name, value string) bool {
	for _, v := range f.Values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Unset reports whether none of the options is chosen and none stands for nothing: a
// browser would choose the first by itself.
func (f Form) Unset(name string, options []Option) bool {
	return len(options) > 0 && !slices.ContainsFunc(options, func(o Option) bool { return o.Value == "" || f.Has(name, o.Value) })
}

// mostCarried is how many bytes a form may carry along, unpacked.
const mostCarried = 64 << 20

// Carry packs a value for a hidden field of a form that comes back, as a plan that a
// person is to see first: the file of a country makes no page too heavy for a phone.
func Carry(v any) string {
	var b bytes.Buffer
	packed := gzip.NewWriter(&b)
	err := json.NewEncoder(packed).Encode(v)
	if err = errors.Join(err, packed.Close()); err != nil {
		panic(fmt.Sprintf("kit: carry %T: %v", v, err)) // commands always encode, into memory
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// Carried reads what Carry put into a field. Fault: kit.body_cut.
func (f Form) Carried(name string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(f.Get(name))
	if err == nil {
		var unpacked *gzip.Reader
		if unpacked, err = gzip.NewReader(bytes.NewReader(raw)); err == nil {
			err = json.NewDecoder(io.LimitReader(unpacked, mostCarried)).Decode(into)
		}
	}
	if err != nil {
		return fault.New(fault.Invalid, "kit.body_cut").Because(err)
	}
	return nil
}

// Bool reports whether a check box is ticked.
func (f Form) Bool(name string) bool { return f.Get(name) != "" }

// typed reads a field; an empty one is the zero value. What cannot be read is
// noted and returned by Err.
func typed[T any](f *Form, name string, read func(string) (T, error)) (v T) {
	s := f.Get(name)
	if s == "" {
		return v
	}
	v, err := read(s)
	if err != nil {
		f.parts = append(f.parts, fault.Of(err).At(name))
	}
	return v
}

// lang is the reader's language; a form nobody sent speaks Vietnamese.
func (f *Form) lang() text.Language {
	if f.r == nil {
		return text.Vietnamese
	}
	return f.r.Lang
}

// Int reads a whole number as text.ReadWhole does; an empty field is 0. What
// cannot be read is noted and returned by Err.
func (f *Form) Int(name string) int { return int(typed(f, name, text.ReadWhole)) }

// Decimal reads a number as text.Language.ReadDecimal does; an empty field is 0.
// What cannot be read is noted and returned by Err.
func (f *Form) Decimal(name string) float64 { return typed(f, name, f.lang().ReadFloat) }

// Minutes reads a length as people write it, "12:30", a bare number as minutes; an
// empty field is 0. What cannot be read is noted and returned by Err.
func (f *Form) Minutes(name string) time.Duration {
	return typed(f, name, func(s string) (time.Duration, error) { return f.lang().ReadLength(s, time.Minute) })
}

// Date reads a day as <input type=date> sends it, or as people write it where a
// browser has no such field: its first instant in text.Zone; an empty field is the
// zero Time.
func (f *Form) Date(name string) time.Time {
	d, err := stations.ParseDate(f.Get(name))
	switch {
	case err != nil:
		f.parts = append(f.parts, fault.New(fault.Invalid, "kit.date_invalid").At(name))
		return time.Time{}
	case d == "":
		return time.Time{}
	}
	return d.Start(text.Zone)
}

// AsInstant is a time as a field has it that Instant reads.
func AsInstant(t time.Time) string { return t.In(text.Zone).Format("2006-01-02T15:04") }

// Instant reads date and time of day as text.ReadInstant does; an empty field is
// the zero Time. What cannot be read is noted and returned by Err.
func (f *Form) Instant(name string) time.Time { return typed(f, name, text.ReadInstant) }

// Wrong notes what a field's own reader could not read, for Err.
func (f *Form) Wrong(name string, err error) { f.parts = append(f.parts, fault.Of(err).At(name)) }

// Err returns the fault of all fields the typed readers could not read, or nil.
func (f *Form) Err() error {
	if len(f.parts) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "kit.form_invalid")
	e.Parts = f.parts
	return e
}

// Typed is what was typed into a field of one form of a page that has several: the one that
// was sent with these pairs of names and values. Of every other it is "".
func (f Form) Typed(name string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if !f.Has(pairs[i], pairs[i+1]) {
			return ""
		}
	}
	return f.Get(name)
}

// TypedWith is Typed of a form that says what it does and hides more pairs.
func (f Form) TypedWith(name, do string, hidden map[string]any) string {
	pairs := []string{"do", do}
	for key, value := range hidden {
		pairs = append(pairs, key, fmt.Sprint(value))
	}
	return f.Typed(name, pairs...)
}

// Refused takes an error that the form's page can tell of: it puts the
// sentences beside their fields, sets the status of the page to come, and
// returns true, so that the form is shown again with what was typed. What is denied
// is among that: making the page says again who may not see it at all.
// Any other error is left to the caller to return.
func (f *Form) Refused(err error) bool {
	var e *fault.Error
	if !errors.As(err, &e) || e.Code == accounts.ProveAgain { // that is a page of its own
		return false
	}
	switch e.Kind {
	case fault.Invalid, fault.Conflict, fault.Denied, fault.TooLarge, fault.Unsupported, fault.Full, fault.Gone, fault.TooMany, fault.NotFound, fault.Stale:
	default:
		return false
	}
	f.r.status = status(e.Kind)
	f.r.wrongIs(e)
	if e.Kind == fault.Conflict || e.Kind == fault.Invalid || e.Kind == fault.Stale {
		f.ID = NewID() // what is sent next is another change
	}
	f.Other, _ = e.Args["other"].(string)
	for _, part := range append([]*fault.Error{e}, e.Parts...) {
		sentence := f.r.Lang.Fault(part)
		switch {
		case part.Field != "" && f.Errors[part.Field] == "":
			f.Errors[part.Field] = sentence
		case f.Notice == "":
			f.Notice = sentence
		case part != e:
			f.Notice += " " + sentence
		}
	}
	f.loose = &loose{errors: f.Errors}
	f.r.loose = f.loose
	return true
}

// RefusedAloud is Refused for a page of buttons, which has no field for every
// sentence: one always stands above.
func (f *Form) RefusedAloud(err error) bool {
	if !f.Refused(err) {
		return false
	}
	if f.Notice == "" {
		f.Notice = f.r.Lang.Fault(err)
	}
	return true
}

// File opens the first file of a field. A missing one is kit.file_missing.
func (f *Form) File(name string) (multipart.File, *multipart.FileHeader, error) {
	hs := f.Files[name]
	if len(hs) == 0 || hs[0].Size == 0 && hs[0].Filename == "" {
		return nil, nil, fault.New(fault.Invalid, "kit.file_missing").At(name)
	}
	file, err := hs[0].Open()
	if err != nil {
		return nil, nil, err
	}
	return file, hs[0], nil
}

// ReadFile reads the first file of a field whole, at most most bytes.
func (f *Form) ReadFile(name string, most int64) ([]byte, *multipart.FileHeader, error) {
	file, h, err := f.File(name)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(http.MaxBytesReader(nil, file, most))
	if err != nil {
		return nil, nil, named(err).At(name)
	}
	return b, h, nil
}

// Option is one choice of a select, a radio group or a group of boxes.
type Option struct {
	Value, Text string
	Hint        string // a second, quieter line
	Group       string // heading of those it stands among, as its district; "" for none
}

// Apart tells options apart that read alike: each whose words another of its group has
// too gets what more says of it behind them.
func Apart(list []Option, more func(value string) string) []Option {
	type words struct{ group, text string }
	n := map[words]int{}
	for _, o := range list {
		n[words{o.Group, strings.ToLower(o.Text)}]++
	}
	out := slices.Clone(list)
	for i, o := range list {
		if n[words{o.Group, strings.ToLower(o.Text)}] < 2 {
			continue
		}
		if what := more(o.Value); what != "" {
			out[i].Text += " (" + what + ")"
		}
	}
	return out
}
