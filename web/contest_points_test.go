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

// After a round the organiser cannot drop a signed sheet alone; what the chair drops
// stands with its reason until it is taken back, and its judge reads who dropped it,
// also when she has left the jury.
func TestASheetIsDroppedByTwoInTheBrowser(t *testing.T) {
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	base, chair, entry := "/contests/"+id, "/judging/"+id+"/chair", "entry-00000001"
	org.mustStep(base, "do", "finish", "round", "chung-khao")
	wants := func(who *visitor, page string, words ...string) {
		t.Helper()
		text := string(who.get(page))
		for _, want := range words {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", page, want)
			}
		}
	}
	org.must(base+"/points", "do", "report", "judge", judges[2].id, "work", "TP-002", "reason", "Người nhà của tác giả")
	if res, b := org.post(base+"/points", "do", "exclude", "judge", judges[2].id, "entry", entry, "reason", "x"); res.StatusCode == http.StatusSeeOther || !strings.Contains(said(b), "trưởng ban giám khảo quyết định") {
		t.Errorf("the organiser alone: %s %s", res.Status, said(b))
	}
	if res, b := org.post(base+"/jury", "do", "remove", "person", judges[2].id, "reason", "x", "drop", "1"); res.StatusCode == http.StatusSeeOther || !strings.Contains(said(b), "Vòng chấm đã kết thúc") {
		t.Errorf("by removing her: %s %s", res.Status, said(b))
	}
	if page := string(org.get(base + "/points")); strings.Contains(page, `value="exclude"`) || !strings.Contains(page, "trưởng ban giám khảo quyết định giữ hay bỏ phiếu") {
		t.Error("the page offers what is the chair's")
	}
	var task string
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		v, err := s.ForChair(judges[0].id)
		task = v.Points[0].Task
		return err
	}); err != nil {
		t.Fatal(err)
	}
	judges[0].must(chair, "do", "exclude", "task", task, "reason", "Đã xác minh: là chị em")
	for _, page := range []string{"/results", "/points", "/papers?doc=table"} {
		wants(org, base+page, "Phiếu đã ký nhưng không tính", "Đã xác minh: là chị em", "giamkhao0")
	}
	wants(judges[2], "/judging/"+id+"/signed", "Đã ký, ban tổ chức không tính phiếu này", "Đã xác minh: là chị em")
	wants(judges[0], chair, "Phiếu đã ký nhưng không tính", "Tính lại phiếu này")
	st.look(org, map[string]string{"dropped-points": base + "/points", "dropped-results": base + "/results"})
	st.look(judges[0], map[string]string{"dropped-chair": chair})
	st.look(judges[2], map[string]string{"dropped-signed": "/judging/" + id + "/signed"})
	org.must(base+"/jury", "do", "remove", "person", judges[2].id, "reason", "Chuyển công tác")
	wants(judges[2], "/judging/"+id+"/signed", "Đã xác minh: là chị em")
	wants(judges[2], "/api/v1/contests/"+id+"/judging/signed", "Đã xác minh: là chị em")
	wants(org, "/api/v1/contests/"+id+"/uncounted", "Đã xác minh: là chị em", `"back":true`)
	judges[0].must(chair, "do", "keep", "task", task, "reason", "Nhầm người")
	if page := string(org.get(base + "/results")); strings.Contains(page, "Phiếu đã ký nhưng không tính") {
		t.Error("it counts again, and stands among those that do not")
	}
	wants(org, base+"/papers?doc=minutes", "được tính lại", "Nhầm người", "Đã xác minh: là chị em")
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
	tab.Click("button[popovertarget^='same-']")
	tab.Wait("[popover]:popover-open")
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
