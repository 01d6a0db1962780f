// Package library shows the recordings that are kept, takes new ones, and plays
// each with what was found out about it.
package library

import (
	"context"
	"embed"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/library/intake"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	Recording(ctx context.Context, id string) (library.Recording, error)
	RecordingReport(ctx context.Context, id string) (library.Report, error)
	Recordings(ctx context.Context, q library.Query) (library.Page, error)
	BroadcastCopy(ctx context.Context, recording string) (c library.BroadcastCopy, found bool, err error)
	Alike(ctx context.Context, id string) ([]library.Alike, error)
	UndecidedRecordings(ctx context.Context, ids []string) (map[string][]library.Recording, error)
	OpenLikenesses(ctx context.Context, h library.Hearing, limit int) ([]library.Pair, error)
	JudgeLikeness(ctx context.Context, m accounts.Meta, c library.JudgeLikeness) (library.Likeness, error)
	RecordingUsed(ctx context.Context, id string) (bool, error)
	RemoveRecording(ctx context.Context, m accounts.Meta, id string) (library.Recording, error)
	LibrarySettings(ctx context.Context) (library.Settings, error)
	UnusedRecordings(ctx context.Context, q library.UnusedQuery) (library.UnusedPage, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
}

// Desk takes whole files: an intake.Desk.
type Desk interface {
	Take(ctx context.Context, by accounts.Actor, id string, o intake.Order, body io.Reader) (intake.Status, error)
}

type pages struct {
	store Store
	desk  Desk
	list  *kit.View[listPage]
	one   *kit.View[onePage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, d Desk) {
	f := k.Folder("library", files)
	p := pages{store: s, desk: d, list: kit.NewView[listPage](f, "list.html"), one: kit.NewView[onePage](f, "one.html")}
	k.Menu(kit.MenuItem{Path: "/library", Key: "library.title", Icon: "library", Access: accounts.ReadSchedule, Order: 35})
	k.Handle(
		kit.Route{Pattern: "GET /library", Access: accounts.ReadSchedule, Handler: p.showList},
		kit.Route{Pattern: "POST /library", Access: accounts.UploadAudio, Handler: p.take, MaxBody: kit.FileBody},
		kit.Route{Pattern: "GET /library/{id}", Access: kit.SignedIn, Handler: p.show},
		kit.Route{Pattern: "POST /library/{id}/alike", Access: kit.SignedIn, Handler: p.judge}, // library.DecideLikeness says who may
		kit.Route{Pattern: "POST /library/{id}/remove", Access: accounts.UploadAudio, Handler: p.remove},
	)
	k.AddStep(p.next)
}

type row struct {
	library.Recording
	Station string // label, "" for the province
	Open    bool   // it sounds like another, and nobody has decided
}

type listPage struct {
	kit.Page
	Rows      []row
	Asked     kit.Form // the filters as they were asked, with what is wrong about them
	Filters   []kit.Choice
	Chosen    []string // the filters in force, as people read them
	Turn      kit.Turn
	Limit     int64 // of one file
	MayUpload bool
	Form      kit.Form // of what is sent
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	return p.renderList(w, r, kit.NewForm())
}

func (p pages) renderList(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	set, err := p.store.LibrarySettings(r.Context())
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
	hearing := plan.Hearing(r.Actor, reg)
	asked, today := r.Asked(), r.Today()
	page := listPage{Page: r.Page("library.title"), Filters: filters(r, plan, reg, today), Limit: set.MaxBytes,
		MayUpload: r.Actor.CanSomewhere(accounts.UploadAudio), Form: f}
	x, err := kit.ReadFilter[scheduler.Search](r, "alike", "from", "to")
	if err != nil {
		return err // what is chosen, not typed, cannot be mended here
	}
	x.MinSeconds, x.MaxSeconds = asked.Minutes("from").Seconds(), asked.Minutes("to").Seconds() // as people type a length
	q, err := x.Query(plan, reg, today)
	if typed := asked.Err(); typed != nil {
		err = typed
	} else if fault.Is(err, "library.lengths_impossible") {
		err = fault.Of(err).At("from")
	} else if err != nil {
		return err
	}
	if err != nil && asked.Refused(err) {
		page.Asked = *asked
		return p.list.Render(w, r, page)
	}
	if asked.Bool("alike") {
		pairs, err := p.store.OpenLikenesses(r.Context(), hearing, library.MostOpen)
		if err != nil {
			return err
		}
		q.IDs = among(q.IDs, pairs)
	}
	q.After, q.Limit = asked.Get("after"), kit.RowsAtOnce
	q.Sound, q.For = true, &hearing
	found, err := p.store.Recordings(r.Context(), q)
	if err != nil {
		return err
	}
	page.Asked = *asked
	page.choose(r, q)
	ids := make([]string, len(found.Items))
	for i, rec := range found.Items {
		ids[i] = rec.ID
	}
	undecided, err := p.store.UndecidedRecordings(r.Context(), ids)
	if err != nil {
		return err
	}
	for _, rec := range found.Items {
		x := named(rec, reg)
		x.Open = slices.ContainsFunc(undecided[rec.ID], hearing.Hears)
		page.Rows = append(page.Rows, x)
	}
	page.Turn = r.TurnAfter("after", found.After)
	return p.list.Render(w, r, page)
}

// choose names the filters in force.
func (page *listPage) choose(r *kit.Request, q library.Query) {
	page.Chosen = kit.Chosen(page.Asked, page.Filters)
	if page.Asked.Bool("alike") {
		page.Chosen = append(page.Chosen, r.Say("library.alike_only"))
	}
	if q.MinSeconds > 0 {
		page.Chosen = append(page.Chosen, r.Say("library.from_minutes", "n", q.MinSeconds/60))
	}
	if q.MaxSeconds > 0 {
		page.Chosen = append(page.Chosen, r.Say("library.to_minutes", "n", q.MaxSeconds/60))
	}
}

// filters are what one may choose from.
func filters(r *kit.Request, plan *scheduler.Schedule, reg *stations.Registry, today stations.Date) []kit.Choice {
	list := []kit.Choice{{Name: "programme", Label: "schedule.programme"}, {Name: "topic", Label: "library.topic"},
		{Name: "language", Label: "library.language"},
		{Name: "station", Label: "library.station", Options: []kit.Option{{Value: scheduler.OfProvince, Text: r.Say("library.of_province")}}}}
	for _, p := range plan.Working() {
		list[0].Options = append(list[0].Options, kit.Option{Value: p.ID, Text: p.Title})
	}
	for _, p := range plan.Programmes {
		if p.Rests() {
			list[0].Options = append(list[0].Options, kit.Option{Value: p.ID, Text: p.Title, Group: r.Say("schedule.retired")})
		}
	}
	list[1].Options = kit.WordOptions(r, "schedule.topic.", scheduler.Topics)
	list[2].Options = kit.WordOptions(r, "language.", stations.Languages)
	list[3].Options = append(list[3].Options, kit.StationOptions(reg, stations.Filter{ActiveOn: today}.For(r.Actor, accounts.ReadStations))...)
	for i := range list {
		list[i].Label = r.Say(list[i].Label)
	}
	return list
}

func named(rec library.Recording, reg *stations.Registry) row {
	if rec.Owner.Station == "" {
		return row{Recording: rec}
	}
	return row{Recording: rec, Station: reg.Label(rec.Owner.Station)}
}

// take receives the form: with the ID of what the uploader has sent already, or
// with the file, from browsers without a script.
func (p pages) take(w http.ResponseWriter, r *kit.Request) error {
	in, err := r.ReadIncoming("file")
	if err != nil {
		return err
	}
	if in.Raw {
		return fault.New(fault.Unsupported, "kit.not_form")
	}
	id := in.Form.Get("audio")
	if in.Body != nil {
		id = kit.NewID()
		_, err = p.desk.Take(r.Context(), r.Actor, id, intake.Order{Name: in.Name, Length: in.Length}, in.Body)
	} else if id == "" {
		err = fault.New(fault.Invalid, "kit.file_missing")
	}
	var refused *fault.Error
	if errors.As(err, &refused) && in.Form.Refused(refused.At("file")) {
		return p.renderList(w, r, in.Form)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/library/"+url.PathEscape(id), "library.kept")
}

// mostNamed is how many episodes made of one recording are named.
const mostNamed = 5

type onePage struct {
	kit.Page
	row
	Findings  []kit.Finding
	Marks     []kit.Mark // the findings' places on the waveform
	Alike     []alikeRow
	Undecided int    // of Alike, how many wait for a person
	Loudness  string // LUFS, "" if not measured
	Broadcast string // what stations receive, "" if they receive nothing of the kind
	Small     string // the same of what is listened to on mobile data
	MayRemove bool
	MayJudge  bool                // decide about Alike
	UsedIn    []scheduler.Episode // the newest made, at most mostNamed
	UsedMore  int                 // how many others
	InUse     bool                // so that who might remove it cannot
	Leaves    time.Time           // from when on it is removed because nothing uses it; zero if it stays
	Form      kit.Form            // of the removal
}

// scene is a recording and what is needed to name it and those like it.
type scene struct {
	rec library.Recording
	reg *stations.Registry
	library.Hearing
}

// find gives a recording to somebody who may hear it; for others it is not there.
func (p pages) find(r *kit.Request, id string) (s scene, err error) {
	if s.rec, err = p.store.Recording(r.Context(), id); err != nil {
		return s, err
	}
	if s.reg, err = p.store.Registry(r.Context()); err != nil {
		return s, err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return s, err
	}
	if s.Hearing = plan.Hearing(r.Actor, s.reg); !s.Hears(s.rec) {
		return s, library.NoRecording()
	}
	return s, nil
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.render(w, r, s, kit.NewForm())
}

// render shows the page; f is the form of a decision that was refused.
func (p pages) render(w http.ResponseWriter, r *kit.Request, s scene, f kit.Form) error {
	rec := s.rec
	page := onePage{Page: r.Page("library.recording"), row: named(rec, s.reg), Form: kit.NewForm(),
		MayJudge: library.MayJudgeLikeness(r.Actor)}
	used, err := p.store.RecordingUsed(r.Context(), rec.ID)
	if err != nil {
		return err
	}
	err = library.MayRemove(r.Actor, rec, used)
	page.MayRemove, page.InUse = err == nil, fault.Is(err, "library.in_use")
	if r.Actor.CanSomewhere(accounts.ReadSchedule) {
		plan, err := p.store.Schedule(r.Context())
		if err != nil {
			return err
		}
		all := plan.EpisodesFrom(rec.ID)
		page.UsedIn = all[:min(len(all), mostNamed)]
		page.UsedMore = len(all) - len(page.UsedIn)
	}
	rep, err := p.store.RecordingReport(r.Context(), rec.ID)
	if err != nil {
		return err
	}
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	page.Findings, page.Marks = kit.Findings(r.Lang, rep.Facts, set.Profile(rec.Kind))
	if rep.Facts != nil {
		if lufs, ok := rep.Facts.Loudness(); ok {
			page.Loudness = r.Lang.Decimal(lufs, 1)
		}
	}
	leaving := set.Leaving(r.Now)
	leaving.ID = rec.ID
	idle, err := p.store.UnusedRecordings(r.Context(), leaving)
	if err != nil {
		return err
	}
	for _, u := range idle.Items {
		page.Leaves = u.Leaves(set)
	}
	if rec.Aired() {
		c, found, err := p.store.BroadcastCopy(r.Context(), rec.ID)
		if err != nil {
			return err
		}
		page.Broadcast = broadcast(r.Lang, rec, rep.Facts, c, found)
		page.Small = small(r.Lang, c)
	}
	if page.Alike, err = p.alike(r, s, f); err != nil {
		return err
	}
	for _, x := range page.Alike {
		if x.Open {
			page.Undecided++
		}
	}
	return p.one.Render(w, r, page)
}

// small says what of a recording is listened to on mobile data.
func small(lang text.Language, c library.BroadcastCopy) string {
	switch {
	case c.Small.SHA256 != "":
		return lang.Say("library.small_text", "size", text.Bytes(c.Small.Size))
	case c.Failed != nil:
		return ""
	case !audio.Encodes():
		return lang.Say("library.small_none")
	}
	return lang.Say("library.small_making")
}

// broadcast says how what stations receive differs from what was sent.
func broadcast(lang text.Language, rec library.Recording, f *audio.Facts, c library.BroadcastCopy, found bool) string {
	switch {
	case !found:
		return lang.Say("library.copy_making")
	case c.Failed != nil:
		return lang.Say("library.copy_failed", "why", lang.Fault(c.Failed.Fault()))
	case c.Blob == rec.Blob && !c.Limited:
		return lang.Say("library.copy_same")
	}
	var parts []string
	switch {
	case c.Encoded && rec.Format == audio.MP3:
		parts = append(parts, lang.Say("library.copy_anew"))
	case c.Encoded:
		parts = append(parts, lang.Say("library.copy_mp3"))
	case c.Mended && f != nil && f.MP3 != nil && f.MP3.Garbage > 0 && f.MP3.Damaged+f.MP3.Missing+f.MP3.BadCRC == 0:
		parts = append(parts, lang.Say("library.copy_mended_bytes"))
	case c.Mended:
		parts = append(parts, lang.Say("library.copy_mended"))
	}
	switch gain := lang.Decimal(math.Abs(c.Gain()), 1); {
	case math.Abs(c.Gain()) < 0.1:
	case c.Gain() > 0:
		parts = append(parts, lang.Say("library.copy_louder", "db", gain))
	default:
		parts = append(parts, lang.Say("library.copy_softer", "db", gain))
	}
	if c.Limited {
		parts = append(parts, lang.Say("library.copy_limited"))
	}
	return strings.Join(parts, "; ")
}

func (p pages) remove(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	s, err := p.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	if _, err := p.store.RemoveRecording(r.Context(), r.Meta(f.ID), s.rec.ID); err != nil {
		return err
	}
	return r.Redirect(w, "/library", "library.removed")
}

// Whole is the length in whole seconds.
func (r row) Whole() int { return int(r.Recording.Seconds + 0.5) }

// Clock writes the length as minutes and seconds.
func (r row) Clock() string { return kit.Position(float64(r.Whole())) }
