package judging

import (
	"net/http"
	"strings"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/web/kit"
)

// signedPage is what a judge signed in rounds that are over.
type signedPage struct {
	kit.Page
	Form    kit.Form
	Contest string // title
	Public  bool   // the results are: everybody will read why marks are corrected
	Sheets  []signedRow
}

type signedRow struct {
	contest.SignedSheet
	Marks  []markRow
	Spoken []noteRow // her notes
	Before []beforeRow
	Waits  []mendRow // her proposal to correct it, if one waits
	Turned []mendRow // those that nobody confirmed
}

// beforeRow is the sheet as she had signed it before it was reopened or corrected.
type beforeRow struct {
	contest.Signed
	Marks []markRow
}

// mendRow is a proposal to correct the sheet.
type mendRow struct {
	contest.Mended
	Words string // what it changes
}

type markRow struct {
	Name, Mark, Most string
	Field            string // of a form
	Typed            string // in it: the mark as signed, unless the form brings what was typed
	Wrong            string // what is wrong with that
}

// signedBy lists the actor's signed sheets. Who left the jury reads what she
// signed, too.
func (p pages) signedBy(r *kit.Request) (page signedPage, list []contest.SignedSheet, err error) {
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil && !fault.Is(err, "contest.left_jury") {
		return page, nil, err
	}
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		page.Contest, page.Public, list = s.Rules.Title, s.Shown(), s.SignedBy(r.Actor.Person)
		return nil
	})
	return page, list, err
}

func (p pages) showSigned(w http.ResponseWriter, r *kit.Request) error {
	return p.renderSigned(w, r, kit.NewForm())
}

func (p pages) renderSigned(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page, list, err := p.signedBy(r)
	if err != nil {
		return err
	}
	page.Page, page.Form = r.Page("contest.signed_sheets"), f
	for _, x := range list {
		row := signedRow{SignedSheet: x}
		row.Marks = marksOf(r, x.Criteria, x.Content)
		for i, k := range x.Criteria {
			m := &row.Marks[i]
			m.Field, m.Typed = "mark."+k.ID, m.Mark
			if f.Get("task") == x.ID {
				m.Typed, m.Wrong = f.Get(m.Field), f.Errors[m.Field]
			}
		}
		for _, v := range x.Earlier {
			row.Before = append(row.Before, beforeRow{v, marksOf(r, x.Criteria, v.Content)})
		}
		for _, n := range x.Notes {
			row.Spoken = append(row.Spoken, rowOf(n))
		}
		for _, m := range x.Mends {
			said := mendRow{m, mendInWords(r, x, m)}
			if m.Turned == nil {
				row.Waits = append(row.Waits, said)
			} else {
				row.Turned = append(row.Turned, said)
			}
		}
		page.Sheets = append(page.Sheets, row)
	}
	return p.signed.Render(w, r, page)
}

// mendInWords says what a proposal changes on the sheet.
func mendInWords(r *kit.Request, x contest.SignedSheet, m contest.Mended) string {
	var said []string
	for _, k := range x.Criteria {
		if mark, ok := m.Mend.Marks[k.ID]; ok {
			said = append(said, r.Say("contest.mark_becomes", "name", k.Name, "mark", paper.Points(r.Lang, mark)))
		}
	}
	return strings.Join(said, "; ")
}

func marksOf(r *kit.Request, criteria []contest.Criterion, c contest.Content) (list []markRow) {
	for _, k := range criteria {
		list = append(list, markRow{Name: k.Name, Mark: paper.Points(r.Lang, c.Marks[k.ID]), Most: paper.Points(r.Lang, k.Max)})
	}
	return list
}

// handleSigned takes the actor's word that marks of a sheet were written wrong, or takes
// it back.
func (p pages) handleSigned(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id, done := r.PathValue("contest"), "contest.mend_sent"
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	var c contest.Command
	switch f.Get("do") {
	case "mend":
		c, err = p.mendOf(r, f)
	case "take_back":
		c, done = contest.DecideCorrection{ID: f.Get("proposal"), Reason: f.Get("reason")}, "contest.mend_taken_back"
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
	}
	if err == nil {
		_, err = p.hall.Do(r.Context(), r.Meta(f.ID), id, c)
	}
	if f.RefusedAloud(err) {
		return p.renderSigned(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, done)
}

// mendOf reads the form: every mark of the sheet, the wrong ones put right.
func (p pages) mendOf(r *kit.Request, f *kit.Form) (c contest.MendSheet, err error) {
	_, list, err := p.signedBy(r)
	if err != nil {
		return c, err
	}
	for _, x := range list {
		if x.ID != f.Get("task") {
			continue
		}
		content, err := contentOf(r.Lang, f, x.JudgeTask)
		if err != nil {
			return c, err
		}
		for _, k := range x.Criteria {
			if _, ok := content.Marks[k.ID]; !ok {
				return c, fault.New(fault.Invalid, "contest.mark_missing").At("mark." + k.ID)
			}
		}
		return contest.MendSheet{Task: x.ID, Marks: content.Marks, Reason: f.Get("reason")}, nil
	}
	return c, fault.New(fault.NotFound, "contest.sheet_not_yours")
}

func (p pages) listSigned(w http.ResponseWriter, r *kit.Request) error {
	_, list, err := p.signedBy(r)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, ""))
}

type mendBody struct {
	Change string            `json:"change" schema:"required format=uuid"` // of this change
	Marks  map[string]string `json:"marks"`                                // by criterion: those that were wrong, as they should be
	Reason string            `json:"reason" schema:"maxLength=2000"`
}

func (p pages) mend(w http.ResponseWriter, r *kit.Request) error {
	var b mendBody
	id, err := p.read(r, &b, &b.Change)
	if err != nil {
		return err
	}
	c := contest.MendSheet{Task: r.PathValue("task"), Marks: map[string]ranking.Points{}, Reason: b.Reason}
	for k, s := range b.Marks {
		m, err := ranking.ParsePoints(s)
		switch {
		case s == "":
			return fault.New(fault.Invalid, "contest.mark_missing").At("marks." + k)
		case err != nil:
			return fault.New(fault.Invalid, "contest.number_unreadable", "value", s).At("marks." + k)
		}
		c.Marks[k] = m
	}
	if _, err := p.hall.Do(r.Context(), r.Meta(b.Change), id, c); err != nil {
		return err
	}
	return p.listSigned(w, r)
}
