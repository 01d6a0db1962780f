package airings

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"loa/airing"
	"loa/internal/fault"
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
	Corrects   *airing.Line
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
	return p.renderForm(w, r, f)
}

func (p pages) renderForm(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
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
	if st == nil {
		return r.Redirect(w, "/today", "airing.choose_station")
	}
	page.StationID, page.Station = st.ID, reg.Label(st.ID)
	if id := page.Form.Get("slot"); id != "" {
		slot, err := plan.Slot(reg, id)
		switch {
		case err == nil:
			task := airing.Plan{Registry: reg, Schedule: plan}.Task(st, slot)
			page.Slot = &task
			setDefault(&page.Form, "started_at", slot.Start.In(text.Zone).Format(localTime))
			setDefault(&page.Form, "means", string(task.Means))
		case page.Corrects == nil: // a report can be corrected though its slot is planned no more
			return err
		}
	} else {
		setDefault(&page.Form, "started_at", r.Now.In(text.Zone).Format(localTime))
		setDefault(&page.Form, "means", string(airing.UsualMeans(st)))
	}
	page.options(r, plan)
	return p.form.Render(w, r, page)
}

const localTime = "2006-01-02T15:04"

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
		"started_at": line.StartedAt.In(text.Zone).Format(localTime),
	} {
		setDefault(f, name, value)
	}
	if line.Seconds > 0 {
		setDefault(f, "seconds", minutes(line.Seconds))
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
	for _, prog := range plan.Programmes {
		page.Programmes = append(page.Programmes, kit.Option{Value: prog.ID, Text: prog.Title})
	}
	outcomes := []airing.Outcome{airing.Aired, airing.NotAired}
	if page.Corrects != nil {
		outcomes = append(outcomes, airing.Withdrawn)
	}
	for _, o := range outcomes {
		page.Outcomes = append(page.Outcomes, kit.Option{Value: string(o), Text: r.Say("airing.outcome." + string(o))})
	}
	for _, reason := range airing.Reasons {
		page.Reasons = append(page.Reasons, kit.Option{Value: string(reason), Text: r.Say("airing.reason." + string(reason))})
	}
	for _, m := range airing.AllMeans {
		page.Means = append(page.Means, kit.Option{Value: string(m), Text: r.Say("airing.means." + string(m))})
	}
}

// save takes the report of any of the forms.
func (p pages) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := airing.Confirm{ID: f.ID, Slot: f.Get("slot"), Outcome: airing.Outcome(f.Get("outcome")), Reason: airing.Reason(f.Get("reason")),
		StartedAt: f.Instant("started_at"), Seconds: seconds(f.Get("seconds")), Means: airing.Means(f.Get("means")), Note: f.Get("note"),
		Corrects: f.Get("corrects"), Why: f.Get("why")}
	if c.Slot == "" {
		c.Station, c.Programme = f.Get("station"), f.Get("programme")
	}
	if c.Outcome != airing.NotAired { // the form has every field at once; what does not apply is not meant
		c.Reason = ""
	}
	err = f.Err()
	if c.Seconds < 0 && err == nil {
		err = fault.New(fault.Invalid, "airing.length_unreadable", "text", f.Get("seconds")).At("seconds")
	}
	if err == nil {
		var line airing.Line
		if line, err = p.store.Confirm(r.Context(), r.Meta(f.ID), c); err == nil {
			path := "/today?station=" + line.Station
			if line.Early() {
				return r.Redirect(w, path, "airing.saved_on_air", "at", r.Lang.Clock(line.End()))
			}
			return r.Redirect(w, path, "airing.saved_"+string(line.Outcome))
		}
	}
	if f.Refused(err) {
		return p.renderForm(w, r, *f)
	}
	return err
}

// seconds reads a length as people write it, "12:30" or "12" minutes; "" is 0
// and what cannot be read is -1, which no airing can last.
func seconds(s string) int {
	if s == "" {
		return 0
	}
	m, sec, long := strings.Cut(s, ":")
	n, err := strconv.Atoi(m)
	if !long {
		sec = "0"
	}
	rest, err2 := strconv.Atoi(sec)
	if err != nil || err2 != nil || n < 0 || n > 10_000 || rest < 0 || rest > 59 {
		return -1
	}
	return n*60 + rest
}

// minutes writes a length as seconds reads it.
func minutes(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }
