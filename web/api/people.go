package api

import (
	"context"
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/stations"
	"loa/web/kit"
)

// PeopleStore is what the routes of people, invitations and tokens ask of the store.
type PeopleStore interface {
	Directory(ctx context.Context) (*accounts.Directory, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	Invitations(ctx context.Context, q accounts.InvitationQuery) ([]accounts.Invitation, error)
	message.Keeper
	AddPerson(ctx context.Context, m accounts.Meta, c accounts.AddPerson) (accounts.Person, error)
	ChangePerson(ctx context.Context, m accounts.Meta, c accounts.ChangePerson) (accounts.Person, error)
	TakeRole(ctx context.Context, m accounts.Meta, c accounts.TakeRole) (accounts.Person, error)
	RemoveFactor(ctx context.Context, m accounts.Meta, c accounts.RemoveFactor) (accounts.FactorList, error)
	AccountSettings(ctx context.Context) (accounts.Settings, error)
	SaveAccountSettings(ctx context.Context, m accounts.Meta, c accounts.SaveSettings) (accounts.Settings, error)
	Invite(ctx context.Context, m accounts.Meta, c accounts.Invite) (accounts.Invitation, error)
	Withdraw(ctx context.Context, m accounts.Meta, c accounts.Withdraw) (accounts.Invitation, error)
	AddToken(ctx context.Context, m accounts.Meta, c accounts.AddToken) (accounts.Token, error)
	RemoveToken(ctx context.Context, m accounts.Meta, c accounts.RemoveToken) (accounts.Token, error)
	Erase(ctx context.Context, m accounts.Meta, c accounts.Erase) (accounts.Erasure, error)
	Erasures(ctx context.Context, by accounts.Actor) ([]accounts.Erasure, error)
}

type people struct{ store PeopleStore }

func (p people) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/me", Access: kit.SignedIn, Handler: p.me, Out: accounts.Person{}, Summary: "Who the token or session belongs to."},
		{Pattern: "GET /api/v1/people", Access: accounts.InviteStation, Handler: p.list,
			Filter: accounts.PeopleFilter{}, Query: "limit after", Out: kit.List[accounts.Person]{},
			Summary: "The people the caller may tend, by given name."},
		{Pattern: "POST /api/v1/people", Statuses: []int{http.StatusCreated}, Access: accounts.ManagePeople, Handler: p.add,
			In: personBody{}, Out: accounts.Person{},
			Summary: "Make an account without a passphrase; invite the person to choose one."},
		{Pattern: "GET /api/v1/people/{id}", Access: accounts.InviteStation, Handler: p.get, Out: accounts.Person{}, Summary: "One person, by ID or login."},
		{Pattern: "PATCH /api/v1/people/{id}", Edits: true, Access: accounts.InviteStation, Handler: p.change, In: changeBody{}, Out: accounts.Person{},
			Summary: "Change name, language, grants or disable; what is absent stays."},
		{Pattern: "GET /api/v1/people/{id}/data", Access: kit.SignedIn, Handler: p.data, Out: message.Kept{},
			Summary: "All that is kept of a person's own account, by ID or login: of the caller herself, or asked by an administrator."},
		{Pattern: "POST /api/v1/people/{id}/erase", Access: accounts.ManagePeople, Handler: p.erase, In: eraseBody{}, Out: accounts.Erasure{},
			Summary: "Erase what tells who a person was, by ID or login, once she has no role and is disabled; what she did stays. Refused to tokens."},
		{Pattern: "GET /api/v1/erasures", Access: accounts.ManagePeople, Handler: p.erasures, Query: "limit after", Out: kit.List[accounts.Erasure]{},
			Summary: "Who was erased, by number, when, by whom and why, the last first."},
		{Pattern: "GET /api/v1/people/{id}/factors", Access: accounts.InviteStation, Handler: p.factors, Out: accounts.FactorList{},
			Summary: "The second steps of a person, by ID or login: names and dates, never secrets."},
		{Pattern: "DELETE /api/v1/people/{id}/factors", Access: accounts.ManagePeople, Handler: p.removeFactors, Query: "factor",
			Out: accounts.FactorList{}, Summary: "Remove a second step that a person lost, the one of that ID or all; she is told. Refused to tokens."},
		{Pattern: "GET /api/v1/accounts/settings", Access: accounts.EditSettings, Handler: p.settings, Out: accounts.Settings{},
			Summary: "From when on administrators, organisers and monitors need a second step."},
		{Pattern: "PUT /api/v1/accounts/settings", Edits: true, Access: accounts.EditSettings, Handler: p.saveSettings,
			In: accounts.SaveSettings{}, Out: accounts.Settings{},
			Summary: "Set from when on administrators, organisers and monitors need a second step; left out, nobody does. Refused to tokens."},
		{Pattern: "GET /api/v1/invitations", Access: accounts.InvitePeople, Handler: p.invitations, Out: kit.List[Invitation]{}, Query: "limit after",
			Summary: "Open invitations."},
		{Pattern: "POST /api/v1/invitations", Once: true, Statuses: []int{http.StatusCreated}, Access: accounts.InvitePeople, Handler: p.invite,
			In: inviteBody{}, Out: Invitation{},
			Summary: "Invite somebody, or renew a person's passphrase; the answer alone holds the link, so an Idempotency-Key is refused."},
		{Pattern: "DELETE /api/v1/invitations/{id}", Access: accounts.InvitePeople, Handler: p.withdraw, Out: Invitation{}, Summary: "Withdraw an invitation."},
		{Pattern: "GET /api/v1/tokens", Access: kit.SignedIn, Handler: p.tokens, Out: kit.List[Token]{}, Summary: "The caller's own tokens."},
		{Pattern: "POST /api/v1/tokens", Once: true, Statuses: []int{http.StatusCreated}, Access: kit.SignedIn, Handler: p.addToken,
			In: tokenBody{}, Out: Token{}, Summary: "Make a token, of a session or the server itself; " +
				"the answer alone holds it, so an Idempotency-Key is refused."},
		{Pattern: "DELETE /api/v1/tokens/{id}", Access: kit.SignedIn, Handler: p.removeToken, Out: Token{}, Summary: "End a token."},
	}
}

func (p people) facts(ctx context.Context) (f accounts.Facts, places *stations.Registry, err error) {
	if f.Directory, err = p.store.Directory(ctx); err != nil {
		return f, nil, err
	}
	places, err = p.store.Registry(ctx)
	f.Places = places
	return f, places, err
}

// located brings official codes of communes to station IDs.
func located(r *kit.Request, places *stations.Registry, grants []accounts.Grant) ([]accounts.Grant, error) {
	out := make([]accounts.Grant, len(grants))
	for i, g := range grants {
		if g.Scope.Level == accounts.Contest && !r.HasContest(g.Scope.ID) {
			return nil, fault.New(fault.Invalid, "contest.unknown").At("grants") // else who makes one of that name later finds a stranger in it
		}
		if g.Scope.Level == accounts.Station && g.Scope.ID != "" {
			s, err := places.ByCodeOrID(g.Scope.ID, r.Today())
			if err != nil {
				return nil, err
			}
			g.Scope.ID = s.ID
		}
		out[i] = g
	}
	return out, nil
}

func (p people) me(w http.ResponseWriter, r *kit.Request) error {
	return r.JSON(w, http.StatusOK, r.Person)
}

func (p people) list(w http.ResponseWriter, r *kit.Request) error {
	f, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	a, err := kit.ReadFilter[accounts.PeopleFilter](r)
	if err == nil {
		err = places.CheckDistrict(a.District)
	}
	if err != nil {
		return err
	}
	mine, _ := f.Directory.Find(a, r.Names(f.Places), func(q accounts.Person) bool { return f.MayTend(r.Actor, q.ID) })
	found, next, err := kit.PageOf(r, mine, func(q accounts.Person) string { return q.ID })
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, found, next))
}

// tended finds a person by ID or login whom the caller may tend.
func (p people) tended(r *kit.Request) (accounts.Person, error) {
	f, _, err := p.facts(r.Context())
	if err != nil {
		return accounts.Person{}, err
	}
	return f.Tended(r.Actor, r.PathValue("id"))
}

func (p people) get(w http.ResponseWriter, r *kit.Request) error {
	q, err := p.tended(r)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, q)
}

func (p people) factors(w http.ResponseWriter, r *kit.Request) error {
	q, err := p.tended(r)
	if err != nil {
		return err
	}
	f, err := p.store.Factors(r.Context(), q.ID)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, f.List())
}

// data answers what is kept of a person: her own, or to an administrator.
func (p people) data(w http.ResponseWriter, r *kit.Request) error {
	f, _, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	q, err := f.Knows(r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	kept, err := message.KeptOf(r.Context(), p.store, q, r.Now)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kept)
}

type eraseBody struct {
	Reason string `json:"reason" schema:"required maxLength=500"`
}

func (p people) erase(w http.ResponseWriter, r *kit.Request) error {
	var b eraseBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	q, err := p.tended(r)
	if err != nil {
		return err
	}
	e, err := p.store.Erase(r.Context(), m, accounts.Erase{Person: q.ID, Reason: b.Reason})
	return answer(w, r, http.StatusOK, e, err)
}

func (p people) erasures(w http.ResponseWriter, r *kit.Request) error {
	all, err := p.store.Erasures(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	list, next, err := kit.PageOf(r, all, func(e accounts.Erasure) string { return e.Person })
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (p people) removeFactors(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	q, err := p.tended(r)
	if err != nil {
		return err
	}
	list, err := p.store.RemoveFactor(r.Context(), m, accounts.RemoveFactor{Person: q.ID, Factor: r.URL.Query().Get("factor")})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, list)
}

func (p people) settings(w http.ResponseWriter, r *kit.Request) error {
	set, err := p.store.AccountSettings(r.Context())
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, set)
}

func (p people) saveSettings(w http.ResponseWriter, r *kit.Request) error {
	var c accounts.SaveSettings
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	set, err := p.store.SaveAccountSettings(r.Context(), m, c)
	return answer(w, r, http.StatusOK, set, err)
}

type personBody struct {
	Name   string           `json:"name" schema:"required maxLength=80"`
	Login  string           `json:"login" schema:"required maxLength=40"`
	Grants []accounts.Grant `json:"grants" schema:"maxItems=100"`
}

func (p people) add(w http.ResponseWriter, r *kit.Request) error {
	var b personBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	_, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	if b.Grants, err = located(r, places, b.Grants); err != nil {
		return err
	}
	q, err := p.store.AddPerson(r.Context(), m, accounts.AddPerson{Name: b.Name, Login: b.Login, Grants: b.Grants})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusCreated, q)
}

type changeBody struct {
	Name     *string           `json:"name,omitempty" schema:"maxLength=80"`
	Language *text.Language    `json:"language,omitempty"`
	Grants   *[]accounts.Grant `json:"grants,omitempty" schema:"maxItems=100"`
	Disabled *bool             `json:"disabled,omitempty"`
}

func (p people) change(w http.ResponseWriter, r *kit.Request) error {
	var b changeBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	q, err := p.tended(r)
	if err != nil {
		return err
	}
	if b.Grants != nil {
		_, places, err := p.facts(r.Context())
		if err != nil {
			return err
		}
		grants, err := located(r, places, *b.Grants)
		if err != nil {
			return err
		}
		b.Grants = &grants
	}
	q, err = p.store.ChangePerson(r.Context(), m, accounts.ChangePerson{Person: q.ID, Name: b.Name, Language: b.Language,
		Grants: b.Grants, Disabled: b.Disabled})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, q)
}

// Invitation is an invitation as the API shows it: without its hash, and with
// its link only in the answer that made it.
type Invitation struct {
	ID    string `json:"id"`
	Link  string `json:"link,omitempty"`
	Local bool   `json:"local,omitempty"` // the link opens on the server itself only: the public address is not set
	// Code stands for the link where it is typed at the log-in page.
	Code     string           `json:"code,omitempty"`
	CodeEnds *time.Time       `json:"code_ends,omitempty"`
	Grants   []accounts.Grant `json:"grants,omitempty"`
	Person   string           `json:"person,omitempty"`
	Note     string           `json:"note,omitempty"`
	By       string           `json:"by"`
	Created  time.Time        `json:"created"`
	Expires  time.Time        `json:"expires"`
	// Others are how many open invitations give the same, told when one is made.
	Others int `json:"others,omitempty"`
}

func shownInvitation(i accounts.Invitation) Invitation {
	return Invitation{ID: i.ID, Grants: i.Grants, Person: i.Person, Note: i.Note, By: i.ByName, Created: i.Created.In(text.Zone),
		Expires: i.Expires.In(text.Zone)}
}

func (p people) invitations(w http.ResponseWriter, r *kit.Request) error {
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	q := accounts.InvitationQuery{At: r.Now, For: &r.Actor, After: r.URL.Query().Get("after"), Limit: limit}
	open, err := p.store.Invitations(r.Context(), q)
	if err != nil {
		return err
	}
	items, next := make([]Invitation, len(open)), ""
	for i, inv := range open {
		items[i] = shownInvitation(inv)
	}
	if len(open) == limit {
		next = open[limit-1].ID
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, next))
}

// readOnce reads the body of a change whose answer alone holds a secret. The
// secret is kept nowhere, so the same answer cannot be given again: who sends
// an Idempotency-Key is told so. Fault: accounts.no_repeat.
func readOnce(r *kit.Request, body any) (accounts.Meta, error) {
	if r.Header.Get("Idempotency-Key") != "" {
		return accounts.Meta{}, fault.New(fault.Invalid, "accounts.no_repeat").At("Idempotency-Key")
	}
	return readChange(r, body)
}

type inviteBody struct {
	Grants []accounts.Grant `json:"grants,omitempty" schema:"maxItems=100"`
	Person string           `json:"person,omitempty"` // ID or login, to renew a passphrase
	Note   string           `json:"note,omitempty" schema:"maxLength=200"`
	// Waiting is what becomes of open invitations to the same place, or with the same note.
	Waiting accounts.Waiting `json:"waiting,omitempty"`
}

func (p people) invite(w http.ResponseWriter, r *kit.Request) error {
	var b inviteBody
	m, err := readOnce(r, &b)
	if err != nil {
		return err
	}
	f, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	if b.Grants, err = located(r, places, b.Grants); err != nil {
		return err
	}
	if q, err := f.Directory.Named(b.Person); err == nil {
		b.Person = q.ID
	}
	secret := accounts.NewSecret()
	c, err := accounts.Invite{Grants: b.Grants, Person: b.Person, Note: b.Note, Waiting: b.Waiting}.With(r.Context(), secret)
	if err != nil {
		return err
	}
	inv, err := p.store.Invite(r.Context(), m, c)
	if err != nil {
		return err
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	others, err := p.store.Invitations(r.Context(), accounts.InvitationQuery{At: r.Now, Like: &inv, Limit: accounts.MostListed})
	if err != nil {
		return err
	}
	out := shownInvitation(inv)
	out.Others = len(others)
	ends := inv.CodeEnds().In(text.Zone)
	out.Code, out.CodeEnds = accounts.CodeOf(secret), &ends
	out.Link, out.Local = address.URL+"/join/"+secret, address.Local()
	return r.JSON(w, http.StatusCreated, out)
}

func (p people) withdraw(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	inv, err := p.store.Withdraw(r.Context(), m, accounts.Withdraw{ID: r.PathValue("id")})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, shownInvitation(inv))
}

// Token is a token as the API shows it: without its hash, and with its secret
// only in the answer that made it.
type Token struct {
	ID      string     `json:"id"`
	Token   string     `json:"token,omitempty"`
	Person  string     `json:"person"`
	Name    string     `json:"name"`
	Created time.Time  `json:"created"`
	Expires time.Time  `json:"expires"`
	Seen    *time.Time `json:"seen,omitempty"`
}

func shownToken(t accounts.Token) Token {
	out := Token{ID: t.ID, Person: t.Person, Name: t.Name, Created: t.Created.In(text.Zone), Expires: t.Expires.In(text.Zone)}
	if !t.Seen.IsZero() {
		seen := t.Seen.In(text.Zone)
		out.Seen = &seen
	}
	return out
}

func (p people) tokens(w http.ResponseWriter, r *kit.Request) error {
	list, err := p.store.Tokens(r.Context(), r.Actor.Person, r.Now)
	if err != nil {
		return err
	}
	items := make([]Token, len(list))
	for i, t := range list {
		items[i] = shownToken(t)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

type tokenBody struct {
	Person string `json:"person,omitempty"` // ID or login; oneself if absent
	Name   string `json:"name" schema:"maxLength=80"`
	Days   int    `json:"days"` // how long it lives, 1 to 366
}

func (p people) addToken(w http.ResponseWriter, r *kit.Request) error {
	var b tokenBody
	m, err := readOnce(r, &b)
	if err != nil {
		return err
	}
	if b.Days < 1 || b.Days > 366 {
		return fault.New(fault.Invalid, "accounts.token_life").At("days")
	}
	f, _, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	person := b.Person
	if q, err := f.Directory.Named(b.Person); err == nil {
		person = q.ID
	} else if person == "" {
		person = r.Actor.Person
	}
	secret := accounts.NewSecret()
	t, err := p.store.AddToken(r.Context(), m, accounts.AddToken{Hash: accounts.HashOf(secret), Person: person, Name: b.Name,
		Expires: r.Now.AddDate(0, 0, b.Days)})
	if err != nil {
		return err
	}
	out := shownToken(t)
	out.Token = secret
	return r.JSON(w, http.StatusCreated, out)
}

func (p people) removeToken(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	t, err := p.store.RemoveToken(r.Context(), m, accounts.RemoveToken{ID: r.PathValue("id")})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, shownToken(t))
}
