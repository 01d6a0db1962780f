package quiz

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"loa/accounts"
	"loa/airing/texting"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// Begin begins a person's try. Its change ID is known to her browser alone and opens the try from then on; TryOf names the try by it.
type Begin struct {
	Contest string
	Name    string
	Phone   string
	Code    string
	Station string // of her commune, where the code does not say it
	Agreed  bool   // that her name and number are kept for the contest
}

// TryOf is the ID of the try that was begun by a change of that ID.
func TryOf(secret string) string { return accounts.Meta{ID: secret}.NewID() }

// BeginFacts is what is known before a try begins.
type BeginFacts struct {
	Contest  Contest
	Key      Key
	Registry *stations.Registry
	Code     *Code // nil for none
	Has      *Try  // of that person, nil for none
	Own      *Try  // begun by a change of that ID, nil for none
}

// vnPhone is a number of a phone in Vietnam as it is kept.
var vnPhone = regexp.MustCompile(`^0[2-9][0-9]{8,9}$`)

// Who is by what the person would be known: her number or code, tidied; "" where that is none.
func (c Begin) Who(w Way) string {
	if w == ByCode {
		if code := accounts.FoldCode(c.Code); code != "" {
			return "c" + code
		}
		return ""
	}
	if n := texting.Number(c.Phone); vnPhone.MatchString(n) {
		return "p" + n
	}
	return ""
}

// DecideBegin begins a try, or finds the one that the same browser has begun. Faults: quiz.not_open_yet,
// quiz.closed, quiz.refused whose parts are of name, phone, code,
// station and agreed, quiz.tried, quiz.begun_other.
func DecideBegin(f BeginFacts, m accounts.Meta, c Begin) (t Try, begun bool, err error) {
	q := f.Contest
	if f.Own != nil {
		if f.Own.Who() != c.Who(q.Way) {
			return t, false, fault.New(fault.Conflict, "quiz.begun_other")
		}
		return *f.Own, false, nil
	}
	if !q.Open(m.At) {
		return t, false, NotOpen(q, m.At)
	}
	t = Try{ID: m.NewID(), Contest: q.ID, Name: text.Line(c.Name), Station: c.Station, Began: m.At.UTC(),
		Until: m.At.UTC().Add(time.Duration(q.Minutes) * time.Minute)}
	if t.Until.After(q.Closes) {
		t.Until = q.Closes
	}
	var bad []*fault.Error
	refuse := func(field, code string, args ...any) {
		bad = append(bad, fault.New(fault.Invalid, code, args...).At(field))
	}
	who := c.Who(q.Way)
	switch {
	case q.Way == ByCode && (who == "" || f.Code == nil):
		refuse("code", "quiz.code_wrong")
	case q.Way == ByCode:
		t.Code, t.Station = f.Code.Code, f.Code.Station
	case who == "":
		refuse("phone", "quiz.phone_wrong")
	default:
		t.Phone = who[1:]
	}
	if n := utf8.RuneCountInString(t.Name); n < 2 || !strings.ContainsFunc(t.Name, unicode.IsLetter) {
		refuse("name", "quiz.name_missing")
	} else if n > MostName {
		refuse("name", "kit.text_too_long", "length", n, "most", MostName)
	}
	if q.Way != ByCode && !q.In(f.Registry, t.Station) {
		refuse("station", "quiz.not_here")
	}
	if !c.Agreed {
		refuse("agreed", "quiz.agree_first")
	}
	if len(bad) > 0 {
		return t, false, refused(bad)
	}
	if f.Has != nil && f.Has.Counts() {
		return t, false, fault.New(fault.Conflict, "quiz.tried").At(map[Way]string{ByPhone: "phone", ByCode: "code"}[q.Way])
	}
	t.Picks = make([]Pick, min(q.Draws, len(f.Key.Many)))
	return t, true, nil
}

// NotOpen says why nobody may begin.
func NotOpen(q Contest, at time.Time) error {
	if at.Before(q.Opens) {
		return fault.New(fault.Conflict, "quiz.not_open_yet", "at", q.Opens)
	}
	return fault.New(fault.Gone, "quiz.closed", "at", q.Closes)
}

// Answer is what a phone holds of a try: all of it each time, so that one that arrives makes up for those that were lost. Of each question
// the last press counts, from whatever window it came.
type Answer struct {
	Contest string
	Secret  string // that began the try
	Timed   bool   // a script says when each was pressed; without one what arrives last counts
	Shown   []int  // which answer was chosen of each question, by its place on the page from 1; 0 is none
	MS      []int  // when each was pressed, from the beginning by the phone's clock
	Guess   *int
	GuessMS int
	Send    bool // it is all
	Sure    bool // though questions have no answer
}

// MostGuess is the most somebody may guess.
const MostGuess = 10_000_000

// Kept is what became of an Answer.
type Kept struct {
	Try     Try
	Asked   []Asked
	Changed bool
	Late    bool  // it came behind the end: what it adds counts only if an organiser says so
	Blank   []int // questions without an answer, for which it was kept and not sent: whoever sends is asked first
}

// DecideAnswer takes what a phone holds. Until the end of the try what arrives counts; behind it, up to LateLife, what is new and was pressed before
// the end by the phone's clock is kept as Late, also when who won is decided. Faults: quiz.answers_odd, quiz.guess_odd, quiz.over, quiz.void.
func DecideAnswer(key Key, q Contest, m accounts.Meta, t Try, c Answer) (Kept, error) {
	if !t.Counts() {
		return Kept{Try: t}, fault.New(fault.Gone, "quiz.void")
	}
	asked := key.Draw(t.ID, len(t.Picks))
	if len(c.Shown) != len(asked) || len(c.MS) != len(asked) {
		return Kept{Try: t}, fault.New(fault.Invalid, "quiz.answers_odd")
	}
	if c.Guess != nil && (*c.Guess < 0 || *c.Guess > MostGuess) {
		return Kept{Try: t}, fault.New(fault.Invalid, "quiz.guess_odd", "most", MostGuess).At("guess")
	}
	picks := make([]Pick, len(asked))
	for i, a := range asked {
		switch shown := c.Shown[i]; {
		case shown < 0 || shown > len(a.Order):
			return Kept{Try: t}, fault.New(fault.Invalid, "quiz.answers_odd")
		case shown > 0:
			picks[i] = Pick{Answer: a.Order[shown-1], At: m.At.UTC()}
			if c.Timed {
				picks[i].MS = max(0, c.MS[i])
			}
		}
	}
	if !t.Sent.IsZero() {
		return Kept{Try: t, Asked: asked}, nil // sent is sent: a repeat, or a second thought
	}
	if !m.At.Before(t.Until.Add(Grace)) {
		out, err := t.late(q, m, c, picks)
		out.Asked = asked
		return out, err
	}
	out := Kept{Asked: asked}
	out.Try, out.Changed = t.with(picks, c.Timed)
	if c.Guess != nil && (t.Guess == nil || *t.Guess != *c.Guess && (!c.Timed || c.GuessMS >= t.GuessMS)) {
		out.Try.Guess, out.Try.GuessMS, out.Changed = c.Guess, max(0, c.GuessMS), true
	}
	if c.Send {
		if out.Blank = out.Try.Blank(); c.Sure || len(out.Blank) == 0 {
			out.Try.Sent, out.Blank, out.Changed = m.At.UTC(), nil, true
		}
	}
	out.Try.Right = key.right(asked, out.Try.Picks)
	return out, nil
}

// after reports whether the pick says something else than that one, and was pressed later.
func (p Pick) after(is Pick) bool { return p.Answer != 0 && p.Answer != is.Answer && p.MS >= is.MS }

// with is the try with what is new in the picks; what was chosen before and is so still keeps when it arrived. What nobody timed counts as it comes.
func (t Try) with(picks []Pick, timed bool) (_ Try, news bool) {
	t.Picks = slices.Clone(t.Picks)
	for i, p := range picks {
		if p.after(t.Picks[i]) || !timed && p.Answer != 0 && p.Answer != t.Picks[i].Answer {
			t.Picks[i], news = p, true
		}
	}
	return t, news
}

func (t Try) late(q Contest, m accounts.Meta, c Answer, picks []Pick) (Kept, error) {
	out := Kept{Try: t, Late: true}
	if !c.Timed || m.At.After(t.Until.Add(LateLife)) || !q.Forgotten.IsZero() {
		return out, fault.New(fault.Gone, "quiz.over", "at", t.Until)
	}
	late := Late{At: m.At.UTC(), Picks: make([]Pick, len(picks))}
	if t.Late != nil && !t.Late.Count { // what waits, or did not count: another word may come
		late.Picks, late.Guess = slices.Clone(t.Late.Picks), t.Late.Guess
	}
	news := false
	for i, p := range picks {
		inTime := p.MS > 0 && !t.Began.Add(time.Duration(p.MS)*time.Millisecond).After(t.Until)
		if inTime && p.after(t.Picks[i]) && p.after(late.Picks[i]) {
			late.Picks[i], news = p, true
		}
	}
	if c.Guess != nil && t.Guess == nil && (late.Guess == nil || *late.Guess != *c.Guess) {
		late.Guess, news = c.Guess, true
	}
	if news {
		out.Try.Late, out.Changed = &late, true
	}
	return out, nil
}

// Judge is an organiser's word about a try.
type Judge struct {
	Contest string `json:"-"`
	Try     string `json:"-"`
	Do      Do     `json:"do"`
	Why     string `json:"why" schema:"required maxLength=500"`
}

// Do is what an organiser does about a try.
type Do string

// What can be done.
const (
	CountLate Do = "count" // what arrived late counts
	DropLate  Do = "drop"  // it does not
	Annul     Do = "void"  // the try counts nothing; its number or code may try again
)

// Dos lists them in the order forms offer them.
var Dos = [...]Do{CountLate, DropLate, Annul}

// DecideJudge says what a try becomes. A word about what came late can be taken back by the other one until who won is decided.
// Faults: accounts.denied, quiz.do_unknown, quiz.why_missing, kit.text_too_long, quiz.fixed_already, quiz.void_already,
// quiz.late_none, quiz.late_said_so.
func DecideJudge(key Key, q Contest, m accounts.Meta, t Try, c Judge) (Try, error) {
	if err := MayRun(m.By, q.District); err != nil {
		return t, err
	}
	why, err := because(c.Why)
	switch {
	case !slices.Contains(Dos[:], c.Do):
		return t, fault.New(fault.Invalid, "quiz.do_unknown").At("do")
	case err != nil:
		return t, err
	case q.Stage != Announced:
		return t, fault.New(fault.Conflict, "quiz.fixed_already")
	case !t.Counts():
		return t, fault.New(fault.Conflict, "quiz.void_already", "by", t.Void.By, "at", t.Void.At)
	}
	word := Word{By: m.By.Name, At: m.At.UTC(), Why: why}
	t.Ruled = append(slices.Clone(t.Rulings()), Ruling{c.Do, word})
	if c.Do == Annul {
		t.Void = &word
		return t, nil
	}
	switch {
	case t.Late == nil:
		return t, fault.New(fault.Conflict, "quiz.late_none")
	case t.Late.Said != nil && t.Late.Count == (c.Do == CountLate):
		return t, fault.New(fault.Conflict, "quiz.late_said_so", "by", t.Late.Said.By, "at", t.Late.Said.At).At("do")
	}
	late := *t.Late
	if late.Count {
		t = t.uncounted()
		late.Before = nil
	}
	late.Said, late.Count = &word, c.Do == CountLate
	if late.Count {
		late.Before = t.Picks
		picks := slices.Clone(late.Picks)
		for i := range picks {
			picks[i].Late = picks[i].Answer != 0
		}
		t, _ = t.with(picks, false)
		if late.Guess != nil {
			t.Guess = late.Guess
		}
	}
	t = key.Recount(t)
	t.Late = &late
	return t, nil
}

// uncounted is the try as it stood before what came late was let count. Older tries did not keep that: there what came late goes.
func (t Try) uncounted() Try {
	picks := t.Late.Before
	if picks == nil {
		picks = slices.Clone(t.Picks)
		for i := range picks {
			if picks[i].Late {
				picks[i] = Pick{}
			}
		}
	}
	if t.Picks = picks; t.Late.Guess != nil {
		t.Guess = nil
	}
	return t
}

// Dos are what an organiser can decide about the try while who won is open.
func (t Try) Dos() (list []Do) {
	for _, do := range Dos {
		if t.Counts() && (do == Annul || t.Late != nil && (t.Late.Said == nil || t.Late.Count != (do == CountLate))) {
			list = append(list, do)
		}
	}
	return list
}

// Forget is the try without whose it is.
func (t Try) Forget() Try {
	t.Name, t.Phone, t.Code = "", "", ""
	return t
}

// DecideForget says when names and numbers of a contest are erased: false before their time, or where they are already.
func DecideForget(at time.Time, q Contest) (Contest, bool) {
	if !q.Forgotten.IsZero() || q.Stage == Draft || at.Before(q.Forgets()) {
		return q, false
	}
	q.Forgotten = at.UTC()
	return q, true
}

// Pace is how long a person took over each question of a try by her phone, as she went through them.
func (t Try) Pace() (seconds []float64, all bool) {
	type pressed struct{ i, ms int }
	var order []pressed
	for i, p := range t.Picks {
		if p.Answer != 0 && p.MS > 0 {
			order = append(order, pressed{i, p.MS})
		}
	}
	slices.SortFunc(order, func(a, b pressed) int { return a.ms - b.ms })
	seconds, all = make([]float64, len(t.Picks)), len(order) == len(t.Picks)
	last := 0
	for _, p := range order {
		seconds[p.i], last = float64(p.ms-last)/1000, p.ms
	}
	return seconds, all
}

// Hasty is below how many seconds a question a try was pressed through faster than one reads.
const Hasty = 2.0

// Hasty reports whether the try was pressed through faster than one reads: something to look at, and no proof.
func (t Try) Hasty() bool {
	n, last := 0, 0
	for _, p := range t.Picks {
		if p.Answer != 0 && p.MS > 0 {
			n, last = n+1, max(last, p.MS)
		}
	}
	return n >= 5 && float64(last)/1000/float64(n) < Hasty
}
