package bolt_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing/texting"
	"loa/message"
	"loa/stations"
	"loa/store"
	"loa/store/backup"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/folder"
	"loa/store/storetest"
)

func TestMessages(t *testing.T) {
	storetest.Message(t, func(t *testing.T) message.Store { return bolttest.Open(t) })
}

// What waited when a backup was made is not sent by what is restored of it, says why, and
// goes when a person sends it again.
func TestMessagesThatWaitedAreHeldByARestore(t *testing.T) {
	s := bolttest.Open(t)
	at := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	meta := accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
	if _, err := s.SaveHook(t.Context(), meta, message.SaveHook{HookFields: message.HookFields{Name: "Kho", URL: "https://kho.laocai.vn/",
		Topics: []message.Topic{message.SlotMissed}}}); err != nil {
		t.Fatal(err)
	}
	var drafts []message.Draft
	for _, key := range []string{"a", "b", "c"} {
		drafts = append(drafts, message.Draft{Key: key, Topic: message.SlotMissed, Person: accounts.Person{ID: "lan", Name: "Lan"}, Title: key})
	}
	if _, err := s.Post(t.Context(), drafts, at); err != nil {
		t.Fatal(err)
	}
	due, err := s.Due(t.Context(), at, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), []message.Delivery{due[0].Deliveries[0].After(message.Attempt{At: at, Answer: message.Taken})}); err != nil {
		t.Fatal(err)
	}
	blobs, err := folder.OpenBlobs(t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	var file bytes.Buffer
	if _, err := backup.Write(t.Context(), &file, s, blobs, at); err != nil {
		t.Fatal(err)
	}
	dir, later := t.TempDir(), at.Add(time.Hour)
	_, found, err := backup.Restore(t.Context(), bolt.Kind{}, dir, bytes.NewReader(file.Bytes()), int64(file.Len()), later)
	if err != nil || found.Held != 2 || found.Problems != 0 {
		t.Fatalf("%+v %v", found, err)
	}
	r, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if due, err := r.Due(t.Context(), later.AddDate(1, 0, 0), 10); err != nil || len(due) > 0 {
		t.Errorf("%d are due, %v", len(due), err)
	}
	held, _, err := r.Deliveries(t.Context(), accounts.Daemon(), message.Query{State: message.Dead}, 0, 10)
	if err != nil || len(held) != 2 || held[0].Last().Answer != message.Restored || held[0].Tries != 0 {
		t.Errorf("%+v %v", held, err)
	}
	meta = accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: later}
	if n, err := r.Replay(t.Context(), meta, message.Replay{}); err != nil || n != 2 {
		t.Errorf("%d go when a person says so, %v", n, err)
	}
	if due, err := r.Due(t.Context(), later, 10); err != nil || len(due) != 2 {
		t.Errorf("%d are due then, %v", len(due), err)
	}
	if _, err := r.Verify(t.Context(), func(p store.Problem) { t.Error(p) }); err != nil {
		t.Error(err)
	}
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
		if e != message.Reported && e != message.ContestEvent && e != message.TextAnswered && !strings.Contains(source.String(), `"`+string(e)+`"`) {
			t.Errorf("no change of the store is called %s", e)
		}
	}
	silent := []string{"accounts.", "message.", "audio.", "sample.", "test.", "airing.save_settings", "airing.import",
		"airing.undo_import", "texts.save_settings", "stations.found",
		"outgoing.", "sharing.", "plan.", "quiz.", "stations.save_list", "stations.remove_list"}
	// who may do what, what the server does by itself, what is given and may be
	// taken back, settings, the beginning, numbers of papers, what is public,
	// what was aired before Loa, the plan of a year, knowledge contests, and lists of one's own
	names := 0
	for _, is := range regexp.MustCompile(`(?:[cC]hange|succession|annotate)\([^"\n]*"([a-z]+\.[a-z_]+)"`).FindAllStringSubmatch(source.String(), -1) {
		names++
		if !slices.Contains(message.Events, message.Topic(is[1])) && !slices.ContainsFunc(silent, func(s string) bool { return strings.HasPrefix(is[1], s) }) {
			t.Errorf("no webhook can hear of %s", is[1])
		}
	}
	if names < 40 {
		t.Errorf("only %d changes", names)
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
	if _, err := s.SaveTextSettings(t.Context(), meta(), texting.SaveSettings{On: true}); err != nil {
		t.Fatal(err)
	}
	m = meta()
	m.By = accounts.GatewayPerson().Actor("token")
	for range 2 {
		if _, err := s.ReceiveText(t.Context(), m, texting.Receive{ID: "1", From: "0900000001", Text: "PT", SentAt: at}); err != nil {
			t.Fatal(err)
		}
	}
	told := 0
	if due, err = s.Due(t.Context(), at, 10); err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		for _, m := range d.Messages {
			if m.Topic == message.TextAnswered {
				told++
			}
		}
	}
	if told != 1 {
		t.Errorf("an answer to a text was told %d times", told)
	}
}
