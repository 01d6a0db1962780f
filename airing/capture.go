package airing

import (
	"slices"
	"time"

	"loa/internal/fault"
	"loa/library"
)

// Capture is how Loa's own page recorded a piece of evidence. All but AskedAt is the phone's word.
type Capture struct {
	BeganAt time.Time `json:"began_at"`          // UTC, by a clock that was put right
	AskedAt time.Time `json:"asked_at,omitzero"` // UTC; when the page asked for a recording, zero if it asked for none
	Noise   Switch    `json:"noise_suppression,omitempty"`
	Echo    Switch    `json:"echo_cancellation,omitempty"`
	Gain    Switch    `json:"automatic_gain,omitempty"`
	Level   int       `json:"level,omitempty"` // mean, in dB of the loudest there can be; 0 where the phone could not measure
}

// Switch is what a phone did with one of its treatments of sound, all of which it was asked to
// leave off; "" where it does not tell.
type Switch string

// The switches.
const (
	SwitchedOn  Switch = "on"
	SwitchedOff Switch = "off"
)

// Switches lists every one.
var Switches = []Switch{SwitchedOn, SwitchedOff}

const (
	// Prompt is how long a page waits for the recording that it asks for.
	Prompt = 3 * time.Minute
	// promptSlack is by how much a clock that was put right may still be wrong.
	promptSlack = 10 * time.Second
	// Silence is the level from which on down a recording holds no sound of a loudspeaker.
	Silence = -55
	// tooEarly and tooLate are what of the beginning and the end of an airing is no time to record: the machine
	// finds a clip best that lies half a minute from either.
	tooEarly, tooLate = 30 * time.Second, 90 * time.Second
)

// Moment is when a page asks for a recording of an airing: drawn by a number that only the server
// knows and that stays for a slot. It is zero where the airing is too short.
func Moment(draw uint64, start, over time.Time) time.Time {
	room := over.Sub(start) - tooEarly - tooLate
	if room < time.Second {
		return time.Time{}
	}
	return start.Add(tooEarly + time.Duration(draw%uint64(room/time.Second))*time.Second).UTC()
}

// Prompted reports whether the recording was made when the page asked for it.
func (c Capture) Prompted() bool {
	return !c.AskedAt.IsZero() && !c.BeganAt.Before(c.AskedAt.Add(-promptSlack)) && c.BeganAt.Before(c.AskedAt.Add(Prompt))
}

// Prompted reports whether there is a recording that was made when the page asked for it.
func (l Line) Prompted() bool {
	return slices.ContainsFunc(l.Evidence, func(e Evidence) bool { return e.Capture.Prompted() })
}

// Silent reports whether there is hardly any sound in it.
func (c Capture) Silent() bool { return c.Level <= Silence }

// captured is the capture of a file as its phone tells it, zero for one of another kind, or whose time is not known.
func captured(p Piece, e Evidence, rec library.Recording, line Line, now time.Time) (Capture, error) {
	if p.Capture == nil || e.Kind != Sound {
		return Capture{}, nil
	}
	c := *p.Capture
	for _, s := range []Switch{c.Noise, c.Echo, c.Gain} {
		if s != "" && !slices.Contains(Switches, s) {
			return Capture{}, fault.New(fault.Invalid, "airing.capture_unknown", "value", string(s))
		}
	}
	c.Level = max(-120, min(0, c.Level))
	c.BeganAt = e.RecordedAt(rec.Seconds, line, now).Round(time.Second)
	if c.BeganAt.IsZero() {
		return Capture{}, nil
	}
	return c, nil
}
