package plan

import (
	"net/http"
	"slices"
	"strconv"

	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/plan"
	"loa/stations"
	"loa/web/kit"
)

type onePage struct {
	kit.Page
	row
	Year      string
	Back      string
	Edit      string // "" for who may not
	Note      string // of what Loa counts itself
	Chart     kit.ColumnChart
	Periods   []periodRow
	Versions  []versionRow
	CSV, XLSX string
	MayEnter  bool
	Form      kit.Form
	Corrected string // the figure that is corrected, as it is called; "" enters a new one
	Choices   []kit.Option
	Nothing   string // why there are none, "" where there are some
	Districts []kit.Option
}

// periodRow is a period that has begun, of one district where each enters its own.
type periodRow struct {
	Words, District string
	Figure          string // "" where there is none
	Share           string
	Badge, State    string
	Proof, Link     string
	By              string
	Missing         int
	Correct         string // where it is corrected, "" for who may not
}

// versionRow is one version of a figure.
type versionRow struct {
	plan.Entry
	Words, District, Figure string
}

func (p pages) showOne(w http.ResponseWriter, r *kit.Request) error { return p.renderOne(w, r, nil) }

// figureOf is which figure an address or a form names.
func figureOf(period, district string) (plan.Entry, error) {
	s, err := coverage.ParseStretch(period)
	if err != nil {
		return plan.Entry{}, fault.Of(err).At("period")
	}
	return plan.Entry{Period: s, District: district}, nil
}

func (p pages) renderOne(w http.ResponseWriter, r *kit.Request, f *kit.Form) error {
	is, record, err := plan.OneOf(r.Context(), p.store, p.hall, r.Actor, r.PathValue("id"), r.Now)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if format := q.Get("format"); format != "" {
		return r.SendTable(w, format, "chi-tieu-"+is.ID, record.Table(reg, r.Lang))
	}
	here := "/plan/" + is.ID
	page := onePage{Page: r.Page("plan.one_title", "mark", is.Mark, "name", is.Name), row: newRow(r, is), Year: strconv.Itoa(is.Year),
		Back: "/plan?year=" + strconv.Itoa(is.Year), CSV: here + "?format=csv", XLSX: here + "?format=xlsx", Chart: chart(r, is)}
	if plan.MayEdit(r.Actor) == nil {
		page.Edit = here + "/edit"
	}
	if is.Counted != "" {
		page.Note = r.Say("plan.counted_note", "what", is.Counted)
	}
	page.enterable(r, reg, is)
	page.list(r, reg, is, record)
	switch {
	case f != nil:
		page.Form = *f
	default:
		page.Form = kit.NewForm()
		if len(page.Choices) > 0 {
			page.Form.Values.Set("period", page.Choices[0].Value)
		}
		if len(page.Districts) == 1 {
			page.Form.Values.Set("district", page.Districts[0].Value)
		}
	}
	if err := page.correcting(r, reg, is, f == nil); err != nil {
		return err
	}
	return p.one.Render(w, r, page)
}

// enterable fills what she may enter figures of: districts, and periods that have begun, those that lack one first.
func (page *onePage) enterable(r *kit.Request, reg *stations.Registry, is plan.Progress) {
	if is.Counted != "" || is.Retired {
		return
	}
	if is.Districts {
		page.Districts = r.Districts(reg, func(code string) bool { return plan.MayEnter(r.Actor, is.Indicator, code) == nil })
	}
	if page.MayEnter = plan.MayEnter(r.Actor, is.Indicator, "") == nil || len(page.Districts) > 0; !page.MayEnter {
		return
	}
	add := func(missing bool) {
		for _, x := range slices.Backward(is.Points) {
			if x.Begun(r.Now) && missing == (x.Missing > 0) && (is.Districts || !x.Known) {
				page.Choices = append(page.Choices, kit.Option{Value: x.Period.String(), Text: x.Period.Words(r.Lang)})
			}
		}
	}
	add(true)
	add(false)
	switch {
	case len(page.Choices) > 0:
	case is.Points[0].Begun(r.Now):
		page.Nothing = r.Say("plan.enter_none")
	default:
		page.Nothing = r.Say("plan.enter_ahead", "year", page.Year)
	}
}

// list fills the periods that have begun, the latest first, and every version.
func (page *onePage) list(r *kit.Request, reg *stations.Registry, is plan.Progress, record plan.Record) {
	for _, x := range slices.Backward(is.Points) {
		if !x.Begun(r.Now) {
			continue
		}
		line := periodRow{Words: x.Period.Words(r.Lang), Missing: x.Missing}
		if x.Known && (is.Percent || is.Way == plan.Each) {
			line.Share = is.Figure(r.Lang, x.Share)
		}
		if is.Way == plan.Each && x.Known {
			line.Badge, line.State = kit.StateOK, r.Say("plan.point_reached")
			if !x.Reached {
				line.Badge, line.State = kit.StateBad, r.Say("plan.point_short")
			}
		}
		if is.Counted != "" && x.Known {
			line.Figure = plan.Entry{Version: 1, Value: x.Value, Base: x.Base}.Words(r.Lang)
		}
		if len(x.Entries) == 0 || is.Districts && x.Missing > 0 {
			page.Periods = append(page.Periods, line)
		}
		for _, e := range x.Entries {
			one := line
			if one.Missing = 0; is.Districts {
				one.District, one.Share = reg.DistrictName(e.District), ""
			}
			if one.By = e.By.Name; e.Stands() {
				one.Figure, one.Proof, one.Link = e.Words(r.Lang), e.Proof, e.Link()
			} else {
				one.Missing = x.Missing
			}
			if page.MayEnter && plan.MayEnter(r.Actor, is.Indicator, e.District) == nil {
				one.Correct = "/plan/" + is.ID + "?period=" + e.Period.String() + "&district=" + e.District + "#enter"
			}
			page.Periods = append(page.Periods, one)
		}
	}
	for _, e := range slices.Backward(record.Entries) {
		v := versionRow{Entry: e, Words: e.Period.Words(r.Lang), Figure: e.Words(r.Lang)}
		if e.District != "" {
			v.District = reg.DistrictName(e.District)
		}
		page.Versions = append(page.Versions, v)
	}
	slices.SortStableFunc(page.Versions, func(a, b versionRow) int { return b.At.Compare(a.At) })
}

// correcting makes the form one of the figure that the address names; fresh fills it with what stands.
func (page *onePage) correcting(r *kit.Request, reg *stations.Registry, is plan.Progress, fresh bool) error {
	q := r.URL.Query()
	if !page.MayEnter || q.Get("period") == "" {
		return nil
	}
	which, err := figureOf(q.Get("period"), q.Get("district"))
	if err != nil {
		return err
	}
	for _, x := range is.Points {
		i := slices.IndexFunc(x.Entries, func(e plan.Entry) bool { return e.District == which.District })
		if x.Period != which.Period || i < 0 {
			continue
		}
		e := x.Entries[i]
		page.Corrected = x.Period.Words(r.Lang)
		if e.District != "" {
			page.Corrected += ", " + reg.DistrictName(e.District)
		}
		if fresh {
			page.Form = kit.NewForm("period", e.Period.String(), "district", e.District, "follows", strconv.Itoa(e.Version), "proof", e.Proof)
			if e.Stands() {
				page.Form.Values.Set("value", e.Value.Typed(r.Lang))
				if is.Percent {
					page.Form.Values.Set("base", e.Base.Typed(r.Lang))
				}
			}
		}
	}
	return nil
}

// enter keeps a figure, or the correction of one.
func (p pages) enter(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	c := plan.Enter{Indicator: id, District: f.Get("district"), Void: f.Bool("void"), Proof: f.Get("proof"), Why: f.Get("why"), Follows: f.Int("follows")}
	which, err := figureOf(f.Get("period"), c.District)
	if err != nil {
		f.Wrong("period", err)
	}
	c.Period = which.Period
	if f.Get("value") != "" {
		c.Value = new(amount(f, r, "value"))
	}
	c.Base = amount(f, r, "base")
	if err = f.Err(); err == nil {
		_, err = p.store.EnterFigure(r.Context(), r.Meta(f.ID), c)
	}
	if f.RefusedAloud(err) {
		return p.renderOne(w, r, f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/plan/"+id, "plan.entered", "period", c.Period.Words(r.Lang))
}

// amount reads a field as people write a number; what cannot be read is noted in the form.
func amount(f *kit.Form, r *kit.Request, name string) plan.Amount {
	a, err := plan.ReadAmount(r.Lang, f.Get(name))
	if err != nil {
		f.Wrong(name, err)
	}
	return a
}

// chart is the course of the year in percent of the target.
func chart(r *kit.Request, is plan.Progress) kit.ColumnChart {
	var columns []kit.Column
	for i, n := range is.Course() {
		x := is.Points[i]
		c := kit.Column{Label: strconv.Itoa(i + 1), Note: strconv.Itoa(n) + "%", Value: n, Gap: n < 0, State: kit.StateInfo}
		c.Title = text.Sentence(x.Period.Words(r.Lang)) + ": " + r.Say("plan.nothing")
		if !c.Gap {
			c.Title = text.Sentence(r.Say("plan.course_at", "period", x.Period, "n", n))
		}
		if is.Way == plan.Each {
			if c.State = kit.StateBad; x.Reached {
				c.State = kit.StateOK
			}
		}
		columns = append(columns, c)
	}
	return kit.NewColumns(r.Say("plan.course_title", "name", is.Name), columns)
}
