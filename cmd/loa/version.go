package main

import (
	"context"
	"fmt"
	"io"
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

func versionCommand(_ context.Context, _ []string, stdout, _ io.Writer) error {
	fmt.Fprintln(stdout, "loa", version)
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(stdout, info.GoVersion)
		for _, d := range info.Deps {
			fmt.Fprintln(stdout, d.Path, d.Version)
		}
	}
	return nil
}
