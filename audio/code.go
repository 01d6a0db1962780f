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

// CodeBase is an MP3 that codes can be put into: in front of it, in a pause about its middle, and behind it. It is read to its end.
// Faults: those of Blind for what cannot be taken apart.
func CodeBase(ctx context.Context, r io.Reader) (*mpeg.Base, error) {
	b, err := mpeg.NewBase(&contextReader{ctx, r})
	return b, mp3Fault(err)
}

// Coded is an MP3 with a code in it; between the codes it is the same sound. Fault: audio.other_rate.
func Coded(base *mpeg.Base, code []mpeg.Unit) (*mpeg.Spliced, error) {
	s, err := base.With(code)
	if errors.Is(err, mpeg.ErrOther) || errors.Is(err, mpeg.ErrDense) {
		return nil, fault.New(fault.Unsupported, "audio.other_rate").Because(err)
	}
	return s, mp3Fault(err)
}
