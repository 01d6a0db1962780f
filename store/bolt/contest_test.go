package bolt

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"loa/contest"
	"loa/internal/fault"
	"loa/store"
	"loa/store/storetest"
)

func TestContestLog(t *testing.T) {
	storetest.ContestLog(t, func(t *testing.T) contest.Log {
		// The suite's events are no real contest, so what Verify says of
		// their content is not asked here.
		s, err := Open(t.TempDir(), Options{Log: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	})
}

// nowhere is a world without stations and files: drafting needs none.
type nowhere struct{}

func (nowhere) Undecided(context.Context, []string) (map[string][]contest.File, error) {
	return nil, nil
}

func (nowhere) Station(context.Context, string, time.Time) (contest.Station, error) {
	return contest.Station{}, fault.New(fault.NotFound, "contest.unknown_station")
}
func (nowhere) File(context.Context, string) (contest.File, error) {
	return contest.File{}, fault.New(fault.NotFound, "contest.unknown_entry")
}
func (nowhere) Person(context.Context, string) (contest.Person, error) {
	return contest.Person{}, fault.New(fault.NotFound, "contest.unknown_judge")
}
func (nowhere) Episode(context.Context, string, string, time.Time, time.Time) (contest.Episode, error) {
	return contest.Episode{}, fault.New(fault.NotFound, "contest.unknown_entry")
}

func TestTheHallServesWhatTheLogKeeps(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	ctx := context.Background()
	hall := contest.NewHall(s, nowhere{})
	draft := func(h *contest.Hall, change, id, title string) (contest.Receipt, error) {
		return h.Do(ctx, meta(change), id, contest.DraftContest{Rules: contest.Rules{Title: title}})
	}
	if _, err := draft(hall, "c1", "hoi-thi-2024", "Hội thi"); err != nil {
		t.Fatal(err)
	}
	if _, err := draft(hall, "c1", "hoi-thi-2024", "Hội thi"); err != nil {
		t.Errorf("a repeat: %v", err)
	}
	if _, err := draft(hall, "c2", "hoi-thi-2024", "Khác"); !fault.Is(err, "contest.id_taken") {
		t.Errorf("the same ID again: %v", err)
	}
	// A second hall on the same log, as another process would have.
	other := contest.NewHall(s, nowhere{})
	for _, title := range []string{"Tên cũ", "Tên mới"} {
		if _, err := hall.Do(ctx, meta(title), "hoi-thi-2024", contest.ChangeRules{Rules: contest.Rules{Title: title}}); err != nil {
			t.Fatal(err)
		}
		err := other.View(ctx, "hoi-thi-2024", func(st *contest.State) error {
			if st.Rules.Title != title {
				t.Errorf("another process sees %q, want %q", st.Rules.Title, title)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			h := []*contest.Hall{hall, other}[i%2]
			_, err := h.Do(ctx, meta(fmt.Sprint("edit-", i)), "hoi-thi-2024", contest.ChangeRules{Rules: contest.Rules{Title: fmt.Sprint("Tên ", i)}})
			if err != nil && !fault.Is(err, "contest.busy") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := hall.View(ctx, "no-such", func(*contest.State) error { return nil }); !fault.Is(err, "contest.unknown") {
		t.Errorf("an unknown contest: %v", err)
	}
	fresh := contest.NewHall(s, nowhere{})
	err := fresh.List(ctx, func(st *contest.State) error {
		if st.ID != "hoi-thi-2024" || st.Seq < 2 || !strings.HasPrefix(st.Rules.Title, "Tên ") {
			t.Errorf("%s has %d events and the title %q", st.ID, st.Seq, st.Rules.Title)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A forger who knows about checksums: the records are whole, what they say or
// where they stand is not.
func TestVerifyFindsAContestChangedUnderneath(t *testing.T) {
	for name, forge := range map[string]func(b *bbolt.Bucket, keys, values [][]byte) error{
		"other words": func(b *bbolt.Bucket, keys, values [][]byte) error {
			return b.Put(keys[0], seal([]byte(strings.Replace(string(values[0][4:]), "Thật", "Giả", 1))))
		},
		"one byte": func(b *bbolt.Bucket, keys, values [][]byte) error {
			return b.Put(keys[1], seal([]byte(strings.Replace(string(values[1][4:]), "Tên 2", "Tên 3", 1))))
		},
		"the last dropped": func(b *bbolt.Bucket, keys, _ [][]byte) error { return b.Delete(keys[2]) },
		"one dropped":      func(b *bbolt.Bucket, keys, _ [][]byte) error { return b.Delete(keys[1]) },
		"two swapped": func(b *bbolt.Bucket, keys, values [][]byte) error {
			if err := b.Put(keys[1], values[2]); err != nil {
				return err
			}
			return b.Put(keys[2], values[1])
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.TempDir(), Options{Log: quiet()})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			hall := contest.NewHall(s, nowhere{})
			if _, err := hall.Do(t.Context(), meta("c1"), "hoi-thi", contest.DraftContest{Rules: contest.Rules{Title: "Thật"}}); err != nil {
				t.Fatal(err)
			}
			for _, change := range []string{"c2", "c3"} {
				if _, err := hall.Do(t.Context(), meta(change), "hoi-thi", contest.ChangeRules{Rules: contest.Rules{Title: "Tên " + change[1:]}}); err != nil {
					t.Fatal(err)
				}
			}
			err = s.db.Update(func(b *bbolt.Tx) error {
				bucket := b.Bucket([]byte(contestEvents.name))
				var keys, values [][]byte
				c := bucket.Cursor()
				for k, v := c.First(); k != nil; k, v = c.Next() {
					keys, values = append(keys, slices.Clone(k)), append(values, slices.Clone(v))
				}
				return forge(bucket, keys, values)
			})
			if err != nil {
				t.Fatal(err)
			}
			var found []store.Problem
			if _, err := s.Verify(t.Context(), func(p store.Problem) { found = append(found, p) }); err != nil ||
				!slices.ContainsFunc(found, func(p store.Problem) bool { return p.Key == "hoi-thi" }) {
				t.Errorf("verify says %v, %v", found, err)
			}
			err = contest.NewHall(s, nowhere{}).View(t.Context(), "hoi-thi", func(*contest.State) error { return nil })
			if name != "the last dropped" && !fault.Is(err, "contest.log_damaged") {
				t.Errorf("serving it: %v", err)
			}
		})
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// TestAnEntryIsNeverMadeOfARemovedFile removes a recording between the look of
// the rules and the writing of the entry.
func TestAnEntryIsNeverMadeOfARemovedFile(t *testing.T) {
	s, err := Open(t.TempDir(), Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	body := []byte(`{"entry":{"id":"E1","pieces":[{"kind":"audio","file":"gone"}]}}`)
	e := contest.Event{Seq: 1, Kind: "entry.submitted", Body: body}
	if files := contest.FilesOf(e); len(files) != 1 {
		t.Fatalf("the event names %q", files)
	}
	err = s.Append(t.Context(), meta("m"), "hoi-thi", 0, []contest.Event{e})
	if !fault.Is(err, "library.no_recording") {
		t.Errorf("%v", err)
	}
}
