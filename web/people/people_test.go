package people_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/internal/text"
	"loa/message"
	"loa/message/pushtest"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/door"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/me"
	"loa/web/people"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func newPages(t *testing.T) (http.Handler, *bolt.Store) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: time.Now, Log: log})
	home.Register(k)
	door.Register(k, s)
	me.Register(k, s)
	people.Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return h, s
}

func grant(role accounts.Role, level accounts.Level, id string) accounts.Grant {
	return accounts.Grant{Role: role, Scope: accounts.Scope{Level: level, ID: id}}
}

// oneStation is a station, its district and a station of another district.
func oneStation(t *testing.T, s *bolt.Store) (here, elsewhere accounts.Where) {
	t.Helper()
	r, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	here = r.Where(r.Stations()[0].ID)
	for _, st := range r.Stations() {
		if elsewhere = r.Where(st.ID); elsewhere.District != here.District {
			return here, elsewhere
		}
	}
	t.Fatal("one district only")
	return here, elsewhere
}

func TestAnInvitationGoesFromThePageToTheNewOperator(t *testing.T) {
	h, s := newPages(t)
	here, _ := oneStation(t, s)
	chief := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "chief", time.Now(), grant(accounts.Admin, accounts.Province, "")))
	chief.Get("/")
	chief.Expect(200, "a[href='/people/sheet']", "127 trong 127 đài")
	chief.Get("/people/invite?role=operator&station=" + here.Station)
	chief.Expect(200, "select[name=station] option[selected]")
	chief.Submit("main form.card", "note", "Chị Mai")
	chief.Expect(200, "svg.qr", "/join/")
	link := chief.Doc().Find("#link").AttrOr("value", "")
	_, secret, _ := strings.Cut(link, "/join/")
	mai := webtest.NewClient(t, h, "")
	mai.Get("/join/" + secret)
	mai.Submit("main form", "name", "Vàng Thị Mai", "login", "mai", "passphrase", "bốn con dê lên nương")
	mai.Expect(200, "h1", "Vàng Thị Mai")
	mai.Get("/people")
	mai.Expect(403, "", "không có quyền")
	chief.Get("/people?q=vang+mai")
	chief.Expect(200, "table a", "Vàng Thị Mai", "Phụ trách đài")
	chief.Get("/")
	chief.Expect(200, "", "126 trong 127 đài")
}

func TestADistrictMonitorTendsHerDistrictAlone(t *testing.T) {
	h, s := newPages(t)
	here, elsewhere := oneStation(t, s)
	now := time.Now()
	webtest.LoggedIn(t, s, "chief", now, grant(accounts.Admin, accounts.Province, ""))
	webtest.LoggedIn(t, s, "near", now, grant(accounts.Operator, accounts.Station, here.Station))
	webtest.LoggedIn(t, s, "far", now, grant(accounts.Operator, accounts.Station, elsewhere.Station))
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "monitor", now, grant(accounts.Monitor, accounts.District, here.District)))
	c.Get("/people")
	c.Expect(200, "table", "near")
	c.Refuse("far", "chief")
	d, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	near, _ := d.ByLogin("near")
	far, _ := d.ByLogin("far")
	c.Get("/people/" + far.ID)
	c.Expect(403, "")
	c.Refuse("far")
	c.Get("/people/" + near.ID)
	c.Expect(200, "form[action$='/renew']")
	c.Submit("form[action$='/renew']")
	c.Expect(200, "svg.qr", "near")
	c.Get("/people/" + near.ID)
	c.Submit("details form", "role", "admin")
	c.Expect(403, "")
	c.Get("/people/invite")
	if n := c.Doc().Find("select[name=station] option[value='" + elsewhere.Station + "']").Length(); n != 0 {
		t.Error("a station of another district is offered")
	}
	c.Get("/people/" + near.ID)
	c.Submit("form:has([value=take])", "do", "take") // her last role here: nobody's of this district any more
	c.Expect(200, ".flash", "Đã lưu")
	if c.Path != "/people" || c.Doc().Find("a[href='/people/"+near.ID+"']").Length() != 0 {
		t.Errorf("it leads to %s:\n%s", c.Path, c.Last.Body)
	}
}

// TestAStationIsHandedOver has a district's monitor end one lost phone of an operator, and then hand her station to
// somebody new: one press, a link, and the colleague of the same station goes on working.
func TestAStationIsHandedOver(t *testing.T) {
	h, s := newPages(t)
	here, _ := oneStation(t, s)
	now := time.Now()
	run := grant(accounts.Operator, accounts.Station, here.Station)
	webtest.LoggedIn(t, s, "chief", now, grant(accounts.Admin, accounts.Province, ""))
	phone := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "mai", now, run))
	colleague := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "sua", now, run))
	monitor := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "monitor", now, grant(accounts.Monitor, accounts.District, here.District)))
	d, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mai, _ := d.ByLogin("mai")
	other := webtest.NewClient(t, h, webtest.Session(t, s, mai, now.Add(time.Second)))
	sessions, err := s.Sessions(t.Context(), mai.ID, now)
	if err != nil || len(sessions) != 2 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	lost := slices.IndexFunc(sessions, func(s accounts.Session) bool { return s.Started.Before(now.Add(time.Second).UTC()) })
	form := "form[action$='/sessions/end']:has([value='" + sessions[lost].ID + "'])"
	page := "/people/" + mai.ID
	m := accounts.Meta{ID: kit.NewID(), By: mai.Actor(sessions[lost].ID), At: now}
	device := message.NewDevice(sessions[lost], pushtest.New().At("https://push.example.vn/to/mai"), false)
	if _, err := s.SaveDevice(t.Context(), m, device); err != nil {
		t.Fatal(err)
	}
	monitor.Get(page)
	if told := monitor.Doc().Find("li:has("+form+")").Text() + "|" + monitor.Doc().Find("main").Text(); strings.Count(told, "Máy tự hiện thông báo") != 2 {
		t.Errorf("the session that shows notifications, and it alone, should say so: %s", told)
	}
	monitor.Submit(form)
	monitor.Expect(200, "", "Đã đăng xuất")
	phone.Get("/me")
	phone.Expect(200, "h1", "Đăng nhập")
	other.Get("/me")
	other.Expect(200, "h1", "mai")

	monitor.Get(page)
	monitor.Submit("form[action$='/handover']")
	monitor.Expect(200, "svg.qr", "/join/")
	_, secret, _ := strings.Cut(monitor.Doc().Find("#link").AttrOr("value", ""), "/join/")
	other.Get("/me")
	other.Expect(200, "h1", "Đăng nhập")
	colleague.Get("/me")
	colleague.Expect(200, "h1", "sua")
	next := webtest.NewClient(t, h, "")
	next.Get("/join/" + secret)
	next.Submit("main form", "name", "Vàng Thị Hoa", "login", "hoa", "passphrase", "bốn con dê lên nương")
	next.Expect(200, "h1", "Vàng Thị Hoa")
	if d, err = s.Directory(t.Context()); err != nil {
		t.Fatal(err)
	}
	mai, _ = d.ByLogin("mai")
	hoa, _ := d.ByLogin("hoa")
	if len(mai.Grants) > 0 || !hoa.Has(run) || len(hoa.Grants) != 1 {
		t.Errorf("mai has %v, hoa %v", mai.Grants, hoa.Grants)
	}
}

// TestNobodyHandsOverAStationElsewhere sends the form of a station that the monitor may not give: nothing changes.
func TestNobodyHandsOverAStationElsewhere(t *testing.T) {
	h, s := newPages(t)
	here, elsewhere := oneStation(t, s)
	now := time.Now()
	webtest.LoggedIn(t, s, "chief", now, grant(accounts.Admin, accounts.Province, ""))
	run := grant(accounts.Operator, accounts.Station, here.Station)
	phone := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "mai", now, run))
	monitor := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "monitor", now, grant(accounts.Monitor, accounts.District, here.District)))
	d, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mai, _ := d.ByLogin("mai")
	monitor.Get("/people/" + mai.ID)
	monitor.Submit("form[action$='/handover']", "station", elsewhere.Station)
	if monitor.Doc().Find("#link").Length() > 0 {
		t.Error("there is a link")
	}
	if d, err = s.Directory(t.Context()); err != nil {
		t.Fatal(err)
	}
	phone.Get("/me")
	phone.Expect(200, "h1", "mai")
	if mai, _ = d.ByLogin("mai"); !mai.Has(run) {
		t.Errorf("mai has %v", mai.Grants)
	}
}

func TestDisablingLogsOutAtOnce(t *testing.T) {
	h, s := newPages(t)
	here, _ := oneStation(t, s)
	chief := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "chief", time.Now(), grant(accounts.Admin, accounts.Province, "")))
	hoa := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "hoa", time.Now(), grant(accounts.Operator, accounts.Station, here.Station)))
	hoa.Get("/me")
	hoa.Expect(200, "form[action='/logout']")
	d, _ := s.Directory(t.Context())
	p, _ := d.ByLogin("hoa")
	chief.Get("/people/" + p.ID)
	chief.Submit("form:has(button[value=disable])", "do", "disable")
	chief.Expect(200, ".badge.bad", "Đã khoá")
	hoa.Get("/me")
	hoa.Expect(200, "form[action='/login']")
	self, _ := d.ByLogin("chief")
	chief.Get("/people/" + self.ID)
	chief.Submit("form:has(input[name=grant])", "do", "take")
	chief.Expect(422, ".notice.bad", "người quản trị duy nhất")
}

func TestASheetOfCardsIsMadeOnceHoweverOftenItIsSent(t *testing.T) {
	h, s := newPages(t)
	chief := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "chief", time.Now(), grant(accounts.Admin, accounts.Province, "")))
	here, _ := oneStation(t, s)
	chief.Get("/people/sheet")
	page := chief.Last
	chief.Submit("main form", "district", here.District)
	chief.Expect(200, ".invite svg.qr")
	first := chief.Doc().Find(".invite .link").Text()
	chief.Last, chief.Path = page, "/people/sheet"
	chief.Submit("main form", "district", here.District)
	if again := chief.Doc().Find(".invite .link").Text(); again != first || first == "" {
		t.Error("the same sheet sent twice has other links")
	}
	open, err := s.Invitations(t.Context(), accounts.InvitationQuery{At: time.Now(), Limit: accounts.MostListed})
	if err != nil || len(open) != chief.Doc().Find(".invite").Length() {
		t.Errorf("%d invitations for %d cards (%v)", len(open), chief.Doc().Find(".invite").Length(), err)
	}
	// the list of them is in order, and is searched like the people
	chief.Get("/people")
	var listed []string
	chief.Doc().Find("details .list li > div > span").Each(func(_ int, s *goquery.Selection) { listed = append(listed, text.Fold(s.Text())) })
	if len(listed) != len(open) || !slices.IsSorted(listed) {
		t.Errorf("invitations listed as %q", listed)
	}
	chief.Get("/people?q=" + url.QueryEscape(listed[0]))
	if n := chief.Doc().Find("details .list li").Length(); n != 1 {
		t.Errorf("%d invitations of %q, want one", n, listed[0])
	}
}

func TestThePagesInARealBrowser(t *testing.T) {
	h, s := newPages(t)
	srv := httptest.NewServer(h)
	defer srv.Close()
	here, _ := oneStation(t, s)
	for i, name := range []string{"giang", "lan", "mai", "vang"} {
		webtest.LoggedIn(t, s, name, time.Now(), grant(accounts.Operator, accounts.Station, []string{here.Station, "S00002", "S00003", "S00004"}[i]))
	}
	secret := accounts.NewSecret()
	_, err := s.Invite(t.Context(), accounts.Meta{ID: "first", By: accounts.Daemon(), At: time.Now()},
		accounts.Invite{Hash: accounts.HashOf(secret), Grants: []accounts.Grant{grant(accounts.Admin, accounts.Province, "")}})
	if err != nil {
		t.Fatal(err)
	}
	p := webtest.NewBrowser(t).Person()
	p.Open(srv.URL + "/login")
	p.Shot("login", 360)
	p.Open(srv.URL + "/join/" + secret)
	p.Type("#f-name", "Trần Thị Hoa")
	p.Type("#f-login", "hoa")
	p.Type("#f-passphrase", "bốn con dê lên nương")
	p.Shot("join", 360)
	p.Follow("main form button.wide")
	p.Wait(".flash")
	p.Shot("home", 360)
	for _, page := range []string{"/", "/people", "/people/invite", "/people/sheet", "/me"} {
		for _, width := range []int64{360, 1280} {
			p.Size(width)
			p.Open(srv.URL + page)
			p.Shot("page"+strings.ReplaceAll(page, "/", "-"), width)
		}
	}
	d, _ := s.Directory(t.Context())
	mai, _ := d.ByLogin("mai")
	p.Open(srv.URL + "/people/" + mai.ID)
	p.Shot("person", 1280)
	p.Shot("person", 360)
	none, yes := []accounts.Grant{}, true
	meta := func(id string) accounts.Meta { return accounts.Meta{ID: id, By: accounts.Daemon(), At: time.Now()} }
	if _, err := s.ChangePerson(t.Context(), meta("leaves"), accounts.ChangePerson{Person: mai.ID, Grants: &none, Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{360, 1280} {
		p.Size(width)
		p.Open(srv.URL + "/people/" + mai.ID)
		p.Click("#erase summary")
		p.Shot("erase", width)
	}
	p.Fingers("erase")
	if _, err := s.Erase(t.Context(), meta("erase"), accounts.Erase{Person: mai.ID, Reason: "Đơn ngày 1/3"}); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1280, 360} {
		p.Size(width)
		p.Open(srv.URL + "/people/" + mai.ID)
		p.Shot("erased", width)
	}
	p.Open(srv.URL + "/people/invite?station=S00005")
	p.Follow("main form.card button")
	p.Wait("svg.qr")
	p.Shot("link", 360)
	p.Size(1280)
	p.Open(srv.URL + "/people/sheet")
	p.Follow("main form button")
	p.Wait(".invite")
	p.Dark(true)
	p.Shot("cards", 1280)
	p.Shot("cards", 360)
}

func TestWhoWasInvitedAlreadyIsNotInvitedAgainInSilence(t *testing.T) {
	h, s := newPages(t)
	chief := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "chief", time.Now(), grant(accounts.Admin, accounts.Province, "")))
	here, elsewhere := oneStation(t, s)
	open := func() int {
		t.Helper()
		list, err := s.Invitations(t.Context(), accounts.InvitationQuery{At: time.Now(), Limit: accounts.MostListed})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	chief.Get("/people/invite?role=operator&station=" + here.Station)
	chief.Submit("main form.card")
	chief.Expect(200, "svg.qr")
	chief.Get("/people/sheet")
	chief.Expect(200, "", "1 đài trong số đó đã có thẻ chưa dùng", "1 đài đã có thẻ chưa dùng: in thế nào?")
	chief.Get("/")
	chief.Expect(200, "", "127 trong 127 đài", "1 đài trong số đó đã có thẻ mời chưa dùng")

	// one station: asked, and nothing made before the answer
	chief.Get("/people/invite?role=operator&station=" + here.Station)
	chief.Submit("main form.card")
	chief.Expect(409, "input[name=waiting]", "Đã có 1 lời mời chưa dùng")
	if open() != 1 {
		t.Fatalf("%d open invitations before the question is answered", open())
	}
	chief.Submit("main form.card", "waiting", "withdraw")
	chief.Expect(200, "svg.qr")
	if open() != 1 {
		t.Fatalf("%d open invitations after one took the place of the other", open())
	}
	chief.Get("/people/invite?role=operator&station=" + here.Station)
	chief.Submit("main form.card")
	chief.Submit("main form.card", "waiting", "keep")
	chief.Expect(200, "form[action='/people/withdraw']", "Còn 1 lời mời khác chưa dùng")
	chief.Submit("form[action='/people/withdraw']")
	chief.Expect(200, ".flash", "Đã thu hồi 1 lời mời")
	if open() != 1 {
		t.Fatalf("%d open invitations after the others were withdrawn", open())
	}

	// many stations: who has a card keeps it, unless new ones take their place
	chief.Get("/people/sheet")
	chief.Submit("main form", "district", here.District)
	chief.Expect(200, ".invite", "Không in cho 1 đài đã có thẻ chưa dùng")
	cards := chief.Doc().Find(".invite").Length()
	if open() != cards+1 {
		t.Fatalf("%d open invitations for %d cards and one invitation", open(), cards)
	}
	chief.Get("/people/sheet")
	chief.Submit("main form", "district", here.District)
	chief.Expect(200, ".notice", "Chưa in thẻ nào")
	chief.Submit("main form", "district", here.District, "waiting", "withdraw")
	chief.Expect(200, ".invite")
	if n := chief.Doc().Find(".invite").Length(); n != cards+1 || open() != n {
		t.Fatalf("%d new cards and %d open invitations for %d stations", n, open(), cards+1)
	}
	chief.Get("/people/sheet")
	webtest.LoggedIn(t, s, "moi", time.Now(), grant(accounts.Operator, accounts.Station, here.Station))
	chief.Get("/people/sheet")
	chief.Expect(200, "", "1 đài đã có người phụ trách mà vẫn còn thẻ chưa dùng")
	chief.Submit("main form", "district", elsewhere.District, "do", "withdraw")
	chief.Expect(200, ".notice", "không có thẻ nào chưa dùng")
	chief.Submit("main form", "district", here.District, "do", "withdraw")
	chief.Expect(200, ".flash", "Đã thu hồi")
	if open() != 0 {
		t.Fatalf("%d open invitations after all were withdrawn", open())
	}

	// several people of one role are invited one after the other, one person by name once
	for _, ask := range []struct {
		note   string
		status int
	}{{"", 200}, {"", 200}, {"Chị Mai", 200}, {"chị mai", 409}} {
		chief.Get("/people/invite?role=editor")
		chief.Submit("main form.card", "note", ask.note)
		chief.Expect(ask.status, "")
	}

	// a new passphrase: the last link alone is good
	webtest.LoggedIn(t, s, "near", time.Now(), grant(accounts.Operator, accounts.Station, here.Station))
	d, _ := s.Directory(t.Context())
	near, _ := d.ByLogin("near")
	before := open()
	for range 2 {
		chief.Get("/people/" + near.ID)
		chief.Submit("form[action$='/renew']")
		chief.Expect(200, "svg.qr", "tạo trước đó cho người này không dùng được nữa")
	}
	if open() != before+1 {
		t.Errorf("%d open links to a new passphrase", open()-before)
	}
}

// TestNobodyTakesHerOwnSecondStepAsSomebodyElses: the route for what others have lost is no way round her passphrase.
func TestNobodyTakesHerOwnSecondStepAsSomebodyElses(t *testing.T) {
	h, s := newPages(t)
	her, err := s.AddPerson(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: time.Now()}, accounts.AddPerson{Name: "Quân",
		Login: "chief", Passphrase: "phc", Grants: []accounts.Grant{grant(accounts.Admin, accounts.Province, "")}})
	if err != nil {
		t.Fatal(err)
	}
	chief := webtest.NewClient(t, h, webtest.Session(t, s, her, time.Now()))
	open, err := s.Sessions(t.Context(), her.ID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	m := accounts.Meta{ID: kit.NewID(), By: her.Actor("session"), At: time.Now()}
	key := accounts.AddFactor{Kind: accounts.ByOwnDevice, Name: "Máy", Session: open[0].Root(), Passkey: accounts.Passkey{ID: "k", Credential: []byte("{}")}}
	if _, err := s.AddFactor(t.Context(), m, key); err != nil {
		t.Fatal(err)
	}
	chief.Post("/people/"+her.ID+"/factors/remove", url.Values{"factor": {"k"}})
	chief.Expect(403, "", "gõ mật khẩu")
	if f, err := s.Factors(t.Context(), her.ID); err != nil || !f.Any() {
		t.Errorf("it is gone: %v", err)
	}
}

// Somebody who left is erased by an administrator who shows her passphrase; before all is handed over she is told what to do, and afterwards
// nobody does anything with the account.
func TestWhoLeftIsErased(t *testing.T) {
	h, s := newPages(t)
	here, _ := oneStation(t, s)
	now := time.Now()
	webtest.LoggedIn(t, s, "mai", now, grant(accounts.Operator, accounts.Station, here.Station))
	chief := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "chief", now, grant(accounts.Admin, accounts.Province, "")))
	d, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mai, _ := d.ByLogin("mai")
	page := "/people/" + mai.ID
	chief.Get(page)
	chief.Expect(200, "#erase", "thu hồi hết vai trò")
	chief.Refuse("erase-reason")
	chief.Submit("form:has([value=take])", "do", "take")
	chief.Get(page)
	chief.Submit("form:has([value=disable])", "do", "disable")
	chief.Get(page)
	chief.Submit("form[action$='/erase']", "do", "erase", "reason", " ")
	chief.Expect(422, "#erase[open]", "Hãy ghi lý do xoá")
	chief.Submit("form[action$='/erase']", "do", "erase", "reason", "Đơn ngày 1/3")
	chief.Expect(200, ".flash", "Đã xoá thông tin")
	chief.Expect(200, "dl.facts", "Đơn ngày 1/3", "Người đã xoá (mã ")
	chief.Refuse("form[action$='/erase']", "form[action$='/renew']")
	chief.Get("/people")
	chief.Expect(200, "table", "Người đã xoá (mã ", "Đã xoá thông tin")
	near := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "monitor", now, grant(accounts.Monitor, accounts.Province, "")))
	near.Get(page)
	near.Expect(403, "")
}
