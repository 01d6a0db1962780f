package coverage

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

func TestCellsCountAsStationsDo(t *testing.T) {
	for at, state := range States {
		for m := range Mark(1) << len(markNames) {
			var a, b Counts
			a.count(state, m)
			b.cell(Cell{State: uint8(at), Marks: m})
			if a != b {
				t.Errorf("%s, marks %d: %+v and %+v", state, m, a, b)
			}
		}
	}
	for _, wrong := range []keptCells{{[]State{Aired}, "AAAAAQAABQA="}, {[]State{"gone"}, ""}, {States[:], "AAAA"}} {
		if _, err := wrong.read(); err == nil {
			t.Errorf("%+v is read", wrong)
		}
	}
}

// What a week was frozen with stays, also where later rules would count its stations otherwise; what its cells say is not written twice.
func TestADenseWeekIsReadAsItWasWritten(t *testing.T) {
	d := Dense{Week: 100, Known: true,
		Cells: Cells{{4_000_000_000, 0, cellAired, Scheduled | Verified | ByMachine}, {2, 1, cellNotReported, 0}, {3, 1, cellExcused, 0}}}
	for i, sum := range d.Cells.counts(3) {
		d.Districts = append(d.Districts, DistrictCounts{[]string{"082", "083", "084"}[i], sum})
	}
	plain, err := json.Marshal(d)
	if err != nil || bytes.Contains(plain, []byte("not_reported\":1")) {
		t.Errorf("%s, %v", plain, err)
	}
	d.Districts[1].Counts = Counts{Active: 5, Aired: 2}
	for _, want := range []Dense{d, {Week: 7, Districts: []DistrictCounts{}, Cells: Cells{}}} {
		var got Dense
		b, err := json.Marshal(want)
		if err != nil || json.Unmarshal(b, &got) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v became %s and %+v, %v", want, b, got, err)
		}
	}
	var got Dense
	if json.Unmarshal(bytes.Replace(plain, []byte(`"082","083","084"`), []byte(`"082"`), 1), &got) == nil {
		t.Error("a cell of a district that is not there is read")
	}
}

// Every week belongs to one month, one quarter, one half and one year, and those of a year add up.
func TestEveryWeekBelongsToOnePartOfItsYear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cal := airing.Calendar{Zone: text.Zone, Shift: time.Duration(rapid.SampledFrom([]int{0, 0, 5, 24 * 6}).Draw(t, "shift")) * time.Hour}
		year := MustStretch(rapid.StringMatching(`20[0-9][0-9]`).Draw(t, "year"))
		far := time.Date(2150, 1, 1, 0, 0, 0, 0, text.Zone)
		whole, err := (Filter{Period: year}).Span(cal, far)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range []Grouping{ByMonth, ByQuarter, ByHalf} {
			next := whole.From
			for part := StretchOf(g, whole.First); part.String()[:4] == year.String(); part = part.After() {
				s, err := (Filter{Period: part}).Span(cal, far)
				if err != nil || s.From != next {
					t.Fatalf("%s begins %s, and the one before ended %s: %v", part, s.From, next-1, err)
				}
				next = s.Until + 1
				if back := part.After().Before(); back != part {
					t.Fatalf("after %s and back is %s", part, back)
				}
			}
			if next != whole.Until+1 {
				t.Fatalf("the %ss of %s end with %s, the year with %s", g, year, next-1, whole.Until)
			}
		}
	})
	cal := airing.Calendar{Zone: text.Zone}
	now := time.Date(2027, 3, 1, 8, 0, 0, 0, text.Zone)
	for name, want := range map[string][2]string{"2026": {"2026-W01", "2026-W53"}, "2026-12": {"2026-W49", "2026-W53"}, "2027-01": {"2027-W01", "2027-W04"},
		"2026-W53": {"2026-W53", "2026-W53"}, "2026-12-31": {"2026-W53", "2026-W53"}, "2027-01-02": {"2026-W53", "2026-W53"},
		"2027-Q1": {"2027-W01", "2027-W08"}} {
		s, err := (Filter{Period: MustStretch(name)}).Span(cal, now)
		if err != nil || s.From.String() != want[0] || s.Until.String() != want[1] {
			t.Errorf("%s is %s to %s, %v", name, s.From, s.Until, err)
		}
	}
}

func TestPeriodsThatAreNoneAreRefused(t *testing.T) {
	for _, name := range []string{"1", "2024-13", "2024-00", "2024-Q5", "2024-H3", "2024-W54", "2024-02-30", "99999", "2024-W20x", "quý 2", "1800"} {
		if s, err := ParseStretch(name); !fault.Is(err, "coverage.period_unreadable") {
			t.Errorf("%q is %s, %v", name, s, err)
		}
	}
	cal, now := airing.Calendar{Zone: text.Zone}, time.Date(2026, 3, 1, 8, 0, 0, 0, text.Zone)
	at := func(s string) Stretch { return MustStretch(s) }
	for code, f := range map[string]Filter{
		"coverage.too_many_weeks":   {From: at("1926"), Until: at("2026")},
		"coverage.period_backwards": {From: at("2026-02-01"), Until: at("2026-01-01")},
		"coverage.period_twice":     {Period: at("2026"), From: at("2026-01-01")},
	} {
		if _, err := f.Span(cal, now); !fault.Is(err, code) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if s, err := (Filter{Period: at("2027")}).Span(cal, now); err != nil || s.Weeks() != 0 {
		t.Errorf("a year to come has %d weeks, %v", s.Weeks(), err)
	}
}

func TestDaysThatAreAQuarterAreCalledSo(t *testing.T) {
	f := Filter{From: MustStretch("2026-04-01"), Until: MustStretch("2026-06-30"), District: "084"}
	if p := f.Plain(); p.Period != MustStretch("2026-Q2") || p.District != "084" {
		t.Errorf("%+v", p)
	}
	span, _ := f.Span(airing.Calendar{Zone: text.Zone}, time.Date(2027, 1, 1, 0, 0, 0, 0, text.Zone))
	if before, ok := f.Before(span); !ok || before.Period != MustStretch("2026-Q1") || before.District != "084" {
		t.Errorf("before it %+v", before)
	}
	odd := Filter{From: MustStretch("2026-04-02"), Until: MustStretch("2026-06-30")}
	if odd.Plain() != odd {
		t.Error("other days are called a quarter")
	}
	for name, want := range map[string]string{"2026": "năm 2026", "2026-H2": "6 tháng cuối năm 2026", "2026-Q4": "quý IV/2026", "2026-05": "tháng 5/2026",
		"2026-W20": "tuần 20 năm 2026", "2026-05-13": "ngày 13/5/2026"} {
		if is := MustStretch(name).Words(text.Vietnamese); is != want {
			t.Errorf("%s: %s", name, is)
		}
	}
}

func FuzzParseStretch(f *testing.F) {
	for _, s := range []string{"2024", "2024-H1", "2024-Q2", "2024-05", "2024-W20", "2024-05-13", "13/5/2024"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseStretch(text)
		if err != nil || s == (Stretch{}) {
			return
		}
		first, last := s.Days()
		again, err := ParseStretch(s.String())
		if err != nil || again != s || last < first {
			t.Fatalf("%q is %s, %s to %s, then %s, %v", text, s, first, last, again, err)
		}
		if _, err := stations.ParseDate(string(first)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestAnEndAloneBeginsWithItsYear, not on the day it ends.
func TestAnEndAloneBeginsWithItsYear(t *testing.T) {
	cal, far := airing.Calendar{Zone: text.Zone}, time.Date(2150, 1, 1, 0, 0, 0, 0, text.Zone)
	for _, until := range []string{"2024-06-30", "2024-06", "2024-Q2", "2024-W26"} {
		s, err := (Filter{Until: MustStretch(until)}).Span(cal, far)
		if err != nil || s.First != "2024-01-01" || s.Last != "2024-06-30" {
			t.Errorf("until %s: %+v, %v", until, s, err)
		}
	}
}

// TestAPeriodOfSomeProgrammesHasNoTarget: the plan asks for one of all that count.
func TestAPeriodOfSomeProgrammesHasNoTarget(t *testing.T) {
	p := Period{Span: Span{First: "2024-01-01", Last: "2024-12-31"}, Figures: Figures{Counts: Counts{Active: 10, Aired: 4}}}
	if a := p.Answer(text.Vietnamese, Filter{}, nil, Filter{}); a.Target != Target || a.Missing != 6 {
		t.Errorf("of all: %+v", a)
	}
	if a := p.Answer(text.Vietnamese, Filter{Programme: "P3"}, nil, Filter{}); a.Target != 0 || a.Missing != 0 {
		t.Errorf("of one: %+v", a)
	}
}

// askedPeriods answers any period with nothing, and keeps what was asked for.
type askedPeriods struct {
	Store
	asked Filter
}

func (a *askedPeriods) Period(_ context.Context, _ accounts.Actor, f Filter, _ time.Time) (Period, error) {
	a.asked = f
	return Period{}, nil
}

// TestADayIsComparedWithTheWeekBefore: the day before mostly lies in the same week.
func TestADayIsComparedWithTheWeekBefore(t *testing.T) {
	cal, now := airing.Calendar{Zone: text.Zone}, time.Date(2024, 6, 1, 0, 0, 0, 0, text.Zone)
	for period, want := range map[string]string{"2024-05-15": "2024-W19", "2024-W20": "2024-W19", "2024-05": "2024-04"} {
		f := Filter{Period: MustStretch(period)}
		s, err := f.Span(cal, now)
		if err != nil {
			t.Fatal(err)
		}
		var store askedPeriods
		_, of, err := PeriodBefore(t.Context(), &store, accounts.Daemon(), f, Period{Span: s}, now)
		if err != nil || of.Period.String() != want || store.asked != of {
			t.Errorf("before %s comes %s, %v", period, of.Period, err)
		}
	}
}
