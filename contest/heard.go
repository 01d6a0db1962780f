package contest

import (
	"math"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// Span is a stretch of a recording, in seconds from its start.
type Span struct {
	From  float64 `json:"from"`
	Until float64 `json:"until"`
}

// mostSpans is how many stretches one Hear may bring.
const mostSpans = 500

// fastest is the highest speed the players of our pages have.
const fastest = 2

// Hear adds stretches of a work's recording that a judge has really had played to
// her, whatever the speed. Until the sheet is signed only: what was heard when
// she signed stays so. Repeated stretches count once. Faults: those of SaveSheet
// but for contest.sheet_elsewhere, and contest.nothing_to_hear, contest.bad_span,
// contest.heard_too_fast.
type Hear struct {
	Task  string `json:"task"`
	Spans []Span `json:"spans"`
}

func (c Hear) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	r, t, err := s.mine(m, c.Task)
	if err != nil {
		return nil, err
	}
	if t.Final() {
		return nil, fault.New(fault.Conflict, "contest.sheet_signed")
	}
	whole := s.toHear(t)
	if whole == 0 {
		return nil, fault.New(fault.Invalid, "contest.nothing_to_hear")
	}
	if len(c.Spans) > mostSpans {
		return nil, fault.New(fault.Invalid, "contest.list_length", "most", mostSpans).At("spans")
	}
	var spans []Span
	for _, x := range c.Spans {
		if !(x.From >= 0 && x.Until > x.From && x.Until <= 86400) { // NaN too
			return nil, fault.New(fault.Invalid, "contest.bad_span").At("spans")
		}
		x.Until = min(x.Until, whole) // a player may count the padding of a file
		if x.From < x.Until {
			spans = append(spans, x)
		}
	}
	all := union(t.Sheet.Heard, spans)
	more := length(all) - length(t.Sheet.Heard)
	if more <= 0 {
		return nil, nil // nothing new: the log need not grow
	}
	heard := more
	for _, o := range r.Of(t.Judge) {
		heard += length(o.Sheet.Heard)
	}
	if heard > fastest*m.At.Sub(r.Began).Seconds()+time.Minute.Seconds() {
		return nil, fault.New(fault.Conflict, "contest.heard_too_fast")
	}
	return []body{&sheetHeard{c.Task, spans}}, nil
}

// sheetHeard adds to what a judge has heard of a work.
type sheetHeard struct {
	Task  string `json:"task"`
	Spans []Span `json:"spans"`
}

func (*sheetHeard) kind() string { return "sheet.heard" }
func (b *sheetHeard) apply(s *State, _ *Event) error {
	_, t := s.Task(b.Task)
	if t == nil {
		return errNoRound
	}
	t.Sheet.Heard = union(t.Sheet.Heard, b.Spans)
	return nil
}

// union merges stretches that meet, in their order.
func union(a, b []Span) []Span {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y Span) int {
		if x.From < y.From {
			return -1
		}
		if x.From > y.From {
			return 1
		}
		return 0
	})
	var out []Span
	for _, x := range all {
		if n := len(out); n > 0 && x.From <= out[n-1].Until {
			out[n-1].Until = max(out[n-1].Until, x.Until)
			continue
		}
		out = append(out, x)
	}
	return out
}

// length is the sum of stretches that do not meet, in seconds.
func length(spans []Span) (sum float64) {
	for _, x := range spans {
		sum += x.Until - x.From
	}
	return sum
}

// toHear is the length in seconds of what a task gives to hear; 0 is nothing:
// it is scored in the hall, or has no recording.
func (s *State) toHear(t *Task) float64 {
	r, _ := s.Task(t.ID)
	rules, _ := s.Rules.Round(r.ID)
	a := s.entry[t.Entry].Piece(Audio)
	if rules.Part(t.Part).Live || a == nil {
		return 0
	}
	return a.Seconds
}

// HeardShare is how much of a work's recording its judge has heard, in whole
// percent rounded down. ok is false if there is nothing to hear.
func (s *State) HeardShare(t *Task) (percent int, ok bool) {
	whole := s.toHear(t)
	if whole == 0 {
		return 0, false
	}
	return int(math.Floor(100*length(t.Sheet.Heard)/whole + 1e-6)), true
}

// Listening is how much the judges of a round had heard of the recordings when
// they signed.
type Listening struct {
	Asked  int    // percent, by the rules; 0 is not asked
	Sheets int    // signed ones with something to hear
	Whole  int    // of these, with at least Wanted
	Least  int    // percent, of the sheet that was heard least
	Judges []Ears // in the order of their appointment
}

// Wanted is what counts as heard, in percent.
func (l Listening) Wanted() int {
	if l.Asked == 0 {
		return wholly
	}
	return l.Asked
}

// Ears is what one judge had heard.
type Ears struct {
	Judge  string // person ID
	Sheets int
	Mean   float64 // percent
	Least  int     // percent
}

// wholly is what counts as heard where the rules ask for nothing: players lose
// fractions of a second where somebody skips, and files end in silence.
const wholly = 90

// ListeningOf sums up what a round's judges heard. ok is false where nobody can
// tell: no signed sheet has something to hear, or it was judged before listening
// was noted.
func (s *State) ListeningOf(r *RoundState) (l Listening, ok bool) {
	rules, _ := s.Rules.Round(r.ID)
	l = Listening{Asked: rules.MinHeard, Least: 100}
	noted := l.Asked > 0
	for _, j := range s.Judges {
		e := Ears{Judge: j.Person, Least: 100}
		for _, t := range r.Of(j.Person) {
			percent, any := s.HeardShare(t)
			if !any || !t.Final() || t.Off() != nil {
				continue
			}
			noted = noted || len(t.Sheet.Heard) > 0
			e.Sheets++
			e.Mean += float64(percent)
			e.Least = min(e.Least, percent)
			if percent >= l.Wanted() {
				l.Whole++
			}
		}
		if e.Sheets > 0 {
			e.Mean /= float64(e.Sheets)
			l.Sheets += e.Sheets
			l.Least = min(l.Least, e.Least)
			l.Judges = append(l.Judges, e)
		}
	}
	return l, noted && l.Sheets > 0
}
