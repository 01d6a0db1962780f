package bolt

import "context"

// blobIndexes are the tables whose keys begin with the SHA-256 of a blob that
// a record points at, one per noun: what none of them knows may be swept.
var blobIndexes = []table[string]{recordingsByBlob, copiesByBlob, blindByBlob, evidenceByBlob}

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
