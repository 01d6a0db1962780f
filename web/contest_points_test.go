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
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	base := "/contests/" + id
	judges[1].must("/judging/"+id+"/ties", "stations", "S00001")
	if res, b := org.post(base+"/points", "do", "report", "judge", judges[2].id, "work", "TP-999", "reason",
		"Người nhà"); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), "TP-999") {
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
	for _, leak := range []string{"Chuyện làng", "TP-002", "S00001"} {
		if strings.Contains(string(page), leak) {
			t.Errorf("the chair reads %q", leak)
		}
	}
	if !strings.Contains(string(page), "Người nhà của tác giả") {
		t.Error("the chair decides without what was reported")
	}
	entry := "entry-00000001"
	if res, b := org.post(base+"/points", "do", "exclude", "judge", judges[2].id, "entry", entry, "reason",
		""); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %s %s", res.Status, said(b))
	}
	if res, b := org.post(base+"/points", "do", "exclude", "judge", judges[2].id, "entry", entry, "reason", "x"); res.StatusCode == http.StatusSeeOther ||
		!strings.Contains(said(b), "mình ban tổ chức không bỏ được") {
		t.Errorf("the organiser alone: %s %s", res.Status, said(b))
	}
	for judge, do := range map[string][]string{judges[1].id: {"keep", "Chỉ cùng quê"}, judges[2].id: {"exclude", "Đúng là người nhà"}} {
		judges[0].must("/judging/"+id+"/chair", "do", do[0], "task", st.pointOf(id, judge)[0], "reason", do[1])
	}
	org.mustStep(base, "do", "finish", "round", "chung-khao")
	page = org.get(base + "/papers?doc=minutes")
	for _, want := range []string{"Chỉ cùng quê", "Đúng là người nhà", "Người tochuc đề nghị, Người giamkhao0 quyết định"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the minutes lack %q", want)
		}
	}
}

// After a round the organiser cannot drop a signed sheet alone; what the chair drops
// stands with its reason until it is taken back, and its judge reads who dropped it,
// also when she has left the jury.
func TestASheetIsDroppedByTwoInTheBrowser(t *testing.T) {
	t.Parallel()
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
	if res, b := org.post(base+"/points", "do", "exclude", "judge", judges[2].id, "entry", entry, "reason", "x"); res.StatusCode == http.StatusSeeOther ||
		!strings.Contains(said(b), "trưởng ban giám khảo quyết định") {
		t.Errorf("the organiser alone: %s %s", res.Status, said(b))
	}
	if page := string(org.get(base + "/points")); strings.Contains(page, `value="exclude"`) ||
		!strings.Contains(page, "Người giamkhao0 quyết định giữ hay bỏ") {
		t.Error("the page offers what is the chair's")
	}
	task := st.pointOf(id, judges[2].id)[0]
	judges[0].must(chair, "do", "exclude", "task", task, "reason", "Đã xác minh: là chị em")
	for _, page := range []string{"/results", "/points", "/papers?doc=table"} {
		wants(org, base+page, "Phiếu đã ký nhưng không tính", "Đã xác minh: là chị em", "giamkhao0")
	}
	wants(judges[2], "/judging/"+id+"/signed", "Đã ký, phiếu này không được tính (Người tochuc đề nghị, Người giamkhao0 quyết định", "Đã xác minh: là chị em")
	wants(judges[0], chair, "Phiếu đã ký nhưng không tính", "Tính lại phiếu này")
	st.look(org, map[string]string{"dropped-points": base + "/points", "dropped-results": base + "/results"})
	st.look(judges[0], map[string]string{"dropped-chair": chair})
	st.look(judges[2], map[string]string{"dropped-signed": "/judging/" + id + "/signed"})
	org.must(base+"/jury", "do", "remove", "person", judges[2].id, "reason", "Chuyển công tác")
	wants(judges[2], "/judging/"+id+"/signed", "Đã xác minh: là chị em")
	wants(judges[2], "/api/v1/contests/"+id+"/judging/signed", "Đã xác minh: là chị em")
	wants(org, "/api/v1/contests/"+id+"/uncounted", "Đã xác minh: là chị em", `"back":true`, `"first":"Người tochuc"`)
	judges[0].must(chair, "do", "keep", "task", task, "reason", "Nhầm người")
	if page := string(org.get(base + "/results")); strings.Contains(page, "Phiếu đã ký nhưng không tính") {
		t.Error("it counts again, and stands among those that do not")
	}
	wants(org, base+"/papers?doc=minutes", "được tính lại", "Nhầm người", "Đã xác minh: là chị em")
}

// pointOf are the sheets of a judge the chair has to decide about, one of each work.
func (st *stage) pointOf(id, judge string) (tasks []string) {
	st.t.Helper()
	if err := st.hall.View(st.t.Context(), id, func(s *contest.State) error {
		v, err := s.ForChair(s.Presiding().Person)
		for _, x := range v.Points {
			if x.Judge == judge {
				tasks = append(tasks, x.Task)
			}
		}
		return err
	}); err != nil || len(tasks) == 0 {
		st.t.Fatalf("the chair is asked about %v, %v", tasks, err)
	}
	return tasks
}

// A judge taken off with the wish that what she signed does not count: the chair
// decides about all of it at once, and where there is no chair the page says whom to make one.
func TestWhatAJudgeSignedIsDroppedWithTheChairInTheBrowser(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	base, chair := "/contests/"+id, "/judging/"+id+"/chair"
	browser := webtest.NewBrowser(t)
	p := org.in(browser)
	p.Open(st.http.URL + base + "/jury")
	row := "#gone-" + judges[2].id
	webtest.Eval[any](p, "open what stands beside the judge", fmt.Sprintf(`document.querySelector(%q).closest("details").open = true`, row))
	p.Set(row, "Nhận quà của một đơn vị")
	p.Click("details[open] [name=drop]")
	p.Click("button[popovertarget='remove-" + judges[2].id + "']")
	p.Wait("#remove-" + judges[2].id + ":popover-open")
	p.Follow("#remove-" + judges[2].id + " [value=remove]")
	counted := func() (n int) {
		t.Helper()
		if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
			for _, task := range s.Running().Of(judges[2].id) {
				if task.Counts() {
					n++
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	works := len(someEntrants)
	if n := counted(); n != works {
		t.Fatalf("%d sheets of %d count: one person dropped the others", n, works)
	}
	org.must(base+"/jury", "do", "appoint", "person", judges[0].id) // she presides no longer
	p.Open(st.http.URL + base + "/points")
	if said := p.Text("main"); !strings.Contains(said, "chưa có trưởng ban") {
		t.Errorf("nothing says whom to ask: %s", said)
	}
	p.Shot("drop-no-chair", 360)
	org.must(base+"/jury", "do", "appoint", "person", judges[0].id, "chair", "1")
	c := judges[0].in(browser)
	c.Open(st.http.URL + chair)
	c.Shot("drop-chair", 360)
	c.Shot("drop-chair", 1280)
	c.Fingers("drop-chair")
	if n := webtest.Eval[int](c, "count the works", `document.querySelectorAll("[name=task]:checked").length`); n != works {
		t.Fatalf("%d works are asked about", n)
	}
	c.Set("#point-0", "Đã xác minh")
	c.Click("button[popovertarget^='exclude-']")
	c.Wait("[popover]:popover-open")
	c.Follow("[popover]:popover-open [value=exclude]")
	if n := counted(); n != 0 {
		t.Errorf("%d sheets still count", n)
	}
	p.Open(st.http.URL + base + "/papers?doc=minutes&round=chung-khao")
	if said := p.Text("main"); strings.Count(said, "Người tochuc đề nghị, Người giamkhao0 quyết định") != works {
		t.Errorf("the minutes do not name both: %s", said)
	}
}

// A judge who is called as an author is looked at before the draw: they are two
// people, or one, and neither is about a sheet.
func TestANamesakeIsLookedAtBeforeTheDraw(t *testing.T) {
	t.Parallel()
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
		st.do(id, op, contest.SubmitEntry{ID: fmt.Sprintf("entry-%08d", i),
			Work: contest.Work{Title: "Bài", Theme: "ntm", Category: "chuong-trinh", Language: "vi",
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

// Two judges of one name are told apart wherever one of them is chosen.
func TestJudgesOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id := st.organiser(), "trung-ten"
	st.do(id, org, contest.DraftContest{Rules: scriptOnly(st.now)})
	for i, title := range []string{"Phó giám đốc", "Biên tập viên"} {
		j := st.person(fmt.Sprintf("giamkhao%d", i), accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
		st.do(id, org, contest.AppointJudge{Judge: contest.Judge{Person: j.id, Name: "Nguyễn Văn An", Title: title, Chair: i == 0}})
	}
	st.do(id, org, contest.OpenContest{})
	for _, path := range []string{"/jury", "/points"} {
		text := org.doc("/contests/" + id + path).Find("form").Text()
		for _, want := range []string{"Nguyễn Văn An (Phó giám đốc)", "Nguyễn Văn An (Biên tập viên)"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: nowhere %q", path, want)
			}
		}
	}
}
