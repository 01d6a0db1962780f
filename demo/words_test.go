package demo_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio/match"
	"loa/contest"
	"loa/coverage"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
	"loa/store"
)

// words are the values that records hold, by their type of words.
type words map[reflect.Type]map[string]bool

// lists are the lists of values that a year of a province shows some record of, with the values it
// need not show and why.
var lists = []struct {
	all   any
	spare map[string]string
}{
	{all: accounts.Levels},
	{all: accounts.Roles},
	{all: airing.Outcomes[:]},
	{all: airing.Reasons[:]},
	{all: airing.AllMeans[:], spare: map[string]string{"mobile": "no station of the founding list goes about with a loudspeaker"}},
	{all: airing.Findings[:]},
	{all: match.Words},
	{all: airing.Hints, spare: map[string]string{"faint": ofPeople}},
	{all: library.Kinds, spare: map[string]string{"photo": ofPeople, "scan": ofPeople}},
	{all: contest.EntrantKinds, spare: map[string]string{"person": ofPeople, "group": ofPeople}},
	{all: contest.Fates(), spare: map[string]string{"as_is": ofPeople, "edited": ofPeople, "held": ofPeople}},
	{all: contest.Phases, spare: map[string]string{"draft": "it is what a visitor tries first", "closed": "a result that can still be corrected shows more"}},
	{all: contest.PieceKinds, spare: map[string]string{"scan": ofPeople}},
	{all: coverage.States[:], spare: map[string]string{"not_due": "it hangs on the hour", "not_planned": "all stations have a plan"}},
	{all: scheduler.ExceptionKinds, spare: map[string]string{"cancelled": ofPeople, "moved": ofPeople, "annotated": ofPeople}},
	{all: scheduler.Outcomes, spare: map[string]string{"running": "nothing runs while a demo is filled", "failed": broken, "panicked": broken,
		"timed_out": broken, "interrupted": broken, "skipped": broken, "clock_moved": broken}},
	{all: scheduler.Priorities, spare: map[string]string{"preferred": ofPeople, "urgent": ofPeople}},
	{all: scheduler.States, spare: map[string]string{"withdrawn": ofPeople}},
	{all: stations.Technologies, spare: map[string]string{"mixed": "the founding list says one of each station"}},
}

// Why the demo has no record of a value.
const (
	ofPeople = "who looks does it herself, on a page that shows it at once"
	broken   = "a demo that shows a broken server is no demo"
)

// all looks through what the demo made.
func (w words) all(ctx context.Context, s store.Engine, hall *contest.Hall, now time.Time) error {
	reg, err := s.Registry(ctx)
	if err != nil {
		return err
	}
	plan, err := s.Schedule(ctx)
	if err != nil {
		return err
	}
	people, err := s.Directory(ctx)
	if err != nil {
		return err
	}
	runs, err := s.RunsBefore(ctx, "", now, 1<<20)
	if err != nil {
		return err
	}
	for _, records := range []any{reg.Stations(), plan.Programmes, plan.Episodes, plan.Rules, people.People(), runs} {
		w.in(reflect.ValueOf(records))
	}
	for q := (airing.Query{From: now.AddDate(-1, 0, 0), Until: now}); ; {
		lines, next, err := s.Airings(ctx, accounts.Daemon(), q)
		if err != nil {
			return err
		}
		w.in(reflect.ValueOf(lines))
		if q.After = next; next == "" {
			break
		}
	}
	for q := (library.Query{Limit: library.MostListed}); ; {
		page, err := s.Recordings(ctx, q)
		if err != nil {
			return err
		}
		w.in(reflect.ValueOf(page.Items))
		if q.After = page.After; page.After == "" {
			break
		}
	}
	cal := airing.Calendar{Zone: text.Zone}
	for week := cal.Week(now) - 51; week <= cal.Week(now); week++ {
		counted, err := s.Coverage(ctx, accounts.Daemon(), coverage.Query{Week: week, Now: now})
		if err != nil {
			return err
		}
		w.in(reflect.ValueOf(counted))
	}
	return hall.List(ctx, func(c *contest.State) error { w.in(reflect.ValueOf(c)); return nil })
}

// in notes every value of a named type of text, wherever it stands.
func (w words) in(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.Type().PkgPath() != "" {
			if w[v.Type()] == nil {
				w[v.Type()] = map[string]bool{}
			}
			w[v.Type()][v.String()] = true
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			w.in(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			w.in(v.Index(i))
		}
	case reflect.Map:
		for e := v.MapRange(); e.Next(); {
			w.in(e.Key())
			w.in(e.Value())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				w.in(v.Field(i))
			}
		}
	}
}

func (w words) check(t *testing.T) {
	t.Helper()
	for _, list := range lists {
		v := reflect.ValueOf(list.all)
		seen := w[v.Type().Elem()]
		for i := range v.Len() {
			word := v.Index(i).String()
			if !seen[word] && list.spare[word] == "" {
				t.Errorf("%s: no record of the demo is %q", v.Type().Elem(), word)
			}
		}
	}
}
