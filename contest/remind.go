package contest

import (
	"time"

	"loa/accounts"
	"loa/message"
)

// Remind tells who a contest waits for and whose time ends within lead of now: operators
// whose station has entered nothing yet, and judges who have sheets left to sign. Each is
// told once of one deadline.
func (s *State) Remind(people *accounts.Directory, now time.Time, lead time.Duration) (drafts []message.Draft) {
	if closes := s.Rules.Dates.ClosesAt; s.Taking(now) && closes.Sub(now) <= lead {
		entered := map[string]bool{}
		for _, e := range s.Entries {
			entered[e.Entrant.Station] = entered[e.Entrant.Station] || e.Withdrawn == nil
		}
		for _, p := range people.People() {
			if p.Disabled || !waitsFor(p, entered) {
				continue
			}
			drafts = append(drafts, message.Draft{Key: "contest.deadline " + s.ID + " " + closes.UTC().Format(time.RFC3339) + " " + p.ID,
				Topic: message.EntriesClose, Person: p, Title: p.Language.Say("message.entries_title", "contest", s.Rules.Title, "at", closes),
				Text: p.Language.Say("message.entries_text", "contest", s.Rules.Title, "at", closes), Path: "/enter/" + s.ID, Until: closes})
		}
	}
	round := s.Running()
	if round == nil {
		return drafts
	}
	until := s.Rules.Rounds[len(s.Rounds)-1].Until
	if until.IsZero() || now.After(until) || until.Sub(now) > lead {
		return drafts
	}
	left := map[string]int{}
	for _, t := range round.Tasks {
		if t.SetAside == nil && t.Sheet.SignedAt.IsZero() {
			left[t.Judge]++
		}
	}
	for _, p := range people.People() {
		if n := left[p.ID]; n > 0 && !p.Disabled {
			drafts = append(drafts, message.Draft{Key: "contest.sheets " + s.ID + " " + round.ID + " " + until.UTC().Format(time.RFC3339) + " " + p.ID,
				Topic: message.SheetsMissing, Person: p, Title: p.Language.Say("message.sheets_title", "n", n, "at", until),
				Text: p.Language.Say("message.sheets_text", "contest", s.Rules.Title, "n", n, "at", until), Path: "/judging", Until: until})
		}
	}
	return drafts
}

// waitsFor reports whether the person runs a station that has entered nothing.
func waitsFor(p accounts.Person, entered map[string]bool) bool {
	for _, station := range p.Actor("").Runs() {
		if !entered[station] {
			return true
		}
	}
	return false
}
