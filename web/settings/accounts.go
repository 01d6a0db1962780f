package settings

import (
	"context"
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/web/kit"
)

// AccountStore is what the page of the accounts' settings asks of the store.
type AccountStore interface {
	AccountSettings(ctx context.Context) (accounts.Settings, error)
	SaveAccountSettings(ctx context.Context, m accounts.Meta, c accounts.SaveSettings) (accounts.Settings, error)
	Directory(ctx context.Context) (*accounts.Directory, error)
}

const accountsPath = "/settings/accounts"

type accountsPage struct {
	kit.Page
	Tabs    []kit.Tab
	Form    kit.Form
	Without []accounts.Person // who would need a second factor and has none
}

type accountSettings struct {
	store AccountStore
	view  *kit.View[accountsPage]
}

func (a accountSettings) show(w http.ResponseWriter, r *kit.Request) error {
	f, err := a.form(r)
	if err != nil {
		return err
	}
	return a.render(w, r, f)
}

// form is the form of the settings as they are now.
func (a accountSettings) form(r *kit.Request) (kit.Form, error) {
	set, err := a.store.AccountSettings(r.Context())
	return kit.NewForm("from", set.SecondDay()).From(set.Edition()), err
}

func (a accountSettings) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	d, err := a.store.Directory(r.Context())
	if err != nil {
		return err
	}
	page := accountsPage{Page: r.Page("settings.accounts_title"), Tabs: tabs(r), Form: f}
	all := accounts.Settings{SecondFrom: r.Now}
	for _, p := range d.People() {
		if all.WillAsk(p) && !p.Disabled {
			page.Without = append(page.Without, p)
		}
	}
	return a.view.Render(w, r, page)
}

func (a accountSettings) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var c accounts.SaveSettings
	if f.Get("from") != "" {
		day := f.Date("from")
		c.SecondFrom = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, text.Zone)
	}
	if err = f.Err(); err == nil {
		err = f.Save(func() (kit.Form, error) { return a.form(r) }, func(m accounts.Meta) error {
			_, err := a.store.SaveAccountSettings(r.Context(), m, c)
			return err
		})
	}
	if f.Refused(err) {
		return a.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, accountsPath, "settings.saved")
}
