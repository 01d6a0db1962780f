package contests

import (
	"net/http"
	"slices"
	"strings"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
)

// amendmentPage is a correction that waits for a second person, for organisers and the chair.
type amendmentPage struct {
	desk
	Chairs bool // she is the chair and sees nothing else of the desk
	Waits  bool
	// TurnedDown are the proposals that nobody confirmed, the last first, while none waits.
	TurnedDown []string
	Mine       bool // she proposed it herself
	What       contest.Amendment
	Title      string
	Public     bool          // what it corrects decides prizes that are published
	Order      bool          // works would be level over two prizes: who looks confirms it with their order
	Lines      []string      // what it changes
	Now, To    []paper.Given // the result as it is, and as it would be
	Shifts     []paper.Shift // marks and ranks of all works, before and after
	Earlier    []earlierShifts
	Warns      []string // what else moves, and what the second person is to know before
	About      *contest.Complaint
	Work       string // that the complaint is about
	Wrong      string // why it cannot be shown
	Who        string // who else can confirm it, "" for nobody
	// TurnsDown says that the actor may turn it down, or take it back.
	TurnsDown bool
	Not       string // why the actor cannot decide
}

// earlierShifts are the works of a round before the last whose points or rank would change.
type earlierShifts struct {
	Round  string // name
	Shifts []paper.Shift
}

func (p pages) showAmendment(w http.ResponseWriter, r *kit.Request) error {
	return p.renderAmendment(w, r, kit.NewForm())
}

func (p pages) renderAmendment(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	id := r.PathValue("contest")
	directory, err := p.store.Directory(r.Context())
	if err != nil {
		return err
	}
	var page amendmentPage
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		if err := s.Amends(r.Meta("")); err != nil {
			return err
		}
		page = amendmentPage{desk: p.desk(r, s, "results", f), Chairs: may(r) != nil, Waits: s.Proposed != nil}
		if !page.Waits {
			for _, x := range slices.Backward(s.TurnedDown) {
				page.TurnedDown = append(page.TurnedDown, paper.TurnedDownInWords(x, r.Lang))
			}
			return nil
		}
		page.What, page.Mine = *s.Proposed, s.Proposed.Person == r.Actor.Person
		page.Who = whoConfirms(r, s, directory)
		page.TurnsDown = page.Mine || s.ImpartialAbout(s.Proposed, r.Actor) == nil
		proposer := contest.PersonIn(directory, s.Proposed.Person)
		if err := s.MayConfirm(s.Proposed, contest.PersonIn(directory, r.Actor.Person), proposer); err != nil && !page.Mine {
			page.Not = r.Lang.Fault(err)
		}
		page.Title, page.Public = r.Say("contest.amend_title", "id", page.What.ID), s.CorrectsPublic(s.Proposed)
		next, err := s.Corrected(s.Proposed)
		if page.What.Mend != nil {
			page.Title = r.Say("contest.amend_mend_title", "id", page.What.ID)
			page.Lines = paper.AmendmentInWords(s, s.Proposed, r.Lang)
			page.Order = fault.Is(err, "contest.tie_at_cut") && !page.Mine && s.MayOrder(r.Meta("")) == nil
		}
		if err != nil {
			page.Wrong = r.Lang.Fault(err)
			return nil
		}
		if page.What.Mend == nil {
			page.Lines = paper.AmendmentInWords(next, s.Proposed, r.Lang)
		}
		page.Now, page.To = paper.GivenOf(s, r.Lang), paper.GivenOf(next, r.Lang)
		if page.About = s.Complaint(s.Proposed.Complaint()); page.About != nil {
			if e := s.Entry(page.About.Entry); e != nil {
				page.Work = e.Code + " · " + e.Title
			}
		}
		return page.weigh(s, next, r.Lang)
	})
	if err != nil {
		return err
	}
	return p.amendment.Render(w, r, page)
}

// weigh fills in what the proposal does to marks and ranks, and what to warn of.
func (page *amendmentPage) weigh(s, next *contest.State, lang text.Language) error {
	list, err := s.Shifts(s.Proposed)
	if err != nil {
		return err
	}
	run := s.Amended(s.Proposed)
	page.Shifts = paper.ShiftsOf(s, run, list, lang)
	if page.Chairs && !s.Shown() { // she judges blind until the results are public
		for i := range page.Shifts {
			page.Shifts[i].Title, page.Shifts[i].Entrant = "", ""
		}
	}
	var others []string
	for _, x := range page.Shifts {
		if x.Moved && !x.About {
			others = append(others, x.Code)
		}
	}
	if len(others) > 0 {
		page.Warns = append(page.Warns, lang.Say("contest.amend_others", "n", len(others), "codes", strings.Join(others, ", ")))
	}
	earlier, err := s.EarlierShifts(s.Proposed)
	if err != nil {
		return err
	}
	for _, x := range earlier {
		rules, _ := s.Rules.Round(x.Round)
		shifts := paper.ShiftsOf(s, s.Round(x.Round), x.Shifts, lang)
		page.Earlier = append(page.Earlier, earlierShifts{rules.Name, shifts})
		var codes []string
		for _, y := range shifts {
			if !y.About {
				codes = append(codes, y.Code)
			}
		}
		if len(codes) > 0 {
			page.Warns = append(page.Warns, lang.Say("contest.amend_earlier_others", "n", len(codes), "codes", strings.Join(codes, ", "),
				"round", rules.Name))
		}
	}
	unlearned, err := s.Unlearned(s.Proposed)
	if err != nil {
		return err
	}
	rules, _ := s.Rules.Round(run.ID)
	for _, u := range unlearned {
		page.Warns = append(page.Warns, lang.Say("contest.amend_habit", "name", s.Judge(u.Judge).Name, "n", u.Works,
			"part", rules.Part(u.Part).Name, "least", ranking.NormaliseLeast))
	}
	if page.What.Mend != nil {
		page.Warns = append(page.Warns, mendWarnings(s, next, lang)...)
	}
	if page.Work != "" && !s.About(s.Proposed, page.About.Entry) && slices.ContainsFunc(list, func(x contest.Shift) bool { return x.About }) {
		page.Warns = append(page.Warns, lang.Say("contest.amend_other_work", "work", page.Work))
	}
	return nil
}

// mendWarnings are what a second person is to know before a sheet is corrected.
func mendWarnings(s, next *contest.State, lang text.Language) (list []string) {
	run, t := s.Task(s.Proposed.Mend.Task)
	rules, _ := s.Rules.Round(run.ID)
	part := rules.Part(t.Part)
	if j := s.Judge(t.Judge); j.Removed != nil {
		list = append(list, lang.Say("contest.amend_mend_left", "name", j.Name, "why", lang.Say("contest.by_whom", "by", j.Removed.By, "at", j.Removed.At,
			"reason", j.Removed.Reason)))
	}
	if t.Repeat {
		list = append(list, lang.Say("contest.amend_mend_repeat"))
	}
	if run == s.Last() && !s.Shown() && s.Given != nil {
		list = append(list, lang.Say("contest.amend_mend_stale"))
	}
	if run != s.Last() {
		list = append(list, lang.Say("contest.amend_mend_late"))
	}
	ofSheet := func(g contest.Gap) bool { return g.Entry == t.Entry && g.Part == t.Part }
	before := slices.ContainsFunc(s.Gaps(run), ofSheet)
	for _, g := range next.Gaps(next.Round(run.ID)) {
		if ofSheet(g) && !before {
			list = append(list, lang.Say("contest.amend_mend_gap", "code", run.Number(t.Entry, part), "part", part.Name,
				"apart", lang.Decimal(g.High.Float()-g.Low.Float(), 2), "most", rules.Gap))
		}
	}
	return list
}

// whoConfirms names everybody who may confirm a correction.
func whoConfirms(r *kit.Request, s *contest.State, d *accounts.Directory) string {
	var names []string
	proposer := contest.PersonIn(d, s.Proposed.Person)
	for _, o := range contest.OrganisersOf(d, s.ID) {
		if s.MayConfirm(s.Proposed, o, proposer) == nil {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	if chair := s.Presiding(); chair != nil && s.MayConfirm(s.Proposed, contest.PersonIn(d, chair.Person), proposer) == nil {
		names = append(names, r.Say("contest.chair_named", "name", chair.Name))
	}
	return strings.Join(names, ", ")
}

func (p pages) decideAmendment(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := contest.DecideCorrection{ID: f.Get("proposal"), Reason: f.Get("reason")}
	switch f.Get("do") {
	case "confirm":
		c.Confirm = true
	case "turn_down":
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
	}
	done := map[bool]string{true: "contest.amend_done", false: "contest.amend_turned_down"}[c.Confirm]
	err = p.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		if p := s.Proposed; c.Confirm && p != nil && !s.CorrectsPublic(p) {
			done = "contest.amend_mend_done"
		}
		if s.Amends(r.Meta("")) != nil {
			return nil // the decision says so
		}
		order, err := orderOf(s, f.Get("order"))
		if len(order) > 0 {
			c.Ties = [][]string{order}
		}
		return err
	})
	if err == nil {
		err = p.do(r, f.ID, c)
	}
	if f.RefusedAloud(err) {
		return p.renderAmendment(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, done)
}

// amends asks on the first page whoever may confirm a correction that waits, and the
// organiser what becomes of complaints.
func (p pages) amends(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.Organise) && !r.Actor.CanSomewhere(accounts.JudgeEntries) {
		return nil, nil
	}
	var steps []kit.Step
	err := p.hall.List(r.Context(), func(s *contest.State) error {
		if p := s.Proposed; p != nil && p.Person != r.Actor.Person && s.Amends(r.Meta("")) == nil && s.ImpartialAbout(p, r.Actor) == nil {
			key := "contest.amend_step"
			if p.Mend != nil {
				key = "contest.amend_mend_step"
			}
			steps = append(steps, kit.Step{Title: s.Rules.Title, Text: r.Say(key, "id", p.ID, "by", p.By),
				Path: "/contests/" + s.ID + "/correction", Button: r.Say("contest.amend_look"), Icon: "contest", Order: 6})
		}
		if x := s.ToldOf(r.Actor.Person); x != nil {
			steps = append(steps, kit.Step{State: "warn", Title: s.Rules.Title, Text: r.Say("contest.turned_down_step", "id", x.Amendment.ID,
				"by", x.Turned.By, "at", x.Turned.At, "reason", x.Turned.Reason),
				Path: "/contests/" + s.ID + "/complaints", Button: r.Say("contest.complaints"), Icon: "contest", Order: 6})
		}
		return nil
	})
	return steps, err
}
