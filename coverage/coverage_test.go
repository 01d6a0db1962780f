package coverage

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
)

const week = airing.Week(2837)

func TestEachStationIsInExactlyOneState(t *testing.T) {
	tallies := map[string]airing.Tally{
		"S1": {Aired: 2, Qualifying: 1, WithEvidence: 1, OnTime: 1},
		"S2": {Aired: 1},
		"S3": {NotAired: 1},
		"S5": {NotAired: 1},
		"S6": {Aired: 1, Qualifying: 1},
		"S9": {Aired: 1, Qualifying: 1}, // merged away: no member this week
	}
	excuses := map[string]Excuse{"S5": {Reason: airing.PowerCut}, "S6": {Reason: airing.PowerCut}, "S4": {Reason: airing.Weather, Revoked: true}}
	members := []Member{{"S1", "080"}, {"S2", "080"}, {"S3", "080"}, {"S4", "082"}, {"S5", "082"}, {"S6", "082"}}
	w := Compute(week, members, func(s string) int { return len(s) - 1 }, tallies, excuses)
	want := Counts{Active: 6, Excused: 1, Scheduled: 6, Aired: 2, WithEvidence: 1, OnTime: 1, NotCounted: 1, NotAired: 1, NotReported: 1}
	if w.Counts != want {
		t.Fatalf("got %+v\nwant %+v", w.Counts, want)
	}
	if w.Percent() != 40 {
		t.Errorf("2 of 5 is %d %%", w.Percent())
	}
	if len(w.Districts) != 2 || w.Districts[0].District != "080" || w.Districts[0].Active != 3 || w.Districts[1].Excused != 1 {
		t.Errorf("districts %+v", w.Districts)
	}
	if one := w.Only(func(d, _ string) bool { return d == "082" }); one.Counts != w.Districts[1].Counts || len(one.Stations) != 3 {
		t.Errorf("a district monitor sees %+v", one.Counts)
	}
}

func TestCoverageNeverExceedsOneHundredPercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.StringMatching(`S[0-9]{2}`), 0, 20, rapid.ID).Draw(t, "stations")
		tallies, excuses, members := map[string]airing.Tally{}, map[string]Excuse{}, []Member{}
		for _, id := range ids {
			n := rapid.Uint16Range(0, 3)
			q := n.Draw(t, "qualifying")
			tallies[id] = airing.Tally{Aired: q + n.Draw(t, "other"), Qualifying: q, NotAired: n.Draw(t, "not")}
			if rapid.Bool().Draw(t, "excused") {
				excuses[id] = Excuse{Revoked: rapid.Bool().Draw(t, "revoked")}
			}
			if rapid.Bool().Draw(t, "member") {
				members = append(members, Member{id, rapid.SampledFrom([]string{"080", "082"}).Draw(t, "district")})
			}
		}
		w := Compute(week, members, func(string) int { return 0 }, tallies, excuses)
		c := w.Counts
		if c.Aired > c.Expected() || c.Percent() > 100 {
			t.Fatalf("%+v", c)
		}
		if c.Aired+c.NotCounted+c.NotAired+c.NotReported+c.Excused != c.Active || c.Active != len(members) {
			t.Fatalf("states do not add up: %+v", c)
		}
		var sum Counts
		for _, d := range w.Districts {
			sum.Active += d.Active
			sum.Aired += d.Aired
			sum.Excused += d.Excused
		}
		if sum.Active != c.Active || sum.Aired != c.Aired || sum.Excused != c.Excused {
			t.Fatalf("districts do not add up: %+v, %+v", sum, c)
		}
	})
}

func TestAnExcuseNeedsAReasonANoteAndAnOpenWeek(t *testing.T) {
	monitor := accounts.Actor{Name: "Nam", Via: "session", Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: "084"}}}}
	m := accounts.Meta{By: monitor, At: time.Date(2024, 5, 20, 3, 0, 0, 0, time.UTC)}
	good := Excuse{Week: week, Station: "S1", Reason: airing.PowerCut, Note: "bão số 2"}
	here := accounts.Where{District: "084", Station: "S1"}
	for _, c := range []struct {
		name          string
		on            accounts.Where
		known, closed bool
		edit          func(*Excuse)
		want          string
	}{
		{"good", here, true, false, func(*Excuse) {}, ""},
		{"next district", accounts.Where{District: "085"}, true, false, func(*Excuse) {}, "accounts.denied"},
		{"station not active", here, false, false, func(*Excuse) {}, "coverage.not_active"},
		{"closed week", here, true, true, func(*Excuse) {}, "coverage.week_closed"},
		{"no reason", here, true, false, func(e *Excuse) { e.Reason = "" }, "coverage.excuse_reason"},
		{"no note", here, true, false, func(e *Excuse) { e.Note = "  " }, "coverage.excuse_note"},
	} {
		e := good
		c.edit(&e)
		got, err := DecideExcuse(m, c.on, c.known, c.closed, e)
		if c.want == "" && (err != nil || got.By != "Nam") || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

func TestAWeekIsClosedOnlyAfterItsEnd(t *testing.T) {
	cal := airing.Calendar{Zone: text.Zone}
	m := accounts.Meta{By: accounts.Daemon(), At: cal.Start(week + 1).Add(-time.Second)}
	if err := DecideClose(m, cal, week); !fault.Is(err, "coverage.week_open") {
		t.Error(err)
	}
	m.At = m.At.Add(time.Second)
	if err := DecideClose(m, cal, week); err != nil {
		t.Error(err)
	}
}
