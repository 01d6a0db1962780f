package scheduler

import (
	"fmt"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/stations"
)

// newTowns is a small registry: stations S00001 … in two districts by turns,
// every fourth broadcasting in Mông too, all by FM; change may alter one.
func newTowns(n int, change func(i int, s *stations.Station)) *stations.Registry {
	const list = stations.Date("2000-01-01")
	units := []stations.Unit{}
	for _, code := range []string{"080", "084"} {
		units = append(units, stations.Unit{UnitKey: stations.UnitKey{List: list, Code: code}, Kind: "rural_district", Name: code,
			Valid: stations.Interval{From: list}})
	}
	towns := make([]stations.Station, n)
	for i := range towns {
		u := stations.Unit{UnitKey: stations.UnitKey{List: list, Code: fmt.Sprintf("%05d", i+1)}, Kind: "commune", Name: fmt.Sprint("Xã ", i+1),
			District: []string{"080", "084"}[i%2], Valid: stations.Interval{From: list}}
		units = append(units, u)
		towns[i] = stations.Station{ID: stations.StationID(i + 1), Revision: 1, Seats: []stations.Seat{{Unit: u.UnitKey, From: list}},
			Fields: stations.Fields{Technologies: []stations.Technology{stations.FM}, Active: []stations.Interval{{From: list}}}}
		if i%4 == 3 {
			towns[i].Languages = []string{"hmn"}
		}
		if change != nil {
			change(i, &towns[i])
		}
	}
	return stations.NewRegistry(units, towns)
}

var now = time.Date(2024, 5, 8, 3, 0, 0, 0, time.UTC) // Wednesday 10:00 on the wall

func editor(at time.Time) accounts.Meta {
	return accounts.Meta{ID: "x", At: at, By: accounts.Actor{Person: "p1", Name: "Hoa", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}}}}
}

// failer is what a test, a fuzz target and a rapid check have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
}

// world is a schedule that commands are applied to as a store would.
type world struct {
	t   failer
	s   *Schedule
	reg *stations.Registry
}

func newWorld(t failer, n int) *world {
	w := &world{t: t, s: NewSchedule(nil, nil, nil), reg: newTowns(n, nil)}
	p, err := DecideProgramme(w.s, editor(now), SaveProgramme{Title: "Nông thôn mới hằng tuần", CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	w.s = NewSchedule([]Programme{p}, nil, nil)
	return w
}

func replace[T any](list []T, v T, same func(T) bool) []T {
	out := make([]T, 0, len(list)+1)
	for _, old := range list {
		if !same(old) {
			out = append(out, old)
		}
	}
	return append(out, v)
}

func (w *world) keepRule(r Rule, err error) Rule {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.s = NewSchedule(w.s.Programmes, w.s.Episodes, replace(w.s.Rules, r, func(o Rule) bool { return o.ID == r.ID }))
	return r
}

func (w *world) keepEpisode(e Episode, err error) Episode {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.s = NewSchedule(w.s.Programmes, replace(w.s.Episodes, e, func(o Episode) bool { return o.ID == e.ID }), w.s.Rules)
	return e
}

// rule saves a rule for all stations.
func (w *world) rule(at time.Time, c SaveRule) Rule {
	w.t.Helper()
	if c.Programme == "" {
		c.Programme = "P1"
	}
	if c.Selection.check() != nil {
		c.Selection = Selection{All: true}
	}
	return w.keepRule(DecideRule(w.s, w.reg, editor(at), c))
}

// starts lists what one station airs, "13/5 17:00".
func (w *world) starts(station string, from, until time.Time) []string {
	var out []string
	for s := range w.s.SlotsAt(w.reg, station, from, until) {
		out = append(out, s.Start.Format("2/1 15:04"))
	}
	return out
}

func local(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, text.Zone)
	if err != nil {
		panic(err)
	}
	return t
}
