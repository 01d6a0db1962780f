package audio

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// limitProcess bounds memory, processor time and file writing of a process
// that was just started and has read nothing yet; written is the most bytes
// it may write to a file.
func limitProcess(pid int, written uint64) error {
	for resource, n := range map[int]uint64{
		unix.RLIMIT_AS: maxConvertMemory, unix.RLIMIT_CPU: maxConvertCPU,
		unix.RLIMIT_FSIZE: written, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 32,
	} {
		if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: n, Max: n}, nil); err != nil && err != unix.ESRCH { // it may have ended already
			return fmt.Errorf("audio: limit resource %d: %w", resource, err)
		}
	}
	return nil
}
