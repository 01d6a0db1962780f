// Package accounts says who people are and what they may do: persons, their
// grants, sessions, invitations and API tokens.
//
// Scope is checked in one place, Actor.Can. Every other package asks it and
// keeps no rule about roles of its own.
package accounts

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"loa/internal/fault"
	"loa/internal/text"
)

// Role is what somebody does for commune radio.
type Role string

// The roles a grant can give.
const (
	Admin     Role = "admin"     // runs the server and manages people
	Editor    Role = "editor"    // programmes, episodes, schedules, the registry
	Monitor   Role = "monitor"   // coverage of the province or of one district
	Operator  Role = "operator"  // one station
	Organiser Role = "organiser" // all contests, those of a district, or one
	Judge     Role = "judge"     // scores the entries of one contest assigned to her

	gateway Role = "gateway" // hands on text messages; nobody can be given it
)

// Roles are all of them.
var Roles = []Role{Admin, Editor, Monitor, Operator, Organiser, Judge}

// Level is how far a grant reaches.
type Level string

// The levels of a scope.
const (
	Province Level = "province" // everything of this installation; ID is empty
	District Level = "district" // ID is the district's official code, "084"
	Station  Level = "station"  // ID is the station's ID, "S00012"
	Contest  Level = "contest"  // ID is the contest's ID
)

// Levels are all of them.
var Levels = []Level{Province, District, Station, Contest}

// Scope is the part of the province a grant covers.
type Scope struct {
	Level Level  `json:"level"`
	ID    string `json:"id,omitempty"`
}

// Grant gives a role on a scope.
type Grant struct {
	Role  Role  `json:"role"`
	Scope Scope `json:"scope"`
}

// Check returns a fault when the role cannot be given on that scope.
func (g Grant) Check() error {
	levels, ok := grantable[g.Role]
	if !ok {
		return fault.New(fault.Invalid, "accounts.role_unknown", "role", string(g.Role), "known", roleNames{}).At("grants")
	}
	if !slices.Contains(levels, g.Scope.Level) || (g.Scope.Level == Province) != (g.Scope.ID == "") {
		return fault.New(fault.Invalid, "accounts.grant_impossible").At("grants")
	}
	return nil
}

var grantable = map[Role][]Level{
	Admin:     {Province},
	Editor:    {Province},
	Monitor:   {Province, District},
	Operator:  {Station},
	Organiser: {Province, District, Contest}, // of a district: its knowledge contests
	Judge:     {Contest},
}

// roleNames prints the roles there are, as programs write them, with their names.
type roleNames struct{}

// Words lists them: "operator (Phụ trách đài)".
func (roleNames) Words(l text.Language) string {
	var names []string
	for _, role := range Roles {
		names = append(names, string(role)+" ("+l.Say("accounts.role."+string(role))+")")
	}
	return strings.Join(names, ", ")
}

// Actor is who is acting: a person as authenticated for this one request, or
// the daemon itself.
type Actor struct {
	Person    string  `json:"person"` // ID of the person; "" for the daemon and for nobody
	Name      string  `json:"name"`   // as shown in the log
	Grants    []Grant `json:"-"`
	Organised []Past  `json:"-"`   // as of Person
	Via       string  `json:"via"` // "session", "token", "text", "daemon"
	Through   string  `json:"-"`   // Session.Root of the browser, or ID of the token
	Cold      bool    `json:"-"`   // Session.Cold of that browser
}

// Daemon is the actor of the daemon's own jobs. It may do everything.
func Daemon() Actor {
	return Actor{Name: "Loa", Via: "daemon", Grants: []Grant{{Admin, Scope{Level: Province}}}}
}

// Meta says who changes something, when, and under which caller-made ID. A
// change repeated under the same ID with the same content changes nothing and
// gets its first answer; with other content it is a conflict.
type Meta struct {
	ID string    // unique per change, made by the caller (a UUID); only the caller knows it
	By Actor     // who
	At time.Time // server clock, UTC

	// Seen is the tag of the edition the change was made from; "" changes
	// whatever is there. It is no part of what a repeat must repeat.
	Seen string
}

// NewID is the ID, a UUID, by which everybody knows what the change makes. The
// caller cannot choose it, and it does not lead back to the change's own ID:
// who could repeat a change would be taken for its author.
func (m Meta) NewID() string {
	return uuid.NewHash(sha256.New(), uuid.Nil, []byte(m.ID), 8).String()
}

// Action is something a person may or may not do.
type Action string

// The actions. Each is checked against the place it touches.
const (
	ManagePeople  Action = "people.manage"
	InviteStation Action = "people.invite_operator" // give a station its operator
	InvitePeople  Action = "people.invite"          // make invitations of some kind; whom for is looked at
	EditSettings  Action = "settings.edit"
	RunServer     Action = "server.run" // jobs, backup, verify
	ReadStations  Action = "stations.read"
	EditStations  Action = "stations.edit"
	ReadSchedule  Action = "schedule.read" // programmes, episodes, slots, audio
	EditSchedule  Action = "schedule.edit"
	Approve       Action = "episodes.approve"
	UploadAudio   Action = "audio.upload"
	SendSamples   Action = "audio.sample" // recordings that measure how well the machine hears
	ReadAirings   Action = "airings.read"
	ReportAiring  Action = "airings.report"
	VerifyAiring  Action = "airings.verify"
	ReadCoverage  Action = "coverage.read"
	ExcuseStation Action = "coverage.excuse"
	CallStation   Action = "coverage.call" // and know what came of calls
	CloseWeek     Action = "coverage.close"
	IssuePapers   Action = "papers.issue" // give numbers to papers that leave
	ReadPlan      Action = "plan.read"    // the plan of a year, its indicators and figures
	EnterPlan     Action = "plan.enter"   // figures
	EditPlan      Action = "plan.edit"    // indicators
	Organise      Action = "contest.organise"
	EnterContest  Action = "contest.enter"
	JudgeEntries  Action = "contest.judge"
	RunQuiz       Action = "quiz.run"      // knowledge contests of a district or the province
	HandOnTexts   Action = "texts.hand_on" // text messages that people sent
)

// may lists what each role allows inside the scope it was given on.
var may = map[Role][]Action{
	Admin: {ManagePeople, InviteStation, InvitePeople, EditSettings, RunServer, ReadStations, EditStations, ReadSchedule, EditSchedule,
		Approve, UploadAudio, SendSamples, ReadAirings, ReportAiring, VerifyAiring, ReadCoverage, ExcuseStation,
		CallStation, CloseWeek, IssuePapers, ReadPlan, EnterPlan, EditPlan, Organise, RunQuiz},
	Editor: {InviteStation, InvitePeople, ReadStations, EditStations, ReadSchedule, EditSchedule, Approve, UploadAudio, SendSamples, ReadAirings,
		ReportAiring, ReadCoverage, ReadPlan},
	Monitor: {InviteStation, InvitePeople, ReadStations, ReadSchedule, SendSamples, ReadAirings, ReportAiring, VerifyAiring, ReadCoverage, ExcuseStation,
		CallStation, CloseWeek, IssuePapers, ReadPlan, EnterPlan},
	Operator:  {ReadStations, ReadSchedule, UploadAudio, SendSamples, ReadAirings, ReportAiring, ReadCoverage, EnterContest},
	Organiser: {InvitePeople, ReadStations, ReadSchedule, UploadAudio, SendSamples, IssuePapers, Organise, RunQuiz},
	Judge:     {JudgeEntries},
	gateway:   {HandOnTexts},
}

// shared are the actions whose objects belong to everybody who may do them at
// all: programmes and approved audio are the province's, and a file being
// uploaded belongs to nobody's station yet.
var shared = []Action{ReadSchedule, UploadAudio, SendSamples}

// Where says what an action touches. The zero Where is the whole province.
type Where struct {
	District string // official code of the district the station lies in
	Station  string // ID of the station
	Contest  string // ID of the contest
}

// Can reports whether the actor may do the action there.
func (a Actor) Can(action Action, on Where) bool {
	for _, g := range a.Grants {
		if slices.Contains(may[g.Role], action) && (g.Scope.covers(on) || slices.Contains(shared, action)) {
			return true
		}
	}
	return false
}

// program reports whether a program acts for a person. The token of the data folder is no person's.
func (a Actor) program() bool { return a.Via == "token" && a.Person != ServerPerson().ID }

// CanSomewhere reports whether the actor may do the action at least at one
// place: enough to show a link or a page that then lists only that place.
func (a Actor) CanSomewhere(action Action) bool {
	for _, g := range a.Grants {
		if slices.Contains(may[g.Role], action) {
			return true
		}
	}
	return false
}

func (s Scope) covers(on Where) bool {
	switch s.Level {
	case Province:
		return true
	case District:
		return on.District == s.ID
	case Station:
		return on.Station == s.ID
	case Contest:
		return on.Contest == s.ID
	}
	return false
}

// Must returns nil if the actor may do the action there, else the fault that
// says so. Somebody not logged in is asked to log in.
func (a Actor) Must(action Action, on Where) error {
	if a.Can(action, on) {
		return nil
	}
	if a.Via == "" {
		return fault.New(fault.Unauthenticated, "accounts.log_in_first")
	}
	return fault.New(fault.Denied, "accounts.denied")
}

// SignedIn reports whether somebody or somebody's program acts: what is nobody's own, as the
// gateway of text messages, does what it was made for alone.
func (a Actor) SignedIn() bool { return a.Via != "" && !a.Has(gateway) }

// MustSomewhere is Must for at least one place.
func (a Actor) MustSomewhere(action Action) error {
	if a.CanSomewhere(action) {
		return nil
	}
	return a.Must(action, Where{})
}

// Stations returns the stations and districts inside which the actor may do
// the action; all is true when it is the whole province.
func (a Actor) Stations(action Action) (all bool, districts, stations []string) {
	for _, g := range a.Grants {
		if !slices.Contains(may[g.Role], action) {
			continue
		}
		switch g.Scope.Level {
		case Province:
			all = true
		case District:
			districts = append(districts, g.Scope.ID)
		case Station:
			stations = append(stations, g.Scope.ID)
		}
	}
	return all, districts, stations
}

// Runs lists the stations the actor is in charge of herself, whatever else she
// may do at others.
func (a Actor) Runs() (stations []string) {
	for _, g := range a.Grants {
		if g.Role == Operator && g.Scope.Level == Station && !slices.Contains(stations, g.Scope.ID) {
			stations = append(stations, g.Scope.ID)
		}
	}
	return stations
}

// Wide reports whether the actor may do the action in a district or the whole
// province, so that a view of many stations is hers.
func (a Actor) Wide(action Action) bool {
	all, districts, _ := a.Stations(action)
	return all || len(districts) > 0
}

// KnowsWorks reports whether the actor may organise the contest or could at any
// time since it began: she knows whose works they are and what others marked.
func (a Actor) KnowsWorks(contest string, began time.Time) bool {
	where := Where{Contest: contest}
	return a.Can(Organise, where) || slices.ContainsFunc(a.Organised, func(o Past) bool { return o.covers(where) && !o.Until.Before(began) })
}

// Has reports whether the actor holds the role on any scope.
func (a Actor) Has(role Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == role })
}
