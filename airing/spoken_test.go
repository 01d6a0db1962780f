package airing

import (
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// What a phone says of the past is believed between its last contact and now; a clock that is wrong
// moves nothing; what nothing proves is marked and counts from when it was heard.
func TestWhenSomethingWasSaidOnAPhone(t *testing.T) {
	contact := slotStart.Add(-12 * time.Hour)  // the phone was last in touch in the morning
	said := slotStart.Add(20 * time.Minute)    // she pressed when it was over
	heard := slotStart.Add(3*24*time.Hour + 1) // there was no signal for three days
	day := 24 * time.Hour
	off := func(d time.Duration) *int { n := int(d / time.Second); return &n }
	for _, c := range []struct {
		name string
		s    Spoken
		want time.Time
		ok   bool
	}{
		{"a right clock", Spoken{At: said, SentAt: heard, Known: contact}, said, true},
		{"a clock a day fast all the time", Spoken{At: said.Add(day), SentAt: heard.Add(day), Known: contact}, said, true},
		{"a clock a day slow all the time", Spoken{At: said.Add(-day), SentAt: heard.Add(-day), Known: contact}, said, true},
		{"a clock of 1970", Spoken{At: time.Unix(5000, 0), SentAt: time.Unix(5000, 0).Add(heard.Sub(said)), Known: contact}, said, true},
		{"a clock a week fast, put right meanwhile", Spoken{At: said.Add(7 * day), SentAt: heard, Behind: off(-7 * day), Known: contact}, said, true},
		{"a clock a week slow, put right meanwhile", Spoken{At: said.Add(-7 * day), SentAt: heard, Behind: off(7 * day), Known: contact}, said, true},
		{"put right meanwhile, never measured", Spoken{At: said.Add(-7 * day), SentAt: heard, Known: contact}, said.Add(-7 * day), false},
		{"where two times can be, the later", Spoken{At: said, SentAt: heard, Behind: off(time.Hour), Known: contact}, said.Add(time.Hour), true},
		{"claimed before the last contact", Spoken{At: said, SentAt: heard, Known: said.Add(time.Hour)}, said, false},
		{"no stamp", Spoken{At: said, SentAt: heard}, said, false},
		{"a stamp of weeks ago", Spoken{At: said, SentAt: heard, Known: heard.Add(-15 * day)}, said, false},
		{"a stamp of tomorrow", Spoken{At: said, SentAt: heard, Known: heard.Add(day)}, said, false},
		{"a clock that went back", Spoken{At: said.Add(9 * day), SentAt: heard, Known: contact}, heard, false},
		{"the ends of time", Spoken{At: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), SentAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), Known: contact},
			heard.Add(-1 << 63), false},
	} {
		at, proven := c.s.said(heard)
		if c.name == "the ends of time" {
			if proven {
				t.Error(c.name)
			}
			continue
		}
		if want := c.want.UTC().Truncate(time.Second); !at.Equal(want) || proven != c.ok {
			t.Errorf("%s: %v %v, want %v %v", c.name, at, proven, want, c.ok)
		}
	}
}

func TestAReportThatWaitedIsOnTimeByWhenItWasSaid(t *testing.T) {
	said, heard := slotStart.Add(20*time.Minute), slotStart.Add(3*24*time.Hour)
	ask := func(known time.Time) Confirm {
		return Confirm{ID: someID, Slot: "slot", Outcome: Aired, Spoken: &Spoken{At: said, SentAt: heard, Known: known}}
	}
	m := accounts.Meta{By: operator, At: heard}
	r, err := decided(facts(), m, ask(slotStart.Add(-time.Hour)))
	if err != nil || !r.OnTime || !r.SaidAt.Equal(said) || r.Unproven {
		t.Errorf("an honest report that waited for three days: %+v, %v", r, err)
	}
	if line := (Line{Report: r, ReceivedAt: heard}); !line.Heard().Equal(said) || line.Waited() != heard.Sub(said).Round(time.Minute) {
		t.Errorf("heard %v, waited %v", line.Heard(), line.Waited())
	}
	r, err = decided(facts(), m, ask(slotStart.Add(time.Hour)))
	if err != nil || r.OnTime || !r.SaidAt.Equal(said) || !r.Unproven {
		t.Errorf("a time before the last contact: %+v, %v", r, err)
	}
	if line := (Line{Report: r, ReceivedAt: heard}); !line.Heard().Equal(heard) {
		t.Errorf("what nothing proves was heard %v", line.Heard())
	}
	if r, err := decided(facts(), m, Confirm{ID: someID, Slot: "slot", Outcome: Aired}); err != nil || r.OnTime || !r.SaidAt.IsZero() {
		t.Errorf("a report that waited nowhere: %+v, %v", r, err)
	}
	now := accounts.Meta{By: operator, At: said}
	c := ask(slotStart)
	c.Spoken.At, c.Spoken.SentAt = said.Add(24*time.Hour-10*time.Second), said.Add(24*time.Hour)
	if r, err := decided(facts(), now, c); err != nil || !r.SaidAt.IsZero() || r.ClockAhead != 24*60*60 || r.ClockOff() != 24*time.Hour {
		t.Errorf("said and heard at once by a fast clock: %+v, %v", r, err)
	}
}

// Who comes second is told when the other report was made, not when the server heard of it; where nothing proves that, when it heard.
func TestAConflictTellsWhenTheOtherWasSaid(t *testing.T) {
	said, heard := slotStart.Add(20*time.Minute), slotStart.Add(3*24*time.Hour)
	other := Line{Report: Report{ID: "other", Station: "S00012", Slot: "slot", Outcome: Aired, StartedAt: slotStart, SaidAt: said},
		ReceivedAt: heard, By: monitor}
	m := accounts.Meta{By: operator, At: heard.Add(time.Hour)}
	for _, unproven := range []bool{false, true} {
		f, want := facts(), said
		if other.Unproven = unproven; unproven {
			want = heard
		}
		f.OfSlot = &other
		if _, err := decided(f, m, Confirm{ID: someID, Slot: "slot", Outcome: Aired}); !fault.Is(err, "airing.slot_reported") ||
			!fault.Of(err).Args["at"].(time.Time).Equal(want) {
			t.Errorf("reported: %v, want %v", fault.Of(err), want)
		}
		old := other
		old.CorrectedBy = "newer"
		f.Corrected, f.Newest = &old, &other
		if _, err := decided(f, m, Confirm{ID: someID, Corrects: "other", Why: "nhầm", Outcome: Aired}); !fault.Is(err, "airing.corrected_already") ||
			!fault.Of(err).Args["at"].(time.Time).Equal(want) {
			t.Errorf("corrected: %v, want %v", fault.Of(err), want)
		}
	}
}

// Nobody says on a phone that something aired before it began, to be heard afterwards.
func TestWhatIsSaidBeforeItBeganIsRefused(t *testing.T) {
	heard := slotStart.Add(5 * time.Hour)
	c := Confirm{ID: someID, Slot: "slot", Outcome: Aired, Spoken: &Spoken{At: slotStart.Add(-time.Hour), SentAt: heard, Known: slotStart.Add(-2 * time.Hour)}}
	if _, err := decided(facts(), accounts.Meta{By: operator, At: heard}, c); !fault.Is(err, "airing.in_future") {
		t.Errorf("got %v", err)
	}
}

// A slot that was moved while the phone had no network: what she said is of the hour her page showed.
func TestASlotMovedWhileThePhoneWasAwayIsAskedAboutAgain(t *testing.T) {
	f := facts()
	was := slotStart.UTC()
	f.Slot.Start, f.Slot.MovedFrom = slotStart.Add(4*time.Hour), slotStart
	said, heard := slotStart.Add(-time.Hour), slotStart.Add(26*time.Hour)
	c := Confirm{ID: someID, Slot: "slot", Outcome: NotAired, Reason: PowerCut, StartedAt: was,
		Spoken: &Spoken{At: said, SentAt: heard, Known: said.Add(-time.Hour)}}
	r, err := decided(f, accounts.Meta{By: operator, At: heard}, c)
	if err != nil || !r.StartedAt.Equal(was) {
		t.Fatalf("%+v, %v", r, err)
	}
	if line := (Line{Report: r, ReceivedAt: heard}); line.Answers(*f.Slot) {
		t.Error("what was said of the earlier hour answers the later one")
	}
	c.Spoken, c.StartedAt = nil, time.Time{}
	if r, err := decided(f, accounts.Meta{By: operator, At: heard}, c); err != nil || !r.StartedAt.Equal(f.Slot.Start) {
		t.Errorf("without a phone: %+v, %v", r, err)
	}
}

// A slip taken back on the phone within ten minutes needs no reason when the server hears of both at night.
func TestASlipIsTakenBackWithoutANetwork(t *testing.T) {
	f := facts()
	reported := slotStart.Add(20 * time.Minute)
	old := NewLine(Entry{Station: "S00012", By: operator, ReceivedAt: reported, Report: &Report{ID: "0190b1c2-0000-7000-8000-000000000009", Station: "S00012",
		Slot: "slot", Programme: "P1", Outcome: Aired, StartedAt: slotStart.UTC(), Seconds: 600}}, "")
	f.Corrected, f.OfSlot, f.Answering = &old, &old, true
	heard := reported.Add(9 * time.Hour)
	c := Confirm{ID: someID, Outcome: Withdrawn, Corrects: old.ID, Spoken: &Spoken{At: reported.Add(5 * time.Minute), SentAt: heard, Known: reported}}
	if _, err := decided(f, accounts.Meta{By: operator, At: heard}, c); err != nil {
		t.Errorf("taken back after five minutes, heard at night: %v", err)
	}
	c.Spoken.At = reported.Add(11 * time.Minute)
	if _, err := decided(f, accounts.Meta{By: operator, At: heard}, c); !fault.Is(err, "airing.correct_why") {
		t.Errorf("taken back after eleven minutes: %v", err)
	}
}

// A repeat is the same whatever the phone's clock says at the second try.
func TestTheClockOfATryIsNoContent(t *testing.T) {
	a := Confirm{ID: someID, Slot: "slot", Outcome: Aired}
	b := a
	b.Spoken = &Spoken{At: slotStart, SentAt: slotStart.Add(time.Hour)}
	if a.Request() != b.Request() {
		t.Error("a second try is another content")
	}
}
