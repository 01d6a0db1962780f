package audio

import (
	"context"
	"errors"
	"io"
	"math"

	"loa/audio/mpeg"
	"loa/internal/fault"
)

// LevelSteps chooses how many steps of mpeg.StepDB bring a recording nearest
// to the profile's loudness. It never raises the true peak above the profile's
// limit, nor at all where the peak is not known for sure; limited says that this
// held it back. Without a measured loudness it is 0.
func LevelSteps(f Facts, p Profile) (steps int, limited bool) {
	loudness, ok := f.Loudness()
	if !ok || p.TargetLUFS == 0 {
		return 0, false
	}
	steps = int(math.Round((p.Target(f) - loudness) / mpeg.StepDB))
	if steps <= 0 {
		return steps, false
	}
	room := 0
	if peak, ok := f.Measures.TruePeak.Get(); ok && !f.Measures.TruePeakAtLeast && !f.doubtful() {
		room = max(0, int(math.Floor((p.MaxTruePeak-peak)/mpeg.StepDB)))
	}
	return min(steps, room), steps > room
}

// LevelCopy writes the MP3 in r to w louder or softer by steps (see
// LevelSteps) without decoding it; the same with -steps gives the original
// back, byte for byte. A file that is no MP3, or whose frames cannot be changed
// that far, is an Invalid or Unsupported fault; what was written by then is to
// be thrown away.
func LevelCopy(ctx context.Context, w io.Writer, r io.Reader, steps int) error {
	err := mpeg.Gain(w, &contextReader{ctx, r}, steps)
	if errors.Is(err, mpeg.ErrGainRange) {
		return fault.New(fault.Invalid, "audio.gain_range").Because(err)
	}
	return mp3Fault(err)
}

// contextReader stops reading when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
