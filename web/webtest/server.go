package webtest

// Server is a machine that is well.
type Server struct{}

// Space tells of half a disk.
func (Server) Space() (free, size int64, ok bool) { return 100 << 30, 200 << 30, true }

// Wrong is nothing.
func (Server) Wrong() error { return nil }

// Doubt is none.
func (Server) Doubt() error { return nil }
