//go:build unix

package remote

import "io/fs"

// others reports whether somebody else may read or write a file.
func others(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
