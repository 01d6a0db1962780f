package bolt

import (
	"context"
	"encoding/json"

	"loa/airing"
)

// blobSources go through the blobs that records point at, one per noun.
var blobSources = []func(tx *tx, yield func(sha256 string)) error{evidenceBlobs}

// BlobRefs calls yield for the SHA-256 of every blob some record points at; a
// blob pointed at twice is given twice.
func (s *Store) BlobRefs(ctx context.Context, yield func(sha256 string)) error {
	return s.view(ctx, func(tx *tx) error {
		for _, source := range blobSources {
			if err := source(tx, yield); err != nil {
				return err
			}
		}
		return nil
	})
}

func evidenceBlobs(tx *tx, yield func(sha256 string)) error {
	for e, err := range logEntries.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		var entry airing.Entry
		if err := json.Unmarshal(e.rec, &entry); err != nil {
			return err
		}
		if entry.Evidence != nil {
			yield(entry.Evidence.SHA256)
		}
	}
	return nil
}
