// Package sample keeps recordings made at loudspeakers that communes gave, with what was on air: by them it is
// measured how well the machine hears (audio/match), beside what is simulated in its tests.
package sample

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
)

// Sample is a recording made at a loudspeaker that a commune gave, with what was on air: by samples it is
// measured how well the machine hears. It counts neither for a station nor against one, and names nobody.
type Sample struct {
	ID      string `json:"id"` // that of its recording in the library
	Station string `json:"station"`
	Episode string `json:"episode"` // what was on air, by who gave it
	SHA256  string `json:"sha256"`  // of the recording's bytes
	Setting
	Use   Use           `json:"use"`
	At    time.Time     `json:"at"`              // when it was given, UTC
	Heard *airing.Proof `json:"heard,omitempty"` // what the machine heard; none while it has not listened
}

// Setting is where a sample was made, and what else was heard there.
type Setting struct {
	Distance Distance `json:"distance"`
	Horns    Horns    `json:"horns"`
	Weather  Weather  `json:"weather"`
	Noise    Noise    `json:"noise"`
}

// Distance is how far from the loudspeaker a sample was made.
type Distance string

// Horns is how many loudspeakers were heard.
type Horns string

// Weather is how it was when a sample was made.
type Weather string

// Noise is the loudest of what else was heard.
type Noise string

// Use is what who gave a sample agreed to.
type Use string

// Where samples are made, and what they may be used for.
const (
	Near Distance = "near" // under 10 m
	Mid  Distance = "mid"  // 10 to 50 m
	Far  Distance = "far"

	OneHorn   Horns = "one"
	SomeHorns Horns = "several"

	Calm  Weather = "calm"
	Windy Weather = "wind"
	Rainy Weather = "rain"

	Quiet   Noise = "quiet"
	Talk    Noise = "talk"
	Traffic Noise = "traffic"
	Animals Noise = "animals"

	UseHere  Use = "here"  // counted and heard in this province alone
	UseMaker Use = "maker" // also given to those who make the machine hear better
)

// The values of a sample, as they are offered.
var (
	Distances = []Distance{Near, Mid, Far}
	AllHorns  = []Horns{OneHorn, SomeHorns}
	Weathers  = []Weather{Calm, Windy, Rainy}
	Noises    = []Noise{Quiet, Talk, Traffic, Animals}
	Uses      = []Use{UseHere, UseMaker}
)

// Give gives a recording that the giver has sent.
type Give struct {
	Station   string `json:"station"`
	Episode   string `json:"episode"`
	Recording string `json:"recording"`
	Setting
	Use    Use  `json:"use"`
	Agreed bool `json:"agreed"` // that it is kept and heard as the page says
}

// Facts are what is known when a sample is given.
type Facts struct {
	On        accounts.Where
	Recording library.Recording // the zero value if there is none
	Plan      *scheduler.Schedule
	Known     bool // the recording is a sample already
}

// Decide says what is kept of a sample. Faults: accounts.denied, sample.episode, sample.setting,
// sample.agreed, sample.known, library.no_recording.
func Decide(f Facts, m accounts.Meta, c Give) (Sample, error) {
	s := Sample{ID: c.Recording, Station: c.Station, Episode: c.Episode, SHA256: f.Recording.Blob.SHA256, Setting: c.Setting, Use: c.Use, At: m.At.UTC()}
	if err := airing.MayReport(m.By, f.On); err != nil {
		return s, err
	}
	if !slices.ContainsFunc(Of(f.Plan), func(e scheduler.Episode) bool { return e.ID == c.Episode }) {
		return s, fault.New(fault.Invalid, "sample.episode").At("episode")
	}
	for field, ok := range map[string]bool{"distance": slices.Contains(Distances, c.Distance), "horns": slices.Contains(AllHorns, c.Horns),
		"weather": slices.Contains(Weathers, c.Weather), "noise": slices.Contains(Noises, c.Noise), "use": slices.Contains(Uses, c.Use)} {
		if !ok {
			return s, fault.New(fault.Invalid, "sample.setting").At(field)
		}
	}
	switch r := f.Recording; {
	case !c.Agreed:
		return s, fault.New(fault.Invalid, "sample.agreed").At("agreed")
	case r.ID == "" || r.Kind != library.ForSample || r.Owner.Person != m.By.Person: // only who sent a file may give it
		return s, library.NoRecording()
	case f.Known:
		return s, fault.New(fault.Conflict, "sample.known").At("recording")
	}
	return s, nil
}

// Of are the episodes that a sample may be of, those approved last first: what has sound.
func Of(plan *scheduler.Schedule) []scheduler.Episode {
	list := slices.DeleteFunc(slices.Clone(plan.Episodes), func(e scheduler.Episode) bool { return e.Audio == "" || e.ApprovedAt().IsZero() })
	slices.SortStableFunc(list, func(a, b scheduler.Episode) int { return b.ApprovedAt().Compare(a.ApprovedAt()) })
	return list
}

// Unknown is the fault sample.unknown: there is no such sample, or the actor may not know of it.
func Unknown() error { return fault.New(fault.NotFound, "sample.unknown") }

// CheckWithdrawal refuses to take a sample back for who does not speak for its station. Fault: accounts.denied; of
// what the actor may not know, sample.unknown.
func CheckWithdrawal(by accounts.Actor, s Sample, on accounts.Where) error {
	may := airing.MayReport(by, on)
	if may != nil && !(Query{}).Wants(by, s, on) {
		return Unknown()
	}
	return may
}

// DecideHeard says what is kept of what the machine heard in a sample. Fault: accounts.denied.
func DecideHeard(m accounts.Meta, s Sample, p airing.Proof) (Sample, error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil { // the daemon alone
		return s, err
	}
	if s.Heard == nil || s.Heard.Method < p.Method {
		s.Heard = &p
	}
	return s, nil
}

// Unheard reports whether the present method has not listened to it.
func (s Sample) Unheard() bool { return s.Heard == nil || s.Heard.Method < match.Method }

// Filter is what samples are narrowed by.
type Filter struct {
	Station string `name:"station"` // ID or code
	Use     Use    `name:"use"`
}

// Query asks for the samples the filter wants.
func (f Filter) Query(reg *stations.Registry, today stations.Date) (q Query, err error) {
	if q.Use = f.Use; f.Use != "" && !slices.Contains(Uses, f.Use) {
		return q, fault.New(fault.Invalid, "sample.setting").At("use")
	}
	if f.Station != "" {
		st, err := reg.ByCodeOrID(f.Station, today)
		if err != nil {
			return q, err
		}
		q.Station = st.ID
	}
	return q, nil
}

const (
	// MostListed is the most samples one page of a list holds, and MostLookedAt the most a page is made of.
	MostListed   = 500
	MostLookedAt = 5000
)

// Query asks for samples, the last first; zero fields ask for nothing.
type Query struct {
	Station string
	Use     Use
	Unheard bool   // by the present method
	After   string // cursor of the page before
	Limit   int    // at most; 1 to MostListed
}

// Wants reports whether the query asks for a sample of a station that lies there, cursor and limit aside.
func (q Query) Wants(by accounts.Actor, s Sample, on accounts.Where) bool {
	return airing.Reads(by, on) && (q.Station == "" || q.Station == s.Station) && (q.Use == "" || q.Use == s.Use) && (!q.Unheard || s.Unheard())
}

// Store keeps samples.
type Store interface {
	// GiveSample keeps a sample. Faults: Decide, stations.unknown.
	GiveSample(ctx context.Context, m accounts.Meta, c Give) (Sample, error)
	// WithdrawSample removes a sample with its recording. Faults: CheckWithdrawal.
	WithdrawSample(ctx context.Context, m accounts.Meta, id string) (Sample, error)
	// HeardSample keeps what the machine heard. Faults: accounts.denied, sample.unknown.
	HeardSample(ctx context.Context, m accounts.Meta, id string, p airing.Proof) (Sample, error)
	// Samples lists those the actor may know of. Fault: sample.no_such_page.
	Samples(ctx context.Context, by accounts.Actor, q Query) (list []Sample, next string, err error)
}

// NoSuchPage is the fault sample.no_such_page: Query.After is no cursor.
func NoSuchPage() error { return fault.New(fault.Invalid, "sample.no_such_page").At("after") }

// All are all that the query asks for, a page a question.
func All(ctx context.Context, store Store, by accounts.Actor, q Query) (all []Sample, err error) {
	for q.Limit = MostListed; ; {
		list, next, err := store.Samples(ctx, by, q)
		if all = append(all, list...); err != nil || next == "" {
			return all, err
		}
		q.After = next
	}
}

// Right reports whether the machine heard what was on air.
func (s Sample) Right() bool { return s.Heard != nil && s.Heard.Word == match.Verified }

// Wrong reports whether the machine heard another episode, or who gave the sample chose the wrong one.
func (s Sample) Wrong() bool { return s.Heard != nil && s.Heard.Word == match.Contradicted }

// Useless reports whether nothing could be heard in it, whatever was on air: another is wanted.
func (s Sample) Useless() bool {
	return s.Heard != nil && slices.Contains([]match.Reason{match.TooShort, match.TooQuiet, match.Unreadable}, s.Heard.Reason)
}

// Count is how well the machine hears where samples are made in one way.
type Count struct {
	Of    string  `json:"of"`    // "all", "distance", "horns", "weather" or "noise"
	Value string  `json:"value"` // "" of all
	Given int     `json:"given"` // that the machine listened to
	Right int     `json:"right"` // in which it heard what was on air
	Wrong int     `json:"wrong"` // in which it heard something else
	Least float64 `json:"least"` // the smallest score of those that are right; 0 without any
}

// CountBy counts samples by how they were made, in the order in which the ways are offered.
func CountBy(list []Sample) []Count {
	counts := []Count{{Of: "all"}}
	counts = append(counts, rowsOf("distance", Distances)...)
	counts = append(counts, rowsOf("horns", AllHorns)...)
	counts = append(counts, rowsOf("weather", Weathers)...)
	counts = append(counts, rowsOf("noise", Noises)...)
	for _, s := range list {
		if s.Heard == nil {
			continue
		}
		is := map[string]string{"distance": string(s.Distance), "horns": string(s.Horns), "weather": string(s.Weather), "noise": string(s.Noise)}
		for i := range counts {
			c := &counts[i]
			if is[c.Of] != c.Value {
				continue
			}
			c.Given++
			if s.Right() {
				c.Right++
				if c.Least == 0 || s.Heard.Score < c.Least {
					c.Least = s.Heard.Score
				}
			}
			if s.Wrong() {
				c.Wrong++
			}
		}
	}
	return counts
}

func rowsOf[T ~string](of string, values []T) (rows []Count) {
	for _, v := range values {
		rows = append(rows, Count{Of: of, Value: string(v)})
	}
	return rows
}

// Ears say what the machine hears in a recording, of a report that it is of (airing.Prover).
type Ears interface {
	Judge(ctx context.Context, line airing.Line, e airing.Evidence) (airing.Proof, error)
}

// Listener has the machine listen to samples, one at a time.
type Listener struct {
	store interface {
		Store
		Schedule(ctx context.Context) (*scheduler.Schedule, error)
	}
	ears Ears
	log  *slog.Logger
	now  func() time.Time
	one  sync.Mutex
}

// NewListener returns a Listener.
func NewListener(store interface {
	Store
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
}, ears Ears, log *slog.Logger, now func() time.Time) *Listener {
	return &Listener{store: store, ears: ears, log: log, now: now}
}

// Try listens at once to a sample that was given. Where that fails, or there is no listener, it is as it was given: ListenAll
// comes to it.
func (l *Listener) Try(ctx context.Context, s Sample) Sample {
	if l == nil {
		return s
	}
	heard, err := l.Listen(ctx, s)
	if err != nil {
		l.log.Warn("a sample is listened to later", "sample", s.ID, "err", err)
		return s
	}
	return heard
}

// Begin listens to what a stop left unheard; what fails then, the job comes to.
func (l *Listener) Begin(ctx context.Context) {
	if _, err := l.ListenAll(ctx); err != nil && ctx.Err() == nil {
		l.log.Error("samples are not listened to", "err", err)
	}
}

// Listen has the machine listen to a sample, beside what was on air, and keeps what it heard.
func (l *Listener) Listen(ctx context.Context, s Sample) (Sample, error) {
	l.one.Lock()
	defer l.one.Unlock()
	plan, err := l.store.Schedule(ctx)
	if err != nil {
		return s, err
	}
	line := airing.Line{Report: airing.Report{Station: s.Station, Episode: s.Episode, StartedAt: s.At}}
	if e, err := plan.Episode(s.Episode); err == nil {
		line.Programme = e.Programme
	}
	heard, err := l.ears.Judge(ctx, line, airing.Evidence{Recording: s.ID, SHA256: s.SHA256})
	if err != nil {
		return s, err
	}
	return l.store.HeardSample(ctx, accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: l.now()}, s.ID, heard)
}

// ListenAll listens to all samples that the present method has not heard, and says how many those were.
func (l *Listener) ListenAll(ctx context.Context) (n int, err error) {
	list, err := All(ctx, l.store, accounts.Daemon(), Query{Unheard: true})
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		switch _, err := l.Listen(ctx, s); {
		case err == nil:
			n++
		case !fault.Is(err, "sample.unknown"): // taken back meanwhile
			return n, err
		}
	}
	return n, nil
}
