package stations

import (
	"net/http"
	"strconv"

	"loa/stations"
	"loa/web/kit"
)

// splitRow is one new unit of the form.
type splitRow struct {
	Name string // ends the names of its fields
	At   int    // 1-based, as people count
}

// splitRows is how many new units the form offers.
const splitRows = 6

type splitPage struct {
	kit.Page
	Form   kit.Form
	Rows   []splitRow
	Folded []splitRow
	Plan   *stations.SplitPlan // nil before something was sent
	Effect effect
	Wrongs []string
	Split  string // the command, to be applied as it was seen
}

func (p pages) newSplitPage(r *kit.Request, f kit.Form) splitPage {
	page := splitPage{Page: r.Page("stations.split_title"), Form: f}
	for i := range splitRows {
		row := splitRow{strconv.Itoa(i), i + 1}
		if i < 2 || f.Get("code_"+row.Name) != "" {
			page.Rows = append(page.Rows, row)
		} else {
			page.Folded = append(page.Folded, row)
		}
	}
	return page
}

func (p pages) showSplit(w http.ResponseWriter, r *kit.Request) error {
	return p.split.Render(w, r, p.newSplitPage(r, kit.NewForm("code", r.URL.Query().Get("code"), "keeps", "0")))
}

// doSplit previews the split that was typed, or makes the one of a preview.
func (p pages) doSplit(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var c stations.Split
	if f.Get("split") != "" {
		if err := f.Carried("split", &c); err != nil {
			return err
		}
		c.Terms = readTerms(f)
		plan, err := p.store.Split(r.Context(), r.Meta(f.ID), c)
		if err == nil {
			return r.Redirect(w, "/stations/changes", "stations.split_made", "count", strconv.Itoa(len(plan.Parts)), "after", strconv.Itoa(plan.After))
		}
		if !f.Refused(err) {
			return err
		}
		fillSplit(f, c)
	} else if c, err = readSplit(f); err != nil {
		if !f.Refused(err) {
			return err
		}
		return p.split.Render(w, r, p.newSplitPage(r, *f))
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, what, err := p.store.ForetellSplit(r.Context(), r.Meta(f.ID), c)
	if err != nil && len(plan.Bad) == 0 {
		return err
	}
	page := p.newSplitPage(r, *f)
	page.Plan, page.Effect = &plan, effectOf(r, reg, what)
	for _, e := range plan.Bad {
		page.Wrongs = append(page.Wrongs, r.Lang.Fault(e))
	}
	c.Terms = stations.Terms{} // what is said to it comes with the form
	page.Split = kit.Carry(c)
	return p.split.Render(w, r, page)
}

// readSplit reads the rows that are filled in.
func readSplit(f *kit.Form) (c stations.Split, err error) {
	if c.On, err = stations.ParseDate(f.Get("on")); err != nil {
		return c, err
	}
	c.Code = f.Get("code")
	for i := range splitRows {
		n := strconv.Itoa(i)
		part := stations.SplitPart{Code: f.Get("code_" + n), Name: f.Get("name_" + n)}
		if part == (stations.SplitPart{}) {
			continue
		}
		if f.Get("keeps") == n {
			c.Keeps = part.Code
		}
		c.Parts = append(c.Parts, part)
	}
	return c, nil
}

// fillSplit puts the command back into the fields it was read from.
func fillSplit(f *kit.Form, c stations.Split) {
	f.Values.Set("on", string(c.On))
	f.Values.Set("code", c.Code)
	for i, part := range c.Parts {
		n := strconv.Itoa(i)
		f.Values.Set("code_"+n, part.Code)
		f.Values.Set("name_"+n, part.Name)
		if part.Code == c.Keeps {
			f.Values.Set("keeps", n)
		}
	}
}
