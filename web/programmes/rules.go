package programmes

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

type clashLine struct {
	scheduler.Clash
	Where string // name of the one station, or of one of them
	Self  bool
}

// other is a programme a rule could be made for instead, and at how many stations.
type other struct {
	scheduler.Programme
	Path     string
	Stations int
}

type rulePage struct {
	kit.Page
	Form         kit.Form
	Programme    scheduler.Programme
	Rule         string // ID, "" for a new one
	Action       string
	Days         []kit.Option
	Districts    []kit.Option
	Languages    []kit.Option
	Technologies []kit.Option
	Priorities   []kit.Option
	Chosen       []kit.Option // ways to choose stations
	Stations     []kit.Option
	Others       []other   // that could air where nothing is planned instead
	Typed        bool      // the line is typed, not made from the form
	Ended        time.Time // from when on the rule plans nothing; zero for one that goes on
	EndedBy      string
	Today        string

	Previewed bool
	Preview   scheduler.Preview
	Clashes   []clashLine
	When, Who string
}

func (p pages) renderRule(w http.ResponseWriter, r *kit.Request, reg *stations.Registry, page rulePage) error {
	today := r.Today()
	title := "schedule.new_rule"
	if page.Rule != "" {
		title = "schedule.edit_rule"
	}
	page.Page, page.Today, page.Typed = r.Page(title), string(today), page.Form.Get("cron") != ""
	for _, d := range scheduler.Weekdays {
		page.Days = append(page.Days, kit.Option{Value: strconv.Itoa(int(d)), Text: r.Say("weekday." + strconv.Itoa(int(d)))})
	}
	page.Districts = r.Districts(reg, nil)
	page.Languages, page.Technologies = options(r, "language.", stations.Languages[1:]), options(r, "stations.technology.", stations.Technologies)
	page.Priorities = options(r, "schedule.priority.", scheduler.Priorities)
	page.Chosen = []kit.Option{{Value: "all", Text: r.Say("schedule.chosen_all")}}
	for _, who := range []string{"district", "list", "language", "technology"} {
		page.Chosen = append(page.Chosen, kit.Option{Value: who, Text: r.Say("schedule.by_" + who)})
	}
	for i := range page.Priorities {
		page.Priorities[i].Hint = r.Say("schedule.priority_hint." + page.Priorities[i].Value)
	}
	page.Stations = kit.StationOptions(reg, stations.Filter{ActiveOn: today})
	return p.ruleEdit.Render(w, r, page)
}

func (p pages) showNewRule(w http.ResponseWriter, r *kit.Request) error {
	s, reg, err := p.facts(r)
	if err != nil {
		return err
	}
	programme, err := s.Programme(r.PathValue("id"))
	if err != nil {
		return err
	}
	f := kit.NewForm("who", "all", "time", "17:00", "minutes", strconv.Itoa(scheduler.DefaultMinutes), "priority", string(scheduler.Ordinary))
	page := rulePage{Programme: programme, Action: "/programmes/" + programme.ID + "/rules"}
	if r.FormValue("for") == string(scheduler.NoSlot) { // the stations at which nothing is planned
		ahead, err := scheduler.LookAhead(r.Context(), p.store, r.Now)
		if err != nil {
			return err
		}
		f.Values.Set("who", "list")
		f.Values["stations"] = ahead.Bare(programme, reg)
		for _, id := range ahead.Offers {
			if o, err := s.Programme(id); err == nil && id != programme.ID {
				page.Others = append(page.Others, other{o, bareRule(id), len(ahead.Bare(o, reg))})
			}
		}
	}
	page.Form = f
	return p.renderRule(w, r, reg, page)
}

func (p pages) showRule(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.ruleForm(r)
	if err != nil {
		return err
	}
	return p.renderEditRule(w, r, f)
}

func (p pages) renderEditRule(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	s, reg, err := p.facts(r)
	if err != nil {
		return err
	}
	rule, err := s.Rule(r.PathValue("id"))
	if err != nil {
		return err
	}
	programme, err := s.Programme(rule.Current().Programme)
	if err != nil {
		return err
	}
	page := rulePage{Form: f, Programme: programme, Rule: rule.ID, Action: "/rules/" + rule.ID}
	page.Ended, page.EndedBy, _ = rule.Ended()
	return p.renderRule(w, r, reg, page)
}

// ruleForm is the form of the rule as it is now.
func (p pages) ruleForm(r *kit.Request) (kit.Form, error) {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return kit.Form{}, err
	}
	rule, err := s.Rule(r.PathValue("id"))
	if err != nil {
		return kit.Form{}, err
	}
	v := rule.Current()
	f := kit.NewForm("minutes", strconv.Itoa(v.Minutes), "from", string(v.From), "until", string(v.Until), "priority", string(v.Priority), "note", v.Note,
		"since", r.URL.Query().Get("since"))
	fillWhen(&f, v.Cron)
	fillWho(&f, v.Selection)
	return f.From(rule.Edition()), nil
}

// fillWhen puts a cron line into the form: as days and times if they can say
// it, else as the line.
func fillWhen(f *kit.Form, cron string) {
	line, err := scheduler.ParseLine(cron)
	if err != nil {
		f.Values.Set("cron", cron)
		return
	}
	w, ok := line.Weekly()
	if !ok || len(w.Times) > 3 {
		f.Values.Set("cron", cron)
		return
	}
	for _, d := range w.Days {
		f.Values.Add("days", strconv.Itoa(int(d)))
	}
	for i, t := range w.Times {
		f.Values.Set([]string{"time", "time2", "time3"}[i], t)
	}
}

func fillWho(f *kit.Form, s scheduler.Selection) {
	set := func(who, field string, values ...string) {
		f.Values.Set("who", who)
		for _, v := range values {
			f.Values.Add(field, v)
		}
	}
	switch {
	case len(s.Districts) > 0:
		set("district", "districts", s.Districts...)
	case len(s.Stations) > 0:
		set("list", "stations", s.Stations...)
	case s.Language != "":
		set("language", "language", s.Language)
	case s.Technology != "":
		set("technology", "technology", s.Technology)
	default:
		set("all", "who")
	}
}

// ruleCommand reads the form. A fault is of the days and times; the rest is
// judged when the rule is decided.
func ruleCommand(f *kit.Form) (c scheduler.SaveRule, err error) {
	c = scheduler.SaveRule{Cron: f.Get("cron"), Minutes: f.Int("minutes"), From: stations.Date(f.Get("from")), Until: stations.Date(f.Get("until")),
		Priority: scheduler.Priority(f.Get("priority")), Note: f.Get("note"), Since: stations.Date(f.Get("since"))}
	switch f.Get("who") {
	case "all":
		c.Selection.All = true
	case "district":
		c.Selection.Districts = f.All("districts")
	case "list":
		c.Selection.Stations = f.All("stations")
	case "language":
		c.Selection.Language = f.Get("language")
	case "technology":
		c.Selection.Technology = f.Get("technology")
	}
	if c.Cron == "" {
		var w scheduler.Weekly
		for _, d := range f.All("days") {
			if n, err := strconv.Atoi(d); err == nil && n >= 0 && n < 7 {
				w.Days = append(w.Days, time.Weekday(n))
			}
		}
		for _, name := range []string{"time", "time2", "time3"} {
			if t := f.Get(name); t != "" {
				w.Times = append(w.Times, t)
			}
		}
		c.Cron, err = w.Cron()
	}
	return c, errors.Join(f.Err(), err)
}

// saveRule takes the form of a new rule and of an edited one; the button
// pressed says whether it is previewed or saved.
func (p pages) saveRule(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	s, reg, err := p.facts(r)
	if err != nil {
		return err
	}
	page := rulePage{Action: r.URL.Path}
	programmeID := r.PathValue("id")
	if r.URL.Path == "/rules/"+r.PathValue("id") {
		rule, err := s.Rule(r.PathValue("id"))
		if err != nil {
			return err
		}
		page.Rule, programmeID = rule.ID, rule.Current().Programme
		page.Ended, page.EndedBy, _ = rule.Ended()
	}
	if page.Programme, err = s.Programme(programmeID); err != nil {
		return err
	}
	c, err := ruleCommand(f)
	c.ID, c.Programme = page.Rule, programmeID
	do := f.Get("do")
	c.Resume = !page.Ended.IsZero() && do != "save"
	if err == nil && (do == "save" || do == "resume") {
		var saved scheduler.Rule
		err = f.Save(func() (kit.Form, error) { return p.ruleForm(r) }, func(m accounts.Meta) (err error) {
			saved, err = p.store.SaveRule(r.Context(), m, c)
			return err
		})
		if err == nil {
			return r.Redirect(w, "/programmes/"+programmeID, "schedule.rule_saved", "when", scheduler.SayCron(r.Lang, saved.Current().Cron))
		}
	}
	if err == nil {
		page.Preview, err = scheduler.PreviewRule(s, reg, r.Meta(f.ID), c)
		page.Previewed = err == nil
	}
	if err != nil && !f.Refused(err) {
		return err
	}
	if page.Previewed {
		page.When, page.Who = scheduler.SayCron(r.Lang, c.Cron), c.Selection.Say(r.Lang, reg)
		for _, cl := range page.Preview.Clashes {
			page.Clashes = append(page.Clashes, clashLine{cl, reg.Label(cl.First), cl.Other == page.Rule ||
				!slices.ContainsFunc(s.Rules, func(o scheduler.Rule) bool { return o.ID == cl.Other })})
		}
	}
	page.Form = *f
	return p.renderRule(w, r, reg, page)
}

func (p pages) endRule(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var rule scheduler.Rule
	err = f.Save(func() (kit.Form, error) { return p.ruleForm(r) }, func(m accounts.Meta) (err error) {
		rule, err = p.store.SaveRule(r.Context(), m, scheduler.SaveRule{ID: r.PathValue("id"), End: true})
		return err
	})
	if fault.Of(err) != nil && fault.Of(err).Kind == fault.Stale { // what is to be ended is shown as it is now
		now, gone := p.ruleForm(r)
		if gone != nil {
			return gone
		}
		now.Notice = r.Lang.Fault(err)
		return p.renderEditRule(w, r, now)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/programmes/"+rule.Current().Programme, "schedule.rule_ended")
}
