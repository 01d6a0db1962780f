package folder

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"loa/internal/fault"
	"loa/library"
	"loa/store/storetest"
)

func openTest(t *testing.T, dir string, reserve int64) *Blobs {
	t.Helper()
	b, err := OpenBlobs(dir, reserve)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestBlobs(t *testing.T) {
	storetest.Blobs(t, func(t *testing.T) library.Blobs {
		dir := t.TempDir()
		t.Cleanup(func() {
			left, err := os.ReadDir(filepath.Join(dir, "tmp"))
			if err != nil || len(left) != 0 {
				t.Errorf("left in tmp: %v %v", left, err)
			}
		})
		return openTest(t, dir, 0)
	})
}

// tmpfs mounts a small disk of its own, to be filled or made read-only.
func tmpfs(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("loa", dir, "tmpfs", 0, "size="+size); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mounting a tmpfs: %v", err)
		}
		t.Skipf("needs the right to mount a tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestAFullDiskIsSaidAndLeavesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs tmpfs")
	}
	dir := tmpfs(t, "2m")
	b := openTest(t, dir, 0)
	kept, err := b.Put(t.Context(), bytes.NewReader([]byte("before")), 100)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Put(t.Context(), io.LimitReader(rand.Reader, 8<<20), 16<<20)
	if !fault.Is(err, "library.disk_full") || fault.Of(err).Kind != fault.Full || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("8 MB onto a disk of 2 MB: %v", err)
	}
	if _, err := b.Stat(t.Context(), kept.SHA256); err != nil {
		t.Errorf("what was kept before: %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if _, err := b.Put(t.Context(), io.LimitReader(rand.Reader, 1<<20), 16<<20); err != nil {
		t.Errorf("1 MB after the refusal: %v", err)
	}
}

func TestTheReserveStaysFree(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs tmpfs")
	}
	b := openTest(t, tmpfs(t, "8m"), 4<<20)
	if _, err := b.Put(t.Context(), io.LimitReader(rand.Reader, 7<<20), 16<<20); !fault.Is(err, "library.disk_full") {
		t.Errorf("into the reserve: %v", err)
	}
	if _, err := b.Put(t.Context(), io.LimitReader(rand.Reader, 2<<20), 16<<20); err != nil {
		t.Errorf("above the reserve: %v", err)
	}
}

func TestAReadOnlyDiskIsSaid(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs tmpfs")
	}
	dir := tmpfs(t, "2m")
	b := openTest(t, dir, 0)
	kept, err := b.Put(t.Context(), bytes.NewReader([]byte("before")), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Put(t.Context(), bytes.NewReader([]byte("x")), 100); !fault.Is(err, "library.disk_unwritable") || fault.Of(err).Kind != fault.Unavailable {
		t.Errorf("on a read-only disk: %v", err)
	}
	if f, err := b.Open(t.Context(), kept.SHA256); err != nil {
		t.Errorf("reading still works: %v", err)
	} else if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestCleanRemovesWhatAKilledDaemonLeft(t *testing.T) {
	dir := t.TempDir()
	b := openTest(t, dir, 0)
	ref, err := b.Put(t.Context(), bytes.NewReader([]byte("kept")), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tmp", "HALF"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Clean(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
	if _, err := b.Stat(t.Context(), ref.SHA256); err != nil {
		t.Error(err)
	}
}

func TestNothingOutsideIsReachedThroughALink(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	b := openTest(t, dir, 0)
	sha := "ab" + string(bytes.Repeat([]byte("0"), 62))
	if err := os.WriteFile(filepath.Join(outside, sha), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "ab")); err != nil {
		t.Fatal(err)
	}
	if f, err := b.Open(t.Context(), sha); err == nil {
		f.Close()
		t.Error("a link out of the folder was followed")
	}
}
