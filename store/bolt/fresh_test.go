package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"loa/store"
)

// model is what should stand in a table.
type model map[string]string

// differs says how a walk through part of a table differs from the model.
func (m model) differs(tx *tx, from, until []byte) error {
	var want []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if k >= string(from) && (until == nil || k < string(until)) {
			want = append(want, k+"="+m[k])
		}
	}
	for _, down := range []bool{false, true} {
		var got []string
		for e, err := range trailOf.walk(tx, from, until, down) {
			if err != nil {
				return err
			}
			got = append(got, string(e.key)+"="+e.rec)
		}
		if down {
			slices.Reverse(got)
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("from %q until %q, down %v: %d rows, want %d", from, until, down, len(got), len(want))
		}
	}
	return nil
}

// A table of which some rows are fresh is read as one that has them all in place: by whoever writes, by
// readers from before and after a commit, and when it is opened again.
func TestFreshRowsAreReadInTheirTable(t *testing.T) {
	dir, random, key := t.TempDir(), rand.New(rand.NewPCG(13, 37)), func(n int) []byte { return fmt.Appendf(nil, "person %05d", n) }
	opened := func() *Store {
		s, err := Open(dir, Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		s.db.NoSync = true
		return s
	}
	s, is := opened(), model{}
	for _, size := range []int{32 << 20, 0} { // a file that has to grow waits for readers, of which one is ours
		if err := s.db.Update(func(b *bbolt.Tx) error { return b.Bucket([]byte(samples.name)).Put([]byte("room"), make([]byte, size)) }); err != nil {
			t.Fatal(err)
		}
	}
	step := func(tx *tx, m model) error {
		k := key(random.IntN(30000))
		rec, found, err := trailOf.get(tx, k)
		if want, ok := m[string(k)]; err != nil || found != ok || rec != want || found != trailOf.has(tx, k) {
			return fmt.Errorf("%s: %q %v %v, want %q", k, rec, found, err, want)
		}
		if found && random.IntN(400) == 0 {
			delete(m, string(k))
			return trailOf.remove(tx, k)
		}
		m[string(k)] = fmt.Sprint(random.IntN(1000))
		return trailOf.put(tx, k, m[string(k)])
	}
	settled := 0
	for range 40 {
		was := maps.Clone(is)
		reader, err := s.db.Begin(false)
		if err != nil {
			t.Fatal(err)
		}
		before := &tx{b: reader, s: s}
		refused, left := random.IntN(6) == 0, fresh{}
		err = s.update(t.Context(), func(tx *tx) error {
			is = maps.Clone(was)
			for range 400 {
				if err := step(tx, is); err != nil {
					return err
				}
			}
			from := key(random.IntN(30000))
			err := errors.Join(is.differs(tx, nil, nil), is.differs(tx, from, key(random.IntN(30000))), is.differs(tx, from, nil))
			if left = *tx.fresh; err == nil && refused {
				return errNothing
			}
			return err
		})
		if refused {
			is = maps.Clone(was)
		}
		if err != nil && !(refused && errors.Is(err, errNothing)) {
			t.Fatal(err)
		}
		if left.first > 1 {
			settled++
		}
		err = errors.Join(before.run(func(tx *tx) error { return model(was).differs(tx, nil, nil) }), reader.Rollback(),
			s.view(t.Context(), func(tx *tx) error { return is.differs(tx, nil, nil) }))
		if err != nil {
			t.Fatal(err)
		}
		if random.IntN(20) == 0 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = opened()
		}
	}
	defer s.Close()
	if settled == 0 {
		t.Error("no fresh row was put into its table")
	}
	err := s.view(t.Context(), func(tx *tx) error {
		_, err := checkTable(tx, trailOf.name, func(p store.Problem) { t.Error(p) })
		return errors.Join(err, is.differs(tx, nil, nil))
	})
	if err != nil {
		t.Error(err)
	}
}

// A walk keeps its place while rows are put that would have all fresh ones put into their tables.
func TestAWalkKeepsItsPlace(t *testing.T) {
	s := open(t, t.TempDir())
	s.db.NoSync = true
	put := func(tx *tx, n int) error { return trailOf.put(tx, fmt.Appendf(nil, "person %05d", n), "one") }
	err := s.update(t.Context(), func(tx *tx) error {
		for n := range mostFresh * 3 / 2 {
			if err := put(tx, n); err != nil {
				return err
			}
		}
		seen, was := 0, []byte(nil)
		for e, err := range trailOf.ascend(tx, nil, []byte("person 1")) {
			if err != nil || bytes.Compare(was, e.key) >= 0 {
				return fmt.Errorf("%q comes after %q: %v", e.key, was, err)
			}
			was = bytes.Clone(e.key)
			if err := put(tx, 20000+seen); err != nil {
				return err
			}
			seen++
		}
		if seen != 10000 {
			return fmt.Errorf("%d rows were walked through", seen)
		}
		return errNothing
	})
	if !errors.Is(err, errNothing) {
		t.Error(err)
	}
}

// FuzzAFreshRow reads rows of any bytes, and each that is written.
func FuzzAFreshRow(f *testing.F) {
	f.Add(pack(trailOf.name, []byte("person"), []byte("one"))[4:], []byte{})
	f.Fuzz(func(t *testing.T, payload, key []byte) {
		_, _, _, _ = unpack([]byte("1"), payload)
		_, _, _, _ = unpack([]byte("1"), seal(payload))
		if len(key) > 1<<15 {
			key = key[:1<<15]
		}
		table, k, v, err := unpack([]byte("1"), pack(logLines.name, key, payload))
		if err != nil || table != logLines.name || !bytes.Equal(k, key) || !bytes.Equal(v, payload) {
			t.Errorf("%s %x %x %v", table, k, v, err)
		}
	})
}

// A fresh row that is put anew at the moment when there is no more room among the fresh ones stands in its table once.
func TestAFreshRowPutAnewStandsOnce(t *testing.T) {
	s, err := Open(t.TempDir(), Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.db.NoSync = true
	if err := s.update(t.Context(), func(tx *tx) error {
		for i := range mostFresh + 10 {
			if err := trailOf.put(tx, []byte("person one"), fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.view(t.Context(), func(tx *tx) error {
		_, err := checkTable(tx, trailOf.name, func(p store.Problem) { t.Error(p) })
		return err
	}); err != nil {
		t.Error(err)
	}
}
