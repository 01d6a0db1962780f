package coverage

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Merger is what a merger or a split does beyond the registry, to be read
// before it is made.
type Merger struct {
	Weeks       []WeekEffect     `json:"weeks"`       // every week it touches, oldest first
	MoreWeeks   int              `json:"more_weeks"`  // that follow these and change too: MaxMergerWeeks are looked at
	People      []FollowedPerson `json:"people"`      // whose roles change, invited ones too
	Rules       []FollowedRule   `json:"rules"`       // that choose those who take over
	Contests    []ContestEffect  `json:"contests"`    // of contests that are not closed
	Hand        []Hand           `json:"hand"`        // what somebody has to see to afterwards
	Questions   []Question       `json:"questions"`   // what is not plain: nothing is made without an answer
	Fingerprint string           `json:"fingerprint"` // changes with anything above but the running week
}

// WeekEffect is one week before and after. A closed week stays as frozen:
// After is then what stands beside it.
type WeekEffect struct {
	Week   airing.Week `json:"week"`
	Closed bool        `json:"closed"`
	Before Counts      `json:"before"`
	After  Counts      `json:"after"`
}

// FollowedPerson is somebody with the places where she gets her role and those
// where she loses it.
type FollowedPerson struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Stations []string `json:"stations"` // IDs of stations, or "" for the whole province
	Leaves   []string `json:"leaves"`   // IDs of stations
	Devices  int      `json:"devices"`  // sessions and tokens of hers that go on working
	Invited  bool     `json:"invited"`  // an invitation nobody has used yet

	By string `json:"by,omitempty"` // of an invitation: who sent it; Name is her note, which may be empty
}

// FollowedRule is a rule with the stations it chooses from the day on.
type FollowedRule struct {
	ID        string   `json:"id"`
	Programme string   `json:"programme"`
	Stations  []string `json:"stations"`
}

// ContestEffect is what a contest that is not closed has to do with it. Entries
// stay with the station that sent them; the rest is for the organiser to see to.
type ContestEffect struct {
	Contest string      `json:"contest"`
	Title   string      `json:"title"`
	What    ContestKind `json:"what"`
	N       int         `json:"n"`    // entries, stations or districts
	Name    string      `json:"name"` // of a judge
}

// ContestKind says what a contest has to do with it; its sentence is in the
// catalogue under "stations.contest." + kind.
type ContestKind string

// The kinds.
const (
	EntriesStay   ContestKind = "entries"   // entries of stations that end stay theirs
	OnlyStations  ContestKind = "stations"  // only listed stations may enter, and some of them end
	OnlyDistricts ContestKind = "districts" // only listed districts may enter, and some of them end
	QuotaDistrict ContestKind = "quota"     // entries are limited by district, and some end
	JudgeTied     ContestKind = "judge"     // a judge has to do with a station or district that ends
)

// ContestKinds are all of them.
var ContestKinds = []ContestKind{EntriesStay, OnlyStations, OnlyDistricts, QuotaDistrict, JudgeTied}

// Hand is one thing that needs a hand. What it is about is a person's ID, a
// rule's, or a station's.
type Hand struct {
	What  HandKind `json:"what"`
	About string   `json:"about"`
	Name  string   `json:"name"`
}

// HandKind says what needs a hand; its sentence is in the catalogue under
// "stations.hand." + kind.
type HandKind string

// The kinds.
const (
	RuleOfDistricts HandKind = "rule_of_districts" // chooses by districts some of which end
	NobodyReports   HandKind = "nobody_reports"    // a station for which nobody has the operator's role
	FileEmpty       HandKind = "file_empty"        // a new station without contacts, hours and licence
)

// HandKinds are all of them.
var HandKinds = []HandKind{RuleOfDistricts, NobodyReports, FileEmpty}

// Question is what a merger or a split leaves open: a person answers it before
// anything is made.
type Question struct {
	Key     string       `json:"key"`  // "person:…", "invitation:…", "rule:…"
	Kind    QuestionKind `json:"kind"` // its sentence is in the catalogue under "stations.question." + kind
	Name    string       `json:"name"`
	By      string       `json:"by,omitempty"` // of an invitation nobody has used yet: who sent it; Name is her note, which may be empty
	Place   string       `json:"place"`        // name of the station or district it is about
	Choices []Choice     `json:"choices"`      // what may be answered
	Answer  string       `json:"answer"`       // "" while there is none
}

// QuestionKind says what is asked.
type QuestionKind string

// The kinds.
const (
	PersonOfSplit    QuestionKind = "person_split"    // for which parts she has her role
	RuleOfSplit      QuestionKind = "rule_split"      // in which parts a programme goes on
	PersonOfDistrict QuestionKind = "person_district" // what becomes of a role in a district that ends
)

// QuestionKinds are all of them.
var QuestionKinds = []QuestionKind{PersonOfSplit, RuleOfSplit, PersonOfDistrict}

// Choice is one answer: one of the choices below, or the code of a part.
type Choice struct {
	Value string `json:"value"`
	Name  string `json:"name,omitempty"` // of what is chosen
}

// Say is the choice in words.
func (c Choice) Say(l text.Language) string {
	switch c.Value {
	case StayChoice, AllChoice, LeaveChoice, ProvinceChoice:
		return l.Say("stations.choice."+c.Value, "name", c.Name)
	}
	return l.Say("stations.choice.part", "name", c.Name)
}

// Say is the question in words.
func (q Question) Say(l text.Language) string { return l.Fault(q.open()) }

// open is the fault that the question has no answer yet.
func (q Question) open() *fault.Error {
	code := "stations.question." + string(q.Kind)
	if q.By != "" {
		return fault.New(fault.Invalid, code+"_invited", "key", q.Key, "who", invitation(q.By, q.Name), "place", q.Place).At("answer." + q.Key)
	}
	return fault.New(fault.Invalid, code, "key", q.Key, "name", q.Name, "place", q.Place).At("answer." + q.Key)
}

// invitation names one that nobody has used yet, by who sent it and her note.
func invitation(by, note string) text.Phrase {
	if note == "" {
		return text.Phrase{Key: "stations.invitation_of", Args: []any{"by", by}}
	}
	return text.Phrase{Key: "stations.invitation_noted", Args: []any{"by", by, "note", note}}
}

// Say is what becomes of the person in words; name says what a station is called.
func (p FollowedPerson) Say(l text.Language, name func(station string) string) string {
	list := func(ids []string) string {
		names := make([]string, len(ids))
		for i, id := range ids {
			if names[i] = l.Say("stations.choice.province"); id != "" {
				names[i] = name(id)
			}
		}
		return strings.Join(names, ", ")
	}
	who := p.Name
	if p.Invited {
		who = invitation(p.By, p.Name).Words(l)
	}
	key := "stations.follows.moves"
	switch {
	case len(p.Leaves) == 0:
		key = "stations.follows.gets"
	case len(p.Stations) == 0:
		key = "stations.follows.leaves"
	}
	said := l.Say(key, "name", who, "from", list(p.Leaves), "stations", list(p.Stations))
	if p.Devices > 0 {
		said += " " + l.Say("stations.follows.devices", "n", p.Devices)
	}
	return said
}

// The choices that are no code.
const (
	StayChoice     = "stay"     // where the old station goes on
	AllChoice      = "all"      // in every part
	LeaveChoice    = "leave"    // as it was: the past of a district that ends
	ProvinceChoice = "province" // the whole province
)

// MaxMergerWeeks is how many weeks after its day a merger is looked at.
const MaxMergerWeeks = 60

// MergerFacts are what a merger or a split is judged by.
type MergerFacts struct {
	Registry    *stations.Registry
	Schedule    *scheduler.Schedule
	People      []accounts.Person
	Invitations []accounts.Invitation
	Devices     map[string]int   // living sessions and tokens, by person
	Contests    []*contest.State // every one there is
	Rows        []byte           // a digest of what the weeks that are over are counted of
	Made        int              // mergers and splits that were made before
}

// Succession is a merger or a split as it was made, with what undoing it takes.
type Succession struct {
	Number      int                          `json:"number"` // 1 for the first
	Kind        SuccessionKind               `json:"kind"`
	On          stations.Date                `json:"on"`
	At          time.Time                    `json:"at"` // UTC, when it was entered
	By          string                       `json:"by"` // name
	Changes     stations.Changes             `json:"changes"`
	People      []Followed[[]accounts.Grant] `json:"people"`
	Invitations []Followed[[]accounts.Grant] `json:"invitations"`
	Rules       []Followed[scheduler.Rule]   `json:"rules"`
	Undone      *Undone                      `json:"undone,omitempty"`
}

// SuccessionKind is a merger or a split.
type SuccessionKind string

// The kinds.
const (
	Merging   SuccessionKind = "merge"
	Splitting SuccessionKind = "split"
)

// SuccessionKinds are all of them.
var SuccessionKinds = []SuccessionKind{Merging, Splitting}

// Undone says who undid it, and why.
type Undone struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"` // UTC
	Reason string    `json:"reason"`
}

// Followed is something before and after it followed.
type Followed[T any] struct {
	ID  string `json:"id"`
	Was T      `json:"was"`
	Now T      `json:"now"`
}

// Outcome is what is put when a merger or a split is made: all in one go.
type Outcome struct {
	Merger
	After       *stations.Registry // as it is then
	Units       []stations.Unit
	Stations    []stations.Station
	Persons     []accounts.Person
	Invitations []accounts.Invitation
	Rules       []scheduler.Rule
	Succession  Succession
}

// follower works an Outcome out.
type follower struct {
	MergerFacts
	m      accounts.Meta
	on     stations.Date
	heirs  stations.Heirs
	after  *stations.Registry
	answer map[string]string
	out    Outcome
}

// Follow says what becomes of people, rules and contests when these units and
// stations are changed on the day. plan is what the registry's own plan says; it is
// part of the fingerprint.
func Follow(f MergerFacts, m accounts.Meta, on stations.Date, plan any, t stations.Terms, units []stations.Unit, list []stations.Station) Outcome {
	heirs, after := f.Registry.Heirs(units, list), f.Registry.After(units, list)
	work := func(answers map[string]string) Outcome {
		w := &follower{MergerFacts: f, m: m, on: on, heirs: heirs, after: after, answer: answers}
		w.out = Outcome{After: after, Units: units, Stations: list, Merger: Merger{Weeks: []WeekEffect{}, People: []FollowedPerson{}, Rules: []FollowedRule{},
			Contests: []ContestEffect{},
			Hand:     []Hand{}, Questions: []Question{}}}
		w.out.Succession = Succession{Number: f.Made + 1, Kind: Merging, On: on, At: m.At.UTC(), By: m.By.Name, Changes: f.Registry.Changes(units, list)}
		if _, split := plan.(stations.SplitPlan); split {
			w.out.Succession.Kind = Splitting
		}
		w.people()
		w.rules()
		w.contests()
		w.hand()
		return w.out
	}
	out, bare := work(t.Answers), work(nil) // which plan it is does not hang on the answers
	out.Fingerprint = fingerprint(f.Rows, plan, bare.Merger)
	for i, p := range out.People {
		out.People[i].Devices = f.Devices[p.ID] // who logs in meanwhile changes no plan
	}
	return out
}

// fingerprint tells plans apart: by what they say, and by what the weeks that are
// over are counted of.
func fingerprint(rows []byte, what ...any) string {
	h := fnv.New128a()
	_ = json.NewEncoder(h).Encode(what) // plain records always encode
	_, _ = h.Write(rows)                // a hash takes everything
	return fmt.Sprintf("%x", h.Sum(nil))[:12]
}

// DecideFollow is Follow for a plan that is made. Faults:
// stations.plan_changed when it is not the plan that was read,
// stations.unanswered and stations.answer_unknown whose parts are the questions.
func DecideFollow(f MergerFacts, m accounts.Meta, on stations.Date, plan any, t stations.Terms, units []stations.Unit,
	list []stations.Station) (Outcome, error) {
	out := Follow(f, m, on, plan, t, units, list)
	return out, out.may(t)
}

// may is why it may not be made, nil if it may.
func (out Outcome) may(t stations.Terms) error {
	if t.Seen != "" && t.Seen != out.Fingerprint {
		return fault.New(fault.Conflict, "stations.plan_changed")
	}
	open := fault.New(fault.Invalid, "stations.unanswered")
	for _, q := range out.Questions {
		if q.Answer == "" {
			open.Parts = append(open.Parts, q.open())
			continue
		}
		if !slices.ContainsFunc(q.Choices, func(c Choice) bool { return c.Value == q.Answer }) {
			open.Parts = append(open.Parts, fault.New(fault.Invalid, "stations.answer_unknown", "key", q.Key, "answer", q.Answer).At("answer."+q.Key))
		}
	}
	if len(open.Parts) > 0 {
		open.Args = map[string]any{"count": len(open.Parts)}
		return open
	}
	return nil
}

// ask puts a question and returns its answer, "" while there is none.
func (w *follower) ask(q Question) string {
	sort, _, _ := strings.Cut(q.Key, ":")
	answer, ok := w.answer[q.Key]
	if !ok {
		answer = w.answer[sort]
	}
	q.Answer = answer
	w.out.Questions = append(w.out.Questions, q)
	return answer
}

// parts are the choices where a station is split, and the stations each means.
func (w *follower) parts(station string) (choices []Choice, means map[string][]string) {
	all := append([]string{station}, w.heirs.Split[station]...)
	choices = []Choice{{Value: StayChoice, Name: w.after.Label(station)}, {Value: AllChoice}}
	means = map[string][]string{StayChoice: {station}, AllChoice: all}
	for _, id := range w.heirs.Split[station] {
		u := w.after.UnitOf(id)
		choices = append(choices, Choice{Value: u.Code, Name: u.Official()})
		means[u.Code] = []string{id}
	}
	return choices, means
}

// moves are what becomes of the roles of one holder; by is who sent the invitation that
// nobody has used, if it is one.
func (w *follower) moves(key, name, by string, grants []accounts.Grant) map[accounts.Scope]accounts.Move {
	moves := map[accounts.Scope]accounts.Move{}
	for _, g := range grants {
		at := g.Scope
		switch _, done := moves[at]; {
		case done:
		case at.Level == accounts.Station && w.heirs.Merged[at.ID] != "":
			moves[at] = accounts.Move{To: []accounts.Scope{{Level: accounts.Station, ID: w.heirs.Merged[at.ID]}}}
		case at.Level == accounts.Station && len(w.heirs.Split[at.ID]) > 0:
			choices, means := w.parts(at.ID)
			to := means[w.ask(Question{Key: key, Kind: PersonOfSplit, Name: name, By: by, Place: w.Registry.Label(at.ID), Choices: choices})]
			move := accounts.Move{Away: len(to) > 0 && !slices.Contains(to, at.ID)}
			for _, id := range to {
				move.To = append(move.To, accounts.Scope{Level: accounts.Station, ID: id})
			}
			moves[at] = move
		case at.Level == accounts.District && w.heirs.Districts[at.ID] != nil:
			choices := []Choice{{Value: LeaveChoice, Name: w.Registry.DistrictName(at.ID)}, {Value: ProvinceChoice}}
			about := Question{Key: key, Kind: PersonOfDistrict, Name: name, By: by, Place: w.Registry.DistrictName(at.ID), Choices: choices}
			if w.ask(about) == ProvinceChoice {
				moves[at] = accounts.Move{To: []accounts.Scope{{Level: accounts.Province}}}
			}
		}
	}
	return moves
}

// tell lists where roles were given and taken.
func tell(p FollowedPerson, was, now []accounts.Grant) FollowedPerson {
	p.Stations, p.Leaves = []string{}, []string{}
	for _, g := range now {
		if !slices.Contains(was, g) {
			p.Stations = append(p.Stations, g.Scope.ID)
		}
	}
	for _, g := range was {
		if !slices.Contains(now, g) {
			p.Leaves = append(p.Leaves, g.Scope.ID)
		}
	}
	return p
}

func (w *follower) people() {
	for _, p := range w.People {
		if p.Disabled {
			continue
		}
		after, differ := accounts.Follow(p.Grants, w.moves("person:"+p.ID, p.Name, "", p.Grants))
		if !differ {
			continue
		}
		w.out.People = append(w.out.People, tell(FollowedPerson{ID: p.ID, Name: p.Name}, p.Grants, after))
		w.out.Succession.People = append(w.out.Succession.People, Followed[[]accounts.Grant]{p.ID, p.Grants, after})
		was := p
		p.Grants = after
		p.Touch = w.m.Touch(was, p)
		w.out.Persons = append(w.out.Persons, p)
	}
	for _, inv := range w.Invitations {
		if inv.Check(w.m.At) != nil {
			continue
		}
		after, differ := accounts.Follow(inv.Grants, w.moves("invitation:"+inv.ID, inv.Note, inv.ByName, inv.Grants))
		if !differ {
			continue
		}
		w.out.People = append(w.out.People, tell(FollowedPerson{ID: inv.ID, Name: inv.Note, Invited: true, By: inv.ByName}, inv.Grants, after))
		w.out.Succession.Invitations = append(w.out.Succession.Invitations, Followed[[]accounts.Grant]{inv.ID, inv.Grants, after})
		inv.Grants = after
		w.out.Invitations = append(w.out.Invitations, inv)
	}
}

func (w *follower) rules() {
	for _, r := range w.Schedule.Rules {
		v := r.Current()
		if v.Ended {
			continue
		}
		p, _ := w.Schedule.Programme(v.Programme) // a rule's programme exists
		split := map[string][]string{}
		for _, id := range v.Selection.Stations {
			if len(w.heirs.Split[id]) > 0 {
				choices, means := w.parts(id)
				if to := means[w.ask(Question{Key: "rule:" + r.ID, Kind: RuleOfSplit, Name: p.Title, Place: w.Registry.Label(id),
					Choices: choices})]; to != nil {
					split[id] = to
				}
			}
		}
		next, differ := scheduler.Follow(r, w.m, w.on, func(s scheduler.Selection) scheduler.Selection { return s.Heirs(w.heirs, split) })
		if !differ {
			if slices.ContainsFunc(v.Selection.Districts, func(code string) bool { return w.heirs.Districts[code] != nil }) {
				w.out.Hand = append(w.out.Hand, Hand{RuleOfDistricts, r.ID, p.Title})
			}
			continue
		}
		next.Touch = w.m.Touch(r, next)
		w.out.Merger.Rules = append(w.out.Merger.Rules, FollowedRule{ID: r.ID, Programme: v.Programme, Stations: next.Current().Selection.Stations})
		w.out.Succession.Rules = append(w.out.Succession.Rules, Followed[scheduler.Rule]{r.ID, r, next})
		w.out.Rules = append(w.out.Rules, next)
	}
}

// touched reports whether a station or a district ends or is split.
func (w *follower) touched(station, district string) bool {
	return w.heirs.Merged[station] != "" || len(w.heirs.Split[station]) > 0 || w.heirs.Districts[district] != nil
}

func (w *follower) contests() {
	for _, c := range w.Contests {
		if c.Phase == contest.Closed {
			continue
		}
		say := func(what ContestKind, n int, name string) {
			if n > 0 {
				w.out.Contests = append(w.out.Contests, ContestEffect{Contest: c.ID, Title: c.Rules.Title, What: what, N: n, Name: name})
			}
		}
		entries, listed, districts, ends := 0, 0, 0, len(w.heirs.Districts)
		for _, e := range c.Live() {
			if w.touched(e.Entrant.Station, "") {
				entries++
			}
		}
		for _, id := range c.Rules.Who.Stations {
			if w.touched(id, "") {
				listed++
			}
		}
		for _, code := range c.Rules.Who.Districts {
			if w.touched("", code) {
				districts++
			}
		}
		say(EntriesStay, entries, "")
		say(OnlyStations, listed, "")
		say(OnlyDistricts, districts, "")
		if slices.ContainsFunc(c.Rules.Quotas, func(q contest.Quota) bool { return q.Per == "district" }) {
			say(QuotaDistrict, ends, "")
		}
		for _, j := range c.Judges {
			if w.touched(j.Station, j.District) || slices.ContainsFunc(j.Declared, func(id string) bool { return w.touched(id, "") }) {
				say(JudgeTied, 1, j.Name)
			}
		}
	}
}

// hand lists what is left to do for stations that are new.
func (w *follower) hand() {
	for _, s := range w.out.Stations {
		if _, err := w.Registry.Station(s.ID); err == nil {
			continue
		}
		role := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: s.ID}}
		if !slices.ContainsFunc(w.out.Persons, func(p accounts.Person) bool { return p.Has(role) }) {
			w.out.Hand = append(w.out.Hand, Hand{NobodyReports, s.ID, w.after.Label(s.ID)})
		}
		w.out.Hand = append(w.out.Hand, Hand{FileEmpty, s.ID, w.after.Label(s.ID)})
	}
}

// Foreteller says what mergers and splits would do, which were made, and undoes
// them. It is safe for concurrent use.
type Foreteller interface {
	// ForetellMerge and ForetellSplit change nothing; they have the faults of
	// stations.DecideMerge and DecideSplit.
	ForetellMerge(ctx context.Context, m accounts.Meta, c stations.Merge) (stations.MergePlan, Merger, error)
	ForetellSplit(ctx context.Context, m accounts.Meta, c stations.Split) (stations.SplitPlan, Merger, error)
	// Successions returns a page of the mergers and splits that were made, the newest first,
	// and the After of the next, 0 at the end.
	// Fault: accounts.denied.
	Successions(ctx context.Context, by accounts.Actor, q Newest) (list []Succession, next int, err error)
	// ForetellUndo says what undoing one would do, and changes nothing. Fault:
	// stations.succession_unknown.
	ForetellUndo(ctx context.Context, m accounts.Meta, number int) (UndoPlan, error)
	// UndoSuccession undoes one as DecideUndo says, and has its faults.
	UndoSuccession(ctx context.Context, m accounts.Meta, c Undo) (UndoPlan, error)
}
