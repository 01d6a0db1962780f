//go:build !unix

package remote

import "io/fs"

// others cannot be told from a mode here.
func others(fs.FileInfo) bool { return false }
