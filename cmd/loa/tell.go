package main

import (
	"context"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/coverage"
	"loa/internal/text"
	"loa/message"
	"loa/plan"
)

// telling is the job that posts what a noun says at its time. Done twice it posts
// nothing more: every draft has a key that stays. What it did is said by the key.
func (d *daemon) telling(key string, drafts func(ctx context.Context, at time.Time, set message.Settings, people *accounts.Directory) ([]message.Draft,
	error)) func(
	context.Context, time.Time) (text.Phrase, error) {
	return func(ctx context.Context, at time.Time) (text.Phrase, error) {
		set, err := d.store.MessageSettings(ctx)
		if err != nil {
			return text.Phrase{}, err
		}
		people, err := d.store.Directory(ctx)
		if err != nil {
			return text.Phrase{}, err
		}
		list, err := drafts(ctx, at, set, people)
		if err != nil {
			return text.Phrase{}, err
		}
		n := 0
		for len(list) > 0 {
			some := list[:min(len(list), mostPosted)]
			made, err := d.store.Post(ctx, some, d.cfg.now())
			if err != nil {
				return text.Phrase{}, err
			}
			n, list = n+made, list[len(some):]
		}
		d.office.Wake()
		return text.Phrase{Key: key, Args: []any{"n", n}}, nil
	}
}

// mostPosted is how many messages one change makes, so that nobody's report waits long
// behind it.
const mostPosted = 200

func (d *daemon) plan(ctx context.Context) (p airing.Plan, err error) {
	if p.Registry, err = d.store.Registry(ctx); err != nil {
		return p, err
	}
	if p.Schedule, err = d.store.Schedule(ctx); err != nil {
		return p, err
	}
	p.Settings, err = d.store.AiringSettings(ctx)
	return p, err
}

func (d *daemon) slotsSoon(ctx context.Context, at time.Time, set message.Settings, people *accounts.Directory) ([]message.Draft, error) {
	p, err := d.plan(ctx)
	if err != nil {
		return nil, err
	}
	return airing.Soon(ctx, d.store, p, people, at, time.Duration(set.SlotLead)*time.Minute)
}

// saidAsk tells who runs a station what was said by telephone and waits for her word.
func (d *daemon) saidAsk(ctx context.Context, at time.Time, _ message.Settings, people *accounts.Directory) ([]message.Draft, error) {
	p, err := d.plan(ctx)
	if err != nil {
		return nil, err
	}
	waiting, err := d.store.Proposals(ctx, accounts.Daemon(), airing.ProposalQuery{Waiting: at})
	return airing.Said(p, people, waiting), err
}

func (d *daemon) slotsMissed(ctx context.Context, at time.Time, _ message.Settings, people *accounts.Directory) ([]message.Draft, error) {
	p, err := d.plan(ctx)
	if err != nil {
		return nil, err
	}
	return airing.Missed(ctx, d.store, p, people, at)
}

// weekSummary tells of the week that is over, and of stations that were silent up to it:
// on its first day, or later where the server was down then.
func (d *daemon) weekSummary(ctx context.Context, at time.Time, set message.Settings, people *accounts.Directory) ([]message.Draft, error) {
	p, err := d.plan(ctx)
	if err != nil {
		return nil, err
	}
	cal := p.Settings.Calendar(text.Zone)
	last := cal.Week(at) - 1
	var weeks []coverage.Week
	for w := last; w > last-airing.Week(set.SilentWeeks+coverage.SilenceWeeks); w-- { // weeks of excuse may lie between
		one, err := d.store.Coverage(ctx, accounts.Daemon(), coverage.Query{Week: w, Now: at})
		if err != nil {
			return nil, err
		}
		weeks = append(weeks, one)
	}
	seal, err := d.store.LastSeal(ctx, accounts.Daemon(), nil)
	if err != nil {
		return nil, err
	}
	server, err := d.keeper.told(ctx, at)
	if err != nil {
		return nil, err
	}
	return append(coverage.Monday(weeks[0], seal, server, p.Registry, people), coverage.Silence(weeks, set.SilentWeeks, p.Registry, people)...), nil
}

func (d *daemon) contestsRemind(ctx context.Context, at time.Time, set message.Settings, people *accounts.Directory) (drafts []message.Draft, err error) {
	err = d.hall.List(ctx, func(s *contest.State) error {
		drafts = append(drafts, s.Remind(people, at, time.Duration(set.LeadDays)*24*time.Hour)...)
		return nil
	})
	return drafts, err
}

// planRemind tells of figures of the plan that are missing of periods that ended some days ago.
func (d *daemon) planRemind(ctx context.Context, at time.Time, _ message.Settings, people *accounts.Directory) (drafts []message.Draft, err error) {
	reg, err := d.store.Registry(ctx)
	if err != nil {
		return nil, err
	}
	for _, year := range plan.RemindedYears(at) {
		book, err := d.store.PlanOf(ctx, accounts.Daemon(), year, time.Time{})
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, plan.Remind(book, reg, people, at)...)
	}
	return drafts, nil
}

// forgetMessages removes messages that are older than they are kept.
func (d *daemon) forgetMessages(ctx context.Context, at time.Time) (text.Phrase, error) {
	set, err := d.store.MessageSettings(ctx)
	if err != nil {
		return text.Phrase{}, err
	}
	n := 0
	for _, forget := range []func(context.Context, time.Time, int) (int, error){d.store.ForgetMessages, d.store.ForgetTexts} {
		for {
			some, err := forget(ctx, at.AddDate(0, 0, -set.KeepDays), mostPosted)
			if err != nil {
				return text.Phrase{}, err
			}
			if n += some; some < mostPosted {
				break
			}
		}
	}
	return text.Phrase{Key: "job.messages_forgotten", Args: []any{"n", n}}, ctx.Err()
}
