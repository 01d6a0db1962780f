package bolt

import (
	"context"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/contest"
	"loa/internal/fault"
	"loa/stations"
)

// ContestStation implements contest.Sources: the station as it is on the day
// of at, with the unit it then served.
func (s *Store) ContestStation(ctx context.Context, id string, at time.Time) (contest.Station, error) {
	reg, err := s.Registry(ctx)
	if err != nil {
		return contest.Station{}, err
	}
	st, err := reg.Station(id)
	if err != nil {
		return contest.Station{}, err
	}
	day := stations.DateOf(at.In(st.Location()))
	unit := reg.Unit(st.UnitOn(day))
	where := reg.Where(id)
	out := contest.Station{ID: id, Name: unit.Official(), District: where.District, DistrictName: reg.DistrictName(where.District), Active: st.ActiveOn(day)}
	if after := reg.Lineage(id).After; len(after) > 0 {
		out.Successor = reg.Label(after[len(after)-1].ID)
	}
	return out, nil
}

// ContestPerson implements contest.Sources.
func (s *Store) ContestPerson(ctx context.Context, id string) (contest.Person, error) {
	d, err := s.Directory(ctx)
	if err != nil {
		return contest.Person{}, err
	}
	p, err := d.Person(id)
	if err != nil {
		return contest.Person{}, err
	}
	return contest.Person{ID: p.ID, Name: p.Name, Grants: p.Grants, Organised: p.Organised}, nil
}

// ContestFile implements contest.Sources: a recording of the library with the
// verdict of the contest profile.
func (s *Store) ContestFile(ctx context.Context, id string) (contest.File, error) {
	r, err := s.Recording(ctx, id)
	if err != nil {
		return contest.File{}, err
	}
	f := contest.File{ID: r.ID, Name: r.Name, SHA256: r.Blob.SHA256, Bytes: r.Blob.Size, Seconds: r.Seconds, Begun: r.Begun, By: r.Owner.Person, Work: r.Kind == audio.ForContest}
	report, err := s.RecordingReport(ctx, id)
	if !r.Kind.Sound() {
		if err == nil {
			f.Words, f.Unread = report.Words, report.Unread
		}
		return f, nil
	}
	if err != nil {
		return contest.File{}, err
	}
	f.Sound = soundOf(r)
	set, err := s.LibrarySettings(ctx)
	if err != nil {
		return contest.File{}, err
	}
	if report.Facts != nil {
		f.Refused = fault.Of(audio.Enterable(*report.Facts, set.Profile(audio.ForContest)))
	}
	return f, nil
}

// ContestUndecided implements contest.Sources.
func (s *Store) ContestUndecided(ctx context.Context, files []string) (others map[string][]contest.File, err error) {
	err = s.view(ctx, func(tx *tx) error {
		others = map[string][]contest.File{}
		for _, id := range files {
			list, err := likenessesIn(tx, id)
			if err != nil {
				return err
			}
			for _, l := range list {
				if l.Verdict != nil {
					continue
				}
				r, err := recordingIn(tx, l.Of(id))
				if err != nil {
					return err
				}
				others[id] = append(others[id], contest.File{ID: r.ID, Name: r.Name, By: r.Owner.Person, Work: r.Kind == audio.ForContest})
			}
		}
		return nil
	})
	return others, err
}

// soundOf identifies the sound alone, where the format lets it.
func soundOf(r audio.Recording) string {
	if r.FramesSHA256 != "" {
		return r.FramesSHA256
	}
	return r.Blob.SHA256
}

// ContestPeople lists everybody who holds the judge's grant on the contest.
func (s *Store) ContestPeople(ctx context.Context, id string) ([]contest.Person, error) {
	return s.peopleWho(ctx, func(p contest.Person) bool { return p.Judges(id) })
}

// ContestOrganisers lists everybody who may organise the contest.
func (s *Store) ContestOrganisers(ctx context.Context, id string) ([]contest.Person, error) {
	return s.peopleWho(ctx, func(p contest.Person) bool { return p.Organises(id) })
}

func (s *Store) peopleWho(ctx context.Context, are func(contest.Person) bool) ([]contest.Person, error) {
	d, err := s.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var list []contest.Person
	for _, p := range d.People() {
		if known := (contest.Person{ID: p.ID, Name: p.Name, Grants: p.Grants, Organised: p.Organised}); !p.Disabled && are(known) {
			list = append(list, known)
		}
	}
	return list, nil
}

// ContestEpisode implements contest.Sources. Only airings that stand count:
// neither corrected nor withdrawn.
func (s *Store) ContestEpisode(ctx context.Context, id, station string, from, until time.Time) (contest.Episode, error) {
	plan, err := s.Schedule(ctx)
	if err != nil {
		return contest.Episode{}, err
	}
	e, err := plan.Episode(id)
	if err != nil {
		return contest.Episode{}, err
	}
	reg, err := s.Registry(ctx)
	if err != nil {
		return contest.Episode{}, err
	}
	out := contest.Episode{ID: e.ID, Audio: e.Audio}
	q := airing.Query{From: from, Until: until, Outcome: airing.Aired, Standing: true}
	if station != "" {
		q.Stations = []string{station}
	}
	for !until.IsZero() {
		lines, next, err := s.Airings(ctx, accounts.Daemon(), q)
		if err != nil {
			return contest.Episode{}, err
		}
		for _, l := range lines {
			if l.Episode == id {
				out.Airings = append(out.Airings, contest.Airing{ID: l.ID, Station: l.Station, StationName: reg.Label(l.Station), At: l.StartedAt})
			}
		}
		if next == "" {
			break
		}
		q.After = next
	}
	return out, nil
}
