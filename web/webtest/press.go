package webtest

import "sync"

// presses are the places of the buttons pressed in any Chromium of this test
// binary; see Pressed.
var presses sync.Map

// Pressed reports whether somebody pressed the button of that place in a
// template (kit.MarkButtons) since the test binary began, by finger, key or
// script.
func Pressed(place string) bool {
	_, ok := presses.Load(place)
	return ok
}

// Marked reports whether any button that was pressed was marked.
func Marked() (some bool) {
	presses.Range(func(_, _ any) bool {
		some = true
		return false
	})
	return some
}

// listenForPresses tells the test of every press before the page can act on it.
const listenForPresses = `addEventListener("click", (e) => {
  const place = e.target.closest?.("button[data-at]")?.dataset.at;
  if (place) pressed(place);
}, true)`
