package bolt

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
)

// BenchmarkReport is one report of an airing as it is written, but for the wait for the disk: what who-did-what adds is in it.
func BenchmarkReport(b *testing.B) {
	s, err := Open(b.TempDir(), Options{Log: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	units, list := country(127)
	if err := s.Found(b.Context(), meta("found"), units, list); err != nil {
		b.Fatal(err)
	}
	begin := time.Date(2024, 5, 6, 6, 0, 0, 0, text.Zone)
	at := func(t time.Time) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: t}
	}
	p, err := s.SaveProgramme(b.Context(), at(begin.AddDate(0, 0, -30)), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}})
	if err != nil {
		b.Fatal(err)
	}
	s.db.NoSync = true
	n := 0
	for b.Loop() {
		n++
		aired := begin.Add(time.Duration(n/127) * time.Hour)
		_, err := s.Confirm(b.Context(), at(aired.Add(time.Hour)), airing.Confirm{ID: uuid.NewString(), Station: fmt.Sprintf("S%05d", 1+n%127),
			Programme: p.ID, Outcome: airing.Aired, Seconds: 900, StartedAt: aired})
		if err != nil {
			b.Fatal(err)
		}
	}
}
