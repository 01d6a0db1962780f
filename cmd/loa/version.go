package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
)

// version is set by the release build: -ldflags "-X main.version=1.2.3".
var version = "dev"

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
