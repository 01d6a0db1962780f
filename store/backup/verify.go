package backup

import (
	"context"

	"loa/library"
	"loa/store"
)

// BadBlob is a damaged blob and whose it is.
type BadBlob struct {
	library.Damaged
	Of []library.Recording // whose bytes they are, or whose copy's; none where no record points at them
}

// VerifyBlobs hashes every blob anew and looks for each blob a record points
// at. It calls report for every bad one and returns how many blobs it read.
func VerifyBlobs(ctx context.Context, s store.Engine, blobs library.Blobs, report func(BadBlob)) (int, error) {
	n, _, bad, err := library.CheckBlobs(ctx, blobs, s, func(string) bool { return true })
	for _, d := range bad {
		of, err := s.BlobOwners(ctx, d.SHA256)
		if err != nil {
			return n, err
		}
		report(BadBlob{d, of})
	}
	return n, err
}
