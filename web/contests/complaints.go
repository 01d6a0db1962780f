package contests

import (
	"cmp"
	"net/http"
	"strings"
	"unicode"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/web/kit"
)

// complaintsPage is what is held against a published result, what was decided
// about it, and the result it led to beside the first.
type complaintsPage struct {
	desk
	Taking      bool // results are public and the contest is not closed
	Rows        []complaintRow
	Works       []kit.Option
	Judges      []kit.Option
	Corrections []contest.Correction
	First, Now  []paper.Given // the first result and that of today, if it was corrected
	Marks       []paper.Shift // the same of marks and ranks
	Lost        []lostRow     // prizes by decision that a correction took away
	Receivers   []kit.Option  // whom a lost prize can be given
	Waits       *contest.Amendment
	WaitsFor    string     // ID of the complaint that Waits is about
	TurnedDown  []string   // corrections nobody confirmed
	Outside     string     // label of the one chosen that did not take part, "" for none
	Beyond      kit.Option // the work chosen whose award is for others, if it is one
}

type lostRow struct {
	Key         string // award, prize and who lost it
	Award, Name string
	Note        string
}

// lostKey names a prize that was lost in a form.
func lostKey(g contest.Given) string {
	return strings.Join([]string{g.Award, g.Prize, cmp.Or(g.Entry, g.Station)}, "/")
}

type complaintRow struct {
	contest.Complaint
	Work string
}

func (p pages) showComplaints(w http.ResponseWriter, r *kit.Request) error {
	return p.renderComplaints(w, r, kit.NewForm())
}

func (p pages) renderComplaints(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	var page complaintsPage
	err = p.view(r, func(s *contest.State) error {
		page = complaintsPage{desk: p.desk(r, s, "results", f), Taking: s.Phase == contest.Published,
			Corrections: append([]contest.Correction{}, s.Corrections...)}
		if p := s.Proposed; p != nil {
			page.Waits, page.WaitsFor = p, p.Complaint()
		}
		for _, x := range s.TurnedDown {
			page.TurnedDown = append(page.TurnedDown, paper.TurnedDownInWords(x, r.Lang))
		}
		for _, c := range s.Complaints {
			row := complaintRow{Complaint: c}
			if e := s.Entry(c.Entry); e != nil {
				row.Work = e.Code + " · " + e.Title
			}
			page.Rows = append(page.Rows, row)
		}
		for _, e := range s.Live() {
			page.Works = append(page.Works, kit.Option{Value: e.ID, Text: e.Code + " · " + e.Title})
		}
		if last := s.Last(); last != nil {
			page.Judges = judgeOptions(r, s, func(j *contest.Judge) bool { return len(last.Of(j.Person)) > 0 })
		}
		if lost := s.Lost(); page.Taking && len(lost) > 0 {
			for _, g := range lost {
				row := paper.Listed(s, []contest.Given{g}, r.Lang)[0]
				page.Lost = append(page.Lost, lostRow{lostKey(g), row.Award, row.Prize, row.Note})
			}
			page.Receivers = receivers(r, reg, s.Took)
			for _, o := range page.Receivers {
				if f.Get("station") == o.Value && !s.Took(o.Value) {
					page.Outside = o.Text
				}
			}
			award, _, _ := strings.Cut(f.Get("lost"), "/")
			for _, e := range worksIn(s, f.Get("work")) {
				if a := s.Rules.Award(award); a != nil && !a.Takes(e) {
					page.Beyond = kit.Option{Value: e.ID, Text: e.Code + " · " + e.Title}
				}
			}
		}
		if first := s.First(); first != nil {
			page.First, page.Now = paper.Listed(s, first, r.Lang), paper.GivenOf(s, r.Lang)
		}
		if last := s.Last(); last != nil {
			table, err := paper.ResultsOf(s, last, r.Lang, r.Now)
			page.Marks = table.FirstMarks
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.complaints.Render(w, r, page)
}

func (p pages) handleComplaint(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var c contest.Command
	switch f.Get("do") {
	case "file":
		c = contest.FileComplaint{Who: f.Get("who"), Entry: f.Get("entry"), Text: f.Get("text")}
	case "dismiss":
		c = contest.DecideComplaint{ID: f.Get("complaint"), Reason: f.Get("reason")}
	case "uphold":
		d := contest.DecideComplaint{ID: f.Get("complaint"), Upheld: true, Reason: f.Get("reason")}
		err = p.view(r, func(s *contest.State) error { return correcting(s, f, &d.Correction) })
		c = d
	case "give":
		key := strings.Split(f.Get("lost")+"//", "/")
		give := contest.GiveLost{Award: key[0], Prize: key[1], From: key[2], Station: f.Get("station"), Reason: f.Get("reason"), Outside: f.All("outside"),
			Beyond: f.All("beyond")}
		err = p.view(r, func(s *contest.State) error {
			code := f.Get("work")
			if code == "" {
				return nil
			}
			e, err := s.Called(code)
			if err != nil {
				return fault.Of(err).At("work")
			}
			give.Entry = e.ID
			return nil
		})
		c = give
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
	}
	if err == nil {
		err = p.do(r, f.ID, c)
	}
	if f.RefusedAloud(err) {
		return p.renderComplaints(w, r, *f)
	}
	if err != nil {
		return err
	}
	switch d, decides := c.(contest.DecideComplaint); {
	case decides && d.Upheld, f.Get("do") == "give":
		return r.Redirect(w, "/contests/"+r.PathValue("contest")+"/correction", "contest.amend_proposed")
	}
	return r.Redirect(w, r.URL.Path, "contest.saved")
}

// correcting reads what a form mends in a result.
func correcting(s *contest.State, f *kit.Form, c *contest.Correcting) error {
	if id := f.Get("rule_out"); id != "" {
		c.RuleOut = []string{id}
	}
	switch judge, entry := f.Get("judge"), f.Get("sheet_of"); {
	case judge != "" && entry != "":
		c.Exclude = []contest.Excluded{{Judge: judge, Entry: entry}}
	case judge != "":
		return fault.New(fault.Invalid, "contest.correct_which_work").At("sheet_of")
	case entry != "":
		return fault.New(fault.Invalid, "contest.correct_which_judge").At("judge")
	}
	order, err := orderOf(s, f.Get("order"))
	if len(order) > 0 {
		c.Ties = [][]string{order}
	}
	return err
}

// orderOf reads works in the order somebody typed them.
func orderOf(s *contest.State, typed string) (order []string, err error) {
	for code := range strings.FieldsFuncSeq(typed, func(c rune) bool { return c == ',' || unicode.IsSpace(c) }) {
		e, err := s.Called(code)
		if err != nil {
			return nil, fault.Of(err).At("order")
		}
		order = append(order, e.ID)
	}
	return order, nil
}
