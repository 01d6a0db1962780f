package stations

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// gate takes the session cookie for the name of a role.
type gate struct{}

func (gate) ByToken(context.Context, accounts.Hash, time.Time) (accounts.Person, error) {
	return accounts.Person{}, nil
}

func (gate) BySession(_ context.Context, h accounts.Hash, _ time.Time) (accounts.Person, accounts.Session, error) {
	for name, g := range map[string]accounts.Grant{
		"editor":   {Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}},
		"operator": {Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}},
	} {
		if accounts.HashOf(name) == h {
			return accounts.Person{ID: name, Name: "Chị Hoa", Grants: []accounts.Grant{g}}, accounts.Session{}, nil
		}
	}
	return accounts.Person{}, accounts.Session{}, nil
}

// serve runs the pages over a fresh store on 2024-05-13, everybody being who.
func serve(t *testing.T, who string) (*httptest.Server, *bolt.Store) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	now := time.Date(2024, 5, 13, 3, 0, 0, 0, time.UTC)
	m := accounts.Meta{ID: "found", By: accounts.Daemon(), At: now}
	units, list := stations.Founding()
	if err := s.Found(t.Context(), m, units, list); err != nil {
		t.Fatal(err)
	}
	for i, st := range list[:40] {
		m.ID = st.ID
		if _, err := s.SaveStation(t.Context(), m, stations.SaveStation{ID: st.ID, Fields: example(i)}); err != nil {
			t.Fatal(err)
		}
	}
	k := kit.New(kit.Config{Auth: gate{}, Now: func() time.Time { return now }, Log: log})
	Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: who})
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv, s
}

func example(i int) stations.Fields {
	f := stations.Fields{
		Technologies: []stations.Technology{stations.FM}, FM: stations.Transmitter{FrequencyMHz: 54.5 + float64(i%27)/2, PowerW: 30, Licence: "125/GP-CTS",
			LicenceUntil: "2025-12-31"},
		ClustersWorking: new(5 + i%4), ClustersTotal: 9, Languages: []string{"vi", "hmn"},
		Hours:    []stations.Hours{{From: 330, Until: 375}, {From: 1020, Until: 1050}},
		Contacts: []stations.Contact{{Name: "Giàng A Páo", Role: "công chức văn hoá - xã hội", Phone: "0912345678"}},
		Active:   []stations.Interval{{From: stations.FoundingDay}},
	}
	if i%3 == 1 {
		f.Technologies, f.FM = []stations.Technology{stations.IP, stations.Mobile}, stations.Transmitter{}
	}
	if i == 0 {
		f.FM.LicenceUntil, f.Notes = "2024-04-30", "Loa số 3 hỏng.\nĐang chờ thay."
	}
	return f
}

func get(t *testing.T, url string) (*goquery.Document, int) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc, resp.StatusCode
}

func TestTheListSearchesAndFilters(t *testing.T) {
	srv, _ := serve(t, "editor")
	for query, want := range map[string]int{"": 127, "?q=nam+chay": 2, "?q=Nậm+Chảy": 1, "?district=084": 9, "?technology=ip": 13, "?active_on=2023-01-01": 0,
		"?all=1&active_on=": 127, "?language=hmn": 40, "?licence_until=2024-05-13": 1, "?licence_until=2000-01-01": 0} {
		doc, status := get(t, srv.URL+"/stations"+query)
		rows, said := doc.Find("tbody tr").Length(), doc.Find(".head .soft").Text()
		if status != 200 || rows != min(want, kit.RowsAtOnce) || !strings.HasPrefix(said, strconv.Itoa(want)+" ") {
			t.Errorf("%q: %d rows of %s, want %d (%d)", query, rows, said, want, status)
		}
		sum := 0
		doc.Find(".groups .num").Each(func(_ int, s *goquery.Selection) {
			n, _ := strconv.Atoi(s.Text())
			sum += n
		})
		if wide := want > kit.RowsAtOnce; wide && sum != want || !wide && sum != 0 {
			t.Errorf("%q: the districts have %d stations, want %d", query, sum, want)
		}
		if want == 0 && doc.Find(".empty").Length() != 1 {
			t.Errorf("%q: an empty list says nothing", query)
		}
	}
	doc, _ := get(t, srv.URL+"/stations?district=084")
	href, _ := doc.Find("a[download]").First().Attr("href")
	resp, err := http.Get(srv.URL + href)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if table, err := sheet.Read(b); err != nil || len(table.Rows) != 10 {
		t.Errorf("the export of 9 stations has %d rows, %v", len(table.Rows), err)
	}
}

func TestAnOperatorSeesHerStationAndNoButtons(t *testing.T) {
	srv, _ := serve(t, "operator")
	doc, _ := get(t, srv.URL+"/stations")
	if doc.Find("tbody tr").Length() != 1 || doc.Find(`a[href="/stations/import"]`).Length() != 0 {
		t.Error("an operator sees more than her station")
	}
	for path, want := range map[string]int{"/stations/S00001": 200, "/stations/S00002": 403, "/stations/S00001/edit": 403, "/stations/import": 403,
		"/stations/merge": 403, "/stations/new": 403} {
		if doc, status := get(t, srv.URL+path); status != want || doc.Find(`a[href$="/edit"]`).Length() != 0 {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}

// What nobody noted is no zero, and what somebody typed stays as typed.
func TestAStationsPageSaysWhatWasNotedAndNoMore(t *testing.T) {
	srv, s := serve(t, "editor")
	f := example(2)
	f.ClustersWorking, f.ClustersTotal, f.Notes = nil, 5, "loa số 3 hỏng"
	m := accounts.Meta{ID: "noted", By: accounts.Daemon(), At: time.Date(2024, 5, 13, 3, 0, 0, 0, time.UTC)}
	if _, err := s.SaveStation(t.Context(), m, stations.SaveStation{ID: "S00003", Fields: f}); err != nil {
		t.Fatal(err)
	}
	doc, _ := get(t, srv.URL+"/stations/S00003")
	if said := doc.Find("main").Text(); !strings.Contains(said, "5 cụm, chưa ghi số cụm hoạt động") || !strings.Contains(said, "loa số 3 hỏng") {
		t.Errorf("the page says %s", said)
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	doc, _ = get(t, srv.URL+"/stations?q="+url.QueryEscape(reg.Label("S00003")))
	if cell := doc.Find("tr:has(a[href='/stations/S00003']) td[data-label='Cụm loa']").Text(); cell != "5" {
		t.Errorf("the list says %q", cell)
	}
	for typed, said := range map[string][2]string{"0": {"0 trên 5 cụm hoạt động", "0/5"}, "": {"5 cụm, chưa ghi số cụm hoạt động", "5"}} {
		if err := f.SetCell("clusters_working", typed); err != nil {
			t.Fatal(err)
		}
		m.ID += "+"
		if _, err := s.SaveStation(t.Context(), m, stations.SaveStation{ID: "S00003", Fields: f}); err != nil {
			t.Fatal(err)
		}
		doc, _ := get(t, srv.URL+"/stations/S00003")
		list, _ := get(t, srv.URL+"/stations?q="+url.QueryEscape(reg.Label("S00003")))
		cell := list.Find("tr:has(a[href='/stations/S00003']) td[data-label='Cụm loa']").Text()
		if !strings.Contains(doc.Find("main").Text(), said[0]) || cell != said[1] {
			t.Errorf("%q: the list says %q, the page %s", typed, cell, doc.Find("main").Text())
		}
		form, _ := get(t, srv.URL+"/stations/S00003/edit")
		if value, _ := form.Find("input[name=clusters_working]").Attr("value"); value != typed {
			t.Errorf("%q: the form says %q", typed, value)
		}
	}
}

// writeFile keeps a table under a folder of the test.
func writeFile(t *testing.T, name string, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnEditorKeepsTheRegistryInABrowser(t *testing.T) {
	srv, store := serve(t, "editor")
	tab := webtest.NewBrowser(t).Person()
	shots := func(name string) {
		t.Helper()
		tab.Shot("stations-"+name, 360)
		tab.Shot("stations-"+name, 1280)
	}
	tab.Open(srv.URL + "/stations")
	shots("list")
	tab.Type("#f-q", "khong co dau")
	tab.Follow("form button")
	shots("none")

	tab.Open(srv.URL + "/stations/S00001")
	shots("one")
	tab.Follow(`a[href="/stations/S00001/edit"]`)
	tab.Type("#f-frequency_mhz", "99")
	tab.Follow("form .actions button")
	tab.Wait(".wrong #f-frequency_mhz")
	shots("refused")
	tab.Type("#f-frequency_mhz", "60,5")
	tab.Type("#f-c1_name", "Lý Thị Mẩy")
	tab.Follow("form .actions button")
	tab.Wait(".flash")
	if s := station(t, store, "S00001"); s.FM.FrequencyMHz != 60.5 || len(s.Contacts) != 2 || s.ChangedBy != "Chị Hoa" {
		t.Errorf("%+v", s)
	}

	tab.Open(srv.URL + "/stations/new")
	shots("new")
	tab.Set("#f-unit", "02635")
	tab.Follow("form .actions button")
	tab.Wait(".flash")
	station(t, store, "S00128")

	tab.Open(srv.URL + "/stations/import")
	shots("import")
	bad := writeFile(t, "bad.csv", func(b *bytes.Buffer) error {
		return sheet.CSV(b, [][]any{{"Mã xã", "Tên xã", "Tần số (MHz)"}, {"02779", "Thanh Bình", "56"}, {"99999", "Đâu đó", ""}, {"02770", "Nậm Chầy", ""}})
	})
	tab.Upload("#f-file", bad)
	tab.Follow("form button")
	shots("import-bad")
	good := writeFile(t, "good.xlsx", func(b *bytes.Buffer) error {
		return sheet.XLSX(b, "Đài", [][]any{{"Mã xã", "Công nghệ", "Người liên hệ"}, {"02779", "FM; loa lưu động", "Sùng A Lử | | 0987654321"},
			{"02770", "FM, IP", ""}})
	})
	tab.Upload("#f-file", good)
	tab.Follow(`form[enctype] button`)
	shots("import-good")
	tab.Follow("#plan ~ .actions button")
	tab.Wait(".flash")
	tab.Open(srv.URL + "/stations/02779")
	if got := tab.Text("h1"); got != "Đài Thanh Bình (Mường Khương)" {
		t.Errorf("a code leads to %q", got)
	}

	mergeInBrowser(t, tab, srv.URL, shots)
	splitInBrowser(t, tab, srv.URL, shots)
	registry, err := store.Registry(t.Context())
	if err != nil || len(registry.ActiveOn("2025-06-30")) != 128 || len(registry.Districts("2025-07-01")) != 0 {
		t.Errorf("after the reform: %d stations the day before, %v", len(registry.ActiveOn("2025-06-30")), err)
	}
}

func mergeInBrowser(t *testing.T, tab *webtest.Tab, url string, shots func(string)) {
	t.Helper()
	tab.Open(url + "/stations/merge")
	shots("merge")
	reform := writeFile(t, "reform.xlsx", func(b *bytes.Buffer) error {
		return sheet.XLSX(b, "x", stations.MergeTable(stations.Reform2025().Rows))
	})
	tab.Set("#f-on", "2025-07-01")
	tab.Upload("#f-file", reform)
	tab.Follow("form[enctype] button")
	shots("merge-bad")
	tab.Click("input[name=abolish_districts]")
	tab.Upload("#f-file", reform)
	tab.Follow("form[enctype] button")
	shots("merge-good")
	rows := `document.querySelectorAll("tbody tr").length`
	if n := webtest.Eval[int](tab, "targets", rows); n != 25 {
		t.Errorf("%d of 48 targets on the first page", n)
	}
	tab.Follow(`button[name=from][value="25"]`)
	if n := webtest.Eval[int](tab, "more targets", rows); n < 22 || n > 23 {
		t.Errorf("%d of 48 targets on the second page", n)
	}
	tab.Follow("#plan ~ form button")
	tab.Wait(".flash")
	shots("list-all")
	tab.Open(url + "/stations?active_on=2025-07-01&q=bac+ha")
	tab.Follow("tbody a")
	shots("lineage")
}

// splitInBrowser splits a commune of the reform in two, and undoes it.
func splitInBrowser(t *testing.T, tab *webtest.Tab, url string, shots func(string)) {
	t.Helper()
	tab.Open(url + "/stations/split")
	shots("split")
	tab.Set("#f-code", "02647")
	tab.Set("#f-on", "2025-08-06")
	tab.Set("#f-code_0", "02647")
	tab.Set("#f-name_0", "Kim Tân")
	tab.Follow("form .actions button")
	if got := tab.Text("#plan ~ ul"); !strings.Contains(got, "hai") {
		t.Errorf("one part: %q", got)
	}
	tab.Set("#f-name_0", "Phường Kim Tân")
	tab.Set("#f-code_1", "02641")
	tab.Set("#f-name_1", "Phường Lào Cai")
	tab.Follow("section.narrow form button")
	shots("split-good")
	tab.Follow("#plan ~ form button")
	tab.Wait(".flash")
	shots("changes")
	tab.Follow(`a[href="/stations/changes/undo/2"]`)
	shots("undo")
	tab.Set("#f-reason", "nhập nhầm")
	tab.Follow("main form button")
	tab.Wait(".flash")
	if got := tab.Text("tbody tr"); !strings.Contains(got, "nhập nhầm") {
		t.Errorf("the list says %q", got)
	}
	tab.Open(url + "/stations/changes/undo/2")
	if got := tab.Text(".card.bad"); !strings.Contains(got, "hoàn tác") {
		t.Errorf("undone twice: %q", got)
	}
}

func station(t *testing.T, s *bolt.Store, id string) *stations.Station {
	t.Helper()
	r, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := r.Station(id)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func FuzzReadFields(f *testing.F) {
	f.Add("57,5", "05:30-06:15", "0912 345 678", "2024-01-01")
	r := stations.NewRegistry(stations.Founding())
	m := accounts.Meta{ID: "x", By: accounts.Daemon(), At: time.Date(2024, 5, 13, 3, 0, 0, 0, time.UTC)}
	f.Fuzz(func(t *testing.T, number, hours, phone, day string) {
		fields, err := readFields(map[string][]string{"frequency_mhz": {number}, "clusters_total": {number}, "hours": {hours},
			"technologies": {"fm"}, "languages": {hours},
			"c0_name": {phone}, "c0_phone": {phone}, "a0_from": {day}, "a0_until": {day}, "licence_until": {day}, "zone": {hours}, "notes": {phone}})
		if err != nil {
			return
		}
		s, err := stations.DecideSave(r, m, stations.SaveStation{ID: "S00001", Fields: fields})
		if err != nil {
			return
		}
		form := kit.NewForm()
		fillForm(&form, s.Fields)
		again, err := readFields(form.Values)
		if err != nil {
			t.Fatalf("%+v does not survive its own form: %v", s.Fields, err)
		}
		if back, err := stations.DecideSave(r, m, stations.SaveStation{ID: "S00001", Fields: again}); err != nil ||
			back.Cell(text.Vietnamese, "hours") != s.Cell(text.Vietnamese, "hours") || back.FM != s.FM {
			t.Fatalf("%+v became %+v, %v", s.Fields, back.Fields, err)
		}
	})
}

// TestWhoGetsAndWhoLosesARoleIsCountedApart: undoing a merger takes roles away.
func TestWhoGetsAndWhoLosesARoleIsCountedApart(t *testing.T) {
	people := []coverage.FollowedPerson{{Stations: []string{"S1"}}, {Leaves: []string{"S1"}}, {Leaves: []string{"S1"}},
		{Stations: []string{"S1"}, Leaves: []string{"S2"}}}
	r := &kit.Request{Lang: text.Vietnamese}
	for _, c := range []struct {
		people []coverage.FollowedPerson
		want   string
	}{
		{people, "2 người có lại quyền ở đài cũ; 2 người thôi quyền ở đài"},
		{people[1:3], "2 người thôi quyền ở đài"},
		{people[:1], "1 người có lại quyền ở đài cũ"},
		{nil, ""},
	} {
		if got := countPeople(r, "stations.people_back", c.people); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
