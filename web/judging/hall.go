package judging

import (
	"net/http"

	"loa/contest"
	"loa/web/kit"
)

// hallPage is all that a judge scores in the hall, on one page: it is loaded
// once, and then needs no network until the end.
type hallPage struct {
	kit.Page
	Contest string // title
	Sheets  []sheetForm
	Open    int    // number of the sheet that is unfolded
	None    string // why there is no sheet
	Nothing string // and what there is instead
	Path    string // where that is
	Button  string
}

func hallPath(contestID string) string { return "/judging/" + contestID + "/hall" }

func (p pages) showHall(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	v, err := p.reading(r, id, func(t contest.JudgeTask) bool { return t.Live })
	if err != nil {
		return err
	}
	page := hallPage{Page: r.Page("contest.hall"), Contest: v.Title, Open: -1}
	for _, t := range v.Tasks {
		if !t.Live {
			continue
		}
		f := formOf(r, id, t, kit.NewForm())
		f.Name, f.Hall = "sheet-"+t.ID, true
		if page.Open < 0 && (t.Status == contest.Untouched || t.Status == contest.Drafted) {
			page.Open = len(page.Sheets)
		}
		page.Sheets = append(page.Sheets, f)
	}
	page.None, page.Nothing, page.Path, page.Button = r.Say("contest.hall_none"), nothing(r, v), "/judging", r.Say("contest.back_to_list")
	switch {
	case v.Over != "":
		page.None, page.Path, page.Button = r.Say("contest.hall_over"), "/judging/"+id+"/signed", r.Say("contest.signed_sheets")
	case len(v.Tasks) > 0:
		page.Nothing = r.Say("contest.hall_none_next")
	}
	return p.inHall.Render(w, r, page)
}
