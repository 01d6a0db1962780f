package library

import (
	"context"
	"io"
	"strconv"
	"strings"
	"sync"

	"loa/audio"
	"loa/audio/match"
	"loa/audio/mpeg"
	"loa/internal/fault"
)

// CodeOf is the number that the station's code says; ok is false of an ID that has none.
func CodeOf(station string) (number int, ok bool) {
	number, err := strconv.Atoi(strings.TrimPrefix(station, "S"))
	return number, err == nil && strings.HasPrefix(station, "S") && number > 0 && number <= match.MostCode
}

// Coder makes the copies of stations whose programme has their code in it. They are kept as any bytes are that nothing
// points at, and made again, byte for byte, when they are asked for after that. It is safe for concurrent use.
type Coder struct {
	blobs Blobs
	mu    sync.Mutex
	made  map[coded]Ref
	codes map[code][]mpeg.Unit
}

type coded struct{ sha256, station string }
type code struct{ number, rate, channels int }

// NewCoder returns a Coder.
func NewCoder(blobs Blobs) *Coder {
	return &Coder{blobs: blobs, made: map[coded]Ref{}, codes: map[code][]mpeg.Unit{}}
}

// For gives the station's own copy of an MP3; what a code cannot be put into, on this machine or at all, is given as it is.
func (c *Coder) For(ctx context.Context, mp3 Ref, station string) (Ref, error) {
	number, ok := CodeOf(station)
	if !ok {
		return mp3, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := coded{mp3.SHA256, station}
	if ref, ok := c.made[key]; ok {
		if _, err := c.blobs.Stat(ctx, ref.SHA256); err == nil {
			return ref, nil
		}
	}
	f, err := c.blobs.Open(ctx, mp3.SHA256)
	if err != nil {
		return mp3, err
	}
	defer f.Close()
	ref, err := putPiped(ctx, c.blobs, func(w io.Writer) error {
		return audio.Coded(ctx, w, f, func(rate, channels int) ([]mpeg.Unit, error) {
			key := code{number, rate, channels}
			if units, ok := c.codes[key]; ok {
				return units, nil
			}
			units, err := audio.Code(ctx, number, rate, channels, audio.Options{})
			if err == nil {
				c.codes[key] = units
			}
			return units, err
		})
	})
	if e := fault.Of(err); e != nil && (e.Kind == fault.Unsupported || e.Kind == fault.Invalid || e.Code == "audio.needs_encoder") {
		return mp3, nil
	}
	if err == nil {
		c.made[key] = ref
	}
	return ref, err
}
