package library

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/internal/fault"
)

// Damaged is a blob whose content is not what its name says, that cannot be read, or
// that is missing though a record points at it.
type Damaged struct {
	SHA256  string    `json:"sha256"`
	Missing bool      `json:"missing,omitempty"`
	Since   time.Time `json:"since"` // when that was first found
}

// CheckRecords is what CheckBlobs asks of the store.
type CheckRecords interface {
	// BlobRefs calls yield for the SHA-256 of every blob some record points at.
	BlobRefs(ctx context.Context, yield func(sha256 string)) error
	// BlobUsed reports whether any record points at the bytes.
	BlobUsed(ctx context.Context, sha256 string) (bool, error)
}

// RereadRecords is what Reread asks of the store.
type RereadRecords interface {
	CheckRecords
	// DamagedBlobs lists the blobs that were found damaged, by SHA-256.
	DamagedBlobs(ctx context.Context) ([]Damaged, error)
	// NoteDamagedBlobs replaces that list.
	NoteDamagedBlobs(ctx context.Context, all []Damaged) error
}

// CheckBlobs hashes the blobs that asked picks by their SHA-256 and looks for those some record points at. Blobs may come
// and go meanwhile. It returns how many and how many bytes it read, and what is damaged, by SHA-256.
func CheckBlobs(ctx context.Context, blobs Blobs, records CheckRecords, asked func(sha256 string) bool) (n int, size int64, bad []Damaged, err error) {
	kept := map[string]bool{}
	for blob, err := range blobs.List(ctx) {
		if err != nil {
			return n, size, nil, err
		}
		if !asked(blob.SHA256) {
			continue
		}
		kept[blob.SHA256] = true
		sum, read, err := hashOf(ctx, blobs, blob.SHA256)
		if ctx.Err() != nil {
			return n, size, nil, ctx.Err()
		}
		n, size = n+1, size+read
		if err == nil && sum == blob.SHA256 {
			continue
		}
		if _, err := blobs.Stat(ctx, blob.SHA256); !fault.Is(err, "library.blob_missing") { // else it was removed meanwhile
			bad = append(bad, Damaged{SHA256: blob.SHA256})
		}
	}
	var missing []string
	if err := records.BlobRefs(ctx, func(sha string) {
		if !kept[sha] && asked(sha) {
			missing, kept[sha] = append(missing, sha), true
		}
	}); err != nil {
		return n, size, nil, err
	}
	for _, sha := range missing {
		_, err := blobs.Stat(ctx, sha) // it may have come after the list
		if err == nil {
			continue
		}
		if !fault.Is(err, "library.blob_missing") {
			return n, size, nil, err
		}
		used, err := records.BlobUsed(ctx, sha)
		if err != nil {
			return n, size, nil, err
		}
		if used {
			bad = append(bad, Damaged{SHA256: sha, Missing: true})
		}
	}
	slices.SortFunc(bad, func(a, b Damaged) int { return strings.Compare(a.SHA256, b.SHA256) })
	return n, size, bad, nil
}

func hashOf(ctx context.Context, blobs Blobs, name string) (sum string, read int64, err error) {
	r, err := blobs.Open(ctx, name)
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	for buf := make([]byte, 1<<20); ; {
		if err := ctx.Err(); err != nil {
			return "", read, err
		}
		n, err := r.Read(buf)
		h.Write(buf[:n])
		read += int64(n)
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), read, nil
		}
		if err != nil {
			return "", read, err
		}
	}
}

// Turn reports of which blobs it is the turn to be read again in the hour of at, so that all are read once within
// s.Reread and each hour reads about as many.
func (s Settings) Turn(at time.Time) func(sha256 string) bool {
	hours := uint64(s.RereadWithin() / time.Hour)
	hour := uint64(at.Unix()/3600) % hours
	return func(sha256 string) bool {
		n, err := strconv.ParseUint(sha256[:min(len(sha256), 15)], 16, 64)
		return err == nil && n%hours == hour
	}
}

// Reread reads again the blobs whose turn it is and all that are known to be damaged, asks mend for each
// damaged one, which may bring it back, and notes those that stay so.
func Reread(ctx context.Context, blobs Blobs, records RereadRecords, turn func(sha256 string) bool, now time.Time,
	mend func(ctx context.Context, sha256 string) error) (done RereadDone, err error) {
	known, err := records.DamagedBlobs(ctx)
	if err != nil {
		return done, err
	}
	since := map[string]time.Time{}
	for _, d := range known {
		since[d.SHA256] = d.Since
	}
	asked := func(sha string) bool { return !since[sha].IsZero() || turn(sha) }
	done.Blobs, done.Bytes, done.Damaged, err = CheckBlobs(ctx, blobs, records, asked)
	if err != nil {
		return done, err
	}
	done.Damaged = slices.DeleteFunc(done.Damaged, func(d Damaged) bool {
		err := mend(ctx, d.SHA256)
		if err == nil {
			var sum string
			if sum, _, err = hashOf(ctx, blobs, d.SHA256); err == nil && sum == d.SHA256 {
				done.Mended++
				return true
			}
		}
		return false
	})
	for i, d := range done.Damaged {
		if done.Damaged[i].Since = since[d.SHA256]; done.Damaged[i].Since.IsZero() {
			done.Damaged[i].Since = now.UTC()
		}
	}
	if err := ctx.Err(); err != nil {
		return done, err
	}
	if len(known) == 0 && len(done.Damaged) == 0 {
		return done, nil
	}
	return done, records.NoteDamagedBlobs(ctx, done.Damaged)
}

// RereadDone is what Reread did.
type RereadDone struct {
	Blobs   int
	Bytes   int64
	Mended  int
	Damaged []Damaged // what stays so
}
