package web

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/audio/audiotest"
	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
	"loa/library"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/folder"
	"loa/web/kit"
	"loa/web/webtest"
)

// BenchmarkJudgePages is what the server needs for each page of a judge in a
// contest of 127 stations with two works each before seven judges, from the
// request to the last byte of HTML.
func BenchmarkJudgePages(b *testing.B) {
	h, hall, judges, _ := serving(b, 254, 7, 0)
	read := func(path string) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if w := webtest.Call(h, http.MethodGet, path, judges[0].secret); w.Code != http.StatusOK {
					b.Fatalf("%s: %d %s", path, w.Code, w.Body)
				}
			}
		}
	}
	var heard, other *contest.Task // of the one work with its bytes, and another
	if err := hall.View(b.Context(), "lon", func(s *contest.State) error {
		for _, t := range s.Running().Of(judges[0].person.ID) {
			if t.Entry == "entry-00000000" {
				heard = t
			} else {
				other = t
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	sheet := "/judging/lon/sheets/" + heard.ID
	b.Run("list", read("/judging"))
	b.Run("sheet", read(sheet))
	b.Run("ties", read("/judging/lon/ties"))
	b.Run("waveform", read(sheet+"/waveform"))
	b.Run("audio", func(b *testing.B) {
		for b.Loop() {
			r := httptest.NewRequest(http.MethodGet, sheet+"/audio.mp3", nil)
			r.AddCookie(&http.Cookie{Name: "s", Value: judges[0].secret})
			r.Header.Set("Range", "bytes=0-65535")
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != http.StatusPartialContent {
				b.Fatal(w.Code)
			}
		}
	})
	b.Run("save", func(b *testing.B) {
		version := 0
		for b.Loop() {
			body := fmt.Sprintf(`{"change":%q,"base":%d,"marks":{"noi-dung":"%d"},"comment":"","notes":[]}`, kit.NewID(), version, version%10)
			r := httptest.NewRequest(http.MethodPut, "/api/v1/contests/lon/sheets/"+other.ID, strings.NewReader(body))
			r.AddCookie(&http.Cookie{Name: "s", Value: judges[0].secret})
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != http.StatusOK {
				b.Fatal(w.Body)
			}
			version++
		}
	})
	signAll(b, hall, judges)
	b.Run("chair, all signed", read("/judging/lon/chair"))
	b.Run("list, all signed", read("/judging"))
}

type benchJudge struct {
	person accounts.Person
	secret string
}

// BenchmarkDeskPages is what the server needs for each page of the organiser in
// a national contest: 2,000 works before 40 judges, five a work, all signed.
func BenchmarkDeskPages(b *testing.B) {
	h, hall, judges, organiser := serving(b, 2000, 40, 5)
	signAll(b, hall, judges)
	for _, path := range []string{"", "/entries", "/entries?q=ban+xeo", "/entries?state=to_look_at", "/entries/entry-00000007", "/jury", "/progress",
		"/results", "/papers?doc=minutes", "/papers?doc=fairness", "/papers?doc=certificates"} {
		b.Run("contest"+path, func(b *testing.B) {
			size := 0
			for b.Loop() {
				w := webtest.Call(h, http.MethodGet, "/contests/lon"+path, organiser)
				if w.Code != http.StatusOK {
					b.Fatalf("%s: %d %s", path, w.Code, w.Body)
				}
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size)/1000, "kB")
		})
	}
}

// serving is a server with a contest at its judging: so many works, each with a
// recording and a script of three pages, before so many judges, each of whom
// scores every work or, if each is not 0, so many a work. The last result is
// the organiser's session.
func serving(b *testing.B, works, jury, each int) (http.Handler, *contest.Hall, []benchJudge, string) {
	b.Helper()
	log, dir, now, n := slog.New(slog.DiscardHandler), b.TempDir(), time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone), 0
	store, err := bolt.Open(filepath.Join(dir, "data"), bolt.Options{Log: log})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	blobs, err := folder.OpenBlobs(filepath.Join(dir, "blobs"), 0)
	if err != nil {
		b.Fatal(err)
	}
	meta := func(by accounts.Actor) accounts.Meta {
		n++
		return accounts.Meta{ID: fmt.Sprint("bench-", n), By: by, At: now.UTC()}
	}
	units, list := stations.Founding()
	if err := store.Found(b.Context(), meta(accounts.Daemon()), units, list); err != nil {
		b.Fatal(err)
	}
	hall := contest.NewHall(store, contest.From(store))
	do := func(by accounts.Actor, c contest.Command) {
		b.Helper()
		if _, err := hall.Do(b.Context(), meta(by), "lon", c); err != nil {
			b.Fatalf("%T: %v", c, err)
		}
	}
	person := func(login string, g accounts.Grant) benchJudge {
		p, err := store.AddPerson(b.Context(), meta(accounts.Daemon()), accounts.AddPerson{Name: login, Login: login, Grants: []accounts.Grant{g}})
		if err != nil {
			b.Fatal(err)
		}
		secret := accounts.NewSecret()
		if _, err := store.StartSession(b.Context(), meta(p.Actor("session")), accounts.StartSession{Hash: accounts.HashOf(secret)}); err != nil {
			b.Fatal(err)
		}
		return benchJudge{p, secret}
	}
	organiser := person("tochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	org := organiser.person.Actor("session")
	rules := storyRules(now)
	rules.Rounds[0].PerEntry, rules.Quotas = each, nil
	rules.Conflicts = contest.Conflicts{}
	do(org, contest.DraftContest{Rules: rules})
	do(org, contest.OpenContest{})
	sound := audiotest.WAV(300, 16000, 5)
	ref, err := blobs.Put(b.Context(), bytes.NewReader(sound), 1<<30)
	if err != nil {
		b.Fatal(err)
	}
	facts, err := audio.Analyse(b.Context(), bytes.NewReader(sound), audio.Options{})
	if err != nil {
		b.Fatal(err)
	}
	script := strings.Repeat("Kính thưa bà con, sau đây là chương trình phát thanh của xã ta. ", 100)
	for i := range works {
		station := list[i/2%len(list)].ID
		op := accounts.Actor{Person: fmt.Sprint("op", i),
			Name: "op", Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}}}}
		m := meta(accounts.Daemon())
		m.ID = fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		mine := facts
		mine.SHA256, mine.Fingerprint = fmt.Sprintf("%064x", i), nil
		blob := library.Ref{SHA256: mine.SHA256, Size: ref.Size}
		if i == 0 {
			blob = ref
		}
		if _, err := store.SaveRecording(b.Context(), m,
			library.SaveRecording{Kind: library.ForContest, Name: "x.wav", Owner: library.Owner{Person: op.Person, Station: station},
				ContentType: "audio/wav", Blob: blob, Begun: now.UTC(), Report: library.Report{Facts: &mine}}); err != nil {
			b.Fatal(err)
		}
		do(op, contest.SubmitEntry{ID: fmt.Sprintf("entry-%08d", i), Work: contest.Work{Title: fmt.Sprint("Bài ", i), Theme: "ntm", Category: "chuong-trinh",
			Language: "vi", Kind: contest.ByStation,
			Station: station, Script: script, Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: m.ID}}}})
	}
	var judges []benchJudge
	var ids []string
	for i := range jury {
		j := person(fmt.Sprint("giamkhao", i), accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "lon"}})
		do(org, contest.AppointJudge{Judge: contest.Judge{Person: j.person.ID, Chair: i == 0}})
		judges, ids = append(judges, j), append(ids, j.person.ID)
	}
	do(org, contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban", Judges: ids}}})
	now = now.Add(48 * time.Hour)
	do(org, contest.StartRound{Round: "chung-khao"})
	booth := library.NewBooth(library.BoothConfig{Records: store, Blobs: blobs, Heard: hall.Heard, Log: log, Now: func() time.Time { return now }})
	h, err := New(kit.Config{Auth: store, Now: func() time.Time { return now }, Log: log}, Deps{Store: store, Blobs: blobs, Contests: hall, Booth: booth})
	if err != nil {
		b.Fatal(err)
	}
	return h, hall, judges, organiser.secret
}

// signAll gives every sheet marks and a signature.
func signAll(b *testing.B, hall *contest.Hall, judges []benchJudge) {
	b.Helper()
	n := 0
	for _, j := range judges {
		var tasks []contest.JudgeTask
		if err := hall.View(b.Context(), "lon", func(s *contest.State) error {
			v, _ := s.ForJudge(j.person.ID)
			tasks = v.Tasks
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		for _, t := range tasks {
			marks := map[string]ranking.Points{}
			for _, k := range t.Criteria {
				n++
				marks[k.ID] = ranking.Points(n*7919%21) * ranking.Point / 2
			}
			at := time.Date(2024, 9, 5, 8, 0, 0, 0, time.UTC)
			for i, c := range []contest.Command{contest.SaveSheet{Task: t.ID, Base: t.Version, Content: contest.Content{Marks: marks}},
				contest.SignSheet{Task: t.ID, Base: t.Version + 1}} {
				if _, err := hall.Do(b.Context(), accounts.Meta{ID: fmt.Sprint("sign-", n, "-", i), By: j.person.Actor("session"), At: at},
					"lon", c); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
