package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/once"
)

// coveragePleas: who asks does not decide; a week that aired or is closed stays as it is; what is granted
// leaves the denominator until its end and no longer.
func coveragePleas(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	one, two := monitorOf(accounts.Province, ""), monitorOf(accounts.Province, "")
	two.Person, two.Name = "mon-2", "Giám sát hai"
	ask := coverage.AskExcuse{Station: "S00001", From: thatWeek, Until: thatWeek + 2, Reason: airing.Weather, Note: "Lũ quét"}
	p, err := e.AskExcuse(ctx, by(operatorOf("S00001"), monday), ask)
	if err != nil || p.State != coverage.PleaWaits {
		t.Fatalf("%+v, %v", p, err)
	}
	if got := weekCounts(t, e, thatWeek); got.Excused != 0 {
		t.Fatalf("it is excused unasked: %+v", got.Counts)
	}
	mine, err := e.AskExcuse(ctx, by(one, monday.Add(time.Minute)), coverage.AskExcuse{Station: "S00002", From: thatWeek, Reason: airing.Equipment,
		Note: "Cháy tăng âm"})
	if err != nil || mine.Until != thatWeek {
		t.Fatalf("%+v, %v", mine, err)
	}
	pleasRefused(t, e, one, two, mine.ID, ask)
	for want, who := range map[int]accounts.Actor{1: one, 2: two, 0: operatorOf("S00001")} {
		if n, err := e.WaitingPleas(ctx, who); err != nil || n != want {
			t.Errorf("%s may decide %d, not %d, %v", who.Name, n, want, err)
		}
	}
	mustConfirm(t, e, "S00001", nil) // it aired after all in the first week
	m := by(two, monday.AddDate(0, 0, 1))
	for range 2 {
		p, err = e.AnswerExcuse(ctx, m, coverage.AnswerExcuse{ID: p.ID, Grant: true})
		if err != nil || p.State != coverage.PleaGranted || fmt.Sprint(p.Excused) != fmt.Sprint([]airing.Week{thatWeek + 1, thatWeek + 2}) ||
			fmt.Sprint(p.Left) != fmt.Sprint([]airing.Week{thatWeek}) {
			t.Fatalf("%+v, %v", p, err)
		}
	}
	for i, want := range []int{0, 1, 1, 0} {
		if got := weekCounts(t, e, thatWeek+airing.Week(i)); got.Excused != want {
			t.Errorf("week %d: %d excused, not %d", i, got.Excused, want)
		}
	}
	x, err := e.LastExcuse(ctx, thatWeek+1, "S00001")
	if err != nil || x.By != two.Name || x.Asked != operatorOf("S00001").Name ||
		x.AskedBy != operatorOf("S00001").Person {
		t.Errorf("%+v, %v", x, err)
	}
	if p, err := e.AnswerExcuse(ctx, by(one, monday.AddDate(0, 0, 2)), coverage.AnswerExcuse{ID: mine.ID}); err != nil || p.State != coverage.PleaTakeBack {
		t.Errorf("taken back: %+v, %v", p, err)
	}
	if _, err := e.AnswerExcuse(ctx, by(two, monday.AddDate(0, 0, 2)), coverage.AnswerExcuse{ID: mine.ID, Grant: true}); !fault.Is(err, "coverage.plea_over") {
		t.Errorf("granted what was taken back: %v", err)
	}
	ask = coverage.AskExcuse{Station: "S00005", From: thatWeek, Reason: airing.Weather, Note: "Bão"}
	if _, err := e.AskExcuse(ctx, by(one, monday.AddDate(0, 0, 2)), ask); err != nil {
		t.Fatal(err)
	}
	if got := pleasOf(t, e, one); fmt.Sprint(got) != "[S00005 S00002 S00001]" {
		t.Errorf("those that wait first, then the last: %v", got)
	}
	if list, _, err := e.Pleas(ctx, operatorOf("S00001"), coverage.PleaQuery{}); err != nil || len(list) != 1 {
		t.Errorf("an operator sees %d, %v", len(list), err)
	}
	late := monday.AddDate(0, 0, 20)
	unansweredTold(t, e, one, late)
	if _, err := closeSeen(e, by(one, late), thatWeek); err != nil {
		t.Fatal(err)
	}
	waits, _, err := e.Pleas(ctx, two, coverage.PleaQuery{State: coverage.PleaWaits})
	if err != nil || len(waits) != 1 {
		t.Fatalf("%+v, %v", waits, err)
	}
	if _, err := e.AnswerExcuse(ctx, by(two, late), coverage.AnswerExcuse{ID: waits[0].ID, Grant: true}); !fault.Is(err, "coverage.plea_nothing") {
		t.Errorf("granted in a closed week: %v", err)
	}
	if got := weekCounts(t, e, thatWeek); got.Excused != 0 {
		t.Errorf("a closed week changed: %+v", got.Counts)
	}
}

// unansweredTold wants closing a week to tell which excuses and which words by telephone still wait, and those alone.
func unansweredTold(t *testing.T, e AiringEngine, who accounts.Actor, late time.Time) {
	t.Helper()
	ctx := context.Background()
	if _, err := phoned(e, "S00007", by(who, late), airing.Propose{Slot: slotOf("S00007"), Outcome: airing.Aired}); err != nil {
		t.Fatal(err)
	}
	for week, want := range map[airing.Week]string{thatWeek: "[S00005] [S00007]", thatWeek + 1: "[] []"} {
		u, err := e.Unanswered(ctx, who, week, late)
		pleas, said := []string{}, []string{}
		for _, p := range u.Pleas {
			pleas = append(pleas, p.Station)
		}
		for _, p := range u.Said {
			said = append(said, p.Station)
		}
		if got := fmt.Sprint(pleas, " ", said); err != nil || got != want {
			t.Errorf("%s waits for %s, want %s, %v", week, got, want, err)
		}
	}
	if u, err := e.Unanswered(ctx, who, thatWeek, late.AddDate(1, 0, 0)); err != nil || len(u.Said) != 0 {
		t.Errorf("what lapsed waits: %+v, %v", u.Said, err)
	}
	if _, err := e.Unanswered(ctx, monitorOf(accounts.District, "082"), thatWeek, late); !fault.Is(err, "accounts.denied") {
		t.Errorf("who may not close asks: %v", err)
	}
	_, err := e.CloseWeek(ctx, by(who, late), coverage.Close{Week: thatWeek})
	var told []string
	for _, part := range fault.Of(err).Parts {
		told = append(told, part.Code)
	}
	if !once.Unseen(err) || !slices.Contains(told, "coverage.open_pleas") || !slices.Contains(told, "coverage.open_said") {
		t.Errorf("closing tells of %v, %v", told, err)
	}
}

// pleasRefused tries what nobody may: own is the ID of a plea of one's for S00002, and ask what waits already.
func pleasRefused(t *testing.T, e AiringEngine, one, two accounts.Actor, own string, ask coverage.AskExcuse) {
	t.Helper()
	ctx := context.Background()
	for code, err := range map[string]error{
		"coverage.plea_waits": func() error { _, err := e.AskExcuse(ctx, by(two, monday), ask); return err }(),
		"accounts.denied":     func() error { _, err := e.AskExcuse(ctx, by(operatorOf("S00003"), monday), ask); return err }(),
		"coverage.plea_own": func() error {
			_, err := e.AnswerExcuse(ctx, by(one, monday), coverage.AnswerExcuse{ID: own, Grant: true})
			return err
		}(),
		"coverage.plea_why": func() error {
			_, err := e.AnswerExcuse(ctx, by(two, monday), coverage.AnswerExcuse{ID: own})
			return err
		}(),
		"coverage.excuse_pleaded": func() error {
			_, err := e.Excuse(ctx, by(one, monday), coverage.Excuse{Week: thatWeek, Station: "S00002", Reason: airing.Equipment, Note: "Cháy tăng âm",
				Asked: two.Name})
			return err
		}(),
		"coverage.plea_unknown": func() error {
			_, err := e.AnswerExcuse(ctx, by(operatorOf("S00003"), monday), coverage.AnswerExcuse{ID: own, Grant: true})
			return err
		}(),
		"coverage.plea_span": func() error {
			_, err := e.AskExcuse(ctx, by(one, monday), coverage.AskExcuse{Station: "S00004", From: thatWeek, Until: thatWeek - 1,
				Reason: airing.Weather, Note: "x"})
			return err
		}(),
	} {
		if !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// pleasOf are the stations of all pleas as they are listed, which is the same at once and one by one.
func pleasOf(t *testing.T, e AiringEngine, who accounts.Actor) (all []string) {
	t.Helper()
	for _, limit := range []int{0, 1} {
		var got []string
		q := coverage.PleaQuery{Limit: limit}
		for more := true; more; more = q.After != "" {
			list, next, err := e.Pleas(context.Background(), who, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				got = append(got, p.Station)
			}
			q.After = next
		}
		if limit > 0 && fmt.Sprint(got) != fmt.Sprint(all) {
			t.Errorf("one by one %v, at once %v", got, all)
		}
		all = got
	}
	return all
}
