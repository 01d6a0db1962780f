// Package message is what Loa tells people and programs by itself: what is said to
// whom, by which channel, when, and what became of each delivery. It sends nothing:
// the door post does, and says what the other side answered.
package message

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/text"
)

// Topic is what a message is about: what people are told, or an event that programs
// are told.
type Topic string

// What people are told, also by a program that forwards it.
const (
	SlotSoon       Topic = "slot.soon"        // a planned airing begins soon
	SlotMissed     Topic = "slot.missed"      // nobody reported one in time
	StationSilent  Topic = "station.silent"   // stations of a district from which nothing was heard for weeks
	WeekSummary    Topic = "week.summary"     // how the last week went
	ReportSaid     Topic = "report.said"      // what a station said by telephone waits for the word of who runs it
	SaidDeclined   Topic = "report.declined"  // who called is told that the station says it is not so
	PlanDue        Topic = "plan.due"         // figures of the plan are missing of a period that is over
	PleaAnswered   Topic = "excuse.answered"  // who asked for an excuse is told what became of it
	EntriesClose   Topic = "contest.deadline" // the time to enter a work ends soon
	SheetsMissing  Topic = "contest.sheets"   // a judge has works left to score
	BrowserSeen    Topic = "account.browser"  // somebody logged in with a browser for the first time
	FactorsChanged Topic = "account.factors"  // her second factors are others now
	Trial          Topic = "trial"            // somebody tries whether messages arrive
)

// The events that programs are told of, each by the name of its change in the log.
const (
	Reported         Topic = "airing.confirm"
	Attached         Topic = "airing.attach"
	Detached         Topic = "airing.detach"
	Judged           Topic = "airing.judge"
	Proved           Topic = "airing.prove"
	Declined         Topic = "airing.decline"
	TextAnswered     Topic = "texts.answered"
	StationCalled    Topic = "coverage.call"
	WeekExcused      Topic = "coverage.excuse"
	ExcuseAsked      Topic = "coverage.ask_excuse"
	ExcuseAnswered   Topic = "coverage.answer_excuse"
	WeekClosed       Topic = "coverage.close_week"
	WeekReopened     Topic = "coverage.reopen_week"
	DecidedAnew      Topic = "coverage.decide_anew"
	ProgrammeSaved   Topic = "scheduler.save_programme"
	ProgrammeRetired Topic = "scheduler.retire_programme"
	EpisodeSaved     Topic = "scheduler.save_episode"
	EpisodeMoved     Topic = "scheduler.move_episode"
	RuleSaved        Topic = "scheduler.save_rule"
	ExceptionSaved   Topic = "scheduler.save_exception"
	StationSaved     Topic = "stations.save"
	StationsImported Topic = "stations.import"
	StationsMerged   Topic = "stations.merge"
	StationSplit     Topic = "stations.split"
	SuccessionUndone Topic = "stations.undo"
	ContestEvent     Topic = "contest.event"
)

// Topics are all of them: what people are told, the events, and the trial.
var Topics = []Topic{SlotSoon, SlotMissed, ReportSaid, SaidDeclined, PleaAnswered, StationSilent, WeekSummary, PlanDue,
	EntriesClose, SheetsMissing, BrowserSeen, FactorsChanged,
	Reported, Attached, Detached, Judged, Proved, Declined, TextAnswered, StationCalled, WeekExcused, ExcuseAsked, ExcuseAnswered,
	WeekClosed, WeekReopened, DecidedAnew, ProgrammeSaved, ProgrammeRetired,
	EpisodeSaved, EpisodeMoved,
	RuleSaved, ExceptionSaved, StationSaved, StationsImported, StationsMerged, StationSplit, SuccessionUndone, ContestEvent, Trial}

// Told are those that people are told and that can be set, Events those that programs
// are told, in the order they are listed.
var (
	Told   = Topics[:slices.Index(Topics, Reported)]
	Events = Topics[len(Told):slices.Index(Topics, Trial)]
)

// Words says what the topic is.
func (t Topic) Words(l text.Language) string { return l.Say("message.topic." + string(t)) }

// Draft is something that somebody is to be told, made by the noun it is about.
type Draft struct {
	Key    string // the same thing has the same key for ever, and is told once
	Topic  Topic
	Person accounts.Person
	Title  string // in the person's language, as Text
	Text   string
	Path   string    // page it is about, "/today"
	Until  time.Time // it is of no use later; the zero Time if it keeps
}

// Message is a thing said: in the app of the person, and by the deliveries that were
// made of it.
type Message struct {
	ID     string    `json:"id"`
	Topic  Topic     `json:"topic"`
	Person string    `json:"person,omitempty"` // "" for what programs alone are told
	Title  string    `json:"title,omitempty"`
	Text   string    `json:"text,omitempty"`
	Path   string    `json:"path,omitempty"`
	Made   time.Time `json:"made"`          // UTC
	Read   time.Time `json:"read,omitzero"` // when the person opened it
	Event  *Event    `json:"event,omitempty"`
}

// Event is a change of the log as programs are told of it: who asks the API about the
// thing sees what she may.
type Event struct {
	Change string    `json:"change"`          // ID of the change; the same in every telling
	At     time.Time `json:"at"`              // when it was made
	By     string    `json:"by"`              // name of who made it
	About  string    `json:"about,omitempty"` // ID of what it changed; of a contest's event, the contest
	// Said is what happened in each language, with the names of then; nil in what older programs kept.
	Said  map[text.Language]string `json:"said,omitempty"`
	Kind  string                   `json:"kind,omitempty"`  // of a contest's event
	Phone string                   `json:"phone,omitempty"` // of an answer to a text message, to whom it goes
	Reply string                   `json:"reply,omitempty"` // of such an answer, what is to be sent; "" for nothing
}

// Saying is the event with what happened, unless words is the zero Phrase.
func (e Event) Saying(words text.Phrase) Event {
	if words.Key == "" {
		return e
	}
	e.Said = map[text.Language]string{}
	for _, l := range text.Languages {
		e.Said[l] = words.Words(l)
	}
	return e
}

// Words says what happened, who did it where that may be told, and when, as programs pass it on.
func (e Event) Words(t Topic, l text.Language) string {
	what := cmp.Or(e.Said[l], t.Words(l))
	if e.By == "" {
		return l.Say("message.event_happened", "what", what, "at", e.At)
	}
	return l.Say("message.event_said", "what", what, "by", e.By, "at", e.At)
}

// Path is the page of what happened: who opens it sees there what she may.
func (e Event) Path(t Topic) string {
	switch t {
	case Reported, Attached, Detached, Judged, Proved:
		return "/airings/" + e.About
	case Declined, StationCalled:
		return "/calls/log"
	case TextAnswered:
		return "/texts"
	case ExcuseAsked, ExcuseAnswered, WeekExcused:
		return "/coverage/excuses"
	case WeekClosed, WeekReopened:
		return "/coverage?week=" + e.About
	case DecidedAnew:
		return "/coverage/anew"
	case ProgrammeSaved, ProgrammeRetired:
		return "/programmes/" + e.About
	case EpisodeSaved, EpisodeMoved:
		return "/episodes/" + e.About
	case RuleSaved, ExceptionSaved:
		return "/rules/" + e.About
	case StationSaved:
		return "/stations/" + e.About
	case StationsMerged, StationSplit, SuccessionUndone:
		return "/stations/changes"
	case StationsImported:
		return "/stations"
	}
	return "/contests/" + e.About // ContestEvent
}

// IDOf is the ID of the message with that key, a UUID.
func IDOf(key string) string {
	return uuid.NewHash(sha256.New(), uuid.Nil, []byte("message\x00"+key), 8).String()
}

// About is the ID of what the answer to a change is about, "" if it does not say.
func About(answer []byte) string {
	var is struct {
		ID      string `json:"id"`
		Report  string `json:"report"`
		Station string `json:"station"`
		Week    any    `json:"week"`
	}
	if json.Unmarshal(answer, &is) != nil {
		return ""
	}
	for _, id := range []string{is.ID, is.Report, is.Station} {
		if id != "" {
			return id
		}
	}
	if w, ok := is.Week.(string); ok {
		return w
	}
	return ""
}
