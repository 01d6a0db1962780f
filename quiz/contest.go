package quiz

import (
	"slices"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// SaveContest makes a contest, or changes one.
type SaveContest struct {
	ID  string `json:"-"`                                    // "" for a new one
	Why string `json:"why,omitempty" schema:"maxLength=500"` // of what is changed once it is open
	Rules
}

// DecideContest says what a contest becomes. Once it is announced only its title, who holds it, what people read of it and a later end can
// be changed: the rest is what people took part under; see Contest.edited. Faults: accounts.denied, quiz.unknown, stations.no_district, edit.stale,
// those of Contest.edited, quiz.refused whose parts say what is wrong beside which field.
func DecideContest(reg *stations.Registry, m accounts.Meta, was *Contest, c SaveContest) (Contest, error) {
	q := Contest{ID: m.NewID(), Stage: Draft}
	if c.ID != "" {
		if was == nil {
			return q, Unknown()
		}
		if err := MayRun(m.By, was.District); err != nil {
			return q, err
		}
		if err := m.Current(was.Edition()); err != nil {
			return q, err
		}
		q = *was
	}
	if err := MayRun(m.By, c.District); err != nil {
		return q, err
	}
	if err := reg.CheckDistrict(c.District); err != nil {
		return q, err
	}
	before := q
	q.Rules = c.Rules
	q.Title, q.Host, q.Terms = text.Line(c.Title), text.Line(c.Host), text.Lines(c.Terms)
	q.Opens, q.Closes = c.Opens.UTC(), c.Closes.UTC()
	q.Prizes = nil
	for _, p := range c.Prizes {
		p.Name = text.Line(p.Name)
		q.Prizes = append(q.Prizes, p)
	}
	q.Topics = slices.Clone(c.Topics)
	if len(q.Topics) == 0 {
		q.Topics = nil
	}
	if bad := q.check(); len(bad) > 0 {
		return q, refused(bad)
	}
	if before.Stage != Draft {
		var err error
		if q, err = q.edited(m, before, c.Why); err != nil {
			return q, err
		}
	}
	q.Touch = m.Touch(before, q)
	return q, nil
}

// check says what is wrong with the rules.
func (r Rules) check() (bad []*fault.Error) {
	refuse := func(field, code string, args ...any) {
		bad = append(bad, fault.New(fault.Invalid, code, args...).At(field))
	}
	if r.Title == "" {
		refuse("title", "quiz.title_missing")
	}
	for _, x := range []struct {
		field, words string
		most         int
	}{{"title", r.Title, 200}, {"host", r.Host, 200}, {"terms", r.Terms, 8000}} {
		if n := utf8.RuneCountInString(x.words); n > x.most {
			refuse(x.field, "kit.text_too_long", "length", n, "most", x.most)
		}
	}
	if !slices.Contains(Ways[:], r.Way) {
		refuse("way", "quiz.way_unknown")
	}
	switch {
	case r.Opens.IsZero():
		refuse("opens", "quiz.when_missing")
	case r.Closes.IsZero():
		refuse("closes", "quiz.when_missing")
	case !r.Closes.After(r.Opens):
		refuse("closes", "quiz.closes_before")
	case r.Opens.Year() < 2000 || r.Closes.Sub(r.Opens) > 366*24*time.Hour:
		refuse("closes", "quiz.closes_far")
	}
	if r.Draws < 1 || r.Draws > MostDraws {
		refuse("draws", "quiz.draws_range", "most", MostDraws)
	}
	if r.Minutes < 1 || r.Minutes > MostMinutes {
		refuse("minutes", "quiz.minutes_range", "most", MostMinutes)
	}
	if r.Keep < 0 || r.Keep > MostKeep {
		refuse("keep", "quiz.keep_range", "most", MostKeep)
	}
	for _, t := range r.Topics {
		if !known(t) {
			refuse("topics", "quiz.topic_unknown", "topic", string(t))
		}
	}
	if len(r.Prizes) > 20 {
		refuse("prizes", "quiz.prizes_many", "most", 20)
	}
	for i, p := range r.Prizes {
		n := utf8.RuneCountInString(p.Name)
		if n == 0 || n > MostName || p.Count < 1 || p.Count > 1000 || p.Amount < 0 || p.Amount > 1_000_000_000 {
			refuse("prizes", "quiz.prize_odd", "n", i+1)
		}
	}
	return bad
}

// Move is a step of a contest.
type Move string

// The steps.
const (
	Announce Move = "announce" // take the questions from the bank; it opens by itself
	Fix      Move = "fix"      // decide who won
	Publish  Move = "publish"  // let everybody read who won
	TakeBack Move = "take_back"
)

// Moves lists them in their order.
var Moves = [...]Move{Announce, Fix, Publish, TakeBack}

// MakeMove brings a contest on, or back.
type MakeMove struct {
	ID   string `json:"-"`
	Move Move   `json:"move"`
	Why  string `json:"why,omitempty" schema:"maxLength=500"` // of what is taken back
	Seed string `json:"-"`                                    // drawn by the door, of the announcement; nobody is told it
	Sure bool   `json:"sure,omitempty"`                       // fixed, though phones may hold answers
}

// MoveFacts is what is known before a step.
type MoveFacts struct {
	Pool  int // questions of the bank that the contest may draw
	Tries int // that were begun, void ones too
	Late  int // tries that wait for a word
	Held  int // tries of which a phone may still hold answers, and until when
	Until time.Time
}

// nexts are where a step leads from each stage.
var nexts = map[Move]map[Stage]Stage{Announce: {Draft: Announced}, Fix: {Announced: Fixed}, Publish: {Fixed: Published},
	TakeBack: {Announced: Draft, Fixed: Announced, Published: Published}} // which waits for a second person

// Next reports whether the step comes next by that time.
func (c Contest) Next(m Move, at time.Time) bool {
	_, now := nexts[m][c.Stage]
	return now && (m != Fix || c.Over(at))
}

// Takes reports whether the step takes questions from the bank.
func (c MakeMove) Takes() bool { return c.Move == Announce }

// Ends reports whether the step makes the result, for which answers that phones may still hold matter.
func (c MakeMove) Ends() bool { return c.Move == Fix }

// Moved is what follows from a step.
type Moved struct {
	Contest Contest
	Takes   bool // questions are taken from the bank
	Drops   bool // those that were taken go
	Fixes   bool // who won is decided
	Unfixes bool // what was decided goes
	Key     *Key // by which all tries are counted anew
}

// HasPool reports whether questions were taken from the bank for it.
func (c Contest) HasPool() bool { return c.Stage != Draft }

// HasResult reports whether who won is decided.
func (c Contest) HasResult() bool { return c.Stage == Fixed || c.Stage == Published }

// DecideMove says what a contest becomes by a step, and what follows. Faults: accounts.denied, edit.stale, quiz.move_unknown, quiz.move_not_now,
// quiz.too_few, quiz.closed_before, quiz.not_over, quiz.late_open, quiz.held, quiz.why_missing, kit.text_too_long, quiz.begun, quiz.forgotten,
// quiz.proposed.
func DecideMove(f MoveFacts, m accounts.Meta, was Contest, c MakeMove) (Moved, error) {
	q, err := f.moved(m, was, c)
	return Moved{Contest: q, Takes: c.Takes(), Drops: was.HasPool() && !q.HasPool(), Fixes: c.Move == Fix, Unfixes: was.HasResult() && !q.HasResult()}, err
}

func (f MoveFacts) moved(m accounts.Meta, was Contest, c MakeMove) (Contest, error) {
	q := was
	if err := MayRun(m.By, q.District); err != nil {
		return q, err
	}
	if err := m.Current(q.Edition()); err != nil {
		return q, err
	}
	next, ok := nexts[c.Move]
	switch to, now := next[q.Stage]; {
	case !ok:
		return q, fault.New(fault.Invalid, "quiz.move_unknown").At("move")
	case !now:
		return q, fault.New(fault.Conflict, "quiz.move_not_now", "stage", text.NewPhrase("quiz.stage."+string(q.Stage)))
	default:
		q.Stage = to
	}
	switch c.Move {
	case Announce:
		if f.Pool < q.Draws {
			return was, fault.New(fault.Conflict, "quiz.too_few", "pool", f.Pool, "draws", q.Draws)
		}
		if !m.At.Before(q.Closes) {
			return was, fault.New(fault.Conflict, "quiz.closed_before")
		}
		q.Pool = f.Pool
	case Fix:
		switch {
		case !was.Over(m.At):
			return was, fault.New(fault.Conflict, "quiz.not_over", "at", q.Closes)
		case f.Late > 0:
			return was, fault.New(fault.Conflict, "quiz.late_open", "n", f.Late)
		case !q.Forgotten.IsZero():
			return was, fault.New(fault.Conflict, "quiz.forgotten", "at", q.Forgotten)
		case f.Held > 0 && !c.Sure:
			return was, fault.New(fault.Conflict, "quiz.held", "n", f.Held, "until", f.Until).At("sure")
		}
	case TakeBack:
		p, err := was.proposes(m, c.Why)
		switch {
		case err != nil:
			return was, err
		case was.Stage == Announced && f.Tries > 0:
			return was, fault.New(fault.Conflict, "quiz.begun", "n", f.Tries)
		case was.Stage == Published:
			return was.waits(m, p).Contest, nil
		}
		if q.Stage == Draft {
			q.Pool, q.Corrected = 0, nil
		}
		q.Back = append(slices.Clone(q.Back), Back{From: was.Stage, By: m.By.Name, At: m.At.UTC(), Why: p.Why})
	}
	q.Touch = m.Touch(was, q)
	return q, nil
}

// MakeCodes makes codes for a commune, or for each of the contest's.
type MakeCodes struct {
	ID      string `json:"-"`
	Station string `json:"station,omitempty" schema:"maxLength=20"` // "" is each
	Each    int    `json:"each" schema:"minimum=1 maximum=5000"`
}

// DecideCodes says for which communes codes are made. are is how many there are already. Faults: accounts.denied, quiz.codes_way, quiz.codes_range,
// quiz.codes_many, quiz.codes_over, quiz.not_here.
func DecideCodes(reg *stations.Registry, m accounts.Meta, q Contest, are int, c MakeCodes) (communes []string, err error) {
	if err := MayRun(m.By, q.District); err != nil {
		return nil, err
	}
	switch {
	case q.Way != ByCode:
		return nil, fault.New(fault.Conflict, "quiz.codes_way")
	case q.HasResult() || !m.At.Before(q.Closes):
		return nil, fault.New(fault.Conflict, "quiz.codes_over")
	case c.Each < 1 || c.Each > 5000:
		return nil, fault.New(fault.Invalid, "quiz.codes_range", "most", 5000).At("each")
	case c.Station != "" && !q.In(reg, c.Station):
		return nil, fault.New(fault.Invalid, "quiz.not_here").At("station")
	case c.Station != "":
		communes = []string{c.Station}
	default:
		for _, s := range q.Communes(reg, m.At) {
			communes = append(communes, s.ID)
		}
	}
	if n := are + c.Each*len(communes); n > MostCodes {
		return nil, fault.New(fault.Conflict, "quiz.codes_many", "n", n, "most", MostCodes).At("each")
	}
	return communes, nil
}

// Communes are the stations whose people may take part, as of that time.
func (c Contest) Communes(reg *stations.Registry, at time.Time) []*stations.Station {
	return reg.Filter(stations.Filter{District: c.District, ActiveOn: stations.DateOf(at.In(text.Zone))})
}
