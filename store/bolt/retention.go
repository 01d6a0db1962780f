package bolt

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"iter"
	"slices"
	"time"

	"loa/accounts"
	"loa/library"
)

// expiries tells of recordings nothing uses, by ID, when their end was announced.
var expiries = table[time.Time]{name: "recording_expiries"}

// unusedIn yields each recording made until then that nothing uses, oldest first, from
// the key on.
func unusedIn(tx *tx, from []byte, until time.Time) iter.Seq2[entry[library.Unused], error] {
	return func(yield func(entry[library.Unused], error) bool) {
		used, err := usedIn(tx)
		if err != nil {
			yield(entry[library.Unused]{}, err)
			return
		}
		for e, err := range recordingsByTime.ascend(tx, from, timeKey(until.Add(1))) {
			var u entry[library.Unused]
			proves := false
			if err == nil {
				if used[e.rec] {
					continue
				}
				u.key = e.key
				u.rec, proves, err = unused(tx, e.rec)
			}
			if !proves && !yield(u, err) || err != nil {
				return
			}
		}
	}
}

// announcedIn yields what was announced to go and nothing uses, the soonest first, under
// keys of when that was announced.
func announcedIn(tx *tx) iter.Seq2[entry[library.Unused], error] {
	return func(yield func(entry[library.Unused], error) bool) {
		list, err := announced(tx)
		if err != nil {
			yield(entry[library.Unused]{}, err)
			return
		}
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func announced(tx *tx) (list []entry[library.Unused], err error) {
	if k, _ := expiries.bucket(tx).Cursor().First(); k == nil {
		return nil, nil
	}
	used, err := usedIn(tx)
	if err != nil {
		return nil, err
	}
	for e, err := range expiries.ascend(tx, nil, nil) {
		if err != nil {
			return nil, err
		}
		if used[string(e.key)] {
			continue
		}
		u, proves, err := unused(tx, string(e.key))
		if err != nil {
			return nil, err
		}
		if !proves {
			list = append(list, entry[library.Unused]{append(timeKey(u.Announced), u.ID...), u})
		}
	}
	slices.SortFunc(list, func(a, b entry[library.Unused]) int { return bytes.Compare(a.key, b.key) })
	return list, nil
}

// unusedAsked yields what the query asks for, behind its cursor.
func unusedAsked(tx *tx, q library.UnusedQuery) iter.Seq2[entry[library.Unused], error] {
	return func(yield func(entry[library.Unused], error) bool) {
		cursor, err := hex.DecodeString(q.After)
		if err != nil {
			yield(entry[library.Unused]{}, library.NoSuchPage(err))
			return
		}
		var list iter.Seq2[entry[library.Unused], error]
		switch {
		case q.ID != "":
			list = unusedOne(tx, q.ID)
		case q.Announced:
			list = announcedIn(tx)
		case q.Until.IsZero():
			list = unusedIn(tx, cursor, timeMax)
		default:
			list = unusedIn(tx, cursor, q.Until)
		}
		for e, err := range list {
			if err == nil && (!q.Wants(e.rec) || q.After != "" && bytes.Compare(e.key, cursor) <= 0) {
				continue
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// unusedOne yields the recording if nothing uses it.
func unusedOne(tx *tx, id string) iter.Seq2[entry[library.Unused], error] {
	return func(yield func(entry[library.Unused], error) bool) {
		used, err := isUsed(tx, id)
		if used || err == nil && !recordings.has(tx, []byte(id)) {
			return
		}
		var u library.Unused
		proves := false
		if err == nil {
			u, proves, err = unused(tx, id)
		}
		if !proves {
			yield(entry[library.Unused]{rec: u}, err)
		}
	}
}

// unused is a recording that is in no episode and no contest, and whether it
// proves an airing.
func unused(tx *tx, id string) (u library.Unused, proves bool, err error) {
	if u.Recording, err = recordingIn(tx, id); err != nil {
		return u, false, err
	}
	if u.Announced, _, err = expiries.get(tx, []byte(id)); err != nil {
		return u, false, err
	}
	proves, err = evidenceHolds(tx, u.Blob.SHA256)
	return u, proves, err
}

// evidenceHolds reports whether the bytes are evidence of an airing.
func evidenceHolds(tx *tx, sha256 string) (bool, error) {
	for _, err := range evidenceByBlob.ascend(tx, []byte(sha256), after([]byte(sha256))) {
		return true, err
	}
	return false, nil
}

// UnusedRecordings implements library.Store.
func (s *Store) UnusedRecordings(ctx context.Context, q library.UnusedQuery) (page library.UnusedPage, err error) {
	limit := min(max(q.Limit, 1), library.MostListed)
	err = s.view(ctx, func(tx *tx) error {
		page = library.UnusedPage{}
		var last []byte
		for e, err := range unusedAsked(tx, q) {
			if err != nil {
				return err
			}
			if len(page.Items) == limit {
				page.After = hex.EncodeToString(last)
				return nil
			}
			page.Items, last = append(page.Items, e.rec), e.key
		}
		return nil
	})
	return page, err
}

// UnusedTotals implements library.Store.
func (s *Store) UnusedTotals(ctx context.Context, qs []library.UnusedQuery) (totals []library.UnusedTotal, err error) {
	all := library.UnusedQuery{Announced: !slices.ContainsFunc(qs, func(q library.UnusedQuery) bool { return !q.Announced })}
	err = s.view(ctx, func(tx *tx) error {
		totals = make([]library.UnusedTotal, len(qs))
		for e, err := range unusedAsked(tx, all) {
			if err != nil {
				return err
			}
			for i, q := range qs {
				if q.Wants(e.rec) {
					totals[i] = totals[i].With(e.rec)
				}
			}
		}
		return nil
	})
	return totals, err
}

// timeMax is later than any recording.
var timeMax = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// ExpireRecordings implements library.Store.
func (s *Store) ExpireRecordings(ctx context.Context, m accounts.Meta, limit int) (library.Expired, error) {
	return change(ctx, s, m, "audio.expire_recordings", limit, func(tx *tx) (library.Expired, error) {
		set, err := settingsIn(tx)
		if err != nil {
			return library.Expired{}, err
		}
		var told []string
		for key := range expiries.keys(tx) {
			told = append(told, string(key))
		}
		idle := func(until time.Time) iter.Seq2[library.Unused, error] { return records(unusedIn(tx, nil, until)) }
		r, err := library.DecideExpiry(set, m, idle, told, limit)
		if err != nil {
			return r.Done, err
		}
		var errs []error
		for _, id := range r.Stay {
			errs = append(errs, expiries.remove(tx, []byte(id)))
		}
		for _, id := range r.Announce {
			errs = append(errs, expiries.put(tx, []byte(id), m.At.UTC()))
		}
		for _, gone := range r.Done.Removed {
			errs = append(errs, tx.forgetRecording(gone))
		}
		return r.Done, errors.Join(errs...)
	})
}
