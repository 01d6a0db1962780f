package bolt_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"loa/store"
	"loa/store/bolt"
)

// TestCodesOfAnOlderFolderAreCounted: a folder that has codes and no counts of them, as before they were kept.
func TestCodesOfAnOlderFolderAreCounted(t *testing.T) {
	dir := filledFolder(t)
	const sums = "quiz_code_sums"
	byHand(t, dir, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("about"))
		is := map[string]any{}
		if err := json.Unmarshal(bolt.Unseal("about", b.Get([]byte("this"))), &is); err != nil {
			return err
		}
		is["tables"] = slices.DeleteFunc(is["tables"].([]any), func(name any) bool { return name == sums })
		delete(is["shapes"].(map[string]any), sums)
		sealed, err := json.Marshal(is)
		return errors.Join(err, b.Put([]byte("this"), bolt.Seal("about", sealed)), tx.DeleteBucket([]byte(sums)),
			tx.Bucket([]byte("covers")).Delete([]byte(sums)))
	})
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Verify(t.Context(), func(p store.Problem) {
		if p.Table != "about" { // changed by hand
			t.Errorf("%+v", p)
		}
	}); err != nil {
		t.Error(err)
	}
}
