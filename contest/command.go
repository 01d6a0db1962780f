package contest

import (
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/once"
)

// Command is something a person wants done with one contest. The types of
// this package whose names are verbs are the commands.
type Command interface {
	// decide returns what happens, or the fault that says why nothing does.
	decide(s *State, f Facts, m accounts.Meta) ([]body, error)
}

// Facts is what a decision must know beyond the contest itself. Hall loads
// what the command names; a test writes it down.
type Facts struct {
	Stations map[string]Station // by ID
	Files    map[string]File    // by ID
	People   map[string]Person  // by ID
	Episode  Episode            // the work was picked from; zero if it was not
	Alike    map[string][]File  // by IDs of entries: what they sound like, about which a person has yet to decide
	// Seed is fresh randomness. What it decides is stored in the event, so
	// that a replay needs no seed.
	Seed [32]byte
}

// Station is what a contest needs to know of a station today.
type Station struct {
	ID, Name               string
	District, DistrictName string
	Active                 bool
	Successor              string // name of the station it was merged into; "" if none
}

// File is what a contest needs to know of an uploaded file.
type File struct {
	ID      string
	Name    string // as sent
	SHA256  string // hex
	Sound   string // SHA-256 of the sound without tags, hex; "" if it is no audio
	Bytes   int64
	Seconds float64 // sample-exact length; 0 if it is no audio
	Begun   time.Time
	By      string // person ID of the uploader
	Station string // ID of the station that sent it; "" for the province
	Work    bool   // it was sent to be entered in a contest
	Same    bool   // somebody said that it is one recording with the file it was found by
	// Words are what a document says, and Unread is why they cannot be told: the
	// code of a fault. Both are "" for sound.
	Words  string
	Unread string
	// Refused is the audio check's verdict by the contest profile, or nil.
	Refused *fault.Error
}

// Episode is what a contest needs to know of an aired episode.
type Episode struct {
	ID      string
	Audio   string   // ID of its audio file
	Station string   // ID of the only station its programme is planned for, "" if there are several
	Sent    string   // ID of the station that sent its audio file; "" for the province
	Airings []Airing // every airing, whenever and wherever
}

// Of reports whether the episode is the station's own: it sent the recording, or
// nobody else airs the programme.
func (e Episode) Of(station string) bool {
	return station != "" && (e.Station == station || e.Sent == station)
}

// Person is what a contest needs to know of an account.
type Person struct {
	ID, Name  string
	Login     string
	Grants    []accounts.Grant
	Organised []accounts.Past // as of accounts.Person
	Began     []accounts.Begun
	Created   time.Time
}

// Since is since when the person may organise the contest, and who let her.
func (p Person) Since(contest string) accounts.Begun {
	return accounts.Person{Grants: p.Grants, Began: p.Began, Created: p.Created}.OrganisesSince(contest)
}

func (p Person) actor() accounts.Actor {
	return accounts.Actor{Person: p.ID, Name: p.Name, Grants: p.Grants, Organised: p.Organised}
}

// Decide returns the events that carry out the command, to be appended after
// the state's last one. It changes nothing. A command repeated under the same
// m.ID returns no events and no error; with other content it is the fault
// contest.change_differs; one made from another edition of the part it edits is
// edit.stale. The other faults are those of the single commands.
func Decide(s *State, f Facts, m accounts.Meta, c Command) ([]Event, error) {
	if m.ID == "" || len(m.ID) > 100 {
		return nil, fault.New(fault.Invalid, "contest.change_id_missing")
	}
	digest, err := digestOf(c, m.By.Person)
	if err != nil {
		return nil, err
	}
	if again, err := s.repeated(m.ID, digest); again || err != nil {
		return nil, err
	}
	if _, first := c.(DraftContest); first != (s.Seq == 0) {
		if first {
			return nil, fault.New(fault.Conflict, "contest.id_taken", "id", s.ID)
		}
		return nil, fault.New(fault.NotFound, "contest.unknown")
	}
	if s.Phase == Closed {
		return nil, s.isOver()
	}
	list, err := c.decide(s, f, m)
	if err != nil {
		return nil, err
	}
	if part := partOf(c, m); part != "" {
		if err := m.Current(s.Edition(part)); err != nil {
			return nil, err
		}
	}
	if step, ok := c.(Step); ok {
		asks := step.asks(s, f)
		if err := asks.Must(step.seen()); err != nil {
			return nil, err
		}
		for _, b := range list {
			if w, ok := b.(interface{ saw(once.Step, string) }); ok {
				w.saw(asks, step.seen())
			}
		}
	}
	return s.seal(m, digest, list)
}

// MayOrganise refuses who may not organise the contest; "" is every contest. Fault: accounts.denied.
func MayOrganise(by accounts.Actor, contest string) error {
	return by.Must(accounts.Organise, accounts.Where{Contest: contest})
}

// MayJudge refuses who is no judge of the contest. Fault: accounts.denied.
func MayJudge(by accounts.Actor, contest string) error {
	return by.Must(accounts.JudgeEntries, accounts.Where{Contest: contest})
}

// organiser returns nil if the actor may organise this contest.
func (s *State) organiser(m accounts.Meta) error {
	return MayOrganise(m.By, s.ID)
}

// chair returns nil if the actor presides over this jury and has signed what is
// hers to score: before that any answer would tell her of others' marks.
func (s *State) chair(m accounts.Meta) error {
	if err := s.judging(m); err != nil {
		return err
	}
	if !s.Chair(m.By.Person) {
		return fault.New(fault.Denied, "contest.chair_only")
	}
	if r := s.Running(); r != nil && r.Owes(m.By.Person) {
		return fault.New(fault.Conflict, "contest.chair_waits")
	}
	return nil
}

// reasonable returns nil if a reason was given that is worth keeping.
func reasonable(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.New(fault.Invalid, "contest.reason_missing").At("reason")
	}
	if len([]rune(reason)) > 2000 {
		return fault.New(fault.Invalid, "contest.text_too_long", "length", len([]rune(reason)), "most", 2000).At("reason")
	}
	return nil
}

// during returns the running round to somebody who may act in it, as may says.
// Fault: contest.no_round, besides those of may.
func (s *State) during(may func(accounts.Meta) error, m accounts.Meta) (*RoundState, error) {
	if err := may(m); err != nil {
		return nil, err
	}
	if r := s.Running(); r != nil {
		return r, nil
	}
	return nil, fault.New(fault.Conflict, "contest.no_round")
}
