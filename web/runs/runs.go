// Package runs shows the administrator what the daemon's jobs did: on time,
// caught up after downtime, skipped or failed.
package runs

import (
	"context"
	"embed"
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/scheduler"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Jobs tells when each job runs next: a scheduler.Clock.
type Jobs interface {
	Jobs(ctx context.Context) ([]scheduler.JobStatus, error)
}

type pages struct {
	store scheduler.RunLog
	jobs  Jobs
	log   *kit.View[logPage]
}

// Register adds the page to k.
func Register(k *kit.Kit, s scheduler.RunLog, jobs Jobs) {
	p := pages{store: s, jobs: jobs, log: kit.NewView[logPage](k.Folder("runs", files), "log.html")}
	k.Menu(kit.MenuItem{Path: "/runs", Key: "schedule.server_log", Icon: "history", Access: accounts.RunServer, Order: 95})
	k.Handle(kit.Route{Pattern: "GET /runs", Access: accounts.RunServer, Handler: p.show})
	k.AddStep(p.steps)
}

type jobLine struct {
	scheduler.JobStatus
	Name, When string
	Runs       string // where its runs alone are listed
}

type runLine struct {
	scheduler.Run
	Name, Did    string
	Badge, State string
	Took         time.Duration
}

type logPage struct {
	kit.Page
	Jobs []jobLine
	Runs []runLine
	Turn kit.Turn

	Chosen string // the job whose runs alone are listed, "" for all
}

var badges = map[scheduler.Outcome]string{
	scheduler.Running: kit.StateNone, scheduler.Done: kit.StateOK, scheduler.Failed: kit.StateBad, scheduler.Panicked: kit.StateBad,
	scheduler.TimedOut:    kit.StateBad,
	scheduler.Interrupted: kit.StateWarn, scheduler.Skipped: kit.StateWarn, scheduler.ClockMoved: kit.StateWarn, scheduler.Down: kit.StateWarn,
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	before, err := r.Instant("before", r.Now.Add(time.Second))
	if err != nil {
		return err
	}
	asked, err := kit.ReadFilter[scheduler.RunFilter](r)
	if err != nil {
		return err
	}
	list, err := p.store.RunsBefore(r.Context(), asked.Job, before, kit.RowsAtOnce)
	if err != nil {
		return err
	}
	jobs, err := p.jobs.Jobs(r.Context())
	if err != nil {
		return err
	}
	page := logPage{Page: r.Page("schedule.server_log")}
	if asked.Job != "" {
		page.Chosen = nameOf(r.Lang, asked.Job)
	}
	for _, j := range jobs {
		l := jobLine{JobStatus: j, Name: nameOf(r.Lang, j.Name), Runs: filter.Link(r.URL.Path, scheduler.RunFilter{Job: j.Name}) + "#runs"}
		if j.Cron != "" {
			l.When = scheduler.SayCron(r.Lang, j.Cron)
		}
		page.Jobs = append(page.Jobs, l)
	}
	for _, run := range list {
		l := runLine{Run: run, Name: nameOf(r.Lang, run.Job), Did: run.Did(r.Lang), Badge: badges[run.Outcome],
			State: "schedule.outcome." + string(run.Outcome)}
		if !run.EndedAt.IsZero() && run.Outcome != scheduler.Down {
			l.Took = run.EndedAt.Sub(run.StartedAt).Round(time.Second)
		}
		page.Runs = append(page.Runs, l)
	}
	older := ""
	if len(list) >= kit.RowsAtOnce {
		older = list[len(list)-1].ScheduledAt.Format(time.RFC3339Nano)
	}
	page.Turn = r.TurnAfter("before", older)
	return p.log.Render(w, r, page)
}

// nameOf is the job's name in the catalogue, else the name itself: an old
// record of a job that is no more.
func nameOf(l text.Language, job string) string {
	if text.Has("job." + job) {
		return l.Say("job." + job)
	}
	return job
}

// recent is how long the first page tells that the server was down or a job
// failed.
const recent = 24 * time.Hour

// steps tells the administrator what went wrong lately, and that what was
// missed was caught up.
func (p pages) steps(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.RunServer) {
		return nil, nil
	}
	list, err := p.store.RunsBefore(r.Context(), "", r.Now.Add(time.Second), 200)
	if err != nil {
		return nil, err
	}
	var down *scheduler.Run
	failed, late := 0, 0
	for _, run := range list {
		if r.Now.Sub(run.StartedAt) > recent && r.Now.Sub(run.EndedAt) > recent {
			continue
		}
		switch {
		case run.Outcome == scheduler.Down && down == nil:
			down = &run
		case badges[run.Outcome] == kit.StateBad:
			failed++
		case run.Late && run.Outcome == scheduler.Done:
			late++
		}
	}
	var out []kit.Step
	if down != nil {
		out = append(out, kit.Step{Title: r.Say("schedule.step.down", "for", down.EndedAt.Sub(down.StartedAt).Round(time.Minute)),
			Text: r.Say("schedule.step.down_text", "since", down.StartedAt, "n", late), Path: "/runs", Button: r.Say("schedule.server_log"),
			Icon: "history", State: kit.StateWarn, Order: 5})
	}
	if failed > 0 {
		out = append(out, kit.Step{Title: r.Say("schedule.step.failed", "n", failed), Text: r.Say("schedule.step.failed_text"),
			Path: "/runs", Button: r.Say("schedule.server_log"), Icon: "warn", State: kit.StateBad, Order: 4})
	}
	return out, nil
}
