package coverage

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
)

// MaxExcuseAhead is for how many weeks to come a station may be excused: who will
// not air for longer is not active then.
const MaxExcuseAhead = 13

// DecideExcuse says whether the excuse may be recorded in place of old. is is how the
// week of the station stands, nil if it was not active in that week; closed that the week is frozen. Faults:
// accounts.denied, edit.stale, coverage.excused_already, coverage.excuse_gone, coverage.excuse_none, coverage.excuse_reason,
// coverage.excuse_note, coverage.excuse_asker, coverage.excuse_own, coverage.week_closed,
// coverage.not_active, coverage.excuse_ahead, coverage.excuse_aired. running is the week that runs.
func DecideExcuse(m accounts.Meta, on accounts.Where, running airing.Week, is *StationWeek, closed bool, old, e Excuse) (Excuse, error) {
	if err := m.By.Must(accounts.ExcuseStation, on); err != nil {
		return Excuse{}, err
	}
	stale := m.Current(old.Edition())
	e.Note = text.Lines(e.Note)
	if e.Revoked { // no reason is needed not to excuse: the record keeps the one that falls
		e.Reason, e.Asked = cmp.Or(e.Reason, old.Reason), old.Asked
	}
	e.Asked = text.Line(e.Asked)
	switch {
	case stale != nil && !e.Revoked && old.Stands(): // the same was decided meanwhile, not the contrary
		return Excuse{}, fault.New(fault.Stale, "coverage.excused_already", "by", old.By, "at", old.At, "note", old.Note)
	case e.Revoked && old.Revoked:
		return Excuse{}, fault.New(fault.Stale, "coverage.excuse_gone", "by", old.By, "at", old.At)
	case stale != nil:
		return Excuse{}, stale
	case is == nil:
		return Excuse{}, fault.New(fault.Invalid, "coverage.not_active", "week", e.Week)
	case closed:
		return Excuse{}, fault.New(fault.Conflict, "coverage.week_closed", "week", e.Week)
	case e.Revoked && !old.Stands():
		return Excuse{}, fault.New(fault.Conflict, "coverage.excuse_none", "week", e.Week)
	case e.Week > running+MaxExcuseAhead:
		return Excuse{}, fault.New(fault.Invalid, "coverage.excuse_ahead", "week", e.Week, "last", running+MaxExcuseAhead)
	case is.State == Aired && !e.Revoked: // it needs no excuse
		return Excuse{}, fault.New(fault.Conflict, "coverage.excuse_aired", "week", e.Week)
	case !slices.Contains(airing.Reasons[:], e.Reason):
		return Excuse{}, fault.New(fault.Invalid, "coverage.excuse_reason").At("reason")
	case !e.Revoked && m.By.Person != "" && (e.Asked == "" || utf8.RuneCountInString(e.Asked) > 120):
		return Excuse{}, fault.New(fault.Invalid, "coverage.excuse_asker").At("asked")
	case !e.Revoked && m.By.Person != "" && text.Fold(e.Asked) == text.Fold(m.By.Name):
		return Excuse{}, fault.New(fault.Denied, "coverage.excuse_own").At("asked")
	case !readable(e.Note):
		return Excuse{}, fault.New(fault.Invalid, "coverage.excuse_note").At("note")
	}
	e.By, e.At = m.By.Name, m.At.UTC()
	return e, nil
}

// readable reports whether a reason says something, in at most 1,000 characters.
func readable(reason string) bool { return reason != "" && utf8.RuneCountInString(reason) <= 1000 }
