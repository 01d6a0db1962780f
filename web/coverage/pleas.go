package coverage

import (
	"net/http"
	"slices"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/stations"
	"loa/web/kit"
)

// pleasPage lists who asked that a station be excused, those that wait first.
type pleasPage struct {
	kit.Page
	Form    kit.Form // what it is narrowed by
	Choices []kit.Choice
	Rows    []pleaRow
	Turn    kit.Turn
	Answer  kit.Form // the one that was refused
	Of      string   // the plea it is about
}

type pleaRow struct {
	coverage.Plea
	Change string // ID of the change its buttons make
	Label  string
	Span   string
	Badge  string
	Granted,
	Left string // weeks, in words
	Decide bool // she may
	Own    bool
}

var pleaBadges = map[coverage.PleaState]string{coverage.PleaWaits: kit.StateWarn, coverage.PleaGranted: kit.StateOK, coverage.PleaRefused: kit.StateBad,
	coverage.PleaTakeBack: kit.StateNone}

func (p pages) showPleas(w http.ResponseWriter, r *kit.Request) error {
	return p.renderPleas(w, r, kit.Form{}, "")
}

func (p pages) renderPleas(w http.ResponseWriter, r *kit.Request, answer kit.Form, of string) error {
	f, err := kit.ReadFilter[coverage.PleaFilter](r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := f.Query(r.Actor, reg, r.Today())
	if err != nil {
		return err
	}
	q.After, q.Limit = r.URL.Query().Get("after"), kit.CardsAtOnce
	list, next, err := p.store.Pleas(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	page := pleasPage{Page: r.Page("coverage.pleas_title"), Form: kit.FilterForm(f), Turn: r.TurnAfter("after", next), Answer: answer, Of: of}
	for _, one := range list {
		row := pleaRow{Plea: one, Change: kit.NewID(), Label: reg.Label(one.Station), Badge: pleaBadges[one.State], Span: one.From.Words(r.Lang),
			Granted: coverage.Weeks(one.Excused).Words(r.Lang), Left: coverage.Weeks(one.Left).Words(r.Lang),
			Decide: one.MayDecide(r.Actor, reg.Where(one.Station)),
			Own:    one.State == coverage.PleaWaits && one.By.Person == r.Actor.Person}
		if one.Until != one.From {
			row.Span = r.Say("coverage.plea_span_of", "from", one.From, "until", one.Until)
		}
		page.Rows = append(page.Rows, row)
	}
	there := kit.StationOptions(reg, stations.Filter{}.For(r.Actor, accounts.ReadCoverage))
	page.Choices = append(kit.Choices(kit.Choice{Name: "state", Label: r.Say("coverage.plea_state"), Options: kit.WordOptions(r, "coverage.plea_state.",
		coverage.PleaStates[:])}, kit.Choice{Name: "district", Label: r.Say("coverage.district"), Options: districtOptions(reg, there)},
		kit.Choice{Name: "station", Label: r.Say("coverage.station"), Options: there}), r.Lists(reg)...)
	return p.pleas.Render(w, r, page)
}

// districtOptions are the districts in which the stations lie.
func districtOptions(reg *stations.Registry, there []kit.Option) (list []kit.Option) {
	for _, o := range there {
		code := reg.Where(o.Value).District
		if code != "" && !slices.ContainsFunc(list, func(d kit.Option) bool { return d.Value == code }) {
			list = append(list, kit.Option{Value: code, Text: reg.DistrictLabel(code)})
		}
	}
	return list
}

// ask takes the request that a station be excused.
func (p pages) ask(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	if st, err := reg.ByCodeOrID(r.PathValue("station"), r.Today()); err == nil {
		if err := coverage.MayAskExcuse(r.Actor, reg.Where(st.ID)); err != nil {
			return err // before it says anything of what was typed
		}
	}
	f, week, err := formOfWeek(r)
	if err != nil {
		return err
	}
	c := coverage.AskExcuse{Station: r.PathValue("station"), From: week, Reason: airing.Reason(f.Get("reason")), Note: f.Get("note")}
	if until := f.Get("until"); until != "" {
		if c.Until, err = airing.ParseWeek(until); err != nil {
			f.Wrong("until", err)
		}
	}
	if err = f.Err(); err == nil {
		_, err = p.store.AskExcuse(r.Context(), r.Meta(f.ID), c)
	}
	if err != nil {
		now, gone := p.excuseForm(r, week)
		if gone != nil {
			return gone
		}
		if f.Refused(err) {
			return p.renderAsked(w, r, now, *f)
		}
		return err
	}
	return r.Redirect(w, "/coverage/excuses", "coverage.plea_sent")
}

// answer takes the word of who decides, or of who asked and takes it back.
func (p pages) answer(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id, do := r.PathValue("id"), f.Get("do")
	if !slices.Contains([]string{"grant", "refuse"}, do) {
		return fault.New(fault.Invalid, "coverage.plea_unknown")
	}
	said, err := p.store.AnswerExcuse(r.Context(), r.Meta(f.ID), coverage.AnswerExcuse{ID: id, Grant: do == "grant", Why: f.Get("why")})
	if f.Refused(err) {
		return p.renderPleas(w, r, *f, id)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/coverage/excuses", "coverage.plea_done_"+string(said.State))
}

// waiting tells on the first page how many pleas she may decide.
func (p pages) waiting(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.ExcuseStation) {
		return nil, nil
	}
	n, err := p.store.WaitingPleas(r.Context(), r.Actor)
	if err != nil || n == 0 {
		return nil, err
	}
	return []kit.Step{{Title: r.Say("coverage.step_pleas", "n", n), Text: r.Say("coverage.step_pleas_text"), Path: "/coverage/excuses?state=waiting",
		Button: r.Say("coverage.step_pleas_open"), Icon: "coverage", State: "warn", Order: 8, Count: n}}, nil
}
