package people

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/web/kit"
)

type invitePage struct {
	kit.Page
	Form      kit.Form
	Role      string
	Back      string // where the invitation was asked for, "" for the people
	BackTo    string // what that is called
	About     string // the role
	Tabs      []kit.Tab
	Stations  []kit.Option // to choose from, for an operator
	Districts []kit.Option // for a monitor; none chosen is the province
}

type linkPage struct {
	kit.Page
	Link    string
	Local   bool // only the server itself can open the link
	Code    kit.QR
	For     string // whom it is for, in words
	Renewal bool
	Expires time.Time
	Back    string // where to go on
	Again   string // where another is made
}

// ofContest is the role the path gives in one contest, and the page of the contest
// it is given from; "" if it names no contest.
func ofContest(r *kit.Request) (role accounts.Role, back string) {
	id := r.PathValue("contest")
	switch {
	case id == "":
		return "", ""
	case strings.HasPrefix(r.URL.Path, "/people/invite/organiser/"):
		return accounts.Organiser, "/contests/" + id
	}
	return accounts.Judge, "/contests/" + id + "/jury"
}

// secretForm is what accounts.NewSecret makes. Forms carry the secret, so that
// a double tap makes one invitation and shows the same link again; the store
// keeps its hash only.
var secretForm = regexp.MustCompile(`^[A-Z2-7]{26}$`)

func newForm(pairs ...string) kit.Form {
	return kit.NewForm(append(pairs, "secret", accounts.NewSecret())...)
}

func secretOf(form *kit.Form) (string, error) {
	secret := form.Get("secret")
	if !secretForm.MatchString(secret) {
		return "", fault.New(fault.Invalid, "kit.form_invalid")
	}
	return secret, nil
}

func (p pages) showInvite(w http.ResponseWriter, r *kit.Request) error {
	q := r.URL.Query()
	return p.renderInvite(w, r, newForm("role", q.Get("role"), "station", q.Get("station")))
}

func (p pages) renderInvite(w http.ResponseWriter, r *kit.Request, form kit.Form) error {
	if role, back := ofContest(r); back != "" {
		where := accounts.Where{Contest: r.PathValue("contest")}
		if role == accounts.Organiser {
			where = accounts.Where{} // given by who organises all contests
		}
		if err := r.Actor.Must(accounts.Organise, where); err != nil {
			return err
		}
		page := invitePage{Page: r.Page("people.invite_" + string(role)), Form: form, Role: string(role), Back: back, BackTo: r.Say("people.back_from_" + string(role))}
		page.About = r.Say("people.about_in_contest."+string(role), "contest", r.Names(nil).Contest(r.PathValue("contest")))
		return p.invite.Render(w, r, page)
	}
	_, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	roles := rolesToGive(r.Actor)
	role := accounts.Role(form.Get("role"))
	if !slices.Contains(roles, role) {
		role = roles[0]
	}
	page := invitePage{Page: r.Page("people.invite"), Form: form, Role: string(role), About: r.Say("people.about." + string(role))}
	for _, o := range roles {
		page.Tabs = append(page.Tabs, kit.Tab{Path: "/people/invite?role=" + string(o), Text: r.Say("accounts.role." + string(o)), Current: o == role})
	}
	switch role {
	case accounts.Operator:
		page.Stations = stationOptions(r, places)
	case accounts.Monitor:
		page.Districts = districtOptions(r, places)
	}
	return p.invite.Render(w, r, page)
}

func (p pages) doInvite(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	secret, err := secretOf(form)
	if err != nil {
		return err
	}
	grant := grantFrom(form)
	if id := r.PathValue("contest"); id != "" {
		role, _ := ofContest(r)
		grant = accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Contest, ID: id}}
	}
	inv, err := p.store.Invite(r.Context(), r.Meta(form.ID), accounts.Invite{Hash: accounts.HashOf(secret), Grants: []accounts.Grant{grant}, Note: form.Get("note")})
	if form.Refused(err) {
		form.Values.Set("secret", accounts.NewSecret())
		return p.renderInvite(w, r, *form)
	}
	if err != nil {
		return err
	}
	return p.renderLink(w, r, inv, secret)
}

// renew makes the link by which somebody chooses a new passphrase.
func (p pages) renew(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	secret, err := secretOf(form)
	if err != nil {
		return err
	}
	inv, err := p.store.Invite(r.Context(), r.Meta(form.ID), accounts.Invite{Hash: accounts.HashOf(secret), Person: r.PathValue("id")})
	if err != nil {
		return err
	}
	return p.renderLink(w, r, inv, secret)
}

func (p pages) renderLink(w http.ResponseWriter, r *kit.Request, inv accounts.Invitation, secret string) error {
	f, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	page := linkPage{Page: r.Page("people.link"), Link: address.URL + "/join/" + secret, Local: address.Local(), Expires: inv.Expires, Renewal: inv.Person != "",
		For: accounts.GrantsInWords(r.Lang, r.Names(places), inv.Grants), Back: "/people", Again: "/people/invite"}
	if _, back := ofContest(r); back != "" {
		page.Back, page.Again = back, r.URL.Path
	}
	if q, err := f.Directory.Person(inv.Person); err == nil {
		page.For = q.Name
	}
	if page.Code, err = kit.NewQR(page.Link); err != nil {
		return err
	}
	return p.link.Render(w, r, page)
}

func (p pages) withdraw(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	if _, err := p.store.Withdraw(r.Context(), r.Meta(form.ID), accounts.Withdraw{ID: form.Get("invitation")}); err != nil {
		return err
	}
	return r.Redirect(w, "/people", "people.withdrew")
}

type sheetPage struct {
	kit.Page
	Local     bool // the links would open on the server itself only
	Form      kit.Form
	Districts []districtCount
	Alone     int // stations in reach that nobody runs yet
	All       int
}

type districtCount struct {
	Code, Name string
	Alone, All int
}

type cardsPage struct {
	kit.Page
	Local   bool // only the server itself can open the links
	Cards   []card
	Expires time.Time
}

// card is one station's part of the printed sheet, to be cut out.
type card struct {
	Station  string
	District string
	Link     string
	Code     kit.QR
}

func (p pages) showSheet(w http.ResponseWriter, r *kit.Request) error {
	return p.renderSheet(w, r, newForm())
}

func (p pages) renderSheet(w http.ResponseWriter, r *kit.Request, form kit.Form) error {
	f, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	page := sheetPage{Page: r.Page("people.sheet"), Form: form, Local: address.Local()}
	at := map[string]int{}
	for _, o := range stationOptions(r, places) {
		code := places.Where(o.Value).District
		i, ok := at[code]
		if !ok {
			i = len(page.Districts)
			at[code] = i
			page.Districts = append(page.Districts, districtCount{Code: code, Name: places.DistrictName(code)})
		}
		page.Districts[i].All++
		page.All++
		if len(f.Directory.Operators(o.Value)) == 0 {
			page.Districts[i].Alone++
			page.Alone++
		}
	}
	return p.sheet.Render(w, r, page)
}

// sheetMost bounds one print run: more would keep the store busy for seconds.
const sheetMost = 400

// makeSheet invites an operator for each station of the district (or of all
// in reach) that has none, and shows the cards to print.
func (p pages) makeSheet(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	secret, err := secretOf(form)
	if err != nil {
		return err
	}
	f, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	if !address.Set && address.Local() { // cards that open nowhere would be found out in 127 communes
		form.Notice = r.Say("people.address_first")
		return p.renderSheet(w, r, *form)
	}
	page := cardsPage{Page: r.Page("people.cards"), Local: address.Local()}
	for _, o := range stationOptions(r, places) {
		on := places.Where(o.Value)
		if form.Get("district") != "" && on.District != form.Get("district") || len(f.Directory.Operators(o.Value)) > 0 {
			continue
		}
		if len(page.Cards) == sheetMost {
			form.Notice = r.Say("people.sheet_most", "most", sheetMost)
			return p.renderSheet(w, r, *form)
		}
		c, expires, err := p.card(r, address, form.ID, secret, on)
		if err != nil && fault.Of(err).Kind == fault.Gone { // withdrawn since the sheet was first printed
			continue
		}
		if err != nil {
			return err
		}
		c.Station, c.District, page.Expires = places.Name(on.Station), places.DistrictName(on.District), expires
		page.Cards = append(page.Cards, c)
	}
	if len(page.Cards) == 0 {
		form.Notice = r.Say("people.sheet_none")
		return p.renderSheet(w, r, *form)
	}
	return p.cards.Render(w, r, page)
}

// card makes one station's invitation. Its change ID and its secret follow
// from the sheet's, so that a sheet sent twice is printed twice and made once.
func (p pages) card(r *kit.Request, to kit.Address, id, secret string, on accounts.Where) (card, time.Time, error) {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(on.Station))
	own := base32.StdEncoding.EncodeToString(mac.Sum(nil))[:26]
	m := r.Meta(uuid.NewSHA1(uuid.MustParse(id), []byte(on.Station)).String())
	inv, err := p.store.Invite(r.Context(), m, accounts.Invite{Hash: accounts.HashOf(own),
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: on.Station}}}})
	if err != nil {
		return card{}, time.Time{}, err
	}
	c := card{Link: to.URL + "/join/" + own}
	c.Code, err = kit.NewQR(c.Link)
	return c, inv.Expires, err
}
