package bolt

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
)

// closedYears opens a store of n stations whose last weeks are closed.
func closedYears(t testing.TB, n, weeks int) (*Store, airing.Week) {
	t.Helper()
	s, err := Open(t.TempDir(), Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	units, list := country(n)
	if err := s.Found(context.Background(), meta("found"), units, list); err != nil {
		t.Fatal(err)
	}
	cal := airing.Calendar{Zone: text.Zone}
	last := cal.Week(time.Date(2024, 5, 13, 12, 0, 0, 0, text.Zone)) - 1
	row := airing.Tally{Aired: 2, Qualifying: 2, OnTime: 1, WithEvidence: 1}.Bytes()
	for w := last - airing.Week(weeks) + 1; w <= last; w++ {
		if err := s.update(context.Background(), func(tx *tx) error {
			for i := range n {
				if i%9 != int(w)%9 {
					if err := tallies.put(tx, tallyKey(w, uint32(i+1)), row); err != nil {
						return err
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		m := meta("close " + w.String())
		m.At = cal.Start(w + 1)
		if _, err := s.CloseWeek(context.Background(), m, coverage.Close{Week: w}); err != nil {
			t.Fatal(err)
		}
	}
	return s, last
}

// TestACourseOfWeeksDoesNotGrowWithTheStations counts what is decoded for a
// course of closed weeks: as much for 600 stations as for 60.
func TestACourseOfWeeksDoesNotGrowWithTheStations(t *testing.T) {
	const weeks = 8
	var cost [2]uint64
	for i, n := range []int{60, 600} {
		s, last := closedYears(t, n, weeks)
		ask := func() []coverage.Week {
			got, err := s.Trend(context.Background(), accounts.Daemon(), coverage.Query{Week: last - weeks + 1}, last)
			if err != nil || len(got) != weeks || got[0].Active != n || got[0].Aired == 0 || !got[0].Closed {
				t.Fatalf("%d weeks, %v", len(got), err)
			}
			return got
		}
		ask()
		before := s.read.rows.Load()
		got := ask()
		cost[i] = s.read.rows.Load() - before
		for j, w := range got { // and says what each week says by itself
			one, err := s.Coverage(context.Background(), accounts.Daemon(), coverage.Query{Week: last - weeks + 1 + airing.Week(j)})
			if err != nil {
				t.Fatal(err)
			}
			one.Stations = nil
			a, _ := json.Marshal(one)
			b, _ := json.Marshal(w)
			if string(a) != string(b) {
				t.Errorf("the week says %s\nthe course   %s", a, b)
			}
		}
	}
	if cost[0] != cost[1] || cost[0] > 4*weeks {
		t.Errorf("%d records were decoded for 60 stations, %d for 600", cost[0], cost[1])
	}
}

// TestACourseOfWeeksNoticesALateReport changes a closed week after it was
// looked at.
func TestACourseOfWeeksNoticesALateReport(t *testing.T) {
	s, last := closedYears(t, 30, 2)
	ask := func() coverage.Week {
		got, err := s.Trend(context.Background(), accounts.Daemon(), coverage.Query{Week: last}, last)
		if err != nil {
			t.Fatal(err)
		}
		return got[0]
	}
	first := ask()
	if first.Now != nil {
		t.Fatalf("nothing changed, and it would be %+v", first.Now)
	}
	if err := s.update(context.Background(), func(tx *tx) error {
		for i := range 30 {
			if err := tallies.put(tx, tallyKey(last, uint32(i+1)), airing.Tally{Aired: 1, Qualifying: 1}.Bytes()); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if w := ask(); w.Aired != first.Aired || w.Now == nil || w.Now.Aired != 30 {
		t.Errorf("%+v, now %+v", w.Counts, w.Now)
	}
}

// BenchmarkYearsTrend asks for the course of a year of closed weeks, as
// everybody does after the first who asked.
func BenchmarkYearsTrend(b *testing.B) {
	for name, n := range map[string]int{"province-127": 127, "country-10598": 10598} {
		b.Run(name, func(b *testing.B) {
			s, last := closedYears(b, n, 52)
			if _, err := s.Trend(context.Background(), accounts.Daemon(), coverage.Query{Week: last - 51}, last); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if got, err := s.Trend(context.Background(), accounts.Daemon(), coverage.Query{Week: last - 51}, last); err != nil || len(got) != 52 {
					b.Fatal(err)
				}
			}
		})
	}
}
