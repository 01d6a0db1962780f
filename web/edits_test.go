package web_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/message"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/web/webtest"
)

// unguarded are the routes that change something and need no edition, each with
// what keeps two people apart there.
var unguarded = map[string][]string{
	"makes something new; nobody else can have edited it": {
		"POST /api/v1/audio", "POST /api/v1/contests", "POST /api/v1/contests/{contest}/entries", "POST /api/v1/contests/{contest}/complaints",
		"POST /api/v1/contests/{contest}/entries/{entry}/complain", "POST /api/v1/invitations", "POST /api/v1/people",
		"POST /api/v1/post/hooks", "POST /api/v1/programmes",
		"POST /api/v1/programmes/{id}/episodes", "POST /api/v1/programmes/{id}/rules", "POST /api/v1/stations", "POST /api/v1/tokens", "POST /contests/new",
		"POST /enter/{contest}", "POST /library", "POST /me/tokens", "POST /people/invite", "POST /people/invite/judge/{contest}",
		"POST /people/invite/organiser/{contest}",
		"POST /people/sheet", "POST /people/{id}/renew", "POST /programmes", "POST /programmes/{id}/episodes",
		"POST /programmes/{id}/rules", "POST /settings/hooks", "POST /stations/new", "POST /api/v1/coverage/excuses", "POST /coverage/stations/{station}/ask",
		"POST /api/v1/lists", "POST /lists", "POST /api/v1/quizzes", "POST /api/v1/questions", "POST /api/v1/quizzes/{quiz}/codes",
		"POST /papers", "PUT /api/v1/papers/{id}", "POST /coverage/paper", "POST /contests/{contest}/papers",
		"POST /coverage/period/paper", "POST /papers/layouts/{drawn}", "POST /books", "PUT /api/v1/books/{id}", "POST /old-books",
		"PUT /api/v1/old-books/{id}",
		"POST /quiz/{quiz}", "POST /quizzes/new", "POST /quizzes/{quiz}/codes", "POST /quizzes/{quiz}/papers", "POST /questions/new",
		"POST /plan/new", "POST /plan/paper",
		"POST /settings/texts/token", "POST /api/v1/texts/token",
		"POST /calendar/addresses", "POST /api/v1/calendars",
		"POST /backups", "POST /api/v1/backups", "POST /api/v1/backups/try", "POST /samples", "POST /api/v1/samples"},
	"appends to a log and takes nothing from it; a correction names what it corrects": {
		"POST /api/v1/texts",
		"PUT /api/v1/airings/{id}", "PUT /api/v1/airings/{id}/evidence/{evidence}", "POST /api/v1/airings/{id}/evidence/{evidence}/remove",
		"POST /airings", "POST /airings/{id}/evidence", "POST /airings/{id}/evidence/{evidence}/remove",
		"PUT /api/v1/contests/{contest}/entries/{entry}/form",
		"POST /api/v1/contests/{contest}/sheets/{task}/heard"},
	"changes nothing": {"POST /api/v1/texts/try", "POST /settings/texts/try", "POST /api/v1/post/hooks/{id}/try", "POST /api/v1/post/try",
		"POST /me/messages/try", "POST /me/messages/devices/{id}/try", "POST /api/v1/post/devices/{id}/try",
		"POST /settings/hooks/{id}/try", "POST /api/v1/programmes/preview",
		"POST /api/v1/rules/{id}/exceptions/{at}/preview", "POST /api/v1/programmes/{id}/preview",
		"POST /api/v1/programmes/{id}/rules/preview"},
	"is a plan a person agreed to, by its fingerprint or as it is shown again before it is made": {
		"POST /api/v1/stations/import", "POST /api/v1/stations/merge", "POST /api/v1/stations/split", "POST /stations/import",
		"POST /stations/merge", "POST /stations/split",
		"POST /api/v1/stations/changes/{number}/undo", "POST /api/v1/coverage/anew", "POST /coverage/anew", "POST /stations/changes/undo/{number}",
		"POST /questions/import", "POST /api/v1/questions/import", "POST /old-books/{id}", "POST /api/v1/old-books/{id}/setup",
		"POST /api/v1/old-books/{id}/apply", "POST /api/v1/old-books/{id}/undo"},
	"keeps nothing: a report is handed to somebody else": {"POST /evidence/{id}/pass"},
	"follows tus: the offset is the edition": {
		"PATCH /api/v1/uploads/{id}", "POST /api/v1/uploads", "POST /api/v1/uploads/{id}", "DELETE /api/v1/uploads/{id}"},
	"ends something for good; ended twice it is ended": {
		"POST /calendar/addresses/{id}", "POST /api/v1/calendars/{id}/renew", "DELETE /api/v1/calendars/{id}",
		"POST /papers/{id}", "POST /api/v1/papers/{id}/strike", "POST /samples/{id}/withdraw", "POST /api/v1/samples/{id}/withdraw",
		"DELETE /api/v1/audio/{id}", "DELETE /api/v1/invitations/{id}", "DELETE /api/v1/tokens/{id}", "DELETE /api/v1/post/hooks/{id}",
		"DELETE /api/v1/post/devices/{id}", "POST /me/messages/devices/{id}/end", "PUT /api/v1/me/device",
		"POST /api/v1/me/messages/read", "POST /library/{id}/remove", "POST /me/sessions/end",
		"POST /me/tokens/{id}/remove", "POST /people/withdraw", "POST /people/invite/judge/{contest}/withdraw",
		"POST /people/invite/organiser/{contest}/withdraw",
		"POST /settings/hooks/{id}/remove", "POST /messages/read", "POST /people/{id}/sessions/end", "POST /people/{id}/handover",
		"POST /people/{id}/tokens/remove", "POST /people/{id}/erase", "POST /api/v1/people/{id}/erase", "POST /people/{id}/factors/remove",
		"DELETE /api/v1/people/{id}/factors", "POST /logout", "POST /switch"},
	"is one person's own, and says all she has each time: what is older changes nothing": {"POST /quiz/{quiz}/try"},
	"is one person's own, and proves who she is": {"POST /login", "POST /join/{token}", "POST /me/passphrase", "POST /login/code", "POST /unlock",
		"POST /me/pin", "POST /login/passkey", "POST /login/second", "POST /me/factors/app", "POST /me/factors/passkey",
		"POST /me/factors/remove", "POST /me/factors/spare"},
	"carries the number of the version it was made from": {"POST /plan/{id}", "PUT /api/v1/plan/{id}/figures/{change}",
		"PUT /api/v1/contests/{contest}/sheets/{task}", "POST /api/v1/contests/{contest}/sheets/{task}/sign", "POST /judging/{contest}/sheets/{task}"},
	"is a step that the state before it allows once": {"POST /papers/layout/{id}", "POST /plan/copy", "POST /api/v1/plan/copy",
		"POST /api/v1/contests/{contest}/close", "POST /api/v1/contests/{contest}/rounds/{round}/finish",
		"POST /api/v1/contests/{contest}/sheets/{task}/abstain", "POST /api/v1/contests/{contest}/sheets/{task}/mend",
		"POST /api/v1/contests/{contest}/complaints/{complaint}/decide", "POST /api/v1/contests/{contest}/corrections/{proposal}/decide",
		"POST /api/v1/contests/{contest}/rounds/{round}/sheets/{task}/reopen",
		"POST /api/v1/contests/{contest}/entries/{entry}/confer", "POST /api/v1/contests/{contest}/order",
		"POST /api/v1/contests/{contest}/organisers/{person}/remove", "POST /contests/{contest}/organisers",
		"POST /api/v1/contests/{contest}/sheets/{task}/confer", "POST /api/v1/contests/{contest}/sheets/{task}/reopen",
		"POST /api/v1/contests/{contest}/sheets/{task}/settle", "POST /api/v1/contests/{contest}/ties", "POST /api/v1/coverage/{week}/close",
		"POST /api/v1/coverage/{week}/reopen", "POST /api/v1/contests/{contest}/entries/{entry}/exclude-judge",
		"POST /api/v1/contests/{contest}/entries/{entry}/keep-judge", "POST /api/v1/contests/{contest}/entries/{entry}/report-tie",
		"POST /contests/{contest}", "POST /contests/{contest}/complaints", "POST /contests/{contest}/correction", "POST /contests/{contest}/points",
		"POST /contests/{contest}/progress",
		"POST /api/v1/contests/{contest}/comments/release",
		"POST /coverage/close", "POST /coverage/reopen", "POST /judging/{contest}/chair", "POST /judging/{contest}/signed", "POST /api/v1/clock/confirm",
		"POST /clock",
		"POST /coverage/excuses/{id}", "POST /api/v1/coverage/excuses/{id}/answer", "POST /proposals/{id}/decline", "POST /api/v1/proposals/{id}/decline",
		"POST /programmes/{id}/retire", "POST /settings/deliveries/replay", "POST /api/v1/post/replay",
		"POST /quizzes/{quiz}/tries/{try}", "POST /api/v1/quizzes/{quiz}/tries/{try}/judge"},
}

// guardedPages are the pages whose forms carry the edition they were made from,
// each with the test that lets two people save one.
var guardedPages = map[string][]string{
	"TestAStaleFormIsNotLost": {
		"POST /programmes/{id}", "POST /episodes/{id}", "POST /episodes/{id}/move", "POST /rules/{id}", "POST /rules/{id}/end", "POST /rules/{id}/on/{at}",
		"POST /stations/{station}/edit", "POST /settings", "POST /settings/address", "POST /settings/messages", "POST /settings/hooks/{id}",
		"POST /settings/hooks/inside",
		"POST /settings/library", "POST /settings/texts", "POST /settings/public",
		"POST /settings/accounts", "POST /people/{id}", "POST /me", "POST /me/messages",
		"POST /airings/{id}/verdict", "POST /evidence/{id}", "POST /contests/{contest}/certificate", "POST /contests/{contest}/rules/{step}",
		"POST /contests/{contest}/jury"},
	"TestAListIsKeptAndAskedFor":                               {"POST /lists/{list}"},
	"web/plan TestIndicatorsAreEdited":                         {"POST /plan/{id}/edit"},
	"web/papers TestReceiversOfAnOfficeArePrinted":             {"POST /papers/office"},
	"TestTwoWhoExcuseOneStation":                               {"POST /coverage/stations/{station}/excuse"},
	"web/calls TestTwoWhoCallTheSameStationAreToldOfEachOther": {"POST /calls/{station}"},
	"TestTwoWhoDecideAboutOneComment":                          {"POST /contests/{contest}/comments"},
	"contest TestNoEditOfAPartIsLost, for the form goes by the same command": {
		"POST /contests/{contest}/rules", "POST /contests/{contest}/entries/{entry}", "POST /contests/{contest}/promotion", "POST /contests/{contest}/results",
		"POST /enter/{contest}/{entry}", "POST /judging/{contest}/ties"},
	"quiz TestAContestGoesOnByItsSteps, for the form goes by the same command": {
		"POST /quizzes/{quiz}", "POST /quizzes/{quiz}/edit", "POST /questions/{question}"},
	"quiz TestARightAnswerIsPutRight, for the form goes by the same command": {
		"POST /quizzes/{quiz}/questions/{number}", "POST /quizzes/{quiz}/proposal"},
	"store/storetest audioLikeness, for the form goes by the same command": {"POST /library/{id}/alike"},
}

func TestEveryRouteThatChangesSomethingIsGuardedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	k, _ := build(t, time.Now)
	if _, err := k.Handler(); err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, list := range []map[string][]string{unguarded, guardedPages} {
		for why, routes := range list {
			for _, route := range routes {
				if listed[route] != "" {
					t.Errorf("%s stands in two lists: %q and %q", route, listed[route], why)
				}
				listed[route] = why
			}
		}
	}
	for _, r := range k.Routes() {
		if slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, r.Method()) {
			continue
		}
		why, known := listed[r.Pattern]
		delete(listed, r.Pattern)
		api := strings.HasPrefix(r.Path(), "/api/")
		switch {
		case r.Edits && !api:
			t.Errorf("%s: Edits is for routes below /api/; a page's form carries its edition (kit.Form.From and Save)", r.Pattern)
		case r.Edits && known:
			t.Errorf("%s takes If-Match, and is listed as what %s", r.Pattern, why)
		case !r.Edits && !known && api:
			t.Errorf("%s changes something: set Edits of the route, let its decision ask m.Current(thing.Edition()) and its GET answer the edition, or "+
				"list it in unguarded with its reason", r.Pattern)
		case !known && !api:
			t.Errorf("%s changes something: make its form with kit.Form.From, save it with kit.Form.Save and list it in guardedPages, or list it in "+
				"unguarded with its reason", r.Pattern)
		}
	}
	for route := range listed {
		t.Errorf("%s is listed and is no route any more", route)
	}
}

// twoEditors are two administrators over a store with one of each thing.
type twoEditors struct {
	*testing.T
	one, two           *webtest.Client
	store              *bolt.Store
	now                *time.Time
	programme, episode string
	rule, person       string
	question, quiz     string
	exception          string // path below the rule
	report             string // of an airing
	hook               string
}

func newTwoEditors(t *testing.T) *twoEditors {
	now := tuesday
	k, s := build(t, func() time.Time { return now })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	webtest.Stations(t, s)
	e := &twoEditors{T: t, store: s, now: &now}
	e.programme = planned(t, s)
	all := []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}},
		{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}}
	e.one = webtest.NewClient(t, h, webtest.LoggedIn(t, s, "thuan", tuesday, all...))
	e.two = webtest.NewClient(t, h, webtest.LoggedIn(t, s, "binh", tuesday, all...))
	p, err := s.AddPerson(t.Context(), meta(now),
		accounts.AddPerson{Name: "Chị Mua", Login: "mua",
			Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}},
				{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00002"}}}})
	if err != nil {
		t.Fatal(err)
	}
	ep, err := s.SaveEpisode(t.Context(), meta(now), scheduler.SaveEpisode{Programme: e.programme, Title: "Số 1", Script: "Kính thưa bà con", Language: "vi"})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.Schedule(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e.person, e.episode, e.rule = p.ID, ep.ID, plan.RulesOf(e.programme)[0].ID
	e.report = "0190b1c2-0000-7000-8000-0000000000aa"
	_, err = s.Confirm(t.Context(), meta(now), airing.Confirm{ID: e.report, Programme: e.programme, Station: "S00001", StartedAt: now.Add(-2 * time.Hour),
		Seconds: 600,
		Outcome: airing.Aired, Means: airing.FM, Unplanned: true})
	if err != nil {
		t.Fatal(err)
	}
	hook, err := s.SaveHook(t.Context(), meta(now), message.SaveHook{HookFields: message.HookFields{Name: "Zalo", URL: "https://tin.laocai.vn/zalo",
		Topics: []message.Topic{message.SlotMissed}}})
	if err != nil {
		t.Fatal(err)
	}
	e.hook = hook.ID
	e.exception = "/rules/" + e.rule + "/on/2024-05-20T17:00"
	e.ask(e.one, "POST", "/api/v1/contests", `{"id":"hoi-thi"}`, "", 201)
	made := func(path, body string) string {
		var is struct{ ID string }
		if err := json.Unmarshal(e.ask(e.one, "POST", path, body, "", 201).Body.Bytes(), &is); err != nil {
			t.Fatal(err)
		}
		return is.ID
	}
	e.question = made("/api/v1/questions", `{"text":"Rác được làm gì trước?","answers":["Đốt","Phân loại"],"right":2}`)
	e.quiz = made("/api/v1/quizzes", quizRules("Thi tìm hiểu"))
	return e
}

// quizRules are those of a knowledge contest with that title.
func quizRules(title string) string {
	return `{"title":"` + title + `","way":"phone","opens":"2024-06-02T01:00:00Z","closes":"2024-06-02T10:00:00Z","draws":1,"minutes":5}`
}

// later moves the clock, so that two changes are of two instants.
func (e *twoEditors) later() { *e.now = e.now.Add(time.Minute) }

func (e *twoEditors) ask(who *webtest.Client, method, path, body, seen string, want int) *httptest.ResponseRecorder {
	e.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if seen != "" {
		r.Header.Set("If-Match", seen)
	}
	w := who.Do(r)
	if w.Code != want {
		e.Errorf("%s %s %s: %d, want %d\n%s", method, path, body, w.Code, want, w.Body)
	}
	return w
}

func TestNoEditIsLostByProgram(t *testing.T) {
	t.Parallel()
	e := newTwoEditors(t)
	for _, c := range []struct {
		name, get, method, path string
		bodies                  [2]string
	}{
		{"programme", "/programmes/" + e.programme, "PUT", "", [2]string{`{"title":"A","min_seconds":180}`, `{"title":"B","min_seconds":180}`}},
		{"episode", "/episodes/" + e.episode, "PUT", "", [2]string{`{"title":"A","script":"một","draft":true}`, `{"title":"A","script":"hai","draft":true}`}},
		{"rule", "/rules/" + e.rule, "PUT", "", [2]string{`{"cron":"0 18 * * 1","stations":"all"}`, `{"cron":"0 19 * * 1","stations":"all"}`}},
		{"one date", "/rules/" + e.rule, "PUT", "/rules/" + e.rule + "/exceptions/2024-05-20T19:00", [2]string{`{"kind":"cancelled"}`,
			`{"kind":"annotated","note":"x"}`}},
		{"one date restored", "/rules/" + e.rule, "DELETE", "/rules/" + e.rule + "/exceptions/2024-05-20T19:00", [2]string{``, ``}},
		{"rule ended", "/rules/" + e.rule, "POST", "/rules/" + e.rule + "/end", [2]string{``, ``}},
		{"station", "/stations/S00001", "PATCH", "", [2]string{`{"notes":"A"}`, `{"notes":"B"}`}},
		{"settings", "/settings", "PUT", "", [2]string{`{"on_time_hours":40}`, `{"on_time_hours":41}`}},
		{"library", "/audio/settings", "PUT", "", [2]string{`{"grace_days":3}`, `{"grace_days":4}`}},
		{"person", "/people/" + e.person, "PATCH", "", [2]string{`{"name":"Mua A"}`, `{"name":"Mua B"}`}},
		{"excuse", "/coverage/2024-W20/excuses/S00002", "PUT", "/coverage/excuses/",
			[2]string{`{"week":"2024-W20","station":"S00002","reason":"power_cut","note":"A","asked":"` + e.person + `"}`,
				`{"week":"2024-W20","station":"S00002","reason":"power_cut","note":"B","asked":"` + e.person + `"}`}},
		{"contest rules", "/contests/hoi-thi", "PUT", "/contests/hoi-thi/rules", [2]string{`{"rules":{"title":"A"}}`, `{"rules":{"title":"B"}}`}},
		{"question", "/questions/" + e.question, "PUT", "", [2]string{`{"text":"Câu A?","answers":["Đốt","Phân loại"],"right":2}`,
			`{"text":"Câu B?","answers":["Đốt","Phân loại"],"right":1}`}},
		{"knowledge contest", "/quizzes/" + e.quiz, "PUT", "", [2]string{quizRules("A"), quizRules("B")}},
		{"certificate", "/contests/hoi-thi/certificates", "PUT", "/contests/hoi-thi/certificate", [2]string{`{"text":"A {giải}"}`, `{"text":"B {giải}"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := *e
			e.T = t
			path := func() string {
				switch {
				case c.path == "":
					return "/api/v1" + c.get
				case strings.HasSuffix(c.path, "/"):
					return "/api/v1" + c.path + uuid.NewString()
				}
				return "/api/v1" + c.path
			}
			first := e.ask(e.one, "GET", "/api/v1"+c.get, "", "", 200).Header().Get("ETag")
			if first == "" || strings.HasPrefix(first, `".`) {
				t.Fatalf("the ETag of %s is %q: it names no edition", c.get, first)
			}
			e.later()
			if c.method == "DELETE" || strings.HasSuffix(c.path, "/end") { // somebody else touches the rule first
				e.ask(e.two, "PUT", "/api/v1"+c.get, `{"cron":"0 19 * * 1","stations":"all","note":"`+c.name+`"}`, first, 200)
			} else {
				e.ask(e.two, c.method, path(), c.bodies[0], first, 200)
			}
			e.later()
			w := e.ask(e.one, c.method, path(), c.bodies[1], first, 412)
			var p struct {
				Code      string    `json:"code"`
				Detail    string    `json:"detail"`
				ChangedBy string    `json:"changed_by"`
				ChangedAt time.Time `json:"changed_at"`
				Changed   []string  `json:"changed"`
			}
			want := "edit.stale"
			if c.name == "excuse" { // the other did the same
				want = "coverage.excused_already"
			}
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != want || p.ChangedBy != "binh" || p.ChangedAt.IsZero() ||
				!strings.Contains(p.Detail, "binh") {
				t.Errorf("412 says %s (%v)", w.Body, err)
			}
			if c.name != "excuse" && len(p.Changed) == 0 {
				t.Errorf("412 does not say what changed: %s", w.Body)
			}
			now := e.ask(e.one, "GET", "/api/v1"+c.get, "", "", 200).Header().Get("ETag")
			e.ask(e.one, c.method, path(), c.bodies[1], "W/"+now, 200) // as a proxy that compresses makes it
			e.ask(e.one, "GET", "/api/v1"+c.get, "", "", 200)
		})
	}
	e.ask(e.one, "POST", "/api/v1/programmes", `{"title":"Mới"}`, `"x"`, 422)
}

// TestTwoWhoExcuseOneStation lets the second do what the first did: her press never
// means the contrary of what its button said.
func TestTwoWhoExcuseOneStation(t *testing.T) {
	t.Parallel()
	e := newTwoEditors(t)
	const path, form = "/coverage/stations/S00002?week=2024-W20", "form[action$='/excuse']"
	stands := func() bool {
		t.Helper()
		x, err := e.store.LastExcuse(t.Context(), airing.Calendar{Zone: text.Zone}.Week(tuesday), "S00002")
		if err != nil {
			t.Fatal(err)
		}
		return x.Stands()
	}
	e.one.Get(path)
	e.two.Get(path)
	e.two.Submit(form, "note", "chưa chọn lý do")
	e.two.Expect(422, form, "Hãy chọn lý do miễn trừ")
	e.two.Submit(form, "reason", "weather", "note", "Bão số 5", "asked", e.person)
	e.later()
	e.one.Submit(form, "reason", "power_cut", "note", "Mất điện cả tuần", "asked", e.person)
	e.one.Expect(409, form, "binh đã miễn trừ", "Bão số 5", "Bỏ miễn trừ")
	if typed := e.one.Doc().Find(form + " textarea").Text(); strings.TrimSpace(typed) != "" || !stands() {
		t.Fatalf("the form holds %q, excused %t", typed, stands())
	}
	e.one.Submit(form)
	e.one.Expect(422, form, "Hãy ghi rõ")
	e.two.Get(path)
	e.one.Submit(form, "why", "Đài đã có điện lại")
	e.later()
	e.two.Submit(form, "why", "nhầm")
	e.two.Expect(409, form, "thuan đã bỏ miễn trừ")
	if stands() {
		t.Error("the station is excused still")
	}
}

// TestAStaleFormIsNotLost lets two people open a form, one save it and then the
// other, with nothing but forms.
func TestAStaleFormIsNotLost(t *testing.T) {
	t.Parallel()
	e := newTwoEditors(t)
	for _, c := range []struct {
		name, path, form string
		one, two         []string // what each types
		shown            string   // where it is read afterwards, if not in its field
		mine, theirs     string   // in the comparison
	}{
		{"programme", "/programmes/" + e.programme + "/edit", "form.card", []string{"title", "Tên của An"},
			[]string{"title", "Tên của Bình", "producer", "Đài huyện"}, "", "Tên của An", "Tên của Bình"},
		{"episode", "/episodes/" + e.episode + "/edit", "main form[method=post]", []string{"script", "An viết", "do", "draft"},
			[]string{"script", "Bình viết", "do", "draft"}, "", "An viết", "Bình viết"},
		{"rule", "/rules/" + e.rule, "#rule", []string{"time", "17:15", "do", "save"}, []string{"time", "18:30", "do", "save"}, "", "17:15", "18:30"},
		{"one date", "/rules/" + e.rule + "/on/2024-05-20T17:15", "form:has(input[name=kind])", []string{"note", "An", "kind", "annotated"},
			[]string{"note", "Bình", "kind", "annotated"}, "", "An", "Bình"},
		{"station", "/stations/S00001/edit", "main form[method=post]", []string{"notes", "của An"}, []string{"notes", "của Bình"}, "", "của An", "của Bình"},
		{"settings", "/settings", "main form[method=post]", []string{"on_time_hours", "30"}, []string{"on_time_hours", "31"}, "", "30", "31"},
		{"address", "/settings/address", "main form[method=post]", []string{"public_url", "https://an.example.vn"},
			[]string{"public_url", "https://binh.example.vn"}, "", "https://an.example.vn", "https://binh.example.vn"},
		{"library", "/settings/library", "main form[method=post]", []string{"grace", "5,25"}, []string{"grace", "6,75"}, "", "5,25", "6,75"},
		{"accounts", "/settings/accounts", "main form[method=post]", []string{"from", "2024-07-01"}, []string{"from", "2024-07-02"}, "", "2024-07-01",
			"2024-07-02"},
		{"texts", "/settings/texts", "form[action='/settings/texts']", []string{"number", "0912345601"}, []string{"number", "0912345602"}, "",
			"0912345601", "0912345602"},
		{"public", "/settings/public", "main form[method=post]", []string{"publisher", "Văn phòng An"}, []string{"publisher", "Văn phòng Bình"}, "",
			"Văn phòng An", "Văn phòng Bình"},
		{"messages", "/settings/messages", "form[action='/settings/messages']", []string{"slot_lead_minutes", "41"}, []string{"slot_lead_minutes", "42"}, "",
			"41", "42"},
		{"webhook", "/settings/hooks", "form[action='/settings/hooks/" + e.hook + "']", []string{"name", "Zalo của An"}, []string{"name", "Zalo của Bình"}, "",
			"Zalo của An", "Zalo của Bình"},
		{"hosts inside", "/settings/hooks", "form[action='/settings/hooks/inside']", []string{"inside", "an.noibo.vn"}, []string{"inside", "binh.noibo.vn"}, "",
			"an.noibo.vn", "binh.noibo.vn"},
		{"person", "/people/" + e.person, "form:has(input[name=name])", []string{"name", "Mua của An"}, []string{"name", "Mua của Bình"}, "",
			"Mua của An", "Mua của Bình"},
		{"verdict", "/airings/" + e.report, "form[action$='/verdict']", []string{"note", "An nghe", "finding", "contradicted"},
			[]string{"note", "Bình nghe", "finding", "verified"}, "", "An nghe", "Bình nghe"},
		{"verdict in the queue", "/evidence/" + e.report, "form.answers", []string{"note", "An xem", "finding", "contradicted"},
			[]string{"note", "Bình xem", "finding", "verified"}, ".facts dd p:last-child", "An xem", "Bình xem"},
		{"certificate", "/contests/hoi-thi/certificate", "form.card", []string{"text", "An {giải}"}, []string{"text", "Bình {giải}"}, "",
			"An {giải}", "Bình {giải}"},
		{"contest rules", "/contests/hoi-thi/rules/general", "main form[method=post]", []string{"title", "Hội thi của An"},
			[]string{"title", "Hội thi của Bình"}, "", "Hội thi của An", "Hội thi của Bình"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e.one.Get(c.path)
			e.one.Expect(200, c.form+" input[name=of]")
			e.two.Get(c.path)
			e.later()
			e.two.Submit(c.form, c.two...)
			e.two.Expect(200, "")
			e.later()
			e.one.Submit(c.form, c.one...)
			e.one.Expect(412, ".stale table", "binh", c.mine, c.theirs)
			field := e.one.Doc().Find(c.form + " [name='" + c.one[0] + "']").Last()
			if got := field.AttrOr("value", strings.TrimSpace(field.Text())); got != c.one[1] {
				t.Errorf("the field %s shows %q", c.one[0], got)
			}
			if e.one.Doc().Find(".stale a[href]").Length() == 0 {
				t.Error("there is no way to take what the other made")
			}
			e.one.Submit(c.form, c.one...)
			e.one.Expect(200, "")
			e.one.Get(c.path)
			if c.shown != "" {
				e.one.Expect(200, c.shown, c.mine)
				return
			}
			// "31" may stand anywhere in a page, in a random ID too.
			now := e.one.Doc().Find(c.form + " [name='" + c.one[0] + "']").Map(func(_ int, s *goquery.Selection) string {
				return s.AttrOr("value", strings.TrimSpace(s.Text()))
			})
			if !slices.Contains(now, c.one[1]) || slices.Contains(now, c.two[1]) {
				t.Errorf("afterwards %s holds %q", c.path, now)
			}
		})
	}
	t.Run("called off where the other moved it", func(t *testing.T) {
		const form = "form:has(input[name=kind])"
		path := "/rules/" + e.rule + "/on/2024-05-27T17:15"
		e.one.Get(path)
		e.two.Get(path)
		e.later()
		e.two.Submit(form, "kind", "moved", "to", "2024-05-28T18:00")
		e.two.Expect(200, "")
		e.later()
		e.one.Submit(form, "kind", "cancelled")
		e.one.Expect(412, ".stale table", "binh")
		e.one.Submit(form, "kind", "cancelled")
		e.one.Expect(200, "")
		e.one.Get(path)
		e.one.Expect(200, "header.head", "Đã huỷ")
	})
	t.Run("called off with the hour it was moved to cleared", func(t *testing.T) {
		const form = "form:has(input[name=kind])"
		path := "/rules/" + e.rule + "/on/2024-06-03T17:15"
		e.one.Get(path)
		e.one.Submit(form, "kind", "moved", "to", "2024-06-04T18:00")
		e.one.Expect(200, "")
		e.one.Get(path)
		e.one.Submit(form, "kind", "cancelled", "to", "2024-06-04T19:00")
		e.one.Expect(422, "main", "chưa chọn")
		e.one.Submit(form, "kind", "cancelled", "to", "")
		e.one.Expect(200, "")
		e.one.Get(path)
		e.one.Expect(200, "header.head", "Đã huỷ")
	})
	t.Run("what only the other changed stays hers", func(t *testing.T) {
		path := "/programmes/" + e.programme + "/edit"
		e.one.Get(path)
		e.two.Get(path)
		e.later()
		e.two.Submit("form.card", "producer", "Đài tỉnh")
		e.later()
		e.one.Submit("form.card", "title", "Tên cuối")
		e.one.Expect(412, `input[name=theirs][value="producer"]`, "Đài tỉnh")
		e.one.Submit("form.card", "title", "Tên cuối")
		e.one.Get(path)
		e.one.Expect(200, `input[name=title][value="Tên cuối"]`)
		e.one.Expect(200, `input[name=producer][value="Đài tỉnh"]`)
	})
	t.Run("parts that others edit do not disturb", func(t *testing.T) {
		e.one.Get("/settings")
		e.two.Get("/settings/address")
		e.later()
		e.two.Submit("main form[method=post]", "public_url", "https://loa.example.vn")
		e.one.Submit("main form[method=post]", "on_time_hours", "20")
		e.one.Expect(200, `input[name=on_time_hours][value="20"]`)
		e.one.Get("/settings/address")
		e.one.Expect(200, `input[value="https://loa.example.vn"]`)
	})
	t.Run("nobody approves what she has not seen", func(t *testing.T) {
		e.one.Get("/episodes/" + e.episode)
		e.later()
		e.ask(e.two, "PUT", "/api/v1/episodes/"+e.episode, `{"title":"Số 1","script":"khác hẳn","draft":true}`, "", 200)
		e.one.Post("/episodes/"+e.episode+"/move", formOf(e.one, "form:has(input[value=submitted])"))
		e.one.Expect(412, "form input[name=of]", "binh")
		e.one.Post("/episodes/"+e.episode+"/move", formOf(e.one, "form:has(input[value=submitted])"))
		e.one.Expect(200, "")
	})
	t.Run("nobody ends what she has not seen", func(t *testing.T) {
		e.one.Get("/rules/" + e.rule)
		e.later()
		e.ask(e.two, "PUT", "/api/v1/rules/"+e.rule, `{"cron":"0 5 * * 1","stations":"all"}`, "", 200)
		e.one.Post("/rules/"+e.rule+"/end", formOf(e.one, "form[action$='/end']"))
		e.one.Expect(200, "#rule", "binh", "05:00")
	})
	t.Run("each keeps her own account", func(t *testing.T) {
		e.one.Get("/me")
		before := formOf(e.one, "form[action='/me']")
		e.later()
		e.one.Submit("form[action='/me']", "name", "an ở máy khác")
		before.Set("id", uuid.NewString())
		before.Set("name", "an ở điện thoại")
		e.one.Post("/me", before)
		e.one.Expect(412, ".stale table", "an ở máy khác", "an ở điện thoại")
	})
	t.Run("jury", func(t *testing.T) {
		p, err := e.store.AddPerson(t.Context(), meta(*e.now),
			accounts.AddPerson{Name: "Giám khảo", Login: "giamkhao",
				Grants: []accounts.Grant{{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "hoi-thi"}}}})
		if err != nil {
			t.Fatal(err)
		}
		e.ask(e.one, "PUT", "/api/v1/contests/hoi-thi/judges/"+p.ID, `{"title":"Nhà báo"}`, "", 200)
		path := "/contests/hoi-thi/jury?judge=" + p.ID
		e.one.Get(path)
		e.later()
		e.ask(e.two, "PUT", "/api/v1/contests/hoi-thi/judges/"+p.ID, `{"title":"Nhạc sĩ"}`, "", 200)
		e.one.Submit("#appoint form", "title", "Nhà văn", "do", "appoint")
		e.one.Expect(412, ".stale table", "Nhà văn", "Nhạc sĩ", "Nhà báo")
	})
}

// formOf is what stands in a form of the last page.
func formOf(c *webtest.Client, form string) url.Values {
	v := url.Values{}
	f := c.Doc().Find(form).First()
	for _, s := range f.Find("input[name], textarea[name]").EachIter() {
		v.Set(s.AttrOr("name", ""), s.AttrOr("value", s.Text()))
	}
	for _, s := range f.Find("select[name]").EachIter() {
		v.Set(s.AttrOr("name", ""), s.Find("option[selected]").AttrOr("value", ""))
	}
	return v
}
