// Package settings is where what the province's plan leaves open is set: where
// weeks begin, what is on time, when a week is frozen; and what the library
// takes and how long it keeps it; and which messages leave, to whom, and what became
// of them.
package settings

import (
	"cmp"
	"embed"
	"net/http"
	"strings"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	airing.SettingsStore
	LibraryStore
	AccountStore
	MessageStore
	texting.Store
	PublicStore
}

type settingsPage struct {
	kit.Page
	Tabs []kit.Tab
	Form kit.Form
}

type pages struct {
	store airing.SettingsStore
	view  *kit.View[settingsPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, tries Tries) {
	folder := k.Folder("settings", files)
	p := pages{store: s, view: kit.NewView[settingsPage](folder, "settings.html")}
	a := address{store: s, view: kit.NewView[addressPage](folder, "address.html")}
	ac := accountSettings{store: s, view: kit.NewView[accountsPage](folder, "accounts.html")}
	l := librarySettings{store: s, view: kit.NewView[libraryPage](folder, "library.html")}
	k.Menu(kit.MenuItem{Path: "/settings", Key: "settings.menu", Icon: "settings", Access: accounts.EditSettings, Order: 90})
	k.Handle(
		kit.Route{Pattern: "GET /settings", Access: accounts.EditSettings, Handler: p.show},
		kit.Route{Pattern: "POST /settings", Access: accounts.EditSettings, Handler: p.save},
		kit.Route{Pattern: "GET " + kit.AddressPath, Access: accounts.EditSettings, Handler: a.show},
		kit.Route{Pattern: "POST " + kit.AddressPath, Access: accounts.EditSettings, Handler: a.save},
		kit.Route{Pattern: "GET " + accountsPath, Access: accounts.EditSettings, Handler: ac.show},
		kit.Route{Pattern: "POST " + accountsPath, Access: accounts.EditSettings, Handler: ac.save},
		kit.Route{Pattern: "GET /settings/library", Access: accounts.EditSettings, Handler: l.show},
		kit.Route{Pattern: "POST /settings/library", Access: accounts.EditSettings, Handler: l.save},
	)
	m := messageSettings{store: s, tries: tries, view: kit.NewView[messagesPage](folder, "messages.html"), hooks: kit.NewView[hooksPage](folder, "hooks.html"),
		deliveries: kit.NewView[deliveriesPage](folder, "deliveries.html")}
	k.Handle(m.routes()...)
	k.Handle(textSettings{store: s, view: kit.NewView[textsPage](folder, "texts.html")}.routes()...)
	k.Handle(publicSettings{store: s, view: kit.NewView[publicPage](folder, "public.html")}.routes()...)
	k.AddStep(m.step)
	k.AddStep(a.step)
	k.AddStep(l.step)
}

// tabs lead from one page of settings to the others.
func tabs(r *kit.Request) []kit.Tab {
	var out []kit.Tab
	for _, t := range []kit.Tab{{Path: "/settings", Text: r.Say("settings.title")}, {Path: "/settings/library", Text: r.Say("settings.library_title")},
		{Path: kit.AddressPath, Text: r.Say("settings.address_title")}, {Path: accountsPath, Text: r.Say("settings.accounts_title")},
		{Path: messagesPath, Text: r.Say("message.settings_title")},
		{Path: hooksPath, Text: r.Say("message.hooks_title")}, {Path: deliveriesPath, Text: r.Say("message.log_title")},
		{Path: textsPath, Text: r.Say("texts.settings_title")}, {Path: publicPath, Text: r.Say("sharing.settings_title")}} {
		t.Current = r.URL.Path == t.Path || t.Path == textsPath && strings.HasPrefix(r.URL.Path, t.Path+"/")
		out = append(out, t)
	}
	return out
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.form(r)
	if err != nil {
		return err
	}
	return p.render(w, r, f)
}

// form is the form of the settings as they are now.
func (p pages) form(r *kit.Request) (kit.Form, error) {
	set, err := p.store.AiringSettings(r.Context())
	number := func(n int) string { return r.Lang.Number(int64(n)) }
	f := kit.NewForm("week_shift_hours", number(set.WeekShiftHours), "on_time_hours", number(set.OnTimeHours),
		"near_slot_hours", number(set.NearSlotHours), "close_after_days", number(set.CloseAfterDays))
	return f.From(set.Edition()), err
}

func (p pages) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	return p.view.Render(w, r, settingsPage{Page: r.Page("settings.title"), Tabs: tabs(r), Form: f})
}

func (p pages) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	shift, onTime, near, after := f.Int("week_shift_hours"), f.Int("on_time_hours"), f.Int("near_slot_hours"), f.Int("close_after_days")
	if err = f.Err(); err == nil {
		err = saveSettings(r, p.store, f, func() (kit.Form, error) { return p.form(r) }, func(set *airing.Settings) {
			set.WeekShiftHours, set.OnTimeHours, set.NearSlotHours, set.CloseAfterDays = shift, onTime, near, after
		})
	}
	if f.Refused(err) {
		return p.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/settings", "settings.saved")
}

// saveSettings changes those settings that one form shows, and leaves the others
// as they are at that instant.
func saveSettings(r *kit.Request, store airing.SettingsStore, f *kit.Form, now func() (kit.Form, error), change func(*airing.Settings)) error {
	return f.Save(now, func(m accounts.Meta) error {
		set, err := store.AiringSettings(r.Context())
		if err != nil {
			return err
		}
		m.Seen = cmp.Or(m.Seen, set.Edition().Tag)
		change(&set)
		_, err = store.SaveAiringSettings(r.Context(), m, set)
		return err
	})
}
