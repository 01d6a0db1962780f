package airings

import (
	"net/http"

	"loa/accounts"
	"loa/airing"
	"loa/internal/filter"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

// checkPage is the queue of evidence: one report that waits, and all that helps to say what its evidence shows.
type checkPage struct {
	kit.Page
	logLine
	Found    bool // there is a report to look at
	Mine     bool // she reported it herself
	HeldBy   string
	Form     kit.Form
	Asked    kit.Form // what the queue is narrowed by
	Choices  []kit.Choice
	Narrowed bool
	Waiting  int
	Looked   int
	Others   []string // who else looks at what
	Sound    string   // ID of the planned episode's recording
	Playable bool     // some of its evidence is a sound
	Proofs   map[string]proofView
	Agreed   string   // how often people found what the machine had
	Last     *logLine // what she looked at just before
	Send     string   // where the verdict goes
	Pass     string
	Undo     string
}

// queue is what waits, as the page's filter narrows it, and how often people found what the machine had.
func (p pages) queue(r *kit.Request, reg *stations.Registry, plan *scheduler.Schedule) (f airing.CheckFilter, pile airing.Pile, agreed string, err error) {
	if f, err = kit.ReadFilter[airing.CheckFilter](r); err != nil {
		return f, pile, "", err
	}
	if err := f.Check(r.Actor, reg, plan); err != nil {
		return f, pile, "", err
	}
	list, err := p.store.Exhibits(r.Context(), r.Actor, airing.ToCheck(r.Now))
	return f, f.Pile(r.Actor, reg, list), agreement(r, list), err
}

func (p pages) showCheck(w http.ResponseWriter, r *kit.Request) error {
	return p.renderCheck(w, r, nil, r.URL.Query().Get("report"))
}

// renderCheck shows a certain report, or the next one where report is "". sent is the form that was refused.
func (p pages) renderCheck(w http.ResponseWriter, r *kit.Request, sent *kit.Form, report string) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	f, pile, agreed, err := p.queue(r, reg, plan)
	if err != nil {
		return err
	}
	page := checkPage{Page: r.Page("airing.check_title"), Asked: kit.FilterForm(f), Narrowed: f != airing.CheckFilter{},
		Waiting: len(pile.Waiting), Looked: pile.Looked, Agreed: agreed}
	page.choose(r, reg, plan)
	if report == "" {
		next, found, others := p.handed.Next(r.Actor, pile.Waiting, r.Now)
		if found {
			report = next.Report
		}
		for _, o := range others {
			page.Others = append(page.Others, o.Name)
		}
	} else if other, taken := p.handed.Take(r.Actor, report, r.Now); taken {
		page.HeldBy = other.Name
	}
	if report != "" {
		if err := p.lay(r, reg, plan, &page, report); err != nil {
			return err
		}
		page.Send, page.Pass = filter.Link("/evidence/"+report, f), filter.Link("/evidence/"+report+"/pass", f)
	}
	if sent != nil {
		page.Form = *sent
	}
	if last := r.URL.Query().Get("last"); last != "" && last != report {
		line, err := p.store.Airing(r.Context(), r.Actor, last)
		if err != nil {
			return err
		}
		named, err := p.named(r, reg, []airing.Line{line})
		if err != nil {
			return err
		}
		page.Last, page.Undo = &named[0], filter.Link("/evidence", f, "report", last)
	}
	return p.check.Render(w, r, page)
}

// lay puts a report on the page with what it is compared with.
func (p pages) lay(r *kit.Request, reg *stations.Registry, plan *scheduler.Schedule, page *checkPage, report string) error {
	line, err := p.store.Airing(r.Context(), r.Actor, report)
	if err != nil {
		return err
	}
	if err := r.Actor.Must(accounts.VerifyAiring, reg.Where(line.Station)); err != nil {
		return err
	}
	named, err := p.named(r, reg, []airing.Line{line})
	if err != nil {
		return err
	}
	page.logLine, page.Found, page.Form = named[0], true, verdictForm(line).Without("note")
	page.Mine = line.By.Person != "" && line.By.Person == r.Actor.Person
	if e, err := plan.Episode(line.Episode); err == nil {
		page.Sound = e.Audio
	}
	if page.Proofs, err = p.proofs(r, plan, line); err != nil {
		return err
	}
	for _, e := range line.Evidence {
		page.Playable = page.Playable || e.Kind == airing.Sound
	}
	return nil
}

// choose fills what the queue may be narrowed to.
func (page *checkPage) choose(r *kit.Request, reg *stations.Registry, plan *scheduler.Schedule) {
	there := kit.StationOptions(reg, stations.Filter{}.For(r.Actor, accounts.VerifyAiring))
	var programmes []kit.Option
	for _, one := range plan.Programmes {
		programmes = append(programmes, kit.Option{Value: one.ID, Text: one.Title})
	}
	page.Choices = append(kit.Choices(
		kit.Choice{Name: "district", Label: r.Say("airing.column.district"), Options: districts(reg, there)},
		kit.Choice{Name: "programme", Label: r.Say("airing.column.programme"), Options: programmes},
		kit.Choice{Name: "language", Label: r.Say("airing.check_language"), Options: kit.WordOptions(r, "language.", stations.Languages)},
		kit.Choice{Name: "kind", Label: r.Say("airing.column.evidence"), Options: kit.WordOptions(r, "airing.evidence_kind.", airing.EvidenceKinds[:])}),
		r.Lists(reg)...)
}

// Can reports whether she may say what she found.
func (page checkPage) Can() bool {
	return page.Found && !page.Mine && page.Stands() && page.Outcome == airing.Aired
}

// checked keeps what was found and brings the next.
func (p pages) checked(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if err = p.found(r, f); f.Refused(err) {
		return p.renderCheck(w, r, f, r.PathValue("id"))
	}
	if err != nil {
		return err
	}
	p.handed.Done(r.Actor, r.PathValue("id"))
	return p.onward(w, r, r.PathValue("id"))
}

// pass leaves a report for later, or for somebody else.
func (p pages) pass(w http.ResponseWriter, r *kit.Request) error {
	if _, err := r.ReadForm(); err != nil {
		return err
	}
	if _, err := p.store.Airing(r.Context(), r.Actor, r.PathValue("id")); err != nil {
		return err
	}
	p.handed.Pass(r.Actor, r.PathValue("id"), r.Now)
	return p.onward(w, r, "")
}

// onward leads to the next report; last is the one that was looked at, "" where it was passed.
func (p pages) onward(w http.ResponseWriter, r *kit.Request, last string) error {
	f, err := kit.ReadFilter[airing.CheckFilter](r)
	if err != nil {
		return err
	}
	return r.Redirect(w, filter.Link("/evidence", f, "last", last), "")
}
