package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/web/webtest"
)

// A programme made by mistake is let rest: whoever chooses one is not offered it, what
// it aired stays to the letter, and it comes back.
func TestAProgrammeMadeByMistakeIsLetRest(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, province := aWeek(t, s)
	editor := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "bientap", tuesday,
		accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}))
	station, monitor := webtest.NewClient(t, h, operator), webtest.NewClient(t, h, province)
	past := func() (all string) {
		for _, path := range []string{"/airings?from=2024-05-06&until=2024-05-14&format=csv", "/api/v1/coverage?week=2024-W20",
			"/api/v1/coverage?week=2024-W19"} {
			all += monitor.Get(path).Body.String()
		}
		return all
	}
	before := past()
	offered := func(want bool) {
		t.Helper()
		station.Get("/airings/new")
		station.Expect(200, "h1")
		if got := station.Doc().Find("select[name=programme] option[value=P1]").Length() == 1; got != want {
			t.Errorf("an operator is offered the programme: %v", got)
		}
		editor.Get("/programmes/P1")
		editor.Expect(200, "h1")
		if got := editor.Doc().Find(`a[href="/programmes/P1/rules/new"]`).Length() == 1; got != want {
			t.Errorf("an editor may plan it: %v", got)
		}
		editor.Get("/library")
		if got := editor.Doc().Find("select[name=programme] > option[value=P1]").Length() == 1; got != want {
			t.Errorf("the library lists it among those at work: %v", got)
		}
		if editor.Doc().Find("select[name=programme] option[value=P1]").Length() != 1 {
			t.Error("what it aired is found no more")
		}
	}
	offered(true)

	editor.Get("/programmes/P1/retire")
	editor.Expect(200, ".ask .open li")
	if said := editor.Doc().Find(".ask .open").Text(); !strings.Contains(said, "thứ Hai 17:00") {
		t.Errorf("the question: %s", said)
	}
	form := url.Values{"id": {editor.Doc().Find(".ask [name=id]").AttrOr("value", "")}, "do": {"retire"}, "seen": {"another"}}
	editor.Post("/programmes/P1/retire", form)
	editor.Expect(200, ".ask .notice")
	offered(true)
	if w := editor.Post("/programmes/P1/retire", url.Values{"do": {"retire"}}); w.Code != 303 && editor.Doc().Find(".ask").Length() != 1 {
		t.Errorf("without a question: %d", w.Code)
	}
	editor.Get("/programmes/P1/retire")
	form.Set("id", editor.Doc().Find(".ask [name=id]").AttrOr("value", ""))
	form.Set("seen", editor.Doc().Find(".ask [name=seen]").AttrOr("value", ""))
	editor.Post("/programmes/P1/retire", form)
	offered(false)
	editor.Get("/programmes")
	editor.Expect(200, `details a[href="/programmes/P1"]`)
	editor.Get("/programmes/P1")
	editor.Expect(200, "#retired button[value=back]")
	editor.Get("/rules/R1")
	editor.Expect(200, `#ended a[href="/programmes/P1"]`)
	editor.Refuse(`value="resume"`)
	editor.Get("/programmes/P1/rules/new")
	editor.Submit("#rule", "days", "3", "time", "06:00", "do", "preview")
	if said := editor.Doc().Find("[role=alert]").Text(); !strings.Contains(said, "cho nghỉ") {
		t.Errorf("a rule of what rests: %s", said)
	}
	if after := past(); after != before {
		t.Errorf("the past is another:\n%s\n%s", before, after)
	}
	if slots := monitor.Get("/api/v1/slots?from=2024-05-14&until=2024-06-30").Body.String(); strings.Contains(slots, `"P1"`) {
		t.Error("it is planned still")
	}
	editor.Post("/programmes/P1/retire", url.Values{"id": {editor.Doc().Find("#retired [name=id]").AttrOr("value", "")}, "do": {"back"}})
	offered(true)
}
