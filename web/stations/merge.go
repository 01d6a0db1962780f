package stations

import (
	"net/http"
	"strconv"

	"loa/internal/sheet"
	"loa/stations"
	"loa/web/kit"
)

type mergePage struct {
	kit.Page
	Form    kit.Form
	Limit   limit
	Plan    *stations.MergePlan // nil before a file was sent
	Targets []mergeTarget       // those of this page
	Turn    kit.Turn            // which they are
	Effect  effect
	Wrongs  wrongs
	Reform  bool   // our table of 2025 is of this province
	Merge   string // the command, to be applied as it was seen
}

type mergeTarget struct {
	stations.MergeTarget
	Sources []string // names of the units that become it
}

func (p pages) showMerge(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	return p.merge.Render(w, r, mergePage{Page: r.Page("stations.merge_title"), Limit: limitOf(r), Reform: reg.KnowsReform2025(), Form: kit.NewForm()})
}

// reform sends the mapping of 2025 as a file to use or to take as a pattern.
func (p pages) reform(w http.ResponseWriter, r *kit.Request) error {
	return r.SendTable(w, "xlsx", "sap-nhap-2025-07-01", stations.MergeTable(stations.Reform2025().Rows))
}

// doMerge previews the mapping that was sent, or applies the one of a preview.
func (p pages) doMerge(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadFiles(sheet.MaxBytes)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := mergePage{Page: r.Page("stations.merge_title"), Limit: limitOf(r), Reform: reg.KnowsReform2025()}
	var c stations.Merge
	if f.Get("merge") != "" {
		if err := f.Carried("merge", &c); err != nil {
			return err
		}
		c.Terms = readTerms(f)
		if f.Values.Has("from") {
			c.Seen = "" // another page of the preview agrees to nothing
		} else {
			plan, err := p.store.Merge(r.Context(), r.Meta(f.ID), c)
			if err == nil {
				return r.Redirect(w, "/stations?all=1", "stations.merged", "count", strconv.Itoa(len(plan.Targets)), "after", strconv.Itoa(plan.After))
			}
			if !f.Refused(err) {
				return err
			}
		}
	} else {
		c, err = readMergeForm(f)
		if f.Refused(err) {
			page.Form = *f
			return p.merge.Render(w, r, page)
		}
		if err != nil {
			return err
		}
	}
	plan, what, err := p.store.ForetellMerge(r.Context(), r.Meta(f.ID), c)
	if err != nil && len(plan.Bad) == 0 {
		return err
	}
	page.Effect = effectOf(r, reg, what)
	page.Form = *f
	page.show(r, reg, c, &plan)
	return p.merge.Render(w, r, page)
}

func readMergeForm(f *kit.Form) (c stations.Merge, err error) {
	if c.On, err = stations.ParseDate(f.Get("on")); err != nil {
		return c, err
	}
	c.AbolishDistricts = f.Bool("abolish_districts")
	b, err := table(f)
	if err != nil {
		return c, err
	}
	c.Rows, err = stations.ReadMerge(b)
	return c, err
}

func (page *mergePage) show(r *kit.Request, reg *stations.Registry, c stations.Merge, plan *stations.MergePlan) {
	page.Plan = plan
	page.Turn = kit.TurnOf(page.Form.Get("from"), len(plan.Targets))
	for _, t := range plan.Targets[page.Turn.From:page.Turn.To] {
		one := mergeTarget{MergeTarget: t}
		for _, k := range t.From {
			u := reg.Unit(k)
			name := u.Official()
			if u.District != "" {
				name += " (" + reg.DistrictName(u.District) + ")"
			}
			one.Sources = append(one.Sources, name)
		}
		page.Targets = append(page.Targets, one)
	}
	page.Wrongs = newWrongs(r, plan.Bad, "stations.merge.")
	c.Terms = stations.Terms{} // what is said to it comes with the form
	page.Merge = kit.Carry(c)
}
