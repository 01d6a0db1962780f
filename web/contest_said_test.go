package web

import (
	"net/http"
	"strings"
	"testing"

	"loa/accounts"
	"loa/contest"
)

// A text for judges that is saved empty is asked about once, and stands among what
// has to be looked at.
func TestAnEmptiedScriptIsAskedAbout(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.organiser()
	id := "de-trong"
	st.do(id, org, contest.DraftContest{Rules: scriptOnly(st.now)})
	st.do(id, org, contest.OpenContest{})
	op := st.person("xa-S00001", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	st.do(id, op, contest.SubmitEntry{ID: "entry-00000001", Work: contest.Work{Title: "Bài", Theme: "ntm", Category: "chuong-trinh", Language: "vi",
		Kind: contest.ByStation, Station: "S00001", Script: "Lời dẫn"}})
	page := "/contests/" + id + "/entries/entry-00000001"
	if text := string(org.get(page)); strings.Contains(text, `name="blank"`) {
		t.Error("it asks before there is anything to ask")
	}
	res, b := org.post(page, "do", "redact", "text", "")
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), "đang để trống") || !strings.Contains(string(b), `name="blank"`) {
		t.Fatalf("saved empty: %s %s", res.Status, said(b))
	}
	if strings.Contains(string(b), "Lời dẫn</textarea>") {
		t.Error("what was typed is lost: the box is filled again")
	}
	if e := org.call(422, "PUT", "/contests/"+id+"/entries/entry-00000001/script", map[string]any{"text": ""}); e["code"] != "contest.script_blank" {
		t.Errorf("by program: %v", e)
	}
	org.must(page, "do", "redact", "text", "", "blank", "1")
	for at, want := range map[string]string{page: "Văn bản cho giám khảo đang để trống", "/contests/" + id: "1 văn bản để trống",
		"/contests/" + id + "/entries?state=blank": "TP-001"} {
		if text := string(org.get(at)); !strings.Contains(text, want) {
			t.Errorf("%s lacks %q", at, want)
		}
	}
}
