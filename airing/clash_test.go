package airing

import (
	"errors"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

func TestAReportWithoutASlotMeetsThePlannedOne(t *testing.T) {
	units, list := stations.Founding()
	reg := stations.NewRegistry(units, list)
	st, err := reg.Station("S00012")
	if err != nil {
		t.Fatal(err)
	}
	made := slotStart.AddDate(0, 0, -30)
	rule := func(id, programme, cron string) scheduler.Rule {
		return scheduler.Rule{ID: id, Versions: []scheduler.Version{{Since: made, Programme: programme, Cron: cron, Minutes: 15,
			Selection: scheduler.Selection{All: true}, Priority: scheduler.Ordinary}}}
	}
	plan := scheduler.NewSchedule([]scheduler.Programme{{ID: "P1"}, {ID: "P2"}}, nil,
		[]scheduler.Rule{rule("R1", "P1", "0 17 * * 1"), rule("R2", "P1", "30 17 * * 1"), rule("R3", "P2", "0 18 * * 1")})
	for _, c := range []struct {
		name  string
		start time.Duration // after 17:00
		c     Confirm
		want  string // the rule of the slot that is met
	}{
		{"at the very time", 0, Confirm{Programme: "P1", Seconds: 900}, "R1"},
		{"of no stated length", 14 * time.Minute, Confirm{Programme: "P1"}, "R1"},
		{"not aired then", 0, Confirm{Programme: "P1", Outcome: NotAired}, "R1"},
		{"from a little before", -5 * time.Minute, Confirm{Programme: "P1", Seconds: 900}, "R1"},
		{"ends as the slot begins", -15 * time.Minute, Confirm{Programme: "P1", Seconds: 900}, ""},
		{"begins as the slot ends", 15 * time.Minute, Confirm{Programme: "P1", Seconds: 900}, ""},
		{"mostly the second", 10 * time.Minute, Confirm{Programme: "P1", Seconds: 30 * 60}, "R2"},
		{"another programme", 0, Confirm{Programme: "P2", Seconds: 900}, ""},
		{"another airing, she says", 0, Confirm{Programme: "P1", Seconds: 900, Unplanned: true}, ""},
		{"by its slot", 0, Confirm{Programme: "P1", Seconds: 900, Slot: "R1"}, ""},
		{"a correction", 0, Confirm{Programme: "P1", Seconds: 900, Corrects: "old"}, ""},
	} {
		c.c.StartedAt = slotStart.Add(c.start)
		got := ""
		if met := Meets(plan, reg, st, c.c); met != nil {
			got = met.Rule
		}
		if got != c.want {
			t.Errorf("%s: meets %q, want %q", c.name, got, c.want)
		}
	}
	if Meets(plan, reg, st, Confirm{Programme: "P1"}) != nil {
		t.Error("a report without a time meets something")
	}
}

func TestAStationAirsOneThingAtATime(t *testing.T) {
	now := slotStart.Add(3 * time.Hour)
	for _, c := range []struct {
		name    string
		start   time.Duration
		seconds int
		other   func(*Line)
		want    string
	}{
		{"the same minutes", 0, 600, nil, "airing.overlaps"},
		{"a minute later", time.Minute, 600, nil, "airing.overlaps"},
		{"inside the other", 4 * time.Minute, 120, nil, "airing.overlaps"},
		{"around the other", -time.Minute, 3600, nil, "airing.overlaps"},
		{"one minute of both", 9 * time.Minute, 600, nil, ""},
		{"a minute within the other", 4 * time.Minute, 60, nil, "airing.overlaps"},
		{"its first minute", 0, 60, nil, "airing.overlaps"},
		{"its last minute", 9 * time.Minute, 60, nil, "airing.overlaps"},
		{"half a minute of the other", 4 * time.Minute, 30, nil, "airing.overlaps"},
		{"the same single minute", 0, 60, func(l *Line) { l.Seconds = 60 }, "airing.overlaps"},
		{"the same half minute", 0, 30, func(l *Line) { l.Seconds = 30 }, "airing.overlaps"},
		{"around a single minute", -time.Minute, 600, func(l *Line) { l.Seconds = 60 }, "airing.overlaps"},
		{"a minute right after a minute", time.Minute, 60, func(l *Line) { l.Seconds = 60 }, ""},
		{"a minute right before", -time.Minute, 60, nil, ""},
		{"a minute right after", 10 * time.Minute, 60, nil, ""},
		{"half a minute after a minute began", 30 * time.Second, 60, func(l *Line) { l.Seconds = 60 }, "airing.overlaps"},
		{"half a minute before a minute began", -30 * time.Second, 60, func(l *Line) { l.Seconds = 60 }, ""},
		{"the same, the other by the second", 0, 60, func(l *Line) { l.Seconds, l.StartedAt = 60, l.StartedAt.Add(30*time.Second) }, "airing.overlaps"},
		{"a minute told after one by the second", time.Minute, 60, func(l *Line) { l.Seconds, l.StartedAt = 60, l.StartedAt.Add(30*time.Second) }, ""},
		{"right after by the second", 10*time.Minute + 7*time.Second, 60, func(l *Line) { l.Seconds = 607 }, ""},
		{"right after", 10 * time.Minute, 600, nil, ""},
		{"right before", -10 * time.Minute, 600, nil, ""},
		{"the other was taken back", 0, 600, func(l *Line) { l.CorrectedBy = "x" }, ""},
		{"the other did not air", 0, 600, func(l *Line) { l.Outcome, l.Seconds = NotAired, 0 }, ""},
	} {
		f := facts()
		cmd := Confirm{ID: someID, Station: "S00012", Programme: "P1", Outcome: Aired, StartedAt: slotStart.Add(c.start), Seconds: c.seconds, Alone: true}
		line := Line{Report: Report{ID: "there", Station: "S00012", Outcome: Aired, StartedAt: slotStart, Seconds: 600}, By: monitor}
		f.Slot, f.Episode = nil, nil
		if c.other != nil {
			c.other(&line)
		}
		f.Near = []Line{line}
		_, err := decided(f, accounts.Meta{ID: someID, By: operator, At: now}, cmd)
		var e *fault.Error
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &e) || e.Code != c.want || e.Kind != fault.Conflict || e.Args["other"] != "there") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if cmd.Alone = false; c.want != "" {
			if _, err := decided(f, accounts.Meta{ID: someID, By: operator, At: now}, cmd); err != nil {
				t.Errorf("%s, and nobody asks: %v", c.name, err)
			}
		}
	}
	// A correction is not held up by its own report, nor by what it leaves as it was.
	f := facts()
	f.Slot, f.Episode = nil, nil
	old := Line{Report: Report{ID: "old", Station: "S00012", Programme: "P1", Outcome: Aired, StartedAt: slotStart, Seconds: 600}, By: operator}
	beside := old
	beside.ID = "beside"
	f.Corrected, f.Near = &old, []Line{old, beside}
	fix := Confirm{ID: someID, Outcome: Aired, Corrects: "old", Why: "ghi thêm", Note: "loa cụm 2", Alone: true}
	if _, err := decided(f, accounts.Meta{ID: someID, By: operator, At: now}, fix); err != nil {
		t.Errorf("a note on what stands beside another: %v", err)
	}
	fix.Seconds = 900
	if _, err := decided(f, accounts.Meta{ID: someID, By: operator, At: now}, fix); !fault.Is(err, "airing.overlaps") {
		t.Errorf("a correction onto another: %v", err)
	}
}

// TestADayLongPastIsWrittenInTheReadersWay: the question about it names the day as each language does.
func TestADayLongPastIsWrittenInTheReadersWay(t *testing.T) {
	start := time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	for _, o := range LongAgo(start, true, start.AddDate(0, 0, 30)).Open {
		vi, en := text.Vietnamese.Fault(o.Sentence()), text.English.Fault(o.Sentence())
		if !strings.Contains(vi, "gày 13/5/2024 ") || !strings.Contains(en, "13 May 2024 ") {
			t.Errorf("%q, %q", vi, en)
		}
	}
}
