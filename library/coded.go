package library

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// Copy is what is handed out of a file: its bytes, or those with a station's code in them, which are made while they are read.
type Copy struct {
	Tag  string // SHA-256 of the bytes
	Size int64

	blobs  Blobs
	sha256 string
	with   *mpeg.Spliced // nil of the file as it is
}

// CopyOf is a file as it is.
func CopyOf(blobs Blobs, file Ref) Copy {
	return Copy{Tag: file.SHA256, Size: file.Size, blobs: blobs, sha256: file.SHA256}
}

// Open gives the bytes for reading at any place. The caller closes it. Fault: library.blob_missing.
func (c Copy) Open(ctx context.Context) (io.ReadSeekCloser, error) {
	f, err := c.blobs.Open(ctx, c.sha256)
	if err != nil || c.with == nil {
		return f, err
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{c.with.Read(f), f}, nil
}

// Coder makes the copies of stations whose programme has their code in it. Nothing of them is kept on disk: what they are made of
// is read once, and what is planned is remembered, some bytes a frame; each is made once more to know its sum. It is safe for
// concurrent use.
type Coder struct {
	blobs  Blobs
	mu     sync.Mutex
	bases  map[string]*mpeg.Base // by SHA-256
	codes  map[code][]mpeg.Unit
	copies map[coded]Copy
}

type code struct{ number, rate, channels int }
type coded struct {
	sha256 string
	number int
}

// Of so many files is remembered what copies are made of, 70 kB each for a quarter of an hour, and of so many copies how they are
// made, 35 kB each.
const mostBases, mostCopies = 100, 500

// NewCoder returns a Coder.
func NewCoder(blobs Blobs) *Coder {
	return &Coder{blobs: blobs, bases: map[string]*mpeg.Base{}, codes: map[code][]mpeg.Unit{}, copies: map[coded]Copy{}}
}

// For gives the station's own copy of an MP3; what a code cannot be put into, on this machine or at all, is given as it is.
func (c *Coder) For(ctx context.Context, mp3 Ref, station string) (Copy, error) {
	plain := CopyOf(c.blobs, mp3)
	number, ok := CodeOf(station)
	if !ok {
		return plain, nil
	}
	own, err := c.coded(ctx, plain, number)
	if e := fault.Of(err); e != nil && (e.Kind == fault.Unsupported || e.Kind == fault.Invalid || e.Code == "audio.needs_encoder") {
		return plain, nil
	}
	return own, err
}

func (c *Coder) coded(ctx context.Context, plain Copy, number int) (Copy, error) {
	key := coded{plain.sha256, number}
	c.mu.Lock()
	own, ok := c.copies[key]
	c.mu.Unlock()
	if ok {
		return own, nil
	}
	base, err := c.base(ctx, plain)
	if err != nil {
		return plain, err
	}
	h := base.Header()
	units, err := c.units(ctx, code{number, h.SampleRate, h.Channels()})
	if err != nil {
		return plain, err
	}
	own = plain
	if own.with, err = audio.Coded(base, units); err != nil {
		return plain, err
	}
	own.Size = own.with.Size()
	f, err := own.Open(ctx)
	if err != nil {
		return plain, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return plain, err
	}
	own.Tag = hex.EncodeToString(sum.Sum(nil)) // a phone that keeps it compares what arrived with that
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.copies) >= mostCopies {
		clear(c.copies)
	}
	c.copies[key] = own
	return own, nil
}

// base reads what copies of the file are made of, once.
func (c *Coder) base(ctx context.Context, of Copy) (base *mpeg.Base, err error) {
	c.mu.Lock()
	base = c.bases[of.sha256]
	c.mu.Unlock()
	if base != nil {
		return base, nil
	}
	f, err := of.Open(ctx)
	if err != nil {
		return nil, err
	}
	base, err = audio.CodeBase(ctx, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.bases) >= mostBases {
		clear(c.bases)
	}
	c.bases[of.sha256] = base
	return base, nil
}

// units are the frames of a code, made once.
func (c *Coder) units(ctx context.Context, key code) ([]mpeg.Unit, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if units, ok := c.codes[key]; ok {
		return units, nil
	}
	units, err := audio.Code(ctx, key.number, key.rate, key.channels, audio.Options{})
	if err == nil {
		c.codes[key] = units
	}
	return units, err
}
