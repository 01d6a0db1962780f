// Package settings is the page for what the province's plan leaves open:
// where weeks begin, what is on time, when a week is frozen.
package settings

import (
	"embed"
	"net/http"
	"strconv"

	"loa/accounts"
	"loa/airing"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

type settingsPage struct {
	kit.Page
	Form kit.Form
}

type pages struct {
	store airing.SettingsStore
	view  *kit.View[settingsPage]
}

// Register adds the page to k.
func Register(k *kit.Kit, s airing.SettingsStore) {
	p := pages{store: s, view: kit.NewView[settingsPage](k.Folder("settings", files), "settings.html")}
	k.Menu(kit.MenuItem{Path: "/settings", Key: "settings.menu", Icon: "settings", Access: accounts.EditSettings, Order: 90})
	k.Handle(
		kit.Route{Pattern: "GET /settings", Access: accounts.EditSettings, Handler: p.show},
		kit.Route{Pattern: "POST /settings", Access: accounts.EditSettings, Handler: p.save},
	)
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	set, err := p.store.Settings(r.Context())
	if err != nil {
		return err
	}
	return p.render(w, r, kit.NewForm("week_shift_hours", strconv.Itoa(set.WeekShiftHours), "on_time_hours", strconv.Itoa(set.OnTimeHours),
		"near_slot_hours", strconv.Itoa(set.NearSlotHours), "close_after_days", strconv.Itoa(set.CloseAfterDays)))
}

func (p pages) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	return p.view.Render(w, r, settingsPage{Page: r.Page("settings.title"), Form: f})
}

func (p pages) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	set := airing.Settings{WeekShiftHours: f.Int("week_shift_hours"), OnTimeHours: f.Int("on_time_hours"),
		NearSlotHours: f.Int("near_slot_hours"), CloseAfterDays: f.Int("close_after_days")}
	if err = f.Err(); err == nil {
		_, err = p.store.SaveSettings(r.Context(), r.Meta(f.ID), set)
	}
	if f.Refused(err) {
		return p.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/settings", "settings.saved")
}
