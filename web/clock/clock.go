// Package clock is where a person says that the server's clock is right when
// the daemon doubts it: until then nothing is written and no week is closed.
package clock

import (
	"context"
	"embed"
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Told keeps the word of a person: by whom, and what it settled.
type Told func(ctx context.Context, by accounts.Actor, d wallclock.Doubt)

type pages struct {
	watch *wallclock.Watch
	told  Told
	page  *kit.View[clockPage]
}

// Register adds the page and the API to k.
func Register(k *kit.Kit, w *wallclock.Watch, told Told) {
	p := pages{watch: w, told: told, page: kit.NewView[clockPage](k.Folder("clock", files), "clock.html")}
	k.Handle(
		kit.Route{Pattern: "GET " + kit.ClockPath, Access: accounts.RunServer, Handler: p.show},
		kit.Route{Pattern: "POST " + kit.ClockPath, Access: accounts.RunServer, Handler: p.confirm, Always: true},
		kit.Route{Pattern: "GET /api/v1/clock", Access: accounts.RunServer, Handler: p.get, Out: Clock{},
			Summary: "What the server's clock shows, and whether it is in doubt; while it is, changes are answered 503 and no week is closed."},
		kit.Route{Pattern: "POST /api/v1/clock/confirm", Once: true, Access: accounts.RunServer, Handler: p.post, In: Word{}, Out: Clock{}, Always: true,
			Summary: "Say that the clock is right; shows is what GET told, so that the word is about that time."},
	)
}

type clockPage struct {
	kit.Page
	Form    kit.Form
	Doubted bool
	Doubt   wallclock.Doubt
	Off     time.Duration // how far the clock is from the time that has passed
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	return p.render(w, r, kit.NewForm())
}

func (p pages) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page := clockPage{Page: r.Page("clock.title"), Form: f}
	page.Doubt, page.Doubted = p.watch.Doubt()
	page.Off = page.Doubt.Ahead().Abs().Round(time.Minute)
	page.Form.Values.Set("shows", page.Doubt.Shows.Format(time.RFC3339))
	return p.page.Render(w, r, page)
}

func (p pages) confirm(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	err = p.settle(r, f.Get("shows"))
	if f.RefusedAloud(err) {
		return p.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, kit.ClockPath, "clock.confirmed")
}

func (p pages) settle(r *kit.Request, shows string) error {
	at, err := time.Parse(time.RFC3339, shows)
	if err != nil {
		return fault.New(fault.Invalid, "schedule.instant_unreadable", "text", shows).At("shows").Because(err)
	}
	d, err := p.watch.Confirm(at)
	if err == nil && p.told != nil {
		p.told(r.Context(), r.Actor, d)
	}
	return err
}

// Clock is the server's clock as the API shows it.
type Clock struct {
	Shows    time.Time `json:"shows"`    // what the clock shows
	Expected time.Time `json:"expected"` // what it should show; the same unless it is in doubt
	InDoubt  bool      `json:"in_doubt"`
	Rested   bool      `json:"rested"` // in doubt because the daemon was down since expected
}

func (p pages) get(w http.ResponseWriter, r *kit.Request) error {
	d, doubt := p.watch.Doubt()
	if !doubt {
		now := p.watch.Now()
		d = wallclock.Doubt{Shows: now, Expected: now}
	}
	return r.JSON(w, http.StatusOK, Clock{Shows: d.Shows.In(text.Zone), Expected: d.Expected.In(text.Zone), InDoubt: doubt, Rested: d.Rested})
}

// Word is a person's word that the clock is right.
type Word struct {
	Shows string `json:"shows"` // RFC 3339
}

func (p pages) post(w http.ResponseWriter, r *kit.Request) error {
	var b Word
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	if err := p.settle(r, b.Shows); err != nil {
		return err
	}
	return p.get(w, r)
}
