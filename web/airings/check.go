package airings

import (
	"net/http"
	"strings"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
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
	Findings []kit.Option
	Asked    kit.Form // what the queue is narrowed by
	Choices  []kit.Choice
	Narrowed bool
	Waiting  int
	Looked   int
	Others   string // who else looks at evidence
	Sound    string // ID of the planned episode's recording
	Playable bool   // some of its evidence is a sound
	Proofs   map[string]proofView
	Agreed   string   // how often people found what the machine had
	Last     *logLine // what she looked at just before
	Send     string   // where the verdict goes
	Pass     string
	Undo     string
}

// queue is what waits for somebody, as the page's filter narrows it.
type queue struct {
	reg    *stations.Registry
	plan   *scheduler.Schedule
	filter airing.CheckFilter
	pile   airing.Pile
	agreed string // how often people found what the machine had
}

func (p pages) queue(r *kit.Request) (q queue, err error) {
	if q.reg, err = p.store.Registry(r.Context()); err != nil {
		return q, err
	}
	if q.plan, err = p.store.Schedule(r.Context()); err != nil {
		return q, err
	}
	if q.filter, err = kit.ReadFilter[airing.CheckFilter](r, "last"); err != nil {
		return q, err
	}
	if err := q.filter.Check(r.Actor, q.reg, q.plan); err != nil {
		return q, err
	}
	list, err := p.store.Exhibits(r.Context(), r.Actor, airing.ToCheck(r.Now))
	q.pile, q.agreed = q.filter.Pile(r.Actor, q.reg, list), agreement(r, list)
	return q, err
}

// handOut leads to the next report, which has an address of its own: the browser's way back leads from report to
// report. last is the one that was looked at just before, "" for none. Where none is left it leads nowhere.
func (p pages) handOut(w http.ResponseWriter, r *kit.Request, q queue, last string) (found bool, err error) {
	next, found := p.handed.Next(r.Actor, q.pile.Waiting, r.Now)
	if !found {
		return false, nil
	}
	return true, r.Redirect(w, filter.Link("/evidence/"+next.Report, q.filter, "last", last), "")
}

// showQueue leads to the report that is handed out, or says that there is none.
func (p pages) showQueue(w http.ResponseWriter, r *kit.Request) error {
	q, err := p.queue(r)
	if err != nil {
		return err
	}
	last := r.URL.Query().Get("last")
	if found := p.handed.Last(r.Actor); last == "" && found != "" { // she comes from elsewhere, and can take it up again all the same
		switch line, err := p.store.Airing(r.Context(), r.Actor, found); {
		case err == nil:
			last = line.ID
		case !fault.Is(err, "airing.unknown"): // else it is no longer hers to see
			return err
		}
	}
	if found, err := p.handOut(w, r, q, last); found || err != nil {
		return err
	}
	return p.renderCheck(w, r, q, "", nil)
}

func (p pages) showCheck(w http.ResponseWriter, r *kit.Request) error {
	q, err := p.queue(r)
	if err != nil {
		return err
	}
	return p.renderCheck(w, r, q, r.PathValue("id"), nil)
}

// renderCheck shows a report, "" for none. sent is the form that was refused.
func (p pages) renderCheck(w http.ResponseWriter, r *kit.Request, q queue, report string, sent *kit.Form) error {
	page := checkPage{Page: r.Page("airing.check_title"), Asked: kit.FilterForm(q.filter), Narrowed: q.filter != airing.CheckFilter{},
		Waiting: len(q.pile.Waiting), Looked: q.pile.Looked, Agreed: q.agreed, Findings: kit.WordOptions(r, "airing.finding.", airing.Findings[:]),
		Others: strings.Join(p.handed.Others(r.Actor, q.pile.Waiting, r.Now), ", ")}
	page.choose(r, q.reg, q.plan)
	last := r.URL.Query().Get("last") // goes with her through the queue, so that she can look at it again from anywhere
	if report != "" {
		if err := p.lay(r, q.reg, q.plan, &page, report); err != nil {
			return err
		}
		if other, taken := p.handed.Take(r.Actor, report, r.Now); taken {
			page.HeldBy = other.Name
		}
		page.Send, page.Pass = filter.Link("/evidence/"+report, q.filter, "last", last), filter.Link("/evidence/"+report+"/pass", q.filter, "last", last)
	}
	if sent != nil {
		page.Form = *sent
	}
	page.Asked.Values.Set("last", last)
	if last != "" && last != report {
		line, err := p.store.Airing(r.Context(), r.Actor, last)
		if err != nil {
			return err
		}
		named, err := p.named(r, q.reg, []airing.Line{line})
		if err != nil {
			return err
		}
		page.Last, page.Undo = &named[0], filter.Link("/evidence/"+last, q.filter, "last", last)
	}
	return p.check.Render(w, r, page)
}

// lay puts a report on the page with what it is compared with.
func (p pages) lay(r *kit.Request, reg *stations.Registry, plan *scheduler.Schedule, page *checkPage, report string) error {
	line, err := p.store.Airing(r.Context(), r.Actor, report)
	if err != nil {
		return err
	}
	if err := airing.MayVerify(r.Actor, reg.Where(line.Station)); err != nil {
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
	if page.Proofs, err = p.proofs(r, reg, plan, line); err != nil {
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
	report := r.PathValue("id")
	if err = p.found(r, f); f.Refused(err) {
		q, err := p.queue(r)
		if err != nil {
			return err
		}
		return p.renderCheck(w, r, q, report, f)
	}
	if err != nil {
		return err
	}
	p.handed.Done(r.Actor, report)
	return p.onward(w, r, report)
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
	return p.onward(w, r, r.URL.Query().Get("last"))
}

// onward leads to the next report; last is the one that was answered last, "" for none.
func (p pages) onward(w http.ResponseWriter, r *kit.Request, last string) error {
	q, err := p.queue(r)
	if err != nil {
		return err
	}
	if found, err := p.handOut(w, r, q, last); found || err != nil {
		return err
	}
	return r.Redirect(w, filter.Link("/evidence", q.filter, "last", last), "")
}
