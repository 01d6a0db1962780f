package kit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestScriptsWithoutABrowser runs what testdata/scripts says of the scripts beside it by node's own runner.
func TestScriptsWithoutABrowser(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node on this machine: install nodejs to run the tests of scripts")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/scripts")); err != nil { // beside no other code
		t.Fatal(err)
	}
	tests, err := filepath.Glob(filepath.Join(dir, "*.mjs"))
	if err != nil || len(tests) == 0 {
		t.Fatal("no tests of scripts", err)
	}
	inner := filepath.Join(dir, "tests")
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range tests {
		if err := os.Rename(name, filepath.Join(inner, filepath.Base(name))); err != nil {
			t.Fatal(err)
		}
	}
	scripts, err := filepath.Glob("*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scripts {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type":"module"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "--test", "tests/")
	cmd.Dir = dir
	if os.Getenv("LOA_LONG") == "1" {
		cmd.Env = append(os.Environ(), "LOA_STEPS=5000")
	}
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
