package public_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/contest"
	"loa/internal/text"
	"loa/quiz"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/public"
	"loa/web/settings"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// house is a filled house with its public pages and the settings that open them.
type house struct {
	bolttest.House
	now   time.Time
	h     http.Handler
	admin *webtest.Client
}

func newHouse(t *testing.T) *house {
	x := &house{now: time.Date(2024, 5, 16, 8, 0, 0, 0, text.Zone)} // Thursday of the filled week
	at := func() time.Time { return x.now }
	x.House = bolttest.NewHouse(t, t.TempDir(), at)
	bolttest.Fill(t, x.Store, x.Blobs)
	k := kit.New(kit.Config{Auth: x.Store, Now: at, Log: slog.New(slog.DiscardHandler),
		Address: func(context.Context) (kit.Address, error) {
			return kit.Address{URL: "https://loa.example.vn", Set: true}, nil
		}})
	public.Register(k, x.Store, contest.NewHall(x.Store, contest.From(x.Store)), x.Blobs)
	settings.Register(k, x.Store, nil)
	var err error
	if x.h, err = k.Handler(); err != nil {
		t.Fatal(err)
	}
	province := accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}
	x.admin = webtest.NewClient(t, x.h, webtest.LoggedIn(t, x.Store, "chị Quản trị", x.now, province))
	return x
}

func (x *house) save(t *testing.T, c sharing.SaveFace) {
	t.Helper()
	if _, err := x.Store.SaveFace(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: x.now}, c); err != nil {
		t.Fatal(err)
	}
}

// get is a stranger's request.
func (x *house) get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	x.h.ServeHTTP(w, r)
	return w
}

// TestNothingIsPublicBeforeItWasChosen: every public address answers as if it had never been; once an administrator
// has chosen, the page tells the week's plan, what to listen to, and prizes, and nobody's name.
func TestNothingIsPublicBeforeItWasChosen(t *testing.T) {
	x := newHouse(t)
	x.save(t, sharing.SaveFace{})
	none, asked := x.get("/communes/S99999"), regexp.MustCompile(`next=[^"]*`)
	for _, path := range []string{"/communes", "/communes/S00001", "/communes/S00002", "/listen/E1/audio.mp3", "/listen/E1/small.mp3"} {
		w := x.get(path)
		if w.Code != http.StatusNotFound || asked.ReplaceAllString(w.Body.String(), "") != asked.ReplaceAllString(none.Body.String(), "") {
			t.Errorf("%s before anything was chosen: %d, or it differs from what never was", path, w.Code)
		}
	}

	const form = `form[method="post"]`
	x.admin.Get("/settings/public")
	x.admin.Submit(form, "places", "list")
	x.admin.Expect(http.StatusUnprocessableEntity, form, "Hãy chọn ít nhất một huyện hoặc một xã")
	x.admin.Submit(form, "places", "list", "stations", "S00001", "week", "1", "winners", "1", "programmes", "P1")
	x.admin.Expect(http.StatusUnprocessableEntity, form+" .error", "Hãy ghi cơ quan công bố")
	x.admin.Submit(form, "publisher", "Văn phòng Điều phối", "email", "chỗ này")
	x.admin.Expect(http.StatusUnprocessableEntity, form+" .error", "Thư điện tử không đúng")
	x.admin.Submit(form, "email", "vpdp@laocai.example.vn")
	x.admin.Expect(http.StatusOK, "main", "1 xã có trang công khai")

	w := x.get("/communes/S00001")
	page := w.Body.String()
	reg, _ := x.Store.Registry(t.Context())
	for _, want := range []string{strings.TrimPrefix(reg.UnitOf("S00001").Official(), "X"), "Văn phòng Điều phối",
		"Nông thôn mới hằng tuần", "17:00", "Thông báo của xã",
		"/listen/E1/small.mp3", "dữ liệu di động", "Số 1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	d, err := x.Store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range d.People() {
		if strings.Contains(page, p.Name) {
			t.Errorf("the page names %s", p.Name)
		}
	}
	if code := x.get("/communes/S00002").Code; code != http.StatusNotFound {
		t.Errorf("a commune that was not chosen: %d", code)
	}
	if index := x.get("/communes").Body.String(); !strings.Contains(index, `href="/communes/S00001"`) || strings.Contains(index, "S00002") {
		t.Error("the list has not just the one commune")
	}
	for _, part := range []string{"week", "winners", "programmes"} {
		var c sharing.SaveFace
		b := `{"everywhere":true,"publisher":"VPĐP","` + part + `":true}`
		if part == "programmes" {
			b = strings.Replace(b, ":true}", `:["P1"]}`, 1)
		}
		if err := json.Unmarshal([]byte(b), &c); err != nil {
			t.Fatal(err)
		}
		x.save(t, c)
		page := x.get("/communes/S00001").Body.String()
		if got := strings.Contains(page, `id="week"`); got != (part == "week") {
			t.Errorf("with %s alone the week is shown: %v", part, got)
		}
		if got := strings.Contains(page, `id="listen"`); got != (part == "programmes") {
			t.Errorf("with %s alone it can be listened to: %v", part, got)
		}
	}
}

// TestAPublicEpisodeIsHeardUntilItIsWithdrawn, as a file that is never a page, in parts, and with nothing where it is had.
func TestAPublicEpisodeIsHeardUntilItIsWithdrawn(t *testing.T) {
	x := newHouse(t)
	x.save(t, sharing.SaveFace{Everywhere: true, Programmes: []string{"P1", "P2"}, Publisher: "VPĐP"})
	w := x.get("/listen/E1/audio.mp3")
	h := w.Header()
	if w.Code != http.StatusOK || h.Get("Content-Type") != "audio/mpeg" || h.Get("X-Content-Type-Options") != "nosniff" ||
		h.Get("Content-Length") != strconv.Itoa(w.Body.Len()) || !strings.HasPrefix(h.Get("Cache-Control"), "public") {
		t.Fatalf("%d %v", w.Code, h)
	}
	for path, want := range map[string]string{"/listen/E1/audio.mp3": "cross-origin", "/podcasts/cover.png": "cross-origin", "/communes": "same-origin"} {
		if got := x.get(path).Header().Get("Cross-Origin-Resource-Policy"); got != want {
			t.Errorf("%s may be embedded by %q", path, got)
		}
	}
	for n := range 400 { // of an aggregator
		if code := x.get("/listen/E1/audio.mp3", "Range", "bytes=10-19").Code; code != http.StatusPartialContent {
			t.Fatalf("part %d: %d", n, code)
		}
	}
	if part := x.get("/listen/E1/audio.mp3", "Range", "bytes=10-19"); part.Code != http.StatusPartialContent || part.Body.Len() != 10 {
		t.Errorf("a part: %d, %d bytes", part.Code, part.Body.Len())
	}
	if again := x.get("/listen/E1/audio.mp3", "If-None-Match", h.Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("had already: %d", again.Code)
	}
	// E2 is a script without sound.
	for _, path := range []string{"/listen/E2/audio.mp3", "/listen/E1/x.html", "/listen/E99/audio.mp3", "/listen/P1/audio.mp3"} {
		if code := x.get(path).Code; code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
	x.now = x.now.AddDate(0, 0, -4) // its first day has not come
	if code := x.get("/listen/E1/audio.mp3").Code; code != http.StatusNotFound {
		t.Errorf("before its first day: %d", code)
	}
	x.now = x.now.AddDate(0, 0, 5)
	if _, err := x.Store.MoveEpisode(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: x.now},
		scheduler.MoveEpisode{ID: "E1", To: scheduler.Withdrawn, Why: "Sai tên xã"}); err != nil {
		t.Fatal(err)
	}
	if code := x.get("/listen/E1/audio.mp3").Code; code != http.StatusNotFound {
		t.Errorf("withdrawn: %d", code)
	}
	if page := x.get("/communes/S00001").Body.String(); strings.Contains(page, "/listen/E1") {
		t.Error("the page still offers what was withdrawn")
	}
}

// TestAMergedCommuneLeadsToItsSuccessor: a sheet on the old board stays good, and only while the new page is public.
func TestAMergedCommuneLeadsToItsSuccessor(t *testing.T) {
	x := newHouse(t)
	was, err := x.Store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	on := stations.DateOf(x.now).AddDays(20)
	if _, err := x.Store.Merge(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: x.now}, stations.Merge{On: on,
		Rows: []stations.MergeRow{{Line: 2, OldCode: was.UnitOf("S00009").Code, NewCode: "90010", NewName: "Xã Hợp Nhất"},
			{Line: 3, OldCode: was.UnitOf("S00010").Code, NewCode: "90010", NewName: "Xã Hợp Nhất"}}}); err != nil {
		t.Fatal(err)
	}
	x.now = x.now.AddDate(0, 1, 0)
	reg, err := x.Store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, passed := reg.Passed("S00010", stations.DateOf(x.now))
	if !passed || p.Into == nil {
		t.Fatal("nobody took over")
	}
	x.save(t, sharing.SaveFace{Stations: []string{"S00010"}, Week: true, Publisher: "VPĐP"})
	if w := x.get("/communes/S00010"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/communes/"+p.Into.ID {
		t.Errorf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	page := x.get("/communes/" + p.Into.ID).Body.String()
	if !strings.Contains(page, "Trước đây là") || !strings.Contains(page, reg.UnitOf("S00010").Official()) {
		t.Error("the successor's page does not say what it was")
	}
	x.save(t, sharing.SaveFace{Stations: []string{"S00001"}, Week: true, Publisher: "VPĐP"})
	if w := x.get("/communes/S00010"); w.Code != http.StatusNotFound {
		t.Errorf("of a page that is not public any more: %d", w.Code)
	}
}

// TestAPublicPageIsSmallAndKept: what a phone that has nothing fetches, that a reload is answered with nothing, and that who
// asks without end is told to wait.
func TestAPublicPageIsSmallAndKept(t *testing.T) {
	x := newHouse(t)
	x.save(t, sharing.SaveFace{Everywhere: true, Week: true, Winners: true, Programmes: []string{"P1"}, Publisher: "VPĐP"})
	w := x.get("/communes/S00001", "Accept-Encoding", "gzip")
	h := w.Header()
	if w.Code != http.StatusOK || h.Get("Cache-Control") != "public, max-age=300" || !strings.Contains(strings.Join(h.Values("Vary"), ","), "Cookie") {
		t.Errorf("%d %v", w.Code, h)
	}
	if w.Body.Len() > 3000 {
		t.Errorf("the page takes %d bytes", w.Body.Len())
	}
	if again := x.get("/communes/S00001", "If-None-Match", h.Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("had already: %d", again.Code)
	}
	if own := x.admin.Get("/communes/S00001"); own.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a person's own page may be kept: %s", own.Header().Get("Cache-Control"))
	}
	code := 0
	for range 1000 {
		if code = x.get("/communes/S00001", "If-None-Match", h.Get("ETag")).Code; code != http.StatusNotModified {
			break
		}
	}
	if code != http.StatusTooManyRequests {
		t.Errorf("a thousand requests at once: %d", code)
	}
	x.now = x.now.Add(time.Minute)
	if w := x.get("/communes/S00001"); w.Code != http.StatusOK {
		t.Errorf("a minute later: %d", w.Code)
	}
}

// TestThePosterLeadsToThePage: who reads the station prints it while the page is public.
func TestThePosterLeadsToThePage(t *testing.T) {
	x := newHouse(t)
	x.save(t, sharing.SaveFace{Stations: []string{"S00001"}, Week: true, Publisher: "VPĐP"})
	g := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}
	operator := webtest.NewClient(t, x.h, webtest.LoggedIn(t, x.Store, "chị Mỷ", x.now, g))
	operator.Get("/stations/S00001/poster")
	operator.Expect(http.StatusOK, ".poster", "https://loa.example.vn/communes/S00001", "Quét mã")
	operator.Get("/stations/S00002/poster")
	operator.Expect(http.StatusForbidden, "main")
	x.admin.Get("/stations/S00002/poster")
	x.admin.Expect(http.StatusNotFound, "main", "không công khai")
	if w := x.get("/stations/S00001/poster"); w.Code == http.StatusOK {
		t.Error("a stranger prints posters")
	}
}

// TestAKnowledgeContestIsFoundFromTheCommunesPage: while people of the commune can take part, or soon will, and not where they cannot.
func TestAKnowledgeContestIsFoundFromTheCommunesPage(t *testing.T) {
	x := newHouse(t)
	x.save(t, sharing.SaveFace{Everywhere: true, Publisher: "VPĐP"})
	reg, err := x.Store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := accounts.Actor{Person: "org", Name: "Chị Hoa", Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}}}
	opens := x.now.Add(time.Hour)
	m := func() accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: by, At: x.now} }
	q, err := x.Store.SaveQuiz(t.Context(), m(), quiz.SaveContest{Rules: quiz.Rules{District: reg.Where("S00001").District, Title: "Bản em sạch đẹp",
		Way: quiz.ByPhone, Opens: opens, Closes: opens.Add(time.Hour), Draws: 1, Minutes: 5}})
	if err != nil {
		t.Fatal(err)
	}
	shown := func(station string) bool {
		w := x.get("/communes/" + station)
		return w.Code == http.StatusOK && strings.Contains(w.Body.String(), `href="/quiz/`+q.ID+`"`)
	}
	if shown("S00001") {
		t.Error("a draft is public")
	}
	if _, err := x.Store.MoveQuiz(t.Context(), m(), quiz.MakeMove{ID: q.ID, Move: quiz.Announce, Seed: "x"}); err != nil {
		t.Fatal(err)
	}
	if !shown("S00001") {
		t.Error("people of the commune do not find it")
	}
	for _, st := range reg.Stations() {
		if q.District != reg.Where(st.ID).District && shown(st.ID) {
			t.Errorf("%s of another district is told of it", st.ID)
		}
	}
	if x.now = q.Closes; shown("S00001") {
		t.Error("it is offered when it is over")
	}
}
