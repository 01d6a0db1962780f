package bolt

import (
	"fmt"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
)

// TestALogDoesNotGrowWithTheCountry counts the rows that are read for the log of an
// operator and of a district's monitor: as many among 900 stations as among 90.
func TestALogDoesNotGrowWithTheCountry(t *testing.T) {
	at := time.Date(2024, 5, 13, 12, 0, 0, 0, text.Zone)
	grant := func(role accounts.Role, level accounts.Level, id string) accounts.Actor {
		return accounts.Actor{Person: id, Name: id, Grants: []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: level, ID: id}}}}
	}
	for _, who := range []accounts.Actor{grant(accounts.Operator, accounts.Station, "S00007"), grant(accounts.Monitor, accounts.District, "001")} {
		var read [2]uint64
		for i, n := range []int{90, 900} {
			s := open(t, t.TempDir())
			units, list := country(n)
			if err := s.Found(t.Context(), meta("found"), units, list); err != nil {
				t.Fatal(err)
			}
			m := meta("programme")
			m.At = at
			p, err := s.SaveProgramme(t.Context(), m, scheduler.SaveProgramme{Title: "Bản tin", Languages: []string{"vi"}, CountsTowardTarget: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.update(t.Context(), func(tx *tx) error {
				for j, st := range list {
					m := meta("report")
					m.At = at
					c := airing.Confirm{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", j), Station: st.ID, Programme: p.ID,
						Outcome: airing.Aired, Means: airing.FM, Unplanned: true, StartedAt: at.Add(-time.Duration(1+j%20) * time.Hour), Seconds: 600}
					if _, err := confirm(tx, m, c); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			before, _ := s.Reads()
			lines, _, err := s.Airings(t.Context(), who, airing.Query{From: at.AddDate(0, 0, -28), Until: at, Limit: 100})
			if after, _ := s.Reads(); err != nil || len(lines) == 0 || len(lines) > 15 {
				t.Fatal(len(lines), err)
			} else {
				read[i] = after - before
			}
		}
		if read[0] != read[1] {
			t.Errorf("%s: %d rows are read among 90 stations, %d among 900", who.Name, read[0], read[1])
		}
	}
}
