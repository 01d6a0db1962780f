package bolt_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/message"
	"loa/stations"
	"loa/store/bolttest"
	"loa/store/storetest"
)

func TestMessages(t *testing.T) {
	storetest.Message(t, func(t *testing.T) message.Store { return bolttest.Open(t) })
}

// Every event a webhook may want is the name of a change of the store, and is told in
// the transaction of its cause: once, and not of what was refused.
func TestEveryEventIsToldWithItsCause(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
	}
	for _, e := range message.Events {
		if e != message.Reported && e != message.ContestEvent && !strings.Contains(source.String(), `"`+string(e)+`"`) {
			t.Errorf("no change of the store is called %s", e)
		}
	}
	s := bolttest.Open(t)
	at := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	units, list := stations.Founding()
	meta := func() accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at} }
	if err := s.Found(t.Context(), meta(), units, list); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveHook(t.Context(), meta(), message.SaveHook{HookFields: message.HookFields{Name: "Kho", URL: "https://kho.laocai.vn/",
		Topics: message.Events}}); err != nil {
		t.Fatal(err)
	}
	m, c := meta(), stations.SaveStation{ID: list[0].ID, Fields: list[0].Fields}
	for range 2 {
		if _, err := s.SaveStation(t.Context(), m, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SaveStation(t.Context(), meta(), stations.SaveStation{ID: "S99999"}); err == nil {
		t.Fatal("a station that is not there was saved")
	}
	due, err := s.Due(t.Context(), at, 10)
	if err != nil || len(due) != 1 || due[0].Messages[0].Topic != message.StationSaved || due[0].Messages[0].Event.About != list[0].ID {
		t.Errorf("%+v %v", due, err)
	}
	if strings.Contains(due[0].Messages[0].Event.Change, m.ID) {
		t.Error("the event tells the ID that only the caller knows")
	}
}
