package bolt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"loa/audio"
	"loa/library"
	"loa/scheduler"
	"loa/store"
	"loa/store/storetest"
)

func TestAudioSuite(t *testing.T) {
	storetest.Audio(t, func(t testing.TB) library.Store { return open(t, t.TempDir()) })
}

// TestVerifyFindsALostSound takes one thing after the other from what is known
// of two recordings' sound.
func TestVerifyFindsALostSound(t *testing.T) {
	for _, table := range []string{soundsBucket, soundRowsBucket, likenesses.name, soundNumbers.name} {
		s, err := Open(t.TempDir(), Options{Log: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for id, c := range storetest.Alike() {
			if _, err := s.SaveRecording(t.Context(), meta(id), c); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.update(t.Context(), func(tx *tx) error {
			tx.wrote = true
			k, _ := tx.b.Bucket([]byte(table)).Cursor().First()
			return tx.b.Bucket([]byte(table)).Delete(k)
		}); err != nil {
			t.Fatal(err)
		}
		found := 0
		if _, err := s.Verify(context.Background(), func(p store.Problem) { found++ }); err != nil || found == 0 {
			t.Errorf("one of %s taken away: %d problems, %v", table, found, err)
		}
	}
}

func TestRetentionRemovesNothingThatSomethingPointsAt(t *testing.T) {
	s, err := Open(t.TempDir(), Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	set := library.DefaultSettings()
	set.Retention = 30 * 24 * time.Hour
	if _, err := s.SaveLibrarySettings(t.Context(), meta("set"), set); err != nil {
		t.Fatal(err)
	}
	pointed := map[string]library.Kind{"draft": library.ForProgramme, "withdrawn": library.ForProgramme, "entered": library.ForContest,
		"script": library.Scan, "proof": library.ForEvidence, "photo": library.Photo}
	idle := map[string]library.Kind{"idle": library.ForProgramme, "not entered": library.ForContest, "not attached": library.ForEvidence, "scan": library.Scan}
	sha := map[string]string{}
	for _, kinds := range []map[string]library.Kind{pointed, idle} {
		for id, kind := range kinds {
			c := library.SaveRecording{Kind: kind, Name: id, Blob: library.Ref{SHA256: fmt.Sprintf("%064x", len(sha)), Size: 1}}
			if kind.Sound() {
				c.Report.Facts = &audio.Facts{Format: audio.MP3}
			}
			if _, err := s.SaveRecording(t.Context(), meta(id), c); err != nil {
				t.Fatal(err)
			}
			sha[id] = c.Blob.SHA256
		}
	}
	if err := s.update(t.Context(), func(tx *tx) error {
		return errors.Join(
			episodeRecords.put(tx, []byte("E1"), scheduler.Episode{ID: "E1", Audio: "draft", Steps: []scheduler.Step{{State: scheduler.Draft}}}),
			episodeRecords.put(tx, []byte("E2"), scheduler.Episode{ID: "E2", Audio: "withdrawn", Steps: []scheduler.Step{{State: scheduler.Withdrawn}}}),
			contestFiles.put(tx, []byte("entered"), "C1"), contestFiles.put(tx, []byte("script"), "C1"),
			evidenceByBlob.put(tx, []byte(sha["proof"]+"e1"), "r1"), evidenceByBlob.put(tx, []byte(sha["photo"]+"e2"), "r1"))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.update(t.Context(), func(tx *tx) error { // announced before they were used
		return errors.Join(expiries.put(tx, []byte("draft"), meta("x").At), expiries.put(tx, []byte("entered"), meta("x").At),
			expiries.put(tx, []byte("photo"), meta("x").At))
	}); err != nil {
		t.Fatal(err)
	}
	if page, err := s.UnusedRecordings(t.Context(), library.UnusedQuery{Announced: true}); err != nil || len(page.Items) != 0 {
		t.Errorf("leaving though used: %+v, %v", page, err)
	}
	removed := map[string]library.Kind{}
	for i, days := range []int{4000, 4100} { // told, and gone
		m := meta(fmt.Sprint("run", i))
		m.At = m.At.AddDate(0, 0, days)
		done, err := s.ExpireRecordings(t.Context(), m, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range done.Removed {
			removed[r.ID] = r.Kind
		}
	}
	if !maps.Equal(removed, idle) {
		t.Errorf("removed %v, want %v", removed, idle)
	}
	for id := range pointed {
		if _, err := s.Recording(t.Context(), id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}
