package storetest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/fault"
	"loa/plan"
	"loa/store"
)

// enginePlan: a plan is copied from another, in its order; a figure is entered once, also by twenty at once, and corrected
// by a version that says why; each period and district counts by itself; an indicator with figures stays.
func enginePlan(t *testing.T, e store.Engine) {
	ctx := t.Context()
	aired(t, e)
	reg, err := e.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	home := reg.Where("S00001").District
	all, part := monitorOf(accounts.Province, ""), monitorOf(accounts.District, home)
	at := engineAt
	meta := func(by accounts.Actor) accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: by, At: at} }

	if years, err := e.PlanYears(ctx, all); err != nil || len(years) > 0 {
		t.Errorf("before there is a plan: %v, %v", years, err)
	}
	m := meta(accounts.Daemon())
	first := must[[]plan.Indicator](t)(e.CopyPlan(ctx, m, plan.CopyPlan{To: 2024}))
	if again := must[[]plan.Indicator](t)(e.CopyPlan(ctx, m, plan.CopyPlan{To: 2024})); len(again) != len(first) || len(first) != len(plan.First()) {
		t.Errorf("%d indicators, on the repeat %d", len(first), len(again))
	}
	must[plan.Indicator](t)(e.RetireIndicator(ctx, meta(accounts.Daemon()), plan.RetireIndicator{ID: "2024-T9"}))
	next := must[[]plan.Indicator](t)(e.CopyPlan(ctx, meta(accounts.Daemon()), plan.CopyPlan{From: 2024, To: 2025}))
	if len(next) != len(first)-1 {
		t.Errorf("the next year begins with %d, retired ones too", len(next))
	}
	if years := must[[]int](t)(e.PlanYears(ctx, all)); !slices.Equal(years, []int{2024, 2025}) {
		t.Errorf("the years: %v", years)
	}

	week := coverage.MustStretch("2024-W19")
	var crowd sync.WaitGroup
	var kept sync.Map
	for i := range 20 {
		crowd.Go(func() {
			one, err := e.EnterFigure(ctx, meta(all), plan.Enter{Indicator: "2024-T4B", Period: week, Value: new(plan.Of(i))})
			if err == nil {
				kept.Store(one.Value, true)
			} else if !fault.Is(err, "plan.entered_already") {
				t.Error(err)
			}
		})
	}
	crowd.Wait()
	n := 0
	kept.Range(func(_, _ any) bool { n++; return true })
	if n != 1 {
		t.Errorf("of twenty who entered one figure at once %d were told that it is kept", n)
	}

	fix := plan.Enter{Indicator: "2024-T4B", Period: week, Value: new(plan.Of(6)), Follows: 1, Why: "Đếm lại", Proof: "https://baolaocai.vn/1"}
	m = meta(all)
	must[plan.Entry](t)(e.EnterFigure(ctx, m, fix))
	if again := must[plan.Entry](t)(e.EnterFigure(ctx, m, fix)); again.Version != 2 {
		t.Errorf("the repeat made version %d", again.Version)
	}
	must[plan.Entry](t)(e.EnterFigure(ctx, meta(all), plan.Enter{Indicator: "2024-T4B", Period: week, Void: true, Follows: 2, Why: "Nhầm tuần"}))
	quarter := coverage.MustStretch("2024-Q1")
	must[plan.Entry](t)(e.EnterFigure(ctx, meta(part), plan.Enter{Indicator: "2024-T11", Period: quarter, District: home, Value: new(plan.Of(1))}))
	for code, wrong := range map[string]plan.Enter{
		"plan.entered_meanwhile": fix,
		"plan.unknown":           {Indicator: "2024-T99", Period: week},
		"plan.counted_itself":    {Indicator: "2024-T5", Period: week},
		"plan.is_retired":        {Indicator: "2024-T9", Period: quarter},
		"stations.no_district":   {Indicator: "2024-T11", Period: quarter, District: "999"},
		"plan.district_missing":  {Indicator: "2024-T11", Period: quarter},
		"plan.entered_already":   {Indicator: "2024-T11", Period: quarter, District: home},
		"plan.period_ahead":      {Indicator: "2024-T4B", Period: coverage.MustStretch("2024-W21")},
		"plan.period_odd":        {Indicator: "2024-T4B", Period: quarter},
		"plan.base_missing":      {Indicator: "2024-T1", Period: coverage.MustStretch("2024-04"), Value: new(plan.Amount(1))},
		"plan.void_nothing":      {Indicator: "2024-T4B", Period: week, Void: true, Follows: 3, Why: "x"},
		"plan.why_missing":       {Indicator: "2024-T4B", Period: week, Follows: 3},
		"plan.district_unasked":  {Indicator: "2024-T4B", Period: week, District: home},
		"plan.value_negative":    {Indicator: "2024-T4B", Period: coverage.MustStretch("2024-W18"), Value: new(plan.Amount(-1))},
	} {
		if _, err := e.EnterFigure(ctx, meta(all), wrong); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	for name, denied := range map[string]func() error{
		"a district enters the province's": func() error {
			_, err := e.EnterFigure(ctx, meta(part), plan.Enter{Indicator: "2024-T4B", Period: coverage.MustStretch("2024-W18"), Value: new(plan.Of(5))})
			return err
		},
		"a district enters another's": func() error {
			_, err := e.EnterFigure(ctx, meta(part), plan.Enter{Indicator: "2024-T11", Period: quarter, District: "082", Value: new(plan.Of(1))})
			return err
		},
		"a monitor edits": func() error {
			_, err := e.SaveIndicator(ctx, meta(all), plan.SaveIndicator{ID: "2024-T1", Fields: first[0].Fields})
			return err
		},
		"a monitor removes": func() error { _, err := e.RemoveIndicator(ctx, meta(all), "2024-T1"); return err },
		"a monitor copies": func() error {
			_, err := e.CopyPlan(ctx, meta(all), plan.CopyPlan{To: 2026})
			return err
		},
		"an operator reads": func() error { _, err := e.PlanOf(ctx, operatorOf("S00001"), 2024, time.Time{}); return err },
		"an operator reads one": func() error {
			_, err := e.Indicator(ctx, operatorOf("S00001"), "2024-T1")
			return err
		},
	} {
		if err := denied(); !fault.Is(err, "accounts.denied") {
			t.Errorf("%s: %v", name, err)
		}
	}

	if b := must[plan.Book](t)(e.PlanOf(ctx, part, 2024, m.At.Add(-time.Second))); len(b.Indicators) != 15 || len(b.Entries) != 0 {
		t.Errorf("before anything was entered: %d indicators, %+v", len(b.Indicators), b.Entries)
	}
	b := must[plan.Book](t)(e.PlanOf(ctx, part, 2024, m.At))
	var order []string
	for _, i := range b.Indicators {
		order = append(order, i.Mark)
	}
	if got := slices.Clone(order); !slices.Equal(got, strings.Fields("T1 T2 T3a T3b T4a T4b T5 T6 T7a T7b T8 T9 T10a T10b T11")) {
		t.Errorf("the order: %v", got)
	}
	if len(b.Entries) != 2 || b.Entries[0].District != home || b.Entries[1].Version != 3 || b.Entries[1].Stands() {
		t.Errorf("the last versions: %+v", b.Entries)
	}
	r := must[plan.Record](t)(e.Indicator(ctx, all, "2024-T4B"))
	if len(r.Entries) != 3 || r.Entries[1].Why != "Đếm lại" || r.Entries[1].Value != plan.Of(6) || r.Entries[0].Version != 1 {
		t.Errorf("all versions: %+v", r.Entries)
	}

	edited := plan.SaveIndicator{ID: "2024-T4B", Fields: r.Fields}
	edited.Target = plan.Of(7)
	m = meta(accounts.Daemon())
	m.Seen = r.Edition().Tag
	must[plan.Indicator](t)(e.SaveIndicator(ctx, m, edited))
	m = meta(accounts.Daemon())
	m.Seen = r.Edition().Tag
	if _, err := e.SaveIndicator(ctx, m, edited); !fault.Is(err, "edit.stale") {
		t.Errorf("two who edit at once: %v", err)
	}
	edited.Every = plan.Monthly
	if _, err := e.SaveIndicator(ctx, meta(accounts.Daemon()), edited); !fault.Is(err, "plan.entered_fixed") {
		t.Errorf("the period of what has figures: %v", err)
	}
	if _, err := e.RemoveIndicator(ctx, meta(accounts.Daemon()), "2024-T4B"); !fault.Is(err, "plan.has_entries") {
		t.Errorf("what has figures is deleted: %v", err)
	}
	must[plan.Indicator](t)(e.RemoveIndicator(ctx, meta(accounts.Daemon()), "2024-T4A"))
	if _, err := e.Indicator(ctx, all, "2024-T4A"); !fault.Is(err, "plan.unknown") {
		t.Errorf("what was deleted: %v", err)
	}
	made := plan.SaveIndicator{Year: 2024, Mark: "T4a",
		Fields: plan.Fields{Name: "Trang chuyên đề", Every: plan.Weekly, Way: plan.Each, Target: plan.Of(1)}}
	must[plan.Indicator](t)(e.SaveIndicator(ctx, meta(accounts.Daemon()), made))
	made.Mark = "t4A"
	if _, err := e.SaveIndicator(ctx, meta(accounts.Daemon()), made); !fault.Is(err, "plan.mark_taken") {
		t.Errorf("a mark twice: %v", err)
	}
	if _, err := e.CopyPlan(ctx, meta(accounts.Daemon()), plan.CopyPlan{From: 2024, To: 2025}); !fault.Is(err, "plan.year_there") {
		t.Errorf("a year copied over another: %v", err)
	}
}
