// Package stations says who the commune radio stations are, over the years.
//
// Units (districts and communes) and stations are separate things. A unit
// belongs to one official list, is keyed by that list and its code because
// codes are reused, has dates of validity, and is never renamed in place: a
// merger or a new name ends it and founds another. A station is seated in a
// unit, may move with it to the unit that alone succeeds it, and otherwise
// ends with it: its log stays its own and it points at its successor.
//
// A Registry is an immutable snapshot of both. Days are those of the
// station's zone, and every interval includes its last day.
package stations

import (
	"context"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/text"
)

// UnitKey names a unit: the official list, called by the day it came into
// force, and the code in that list.
type UnitKey struct {
	List Date   `json:"list"`
	Code string `json:"code"` // text with leading zeros, "02779"
}

// Tile is a place on the hexagonal tile map; odd rows are shifted right by
// half a tile.
type Tile struct {
	Col int `json:"col"`
	Row int `json:"row"`
}

// Unit is a province, district or commune of one official list.
type Unit struct {
	UnitKey
	Kind      Kind     `json:"kind"`
	Name      string   `json:"name"`               // NFC, without the kind: "Thanh Bình"
	Variants  []string `json:"variants,omitempty"` // other spellings found in official lists
	District  string   `json:"district,omitempty"` // code of the district it lies in; "" for a district, or when there are none
	Valid     Interval `json:"valid"`
	Successor *UnitKey `json:"successor,omitempty"` // what it became when it ended
	Tile      *Tile    `json:"tile,omitempty"`
}

// Official is the name as official documents write it: "Xã Thanh Bình".
func (u Unit) Official() string { return u.Kind.Official() + " " + u.Name }

// Seat says from which day on a station belongs to a unit.
type Seat struct {
	Unit UnitKey `json:"unit"`
	From Date    `json:"from"`
}

// Transmitter is the FM transmitter and its licence. Zero members are not
// known.
type Transmitter struct {
	FrequencyMHz float64 `json:"frequency_mhz" schema:"minimum=0 maximum=68"` // 54 to 68
	PowerW       float64 `json:"power_w" schema:"minimum=0 maximum=30"`       // at most 30
	Licence      string  `json:"licence"`                                     // number
	LicenceUntil Date    `json:"licence_until"`                               // last day it is valid
}

// Contact is somebody to call about the station.
type Contact struct {
	Name  string `json:"name" schema:"maxLength=120"`
	Role  string `json:"role" schema:"maxLength=120"`
	Phone string `json:"phone"` // digits, maybe after a +
}

// Fields are what people write down about a station. Anything may be empty
// until somebody fills it in.
type Fields struct {
	Technologies    []Technology `json:"technologies"`
	FM              Transmitter  `json:"fm"`
	ClustersWorking *int         `json:"clusters_working" schema:"minimum=0 maximum=999"` // speaker clusters that work, nil while nobody noted it
	ClustersTotal   int          `json:"clusters_total" schema:"minimum=0 maximum=999"`
	Languages       []string     `json:"languages"` // keys of Languages; every station also broadcasts in Vietnamese
	Hours           []Hours      `json:"hours"`     // when it usually airs
	Contacts        []Contact    `json:"contacts"`
	Notes           string       `json:"notes" schema:"maxLength=2000"`
	Zone            string       `json:"zone"`             // IANA name; "" is Asia/Ho_Chi_Minh
	Active          []Interval   `json:"active_intervals"` // sorted, never overlapping
}

// Station is a commune's station.
type Station struct {
	ID    string `json:"id"`    // "S00001", given by the registry, never reused
	Seats []Seat `json:"seats"` // at least one, by From
	Fields
	Were      []Traits `json:"were,omitempty"` // by which rules chose it before, by Until
	Successor string   `json:"successor"`      // ID of the station that took over its listeners, "" if none
	// HandedAt is when the merger that ended it was entered, which may be after its last day; the
	// zero Time where there was none, and of one that an older version entered.
	HandedAt time.Time `json:"handed_at,omitzero"`
	Origin   *Origin   `json:"origin,omitempty"` // the station it was split off from, nil if none
	Revision int       `json:"revision"`         // counts changes, 1 first
	accounts.Touch

	zone   *time.Location // resolved by NewRegistry
	number int            // inside its ID, by NewRegistry too
}

// Origin is the station another was split off from. It served the listeners of
// both until On. Where the split was entered later, nobody knew of two until then: what
// had been said by that hour was said for both. Of what is said afterwards each speaks for itself.
type Origin struct {
	Station string    `json:"station"`
	On      Date      `json:"on"`               // first day of the new station
	Entered time.Time `json:"entered,omitzero"` // UTC; the zero Time of a split that an older version entered
}

// Shared reports whether the origin served both at that instant, or spoke for both of an
// airing then by what was first said at heard.
func (o Origin) Shared(aired, heard time.Time) bool {
	return o.Before(aired) || heard.Before(o.Entered)
}

// Before reports whether the instant is before the new station's first day.
func (o Origin) Before(t time.Time) bool { return t.Before(o.On.Start(text.Zone)) }

// Over reports whether nothing of a time from that instant on is shared any more.
func (o Origin) Over(from time.Time) bool { return !o.Before(from) && !from.Before(o.Entered) }

// Edition is what two editors of the station begin from.
func (s *Station) Edition() accounts.Edition { return accounts.EditionOf(s.Touch, s) }

// Number is the number inside the ID of a station of a registry.
func (s *Station) Number() int { return s.number }

// Location is the station's zone.
func (s *Station) Location() *time.Location {
	if s.zone != nil {
		return s.zone
	}
	return text.Zone
}

// UnitOn is the unit the station belonged to on that day; before its first
// day, the first.
func (s *Station) UnitOn(day Date) UnitKey {
	unit := s.Seats[0].Unit
	for _, seat := range s.Seats[1:] {
		if seat.From <= day {
			unit = seat.Unit
		}
	}
	return unit
}

// Unit is the unit the station belongs to now, or belonged to last.
func (s *Station) Unit() UnitKey { return s.Seats[len(s.Seats)-1].Unit }

// ActiveOn reports whether the station is active on that day.
func (s *Station) ActiveOn(day Date) bool {
	for _, i := range s.Active {
		if i.Has(day) {
			return true
		}
	}
	return false
}

// ActiveAt reports whether the station is active at that instant, by the day
// it is in the station's zone.
func (s *Station) ActiveAt(t time.Time) bool { return s.ActiveOn(DateOf(t.In(s.Location()))) }

// Traits are what a station had until they were changed. They are kept because
// rules choose stations by them, and a change must not move what was planned
// for times that have passed.
type Traits struct {
	Until        time.Time    `json:"until"` // UTC, exclusive
	Technologies []Technology `json:"technologies"`
	Languages    []string     `json:"languages"`
}

// Traits are those the station has now, with a zero Until.
func (s *Station) Traits() Traits {
	return Traits{Technologies: s.Technologies, Languages: s.Languages}
}

// TraitsAt are those the station had, or has, at that instant.
func (s *Station) TraitsAt(t time.Time) Traits {
	for _, was := range s.Were {
		if t.Before(was.Until) {
			return was
		}
	}
	return s.Traits()
}

// Has reports whether the station reaches its listeners by that technology.
func (t Traits) Has(technology Technology) bool { return slices.Contains(t.Technologies, technology) }

// Speaks reports whether the station broadcasts in the language. All do in
// Vietnamese.
func (t Traits) Speaks(language string) bool {
	return language == Vietnamese || slices.Contains(t.Languages, language)
}

// Store keeps the registry. Every command is atomic and idempotent by m.ID: a
// repeat with the same content returns the first answer, with other content a
// fault of kind Conflict. Safe for concurrent use.
type Store interface {
	// Registry returns everything as one immutable value.
	Registry(ctx context.Context) (*Registry, error)

	// Found fills an empty registry, once: a fault stations.founded if there
	// is anything in it.
	Found(ctx context.Context, m accounts.Meta, units []Unit, list []Station) error

	// SaveStation, Import, Merge and Split store what DecideSave, DecideImport,
	// DecideMerge and DecideSplit decide, and return their faults.
	SaveStation(ctx context.Context, m accounts.Meta, c SaveStation) (Station, error)
	Import(ctx context.Context, m accounts.Meta, c Import) (ImportPlan, error)
	Merge(ctx context.Context, m accounts.Meta, c Merge) (MergePlan, error)
	Split(ctx context.Context, m accounts.Meta, c Split) (SplitPlan, error)

	// SaveList keeps what DecideList decides, and RemoveList removes what ListToChange
	// allows; the registry knows the lists. They return their faults.
	SaveList(ctx context.Context, m accounts.Meta, c SaveList) (List, error)
	RemoveList(ctx context.Context, m accounts.Meta, id string) (List, error)
}
