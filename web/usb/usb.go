// Package usb is where an operator takes a station's week of audio to a USB
// stick.
package usb

import (
	"context"
	"embed"
	"net/http"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/scheduler/usb"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what this page asks of the store.
type Store interface {
	usb.Recordings
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
}

type pages struct {
	store Store
	blobs library.Blobs
	week  *kit.View[weekPage]
}

// Register adds the page to k. It is reached from the pages of the operator,
// of each station, and of the calendar.
func Register(k *kit.Kit, s Store, blobs library.Blobs) {
	p := pages{s, blobs, kit.NewView[weekPage](k.Folder("usb", files), "week.html")}
	k.Handle(kit.Route{Pattern: "GET /stations/{station}/usb", Access: accounts.ReadSchedule, Handler: p.show})
}

type weekPage struct {
	kit.Page
	Station string
	Label   string
	Monday  time.Time
	Weeks   []kit.Tab
	Stick   usb.Stick
	ZIP     string      // URL
	Passed  *kit.Passed // the station was merged into another
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	// The schedule is everybody's; a station's stick is who reads the station's.
	st, err := reg.OpenTo(r.Actor, accounts.ReadStations, r.PathValue("station"), r.Today())
	if err != nil {
		return err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	cal := airing.Calendar{Zone: st.Location()}
	now := cal.Week(r.Now)
	week := now
	if name := r.URL.Query().Get("week"); name != "" {
		if week, err = airing.ParseWeek(name); err != nil {
			return err
		}
	}
	here := "/stations/" + st.ID + "/usb?week="
	page := weekPage{Page: r.Page("usb.title"), Passed: r.Passed(reg, st.ID, accounts.ReadStations, "/stations/%s/usb"), Station: st.ID,
		Label: reg.Label(st.ID), Monday: scheduler.WallOf(cal.Start(week)).In(text.Zone),
		ZIP: "/api/v1/stations/" + st.ID + "/weeks/" + week.String() + "/audio.zip"}
	for i, key := range []string{"usb.this_week", "usb.next_week"} {
		page.Weeks = append(page.Weeks, kit.Tab{Path: here + (now + airing.Week(i)).String(), Text: r.Say(key), Current: week == now+airing.Week(i)})
	}
	if page.Stick, err = usb.New(r.Context(), plan, reg, st, cal.Start(week), cal.Start(week+1), p.store, p.blobs); err != nil {
		return err
	}
	return p.week.Render(w, r, page)
}
