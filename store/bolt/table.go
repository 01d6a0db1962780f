package bolt

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"slices"
	"time"

	bbolt "go.etcd.io/bbolt"

	"loa/internal/fault"
)

// table is a bucket of records of one type. Values are a CRC-32C (4 bytes,
// big-endian) and the record's JSON.
type table[T any] struct{ name string }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal puts the checksum before the payload.
func seal(payload []byte) []byte {
	out := make([]byte, 4, 4+len(payload))
	binary.BigEndian.PutUint32(out, crc32.Checksum(payload, castagnoli))
	return append(out, payload...)
}

// unseal checks and removes the checksum. The result shares v's memory.
func unseal(bucket string, key, v []byte) ([]byte, error) {
	if len(v) < 4 || binary.BigEndian.Uint32(v) != crc32.Checksum(v[4:], castagnoli) {
		return nil, damaged(bucket, key, errChecksum)
	}
	return v[4:], nil
}

var (
	errChecksum = errors.New("checksum does not match")
	errMissing  = errors.New("missing")
)

// damaged is the fault of a record that cannot be read as what was written:
// never a zero in its place.
func damaged(bucket string, key []byte, why error) error {
	return fault.New(fault.Unavailable, "store.record_damaged").Because(fmt.Errorf("store: %s/%x: %w", bucket, key, why))
}

func (t table[T]) bucket(tx *tx) *bbolt.Bucket { return tx.b.Bucket([]byte(t.name)) }

func (t table[T]) decode(key, v []byte) (T, error) {
	var rec T
	payload, err := unseal(t.name, key, v)
	if err != nil {
		return rec, err
	}
	if err := json.Unmarshal(payload, &rec); err != nil {
		return rec, damaged(t.name, key, err)
	}
	return rec, nil
}

// get returns the record under key and whether there is one.
func (t table[T]) get(tx *tx, key []byte) (rec T, found bool, err error) {
	v := tx.valueOf(t.name, key)
	if v == nil {
		return rec, false, nil
	}
	tx.s.read.note(key, v)
	rec, err = t.decode(key, v)
	return rec, err == nil, err
}

// named returns the record under key, which a row of an index names: it must be there.
func (t table[T]) named(tx *tx, key []byte, index string, row []byte) (T, error) {
	rec, found, err := t.get(tx, key)
	if err == nil && !found {
		err = damaged(index, row, errMissing)
	}
	return rec, err
}

// has reports whether there is a record under key, without reading it.
func (t table[T]) has(tx *tx, key []byte) bool {
	tx.s.read.note(key, nil)
	return tx.valueOf(t.name, key) != nil
}

// keys yields the keys in order, which must not be kept without copying them.
func (t table[T]) keys(tx *tx) iter.Seq[[]byte] { return t.keysFrom(tx, nil) }

// keysFrom yields the keys from one on.
func (t table[T]) keysFrom(tx *tx, from []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for k := range tx.rows(t.name, from, nil, false) {
			if tx.s.read.note(k, nil); !yield(k) {
				return
			}
		}
	}
}

// put stores rec under key.
func (t table[T]) put(tx *tx, key []byte, rec T) error {
	b, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("store: encode %s: %w", t.name, err)
	}
	return tx.putRow(t.name, key, seal(b))
}

// remove deletes the record under key, if there is one.
func (t table[T]) remove(tx *tx, key []byte) error {
	return tx.removeRow(t.name, key)
}

// ascend yields the records with from <= key < until in order; a nil until
// means to the end. The key must not be kept without copying it.
func (t table[T]) ascend(tx *tx, from, until []byte) iter.Seq2[entry[T], error] {
	return t.walk(tx, from, until, false)
}

// descend yields the records with from <= key < until from the last to the first.
func (t table[T]) descend(tx *tx, from, until []byte) iter.Seq2[entry[T], error] {
	return t.walk(tx, from, until, true)
}

func (t table[T]) walk(tx *tx, from, until []byte, down bool) iter.Seq2[entry[T], error] {
	return func(yield func(entry[T], error) bool) {
		for k, v := range tx.rows(t.name, from, until, down) {
			tx.s.read.note(k, v)
			rec, err := t.decode(k, v)
			if !yield(entry[T]{k, rec}, err) || err != nil {
				return
			}
		}
	}
}

// records are the records of entries, without their keys.
func records[T any](entries iter.Seq2[entry[T], error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for e, err := range entries {
			if !yield(e.rec, err) {
				return
			}
		}
	}
}

// entry is a record and its key, which is valid only while iterating.
type entry[T any] struct {
	key []byte
	rec T
}

// all collects every record of a small table in key order.
func (t table[T]) all(tx *tx) ([]T, error) {
	var recs []T
	for e, err := range t.ascend(tx, nil, nil) {
		if err != nil {
			return nil, err
		}
		recs = append(recs, e.rec)
	}
	return recs, nil
}

// paged takes the wanted of the rows, as many as limit, and looks at most of them at once; next is where the
// next page begins, "" where there is none.
func paged[T any](rows iter.Seq2[entry[T], error], limit, most int, wants func(T) bool) (list []T, next string, err error) {
	looked := 0
	var last []byte // the last that was looked at
	for e, err := range rows {
		if err != nil {
			return nil, "", err
		}
		if len(list) == limit || looked == most {
			return list, base64.RawURLEncoding.EncodeToString(last), nil
		}
		if looked, last = looked+1, slices.Clone(e.key); wants(e.rec) {
			list = append(list, e.rec)
		}
	}
	return list, "", nil
}

// cursor is the key at which a page begins, as paged told it: nil for the first page, false for what is no key of more
// than so many bytes.
func cursor(told string, least int) (key []byte, ok bool) {
	if told == "" {
		return nil, true
	}
	key, err := base64.RawURLEncoding.DecodeString(told)
	return key, err == nil && len(key) > least
}

// next gives the table's next number, 1 first: for IDs that are never reused.
func (t table[T]) next(tx *tx) (uint64, error) { return tx.nextNumber(t.name) }

// timeKey is t as eight big-endian bytes of nanoseconds since 1970 with the
// sign bit flipped, so that keys sort by time before 1970 too.
func timeKey(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(t.UnixNano())^1<<63)
}

// numberKey is n as four big-endian bytes.
func numberKey(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// after is the smallest key greater than every key with this prefix, nil if
// there is none.
func after(prefix []byte) []byte {
	p := slices.Clone(prefix)
	for i := len(p) - 1; i >= 0; i-- {
		if p[i]++; p[i] != 0 {
			return p[:i+1]
		}
	}
	return nil
}
