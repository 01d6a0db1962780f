package people

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/contest"
	"loa/internal/fault"
	"loa/stations"
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
	Waiting   bool         // there is an open invitation to the same already
	Choices   []kit.Option // what becomes of it
}

type linkPage struct {
	kit.Page
	Link    string
	Local   bool // only the server itself can open the link
	Code    kit.QR
	Short   string // code that stands for the link
	LogIn   string // address of the page where it is typed
	Until   time.Time
	For     string // whom it is for, in words
	Renewal bool
	Others  []accounts.Invitation // open ones to the same
	Form    kit.Form              // to withdraw them
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

func newForm(pairs ...string) kit.Form {
	return kit.NewForm(append(pairs, "secret", accounts.NewSecret())...)
}

func secretOf(form *kit.Form) (string, error) {
	secret := form.Get("secret")
	if !accounts.IsSecret(secret) {
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
		of := r.PathValue("contest")
		if role == accounts.Organiser {
			of = "" // given by who organises all contests
		}
		if err := contest.MayOrganise(r.Actor, of); err != nil {
			return err
		}
		page := invitePage{Page: r.Page("people.invite_" + string(role)), Form: form, Role: string(role), Back: back,
			BackTo: r.Say("people.back_from_" + string(role))}
		page.ask(r)
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
	page.ask(r)
	for _, o := range roles {
		page.Tabs = append(page.Tabs, kit.Tab{Path: "/people/invite?role=" + string(o), Text: r.Say("accounts.role." + string(o)), Current: o == role})
	}
	switch role {
	case accounts.Operator:
		page.Stations = stationOptions(r, places)
	case accounts.Monitor, accounts.Organiser:
		page.Districts = r.Districts(places, nil)
	}
	return p.invite.Render(w, r, page)
}

// ask puts the question what becomes of the invitation that waits already.
func (p *invitePage) ask(r *kit.Request) {
	p.Waiting = p.Form.Errors["waiting"] != "" || p.Form.Get("waiting") != ""
	p.Choices = []kit.Option{
		{Value: string(accounts.WithdrawWaiting), Text: r.Say("people.waiting_withdraw")},
		{Value: string(accounts.KeepWaiting), Text: r.Say("people.waiting_both")},
	}
}

// formWithSecret reads a form and the secret of the link that it makes.
func formWithSecret(r *kit.Request) (form *kit.Form, secret string, err error) {
	if form, err = r.ReadForm(); err != nil {
		return nil, "", err
	}
	secret, err = secretOf(form)
	return form, secret, err
}

func (p pages) doInvite(w http.ResponseWriter, r *kit.Request) error {
	form, secret, err := formWithSecret(r)
	if err != nil {
		return err
	}
	grant := grantFrom(form)
	if id := r.PathValue("contest"); id != "" {
		role, _ := ofContest(r)
		grant = accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Contest, ID: id}}
	}
	inv, err := p.make(r, r.Meta(form.ID), secret, accounts.Invite{Grants: []accounts.Grant{grant}, Note: form.Get("note"),
		Waiting: cmp.Or(accounts.Waiting(form.Get("waiting")), accounts.AskWaiting)})
	if form.Refused(err) {
		form.Values.Set("secret", accounts.NewSecret())
		return p.renderInvite(w, r, *form)
	}
	if err != nil {
		return err
	}
	return p.renderLink(w, r, inv, secret)
}

// make makes the invitation with that secret.
func (p pages) make(r *kit.Request, m accounts.Meta, secret string, c accounts.Invite) (accounts.Invitation, error) {
	c, err := c.With(r.Context(), secret)
	if err != nil {
		return accounts.Invitation{}, err
	}
	return p.store.Invite(r.Context(), m, c)
}

// renew makes the link by which somebody chooses a new passphrase.
func (p pages) renew(w http.ResponseWriter, r *kit.Request) error {
	form, secret, err := formWithSecret(r)
	if err != nil {
		return err
	}
	inv, err := p.make(r, r.Meta(form.ID), secret, accounts.Invite{Person: r.PathValue("id")})
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
	page := linkPage{Page: r.Page("people.link"), Link: address.URL + "/join/" + secret, Local: address.Local(), Expires: inv.Expires,
		Short: accounts.CodeOf(secret), LogIn: address.URL + "/login", Until: inv.CodeEnds(), Renewal: inv.Person != "",
		For: accounts.GrantsInWords(r.Lang, r.Names(places), inv.Grants), Back: "/people", Again: "/people/invite"}
	if _, back := ofContest(r); back != "" {
		page.Back, page.Again = back, r.URL.Path
	}
	if q, err := f.Directory.Person(inv.Person); err == nil {
		page.For = q.Name
	}
	same := accounts.InvitationQuery{At: r.Now, Like: &inv, Limit: accounts.MostListed}
	if page.Others, err = p.store.Invitations(r.Context(), same); err != nil {
		return err
	}
	page.Form = kit.NewForm()
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
	ids := form.Values["invitation"]
	if len(ids) == 0 {
		return fault.New(fault.Invalid, "kit.form_invalid")
	}
	if err := p.withdrawAll(r, form.ID, ids); err != nil {
		return err
	}
	_, back := ofContest(r)
	return r.Redirect(w, cmp.Or(back, "/people"), "people.withdrew", "n", strconv.Itoa(len(ids)))
}

// withdrawAll withdraws these invitations, each as a change of its own that follows from the form's.
func (p pages) withdrawAll(r *kit.Request, change string, ids []string) error {
	for _, id := range ids {
		m := r.Meta(uuid.NewSHA1(uuid.MustParse(change), []byte(id)).String())
		if _, err := p.store.Withdraw(r.Context(), m, accounts.Withdraw{ID: id}); err != nil {
			return err
		}
	}
	return nil
}

type sheetPage struct {
	kit.Page
	Local     bool // the links would open on the server itself only
	Form      kit.Form
	Districts []districtCount
	stationCount
}

type districtCount struct {
	Code, Name string
	stationCount
}

// stationCount counts stations: all, those nobody runs yet, of these the ones with an
// open invitation, and those that somebody runs and that have one nevertheless.
type stationCount struct{ All, Alone, Waiting, Spare int }

func (n *stationCount) add(o stationCount) {
	n.All, n.Alone, n.Waiting, n.Spare = n.All+o.All, n.Alone+o.Alone, n.Waiting+o.Waiting, n.Spare+o.Spare
}

// awaited is a station that is to be invited for, or not.
type awaited struct {
	accounts.Where
	alone bool                  // nobody runs it
	open  []accounts.Invitation // for an operator, good now
}

func (a awaited) count() (n stationCount) {
	n.All = 1
	if open := min(len(a.open), 1); a.alone {
		n.Alone, n.Waiting = 1, open
	} else {
		n.Spare = open
	}
	return n
}

// awaited lists the stations in reach, by district.
func (p pages) awaited(r *kit.Request) (list []awaited, places *stations.Registry, err error) {
	f, places, err := p.facts(r.Context())
	if err != nil {
		return nil, nil, err
	}
	of := map[string][]accounts.Invitation{}
	for inv, err := range accounts.EveryInvitation(r.Context(), p.store, accounts.InvitationQuery{At: r.Now, Role: accounts.Operator}) {
		if err != nil {
			return nil, nil, err
		}
		for _, g := range inv.Grants {
			if g.Role == accounts.Operator {
				of[g.Scope.ID] = append(of[g.Scope.ID], inv)
			}
		}
	}
	for _, o := range stationOptions(r, places) {
		list = append(list, awaited{Where: places.Where(o.Value), alone: len(f.Directory.Operators(o.Value)) == 0, open: of[o.Value]})
	}
	return list, places, nil
}

type cardsPage struct {
	kit.Page
	Skipped int  // stations that keep the card they have
	Local   bool // only the server itself can open the links
	Cards   []card
	Expires time.Time

	LogIn     string // address of the page where short codes are typed
	ShortEnds time.Time
}

// card is one station's part of the printed sheet, to be cut out.
type card struct {
	Station  string
	District string
	Link     string
	Short    string // code that stands for the link
	Code     kit.QR
}

func (p pages) showSheet(w http.ResponseWriter, r *kit.Request) error {
	return p.renderSheet(w, r, newForm())
}

func (p pages) renderSheet(w http.ResponseWriter, r *kit.Request, form kit.Form) error {
	list, places, err := p.awaited(r)
	if err != nil {
		return err
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	page := sheetPage{Page: r.Page("people.sheet"), Form: form, Local: address.Local()}
	for _, a := range list {
		if n := len(page.Districts); n == 0 || page.Districts[n-1].Code != a.District {
			page.Districts = append(page.Districts, districtCount{Code: a.District, Name: places.DistrictName(a.District)})
		}
		page.Districts[len(page.Districts)-1].add(a.count())
		page.add(a.count())
	}
	return p.sheet.Render(w, r, page)
}

// sheetMost bounds one print run: more would keep the store busy for seconds.
const sheetMost = 400

// makeSheet invites an operator for each station of the district (or of all
// in reach) that has none, and shows the cards to print. A station that has a
// card nobody used yet keeps it, unless new cards are to take their place.
func (p pages) makeSheet(w http.ResponseWriter, r *kit.Request) error {
	form, secret, err := formWithSecret(r)
	if err != nil {
		return err
	}
	list, places, err := p.awaited(r)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(a awaited) bool { return form.Get("district") != "" && a.District != form.Get("district") })
	if form.Get("do") == "withdraw" {
		return p.withdrawCards(w, r, form, list)
	}
	list = slices.DeleteFunc(list, func(a awaited) bool { return !a.alone })
	address, err := r.Address()
	if err != nil {
		return err
	}
	if !address.Set && address.Local() { // cards that open nowhere would be found out in 127 communes
		form.Notice = r.Say("people.address_first")
		return p.renderSheet(w, r, *form)
	}
	waiting := accounts.AskWaiting
	if form.Get("waiting") == string(accounts.WithdrawWaiting) {
		waiting = accounts.WithdrawWaiting
	}
	page := cardsPage{Page: r.Page("people.cards"), Local: address.Local(), LogIn: address.URL + "/login"}
	for _, a := range list {
		if len(page.Cards) == sheetMost {
			form.Notice = r.Say("people.sheet_most", "most", sheetMost)
			return p.renderSheet(w, r, *form)
		}
		c, inv, err := p.card(r, address, form.ID, secret, a.Where, waiting)
		switch {
		case err == nil:
			c.Station, c.District = places.Name(a.Station), places.DistrictName(a.District)
			page.Expires, page.ShortEnds = inv.Expires, inv.CodeEnds()
			page.Cards = append(page.Cards, c)
		case fault.Of(err).Code == "accounts.already_invited":
			page.Skipped++
		case fault.Of(err).Kind == fault.Gone: // withdrawn since the sheet was first printed
		default:
			return err
		}
	}
	switch {
	case len(page.Cards) > 0:
		return p.cards.Render(w, r, page)
	case page.Skipped > 0:
		form.Notice = r.Say("people.sheet_all_waiting", "n", page.Skipped)
	default:
		form.Notice = r.Say("people.sheet_none")
	}
	return p.renderSheet(w, r, *form)
}

// withdrawCards withdraws every open invitation of these stations.
func (p pages) withdrawCards(w http.ResponseWriter, r *kit.Request, form *kit.Form, list []awaited) error {
	var ids []string
	for _, a := range list {
		for _, inv := range a.open {
			ids = append(ids, inv.ID)
		}
	}
	if len(ids) == 0 {
		form.Notice = r.Say("people.sheet_none_waiting")
		return p.renderSheet(w, r, *form)
	}
	if err := p.withdrawAll(r, form.ID, ids); err != nil {
		return err
	}
	return r.Redirect(w, "/people/sheet", "people.withdrew", "n", strconv.Itoa(len(ids)))
}

// card makes one station's invitation. Its change ID and its secret follow
// from the sheet's and from what becomes of older cards, so that a sheet sent
// twice is printed twice and made once.
func (p pages) card(r *kit.Request, to kit.Address, id, secret string, on accounts.Where, waiting accounts.Waiting) (card, accounts.Invitation, error) {
	of := []byte(on.Station + string(waiting))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(of)
	own := base32.StdEncoding.EncodeToString(mac.Sum(nil))[:26]
	m := r.Meta(uuid.NewSHA1(uuid.MustParse(id), of).String())
	inv, err := p.make(r, m, own, accounts.Invite{Waiting: waiting,
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: on.Station}}}})
	if err != nil {
		return card{}, inv, err
	}
	c := card{Link: to.URL + "/join/" + own, Short: accounts.CodeOf(own)}
	c.Code, err = kit.NewQR(c.Link)
	return c, inv, err
}
