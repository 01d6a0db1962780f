// Package backups shows the backups the server keeps by itself in a place away from its
// data, has one made or tried at once, and gives all of it as one file.
package backups

import (
	"context"
	"embed"
	"io"
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Backup writes a consistent copy of everything, records and audio, to w; by asked for it.
type Backup func(ctx context.Context, by accounts.Actor, w io.Writer) error

// Keeper keeps backups in a place. Where none is set, Place has an empty name and the
// others are backup.no_place_set.
type Keeper interface {
	Place() Place
	// Snapshots lists them, the newest first.
	Snapshots(ctx context.Context) ([]Snapshot, error)
	// Make adds one. Fault: backup.busy, and why it failed.
	Make(ctx context.Context, by accounts.Actor) (Added, error)
	// Try restores the newest for trial. Fault: backup.busy, and why it failed.
	Try(ctx context.Context, by accounts.Actor) (Tried, error)
}

// Place is where backups are kept, and how.
type Place struct {
	Name   string // its path or address; "" where none is set
	Closed bool   // only who has the key can read them
	Opens  bool   // the server has that key, so it can try them
	Keep   Keep
}

// Keep says how many stay: the last of so many hours, days, weeks and months.
type Keep struct{ Hours, Days, Weeks, Months int }

// Snapshot is one backup of all records, with the audio that belongs to it.
type Snapshot struct {
	At       time.Time `json:"at"`
	Size     int64     `json:"size"`              // bytes of its records as they are kept
	Restored time.Time `json:"restored,omitzero"` // when it was last restored for trial
}

// Added is what a new backup brought to its place.
type Added struct {
	Snapshot
	Files int   `json:"files"` // of audio that were new
	Bytes int64 `json:"bytes"` // of these
}

// Tried is what was restored for trial.
type Tried struct {
	Snapshot
	Files int   `json:"files"` // of audio that were read
	Bytes int64 `json:"bytes"` // of these
}

type pages struct {
	keeper Keeper
	whole  Backup
	page   *kit.View[page]
}

// Path is the page.
const Path = "/backups"

// Register adds the page and the API to k.
func Register(k *kit.Kit, keeper Keeper, whole Backup) {
	p := pages{keeper, whole, kit.NewView[page](k.Folder("backups", files), "backups.html")}
	k.Handle(
		kit.Route{Pattern: "GET " + Path, Access: accounts.RunServer, Handler: p.show},
		kit.Route{Pattern: "POST " + Path, Access: accounts.RunServer, Handler: p.act},
		kit.Route{Pattern: "GET /api/v1/backups", Access: accounts.RunServer, Handler: p.get, Out: kit.List[Snapshot]{},
			Summary: "The backups the server keeps by itself, the newest first."},
		kit.Route{Pattern: "POST /api/v1/backups", Once: true, Access: accounts.RunServer, Handler: p.make, Out: Added{},
			Summary: "Make a backup now in the place where the server keeps them; it is answered when it is there."},
		kit.Route{Pattern: "POST /api/v1/backups/try", Once: true, Access: accounts.RunServer, Handler: p.try, Out: Tried{},
			Summary: "Restore the newest backup for trial: its records are opened and verified, its audio is read, and nothing is left of it."},
		kit.Route{Pattern: "GET /api/v1/backup", Gives: "application/x-tar", Access: accounts.RunServer, Handler: p.send,
			Summary: "A backup of everything as one tar file, made while others go on working."},
	)
}

type page struct {
	kit.Page
	Form      kit.Form
	Place     Place
	Snapshots []Snapshot
	Wrong     string // why the place cannot be read, "" if it can
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	return p.render(w, r, kit.NewForm())
}

func (p pages) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page := page{Page: r.Page("backups.title"), Form: f, Place: p.keeper.Place()}
	if page.Place.Name != "" {
		var err error
		if page.Snapshots, err = p.keeper.Snapshots(r.Context()); err != nil {
			page.Wrong = r.Lang.Fault(fault.Of(err))
		}
	}
	return p.page.Render(w, r, page)
}

// act makes or tries one. Whoever leaves the page does not end it.
func (p pages) act(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	ctx := context.WithoutCancel(r.Context())
	said := text.NewPhrase("backups.made")
	switch f.Get("do") {
	case "make":
		_, err = p.keeper.Make(ctx, r.Actor)
	case "try":
		_, err = p.keeper.Try(ctx, r.Actor)
		said = text.NewPhrase("backups.tried")
	default:
		err = fault.New(fault.Invalid, "backups.do_what")
	}
	if f.RefusedAloud(err) {
		return p.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, Path, said.Key)
}

func (p pages) get(w http.ResponseWriter, r *kit.Request) error {
	list, err := p.keeper.Snapshots(r.Context())
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, ""))
}

func (p pages) make(w http.ResponseWriter, r *kit.Request) error {
	made, err := p.keeper.Make(context.WithoutCancel(r.Context()), r.Actor)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, made)
}

func (p pages) try(w http.ResponseWriter, r *kit.Request) error {
	tried, err := p.keeper.Try(context.WithoutCancel(r.Context()), r.Actor)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, tried)
}

// send streams all of it. What fails on the way cuts the answer short, and a
// backup without its end is refused by loa restore.
func (p pages) send(w http.ResponseWriter, r *kit.Request) error {
	w.Header().Set("Content-Type", "application/x-tar")
	w.Header().Set("Content-Disposition", `attachment; filename="loa-`+r.Now.Format(time.DateOnly)+`.tar"`)
	return p.whole(r.Context(), r.Actor, w)
}
