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
	Change  string            `json:"change" schema:"required format=uuid"` // of this change
	Base    int               `json:"base"`                                 // version the page last knew
	Marks   map[string]string `json:"marks"`                                // by criterion; "" is not given yet
	Comment string            `json:"comment" schema:"maxLength=5000"`
	Notes   []contest.Note    `json:"notes" schema:"maxItems=200"`
	Browser string            `json:"browser,omitempty" schema:"maxLength=40"` // what the browser calls itself in all its windows
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
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, contest.SaveSheet{Task: task, Base: b.Base, Content: c,
		Writer: contest.Writer{Browser: b.Browser, Device: r.UserAgent()}}); err != nil {
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
	v, err := p.reading(r, r.PathValue("contest"), func(contest.JudgeTask) bool { return true })
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, v)
}

// sheetNow is a sheet as it is kept.
type sheetNow struct {
	contest.JudgeTask
	WrittenOn string `json:"written_on"` // the device, in words; "" if it is not known
}

func (p pages) one(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	var out sheetNow
	err := p.hall.View(r.Context(), id, func(s *contest.State) (err error) {
		var ok bool
		if out.JudgeTask, ok = s.TaskForJudge(r.Actor.Person, r.PathValue("task")); !ok {
			err = fault.New(fault.NotFound, "contest.sheet_not_yours")
		}
		return err
	})
	if err != nil {
		return err
	}
	if agent := out.Writer.Device; agent != "" {
		out.WrittenOn = r.Lang.Browser(agent)
	}
	return r.JSON(w, http.StatusOK, out)
}

type heardBody struct {
	Change string         `json:"change" schema:"required format=uuid"` // UUID of this change
	Spans  []contest.Span `json:"spans" schema:"maxItems=500"`          // what was really played since the last time
}

type heard struct {
	Percent int `json:"percent"` // of the recording, heard so far
}

func (p pages) hear(w http.ResponseWriter, r *kit.Request) error {
	var b heardBody
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	if err := kit.CheckID(b.Change, "change"); err != nil {
		return err
	}
	id, task := r.PathValue("contest"), r.PathValue("task")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, contest.Hear{Task: task, Spans: b.Spans}); err != nil {
		return err
	}
	var out heard
	err := p.hall.View(r.Context(), id, func(s *contest.State) error {
		t, _ := s.TaskForJudge(r.Actor.Person, task)
		out.Percent = t.Share
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, out)
}

type signBody struct {
	Change string `json:"change" schema:"required format=uuid"` // of this change
	Base   int    `json:"base"`                                 // version that is signed
}

// read reads the body of a change that names itself, about a contest the actor judges.
func (p pages) read(r *kit.Request, body any, change *string) (contest string, err error) {
	if err := r.ReadJSON(body); err != nil {
		return "", err
	}
	if err := kit.CheckID(*change, "change"); err != nil {
		return "", err
	}
	contest = r.PathValue("contest")
	_, err = p.mine(r, contest)
	return contest, err
}

func (p pages) sign(w http.ResponseWriter, r *kit.Request) error {
	var b signBody
	id, err := p.read(r, &b, &b.Change)
	if err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, contest.SignSheet{Task: r.PathValue("task"), Base: b.Base}); err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, saved{Version: b.Base})
}

type abstainBody struct {
	Change string `json:"change" schema:"required format=uuid"` // of this change
	Reason string `json:"reason" schema:"maxLength=2000"`
}

type abstained struct {
	Status contest.TaskStatus `json:"status"`
}

func (p pages) abstain(w http.ResponseWriter, r *kit.Request) error {
	var b abstainBody
	id, err := p.read(r, &b, &b.Change)
	if err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, contest.Abstain{Task: r.PathValue("task"), Reason: b.Reason}); err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, abstained{contest.SetAside})
}

// tiesBody are the stations a judge has ties with.
type tiesBody struct {
	Stations []string `json:"stations"` // IDs
}

func (p pages) declared(w http.ResponseWriter, r *kit.Request) error {
	stations, e, err := p.declaredBy(r)
	if err != nil {
		return err
	}
	r.Of(e)
	return r.JSON(w, http.StatusOK, tiesBody{stations})
}

func (p pages) declare(w http.ResponseWriter, r *kit.Request) error {
	var b tiesBody
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	c := contest.DeclareTies{Stations: []string{}}
	for _, said := range b.Stations {
		st, err := reg.ByCodeOrID(said, r.Today())
		if err != nil {
			return err
		}
		c.Stations = append(c.Stations, st.ID)
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(kit.NewID()), id, c); err != nil {
		return err
	}
	_, e, err := p.declaredBy(r)
	r.Of(e)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, tiesBody{c.Stations})
}

func (p pages) desk(w http.ResponseWriter, r *kit.Request) error {
	if _, err := p.chairs(r); err != nil {
		return err
	}
	var v contest.ChairView
	err := p.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) (err error) {
		v, err = s.ForChair(r.Actor.Person)
		return err
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, v)
}

// preside reads what the chair sends into b, does what command makes of it
// and answers with what is left to settle.
func (p pages) preside(w http.ResponseWriter, r *kit.Request, b any, change *string, command func(*contest.State) (contest.Command, error)) error {
	if err := r.ReadJSON(b); err != nil {
		return err
	}
	if err := kit.CheckID(*change, "change"); err != nil {
		return err
	}
	if _, err := p.chairs(r); err != nil {
		return err
	}
	id := r.PathValue("contest")
	var c contest.Command
	err := p.hall.View(r.Context(), id, func(s *contest.State) (err error) { c, err = command(s); return err })
	if err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(*change), id, c); err != nil {
		return err
	}
	return p.desk(w, r)
}

type reopenBody struct {
	Change string `json:"change" schema:"required format=uuid"` // of this change
	Reason string `json:"reason" schema:"maxLength=2000"`
}

func (p pages) reopen(w http.ResponseWriter, r *kit.Request) error {
	var b reopenBody
	return p.preside(w, r, &b, &b.Change, func(*contest.State) (contest.Command, error) {
		return contest.ReopenSheet{Task: r.PathValue("task"), Reason: b.Reason}, nil
	})
}

type conferBody struct {
	Change string   `json:"change" schema:"required format=uuid"` // of this change
	Reopen []string `json:"reopen,omitempty"`                     // person IDs
	Reason string   `json:"reason" schema:"maxLength=2000"`
}

func (p pages) confer(w http.ResponseWriter, r *kit.Request) error {
	var b conferBody
	return p.preside(w, r, &b, &b.Change, func(s *contest.State) (contest.Command, error) {
		return s.ConferOver(r.PathValue("task"), b.Reopen, b.Reason)
	})
}

type settleBody struct {
	Change string   `json:"change" schema:"required format=uuid"` // of this change
	Keep   bool     `json:"keep"`
	Also   []string `json:"also,omitempty"` // other sheets of this judge about which the same is decided
	Reason string   `json:"reason" schema:"maxLength=2000"`
}

func (p pages) settlePoint(w http.ResponseWriter, r *kit.Request) error {
	var b settleBody
	return p.preside(w, r, &b, &b.Change, func(s *contest.State) (contest.Command, error) {
		return s.SettleOver(append([]string{r.PathValue("task")}, b.Also...), b.Keep, b.Reason)
	})
}

type tieBody struct {
	Change string   `json:"change" schema:"required format=uuid"` // of this change
	Order  []string `json:"order"`                                // codes, best first
	Reason string   `json:"reason" schema:"maxLength=2000"`
}

func (p pages) settle(w http.ResponseWriter, r *kit.Request) error {
	var b tieBody
	return p.preside(w, r, &b, &b.Change, func(s *contest.State) (contest.Command, error) { return s.TieOf(b.Order, b.Reason) })
}
