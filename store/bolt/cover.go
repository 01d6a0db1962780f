package bolt

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	bbolt "go.etcd.io/bbolt"
)

// cover says what a table holds as a whole: how many rows, and the sum of the
// SHA-256 of each row with its key, modulo 2^256. Every row that is put or removed
// moves it in the same transaction, so that a row that came, went or changed in
// any other way is found when all are summed again, whatever the table. Who can
// write the file can also write its covers: against her only a copy elsewhere helps.
type cover struct {
	rows     uint64
	sequence uint64    // the last number the table gave out
	sum      [4]uint64 // least significant first
}

// coversBucket holds the cover of every other table, by its name.
const coversBucket = "covers"

const coverBytes = 6 * 8

func (c cover) bytes() []byte {
	b := make([]byte, 0, coverBytes)
	for _, n := range append([]uint64{c.rows, c.sequence}, c.sum[:]...) {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

func readCover(tx *tx, table string) (c cover, found bool, err error) {
	v := tx.b.Bucket([]byte(coversBucket)).Get([]byte(table))
	if v == nil {
		return c, false, nil
	}
	b, err := unseal(coversBucket, []byte(table), v)
	if err != nil {
		return c, false, err
	}
	if len(b) != coverBytes {
		return c, false, damaged(coversBucket, []byte(table), fmt.Errorf("%d bytes", len(b)))
	}
	n := func(i int) uint64 { return binary.BigEndian.Uint64(b[8*i:]) }
	return cover{n(0), n(1), [4]uint64{n(2), n(3), n(4), n(5)}}, true, nil
}

// move adds the hash of a row, or takes it away.
func (c *cover) move(h [sha256.Size]byte, add bool) {
	var carry uint64
	for i := range c.sum {
		n := binary.LittleEndian.Uint64(h[8*i:])
		if add {
			c.sum[i], carry = bits.Add64(c.sum[i], n, carry)
		} else {
			c.sum[i], carry = bits.Sub64(c.sum[i], n, carry)
		}
	}
	if add {
		c.rows++
	} else {
		c.rows--
	}
}

// moved is a change of one table's cover in a transaction: a difference, in
// numbers that wrap around.
type moved struct {
	table string
	cover
}

func (tx *tx) coverOf(table string) *moved {
	i := slices.IndexFunc(tx.moved, func(m moved) bool { return m.table == table })
	if i < 0 {
		i = len(tx.moved)
		tx.moved = append(tx.moved, moved{table: table})
	}
	return &tx.moved[i]
}

// hashRow is what one row adds to its table's cover. The table's name needs no part in it.
func (tx *tx) hashRow(key, value []byte) [sha256.Size]byte {
	tx.row = append(binary.BigEndian.AppendUint32(tx.row[:0], uint32(len(key))), key...)
	tx.row = append(tx.row, value...)
	return sha256.Sum256(tx.row)
}

// putRow puts a row. Nothing else puts one, but putFresh one of freshBucket.
func (tx *tx) putRow(table string, key, value []byte) error {
	tx.s.weeks.moved(tx, table, key)
	if scattered[table] {
		if err := tx.roomForFresh(); err != nil {
			return err
		}
	}
	old := tx.valueOf(table, key)
	tx.note(table, old, value)
	if old != nil {
		tx.coverOf(table).move(tx.hashRow(key, old), false)
	}
	if scattered[table] && (old == nil || tx.isFresh(table, key)) {
		tx.coverOf(table).move(tx.hashRow(key, value), true)
		return tx.putFresh(table, key, value)
	}
	return tx.addRow(table, key, value)
}

// addRow puts a row, whatever stood there.
func (tx *tx) addRow(table string, key, value []byte) error {
	tx.wrote = true
	tx.coverOf(table).move(tx.hashRow(key, value), true)
	return tx.bucketOf(table).Put(key, value)
}

// bucketOf is a table to be written.
func (tx *tx) bucketOf(table string) *bbolt.Bucket {
	b := tx.b.Bucket([]byte(table))
	if growing[table] {
		b.FillPercent = fullPage
	}
	return b
}

// removeRow removes a row, if it is there. Nothing else removes one.
func (tx *tx) removeRow(table string, key []byte) error {
	tx.wrote = true
	old := tx.valueOf(table, key)
	if old == nil {
		return nil
	}
	tx.s.weeks.moved(tx, table, key)
	tx.note(table, old, nil)
	tx.coverOf(table).move(tx.hashRow(key, old), false)
	if tx.isFresh(table, key) {
		if err := tx.settleFresh(); err != nil {
			return err
		}
	}
	return tx.b.Bucket([]byte(table)).Delete(key)
}

// nextNumber gives a table's next number, 1 first. It is never given again.
func (tx *tx) nextNumber(table string) (uint64, error) {
	tx.wrote = true
	n, err := tx.b.Bucket([]byte(table)).NextSequence()
	if err == nil {
		tx.coverOf(table).sequence++
	}
	return n, err
}

// keepCovers puts the covers of all that the transaction changed. It is its last act.
func (tx *tx) keepCovers() error {
	b := tx.b.Bucket([]byte(coversBucket))
	for _, m := range tx.moved {
		c, found, err := readCover(tx, m.table)
		if err == nil && !found {
			err = damaged(coversBucket, []byte(m.table), errMissing)
		}
		if err != nil {
			return err
		}
		c.rows += m.rows
		c.sequence += m.sequence
		var carry uint64
		for i := range c.sum {
			c.sum[i], carry = bits.Add64(c.sum[i], m.sum[i], carry)
		}
		if err := b.Put([]byte(m.table), seal(c.bytes())); err != nil {
			return err
		}
	}
	tx.moved = tx.moved[:0]
	return nil
}

// countCover sums a table as it is. The checksum of a row is no part of what is
// asked here; a row that is a bucket of its own is none of ours.
func countCover(tx *tx, table string) (cover, error) {
	b := tx.b.Bucket([]byte(table))
	c := cover{sequence: b.Sequence()}
	err := b.ForEach(func(k, v []byte) error {
		if v == nil {
			return fmt.Errorf("store: %s/%x is a bucket", table, k)
		}
		c.move(tx.hashRow(k, v), true)
		return nil
	})
	return c, err
}
