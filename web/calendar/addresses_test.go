package calendar_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/calendar"
	"loa/web/kit"
	"loa/web/webtest"
)

// planned is a house of stations with a daily programme at all, one at a single station, and a person of each kind.
type planned struct {
	t         *testing.T
	s         *bolt.Store
	now       time.Time
	h         http.Handler
	p1, p2    string
	rule      string // of p1
	operator  *webtest.Client
	editor    *webtest.Client
	addressed int // how many addresses were made
}

func newPlanned(t *testing.T) *planned {
	x := &planned{t: t, s: bolttest.Open(t), now: time.Date(2024, 5, 14, 8, 0, 0, 0, text.Zone)}
	webtest.Stations(t, x.s)
	make := func(title, cron string, who scheduler.Selection) (string, string) {
		p, err := x.s.SaveProgramme(t.Context(), x.meta(), scheduler.SaveProgramme{Title: title, Languages: []string{"vi"}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := x.s.SaveRule(t.Context(), x.meta(), scheduler.SaveRule{Programme: p.ID, Cron: cron, Minutes: 15, Selection: who,
			From: "2024-05-01"})
		if err != nil {
			t.Fatal(err)
		}
		return p.ID, r.ID
	}
	x.p1, x.rule = make("Nông thôn mới; \"sáng, xanh, sạch, đẹp, an toàn\" cho các xã vùng cao biên giới", "0 17 * * *", scheduler.Selection{All: true})
	x.p2, _ = make("Thông báo", "0 6 * * 1", scheduler.Selection{Stations: []string{"S00002"}})
	k := kit.New(kit.Config{Auth: x.s, Now: func() time.Time { return x.now }, Log: slog.New(slog.DiscardHandler),
		Address: func(context.Context) (kit.Address, error) {
			return kit.Address{URL: "https://loa.example.vn", Set: true}, nil
		}})
	calendar.Register(k, x.s)
	var err error
	if x.h, err = k.Handler(); err != nil {
		t.Fatal(err)
	}
	person := func(role accounts.Role, scope accounts.Scope) *webtest.Client {
		return webtest.NewClient(t, x.h, webtest.LoggedIn(t, x.s, string(role), x.now, accounts.Grant{Role: role, Scope: scope}))
	}
	x.operator = person(accounts.Operator, accounts.Scope{Level: accounts.Station, ID: "S00001"})
	person(accounts.Admin, accounts.Scope{Level: accounts.Province})
	x.editor = person(accounts.Editor, accounts.Scope{Level: accounts.Province})
	return x
}

func (x *planned) meta() accounts.Meta {
	return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: x.now.AddDate(0, 0, -13)}
}

// address makes a calendar on the page and returns its path.
func (x *planned) address(c *webtest.Client, pairs ...string) string {
	x.t.Helper()
	c.Get("/calendar/addresses")
	x.addressed++
	x.now = x.now.Add(time.Minute) // they are listed by when they were made
	c.Submit(`form[action="/calendar/addresses"]`, append([]string{"name", fmt.Sprint("Máy ", x.addressed)}, pairs...)...)
	c.Expect(http.StatusOK, ".card.ok", "Địa chỉ chỉ hiện một lần này")
	return x.shown(c)
}

func (x *planned) shown(c *webtest.Client) string {
	x.t.Helper()
	path, ok := strings.CutPrefix(c.Doc().Find("#address").AttrOr("value", ""), "https://loa.example.vn")
	if !ok || !strings.HasPrefix(path, "/ics/") || !strings.HasSuffix(path, ".ics") {
		x.t.Fatalf("the address is %q", path)
	}
	return path
}

func (x *planned) get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	x.h.ServeHTTP(w, r)
	return w
}

// events reads a calendar as a client does.
func (x *planned) events(path string) (list []ical.Event) {
	x.t.Helper()
	w := x.get(path)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/calendar; charset=utf-8" {
		x.t.Fatalf("%s: %d %v", path, w.Code, w.Header())
	}
	for line := range strings.SplitSeq(w.Body.String(), "\r\n") {
		if len(line) > 75 || strings.Contains(line, "\n") {
			x.t.Fatalf("a line of %d bytes: %.90q", len(line), line)
		}
	}
	cal, err := ical.NewDecoder(w.Body).Decode()
	if err != nil {
		x.t.Fatalf("a client cannot read it: %v", err)
	}
	seen := map[string]bool{}
	for _, e := range cal.Events() {
		uid, _ := e.Props.Text(ical.PropUID)
		if seen[uid] {
			x.t.Errorf("%s twice", uid)
		}
		seen[uid] = true
		for _, name := range []string{ical.PropDateTimeStart, ical.PropDateTimeEnd, ical.PropDateTimeStamp} {
			if v := e.Props.Get(name); v == nil || !strings.HasSuffix(v.Value, "Z") {
				x.t.Errorf("%s of %s is not in UTC: %v", name, uid, v)
			}
		}
	}
	return cal.Events()
}

func say(e ical.Event, name string) string {
	s, _ := e.Props.Text(name)
	return s
}

// TestACalendarIsReadByClients: what was moved and called off, at the hour it is, in UTC; an operator's is her station's, an
// editor's may be of a station, a district, a programme; a calendar keeps the names of its events.
func TestACalendarIsReadByClients(t *testing.T) {
	x := newPlanned(t)
	own := x.address(x.operator)
	for _, c := range []scheduler.SaveException{
		{Rule: x.rule, At: scheduler.WallOf(time.Date(2024, 5, 20, 17, 0, 0, 0, time.UTC)), Kind: scheduler.Cancelled, Note: "Mất điện"},
		{Rule: x.rule, At: scheduler.WallOf(time.Date(2024, 5, 21, 17, 0, 0, 0, time.UTC)), Kind: scheduler.Moved,
			To: scheduler.WallOf(time.Date(2024, 5, 21, 19, 30, 0, 0, time.UTC))},
	} {
		m := x.meta()
		m.At = x.now
		if _, err := x.s.SaveException(t.Context(), m, c); err != nil {
			t.Fatal(err)
		}
	}
	list := x.events(own)
	if len(list) < 350 || len(list) > 366 {
		t.Errorf("a year of a daily programme: %d", len(list))
	}
	reg, err := x.s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"20240519T100000Z": "CONFIRMED", "20240520T100000Z": "CANCELLED", "20240521T123000Z": "CONFIRMED"}
	for _, e := range list {
		start := e.Props.Get(ical.PropDateTimeStart).Value
		if status, ok := want[start]; ok && say(e, ical.PropStatus) == status {
			delete(want, start)
		}
		if start == "20240521T123000Z" && !strings.Contains(say(e, ical.PropUID), "20240521T1000Z") {
			t.Error("what was moved has another name now: a client shows it twice")
		}
		if say(e, ical.PropLocation) != reg.Label("S00001") || !strings.HasPrefix(say(e, ical.PropSummary), `Nông thôn mới; "sáng, xanh`) {
			t.Fatalf("%q at %q", say(e, ical.PropSummary), say(e, ical.PropLocation))
		}
	}
	if len(want) > 0 {
		t.Errorf("not there: %v", want)
	}
	if path := x.address(x.editor, "programme", x.p2); len(x.events(path)) > 60 || say(x.events(path)[0], ical.PropSummary) != "Thông báo" {
		t.Error("a programme's calendar has other programmes")
	}
	other := slices.IndexFunc(reg.Stations(), func(s *stations.Station) bool { return reg.Where(s.ID).District != reg.Where("S00002").District })
	for _, c := range []struct {
		pairs []string
		both  bool // the second programme too
	}{{[]string{"station", "S00002"}, true}, {[]string{"station", "S00001"}, false}, {[]string{"district", reg.Where("S00002").District}, true},
		{[]string{"district", reg.Where(reg.Stations()[other].ID).District}, false}, {nil, true}} {
		both := slices.ContainsFunc(x.events(x.address(x.editor, c.pairs...)), func(e ical.Event) bool { return say(e, ical.PropSummary) == "Thông báo" })
		if both != c.both {
			t.Errorf("%v: the programme of S00002 is there: %v", c.pairs, both)
		}
	}
}

// TestACalendarsAddressEnds: ended, renewed, or of a person who was shut out, it opens nothing; another person ends no other's.
func TestACalendarIsOfferedWhereItWouldShowSomething(t *testing.T) {
	x := newPlanned(t)
	at := func(districts ...string) int {
		var grants []accounts.Grant
		for _, d := range districts {
			grants = append(grants, accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: d}})
		}
		c := webtest.NewClient(t, x.h, webtest.LoggedIn(t, x.s, "huyen "+strings.Join(districts, " "), x.now, grants...))
		c.Get("/calendar/addresses")
		return c.Doc().Find("select[name=district] option[value!='']").Length()
	}
	x.editor.Get("/calendar/addresses")
	if one, two, all := at("084"), at("084", "085"), x.editor.Doc().Find("select[name=district] option[value!='']").Length(); one != 0 || two != 2 || all != 9 {
		t.Errorf("districts to choose from: %d for who looks after one, %d for two, %d for the province", one, two, all)
	}
}

func TestACalendarsAddressEnds(t *testing.T) {
	x := newPlanned(t)
	ended, kept := x.address(x.operator), x.address(x.operator)
	row := x.operator.Doc().Find(`form[action^="/calendar/addresses/"]`)
	if row.Length() != 2 {
		t.Fatalf("%d calendars are listed", row.Length())
	}
	action := row.Last().AttrOr("action", "") // the older
	x.editor.Get("/calendar/addresses")
	x.editor.Post(action, map[string][]string{"id": {uuid.NewString()}, "do": {"end"}})
	x.editor.Expect(http.StatusNotFound, "main")
	x.operator.Submit(`form[action="`+action+`"]`, "do", "end")
	x.operator.Expect(http.StatusOK, ".flash", "Đã kết thúc")
	if x.get(ended).Code != http.StatusNotFound || x.get(kept).Code != http.StatusOK {
		t.Errorf("ended %d, kept %d", x.get(ended).Code, x.get(kept).Code)
	}
	x.operator.Submit(`form[action^="/calendar/addresses/"]`, "do", "renew")
	x.operator.Expect(http.StatusOK, ".card.ok")
	renewed := x.shown(x.operator)
	if x.get(kept).Code != http.StatusNotFound || x.get(renewed).Code != http.StatusOK {
		t.Errorf("renewed: the old %d, the new %d", x.get(kept).Code, x.get(renewed).Code)
	}
	x.operator.Get("/calendar/addresses")
	if strings.Contains(x.operator.Doc().Text(), strings.TrimPrefix(renewed, "/ics/")) {
		t.Error("the address is shown again")
	}
	d, err := x.s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, _ := d.ByLogin(string(accounts.Operator))
	out, m := true, x.meta()
	m.At = x.now
	if _, err := x.s.ChangePerson(t.Context(), m, accounts.ChangePerson{Person: p.ID, Disabled: &out}); err != nil {
		t.Fatal(err)
	}
	if x.get(renewed).Code != http.StatusNotFound {
		t.Errorf("of a person who is shut out: %d", x.get(renewed).Code)
	}
}

// TestAClientThatAsksEverySecond is answered with nothing while nothing changes, then told to wait; guesses are slowed too.
func TestAClientThatAsksEverySecond(t *testing.T) {
	x := newPlanned(t)
	path := x.address(x.operator)
	tag := x.get(path).Header().Get("ETag")
	codes := map[int]int{}
	for range 120 {
		x.now = x.now.Add(time.Second)
		codes[x.get(path, "If-None-Match", tag).Code]++
	}
	if codes[http.StatusNotModified] < 29 || codes[http.StatusTooManyRequests] < 80 || len(codes) != 2 {
		t.Errorf("120 times in two minutes: %v", codes)
	}
	x.now = x.now.Add(time.Hour)
	m := x.meta()
	m.At = x.now
	if _, err := x.s.SaveException(t.Context(), m, scheduler.SaveException{Rule: x.rule, Kind: scheduler.Cancelled,
		At: scheduler.WallOf(time.Date(2024, 5, 20, 17, 0, 0, 0, time.UTC))}); err != nil {
		t.Fatal(err)
	}
	if w := x.get(path, "If-None-Match", tag); w.Code != http.StatusOK {
		t.Errorf("after a change: %d", w.Code)
	}
	many := 0
	for i := range 200 {
		if x.get(fmt.Sprintf("/ics/%026d.ics", i)).Code == http.StatusTooManyRequests {
			many++
		}
	}
	if many < 100 {
		t.Errorf("of 200 guesses %d were slowed", many)
	}
}
