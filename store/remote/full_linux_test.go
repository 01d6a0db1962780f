package remote

import (
	"io"
	"os"
	"syscall"
	"testing"

	"loa/internal/fault"
	"loa/store/remote/remotetest"
)

// A machine of which the disk is full is told as that, and half of a file does not stay to fill it.
func TestAMachineThatIsFull(t *testing.T) {
	m := remotetest.NewMachine(t)
	if err := syscall.Mount("loa", m.Dir, "tmpfs", 0, "size=2m"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mounting a tmpfs: %v", err)
		}
		t.Skipf("needs the right to mount a tmpfs: %v", err)
	}
	t.Cleanup(func() {
		m.Drop()
		if err := syscall.Unmount(m.Dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	p := opened(t, m.Address(), login(t, m.Login(t)), patience)
	put(t, p, "place.json", "one")
	err := p.Put(t.Context(), "blobs/ab/abc", func(w io.Writer) error { _, err := w.Write(make([]byte, 4<<20)); return err })
	if !fault.Is(err, "store.place_full") {
		t.Errorf("4 MB on 2: %v", err)
	}
	put(t, p, "blobs/ab/less", "there is room again")
	if there, err := p.List(t.Context(), "."); err != nil || len(there) != 2 || got(t, p, "place.json") != "one" {
		t.Errorf("%v, %v", there, err)
	}
}
