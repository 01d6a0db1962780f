package kit

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"

	"loa/internal/fault"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/outgoing"
	"loa/stations"
)

// PaperNumber is what a page that draws a paper shows of the paper's number in the register; the part paper-number.
type PaperNumber struct {
	Entry   *outgoing.Entry  // nil without one
	May     bool             // she may take one here
	Whole   bool             // its head says all that stays with the number
	Changed bool             // the paper says something else than when it got its number
	Not     string           // why it gets no number yet, "" where it may
	Doubt   bool             // what was asked for is asked about
	Ends    stations.Date    // the last day it tells of, "" where that is nothing
	Form    Form             // to take one
	Of      string           // the page's address
	Layout  *outgoing.Layout // the office's own, which its DOCX follows; nil for the usual one

	store  outgoing.Store
	issuer outgoing.Issuer
	to     []string // the office's receivers
	not    error
	sum    string
	title  string
}

// NumberOf is the number of the paper that the page at that address draws for a body that issues papers, with the body's
// receivers and its own layout of such papers; ok tells whether there is a body for whom she issues them.
func (r *Request) NumberOf(s outgoing.Store, d outgoing.Drawn, i outgoing.Issuer, ok bool, of string) (n PaperNumber, err error) {
	n = PaperNumber{Of: of, store: s, issuer: i, Form: NewForm()}
	if !ok || outgoing.MayIssue(r.Actor, i) != nil {
		return n, nil
	}
	n.May = true
	if of != "" { // a paper that gets no number has no address
		if n.Entry, err = s.NumberOf(r.Context(), r.Actor, i, of); err != nil {
			return n, err
		}
	}
	office, err := s.OfficeOf(r.Context(), r.Actor, i)
	if err != nil {
		return n, err
	}
	n.to = office.Receivers
	at := r.Now
	if n.Entry != nil { // it keeps its looks with its number
		at = n.Entry.At
	}
	n.Layout, err = s.LayoutAt(r.Context(), r.Actor, i, d, at)
	return n, err
}

// Head is the head of the paper, and who receives it: the office as it is asked for, or as it stood when the paper got
// its number.
func (n PaperNumber) Head(asked paper.Office) paper.Office {
	if n.Entry == nil {
		asked.To = n.to
		return asked
	}
	return n.Entry.Office()
}

// SendNumbered answers with papers as SendPapers does, in the office's own layout where they are a DOCX and it has one.
func (r *Request) SendNumbered(w http.ResponseWriter, n PaperNumber, name, as string, list []paper.Paper) error {
	if as != "docx" || n.Layout == nil {
		return r.SendPapers(w, name, as, list)
	}
	_, file, err := n.store.LayoutFile(r.Context(), r.Actor, n.issuer, n.Layout.ID)
	if err != nil {
		return err
	}
	return r.SendOwn(w, name, file, list)
}

// SendOwn answers with papers in an office's own layout.
func (r *Request) SendOwn(w http.ResponseWriter, name string, layout []byte, list []paper.Paper) error {
	own, err := paper.ReadOwn(layout)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := own.DOCX(&b, list); err != nil {
		return err
	}
	return r.Download(w, name+".docx", paper.DOCXType, b.Bytes())
}

// Drawn looks at the papers as they were drawn: whether they still say what got the number.
func (n *PaperNumber) Drawn(r *Request, list []paper.Paper) {
	n.sum = paper.Sum(list)
	for _, p := range list[:min(len(list), 1)] {
		n.Whole = headOf(p.Office).Whole()
		n.title = text.Line(p.Title)
		for _, line := range p.About {
			n.title += " – " + line
		}
	}
	n.Changed = n.Entry != nil && n.Entry.Lang == r.Lang && n.Entry.Sum != n.sum
}

// Refuse says why the paper gets no number yet; nil is no reason.
func (n *PaperNumber) Refuse(r *Request, why *fault.Error) {
	if why != nil {
		n.not, n.Not = why, r.Lang.Fault(why)
	}
}

// Register is where the register shows the number.
func (n PaperNumber) Register() string {
	return "/papers?" + url.Values{"q": {n.Entry.Code}, "year": {strconv.Itoa(n.Entry.Year)}}.Encode()
}

// TakeNumber takes the number that the page's form asks for, for the papers that were drawn, and leads back to the
// page. refused tells that the page is to be shown again instead. Faults also: outgoing.not_here, that of Refuse.
func (r *Request) TakeNumber(w http.ResponseWriter, s outgoing.Store, n *PaperNumber, k outgoing.Kind, o paper.Office) (refused bool, err error) {
	f, err := r.ReadForm()
	if err != nil {
		return false, err
	}
	switch {
	case !n.May:
		return false, fault.New(fault.Denied, "outgoing.not_here")
	case n.not != nil:
		return false, n.not
	}
	c := outgoing.Take{Issuer: n.issuer, Kind: k, Number: f.OutgoingNumber(), About: n.title, Of: n.Of, Sum: n.sum, Lang: r.Lang,
		Head: headOf(o), Sure: f.Bool("sure"), Ends: n.Ends, Receivers: n.to}
	if day := f.Date("date"); !day.IsZero() {
		c.Date = stations.DateOf(day)
	}
	if err = f.Err(); err == nil {
		if _, err = s.TakeNumber(r.Context(), r.Meta(f.ID), c); err == nil {
			return false, r.Redirect(w, n.Of, "outgoing.taken_below")
		}
	}
	n.Form, n.Doubt = *f, outgoing.Doubted(err)
	return n.Form.Refused(err), err
}

// OutgoingNumber reads the field "number" of a form that takes one; an empty field, not 0, is the next. What cannot be
// read is noted and returned by Err.
func (f *Form) OutgoingNumber() int {
	n := f.Int("number")
	if n == 0 && f.Get("number") != "" {
		f.Wrong("number", fault.New(fault.Invalid, "outgoing.number_range", "most", outgoing.MostNumber))
	}
	return n
}

func headOf(o paper.Office) outgoing.Head {
	return outgoing.Head{Parent: o.Parent, Agency: o.Agency, Place: o.Place, Symbol: o.Symbol}
}
