package web

import (
	"net/http"
	"strings"
	"testing"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/web/kit"
)

// The chair abstained from a work: neither page nor API lets him decide about it, and the
// organiser does on the page of the progress.
func TestTheOrganiserDecidesInTheChairsPlace(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) {
		r.Rounds[0].Gap = 20 * ranking.Point
		r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByChair}}
	}
	org, judges, id := st.played(someEntrants)
	by, own := map[string]*visitor{}, "entry-00000000"
	for _, j := range judges {
		by[j.id] = j
	}
	tasks, numbers := map[string]string{}, map[string]string{}
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		for _, k := range s.Running().Tasks {
			tasks[k.Judge+k.Entry] = k.ID
		}
		for entry, code := range s.Running().Codes {
			numbers[entry] = code
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	api, chair, desk := "/contests/"+id, "/judging/"+id+"/chair", "/contests/"+id+"/progress"
	judges[0].call(200, "POST", api+"/sheets/"+tasks[judges[0].id+own]+"/abstain", obj{"change": kit.NewID(), "reason": "Giọng cháu tôi"})
	st.scored(id, by, func(k *contest.Task, _ contest.Criterion) ranking.Points {
		if k.Entry == own && k.Judge == judges[1].id {
			return 2 * ranking.Point
		}
		return 8 * ranking.Point
	})
	page := string(judges[0].get(chair))
	if !strings.Contains(page, "ban tổ chức quyết định thay") || strings.Contains(page, "do=\"confer\"") || strings.Contains(page, `value="confer"`) {
		t.Errorf("the chair's page: %s", said([]byte(page)))
	}
	word := obj{"change": kit.NewID(), "reason": "Hội ý"}
	for _, path := range []string{"/confer", "/reopen"} {
		if e := judges[0].call(403, "POST", api+"/sheets/"+tasks[judges[1].id+own]+path, word); e["code"] != "contest.chair_stands_aside" ||
			!strings.Contains(e["detail"].(string), "Ban tổ chức quyết định thay") {
			t.Errorf("%s: %v", path, e)
		}
	}
	if page := string(org.get(desk)); !strings.Contains(page, `id="instead"`) || !strings.Contains(page, `value="confer"`) {
		t.Fatalf("the organiser's page: %s", said([]byte(page)))
	}
	st.look(org, map[string]string{"instead": desk})
	st.look(judges[0], map[string]string{"instead-chair": chair})
	if res, b := org.post(desk, "do", "confer", "entry", own, "reason", " "); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %s %s", res.Status, said(b))
	}
	org.must(desk, "do", "confer", "entry", own, "reason", "Đã hội ý, giữ nguyên")
	org.must(desk, "do", "reopen", "task", tasks[judges[1].id+own], "reason", "Ghi nhầm thang điểm")
	again := contest.SaveSheet{Task: tasks[judges[1].id+own], Base: 1, Content: contest.Content{Marks: map[string]ranking.Points{}}}
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		_, k := s.Task(again.Task)
		for criterion := range k.Sheet.Marks {
			again.Marks[criterion] = 8 * ranking.Point
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	st.do(id, judges[1], again)
	st.do(id, judges[1], contest.SignSheet{Task: again.Task, Base: 2})
	level := []any{"entry-00000002", own, "entry-00000001"}
	if e := org.call(409, "POST", api+"/order", obj{"entries": level[:2], "reason": "Hay hơn"}); e["code"] != "contest.tie_unlike" {
		t.Errorf("part of an order: %v", e)
	}
	if page := string(org.get(desk)); !strings.Contains(page, `value="order"`) {
		t.Errorf("the organiser is not asked for an order: %s", said([]byte(page)))
	}
	org.must(desk, "do", "order", "order", numbers["entry-00000002"]+" "+numbers[own]+", "+numbers["entry-00000001"], "reason", "Giọng đọc hay hơn")
	org.mustStep("/contests/"+id, "do", "finish", "round", "chung-khao")
	page = string(org.get("/contests/" + id + "/papers?doc=minutes"))
	for _, want := range []string{"Giọng đọc hay hơn", "Về tác phẩm " + numbers[own] + ", trưởng ban Người giamkhao0 không quyết định gì"} {
		if !strings.Contains(page, want) {
			t.Errorf("the minutes lack %q", want)
		}
	}
}

// Who organises one contest stands on its first page, with since when and by whom, and is
// removed there, which the minutes tell. Whom the proposer of a correction invited since the results
// are public cannot confirm it.
func TestWhoOrganisesIsListedAndRemoved(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	base := "/contests/" + id
	api := base
	org.mustStep(base, "do", "finish", "round", "chung-khao")
	org.must(base + "/results")
	org.mustStep(base, "do", "publish")
	org.must(base+"/complaints", "do", "file", "who", "Ông A", "text", "Sao chép")
	org.must(base+"/complaints", "do", "uphold", "complaint", "KN-01", "reason", "Sao chép", "rule_out", "entry-00000000")

	secret := accounts.NewSecret()
	m := accounts.Meta{ID: kit.NewID(), By: org.actor, At: st.now.UTC()}
	here := accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Contest, ID: id}}
	if _, err := st.store.Invite(t.Context(), m, accounts.Invite{Hash: accounts.HashOf(secret), Grants: []accounts.Grant{here}}); err != nil {
		t.Fatal(err)
	}
	m.ID, m.By = kit.NewID(), accounts.Actor{}
	p, err := st.store.Join(t.Context(), m, accounts.Join{Hash: accounts.HashOf(secret), Name: "Hoàng Văn Sơn", Login: "son.hai", Passphrase: "phc"})
	if err != nil {
		t.Fatal(err)
	}
	second := &visitor{st: st, id: p.ID, actor: p.Actor("session")}
	second.logIn()

	page := string(second.get(base + "/correction"))
	if !strings.Contains(page, "đã mời Hoàng Văn Sơn cùng tổ chức") || strings.Contains(page, `value="confirm"`) || !strings.Contains(page, "Người giamkhao0") {
		t.Errorf("the page offers: %s", said([]byte(page)))
	}
	if res, b := second.post(base+"/correction", "do", "confirm", "proposal", "DX-01"); res.StatusCode == http.StatusSeeOther ||
		!strings.Contains(string(b), "đã mời Hoàng Văn Sơn cùng tổ chức") {
		t.Errorf("confirmed: %s %s", res.Status, said(b))
	}
	if e := second.call(403, "POST", api+"/corrections/DX-01/decide", obj{"confirm": true}); e["code"] != "contest.correction_invited" {
		t.Errorf("by program: %v", e)
	}
	if page := string(org.get(base + "/correction")); strings.Contains(page, "phải là người khác: Hoàng Văn Sơn") ||
		!strings.Contains(page, "Người giamkhao0") {
		t.Errorf("the proposer reads: %s", said([]byte(page)))
	}
	st.look(second, map[string]string{"not-second": base + "/correction"})

	if page := string(second.get(base)); !strings.Contains(page, "Hoàng Văn Sơn") || !strings.Contains(page, "Người tochuc mời") {
		t.Error("the first page does not say who organises since when")
	}
	st.look(org, map[string]string{"organisers": base})
	if res, b := org.post(base+"/organisers", "person", p.ID, "reason", ""); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %s %s", res.Status, said(b))
	}
	if e := second.call(403, "POST", api+"/organisers/"+org.id+"/remove", obj{"reason": "x"}); e["code"] != "accounts.denied" {
		t.Errorf("a guest removes the host: %v", e)
	}
	org.must(base+"/organisers", "person", p.ID, "reason", "Mời nhầm người")
	second.call(403, "GET", api+"/organisers", nil)
	if list := org.call(200, "GET", api+"/organisers", nil)["items"].([]any); len(list) != 1 || list[0].(obj)["id"] != org.id {
		t.Errorf("left: %v", list)
	}
	if e := org.call(409, "POST", api+"/organisers/"+p.ID+"/remove", obj{"reason": "x"}); e["code"] != "accounts.role_gone" {
		t.Errorf("removed twice: %v", e)
	}
	if page := string(org.get(base + "/papers?doc=minutes")); !strings.Contains(page, "Hoàng Văn Sơn thôi tổ chức hội thi (Người tochuc") {
		t.Error("the minutes do not tell of it")
	}
	judges[0].must(base+"/correction", "do", "confirm", "proposal", "DX-01")
}

// What is refused because of who sends it is told in the form it was typed into, with what
// was typed, and nowhere else on the page.
func TestWhatIsDeniedStandsInItsForm(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.played(someEntrants)
	id := "hoi-thi"
	both := st.person("kiemnhiem", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}},
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	res, b := both.post("/contests/"+id+"/entries/entry-00000000", "do", "rule_out", "reason", "Sai thể loại rồi")
	page := string(b)
	if res.StatusCode != http.StatusForbidden || strings.Count(page, "Sai thể loại rồi") != 1 || !strings.Contains(page, `id="o-reason"`) ||
		!strings.Contains(page, "không quyết định được về TP-001") {
		t.Errorf("%s, typed %d times: %s", res.Status, strings.Count(page, "Sai thể loại rồi"), said(b))
	}
	j := st.person("giamkhao9", accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
	if res, b := j.post("/contests/"+id+"/entries/entry-00000000", "do", "rule_out", "reason", "x"); res.StatusCode != http.StatusForbidden ||
		strings.Contains(string(b), "TP-001") {
		t.Errorf("who may not see the page is shown it: %s %s", res.Status, said(b))
	}
}
