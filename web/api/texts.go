package api

import (
	"context"
	"net/http"

	"loa/accounts"
	"loa/airing/texting"
	"loa/stations"
	"loa/web/kit"
)

// TextStore is what the routes of text messages ask of the store.
type TextStore interface {
	texting.Store
	Registry(ctx context.Context) (*stations.Registry, error)
}

type textRoutes struct{ store TextStore }

func (t textRoutes) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "POST /api/v1/texts", Access: accounts.HandOnTexts, Handler: t.receive, In: texting.Receive{}, Out: texting.Text{},
			Summary: "Hand on a text message with the token of the gateway; reply is to be sent back to its number, nothing where there is none. " +
				"Sent again under the same ID it gets the same answer."},
		{Pattern: "POST /api/v1/texts/try", Access: accounts.EditSettings, Handler: t.try, In: texting.Receive{}, Out: texting.Text{},
			Summary: "Say what would become of a text message; nothing is kept."},
		{Pattern: "GET /api/v1/texts", Access: accounts.EditSettings, Handler: t.list, Filter: texting.Query{}, Query: "limit after",
			Out: kit.List[texting.Text]{}, Summary: "Text messages, the last first; a page may hold fewer than limit and still have a next."},
	}
}

func (t textRoutes) receive(w http.ResponseWriter, r *kit.Request) error {
	var b texting.Receive
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	text, err := t.store.ReceiveText(r.Context(), r.Meta(kit.NewID()), b) // the gateway's own ID tells a repeat
	return answer(w, r, http.StatusOK, text, err)
}

func (t textRoutes) try(w http.ResponseWriter, r *kit.Request) error {
	var b texting.Receive
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	text, err := t.store.TryText(r.Context(), r.Meta(kit.NewID()), b)
	return answer(w, r, http.StatusOK, text, err)
}

func (t textRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	q, err := kit.ReadFilter[texting.Query](r)
	if err != nil {
		return err
	}
	reg, err := t.store.Registry(r.Context())
	if err != nil {
		return err
	}
	if q, err = q.In(reg, r.Today()); err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	list, next, err := t.store.Texts(r.Context(), r.Actor, q, r.URL.Query().Get("after"), limit)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}
