package coverage

import (
	"fmt"
	"log/slog"
	"net/http"
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
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/storetest"
	"loa/web/kit"
	"loa/web/webtest"
)

var (
	now  = time.Date(2024, 5, 16, 9, 0, 0, 0, text.Zone) // a Thursday
	week = airing.Calendar{Zone: text.Zone}.Week(now)
)

// open is the pages over a store with the founding stations, and a monitor of
// the province in front of them.
func open(t *testing.T) (*bolt.Store, *webtest.Client) {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	return s, monitor(t, s, accounts.Scope{Level: accounts.Province})
}

// monitor is somebody who watches a part of the province, in front of the pages.
func monitor(t *testing.T, s *bolt.Store, scope accounts.Scope) *webtest.Client {
	t.Helper()
	return monitorOf(t, s, s, scope)
}

// monitorOf is monitor, whose pages ask another store than the one she logs in at.
func monitorOf(t *testing.T, s *bolt.Store, asked Store, scope accounts.Scope) *webtest.Client {
	t.Helper()
	secret := webtest.LoggedIn(t, s, "Giám sát "+scope.ID, now, accounts.Grant{Role: accounts.Monitor, Scope: scope})
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	Register(k, asked)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return webtest.NewClient(t, h, secret)
}

// TestAYearOfAStationAsksForItsExcusesOnce, and says which week was excused.
func TestAYearOfAStationAsksForItsExcusesOnce(t *testing.T) {
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	counted := &storetest.Counted{Engine: s}
	c := monitorOf(t, s, counted, accounts.Scope{Level: accounts.Province})
	e := coverage.Excuse{Week: week - 3, Station: "S00001", Reason: airing.Weather, Note: "Lũ quét"}
	if _, err := s.Excuse(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: now}, e); err != nil {
		t.Fatal(err)
	}
	counted.Questions()
	c.Get("/coverage/stations/S00001?week=" + week.String())
	c.Expect(http.StatusOK, "main", "Được miễn")
	if n := counted.Questions(); n["Excuses"] != 1 || n["LastExcuse"] > 1 {
		t.Errorf("%v", n)
	}
}

// beside is what a page says, but for the axes of a chart.
func beside(c *webtest.Client, axes string) string {
	main := c.Doc().Find("main")
	main.Find(axes).Remove()
	return main.Text()
}

func TestADistrictWhollyExcusedHasNoShare(t *testing.T) {
	s, c := open(t)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range reg.Filter(stations.Filter{District: "084"}) {
		e := coverage.Excuse{Week: week, Station: st.ID, Reason: airing.Weather, Note: "Lũ quét cả huyện"}
		if _, err := s.Excuse(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: now}, e); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/coverage?district=084&week=", "/coverage/paper?district=084&week=", "/coverage/paper?week="} {
		c.Get(path + week.String())
		c.Expect(http.StatusOK, "main", "")
		if body := beside(c, ".column-chart .soft"); strings.Contains(body, "100%") || !strings.Contains(body, "–") {
			t.Errorf("%s shows 0 of 0 as a share", path)
		}
	}
	c.Get("/coverage?district=084&week=" + week.String())
	c.Expect(http.StatusOK, "main", "không đài nào phải phát")
	c.Get("/coverage/paper?district=084&week=" + week.String())
	c.Expect(http.StatusOK, ".paper", "không có đài nào phải phát")
}

// TestAPaperAddsUp: each row of the paper's table, and the last, is made of states
// that together are its stations. A district somebody does not look after is
// refused, not shown as empty.
func TestAPaperAddsUp(t *testing.T) {
	s, c := open(t)
	confirm := airing.Confirm{ID: "0190b1c2-0000-7000-8000-000000000001", Station: "S00001", Outcome: airing.Aired,
		StartedAt: now.Add(-time.Hour), Seconds: 300}
	programme, err := s.SaveProgramme(t.Context(), accounts.Meta{ID: "p", By: accounts.Daemon(), At: now.Add(-2 * time.Hour)},
		scheduler.SaveProgramme{Title: "Thông báo của xã", Languages: []string{"vi"}})
	if err == nil {
		confirm.Programme = programme.ID
		_, err = s.Confirm(t.Context(), accounts.Meta{ID: "a", By: accounts.Daemon(), At: now}, confirm)
	}
	if err != nil {
		t.Fatal(err)
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := reg.Station("S00001")
	if err != nil {
		t.Fatal(err)
	}
	f := st.Fields
	f.Contacts = []stations.Contact{{Name: "Giàng A Páo", Phone: "0912345678"}}
	if _, err := s.SaveStation(t.Context(), accounts.Meta{ID: "c", By: accounts.Daemon(), At: now}, stations.SaveStation{ID: st.ID, Fields: f}); err != nil {
		t.Fatal(err)
	}
	c.Get("/coverage/paper?week=" + week.String() + "&parent=" + strings.Repeat("a", 3000) + "&agency=" + url.QueryEscape("Đài 📻 Bát Xát"))
	c.Expect(http.StatusOK, ".field.wrong #f-agency[value='Đài Bát Xát']", "không in được: 📻", "Nhiều nhất 120 chữ cái")
	c.Get("/coverage/paper?week=" + week.String())
	c.Expect(http.StatusOK, ".paper", "làm tròn xuống")
	c.Expect(http.StatusOK, ".paper tr:contains('Giàng A Páo')", "0912345678") // who reads of a station calls it
	var states []int
	table := c.Doc().Find(".paper table").First()
	table.Find("th").Each(func(i int, th *goquery.Selection) {
		for _, state := range coverage.States {
			if strings.TrimSpace(th.Text()) == text.Vietnamese.Say("coverage.state."+string(state)) {
				states = append(states, i)
			}
		}
	})
	rows := table.Find("tbody tr")
	if len(states) != len(coverage.States)-1 || rows.Length() < 9 { // nothing is to come
		t.Fatalf("%d states, %d rows", len(states), rows.Length())
	}
	rows.Each(func(_ int, tr *goquery.Selection) {
		cell := func(i int) (n int) {
			fmt.Sscan(tr.Find("td").Eq(i).Text(), &n)
			return n
		}
		sum := 0
		for _, i := range states {
			sum += cell(i)
		}
		if sum != cell(1) {
			t.Errorf("%s: %d stations, states for %d", tr.Find("td").First().Text(), cell(1), sum)
		}
	})
	other := monitor(t, s, accounts.Scope{Level: accounts.District, ID: "084"})
	for path, want := range map[string]int{"/coverage?district=083": http.StatusForbidden, "/coverage/paper?district=083": http.StatusForbidden,
		"/coverage/paper?district=084": http.StatusOK} {
		other.Get(path + "&week=" + week.String())
		other.Expect(want, "main", "")
	}
}

// TestAWeekWithoutAScheduleBlamesNobody: who had nothing to air is not silent, needs no
// call, and the week can neither be closed on its page nor by a request.
func TestAWeekWithoutAScheduleBlamesNobody(t *testing.T) {
	s, c := open(t)
	for _, w := range []airing.Week{week - 15, week - 1, week} {
		c.Get("/coverage?week=" + w.String())
		c.Expect(http.StatusOK, "[aria-labelledby=g-not_planned]", "Không có lịch")
		if doc := c.Doc(); doc.Find("#g-not_reported, #g-not_due, #ask-close, [aria-labelledby=map] .tile.bad, [href^='tel:']").Length() != 0 ||
			doc.Find("[aria-labelledby=map] .tile.unplanned .mark").Length() != 127 {
			t.Errorf("%s: somebody is silent, or the week can be closed", w)
		}
		if body := beside(c, ".column-chart .soft"); strings.Contains(body, "0%") || !strings.Contains(body, "lịch phát chương trình nào tính vào chỉ tiêu") {
			t.Errorf("%s is not said to be without a schedule", w)
		}
	}
	c.Get("/coverage/paper?week=" + (week - 1).String())
	c.Expect(http.StatusOK, ".paper", "127 đài không có lịch", "không tính tỷ lệ")
	c.Get("/coverage/close?week=" + (week - 1).String())
	c.Expect(http.StatusOK, "main", "không có số liệu để chốt")
	_, err := s.CloseWeek(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.ServerPerson().Actor("token"), At: now},
		coverage.Close{Week: week - 1, Seen: once.AsItIs})
	if !fault.Is(err, "coverage.nothing_to_close") {
		t.Errorf("closed by a request: %v", err)
	}
	rule := scheduler.SaveRule{Cron: "0 17 * * 5", Selection: scheduler.Selection{Stations: []string{"S00001"}}}
	p, err := s.SaveProgramme(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: now},
		scheduler.SaveProgramme{Title: "Nông thôn mới", CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	rule.Programme = p.ID
	if _, err := s.SaveRule(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: now}, rule); err != nil {
		t.Fatal(err)
	}
	got, err := s.Coverage(t.Context(), accounts.Daemon(), coverage.Query{Week: week, Now: now})
	if err != nil || got.NotDue != 1 || got.NotPlanned != 126 {
		t.Errorf("a schedule for one of them: %+v %v", got.Counts, err)
	}
	c.Get("/coverage/close?week=" + week.String())
	c.Expect(http.StatusOK, ".ask", "của 127 đài: 0 đã phát, 0 không phát được, 0 chưa báo, 0 được miễn", "báo cáo đến sau chỉ hiện bên cạnh")
	if said := c.Doc().Find(".ask").Text(); strings.Contains(said, "chờ duyệt") {
		t.Errorf("nobody asked for an excuse: %s", said)
	}
	for station, weeks := range map[string][2]airing.Week{"S00001": {week, week + 1}, "S00002": {week + 1, week + 1}} {
		if _, err := s.AskExcuse(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: now},
			coverage.AskExcuse{Station: station, From: weeks[0], Until: weeks[1], Reason: airing.Weather, Note: "Lũ quét"}); err != nil {
			t.Fatal(err)
		}
	}
	c.Get("/coverage/close?week=" + week.String())
	c.Expect(http.StatusOK, ".ask", "1 đề nghị miễn trừ chờ duyệt; chốt rồi thì tuần này không miễn được nữa")
	c.Expect(http.StatusOK, `.ask a[href="/coverage/excuses?state=waiting"]`)
}

// TestAStationsYearShowsSilentWeeks: they are those a monitor looks for.
// TestAYearOfAStationIsDrawnAndNamed: 52 weeks in one strip, each with its name, up to the last that is over.
func TestAYearOfAStationIsDrawnAndNamed(t *testing.T) {
	s, c := open(t)
	e := coverage.Excuse{Week: week - 3, Station: "S00001", Reason: airing.Weather, Note: "Lũ quét"}
	if _, err := s.Excuse(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: now}, e); err != nil {
		t.Fatal(err)
	}
	c.Get("/coverage/stations/S00001?week=" + (week - 1).String())
	c.Expect(http.StatusOK, ".year li:nth-child(50)", "Được miễn")
	if n := c.Doc().Find(".year li").Length(); n != 52 {
		t.Errorf("%d weeks", n)
	}
	if title := c.Doc().Find(".year svg").AttrOr("aria-label", ""); !strings.Contains(title, "Được miễn") {
		t.Errorf("the strip says %q", title)
	}
}

func TestAStationsYearShowsSilentWeeks(t *testing.T) {
	_, c := open(t)
	c.Get("/coverage/stations/S00001?week=" + week.String())
	c.Expect(http.StatusOK, ".weeks", "Tuần 20")
	if n := c.Doc().Find(".weeks tbody tr").Length(); n != 20 { // since 1 January 2024, a Monday
		t.Errorf("%d weeks", n)
	}
}

// TestACountryIsShownByDistrictsInPages has 10,598 stations of 705 districts:
// the page stays small, and every station is reached.
func TestACountryIsShownByDistrictsInPages(t *testing.T) {
	s := bolttest.Open(t)
	country(t, s)
	secret := webtest.LoggedIn(t, s, "Giám sát", now, accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/coverage?week="+week.String(), nil)
	r.AddCookie(&http.Cookie{Name: "s", Value: secret})
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 60_000 {
		t.Errorf("%d, %s, %d bytes", w.Code, w.Header().Get("Content-Encoding"), w.Body.Len())
	}
	c := webtest.NewClient(t, h, secret)
	c.Get("/coverage?week=" + week.String())
	c.Expect(http.StatusOK, "main", "20 huyện có độ phủ thấp nhất trong 705 huyện")
	if n := c.Doc().Find("tbody tr").Length(); n != kit.RowsAtOnce {
		t.Errorf("%d rows on the first page", n)
	}
	if n := c.Doc().Find("select[name=district] option").Length(); n < 705 {
		t.Errorf("%d districts to choose from", n)
	}
	seen := map[string]bool{}
	for path, pages := "/coverage?week="+week.String(), 0; path != "" && pages < 3; pages++ {
		c.Get(path)
		c.Doc().Find("tbody th a").Each(func(_ int, a *goquery.Selection) { seen[a.AttrOr("href", "")] = true })
		path = c.Doc().Find("section.stack nav a").Last().AttrOr("href", "")
		path, _, _ = strings.Cut(path, "#")
	}
	if len(seen) != 3*kit.RowsAtOnce {
		t.Errorf("three pages show %d stations", len(seen))
	}
	c.Get("/coverage?district=104&week=" + week.String())
	if n := c.Doc().Find("tbody tr").Length(); n < 15 || n > 16 {
		t.Errorf("a district shows %d stations", n)
	}
}

// TestAStationSaysWhoseAiringsCountForIt looks at both parts of a commune that was
// split inside the week: the new one reported nothing itself.
func TestAStationSaysWhoseAiringsCountForIt(t *testing.T) {
	s, c := open(t)
	by := func(at time.Time) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
	}
	monday := now.AddDate(0, 0, -3)
	p, err := s.SaveProgramme(t.Context(), by(monday.AddDate(0, 0, -7)), scheduler.SaveProgramme{Title: "Nông thôn mới", CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	report := airing.Confirm{ID: uuid.NewString(), Station: "S00001", Programme: p.ID, Outcome: airing.Aired, Seconds: 600, StartedAt: monday}
	if _, err := s.Confirm(t.Context(), by(monday.Add(time.Hour)), report); err != nil {
		t.Fatal(err)
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code := reg.UnitOf("S00001").Code
	parts, err := s.Split(t.Context(), by(now), stations.Split{On: stations.DateOf(monday.AddDate(0, 0, 1)), Code: code,
		Parts: []stations.SplitPart{{Code: code, Name: "Phường Trên"}, {Code: "90002", Name: "Phường Dưới"}}})
	if err != nil {
		t.Fatal(err)
	}
	c.Get("/coverage/stations/" + parts.Parts[1].Station + "?week=" + week.String())
	c.Expect(http.StatusOK, ".notice.info", "do đài khác báo", "Trên")
	c.Expect(http.StatusOK, "main", "chưa tự báo")
	c.Get("/coverage/stations/S00001?week=" + week.String())
	if n := c.Doc().Find(".notice.info").Length(); n != 0 {
		t.Errorf("the station that aired has %d notices", n)
	}
}

// TestAStationsFiguresAreOfTheSameProgrammes: what does not count toward the target is
// listed, with its programme, and counted in no column.
func TestAStationsFiguresAreOfTheSameProgrammes(t *testing.T) {
	s, c := open(t)
	by := func(at time.Time) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
	}
	monday := now.AddDate(0, 0, -3)
	programme := func(title string, counts bool) string {
		p, err := s.SaveProgramme(t.Context(), by(monday.AddDate(0, 0, -7)), scheduler.SaveProgramme{Title: title, CountsTowardTarget: counts})
		if err != nil {
			t.Fatal(err)
		}
		return p.ID
	}
	target, other := programme("Nông thôn mới", true), programme("Thông báo của xã", false)
	for i, report := range []airing.Confirm{
		{Programme: target, Outcome: airing.NotAired, Reason: airing.PowerCut},
		{Programme: other, Outcome: airing.NotAired, Reason: airing.PowerCut},
		{Programme: other, Outcome: airing.Aired, Seconds: 600},
	} {
		report.ID, report.Station, report.StartedAt = uuid.NewString(), "S00001", monday.Add(time.Duration(i)*time.Hour)
		if _, err := s.Confirm(t.Context(), by(monday.Add(5*time.Hour)), report); err != nil {
			t.Fatal(err)
		}
	}
	c.Get("/coverage/stations/S00001?week=" + week.String())
	cells := c.Doc().Find(".weeks tbody tr").First().Find("td").Map(func(_ int, td *goquery.Selection) string { return td.Text() })
	if want := []string{"0", "1", "0", "0"}; !slices.Equal(cells, want) {
		t.Errorf("the week shows %q, want %q", cells, want)
	}
	reports := c.Doc().Find("#reports li").Map(func(_ int, li *goquery.Selection) string { return li.Text() })
	off := 0
	for _, text := range reports {
		counts := strings.Contains(text, "Nông thôn mới")
		if counts == strings.Contains(text, "không tính vào chỉ tiêu") || counts == strings.Contains(text, "Thông báo của xã") {
			t.Errorf("a report reads %q", text)
		}
		if !counts {
			off++
		}
	}
	if len(reports) != 3 || off != 2 {
		t.Errorf("%d reports, %d of them outside the target", len(reports), off)
	}
}
