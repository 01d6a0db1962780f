package library

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"loa/accounts"
	"loa/audio"
)

// BlindRecords is what a Booth asks of the store.
type BlindRecords interface {
	// Recording returns a recording. Fault: library.no_recording.
	Recording(ctx context.Context, id string) (Recording, error)
	// BlindCopies lists at most limit of the copies that are kept, in the order of their
	// recordings' IDs, from the one behind after on; "" is from the first.
	BlindCopies(ctx context.Context, after string, limit int) ([]BlindCopy, error)
	// BlindCopy returns the copy of a recording; found is false while there is
	// none.
	BlindCopy(ctx context.Context, recording string) (c BlindCopy, found bool, err error)
	// SaveBlindCopy keeps a copy instead of the one before. Fault:
	// library.no_recording.
	SaveBlindCopy(ctx context.Context, m accounts.Meta, c BlindCopy) (BlindCopy, error)
	// ForgetBlindCopy forgets the copy of a recording, if there is one.
	ForgetBlindCopy(ctx context.Context, m accounts.Meta, recording string) (BlindCopy, error)
}

// BoothConfig is what a Booth needs; everything is required but TempDir.
type BoothConfig struct {
	Records BlindRecords
	Blobs   Blobs
	Heard   func(context.Context) ([]string, error) // IDs of the recordings juries hear or will hear
	Log     *slog.Logger
	Now     func() time.Time
	TempDir string // "" is the system's
}

// Booth keeps what juries hear. Copies are made when a recording comes in, by
// Prepare, or at the latest when somebody listens. It is safe for concurrent
// use.
type Booth struct {
	cfg  BoothConfig
	kept chan string
	one  sync.Mutex
}

// NewBooth returns a Booth; the caller then calls Run once.
func NewBooth(cfg BoothConfig) *Booth { return &Booth{cfg: cfg, kept: make(chan string, waiting)} }

// Kept says that a recording has just been kept. It never blocks: more than can
// wait are left to Prepare.
func (b *Booth) Kept(r Recording) {
	if r.Kind != ForContest {
		return
	}
	select {
	case b.kept <- r.ID:
	default:
	}
}

// Run prepares what juries will hear, and then each recording that comes in
// for a contest, until ctx ends.
func (b *Booth) Run(ctx context.Context) {
	if _, err := b.Prepare(ctx); err != nil && ctx.Err() == nil {
		b.cfg.Log.Error("blind copies are not made", "err", err)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-b.kept:
			if _, err := b.copyOf(ctx, id); err != nil && ctx.Err() == nil {
				b.cfg.Log.Error("blind copy is not made", "recording", id, "err", err)
			}
		}
	}
}

// Prepare makes the copies juries will need and returns how many. What keeps
// one from being made does not keep the others; the errors come joined.
func (b *Booth) Prepare(ctx context.Context) (made int, err error) {
	heard, err := b.cfg.Heard(ctx)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, id := range heard {
		if ctx.Err() != nil {
			return made, ctx.Err()
		}
		fresh, err := b.copyOf(ctx, id)
		if err != nil {
			errs = append(errs, err)
		} else if fresh {
			made++
		}
	}
	return made, errors.Join(errs...)
}

// Sweep forgets the copies made before the given time that no jury will hear
// any more. Their bytes go with the next sweep of blobs.
func (b *Booth) Sweep(ctx context.Context, before time.Time) error {
	heard, err := b.cfg.Heard(ctx)
	if err != nil {
		return err
	}
	for after := ""; ; {
		copies, err := b.cfg.Records.BlindCopies(ctx, after, copiesAtOnce)
		if err != nil {
			return err
		}
		for _, c := range copies {
			if c.Made.Before(before) && !slices.Contains(heard, c.Recording) {
				if _, err := b.cfg.Records.ForgetBlindCopy(ctx, b.meta("blind-gone-", c.Recording), c.Recording); err != nil {
					return err
				}
			}
			after = c.Recording
		}
		if len(copies) < copiesAtOnce {
			return nil
		}
	}
}

// copiesAtOnce is how many copies, or recordings that want one, are asked for at once.
const copiesAtOnce = 200

// Open gives the copy of a recording for reading at any place; the caller
// closes it. One that is not there is made first: that takes a second or so
// for a long MP3, much longer for other formats.
func (b *Booth) Open(ctx context.Context, recording string) (io.ReadSeekCloser, error) {
	if _, err := b.copyOf(ctx, recording); err != nil {
		return nil, err
	}
	c, _, err := b.cfg.Records.BlindCopy(ctx, recording)
	if err != nil {
		return nil, err
	}
	return b.cfg.Blobs.Open(ctx, c.Blob.SHA256)
}

// copyOf makes the copy of a recording unless it is there with its bytes;
// fresh reports whether it had to.
func (b *Booth) copyOf(ctx context.Context, recording string) (fresh bool, err error) {
	there := func() (bool, error) {
		c, found, err := b.cfg.Records.BlindCopy(ctx, recording)
		if err != nil || !found {
			return false, err
		}
		_, err = b.cfg.Blobs.Stat(ctx, c.Blob.SHA256)
		return err == nil, nil
	}
	if ok, err := there(); ok || err != nil {
		return false, err
	}
	b.one.Lock()
	defer b.one.Unlock()
	leave, err := audio.Turn(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if ok, err := there(); ok || err != nil {
		return false, err // made while we waited
	}
	r, err := b.cfg.Records.Recording(ctx, recording)
	if err != nil {
		return false, err
	}
	original, err := b.cfg.Blobs.Open(ctx, r.Blob.SHA256)
	if err != nil {
		return false, err
	}
	defer original.Close()
	ref, err := putPiped(ctx, b.cfg.Blobs, func(w io.Writer) error {
		return audio.Blind(ctx, w, original, r.Format, audio.Options{MaxBytes: r.Blob.Size, TempDir: b.cfg.TempDir})
	})
	if err != nil {
		return false, err
	}
	_, err = b.cfg.Records.SaveBlindCopy(ctx, b.meta("blind-", recording), BlindCopy{Recording: recording, Blob: ref})
	return true, err
}

func (b *Booth) meta(prefix, recording string) accounts.Meta {
	at := b.cfg.Now().UTC()
	return accounts.Meta{ID: prefix + recording + "-" + strconv.FormatInt(at.UnixNano(), 36), By: accounts.Daemon(), At: at}
}
