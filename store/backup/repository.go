package backup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"loa/internal/fault"
	"loa/library"
	"loa/store"
)

// Repository keeps the snapshots of one installation in a place. Each is all records as of
// one moment, compressed; the audio is kept once for all of them, so that a further one
// costs what is new. In the place stand
//
//	place.json                   that it is one, of which installation, and by which key it is closed
//	snapshots/TIME.records       a backup without audio, as zstd
//	snapshots/TIME.files         which audio belongs to it
//	blobs/ab/SHA256              audio
//	restored.json                which snapshots were restored for trial, and when
//
// Where it is closed, records and audio are files of age; lists and names lie open. Who
// writes holds the lock of the place.
type Repository struct {
	place Place
	kind  store.Kind
	key   Key
	temp  string // a folder for what is being read
	mark  mark
}

// mark is place.json.
type mark struct {
	Loa          string `json:"loa"` // always "backups"
	Installation string `json:"installation,omitempty"`
	Key          string `json:"key,omitempty"` // the public half of what closes it
}

const (
	markName     = "place.json"
	restoredName = "restored.json"
	snapshots    = "snapshots"
	records      = ".records"
	files        = ".files"
	timeOfName   = "20060102T150405Z"
)

// Begin makes a place that is empty one of backups. Fault: backup.place_used.
func Begin(ctx context.Context, place Place, key Key) error {
	undo, err := place.Lock(ctx)
	if err != nil {
		return err
	}
	defer undo()
	there, err := place.List(ctx, ".")
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return fault.New(fault.Conflict, "backup.place_used", "place", place.String())
	}
	return putJSON(ctx, place, markName, mark{Loa: "backups", Key: key.name()})
}

// OpenRepository opens a place that Begin made, for the installation of that ID, "" for
// whichever it is of. temp is a folder for files on their way. Faults: backup.not_begun,
// backup.other_installation, backup.key_needed where it is closed and there is no key,
// backup.key_wrong where that is another, backup.key_unused where it is open.
func OpenRepository(ctx context.Context, place Place, kind store.Kind, key Key, installation, temp string) (*Repository, error) {
	r := &Repository{place: place, kind: kind, key: key, temp: temp}
	err := r.readJSON(ctx, markName, &r.mark)
	switch {
	case fault.Is(err, "store.file_missing"), err == nil && r.mark.Loa != "backups":
		return nil, fault.New(fault.Unavailable, "backup.not_begun", "place", place.String())
	case err != nil:
		return nil, err
	case installation != "" && r.mark.Installation != "" && r.mark.Installation != installation:
		return nil, fault.New(fault.Conflict, "backup.other_installation", "place", place.String())
	case r.mark.Key != "" && !key.Closes():
		return nil, fault.New(fault.Invalid, "backup.key_needed")
	case r.mark.Key == "" && key.Closes():
		return nil, fault.New(fault.Invalid, "backup.key_unused", "place", place.String())
	case r.mark.Key != key.name():
		return nil, fault.New(fault.Invalid, "backup.key_wrong")
	}
	return r, nil
}

// Snapshot is one of the backups of a repository.
type Snapshot struct {
	At       time.Time `json:"at"`                // UTC, to the second
	Size     int64     `json:"size"`              // bytes of its records as they are kept
	Restored time.Time `json:"restored,omitzero"` // when it was last restored for trial
}

func nameOf(at time.Time) string { return snapshots + "/" + at.UTC().Format(timeOfName) }

// Snapshots lists them, the newest first.
func (r *Repository) Snapshots(ctx context.Context) ([]Snapshot, error) {
	names, err := r.place.List(ctx, snapshots)
	if err != nil {
		return nil, err
	}
	tried, err := r.restored(ctx)
	if err != nil {
		return nil, err
	}
	var all []Snapshot
	for name, size := range names {
		base, whole := strings.CutSuffix(name, records)
		at, err := time.Parse(timeOfName, base)
		if !whole || err != nil {
			continue
		}
		all = append(all, Snapshot{At: at, Size: size, Restored: tried[base]})
	}
	slices.SortFunc(all, func(a, b Snapshot) int { return b.At.Compare(a.At) })
	return all, nil
}

// Upto is the newest snapshot that is no later than at, or the newest of all where at is
// zero. Fault: backup.no_snapshot.
func (r *Repository) Upto(ctx context.Context, at time.Time) (Snapshot, error) {
	all, err := r.Snapshots(ctx)
	if err != nil {
		return Snapshot{}, err
	}
	for _, s := range all {
		if at.IsZero() || !s.At.After(at) {
			return s, nil
		}
	}
	return Snapshot{}, fault.New(fault.NotFound, "backup.no_snapshot", "place", r.place.String())
}

// Added is what a new snapshot brought to its place.
type Added struct {
	Snapshot
	Files   int      // of audio that were new
	Bytes   int64    // of these
	Damaged []string // blobs that were not what their names say, and are not in it
}

// Make adds a snapshot of a running store. Faults: backup.other_installation, backup.clock
// where one of this or a later moment is there, those of the place and of the store.
func (r *Repository) Make(ctx context.Context, s store.Engine, blobs library.Blobs, now time.Time) (made Added, err error) {
	undo, err := r.place.Lock(ctx)
	if err != nil {
		return made, err
	}
	defer undo()
	if err := r.claim(ctx, s.ID()); err != nil {
		return made, err
	}
	now = now.UTC().Truncate(time.Second)
	sizes := map[string]int64{} // of audio that was whole when it came; what is here may have rotted since
	last, err := r.Upto(ctx, time.Time{})
	switch {
	case fault.Is(err, "backup.no_snapshot"):
	case err == nil && !last.At.Before(now):
		return made, fault.New(fault.Conflict, "backup.clock", "last", last.At)
	case err != nil:
		return made, err
	default:
		if err := r.mention(ctx, last, sizes); err != nil && !damagedOne(err) {
			return made, err // a list that is damaged tells no sizes, and stops nothing
		}
	}
	made.At = now
	err = s.Backup(ctx, func(size int64, copied io.Reader) error {
		var list []library.Ref
		if list, err = r.addBlobs(ctx, blobs, sizes, &made); err != nil {
			return err
		}
		body, err := json.Marshal(list)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		m := manifest(s, now)
		m.Files = hex.EncodeToString(sum[:])
		if err := r.place.Put(ctx, nameOf(now)+files, func(w io.Writer) error { _, err := w.Write(body); return err }); err != nil {
			return err
		}
		return r.place.Put(ctx, nameOf(now)+records, func(w io.Writer) error {
			return r.write(w, &made, func(w io.Writer) error {
				file, err := begin(w, m, size, copied)
				if err == nil {
					file.last.Damaged = made.Damaged
					_, err = file.end()
				}
				return err
			})
		})
	})
	return made, err
}

// claim notes whose backups these are, with the first of them.
func (r *Repository) claim(ctx context.Context, id string) error {
	switch r.mark.Installation {
	case id:
		return nil
	case "":
		own := r.mark
		own.Installation = id
		err := putJSON(ctx, r.place, markName, own)
		if err == nil {
			r.mark = own
		}
		return err
	}
	return fault.New(fault.Conflict, "backup.other_installation", "place", r.place.String())
}

// write compresses and closes what fill writes.
func (r *Repository) write(w io.Writer, made *Added, fill func(w io.Writer) error) error {
	counted := &summed{w: w, h: sha256.New()}
	closed, err := r.key.closing(counted)
	if err != nil {
		return err
	}
	packed, err := zstd.NewWriter(closed)
	if err != nil {
		return err
	}
	err = errors.Join(fill(packed), packed.Close(), closed.Close())
	made.Size = counted.n
	return err
}

// addBlobs brings the audio that is not there yet, and lists all of it.
func (r *Repository) addBlobs(ctx context.Context, blobs library.Blobs, sizes map[string]int64, made *Added) ([]library.Ref, error) {
	there, err := r.place.List(ctx, BlobsFolder)
	if err != nil {
		return nil, err
	}
	list := []library.Ref{}
	for blob, err := range blobs.List(ctx) {
		if err != nil {
			return nil, err
		}
		size, kept := there[blobName(blob.SHA256)]
		if want, known := sizes[blobName(blob.SHA256)]; known && r.mark.Key == "" && size != want {
			kept = false // cut since
		}
		if !kept {
			switch err := r.addBlob(ctx, blobs, blob.Ref); {
			case errors.Is(err, errDamaged):
				made.Damaged = append(made.Damaged, blob.SHA256)
				continue
			case fault.Is(err, "library.blob_missing"):
				continue // swept since it was listed: nothing points at it
			case err != nil:
				return nil, err
			}
			made.Files++
			made.Bytes += blob.Size
		} else if size, known := sizes[blobName(blob.SHA256)]; known {
			blob.Size = size
		}
		list = append(list, blob.Ref)
	}
	return list, nil
}

var errDamaged = errors.New("backup: a blob is not what its name says")

func (r *Repository) addBlob(ctx context.Context, blobs library.Blobs, want library.Ref) error {
	in, err := blobs.Open(ctx, want.SHA256)
	if err != nil {
		return err
	}
	defer in.Close()
	return r.place.Put(ctx, BlobsFolder+"/"+blobName(want.SHA256), func(w io.Writer) error {
		closed, err := r.key.closing(w)
		if err != nil {
			return err
		}
		if err := same(closed, in, want); err != nil {
			return err
		}
		return closed.Close()
	})
}

// same copies a blob and holds it against its name.
func same(w io.Writer, in io.Reader, want library.Ref) error {
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, h), in)
	if err == nil && (n != want.Size || hex.EncodeToString(h.Sum(nil)) != want.SHA256) {
		err = errDamaged
	}
	return err
}

// blobName is where a blob stands below BlobsFolder.
func blobName(sum string) string { return sum[:2] + "/" + sum }

// Restore makes a data folder of a snapshot, after it has read all of it, audio too; see
// the function Restore. With partial, audio that is damaged or missing is left out and
// returned. Faults: of that, store.file_missing, backup.blob_changed, backup.key_needed.
func (r *Repository) Restore(ctx context.Context, s Snapshot, dir string, now time.Time, partial bool) (w Whole, found Found, err error) {
	err = r.read(ctx, s, func(f io.ReaderAt, size int64, whole Whole, list []library.Ref) error {
		w = whole
		sound, bad, err := r.checkBlobs(ctx, list)
		if err != nil {
			return err
		}
		if len(bad) > 0 && !partial {
			return blobsChanged(bad)
		}
		w.Damaged = append(w.Damaged, bad...)
		found, err = restore(ctx, r.kind, dir, io.NewSectionReader(f, 0, size), w, now, func(blobs library.Blobs) error {
			for _, ref := range sound {
				if err := r.blob(ctx, ref, func(in io.Reader) error { return restoreBlob(ctx, blobs, ref, in) }); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	})
	return w, found, err
}

// blobsChanged is the fault of audio that is not what its name says.
func blobsChanged(bad []string) error {
	return fault.New(fault.Invalid, "backup.blobs_changed", "n", len(bad), "name", bad[0])
}

// restored is restored.json: when a snapshot was restored for trial, by its name. One that
// is damaged is none: it stops no restore.
func (r *Repository) restored(ctx context.Context) (map[string]time.Time, error) {
	tried := map[string]time.Time{}
	err := r.readJSON(ctx, restoredName, &tried)
	if damagedOne(err) {
		return map[string]time.Time{}, nil
	}
	return tried, err
}

// Tried is what a trial came upon.
type Tried struct {
	Snapshot
	Whole
	Found
	Files int   // of audio that were read
	Bytes int64 // of these
}

// Try restores the newest snapshot into a folder of its own, where its records are opened
// and verified, reads all audio that belongs to it, and removes the folder. A snapshot in
// which all was well is noted, where the place takes that, and stays until a later one is.
// Audio that is damaged is removed, so that the next snapshot brings it anew. Faults: as of Restore.
func (r *Repository) Try(ctx context.Context, now time.Time) (t Tried, err error) {
	if t.Snapshot, err = r.Upto(ctx, time.Time{}); err != nil {
		return t, err
	}
	var bad []string
	err = r.read(ctx, t.Snapshot, func(f io.ReaderAt, size int64, w Whole, list []library.Ref) (err error) {
		t.Whole = w
		var sound []library.Ref
		if sound, bad, err = r.checkBlobs(ctx, list); err != nil {
			return err
		}
		for _, ref := range sound {
			t.Files, t.Bytes = t.Files+1, t.Bytes+ref.Size
		}
		dir, err := os.MkdirTemp(r.temp, "trial-")
		if err != nil {
			return err
		}
		t.Found, err = restore(ctx, r.kind, dir, io.NewSectionReader(f, 0, size), w, now, nil)
		return errors.Join(err, os.RemoveAll(dir))
	})
	if err != nil || t.Problems > 0 {
		return t, err
	}
	undo, err := r.place.Lock(ctx)
	if err == nil {
		err = r.settle(ctx, &t, bad, now)
		undo()
	}
	if len(bad) > 0 {
		return t, blobsChanged(bad)
	}
	if slices.ContainsFunc([]string{"store.place_unwritable", "store.place_full", "store.place_busy", "store.place_away"},
		func(code string) bool { return fault.Is(err, code) }) {
		err = nil // what was tried is well, noted or not
	}
	return t, err
}

// settle notes what a trial found.
func (r *Repository) settle(ctx context.Context, t *Tried, bad []string, now time.Time) error {
	for _, sum := range bad {
		if err := r.place.Remove(ctx, BlobsFolder+"/"+blobName(sum)); err != nil {
			return err
		}
	}
	if len(bad) > 0 {
		return nil
	}
	all, err := r.Snapshots(ctx)
	if err != nil {
		return err
	}
	tried := map[string]time.Time{t.At.Format(timeOfName): now.UTC()}
	for _, s := range all { // of those that went nothing is kept
		if !s.Restored.IsZero() && !s.At.Equal(t.At) {
			tried[s.At.Format(timeOfName)] = s.Restored
		}
	}
	err = putJSON(ctx, r.place, restoredName, tried)
	if err == nil {
		t.Restored = now.UTC()
	}
	return err
}

// read brings the records of a snapshot to a file of this machine, checks them and the
// list of the audio, and calls use.
func (r *Repository) read(ctx context.Context, s Snapshot, use func(f io.ReaderAt, size int64, w Whole, list []library.Ref) error) error {
	f, err := os.CreateTemp(r.temp, "snapshot-")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	in, err := r.open(ctx, nameOf(s.At)+records)
	if err != nil {
		return err
	}
	defer in.Close()
	opened, err := r.key.opening(in, r.mark.Key != "")
	if err != nil {
		return in.why(err)
	}
	unpacked, err := zstd.NewReader(opened)
	if err != nil {
		return err
	}
	defer unpacked.Close()
	size, err := io.Copy(f, unpacked)
	if err != nil {
		return in.why(torn(ctx, f, err))
	}
	w, err := Check(r.kind, f, size)
	if err != nil {
		return err
	}
	list, err := r.list(ctx, s, w)
	if err != nil {
		return err
	}
	return use(f, size, w, list)
}

// torn tells bytes of a snapshot that could not be read from a disk of this machine that
// takes no more.
func torn(ctx context.Context, f *os.File, err error) error {
	var disk *os.PathError
	if ctx.Err() != nil || errors.As(err, &disk) && disk.Path == f.Name() {
		return err
	}
	return fault.New(fault.Invalid, "backup.changed").Because(err)
}

// reading is a file of a place that is being read. What the place has against it is kept, since whoever unpacks or opens
// what comes takes any error for damage.
type reading struct {
	io.ReadCloser
	ctx context.Context
	err error
}

func (r *Repository) open(ctx context.Context, name string) (*reading, error) {
	in, err := r.place.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	return &reading{ReadCloser: in, ctx: ctx}, nil
}

func (r *reading) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		r.err = err
		return 0, err
	}
	n, err := r.ReadCloser.Read(b)
	var named *fault.Error
	if errors.As(err, &named) {
		r.err = err
	}
	return n, err
}

// why is what the place had against it, else err.
func (r *reading) why(err error) error {
	if err != nil && r.err != nil {
		return r.err
	}
	return err
}

// list reads which audio belongs to a snapshot.
func (r *Repository) list(ctx context.Context, s Snapshot, w Whole) (list []library.Ref, err error) {
	in, err := r.open(ctx, nameOf(s.At)+files)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	h := sha256.New()
	list, err = readList(io.TeeReader(in, h))
	if err == nil && (hex.EncodeToString(h.Sum(nil)) != w.Files || !w.Sealed) {
		err = fault.New(fault.Invalid, "backup.changed")
	}
	return list, in.why(err)
}

// mostOfList is the largest list of audio that is read, in bytes: two million files.
const mostOfList = 256 << 20

// readList reads a list of audio, to its end.
func readList(in io.Reader) (list []library.Ref, err error) {
	body, err := io.ReadAll(io.LimitReader(in, mostOfList))
	if err == nil {
		err = json.Unmarshal(body, &list)
	}
	for _, ref := range list {
		err = cmp.Or(err, ref.Check())
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "backup.changed").Because(err)
	}
	return list, nil
}

// checkBlobs reads all of them, and tells which are as they should be and which are not.
func (r *Repository) checkBlobs(ctx context.Context, list []library.Ref) (sound []library.Ref, bad []string, err error) {
	for _, ref := range list {
		err := r.blob(ctx, ref, func(in io.Reader) error { return same(io.Discard, in, ref) })
		switch {
		case damagedOne(err):
			bad = append(bad, ref.SHA256)
		case err != nil:
			return nil, nil, err
		default:
			sound = append(sound, ref)
		}
	}
	return sound, bad, nil
}

// damagedOne reports whether an error is that of a file that is missing or not as it was made.
func damagedOne(err error) bool {
	return slices.ContainsFunc([]string{"store.file_missing", "backup.changed", "backup.blob_changed", "backup.key_wrong"},
		func(code string) bool { return fault.Is(err, code) })
}

// blob opens one of the audio files.
func (r *Repository) blob(ctx context.Context, ref library.Ref, use func(in io.Reader) error) error {
	in, err := r.open(ctx, BlobsFolder+"/"+blobName(ref.SHA256))
	if err != nil {
		return err
	}
	defer in.Close()
	opened, err := r.key.opening(in, r.mark.Key != "")
	if err == nil {
		err = use(opened)
	}
	err = in.why(err)
	var named *fault.Error
	if err != nil && ctx.Err() == nil && !errors.As(err, &named) {
		err = fault.New(fault.Invalid, "backup.blob_changed", "name", ref.SHA256).Because(err)
	}
	return err
}

// Bring brings one of the audio files back to where blobs are kept. Faults: store.file_missing where no snapshot has it,
// backup.blob_changed where it is damaged here too.
func (r *Repository) Bring(ctx context.Context, blobs library.Blobs, sha256 string) error {
	return r.blob(ctx, library.Ref{SHA256: sha256}, func(in io.Reader) error {
		got, err := blobs.Put(ctx, in, math.MaxInt64)
		if err == nil && got.SHA256 != sha256 {
			err = errDamaged
		}
		return err
	})
}

// Prune removes the snapshots that need not stay, and the audio no snapshot has any more.
// The last one that was restored for trial stays.
func (r *Repository) Prune(ctx context.Context, keep Keep) (removed int, err error) {
	undo, err := r.place.Lock(ctx)
	if err != nil {
		return 0, err
	}
	defer undo()
	all, err := r.Snapshots(ctx)
	if err != nil {
		return 0, err
	}
	at := make([]time.Time, len(all))
	for i, s := range all {
		at[i] = s.At
	}
	stay := keep.of(at)
	if i := slices.IndexFunc(all, func(s Snapshot) bool { return !s.Restored.IsZero() }); i >= 0 {
		stay[all[i].At] = true
	}
	used, unsure := map[string]int64{}, false
	for _, s := range all {
		if !stay[s.At] {
			// what says that it is one goes first
			if err := errors.Join(r.place.Remove(ctx, nameOf(s.At)+records), r.place.Remove(ctx, nameOf(s.At)+files)); err != nil {
				return removed, err
			}
			removed++
			continue
		}
		switch err := r.mention(ctx, s, used); {
		case damagedOne(err):
			unsure = true // which audio it needs cannot be known: none goes
		case err != nil:
			return removed, err
		}
	}
	if unsure {
		return removed, nil
	}
	return removed, r.sweep(ctx, all, used)
}

// mention notes the audio of a snapshot, and its sizes.
func (r *Repository) mention(ctx context.Context, s Snapshot, used map[string]int64) error {
	in, err := r.open(ctx, nameOf(s.At)+files)
	if err != nil {
		return err
	}
	defer in.Close()
	list, err := readList(in)
	for _, ref := range list {
		used[blobName(ref.SHA256)] = ref.Size
	}
	return in.why(err)
}

// sweep removes lists without a snapshot, which what was killed left, and audio no snapshot mentions.
func (r *Repository) sweep(ctx context.Context, all []Snapshot, used map[string]int64) error {
	whole := map[string]bool{}
	for _, s := range all {
		whole[s.At.Format(timeOfName)] = true
	}
	names, err := r.place.List(ctx, snapshots)
	if err != nil {
		return err
	}
	for name := range names {
		if base, is := strings.CutSuffix(name, files); is && !whole[base] {
			if err := r.place.Remove(ctx, snapshots+"/"+name); err != nil {
				return err
			}
		}
	}
	there, err := r.place.List(ctx, BlobsFolder)
	if err != nil {
		return err
	}
	for name := range there {
		if _, is := used[name]; is {
			continue
		}
		if err := r.place.Remove(ctx, BlobsFolder+"/"+name); err != nil {
			return err
		}
	}
	return nil
}

func putJSON(ctx context.Context, place Place, name string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return place.Put(ctx, name, func(w io.Writer) error { _, err := w.Write(append(body, '\n')); return err })
}

// mostOfNote is the largest file of JSON that is read, in bytes.
const mostOfNote = 1 << 16

func (r *Repository) readJSON(ctx context.Context, name string, v any) error {
	in, err := r.open(ctx, name)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := json.NewDecoder(io.LimitReader(in, mostOfNote)).Decode(v); err != nil {
		return in.why(fault.New(fault.Invalid, "backup.changed").Because(fmt.Errorf("%s: %w", name, err)))
	}
	return nil
}
