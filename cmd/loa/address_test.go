package main

import (
	"strings"
	"testing"
)

func TestLinksCarryThePublicAddress(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	hoa := r.loggedIn("hoa.chu.tri")
	invited := func() string {
		a := r.call("POST", "/api/v1/invitations", `{"grants":[{"role":"editor","scope":{"level":"province"}}]}`, "Host", "evil.example")
		if a.Status != 201 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return string(a.Body)
	}
	if got := invited(); !strings.Contains(got, `"link":"http://127.0.0.1`) || !strings.Contains(got, `"local":true`) {
		t.Errorf("before anybody said where: %s", got)
	}
	if w := r.open("GET", "/", hoa, ""); !strings.Contains(w.Body.String(), `href="/settings/address"`) {
		t.Error("the first page does not ask for the address")
	}
	for _, bad := range []string{"loa.example.vn", "ftp://loa.example.vn", "https://", "https://loa.example.vn/join", "https://a:b@loa.example.vn",
		"javascript:alert(1)"} {
		if w := r.open("POST", "/settings/address", hoa, "public_url="+strings.NewReplacer(":", "%3A", "/", "%2F").Replace(bad)); w.Code != 422 {
			t.Errorf("%q is answered %d", bad, w.Code)
		}
	}
	if w := r.open("POST", "/settings/address", hoa, "public_url=https%3A%2F%2FLoa.example.vn%2F"); w.Code != 303 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if got := invited(); !strings.Contains(got, `"link":"https://loa.example.vn/join/`) || strings.Contains(got, `"local"`) {
		t.Errorf("afterwards: %s", got)
	}
	if a := r.call("PUT", "/api/v1/settings", `{"close_after_days":9}`); a.Status != 200 ||
		!strings.Contains(string(a.Body), `"public_url":"https://loa.example.vn"`) {
		t.Errorf("another setting forgets the address: %d %s", a.Status, a.Body)
	}
	if w := r.open("POST", "/settings", hoa, "on_time_hours=48&near_slot_hours=12&close_after_days=8&week_shift_hours=0"); w.Code != 303 {
		t.Errorf("%d", w.Code)
	}
	if err := r.d.beAt(t.Context(), "https://other.example"); err != nil {
		t.Error(err)
	}
	if to, err := r.d.address(t.Context()); err != nil || to.URL != "https://loa.example.vn" || !to.Set {
		t.Errorf("a flag took the place of the setting: %+v %v", to, err)
	}
}
