package kit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestScriptsWithoutABrowser runs what testdata/scripts says of the scripts of all folders by node's own runner.
func TestScriptsWithoutABrowser(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node on this machine: install nodejs to run the tests of scripts")
	}
	dir := t.TempDir() // beside no other code
	tests, err := filepath.Glob("testdata/scripts/*.mjs")
	if err != nil || len(tests) == 0 {
		t.Fatal("no tests of scripts", err)
	}
	scripts, err := filepath.Glob("../*/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(scripts, tests...) {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, filepath.Base(filepath.Dir(name)), filepath.Base(name))
		if filepath.Ext(name) == ".mjs" {
			to = filepath.Join(dir, "kit", "tests", filepath.Base(name))
		}
		err = os.MkdirAll(filepath.Dir(to), 0o755)
		if err == nil {
			err = os.WriteFile(to, body, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type":"module"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "--test", "kit/tests/")
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
