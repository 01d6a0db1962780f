package main

import (
	"bufio"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"loa/audio/audiotest"
)

// disk is a file system of its own in a file, which can lose its power.
type disk struct {
	t     *testing.T
	image string
	dir   string
}

func newDisk(t *testing.T, mkfs string, args ...string) *disk {
	t.Helper()
	audiotest.Need(t, mkfs, "mount")
	d := &disk{t: t, image: filepath.Join(t.TempDir(), "image"), dir: t.TempDir()}
	writeFile(t, d.image, nil)
	if err := os.Truncate(d.image, 512<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(mkfs, append(args, d.image)...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v %s", mkfs, err, out)
	}
	if out, err := d.mount(); err != nil {
		t.Skipf("cannot mount a disk in a file here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *disk) mount() ([]byte, error) {
	return exec.Command("mount", "-o", "loop", d.image, d.dir).CombinedOutput()
}

// cut takes the power away: from now on nothing is written, neither what the system holds
// for later nor what stands in its journal's memory; then the daemon ends. That is FS_IOC_SHUTDOWN with NOLOGFLUSH.
func (d *disk) cut(c *child) {
	c.dark.Store(true)
	defer c.kill()
	f, err := os.Open(d.dir)
	if err != nil {
		d.t.Error(err)
		return
	}
	defer f.Close()
	const shutdown, noLogFlush = 0x8004587d, uint32(2)
	flag := noLogFlush
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), shutdown, uintptr(unsafe.Pointer(&flag))); errno != 0 {
		d.t.Errorf("cutting the power: %v", errno)
	}
}

// back is the power on again: the file system replays its journal.
func (d *disk) back() {
	d.t.Helper()
	err := syscall.Unmount(d.dir, 0)
	for tries := 0; err == syscall.EBUSY && tries < 500; tries++ { // a daemon that strace ran is still ending
		<-time.After(20 * time.Millisecond)
		err = syscall.Unmount(d.dir, 0)
	}
	if err != nil {
		d.t.Fatalf("umount: %v", err)
	}
	if out, err := d.mount(); err != nil {
		d.t.Fatalf("mount: %v %s", err, out)
	}
}

// disks are the file systems a server is likely to have.
var disks = []struct {
	name, mkfs string
	args       []string
}{
	{"ext4", "mkfs.ext4", []string{"-q", "-F"}},
	{"xfs", "mkfs.xfs", []string{"-q", "-f"}},
}

// TestNothingAcknowledgedIsLostByAPowerCut takes the power away from the disk at random instants while a crew
// works. What was acknowledged is there afterwards, on a file system that is as the cut left it.
func TestNothingAcknowledgedIsLostByAPowerCut(t *testing.T) {
	t.Parallel()
	for _, fs := range disks {
		t.Run(fs.name, func(t *testing.T) {
			d := newDisk(t, fs.mkfs, fs.args...)
			random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 3))
			rounds, kept := kills(t, 10), 0
			var w *crew
			for round := range rounds {
				if round%20 == 0 { // its backups lie on another disk
					w = stageFolder(t, filepath.Join(d.dir, noteOf(round)))
				}
				c := startChild(t, w.dir, 0)
				w.look(c, false)
				w.work(c, time.Duration(random.Int64N(int64(150*time.Millisecond))), func() { d.cut(c) })
				d.back()
				if code, out := loa("verify", "--data", w.dir); code != 0 {
					t.Fatalf("round %d: verify: %d %s", round, code, out)
				}
				if round%20 == 19 || round == rounds-1 {
					c := startChild(t, w.dir, 0)
					w.settle(c)
					c.kill()
					kept += w.kept()
				}
			}
			if kept < rounds {
				t.Errorf("%d changes acknowledged in %d rounds", kept, rounds)
			}
			t.Logf("%d cuts, %d changes acknowledged", rounds, kept)
		})
	}
}

// The same must find what does not sync: a daemon to which each sync is answered as done, and is not, loses
// what it acknowledged.
func TestAPowerCutFindsWhatIsNotSynced(t *testing.T) {
	t.Parallel()
	traced(t)
	for _, fs := range disks {
		t.Run(fs.name, func(t *testing.T) {
			d := newDisk(t, fs.mkfs, fs.args...)
			lost := 0
			for round := range 3 {
				w := stageFolder(t, filepath.Join(d.dir, noteOf(round)))
				c := newChild(t, w.dir, 0, "strace", "-f", "-qq", "-o", os.DevNull, "-e", "trace=fsync,fdatasync",
					"-e", "inject=fsync,fdatasync:retval=0")
				c.start()
				w.work(c, 50*time.Millisecond, func() { d.cut(c) })
				d.back()
				if code, _ := loa("verify", "--data", w.dir); code != 0 {
					lost++
					continue
				}
				c = startChild(t, w.dir, 0)
				for id := range w.reports.notes {
					if status, _ := c.send("GET", "/api/v1/airings/"+id, ""); status == http.StatusNotFound {
						lost++
					}
				}
				c.kill()
			}
			if lost == 0 {
				t.Error("nothing was lost, so that the test of cuts shows nothing")
			}
			t.Logf("%d losses found", lost)
		})
	}
}

// TestASyncThatFailsEndsTheDaemon lets the disk fail under a commit once the daemon runs. Linux takes the pages it could not write
// for written: whoever goes on from there may acknowledge what is nowhere. So the daemon refuses, ends, and finds all
// of before at its next start.
func TestASyncThatFailsEndsTheDaemon(t *testing.T) {
	t.Parallel()
	traced(t)
	w := stageFolder(t, t.TempDir())
	c := startChild(t, w.dir, 0)
	for range 3 {
		if !w.reports.report(c, w.programme) {
			t.Fatal("a report was not taken")
		}
	}
	whole := failing(c, "fdatasync")
	status, said := c.send("PUT", "/api/v1/airings/"+uuidOf(99), w.reports.body(w.programme, 99))
	if status != 0 && !strings.Contains(string(said), `"store.failed"`) { // 0: something else was to be kept first, and it has ended
		t.Errorf("a report whose sync failed: %d %s", status, said)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended as if all were well")
		}
	case <-time.After(time.Minute):
		t.Error("the daemon goes on after a sync that failed")
	}
	whole()
	if code, out := loa("verify", "--data", w.dir); code != 0 {
		t.Fatalf("verify: %d %s", code, out)
	}
	c = startChild(t, w.dir, 0)
	w.reports.check(c, true)
}

// TestAPieceWhoseSyncFailedComesAgain lets the disk fail under a piece of an upload: it is not counted, also not by the sync
// that follows and is answered as done.
func TestAPieceWhoseSyncFailedComesAgain(t *testing.T) {
	t.Parallel()
	traced(t)
	c := startChild(t, t.TempDir(), 0)
	s := &soundSender{}
	for range 3 {
		if !s.step(c) {
			t.Fatal("a piece was not taken")
		}
	}
	whole := failing(c, "fsync")
	status, _ := s.ask(c, "PATCH", s.at, s.body[s.offset:s.offset+soundPiece], "Content-Type", "application/offset+octet-stream",
		"Upload-Offset", strconv.Itoa(s.offset))
	if status != http.StatusServiceUnavailable {
		t.Errorf("a piece whose sync failed: %d", status)
	}
	whole()
	before := s.offset
	if s.look(c); s.offset != before {
		t.Errorf("%d bytes are counted after a sync that failed, %d before", s.offset, before)
	}
	for len(s.kept) == 0 {
		if !s.step(c) {
			t.Fatal("the upload does not go on")
		}
	}
	s.look(c)
}

// failing lets a system call of a daemon that runs fail with EIO until whole is called.
func failing(c *child, call string) (whole func()) {
	c.t.Helper()
	attach := exec.Command("strace", "-f", "-p", strconv.Itoa(c.cmd.Process.Pid), "-o", os.DevNull, "-e", "trace="+call, "-e", "inject="+call+":error=EIO")
	says, err := attach.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := attach.Start(); err != nil {
		c.t.Fatal(err)
	}
	if line, err := bufio.NewReader(says).ReadString('\n'); err != nil || !strings.Contains(line, "attached") {
		c.t.Fatalf("strace: %q %v", line, err)
	}
	return func() {
		_ = attach.Process.Signal(os.Interrupt) // it lets go of the daemon
		_ = attach.Wait()
	}
}

func traced(t *testing.T) {
	t.Helper()
	audiotest.Need(t, "strace")
	if out, err := exec.Command("strace", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %s", out)
	}
}
