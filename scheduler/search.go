package scheduler

import (
	"slices"

	"loa/internal/fault"
	"loa/library"
	"loa/stations"
)

// Search asks for recordings as people remember them: by what they were made
// for, whose they are, and how long. Zero fields ask for nothing.
type Search struct {
	Text       string       `name:"q"` // words in the file's name or the sender's
	Kind       library.Kind `name:"kind"`
	Programme  string       `name:"programme"` // ID: of an episode of that programme
	Topic      Topic        `name:"topic"`     // of a programme on that topic
	Language   string       `name:"language"`  // of an episode in that language
	Station    string       `name:"station"`   // ID or official code of the station whose it is, or OfProvince
	MinSeconds float64      `name:"min_seconds"`
	MaxSeconds float64      `name:"max_seconds"` // 0 is no limit
}

// OfProvince asks for what belongs to no station.
const OfProvince = "province"

// Query says which recordings those are. Codes of stations are those of that
// day. Faults: schedule.programme_unknown, schedule.topic_unknown,
// schedule.language_unknown, stations.unknown, library.kind_unknown,
// library.lengths_impossible.
func (x Search) Query(s *Schedule, reg *stations.Registry, day stations.Date) (library.Query, error) {
	q := library.Query{Text: x.Text, Kind: x.Kind, MinSeconds: x.MinSeconds, MaxSeconds: x.MaxSeconds}
	if x.Kind != "" {
		if err := x.Kind.Check(); err != nil {
			return q, err
		}
	}
	if !(x.MinSeconds >= 0 && x.MaxSeconds >= 0) || x.MaxSeconds > 0 && x.MinSeconds > x.MaxSeconds { // NaN is none of it
		return q, fault.New(fault.Invalid, "library.lengths_impossible").At("min_seconds")
	}
	if x.Station == OfProvince {
		q.Stations = []string{""}
	} else if x.Station != "" {
		st, err := reg.ByCodeOrID(x.Station, day)
		if err != nil {
			return q, err
		}
		q.Stations = []string{st.ID}
	}
	if x.Programme != "" {
		if _, err := s.Programme(x.Programme); err != nil {
			return q, err
		}
	}
	if x.Topic != "" && !slices.Contains(Topics, x.Topic) {
		return q, fault.New(fault.Invalid, "schedule.topic_unknown", "topic", string(x.Topic)).At("topic")
	}
	if x.Language != "" && !slices.Contains(stations.Languages, x.Language) {
		return q, fault.New(fault.Invalid, "schedule.language_unknown", "language", x.Language).At("language")
	}
	if x.Programme == "" && x.Topic == "" && x.Language == "" {
		return q, nil
	}
	q.IDs = map[string]bool{}
	for _, e := range s.Episodes {
		if e.Audio != "" && (x.Language == "" || e.Language == x.Language) && (x.Programme == "" || e.Programme == x.Programme) && s.about(e, x.Topic) {
			q.IDs[e.Audio] = true
		}
	}
	return q, nil
}

// about reports whether an episode's programme is on the topic, or no topic is
// asked for.
func (s *Schedule) about(e Episode, topic Topic) bool {
	if topic == "" {
		return true
	}
	p, err := s.Programme(e.Programme)
	return err == nil && slices.Contains(p.Topics, topic)
}
