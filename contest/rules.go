package contest

import (
	"slices"
	"time"

	"loa/contest/ranking"
)

// Rules is the whole configuration of one contest. Every contest of the
// province and its neighbours is such a value; none needs code of its own.
type Rules struct {
	Title      string      `json:"title" schema:"maxLength=300"`
	Host       string      `json:"host" schema:"maxLength=300"`    // organising committee, as printed
	About      string      `json:"about" schema:"maxLength=20000"` // plain text for the public page
	Themes     []Theme     `json:"themes" schema:"maxItems=100"`
	Categories []Category  `json:"categories" schema:"maxItems=100"`
	Who        Eligibility `json:"who"`
	Quotas     []Quota     `json:"quotas,omitempty"`
	Dates      Timetable   `json:"dates"`
	Conflicts  Conflicts   `json:"conflicts"`
	Rounds     []Round     `json:"rounds" schema:"maxItems=100"`
	Awards     []Award     `json:"awards" schema:"maxItems=100"`
}

// Theme is a subject works are entered under; an Award can be limited to it.
type Theme struct {
	ID   string `json:"id"`
	Name string `json:"name" schema:"maxLength=300"`
}

// Category is a genre or sort of entry with its own demands.
type Category struct {
	ID         string     `json:"id"`
	Name       string     `json:"name" schema:"maxLength=300"`
	MinSeconds int        `json:"min_seconds,omitempty"` // of the whole recording, jingles included; 0 is no limit
	MaxSeconds int        `json:"max_seconds,omitempty"`
	Sections   []Section  `json:"sections,omitempty" schema:"maxItems=100"`
	Needs      []Need     `json:"needs,omitempty"`
	Aired      *AiredRule `json:"aired,omitempty"`
	Languages  []string   `json:"languages,omitempty" schema:"language"` // allowed; empty allows any
}

// Section is a component of a composite programme with its own length, which
// the entrant declares.
type Section struct {
	ID         string `json:"id"`
	Name       string `json:"name" schema:"maxLength=300"`
	MinSeconds int    `json:"min_seconds"`
	MaxSeconds int    `json:"max_seconds"`
}

// NeedWhen says when a piece is required.
type NeedWhen string

// When a piece is required.
const (
	Always        NeedWhen = "always"
	NotVietnamese NeedWhen = "not_vietnamese" // the work is in another language
	Optional      NeedWhen = "optional"
)

// NeedWhens are all of them.
var NeedWhens = []NeedWhen{Always, NotVietnamese, Optional}

// Need is a piece an entry has to, or may, contain.
type Need struct {
	Piece PieceKind `json:"piece"`
	When  NeedWhen  `json:"when"`
}

// AiredRule demands that the work was aired between two instants.
type AiredRule struct {
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`              // exclusive
	Anywhere bool      `json:"anywhere,omitempty"` // an airing at another station counts too
	// Declared accepts a written statement instead (a district's or the
	// province's radio keeps no log here); the organiser checks it.
	Declared bool `json:"declared,omitempty"`
}

// Eligibility says who may enter. Organisers and judges never may.
type Eligibility struct {
	Kinds     []EntrantKind `json:"kinds"`
	Stations  []string      `json:"stations,omitempty"`  // only these; empty is all
	Districts []string      `json:"districts,omitempty"` // only these; empty is all
}

// Quota limits how many works may stand in the contest at once.
type Quota struct {
	Per      string `json:"per"`                // "station" or "district"
	Theme    string `json:"theme,omitempty"`    // counts only this theme; "" counts all
	Category string `json:"category,omitempty"` // counts only this category; "" counts all
	Max      int    `json:"max"`
}

// Timetable is the contest's calendar, on the server's clock.
type Timetable struct {
	OpensAt      time.Time `json:"opens_at"`
	ClosesAt     time.Time `json:"closes_at"`     // last instant for an entry
	GraceMinutes int       `json:"grace_minutes"` // for files on their way at ClosesAt of forms sent by then
}

// Grace returns how long after ClosesAt what was announced in time may be completed.
func (t Timetable) Grace() time.Duration { return time.Duration(t.GraceMinutes) * time.Minute }

// Conflicts says which ties between judge and entrant exclude. Declared and
// found ties always do.
type Conflicts struct {
	OwnStation  bool `json:"own_station"`
	OwnDistrict bool `json:"own_district"`
}

// Round is one stage of judging. Rounds form a chain: the first takes all
// live entries, each later one those promoted by the one before.
type Round struct {
	ID        string         `json:"id"`
	Name      string         `json:"name" schema:"maxLength=300"`
	From      time.Time      `json:"from,omitzero"`       // judges may score from here; zero is from the start
	Until     time.Time      `json:"until,omitzero"`      // and until here; zero is until the round is finished
	PerEntry  int            `json:"per_entry,omitempty"` // judges per entry; 0 is every judge of the panel
	Points    ranking.Points `json:"points"`              // what the parts of each category add up to
	Parts     []Part         `json:"parts" schema:"maxItems=100"`
	Method    ranking.Method `json:"method"`
	Habits    Habits         `json:"habits,omitempty"` // set by Loa while the contest is a draft
	TieBreaks []TieBreak     `json:"tie_breaks,omitempty"`
	Gap       ranking.Points `json:"gap,omitempty"`     // judges further apart must confer; 0 is never
	Repeats   int            `json:"repeats,omitempty"` // entries each judge unknowingly hears twice
	// MinHeard is how much of a recording, in percent, a judge must have heard
	// before she signs its sheet; 0 asks nothing.
	MinHeard int `json:"min_heard,omitempty"`
	// NotBlind says that a work bears one number in the hall and in the parts
	// scored from its recording: who hears it live then knows which it is.
	NotBlind  bool      `json:"not_blind,omitempty"`
	Promotion Promotion `json:"promotion"`
}

// Habits says from which sheets the method ranking.Normalised takes a judge's
// habit. It names the version of the method, which a contest keeps.
type Habits string

// The versions: contests opened before there was a choice keep the first.
const (
	HabitsOfGroup Habits = ""      // those of the entries that are ranked together
	HabitsOfRound Habits = "round" // all she scored in the round by the same part
)

// AllHabits are all of them.
var AllHabits = []Habits{HabitsOfGroup, HabitsOfRound}

// latest sets what only a contest that was opened earlier has otherwise.
func (r Rules) latest(before *Rules) Rules {
	r.Rounds = slices.Clone(r.Rounds)
	for i := range r.Rounds {
		r.Rounds[i].Habits = HabitsOfRound
		if before == nil {
			continue
		}
		if old, _ := before.Round(r.Rounds[i].ID); old != nil {
			r.Rounds[i].Habits = old.Habits
		}
	}
	return r
}

// Part is one scored part of a round with its own rubric.
type Part struct {
	ID         string         `json:"id"`
	Name       string         `json:"name" schema:"maxLength=300"`
	Live       bool           `json:"live,omitempty"`       // scored in the hall; the code is the number drawn
	Categories []string       `json:"categories,omitempty"` // empty is all
	Points     ranking.Points `json:"points"`               // what its criteria add up to
	Sample     bool           `json:"sample,omitempty"`     // the shipped sample; must be edited or confirmed before opening
	Criteria   []Criterion    `json:"criteria" schema:"maxItems=100"`
}

// Criterion is one line of a rubric. A mark m on the scale Min…Max in Steps
// contributes m × Points ÷ Max.
type Criterion struct {
	ID     string         `json:"id"`
	Name   string         `json:"name" schema:"maxLength=300"`
	About  string         `json:"about,omitempty" schema:"maxLength=2000"`
	Min    ranking.Points `json:"min"`
	Max    ranking.Points `json:"max"`
	Step   ranking.Points `json:"step"`
	Points ranking.Points `json:"points"` // its weight: what the highest mark is worth
}

// TieBreak is one step of the tie-break chain; see ranking.Step.
type TieBreak struct {
	By        ranking.Breaker `json:"by"`
	Part      string          `json:"part,omitempty"`      // ranking.ByCriterion: ID of the part …
	Criterion string          `json:"criterion,omitempty"` // … and of its criterion
}

// PromotionRule is how entries reach the next round.
type PromotionRule string

// The promotion rules.
const (
	LastRound PromotionRule = ""       // there is no next round
	TopN      PromotionRule = "top"    // the best N of each group
	AtLeast   PromotionRule = "points" // all with at least Points
	Picked    PromotionRule = "picked" // chosen by name, with a reason, at most N of each group
)

// PromotionRules are all of them.
var PromotionRules = []PromotionRule{LastRound, TopN, AtLeast, Picked}

// Promotion says who goes on. Per forms the groups: "", "theme", "category"
// or "district".
type Promotion struct {
	By     PromotionRule  `json:"by,omitempty"`
	N      int            `json:"n,omitempty"`
	Points ranking.Points `json:"points,omitempty"`
	Per    string         `json:"per,omitempty"`
}

// Award is one prize ladder, over all entries or those of a theme or category.
type Award struct {
	ID       string  `json:"id"`
	Name     string  `json:"name" schema:"maxLength=300"`
	Theme    string  `json:"theme,omitempty"`
	Category string  `json:"category,omitempty"`
	Prizes   []Prize `json:"prizes" schema:"maxItems=100"` // best first; floors must not rise
	// Ties says what happens when entries that share a rank stand on places
	// of different prizes; "" is ranking.Share.
	Ties ranking.Policy `json:"ties,omitempty"`
}

// Prize is one rung of a ladder.
type Prize struct {
	ID     string         `json:"id"`
	Name   string         `json:"name" schema:"maxLength=300"` // "Giải Nhất", "A", "Huy chương Vàng"
	Count  int            `json:"count"`
	Amount int64          `json:"amount,omitempty"` // money in đồng
	Floor  ranking.Points `json:"floor,omitempty"`  // withheld below these points
	// Special is given by decision with a reason, not by rank: to a
	// collective, for a subject.
	Special bool `json:"special,omitempty"`
}

// Theme returns the theme with that ID, or nil.
func (r *Rules) Theme(id string) *Theme {
	return find(r.Themes, func(t *Theme) bool { return t.ID == id })
}

// Category returns the category with that ID, or nil.
func (r *Rules) Category(id string) *Category {
	return find(r.Categories, func(c *Category) bool { return c.ID == id })
}

// Round returns the round with that ID and its place in the chain, or nil, -1.
func (r *Rules) Round(id string) (*Round, int) {
	for i := range r.Rounds {
		if r.Rounds[i].ID == id {
			return &r.Rounds[i], i
		}
	}
	return nil, -1
}

// Award returns the award with that ID, or nil.
func (r *Rules) Award(id string) *Award {
	return find(r.Awards, func(a *Award) bool { return a.ID == id })
}

// Prize returns the prize with that ID, or nil.
func (a *Award) Prize(id string) *Prize {
	return find(a.Prizes, func(p *Prize) bool { return p.ID == id })
}

// Part returns the part with that ID, or nil.
func (r *Round) Part(id string) *Part { return find(r.Parts, func(p *Part) bool { return p.ID == id }) }

// Adds reports whether a work is scored in more than one part of the round, so that
// its points are a sum.
func (r *Round) Adds() bool {
	for i := range r.Parts {
		for j := range i {
			a, b := &r.Parts[i], &r.Parts[j]
			if len(a.Categories) == 0 || len(b.Categories) == 0 || slices.ContainsFunc(a.Categories, b.Covers) {
				return true
			}
		}
	}
	return false
}

// Covers reports whether entries of the category are scored in this part.
func (p *Part) Covers(category string) bool { return anyOr(p.Categories, category) }

// Criterion returns the criterion with that ID, or nil.
func (p *Part) Criterion(id string) *Criterion {
	return find(p.Criteria, func(c *Criterion) bool { return c.ID == id })
}

// Covers reports whether the award is for entries of that theme and category.
func (a *Award) Covers(theme, category string) bool {
	return (a.Theme == "" || a.Theme == theme) && (a.Category == "" || a.Category == category)
}

// ByRank reports whether the award ranks works: some prize of it is not special.
func (a *Award) ByRank() bool {
	return slices.ContainsFunc(a.Prizes, func(p Prize) bool { return !p.Special })
}

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

// anyOr reports whether the list is empty ("any") or holds the ID.
func anyOr(list []string, id string) bool {
	for _, v := range list {
		if v == id {
			return true
		}
	}
	return len(list) == 0
}
