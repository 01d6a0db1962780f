package scheduler

import (
	"context"
	"slices"
	"strings"
	"testing"

	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/stations"
)

// ahead looks ahead from a world in which some copies cannot be made.
type ahead struct {
	*world
	failed map[string]fault.Kind // by recording
}

func (a ahead) Schedule(context.Context) (*Schedule, error)          { return a.s, nil }
func (a ahead) Registry(context.Context) (*stations.Registry, error) { return a.reg, nil }
func (a ahead) BroadcastCopies(_ context.Context, recordings []string) (map[string]library.BroadcastCopy, error) {
	out := map[string]library.BroadcastCopy{}
	for _, id := range recordings {
		if kind, failed := a.failed[id]; failed {
			out[id] = library.BroadcastCopy{Recording: id, Failed: &library.Reason{Kind: kind, Code: "audio.no_sound"}}
		}
	}
	return out, nil
}

// What of the coming week an editor has to mend is told by its kind, and nothing is told twice.
func TestWhatIsAheadIsToldUntilItIsMended(t *testing.T) {
	w := ahead{newWorld(t, 8), map[string]fault.Kind{}}
	day := func(n int) stations.Date { return stations.DateOf(now.In(text.Zone)).AddDays(n) }
	wants := func(want ...string) Ahead {
		t.Helper()
		a, err := LookAhead(t.Context(), w, now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range a.Gaps {
			got = append(got, strings.TrimRight(string(g.Kind)+" "+g.Programme+g.Station+" "+g.Episode+g.Rule, " "))
		}
		if !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		return a
	}
	episode := func(c SaveEpisode, to ...State) Episode {
		t.Helper()
		c.Programme, c.Title = "P1", "Số mới"
		var recording *library.Recording
		if c.Audio != "" {
			recording = &library.Recording{ID: c.Audio, Kind: library.ForProgramme, Seconds: 300}
		}
		e, _, err := DecideEpisode(w.s, recording, editor(now), c)
		e = w.keepEpisode(e, err)
		for _, state := range to {
			e = w.keepEpisode(DecideMove(w.s, editor(now), MoveEpisode{ID: e.ID, To: state, Why: "thử"}))
		}
		return e
	}
	wants("unplanned P1") // without a rule no slot lacks anything
	w.rule(now, SaveRule{Cron: "0 17 * * 1,4", Selection: Selection{Stations: []string{"S00001", "S00002", "S00003", "S00004", "S00005", "S00006", "S00007"}},
		Until: day(30)})
	a := wants("unfilled P1", "no_slot S00008")
	if g := a.Gaps[0]; a.Slots != 14 || a.Stations != 7 || !slices.Equal(a.Offers, []string{"P1"}) || g.Slots != 14 || g.Times != 2 || g.Stations != 7 ||
		!g.First.Equal(local("2024-05-09 17:00")) {
		t.Errorf("%+v", a)
	}
	episode(SaveEpisode{Script: "Kính chào", From: day(20)}) // not meant for these days
	episode(SaveEpisode{Script: "Kính chào", Submit: true})
	wants("unfilled P1 E2", "no_slot S00008")
	w.keepEpisode(DecideMove(w.s, editor(now), MoveEpisode{ID: "E2", To: Approved}))
	wants("no_slot S00008")
	w.rule(now, SaveRule{ID: "R1", Cron: "0 17 * * 1,4", Until: day(9)})
	wants("rule_ends P1 R1")
	w.rule(now, SaveRule{ID: "R1", Cron: "0 17 * * 1,4"})
	whole := wants()
	if whole.Slots != 16 || whole.Stations != 8 || whole.Programmes != 1 {
		t.Errorf("%+v", whole)
	}
	episode(SaveEpisode{Script: "Kính chào", From: day(2)}) // a draft
	wants("unapproved P1 E3")
	episode(SaveEpisode{Audio: "a1", Submit: true}, Approved)
	wants("unapproved P1 E3")
	w.failed["a1"] = fault.Unavailable // no encoder yet
	wants("unapproved P1 E3")
	w.failed["a1"] = fault.Invalid
	a = wants("unapproved P1 E3", "no_copy P1 E4")
	for _, g := range append(a.Gaps, whole.Gaps...) {
		for _, l := range text.Languages {
			if said := g.Words(l, func(id string) string { return id }); strings.ContainsAny(said, "{}") || !strings.Contains(said, "Số mới") {
				t.Errorf("%s: %q", g.Kind, said)
			}
		}
	}
}

// A rule at stations that broadcast in none of the programme's languages is told apart until
// it is limited to those that do; where another episode helps, it is said in which language,
// and what is planned nowhere is offered a programme that counts and is understood there.
func TestALanguageStationsLackIsToldAsTheCause(t *testing.T) {
	w := ahead{newWorld(t, 8), nil}
	look := func() Ahead {
		t.Helper()
		a, err := LookAhead(t.Context(), w, now)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	add := func(c SaveProgramme) {
		t.Helper()
		p, err := DecideProgramme(w.s, editor(now), c)
		if err != nil {
			t.Fatal(err)
		}
		w.s = NewSchedule(append(w.s.Programmes, p), w.s.Episodes, w.s.Rules)
	}
	approve := func(c SaveEpisode) {
		t.Helper()
		c.Title, c.Script, c.Submit = "Số mới", "Kính chào", true
		e, _, err := DecideEpisode(w.s, nil, editor(now), c)
		e = w.keepEpisode(e, err)
		w.keepEpisode(DecideMove(w.s, editor(now), MoveEpisode{ID: e.ID, To: Approved}))
	}
	hmong := 0
	for _, st := range w.reg.Stations() {
		if st.Traits().Speaks("hmn") {
			hmong++
		}
	}
	if hmong == 0 || hmong == 8 {
		t.Fatalf("%d of 8 stations broadcast in Hmong", hmong)
	}
	add(SaveProgramme{Title: "Tiếng Mông", Languages: []string{"hmn"}, CountsTowardTarget: true})
	add(SaveProgramme{Title: "Ca nhạc", Languages: []string{"vi", "hmn"}})
	r := w.rule(now, SaveRule{Programme: "P2", Cron: "0 17 * * 1"})
	approve(SaveEpisode{Programme: "P2", Language: "hmn"})
	var at []Gap
	for _, g := range look().Gaps {
		if g.Programme == "P2" {
			at = append(at, g)
		}
	}
	if len(at) != 1 || at[0].Kind != Unspoken || at[0].Rule != r.ID || at[0].Slots != 8-hmong || at[0].Stations != 8-hmong {
		t.Errorf("a Hmong rule at all: %+v", at)
	}
	if said := at[0].Words(text.Vietnamese, strings.ToUpper); !strings.Contains(said, "tiếng Mông") || strings.ContainsAny(said, "{}") {
		t.Errorf("it says %q", said)
	}
	if p, err := PreviewRule(w.s, w.reg, editor(now),
		SaveRule{ID: r.ID, Programme: "P2", Cron: "0 17 * * 1", Selection: Selection{All: true}}); err != nil || p.Unspoken != 8-hmong || p.Stations != 8 {
		t.Errorf("the preview says %+v, %v", p, err)
	}
	w.rule(now, SaveRule{ID: r.ID, Programme: "P2", Cron: "0 17 * * 1", Selection: Selection{Language: "hmn"}})
	a := look()
	if slices.ContainsFunc(a.Gaps, func(g Gap) bool { return g.Programme == "P2" }) {
		t.Errorf("limited to Hmong stations: %+v", a.Gaps)
	}
	p2, _ := w.s.Programme("P2")
	p1, _ := w.s.Programme("P1")
	if !slices.Equal(a.Offers, []string{"P1", "P3"}) || len(a.Bare(p2, w.reg)) != 0 || len(a.Bare(p1, w.reg)) != 8-hmong {
		t.Errorf("offered %q", a.Offers)
	}
	w.rule(now, SaveRule{Programme: "P3", Cron: "0 18 * * 1"})
	approve(SaveEpisode{Programme: "P3", Language: "hmn"})
	for _, g := range look().Gaps {
		if g.Programme == "P3" && (g.Kind != Unfilled || !slices.Equal(g.Languages, []string{"vi"}) || g.Slots != 8-hmong) {
			t.Errorf("of two languages one lacks: %+v", g)
		}
	}
	approve(SaveEpisode{Programme: "P3", Language: "vi"})
	if a := look(); slices.ContainsFunc(a.Gaps, func(g Gap) bool { return g.Programme == "P3" }) {
		t.Errorf("with both: %+v", a.Gaps)
	}
}
