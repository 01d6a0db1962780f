package coverage

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// MaxExcuseAhead is for how many weeks to come a station may be excused: who will
// not air for longer is not active then.
const MaxExcuseAhead = 13

// Asker is somebody who may have asked that a station be excused: she has an account, or stands with
// her telephone number in the station's file. A name that is only typed could be the approver's own.
type Asker struct {
	Person string // ID of her account, "" for who has none
	Name   string
	Role   string // in the station's file
	Phone  string
}

// Key is how a form names her.
func (a Asker) Key() string { return cmp.Or(a.Person, a.Name) }

// As says who she is at the station, "" of who has an account.
func (a Asker) As() string {
	if a.Person != "" {
		return ""
	}
	return strings.TrimPrefix(a.Role+", "+a.Phone, ", ")
}

// Words is how a list names her.
func (a Asker) Words() string {
	if as := a.As(); as != "" {
		return a.Name + " (" + as + ")"
	}
	return a.Name
}

// Askers lists who may have asked the approver to excuse a station that lies at on: others who may ask by
// themselves, and who stands with a telephone number in the station's file.
func Askers(st *stations.Station, on accounts.Where, people *accounts.Directory, approver accounts.Actor) (list []Asker) {
	if st == nil {
		return nil
	}
	named := map[string]bool{text.Fold(approver.Name): true} // in the file she may stand too
	for _, p := range people.People() {
		if p.ID != approver.Person && !p.Disabled && MayAskExcuse(p.Actor(""), on) == nil {
			list, named[text.Fold(p.Name)] = append(list, Asker{Person: p.ID, Name: p.Name}), true
		}
	}
	slices.SortStableFunc(list, func(a, b Asker) int { return strings.Compare(text.Fold(a.Name), text.Fold(b.Name)) })
	var without []Asker
	for _, c := range st.Contacts {
		if c.Phone != "" && !named[text.Fold(c.Name)] {
			without, named[text.Fold(c.Name)] = append(without, Asker{Name: c.Name, Role: c.Role, Phone: c.Phone}), true
		}
	}
	return append(without, list...)
}

// ExcuseFacts are what is known of a station's week when it is to be excused.
type ExcuseFacts struct {
	On      accounts.Where
	Running airing.Week  // the week that runs
	Is      *StationWeek // nil if it was not active in that week
	Closed  bool         // the week is frozen
	Last    Excuse       // what was decided before
	Askers  []Asker
	Waiting []Plea // of the station, that nobody has decided
}

// DecideExcuse says whether the excuse may be recorded in place of the last. A person excuses because another, one of the
// askers, asked her to; what was asked in writing (Plea) is decided there and not around it. Faults:
// accounts.denied, edit.stale, coverage.excused_already, coverage.excuse_gone, coverage.excuse_none, coverage.excuse_reason,
// coverage.excuse_note, coverage.excuse_asker, coverage.excuse_pleaded, coverage.week_closed,
// coverage.not_active, coverage.excuse_ahead, coverage.excuse_aired.
func DecideExcuse(f ExcuseFacts, m accounts.Meta, e Excuse) (Excuse, error) {
	key := text.Line(e.Asked)
	e.Asked, e.AskedBy, e.AskedAs = "", "", ""
	e, err := f.excuse(m, e)
	if err != nil || e.Revoked || m.By.Person == "" {
		return e, err
	}
	for _, p := range f.Waiting {
		if p.From <= e.Week && e.Week <= p.Until {
			return Excuse{}, fault.New(fault.Conflict, "coverage.excuse_pleaded", "by", p.By.Name, "at", p.At)
		}
	}
	asker, ok := askerOf(f.Askers, key)
	if !ok {
		return Excuse{}, fault.New(fault.Invalid, "coverage.excuse_asker").At("asked")
	}
	e.Asked, e.AskedBy, e.AskedAs = asker.Name, asker.Person, asker.As()
	return e, nil
}

// askerOf finds her by the ID of her account, or by a name that only one has.
func askerOf(list []Asker, key string) (found Asker, ok bool) {
	for _, a := range list {
		switch {
		case a.Person == key && key != "":
			return a, true
		case text.Fold(a.Name) == text.Fold(key) && found != Asker{}:
			return Asker{}, false
		case text.Fold(a.Name) == text.Fold(key):
			found = a
		}
	}
	return found, found.Name != ""
}

// excuse is what is kept of an excuse, whoever asked for it.
func (f ExcuseFacts) excuse(m accounts.Meta, e Excuse) (Excuse, error) {
	if err := MayExcuse(m.By, f.On); err != nil {
		return Excuse{}, err
	}
	old := f.Last
	stale := m.Current(old.Edition())
	e.Note = text.Lines(e.Note)
	if e.Revoked { // no reason is needed not to excuse: the record keeps the one that falls
		e.Reason = cmp.Or(e.Reason, old.Reason)
		e.Asked, e.AskedBy, e.AskedAs = old.Asked, old.AskedBy, old.AskedAs
	}
	switch {
	case stale != nil && !e.Revoked && old.Stands(): // the same was decided meanwhile, not the contrary
		return Excuse{}, fault.New(fault.Stale, "coverage.excused_already", "by", old.By, "at", old.At, "note", old.Note)
	case e.Revoked && old.Revoked:
		return Excuse{}, fault.New(fault.Stale, "coverage.excuse_gone", "by", old.By, "at", old.At)
	case stale != nil:
		return Excuse{}, stale
	case f.Is == nil:
		return Excuse{}, fault.New(fault.Invalid, "coverage.not_active", "week", e.Week)
	case f.Closed:
		return Excuse{}, fault.New(fault.Conflict, "coverage.week_closed", "week", e.Week)
	case e.Revoked && !old.Stands():
		return Excuse{}, fault.New(fault.Conflict, "coverage.excuse_none", "week", e.Week)
	case e.Week > f.Running+MaxExcuseAhead:
		return Excuse{}, fault.New(fault.Invalid, "coverage.excuse_ahead", "week", e.Week, "last", f.Running+MaxExcuseAhead)
	case f.Is.State == Aired && !e.Revoked: // it needs no excuse
		return Excuse{}, fault.New(fault.Conflict, "coverage.excuse_aired", "week", e.Week)
	case !slices.Contains(airing.Reasons[:], e.Reason):
		return Excuse{}, fault.New(fault.Invalid, "coverage.excuse_reason").At("reason")
	case !readable(e.Note):
		return Excuse{}, fault.New(fault.Invalid, "coverage.excuse_note").At("note")
	}
	e.By, e.At = m.By.Name, m.At.UTC()
	return e, nil
}

// readable reports whether a reason says something, in at most 1,000 characters.
func readable(reason string) bool { return reason != "" && utf8.RuneCountInString(reason) <= 1000 }
