package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/ranking"
	"loa/web/kit"
)

// The chair puts level works in order, and in another one: on the page and by program,
// and nothing she typed is lost when she is refused.
func TestTheChairChangesAnOrder(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) { r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByChair}} }
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	chair, api := judges[0], "/contests/"+id
	level := chair.call(200, "GET", api+"/chair", nil)["ties"].([]any)[0].([]any)
	said := func(numbers []any) string {
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(numbers), " ", ", "), "[]")
	}
	of := said(level)
	slices.Reverse(level)
	turned := said(level)
	desk := "/judging/" + id + "/chair"
	if _, b := chair.post(desk, "do", "tie", "level", of, "order", "1", "reason", "Giọng đọc tốt hơn"); !strings.Contains(string(b),
		`name="order" value="1"`) || !strings.Contains(string(b), ">Giọng đọc tốt hơn</textarea>") {
		t.Errorf("refused, the form has lost what was typed: %s", b)
	}
	chair.must(desk, "do", "tie", "level", of, "order", turned, "reason", "Giọng đọc tốt hơn")
	chair.must(desk, "do", "tie", "level", turned, "order", of, "reason", "Ghi nhầm")
	if text := chair.doc(desk).Find("#orders").Text(); !strings.Contains(text, "đã được thay bằng thứ tự quyết định sau") ||
		!strings.Contains(text, "Ghi nhầm") {
		t.Errorf("the page says of the orders: %s", text)
	}
	slices.Reverse(level)
	orders := chair.call(200, "GET", api+"/chair", nil)["orders"].([]any)
	if len(orders) != 2 || orders[0].(obj)["state"] != "replaced" || fmt.Sprint(orders[1].(obj)["holds"]) != fmt.Sprint([]any{level}) {
		t.Errorf("a program reads %v", orders)
	}
	slices.Reverse(level)
	left := chair.call(200, "POST", api+"/ties", obj{"change": kit.NewID(), "order": level, "reason": "như lúc đầu"})
	if last := left["orders"].([]any)[2].(obj); last["state"] != "holds" || last["change"] != true {
		t.Errorf("changed by program: %v", left)
	}
	if e := chair.call(409, "POST", api+"/ties", obj{"change": kit.NewID(), "order": level[:2], "reason": "x"}); e["code"] != "contest.tie_unlike" {
		t.Errorf("an order of some of them: %v", e)
	}
	org.mustStep(api, "do", "finish", "round", "chung-khao")
	if e := chair.call(409, "POST", api+"/ties", obj{"change": kit.NewID(), "order": level, "reason": "x"}); e["code"] != "contest.tie_over" {
		t.Errorf("once the round is over: %v", e)
	}
	page := string(org.get(api + "/papers?doc=minutes"))
	for _, want := range []string{"Phân định " + turned + " theo thứ tự này", "Giọng đọc tốt hơn (đã được thay bằng thứ tự quyết định sau)",
		"Ghi nhầm (đã được thay", "như lúc đầu"} {
		if !strings.Contains(page, want) {
			t.Errorf("the minutes lack %q", want)
		}
	}
}
