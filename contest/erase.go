package contest

import (
	"fmt"
	"maps"
	"slices"

	"loa/accounts"
)

// personErased says of events before it that what told who a person was is no longer in them.
type personErased struct {
	Person string     `json:"person"` // ID
	Events []redacted `json:"events"`
}

// redacted is an event that is another than was hashed.
type redacted struct {
	Seq int    `json:"seq"`
	Now string `json:"now"` // Sum of what is there since
}

func (*personErased) kind() string { return "person.erased" }
func (b *personErased) apply(s *State, e *Event) error {
	for _, r := range b.Events {
		if r.Seq < e.Seq {
			s.redacted[r.Seq] = r.Now
		}
	}
	return nil
}

// forged is an error where an event is another than was hashed and no later one says so, or says it otherwise.
func (s *State) forged() error {
	if maps.Equal(s.changed, s.redacted) {
		return nil
	}
	for seq, now := range s.changed {
		if s.redacted[seq] != now {
			return fmt.Errorf("contest %s: event %d was changed as by an erasure, and no event says so", s.ID, seq)
		}
	}
	return fmt.Errorf("contest %s: an erasure tells of events that are as they were", s.ID)
}

// Erases reports whether events before this one are others since.
func (e *Event) Erases() bool { return e.Kind == (*personErased)(nil).kind() }

// Needs reports whether the contest cannot do yet without knowing who the person is.
func (s *State) Needs(person string) bool {
	j := s.Judge(person)
	return j != nil && j.Removed == nil && s.Phase != Published && s.Phase != Closed
}

// Erase takes what tells who a person was out of the events of a contest, all of them, and returns those that are others
// since, with the one that says so behind them; none where she is not named. Their hashes stay.
func Erase(s *State, m accounts.Meta, t *accounts.Traces, events []Event) (list []Event, err error) {
	t = t.AmongStrangers()
	told := &personErased{Person: t.Person, Events: []redacted{}}
	for _, e := range events {
		raw, changed, err := t.Erase(e.Body, false)
		if err != nil {
			return nil, fmt.Errorf("contest %s: event %d: %w", s.ID, e.Seq, err)
		}
		if e.By == t.Person && slices.Contains(t.Names, e.Name) {
			e.Name, changed = t.Mask, true
		}
		if !changed {
			continue
		}
		e.Body, e.Erased = raw, true
		told.Events = append(told.Events, redacted{e.Seq, e.Sum()})
		list = append(list, e)
	}
	if len(list) == 0 {
		return nil, nil
	}
	added, err := s.seal(m, "", []body{told})
	return append(list, added...), err
}
