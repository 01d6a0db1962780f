package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/audio/audiotest"
	"loa/contest"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
)

// airs plans a programme with one approved episode of a recording that a station
// sent, or the province, and lets S00001 report that it aired it.
func (st *stage) airs(title, sender string, sel scheduler.Selection, minute int, seed uint32) (episode, sound string) {
	st.t.Helper()
	ctx := context.Background()
	must := func(err error) {
		st.t.Helper()
		if err != nil {
			st.t.Fatal(err)
		}
	}
	meta := func(at time.Time) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at.UTC()}
	}
	mp3 := audiotest.MP3(st.t, 70, 64, seed)
	ref, err := st.blobs.Put(ctx, bytes.NewReader(mp3), 1<<30)
	must(err)
	facts, err := audio.Analyse(ctx, bytes.NewReader(mp3), audio.Options{})
	must(err)
	kept := meta(st.now)
	_, err = st.store.SaveRecording(ctx, kept, library.SaveRecording{Kind: library.ForProgramme, Name: title + ".mp3",
		Owner:       library.Owner{Name: "Ai đó", Station: sender},
		ContentType: "audio/mpeg", Blob: ref, Begun: st.now.UTC(), Report: library.Report{Facts: &facts}})
	must(err)
	p, err := st.store.SaveProgramme(ctx, meta(st.now), scheduler.SaveProgramme{Title: title, Languages: []string{"vi"}})
	must(err)
	e, err := st.store.SaveEpisode(ctx, meta(st.now), scheduler.SaveEpisode{Programme: p.ID, Title: "Số 1", Audio: kept.ID, Language: "vi", Submit: true})
	must(err)
	_, err = st.store.MoveEpisode(ctx, meta(st.now), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Approved})
	must(err)
	rule, err := st.store.SaveRule(ctx, meta(st.now), scheduler.SaveRule{Programme: p.ID, Cron: fmt.Sprint(minute, " 9 * * *"), Minutes: 5, Selection: sel})
	must(err)
	start := time.Date(2024, 9, 2, 9, minute, 0, 0, text.Zone)
	m := meta(start.Add(10 * time.Minute))
	_, err = st.store.Confirm(ctx, m, airing.Confirm{ID: m.ID, Slot: scheduler.SlotID(rule.ID, "S00001", start), Outcome: airing.Aired, StartedAt: start,
		Seconds: 70, Means: "fm"})
	must(err)
	return e.ID, kept.ID
}

// What the province or another station makes for many is not a station's work: the
// form offers only its own, and whoever enters it all the same is looked at.
func TestOnlyItsOwnEpisodesAreAStationsWork(t *testing.T) {
	t.Parallel()
	audiotest.Need(t, "lame")
	st := newStage(t)
	org := st.person("tochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	op := st.operator("xanhat", "S00001")
	all, own := scheduler.Selection{All: true}, scheduler.Selection{Stations: []string{"S00001"}}
	theirs, sound := st.airs("Nông thôn mới hằng tuần", "", all, 0, 1)
	others, _ := st.airs("Của đài bạn", "S00040", scheduler.Selection{Stations: []string{"S00001", "S00040"}}, 10, 2)
	planned, _ := st.airs("Chuyện xã ta", "", own, 20, 3)
	sent, _ := st.airs("Bạn nghe đài gửi", "S00001", all, 30, 4)
	do := func(c contest.Command) {
		t.Helper()
		if _, err := st.hall.Do(t.Context(), accounts.Meta{ID: uuid.NewString(), By: org.actor, At: st.now.UTC()}, "hoi-thi", c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	rules := storyRules(st.now)
	rules.Quotas = nil
	do(contest.DraftContest{Rules: rules})
	do(contest.OpenContest{})
	st.now = st.now.Add(3 * time.Hour)

	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(op.get("/enter/hoi-thi")))
	if err != nil {
		t.Fatal(err)
	}
	offered := map[string]string{}
	doc.Find("#f-episode option").Each(func(_ int, o *goquery.Selection) { offered[o.AttrOr("value", "")] = o.Text() })
	if len(offered) != 3 || !strings.HasPrefix(offered[planned], "Chuyện xã ta: Số 1 (") || offered[sent] == "" {
		t.Errorf("offered: %q", offered)
	}

	// what is missing is said at its box
	_, answer := op.ask("POST", "/enter/hoi-thi", "application/x-www-form-urlencoded",
		strings.NewReader("do=check&title=B&theme=ntm&category=chuong-trinh&language=vi&kind=station&station=S00001&id="+uuid.NewString()))
	if doc, err = goquery.NewDocumentFromReader(bytes.NewReader(answer)); err != nil {
		t.Fatal(err)
	}
	if at := doc.Find("#e-audio_file").Text(); !strings.Contains(at, "Thiếu tệp âm thanh") || doc.Find("#e-script").Length() != 1 {
		t.Errorf("at the box of the sound: %q", at)
	}

	enter := func(n int, work string) string {
		t.Helper()
		id := fmt.Sprintf("entry-%08d", n)
		body := fmt.Sprintf(`{"id":%q,"title":"Bài %d","theme":"ntm","category":"chuong-trinh","language":"vi","kind":"station","station":"S00001","script":"Lời dẫn",%s}`, id, n, work)
		res, b := op.ask("POST", "/api/v1/contests/hoi-thi/entries", "application/json", strings.NewReader(body), "Idempotency-Key", uuid.NewString())
		if res.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %d %s", work, res.StatusCode, b)
		}
		if strings.Contains(string(b), "warning_others") {
			t.Errorf("the entrant is told what the organiser is warned of: %s", b)
		}
		var made struct{ ID string }
		if err := json.Unmarshal(b, &made); err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	picked := func(episode string) string {
		e, err := st.store.Schedule(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		x, _ := e.Episode(episode)
		return fmt.Sprintf(`"episode":%q,"pieces":[{"kind":"audio","file":%q}]`, episode, x.Audio)
	}
	hers := st.keep(op, "S00001", uuid.NewString(), "bai.mp3", audiotest.MP3(t, 70, 64, 9))
	doubted := enter(1, picked(theirs))
	enter(2, picked(others))
	enter(3, fmt.Sprintf(`"episode":%q,"pieces":[{"kind":"audio","file":%q}]`, theirs, hers)) // its airing is no proof of hers
	enter(4, picked(planned))
	enter(5, picked(sent))
	if b := string(op.get("/enter/hoi-thi/" + doubted)); !strings.Contains(b, "Tiếng Việt") {
		t.Errorf("the receipt does not name the language: %s", b)
	}
	list := string(org.get("/api/v1/contests/hoi-thi/entries?state=to_look_at"))
	for code, marked := range map[string]bool{"TP-001": true, "TP-002": true, "TP-003": true, "TP-004": false, "TP-005": false} {
		if strings.Contains(list, code) != marked {
			t.Errorf("%s is to be looked at: %v, want %v", code, !marked, marked)
		}
	}
	// Entered once, it can be kept without naming the episode: it stays in doubt.
	put := fmt.Sprintf(`{"title":"Bài 1","theme":"ntm","category":"chuong-trinh","language":"vi","kind":"station","station":"S00001","script":"Lời dẫn","pieces":[{"kind":"audio","file":%q}]}`, sound)
	if res, b := op.ask("PUT", "/api/v1/contests/hoi-thi/entries/"+doubted, "application/json", strings.NewReader(put),
		"Idempotency-Key", uuid.NewString()); res.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", res.StatusCode, b)
	}
	reg, err := st.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	do(contest.RedactScript{Entry: doubted, Text: "Đây là đài xã " + reg.Label("S00001")})
	table, err := goquery.NewDocumentFromReader(bytes.NewReader(org.get("/contests/hoi-thi/entries")))
	if err != nil {
		t.Fatal(err)
	}
	row := table.Find("tr:has(a[href$='" + doubted + "'])").Text()
	if !strings.Contains(row, "Cần xem") || !strings.Contains(row, "Văn bản còn lộ tên") {
		t.Errorf("not all that is to be said of the work stands in the list: %q", row)
	}
	page := "/contests/hoi-thi/entries/" + doubted
	if !strings.Contains(string(org.get(page)), "không phải của riêng đài dự thi") {
		t.Error("the organiser is not warned of a recording of the province")
	}
	if res, b := org.post(page, "do", "own", "reason", ""); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("confirmed without a word: %d %s", res.StatusCode, said(b))
	}
	org.must(page, "do", "own", "reason", "Đài gửi tỉnh qua Zalo, tỉnh đưa lên hộ")
	if b := string(org.get(page)); strings.Contains(b, "không phải của riêng đài dự thi") || !strings.Contains(b, "tỉnh đưa lên hộ") {
		t.Error("the doubt stays after it was confirmed")
	}
	if res, _ := org.post(page, "do", "own", "reason", "Lần nữa"); res.StatusCode != http.StatusConflict {
		t.Errorf("confirmed twice: %d", res.StatusCode)
	}
	if b := string(op.get("/api/v1/contests/hoi-thi/entries/" + doubted)); strings.Contains(b, "Zalo") {
		t.Error("the entrant reads the organiser's note")
	}
}
