package bolt

import (
	"context"
	"slices"
	"time"

	"loa/library"
)

// blobIndexes are the tables whose keys begin with the SHA-256 of a blob that
// a record points at, one per noun: what none of them knows may be swept.
var blobIndexes = []table[string]{recordingsByBlob, copiesByBlob, blindByBlob, printsByBlob, evidenceByBlob}

// idleBlobs tells of blobs no record points at, by SHA-256, since when that is known.
var idleBlobs = table[time.Time]{name: "idle_blobs"}

// NoteIdleBlobs notes that at the time now no record points at these blobs, which
// are all there are of the kind, and tells since when that is known.
func (s *Store) NoteIdleBlobs(ctx context.Context, sha256 []string, now time.Time) (since map[string]time.Time, err error) {
	err = s.update(ctx, func(tx *tx) error {
		since = map[string]time.Time{}
		for _, sha := range sha256 {
			at, found, err := idleBlobs.get(tx, []byte(sha))
			if err == nil && !found {
				at = now.UTC()
				err = idleBlobs.put(tx, []byte(sha), at)
			}
			if err != nil {
				return err
			}
			since[sha] = at
		}
		var over []string
		for e, err := range idleBlobs.ascend(tx, nil, nil) {
			if err != nil {
				return err
			}
			if _, idle := since[string(e.key)]; !idle {
				over = append(over, string(e.key))
			}
		}
		for _, sha := range over {
			if err := idleBlobs.remove(tx, []byte(sha)); err != nil {
				return err
			}
		}
		return nil
	})
	return since, err
}

// damagedBlobs tells of blobs that were found damaged, by SHA-256.
var damagedBlobs = table[library.Damaged]{name: "damaged_blobs"}

// DamagedBlobs lists the blobs that were found damaged, by SHA-256.
func (s *Store) DamagedBlobs(ctx context.Context) (all []library.Damaged, err error) {
	err = s.view(ctx, func(tx *tx) error {
		all = nil
		for e, err := range damagedBlobs.ascend(tx, nil, nil) {
			if err != nil {
				return err
			}
			all = append(all, e.rec)
		}
		return nil
	})
	return all, err
}

// NoteDamagedBlobs replaces the list of damaged blobs.
func (s *Store) NoteDamagedBlobs(ctx context.Context, all []library.Damaged) error {
	return s.update(ctx, func(tx *tx) error {
		over := map[string]bool{}
		for e, err := range damagedBlobs.ascend(tx, nil, nil) {
			if err != nil {
				return err
			}
			over[string(e.key)] = true
		}
		for _, d := range all {
			delete(over, d.SHA256)
			if err := damagedBlobs.put(tx, []byte(d.SHA256), d); err != nil {
				return err
			}
		}
		for sha := range over {
			if err := damagedBlobs.remove(tx, []byte(sha)); err != nil {
				return err
			}
		}
		return nil
	})
}

// BlobRefs calls yield for the SHA-256 of every blob some record points at; a
// blob pointed at twice is given twice.
func (s *Store) BlobRefs(ctx context.Context, yield func(sha256 string)) error {
	return s.view(ctx, func(tx *tx) error {
		for _, index := range blobIndexes {
			for e, err := range index.ascend(tx, nil, nil) {
				if err != nil {
					return err
				}
				yield(string(e.key[:min(len(e.key), 64)]))
			}
		}
		return nil
	})
}

// BlobOwners lists the recordings whose bytes, or whose copy's, a blob is.
func (s *Store) BlobOwners(ctx context.Context, sha256 string) (all []library.Recording, err error) {
	err = s.view(ctx, func(tx *tx) error {
		all = nil
		for _, index := range []table[string]{recordingsByBlob, copiesByBlob, blindByBlob} {
			some, err := pointedAt(tx, index, sha256)
			if err != nil {
				return err
			}
			for _, r := range some {
				if !slices.ContainsFunc(all, func(x library.Recording) bool { return x.ID == r.ID }) {
					all = append(all, r)
				}
			}
		}
		return nil
	})
	return all, err
}

// BlobUsed reports whether any record points at the bytes.
func (s *Store) BlobUsed(ctx context.Context, sha256 string) (used bool, err error) {
	err = s.view(ctx, func(tx *tx) error {
		used = false
		for _, index := range blobIndexes {
			for _, err := range index.ascend(tx, []byte(sha256), after([]byte(sha256))) {
				used = true
				return err
			}
		}
		return nil
	})
	return used, err
}
