// Package programmes is where editors keep programmes, their episodes and the
// rules by which they air.
package programmes

import (
	"context"
	"embed"
	"io"
	"net/http"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
	"loa/library"
	"loa/library/intake"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	scheduler.Store
	Registry(ctx context.Context) (*stations.Registry, error)
	Recording(ctx context.Context, id string) (library.Recording, error)
	RecordingReport(ctx context.Context, id string) (library.Report, error)
	LibrarySettings(ctx context.Context) (library.Settings, error)
	Recordings(ctx context.Context, q library.Query) (library.Page, error)
	BroadcastCopies(ctx context.Context, recordings []string) (map[string]library.BroadcastCopy, error)
}

// Desk is where files arrive: an intake.Desk.
type Desk interface {
	Take(ctx context.Context, by accounts.Actor, id string, o intake.Order, body io.Reader) (intake.Status, error)
}

type pages struct {
	store       Store
	desk        Desk
	list        *kit.View[listPage]
	show        *kit.View[programmePage]
	edit        *kit.View[editPage]
	episode     *kit.View[episodePage]
	episodeEdit *kit.View[episodeEditPage]
	ruleEdit    *kit.View[rulePage]
	confirm     *kit.View[confirmPage]
}

// Register adds the pages to k. Audio goes through desk.
func Register(k *kit.Kit, s Store, desk Desk) {
	f := k.Folder("programmes", files)
	p := pages{store: s, desk: desk,
		list: kit.NewView[listPage](f, "list.html"), show: kit.NewView[programmePage](f, "programme.html"), edit: kit.NewView[editPage](f, "edit.html"),
		episode: kit.NewView[episodePage](f, "episode.html"), episodeEdit: kit.NewView[episodeEditPage](f, "episode_edit.html"),
		ruleEdit: kit.NewView[rulePage](f, "rule.html"),
		confirm:  kit.NewView[confirmPage](f, "confirm.html")}
	k.Menu(kit.MenuItem{Path: "/programmes", Key: "schedule.programmes", Icon: "horn", Access: accounts.EditSchedule, Order: 20})
	edit := accounts.EditSchedule
	k.Handle(
		kit.Route{Pattern: "GET /programmes", Access: accounts.ReadSchedule, Handler: p.showList},
		kit.Route{Pattern: "GET /programmes/new", Access: edit, Handler: p.showNew},
		kit.Route{Pattern: "POST /programmes", Access: edit, Handler: p.save},
		kit.Route{Pattern: "GET /programmes/{id}", Access: accounts.ReadSchedule, Handler: p.showProgramme},
		kit.Route{Pattern: "GET /programmes/{id}/edit", Access: edit, Handler: p.showEdit},
		kit.Route{Pattern: "POST /programmes/{id}", Access: edit, Handler: p.save},
		kit.Route{Pattern: "GET /programmes/{id}/retire", Access: edit, Handler: p.showRetire},
		kit.Route{Pattern: "POST /programmes/{id}/retire", Access: edit, Handler: p.retire},
		kit.Route{Pattern: "GET /programmes/{id}/episodes/new", Access: edit, Handler: p.showNewEpisode},
		kit.Route{Pattern: "POST /programmes/{id}/episodes", Access: edit, Handler: p.saveEpisode, MaxBody: kit.FileBody},
		kit.Route{Pattern: "GET /episodes/{id}", Access: accounts.ReadSchedule, Handler: p.showEpisode},
		kit.Route{Pattern: "GET /episodes/{id}/edit", Access: edit, Handler: p.showEditEpisode},
		kit.Route{Pattern: "POST /episodes/{id}", Access: edit, Handler: p.saveEpisode, MaxBody: kit.FileBody},
		kit.Route{Pattern: "POST /episodes/{id}/move", Access: edit, Handler: p.move},
		kit.Route{Pattern: "GET /programmes/{id}/rules/new", Access: edit, Handler: p.showNewRule},
		kit.Route{Pattern: "POST /programmes/{id}/rules", Access: edit, Handler: p.saveRule},
		kit.Route{Pattern: "GET /rules/{id}", Access: edit, Handler: p.showRule},
		kit.Route{Pattern: "POST /rules/{id}", Access: edit, Handler: p.saveRule},
		kit.Route{Pattern: "POST /rules/{id}/end", Access: edit, Handler: p.endRule},
	)
	k.AddStep(p.steps)
}

// facts loads what every page needs.
func (p pages) facts(r *kit.Request) (*scheduler.Schedule, *stations.Registry, error) {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return nil, nil, err
	}
	reg, err := p.store.Registry(r.Context())
	return s, reg, err
}

// stateBadges gives each state its mark.
var stateBadges = map[scheduler.State]string{
	scheduler.Draft: kit.StateNone, scheduler.Submitted: kit.StateWarn, scheduler.Approved: kit.StateOK, scheduler.Withdrawn: kit.StateBad,
}

// episodeLine is an episode in a list.
type episodeLine struct {
	ID, Title, Programme, Language string
	State, Badge                   string
	Length                         time.Duration
	At                             time.Time // of the last step
}

func lineOf(s *scheduler.Schedule, e scheduler.Episode) episodeLine {
	p, _ := s.Programme(e.Programme) // the zero Programme has an empty title
	return episodeLine{ID: e.ID, Title: e.Title, Programme: p.Title, Language: "language." + e.Language, State: "schedule.state." + string(e.State()),
		Badge: stateBadges[e.State()], Length: seconds(e.Seconds), At: e.Steps[len(e.Steps)-1].At}
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Second)
}

// ruleLine is a rule in a list.
type ruleLine struct {
	ID, When, Who string
	Priority      string
	From, Until   string
	Next          []time.Time
	Ended         bool
}

func ruleLines(lang text.Language, reg *stations.Registry, rules []scheduler.Rule, now time.Time, dates int) []ruleLine {
	var out []ruleLine
	for _, rule := range rules {
		v := rule.Current()
		l := ruleLine{ID: rule.ID, When: scheduler.SayCron(lang, v.Cron), Who: v.Selection.Say(lang, reg), From: v.From.Words(lang), Until: v.Until.Words(lang),
			Next: rule.Upcoming(now, dates)}
		if v.Priority != scheduler.Ordinary {
			l.Priority = "schedule.priority." + string(v.Priority)
		}
		l.Ended = len(l.Next) == 0
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b ruleLine) int {
		if a.Ended == b.Ended {
			return 0
		}
		if b.Ended {
			return -1
		}
		return 1
	})
	return out
}

type programmeCard struct {
	scheduler.Programme
	Rules  []ruleLine
	Latest *episodeLine // newest that is approved
}

type listPage struct {
	kit.Page
	MayEdit bool
	Waiting []episodeLine
	Cards   []programmeCard
	Retired []scheduler.Programme
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	s, reg, err := p.facts(r)
	if err != nil {
		return err
	}
	page := listPage{Page: r.Page("schedule.programmes"), MayEdit: r.Actor.CanSomewhere(accounts.EditSchedule)}
	if page.MayEdit {
		page.Waiting = waiting(s)
	}
	for _, programme := range s.Programmes {
		if programme.Rests() {
			page.Retired = append(page.Retired, programme)
			continue
		}
		c := programmeCard{Programme: programme, Rules: ruleLines(r.Lang, reg, s.RulesOf(programme.ID), r.Now, 1)}
		c.Rules = slices.DeleteFunc(c.Rules, func(l ruleLine) bool { return l.Ended })
		for _, e := range s.EpisodesOf(programme.ID) {
			if e.State() == scheduler.Approved {
				line := lineOf(s, e)
				c.Latest = &line
				break
			}
		}
		page.Cards = append(page.Cards, c)
	}
	return p.list.Render(w, r, page)
}

// waiting lists what the editorial board has to look at, longest first.
func waiting(s *scheduler.Schedule) []episodeLine {
	var out []episodeLine
	for _, e := range s.Episodes {
		if p, _ := s.Programme(e.Programme); e.State() == scheduler.Submitted && !p.Rests() { // an episode's programme exists
			out = append(out, lineOf(s, e))
		}
	}
	slices.SortStableFunc(out, func(a, b episodeLine) int { return a.At.Compare(b.At) })
	return out
}

type programmePage struct {
	kit.Page
	MayEdit   bool
	Programme scheduler.Programme
	Topics    []string
	Languages []string
	MinLength time.Duration
	Episodes  []episodeLine // the newest
	Older     []episodeLine
	Rules     []ruleLine
	MayAdd    bool     // episodes and rules
	Retire    *kit.Ask // nil where nobody here lets it rest
	Back      kit.Form // lets it work again
}

// newest is how many episodes are shown before the older ones fold away.
const newest = 8

func (p pages) showProgramme(w http.ResponseWriter, r *kit.Request) error {
	s, reg, err := p.facts(r)
	if err != nil {
		return err
	}
	programme, err := s.Programme(r.PathValue("id"))
	if err != nil {
		return err
	}
	page := programmePage{Page: r.Page("schedule.programme"), MayEdit: r.Actor.CanSomewhere(accounts.EditSchedule), Programme: programme,
		MinLength: time.Duration(programme.MinSeconds) * time.Second, Rules: ruleLines(r.Lang, reg, s.RulesOf(programme.ID), r.Now, 3)}
	page.Title = programme.Title
	page.MayAdd = page.MayEdit && !programme.Rests()
	if page.MayAdd {
		ask := askRetire(r, s, programme)
		page.Retire = &ask
	}
	page.Back = kit.NewForm()
	for _, t := range programme.Topics {
		page.Topics = append(page.Topics, r.Say("schedule.topic."+string(t)))
	}
	for _, l := range programme.Languages {
		page.Languages = append(page.Languages, r.Say("language."+l))
	}
	for _, e := range s.EpisodesOf(programme.ID) {
		if page.MayEdit || e.State() == scheduler.Approved {
			page.Episodes = append(page.Episodes, lineOf(s, e))
		}
	}
	n := min(newest, len(page.Episodes))
	page.Episodes, page.Older = page.Episodes[:n], page.Episodes[n:]
	return p.show.Render(w, r, page)
}

// askRetire asks about letting a programme rest.
func askRetire(r *kit.Request, s *scheduler.Schedule, programme scheduler.Programme) kit.Ask {
	path := "/programmes/" + programme.ID
	ask := r.Ask(scheduler.Retiring(s, programme.ID, r.Now), nil, func(at string) (string, string) { return path + "#" + at, r.Say("schedule.see") })
	ask.ID, ask.Do, ask.Step, ask.Class = "ask-retire", "retire", r.Say("schedule.retire"), "quiet"
	ask.Action, ask.Page, ask.Back = path+"/retire", path+"/retire", path
	return ask
}

// confirmPage asks about letting a programme rest where there is no script to open a
// dialog, or when something has changed since.
type confirmPage struct {
	kit.Page
	Ask kit.Ask
}

func (p pages) showRetire(w http.ResponseWriter, r *kit.Request) error {
	return p.renderRetire(w, r, "")
}

func (p pages) renderRetire(w http.ResponseWriter, r *kit.Request, notice string) error {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	programme, err := s.Programme(r.PathValue("id"))
	if err != nil {
		return err
	}
	if programme.Rests() {
		return r.Redirect(w, "/programmes/"+programme.ID, "")
	}
	page := confirmPage{r.Page("schedule.programme"), askRetire(r, s, programme)}
	page.Title, page.Ask.Notice = programme.Title, notice
	return p.confirm.Render(w, r, page)
}

// retire lets a programme rest, as somebody who was asked agreed, or work again.
func (p pages) retire(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := scheduler.RetireProgramme{ID: r.PathValue("id"), Back: f.Get("do") == "back", Seen: f.Get("seen")}
	if !c.Back && c.Seen == "" { // nobody was asked
		return r.Redirect(w, "/programmes/"+c.ID+"/retire", "")
	}
	programme, err := p.store.RetireProgramme(r.Context(), r.Meta(f.ID), c)
	switch {
	case once.Unseen(err):
		return p.renderRetire(w, r, r.Lang.Fault(err))
	case fault.Is(err, "schedule.programme_is_retired"): // somebody else did
		return r.Redirect(w, "/programmes/"+c.ID, "")
	case err != nil:
		return err
	}
	said := "schedule.was_retired"
	if c.Back {
		said = "schedule.was_revived"
	}
	return r.Redirect(w, "/programmes/"+c.ID, said, "title", programme.Title)
}

type editPage struct {
	kit.Page
	Terms     *scheduler.TermsChange // to be agreed to before the programme is saved
	Form      kit.Form
	TitleHint string // key of what a name is, or what renaming does
	Action    string
	Contents  []kit.Option
	Themes    []kit.Option
	Languages []kit.Option
}

func options[T ~string](r *kit.Request, prefix string, keys []T) []kit.Option {
	out := make([]kit.Option, 0, len(keys))
	for _, k := range keys {
		out = append(out, kit.Option{Value: string(k), Text: r.Say(prefix + string(k))})
	}
	return out
}

func (p pages) renderEdit(w http.ResponseWriter, r *kit.Request, id string, f kit.Form, terms *scheduler.TermsChange) error {
	page := editPage{Page: r.Page("schedule.new_programme"), Terms: terms, Form: f, TitleHint: "schedule.title_hint", Action: "/programmes",
		Contents: options(r, "schedule.topic.", scheduler.Contents()),
		Themes:   options(r, "schedule.topic.", scheduler.Themes()), Languages: options(r, "language.", stations.Languages)}
	if id != "" {
		page.Title, page.Action, page.TitleHint = r.Say("schedule.edit_programme"), "/programmes/"+id, "schedule.rename_hint"
	}
	return p.edit.Render(w, r, page)
}

func (p pages) showNew(w http.ResponseWriter, r *kit.Request) error {
	return p.renderEdit(w, r, "", kit.NewForm("languages", stations.Vietnamese, "counts", "1", "min_seconds", "3:00"), nil)
}

func (p pages) showEdit(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.editForm(r)
	if err != nil {
		return err
	}
	return p.renderEdit(w, r, r.PathValue("id"), f, nil)
}

// editForm is the form of the programme as it is now.
func (p pages) editForm(r *kit.Request) (kit.Form, error) {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return kit.Form{}, err
	}
	programme, err := s.Programme(r.PathValue("id"))
	if err != nil {
		return kit.Form{}, err
	}
	f := kit.NewForm("title", programme.Title, "producer", programme.Producer, "min_seconds", text.Length(programme.MinSeconds))
	if programme.CountsTowardTarget {
		f.Values.Set("counts", "1")
	}
	if programme.StationCode {
		f.Values.Set("code", "1")
	}
	for _, t := range programme.Topics {
		f.Values.Add("topics", string(t))
	}
	for _, l := range programme.Languages {
		f.Values.Add("languages", l)
	}
	return f.From(programme.Edition()), nil
}

func (p pages) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := scheduler.SaveProgramme{ID: r.PathValue("id"), Title: f.Get("title"), Producer: f.Get("producer"), Languages: f.All("languages"),
		CountsTowardTarget: f.Bool("counts"), StationCode: f.Bool("code")}
	for _, t := range f.All("topics") {
		c.Topics = append(c.Topics, scheduler.Topic(t))
	}
	if c.MinSeconds = int(f.Minutes("min_seconds") / time.Second); c.MinSeconds == 0 {
		c.MinSeconds = -1 // refused, with the sentence beside the field
	}
	var saved scheduler.Programme
	var change scheduler.TermsChange
	if err = f.Err(); err == nil {
		change, err = p.termsChange(r, f, c)
	}
	word := change.Word()
	switch {
	case err == nil && word != "" && word != f.Get("agreed"):
		return p.renderEdit(w, r, c.ID, *f, &change)
	case err == nil:
		err = f.Save(func() (kit.Form, error) { return p.editForm(r) }, func(m accounts.Meta) (err error) {
			saved, err = p.store.SaveProgramme(r.Context(), m, c)
			return err
		})
	}
	if f.Refused(err) {
		return p.renderEdit(w, r, c.ID, *f, nil)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/programmes/"+saved.ID, "schedule.programme_saved", "title", saved.Title)
}

// termsChange is what saving would do to the airings that count.
func (p pages) termsChange(r *kit.Request, f *kit.Form, c scheduler.SaveProgramme) (scheduler.TermsChange, error) {
	s, reg, err := p.facts(r)
	if err != nil {
		return scheduler.TermsChange{}, err
	}
	return scheduler.PreviewTerms(s, reg, r.Meta(f.ID), c)
}

// steps are the cards of the first page: what of the coming week an editor has to mend, or
// that all of it is there.
func (p pages) steps(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.EditSchedule) {
		return nil, nil
	}
	s, reg, err := p.facts(r)
	if err != nil {
		return nil, err
	}
	if len(s.Programmes) == 0 {
		return []kit.Step{{Title: r.Say("schedule.step.first"), Text: r.Say("schedule.step.first_text"), Button: r.Say("schedule.step.first_button"),
			Path: "/programmes/new", Icon: "horn", Order: 5}}, nil
	}
	ahead, err := scheduler.LookAhead(r.Context(), p.store, r.Now)
	if err != nil {
		return nil, err
	}
	if len(ahead.Gaps) == 0 {
		return []kit.Step{{Title: r.Say("schedule.gap.none"), Text: r.Say("schedule.gap.none_text", "programmes", ahead.Programmes,
			"stations", ahead.Stations, "slots", ahead.Slots), Path: "/calendar", Button: r.Say("schedule.gap.none_button"), Icon: "calendar",
			State: kit.StateOK, Order: 20}}, nil
	}
	var steps []kit.Step
	for _, kind := range scheduler.GapKinds {
		step := kit.Step{Icon: gapCards[kind].icon, State: kit.StateWarn, Order: 5, Path: gapCards[kind].path}
		for _, g := range ahead.Gaps {
			if g.Kind == kind {
				step.Lines = append(step.Lines, kit.StepLine{Text: g.Words(r.Lang, reg.Label), Path: mend(g)})
			}
		}
		if n := len(step.Lines); n > 0 {
			key := "schedule.gap." + string(kind)
			step.Title, step.Text, step.Button = r.Say(key, "n", n), r.Say(key+"_text"), r.Say(key+"_button")
			if kind == scheduler.NoSlot && len(ahead.Offers) > 0 {
				step.Path = bareRule(ahead.Offers[0])
			} else if kind == scheduler.NoSlot { // a programme in a language they broadcast in comes first
				step.Path, step.Button = "/programmes/new", r.Say("schedule.step.first_button")
			}
			steps = append(steps, step)
		}
	}
	return steps, nil
}

// gapCards say of each kind of gap how its card looks and where all of the kind are seen.
var gapCards = map[scheduler.GapKind]struct{ icon, path string }{
	scheduler.Unfilled: {"upload", "/programmes"}, scheduler.Unspoken: {"calendar", "/programmes"},
	scheduler.Unapproved: {"check", "/programmes"}, scheduler.NoCopy: {"library", "/library"},
	scheduler.Unplanned: {"calendar", "/programmes"}, scheduler.NoSlot: {"stations", ""}, scheduler.RuleEnds: {"calendar", "/calendar"},
}

// bareRule is the form of a new rule of the programme for stations at which nothing is planned.
func bareRule(programme string) string {
	return "/programmes/" + programme + "/rules/new?for=" + string(scheduler.NoSlot)
}

// mend is the page where a gap is closed.
func mend(g scheduler.Gap) string {
	switch {
	case g.Kind == scheduler.NoCopy:
		return "/library/" + g.Recording
	case g.Kind == scheduler.NoSlot:
		return "/calendar?station=" + g.Station
	case g.Kind == scheduler.RuleEnds, g.Kind == scheduler.Unspoken:
		return "/rules/" + g.Rule
	case g.Kind == scheduler.Unplanned:
		return "/programmes/" + g.Programme + "/rules/new"
	case g.State == scheduler.Draft:
		return "/episodes/" + g.Episode + "/edit"
	case g.Episode != "":
		return "/episodes/" + g.Episode
	}
	path := "/programmes/" + g.Programme + "/episodes/new"
	if len(g.Languages) > 0 {
		path += "?language=" + g.Languages[0]
	}
	return path
}
