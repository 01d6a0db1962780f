// Package judging is where judges hear and score, and where the chair
// settles what is hers to settle. A judge is shown nothing but
// contest.JudgeView: nothing here may read an entry in another way.
package judging

import (
	"cmp"
	"context"
	"embed"
	"io"
	"net/http"
	"slices"
	"strings"

	"loa/accounts"
	"loa/audio/measure"
	"loa/contest"
	"loa/internal/fault"
	"loa/library"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	// Registry returns all stations and units.
	Registry(ctx context.Context) (*stations.Registry, error)
	// RecordingReport returns what was found out about a recording.
	RecordingReport(ctx context.Context, id string) (library.Report, error)
}

// Booth gives what a jury hears of a recording: an library.Booth.
type Booth interface {
	Open(ctx context.Context, recording string) (io.ReadSeekCloser, error)
}

type pages struct {
	store  Store
	hall   *contest.Hall
	booth  Booth
	list   *kit.View[listPage]
	sheet  *kit.View[sheetPage]
	inHall *kit.View[hallPage]
	ties   *kit.View[tiesPage]
	chair  *kit.View[chairPage]
	signed *kit.View[signedPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, hall *contest.Hall, booth Booth) {
	f := k.Folder("judging", files)
	p := pages{s, hall, booth, kit.NewView[listPage](f, "list.html"), kit.NewView[sheetPage](f, "sheet.html"), kit.NewView[hallPage](f, "hall.html"),
		kit.NewView[tiesPage](f, "ties.html"), kit.NewView[chairPage](f, "chair.html"), kit.NewView[signedPage](f, "signed.html")}
	k.Menu(kit.MenuItem{Path: "/judging", Key: "contest.judging_menu", Icon: "star", Access: accounts.JudgeEntries, Order: 5})
	add := func(pattern string, h kit.Handler) {
		k.Handle(kit.Route{Pattern: pattern, Access: accounts.JudgeEntries, Handler: h})
	}
	add("GET /judging", p.showList)
	add("GET /judging/{contest}/sheets/{task}", p.showSheet)
	add("POST /judging/{contest}/sheets/{task}", p.handleSheet)
	add("GET /judging/{contest}/sheets/{task}/audio.mp3", p.sound)
	add("GET /judging/{contest}/sheets/{task}/waveform", p.waveform)
	add("GET /judging/{contest}/hall", p.showHall)
	add("GET /judging/{contest}/ties", p.showTies)
	add("POST /judging/{contest}/ties", p.saveTies)
	add("GET /judging/{contest}/signed", p.showSigned)
	add("POST /judging/{contest}/signed", p.handleSigned)
	k.Handle(kit.Route{Pattern: "GET /api/v1/contests/{contest}/judging/signed", Access: accounts.JudgeEntries, Handler: p.listSigned,
		Summary: "what a judge signed in rounds that are over", Out: kit.List[contest.SignedSheet]{}})
	k.Handle(kit.Route{Pattern: "POST /api/v1/contests/{contest}/sheets/{task}/mend", Once: true, Access: accounts.JudgeEntries, Handler: p.mend,
		Summary: "say which marks of a sheet one signed, of a round that is over, were written wrong: a correction that an organiser or the chair confirms; " +
			"one's own is taken back where corrections are decided",
		In: mendBody{}, Out: kit.List[contest.SignedSheet]{}})
	add("GET /judging/{contest}/chair", p.showChair)
	add("POST /judging/{contest}/chair", p.handleChair)
	k.Handle(kit.Route{Pattern: "PUT /api/v1/contests/{contest}/sheets/{task}", Once: true, Access: accounts.JudgeEntries, Handler: p.save,
		Summary: "keep a judge's marks as they are now", In: saveBody{}, Out: saved{}})
	k.Handle(kit.Route{Pattern: "GET /api/v1/contests/{contest}/sheets/{task}", Access: accounts.JudgeEntries, Handler: p.one,
		Summary: "one of a judge's sheets as it is now, and where it was written", Out: sheetNow{}})
	k.Handle(kit.Route{Pattern: "GET /api/v1/contests/{contest}/judging", Access: accounts.JudgeEntries, Handler: p.duties,
		Summary: "what a judge has to score, in her order, with what she wrote", Out: contest.JudgeView{}})
	k.Handle(kit.Route{Pattern: "POST /api/v1/contests/{contest}/sheets/{task}/heard", Once: true, Access: accounts.JudgeEntries, Handler: p.hear,
		Summary: "add stretches of a work's recording that were played to its judge", In: heardBody{}, Out: heard{}})
	k.Handle(kit.Route{Pattern: "POST /api/v1/contests/{contest}/sheets/{task}/sign", Once: true, Access: accounts.JudgeEntries, Handler: p.sign,
		Summary: "make a judge's complete sheet final", In: signBody{}, Out: saved{}})
	k.Handle(kit.Route{Pattern: "POST /api/v1/contests/{contest}/sheets/{task}/abstain", Once: true, Access: accounts.JudgeEntries, Handler: p.abstain,
		Summary: "take oneself off a work, with a reason, in all its parts; where a work has a fixed number of judges another takes over",
		In:      abstainBody{}, Out: abstained{}})
	k.Handle(kit.Route{Pattern: "GET /api/v1/contests/{contest}/sheets/{task}/audio", Gives: "audio/mpeg", Ranges: true,
		Access: accounts.JudgeEntries, Handler: p.sound,
		Summary: "the recording as judges hear it: an MP3 without tags"})
	k.Handle(kit.Route{Pattern: "GET /api/v1/contests/{contest}/sheets/{task}/waveform", Access: accounts.JudgeEntries, Handler: p.waveform,
		Summary: "the outline of the recording as judges hear it", Out: measure.Waveform{}})
	k.Handle(kit.Route{Pattern: "GET /api/v1/contests/{contest}/judging/ties", Access: accounts.JudgeEntries, Handler: p.declared,
		Summary: "the stations a judge declared ties with", Out: tiesBody{}})
	k.Handle(kit.Route{Pattern: "PUT /api/v1/contests/{contest}/judging/ties", Edits: true, Access: accounts.JudgeEntries, Handler: p.declare,
		Summary: "declare the stations one has ties with, by ID or code, instead of those declared before: their works go to other judges",
		In:      tiesBody{}, Out: tiesBody{}})
	chair := func(pattern, summary string, h kit.Handler, in any) {
		method, path, _ := strings.Cut(pattern, " ")
		k.Handle(kit.Route{Pattern: method + " /api/v1/contests/{contest}" + path, Access: accounts.JudgeEntries, Handler: h, Summary: summary, In: in,
			Out: contest.ChairView{}})
	}
	chair("GET /chair", "as chair: what there is to settle, once one's own sheets are signed", p.desk, nil)
	chair("POST /sheets/{task}/reopen", "as chair: let a judge change a signed sheet; both versions are kept", p.reopen, reopenBody{})
	chair("POST /sheets/{task}/confer", "as chair: record that the judges of the sheet's work, who differ, talked it over; those in reopen score again",
		p.confer, conferBody{})
	chair("POST /sheets/{task}/settle",
		"as chair: the sheet's judge has a tie to its entrant: keep says whether her marks count, also after they were excluded", p.settlePoint, settleBody{})
	chair("POST /ties",
		"as chair: the order of works that nothing else separated, by their numbers, best first; until the round is finished it takes the place of an "+
			"earlier one", p.settle, tieBody{})
	k.AddStep(p.next)
}

// mine returns the actor's view of the contest. Who never was a judge of it gets
// the same answer whether it exists or not.
func (p pages) mine(r *kit.Request, id string) (v contest.JudgeView, err error) {
	hidden := fault.New(fault.NotFound, "contest.unknown")
	if contest.MayJudge(r.Actor, id) != nil {
		return v, hidden
	}
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		var ok bool
		switch v, ok = s.ForJudge(r.Actor.Person); {
		case ok:
			return nil
		case s.Judge(r.Actor.Person) != nil:
			return fault.New(fault.Denied, "contest.left_jury")
		}
		return hidden
	})
	return v, err
}

// reading is mine, once it is noted that the actor reads the scripts of those of
// her tasks: from then on nobody masks names in them.
func (p pages) reading(r *kit.Request, id string, tasks func(contest.JudgeTask) bool) (contest.JudgeView, error) {
	v, err := p.mine(r, id)
	if err != nil {
		return v, err
	}
	var read []string
	for _, t := range v.Tasks {
		if tasks(t) {
			read = append(read, t.ID)
		}
	}
	if err := p.hall.OpenScripts(r.Context(), r.Meta(kit.NewID()), id, read); err != nil {
		return v, err
	}
	return p.mine(r, id)
}

// contests lists the IDs of the contests the actor judges.
func contests(a accounts.Actor) []string {
	var ids []string
	for _, g := range a.Grants {
		if g.Role == accounts.Judge && !slices.Contains(ids, g.Scope.ID) {
			ids = append(ids, g.Scope.ID)
		}
	}
	return ids
}

type listPage struct {
	kit.Page
	Owner    string // ID of the judge
	Contests []listRow
}

type listRow struct {
	contest.JudgeView
	Open    []contest.JudgeTask // still to be signed, in her order
	Done    []contest.JudgeTask // signed
	Out     []contest.JudgeTask // not hers to score, or not counted
	Parts   int                 // different ones among them
	Hall    bool                // she scores in the hall too
	Next    string              // path of the first sheet that is not final, "" if there is none
	Nothing string              // why she has nothing to score
	Waits   []string            // what she has to settle as chair
	Left    string              // that she is not of the jury any more, by whose decision and why
}

// Due is how many sheets she signs in all.
func (l listRow) Due() int { return len(l.Open) + len(l.Done) }

// waits says what waits for the actor as chair of a contest.
func waits(r *kit.Request, s *contest.State, v contest.JudgeView) ([]string, error) {
	if !v.Chair {
		return nil, nil
	}
	desk, err := s.ForChair(r.Actor.Person)
	if fault.Of(err) != nil {
		err = nil // her desk says what cannot be ranked, and why
	}
	return waitsForChair(r, desk), err
}

// nothing says why a judge has nothing to score now.
func nothing(r *kit.Request, v contest.JudgeView) string {
	switch {
	case v.Round != "":
		return r.Say("contest.judging_not_hers", "round", v.Round)
	case v.Over == "":
		return r.Say("contest.judging_none_next")
	case v.More:
		return r.Say("contest.judging_between", "round", v.Over)
	}
	return r.Say("contest.judging_over")
}

// rows are the contests the actor judges, with what waits for her as chair.
func (p pages) rows(r *kit.Request) ([]listRow, error) {
	var list []listRow
	ids := contests(r.Actor)
	err := p.hall.Some(r.Context(), ids, func(s *contest.State) (err error) {
		v, ok := s.ForJudge(r.Actor.Person)
		if !ok {
			if j := s.Judge(r.Actor.Person); j != nil && j.Removed != nil { // else invited, not appointed yet
				list = append(list, listRow{JudgeView: contest.JudgeView{Contest: s.ID, Title: s.Rules.Title},
					Left: r.Say("contest.judging_left", "by", j.Removed.By, "at", j.Removed.At, "reason", j.Removed.Reason)})
			}
			return nil
		}
		row := listRow{JudgeView: v}
		row.Waits, err = waits(r, s, v)
		list = append(list, row)
		return err
	})
	slices.SortFunc(list, func(a, b listRow) int {
		return cmp.Compare(slices.Index(ids, a.Contest), slices.Index(ids, b.Contest))
	})
	return list, err
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	list, err := p.rows(r)
	if err != nil {
		return err
	}
	page := listPage{Page: r.Page("contest.judging_menu"), Owner: r.Actor.Person}
	for _, row := range list {
		row.Next, row.Nothing = nextOpen(row.JudgeView, len(row.Tasks)-1), nothing(r, row.JudgeView)
		parts := map[string]bool{}
		for _, t := range row.Tasks {
			row.Hall, parts[t.Part] = row.Hall || t.Live, true
			switch t.Status {
			case contest.Final:
				row.Done = append(row.Done, t)
			case contest.SetAside:
				row.Out = append(row.Out, t)
			default:
				row.Open = append(row.Open, t)
			}
		}
		row.Parts = len(parts)
		page.Contests = append(page.Contests, row)
	}
	return p.list.Render(w, r, page)
}

func (p pages) next(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.JudgeEntries) {
		return nil, nil
	}
	list, err := p.rows(r)
	var steps []kit.Step
	for _, v := range list {
		if len(v.Waits) > 0 {
			steps = append(steps, kit.Step{Title: v.Title, Text: strings.Join(v.Waits, " "), Path: "/judging/" + v.Contest + "/chair",
				Button: r.Say("contest.chair_desk"), Icon: "star", Order: 4})
		}
		if v.Round != "" {
			steps = append(steps, kit.Step{Title: v.Title, Text: v.Round, Path: "/judging", Button: r.Say("contest.judging_menu"), Icon: "star", Order: 5})
		}
	}
	return steps, err
}

type tiesPage struct {
	kit.Page
	Form     kit.Form
	Stations []kit.Option
}

// declaredBy lists the stations the actor declared ties with.
func (p pages) declaredBy(r *kit.Request) (_ []string, e accounts.Edition, err error) {
	id, list := r.PathValue("contest"), []string{}
	if _, err := p.mine(r, id); err != nil {
		return nil, e, err
	}
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		list = append(list, s.Judge(r.Actor.Person).Declared...)
		e = s.Edition(contest.PartTies(r.Actor.Person))
		return nil
	})
	return list, e, err
}

func (p pages) showTies(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.tiesForm(r)
	if err != nil {
		return err
	}
	return p.renderTies(w, r, f)
}

// tiesForm is the form of what a judge has declared.
func (p pages) tiesForm(r *kit.Request) (kit.Form, error) {
	stations, e, err := p.declaredBy(r)
	f := kit.NewForm()
	f.Values["stations"] = stations
	return f.From(e), err
}

func (p pages) renderTies(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := tiesPage{Page: r.Page("contest.declare_ties"), Form: f}
	page.Stations = kit.StationOptions(reg, stations.Filter{ActiveOn: r.Today()})
	return p.ties.Render(w, r, page)
}

func (p pages) saveTies(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("contest")
	if _, err := p.mine(r, id); err != nil {
		return err
	}
	err = f.Save(func() (kit.Form, error) { return p.tiesForm(r) }, func(m accounts.Meta) error {
		_, err := p.hall.Do(r.Context(), m, id, contest.DeclareTies{Stations: f.All("stations")})
		return err
	})
	if f.Refused(err) {
		return p.renderTies(w, r, *f)
	}
	if err != nil {
		return err
	}
	saved := "contest.saved"
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		if slices.ContainsFunc(s.Points(), func(x contest.Point) bool { return x.Judge == r.Actor.Person }) {
			saved = "contest.declared_waits" // which work it is stays unsaid
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Redirect(w, "/judging", saved)
}
