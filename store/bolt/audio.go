package bolt

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/library"
	"loa/store"
)

// The library. Indexes hold the ID of a recording under a key that ends in it.
var (
	recordings        = table[library.Recording]{name: "recordings"}           // by ID
	recordingReports  = table[library.Report]{name: "recording_reports"}       // by ID
	recordingsByTime  = table[string]{name: "recordings_by_time"}              // by time and ID
	recordingsByBlob  = table[string]{name: "recordings_by_blob"}              // by SHA-256 of the file
	recordingsBySound = table[string]{name: "recordings_by_sound"}             // by SHA-256 of the MP3 frames
	broadcastCopies   = table[library.BroadcastCopy]{name: "broadcast_copies"} // by ID of the recording
	copiesByBlob      = table[string]{name: "broadcast_copies_by_blob"}        // by SHA-256 of the copy, or of its small one, and ID of the recording
	blindCopies       = table[library.BlindCopy]{name: "blind_copies"}         // by ID of the recording
	blindByBlob       = table[string]{name: "blind_copies_by_blob"}            // by SHA-256 of the copy and ID of the recording
	matchPrints       = table[library.MatchPrint]{name: "match_prints"}        // by ID of the recording
	printsByBlob      = table[string]{name: "match_prints_by_blob"}            // by SHA-256 of the print and ID of the recording
	stationBytes      = table[int64]{name: "station_bytes"}                    // by station
	librarySettings   = table[library.Settings]{name: "library_settings"}      // one, under settingsOfLibrary
	settingsOfLibrary = []byte("library")
)

// stationKey is the key of a station's bytes; that of the province ("") must not
// be empty either.
func stationKey(station string) []byte { return []byte(stationPrefix + station) }

const stationPrefix = "of "

// indexKeys are the rows that point at a recording.
func indexKeys(r library.Recording) []struct {
	t   table[string]
	key []byte
} {
	type row = struct {
		t   table[string]
		key []byte
	}
	rows := []row{{recordingsByTime, timeIndexKey(r)}, {recordingsByBlob, []byte(r.Blob.SHA256 + r.ID)}}
	if r.FramesSHA256 != "" {
		rows = append(rows, row{recordingsBySound, []byte(r.FramesSHA256 + r.ID)})
	}
	return rows
}

func timeIndexKey(r library.Recording) []byte { return append(timeKey(r.Created), r.ID...) }

// SaveRecording keeps a recording whose bytes are in Blobs, under m.ID. What
// was found out about it, and when it began to come, is no part of the command's
// identity: the same file judged or sent again is the same change. Sound with a fingerprint is
// compared with all that is kept; when that fails it is done later, as for a
// recording that came without one (UncomparedRecordings).
func (s *Store) SaveRecording(ctx context.Context, m accounts.Meta, c library.SaveRecording) (library.Recording, error) {
	r, err := s.saveRecording(ctx, m, c)
	if f := c.Report.Facts; err == nil && f != nil && f.Fingerprint != nil {
		if err := s.CompareRecording(ctx, r.ID, *f.Fingerprint, m.At); err != nil {
			s.log.Warn("recording kept but not compared yet", "recording", r.ID, "err", err)
		}
	}
	return r, err
}

func (s *Store) saveRecording(ctx context.Context, m accounts.Meta, c library.SaveRecording) (library.Recording, error) {
	same := c
	same.Report, same.Begun = library.Report{}, time.Time{}
	return change(ctx, s, m, "audio.save_recording", same, func(tx *tx) (library.Recording, error) {
		set, err := settingsIn(tx)
		if err != nil {
			return library.Recording{}, err
		}
		used, _, err := stationBytes.get(tx, stationKey(c.Owner.Station))
		if err != nil {
			return library.Recording{}, err
		}
		r, err := library.DecideRecording(m, c, used, set)
		if err != nil {
			return library.Recording{}, err
		}
		if err := tx.putRecording(r, c.Report); err != nil {
			return library.Recording{}, err
		}
		return r, stationBytes.put(tx, stationKey(r.Owner.Station), used+r.Blob.Size)
	})
}

func (tx *tx) putRecording(r library.Recording, report library.Report) error {
	if err := errors.Join(recordings.put(tx, []byte(r.ID), r), recordingReports.put(tx, []byte(r.ID), report)); err != nil {
		return err
	}
	for _, row := range indexKeys(r) {
		if err := row.t.put(tx, row.key, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// RemoveRecording removes a recording and its broadcast copy. Their bytes go
// when nothing else points at them and the grace has passed. Faults:
// library.no_recording, library.in_use, accounts.denied.
func (s *Store) RemoveRecording(ctx context.Context, m accounts.Meta, id string) (library.Recording, error) {
	return change(ctx, s, m, "audio.remove_recording", id, func(tx *tx) (library.Recording, error) {
		r, err := recordingIn(tx, id)
		if err != nil {
			return r, err
		}
		used, err := isUsed(tx, id)
		if err != nil {
			return r, err
		}
		if err := library.MayRemove(m.By, r, used); err != nil {
			return r, err
		}
		return r, tx.forgetRecording(r)
	})
}

func (tx *tx) forgetRecording(r library.Recording) error {
	for _, row := range indexKeys(r) {
		if err := row.t.remove(tx, row.key); err != nil {
			return err
		}
	}
	used, _, err := stationBytes.get(tx, stationKey(r.Owner.Station))
	if err != nil {
		return err
	}
	return errors.Join(tx.forgetSound(r.ID), tx.forgetCopy(r.ID), tx.forgetBlind(r.ID), tx.forgetPrint(r.ID), expiries.remove(tx, []byte(r.ID)),
		stationBytes.put(tx, stationKey(r.Owner.Station), used-r.Blob.Size),
		recordings.remove(tx, []byte(r.ID)), recordingReports.remove(tx, []byte(r.ID)))
}

// isUsed reports whether an episode or a contest's entry is made of the recording, or it was given as a sample.
func isUsed(tx *tx, id string) (bool, error) {
	if contestFiles.has(tx, []byte(id)) || sampleKeys.has(tx, []byte(id)) {
		return true, nil
	}
	plan, err := tx.s.schedule.get(tx)
	return err == nil && len(plan.EpisodesFrom(id)) > 0, err
}

// usedIn lists the recordings that episodes and entries are made of, and those given as samples.
func usedIn(tx *tx) (map[string]bool, error) {
	used := map[string]bool{}
	for e, err := range episodeRecords.ascend(tx, nil, nil) {
		if err != nil {
			return nil, err
		}
		used[e.rec.Audio] = true
	}
	for e, err := range contestFiles.ascend(tx, nil, nil) {
		if err != nil {
			return nil, err
		}
		used[string(e.key)] = true
	}
	for e, err := range sampleKeys.ascend(tx, nil, nil) {
		if err != nil {
			return nil, err
		}
		used[string(e.key)] = true
	}
	return used, nil
}

func recordingIn(tx *tx, id string) (library.Recording, error) {
	r, found, err := recordings.get(tx, []byte(id))
	if err == nil && !found {
		err = library.NoRecording()
	}
	return r, err
}

// pointedAt lists the recordings an index has under a prefix, oldest ID first.
func pointedAt(tx *tx, t table[string], prefix string) (all []library.Recording, err error) {
	for e, err := range t.ascend(tx, []byte(prefix), after([]byte(prefix))) {
		if err != nil {
			return nil, err
		}
		r, err := recordingIn(tx, e.rec)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// Recording returns one recording. Fault: library.no_recording.
func (s *Store) Recording(ctx context.Context, id string) (r library.Recording, err error) {
	err = s.view(ctx, func(tx *tx) error { r, err = recordingIn(tx, id); return err })
	return r, err
}

// RecordingReport returns what was found out about a recording.
func (s *Store) RecordingReport(ctx context.Context, id string) (rep library.Report, err error) {
	err = s.view(ctx, func(tx *tx) error {
		found := false
		if rep, found, err = recordingReports.get(tx, []byte(id)); err == nil && !found {
			err = library.NoRecording()
		}
		return err
	})
	return rep, err
}

// Recordings returns a page of the recordings asked for, newest first. A cursor
// that is none is library.no_such_page.
func (s *Store) Recordings(ctx context.Context, q library.Query) (page library.Page, err error) {
	var from, until []byte
	if q.After != "" {
		if until, err = hex.DecodeString(q.After); err != nil {
			return page, library.NoSuchPage(err)
		}
	} else if !q.Until.IsZero() {
		until = timeKey(q.Until)
	}
	if !q.From.IsZero() {
		from = timeKey(q.From)
	}
	match := q.Matcher()
	limit := min(max(q.Limit, 1), library.MostListed)
	err = s.view(ctx, func(tx *tx) error {
		page = library.Page{}
		last := ""
		for e, err := range recordingsFrom(tx, q.IDs, from, until) {
			if err != nil {
				return err
			}
			if !match(e.rec) {
				continue
			}
			if len(page.Items) == limit {
				page.After = last
				return nil
			}
			page.Items = append(page.Items, e.rec)
			last = hex.EncodeToString(e.key)
		}
		return nil
	})
	return page, err
}

// recordingsFrom yields recordings under their keys of recordingsByTime, newest
// first: all, or those of ids alone, which need not all be there.
func recordingsFrom(tx *tx, ids map[string]bool, from, until []byte) iter.Seq2[entry[library.Recording], error] {
	return func(yield func(entry[library.Recording], error) bool) {
		if ids == nil {
			for e, err := range recordingsByTime.descend(tx, from, until) {
				var r library.Recording
				if err == nil {
					r, err = recordingIn(tx, e.rec)
				}
				if !yield(entry[library.Recording]{e.key, r}, err) || err != nil {
					return
				}
			}
			return
		}
		var list []entry[library.Recording]
		for id := range ids {
			r, found, err := recordings.get(tx, []byte(id))
			if err != nil {
				yield(entry[library.Recording]{}, err)
				return
			}
			key := timeIndexKey(r)
			if found && bytes.Compare(key, from) >= 0 && (until == nil || bytes.Compare(key, until) < 0) {
				list = append(list, entry[library.Recording]{key, r})
			}
		}
		slices.SortFunc(list, func(a, b entry[library.Recording]) int { return bytes.Compare(b.key, a.key) })
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// copyKeys are the rows that keep the bytes of a broadcast copy and of its small one from being swept.
func copyKeys(c library.BroadcastCopy) (keys [][]byte) {
	if c.Failed == nil {
		keys = append(keys, []byte(c.Blob.SHA256+c.Recording))
	}
	if c.Small.SHA256 != "" && c.Small != c.Blob {
		keys = append(keys, []byte(c.Small.SHA256+c.Recording))
	}
	return keys
}

// SaveBroadcastCopy keeps what stations receive of a recording, instead of
// what they received before. Faults: accounts.denied, library.no_recording.
func (s *Store) SaveBroadcastCopy(ctx context.Context, m accounts.Meta, c library.BroadcastCopy) (library.BroadcastCopy, error) {
	return change(ctx, s, m, "audio.save_broadcast_copy", c, func(tx *tx) (library.BroadcastCopy, error) {
		r, err := recordingIn(tx, c.Recording)
		if err != nil {
			return c, err
		}
		if c, err = library.DecideBroadcastCopy(m, r, c); err != nil {
			return c, err
		}
		err = errors.Join(tx.forgetCopy(r.ID), broadcastCopies.put(tx, []byte(r.ID), c))
		for _, key := range copyKeys(c) {
			err = errors.Join(err, copiesByBlob.put(tx, key, r.ID))
		}
		return c, err
	})
}

func (tx *tx) forgetCopy(recording string) error {
	c, found, err := broadcastCopies.get(tx, []byte(recording))
	if err != nil || !found {
		return err
	}
	for _, key := range copyKeys(c) {
		err = errors.Join(err, copiesByBlob.remove(tx, key))
	}
	return errors.Join(err, broadcastCopies.remove(tx, []byte(recording)))
}

// BroadcastCopy tells what stations receive of a recording; found is false
// while nothing was made of it.
func (s *Store) BroadcastCopy(ctx context.Context, recording string) (c library.BroadcastCopy, found bool, err error) {
	err = s.view(ctx, func(tx *tx) error { c, found, err = broadcastCopies.get(tx, []byte(recording)); return err })
	return c, found, err
}

// BroadcastCopies implements library.Store.
func (s *Store) BroadcastCopies(ctx context.Context, ids []string) (copies map[string]library.BroadcastCopy, err error) {
	err = s.view(ctx, func(tx *tx) error {
		copies = map[string]library.BroadcastCopy{}
		for _, id := range ids {
			c, found, err := broadcastCopies.get(tx, []byte(id))
			if err != nil {
				return err
			}
			if found {
				copies[id] = c
			}
		}
		return nil
	})
	return copies, err
}

// behind is the first key after that of an ID.
func behind(id string) []byte {
	if id == "" {
		return nil
	}
	return []byte(id + "\x00")
}

// CopiesDue lists the recordings to be aired whose broadcast copy is missing,
// made for other settings than those in force, or, with small, without a small one.
func (s *Store) CopiesDue(ctx context.Context, after string, small bool, limit int) (due []library.Recording, err error) {
	err = s.view(ctx, func(tx *tx) error {
		due = nil
		set, err := settingsIn(tx)
		if err != nil {
			return err
		}
		for e, err := range recordings.ascend(tx, behind(after), nil) {
			if err != nil {
				return err
			}
			if len(due) == limit {
				break
			}
			if !e.rec.Aired() {
				continue
			}
			c, found, err := broadcastCopies.get(tx, e.key)
			if err != nil {
				return err
			}
			if !found || !c.Current(set.Profile(e.rec.Kind)) || small && c.WantsSmall() {
				due = append(due, e.rec)
			}
		}
		return nil
	})
	return due, err
}

func blindKey(c library.BlindCopy) []byte { return []byte(c.Blob.SHA256 + c.Recording) }

// SaveBlindCopy keeps what juries hear of a recording, instead of what they
// heard before. Faults: library.no_recording and those of
// library.DecideBlindCopy.
func (s *Store) SaveBlindCopy(ctx context.Context, m accounts.Meta, c library.BlindCopy) (library.BlindCopy, error) {
	return change(ctx, s, m, "audio.save_blind_copy", c, func(tx *tx) (library.BlindCopy, error) {
		r, err := recordingIn(tx, c.Recording)
		if err != nil {
			return c, err
		}
		if c, err = library.DecideBlindCopy(m, r, c); err != nil {
			return c, err
		}
		return c, errors.Join(tx.forgetBlind(r.ID), blindCopies.put(tx, []byte(r.ID), c), blindByBlob.put(tx, blindKey(c), r.ID))
	})
}

func (tx *tx) forgetBlind(recording string) error {
	c, found, err := blindCopies.get(tx, []byte(recording))
	if err != nil || !found {
		return err
	}
	return errors.Join(blindByBlob.remove(tx, blindKey(c)), blindCopies.remove(tx, []byte(recording)))
}

// ForgetBlindCopy forgets what juries hear of a recording; where nothing was
// made there is nothing to forget. Faults: library.no_recording and those of
// library.DecideBlindCopy.
func (s *Store) ForgetBlindCopy(ctx context.Context, m accounts.Meta, recording string) (library.BlindCopy, error) {
	return change(ctx, s, m, "audio.forget_blind_copy", recording, func(tx *tx) (c library.BlindCopy, err error) {
		r, err := recordingIn(tx, recording)
		if err != nil {
			return c, err
		}
		c, found, err := blindCopies.get(tx, []byte(recording))
		if err != nil || !found {
			return c, err
		}
		if _, err := library.DecideBlindCopy(m, r, c); err != nil {
			return c, err
		}
		return c, tx.forgetBlind(recording)
	})
}

// BlindCopy tells what juries hear of a recording; found is false while
// nothing was made of it.
func (s *Store) BlindCopy(ctx context.Context, recording string) (c library.BlindCopy, found bool, err error) {
	err = s.view(ctx, func(tx *tx) error { c, found, err = blindCopies.get(tx, []byte(recording)); return err })
	return c, found, err
}

// BlindCopies lists what juries hear.
func (s *Store) BlindCopies(ctx context.Context, after string, limit int) (list []library.BlindCopy, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		for e, err := range blindCopies.ascend(tx, behind(after), nil) {
			if err != nil {
				return err
			}
			if len(list) == limit {
				break
			}
			list = append(list, e.rec)
		}
		return nil
	})
	return list, err
}

func printKey(p library.MatchPrint) []byte { return []byte(p.Blob.SHA256 + p.Recording) }

// SaveMatchPrint implements library.Store.
func (s *Store) SaveMatchPrint(ctx context.Context, m accounts.Meta, p library.MatchPrint) (library.MatchPrint, error) {
	return change(ctx, s, m, "audio.save_match_print", p, func(tx *tx) (library.MatchPrint, error) {
		r, err := recordingIn(tx, p.Recording)
		if err != nil {
			return p, err
		}
		if p, err = library.DecideMatchPrint(m, r, p); err != nil {
			return p, err
		}
		return p, errors.Join(tx.forgetPrint(r.ID), matchPrints.put(tx, []byte(r.ID), p), printsByBlob.put(tx, printKey(p), r.ID))
	})
}

func (tx *tx) forgetPrint(recording string) error {
	p, found, err := matchPrints.get(tx, []byte(recording))
	if err != nil || !found {
		return err
	}
	return errors.Join(printsByBlob.remove(tx, printKey(p)), matchPrints.remove(tx, []byte(recording)))
}

// MatchPrint implements library.Store.
func (s *Store) MatchPrint(ctx context.Context, recording string) (p library.MatchPrint, found bool, err error) {
	err = s.view(ctx, func(tx *tx) error { p, found, err = matchPrints.get(tx, []byte(recording)); return err })
	return p, found, err
}

// RecordingUsed implements library.Store.
func (s *Store) RecordingUsed(ctx context.Context, id string) (used bool, err error) {
	err = s.view(ctx, func(tx *tx) error { used, err = isUsed(tx, id); return err })
	return used, err
}

// StationBytes tells how much a station keeps, "" being the province itself.
func (s *Store) StationBytes(ctx context.Context, station string) (n int64, err error) {
	err = s.view(ctx, func(tx *tx) error { n, _, err = stationBytes.get(tx, stationKey(station)); return err })
	return n, err
}

func settingsIn(tx *tx) (library.Settings, error) {
	set, found, err := librarySettings.get(tx, settingsOfLibrary)
	if err == nil && !found {
		set = library.DefaultSettings()
	}
	return set, err
}

// LibrarySettings returns the settings in force.
func (s *Store) LibrarySettings(ctx context.Context) (set library.Settings, err error) {
	err = s.view(ctx, func(tx *tx) error { set, err = settingsIn(tx); return err })
	return set, err
}

// SaveLibrarySettings replaces the settings. Faults: those of library.DecideSettings.
func (s *Store) SaveLibrarySettings(ctx context.Context, m accounts.Meta, set library.Settings) (library.Settings, error) {
	return change(ctx, s, m, "audio.save_settings", set, func(tx *tx) (library.Settings, error) {
		old, err := settingsIn(tx)
		if err != nil {
			return set, err
		}
		set, err := library.DecideSettings(old, m, set)
		if err != nil {
			return set, err
		}
		return set, librarySettings.put(tx, settingsOfLibrary, set)
	})
}

// checkLibrary verifies that recordings, their reports, indexes and the bytes
// counted for each station agree.
func checkLibrary(tx *tx, report func(store.Problem)) error {
	rows, sums := map[string]int{}, map[string]int64{}
	for e, err := range recordings.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		r := e.rec
		sums[r.Owner.Station] += r.Blob.Size
		for _, row := range indexKeys(r) {
			rows[row.t.name]++
			if id, found, err := row.t.get(tx, row.key); err != nil || !found || id != r.ID {
				report(store.Problem{Table: row.t.name, Key: fmt.Sprintf("%x", row.key), What: "does not point at recording " + r.ID})
			}
		}
		if _, found, err := recordingReports.get(tx, []byte(r.ID)); err != nil || !found {
			report(store.Problem{Table: recordingReports.name, Key: r.ID, What: "missing"})
		}
	}
	for _, t := range []table[string]{recordingsByTime, recordingsByBlob, recordingsBySound} {
		if n := t.bucket(tx).Stats().KeyN; n != rows[t.name] {
			report(store.Problem{Table: t.name, What: fmt.Sprintf("%d rows, %d expected", n, rows[t.name])})
		}
	}
	for e, err := range stationBytes.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if kept := sums[strings.TrimPrefix(string(e.key), stationPrefix)]; e.rec != kept {
			report(store.Problem{Table: stationBytes.name, Key: string(e.key), What: fmt.Sprintf("%d counted, %d kept", e.rec, kept)})
		}
	}
	for e, err := range expiries.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if _, found, err := recordings.get(tx, e.key); err != nil || !found {
			report(store.Problem{Table: expiries.name, Key: string(e.key), What: "end of no recording"})
		}
	}
	return checkCopies(tx, report)
}

// checkCopies verifies that each copy is one of a recording, and that its bytes
// are kept from being swept.
func checkCopies(tx *tx, report func(store.Problem)) error {
	broadcast, blind := copyRows{broadcastCopies.name, copiesByBlob, 0}, copyRows{blindCopies.name, blindByBlob, 0}
	prints := copyRows{matchPrints.name, printsByBlob, 0}
	for e, err := range matchPrints.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if err := prints.check(tx, report, string(e.key), printKey(e.rec)); err != nil {
			return err
		}
	}
	for e, err := range broadcastCopies.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if err := broadcast.check(tx, report, string(e.key), copyKeys(e.rec)...); err != nil {
			return err
		}
	}
	for e, err := range blindCopies.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if err := blind.check(tx, report, string(e.key), blindKey(e.rec)); err != nil {
			return err
		}
	}
	broadcast.end(tx, report)
	blind.end(tx, report)
	prints.end(tx, report)
	return nil
}

// copyRows checks the copies of one kind and their index.
type copyRows struct {
	name  string
	index table[string]
	bytes int // that are kept for them
}

func (c *copyRows) check(tx *tx, report func(store.Problem), recording string, keys ...[]byte) error {
	_, found, err := recordings.get(tx, []byte(recording))
	if err != nil {
		return err
	}
	if !found {
		report(store.Problem{Table: c.name, Key: recording, What: "copy of no recording"})
	}
	c.bytes += len(keys)
	for _, key := range keys {
		id, found, err := c.index.get(tx, key)
		if err != nil || !found || id != recording {
			report(store.Problem{Table: c.index.name, Key: string(key), What: "does not point at copy of " + recording})
		}
	}
	return nil
}

func (c *copyRows) end(tx *tx, report func(store.Problem)) {
	if n := c.index.bucket(tx).Stats().KeyN; n != c.bytes {
		report(store.Problem{Table: c.index.name, What: fmt.Sprintf("%d rows, %d expected", n, c.bytes)})
	}
}
