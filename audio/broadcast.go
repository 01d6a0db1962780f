package audio

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"loa/audio/mpeg"
	"loa/internal/fault"
)

// Broadcast is an MP3 over which no player stumbles, and what was done to a
// recording so that it is one. Raised by Steps (see LevelCopy) it is as loud as
// whole steps of gain bring it.
type Broadcast struct {
	MP3     io.ReadSeeker // the recording itself where nothing but its level has to change
	Steps   int           // of mpeg.StepDB, still to be made
	Moved   float64       // LU by which coding anew moved the loudness already, as mixing six channels down does
	Limited bool          // its peaks keep it from being raised further
	Encoded bool          // coded anew
	Mended  bool          // frames that players stumble over are silent in it, and stray bytes gone
}

// NewBroadcast makes the MP3 that stations receive of a recording with the facts
// f, for a profile. What has to be written is written to scratch, an empty file.
// Faults: those of ToMP3.
func NewBroadcast(ctx context.Context, original io.ReadSeeker, scratch *os.File, f Facts, p Profile, opt Options) (Broadcast, error) {
	b := Broadcast{MP3: original, Encoded: f.MP3 == nil || f.MP3.Rating == mpeg.Free}
	var err error
	came := f
	if b.Encoded {
		f, err = b.encode(ctx, original, scratch, opt)
	} else {
		var clean bool
		if clean, err = playsAsItCame(ctx, original, scratch, f); err == nil && !clean {
			f, err = b.mend(ctx, original, scratch, f, opt)
		}
	}
	if err != nil {
		return b, err
	}
	if b.Encoded || b.Mended {
		b.MP3 = scratch
	}
	if was, ok := came.Loudness(); b.Encoded && ok && came.Channels > 2 {
		if is, ok := f.Loudness(); ok {
			b.Moved = is - was
		}
	}
	b.Steps, b.Limited = LevelSteps(f, p)
	return b, nil
}

// clean reports whether nothing in an MP3 is known that players stumble over.
func (f Facts) clean() bool {
	m := f.MP3
	return m.Damaged == 0 && m.Missing == 0 && m.BadCRC == 0 && m.Garbage == 0 &&
		!slices.ContainsFunc(f.Warnings, func(w Warning) bool { return w.Code == "audio.no_end" || w.Code == "audio.converter_complained" })
}

// playsAsItCame reports whether players do not stumble over the recording itself.
func playsAsItCame(ctx context.Context, original io.Reader, scratch *os.File, f Facts) (bool, error) {
	if !f.clean() {
		return false, nil
	}
	if _, err := io.Copy(scratch, &contextReader{ctx, original}); err != nil {
		return false, err
	}
	return playsCleanly(ctx, scratch)
}

// mend writes an MP3 over which players do not stumble to scratch: the frames as
// they are, with those that are damaged silent and what is none left out; or, if
// that does not play cleanly either, coded anew. The facts are those to level by.
func (b *Broadcast) mend(ctx context.Context, original io.ReadSeeker, scratch *os.File, f Facts, opt Options) (Facts, error) {
	if err := anew(original, scratch); err != nil {
		return f, err
	}
	err := strip(ctx, scratch, original, 1)
	if e := fault.Of(err); e != nil && e.Kind != fault.Unsupported && e.Kind != fault.Invalid {
		return f, err
	}
	if err == nil {
		if b.Mended, err = playsCleanly(ctx, scratch); err != nil {
			return f, err
		}
		// Frames that only the decoder found damaged still stand in the copy: without
		// a player to try it on, it is coded anew where that is possible.
		if b.Mended && (findPlayer() != "" || f.MP3.Damaged == 0) || !Encodes() {
			b.Mended = true
			return f, nil
		}
		b.Mended = false
	}
	b.Encoded = true
	return b.encode(ctx, original, scratch, opt)
}

// encode codes the recording anew. Coding moves peaks: the facts are measured on
// what will be heard.
func (b *Broadcast) encode(ctx context.Context, original io.ReadSeeker, scratch *os.File, opt Options) (Facts, error) {
	if err := anew(original, scratch); err != nil {
		return Facts{}, err
	}
	if _, err := ToMP3(ctx, scratch, original, opt); err != nil {
		return Facts{}, err
	}
	if _, err := scratch.Seek(0, io.SeekStart); err != nil {
		return Facts{}, err
	}
	return Analyse(ctx, scratch, opt)
}

// anew makes room for another copy and goes back to the start of the original.
func anew(original io.Seeker, scratch *os.File) error {
	for _, f := range []io.Seeker{original, scratch} {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("audio: back to the start: %w", err)
		}
	}
	return scratch.Truncate(0)
}
