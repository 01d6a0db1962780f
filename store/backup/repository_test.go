package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/zstd"

	"loa/internal/fault"
	"loa/internal/text"
	"loa/store/backup"
	"loa/store/bolt"
	"loa/store/folder"
)

// shelf is a place in memory, which can be told to fail.
type shelf struct {
	files map[string][]byte
	calls int
	fails int    // the call that fails, and all after it; 0 for none
	cuts  string // the file of this name breaks off in its middle, as over a network that goes
}

// errAway is what a machine that has gone says.
var errAway = fault.New(fault.Unavailable, "store.place_away", "place", "shelf")

var errShelf = errors.New("the shelf fell down")

func (s *shelf) call() error {
	if s.calls++; s.fails > 0 && s.calls >= s.fails {
		return errShelf
	}
	return nil
}

func (s *shelf) Lock(context.Context) (func(), error) { return func() {}, s.call() }

func (s *shelf) Put(_ context.Context, name string, fill func(w io.Writer) error) error {
	var b bytes.Buffer
	if err := cmpErr(s.call(), fill(&b)); err != nil {
		return err
	}
	s.files[name] = b.Bytes()
	return nil
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Open(_ context.Context, name string) (io.ReadCloser, error) {
	if err := s.call(); err != nil {
		return nil, err
	}
	b, ok := s.files[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "store.file_missing", "name", name)
	}
	if name == s.cuts {
		return io.NopCloser(io.MultiReader(bytes.NewReader(b[:len(b)/2]), iotest.ErrReader(errAway))), nil
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (s *shelf) List(_ context.Context, folder string) (map[string]int64, error) {
	all := map[string]int64{}
	for name, b := range s.files {
		if rest, in := strings.CutPrefix(name, folder+"/"); in || folder == "." {
			all[rest] = int64(len(b))
		}
	}
	return all, s.call()
}

func (s *shelf) Remove(_ context.Context, name string) error {
	if err := s.call(); err != nil {
		return err
	}
	delete(s.files, name)
	return nil
}

func (s *shelf) String() string { return "shelf" }

// begun is a repository in a new place, or one begun there before.
func begun(t testing.TB, place backup.Place, key backup.Key) *backup.Repository {
	t.Helper()
	if err := backup.Begin(t.Context(), place, key); err != nil && !fault.Is(err, "backup.place_used") {
		t.Fatal(err)
	}
	r, err := backup.OpenRepository(t.Context(), place, bolt.Kind{}, key, "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func secret(t testing.TB) (key, public backup.Key) {
	t.Helper()
	file, err := backup.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err = backup.ReadKey(file)
	if err != nil || !key.Opens() {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(file, "\n")
	public, err = backup.ReadKey(strings.TrimPrefix(first, "# public key: ") + "\n")
	if err != nil || public.Opens() || !public.Closes() {
		t.Fatal(err)
	}
	return key, public
}

func (h house) snapshot(t testing.TB, r *backup.Repository, at time.Time) backup.Added {
	t.Helper()
	made, err := r.Make(t.Context(), h.Store, h.blobs, at)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (h house) addBlob(t testing.TB, content string) string {
	t.Helper()
	ref, err := h.blobs.Put(t.Context(), strings.NewReader(content), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return ref.SHA256
}

func folderPlace(t testing.TB) *folder.Place {
	t.Helper()
	p, err := folder.OpenPlace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestASnapshotIsRestored(t *testing.T) {
	h := filled(t)
	key, public := secret(t)
	for name, keys := range map[string][2]backup.Key{"open": {}, "closed": {public, key}} {
		t.Run(name, func(t *testing.T) {
			place := folderPlace(t)
			first := h.snapshot(t, begun(t, place, keys[0]), made)
			if first.Files == 0 || first.Bytes == 0 || first.Size == 0 {
				t.Fatalf("%+v", first)
			}
			if again := h.snapshot(t, begun(t, place, keys[0]), made.Add(time.Hour)); again.Files != 0 {
				t.Errorf("audio that was there came again: %+v", again)
			}
			h.addBlob(t, name)
			if more := h.snapshot(t, begun(t, place, keys[0]), made.Add(2*time.Hour)); more.Files != 1 || more.Bytes != int64(len(name)) {
				t.Errorf("one new file: %+v", more)
			}
			r := begun(t, place, keys[1])
			s, err := r.Upto(t.Context(), time.Time{})
			if err != nil || !s.At.Equal(made.Add(2*time.Hour)) {
				t.Fatal(s, err)
			}
			dir := filepath.Join(t.TempDir(), "new")
			w, found, err := r.Restore(t.Context(), s, dir, made, false)
			if err != nil || found.Problems > 0 || !w.Made.Equal(s.At) || w.ID != h.ID() {
				t.Fatalf("%+v %+v %v", w, found, err)
			}
			h.whole(t, dir)
			if _, _, err := r.Restore(t.Context(), s, dir, made, false); !fault.Is(err, "store.not_empty") {
				t.Errorf("over data: %v", err)
			}
			if early, err := r.Upto(t.Context(), made.Add(90*time.Minute)); err != nil || !early.At.Equal(made.Add(time.Hour)) {
				t.Errorf("at half past: %v, %v", early, err)
			}
			if _, err := r.Upto(t.Context(), made.Add(-time.Second)); !fault.Is(err, "backup.no_snapshot") {
				t.Errorf("before all: %v", err)
			}
			tried, err := r.Try(t.Context(), made.Add(3*time.Hour))
			if err != nil || tried.Problems != 0 || tried.Files == 0 || !tried.At.Equal(s.At) {
				t.Fatalf("%+v %v", tried, err)
			}
			all, err := r.Snapshots(t.Context())
			if err != nil || len(all) != 3 || !all[0].Restored.Equal(made.Add(3*time.Hour)) || !all[1].Restored.IsZero() {
				t.Errorf("%+v %v", all, err)
			}
		})
	}
}

// Whatever is changed, cut, missing or swapped in a place is found before anything is made.
func TestASnapshotThatIsNotAsItWasMadeIsRefused(t *testing.T) {
	h := filled(t)
	key, _ := secret(t)
	other, _ := secret(t)
	damaged := []string{"backup.changed", "backup.cut", "backup.blobs_changed", "backup.key_wrong", "backup.not_one"}
	for name, k := range map[string]backup.Key{"open": {}, "closed": key} {
		place := &shelf{files: map[string][]byte{}}
		h.snapshot(t, begun(t, place, k), made)
		h.addBlob(t, "one more "+name)
		h.snapshot(t, begun(t, place, k), made.Add(time.Hour))
		sound := maps.Clone(place.files)
		refused := func(what string, k backup.Key, codes ...string) {
			t.Helper()
			r, err := backup.OpenRepository(t.Context(), place, bolt.Kind{}, k, "", t.TempDir())
			if err == nil {
				dir := filepath.Join(t.TempDir(), "new")
				var s backup.Snapshot
				if s, err = r.Upto(t.Context(), time.Time{}); err == nil {
					_, _, err = r.Restore(t.Context(), s, dir, made, false)
				}
				nothing(t, what, dir)
			}
			if !slices.ContainsFunc(codes, func(c string) bool { return fault.Is(err, c) }) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			place.files = maps.Clone(sound)
		}
		for file, body := range sound {
			latest := file == "snapshots/20240601T040000Z.records" || file == "snapshots/20240601T040000Z.files"
			if !latest && !strings.HasPrefix(file, "blobs/") {
				continue
			}
			for range 2 {
				b := bytes.Clone(body)
				at := rand.IntN(len(b))
				b[at] ^= 1 << rand.IntN(8)
				place.files[file] = b
				refused(fmt.Sprintf("%s, bit at %d of %d", file, at, len(b)), k, damaged...)
			}
			place.files[file] = body[:rand.IntN(len(body))]
			refused(file+" cut", k, damaged...)
			if file != "snapshots/20240601T040000Z.records" {
				delete(place.files, file)
				refused(file+" gone", k, "store.file_missing", "backup.blobs_changed")
			}
		}
		place.files["snapshots/20240601T040000Z.files"] = sound["snapshots/20240601T030000Z.files"]
		refused("the list of another", k, "backup.changed")
		if k.Closes() {
			refused("another key", other, "backup.key_wrong")
			refused("no key", backup.Key{}, "backup.key_needed")
		} else {
			refused("a key for what is open", other, "backup.key_unused")
		}
		delete(place.files, "place.json")
		refused("no mark", k, "backup.not_begun")
	}
	file := filepath.Join(t.TempDir(), "records")
	place := &shelf{files: map[string][]byte{}}
	h.snapshot(t, begun(t, place, backup.Key{}), made)
	plain := unpacked(t, place.files["snapshots/20240601T030000Z.records"])
	if _, _, err := restore(t, file, plain); !fault.Is(err, "backup.of_repository") {
		t.Errorf("records without their audio: %v", err)
	}
}

// Wherever making, pruning or trying fails, every snapshot that is listed restores whole, and
// the next run ends well and leaves no more than it needs.
func TestAPlaceThatFailsAnywhereKeepsWholeSnapshots(t *testing.T) {
	h := filled(t)
	began := &shelf{files: map[string][]byte{}}
	h.snapshot(t, begun(t, began, backup.Key{}), made)
	gone := h.addBlob(t, "this goes")
	h.snapshot(t, begun(t, began, backup.Key{}), made.Add(time.Minute))
	if removed, err := h.blobs.Remove(t.Context(), gone, time.Now().Add(time.Hour)); err != nil || !removed {
		t.Fatal(removed, err)
	}
	h.addBlob(t, "this comes")
	keep := backup.Keep{Hours: 1}
	run := func(place *shelf) error {
		r, err := backup.OpenRepository(t.Context(), place, bolt.Kind{}, backup.Key{}, "", t.TempDir())
		if err == nil {
			_, err = r.Make(t.Context(), h.Store, h.blobs, made.Add(30*time.Minute))
		}
		if err == nil {
			_, err = r.Prune(t.Context(), keep)
		}
		if err == nil {
			_, err = r.Try(t.Context(), made.Add(40*time.Minute))
		}
		return err
	}
	for fails := 1; ; fails++ {
		place := &shelf{files: maps.Clone(began.files), fails: fails}
		err := run(place)
		if err != nil && !errors.Is(err, errShelf) {
			t.Fatalf("call %d: %v", fails, err)
		}
		if err == nil {
			if fails < 15 {
				t.Errorf("only %d calls were failed", fails-1)
			}
			break
		}
		place.fails = 0
		r := begun(t, place, backup.Key{})
		all, err := r.Snapshots(t.Context())
		if err != nil || len(all) == 0 {
			t.Fatalf("call %d: %v, %v", fails, all, err)
		}
		for _, s := range all {
			dir := filepath.Join(t.TempDir(), "new")
			if _, _, err := r.Restore(t.Context(), s, dir, made, false); err != nil {
				t.Errorf("call %d: the snapshot of %s: %v", fails, s.At, err)
			}
		}
		if _, err := r.Make(t.Context(), h.Store, h.blobs, made.Add(50*time.Minute)); err != nil {
			t.Errorf("call %d: the next: %v", fails, err)
		}
		if _, err := r.Prune(t.Context(), keep); err != nil {
			t.Errorf("call %d: the next: %v", fails, err)
		}
		if _, err := r.Try(t.Context(), made.Add(55*time.Minute)); err != nil {
			t.Errorf("call %d: the next: %v", fails, err)
		}
		if _, err := r.Prune(t.Context(), keep); err != nil {
			t.Errorf("call %d: the next: %v", fails, err)
		}
		want := 4 // mark, trial, records and list of the last
		for _, err := range h.blobs.List(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			want++
		}
		if len(place.files) != want {
			t.Errorf("call %d: %d files where %d are needed: %v", fails, len(place.files), want, slices.Sorted(maps.Keys(place.files)))
		}
	}
}

// What stays is counted plainly: of each unit the last, so many units back from the newest
// that has one.
func TestWhatStays(t *testing.T) {
	h := filled(t)
	place := &shelf{files: map[string][]byte{}}
	r := begun(t, place, backup.Key{})
	start := time.Date(2024, 5, 13, 0, 10, 0, 0, text.Zone)
	for i := range 9 { // nine days, in the evening each hour
		for _, hour := range []int{9, 21, 22, 23} {
			h.snapshot(t, r, start.AddDate(0, 0, i).Add(time.Duration(hour)*time.Hour))
		}
	}
	tried, err := r.Try(t.Context(), start.AddDate(0, 0, 9))
	if err != nil {
		t.Fatal(err)
	}
	h.snapshot(t, r, start.AddDate(0, 0, 9))
	if _, err := r.Prune(t.Context(), backup.Keep{Hours: 3, Days: 4, Weeks: 2, Months: 1}); err != nil {
		t.Fatal(err)
	}
	all, err := r.Snapshots(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range all {
		got = append(got, s.At.In(text.Zone).Format("01-02 15h"))
	}
	want := []string{"05-22 00h", "05-21 23h", "05-21 22h", "05-20 23h", "05-19 23h"} // 05-19 is the Sunday of week 20 too
	if !slices.Equal(got, want) {
		t.Errorf("stay %v, want %v", got, want)
	}
	if !tried.At.Equal(all[1].At) {
		t.Fatal("the snapshot that was tried is none of those")
	}
	if _, err := r.Prune(t.Context(), backup.Keep{Months: 1}); err != nil {
		t.Fatal(err)
	}
	if all, err = r.Snapshots(t.Context()); err != nil || len(all) != 2 || all[1].Restored.IsZero() {
		t.Errorf("the last one that was restored goes: %v, %v", all, err)
	}
	for s, ok := range map[string]bool{"24,7,5,12": true, " 1, 0,0,0": true, "0,0,0,0": false, "1,2,3": false, "1,2,3,4,5": false, "-1,2,3,4": false,
		"": false, "a,b,c,d": false, "1,1,1,1001": false} {
		if k, err := backup.ReadKeep(s); (err == nil) != ok {
			t.Errorf("%q: %v, %v", s, k, err)
		}
	}
	if k, err := backup.ReadKeep("24,7,5,12"); err != nil || k != backup.UsualKeep {
		t.Error(k, err)
	}
}

func TestAPlaceIsOfOneInstallation(t *testing.T) {
	h := filled(t)
	place := folderPlace(t)
	if _, err := backup.OpenRepository(t.Context(), place, bolt.Kind{}, backup.Key{}, "", t.TempDir()); !fault.Is(err, "backup.not_begun") {
		t.Errorf("a folder nobody began: %v", err)
	}
	r := begun(t, place, backup.Key{})
	h.snapshot(t, r, made)
	if _, err := r.Make(t.Context(), h.Store, h.blobs, made); !fault.Is(err, "backup.clock") {
		t.Errorf("a second of the same moment: %v", err)
	}
	other, err := bolt.Open(t.TempDir(), bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := begun(t, place, backup.Key{}).Make(t.Context(), other, h.blobs, made.Add(time.Hour)); !fault.Is(err, "backup.other_installation") {
		t.Errorf("another installation: %v", err)
	}
	_, err = backup.OpenRepository(t.Context(), place, bolt.Kind{}, backup.Key{}, other.ID(), t.TempDir())
	if !fault.Is(err, "backup.other_installation") {
		t.Errorf("opened for another installation: %v", err)
	}
	second, err := folder.OpenPlace(place.String())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	theirs := begun(t, second, backup.Key{})
	undo, err := place.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Make(t.Context(), h.Store, h.blobs, made.Add(time.Hour)); !fault.Is(err, "store.place_busy") {
		t.Errorf("while another writes: %v", err)
	}
	if tried, err := theirs.Try(t.Context(), made); err != nil || !tried.Restored.IsZero() {
		t.Errorf("a trial while another writes: %+v, %v", tried, err)
	}
	undo()
	if err := backup.Begin(t.Context(), place, backup.Key{}); !fault.Is(err, "backup.place_used") {
		t.Errorf("begun twice: %v", err)
	}
	if _, err := folder.OpenPlace(filepath.Join(t.TempDir(), "unmounted")); !fault.Is(err, "store.no_place") {
		t.Errorf("no folder: %v", err)
	}
	for _, bad := range []string{"", "AGE-SECRET-KEY-1", "hello", strings.Repeat("x", 5000)} {
		if _, err := backup.ReadKey(bad); !fault.Is(err, "backup.bad_key") || strings.Contains(fmt.Sprint(errors.Unwrap(err)), bad) && bad != "" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A blob that rotted here is not taken for its backup, and one that was kept in time comes back.
func TestARottenFileIsNamedAndHealed(t *testing.T) {
	h := filled(t)
	kept, late := h.addBlob(t, "kept in time"), ""
	place := folderPlace(t)
	r := begun(t, place, backup.Key{})
	h.snapshot(t, r, made)
	late = h.addBlob(t, "came late")
	for _, sum := range []string{kept, late} {
		if err := os.WriteFile(filepath.Join(h.dir, backup.BlobsFolder, sum[:2], sum), []byte("rot"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.snapshot(t, r, made.Add(time.Hour)); !slices.Equal(got.Damaged, []string{late}) {
		t.Errorf("damaged: %v", got.Damaged)
	}
	dir := filepath.Join(t.TempDir(), "new")
	s, err := r.Upto(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if w, _, err := r.Restore(t.Context(), s, dir, made, false); err != nil || !slices.Equal(w.Damaged, []string{late}) {
		t.Fatalf("%+v %v", w, err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, backup.BlobsFolder, kept[:2], kept)); err != nil || string(b) != "kept in time" {
		t.Errorf("%q, %v", b, err)
	}
}

func FuzzASnapshotIsRead(f *testing.F) {
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd}, []byte(`[{"sha256":"x","size":1}]`), []byte(`{"loa":"backups"}`))
	f.Add([]byte{}, []byte(`null`), []byte(`{"loa":"backups","closed":true}`))
	f.Fuzz(func(t *testing.T, records, files, mark []byte) {
		place := &shelf{files: map[string][]byte{"place.json": mark, "snapshots/20240601T030000Z.records": records, "snapshots/20240601T030000Z.files": files,
			"restored.json": mark}}
		r, err := backup.OpenRepository(t.Context(), place, bolt.Kind{}, backup.Key{}, "", t.TempDir())
		if err != nil {
			return
		}
		s, err := r.Upto(t.Context(), time.Time{})
		if err != nil {
			return
		}
		dir := filepath.Join(t.TempDir(), "new")
		if _, _, err := r.Restore(t.Context(), s, dir, made, false); err == nil {
			t.Error("taken for a snapshot")
		}
		nothing(t, "fuzz", dir)
		_, _ = r.Prune(t.Context(), backup.UsualKeep) // whatever it says, it says it
	})
}

func FuzzReadKey(f *testing.F) {
	f.Add("# public key: age1\nAGE-SECRET-KEY-1")
	f.Fuzz(func(t *testing.T, s string) {
		if k, err := backup.ReadKey(s); err == nil && !k.Closes() {
			t.Error("a key that closes nothing")
		}
	})
}

func unpacked(t testing.TB, packed []byte) []byte {
	t.Helper()
	r, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Damaged audio, list or note of trials stops neither the next snapshot nor a restore that may
// leave something out; what is damaged is brought anew.
func TestADamagedPlaceGoesOn(t *testing.T) {
	h := filled(t)
	sum := h.addBlob(t, "a recording of some length")
	blob := "blobs/" + sum[:2] + "/" + sum
	for name, hurt := range map[string]func(p *shelf){
		"flipped": func(p *shelf) { p.files[blob] = []byte("a recording of Some length") },
		"cut":     func(p *shelf) { p.files[blob] = p.files[blob][:4] },
		"gone":    func(p *shelf) { delete(p.files, blob) },
		"notes":   func(p *shelf) { p.files["restored.json"] = []byte("\x01") },
		"list":    func(p *shelf) { p.files["snapshots/20240601T030000Z.files"] = []byte("zstd?") },
	} {
		place := &shelf{files: map[string][]byte{}}
		r := begun(t, place, backup.Key{})
		h.snapshot(t, r, made)
		hurt(place)
		audio := name == "flipped" || name == "cut" || name == "gone"
		s, err := r.Upto(t.Context(), time.Time{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, _, err = r.Restore(t.Context(), s, filepath.Join(t.TempDir(), "new"), made, false)
		if (err != nil) != (audio || name == "list") {
			t.Errorf("%s: restored with %v", name, err)
		}
		if audio {
			w, _, err := r.Restore(t.Context(), s, filepath.Join(t.TempDir(), "new"), made, true)
			if err != nil || !slices.Equal(w.Damaged, []string{sum}) {
				t.Errorf("%s: without it: %v, %v", name, w.Damaged, err)
			}
			if _, err := r.Try(t.Context(), made); !fault.Is(err, "backup.blobs_changed") {
				t.Errorf("%s: tried with %v", name, err)
			}
		}
		h.snapshot(t, r, made.Add(2*time.Hour))
		if _, err := r.Prune(t.Context(), backup.UsualKeep); err != nil {
			t.Errorf("%s: pruned with %v", name, err)
		}
		if tried, err := r.Try(t.Context(), made.Add(3*time.Hour)); err != nil || tried.Restored.IsZero() {
			t.Errorf("%s: the next one: %+v, %v", name, tried, err)
		}
	}
}

// A place that was begun with one key takes no other.
func TestAPlaceHasOneKey(t *testing.T) {
	h := filled(t)
	one, public := secret(t)
	two, _ := secret(t)
	place := folderPlace(t)
	h.snapshot(t, begun(t, place, public), made)
	if _, err := backup.OpenRepository(t.Context(), place, bolt.Kind{}, two, "", t.TempDir()); !fault.Is(err, "backup.key_wrong") {
		t.Errorf("another key: %v", err)
	}
	h.snapshot(t, begun(t, place, one), made.Add(time.Hour))
	if _, err := begun(t, place, one).Try(t.Context(), made.Add(2*time.Hour)); err != nil {
		t.Error(err)
	}
}

// A network that goes while a file comes is told as that. It is no damage: no trial and no pruning removes anything for it, and
// no note of an earlier trial is lost.
func TestANetworkThatGoesIsNoDamage(t *testing.T) {
	h := filled(t)
	sum := h.addBlob(t, "a recording of some length")
	key, _ := secret(t)
	for name, k := range map[string]backup.Key{"open": {}, "closed": key} {
		place := &shelf{files: map[string][]byte{}}
		r := begun(t, place, k)
		h.snapshot(t, r, made)
		if _, err := r.Try(t.Context(), made.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		before := maps.Clone(place.files)
		for _, cut := range []string{"place.json", "restored.json", "snapshots/20240601T030000Z.records", "snapshots/20240601T030000Z.files",
			"blobs/" + sum[:2] + "/" + sum} {
			if place.cuts = cut; before[cut] == nil {
				t.Fatalf("there is no %s", cut)
			}
			again, err := backup.OpenRepository(t.Context(), place, bolt.Kind{}, k, "", t.TempDir())
			if err == nil {
				_, err = again.Try(t.Context(), made.Add(time.Hour))
			}
			if !fault.Is(err, "store.place_away") {
				t.Errorf("%s: %s breaks off: %v", name, cut, err)
			}
			if again != nil {
				_, _ = again.Prune(t.Context(), backup.Keep{Hours: 1})
			}
			if !maps.EqualFunc(place.files, before, bytes.Equal) {
				t.Errorf("%s: what is kept is another after %s broke off", name, cut)
			}
		}
	}
}

// What could not be kept leaves nothing on the way, so that a full disk has room again at once.
func TestWhatFailsLeavesNoRoomTaken(t *testing.T) {
	place := folderPlace(t)
	err := place.Put(t.Context(), "blobs/aa/one", func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return cmpErr(err, errShelf)
	})
	if !errors.Is(err, errShelf) {
		t.Error(err)
	}
	left, err := filepath.Glob(filepath.Join(place.String(), "part-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
}
