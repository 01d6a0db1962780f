package api

import (
	"net/http"
	"time"

	"loa/contest"
	"loa/web/kit"
)

// conferBody says which judges score a work again.
type conferBody struct {
	Part   string   `json:"part,omitempty"`   // ID; without one, the first in which they differ
	Reopen []string `json:"reopen,omitempty"` // person IDs
	Reason string   `json:"reason" schema:"required maxLength=2000"`
}

// organiserJSON is somebody who organises the contest.
type organiserJSON struct {
	ID    string    `json:"id"` // of the person
	Name  string    `json:"name"`
	Since time.Time `json:"since"`        // she may organise it; where By is not known, she has an account
	By    string    `json:"by,omitempty"` // name of who let her
}

func (c contestRoutes) organisers(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	if err := c.view(r, func(*contest.State) error { return nil }); err != nil {
		return err
	}
	d, err := c.store.Directory(r.Context())
	if err != nil {
		return err
	}
	var items []organiserJSON
	for _, o := range contest.OrganisersOf(d, id) {
		since := o.Since(id)
		items = append(items, organiserJSON{o.ID, o.Name, since.At, since.ByName})
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

func (c contestRoutes) removeOrganiser(w http.ResponseWriter, r *kit.Request) error {
	var b reasonBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	if err := c.hall.Leave(r.Context(), c.store, m, r.PathValue("contest"), r.PathValue("person"), b.Reason); err != nil {
		return err
	}
	return c.organisers(w, r)
}
