package intake

import (
	"bytes"
	"context"
	"errors"
	"hash"
	"io"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/internal/fault"
	"loa/library"
)

// Piece is what one request brings.
type Piece struct {
	At     int64     // where in the file it belongs
	Body   io.Reader // the bytes
	Size   int64     // how many are announced, or audio.Unknown
	Length int64     // of the whole file if this piece tells it, else audio.Unknown
	Sum    *Checksum // to be compared, or nil
	Stop   func()    // makes Body's Read return soon; must not block; may be nil
}

// Checksum is the hash a piece must have.
type Checksum struct {
	Hash hash.Hash
	Want []byte
}

// errTakenOver ends a writer when the same sender comes again on another
// connection.
var errTakenOver = errors.New("intake: another connection takes the upload over")

// Write adds a piece and returns how far the upload is then. Whatever cuts the
// piece short, every byte that came stays, unless a checksum was to be compared.
// After the last byte the verdict is waited for a little. Faults:
// uploads.unknown, uploads.locked, uploads.wrong_offset, uploads.too_long,
// uploads.length_changed, uploads.checksum_wrong, library.quota_used, and why the
// file is refused.
func (d *Desk) Write(ctx context.Context, person, id string, p Piece) (Status, error) {
	a, err := d.writeLocked(ctx, person, id, p)
	if err != nil {
		return Status{}, err
	}
	return d.outcome(ctx, a)
}

// writeLocked adds the piece as the one who changes the upload.
func (d *Desk) writeLocked(ctx context.Context, person, id string, p Piece) (Arrived, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	release, err := d.lock(ctx, id, func() {
		stop(errTakenOver)
		if p.Stop != nil {
			p.Stop()
		}
	})
	if err != nil {
		return Arrived{}, err
	}
	defer release()
	a, err := d.load(ctx, person, id)
	if err != nil {
		return Arrived{}, err
	}
	return d.add(ctx, a, p)
}

// add writes the piece; the caller holds the lock.
func (d *Desk) add(ctx context.Context, a Arrived, p Piece) (Arrived, error) {
	if a.Refused != nil {
		return a, a.Refused.Fault()
	}
	if p.At != a.Offset {
		return a, WrongOffset(a.Offset)
	}
	limit, err := d.measure(ctx, &a, p)
	if err != nil || p.Size == 0 || a.Kept {
		return a, err
	}
	if err := d.grow(ctx, a, max(a.Length, a.Offset+max(p.Size, 0)), true); err != nil {
		return a, err
	}
	defer func() { d.note(a) }()
	d.mu.Lock()
	l := d.live[a.ID]
	if l.settling != nil { // whole and being handed on: nothing fits behind it
		d.mu.Unlock()
		return a, nil
	}
	j := d.judge(l, a.Upload)
	j.rest()
	d.mu.Unlock()
	defer d.idle(a.ID, l, j)
	j.feed(a.Offset, false)
	ctx, cancel := context.WithCancel(ctx)
	d.wg.Go(func() { interrupt(ctx, j, p.Stop) })
	first := &firstByte{r: p.Body, now: d.cfg.Now}
	p.Body = first
	n, err := d.append(ctx, a, p, limit, j)
	cancel()
	a.Offset += n
	if n > 0 {
		a.Latest = d.cfg.Now()
		if a.First.IsZero() {
			a.First = first.at
			err = errors.Join(err, d.cfg.Spool.Save(d.ctx, a.Upload)) // what came stays, also when its sender has gone
		}
	}
	if verdict := j.verdict(); refusal(verdict) {
		return a, errors.Join(verdict, d.refuse(d.ctx, a.Upload, verdict)) // ending the reading may have ended ctx
	}
	return a, err
}

// firstByte notes when a body began to come: a piece may take an hour.
type firstByte struct {
	r   io.Reader
	now func() time.Time
	at  time.Time // UTC; zero before the first byte
}

func (f *firstByte) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if n > 0 && f.at.IsZero() {
		f.at = f.now().UTC()
	}
	return n, err
}

// interrupt ends the reading of a piece as soon as its file is refused, also
// while nothing comes. It asks again and again, as lock does.
func interrupt(ctx context.Context, j *job, stop func()) {
	select {
	case <-j.done:
	case <-ctx.Done():
		return
	}
	if stop == nil || !refusal(j.err) {
		return
	}
	nudge := time.NewTicker(lockNudge)
	defer nudge.Stop()
	for {
		stop()
		select {
		case <-nudge.C:
		case <-ctx.Done():
			return
		}
	}
}

// measure takes the length a piece tells and returns how long the file may
// become.
func (d *Desk) measure(ctx context.Context, a *Arrived, p Piece) (limit int64, err error) {
	s, err := d.cfg.Records.LibrarySettings(ctx)
	if err != nil {
		return 0, err
	}
	if p.Length != library.Unknown && p.Length != a.Length {
		switch {
		case a.Length != library.Unknown, p.Length < a.Offset:
			return 0, fault.New(fault.Invalid, "uploads.length_changed")
		case p.Length > s.MaxBytes:
			return 0, audio.TooLarge(s.MaxBytes)
		}
		if err := d.tellLength(ctx, a, p.Length); err != nil {
			return 0, err
		}
	}
	if a.Length == library.Unknown {
		if p.Size > s.MaxBytes-a.Offset {
			return 0, audio.TooLarge(s.MaxBytes)
		}
		return s.MaxBytes, nil
	}
	if p.Size > a.Length-a.Offset {
		return 0, fault.New(fault.TooLarge, "uploads.too_long", "length", a.Length)
	}
	return a.Length, nil
}

// tellLength notes how long an upload will be that did not say so at first, if
// the station has room for it.
func (d *Desk) tellLength(ctx context.Context, a *Arrived, length int64) error {
	if err := d.grow(ctx, *a, length, false); err != nil {
		return err
	}
	a.Length = length
	return d.cfg.Spool.Save(ctx, a.Upload)
}

// append brings the piece into the spool and tells the judge.
func (d *Desk) append(ctx context.Context, a Arrived, p Piece, limit int64, j *job) (int64, error) {
	body := io.Reader(&watched{r: p.Body, j: j, at: a.Offset})
	body = io.LimitReader(body, limit-a.Offset+1)
	progress := func(size int64) { j.feed(min(size, limit), false) }
	if p.Sum != nil {
		body, progress = io.TeeReader(body, p.Sum.Hash), nil
		a.Checked = a.Offset
		if err := d.cfg.Spool.Save(ctx, a.Upload); err != nil {
			return 0, err
		}
	}
	n, err := d.cfg.Spool.Append(ctx, a.ID, a.Offset, body, progress)
	if a.Offset+n > limit {
		err = audio.TooLarge(limit)
		if a.Length != library.Unknown { // more than was announced: not this file at all
			err = fault.New(fault.TooLarge, "uploads.too_long", "length", limit)
		}
		return 0, errors.Join(err, d.drop(a))
	}
	if p.Sum == nil {
		return n, err
	}
	if err == nil && !bytes.Equal(p.Sum.Hash.Sum(nil), p.Sum.Want) {
		err = fault.New(fault.Invalid, "uploads.checksum_wrong")
	}
	if err != nil {
		return 0, errors.Join(err, d.drop(a))
	}
	a.Checked = library.Unknown
	if err := d.cfg.Spool.Save(ctx, a.Upload); err != nil {
		return 0, err
	}
	j.feed(a.Offset+n, false)
	return n, nil
}

// drop takes a piece back, also when its sender has gone. The judge has seen
// some of it perhaps, so the next begins anew.
func (d *Desk) drop(a Arrived) error {
	d.mu.Lock()
	d.dropJob(d.live[a.ID])
	d.mu.Unlock()
	if err := d.cfg.Spool.Cut(d.ctx, a.ID, a.Offset); err != nil {
		return err
	}
	a.Checked = library.Unknown
	return d.cfg.Spool.Save(d.ctx, a.Upload)
}

// Take receives a whole file in one go, for senders that cannot go on where
// they were cut off: if it fails, nothing of it stays. It waits for the verdict.
// The same ID may come again, with the same file: there is still one recording.
// Faults: those of Create and Write, uploads.cut, and store.change_reused for
// another file under the ID or another person's ID.
func (d *Desk) Take(ctx context.Context, by accounts.Actor, id string, o Order, body io.Reader) (Status, error) {
	if _, busy := d.taking.LoadOrStore(id, nil); busy {
		return Status{}, fault.New(fault.Unavailable, "uploads.locked")
	}
	defer d.taking.Delete(id)
	if err := d.vacate(ctx, by, id); err != nil {
		return Status{}, err
	}
	st, err := d.Create(ctx, by, id, o)
	if err != nil {
		return Status{}, err
	}
	p := Piece{Body: body, Size: o.Length, Length: library.Unknown}
	if o.Length == library.Unknown {
		st, err = d.takeUnknown(ctx, by, id, p)
	} else {
		st, err = d.Write(ctx, by.Person, id, p)
	}
	for err == nil && st.Checking {
		st, err = d.Status(ctx, by.Person, id)
	}
	if err == nil && !st.Kept {
		err = fault.New(fault.Invalid, "uploads.cut", "offset", st.Offset)
	}
	return st, errors.Join(err, d.End(context.WithoutCancel(ctx), by.Person, id))
}

// vacate forgets what was left when an earlier Take under the same ID was killed.
func (d *Desk) vacate(ctx context.Context, by accounts.Actor, id string) error {
	a, err := d.cfg.Spool.Load(ctx, id)
	switch {
	case fault.Is(err, "uploads.unknown"):
		return nil
	case err != nil:
		return err
	case a.Owner.Person != by.Person:
		return fault.New(fault.Conflict, "store.change_reused")
	}
	return d.End(ctx, by.Person, id)
}

// takeUnknown receives a body to its end, which is then the length.
func (d *Desk) takeUnknown(ctx context.Context, by accounts.Actor, id string, p Piece) (Status, error) {
	st, err := d.Write(ctx, by.Person, id, p)
	if err != nil {
		return st, err
	}
	return d.Write(ctx, by.Person, id, Piece{At: st.Offset, Body: bytes.NewReader(nil), Length: st.Offset})
}
