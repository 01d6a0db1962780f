package airing

import (
	"math"
	"testing"
	"time"
)

// TestARecordingIsAskedForAtAMomentWithinTheAiring draws many moments: none near either end, all parts of the airing
// alike, the same for the same draw, and none of an airing that is too short.
func TestARecordingIsAskedForAtAMomentWithinTheAiring(t *testing.T) {
	t.Parallel()
	start := time.Date(2024, 5, 13, 10, 0, 0, 0, time.UTC)
	over := start.Add(15 * time.Minute)
	var parts [13]int
	for i := range uint64(13000) {
		draw := i * 0x9e3779b97f4a7c15
		at := Moment(draw, start, over)
		if at.Before(start.Add(30*time.Second)) || at.After(over.Add(-90*time.Second)) {
			t.Fatalf("%v is no time to record an airing until %v", at, over)
		}
		if again := Moment(draw, start, over); !again.Equal(at) {
			t.Fatalf("%v, then %v", at, again)
		}
		parts[at.Sub(start.Add(30*time.Second))/time.Minute]++
	}
	for i, n := range parts {
		if n < 800 || n > 1200 {
			t.Errorf("minute %d has %d of 13000", i, n)
		}
	}
	for _, length := range []time.Duration{0, time.Minute, 2 * time.Minute} {
		if at := Moment(math.MaxUint64, start, start.Add(length)); !at.IsZero() {
			t.Errorf("an airing of %v is asked for at %v", length, at)
		}
	}
}

func TestARecordingIsMadeWhenItWasAskedFor(t *testing.T) {
	t.Parallel()
	asked := time.Date(2024, 5, 13, 10, 5, 0, 0, time.UTC)
	for off, want := range map[time.Duration]bool{-time.Minute: false, -5 * time.Second: true, 0: true, 2 * time.Minute: true, Prompt: false} {
		if got := (Capture{BeganAt: asked.Add(off), AskedAt: asked}).Prompted(); got != want {
			t.Errorf("begun %v after: %v", off, got)
		}
	}
	if (Capture{BeganAt: asked}).Prompted() || (Capture{}).Prompted() {
		t.Error("what was never asked for was made when asked")
	}
}
