// Package me is one's own account: name and language, passphrase, where one is
// logged in, and tokens for programs.
package me

import (
	"context"
	"embed"
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	message.Keeper
	ChangePerson(ctx context.Context, m accounts.Meta, c accounts.ChangePerson) (accounts.Person, error)
	SetPassphrase(ctx context.Context, m accounts.Meta, c accounts.SetPassphrase) error
	EndSessions(ctx context.Context, m accounts.Meta, c accounts.EndSessions) (int, error)
	AddToken(ctx context.Context, m accounts.Meta, c accounts.AddToken) (accounts.Token, error)
	RemoveToken(ctx context.Context, m accounts.Meta, c accounts.RemoveToken) (accounts.Token, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	Directory(ctx context.Context) (*accounts.Directory, error)
}

type mePage struct {
	kit.Page
	Login    string
	Gives    []string // one's grants in words
	Profile  kit.Form
	Phrase   kit.Form
	Token    kit.Form
	Sessions []sessionRow
	Tokens   []accounts.Token
	Secret   string // of a token just made, shown this once
	Langs    []kit.Option
	Lives    []kit.Option
	MayPIN   bool              // she may choose a PIN
	Others   []accounts.Person // who else uses this browser with a PIN
	NoPhrase bool              // she gets in by the PIN alone
	Reports  bool              // she reports airings, and may print how to do so by text
}

type sessionRow struct {
	accounts.Session
	Here bool // the one this page was asked with
}

type pages struct {
	store Store
	view  *kit.View[mePage]
	data  *kit.View[dataPage]
	tries *kit.Limiter
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("me", files)
	p := pages{store: s, view: kit.NewView[mePage](f, "me.html"), data: kit.NewView[dataPage](f, "data.html"),
		tries: kit.NewLimiter(30*time.Second, 8, 10_000)}
	k.Handle(
		kit.Route{Pattern: "GET /me", Access: kit.SignedIn, Handler: p.show},
		kit.Route{Pattern: "GET /me/data", Access: kit.SignedIn, Handler: p.showData},
		kit.Route{Pattern: "POST /me", Access: kit.SignedIn, Handler: p.saveProfile},
		kit.Route{Pattern: "POST /me/passphrase", Access: kit.SignedIn, Handler: p.savePassphrase},
		kit.Route{Pattern: "POST /me/sessions/end", Access: kit.SignedIn, Handler: p.endSessions},
		kit.Route{Pattern: "POST /me/tokens", Access: kit.SignedIn, Handler: p.addToken},
		kit.Route{Pattern: "POST /me/tokens/{id}/remove", Access: kit.SignedIn, Handler: p.removeToken},
	)
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error { return p.render(w, r, mePage{}) }

// render fills what the handler left empty and shows the page.
func (p pages) render(w http.ResponseWriter, r *kit.Request, page mePage) error {
	page.Page, page.Login, page.Reports = r.Page("me.title"), r.Person.Login, r.Actor.CanSomewhere(accounts.ReportAiring)
	page.MayPIN = r.Session.ID != "" && r.Person.MayUsePIN()
	held, err := r.Held()
	if err != nil {
		return err
	}
	for _, h := range held {
		page.Others = append(page.Others, h.Person)
	}
	phc, err := p.store.Credential(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	page.NoPhrase = phc == "" && page.PIN > 0
	places, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	for _, g := range r.Person.Grants {
		page.Gives = append(page.Gives, g.Words(r.Lang, r.Names(places)))
	}
	list, err := p.store.Sessions(r.Context(), r.Actor.Person, r.Now)
	if err != nil {
		return err
	}
	for _, s := range list {
		page.Sessions = append(page.Sessions, sessionRow{s, s.ID == r.Session.ID})
	}
	if page.Tokens, err = p.store.Tokens(r.Context(), r.Actor.Person, r.Now); err != nil {
		return err
	}
	if page.Profile.ID == "" {
		page.Profile = profileOf(r.Person)
	}
	if page.Phrase.ID == "" {
		page.Phrase = kit.NewForm()
	}
	if page.Token.ID == "" {
		page.Token = kit.NewForm("secret", accounts.NewSecret(), "days", "90")
	}
	page.Langs = []kit.Option{{Value: "vi", Text: "Tiếng Việt"}, {Value: "en", Text: "English"}}
	for _, days := range []string{"30", "90", "365"} {
		page.Lives = append(page.Lives, kit.Option{Value: days, Text: r.Say("me.days", "n", days)})
	}
	return p.view.Render(w, r, page)
}

// profileOf is the form of what a person says of herself.
func profileOf(q accounts.Person) kit.Form {
	return kit.NewForm("name", q.Name, "language", string(q.Language)).From(q.Edition())
}

func (p pages) saveProfile(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	name, lang := f.Get("name"), text.Language(f.Get("language"))
	err = f.Save(func() (kit.Form, error) {
		d, err := p.store.Directory(r.Context())
		if err != nil {
			return kit.Form{}, err
		}
		q, err := d.Person(r.Actor.Person)
		return profileOf(q), err
	}, func(m accounts.Meta) error {
		_, err := p.store.ChangePerson(r.Context(), m, accounts.ChangePerson{Person: r.Actor.Person, Name: &name, Language: &lang})
		return err
	})
	if f.Refused(err) {
		return p.render(w, r, mePage{Profile: *f})
	}
	if err != nil {
		return err
	}
	r.ForgetLanguage(w)
	return r.Redirect(w, "/me", "me.saved")
}

func (p pages) savePassphrase(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	err = p.changePassphrase(r, f.Bool("tokens"))
	if f.Refused(err) {
		return p.render(w, r, mePage{Phrase: *f})
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/me", "me.passphrase_saved")
}

// changePassphrase sets a new passphrase; one that is hers already was sent
// twice.
func (p pages) changePassphrase(r *kit.Request, tokens bool) error {
	if err := p.tries.Allow(r.Actor.Person, r.Now); err != nil {
		return err
	}
	was, err := p.store.Credential(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	ok, err := accounts.VerifyPassphrase(r.Context(), was, r.PostFormValue("old"))
	if err != nil {
		return err
	}
	phrase := r.PostFormValue("passphrase")
	if !ok {
		if again, err := accounts.VerifyPassphrase(r.Context(), was, phrase); err != nil || again {
			return err
		}
		return fault.New(fault.Invalid, "me.old_wrong").At("old")
	}
	if err := accounts.CheckPassphrase(phrase, r.Person.Login, r.Person.Name); err != nil {
		return err
	}
	phc, err := accounts.HashPassphrase(r.Context(), phrase)
	if err != nil {
		return err
	}
	return p.store.SetPassphrase(r.Context(), r.Meta(kit.NewID()), accounts.SetPassphrase{Was: was, New: phc, Session: r.Session.ID, Tokens: tokens})
}

// endSessions ends the session named in the form, or all but this one.
func (p pages) endSessions(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := accounts.EndSessions{Person: r.Actor.Person, Session: f.Get("session")}
	if c.Session == "" {
		c.Except = r.Session.ID
	}
	if _, err := p.store.EndSessions(r.Context(), r.Meta(f.ID), c); err != nil {
		return err
	}
	return r.Redirect(w, "/me", "me.sessions_ended")
}

func (p pages) addToken(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	secret := f.Get("secret")
	if !accounts.IsSecret(secret) {
		return fault.New(fault.Invalid, "kit.form_invalid")
	}
	days := f.Int("days")
	if err = f.Err(); err == nil {
		_, err = p.store.AddToken(r.Context(), r.Meta(f.ID), accounts.AddToken{Hash: accounts.HashOf(secret), Person: r.Actor.Person,
			Name: f.Get("name"), Expires: r.Now.Truncate(24*time.Hour).AddDate(0, 0, days)})
	}
	if f.Refused(err) {
		f.Values.Set("secret", accounts.NewSecret())
		return p.render(w, r, mePage{Token: *f})
	}
	if err != nil {
		return err
	}
	return p.render(w, r, mePage{Secret: secret})
}

func (p pages) removeToken(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if _, err := p.store.RemoveToken(r.Context(), r.Meta(f.ID), accounts.RemoveToken{ID: r.PathValue("id")}); err != nil {
		return err
	}
	return r.Redirect(w, "/me", "me.token_removed")
}
