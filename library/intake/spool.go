// Package intake takes files while they arrive: it keeps every byte that came,
// judges the file as it grows, lets one sender at a time write to it, and hands
// what is whole and good to the library. It knows nothing of HTTP.
package intake

import (
	"context"
	"io"
	"iter"
	"time"

	"loa/internal/fault"
	"loa/library"
)

// Arrived is an upload and how much of it is on the disk.
type Arrived struct {
	library.Upload
	Offset int64     // bytes
	Latest time.Time // when the latest of them came; of one that has ended, when it did
}

// whole reports whether all has come and nothing was made of it yet.
func (a Arrived) whole() bool {
	return !a.Ended() && a.Checked == library.Unknown && a.Offset == a.Length
}

// Spool keeps uploads until they are whole. Engine: a folder of files
// (store/folder). Only one caller at a time changes an upload; reading goes on
// beside. Faults are those of library.Blobs; an upload that is not there is
// uploads.unknown (NotFound).
type Spool interface {
	// Save keeps what is known about an upload; the first time it is made, empty.
	Save(ctx context.Context, u library.Upload) error
	// Load tells about an upload. The bytes counted are on the disk for good.
	Load(ctx context.Context, id string) (Arrived, error)
	// Append writes what r gives behind the first at bytes, and tells how many
	// came. Whatever ends it, what came stays and is on the disk when Append
	// returns; the error is that of r or of the disk. progress, which may be
	// nil, is called with the new length after each piece, before it is safe.
	Append(ctx context.Context, id string, at int64, r io.Reader, progress func(int64)) (int64, error)
	// Cut drops what came after the first size bytes.
	Cut(ctx context.Context, id string, size int64) error
	// Open reads what has arrived, also while more arrives. The caller closes it.
	Open(ctx context.Context, id string) (File, error)
	// Remove forgets an upload, or with onlyBytes just its bytes.
	Remove(ctx context.Context, id string, onlyBytes bool) error
	// List goes through all uploads. It ends after the first error. The bytes
	// counted may not be safe yet: what many send is not waited for.
	List(ctx context.Context) iter.Seq2[Arrived, error]
}

// File is the bytes of an upload so far.
type File interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// NoUpload is the fault uploads.unknown: there is no such upload, or the sender may not know of it.
func NoUpload(cause error) error { return fault.New(fault.NotFound, "uploads.unknown").Because(cause) }

// WrongOffset is the fault uploads.wrong_offset: bytes do not go on where the first at ended.
func WrongOffset(at int64) *fault.Error {
	return fault.New(fault.Conflict, "uploads.wrong_offset", "offset", at)
}
