package intake_test

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/audio"
	"loa/audio/intake"
	"loa/internal/fault"
	"loa/store/bolt"
	"loa/store/folder"
)

// counting is a spool that tells how often all of it was read.
type counting struct {
	*folder.Spool
	lists atomic.Int32
}

func (c *counting) List(ctx context.Context) iter.Seq2[intake.Arrived, error] {
	c.lists.Add(1)
	return c.Spool.List(ctx)
}

// desk is a desk over a real folder, with so many uploads that ended before.
func desk(t testing.TB, ended int, now func() time.Time) (*intake.Desk, *counting) {
	t.Helper()
	dir := t.TempDir()
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := folder.OpenBlobs(filepath.Join(dir, "blobs"), 0)
	if err != nil {
		t.Fatal(err)
	}
	spool, err := folder.OpenSpool(filepath.Join(dir, "uploads"), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ended {
		u := audio.Upload{ID: uuid.NewString(), Owner: audio.Owner{Person: "p1", Station: "S00001"}, Kind: audio.ForProgramme, Length: 1 << 30, Kept: i%2 == 0, Checked: audio.Unknown}
		if !u.Kept {
			u.Refused = &audio.Reason{Kind: fault.Unsupported, Code: "audio.not_audio"}
		}
		if err := spool.Save(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	c := &counting{Spool: spool}
	d := intake.New(context.Background(), intake.Config{Spool: c, Blobs: blobs, Records: s, Log: slog.New(slog.DiscardHandler), Now: now})
	t.Cleanup(func() {
		d.Close()
		for _, close := range []func() error{spool.Close, blobs.Close, s.Close} {
			if err := close(); err != nil {
				t.Error(err)
			}
		}
	})
	return d, c
}

func sender(person, station string) accounts.Actor {
	return accounts.Actor{Person: person, Name: person, Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}}}}
}

// However many uploads ended before, one more asks for none of them, and those
// that ended take nothing of the quota.
func TestOneMoreUploadAsksForNoneOfTheOthers(t *testing.T) {
	d, spool := desk(t, 40, time.Now)
	for i := range 30 {
		if _, err := d.Create(t.Context(), sender("p1", "S00001"), uuid.NewString(), intake.Order{Name: "tin.mp3", Length: 1000}); err != nil {
			t.Fatalf("upload %d: %v", i, err)
		}
	}
	if n := spool.lists.Load(); n != 1 {
		t.Errorf("the whole spool was read %d times for 30 uploads", n)
	}
}

func TestUnfinishedUploadsAreLimitedByPersonAndByStation(t *testing.T) {
	d, _ := desk(t, 0, time.Now)
	create := func(person string, n int64) (string, error) {
		id := uuid.NewString()
		_, err := d.Create(t.Context(), sender(person, "S00001"), id, intake.Order{Name: "tin.mp3", Length: n})
		return id, err
	}
	var last string
	for i := range 300 {
		id, err := create(fmt.Sprint("p", i/100), 1000)
		if err != nil {
			t.Fatalf("upload %d: %v", i, err)
		}
		last = id
	}
	if _, err := create("p2", 1000); !fault.Is(err, "uploads.too_many_open") {
		t.Errorf("the person's 101st: %v", err)
	}
	if _, err := create("p9", 1000); !fault.Is(err, "uploads.too_many_of_station") {
		t.Errorf("the station's 301st: %v", err)
	}
	if _, err := d.Create(t.Context(), sender("p9", "S00002"), uuid.NewString(), intake.Order{Name: "tin.mp3", Length: 1000}); err != nil {
		t.Errorf("another station: %v", err)
	}
	if err := d.End(t.Context(), "p2", last); err != nil {
		t.Fatal(err)
	}
	if _, err := create("p2", 1000); err != nil {
		t.Errorf("after one was given up: %v", err)
	}
}

// A refused upload says why for a day, and is then gone; a kept one and one that
// may go on stay.
func TestARefusedUploadGoesAfterADay(t *testing.T) {
	d, spool := desk(t, 2, time.Now)
	if _, err := d.Create(t.Context(), sender("p1", "S00001"), uuid.NewString(), intake.Order{Name: "tin.mp3", Length: 1000}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		gone  int
	}{{23 * time.Hour, 0}, {25 * time.Hour, 1}, {26 * time.Hour, 0}} {
		if gone, err := d.Sweep(t.Context(), time.Now().Add(c.after)); err != nil || gone != c.gone {
			t.Errorf("after %s %d went, want %d, %v", c.after, gone, c.gone, err)
		}
	}
	left := 0
	for a, err := range spool.List(t.Context()) {
		if err != nil || a.Refused != nil {
			t.Errorf("left: %+v, %v", a, err)
		}
		left++
	}
	if left != 2 {
		t.Errorf("%d are left", left)
	}
}

// BenchmarkCreate makes one more upload where thousands ended before.
func BenchmarkCreate(b *testing.B) {
	for _, ended := range []int{0, 4000} {
		b.Run(fmt.Sprint(ended), func(b *testing.B) {
			d, _ := desk(b, ended, time.Now)
			for b.Loop() {
				id := uuid.NewString()
				if _, err := d.Create(b.Context(), sender("p1", "S00001"), id, intake.Order{Name: "tin.mp3", Length: 1000}); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := d.End(b.Context(), "p1", id); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}
