package contests

import (
	"net/http"
	"strings"
	"time"

	"loa/contest"
	"loa/internal/fault"
	"loa/stations"
	"loa/web/kit"
)

type homePage struct {
	desk
	Rules    contest.Rules
	Problems []string // what keeps a draft from being opened
	Entries  int
	Warned   int // entries with something to look at
	Named    int // entries whose script names the entrant
	Judges   int
	Points   int // ties between judges and works to decide about
	Rounds   []roundRow
	Changes  []contest.RuleChange
	LastDay  time.Time // end of the grace
	CanPrize bool
}

type roundRow struct {
	ID, Name     string
	State        string // "waiting", "next", "running", "finished"
	Signed, All  int
	Gaps         int
	Promoted     int
	PanelsMissed bool
	GoesOn       bool // entries go on to a further round
}

func (p pages) showHome(w http.ResponseWriter, r *kit.Request) error {
	return p.renderHome(w, r, kit.NewForm())
}

func (p pages) renderHome(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	if err := may(r); err != nil {
		return err
	}
	var page homePage
	err := p.hall.FindEntries(r.Context(), r.PathValue("contest"), contest.EntryQuery{}, func(s *contest.State, found []contest.Found) error {
		page = homePage{desk: p.desk(r, s, "", f), Rules: s.Rules, Entries: len(s.Live()), Judges: len(s.Judges), Points: len(s.Points()), Changes: s.Changes,
			LastDay: s.Rules.Dates.ClosesAt.Add(s.Rules.Dates.Grace()), CanPrize: s.Last() != nil}
		for _, x := range found {
			switch x.State {
			case contest.EntryToLookAt:
				page.Warned++
			case contest.EntryNamed:
				page.Named++
			}
		}
		if s.Phase == contest.Draft {
			page.Problems = r.Sentences(s.Rules.Openable(r.Now))
		}
		page.Rounds = roundRows(s)
		return nil
	})
	if err != nil {
		return err
	}
	return p.home.Render(w, r, page)
}

func roundRows(s *contest.State) []roundRow {
	var rows []roundRow
	for _, rules := range s.Rules.Rounds {
		row := roundRow{ID: rules.ID, Name: rules.Name, State: "waiting", PanelsMissed: len(rules.Parts) > 0 && len(s.Panels[rules.ID]) == 0,
			GoesOn: rules.Promotion.By != contest.LastRound}
		if next := s.Next(); next != nil && next.ID == rules.ID {
			row.State = "next"
		}
		if run := s.Round(rules.ID); run != nil {
			signed, open := run.Progress()
			row.State, row.Signed, row.All = "running", signed, signed+open
			for _, g := range s.Gaps(run) {
				if !g.Settled {
					row.Gaps++
				}
			}
			if run.Finished != nil {
				row.State, row.Promoted = "finished", len(run.Finished.Promoted)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// step moves the contest on: open, start or finish a round, publish, close.
func (p pages) step(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var c contest.Command
	switch round := f.Get("round"); f.Get("do") {
	case "open":
		c = contest.OpenContest{}
	case "start":
		c = contest.StartRound{Round: round}
	case "finish":
		c = contest.FinishRound{Round: round}
	case "publish":
		c = contest.PublishResults{}
	case "close":
		c = contest.CloseContest{}
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
	}
	err = p.do(r, f.ID, c)
	if f.RefusedAloud(err) {
		return p.renderHome(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/contests/"+r.PathValue("contest"), "contest.done_"+f.Get("do"))
}

type rulesPage struct {
	desk
	Rules     contest.Rules
	Locked    bool // a change needs a reason
	Districts []kit.Option
	Kinds     []kit.Option
	Themes    []kit.Option
	Sorts     []kit.Option // categories
	Methods   []kit.Option
	Moves     []kit.Option // promotion rules
	Per       []kit.Option
	QuotaPer  []kit.Option
	When      []kit.Option
	Policies  []kit.Option
	Breakers  [][]kit.Option // per round
	Pieces    []string
	Languages []kit.Option
}

func (p pages) showRules(w http.ResponseWriter, r *kit.Request) error {
	f := kit.NewForm()
	err := p.view(r, func(s *contest.State) error {
		f.Values = valuesOf(r.Lang, s.Rules)
		return nil
	})
	if err != nil {
		return err
	}
	return p.renderRules(w, r, f)
}

func (p pages) renderRules(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	var page rulesPage
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	err = p.view(r, func(s *contest.State) error {
		page = rulesPage{desk: p.desk(r, s, "rules", f), Locked: s.Phase != contest.Draft}
		return nil
	})
	if err != nil {
		return err
	}
	page.Rules, _ = rulesOf(f.Values) // what cannot be read stands beside its field already
	for _, u := range reg.Districts(r.Today()) {
		page.Districts = append(page.Districts, kit.Option{Value: u.Code, Text: u.Official()})
	}
	for _, t := range page.Rules.Themes {
		page.Themes = append(page.Themes, kit.Option{Value: t.ID, Text: t.Name})
	}
	for _, c := range page.Rules.Categories {
		page.Sorts = append(page.Sorts, kit.Option{Value: c.ID, Text: c.Name})
	}
	choices := func(prefix string, values ...string) (out []kit.Option) {
		for _, v := range values {
			key := v
			if key == "" {
				key = "none"
			}
			out = append(out, kit.Option{Value: v, Text: r.Say("contest." + prefix + "_" + key)})
		}
		return out
	}
	page.Kinds = choices("kind", "station", "person", "group")
	page.Methods = choices("method", "mean", "median", "trimmed", "normalised")
	page.Moves = choices("move", "", "top", "points", "picked")
	page.Per = choices("per", "", "theme", "category", "district")
	page.QuotaPer = choices("per", "station", "district")
	page.When = choices("when", "", "always", "not_vietnamese", "optional")
	page.Policies = choices("policy", "share", "split", "chair")
	page.Pieces = []string{"audio", "script", "scan", "translation"}
	for _, l := range stations.Languages {
		page.Languages = append(page.Languages, kit.Option{Value: l, Text: r.Say("language." + l)})
	}
	for _, round := range page.Rules.Rounds {
		list := choices("tie", "median", "head_to_head", "earliest", "chair")
		for _, part := range round.Parts {
			for _, k := range part.Criteria {
				list = append(list, kit.Option{Value: "criterion/" + part.ID + "/" + k.ID, Text: r.Say("contest.tie_criterion", "name", k.Name)})
			}
		}
		page.Breakers = append(page.Breakers, list)
	}
	return p.rules.Render(w, r, page)
}

// saveRules keeps the rules, or only adds or removes a row of the form.
func (p pages) saveRules(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	rules, err := rulesOf(f.Values)
	if verb, path, ok := cut(f.Get("do")); ok {
		if verb == "add" {
			addRow(&rules, path)
		} else {
			removeRow(&rules, path)
		}
		reason := f.Get("reason")
		f.Values = valuesOf(r.Lang, rules)
		f.Values.Set("reason", reason)
		f.ID = kit.NewID()
		return p.renderRules(w, r, *f)
	}
	if err == nil {
		err = p.named(r, &rules)
	}
	if err == nil {
		err = p.do(r, f.ID, contest.ChangeRules{Rules: rules, Reason: f.Get("reason")})
	}
	if f.Refused(err) {
		reason := f.Get("reason")
		for k, v := range valuesOf(r.Lang, rules) { // IDs made meanwhile
			if f.Get(k) == "" {
				f.Values[k] = v
			}
		}
		f.Values.Set("reason", reason)
		return p.renderRules(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/contests/"+r.PathValue("contest"), "contest.rules_saved")
}

// named puts the IDs of stations where the form names them by official codes.
// Fault: stations.unknown.
func (p pages) named(r *kit.Request, rules *contest.Rules) error {
	if len(rules.Who.Stations) == 0 {
		return nil
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	for i, one := range rules.Who.Stations {
		st, err := reg.ByCodeOrID(one, r.Today())
		if err != nil {
			return fault.New(fault.Invalid, "stations.unknown", "station", one).At(whoStations)
		}
		rules.Who.Stations[i] = st.ID
	}
	return nil
}

// cut splits a button's value, "add:rounds.0.parts", into verb and path.
func cut(do string) (verb, path string, ok bool) {
	verb, path, ok = strings.Cut(do, ":")
	return verb, path, ok && (verb == "add" || verb == "remove")
}
