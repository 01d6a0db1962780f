package airing

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
)

// Proposal is what a station said of one airing by telephone, as who called it wrote it down.
// It is no report and counts nowhere: who runs the station confirms it, and then it is hers.
type Proposal struct {
	ID        string         `json:"id" schema:"format=uuid"`
	Station   string         `json:"station"`
	At        time.Time      `json:"at"` // when it was written down, UTC
	By        accounts.Actor `json:"by"` // who called
	Slot      string         `json:"slot,omitempty"`
	Programme string         `json:"programme"`
	Outcome   Outcome        `json:"outcome"`
	Reason    Reason         `json:"reason,omitempty"`
	StartedAt time.Time      `json:"started_at"` // UTC
	Seconds   int            `json:"seconds"`
	Note      string         `json:"note,omitempty"`
	Until     time.Time      `json:"until"` // nobody can confirm it from then on, UTC
	State     ProposalState  `json:"state"`
	Report    string         `json:"report,omitempty"` // the one it became, or the one that took its place
	EndedAt   time.Time      `json:"ended_at,omitzero"`
	EndedBy   string         `json:"ended_by,omitempty"` // name of who answered
	Why       string         `json:"why,omitempty"`      // why it is not so
}

// ProposalState is what became of a proposal.
type ProposalState string

// The states of a proposal.
const (
	Proposed  ProposalState = "waiting"   // for the word of who runs the station
	Agreed    ProposalState = "confirmed" // it is a report of hers now
	Disagreed ProposalState = "declined"  // she says that it is not so
	Overtaken ProposalState = "overtaken" // she reported the slot herself
	Expired   ProposalState = "expired"   // nobody answered in time
)

// ProposalStates lists them.
var ProposalStates = [...]ProposalState{Proposed, Agreed, Disagreed, Overtaken, Expired}

// Phoned is at a report that was first said by telephone: to whom and when.
type Phoned struct {
	To string    `json:"to"` // name of who called
	At time.Time `json:"at"` // UTC
}

// Propose is what a station said by telephone. The station is that of the call.
type Propose struct {
	Slot      string    `json:"slot,omitempty"`                                     // or programme and started_at of an airing that no slot foresaw
	Programme string    `json:"programme,omitempty"`                                // ID
	StartedAt time.Time `json:"started_at,omitzero"`                                // zero means the slot's start
	Seconds   int       `json:"seconds,omitempty" schema:"minimum=1 maximum=21600"` // 0 means as planned
	Outcome   Outcome   `json:"outcome"`
	Reason    Reason    `json:"reason,omitempty"`
	Note      string    `json:"note,omitempty" schema:"maxLength=1000"`
}

// confirm is the report that the station would have made.
func (c Propose) confirm(station, id string) Confirm {
	r := Confirm{ID: id, Slot: c.Slot, Programme: c.Programme, StartedAt: c.StartedAt, Seconds: c.Seconds, Outcome: c.Outcome,
		Reason: c.Reason, Note: c.Note, Alone: true}
	if c.Slot == "" {
		r.Station = station
	}
	return r
}

// Asked is the report by which what a station said at a call is weighed, under an ID of its own.
func (c Propose) Asked(m accounts.Meta, station string) Confirm {
	return c.confirm(station, accounts.Meta{ID: m.ID + " said"}.NewID())
}

// DecideProposal says what is kept of what the station said by telephone, by the rules of a report:
// what could not be reported cannot be proposed. f are the facts of c.Asked(m, station). Faults: those of Decide,
// airing.slot_of_other_station.
func DecideProposal(f Facts, m accounts.Meta, station string, c Propose) (Proposal, error) {
	asked := c.Asked(m, station)
	if err := m.By.Must(accounts.CallStation, f.Where); err != nil {
		return Proposal{}, err
	}
	if f.Station != station && f.Station != "" {
		return Proposal{}, fault.New(fault.Invalid, "airing.slot_of_other_station").At("slot")
	}
	if c.Outcome == NotAired && c.Slot == "" { // what nobody planned cannot fail to air
		return Proposal{}, fault.New(fault.Invalid, "airing.said_slot").At("slot")
	}
	made, err := Decide(f, m, asked)
	if err != nil {
		return Proposal{}, err
	}
	r := made.Line.Report
	p := Proposal{ID: asked.ID, Station: station, At: m.At.UTC(), By: m.By, Slot: r.Slot, Programme: r.Programme, Outcome: r.Outcome, Reason: r.Reason,
		StartedAt: r.StartedAt, Seconds: r.Seconds, Note: r.Note, State: Proposed}
	cal := f.Settings.Calendar(text.Zone)
	p.Until = cal.End(cal.Week(r.StartedAt)).AddDate(0, 0, f.Settings.CloseAfterDays).UTC() // while it counts
	if least := p.At.AddDate(0, 0, WaitingDays); p.Until.Before(least) {
		p.Until = least
	}
	return p, nil
}

// Waits reports whether it still waits for a word at that instant.
func (p Proposal) Waits(at time.Time) bool { return p.State == Proposed && at.Before(p.Until) }

// Lapsed is the proposal once nobody has answered in time, and whether that is so.
func (p Proposal) Lapsed(at time.Time) (Proposal, bool) {
	if p.State != Proposed || p.Waits(at) {
		return p, false
	}
	p.State, p.EndedAt = Expired, p.Until
	return p, true
}

// After is the proposal once its station has reported, and whether that ended it: the report says
// that it is so, or answers the same slot.
func (p Proposal) After(c Change, of string) (Proposal, bool) {
	r := c.Line
	switch {
	case p.State != Proposed || r.Station != p.Station:
		return p, false
	case of == p.ID:
		p.State = Agreed
	case p.Slot != "" && c.Answers == p.Slot:
		p.State = Overtaken
	default:
		return p, false
	}
	p.Report, p.EndedAt, p.EndedBy = r.ID, r.ReceivedAt, r.By.Name
	return p, true
}

// Confirming is the command with what the proposal says: who confirms it says no more and no less.
func (c Confirm) Confirming(p Proposal) Confirm {
	said := Propose{Slot: p.Slot, Programme: p.Programme, StartedAt: p.StartedAt, Seconds: p.Seconds, Outcome: p.Outcome, Reason: p.Reason,
		Note: p.Note}.confirm(p.Station, c.ID)
	said.Means, said.Proposal, said.Seen = c.Means, c.Proposal, c.Seen
	return said
}

// contradicts reports whether the command says something that the proposal does not. What it
// leaves out is as it was said.
func (c Confirm) contradicts(p Proposal) bool {
	return c.Outcome != p.Outcome || c.Corrects != "" || c.Station != "" && c.Station != p.Station || c.Slot != "" && c.Slot != p.Slot ||
		c.Programme != "" && c.Programme != p.Programme || c.Reason != "" && c.Reason != p.Reason ||
		!c.StartedAt.IsZero() && !c.StartedAt.Equal(p.StartedAt) || c.Seconds != 0 && c.Seconds != p.Seconds ||
		c.Note != "" && text.Lines(c.Note) != p.Note
}

// checkProposal makes sure that what was said by telephone is confirmed once, in time, and by who
// runs the station.
func checkProposal(r *Report, f Facts, m accounts.Meta, c Confirm) error {
	if c.Proposal == "" {
		return nil
	}
	if f.Proposal == nil {
		return fault.New(fault.NotFound, "airing.said_unknown").At("proposal")
	}
	if err := f.Proposal.hers(m); err != nil {
		return err
	}
	r.Phoned = &Phoned{To: f.Proposal.By.Name, At: f.Proposal.At}
	return nil
}

// hers is nil if the proposal waits for the word of this person.
func (p Proposal) hers(m accounts.Meta) error {
	switch {
	case !slices.Contains(m.By.Runs(), p.Station):
		return fault.New(fault.Denied, "airing.said_not_hers")
	case p.State == Expired || p.State == Proposed && !p.Waits(m.At):
		return fault.New(fault.Conflict, "airing.said_late", "until", p.Until)
	case p.State != Proposed:
		return fault.New(fault.Conflict, "airing.said_over", "by", p.EndedBy, "at", p.EndedAt)
	}
	return nil
}

// Decline says that what was written down of a call is not so.
type Decline struct {
	ID  string `json:"-"`
	Why string `json:"why,omitempty" schema:"maxLength=1000"`
}

// DecideDecline says what becomes of a proposal that is not so. Faults: airing.said_not_hers, airing.said_late,
// airing.said_over, airing.text_too_long.
func DecideDecline(p Proposal, m accounts.Meta, c Decline) (Proposal, error) {
	if err := p.hers(m); err != nil {
		return p, err
	}
	if c.Why = text.Lines(c.Why); utf8.RuneCountInString(c.Why) > maxText {
		return p, fault.New(fault.Invalid, "airing.text_too_long", "n", maxText).At("why")
	}
	p.State, p.EndedAt, p.EndedBy, p.Why = Disagreed, m.At.UTC(), m.By.Name, c.Why
	return p, nil
}

// NoProposal is the fault of a proposal that is not there, or of whose station the actor may not know.
func NoProposal() error { return fault.New(fault.NotFound, "airing.said_unknown") }

// ProposalQuery selects proposals, the last first.
type ProposalQuery struct {
	IDs     []string  // those alone, in this order, at most MostProposals; nil means by what follows
	Station string    // "" means every one; only of those that wait
	Waiting time.Time // those that wait at that instant; zero means all
	Limit   int       // at most MostProposals; 0 means so many
}

// MostProposals is the most proposals one answer holds.
const MostProposals = 500

// Proposals keeps what stations said by telephone. It is safe for concurrent use. Who calls a station makes them
// (coverage.CallBook), Log.Confirm confirms them.
type Proposals interface {
	// Proposals lists those the query asks for, of stations whose log the actor may read.
	Proposals(ctx context.Context, by accounts.Actor, q ProposalQuery) ([]Proposal, error)
	// DeclineProposal carries out DecideDecline. Fault also: airing.said_unknown.
	DeclineProposal(ctx context.Context, m accounts.Meta, c Decline) (Proposal, error)
}

// Said tells who runs a station what waits for her word, once.
func Said(p Plan, people *accounts.Directory, waiting []Proposal) (drafts []message.Draft) {
	runs := operators(people)
	for _, said := range waiting {
		for _, who := range runs[said.Station] {
			l := who.Language
			drafts = append(drafts, message.Draft{Key: "report.said " + said.ID + " " + who.ID, Topic: message.ReportSaid, Person: who,
				Title: l.Say("message.said_title", "station", p.Registry.Label(said.Station)),
				Text:  said.Words(l, p.titleAt(said.Programme, said.StartedAt)) + " " + l.Say("message.said_text", "until", said.Until),
				Path:  "/today?station=" + said.Station, Until: said.Until})
		}
	}
	return drafts
}

// Declined tells who called that who runs the station says it is not so.
func Declined(p Plan, people *accounts.Directory, said Proposal) []message.Draft {
	who, err := people.Person(said.By.Person)
	if err != nil || who.Disabled {
		return nil
	}
	l := who.Language
	return []message.Draft{{Key: "report.declined " + said.ID, Topic: message.SaidDeclined, Person: who,
		Title: l.Say("message.declined_title", "station", p.Registry.Label(said.Station)),
		Text: strings.TrimSpace(said.Words(l, p.titleAt(said.Programme, said.StartedAt)) + " " +
			l.Say("message.declined_text", "by", said.EndedBy, "at", said.EndedAt) + " " + said.Why),
		Path: "/calls/" + said.Station}}
}

// Words says what was written down, to who runs the station; programme is what it was called then.
func (p Proposal) Words(l text.Language, programme string) string {
	reason := ""
	if p.Reason != "" {
		reason = l.Say("airing.reason." + string(p.Reason))
	}
	return l.Say("airing.said."+string(p.Outcome), "by", p.By.Name, "at", p.At, "programme", programme, "start", p.StartedAt, "reason", reason)
}
