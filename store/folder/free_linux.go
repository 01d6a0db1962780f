package folder

import (
	"os"

	"golang.org/x/sys/unix"
)

// space tells how much an ordinary user may still write on the disk that holds f, and how
// large it is, in bytes; ok is false where the system does not say.
func space(f *os.File) (free, size int64, ok bool) {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return 0, 0, false
	}
	return int64(st.Bavail) * st.Bsize, int64(st.Blocks) * st.Bsize, true
}
