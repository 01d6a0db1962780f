package coverage

import (
	"fmt"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

func TestWhatCameOfACallIsKeptOrRefused(t *testing.T) {
	at := time.Date(2024, 5, 13, 20, 0, 0, 0, time.UTC) // 3:00 of the 14th at the stations
	monitor := accounts.Actor{Person: "m", Name: "Chị Thu", Via: "session", Grants: []accounts.Grant{{Role: accounts.Monitor,
		Scope: accounts.Scope{Level: accounts.District, ID: "084"}}}}
	last := Call{ID: "c", Station: "S00001", At: at.Add(-time.Hour), By: accounts.Actor{Name: "Anh Sơn"}, Outcome: NoAnswer, Again: "2024-05-15"}
	there := accounts.Where{District: "084", Station: "S00001"}
	for _, c := range []struct {
		what  string
		say   RecordCall
		on    accounts.Where
		seen  string
		fault string
		again stations.Date
	}{
		{what: "by the outcome", say: RecordCall{Outcome: NoAnswer}, again: "2024-05-15"},
		{what: "on a day of choice", say: RecordCall{Outcome: NoAnswer, Again: "2024-05-31"}, again: "2024-05-31"},
		{what: "from the last call", say: RecordCall{Outcome: Broken}, seen: last.Edition().Tag, again: "2024-05-21"},
		{what: "from an older page", say: RecordCall{Outcome: Broken}, seen: Call{}.Edition().Tag, fault: "calls.called_already"},
		{what: "elsewhere", say: RecordCall{Outcome: NoAnswer}, on: accounts.Where{District: "085"}, fault: "accounts.denied"},
		{what: "without an outcome", say: RecordCall{}, fault: "calls.outcome_missing"},
		{what: "something else, unsaid", say: RecordCall{Outcome: CallOther}, fault: "calls.note_missing"},
		{what: "something else", say: RecordCall{Outcome: CallOther, Note: "đài chuyển nhà"}, again: "2024-05-21"},
		{what: "nobody answered, and said something", say: RecordCall{Outcome: NoAnswer, Said: &airing.Propose{Outcome: airing.Aired}},
			fault: "calls.said_unreached"},
		{what: "another's number, and said something", say: RecordCall{Outcome: WrongNumber, Said: &airing.Propose{Outcome: airing.Aired}},
			fault: "calls.said_unreached"},
		{what: "again today", say: RecordCall{Outcome: NoAnswer, Again: "2024-05-14"}, fault: "calls.again_range"},
		{what: "again next year", say: RecordCall{Outcome: NoAnswer, Again: "2025-05-14"}, fault: "calls.again_range"},
		{what: "too much said", say: RecordCall{Outcome: NoAnswer, Note: fmt.Sprintf("%01001d", 1)}, fault: "airing.text_too_long"},
	} {
		if c.on == (accounts.Where{}) {
			c.on = there
		}
		c.say.Station = "S00001"
		got, err := DecideCall(accounts.Meta{ID: "x", By: monitor, At: at, Seen: c.seen}, c.on, last, c.say)
		switch {
		case c.fault != "":
			if !fault.Is(err, c.fault) {
				t.Errorf("%s: %v", c.what, err)
			}
		case err != nil || got.Again != c.again || got.By.Name != "Chị Thu" || got.Rests("2024-05-14") != true:
			t.Errorf("%s: %+v, %v", c.what, got, err)
		}
	}
}

// TestTheCallListIsByNeed, each station with all its needs; who was called rests until its day.
func TestTheCallListIsByNeed(t *testing.T) {
	now := time.Date(2024, 5, 16, 9, 0, 0, 0, text.Zone)
	cal := airing.Calendar{Zone: text.Zone}
	running := cal.Week(now)
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	// each is what the four last weeks were, the latest first: s silent, a aired, e equipment failed, x excused
	courses := map[string]string{"S00001": "ssss", "S00002": "sssa", "S00003": "eeaa", "S00004": "aaaa", "S00005": "saaa", "S00006": "aaaa",
		"S00007": "ssss", "S00008": "ssss", "S00009": "aaaa", "S00010": "sxsa", "S00011": "eaaa", "S00012": "ssss", "S00013": "aaaa"}
	f := CallFacts{Running: cal.Start(running), Now: now, Calls: map[string]Call{
		"S00006": {At: ago(2), Again: stations.DateOf(now)},      // promised for today, nothing since
		"S00007": {At: ago(1), Again: stations.DateOf(ago(-3))},  // rests, though silent longest
		"S00009": {At: ago(9), Again: stations.DateOf(ago(1))},   // promised, and reported since
		"S00004": {At: ago(3), Again: stations.DateOf(ago(-1))}}, // rests, contradicted
		Exhibits: []airing.Exhibit{{Station: "S00004", Report: "r", Finding: airing.Contradicted},
			{Station: "S00003", Report: "w", Finding: airing.Contradicted,
				Waits: true}}}
	states := map[byte]State{'s': NotReported, 'a': Aired, 'e': NotAired, 'x': Excused}
	for i := range SilenceWeeks {
		w := Week{Week: running - 1 - airing.Week(i)}
		for n := 1; n <= len(courses); n++ {
			id := stations.StationID(n)
			s := StationWeek{Station: id, State: states[courses[id][i]]}
			if courses[id][i] == 'e' {
				s.Tally.Reasons[1] = 1 // equipment
			}
			w.Stations = append(w.Stations, s)
		}
		f.Weeks = append(f.Weeks, w)
	}
	f.This = Week{Week: running, Stations: []StationWeek{{Station: "S00011"}, {Station: "S00010"}}} // again this week
	f.This.Stations[0].Tally.Reasons[1], f.This.Stations[1].Tally.Reasons[1] = 2, 5
	var asked []string
	f.Latest = func(ids []string) (map[string]airing.Latest, error) {
		asked = ids
		line := func(days int) airing.Latest {
			l := airing.Line{Report: airing.Report{Outcome: airing.Aired, StartedAt: ago(days)}, ReceivedAt: ago(days)}
			return airing.Latest{Said: &l, Aired: &l}
		}
		return map[string]airing.Latest{"S00001": line(90), "S00002": line(26),
			"S00006": line(4), "S00008": line(1), "S00009": line(2), "S00010": line(25), "S00012": line(200)}, nil
	}
	list, err := CallList(f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		got = append(got, fmt.Sprint(c.Station[4:], c.Needs, c.Weeks, c.Rests))
	}
	want := "[06[again] 0 false 12[silent missed] 4 false 01[silent missed] 4 false 02[silent missed] 3 false 10[silent faults missed] 2 false " +
		"11[faults] 0 false 03[faults] 0 false 05[missed] 1 false 04[contradicted] 0 true 07[silent missed] 4 true]"
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
	if len(asked) == len(courses) {
		t.Error("what was last said is asked of stations nobody has to call")
	}
	if list[2].Days != 90 || list[8].Doubted != "r" {
		t.Errorf("%+v", list)
	}
}
