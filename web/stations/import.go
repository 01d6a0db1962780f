package stations

import (
	"net/http"
	"slices"
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
	Limit   limit
	Plan    *stations.ImportPlan // nil before a file was sent
	Changes []importChange       // those of this page
	Turn    kit.Turn             // which they are
	Older   int                  // how many stations somebody changed after the list was made
	Written int                  // stations that will be written
	Kept    int                  // stations that stay as they are, of Older
	Over    []string             // of those, the ones on other pages that are written all the same
	Wrongs  wrongs
	Rows    string // the rows that change something, to be applied as they were seen
	On      stations.Date
	New     bool // unknown codes found units
}

// limit is what is said of a table before it is chosen, and of one that is too
// large before it is sent.
type limit struct {
	Most       int64 // bytes
	Said, Over string
}

func limitOf(r *kit.Request) limit {
	return limit{sheet.MaxBytes, r.Say("sheet.limits", sheet.Limits()...), r.Lang.Fault(sheet.TooLarge())}
}

// table reads the file of a form, with one refusal whatever makes it too large.
func table(f *kit.Form) ([]byte, error) {
	b, _, err := f.ReadFile("file", sheet.MaxBytes)
	if fault.Is(err, "kit.body_too_large") {
		err = sheet.TooLarge().At("file")
	}
	return b, err
}

type importChange struct {
	stations.StationChange
	Fields []changedField
	Said   string // who changed the station after the list was made, "" if nobody
}

type changedField struct{ Heading, Old, New string }

func (p pages) showImport(w http.ResponseWriter, r *kit.Request) error {
	return p.imp.Render(w, r, importPage{Page: r.Page("stations.import_title"), Limit: limitOf(r), Form: kit.NewForm()})
}

// doImport previews the file that was sent, or another page of its preview, or
// applies the rows of a preview.
func (p pages) doImport(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadFiles(sheet.MaxBytes)
	if err != nil {
		return err
	}
	page := importPage{Page: r.Page("stations.import_title"), Limit: limitOf(r)}
	c := stations.Import{On: r.Today(), New: f.Bool("new")}
	if seen := f.Get("seen"); seen != "" {
		c.Seen = seen
		c.Over = f.All("over")
		if c.On, err = stations.ParseDate(f.Get("on")); err == nil {
			err = f.Carried("rows", &c.Rows)
		}
		if err != nil {
			return err
		}
		if !f.Values.Has("from") {
			plan, err := p.store.Import(r.Context(), r.Meta(f.ID), c)
			if err == nil {
				return r.Redirect(w, "/stations", "stations.imported", "count", strconv.Itoa(plan.Written()))
			}
			if !f.Refused(err) {
				return err
			}
		}
	} else {
		b, err := table(f)
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
	page.Form = *f
	page.show(r, c, &plan)
	return p.imp.Render(w, r, page)
}

// show fills the page with the changes, those about which there is a question first.
func (page *importPage) show(r *kit.Request, c stations.Import, plan *stations.ImportPlan) {
	page.Plan, page.On, page.New, page.Older = plan, c.On, c.New, len(plan.Older())
	page.Written = plan.Written()
	page.Kept = len(plan.Changes) - page.Written
	changes := slices.SortedStableFunc(slices.Values(plan.Changes), func(a, b stations.StationChange) int {
		switch {
		case a.Later != nil && b.Later == nil:
			return -1
		case a.Later == nil && b.Later != nil:
			return 1
		}
		return 0
	})
	page.Turn = kit.TurnOf(page.Form.Get("from"), len(changes))
	shown := changes[page.Turn.From:page.Turn.To]
	for _, id := range c.Over {
		if !slices.ContainsFunc(shown, func(x stations.StationChange) bool { return x.Station == id }) {
			page.Over = append(page.Over, id)
		}
	}
	for _, change := range shown {
		one := importChange{StationChange: change}
		if change.Later != nil {
			one.Said = r.Lang.Fault(change.Sentence())
		}
		for _, d := range change.Differences {
			d = d.In(r.Lang)
			one.Fields = append(one.Fields, changedField{r.Say("stations.column." + string(d.Column)), d.Old, d.New})
		}
		page.Changes = append(page.Changes, one)
	}
	page.Wrongs = newWrongs(r, plan.Bad, "stations.column.")
	changed := map[int]bool{}
	for _, change := range plan.Changes {
		changed[change.Line] = true
	}
	page.Rows = kit.Carry(slices.DeleteFunc(slices.Clone(c.Rows), func(row stations.ImportRow) bool { return !changed[row.Line] }))
}

// wrongs is what is wrong in a file: the first of it, and how much more there is.
type wrongs struct {
	Rows []wrong
	More int
}

// newWrongs puts faults into words; the line has its own column, so the sentence
// goes without.
func newWrongs(r *kit.Request, bad []*fault.Error, headings string) (out wrongs) {
	shown := bad[:min(len(bad), kit.RowsAtOnce)]
	out.More = len(bad) - len(shown)
	for _, e := range shown {
		one := wrong{Line: e.Line}
		if e.Field != "" {
			one.Column = r.Say(headings + e.Field)
		}
		bare := *e
		bare.Line = 0
		one.Text = r.Lang.Fault(&bare)
		out.Rows = append(out.Rows, one)
	}
	return out
}
