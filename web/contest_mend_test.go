package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"loa/contest"
	"loa/contest/ranking"
	"loa/web/webtest"
)

// A judge finds marks of hers written wrong once the results are public: she proposes the
// right ones in her browser, another person is shown what that moves and confirms, and
// everything that is public, printed and asked by program follows.
func TestMarksWrittenWrongAreCorrectedInTheBrowser(t *testing.T) {
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
	base, page, signed := "/contests/"+id, "/contests/"+id+"/correction", "/judging/"+id+"/signed"
	sheets := map[string]string{} // judge and entry to task
	var criteria []contest.Criterion
	if err := st.hall.View(context.Background(), id, func(s *contest.State) error {
		for _, k := range s.Running().Tasks {
			sheets[k.Judge+k.Entry] = k.ID
			rules, _ := s.Rules.Round(s.Running().ID)
			criteria = rules.Part(k.Part).Criteria
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	judge, chair := judges[1], judges[0]
	sheet := sheets[judge.id+"entry-00000000"]
	mend := base + "/sheets/" + sheet + "/mend"
	body := func(reason string, marks map[string]string) map[string]any {
		return map[string]any{"change": uuid.NewString(), "marks": marks, "reason": reason}
	}
	first := criteria[0].ID
	judge.call(http.StatusConflict, "POST", mend, body("Gõ nhầm", map[string]string{first: "0"})) // the chair opens it again
	org.mustStep(base, "do", "finish", "round", "chung-khao")

	// Before the results are public nothing of the entrant is shown to the chair.
	judge.call(http.StatusOK, "POST", mend, body("Gõ nhầm lần đầu", map[string]string{first: "8"}))
	if said := string(chair.get(page)); strings.Contains(said, "Chuyện làng") || !strings.Contains(said, "Gõ nhầm lần đầu") ||
		!strings.Contains(said, `id="marks"`) {
		t.Error("the chair sees whose work it is, or not what is proposed")
	}
	st.look(chair, map[string]string{"mend-chair-blind": page})
	if said := string(org.get(page)); !strings.Contains(said, "Chuyện làng") {
		t.Error("the organiser is not told which work it is")
	}
	org.must(page, "do", "turn_down", "proposal", "DX-01", "reason", "Chưa rõ là ô nào")
	if said := string(judge.get(signed)); !strings.Contains(said, "Chưa rõ là ô nào") {
		t.Error("the judge is not told that it was turned down, and why")
	}
	org.must(base + "/results")
	org.mustStep(base, "do", "publish")

	// What is refused keeps what was typed and says what to do, at its field.
	form := []string{"do", "mend", "task", sheet, "reason", "Gõ nhầm ô"}
	with := func(mark string) []string {
		pairs := append([]string{}, form...)
		for i, k := range criteria {
			if i == 0 {
				pairs = append(pairs, "mark."+k.ID, mark)
			} else {
				pairs = append(pairs, "mark."+k.ID, "9")
			}
		}
		return pairs
	}
	for mark, want := range map[string]string{"": "Chưa có điểm", "99": "nằm ngoài thang", "chín": "không phải số điểm", "9": "giống hệt điểm đã ký"} {
		res, b := judge.post(signed, with(mark)...)
		if res.StatusCode < 400 || !strings.Contains(said(b), want) || !strings.Contains(string(b), "Gõ nhầm ô") {
			t.Errorf("mark %q: %s %s", mark, res.Status, said(b))
		}
	}
	if res, b := judges[2].post(signed, with("0")...); res.StatusCode != http.StatusNotFound {
		t.Errorf("another's sheet: %s %s", res.Status, said(b))
	}
	for marks, code := range map[string]string{"": "contest.mark_missing", "99": "contest.mark_out_of_range", "x": "contest.number_unreadable"} {
		if out := judge.call(http.StatusUnprocessableEntity, "POST", mend, body("x", map[string]string{first: marks})); out["code"] != code {
			t.Errorf("%q is refused by %v", marks, out["code"])
		}
	}

	tab := judge.in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + signed)
	card := "#s-" + sheet
	tab.Click(card + " details:last-of-type summary")
	tab.Set(card+` [name="mark.`+first+`"]`, "0")
	tab.Set(card+` [name="reason"]`, "Gõ nhầm ô")
	tab.Fingers("mend")
	tab.Shot("mend-form", 360)
	tab.Shot("mend-form", 1280)
	tab.Click(card + " form button[popovertarget]")
	tab.Follow(card + " [value=mend]")
	if said := string(judge.get(signed)); !strings.Contains(said, "DX-02") || strings.Contains(said, `value="mend"`) {
		t.Error("the judge is not told that it waits, or is offered another")
	}
	if public := string((&visitor{st: st}).get("/results/" + id)); strings.Contains(public, "ghi nhầm") {
		t.Error("one person changed what is public")
	}
	if res, _ := judge.ask("GET", page, "", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("a judge who is not the chair sees the ranking: %s", res.Status)
	}
	if first := string(org.get("/")); !strings.Contains(first, "ghi nhầm điểm và đề nghị sửa (DX-02)") {
		t.Error("the organiser's first page does not tell of it")
	}
	list := org.call(http.StatusOK, "GET", base+"/corrections/waiting", nil)["items"].([]any)
	if x := list[0].(map[string]any); x["public"] != true || x["mend"] == nil || len(x["shifts"].([]any)) == 0 || len(x["given"].([]any)) == 0 {
		t.Errorf("%v", x)
	}
	st.look(org, map[string]string{"mend-organiser": page})
	st.look(judge, map[string]string{"mend-waits": signed})
	tab = org.in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + page)
	tab.Click("button[popovertarget=confirm]")
	tab.Wait("#confirm:popover-open")
	tab.Follow("#confirm [value=confirm]")

	public := string((&visitor{st: st}).get("/results/" + id))
	if !strings.Contains(public, "vì một giám khảo ghi nhầm điểm: Gõ nhầm ô") || strings.Contains(public, judge.actor.Name) {
		t.Error("the public page does not tell of it, or names the judge")
	}
	if feed := string((&visitor{st: st}).get("/results/" + id + "/feed.xml")); !strings.Contains(feed, "ghi nhầm điểm") {
		t.Error("the feed does not tell of it")
	}
	if said := string(org.get(base + "/papers?doc=minutes")); !strings.Contains(said, "DX-02") || !strings.Contains(said, "9 → 0") {
		t.Error("the minutes are silent")
	}
	if said := string(judge.get(signed)); !strings.Contains(said, "Điểm ghi nhầm") {
		t.Error("the judge does not read both versions")
	}
	st.look(judge, map[string]string{"mend-done": signed})
	st.look(org, map[string]string{"mend-complaints": base + "/complaints"})
	for _, x := range judge.call(http.StatusOK, "GET", base+"/judging/signed", nil)["items"].([]any) {
		if x := x.(map[string]any); x["id"] == sheet && len(x["earlier"].([]any)) != 1 {
			t.Errorf("%v", x)
		}
	}

	// By program, taken back by herself.
	judge.call(http.StatusOK, "POST", mend, body("Lại nhầm", map[string]string{first: "1"}))
	decide := base + "/corrections/DX-03/decide"
	judge.call(http.StatusForbidden, "POST", decide, map[string]any{"confirm": true})
	judge.call(http.StatusOK, "POST", decide, map[string]any{"confirm": false, "reason": "Thôi, đúng rồi"})
	org.mustStep(base, "do", "close")
	if res, b := judge.post(signed, with("1")...); res.StatusCode != http.StatusConflict {
		t.Errorf("of a contest that is closed: %s %s", res.Status, said(b))
	}
}
