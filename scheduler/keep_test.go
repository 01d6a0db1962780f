package scheduler

import (
	"testing"
	"time"

	"loa/internal/text"
)

// monday is the Monday three weeks after now, at that time.
func monday(clock string) Wall {
	d := now.In(text.Zone).AddDate(0, 0, 21)
	for d.Weekday() != time.Monday {
		d = d.AddDate(0, 0, 1)
	}
	at, err := ParseWall(d.Format("2006-01-02") + "T" + clock)
	if err != nil {
		panic(err)
	}
	return at
}

func TestWhatWasDecidedOfADateStaysWhenTheSeriesMoves(t *testing.T) {
	at := func(clock string, days int) Wall { return monday(clock) + Wall(days*24*60) }
	for _, c := range []struct {
		name string
		move func(w *world, r Rule) (Rule, error)
		cron string // of the rule as it was
		when Wall   // what was cancelled
		airs []Wall // in the week of that Monday, after the move
	}{
		{"an edit from 17:00 to 17:30", func(w *world, r Rule) (Rule, error) {
			return DecideRule(w.s, w.reg, editor(now), SaveRule{ID: r.ID, Programme: "P1", Cron: "30 17 * * 1,4", Selection: Selection{All: true}})
		}, "0 17 * * 1,4", at("17:00", 0), []Wall{at("17:30", 3)}},
		{"this one and all later ones, moved", func(w *world, r Rule) (Rule, error) {
			return DecideException(w.s, w.reg, editor(now), SaveException{Rule: r.ID, At: at("17:00", -14), Kind: Moved, To: at("17:30", -14), Following: true})
		}, "0 17 * * 1", at("17:00", 0), nil},
		{"this one and all later ones, with a note", func(w *world, r Rule) (Rule, error) {
			return DecideException(w.s, w.reg, editor(now), SaveException{Rule: r.ID, At: at("17:00", -14), Kind: Annotated,
				Note: "mở to loa", Following: true})
		}, "0 17 * * 1,4", at("17:00", 0), []Wall{at("17:00", 3)}},
		{"the second of two a day", func(w *world, r Rule) (Rule, error) {
			return DecideRule(w.s, w.reg, editor(now), SaveRule{ID: r.ID, Programme: "P1", Cron: "30 5,18 * * 1", Selection: Selection{All: true}})
		}, "0 5,17 * * 1", at("17:00", 0), []Wall{at("05:30", 0)}},
		{"twice moved", func(w *world, r Rule) (Rule, error) {
			r = w.keepRule(DecideRule(w.s, w.reg, editor(now), SaveRule{ID: r.ID, Programme: "P1", Cron: "30 17 * * 1", Selection: Selection{All: true}}))
			return DecideRule(w.s, w.reg, editor(now.Add(time.Hour)), SaveRule{ID: r.ID, Programme: "P1", Cron: "0 6 * * 1,2", Selection: Selection{All: true}})
		}, "0 17 * * 1", at("17:00", 0), []Wall{at("06:00", 1)}},
	} {
		w := newWorld(t, 2)
		r := w.keepRule(DecideRule(w.s, w.reg, editor(now), SaveRule{Programme: "P1", Cron: c.cron, Selection: Selection{All: true}}))
		r = w.keepRule(DecideException(w.s, w.reg, editor(now), SaveException{Rule: r.ID, At: c.when, Kind: Cancelled, Note: "nghỉ lễ"}))
		r = w.keepRule(c.move(w, r))
		from := monday("00:00").In(text.Zone)
		var airs []Wall
		for _, o := range r.occurrences(text.Zone, from, from.AddDate(0, 0, 7)) {
			airs = append(airs, WallOf(o.start))
		}
		if len(airs) != len(c.airs) || len(airs) > 0 && airs[0] != c.airs[0] {
			t.Errorf("%s: airs %v, want %v", c.name, airs, c.airs)
		}
		if loose := r.Loose(now); len(loose) != 0 {
			t.Errorf("%s: %v holds for nothing", c.name, loose)
		}
	}
}

func TestADecisionOfADateOnWhichNothingIsPlannedAnyMoreIsTold(t *testing.T) {
	w := newWorld(t, 2)
	r := w.keepRule(DecideRule(w.s, w.reg, editor(now), SaveRule{Programme: "P1", Cron: "0 17 * * 1", Selection: Selection{All: true}}))
	w.keepRule(DecideException(w.s, w.reg, editor(now), SaveException{Rule: r.ID, At: monday("17:00"), Kind: Cancelled, Note: "nghỉ lễ"}))
	p, err := PreviewRule(w.s, w.reg, editor(now), SaveRule{ID: r.ID, Programme: "P1", Cron: "0 17 * * 2", Selection: Selection{All: true}})
	if err != nil || len(p.Loose) != 1 || p.Loose[0].At != monday("17:00") {
		t.Fatalf("%+v, %v", p.Loose, err)
	}
}
