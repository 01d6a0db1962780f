package judging

import (
	"net/http"
	"strings"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/web/kit"
)

// saveBody is what a judge's page sends after each change.
type saveBody struct {
	Change  string            `json:"change"` // UUID of this change
	Base    int               `json:"base"`   // version the page last knew
	Marks   map[string]string `json:"marks"`  // by criterion; "" is not given yet
	Comment string            `json:"comment"`
	Notes   []contest.Note    `json:"notes"`
}

type saved struct {
	Version int `json:"version"` // that this change made, also when it is repeated
	Missing int `json:"missing"` // criteria it has no mark for
}

func (p pages) save(w http.ResponseWriter, r *kit.Request) error {
	var b saveBody
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	if err := kit.CheckID(b.Change, "change"); err != nil {
		return err
	}
	c := contest.Content{Marks: map[string]ranking.Points{}, Comment: strings.TrimSpace(b.Comment), Notes: b.Notes}
	for k, s := range b.Marks {
		if s == "" {
			continue
		}
		m, err := ranking.ParsePoints(s)
		if err != nil {
			return fault.New(fault.Invalid, "contest.number_unreadable", "value", s).At("marks." + k)
		}
		c.Marks[k] = m
	}
	id, task := r.PathValue("contest"), r.PathValue("task")
	v, err := p.mine(r, id)
	if err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, contest.SaveSheet{Task: task, Base: b.Base, Content: c}); err != nil {
		return err
	}
	out := saved{Version: b.Base + 1}
	for _, t := range v.Tasks {
		if t.ID == task {
			out.Missing = len(t.Criteria) - len(c.Marks)
		}
	}
	return r.JSON(w, http.StatusOK, out)
}

func (p pages) duties(w http.ResponseWriter, r *kit.Request) error {
	v, err := p.mine(r, r.PathValue("contest"))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, v)
}

type signBody struct {
	Change string `json:"change"` // UUID of this change
	Base   int    `json:"base"`   // version that is signed
}

func (p pages) sign(w http.ResponseWriter, r *kit.Request) error {
	var b signBody
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	if err := kit.CheckID(b.Change, "change"); err != nil {
		return err
	}
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, contest.SignSheet{Task: r.PathValue("task"), Base: b.Base}); err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, saved{Version: b.Base})
}

type abstainBody struct {
	Change string `json:"change"` // UUID of this change
	Reason string `json:"reason"`
}

type abstained struct {
	Status contest.TaskStatus `json:"status"`
}

func (p pages) abstain(w http.ResponseWriter, r *kit.Request) error {
	var b abstainBody
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	if err := kit.CheckID(b.Change, "change"); err != nil {
		return err
	}
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, contest.Abstain{Task: r.PathValue("task"), Reason: b.Reason}); err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, abstained{contest.SetAside})
}
