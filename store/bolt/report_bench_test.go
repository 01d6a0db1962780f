package bolt

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
)

// reporting opens a store of 127 stations that writes without the wait for the disk; the function makes reports, of
// one station after the other, each by a person of its own.
func reporting(t testing.TB) (*Store, func() func(*tx) error) {
	s := open(t, t.TempDir())
	units, list := country(127)
	if err := s.Found(t.Context(), meta("found"), units, list); err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2024, 5, 6, 6, 0, 0, 0, text.Zone)
	at := func(t time.Time, by accounts.Actor) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: by, At: t}
	}
	p, err := s.SaveProgramme(t.Context(), at(begin.AddDate(0, 0, -30), accounts.Daemon()),
		scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.db.NoSync = true
	n := 0
	return s, func() func(*tx) error {
		n++
		by := accounts.Daemon()
		by.Person, by.Name = fmt.Sprintf("%032d", n%127), "Vàng Thị Mẩy"
		aired := begin.Add(time.Duration(n/127) * time.Hour)
		m, c := at(aired.Add(time.Hour), by), airing.Confirm{ID: uuid.NewString(), Station: fmt.Sprintf("S%05d", 1+n%127),
			Programme: p.ID, Outcome: airing.Aired, Seconds: 900, StartedAt: aired}
		return func(tx *tx) error { _, err := confirm(tx, m, c); return err }
	}
}

// BenchmarkReport is one report of an airing as it is written, but for the wait for the disk: what who-did-what adds is in it.
func BenchmarkReport(b *testing.B) {
	s, report := reporting(b)
	for b.Loop() {
		if err := s.update(b.Context(), report()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAReportWritesFewPages of those that 64 write at once, in a folder that has grown: no machine changes how many.
func TestAReportWritesFewPages(t *testing.T) {
	s, report := reporting(t)
	together := func(n int) {
		var list []*waiting
		for range n {
			list = append(list, &waiting{report(), make(chan error, 1)})
		}
		s.carryOut(slices.Clone(list))
		for _, c := range list {
			if err := <-c.done; err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 20 {
		together(127)
	}
	before := s.db.Stats()
	const commits, each = 52, 64 // so many that the fresh rows are put into their tables, twice
	for range commits {
		together(each)
	}
	after := s.db.Stats()
	pages := float64(after.TxStats.GetPageAlloc()-before.TxStats.GetPageAlloc()) / float64(s.db.Info().PageSize) / commits / each
	t.Logf("%.1f pages a report", pages)
	if pages > mostPages {
		t.Errorf("%.1f pages a report, want %.1f at most", pages, mostPages)
	}
}

// mostPages is how many pages one of 64 reports may write.
const mostPages = 2.2
