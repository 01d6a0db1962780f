package bolt

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
)

// BenchmarkPeriod asks for a year of closed weeks by district, and for one of them: the first time
// after a start, again, and after one more report. With LOA_POSTGRES, a connection of psql, the same
// rows are put there and the same is asked, in the same run.
func BenchmarkPeriod(b *testing.B) {
	for name, n := range map[string]int{"province-127": 127, "country-10598": 10598} {
		b.Run(name, func(b *testing.B) {
			s, last := closedYears(b, n, 52)
			year := coverage.Filter{From: coverage.MustStretch((last - 51).String()), Until: coverage.MustStretch(last.String())}
			one := coverage.Filter{Period: coverage.MustStretch((last - 20).String())}
			now := airing.Calendar{Zone: time.UTC}.Start(last + 2)
			ask := func(b *testing.B, f coverage.Filter) coverage.Period {
				p, err := s.Period(context.Background(), accounts.Daemon(), f, now)
				if err != nil || len(p.Stations) != n {
					b.Fatal(err, len(p.Stations))
				}
				return p
			}
			b.Run("year, first", func(b *testing.B) {
				for b.Loop() {
					s.weeks = newWeeks()
					ask(b, year)
				}
			})
			b.Run("year, again", func(b *testing.B) {
				for b.Loop() {
					ask(b, year)
				}
			})
			b.Run("year, after a report", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					b.StopTimer()
					if err := s.update(context.Background(), func(tx *tx) error {
						return tallies.put(tx, tallyKey(last, uint32(i%n+1)), airing.Tally{Aired: 1, Qualifying: 1}.Bytes())
					}); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					ask(b, year)
				}
			})
			b.Run("week, first", func(b *testing.B) {
				for b.Loop() {
					s.weeks = newWeeks()
					ask(b, one)
				}
			})
			b.Run("week, again", func(b *testing.B) {
				for b.Loop() {
					ask(b, one)
				}
			})
			if to := os.Getenv("LOA_POSTGRES"); to != "" {
				besidePostgres(b, s, to, last)
			}
		})
	}
}

// BenchmarkDecade asks a province and a country with ten years of closed weeks: for a week, a year by district
// and the course of all of it. The years before the last repeat it; each has its own tallies.
func BenchmarkDecade(b *testing.B) {
	for name, n := range map[string]int{"province-127": 127, "country-10598": 10598} {
		b.Run(name, func(b *testing.B) { decade(b, n) })
	}
}

func decade(b *testing.B, n int) {
	const year = 52
	s, last := closedYears(b, n, year)
	for w := last - year; w > last-coverage.MaxWeeks; w-- {
		if err := s.update(context.Background(), func(tx *tx) error {
			like := last - (last-w)%year
			c, _, err := closedWeeks.get(tx, weekKey(like))
			if err != nil {
				return err
			}
			c.Frozen.Week = w
			for e, err := range tallies.ascend(tx, weekKey(like), after(weekKey(like))) {
				if err != nil {
					return err
				}
				if err := tallies.put(tx, append(weekKey(w), e.key[4:]...), e.rec); err != nil {
					return err
				}
			}
			return putClosed(tx, c)
		}); err != nil {
			b.Fatal(err)
		}
	}
	now := airing.Calendar{Zone: time.UTC}.Start(last + 2)
	period := func(f coverage.Filter) func() error {
		return func() error { _, err := s.Period(context.Background(), accounts.Daemon(), f, now); return err }
	}
	span := func(weeks airing.Week) coverage.Filter {
		return coverage.Filter{From: coverage.MustStretch((last - weeks + 1).String()), Until: coverage.MustStretch(last.String())}
	}
	for _, c := range []struct {
		name string
		ask  func() error
	}{
		{"week", period(coverage.Filter{Period: coverage.MustStretch((last - 20).String())})},
		{"year by district, week and station", period(span(year))},
		{"ten years by district, week and station", period(span(coverage.MaxWeeks))},
		{"course of ten years", func() error {
			list, err := s.Trend(context.Background(), accounts.Daemon(), coverage.Query{Week: last - coverage.MaxWeeks + 1}, last)
			if err == nil && len(list) != coverage.MaxWeeks {
				err = fmt.Errorf("%d weeks", len(list))
			}
			return err
		}},
	} {
		for _, when := range []string{"first", "again"} {
			b.Run(c.name+", "+when, func(b *testing.B) {
				for b.Loop() {
					if when == "first" {
						s.weeks = newWeeks()
					}
					if err := c.ask(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// besidePostgres puts the stations' weeks into PostgreSQL as one row each, indexed for both questions, and asks.
func besidePostgres(b *testing.B, s *Store, to string, last airing.Week) {
	var rows bytes.Buffer
	fmt.Fprint(&rows, `drop table if exists week; create table week (week int, station int, district text, expected bool, aired bool, evidence bool,
on_time bool, state text, primary key (week, station));
copy week from stdin;
`)
	if err := s.view(context.Background(), func(tx *tx) error {
		for w := last - 51; w <= last; w++ {
			d, err := tx.cells(w)
			if err != nil {
				return err
			}
			for _, c := range d.Cells {
				state := coverage.States[c.State]
				fmt.Fprintf(&rows, "%d\t%d\t%s\t%t\t%t\t%t\t%t\t%s\n", w, c.Station, d.Districts[c.District].District, state != coverage.Excused,
					state == coverage.Aired, c.Marks&coverage.WithEvidence > 0, c.Marks&coverage.OnTime > 0, state)
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	const sums = "count(*), count(*) filter (where expected), count(*) filter (where aired), count(*) filter (where aired and evidence), " +
		"count(*) filter (where aired and on_time)"
	fmt.Fprintf(&rows, "\\.\ncreate index on week (district, week) include (station, expected, aired, evidence, on_time);\nvacuum analyze week;\n\\timing on\n")
	for range 5 {
		fmt.Fprintf(&rows, "\\o /dev/null\nselect district, %s from week where week between %d and %d group by district;\n", sums, last-51, last)
		fmt.Fprintf(&rows, "select district, week, %s from week where week between %d and %d group by 1, 2;\n", sums, last-51, last)
		fmt.Fprintf(&rows, "select station, %s from week where week between %d and %d group by station;\n", sums, last-51, last)
		fmt.Fprintf(&rows, "select district, %s from week where week = %d group by district;\n", sums, last-20)
	}
	psql := exec.Command("psql", "-q", "-d", to)
	psql.Stdin = &rows
	out, err := psql.CombinedOutput()
	if err != nil {
		b.Fatal(err, string(out))
	}
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		b.Logf("PostgreSQL, %s: %s", [...]string{"a year by district", "by district and week", "by station", "a week by district"}[i%4], line)
	}
}
