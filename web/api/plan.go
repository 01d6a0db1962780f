package api

import (
	"net/http"

	"loa/accounts"
	"loa/plan"
	"loa/web/kit"
)

// planRoutes are those of the plan of a year.
type planRoutes struct {
	store plan.Source
	hall  plan.Hall
}

// IndicatorRecord is an indicator as it stands, with every version of its figures.
type IndicatorRecord struct {
	plan.Progress
	Versions []plan.Entry `json:"versions"`
}

// Edition is what two editors of the indicator begin from.
func (i IndicatorRecord) Edition() accounts.Edition { return i.Indicator.Edition() }

func (p planRoutes) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/plan", Access: accounts.ReadPlan, Handler: p.list, Filter: plan.Filter{}, Query: "limit after", Out: kit.List[plan.Progress]{},
			Summary: "The plan of a year, without one of this year or the last there is: each indicator as it stands, what is done, what this pace leads to, " +
				"and its periods. Of what each period has to reach, done and of are numbers of periods."},
		{Pattern: "POST /api/v1/plan/copy", Access: accounts.EditPlan, Handler: p.copy, In: plan.CopyPlan{}, Out: kit.List[plan.Indicator]{},
			Summary: "Make the plan of a year that has none from that of another; from 0, from the one that comes with Loa."},
		{Pattern: "GET /api/v1/plan/{id}", Access: accounts.ReadPlan, Handler: p.one, Out: IndicatorRecord{},
			Summary: "One indicator as it stands, with every version of its figures."},
		{Pattern: "PUT /api/v1/plan/{id}", Edits: true, Access: accounts.EditPlan, Handler: p.save, In: plan.Fields{}, Out: plan.Indicator{},
			Summary: "Edit an indicator, or add one: 2024-T12 is that with the mark T12 in the plan of 2024. Once it has figures, how they are taken stays. " +
				"What Loa counts has the period and the way of what is counted."},
		{Pattern: "DELETE /api/v1/plan/{id}", Edits: true, Access: accounts.EditPlan, Handler: p.remove, Out: plan.Indicator{},
			Summary: "Delete an indicator that has no figures; one that has some can be retired."},
		{Pattern: "POST /api/v1/plan/{id}/retire", Edits: true, Access: accounts.EditPlan, Handler: p.retire, In: plan.RetireIndicator{}, Out: plan.Indicator{},
			Summary: "Retire an indicator, or bring it back; its figures stay."},
		{Pattern: "PUT /api/v1/plan/{id}/figures/{change}", Access: accounts.EnterPlan, Handler: p.enter, In: plan.Enter{}, Out: plan.Entry{},
			Summary: "Enter the figure of a period, under a client-made UUID; a correction names the version it follows, and why."},
	}
}

func (p planRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[plan.Filter](r)
	if err != nil {
		return err
	}
	years, err := p.store.PlanYears(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	all, err := plan.YearOf(r.Context(), p.store, p.hall, r.Actor, f.Of(years, r.Now), r.Now)
	if err != nil {
		return err
	}
	page, next, err := kit.PageOf(r, all, func(i plan.Progress) string { return i.ID })
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, page, next))
}

func (p planRoutes) one(w http.ResponseWriter, r *kit.Request) error {
	is, record, err := plan.OneOf(r.Context(), p.store, p.hall, r.Actor, r.PathValue("id"), r.Now)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, IndicatorRecord{is, record.Entries})
}

func (p planRoutes) copy(w http.ResponseWriter, r *kit.Request) error {
	var c plan.CopyPlan
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	list, err := p.store.CopyPlan(r.Context(), m, c)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, ""))
}

func (p planRoutes) save(w http.ResponseWriter, r *kit.Request) error {
	var c plan.Fields
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	is, err := p.store.SaveIndicator(r.Context(), m, plan.SaveIndicator{ID: r.PathValue("id"), Fields: c})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, is)
}

func (p planRoutes) remove(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	is, err := p.store.RemoveIndicator(r.Context(), m, r.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, is)
}

func (p planRoutes) retire(w http.ResponseWriter, r *kit.Request) error {
	var c plan.RetireIndicator
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = r.PathValue("id")
	is, err := p.store.RetireIndicator(r.Context(), m, c)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, is)
}

func (p planRoutes) enter(w http.ResponseWriter, r *kit.Request) error {
	var c plan.Enter
	if err := r.ReadJSON(&c); err != nil {
		return err
	}
	change := r.PathValue("change")
	if err := kit.CheckID(change, "change"); err != nil {
		return err
	}
	c.Indicator = r.PathValue("id")
	e, err := p.store.EnterFigure(r.Context(), r.Meta(change), c)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, e)
}
