package bolt

import "sync/atomic"

// reads counts what was read of the tables.
type reads struct{ rows, bytes atomic.Uint64 }

// note counts one row, or a look whether it is there. Whoever walks a table by a
// cursor of her own says so here.
func (r *reads) note(key, value []byte) {
	r.rows.Add(1)
	r.bytes.Add(uint64(len(key) + len(value)))
}

// Reads implements store.Engine.
func (s *Store) Reads() (rows, bytes uint64) { return s.read.rows.Load(), s.read.bytes.Load() }
