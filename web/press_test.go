package web

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"loa/web/kit"
	"loa/web/webtest"
)

// TestMain runs the tests and then, if all of them ran in a browser, fails on
// every button of every page that none of them pressed: what nobody presses,
// nobody knows to work.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && whole() && webtest.Marked() {
		for _, place := range unpressed() {
			fmt.Printf("%s: no browser test presses this button\n", place)
			code = 1
		}
	}
	os.Exit(code)
}

// whole reports whether no flag left tests out.
func whole() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "test.fuzzworker", "test.short"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != f.DefValue {
			return false
		}
	}
	return true
}

// unpressed lists the buttons of the templates that nobody pressed so far.
func unpressed() (list []string) {
	names, err := fs.Glob(os.DirFS("."), "*/*.html")
	if err != nil {
		panic(err) // the pattern is ours
	}
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			panic(err) // the tests run in their own folder
		}
		_, places := kit.MarkButtons(path.Clean(name), string(source))
		for _, place := range places {
			if !webtest.Pressed(place) {
				lines := strings.Split(string(source), "\n")
				var n int
				fmt.Sscanf(place[len(name)+1:], "%d", &n)
				list = append(list, place+" "+strings.TrimSpace(lines[n-1]))
			}
		}
	}
	return list
}
