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
	wants("unfilled P1", "unplanned P1")
	w.rule(now, SaveRule{Cron: "0 17 * * 1,4", Selection: Selection{Stations: []string{"S00001", "S00002", "S00003", "S00004", "S00005", "S00006", "S00007"}},
		Until: day(30)})
	a := wants("unfilled P1", "no_slot S00008")
	if g := a.Gaps[0]; a.Slots != 14 || a.Stations != 7 || a.Widest != "P1" || g.Slots != 14 || g.Stations != 7 || !g.First.Equal(local("2024-05-09 17:00")) {
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
