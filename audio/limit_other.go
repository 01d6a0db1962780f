//go:build !linux

package audio

// limitProcess relies on ffmpeg's own limits where there is no prlimit.
func limitProcess(int, uint64) error { return nil }
