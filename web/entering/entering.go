// Package entering is where a station submits its works to a contest, keeps
// their receipts, and takes them back or replaces them until the deadline.
package entering

import (
	"cmp"
	"context"
	"embed"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/library/intake"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	// Registry returns all stations and units.
	Registry(ctx context.Context) (*stations.Registry, error)
	// Schedule returns all programmes and episodes.
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	// Script returns the script of an episode.
	Script(ctx context.Context, episode string) (string, error)
	// Airings lists what was reported, newest first.
	Airings(ctx context.Context, by accounts.Actor, q airing.Query) (lines []airing.Line, next string, err error)
	// Recordings lists files of the library.
	Recordings(ctx context.Context, q library.Query) (library.Page, error)
	// Alike lists what sounds like a recording.
	Alike(ctx context.Context, id string) ([]library.Alike, error)
	// LibrarySettings gives the size limit of a file.
	LibrarySettings(ctx context.Context) (library.Settings, error)
}

// Desk takes whole files in: an intake.Desk.
type Desk interface {
	Take(ctx context.Context, by accounts.Actor, id string, o intake.Order, body io.Reader) (intake.Status, error)
}

type pages struct {
	store Store
	hall  *contest.Hall
	desk  Desk
	list  *kit.View[listPage]
	form  *kit.View[formPage]
	entry *kit.View[entryPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, hall *contest.Hall, desk Desk) {
	f := k.Folder("entering", files)
	p := pages{s, hall, desk, kit.NewView[listPage](f, "list.html"), kit.NewView[formPage](f, "form.html"), kit.NewView[entryPage](f, "entry.html")}
	k.Menu(kit.MenuItem{Path: "/enter", Key: "contest.enter_menu", Icon: "contest", Access: accounts.EnterContest, Order: 60})
	add := func(pattern string, h kit.Handler) {
		k.Handle(kit.Route{Pattern: pattern, Access: accounts.EnterContest, Handler: h, MaxBody: kit.FileBody})
	}
	add("GET /enter", p.showList)
	add("GET /enter/{contest}", p.showForm)
	add("POST /enter/{contest}", p.submit)
	add("GET /enter/{contest}/{entry}", p.showEntry)
	add("GET /enter/{contest}/{entry}/replace", p.showReplace)
	add("POST /enter/{contest}/{entry}", p.change)
	k.AddStep(p.next)
}

// next reminds a station of the contests it may enter now.
func (p pages) next(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.EnterContest) {
		return nil, nil
	}
	var steps []kit.Step
	err := p.hall.List(r.Context(), func(s *contest.State) error {
		for _, a := range s.Awaited(r.Actor, r.Now) {
			steps = append(steps, kit.Step{Title: s.Rules.Title, Text: r.Say("contest.awaited_until", "name", a.Work.Title, "at", moment(r, graceEnd(s))),
				Path: "/enter", Button: r.Say("contest.enter_menu"), Icon: "contest", Order: 10})
		}
		if s.Phase == contest.Published {
			if works := entered(r.Lang, s, r.Actor); len(works) > 0 {
				steps = append(steps, kit.Step{State: "ok", Title: s.Rules.Title, Text: r.Say("contest.results_step", "works", strings.Join(works, "; ")),
					Path: "/enter", Button: r.Say("contest.results_step_open"), Icon: "contest", Order: 10})
			}
		}
		if !s.Taking(r.Now) {
			return nil
		}
		mine := 0
		for _, e := range s.Entries {
			if e.Entrant.Of(r.Actor) && e.Live() {
				mine++
			}
		}
		step := kit.Step{Title: s.Rules.Title, Text: r.Say("contest.entered_so_far", "at", moment(r, s.Rules.Dates.ClosesAt), "n", mine),
			Path: "/enter", Button: r.Say("contest.enter_menu"), Icon: "contest", Order: 50}
		if mine == 0 {
			step.Text = r.Say("contest.entered_nothing", "at", moment(r, s.Rules.Dates.ClosesAt))
		}
		steps = append(steps, step)
		return nil
	})
	return steps, err
}

// entered names the actor's works in a contest, each with how it ended.
func entered(lang text.Language, s *contest.State, by accounts.Actor) (works []string) {
	for _, e := range s.Entries {
		if e.Entrant.Of(by) && e.Live() {
			works = append(works, e.Title+" – "+ended(lang, s, e))
		}
	}
	return works
}

// ended says how it ended for a work whose results are public: what it won, or how far
// it came.
func ended(lang text.Language, s *contest.State, e *contest.Entry) string {
	var prizes []string
	for _, g := range s.Winners(e.ID) {
		prizes = append(prizes, s.Rules.Award(g.Award).Prize(g.Prize).Name)
	}
	round, picked := s.StoppedAt(e)
	switch {
	case len(prizes) > 0:
		return strings.Join(prizes, ", ")
	case round == "":
		return lang.Say("contest.ended_last")
	case picked:
		return lang.Say("contest.ended_unpicked", "round", round)
	}
	return lang.Say("contest.ended_at", "round", round)
}

type listPage struct {
	kit.Page
	Contests []listRow
}

type listRow struct {
	ID, Title, Host, About string
	From, Until            string // as people say them
	Open                   bool
	Early                  bool // entries are not taken yet
	Published              bool
	Mine                   []mine
	Awaited                []awaited
	Changes                []contest.RuleChange
}

// mine is a work of the actor's, and how it ended once that is public.
type mine struct {
	contest.Entry
	Ended string
	Won   bool
}

// awaited is a form that was sent and whose files are on their way.
type awaited struct{ Title, Path, Until string }

func awaitedOf(r *kit.Request, s *contest.State) (list []awaited) {
	for _, a := range s.Awaited(r.Actor, r.Now) {
		path := "/enter/" + s.ID + "?form=" + a.ID
		if s.Entry(a.ID) != nil {
			path = "/enter/" + s.ID + "/" + a.ID + "/replace"
		}
		list = append(list, awaited{a.Work.Title, path, moment(r, graceEnd(s))})
	}
	return list
}

// graceEnd is the last instant at which what was announced can be completed.
func graceEnd(s *contest.State) time.Time { return s.Rules.Dates.ClosesAt.Add(s.Rules.Dates.Grace()) }

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	page := listPage{Page: r.Page("contest.enter_menu")}
	err := p.hall.List(r.Context(), func(s *contest.State) error {
		if s.Phase == contest.Draft {
			return nil
		}
		d := s.Rules.Dates
		row := listRow{ID: s.ID, Title: s.Rules.Title, Host: s.Rules.Host, About: s.Rules.About, From: moment(r, d.OpensAt), Until: moment(r, d.ClosesAt),
			Awaited: awaitedOf(r, s), Changes: s.Changes, Open: s.Taking(r.Now), Early: r.Now.Before(d.OpensAt), Published: s.Phase == contest.Published ||
				s.Phase == contest.Closed}
		for _, e := range s.Entries {
			if e.Entrant.Of(r.Actor) {
				x := mine{Entry: *e}
				if row.Published && e.Live() {
					x.Ended, x.Won = ended(r.Lang, s, e), len(s.Winners(e.ID)) > 0
				}
				row.Mine = append(row.Mine, x)
			}
		}
		if row.Open || len(row.Mine) > 0 || len(row.Awaited) > 0 || s.Phase == contest.Open {
			page.Contests = append(page.Contests, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.list.Render(w, r, page)
}

// moment is an instant as people say a deadline: "17:00 thứ Sáu 18/12/2026".
func moment(r *kit.Request, t time.Time) string {
	return r.Lang.Clock(t) + " " + r.Lang.Weekday(t) + " " + r.Lang.Date(t)
}

type formPage struct {
	kit.Page
	Contest    string
	Name       string
	Until      string
	Action     string
	Entry      string // being replaced, or ""
	Form       kit.Form
	Stations   []kit.Option
	Themes     []kit.Option
	Sorts      []kit.Option
	Kinds      []kit.Option
	Langs      []kit.Option
	Episodes   []kit.Option
	Audio      []kit.Option
	Scans      []kit.Option
	Sections   []sectionField
	Lengths    string // how long the sound may be
	Limit      int64  // of a file, in bytes
	Aired      bool   // the work must have been aired
	Named      bool   // entrants may be persons or groups
	Names      bool   // and nothing else
	Declared   bool
	NeedScript bool
	NeedScan   bool
	MustScan   bool
	NeedText   bool
	MustText   bool
	Good       bool // a check found nothing wrong
	Problems   []string
	Awaited    string // what is to be done with a form whose files are on their way
	Shut       string // why there is no form
}

type sectionField struct {
	Name, Field string
	Must        bool // a length of 0 is too short
}

// showForm shows an empty form, or that which was sent ahead of its files.
func (p pages) showForm(w http.ResponseWriter, r *kit.Request) error {
	f := kit.NewForm("language", "vi")
	if id := r.URL.Query().Get("form"); id != "" {
		var work contest.Work
		err := p.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
			a, ok := s.Announced(id, r.Now)
			if !ok || !a.Entrant(r.Actor) {
				return fault.New(fault.NotFound, "contest.unknown_entry")
			}
			work = a.Work
			return nil
		})
		if err != nil {
			return err
		}
		if f, err = p.filled(r, work); err != nil {
			return err
		}
		f.ID = id
	}
	return p.renderForm(w, r, f, nil, false)
}

// filled is a form that says the work.
func (p pages) filled(r *kit.Request, w contest.Work) (kit.Form, error) {
	f := kit.NewForm("title", w.Title, "theme", w.Theme, "category", w.Category, "language", w.Language, "kind", string(w.Kind), "station", w.Station,
		"name", w.Name, "authors", strings.Join(w.Authors, "\n"), "episode", w.Episode, "script", w.Script, "translation", w.Translation,
		"aired_note", w.AiredNote)
	for id, n := range w.Sections {
		f.Values.Set("section."+id, text.Length(n))
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return f, err
	}
	picked, _ := plan.Episode(w.Episode) // where none is picked it is the zero Episode
	for _, x := range w.Pieces {
		// The sound of a picked episode goes with it when another is picked.
		if x.File != picked.Audio {
			f.Values.Set(fields[x.Kind], x.File)
		}
	}
	return f, nil
}

// boxes are the words of the form's boxes, by the names of their fields.
var boxes = map[string]string{"station": "contest.kind_station", "title": "contest.work_title", "theme": "contest.theme", "category": "contest.category",
	"language": "contest.language", "kind": "contest.entrant_kind", "name": "contest.entrant_name", "authors": "contest.authors",
	"script":      "contest.piece_script",
	"translation": "contest.piece_translation", "aired_note": "contest.aired_note"}

// lacking are the fields of pieces that are missing, by the fault that says so.
var lacking = map[string]string{"contest.audio_missing": "audio_file", "contest.script_missing": "script", "contest.scan_missing": "scan_file",
	"contest.translation_missing": "translation"}

// problems says what is wrong with a form, each sentence with the name of its box.
func problems(r *kit.Request, err error) []string {
	out := r.Sentences(err)
	e := fault.Of(err)
	if e == nil {
		return out
	}
	for i, part := range e.All() {
		if key := boxes[part.Field]; key != "" && contest.Nameless(part.Code) {
			out[i] = r.Say("desk.mend_at", "where", r.Say(key), "text", out[i])
		}
	}
	return out
}

// renderForm shows the form; err is what a check or a submission found.
func (p pages) renderForm(w http.ResponseWriter, r *kit.Request, f kit.Form, err error, good bool) error {
	id := r.PathValue("contest")
	page := formPage{Contest: id, Form: f, Good: good, Action: "/enter/" + id, Entry: r.PathValue("entry")}
	if page.Entry != "" {
		page.Action += "/" + page.Entry
	}
	page.Problems = problems(r, err)
	if e := fault.Of(err); e != nil {
		for _, part := range e.All() {
			if field := lacking[part.Code]; field != "" {
				page.Form.Errors[field] = r.Lang.Fault(part)
			}
		}
	}
	if verr := p.hall.View(r.Context(), id, func(s *contest.State) error {
		if s.Phase == contest.Draft {
			return fault.New(fault.NotFound, "contest.unknown")
		}
		page.Page, page.Name, page.Until = r.Page("contest.enter_title", "name", s.Rules.Title), s.Rules.Title, moment(r, s.Rules.Dates.ClosesAt)
		page.choices(r, &s.Rules)
		page.Awaited, page.Shut = standing(r, s, cmp.Or(page.Entry, f.ID))
		return nil
	}); verr != nil {
		return verr
	}
	if err := p.places(r, &page); err != nil {
		return err
	}
	return p.form.Render(w, r, page)
}

// standing says what the timetable means for a form that nobody has typed into: whether
// its files are awaited, or nothing is taken any more or yet.
func standing(r *kit.Request, s *contest.State, id string) (awaited, shut string) {
	a, ok := s.Announced(id, r.Now)
	d := s.Rules.Dates
	switch {
	case ok && a.Entrant(r.Actor) && r.Now.After(d.ClosesAt):
		return r.Say("contest.awaited_here", "at", moment(r, a.At), "until", moment(r, graceEnd(s))), ""
	case ok && a.Entrant(r.Actor):
		return r.Say("contest.awaited_form", "at", moment(r, a.At), "until", moment(r, graceEnd(s))), ""
	case r.Method != http.MethodGet || s.Taking(r.Now):
		return "", ""
	case s.Phase == contest.Open && r.Now.Before(d.OpensAt):
		return "", r.Say("contest.enter_from", "at", moment(r, d.OpensAt))
	}
	return "", r.Say("contest.enter_over", "at", moment(r, d.ClosesAt))
}

func (page *formPage) choices(r *kit.Request, rules *contest.Rules) {
	for _, t := range rules.Themes {
		page.Themes = append(page.Themes, kit.Option{Value: t.ID, Text: t.Name})
	}
	for _, c := range rules.Categories {
		page.Sorts = append(page.Sorts, kit.Option{Value: c.ID, Text: c.Name})
		if line := paper.LengthInWords(r.Lang, &c); line != "" {
			if len(rules.Categories) > 1 {
				line = c.Name + ": " + line
			}
			page.Lengths = strings.TrimSpace(page.Lengths + " " + line)
		}
		page.Aired = page.Aired || c.Aired != nil
		page.Declared = page.Declared || c.Aired != nil && c.Aired.Declared
		for _, n := range c.Needs {
			page.NeedScript = page.NeedScript || n.Piece == contest.Script && n.When != contest.Optional
			page.NeedScan = page.NeedScan || n.Piece == contest.Scan
			page.MustScan = page.MustScan || n.Piece == contest.Scan && n.When != contest.Optional
			page.NeedText = page.NeedText || n.Piece == contest.Translation
			page.MustText = page.MustText || n.Piece == contest.Translation && n.When != contest.Optional
		}
		for _, s := range c.Sections {
			page.Sections = append(page.Sections, sectionField{s.Name, "section." + s.ID, s.MinSeconds > 0})
		}
	}
	for _, k := range rules.Who.Kinds {
		page.Kinds = append(page.Kinds, kit.Option{Value: string(k), Text: r.Say("contest.kind_" + string(k))})
		page.Named = page.Named || k != contest.ByStation
	}
	page.Names = page.Named && !slices.Contains(rules.Who.Kinds, contest.ByStation)
	// Where there is nothing to choose nothing is asked.
	for name, options := range map[string][]kit.Option{"theme": page.Themes, "category": page.Sorts, "kind": page.Kinds} {
		if len(options) == 1 {
			page.Form.Values.Set(name, options[0].Value)
		}
	}
	for _, l := range stations.Languages {
		allowed := func(c contest.Category) bool { return len(c.Languages) == 0 || slices.Contains(c.Languages, l) }
		if !slices.ContainsFunc(rules.Categories, allowed) && page.Form.Get("language") != l {
			continue
		}
		page.Langs = append(page.Langs, kit.Option{Value: l, Text: r.Say("language." + l)})
	}
}

// mostFiles is how many of a station's files the form offers, newest first.
const mostFiles = 30

// places offers the actor's stations, what they aired of their own and what they uploaded.
func (p pages) places(r *kit.Request, page *formPage) error {
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	page.Limit = set.MaxBytes
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	_, _, mine := r.Actor.Stations(accounts.EnterContest)
	page.Episodes = []kit.Option{{Value: "", Text: r.Say("contest.pick_none")}}
	page.Stations = kit.StationOptions(reg, stations.Filter{}.For(r.Actor, accounts.EnterContest))
	if len(page.Stations) == 1 {
		page.Form.Values.Set("station", page.Stations[0].Value)
	}
	if len(mine) == 0 {
		return nil
	}
	for kind, options := range map[library.Kind]*[]kit.Option{library.ForContest: &page.Audio, library.Scan: &page.Scans} {
		files, err := p.store.Recordings(r.Context(), library.Query{Stations: mine, Kind: kind, Limit: mostFiles * len(mine)})
		if err != nil {
			return err
		}
		for _, x := range files.Items {
			*options = append(*options, kit.Option{Value: x.ID, Text: x.Name + " (" + r.Lang.DateTime(x.Created) + ")"})
		}
	}
	own, err := p.owned(r, plan, mine, page.Form.Get("episode"))
	if err != nil {
		return err
	}
	if len(own) == 0 {
		return nil
	}
	lines, _, err := p.store.Airings(r.Context(), r.Actor, airing.Query{From: r.Now.AddDate(-1, 0, 0), Until: r.Now, Stations: mine,
		Episodes: slices.Collect(maps.Keys(own)),
		Outcome:  airing.Aired, Standing: true})
	if err != nil {
		return err
	}
	for _, l := range lines {
		if e, ok := own[l.Episode]; ok && len(page.Episodes) <= mostFiles {
			delete(own, e.ID) // its newest airing stands for it
			title := e.Title
			if programme, err := plan.Programme(e.Programme); err == nil {
				title = programme.TitleAt(l.StartedAt) + ": " + title
			}
			page.Episodes = append(page.Episodes, kit.Option{Value: e.ID, Text: title + " (" + r.Lang.DateTime(l.StartedAt) + ")"})
		}
	}
	return nil
}

// owned are the episodes with a recording that are the stations' own, by the newest
// recordings they sent, and the one picked before: what the province makes for everybody is nobody's work here.
func (p pages) owned(r *kit.Request, plan *scheduler.Schedule, mine []string, picked string) (map[string]scheduler.Episode, error) {
	sent := map[string]bool{} // recordings of the stations
	files, err := p.store.Recordings(r.Context(), library.Query{Stations: mine, Kind: library.ForProgramme, Limit: library.MostListed})
	if err != nil {
		return nil, err
	}
	for _, x := range files.Items {
		sent[x.ID] = true
	}
	own := map[string]scheduler.Episode{}
	for _, e := range plan.Episodes {
		if e.Audio != "" && (e.ID == picked || sent[e.Audio] || slices.Contains(mine, plan.OnlyAt(e.Programme))) {
			own[e.ID] = e
		}
	}
	return own, nil
}

// fields are the names under which the form has the IDs of its files: text is typed or
// sent as a document.
var fields = map[contest.PieceKind]string{contest.Audio: "audio", contest.Scan: "scan", contest.Script: "script_doc", contest.Translation: "translation_doc"}

// take keeps the files a form brings and notes their IDs in it, so that
// nothing has to be sent twice when something else is refused.
func (p pages) take(r *kit.Request, f *kit.Form) error {
	for _, part := range []struct {
		field string
		kind  library.Kind
	}{{"audio", library.ForContest}, {"scan", library.Scan}, {"script_doc", library.Scan}, {"translation_doc", library.Scan}} {
		file, head, err := f.File(part.field + "_file")
		if fault.Is(err, "kit.file_missing") {
			continue
		}
		if err != nil {
			return err
		}
		st, err := p.desk.Take(r.Context(), r.Actor, kit.NewID(), intake.Order{Kind: part.kind, Station: f.Get("station"), Name: head.Filename,
			Length: head.Size}, file)
		file.Close()
		if err != nil {
			return fault.Of(err).At(part.field + "_file")
		}
		if st.Refused != nil {
			return st.Refused.Fault().At(part.field + "_file")
		}
		f.Values.Set(part.field, st.ID)
	}
	return nil
}

// work reads what the form says.
func (p pages) work(r *kit.Request, f *kit.Form) (contest.Work, error) {
	work := contest.Work{Title: f.Get("title"), Theme: f.Get("theme"), Category: f.Get("category"), Language: f.Get("language"),
		Kind:    contest.EntrantKind(f.Get("kind")),
		Station: f.Get("station"), Name: f.Get("name"), Episode: f.Get("episode"), Script: f.Get("script"), Translation: f.Get("translation"),
		AiredNote: f.Get("aired_note"), Sections: map[string]int{}}
	work.Authors = strings.Split(f.Get("authors"), "\n")
	for name := range f.Values {
		if id, ok := strings.CutPrefix(name, "section."); ok && f.Get(name) != "" {
			work.Sections[id] = int(f.Minutes(name) / time.Second)
		}
	}
	if work.Episode != "" {
		plan, err := p.store.Schedule(r.Context())
		if err != nil {
			return work, err
		}
		if e, err := plan.Episode(work.Episode); err == nil {
			if f.Get("audio") == "" {
				work.Pieces = append(work.Pieces, contest.WorkPiece{Kind: contest.Audio, File: e.Audio})
			}
			if work.Script == "" && e.State() == scheduler.Approved { // she need not paste what is there already
				if work.Script, err = p.store.Script(r.Context(), e.ID); err != nil {
					return work, err
				}
				f.Values.Set("script", work.Script)
			}
		}
	}
	for _, kind := range contest.PieceKinds {
		if id := f.Get(fields[kind]); id != "" {
			work.Pieces = append(work.Pieces, contest.WorkPiece{Kind: kind, File: id})
		}
	}
	return work, f.Err()
}

// read reads a form with files, each cut above what the library takes.
func (p pages) read(r *kit.Request) (*kit.Form, error) {
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return nil, err
	}
	return r.ReadFiles(set.MaxBytes)
}

func (p pages) submit(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.read(r)
	if err != nil {
		return err
	}
	id, entry := r.PathValue("contest"), ""
	if err := p.hall.View(r.Context(), id, func(s *contest.State) error { entry = s.EntryUnder(f.ID); return nil }); err != nil {
		return err
	}
	err = p.take(r, f)
	var work contest.Work
	if err == nil {
		work, err = p.work(r, f)
	}
	if err == nil && f.Get("do") == "check" {
		err = p.hall.CheckEntry(r.Context(), r.Meta(kit.NewID()), id, contest.SubmitEntry{ID: entry, Work: work})
		if err == nil {
			return p.renderForm(w, r, *f, nil, true)
		}
	} else if err == nil && f.Get("do") == "announce" {
		return p.announce(w, r, contest.AnnounceEntry{ID: entry, Work: work})
	} else if err == nil {
		err = p.enter(r, r.Meta(f.ID), contest.SubmitEntry{ID: entry, Work: work})
	}
	if f.Refused(err) {
		r.Asks(w)
		return p.renderForm(w, r, *f, err, false)
	}
	if err != nil {
		return err
	}
	r.Kept(f.ID)
	return r.Redirect(w, "/enter/"+id+"/"+entry, "contest.submitted_done")
}

// announce keeps the form ahead of its files, which a script sends meanwhile, and
// answers with a sentence for it to show.
func (p pages) announce(w http.ResponseWriter, r *kit.Request, c contest.AnnounceEntry) error {
	id := r.PathValue("contest")
	_, err := p.hall.Do(r.Context(), r.Meta(kit.NewID()), id, c)
	if err != nil {
		return err
	}
	var until time.Time
	if err := p.hall.View(r.Context(), id, func(s *contest.State) error { until = graceEnd(s); return nil }); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Loa-Announced", c.ID)
	_, err = io.WriteString(w, r.Say("contest.announced", "at", moment(r, r.Now), "until", moment(r, until)))
	return err
}

// enter submits or replaces a work. A form that brings its files itself was sent
// when it began to come, if all of it has come by the end of the grace.
func (p pages) enter(r *kit.Request, m accounts.Meta, c contest.Command) error {
	id := r.PathValue("contest")
	err := p.hall.View(r.Context(), id, func(s *contest.State) error {
		if at := r.Arrived(); at.After(graceEnd(s)) {
			m.At = at
		}
		return nil
	})
	if err == nil {
		_, err = p.hall.Do(r.Context(), m, id, c)
	}
	return err
}

type entryPage struct {
	kit.Page
	Contest  string
	Name     string
	Entry    contest.Entry
	Until    time.Time
	Editable bool
	Awaited  *contest.Work // what it is to be replaced by, whose files are on their way
	Prizes   []string
	Ended    string       // how it ended without a prize, once that is public
	Alike    string       // the sentence that its sound is like another's, or ""
	Heard    []kit.Option // of those, the recordings she may hear: ID and name
	Feedback bool         // there is something to read
	Taking   bool         // complaints about the result are taken

	Complaints []contest.Complaint // about the work
	Form       kit.Form

	edition accounts.Edition // of the entry
	// works are the recordings of the contest's works, and later those that came after
	// hers or are no longer in the contest.
	works, later map[string]bool
}

// find returns a copy of the entry if the actor may act for its station.
func (p pages) find(r *kit.Request) (page entryPage, err error) {
	err = p.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		e := s.Entry(r.PathValue("entry"))
		if e == nil || !e.Entrant.Of(r.Actor) {
			return fault.New(fault.NotFound, "contest.unknown_entry")
		}
		page = entryPage{Page: r.Page("contest.receipt"), Contest: s.ID, Name: s.Rules.Title, Entry: *e, Until: s.Rules.Dates.ClosesAt, Form: kit.NewForm(),
			Editable: e.Live() && s.Phase == contest.Open && !r.Now.After(s.Rules.Dates.ClosesAt)}
		page.Taking, page.edition = s.Phase == contest.Published, s.Edition(contest.PartEntry(e.ID))
		page.works, page.later = map[string]bool{}, map[string]bool{}
		mine := e.Piece(contest.Audio)
		after := false // hers in the order of first submission
		for _, o := range s.Entries {
			after = after || o == e
			if x := o.Piece(contest.Audio); x != nil && mine != nil && o != e {
				page.works[x.File] = true
				page.later[x.File] = !o.Live() || x.Begun.After(mine.Begun) || after && x.Begun.Equal(mine.Begun)
			}
		}
		for _, c := range s.Complaints {
			if c.Entry == e.ID {
				page.Complaints = append(page.Complaints, c)
			}
		}
		if a, ok := s.Announced(e.ID, r.Now); ok && a.Entrant(r.Actor) {
			page.Awaited = &a.Work
		}
		if _, err := s.ForFeedback(r.Actor, e.ID); err == nil {
			page.Feedback = true
			for _, g := range s.Winners(e.ID) {
				page.Prizes = append(page.Prizes, s.Rules.Award(g.Award).Prize(g.Prize).Name)
			}
			if len(page.Prizes) == 0 && e.Live() && (s.Phase == contest.Published || s.Phase == contest.Closed) {
				page.Ended = ended(r.Lang, s, e)
			}
		}
		return nil
	})
	return page, err
}

func (p pages) showEntry(w http.ResponseWriter, r *kit.Request) error {
	return p.renderEntry(w, r, kit.NewForm())
}

func (p pages) renderEntry(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page, err := p.find(r)
	if err != nil {
		return err
	}
	page.Form = f
	if err := p.alike(r, &page); err != nil {
		return err
	}
	return p.entry.Render(w, r, page)
}

// alike says whether the work sounds like somebody else's, which an organiser
// will decide about. Whose it is it says only of what the actor may hear. Once it is
// decided that the two are one, it says so to who sent it second.
func (p pages) alike(r *kit.Request, page *entryPage) error {
	e := &page.Entry
	piece := e.Piece(contest.Audio)
	if piece == nil || !e.Live() {
		return nil
	}
	list, err := p.store.Alike(r.Context(), piece.File)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	open, same, hearing := false, false, plan.Hearing(r.Actor, reg)
	for _, a := range list {
		rec := a.Recording
		own := rec.Owner.Station == e.Entrant.Station || slices.Contains(e.Entrant.Accounts, rec.Owner.Person)
		aired := e.Episode != "" && rec.Kind == library.ForProgramme // it was picked from there
		if own || aired || a.Dismissed() {
			continue
		}
		if !a.Open() && (page.later[rec.ID] || !page.works[rec.ID] && rec.Created.After(piece.Begun)) {
			continue // hers was first
		}
		open, same = open || a.Open(), same || !a.Open()
		if hearing.Hears(rec) {
			page.Heard = append(page.Heard, kit.Option{Value: rec.ID, Text: rec.Name})
		}
	}
	switch {
	case same:
		page.Alike = r.Say("contest.alike_same")
	case open && page.Editable:
		page.Alike = r.Say("contest.alike_open") + " " + r.Say("contest.alike_replace")
	case open:
		page.Alike = r.Say("contest.alike_open")
	}
	return nil
}

func (p pages) showReplace(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.replaceForm(r)
	if err != nil {
		return err
	}
	return p.renderForm(w, r, f, nil, false)
}

// replaceForm is the form of the entry as it is now.
func (p pages) replaceForm(r *kit.Request) (kit.Form, error) {
	page, err := p.find(r)
	if err != nil {
		return kit.Form{}, err
	}
	e := &page.Entry
	work := contest.Work{Title: e.Title, Theme: e.Theme, Category: e.Category, Language: e.Language, Kind: e.Entrant.Kind,
		Station: e.Entrant.Station, Name: e.Entrant.Name,
		Authors: e.Entrant.Authors, Episode: e.Episode, Script: e.Script, Translation: e.Translation, Sections: e.Sections, AiredNote: e.AiredNote}
	for _, x := range e.Pieces {
		work.Pieces = append(work.Pieces, contest.WorkPiece{Kind: x.Kind, File: x.File})
	}
	if page.Awaited != nil {
		work = *page.Awaited
	}
	f, err := p.filled(r, work)
	return f.From(page.edition), err
}

// change replaces or withdraws an entry.
func (p pages) change(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.read(r)
	if err != nil {
		return err
	}
	id, entry := r.PathValue("contest"), r.PathValue("entry")
	back := "/enter/" + id + "/" + entry
	if f.Get("do") == "complain" {
		_, err := p.hall.Do(r.Context(), r.Meta(f.ID), id, contest.FileComplaint{Entry: entry, Text: f.Get("text")})
		if f.RefusedAloud(err) {
			return p.renderEntry(w, r, *f)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, back, "contest.complaint_saved")
	}
	if f.Get("do") == "withdraw" {
		if _, err := p.hall.Do(r.Context(), r.Meta(f.ID), id, contest.WithdrawEntry{Entry: entry, Reason: f.Get("reason")}); err != nil {
			return err
		}
		return r.Redirect(w, back, "contest.withdrawn_done")
	}
	err = p.take(r, f)
	var work contest.Work
	if err == nil {
		work, err = p.work(r, f)
	}
	if err == nil && f.Get("do") == "announce" {
		return p.announce(w, r, contest.AnnounceEntry{ID: entry, Work: work})
	} else if err == nil {
		err = f.Save(func() (kit.Form, error) { return p.replaceForm(r) }, func(m accounts.Meta) error {
			return p.enter(r, m, contest.ReplaceEntry{Entry: entry, Work: work})
		})
	}
	if f.Refused(err) {
		r.Asks(w)
		return p.renderForm(w, r, *f, err, false)
	}
	if err != nil {
		return err
	}
	r.Kept(f.ID)
	return r.Redirect(w, back, "contest.submitted_done")
}
