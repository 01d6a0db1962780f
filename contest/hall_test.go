package contest_test

import (
	"context"
	"testing"

	"loa/accounts"
	"loa/contest"
)

// slow is a log whose disk takes until written is closed.
type slow struct {
	kept
	writing, written chan struct{}
}

func (s slow) Append(context.Context, accounts.Meta, string, int, []contest.Event) error {
	close(s.writing)
	<-s.written
	return nil
}

func TestWhoLooksDoesNotWaitForTheDisk(t *testing.T) {
	w := newWorld(t, "tim")
	w.open(plain())
	log := slow{kept{id: "tim", log: w.log}, make(chan struct{}), make(chan struct{})}
	hall, rules := contest.NewHall(log, log), w.s.Rules
	rules.Title = "Tên mới"
	done := make(chan error)
	go func() {
		_, err := hall.Do(t.Context(), accounts.Meta{ID: "change-name", By: w.organiser(), At: w.now},
			"tim", contest.ChangeRules{Rules: rules, Reason: "Đổi tên"})
		done <- err
	}()
	select {
	case <-log.writing:
	case err := <-done:
		t.Fatalf("nothing was written: %v", err)
	}
	seen := false
	err := hall.View(t.Context(), "tim", func(s *contest.State) error { seen = s.Seq == len(w.log); return nil })
	if err != nil || !seen {
		t.Errorf("while it is written: %v, %v", seen, err)
	}
	close(log.written)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
