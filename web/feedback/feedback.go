// Package feedback shows how an entry did, with the judges unnamed: to the
// organiser as soon as a round is over, to the entrant once the results are
// published.
package feedback

import (
	"embed"
	"net/http"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	office "loa/internal/paper"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

type pages struct {
	hall *contest.Hall
	page *kit.View[feedbackPage]
}

// Register adds the page to k.
func Register(k *kit.Kit, hall *contest.Hall) {
	p := pages{hall, kit.NewView[feedbackPage](k.Folder("feedback", files), "feedback.html")}
	k.Handle(kit.Route{Pattern: "GET /feedback/{contest}/{entry}", Access: kit.SignedIn, Handler: p.show})
}

type feedbackPage struct {
	kit.Page
	Back     string // the page of the entry
	Has      bool   // it was scored in a round that is over
	Never    bool   // and never will be: the results are public
	Feedback paper.Feedback
	Paper    office.Paper
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	page := feedbackPage{Page: r.Page("contest.feedback")}
	err := p.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		e, err := s.ForFeedback(r.Actor, r.PathValue("entry"))
		if err != nil {
			return err
		}
		page.Back = "/contests/" + s.ID + "/entries/" + e.ID
		if e.Entrant.Of(r.Actor) {
			page.Back = "/enter/" + s.ID + "/" + e.ID
		}
		page.Never = s.Phase == contest.Published || s.Phase == contest.Closed
		page.Feedback, page.Has, err = paper.FeedbackOf(s, e, r.Lang, r.Now)
		return err
	})
	if err != nil {
		return err
	}
	if page.Has {
		page.Paper = page.Feedback.Draw(office.Office{}, r.Lang)
	}
	as := r.URL.Query().Get("as")
	switch {
	case as == "":
		return p.page.Render(w, r, page)
	case !page.Has:
		return fault.New(fault.NotFound, "contest.no_results")
	}
	return r.SendPapers(w, r.PathValue("contest")+"-"+page.Feedback.Code, as, []office.Paper{page.Paper})
}
