package kit

import (
	"errors"
	"fmt"
	"io/fs"
	"loa/internal/fault"
	"syscall"
	"testing"
)

// What a disk says is told in words a person can act on, wherever it was met.
func TestADiskThatFailsIsNamed(t *testing.T) {
	for cause, want := range map[error]string{
		&fs.PathError{Op: "read", Path: "x", Err: syscall.EIO}:     "store.device",
		&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}: "store.full",
		&fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS}:   "store.read_only",
		errors.New("a slip of ours"):                               "internal",
		fault.New(fault.Invalid, "kit.x").Because(syscall.EIO):     "kit.x",
	} {
		if got := named(fmt.Errorf("upload: %w", cause)); got.Code != want || !errors.Is(got, cause) {
			t.Errorf("%v is told as %v", cause, got)
		}
	}
}
