package library

import (
	"context"
	"io"
	"iter"
	"time"

	"loa/internal/fault"
)

// Ref names stored bytes by what they are.
type Ref struct {
	SHA256 string `json:"sha256"` // 64 lower-case hexadecimal digits
	Size   int64  `json:"size"`   // bytes
}

// Check returns the fault library.bad_blob_name unless r.SHA256 is well formed
// and r.Size is not negative.
func (r Ref) Check() error {
	ok := len(r.SHA256) == 64 && r.Size >= 0
	for i := 0; ok && i < len(r.SHA256); i++ {
		c := r.SHA256[i]
		ok = '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
	}
	if !ok {
		return fault.New(fault.NotFound, "library.bad_blob_name")
	}
	return nil
}

// Stored is a blob that is kept, and since when it certainly was: the time of
// its latest Put.
type Stored struct {
	Ref
	At time.Time
}

// Blobs keeps the bytes of recordings, scans and photos, each under the
// SHA-256 of its content. Engines: a folder of files (store/folder); they are
// held to one suite, storetest.Blobs. All methods may be called at the same
// time. Faults: library.disk_full (Full) when there is no room,
// library.disk_unwritable (Unavailable) when the disk refuses to be written,
// library.blob_missing (NotFound) when no such blob is kept.
type Blobs interface {
	// Put reads r to its end and keeps it. It returns only when the bytes would
	// survive a power cut. More than max bytes are the fault audio.too_large
	// (TooLarge). An error of r is returned as it is. Bytes already kept are
	// written anew, which also mends a damaged copy and renews its time.
	// Whatever goes wrong, nothing is left behind.
	Put(ctx context.Context, r io.Reader, max int64) (Ref, error)
	// Open gives the bytes for reading at any place. The caller closes it. A
	// blob that is removed meanwhile can be read to its end.
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)
	// Stat tells whether, in which size and since when the blob is kept.
	Stat(ctx context.Context, sha256 string) (Stored, error)
	// Remove removes the blob if its latest Put was before the given time, and
	// reports whether it did. One that is not kept is no error. Put and Remove
	// of the same blob never overlap, so that what was just put again stays.
	Remove(ctx context.Context, sha256 string, before time.Time) (bool, error)
	// List goes through all blobs in the order of their SHA-256. It ends after
	// the first error. A blob put or removed meanwhile may or may not be seen.
	List(ctx context.Context) iter.Seq2[Stored, error]
}

// BlobMissing is the fault library.blob_missing: no such blob is kept.
func BlobMissing(cause error) error {
	return fault.New(fault.NotFound, "library.blob_missing").Because(cause)
}

// DiskFull is the fault library.disk_full: there is no room for more bytes.
func DiskFull(cause error) error { return fault.New(fault.Full, "library.disk_full").Because(cause) }

// DiskUnwritable is the fault library.disk_unwritable: the disk refuses to be written or read.
func DiskUnwritable(cause error) error {
	return fault.New(fault.Unavailable, "library.disk_unwritable").Because(cause)
}
