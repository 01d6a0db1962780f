package audio

import (
	"context"
	"io"

	"loa/audio/fingerprint"
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
