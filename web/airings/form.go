package airings

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

type formPage struct {
	kit.Page
	Form       kit.Form
	Station    string // label
	StationID  string
	Slot       *airing.Task
	Met        *airing.Task // the waiting slot that the report seems to speak of
	Passed     *kit.Passed  // the station was merged into another
	Planned    bool         // by a slot, which has a length of its own
	Corrects   *airing.Line
	Asks       []string // what is to be agreed to first, of a day long past
	Then       string   // path to go to once it is kept
	About      string   // of what it speaks, for the outbox: one thing is said once
	Label      string   // what the outbox calls it
	Programmes []kit.Option
	Outcomes   []kit.Option
	Reasons    []kit.Option
	Means      []kit.Option
}

// showForm shows the whole report form: for a slot (?slot=), an airing that no
// slot foresaw (?station=), or a correction (?corrects=).
func (p pages) showForm(w http.ResponseWriter, r *kit.Request) error {
	q := r.URL.Query()
	f := kit.NewForm("slot", q.Get("slot"), "station", q.Get("station"), "outcome", q.Get("outcome"), "corrects", q.Get("corrects"))
	return p.renderForm(w, r, f, nil)
}

// renderForm shows the form; asked is what the person is asked about it, nil for nothing.
func (p pages) renderForm(w http.ResponseWriter, r *kit.Request, f kit.Form, asked *fault.Error) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	page := formPage{Page: r.Page("airing.report_title"), Form: f}
	if id := f.Get("corrects"); id != "" {
		line, err := p.store.Airing(r.Context(), r.Actor, id)
		if err != nil {
			return err
		}
		page.Title, page.Corrects = r.Say("airing.correct_title"), &line
		prefill(&page.Form, line)
	}
	st, err := p.stationOf(r, reg, page.Form)
	if err != nil {
		return err
	}
	if st == nil && r.Method == http.MethodPost { // of no station there is no form to come back to
		return fault.New(fault.Invalid, "airing.station_missing").At("station")
	}
	if st == nil {
		return r.Redirect(w, "/today", "airing.choose_station")
	}
	page.Planned = page.Form.Get("slot") != ""
	page.StationID, page.Station, page.Then = st.ID, reg.Label(st.ID), dayPath(r.Actor, st.ID)
	page.Passed = r.Passed(reg, st.ID, accounts.ReportAiring, "/airings/new?station=%s")
	if asked != nil {
		page.Form.Values.Set("seen", asked.Args["seen"].(string))
		for _, part := range asked.Parts {
			page.Asks = append(page.Asks, r.Lang.Fault(part))
		}
	}
	if asked != nil || page.Corrects != nil && page.Corrects.WeekClosed { // it stands in no list of today's
		page.Then = "/airings/" + page.Form.ID
	}
	page.About, page.Label = "airing", page.Title
	if id := page.Form.Get("slot"); id != "" {
		slot, err := plan.Slot(reg, id)
		switch {
		case err == nil:
			task := airing.Plan{Registry: reg, Schedule: plan}.Task(st, slot)
			page.Slot = &task
			page.About, page.Label = "slot:"+id, r.Lang.Weekday(slot.Start)+" "+r.Lang.Clock(slot.Start)+" · "+task.Programme.Title
			setDefault(&page.Form, "started_at", kit.AsInstant(slot.Start))
			setDefault(&page.Form, "means", string(task.Means))
		case page.Corrects == nil: // a report can be corrected though its slot is planned no more
			return err
		}
	} else {
		setDefault(&page.Form, "started_at", kit.AsInstant(r.Now))
		setDefault(&page.Form, "means", string(airing.UsualMeans(st)))
	}
	if old := page.Corrects; old != nil {
		page.About, page.Label = "correct:"+old.ID, page.Title+" · "+r.Lang.Weekday(old.StartedAt)+" "+r.Lang.DateTime(old.StartedAt)
	}
	page.options(r, plan)
	if page.Corrects == nil && page.Form.Get("unplanned") == "" {
		if page.Met, err = p.met(r, command(&page.Form)); err != nil {
			return err
		}
	}
	return p.form.Render(w, r, page)
}

func setDefault(f *kit.Form, name, value string) {
	if f.Get(name) == "" {
		f.Values.Set(name, value)
	}
}

// prefill puts what the corrected report said into the form.
func prefill(f *kit.Form, line airing.Line) {
	for name, value := range map[string]string{
		"slot": line.Slot, "station": line.Station, "programme": line.Programme, "outcome": string(line.Outcome),
		"reason": string(line.Reason), "means": string(line.Means), "note": line.Note,
		"started_at": kit.AsInstant(line.StartedAt),
	} {
		setDefault(f, name, value)
	}
	if line.Seconds > 0 {
		setDefault(f, "seconds", text.Length(line.Seconds))
	}
}

func (p pages) stationOf(r *kit.Request, reg *stations.Registry, f kit.Form) (*stations.Station, error) {
	if id := f.Get("slot"); id != "" {
		_, station, _, err := scheduler.ParseSlotID(id)
		if err != nil {
			return nil, err
		}
		f.Values.Set("station", station)
	}
	r.URL.RawQuery = url.Values{"station": {f.Get("station")}}.Encode()
	return chosen(reg, reportable(r, reg), r)
}

func (page *formPage) options(r *kit.Request, plan *scheduler.Schedule) {
	for _, prog := range plan.Working() {
		page.Programmes = append(page.Programmes, kit.Option{Value: prog.ID, Text: prog.Title})
	}
	outcomes := []airing.Outcome{airing.Aired}
	if page.Planned || page.Corrects != nil && page.Corrects.Outcome == airing.NotAired { // what nobody planned cannot fail to air
		outcomes = append(outcomes, airing.NotAired)
	}
	if page.Corrects != nil {
		outcomes = append(outcomes, airing.Withdrawn)
	}
	page.Outcomes = kit.WordOptions(r, "airing.outcome.", outcomes)
	page.Reasons = kit.WordOptions(r, "airing.reason.", airing.Reasons[:])
	page.Means = kit.WordOptions(r, "airing.means.", airing.AllMeans[:])
}

// save takes the report of any of the forms.
func (p pages) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := command(f)
	c.Spoken = spoken(r, f)
	if planned := milliseconds(f.Get("planned")); c.Spoken != nil && c.Slot != "" && c.StartedAt.IsZero() {
		c.StartedAt = planned // as her page showed it
	}
	if err = f.Err(); err == nil && c.Corrects != "" {
		err = p.untouched(r, &c)
	}
	if err == nil && f.Get("unplanned") == "" && c.Proposal == "" && !r.WaitedOnPhone() {
		met, err := p.met(r, c)
		if err != nil {
			return err
		}
		if met != nil {
			r.Asks(w)
			f.Refused(fault.New(fault.Conflict, "airing.is_it_planned", "title", met.Programme.Title, "at", met.Slot.Start))
			return p.renderForm(w, r, *f, nil)
		}
	}
	if err == nil {
		var line airing.Line
		if line, err = p.confirm(r, c); err == nil {
			r.Kept(f.ID)
			return p.saved(w, r, line)
		}
	}
	if askable(err) {
		r.Asks(w)
	}
	if err != nil && c.Proposal != "" { // two buttons: there is no form to come back to
		return err
	}
	if e := fault.Of(err); e != nil && e.Kind == fault.Conflict && e.Args["other"] != nil && !f.Values.Has("started_at") {
		return p.meanwhile(w, r, e) // a button of an older page: there is no form to come back to
	}
	if fault.Is(err, "airing.corrected_already") { // sent again, it corrects what stands now
		f.Values.Set("corrects", fault.Of(err).Args["other"].(string))
	}
	if once.Unseen(err) && f.Refused(err) {
		f.Notice = "" // each is said where it is agreed to, and no field is wrong
		clear(f.Errors)
		return p.renderForm(w, r, *f, fault.Of(err))
	}
	if f.Refused(err) {
		return p.renderForm(w, r, *f, nil)
	}
	return err
}

// decline takes the word of who runs the station that what was noted of a call is not so.
func (p pages) decline(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	said, err := p.store.DeclineProposal(r.Context(), r.Meta(f.ID), airing.Decline{ID: r.PathValue("id"), Why: f.Get("why")})
	if err != nil {
		return err
	}
	r.Kept(f.ID)
	return r.Redirect(w, dayPath(r.Actor, said.Station), "airing.said_declined")
}

// askable reports whether what was refused is taken once somebody says that it is so.
func askable(err error) bool { return once.Unseen(err) || fault.Is(err, "airing.overlaps") }

// confirm keeps the report. Of what waited on a phone nobody is there to be asked: it is taken as it
// is, also where an earlier try of the same has been taken so.
func (p pages) confirm(r *kit.Request, c airing.Confirm) (airing.Line, error) {
	line, err := p.store.Confirm(r.Context(), r.Meta(c.ID), c)
	if r.WaitedOnPhone() && (askable(err) || fault.Is(err, "airing.id_reused")) {
		c.Seen, c.Alone = nil, false
		return p.store.Confirm(r.Context(), r.Meta(c.ID), c)
	}
	return line, err
}

// spoken is what an outbox tells of when the report was made, nil of what somebody sends herself.
func spoken(r *kit.Request, f *kit.Form) *airing.Spoken {
	s := airing.Spoken{At: milliseconds(f.Get("said_at")), SentAt: milliseconds(f.Get("sent_at")), Contact: f.Get("contact")}
	if s.At.IsZero() || s.SentAt.IsZero() {
		return nil
	}
	if n, err := strconv.Atoi(f.Get("behind")); err == nil {
		s.Behind = &n
	}
	s.Known = r.Contact(s.Contact)
	return &s
}

// meanwhile shows the report that somebody else made or corrected since the page was opened.
func (p pages) meanwhile(w http.ResponseWriter, r *kit.Request, e *fault.Error) error {
	said := r.Lang.Fault(e)
	for _, part := range e.Parts {
		said += " " + r.Lang.Fault(part)
	}
	return r.Redirect(w, "/airings/"+e.Args["other"].(string), "airing.meanwhile", "text", said)
}

// command is what a form asks for.
func command(f *kit.Form) airing.Confirm {
	c := airing.Confirm{ID: f.ID, Slot: f.Get("slot"), Outcome: airing.Outcome(f.Get("outcome")), Reason: airing.Reason(f.Get("reason")),
		StartedAt: f.Instant("started_at"), Seconds: int(f.Minutes("seconds") / time.Second), Means: airing.Means(f.Get("means")), Note: f.Get("note"),
		Corrects: f.Get("corrects"), Why: f.Get("why"), Unplanned: f.Get("unplanned") == "yes"}
	c.Alone, c.Proposal = c.Slot == "" && f.Get("anyway") == "", f.Get("proposal")
	if seen := f.Get("seen"); f.Values.Has("seen") {
		c.Seen = &seen
	}
	if c.Slot == "" {
		c.Station, c.Programme = f.Get("station"), f.Get("programme")
	}
	if c.Outcome != airing.NotAired { // the form has every field at once; what does not apply is not meant
		c.Reason = ""
	}
	return c
}

// untouched gives a correction the seconds of what it corrects, where the form, which
// shows minutes, still says the minute in which that began.
func (p pages) untouched(r *kit.Request, c *airing.Confirm) error {
	line, err := p.store.Airing(r.Context(), r.Actor, c.Corrects)
	if err == nil && line.StartedAt.Truncate(time.Minute).Equal(c.StartedAt) {
		c.StartedAt = line.StartedAt
	}
	return err
}

// met is the slot that a report without one seems to speak of and nobody has
// reported, nil when there is none: the person is asked.
func (p pages) met(r *kit.Request, c airing.Confirm) (*airing.Task, error) {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	plan, err := p.plan(r, reg)
	if err != nil {
		return nil, err
	}
	st, err := reg.ByCodeOrID(c.Station, r.Today())
	if err != nil {
		return nil, nil // Decide says so
	}
	slot := airing.Meets(plan.Schedule, reg, st, c)
	if slot == nil {
		return nil, nil
	}
	lines, err := p.store.ForSlots(r.Context(), r.Actor, []string{slot.ID})
	if line, reported := lines[slot.ID]; err != nil || reported && line.Answers(*slot) {
		return nil, err
	}
	task := plan.Task(st, *slot)
	return &task, nil
}

// saved leads back to the day, and says at once when an airing does not count.
func (p pages) saved(w http.ResponseWriter, r *kit.Request, line airing.Line) error {
	path := dayPath(r.Actor, line.Station)
	set, err := p.store.AiringSettings(r.Context())
	if err != nil {
		return err
	}
	if line.Stands() && line.StartedAt.Before(set.DayBegins(text.Zone, r.Now)) { // it stands in no list of today's
		path = "/airings/" + line.ID
	}
	if line.WeekClosed {
		week := set.Calendar(text.Zone).Week(line.StartedAt)
		return r.Redirect(w, "/airings/"+line.ID, "airing.beside_"+string(line.Outcome), "week", week.Words(r.Lang))
	}
	if lost := line.Lapsed; lost != nil {
		key := "airing.saved_lapsed"
		if !line.Waits() {
			key = "airing.saved_lapsed_gone"
		}
		return r.Redirect(w, "/airings/"+line.ID, key, "by", lost.By.Name, "finding", r.Say("airing.finding."+string(lost.Finding)))
	}
	switch line.Lack() {
	case airing.LackLength:
		least, err := p.least(r, line)
		if err != nil {
			return err
		}
		return r.Redirect(w, path, "airing.saved_too_short", "length", r.Lang.Duration(lengthOf(line)), "least", r.Lang.Duration(least))
	case airing.LackTarget:
		return r.Redirect(w, path, "airing.saved_off_target")
	case airing.LackTruth:
		return r.Redirect(w, path, "airing.saved_contradicted")
	}
	if line.Early() {
		return r.Redirect(w, path, "airing.saved_on_air", "at", r.Lang.Clock(line.End()))
	}
	if line.Outcome == airing.Aired && line.Late() {
		return r.Redirect(w, path, "airing.saved_late", "at", r.Lang.DateTime(line.StartedAt))
	}
	return r.Redirect(w, path, "airing.saved_"+string(line.Outcome))
}

// least is how long an airing of the line's programme had to last to count.
func (p pages) least(r *kit.Request, line airing.Line) (time.Duration, error) {
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return 0, err
	}
	programme, err := plan.Programme(line.Programme)
	return time.Duration(programme.TermsAt(line.StartedAt).MinSeconds) * time.Second, err
}
