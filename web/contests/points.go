package contests

import (
	"net/http"
	"strings"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/web/kit"
)

// pointsPage is what must be decided between judges and works, and what was.
type pointsPage struct {
	desk
	Open     []pointRow
	Kept     []keptRow
	Out      []outRow // signed sheets that do not count
	Told     []toldRow
	Judges   []kit.Option
	Chair    string   // name of the chair, or what she is called
	NoChair  bool     // something waits for the chair, and there is none
	Settling bool     // results are not public yet: something can be found
	Authors  []string // judges who are authors of works, in words
	// Namesakes says that some of Open are called alike and nothing was dealt yet.
	Namesakes bool
}

type pointRow struct {
	Judge, Entry string // IDs
	Name, Work   string
	Why, Note    string
	Signed       bool
	Keeps        bool     // the organiser may let her go on; else it is for the chair
	Excludes     bool     // the organiser may take her off; else it is for the chair
	Agrees       bool     // it is about the chair, who may say herself that her sheet does not count
	Warns        []string // what it does to others if her sheet does not count
	Dealt        bool     // else the two are called alike, and nothing was dealt yet
}

type keptRow struct {
	Name, Work string
	contest.Kept
}

// toldRow is a tie the organiser noted that keeps a work from being dealt to a judge.
type toldRow struct {
	Name, Work string
	contest.Noted
}

type outRow struct {
	Name, Work, Round string
	contest.Uncounted
	Keeps bool // it is for the organiser to let it count again
}

func (p pages) showPoints(w http.ResponseWriter, r *kit.Request) error {
	return p.renderPoints(w, r, kit.NewForm())
}

func (p pages) renderPoints(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	var page pointsPage
	err := p.view(r, func(s *contest.State) error {
		page = pointsPage{desk: p.desk(r, s, "jury", f), Settling: s.Phase == contest.Open || s.Phase == contest.Judging}
		chair, m := s.Presiding(), r.Meta("")
		if page.Chair = r.Say("contest.chair"); chair != nil {
			page.Chair = chair.Name
		}
		work := func(id string) string { e := s.Entry(id); return e.Code + " · " + e.Title }
		for _, x := range s.Points() {
			j := s.Judge(x.Judge)
			page.NoChair = page.NoChair || x.Round != "" && chair == nil
			page.Open = append(page.Open, pointRow{Judge: x.Judge, Entry: x.Entry, Name: j.Name, Work: work(x.Entry), Why: whyInWords(r, x.Why), Note: x.Note,
				Signed: x.Signed, Dealt: x.Round != "", Keeps: s.MayKeep(m, x.Judge, x.Entry), Excludes: s.MayExclude(m, x), Agrees: s.ChairAgrees(x)})
			if x.Signed {
				page.Open[len(page.Open)-1].Warns = paper.WithoutInWords(s, x.Round, x.Judge, []string{x.Entry}, r.Lang)
			}
			page.Namesakes = page.Namesakes || x.Round == ""
		}
		for _, x := range s.Uncounted() {
			rules, _ := s.Rules.Round(x.Round)
			page.Out = append(page.Out, outRow{s.Judge(x.Judge).Name, work(x.Entry), rules.Name, x, x.Back && s.MayKeep(m, x.Judge, x.Entry)})
		}
		for _, x := range s.Noted() {
			page.Told = append(page.Told, toldRow{s.Judge(x.Judge).Name, work(x.Entry), x})
		}
		for _, k := range s.Kept() {
			page.Kept = append(page.Kept, keptRow{s.Judge(k.Judge).Name, work(k.Entry), k})
		}
		page.Authors = authorsOnJury(r, s)
		page.Judges = judgeOptions(r, s, func(j *contest.Judge) bool { return j.Removed == nil })
		return nil
	})
	if err != nil {
		return err
	}
	return p.points.Render(w, r, page)
}

// authorsOnJury warns of judges who are authors of works in the contest.
func authorsOnJury(r *kit.Request, s *contest.State) (list []string) {
	for _, x := range s.AuthorsOnJury() {
		list = append(list, r.Say("contest.author_on_jury", "name", s.Judge(x.Judge).Name, "code", s.Entry(x.Entry).Code))
	}
	return list
}

// whyInWords says which ties there are.
func whyInWords(r *kit.Request, keys []string) string {
	words := make([]string, len(keys))
	for i, key := range keys {
		words[i] = r.Say(key)
	}
	return strings.Join(words, "; ")
}

func (p pages) settlePoint(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	judge, entry, reason := f.Get("judge"), f.Get("entry"), f.Get("reason")
	var c contest.Command
	switch f.Get("do") {
	case "exclude":
		c = contest.ExcludeJudge{Judge: judge, Entry: entry, Reason: reason}
	case "keep":
		c = contest.KeepJudge{Judge: judge, Entry: entry, Reason: reason}
	case "same": // she is an author of it: it is not dealt to her
		c = contest.ReportTie{Judge: judge, Entry: entry, Note: reason}
	case "report":
		err = p.view(r, func(s *contest.State) error {
			e, err := s.Called(f.Get("work"))
			if err != nil {
				return fault.Of(err).At("work")
			}
			c = contest.ReportTie{Judge: judge, Entry: e.ID, Note: reason}
			return nil
		})
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
	}
	if err == nil {
		err = p.do(r, f.ID, c)
	}
	if f.RefusedAloud(err) {
		return p.renderPoints(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, "contest.saved")
}
