package bolt

import (
	"context"
	"testing"

	"loa/store/storetest"
)

func TestAudioSuite(t *testing.T) {
	storetest.Audio(t, func(t testing.TB) storetest.AudioStore { return open(t, t.TempDir()) })
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
		if _, err := s.Verify(context.Background(), func(p Problem) { found++ }); err != nil || found == 0 {
			t.Errorf("one of %s taken away: %d problems, %v", table, found, err)
		}
	}
}
