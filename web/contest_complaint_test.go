package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/web/webtest"
)

// A published result is corrected by a complaint: the public page, the feed, the
// certificates and the minutes follow, and the first result stays beside it.
func TestAComplaintIsFollowedEverywhere(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(k *contest.Task, _ contest.Criterion) ranking.Points {
		return ranking.Points(9-int(k.Entry[len(k.Entry)-1]-'0')) * ranking.Point
	})
	base, stranger := "/contests/"+id, &visitor{st: st}
	org.mustStep(base, "do", "finish", "round", "chung-khao")
	org.must(base + "/results")
	org.mustStep(base, "do", "publish")
	// What is refused is said where it is seen, whatever the page folds away.
	res, b := org.post(base+"/entries/entry-00000000", "do", "rule_out", "reason", "Muộn")
	if doc, err := goquery.NewDocumentFromReader(bytes.NewReader(b)); err != nil || res.StatusCode != http.StatusConflict ||
		doc.Find("main > .notice.bad").Length() != 1 {
		t.Errorf("ruled out after publication: %s %v\n%s", res.Status, err, b)
	}
	if work := string(org.get(base + "/entries/entry-00000000")); strings.Contains(work, `value="rule_out"`) || !strings.Contains(work, base+"/complaints") {
		t.Error("a work that only a complaint can take out is offered to be ruled out")
	}
	op := st.known["xa2"]
	entry := "/enter/" + id + "/entry-00000001"
	if res, b := op.post(entry, "do", "complain", "text", " "); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an empty complaint: %s %s", res.Status, said(b))
	}
	for field, want := range map[string]string{"judge": "hãy chọn thêm tác phẩm", "sheet_of": "hãy chọn thêm giám khảo"} {
		value := map[string]string{"judge": judges[1].id, "sheet_of": "entry-00000001"}[field]
		if res, b := org.post(base+"/complaints", "do", "uphold", "complaint", "KN-01", "reason", "x", field,
			value); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), want) {
			t.Errorf("half a correction: %s %s", res.Status, said(b))
		}
	}
	op.must(entry, "do", "complain", "text", "Bài nhất sao chép của đài tỉnh")
	if page := string(op.get(entry)); !strings.Contains(page, "KN-01") {
		t.Error("the entrant does not see her complaint")
	}
	if first := string(org.get("/")); !strings.Contains(first, "1 khiếu nại chưa quyết định") || !strings.Contains(first, base+"/complaints") {
		t.Error("the organiser's first page does not tell of it")
	}
	if first := string(op.get("/")); !strings.Contains(first, "Kết quả đã công bố") {
		t.Error("an entrant's first page does not tell that the results are out")
	}
	if res, b := org.step(base, "do", "close"); res.StatusCode == http.StatusSeeOther || !strings.Contains(said(b), "khiếu nại") {
		t.Errorf("closed over a complaint: %s %s", res.Status, said(b))
	}
	st.look(org, map[string]string{"complaints-open": base + "/complaints"})
	if res, b := org.post(base+"/complaints", "do", "uphold", "complaint", "KN-01", "reason", ""); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %s %s", res.Status, said(b))
	}
	org.must(base+"/complaints", "do", "uphold", "complaint", "KN-01", "reason", "Đã xác minh", "rule_out", "entry-00000000")
	if public := string(stranger.get("/results/" + id)); !strings.Contains(public, "Chuyện làng") || strings.Contains(public, "lần đầu") {
		t.Error("one person changed what is public")
	}
	page := base + "/correction"
	if said := string(org.get(page)); !strings.Contains(said, "giamkhao0 (trưởng ban giám khảo)") || strings.Contains(said, `value="confirm"`) {
		t.Error("who proposed it is not told whom to ask")
	}
	if res, b := org.post(page, "do", "confirm", "proposal", "DX-01"); res.StatusCode != http.StatusConflict ||
		!strings.Contains(said(b), "phải là người khác") {
		t.Errorf("by herself: %s %s", res.Status, said(b))
	}
	if res, _ := op.ask("GET", page, "", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("an entrant sees what is to be corrected: %s", res.Status)
	}
	if list := org.call(200, "GET", base+"/corrections/waiting", nil)["items"].([]any); len(list) != 1 {
		t.Errorf("%v", list)
	} else if x := list[0].(map[string]any); x["about"].(map[string]any)["id"] != "KN-01" || len(x["shifts"].([]any)) == 0 {
		t.Errorf("%v", x)
	}
	if said := string(judges[0].get(page)); !strings.Contains(said, "Khiếu nại KN-01") || !strings.Contains(said, "Điểm và hạng của mọi tác phẩm") {
		t.Error("the chair is not shown the complaint and the marks")
	}
	judges[0].must(page, "do", "turn_down", "proposal", "DX-01", "reason", "Cần nghe lại bản ghi.")
	for _, path := range []string{"/", page, base + "/complaints"} {
		if said := string(org.get(path)); !strings.Contains(said, "Cần nghe lại bản ghi.") || !strings.Contains(said, "DX-01") {
			t.Errorf("who proposed it is not told on %s that it was turned down", path)
		}
	}
	if list := org.call(200, "GET", base+"/corrections/turned-down", nil)["items"].([]any); len(list) != 1 {
		t.Errorf("%v", list)
	}
	st.look(org, map[string]string{"turned-down-home": "/", "turned-down": page, "turned-down-complaints": base + "/complaints"})
	org.must(base+"/complaints", "do", "uphold", "complaint", "KN-01", "reason", "Đã xác minh", "rule_out", "entry-00000000")
	if said := string(org.get("/")); strings.Contains(said, "Cần nghe lại bản ghi.") {
		t.Error("the first page still tells of what was proposed anew")
	}
	org.must(base+"/jury", "do", "appoint", "person", judges[0].id) // nobody presides
	if said := string(org.get(page)); !strings.Contains(said, "chưa có ai xác nhận được") || !strings.Contains(said, "Hãy nhờ người quản trị") {
		t.Error("a dead end")
	}
	st.look(org, map[string]string{"amend-nobody": page})
	other := st.person("phobantochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	other.must(base+"/jury", "do", "appoint", "person", judges[0].id, "chair", "1") // who proposed it may not choose who confirms it
	st.look(org, map[string]string{"amend-mine": page, "amend-complaints": base + "/complaints"})
	if first := string(judges[0].get("/")); !strings.Contains(first, page) {
		t.Error("the chair's first page does not lead there")
	}
	st.look(judges[0], map[string]string{"amend-chair": page})
	tab := judges[0].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + page)
	tab.Fingers("amend")
	tab.Click("button[popovertarget=confirm]")
	tab.Wait("#confirm:popover-open")
	tab.Follow("#confirm [value=confirm]")
	st.look(org, map[string]string{"complaints-decided": base + "/complaints", "complaints-results": base + "/results"})
	public := string(stranger.get("/results/" + id))
	if now, first, ok := strings.Cut(public, "Kết quả công bố lần đầu"); !ok || strings.Contains(now, "Chuyện làng") ||
		!strings.Contains(first, "Chuyện làng") || !strings.Contains(now, "Đã xác minh") {
		t.Error("the public page does not tell the corrected result beside the first")
	}
	if feed := string(stranger.get("/results/" + id + "/feed.xml")); strings.Contains(feed, "Chuyện làng") || !strings.Contains(feed, "Nước sạch") {
		t.Error("the feed did not follow")
	}
	if now, _, _ := strings.Cut(public, "Kết quả công bố lần đầu"); !strings.Contains(now, "Không còn trao") {
		t.Error("the public page is silent about the prize that is no longer given")
	}
	if res, _ := stranger.ask("GET", "/results/"+id+"/TP-001/audio.mp3", "", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("the recording ruled out is still sent: %s", res.Status)
	}
	if page := string(org.get(base + "/papers?doc=certificates")); strings.Contains(page, "Chuyện làng") {
		t.Error("a certificate for the work ruled out")
	}
	if page := string(org.get(base + "/papers?doc=minutes")); !strings.Contains(page, "KN-01") || !strings.Contains(page, "Kết quả công bố lần đầu") {
		t.Error("the minutes are silent")
	}
	if list := org.call(200, "GET", base+"/complaints", nil); len(list["items"].([]any)) != 1 {
		t.Errorf("%v", list)
	}
	if list := org.call(200, "GET", base+"/corrections", nil); len(list["items"].([]any)) != 1 {
		t.Errorf("%v", list)
	}
	org.mustStep(base, "do", "close")
}
