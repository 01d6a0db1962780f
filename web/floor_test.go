package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loa/web/webtest"
)

// floor are the oldest browsers Loa works in, as the README says. Older ones
// get plain forms. WebView is also what opens links in Zalo.
var floor = map[string]int{"chrome": 92, "edge": 92, "webview_android": 92, "samsunginternet_android": 16, "firefox": 115, "safari": 15, "safari_ios": 15}

// aboveTheFloor are the features that may be used although a browser at the
// floor lacks them, and what happens there.
var aboveTheFloor = map[string]string{
	"div[popover]":                     "kit.js opens the dialog itself",
	"button[popovertarget]":            "kit.js opens the dialog itself",
	"button[popovertargetaction]":      "kit.js opens the dialog itself",
	"button[autofocus]":                "the page opens at its top, as after any press",
	"input[autofocus]":                 "she taps the box herself",
	":focus-visible":                   "the rule is dropped and the outline stays",
	"::-webkit-slider-thumb":           "Firefox has its own name for it, and the next rule says the same",
	"::-moz-range-thumb":               "the others have their own name for it, and the rule before says the same",
	"text-wrap":                        "headings break as they come",
	"text-wrap: balance":               "headings break as they come",
	"accent-color":                     "boxes have the browser's colour",
	"container-type":                   "each use is inside @supports or has a size without it",
	"container-type: inline-size":      "each use is inside @supports or has a size without it",
	"print-color-adjust: exact":        "the prefixed property stands before it",
	"text-size-adjust":                 "the prefixed property stands before it",
	"@page":                            "a browser that prints without it uses its own margins",
	"size":                             "the person chooses the paper's direction",
	"break-after: avoid":               "a heading may stand at the foot of a page",
	"break-before: avoid":              "signatures may stand alone on the last page",
	"@media forced-colors":             "there are no forced colours there",
	"img[loading]":                     "the picture is loaded at once",
	"forced-color-adjust":              "there are no forced colours there",
	"forced-color-adjust: none":        "there are no forced colours there",
	"resize":                           "the field keeps its height",
	"resize: vertical":                 "the field keeps its height",
	"cursor: pointer":                  "phones have no pointer",
	"cursor: progress":                 "phones have no pointer",
	"cursor: not-allowed":              "phones have no pointer",
	"align-content: start":             "of grids, where it is old; the data mean blocks",
	"font-family: ui-monospace":        "the next font of the list",
	"::-webkit-progress-bar":           "the other engine's name of it stands beside it",
	"::-webkit-progress-value":         "the other engine's name of it stands beside it",
	"::-moz-progress-bar":              "the other engine's name of it stands beside it",
	"input[capture]":                   "a computer opens its files instead",
	".storage":                         "asked for by ?.",
	".estimate()":                      "asked for by ?., and then no room is foretold",
	".connection":                      "asked for by ?., and then only a press fetches what is large",
	".locks":                           "asked for by navigator.locks ?",
	".randomUUID()":                    "asked for by ?.",
	".at":                              "a field of ours; the method of lists is .at()",
	".seek":                            "a field of ours",
	".to":                              "a field of ours",
	".to()":                            "a method of ours",
	".showPopover()":                   "asked for by native",
	".hidePopover()":                   "asked for by native",
	".percent":                         "a field of ours",
	".drop":                            "a field of ours",
	".path":                            "a field of ours",
	"Notification":                     "device.js says what to do where it is not there",
	"Notification.requestPermission()": "device.js asks first whether there is such a thing",
	".pushManager":                     "device.js asks first whether there is such a thing, worker.js by ?.",
	".subscribe()":                     "device.js asks first whether there is such a thing",
	".getSubscription()":               "device.js asks first whether there is such a thing, worker.js by ?.",
	".unsubscribe()":                   "of a subscription, which is not there",
	".showNotification()":              "nothing is pushed there",
	".notification":                    "nothing is pushed there",
}

// TestNothingIsUsedThatTheOldestBrowsersLack reads every script, style and
// template against Mozilla's compatibility data.
func TestNothingIsUsedThatTheOldestBrowsersLack(t *testing.T) {
	t.Parallel()
	var files []string
	if err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && slices.Contains([]string{"testdata", "webtest"}, d.Name()) {
			return fs.SkipDir
		}
		if slices.Contains([]string{".js", ".css", ".html"}, filepath.Ext(path)) {
			whole, err := filepath.Abs(path)
			files = append(files, whole)
			return err
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	dir := webtest.Node(t, "testdata/floor")
	above := func(files ...string) map[string]string {
		t.Helper()
		ask, err := json.Marshal(map[string]any{"floor": floor})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("node", append([]string{"floor.mjs"}, files...)...)
		cmd.Dir, cmd.Stdin, cmd.Stderr = dir, bytes.NewReader(ask), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var found []struct {
			File, Feature string
			Browsers      []string
		}
		if err := json.Unmarshal(out, &found); err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, f := range found {
			all[f.Feature] = fmt.Sprintf("%s: %s", f.File, strings.Join(f.Browsers, " "))
		}
		return all
	}
	found := above(files...)
	for feature, where := range found {
		if _, known := aboveTheFloor[feature]; !known {
			t.Errorf("%s is used in %s lack it: mend it, or say in aboveTheFloor what happens there", feature, where)
		}
	}
	for feature := range aboveTheFloor {
		if found[feature] == "" {
			t.Errorf("%s is used no more: take it out of aboveTheFloor", feature)
		}
	}

	// The check itself finds what once hurt.
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hurt := above(
		write("a.css",
			".yes:hover { background: color-mix(in srgb, var(--ok), #000 15%); } .plain:has(p) { width: 2cqw; height: 3dvh; } @container (width > 1px) { "+
				"p { color: red; } }"),
		write("a.js",
			"signal.throwIfAborted(); form.requestSubmit(); [].findLast(Boolean); structuredClone({}); [].at(-1); AbortSignal.timeout(1); class A { "+
				"static { } } /(?<=a)b/.test(e.submitter);"),
		write("a.html", "<dialog open><p {{if .X}}popover{{end}} inert></p></dialog>"))
	for _, feature := range []string{"color-mix()", ":has", "cqw", "dvh", "@container", ".throwIfAborted()", ".requestSubmit()", ".findLast()", ".at()",
		"structuredClone", "AbortSignal.timeout()",
		"static {}", "(?<=)", "<dialog>", "p[inert]"} {
		if hurt[feature] == "" {
			t.Errorf("the check overlooks %s: %v", feature, hurt)
		}
	}
}
