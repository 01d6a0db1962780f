// Package airing is the log of what was really aired: what a person says
// happened, the evidence for it, and what a monitor found when checking.
//
// The log is append-only. A correction is a new report pointing at the old
// one; both stay. Each station has its own hash chain, so a change of any past
// entry is found, and no entry of one station waits for another's. Nothing is
// ever written here because it was scheduled: planned is not played.
package airing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"loa/accounts"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/stations"
)

// Outcome is what a report says happened.
type Outcome string

// The outcomes. Withdrawn is only for corrections: the report it corrects
// should never have been made, and the station counts as not having reported.
const (
	Aired     Outcome = "aired"
	NotAired  Outcome = "not_aired"
	Withdrawn Outcome = "withdrawn"
)

// Outcomes lists every outcome.
var Outcomes = [...]Outcome{Aired, NotAired, Withdrawn}

// Reason is why a planned programme was not aired.
type Reason string

// The reasons.
const (
	PowerCut  Reason = "power_cut"
	Equipment Reason = "equipment"
	Weather   Reason = "weather"
	NoStaff   Reason = "no_staff"
	Other     Reason = "other"
)

// Reasons lists every reason in the order forms offer it; nothing that is kept goes by that order.
var Reasons = [...]Reason{PowerCut, Equipment, Weather, NoStaff, Other}

// Means is how the sound reached the villagers.
type Means string

// The means.
const (
	FM     Means = "fm"
	Wired  Means = "wired"
	IP     Means = "ip"
	Mobile Means = "mobile" // a loudspeaker carried through the village
)

// AllMeans lists every means in the order forms offer it.
var AllMeans = [...]Means{FM, Wired, IP, Mobile}

// Report is one statement of a person about one airing. Its ID is a UUID made
// by the client, so that sending it twice changes nothing.
type Report struct {
	ID         string    `json:"id" schema:"format=uuid"`
	Station    string    `json:"station"`
	Programme  string    `json:"programme"`
	Episode    string    `json:"episode,omitempty"` // as planned for the slot when the report arrived
	Slot       string    `json:"slot,omitempty"`    // empty for an airing that no slot foresaw
	Outcome    Outcome   `json:"outcome"`
	Reason     Reason    `json:"reason,omitempty"`
	StartedAt  time.Time `json:"started_at"` // UTC; of a not aired slot, its planned start
	Seconds    int       `json:"seconds"`    // length on air; 0 unless aired
	Means      Means     `json:"means,omitempty"`
	Note       string    `json:"note,omitempty"`
	Corrects   string    `json:"corrects,omitempty"`      // ID of the report this one replaces
	Why        string    `json:"why,omitempty"`           // why it was corrected
	HeardAt    time.Time `json:"heard_at,omitzero"`       // UTC; of a correction that says the same outcome: when that was first said
	OtherAt    time.Time `json:"other_at,omitzero"`       // UTC; of a correction: when the other outcome was first said, if it was before
	SaidAt     time.Time `json:"said_at,omitzero"`        // UTC; of a report that waited on a phone: when it was made there
	Unproven   bool      `json:"said_unproven,omitempty"` // nothing proves SaidAt, and it counts for nothing
	ClockAhead int       `json:"clock_ahead,omitempty"`   // seconds the phone's clock was ahead of ours when the report was sent
	Qualifies  bool      `json:"qualifies"`               // counts toward the weekly target, by the terms of the programme when it aired
	OffTarget  bool      `json:"off_target,omitempty"`    // of a programme that did not count toward the target then; false of what older versions kept
	OnTime     bool      `json:"on_time"`                 // said within the limit after the airing ended; false of a withdrawal, which is not Late either
	Phoned     *Phoned   `json:"phoned,omitempty"`        // it was first said by telephone, and confirmed by who reports it
	Texted     *Texted   `json:"texted,omitempty"`        // it came as a text message
	Book       *Booked   `json:"book,omitempty"`          // it stood in a book that was kept before Loa
	Request    string    `json:"request"`                 // SHA-256 of what the client asked, to tell a repeat from a reuse
}

// Evidence is a photo or a recording of the library attached to a report. A
// correction of the report keeps it.
type Evidence struct {
	ID         string       `json:"id"` // client-made UUID
	Report     string       `json:"report"`
	Recording  string       `json:"recording,omitempty"` // ID in the library; "" of what was kept before the library kept evidence
	Kind       EvidenceKind `json:"kind"`
	Name       string       `json:"name,omitempty"` // of the file, as its sender called it
	Type       string       `json:"type"`           // content type as found in the bytes
	SHA256     string       `json:"sha256"`
	Size       int64        `json:"size"`
	CapturedAt time.Time    `json:"captured_at,omitzero"`  // by the phone's clock, UTC; zero if it did not say
	ClockAhead int          `json:"clock_ahead,omitempty"` // seconds the phone's clock was ahead of ours when it was sent
	Capture    Capture      `json:"capture,omitzero"`      // how Loa's own page recorded it; zero of any other file
}

// ClockOff is by how much the phone's clock was wrong, 0 for less than a minute.
func (e Evidence) ClockOff() time.Duration {
	if off := (time.Duration(e.ClockAhead) * time.Second).Abs(); off >= time.Minute {
		return off
	}
	return 0
}

// Removal takes one piece of evidence away from a report. The log keeps that it
// was, who took it away and why.
type Removal struct {
	Evidence string `json:"evidence"` // its ID
	Report   string `json:"report"`
	Why      string `json:"why"`
}

// Verdict is what a monitor found when checking a report against its evidence.
type Verdict struct {
	Report  string  `json:"report"`
	Finding Finding `json:"finding"`
	Note    string  `json:"note,omitempty"`
}

// Finding is the result of checking. NotProven never counts against a station.
type Finding string

// The findings.
const (
	Verified     Finding = "verified"
	NotProven    Finding = "not_proven"
	Contradicted Finding = "contradicted"
)

// Findings lists every finding.
var Findings = [...]Finding{Verified, NotProven, Contradicted}

// Entry is one link of a station's log: exactly one of Report, Evidence,
// Verdict, Removal, Proof and Erasure is set.
type Entry struct {
	Station    string         `json:"station"`
	Seq        uint32         `json:"seq"`  // 1 is the station's first
	Prev       Hash           `json:"prev"` // hash of the entry before, zero for the first
	By         accounts.Actor `json:"by"`
	Who        Hash           `json:"who,omitzero"` // of her name, which stands apart; zero of what holds the name itself
	ReceivedAt time.Time      `json:"received_at"`  // server clock, UTC
	Report     *Report        `json:"report,omitempty"`
	Evidence   *Evidence      `json:"evidence,omitempty"`
	Verdict    *Verdict       `json:"verdict,omitempty"`
	Removal    *Removal       `json:"removal,omitempty"`
	Proof      *Proof         `json:"proof,omitempty"`
	Erasure    *Erasure       `json:"erasure,omitempty"`
}

// Check is an error when the entry says something this program has no word for:
// it must not be counted as if it said nothing.
func (e Entry) Check() error {
	switch {
	case e.Report != nil && !slices.Contains(Outcomes[:], e.Report.Outcome):
		return fmt.Errorf("airing: unknown outcome %q", e.Report.Outcome)
	case e.Report != nil && e.Report.Reason != "" && !slices.Contains(Reasons[:], e.Report.Reason):
		return fmt.Errorf("airing: unknown reason %q", e.Report.Reason)
	case e.Report != nil && e.Report.Means != "" && !slices.Contains(AllMeans[:], e.Report.Means):
		return fmt.Errorf("airing: unknown means %q", e.Report.Means)
	case e.Verdict != nil && !slices.Contains(Findings[:], e.Verdict.Finding):
		return fmt.Errorf("airing: unknown finding %q", e.Verdict.Finding)
	case e.Proof != nil && !slices.Contains(match.Words, e.Proof.Word):
		return fmt.Errorf("airing: unknown word of the machine %q", e.Proof.Word)
	case e.Report == nil && e.Evidence == nil && e.Verdict == nil && e.Removal == nil && e.Proof == nil && e.Erasure == nil:
		return errors.New("airing: an entry of nothing")
	}
	return nil
}

// Line is a report with everything later entries say about it: what a log
// book shows.
type Line struct {
	Report
	By          accounts.Actor `json:"by"`
	ReceivedAt  time.Time      `json:"received_at"`
	CorrectedBy string         `json:"corrected_by,omitempty"` // ID of the report that replaced this one
	Evidence    []Evidence     `json:"evidence,omitempty"`
	Removed     []Removed      `json:"removed,omitempty"` // evidence that was taken away
	Finding     Finding        `json:"finding,omitempty"` // the latest verdict
	FindingNote string         `json:"finding_note,omitempty"`
	FindingOf   string         `json:"finding_of,omitempty"` // the report it was found of, where a correction came after
	Verdicts    []GivenVerdict `json:"verdicts,omitempty"`   // all that was found, oldest first
	Lapsed      *GivenVerdict  `json:"lapsed,omitempty"`     // what was found of the report before, and holds no more since this one corrected it
	Unseen      bool           `json:"unseen,omitempty"`     // evidence, or the machine's contrary word, came after somebody looked, and nobody looked again
	Proofs      []GivenProof   `json:"proofs,omitempty"`     // all that the machine heard in its evidence, oldest first
	// WeekClosed tells that its week is frozen: the report stands beside the figures, and no
	// more that is said of it changes them. Lists do not tell.
	WeekClosed bool `json:"week_closed,omitempty"`
}

// Last is the latest verdict, nil if nobody looked.
func (l Line) Last() *GivenVerdict {
	if len(l.Verdicts) == 0 {
		return nil
	}
	return &l.Verdicts[len(l.Verdicts)-1]
}

// Waits reports whether somebody should look at the line: it has evidence nobody judged,
// or was corrected after somebody did. What was found meanwhile holds until then. What the machine
// verified waits for nobody, but for a sample.
func (l Line) Waits() bool {
	return l.Stands() && l.Outcome == Aired && (l.Finding == "" || l.Unseen) && (len(l.Evidence) > 0 && (l.Unseen || !l.settled()) || l.Lapsed != nil)
}

// GivenVerdict is a verdict as the log keeps it.
type GivenVerdict struct {
	Verdict
	By accounts.Actor `json:"by"`
	At time.Time      `json:"at"` // UTC
}

// Edition is that of what was found: the one thing said of a report that somebody
// else's word replaces.
func (l Line) Edition() accounts.Edition {
	var t accounts.Touch
	if last := l.Last(); last != nil {
		t = accounts.Touch{ChangedAt: last.At, ChangedBy: last.By.Name}
	}
	return accounts.EditionOf(t, l.ID, l.Finding, l.FindingNote)
}

// Removed is evidence that is no more, as the log keeps it.
type Removed struct {
	Evidence
	Why string         `json:"why"`
	By  accounts.Actor `json:"by"`
	At  time.Time      `json:"at"` // UTC
}

// End is when the airing is over: its start and its length on air.
func (r Report) End() time.Time { return r.StartedAt.Add(time.Duration(r.Seconds) * time.Second) }

// Early reports whether the airing was reported while it was still on air.
// Such a report is kept at once, and counts from its End.
func (l Line) Early() bool { return l.Outcome == Aired && l.ReceivedAt.Before(l.End()) }

// OnAir reports whether the line says of now that the programme is on air: it
// counts nowhere yet.
func (l Line) OnAir(now time.Time) bool {
	return l.Stands() && l.Outcome == Aired && now.Before(l.End())
}

// UndoneUntil is until when who reported may take the report back without
// saying why: what was pressed by mistake is seen at once.
func (l Line) UndoneUntil() time.Time { return l.ReceivedAt.Add(undoFor) }

const undoFor = 10 * time.Minute

// Stands reports whether the line is the last word on its airing.
func (l Line) Stands() bool { return l.CorrectedBy == "" && l.Outcome != Withdrawn }

// Late reports whether the line says too late what was, or was not, aired. A withdrawal
// says nothing of that.
func (r Report) Late() bool { return r.Outcome != Withdrawn && !r.OnTime }

// Answers reports whether the line is an answer about the slot as it is planned now.
// Who foresaw that an hour would not air said nothing of the one it was moved to since.
func (l Line) Answers(s scheduler.Slot) bool {
	return l.Outcome != NotAired || l.StartedAt.Equal(s.Start) || !l.Spoke().Before(s.Start)
}

// Counts reports whether the line counts toward the weekly target: it stands,
// it qualifies, and nobody found it contradicted.
func (l Line) Counts() bool { return l.Stands() && l.Qualifies && l.Finding != Contradicted }

// Anew is the line with what was decided about its programme since: whether an
// airing counts stands in its report, unless somebody decided that anew.
func (l Line) Anew(p scheduler.Programme) Line {
	if l.Outcome != Withdrawn && p.Anew(l.StartedAt) {
		l.by(p.TermsAt(l.StartedAt))
	}
	return l
}

// by says what the report is under the terms of its programme.
func (r *Report) by(t scheduler.Terms) {
	r.OffTarget = !t.CountsTowardTarget
	r.Qualifies = r.Outcome == Aired && t.CountsTowardTarget && r.Seconds >= t.MinSeconds
}

// Lack is why a standing report of an airing does not count toward the target.
type Lack string

// The lacks.
const (
	LackTarget Lack = "off_target"   // its programme did not count when it aired
	LackLength Lack = "too_short"    // it was on air for less than the programme's least
	LackTruth  Lack = "contradicted" // somebody found the contrary
)

// Lacks are all of them.
var Lacks = []Lack{LackTarget, LackLength, LackTruth}

// Lack says why the line does not count, "" if it does or says of no airing.
func (l Line) Lack() Lack {
	switch {
	case !l.Stands() || l.Outcome != Aired || l.Counts():
		return ""
	case l.Qualifies:
		return LackTruth
	case l.OffTarget:
		return LackTarget
	}
	return LackLength
}

// Heard is when the outcome was first said: on a phone without a network, if that is proven.
func (l Line) Heard() time.Time {
	if l.HeardAt.IsZero() {
		return l.Spoke()
	}
	return l.HeardAt
}

// FirstSaid is when the outcome was first said, of a report that says it again; else the zero Time.
func (l Line) FirstSaid() time.Time {
	if l.Outcome == Withdrawn || l.Corrects == "" || !l.HeardAt.Before(l.Spoke()) {
		return time.Time{}
	}
	return l.HeardAt
}

// Query selects lines. Times bound StartedAt: from <= StartedAt < until.
type Query struct {
	From, Until time.Time
	Stations    []string // none means every station
	District    string   // code of the district they lie in today; "" means any
	Episodes    []string // only airings of these; none means any
	Outcome     Outcome  // "" means any
	Standing    bool     // leave out corrected and withdrawn reports
	Waiting     bool     // those that wait for somebody to look at them
	After       string   // cursor of the page before, "" for the first
	Limit       int      // at most MaxPage; 0 means MaxPage
}

// Allowed is nil unless the query names a station or a district whose log the actor
// may not read: an empty answer would say that nothing was reported there.
func (q Query) Allowed(by accounts.Actor, where func(station string) accounts.Where) error {
	if q.District != "" {
		if err := MayRead(by, accounts.Where{District: q.District}); err != nil {
			return err
		}
	}
	for _, id := range q.Stations {
		if err := MayRead(by, where(id)); err != nil {
			return err
		}
	}
	return nil
}

// Wants reports whether the query asks for a line of a station that lies at on today,
// and the actor may read it. The times of the query are not looked at.
func (q Query) Wants(by accounts.Actor, l Line, on accounts.Where) bool {
	return (len(q.Stations) == 0 || slices.Contains(q.Stations, l.Station)) && (q.District == "" || on.District == q.District) &&
		(len(q.Episodes) == 0 || slices.Contains(q.Episodes, l.Episode)) && (q.Outcome == "" || l.Outcome == q.Outcome) && (!q.Standing || l.Stands()) &&
		(!q.Waiting || l.Waits()) && Reads(by, on)
}

// Places lists the stations in whose logs there can be what the query asks for and the
// actor may read. all is true where that is most of them, so that the logs of all
// are to be looked through in one; the query still says which lines are wanted.
func (q Query) Places(by accounts.Actor, r *stations.Registry) (list []string, all bool) {
	whole, districts, own := by.Stations(accounts.ReadAirings)
	switch {
	case len(q.Stations) > 0:
		list = slices.Compact(slices.Sorted(slices.Values(q.Stations)))
	case whole && q.District == "":
		return nil, true
	case !whole && len(districts) == 0:
		list = slices.Compact(slices.Sorted(slices.Values(own)))
	default:
		for _, st := range r.Stations() {
			if on := r.Where(st.ID); (q.District == "" || on.District == q.District) && Reads(by, on) {
				list = append(list, st.ID)
			}
		}
	}
	return list, len(list) > 1 && mostOf*len(list) > len(r.Stations())
}

// mostOf is which part of all stations are so many that one log of all is shorter to read.
const mostOf = 4

// Reads reports whether the actor may read the log of a station that lies at on.
func Reads(by accounts.Actor, on accounts.Where) bool { return by.Can(accounts.ReadAirings, on) }

// MayRead refuses who may not read the reports of a station that lies there. Fault: accounts.denied.
func MayRead(by accounts.Actor, on accounts.Where) error { return by.Must(accounts.ReadAirings, on) }

// MayReport refuses who may not report for a station that lies there. Fault: accounts.denied.
func MayReport(by accounts.Actor, on accounts.Where) error { return by.Must(accounts.ReportAiring, on) }

// MayVerify refuses who may not look at the evidence of a station that lies there. Fault: accounts.denied.
func MayVerify(by accounts.Actor, on accounts.Where) error { return by.Must(accounts.VerifyAiring, on) }

// NoReport is the fault airing.unknown: there is no such report, or the actor may not know of it.
func NoReport() *fault.Error { return fault.New(fault.NotFound, "airing.unknown") }

// NoSuchPage is the fault airing.cursor: Query.After is no cursor this log gave.
func NoSuchPage() error { return fault.New(fault.Invalid, "airing.cursor").At("after") }

// MaxPage is the most lines one page holds.
const MaxPage = 500

// Head is the last link of one station's chain.
type Head struct {
	Station string `json:"station"`
	Seq     uint32 `json:"seq"`
	Hash    Hash   `json:"hash"`
}

// Latest is what was last said of a station's airings, by standing reports.
type Latest struct {
	Said  *Line // of the latest airing, or of the latest that failed
	Aired *Line // of the latest that was aired; nil where none is among the LatestOf
}

// LatestOf is among how many of a station's last reports the last that was aired is looked for.
const LatestOf = 20

// With is the latest with one more report, which came before those so far; whole tells that
// nothing is left to look for.
func (l Latest) With(line Line) (_ Latest, whole bool) {
	if line.Stands() && l.Said == nil {
		l.Said = &line
	}
	if line.Stands() && l.Aired == nil && line.Outcome == Aired {
		l.Aired = &line
	}
	return l, l.Aired != nil
}

// Log keeps the airing log. Commands are atomic and idempotent by the IDs in
// them; a repeat returns the first answer. It is safe for concurrent use.
type Log interface {
	// Confirm appends a report. Faults: see Decide; airing.id_reused when the
	// ID was used for another content.
	Confirm(ctx context.Context, m accounts.Meta, c Confirm) (Line, error)
	// Attach appends evidence whose bytes are already kept. Faults: see
	// DecideEvidence; airing.id_reused.
	Attach(ctx context.Context, m accounts.Meta, e Evidence) (Line, error)
	// Detach takes a piece of evidence away from a report. Faults: see
	// DecideRemoval.
	Detach(ctx context.Context, m accounts.Meta, r Removal) (Line, error)
	// VerifyAiring appends a verdict. Faults: see DecideVerdict.
	VerifyAiring(ctx context.Context, m accounts.Meta, v Verdict) (Line, error)
	// Prove appends a verdict of the machine. Faults: see DecideProof.
	Prove(ctx context.Context, m accounts.Meta, p Proof) (Line, error)
	// Unproved returns at most limit lines with a recording the present method has not heard, the
	// latest airing first.
	Unproved(ctx context.Context, limit int) ([]Line, error)
	// Airing returns one line by its report's ID.
	Airing(ctx context.Context, by accounts.Actor, id string) (Line, error)
	// Corrections returns all reports of one airing by the ID of any of them: the one that
	// corrects the others first, and before each the one that corrects it. Fault: airing.unknown.
	Corrections(ctx context.Context, by accounts.Actor, id string) ([]Line, error)
	// Airings returns a page of the lines the actor may read, latest airing
	// first, and the cursor of the next page, "" at the end. Faults:
	// airing.cursor, and accounts.denied for a query that is not Allowed.
	Airings(ctx context.Context, by accounts.Actor, q Query) (lines []Line, next string, err error)
	// Exhibits returns the exhibits of a span that the actor may read, the latest first, at
	// most MaxExhibits.
	Exhibits(ctx context.Context, by accounts.Actor, s Span) ([]Exhibit, error)
	// Latest returns, by station ID, what was last said of the airings of each of those
	// stations whose log the actor may read; a station of which nothing is said is left out.
	Latest(ctx context.Context, by accounts.Actor, stations []string) (map[string]Latest, error)
	// ForSlots returns, by slot ID, the standing line of each slot that has one; where
	// the station has none of its own, what answers it by Before.
	ForSlots(ctx context.Context, by accounts.Actor, slots []string) (map[string]Line, error)
}

// SettingsStore keeps the settings. Saving is idempotent by m.ID.
type SettingsStore interface {
	AiringSettings(ctx context.Context) (Settings, error)
	// SaveAiringSettings keeps what DecideSettings decides.
	SaveAiringSettings(ctx context.Context, m accounts.Meta, s Settings) (Settings, error)
}
