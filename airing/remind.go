package airing

import (
	"context"
	"iter"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/message"
	"loa/scheduler"
)

// asked is how many slots one question about their reports names.
const asked = 500

// Soon tells the operators of the slots that begin within lead of now, where nobody has
// reported ahead. Asked again it says the same under the same keys.
func Soon(ctx context.Context, log Log, p Plan, people *accounts.Directory, now time.Time, lead time.Duration) ([]message.Draft, error) {
	runs := operators(people)
	return unanswered(ctx, log, p.Schedule.Slots(p.Registry, now, now.Add(lead).Add(1)), func(open []scheduler.Slot) (drafts []message.Draft) {
		for _, s := range open {
			for _, who := range runs[s.Station] {
				l, programme := who.Language, p.titled(s)
				drafts = append(drafts, message.Draft{Key: "slot.soon " + s.ID + " " + who.ID, Topic: message.SlotSoon, Person: who,
					Title: l.Say("message.soon_title", "at", l.Clock(s.Start), "programme", programme),
					Text:  l.Say("message.soon_text", "station", p.Registry.Label(s.Station), "at", l.Clock(s.Start), "programme", programme),
					Path:  "/today", Until: s.Start})
			}
		}
		return drafts
	})
}

// missedShown is how many slots one message about missed ones names.
const missedShown = 5

// Missed tells the operators of the slots whose time to be reported ended in the day
// before now, one message a person, where nobody has reported.
func Missed(ctx context.Context, log Log, p Plan, people *accounts.Directory, now time.Time) ([]message.Draft, error) {
	onTime := time.Duration(p.Settings.OnTimeHours) * time.Hour
	until := now.Add(-onTime)
	missed := map[string][]scheduler.Slot{} // by person
	runs, order := operators(people), []accounts.Person(nil)
	_, err := unanswered(ctx, log, p.Schedule.Slots(p.Registry, until.AddDate(0, 0, -1), until), func(open []scheduler.Slot) []message.Draft {
		for _, s := range open {
			for _, who := range runs[s.Station] {
				if missed[who.ID] == nil {
					order = append(order, who)
				}
				missed[who.ID] = append(missed[who.ID], s)
			}
		}
		return nil
	})
	var drafts []message.Draft
	for _, who := range order {
		l, slots := who.Language, missed[who.ID]
		words := l.Say("message.missed_text", "n", len(slots), "hours", p.Settings.OnTimeHours)
		for _, s := range slots[:min(len(slots), missedShown)] {
			words += "\n" + l.Say("message.missed_line", "at", s.Start, "programme", p.titled(s), "station", p.Registry.Label(s.Station))
		}
		if more := len(slots) - missedShown; more > 0 {
			words += "\n" + l.Say("message.more_slots", "n", more)
		}
		drafts = append(drafts, message.Draft{Key: "slot.missed " + who.ID + " " + now.In(text.Zone).Format(time.DateOnly), Topic: message.SlotMissed,
			Person: who, Title: l.Say("message.missed_title", "n", len(slots)), Text: words, Path: "/today"})
	}
	return drafts, err
}

// operators are who runs each station.
func operators(people *accounts.Directory) map[string][]accounts.Person {
	runs := map[string][]accounts.Person{}
	for _, who := range people.People() {
		for _, station := range who.Actor("").Runs() {
			if !who.Disabled {
				runs[station] = append(runs[station], who)
			}
		}
	}
	return runs
}

// titled is what the slot's programme was called then.
func (p Plan) titled(s scheduler.Slot) string {
	programme, _ := p.Schedule.Programme(s.Programme) // a slot's programme exists
	return programme.As(s.Start).Title
}

// unanswered calls tell with the slots that have no report, some at a time.
func unanswered(ctx context.Context, log Log, slots iter.Seq[scheduler.Slot], tell func([]scheduler.Slot) []message.Draft) (drafts []message.Draft, err error) {
	next := func(some []scheduler.Slot) error {
		var ids []string
		for _, s := range some {
			ids = append(ids, s.ID)
		}
		lines, err := log.ForSlots(ctx, accounts.Daemon(), ids)
		if err == nil {
			drafts = append(drafts, tell(slices.DeleteFunc(some, func(s scheduler.Slot) bool { _, told := lines[s.ID]; return told }))...)
		}
		return err
	}
	var some []scheduler.Slot
	for s := range slots {
		if some = append(some, s); len(some) == asked {
			if err := next(some); err != nil {
				return nil, err
			}
			some = some[:0]
		}
	}
	if len(some) > 0 {
		err = next(some)
	}
	return drafts, err
}
