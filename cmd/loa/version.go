package main

import (
	"fmt"
	"runtime/debug"
	"time"
)

// version is set by the release build, -ldflags "-X main.version=1.2.3"; else
// it is what the program was built from.
var version string

func init() {
	if info, ok := debug.ReadBuildInfo(); ok && version == "" {
		version = builtFrom(info.Settings)
	}
}

// builtFrom names the commit a program was built from, "2024-05-20 1f9aeca",
// with a "+" when files had changed since; "dev" when nobody knows, as with go run.
func builtFrom(settings []debug.BuildSetting) string {
	has := map[string]string{}
	for _, s := range settings {
		has[s.Key] = s.Value
	}
	day, commit := has["vcs.time"], has["vcs.revision"]
	if len(day) < len(time.DateOnly) || len(commit) < 7 {
		return "dev"
	}
	name := day[:len(time.DateOnly)] + " " + commit[:7]
	if has["vcs.modified"] == "true" {
		name += "+"
	}
	return name
}

// versionCommand prints the version and what it was built with.
type versionCommand struct{}

// Run prints.
func (versionCommand) Run(t *terminal) error {
	fmt.Fprintln(t.out, "loa", version)
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(t.out, info.GoVersion)
		for _, d := range info.Deps {
			fmt.Fprintln(t.out, d.Path, d.Version)
		}
	}
	return nil
}
