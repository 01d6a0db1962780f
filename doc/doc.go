// Package doc holds the guides for people, so that the program can show them where
// they work, also without a network beyond its own.
package doc

import "embed"

// Guides are the guides by role, as Markdown, in huong-dan, and their pictures in
// huong-dan/anh.
//
//go:embed huong-dan
var Guides embed.FS
