package bolt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/store"
)

// grow appends n entries to a station's chain.
func grow(tx *tx, number uint32, n int, words string) error {
	head, _, err := logHeads.get(tx, numberKey(number))
	if err != nil {
		return err
	}
	head.Station = stationID(number)
	for i := range n {
		e := airing.Entry{ReceivedAt: time.Date(2024, 5, 13, 1, 0, i, 0, time.UTC), Report: &airing.Report{ID: fmt.Sprint(words, head.Seq)}}
		raw, next, err := airing.Link(head, &e)
		if err := errors.Join(err, logEntries.put(tx, entryKey(number, next.Seq), raw), logHeads.put(tx, numberKey(number), next)); err != nil {
			return err
		}
		head = next
	}
	return nil
}

// wrongSeals are the problems of all seals.
func wrongSeals(t *testing.T, s *Store) (list []string) {
	t.Helper()
	if err := s.view(t.Context(), func(tx *tx) error {
		report := func(p store.Problem) { list = append(list, p.What) }
		for n := range seals.keys(tx) {
			if err := checkSeal(uint32(n[3]))(tx, report); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestHistoryWrittenAnewIsSeenByItsSeals has somebody with the program itself write a chain anew from its
// second entry, with every hash, head and count as it should be.
func TestHistoryWrittenAnewIsSeenByItsSeals(t *testing.T) {
	s, err := Open(t.TempDir(), Options{Log: quiet()}) // and not verified at the end: much else would be wrong
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	must := func(fn func(*tx) error) {
		t.Helper()
		if err := s.update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2024, 5, 20, 1, 0, 0, 0, time.UTC)
	for week := range 3 {
		must(func(tx *tx) error {
			return errors.Join(grow(tx, 7, 3, "a"), grow(tx, 300, 2, "b"), sealLog(tx, airing.Week(2837+week), at.AddDate(0, 0, 7*week)))
		})
	}
	must(func(tx *tx) error { return grow(tx, 7, 5, "later") }) // what comes after a seal is not its business
	if list := wrongSeals(t, s); len(list) > 0 {
		t.Fatal(list)
	}
	admin := accounts.Actor{Via: "x", Grants: []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}}}
	two, err := s.Sealed(t.Context(), admin, 2)
	if err != nil || two.Word != airing.SealHolds || len(two.Chains) != 2 || two.Chains[0].Seq != 6 || two.Chains[1].Seq != 4 {
		t.Fatalf("%+v, %v", two, err)
	}
	list, err := s.Seals(t.Context(), admin, airing.SealQuery{Code: two.Code, Limit: 10})
	if err != nil || len(list) != 1 || list[0].Number != 2 {
		t.Fatal(list, err)
	}

	must(func(tx *tx) error { // of the second week
		first, _, err := logEntries.get(tx, entryKey(300, 2))
		if err != nil {
			return err
		}
		return errors.Join(logHeads.put(tx, numberKey(300), airing.HeadOf(stationID(300), 2, first)), grow(tx, 300, 4, "anew"))
	})
	if list := wrongSeals(t, s); len(list) != 2 {
		t.Errorf("of three seals two cover what was written anew: %q", list)
	}
	must(func(tx *tx) error { // and makes the seals anew too, with the installation's own key
		for n := uint32(2); n <= 3; n++ {
			if err := seals.remove(tx, numberKey(n)); err != nil {
				return err
			}
		}
		return errors.Join(sealLog(tx, 2838, at), sealLog(tx, 2839, at))
	})
	if list := wrongSeals(t, s); len(list) > 0 {
		t.Fatalf("who has the key has signed: %q", list)
	}
	if list, err := s.Seals(t.Context(), admin, airing.SealQuery{Code: two.Code, Limit: 10}); err != nil || len(list) > 0 {
		t.Errorf("the code on last week's paper is still known: %v, %v", list, err)
	}
}

func TestEndsOfChainsAreKeptAsTheyAre(t *testing.T) {
	for _, ends := range []sealedEnds{{}, {1: 1}, {7: 1, 300: 1 << 31, 12: 5}} {
		b, err := json.Marshal(ends)
		var got sealedEnds
		if err := errors.Join(err, json.NewDecoder(bytes.NewReader(b)).Decode(&got)); err != nil || !maps.Equal(got, ends) {
			t.Errorf("%v came back as %v, %v", ends, got, err)
		}
	}
}
