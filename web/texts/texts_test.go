package texts_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/internal/text"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/settings"
	"loa/web/texts"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

var now = time.Date(2024, 5, 14, 8, 0, 0, 0, text.Zone)

func newPages(t *testing.T) (http.Handler, *bolt.Store) {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	texts.Register(k, s)
	settings.Register(k, s, nil)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return h, s
}

func as(t *testing.T, h http.Handler, s *bolt.Store, role accounts.Role, scope accounts.Scope) *webtest.Client {
	t.Helper()
	return webtest.NewClient(t, h, webtest.LoggedIn(t, s, string(role), now, accounts.Grant{Role: role, Scope: scope}))
}

var province = accounts.Scope{Level: accounts.Province}

// An administrator switches texts on, gives the gateway a token that is shown once, tries a text, and reads what came.
func TestTextsAreSwitchedOnAndRead(t *testing.T) {
	h, s := newPages(t)
	admin := as(t, h, s, accounts.Admin, province)
	admin.Get("/texts")
	admin.Expect(200, ".empty", "Chưa có tin nhắn nào")
	admin.Get("/settings/texts")
	admin.Submit("form[action='/settings/texts']", "on", "1", "number", "không số")
	admin.Expect(422, "", "Số nhận tin chỉ gồm chữ số")
	admin.Submit("form[action='/settings/texts']", "on", "1", "number", "12345")
	admin.Expect(422, "#e-number", "ít nhất 8 chữ số")
	if said := admin.Doc().Find("form[action='/settings/texts'] [name=number]").AttrOr("value", ""); said != "12345" {
		t.Errorf("of the number that was refused the form shows %q", said)
	}
	admin.Submit("form[action='/settings/texts']", "on", "1", "number", "0912 345 600")
	admin.Get("/settings/texts")
	stale := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "chief", now, accounts.Grant{Role: accounts.Admin, Scope: province}))
	stale.Get("/settings/texts")
	admin.Submit("form[action='/settings/texts/token']")
	admin.Expect(200, "#token")
	stale.Submit("form[action='/settings/texts/token']")
	stale.Expect(412, "", "sau khi bạn mở trang này")
	token := admin.Doc().Find("#token").AttrOr("value", "")
	who, err := s.ByToken(t.Context(), accounts.HashOf(token), now)
	if err != nil || who.ID != accounts.GatewayPerson().ID {
		t.Fatalf("the token %q is of %+v, %v", token, who, err)
	}
	admin.Get("/settings/texts")
	admin.Expect(200, "", "Cổng tin nhắn đã có mã")
	admin.Submit("form[action='/settings/texts/try']", "from", "0900000001", "text", "PT OK")
	admin.Expect(200, ".notice", "Số lạ", "chua co trong ho so")
	admin.Expect(200, ".tabs [aria-current]", "Báo bằng tin nhắn")
	m := accounts.Meta{ID: "m", By: who.Actor("token"), At: now}
	if _, err := s.ReceiveText(t.Context(), m, texting.Receive{ID: "1", From: "0900000001", Text: "PT <b>OK</b>", SentAt: now}); err != nil {
		t.Fatal(err)
	}
	admin.Get("/texts")
	admin.Expect(200, "tbody tr", "0900000001", "PT <b>OK</b>", "Số lạ", "So nay chua co")
	admin.Get("/texts?state=reported")
	admin.Expect(200, ".empty", "Không có tin nhắn nào như vậy")
	admin.Get("/texts?station=99999")
	admin.Expect(404, "")
}

// A card says the code of the station, the number to write to and the word for each reason; a district's are printed together.
func TestCardsSayHowToReportByText(t *testing.T) {
	h, s := newPages(t)
	operator := as(t, h, s, accounts.Operator, accounts.Scope{Level: accounts.Station, ID: "S00001"})
	operator.Get("/texts/card")
	operator.Expect(200, ".notice", "Chưa bật nhận báo cáo qua tin nhắn")
	admin := as(t, h, s, accounts.Admin, province)
	admin.Get("/settings/texts")
	admin.Submit("form[action='/settings/texts']", "on", "1", "number", "0912345600")
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	operator.Get("/texts/card")
	words := []string{"0912345600", "PT " + reg.UnitOf("S00001").Code + " OK 17:05"}
	for _, r := range airing.Reasons {
		words = append(words, texting.Short(r)+" "+text.Vietnamese.Say("airing.reason."+string(r)))
	}
	operator.Expect(200, ".textcard", words...)
	if n := operator.Doc().Find(".textcard").Length(); n != 1 {
		t.Errorf("%d cards of one station", n)
	}
	admin.Get("/texts/card")
	admin.Expect(200, "select[name=district]")
	admin.Get("/texts/card?district=999")
	admin.Expect(404, "", "Không có huyện nào mang mã")
	district := reg.Where("S00001").District
	admin.Get("/texts/card?district=" + district)
	n := 0
	for _, st := range reg.Stations() {
		if reg.Where(st.ID).District == district {
			n++
		}
	}
	if got := admin.Doc().Find(".textcard").Length(); got != n || n < 2 {
		t.Errorf("%d cards of a district of %d stations", got, n)
	}
}

// On a phone and on a desk the pages fit; another token ends the one before, once that was asked.
func TestThePagesOfTextsInTheBrowser(t *testing.T) {
	h, s := newPages(t)
	srv := httptest.NewServer(h)
	defer srv.Close()
	secret := webtest.LoggedIn(t, s, "chief", now, accounts.Grant{Role: accounts.Admin, Scope: province})
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", secret, srv.URL)
	p.Open(srv.URL + "/settings/texts")
	p.Type("#f-number", "0912345600")
	p.Click("label:has(#f-on)")
	p.Follow("form[action$='/settings/texts'] button")
	p.Wait(".flash")
	token := func(click ...string) string {
		for _, sel := range click[:len(click)-1] {
			p.Click(sel)
		}
		p.Follow(click[len(click)-1])
		p.Wait("#token")
		return webtest.Eval[string](p, "read the token", `document.querySelector("#token").value`)
	}
	first := token("form[action$='/settings/texts/token'] button")
	second := token("button[popovertarget=renew]", "#renew button.danger")
	if who, err := s.ByToken(t.Context(), accounts.HashOf(first), now); err != nil || who.ID != "" || first == second {
		t.Errorf("the first token still is of %+v, %v", who, err)
	}
	m := accounts.Meta{ID: "m", By: accounts.GatewayPerson().Actor("token"), At: now}
	for _, id := range []string{"1", "2"} {
		if _, err := s.ReceiveText(t.Context(), m, texting.Receive{ID: id, From: "0900000001", Text: "PT 02659 OK 17:05", SentAt: now}); err != nil {
			t.Fatal(err)
		}
	}
	p.Type("#f-from", "0900000002")
	p.Type("#f-text", "PT OK")
	p.Follow("form[action$='/settings/texts/try'] button")
	p.Says("form[action$='/settings/texts/try'] .notice", "Số lạ")
	for name, path := range map[string]string{"settings": "/settings/texts", "list": "/texts", "card": "/texts/card?district=082"} {
		p.Open(srv.URL + path)
		for _, width := range []int64{1280, 360} {
			p.Shot("texts-"+name, width)
		}
		p.Fingers(name)
		p.Size(1280)
	}
}
