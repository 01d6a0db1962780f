package bolt

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	bbolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"loa/internal/fault"
)

// TestACommitThatFailsIsAnsweredUnavailableToItsWholeBatch takes the file's
// descriptor away under the store, as a disk that dies does.
func TestACommitThatFailsIsAnsweredUnavailableToItsWholeBatch(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	path := filepath.Join(dir, databaseFile)
	takeAway(t, path, os.O_RDONLY)
	var all sync.WaitGroup
	answers := make([]error, 40)
	for i := range answers {
		all.Go(func() {
			runs := 0
			_, answers[i] = save(s, fmt.Sprintf("change-%d", i), note{"x"}, &runs)
		})
	}
	all.Wait()
	for i, err := range answers {
		if e := fault.Of(err); e == nil || e.Kind != fault.Unavailable || e.Code != "store.failed" {
			t.Errorf("change %d: %v", i, err)
		}
	}
	select {
	case <-s.Failed():
	default:
		t.Error("the daemon is not told")
	}
}

// takeAway puts in the place of a file's descriptor another one of it, which can do less.
func takeAway(t *testing.T, path string, flag int) {
	t.Helper()
	less, err := os.OpenFile(path, flag, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer less.Close()
	ents, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	for _, e := range ents {
		fd, err := strconv.Atoi(e.Name())
		if to, rerr := os.Readlink("/proc/self/fd/" + e.Name()); err != nil || rerr != nil || to != path || fd == int(less.Fd()) {
			continue
		}
		if err := unix.Dup3(int(less.Fd()), fd, unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAFileThatCannotBeMappedAgainEndsTheStore lets the file grow where it can be written and not read: who
// reads afterwards is told what happened, and the daemon too, though nobody writes any more.
func TestAFileThatCannotBeMappedAgainEndsTheStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	takeAway(t, filepath.Join(dir, databaseFile), os.O_WRONLY)
	grown := s.db.Update(func(b *bbolt.Tx) error {
		made, err := b.CreateBucketIfNotExists([]byte("grown"))
		if err != nil {
			return err
		}
		return made.Put([]byte("k"), make([]byte, 64<<20))
	})
	if grown == nil {
		t.Fatal("the file grew")
	}
	if err := s.view(t.Context(), func(*tx) error { return nil }); !fault.Is(err, "store.failed") {
		t.Errorf("reading: %v", err)
	}
	select {
	case <-s.Failed():
	default:
		t.Error("the daemon is not told")
	}
}

// TestAFolderThatIsGoneTakesNoAcknowledgementAlong moves and removes the folder
// under the store: no write is acknowledged that nobody will find.
func TestAFolderThatIsGoneTakesNoAcknowledgementAlong(t *testing.T) {
	for name, lose := range map[string]func(string) error{
		"removed": os.RemoveAll,
		"moved":   func(dir string) error { return os.Rename(dir, dir+"-elsewhere") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			s := open(t, dir)
			runs := 0
			if _, err := save(s, "kept", note{"x"}, &runs); err != nil || s.Probe() != nil {
				t.Fatal(err, s.Probe())
			}
			if err := lose(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := save(s, "lost", note{"y"}, &runs); !fault.Is(err, "store.failed") {
				t.Errorf("acknowledged: %v", err)
			}
			if err := s.Probe(); !fault.Is(err, "store.failed") {
				t.Errorf("probe: %v", err)
			}
			select {
			case <-s.Failed():
			default:
				t.Error("the daemon is not told")
			}
		})
	}
}
