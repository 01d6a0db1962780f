package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/btree"
	bbolt "go.etcd.io/bbolt"
)

// scattered are the tables of which each row of a report comes at a place of its own, so that every row would write
// a page. New rows of theirs stand together in freshBucket, in the order they came, until there are so many that most pages
// they go to get several. A row stands in one of both: one that is put anew stays where it is.
var scattered = map[string]bool{logEntries.name: true, logLines.name: true, linesByPlace.name: true, slotLines.name: true, trailOf.name: true}

const (
	freshBucket = "fresh" // by number: a table's name, a key and what stands under it
	mostFresh   = 8192    // rows that wait to be put into their tables
)

// fresh says which rows stand in freshBucket, as one transaction finds it. What readers share is not changed.
type fresh struct {
	first, last uint64 // numbers, 0 for none
	at          *btree.Map[string, uint64]
}

func nothingFresh() fresh { return fresh{at: new(btree.Map[string, uint64])} }

// freshest is the newest that a transaction found.
type freshest struct {
	mu sync.Mutex
	is fresh
}

// of is what the transaction finds; one that writes gets it for itself.
func (f *freshest) of(tx *tx) (found fresh) {
	b := tx.b.Bucket([]byte(freshBucket))
	if b == nil { // of an older schema
		return nothingFresh()
	}
	c := b.Cursor()
	first, last := freshNumber(c.First()), uint64(0)
	if first > 0 {
		last = b.Sequence()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if found = f.is; found.first != first || found.last != last {
		if found.first != first || found.last > last {
			found = nothingFresh()
		}
		at := found.at.Copy()
		for k, v := c.Seek(freshKey(found.last + 1)); k != nil; k, v = c.Next() {
			table, key, _, err := unpack(k, v)
			if err != nil {
				panic(err) // as bbolt does of a damaged page
			}
			at.Set(freshName(table, key), freshNumber(k, nil))
		}
		found = fresh{first, last, at}
		if found.last > f.is.last && !tx.b.Writable() {
			f.is = found
		}
	}
	if tx.b.Writable() {
		found.at = found.at.Copy()
	}
	return found
}

// keep remembers what a transaction that was committed left.
func (f *freshest) keep(left *fresh) {
	if left == nil {
		return
	}
	f.mu.Lock()
	f.is = *left
	f.mu.Unlock()
}

func freshKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// freshNumber is the number of a row, 0 for no row.
func freshNumber(key, _ []byte) uint64 {
	if len(key) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(key)
}

// freshName sorts by table, then by key.
func freshName(table string, key []byte) string { return table + "\x00" + string(key) }

// pack is a row of a table as it stands in freshBucket.
func pack(table string, key, value []byte) []byte {
	b := append([]byte{byte(len(table))}, table...)
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(key))), key...)
	return seal(append(b, value...))
}

var errFresh = errors.New("is no row of a table")

// unpack returns the row, which shares v's memory.
func unpack(number, v []byte) (table string, key, value []byte, err error) {
	b, err := unseal(freshBucket, number, v)
	if err != nil {
		return "", nil, nil, err
	}
	if len(b) > 0 {
		n := int(b[0])
		if b = b[1:]; len(b) >= n+2 && scattered[string(b[:n])] {
			table, b = string(b[:n]), b[n:]
			n = int(binary.BigEndian.Uint16(b))
			if b = b[2:]; len(b) >= n {
				return table, b[:n], b[n:], nil
			}
		}
	}
	return "", nil, nil, damaged(freshBucket, number, errFresh)
}

// freshly is what stands in freshBucket.
func (tx *tx) freshly() *fresh {
	if tx.fresh == nil {
		found := tx.s.fresh.of(tx)
		tx.fresh = &found
	}
	return tx.fresh
}

// freshValue is what stands under a key of which freshBucket has the row with that number.
func (tx *tx) freshValue(n uint64) []byte {
	k := freshKey(n)
	_, _, value, err := unpack(k, tx.b.Bucket([]byte(freshBucket)).Get(k))
	if err != nil {
		panic(err) // as bbolt does of a damaged page
	}
	return value
}

// isFresh tells whether the row under a key stands in freshBucket.
func (tx *tx) isFresh(table string, key []byte) bool {
	if !scattered[table] {
		return false
	}
	_, ok := tx.freshly().at.Get(freshName(table, key))
	return ok
}

// valueOf is what stands under a key of a table, nil for nothing.
func (tx *tx) valueOf(table string, key []byte) []byte {
	if scattered[table] {
		if n, ok := tx.freshly().at.Get(freshName(table, key)); ok {
			return tx.freshValue(n)
		}
	}
	return tx.b.Bucket([]byte(table)).Get(key)
}

// rows yields what stands in a table with from <= key < until, from the last to the first where it goes down; a
// nil until means to the end.
func (tx *tx) rows(table string, from, until []byte, down bool) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		if scattered[table] {
			tx.walking++
			defer func() { tx.walking-- }()
		}
		waiting := tx.freshRows(table, from, until)
		c := tx.b.Bucket([]byte(table)).Cursor()
		k, v := c.Seek(from)
		next, within := c.Next, func(k []byte) bool { return until == nil || bytes.Compare(k, until) < 0 }
		if down {
			slices.Reverse(waiting)
			k, v = lastBefore(c, until)
			next, within = c.Prev, func(k []byte) bool { return bytes.Compare(k, from) >= 0 }
		}
		for {
			settled := k != nil && within(k)
			switch {
			case len(waiting) > 0 && (!settled || (bytes.Compare(waiting[0].key, k) < 0) != down):
				if !yield(waiting[0].key, tx.freshValue(waiting[0].number)) {
					return
				}
				waiting = waiting[1:]
			case settled:
				if !yield(k, v) {
					return
				}
				k, v = next()
			default:
				return
			}
		}
	}
}

// lastBefore leads a cursor to the last row before a key, or of all where that is nil.
func lastBefore(c *bbolt.Cursor, until []byte) (key, value []byte) {
	if until == nil {
		return c.Last()
	}
	if k, _ := c.Seek(until); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// freshRow is where a row stands in freshBucket.
type freshRow struct {
	key    []byte
	number uint64
}

// freshRows are the fresh rows of a table with from <= key < until, in order.
func (tx *tx) freshRows(table string, from, until []byte) (list []freshRow) {
	if !scattered[table] {
		return nil
	}
	prefix := freshName(table, nil)
	tx.freshly().at.Ascend(prefix+string(from), func(name string, number uint64) bool {
		key, ours := strings.CutPrefix(name, prefix)
		if ours = ours && (until == nil || key < string(until)); ours {
			list = append(list, freshRow{[]byte(key), number})
		}
		return ours
	})
	return list
}

// roomForFresh puts all fresh rows into their tables where there are too many. It comes before anybody asks whether a row is fresh.
func (tx *tx) roomForFresh() error {
	if f := tx.freshly(); f.last-f.first < mostFresh || tx.walking > 0 { // a walk would lose its place
		return nil
	}
	return tx.settleFresh()
}

// putFresh puts a row of a table that has none under this key, or a fresh one.
func (tx *tx) putFresh(table string, key, value []byte) error {
	f := tx.freshly()
	n, err := tx.nextNumber(freshBucket)
	if err != nil {
		return err
	}
	f.at.Set(freshName(table, key), n)
	if f.last = n; f.first == 0 {
		f.first = n
	}
	return tx.addRow(freshBucket, freshKey(n), pack(table, key, value))
}

// settleFresh puts all fresh rows into their tables.
func (tx *tx) settleFresh() (err error) {
	f := tx.freshly()
	f.at.Scan(func(name string, number uint64) bool {
		table, key, _ := strings.Cut(name, "\x00")
		err = tx.bucketOf(table).Put([]byte(key), bytes.Clone(tx.freshValue(number)))
		return err == nil
	})
	for n := f.first; err == nil && n > 0 && n <= f.last; n++ {
		err = tx.removeRow(freshBucket, freshKey(n))
	}
	*f = nothingFresh()
	return err
}
