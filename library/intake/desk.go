package intake

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/internal/fault"
	"loa/library"
)

// How long the desk waits for what. They are short against the patience of a
// phone's browser and of a proxy, and long against a healthy disk.
const (
	lockWait    = 20 * time.Second      // for another sender to let go
	lockNudge   = 50 * time.Millisecond // between two requests to let go
	verdictWait = 10 * time.Second      // for the verdict on a file that is whole, before saying "still checking"
	idleJudge   = 2 * time.Minute       // a judge without new bytes gives its memory back
	earlyJudges = 32                    // files judged while they arrive; others are judged when whole
	refusedKept = 24 * time.Hour        // a refused upload says why
)

// Records is what the desk asks of the store.
type Records interface {
	// SaveRecording keeps a recording under m.ID; repeated, it gives the first
	// answer. Faults: those of library.DecideRecording.
	SaveRecording(ctx context.Context, m accounts.Meta, c library.SaveRecording) (library.Recording, error)
	// StationBytes tells how much a station keeps.
	StationBytes(ctx context.Context, station string) (int64, error)
	// Recording gives a recording. Fault: library.no_recording.
	Recording(ctx context.Context, id string) (library.Recording, error)
	// LibrarySettings gives the settings in force.
	LibrarySettings(ctx context.Context) (library.Settings, error)
}

// Config is what a Desk needs; everything is required but Kept and TempDir.
type Config struct {
	Spool   Spool
	Blobs   library.Blobs
	Records Records
	Log     *slog.Logger
	Now     func() time.Time
	Kept    func(library.Recording) // is told of each recording once it is kept; must not block
	TempDir string                  // for phone formats while they are read; "" is the system's
}

// Desk is where files arrive. It is safe for concurrent use.
type Desk struct {
	cfg  Config
	ctx  context.Context // of everything that outlives a request
	quit context.CancelFunc
	wg   sync.WaitGroup

	early, whole chan struct{} // a place is taken by each judge at work

	taking sync.Map // the IDs under which Take is at work

	claims claims // of what is under way

	differences atomic.Int64

	mu   sync.Mutex
	live map[string]*live
}

// Differences is of how many files, since the start, two decoders of MP3 heard
// something else: see audio.Facts.WitnessDiffered. Each is in the log, by its hash.
func (d *Desk) Differences() int64 { return d.differences.Load() }

// live is what is going on with one upload.
type live struct {
	writer   chan struct{} // holds one token: that of who changes the upload
	users    int           // who hold or wait for it
	stop     func()        // asks the present writer to end, nil when there is no need
	job      *job          // judges it, nil when nobody does
	settling *settling     // hands it on, nil before it is whole
}

// Status is what a sender may know about an upload.
type Status struct {
	library.Upload
	Offset   int64     // bytes that are safe
	Expires  time.Time // when it is given up unless more comes
	Checking bool      // it is whole and being judged: ask again
}

// New opens the desk. The caller then calls Resume once, and Close at the end.
func New(ctx context.Context, cfg Config) *Desk {
	ctx, quit := context.WithCancel(ctx)
	return &Desk{cfg: cfg, ctx: ctx, quit: quit, live: map[string]*live{},
		early: make(chan struct{}, earlyJudges), whole: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Close stops judging and waits until nothing of the desk runs any more. What
// is unfinished goes on after the next start.
func (d *Desk) Close() {
	d.quit()
	d.wg.Wait()
}

// Order is what somebody wants to send.
type Order struct {
	Kind    library.Kind // "" is audio.ForProgramme
	Station string       // whose quota it counts in; "" lets library.OwnerOf choose
	Name    string       // of the file, as the sender calls it
	Length  int64        // in bytes, or audio.Unknown
	Meta    string       // given back as it came
}

// Create makes an empty upload under id, a UUID nobody can guess. Faults: those
// of library.OwnerOf, audio.too_large, library.kind_unknown, library.quota_used,
// uploads.length_unknown, uploads.too_many_open, uploads.too_many_of_station.
func (d *Desk) Create(ctx context.Context, by accounts.Actor, id string, o Order) (Status, error) {
	if o.Kind == "" {
		o.Kind = library.ForProgramme
	}
	owner, err := library.OwnerOf(by, o.Kind, o.Station)
	if err != nil {
		return Status{}, err
	}
	if err := o.Kind.Check(); err != nil {
		return Status{}, err
	}
	s, err := d.cfg.Records.LibrarySettings(ctx)
	if err != nil {
		return Status{}, err
	}
	if o.Length < 0 && o.Length != library.Unknown {
		return Status{}, fault.New(fault.Invalid, "uploads.length_unknown")
	}
	if o.Length > s.MaxBytes {
		return Status{}, audio.TooLarge(s.MaxBytes)
	}
	u := library.Upload{ID: id, Owner: owner, Kind: o.Kind, Name: library.CleanName(o.Name), Length: o.Length, Meta: o.Meta,
		Created: d.cfg.Now().UTC(), Checked: library.Unknown}
	if err := d.admit(ctx, u, s); err != nil {
		return Status{}, err
	}
	if err := d.cfg.Spool.Save(ctx, u); err != nil {
		d.ended(id)
		return Status{}, err
	}
	return Status{Upload: u, Expires: u.Created.Add(s.Unfinished)}, nil
}

// Status tells how far an upload is, after whoever still writes to it was asked
// to end. A file that is whole is waited for a little. Faults: uploads.unknown,
// uploads.locked, and why the file was refused.
func (d *Desk) Status(ctx context.Context, person, id string) (Status, error) {
	release, err := d.lock(ctx, id, nil)
	if err != nil {
		return Status{}, err
	}
	a, err := d.load(ctx, person, id)
	release()
	if err != nil {
		return Status{}, err
	}
	return d.outcome(ctx, a)
}

// load gives an upload to its owner; for anybody else it is not there. The
// caller holds the lock. What a crash left of an unchecked piece is dropped.
func (d *Desk) load(ctx context.Context, person, id string) (Arrived, error) {
	a, err := d.cfg.Spool.Load(ctx, id)
	if err != nil {
		return Arrived{}, err
	}
	if a.Owner.Person != person {
		return Arrived{}, NoUpload(nil)
	}
	if a.Ended() {
		a.Offset = a.Length
		return a, nil
	}
	if a.Checked != library.Unknown {
		a.Offset = min(a.Offset, a.Checked)
		if err := d.cfg.Spool.Cut(ctx, id, a.Offset); err != nil {
			return Arrived{}, err
		}
		a.Checked = library.Unknown
		if err := d.cfg.Spool.Save(ctx, a.Upload); err != nil {
			return Arrived{}, err
		}
	}
	return a, nil
}

// outcome is the status of an upload; one that is whole is handed on first.
func (d *Desk) outcome(ctx context.Context, a Arrived) (Status, error) {
	s, err := d.cfg.Records.LibrarySettings(ctx)
	if err != nil {
		return Status{}, err
	}
	st := Status{Upload: a.Upload, Offset: a.Offset, Expires: a.Latest.Add(s.Unfinished).UTC()}
	if a.Refused != nil {
		return Status{}, a.Refused.Fault()
	}
	if a.Kept {
		// A recording that was removed is no reason not to send the file again.
		_, err := d.cfg.Records.Recording(ctx, a.ID)
		if fault.Is(err, "library.no_recording") {
			err = NoUpload(nil)
		}
		return st, err
	}
	if a.Offset != a.Length {
		return st, nil
	}
	done := d.settle(a)
	wait := time.NewTimer(verdictWait)
	defer wait.Stop()
	select {
	case <-done.done:
		st.Kept = done.err == nil
		return st, done.err
	case <-wait.C:
		st.Checking = true
		return st, nil
	case <-ctx.Done():
		return Status{}, ctx.Err()
	}
}

// End forgets an upload at its sender's wish; a recording made of it stays.
func (d *Desk) End(ctx context.Context, person, id string) error {
	release, err := d.lock(ctx, id, nil)
	if err != nil {
		return err
	}
	defer release()
	a, err := d.load(ctx, person, id)
	if err != nil {
		return err
	}
	return d.remove(ctx, a)
}

// remove drops an upload whose lock is held.
func (d *Desk) remove(ctx context.Context, a Arrived) error {
	d.mu.Lock()
	l := d.live[a.ID]
	s := l.settling
	d.dropJob(l)
	d.mu.Unlock()
	if s != nil {
		select {
		case <-s.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := d.cfg.Spool.Remove(ctx, a.ID, false); err != nil {
		return err
	}
	d.ended(a.ID)
	return nil
}

// Sweep forgets uploads that got no byte for so long that they are given up, and
// refused ones after a day, and tells how many. What is whole and could not be kept is handed on again:
// its sender may believe it kept and never ask.
func (d *Desk) Sweep(ctx context.Context, now time.Time) (removed int, err error) {
	s, err := d.cfg.Records.LibrarySettings(ctx)
	if err != nil {
		return 0, err
	}
	for a, err := range d.cfg.Spool.List(ctx) {
		if err != nil {
			return removed, err
		}
		patience := s.Unfinished
		if a.Refused != nil {
			patience = min(patience, refusedKept)
		}
		if now.Sub(a.Latest) < patience && !a.whole() {
			continue
		}
		gone, err := d.tend(ctx, a.ID, now.Add(-patience))
		if err != nil {
			return removed, err
		}
		if gone {
			removed++
		}
	}
	return removed, nil
}

// tend forgets an upload whose latest byte came no later than until, and hands
// one on that is whole. It looks again under the lock: more may have come.
func (d *Desk) tend(ctx context.Context, id string, until time.Time) (gone bool, err error) {
	release, err := d.lock(ctx, id, nil)
	if err != nil {
		return false, err
	}
	a, err := d.cfg.Spool.Load(ctx, id)
	var s *settling
	switch {
	case fault.Is(err, "uploads.unknown"):
		err = nil
	case err != nil:
	case !a.Latest.After(until):
		gone, err = true, d.remove(ctx, a)
	case a.whole():
		s = d.settle(a)
	}
	release()
	if s == nil {
		return gone, err
	}
	select { // one after another: what arrives goes first
	case <-s.done:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// Resume hands on what was whole when the daemon last ended. It returns when
// that is under way.
func (d *Desk) Resume(ctx context.Context) error {
	for a, err := range d.cfg.Spool.List(ctx) {
		if err != nil {
			return err
		}
		if a.whole() {
			d.settle(a)
		}
	}
	return nil
}

// lock makes the caller the one who changes the upload. Whoever holds it is
// asked to stop, again and again because a reader may just be about to begin
// its wait. stop, which may be nil and must not block, is how the caller is
// asked in turn.
func (d *Desk) lock(ctx context.Context, id string, stop func()) (release func(), err error) {
	d.mu.Lock()
	l := d.live[id]
	if l == nil {
		l = &live{writer: make(chan struct{}, 1)}
		d.live[id] = l
	}
	l.users++
	d.mu.Unlock()
	wait, nudge := time.NewTimer(lockWait), time.NewTicker(lockNudge)
	defer wait.Stop()
	defer nudge.Stop()
	for {
		select {
		case l.writer <- struct{}{}:
			d.mu.Lock()
			l.stop = stop
			d.mu.Unlock()
			return func() { d.unlock(id, l) }, nil
		default:
		}
		d.mu.Lock()
		if l.stop != nil {
			l.stop()
		}
		d.mu.Unlock()
		select {
		case <-nudge.C:
		case <-wait.C:
			err = fault.New(fault.Unavailable, "uploads.locked")
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		if err != nil {
			d.leave(id, l)
			return nil, err
		}
	}
}

func (d *Desk) unlock(id string, l *live) {
	d.mu.Lock()
	l.stop = nil
	d.mu.Unlock()
	<-l.writer
	d.leave(id, l)
}

// leave forgets about an upload with which nothing goes on.
func (d *Desk) leave(id string, l *live) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.users--
	d.forget(id, l)
}

// forget is called with d.mu held.
func (d *Desk) forget(id string, l *live) {
	if l.users == 0 && l.job == nil && l.settling == nil && d.live[id] == l {
		delete(d.live, id)
	}
}

// settling is the handing on of one upload.
type settling struct {
	done chan struct{}
	err  error // a fault the file is refused with, or what keeps it from being kept just now
}

// settle starts to hand on an upload that is whole, unless that goes on.
func (d *Desk) settle(a Arrived) *settling {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.live[a.ID]
	if l == nil {
		l = &live{writer: make(chan struct{}, 1)}
		d.live[a.ID] = l
	}
	if l.settling != nil {
		return l.settling
	}
	s := &settling{done: make(chan struct{})}
	l.settling = s
	j := d.judge(l, a.Upload)
	j.feed(a.Length, true)
	d.wg.Go(func() {
		defer close(s.done)
		<-j.done
		s.err = d.hand(d.ctx, a.Upload, j)
		if s.err != nil && !refusal(s.err) {
			d.cfg.Log.Error("upload is whole but not kept yet", "upload", a.ID, "err", s.err)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		l.settling = nil
		d.dropJob(l)
		d.forget(a.ID, l)
	})
	return s
}

// hand makes the recording of a judged upload, or notes why there is none.
func (d *Desk) hand(ctx context.Context, u library.Upload, j *job) error {
	if j.err != nil {
		if !refusal(j.err) {
			return j.err
		}
		return errors.Join(j.err, d.refuse(ctx, u, j.err))
	}
	s, err := d.cfg.Records.LibrarySettings(ctx)
	if err != nil {
		return err
	}
	f, err := d.cfg.Spool.Open(ctx, u.ID)
	if err != nil {
		return err
	}
	defer f.Close()
	ref, err := d.cfg.Blobs.Put(ctx, f, s.MaxBytes)
	if err != nil {
		return err
	}
	if j.report.Facts != nil && j.report.Facts.SHA256 != ref.SHA256 {
		return errors.New("intake: the bytes kept are not those that were judged")
	}
	r, err := d.cfg.Records.SaveRecording(ctx, accounts.Meta{ID: u.ID, By: accounts.Daemon(), At: d.cfg.Now().UTC()},
		library.SaveRecording{Kind: u.Kind, Owner: u.Owner, Name: u.Name, ContentType: j.contentType, Blob: ref, Begun: u.Begun(), Report: j.report})
	if err != nil {
		return err
	}
	if d.cfg.Kept != nil {
		d.cfg.Kept(r)
	}
	u.Kept = true
	if err := d.cfg.Spool.Save(ctx, u); err != nil {
		return err
	}
	d.ended(u.ID)
	return d.cfg.Spool.Remove(ctx, u.ID, true)
}

// refuse notes the verdict, which outlives a restart, and frees the disk.
func (d *Desk) refuse(ctx context.Context, u library.Upload, why error) error {
	reason := library.ReasonOf(why)
	u.Refused = &reason
	if u.Length == library.Unknown {
		u.Length = 0
	}
	if err := d.cfg.Spool.Save(ctx, u); err != nil {
		return err
	}
	d.ended(u.ID)
	return d.cfg.Spool.Remove(ctx, u.ID, true)
}

// refusal reports whether an error is the file's own fault, so that sending it
// again cannot help.
func refusal(err error) bool {
	e := fault.Of(err)
	if e == nil {
		return false
	}
	switch e.Kind {
	case fault.Invalid, fault.Unsupported, fault.TooLarge:
		return strings.HasPrefix(e.Code, "audio.") || strings.HasPrefix(e.Code, "library.")
	}
	return false
}
