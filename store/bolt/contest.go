package bolt

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"loa/accounts"
	"loa/contest"
	"loa/internal/text"
	"loa/message"
	"loa/store"
)

// contestHead is what is kept of a contest beside its events.
type contestHead struct {
	ID     string `json:"id"`
	Number uint64 `json:"number"`          // 1 for the first contest of the installation
	Seq    int    `json:"seq"`             // of its last event
	Title  string `json:"title,omitempty"` // older programs kept none
}

// contestChange remembers a change for its repeats.
type contestChange struct {
	Digest string `json:"digest"`
	Seq    int    `json:"seq"` // of its last event
}

var (
	contestHeads   = table[contestHead]{name: "contests"}          // by ID
	contestEvents  = table[contest.Event]{name: "contest_events"}  // by ID, 0, Seq
	contestChanges = table[contestChange]{name: "contest_changes"} // by ID, 0, change ID
	contestFiles   = table[string]{name: "contest_files"}          // by recording: the contest it was entered in
)

// Contests implements contest.Log.
func (s *Store) Contests(ctx context.Context, q contest.HeadQuery) (page []contest.Head, err error) {
	var heads []contestHead
	if err := s.view(ctx, func(tx *tx) (err error) { heads, err = contestHeads.all(tx); return err }); err != nil {
		return nil, err
	}
	slices.SortFunc(heads, func(a, b contestHead) int { return cmp.Compare(b.Number, a.Number) })
	if i := slices.IndexFunc(heads, func(h contestHead) bool { return h.ID == q.After }); i >= 0 {
		heads = heads[i+1:]
	}
	for _, h := range heads {
		if len(page) < min(max(q.Limit, 1), contest.MostListed) && (q.IDs == nil || slices.Contains(q.IDs, h.ID)) {
			page = append(page, contest.Head{ID: h.ID, Seq: h.Seq})
		}
	}
	return page, nil
}

// eventsAtOnce bounds how many events one read transaction hands out, so that
// a slow reader does not hold old pages back.
const eventsAtOnce = 2000

// Events implements contest.Log.
func (s *Store) Events(ctx context.Context, id string, from int) iter.Seq2[contest.Event, error] {
	return func(yield func(contest.Event, error) bool) {
		for last := from; ; {
			page, err := s.eventPage(ctx, id, last)
			if err != nil {
				yield(contest.Event{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if len(page) < eventsAtOnce {
				return
			}
			last = page[len(page)-1].Seq
		}
	}
}

func (s *Store) eventPage(ctx context.Context, id string, last int) (page []contest.Event, err error) {
	err = s.view(ctx, func(tx *tx) error {
		prefix := contestKey(id)
		from := append(slices.Clone(prefix), numberKey(uint32(last)+1)...)
		for e, err := range contestEvents.ascend(tx, from, after(prefix)) {
			if err != nil {
				return err
			}
			if page = append(page, e.rec); len(page) == eventsAtOnce {
				return nil
			}
		}
		return nil
	})
	return page, err
}

// Append implements contest.Log.
func (s *Store) Append(ctx context.Context, m accounts.Meta, id string, expect int, events []contest.Event) error {
	if len(events) == 0 {
		return nil
	}
	return s.update(ctx, func(tx *tx) error {
		change := append(contestKey(id), m.ID...)
		done, found, err := contestChanges.get(tx, change)
		if err != nil {
			return err
		}
		if found {
			if done.Digest != events[0].Digest {
				return contest.ChangeDiffers()
			}
			return nil
		}
		for _, e := range events { // what was there when the rules looked may have been removed since
			for _, file := range contest.FilesOf(e) {
				if _, err := recordingIn(tx, file); err != nil {
					return err
				}
			}
		}
		head, found, err := contestHeads.get(tx, []byte(id))
		if err != nil {
			return err
		}
		if head.Seq != expect {
			return contest.ChangedMeanwhile()
		}
		if !found {
			head.ID = id
			if head.Number, err = contestHeads.next(tx); err != nil {
				return err
			}
		}
		for _, e := range events {
			if title, ok := contest.TitleIn(e); ok {
				head.Title = title
			}
			head.Seq++
			if e.Seq != head.Seq {
				return fmt.Errorf("store: contest %s: event %d appended as %d", id, e.Seq, head.Seq)
			}
			if err := contestEvents.put(tx, append(contestKey(id), numberKey(uint32(e.Seq))...), e); err != nil {
				return err
			}
			for _, file := range contest.FilesOf(e) {
				if err := contestFiles.put(tx, []byte(file), id); err != nil {
					return err
				}
			}
		}
		for _, e := range events {
			told := message.Event{Change: fmt.Sprintf("%s-%d", id, e.Seq), About: id, Kind: e.Kind} // by whom is the contest's own
			err := tx.tell(message.ContestEvent, m, told, func() (text.Phrase, error) {
				if head.Title == "" {
					if head.Title, err = titleOf(tx, id); err != nil {
						return text.Phrase{}, err
					}
				}
				return contest.Told(head.Title, e), nil
			})
			if err != nil {
				return err
			}
		}
		if err := tx.noteSteps(m, id); err != nil {
			return err
		}
		if err := contestChanges.put(tx, change, contestChange{events[0].Digest, head.Seq}); err != nil {
			return err
		}
		return contestHeads.put(tx, []byte(id), head)
	})
}

// titleOf is what the log of a contest calls it last.
func titleOf(tx *tx, id string) (title string, err error) {
	for e, err := range contestEvents.ascend(tx, contestKey(id), after(contestKey(id))) {
		if err != nil {
			return "", err
		}
		if t, ok := contest.TitleIn(e.rec); ok {
			title = t
		}
	}
	return title, nil
}

// contestKey is the prefix of all rows of one contest.
func contestKey(id string) []byte { return append([]byte(id), 0) }

// checkContests replays every contest: an unbroken chain up to its head, and
// each finished round ranked again from its sheets.
func checkContests(tx *tx, report func(store.Problem)) error {
	seen := map[string]int{}
	for e, err := range contestEvents.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		id, _, _ := bytes.Cut(e.key, []byte{0})
		seen[string(id)]++
	}
	heads, err := contestHeads.all(tx)
	if err != nil {
		return err
	}
	for _, h := range heads {
		s, err := contest.Replay(h.ID, func(yield func(contest.Event, error) bool) {
			for e, err := range contestEvents.ascend(tx, contestKey(h.ID), after(contestKey(h.ID))) {
				if !yield(e.rec, err) {
					return
				}
			}
		})
		switch {
		case err != nil:
			report(store.Problem{Table: contestEvents.name, Key: h.ID, What: err.Error()})
		case s.Seq != h.Seq:
			report(store.Problem{Table: contestHeads.name, Key: h.ID, What: fmt.Sprintf("has %d events, not %d", s.Seq, h.Seq)})
		}
		delete(seen, h.ID)
	}
	for id := range seen {
		report(store.Problem{Table: contestEvents.name, Key: id, What: "events of no contest"})
	}
	return nil
}
