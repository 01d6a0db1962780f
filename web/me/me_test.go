package me_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/me"
	"loa/web/webtest"
)

// A person changes what she is called, is refused another passphrase without the old
// one, and gets a token that opens the API until she takes it away.
func TestAPersonTendsHerOwnAccount(t *testing.T) {
	now := time.Date(2024, 5, 14, 8, 0, 0, 0, text.Zone)
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	me.Register(k, s)
	k.Handle(kit.Route{Pattern: "GET /api/v1/who", Access: kit.SignedIn, Handler: func(w http.ResponseWriter, r *kit.Request) error {
		return r.JSON(w, http.StatusOK, r.Actor.Name)
	}, Out: ""})
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.LoggedIn(t, s, "Lý A Páo", now, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}) // there is always one
	editor := accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Vàng Thị Mai", now, editor))
	c.Get("/me")
	c.Expect(http.StatusOK, "main", text.Vietnamese.Say("accounts.role.editor"))
	c.Submit("form[action='/me']", "name", "")
	c.Expect(http.StatusUnprocessableEntity, "form[action='/me'] .error", "")
	c.Submit("form[action='/me']", "name", "Vàng Thị May", "language", "vi")
	c.Expect(http.StatusOK, "main", "")
	if name := c.Doc().Find("form[action='/me'] [name=name]").AttrOr("value", ""); name != "Vàng Thị May" {
		t.Errorf("she is called %q", name)
	}
	c.Submit("form[action='/me/passphrase']", "old", "it was not this", "passphrase", "mot cau that dai va kho doan")
	if c.Last.Code != http.StatusUnprocessableEntity {
		t.Errorf("a passphrase without the old one: %d", c.Last.Code)
	}
	c.Get("/me")
	secret := c.Doc().Find("form[action='/me/tokens'] [name=secret]").AttrOr("value", "")
	c.Submit("form[action='/me/tokens']", "name", "máy tính của xã")
	c.Expect(http.StatusOK, "main", "máy tính của xã")
	ask := func() (int, string) {
		r, _ := http.NewRequest(http.MethodGet, "/api/v1/who", nil)
		r.Header.Set("Authorization", "Bearer "+secret)
		a := webtest.NewClient(t, h, "").Do(r)
		return a.Code, a.Body.String()
	}
	if code, said := ask(); code != http.StatusOK || !strings.Contains(said, "Vàng Thị May") {
		t.Errorf("the token opens %d %s", code, said)
	}
	c.Get("/me")
	if strings.Contains(c.Last.Body.String(), secret) {
		t.Error("a token is shown again")
	}
	c.Get("/me/data")
	c.Expect(http.StatusOK, "main", "Vàng Thị May", "Giữ bao lâu")
	c.Get("/me/data?format=json")
	for word, want := range map[string]bool{`"name":"Vàng Thị May"`: true, "máy tính của xã": true, `"passphrase":true`: false, "$argon2id": false, `"hash"`: false} {
		if strings.Contains(c.Last.Body.String(), word) != want {
			t.Errorf("what is kept of her says %s: %v", word, !want)
		}
	}
	c.Get("/me")
	c.Submit("form[action^='/me/tokens/']")
	if code, _ := ask(); code != http.StatusUnauthorized {
		t.Errorf("a token taken away: %d", code)
	}
}
