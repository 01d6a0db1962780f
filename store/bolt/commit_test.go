package bolt

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"loa/internal/fault"
)

// commits tells how many transactions were committed.
func (s *Store) commits(t *testing.T) (n int) {
	t.Helper()
	if err := s.view(t.Context(), func(tx *tx) error { n = tx.b.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestChangesThatWaitShareOneCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		before := s.commits(t)
		s.queue.turn <- struct{}{} // a commit that takes its time
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				runs := 0
				if _, err := save(s, fmt.Sprint(i), note{"x"}, &runs); err != nil || runs != 1 {
					t.Errorf("%d: %v, decided %d times", i, err, runs)
				}
			})
		}
		synctest.Wait()
		<-s.queue.turn
		all.Wait()
		if n := s.commits(t) - before; n != 1 {
			t.Errorf("%d commits", n)
		}
	})
}

// TestAChangeThatFailsTakesNobodysWorkAlong fails by an error, or by the panic of a damaged page, after it has written.
func TestAChangeThatFailsTakesNobodysWorkAlong(t *testing.T) {
	s := open(t, t.TempDir())
	late := errors.New("late")
	put := func(id string) func(*tx) error {
		return func(tx *tx) error { return acts.put(tx, []byte(id), act{ID: id, Name: "test.save"}) }
	}
	list := []*waiting{}
	for _, fn := range []func(*tx) error{
		put("a"),
		func(tx *tx) error { return errors.Join(put("b")(tx), late) },
		func(*tx) error { return errMissing },
		put("c"),
		func(tx *tx) error { panic(put("d")(tx)) },
	} {
		list = append(list, &waiting{fn, make(chan error, 1)})
	}
	s.carryOut(slices.Clone(list))
	for i, ok := range []func(error) bool{
		func(err error) bool { return err == nil },
		func(err error) bool { return errors.Is(err, late) },
		func(err error) bool { return errors.Is(err, errMissing) },
		func(err error) bool { return err == nil },
		func(err error) bool { return err != nil },
	} {
		if err := <-list[i].done; !ok(err) {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if err := s.view(t.Context(), func(tx *tx) error {
		for id, there := range map[string]bool{"a": true, "b": false, "c": true, "d": false} {
			if acts.has(tx, []byte(id)) != there {
				t.Errorf("%s is there: %t", id, !there)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if e := s.broken.Load(); e != nil {
		t.Error("the store is broken:", e)
	}
}

// TestWhatWritesNothingCommitsNothing is a repeat, and a refusal.
func TestWhatWritesNothingCommitsNothing(t *testing.T) {
	s := open(t, t.TempDir())
	runs := 0
	if _, err := save(s, "a", note{"x"}, &runs); err != nil {
		t.Fatal(err)
	}
	before := s.commits(t)
	if _, err := save(s, "a", note{"x"}, &runs); err != nil {
		t.Error(err)
	}
	if _, err := save(s, "b", note{"bad"}, &runs); !fault.Is(err, "store.no_change_id") {
		t.Error(err)
	}
	if n := s.commits(t) - before; n != 0 {
		t.Errorf("%d commits", n)
	}
}
