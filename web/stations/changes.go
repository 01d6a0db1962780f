package stations

import (
	"net/http"
	"strconv"

	"loa/coverage"
	"loa/stations"
	"loa/web/kit"
)

// madeChange is a merger or a split as the list shows it.
type madeChange struct {
	coverage.Succession
	From, Into         []string
	MoreFrom, MoreInto int // units that are not listed
}

// namesShown is how many units of a change the list names.
const namesShown = 4

func changeOf(reg *stations.Registry, s coverage.Succession) madeChange {
	m := madeChange{Succession: s}
	m.From, m.Into = s.Names(reg)
	m.MoreFrom, m.MoreInto = max(0, len(m.From)-namesShown), max(0, len(m.Into)-namesShown)
	m.From, m.Into = m.From[:len(m.From)-m.MoreFrom], m.Into[:len(m.Into)-m.MoreInto]
	return m
}

type changesPage struct {
	kit.Page
	Changes []madeChange
	Turn    kit.Turn
}

func (p pages) showChanges(w http.ResponseWriter, r *kit.Request) error {
	after, err := r.AfterNumber("after")
	if err != nil {
		return err
	}
	list, next, err := p.store.Successions(r.Context(), r.Actor, coverage.Newest{After: after, Limit: kit.RowsAtOnce})
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := changesPage{Page: r.Page("stations.changes_title"), Turn: r.TurnAfterNumber("after", next)}
	for _, s := range list {
		page.Changes = append(page.Changes, changeOf(reg, s))
	}
	return p.changes.Render(w, r, page)
}

type undoPage struct {
	kit.Page
	Form    kit.Form
	Change  madeChange
	Effect  effect
	Gone    []string
	Lost    []string
	Depends []string
}

func (p pages) showUndo(w http.ResponseWriter, r *kit.Request) error {
	return p.renderUndo(w, r, kit.NewForm())
}

func (p pages) renderUndo(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	number, err := strconv.ParseUint(r.PathValue("number"), 10, 31)
	if err != nil {
		number = 0 // no change has it
	}
	plan, err := p.store.ForetellUndo(r.Context(), r.Meta(""), int(number))
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := undoPage{Page: r.Page("stations.undo_title"), Form: f, Change: changeOf(reg, plan.Succession)}
	page.Effect = effect{Weeks: plan.Weeks, People: peopleInWords(r, reg, plan.People, nil),
		PeopleSaid: countPeople(r, "stations.people_back", plan.People), Rules: len(plan.Rules), Fingerprint: plan.Fingerprint}
	page.Gone, page.Lost = labels(reg, plan.Gone), labels(reg, plan.Lost)
	for _, e := range plan.Why() {
		page.Depends = append(page.Depends, r.Lang.Fault(e))
	}
	return p.undo.Render(w, r, page)
}

func labels(reg *stations.Registry, ids []string) (out []string) {
	for _, id := range ids {
		out = append(out, reg.Label(id))
	}
	return out
}

func (p pages) doUndo(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(r.PathValue("number"), 10, 31)
	if err != nil {
		number = 0 // no change has it
	}
	_, err = p.store.UndoSuccession(r.Context(), r.Meta(f.ID), coverage.Undo{Number: int(number), Reason: f.Get("reason"), Seen: f.Get("seen")})
	if err == nil {
		return r.Redirect(w, "/stations/changes", "stations.undo_done")
	}
	if !f.Refused(err) {
		return err
	}
	return p.renderUndo(w, r, *f)
}
