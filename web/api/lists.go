package api

import (
	"net/http"

	"loa/accounts"
	"loa/stations"
	"loa/web/kit"
)

func (a stationRoutes) listRoutes() []kit.Route {
	const read = accounts.ReadStations
	return []kit.Route{
		{Pattern: "GET /api/v1/lists", Access: read, Handler: a.lists, Query: "limit after", Out: kit.List[stations.List]{},
			Summary: "Lists of stations the caller may ask for, the own first; their IDs are the parameter list of other routes."},
		{Pattern: "POST /api/v1/lists", Statuses: []int{http.StatusCreated}, Access: read, Handler: a.addList, In: stations.SaveList{},
			Out:     stations.List{},
			Summary: "Keep stations as a list of the caller; what the server itself keeps is shared."},
		{Pattern: "GET /api/v1/lists/{id}", Access: read, Handler: a.oneList, Out: stations.List{}, Summary: "One list."},
		{Pattern: "PUT /api/v1/lists/{id}", Edits: true, Access: read, Handler: a.editList, In: stations.SaveList{}, Out: stations.List{},
			Summary: "Change a list: its name, whether it is shared, and all its stations."},
		{Pattern: "DELETE /api/v1/lists/{id}", Edits: true, Access: read, Handler: a.removeList, Out: stations.List{},
			Summary: "Remove a list; its stations stay."},
	}
}

func (a stationRoutes) lists(w http.ResponseWriter, r *kit.Request) error {
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	list, next, err := kit.PageOf(r, reg.Lists(r.Actor), func(l stations.List) string { return l.ID })
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (a stationRoutes) oneList(w http.ResponseWriter, r *kit.Request) error {
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	l, err := reg.List(r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, l)
}

func (a stationRoutes) addList(w http.ResponseWriter, r *kit.Request) error {
	return a.saveList(w, r, "", http.StatusCreated)
}

func (a stationRoutes) editList(w http.ResponseWriter, r *kit.Request) error {
	return a.saveList(w, r, r.PathValue("id"), http.StatusOK)
}

func (a stationRoutes) saveList(w http.ResponseWriter, r *kit.Request, id string, status int) error {
	var c stations.SaveList
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = id
	l, err := a.store.SaveList(r.Context(), m, c)
	if err != nil {
		return err
	}
	return r.JSON(w, status, l)
}

func (a stationRoutes) removeList(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	l, err := a.store.RemoveList(r.Context(), m, r.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, l)
}
