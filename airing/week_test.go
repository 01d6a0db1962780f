package airing

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

func TestWeeksAreISOWeeksOfTheStationsZone(t *testing.T) {
	c := Calendar{Zone: text.Zone}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "unix"), 0)
		y, n := at.In(text.Zone).ISOWeek()
		w := c.Week(at)
		back, err := ParseWeek(w.String())
		if wy, wn := w.monday().ISOWeek(); wy != y || wn != n || back != w || err != nil {
			t.Fatalf("%s is in %d-W%d, got %s (%v)", at, y, n, w, err)
		}
		if at.Before(c.Start(w)) || !at.Before(c.Start(w+1)) {
			t.Fatalf("%s is not between %s and %s", at, c.Start(w), c.Start(w+1))
		}
	})
	for at, want := range map[string]string{
		"2024-05-12T23:59:59+07:00": "2024-W19", "2024-05-13T00:00:00+07:00": "2024-W20",
		"2024-05-13T06:30:00+07:00": "2024-W20", "2021-01-03T23:30:00+07:00": "2020-W53",
		"2024-12-30T00:30:00+07:00": "2025-W01",
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Week(when.UTC()).String(); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

func TestAShiftedWeekStartsWhereTheSettingSays(t *testing.T) {
	c := Calendar{Zone: text.Zone, Shift: 6*dayLength + 5*time.Hour} // Sunday 05:00
	sunday := time.Date(2024, 5, 19, 4, 59, 0, 0, text.Zone)
	if a, b := c.Week(sunday), c.Week(sunday.Add(time.Minute)); a+1 != b || b.String() != "2024-W20" {
		t.Fatalf("%s then %s", a, b)
	}
}

func TestAnotherStartOfTheWeekMovesNothingThatHasBegun(t *testing.T) {
	admin := accounts.Actor{Name: "Quản trị", Via: "session", Grants: []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}}}
	rapid.Check(t, func(t *rapid.T) {
		set, now := DefaultSettings(), time.Date(2024, 5, 13, 0, 0, 0, 0, text.Zone)
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			now = now.Add(time.Duration(rapid.IntRange(0, 500).Draw(t, "hours")) * time.Hour)
			old := set.Calendar(text.Zone)
			asked := set
			asked.WeekShiftHours, asked.Before = rapid.IntRange(0, 167).Draw(t, "shift"), nil
			var err error
			if set, err = DecideSettings(set, accounts.Meta{By: admin, At: now}, asked); err != nil {
				t.Fatal(err)
			}
			cal := set.Calendar(text.Zone)
			for w := old.Week(now) - 20; w <= old.Week(now); w++ {
				if !cal.Start(w).Equal(old.Start(w)) {
					t.Fatalf("%s began %s, and after a change at %s it began %s", w, old.Start(w), now, cal.Start(w))
				}
			}
			if next := cal.Start(old.Week(now) + 1); !next.After(now) || next.Sub(now) > 14*dayLength {
				t.Fatalf("after %s the next week begins %s", now, next)
			}
			for h := -700; h < 700; h += 5 {
				at := now.Add(time.Duration(h) * time.Hour)
				if w := cal.Week(at); at.Before(cal.Start(w)) || !at.Before(cal.Start(w+1)) {
					t.Fatalf("%s is not in %s", at, w)
				}
			}
		}
	})
}

func TestWeekNamesThatAreNoWeeksAreRefused(t *testing.T) {
	for _, s := range []string{"", "2024", "2024-W00", "2024-W53", "2024-W5", "2024-20", "2024-W20 ", "9999999-W01", "x"} {
		if w, err := ParseWeek(s); !fault.Is(err, "airing.week_unreadable") {
			t.Errorf("%q became %s, %v", s, w, err)
		}
	}
	for _, s := range []string{"1926-W01", "1969-W52"} { // written right, but before there are weeks
		if w, err := ParseWeek(s); !fault.Is(err, "airing.week_early") {
			t.Errorf("%q became %s, %v", s, w, err)
		}
	}
	if w, err := ParseWeek("2020-W53"); err != nil || w.String() != "2020-W53" {
		t.Errorf("2020 has a week 53: %s, %v", w, err)
	}
}

func FuzzParseWeek(f *testing.F) {
	f.Add("2024-W20")
	f.Fuzz(func(t *testing.T, s string) {
		if w, err := ParseWeek(s); err == nil && w.String() != s {
			t.Fatalf("%q became %s", s, w)
		}
	})
}
