package backup

import (
	"context"
	"io"
)

// Place is where the snapshots of a Repository are kept, away from the data they are of.
// Names are made by the repository: folders and files of letters, digits, dots and dashes.
// Engines: a folder (store/folder), a machine reached by SFTP or S3 (store/remote). Faults of
// each: store.no_place when it is not there, store.place_away when it does not answer, store.place_full,
// store.place_unwritable; other errors of what Open gives are those of a disk that cannot read its own.
type Place interface {
	// Lock keeps other writers out until it is undone, and clears what those left that were
	// killed. Fault: store.place_busy.
	Lock(ctx context.Context) (undo func(), err error)
	// Put keeps what fill writes under a name, whole or not at all, over what was there.
	Put(ctx context.Context, name string, fill func(w io.Writer) error) error
	// Open reads what a name holds. Fault: store.file_missing.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// List gives the names below a folder, each from the folder on, with their sizes in
	// bytes. A folder that is not there has none.
	List(ctx context.Context, folder string) (map[string]int64, error)
	// Remove ends a name. That none is there is no fault.
	Remove(ctx context.Context, name string) error
	// String is how people know it: its path or address, without a secret.
	String() string
}
