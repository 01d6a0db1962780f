package settings

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"time"

	"loa/accounts"
	"loa/library"
	"loa/web/kit"
)

// LibraryStore is what the page of the library's settings asks of the store.
type LibraryStore interface {
	LibrarySettings(ctx context.Context) (library.Settings, error)
	SaveLibrarySettings(ctx context.Context, m accounts.Meta, set library.Settings) (library.Settings, error)
	UnusedRecordings(ctx context.Context, q library.UnusedQuery) (library.UnusedPage, error)
	UnusedTotals(ctx context.Context, qs []library.UnusedQuery) ([]library.UnusedTotal, error)
}

type libraryPage struct {
	kit.Page
	Tabs   []kit.Tab
	Form   kit.Form
	Unused []ageRow
	Soon   []leaving // announced, at most mostShown of them, soonest first
	More   int       // announced and not shown, if over 0
}

// ageRow is how much the library keeps that nothing uses and that is older
// than so many days.
type ageRow struct {
	library.UnusedTotal
	Days int
}

// shownAges are the days for which the page tells how much is older.
var shownAges = []int{0, 30, 90, 365, 730}

type leaving struct {
	library.Unused
	Leaves time.Time
}

// mostShown is how many announced recordings the page lists.
const mostShown = 50

type librarySettings struct {
	store LibraryStore
	view  *kit.View[libraryPage]
}

const day = 24 * time.Hour

func (l librarySettings) show(w http.ResponseWriter, r *kit.Request) error {
	f, err := l.form(r)
	if err != nil {
		return err
	}
	return l.render(w, r, f)
}

// form is the form of the settings as they are now.
func (l librarySettings) form(r *kit.Request) (kit.Form, error) {
	set, err := l.store.LibrarySettings(r.Context())
	num := r.Lang.Exact
	f := kit.NewForm("max_bytes", num(float64(set.MaxBytes)/1e6), "station_bytes", num(float64(set.StationBytes)/1e9),
		"unfinished", num(set.Unfinished.Hours()/24), "grace", num(set.Grace.Hours()/24), "retention", num(set.Retention.Hours()/24),
		"reread", num(set.RereadWithin().Hours()/24), "target_lufs", num(set.Profile(library.ForProgramme).TargetLUFS))
	return f.From(set.Edition()), err
}

func (l librarySettings) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	set, err := l.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	soon := set.Leaving(r.Now)
	soon.Limit = mostShown
	asked := []library.UnusedQuery{soon}
	for _, days := range shownAges {
		asked = append(asked, library.UnusedQuery{Until: r.Now.Add(-time.Duration(days) * day)})
	}
	totals, err := l.store.UnusedTotals(r.Context(), asked)
	if err != nil {
		return err
	}
	page := libraryPage{Page: r.Page("settings.library_title"), Form: f, Tabs: tabs(r), More: totals[0].Recordings - mostShown}
	for i, days := range shownAges {
		page.Unused = append(page.Unused, ageRow{Days: days, UnusedTotal: totals[i+1]})
	}
	leaves, err := l.store.UnusedRecordings(r.Context(), soon)
	if err != nil {
		return err
	}
	for _, u := range leaves.Items {
		page.Soon = append(page.Soon, leaving{u, u.Leaves(set)})
	}
	return l.view.Render(w, r, page)
}

func (l librarySettings) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	days := func(name string) time.Duration { return time.Duration(f.Decimal(name) * float64(day)) }
	var asked library.Settings
	asked.MaxBytes, asked.StationBytes = int64(math.Round(f.Decimal("max_bytes")*1e6)), int64(math.Round(f.Decimal("station_bytes")*1e9))
	asked.Unfinished, asked.Grace, asked.Retention, asked.Reread = days("unfinished"), days("grace"), days("retention"), days("reread")
	target := f.Decimal("target_lufs")
	if err = f.Err(); err == nil {
		err = f.Save(func() (kit.Form, error) { return l.form(r) }, func(m accounts.Meta) error {
			now, err := l.store.LibrarySettings(r.Context())
			if err != nil {
				return err
			}
			m.Seen = cmp.Or(m.Seen, now.Edition().Tag)
			asked.Profiles = now.Profiles
			_, err = l.store.SaveLibrarySettings(r.Context(), m, asked.WithTarget(target))
			return err
		})
	}
	if f.Refused(err) {
		return l.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/settings/library", "settings.saved")
}

// step tells an administrator on the first page what is about to be removed.
func (l librarySettings) step(r *kit.Request) ([]kit.Step, error) {
	if library.MaySet(r.Actor) != nil {
		return nil, nil
	}
	set, err := l.store.LibrarySettings(r.Context())
	if err != nil {
		return nil, err
	}
	totals, err := l.store.UnusedTotals(r.Context(), []library.UnusedQuery{set.Leaving(r.Now)})
	if err != nil {
		return nil, err
	}
	n, first := totals[0].Recordings, totals[0].Announced.Add(set.Grace)
	if n == 0 {
		return nil, nil
	}
	return []kit.Step{{State: "warn", Icon: "trash", Title: r.Say("settings.leaving_title", "n", n),
		Text: r.Say("settings.leaving_text", "at", r.Lang.Date(first)),
		Path: "/settings/library", Button: r.Say("settings.leaving_see"), Order: 40}}, nil
}
