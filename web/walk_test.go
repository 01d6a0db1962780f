package web_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/web/webtest"
)

// tuesday is the morning after the stations of the tests aired, or did not.
var tuesday = time.Date(2024, 5, 14, 9, 0, 0, 0, text.Zone)

func meta(at time.Time) accounts.Meta {
	return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
}

// planned makes one programme that all stations air on Mondays at 17:00.
func planned(t *testing.T, s *bolt.Store) (programme string) {
	t.Helper()
	return plannedSince(t, s, tuesday.AddDate(0, 0, -8))
}

func plannedSince(t *testing.T, s *bolt.Store, begin time.Time) (programme string) {
	t.Helper()
	p, err := s.SaveProgramme(t.Context(), meta(begin), scheduler.SaveProgramme{Title: "Nông thôn mới hằng tuần", Languages: []string{"vi"},
		CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveRule(t.Context(), meta(begin),
		scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 1", Selection: scheduler.Selection{All: true}}); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// aWeek is a week in which S00001 aired and S00002 did not. It returns the
// secrets of an operator of S00001, a monitor of its district and one of the
// province.
func aWeek(t *testing.T, s *bolt.Store) (operator, district, province string) {
	t.Helper()
	webtest.Stations(t, s)
	p := planned(t, s)
	monday := time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	for _, c := range []airing.Confirm{
		{Station: "S00001", Programme: p, Outcome: airing.Aired, StartedAt: monday, Seconds: 900, Means: "fm"},
		{Station: "S00002", Programme: p, Outcome: airing.NotAired, Reason: "power_cut", StartedAt: monday},
	} {
		at := meta(monday.Add(time.Hour))
		c.ID = at.ID
		if _, err := s.Confirm(t.Context(), at, c); err != nil {
			t.Fatal(err)
		}
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	grant := func(role accounts.Role, level accounts.Level, id string) accounts.Grant {
		return accounts.Grant{Role: role, Scope: accounts.Scope{Level: level, ID: id}}
	}
	return webtest.LoggedIn(t, s, "xa-02647", tuesday, grant(accounts.Operator, accounts.Station, "S00001")),
		webtest.LoggedIn(t, s, "huyen-082", tuesday, grant(accounts.Monitor, accounts.District, reg.Where("S00001").District)),
		webtest.LoggedIn(t, s, "giamsat", tuesday, grant(accounts.Monitor, accounts.Province, ""))
}

func TestEachSeesTheWeekFromWhereSheStands(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, district, province := aWeek(t, s)

	own := webtest.NewClient(t, h, operator)
	own.Get("/calendar")
	own.Expect(200, `option[value="S00001"][selected]`)
	own.Get("/calendar?station=")
	own.Refuse(`value="S00001" selected`)
	own.Get("/airings")
	own.Expect(200, "tbody th a[href^='/airings/']")
	own.Refuse(`data-label="Đài"`)
	own.Get("/coverage")
	own.Expect(200, "tbody th a")
	if own.Doc().Find(".map polygon").Length() > len(own.Doc().Find(".legend li").Nodes) {
		t.Error("a map of one station")
	}

	all := webtest.NewClient(t, h, province)
	all.Get("/airings")
	all.Expect(200, `td[data-label="Đài"]`)
	all.Get("/coverage")
	bad := all.Doc().Find("section[aria-labelledby=g-not_aired] tbody .badge")
	if bad.Length() != 1 || strings.TrimSpace(bad.Text()) != "Mất điện" {
		t.Errorf("the reason of the one that did not air: %q", bad.Text())
	}
	if all.Doc().Find("section[aria-labelledby=g-excused]").Length() != 0 {
		t.Error("a heading over nobody")
	}

	near := webtest.NewClient(t, h, district)
	near.Get("/stations/S00001")
	near.Expect(200, "a[href='/today?station=S00001']")
	near.Get("/today?station=S00001")
	near.Expect(200, "")
}

// A report is sent while nobody answers, as when the power of the server is
// cut, and goes out once somebody does: once.
func TestAReportWaitsForTheServer(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	planned(t, s)
	secret := webtest.LoggedIn(t, s, "xa-02647", tuesday, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	var tries atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			switch tries.Add(1) {
			case 1: // cut before the report arrives
				panic(http.ErrAbortHandler)
			case 2: // cut before the answer leaves
				h.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			case 3: // the proxy stands, the daemon is not up yet
				w.WriteHeader(http.StatusBadGateway)
				return
			}
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", secret, server.URL)
	p.Open(server.URL + "/today")
	p.Click(".yes")
	p.Wait(".phone .notice")
	p.Shot("waiting-to-send", 360)
	p.Wait("[id^=done-]")
	p.Until("nothing waits", `document.querySelector("#unsent")?.hidden`)
	if n := tries.Load(); n != 4 {
		t.Errorf("sent %d times, want 4", n)
	}
	lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: tuesday.AddDate(0, 0, -7), Until: tuesday})
	if err != nil || len(lines) != 1 || lines[0].Outcome != airing.Aired {
		t.Errorf("kept %+v, %v; want one report", lines, err)
	}
}

// A book says whose it is, however it came to be a part of the province's.
func TestABookSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	_, district, province := aWeek(t, s)
	all, near := webtest.NewClient(t, h, province), webtest.NewClient(t, h, district)
	all.Get("/airings/paper")
	all.Expect(200, "article.paper", "Các đài truyền thanh cấp xã, từ ngày")
	near.Get("/airings/paper")
	near.Expect(200, "article.paper", "Các đài truyền thanh cấp xã: Thành phố Lào Cai, từ ngày")
	all.Get("/airings?district=080")
	all.Get(all.Doc().Find("a[href^='/airings/paper']").AttrOr("href", ""))
	all.Expect(200, "article.paper", "Các đài truyền thanh cấp xã: Thành phố Lào Cai, từ ngày")
	all.Submit("form.filters", "agency", "")
	all.Expect(200, "article.paper", "Các đài truyền thanh cấp xã: Thành phố Lào Cai, từ ngày")
	word := near.Get("/airings/paper?as=docx").Body.Bytes()
	if z, err := zip.NewReader(bytes.NewReader(word), int64(len(word))); err != nil {
		t.Error(err)
	} else if f, err := z.Open("word/document.xml"); err != nil {
		t.Error(err)
	} else if b, err := io.ReadAll(f); err != nil || !strings.Contains(string(b), "Thành phố Lào Cai") {
		t.Errorf("the DOCX does not name the district: %v", err)
	}
}

func TestTheWeekAndTheBookPrintOnA4(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, district, province := aWeek(t, s)

	all := webtest.NewClient(t, h, province)
	all.Get("/coverage?week=2024-W20")
	all.Get(all.Doc().Find("a[href^='/coverage/paper']").AttrOr("href", ""))
	all.Expect(200, "article.paper", "1/127 đài đã phát", "125 đài chưa báo", "ngày 14 tháng 5 năm 2024", "NGƯỜI LẬP")
	all.Submit("form", "agency", "VĂN PHÒNG ĐIỀU PHỐI <NTM>")
	all.Expect(200, "article.paper", "VĂN PHÒNG ĐIỀU PHỐI <NTM>", "tuần 20")
	all.Get("/airings/paper") // the office is typed once for all papers
	all.Expect(200, "article.paper", "VĂN PHÒNG ĐIỀU PHỐI <NTM>")
	all.Submit("form", "agency", "")
	all.Get("/coverage/paper?week=2024-W20")
	if strings.Contains(all.Doc().Find("article").Text(), "ĐIỀU PHỐI") {
		t.Error("an office that was taken back stays")
	}
	if rows := all.Doc().Find("article table").First().Find("tbody tr").Length(); rows != 10 {
		t.Errorf("%d rows by district, want nine districts and their sum", rows)
	}
	near := webtest.NewClient(t, h, district)
	near.Get("/coverage/paper?week=2024-W20")
	near.Expect(200, "article.paper", "Phạm vi: Thành phố Lào Cai", "1/7 đài đã phát")

	own := webtest.NewClient(t, h, operator)
	own.Get("/airings")
	own.Get(own.Doc().Find("a[href^='/airings/paper']").AttrOr("href", ""))
	own.Expect(200, "article.paper td.middle", "SỔ NHẬT KÝ CHƯƠNG TRÌNH PHÁT THANH", "Xã Thống Nhất")
	own.Refuse("Mất điện")

	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", province, server.URL)
	for path, size := range map[string]string{"/coverage/paper": "595 842", "/airings/paper": "842 595"} {
		p.Open(server.URL + path)
		p.Fingers(path)
		p.Shot("paper"+strings.ReplaceAll(path, "/", "-"), 360)
		box := regexp.MustCompile(`/MediaBox *\[0 0 ([\d.]+) ([\d.]+)\]`).FindSubmatch(p.PDF("paper" + strings.ReplaceAll(path, "/", "-")))
		var wide, high float64
		if box != nil {
			wide, _ = strconv.ParseFloat(string(box[1]), 64)
			high, _ = strconv.ParseFloat(string(box[2]), 64)
		}
		if got := fmt.Sprintf("%.0f %.0f", wide, high); got != size {
			t.Errorf("%s prints on %s points, want %s", path, got, size)
		}
	}
}

// A first visit to the page an operator opens at five in the morning, on a
// link of 2G, is at most 40 KB with all it loads, and a later one 6 KB.
func TestTheOperatorsPageIsLight(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, _ := aWeek(t, s)
	c := webtest.NewClient(t, h, operator)
	packed := func(path, has string) int {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("If-None-Match", has)
		r.AddCookie(&http.Cookie{Name: "s", Value: operator})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Body.Len()
	}
	page, later := packed("/today", ""), packed("/today", `"another"`)
	c.Get("/today")
	var parts []string
	c.Doc().Find("link[rel=stylesheet], link[rel=icon], link[rel=later], script[src], img[src]").Each(func(_ int, part *goquery.Selection) {
		parts = append(parts, part.AttrOr("href", part.AttrOr("src", "")))
	})
	imports := regexp.MustCompile(`(?:from|import)\s*\(?"(\.[^"]+)"`)
	all, seen := page, map[string]bool{}
	for len(parts) > 0 {
		part := parts[0]
		if parts = parts[1:]; seen[part] {
			continue
		}
		seen[part] = true
		n := packed(part, "")
		all += n
		t.Logf("%6d %s", n, part)
		if strings.HasSuffix(part, ".js") {
			for _, other := range imports.FindAllStringSubmatch(c.Get(part).Body.String(), -1) {
				parts = append(parts, path.Join(path.Dir(part), other[1]))
			}
		}
	}
	if len(seen) < 6 || all > 40_000 || page > 8_000 || later > 6_000 {
		t.Errorf("/today is %d bytes, with its %d parts %d; later it is %d", page, len(seen), all, later)
	}
	t.Logf("%6d the page, %d all, %d later", page, all, later)
}

func TestEvidenceOfAWrongKindIsToldWhatIsWanted(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, _ := aWeek(t, s)
	var cut atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch && cut.CompareAndSwap(true, false) {
			http.Error(w, "", http.StatusBadGateway)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	table := filepath.Join(t.TempDir(), "so-truc.csv")
	if err := os.WriteFile(table, []byte("ngày,giờ\n13/5,17:00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", operator, server.URL)
	p.Open(server.URL + "/airings")
	p.Follow("tbody th a")
	p.Wait("form[data-takes]")
	for _, late := range []bool{false, true} { // refused at once, and when it is sent again
		cut.Store(late)
		p.Upload("#f-file", table)
		if late {
			p.Until("nobody has answered", `document.querySelector("#unsent:not([hidden])") && !document.querySelector("form .notice.bad")`)
			webtest.Eval[bool](p, "come back to the page", `dispatchEvent(new Event("focus"))`)
		}
		p.Wait("form .notice.bad")
		p.Says("form .notice.bad", "ảnh")
		p.Until("it is not kept", nothingWaits)
	}
}

// A photo that is chosen without a network goes once there is one: also when
// the page was left meanwhile, and when the script that sends it had not come.
func TestEvidenceChosenWithoutANetworkIsSentLater(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, _ := aWeek(t, s)
	var late atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if late.Load() && strings.HasSuffix(r.URL.Path, "/uploader.js") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	browser := webtest.NewBrowser(t)
	photo, _ := aPhoto(t)
	p := browser.Person()
	p.Cookie("s", operator, server.URL)
	p.Open(server.URL + "/airings")
	report := webtest.Eval[string](p, "find a report", `document.querySelector("tbody th a").href`)
	shown := func(n int) {
		t.Helper()
		p.Until("see the photos", fmt.Sprintf(`document.querySelectorAll("img.evidence").length === %d`, n))
	}

	p.Open(report)
	p.Wait("form[data-takes]")
	p.Offline("")
	p.Upload("input[capture]", photo)
	p.Until("be told", `document.querySelector("form [data-says=evidence]")?.textContent.includes("có mạng là tự gửi")`)
	p.Says("#unsent", "1 việc chưa gửi")
	p.Fingers("evidence-offline")
	p.Shot("evidence-offline", 360)
	p.Offline()
	p.Open(server.URL + "/airings") // the page is left before anything was sent: it leaves from any
	p.Until("nothing waits", nothingWaits)
	p.Open(report)
	shown(1)

	late.Store(true)
	p = browser.Person()
	p.Cookie("s", operator, server.URL)
	p.Open(report)
	p.Offline("")
	p.Upload("#f-file", photo)
	p.Click("form[enctype] > button")
	p.Wait("form[enctype] > [data-says]")
	if got := p.Text("form[enctype] > [data-says]"); !strings.Contains(got, "tự gửi") {
		t.Errorf("without a network it says %q", got)
	}
	p.Offline()
	shown(2)
}

func TestAPhoneShowsEverythingToAFingerAndInLargeText(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, province := aWeek(t, s)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	browser := webtest.NewBrowser(t)
	for secret, paths := range map[string][]string{
		operator: {"/", "/today", "/airings", "/airings/new", "/coverage", "/calendar", "/me", "/programmes"},
		province: {"/coverage", "/coverage/stations/S00001", "/stations", "/stations/S00001", "/people", "/people/invite", "/programmes", "/programmes/P1",
			"/airings", "/calendar", "/library", "/contests", "/me"},
	} {
		p := browser.Person()
		p.Cookie("s", secret, server.URL)
		for _, path := range paths {
			p.Open(server.URL + path)
			p.Fingers(path)
			p.Large(path)
			p.Shot("walk"+strings.ReplaceAll(path, "/", "-"), 360)
		}
	}
}

func TestTheReportFormAsksOnlyWhatTheOutcomeNeeds(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, _ := aWeek(t, s)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", operator, server.URL)
	p.Scripts(false)
	p.Open(server.URL + "/airings/new?slot=" + scheduler.SlotID("R1", "S00001", time.Date(2024, 5, 6, 17, 0, 0, 0, text.Zone)))
	for _, outcome := range []string{"aired", "not_aired"} {
		p.Click("[value=" + outcome + "]")
		for sel, asked := range map[string]bool{".if-aired": outcome == "aired", ".if-not-aired": outcome == "not_aired",
			"[name=started_at]": outcome == "aired"} {
			if got := webtest.Eval[bool](p, "look for "+sel, `document.querySelector("`+sel+`").getClientRects().length > 0`); got != asked {
				t.Errorf("%s chosen: %s is asked for: %v, want %v", outcome, sel, got, asked)
			}
		}
	}
	p.Set("[name=reason]", "no_staff")
	p.Follow("form.report > button")
	p.Wait("#long-ago") // eight days later it is asked about
	if got := p.Text("form.report"); strings.Contains(got, "Có chỗ chưa đúng") {
		t.Errorf("a question is called a mistake: %q", got)
	}
	p.Follow("#long-ago button")
	p.Wait(".flash")
	if got := p.Text(".flash"); !strings.Contains(got, "không phát được") {
		t.Errorf("after the report: %q", got)
	}
}
