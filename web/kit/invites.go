package kit

import (
	"context"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/text"
)

// Invites are invitations nobody has used yet, for the part "invites" of a page.
type Invites struct {
	Action string // where one is withdrawn
	List   []Invited
}

// Invited is one of them.
type Invited struct {
	ID    string
	Text  string // what it gives, or whose passphrase it renews
	Note  string // whom it is meant for, in the inviter's words
	By    string // name of the inviter
	Until time.Time
}

// InvitesOf makes the list of those open invitations that the query asks for and the actor
// may withdraw, by what they say.
func (r *Request) InvitesOf(f accounts.Facts, from interface {
	Invitations(ctx context.Context, q accounts.InvitationQuery) ([]accounts.Invitation, error)
}, q accounts.InvitationQuery, action string) (Invites, error) {
	list := Invites{Action: action}
	q.At, q.For = r.Now, &r.Actor
	for inv, err := range accounts.EveryInvitation(r.Context(), from, q) {
		if err != nil {
			return list, err
		}
		row := Invited{ID: inv.ID, Text: accounts.GrantsInWords(r.Lang, r.Names(f.Places), inv.Grants), Note: inv.Note, By: inv.ByName, Until: inv.Expires}
		if q, err := f.Directory.Person(inv.Person); err == nil {
			row.Text = r.Say("people.renewal_for", "name", q.Name)
		}
		list.List = append(list.List, row)
	}
	slices.SortStableFunc(list.List, func(a, b Invited) int { return strings.Compare(a.Sought(), b.Sought()) })
	return list, nil
}

// Sought is what the list is searched and sorted by.
func (i Invited) Sought() string { return text.Fold(i.Text + " " + i.Note) }
