package library_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/library"
	"loa/store/bolttest"
	"loa/store/folder"
)

// rereading is a store with recordings of a few bytes each, and their folder.
type rereading struct {
	t     *testing.T
	store library.Store
	blobs *folder.Blobs
	dir   string
	refs  []library.Ref
	now   time.Time
}

func newRereading(t *testing.T, n int) *rereading {
	t.Helper()
	r := &rereading{t: t, store: bolttest.Open(t), dir: t.TempDir(), now: time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC)}
	var err error
	if r.blobs, err = folder.OpenBlobs(r.dir, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.blobs.Close() })
	for i := range n {
		ref := r.put(fmt.Sprint("bản tin ", i))
		_, err := r.store.SaveRecording(t.Context(), accounts.Meta{ID: fmt.Sprint("r", i), By: accounts.Daemon(), At: r.now}, library.SaveRecording{
			Kind: library.Photo, Name: fmt.Sprint(i, ".jpg"), ContentType: "image/jpeg", Blob: ref})
		if err != nil {
			t.Fatal(err)
		}
		r.refs = append(r.refs, ref)
	}
	return r
}

func (r *rereading) put(content string) library.Ref {
	r.t.Helper()
	ref, err := r.blobs.Put(r.t.Context(), strings.NewReader(content), 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	return ref
}

func (r *rereading) path(i int) string {
	return filepath.Join(r.dir, r.refs[i].SHA256[:2], r.refs[i].SHA256)
}

// hour reads what is due in the hour of r.now, which goes on by one.
func (r *rereading) hour(set library.Settings, mend func(sha string) error) library.RereadDone {
	r.t.Helper()
	done, err := library.Reread(r.t.Context(), r.blobs, r.store, set.Turn(r.now), r.now, func(_ context.Context, sha string) error { return mend(sha) })
	if err != nil {
		r.t.Fatal(err)
	}
	r.now = r.now.Add(time.Hour)
	return done
}

var errNoBackup = errors.New("no backup")

func cannot(string) error { return errNoBackup }

// Every file is read once within the time that is set, and about as many in each hour.
func TestAllIsReadAgainWithinTheTime(t *testing.T) {
	r := newRereading(t, 120)
	for days, most := range map[int]int{1: 20, 3: 12} {
		set, read := library.DefaultSettings(), 0
		set.Reread = time.Duration(days) * 24 * time.Hour
		for range 24 * days {
			done := r.hour(set, cannot)
			read += done.Blobs
			if done.Blobs > most || len(done.Damaged) > 0 {
				t.Errorf("%d files in one hour, damaged %v", done.Blobs, done.Damaged)
			}
		}
		if read != len(r.refs) {
			t.Errorf("%d of %d files in %d days", read, len(r.refs), days)
		}
	}
}

// What rotted or went is found, stays known until it is mended, and is read in each hour until then.
func TestRotIsFoundAndStaysKnownUntilItIsMended(t *testing.T) {
	r := newRereading(t, 30)
	set := library.DefaultSettings()
	set.Reread = 24 * time.Hour
	began := r.now
	b, err := os.ReadFile(r.path(3))
	if err != nil {
		t.Fatal(err)
	}
	b[2] ^= 1
	must(t, os.WriteFile(r.path(3), b, 0o600))
	must(t, os.Remove(r.path(7)))
	must(t, os.Remove(r.path(9)))
	for range 24 {
		r.hour(set, cannot)
	}
	damaged := func() map[string]library.Damaged {
		t.Helper()
		list, err := r.store.DamagedBlobs(t.Context())
		must(t, err)
		all := map[string]library.Damaged{}
		for _, d := range list {
			all[d.SHA256] = d
		}
		return all
	}
	first := damaged()
	for i, missing := range map[int]bool{3: false, 7: true, 9: true} {
		d, found := first[r.refs[i].SHA256]
		if !found || d.Missing != missing || d.Since.Before(began) || !d.Since.Before(r.now) {
			t.Errorf("file %d: %+v", i, d)
		}
	}
	if len(first) != 3 {
		t.Errorf("damaged: %v", first)
	}
	r.put("bản tin 7") // sent again
	_, err = r.store.RemoveRecording(t.Context(), accounts.Meta{ID: "gone", By: accounts.Daemon(), At: r.now}, "r9")
	must(t, err)
	r.hour(set, cannot)
	if now := damaged(); len(now) != 1 || now[r.refs[3].SHA256] != first[r.refs[3].SHA256] {
		t.Errorf("after one was sent again and one removed: %v", now)
	}
	done := r.hour(set, func(sha string) error {
		if sha != r.refs[3].SHA256 {
			return fault.New(fault.NotFound, "store.file_missing")
		}
		r.put("bản tin 3")
		return nil
	})
	if now := damaged(); done.Mended != 1 || len(now) != 0 {
		t.Errorf("brought back %d, damaged %v", done.Mended, now)
	}
	if done = r.hour(set, func(string) error { t.Error("asked for what is whole"); return nil }); len(done.Damaged) != 0 {
		t.Errorf("%v", done.Damaged)
	}
}

// A backup that brings something else does not count as mended.
func TestWhatABackupBringsIsHeldAgainstItsName(t *testing.T) {
	r := newRereading(t, 1)
	must(t, os.WriteFile(r.path(0), []byte("rác"), 0o600))
	set := library.DefaultSettings()
	set.Reread = 24 * time.Hour
	for range 24 {
		r.hour(set, func(string) error { return nil })
	}
	if list, err := r.store.DamagedBlobs(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
