package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/airing/oldbook"
	"loa/audio/match"
	"loa/contest"
	"loa/contest/ranking"
	"loa/coverage"
	"loa/demo"
	"loa/internal/doctext"
	"loa/internal/once"
	"loa/library"
	"loa/message"
	"loa/message/pushtest"
	"loa/outgoing"
	"loa/quiz"
	"loa/web/kit"
	"loa/web/webtest"
)

// presser presses each button once, in one browser.
type presser struct {
	*province
	t       *testing.T
	browser *webtest.Browser
	files   map[string]string
	tried   map[string]bool
	pressed map[string]bool // by name
	joins   []string        // paths of invitations made on the way
	refused bool            // a refusal is what is wanted, and its page shows more buttons
	danger  bool            // press also what takes something away
	only    string          // part of the name of all that is pressed, "" for everything
	sounds  int
	known   map[string]string // names of fields of contests and what only this province has
	plain   bool              // without scripts
}

// typed is what is typed into fields of those names, by the beginning of the
// kind of page; "" is for every page.
var typed = map[string]map[string]string{
	"": {"note-text": "Nhạc nền to", "reason": "Đã xem lại", "passphrase": "nang len ban Seo 42", "old": demo.Passphrase,
		"mark.*": "8", "why.*": "Hay nhất huyện"},
	"/airings/new":                {"seconds": "15:00"},
	"/me/pin":                     {"pin": "804627", "pin_again": "804627"},
	"/unlock":                     {"pin": "804627"},
	"/programmes/{}/edit":         {"counts": "", "min_minutes": "12"},
	"/programmes/{}/rules/new":    {"days": "3"},
	"/programmes/{}/episodes/new": {"script": "Bà con góp công làm đường."},
	"/contests/{}/rules/":         {"numeric": "5"},
	"/enter/":                     {"title": "Đường lên bản mới", "script": "Bà con góp công làm đường.", "audio_file": "yes"},
	"/airings/{}":                 {"file": "yes", "note": "Đã nghe tại chỗ"},
	"/samples":                    {"file": "yes", "agreed": "1"},
	"/evidence":                   {"note": "Ảnh chụp cụm loa đã tháo"},
	"/coverage/stations/{}":       {"reason": "weather", "asked": "*"},
	"/papers":                     {"kind": "letter", "about": "Mời họp", "number": ""},
	"/questions/new":              {"text": "Rác được làm gì trước?", "answer1": "Đốt", "answer2": "Phân loại", "right": "2"},
	"/plan/{}":                    {"value": "4", "base": "5"},
	"/plan/new":                   {"mark": "T99", "target": "5"},
	"/coverage/excuses":           {"why": "Đài vẫn phát được bằng loa lưu động"},
	"/calls/{}":                   {"outcome": "no_answer", "said": ""},
	"/coverage/anew":              {"from": "2025-05-01", "min_seconds": "10:00"},
	"/contests/{}/comments":       {"text": "Bài hay, lời dẫn gọn"},
	"/contests/{}/complaints":     {"who": "Vàng A Páo", "text": "Bài dự thi đã phát năm ngoái"},
	"/people/{}":                  {"role": "operator", "station": "*"},
	"/stations/split":             {"on": "2025-06-02", "name_0": "Xã Một", "code_0": "90002", "name_1": "Xã Hai", "code_1": "90003", "keeps": "0"},
	"/stations/import":            {"new": "1"},
	"/stations/merge":             {"on": "2025-07-01"},
	"/settings/messages":          {"mail": "thu@laocai.vn"},
	"/settings/texts":             {"number": "0912345600", "from": "0912345678", "text": "PT OK"},
	"/settings/public":            {"places": "all", "publisher": "Văn phòng Điều phối", "email": "vp@laocai.vn"},
	"/calendar/addresses":         {"name": "Điện thoại", "district": ""},
	"/settings/accounts":          {"from": ""},
	"/quizzes/new":                {"draws": "6", "opens": "2025-06-02T08:00", "closes": "2025-06-03T17:00"},
	"/quizzes/{}":                 {"each": "3"},
	"/settings/hooks":             {"topics": "slot.missed", "url": "https://tin.laocai.vn/loa"},
}

var number = regexp.MustCompile(`[0-9]+|:.*`)

// whichButton tells buttons apart: by the name in a template, what it sends
// and, of a part that many pages share, by the kind of page.
func whichButton(b webtest.Button, kind string) string {
	id := b.At
	if id == "" || strings.HasPrefix(id, "kit/") || strings.HasPrefix(filepath.Base(id), "_") {
		page, _, _ := strings.Cut(kind, "?")
		id += " on " + page
	}
	if b.At == "" {
		id += " " + number.ReplaceAllString(b.Said, "")
	}
	if slices.Contains([]string{"do", "outcome", "verdict"}, b.Name) {
		id += " " + b.Name + "=" + number.ReplaceAllString(b.Value, "")
	}
	return id
}

func (w *presser) fresh(b webtest.Button, kind string) bool {
	id := whichButton(b, kind)
	return !w.tried[id] && strings.Contains(id, w.only) && (w.danger || !strings.Contains(b.Class, "danger") && !goesAway(b.To))
}

func kindOfPath(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	return kindOf(u)
}

// hasFresh looks for a button that nobody pressed in a page as it is sent.
func (w *presser) hasFresh(doc *goquery.Document, kind string) bool {
	for _, s := range doc.Find("button").EachIter() {
		b := webtest.Button{At: s.AttrOr("data-at", ""), Name: s.AttrOr("name", ""), Value: s.AttrOr("value", ""), Class: s.AttrOr("class", ""),
			To: s.AttrOr("formaction", s.Closest("form").AttrOr("action", ""))}
		if w.fresh(b, kind) {
			return true
		}
	}
	return false
}

// page presses what is fresh on a page and on the pages that come after.
func (w *presser) page(p *webtest.Tab, login, start string, values map[string]string) {
	here, path, reopened := false, start, 0
	for range 80 {
		if !here {
			p.Open(w.server.URL + start)
			path = webtest.Eval[string](p, "look where it is", "location.pathname + location.search")
			if (strings.HasPrefix(path, "/login") || strings.HasPrefix(path, "/unlock")) && login != "" {
				p.Cookie("s", w.secret(w.t, login), w.server.URL)
				p.Open(w.server.URL + start)
				path = start
			}
		}
		w.joins = append(w.joins, webtest.Eval[[]string](p, "look for invitations",
			`[...document.querySelectorAll("input[readonly]")].map((e) => e.value).filter((v) => v.includes("/join/")).map((v) => v.replace(/^.*(?=\/join\/)/, ""))`)...)
		kind := kindOfPath(path)
		list := p.Buttons()
		i := slices.IndexFunc(list, func(b webtest.Button) bool { return w.fresh(b, kind) && !strings.Contains(b.Class, "danger") })
		if i < 0 { // what takes something away comes last
			i = slices.IndexFunc(list, func(b webtest.Button) bool { return w.fresh(b, kind) })
		}
		if i < 0 {
			if !here || reopened > 40 {
				return
			}
			here, reopened = false, reopened+1
			continue
		}
		b := list[i]
		id := whichButton(b, kind)
		all := map[string]string{}
		if strings.HasPrefix(kind, "/contests") || strings.HasPrefix(kind, "/judging") {
			maps.Copy(all, w.known)
		}
		for _, begin := range slices.Sorted(maps.Keys(typed)) { // what is said of a longer beginning counts
			if strings.HasPrefix(kind, begin) {
				maps.Copy(all, typed[begin])
			}
		}
		maps.Copy(all, values)
		e := p.Try(b, all, func(accept string) string {
			switch {
			case strings.HasPrefix(kind, "/stations/merge"):
				return w.files["merge"]
			case strings.HasPrefix(kind, "/old-books"):
				return w.files["old"]
			case strings.HasPrefix(kind, "/questions/"):
				return w.files["questions"]
			case strings.HasPrefix(kind, "/papers/layouts/"):
				return w.files["layout"]
			case strings.Contains(accept, "csv"):
				return w.files["csv"]
			}
			w.sounds++ // another each time, and none of those in the contest that is open: no work may be entered twice
			return fmt.Sprintf("%s/%02d.mp3", w.files[""], w.sounds%14+1)
		})
		w.t.Logf("%s %s %q on %s: %s %d %s %.300q", login, id, b.Said, path, e.What, e.Status, e.Path, e.Said)
		if e.What == "gone" {
			continue // a script took it away while the page was read
		}
		w.tried[id] = true
		switch {
		case e.What == "nothing" || e.What == "covered" || e.What == "invalid":
			w.t.Errorf("%s presses “%s” (%s) on %s: %s %s", login, b.Said, id, path, e.What, e.Said)
			here = false
			continue
		case e.Status >= 400 && !w.refused:
			w.t.Errorf("%s presses “%s” (%s) on %s: %d %s", login, b.Said, id, path, e.Status, e.Said)
		}
		w.pressed[b.At] = true
		if e.Status >= 400 && !w.refused {
			here = false
			continue
		}
		here, path = e.What != "change" || path == start, e.Path
	}
}

var walkers = []string{"xa-02794", "giamkhao1", "giamkhao2", "huyen-082", "giamsat", "bientap", "hoithi", "quantri"}

func (w *presser) round() {
	for _, login := range walkers {
		w.as(login)
	}
}

func (w *presser) as(login string) {
	c := webtest.NewClient(w.t, w.handler, w.secret(w.t, login))
	p := w.browser.Person()
	p.Cookie("s", w.secret(w.t, login), w.server.URL)
	if w.plain {
		p.Scripts(false)
	}
	walkAs(w.t, c, func(path string, doc *goquery.Document) {
		if strings.HasPrefix(c.Path, "/login") {
			*c = *webtest.NewClient(w.t, w.handler, w.secret(w.t, login))
			c.Get(path)
			doc = c.Doc()
		}
		if w.hasFresh(doc, kindOfPath(path)) {
			w.page(p, login, path, nil)
		}
	})
}

// command carries out one command of a contest.
func (w *presser) command(id, login string, c contest.Command) {
	w.t.Helper()
	if _, err := w.hall.Do(w.t.Context(), accounts.Meta{ID: uuid.NewString(), By: w.people[login].Actor("session"), At: w.clock.at.UTC()}, id, c); err != nil {
		w.t.Fatalf("%s: %T: %v", id, c, err)
	}
}

// judged hears, and if sign also fills in and signs, what is left of a round.
func (w *presser) judged(id string, sign bool) {
	w.t.Helper()
	by := map[string]string{}
	for login, p := range w.people {
		by[p.ID] = login
	}
	var list []contest.Task
	heard := map[string]float64{}
	if err := w.hall.View(w.t.Context(), id, func(s *contest.State) error {
		for _, t := range s.Running().Tasks {
			if t.SetAside == nil && t.Sheet.SignedAt.IsZero() {
				list = append(list, *t)
				if sound := s.Entry(t.Entry).Piece(contest.Audio); sound != nil {
					heard[t.ID] = sound.Seconds
				}
			}
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	for _, t := range list {
		if seconds := heard[t.ID]; seconds > 0 {
			w.command(id, by[t.Judge], contest.Hear{Task: t.ID, Spans: []contest.Span{{Until: seconds}}})
		}
		if !sign {
			continue
		}
		c := contest.Content{Comment: "Giọng đọc ấm, rõ lời", Marks: map[string]ranking.Points{}}
		for _, k := range contest.Sample().Rounds[0].Parts[0].Criteria {
			c.Marks[k.ID] = 7 * ranking.Point
		}
		w.command(id, by[t.Judge], contest.SaveSheet{Task: t.ID, Base: t.Sheet.Version, Content: c})
		w.command(id, by[t.Judge], contest.SignSheet{Task: t.ID, Base: t.Sheet.Version + 1})
	}
}

// visit presses what is fresh on the page at path and those after it.
func (w *presser) visit(login, path string, values map[string]string) {
	w.t.Helper()
	p := w.browser.Person()
	if login != "" {
		p.Cookie("s", w.secret(w.t, login), w.server.URL)
	}
	if w.plain {
		p.Scripts(false)
	}
	w.page(p, login, path, values)
}

// just presses, on the page at path and those after it, what has only in its
// name, also what takes something away and what was pressed before.
func (w *presser) just(login, path, only string, values map[string]string) {
	w.t.Helper()
	danger := w.danger
	w.danger, w.only = true, only
	w.again(only)
	w.visit(login, path, values)
	w.danger, w.only = danger, ""
}

// quizzes presses what stands on pages of knowledge contests that are open or over.
func (w *presser) quizzes() {
	w.t.Helper()
	by, all := w.people["hoithi"].Actor(""), map[quiz.Way]quiz.Contest{}
	list, err := w.store.Quizzes(w.t.Context(), by)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, q := range list {
		if q.Stage == quiz.Announced {
			all[q.Way] = q
		}
	}
	public := ""
	for _, q := range list {
		if q.Stage == quiz.Published {
			public = q.ID
		}
	}
	open, over := all[quiz.ByCode].ID, all[quiz.ByPhone].ID
	w.just("hoithi", "/quizzes/"+open, "quiz/contest.html quiz.make_codes", map[string]string{"each": "3"})
	codes, err := w.store.Codes(w.t.Context(), by, open, "")
	if err != nil {
		w.t.Fatal(err)
	}
	codes = slices.DeleteFunc(codes, func(c quiz.Code) bool { return c.Used })
	const send = "quiz/sit.html quiz.send do=send"
	for i, code := range codes[:2] {
		w.again("quiz/one.html quiz.begin")
		w.again(send)
		w.tried[send] = i == 0             // first it is kept
		w.plain, w.danger = i == 1, i == 1 // a page between asks about what is blank
		w.visit("", "/quiz/"+open, map[string]string{"code": code.Code, "name": "Sùng Thị Dua", "agreed": "1", "a0": "none"})
	}
	w.plain, w.danger = false, false
	late, _, err := w.store.Tries(w.t.Context(), by, over, quiz.TryQuery{TryFilter: quiz.TryFilter{State: quiz.IsLate}, At: w.clock.at, Limit: 1})
	if err != nil || len(late) != 1 {
		w.t.Fatalf("%d answers came late, %v", len(late), err)
	}
	w.just("hoithi", "/quizzes/"+over+"/tries", "quiz/tries.html", nil)
	w.just("hoithi", "/quizzes/"+over+"/tries/"+late[0].ID, "quiz/try.html", map[string]string{"do": "drop", "why": "Mạng vẫn tốt"})
	w.just("hoithi", "/quizzes/"+over, "quiz/contest.html Value", nil)
	w.just("hoithi", "/quizzes/"+over, "quiz/contest.html quiz.move.take_back", map[string]string{"why": "Đếm lại"})
	key := map[string]string{"right": "everybody", "why": "Câu này không rõ"}
	w.just("hoithi", "/quizzes/"+over+"/questions/1", "quiz/correct.html quiz.correct_save", key)
	w.just("hoithi", "/quizzes/"+public+"/questions/1", "quiz/correct.html quiz.correct_save", key)
	w.just("hoithi", "/quizzes/"+public, "quiz/contest.html quiz.decline_change", map[string]string{"why": "Xem lại đã"})
	w.just("hoithi", "/quizzes/"+public+"/questions/1", "quiz/correct.html quiz.correct_save", key)
	w.just("quantri", "/quizzes/"+public, "quiz/contest.html quiz.agree_change", nil)
	w.just("hoithi", "/questions/import", "quiz/import.html", nil)
}

// oldBooks sends a workbook, says what its programme is, brings it in and takes it back.
func (w *presser) oldBooks() {
	w.t.Helper()
	by := w.people["giamsat"].Actor("session")
	work := func() oldbook.Book {
		for w.clerk.Step(w.t.Context()) {
		}
		list, err := w.clerk.Books(w.t.Context(), by)
		if err != nil {
			w.t.Fatal(err)
		}
		return list[0]
	}
	w.just("giamsat", "/old-books", "oldbooks/list.html", nil)
	path := "/old-books/" + work().Source.Import
	plan, err := w.store.Schedule(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.just("giamsat", path, "oldbooks/one.html oldbook.look", map[string]string{"name-0": plan.Programmes[0].ID})
	work()
	w.just("giamsat", path, "oldbooks/one.html oldbook.apply", nil)
	work()
	w.just("giamsat", path, "oldbooks/one.html oldbook.undo_do", map[string]string{"why": "Nhầm tệp"})
	if b := work(); b.State != oldbook.Undone {
		w.t.Errorf("the old book is %s: %+v", b.State, b.Check)
	}
}

// layouts presses what an office's own layout shows: one is used and laid aside, another dropped.
func (w *presser) layouts() {
	w.t.Helper()
	for _, buttons := range [][]string{{"outgoing.use", "outgoing.end"}, {"outgoing.drop"}} {
		w.just("giamsat", "/papers/layouts/week_report", "papers/drawn.html", nil)
		list, err := w.store.Layouts(w.t.Context(), w.people["giamsat"].Actor("test"), outgoing.Issuer{})
		if err != nil || len(list) == 0 {
			w.t.Fatalf("%d layouts, %v", len(list), err)
		}
		last := slices.MaxFunc(list, func(a, b outgoing.Layout) int { return a.Version - b.Version })
		for _, button := range buttons {
			w.just("giamsat", "/papers/layout/"+last.ID, "papers/layout.html "+button, nil)
		}
	}
}

// recorded presses what a recorder shows: it sends a recording, and records once more before that.
func (w *presser) recorded() {
	w.t.Helper()
	const operator = "xa-02794"
	lines, _, err := w.store.Airings(w.t.Context(), accounts.Daemon(), airing.Query{Until: w.clock.at, Stations: w.people[operator].Actor("").Runs(),
		Outcome: airing.Aired, Standing: true, Limit: 1})
	if err != nil || len(lines) == 0 {
		w.t.Fatal("no airing", err)
	}
	const buttons = "_record.html" // of the page, and of what it opens
	w.just(operator, "/airings/"+lines[0].ID, buttons, nil)
	w.again("record.start")
	w.again("record.stop")
	w.only = buttons
	w.visit(operator, "/airings/"+lines[0].ID, nil)
	w.only = ""
}

// again lets the buttons with that in their name be pressed once more.
func (w *presser) again(part string) {
	maps.DeleteFunc(w.tried, func(id string, _ bool) bool { return strings.Contains(id, part) })
}

// proved types the passphrase again, which a browser that was left open is asked for.
func (w *presser) proved() {
	w.t.Helper()
	secret := accounts.NewSecret()
	m := accounts.Meta{ID: uuid.NewString(), By: w.people["quantri"].Actor("session"), At: w.clock.at.Add(-2 * accounts.ProofLife)}
	if _, err := w.store.StartSession(w.t.Context(), m, accounts.StartSession{Hash: accounts.HashOf(secret)}); err != nil {
		w.t.Fatal(err)
	}
	p := w.browser.Person()
	p.Cookie("s", secret, w.server.URL)
	p.Open(w.server.URL + "/people/invite?role=admin")
	for _, name := range []string{"people/invite.html people.make_link", "kit/error.html kit.prove"} {
		list := p.Buttons()
		i := slices.IndexFunc(list, func(b webtest.Button) bool { return b.At == name })
		if i < 0 {
			w.t.Errorf("%s is not on the page", name)
			return
		}
		if e := p.Try(list[i], map[string]string{"note": "Anh Lềnh", "prove_again": demo.Passphrase}, nil); e.What == "page" {
			w.pressed[name] = true
		}
	}
}

// told presses what is there once the administrator was told something, and it did not
// arrive everywhere.
func (w *presser) told() {
	w.t.Helper()
	meta := func(by accounts.Actor) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: by, At: w.clock.at}
	}
	must := func(_ any, err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	ctx, person := w.t.Context(), w.people["quantri"]
	set := message.DefaultSettings()
	set.QuietFrom, set.QuietUntil = 0, 0
	set.Mail = message.Mail{Host: "smtp.laocai.vn", Port: 587, Security: message.StartTLS, From: "loa@laocai.vn"}
	must(w.store.SaveMessageSettings(ctx, meta(accounts.Daemon()), message.SaveSettings{Settings: set}))
	must(w.store.SaveChoice(ctx, meta(person.Actor("session")), message.Choice{Person: person.ID, Mail: "quantri@laocai.vn"}))
	_, session, err := w.store.BySession(ctx, accounts.HashOf(w.secret(w.t, "quantri")), w.clock.at)
	must(nil, err)
	device := func() {
		must(w.store.SaveDevice(ctx, meta(person.Actor("session")), message.NewDevice(session, pushtest.New().At("https://push.example.vn/quantri"), false)))
	}
	device()
	for i := range 3 {
		must(w.store.Post(ctx, []message.Draft{{Key: fmt.Sprint("pressed ", i), Topic: message.WeekSummary, Person: person, Title: "Tổng hợp tuần",
			Path: "/coverage"}}, w.clock.at))
	}
	due, err := w.store.Due(ctx, w.clock.at, 3)
	must(due, err)
	for i, p := range due {
		d := p.Deliveries[0]
		for answer := []message.Answer{message.Refused, message.Later, message.Later}[i]; d.State == message.Waiting; {
			d = d.After(message.Attempt{At: w.clock.at, Answer: answer})
		}
		must(nil, w.store.Settle(ctx, []message.Delivery{d}))
	}
	for _, path := range []string{"/me/messages", "/messages", "/settings/hooks"} {
		w.visit("quantri", path, nil)
	}
	must(w.store.Post(ctx, []message.Draft{{Key: "pressed last", Topic: message.WeekSummary, Person: person, Title: "Tổng hợp tuần"}}, w.clock.at))
	w.visit("quantri", "/messages", nil) // those before were marked as read
	device()
	w.just("quantri", "/me/messages", "messages/choice.html", nil)
	w.just("quantri", "/settings/hooks", "settings/hooks.html", nil)
	w.just("quantri", "/settings/deliveries", "settings/deliveries.html", nil)
}

// picked is a contest whose districts choose by name who goes on, of whose
// works one was aired where no log is kept and one is by somebody called as a
// judge is, and whose best two are equal.
func (w *presser) picked() {
	w.t.Helper()
	const id = "huyen-chon"
	r := contest.Sample()
	r.Title, r.Host = "Hội thi chọn từ huyện", "Sở Văn hoá"
	r.Dates = contest.Timetable{OpensAt: w.clock.at.AddDate(0, 0, -9), ClosesAt: w.clock.at.AddDate(0, 0, -1)}
	r.Categories[0].Aired = &contest.AiredRule{From: w.clock.at.AddDate(0, 0, -60), Until: w.clock.at, Declared: true}
	r.Categories[0].MinSeconds, r.Categories[0].Needs = 0, []contest.Need{{Piece: contest.Script, When: contest.Always}}
	r.Rounds[0].Parts[0].Sample = false
	last := r.Rounds[0].ID
	r.Rounds = append([]contest.Round{{ID: "huyen", Name: "Huyện chọn", Promotion: contest.Promotion{By: contest.Picked, N: 2, Per: "district"}}}, r.Rounds...)
	now := w.clock.at
	w.clock.at = now.AddDate(0, 0, -10)
	w.command(id, "hoithi", contest.DraftContest{Rules: r})
	w.command(id, "hoithi", contest.OpenContest{})
	w.clock.at = now.AddDate(0, 0, -5)
	reg, err := w.store.Registry(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	var picks []contest.Pick
	for i, station := range []string{"S00041", "S00042"} {
		entry := fmt.Sprintf("entry-0000000%d", i+1)
		episode := map[int]string{1: "E1"}[i] // of a programme everybody airs
		w.command(id, "xa-"+reg.UnitOf(station).Code, contest.SubmitEntry{ID: entry, Work: contest.Work{Episode: episode, Title: fmt.Sprint("Chuyện làng ", i),
			Theme: "ntm", Category: "chuong-trinh", Language: "vi",
			Kind: contest.ByStation, Station: station, Authors: []string{"Vàng A Páo"}, Script: fmt.Sprint("Ngày hội ", i),
			AiredNote: "Đã phát trên đài huyện"}})
		picks = append(picks, contest.Pick{Entry: entry, Reason: "Hay nhất huyện"})
	}
	w.clock.at = now
	w.visit("hoithi", "/contests/huyen-chon/entries/entry-00000001", nil)
	w.just("hoithi", "/contests/huyen-chon/entries/entry-00000002", "contest.confirm_own", nil)
	var judges []string
	for i := range 3 {
		login := fmt.Sprintf("giamkhao%d", i+1)
		w.granted(login, accounts.Judge, id)
		q := w.people[login]
		judge := contest.Judge{Person: q.ID, Name: q.Name, Chair: i == 0}
		if i == 2 {
			judge.Name = "Vàng A Páo"
		}
		w.command(id, "hoithi", contest.AppointJudge{Judge: judge})
		judges = append(judges, q.ID)
	}
	const page = "/contests/huyen-chon/points" // the namesake made one of the two
	w.just("hoithi", page, "contests/points.html sure contest.point_one_person", nil)
	w.just("hoithi", page, "contests/points.html contest.point_two_people", nil)
	w.command(id, "hoithi", contest.ConfirmAiring{Entry: "entry-00000002", Note: "Đã nghe băng"})
	seen := contest.Seen{Seen: once.AsItIs} // an author is on the jury
	w.command(id, "hoithi", contest.StartRound{Round: "huyen", Seen: seen})
	w.visit("hoithi", "/contests/huyen-chon/promotion", map[string]string{"pick": "entry-00000001"})
	w.command(id, "hoithi", contest.PickEntries{Picks: picks})
	w.command(id, "hoithi", contest.FinishRound{Round: "huyen", Seen: seen})
	w.command(id, "hoithi", contest.SetPanels{Round: last, Panels: []contest.Panel{{ID: "ban", Name: "Ban giám khảo", Judges: judges}}})
	w.command(id, "hoithi", contest.StartRound{Round: last, Seen: seen})
	w.judged(id, true)
	w.just("giamkhao1", "/judging/huyen-chon/chair", "judging/chair.html sure button", map[string]string{"order": "1, 2"})
	w.just("hoithi", "/contests/huyen-chon", "do=finish", nil)
	w.visit("hoithi", "/contests/huyen-chon/comments", nil)
}

// pinned changes the PIN of a phone, changes person, opens it again, and lets others in with a PIN.
func (w *presser) pinned(login string) {
	w.t.Helper()
	const pin = "804627"
	operates := accounts.Invite{Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}}}
	secret, by := w.secret(w.t, login), w.people[login].Actor("session")
	phc, err := accounts.HashPassphrase(w.t.Context(), pin)
	if err != nil {
		w.t.Fatal(err)
	}
	_, s, err := w.store.BySession(w.t.Context(), accounts.HashOf(secret), w.clock.at)
	m := meta(w.clock.at)
	if m.By = by; err == nil {
		err = w.store.SetPIN(w.t.Context(), m, accounts.SetPIN{Session: s.Root(), Hash: phc})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	p := w.browser.Person()
	p.Cookie("s", secret, w.server.URL)
	for _, at := range [][2]string{{"/me/pin", "door/pin.html door.pin_save"}, {"/me", "me/me.html me.switch"},
		{"/unlock", "door/unlock.html door.unlock_do"}} {
		p.Cookie("s", secret, w.server.URL) // also of the session that she has locked
		w.again(at[1])
		w.only = at[1]
		w.page(p, "", at[0], map[string]string{"old": pin, "pin": pin, "pin_again": pin})
	}
	w.only = ""
	w.handsOver(login, phc)
	typed := map[string]string{"code": w.code(operates), "name": "Lý Thị Sen", "pin": pin, "pin_again": pin}
	w.just("", "/login", "door.use_code", typed)
	w.just("", "/join/"+w.code(operates)+"?way=pin", "door/join.html", typed)
	w.just(login, "/join/"+w.code(operates), "door.not_me", nil)
	p = w.browser.Person() // of who has nothing but a PIN
	for _, at := range [][2]string{{"/join/" + w.code(accounts.Invite{Person: w.people[login].ID}) + "?way=pin", "door/join.html"},
		{"/me", "me/me.html sure me.log_out"}} {
		w.again(at[1])
		w.only = at[1]
		w.page(p, "", at[0], typed)
	}
	w.only = ""
}

// handsOver gives a phone that has no network to another person, who has used it or not.
func (w *presser) handsOver(login, phc string) {
	w.t.Helper()
	session := func(q accounts.Person, shut bool) string {
		secret := webtest.Session(w.t, w.store, q, w.clock.at)
		_, s, err := w.store.BySession(w.t.Context(), accounts.HashOf(secret), w.clock.at)
		m := meta(w.clock.at)
		if m.By = q.Actor("session"); err == nil {
			err = w.store.SetPIN(w.t.Context(), m, accounts.SetPIN{Session: s.Root(), Hash: phc})
		}
		if err == nil && shut {
			err = w.store.Shut(w.t.Context(), s.Hash)
		}
		if err != nil {
			w.t.Fatal(err)
		}
		return secret
	}
	p := w.browser.Person()
	for _, step := range []struct{ sel, leads string }{{"[data-stay]", "/me"}, {"[data-next='other']", "/login"}, {"[data-next]", "/unlock"}} {
		p.Cookie("s", session(w.people[login], false), w.server.URL)
		p.Cookie("held", session(w.people["xa-02794"], true), w.server.URL)
		p.Open(w.server.URL + "/me")
		p.Until("the worker has the page", `Boolean(navigator.serviceWorker.controller)`)
		p.Open(w.server.URL + "/me")
		p.Until("what waits for a network is kept", `caches.open("loa-1-pages").then((c) => c.match("/switching")).then(Boolean)`)
		p.Offline(w.server.URL + "/healthz")
		p.Click("form[action='/switch'] button")
		sel := "#take-over " + step.sel
		p.Wait(sel)
		name := webtest.Eval[string](p, "name it", fmt.Sprintf(`document.querySelector(%q).dataset.at`, sel))
		p.Click(sel)
		p.Until("it leads there", fmt.Sprintf(`location.pathname === %q && document.querySelector("#take-over")?.hidden !== false`, step.leads))
		p.Offline()
		w.pressed[name] = true
	}
}

// twoSteps are the ways of a log-in in two steps: a passkey, an app, spare codes; and what somebody lost.
func (w *presser) twoSteps() {
	w.t.Helper()
	phc, err := accounts.HashPassphrase(w.t.Context(), demo.Passphrase)
	if err != nil {
		w.t.Fatal(err)
	}
	q, err := w.store.AddPerson(w.t.Context(), meta(w.clock.at), accounts.AddPerson{Name: "Thào Thị Dua", Login: "haibuoc", Passphrase: phc,
		Grants: []accounts.Grant{{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}}})
	if err != nil {
		w.t.Fatal(err)
	}
	was := w.server.URL
	w.server.URL = strings.Replace(was, "127.0.0.1", "localhost", 1)
	w.address = kit.Address{URL: w.server.URL, Set: true}
	p := w.browser.Person()
	p.Passkeys(true)
	p.Cookie("s", webtest.Session(w.t, w.store, q, w.clock.at), w.server.URL)
	press := func(path, only string, refused bool, values map[string]string) {
		w.t.Helper()
		danger := w.danger
		w.only, w.refused, w.danger = only, refused, true
		w.again(only)
		w.page(p, "", path, values)
		w.only, w.refused, w.danger = "", false, danger
	}
	press("/me/factors/passkey", "door/passkey.html", false, map[string]string{"name": "Máy"})
	f, err := w.store.Factors(w.t.Context(), q.ID)
	if err != nil || len(f.Passkeys) != 1 {
		w.t.Fatalf("%d passkeys, %v", len(f.Passkeys), err)
	}
	press("/me/factors/app", "door/app.html", true, map[string]string{"code": "000000"})
	p.Cookie("s", "", w.server.URL)
	press("/login", "door/login.html door.passkey_use", false, nil)
	p.Cookie("s", "", w.server.URL)
	who := map[string]string{"login": "haibuoc", "passphrase": demo.Passphrase, "code": "000000"}
	press("/login", "door/login.html door.log_in", false, who)
	press("/login/second", "door/second.html door.second_do", true, who)
	press("/login/second", "door/second.html door.passkey_use", false, nil)
	press("/me/factors", "door/factors.html", false, map[string]string{"factor": f.Passkeys[0].ID})
	press("/me/factors/passkey", "door/passkey.html", false, map[string]string{"name": "Máy"})
	w.server.URL, w.address = was, kit.Address{}
	w.just("quantri", "/people/"+q.ID, "people/person.html sure people.factor_lost", nil)
	// From a day on who has one step only does nothing else before, but leave.
	from := func(at time.Time) {
		w.t.Helper()
		if _, err := w.store.SaveAccountSettings(w.t.Context(), meta(w.clock.at), accounts.SaveSettings{SecondFrom: at}); err != nil {
			w.t.Fatal(err)
		}
	}
	from(w.clock.at.Add(-time.Hour))
	p.Cookie("s", webtest.Session(w.t, w.store, w.people["hoithi"], w.clock.at), w.server.URL)
	press("/me/factors", "door/factors.html me.log_out", false, nil)
	from(time.Time{})
}

// code makes an invitation and is what is typed for it.
func (w *presser) code(c accounts.Invite) string {
	w.t.Helper()
	secret := accounts.NewSecret()
	c, err := c.With(w.t.Context(), secret)
	if err == nil {
		_, err = w.store.Invite(w.t.Context(), meta(w.clock.at), c)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return accounts.CodeOf(secret)
}

// loggedOut sends a form after the session has ended, and once more after a
// log-in.
func (w *presser) loggedOut() {
	w.t.Helper()
	p := w.browser.Person()
	p.Cookie("s", w.secret(w.t, "bientap"), w.server.URL)
	p.Open(w.server.URL + "/programmes/new")
	p.Cookie("s", "", w.server.URL)
	for _, name := range []string{"programmes/edit.html schedule.save_programme", "kit/error.html kit.again"} {
		list := p.Buttons()
		i := slices.IndexFunc(list, func(b webtest.Button) bool { return b.At == name })
		if i < 0 {
			w.t.Errorf("%s is not on the page", name)
			return
		}
		e := p.Try(list[i], map[string]string{"title": "Tiếng vọng bản xa"}, nil)
		if e.What == "page" {
			w.pressed[name] = true
		}
		p.Cookie("s", w.secret(w.t, "bientap"), w.server.URL)
	}
	if got := webtest.Eval[string](p, "look where it is", "document.querySelector('h1').textContent"); got != "Tiếng vọng bản xa" {
		w.t.Errorf("a form that was sent again leads to “%s”", got)
	}
}

// dropped takes a file that was chosen by a visit before, and gives it up.
func (w *presser) dropped() {
	w.t.Helper()
	p := w.browser.Person()
	p.Cookie("s", w.secret(w.t, "bientap"), w.server.URL)
	p.Open(w.server.URL + "/library")
	p.Buttons() // once the scripts are there
	p.Upload("[data-upload] input[type=file]", filepath.Join(w.files[""], "01.mp3"))
	p.Until("be told that it arrived", `document.querySelector("[data-kept]").value !== ""`)
	p.Open(w.server.URL + "/library")
	for _, name := range []string{"kit/_parts.html kit.upload_use", "kit/_parts.html kit.upload_drop"} {
		p.Wait("[data-drop]")
		p.Until("be asked", `!document.querySelector("[data-drop]").hidden`)
		for _, b := range p.Buttons() {
			if b.At == name {
				if e := p.Try(b, nil, nil); e.What == "change" {
					w.pressed[b.At] = true
				}
			}
		}
	}
}

// entryOf is where entry n of the contest stands, and the login of whoever
// looks after the station it is from.
func (w *presser) entryOf(id string, n int) (entry, login string) {
	w.t.Helper()
	reg, err := w.store.Registry(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.hall.View(w.t.Context(), id, func(s *contest.State) error {
		entry, login = s.Entries[n].ID, "xa-"+reg.UnitOf(s.Entries[n].Entrant.Station).Code
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return entry, login
}

// points presses what is decided about ties found after sheets were signed:
// one of the chair, which the organiser decides, and two of others.
func (w *presser) points() {
	w.t.Helper()
	var chair, others []contest.ReportTie
	if err := w.hall.View(w.t.Context(), "lan-sau", func(s *contest.State) error {
		for _, k := range s.Running().Tasks {
			tie := contest.ReportTie{Judge: k.Judge, Entry: k.Entry, Note: "Người nhà"}
			switch {
			case k.SetAside != nil || k.Sheet.SignedAt.IsZero() || slices.ContainsFunc(s.Points(), func(p contest.Point) bool { return p.Entry == k.Entry }):
			case s.Chair(k.Judge):
				chair = append(chair, tie)
			default:
				others = append(others, tie)
			}
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	const page = "/contests/lan-sau/points"
	w.command("lan-sau", "hoithi", chair[0])
	w.just("hoithi", page, "contests/points.html contest.point_keep", nil)
	w.command("lan-sau", "hoithi", others[1])
	w.just("giamkhao1", "/judging/lan-sau/chair", "judging/chair.html sure contest.exclude", nil)
	w.just("giamkhao1", "/judging/lan-sau/chair", "judging/chair.html because contest.count_again", nil)
	station := ""
	if err := w.hall.View(w.t.Context(), "lan-sau",
		func(s *contest.State) error { station = s.Entry(chair[1].Entry).Entrant.Station; return nil }); err != nil {
		w.t.Fatal(err)
	}
	w.command("lan-sau", "giamkhao1", contest.DeclareTies{Stations: []string{station}})
	w.just("hoithi", page, "contests/points.html sure contest.exclude", nil)
	w.just("hoithi", page, "contests/points.html because contest.count_again", nil)
	w.just("hoithi", "/contests/lan-sau/entries/"+others[2].Entry, "contests/entry.html sure contest.exclude", map[string]string{"judge": others[2].Judge})
}

// held is a contest with as many works as said, all of them scripts, whose first three
// judges are a panel with the first in the chair; its only round has started.
func (w *presser) held(id, title string, works int, edit func(r *contest.Rules)) (r contest.Rules, judges []string) {
	w.t.Helper()
	now := w.clock.at
	r = contest.Sample()
	r.Title, r.Host = title, "Sở Văn hoá"
	r.Dates = contest.Timetable{OpensAt: now.AddDate(0, 0, -9), ClosesAt: now.AddDate(0, 0, -1)}
	r.Categories[0].Aired, r.Categories[0].MinSeconds = nil, 0
	r.Categories[0].Needs = []contest.Need{{Piece: contest.Script, When: contest.Always}}
	r.Rounds[0].Parts[0].Sample = false
	edit(&r)
	seen, round := contest.Seen{Seen: once.AsItIs}, r.Rounds[0].ID
	w.clock.at = now.AddDate(0, 0, -10)
	w.command(id, "hoithi", contest.DraftContest{Rules: r})
	w.command(id, "hoithi", contest.OpenContest{Seen: seen})
	w.clock.at = now.AddDate(0, 0, -5)
	reg, err := w.store.Registry(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range works {
		station := fmt.Sprintf("S%05d", 41+i)
		w.command(id, "xa-"+reg.UnitOf(station).Code, contest.SubmitEntry{ID: fmt.Sprintf("entry-0000000%d", i+1),
			Work: contest.Work{Title: fmt.Sprint("Chuyện làng ", i), Theme: "ntm", Category: "chuong-trinh", Language: "vi",
				Kind: contest.ByStation, Station: station, Authors: []string{"Vàng A Páo"}, Script: fmt.Sprint("Ngày hội ", i)}})
	}
	w.clock.at = now
	for i := range 3 {
		login := fmt.Sprintf("giamkhao%d", i+1)
		w.granted(login, accounts.Judge, id)
		q := w.people[login]
		w.command(id, "hoithi", contest.AppointJudge{Judge: contest.Judge{Person: q.ID, Chair: i == 0}})
		judges = append(judges, q.ID)
	}
	w.command(id, "hoithi", contest.SetPanels{Round: round, Panels: []contest.Panel{{ID: "ban", Name: "Ban giám khảo", Judges: judges}}})
	w.command(id, "hoithi", contest.StartRound{Round: round, Seen: seen})
	return r, judges
}

// granted gives somebody a role in a contest.
func (w *presser) granted(login string, role accounts.Role, id string) {
	w.t.Helper()
	q := w.people[login]
	grants := append(slices.Clone(q.Grants), accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
	q, err := w.store.ChangePerson(w.t.Context(), meta(w.clock.at), accounts.ChangePerson{Person: q.ID, Grants: &grants})
	if err != nil {
		w.t.Fatal(err)
	}
	w.people[login] = q
}

// doubled lets a work that sounds like somebody else's be one recording with it, and the
// organiser say that it stays.
func (w *presser) doubled() {
	w.t.Helper()
	for _, id := range []string{"lien-hoan", "lan-sau"} {
		var live []contest.Entry
		if err := w.hall.View(w.t.Context(), id, func(s *contest.State) error {
			for _, e := range s.Live() {
				live = append(live, *e)
			}
			return nil
		}); err != nil {
			w.t.Fatal(err)
		}
		for _, e := range live {
			sound := e.Piece(contest.Audio)
			if sound == nil {
				continue
			}
			alike, err := w.store.Alike(w.t.Context(), sound.File)
			if err != nil {
				w.t.Fatal(err)
			}
			for _, a := range alike {
				if a.Likeness == nil || a.Recording.Owner.Station == e.Entrant.Station {
					continue
				}
				m := meta(w.clock.at)
				m.By = w.people["quantri"].Actor("session")
				if _, err := w.store.JudgeLikeness(w.t.Context(), m,
					library.JudgeLikeness{One: a.Likeness.One, Other: a.Likeness.Other, Word: library.Same}); err != nil {
					w.t.Fatal(err)
				}
				w.just("hoithi", "/contests/"+id+"/entries/"+e.ID, "contests/entry.html contest.double_keep", nil)
				return
			}
		}
	}
	w.t.Error("no work sounds like another's")
}

// aside is a contest whose chair abstained from a work, about which the organiser decides in
// her place; and somebody organises it alone, until she is removed.
func (w *presser) aside() {
	w.t.Helper()
	const id, entry, page = "truong-ban-tranh", "entry-00000001", "/contests/truong-ban-tranh/progress"
	r, judges := w.held(id, "Hội thi có trưởng ban tránh", 3, func(r *contest.Rules) {
		r.Rounds[0].Gap, r.Rounds[0].TieBreaks = 20*ranking.Point, []contest.TieBreak{{By: ranking.ByChair}}
	})
	task := func(judge string) (id string) {
		if err := w.hall.View(w.t.Context(), "truong-ban-tranh", func(s *contest.State) error {
			for _, k := range s.Running().Tasks {
				if k.Judge == judge && k.Entry == entry {
					id = k.ID
				}
			}
			return nil
		}); err != nil {
			w.t.Fatal(err)
		}
		return id
	}
	apart := contest.Content{Comment: "Rõ lời", Marks: map[string]ranking.Points{}}
	for _, k := range r.Rounds[0].Parts[0].Criteria {
		apart.Marks[k.ID] = ranking.Point
	}
	w.command(id, "giamkhao1", contest.Abstain{Task: task(judges[0]), Reason: "Giọng cháu tôi"})
	w.command(id, "giamkhao2", contest.SaveSheet{Task: task(judges[1]), Content: apart})
	w.command(id, "giamkhao2", contest.SignSheet{Task: task(judges[1]), Base: 1})
	w.judged(id, true)
	w.just("hoithi", page, "contests/_instead.html sure contest.chair_confer", nil)
	w.just("hoithi", page, "contests/_instead.html sure contest.instead_reopen", map[string]string{"task": task(judges[1])})
	w.judged(id, true)
	w.just("hoithi", page, "contests/_reopen.html sure contest.reopen_chair", nil)
	w.judged(id, true)
	w.just("hoithi", page, "contests/_instead.html contest.instead_do_order", map[string]string{"order": "1, 2, 3"})
	w.granted("giamsat", accounts.Organiser, id)
	w.just("hoithi", "/contests/"+id, "contests/home.html sure button", nil)
}

// lost is a contest whose prize by decision a correction took away: it is given again.
func (w *presser) lost() {
	w.t.Helper()
	const id, entry = "giai-rut", "entry-00000001"
	r, _ := w.held(id, "Hội thi có giải bị rút", 1, func(r *contest.Rules) {
		r.Awards[0].Prizes = append(r.Awards[0].Prizes, contest.Prize{ID: "chuyen-de", Name: "Giải chuyên đề", Count: 1, Special: true})
	})
	now, seen, round := w.clock.at, contest.Seen{Seen: once.AsItIs}, r.Rounds[0].ID
	given := contest.Given{Award: r.Awards[0].ID, Prize: "chuyen-de", Entry: entry, Reason: "Hay"}
	w.judged(id, true)
	w.command(id, "hoithi", contest.FinishRound{Round: round, Seen: seen})
	amend, signed := "/contests/"+id+"/correction", "/judging/"+id+"/signed"
	wrong := map[string]string{"mark." + r.Rounds[0].Parts[0].Criteria[0].ID: "6"}
	w.just("giamkhao2", signed, "judging/signed.html sure contest.mend_send", wrong)
	w.just("giamkhao2", signed, "judging/signed.html because contest.amend_take_back", nil)
	w.just("giamkhao2", signed, "judging/signed.html sure contest.mend_send", wrong)
	w.just("hoithi", amend, "contests/amendment.html sure contest.amend_mend_confirm", nil)
	w.command(id, "hoithi", contest.GivePrizes{Special: []contest.Given{given}})
	w.clock.at = now.Add(1) // who presides was named before the results were public
	w.command(id, "hoithi", contest.PublishResults{Seen: seen})
	w.command(id, "hoithi", contest.FileComplaint{Who: "Vàng A Páo", Entry: entry, Text: "Sao chép"})
	uphold := contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng là sao chép", Correction: contest.Correcting{RuleOut: []string{entry}}}
	w.command(id, "hoithi", uphold)
	w.just("hoithi", amend, "contests/amendment.html because", nil) // taken back
	w.command(id, "hoithi", uphold)
	w.just("giamkhao1", amend, "contests/amendment.html sure contest.amend_confirm", nil)
	w.just("hoithi", "/contests/"+id+"/complaints", "contests/complaints.html contest.lost_give", map[string]string{"work": "", "station": "S00041"})
}

// unreported presses what a report meets that is sent as unplanned: the planned
// slot, which it is at one station and is not at another, another report, and that it is long ago.
func (w *presser) unreported() {
	w.t.Helper()
	c, found := webtest.NewClient(w.t, w.handler, w.secret(w.t, "bientap")), 0
	for n := 44; found < 3 && n < 127; n++ {
		station := fmt.Sprintf("S%05d", n)
		c.Get("/today?station=" + station)
		slot := c.Doc().Find("input[name=slot]").AttrOr("value", "")
		if !strings.HasPrefix(slot, "R1."+station+".20250512") {
			continue
		}
		found++
		w.refused = true
		if found == 3 { // what was planned is reported, whatever was undone at the others
			planned := airing.Confirm{ID: uuid.NewString(), Slot: slot, Station: station, Outcome: airing.Aired}
			if _, err := w.store.Confirm(w.t.Context(), meta(w.clock.at), planned); err != nil {
				w.t.Fatal(err)
			}
			w.again("airings/form.html airing.send")
			w.visit("bientap", "/airings/new?station="+station, map[string]string{"programme": "P1", "started_at": "2025-05-12T17:06", "seconds": "10:00"})
			w.refused = false
			break
		}
		for _, start := range []string{"17:05", "17:06", "17:07"} {
			w.again("airings/form.html airing.send")
			w.visit("bientap", "/airings/new?station="+station, map[string]string{"programme": "P1", "started_at": "2025-05-12T" + start, "seconds": "10:00"})
		}
		w.again("airings/form.html airing.send")
		w.visit("bientap", "/airings/new?station="+station, map[string]string{"programme": "P1", "started_at": "2024-05-13T17:05", "seconds": "10:00"})
		w.refused = false
	}
}

// spoken is an airing that a station spoke of at a call, and its operator says that it is not so.
func (w *presser) spoken() {
	w.t.Helper()
	m := meta(w.clock.at)
	m.By = w.people["giamsat"].Actor("session")
	said := airing.Propose{Programme: "P1", StartedAt: w.clock.at.Add(-10 * time.Hour), Seconds: 600, Outcome: airing.Aired}
	c := coverage.RecordCall{Station: "S00041", Outcome: coverage.WillReport, Said: &said}
	if _, err := w.store.RecordCall(w.t.Context(), m, c); err != nil {
		w.t.Fatal(err)
	}
	w.just("xa-02794", "/today?station=S00041", "airings/today.html airing.said_no", nil)
}

// heard is a report with a recording of its programme, found there by the machine.
func (w *presser) heard() {
	w.t.Helper()
	m := meta(w.clock.at)
	kept, err := w.store.Recordings(w.t.Context(), library.Query{Limit: 1})
	if err != nil || len(kept.Items) == 0 {
		w.t.Fatalf("%d recordings, %v", len(kept.Items), err)
	}
	lines, _, err := w.store.Airings(w.t.Context(), accounts.Daemon(), airing.Query{From: w.clock.at.AddDate(0, 0, -3), Until: w.clock.at,
		Outcome: airing.Aired, Standing: true, Limit: 1})
	if err != nil || len(lines) == 0 {
		w.t.Fatalf("%d reports, %v", len(lines), err)
	}
	r, id := kept.Items[0], uuid.NewString()
	if _, err := w.store.Attach(w.t.Context(), m, airing.Evidence{ID: id, Report: lines[0].ID, Kind: airing.Sound, Type: r.ContentType,
		SHA256: r.Blob.SHA256, Size: r.Blob.Size}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store.Prove(w.t.Context(), meta(w.clock.at), airing.Proof{Report: lines[0].ID, Evidence: id, SHA256: r.Blob.SHA256, Method: match.Method,
		Word: match.Verified, Reason: match.Found, Seconds: 15, Compared: []string{"E1"}, Episode: "E1", Recording: r.ID, Length: 60,
		Score: 21, Threshold: 10.4, Start: 1, Matched: 13, Curve: bytes.Repeat([]byte{30}, 96)}); err != nil {
		w.t.Fatal(err)
	}
	w.just("giamsat", "/airings/"+lines[0].ID, "airing.proof_turn", nil)
}

func TestEveryButtonDoesSomething(t *testing.T) {
	t.Parallel()
	w := &presser{province: newProvince(t), t: t, browser: webtest.NewBrowser(t), tried: map[string]bool{}, pressed: map[string]bool{}}
	sounds, err := filepath.Abs("../demo/works")
	if err != nil {
		t.Fatal(err)
	}
	reg, err := w.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w.files = map[string]string{"": sounds, "csv": filepath.Join(dir, "dai.csv"), "merge": filepath.Join(dir, "merge.csv"),
		"questions": filepath.Join(dir, "cau-hoi.csv"), "layout": filepath.Join(dir, "mau.docx"),
		"old": filepath.Join(dir, "so-cu.csv")}
	table := "Mã xã,Tên xã,Mã huyện,Huyện,Ghi chú,Hoạt động\n" // more districts than are drawn at once
	for i := range 45 {
		table += fmt.Sprintf("910%02d,Xã Thử %d,9%02d,Huyện Thử %d,,2025-05-14 –\n", i, i, i, i)
	}
	merge := fmt.Sprintf("Mã cũ,Mã mới,Tên mới\n%s,90001,Xã Mới\n%s,90001,Xã Mới\n", reg.UnitOf("S00001").Code, reg.UnitOf("S00002").Code)
	layout := doctext.Written([]string{"Số {{số}}, {{ngày}}", "{{nội_dung}}"})
	if err := errors.Join(os.WriteFile(w.files["csv"], []byte(table), 0o600), os.WriteFile(w.files["merge"], []byte(merge), 0o600),
		os.WriteFile(w.files["layout"], layout, 0o600),
		os.WriteFile(w.files["questions"], []byte("Câu hỏi,A,B,Đáp án đúng\nTrồng cây nào giữ đất?,Cây rừng,Cỏ dại,A\n"), 0o600),
		os.WriteFile(w.files["old"], []byte("Ngày,Giờ,Mã đài,Chương trình,Số phút\n5/3/2024,6h,S00003,Sổ tay bản làng,10\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"/programmes/{}", "/programmes/{}/retire"} { // what rests has nothing more to press: that comes last
		w.tried["kit/_parts.html once.anyway on "+page+" do=retire"] = true
	}
	w.tried["coverage/anew.html stations.to_preview"] = true // only where something changes: by its address below
	w.judged("lan-sau", false)
	sheet := ""
	if err := w.hall.View(t.Context(), "lan-sau", func(s *contest.State) error {
		w.known = map[string]string{"work": s.Entries[0].Code}
		for _, k := range s.Running().Tasks {
			if k.Judge == w.people["giamkhao2"].ID && k.Sheet.SignedAt.IsZero() {
				sheet = "/judging/lan-sau/sheets/" + k.ID
			} else if k.Judge != w.people["giamkhao1"].ID && !k.Sheet.SignedAt.IsZero() {
				w.known["judge"], w.known["code"] = k.Judge, k.Code
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.known["rule_out"], _ = w.entryOf("lan-nam", 0)
	typed["/stations/split"]["code"] = reg.UnitOf("S00003").Code

	const keep = "stations/list.html stations.list_keep" // what is kept as a list is said below
	w.tried[keep] = true
	for _, said := range []string{"quiz/contest.html quiz.move.take_back", "quiz/one.html quiz.begin",
		"quiz/correct.html quiz.correct_save"} { // with what they want: quizzes
		w.tried[said] = true
	}
	w.tried["door/app.html door.app_save"] = true // it wants a code of the app that is shown: twoSteps
	w.unreported()
	w.spoken()
	w.heard()
	w.round()
	delete(w.tried, keep)
	w.danger, w.only = true, "stations/"
	w.visit("giamsat", "/stations", map[string]string{"which": "all", "name": "Đài vùng xa"})
	w.danger, w.only = false, ""
	w.plain = true
	w.visit("giamkhao2", sheet, nil)
	w.plain = false
	w.again("programmes/edit.html schedule.save_programme")
	w.visit("bientap", "/programmes/P1/edit", nil)
	w.again("programmes/rule.html schedule.do_preview")
	w.visit("bientap", "/programmes/P1/rules/new", nil)
	w.again("people/sheet.html people.sheet_make")
	w.visit("quantri", "/people/sheet", map[string]string{"district": ""})
	w.visit("giamsat", "/books", nil)
	w.visit("giamsat", "/coverage?week=2025-W20", nil)
	w.visit("giamsat", "/coverage/paper?week=2025-W20&agency=V%C4%83n+ph%C3%B2ng&symbol=VP%C4%90P&place=L%C3%A0o+Cai", nil)
	w.visit("giamsat", "/plan/paper?agency=V%C4%83n+ph%C3%B2ng&symbol=VP%C4%90P&place=L%C3%A0o+Cai", nil)
	w.just("quantri", "/plan/2025-T5/edit", "plan.remove", nil)
	w.layouts()
	w.visit("hoithi", "/contests/lan-nam/papers?doc=minutes&symbol=VP&place=L%C3%A0o+Cai", nil)
	w.visit("giamsat", "/coverage/stations/S00043?week=2025-W20", nil)
	for _, station := range []string{"*", "S00099"} {
		w.again("people/invite.html people.make_link")
		w.visit("quantri", "/people/invite", map[string]string{"station": station})
	}
	w.again("stations/import.html stations.to_preview") // its first page has been written, and its second is looked at
	if err := os.WriteFile(w.files["csv"], []byte(strings.ReplaceAll(table, ",,2025", ",mới,2025")), 0o600); err != nil {
		t.Fatal(err)
	}
	w.visit("bientap", "/stations/import", nil)
	w.told()
	w.just("quantri", "/settings/texts", "settings/texts.html", nil)
	w.just("quantri", "/stations/S00069/poster", "public/poster.html", nil) // of a district whose pages the demo shows
	w.just("quantri", "/calendar/addresses", "calendar/addresses.html sharing.calendar_make", nil)
	w.just("quantri", "/calendar/addresses", "calendar/addresses.html sure sharing.calendar_renew", nil)
	w.just("quantri", "/calendar/addresses", "calendar/addresses.html sure sharing.calendar_end", nil)
	w.recorded()
	w.oldBooks()
	w.quizzes()
	w.visit("hoithi", "/contests/lan-nam/papers?doc=certificates", nil)
	w.visit("hoithi", "/contests/lan-nam/certificate", nil)
	old, entrant := w.entryOf("lan-nam", 0)
	w.visit(entrant, "/feedback/lan-nam/"+old, nil)
	w.visit(entrant, "/enter/lan-nam/"+old, nil)
	w.just("bientap", "/rules/R1/on/2025-05-15T17:00", "calendar/one.html", map[string]string{"kind": "moved", "to": "2025-05-19T17:00"})
	w.loggedOut()
	w.proved()
	w.danger = true
	w.visit("giamkhao2", sheet, nil)
	w.danger = false
	w.judged("lan-sau", true)
	w.visit("giamkhao1", "/judging/lan-sau/chair", nil)
	w.points()
	for _, decision := range []string{"contest.dismiss", "contest.uphold"} {
		w.just("hoithi", "/contests/lan-nam/complaints", "contests/complaints.html contest.file_complaint", nil)
		w.just("hoithi", "/contests/lan-nam/complaints", "contests/complaints.html sure "+decision, nil)
	}
	taken, takes := w.entryOf("lien-hoan", 1)
	w.doubled()
	w.just(takes, "/enter/lien-hoan/"+taken, "entering/entry.html sure contest.withdraw", nil)
	w.picked()
	w.lost()
	w.aside()
	w.dropped()
	w.just("hoithi", "/contests/huyen-chon/jury", "contests/_remove.html sure contest.remove_judge", nil)
	w.just("hoithi", "/contests/huyen-chon/jury", "contests/_return.html because contest.return_judge", nil)

	w.danger = true
	w.visit("", "/login", map[string]string{"login": "giamsat", "passphrase": demo.Passphrase})
	for i, join := range w.joins {
		w.visit([]string{"", "huyen-082"}[i%2], join, map[string]string{"name": "Lý Thị Hoa", "login": "ly-thi-hoa", "username": "ly-thi-hoa"})
	}
	for range 2 { // the second says that there is another
		w.again("people/invite.html people.make_link")
		w.visit("quantri", "/people/invite?role=editor", nil)
	}
	open, _ := w.entryOf("lien-hoan", 0)
	w.visit("hoithi", "/contests/lien-hoan/entries/"+open, nil)
	w.just("quantri", "/people/"+w.people[takes].ID, "people/person.html sure people.take", nil) // of nobody who has to press on
	w.tried["people/person.html sure people.disable: does do=disable"] = true                    // it ends what the others end
	const handsOver = "people/person.html sure people.handover: does do=handover"
	w.tried[handsOver] = true                                                                        // nor does who has to press on
	w.just("quantri", "/people/"+w.people["xa-02794"].ID, "people/person.html sure kit.remove", nil) // it ends with a session too
	w.visit("quantri", "/people/"+w.people["xa-02794"].ID, nil)
	everybody, err := w.store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	left, _ := everybody.ByLogin("nghiviec")
	w.just("quantri", "/people/"+left.ID, "people/person.html sure people.erase", map[string]string{"reason": "Đơn ngày 1/3"})
	delete(w.tried, "people/person.html sure people.disable: does do=disable")
	delete(w.tried, handsOver)
	_, leaves := w.entryOf("lien-hoan", 2)
	w.secret(t, leaves) // a session of hers, to be ended
	w.just("quantri", "/people/"+w.people[leaves].ID, "people.end_one", nil)
	w.pinned(leaves)
	w.twoSteps()
	w.just("quantri", "/people/"+w.people[leaves].ID, "people.handover", nil)
	w.again("coverage/anew.html stations.to_preview")
	w.visit("bientap", "/coverage/anew?what=terms&programme=P1", nil)
	w.again("me/me.html me.token_make")
	w.visit("bientap", "/me", nil)
	for _, title := range []string{"Liên hoan đổi tên", "Liên hoan đổi tên lần nữa"} {
		w.again("contests/step.html desk.save_back")
		w.visit("hoithi", "/contests/lien-hoan/rules/general", map[string]string{"title": title})
		w.again("contests/rules.html desk.revision_drop")
		w.tried["contests/rules.html desk.revision_drop 2 do=drop"] = title == "Liên hoan đổi tên" // first it is kept
		w.visit("hoithi", "/contests/lien-hoan/rules", nil)
		delete(w.tried, "contests/rules.html desk.revision_drop 2 do=drop")
	}
	w.round()
	for range 2 {
		w.again("coverage/week.html coverage.reopen_ask")
		w.visit("giamsat", "/coverage?week=2025-W19", nil)
		w.visit("quantri", "/coverage?week=2025-W19", nil)
	}
	w.round()
	w.visit("xa-02794", "/enter/huyen-chon/entry-00000001", nil)
	w.plain = true
	w.round()
	w.plain = false
	w.just("bientap", "/programmes/P2", "do=retire", nil)
	w.just("bientap", "/programmes/P2", "schedule.revive", nil)
	w.clock.at = w.clock.at.AddDate(1, 0, 0)
	w.visit("quantri", kit.ClockPath, nil)
	for _, b := range everyButton(t) {
		if !w.pressed[b.Name] {
			t.Errorf("nobody presses “%s” (web/%s, line %d)", b.Name, strings.Fields(b.Name)[0], b.Line)
		}
	}
	if t.Failed() {
		t.Log(howToMend)
	}
}

// howToMend is for whoever has added a button.
const howToMend = `
	Every button is pressed in a browser. Most are found by links from the first page of those who work with Loa (walkers), as long as its
	page is in the demo of the test and what has to be typed is plain: typed says the rest, by the name of the field and the kind of page.
	Where nobody comes by the way, say in TestEveryButtonDoesSomething who opens which page: w.visit("hoithi", "/contests/lan-nam/comments", nil),
	or w.just("bientap", "/rules/R1", "schedule.end_rule", values) for a button that takes something away or must be pressed again.`

// everyButton lists the buttons in the templates.
func everyButton(t *testing.T) (list []kit.Marked) {
	t.Helper()
	if err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "testdata" {
			return fs.SkipDir
		}
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		source, err := os.ReadFile(path)
		_, of := kit.MarkButtons(path, string(source))
		list = append(list, of...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}
