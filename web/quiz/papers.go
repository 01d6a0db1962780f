package quiz

import (
	"net/http"

	"loa/internal/fault"
	"loa/internal/paper"
	"loa/outgoing"
	"loa/quiz"
	"loa/web/kit"
)

type papersPage struct {
	kit.Page
	ID, Name string
	Doc      string
	Docs     []kit.Tab
	Form     kit.Form
	Papers   []paper.Paper
	Number   kit.PaperNumber
}

func (d desk) showPapers(w http.ResponseWriter, r *kit.Request) error {
	page, err := d.drawPapers(w, r)
	if err != nil {
		return err
	}
	if as := r.URL.Query().Get("as"); as != "" {
		if len(page.Papers) == 0 {
			return quiz.NoResult()
		}
		return r.SendNumbered(w, page.Number, map[string]string{"minutes": "bien-ban-cuoc-thi", "codes": "phieu-ma-du-thi"}[page.Doc], as, page.Papers)
	}
	return d.papers.Render(w, r, page)
}

// numberPapers gives the minutes their number.
func (d desk) numberPapers(w http.ResponseWriter, r *kit.Request) error {
	page, err := d.drawPapers(w, r)
	if err != nil {
		return err
	}
	if page.Doc != "minutes" || len(page.Papers) == 0 {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	refused, err := r.TakeNumber(w, d.store, &page.Number, outgoing.Minutes, page.Form.Letterhead())
	if refused {
		return d.papers.Render(w, r, page)
	}
	return err
}

func (d desk) drawPapers(w http.ResponseWriter, r *kit.Request) (page papersPage, err error) {
	q, err := d.hers(r)
	if err != nil {
		return page, err
	}
	reg, err := d.store.Registry(r.Context())
	if err != nil {
		return page, err
	}
	page = papersPage{Page: r.Page("quiz.papers"), ID: q.ID, Name: q.Title, Doc: r.URL.Query().Get("doc"), Form: kit.NewForm()}
	if page.Doc == "" {
		page.Doc = "minutes"
	}
	path := "/quizzes/" + q.ID + "/papers?doc="
	docs := []string{"minutes"}
	if q.Way == quiz.ByCode {
		docs = append(docs, "codes")
	}
	for _, doc := range docs {
		page.Docs = append(page.Docs, kit.Tab{Path: path + doc, Text: r.Say("quiz.doc_" + doc), Current: doc == page.Doc})
	}
	r.Office(w, page.Form)
	switch page.Doc {
	case "codes":
		codes, err := d.store.Codes(r.Context(), r.Actor, q.ID, r.URL.Query().Get("station"))
		if err != nil || len(codes) == 0 {
			return page, err
		}
		at, err := r.Address()
		if err != nil {
			return page, err
		}
		page.Papers = []paper.Paper{quiz.Slips(reg, r.Lang, page.Form.Letterhead(), q, codes, at.URL+"/quiz/"+q.ID, r.Now)}
	case "minutes":
		if !q.HasResult() {
			return page, nil
		}
		res, err := d.store.QuizResult(r.Context(), r.Actor, q.ID)
		if err != nil {
			return page, err
		}
		if page.Number, err = r.NumberOf(d.store, outgoing.QuizMinutes, outgoing.Issuer{District: q.District, Quiz: q.ID}, true, path+"minutes"); err != nil {
			return page, err
		}
		page.Papers = []paper.Paper{quiz.Minutes(reg, r.Lang, page.Number.Head(page.Form.Letterhead()), q, res, r.Now)}
		page.Number.Drawn(r, page.Papers)
	default:
		return page, fault.New(fault.NotFound, "kit.not_found")
	}
	return page, nil
}
