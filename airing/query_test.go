package airing

import (
	"reflect"
	"testing"
	"time"

	"loa/accounts"
)

func of(role accounts.Role, level accounts.Level, id string) accounts.Actor {
	return accounts.Person{ID: "p", Name: "Chị Thu", Grants: []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: level, ID: id}}}}.Actor("session")
}

// Each condition of a query of the log leaves out what it says and nothing else, and nobody reads what she may not.
func TestEachConditionOfTheLogLeavesOutWhatItSays(t *testing.T) {
	there := accounts.Where{District: "084", Station: "S00001"}
	l := Line{Report: Report{ID: "r", Station: "S00001", Episode: "e", Outcome: Aired}}
	seen := l
	seen.Evidence = []Evidence{{ID: "x"}}
	replaced := seen
	replaced.CorrectedBy = "s"
	for name, c := range map[string]struct {
		q    Query
		l    Line
		want bool
	}{
		"nothing asked":           {Query{}, l, true},
		"its station":             {Query{Stations: []string{"S00002", "S00001"}}, l, true},
		"other stations":          {Query{Stations: []string{"S00002"}}, l, false},
		"its district":            {Query{District: "084"}, l, true},
		"another district":        {Query{District: "085"}, l, false},
		"its episode":             {Query{Episodes: []string{"d", "e"}}, l, true},
		"another episode":         {Query{Episodes: []string{"d"}}, l, false},
		"its outcome":             {Query{Outcome: Aired}, l, true},
		"another outcome":         {Query{Outcome: NotAired}, l, false},
		"standing":                {Query{Standing: true}, l, true},
		"corrected, but standing": {Query{Standing: true}, replaced, false},
		"corrected":               {Query{}, replaced, true},
		"waiting, with a photo":   {Query{Waiting: true}, seen, true},
		"waiting, with none":      {Query{Waiting: true}, l, false},
		"waiting, but corrected":  {Query{Waiting: true}, replaced, false},
		"all that it is": {Query{Stations: []string{"S00001"}, District: "084", Episodes: []string{"e"}, Outcome: Aired, Standing: true,
			Waiting: true}, seen, true},
		"all, but its district": {Query{Stations: []string{"S00001"}, District: "085", Episodes: []string{"e"}, Outcome: Aired, Standing: true}, seen, false},
		"all, but its episode":  {Query{Stations: []string{"S00001"}, District: "084", Episodes: []string{"d"}, Outcome: Aired, Standing: true}, seen, false},
		"all, but its station":  {Query{Stations: []string{"S00002"}, District: "084", Episodes: []string{"e"}, Outcome: Aired, Standing: true}, seen, false},
	} {
		if got := c.q.Wants(accounts.Daemon(), c.l, there); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
		if c.q.Wants(of(accounts.Operator, accounts.Station, "S00002"), c.l, there) {
			t.Errorf("%s: another station's operator reads it", name)
		}
		if got := c.q.Wants(of(accounts.Operator, accounts.Station, "S00001"), c.l, there); got != c.want {
			t.Errorf("%s: its operator: %t", name, got)
		}
	}
}

// A proposal waits until its last moment, and has lapsed from there on.
func TestAProposalLapsesOnce(t *testing.T) {
	end := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	for _, state := range ProposalStates {
		p := Proposal{State: state, Until: end}
		for _, at := range []time.Time{end.Add(-1), end, end.Add(1)} {
			waits, over := state == Proposed && at.Before(end), state == Proposed && !at.Before(end)
			after, lapsed := p.Lapsed(at)
			if p.Waits(at) != waits || lapsed != over || lapsed && (after.State != Expired || !after.EndedAt.Equal(end)) || !lapsed &&
				!reflect.DeepEqual(after, p) {
				t.Errorf("%s at %s: waits %t, lapsed %t: %+v", state, at, p.Waits(at), lapsed, after)
			}
			if again, twice := after.Lapsed(at.Add(time.Hour)); lapsed && (twice || !reflect.DeepEqual(again, after)) {
				t.Errorf("%s lapsed twice", state)
			}
		}
	}
}
