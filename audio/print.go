package audio

import (
	"context"
	"io"

	"loa/audio/fingerprint"
	"loa/audio/match"
)

// Fingerprint reads a recording once, as it arrives, for its fingerprint alone.
// What is too damaged to be measured has an empty one. Errors are those of
// Decode.
func Fingerprint(ctx context.Context, r io.Reader, opt Options) (fingerprint.Print, error) {
	p := &printer{}
	facts, err := Decode(ctx, r, opt, p)
	if err != nil || facts.Partial || p.Printer == nil {
		return fingerprint.Print{}, err
	}
	return p.Print(), nil
}

// printer is the Sink that makes a fingerprint.
type printer struct{ *fingerprint.Printer }

func (p *printer) Begin(rate, channels int) { p.Printer = fingerprint.New(rate, channels) }

// MatchPrint reads a recording once, as it arrives, for what it is found by in a
// programme, or a clip in it. Errors are those of Decode.
func MatchPrint(ctx context.Context, r io.Reader, opt Options) (match.Print, error) {
	m := &matcher{}
	if _, err := Decode(ctx, r, opt, m); err != nil || m.Maker == nil {
		return match.Print{}, err
	}
	return m.Print(), nil
}

// matcher is the Sink that makes what a recording is found by.
type matcher struct{ *match.Maker }

func (m *matcher) Begin(rate, channels int) { m.Maker = match.New(rate, channels) }
