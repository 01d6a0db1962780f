package plan

import (
	"net/http"
	"strconv"

	"loa/accounts"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/outgoing"
	"loa/plan"
	"loa/web/kit"
)

type editPage struct {
	kit.Page
	Is       plan.Indicator // the zero Indicator where one is added
	Year     string
	Back     string
	Entered  bool         // it has figures
	Fixed    []kit.Option // of the form, which figures do not let change
	Form     kit.Form
	Step     kit.Form // retires it, brings it back or removes it
	Everys   []kit.Option
	Ways     []kit.Option
	Counteds []kit.Option
}

// render shows the form of an indicator, or of a new one.
func (p pages) render(w http.ResponseWriter, r *kit.Request, page editPage) error {
	page.Everys = kit.WordOptions(r, "plan.every.", plan.Everys[:])
	page.Ways = kit.WordOptions(r, "plan.way.", plan.Ways[:])
	page.Counteds = append([]kit.Option{{Text: r.Say("plan.counted_by_hand")}}, kit.WordOptions(r, "plan.counted.", plan.Counteds[:])...)
	for i := range page.Counteds[1:] {
		page.Counteds[i+1].Text = r.Say("plan.counted_note", "what", page.Counteds[i+1].Text)
	}
	for _, name := range []string{"every", "way", "percent", "districts", "counted"} {
		page.Fixed = append(page.Fixed, kit.Option{Value: name, Text: page.Form.Get(name)})
	}
	return p.edit.Render(w, r, page)
}

func (p pages) showNew(w http.ResponseWriter, r *kit.Request) error {
	return p.renderNew(w, r, kit.NewForm("every", string(plan.Monthly), "way", string(plan.Sums)))
}

func (p pages) renderNew(w http.ResponseWriter, r *kit.Request, form kit.Form) error {
	f, err := kit.ReadFilter[plan.Filter](r)
	if err != nil {
		return err
	}
	year := f.Of(nil, r.Now)
	return p.render(w, r, editPage{Page: r.Page("plan.new_title", "year", strconv.Itoa(year)), Form: form, Year: strconv.Itoa(year),
		Back: filter.Link("/plan", plan.Filter{Year: outgoing.Year(year)})})
}

func (p pages) add(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	asked, err := kit.ReadFilter[plan.Filter](r)
	if err != nil {
		return err
	}
	c := plan.SaveIndicator{Year: asked.Of(nil, r.Now), Mark: f.Get("mark"), Fields: fields(f, r)}
	var is plan.Indicator
	if err = f.Err(); err == nil {
		is, err = p.store.SaveIndicator(r.Context(), r.Meta(f.ID), c)
	}
	if f.Refused(err) {
		return p.renderNew(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/plan/"+is.ID, "plan.saved", "mark", is.Mark)
}

// fields reads what a form says of an indicator.
func fields(f *kit.Form, r *kit.Request) plan.Fields {
	return plan.Fields{Name: f.Get("name"), Unit: f.Get("unit"), Every: plan.Every(f.Get("every")), Way: plan.Way(f.Get("way")), Percent: f.Bool("percent"),
		Target: amount(f, r, "target"), Body: f.Get("body"), Districts: f.Bool("districts"), Source: f.Get("source"), Counted: plan.Counted(f.Get("counted"))}
}

// formOf is the form of an indicator as it is.
func formOf(l text.Language, is plan.Indicator) kit.Form {
	f := kit.NewForm("name", is.Name, "unit", is.Unit, "every", string(is.Every), "way", string(is.Way), "target", is.Target.Typed(l), "body", is.Body,
		"source", is.Source, "counted", string(is.Counted))
	for name, on := range map[string]bool{"percent": is.Percent, "districts": is.Districts} {
		if on {
			f.Values.Set(name, "1")
		}
	}
	return f.From(is.Edition())
}

func (p pages) showEdit(w http.ResponseWriter, r *kit.Request) error {
	return p.renderEdit(w, r, nil, "")
}

// renderEdit shows the form as it was sent, or as the indicator is; notice is what a step was refused with.
func (p pages) renderEdit(w http.ResponseWriter, r *kit.Request, f *kit.Form, notice string) error {
	record, err := p.store.Indicator(r.Context(), r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	is := record.Indicator
	if f == nil {
		f = new(formOf(r.Lang, is))
		f.Notice = notice
	}
	return p.render(w, r, editPage{Page: r.Page("plan.edit_title", "mark", is.Mark), Is: is, Year: strconv.Itoa(is.Year), Back: "/plan/" + is.ID,
		Entered: len(record.Entries) > 0, Form: *f, Step: kit.NewStep(is.Edition())})
}

// change saves an indicator, retires it, brings it back or removes it.
func (p pages) change(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id, do := r.PathValue("id"), f.Get("do")
	now := func() (kit.Form, error) {
		record, err := p.store.Indicator(r.Context(), r.Actor, id)
		return formOf(r.Lang, record.Indicator), err
	}
	c := plan.SaveIndicator{ID: id, Fields: fields(f, r)}
	var is plan.Indicator
	if err = f.Err(); err == nil || do != "" {
		err = f.Save(now, func(m accounts.Meta) (err error) {
			switch do {
			case "retire", "back":
				is, err = p.store.RetireIndicator(r.Context(), m, plan.RetireIndicator{ID: id, Back: do == "back"})
			case "remove":
				is, err = p.store.RemoveIndicator(r.Context(), m, id)
			default:
				is, err = p.store.SaveIndicator(r.Context(), m, c)
			}
			return err
		})
	}
	if do != "" && f.RefusedAloud(err) {
		return p.renderEdit(w, r, nil, f.Notice)
	}
	if f.Refused(err) {
		return p.renderEdit(w, r, f, "")
	}
	if err != nil {
		return err
	}
	switch do {
	case "remove":
		return r.Redirect(w, filter.Link("/plan", plan.Filter{Year: outgoing.Year(is.Year)}), "plan.remove_done", "mark", is.Mark)
	case "retire", "back":
		return r.Redirect(w, "/plan/"+id, "plan."+do+"_done", "mark", is.Mark)
	}
	return r.Redirect(w, "/plan/"+id, "plan.saved", "mark", is.Mark)
}
