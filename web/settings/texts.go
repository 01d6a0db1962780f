package settings

import (
	"cmp"
	"net/http"

	"loa/accounts"
	"loa/airing/texting"
	"loa/internal/fault"
	"loa/web/kit"
)

const textsPath = "/settings/texts"

// textSettings is the page on reports by text message.
type textSettings struct {
	store texting.Store
	view  *kit.View[textsPage]
}

func (p textSettings) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET " + textsPath, Access: accounts.EditSettings, Handler: p.show},
		{Pattern: "POST " + textsPath, Access: accounts.EditSettings, Handler: p.save},
		{Pattern: "POST " + textsPath + "/token", Access: accounts.EditSettings, Handler: p.renew},
		{Pattern: "POST " + textsPath + "/try", Access: accounts.EditSettings, Handler: p.try},
	}
}

// payload is what an app on a phone is told to post; the names in it are the app's.
const payload = `{"id":"%from% %sentStamp%","from":"%from%","text":"%text%","sent_ms":%sentStamp%}`

type textsPage struct {
	kit.Page
	Tabs    []kit.Tab
	Form    kit.Form
	Renew   kit.Form
	Try     kit.Form
	Tried   *texting.Text
	Made    string // the token just made, shown this once
	Has     bool   // there is one
	Address string // that the gateway posts to
	Headers string // with it, as an app on a phone takes them
	Payload string
}

func (p textSettings) show(w http.ResponseWriter, r *kit.Request) error {
	return p.render(w, r, textsPage{})
}

// form is the form of the settings as they are now.
func (p textSettings) form(r *kit.Request) (kit.Form, error) {
	set, err := p.store.TextSettings(r.Context())
	f := kit.NewForm("number", set.Number)
	if set.On {
		f.Values.Set("on", "1")
	}
	if set.Marks {
		f.Values.Set("marks", "1")
	}
	return f.From(set.Edition()), err
}

func (p textSettings) render(w http.ResponseWriter, r *kit.Request, page textsPage) error {
	page.Page, page.Tabs = r.Page("texts.settings_title"), tabs(r)
	set, err := p.store.TextSettings(r.Context())
	if err != nil {
		return err
	}
	if page.Form.ID == "" {
		if page.Form, err = p.form(r); err != nil {
			return err
		}
	}
	if page.Renew.ID == "" {
		page.Renew = kit.NewForm("secret", accounts.NewSecret()).From(set.Edition())
	}
	if page.Try.ID == "" {
		page.Try = kit.NewForm()
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	page.Has, page.Address = set.Token != "", address.URL+"/api/v1/texts"
	page.Headers, page.Payload = `{"Authorization":"Bearer `+cmp.Or(page.Made, "…")+`"}`, payload
	return p.view.Render(w, r, page)
}

func (p textSettings) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	err = f.Save(func() (kit.Form, error) { return p.form(r) }, func(m accounts.Meta) error {
		_, err := p.store.SaveTextSettings(r.Context(), m, texting.SaveSettings{On: f.Bool("on"), Number: f.Get("number"), Marks: f.Bool("marks")})
		return err
	})
	if f.Refused(err) {
		return p.render(w, r, textsPage{Form: *f})
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, textsPath, "texts.saved")
}

// renew gives the gateway another token; the one before opens nothing any more.
func (p textSettings) renew(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	set, err := p.store.TextSettings(r.Context())
	if err != nil {
		return err
	}
	secret := f.Get("secret")
	if !accounts.IsSecret(secret) {
		return fault.New(fault.Invalid, "kit.form_invalid")
	}
	m := r.Meta(f.ID)
	m.Seen = f.Of // another tab may have made one meanwhile
	c := texting.SaveSettings{On: set.On, Number: set.Number, Marks: set.Marks, Token: accounts.HashOf(secret)}
	if _, err := p.store.SaveTextSettings(r.Context(), m, c); err != nil {
		return err
	}
	return p.render(w, r, textsPage{Made: secret})
}

// try says what would become of a text.
func (p textSettings) try(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	t, err := p.store.TryText(r.Context(), r.Meta(f.ID), texting.Receive{ID: f.ID, From: f.Get("from"), Text: f.Get("text"), SentAt: r.Now})
	if f.Refused(err) {
		return p.render(w, r, textsPage{Try: *f})
	}
	if err != nil {
		return err
	}
	return p.render(w, r, textsPage{Try: *f, Tried: &t})
}
