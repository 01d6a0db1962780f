package bolt_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/internal/fault"
	"loa/store/bolt"
)

// erased takes all roles from a person, disables and erases her.
func erased(t *testing.T, s *bolt.Store, login string) (was accounts.Person, e accounts.Erasure) {
	t.Helper()
	people, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	was, _ = people.ByLogin(login)
	if len(namesIn(t, s, was.Name)) == 0 {
		t.Fatalf("%s is nowhere", login)
	}
	meta := func(what string) accounts.Meta {
		return accounts.Meta{ID: what + login, By: accounts.Daemon(), At: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)}
	}
	none, yes := []accounts.Grant{}, true
	if _, err := s.ChangePerson(t.Context(), meta("change"), accounts.ChangePerson{Person: was.ID, Grants: &none, Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	if e, err = s.Erase(t.Context(), meta("erase"), accounts.Erase{Person: was.ID, Reason: "Đơn ngày 2/1"}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %+v", login, e)
	return was, e
}

// namesIn says in which tables a name stands.
func namesIn(t *testing.T, s *bolt.Store, name string) (tables []string) {
	t.Helper()
	if _, err := s.Tampered(func(tx *bbolt.Tx) error {
		for _, table := range bolt.TableNames() {
			for _, r := range rowsOf(tx, table) {
				if bytes.Contains(r.value, []byte(name)) || bytes.Contains(r.key, []byte(name)) {
					tables = append(tables, fmt.Sprintf("%s: %s", table, r.value))
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return tables
}

// notOnTheDisk looks for a name in every byte of the data file, where a page that is free keeps what stood in it, and of a backup.
func notOnTheDisk(t *testing.T, s *bolt.Store, dir, name string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "loa.db"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(raw, []byte(name)); n > 0 {
		t.Errorf("%s stands %d times in free pages of the file", name, n)
	}
	if err := s.Backup(t.Context(), func(_ int64, r io.Reader) error { raw, err = io.ReadAll(r); return err }); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(raw, []byte(name)); n > 0 {
		t.Errorf("%s stands %d times in a backup", name, n)
	}
}

// What a reader holds while free pages are written over is written over the next time, and a file does not grow for it night by night.
func TestFreePagesAreWrittenOver(t *testing.T) {
	s, dir := filledToday(t)
	size := func() int64 {
		info, err := os.Stat(filepath.Join(dir, "loa.db"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	if err := s.Reading(t.Context(), func() {
		if n, err := s.Blank(t.Context()); err != nil || n == 0 {
			t.Errorf("%d pages, %v", n, err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	n, err := s.Blank(t.Context())
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	was := size()
	for range 20 {
		if n, err = s.Blank(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if grown := size() - was; grown > 1<<20 {
		t.Errorf("the file grew by %d bytes in 20 nights, the last wrote %d pages", grown, n)
	}
	sound(t, s, dir)
}

// A program that is killed in the middle leaves a table more, which the next start takes away.
func TestWhoIsKilledWhileWritingOverFreePages(t *testing.T) {
	s, dir := filledToday(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := s.Blank(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(filepath.Join(dir, "loa.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("blank"))
		if err != nil {
			return err
		}
		return b.Put([]byte("half"), make([]byte, 1000))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	sound(t, s, dir)
	if _, err := s.Tampered(func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte("blank")) != nil {
			t.Error("it is there still")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Whoever is erased stands in no table any more, in a folder of any age; what she did stays, every seal and contest holds, and
// everything is sound.
func TestNobodyFindsWhoWasErased(t *testing.T) {
	folders := map[string]func(*testing.T) (*bolt.Store, string){"today": filledToday}
	for _, schema := range []string{"schema-1", "schema-4"} {
		folders[schema] = func(t *testing.T) (*bolt.Store, string) {
			dir := frozenFolder(t, "testdata/"+schema+".tar.gz")
			s := openAt(t, dir)
			t.Cleanup(func() { s.Close() })
			return s, dir
		}
	}
	for age, folder := range folders {
		t.Run(age, func(t *testing.T) {
			s, dir := folder(t)
			before := reportsOf(t, s)
			for _, login := range []string{"operator1", "monitor1", "judge1", "organiser1"} {
				was, e := erased(t, s, login)
				for _, row := range namesIn(t, s, was.Name) {
					t.Errorf("%s stands in %s", was.Name, row)
				}
				if !strings.HasPrefix(e.Name, "Người đã xoá (mã ") || e.Left != 0 {
					t.Errorf("%+v", e)
				}
				notOnTheDisk(t, s, dir, was.Name)
			}
			if after := reportsOf(t, s); after != before {
				t.Errorf("reports were\n%s\nand are\n%s", before, after)
			}
			sound(t, s, dir)
			admin, e := successor(t, s)
			if e.Records < 10 || age != "today" && e.Entries < 10 {
				t.Errorf("the administrator was in more: %+v", e)
			}
			lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{Until: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)})
			if err != nil || len(lines) == 0 {
				t.Fatal(len(lines), err)
			}
			for _, l := range lines {
				if l.By.Person == admin.ID && l.By.Name != accounts.ErasedName(admin.ID) {
					t.Errorf("%s is told as by %q", l.ID, l.By.Name)
				}
			}
			sound(t, s, dir)
			list, err := s.Seals(t.Context(), accounts.Daemon(), airing.SealQuery{Limit: 10})
			if err != nil || len(list) == 0 {
				t.Fatal(list, err)
			}
			for _, seal := range list {
				if d, err := s.Sealed(t.Context(), accounts.Daemon(), seal.Number); err != nil || d.Broken() {
					t.Errorf("seal %d: %s, %v", seal.Number, d.Word, err)
				}
			}
			for _, l := range lines {
				followsTheExcerpt(t, s, l.ID)
			}
			if err := contest.NewHall(s, contest.From(s)).List(t.Context(), func(*contest.State) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
}

// followsTheExcerpt follows the chain of a report as who is given its bundle does: over entries that were changed, to the seal.
func followsTheExcerpt(t *testing.T, s *bolt.Store, report string) {
	t.Helper()
	x, err := s.Excerpt(t.Context(), accounts.Daemon(), report)
	if err != nil || len(x.Entries) == 0 {
		t.Fatal(err)
	}
	var first airing.Entry
	if err := json.Unmarshal(x.Entries[0], &first); err != nil {
		t.Fatal(err)
	}
	head := airing.Head{Station: first.Station, Seq: first.Seq - 1, Hash: first.Prev}
	for _, raw := range x.Entries {
		if _, head, err = airing.Follow(head, raw); err != nil {
			t.Fatalf("the excerpt of %s: %v", report, err)
		}
		for _, r := range x.Redacted {
			if r.Seq == head.Seq && r.Now == head.Hash {
				head.Hash = r.Was
			}
		}
	}
	if x.Seal != nil && !slices.Contains(x.Seal.Chains, head) {
		t.Errorf("the excerpt of %s does not end under its seal", report)
	}
}

// successor erases the administrator, whose name stands everywhere; another runs the server since.
func successor(t *testing.T, s *bolt.Store) (accounts.Person, accounts.Erasure) {
	t.Helper()
	if _, err := s.AddPerson(t.Context(), accounts.Meta{ID: "other", By: accounts.Daemon(), At: time.Date(2025, 1, 2, 3, 0, 0, 0, time.UTC)},
		accounts.AddPerson{Name: "Người Kế Nhiệm", Login: "kenhiem", Grants: []accounts.Grant{{Role: accounts.Admin,
			Scope: accounts.Scope{Level: accounts.Province}}}}); err != nil {
		t.Fatal(err)
	}
	was, e := erased(t, s, "admin1")
	for _, row := range namesIn(t, s, was.Name) {
		t.Errorf("%s stands in %s", was.Name, row)
	}
	return was, e
}

// reportsOf is what was reported, but for by whom.
func reportsOf(t *testing.T, s *bolt.Store) string {
	t.Helper()
	lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{Until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, l := range lines {
		said = append(said, fmt.Sprint(l.ID, l.By.Person, l.Outcome, l.StartedAt, l.Finding, len(l.Evidence), len(l.Proofs)))
	}
	return strings.Join(said, "\n")
}

// Who changes an entry and says that it was an erasure is found: without an entry in the chain that tells of it, with one that tells of
// somebody who was not erased, and where what an erasure left is changed again.
func TestAForgedErasureIsFound(t *testing.T) {
	s, _ := filledToday(t)
	if err := s.PutInPlace(t.Context()); err != nil {
		t.Fatal(err)
	}
	people, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	admin, _ := people.ByLogin("admin1")
	edit := func(tx *bbolt.Tx, key []byte) (was airing.Hash) {
		b := tx.Bucket([]byte("airing_log"))
		old := bytes.Clone(bolt.Unseal("airing_log", b.Get(key)))
		was = airing.HeadOf("", 0, old).Hash
		now := bytes.Replace(old, []byte(`"outcome":"aired"`), []byte(`"outcome":"not_aired","reason":"other"`), 1)
		if bytes.Equal(now, old) {
			now = bytes.Replace(old, []byte(`"means":"fm"`), []byte(`"means":"ip"`), 1)
		}
		if err := b.Put(key, bolt.Seal("airing_log", now)); err != nil || bytes.Equal(now, old) {
			t.Fatalf("%s %v", old, err)
		}
		return was
	}
	note := func(tx *bbolt.Tx, key []byte, was airing.Hash) {
		raw, err := json.Marshal(was)
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Bucket([]byte("airing_redacted")).Put(key, bolt.Seal("airing_redacted", raw)); err != nil {
			t.Fatal(err)
		}
	}
	var reports, redacted [][]byte
	if _, err := s.Tampered(func(tx *bbolt.Tx) error {
		for _, r := range rowsOf(tx, "airing_log") {
			if bytes.Contains(r.value, []byte(`"outcome":"aired"`)) {
				reports = append(reports, r.key)
			}
		}
		for _, r := range rowsOf(tx, "airing_redacted") {
			redacted = append(redacted, r.key)
		}
		return nil
	}); err != nil || len(reports) == 0 || len(redacted) == 0 {
		t.Fatal(len(reports), len(redacted), err)
	}
	for name, forge := range map[string]func(*bbolt.Tx) string{
		"no entry tells of it": func(tx *bbolt.Tx) string {
			note(tx, reports[0], edit(tx, reports[0]))
			return "none in the chain says so"
		},
		"of somebody who works here": func(tx *bbolt.Tx) string {
			b := tx.Bucket([]byte("airing_log"))
			for _, r := range rowsOf(tx, "airing_log") { // the erasure that is there is said to be of the administrator
				if raw := bolt.Unseal("airing_log", r.value); bytes.Contains(raw, []byte(`"erasure":{`)) {
					var e airing.Entry
					if err := json.Unmarshal(raw, &e); err != nil {
						t.Fatal(err)
					}
					raw = bytes.Replace(raw, []byte(`"erasure":{"person":"`+e.Erasure.Person), []byte(`"erasure":{"person":"`+admin.ID), 1)
					if err := b.Put(r.key, bolt.Seal("airing_log", raw)); err != nil {
						t.Fatal(err)
					}
				}
			}
			return "somebody who was not erased"
		},
		"once more after the erasure": func(tx *bbolt.Tx) string {
			edit(tx, redacted[0])
			return "none in the chain says so"
		},
		"what was kept of it is gone": func(tx *bbolt.Tx) string {
			if err := tx.Bucket([]byte("airing_redacted")).Delete(redacted[0]); err != nil {
				t.Fatal(err)
			}
			return "does not follow"
		},
		"an event of a contest": func(tx *bbolt.Tx) string {
			b := tx.Bucket([]byte("contest_events"))
			for _, r := range rowsOf(tx, "contest_events") {
				raw := bolt.Unseal("contest_events", r.value)
				if now := bytes.Replace(raw, []byte(`"name":"Cán bộ organiser"`), []byte(`"erased":true,"name":"Người Khác"`), 1); !bytes.Equal(now, raw) {
					if err := b.Put(r.key, bolt.Seal("contest_events", now)); err != nil {
						t.Fatal(err)
					}
					break
				}
			}
			return "as by an erasure, and no event says so"
		},
		"how somebody was called": func(tx *bbolt.Tx) string {
			b := tx.Bucket([]byte("called"))
			raw := bytes.Clone(bolt.Unseal("called", b.Get([]byte(admin.ID))))
			if err := b.Put([]byte(admin.ID), bolt.Seal("called", bytes.Replace(raw, []byte(admin.Name), []byte("Người Khác"), 1))); err != nil {
				t.Fatal(err)
			}
			return "knows by that name"
		},
	} {
		want := ""
		found, err := s.Tampered(func(tx *bbolt.Tx) error { want = forge(tx); return nil })
		if err != nil || !strings.Contains(fmt.Sprint(found), want) {
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
}

// A name that another has too is taken where it is hers, and stays where nobody can tell; how often, is told.
func TestANamesakeKeepsHerName(t *testing.T) {
	s, dir := filledToday(t)
	people, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one, _ := people.ByLogin("operator1")
	other, err := s.AddPerson(t.Context(), accounts.Meta{ID: "namesake", By: accounts.Daemon(), At: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)},
		accounts.AddPerson{Name: one.Name, Login: "trungten", Grants: one.Grants})
	if err != nil {
		t.Fatal(err)
	}
	erased(t, s, "operator1")
	people, err = s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p, err := people.Person(other.ID); err != nil || p.Name != one.Name {
		t.Errorf("%+v %v", p, err)
	}
	sound(t, s, dir)
	_, err = s.Erase(t.Context(), accounts.Meta{ID: "again", By: accounts.Daemon(), At: time.Now()}, accounts.Erase{Person: one.ID, Reason: "x"})
	if !fault.Is(err, "accounts.erased_already") {
		t.Error(err)
	}
}
