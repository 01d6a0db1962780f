package airing

import (
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
)

// TestASlotAtEveryMinuteAroundIt follows one slot of 15 minutes, whose episode
// lasts 10, over each minute from before it to after it.
func TestASlotAtEveryMinuteAroundIt(t *testing.T) {
	f := facts()
	task := Task{Slot: *f.Slot, Episode: f.Episode, Seconds: plannedLength(*f.Slot, f.Episode)}
	task.Over = slotStart.Add(time.Duration(task.Seconds) * time.Second)
	cal := DefaultSettings().Calendar(text.Zone)
	for minute := -90; minute <= 90; minute++ {
		now := slotStart.Add(time.Duration(minute) * time.Minute)
		where := func(task Task) string {
			d := sortDay([]Task{task}, cal, now)
			switch {
			case len(d.Waiting) == 1:
				return "waiting"
			case len(d.NotDue) == 1 && task.OnAir(now):
				return "on air"
			case len(d.NotDue) == 1 && !task.Begun(now):
				return "not due"
			case len(d.Done) == 1:
				return "done"
			}
			return "nowhere"
		}
		want := "not due"
		if minute >= 0 {
			want = "on air"
		}
		if minute >= 10 {
			want = "waiting"
		}
		if got := where(task); got != want {
			t.Errorf("%d minutes after the start: %s, want %s", minute, got, want)
		}
		c := Confirm{ID: someID, Slot: "slot", Station: "S00012", Outcome: Aired, Means: FM}
		r, err := decided(f, at(operator, now), c)
		if minute < -5 { // further ahead than any clock may be wrong
			if !fault.Is(err, "airing.in_future") {
				t.Errorf("%d minutes after the start: %+v, %v", minute, r, err)
			}
			continue
		}
		if err != nil || !r.Qualifies || r.Seconds != 600 {
			t.Fatalf("%d minutes after the start: %+v, %v", minute, r, err)
		}
		line := Line{Report: r, By: operator, ReceivedAt: now}
		if early := minute < 10; line.Early() != early || line.OnAir(now) != early || line.OnAir(line.End()) {
			t.Errorf("%d minutes after the start: early %v, on air %v", minute, line.Early(), line.OnAir(now))
		}
		task := task
		task.Line = &line
		if got := where(task); got != "done" {
			t.Errorf("%d minutes after the start, reported: %s", minute, got)
		}
	}
}

func at(by accounts.Actor, t time.Time) accounts.Meta { return accounts.Meta{ID: "m", By: by, At: t} }

func TestADayIsSortedByWhatIsToBeDone(t *testing.T) {
	now := time.Date(2024, 5, 15, 9, 0, 0, 0, text.Zone) // a Wednesday
	task := func(day, hour int, line *Line) Task {
		start := time.Date(2024, 5, day, hour, 0, 0, 0, text.Zone)
		return Task{Slot: scheduler.Slot{Start: start}, Over: start.Add(15 * time.Minute), Line: line}
	}
	line, today := &Line{}, &Line{ReceivedAt: now.Add(-time.Minute)}
	d := sortDay([]Task{
		task(6, 17, nil), task(8, 8, nil), task(9, 17, nil), task(10, 17, line), task(12, 17, today), task(13, 17, line), task(14, 17, nil), task(15, 5, line),
		task(15, 17, nil), task(15, 23, nil), task(16, 17, nil), task(19, 23, nil), task(20, 5, today),
	}, DefaultSettings().Calendar(text.Zone), now)
	for name, got := range map[string]struct {
		tasks []Task
		want  []int // days of the slots
	}{"waiting": {d.Waiting, []int{14, 9}}, "not due": {d.NotDue, []int{15, 15}}, "coming": {d.Coming, []int{16, 19}},
		"done": {d.Done, []int{20, 15, 13, 12}}} {
		ok := len(got.tasks) == len(got.want)
		for i := 0; ok && i < len(got.want); i++ {
			ok = got.tasks[i].Slot.Start.Day() == got.want[i]
		}
		if !ok {
			t.Errorf("%s: %d tasks, want those of %v", name, len(got.tasks), got.want)
		}
	}
}

func TestASlipIsTakenBackWithinTenMinutesWithoutAReason(t *testing.T) {
	f, said := facts(), slotStart.Add(20*time.Minute)
	for _, c := range []struct {
		name string
		edit func(*Line, *Confirm)
		wait time.Duration
		want string
	}{
		{"at once", func(*Line, *Confirm) {}, time.Second, ""},
		{"at the last second", func(*Line, *Confirm) {}, 10 * time.Minute, ""},
		{"too late", func(*Line, *Confirm) {}, 10*time.Minute + time.Second, "airing.correct_why"},
		{"too late, with a reason", func(_ *Line, c *Confirm) { c.Why = "bấm nhầm" }, time.Hour, ""},
		{"another's report", func(l *Line, _ *Confirm) { l.By = monitor }, time.Second, "airing.correct_why"},
		{"into another outcome", func(_ *Line, c *Confirm) { c.Outcome, c.Reason = NotAired, PowerCut }, time.Second, "airing.correct_why"},
		{"of a correction", func(l *Line, _ *Confirm) { l.Corrects = "older" }, time.Second, "airing.correct_why"},
		{"after a monitor looked at it", func(l *Line, _ *Confirm) { l.Finding = Verified }, time.Second, "airing.correct_why"},
	} {
		f.Corrected = &Line{Report: Report{ID: "old", Station: "S00012", Slot: "slot", Programme: "P1", Outcome: Aired,
			StartedAt: slotStart.UTC(), Seconds: 600},
			By: operator, ReceivedAt: said}
		f.OfSlot = f.Corrected
		ask := Confirm{ID: someID, Slot: "slot", Corrects: "old", Outcome: Withdrawn}
		c.edit(f.Corrected, &ask)
		_, err := decided(f, at(operator, said.Add(c.wait)), ask)
		if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		task := Task{Line: f.Corrected}
		if ask.Why == "" && ask.Outcome == Withdrawn && task.Undo(operator, said.Add(c.wait)) != (c.want == "") {
			t.Errorf("%s: the button and the rule differ", c.name)
		}
	}
}
