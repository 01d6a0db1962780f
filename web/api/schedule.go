package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

// ScheduleStore is what the routes of the schedule ask of the store.
type ScheduleStore interface {
	scheduler.Store
	scheduler.RunLog
	airing.Log
	Registry(ctx context.Context) (*stations.Registry, error)
	BroadcastCopies(ctx context.Context, recordings []string) (map[string]library.BroadcastCopy, error)
}

type schedules struct{ store ScheduleStore }

func (s schedules) routes() []kit.Route {
	read, edit, approve := accounts.ReadSchedule, accounts.EditSchedule, accounts.Approve
	return []kit.Route{
		{Pattern: "GET /api/v1/programmes", Access: read, Handler: s.programmes, Out: kit.List[scheduler.Programme]{},
			Summary: "All programmes; retired says since when one rests."},
		{Pattern: "POST /api/v1/programmes", Statuses: []int{http.StatusCreated}, Access: edit, Handler: s.saveProgramme, In: programmeBody{},
			Out: scheduler.Programme{}, Summary: "Make a programme."},
		{Pattern: "GET /api/v1/programmes/{id}", Access: read, Handler: s.programme, Out: scheduler.Programme{}, Summary: "One programme."},
		{Pattern: "PUT /api/v1/programmes/{id}", Edits: true, Access: edit, Handler: s.saveProgramme, In: programmeBody{}, Out: scheduler.Programme{},
			Summary: "Edit a programme."},
		{Pattern: "POST /api/v1/programmes/{id}/retire", Edits: true, Access: edit, Handler: s.retire(false), Query: "seen", Out: scheduler.Programme{},
			Summary: "Let a programme rest: nobody is offered it, its rules end, what it aired stays. With seen, also an empty one, 409 lists rules and " +
				"episodes that are left open unless it was seen so."},
		{Pattern: "POST /api/v1/programmes/{id}/revive", Edits: true, Access: edit, Handler: s.retire(true), Out: scheduler.Programme{},
			Summary: "Let a programme work again; its rules stay ended."},
		{Pattern: "POST /api/v1/programmes/preview", Access: edit, Handler: s.previewProgramme, In: programmeBody{}, Out: scheduler.TermsChange{},
			Summary: "Which programmes bear the name of a new one, before it is made."},
		{Pattern: "POST /api/v1/programmes/{id}/preview", Access: edit, Handler: s.previewProgramme, In: programmeBody{}, Out: scheduler.TermsChange{},
			Summary: "What an edit changes of the airings that count, and which other programmes bear the new name, before it is made."},
		{Pattern: "GET /api/v1/programmes/{id}/episodes", Access: read, Handler: s.episodes, Out: kit.List[episodeOut]{},
			Summary: "Episodes of a programme, newest first."},
		{Pattern: "POST /api/v1/programmes/{id}/episodes", Statuses: []int{http.StatusCreated}, Access: edit, Handler: s.addEpisode, In: episodeBody{},
			Out: episodeOut{}, Summary: "Make an episode and submit it, unless draft is true."},
		{Pattern: "GET /api/v1/episodes/{id}", Access: read, Handler: s.episode, Out: episodeOut{}, Summary: "One episode with its script."},
		{Pattern: "PUT /api/v1/episodes/{id}", Edits: true, Access: edit, Handler: s.editEpisode, In: episodeBody{}, Out: episodeOut{},
			Summary: "Edit a draft, and submit it unless draft is true."},
		{Pattern: "POST /api/v1/episodes/{id}/submit", Edits: true, Access: edit, Handler: s.move(scheduler.Submitted), In: whyBody{}, Out: episodeOut{},
			Summary: "Hand a draft to the editorial board."},
		{Pattern: "POST /api/v1/episodes/{id}/approve", Edits: true, Access: approve, Handler: s.move(scheduler.Approved), In: whyBody{}, Out: episodeOut{},
			Summary: "Approve what was submitted."},
		{Pattern: "POST /api/v1/episodes/{id}/return", Edits: true, Access: edit, Handler: s.move(scheduler.Draft), In: whyBody{}, Out: episodeOut{},
			Summary: "Send what was submitted back to draft; why is required."},
		{Pattern: "POST /api/v1/episodes/{id}/withdraw", Edits: true, Access: approve, Handler: s.move(scheduler.Withdrawn), In: whyBody{}, Out: episodeOut{},
			Summary: "Take an approved episode out of use; why is required."},
		{Pattern: "GET /api/v1/programmes/{id}/rules", Access: read, Handler: s.rules, Out: kit.List[ruleOut]{}, Summary: "Rules of a programme."},
		{Pattern: "POST /api/v1/programmes/{id}/rules", Statuses: []int{http.StatusCreated}, Access: edit, Handler: s.addRule, In: ruleBody{}, Out: ruleOut{},
			Summary: "Make a rule: a cron line, at most " + strconv.Itoa(scheduler.MaxPerDay) + " airings a day, none before the last is over."},
		{Pattern: "POST /api/v1/programmes/{id}/rules/preview", Access: edit, Handler: s.previewRule, In: ruleBody{}, Out: scheduler.Preview{},
			Summary: "Coming dates and clashes of a rule before it is saved."},
		{Pattern: "GET /api/v1/rules/{id}", Access: read, Handler: s.rule, Out: ruleOut{}, Summary: "One rule with its versions and exceptions."},
		{Pattern: "PUT /api/v1/rules/{id}", Edits: true, Access: edit, Handler: s.editRule, In: ruleBody{}, Out: ruleOut{},
			Summary: "Begin a rule's next version, from now or from the day since; of one that was ended only with resume."},
		{Pattern: "POST /api/v1/rules/{id}/end", Edits: true, Access: edit, Handler: s.endRule, Out: ruleOut{}, Summary: "Plan nothing more by this rule."},
		{Pattern: "PUT /api/v1/rules/{id}/exceptions/{at}", Edits: true, Access: edit, Handler: s.except, In: exceptionBody{}, Out: ruleOut{},
			Summary: "Cancel, move or annotate the occurrence first planned at that local time (2024-05-13T17:00)."},
		{Pattern: "POST /api/v1/rules/{id}/exceptions/{at}/preview", Access: edit, Handler: s.previewException, In: exceptionBody{}, Out: scheduler.Moving{},
			Summary: "What moving an occurrence leads to, or calling off it and all later ones, before it is done."},
		{Pattern: "DELETE /api/v1/rules/{id}/exceptions/{at}", Edits: true, Access: edit, Handler: s.restore, Out: ruleOut{},
			Summary: "Take an exception back."},
		{Pattern: "GET /api/v1/slots", Access: read, Handler: s.slots, Filter: scheduler.SlotFilter{}, Query: "limit after", Out: kit.List[scheduler.Slot]{},
			Summary: "Slots that start at from or later and before until (default: the seven days from today)."},
		{Pattern: "GET /api/v1/slots/{id}", Access: read, Handler: s.slot, Out: scheduler.Slot{}, Summary: "One slot."},
		{Pattern: "GET /api/v1/me/week", Access: edit, Handler: s.ahead, Out: scheduler.Ahead{},
			Summary: "What is planned of the seven days from now and what an editor has to mend of it, as her first page shows it."},
		{Pattern: "GET /api/v1/runs", Access: accounts.RunServer, Handler: s.runs, Filter: scheduler.RunFilter{}, Query: "before limit",
			Out:     kit.List[scheduler.Run]{},
			Summary: "What the daemon's jobs did, latest first."},
	}
}

func (s schedules) ahead(w http.ResponseWriter, r *kit.Request) error {
	a, err := scheduler.LookAhead(r.Context(), s.store, r.Now)
	return answer(w, r, http.StatusOK, a, err)
}

// changeID is the caller's own ID of a change, from the header
// Idempotency-Key, or a fresh one.
func changeID(r *kit.Request) (string, error) {
	id := r.Header.Get("Idempotency-Key")
	if id == "" {
		return kit.NewID(), nil
	}
	return id, kit.CheckID(id, "Idempotency-Key")
}

// readChange reads the body, if one is wanted, and the ID of the change.
func readChange(r *kit.Request, body any) (accounts.Meta, error) {
	if body != nil {
		if err := r.ReadJSON(body); err != nil {
			return accounts.Meta{}, err
		}
	}
	id, err := changeID(r)
	return r.Meta(id), err
}

// tries is how often a change is made again because another came in between.
const tries = 10

// edit reads the body over what is there, and saves it. If somebody else saves
// something in between, it begins again, unless the caller named the edition she
// changes.
func edit[T any](r *kit.Request, now func() (T, accounts.Edition, error), save func(accounts.Meta, T) error) error {
	for range tries {
		v, e, err := now()
		if err != nil {
			return err
		}
		m, err := readChange(r, &v)
		if err != nil {
			return err
		}
		named := m.Seen != ""
		if !named {
			m.Seen = e.Tag
		}
		if err = save(m, v); named || err == nil || fault.Of(err).Kind != fault.Stale {
			return err
		}
	}
	return fault.New(fault.Unavailable, "edit.busy")
}

// answer writes what a change or a look gave.
func answer[T any](w http.ResponseWriter, r *kit.Request, status int, v T, err error) error {
	if err != nil {
		return err
	}
	return r.JSON(w, status, v)
}

func (s schedules) programmes(w http.ResponseWriter, r *kit.Request) error {
	sched, err := s.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, sched.Programmes, ""))
}

// plan returns the schedule and the registry it is planned on.
func (s schedules) plan(r *kit.Request) (*scheduler.Schedule, *stations.Registry, error) {
	sched, err := s.store.Schedule(r.Context())
	if err != nil {
		return nil, nil, err
	}
	reg, err := s.store.Registry(r.Context())
	return sched, reg, err
}

// ofProgramme returns the schedule, once it is known to have the programme
// that the path names.
func (s schedules) ofProgramme(r *kit.Request) (*scheduler.Schedule, error) {
	sched, err := s.store.Schedule(r.Context())
	if err != nil {
		return nil, err
	}
	_, err = sched.Programme(r.PathValue("id"))
	return sched, err
}

func (s schedules) programme(w http.ResponseWriter, r *kit.Request) error {
	sched, err := s.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	p, err := sched.Programme(r.PathValue("id"))
	return answer(w, r, http.StatusOK, p, err)
}

type programmeBody struct {
	Title              string            `json:"title" schema:"required minLength=1 maxLength=200"`
	Producer           string            `json:"producer" schema:"maxLength=200"`
	Topics             []scheduler.Topic `json:"topics"`
	Languages          []string          `json:"languages" schema:"language"`
	CountsTowardTarget bool              `json:"counts_toward_target"`
	MinSeconds         int               `json:"min_seconds" schema:"minimum=0 maximum=14400"`
	StationCode        bool              `json:"station_code"` // each station's copy has its code in it
}

func (b programmeBody) command(id string) scheduler.SaveProgramme {
	return scheduler.SaveProgramme{ID: id, Title: b.Title, Producer: b.Producer, Topics: b.Topics, Languages: b.Languages,
		CountsTowardTarget: b.CountsTowardTarget, MinSeconds: b.MinSeconds, StationCode: b.StationCode}
}

func (s schedules) previewProgramme(w http.ResponseWriter, r *kit.Request) error {
	return preview(s, w, r, func(sched *scheduler.Schedule, reg *stations.Registry, m accounts.Meta, b programmeBody) (scheduler.TermsChange, error) {
		return scheduler.PreviewTerms(sched, reg, m, b.command(r.PathValue("id")))
	})
}

// preview answers what a change would do to the plan of now.
func preview[B, P any](s schedules, w http.ResponseWriter, r *kit.Request,
	of func(*scheduler.Schedule, *stations.Registry, accounts.Meta, B) (P, error)) error {
	var b B
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	sched, reg, err := s.plan(r)
	if err != nil {
		return err
	}
	p, err := of(sched, reg, m, b)
	return answer(w, r, http.StatusOK, p, err)
}

// created is the status of what is new, ok of what was edited.
func created(id string) int {
	if id == "" {
		return http.StatusCreated
	}
	return http.StatusOK
}

func (s schedules) saveProgramme(w http.ResponseWriter, r *kit.Request) error {
	var b programmeBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	c := b.command(r.PathValue("id"))
	p, err := s.store.SaveProgramme(r.Context(), m, c)
	return answer(w, r, created(c.ID), p, err)
}

// retire lets a programme rest, or work again.
func (s schedules) retire(back bool) kit.Handler {
	return func(w http.ResponseWriter, r *kit.Request) error {
		m, err := readChange(r, nil)
		if err != nil {
			return err
		}
		p, err := s.store.RetireProgramme(r.Context(), m, scheduler.RetireProgramme{ID: r.PathValue("id"), Back: back, Seen: seenBy(r)})
		return answer(w, r, http.StatusOK, p, err)
	}
}

// episodeOut is an episode with its state, and its script where one episode
// is asked for.
type episodeOut struct {
	scheduler.Episode
	State  scheduler.State `json:"state"`
	Script *string         `json:"script,omitempty"`
}

func (s schedules) episodes(w http.ResponseWriter, r *kit.Request) error {
	sched, err := s.ofProgramme(r)
	if err != nil {
		return err
	}
	var out []episodeOut
	for _, e := range sched.EpisodesOf(r.PathValue("id")) {
		out = append(out, episodeOut{Episode: e, State: e.State()})
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, out, ""))
}

func (s schedules) episode(w http.ResponseWriter, r *kit.Request) error {
	sched, err := s.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	e, err := sched.Episode(r.PathValue("id"))
	if err != nil {
		return err
	}
	script, err := s.store.Script(r.Context(), e.ID)
	return answer(w, r, http.StatusOK, episodeOut{e, e.State(), &script}, err)
}

type episodeBody struct {
	Title    string        `json:"title" schema:"required minLength=1 maxLength=200"`
	Audio    string        `json:"audio"`
	Script   string        `json:"script" schema:"maxLength=200000"`
	Language string        `json:"language" schema:"language empty"`
	From     stations.Date `json:"from"`
	Until    stations.Date `json:"until"`
	Draft    bool          `json:"draft"`
}

func (b episodeBody) command() scheduler.SaveEpisode {
	return scheduler.SaveEpisode{Title: b.Title, Audio: b.Audio, Script: b.Script, Language: b.Language, From: b.From, Until: b.Until, Submit: !b.Draft}
}

func (s schedules) addEpisode(w http.ResponseWriter, r *kit.Request) error {
	return s.saveEpisode(w, r, http.StatusCreated, func(c *scheduler.SaveEpisode) { c.Programme = r.PathValue("id") })
}

func (s schedules) editEpisode(w http.ResponseWriter, r *kit.Request) error {
	return s.saveEpisode(w, r, http.StatusOK, func(c *scheduler.SaveEpisode) { c.ID = r.PathValue("id") })
}

func (s schedules) saveEpisode(w http.ResponseWriter, r *kit.Request, status int, where func(*scheduler.SaveEpisode)) error {
	var b episodeBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	c := b.command()
	where(&c)
	e, err := s.store.SaveEpisode(r.Context(), m, c)
	if err != nil {
		return err
	}
	return r.JSON(w, status, episodeOut{Episode: e, State: e.State()})
}

type whyBody struct {
	Why string `json:"why" schema:"maxLength=500"`
}

// move answers the routes that take an episode to its next state. The body
// may be left out where no reason is asked for.
func (s schedules) move(to scheduler.State) kit.Handler {
	return func(w http.ResponseWriter, r *kit.Request) error {
		var b whyBody
		var body any
		if r.ContentLength != 0 {
			body = &b
		}
		m, err := readChange(r, body)
		if err != nil {
			return err
		}
		e, err := s.store.MoveEpisode(r.Context(), m, scheduler.MoveEpisode{ID: r.PathValue("id"), To: to, Why: b.Why})
		if err != nil {
			return err
		}
		return r.JSON(w, http.StatusOK, episodeOut{Episode: e, State: e.State()})
	}
}

// ruleOut is a rule: its newest version, and all it was before.
type ruleOut struct {
	ID string `json:"id"`
	scheduler.Version
	Versions   []scheduler.Version   `json:"versions"`
	Exceptions []scheduler.Exception `json:"exceptions"`
	accounts.Touch

	edition accounts.Edition
}

// Edition is the rule's own.
func (o ruleOut) Edition() accounts.Edition { return o.edition }

func outRule(r scheduler.Rule) ruleOut {
	out := ruleOut{ID: r.ID, Version: r.Current(), Versions: r.Versions, Exceptions: r.Exceptions, Touch: r.Touch, edition: r.Edition()}
	if out.Exceptions == nil {
		out.Exceptions = []scheduler.Exception{}
	}
	return out
}

func (s schedules) rules(w http.ResponseWriter, r *kit.Request) error {
	sched, err := s.ofProgramme(r)
	if err != nil {
		return err
	}
	var out []ruleOut
	for _, rule := range sched.RulesOf(r.PathValue("id")) {
		out = append(out, outRule(rule))
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, out, ""))
}

func (s schedules) rule(w http.ResponseWriter, r *kit.Request) error {
	sched, err := s.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	rule, err := sched.Rule(r.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, outRule(rule))
}

type ruleBody struct {
	Cron     string              `json:"cron" schema:"required"`
	Minutes  int                 `json:"minutes" schema:"minimum=0 maximum=600"`
	Stations scheduler.Selection `json:"stations"`
	From     stations.Date       `json:"from"`
	Until    stations.Date       `json:"until"`
	Priority scheduler.Priority  `json:"priority"`
	Note     string              `json:"note" schema:"maxLength=500"`
	Since    stations.Date       `json:"since"`
	Resume   bool                `json:"resume,omitempty"`
}

func (b ruleBody) command(id, programme string) scheduler.SaveRule {
	return scheduler.SaveRule{ID: id, Programme: programme, Cron: b.Cron, Minutes: b.Minutes, Selection: b.Stations,
		From: b.From, Until: b.Until, Priority: b.Priority, Note: b.Note, Since: b.Since, Resume: b.Resume}
}

func (s schedules) saveRule(w http.ResponseWriter, r *kit.Request, status int, m accounts.Meta, c scheduler.SaveRule) error {
	rule, err := s.store.SaveRule(r.Context(), m, c)
	if err != nil {
		return err
	}
	return r.JSON(w, status, outRule(rule))
}

func (s schedules) addRule(w http.ResponseWriter, r *kit.Request) error {
	var b ruleBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	return s.saveRule(w, r, http.StatusCreated, m, b.command("", r.PathValue("id")))
}

func (s schedules) editRule(w http.ResponseWriter, r *kit.Request) error {
	var b ruleBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	sched, err := s.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	old, err := sched.Rule(r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.saveRule(w, r, http.StatusOK, m, b.command(old.ID, old.Current().Programme))
}

func (s schedules) endRule(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	return s.saveRule(w, r, http.StatusOK, m, scheduler.SaveRule{ID: r.PathValue("id"), End: true})
}

func (s schedules) previewRule(w http.ResponseWriter, r *kit.Request) error {
	return preview(s, w, r, func(sched *scheduler.Schedule, reg *stations.Registry, m accounts.Meta, b ruleBody) (scheduler.Preview, error) {
		return scheduler.PreviewRule(sched, reg, m, b.command("", r.PathValue("id")))
	})
}

type exceptionBody struct {
	Kind      scheduler.ExceptionKind `json:"kind" schema:"required"`
	To        *scheduler.Wall         `json:"to"`
	Note      string                  `json:"note" schema:"maxLength=500"`
	Following bool                    `json:"following"`
}

func (s schedules) except(w http.ResponseWriter, r *kit.Request) error {
	var b exceptionBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	if b.Kind == "" {
		return fault.New(fault.Invalid, "schedule.exception_unknown", "text", "").At("kind")
	}
	return s.saveException(w, r, m, b.command())
}

func (b exceptionBody) command() scheduler.SaveException {
	c := scheduler.SaveException{Kind: b.Kind, Note: b.Note, Following: b.Following}
	if b.To != nil {
		c.To = *b.To
	}
	return c
}

func (s schedules) previewException(w http.ResponseWriter, r *kit.Request) error {
	return preview(s, w, r, func(sched *scheduler.Schedule, reg *stations.Registry, m accounts.Meta, b exceptionBody) (_ scheduler.Moving, err error) {
		c := b.command()
		c.Rule = r.PathValue("id")
		if c.At, err = scheduler.ParseWall(r.PathValue("at")); err != nil {
			return scheduler.Moving{}, fault.Of(err).At("at")
		}
		out, err := scheduler.PreviewException(sched, reg, m, c)
		if err != nil {
			return out, err
		}
		out.Reported, err = airing.ReportedAhead(r.Context(), s.store, r.Actor, airing.Plan{Registry: reg, Schedule: sched}, c, r.Now)
		return out, err
	})
}

func (s schedules) restore(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	return s.saveException(w, r, m, scheduler.SaveException{})
}

func (s schedules) saveException(w http.ResponseWriter, r *kit.Request, m accounts.Meta, c scheduler.SaveException) (err error) {
	c.Rule = r.PathValue("id")
	if c.At, err = scheduler.ParseWall(r.PathValue("at")); err != nil {
		return fault.Of(err).At("at")
	}
	rule, err := s.store.SaveException(r.Context(), m, c)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, outRule(rule))
}

func (s schedules) slots(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[scheduler.SlotFilter](r)
	if err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	sched, reg, err := s.plan(r)
	if err != nil {
		return err
	}
	list, after, err := sched.SlotsFrom(reg, f, r.Actor, r.Now, r.URL.Query().Get("after"), limit)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, after))
}

func (s schedules) slot(w http.ResponseWriter, r *kit.Request) error {
	sched, reg, err := s.plan(r)
	if err != nil {
		return err
	}
	slot, err := sched.Slot(reg, r.PathValue("id"))
	if err == nil {
		err = scheduler.MayReadSlots(r.Actor, reg.Where(slot.Station))
	}
	return answer(w, r, http.StatusOK, slot, err)
}

func (s schedules) runs(w http.ResponseWriter, r *kit.Request) error {
	before, err := r.Instant("before", r.Now.Add(time.Second))
	if err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	f, err := kit.ReadFilter[scheduler.RunFilter](r)
	if err != nil {
		return err
	}
	list, err := s.store.RunsBefore(r.Context(), f.Job, before, limit)
	if err != nil {
		return err
	}
	out := kit.NewList(r, list, "")
	if len(list) >= limit {
		q := r.URL.Query()
		q.Set("before", list[len(list)-1].ScheduledAt.Format(time.RFC3339Nano))
		next := r.URL.Path + "?" + q.Encode()
		out.Next = &next
	}
	return r.JSON(w, http.StatusOK, out)
}
