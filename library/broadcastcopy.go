package library

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/audio/mpeg"
	"loa/internal/fault"
)

// BroadcastCopy is what stations receive of a recording that is to be aired:
// always an MP3, as near to the loudness wanted as whole steps of gain bring
// it. The recording itself is kept as it came.
type BroadcastCopy struct {
	Recording string `json:"recording"` // ID
	Blob      Ref    `json:"blob"`      // the recording's own where nothing had to be changed
	Steps     int    `json:"steps"`     // of mpeg.StepDB, against what was recorded or coded anew
	// Moved is by how many LU mixing many channels down had moved the loudness before the steps.
	Moved   float64 `json:"moved_lu,omitempty"`
	Limited bool    `json:"limited"` // its peaks kept it from being raised further
	// coded anew: it came in another format than MP3, or in free format, which few players know, or players stumble over it
	Encoded bool `json:"encoded"`
	Mended  bool `json:"mended,omitempty"` // frames that players stumble over are silent in it, and stray bytes gone
	// TargetLUFS and MaxTruePeak are the settings it was made for.
	TargetLUFS  float64   `json:"target_lufs"`
	MaxTruePeak float64   `json:"max_true_peak_dbtp"`
	Made        time.Time `json:"made"` // UTC
	// Small is what is listened to on mobile data: the same sound in one channel at audio.SmallRate. It is the copy's
	// own bytes where those are no larger, and the zero Ref while none was made.
	Small Ref `json:"small,omitzero"`
	// Failed says why there is none (Blob is then empty, and stations receive
	// the recording itself).
	Failed *Reason `json:"failed,omitempty"`
}

// Gain is how much louder than the recording the copy is, in dB.
func (c BroadcastCopy) Gain() float64 { return float64(c.Steps)*mpeg.StepDB + c.Moved }

// Current reports whether stations receive what they should: the copy was made for the
// profile. One that failed for want of an encoder is to be tried again.
func (c BroadcastCopy) Current(p audio.Profile) bool {
	return c.TargetLUFS == p.TargetLUFS && c.MaxTruePeak == p.MaxTruePeak && (c.Failed == nil || c.Failed.Kind != fault.Unavailable)
}

// WantsSmall reports whether a small copy can be made and was not.
func (c BroadcastCopy) WantsSmall() bool { return c.Failed == nil && c.Small.SHA256 == "" }

// MakeBroadcastCopy makes the copy of a recording for a profile, puts its bytes
// in blobs, and says what was done. Why there can be none, for the recording's own sake or for
// want of an encoder, is told by Failed; after an error, which is the disk's or
// ctx's, the call is to be repeated. Made is left to the store.
func MakeBroadcastCopy(ctx context.Context, blobs Blobs, r Recording, f audio.Facts, p audio.Profile, opt audio.Options) (BroadcastCopy, error) {
	c := BroadcastCopy{Recording: r.ID, Blob: r.Blob, TargetLUFS: p.TargetLUFS, MaxTruePeak: p.MaxTruePeak}
	err := c.make(ctx, blobs, r.Blob, f, p, opt)
	e := fault.Of(err)
	if e == nil || e.Kind != fault.Invalid && e.Kind != fault.Unsupported && e.Code != "audio.needs_encoder" {
		return c, err
	}
	reason := ReasonOf(err)
	c.Blob, c.Steps, c.Moved, c.Limited, c.Failed = Ref{}, 0, 0, false, &reason
	return c, nil
}

// make fills in the copy.
func (c *BroadcastCopy) make(ctx context.Context, blobs Blobs, from Ref, f audio.Facts, p audio.Profile, opt audio.Options) error {
	original, err := blobs.Open(ctx, from.SHA256)
	if err != nil {
		return err
	}
	defer original.Close()
	scratch, err := os.CreateTemp(opt.TempDir, "loa-copy-*")
	if err != nil {
		return fmt.Errorf("library: room for the copy: %w", err)
	}
	defer os.Remove(scratch.Name())
	defer scratch.Close()
	b, err := audio.NewBroadcast(ctx, original, scratch, f, p, opt)
	c.Encoded, c.Mended = b.Encoded, b.Mended
	if err != nil {
		return err
	}
	c.Steps, c.Moved, c.Limited = b.Steps, b.Moved, b.Limited
	if b.Steps == 0 && b.MP3 == io.ReadSeeker(original) {
		return nil
	}
	if _, err := b.MP3.Seek(0, io.SeekStart); err != nil {
		return err
	}
	c.Blob, err = putPiped(ctx, blobs, func(w io.Writer) error { return audio.LevelCopy(ctx, w, b.MP3, b.Steps) })
	return err
}

// makeSmall makes the small copy of sound of that length.
func (c *BroadcastCopy) makeSmall(ctx context.Context, blobs Blobs, seconds float64, opt audio.Options) error {
	if int64(seconds*audio.SmallRate/8) >= c.Blob.Size {
		c.Small = c.Blob
		return nil
	}
	full, err := blobs.Open(ctx, c.Blob.SHA256)
	if err != nil {
		return err
	}
	defer full.Close()
	c.Small, err = putPiped(ctx, blobs, func(w io.Writer) error { return audio.ToSmall(ctx, w, full, opt) })
	return err
}

// putPiped keeps what write writes.
func putPiped(ctx context.Context, blobs Blobs, write func(io.Writer) error) (Ref, error) {
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := write(in)
		in.CloseWithError(err)
		done <- err
	}()
	ref, err := blobs.Put(ctx, out, audio.MaxEncoded)
	out.CloseWithError(errors.New("library: the copy is not kept"))
	return ref, errors.Join(<-done, err)
}

// For gives what stations receive of r: name, media type and bytes of the copy,
// or of r itself while there is none.
func (c BroadcastCopy) For(r Recording) Recording {
	if c.Blob.SHA256 == "" || c.Blob == r.Blob {
		return r
	}
	return r.asMP3(c.Blob)
}

// Light gives in the same way what of r is listened to on mobile data. Fault: library.no_small_copy.
func (c BroadcastCopy) Light(r Recording) (Recording, error) {
	if c.Small.SHA256 == "" {
		return r, fault.New(fault.NotFound, "library.no_small_copy")
	}
	return r.asMP3(c.Small), nil
}

func (r Recording) asMP3(blob Ref) Recording {
	r.Blob, r.ContentType = blob, audio.MP3.ContentType()
	r.Name = strings.TrimSuffix(r.Name, path.Ext(r.Name)) + ".mp3"
	return r
}

// Offer is what a station is offered of a recording, in bytes: the copy to broadcast, and the small one to
// listen to, 0 while there is none.
type Offer struct{ Full, Small int64 }

// Listen is how much listening takes.
func (o Offer) Listen() int64 { return cmp.Or(o.Small, o.Full) }

// Offers tells of recordings, by their IDs, what stations are offered of those that are there.
func Offers(ctx context.Context, from interface {
	Recordings(ctx context.Context, q Query) (Page, error)
	BroadcastCopies(ctx context.Context, recordings []string) (map[string]BroadcastCopy, error)
}, ids map[string]bool) (map[string]Offer, error) {
	offers := map[string]Offer{}
	if len(ids) == 0 {
		return offers, nil
	}
	named, err := Named(ctx, from, ids)
	if err != nil {
		return nil, err
	}
	copies, err := from.BroadcastCopies(ctx, slices.Collect(maps.Keys(ids)))
	for id, r := range named {
		c := copies[id]
		offers[id] = Offer{c.For(r).Blob.Size, c.Small.Size}
	}
	return offers, err
}

// DecideBroadcastCopy stamps a copy of r that the daemon made. Faults:
// accounts.denied for anybody else; library.kind_unknown when stations do not
// receive such recordings; library.bad_blob_name.
func DecideBroadcastCopy(m accounts.Meta, r Recording, c BroadcastCopy) (BroadcastCopy, error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return c, err
	}
	if !r.Aired() {
		return c, fault.New(fault.Invalid, "library.kind_unknown").At("recording")
	}
	if c.Failed == nil {
		if err := c.Blob.Check(); err != nil {
			return c, err
		}
	}
	if c.Small != (Ref{}) {
		if err := c.Small.Check(); err != nil {
			return c, err
		}
	}
	c.Made = m.At.UTC()
	return c, nil
}
