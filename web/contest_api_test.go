package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/web/kit"
)

// call sends JSON to the API and reads the answer into a value of its own.
func (v *visitor) call(want int, method, path string, body any, pairs ...string) (out map[string]any) {
	v.st.t.Helper()
	raw := []byte{}
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			v.st.t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, v.st.http.URL+"/api/v1"+path, bytes.NewReader(raw))
	if err != nil {
		v.st.t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "s", Value: v.secret})
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(pairs); i += 2 {
		req.Header.Set(pairs[i], pairs[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		v.st.t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		v.st.t.Fatal(err)
	}
	if res.StatusCode != want {
		v.st.t.Fatalf("%s %s: %s, want %d\n%s", method, path, res.Status, want, b.Bytes())
	}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(b.Bytes(), &out); err != nil {
			v.st.t.Fatalf("%s %s: %v in %s", method, path, err, b.Bytes())
		}
	}
	return out
}

type obj = map[string]any

// A whole contest, from the draft to the archive, without opening a page.
func TestAContestRunsByProgram(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.organiser()
	draft := obj{"id": "tu-dong", "title": "Hội thi tự động"}
	once := kit.NewID()
	first := org.call(201, "POST", "/contests", draft, "Idempotency-Key", once)
	if again := org.call(201, "POST", "/contests", draft, "Idempotency-Key", once); again["hash"] != first["hash"] {
		t.Errorf("a repeat got %v, first %v", again, first)
	}
	if e := org.call(409, "POST", "/contests", draft); e["code"] != "contest.id_taken" {
		t.Errorf("the same ID again: %v", e)
	}
	base := "/contests/tu-dong"
	if e := org.call(422, "POST", base+"/open", nil); e["code"] != "contest.rules_unfit" && e["code"] != "contest.rubric_is_sample" &&
		e["code"] != "contest.dates_missing" {
		t.Errorf("the sample opened: %v", e)
	}
	rules := scriptOnly(st.now)
	rules.Rounds[0].Gap = 1
	first2 := rules.Rounds[0]
	rules.Rounds = []contest.Round{{ID: "huyen", Name: "Huyện chọn", Promotion: contest.Promotion{By: contest.Picked, N: 2, Per: "district"}}, first2}
	rules.Awards[0].Prizes = append(rules.Awards[0].Prizes, contest.Prize{ID: "tap-the", Name: "Giải tập thể", Count: 1, Special: true})
	org.call(200, "PUT", base+"/rules", contest.ChangeRules{Rules: rules})
	org.call(200, "POST", base+"/open", nil)
	longer := rules
	longer.Dates.GraceMinutes++
	if e := org.call(422, "PUT", base+"/rules", contest.ChangeRules{Rules: longer}); e["code"] != "contest.reason_missing" {
		t.Errorf("a change without a reason: %v", e)
	}
	org.call(200, "PUT", base+"/rules", contest.ChangeRules{Rules: longer, Reason: "mất điện nhiều nơi"})

	var entries []string
	var ops []*visitor
	for i, sid := range []string{"S00001", "S00002", "S00080"} {
		op := st.person("xa-"+sid, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: sid}})
		ops = append(ops, op)
		if open := op.call(200, "GET", "/entering", nil)["items"].([]any); len(open) != 1 || open[0].(obj)["open"] != true {
			t.Fatalf("%d contests to enter", len(open))
		}
		if list := op.call(200, "GET", "/contests", nil)["items"].([]any); len(list) != 1 ||
			fmt.Sprint(list[0]) != fmt.Sprint(obj{"as": []any{"entrant"}, "id": "tu-dong", "phase": "open", "title": rules.Title}) {
			t.Errorf("an entrant is told of %v", list)
		}
		work := obj{"title": "Bài " + sid, "theme": "ntm", "category": "chuong-trinh", "language": "vi", "kind": "station", "station": sid, "pieces": []any{}}
		if e := op.call(422, "POST", base+"/entries?check=1", work); e["code"] != "contest.script_missing" {
			t.Errorf("the check says %v", e)
		}
		work["script"] = "Lời dẫn"
		op.call(204, "POST", base+"/entries?check=1", work)
		key := kit.NewID()
		e := op.call(201, "POST", base+"/entries", work, "Idempotency-Key", key)
		if again := op.call(201, "POST", base+"/entries", work, "Idempotency-Key", key); again["code"] != e["code"] ||
			e["code"] != fmt.Sprintf("TP-%03d", i+1) {
			t.Errorf("entered %v, then %v", e["code"], again["code"])
		}
		entries = append(entries, e["id"].(string))
	}
	work := contest.Work{Title: "Bài mới", Theme: "ntm", Category: "chuong-trinh", Language: "vi", Kind: contest.ByStation,
		Station: "S00001", Script: "Lời dẫn khác"}
	if e := ops[0].call(200, "PUT", base+"/entries/"+entries[0], work); e["title"] != "Bài mới" || e["code"] != "TP-001" {
		t.Errorf("replaced: %v", e)
	}
	ops[1].call(404, "PUT", base+"/entries/"+entries[0], work)
	ops[1].call(404, "GET", base+"/entries/"+entries[0], nil)
	if got := ops[0].call(200, "GET", base+"/entries/"+entries[0], nil); got["script"] != "Lời dẫn khác" {
		t.Errorf("the entrant reads %v", got)
	}
	ops[1].call(200, "POST", base+"/entries/"+entries[1]+"/withdraw", obj{"reason": "gửi nhầm"})
	org.call(200, "PUT", base+"/entries/"+entries[0]+"/script", obj{"text": "Lời dẫn đã che tên"})
	codes := func(query string) (out []string) {
		for _, x := range org.call(200, "GET", base+"/entries?"+query, nil)["items"].([]any) {
			out = append(out, x.(obj)["code"].(string)+" "+x.(obj)["state"].(string))
		}
		return out
	}
	list := org.call(201, "POST", "/lists", obj{"name": "Vùng cao", "stations": []string{"S00080"}})["id"].(string)
	for query, want := range map[string]string{
		"list=" + list:              "[TP-003 valid]",
		"":                          "[TP-001 valid TP-002 withdrawn TP-003 valid]",
		"limit=1&after=TP-001":      "[TP-002 withdrawn]",
		"state=withdrawn":           "[TP-002 withdrawn]",
		"station=S00080":            "[TP-003 valid]",
		"q=bai+moi":                 "[TP-001 valid]",
		"q=B%C3%A0i&state=valid":    "[TP-001 valid TP-003 valid]",
		"q=tp-003":                  "[TP-003 valid]",
		"q=khong+co&theme=ntm":      "[]",
		"category=chuong-trinh&q=1": "[TP-001 valid]",
	} {
		if got := fmt.Sprint(codes(query)); got != want {
			t.Errorf("entries?%s: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"state=lost", "after=TP-999", "list=" + list + "&station=S00001"} {
		org.call(422, "GET", base+"/entries?"+query, nil)
	}
	for _, query := range []string{"list=khong-co", "district=000", "station=S99999"} {
		org.call(404, "GET", base+"/entries?"+query, nil)
	}
	ops[1].call(403, "GET", base+"/entries?q=bai", nil)
	mine := org.call(200, "GET", "/me/contests", nil)["items"].([]any)
	if x := mine[0].(obj); len(mine) != 1 || x["id"] != "tu-dong" || x["phase"] != "open" ||
		x["deadline"].(obj)["kind"] != "closes" || len(x["waits"].([]any)) == 0 {
		t.Errorf("the organiser's contests: %v", mine)
	}

	judges := map[string]*visitor{}
	var ids []string
	for i := range 2 {
		j := st.person(fmt.Sprintf("giamkhao%d", i), accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "tu-dong"}})
		org.call(200, "PUT", base+"/judges/"+j.id, obj{"chair": i == 0, "title": "Nhà báo"})
		judges[j.id], ids = j, append(ids, j.id)
	}
	org.call(200, "PUT", base+"/rounds/chung-khao/panels", obj{"panels": []any{obj{"id": "all", "name": "Ban", "judges": ids}}})
	st.now = st.now.Add(48 * time.Hour)
	org.call(200, "POST", base+"/rounds/huyen/start", nil)
	org.call(200, "PUT", base+"/picks", obj{"picks": []any{obj{"entry": entries[0], "reason": "hay"}, obj{"entry": entries[2], "reason": "hay"}}})
	org.call(200, "POST", base+"/rounds/huyen/finish", nil)
	org.call(200, "POST", base+"/rounds/chung-khao/start", nil)
	chair := judges[ids[0]]
	if list := chair.call(200, "GET", "/contests", nil)["items"].([]any); len(list) != 1 ||
		fmt.Sprint(list[0]) != fmt.Sprint(obj{"as": []any{"judge"}, "id": "tu-dong", "phase": "judging", "title": rules.Title}) {
		t.Errorf("a judge is told of %v", list)
	}
	if mine := ops[0].call(200, "GET", "/entering", nil)["items"].([]any)[0].(obj); len(mine["entries"].([]any)) != 1 || mine["rules"].(obj)["themes"] == nil {
		t.Errorf("an entrant reads %v", mine)
	}
	for _, x := range org.call(200, "GET", base+"/sheets", nil)["items"].([]any) {
		sheet := x.(obj)
		marks := obj{}
		for _, k := range rules.Rounds[1].Parts[0].Criteria {
			marks[k.ID] = "8"
			if sheet["judge"] == ids[1] && sheet["entry"] == entries[0] {
				marks[k.ID] = "5"
			}
		}
		j, path := judges[sheet["judge"].(string)], base+"/sheets/"+sheet["id"].(string)
		j.call(200, "PUT", path, obj{"change": kit.NewID(), "base": 0, "marks": marks, "comment": "", "notes": []any{}})
		st.do("tu-dong", j, contest.SignSheet{Task: sheet["id"].(string), Base: 1})
	}
	round := org.call(200, "GET", base+"/rounds", nil)["items"].([]any)[1].(obj)
	if gaps := round["gaps"].([]any); len(gaps) != 1 || gaps[0].(obj)["settled"] != false {
		t.Fatalf("the gap: %v", round)
	}
	if e := org.call(409, "POST", base+"/rounds/chung-khao/finish", nil); e["code"] != "contest.gaps_open" {
		t.Errorf("finished over a gap: %v", e)
	}
	for _, who := range []*visitor{org, judges[ids[1]]} {
		who.call(403, "GET", base+"/chair", nil)
	}
	desk := chair.call(200, "GET", base+"/chair", nil)
	gap := desk["gaps"].([]any)[0].(obj)
	if strings.Contains(fmt.Sprint(desk), entries[0]) || len(gap["marks"].([]any)) != 2 || len(desk["signed"].([]any)) != 2 {
		t.Errorf("the chair's desk: %v", desk)
	}
	confer := base + "/sheets/" + gap["task"].(string) + "/confer"
	word := obj{"change": kit.NewID(), "reason": "đã hội ý, giữ nguyên"}
	judges[ids[1]].call(403, "POST", confer, word)
	if e := chair.call(422, "POST", confer, obj{"change": kit.NewID(), "reason": ""}); e["code"] != "contest.reason_missing" {
		t.Errorf("without a reason: %v", e)
	}
	for range 2 { // the answer may get lost
		if left := chair.call(200, "POST", confer, word); len(left["gaps"].([]any)) != 0 {
			t.Errorf("after conferring: %v", left)
		}
	}
	if e := chair.call(404, "POST", base+"/ties", obj{"change": kit.NewID(), "order": []any{"999"},
		"reason": "bốc thăm"}); e["code"] != "contest.no_such_number" {
		t.Errorf("a tie of an unknown number: %v", e)
	}
	var own string
	for _, x := range org.call(200, "GET", base+"/sheets", nil)["items"].([]any) {
		if x := x.(obj); x["judge"] == chair.id && x["code"] != gap["code"] { // marks signed again would have to be conferred about again
			own = x["id"].(string)
		}
	}
	if e := chair.call(403, "POST", base+"/sheets/"+own+"/reopen", obj{"change": kit.NewID(), "reason": "cộng nhầm"}); e["code"] != "contest.own_sheet" {
		t.Errorf("the chair reopened her own sheet: %v", e)
	}
	org.call(200, "POST", base+"/rounds/chung-khao/sheets/"+own+"/reopen", obj{"reason": "trưởng ban cộng nhầm"})
	if e := org.call(403, "POST", base+"/rounds/chung-khao/sheets/"+desk["signed"].([]any)[0].(obj)["task"].(string)+"/reopen",
		obj{"reason": "x"}); e["code"] != "contest.chair_only" {
		t.Errorf("the organiser reopened another judge's sheet: %v", e)
	}
	if left := chair.call(200, "GET", base+"/chair", nil); left["waiting"] != true {
		t.Errorf("the chair owes a sheet: %v", left)
	}
	chair.call(200, "POST", base+"/sheets/"+own+"/sign", obj{"change": kit.NewID(), "base": 1})
	if got := chair.call(200, "PUT", base+"/judging/ties", obj{"stations": []any{"S00040"}}); fmt.Sprint(got["stations"]) != "[S00040]" {
		t.Errorf("declared: %v", got)
	}
	if got := chair.call(200, "GET", base+"/judging/ties", nil); fmt.Sprint(got["stations"]) != "[S00040]" {
		t.Errorf("declared before: %v", got)
	}
	org.call(200, "POST", base+"/rounds/chung-khao/finish", nil)
	special := []any{obj{"award": rules.Awards[0].ID, "prize": "tap-the", "station": "S00040", "reason": "nhiều tin, bài nhất"}}
	if e := org.call(409, "PUT", base+"/prizes", obj{"special": special}); e["code"] != "contest.receiver_not_entered" {
		t.Errorf("a station that entered nothing: %v", e)
	}
	org.call(200, "PUT", base+"/prizes", obj{"special": special, "outside": []any{"S00040"}})
	org.call(200, "PUT", base+"/certificate", obj{"text": "# {tên}\n{giải}", "sign": ""})
	if c := org.call(200, "GET", base+"/certificates", nil); len(c["filled"].([]any)) != 3 || !strings.Contains(fmt.Sprint(c), "Giải tập thể") {
		t.Errorf("certificates: %v", c)
	}
	if f := org.call(200, "GET", base+"/fairness", nil); f["round"] != "chung-khao" || len(f["judges"].([]any)) != 2 {
		t.Errorf("fairness: %v", f)
	}
	ops[0].call(409, "GET", base+"/entries/"+entries[0]+"/feedback", nil)
	org.call(200, "POST", base+"/publish", nil)
	if f := ops[0].call(200, "GET", base+"/entries/"+entries[0]+"/feedback", nil); f["rank"] != 2.0 || strings.Contains(fmt.Sprint(f), "giamkhao") {
		t.Errorf("feedback: %v", f)
	}
	for _, doc := range []string{"minutes", "table", "sheets"} {
		if b := org.get("/api/v1" + base + "/papers/" + doc); !bytes.HasPrefix(b, []byte("PK")) {
			t.Errorf("%s is no workbook", doc)
		}
	}
	org.call(404, "GET", base+"/papers/secrets", nil)
	ops[0].call(403, "GET", base+"/archive", nil)
	archive := org.get("/api/v1" + base + "/archive")
	if v, err := contest.CheckArchive(bytes.NewReader(archive), int64(len(archive))); err != nil || v.Entries != 3 || v.Sheets != 4 {
		t.Errorf("the archive: %+v, %v", v, err)
	}
	org.call(200, "POST", base+"/close", nil)
	next := org.call(201, "POST", "/contests", obj{"id": "nam-sau", "from": "tu-dong", "title": "Năm sau"})
	if next["contest"] != "nam-sau" {
		t.Errorf("the copy: %v", next)
	}
	if got := org.call(200, "GET", "/contests/nam-sau", nil); got["phase"] != "draft" || got["title"] != "Năm sau" {
		t.Errorf("the copy: %v", got)
	}
}

// The places of a round that is over are the same wherever they are asked for.
func TestPlacesAgreeOnceAWorkIsRuledOut(t *testing.T) {
	st := newStage(t)
	org, id, entries := st.finished()
	base := "/contests/" + id
	org.call(200, "POST", base+"/entries/"+entries[0]+"/rule-out", obj{"reason": "chép của báo khác"})
	said := func(list any) (out []string) {
		for _, x := range list.([]any) {
			out = append(out, fmt.Sprint(x.(obj)["rank"], x.(obj)["entry"]))
		}
		return out
	}
	round := org.call(200, "GET", base+"/rounds", nil)["items"].([]any)[0].(obj)
	ranking := org.call(200, "GET", base+"/ranking", nil)["items"].([]any)[0].(obj)
	places := said(round["places"])
	if len(places) != len(entries)-1 || !slices.Equal(places, said(ranking["methods"].(obj)[ranking["method"].(string)])) {
		t.Errorf("the rounds say %v, the ranking %v", places, ranking)
	}
}

// A judge takes herself off a work by program, as on the page.
func TestAJudgeAbstainsByProgram(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	var task *contest.Task
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error { task = s.Running().Of(judges[1].id)[0]; return nil }); err != nil {
		t.Fatal(err)
	}
	path, change := "/contests/"+id+"/sheets/"+task.ID+"/abstain", kit.NewID()
	if e := judges[1].call(422, "POST", path, obj{"change": kit.NewID(), "reason": " "}); e["code"] != "contest.reason_missing" {
		t.Errorf("without a reason: %v", e)
	}
	if e := judges[0].call(404, "POST", path, obj{"change": kit.NewID(), "reason": "quen"}); e["code"] != "contest.sheet_not_yours" {
		t.Errorf("another's sheet: %v", e)
	}
	for range 2 { // the answer may get lost
		if got := judges[1].call(200, "POST", path, obj{"change": change, "reason": "nhận ra giọng người quen"}); got["status"] != "set_aside" {
			t.Errorf("abstained: %v", got)
		}
	}
	if e := judges[1].call(409, "PUT", strings.TrimSuffix(path, "/abstain"),
		obj{"change": kit.NewID(), "base": 0, "marks": obj{}}); e["code"] != "contest.sheet_set_aside" {
		t.Errorf("marks after abstaining: %v", e)
	}
}
