package airing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"loa/accounts"
	"loa/audio/match"
	"loa/library"
	"loa/scheduler"
)

// waitingLines is a store of lines that wait, and of nothing else.
type waitingLines struct {
	ProverStore
	mutex sync.Mutex
	lines []Line
	heard map[string]Proof // by evidence
}

func (s *waitingLines) add(l Line) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.lines = append(s.lines, l)
}

func (s *waitingLines) words() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.heard)
}

func (s *waitingLines) Unproved(_ context.Context, limit int) (list []Line, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, l := range s.lines {
		if _, ok := s.heard[l.Evidence[0].ID]; !ok && len(list) < limit {
			list = append(list, l)
		}
	}
	return list, nil
}

func (s *waitingLines) Prove(_ context.Context, _ accounts.Meta, p Proof) (Line, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.heard[p.Evidence] = p
	return Line{}, nil
}

func (s *waitingLines) Schedule(context.Context) (*scheduler.Schedule, error) {
	return &scheduler.Schedule{}, nil
}

// brokenDisk holds the same bytes, no sound, under every name, while it works.
type brokenDisk struct {
	library.Blobs
	broken bool
	opened int
}

type seekable struct{ *bytes.Reader }

func (seekable) Close() error { return nil }

func (d *brokenDisk) Open(context.Context, string) (io.ReadSeekCloser, error) {
	d.opened++
	if d.broken {
		return nil, errors.New("input/output error")
	}
	return seekable{bytes.NewReader([]byte("không phải âm thanh"))}, nil
}

// TestTheProverHearsWhatComes: what waits at the start, what comes later within seconds, nothing while it is held, what
// a disk could not give an hour later; and it ends with its context.
func TestTheProverHearsWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, disk := &waitingLines{heard: map[string]Proof{}}, &brokenDisk{}
		var held error
		p := NewProver(ProverConfig{Store: s, Blobs: disk, Log: slog.New(slog.DiscardHandler), Now: time.Now, Hold: func() error { return held }})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		heard := func(when string, want int) {
			t.Helper()
			synctest.Wait()
			if got := s.words(); got != want {
				t.Fatalf("%s: %d are heard, want %d", when, got, want)
			}
		}
		s.add(clips(1))
		go func() { p.Run(ctx); close(ended) }()
		heard("at the start", 1)
		s.add(clips(1))
		heard("before it looks", 1)
		time.Sleep(lookEvery)
		heard("after it looked", 2)

		held = errors.New("the disk is full")
		s.add(clips(1))
		time.Sleep(10 * lookEvery)
		heard("while it is held", 2)
		held = nil
		time.Sleep(lookEvery)
		heard("after it was let go", 3)

		disk.broken, disk.opened = true, 0
		s.add(clips(1))
		time.Sleep(10 * lookEvery)
		heard("of a broken disk", 3)
		if disk.opened != 1 {
			t.Errorf("it was tried %d times", disk.opened)
		}
		s.add(clips(1))
		disk.broken = false
		time.Sleep(lookEvery)
		heard("beside what is put off", 4)
		time.Sleep(putOff)
		heard("an hour later", 5)
		for id, proof := range s.heard {
			if proof.Reason != match.Unreadable || proof.Word != match.NotProven {
				t.Errorf("%s: %s because %s", id, proof.Word, proof.Reason)
			}
		}
		stop()
		<-ended
	})
}
