package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"loa/audio"
	"loa/store/bolt"
)

// VerifyBlobs hashes every blob anew and looks for each blob a record points
// at. It calls report for every problem and returns how many blobs it read.
func VerifyBlobs(ctx context.Context, s *bolt.Store, blobs audio.Blobs, report func(bolt.Problem)) (int, error) {
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
			report(bolt.Problem{Table: BlobsFolder, Key: blob.SHA256, What: "content changed"})
		}
	}
	err := s.BlobRefs(ctx, func(sum string) {
		if !kept[sum] {
			report(bolt.Problem{Table: BlobsFolder, Key: sum, What: "a record points at it, but it is missing"})
		}
	})
	return len(kept), err
}

func hashOf(ctx context.Context, blobs audio.Blobs, name string) (string, error) {
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
