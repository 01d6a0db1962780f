package bolt_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/coverage"
	"loa/internal/text"
	"loa/library"
	"loa/store"
	"loa/store/backup"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/folder"
)

var freeze = flag.Bool("freeze", false, "write testdata/schema-N.tar.gz of the schema as it is; never over one that is there")

// frozenFolder unpacks a folder that a program of that schema wrote.
func frozenFolder(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		path := filepath.Join(dir, h.Name)
		b, err := io.ReadAll(in)
		if err = errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFreeze writes the folder that later programs must open: once, when a
// schema is new, with `go test ./store/bolt -run TestFreeze -freeze`.
func TestFreeze(t *testing.T) {
	if !*freeze {
		t.Skip("only with -freeze, when a schema is new")
	}
	dir := t.TempDir()
	blobs, err := folder.OpenBlobs(filepath.Join(dir, backup.BlobsFolder), 0)
	if err != nil {
		t.Fatal(err)
	}
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	bolttest.Fill(t, s, blobs)
	if err := errors.Join(s.Close(), blobs.Close()); err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(fmt.Sprintf("testdata/schema-%d.tar.gz", bolt.Schema), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	if err := errors.Join(w.AddFS(os.DirFS(dir)), w.Close(), z.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
}

// A folder of every schema there was opens, is sound, and says what it said.
func TestAFolderOfEverySchemaSaysWhatItSaid(t *testing.T) {
	archives, err := filepath.Glob("testdata/schema-*.tar.gz")
	if err != nil || len(archives) != bolt.Schema {
		t.Fatalf("%d frozen folders for %d schemas: freeze the newest (see CONTRIBUTING.md), %v", len(archives), bolt.Schema, err)
	}
	for _, archive := range archives {
		t.Run(filepath.Base(archive), func(t *testing.T) {
			dir := frozenFolder(t, archive)
			want := filled{closed: "12 1 3 2 1 4 3 true", open: "12 1 1 1 1 1 9 false", evidence: 7, seals: airing.SealHolds,
				people: 8, recordings: 7}
			base := filepath.Base(archive)
			if base < "schema-5" {
				want.people, want.recordings = 6, 5
			}
			if base < "schema-3" {
				want.closed = "12 1 4 3 1 4 3 true" // then what was found contradicted still counted, and stays frozen so
			}
			if base < "schema-4" { // then no machine listened, and no seal said where the chains ended
				want.open, want.evidence, want.seals = "12 1 1 0 0 1 9 false", 3, airing.SealUnknown
			}
			s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			sound(t, s, dir)
			saysWhatFillPut(t, s, want)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatalf("a second time: %v", err)
			}
			defer again.Close()
			sound(t, again, dir)
			saysWhatFillPut(t, again, want)
		})
	}
}

// filledToday is a folder with what Fill puts today, and its store.
func filledToday(t *testing.T) (s *bolt.Store, dir string) {
	t.Helper()
	dir = t.TempDir()
	blobs, err := folder.OpenBlobs(filepath.Join(dir, backup.BlobsFolder), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	s, err = bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	bolttest.Fill(t, s, blobs)
	return s, dir
}

// TestZeroClustersOfAnOlderFolderWereNotNoted, in the records of mergers too, of which the
// oldest frozen folders have none.
func TestZeroClustersOfAnOlderFolderWereNotNoted(t *testing.T) {
	s, dir := filledToday(t)
	if err := s.NoteClusters(); err != nil {
		t.Fatal(err)
	}
	if made := noClusters(t, s); made < 2 {
		t.Errorf("%d mergers and splits", made)
	}
	sound(t, s, dir)
}

// noClusters fails the test if any station says how many clusters work, and returns how
// many mergers and splits it looked into.
func noClusters(t *testing.T, s *bolt.Store) int {
	t.Helper()
	known, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range known.Stations() {
		if st.ClustersWorking != nil {
			t.Errorf("%s says that %d clusters work", st.ID, *st.ClustersWorking)
		}
	}
	made, _, err := s.Successions(t.Context(), accounts.Daemon(), coverage.Newest{Limit: coverage.MostListed})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range made {
		for _, c := range m.Changes.Stations {
			if c.Now.ClustersWorking != nil || c.Was != nil && c.Was.ClustersWorking != nil {
				t.Errorf("change %d of %s says how many clusters work", m.Number, c.Now.ID)
			}
		}
	}
	return len(made)
}

// What Fill puts today is what the frozen folders are asked for, and no table
// stays empty: a table that is added is filled too.
func TestFillLeavesNoTableEmpty(t *testing.T) {
	s, dir := filledToday(t)
	sound(t, s, dir)
	rows, err := s.TableRows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range bolt.TableNames() {
		if rows[name] == 0 {
			t.Errorf("table %s is empty: let bolttest.Fill put something there", name)
		}
	}
}

// sound fails the test on any record or file that is not as it was written.
func sound(t *testing.T, s *bolt.Store, dir string) {
	t.Helper()
	records, err := s.Verify(context.Background(), func(p store.Problem) { t.Errorf("verify: %s", p) })
	if err != nil || records < 500 {
		t.Errorf("verified %d records: %v", records, err)
	}
	blobs, err := folder.OpenBlobs(filepath.Join(dir, backup.BlobsFolder), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	n, err := backup.VerifyBlobs(context.Background(), s, blobs, func(b backup.BadBlob) { t.Errorf("verify: file %+v", b) })
	if err != nil || n == 0 {
		t.Errorf("verified %d files: %v", n, err)
	}
}

// filled is what differs of what bolttest.Fill put from schema to schema.
type filled struct {
	closed, open string // counts of the week that was closed, and of the one after it
	evidence     int
	seals        airing.SealWord

	people, recordings int
}

// saysWhatFillPut asks the questions people ask, of what bolttest.Fill put.
func saysWhatFillPut(t *testing.T, s *bolt.Store, want filled) {
	t.Helper()
	ctx, all := context.Background(), accounts.Daemon()
	check := func(what string, got, want any) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	counts := func(w airing.Week) string {
		t.Helper()
		c, err := s.Coverage(ctx, all, coverage.Query{Week: w})
		must(err)
		return fmt.Sprint(c.Active, c.Excused, c.Aired, c.WithEvidence, c.Verified, c.NotAired, c.NotReported, c.Closed)
	}
	noClusters(t, s) // Fill notes it of none
	check("the closed week", counts(bolttest.FilledWeek), want.closed)
	check("the open week", counts(bolttest.FilledWeek+1), want.open)
	trend, err := s.Trend(ctx, all, coverage.Query{Week: bolttest.FilledWeek - 1}, bolttest.FilledWeek+1)
	must(err)
	check("weeks closed", []bool{trend[0].Closed, trend[1].Closed, trend[2].Closed}, []bool{true, true, false})
	list, err := s.Seals(ctx, all, airing.SealQuery{Limit: 10})
	must(err)
	check("seals", len(list), 2)
	for _, seal := range list {
		d, err := s.Sealed(ctx, all, seal.Number)
		must(err)
		check("seal "+seal.Week.String(), d.Word, want.seals)
	}
	for i, r := range []airing.Reason{airing.PowerCut, airing.Equipment, airing.Weather, airing.NoStaff, airing.Other} {
		tallies, err := s.History(ctx, all, fmt.Sprintf("S%05d", 1+i), bolttest.FilledWeek, bolttest.FilledWeek)
		must(err)
		if len(tallies) != 1 || tallies[0].Tally.NotAired != 1 || tallies[0].Tally.Reasons[slices.Index(airing.Reasons[:], r)] != 1 {
			t.Errorf("the tally of a station whose reason was %s: %+v", r, tallies)
		}
	}
	from := airing.Calendar{Zone: text.Zone}.Start(bolttest.FilledWeek)
	lines, next, err := s.Airings(ctx, all, airing.Query{From: from, Until: from.AddDate(0, 0, 30)})
	must(err)
	evidence, findings, standing, reasons := 0, map[airing.Finding]int{}, 0, map[airing.Reason]int{}
	for _, l := range lines {
		evidence += len(l.Evidence)
		if l.Finding != "" {
			findings[l.Finding]++
		}
		if l.Reason != "" {
			reasons[l.Reason]++
		}
		if l.Stands() {
			standing++
		}
	}
	check("reports", fmt.Sprintf("%d %d %d %q %v %v", len(lines), standing, evidence, next, findings, reasons),
		fmt.Sprintf("14 11 %d ", want.evidence)+`"" map[contradicted:1 not_proven:1 verified:1] map[equipment:1 no_staff:2 other:1 power_cut:1 weather:1]`)
	people, err := s.Directory(ctx)
	must(err)
	check("people", people.Len(), want.people)
	for _, p := range people.People() {
		phc, err := s.Credential(ctx, p.ID)
		must(err)
		if ok, err := accounts.VerifyPassphrase(ctx, phc, bolttest.FilledPassphrase); err != nil || !ok {
			t.Errorf("%s cannot log in: %v", p.Login, err)
		}
	}
	reg, err := s.Registry(ctx)
	must(err)
	plan, err := s.Schedule(ctx)
	must(err)
	check("stations, programmes, episodes, rules", []int{len(reg.Stations()), len(plan.Programmes), len(plan.Episodes), len(plan.Rules)}, []int{12, 2, 2, 2})
	page, err := s.Recordings(ctx, library.Query{Limit: 100})
	must(err)
	check("recordings", len(page.Items), want.recordings)
	pairs, err := s.OpenLikenesses(ctx, library.Hearing{By: accounts.Daemon()}, 100)
	must(err)
	if len(pairs) == 0 {
		t.Error("no two recordings sound alike any more")
	}
	set, err := s.AiringSettings(ctx)
	must(err)
	check("on time within", set.OnTimeHours, 24)
	phases := map[string]contest.Phase{}
	must(contest.NewHall(s, contest.From(s)).List(ctx, func(c *contest.State) error {
		phases[c.ID] = c.Phase
		if c.Phase == contest.Published {
			var places []string
			for _, p := range c.Last().Finished.Places {
				places = append(places, fmt.Sprint(p.Rank, " ", p.Value))
			}
			check("places", strings.Join(places, ", "), "1 70, 2 60")
			check("prizes decided", len(c.Given) > 0, true)
		}
		return nil
	}))
	check("contests", phases, map[string]contest.Phase{"hoi-thi": contest.Published, "lien-hoan": contest.Draft})
}

// A folder is raised once, after its file was laid aside as it was; when that
// cannot be, nothing is changed.
func TestAnOldFolderIsRaisedAfterACopy(t *testing.T) {
	dir := frozenFolder(t, "testdata/schema-1.tar.gz")
	path, aside := filepath.Join(dir, "loa.db"), filepath.Join(dir, "loa.db.schema-1")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(aside+".tmp", "full"), 0o700); err != nil { // no file can be made there
		t.Fatal(err)
	}
	if _, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Fatal("raised without a copy")
	}
	mark, err := os.ReadFile(filepath.Join(dir, "installed"))
	if err != nil || !strings.Contains(string(mark), `"schema":1`) {
		t.Fatalf("after a failed copy: marker %s, %v", mark, err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Fatalf("after a failed copy the file differs: %v", err)
	}
	if err := os.RemoveAll(aside + ".tmp"); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, dir)
	defer s.Close()
	old := filepath.Join(t.TempDir(), "loa.db")
	if err := os.WriteFile(old, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if !sameRowsOf(t, []string{"people", "airing_log", "coverage_closed"}, old, aside) {
		t.Error("what was laid aside is not what was there")
	}
	mark, err = os.ReadFile(filepath.Join(dir, "installed"))
	if err != nil || !strings.Contains(string(mark), fmt.Sprintf(`"schema":%d`, bolt.Schema)) {
		t.Errorf("the marker says %s, %v", mark, err)
	}
}
