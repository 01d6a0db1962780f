// Package judging is where judges hear and score, and where the chair
// settles what is hers to settle. A judge is shown nothing but
// contest.JudgeView: nothing here may read an entry in another way.
package judging

import (
	"context"
	"embed"
	"io"
	"net/http"
	"slices"
	"strconv"
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
	// RecordingReport returns what was found out about a recording.
	RecordingReport(ctx context.Context, id string) (audio.Report, error)
}

// Booth gives what a jury hears of a recording: an audio.Booth.
type Booth interface {
	Open(ctx context.Context, recording string) (io.ReadSeekCloser, error)
}

type pages struct {
	store Store
	hall  *contest.Hall
	booth Booth
	list  *kit.View[listPage]
	sheet *kit.View[sheetPage]
	ties  *kit.View[tiesPage]
	chair *kit.View[chairPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, hall *contest.Hall, booth Booth) {
	f := k.Folder("judging", files)
	p := pages{s, hall, booth, kit.NewView[listPage](f, "list.html"), kit.NewView[sheetPage](f, "sheet.html"),
		kit.NewView[tiesPage](f, "ties.html"), kit.NewView[chairPage](f, "chair.html")}
	k.Menu(kit.MenuItem{Path: "/judging", Key: "contest.judging_menu", Icon: "star", Access: accounts.JudgeEntries, Order: 5})
	add := func(pattern string, h kit.Handler) {
		k.Handle(kit.Route{Pattern: pattern, Access: accounts.JudgeEntries, Handler: h})
	}
	add("GET /judging", p.showList)
	add("GET /judging/{contest}/sheets/{task}", p.showSheet)
	add("POST /judging/{contest}/sheets/{task}", p.handleSheet)
	add("GET /judging/{contest}/sheets/{task}/audio.mp3", p.sound)
	add("GET /judging/{contest}/sheets/{task}/waveform", p.waveform)
	add("GET /judging/{contest}/ties", p.showTies)
	add("POST /judging/{contest}/ties", p.saveTies)
	add("GET /judging/{contest}/chair", p.showChair)
	add("POST /judging/{contest}/chair", p.handleChair)
	k.Handle(kit.Route{Pattern: "PUT /api/v1/contests/{contest}/sheets/{task}", Access: accounts.JudgeEntries, Handler: p.save,
		Summary: "keep a judge's marks as they are now", In: saveBody{}, Out: saved{}})
	k.Handle(kit.Route{Pattern: "GET /api/v1/contests/{contest}/judging", Access: accounts.JudgeEntries, Handler: p.duties,
		Summary: "what a judge has to score, in her order, with what she wrote", Out: contest.JudgeView{}})
	k.Handle(kit.Route{Pattern: "POST /api/v1/contests/{contest}/sheets/{task}/sign", Access: accounts.JudgeEntries, Handler: p.sign,
		Summary: "make a judge's complete sheet final", In: signBody{}, Out: saved{}})
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
	Contests []listRow
}

type listRow struct {
	contest.JudgeView
	Signed int
	Next   string // path of the first sheet that is not final, "" if there is none
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
	page := listPage{Page: r.Page("contest.judging_menu")}
	for _, v := range list {
		row := listRow{JudgeView: v, Next: nextOpen(v, len(v.Tasks)-1)}
		for _, t := range v.Tasks {
			if t.Status == contest.Final || t.Status == contest.SetAside {
				row.Signed++
			}
		}
		page.Contests = append(page.Contests, row)
	}
	return p.list.Render(w, r, page)
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
	Contest        string
	Task           contest.JudgeTask
	Place          string // where the task stands among hers
	Form           kit.Form
	Scales         [][]kit.Option // per criterion: the marks there are, rising: typing 9 is then 9, not 9,5
	Notes          []noteRow
	NewAt, NewText string // a note that is not one yet
	Total          string // what the marks given so far come to
	Next           string // path of the next task that is not final, "" if none
	AudioURL       string
	WaveURL        string
	SaveURL        string
}

// noteRow is a note as a form holds it.
type noteRow struct{ At, Seconds, Text string }

func rowOf(n contest.Note) noteRow {
	return noteRow{kit.Position(n.Seconds), strconv.FormatFloat(n.Seconds, 'f', -1, 64), n.Text}
}

// mostChoices is the longest scale that is shown as a list of choices.
const mostChoices = 101

func (p pages) showSheet(w http.ResponseWriter, r *kit.Request) error {
	return p.renderSheet(w, r, kit.NewForm())
}

// sheetPath is the page of a task.
func sheetPath(contest, task string) string { return "/judging/" + contest + "/sheets/" + task }

// nextOpen is the page of the first task after number at that is not final, ""
// if there is none.
func nextOpen(v contest.JudgeView, at int) string {
	for i := range v.Tasks {
		if t := v.Tasks[(at+1+i)%len(v.Tasks)]; t.Status == contest.Untouched || t.Status == contest.Drafted {
			return sheetPath(v.Contest, t.ID)
		}
	}
	return ""
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
	t := v.Tasks[at]
	page := sheetPage{Page: r.Page("contest.entry_code", "code", t.Code), Contest: id, Task: t, Form: f, Place: r.Say("contest.sheet_place", "n", at+1, "of", len(v.Tasks))}
	base := sheetPath(id, t.ID)
	page.AudioURL, page.WaveURL, page.SaveURL = base+"/audio.mp3", base+"/waveform", "/api/v1/contests/"+id+"/sheets/"+t.ID
	if page.Next = nextOpen(v, at); page.Next == base {
		page.Next = ""
	}
	for _, k := range t.Criteria {
		var scale []kit.Option
		if (k.Max-k.Min)/k.Step < mostChoices {
			for m := k.Min; m <= k.Max; m += k.Step {
				scale = append(scale, kit.Option{Value: m.String(), Text: decimal(r.Lang, m)})
			}
		}
		page.Scales = append(page.Scales, scale)
	}
	if page.Form.Has("do", "save") || page.Form.Has("do", "sign") {
		page.typed()
	} else {
		page.kept()
	}
	part := contest.Part{Criteria: t.Criteria}
	total, _ := part.Total(t.Content)
	page.Total = r.Lang.Decimal(total.Float(), 2)
	return p.sheet.Render(w, r, page)
}

// decimal writes points with as many digits as they have.
func decimal(lang text.Language, m ranking.Points) string {
	_, digits, _ := strings.Cut(m.String(), ".")
	return lang.Decimal(m.Float(), len(digits))
}

// kept shows the sheet as it is kept.
func (page *sheetPage) kept() {
	for id, m := range page.Task.Marks {
		page.Form.Values.Set("mark."+id, m.String())
	}
	page.Form.Values.Set("comment", page.Task.Comment)
	for _, n := range page.Task.Notes {
		page.Notes = append(page.Notes, rowOf(n))
	}
}

// typed shows a form that was refused as it came; its last row is the one for a
// new note.
func (page *sheetPage) typed() {
	at, said := page.Form.All("note_at"), page.Form.All("note")
	for i := range min(len(at), len(said)) {
		row := noteRow{at[i], at[i], said[i]}
		if n, err := noteOf(at[i], said[i]); err == nil {
			row = rowOf(n)
		} else if i == len(at)-1 {
			page.NewAt, page.NewText = at[i], said[i]
			break
		}
		if row.Text != "" {
			page.Notes = append(page.Notes, row)
		}
	}
}

// noteOf reads a note: seconds, or m:ss as people write it.
func noteOf(at, said string) (contest.Note, error) {
	m, s, colon := strings.Cut(at, ":")
	if !colon {
		m, s = "0", at
	}
	minutes, err := strconv.ParseUint(m, 10, 16)
	seconds, serr := strconv.ParseFloat(s, 64)
	if err != nil || serr != nil || !(seconds >= 0) || colon && seconds >= 60 {
		return contest.Note{}, fault.New(fault.Invalid, "contest.note_time_unreadable", "value", at).At("note_at")
	}
	return contest.Note{Seconds: float64(60*minutes) + seconds, Text: said}, nil
}

// contentOf reads a sheet from a form. A note without words is none.
func contentOf(f *kit.Form, t contest.JudgeTask) (contest.Content, error) {
	c := contest.Content{Marks: map[string]ranking.Points{}, Comment: f.Get("comment")}
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
	at, said := f.All("note_at"), f.All("note")
	for i := range min(len(at), len(said)) {
		if said[i] == "" {
			continue
		}
		n, err := noteOf(at[i], said[i])
		if err != nil {
			return c, err
		}
		c.Notes = append(c.Notes, n)
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

// heard returns the ID of the recording that belongs to the actor's task.
func (p pages) heard(r *kit.Request) (recording string, err error) {
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return "", err
	}
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		t, ok := s.TaskForJudge(r.Actor.Person, r.PathValue("task"))
		if !ok || !t.Audio {
			return fault.New(fault.NotFound, "contest.sheet_not_yours")
		}
		_, task := s.Task(t.ID)
		recording = s.Entry(task.Entry).Piece(contest.Audio).File
		return nil
	})
	return recording, err
}

// sound sends a copy of the recording that nothing but its sound tells whose
// it is. Neither name, tags, exact size nor date go with it.
func (p pages) sound(w http.ResponseWriter, r *kit.Request) error {
	recording, err := p.heard(r)
	if err != nil {
		return err
	}
	f, err := p.booth.Open(r.Context(), recording)
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", "audio/mpeg")
	w.Header().Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r.Request, "", time.Time{}, f)
	return nil
}

// waveform sends the outline of the sound, which says what the sound says.
func (p pages) waveform(w http.ResponseWriter, r *kit.Request) error {
	recording, err := p.heard(r)
	if err != nil {
		return err
	}
	rep, err := p.store.RecordingReport(r.Context(), recording)
	if err != nil {
		return err
	}
	if rep.Facts == nil || rep.Facts.Measures == nil {
		return fault.New(fault.NotFound, "library.no_waveform")
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return r.JSON(w, http.StatusOK, rep.Facts.Measures.Waveform)
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
