package library

import (
	"context"
	"maps"
	"slices"
	"time"
)

// SweepRecords is what SweepBlobs asks of the store.
type SweepRecords interface {
	// BlobRefs calls yield for the SHA-256 of every blob some record points at.
	BlobRefs(ctx context.Context, yield func(sha256 string)) error
	// NoteIdleBlobs notes that at the time now no record points at these blobs,
	// which are all there are of the kind, and tells since when that is known.
	NoteIdleBlobs(ctx context.Context, sha256 []string, now time.Time) (since map[string]time.Time, err error)
}

// SweepBlobs removes the blobs that no record has pointed at for as long as the
// grace, and that were put before it too. Blobs are listed before records are read,
// and one put again meanwhile is spared by Blobs.Remove, so what a record is
// about to point at is never lost. The grace begins with the sweep that first
// finds a blob idle, so that a slip is not followed by the next sweep.
func SweepBlobs(ctx context.Context, blobs Blobs, records SweepRecords, now time.Time, grace time.Duration) (removed int, freed int64, err error) {
	sizes := map[string]int64{}
	for b, err := range blobs.List(ctx) {
		if err != nil {
			return 0, 0, err
		}
		sizes[b.SHA256] = b.Size
	}
	if err := records.BlobRefs(ctx, func(sha string) { delete(sizes, sha) }); err != nil {
		return 0, 0, err
	}
	idle, err := records.NoteIdleBlobs(ctx, slices.Sorted(maps.Keys(sizes)), now)
	if err != nil {
		return 0, 0, err
	}
	before := now.Add(-grace)
	for sha, since := range idle {
		if since.After(before) {
			continue
		}
		gone, err := blobs.Remove(ctx, sha, before)
		if err != nil {
			return removed, freed, err
		}
		if gone {
			removed++
			freed += sizes[sha]
		}
	}
	return removed, freed, nil
}
