package main

import (
	"os"
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
		if code, out := loa("verify", "--data", dir); code != 69 || !strings.Contains(out, says) || !strings.Contains(out, "tin.wav (") || !strings.Contains(out, "gui-lai.wav (") || !strings.Contains(out, "Có 1 chỗ hỏng") {
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
