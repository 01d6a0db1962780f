package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"loa/audio/mpeg"
	"loa/internal/fault"
)

// BlindBucket is the size in bytes that blind copies are rounded up to.
const BlindBucket = 512 << 10

// Enterable says why a recording cannot be entered in a contest: what the
// profile refuses, or (audio.needs_encoder) a format of which this machine can
// make no MP3 for the jury.
func Enterable(f Facts, p Profile) error {
	if err := Refusal(Check(f, p)); err != nil || f.Format == MP3 {
		return err
	}
	_, _, err := findEncoder()
	return err
}

// Blind writes the sound of the recording in r to w so that nothing but the
// sound says whose it is: an MP3 as mpeg.Strip leaves it; anything else, and an
// MP3 that cannot be taken apart, coded anew first. Faults are those of ToMP3.
func Blind(ctx context.Context, w io.Writer, r io.ReadSeeker, f Format, opt Options) error {
	if f == MP3 {
		err := strip(ctx, w, r, BlindBucket)
		if e := fault.Of(err); e == nil || e.Kind != fault.Unsupported && e.Kind != fault.Invalid {
			return err
		}
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("audio: back to the start: %w", err)
		}
	}
	coded, err := os.CreateTemp(opt.TempDir, "loa-blind-*")
	if err != nil {
		return fmt.Errorf("audio: room for the copy: %w", err)
	}
	defer os.Remove(coded.Name())
	defer coded.Close()
	if _, err := ToMP3(ctx, coded, r, opt); err != nil {
		return err
	}
	if _, err := coded.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("audio: back to the start: %w", err)
	}
	return strip(ctx, w, coded, BlindBucket)
}

// strip is mpeg.Strip. It writes nothing to w when it returns a fault: those come
// of its first pass.
func strip(ctx context.Context, w io.Writer, r io.ReadSeeker, bucket int64) error {
	err := mpeg.Strip(w, struct {
		io.Reader
		io.Seeker
	}{&contextReader{ctx, r}, r}, bucket)
	if errors.Is(err, mpeg.ErrDense) {
		return fault.New(fault.Unsupported, "audio.undecodable").Because(err)
	}
	return mp3Fault(err)
}
