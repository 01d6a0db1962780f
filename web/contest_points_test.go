package web

import (
	"net/http"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/ranking"
)

// A tie is declared and another reported once every sheet is signed: page, chair
// and minutes lead through both.
func TestTiesFoundLateAreDecidedInTheBrowser(t *testing.T) {
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	base := "/contests/" + id
	judges[1].must("/judging/"+id+"/ties", "stations", "S00001")
	if res, b := org.post(base+"/points", "do", "report", "judge", judges[2].id, "work", "TP-999", "reason", "Người nhà"); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), "TP-999") {
		t.Errorf("no such work: %s %s", res.Status, said(b))
	}
	org.must(base+"/points", "do", "report", "judge", judges[2].id, "work", "TP-002", "reason", "Người nhà của tác giả")
	if page := string(org.get(base)); !strings.Contains(page, "2 quan hệ") || !strings.Contains(page, base+"/points") {
		t.Error("the desk does not lead to what must be decided")
	}
	if res, b := org.step(base, "do", "finish", "round", "chung-khao"); res.StatusCode == http.StatusSeeOther || !strings.Contains(said(b), "chưa quyết định") {
		t.Errorf("finished over open points: %s %s", res.Status, said(b))
	}
	st.look(org, map[string]string{"points": base + "/points"})
	st.look(judges[0], map[string]string{"points-chair": "/judging/" + id + "/chair"})
	desk := judges[0].ask
	_, page := desk("GET", "/judging/"+id+"/chair", "", nil)
	for _, leak := range []string{"Người nhà của tác giả", "Chuyện làng", "TP-002", "S00001"} {
		if strings.Contains(string(page), leak) {
			t.Errorf("the chair reads %q", leak)
		}
	}
	entry := "entry-00000001"
	if res, b := org.post(base+"/points", "do", "exclude", "judge", judges[2].id, "entry", entry, "reason", ""); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %s %s", res.Status, said(b))
	}
	org.must(base+"/points", "do", "exclude", "judge", judges[2].id, "entry", entry, "reason", "Đúng là người nhà")
	var task string
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		v, err := s.ForChair(judges[0].id)
		task = v.Points[0].Task
		return err
	}); err != nil {
		t.Fatal(err)
	}
	judges[0].must("/judging/"+id+"/chair", "do", "keep", "task", task, "reason", "Chỉ cùng quê")
	org.mustStep(base, "do", "finish", "round", "chung-khao")
	page = org.get(base + "/papers?doc=minutes")
	for _, want := range []string{"Chỉ cùng quê", "Đúng là người nhà"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the minutes lack %q", want)
		}
	}
}
