package api

import (
	"cmp"
	"context"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/audio/measure"
	"loa/contest"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/library/intake"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

// AudioStore is what the routes of the library ask of the store.
type AudioStore interface {
	Recording(ctx context.Context, id string) (library.Recording, error)
	RecordingReport(ctx context.Context, id string) (library.Report, error)
	Recordings(ctx context.Context, q library.Query) (library.Page, error)
	BroadcastCopy(ctx context.Context, recording string) (c library.BroadcastCopy, found bool, err error)
	Alike(ctx context.Context, id string) ([]library.Alike, error)
	OpenLikenesses(ctx context.Context, h library.Hearing, limit int) ([]library.Pair, error)
	JudgeLikeness(ctx context.Context, m accounts.Meta, c library.JudgeLikeness) (library.Likeness, error)
	RemoveRecording(ctx context.Context, m accounts.Meta, id string) (library.Recording, error)
	LibrarySettings(ctx context.Context) (library.Settings, error)
	SaveLibrarySettings(ctx context.Context, m accounts.Meta, set library.Settings) (library.Settings, error)
	UnusedRecordings(ctx context.Context, q library.UnusedQuery) (library.UnusedPage, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
}

// AudioDesk takes whole files: an intake.Desk.
type AudioDesk interface {
	Take(ctx context.Context, by accounts.Actor, id string, o intake.Order, body io.Reader) (intake.Status, error)
}

type recordings struct {
	store AudioStore
	blobs library.Blobs
	coder *library.Coder
	desk  AudioDesk
	hall  *contest.Hall
}

func (l recordings) routes() []kit.Route {
	read := kit.SignedIn // who may hear which recording is decided for each: library.Hearing
	return []kit.Route{
		{Pattern: "POST /api/v1/audio", Tells: "Location", Statuses: []int{http.StatusCreated}, Takes: "application/octet-stream multipart/form-data",
			Access: accounts.SendSamples, MaxBody: kit.FileBody, Handler: l.take, Out: Recording{}, Query: "name kind station",
			Summary: "Send a whole file: raw body or multipart (field file). Sent again under the same Idempotency-Key it is the same recording. Over a " +
				"bad line use the tus server at /api/v1/uploads."},
		{Pattern: "GET /api/v1/audio", Access: accounts.ReadSchedule, Handler: l.list, Out: kit.List[Recording]{},
			Filter: scheduler.Search{}, Query: "limit after",
			Summary: "Recordings of the library, newest first: by words, by the programme, topic or language of an episode made of them, by whose they " +
				"are (station's ID, code, or province), by length."},
		{Pattern: "GET /api/v1/audio/{id}", Gives: "audio/mpeg application/octet-stream", Ranges: true, Tells: "ETag", Access: read, Handler: l.play,
			Query: "original small download station",
			Summary: "The bytes, with Range and ETag: the broadcast copy (MP3, levelled) if there is one; small=1 for the small copy to listen to on mobile " +
				"data (404 library.no_small_copy while there is none); original=1 for the file as it was sent. " +
				"station=ID of who runs several: the copy of that one, with its code where the programme has codes."},
		{Pattern: "GET /api/v1/audio/{id}/report", Access: read, Handler: l.report, Out: AudioReport{},
			Summary: "What was found out about a recording, with a sentence for each finding."},
		{Pattern: "GET /api/v1/audio/alike", Access: accounts.ReadSchedule, Handler: l.open, Out: kit.List[AudioPair]{},
			Summary: "Pairs of recordings that sound alike and wait for a person's word, 200 at most."},
		{Pattern: "GET /api/v1/audio/{id}/alike/{other}", Access: read, Handler: l.likeness, Out: AudioAlike{},
			Summary: "How two recordings sound alike, and what was decided."},
		// library.DecideLikeness says who may
		{Pattern: "PUT /api/v1/audio/{id}/alike/{other}", Edits: true, Access: read, Handler: l.judge, In: alikeBody{}, Out: AudioAlike{},
			Summary: "Say of two recordings that sound alike whether they are one (verdict: same, different, open)."},
		{Pattern: "GET /api/v1/audio/{id}/waveform", Out: measure.Waveform{}, Access: read, Handler: l.waveform,
			Summary: "The outline of the sound for drawing."},
		{Pattern: "GET /api/v1/audio/settings", Access: accounts.EditSettings, Handler: l.settings, Out: LibrarySettings{},
			Summary: "What the library takes, and how long it keeps what nothing uses."},
		{Pattern: "PUT /api/v1/audio/settings", Access: accounts.EditSettings, Handler: l.saveSettings, In: LibrarySettings{}, Out: LibrarySettings{},
			Edits: true, Summary: "Change the library's settings; members left out stay."},
		{Pattern: "GET /api/v1/audio/unused", Access: accounts.EditSettings, Handler: l.unused, Out: kit.List[UnusedRecording]{}, Query: "limit after",
			Summary: "Recordings that nothing uses, oldest first: what retention_days may remove, and from when on."},
		{Pattern: "DELETE /api/v1/audio/{id}", Access: accounts.UploadAudio, Handler: l.remove, Summary: "Remove a recording that nothing uses."},
	}
}

// Recording is a recording as the API shows it.
type Recording struct {
	library.Recording
	URL string `json:"url"` // of the bytes
}

func shownRecording(r library.Recording) Recording {
	r.Created, r.Begun = r.Created.In(text.Zone), r.Begun.In(text.Zone)
	return Recording{r, "/api/v1/audio/" + r.ID}
}

func (l recordings) take(w http.ResponseWriter, r *kit.Request) error {
	in, err := r.ReadIncoming("file")
	if err == nil && in.Body == nil {
		err = fault.New(fault.Invalid, "kit.file_missing").At("file")
	}
	if err != nil {
		return err
	}
	q := r.URL.Query()
	o := intake.Order{Kind: library.Kind(cmp.Or(in.Form.Get("kind"), q.Get("kind"))), Station: cmp.Or(in.Form.Get("station"), q.Get("station")),
		Name: cmp.Or(in.Name, q.Get("name")), Length: in.Length}
	key, err := changeID(r)
	if err != nil {
		return err
	}
	id := r.Meta(key).NewID()
	if _, err := l.desk.Take(r.Context(), r.Actor, id, o, in.Body); err != nil {
		return err
	}
	rec, err := l.store.Recording(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/audio/"+id)
	return r.JSON(w, http.StatusCreated, shownRecording(rec))
}

// find gives a recording to somebody who may hear it; for others it is not there.
func (l recordings) find(r *kit.Request, id string) (library.Recording, error) {
	rec, err := l.store.Recording(r.Context(), id)
	if err != nil {
		return rec, err
	}
	h, err := l.hearing(r)
	if err == nil && !h.Hears(rec) {
		err = library.NoRecording()
	}
	return rec, err
}

// hearing says which recordings the actor may open.
func (l recordings) hearing(r *kit.Request) (h library.Hearing, err error) {
	reg, err := l.store.Registry(r.Context())
	if err != nil {
		return h, err
	}
	plan, err := l.store.Schedule(r.Context())
	if err != nil {
		return h, err
	}
	h = plan.Hearing(r.Actor, reg)
	if r.Actor.CanSomewhere(accounts.Organise) {
		h.Entered, err = l.hall.Entered(r.Context(), r.Actor) // an organiser hears what was entered, whatever it was sent as
	}
	return h, err
}

func (l recordings) list(w http.ResponseWriter, r *kit.Request) error {
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	x, err := kit.ReadFilter[scheduler.Search](r)
	if err != nil {
		return err
	}
	reg, err := l.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, err := l.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	q, err := x.Query(plan, reg, r.Today())
	if err != nil {
		return err
	}
	q.After, q.Limit = r.URL.Query().Get("after"), limit
	h, err := l.hearing(r)
	if err != nil {
		return err
	}
	q.For = &h
	page, err := l.store.Recordings(r.Context(), q)
	if err != nil {
		return err
	}
	items := make([]Recording, len(page.Items))
	for i, rec := range page.Items {
		items[i] = shownRecording(rec)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, page.After))
}

// play serves the bytes. Only sound and pictures are shown in the browser; all
// else is saved, and nothing that is served may run anything.
func (l recordings) play(w http.ResponseWriter, r *kit.Request) error {
	rec, err := l.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	original, err := r.Yes("original")
	if err != nil {
		return err
	}
	small, err := r.Yes("small")
	if err != nil {
		return err
	}
	download, err := r.Yes("download")
	if err != nil {
		return err
	}
	sent, cache := library.CopyOf(l.blobs, rec.Blob), "private, max-age=86400"
	if !original {
		c, _, err := l.store.BroadcastCopy(r.Context(), rec.ID)
		if err != nil {
			return err
		}
		if small {
			if rec, err = c.Light(rec); err != nil {
				return err
			}
		} else {
			rec = c.For(rec)
		}
		if sent, err = l.own(r, rec); err != nil {
			return err
		}
		cache = "private, no-cache" // the copy may be made, or made anew, at any time
	}
	f, err := sent.Open(r.Context())
	if err != nil {
		return err
	}
	defer f.Close()
	how := "attachment"
	shown := strings.HasPrefix(rec.ContentType, "audio/") || strings.HasPrefix(rec.ContentType, "image/")
	if shown && !download {
		how = "inline"
	}
	h := w.Header()
	h.Set("Content-Type", rec.ContentType)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": rec.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("ETag", `"`+sent.Tag+`"`)
	h.Set("Cache-Control", cache)
	http.ServeContent(w, r.Request, "", time.Time{}, f)
	return nil
}

// own is the copy of who asks: with the code of the station that is asked for (her own), or of the one she runs, where the
// programme asks for codes.
func (l recordings) own(r *kit.Request, rec library.Recording) (library.Copy, error) {
	station := r.URL.Query().Get("station")
	switch mine := r.Actor.Runs(); {
	case station != "" && !slices.Contains(mine, station):
		return library.Copy{}, fault.New(fault.Denied, "accounts.denied")
	case station == "" && len(mine) == 1 && !r.Actor.Wide(accounts.ReportAiring):
		station = mine[0]
	}
	if station == "" || !rec.Aired() || rec.ContentType != audio.MP3.ContentType() {
		return library.CopyOf(l.blobs, rec.Blob), nil
	}
	plan, err := l.store.Schedule(r.Context())
	if err != nil || !plan.Coded(rec.ID) {
		return library.CopyOf(l.blobs, rec.Blob), err
	}
	return l.coder.For(r.Context(), rec.Blob, station)
}

// AudioReport is everything found out about a recording.
type AudioReport struct {
	Recording Recording              `json:"recording"`
	Facts     *audio.Facts           `json:"facts"` // null for what is no sound
	Findings  []AudioFinding         `json:"findings"`
	Episodes  []string               `json:"episodes"`  // IDs of those made of it, for who reads the schedule
	Broadcast *library.BroadcastCopy `json:"broadcast"` // what stations receive; null while nothing was made, and for what is not aired
	Alike     []AudioAlike           `json:"alike"`     // other recordings with the same sound that the asker may hear
}

// AudioAlike is another recording that holds the same sound.
type AudioAlike struct {
	Recording Recording   `json:"recording"`
	How       library.How `json:"how"` // file, sound (other tags) or alike (by the fingerprint)
	// seconds into this recording at which the common part begins; this and the next four are 0 where nothing is to be decided
	Here    float64          `json:"here"`
	There   float64          `json:"there"`   // and into the other
	Shared  float64          `json:"shared"`  // seconds in common
	Score   float64          `json:"score"`   // of the common part: 1 for the same bits, 0 for unrelated sound
	Faster  float64          `json:"faster"`  // by which part this one is played faster than the other; negative if slower
	Open    bool             `json:"open"`    // a person has to decide
	Verdict *library.Verdict `json:"verdict"` // null while nobody has decided

	edition accounts.Edition
}

// Edition is the decision's.
func (a AudioAlike) Edition() accounts.Edition { return a.edition }

func shownAlike(id string, a library.Alike) AudioAlike {
	out := AudioAlike{Recording: shownRecording(a.Recording), How: a.How, Open: a.Open()}
	if l := a.Likeness; l != nil {
		out.edition = l.Edition()
		out.Here, out.There = l.Starts(id)
		out.Shared, out.Score, out.Faster = l.Shared, l.Score, l.Faster(id)
		if l.Verdict != nil {
			v := *l.Verdict
			v.At = v.At.In(text.Zone)
			out.Verdict = &v
		}
	}
	return out
}

// AudioFinding is a finding and its sentence in the asker's language.
type AudioFinding struct {
	audio.Finding
	Detail string `json:"detail"`
}

func (l recordings) report(w http.ResponseWriter, r *kit.Request) error {
	rec, err := l.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	rep, err := l.store.RecordingReport(r.Context(), rec.ID)
	if err != nil {
		return err
	}
	out := AudioReport{Recording: shownRecording(rec), Facts: rep.Facts, Findings: []AudioFinding{}, Episodes: []string{}, Alike: []AudioAlike{}}
	if r.Actor.CanSomewhere(accounts.ReadSchedule) {
		plan, err := l.store.Schedule(r.Context())
		if err != nil {
			return err
		}
		for _, e := range plan.EpisodesFrom(rec.ID) {
			out.Episodes = append(out.Episodes, e.ID)
		}
	}
	if c, found, err := l.store.BroadcastCopy(r.Context(), rec.ID); err != nil {
		return err
	} else if found {
		out.Broadcast = &c
	}
	if rep.Facts != nil {
		set, err := l.store.LibrarySettings(r.Context())
		if err != nil {
			return err
		}
		for _, f := range audio.Check(*rep.Facts, set.Profile(rec.Kind)) {
			out.Findings = append(out.Findings, AudioFinding{f, f.Say(r.Lang)})
		}
	}
	h, err := l.hearing(r)
	if err != nil {
		return err
	}
	alike, err := l.store.Alike(r.Context(), rec.ID)
	if err != nil {
		return err
	}
	for _, a := range alike {
		if h.Hears(a.Recording) {
			out.Alike = append(out.Alike, shownAlike(rec.ID, a))
		}
	}
	return r.JSON(w, http.StatusOK, out)
}

// AudioPair is a recording and another that sounds like it.
type AudioPair struct {
	Recording Recording  `json:"recording"`
	Alike     AudioAlike `json:"alike"`
}

func (l recordings) open(w http.ResponseWriter, r *kit.Request) error {
	h, err := l.hearing(r)
	if err != nil {
		return err
	}
	pairs, err := l.store.OpenLikenesses(r.Context(), h, library.MostOpen)
	if err != nil {
		return err
	}
	items := []AudioPair{}
	for _, p := range pairs {
		items = append(items, AudioPair{shownRecording(p.First),
			shownAlike(p.One, library.Alike{Recording: p.Second, How: library.HowAlike(p.First, p.Second), Likeness: &p.Likeness})})
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

// alikeBody is a person's word on two recordings that sound alike.
type alikeBody struct {
	Verdict library.Word `json:"verdict"`
	Reason  string       `json:"reason" schema:"maxLength=500"`
}

func (l recordings) likeness(w http.ResponseWriter, r *kit.Request) error {
	rec, err := l.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	other, err := l.find(r, r.PathValue("other"))
	if err != nil {
		return err
	}
	list, err := l.store.Alike(r.Context(), rec.ID)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Recording.ID == other.ID {
			return r.JSON(w, http.StatusOK, shownAlike(rec.ID, a))
		}
	}
	return fault.New(fault.NotFound, "library.not_alike")
}

func (l recordings) judge(w http.ResponseWriter, r *kit.Request) error {
	var b alikeBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	rec, err := l.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	other, err := l.find(r, r.PathValue("other"))
	if err != nil {
		return err
	}
	like, err := l.store.JudgeLikeness(r.Context(), m, library.JudgeLikeness{One: rec.ID, Other: other.ID, Word: b.Verdict, Reason: b.Reason})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, shownAlike(rec.ID, library.Alike{Recording: other, How: library.HowAlike(rec, other), Likeness: &like}))
}

func (l recordings) waveform(w http.ResponseWriter, r *kit.Request) error {
	rec, err := l.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	rep, err := l.store.RecordingReport(r.Context(), rec.ID)
	if err != nil {
		return err
	}
	if rep.Facts == nil || rep.Facts.Measures == nil {
		return fault.New(fault.NotFound, "library.no_waveform")
	}
	w.Header().Set("Cache-Control", "private, max-age=86400")
	return r.JSON(w, http.StatusOK, rep.Facts.Measures.Waveform)
}

func (l recordings) remove(w http.ResponseWriter, r *kit.Request) error {
	if _, err := l.find(r, r.PathValue("id")); err != nil {
		return err
	}
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	if _, err := l.store.RemoveRecording(r.Context(), m, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
