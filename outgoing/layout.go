package outgoing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/paper"
	"loa/internal/text"
)

// Drawn is a paper that Loa draws itself.
type Drawn string

// The papers Loa draws that an office may lay out its own way.
const (
	PeriodReport    Drawn = "period_report"
	WeekReport      Drawn = "week_report"
	PlanReport      Drawn = "plan_report"
	LogBook         Drawn = "log_book"
	QuizMinutes     Drawn = "quiz_minutes"
	ContestMinutes  Drawn = "contest_minutes"
	ContestDecision Drawn = "contest_decision"
)

// Drawns lists them in the order forms offer them.
var Drawns = [...]Drawn{PeriodReport, WeekReport, PlanReport, LogBook, QuizMinutes, ContestMinutes, ContestDecision}

// Words says which paper.
func (d Drawn) Words(l text.Language) string { return l.Say("outgoing.drawn." + string(d)) }

// Sample is a paper made up of words that do not vary, for what is drawn from nothing but its head, title and body.
func Sample(l text.Language, d Drawn, at time.Time) []paper.Paper {
	p := paper.Paper{Lang: l, Office: SampleOffice(l), Mark: paper.Unmarked, Date: at, Title: d.Words(l), About: []string{l.Say("mark.sample_about")},
		Body: []paper.Block{paper.Say(l.Say("mark.sample_body")), paper.Table{Columns: []paper.Column{{Name: l.Say("kit.paper_row"), Width: 6, Middle: true},
			{Name: l.Say("outgoing.about"), Width: 40, Places: paper.Words}}, Rows: [][]any{{1, l.Say("mark.sample_body")}}}},
		Signers: []paper.Signer{{Office: l.Say("kit.paper_maker")}, {Office: l.Say("kit.paper_head"), Name: l.Say("mark.sample_name")}}}
	p.Receivers = p.Usual()
	return []paper.Paper{p}
}

// SampleOffice is the head of papers that only show what a layout makes of them.
func SampleOffice(l text.Language) paper.Office {
	return paper.Office{Parent: l.Say("mark.sample_parent"), Agency: l.Say("mark.sample_agency"), Symbol: "VHTT", Place: l.Say("mark.sample_place"), Number: 5,
		To: []string{l.Say("mark.sample_to")}}
}

// Layout is a version of an office's own layout of a paper. One is in use from UsedAt to EndedAt.
type Layout struct {
	ID       string         `json:"id"`
	District string         `json:"district,omitempty"` // whose office it is, official code; "" is the province's
	Drawn    Drawn          `json:"drawn"`
	Version  int            `json:"version"`
	Name     string         `json:"name"` // as its maker called the file
	Bytes    int            `json:"bytes"`
	Sum      string         `json:"sum"`   // SHA-256 of the file, hex
	Wrong    int            `json:"wrong"` // marks that are wrong: it cannot be used
	At       time.Time      `json:"at"`    // UTC
	By       accounts.Actor `json:"by"`
	UsedAt   time.Time      `json:"used_at,omitzero"`
	UsedBy   string         `json:"used_by,omitempty"`
	EndedAt  time.Time      `json:"ended_at,omitzero"`
	EndedBy  string         `json:"ended_by,omitempty"`
}

// Stage is how far a version of a layout has come.
type Stage string

// A version is tried, used, or was laid aside.
const (
	Tried Stage = "tried"
	InUse Stage = "in_use"
	Aside Stage = "aside"
)

// Stages lists them.
var Stages = [...]Stage{Tried, InUse, Aside}

// Stage is how far it has come.
func (l Layout) Stage() Stage {
	switch {
	case !l.EndedAt.IsZero():
		return Aside
	case !l.UsedAt.IsZero():
		return InUse
	}
	return Tried
}

// Held reports whether its file is kept: one that was never used is not, once another takes its place.
func (l Layout) Held() bool { return l.EndedAt.IsZero() || !l.UsedAt.IsZero() }

// UsedThen reports whether it was in use at that moment.
func (l Layout) UsedThen(at time.Time) bool {
	return !l.UsedAt.IsZero() && !l.UsedAt.After(at) && (l.EndedAt.IsZero() || l.EndedAt.After(at))
}

// Issuer is the body whose papers it lays out.
func (l Layout) Issuer() Issuer { return Issuer{District: l.District} }

// LayoutID is the ID of a version, whose beginning it shares with all versions of the paper for that office.
func LayoutID(district string, d Drawn, version int) string {
	if district == "" {
		district = provinces
	}
	return fmt.Sprintf("%s.%s.%04d", d, district, version)
}

// OfficeOfLayout is the office of a version, by its ID.
func OfficeOfLayout(id string) (i Issuer) {
	if parts := strings.Split(id, "."); len(parts) == 3 && parts[1] != provinces {
		i.District = parts[1]
	}
	return i
}

// provinces stands for the province's office in IDs; no district has it for its code.
const provinces = "tinh"

// mostVersions is how many there may be of one paper of an office.
const mostVersions = 9999

// TryLayout brings a file, which is used when somebody says so. Only NewLayout makes one.
type TryLayout struct {
	District string `json:"district,omitempty"`
	Drawn    Drawn  `json:"drawn"`
	Name     string `json:"name,omitempty"`
	Sum      string `json:"sum"`
	Wrong    int    `json:"wrong"`
	file     []byte
}

// File is what was brought.
func (c TryLayout) File() []byte { return c.file }

// NewLayout reads a file as a layout of papers like the sample. Faults: those of paper.ReadOwn, at "file".
func NewLayout(district string, d Drawn, name string, file []byte, sample []paper.Paper) (TryLayout, error) {
	own, err := paper.ReadOwn(file)
	if e := fault.Of(err); e != nil {
		return TryLayout{}, e.At("file")
	}
	if err != nil {
		return TryLayout{}, err
	}
	sum := sha256.Sum256(file)
	c := TryLayout{District: district, Drawn: d, Name: text.Line(name), Sum: hex.EncodeToString(sum[:]), file: file}
	if r := []rune(c.Name); len(r) > mostHead {
		c.Name = string(r[:mostHead])
	}
	found, _ := own.Marks(sample)
	for _, m := range found {
		if m.Fault != nil {
			c.Wrong++
		}
	}
	return c, nil
}

// DecideLayout takes a file; issued tells whether there is such an office, last is the number of the version before. Faults:
// accounts.denied, outgoing.no_issuer, outgoing.drawn_unknown, outgoing.versions_full.
func DecideLayout(issued bool, last int, m accounts.Meta, c TryLayout) (Layout, error) {
	l := Layout{ID: LayoutID(c.District, c.Drawn, last+1), District: c.District, Drawn: c.Drawn, Version: last + 1, Name: c.Name, Bytes: len(c.file),
		Sum: c.Sum, Wrong: c.Wrong, At: m.At.UTC(), By: m.By}
	if err := MayIssue(m.By, l.Issuer()); err != nil {
		return l, err
	}
	switch {
	case !issued:
		return l, fault.New(fault.Invalid, "outgoing.no_issuer").At("district")
	case !slices.Contains(Drawns[:], c.Drawn):
		return l, fault.New(fault.Invalid, "outgoing.drawn_unknown").At("drawn")
	case l.Version > mostVersions:
		return l, fault.New(fault.Conflict, "outgoing.versions_full")
	}
	return l, nil
}

// MoveLayout puts a version to use, or lays it aside: the usual layout is back then.
type MoveLayout struct {
	ID  string `json:"-"`
	Use bool   `json:"use"`
}

// DecideMove puts a version to use, or lays it aside. Faults: accounts.denied, outgoing.layout_aside, outgoing.layout_used,
// outgoing.layout_wrong.
func DecideMove(l Layout, m accounts.Meta, c MoveLayout) (Layout, error) {
	if err := MayIssue(m.By, l.Issuer()); err != nil {
		return l, err
	}
	switch {
	case l.Stage() == Aside:
		return l, fault.New(fault.Conflict, "outgoing.layout_aside", "by", l.EndedBy, "at", l.EndedAt)
	case !c.Use:
		l.EndedAt, l.EndedBy = m.At.UTC(), m.By.Name
	case l.Stage() == InUse:
		return l, fault.New(fault.Conflict, "outgoing.layout_used", "by", l.UsedBy, "at", l.UsedAt)
	case l.Wrong > 0:
		return l, fault.New(fault.Conflict, "outgoing.layout_wrong", "n", l.Wrong)
	default:
		l.UsedAt, l.UsedBy = m.At.UTC(), m.By.Name
	}
	return l, nil
}

// Replaced is a version whose place another takes that has just come as far, and whether it does: of a paper one is tried,
// and one is used.
func Replaced(l, by Layout) (Layout, bool) {
	if l.ID == by.ID || by.Stage() == Aside || l.Stage() != by.Stage() {
		return l, false
	}
	l.EndedAt, l.EndedBy = by.At, by.By.Name
	if by.Stage() == InUse {
		l.EndedAt, l.EndedBy = by.UsedAt, by.UsedBy
	}
	return l, true
}

// UnknownLayout is the fault of a version that is not there.
func UnknownLayout() error { return fault.New(fault.NotFound, "outgoing.layout_unknown") }

// Office is what an office says the same on all its papers.
type Office struct {
	District  string   `json:"district,omitempty"` // official code; "" is the province's
	Receivers []string `json:"receivers"`          // of its papers, "Như trên"
	accounts.Touch
}

// Edition tells a state of it from others.
func (o Office) Edition() accounts.Edition { return accounts.EditionOf(o.Touch, o.Receivers) }

// SaveOffice changes what an office says on its papers.
type SaveOffice struct {
	District  string   `json:"-"`
	Receivers []string `json:"receivers" schema:"maxItems=20"`
}

// The most receivers an office has, and letters of one.
const (
	mostReceivers = 20
	mostReceiver  = 200
)

// DecideOffice changes what an office says on its papers; issued tells whether there is such an office. What stands around a
// receiver on paper, "- …;" and the archive behind the last, may be typed and is taken away. Faults: accounts.denied,
// outgoing.no_issuer, edit.stale, outgoing.receivers_many, kit.text_too_long.
func DecideOffice(issued bool, was Office, m accounts.Meta, c SaveOffice) (Office, error) {
	o := Office{District: c.District}
	if err := MayIssue(m.By, Issuer{District: c.District}); err != nil {
		return was, err
	}
	if !issued {
		return was, fault.New(fault.Invalid, "outgoing.no_issuer").At("district")
	}
	if err := m.Current(was.Edition()); err != nil {
		return was, err
	}
	archive := text.Fold(text.Vietnamese.Say("kit.paper_archive"))
	for _, r := range c.Receivers {
		r = strings.TrimSpace(strings.TrimRight(strings.TrimLeft(text.Line(r), "-–+ "), ";., "))
		if n := utf8.RuneCountInString(r); n > mostReceiver {
			return was, fault.New(fault.Invalid, "kit.text_too_long", "length", n, "most", mostReceiver).At("receivers")
		}
		if r != "" && text.Fold(r) != archive {
			o.Receivers = append(o.Receivers, r)
		}
	}
	if len(o.Receivers) > mostReceivers {
		return was, fault.New(fault.Invalid, "outgoing.receivers_many", "most", mostReceivers).At("receivers")
	}
	o.Touch = m.Touch(was, o)
	return o, nil
}

// Layouts keeps what offices say on their papers, and how they lay them out. It is safe for concurrent use.
type Layouts interface {
	// OfficeOf is what the office of a body says on its papers: the district's, else the province's. Fault: accounts.denied.
	OfficeOf(ctx context.Context, by accounts.Actor, i Issuer) (Office, error)
	// SaveOffice keeps what DecideOffice decides.
	SaveOffice(ctx context.Context, m accounts.Meta, c SaveOffice) (Office, error)
	// Layouts are the versions of an office's layouts, of each paper the last first. Fault: accounts.denied.
	Layouts(ctx context.Context, by accounts.Actor, i Issuer) ([]Layout, error)
	// LayoutAt is the layout that was in use at that moment for a paper of the body, nil for none. Fault: accounts.denied.
	LayoutAt(ctx context.Context, by accounts.Actor, i Issuer, d Drawn, at time.Time) (*Layout, error)
	// LayoutFile is a version and its file, nil where that is kept no more. Faults: outgoing.layout_unknown, accounts.denied.
	LayoutFile(ctx context.Context, by accounts.Actor, i Issuer, id string) (Layout, []byte, error)
	// TryLayout keeps what DecideLayout decides. The version that was tried before it gives way.
	TryLayout(ctx context.Context, m accounts.Meta, c TryLayout) (Layout, error)
	// MoveLayout keeps what DecideMove decides. The version that was in use gives way to one that is put to use. Fault also:
	// outgoing.layout_unknown.
	MoveLayout(ctx context.Context, m accounts.Meta, c MoveLayout) (Layout, error)
}
