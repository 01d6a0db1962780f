package coverage

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
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
	w := compute(week, members, slots(1, "S1", "S2", "S3", "S4", "S5", "S6"), tallies, excuses)
	want := Counts{Active: 6, Excused: 1, Scheduled: 5, Aired: 2, WithEvidence: 1, OnTime: 1, NotCounted: 1, NotAired: 1, NotReported: 1}
	if w.Counts != want {
		t.Fatalf("got %+v\nwant %+v", w.Counts, want)
	}
	if n, ok := w.Percent(); n != 40 || !ok {
		t.Errorf("2 of 5 is %d %%, %v", n, ok)
	}
	if len(w.Districts) != 2 || w.Districts[0].District != "080" || w.Districts[0].Active != 3 || w.Districts[1].Excused != 1 {
		t.Errorf("districts %+v", w.Districts)
	}
	if one := w.Only(func(d, _ string) bool { return d == "082" }); one.Counts != w.Districts[1].Counts || len(one.Stations) != 3 {
		t.Errorf("a district monitor sees %+v", one.Counts)
	}
}

// TestAnnouncementsHideNothing: what a station aired of programmes that do not
// count is no answer for those that do.
func TestAnnouncementsHideNothing(t *testing.T) {
	off := airing.Tally{Aired: 1, AiredOff: 1}
	for name, c := range map[string]struct {
		tally          airing.Tally
		scheduled, due int
		over           bool
		want           State
	}{
		"could not air, and announced":         {airing.Tally{Aired: 1, AiredOff: 1, NotAired: 2}, 2, 2, true, NotAired},
		"silent, and announced":                {off, 2, 2, true, NotReported},
		"one silent, the other yet to come":    {off, 2, 1, false, NotReported},
		"yet to come, and announced":           {off, 2, 0, false, NotDue},
		"only an announcement failed":          {airing.Tally{NotAired: 1, NotAiredOff: 1}, 1, 1, true, NotReported},
		"nothing planned, announced":           {off, 0, 0, true, NotCounted},
		"nothing planned, announcement failed": {airing.Tally{NotAired: 1, NotAiredOff: 1}, 0, 0, true, NotAired},
		"too short, and could not":             {airing.Tally{Aired: 1, NotAired: 1}, 2, 2, true, NotCounted},
		"aired":                                {airing.Tally{Aired: 2, AiredOff: 1, Qualifying: 1, NotAired: 1}, 2, 2, true, Aired},
	} {
		plan := planned{Slots: map[string]int{"S1": c.scheduled}, Due: map[string]int{"S1": c.due}, Over: c.over}
		w := compute(week, []Member{{"S1", "080"}}, plan, map[string]airing.Tally{"S1": c.tally}, nil)
		if got := w.Stations[0].State; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// planned tells how many slots of counting programmes the stations have, by ID, and
// how many of these are over.
type planned struct {
	Slots, Due map[string]int
	Over       bool
}

// compute is Compute of what is known by station ID.
func compute(w airing.Week, members []Member, plan planned, tallies map[string]airing.Tally, excuses map[string]Excuse) Week {
	list := make([]StationWeek, 0, len(members))
	for _, m := range members {
		s := StationWeek{Station: m.Station, District: m.District, Scheduled: plan.Slots[m.Station], Due: plan.Due[m.Station], Tally: tallies[m.Station]}
		if e, ok := excuses[m.Station]; ok && !e.Revoked {
			s.Excuse = &e
		}
		list = append(list, s)
	}
	return Compute(w, plan.Over, list)
}

// slots is a week that is over, in which each of the stations had n slots.
func slots(n int, stations ...string) planned {
	p := planned{Slots: map[string]int{}, Over: true}
	for _, s := range stations {
		p.Slots[s] = n
	}
	p.Due = p.Slots
	return p
}

// TestNobodyIsSilentBeforeItsTime: a station of which nothing was due yet has
// not failed to report.
func TestNobodyIsSilentBeforeItsTime(t *testing.T) {
	members := []Member{{"both", "080"}, {"later", "080"}, {"unplanned", "080"}, {"excused", "080"}, {"aired", "080"}, {"failed", "080"}}
	tallies := map[string]airing.Tally{"aired": {Aired: 1, Qualifying: 1}, "failed": {NotAired: 1}}
	excuses := map[string]Excuse{"excused": {Reason: airing.PowerCut}}
	plan := planned{Slots: map[string]int{"both": 2, "later": 1, "excused": 1, "aired": 1, "failed": 1}, Due: map[string]int{"both": 1}}
	for over, want := range map[bool]map[string]State{
		false: {"both": NotReported, "later": NotDue, "unplanned": NotPlanned, "excused": Excused, "aired": Aired, "failed": NotAired},
		true:  {"both": NotReported, "later": NotReported, "unplanned": NotPlanned, "excused": Excused, "aired": Aired, "failed": NotAired},
	} {
		plan.Over = over
		w := compute(week, members, plan, tallies, excuses)
		for _, s := range w.Stations {
			if s.State != want[s.Station] {
				t.Errorf("week over %v: %s is %s, want %s", over, s.Station, s.State, want[s.Station])
			}
		}
		if c := w.Counts; c.Aired+c.NotCounted+c.NotAired+c.NotReported+c.NotDue+c.NotPlanned+c.Excused != c.Active {
			t.Errorf("the states do not add up: %+v", c)
		}
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
		w := compute(week, members, slots(0), tallies, excuses)
		c := w.Counts
		if n, ok := c.Percent(); c.Aired > c.Expected() || n > 100 || ok != (c.Expected() > c.NotPlanned) {
			t.Fatalf("%+v", c)
		}
		if c.Aired+c.NotCounted+c.NotAired+c.NotReported+c.NotDue+c.NotPlanned+c.Excused != c.Active || c.Active != len(members) {
			t.Fatalf("states do not add up: %+v", c)
		}
		var sum Counts
		for _, d := range w.Districts {
			sum.Active += d.Active
			sum.Aired += d.Aired
			sum.Excused += d.Excused
			sum.Scheduled += d.Scheduled
		}
		if sum.Active != c.Active || sum.Aired != c.Aired || sum.Excused != c.Excused || sum.Scheduled != c.Scheduled || c.Scheduled > c.Expected() {
			t.Fatalf("districts do not add up: %+v, %+v", sum, c)
		}
	})
}

func TestNothingOfNothingIsNoShare(t *testing.T) {
	excused := map[string]Excuse{"S1": {Reason: airing.PowerCut}}
	for _, c := range []struct {
		name string
		week Week
		want string
	}{
		{"no stations", compute(week, nil, slots(0), nil, nil), "–"},
		{"all excused", compute(week, []Member{{"S1", "080"}}, slots(2, "S1"), nil, excused), "–"},
		{"none aired", compute(week, []Member{{"S1", "080"}}, slots(2, "S1"), nil, nil), "0%"},
		{"one of 200", Week{Counts: Counts{Active: 200, Aired: 1}}, "<1%"},
		{"all", Week{Counts: Counts{Active: 2, Aired: 2}}, "100%"},
	} {
		if got := c.week.Share(text.Vietnamese); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if c.week.Complete() != (c.want == "100%") {
			t.Errorf("%s: complete is %v", c.name, c.week.Complete())
		}
	}
}

func TestAFrozenWeekIsShownAsFrozenAlsoInPart(t *testing.T) {
	frozen := compute(week, []Member{{"S1", "080"}, {"S2", "080"}, {"S3", "082"}}, slots(1, "S1", "S2", "S3"), nil, nil)
	frozen.Closed = true
	frozen.Scheduled++ // as an earlier rule counted it
	frozen.Districts[0].Scheduled++
	frozen.Stations[0].State = Aired // whatever the tally would say now
	whole := frozen.Only(func(string, string) bool { return true })
	if whole.Counts != frozen.Counts || whole.Districts[0] != frozen.Districts[0] || whole.Stations[0].State != Aired {
		t.Errorf("whole: %+v, want %+v", whole.Counts, frozen.Counts)
	}
	if now := compute(week, []Member{{"S1", "080"}, {"S2", "080"}, {"S3", "082"}}, slots(1, "S1", "S2", "S3"),
		map[string]airing.Tally{"S1": {Aired: 1, Qualifying: 1}}, nil); whole.Beside(now).Now != nil {
		t.Error("nothing changed but how it is counted, and the week shows a change")
	} else if later := whole.Beside(now.Only(func(_, s string) bool { return s != "S2" })); later.Now == nil || later.Now.Active != 2 {
		t.Error("a change since is not shown")
	}
	if part := frozen.Only(func(d, _ string) bool { return d == "080" }); part.Counts != frozen.Districts[0].Counts || !part.Closed {
		t.Errorf("a district: %+v", part.Counts)
	}
	if one := frozen.Only(func(_, s string) bool { return s == "S1" }); one.Aired != 1 || one.Active != 1 {
		t.Errorf("one station: %+v", one.Counts)
	}
}

func TestAnExcuseNeedsAReasonANoteAndAnOpenWeek(t *testing.T) {
	monitor := accounts.Actor{Person: "P2", Name: "Nam", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: "084"}}}}
	m := accounts.Meta{By: monitor, At: time.Date(2024, 5, 20, 3, 0, 0, 0, time.UTC)}
	good := Excuse{Week: week, Station: "S1", Reason: airing.PowerCut, Note: "bão số 2", Asked: "chị  thu"}
	here := accounts.Where{District: "084", Station: "S1"}
	revoke := func(e *Excuse) { e.Reason, e.Revoked = "", true } // to take it back needs no reason to excuse
	askers := []Asker{{Name: "Chị Thu", Role: "Trưởng đài", Phone: "0912345678"}, {Person: "P3", Name: "Anh Páo"}, {Person: "P4", Name: "Anh Páo"}}
	waiting := []Plea{{From: week + 2, Until: week + 3, By: monitor}}
	stood, fell := good, good
	stood.By, fell.By, fell.Revoked = "Thu", "Thu", true
	for _, c := range []struct {
		old    Excuse
		name   string
		on     accounts.Where
		state  State // "" of a station that was not active
		closed bool
		edit   func(*Excuse)
		want   string
	}{
		{Excuse{}, "good", here, NotReported, false, func(*Excuse) {}, ""},
		{Excuse{}, "next district", accounts.Where{District: "085"}, NotReported, false, func(*Excuse) {}, "accounts.denied"},
		{Excuse{}, "station not active", here, "", false, func(*Excuse) {}, "coverage.not_active"},
		{Excuse{}, "closed week", here, NotReported, true, func(*Excuse) {}, "coverage.week_closed"},
		{Excuse{}, "a quarter ahead", here, NotReported, false, func(e *Excuse) { e.Week = week + 1 + MaxExcuseAhead }, ""},
		{Excuse{}, "a year ahead", here, NotReported, false, func(e *Excuse) { e.Week = week + 52 }, "coverage.excuse_ahead"},
		{Excuse{}, "aired", here, Aired, false, func(*Excuse) {}, "coverage.excuse_aired"},
		{stood, "aired, and excused before", here, Aired, false, revoke, ""},
		{Excuse{}, "no reason", here, NotReported, false, func(e *Excuse) { e.Reason = "" }, "coverage.excuse_reason"},
		{Excuse{}, "no note", here, NotReported, false, func(e *Excuse) { e.Note = "  " }, "coverage.excuse_note"},
		{stood, "taken back", here, NotReported, false, revoke, ""},
		{fell, "taken back twice", here, NotReported, false, revoke, "coverage.excuse_gone"},
		{Excuse{}, "taken back, never excused", here, NotReported, false, revoke, "coverage.excuse_none"},
		{Excuse{}, "nobody asked", here, NotReported, false, func(e *Excuse) { e.Asked = "" }, "coverage.excuse_asker"},
		{Excuse{}, "asked by a pronoun", here, NotReported, false, func(e *Excuse) { e.Asked = "tôi" }, "coverage.excuse_asker"},
		{Excuse{}, "asked by herself", here, NotReported, false, func(e *Excuse) { e.Asked = "P2" }, "coverage.excuse_asker"},
		{Excuse{}, "asked by an account", here, NotReported, false, func(e *Excuse) { e.Asked = "P3" }, ""},
		{Excuse{}, "one name of two", here, NotReported, false, func(e *Excuse) { e.Asked = "Anh Páo" }, "coverage.excuse_asker"},
		{Excuse{}, "an account that may not ask", here, NotReported, false, func(e *Excuse) { e.AskedBy, e.Asked = "P3", "P9" }, "coverage.excuse_asker"},
		{Excuse{}, "a request waits", here, NotReported, false, func(e *Excuse) { e.Week = week + 2 }, "coverage.excuse_pleaded"},
		{stood, "taken back without a note", here, NotReported, false, func(e *Excuse) { e.Note, e.Revoked = "", true }, "coverage.excuse_note"},
	} {
		e := good
		c.edit(&e)
		is := &StationWeek{State: c.state}
		if c.state == "" {
			is = nil
		}
		got, err := DecideExcuse(ExcuseFacts{On: c.on, Running: week + 1, Is: is, Closed: c.closed, Last: c.old, Askers: askers, Waiting: waiting}, m, e)
		if c.want == "" && (err != nil || got.By != "Nam" || got.Reason != airing.PowerCut) || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

// TestWhoMayHaveAskedIsAnotherPerson: people who may ask by themselves, and who stands with a number in the
// station's file; never the approver, under either name.
func TestWhoMayHaveAskedIsAnotherPerson(t *testing.T) {
	grant := func(role accounts.Role, level accounts.Level, id string) []accounts.Grant {
		return []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: level, ID: id}}}
	}
	people := accounts.NewDirectory([]accounts.Person{{ID: "P1", Name: "Giàng A Páo", Grants: grant(accounts.Operator, accounts.Station, "S00001")},
		{ID: "P2", Name: "Chị Thu", Grants: grant(accounts.Monitor, accounts.Province, "")},
		{ID: "P3", Name: "Anh Bình", Grants: grant(accounts.Monitor, accounts.District, "085")},
		{ID: "P4", Name: "Anh Đông", Disabled: true, Grants: grant(accounts.Operator, accounts.Station, "S00001")},
		{ID: "P5", Name: "Biên tập", Grants: grant(accounts.Editor, accounts.Province, "")}})
	st := &stations.Station{ID: "S00001", Fields: stations.Fields{Contacts: []stations.Contact{{Name: "Lò Thị Mai", Role: "Phó Chủ tịch", Phone: "0912345678"},
		{Name: "Không Số"}, {Name: "giàng a páo", Phone: "0912345679"}, {Name: "Chị  Thu", Phone: "0912345670"}}}}
	thu, err := people.Person("P2")
	if err != nil {
		t.Fatal(err)
	}
	got := Askers(st, accounts.Where{District: "084", Station: "S00001"}, people, thu.Actor("session"))
	want := []Asker{{Name: "Lò Thị Mai", Role: "Phó Chủ tịch", Phone: "0912345678"}, {Person: "P1", Name: "Giàng A Páo"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestAWeekIsClosedOnlyAfterItsEnd(t *testing.T) {
	cal := airing.Calendar{Zone: text.Zone}
	m := accounts.Meta{By: accounts.Daemon(), At: cal.Start(week + 1).Add(-time.Second)}
	counted := 0
	f := CloseFacts{Calendar: cal, Count: func() (Week, error) {
		counted++
		return Week{Week: week, Stations: []StationWeek{{Station: "S1", Scheduled: 1}}}, nil
	}}
	if _, fresh, err := DecideClose(f, m, Close{Week: week}); !fault.Is(err, "coverage.week_open") || fresh || counted > 0 {
		t.Error(fresh, counted, err)
	}
	m.At = m.At.Add(time.Second)
	closed, fresh, err := DecideClose(f, m, Close{Week: week})
	if err != nil || !fresh || !closed.Holds() || !closed.Plain() {
		t.Error(fresh, closed, err)
	}
	f.Was = closed
	if again, fresh, err := DecideClose(f, m, Close{Week: week}); err != nil || fresh || !again.Holds() || counted != 1 {
		t.Error("closed again:", fresh, counted, err)
	}
	f.Was.Opened = &Reopening{By: "A", AgreedBy: "B", AgreedAt: m.At}
	m.At = m.At.Add(time.Hour)
	anew, fresh, err := DecideClose(f, m, Close{Week: week})
	if err != nil || !fresh || !anew.Holds() || anew.Plain() || len(anew.Before) != 1 || anew.Before[0].Opened == nil || !anew.Frozen.ClosedAt.Equal(m.At) {
		t.Error("after it was opened:", fresh, anew, err)
	}
}

// TestReasonsAreThoseOfTheWeek: beside a week that was missed stand the reasons of what counts and failed in it; none of a
// week that aired or was excused, and none of programmes that do not count.
func TestReasonsAreThoseOfTheWeek(t *testing.T) {
	line := func(outcome airing.Outcome, reason airing.Reason, off bool) airing.Tally {
		var l airing.Line
		l.OffTarget, l.Qualifies, l.Outcome, l.Reason = off, outcome == airing.Aired && !off, outcome, reason
		return airing.Of(l)
	}
	sum := func(list ...airing.Tally) (t airing.Tally) {
		for _, one := range list {
			t = t.Add(one, 1)
		}
		return t
	}
	power, rain := line(airing.NotAired, airing.PowerCut, false), line(airing.NotAired, airing.Weather, true)
	excused := Excuse{Reason: airing.Equipment}
	var y Why
	y.Add(sum(power, power, rain), Excuse{})                           // one week without power
	y.Add(sum(power, line(airing.Aired, "", false)), Excuse{})         // it aired all the same
	y.Add(sum(power, rain), excused)                                   // excused
	y.Add(power, Excuse{Reason: airing.Weather, Revoked: true})        // and not after all
	y.Add(rain, Excuse{})                                              // nothing of what counts was said
	y.Add(sum(rain, line(airing.Aired, "", true)), Excuse{Reason: ""}) // the same
	want := Why{}
	want.Failed[0], want.Excused[1] = 2, 1 // power cuts, equipment
	if y != want {
		t.Errorf("%+v", y)
	}
	s := StationWeek{State: NotAired, Tally: sum(power, rain)}
	if got := s.FailedFor(); got[0] != 1 || got[2] != 0 {
		t.Errorf("the week's page says %v", got)
	}
	if s.Tally = rain; s.FailedFor()[2] != 1 {
		t.Error("where nothing that counts was planned, what else failed says why")
	}
}
