package library

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/internal/fault"
)

// CopyRecords is what a Copier asks of the store.
type CopyRecords interface {
	// CopiesDue lists at most limit of the recordings to be aired that have no current copy, or, where small is
	// asked for, that want a small one, in the order of their IDs, from the one behind after on; "" is from the first.
	CopiesDue(ctx context.Context, after string, small bool, limit int) ([]Recording, error)
	// Recording and RecordingReport return what is kept under an ID. Fault:
	// library.no_recording.
	Recording(ctx context.Context, id string) (Recording, error)
	RecordingReport(ctx context.Context, id string) (Report, error)
	// BroadcastCopy tells what stations receive of a recording; found is false while
	// nothing was made of it.
	BroadcastCopy(ctx context.Context, recording string) (c BroadcastCopy, found bool, err error)
	// LibrarySettings gives the settings in force.
	LibrarySettings(ctx context.Context) (Settings, error)
	// SaveBroadcastCopy keeps the copy instead of the one before. Fault:
	// library.no_recording.
	SaveBroadcastCopy(ctx context.Context, m accounts.Meta, c BroadcastCopy) (BroadcastCopy, error)
}

// CopierConfig is what a Copier needs; everything is required but TempDir.
type CopierConfig struct {
	Records CopyRecords
	Blobs   Blobs
	Log     *slog.Logger
	Now     func() time.Time
	TempDir string // "" is the system's
}

// Copier makes broadcast copies and then their small ones, one recording at a time: of each
// as it is kept, and of all that are due. What a crash or a full disk left undone is
// still due afterwards.
type Copier struct {
	cfg  CopierConfig
	kept chan string
	one  sync.Mutex
}

// waiting is how many recordings may wait for their copy; more are left to
// MakeAll.
const waiting = 64

// NewCopier returns a Copier; the caller then calls Run once.
func NewCopier(cfg CopierConfig) *Copier {
	return &Copier{cfg: cfg, kept: make(chan string, waiting)}
}

// Kept says that a recording has just been kept. It never blocks.
func (c *Copier) Kept(r Recording) {
	select {
	case c.kept <- r.ID:
	default:
	}
}

// Run makes what is due, and beside it a copy of each recording that is kept, until
// ctx ends.
func (c *Copier) Run(ctx context.Context) {
	var due sync.WaitGroup
	defer due.Wait()
	due.Go(func() { // of a whole library it takes hours, and what is kept meanwhile does not wait for it
		if _, _, err := c.MakeAll(ctx); err != nil && ctx.Err() == nil {
			c.cfg.Log.Error("broadcast copies are not made", "err", err)
		}
	})
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-c.kept:
			r, err := c.cfg.Records.Recording(ctx, id)
			if err == nil {
				_, err = c.make(ctx, r)
			}
			if err != nil && ctx.Err() == nil && !fault.Is(err, "library.no_recording") {
				c.cfg.Log.Error("broadcast copy is not made", "recording", id, "err", err)
			}
		}
	}
}

// MakeAll makes every copy that is due. It returns how many were made, and for
// how many recordings there can be none. What keeps one from being made does
// not keep the others; the errors come joined.
func (c *Copier) MakeAll(ctx context.Context) (made, failed int, err error) {
	var errs []error
	for after := ""; ; {
		due, err := c.cfg.Records.CopiesDue(ctx, after, audio.Encodes(), copiesAtOnce)
		if err != nil {
			return made, failed, errors.Join(append(errs, err)...)
		}
		for _, r := range due {
			if ctx.Err() != nil {
				return made, failed, ctx.Err()
			}
			after = r.ID
			copied, err := c.make(ctx, r)
			switch {
			case fault.Is(err, "library.no_recording"): // removed meanwhile
			case err != nil:
				errs = append(errs, err)
			case copied.Failed != nil:
				failed++
			default:
				made++
			}
		}
		if len(due) < copiesAtOnce {
			return made, failed, errors.Join(errs...)
		}
	}
}

// make makes and keeps the copies of one recording, as far as they are due.
func (c *Copier) make(ctx context.Context, r Recording) (BroadcastCopy, error) {
	c.one.Lock()
	defer c.one.Unlock()
	leave, err := audio.Turn(ctx)
	if err != nil {
		return BroadcastCopy{}, err
	}
	defer leave()
	rep, err := c.cfg.Records.RecordingReport(ctx, r.ID)
	if err != nil || !r.Aired() || rep.Facts == nil {
		return BroadcastCopy{}, err
	}
	set, err := c.cfg.Records.LibrarySettings(ctx)
	if err != nil {
		return BroadcastCopy{}, err
	}
	b, found, err := c.cfg.Records.BroadcastCopy(ctx, r.ID)
	if err != nil {
		return b, err
	}
	p, opt := set.Profile(r.Kind), audio.Options{MaxBytes: set.MaxBytes, TempDir: c.cfg.TempDir}
	if !found || !b.Current(p) {
		if b, err = MakeBroadcastCopy(ctx, c.cfg.Blobs, r, *rep.Facts, p, opt); err == nil {
			b, err = c.save(ctx, "copy", b)
		}
	}
	if err != nil || !b.WantsSmall() || !audio.Encodes() {
		return b, err
	}
	if err := b.makeSmall(ctx, c.cfg.Blobs, rep.Facts.Seconds, opt); err != nil {
		return b, err
	}
	return c.save(ctx, "small", b)
}

func (c *Copier) save(ctx context.Context, what string, b BroadcastCopy) (BroadcastCopy, error) {
	at := c.cfg.Now().UTC()
	m := accounts.Meta{ID: what + "-" + b.Recording + "-" + strconv.FormatInt(at.UnixNano(), 36), By: accounts.Daemon(), At: at}
	return c.cfg.Records.SaveBroadcastCopy(ctx, m, b)
}
