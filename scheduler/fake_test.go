package scheduler

import (
	"fmt"
	"time"

	"loa/accounts"
	"loa/internal/text"
)

// towns is a small registry: stations S00001 … in two districts, every fourth
// broadcasting in Mông too.
type towns []site

func (t towns) sites() []site { return t }

func (t towns) site(id string) (site, bool) {
	for _, s := range t {
		if s.id == id {
			return s, true
		}
	}
	return site{}, false
}

func newTowns(n int) towns {
	out := make(towns, n)
	for i := range out {
		out[i] = site{
			id: fmt.Sprintf("S%05d", i+1), district: []string{"080", "084"}[i%2], zone: text.Zone,
			languages: []string{"vi"}, technologies: []string{"fm"}, active: []span{{}},
		}
		if i%4 == 3 {
			out[i].languages = []string{"hmn", "vi"}
		}
	}
	return out
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
	reg towns
}

func newWorld(t failer, stations int) *world {
	w := &world{t: t, s: NewSchedule(nil, nil, nil), reg: newTowns(stations)}
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
