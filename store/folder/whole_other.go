//go:build !linux

package folder

import "os"

func unnamed(path string) (*os.File, string, error) { return named(path) }

func link(_ *os.File, name, path string) error { return os.Link(name, path) }
