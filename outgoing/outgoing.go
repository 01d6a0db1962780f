// Package outgoing keeps the register of papers that leave (sổ văn bản đi): which number each was
// given, when, by whom and for what. A number is given once: one that was struck out stays struck out.
//
// Numbers begin at 1 each year (Decree 30/2020/NĐ-CP, Article 15, which leaves it to the head of a body how
// they are given); each kind of paper of a body has its own.
package outgoing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/stations"
)

// Kind is a kind of paper.
type Kind string

// The kinds of papers.
const (
	Report     Kind = "report"
	Minutes    Kind = "minutes"
	Decision   Kind = "decision"
	Plan       Kind = "plan"
	Notice     Kind = "notice"
	Guidance   Kind = "guidance"
	Submission Kind = "submission"
	Invitation Kind = "invitation"
	Letter     Kind = "letter" // an official letter (công văn), which has no mark
)

// Kinds lists them in the order forms offer them.
var Kinds = [...]Kind{Report, Minutes, Decision, Plan, Notice, Guidance, Submission, Invitation, Letter}

// Mark is the kind's abbreviation behind the number; Annex III of Decree 30/2020/NĐ-CP.
func (k Kind) Mark() string {
	switch k {
	case Report:
		return "BC"
	case Minutes:
		return "BB"
	case Decision:
		return "QĐ"
	case Plan:
		return "KH"
	case Notice:
		return "TB"
	case Guidance:
		return "HD"
	case Submission:
		return "TTr"
	case Invitation:
		return "GM"
	}
	return paper.Unmarked
}

// Words says the kind.
func (k Kind) Words(l text.Language) string { return l.Say("outgoing.kind." + string(k)) }

// Issuer is the body whose numbers are counted by themselves: the province's office, that of a
// district, or the committee of a contest.
type Issuer struct {
	District string `json:"district,omitempty"` // official code
	Contest  string `json:"contest,omitempty"`  // ID
	Quiz     string `json:"quiz,omitempty"`     // ID of a knowledge contest of that district, or the province
}

// Where is what an issuer's papers are about, as access is granted.
func (i Issuer) Where() accounts.Where {
	return accounts.Where{District: i.District, Contest: i.Contest}
}

// MayIssue refuses who may not give numbers to papers of that body, nor read its register: an office's are those
// of who closes its weeks, a contest's of its organisers, a knowledge contest's of who runs it. Fault: accounts.denied.
func MayIssue(by accounts.Actor, i Issuer) error {
	if i.Contest != "" {
		return by.Must(accounts.Organise, i.Where())
	}
	if i.Quiz != "" {
		return by.Must(accounts.RunQuiz, i.Where())
	}
	return by.Must(accounts.CloseWeek, i.Where())
}

// IssuerOf is for whom somebody issues papers about that district, or about all she sees for "": the province's
// office if she may, else the one district she has. ok is false where it is nobody, or could be several.
func IssuerOf(by accounts.Actor, district string) (i Issuer, ok bool) {
	switch all, districts, _ := by.Stations(accounts.CloseWeek); {
	case all:
		return Issuer{}, true
	case district != "" && slices.Contains(districts, district):
		return Issuer{District: district}, true
	case district == "" && len(districts) == 1:
		return Issuer{District: districts[0]}, true
	}
	return Issuer{}, false
}

// Entry is one number and what became of it.
type Entry struct {
	ID string `json:"id"`
	Issuer
	Kind   Kind          `json:"kind"`
	Year   int           `json:"year"`
	Number int           `json:"number"`
	Code   string        `json:"code"` // "05/BC-VPĐP"
	Date   stations.Date `json:"date"`
	About  string        `json:"about"`
	Head
	Receivers []string       `json:"receivers,omitempty"` // whom the office sent its papers to
	Of        string         `json:"of,omitempty"`        // the page that draws the paper; "" for one written elsewhere
	Sum       string         `json:"sum,omitempty"`       // SHA-256 of what it says, hex (paper.Sum)
	Lang      text.Language  `json:"language,omitempty"`  // it was drawn in
	At        time.Time      `json:"at"`                  // UTC
	By        accounts.Actor `json:"by"`
	Why       string         `json:"why,omitempty"` // it was struck out, "" while it stands
	EndedBy   string         `json:"ended_by,omitempty"`
	EndedAt   time.Time      `json:"ended_at,omitzero"`
}

// Head is what stood at the head of the paper.
type Head struct {
	Parent string `json:"parent,omitempty" schema:"maxLength=120"`
	Agency string `json:"agency,omitempty" schema:"maxLength=120"`
	Place  string `json:"place,omitempty" schema:"maxLength=120"`
	Symbol string `json:"symbol,omitempty" schema:"maxLength=30"`
}

// Whole reports whether a paper with this head could be signed: it says whose it is, by name and symbol, and where.
func (h Head) Whole() bool { return h.Agency != "" && h.Symbol != "" && h.Place != "" }

// Stands reports whether the number was not struck out.
func (e Entry) Stands() bool { return e.Why == "" }

// Office is the head of the paper that got the number.
func (e Entry) Office() paper.Office {
	return paper.Office{Parent: e.Parent, Agency: e.Agency, Place: e.Place, Symbol: e.Symbol, Number: e.Number, Dated: e.Date.Start(text.Zone),
		To: e.Receivers}
}

// Take asks for a number.
type Take struct {
	Issuer
	Kind   Kind          `json:"kind"`
	Number int           `json:"number,omitempty" schema:"minimum=0 maximum=99999"` // 0 is the next
	Date   stations.Date `json:"date,omitempty"`                                    // "" is today
	About  string        `json:"about" schema:"maxLength=500"`
	Head
	Sure      bool          `json:"sure,omitempty"` // although the number leaves others out, or the last had another symbol or a later day
	Ends      stations.Date `json:"-"`              // the last day it tells of, "" where that is nothing; a page says it
	Receivers []string      `json:"-"`              // so does a page
	Of        string        `json:"-"`              // a page says it, no program
	Sum       string        `json:"sum,omitempty" schema:"maxLength=64"`
	Lang      text.Language `json:"-"`
}

// StrikeOut takes a number back, for good.
type StrikeOut struct {
	ID  string `json:"-"`
	Why string `json:"why" schema:"maxLength=1000"`
}

// The most a number, and the words of an entry, may be.
const (
	MostNumber = 99_999
	mostAbout  = 500
	mostWhy    = 1000
	mostHead   = 120
	mostSymbol = 30
)

// Leap is how many numbers may be left out before one is asked about: a paper book beside Loa takes some.
const Leap = 10

// Facts is what is known before a number is given.
type Facts struct {
	Issued bool   // the body is there
	Last   int    // before the lowest number that may follow those of the series that stand, 0 for none
	Latest *Entry // the highest of the series that stands, nil for none
	Holder *Entry // who has the number that is asked for
	Has    *Entry // the standing number of the paper
}

// Year is the year in whose series the paper is counted.
func (c Take) Year(at time.Time) int {
	day := c.Date
	if day == "" {
		day = stations.DateOf(at.In(text.Zone))
	}
	return day.Start(text.Zone).Year()
}

// DecideTake gives a number. Faults: accounts.denied, outgoing.kind_missing, outgoing.kind_unknown, outgoing.no_issuer, outgoing.about_missing,
// outgoing.head_missing, kit.text_too_long, outgoing.symbol_odd, outgoing.sum_odd, outgoing.date_ahead, outgoing.date_early,
// outgoing.number_range, outgoing.number_taken, outgoing.number_struck, outgoing.numbered, and unless Sure outgoing.number_jumps,
// outgoing.symbol_other, outgoing.date_order.
func DecideTake(f Facts, m accounts.Meta, c Take) (Entry, error) {
	today := stations.DateOf(m.At.In(text.Zone))
	e := Entry{ID: m.NewID(), Issuer: c.Issuer, Kind: c.Kind, Year: c.Year(m.At), Number: c.Number, Date: c.Date, About: text.Line(c.About), Of: c.Of,
		Sum: strings.ToLower(strings.TrimSpace(c.Sum)), Lang: c.Lang, At: m.At.UTC(), By: m.By, Receivers: c.Receivers,
		Head: Head{Parent: text.Line(c.Parent), Agency: text.Line(c.Agency), Place: text.Line(c.Place), Symbol: text.Line(c.Symbol)}}
	if c.District != "" && c.Contest != "" {
		return Entry{}, fault.New(fault.Invalid, "outgoing.no_issuer").At("district")
	}
	if err := MayIssue(m.By, c.Issuer); err != nil {
		return Entry{}, err
	}
	if e.Date == "" {
		e.Date = today
	}
	if e.Number == 0 {
		e.Number = f.Last + 1
	}
	long := func(field, s string, most int) error {
		if n := utf8.RuneCountInString(s); n > most {
			return fault.New(fault.Invalid, "kit.text_too_long", "length", n, "most", most).At(field)
		}
		return nil
	}
	switch {
	case c.Kind == "":
		return Entry{}, fault.New(fault.Invalid, "outgoing.kind_missing").At("kind")
	case !slices.Contains(Kinds[:], c.Kind):
		return Entry{}, fault.New(fault.Invalid, "outgoing.kind_unknown", "text", string(c.Kind), "known", fmt.Sprint(Kinds)).At("kind")
	case !f.Issued:
		return Entry{}, fault.New(fault.Invalid, "outgoing.no_issuer").At("district")
	case e.About == "":
		return Entry{}, fault.New(fault.Invalid, "outgoing.about_missing").At("about")
	case c.Of != "" && !e.Whole():
		return Entry{}, fault.New(fault.Invalid, "outgoing.head_missing") // it would be blank for good
	case e.Date > today || e.Date < "2000":
		return Entry{}, fault.New(fault.Invalid, "outgoing.date_ahead").At("date")
	case c.Ends != "" && e.Date < min(c.Ends, today):
		return Entry{}, fault.New(fault.Invalid, "outgoing.date_early", "day", min(c.Ends, today)).At("date")
	case e.Number < 1 || e.Number > MostNumber:
		return Entry{}, fault.New(fault.Invalid, "outgoing.number_range", "most", MostNumber).At("number")
	case strings.ContainsFunc(e.Symbol, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-.&", r)
	}):
		return Entry{}, fault.New(fault.Invalid, "outgoing.symbol_odd").At("symbol")
	case e.Sum != "" && (len(e.Sum) != 64 || strings.Trim(e.Sum, "0123456789abcdef") != ""):
		return Entry{}, fault.New(fault.Invalid, "outgoing.sum_odd").At("sum")
	}
	for _, x := range []struct {
		field, words string
		most         int
	}{{"about", e.About, mostAbout}, {"symbol", e.Symbol, mostSymbol}, {"parent", e.Parent, mostHead}, {"agency", e.Agency, mostHead},
		{"place", e.Place, mostHead}} {
		if err := long(x.field, x.words, x.most); err != nil {
			return Entry{}, err
		}
	}
	if f.Has != nil {
		return Entry{}, fault.New(fault.Conflict, "outgoing.numbered", "code", f.Has.Code, "by", f.Has.By.Name, "at", f.Has.At)
	}
	if h := f.Holder; h != nil {
		code := "outgoing.number_taken"
		if !h.Stands() {
			code = "outgoing.number_struck"
		}
		return Entry{}, fault.New(fault.Conflict, code, "code", h.Code, "by", h.By.Name, "about", h.About, "next", f.Last+1).At("number")
	}
	e.Code = e.Office().Code(e.Kind.Mark())
	switch was := f.Latest; {
	case c.Sure || was == nil:
	case e.Number > f.Last+1+Leap:
		return Entry{}, fault.New(fault.Conflict, "outgoing.number_jumps", "code", e.Code, "last", was.Code, "next", f.Last+1).At("number")
	case e.Symbol != was.Symbol:
		return Entry{}, fault.New(fault.Conflict, "outgoing.symbol_other", "code", e.Code, "last", was.Code)
	case e.Number > was.Number && e.Date < was.Date, e.Number < was.Number && e.Date > was.Date:
		return Entry{}, fault.New(fault.Conflict, "outgoing.date_order", "code", e.Code, "day", e.Date, "last", was.Code, "was", was.Date).At("date")
	}
	return e, nil
}

// DecideStrikeOut strikes a number out. Faults: accounts.denied, outgoing.struck_already, outgoing.why_missing, kit.text_too_long.
func DecideStrikeOut(e Entry, m accounts.Meta, c StrikeOut) (Entry, error) {
	why := text.Lines(c.Why)
	if err := MayIssue(m.By, e.Issuer); err != nil {
		return e, err
	}
	switch {
	case !e.Stands():
		return e, fault.New(fault.Conflict, "outgoing.struck_already", "code", e.Code, "by", e.EndedBy, "at", e.EndedAt)
	case why == "":
		return e, fault.New(fault.Invalid, "outgoing.why_missing").At("why")
	case utf8.RuneCountInString(why) > mostWhy:
		return e, fault.New(fault.Invalid, "kit.text_too_long", "length", utf8.RuneCountInString(why), "most", mostWhy).At("why")
	}
	e.Why, e.EndedBy, e.EndedAt = why, m.By.Name, m.At.UTC()
	return e, nil
}

// Standing is whether a number still stands.
type Standing string

// A number stands, or was struck out.
const (
	Given  Standing = "given"
	Struck Standing = "struck"
)

// Standings lists them in the order forms offer them.
var Standings = [...]Standing{Given, Struck}

// Year is a year of the register; 0 is none.
type Year int

// UnmarshalText reads a year of four digits. Fault: outgoing.year_odd.
func (y *Year) UnmarshalText(b []byte) error {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 2000 || n > 9999 {
		return fault.New(fault.Invalid, "outgoing.year_odd")
	}
	*y = Year(n)
	return nil
}

// MarshalText writes it as UnmarshalText reads it.
func (y Year) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(y), 10), nil }

// JSONSchema is how the API's document tells of it.
func (Year) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": "^[2-9][0-9]{3}$", "example": "2024"}
}

// Filter is what the register is narrowed by: on its page, in its exports, by the API and the command line.
type Filter struct {
	Q        string   `name:"q"` // in the number, what it is about, and who took it
	Year     Year     `name:"year"`
	Kind     Kind     `name:"paper"`
	State    Standing `name:"standing"`
	Province bool     `name:"province"` // the province's office issued it
	District string   `name:"district"` // whose office issued it
	Contest  string   `name:"contest"`  // ID
}

// Query is what the filter asks of a store. Fault: stations.no_district.
func (f Filter) Query(reg *stations.Registry) (Query, error) {
	q := Query{Words: f.Q, Year: int(f.Year), Kind: f.Kind, State: f.State, Province: f.Province,
		Issuer: Issuer{District: f.District, Contest: f.Contest}}
	return q, reg.CheckDistrict(f.District)
}

// Query selects entries; what is zero asks for nothing.
type Query struct {
	Words string
	Year  int
	Kind  Kind
	State Standing
	Issuer
	Province bool   // of its office alone
	After    string // cursor of the page before, "" for the first
	Limit    int    // at most Most; 0 means so many
}

// Most is the most entries one page holds, and MostLookedAt how many it looks at where few pass.
const Most, MostLookedAt = 500, 5000

// Wants reports whether the query asks for the entry and the actor may know of it. The year is not looked at.
func (q Query) Wants(by accounts.Actor, e Entry) bool {
	return (q.Kind == "" || q.Kind == e.Kind) && (q.State == "" || (q.State == Given) == e.Stands()) &&
		(!q.Province || e.Issuer == Issuer{}) && (q.District == "" || q.District == e.District) && (q.Contest == "" || q.Contest == e.Contest) &&
		q.finds(e.Code+" "+e.About+" "+e.By.Name) &&
		MayIssue(by, e.Issuer) == nil
}

// Store keeps the register. It is safe for concurrent use.
type Store interface {
	Layouts
	// TakeNumber keeps what DecideTake decides. Two who ask at once get different numbers.
	TakeNumber(ctx context.Context, m accounts.Meta, c Take) (Entry, error)
	// StrikeOutNumber keeps what DecideStrikeOut decides. Fault also: outgoing.unknown.
	StrikeOutNumber(ctx context.Context, m accounts.Meta, c StrikeOut) (Entry, error)
	// NumberOf is the standing entry of the paper that a page draws, nil for none. Fault: accounts.denied.
	NumberOf(ctx context.Context, by accounts.Actor, i Issuer, of string) (*Entry, error)
	// Outgoing returns a page of the register, the latest year and number first, and the cursor of the next page, ""
	// at the end. Fault: outgoing.cursor.
	Outgoing(ctx context.Context, by accounts.Actor, q Query) (list []Entry, next string, err error)
}

// Doubted reports whether a number was refused only until somebody is sure of it.
func Doubted(err error) bool {
	return slices.ContainsFunc([]string{"outgoing.number_jumps", "outgoing.symbol_other", "outgoing.date_order"},
		func(code string) bool { return fault.Is(err, code) })
}

// Unknown is the fault outgoing.unknown: there is no such entry.
func Unknown() error { return fault.New(fault.NotFound, "outgoing.unknown") }

// NoSuchPage is the fault outgoing.cursor: Query.After is no cursor this register gave.
func NoSuchPage() error { return fault.New(fault.Invalid, "outgoing.cursor").At("after") }

// finds looks for the words without their accents, or for signs alone as they are.
func (q Query) finds(in string) bool {
	if words := text.Fold(q.Words); words != "" {
		return strings.Contains(text.Fold(in), words)
	}
	return strings.Contains(in, q.Words)
}
