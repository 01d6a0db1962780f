// Package contests is the organiser's desk: setting a contest up, its
// entries, its jury, its progress, its results and its papers.
package contests

import (
	"context"
	"embed"
	"net/http"
	"strings"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/outgoing"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	outgoing.Store
	// Registry returns all stations and units.
	Registry(ctx context.Context) (*stations.Registry, error)
	// Directory returns all people.
	Directory(ctx context.Context) (*accounts.Directory, error)
	// Invitations lists the open ones that are good at that instant.
	Invitations(ctx context.Context, q accounts.InvitationQuery) ([]accounts.Invitation, error)
	// TakeRole takes the role of organiser of one contest from somebody.
	TakeRole(ctx context.Context, m accounts.Meta, c accounts.TakeRole) (accounts.Person, error)
	// Alike lists what sounds like a recording.
	Alike(ctx context.Context, id string) ([]library.Alike, error)
}

type pages struct {
	store Store
	hall  *contest.Hall
	views
}

type views struct {
	list     *kit.View[listPage]
	fresh    *kit.View[newPage]
	home     *kit.View[homePage]
	rules    *kit.View[rulesPage]
	one      *kit.View[stepPage]
	entries  *kit.View[entriesPage]
	entry    *kit.View[entryPage]
	jury     *kit.View[juryPage]
	points   *kit.View[pointsPage]
	progress *kit.View[progressPage]
	promote  *kit.View[promotionPage]
	results  *kit.View[resultsPage]
	papers   *kit.View[papersPage]

	complaints *kit.View[complaintsPage]
	amendment  *kit.View[amendmentPage]
	comments   *kit.View[commentsPage]

	certificate *kit.View[certificatePage]
	confirm     *kit.View[confirmPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, hall *contest.Hall) {
	f := k.Folder("contests", files)
	p := pages{s, hall, views{kit.NewView[listPage](f, "list.html"), kit.NewView[newPage](f, "new.html"), kit.NewView[homePage](f, "home.html"),
		kit.NewView[rulesPage](f, "rules.html"), kit.NewView[stepPage](f, "step.html"),
		kit.NewView[entriesPage](f, "entries.html"), kit.NewView[entryPage](f, "entry.html"),
		kit.NewView[juryPage](f, "jury.html"), kit.NewView[pointsPage](f, "points.html"), kit.NewView[progressPage](f, "progress.html"),
		kit.NewView[promotionPage](f, "promotion.html"), kit.NewView[resultsPage](f, "results.html"),
		kit.NewView[papersPage](f, "papers.html"), kit.NewView[complaintsPage](f, "complaints.html"), kit.NewView[amendmentPage](f, "amendment.html"),
		kit.NewView[commentsPage](f, "comments.html"), kit.NewView[certificatePage](f, "certificate.html"),
		kit.NewView[confirmPage](f, "confirm.html")}}
	k.Menu(kit.MenuItem{Path: "/contests", Key: "contest.menu", Icon: "contest", Access: accounts.Organise, Order: 24})
	organise := func(pattern string, h kit.Handler) {
		k.Handle(kit.Route{Pattern: pattern, Access: accounts.Organise, Handler: h})
	}
	organise("GET /contests", p.showList)
	organise("GET /contests/new", ofAll(p.showNew))
	organise("POST /contests/new", ofAll(p.draft))
	organise("GET /contests/{contest}", p.showHome)
	organise("POST /contests/{contest}", p.step)
	organise("POST /contests/{contest}/organisers", p.removeOrganiser)
	organise("GET /contests/{contest}/confirm", p.showConfirm)
	organise("GET /contests/{contest}/rules", p.showRules)
	organise("POST /contests/{contest}/rules", p.applyRules)
	organise("GET /contests/{contest}/rules/{step}", p.showStep)
	organise("POST /contests/{contest}/rules/{step}", p.saveStep)
	organise("GET /contests/{contest}/entries", p.showEntries)
	organise("GET /contests/{contest}/entries/{entry}", p.showEntry)
	organise("POST /contests/{contest}/entries/{entry}", p.handleEntry)
	organise("GET /contests/{contest}/jury", p.showJury)
	organise("POST /contests/{contest}/jury", p.saveJury)
	organise("GET /contests/{contest}/points", p.showPoints)
	organise("POST /contests/{contest}/points", p.settlePoint)
	organise("GET /contests/{contest}/progress", p.showProgress)
	organise("POST /contests/{contest}/progress", p.settleInstead)
	organise("GET /contests/{contest}/promotion", p.showPromotion)
	organise("POST /contests/{contest}/promotion", p.pick)
	organise("GET /contests/{contest}/results", p.showResults)
	organise("POST /contests/{contest}/results", p.givePrizes)
	organise("GET /contests/{contest}/complaints", p.showComplaints)
	organise("POST /contests/{contest}/complaints", p.handleComplaint)
	k.Handle(
		kit.Route{Pattern: "GET /contests/{contest}/correction", Access: kit.SignedIn, Handler: p.showAmendment},
		kit.Route{Pattern: "POST /contests/{contest}/correction", Access: kit.SignedIn, Handler: p.decideAmendment},
	)
	organise("GET /contests/{contest}/comments", p.showComments)
	organise("POST /contests/{contest}/comments", p.reviewComments)
	organise("GET /contests/{contest}/papers", p.showPapers)
	organise("POST /contests/{contest}/papers", p.numberPapers)
	organise("GET /contests/{contest}/certificate", p.showCertificate)
	organise("POST /contests/{contest}/certificate", p.saveCertificate)
	k.AddStep(p.next)
	k.AddStep(p.amends)
}

// desk is what every page of one contest shows around its own content.
type desk struct {
	kit.Page
	ID    string
	Name  string
	Phase contest.Phase
	Tabs  []kit.Tab
	Form  kit.Form
}

// desk fills what surrounds a page. s is read only during the call.
func (p pages) desk(r *kit.Request, s *contest.State, tab string, f kit.Form) desk {
	d := desk{Page: r.Page("contest.desk_title", "name", s.Rules.Title), ID: s.ID, Name: s.Rules.Title, Phase: s.Phase, Form: f}
	for _, t := range []string{"", "rules", "entries", "jury", "progress", "results", "papers"} {
		path, key := "/contests/"+s.ID, "contest.tab_home"
		if t != "" {
			path, key = path+"/"+t, "contest.tab_"+t
		}
		d.Tabs = append(d.Tabs, kit.Tab{Path: path, Text: r.Say(key), Current: t == tab})
	}
	return d
}

// may returns nil if the actor may organise this contest.
func may(r *kit.Request) error {
	return contest.MayOrganise(r.Actor, r.PathValue("contest"))
}

// ofAll is a handler for those who organise every contest.
func ofAll(h kit.Handler) kit.Handler {
	return func(w http.ResponseWriter, r *kit.Request) error {
		if err := contest.MayOrganise(r.Actor, ""); err != nil {
			return err
		}
		return h(w, r)
	}
}

// view reads the contest the path names for somebody who organises it.
func (p pages) view(r *kit.Request, fn func(*contest.State) error) error {
	if err := may(r); err != nil {
		return err
	}
	return p.hall.View(r.Context(), r.PathValue("contest"), fn)
}

// do carries a command out on the contest the path names.
func (p pages) do(r *kit.Request, change string, c contest.Command) error {
	_, err := p.hall.Do(r.Context(), r.Meta(change), r.PathValue("contest"), c)
	return err
}

// edit carries out a command that the form was made for; now makes the form anew, of
// the contest as it is.
func (p pages) edit(r *kit.Request, f *kit.Form, now func(*contest.State) kit.Form, c contest.Command) error {
	return f.Save(p.formNow(r, now), func(m accounts.Meta) error {
		_, err := p.hall.Do(r.Context(), m, r.PathValue("contest"), c)
		return err
	})
}

func (p pages) formNow(r *kit.Request, now func(*contest.State) kit.Form) func() (kit.Form, error) {
	return func() (f kit.Form, err error) {
		err = p.view(r, func(s *contest.State) error { f = now(s); return nil })
		return f, err
	}
}

type listPage struct {
	kit.Page
	Rows []listRow
	New  bool // she may draft another
}

type listRow struct {
	ID, Title string
	Phase     contest.Phase
	Closes    time.Time
	Entries   int
	Signed    int
	Sheets    int
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	page := listPage{Page: r.Page("contest.menu"), New: contest.MayOrganise(r.Actor, "") == nil}
	err := p.hall.List(r.Context(), func(s *contest.State) error {
		if contest.MayOrganise(r.Actor, s.ID) != nil {
			return nil
		}
		row := listRow{ID: s.ID, Title: s.Rules.Title, Phase: s.Phase, Closes: s.Rules.Dates.ClosesAt, Entries: len(s.Live())}
		if run := s.Running(); run != nil {
			signed, open := run.Progress()
			row.Signed, row.Sheets = signed, signed+open
		}
		page.Rows = append(page.Rows, row)
		return nil
	})
	if err != nil {
		return err
	}
	return p.list.Render(w, r, page)
}

type newPage struct {
	kit.Page
	Form kit.Form
	From []kit.Option
}

func (p pages) showNew(w http.ResponseWriter, r *kit.Request) error {
	return p.renderNew(w, r, kit.NewForm("from", ""))
}

func (p pages) renderNew(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page := newPage{Page: r.Page("contest.new"), Form: f,
		From: []kit.Option{{Value: "", Text: r.Say("contest.from_sample"), Hint: r.Say("contest.from_sample_hint")}}}
	err := p.hall.List(r.Context(), func(s *contest.State) error {
		hint := ""
		if at := s.Rules.Dates.ClosesAt; !at.IsZero() {
			hint = r.Say("contest.enter_until", "at", r.Lang.Date(at))
		}
		page.From = append(page.From, kit.Option{Value: s.ID, Text: r.Say("contest.from_past", "name", s.Rules.Title), Hint: hint})
		return nil
	})
	if err != nil {
		return err
	}
	return p.fresh.Render(w, r, page)
}

func (p pages) draft(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id, err := p.begin(r, f)
	if f.Refused(err) {
		return p.renderNew(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/contests/"+id+"/rules", "contest.drafted_next")
}

// begin drafts a contest under an ID made from its title and year.
func (p pages) begin(r *kit.Request, f *kit.Form) (string, error) {
	title := f.Get("title")
	if title == "" {
		return "", fault.New(fault.Invalid, "contest.empty_text").At("title")
	}
	c := contest.DraftContest{Rules: contest.Sample()}
	if from := f.Get("from"); from != "" {
		var err error
		if c, err = p.hall.Copy(r.Context(), from); err != nil {
			return "", err
		}
	}
	c.Rules.Title = title
	base := text.Slug(title)
	for n := 0; ; n++ {
		id := free(base, map[string]bool{"new": true})
		if n > 0 {
			id = base[:min(len(base), 32)] + "-" + string(rune('a'+n%26))
		}
		_, err := p.hall.Do(r.Context(), r.Meta(f.ID), id, c)
		if !fault.Is(err, "contest.id_taken") || n == 25 {
			return id, err
		}
	}
}

// next adds what an organiser should do now to the first page.
func (p pages) next(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.Organise) {
		return nil, nil
	}
	list, err := p.hall.Waiting(r.Context(), r.Actor, r.Now)
	var steps []kit.Step
	for _, w := range list {
		if w.Phase == contest.Published && len(w.Waits) == 0 {
			continue
		}
		step := kit.Step{Title: w.Title, Path: "/contests/" + w.ID, Button: r.Say("contest.go_on"), Icon: "contest", Order: 70}
		said := []string{r.Say("contest.phase_" + string(w.Phase))}
		if w.Round != "" {
			said = append(said, w.Round)
		}
		if w.Deadline != nil {
			said = append(said, w.Deadline.Words(r.Lang, r.Now))
		}
		step.Text = strings.Join(said, " · ")
		for _, o := range w.Waits {
			step.Lines = append(step.Lines, kit.StepLine{Text: r.Lang.Fault(o.Sentence()), Path: pathOf(w.ID, o.At)})
			if !o.Later {
				step.State = kit.StateWarn
			}
		}
		steps = append(steps, step)
	}
	return steps, err
}
