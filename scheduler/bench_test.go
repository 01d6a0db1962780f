package scheduler

import (
	"fmt"
	"testing"
	"time"

	"loa/internal/text"
	"loa/stations"
)

// yearly is a schedule as a province has it: two programmes a week for all,
// one for Mông stations, one for a district, and a daily bulletin.
func yearly(b *testing.B, n int) (*world, time.Time, time.Time) {
	w := newWorld(b, 1)
	w.reg = newTowns(n, nil)
	w.rule(now, SaveRule{Cron: "0 17 * * 1,4"})
	w.rule(now, SaveRule{Cron: "0 6 * * 2", Selection: Selection{Language: "hmn"}})
	w.rule(now, SaveRule{Cron: "30 17 * * 5", Selection: Selection{Districts: []string{"084"}}})
	from := stations.Date("2025-01-01").Start(text.Zone)
	return w, from, from.AddDate(1, 0, 0)
}

func BenchmarkSlotsOfAYear(b *testing.B) {
	for _, n := range []int{127, 10598} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w, from, until := yearly(b, n)
			b.ReportAllocs()
			slots := 0
			for b.Loop() {
				slots = 0
				for range w.s.Slots(w.reg, from, until) {
					slots++
				}
			}
			b.ReportMetric(float64(slots), "slots")
		})
	}
}

func BenchmarkCountCountingOfAWeek(b *testing.B) {
	for _, n := range []int{127, 10598} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w, from, _ := yearly(b, n)
			b.ReportAllocs()
			for b.Loop() {
				w.s.Counter(w.reg).Counting(from, from.AddDate(0, 0, 7), time.Time{})
			}
		})
	}
}

func BenchmarkSlotsOfOneStationThisWeek(b *testing.B) {
	w, from, _ := yearly(b, 10598)
	b.ReportAllocs()
	for b.Loop() {
		for range w.s.SlotsAt(w.reg, "S00004", from, from.AddDate(0, 0, 7)) {
		}
	}
}

func BenchmarkAhead(b *testing.B) {
	for _, n := range []int{127, 10598} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w, from, _ := yearly(b, n)
			b.ReportAllocs()
			for b.Loop() {
				w.s.ahead(w.reg, from)
			}
		})
	}
}
