package stations

import (
	"encoding/json"
	"net/http"
	"strconv"

	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/stations"
	"loa/web/kit"
)

// wrong is one thing wrong in a file.
type wrong struct {
	Line   int
	Column string // its heading, "" if it is about the whole row
	Text   string
}

type importPage struct {
	kit.Page
	Form    kit.Form
	Plan    *stations.ImportPlan // nil before a file was sent
	Changes []importChange
	Wrongs  []wrong
	More    int    // changes beyond those shown
	Rows    string // the rows as JSON, to be applied as they were seen
	On      stations.Date
	New     bool // unknown codes found units
}

type importChange struct {
	stations.StationChange
	Fields []changedField
}

type changedField struct{ Heading, Old, New string }

func (p pages) showImport(w http.ResponseWriter, r *kit.Request) error {
	return p.imp.Render(w, r, importPage{Page: r.Page("stations.import_title"), Form: kit.NewForm()})
}

// doImport previews the file that was sent, or applies the rows of a preview.
func (p pages) doImport(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	page := importPage{Page: r.Page("stations.import_title")}
	c := stations.Import{On: r.Today(), New: f.Bool("new")}
	if seen := f.Get("seen"); seen != "" {
		c.Seen = seen
		if c.On, err = stations.ParseDate(f.Get("on")); err == nil {
			err = f.Carried("rows", &c.Rows)
		}
		if err != nil {
			return err
		}
		plan, err := p.store.Import(r.Context(), r.Meta(f.ID), c)
		if err == nil {
			return r.Redirect(w, "/stations", "stations.imported", "count", strconv.Itoa(len(plan.Changes)))
		}
		if !f.Refused(err) {
			return err
		}
	} else {
		b, _, err := f.ReadFile("file", sheet.MaxBytes)
		if err == nil {
			c.Rows, err = stations.ReadImport(b)
		}
		if f.Refused(err) {
			page.Form = *f
			return p.imp.Render(w, r, page)
		}
		if err != nil {
			return err
		}
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan := reg.PlanImport(r.Now, c)
	page.show(r, c, &plan)
	page.Form = *f
	return p.imp.Render(w, r, page)
}

// maxShown is how many changes a preview lists one by one.
const maxShown = 300

func (page *importPage) show(r *kit.Request, c stations.Import, plan *stations.ImportPlan) {
	page.Plan, page.On, page.New = plan, c.On, c.New
	shown := plan.Changes[:min(len(plan.Changes), maxShown)]
	page.More = len(plan.Changes) - len(shown)
	for _, change := range shown {
		one := importChange{StationChange: change}
		for _, d := range change.Differences {
			one.Fields = append(one.Fields, changedField{r.Say("stations.column." + string(d.Column)), d.Old, d.New})
		}
		page.Changes = append(page.Changes, one)
	}
	page.Wrongs = wrongs(r, plan.Bad, "stations.column.")
	if b, err := json.Marshal(c.Rows); err == nil { // strings always encode
		page.Rows = string(b)
	}
}

// wrongs puts faults into words; the line has its own column, so the sentence
// goes without.
func wrongs(r *kit.Request, bad []*fault.Error, headings string) []wrong {
	var out []wrong
	for _, e := range bad {
		one := wrong{Line: e.Line}
		if e.Field != "" {
			one.Column = r.Say(headings + e.Field)
		}
		bare := *e
		bare.Line = 0
		one.Text = r.Lang.Fault(&bare)
		out = append(out, one)
	}
	return out
}
