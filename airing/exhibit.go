package airing

import (
	"cmp"
	"slices"
	"time"

	"loa/accounts"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/stations"
)

// EvidenceKind is what a piece of evidence is.
type EvidenceKind string

// The kinds.
const (
	Photo EvidenceKind = "photo"
	Sound EvidenceKind = "recording"
)

// EvidenceKinds lists every kind.
var EvidenceKinds = [...]EvidenceKind{Photo, Sound}

// Exhibit is what is known, without its line, of a report that somebody may look at: a standing
// report of an airing with evidence, or with a finding, or with one that holds no more.
type Exhibit struct {
	Report    string    `json:"report"`
	Station   string    `json:"station"`
	Programme string    `json:"programme"`
	By        string    `json:"by"` // who reported it, by her ID: nobody looks at her own
	StartedAt time.Time `json:"started_at"`
	Photos    int       `json:"photos"`
	Sounds    int       `json:"sounds"`
	Finding   Finding   `json:"finding,omitempty"`
	Lapsed    string    `json:"lapsed,omitempty"` // the name of who found what a correction has ended since
	Waits     bool      `json:"waits"`            // as of the line
	// Machine is what the machine says of it, and Sampled whether a person looks at that unasked.
	Machine match.Word `json:"machine,omitempty"`
	Sampled bool       `json:"sampled,omitempty"`
	Direct  bool       `json:"direct,omitempty"` // one of its recordings sounds like the file itself
	// WeekClosed tells, of an exhibit that is read, that its week is frozen: what is found changes no figure of it.
	WeekClosed bool `json:"week_closed,omitempty"`
}

// ExhibitShape names what an exhibit is made of: whoever keeps exhibits makes them again where it differs.
func ExhibitShape() []string {
	return []string{"report", "station", "programme", "by", "started_at", "photos", "sounds", "finding", "lapsed", "waits", "evidence since", "machine",
		"direct", "names apart"}
}

// Exhibit is the line as an exhibit; ok is false where nobody has anything to look at.
func (l Line) Exhibit() (e Exhibit, ok bool) {
	if !l.Stands() || l.Outcome != Aired || len(l.Evidence) == 0 && l.Finding == "" && l.Lapsed == nil {
		return Exhibit{}, false
	}
	e = Exhibit{Report: l.ID, Station: l.Station, Programme: l.Programme, By: l.By.Person, StartedAt: l.StartedAt.UTC(), Finding: l.Finding, Waits: l.Waits()}
	e.Machine, e.Sampled = l.Proved()
	e.Direct = l.Direct()
	for _, piece := range l.Evidence {
		if piece.Kind == Photo {
			e.Photos++
		} else {
			e.Sounds++
		}
	}
	if l.Lapsed != nil {
		e.Lapsed = l.Lapsed.By.Name
	}
	return e, true
}

// Exhibits are how the exhibits of the log change.
func (c Change) Exhibits() (gone, come []Exhibit) {
	for _, m := range c.Moved {
		was, had := m.Was.Exhibit()
		is, has := m.Is.Exhibit()
		if had && has && was == is {
			continue
		}
		if had {
			gone = append(gone, was)
		}
		if has {
			come = append(come, is)
		}
	}
	return gone, come
}

// Span is a part of the log: from <= StartedAt < Until.
type Span struct{ From, Until time.Time }

// checkDays is how far back the queue of evidence goes: longer than a week stays open by default,
// and no longer than a list of the log goes by itself.
const checkDays = listedDays

// ToCheck is the part of the log that the queue of evidence is made of.
func ToCheck(now time.Time) Span { return Span{From: now.AddDate(0, 0, -checkDays), Until: now} }

// MaxExhibits is the most exhibits one answer holds, the latest of a span.
const MaxExhibits = 5000

// CheckFilter is what the queue of evidence is narrowed by.
type CheckFilter struct {
	District  string       `name:"district"`
	List      string       `name:"list"`      // ID of a list of stations
	Programme string       `name:"programme"` // its ID
	Language  string       `name:"language"`  // that the station broadcast in then
	Kind      EvidenceKind `name:"kind"`
}

// wants reports whether the filter, whose list means those stations, lets an exhibit through.
func (f CheckFilter) wants(reg *stations.Registry, listed map[string]bool, e Exhibit) bool {
	if f.Language != "" {
		st, err := reg.Station(e.Station)
		if err != nil || !slices.Contains(st.TraitsAt(e.StartedAt).Languages, f.Language) {
			return false
		}
	}
	return (f.District == "" || reg.Where(e.Station).District == f.District) && (f.List == "" || listed[e.Station]) &&
		(f.Programme == "" || e.Programme == f.Programme) && (f.Kind == "" || f.Kind == Photo && e.Photos > 0 || f.Kind == Sound && e.Sounds > 0)
}

func (f CheckFilter) listed(by accounts.Actor, reg *stations.Registry) (map[string]bool, error) {
	if f.List == "" {
		return nil, nil
	}
	return reg.Listed(by, accounts.VerifyAiring, f.List)
}

// Pile is the evidence that somebody may look at.
type Pile struct {
	Waiting []Exhibit // in the order in which it is handed out
	Looked  int       // at how many others somebody did
}

// Pile lays out, of what is on the list, what the actor may look at: weeks that are open first, for what is found
// there still counts. Of these and of the others an even sample comes first: what waits at stations of which least
// was looked at, and one piece a station before a second. Before it stands what the machine found contradicted, for
// nothing counts of it until a person looked; then what sounds like the file itself, which counts until she does; then
// what was looked at once and changed since: somebody counts on it; then what the machine could not prove.
func (f CheckFilter) Pile(by accounts.Actor, reg *stations.Registry, list []Exhibit) (p Pile) {
	listed, _ := f.listed(by, reg) // who may not ask for it (Check) finds nothing
	turn := map[string]int{}       // of a station: how many stand before its next
	for _, e := range list {
		if !e.Waits {
			turn[e.Station]++
		}
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Exhibit) int {
		return cmp.Or(openFirst(a, b), a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Report, b.Report))
	})
	type placed struct {
		Exhibit
		class, turn int
	}
	var waiting []placed
	for _, e := range list {
		switch {
		case !by.Can(accounts.VerifyAiring, reg.Where(e.Station)) || !f.wants(reg, listed, e):
		case !e.Waits:
			p.Looked++
		case e.By != "" && e.By == by.Person:
		case e.Machine == match.Contradicted:
			waiting = append(waiting, placed{e, 0, 0})
		case e.Direct && e.Finding == "":
			waiting = append(waiting, placed{e, 1, 0})
		case e.Lapsed != "" || e.Finding != "":
			waiting = append(waiting, placed{e, 2, 0})
		case e.Machine == match.NotProven:
			waiting = append(waiting, placed{e, 3, turn[e.Station]})
			turn[e.Station]++
		default:
			waiting = append(waiting, placed{e, 4, turn[e.Station]})
			turn[e.Station]++
		}
	}
	slices.SortStableFunc(waiting, func(a, b placed) int {
		return cmp.Or(openFirst(a.Exhibit, b.Exhibit), cmp.Compare(a.class, b.class), cmp.Compare(a.turn, b.turn))
	})
	for _, e := range waiting {
		p.Waiting = append(p.Waiting, e.Exhibit)
	}
	return p
}

func openFirst(a, b Exhibit) int {
	switch {
	case a.WeekClosed == b.WeekClosed:
		return 0
	case b.WeekClosed:
		return -1
	}
	return 1
}

// Check refuses a filter for what there is not, or what the actor may not look at: an empty answer would say
// that nothing waits there. Faults: stations.no_district, stations.no_list, accounts.denied, schedule.programme_unknown, airing.language_unknown.
func (f CheckFilter) Check(by accounts.Actor, reg *stations.Registry, plan *scheduler.Schedule) error {
	if err := reg.CheckDistrict(f.District); err != nil {
		return err
	}
	if f.District != "" {
		if err := MayVerify(by, accounts.Where{District: f.District}); err != nil {
			return err
		}
	}
	if _, err := f.listed(by, reg); err != nil {
		return err
	}
	if f.Programme != "" {
		if _, err := plan.Programme(f.Programme); err != nil {
			return err
		}
	}
	if f.Language != "" && !slices.Contains(stations.Languages, f.Language) {
		return fault.New(fault.Invalid, "airing.language_unknown", "language", f.Language).At("language")
	}
	return nil
}
