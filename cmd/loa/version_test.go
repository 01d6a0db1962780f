package main

import (
	"runtime/debug"
	"testing"
)

func TestTheVersionNamesWhatWasBuilt(t *testing.T) {
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "1f9aeca0cdab"}
	at := debug.BuildSetting{Key: "vcs.time", Value: "2024-05-20T03:02:00Z"}
	for want, settings := range map[string][]debug.BuildSetting{
		"dev":                 nil,
		"2024-05-20 1f9aeca":  {commit, at, {Key: "vcs.modified", Value: "false"}},
		"2024-05-20 1f9aeca+": {commit, at, {Key: "vcs.modified", Value: "true"}},
	} {
		if got := builtFrom(settings); got != want {
			t.Errorf("%v: %q, want %q", settings, got, want)
		}
	}
}
