package door

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/web/kit"
)

// factorsPath is where everybody looks after her own second factors.
const factorsPath = kit.FactorsPath

type factorsPage struct {
	kit.Page
	List   accounts.FactorList
	Codes  []string   // spare codes just made, shown this once
	Copy   string     // they in one line
	Since  *time.Time // from when she needs one, nil if nobody asks
	Must   bool       // she may do nothing else before
	Remove kit.Form
	Renew  kit.Form
	What   []kit.Option // that can be removed
	Why    string       // passkeys do not work, "" if they do
	None   bool         // she has no passphrase, and so no second factor
	Tokens int          // that open her account to programs without a second step
}

func (p pages) showFactors(w http.ResponseWriter, r *kit.Request) error {
	return p.renderFactors(w, r, factorsPage{})
}

func (p pages) renderFactors(w http.ResponseWriter, r *kit.Request, page factorsPage) error {
	page.Copy = strings.Join(page.Codes, " ")
	page.Page, page.Must = r.Page("door.factors"), r.Person.Unproven
	f, err := p.store.Factors(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	phc, err := p.store.Credential(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	set, err := p.store.AccountSettings(r.Context())
	if err != nil {
		return err
	}
	if set.WillAsk(r.Person) {
		page.Since = &set.SecondFrom
	}
	tokens, err := p.store.Tokens(r.Context(), r.Actor.Person, r.Now)
	if err != nil {
		return err
	}
	page.Tokens = len(tokens)
	if _, page.Why, err = party(r); err != nil {
		return err
	}
	page.List, page.None = f.List(), phc == ""
	if page.List.App != nil {
		page.What = append(page.What, kit.Option{Value: accounts.AppFactor, Text: r.Say("door.app")})
	}
	for _, k := range page.List.Passkeys {
		page.What = append(page.What, kit.Option{Value: k.ID, Text: r.Say("door.passkey_named", "name", k.Name)})
	}
	if page.Remove.ID == "" {
		page.Remove = kit.NewForm()
	}
	if page.Renew.ID == "" {
		page.Renew = kit.NewForm()
	}
	return p.factors.Render(w, r, page)
}

type appPage struct {
	kit.Page
	Form   kit.Form
	QR     kit.QR
	Secret string
}

// showApp shows the secret of an app that is not hers yet, as a QR code and to be typed.
func (p pages) showApp(w http.ResponseWriter, r *kit.Request) error {
	return p.renderApp(w, r, kit.NewForm("secret", accounts.AppSecret()))
}

func (p pages) renderApp(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page := appPage{Page: r.Page("door.app_add"), Form: f, Secret: f.Get("secret")}
	link := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Loa:" + r.Person.Login,
		RawQuery: url.Values{"secret": {page.Secret}, "issuer": {"Loa"}}.Encode()}
	var err error
	if page.QR, err = kit.NewQR(link.String()); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return p.app.Render(w, r, page)
}

func (p pages) addApp(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if !accounts.IsAppSecret(f.Get("secret")) {
		return fault.New(fault.Invalid, "kit.form_invalid")
	}
	err = p.bySecond.Allow(r.Actor.Person, r.Now)
	if err == nil && f.Get("code") == "" {
		err = fault.New(fault.Invalid, "door.second_missing").At("code")
	}
	if err == nil {
		err = p.rightPassphrase(r, r.PostFormValue("old"))
	}
	var codes []string
	if err == nil {
		codes, err = p.add(r, accounts.AddFactor{Kind: accounts.ByApp, Secret: f.Get("secret"), Code: f.Get("code")})
	}
	if f.Refused(err) {
		return p.renderApp(w, r, *f)
	}
	if err != nil {
		return err
	}
	return p.added(w, r, codes)
}

// add gives the person who asks one factor more, and answers the spare codes that came with her first.
func (p pages) add(r *kit.Request, c accounts.AddFactor) (codes []string, err error) {
	c.Session = r.Session.Root()
	if codes, c.Spare, err = accounts.NewSpare(r.Context()); err != nil {
		return nil, err
	}
	hers, err := p.store.AddFactor(r.Context(), r.Meta(kit.NewID()), c)
	if !hers {
		codes = nil
	}
	return codes, err
}

// added shows the spare codes this once, or goes back.
func (p pages) added(w http.ResponseWriter, r *kit.Request, codes []string) error {
	if codes == nil {
		return r.Redirect(w, factorsPath, "door.factor_added")
	}
	r.Person.Unproven = false
	return p.renderFactors(w, r, factorsPage{Codes: codes})
}

type passkeyPage struct {
	kit.Page
	Form    kit.Form
	Passkey *asked
	Why     string
}

func (p pages) showPasskey(w http.ResponseWriter, r *kit.Request) error {
	return p.renderPasskey(w, r, kit.NewForm("name", r.Lang.Browser(r.UserAgent())))
}

func (p pages) renderPasskey(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page := passkeyPage{Page: r.Page("door.passkey_add"), Form: f}
	factors, err := p.store.Factors(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	if _, page.Why, err = party(r); err != nil {
		return err
	}
	if page.Passkey, err = p.ask(r, register, r.Person, factors); err != nil {
		return err
	}
	return p.passkey.Render(w, r, page)
}

func (p pages) addPasskey(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	factors, err := p.store.Factors(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	c := accounts.AddFactor{Kind: accounts.ByOwnDevice, Name: f.Get("name")}
	if _, err = accounts.CheckName(c.Name); err == nil {
		err = p.rightPassphrase(r, r.PostFormValue("old"))
	}
	if err == nil {
		c.Passkey, err = p.made(r, f, factors)
	}
	var codes []string
	if err == nil {
		codes, err = p.add(r, c)
	}
	if f.Refused(err) {
		return p.renderPasskey(w, r, *f)
	}
	if err != nil {
		return err
	}
	return p.added(w, r, codes)
}

func (p pages) removeFactor(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if f.Get("factor") == "" {
		err = fault.New(fault.Invalid, "door.factor_missing").At("factor")
	} else {
		err = p.rightPassphrase(r, r.PostFormValue("old"))
	}
	if err == nil {
		c := accounts.RemoveFactor{Person: r.Actor.Person, Factor: f.Get("factor"), Verified: true}
		_, err = p.store.RemoveFactor(r.Context(), r.Meta(f.ID), c)
	}
	if f.Refused(err) {
		return p.renderFactors(w, r, factorsPage{Remove: *f})
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, factorsPath, "door.factor_removed")
}

func (p pages) renewSpare(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var codes []string
	var spare accounts.Spare
	if err = p.rightPassphrase(r, r.PostFormValue("old")); err == nil {
		codes, spare, err = accounts.NewSpare(r.Context())
	}
	if err == nil {
		err = p.store.RenewSpare(r.Context(), r.Meta(kit.NewID()), accounts.RenewSpare{Spare: spare})
	}
	if f.Refused(err) {
		return p.renderFactors(w, r, factorsPage{Renew: *f})
	}
	if err != nil {
		return err
	}
	return p.renderFactors(w, r, factorsPage{Codes: codes})
}

// step reminds whoever will need a second factor and has none.
func (p pages) step(r *kit.Request) ([]kit.Step, error) {
	if r.Actor.Via != "session" {
		return nil, nil
	}
	set, err := p.store.AccountSettings(r.Context())
	if err != nil || !set.WillAsk(r.Person) {
		return nil, err
	}
	return []kit.Step{{Title: r.Say("door.factors"), Text: r.Say("door.factors_soon", "day", set.SecondFrom), Path: factorsPath,
		Button: r.Say("door.factors_choose"), Icon: "lock", State: kit.StateWarn, Order: 2}}, nil
}
