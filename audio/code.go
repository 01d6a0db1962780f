package audio

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"loa/audio/match"
	"loa/audio/mpeg"
	"loa/internal/fault"
)

// Code is the code of a number (match.CodeSound) as frames to splice into MP3s of a rate in Hz and so many channels.
// Faults: audio.needs_encoder, audio.other_rate.
func Code(ctx context.Context, number, rate, channels int, opt Options) ([]mpeg.Unit, error) {
	name, path, err := findEncoder()
	if err != nil {
		return nil, err
	}
	if encodedRate(rate) != rate {
		return nil, fault.New(fault.Unsupported, "audio.other_rate")
	}
	out, err := os.CreateTemp(opt.TempDir, "loa-code-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	e := &encoder{ctx: ctx, name: name, path: path, out: out.Name()}
	e.Begin(rate, channels)
	quiet := make([]float32, int(codeQuiet.Seconds()*float64(rate))*channels)
	e.Write(quiet)
	var block []float32
	for _, v := range match.CodeSound(number, rate) {
		for range channels {
			block = append(block, v)
		}
	}
	e.Write(block)
	e.Write(quiet)
	if err := e.end(); err != nil {
		return nil, err
	}
	return mpeg.Units(out)
}

// codeQuiet is the silence about a code: an encoder's padding, which the end of a recording is cut by, falls into it.
const codeQuiet = 60 * time.Millisecond

// Coded writes an MP3 to w with a code in front of it, in a pause about its middle, and behind it; between them it is
// the same sound. Faults: audio.other_rate, and those of Blind for what cannot be taken apart.
func Coded(ctx context.Context, w io.Writer, r io.ReadSeeker, code func(rate, channels int) ([]mpeg.Unit, error)) error {
	first, err := mpeg.NewScanner(r).Next()
	if err != nil {
		return mp3Fault(err)
	}
	units, err := code(first.Header.SampleRate, first.Header.Channels())
	if err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	err = mpeg.Splice(w, struct {
		io.Reader
		io.Seeker
	}{&contextReader{ctx, r}, r}, units)
	if errors.Is(err, mpeg.ErrOther) || errors.Is(err, mpeg.ErrDense) {
		return fault.New(fault.Unsupported, "audio.other_rate").Because(err)
	}
	return mp3Fault(err)
}
