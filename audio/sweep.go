package audio

import (
	"context"
	"time"
)

// SweepBlobs removes the blobs that were put before the given time and that no
// record points at; refs gives the SHA-256 of those that are. Blobs are listed
// before records are read, and one put again meanwhile is spared by
// Blobs.Remove, so what a record is about to point at is never lost.
func SweepBlobs(ctx context.Context, blobs Blobs, refs func(ctx context.Context, yield func(sha256 string)) error, before time.Time) (removed int, freed int64, err error) {
	var old []Stored
	for b, err := range blobs.List(ctx) {
		if err != nil {
			return 0, 0, err
		}
		if b.At.Before(before) {
			old = append(old, b)
		}
	}
	used := map[string]bool{}
	if err := refs(ctx, func(sha string) { used[sha] = true }); err != nil {
		return 0, 0, err
	}
	for _, b := range old {
		if used[b.SHA256] {
			continue
		}
		gone, err := blobs.Remove(ctx, b.SHA256, before)
		if err != nil {
			return removed, freed, err
		}
		if gone {
			removed++
			freed += b.Size
		}
	}
	return removed, freed, nil
}
