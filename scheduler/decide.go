package scheduler

import (
	"slices"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/stations"
)

// Limits of what people type, in characters.
const (
	maxTitle  = 200
	maxNote   = 500
	maxScript = 200_000 // about four hours read aloud
)

// cleanLine is one line of text that a person typed. A required line that is
// empty, or one that is too long, is a fault at the field.
func cleanLine(field, s string, limit int, required bool) (string, error) {
	s = text.Line(s)
	if s == "" && required {
		key := "schedule." + field + "_missing"
		return "", fault.New(fault.Invalid, key).At(field)
	}
	if utf8.RuneCountInString(s) > limit {
		return "", fault.New(fault.Invalid, "schedule.text_long", "limit", limit).At(field)
	}
	return s, nil
}

// cleanScript keeps lines and paragraphs.
func cleanScript(s string) (string, error) {
	s = text.Lines(s)
	if utf8.RuneCountInString(s) > maxScript {
		return "", fault.New(fault.Invalid, "schedule.text_long", "limit", maxScript).At("script")
	}
	return s, nil
}

// firstDay is the earliest day a schedule may speak of.
const firstDay stations.Date = "2000-01-01"

// cleanDate reads a day a person typed.
func cleanDate(field string, d stations.Date) (stations.Date, error) {
	d, err := stations.ParseDate(string(d))
	if err != nil {
		return "", fault.Of(err).At(field)
	}
	if d != "" && d < firstDay {
		return "", fault.New(fault.Invalid, "schedule.date_early", "day", firstDay).At(field)
	}
	return d, nil
}

// cleanDates refuses days that are none, and a range that ends before it
// begins.
func cleanDates(from, until *stations.Date) (err error) {
	if *from, err = cleanDate("from", *from); err != nil {
		return err
	}
	if *until, err = cleanDate("until", *until); err != nil {
		return err
	}
	if *from != "" && *until != "" && *until < *from {
		return fault.New(fault.Invalid, "schedule.until_before_from").At("until")
	}
	return nil
}

// MayRead refuses who may not read what is planned for a station that lies there. Fault: accounts.denied.
func MayRead(by accounts.Actor, on accounts.Where) error { return by.Must(accounts.ReadSchedule, on) }

// MayReadSlots says whose slots, with what was noted for one station, somebody may read. Fault: accounts.denied.
func MayReadSlots(by accounts.Actor, on accounts.Where) error {
	return by.Must(accounts.ReadStations, on)
}

// DecideProgramme makes or edits a programme. By which terms airings count, and
// the name they are logged under, change for those that start from m.At on. Faults: accounts.denied, edit.stale,
// schedule.programme_unknown, .title_missing, .text_long, .topic_unknown,
// .language_unknown, .min_seconds_range.
func DecideProgramme(s *Schedule, m accounts.Meta, c SaveProgramme) (Programme, error) {
	if err := m.By.Must(accounts.EditSchedule, accounts.Where{}); err != nil {
		return Programme{}, err
	}
	p := Programme{ID: s.NextProgrammeID(), CreatedAt: m.At.UTC()}
	var err error
	var before Terms
	if c.ID != "" {
		if p, err = s.Programme(c.ID); err != nil {
			return Programme{}, err
		}
		if err = m.Current(p.Edition()); err != nil {
			return Programme{}, err
		}
		before = p.Terms()
	}
	was := p
	if p.Title, err = cleanLine("title", c.Title, maxTitle, true); err != nil {
		return Programme{}, err
	}
	if p.Producer, err = cleanLine("producer", c.Producer, maxTitle, false); err != nil {
		return Programme{}, err
	}
	for _, t := range c.Topics {
		if !slices.Contains(Topics, t) {
			return Programme{}, fault.New(fault.Invalid, "schedule.topic_unknown", "topic", string(t)).At("topics")
		}
	}
	for _, l := range c.Languages {
		if !stations.KnownLanguage(l) {
			return Programme{}, fault.New(fault.Invalid, "schedule.language_unknown", "language", l).At("languages")
		}
	}
	p.Topics = only(Topics, c.Topics)
	if p.Languages = only(stations.Languages, c.Languages); len(p.Languages) == 0 {
		p.Languages = []string{stations.Vietnamese}
	}
	if p.MinSeconds = c.MinSeconds; p.MinSeconds == 0 {
		p.MinSeconds = DefaultMinSeconds
	}
	if p.MinSeconds < 1 || p.MinSeconds > 4*3600 {
		return Programme{}, fault.New(fault.Invalid, "schedule.min_seconds_range").At("min_seconds")
	}
	p.CountsTowardTarget, p.StationCode = c.CountsTowardTarget, c.StationCode
	if c.ID != "" && before != p.Terms() {
		before.Until, before.By = m.At.UTC(), m.By.Name
		p.Were = append(slices.Clone(p.Were), before)
	}
	if c.ID != "" && was.Title != p.Title {
		p.Titles = append(slices.Clone(p.Titles), PastTitle{was.Title, m.At.UTC(), m.By.Name})
	}
	p.Touch = m.Touch(was, p)
	return p, nil
}

// only lists those of all that are wanted, in all's order.
func only[T comparable](all, wanted []T) []T {
	out := make([]T, 0, len(wanted))
	for _, v := range all {
		if slices.Contains(wanted, v) {
			out = append(out, v)
		}
	}
	return out
}

// DecideEpisode makes an episode or edits a draft, and returns the cleaned
// script beside it. recording is the one c.Audio names, nil if there is none.
// Faults: accounts.denied, edit.stale, schedule.episode_unknown, .programme_unknown,
// .title_missing, .text_long, .language_unknown, .date_early,
// .until_before_from, .audio_unknown, .nothing_to_air, .programme_is_retired, and
// .episode_is_submitted (or _approved, _withdrawn) when it is no draft.
func DecideEpisode(s *Schedule, recording *library.Recording, m accounts.Meta, c SaveEpisode) (e Episode, script string, err error) {
	none := func(err error) (Episode, string, error) { return Episode{}, "", err }
	if err := m.By.Must(accounts.EditSchedule, accounts.Where{}); err != nil {
		return none(err)
	}
	e = Episode{ID: s.NextEpisodeID(), Programme: c.Programme, CreatedAt: m.At.UTC()}
	if c.ID != "" {
		if e, err = s.Episode(c.ID); err != nil {
			return none(err)
		}
		if err := m.Current(e.Edition()); err != nil {
			return none(err)
		}
		if e.State() != Draft {
			return none(stateConflict(e))
		}
	} else {
		e.Steps = []Step{step(m, Draft, "")}
	}
	was := e
	p, err := s.Programme(e.Programme)
	if err == nil && c.ID == "" {
		err = p.works()
	}
	if err != nil {
		return none(err)
	}
	if e.Title, err = cleanLine("title", c.Title, maxTitle, true); err != nil {
		return none(err)
	}
	if script, err = cleanScript(c.Script); err != nil {
		return none(err)
	}
	if e.Language = c.Language; e.Language == "" {
		e.Language = stations.Vietnamese
	}
	if !stations.KnownLanguage(e.Language) {
		return none(fault.New(fault.Invalid, "schedule.language_unknown", "language", e.Language).At("language"))
	}
	if err := cleanDates(&c.From, &c.Until); err != nil {
		return none(err)
	}
	e.From, e.Until = c.From, c.Until
	e.Audio, e.Seconds, e.ScriptRunes = c.Audio, 0, utf8.RuneCountInString(script)
	if c.Audio != "" {
		if recording == nil || !recording.Kind.Sound() {
			return none(fault.New(fault.Invalid, "schedule.audio_unknown", "id", c.Audio).At("audio"))
		}
		e.Seconds = recording.Seconds
	}
	if c.Submit {
		if err := e.airable(); err != nil {
			return none(err)
		}
		e.Steps = append(slices.Clone(e.Steps), step(m, Submitted, ""))
	}
	e.Touch = m.Touch(was, e)
	return e, script, nil
}

// airable refuses an episode with neither sound nor a text to read.
func (e Episode) airable() error {
	if e.Audio == "" && e.ScriptRunes == 0 {
		return fault.New(fault.Invalid, "schedule.nothing_to_air").At("audio")
	}
	return nil
}

func step(m accounts.Meta, to State, why string) Step {
	return Step{State: to, At: m.At.UTC(), By: m.By.Person, ByName: m.By.Name, Why: why}
}

func stateConflict(e Episode) error {
	key := "schedule.episode_is_" + string(e.State())
	return fault.New(fault.Conflict, key, "title", e.Title)
}

// moves says from which state an episode may come to each, who may take it
// there, and whether a reason is asked for.
var moves = map[State]struct {
	from   State
	action accounts.Action
	why    bool
}{
	Submitted: {Draft, accounts.EditSchedule, false},
	Draft:     {Submitted, accounts.EditSchedule, true},
	Approved:  {Submitted, accounts.Approve, false},
	Withdrawn: {Approved, accounts.Approve, true},
}

// DecideMove takes an episode to its next state. Faults: accounts.denied, edit.stale,
// schedule.episode_unknown, .state_unknown, .why_missing, .text_long,
// .nothing_to_air, and .episode_is_draft (or _submitted, _approved,
// _withdrawn) when it is not where the move begins.
func DecideMove(s *Schedule, m accounts.Meta, c MoveEpisode) (Episode, error) {
	move, ok := moves[c.To]
	if !ok {
		return Episode{}, fault.New(fault.Invalid, "schedule.state_unknown", "state", string(c.To)).At("to")
	}
	if err := m.By.Must(move.action, accounts.Where{}); err != nil {
		return Episode{}, err
	}
	e, err := s.Episode(c.ID)
	if err != nil {
		return Episode{}, err
	}
	if err := m.Current(e.Edition()); err != nil {
		return Episode{}, err
	}
	if e.State() != move.from {
		return Episode{}, stateConflict(e)
	}
	why, err := cleanLine("why", c.Why, maxNote, move.why)
	if err != nil {
		return Episode{}, err
	}
	if c.To == Submitted {
		if err := e.airable(); err != nil {
			return Episode{}, err
		}
	}
	was := e
	e.Steps = append(slices.Clone(e.Steps), step(m, c.To, why))
	e.Touch = m.Touch(was, e)
	return e, nil
}
