package airing

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Settings are what the plan leaves open, with the defaults of DefaultSettings.
type Settings struct {
	WeekShiftHours int `json:"week_shift_hours" schema:"minimum=0 maximum=167"` // hours after Monday 00:00 at which a week begins, 0 to 167
	OnTimeHours    int `json:"on_time_hours" schema:"minimum=1 maximum=1440"`   // a report is on time up to so long after the airing ended
	NearSlotHours  int `json:"near_slot_hours" schema:"minimum=1 maximum=72"`   // an airing farther from its slot's start is no airing of that slot
	CloseAfterDays int `json:"close_after_days" schema:"minimum=1 maximum=90"`  // a week is frozen so long after it ended
	// "https://loa.example.vn", where people reach this installation; "" while nobody has said
	PublicURL string      `json:"public_url,omitempty"`
	Before    []WeekStart `json:"before,omitempty"` // when earlier weeks began, oldest first
	accounts.Touch
}

// Edition is what two editors of the settings begin from.
func (s Settings) Edition() accounts.Edition { return accounts.EditionOf(s.Touch, s) }

// WeekStart says when weeks began until the setting was changed.
type WeekStart struct {
	Until      Week `json:"until"`       // the first week that begins otherwise
	ShiftHours int  `json:"shift_hours"` // after Monday 00:00
}

// DefaultSettings are the ISO week, 48 hours, 12 hours and 7 days.
func DefaultSettings() Settings {
	return Settings{OnTimeHours: 48, NearSlotHours: 12, CloseAfterDays: 7}
}

// Check returns a fault when a setting is out of range.
func (s Settings) Check() error {
	if s.PublicURL != "" {
		u, err := url.Parse(s.PublicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Scheme+"://"+u.Host != s.PublicURL {
			return fault.New(fault.Invalid, "airing.public_url_form", "text", s.PublicURL).At("public_url").Because(err)
		}
	}
	for _, r := range []struct {
		field     string
		v, lo, hi int
	}{
		{"week_shift_hours", s.WeekShiftHours, 0, 167},
		{"on_time_hours", s.OnTimeHours, 1, 24 * 60},
		{"near_slot_hours", s.NearSlotHours, 1, 72},
		{"close_after_days", s.CloseAfterDays, 1, 90},
	} {
		if r.v < r.lo || r.v > r.hi {
			return fault.New(fault.Invalid, "airing.setting_range", "from", r.lo, "until", r.hi).At(r.field)
		}
	}
	return nil
}

// Calendar is where weeks begin in the given zone.
func (s Settings) Calendar(zone *time.Location) Calendar {
	return Calendar{Zone: zone, Shift: time.Duration(s.WeekShiftHours) * time.Hour, Before: s.Before}
}

// DecideSettings says what settings are kept. Weeks that have begun keep their
// bounds: another start of the week holds from the next one on, so that no
// airing moves to another week. Nothing else is decided anew by a setting
// either: what it means for a report stands in the report. Faults:
// accounts.denied, edit.stale, airing.setting_range.
func DecideSettings(old Settings, m accounts.Meta, set Settings) (Settings, error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return Settings{}, err
	}
	if err := m.Current(old.Edition()); err != nil {
		return Settings{}, err
	}
	if err := set.Check(); err != nil {
		return Settings{}, err
	}
	set.Before = slices.Clone(old.Before)
	if set.WeekShiftHours == old.WeekShiftHours {
		set.Touch = m.Touch(old, set)
		return set, nil
	}
	cal, anew := old.Calendar(text.Zone), Calendar{Zone: text.Zone, Shift: time.Duration(set.WeekShiftHours) * time.Hour}
	next := cal.Week(m.At) + 1
	for !anew.Start(next).After(m.At) {
		next++ // it would have begun already
	}
	set.Before = slices.DeleteFunc(set.Before, func(b WeekStart) bool { return b.Until >= next })
	if hours := int(cal.shift(next-1) / time.Hour); hours != set.WeekShiftHours {
		set.Before = append(set.Before, WeekStart{Until: next, ShiftHours: hours})
	}
	set.Touch = m.Touch(old, set)
	return set, nil
}

// DecideWeekStartAnew lets weeks begin in another way from the week on that a
// past day lies in. It returns how many hours after Monday 00:00 they began then,
// and whether anything changes. Faults: accounts.denied, airing.setting_range.
func DecideWeekStartAnew(old Settings, m accounts.Meta, from stations.Date, hours int) (set Settings, was int, changed bool, err error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return old, 0, false, err
	}
	set = old
	set.WeekShiftHours = hours
	if err := set.Check(); err != nil {
		return old, 0, false, err
	}
	cal := old.Calendar(text.Zone)
	first := cal.Week(from.Start(text.Zone))
	set.Before = slices.DeleteFunc(slices.Clone(old.Before), func(b WeekStart) bool { return b.Until >= first })
	if before := int(cal.shift(first-1) / time.Hour); before != hours {
		set.Before = append(set.Before, WeekStart{Until: first, ShiftHours: before})
	}
	return set, int(cal.shift(first) / time.Hour), set.WeekShiftHours != old.WeekShiftHours || !slices.Equal(set.Before, old.Before), nil
}

// Confirm is what a client asks to be written down. Slot alone is enough for
// a planned airing; Station and Programme name one that no slot foresaw. Of
// such a one, what went out in the time of a slot of that programme is a report
// of the slot, unless Unplanned says otherwise.
type Confirm struct {
	ID        string    `json:"-"` // client-made UUID
	Slot      string    `json:"slot,omitempty"`
	Station   string    `json:"station,omitempty"`
	Programme string    `json:"programme,omitempty"`
	Outcome   Outcome   `json:"outcome" schema:"required"`
	Reason    Reason    `json:"reason,omitempty"`
	StartedAt time.Time `json:"started_at,omitzero"`                                // zero means the slot's start
	Seconds   int       `json:"seconds,omitempty" schema:"minimum=1 maximum=21600"` // 0 means as planned
	Means     Means     `json:"means,omitempty"`
	Note      string    `json:"note,omitempty" schema:"maxLength=1000"`
	Corrects  string    `json:"corrects,omitempty" schema:"format=uuid"`
	Why       string    `json:"why,omitempty" schema:"maxLength=1000"`
	Unplanned bool      `json:"unplanned,omitempty"` // an airing of its own, though a slot of the programme was planned at that time
	Alone     bool      `json:"alone,omitempty"`     // refuse it if the station is said to have aired something else at that time
	Seen      *string   `json:"seen,omitempty"`      // word of what checkSeen asked; "" asks, and who sends none is not asked
	Spoken    *Spoken   `json:"spoken,omitempty"`    // of a report that waited on a phone
	// ID of what the station said by telephone: the report says just that, and who sends it agrees.
	Proposal string  `json:"proposal,omitempty" schema:"format=uuid"`
	Texted   *Texted `json:"-"` // of a report that came as a text message
	Book     *Booked `json:"-"` // of a row of a book that was kept before Loa
}

// Correcting is the command with what it leaves out taken over from the report
// it corrects: that is not in question, and stays as it was said.
func (c Confirm) Correcting(old Line) Confirm {
	c.Slot, c.Station = cmp.Or(c.Slot, old.Slot), cmp.Or(c.Station, old.Station)
	if c.Programme == "" || c.Slot != "" {
		c.Programme = old.Programme
	}
	if c.StartedAt.IsZero() || c.Outcome == Withdrawn {
		c.StartedAt = old.StartedAt
	}
	c.Note = cmp.Or(c.Note, old.Note)
	if c.Outcome == old.Outcome {
		c.Seconds, c.Means, c.Reason = cmp.Or(c.Seconds, old.Seconds), cmp.Or(c.Means, old.Means), cmp.Or(c.Reason, old.Reason)
	}
	return c
}

// Request is the hash that tells a repeat from another content under the same ID. What is
// told of the phone's clock is another one at each try.
func (c Confirm) Request() string {
	c.Spoken = nil
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings, ints and times always encode
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Facts are what Decide needs to know, loaded in the transaction that will
// store its answer.
type Facts struct {
	Settings  Settings
	Station   string                // resolved ID, "" when there is no such station
	Gone      error                 // says that undoing a merger or a split took the station away, nil if none did
	Where     accounts.Where        // where it lies
	ActiveAt  func(time.Time) bool  // whether the station existed then
	GoesOn    func(time.Time) error // says who had taken over from the station by then, nil if nobody had
	Means     []Means               // what the station has; nil when nobody filled it in
	Slot      *scheduler.Slot       // of Confirm.Slot, or set by Meet
	Episode   *scheduler.Episode    // planned for the slot
	Programme *scheduler.Programme  // of the slot, the corrected report, or Confirm.Programme
	Corrected *Line                 // of Confirm.Corrects
	Answering bool                  // that one is what answers its slot now
	Newest    *Line                 // what corrected that last; nil while it stands
	OfSlot    *Line                 // the slot's standing line, by Told
	Near      []Line                // of Confirm.Alone and Confirm.Book: lines of the station that began in the span of Near
	Closed    bool                  // the week in which it aired is frozen
	Proposal  *Proposal             // of Confirm.Proposal
}

// Limits of a report.
const (
	maxAhead   = 5 * time.Minute // how far a phone's clock may run ahead
	maxForesee = 24 * time.Hour  // how long before a slot one may know it will not air
	maxSeconds = 6 * 60 * 60     // longest airing
	maxText    = 1000            // characters of a note
)

// Decide says what a request makes of the log. Faults, all of code "airing.…":
// bad_id, no_slot, station_missing, no_station (or stations.undone), no_programme, slot_of_other_station,
// outcome_unknown, reason_missing, reason_unknown, means_unknown,
// seconds_range, in_future, too_early, far_from_slot, before_station (or stations.passed),
// time_missing, text_too_long, slot_reported, overlaps, correct_what, correct_why,
// corrected_already, other_station, withdraw_only_corrects, said_otherwise, booked_known, booked_contrary; once.unseen, once.seen_another.
func Decide(f Facts, m accounts.Meta, c Confirm) (Change, error) {
	request := c.Request()
	if f.Proposal != nil {
		if c.contradicts(*f.Proposal) && f.Proposal.hers(m) == nil { // else that is what is wrong
			return Change{}, fault.New(fault.Invalid, "airing.said_otherwise").At("proposal")
		}
		c = c.Confirming(*f.Proposal)
	}
	if f.Corrected != nil {
		c = c.Correcting(*f.Corrected)
	}
	if c.Slot == "" && f.Slot != nil {
		c.Slot = f.Slot.ID // the one that it meets
	}
	r := Report{ID: c.ID, Slot: c.Slot, Station: f.Station, Outcome: c.Outcome, Reason: c.Reason, Means: c.Means,
		Note: text.Lines(c.Note), Corrects: c.Corrects, Why: text.Lines(c.Why), Request: request}
	r.speak(c.Spoken, m.At)
	r.text(c.Texted, m.At)
	for _, step := range []func(*Report, Facts, accounts.Meta, Confirm) error{
		checkProposal, checkPlace, checkCorrection, checkOutcome, checkTime, checkOnce, checkOverlap, checkBooked, checkSeen,
	} {
		if err := step(&r, f, m, c); err != nil {
			return Change{}, err
		}
	}
	switch old := f.Corrected; {
	case old != nil && old.Slot == r.Slot:
		r.Episode = old.Episode // as it was planned when that arrived
	case f.Episode != nil:
		r.Episode = f.Episode.ID
	}
	r.weigh(f, m)
	return reported(f, m, r), nil
}

// weigh says whether the report counts and is on time. A correction that says
// the same of the airing itself changes neither; one that says another time or
// length is weighed anew, by when the outcome was first said: also where somebody said the contrary in between.
func (r *Report) weigh(f Facts, m accounts.Meta) {
	if r.Outcome == Withdrawn {
		return
	}
	heard := r.spoke(m.At.UTC())
	if old := f.Corrected; old != nil && old.Outcome == r.Outcome {
		heard = old.Heard()
		r.HeardAt, r.OtherAt = heard, old.OtherAt
		if old.sameAiring(*r) {
			r.Qualifies, r.OffTarget, r.OnTime = old.Qualifies, old.OffTarget, old.OnTime
			return
		}
	}
	if old := f.Corrected; old != nil && old.Outcome != r.Outcome && old.Outcome != Withdrawn {
		if !old.OtherAt.IsZero() {
			heard, r.HeardAt = old.OtherAt, old.OtherAt
		}
		r.OtherAt = old.Heard()
	}
	r.by(f.Programme.TermsAt(r.StartedAt))
	r.OnTime = !heard.After(r.End().Add(time.Duration(f.Settings.OnTimeHours) * time.Hour))
}

// sameAiring reports whether both speak of the same airing: programme, time
// and length.
func (r Report) sameAiring(other Report) bool {
	return r.Programme == other.Programme && r.StartedAt.Equal(other.StartedAt) && r.Seconds == other.Seconds
}

// Differs lists what another report of the same airing says otherwise, by the names of the
// members.
func (r Report) Differs(other Report) (what []string) {
	for _, x := range []struct {
		name string
		is   bool
	}{
		{"outcome", r.Outcome != other.Outcome}, {"programme", r.Programme != other.Programme},
		{"started_at", !r.StartedAt.Equal(other.StartedAt)}, {"seconds", r.Seconds != other.Seconds},
		{"means", r.Means != other.Means}, {"reason", r.Reason != other.Reason}, {"note", r.Note != other.Note},
	} {
		if x.is {
			what = append(what, x.name)
		}
	}
	return what
}

// checkPlace finds the station and programme, and whether the actor may
// report there.
func checkPlace(r *Report, f Facts, m accounts.Meta, c Confirm) error {
	if id, err := uuid.Parse(c.ID); err != nil || id.String() != c.ID {
		return fault.New(fault.Invalid, "airing.bad_id").At("id")
	}
	if kept := f.Corrected != nil && f.Corrected.Slot == c.Slot; c.Slot != "" && f.Slot == nil && !kept {
		return fault.New(fault.NotFound, "airing.no_slot").At("slot")
	}
	switch {
	case f.Station == "" && c.Slot == "" && c.Station == "":
		return fault.New(fault.Invalid, "airing.station_missing").At("station")
	case f.Station == "" && f.Gone != nil:
		return f.Gone
	case f.Station == "":
		return fault.New(fault.NotFound, "airing.no_station", "station", c.Station).At("station")
	}
	if err := MayReport(m.By, f.Where); err != nil {
		return err
	}
	if f.Slot != nil && f.Slot.Station != f.Station {
		return fault.New(fault.Invalid, "airing.slot_of_other_station").At("slot")
	}
	if f.Programme == nil {
		return fault.New(fault.NotFound, "airing.no_programme").At("programme")
	}
	r.Programme = f.Programme.ID
	return nil
}

// checkCorrection makes sure that a correction says what it corrects and why.
func checkCorrection(r *Report, f Facts, m accounts.Meta, c Confirm) error {
	if c.Corrects == "" {
		if c.Outcome == Withdrawn {
			return fault.New(fault.Invalid, "airing.withdraw_only_corrects").At("outcome")
		}
		return nil
	}
	switch old := f.Corrected; {
	case old == nil:
		return fault.New(fault.NotFound, "airing.correct_what").At("corrects")
	case old.Station != f.Station:
		return fault.New(fault.Invalid, "airing.other_station").At("corrects")
	case old.CorrectedBy != "":
		return corrected(*f.Newest).At("corrects")
	case r.Why == "" && !undone(*old, accounts.Meta{By: m.By, At: r.spoke(m.At)}, c):
		return fault.New(fault.Invalid, "airing.correct_why").At("why")
	}
	return nil
}

// corrected says who corrected a report meanwhile, when and to what, and where that is.
func corrected(newest Line) *fault.Error {
	e := fault.New(fault.Conflict, "airing.corrected_already", "name", newest.By.Name, "at", newest.Spoke(), "other", newest.ID)
	e.Parts = []*fault.Error{fault.New(fault.Conflict, "airing.corrected_to."+string(newest.Outcome), "at", newest.StartedAt,
		"length", time.Duration(newest.Seconds)*time.Second)}
	return e
}

// checkOnce makes sure that a slot has one report that answers it at most.
func checkOnce(r *Report, f Facts, m accounts.Meta, _ Confirm) error {
	switch {
	case f.OfSlot == nil || r.Outcome == Withdrawn || f.Corrected != nil && f.OfSlot.ID == f.Corrected.ID:
		return nil
	case f.Slot != nil && !(Line{Report: *r, ReceivedAt: m.At}).Answers(*f.Slot): // a correction of what was said of an earlier hour
		return nil
	}
	return fault.New(fault.Conflict, "airing.slot_reported", "name", f.OfSlot.By.Name, "at", f.OfSlot.Spoke(), "other", f.OfSlot.ID).At("slot")
}

// undone reports whether the person takes back what she has just reported: a
// slip of the thumb, which needs no reason. What a second person has looked at,
// and a correction, which would leave nothing standing, are no such slips.
func undone(old Line, m accounts.Meta, c Confirm) bool {
	return c.Outcome == Withdrawn && old.By.Person == m.By.Person && old.Corrects == "" && old.Finding == "" && !m.At.After(old.UndoneUntil())
}

func checkOutcome(r *Report, f Facts, _ accounts.Meta, c Confirm) error {
	switch c.Outcome {
	case Aired:
		if r.Reason != "" {
			return fault.New(fault.Invalid, "airing.reason_of_aired").At("reason")
		}
		if r.Means != "" && !slices.Contains(AllMeans[:], r.Means) {
			return fault.New(fault.Invalid, "airing.means_unknown").At("means")
		}
		r.Seconds = c.Seconds
		if r.Seconds == 0 {
			r.Seconds = planned(f)
		}
		if r.Seconds < 1 || r.Seconds > maxSeconds {
			return fault.New(fault.Invalid, "airing.seconds_range", "hours", maxSeconds/3600).At("seconds")
		}
	case NotAired:
		if r.Reason == "" {
			return fault.New(fault.Invalid, "airing.reason_missing").At("reason")
		}
		if !slices.Contains(Reasons[:], r.Reason) {
			return fault.New(fault.Invalid, "airing.reason_unknown").At("reason")
		}
		r.Means = ""
	case Withdrawn:
		r.Reason, r.Means = "", ""
	default:
		return fault.New(fault.Invalid, "airing.outcome_unknown").At("outcome")
	}
	if utf8.RuneCountInString(r.Note) > maxText || utf8.RuneCountInString(r.Why) > maxText {
		return fault.New(fault.Invalid, "airing.text_too_long", "n", maxText).At("note")
	}
	return nil
}

// planned is how long the airing should have been, in seconds; 0 is unknown.
func planned(f Facts) int {
	switch n := lengthOf(f.Episode); {
	case f.Corrected != nil && f.Corrected.Seconds > 0:
		return f.Corrected.Seconds
	case n > 0:
		return n
	case f.Slot != nil:
		return plannedLength(*f.Slot, nil)
	}
	return 0
}

// plannedLength is how long a slot's airing should be, in seconds: as its
// episode, or as the slot where that is unknown.
func plannedLength(s scheduler.Slot, e *scheduler.Episode) int {
	if n := lengthOf(e); n > 0 {
		return n
	}
	return int(s.End.Sub(s.Start) / time.Second)
}

// lengthOf is an episode's length in seconds, 0 if it has none or there is none.
func lengthOf(e *scheduler.Episode) int {
	if e == nil {
		return 0
	}
	return int(e.Seconds + 0.5)
}

func checkTime(r *Report, f Facts, m accounts.Meta, c Confirm) error {
	at := c.StartedAt
	if r.Outcome == NotAired && c.Slot != "" { // of what did not air, the time is that for which it was planned
		switch old := f.Corrected; {
		case old != nil && old.Slot == r.Slot && old.Outcome == NotAired:
			at = old.StartedAt
		case c.Spoken != nil && !at.IsZero(): // as her page showed it, without a network
		case f.Slot != nil:
			at = f.Slot.Start
		}
	}
	switch {
	case !at.IsZero():
	case f.Slot != nil:
		at = f.Slot.Start
	default:
		return fault.New(fault.Invalid, "airing.time_missing").At("started_at")
	}
	r.StartedAt = at.UTC().Truncate(time.Second)
	kept := f.Corrected != nil && f.Corrected.Slot == r.Slot && f.Corrected.StartedAt.Equal(r.StartedAt) // and taken when it was said
	spoke := r.spoke(m.At)
	ahead := r.StartedAt.Sub(spoke)
	switch {
	case r.Outcome == Aired && ahead > maxAhead:
		return fault.New(fault.Invalid, "airing.in_future", "at", r.StartedAt, "now", spoke).At("started_at")
	case ahead > maxForesee:
		return fault.New(fault.Invalid, "airing.too_early", "at", r.StartedAt).At("started_at")
	case kept:
		return nil
	case !f.ActiveAt(r.StartedAt):
		if e := fault.Of(f.GoesOn(r.StartedAt)); e != nil {
			return e.At("started_at")
		}
		return fault.New(fault.Invalid, "airing.before_station", "at", r.StartedAt).At("started_at")
	}
	if near := time.Duration(f.Settings.NearSlotHours) * time.Hour; f.Slot != nil && r.StartedAt.Sub(f.Slot.Start).Abs() > near {
		return fault.New(fault.Invalid, "airing.far_from_slot", "slot", f.Slot.Start, "limit", near).At("started_at")
	}
	return nil
}

// Repeats is nil if the confirmation is the one the report of its ID was made of, sent
// again by the same person. Fault: airing.id_reused.
func Repeats(report Line, m accounts.Meta, c Confirm) error {
	if report.Request != c.Request() || report.By.Person != m.By.Person {
		return idReused()
	}
	return nil
}

func idReused() error { return fault.New(fault.Conflict, "airing.id_reused").At("id") }
