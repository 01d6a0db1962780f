package web

import (
	"net/http"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/ranking"
)

// commented plays a contest to the end of its round, with a comment on each sheet.
func (st *stage) commented() (org *visitor, judges []*visitor, id string, list []contest.Comment) {
	org, judges, id = st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	type sheet struct {
		task, judge string
		content     contest.Content
	}
	var open []sheet
	read := func(fn func(*contest.State)) {
		if err := st.hall.View(st.t.Context(), id, func(s *contest.State) error { fn(s); return nil }); err != nil {
			st.t.Fatal(err)
		}
	}
	read(func(s *contest.State) {
		rules, _ := s.Rules.Round(s.Running().ID)
		for _, t := range s.Running().Tasks {
			x := sheet{t.ID, t.Judge, contest.Content{Marks: map[string]ranking.Points{}, Comment: "Đọc như máy, " + t.ID,
				Notes: []contest.Note{{Seconds: 1.5, Text: "Nhạc to"}}}}
			for _, k := range rules.Part(t.Part).Criteria {
				x.content.Marks[k.ID] = ranking.Points(9-int(t.Entry[len(t.Entry)-1]-'0')) * ranking.Point
			}
			open = append(open, x)
		}
	})
	for _, x := range open {
		st.do(id, by[x.judge], contest.SaveSheet{Task: x.task, Content: x.content})
		st.do(id, by[x.judge], contest.SignSheet{Task: x.task, Base: 1})
	}
	org.mustStep("/contests/"+id, "do", "finish", "round", "chung-khao")
	read(func(s *contest.State) { list = s.CommentsOn("entry-00000001") })
	return org, judges, id, list
}

func TestCommentsAreReviewedInTheBrowserAndByProgram(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id, list := st.commented()
	base := "/contests/" + id
	page := string(org.get(base + "/comments"))
	if !strings.Contains(page, list[0].Text) || !strings.Contains(page, "Nhạc to") || !strings.Contains(string(org.get(base)), base+"/comments") {
		t.Error("the page does not list the comments, or nothing leads to it")
	}
	org.must(base+"/comments?state=undecided", "do", "edited", "comment", list[0].ID, "text", "Nên đọc chậm hơn", "reason", "Lời nặng")
	for _, bad := range [][]string{{"do", "held", "comment", list[1].ID}, {"do", "edited", "comment", list[1].ID, "text", " ", "reason", "x"},
		{"do", "edited"}} {
		if res, b := org.post(base+"/comments", bad...); res.StatusCode < 400 || res.StatusCode >= 500 || said(b) == "" {
			t.Errorf("%v: %s", bad, res.Status)
		}
	}
	held := org.call(200, "GET", base+"/comments?state=undecided&limit=1", nil)["items"].([]any)[0].(map[string]any)
	org.call(200, "PUT", base+"/comments/"+held["id"].(string), map[string]any{"fate": "held", "reason": "Nhầm bài"})
	one := org.call(200, "GET", base+"/comments/"+held["id"].(string), nil)
	if one["fate"] != "held" || one["sent"] != "" || one["text"] != held["text"] || len(one["reviews"].([]any)) != 1 {
		t.Errorf("%v", one)
	}
	org.call(404, "GET", base+"/comments/none", nil)
	org.call(422, "PUT", base+"/comments/"+held["id"].(string), map[string]any{"fate": "burnt"})
	loose := []string{}
	for _, x := range org.call(200, "GET", base+"/comments?state=undecided&limit=500", nil)["items"].([]any) {
		loose = append(loose, x.(map[string]any)["id"].(string))
	}
	// The button of the page lets the rest go out as it is.
	fields := []string{"do", "release"}
	for _, x := range loose {
		fields = append(fields, "loose", x)
	}
	org.must(base+"/comments", fields...)
	if left := org.call(200, "GET", base+"/comments?state=undecided", nil)["items"].([]any); len(left) != 0 {
		t.Errorf("%d are left", len(left))
	}
	st.look(org, map[string]string{"comments": base + "/comments", "comments-home": base})

	org.must(base + "/results")
	org.mustStep(base, "do", "publish")
	op := st.known["xa2"]
	feedback := string(op.get("/feedback/" + id + "/entry-00000001"))
	if strings.Contains(feedback, list[0].Text) || !strings.Contains(feedback, "Nên đọc chậm hơn") || !strings.Contains(feedback, "biên tập") {
		t.Error("the entrant does not read what goes out")
	}
	var judge *visitor
	for _, j := range judges {
		if j.id == list[0].Judge {
			judge = j
		}
	}
	if signed := string(judge.get("/judging/" + id + "/signed")); !strings.Contains(signed, list[0].Text) || !strings.Contains(signed, "Nên đọc chậm hơn") ||
		!strings.Contains(signed, "Lời nặng") {
		t.Error("the judge does not read what was changed")
	}
	if res, b := org.post(base+"/comments", "do", "as_is", "comment", list[0].ID); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason once it is out: %s %s", res.Status, said(b))
	}
	org.must(base+"/comments", "do", "as_is", "comment", list[0].ID, "reason", "Giám khảo đề nghị")
	if minutes := string(org.get(base + "/papers?doc=minutes")); !strings.Contains(minutes, "Lời nặng") || !strings.Contains(minutes, "Giám khảo đề nghị") ||
		!strings.Contains(minutes, "Nhầm bài") {
		t.Error("the minutes do not tell both decisions")
	}
	if fair := string(org.get(base + "/papers?doc=fairness")); !strings.Contains(fair, "giữ lại 1") {
		t.Error("the report of fairness does not tell what was held back")
	}
	if res, _ := op.ask("GET", "/api/v1"+base+"/comments", "", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("an operator reads judges' comments: %s", res.Status)
	}
}

// Two organisers decide about one comment: the second is shown the first's words.
func TestTwoWhoDecideAboutOneComment(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, _, id, list := st.commented()
	path := "/contests/" + id + "/comments"
	form := org.formOf(path, "form:has(input[name='comment'][value='"+list[0].ID+"'])")
	typed := func(text, reason string) []string {
		out := []string{"do", "edited", "text", text, "reason", reason}
		for i := 0; i < len(form); i += 2 {
			if form[i] != "text" && form[i] != "reason" {
				out = append(out, form[i], form[i+1])
			}
		}
		return out
	}
	org.must(path, typed("Lời của người thứ nhất", "Một")...)
	form[1] = "another" // the ID of the change
	res, b := org.post(path, typed("Lời của người thứ hai", "Hai")...)
	if res.StatusCode != http.StatusPreconditionFailed || !strings.Contains(string(b), "Lời của người thứ nhất") ||
		!strings.Contains(string(b), "Lời của người thứ hai") {
		t.Errorf("%s %s", res.Status, said(b))
	}
}
