package judging

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
)

type sheetPage struct {
	kit.Page
	Sheet          sheetForm
	Place          string // where the task stands among hers
	Notes          []noteRow
	NewAt, NewText string // a note that is not one yet
	AudioURL       string
	Remember       string // what the player keeps its place under
	WaveURL        string
}

// sheetForm is what one marks a task on, on a page of its own or on that of the
// hall.
type sheetForm struct {
	kit.Form
	Task    contest.JudgeTask
	Name    string // of the form in its page
	Path    string // of the page of the task
	SaveURL string // where a script sends each change
	Owner   string // ID of the judge: what waits on a shared device stays hers
	Next    string // path of the next task that is not final, "" if none
	Heard   string // JSON: the stretches she has heard
	Total   string // what the marks kept so far come to
	Hall    bool   // it stands on the page of the hall
}

// Final reports whether nothing can be written on the sheet any more.
func (f sheetForm) Final() bool {
	return f.Task.Status == contest.Final || f.Task.Status == contest.SetAside
}

// noteRow is a note as a form holds it.
type noteRow struct{ At, Seconds, Text string }

func rowOf(n contest.Note) noteRow {
	return noteRow{kit.Position(n.Seconds), strconv.FormatFloat(n.Seconds, 'f', -1, 64), n.Text}
}

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
	v, err := p.reading(r, id, func(t contest.JudgeTask) bool { return t.ID == r.PathValue("task") })
	if err != nil {
		return err
	}
	at := slices.IndexFunc(v.Tasks, func(t contest.JudgeTask) bool { return t.ID == r.PathValue("task") })
	if at < 0 && v.Over != "" {
		return fault.New(fault.NotFound, "contest.sheet_over", "round", v.Over)
	}
	if at < 0 {
		return fault.New(fault.NotFound, "contest.sheet_not_yours")
	}
	t := v.Tasks[at]
	page := sheetPage{Page: r.Page("contest.entry_code", "code", t.Code), Sheet: formOf(r, id, t, f),
		Place: r.Say("contest.sheet_place", "n", at+1, "of", len(v.Tasks))}
	page.AudioURL, page.WaveURL, page.Remember = page.Sheet.Path+"/audio.mp3", page.Sheet.Path+"/waveform", r.Actor.Person+" "+page.Sheet.Path
	if next := nextOpen(v, at); next != page.Sheet.Path {
		page.Sheet.Next = next
	}
	if written(f) {
		page.typed()
	} else {
		for _, n := range t.Notes {
			page.Notes = append(page.Notes, rowOf(n))
		}
	}
	return p.sheet.Render(w, r, page)
}

// formOf fills a task's form with what is kept, unless f brings what was typed.
func formOf(r *kit.Request, contestID string, t contest.JudgeTask, f kit.Form) sheetForm {
	form := sheetForm{Form: f, Task: t, Name: "sheet", Owner: r.Actor.Person, Path: sheetPath(contestID, t.ID),
		SaveURL: "/api/v1/contests/" + contestID + "/sheets/" + t.ID}
	if raw, err := json.Marshal(t.Heard); err == nil && t.Heard != nil {
		form.Heard = string(raw)
	}
	if !written(f) {
		for id, m := range t.Marks {
			f.Values.Set("mark."+id, r.Lang.Value(m))
		}
		f.Values.Set("comment", t.Comment)
	}
	part := contest.Part{Criteria: t.Criteria}
	total, _ := part.Total(t.Content)
	form.Total = r.Lang.Decimal(total.Float(), 2)
	return form
}

// written reports whether the form brings what somebody wrote on the sheet.
func written(f kit.Form) bool {
	return f.Has("do", "save") || signs(&f)
}

// signs reports whether the sheet is to be signed, too.
func signs(f *kit.Form) bool { return f.Has("do", "sign") || f.Has("do", "sign-next") }

// typed shows a form that was refused as it came; its last row is the one for a
// new note.
func (page *sheetPage) typed() {
	at, said := page.Sheet.All("note_at"), page.Sheet.All("note")
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

// noteOf reads a note: m:ss as people write it, or seconds with a point, as the
// page itself holds them.
func noteOf(at, said string) (contest.Note, error) {
	d, err := text.English.ReadLength(at, time.Second)
	if err != nil {
		return contest.Note{}, fault.New(fault.Invalid, "contest.note_time_unreadable", "value", at).At("note_at")
	}
	return contest.Note{Seconds: d.Seconds(), Text: said}, nil
}

// contentOf reads a sheet from a form. A note without words is none.
func contentOf(lang text.Language, f *kit.Form, t contest.JudgeTask) (contest.Content, error) {
	c := contest.Content{Marks: map[string]ranking.Points{}, Comment: f.Get("comment")}
	for _, k := range t.Criteria {
		s := f.Get("mark." + k.ID)
		if s == "" {
			continue
		}
		plain, err := lang.ReadDecimal(s)
		if fault.Is(err, "typed.either") {
			return c, fault.Of(err).At("mark." + k.ID)
		}
		m, err := ranking.ParsePoints(plain)
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
	if f.RefusedAloud(err) {
		return p.renderSheet(w, r, *f)
	}
	if err != nil {
		return err
	}
	switch {
	case f.Get("from") == "hall":
		return r.Redirect(w, hallPath(id), "contest.signed_done")
	case f.Get("do") == "sign-next":
		if v, err = p.mine(r, id); err != nil {
			return err
		}
		if next := nextOpen(v, at); next != "" {
			return r.Redirect(w, next, "contest.sheet_signed_code", "code", v.Tasks[at].Code)
		}
		return r.Redirect(w, "/judging", "contest.signed_done")
	case f.Get("do") == "sign":
		return r.Redirect(w, "/judging", "contest.signed_done")
	}
	return r.Redirect(w, r.URL.Path, "contest.sheet_saved")
}

// saveForm keeps what the form says and signs it if asked to. The two are
// separate changes, so the second has an ID derived from the first.
func (p pages) saveForm(r *kit.Request, f *kit.Form, t contest.JudgeTask) error {
	c, err := contentOf(r.Lang, f, t)
	if err != nil {
		return err
	}
	id, base := r.PathValue("contest"), f.Int("base")
	if err := f.Err(); err != nil {
		return err
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(f.ID), id, contest.SaveSheet{Task: t.ID, Base: base, Content: c,
		Writer: contest.Writer{Device: r.UserAgent()}}); err != nil {
		return err
	}
	if !signs(f) {
		return nil
	}
	_, err = p.hall.Do(r.Context(), r.Meta(f.ID+"-sign"), id, contest.SignSheet{Task: t.ID, Base: base + 1})
	return err
}
