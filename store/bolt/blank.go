package bolt

import (
	"context"
	"encoding/binary"
)

// blankBucket stands in the file while Blank runs. A program that was killed leaves it; settle removes it.
const blankBucket = "blank"

// mostBlank is how many pages one commit of Blank writes, so that nobody's report waits long behind it.
const mostBlank = 256

// Blank overwrites the pages of the file that nothing stands in. What was removed or changed stays there to be read from the disk and in
// every backup until something else is written to its page. It returns how many pages it wrote. Pages that a reader still holds while it
// runs keep what they hold until it runs again.
func (s *Store) Blank(ctx context.Context) (pages int, err error) {
	if err := s.dropBlank(ctx); err != nil { // of a run that failed
		return 0, err
	}
	size := s.db.Info().PageSize
	// Three rows fill a page: of two a page would be left by, and one alone takes two.
	empty := make([]byte, (size-200)/3)
	for n := uint64(0); ; {
		stats := s.db.Stats()
		now := min(stats.FreePageN+stats.PendingPageN+1, mostBlank)
		err := s.update(ctx, func(tx *tx) error {
			tx.wrote = true
			b, err := tx.b.CreateBucketIfNotExists([]byte(blankBucket))
			if err != nil {
				return err
			}
			b.FillPercent = 1
			for i := range uint64(3 * now) {
				if err := b.Put(binary.BigEndian.AppendUint64(nil, n+i), empty); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			_ = s.dropBlank(context.WithoutCancel(ctx)) // settle does it else
			return pages, err
		}
		n, pages = n+uint64(3*now), pages+now
		// A page that was free when this began was either written since or is free still.
		if s.db.Stats().FreePageN == 0 {
			return pages, s.dropBlank(ctx)
		}
	}
}

func (s *Store) dropBlank(ctx context.Context) error {
	return s.update(ctx, (*tx).dropBlank)
}

func (tx *tx) dropBlank() error {
	if tx.b.Bucket([]byte(blankBucket)) == nil {
		return nil
	}
	tx.wrote = true
	return tx.b.DeleteBucket([]byte(blankBucket))
}
