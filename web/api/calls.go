package api

import (
	"net/http"

	"loa/accounts"
	"loa/coverage"
	"loa/stations"
	"loa/web/kit"
)

// callRoutes are those of calls to stations.
type callRoutes struct{ store CoverageStore }

func (c callRoutes) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/calls", Access: accounts.CallStation, Handler: c.list, Filter: coverage.CallFilter{}, Query: "limit after",
			Out: kit.List[coverage.Call]{}, Summary: "Calls to stations, the last first; a page may hold fewer than limit and still have a next."},
		{Pattern: "GET /api/v1/calls/needed", Access: accounts.CallStation, Handler: c.needed, Filter: coverage.NeedFilter{}, Query: "limit after",
			Out: kit.List[coverage.Callee]{}, Summary: "Stations to call in the order of need, with what is known of each; last those whose day to call " +
				"again is to come (rests)."},
		{Pattern: "GET /api/v1/calls/last/{station}", Access: accounts.CallStation, Handler: c.last, Out: coverage.Call{},
			Summary: "The last call to a station; its outcome is empty if nobody has called. Its ETag is for If-Match of the next call."},
		{Pattern: "PUT /api/v1/calls/{id}", Edits: true, Access: accounts.CallStation, Handler: c.record, In: coverage.RecordCall{}, Out: coverage.Call{},
			Summary: "Note what came of a call to a station, under a client-made UUID; without again, one calls again after as many days as the outcome says."},
	}
}

func (c callRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[coverage.CallFilter](r)
	if err != nil {
		return err
	}
	reg, err := c.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := f.Query(r.Actor, reg, r.Now)
	if err != nil {
		return err
	}
	if q.Limit, err = r.Limit(); err != nil {
		return err
	}
	q.After = r.URL.Query().Get("after")
	list, next, err := c.store.Calls(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (c callRoutes) needed(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[coverage.NeedFilter](r)
	if err != nil {
		return err
	}
	list, err := coverage.ToBeCalled(r.Context(), c.store, r.Actor, f, r.Now)
	if err != nil {
		return err
	}
	list, next, err := kit.PageOf(r, list, func(c coverage.Callee) string { return c.Station })
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

// station is the one that is named, if the caller may call it.
func (c callRoutes) station(r *kit.Request, named string) (*stations.Station, error) {
	reg, err := c.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	return reg.OpenTo(r.Actor, accounts.CallStation, named, r.Today())
}

func (c callRoutes) last(w http.ResponseWriter, r *kit.Request) error {
	st, err := c.station(r, r.PathValue("station"))
	if err != nil {
		return err
	}
	list, _, err := c.store.Calls(r.Context(), r.Actor, coverage.CallQuery{Station: st.ID, Limit: 1})
	var last coverage.Call
	if len(list) > 0 {
		last = list[0]
	}
	return answer(w, r, http.StatusOK, last, err)
}

func (c callRoutes) record(w http.ResponseWriter, r *kit.Request) error {
	var b coverage.RecordCall
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := kit.CheckID(id, "id"); err != nil {
		return err
	}
	st, err := c.station(r, b.Station)
	if err != nil {
		return err
	}
	b.Station = st.ID
	call, err := c.store.RecordCall(r.Context(), r.Meta(id), b)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, call)
}
