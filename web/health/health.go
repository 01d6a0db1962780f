// Package health tells whoever looks after the server, in plain words, whether it is
// well: the backup, the disk, the clock, the data, the jobs, the messages.
package health

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/library"
	"loa/message"
	"loa/scheduler"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// The jobs under which stand in the log of runs backups that were sent and those the server
// made by itself, what was restored for trial, the nightly readings of all records, and the hourly ones of some audio.
const (
	BackupJob = "backup_send"
	MakeJob   = "backup_make"
	TryJob    = "backup_try"
	VerifyJob = "records_verify"
	RereadJob = "blobs_reread"
)

// Store is what this page asks of the store.
type Store interface {
	scheduler.RunLog
	Created() time.Time
	DamagedBlobs(ctx context.Context) ([]library.Damaged, error)
	BlobOwners(ctx context.Context, sha256 string) ([]library.Recording, error)
	LibrarySettings(ctx context.Context) (library.Settings, error)
	Deliveries(ctx context.Context, by accounts.Actor, q message.Query, before uint64, limit int) (list []message.Delivery, next uint64, err error)
}

// Clockwork lists the jobs there are: a scheduler.Clock.
type Clockwork interface {
	Jobs(ctx context.Context) ([]scheduler.JobStatus, error)
}

// Server tells of the machine.
type Server interface {
	Space() (free, size int64, ok bool) // bytes of the disk with the data; ok is false where the system does not say
	Wrong() error                       // what keeps the disk from taking writes, or nil
	Doubt() error                       // what makes the clock doubtful, or nil
	// Backups says where backups are kept by the clock, "" for nowhere, whether the server can try them,
	// and if not when somebody else last did, as the place tells.
	Backups() (place string, tries bool, tried time.Time)
}

type pages struct {
	store  Store
	jobs   Clockwork
	server Server
	page   *kit.View[healthPage]
}

// Register adds the page, the step on the first page and the API to k.
func Register(k *kit.Kit, s Store, jobs Clockwork, server Server) {
	p := pages{s, jobs, server, kit.NewView[healthPage](k.Folder("health", files), "health.html")}
	k.Menu(kit.MenuItem{Path: "/health", Key: "health.title", Icon: "check", Access: accounts.RunServer, Order: 94})
	k.Handle(
		kit.Route{Pattern: "GET /health", Access: accounts.RunServer, Handler: p.show},
		kit.Route{Pattern: "GET /api/v1/health", Access: accounts.RunServer, Handler: p.get, Out: Health{},
			Summary: "Whether the server is well: backup, disk, clock, data, jobs, messages; each with what to do."},
	)
	k.AddStep(p.steps)
}

// backupPath is where backups are.
const backupPath = "/backups"

// How far back messages that were given up are counted, and how many.
const (
	lately      = 7 * 24 * time.Hour
	mostDead    = 50
	mostDamaged = 5  // damaged files whose recordings are named
	goodAmong   = 20 // runs among which a good one is looked for
)

// checks looks at everything.
func (p pages) checks(r *kit.Request) ([]Check, error) {
	f := Facts{Now: r.Now, Since: p.store.Created(), Last: map[string]scheduler.Run{}, Wrong: p.server.Wrong(), Doubt: p.server.Doubt(),
		Own: []string{BackupJob, MakeJob, TryJob, VerifyJob, RereadJob}}
	f.Free, f.Size, f.Sized = p.server.Space()
	f.Place, f.Tries, f.Away = p.server.Backups()
	jobs, err := p.jobs.Jobs(r.Context())
	if err != nil {
		return nil, err
	}
	for _, job := range jobs {
		list, err := p.ended(r, job.Name, 2) // the last may be under way
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			f.Last[job.Name] = list[0]
		}
	}
	for name, good := range map[string]*scheduler.Run{BackupJob: &f.Backup, MakeJob: &f.Backup, TryJob: &f.Trial} {
		list, err := p.ended(r, name, goodAmong)
		if err != nil {
			return nil, err
		}
		if run := LastGood(list); run.EndedAt.After(good.EndedAt) {
			*good = run
		}
		if len(list) > 0 {
			f.Last[name] = list[0]
		}
	}
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return nil, err
	}
	f.Within = set.RereadWithin()
	damaged, err := p.store.DamagedBlobs(r.Context())
	if err != nil {
		return nil, err
	}
	f.Damaged = len(damaged)
	for _, d := range damaged[:min(len(damaged), mostDamaged)] {
		of, err := p.store.BlobOwners(r.Context(), d.SHA256)
		if err != nil {
			return nil, err
		}
		for _, rec := range of {
			f.Of = append(f.Of, rec.Name)
		}
	}
	for _, state := range []message.State{message.Dead, message.Failed} {
		list, _, err := p.store.Deliveries(r.Context(), r.Actor, message.Query{State: state}, 0, mostDead+1)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			if d.Lost() && r.Now.Sub(d.Next) < lately {
				f.Dead++
			}
		}
	}
	if f.Dead > mostDead {
		f.Dead, f.Many = mostDead, true
	}
	return Of(f), nil
}

// ended lists the last runs of a job that are over, the newest first.
func (p pages) ended(r *kit.Request, job string, limit int) ([]scheduler.Run, error) {
	list, err := p.store.RunsBefore(r.Context(), job, r.Now.Add(time.Second), limit)
	return slices.DeleteFunc(list, func(run scheduler.Run) bool { return run.Outcome == scheduler.Running }), err
}

// LastGood is the newest run of a list that ended well, zero for none: one that was cut takes
// nothing from the one before. The list begins with the newest.
func LastGood(list []scheduler.Run) scheduler.Run {
	if i := slices.IndexFunc(list, func(run scheduler.Run) bool { return run.Outcome == scheduler.Done }); i >= 0 {
		return list[i]
	}
	return scheduler.Run{}
}

// line is a check as it is read.
type line struct {
	Check
	Title, Badge, Word string
}

type healthPage struct {
	kit.Page
	Lines []line
}

var badges = map[State]string{Good: kit.StateOK, Look: kit.StateWarn, Mend: kit.StateBad}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	list, err := p.checks(r)
	if err != nil {
		return err
	}
	page := healthPage{Page: r.Page("health.title")}
	for _, c := range list {
		page.Lines = append(page.Lines, line{c, r.Say("health.name." + string(c.Name)), badges[c.State], r.Say("health.state." + string(c.State))})
	}
	return p.page.Render(w, r, page)
}

// steps tells on the first page what is not well.
func (p pages) steps(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.RunServer) {
		return nil, nil
	}
	list, err := p.checks(r)
	if err != nil {
		return nil, err
	}
	var names, said []string
	for _, c := range list {
		if c.State != Good && c.Name != Clock && c.Name != Jobs { // those have cards of their own
			names, said = append(names, r.Say("health.name."+string(c.Name))), append(said, c.Said.Words(r.Lang))
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	return []kit.Step{{Title: r.Say("health.step", "names", strings.Join(names, ", ")), Text: strings.Join(said, " "), Path: "/health",
		Button: r.Say("health.open"), Icon: "warn", State: badges[Worst(list)], Order: 13}}, nil
}

// Health is the server's health as the API tells it.
type Health struct {
	State  State  `json:"state"` // the worst of them
	Checks []Told `json:"checks"`
}

// Told is a check in the caller's language.
type Told struct {
	Name  Name   `json:"name"`
	State State  `json:"state"`
	Said  string `json:"said"`
	Do    string `json:"do,omitempty"`
}

func (p pages) get(w http.ResponseWriter, r *kit.Request) error {
	list, err := p.checks(r)
	if err != nil {
		return err
	}
	h := Health{State: Worst(list), Checks: []Told{}}
	for _, c := range list {
		told := Told{Name: c.Name, State: c.State, Said: c.Said.Words(r.Lang)}
		if c.Do.Key != "" {
			told.Do = c.Do.Words(r.Lang)
		}
		h.Checks = append(h.Checks, told)
	}
	return r.JSON(w, http.StatusOK, h)
}

// Note has a job done that a person asked for and keeps in the log of runs what it did, or
// why it failed. What cannot be noted, on a full disk, is done all the same.
func Note(ctx context.Context, log scheduler.Runs, now func() time.Time, job string, do func() (text.Phrase, error)) error {
	run := scheduler.Run{Job: job, ScheduledAt: now().UTC(), Attempt: 1, Outcome: scheduler.Done}
	run.StartedAt = run.ScheduledAt
	did, err := do()
	if run = run.Saying(did); err != nil {
		run.Outcome, run.Error = scheduler.Failed, err.Error()
		run = run.Saying(text.Phrase{})
	}
	run.EndedAt = now().UTC()
	_, _ = log.BeginRun(context.WithoutCancel(ctx), run) // what cannot be noted is done all the same
	return err
}
