package kit

import (
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
	Entry   *outgoing.Entry // nil without one
	May     bool            // she may take one here
	Whole   bool            // its head says all that stays with the number
	Changed bool            // the paper says something else than when it got its number
	Early   bool            // it is still being judged, and no paper to be numbered
	Doubt   bool            // what was asked for is asked about
	Ends    stations.Date   // the last day it tells of, "" where that is nothing
	Form    Form            // to take one
	Of      string          // the page's address

	issuer outgoing.Issuer
	sum    string
	title  string
}

// NumberOf is the number of the paper that the page at that address draws for a body that issues papers; ok
// tells whether there is one for whom she does.
func (r *Request) NumberOf(s outgoing.Store, i outgoing.Issuer, ok bool, of string) (n PaperNumber, err error) {
	n = PaperNumber{Of: of, issuer: i, Form: NewForm()}
	if !ok || outgoing.MayIssue(r.Actor, i) != nil {
		return n, nil
	}
	n.May = true
	n.Entry, err = s.NumberOf(r.Context(), r.Actor, i, of)
	return n, err
}

// Head is the head of the paper: the office as it is asked for, or as it stood when the paper got its number.
func (n PaperNumber) Head(asked paper.Office) paper.Office {
	if n.Entry == nil {
		return asked
	}
	return n.Entry.Office()
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

// Register is where the register shows the number.
func (n PaperNumber) Register() string {
	return "/papers?" + url.Values{"q": {n.Entry.Code}, "year": {strconv.Itoa(n.Entry.Year)}}.Encode()
}

// TakeNumber takes the number that the page's form asks for, for the papers that were drawn, and leads back to the
// page. refused tells that the page is to be shown again instead.
func (r *Request) TakeNumber(w http.ResponseWriter, s outgoing.Store, n *PaperNumber, k outgoing.Kind, o paper.Office) (refused bool, err error) {
	f, err := r.ReadForm()
	if err != nil {
		return false, err
	}
	c := outgoing.Take{Issuer: n.issuer, Kind: k, Number: f.Int("number"), About: n.title, Of: n.Of, Sum: n.sum, Lang: r.Lang,
		Head: headOf(o), Sure: f.Bool("sure"), Ends: n.Ends}
	if day := f.Date("date"); !day.IsZero() {
		c.Date = stations.DateOf(day)
	}
	if n.Early {
		return false, fault.New(fault.Conflict, "outgoing.early")
	}
	if err = f.Err(); err == nil {
		if _, err = s.TakeNumber(r.Context(), r.Meta(f.ID), c); err == nil {
			return false, r.Redirect(w, n.Of, "outgoing.taken_below")
		}
	}
	n.Form, n.Doubt = *f, outgoing.Doubted(err)
	return n.Form.Refused(err), err
}

func headOf(o paper.Office) outgoing.Head {
	return outgoing.Head{Parent: o.Parent, Agency: o.Agency, Place: o.Place, Symbol: o.Symbol}
}
