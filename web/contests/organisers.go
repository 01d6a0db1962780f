package contests

import (
	"net/http"
	"slices"

	"loa/accounts"
	"loa/contest"
	"loa/web/kit"
)

// organiserRow is somebody who organises the contest.
type organiserRow struct {
	Person, Name string
	Since        string // since when, and who let her
	Self         bool
	Removes      bool // the actor may take the role from her
}

// organisersOf lists who organises the contest: those of this one alone, then those of all.
func organisersOf(r *kit.Request, d *accounts.Directory, id string) (list []organiserRow) {
	here := accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Contest, ID: id}}
	var all []organiserRow
	for _, o := range contest.OrganisersOf(d, id) {
		row := organiserRow{Person: o.ID, Name: o.Name, Self: o.ID == r.Actor.Person}
		if since := o.Since(id); since.ByName != "" {
			row.Since = r.Say("contest.organiser_since", "at", since.At, "by", since.ByName)
		} else {
			row.Since = r.Say("contest.organiser_since_unknown", "at", since.At)
		}
		if !slices.Contains(o.Grants, here) {
			row.Since = r.Say("contest.organiser_all") + " · " + row.Since
			all = append(all, row)
			continue
		}
		row.Removes = row.Self || contest.MayOrganise(r.Actor, "") == nil
		list = append(list, row)
	}
	return append(list, all...)
}

// removeOrganiser takes the role from somebody who organises this contest, and puts that
// into its log.
func (p pages) removeOrganiser(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if err := may(r); err != nil {
		return err
	}
	id, person := r.PathValue("contest"), f.Get("person")
	if err = p.hall.Leave(r.Context(), p.store, r.Meta(f.ID), id, person, f.Get("reason")); f.RefusedAloud(err) {
		return p.renderHome(w, r, *f)
	}
	if err != nil {
		return err
	}
	if person == r.Actor.Person && contest.MayOrganise(r.Actor, "") != nil {
		return r.Redirect(w, "/", "contest.organiser_removed")
	}
	return r.Redirect(w, "/contests/"+id, "contest.organiser_removed")
}
