package web_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"loa/accounts"
	"loa/web/webtest"
)

// What a first screen brings within the page lays it out as the whole style does: nothing that is seen moves, or looks
// another way, once that has come. What is folded or hidden is not seen; a script's part comes later than either.
func TestAFirstScreenIsAsItStaysBeforeItsStyleHasCome(t *testing.T) {
	t.Parallel()
	now := tuesday
	k, s := build(t, func() time.Time { return now })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, _ := aWeek(t, s)
	at := func(id string) accounts.Grant {
		return accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: id}}
	}
	waits := webtest.LoggedIn(t, s, "xa-02650", tuesday, at("S00003"))
	both := webtest.LoggedIn(t, s, "hai-xa", tuesday, at("S00003"), at("S00004"))
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	browser := webtest.NewBrowser(t)
	for _, first := range []struct{ name, secret, path, shows string }{
		{"what waits", waits, "/today", "button.yes"},
		{"what is done", operator, "/today", "li[data-report]"},
		{"two stations", both, "/today", ".tabs"},
		{"the way in", "", "/login", "button"},
	} {
		p := browser.Person()
		if first.secret != "" {
			p.Cookie("s", first.secret, server.URL)
		}
		p.Open(server.URL + first.path)
		p.Wait(first.shows)
		for _, width := range []int64{320, 360, 800, 1280} {
			p.Size(width)
			for _, dark := range []bool{false, true} {
				p.Dark(dark)
				if other := webtest.Eval[string](p, "look twice", looksTwice); other != "" {
					t.Errorf("%s, %d px wide, dark %t: %s", first.name, width, dark, other)
				}
			}
		}
	}
}

// looksTwice compares all that is seen, without the styles that come later and with them.
const looksTwice = `(() => {
	const later = [...document.styleSheets].filter((s) => s.href && !(s.media.length && matchMedia(s.media.mediaText).matches));
	const how = ["color", "backgroundColor", "backgroundImage", "fontSize", "fontWeight", "fontFamily", "lineHeight", "textAlign",
		"textDecorationLine", "borderTopWidth", "borderTopColor", "borderLeftWidth", "borderLeftColor", "borderRadius", "boxShadow", "opacity", "cursor"];
	const look = () => [...document.body.querySelectorAll("*")].map((e) => {
		const style = getComputedStyle(e), at = e.getBoundingClientRect();
		const seen = at.width && at.height && style.visibility === "visible" && !e.closest("[hidden], .reveal, .phone, svg > *, details:not([open]) > :not(summary)");
		return seen ? [at.x, at.y, at.width, at.height].map(Math.round) + " " + how.map((h) => style[h]) : "";
	});
	if (!document.querySelector("head style") || !later.length) return "it brings no style, or has no other";
	const after = look();
	for (const s of later) s.disabled = true;
	const before = look(), all = [...document.body.querySelectorAll("*")];
	for (const s of later) s.disabled = false;
	const i = after.findIndex((a, i) => a !== before[i]);
	return i < 0 ? "" : all[i].outerHTML.slice(0, 120) + "\n\tbefore " + before[i] + "\n\tafter  " + after[i];
})()`
