package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/web/webtest"
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

// A judge who is called as an author is looked at before the draw: they are two
// people, or one, and neither is about a sheet.
func TestANamesakeIsLookedAtBeforeTheDraw(t *testing.T) {
	st := newStage(t)
	org := st.organiser()
	id := "trung-ten"
	st.do(id, org, contest.DraftContest{Rules: scriptOnly(st.now)})
	st.do(id, org, contest.OpenContest{})
	for i := range 2 {
		j := st.person(fmt.Sprintf("giamkhao%d", i), accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
		st.do(id, org, contest.AppointJudge{Judge: contest.Judge{Person: j.id, Chair: i == 0}})
		station := fmt.Sprintf("S0000%d", i+1)
		op := st.person("xa-"+station, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}})
		st.do(id, op, contest.SubmitEntry{ID: fmt.Sprintf("entry-%08d", i), Work: contest.Work{Title: "Bài", Theme: "ntm", Category: "chuong-trinh", Language: "vi",
			Kind: contest.ByStation, Station: station, Script: "Lời dẫn", Authors: []string{fmt.Sprintf("Người giamkhao%d", i)}}})
	}
	tab := org.in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + "/contests/" + id + "/points")
	if said := tab.Text("main"); strings.Contains(said, "Giữ lại phiếu chấm") {
		t.Error("it speaks of a sheet before there are any")
	}
	tab.Fingers("points-names")
	tab.Shot("points-names", 360)
	tab.Shot("points-names", 1280)
	tab.Type("[name=reason]", "Đã hỏi đài: khác năm sinh")
	tab.Follow("button[value=keep]")
	tab.Type("[name=reason]", "Đúng là tác giả")
	tab.Follow("button[value=same]")
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		if open := s.Points(); len(open) > 0 {
			t.Errorf("still open: %+v", open)
		}
		if first := s.Judges[0]; s.Conflict(first, s.Entries[0]) != "" {
			t.Error("two people, and the work is not dealt to her")
		}
		if second := s.Judges[1]; s.Conflict(second, s.Entries[1]) == "" {
			t.Error("one person, and her own work is dealt to her")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
