package contest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/contest"
	"loa/internal/fault"
	"loa/internal/text"
)

// archived plays a whole contest of three entries and returns its archive, its
var archivedAt = time.Date(2026, 11, 29, 9, 30, 0, 0, time.UTC)

// log and what its files hold, by SHA-256.
func archived(t testing.TB) (archive []byte, log []contest.Event, files map[string][]byte) {
	w, files := newWorld(t, "luu-tru"), map[string][]byte{}
	w.open(plain())
	for i := 1; i <= 3; i++ {
		work := w.work(i)
		for _, p := range work.Pieces {
			body := []byte(strings.Repeat(p.File, 500))
			sum := sha256.Sum256(body)
			f := w.facts.Files[p.File]
			f.SHA256, f.Bytes = hex.EncodeToString(sum[:]), int64(len(body))
			w.facts.Files[p.File], files[f.SHA256] = f, body
		}
		w.enter(i, work)
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.judge("J2"), low(w.sheet("J2", w.s.Entries[0].ID)))
	w.do(w.second(), confirm("DX-01"))
	var b bytes.Buffer
	err := contest.WriteArchive(context.Background(), &b, archivedAt, w.s, each(w.log),
		[]contest.ArchivePaper{{Name: "bien-ban.html", Body: []byte("<p>Biên bản</p>")}},
		func(_ context.Context, p contest.Piece) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(files[p.SHA256])), nil
		})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.log, files
}

func each(log []contest.Event) iter.Seq2[contest.Event, error] {
	return func(yield func(contest.Event, error) bool) {
		for _, e := range log {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// packed makes an archive by hand; method is that of its files.
func packed(t testing.TB, log []contest.Event, files map[string][]byte, method uint16) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, method uint16, body []byte) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = f.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	facts, lines := contest.ArchiveFacts{Format: "loa-contest-1", ID: "luu-tru", Events: len(log)}, []byte{}
	var first struct{ Rules struct{ Title string } }
	_ = json.Unmarshal(log[0].Body, &first)                             // a body bent out of shape has no title
	facts.Title = first.Rules.Title[:min(len(first.Rules.Title), 1000)] // of a bomb, some
	for _, e := range log {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		lines, facts.Head = append(append(lines, raw...), '\n'), e.Hash
	}
	raw, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	add("contest.json", zip.Deflate, raw)
	add("events.jsonl", zip.Deflate, lines)
	for sum, body := range files {
		add("files/"+sum, method, body)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// resealed gives the events, changed or not, the hashes of a whole chain:
// they are no secret.
func resealed(log []contest.Event) []contest.Event {
	out, prev := slices.Clone(log), ""
	for i := range out {
		out[i].Seq, out[i].Prev = i+1, prev
		out[i].Hash = out[i].Sum()
		prev = out[i].Hash
	}
	return out
}

func check(b []byte) (contest.Verdict, error) {
	return contest.CheckArchive(bytes.NewReader(b), int64(len(b)))
}

func TestAnArchiveHoldsTogetherOrSaysWhatIsWrong(t *testing.T) {
	good, log, files := archived(t)
	if v, err := check(good); err != nil || v.Files != 6 || v.Sheets != 9 || v.Rounds != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	twice := slices.Concat(log, log[len(log)-1:])
	for i := range log {
		if log[i].Kind == "round.finished" {
			twice = slices.Concat(log[:i+1], log[i:i+1], log[i+1:])
		}
	}
	bend := func(kind, from, to string) []contest.Event {
		out := slices.Clone(log)
		for i := range out {
			if out[i].Kind == kind {
				out[i].Body = bytes.ReplaceAll(out[i].Body, []byte(from), []byte(to))
			}
		}
		return resealed(out)
	}
	if v, err := check(packed(t, bend("contest.drafted", `"title":"`, `"title":"\u001b[2J`), files, zip.Store)); err != nil ||
		!strings.HasPrefix(v.Facts.Title, "[2J") {
		t.Errorf("its title is not safe to print: %q, %v", v.Facts.Title, err)
	}
	more := maps.Clone(files)
	more["thua"] = []byte("x")
	another := func(facts []byte) []byte {
		return bytes.Replace(facts, []byte(`"title":"`), []byte(`"title":"Không phải `), 1)
	}
	fewer := map[string][]byte{}
	for sum, body := range files {
		if len(fewer) < len(files)-1 {
			fewer[sum] = body
		}
	}
	bombs := map[string][]byte{}
	for sum := range files {
		bombs[sum] = make([]byte, 64<<20)
	}
	for what, b := range map[string][]byte{
		"contest.archive_unreadable: nothing":       {},
		"contest.archive_unreadable: text":          []byte("đây không phải tệp ZIP"),
		"contest.archive_unreadable: cut off":       good[:len(good)-30],
		"contest.archive_wrong: a file is missing":  packed(t, log, fewer, zip.Store),
		"contest.archive_wrong: a file too many":    packed(t, log, more, zip.Store),
		"contest.archive_wrong: another title":      swapped(t, good, "contest.json", another),
		"contest.archive_wrong: a stranger":         with(t, good, "ghi-chu.txt"),
		"contest.archive_wrong: the log twice":      with(t, good, "events.jsonl"),
		"contest.archive_wrong: a bomb of a file":   packed(t, log, bombs, zip.Deflate),
		"contest.archive_wrong: an event is gone":   swapped(t, good, "events.jsonl", withoutLast),
		"contest.archive_wrong: a round ends twice": packed(t, resealed(twice), files, zip.Store),
		"contest.archive_wrong: another ranking":    packed(t, bend("round.finished", `"rank":1`, `"rank":2`), files, zip.Store),
		"contest.archive_wrong: an unknown round":   packed(t, bend("round.started", "chung-khao", "khong-co"), files, zip.Store),
		"contest.archive_wrong: an unknown task":    packed(t, bend("sheet.saved", `"task":"`, `"task":"x`), files, zip.Store),
		"contest.archive_wrong: a mark from nobody": packed(t, bend("sheet.saved", `"k1"`, `"khac"`), files, zip.Store),
		"contest.archive_wrong: a way out":          packed(t, bend("entry.submitted", `"sha256":"`, `"sha256":"../../../etc/`), files, zip.Store),
		"contest.archive_wrong: an endless file":    packed(t, bend("entry.submitted", `"bytes":`, `"bytes":99`), files, zip.Store),
		"contest.archive_wrong: less than nothing":  packed(t, bend("entry.submitted", `"bytes":`, `"bytes":-`), files, zip.Store),
	} {
		code, name, _ := strings.Cut(what, ": ")
		_, err := check(b)
		if e := fault.Of(err); e == nil || e.Code != code {
			t.Errorf("%s: %v, want %s", name, err, code)
		} else if told := len(e.Parts) == 1 && text.Has(e.Parts[0].Code) && !strings.Contains(text.Vietnamese.Fault(e.Parts[0]), "{"); e.Err != nil ||
			code == "contest.archive_wrong" && !told {
			t.Errorf("%s is told by %v and %v", name, e.Parts, e.Err)
		}
	}
}

// What is intact is so however its ZIP was packed: tools compress the files, and
// add an entry for their folder.
func TestAnArchiveThatWasPackedAnewIsIntact(t *testing.T) {
	_, log, files := archived(t)
	v, err := check(with(t, packed(t, log, files, zip.Deflate), "files/"))
	if err != nil || v.Files == 0 {
		t.Errorf("%d files, %v", v.Files, err)
	}
}

// renamed packs an archive anew with other names for its files.
func renamed(t testing.TB, archive []byte, name func(string) string) []byte {
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		to, err := out.Create(name(f.Name))
		if err == nil {
			_, err = io.Copy(to, from)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Who unzips an archive finds papers and the files of each work under names a person
// understands, and whatever zips it again, with its folder or not, leaves it whole.
func TestAnArchiveIsForPeople(t *testing.T) {
	good, log, files := archived(t)
	z, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range z.File {
		names[f.Name] = true
		if !f.Modified.Equal(archivedAt) {
			t.Errorf("%s is of %v", f.Name, f.Modified)
		}
	}
	for _, want := range []string{"DOC-TRUOC.txt", "van-ban/bien-ban.html", "contest.json", "events.jsonl",
		"tac-pham/TP-001-chuyen-lang/tep-am-thanh.mp3", "tac-pham/TP-001-chuyen-lang/kich-ban.txt", "tac-pham/TP-003-chuyen-lang/tep-am-thanh.mp3"} {
		if !names[want] {
			t.Errorf("no %s among %v", want, slices.Sorted(maps.Keys(names)))
		}
	}
	folder := renamed(t, good, func(name string) string { return "Hội thi 2024/" + name })
	old := renamed(t, packed(t, log, files, zip.Deflate), func(name string) string { return "hoi-thi/" + name })
	for what, b := range map[string][]byte{
		"as written": good, "zipped with its folder": folder, "of the first format": packed(t, log, files, zip.Store),
		"of the first format, with its folder": old,
		"with what macOS adds":                 with(t, with(t, folder, "__MACOSX/Hội thi 2024/._contest.json"), "Hội thi 2024/.DS_Store"),
		"with folders of their own":            with(t, with(t, folder, "Hội thi 2024/"), "Hội thi 2024/tac-pham/"),
		"with a recording renamed":             renamed(t, good, func(name string) string { return strings.Replace(name, "tep-am-thanh", "Bài nhất", 1) }),
		"with what Windows leaves in":          with(t, good, "tac-pham/Thumbs.db"),
	} {
		if v, err := check(b); err != nil || v.Files != 6 || v.Papers != 2 && strings.Contains(what, "first") == (v.Papers > 0) {
			t.Errorf("%s: %+v, %v", what, v, err)
		}
	}
	other := func(raw []byte) []byte { return append(raw, 'x') }
	for want, b := range map[string][]byte{
		"contest.archive_paper":      swapped(t, good, "van-ban/bien-ban.html", other),
		"contest.archive_file_other": swapped(t, good, "tac-pham/TP-002-chuyen-lang/tep-am-thanh.mp3", other),
		"contest.archive_file_extra": with(t, good, "tac-pham/TP-002-chuyen-lang/them.mp3"),
		"contest.archive_stranger":   with(t, folder, "ghi-chu.txt"),
		"contest.archive_file_missing": renamed(t, good, func(name string) string {
			return strings.Replace(name, "tac-pham/TP-002-chuyen-lang/tep-am-thanh.mp3", "__MACOSX/x", 1)
		}),
	} {
		_, err := check(b)
		if e := fault.Of(err); e == nil || len(e.Parts) != 1 || e.Parts[0].Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestACheckCodeIsFoundInTheLogItIsFrom: who rewrites the log, hashes and
// all, cannot make it fit the code on signed minutes.
func TestACheckCodeIsFoundInTheLogItIsFrom(t *testing.T) {
	good, log, files := archived(t)
	v, err := check(good)
	if err != nil {
		t.Fatal(err)
	}
	minutes := log[len(log)-3].Hash // drawn before the prizes
	for _, typed := range []string{minutes, strings.ToUpper(minutes[:16]), minutes[:8] + " " + minutes[8:24]} {
		if n, err := v.Event(typed); err != nil || n != len(log)-2 {
			t.Errorf("%s: event %d, %v", typed, n, err)
		}
	}
	anew := slices.Clone(log)
	anew[1].At = anew[1].At.Add(time.Second)
	forged, err := check(packed(t, resealed(anew), files, zip.Store))
	if err != nil {
		t.Fatal(err)
	}
	for code, typed := range map[string]string{"contest.check_code_unknown": minutes, "contest.check_code_short": minutes[:15]} {
		if _, err := forged.Event(typed); fault.Of(err) == nil || fault.Of(err).Code != code {
			t.Errorf("%s: %v, want %s", typed, err, code)
		}
	}
}

// with is the archive and one more part, of that name.
func with(t testing.TB, archive []byte, name string) []byte {
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if err := out.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := out.Create(name); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withoutLast is the log without its last line.
func withoutLast(lines []byte) []byte {
	return lines[:bytes.LastIndexByte(lines[:len(lines)-1], '\n')+1]
}

// swapped changes one part of an archive.
func swapped(t testing.TB, archive []byte, name string, change func([]byte) []byte) []byte {
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			body = change(body)
		}
		to, err := out.CreateHeader(&zip.FileHeader{Name: f.Name, Method: f.Method})
		if err == nil {
			_, err = to.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A log that unpacks to far more than it weighs ends at the bound.
func TestABombIsNotUnpacked(t *testing.T) {
	_, log, files := archived(t)
	long := log[0]
	long.Body = slices.Concat([]byte(`{"rules":{"title":"`), bytes.Repeat([]byte("a"), 8<<20), []byte(`"}}`))
	b := packed(t, resealed([]contest.Event{long}), files, zip.Store)
	if len(b) > 100_000 {
		t.Fatalf("%d bytes are no bomb", len(b))
	}
	if _, err := check(b); fault.Of(err) == nil || fault.Of(err).Code != "contest.archive_wrong" {
		t.Errorf("%v", err)
	}
}

// FuzzCheckArchive feeds any bytes as an archive, and as the bodies of events
// under good hashes: whatever comes, the answer is a fault or a verdict.
func FuzzCheckArchive(f *testing.F) {
	good, log, files := archived(f)
	f.Add(good, 0)
	f.Add([]byte("PK"), 0)
	for i, e := range log {
		f.Add([]byte(e.Body), i)
	}
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		for _, archive := range [][]byte{b, bent(t, log, files, b, at)} {
			_, err := check(archive)
			if e := fault.Of(err); err != nil && (e == nil || e.Code != "contest.archive_unreadable" && e.Code != "contest.archive_wrong") {
				t.Errorf("%v", err)
			}
		}
	})
}

// bent is the log with one event's body replaced; an empty archive if that is
// no JSON.
func bent(t *testing.T, log []contest.Event, files map[string][]byte, body []byte, at int) []byte {
	if at < 0 || at >= len(log) || !json.Valid(body) {
		return nil
	}
	out := slices.Clone(log)
	out[at].Body = body
	return packed(t, resealed(out), files, zip.Store)
}

// rehashed is the log with its events edited and every hash computed anew, as
// somebody does who knows how.
func rehashed(log []contest.Event, edit func(kind, body string) string) []contest.Event {
	out, prev := slices.Clone(log), ""
	for i := range out {
		e := &out[i]
		e.Body = json.RawMessage(edit(e.Kind, string(e.Body)))
		e.Prev = prev
		e.Hash = e.Sum()
		prev = e.Hash
	}
	return out
}

// What counts is inside the chain: the contest's ID, and the money of prizes.
func TestAnArchiveThatWasRehashed(t *testing.T) {
	w := decidedContest(t, func(r *contest.Rules) {
		r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Chuyên đề", Prizes: []contest.Prize{{ID: "tt", Name: "Tập thể", Count: 1, Special: true}}})
	})
	w.do(w.organiser(), contest.GivePrizes{Outside: []string{stationID(9)},
		Special: []contest.Given{{Award: "cd", Prize: "tt", Station: stationID(9), Reason: "Nhiều bài"}}})
	w.do(w.organiser(), contest.PublishResults{})
	replay := func(id string, log []contest.Event) error {
		_, err := contest.Replay(id, each(log))
		return err
	}
	if err := replay(w.s.ID, w.log); err != nil {
		t.Fatal(err)
	}
	if err := replay("ten-khac", w.log); err == nil {
		t.Error("the log passes for another contest's")
	}
	for name, swap := range map[string][2]string{
		"money":              {`"amount":"3000000"`, `"amount":"30000000"`},
		"money from nowhere": {`"amount":"0"`, `"amount":"9"`},
		"a special one":      {`"prize":"tt","station"`, `"prize":"tt","amount":"9","station"`},
		"another's rank":     {`"rank":1`, `"rank":2`},
	} {
		changed := false
		forged := rehashed(w.log, func(kind, body string) string {
			if kind != "contest.prizes_given" {
				return body
			}
			changed = changed || strings.Contains(body, swap[0])
			return strings.Replace(body, swap[0], swap[1], 1)
		})
		if err := replay(w.s.ID, forged); err == nil || !changed {
			t.Errorf("%s: %v, changed %v", name, err, changed)
		}
	}
	// Rules and prizes rewritten together hold together: only the code tells.
	forged := rehashed(w.log, func(_, body string) string {
		return strings.ReplaceAll(strings.ReplaceAll(body, `"amount":3000000`, `"amount":7000000`), `"amount":"3000000"`, `"amount":"7000000"`)
	})
	if err := replay(w.s.ID, forged); err != nil {
		t.Fatal(err)
	}
	v := contest.Verdict{}
	for _, e := range forged {
		v.Hashes = append(v.Hashes, e.Hash)
	}
	if _, err := v.Event(w.s.Head[:16]); !fault.Is(err, "contest.check_code_unknown") {
		t.Errorf("the code of the minutes: %v", err)
	}
}
