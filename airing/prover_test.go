package airing

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

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

// hours is a store of episodes of an hour each, and of their prints.
type hours struct {
	ProverStore
	library.Blobs
	plan  *scheduler.Schedule
	print []byte
}

func (s hours) Schedule(context.Context) (*scheduler.Schedule, error) { return s.plan, nil }
func (s hours) MatchPrint(context.Context, string) (library.MatchPrint, bool, error) {
	return library.MatchPrint{Form: match.Form}, true, nil
}
func (s hours) Open(context.Context, string) (io.ReadSeekCloser, error) {
	return seekable{bytes.NewReader(s.print)}, nil
}

// gone is hours whose recordings are gone from the library, but for one.
type gone struct {
	hours
	left string
}

func (s gone) MatchPrint(ctx context.Context, id string) (library.MatchPrint, bool, error) {
	if id != s.left {
		return library.MatchPrint{}, false, nil
	}
	return s.hours.MatchPrint(ctx, id)
}
func (s gone) SameRecordings(context.Context, []string) (map[string][]library.Recording, error) {
	return nil, nil
}
func (s gone) Recording(context.Context, string) (library.Recording, error) {
	return library.Recording{}, library.NoRecording()
}

// TestWhatIsGoneFromTheLibrarySpeaksForNothing: an episode whose recording was removed is left out, and where that is the
// reported one there is nothing to find: no other programme is held against the station.
func TestWhatIsGoneFromTheLibrarySpeaksForNothing(t *testing.T) {
	episode := func(programme, audio string) scheduler.Episode {
		return scheduler.Episode{ID: uuid.NewString(), Programme: programme, Audio: audio, Language: "vi",
			Steps: []scheduler.Step{{State: scheduler.Approved, At: provedAt.Add(-time.Hour)}}}
	}
	mine, other := episode("P1", "a1"), episode("P2", "a2")
	line := clips(1)
	line.Episode = mine.ID
	print := binary.AppendUvarint([]byte{match.Form}, 3750)
	print = append(print, make([]byte, 3750*25)...)
	s := gone{hours{plan: scheduler.NewSchedule(nil, []scheduler.Episode{mine, other}, nil), print: print}, "a2"}
	list, candidates, err := NewProver(ProverConfig{Store: s, Blobs: s, Now: time.Now}).candidates(t.Context(), line)
	if err != nil || len(list) != 1 || list[0].ID != other.ID || candidates[0].Expected {
		t.Fatalf("%v, %v", list, err)
	}
	var clip match.Print
	whole := binary.AppendUvarint([]byte{match.Form}, 469)
	for range 469 * 25 {
		whole = append(whole, 1)
	}
	if err := clip.UnmarshalBinary(whole); err != nil {
		t.Fatal(err)
	}
	if v := match.Judge(clip, time.Time{}, Tolerance, candidates); v.Word != match.NotProven || v.Reason != match.NothingToFind {
		t.Errorf("%s because %s", v.Word, v.Reason)
	}
}

// TestTenClipsOfOneReport: each is heard once, in their order; one that speaks against the report stands above nine that speak for it, and
// an airing of another zone is compared by its instant.
func TestTenClipsOfOneReport(t *testing.T) {
	line := clips(10)
	line.StartedAt = line.StartedAt.In(time.FixedZone("UTC+9", 9*3600))
	m := accounts.Meta{By: accounts.Daemon(), At: provedAt}
	for i, e := range slices.Clone(line.Evidence) {
		if waits := line.Unproved(); len(waits) != 10-i || waits[0].ID != e.ID {
			t.Fatalf("%d wait after %d", len(waits), i)
		}
		p := Proof{Report: line.ID, Evidence: e.ID, SHA256: e.SHA256, Method: match.Method, Word: match.Verified, Reason: match.Found}
		if i == 4 {
			p.Word, p.Reason = match.Contradicted, match.OtherProgramme
		}
		change, err := DecideProof(About{Line: line}, m, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		line = change.Line
	}
	if line.Machine() != match.Contradicted || len(line.Proofs) != 10 || len(line.Unproved()) != 0 || line.settled() {
		t.Errorf("%s after %d", line.Machine(), len(line.Proofs))
	}
	captured := Evidence{CapturedAt: line.StartedAt.Add(time.Minute)}
	if at := captured.RecordedAt(15, line, provedAt.Add(time.Hour)); at.Sub(line.StartedAt) != 45*time.Second {
		t.Errorf("recorded %v after it began", at.Sub(line.StartedAt))
	}
}

// TestAVerdictHoldsLittleMemory: of thirty episodes of an hour each ten are compared, and hold 45 MB together.
func TestAVerdictHoldsLittleMemory(t *testing.T) {
	const frames, frame = 112500, 25
	print := binary.AppendUvarint([]byte{match.Form}, frames)
	for i := range frames * frame {
		print = append(print, byte(i*i>>3))
	}
	var episodes []scheduler.Episode
	for range 30 {
		episodes = append(episodes, scheduler.Episode{ID: uuid.NewString(), Programme: "P2", Audio: uuid.NewString(),
			Steps: []scheduler.Step{{State: scheduler.Approved, At: provedAt.Add(-time.Hour)}}})
	}
	s := hours{plan: scheduler.NewSchedule(nil, episodes, nil), print: print}
	p := NewProver(ProverConfig{Store: s, Blobs: s, Now: time.Now})
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	_, candidates, err := p.candidates(t.Context(), clips(1))
	held := live() - before
	if err != nil || len(candidates) != 10 || held > 50<<20 {
		t.Errorf("%d episodes hold %d bytes, %v", len(candidates), held, err)
	}
	runtime.KeepAlive(candidates)
}
