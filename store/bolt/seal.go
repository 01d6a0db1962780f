package bolt

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"slices"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/store"
)

var (
	seals        = table[airing.Seal]{name: "airing_seals"}    // by number
	sealEnds     = table[sealedEnds]{name: "airing_seal_ends"} // by number of the seal
	sealsOfWeeks = table[int]{name: "airing_seals_by_week"}    // by week: the number of its last
	ownKeys      = table[[]byte]{name: "installation_keys"}    // by use: of seals the seed of an Ed25519 key, of pushes the scalar of a P-256 key
	sealKey      = []byte("seal")
)

// sealedEnds are the last entry numbers of all chains under a seal, by station number.
type sealedEnds map[uint32]uint32

// MarshalJSON writes four bytes a station.
func (e sealedEnds) MarshalJSON() ([]byte, error) {
	var b []byte
	for number, seq := range e {
		at := int(number) * 4
		b = append(b, make([]byte, max(0, at+4-len(b)))...)
		binary.BigEndian.PutUint32(b[at:], seq)
	}
	return json.Marshal(b)
}

// UnmarshalJSON reads them.
func (e *sealedEnds) UnmarshalJSON(raw []byte) error {
	var b []byte
	if err := json.Unmarshal(raw, &b); err != nil {
		return err
	}
	*e = sealedEnds{}
	for number := uint32(0); len(b) >= 4; number, b = number+1, b[4:] {
		if seq := binary.BigEndian.Uint32(b); seq > 0 {
			(*e)[number] = seq
		}
	}
	return nil
}

// sealLog seals all chains as they are now, after the seal made last, whichever week
// that was for.
func sealLog(tx *tx, w airing.Week, at time.Time) error {
	var heads []airing.Head
	ends := sealedEnds{}
	for e, err := range logHeads.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		heads = append(heads, e.rec)
		ends[binary.BigEndian.Uint32(e.key)] = e.rec.Seq
	}
	prev, err := lastSeal(tx)
	if err != nil {
		return err
	}
	key, err := keyOfSeals(tx)
	if err != nil {
		return err
	}
	seal := airing.NewSeal(prev, w, heads).SignedBy(key, tx.s.installation.ID, at)
	if err := seals.put(tx, numberKey(uint32(seal.Number)), seal); err != nil {
		return err
	}
	if err := sealEnds.put(tx, numberKey(uint32(seal.Number)), ends); err != nil {
		return err
	}
	return sealsOfWeeks.put(tx, weekKey(w), seal.Number)
}

// lastSeal is the seal made last, the zero seal before there is one.
func lastSeal(tx *tx) (airing.Seal, error) {
	for e, err := range seals.descend(tx, nil, nil) {
		return e.rec, err
	}
	return airing.Seal{}, nil
}

// keyOfSeals is the key this installation signs with, made when it is first asked for.
func keyOfSeals(tx *tx) (ed25519.PrivateKey, error) {
	seed, err := ownKey(tx, sealKey, func() ([]byte, error) {
		_, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, err
		}
		return key.Seed(), nil
	})
	if err == nil && len(seed) != ed25519.SeedSize {
		err = damaged(ownKeys.name, sealKey, errMissing)
	}
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// ownKey is the installation's key for that use, made when it is first asked for.
func ownKey(tx *tx, use []byte, fresh func() ([]byte, error)) ([]byte, error) {
	key, found, err := ownKeys.get(tx, use)
	if err != nil || found {
		return key, err
	}
	if key, err = fresh(); err != nil {
		return nil, err
	}
	return key, ownKeys.put(tx, use, key)
}

// Seals implements airing.Seals.
func (s *Store) Seals(ctx context.Context, by accounts.Actor, q airing.SealQuery) (list []airing.Seal, err error) {
	if err := airing.MayListSeals(by); err != nil {
		return nil, err
	}
	if q.Code != "" {
		if err := airing.CheckCode(q.Code); err != nil {
			return nil, err
		}
	}
	limit := min(max(q.Limit, 1), airing.MaxSeals)
	err = s.view(ctx, func(tx *tx) error {
		list = []airing.Seal{}
		var until []byte
		if q.Before > 0 {
			until = numberKey(uint32(q.Before))
		}
		for e, err := range seals.descend(tx, nil, until) {
			if err != nil || len(list) == limit {
				return err
			}
			if q.Code == "" || e.rec.Has(q.Code) {
				list = append(list, e.rec)
			}
		}
		return nil
	})
	return list, err
}

// LastSeal implements airing.Seals.
func (s *Store) LastSeal(ctx context.Context, by accounts.Actor, week *airing.Week) (last *airing.Seal, err error) {
	if err := airing.MayListSeals(by); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		seal, err := airing.Seal{}, error(nil)
		if week == nil {
			seal, err = lastSeal(tx)
		} else if n, found, bad := sealsOfWeeks.get(tx, weekKey(*week)); bad != nil || !found {
			return bad
		} else {
			seal, err = seals.named(tx, numberKey(uint32(n)), sealsOfWeeks.name, weekKey(*week))
		}
		if last = nil; err == nil && seal.Number > 0 {
			last = &seal
		}
		return err
	})
	return last, err
}

// Sealed implements airing.Seals.
func (s *Store) Sealed(ctx context.Context, by accounts.Actor, number int) (d airing.Sealed, err error) {
	if err := airing.MayReadSealed(by); err != nil {
		return d, err
	}
	err = s.view(ctx, func(tx *tx) error {
		seal, found, err := seals.get(tx, numberKey(uint32(max(number, 0))))
		if err == nil && !found {
			err = airing.NoSeal()
		}
		if err == nil {
			d, err = sealedNow(tx, seal)
		}
		return err
	})
	return d, err
}

// sealedNow compares a seal with the log. A chain that is shorter now is left out, so that
// the seal does not hold.
func sealedNow(tx *tx, seal airing.Seal) (d airing.Sealed, err error) {
	prev, found, err := seals.get(tx, numberKey(uint32(seal.Number-1)))
	if err == nil && !found && seal.Number > 1 {
		err = damaged(seals.name, numberKey(uint32(seal.Number-1)), errMissing)
	}
	if err != nil {
		return d, err
	}
	ends, _, err := sealEnds.get(tx, numberKey(uint32(seal.Number)))
	if err != nil {
		return d, err
	}
	var chains []airing.Head
	for number, seq := range ends {
		raw, found, err := logEntries.get(tx, entryKey(number, seq))
		if err != nil {
			return d, err
		}
		if !found {
			continue
		}
		head := airing.HeadOf(stationID(number), seq, raw)
		if was, changed, err := redactedLog.get(tx, entryKey(number, seq)); err != nil {
			return d, err
		} else if changed {
			head.Hash = was
		}
		chains = append(chains, head)
	}
	return airing.NewSealed(seal, prev, chains, len(ends)), nil
}

// SignProof implements airing.Excerpts.
func (s *Store) SignProof(ctx context.Context, m accounts.Meta, sum airing.Hash) (sign *airing.Sign, err error) {
	if err := airing.MayBind(m.By); err != nil {
		return nil, err
	}
	do, missing := s.view, false
	if err := s.view(ctx, func(tx *tx) error { missing = !ownKeys.has(tx, sealKey); return nil }); err != nil {
		return nil, err
	}
	if missing { // nothing was sealed yet: the key is made
		do = s.update
	}
	err = do(ctx, func(tx *tx) error {
		key, err := keyOfSeals(tx)
		if err == nil {
			sign = airing.SignProof(key, s.installation.ID, m.At, sum)
		}
		return err
	})
	return sign, err
}

// Excerpt implements airing.Excerpts.
func (s *Store) Excerpt(ctx context.Context, by accounts.Actor, report string) (x airing.Excerpt, err error) {
	if err := airing.MayBind(by); err != nil {
		return x, err
	}
	err = s.view(ctx, func(tx *tx) error {
		x = airing.Excerpt{}
		_, idx, found, err := findLine(tx, report)
		if err == nil && !found {
			err = airing.NoReport()
		}
		if err != nil {
			return err
		}
		first, last := slices.Min(append(idx.Evidence, idx.Report)), slices.Max(append(idx.Proofs, idx.Report))
		seal, end, err := sealedAfter(tx, idx.Station, last)
		if err != nil {
			return err
		}
		if seal.Number > 0 {
			d, err := sealedNow(tx, seal)
			if err != nil {
				return err
			}
			x.Seal = &d
		} else {
			head, err := logHeads.named(tx, numberKey(idx.Station), logLines.name, []byte(report))
			if err != nil {
				return err
			}
			end = head.Seq
		}
		if end-first >= airing.MaxExcerpt {
			return airing.ExcerptTooLong()
		}
		for e, err := range logEntries.ascend(tx, entryKey(idx.Station, first), entryKey(idx.Station, end+1)) {
			if err != nil {
				return err
			}
			x.Entries = append(x.Entries, e.rec)
		}
		for e, err := range redactedLog.ascend(tx, entryKey(idx.Station, first), entryKey(idx.Station, end+1)) {
			if err != nil {
				return err
			}
			seq := binary.BigEndian.Uint32(e.key[4:])
			x.Redacted = append(x.Redacted, airing.Redact(seq, e.rec, true, nil, x.Entries[seq-first]))
		}
		return nil
	})
	return x, err
}

// sealedAfter is the first seal over an entry of a station, and where the chain ended then; the
// zero seal where there is none.
func sealedAfter(tx *tx, station, seq uint32) (first airing.Seal, end uint32, err error) {
	for e, err := range sealEnds.descend(tx, nil, nil) {
		if err != nil {
			return first, 0, err
		}
		if e.rec[station] < seq {
			break
		}
		if first, err = seals.named(tx, e.key, sealEnds.name, e.key); err != nil {
			return first, 0, err
		}
		end = e.rec[station]
	}
	return first, end, nil
}

// checkSeal checks one seal against the log and the one before it.
func checkSeal(number uint32) func(*tx, func(store.Problem)) error {
	return func(tx *tx, report func(store.Problem)) error {
		seal, _, err := seals.get(tx, numberKey(number))
		if err != nil {
			return err
		}
		if int64(seal.Number) != int64(number) {
			badRow(report, seals.name, numberKey(number), "is of another number")
			return nil
		}
		d, err := sealedNow(tx, seal)
		if err != nil {
			return err
		}
		if d.Broken() {
			badRow(report, seals.name, numberKey(number), "the log is not as it was when week "+seal.Week.String()+" was closed")
		}
		if n, _, err := sealsOfWeeks.get(tx, weekKey(seal.Week)); err != nil || n < seal.Number {
			badRow(report, sealsOfWeeks.name, weekKey(seal.Week), "is not the last of its week")
		}
		return nil
	}
}

// checkSeals checks that there is one for every closing.
func checkSeals(tx *tx, report func(store.Problem)) error {
	times := map[airing.Week]int{}
	for e, err := range seals.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		times[e.rec.Week]++
	}
	for e, err := range closings.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if w := e.rec.Frozen.Week; times[w] != len(e.rec.Before)+1 {
			report(store.Problem{Table: seals.name, Key: w.String(), What: "the week was closed another number of times than it was sealed"})
		}
	}
	for key := range sealEnds.keys(tx) {
		if !seals.has(tx, key) {
			badRow(report, sealEnds.name, key, "is of no seal")
		}
	}
	for e, err := range sealsOfWeeks.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if seal, found, err := seals.get(tx, numberKey(uint32(e.rec))); err != nil || !found || !slices.Equal(weekKey(seal.Week), e.key) {
			badRow(report, sealsOfWeeks.name, e.key, "is of no seal")
		}
	}
	return nil
}
