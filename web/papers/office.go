package papers

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing/book"
	"loa/coverage/report"
	"loa/internal/docfill"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/outgoing"
	"loa/web/kit"
)

// Sample is a paper made up, for an office's layout to be tried with.
func Sample(l text.Language, d outgoing.Drawn, at time.Time) []paper.Paper {
	switch d {
	case outgoing.PeriodReport:
		return report.Sample(l, at)
	case outgoing.LogBook:
		return book.Sample(l, at)
	}
	return outgoing.Sample(l, d, at)
}

// CheckDrawn refuses what is no paper that Loa draws. Fault: outgoing.drawn_unknown.
func CheckDrawn(d outgoing.Drawn) error {
	if !slices.Contains(outgoing.Drawns[:], d) {
		return fault.New(fault.NotFound, "outgoing.drawn_unknown")
	}
	return nil
}

// office is whose papers a page is about.
type office struct {
	District string `name:"district"`
}

// officePage is what an office says on all its papers, and which of them it lays out its own way.
type officePage struct {
	kit.Page
	Form    kit.Form // of the receivers
	Asked   kit.Form // for which office
	Offices []kit.Option
	Action  string
	Drawns  []drawnRow
}

type drawnRow struct {
	Drawn outgoing.Drawn
	Path  string
	Used  *outgoing.Layout
	Tried *outgoing.Layout
}

// whose reads for which office a page is: the one that is asked for, else the only one she issues for.
func (p pages) whose(r *kit.Request) (o office, in bodies, err error) {
	if o, err = kit.ReadFilter[office](r); err != nil {
		return o, in, err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return o, in, err
	}
	in = bodies{r, reg, nil}
	if o.District == "" {
		if i, ok := outgoing.IssuerOf(r.Actor, ""); ok {
			o.District = i.District
		}
	}
	if err := reg.CheckDistrict(o.District); err != nil {
		return o, in, err
	}
	return o, in, outgoing.MayIssue(r.Actor, outgoing.Issuer{District: o.District})
}

// choices are the offices she issues for, nothing where there is one.
func (b bodies) choices() (list []kit.Option) {
	for _, o := range b.all() {
		list = append(list, kit.Option{Value: strings.TrimPrefix(o.Value, "d"), Text: o.Text})
	}
	if len(list) < 2 {
		return nil
	}
	return list
}

func (p pages) showOffice(w http.ResponseWriter, r *kit.Request) error {
	return p.renderOffice(w, r, nil)
}

func (p pages) renderOffice(w http.ResponseWriter, r *kit.Request, f *kit.Form) error {
	o, in, err := p.whose(r)
	if err != nil {
		return err
	}
	if f == nil {
		now, err := p.officeForm(r, o)
		if err != nil {
			return err
		}
		f = &now
	}
	page := officePage{Page: r.Page("outgoing.office"), Form: *f, Asked: kit.FilterForm(o), Offices: in.choices(), Action: filter.Link("/papers/office", o)}
	page.Title += ": " + in.words(outgoing.Issuer{District: o.District})
	list, err := p.store.Layouts(r.Context(), r.Actor, outgoing.Issuer{District: o.District})
	if err != nil {
		return err
	}
	for _, d := range outgoing.Drawns {
		row := drawnRow{Drawn: d, Path: filter.Link("/papers/layouts/"+string(d), o)}
		for i, l := range list {
			switch {
			case l.Drawn != d:
			case l.Stage() == outgoing.InUse:
				row.Used = &list[i]
			case l.Stage() == outgoing.Tried:
				row.Tried = &list[i]
			}
		}
		page.Drawns = append(page.Drawns, row)
	}
	return p.office.Render(w, r, page)
}

func (p pages) officeForm(r *kit.Request, o office) (kit.Form, error) {
	is, err := p.store.OfficeOf(r.Context(), r.Actor, outgoing.Issuer{District: o.District})
	return kit.NewForm("receivers", strings.Join(is.Receivers, "\n")).From(is.Edition()), err
}

// saveOffice keeps whom an office sends its papers to.
func (p pages) saveOffice(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	o, _, err := p.whose(r)
	if err != nil {
		return err
	}
	c := outgoing.SaveOffice{District: o.District, Receivers: strings.Split(f.Get("receivers"), "\n")}
	err = f.Save(func() (kit.Form, error) { return p.officeForm(r, o) }, func(m accounts.Meta) error {
		_, err := p.store.SaveOffice(r.Context(), m, c)
		return err
	})
	if f.Refused(err) {
		return p.renderOffice(w, r, f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, filter.Link("/papers/office", o), "outgoing.office_saved")
}

// drawnPage is how an office lays out one kind of paper: the marks there are, and the versions it brought.
type drawnPage struct {
	kit.Page
	Form     kit.Form
	Drawn    outgoing.Drawn
	Back     string
	Action   string
	Marks    []markGroup
	Versions []outgoing.Layout
	Most     int64
	Limits   string
	Large    string
}

// markGroup are marks that are told together.
type markGroup struct {
	Name  string
	Rows  bool
	Marks []paper.Mark
}

func (p pages) showDrawn(w http.ResponseWriter, r *kit.Request) error {
	return p.renderDrawn(w, r, kit.NewForm())
}

func (p pages) renderDrawn(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	d := outgoing.Drawn(r.PathValue("drawn"))
	if err := CheckDrawn(d); err != nil {
		return err
	}
	o, in, err := p.whose(r)
	if err != nil {
		return err
	}
	i := outgoing.Issuer{District: o.District}
	page := drawnPage{Page: r.Page("outgoing.layout_of", "paper", d, "office", in.words(i)), Form: f, Drawn: d, Back: filter.Link("/papers/office", o),
		Action: filter.Link("/papers/layouts/"+string(d), o), Most: docfill.MaxBytes,
		Limits: r.Say("outgoing.file_hint", "most", docfill.MaxBytes>>20), Large: r.Lang.Fault(docfill.TooLarge())}
	for _, m := range paper.MarksOf(Sample(r.Lang, d, r.Now)) {
		if n := len(page.Marks); n == 0 || page.Marks[n-1].Name != m.Of {
			page.Marks = append(page.Marks, markGroup{Name: m.Of, Rows: m.Row})
		}
		last := &page.Marks[len(page.Marks)-1]
		last.Marks = append(last.Marks, m)
	}
	list, err := p.store.Layouts(r.Context(), r.Actor, i)
	if err != nil {
		return err
	}
	page.Versions = slices.DeleteFunc(list, func(l outgoing.Layout) bool { return l.Drawn != d })
	return p.drawn.Render(w, r, page)
}

// start sends a document with the marks of a paper, to begin a layout with.
func (p pages) start(w http.ResponseWriter, r *kit.Request) error {
	d := outgoing.Drawn(r.PathValue("drawn"))
	if err := CheckDrawn(d); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := paper.Start(&b, Sample(r.Lang, d, r.Now)); err != nil {
		return err
	}
	return r.Download(w, "mau-"+text.Slug(d.Words(r.Lang))+".docx", paper.DOCXType, b.Bytes())
}

// try takes a file as a layout to be tried.
func (p pages) try(w http.ResponseWriter, r *kit.Request) error {
	d := outgoing.Drawn(r.PathValue("drawn"))
	if err := CheckDrawn(d); err != nil {
		return err
	}
	f, err := r.ReadFiles(docfill.MaxBytes)
	if err != nil {
		return err
	}
	o, _, err := p.whose(r)
	if err != nil {
		return err
	}
	file, head, err := f.ReadFile("file", docfill.MaxBytes)
	if fault.Is(err, "kit.body_too_large") {
		err = docfill.TooLarge().At("file")
	}
	var c outgoing.TryLayout
	if err == nil {
		c, err = outgoing.NewLayout(o.District, d, head.Filename, file, Sample(r.Lang, d, r.Now))
	}
	var l outgoing.Layout
	if err == nil {
		l, err = p.store.TryLayout(r.Context(), r.Meta(f.ID), c)
	}
	if f.RefusedAloud(err) {
		return p.renderDrawn(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/papers/layout/"+url.PathEscape(l.ID), "outgoing.layout_tried")
}

// layoutPage is one version of a layout: what was found in it, and a sample of what it makes.
type layoutPage struct {
	kit.Page
	Is      outgoing.Layout
	Form    kit.Form
	Back    string
	Whose   string
	Wrongs  []wrongMark
	Lacking []string
	Found   []string // marks that are right, each once
}

// wrongMark is a mark that is wrong, with its place.
type wrongMark struct{ Around, Text string }

// version finds the version that a page is about, with its file.
func (p pages) version(r *kit.Request) (outgoing.Layout, []byte, error) {
	id := r.PathValue("id")
	return p.store.LayoutFile(r.Context(), r.Actor, outgoing.OfficeOfLayout(id), id)
}

func (p pages) showLayout(w http.ResponseWriter, r *kit.Request) error {
	return p.renderLayout(w, r, kit.NewForm())
}

func (p pages) renderLayout(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	l, file, err := p.version(r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	o := office{District: l.District}
	page := layoutPage{Page: r.Page("outgoing.layout", "n", l.Version), Is: l, Form: f, Back: filter.Link("/papers/layouts/"+string(l.Drawn), o),
		Whose: bodies{r, reg, nil}.words(l.Issuer())}
	if file == nil {
		return p.layout.Render(w, r, page)
	}
	own, err := paper.ReadOwn(file)
	if err != nil {
		return err
	}
	found, lacking := own.Marks(Sample(r.Lang, l.Drawn, r.Now))
	for _, m := range found {
		switch name := "{{" + m.Name + "}}"; {
		case m.Fault != nil:
			page.Wrongs = append(page.Wrongs, wrongMark{m.Around, r.Lang.Fault(m.Fault)})
		case !slices.Contains(page.Found, name):
			page.Found = append(page.Found, name)
		}
	}
	for _, names := range lacking {
		page.Lacking = append(page.Lacking, "{{"+strings.Join(names, "}} "+r.Say("outgoing.or")+" {{")+"}}")
	}
	return p.layout.Render(w, r, page)
}

// sendLayout sends a version's file as it was brought, or what it makes of a sample.
func (p pages) sendLayout(w http.ResponseWriter, r *kit.Request) error {
	l, file, err := p.version(r)
	if err != nil {
		return err
	}
	if file == nil {
		return outgoing.UnknownLayout()
	}
	switch r.PathValue("what") {
	case "file":
		return r.Download(w, "mau-"+l.ID+".docx", paper.DOCXType, file)
	case "sample":
		return r.SendOwn(w, "thu-"+l.ID, file, Sample(r.Lang, l.Drawn, r.Now))
	}
	return fault.New(fault.NotFound, "kit.not_found")
}

// move puts a version to use, or lays it aside.
func (p pages) move(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	use := f.Get("do") == "use"
	l, err := p.store.MoveLayout(r.Context(), r.Meta(f.ID), outgoing.MoveLayout{ID: r.PathValue("id"), Use: use})
	if f.RefusedAloud(err) {
		return p.renderLayout(w, r, *f)
	}
	if err != nil {
		return err
	}
	said := "outgoing.layout_ended"
	if use {
		said = "outgoing.layout_in_use"
	}
	return r.Redirect(w, filter.Link("/papers/layouts/"+string(l.Drawn), office{District: l.District}), said, "paper", l.Drawn.Words(r.Lang))
}
