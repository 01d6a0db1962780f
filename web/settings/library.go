package settings

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"time"

	"loa/accounts"
	"loa/library"
	"loa/web/kit"
)

// LibraryStore is what the page of the library's settings asks of the store.
type LibraryStore interface {
	LibrarySettings(ctx context.Context) (library.Settings, error)
	SaveLibrarySettings(ctx context.Context, m accounts.Meta, set library.Settings) (library.Settings, error)
	UnusedRecordings(ctx context.Context) ([]library.Unused, error)
	LeavingRecordings(ctx context.Context) ([]library.Unused, error)
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
	Days, Recordings int
	Bytes            int64
}

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
		"target_lufs", num(set.Profile(library.ForProgramme).TargetLUFS))
	return f.From(set.Edition()), err
}

func (l librarySettings) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	set, err := l.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	unused, err := l.store.UnusedRecordings(r.Context())
	if err != nil {
		return err
	}
	page := libraryPage{Page: r.Page("settings.library_title"), Form: f, Tabs: tabs(r), Unused: []ageRow{{Days: 0}, {Days: 30}, {Days: 90},
		{Days: 365}, {Days: 730}}}
	for _, u := range unused {
		for i := range page.Unused {
			if row := &page.Unused[i]; r.Now.Sub(u.Created) >= time.Duration(row.Days)*day {
				row.Recordings++
				row.Bytes += u.Blob.Size
			}
		}
		if u.Leaving(set, r.Now) {
			page.Soon = append(page.Soon, leaving{u, u.Leaves(set)})
		}
	}
	slices.SortStableFunc(page.Soon, func(a, b leaving) int { return a.Leaves.Compare(b.Leaves) })
	if page.More = len(page.Soon) - mostShown; page.More > 0 {
		page.Soon = page.Soon[:mostShown]
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
	asked.Unfinished, asked.Grace, asked.Retention = days("unfinished"), days("grace"), days("retention")
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
	if !r.Actor.Can(accounts.EditSettings, accounts.Where{}) {
		return nil, nil
	}
	announced, err := l.store.LeavingRecordings(r.Context())
	if err != nil {
		return nil, err
	}
	set, err := l.store.LibrarySettings(r.Context())
	if err != nil {
		return nil, err
	}
	n, first := 0, time.Time{}
	for _, u := range announced {
		if !u.Leaving(set, r.Now) {
			continue
		}
		if n++; first.IsZero() || u.Leaves(set).Before(first) {
			first = u.Leaves(set)
		}
	}
	if n == 0 {
		return nil, nil
	}
	return []kit.Step{{State: "warn", Icon: "trash", Title: r.Say("settings.leaving_title", "n", n),
		Text: r.Say("settings.leaving_text", "at", r.Lang.Date(first)),
		Path: "/settings/library", Button: r.Say("settings.leaving_see"), Order: 40}}, nil
}
