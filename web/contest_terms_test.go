package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/web/webtest"
)

func TestTheRulesAreReadInWordsAndChangesToo(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id := st.organiser(), "the-le"
	operator := st.person("xa-1", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	stranger := &visitor{st: st}
	rules := scriptOnly(st.now)
	st.do(id, org, contest.DraftContest{Rules: rules})
	for _, v := range []*visitor{operator, stranger} {
		if res, _ := v.ask("GET", "/terms/"+id, "", nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("a draft is shown: %s", res.Status)
		}
	}
	if b := string(org.get("/terms/" + id)); !strings.Contains(b, "Bản xem trước") || !strings.Contains(b, rules.Rounds[0].Parts[0].Criteria[0].Name) {
		t.Errorf("the preview:\n%s", b)
	}
	st.do(id, org, contest.OpenContest{})
	if b := string(stranger.get("/terms/" + id)); strings.Contains(b, "Bản xem trước") || strings.Contains(b, "Thay đổi") {
		t.Errorf("the open rules:\n%s", b)
	}
	rules.Dates.ClosesAt = rules.Dates.ClosesAt.Add(24 * time.Hour)
	st.do(id, org, contest.ChangeRules{Rules: rules, Reason: "Mưa lũ nhiều xã mất điện"})
	want := "Hạn nộp: " + rules.Dates.ClosesAt.Add(-24*time.Hour).Format("15:04 2/1/2006") + " → " + rules.Dates.ClosesAt.Format("15:04 2/1/2006")
	if b := string(stranger.get("/terms/" + id)); !strings.Contains(b, want) || !strings.Contains(b, "Mưa lũ nhiều xã mất điện") {
		t.Errorf("nowhere: %s\n%s", want, b)
	}
	if b := string(operator.get("/enter")); !strings.Contains(b, "/terms/"+id+"#changes") {
		t.Error("the operator is not led to what changed")
	}
	tab := webtest.NewBrowser(t).Person()
	tab.Open(st.http.URL + "/terms/" + id)
	for _, width := range []int64{360, 1280} {
		tab.Shot("terms", width)
	}
	for _, page := range st.pdf(org, "terms", "/terms/"+id) {
		if page != "210x297" {
			t.Errorf("printed on %s", page)
		}
	}
}

// TestTheFirstPageRemindsOfAContest follows what a station's first page says of
// a contest: nothing of a draft, the deadline while it is open, what it sent.
func TestTheFirstPageRemindsOfAContest(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id := st.organiser(), "nhac"
	operator := st.operator("xa-1", "S00001")
	rules := scriptOnly(st.now)
	says := func(want string) {
		t.Helper()
		if b := string(operator.get("/")); strings.Contains(b, rules.Title) != (want != "") || !strings.Contains(b, want) {
			t.Errorf("want %q on the first page:\n%s", want, b)
		}
		if strings.Contains(string(org.get("/")), `href="/enter"`) {
			t.Error("the organiser is asked to enter")
		}
	}
	st.do(id, org, contest.DraftContest{Rules: rules})
	says("")
	st.do(id, org, contest.OpenContest{})
	says("Đài chưa nộp tác phẩm nào")
	e := contest.SubmitEntry{ID: "entry-00000000", Work: contest.Work{Title: "Chuyện làng", Theme: rules.Themes[0].ID,
		Category: rules.Categories[0].ID, Language: "vi",
		Kind: contest.ByStation, Station: "S00001", Script: "Lời dẫn"}}
	st.do(id, operator, e)
	says("Đã nộp: 1.")
	st.do(id, operator, contest.WithdrawEntry{Entry: e.ID})
	says("Đài chưa nộp tác phẩm nào")
}
