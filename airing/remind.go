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
	open, err := unanswered(ctx, log, p.Schedule.Slots(p.Registry, now, now.Add(lead).Add(1)))
	var drafts []message.Draft
	runs := operators(people)
	for _, s := range open {
		for _, who := range runs[s.Station] {
			l, programme := who.Language, p.titled(s)
			drafts = append(drafts, message.Draft{Key: "slot.soon " + s.ID + " " + who.ID, Topic: message.SlotSoon, Person: who,
				Title: l.Say("message.soon_title", "at", l.Clock(s.Start), "programme", programme),
				Text:  l.Say("message.soon_text", "station", p.Registry.Label(s.Station), "at", l.Clock(s.Start), "programme", programme),
				Path:  "/today", Until: s.Start})
		}
	}
	return drafts, err
}

// missedShown is how many slots one message about missed ones names.
const missedShown = 5

// Missed tells the operators of the slots whose time to be reported ended in the day
// before now, one message a person, where nobody has reported.
func Missed(ctx context.Context, log Log, p Plan, people *accounts.Directory, now time.Time) ([]message.Draft, error) {
	onTime := time.Duration(p.Settings.OnTimeHours) * time.Hour
	until := now.Add(-onTime)
	open, err := unanswered(ctx, log, p.Schedule.Slots(p.Registry, until.AddDate(0, 0, -1), until))
	missed := map[string][]scheduler.Slot{} // by person
	runs, order := operators(people), []accounts.Person(nil)
	for _, s := range open {
		for _, who := range runs[s.Station] {
			if missed[who.ID] == nil {
				order = append(order, who)
			}
			missed[who.ID] = append(missed[who.ID], s)
		}
	}
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
func (p Plan) titled(s scheduler.Slot) string { return p.titleAt(s.Programme, s.Start) }

// titleAt is what the programme of that ID was called at that instant.
func (p Plan) titleAt(id string, at time.Time) string {
	programme, _ := p.Schedule.Programme(id) // what was planned or reported exists
	return programme.TitleAt(at)
}

// Unanswered are the station's slots of the last days in which they are waited for that have begun
// and have no report, the latest first. Faults: those of log.ForSlots.
func Unanswered(ctx context.Context, log SlotLog, by accounts.Actor, p Plan, station string, now time.Time) ([]scheduler.Slot, error) {
	open, err := unansweredBy(ctx, log, by, p.Schedule.SlotsAt(p.Registry, station, now.AddDate(0, 0, -saidDays), now))
	slices.Reverse(open)
	return open, err
}

// saidDays is how far back one asks a station what it aired: as far as a list of the log goes by itself.
const saidDays = listedDays

// SlotLog is what knows the reports of slots.
type SlotLog interface {
	ForSlots(ctx context.Context, by accounts.Actor, slots []string) (map[string]Line, error)
}

// unanswered are the slots that have no report.
func unanswered(ctx context.Context, log SlotLog, slots iter.Seq[scheduler.Slot]) ([]scheduler.Slot, error) {
	return unansweredBy(ctx, log, accounts.Daemon(), slots)
}

func unansweredBy(ctx context.Context, log SlotLog, by accounts.Actor, slots iter.Seq[scheduler.Slot]) (open []scheduler.Slot, err error) {
	for some := range slices.Chunk(slices.Collect(slots), asked) {
		var ids []string
		for _, s := range some {
			ids = append(ids, s.ID)
		}
		lines, err := log.ForSlots(ctx, by, ids)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			if _, told := lines[s.ID]; !told {
				open = append(open, s)
			}
		}
	}
	return open, nil
}
