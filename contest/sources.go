package contest

import (
	"context"
	"slices"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/internal/fault"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
)

// Sources tells what a contest must know of the rest of Loa. All methods are
// safe for concurrent use; what is unknown is a NotFound fault.
type Sources interface {
	// Station tells of a station as it is on the day of at, with the unit it then served.
	Station(ctx context.Context, id string, at time.Time) (Station, error)
	// File tells of a recording of the library with the verdict of the contest profile.
	File(ctx context.Context, id string) (File, error)
	Person(ctx context.Context, id string) (Person, error)
	// Episode tells of an episode and its airings with from <= At < until at the
	// station, or anywhere if station is "". Only airings that stand count: neither
	// corrected nor withdrawn.
	Episode(ctx context.Context, id, station string, from, until time.Time) (Episode, error)
	// Undecided lists, by those of the files that have any, the files they sound like
	// while nobody has decided what that means, and those that somebody said are one
	// recording with them (Same). Of these it tells ID, Name, By, Station, Work and Same.
	Undecided(ctx context.Context, files []string) (map[string][]File, error)
}

// Records is what the sources of contests are read from: the stores of the other nouns.
type Records interface {
	Registry(ctx context.Context) (*stations.Registry, error)
	Directory(ctx context.Context) (*accounts.Directory, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	Airings(ctx context.Context, by accounts.Actor, q airing.Query) (lines []airing.Line, next string, err error)
	Recording(ctx context.Context, id string) (library.Recording, error)
	RecordingReport(ctx context.Context, id string) (library.Report, error)
	LibrarySettings(ctx context.Context) (library.Settings, error)
	UndecidedRecordings(ctx context.Context, ids []string) (map[string][]library.Recording, error)
	SameRecordings(ctx context.Context, ids []string) (map[string][]library.Recording, error)
}

// From reads the sources of contests from the records of all nouns.
func From(r Records) Sources { return sources{r} }

type sources struct{ Records }

func (s sources) Station(ctx context.Context, id string, at time.Time) (Station, error) {
	reg, err := s.Registry(ctx)
	if err != nil {
		return Station{}, err
	}
	return StationOn(reg, id, at)
}

// StationOn tells of a station as it is on the day of at, with the unit it then served.
// Fault: that of Registry.Station.
func StationOn(reg *stations.Registry, id string, at time.Time) (Station, error) {
	st, err := reg.Station(id)
	if err != nil {
		return Station{}, err
	}
	day := stations.DateOf(at.In(st.Location()))
	unit := reg.Unit(st.UnitOn(day))
	where := reg.Where(id)
	out := Station{ID: id, Name: unit.Official(), District: where.District, DistrictName: reg.DistrictName(where.District), Active: st.ActiveOn(day)}
	if after := reg.Lineage(id).After; len(after) > 0 {
		out.Successor = reg.Label(after[len(after)-1].ID)
	}
	return out, nil
}

func (s sources) Person(ctx context.Context, id string) (Person, error) {
	d, err := s.Directory(ctx)
	if err != nil {
		return Person{}, err
	}
	p, err := d.Person(id)
	if err != nil {
		return Person{}, err
	}
	return personOf(p), nil
}

func personOf(p accounts.Person) Person {
	return Person{ID: p.ID, Name: p.Name, Login: p.Login, Grants: p.Grants, Organised: p.Organised, Began: p.Began,
		Created: p.Created}
}

// PersonIn is somebody of a directory as a contest knows her, with no more than her ID if she is
// not in it.
func PersonIn(d *accounts.Directory, id string) Person {
	p, err := d.Person(id)
	if err != nil {
		return Person{ID: id}
	}
	return personOf(p)
}

// JudgesOf lists everybody who holds the judge's grant on the contest and may log in.
func JudgesOf(d *accounts.Directory, contest string) []Person {
	return peopleWho(d, func(p Person) bool {
		return slices.Contains(p.Grants, accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: contest}})
	})
}

// OrganisersOf lists everybody who may organise the contest and may log in.
func OrganisersOf(d *accounts.Directory, contest string) []Person {
	return peopleWho(d, func(p Person) bool { return p.actor().Can(accounts.Organise, accounts.Where{Contest: contest}) })
}

func peopleWho(d *accounts.Directory, are func(Person) bool) (list []Person) {
	for _, p := range d.People() {
		if known := personOf(p); !p.Disabled && are(known) {
			list = append(list, known)
		}
	}
	return list
}

func (s sources) File(ctx context.Context, id string) (File, error) {
	r, err := s.Recording(ctx, id)
	if err != nil {
		return File{}, err
	}
	f := File{ID: r.ID, Name: r.Name, SHA256: r.Blob.SHA256, Bytes: r.Blob.Size, Seconds: r.Seconds, Begun: r.Begun, By: r.Owner.Person,
		Station: r.Owner.Station, Work: r.Kind == library.ForContest}
	report, err := s.RecordingReport(ctx, id)
	if !r.Kind.Sound() {
		if err == nil {
			f.Words, f.Unread = report.Words, report.Unread
		}
		return f, nil
	}
	if err != nil {
		return File{}, err
	}
	f.Sound = r.FramesSHA256 // identifies the sound alone, where the format lets it
	if f.Sound == "" {
		f.Sound = r.Blob.SHA256
	}
	set, err := s.LibrarySettings(ctx)
	if err != nil {
		return File{}, err
	}
	if report.Facts != nil {
		f.Refused = fault.Of(audio.Enterable(*report.Facts, set.Profile(library.ForContest)))
	}
	return f, nil
}

func (s sources) Undecided(ctx context.Context, files []string) (map[string][]File, error) {
	alike, err := s.UndecidedRecordings(ctx, files)
	if err != nil {
		return nil, err
	}
	same, err := s.SameRecordings(ctx, files)
	if err != nil {
		return nil, err
	}
	others := map[string][]File{}
	add := func(of map[string][]library.Recording, same bool) {
		for id, list := range of {
			for _, r := range list {
				others[id] = append(others[id], File{ID: r.ID, Name: r.Name, By: r.Owner.Person, Station: r.Owner.Station,
					Work: r.Kind == library.ForContest, Same: same})
			}
		}
	}
	add(alike, false)
	add(same, true)
	return others, nil
}

func (s sources) Episode(ctx context.Context, id, station string, from, until time.Time) (Episode, error) {
	plan, err := s.Schedule(ctx)
	if err != nil {
		return Episode{}, err
	}
	e, err := plan.Episode(id)
	if err != nil {
		return Episode{}, err
	}
	reg, err := s.Registry(ctx)
	if err != nil {
		return Episode{}, err
	}
	out := Episode{ID: e.ID, Audio: e.Audio, Station: plan.OnlyAt(e.Programme)}
	if e.Audio != "" {
		sent, err := s.Recording(ctx, e.Audio)
		if err := known(err); err != nil {
			return Episode{}, err
		}
		out.Sent = sent.Owner.Station
	}
	q := airing.Query{From: from, Until: until, Episodes: []string{id}, Outcome: airing.Aired, Standing: true}
	if station != "" {
		q.Stations = []string{station}
	}
	for !until.IsZero() {
		lines, next, err := s.Airings(ctx, accounts.Daemon(), q)
		if err != nil {
			return Episode{}, err
		}
		for _, l := range lines {
			out.Airings = append(out.Airings, Airing{ID: l.ID, Station: l.Station, StationName: reg.Label(l.Station), At: l.StartedAt})
		}
		if next == "" {
			break
		}
		q.After = next
	}
	return out, nil
}
