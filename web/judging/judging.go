// Package judging is where judges hear and score, and where the chair
// settles what is hers to settle. A judge is shown nothing but
// contest.JudgeView: nothing here may read an entry in another way.
package judging

import (
	"context"
	"embed"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	// Registry returns all stations and units.
	Registry(ctx context.Context) (*stations.Registry, error)
}

type pages struct {
	store Store
	hall  *contest.Hall
	blobs audio.Blobs
	list  *kit.View[listPage]
	sheet *kit.View[sheetPage]
	ties  *kit.View[tiesPage]
	chair *kit.View[chairPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, hall *contest.Hall, blobs audio.Blobs) {
	f := k.Folder("judging", files)
	p := pages{s, hall, blobs, kit.NewView[listPage](f, "list.html"), kit.NewView[sheetPage](f, "sheet.html"),
		kit.NewView[tiesPage](f, "ties.html"), kit.NewView[chairPage](f, "chair.html")}
	k.Menu(kit.MenuItem{Path: "/judging", Key: "contest.judging_menu", Icon: "star", Access: accounts.JudgeEntries, Order: 5})
	add := func(pattern string, h kit.Handler) {
		k.Handle(kit.Route{Pattern: pattern, Access: accounts.JudgeEntries, Handler: h})
	}
	add("GET /judging", p.showList)
	add("GET /judging/{contest}/sheets/{task}", p.showSheet)
	add("POST /judging/{contest}/sheets/{task}", p.handleSheet)
	add("GET /judging/{contest}/sheets/{task}/audio.mp3", p.sound)
	add("GET /judging/{contest}/ties", p.showTies)
	add("POST /judging/{contest}/ties", p.saveTies)
	add("GET /judging/{contest}/chair", p.showChair)
	add("POST /judging/{contest}/chair", p.handleChair)
	k.Handle(kit.Route{Pattern: "PUT /api/v1/contests/{contest}/sheets/{task}", Access: accounts.JudgeEntries, Handler: p.save,
		Summary: "keep a judge's marks as they are now", In: saveBody{}, Out: saved{}})
	k.AddStep(p.next)
}

// mine returns the actor's view of the contest. Who is no judge of it gets
// the same answer whether it exists or not.
func (p pages) mine(r *kit.Request, id string) (v contest.JudgeView, err error) {
	hidden := fault.New(fault.NotFound, "contest.unknown")
	if !r.Actor.Can(accounts.JudgeEntries, accounts.Where{Contest: id}) {
		return v, hidden
	}
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		var ok bool
		if v, ok = s.ForJudge(r.Actor.Person); !ok {
			return hidden
		}
		return nil
	})
	return v, err
}

// contests lists the IDs of the contests the actor judges.
func contests(a accounts.Actor) []string {
	var ids []string
	for _, g := range a.Grants {
		if g.Role == accounts.Judge && !slices.Contains(ids, g.Scope.ID) {
			ids = append(ids, g.Scope.ID)
		}
	}
	return ids
}

type listPage struct {
	kit.Page
	Contests []contest.JudgeView
}

func (p pages) views(r *kit.Request) ([]contest.JudgeView, error) {
	var list []contest.JudgeView
	for _, id := range contests(r.Actor) {
		v, err := p.mine(r, id)
		if fault.Is(err, "contest.unknown") {
			continue // invited, not appointed yet
		}
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	list, err := p.views(r)
	if err != nil {
		return err
	}
	return p.list.Render(w, r, listPage{r.Page("contest.judging_menu"), list})
}

func (p pages) next(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.JudgeEntries) {
		return nil, nil
	}
	list, err := p.views(r)
	var steps []kit.Step
	for _, v := range list {
		if v.Round != "" {
			steps = append(steps, kit.Step{Title: v.Title, Text: v.Round, Path: "/judging", Button: r.Say("contest.judging_menu"), Icon: "star", Order: 5})
		}
	}
	return steps, err
}

type sheetPage struct {
	kit.Page
	Contest  string
	Task     contest.JudgeTask
	Form     kit.Form
	Scales   [][]string // per criterion: the marks there are, best first
	Next     string     // ID of the next task that is not final, "" if none
	Signable bool
	Missing  int
	AudioURL string
	SaveURL  string
}

// mostChoices is the longest scale that is shown as a list of choices.
const mostChoices = 101

func (p pages) showSheet(w http.ResponseWriter, r *kit.Request) error {
	return p.renderSheet(w, r, kit.NewForm())
}

func (p pages) renderSheet(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	id := r.PathValue("contest")
	v, err := p.mine(r, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(v.Tasks, func(t contest.JudgeTask) bool { return t.ID == r.PathValue("task") })
	if at < 0 {
		return fault.New(fault.NotFound, "contest.sheet_not_yours")
	}
	page := sheetPage{Page: r.Page("contest.entry_code", "code", v.Tasks[at].Code), Contest: id, Task: v.Tasks[at], Form: f, Missing: len(v.Tasks[at].Criteria) - len(v.Tasks[at].Marks)}
	base := "/judging/" + id + "/sheets/"
	page.AudioURL, page.SaveURL = base+page.Task.ID+"/audio.mp3", "/api/v1/contests/"+id+"/sheets/"+page.Task.ID
	for i := 1; i < len(v.Tasks) && page.Next == ""; i++ {
		if t := v.Tasks[(at+i)%len(v.Tasks)]; t.Status == contest.Untouched || t.Status == contest.Drafted {
			page.Next = base + t.ID
		}
	}
	for _, k := range page.Task.Criteria {
		var scale []string
		if (k.Max-k.Min)/k.Step < mostChoices {
			for m := k.Max; m >= k.Min; m -= k.Step {
				scale = append(scale, m.String())
			}
		}
		page.Scales = append(page.Scales, scale)
	}
	if f.Values == nil || f.Get("do") == "" {
		fillSheet(&page)
	}
	return p.sheet.Render(w, r, page)
}

func fillSheet(page *sheetPage) {
	for id, m := range page.Task.Marks {
		page.Form.Values.Set("mark."+id, m.String())
	}
	page.Form.Values.Set("comment", page.Task.Comment)
}

// contentOf reads a sheet from a form. Timed notes travel with the script
// only, so a form keeps those already saved.
func contentOf(f *kit.Form, t contest.JudgeTask) (contest.Content, error) {
	c := contest.Content{Marks: map[string]ranking.Points{}, Comment: f.Get("comment"), Notes: t.Notes}
	for _, k := range t.Criteria {
		s := f.Get("mark." + k.ID)
		if s == "" {
			continue
		}
		m, err := ranking.ParsePoints(s)
		if err != nil {
			return c, fault.New(fault.Invalid, "contest.number_unreadable", "value", s).At("mark." + k.ID)
		}
		c.Marks[k.ID] = m
	}
	return c, nil
}

// handleSheet is the way without a script: save, sign or abstain.
func (p pages) handleSheet(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id, task := r.PathValue("contest"), r.PathValue("task")
	v, err := p.mine(r, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(v.Tasks, func(t contest.JudgeTask) bool { return t.ID == task })
	if at < 0 {
		return fault.New(fault.NotFound, "contest.sheet_not_yours")
	}
	if f.Get("do") == "abstain" {
		_, err = p.hall.Do(r.Context(), r.Meta(f.ID), id, contest.Abstain{Task: task, Reason: f.Get("why")})
		if err == nil {
			return r.Redirect(w, "/judging", "contest.abstained")
		}
	} else {
		err = p.saveForm(r, f, v.Tasks[at])
	}
	if f.Refused(err) {
		if f.Notice == "" {
			f.Notice = r.Lang.Fault(err)
		}
		return p.renderSheet(w, r, *f)
	}
	if err != nil {
		return err
	}
	if f.Get("do") == "sign" {
		return r.Redirect(w, "/judging", "contest.signed_done")
	}
	return r.Redirect(w, r.URL.Path, "contest.sheet_saved")
}

// saveForm keeps what the form says and signs it if asked to. The two are
// separate changes, so the second has an ID derived from the first.
func (p pages) saveForm(r *kit.Request, f *kit.Form, t contest.JudgeTask) error {
	c, err := contentOf(f, t)
	if err != nil {
		return err
	}
	id, base := r.PathValue("contest"), f.Int("base")
	if err := f.Err(); err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(f.ID), id, contest.SaveSheet{Task: t.ID, Base: base, Content: c}); err != nil {
		return err
	}
	if f.Get("do") != "sign" {
		return nil
	}
	_, err = p.hall.Do(r.Context(), r.Meta(f.ID+"-sign"), id, contest.SignSheet{Task: t.ID, Base: base + 1})
	return err
}

// saveBody is what a judge's page sends after each change.
type saveBody struct {
	Change  string            `json:"change"` // UUID of this change
	Base    int               `json:"base"`   // version the page last knew
	Marks   map[string]string `json:"marks"`  // by criterion; "" is not given yet
	Comment string            `json:"comment"`
	Notes   []contest.Note    `json:"notes"`
}

type saved struct {
	Version int `json:"version"`
	Missing int `json:"missing"` // criteria without a mark
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
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, contest.SaveSheet{Task: task, Base: b.Base, Content: c}); err != nil {
		return err
	}
	var out saved
	err := p.hall.View(r.Context(), id, func(s *contest.State) error {
		t, ok := s.TaskForJudge(r.Actor.Person, task)
		if !ok {
			return fault.New(fault.NotFound, "contest.sheet_not_yours")
		}
		out = saved{t.Version, len(t.Criteria) - len(t.Marks)}
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, out)
}

// sound sends a copy of the recording that nothing but its sound tells whose
// it is. Neither name, tags, exact size nor date go with it.
func (p pages) sound(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	sha := ""
	err := p.hall.View(r.Context(), id, func(s *contest.State) error {
		t, ok := s.TaskForJudge(r.Actor.Person, r.PathValue("task"))
		if !ok || !t.Audio {
			return fault.New(fault.NotFound, "contest.sheet_not_yours")
		}
		_, task := s.Task(t.ID)
		sha = s.Entry(task.Entry).Piece(contest.Audio).SHA256
		return nil
	})
	if err != nil {
		return err
	}
	from, err := p.blobs.Open(r.Context(), sha)
	if err != nil {
		return err
	}
	defer from.Close()
	f, err := os.CreateTemp("", "loa-blind-*")
	if err != nil {
		return err
	}
	defer func() { f.Close(); os.Remove(f.Name()) }()
	if err := audio.BlindCopy(r.Context(), f, from); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "audio/mpeg")
	w.Header().Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r.Request, "", time.Time{}, f)
	return nil
}

type tiesPage struct {
	kit.Page
	Form     kit.Form
	Stations []kit.Option
}

func (p pages) showTies(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := tiesPage{Page: r.Page("contest.declare_ties"), Form: kit.NewForm()}
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		page.Form.Values["stations"] = slices.Clone(s.Judge(r.Actor.Person).Declared)
		return nil
	})
	if err != nil {
		return err
	}
	for _, st := range reg.ActiveOn(stations.DateOf(r.Now.In(text.Zone))) {
		page.Stations = append(page.Stations, kit.Option{Value: st.ID, Text: reg.Label(st.ID)})
	}
	return p.ties.Render(w, r, page)
}

func (p pages) saveTies(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(f.ID), id, contest.DeclareTies{Stations: f.All("stations")}); err != nil {
		return err
	}
	return r.Redirect(w, "/judging", "contest.saved")
}
