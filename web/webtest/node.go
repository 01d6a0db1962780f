package webtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"loa/audio/audiotest"
)

// Node installs what the package-lock.json of the folder pinned asks of npm,
// once for a machine, and returns a copy of the folder in which its scripts
// run. Where node, npm or the registry is missing the test is skipped, and
// fails in CI.
func Node(t *testing.T, pinned string) string {
	t.Helper()
	audiotest.Need(t, "node", "npm")
	lock, err := os.ReadFile(filepath.Join(pinned, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	installed := filepath.Join(cache, "loa-test-node", hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(installed); err != nil {
		install(t, pinned, installed)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(pinned)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// install fills a folder beside to and then renames it, so that what is there
// is whole.
func install(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(to), "new-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh)
	if err := os.CopyFS(fresh, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = fresh
	if out, err := cmd.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("npm ci: %v\n%s", err, out)
		}
		t.Skipf("npm could not install what %s asks for: %v\n%s", from, err, out)
	}
	if err := os.Rename(fresh, to); err != nil {
		if _, there := os.Stat(to); there != nil { // else another test was faster
			t.Fatal(err)
		}
	}
}
