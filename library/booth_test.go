package library_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/internal/fault"
	"loa/library"
)

// heard are the recordings juries hear.
type heard []string

func (s studio) booth(records library.BlindRecords, ids *heard) *library.Booth {
	temp := s.TempDir()
	s.Cleanup(func() {
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			s.Errorf("left behind: %v, %v", left, err)
		}
	})
	return library.NewBooth(library.BoothConfig{Records: records, TempDir: temp, Blobs: s.blobs, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Heard: func(context.Context) ([]string, error) { return *ids, nil }})
}

// listen reads what a jury hears of a recording.
func (s studio) listen(b *library.Booth, id string) []byte {
	s.Helper()
	f, err := b.Open(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	defer f.Close()
	sound, err := io.ReadAll(f)
	if err != nil {
		s.Fatal(err)
	}
	return sound
}

func TestWhatAJuryHearsIsMadeOnceAndMendedWhenItsBytesAreGone(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	s := newStudio(t)
	mp3 := s.keep("mp3", "bai-cua-xa.mp3", library.ForContest, made(t, "volume=-3dB", "-f", "mp3"))
	wav := s.keep("wav", "bai-cua-xa.wav", library.ForContest, audiotest.WAV(12, 44100, 5))
	ids := heard{mp3.ID, wav.ID}
	b := s.booth(s.store, &ids)
	if n, err := b.Prepare(t.Context()); n != 2 || err != nil {
		t.Fatalf("prepared %d: %v", n, err)
	}
	if n, err := b.Prepare(t.Context()); n != 0 || err != nil {
		t.Errorf("prepared %d again: %v", n, err)
	}
	first, _, err := s.store.BlindCopy(t.Context(), mp3.ID)
	if err != nil {
		t.Fatal(err)
	}
	sound := s.listen(b, mp3.ID)
	if _, err := s.blobs.Remove(t.Context(), first.Blob.SHA256, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.listen(b, mp3.ID), sound) {
		t.Error("made anew it is another")
	}
	if _, err := b.Open(t.Context(), "nobody"); !fault.Is(err, "library.no_recording") {
		t.Errorf("of nothing: %v", err)
	}
}

func TestWhatNoJuryHearsAnyMoreIsForgotten(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	s := newStudio(t)
	s.keep("one", "một.mp3", library.ForContest, made(t, "volume=-3dB", "-f", "mp3"))
	s.keep("two", "hai.mp3", library.ForContest, made(t, "volume=-6dB", "-f", "mp3"))
	ids := heard{"one", "two"}
	b := s.booth(s.store, &ids)
	if _, err := b.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	ids = heard{"two"}
	for _, c := range []struct {
		before time.Time
		left   int
	}{{time.Now().Add(-time.Hour), 2}, {time.Now().Add(time.Hour), 1}} {
		if err := b.Sweep(t.Context(), c.before); err != nil {
			t.Fatal(err)
		}
		if left, err := s.store.BlindCopies(t.Context(), "", 100); err != nil || len(left) != c.left || left[len(left)-1].Recording != "two" {
			t.Errorf("before %v: %+v, %v", c.before, left, err)
		}
	}
	// Its bytes go with the sweep of blobs, those of the other stay.
	if _, _, err := library.SweepBlobs(t.Context(), s.blobs, s.store, time.Now().Add(time.Hour), 0); err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, err := range s.blobs.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		kept++
	}
	if kept != 3 {
		t.Errorf("%d blobs are kept, want two recordings and one copy", kept)
	}
}

// toldBlind is a store that says when a copy is written down.
type toldBlind struct {
	library.BlindRecords
	saved chan library.BlindCopy
}

func (c toldBlind) SaveBlindCopy(ctx context.Context, m accounts.Meta, b library.BlindCopy) (library.BlindCopy, error) {
	b, err := c.BlindRecords.SaveBlindCopy(ctx, m, b)
	c.saved <- b
	return b, err
}

func TestABlindCopyIsMadeAsSoonAsTheRecordingIsKept(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	s := newStudio(t)
	saved := make(chan library.BlindCopy)
	b := s.booth(toldBlind{s.store, saved}, &heard{})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); b.Run(ctx) }()
	b.Kept(s.keep("aired", "bản tin.mp3", library.ForProgramme, made(t, "volume=-3dB", "-f", "mp3")))
	r := s.keep("r", "dự thi.wav", library.ForContest, audiotest.WAV(12, 44100, 5))
	b.Kept(r)
	if c := <-saved; c.Recording != r.ID {
		t.Errorf("%+v", c)
	}
	stop()
	<-ended
}
