package intake

import (
	"context"
	"io"
	"sync"
	"time"

	"loa/audio"
	"loa/library"
)

// probe is how much of a file must be judged before more of it is taken.
const probe = 64 << 10

// job judges one upload while it arrives: it reads what is in the spool at its
// own pace, so that neither waits for the other.
type job struct {
	cancel context.CancelFunc
	probed chan struct{} // closed when the judge asks for what lies behind the probe
	full   chan struct{} // closed when the file is whole
	done   chan struct{} // closed with the verdict, after which the rest may be read

	contentType string
	report      library.Report
	err         error

	mu    sync.Mutex
	size  int64         // how much may be read
	whole bool          // and there will be no more
	more  chan struct{} // closed and replaced when size or whole changes
	timer *time.Timer   // ends a job nobody feeds
}

// judge returns the job of an upload, started if there is none. d.mu is held.
func (d *Desk) judge(l *live, u library.Upload) *job {
	if l.job != nil && (l.job.verdict() == nil || refusal(l.job.verdict())) {
		return l.job
	}
	ctx, cancel := context.WithCancel(d.ctx)
	j := &job{cancel: cancel, probed: make(chan struct{}), full: make(chan struct{}), done: make(chan struct{}), more: make(chan struct{})}
	l.job = j
	d.wg.Go(func() {
		defer close(j.done)
		defer cancel()
		leave, err := d.place(ctx, j)
		if err != nil {
			j.err = err
			return
		}
		defer leave()
		j.run(ctx, d.cfg, u)
		d.compare(j.report.Facts)
	})
	return j
}

// compare counts and logs a file that two decoders heard differently.
func (d *Desk) compare(f *audio.Facts) {
	if f == nil {
		return
	}
	if w, ok := f.WitnessDiffered(); ok {
		d.differences.Add(1)
		d.cfg.Log.Warn("two decoders heard an MP3 differently", "sha256", f.SHA256, "steps", w.Args["steps"], "at", w.At)
	}
}

// place waits for a free place: among those who judge what arrives, or, for a
// file that is whole, among as many as there are cores, so that slow links
// never keep a finished file waiting.
func (d *Desk) place(ctx context.Context, j *job) (leave func(), err error) {
	select {
	case d.early <- struct{}{}:
		return func() { <-d.early }, nil
	case <-j.full:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	select {
	case d.whole <- struct{}{}:
		return func() { <-d.whole }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (j *job) run(ctx context.Context, cfg Config, u library.Upload) {
	s, err := cfg.Records.LibrarySettings(ctx)
	if err != nil {
		j.err = err
		return
	}
	f, err := cfg.Spool.Open(ctx, u.ID)
	if err != nil {
		j.err = err
		return
	}
	defer f.Close()
	j.contentType, j.report, j.err = library.Examine(ctx, u.Kind, &tail{ctx: ctx, j: j, f: f}, s,
		audio.Options{TempDir: cfg.TempDir, Turn: j.turn})
}

// turn waits until the file is whole before it takes a place among those who
// convert: a slow link would hold it for hours. What still comes is let in.
func (j *job) turn(ctx context.Context) (leave func(), err error) {
	select {
	case <-j.probed:
	default:
		close(j.probed)
	}
	select {
	case <-j.full:
		return audio.Turn(ctx)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// feed tells the judge that so many bytes are there, and whether they are all.
func (j *job) feed(size int64, whole bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if size <= j.size && whole == j.whole || j.whole {
		return
	}
	j.size = max(size, j.size)
	if whole {
		j.whole = true
		close(j.full)
	}
	close(j.more)
	j.more = make(chan struct{})
}

// verdict is the error the file was judged with so far.
func (j *job) verdict() error {
	select {
	case <-j.done:
		return j.err
	default:
		return nil
	}
}

// rest stops the timer of a job that is fed again.
func (j *job) rest() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.timer != nil {
		j.timer.Stop()
	}
}

// idle ends a job that nobody feeds for a while; the next starts anew.
func (d *Desk) idle(id string, l *live, j *job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.timer = time.AfterFunc(idleJudge, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if l.job == j && l.settling == nil {
			d.dropJob(l)
			d.forget(id, l)
		}
	})
}

// dropJob ends the job of an upload. d.mu is held.
func (d *Desk) dropJob(l *live) {
	if l.job != nil {
		l.job.rest()
		l.job.cancel()
		l.job = nil
	}
}

// tail reads a growing file and waits at its end until it is whole.
type tail struct {
	ctx context.Context
	j   *job
	f   io.ReaderAt
	pos int64
}

func (t *tail) Read(p []byte) (int, error) {
	for {
		t.j.mu.Lock()
		size, whole, more := t.j.size, t.j.whole, t.j.more
		t.j.mu.Unlock()
		if t.pos < size {
			n, err := t.f.ReadAt(p[:min(int64(len(p)), size-t.pos)], t.pos)
			t.pos += int64(n)
			if n > 0 || err != io.EOF {
				return n, err
			}
			return 0, io.ErrUnexpectedEOF // cut off under our feet
		}
		if whole {
			return 0, io.EOF
		}
		if t.pos >= probe {
			select {
			case <-t.j.probed:
			default:
				close(t.j.probed)
			}
		}
		select {
		case <-more:
		case <-t.ctx.Done():
			return 0, context.Cause(t.ctx)
		}
	}
}

// watched is the sender's body. It stops as soon as the file is refused, and
// waits behind the probe until that much was judged.
type watched struct {
	r  io.Reader
	j  *job
	at int64 // in the file
}

func (w *watched) Read(p []byte) (int, error) {
	if w.at >= probe {
		wait := time.NewTimer(time.Second)
		select {
		case <-w.j.probed:
		case <-w.j.done:
		case <-wait.C: // judges are busy: take it and judge later
		}
		wait.Stop()
	} else {
		p = p[:min(int64(len(p)), probe-w.at)]
	}
	if err := w.j.verdict(); refusal(err) {
		return 0, err
	}
	n, err := w.r.Read(p)
	w.at += int64(n)
	return n, err
}
