package bolt

import (
	"context"
	"errors"
	"time"

	"loa/accounts"
	"loa/library"
)

// expiries tells of recordings nothing uses, by ID, when their end was announced.
var expiries = table[time.Time]{name: "recording_expiries"}

// unusedIn calls yield for each recording made until then that nothing uses,
// oldest first.
func unusedIn(tx *tx, until time.Time, yield func(library.Unused) error) error {
	used, err := usedIn(tx)
	if err != nil {
		return err
	}
	for e, err := range recordingsByTime.ascend(tx, nil, timeKey(until.Add(1))) {
		if err != nil {
			return err
		}
		if used[e.rec] {
			continue
		}
		u, proves, err := unused(tx, e.rec)
		if err == nil && !proves {
			err = yield(u)
		}
		if err != nil {
			return err
		}
	}
	return nil
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

// UnusedRecordings lists the recordings that nothing uses, oldest first.
func (s *Store) UnusedRecordings(ctx context.Context) (list []library.Unused, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		return unusedIn(tx, timeMax, func(u library.Unused) error { list = append(list, u); return nil })
	})
	return list, err
}

// LeavingRecordings lists those of UnusedRecordings whose end was announced, in
// no order.
func (s *Store) LeavingRecordings(ctx context.Context) (list []library.Unused, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		if k, _ := expiries.bucket(tx).Cursor().First(); k == nil {
			return nil
		}
		used, err := usedIn(tx)
		if err != nil {
			return err
		}
		for e, err := range expiries.ascend(tx, nil, nil) {
			if err != nil {
				return err
			}
			if used[string(e.key)] {
				continue
			}
			u, proves, err := unused(tx, string(e.key))
			if err != nil {
				return err
			}
			if !proves {
				list = append(list, u)
			}
		}
		return nil
	})
	return list, err
}

// timeMax is later than any recording.
var timeMax = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// ExpireRecordings carries out the retention of the settings at m.At: it
// announces the end of recordings that nothing uses and that are too old, takes
// back the announcement of those that are to stay after all, and removes those
// whose time has come, at most limit of them; after as many there may be more.
// Fault: accounts.denied.
func (s *Store) ExpireRecordings(ctx context.Context, m accounts.Meta, limit int) (library.Expired, error) {
	return change(ctx, s, m, "audio.expire_recordings", limit, func(tx *tx) (done library.Expired, err error) {
		if err := library.MayExpire(m.By); err != nil {
			return done, err
		}
		set, err := settingsIn(tx)
		if err != nil {
			return done, err
		}
		var announce []string
		stale := map[string]bool{}
		for e, err := range expiries.ascend(tx, nil, nil) {
			if err != nil {
				return done, err
			}
			stale[string(e.key)] = true
		}
		if err := unusedIn(tx, m.At.Add(-set.Retention), func(u library.Unused) error {
			switch u.Fate(set, m.At) {
			case library.Stays:
				return nil
			case library.Expires:
				if u.Announced.IsZero() {
					announce = append(announce, u.ID)
				}
			case library.Goes:
				if len(done.Removed) < limit {
					done.Removed = append(done.Removed, u.Recording)
				}
			}
			delete(stale, u.ID)
			return nil
		}); err != nil {
			return done, err
		}
		done.Announced = len(announce)
		var errs []error
		for id := range stale {
			errs = append(errs, expiries.remove(tx, []byte(id)))
		}
		for _, id := range announce {
			errs = append(errs, expiries.put(tx, []byte(id), m.At.UTC()))
		}
		for _, r := range done.Removed {
			errs = append(errs, tx.forgetRecording(r))
		}
		return done, errors.Join(errs...)
	})
}
