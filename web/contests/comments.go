package contests

import (
	"net/http"
	"slices"

	"loa/contest"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/web/kit"
)

// commentsPage is what judges wrote that entrants are told, and what was decided
// about each.
type commentsPage struct {
	desk
	Out    bool // entrants can read it already: what is decided anew needs a reason
	Shut   bool // the contest is closed
	All    int
	States []kit.Tab
	Turn   kit.Turn
	Rows   []commentRow
	Loose  []string // IDs of those on the page that nobody has decided about
}

type commentRow struct {
	contest.Comment
	Work, Name, Round, Clock string
	Form                     kit.Form
	Wrong                    bool // what the form was sent with was refused
}

func (p pages) showComments(w http.ResponseWriter, r *kit.Request) error {
	return p.renderComments(w, r, kit.NewForm())
}

// commentForm is the form of a decision about the comment as it is now.
func commentForm(s *contest.State, c contest.Comment) kit.Form {
	text, reason := c.Text, ""
	if n := len(c.Reviews); n > 0 {
		reason = c.Reviews[n-1].Reason
		if c.Fate() == contest.FateEdited {
			text = c.Reviews[n-1].Text
		}
	}
	return kit.NewForm("comment", c.ID, "text", text, "reason", reason).From(s.Edition(contest.PartComment(c.ID)))
}

// renderComments shows the comments in one state, or all; f stands in the place of
// the form that was refused.
func (p pages) renderComments(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	var page commentsPage
	want, err := kit.ReadFilter[contest.CommentFilter](r, "from")
	if err != nil {
		return err
	}
	err = p.view(r, func(s *contest.State) error {
		page = commentsPage{desk: p.desk(r, s, "results", f), Out: s.Phase == contest.Published, Shut: s.Phase == contest.Closed}
		count := map[contest.CommentState]int{}
		var list []contest.Comment
		for _, c := range s.Comments() {
			page.All++
			count[c.State()]++
			if want.Wants(c) {
				list = append(list, c)
			}
		}
		path := "/contests/" + s.ID + "/comments"
		page.States = append(page.States, kit.Tab{Path: path, Text: r.Say("contest.comments_all", "n", page.All), Current: want.State == ""})
		for _, state := range contest.CommentStates {
			if count[state] > 0 || state == want.State {
				page.States = append(page.States, kit.Tab{Path: filter.Link(path, contest.CommentFilter{State: state}),
					Text: r.Say("contest.comments_"+string(state), "n", count[state]), Current: state == want.State})
			}
		}
		page.Turn = r.TurnCards("from", len(list))
		for _, c := range list[page.Turn.From:page.Turn.To] {
			page.Rows = append(page.Rows, commentRowOf(s, c, f))
			if c.Fate() == "" {
				page.Loose = append(page.Loose, c.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.comments.Render(w, r, page)
}

func commentRowOf(s *contest.State, c contest.Comment, f kit.Form) commentRow {
	e := s.Entry(c.Entry)
	rules, _ := s.Rules.Round(c.Round)
	row := commentRow{Comment: c, Work: e.Code + " · " + e.Title, Name: s.Judge(c.Judge).Name, Round: rules.Name, Form: commentForm(s, c)}
	if c.Note {
		row.Clock = kit.Position(c.Seconds)
	}
	if f.Get("comment") == c.ID {
		row.Form, row.Wrong = f, true
	}
	return row
}

// reviewComments decides about one comment, or lets those of the page go out as
// they are about which nobody has decided.
func (p pages) reviewComments(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	switch do := f.Get("do"); {
	case do == "release":
		err = p.do(r, f.ID, contest.ReleaseComments{IDs: f.All("loose")})
	case slices.Contains(contest.Fates(), contest.Fate(do)):
		c := contest.ReviewComment{ID: f.Get("comment"), Fate: contest.Fate(do), Text: f.Get("text"), Reason: f.Get("reason")}
		now := func(s *contest.State) kit.Form {
			x, _ := s.Comment(c.ID)
			return commentForm(s, x)
		}
		err = p.edit(r, f, now, c)
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", do)
	}
	if f.RefusedAloud(err) {
		return p.renderComments(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.RequestURI(), "contest.saved")
}

// said counts the comments that entrants are told, and those nobody has decided about.
func said(s *contest.State) (all, loose int) {
	for _, c := range s.Comments() {
		all++
		if c.Fate() == "" {
			loose++
		}
	}
	return all, loose
}
