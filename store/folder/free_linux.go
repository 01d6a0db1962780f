package folder

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeBytes tells how much an ordinary user may still write on the disk that
// holds f; ok is false where the system does not say.
func freeBytes(f *os.File) (free int64, ok bool) {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return 0, false
	}
	return int64(st.Bavail) * st.Bsize, true
}
