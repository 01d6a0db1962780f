package coverage_test

import (
	"slices"
	"testing"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
)

func TestClosingAWeekShowsWhatIsUndecided(t *testing.T) {
	w := coverage.Week{Week: 100, Stations: []coverage.StationWeek{
		{Station: "S1", State: coverage.NotReported},
		{Station: "S2", State: coverage.NotAired},
		{Station: "S3", State: coverage.Aired, Tally: airing.Tally{Qualifying: 1, WithEvidence: 1}},
		{Station: "S4", State: coverage.Aired, Tally: airing.Tally{Qualifying: 1, WithEvidence: 1, Verified: 1}},
		{Station: "S5", State: coverage.Excused},
	}}
	name := func(id string) string { return "Đài " + id }
	waits := coverage.Unanswered{Pleas: []coverage.Plea{{Station: "S6"}}, Said: []airing.Proposal{{Station: "S7"}, {Station: "S7"}}}
	step := coverage.Closing(w, waits, name)
	var keys []string
	for _, o := range step.Open {
		keys = append(keys, o.Key+" "+o.Of[0])
		if !text.Has(o.Key) {
			t.Errorf("no sentence %s", o.Key)
		}
	}
	for _, key := range step.Locks {
		if !text.Has(key) {
			t.Errorf("no sentence %s", key)
		}
	}
	if want := []string{"coverage.open_silent Đài S1", "coverage.open_not_aired Đài S2", "coverage.open_unverified Đài S3",
		"coverage.open_pleas Đài S6", "coverage.open_said Đài S7"}; !slices.Equal(keys, want) {
		t.Errorf("undecided: %q", keys)
	}
	cal := airing.Calendar{Zone: text.Zone}
	person := accounts.Meta{At: cal.End(100), By: accounts.Actor{Person: "p", Name: "Nam", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}}}}
	daemon := accounts.Meta{At: cal.End(100), By: accounts.Daemon()}
	freeze := func(m accounts.Meta, w coverage.Week, seen string) error {
		f := coverage.CloseFacts{Calendar: cal, Name: name, Count: func() (coverage.Week, error) { return w, nil },
			Waits: func() (coverage.Unanswered, error) { return waits, nil }}
		closed, fresh, err := coverage.DecideClose(f, m, coverage.Close{Week: 100, Seen: seen})
		if fresh != (err == nil) || fresh && (!closed.Holds() || closed.Frozen.ClosedBy != m.By.Name || !closed.Frozen.Closed) {
			t.Errorf("closed %v: %+v, %v", fresh, closed, err)
		}
		return err
	}
	if err := freeze(person, w, ""); !once.Unseen(err) {
		t.Errorf("unasked: %v", err)
	}
	if err := freeze(person, w, step.Seen()); err != nil {
		t.Error(err)
	}
	if err := freeze(daemon, w, ""); err != nil {
		t.Errorf("the daemon, by the settings: %v", err)
	}
	empty := coverage.Week{Week: 100, Stations: []coverage.StationWeek{{Station: "S1", State: coverage.NotPlanned}}}
	for _, m := range []accounts.Meta{person, daemon} {
		if err := freeze(m, empty, coverage.Closing(empty, waits, name).Seen()); !fault.Is(err, "coverage.nothing_to_close") {
			t.Errorf("a week of which nothing is known: %v", err)
		}
	}
	waits.Pleas = nil // somebody has answered
	if err := freeze(person, w, step.Seen()); !once.Unseen(err) {
		t.Errorf("with a word for what waits no more: %v", err)
	}
	step = coverage.Closing(w, waits, name)
	w.Stations[4].State = coverage.NotReported // an excuse was taken back
	if err := freeze(person, w, step.Seen()); !once.Unseen(err) {
		t.Errorf("with a word for another state: %v", err)
	}
}
