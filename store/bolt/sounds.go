package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bbolt "go.etcd.io/bbolt"

	"loa/accounts"
	"loa/audio/fingerprint"
	"loa/internal/fault"
	"loa/library"
	"loa/store"
)

// What recordings sound like. A sketch is kept under a number that is never
// reused, with the recording's ID before it (one byte of length, then the ID);
// rows are keys of eleven bytes: what is heard (3), the number (4), the place in
// the sketch (4). All are looked up where they lie, so that neither the start of
// the daemon nor its memory knows how many there are.
var (
	soundNumbers = table[uint32]{name: "sound_numbers"}        // by recording; 0 for one with nothing to compare
	likenesses   = table[library.Likeness]{name: "likenesses"} // under each of the two, see likenessKey
)

const (
	soundsBucket    = "sounds"
	soundRowsBucket = "sound_rows"
)

func likenessKey(id, other string) []byte { return []byte(id + "/" + other) }

func rowKey(r fingerprint.Row, number uint32) []byte {
	k := []byte{byte(r.Key >> 16), byte(r.Key >> 8), byte(r.Key)}
	return append(append(k, numberKey(number)...), numberKey(uint32(r.Place))...)
}

// soundIn returns the sketch under a number and whose it is.
func soundIn(tx *tx, key []byte) (id string, s fingerprint.Sketch, err error) {
	v := tx.b.Bucket([]byte(soundsBucket)).Get(key)
	tx.s.read.note(key, v)
	payload, err := unseal(soundsBucket, key, v)
	if err != nil {
		return "", s, err
	}
	if len(payload) == 0 || len(payload) < 1+int(payload[0]) {
		return "", s, fault.New(fault.Unavailable, "store.record_damaged").Because(fmt.Errorf("store: %s/%x: cut", soundsBucket, key))
	}
	id = string(payload[1 : 1+payload[0]])
	if err := s.UnmarshalBinary(payload[1+payload[0]:]); err != nil {
		return "", s, fault.New(fault.Unavailable, "store.record_damaged").Because(err)
	}
	return id, s, nil
}

// shelf is the fingerprint.Shelf of one transaction. Recordings go by the bytes
// of their numbers there: whose a number is stands beside the sketch, and of the
// thousands with a row in common only few sketches are looked at.
type shelf struct {
	tx   *tx
	rows *bbolt.Cursor
}

// Rows implements fingerprint.Shelf.
func (x shelf) Rows(key uint32, yield func(number string, place int) bool) error {
	from := [3]byte{byte(key >> 16), byte(key >> 8), byte(key)}
	for k, _ := x.rows.Seek(from[:]); len(k) == 11 && [3]byte(k) == from; k, _ = x.rows.Next() {
		x.tx.s.read.note(k, nil)
		if !yield(string(k[3:7]), int(binary.BigEndian.Uint32(k[7:]))) {
			break
		}
	}
	return nil
}

// Sketch implements fingerprint.Shelf.
func (x shelf) Sketch(number string) (fingerprint.Sketch, error) {
	_, sketch, err := soundIn(x.tx, []byte(number))
	return sketch, err
}

// likeIn finds what holds the same sound as a recording that is not on the shelf.
func likeIn(tx *tx, r library.Recording, p fingerprint.Print, now time.Time) ([]library.Likeness, error) {
	found, err := fingerprint.Find(p, shelf{tx, tx.b.Bucket([]byte(soundRowsBucket)).Cursor()})
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i].ID, _, err = soundIn(tx, []byte(found[i].ID)); err != nil {
			return nil, err
		}
	}
	return library.Likenesses(r, found, func(id string) (library.Recording, error) { return recordingIn(tx, id) }, now)
}

// CompareRecording notes which recordings hold the same sound as one whose
// fingerprint is p, and keeps p's sketch for those that come after. Repeated it
// changes nothing; so it does for what is not to be compared.
func (s *Store) CompareRecording(ctx context.Context, id string, p fingerprint.Print, now time.Time) error {
	s.comparing.Lock() // of two that come at once, the second must see the first
	defer s.comparing.Unlock()
	var found []library.Likeness
	done := false
	err := s.view(ctx, func(tx *tx) error {
		r, err := recordingIn(tx, id)
		if err != nil {
			return err
		}
		if done = !r.Comparable() || soundNumbers.has(tx, []byte(id)); done {
			return nil
		}
		found, err = likeIn(tx, r, p, now)
		return err
	})
	if err != nil || done {
		return err
	}
	return s.update(ctx, func(tx *tx) error { return tx.keepSound(id, p.Sketch(), found) })
}

// keepSound puts a sketch, its rows, and what is like it and still there.
func (tx *tx) keepSound(id string, sketch fingerprint.Sketch, found []library.Likeness) error {
	if _, err := recordingIn(tx, id); err != nil {
		return err // removed meanwhile
	}
	rows := sketch.Rows()
	if len(rows) == 0 {
		return soundNumbers.put(tx, []byte(id), 0)
	}
	next, err := soundNumbers.next(tx)
	if err != nil {
		return err
	}
	number := uint32(next)
	form, err := sketch.MarshalBinary()
	if err != nil {
		return err
	}
	payload := append(append([]byte{byte(len(id))}, id...), form...)
	if err := errors.Join(soundNumbers.put(tx, []byte(id), number), tx.putRow(soundsBucket, numberKey(number), seal(payload))); err != nil {
		return err
	}
	for _, r := range rows {
		if err := tx.putRow(soundRowsBucket, rowKey(r, number), []byte{1}); err != nil {
			return err
		}
	}
	for _, l := range found {
		if _, there, err := recordings.get(tx, []byte(l.One)); err != nil || !there {
			continue
		}
		if err := tx.putLikeness(l); err != nil {
			return err
		}
	}
	return nil
}

func (tx *tx) putLikeness(l library.Likeness) error {
	return errors.Join(likenesses.put(tx, likenessKey(l.One, l.Other), l), likenesses.put(tx, likenessKey(l.Other, l.One), l))
}

// forgetSound removes what is known of a recording's sound.
func (tx *tx) forgetSound(id string) error {
	alike, err := likenessesIn(tx, id)
	if err != nil {
		return err
	}
	for _, l := range alike {
		if err := errors.Join(likenesses.remove(tx, likenessKey(l.One, l.Other)), likenesses.remove(tx, likenessKey(l.Other, l.One))); err != nil {
			return err
		}
	}
	number, found, err := soundNumbers.get(tx, []byte(id))
	if err != nil || !found {
		return err
	}
	if number != 0 {
		_, sketch, err := soundIn(tx, numberKey(number))
		if err != nil {
			return err
		}
		for _, r := range sketch.Rows() {
			if err := tx.removeRow(soundRowsBucket, rowKey(r, number)); err != nil {
				return err
			}
		}
		if err := tx.removeRow(soundsBucket, numberKey(number)); err != nil {
			return err
		}
	}
	return soundNumbers.remove(tx, []byte(id))
}

func likenessesIn(tx *tx, id string) (all []library.Likeness, err error) {
	prefix := likenessKey(id, "")
	for e, err := range likenesses.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return nil, err
		}
		all = append(all, e.rec)
	}
	return all, nil
}

// Alike lists the other recordings that hold the same sound as one, as
// library.AllAlike orders them. Fault: library.no_recording.
func (s *Store) Alike(ctx context.Context, id string) (all []library.Alike, err error) {
	err = s.view(ctx, func(tx *tx) error { all, err = alikeIn(tx, id); return err })
	return all, err
}

func alikeIn(tx *tx, id string) ([]library.Alike, error) {
	r, err := recordingIn(tx, id)
	if err != nil {
		return nil, err
	}
	noted, err := likenessesIn(tx, id)
	if err != nil {
		return nil, err
	}
	found, err := pointedAt(tx, recordingsByBlob, r.Blob.SHA256)
	if err == nil && r.FramesSHA256 != "" {
		var framed []library.Recording
		framed, err = pointedAt(tx, recordingsBySound, r.FramesSHA256)
		found = append(found, framed...)
	}
	if err != nil {
		return nil, err
	}
	for _, l := range noted {
		other, err := recordingIn(tx, l.Of(id))
		if err != nil {
			return nil, err
		}
		found = append(found, other)
	}
	return library.AllAlike(r, found, noted), nil
}

// OpenLikenesses implements library.Store.
func (s *Store) OpenLikenesses(ctx context.Context, h library.Hearing, limit int) (open []library.Pair, err error) {
	err = s.view(ctx, func(tx *tx) error {
		open = nil
		for e, err := range likenesses.ascend(tx, nil, nil) {
			if err != nil {
				return err
			}
			if !e.rec.Undecided() || !bytes.Equal(e.key, likenessKey(e.rec.One, e.rec.Other)) {
				continue
			}
			p := library.Pair{Likeness: e.rec}
			if p.First, err = recordingIn(tx, p.One); err != nil {
				return err
			}
			if p.Second, err = recordingIn(tx, p.Other); err != nil {
				return err
			}
			if !h.Asks(p) {
				continue
			}
			if open = append(open, p); len(open) == limit {
				break
			}
		}
		return nil
	})
	return open, err
}

// UndecidedRecordings implements library.Store.
func (s *Store) UndecidedRecordings(ctx context.Context, ids []string) (map[string][]library.Recording, error) {
	return s.likeRecordings(ctx, ids, library.Likeness.Undecided)
}

// SameRecordings implements library.Store.
func (s *Store) SameRecordings(ctx context.Context, ids []string) (map[string][]library.Recording, error) {
	return s.likeRecordings(ctx, ids, library.Likeness.Same)
}

// likeRecordings lists what recordings are alike to by such likenesses.
func (s *Store) likeRecordings(ctx context.Context, ids []string, by func(library.Likeness) bool) (others map[string][]library.Recording, err error) {
	err = s.view(ctx, func(tx *tx) error {
		others = map[string][]library.Recording{}
		for _, id := range ids {
			list, err := likenessesIn(tx, id)
			if err != nil {
				return err
			}
			for _, l := range list {
				if !by(l) {
					continue
				}
				r, err := recordingIn(tx, l.Of(id))
				if err != nil {
					return err
				}
				others[id] = append(others[id], r)
			}
		}
		return nil
	})
	return others, err
}

// JudgeLikeness closes a likeness or opens it again. Faults:
// library.no_likeness and those of library.DecideLikeness.
func (s *Store) JudgeLikeness(ctx context.Context, m accounts.Meta, c library.JudgeLikeness) (library.Likeness, error) {
	return change(ctx, s, m, "audio.judge_likeness", c, func(tx *tx) (library.Likeness, error) {
		l, found, err := likenesses.get(tx, likenessKey(c.One, c.Other))
		if err == nil && !found {
			err = library.NoLikeness()
		}
		if err != nil {
			return l, err
		}
		if l, err = library.DecideLikeness(m, l, c); err != nil {
			return l, err
		}
		return l, tx.putLikeness(l)
	})
}

// UncomparedRecordings lists up to limit recordings whose fingerprint is not
// known yet, newest first.
func (s *Store) UncomparedRecordings(ctx context.Context, limit int) (list []library.Recording, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		for e, err := range recordingsByTime.descend(tx, nil, nil) {
			if err != nil {
				return err
			}
			if len(list) == limit {
				break
			}
			if soundNumbers.has(tx, []byte(e.rec)) {
				continue
			}
			r, err := recordingIn(tx, e.rec)
			if err != nil {
				return err
			}
			if r.Comparable() {
				list = append(list, r)
			}
		}
		return nil
	})
	return list, err
}

// checkSounds verifies that every sketch has its recording and its rows, and
// every likeness both of its recordings and its mirror.
func checkSounds(tx *tx, report func(store.Problem)) error {
	sketches, rows := 0, 0
	for e, err := range soundNumbers.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		id := string(e.key)
		if _, found, err := recordings.get(tx, e.key); err != nil || !found {
			report(store.Problem{Table: soundNumbers.name, Key: id, What: "no such recording"})
		}
		if e.rec == 0 {
			continue
		}
		owner, sketch, err := soundIn(tx, numberKey(e.rec))
		if err != nil || owner != id {
			report(store.Problem{Table: soundsBucket, Key: id, What: "missing or damaged"})
			continue
		}
		sketches++
		for _, r := range sketch.Rows() {
			rows++
			if tx.b.Bucket([]byte(soundRowsBucket)).Get(rowKey(r, e.rec)) == nil {
				report(store.Problem{Table: soundRowsBucket, Key: fmt.Sprintf("%x", rowKey(r, e.rec)), What: "missing"})
			}
		}
	}
	for name, want := range map[string]int{soundsBucket: sketches, soundRowsBucket: rows} {
		if n := tx.b.Bucket([]byte(name)).Stats().KeyN; n != want {
			report(store.Problem{Table: name, What: fmt.Sprintf("%d rows, %d expected", n, want)})
		}
	}
	for e, err := range likenesses.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		l := e.rec
		for _, id := range []string{l.One, l.Other} {
			if _, found, err := recordings.get(tx, []byte(id)); err != nil || !found {
				report(store.Problem{Table: likenesses.name, Key: string(e.key), What: "no recording " + id})
			}
			mirror, found, err := likenesses.get(tx, likenessKey(id, l.Of(id)))
			if err != nil || !found || mirror.Found != l.Found || (mirror.Verdict == nil) != (l.Verdict == nil) {
				report(store.Problem{Table: likenesses.name, Key: string(e.key), What: "no mirror"})
			}
		}
	}
	return nil
}
