package programmes

import (
	"context"
	"errors"
	"net/http"
	"path"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

type stepLine struct {
	State, Badge, Name, Why string
	At                      time.Time
}

type episodePage struct {
	kit.Page
	Form          kit.Form
	Episode       scheduler.Episode
	Programme     scheduler.Programme
	State         string
	StateText     string
	Badge         string
	Language      string
	Length        time.Duration
	Short         bool // shorter than what counts
	MinLength     time.Duration
	Slot          time.Duration // of the shortest slot it will be aired in, where it is longer than that
	From          string
	Until         string
	Script        string
	Checked       bool // there is a recording, and this was found in it:
	Findings      []kit.Finding
	Marks         []kit.Mark
	library.Offer // of its sound
	Steps         []stepLine
	Editor        bool // she hears what is broadcast; others what is listened to on mobile data
	MayEdit       bool // it is a draft, and the person may edit it
	MayReturn     bool
	MayPass       bool // approve
	MayEnd        bool // withdraw
	MaySubmit     bool
	Unplanned     bool      // it is approved, but no rule will air it
	Ended         time.Time // when it was withdrawn
}

// find returns the episode the path names, and its programme.
func (p pages) find(r *kit.Request) (e scheduler.Episode, programme scheduler.Programme, err error) {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return e, programme, err
	}
	if e, err = s.Episode(r.PathValue("id")); err != nil {
		return e, programme, err
	}
	programme, err = s.Programme(e.Programme)
	return e, programme, err
}

func (p pages) showEpisode(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.stepForm(r)
	if err != nil {
		return err
	}
	return p.renderEpisode(w, r, f)
}

// stepForm is the form by which the episode, as it is now, takes its next step.
func (p pages) stepForm(r *kit.Request) (kit.Form, error) {
	e, _, err := p.find(r)
	return kit.NewStep(e.Edition()), err
}

func (p pages) renderEpisode(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	e, programme, err := p.find(r)
	if err != nil {
		return err
	}
	script, err := p.store.Script(r.Context(), e.ID)
	if err != nil {
		return err
	}
	edit, approve, state := r.Actor.CanSomewhere(accounts.EditSchedule), r.Actor.CanSomewhere(accounts.Approve), e.State()
	if !edit && state != scheduler.Approved && state != scheduler.Withdrawn {
		return scheduler.NoEpisode(e.ID)
	}
	page := episodePage{Page: r.Page("schedule.episode"), Form: f, Episode: e, Programme: programme, State: string(state),
		StateText: r.Say("schedule.state." + string(state)), Badge: stateBadges[state], Language: r.Say("language." + e.Language), Length: seconds(e.Seconds),
		Short:     e.Audio != "" && programme.CountsTowardTarget && e.Seconds < float64(programme.MinSeconds),
		MinLength: time.Duration(programme.MinSeconds) * time.Second, From: e.From.Words(r.Lang), Until: e.Until.Words(r.Lang), Script: script,
		MayEdit: edit && state == scheduler.Draft, MaySubmit: edit && state == scheduler.Draft && (e.Audio != "" || e.ScriptRunes > 0),
		MayReturn: edit && state == scheduler.Submitted, MayPass: approve && state == scheduler.Submitted, MayEnd: approve && state == scheduler.Approved}
	page.Title = e.Title
	if state == scheduler.Withdrawn {
		page.Ended = e.Steps[len(e.Steps)-1].At
	}
	if state != scheduler.Withdrawn && edit {
		s, err := p.store.Schedule(r.Context())
		if err != nil {
			return err
		}
		slot := s.ShortestSlot(programme.ID, r.Now)
		page.Unplanned = state == scheduler.Approved && slot == 0
		if page.Length > slot {
			page.Slot = slot
		}
	}
	if err := p.check(r, &page); err != nil {
		return err
	}
	offers, err := library.Offers(r.Context(), p.store, map[string]bool{e.Audio: true})
	if err != nil {
		return err
	}
	page.Offer, page.Editor = offers[e.Audio], edit
	for i := len(e.Steps) - 1; i >= 0 && edit; i-- {
		st := e.Steps[i]
		page.Steps = append(page.Steps, stepLine{r.Say("schedule.state." + string(st.State)), stateBadges[st.State], st.ByName, st.Why, st.At})
	}
	return p.episode.Render(w, r, page)
}

// check tells what was found in the episode's recording, if it is still there.
func (p pages) check(r *kit.Request, page *episodePage) error {
	if page.Episode.Audio == "" {
		return nil
	}
	rep, err := p.store.RecordingReport(r.Context(), page.Episode.Audio)
	if err != nil && !fault.Is(err, "library.no_recording") {
		return err
	}
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	page.Checked = rep.Facts != nil
	page.Findings, page.Marks = kit.Findings(r.Lang, rep.Facts, set.Profile(library.ForProgramme))
	return nil
}

func (p pages) move(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var e scheduler.Episode
	err = f.Save(func() (kit.Form, error) { return p.stepForm(r) }, func(m accounts.Meta) (err error) {
		e, err = p.store.MoveEpisode(r.Context(), m, scheduler.MoveEpisode{ID: r.PathValue("id"), To: scheduler.State(f.Get("to")), Why: f.Get("why")})
		return err
	})
	if f.Refused(err) {
		return p.renderEpisode(w, r, *f)
	}
	if err != nil {
		return err
	}
	return p.moved(w, r, e)
}

// moved goes to the episode and says where it is now, and of an approved one
// whether any station will air it.
func (p pages) moved(w http.ResponseWriter, r *kit.Request, e scheduler.Episode) error {
	key := "schedule.moved_" + string(e.State())
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	if e.State() == scheduler.Approved && !s.Airs(e.Programme, r.Now) {
		key = "schedule.moved_unplanned"
	}
	return r.Redirect(w, "/episodes/"+e.ID, key, "title", e.Title)
}

type episodeEditPage struct {
	kit.Page
	Form      kit.Form
	Programme scheduler.Programme
	Action    string
	Languages []kit.Option
	Limit     int64  // of a file, in bytes
	File      string // sentence about the recording chosen already, or ""
	MayPass   bool
}

func (p pages) renderEpisodeEdit(w http.ResponseWriter, r *kit.Request, programme scheduler.Programme, f kit.Form) error {
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	page := episodeEditPage{Page: r.Page("schedule.new_episode"), Form: f, Programme: programme, Action: r.URL.Path, Limit: set.MaxBytes,
		Languages: options(r, "language.", stations.Languages), MayPass: r.Actor.CanSomewhere(accounts.Approve)}
	if path.Base(page.Action) == "new" || path.Base(page.Action) == "edit" {
		page.Action = path.Dir(page.Action)
	}
	if page.Action == "/episodes/"+path.Base(page.Action) {
		page.Title = r.Say("schedule.edit_episode")
	}
	if id := f.Get("audio"); id != "" {
		rec, err := p.store.Recording(r.Context(), id)
		if err != nil && fault.Of(err).Kind != fault.NotFound {
			return err
		}
		if err == nil {
			page.File = r.Say("schedule.file_kept", "name", rec.Name) + " " + r.Lang.Duration(seconds(rec.Seconds))
		}
	}
	return p.episodeEdit.Render(w, r, page)
}

func (p pages) showNewEpisode(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	programme, err := s.Programme(r.PathValue("id"))
	if err != nil {
		return err
	}
	language := programme.Languages[0]
	if asked := r.FormValue("language"); stations.KnownLanguage(asked) { // the one some stations lack
		language = asked
	}
	return p.renderEpisodeEdit(w, r, programme, kit.NewForm("language", language))
}

func (p pages) showEditEpisode(w http.ResponseWriter, r *kit.Request) error {
	_, programme, err := p.find(r)
	if err != nil {
		return err
	}
	f, err := p.episodeForm(r)
	if err != nil {
		return err
	}
	return p.renderEpisodeEdit(w, r, programme, f)
}

// episodeForm is the form of the episode as it is now.
func (p pages) episodeForm(r *kit.Request) (kit.Form, error) {
	e, _, err := p.find(r)
	if err != nil {
		return kit.Form{}, err
	}
	script, err := p.store.Script(r.Context(), e.ID)
	if err != nil {
		return kit.Form{}, err
	}
	f := kit.NewForm("title", e.Title, "language", e.Language, "script", script, "audio", e.Audio, "from", string(e.From), "until", string(e.Until))
	return f.From(e.Edition()), nil
}

// saveEpisode takes the form of a new episode and of a draft: the file, if one
// was chosen, then the episode, then, at the editor's wish, the next steps.
func (p pages) saveEpisode(w http.ResponseWriter, r *kit.Request) error {
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	f, err := r.ReadFiles(set.MaxBytes)
	if err != nil {
		return err
	}
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	c := scheduler.SaveEpisode{Title: f.Get("title"), Script: f.Get("script"), Language: f.Get("language"),
		From: stations.Date(f.Get("from")), Until: stations.Date(f.Get("until")), Submit: f.Get("do") != "draft"}
	if r.URL.Path == "/episodes/"+r.PathValue("id") {
		c.ID = r.PathValue("id")
		old, err := s.Episode(c.ID)
		if err != nil {
			return err
		}
		c.Programme = old.Programme
	} else {
		c.Programme = r.PathValue("id")
	}
	programme, err := s.Programme(c.Programme)
	if err != nil {
		return err
	}
	e, err := p.keepEpisode(r, f, c)
	if f.Refused(err) {
		return p.renderEpisodeEdit(w, r, programme, *f)
	}
	if err != nil {
		return err
	}
	return p.moved(w, r, e)
}

func (p pages) keepEpisode(r *kit.Request, f *kit.Form, c scheduler.SaveEpisode) (scheduler.Episode, error) {
	id, err := p.takeAudio(r.Context(), r.Actor, f)
	if err != nil {
		return scheduler.Episode{}, err
	}
	c.Audio = id
	f.Values.Set("audio", id) // kept if the rest is refused: nobody sends a file twice
	var e scheduler.Episode
	err = f.Save(func() (kit.Form, error) { return p.episodeForm(r) }, func(m accounts.Meta) (err error) {
		e, err = p.store.SaveEpisode(r.Context(), m, c)
		return err
	})
	if err != nil || f.Get("do") != "approve" {
		return e, err
	}
	return p.store.MoveEpisode(r.Context(), r.Meta(derived(f.ID, "approve")), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Approved})
}

// derived makes the ID of a further change that one form asks for, so that a
// double tap repeats all of them and makes none twice.
func derived(id, what string) string { return uuid.NewSHA1(uuid.MustParse(id), []byte(what)).String() }

// takeAudio hands the chosen file to the desk and returns the recording it
// became, or the one chosen before.
func (p pages) takeAudio(ctx context.Context, by accounts.Actor, f *kit.Form) (string, error) {
	file, head, err := f.File("file")
	if fault.Is(err, "kit.file_missing") {
		return f.Get("audio"), nil
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	id := derived(f.ID, "audio")
	_, err = p.desk.Take(ctx, by, id, intake.Order{Name: head.Filename, Length: head.Size}, file)
	var named *fault.Error
	if errors.As(err, &named) {
		err = named.At("file")
	}
	if err != nil {
		return "", err
	}
	return id, nil
}
