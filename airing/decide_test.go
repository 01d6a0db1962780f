package airing

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
)

var (
	slotStart = time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	operator  = accounts.Actor{Person: "p1", Name: "Giàng Thị Mỷ", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00012"}}}}
	monitor = accounts.Actor{Person: "p2", Name: "Lê Văn Nam", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}}}
)

const someID = "0190b1c2-0000-7000-8000-000000000001"

// decided is the report that Decide puts into the log.
func decided(f Facts, m accounts.Meta, c Confirm) (Report, error) {
	change, err := Decide(f, m, c)
	return change.Line.Report, err
}

func facts() Facts {
	return Facts{
		Settings: DefaultSettings(), Station: "S00012", Where: accounts.Where{District: "084", Station: "S00012"},
		ActiveAt:  func(t time.Time) bool { return t.Year() >= 2024 },
		Slot:      &scheduler.Slot{ID: "slot", Rule: "R1", Programme: "P1", Station: "S00012", Start: slotStart, End: slotStart.Add(15 * time.Minute)},
		Programme: &scheduler.Programme{ID: "P1", CountsTowardTarget: true, MinSeconds: 180},
		Episode:   &scheduler.Episode{ID: "E1", Seconds: 600.4},
	}
}

func TestDecideAnswersEachRequestInWords(t *testing.T) {
	now := slotStart.Add(20 * time.Minute)
	standing := &Line{Report: Report{ID: "old", Station: "S00012", Slot: "slot", Outcome: Aired, StartedAt: slotStart.UTC(), Seconds: 600}, By: monitor}
	for _, c := range []struct {
		name string
		edit func(*Facts, *accounts.Meta, *Confirm)
		want string // fault code, "" when it must pass
	}{
		{"aired as planned", func(*Facts, *accounts.Meta, *Confirm) {}, ""},
		{"not a UUID", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.ID = "1" }, "airing.bad_id"},
		{"UUID in capitals would be two keys", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.ID = strings.ToUpper(someID[:35]) + "A" }, "airing.bad_id"},
		{"unknown slot", func(f *Facts, _ *accounts.Meta, _ *Confirm) { f.Slot = nil }, "airing.no_slot"},
		{"neither slot nor station", func(f *Facts, _ *accounts.Meta, c *Confirm) { f.Slot, f.Station, c.Slot, c.Station = nil, "", "", "" },
			"airing.station_missing"},
		{"unknown station", func(f *Facts, _ *accounts.Meta, _ *Confirm) { f.Station = "" }, "airing.no_station"},
		{"another station's operator", func(f *Facts, _ *accounts.Meta, _ *Confirm) { f.Where.Station = "S00099" }, "accounts.denied"},
		{"slot of another station", func(f *Facts, _ *accounts.Meta, _ *Confirm) { f.Slot.Station = "S00013" }, "airing.slot_of_other_station"},
		{"unknown programme", func(f *Facts, _ *accounts.Meta, _ *Confirm) { f.Programme = nil }, "airing.no_programme"},
		{"no outcome", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Outcome = "" }, "airing.outcome_unknown"},
		{"not aired without a reason", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Outcome = NotAired }, "airing.reason_missing"},
		{"invented reason", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Outcome, c.Reason = NotAired, "lazy" }, "airing.reason_unknown"},
		{"aired with a reason", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Reason = Weather }, "airing.reason_of_aired"},
		{"invented means", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Means = "drone" }, "airing.means_unknown"},
		{"seven hours long", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Seconds = 7 * 3600 }, "airing.seconds_range"},
		{"negative length", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Seconds = -1 }, "airing.seconds_range"},
		{"phone an hour ahead", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.StartedAt = now.Add(time.Hour) }, "airing.in_future"},
		{"phone four minutes ahead", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.StartedAt = now.Add(4 * time.Minute) }, ""},
		{"aired before its slot came", func(_ *Facts, m *accounts.Meta, _ *Confirm) { m.At = slotStart.Add(-time.Hour) }, "airing.in_future"},
		{"known not to air this evening", func(_ *Facts, m *accounts.Meta, c *Confirm) {
			m.At, c.Outcome, c.Reason = slotStart.Add(-time.Hour), NotAired, PowerCut
		}, ""},
		{"known not to air next week", func(_ *Facts, m *accounts.Meta, c *Confirm) {
			m.At, c.Outcome, c.Reason = slotStart.Add(-48*time.Hour), NotAired, PowerCut
		}, "airing.too_early"},
		{"before the station existed", func(f *Facts, _ *accounts.Meta, _ *Confirm) {
			f.ActiveAt, f.GoesOn = func(time.Time) bool { return false }, func(time.Time) error { return nil }
		}, "airing.before_station"},
		{"the day before the slot", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.StartedAt = slotStart.Add(-13 * time.Hour) }, "airing.far_from_slot"},
		{"unscheduled without a time", func(f *Facts, _ *accounts.Meta, c *Confirm) { f.Slot, c.Slot = nil, "" }, "airing.time_missing"},
		{"slot reported by somebody else", func(f *Facts, _ *accounts.Meta, _ *Confirm) { f.OfSlot = standing }, "airing.slot_reported"},
		{"withdraw nothing", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Outcome = Withdrawn }, "airing.withdraw_only_corrects"},
		{"correct without saying why", func(f *Facts, _ *accounts.Meta, c *Confirm) {
			f.OfSlot, f.Corrected, c.Corrects = standing, standing, "old"
		}, "airing.correct_why"},
		{"correct", func(f *Facts, _ *accounts.Meta, c *Confirm) {
			f.OfSlot, f.Corrected, c.Corrects, c.Why = standing, standing, "old", "bấm nhầm"
		}, ""},
		{"correct what is corrected", func(f *Facts, _ *accounts.Meta, c *Confirm) {
			old := *standing
			old.CorrectedBy = "newer"
			f.Corrected, f.Newest, c.Corrects, c.Why = &old, standing, "old", "bấm nhầm"
		}, "airing.corrected_already"},
		{"correct another station's", func(f *Facts, _ *accounts.Meta, c *Confirm) {
			old := *standing
			old.Station = "S00099"
			f.Corrected, c.Corrects, c.Why = &old, "old", "x"
		}, "airing.other_station"},
		{"correct what never was", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Corrects, c.Why = "none", "x" }, "airing.correct_what"},
		{"a novel", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Note = strings.Repeat("ơ", 1001) }, "airing.text_too_long"},
	} {
		f, m, cmd := facts(), accounts.Meta{ID: "m", By: operator, At: now}, Confirm{ID: someID, Slot: "slot", Outcome: Aired}
		c.edit(&f, &m, &cmd)
		r, err := decided(f, m, cmd)
		if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if err != nil && r != (Report{}) {
			t.Errorf("%s: refused, yet a report came out", c.name)
		}
		if err != nil && !text.Has(fault.Of(err).Code) {
			t.Errorf("%s: no sentence for %s", c.name, fault.Of(err).Code)
		}
	}
}

func TestWhatCountsAndWhatIsOnTime(t *testing.T) {
	for _, c := range []struct {
		name              string
		edit              func(*Facts, *accounts.Meta, *Confirm)
		qualifies, onTime bool
	}{
		{"as planned", func(*Facts, *accounts.Meta, *Confirm) {}, true, true},
		{"cut short at 2:59", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Seconds = 179 }, false, true},
		{"just long enough", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Seconds = 180 }, true, true},
		{"not an NTM programme", func(f *Facts, _ *accounts.Meta, _ *Confirm) { f.Programme.CountsTowardTarget = false }, false, true},
		{"at the last second", func(_ *Facts, m *accounts.Meta, _ *Confirm) { m.At = slotStart.Add(48*time.Hour + 600*time.Second) }, true, true},
		{"a second later", func(_ *Facts, m *accounts.Meta, _ *Confirm) { m.At = slotStart.Add(48*time.Hour + 601*time.Second) }, true, false},
		{"not aired", func(_ *Facts, _ *accounts.Meta, c *Confirm) { c.Outcome, c.Reason = NotAired, Equipment }, false, true},
		{"not an NTM programme, and not aired", func(f *Facts, _ *accounts.Meta, c *Confirm) {
			f.Programme.CountsTowardTarget, c.Outcome, c.Reason = false, NotAired, Equipment
		}, false, true},
	} {
		f, m, cmd := facts(), accounts.Meta{ID: "m", By: operator, At: slotStart.Add(time.Hour)}, Confirm{ID: someID, Slot: "slot", Outcome: Aired}
		c.edit(&f, &m, &cmd)
		r, err := decided(f, m, cmd)
		if err != nil || r.Qualifies != c.qualifies || r.OnTime != c.onTime || r.OffTarget == f.Programme.CountsTowardTarget {
			t.Errorf("%s: qualifies %v, off target %v, on time %v, %v", c.name, r.Qualifies, r.OffTarget, r.OnTime, err)
		}
	}
}

// first is a timely report of the slot, as it was written down.
func first(t *testing.T, f Facts) Line {
	t.Helper()
	at := slotStart.Add(time.Hour)
	r, err := decided(f, accounts.Meta{By: operator, At: at}, Confirm{ID: someID, Slot: "slot", Outcome: Aired, Means: FM, Note: "đủ"})
	if err != nil || !r.Qualifies || !r.OnTime {
		t.Fatalf("%+v, %v", r, err)
	}
	return Line{Report: r, By: operator, ReceivedAt: at}
}

func TestACorrectionKeepsWhatItDoesNotSpeakOf(t *testing.T) {
	weekLater := accounts.Meta{By: operator, At: slotStart.AddDate(0, 0, 7)}
	for _, c := range []struct {
		name string
		edit func(*Facts, *Confirm)
		want func(old Report) Report
	}{
		{"a note, a week later, when the programme counts no more", func(f *Facts, c *Confirm) {
			c.Note, f.Programme.CountsTowardTarget, f.Settings.OnTimeHours = "loa số 2 rè", false, 1
		}, func(r Report) Report { r.Note = "loa số 2 rè"; return r }},
		{"its slot is planned no more", func(f *Facts, c *Confirm) {
			f.Slot, f.Episode, f.ActiveAt = nil, nil, func(time.Time) bool { return false }
			c.Means = Wired
		}, func(r Report) Report { r.Means = Wired; return r }},
		{"slots are told apart more strictly since", func(f *Facts, c *Confirm) { f.Settings.NearSlotHours, c.Note = 0, "x" },
			func(r Report) Report { r.Note = "x"; return r }},
		{"another length is weighed by the terms when it aired", func(f *Facts, c *Confirm) {
			f.Programme.Were = []scheduler.Terms{{Until: slotStart.Add(time.Hour), CountsTowardTarget: true, MinSeconds: 180}}
			f.Programme.CountsTowardTarget, c.Seconds = false, 200
		}, func(r Report) Report { r.Seconds = 200; return r }},
		{"too short after all", func(_ *Facts, c *Confirm) { c.Seconds = 100 }, func(r Report) Report { r.Seconds, r.Qualifies = 100, false; return r }},
		{"it did not air: a new claim, and late", func(_ *Facts, c *Confirm) { c.Outcome, c.Reason = NotAired, PowerCut }, func(r Report) Report {
			r.Outcome, r.Reason, r.Means, r.Seconds, r.Qualifies, r.OnTime, r.HeardAt = NotAired, PowerCut, "", 0, false, false, time.Time{}
			r.OtherAt = first(t, facts()).Heard()
			return r
		}},
		{"withdrawn", func(_ *Facts, c *Confirm) { c.Outcome, c.StartedAt = Withdrawn, slotStart.AddDate(1, 0, 0) }, func(r Report) Report {
			r.Outcome, r.Means, r.Seconds, r.Qualifies, r.OnTime, r.HeardAt = Withdrawn, "", 0, false, false, time.Time{}
			return r
		}},
	} {
		f := facts()
		old := first(t, f)
		f.Corrected, f.OfSlot = &old, &old
		cmd := Confirm{ID: someID, Outcome: Aired, Corrects: old.ID, Why: "bổ sung"}
		c.edit(&f, &cmd)
		want := old.Report
		want.HeardAt, want.Corrects, want.Why, want.Request = old.ReceivedAt, old.ID, "bổ sung", cmd.Request()
		want = c.want(want)
		if got, err := decided(f, weekLater, cmd); err != nil || got != want {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", c.name, got, err, want)
		}
	}
}

// Who said on time that it aired, then that it did not, then that it did, is on time by the first: she said the same.
func TestTheFirstTellingCountsThoughTheContraryWasSaidBetween(t *testing.T) {
	f := facts()
	line := first(t, f)
	for i, c := range []struct {
		outcome Outcome
		reason  Reason
		onTime  bool
		first   bool // it says again what was said before
	}{{NotAired, PowerCut, false, false}, {Aired, "", true, true}, {NotAired, PowerCut, false, true}, {Aired, "", true, true}} {
		f.Corrected, f.OfSlot = &line, &line
		m := at(operator, slotStart.AddDate(0, 0, 7+i))
		r, err := decided(f, m, Confirm{ID: someID, Outcome: c.outcome, Reason: c.reason, Corrects: line.ID, Why: "nhầm"})
		if err != nil || r.OnTime != c.onTime {
			t.Fatalf("%d: %v, on time %t: %+v", i, err, r.OnTime, r)
		}
		line = Line{Report: r, By: operator, ReceivedAt: m.At}
		if line.FirstSaid().IsZero() == c.first {
			t.Errorf("%d: first said %v", i, line.FirstSaid())
		}
	}
}

func TestACorrectionOfACorrectionIsAsTimelyAsTheFirst(t *testing.T) {
	f := facts()
	line := first(t, f)
	for day := 3; day < 9; day++ {
		f.Corrected, f.OfSlot = &line, &line
		m := accounts.Meta{By: operator, At: slotStart.AddDate(0, 0, day)}
		r, err := decided(f, m, Confirm{ID: someID, Outcome: Aired, Corrects: line.ID,
			Why: "giờ phát", StartedAt: slotStart.Add(time.Duration(day) * time.Minute)})
		if err != nil || !r.OnTime || r.Slot != "slot" {
			t.Fatalf("day %d: %+v, %v", day, r, err)
		}
		line = Line{Report: r, By: operator, ReceivedAt: m.At}
	}
}

func TestWhatWasFoundContradictedDoesNotCountHoweverItIsWrittenAnew(t *testing.T) {
	old := first(t, facts())
	for _, c := range []struct {
		finding Finding
		edit    func(*Report)
		keeps   bool
	}{
		{Contradicted, func(*Report) {}, true},
		{Contradicted, func(r *Report) { r.StartedAt = r.StartedAt.Add(time.Hour) }, true},
		{Contradicted, func(r *Report) { r.Outcome = NotAired }, false},
		{Verified, func(r *Report) { r.Note = "x" }, true},
		{Verified, func(r *Report) { r.Seconds++ }, false},
		{Verified, func(r *Report) { r.Means = Mobile }, false},
		{"", func(*Report) {}, false},
	} {
		line, r := old, old.Report
		line.Finding = c.finding
		c.edit(&r)
		if got := line.keepsFinding(r); got != c.keeps {
			t.Errorf("%q of %+v is kept: %v", c.finding, r, got)
		}
		if got := Of(line); (got.Qualifying == 1) == (c.finding == Contradicted) || got.Aired != 1 ||
			c.finding == Contradicted && (got.OnTime != 0 || got.Contradicted != 1) {
			t.Errorf("%q is tallied %+v", c.finding, got)
		}
	}
}

func TestTypedTextIsNFCWithoutControlCharacters(t *testing.T) {
	cmd := Confirm{ID: someID, Slot: "slot", Outcome: Aired, Note: "  Na\u0323\u0302m Cha\u0309y\x00\x1b[31m "}
	r, err := decided(facts(), accounts.Meta{By: operator, At: slotStart.Add(time.Hour)}, cmd)
	if err != nil || r.Note != "Nậm Chảy[31m" {
		t.Fatalf("%q, %v", r.Note, err)
	}
}

func TestNobodyVerifiesHerOwnReport(t *testing.T) {
	a := About{Line: Line{Report: Report{ID: "x", Outcome: Aired}, By: monitor}, On: accounts.Where{Station: "S00012"}}
	if _, err := DecideVerdict(a, accounts.Meta{By: monitor}, Verdict{Finding: Verified}); !fault.Is(err, "airing.own_report") {
		t.Error(err)
	}
	a.Line.By = operator
	if _, err := DecideVerdict(a, accounts.Meta{By: monitor}, Verdict{Finding: Contradicted, Note: " \n"}); !fault.Is(err, "airing.finding_why") {
		t.Errorf("contradicted without a word: %v", err)
	}
	if _, err := DecideVerdict(a, accounts.Meta{By: monitor}, Verdict{Finding: Verified, Note: " \n"}); !fault.Is(err, "airing.finding_grounds") {
		t.Errorf("verified by nothing: %v", err)
	}
	shown := a
	shown.Line.Evidence = []Evidence{{ID: "e", Kind: Photo}}
	for of, v := range map[*About]Verdict{&shown: {Finding: Verified}, &a: {Finding: NotProven}} {
		if _, err := DecideVerdict(*of, accounts.Meta{By: monitor}, v); err != nil {
			t.Errorf("%s: %v", v.Finding, err)
		}
	}
	found := Verdict{Finding: Verified, Note: " đã\x00 nghe\r\n"}
	if c, err := DecideVerdict(a, accounts.Meta{By: monitor}, found); err != nil || c.Line.FindingNote != "đã nghe" {
		t.Error(err)
	}
	if _, err := DecideVerdict(a, accounts.Meta{By: operator}, Verdict{Finding: Verified}); !fault.Is(err, "accounts.denied") {
		t.Error(err)
	}
}

func TestATallyTakenAwayAndAddedIsTheRecount(t *testing.T) {
	aired := Of(Line{Report: Report{Outcome: Aired, Qualifies: true, OnTime: true}, Evidence: []Evidence{{}}, Finding: Verified})
	not := Of(Line{Report: Report{Outcome: NotAired, Reason: Weather}})
	sum := Tally{}.Add(aired, 1).Add(not, 1)
	if sum.Add(aired, -1) != not || sum.Aired != 1 || sum.Reasons[2] != 1 {
		t.Fatalf("%+v", sum)
	}
	if back, err := TallyOf(sum.Bytes()); err != nil || back != sum {
		t.Fatalf("%+v came back as %+v", sum, back)
	}
	if _, err := TallyOf([]byte{1}); err == nil {
		t.Fatal("one byte is no tally")
	}
	if Of(Line{}) != (Tally{}) {
		t.Fatal("no line at all counts")
	}
	if Of(Line{Report: Report{Outcome: Aired}, CorrectedBy: "x"}) != (Tally{}) {
		t.Fatal("a corrected report counts")
	}
}

func TestAChainShowsAnyChange(t *testing.T) {
	head := Head{Station: "S00012"}
	var raws [][]byte
	for i := range 3 {
		e := Entry{By: operator, ReceivedAt: slotStart, Report: &Report{ID: someID, Seconds: 600 + i}}
		raw, next, err := Link(head, &e)
		if err != nil {
			t.Fatal(err)
		}
		raws, head = append(raws, raw), next
	}
	walk := func(raws [][]byte) (Head, error) {
		h := Head{Station: "S00012"}
		for _, raw := range raws {
			var err error
			if _, h, err = Follow(h, raw); err != nil {
				return h, err
			}
		}
		return h, nil
	}
	if h, err := walk(raws); err != nil || h != head {
		t.Fatal(h, err)
	}
	if _, err := walk([][]byte{raws[0], raws[2]}); err == nil {
		t.Error("a missing entry went unseen")
	}
	changed := [][]byte{[]byte(strings.Replace(string(raws[0]), "600", "900", 1)), raws[1], raws[2]}
	if _, err := walk(changed); err == nil {
		t.Error("a changed entry went unseen")
	}
	cut, err := walk(raws[:2])
	if err != nil {
		t.Fatal(err)
	}
	none := Seal{}
	if NewSeal(none, 2837, []Head{cut}) == NewSeal(none, 2837, []Head{head}) {
		t.Error("a chain cut short has the same seal")
	}
	other := Head{Station: "S00013", Seq: 1}
	if NewSeal(none, 2837, []Head{head, other}) != NewSeal(none, 2837, []Head{other, head}) {
		t.Error("a seal depends on the order of stations")
	}
}

func FuzzFollowNeverPanics(f *testing.F) {
	e := Entry{Report: &Report{ID: someID}}
	raw, _, err := Link(Head{Station: "S00001"}, &e)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"prev":"zz"}`))
	f.Add([]byte(`{"prev":"` + strings.Repeat("0", 67) + `"}`)) // once a panic
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, h, err := Follow(Head{Station: "S00001"}, b); err == nil && h.Seq != 1 {
			t.Fatalf("followed to %d", h.Seq)
		}
	})
}

// A frozen week of the first programs has five numbers in a row; whatever
// reasons there are by now, each number stays that of its reason.
func TestCountedReasonsAreReadByName(t *testing.T) {
	var c ReasonCounts
	if err := json.Unmarshal([]byte(`[1,2,3,4,5]`), &c); err != nil {
		t.Fatal(err)
	}
	for i, want := range map[Reason]uint16{PowerCut: 1, Equipment: 2, Weather: 3, NoStaff: 4, Other: 5} {
		if got := c[slices.Index(Reasons[:], i)]; got != want {
			t.Errorf("%s: %d, want %d", i, got, want)
		}
	}
	b, err := json.Marshal(c)
	var back ReasonCounts
	if err := errors.Join(err, json.Unmarshal(b, &back)); err != nil || back != c || !strings.Contains(string(b), `"no_staff":4`) {
		t.Errorf("%s came back as %v, %v", b, back, err)
	}
	for _, bad := range []string{`[1,2]`, `[1,2,3,4,5,6]`, `{"no_fuel":1}`, `{"no_staff":-1}`, `3`, `"x"`} {
		if err := json.Unmarshal([]byte(bad), &c); err == nil {
			t.Errorf("%s was read as %v", bad, c)
		}
	}
}

// An entry with a word this program does not know is no entry without it.
func TestAnUnknownWordInTheLogIsAFault(t *testing.T) {
	for _, e := range []Entry{
		{}, {Report: &Report{Outcome: "half"}}, {Report: &Report{Outcome: NotAired, Reason: "no_fuel"}},
		{Report: &Report{Outcome: Aired, Means: "drone"}}, {Verdict: &Verdict{Finding: "perhaps"}},
	} {
		if e.Check() == nil {
			t.Errorf("%+v is taken", e)
		}
	}
	if err := (Entry{Report: &Report{Outcome: NotAired, Reason: NoStaff}}).Check(); err != nil {
		t.Error(err)
	}
}
