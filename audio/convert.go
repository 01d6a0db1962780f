package audio

import (
	"io"

	"loa/internal/fault"
)

// convert reads what only ffmpeg can.
func (d *decoding) convert(r io.Reader) error {
	return fault.New(fault.Unsupported, "audio.needs_converter", "format", string(d.facts.Format))
}
