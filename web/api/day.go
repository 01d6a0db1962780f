package api

import (
	"context"
	"net/http"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

// DayStore is what the route of a person's day asks of the store.
type DayStore interface {
	airing.Log
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	AiringSettings(ctx context.Context) (airing.Settings, error)
}

// Day is what a person has to do at her stations, and what she has done.
type Day struct {
	At      time.Time `json:"at"`      // of the answer
	Waiting []Task    `json:"waiting"` // over and not reported, the latest first
	NotDue  []Task    `json:"not_due"` // today's that are not over, the next first
	Coming  []Task    `json:"coming"`  // of the rest of the week, the next first
	Done    []Task    `json:"done"`    // reported this week, the latest first
	Passed  []Passed  `json:"passed"`  // stations that were merged into another
}

// Passed says which station took over from one of the caller's.
type Passed struct {
	Station  string        `json:"station"`
	Name     string        `json:"name"`
	Into     string        `json:"into,omitempty"` // where a station serves its listeners now
	IntoName string        `json:"into_name"`
	From     stations.Date `json:"from"` // first day they were one
}

// Task is a slot, and what a report of it says if nothing is added.
type Task struct {
	scheduler.Slot
	StationName    string       `json:"station_name"`
	ProgrammeTitle string       `json:"programme_title"`
	Episode        string       `json:"episode,omitempty"`
	EpisodeTitle   string       `json:"episode_title,omitempty"`
	Audio          string       `json:"audio,omitempty"` // recording of the episode
	Seconds        int          `json:"seconds"`         // length on air as planned
	Over           time.Time    `json:"over"`            // when it is over if it goes as planned
	OnAir          bool         `json:"on_air"`
	Means          airing.Means `json:"means,omitempty"` // what the station usually uses
	Report         *Airing      `json:"report,omitempty"`
	Replanned      bool         `json:"replanned,omitempty"`  // the slot of the report was moved or called off since
	UndoUntil      *time.Time   `json:"undo_until,omitempty"` // the report may be withdrawn without a reason
}

type days struct{ store DayStore }

func (d days) routes() []kit.Route {
	return []kit.Route{{Pattern: "GET /api/v1/me/day", Access: kit.SignedIn, Handler: d.get, Query: "station", Out: Day{},
		Summary: "What waits for a report, is not due yet, comes this week and is done, at the caller's stations or the one asked for."}}
}

func (d days) get(w http.ResponseWriter, r *kit.Request) error {
	reg, err := d.store.Registry(r.Context())
	if err != nil {
		return err
	}
	mine := r.Actor.Runs()
	if s := r.URL.Query().Get("station"); s != "" {
		st, err := reg.OpenTo(r.Actor, accounts.ReportAiring, s, r.Today())
		if err != nil {
			return err
		}
		mine = []string{st.ID}
	}
	plan := airing.Plan{Registry: reg}
	if plan.Schedule, err = d.store.Schedule(r.Context()); err != nil {
		return err
	}
	if plan.Settings, err = d.store.AiringSettings(r.Context()); err != nil {
		return err
	}
	day := Day{At: r.Now.In(text.Zone), Waiting: []Task{}, NotDue: []Task{}, Coming: []Task{}, Done: []Task{}, Passed: []Passed{}}
	for _, id := range mine {
		if now, passed := reg.Passed(id, r.Today()); passed {
			one := Passed{Station: id, Name: reg.Label(id), IntoName: now.Unit.Official(), From: now.From}
			if now.Into != nil {
				one.Into, one.IntoName = now.Into.ID, reg.Label(now.Into.ID)
			}
			day.Passed = append(day.Passed, one)
		}
		one, err := airing.DayOf(r.Context(), d.store, r.Actor, plan, id, r.Now)
		if err != nil {
			return err
		}
		for _, part := range []struct {
			from []airing.Task
			to   *[]Task
		}{{one.Waiting, &day.Waiting}, {one.NotDue, &day.NotDue}, {one.Coming, &day.Coming}, {one.Done, &day.Done}} {
			for _, t := range part.from {
				*part.to = append(*part.to, shownTask(r, reg, t))
			}
		}
	}
	return r.JSON(w, http.StatusOK, day)
}

func shownTask(r *kit.Request, reg *stations.Registry, t airing.Task) Task {
	out := Task{Slot: t.Slot, StationName: reg.Label(t.Slot.Station), ProgrammeTitle: t.Programme.Title, Seconds: t.Seconds, Over: t.Over,
		OnAir: t.OnAir(r.Now), Means: t.Means, Replanned: t.Replanned}
	if t.Episode != nil {
		out.Episode, out.EpisodeTitle, out.Audio = t.Episode.ID, t.Episode.Title, t.Episode.Audio
	}
	if t.Line != nil {
		report := shownAiring(*t.Line)
		out.Report = &report
		if t.Undo(r.Actor, r.Now) {
			until := t.Line.UndoneUntil().In(text.Zone)
			out.UndoUntil = &until
		}
	}
	return out
}
