// Package message is what Loa tells people and programs by itself: what is said to
// whom, by which channel, when, and what became of each delivery. It sends nothing:
// the door post does, and says what the other side answered.
package message

import (
	"crypto/sha256"
	"encoding/json"
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
	SlotSoon      Topic = "slot.soon"        // a planned airing begins soon
	SlotMissed    Topic = "slot.missed"      // nobody reported one in time
	StationSilent Topic = "station.silent"   // stations of a district from which nothing was heard for weeks
	WeekSummary   Topic = "week.summary"     // how the last week went
	EntriesClose  Topic = "contest.deadline" // the time to enter a work ends soon
	SheetsMissing Topic = "contest.sheets"   // a judge has works left to score
	Trial         Topic = "trial"            // somebody tries whether messages arrive
)

// Told are those that people are told and that can be set, in the order they are listed.
var Told = []Topic{SlotSoon, SlotMissed, StationSilent, WeekSummary, EntriesClose, SheetsMissing}

// Events are what programs are told of: each is a change of the log, by its name there.
var Events = []Topic{
	"airing.confirm", "airing.attach", "airing.detach", "airing.judge",
	"coverage.excuse", "coverage.close_week", "coverage.reopen_week", "coverage.decide_anew",
	"scheduler.save_programme", "scheduler.retire_programme", "scheduler.save_episode", "scheduler.move_episode", "scheduler.save_rule",
	"scheduler.save_exception",
	"stations.save", "stations.import", "stations.merge", "stations.split", "stations.undo",
	"contest.event",
}

// Topics are all of them.
var Topics = append(append(append([]Topic{}, Told...), Events...), Trial)

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
	Kind   string    `json:"kind,omitempty"`  // of a contest's event
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
