package scheduler

import (
	"slices"
	"testing"

	"loa/internal/fault"
	"loa/internal/once"
)

// keepRetired does what a store does with a decision to let a programme rest.
func (w *world) keepRetired(p Programme, ended []Rule, err error) Programme {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	rules := w.s.Rules
	for _, r := range ended {
		rules = replace(rules, r, func(old Rule) bool { return old.ID == r.ID })
	}
	w.s = NewSchedule(replace(w.s.Programmes, p, func(old Programme) bool { return old.ID == p.ID }), w.s.Episodes, rules)
	return p
}

func TestAProgrammeIsLetRestAndComesBack(t *testing.T) {
	w := newWorld(t, 4)
	r := w.rule(now, SaveRule{Programme: "P1", Cron: "0 17 * * 1", Selection: Selection{All: true}})
	w.keepEpisode(func() (Episode, error) {
		e, _, err := DecideEpisode(w.s, nil, editor(now), SaveEpisode{Programme: "P1", Title: "Số 1", Script: "Kính chào bà con.", Submit: true})
		return e, err
	}())
	at := local("2024-05-15 09:00")
	past := w.starts("S00001", local("2024-05-10 00:00"), at)
	if len(past) != 1 {
		t.Fatal(past)
	}
	_, _, err := DecideRetire(w.s, editor(at), RetireProgramme{ID: "P1"})
	if !fault.Is(err, "once.unseen") || len(fault.Of(err).Parts) != 2 || fault.Of(err).Parts[0].Args["list"] != "thứ Hai 17:00" ||
		fault.Of(err).Parts[1].Args["list"] != "Số 1" {
		t.Fatalf("with a rule that airs and an episode that waits: %v", err)
	}
	seen := Retiring(w.s, "P1", at).Seen()
	m := editor(at)
	m.Seen = "another"
	if _, _, err := DecideRetire(w.s, m, RetireProgramme{ID: "P1", Seen: seen}); fault.Of(err).Kind != fault.Stale {
		t.Errorf("from another edition: %v", err)
	}
	p := w.keepRetired(DecideRetire(w.s, editor(at), RetireProgramme{ID: "P1", Seen: seen}))
	if !p.Rests() || !p.Retired.At.Equal(at) || p.Retired.By != "Hoa" || len(w.s.Working()) != 0 {
		t.Fatalf("%+v", p)
	}
	if got := w.starts("S00001", local("2024-05-10 00:00"), at); !slices.Equal(got, past) {
		t.Errorf("what was planned before: %v, was %v", got, past)
	}
	if got := w.starts("S00001", at, local("2024-06-30 00:00")); len(got) != 0 {
		t.Errorf("it is planned still: %v", got)
	}
	_, _, again := DecideRetire(w.s, editor(at), RetireProgramme{ID: "P1", Seen: once.AsItIs})
	_, _, episode := DecideEpisode(w.s, nil, editor(at), SaveEpisode{Programme: "P1", Title: "Số 2", Script: "Kính chào."})
	_, rule := DecideRule(w.s, w.reg, editor(at), SaveRule{Programme: "P1", Cron: "0 17 * * 2", Selection: Selection{All: true}})
	_, resumed := DecideRule(w.s, w.reg, editor(at), SaveRule{ID: r.ID, Programme: "P1", Cron: "0 17 * * 1", Selection: Selection{All: true}, Resume: true})
	for what, err := range map[string]error{"resting twice": again, "an episode": episode, "a rule": rule, "its rule again": resumed} {
		if !fault.Is(err, "schedule.programme_is_retired") {
			t.Errorf("%s of what rests: %v", what, err)
		}
	}
	p = w.keepRetired(DecideRetire(w.s, editor(at), RetireProgramme{ID: "P1", Back: true}))
	if p.Rests() || len(w.s.Working()) != 1 {
		t.Errorf("it is back: %+v", p)
	}
	if got := w.starts("S00001", at, local("2024-06-30 00:00")); len(got) != 0 {
		t.Errorf("its rule airs again by itself: %v", got)
	}
	same, ended, err := DecideRetire(w.s, editor(at), RetireProgramme{ID: "P1", Back: true})
	if err != nil || len(ended) != 0 || same.Edition().Tag != p.Edition().Tag {
		t.Errorf("back twice changes something: %+v, %v", same, err)
	}
}
