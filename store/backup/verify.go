package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"

	"loa/library"
	"loa/store"
)

// BadBlob is a blob whose content is not what its name says, or which is
// missing though a record points at it.
type BadBlob struct {
	SHA256  string
	Missing bool
	Of      []library.Recording // whose bytes they are, or whose copy's; none where no record points at them
}

// VerifyBlobs hashes every blob anew and looks for each blob a record points
// at. It calls report for every bad one and returns how many blobs it read.
func VerifyBlobs(ctx context.Context, s store.Engine, blobs library.Blobs, report func(BadBlob)) (int, error) {
	var bad []BadBlob
	kept := map[string]bool{}
	for blob, err := range blobs.List(ctx) {
		if err != nil {
			return len(kept), err
		}
		kept[blob.SHA256] = true
		sum, err := hashOf(ctx, blobs, blob.SHA256)
		if err != nil {
			return len(kept), err
		}
		if sum != blob.SHA256 {
			bad = append(bad, BadBlob{SHA256: blob.SHA256})
		}
	}
	missing := map[string]bool{}
	if err := s.BlobRefs(ctx, func(sum string) { missing[sum] = !kept[sum] }); err != nil {
		return len(kept), err
	}
	for _, sum := range slices.Sorted(maps.Keys(missing)) {
		if missing[sum] {
			bad = append(bad, BadBlob{SHA256: sum, Missing: true})
		}
	}
	for _, b := range bad {
		var err error
		if b.Of, err = s.BlobOwners(ctx, b.SHA256); err != nil {
			return len(kept), err
		}
		report(b)
	}
	return len(kept), nil
}

func hashOf(ctx context.Context, blobs library.Blobs, name string) (string, error) {
	r, err := blobs.Open(ctx, name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
