package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/web/kit"
	"loa/web/webtest"
)

// sender uploads as the operator's phone does, in pieces, while the clock of the
// server goes on.
type sender struct {
	*running
	secret string
}

func (s sender) send(method, path, contentType, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.AddCookie(&http.Cookie{Name: "s", Value: s.secret})
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.d.server.Handler.ServeHTTP(w, req)
	return w
}

// create makes an empty upload and returns how to send a part of its file.
func (s sender) create(file []byte) (id string, patch func(from, to int)) {
	s.t.Helper()
	b64 := base64.StdEncoding.EncodeToString
	w := s.send("POST", "/api/v1/uploads", "", "", "Upload-Length", fmt.Sprint(len(file)), "Upload-Metadata",
		"kind "+b64([]byte("contest"))+",filename "+b64([]byte("du-thi.mp3")))
	at := w.Header().Get("Location")
	if w.Code != http.StatusCreated {
		s.t.Fatalf("upload: %d %s", w.Code, w.Body)
	}
	return path.Base(at), func(from, to int) {
		s.t.Helper()
		if w := s.send("PATCH", at, "application/offset+octet-stream", string(file[from:to]), "Upload-Offset", fmt.Sprint(from)); w.Code/100 != 2 {
			s.t.Fatalf("from %d: %d %s", from, w.Code, w.Body)
		}
	}
}

// begin sends the first half of a file and returns how to send the rest.
func (s sender) begin(file []byte) (id string, rest func()) {
	s.t.Helper()
	id, patch := s.create(file)
	patch(0, len(file)/2)
	return id, func() { s.t.Helper(); patch(len(file)/2, len(file)) }
}

// work is the form about a file.
func (s sender) work(station, file, title string) string {
	s.t.Helper()
	body, err := json.Marshal(contest.Work{Title: title, Theme: "ntm", Category: "chuong-trinh", Language: "vi",
		Kind: contest.ByStation, Station: station, Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: file}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(body)
}

// refusal is the code of an answer, "" for a receipt.
func (s sender) refusal(w *httptest.ResponseRecorder) string {
	s.t.Helper()
	var said struct{ Code, Detail string }
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code/100 != 2 && said.Detail == "" {
		s.t.Fatalf("entering: %d %s", w.Code, w.Body)
	}
	if w.Code/100 == 2 {
		return ""
	}
	return said.Code
}

// announce sends the form ahead of the file.
func (s sender) announce(station, file string) string {
	s.t.Helper()
	return s.refusal(s.send("PUT", "/api/v1/contests/han-nop/entries/"+file+"/form", "application/json", s.work(station, file, "Bài "+file),
		"Idempotency-Key", kit.NewID()))
}

// enter submits a work and returns the code of the refusal, "" for a receipt.
func (s sender) enter(station, file, title string) string {
	s.t.Helper()
	return s.refusal(s.send("POST", "/api/v1/contests/han-nop/entries", "application/json",
		strings.Replace(s.work(station, file, title), "{", `{"id":"`+file+`",`, 1), "Idempotency-Key", kit.NewID()))
}

// closesInAnHour opens the contest han-nop, which takes entries for one hour more and
// waits another for what is on its way.
func closesInAnHour(t *testing.T, r *running) {
	t.Helper()
	rules := contest.Sample()
	rules.Dates = contest.Timetable{OpensAt: monday.Add(-time.Hour), ClosesAt: monday.Add(time.Hour), GraceMinutes: 60}
	rules.Categories[0].Needs = []contest.Need{{Piece: contest.Audio, When: contest.Always}}
	rules.Categories[0].MinSeconds = 0
	rules.Quotas, rules.Rounds[0].Parts[0].Sample = nil, false
	org := accounts.Actor{Person: "tochuc", Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}}}
	for i, c := range []contest.Command{contest.DraftContest{Rules: rules}, contest.OpenContest{}} {
		if _, err := r.d.hall.Do(t.Context(), accounts.Meta{ID: fmt.Sprint("open-", i), By: org, At: r.clock.now()}, "han-nop", c); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAFormGoesAheadOfItsFileInABrowser presses "submit" while the line lets
// forms through and no bytes.
func TestAFormGoesAheadOfItsFileInABrowser(t *testing.T) {
	t.Parallel()
	r := startDaemon(t, t.TempDir(), monday)
	closesInAnHour(t, r)
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", webtest.LoggedIn(t, r.d.store, "pao", monday,
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00010"}}), r.d.URL())
	p.Open(r.d.URL() + "/enter/han-nop")
	p.Offline(r.d.URL() + "/api/v1/uploads/*")
	p.Set("[name=title]", "Đường sữa ngọt")
	p.Upload("input[name=audio_file]", voice(t, 440))
	p.Click("button[value=submit]")
	p.Says("main form [data-says=outbox]", "Đã giữ trên máy này")
	p.Until("the server knows of the form", `fetch("/enter").then((r) => r.text()).then((page) => page.includes("Đường sữa ngọt"))`)
	p.Shot("form-ahead", 360)
	p.Offline()
	p.Wait(".facts")
	p.Shot("form-then-file", 360)
	if err := r.d.hall.View(t.Context(), "han-nop", func(s *contest.State) error {
		if len(s.Entries) != 1 || s.Entries[0].Title != "Đường sữa ngọt" {
			t.Errorf("%d entries", len(s.Entries))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// A work is entered in a valley without signal: the sheet and its sound are kept on the phone over a closed tab, count in
// what waits, and leave when there is signal, once. What the server refuses is told there, and nothing of it is lost.
func TestAWorkIsEnteredWithoutANetwork(t *testing.T) {
	t.Parallel()
	r := startDaemon(t, t.TempDir(), monday)
	closesInAnHour(t, r)
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", webtest.LoggedIn(t, r.d.store, "pao", monday,
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00010"}}), r.d.URL())
	form := r.d.URL() + "/enter/han-nop"
	p.Open(form)
	p.Until("the form is kept", `caches.open("loa-1-pages").then((c) => c.match("/enter/han-nop")).then(Boolean)`)
	p.Offline("")
	p.Open("about:blank")
	p.Open(form)
	p.Type("[name=title]", "Đường sữa ngọt")
	p.Upload("input[name=audio_file]", voice(t, 440))
	p.Click("button[value=submit]")
	p.Says("main form [data-says=outbox]", "Đã giữ trên máy này")
	p.Says("#unsent", "1 việc chưa gửi")
	p.Fingers("entry-offline")
	p.Shot("entry-offline", 360)
	p.Open("about:blank") // the tab is closed and comes back
	p.Open(form)
	p.Says("#unsent", "1 việc chưa gửi")
	p.Click("button[value=submit]") // again, for she is not sure
	p.Wait("form [data-says=outbox]")
	p.Until("it is one", nothingUnsent+`.then((none) => !none)`)
	p.Says("main form [data-kept-work]", "đang chờ có mạng để gửi", ".mp3 (", "Bỏ phiếu đang chờ")
	p.Fingers("entry-waits")
	p.Shot("entry-waits", 360)
	kept := func() string {
		return webtest.Eval[string](p, "see what is kept", `new Promise((done) => {
			const ask = indexedDB.open("loa-outbox");
			ask.onsuccess = () => {
				const t = ask.result.transaction(["items", "bytes"]), all = t.objectStore("items").getAll(), bytes = t.objectStore("bytes").getAllKeys();
				t.oncomplete = () => { ask.result.close(); done(all.result.map((i) => i.id.slice(0, 4) + " " + i.parts.map((f) => f.name + " " + f.size)) + ", " + bytes.result.length); };
			};
		})`)
	}
	before := kept()
	p.Open("about:blank")
	p.Open(form)
	p.Says("main form [data-kept-work]", ".mp3 (")
	p.Upload("input[name=audio_file]", voice(t, 330)) // another sound takes its place
	p.Click("button[value=submit]")
	p.Wait("form [data-says=outbox]")
	p.Until("the other is kept in its place", `document.querySelector("[data-kept-work]") && new Promise((done) => setTimeout(() => done(true)))`)
	if after := kept(); after == before || strings.Count(after, ".mp3") != 1 || !strings.HasSuffix(after, ", 1") {
		t.Errorf("kept %q, before %q", after, before)
	}
	p.Click("[data-kept-work] button") // and she thinks better of it
	p.Until("nothing waits", nothingUnsent)
	p.Says("main form", "Đã bỏ phiếu đang chờ cùng tệp của nó")
	p.Open("about:blank")
	p.Open(form)
	p.Until("what she typed is there", `document.querySelector("[name=title]").value === "Đường sữa ngọt"`)
	p.Upload("input[name=audio_file]", voice(t, 440))
	p.Click("button[value=submit]")
	p.Says("#unsent", "1 việc chưa gửi")
	entries := func() (list []*contest.Entry) {
		t.Helper()
		if err := r.d.hall.View(t.Context(), "han-nop", func(s *contest.State) error { list = s.Entries; return nil }); err != nil {
			t.Fatal(err)
		}
		return list
	}
	if n := len(entries()); n != 0 {
		t.Fatalf("%d entries over a cut line", n)
	}
	p.Offline()
	p.Until("nothing waits", `(document.querySelector("#unsent button")?.click(), `+nothingUnsent+`)`)
	if list := entries(); len(list) != 1 || list[0].Title != "Đường sữa ngọt" || list[0].Piece(contest.Audio) == nil {
		t.Fatalf("%+v", list)
	}
	p.Until("the draft has gone", `!Object.keys(localStorage).some((k) => k.startsWith("loa-draft:"))`)

	// one that is refused, for it is the same sound again and has no title
	p.Open(form)
	p.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
	p.Offline("")
	p.Open(form)
	p.Type("[name=title]", "   ")
	p.Type("[name=script]", "Kính thưa bà con")
	p.Upload("input[name=audio_file]", voice(t, 540))
	p.Click("button[value=submit]")
	p.Says("main form [data-says=outbox]", "Đã giữ trên máy này")
	p.Open("about:blank")
	p.Offline()
	p.Open(r.d.URL() + "/today")
	p.Wait("#unsent [data-item]")
	p.Says("#unsent", "1 việc chờ bạn trả lời")
	p.Click("#unsent [data-item]")
	p.Wait("main form [aria-invalid=true]")
	p.Shot("entry-refused", 360)
	if said := webtest.Eval[string](p, "what was typed", `document.querySelector("[name=script]").value + document.querySelector("select[name=audio]").value.length`); said !=
		"Kính thưa bà con36" {
		t.Errorf("of what was typed there is %q", said)
	}
	p.Set("[name=title]", "Cây ngô trên nương")
	p.Click("button[value=submit]")
	p.Wait(".facts")
	p.Until("nothing waits", nothingUnsent)
	if list := entries(); len(list) != 2 || list[1].Script != "Kính thưa bà con" {
		t.Errorf("%d entries, %+v", len(list), list[len(list)-1])
	}
}

// What is typed of a work is kept on the phone until it was submitted: the tab is closed, the session ends, and the words are there.
func TestWhatIsTypedOfAWorkIsKeptOnThePhone(t *testing.T) {
	t.Parallel()
	r := startDaemon(t, t.TempDir(), monday)
	closesInAnHour(t, r)
	grant := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00010"}}
	who, err := r.d.store.AddPerson(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: monday},
		accounts.AddPerson{Name: "Páo", Login: "pao", Grants: []accounts.Grant{grant}})
	if err != nil {
		t.Fatal(err)
	}
	p := webtest.NewBrowser(t).Person()
	open := func() {
		t.Helper()
		p.Open("about:blank")
		p.Cookie("s", webtest.Session(t, r.d.store, who, monday), r.d.URL())
		p.Open(r.d.URL() + "/enter/han-nop")
	}
	const kept = `Object.keys(localStorage).some((k) => k.startsWith("loa-draft:") && localStorage[k].includes("Kính thưa"))`
	open()
	p.Type("[name=title]", "Đường sữa ngọt")
	p.Type("[name=script]", "Kính thưa bà con")
	p.Until("it is kept", kept)
	open()
	p.Wait("form .notice.info button")
	p.Says("form .notice.info", "đã giữ trên máy này và điền lại")
	p.Fingers("draft")
	p.Shot("draft", 360)
	p.Click("form .notice.info button")
	p.Until("it is dropped", `document.querySelector("[name=title]").value + document.querySelector("[name=script]").value === "" && !(`+kept+`)`)
	p.Type("[name=title]", "Đường sữa ngọt")
	p.Type("[name=script]", "Kính thưa bà con")
	p.Until("it is kept", kept)
	open()
	p.Wait("form .notice.info button")
	p.Upload("input[name=audio_file]", voice(t, 440))
	p.Click("button[value=submit]")
	p.Wait(".facts")
	p.Until("nothing is kept any more", `!(`+kept+`)`)
	if err := r.d.hall.View(t.Context(), "han-nop", func(s *contest.State) error {
		if len(s.Entries) != 1 || s.Entries[0].Title != "Đường sữa ngọt" || !strings.Contains(s.Entries[0].Script, "bà con") {
			t.Errorf("%+v", s.Entries)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestADeadlineCrossedMidUpload lets the deadline, and then the grace, go by
// while files are on their way.
func TestADeadlineCrossedMidUpload(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	closesInAnHour(t, r)
	const station = "S00010"
	s := sender{r, webtest.LoggedIn(t, r.d.store, "pao", monday,
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}})}
	var files [5][]byte
	for i := range files {
		var err error
		if files[i], err = os.ReadFile(voice(t, 440+100*i)); err != nil {
			t.Fatal(err)
		}
	}
	inGrace, restInGrace := s.begin(files[0])
	tooLong, restTooLong := s.begin(files[1])
	empty, fill := s.create(files[3]) // not a byte of it came before the deadline
	formless, restFormless := s.begin(files[4])
	for _, id := range []string{inGrace, tooLong, empty} {
		if code := s.announce(station, id); code != "" {
			t.Errorf("a form ahead of its file: %s", code)
		}
	}
	page := func(query string, want string, form bool) {
		t.Helper()
		w := s.send("GET", "/enter/han-nop"+query, "", "")
		if got := strings.Contains(w.Body.String(), `name="title"`); w.Code != 200 || !strings.Contains(w.Body.String(), want) || got != form {
			t.Errorf("/enter/han-nop%s: %d, a form %t, without %q", query, w.Code, got, want)
		}
	}
	page("", "", true)
	waiting := regexp.MustCompile(`\?form=[0-9a-f-]{36}`).FindString(s.send("GET", "/enter", "", "").Body.String())
	page(waiting, "tệp chưa gửi xong. Hãy chọn lại", true)
	r.clock.set(monday.Add(time.Hour + 30*time.Minute))
	page("", "Đã hết hạn nộp", false)
	page(waiting, "chỉ gửi tiếp được trên đúng máy", true)
	restInGrace()
	restFormless()
	fill(0, len(files[3]))
	if code := s.enter(station, inGrace, "Tên khác"); code != "contest.not_announced" {
		t.Errorf("another title within the grace: %q", code)
	}
	if code := s.enter(station, inGrace, "Bài "+inGrace); code != "" {
		t.Errorf("begun in time, ended in the grace: %s", code)
	}
	if code := s.enter(station, empty, "Bài "+empty); code != "contest.too_late" {
		t.Errorf("an empty upload made before the deadline: %q", code)
	}
	if code := s.enter(station, formless, "Bài "+formless); code != "contest.too_late" {
		t.Errorf("an upload whose form was not sent: %q", code)
	}
	begunLate, restLate := s.begin(files[2])
	restLate()
	if code := s.announce(station, begunLate); code != "contest.too_late" {
		t.Errorf("a form after the deadline: %q", code)
	}
	if code := s.enter(station, begunLate, "Bài "+begunLate); code != "contest.too_late" {
		t.Errorf("begun after the deadline: %q", code)
	}
	r.clock.set(monday.Add(2*time.Hour + time.Minute))
	restTooLong()
	if code := s.enter(station, tooLong, "Bài "+tooLong); code != "contest.too_late" {
		t.Errorf("ended after the grace: %q", code)
	}
	for _, id := range []string{inGrace, begunLate, tooLong, empty, formless} {
		if _, err := r.d.store.Recording(t.Context(), id); err != nil {
			t.Errorf("what was sent is lost: %v", err)
		}
	}
}
