package intake_test

import (
	"bytes"
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
	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
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
		u := library.Upload{ID: uuid.NewString(), Owner: library.Owner{Person: "p1", Station: "S00001"}, Kind: library.ForProgramme, Length: 1 << 30,
			Kept: i%2 == 0, Checked: library.Unknown}
		if !u.Kept {
			u.Refused = &library.Reason{Kind: fault.Unsupported, Code: "audio.not_audio"}
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

// What was announced and never came keeps no room from others. What is coming
// does, until no byte has come for an hour; what has come always does.
func TestRoomIsKeptForWhatComes(t *testing.T) {
	const mb = 1 << 20
	now := time.Now
	d, spool := desk(t, 0, func() time.Time { return now() })
	quota := library.DefaultSettings().StationBytes
	length := library.DefaultSettings().MaxBytes
	if 90*length < quota {
		t.Fatalf("90 files of %d do not fill %d", length, quota)
	}
	create := func(d *intake.Desk, person string) (string, error) {
		id := uuid.NewString()
		_, err := d.Create(t.Context(), sender(person, "S00001"), id, intake.Order{Kind: library.ForContest, Name: "tin.mp3", Length: length})
		return id, err
	}
	must := func(d *intake.Desk, person string) string {
		t.Helper()
		id, err := create(d, person)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	ids := []string{}
	for range 90 {
		ids = append(ids, must(d, "p1"))
	}
	head := append([]byte("RIFF\xff\xff\xff\x7fWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xac\x00\x00\x88\x58\x01\x00\x02\x00\x10\x00data\xff\xff\xff\x7f"),
		make([]byte, 1000)...)
	begin := func(id string) error {
		_, err := d.Write(t.Context(), "p1", id, intake.Piece{Body: bytes.NewReader(head), Size: int64(len(head)), Length: library.Unknown})
		return err
	}
	begun := int64(0)
	for _, id := range ids {
		err := begin(id)
		if err == nil {
			begun++
			continue
		}
		if !fault.Is(err, "library.quota_used") {
			t.Fatal(err)
		}
		break
	}
	if begun != quota/length {
		t.Errorf("%d files of %d MB began in %d MB", begun, length/mb, quota/mb)
	}
	if _, err := create(d, "p2"); !fault.Is(err, "library.quota_used") {
		t.Errorf("while all room is being filled: %v", err)
	}
	now = func() time.Time { return time.Now().Add(time.Hour + time.Minute) }
	must(d, "p2")
	if err := begin(ids[begun]); err != nil {
		t.Errorf("the one that was refused goes on when there is room: %v", err)
	}
	now = time.Now
	// A new desk over the same spool counts alike.
	again := intake.New(context.Background(), intake.Config{Spool: spool, Records: few{}, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return now() }})
	t.Cleanup(again.Close)
	if _, err := create(again, "p2"); !fault.Is(err, "library.quota_used") {
		t.Errorf("after a restart: %v", err)
	}
	now = func() time.Time { return time.Now().Add(time.Hour + time.Minute) }
	must(again, "p2")
}

// few are the records of a library that keeps nothing.
type few struct{ intake.Records }

func (few) StationBytes(context.Context, string) (int64, error) { return 0, nil }
func (few) LibrarySettings(context.Context) (library.Settings, error) {
	return library.DefaultSettings(), nil
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
