package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"loa/audio/audiotest"
	"loa/store/backup"
)

func TestVerifySaysWhichRecordingsAreDamaged(t *testing.T) {
	dir, file := t.TempDir(), ""
	t.Run("a daemon keeps one file twice", func(t *testing.T) {
		r := startDaemon(t, dir, monday)
		sound := string(audiotest.WAV(2, 8000, 1))
		id := r.made("POST", "/api/v1/audio?name=tin.wav", sound)
		r.made("POST", "/api/v1/audio?name=gui-lai.wav", sound)
		rec, err := r.d.store.Recording(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		file = filepath.Join(backup.BlobsFolder, rec.Blob.SHA256[:2], rec.Blob.SHA256)
	})
	if code, out := loa("verify", "--data", dir); code != 0 || !strings.Contains(out, "nguyên vẹn") {
		t.Fatalf("%d %s", code, out)
	}
	path := filepath.Join(dir, file)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	writeFile(t, path, b)
	for _, says := range []string{"Tệp " + file + " đã bị đổi nội dung.", "Tệp " + file + " đã mất."} {
		if code, out := loa("verify", "--data", dir); code != 69 || !strings.Contains(out, says) || !strings.Contains(out, "tin.wav (") ||
			!strings.Contains(out, "gui-lai.wav (") || !strings.Contains(out, "Có 1 chỗ hỏng") {
			t.Errorf("%d %s, want %s", code, out, says)
		}
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFilesOnTheirWayLieWhereTheyAreCleaned has no folder for temporary files but
// the daemon's own, which the next start empties.
func TestFilesOnTheirWayLieWhereTheyAreCleaned(t *testing.T) {
	audiotest.Need(t, "lame")
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "none"))
	left := filepath.Join(dir, backup.BlobsFolder, "tmp", "loa-copy-1")
	writeFile(t, left, []byte("half"))
	r := startDaemon(t, dir, monday)
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what a killed daemon left: %v", err)
	}
	id := r.made("POST", "/api/v1/audio?name=tin.wav", string(audiotest.WAV(2, 8000, 1)))
	if _, err := r.d.makeCopies(t.Context(), monday); err != nil {
		t.Fatal(err)
	}
	if c, found, err := r.d.store.BroadcastCopy(t.Context(), id); err != nil || !found || c.Failed != nil {
		t.Errorf("%+v %t %v", c, found, err)
	}
}

// A disk that reports an error at any step of writing, the last one too, leaves
// no file, and the command says so.
func TestABackupOnAFailingDiskFails(t *testing.T) {
	traced(t)
	r, _ := backedUp(t)
	// strace counts calls by thread, and Go moves between threads: each case is one
	// that happens once, or whose first time is meant.
	for name, only := range map[string]func(dir string) []string{
		"fsync":  func(string) []string { return nil }, // of the file
		"linkat": func(string) []string { return nil },
		"fsync ": func(dir string) []string { return []string{"-P", dir} }, // of the folder, the last step
	} {
		dir := t.TempDir()
		call := strings.TrimSpace(name)
		args := append([]string{"-f", "-o", os.DevNull, "-e", "trace=" + call, "-e", "inject=" + call + ":error=EIO"}, only(dir)...)
		cmd := exec.Command("strace", append(args, os.Args[0], "backup", filepath.Join(dir, "loa.backup"), "--server", r.d.URL(), "--data", r.dir)...)
		cmd.Env = append(os.Environ(), childCommand+"=1")
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "chưa có tệp này") {
			t.Errorf("%s: %v %s", name, err, out)
		}
		empty(t, name, dir)
	}
}

// One file is restored whole: what is for a place of backups is not passed over in silence.
func TestOneFileIsRestoredWhole(t *testing.T) {
	_, b := backedUp(t)
	file := filepath.Join(t.TempDir(), "loa.backup")
	writeFile(t, file, b)
	for _, more := range [][]string{{"--at", "2020-01-01"}, {"--key", file}, {"--partial"}} {
		to := filepath.Join(t.TempDir(), "new")
		if code, out := loa(append([]string{"restore", file, "--data", to}, more...)...); code != 65 || !strings.Contains(out, more[0]) {
			t.Errorf("%v: %d %s", more, code, out)
		}
		if _, err := os.Stat(to); err == nil {
			t.Errorf("%v: something was made", more)
		}
	}
}

// backedUp is a backup of a running daemon, and the daemon.
func backedUp(t *testing.T) (r *running, b []byte) {
	t.Helper()
	r = startDaemon(t, t.TempDir(), monday)
	r.made("POST", "/api/v1/audio?name=tin.wav", string(audiotest.WAV(2, 8000, 1)))
	file := filepath.Join(t.TempDir(), "loa.backup")
	if code, out := r.loa("backup", file); code != 0 || !strings.Contains(out, "Đã sao lưu") {
		t.Fatalf("%d %s", code, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return r, b
}

// loa runs a command that asks this daemon.
func (r *running) loa(args ...string) (int, string) {
	return loa(append(args, "--server", r.d.URL(), "--data", r.dir)...)
}

// An answer that breaks off, or ends as if it were whole and is not, is no
// backup, and no file is left that could be taken for one.
func TestACutBackupIsSaidAndLeavesNothing(t *testing.T) {
	r, whole := backedUp(t)
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		code   int
		says   string
	}{
		"broken off": {func(w http.ResponseWriter) {
			w.Write(whole[:len(whole)/2])
			panic(http.ErrAbortHandler)
		}, 69, "ngắt giữa chừng"},
		"ended cleanly after half": {func(w http.ResponseWriter) { w.Write(whole[:len(whole)/2]) }, 65, "bị cắt"},
		"one byte another": {func(w http.ResponseWriter) {
			b := bytes.Clone(whole)
			b[len(b)/3] ^= 1
			w.Write(b)
		}, 65, "không còn nguyên"},
		"something else": {func(w http.ResponseWriter) { io.WriteString(w, "<html>Đăng nhập Wi-Fi</html>") }, 65, "không phải bản sao lưu"},
		"nothing":        {func(http.ResponseWriter) {}, 65, "không phải bản sao lưu"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.answer(w) }))
		dir := t.TempDir()
		code, out := loa("backup", filepath.Join(dir, "loa.backup"), "--server", server.URL, "--data", r.dir)
		server.Close()
		if code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("%s: %d %s", name, code, out)
		}
		empty(t, name, dir)
	}
}

func empty(t *testing.T, what, dir string) {
	t.Helper()
	ents, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range ents {
		t.Errorf("%s: %s was left", what, e.Name())
	}
}

// What the server cannot read breaks the answer off, in the middle too.
func TestABackupOfAFileThatCannotBeReadFails(t *testing.T) {
	r, _ := backedUp(t)
	blobs := filepath.Join(r.dir, backup.BlobsFolder)
	err := filepath.WalkDir(blobs, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "tmp" { // what is being made there comes and goes
			return fs.SkipDir
		}
		if err == nil && d.Type().IsRegular() { // a file of which the disk gives nothing back
			err = errors.Join(os.Remove(path), os.Symlink("/proc/self/mem", path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if code, out := r.loa("backup", filepath.Join(dir, "loa.backup")); code == 0 {
		t.Errorf("%d %s", code, out)
	}
	empty(t, "unreadable", dir)
}

// A disk without room, on either side, is said with its own exit code, and
// leaves nothing that looks like a backup.
func TestABackupWithoutRoomFails(t *testing.T) {
	r, whole := backedUp(t)
	small := mountTmpfs(t, "size=128k")
	if code, out := r.loa("backup", filepath.Join(small, "loa.backup")); code != 73 || !strings.Contains(out, "không đủ chỗ") {
		t.Errorf("no room here: %d %s", code, out)
	}
	empty(t, "no room here", small)
	small = mountTmpfs(t, "size=3m")
	other := startDaemon(t, filepath.Join(small, "loa"), monday)
	fill(t, filepath.Join(small, "filler"))
	dir := t.TempDir()
	if code, out := other.loa("backup", filepath.Join(dir, "loa.backup")); code != 73 || !strings.Contains(out, "đã đầy") {
		t.Errorf("no room there: %d %s", code, out)
	}
	empty(t, "no room there", dir)
	file := filepath.Join(t.TempDir(), "loa.backup")
	writeFile(t, file, whole)
	small = mountTmpfs(t, "size=256k")
	if code, out := loa("restore", file, "--data", filepath.Join(small, "new")); code != 73 || !strings.Contains(out, "đầy") {
		t.Errorf("no room to restore: %d %s", code, out)
	}
	empty(t, "no room to restore", filepath.Join(small, "new"))
}
