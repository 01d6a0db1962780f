// Package quiz runs knowledge contests (cuộc thi tìm hiểu): a bank of questions, contests of a district or the
// province that draw from it, tries of people who need no account, and who wins.
//
// One person has one try: by a telephone number, or by a code that her commune handed out. The server's clock decides:
// what arrived until the end of a try counts. What a phone says was pressed in time but arrives later counts nothing by
// itself; an organiser decides about it before the results are fixed, as airing.Spoken leaves a phone's clock unproven.
//
// Names and numbers of people have a purpose, to find the winners, and an end: Contest.Forgets.
package quiz

import (
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// MayRun refuses who may not run contests of that district, or the province's for "". Fault: accounts.denied.
func MayRun(by accounts.Actor, district string) error {
	return by.Must(accounts.RunQuiz, accounts.Where{District: district})
}

// Question is one of the bank.
type Question struct {
	ID       string          `json:"id"`
	District string          `json:"district,omitempty"` // whose it is, "" of the province: every contest may draw it
	Text     string          `json:"text"`
	Answers  []string        `json:"answers"`
	Right    int             `json:"right"` // number of the right one, from 1
	Topic    scheduler.Topic `json:"topic,omitempty"`
	Retired  bool            `json:"retired"` // no contest draws it any more
	accounts.Touch
}

// Edition is what two editors of the question begin from.
func (q Question) Edition() accounts.Edition { return accounts.EditionOf(q.Touch, q) }

// RightAnswer is the words of the right answer.
func (q Question) RightAnswer() string {
	if q.Right < 1 || q.Right > len(q.Answers) {
		return ""
	}
	return q.Answers[q.Right-1]
}

// Way is by what a person has her one try.
type Way string

// The ways.
const (
	ByPhone Way = "phone" // her telephone number
	ByCode  Way = "code"  // a code that her commune handed out
)

// Ways lists them in the order forms offer them.
var Ways = [...]Way{ByPhone, ByCode}

// Stage is how far the organisers have brought a contest.
type Stage string

// The stages.
const (
	Draft     Stage = "draft"     // being written
	Announced Stage = "announced" // its questions are taken from the bank; it opens and closes by itself
	Fixed     Stage = "fixed"     // who won is decided, and not public yet
	Published Stage = "published"
)

// Stages lists them in their order.
var Stages = [...]Stage{Draft, Announced, Fixed, Published}

// Prize is one rank of the prizes.
type Prize struct {
	Name   string `json:"name" schema:"required maxLength=80"`
	Count  int    `json:"count" schema:"minimum=1 maximum=1000"`
	Amount int64  `json:"amount,omitempty" schema:"minimum=0 maximum=1000000000"` // đồng each
}

// Rules are what organisers write of a contest.
type Rules struct {
	District string            `json:"district,omitempty" schema:"maxLength=10"` // "" is the province's
	Title    string            `json:"title" schema:"required maxLength=200"`
	Host     string            `json:"host,omitempty" schema:"maxLength=200"`   // who holds it
	Terms    string            `json:"terms,omitempty" schema:"maxLength=8000"` // for people to read
	Way      Way               `json:"way"`
	Opens    time.Time         `json:"opens"` // UTC
	Closes   time.Time         `json:"closes"`
	Draws    int               `json:"draws" schema:"minimum=1 maximum=100"`                // questions of one try
	Minutes  int               `json:"minutes" schema:"minimum=1 maximum=180"`              // for all of them
	Topics   []scheduler.Topic `json:"topics,omitempty"`                                    // questions are drawn from these, of any for none
	Prizes   []Prize           `json:"prizes,omitempty" schema:"maxItems=20"`               // best first
	Keep     int               `json:"keep_days,omitempty" schema:"minimum=0 maximum=3650"` // names and numbers are kept after it closes; 0 means UsualKeep
}

// Contest is one knowledge contest.
type Contest struct {
	ID string `json:"id"`
	Rules
	Stage     Stage     `json:"stage"`
	Pool      int       `json:"pool,omitempty"` // questions taken from the bank
	Back      []Back    `json:"back,omitempty"`
	Edits     []Edit    `json:"edits,omitempty"`    // since it opened
	Forgotten time.Time `json:"forgotten,omitzero"` // names and numbers of people

	Corrected []Correction `json:"corrected,omitempty"`
	Proposed  *Proposal    `json:"proposed,omitempty"` // of a public result
	accounts.Touch
}

// Back is a step that was taken back.
type Back struct {
	From   Stage     `json:"from"`
	By     string    `json:"by"`
	Second string    `json:"second,omitempty"` // who agreed, of a public result
	At     time.Time `json:"at"`
	Why    string    `json:"why"`
}

// Edition is what two editors of the contest begin from.
func (c Contest) Edition() accounts.Edition { return accounts.EditionOf(c.Touch, c) }

// Open reports whether people may begin a try.
func (c Contest) Open(at time.Time) bool {
	return c.Stage == Announced && !at.Before(c.Opens) && at.Before(c.Closes)
}

// Over reports whether no try runs any more.
func (c Contest) Over(at time.Time) bool { return c.Stage != Draft && !at.Before(c.Closes.Add(Grace)) }

// Forgets is when names and numbers of people are erased.
func (c Contest) Forgets() time.Time { return c.Closes.AddDate(0, 0, c.keep()) }

func (c Contest) keep() int {
	if c.Keep == 0 {
		return UsualKeep
	}
	return c.Keep
}

// Limits of what is kept, and how time is counted.
const (
	LeastAnswers = 2
	MostAnswers  = 6
	MostQuestion = 1000 // characters
	MostAnswer   = 500
	MostName     = 80
	MostDraws    = 100
	MostMinutes  = 180
	MostCodes    = 20_000 // of one contest
	MostBank     = 5000   // questions of one district, or the province
	UsualKeep    = 90     // days; ours, no rule: a year is the most a contest may ask for
	MostKeep     = 365

	// Grace is how long after the end of a try what is on its way still counts: a page sends by itself when its time
	// is up, and a slow line takes its seconds.
	Grace = 15 * time.Second
	// LateLife is how long after the end of a try what a phone kept is still taken, to be decided about.
	LateLife = 48 * time.Hour
)

// Key is what a contest took from the bank, without the words: no page and no program is told it.
type Key struct {
	Seed  string `json:"seed"`
	Right []int  `json:"right"` // by question, from 1; 0 is everybody who is asked
	Many  []int  `json:"many"`  // answers there are, by question
}

// Pick is what somebody chose.
type Pick struct {
	Answer int       `json:"answer"`         // number in the bank, from 1; 0 is nothing
	At     time.Time `json:"at,omitzero"`    // when it arrived
	MS     int       `json:"ms,omitempty"`   // when it was pressed by the phone's clock, counted from the beginning; 0 where none said so
	Late   bool      `json:"late,omitempty"` // it arrived behind the end, and an organiser let it count
}

// Try is one person's.
type Try struct {
	ID      string    `json:"id"`
	Contest string    `json:"contest"`
	Name    string    `json:"name,omitempty"`
	Phone   string    `json:"phone,omitempty"`
	Code    string    `json:"code,omitempty"`
	Station string    `json:"station"` // of her commune
	Began   time.Time `json:"began"`   // UTC
	Until   time.Time `json:"until"`   // without Grace
	Picks   []Pick    `json:"picks"`   // in the order she is asked
	Guess   *int      `json:"guess,omitempty"`
	GuessMS int       `json:"guess_ms,omitempty"` // when it was typed, as of Pick.MS
	Sent    time.Time `json:"sent,omitzero"`
	Right   int       `json:"right"` // how many are right
	Late    *Late     `json:"late,omitempty"`
	Void    *Word     `json:"void,omitempty"`
	Ruled   []Ruling  `json:"ruled,omitempty"` // all that was decided about it, in its order
}

// Late is what arrived behind the end of a try, as pressed before it by the phone's clock, which nothing proves.
type Late struct {
	At     time.Time `json:"at"`
	Picks  []Pick    `json:"picks"`
	Guess  *int      `json:"guess,omitempty"`
	Said   *Word     `json:"said,omitempty"` // what was decided last, nil while nobody has
	Count  bool      `json:"count,omitempty"`
	Before []Pick    `json:"before,omitempty"` // what stood when it was let count, for when that is taken back
}

// Word is what an organiser decided about a try.
type Word struct {
	By  string    `json:"by"`
	At  time.Time `json:"at"`
	Why string    `json:"why"`
}

// Ruling is one word about a try, as the minutes tell it.
type Ruling struct {
	Do Do `json:"do"`
	Word
}

// Rulings are all words about the try, in their order. Older tries kept the last of each kind alone.
func (t Try) Rulings() []Ruling {
	if len(t.Ruled) > 0 {
		return t.Ruled
	}
	var list []Ruling
	if t.Late != nil && t.Late.Said != nil {
		list = append(list, Ruling{map[bool]Do{true: CountLate, false: DropLate}[t.Late.Count], *t.Late.Said})
	}
	if t.Void != nil {
		list = append(list, Ruling{Annul, *t.Void})
	}
	return list
}

// Blank are the numbers of the questions without an answer, from 1.
func (t Try) Blank() (list []int) {
	for i, p := range t.Picks {
		if p.Answer == 0 {
			list = append(list, i+1)
		}
	}
	return list
}

// Counts reports whether the try counts: it was not declared void.
func (t Try) Counts() bool { return t.Void == nil }

// Full reports whether all is right.
func (t Try) Full() bool { return t.Right == len(t.Picks) }

// Over reports whether nothing that arrives counts any more.
func (t Try) Over(at time.Time) bool { return !t.Sent.IsZero() || !at.Before(t.Until.Add(Grace)) }

// Finished is when the try was sent, or ended by itself.
func (t Try) Finished() time.Time {
	if t.Sent.IsZero() {
		return t.Until
	}
	return t.Sent
}

// Held reports whether her phone may still hold answers that the server would take.
func (t Try) Held(at time.Time) bool {
	return t.Counts() && t.Sent.IsZero() && t.Late == nil && at.Before(t.Until.Add(LateLife))
}

// Open reports whether something of it waits for an organiser's word.
func (t Try) Open() bool { return t.Late != nil && t.Late.Said == nil && t.Void == nil }

// State is how a try stands.
type State string

// The states.
const (
	Running State = "running"
	Sent    State = "sent"
	TimeUp  State = "time_up" // it ended by itself
	IsLate  State = "late"    // something of it waits for an organiser's word
	IsVoid  State = "void"
)

// States lists them in the order filters offer them.
var States = [...]State{Running, Sent, TimeUp, IsLate, IsVoid}

// State is how it stands at that time.
func (t Try) State(at time.Time) State {
	switch {
	case t.Void != nil:
		return IsVoid
	case t.Open():
		return IsLate
	case !t.Sent.IsZero():
		return Sent
	case t.Over(at):
		return TimeUp
	}
	return Running
}

// Tally adds up the tries of one commune in one contest.
type Tally struct {
	Tries int `json:"tries"` // that count
	Sent  int `json:"sent"`
	Right int `json:"right"` // right answers of all
	Full  int `json:"full"`  // tries with all right
	Void  int `json:"void"`
	Late  int `json:"late"` // that wait for a word
}

// Add adds what another counts, n times.
func (t Tally) Add(o Tally, n int) Tally {
	return Tally{t.Tries + n*o.Tries, t.Sent + n*o.Sent, t.Right + n*o.Right, t.Full + n*o.Full, t.Void + n*o.Void, t.Late + n*o.Late}
}

// Tally is what the try adds to its commune's.
func (t Try) Tally() (c Tally) {
	if !t.Counts() {
		return Tally{Void: 1}
	}
	c = Tally{Tries: 1, Right: t.Right}
	if !t.Sent.IsZero() {
		c.Sent = 1
	}
	if t.Full() {
		c.Full = 1
	}
	if t.Open() {
		c.Late = 1
	}
	return c
}

// Code lets one person of a commune try.
type Code struct {
	Code    string    `json:"code"` // "KT4M-7XPH"
	Station string    `json:"station"`
	Made    time.Time `json:"made"`
	Used    bool      `json:"used"` // somebody has begun by it
}

// Codes is how many codes a commune has in a contest, and how many of them somebody has begun by.
type Codes struct {
	Station string `json:"station"`
	Made    int    `json:"made"`
	Used    int    `json:"used"`
}

// Who is by what a person is known in a contest: "p" and her number, or "c" and her code.
func (t Try) Who() string {
	if t.Code != "" {
		return "c" + t.Code
	}
	return "p" + t.Phone
}

// Nobodys reports whether it is no longer known whose it was.
func (t Try) Nobodys() bool { return t.Phone == "" && t.Code == "" }

// Short is a name as the public reads it: "Giàng A P.".
func Short(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	last := []rune(words[len(words)-1])
	words[len(words)-1] = strings.ToUpper(string(last[:1])) + "."
	return strings.Join(words, " ")
}

// Hidden is a telephone number as the public reads it: "…678".
func Hidden(phone string) string {
	if len(phone) < 6 {
		return ""
	}
	return "…" + phone[len(phone)-3:]
}

// In reports whether a commune may take part: every one of the province, or those of the contest's district.
func (c Contest) In(reg *stations.Registry, station string) bool {
	s, err := reg.Station(station)
	return err == nil && s.ID == station && (c.District == "" || reg.Where(station).District == c.District)
}

// Words says the way.
func (w Way) Words(l text.Language) string { return l.Say("quiz.way." + string(w)) }

// Unknown is the fault quiz.unknown: there is no such contest, or nothing of it that the asker may know.
func Unknown() error { return fault.New(fault.NotFound, "quiz.unknown") }

// NoQuestion is the fault quiz.no_question.
func NoQuestion() error { return fault.New(fault.NotFound, "quiz.no_question") }

// NoTry is the fault quiz.no_try.
func NoTry() error { return fault.New(fault.NotFound, "quiz.no_try") }

// NoSuchPage is the fault quiz.cursor: a cursor that no list gave.
func NoSuchPage() error { return fault.New(fault.Invalid, "quiz.cursor").At("after") }

// known reports whether it is a topic there is.
func known(t scheduler.Topic) bool { return slices.Contains(scheduler.Topics, t) }
