package web

import (
	"net/http"
	"strings"
	"testing"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
)

// A prize whose award is for other works, and money that cannot be divided: the page asks
// about the one and warns of the other; the summary of the rules has the money.
func TestPrizesAreAskedAboutAndWarnedOf(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) {
		r.Categories = append(r.Categories, r.Categories[0])
		r.Categories[1].ID, r.Categories[1].Name = "tieu-pham", "Tiểu phẩm"
		r.Awards[0].Ties, r.Rounds[0].TieBreaks = ranking.Split, nil
		r.Awards[0].Prizes = []contest.Prize{{ID: "nhat", Name: "Giải Nhất", Count: 1, Amount: 7_000_001},
			{ID: "nhi", Name: "Giải Nhì", Count: 1, Amount: 5_000_000}}
		r.Awards = append(r.Awards, contest.Award{ID: "tp", Name: "Dành cho tiểu phẩm", Category: "tieu-pham",
			Prizes: []contest.Prize{{ID: "gt", Name: "Giọng trẻ", Count: 1, Special: true}}})
	}
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(k *contest.Task, _ contest.Criterion) ranking.Points {
		if k.Entry == "entry-00000002" {
			return 5 * ranking.Point
		}
		return 8 * ranking.Point
	})
	base := "/contests/" + id
	if page := string(org.get(base + "/rules")); !strings.Contains(page, "1 Giải Nhất, 7.000.001 đồng; 1 Giải Nhì, 5.000.000 đồng") ||
		!strings.Contains(page, "phần lẻ không chia hết") {
		t.Errorf("the rules: %s", said([]byte(page)))
	}
	org.mustStep(base, "do", "finish", "round", "chung-khao")
	give := []string{"works.tp.gt", "TP-001", "why.tp.gt", "Giọng đọc hay"}
	res, b := org.post(base+"/results", give...)
	if page := string(b); res.StatusCode != http.StatusConflict || !strings.Contains(page, "không thuộc chủ đề hoặc thể loại của cơ cấu giải: TP-001") ||
		!strings.Contains(page, `name="beyond" value="entry-00000000"`) || strings.Contains(page, `name="outside"`) {
		t.Errorf("asked: %s %s", res.Status, said(b))
	}
	org.must(base+"/results", append(give, "beyond", "entry-00000000")...)
	page := string(org.get(base + "/results"))
	for _, want := range []string{"còn 1 đồng không chia hết nên không chi", "6.000.000", "đổi tiền thưởng trong thể lệ", "ban tổ chức đã xác nhận"} {
		if !strings.Contains(page, want) {
			t.Errorf("the results lack %q", want)
		}
	}
	if strings.Contains(page, "6.000.000,") {
		t.Error("a part of a đồng is paid")
	}
	st.look(org, map[string]string{"given": base + "/results#given"})
	if page := string(org.get(base)); !strings.Contains(page, "phần lẻ không chi: ") {
		t.Error("publishing does not tell of the money that is left")
	}
}

// A judge who was taken off the jury in the middle of a round is told so, by whom and why,
// and reads what she signed.
func TestAJudgeTakenOffIsTold(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	org.must("/contests/"+id+"/jury", "do", "remove", "person", judges[1].id, "reason", "Có tác phẩm dự thi")
	page := string(judges[1].get("/judging"))
	if !strings.Contains(page, "Bạn đã được cho thôi chấm") || !strings.Contains(page, "Có tác phẩm dự thi") || strings.Contains(page, "/ties") {
		t.Errorf("her list: %s", said([]byte(page)))
	}
	if page := string(judges[1].get("/judging/" + id + "/signed")); !strings.Contains(page, "Tác phẩm 1") {
		t.Errorf("her sheets: %s", said([]byte(page)))
	}
	st.look(judges[1], map[string]string{"taken-off": "/judging"})
}

// Who was found to be an author and stays on the jury stands on the organiser's first page.
func TestAnAuthorOnTheJuryStandsOnTheFirstPage(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id := st.organiser(), "tac-gia"
	st.do(id, org, contest.DraftContest{Rules: scriptOnly(st.now)})
	st.do(id, org, contest.OpenContest{})
	op := st.person("xa1", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	st.do(id, op, contest.SubmitEntry{ID: "entry-00000000", Work: contest.Work{Title: "Chuyện làng", Theme: "ntm", Category: "chuong-trinh",
		Language: "vi", Kind: contest.ByStation, Station: "S00001", Authors: []string{"Người giamkhao2"}, Script: "Ngày hội"}})
	j := st.person("giamkhao2", accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
	st.do(id, org, contest.AppointJudge{Judge: contest.Judge{Person: j.id}})
	base := "/contests/" + id
	const warns = "Người giamkhao2 là tác giả của tác phẩm TP-001 mà vẫn trong ban giám khảo"
	if page := string(org.get(base)); strings.Contains(page, warns) {
		t.Error("a mere name is taken for a person")
	}
	org.must(base+"/points", "do", "same", "judge", j.id, "entry", "entry-00000000", "reason", "Chính là anh ấy")
	for _, path := range []string{base, base + "/points"} {
		if page := string(org.get(path)); !strings.Contains(page, warns) {
			t.Errorf("%s: %s", path, said([]byte(page)))
		}
	}
	st.look(org, map[string]string{"author-on-jury": base})
}

// In a round that is judged on the stage too, works have two numbers: whoever decides
// reads of which series a number is.
func TestANumberSaysOfWhichSeriesItIs(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) {
		round := &r.Rounds[0]
		live := round.Parts[0]
		live.ID, live.Name, live.Live = "san-khau", "Phần thi trực tiếp", true
		round.Parts, round.Points = append(round.Parts, live), round.Points+live.Points
		round.Gap, round.TieBreaks = 20*ranking.Point, []contest.TieBreak{{By: ranking.ByChair}}
	}
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(k *contest.Task, _ contest.Criterion) ranking.Points {
		if k.Part == "san-khau" && k.Judge == judges[1].id {
			return 2 * ranking.Point
		}
		return 8 * ranking.Point
	})
	chair, desk := "/judging/"+id+"/chair", "/contests/"+id+"/progress"
	for path, page := range map[string]string{chair: string(judges[0].get(chair)), desk: string(org.get(desk))} {
		for _, want := range []string{" 1 (số trên sân khấu)", "3 (số trên sân khấu)", " (số bản ghi)"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %q: %s", path, want, said([]byte(page)))
			}
		}
	}
	if page := string(org.get(desk)); !strings.Contains(page, "<small>TP-") { // as the first page names what waits
		t.Error("the progress does not name a work by its receipt code")
	}
	view := judges[0].call(200, "GET", "/contests/"+id+"/chair", nil)
	if gap := view["gaps"].([]any)[0].(map[string]any); gap["of"] != "stage" || view["of"] != "recording" {
		t.Errorf("by program: %v, ties of %v", gap["of"], view["of"])
	}
	st.look(judges[0], map[string]string{"series-chair": chair})
	st.look(org, map[string]string{"series-progress": desk})
}
