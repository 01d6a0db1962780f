package api

import (
	"context"
	"net/http"

	"loa/accounts"
	"loa/outgoing"
	"loa/stations"
	"loa/web/kit"
)

// paperRoutes are those of the register of papers that leave.
type paperRoutes struct {
	store interface {
		outgoing.Store
		Registry(ctx context.Context) (*stations.Registry, error)
	}
}

func (p paperRoutes) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/papers", Access: accounts.IssuePapers, Handler: p.list, Filter: outgoing.Filter{}, Query: "limit after",
			Out: kit.List[outgoing.Entry]{}, Summary: "Numbers of papers that leave, the latest year first and in it what was given last; those that were " +
				"struck out stand among them."},
		{Pattern: "PUT /api/v1/papers/{id}", Access: accounts.IssuePapers, Handler: p.take, In: outgoing.Take{}, Out: outgoing.Entry{},
			Summary: "Take a number for a paper written elsewhere, under a client-made UUID: without number the next of its body, kind and year. " +
				"What Loa draws gets its number on its page."},
		{Pattern: "POST /api/v1/papers/{id}/strike", Access: accounts.IssuePapers, Handler: p.strikeOut, In: outgoing.StrikeOut{}, Out: outgoing.Entry{},
			Summary: "Strike a number out; it is never given again."},
	}
}

func (p paperRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[outgoing.Filter](r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := f.Query(reg)
	if err != nil {
		return err
	}
	if q.Limit, err = r.Limit(); err != nil {
		return err
	}
	q.After = r.URL.Query().Get("after")
	list, next, err := p.store.Outgoing(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (p paperRoutes) take(w http.ResponseWriter, r *kit.Request) error {
	var c outgoing.Take
	if err := r.ReadJSON(&c); err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := kit.CheckID(id, "id"); err != nil {
		return err
	}
	e, err := p.store.TakeNumber(r.Context(), r.Meta(id), c)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, e)
}

func (p paperRoutes) strikeOut(w http.ResponseWriter, r *kit.Request) error {
	var c outgoing.StrikeOut
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = r.PathValue("id")
	e, err := p.store.StrikeOutNumber(r.Context(), m, c)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, e)
}
