package judging

import (
	"net/http"

	"loa/contest"
	"loa/internal/fault"
	"loa/web/kit"
)

// signedPage is what a judge signed in rounds that are over.
type signedPage struct {
	kit.Page
	Contest string // title
	Sheets  []signedRow
}

type signedRow struct {
	contest.SignedSheet
	Marks  []markRow
	Spoken []noteRow // her notes
	Before []beforeRow
}

// beforeRow is the sheet as she had signed it before it was reopened.
type beforeRow struct {
	contest.Signed
	Marks []markRow
}

type markRow struct{ Name, Mark, Most string }

// signedBy lists the actor's signed sheets. Who left the jury reads what she
// signed, too.
func (p pages) signedBy(r *kit.Request) (title string, list []contest.SignedSheet, err error) {
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil && !fault.Is(err, "contest.left_jury") {
		return "", nil, err
	}
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		title, list = s.Rules.Title, s.SignedBy(r.Actor.Person)
		return nil
	})
	return title, list, err
}

func (p pages) showSigned(w http.ResponseWriter, r *kit.Request) error {
	title, list, err := p.signedBy(r)
	if err != nil {
		return err
	}
	page := signedPage{Page: r.Page("contest.signed_sheets"), Contest: title}
	for _, x := range list {
		row := signedRow{SignedSheet: x}
		row.Marks = marksOf(r, x.Criteria, x.Content)
		for _, v := range x.Earlier {
			row.Before = append(row.Before, beforeRow{v, marksOf(r, x.Criteria, v.Content)})
		}
		for _, n := range x.Notes {
			row.Spoken = append(row.Spoken, rowOf(n))
		}
		page.Sheets = append(page.Sheets, row)
	}
	return p.signed.Render(w, r, page)
}

func marksOf(r *kit.Request, criteria []contest.Criterion, c contest.Content) (list []markRow) {
	for _, k := range criteria {
		list = append(list, markRow{k.Name, r.Lang.Decimal(c.Marks[k.ID].Float(), 2), r.Lang.Decimal(k.Max.Float(), 2)})
	}
	return list
}

func (p pages) listSigned(w http.ResponseWriter, r *kit.Request) error {
	_, list, err := p.signedBy(r)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, ""))
}
