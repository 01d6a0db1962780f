package settings

import (
	"net/http"
	"strings"

	"loa/accounts"
	"loa/airing"
	"loa/web/kit"
)

// address is the page where an administrator says where people reach Loa:
// invitations, QR cards and feeds carry that address and no other.
type address struct {
	store airing.SettingsStore
	view  *kit.View[addressPage]
}

type addressPage struct {
	kit.Page
	Tabs []kit.Tab
	Form kit.Form
	Now  kit.Address // what links carry at present
}

func (a address) show(w http.ResponseWriter, r *kit.Request) error {
	f, err := a.form(r)
	if err != nil {
		return err
	}
	return a.render(w, r, f)
}

// form is the form of the address as it is now.
func (a address) form(r *kit.Request) (kit.Form, error) {
	set, err := a.store.AiringSettings(r.Context())
	return kit.NewForm("public_url", set.PublicURL).From(set.Edition()), err
}

func (a address) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	now, err := r.Address()
	if err != nil {
		return err
	}
	return a.view.Render(w, r, addressPage{Page: r.Page("settings.address_title"), Tabs: tabs(r), Form: f, Now: now})
}

func (a address) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	err = saveSettings(r, a.store, f, func() (kit.Form, error) { return a.form(r) }, func(set *airing.Settings) {
		set.PublicURL = strings.ToLower(strings.TrimRight(f.Get("public_url"), "/"))
	})
	if f.Refused(err) {
		return a.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, kit.AddressPath, "settings.address_saved")
}

// step asks an administrator for the address before links go out.
func (a address) step(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.EditSettings) {
		return nil, nil
	}
	now, err := r.Address()
	if err != nil || now.Set || !now.Local() {
		return nil, err
	}
	return []kit.Step{{Title: r.Say("settings.address_title"), Text: r.Say("settings.address_step"), Path: kit.AddressPath,
		Button: r.Say("settings.address_set"), Icon: "settings", State: kit.StateWarn, Order: 3}}, nil
}
