package scheduler

import (
	"cmp"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

const maxMinutes = 10 * 60

// MaxPerDay is how often a rule may air on one day: every hour, and no more.
const MaxPerDay = 24

// DecideRule makes a rule, or begins its next version. What was planned
// before m.At stays as it was; a new rule may say what was planned from a day
// in the past. Dates are days in text.Zone. Faults: accounts.denied, edit.stale,
// schedule.rule_unknown, .programme_unknown, those of ParseLine,
// .minutes_range, .no_stations, .selections_mixed, .station_unknown,
// .district_unknown, .language_unknown, .technology_unknown,
// stations.date_unreadable, .date_early, .until_before_from, .since_past, .priority_unknown,
// .text_long, .rule_never_fires, .too_often, .overlaps_itself, .rule_is_ended,
// .programme_is_retired.
func DecideRule(s *Schedule, reg *stations.Registry, m accounts.Meta, c SaveRule) (Rule, error) {
	if err := m.By.Must(accounts.EditSchedule, accounts.Where{}); err != nil {
		return Rule{}, err
	}
	r := Rule{ID: s.NextRuleID()}
	if c.ID != "" {
		var err error
		if r, err = s.Rule(c.ID); err != nil {
			return Rule{}, err
		}
		if err = m.Current(r.Edition()); err != nil {
			return Rule{}, err
		}
	}
	since, err := sinceOf(m.At, &c)
	if err != nil {
		return Rule{}, err
	}
	v := Version{Since: since, By: m.By.Name, MadeAt: m.At.UTC()}
	if c.End && c.ID != "" {
		v = r.Current()
		v.Since, v.By, v.MadeAt, v.Ended = since, m.By.Name, m.At.UTC(), true
		return r.touched(m, r.with(v)), nil
	}
	if since, _, ended := r.Ended(); ended && !c.Resume {
		return Rule{}, fault.New(fault.Conflict, "schedule.rule_is_ended", "at", since)
	}
	p, err := s.Programme(c.Programme)
	if err != nil {
		return Rule{}, fault.Of(err).At("programme")
	}
	if err := p.works(); err != nil {
		return Rule{}, err
	}
	if err := v.fill(reg, c); err != nil {
		return Rule{}, err
	}
	return r.touched(m, r.renewed(reg, v)), nil
}

// Ended says from when on nothing is planned, which may be to come, and who
// ended the rule; ok is false of one that goes on.
func (r Rule) Ended() (since time.Time, by string, ok bool) {
	for _, v := range slices.Backward(r.Versions) {
		if !v.Ended {
			break
		}
		since, by, ok = v.Since, v.By, true
	}
	return since, by, ok
}

// touched is the rule as it is after a change, which it keeps.
func (r Rule) touched(m accounts.Meta, after Rule) Rule {
	after.Touch = m.Touch(r, after)
	return after
}

// renewed is the rule with v as its newest version, and with what was decided
// of single dates to come carried over to what v plans on those dates: a series
// that moves from 17:00 to 17:30 keeps its cancelled dates cancelled.
func (r Rule) renewed(reg *stations.Registry, v Version) Rule {
	after := r.with(v)
	if len(r.Versions) == 0 {
		return after
	}
	var carried []Exception
	after.Exceptions = nil
	for _, e := range r.Exceptions {
		aired := e.Kind == Moved && !soonest(reg, e.To).After(v.Since)
		if aired || e.At.In(text.Zone).Before(v.Since) { // it has aired, or airs as it was planned
			after.Exceptions = append(after.Exceptions, e)
			continue
		}
		if at, ok := r.counterpart(v, e.At); ok {
			e.At = at
			if e.Kind == Moved && e.To == at { // that is now when it airs anyway
				e.Kind, e.To = Annotated, 0
			}
		}
		carried = append(carried, e)
	}
	after.Exceptions = append(after.Exceptions, carried...) // what has aired stands first, so that it stays
	slices.SortStableFunc(after.Exceptions, func(a, b Exception) int { return cmp.Compare(a.At, b.At) })
	after.Exceptions = slices.CompactFunc(after.Exceptions, func(a, b Exception) bool { return a.At == b.At })
	return after
}

// counterpart is the occurrence of v on the date of one the rule planned: the
// one in the same place of the day's order, else the last of the day.
func (r Rule) counterpart(v Version, at Wall) (Wall, bool) {
	was, will := r.onDate(at.Date()), Rule{Versions: []Version{v}}.onDate(at.Date())
	i := slices.Index(was, at)
	if i < 0 || len(will) == 0 || slices.Contains(will, at) {
		return at, i >= 0 && len(will) > 0
	}
	return will[min(i, len(will)-1)], true
}

// onDate lists the occurrences first planned on a date of text.Zone.
func (r Rule) onDate(day stations.Date) (list []Wall) {
	from := day.Start(text.Zone)
	for o := range r.planned(text.Zone, from, from.AddDate(0, 0, 1)) {
		list = append(list, WallOf(o.planned))
	}
	return list
}

// Loose lists what was decided of dates to come on which the rule now plans
// nothing, so that it holds for no airing.
func (r Rule) Loose(now time.Time) (loose []Exception) {
	for _, e := range r.Exceptions {
		if at := e.At.In(text.Zone); at.After(now) && len(r.onDate(e.At.Date())) == 0 {
			loose = append(loose, e)
		}
	}
	return loose
}

// sinceOf cleans the dates and is the instant a version is in force from: now, the first day asked
// for, or for a new rule that says what was planned in the past, its From.
func sinceOf(now time.Time, c *SaveRule) (_ time.Time, err error) {
	if c.Since, err = cleanDate("since", c.Since); err != nil {
		return now, err
	}
	if err := cleanDates(&c.From, &c.Until); err != nil {
		return now, err
	}
	now = now.UTC()
	if c.ID == "" && c.From != "" {
		if first := c.From.Start(text.Zone).UTC(); first.Before(now) {
			return first, nil
		}
		return now, nil
	}
	if c.Since != "" {
		if c.Since < stations.DateOf(now.In(text.Zone)) {
			return now, fault.New(fault.Invalid, "schedule.since_past").At("since")
		}
		return latest(now, c.Since.Start(text.Zone).UTC()), nil
	}
	return now, nil
}

// fill takes over what the command says, if it can be.
func (v *Version) fill(reg *stations.Registry, c SaveRule) error {
	line, err := ParseLine(c.Cron)
	if err != nil {
		return err
	}
	v.Programme, v.Cron, v.Selection, v.From, v.Until = c.Programme, line.text, c.Selection, c.From, c.Until
	v.Minutes = cmp.Or(c.Minutes, DefaultMinutes)
	v.Priority = cmp.Or(c.Priority, Ordinary)
	if v.Minutes < 1 || v.Minutes > maxMinutes {
		return fault.New(fault.Invalid, "schedule.minutes_range", "limit", maxMinutes).At("minutes")
	}
	if v.Priority.rank() < 0 {
		return fault.New(fault.Invalid, "schedule.priority_unknown", "text", string(c.Priority)).At("priority")
	}
	if v.Note, err = cleanLine("note", c.Note, maxNote, false); err != nil {
		return err
	}
	if v.Selection, err = c.Selection.resolve(reg, stations.DateOf(v.MadeAt.In(text.Zone))); err != nil {
		return err
	}
	if err := v.apart(line); err != nil {
		return err
	}
	for range v.planned(text.Zone, v.Since, v.Since.AddDate(100, 0, 0)) {
		return nil
	}
	return fault.New(fault.Invalid, "schedule.rule_never_fires").At("until")
}

// apart refuses more airings a day than anybody means, and airings of which one
// begins before the one ahead of it is over.
func (v *Version) apart(line Line) error {
	times := line.times()
	if len(times) > MaxPerDay {
		return fault.New(fault.Invalid, "schedule.too_often", "n", len(times), "limit", MaxPerDay).At("cron")
	}
	if next := times[0] + 24*60; next < times[len(times)-1]+v.Minutes {
		if line.twoDays(max(v.From, stations.DateOf(v.Since.In(text.Zone))), v.Until) {
			times = append(times, next)
		}
	}
	for i, at := range times[1:] {
		if before := times[i]; at < before+v.Minutes {
			return fault.New(fault.Invalid, "schedule.overlaps_itself", "minutes", v.Minutes, "at", clock(before), "next", clock(at)).At("minutes")
		}
	}
	return nil
}

// clock writes minutes from midnight as a time of day.
func clock(minutes int) string { return Wall(minutes).civil().Format("15:04") }

// with is the rule with v as its newest version: versions that were to begin
// at v's time or later give way to it. r itself is not changed.
func (r Rule) with(v Version) Rule {
	versions := slices.Clone(r.Versions)
	versions = slices.DeleteFunc(versions, func(old Version) bool { return !old.Since.Before(v.Since) })
	r.Versions = append(versions, v)
	return r
}

// DecideException changes one occurrence of a rule that has not come yet at
// any station. Times are those of a clock in text.Zone. Faults: accounts.denied, edit.stale,
// schedule.rule_unknown, .occurrence_unknown, .occurrence_past,
// .exception_unknown, .note_missing, .text_long, .to_missing, .to_past,
// .following_several.
func DecideException(s *Schedule, reg *stations.Registry, m accounts.Meta, c SaveException) (Rule, error) {
	if err := m.By.Must(accounts.EditSchedule, accounts.Where{}); err != nil {
		return Rule{}, err
	}
	r, err := s.Rule(c.Rule)
	if err != nil {
		return Rule{}, err
	}
	if err := m.Current(r.Edition()); err != nil {
		return Rule{}, err
	}
	o, _, ok := r.at(text.Zone, c.At.In(text.Zone))
	if !ok || WallOf(o.planned) != c.At {
		return Rule{}, unknownOccurrence(c.At)
	}
	if !soonest(reg, WallOf(o.start)).After(m.At) {
		return Rule{}, fault.New(fault.Conflict, "schedule.occurrence_past").At("at")
	}
	e := Exception{At: c.At, Kind: c.Kind, By: m.By.Name, MadeAt: m.At.UTC()}
	if e.Note, err = cleanLine("note", c.Note, maxNote, c.Kind == Annotated); err != nil {
		return Rule{}, err
	}
	switch c.Kind {
	case Cancelled:
	case "":
		// Taking a move back after the time first planned would plan the past.
		if !soonest(reg, c.At).After(m.At) {
			return Rule{}, fault.New(fault.Conflict, "schedule.occurrence_past").At("at")
		}
	case Annotated:
		if old, ok := r.exception(o.planned); ok && old.Kind == Moved && !c.Following {
			e.Kind, e.To = Moved, old.To // a note does not undo the move
		}
	case Moved:
		if e.To = c.To; c.To == 0 || c.To == c.At {
			return Rule{}, fault.New(fault.Invalid, "schedule.to_missing").At("to")
		}
		if !soonest(reg, c.To).After(m.At) {
			return Rule{}, fault.New(fault.Invalid, "schedule.to_past").At("to")
		}
	default:
		return Rule{}, fault.New(fault.Invalid, "schedule.exception_unknown", "text", string(c.Kind)).At("kind")
	}
	if c.Following && c.Kind != "" {
		if !soonest(reg, c.At).After(m.At) {
			return Rule{}, fault.New(fault.Conflict, "schedule.occurrence_past").At("at")
		}
		return r.following(reg, m, o, e)
	}
	was := r
	r.Exceptions = slices.DeleteFunc(slices.Clone(r.Exceptions), func(old Exception) bool { return old.At == c.At })
	if c.Kind != "" {
		r.Exceptions = append(r.Exceptions, e)
		slices.SortFunc(r.Exceptions, func(a, b Exception) int { return cmp.Compare(a.At, b.At) })
	}
	return was.touched(m, r), nil
}

// soonest is when a clock first shows w at any station, or in text.Zone.
func soonest(reg *stations.Registry, w Wall) time.Time {
	first := w.In(text.Zone)
	for _, st := range reg.Stations() {
		if t := w.In(st.Location()); t.Before(first) {
			first = t
		}
	}
	return first
}

func unknownOccurrence(at Wall) error {
	return fault.New(fault.NotFound, "schedule.occurrence_unknown", "at", at.In(text.Zone)).At("at")
}

// following makes of "this and all later ones" the next version of the rule.
func (r Rule) following(reg *stations.Registry, m accounts.Meta, o occurrence, e Exception) (Rule, error) {
	v := *o.version
	v.Since, v.By, v.MadeAt = latest(m.At, o.planned).UTC(), m.By.Name, m.At.UTC()
	switch e.Kind {
	case Cancelled:
		v.Ended = true
	case Annotated:
		v.Note = e.Note
	case Moved:
		line, err := ParseLine(v.Cron)
		if err != nil {
			return Rule{}, err
		}
		w, ok := line.Weekly()
		if !ok || len(w.Times) != 1 {
			return Rule{}, fault.New(fault.Invalid, "schedule.following_several").At("following")
		}
		shift := int(midnight(e.To.Date())-midnight(e.At.Date())) / (24 * 60)
		for i, d := range w.Days {
			w.Days[i] = time.Weekday(((int(d)+shift)%7 + 7) % 7)
		}
		w.Times[0] = e.To.In(text.Zone).Format("15:04")
		if v.Cron, err = w.Cron(); err != nil {
			return Rule{}, err
		}
		if e.To < e.At {
			v.Since = latest(m.At, e.To.In(text.Zone)).UTC()
		}
		v.From = max(v.From, e.To.Date())
		if v.Until != "" && v.Until < v.From {
			return Rule{}, fault.New(fault.Invalid, "schedule.rule_never_fires").At("to")
		}
		v.Note = cmp.Or(e.Note, v.Note)
	}
	// What was decided of this one gives way; what was decided of single later
	// dates stays.
	was := r
	since, by, ended := r.Ended()
	r.Exceptions = slices.DeleteFunc(slices.Clone(r.Exceptions), func(old Exception) bool {
		return old.At == e.At && (old.Kind != Moved || soonest(reg, old.To).After(m.At))
	})
	r = r.renewed(reg, v)
	if ended && since.After(v.Since) { // it ends when it was to end
		v.Since, v.By, v.Ended = since, by, true
		r = r.with(v)
	}
	return was.touched(m, r), nil
}
