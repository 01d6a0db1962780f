package accounts

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"loa/internal/fault"
)

// Invitation is a link, its QR code or its short code, that lets somebody in once: to make an
// account that holds Grants, to add Grants to her own, or, when Person is set,
// to choose a new passphrase.
type Invitation struct {
	ID       string    `json:"id"`
	Hash     Hash      `json:"hash"`           // of the secret at the end of the link
	Code     Hash      `json:"code,omitempty"` // of the code that stands for the link, by HashCode
	Grants   []Grant   `json:"grants,omitempty"`
	Person   string    `json:"person,omitempty"` // whose passphrase it renews
	First    bool      `json:"first,omitempty"`  // good only while nobody has an account
	Note     string    `json:"note,omitempty"`   // whom it is meant for, in the inviter's words
	By       string    `json:"by"`               // ID of the inviter, "" for the daemon
	ByName   string    `json:"by_name"`
	Created  time.Time `json:"created"` // UTC
	Expires  time.Time `json:"expires"` // UTC
	Used     time.Time `json:"used,omitzero"`
	UsedBy   string    `json:"used_by,omitempty"`
	Withdrew time.Time `json:"withdrew,omitzero"`
}

// How long a link is good: a new passphrase is fetched at once, an invitation
// may travel by a meeting or a courier.
const (
	InvitationLife = 14 * 24 * time.Hour
	RenewalLife    = 24 * time.Hour
)

// Check returns the fault that says why the link is no good at that instant,
// or nil. Faults: accounts.invitation_used, accounts.invitation_ended.
func (i Invitation) Check(at time.Time) error {
	switch {
	case !i.Used.IsZero():
		return fault.New(fault.Gone, "accounts.invitation_used")
	case !i.Withdrew.IsZero() || !at.Before(i.Expires):
		return fault.New(fault.Gone, "accounts.invitation_ended")
	}
	return nil
}

// Invite makes an invitation. The caller makes the secret and keeps it out of
// the command.
type Invite struct {
	Hash    Hash    `json:"hash"`
	Code    Hash    `json:"code,omitempty"`
	Grants  []Grant `json:"grants,omitempty"`
	Person  string  `json:"person,omitempty"`
	First   bool    `json:"first,omitempty"`
	Note    string  `json:"note,omitempty"`
	Waiting Waiting `json:"waiting,omitempty"`
}

// Waiting is what becomes of the open links to the same when another is made; where nothing is said, they stay.
type Waiting string

// What becomes of open links. A new link to a new passphrase always withdraws
// the one before it.
const (
	KeepWaiting     Waiting = "keep"
	AskWaiting      Waiting = "ask"      // make none; accounts.already_invited says how many there are
	WithdrawWaiting Waiting = "withdraw" // the new link takes their place
)

// Waitings are all that can be said of open links.
var Waitings = []Waiting{KeepWaiting, AskWaiting, WithdrawWaiting}

// Like reports whether both links open the same: these grants, or a new
// passphrase of that person.
func (i Invitation) Like(o Invitation) bool {
	if i.Person != o.Person || len(i.Grants) != len(o.Grants) {
		return false
	}
	for _, g := range i.Grants {
		if !slices.Contains(o.Grants, g) {
			return false
		}
	}
	return true
}

// twice reports whether both links seem meant for one person: they open the
// same, and that is one place, or the same person is noted. Several people are
// let in as judges or editors one after the other, so these are not asked about.
func (i Invitation) twice(o Invitation) bool {
	if !i.Like(o) {
		return false
	}
	place := func(g Grant) bool { return g.Scope.Level == Station || g.Scope.Level == District }
	return i.Person != "" || slices.ContainsFunc(i.Grants, place) || i.Note != "" && strings.EqualFold(i.Note, o.Note)
}

// others are the links among these, open at that instant, that open the same as i.
func (i Invitation) others(all []Invitation, at time.Time) (others []Invitation) {
	for _, o := range all {
		if o.ID != i.ID && o.Check(at) == nil && i.Like(o) {
			others = append(others, o)
		}
	}
	return others
}

// InvitationQuery asks for invitations that are good at an instant; zero fields ask for nothing.
type InvitationQuery struct {
	At      time.Time
	For     *Actor      // those that she may see and withdraw; nil is all
	Role    Role        // those that give it
	Contest string      // ID; those that give a role in that contest
	Like    *Invitation // those that open the same as this one, itself aside
	After   string      // ID of the last of the page before, "" for the first page
	Limit   int         // at most; 1 to MostListed
}

// MostListed is the most invitations one page of a list holds.
const MostListed = 500

// Wants reports whether the query asks for the invitation, cursor and limit aside.
func (f Facts) Wants(q InvitationQuery, inv Invitation) bool {
	gives := func(g Grant) bool {
		return (q.Role == "" || g.Role == q.Role) && (q.Contest == "" || g.Scope == Scope{Contest, q.Contest})
	}
	return f.CheckInvitation(inv, q.At) == nil && (q.For == nil || f.MaySee(*q.For, inv)) &&
		(q.Role == "" && q.Contest == "" || slices.ContainsFunc(inv.Grants, gives)) &&
		(q.Like == nil || inv.ID != q.Like.ID && q.Like.Like(inv))
}

// EveryInvitation yields all that the query asks for, page by page.
func EveryInvitation(ctx context.Context, from interface {
	Invitations(ctx context.Context, q InvitationQuery) ([]Invitation, error)
}, q InvitationQuery) iter.Seq2[Invitation, error] {
	return func(yield func(Invitation, error) bool) {
		for q.Limit = MostListed; ; {
			page, err := from.Invitations(ctx, q)
			if err != nil {
				yield(Invitation{}, err)
				return
			}
			for _, inv := range page {
				if !yield(inv, nil) {
					return
				}
			}
			if len(page) < q.Limit {
				return
			}
			q.After = page[len(page)-1].ID
		}
	}
}

// DecideInvite makes the invitation if the actor may give what it gives, and
// returns, ended, the ones it takes the place of; taken says that another link
// has that secret or code, all are the links there are. Faults: accounts.denied,
// accounts.person_unknown, accounts.nothing_given, accounts.note_long,
// accounts.secret_taken, accounts.waiting_form, accounts.already_invited,
// accounts.renew_own, those of grants and of Actor.byHand.
func DecideInvite(f Facts, m Meta, c Invite, taken bool, all []Invitation) (inv Invitation, ended []Invitation, err error) {
	if inv, err = f.invite(m, c, taken); err != nil {
		return inv, nil, err
	}
	if c.Waiting = cmp.Or(c.Waiting, KeepWaiting); c.Person != "" {
		c.Waiting = WithdrawWaiting
	}
	for _, o := range inv.others(all, m.At) {
		if inv.twice(o) {
			o.Withdrew = m.At
			ended = append(ended, o)
		}
	}
	switch {
	case !slices.Contains(Waitings, c.Waiting):
		return inv, nil, fault.New(fault.Invalid, "accounts.waiting_form").At("waiting")
	case c.Waiting == AskWaiting && len(ended) > 0:
		return inv, nil, fault.New(fault.Conflict, "accounts.already_invited", "n", len(ended), "name", ended[0].ByName,
			"until", ended[0].Expires).At("waiting")
	case c.Waiting != WithdrawWaiting:
		return inv, nil, nil
	}
	return inv, ended, nil
}

func (f Facts) invite(m Meta, c Invite, taken bool) (Invitation, error) {
	if taken {
		return Invitation{}, errSecretTaken()
	}
	inv := Invitation{ID: m.NewID(), Hash: c.Hash, Code: c.Code, First: c.First, Note: strings.TrimSpace(c.Note), By: m.By.Person, ByName: m.By.Name,
		Created: m.At, Expires: m.At.Add(InvitationLife)}
	if len([]rune(inv.Note)) > 200 {
		return Invitation{}, fault.New(fault.Invalid, "accounts.note_long", "most", 200).At("note")
	}
	if c.Person != "" {
		inv.Person, inv.Expires = c.Person, m.At.Add(RenewalLife)
		err := f.mustRenew(m.By, c.Person)
		if p, unknown := f.Directory.Person(c.Person); err == nil && unknown == nil {
			err = m.By.handy(p.Grants...)
		}
		return inv, err
	}
	if len(c.Grants) == 0 {
		return Invitation{}, fault.New(fault.Invalid, "accounts.nothing_given").At("grants")
	}
	var err error
	if inv.Grants, err = checkGrants(Person{}, c.Grants); err == nil {
		err = m.By.handy(inv.Grants...)
	}
	if err != nil {
		return Invitation{}, err
	}
	for _, g := range inv.Grants {
		if err := f.giveNew(m, g); err != nil {
			return Invitation{}, err
		}
	}
	return inv, nil
}

// mustRenew returns a fault unless the actor may let that person choose a new passphrase. Nobody lets
// herself: her own page asks for the old one, which an open browser or a token of hers does not know.
func (f Facts) mustRenew(by Actor, person string) error {
	if by.Person != "" && by.Person == person {
		return fault.New(fault.Denied, "accounts.renew_own")
	}
	return f.mustTend(by, person)
}

// Withdraw ends an invitation before it is used.
type Withdraw struct {
	ID string `json:"id"`
}

// DecideWithdraw ends the invitation. Faults: accounts.denied,
// accounts.invitation_used.
func DecideWithdraw(f Facts, m Meta, inv Invitation) (Invitation, error) {
	if err := f.mustHold(m.By, inv); err != nil {
		return Invitation{}, err
	}
	if !inv.Used.IsZero() {
		return Invitation{}, fault.New(fault.Gone, "accounts.invitation_used")
	}
	if inv.Withdrew.IsZero() {
		inv.Withdrew = m.At
	}
	return inv, nil
}

// mustHold returns a fault unless the actor made the invitation or might have.
func (f Facts) mustHold(by Actor, inv Invitation) error {
	if inv.By != "" && inv.By == by.Person || by.Can(ManagePeople, Where{}) {
		return nil
	}
	if inv.Person != "" {
		return f.mustTend(by, inv.Person)
	}
	for _, g := range inv.Grants {
		if err := f.mustGive(by, g); err != nil {
			return err
		}
	}
	return nil
}

// MaySee reports whether the actor may see and withdraw the invitation.
func (f Facts) MaySee(by Actor, inv Invitation) bool { return f.mustHold(by, inv) == nil }

// Join uses an invitation. A stranger gives Name, Login and Passphrase;
// somebody logged in gives nothing and adds the grants to her account; a
// renewal takes Passphrase alone. Who chooses a PIN gives no passphrase.
type Join struct {
	Hash       Hash   `json:"hash"`
	Name       string `json:"name,omitempty"`
	Login      string `json:"login,omitempty"`
	Passphrase string `json:"-"` // PHC

	// How it was used is told to whose account it opens.
	Opened  Opening `json:"opened,omitempty"`
	Browser string  `json:"browser,omitempty"`
	Address string  `json:"address,omitempty"`
}

// Repeated is what a repeat gets instead of the first answer: a link opens one
// thing once, and the passphrase, which is kept nowhere, cannot be compared.
func (Join) Repeated() error { return fault.New(fault.Gone, "accounts.invitation_used") }

// DecideJoin returns the person as she is afterwards; the link is used, and a new
// passphrase ends what the old one opened. The authority is the link itself, and that its
// maker could still give what it gives. Faults: those of Check, of names and logins,
// accounts.invitation_ended, accounts.disabled, accounts.judge_or_organiser,
// accounts.has_organised.
func DecideJoin(f Facts, m Meta, c Join, inv Invitation) (p Person, e Effects, err error) {
	if err := f.CheckInvitation(inv, m.At); err != nil {
		return p, e, err
	}
	if p, err = f.joined(m, c, inv); err != nil {
		return Person{}, e, err
	}
	if p.Disabled {
		return Person{}, e, fault.New(fault.Denied, "accounts.disabled")
	}
	if p.Second && inv.Person != "" && c.Passphrase == "" {
		return Person{}, e, fault.New(fault.Denied, "accounts.pin_operators")
	}
	if inv.Person != "" {
		e = f.lockedOut(m, p.ID)
		e.Forget = c.Passphrase == ""
	}
	inv.Used, inv.UsedBy, e.Passphrase = m.At, p.ID, c.Passphrase
	return p, e.with(inv), nil
}

func (f Facts) joined(m Meta, c Join, inv Invitation) (Person, error) {
	switch {
	case inv.Person != "":
		return f.Directory.Person(inv.Person)
	case m.By.Person != "":
		p, err := f.Directory.Person(m.By.Person)
		if err != nil {
			return Person{}, err
		}
		was := p
		p.Grants, err = checkGrants(was, append(p.Grants[:len(p.Grants):len(p.Grants)], inv.Grants...))
		p.Began = p.begins(was, m.At, inv.By, inv.ByName)
		p.Touch = m.Touch(was, p)
		return p, err
	}
	return f.newPerson(m, c.Name, c.Login, inv.Grants, inv.By, inv.ByName)
}

// CheckInvitation returns the fault that says why the link opens nothing at
// that instant, or nil: Check's, and accounts.invitation_ended where its maker
// has since lost the right to give what it gives (disabling somebody also ends
// what she handed out), or it was for the first person and somebody is there.
func (f Facts) CheckInvitation(inv Invitation, at time.Time) error {
	if err := inv.Check(at); err != nil {
		return err
	}
	ended := fault.New(fault.Gone, "accounts.invitation_ended")
	if inv.First && f.Directory.Len() > 0 {
		return ended
	}
	if inv.By == "" || inv.By == ServerPerson().ID {
		return nil
	}
	maker, err := f.Directory.Person(inv.By)
	if err == nil {
		err = f.mayMake(maker, inv)
	}
	if err != nil {
		return ended.Because(err)
	}
	return nil
}

// mayMake returns a fault unless the person may make that link.
func (f Facts) mayMake(maker Person, inv Invitation) error {
	if maker.Disabled {
		return fault.New(fault.Denied, "accounts.disabled")
	}
	by := maker.Actor("session")
	if inv.Person != "" {
		if err := f.mustRenew(by, inv.Person); err != nil {
			return err
		}
	}
	for _, g := range inv.Grants {
		if err := f.mustGive(by, g); err != nil {
			return err
		}
	}
	return nil
}

// NoInvitation is the fault accounts.invitation_unknown: no link of that secret or ID was ever made.
func NoInvitation() error { return fault.New(fault.NotFound, "accounts.invitation_unknown") }
