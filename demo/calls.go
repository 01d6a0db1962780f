package demo

import (
	"slices"
	"time"

	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// telephone has the province's monitor call some of those who need it, of which one waits for her day and one is due again; an
// operator, whose log-in is printed, finds what she is said to have said; and two excuses wait to be decided.
func (w *world) telephone() error {
	monitor := w.people["giamsat"]
	list, err := coverage.ToBeCalled(w.ctx, w.store, monitor, coverage.NeedFilter{}, w.now)
	if err != nil {
		return err
	}
	for i, c := range []coverage.RecordCall{
		{Outcome: coverage.NoAnswer},
		{Outcome: coverage.Broken, Note: "Tăng âm cháy, đã gửi huyện sửa", Again: stations.DateOf(w.now.AddDate(0, 0, 5))},
		{Outcome: coverage.WillReport, Again: stations.DateOf(w.now)},
		{Outcome: coverage.Away, Note: "Cán bộ nghỉ thai sản, anh Páo làm thay"},
	} {
		if 2*i >= len(list) {
			break
		}
		c.Station = list[2*i].Station
		at := w.now.Add(time.Duration(i-4) * 25 * time.Minute)
		if c.Again == stations.DateOf(w.now) {
			at = at.AddDate(0, 0, -2)
		}
		if _, err := w.store.RecordCall(w.ctx, w.meta(monitor, at), c); err != nil {
			return err
		}
	}
	far := stations.SaveList{Name: "Vùng cao", Shared: true}
	for _, st := range w.reg.Filter(stations.Filter{District: w.reg.Where(w.reg.Stations()[shownStation].ID).District}) {
		far.Stations = append(far.Stations, st.ID)
	}
	if _, err := w.store.SaveList(w.ctx, w.meta(monitor, w.now.AddDate(0, 0, -2)), far); err != nil {
		return err
	}
	if err := w.said(w.reg.Stations()[shownStation].ID); err != nil {
		return err
	}
	cal := airing.Calendar{Zone: text.Zone}
	begun := cal.Start(cal.Week(w.now))
	silent := slices.DeleteFunc(list, func(c coverage.Callee) bool { return c.Aired != nil && !c.Aired.StartedAt.Before(begun) })
	for i, c := range silent[:min(len(silent), 2)] { // who has aired has nothing to be excused
		ask := coverage.AskExcuse{Station: c.Station, From: cal.Week(w.now), Until: cal.Week(w.now) + airing.Week(i), Reason: airing.Equipment,
			Note: "Máy phát gửi đi sửa, có xác nhận của UBND xã"}
		if _, err := w.store.AskExcuse(w.ctx, w.meta(w.operator(ask.Station), w.now.Add(-3*time.Hour)), ask); err != nil {
			return err
		}
	}
	return nil
}

// shownStation is the place in the registry of the station whose operator's log-in is printed.
const shownStation = 40

// said notes that the station says it aired announcements today, and the last slot nobody reported if there is one.
func (w *world) said(station string) error {
	plan, err := w.store.Schedule(w.ctx)
	if err != nil {
		return err
	}
	monitor, at := w.people["giamsat"], w.now.Add(-40*time.Minute)
	open, err := airing.Unanswered(w.ctx, w.store, monitor, airing.Plan{Registry: w.reg, Schedule: plan, Settings: airing.DefaultSettings()}, station, at)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(plan.Programmes, func(p scheduler.Programme) bool { return !p.CountsTowardTarget })
	saids := []airing.Propose{{Programme: plan.Programmes[i].ID, StartedAt: w.now.Add(-5 * time.Hour).Truncate(time.Minute), Seconds: 600,
		Outcome: airing.Aired, Note: "Đọc thông báo của xã"}}
	if len(open) > 0 {
		saids = append(saids, airing.Propose{Slot: open[0].ID, Outcome: airing.Aired, Note: "Báo qua điện thoại, hôm đó mất mạng"})
	}
	for _, said := range saids {
		c := coverage.RecordCall{Station: station, Outcome: coverage.WillReport, Said: &said}
		if _, err := w.store.RecordCall(w.ctx, w.meta(monitor, at), c); err != nil {
			return err
		}
		at = at.Add(time.Minute)
	}
	return nil
}
