package coverage

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/coverage/report"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/outgoing"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/storetest"
	"loa/web/webtest"
)

// spring is six weeks of three stations that had a programme: the first aired in each, the second failed twice for want of
// power and was excused once, the third said nothing. The first three weeks are closed.
func spring(t *testing.T, s *bolt.Store) {
	t.Helper()
	meta := func(at time.Time) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
	}
	before := now.AddDate(0, 0, -60)
	p, err := s.SaveProgramme(t.Context(), meta(before), scheduler.SaveProgramme{Title: "Nông thôn mới", CountsTowardTarget: true,
		Languages: []string{"vi"}, MinSeconds: 180, Topics: []scheduler.Topic{"rural_infrastructure"}})
	if err == nil {
		_, err = s.SaveRule(t.Context(), meta(before), scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 2",
			Selection: scheduler.Selection{Stations: []string{"S00001", "S00002", "S00003"}}, From: stations.DateOf(before)})
	}
	if err != nil {
		t.Fatal(err)
	}
	cal := airing.Calendar{Zone: text.Zone}
	for i := range 6 {
		w := week - 6 + airing.Week(i)
		at := cal.Start(w).AddDate(0, 0, 1).Add(17 * time.Hour)
		said := []airing.Confirm{{Station: "S00001", Outcome: airing.Aired, Seconds: 600}}
		switch {
		case i < 2:
			said = append(said, airing.Confirm{Station: "S00002", Outcome: airing.NotAired, Reason: airing.PowerCut})
		case i == 2:
			if _, err := s.Excuse(t.Context(), meta(at), coverage.Excuse{Week: w, Station: "S00002", Reason: airing.Weather, Note: "Lũ quét"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range said {
			c.ID, c.Programme, c.StartedAt = uuid.NewString(), p.ID, at
			if _, err := s.Confirm(t.Context(), meta(at.Add(time.Hour)), c); err != nil {
				t.Fatal(err)
			}
		}
		if i < 3 {
			if _, err := s.CloseWeek(t.Context(), meta(cal.Start(w+1).Add(time.Hour)), coverage.Close{Week: w}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestAReportOfAQuarterAddsUp: its figures are those of the period's page and of the weeks' reports, also by month, by
// district and by station; who aired in no week stands there with the reasons; the files say the same as the page.
func TestAReportOfAQuarterAddsUp(t *testing.T) {
	s, c := open(t)
	spring(t, s)
	all := accounts.Actor{Person: "p", Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}}}
	f := coverage.Filter{Period: coverage.MustStretch("2024-Q2")}
	rep, err := report.Of(t.Context(), s, all, f, text.Vietnamese, now)
	if err != nil {
		t.Fatal(err)
	}
	add := func(sum *coverage.Counts, c coverage.Counts) {
		sum.Active, sum.Excused, sum.Aired = sum.Active+c.Active, sum.Excused+c.Excused, sum.Aired+c.Aired
		sum.NotAired, sum.NotReported, sum.NotPlanned = sum.NotAired+c.NotAired, sum.NotReported+c.NotReported, sum.NotPlanned+c.NotPlanned
	}
	var sum coverage.Counts
	for w := week - 6; w < week; w++ {
		one, err := s.Coverage(t.Context(), all, coverage.Query{Week: w, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		add(&sum, one.Counts)
	}
	if sum.Aired != 6 || sum.NotAired != 2 || sum.Excused != 1 || sum.NotReported != 9 {
		t.Fatalf("the weeks say %+v", sum)
	}
	of := func(c coverage.Counts) [6]int {
		return [6]int{c.Active, c.Excused, c.Aired, c.NotAired, c.NotReported, c.NotPlanned}
	}
	var course, districts, stationsSum coverage.Counts
	for _, x := range rep.Course {
		add(&course, x.Counts)
	}
	for _, x := range rep.Districts {
		add(&districts, x.Counts)
	}
	for _, x := range rep.Stations {
		add(&stationsSum, x.Counts)
	}
	for name, got := range map[string]coverage.Counts{"the report": rep.Counts, "its course": course, "its districts": districts, "its stations": stationsSum} {
		if of(got) != of(sum) {
			t.Errorf("%s: %v, the weeks say %v", name, of(got), of(sum))
		}
	}
	if rep.Closed != 3 || rep.Missing != 11 || len(rep.Topics) != 1 || rep.Topics[0].Aired != 6 || rep.Topics[0].Stations != 1 {
		t.Errorf("closed %d, missing %d, topics %+v", rep.Closed, rep.Missing, rep.Topics)
	}
	const path = "/coverage/period/paper?period=2024-Q2"
	c.Get("/coverage/period?period=2024-Q2")
	c.Expect(http.StatusOK, `a[href="`+path+`"]`, "In báo cáo")
	c.Get(path)
	c.Expect(http.StatusOK, ".paper", "quý II/2024", "Đã phát 6/", "còn thiếu 11 tuần-đài", "3/6 tuần lấy số đã chốt", "Hạ tầng nông thôn",
		"Đài không phát tuần nào (2)", "Không phát được 2 tuần: mất điện (2); chưa báo 3 tuần; được miễn trừ 1 tuần: thời tiết (1)", "PHỤ LỤC")
	c.Get("/coverage/period/paper?from=2024-04-01&until=2024-06-30") // the same period by its days, and one paper
	c.Expect(http.StatusOK, `a[href^="/coverage/period/paper?period=2024-Q2&"]`, "PDF")
	file := c.Get(path + "&as=xlsx").Body.Bytes()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	table, err := book.GetRows("Từng tuần", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i, row := range table {
		if len(row) > 4 && regexp.MustCompile(`^1[4-9]$`).MatchString(row[0]) && row[4] == "1" {
			found++
			if at, err := book.GetCellType("Từng tuần", fmt.Sprint("B", i+1)); err != nil || at == excelize.CellTypeSharedString {
				t.Errorf("row %d has no date: %v, %v", i+1, at, err)
			}
		}
	}
	panes, err := book.GetPanes("Từng tuần")
	if found != 6 || err != nil || !panes.Freeze {
		t.Errorf("%d weeks in %v; %+v, %v", found, table, panes, err)
	}
	if n := bytes.Count(file, []byte("xl/charts/chart")); n == 0 {
		t.Error("a workbook without a chart")
	}
	if a, b := c.Get(path+"&as=pdf").Body.Bytes(), c.Get(path+"&as=pdf").Body.Bytes(); !bytes.Equal(a, b) {
		t.Error("the same report gives two PDFs")
	}
}

// TestAReportIsOfWhatOneLooksAfter: a commune's is its own, week by week; a district's is named; nobody reads another's.
func TestAReportIsOfWhatOneLooksAfter(t *testing.T) {
	s, c := open(t)
	spring(t, s)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const path = "/coverage/period/paper?period=2024-Q2"
	own := webtest.NewClient(t, c.Handler(),
		webtest.LoggedIn(t, s, "Páo", now, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00002"}}))
	own.Get(path)
	own.Expect(http.StatusOK, ".paper", "Phạm vi: "+reg.Label("S00002"), "Những tuần không phát và lý do", "mất điện (2)")
	if words := own.Doc().Find("main").Text(); strings.Contains(words, "PHỤ LỤC") || strings.Contains(words, reg.Label("S00001")) {
		t.Error("a commune's report tells of others")
	}
	if own.Doc().Find(`form[method="post"]`).Length() > 0 {
		t.Error("an operator takes numbers")
	}
	district := monitor(t, s, accounts.Scope{Level: accounts.District, ID: reg.Where("S00001").District})
	district.Get(path)
	district.Expect(http.StatusOK, ".paper", "Phạm vi: "+reg.DistrictOfficial(reg.Where("S00001").District))
	district.Get(path + "&district=999")
	district.Expect(http.StatusUnprocessableEntity, "main", "")
	district.Get("/coverage/period/paper?period=hôm+qua")
	district.Expect(http.StatusUnprocessableEntity, "main", "Không đọc được kỳ")
	district.Get("/coverage/period/paper?period=1990")
	district.Expect(http.StatusOK, ".paper", "năm 1990")
	district.Get("/coverage/period/paper?period=2030")
	district.Expect(http.StatusOK, ".paper", "năm 2030")
	district.Get(path + "&as=odt")
	district.Expect(http.StatusNotFound, "main", "")
}

// TestAReportSaysWhatItIsOf: all it is narrowed by stands on the paper and in the register, and what is the same has one
// address and one number.
func TestAReportSaysWhatItIsOf(t *testing.T) {
	s, c := open(t)
	spring(t, s)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.Schedule(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const path, head = "/coverage/period/paper?from=2024-04-01&until=2024-05-12", "&agency=VP&symbol=VP&place=LC"
	home := reg.Where("S00001").District
	list := func() (all []outgoing.Entry) {
		t.Helper()
		all, _, err := s.Outgoing(t.Context(), accounts.Daemon(), outgoing.Query{})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	two := reg.Label("S00001") + ", " + reg.Label("S00002")
	for asked, want := range map[string]string{"": "", "&technology=fm": "công nghệ FM", "&language=hmn": "đài phát tiếng Mông",
		"&programme=" + plan.Programmes[0].ID: "chương trình “Nông thôn mới”", "&topic=rural_infrastructure": "chủ đề Hạ tầng nông thôn",
		"&stations=S00002,S00001,S00002": two, "&district=" + home + "&technology=fm": reg.DistrictOfficial(home) + "; công nghệ FM"} {
		c.Get(path + asked + head)
		if want == "" {
			if strings.Contains(c.Doc().Find(".paper").Text(), "Phạm vi") {
				t.Error("the whole province is a part")
			}
			continue
		}
		c.Expect(http.StatusOK, ".paper", "Phạm vi: "+want)
		if c.Doc().Find(`form[method="post"]`).Length() == 0 {
			continue // nothing is expected of those
		}
		c.Submit(`form[method="post"]`, "sure", "1")
		if !slices.ContainsFunc(list(), func(e outgoing.Entry) bool { return strings.HasSuffix(e.About, "Phạm vi: "+want) }) {
			t.Errorf("the register does not say %s: %+v", want, list())
		}
	}
	n := len(list())
	c.Get(path + "&stations=S00001+S00002")
	c.Expect(http.StatusOK, ".screen", "Văn bản này có số")
	local := monitor(t, s, accounts.Scope{Level: accounts.District, ID: home})
	for _, at := range []string{path, "/coverage/paper?week=" + (week - 1).String()} {
		local.Get(at + head)
		local.Submit(`form[method="post"]`)
		n++
		for _, same := range []string{at, at + "&district=" + home} {
			local.Get(same)
			local.Expect(http.StatusOK, ".screen", "Văn bản này có số")
		}
	}
	if got := len(list()); got != n {
		t.Errorf("%d numbers, not %d", got, n)
	}
}

// TestAReportOfWhatIsNotOverHasNoNumber: the page says so and until when, also to a form that was made by hand; the only
// week, while it runs, is not held against a whole one.
func TestAReportOfWhatIsNotOverHasNoNumber(t *testing.T) {
	s, c := open(t)
	spring(t, s)
	const head = "&agency=VP&symbol=VP&place=LC"
	for _, at := range []string{"/coverage/period/paper?period=2024-Q2", "/coverage/period/paper?period=2024-05", "/coverage/paper?week=" + week.String(),
		"/coverage/period/paper?period=" + week.String()} {
		c.Get(at + head)
		c.Expect(http.StatusOK, ".screen", "Kỳ này chưa hết", "kỳ đến hết ngày 12/5/2024")
		if c.Doc().Find(`form[method="post"]`).Length() > 0 {
			t.Errorf("%s can be numbered", at)
		}
		c.Post(at, url.Values{})
		c.Expect(http.StatusConflict, "main", "Kỳ này chưa hết")
	}
	c.Get("/coverage/period/paper?period=2024-Q2")
	c.Expect(http.StatusOK, ".paper", "quý II/2024 (đến hết ngày 12/5/2024)", "1/3 đài phát đủ mọi tuần phải phát")
	c.Get("/coverage/period/paper?period=" + week.String())
	c.Expect(http.StatusOK, ".paper", "(đến hết ngày 16/5/2024)")
	if words := c.Doc().Find(".paper").Text(); strings.Contains(words, "điểm phần trăm") {
		t.Error("a running week is held against a whole one")
	}
	c.Post("/coverage/period/paper?period=2027", url.Values{})
	c.Expect(http.StatusForbidden, "main", "Bạn không lấy số được")
	if list, _, err := s.Outgoing(t.Context(), accounts.Daemon(), outgoing.Query{}); err != nil || len(list) > 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestAReportAsksNoMoreOfALargerProvince.
func TestAReportAsksNoMoreOfALargerProvince(t *testing.T) {
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	spring(t, s)
	counted := &storetest.Counted{Engine: s}
	c := monitorOf(t, s, counted, accounts.Scope{Level: accounts.Province})
	counted.Questions()
	c.Get("/coverage/period/paper?period=2024-Q2")
	if n := counted.Questions(); n["Period"] != 3 || n["Whys"] != 1 || n["LastSeal"] > 1 {
		t.Errorf("%v", n)
	}
}

// BenchmarkReportOfAYear draws the report of a province's year as the files offices take.
func BenchmarkReportOfAYear(b *testing.B) {
	var r report.Report
	r.By = coverage.ByMonth
	for i := range 127 {
		s := report.Station{Item: coverage.Item{Key: stations.StationID(i + 1), Name: "Nậm Chảy", District: "084"}, Why: &coverage.Why{}}
		s.Active, s.Aired, s.NotAired, s.NotReported = 52, 40, 8, 4
		s.Why.Failed[0] = 8
		r.Stations = append(r.Stations, s)
	}
	list := r.Papers(paper.Office{Agency: "Văn phòng điều phối"}, text.Vietnamese, now)
	for name, write := range map[string]func(io.Writer, []paper.Paper) error{"pdf": paper.PDF, "xlsx": paper.XLSX, "docx": paper.DOCX} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := write(io.Discard, list); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
