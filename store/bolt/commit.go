package bolt

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	bbolt "go.etcd.io/bbolt"

	"loa/internal/fault"
)

// queue is where changes wait for the disk: whoever has the turn carries out all
// that wait, in one commit, while those who come meanwhile wait for the next.
type queue struct {
	turn    chan struct{} // whoever could send has it
	mu      sync.Mutex
	waiting []*waiting
}

// waiting is one change in the queue.
type waiting struct {
	fn   func(*tx) error
	done chan error // what became of it
}

func newQueue() *queue { return &queue{turn: make(chan struct{}, 1)} }

// errNothing rolls back a commit in which nothing was written.
var errNothing = errors.New("nothing was written")

// Commits has somebody told how long each change takes.
func (s *Store) Commits(observe func(took time.Duration)) { s.observe = observe }

// update runs fn in a write transaction shared with other callers' (group
// commit). fn may run more than once and must only touch tx and what it resets.
func (s *Store) update(ctx context.Context, fn func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	began, c := time.Now(), &waiting{fn, make(chan error, 1)}
	q := s.queue
	q.mu.Lock()
	q.waiting = append(q.waiting, c)
	q.mu.Unlock()
	select {
	case err := <-c.done:
		return s.observed(began, err)
	case q.turn <- struct{}{}:
	}
	q.mu.Lock()
	list := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	s.carryOut(list)
	<-q.turn
	return s.observed(began, <-c.done)
}

func (s *Store) observed(began time.Time, err error) error {
	if err == nil && s.observe != nil {
		s.observe(time.Since(began))
	}
	return err
}

// carryOut runs changes in one transaction and tells each what became of it. One that
// failed after it had written takes the work of the others with it, which is done again without it.
func (s *Store) carryOut(list []*waiting) {
	for {
		refused := make([]error, len(list))
		failed, err := s.commit(list, refused)
		if failed < 0 {
			for i, c := range list {
				c.done <- cmp.Or(refused[i], err)
			}
			return
		}
		list[failed].done <- diskFault(err, "change")
		list = slices.Delete(list, failed, failed+1)
	}
}

// commit runs changes in one transaction. refused gets what was refused and wrote nothing, so that the others go on
// undisturbed; failed is the one because of which nothing is kept, -1 for none.
func (s *Store) commit(list []*waiting, refused []error) (failed int, err error) {
	failed = -1
	var left *fresh
	if e := s.broken.Load(); e != nil {
		return failed, e
	}
	err = safely(func() error {
		return s.db.Update(func(b *bbolt.Tx) error {
			covers := &tx{b: b, s: s}
			for i, c := range list {
				one := &tx{b: b, s: s, moved: covers.moved, fresh: covers.fresh}
				err := one.run(c.fn)
				covers.moved, covers.fresh, covers.wrote = one.moved, one.fresh, covers.wrote || one.wrote
				switch {
				case err == nil:
				case one.wrote:
					failed = i
					return err
				default:
					refused[i] = err
				}
			}
			if !covers.wrote {
				return errNothing
			}
			left = covers.fresh
			return covers.run((*tx).keepCovers)
		})
	})
	switch {
	case failed >= 0:
		return failed, err
	case errors.Is(err, errNothing):
		return failed, nil
	case err == nil:
		s.fresh.keep(left)
		return failed, s.inPlace(0) // nothing is acknowledged that nobody will find
	}
	err = diskFault(err, "commit")
	if !fault.Is(err, "store.full") && !fault.Is(err, "store.read_only") { // those are said before anything is written
		return failed, s.breakDown(err) // not kept, and nobody's fault: to be sent again
	}
	return failed, err
}
