package accounts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Deed is one line of who did what: a change as the log of changes has it, in what may be shown of it.
// Nobody edits one, and nothing ends one.
type Deed struct {
	ID       string         `json:"id"`
	At       time.Time      `json:"at"`
	Person   string         `json:"person,omitempty"` // ID; "" of the daemon
	Name     string         `json:"name"`
	Via      string         `json:"via"`               // "session", "token", "text", "daemon"
	Through  string         `json:"through,omitempty"` // which browser, as it called itself, or what the token is for
	Address  string         `json:"address,omitempty"` // IP address of that browser when it logged in
	Kind     Kind           `json:"kind"`
	About    string         `json:"about,omitempty"` // ID of what it changed
	Stations []string       `json:"stations,omitempty"`
	People   []string       `json:"people,omitempty"` // to whom it was done
	Changes  []MemberChange `json:"changes,omitempty"`
	More     int            `json:"more,omitempty"` // changes beyond those that are kept
}

// MemberChange is one member of a record, as it was and as it is since.
type MemberChange struct {
	Of     string `json:"of"`     // kind of record
	Member string `json:"member"` // its name
	Was    string `json:"was"`    // as JSON, cut where it is long; "" if there was none
	Now    string `json:"now"`
}

// Kind is what was done, by the name of the change in the log.
type Kind string

// What is done without a change of its own in the log of changes.
const (
	ReportedAiring Kind = "airing.confirm"
	ContestStep    Kind = "contest.event"
)

// Began is a log-in.
const Began Kind = "accounts.start_session"

// Kinds are all of them, as they are chosen from.
var Kinds = []Kind{
	Began, "accounts.end_sessions", "accounts.invite", "accounts.withdraw", "accounts.join", "accounts.add_person",
	"accounts.change_person", "accounts.take_role", "accounts.erase",
	"accounts.set_passphrase", "accounts.set_pin", "accounts.add_factor", "accounts.remove_factor",
	"accounts.renew_spare", "accounts.save_settings", "accounts.add_token", "accounts.remove_token",
	ReportedAiring, "airing.attach", "airing.detach", "airing.judge", "airing.prove", "airing.decline", "airing.import", "airing.undo_import",
	"airing.save_settings",
	"sample.give", "sample.withdraw", "sample.heard",
	"coverage.call", "coverage.excuse", "coverage.ask_excuse", "coverage.answer_excuse", "coverage.close_week", "coverage.reopen_week", "coverage.decide_anew",
	"outgoing.take", "outgoing.strike_out", "outgoing.save_office", "outgoing.try_layout", "outgoing.move_layout",
	"plan.save_indicator", "plan.retire_indicator", "plan.remove_indicator", "plan.copy", "plan.enter",
	"quiz.save_question", "quiz.import", "quiz.save", "quiz.move", "quiz.codes", "quiz.judge", "quiz.correct", "quiz.answer_proposal",
	"quiz.forget",
	"sharing.save_face", "sharing.make_calendar", "sharing.renew_calendar", "sharing.end_calendar",
	"stations.found", "stations.save", "stations.import", "stations.merge", "stations.split", "stations.undo", "stations.save_list", "stations.remove_list",
	"scheduler.save_programme", "scheduler.retire_programme", "scheduler.save_episode", "scheduler.move_episode",
	"scheduler.save_rule", "scheduler.save_exception",
	"audio.save_recording", "audio.remove_recording", "audio.save_broadcast_copy", "audio.save_blind_copy", "audio.forget_blind_copy",
	"audio.save_match_print", "audio.judge_likeness", "audio.expire_recordings", "audio.save_settings",
	"message.save_settings", "message.save_hook", "message.remove_hook", "message.save_choice", "message.replay", "message.save_device", "message.end_device",
	"texts.save_settings", ContestStep,
}

// mostChanges is how many members of one change are kept.
const mostChanges = 40

// Kept are the changes that a line keeps, and how many it does not.
func Kept(list []MemberChange) ([]MemberChange, int) {
	n := min(len(list), mostChanges)
	return list[:n], len(list) - n
}

// Concerns says whom and what a change is about, of what the log has of it. The command and the answer are JSON.
func Concerns(k Kind, body, result json.RawMessage) (d Deed) {
	for _, raw := range []json.RawMessage{body, result} {
		var is struct {
			ID      string          `json:"id"`
			Station string          `json:"station"`
			Person  json.RawMessage `json:"person"`
			Grants  []Grant         `json:"grants"`
			Contest string          `json:"contest"`
			All     json.RawMessage `json:"stations"`
			Owner   struct{ Station string }
		}
		if json.Unmarshal(raw, &is) != nil {
			continue // a plain value, or one of another shape: it names nobody
		}
		switch {
		case strings.HasPrefix(string(k), "quiz.") && is.Contest != "": // of a try
			d.About = is.Contest
		case is.ID != "":
			d.About = is.ID
		}
		add := func(id string) {
			if id != "" && !slices.Contains(d.Stations, id) {
				d.Stations = append(d.Stations, id)
			}
		}
		add(is.Station)
		add(is.Owner.Station)
		var all []string
		if (k == "airing.import" || k == "airing.undo_import") && json.Unmarshal(is.All, &all) == nil {
			for _, id := range all {
				add(id)
			}
		}
		for _, g := range is.Grants {
			if g.Scope.Level == Station {
				add(g.Scope.ID)
			}
		}
		var person string
		if json.Unmarshal(is.Person, &person) == nil && person != "" && !slices.Contains(d.People, person) {
			d.People = append(d.People, person)
		}
		if strings.HasPrefix(string(k), "stations.save") && k != "stations.save_list" {
			add(is.ID)
		}
		if (k == "accounts.change_person" || k == "accounts.add_person" || k == "accounts.join" || k == "accounts.take_role") && is.ID != "" &&
			!slices.Contains(d.People, is.ID) {
			d.People = append(d.People, is.ID)
		}
	}
	return d
}

// OfContest reports whether the change may say whose work is whose, or what it was given. contest is the contest where it is known.
func OfContest(k Kind, body json.RawMessage) bool {
	if k == ContestStep || k == "audio.save_blind_copy" || k == "audio.forget_blind_copy" || k == "audio.judge_likeness" {
		return true
	}
	var is struct {
		Kind string `json:"kind"`
	}
	return k == "audio.save_recording" && json.Unmarshal(body, &is) == nil && is.Kind == "contest"
}

// DeedFilter is what the list of who did what is narrowed by, on its page, by the API and the command line.
type DeedFilter struct {
	Person  string `name:"person"`  // ID or login, of who did it or to whom it was done
	Station string `name:"station"` // ID or official code
	Kind    Kind   `name:"what"`
	From    string `name:"from"`  // day, 2026-11-29
	Until   string `name:"until"` // day; the API lists up to it, people name the last
}

// DeedQuery asks for lines.
type DeedQuery struct {
	Person, Station string
	Kind            Kind
	From, Until     time.Time // zero means any
	After           string    // Deed.ID of the last that was shown
	Limit           int
}

// In is the filter as a question; last says that Until is the last day and not the one after it. Who is unknown did
// nothing: no answer tells which log-ins there are. Faults: accounts.deed_day, filter.backwards.
func (f DeedFilter) In(d *Directory, last bool) (q DeedQuery, err error) {
	q = DeedQuery{Station: f.Station, Kind: f.Kind}
	day := func(s, field string) (at time.Time, err error) {
		if s != "" {
			if at, err = time.ParseInLocation(time.DateOnly, s, text.Zone); err != nil {
				err = fault.New(fault.Invalid, "accounts.deed_day").At(field)
			}
		}
		return at, err
	}
	if q.From, err = day(f.From, "from"); err != nil {
		return q, err
	}
	if q.Until, err = day(f.Until, "until"); err != nil {
		return q, err
	}
	if !q.Until.IsZero() && q.Until.Before(q.From) {
		return q, fault.New(fault.Invalid, "filter.backwards").At("until")
	}
	if last && !q.Until.IsZero() {
		q.Until = q.Until.AddDate(0, 0, 1)
	}
	if f.Person == "" || f.Person == ServerPerson().ID {
		q.Person = f.Person
		return q, nil
	}
	q.Person = f.Person
	if p, err := d.Named(f.Person); err == nil {
		q.Person = p.ID
	}
	return q, nil
}

// Readable reports whether the actor may read the line: administrators all, monitors what concerns a station of theirs and what was done to
// the accounts of those whom they tend, everybody what she did and what was done to her account. What tells of works in a contest is for
// who organises, and for who did it.
func (d Deed) Readable(by Actor, contest bool, f Facts) bool {
	own := by.Person != "" && d.Person == by.Person
	switch {
	case own:
		return true
	case contest:
		return by.Can(Organise, Where{Contest: d.About}) && d.Kind == ContestStep || by.Can(Organise, Where{})
	case by.Can(ManagePeople, Where{}):
		return true
	case by.Person != "" && slices.Contains(d.People, by.Person):
		return true
	}
	return slices.ContainsFunc(d.Stations, func(id string) bool { return by.Can(VerifyAiring, f.Places.Where(id)) }) ||
		by.CanSomewhere(VerifyAiring) && slices.ContainsFunc(d.People, func(id string) bool { return f.MayTend(by, id) })
}

// NoSuchDeed is the fault kit.no_such_page: a list cannot go on after a line that is not there.
func NoSuchDeed() error { return fault.New(fault.Invalid, "kit.no_such_page").At("after") }

// Words says what was done.
func (k Kind) Words(l text.Language) string { return l.Say("accounts.did." + string(k)) }

// Whence says how it came: with which browser from which address, by a program, a command on the server, a text message, or by itself.
func (d Deed) Whence(l text.Language) string {
	switch {
	case d.Person == ServerPerson().ID:
		return l.Say("accounts.whence.server")
	case d.Via == "session" && d.Through != "":
		return l.Say("accounts.whence.browser", "browser", l.Browser(d.Through), "address", d.Address)
	case d.Via == "token" && d.Through != "":
		return l.Say("accounts.whence.token", "name", d.Through)
	}
	return l.Say("accounts.whence." + cmp.Or(d.Via, "link"))
}

// Who is who did it, as she was called then; who was let in by a link had no name before.
func (d Deed) Who(l text.Language) string { return cmp.Or(d.Name, l.Say("accounts.deed_guest")) }

// Abouts are what the line is about as people call it: stations, a contest, and to whom it was done as she is called now.
func (d Deed) Abouts(names Names, people *Directory) (list []string) {
	for _, id := range d.Stations {
		list = append(list, cmp.Or(names.Label(id), id))
	}
	if (d.Kind == ContestStep || d.Kind.ofQuiz()) && d.About != "" {
		list = append(list, names.contest(d.About))
	}
	for _, id := range d.People {
		if p, err := people.Person(id); err == nil && id != d.Person {
			list = append(list, p.Name)
		}
	}
	return list
}

// ofQuiz reports whether the change was to a knowledge contest, and not to the bank of questions.
func (k Kind) ofQuiz() bool {
	return strings.HasPrefix(string(k), "quiz.") && k != "quiz.save_question" && k != "quiz.import"
}

// Told is a line in words, as a row of a table: when, who, what, about which stations and people, how, and what changed.
func (d Deed) Told(l text.Language, f Facts, names Names) []any {
	about := d.Abouts(names, f.Directory)
	return []any{d.At.In(text.Zone), d.Who(l), d.Kind.Words(l), strings.Join(about, "; "), d.Whence(l), strings.Join(d.Said(l, names), "; ")}
}

// DeedHead is the head of such a table.
func DeedHead(l text.Language) []any {
	var head []any
	for _, c := range []string{"at", "who", "what", "about", "whence", "changes"} {
		head = append(head, l.Say("accounts.deed."+c))
	}
	return head
}

// Done is a change that stands in a log of its own and is named in the log of changes.
type Done struct {
	ID   string
	Kind Kind
	Body json.RawMessage // what Concerns reads
}

// DoneReport is a report of an airing that came at that time, with which its ID begins: what
// comes together lies together in the log of changes.
func DoneReport(at time.Time, id, station string) Done {
	return done(ReportedAiring, fmt.Sprintf("%010x ", at.Unix())+id, "id", id, "station", station)
}

// DoneStep is a change of a contest by its ID, which tells nothing of what was entered or marked.
func DoneStep(contest, id string) Done { return done(ContestStep, contest+" "+id, "id", contest) }

func done(k Kind, id string, pairs ...string) Done {
	about := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		about[pairs[i]] = pairs[i+1]
	}
	body, err := json.Marshal(about)
	if err != nil {
		panic(err) // strings always marshal
	}
	return Done{ID: string(k) + " " + id, Kind: k, Body: body}
}

// Begins reports whether the change is a log-in: the browser it came by is the one it tells of.
func (k Kind) Begins() bool { return k == Began }

// Opens reports whether the change made a session or token, which later ones come through.
func (k Kind) Opens() bool { return k == Began || k == "accounts.add_token" }
