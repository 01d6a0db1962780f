//go:build !linux

package wallclock

import "time"

var started = time.Now()

// Elapsed counts the time since the program started.
func Elapsed() time.Duration { return time.Since(started) }
