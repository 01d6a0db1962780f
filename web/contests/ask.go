package contests

import (
	"net/http"

	"loa/contest"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/web/kit"
)

// confirmPage asks about a step where there is no script to open a dialog, and
// where something has changed since it was asked.
type confirmPage struct {
	desk
	Ask kit.Ask
}

// asks are the steps that could be made next, by "start/so-khao", as the organiser
// is asked about them.
func (p pages) asks(r *kit.Request) (map[string]kit.Ask, error) {
	id := r.PathValue("contest")
	list, err := p.hall.Ask(r.Context(), r.Meta(kit.NewID()), id)
	if err != nil {
		return nil, err
	}
	out := map[string]kit.Ask{}
	for _, x := range list {
		a := r.Ask(x.Once, x.Refused, func(at string) (path, say string) { return pathOf(id, at), r.Say("contest.at_" + at) })
		round := ""
		switch c := x.Step.(type) {
		case contest.OpenContest:
			a.Do, a.Step = "open", r.Say("contest.open_it")
		case contest.StartRound:
			a.Do, a.Step, round = "start", r.Say("contest.start_round"), c.Round
		case contest.FinishRound:
			a.Do, a.Step, round = "finish", r.Say("contest.finish_round"), c.Round
		case contest.PublishResults:
			a.Do, a.Step = "publish", r.Say("contest.publish")
		case contest.CloseContest:
			a.Do, a.Step = "close", r.Say("contest.close_it")
		}
		a.ID, a.Action, a.Back = "ask-"+a.Do, "/contests/"+id, "/contests/"+id
		a.Page = confirmPath(id, a.Do, round)
		if round != "" {
			a.Hidden = []kit.Option{{Value: "round", Text: round}}
		}
		if len(x.Once.Undecided()) > 0 || x.Refused != nil {
			a.Class = "quiet"
		}
		out[stepName(a.Do, round)] = a
	}
	return out, nil
}

func stepName(do, round string) string { return do + "/" + round }

func confirmPath(id, do, round string) string {
	path := "/contests/" + id + "/confirm?do=" + do
	if round != "" {
		path += "&round=" + round
	}
	return path
}

// pathOf is the page that decides what a step leaves open; the contest's own makes the step.
func pathOf(id, at string) string {
	switch at {
	case "":
		return "/contests/" + id
	case contest.AtToLookAt, contest.AtNamed, contest.AtUnread, contest.AtBlank:
		return "/contests/" + id + "/entries?state=" + at
	}
	return "/contests/" + id + "/" + at
}

func (p pages) showConfirm(w http.ResponseWriter, r *kit.Request) error {
	q := r.URL.Query()
	return p.renderConfirm(w, r, kit.NewForm("do", q.Get("do"), "round", q.Get("round")))
}

// renderConfirm asks about the step the form names; one that is made already, or
// cannot be made yet, leads back to the contest.
func (p pages) renderConfirm(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	asks, err := p.asks(r)
	if err != nil {
		return err
	}
	ask, ok := asks[stepName(f.Get("do"), f.Get("round"))]
	if !ok {
		return r.Redirect(w, "/contests/"+r.PathValue("contest"), "")
	}
	var page confirmPage
	if err := p.view(r, func(s *contest.State) error { page.desk = p.desk(r, s, "", f); return nil }); err != nil {
		return err
	}
	page.Ask = ask
	page.Ask.Notice = f.Notice
	return p.confirm.Render(w, r, page)
}

// stepOf is the step a form asks for, with the word that it was seen.
func stepOf(f *kit.Form) (contest.Step, error) {
	round, seen := f.Get("round"), contest.Seen{Seen: f.Get("seen")}
	switch f.Get("do") {
	case "open":
		return contest.OpenContest{Seen: seen}, nil
	case "start":
		return contest.StartRound{Round: round, Seen: seen}, nil
	case "finish":
		return contest.FinishRound{Round: round, Seen: seen}, nil
	case "publish":
		return contest.PublishResults{Seen: seen}, nil
	case "close":
		return contest.CloseContest{Seen: seen}, nil
	}
	return nil, fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
}

// step moves the contest on: open, start or finish a round, publish, close.
func (p pages) step(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c, err := stepOf(f)
	if err != nil {
		return err
	}
	if f.Get("seen") == "" { // nobody was asked
		return r.Redirect(w, confirmPath(r.PathValue("contest"), f.Get("do"), f.Get("round")), "")
	}
	err = p.do(r, f.ID, c)
	if again := once.Unseen(err); f.RefusedAloud(err) {
		if again {
			f.Notice = r.Lang.Fault(err)
			return p.renderConfirm(w, r, *f)
		}
		return p.renderHome(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/contests/"+r.PathValue("contest"), "contest.done_"+f.Get("do"))
}
