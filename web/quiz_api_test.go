package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/quiz"
	"loa/web/webtest"
)

// TestAContestTellsOthersNoAnswer: an organiser of another district reads of a contest what everybody does: no right answer, no
// seed, nobody's try, no code, nothing of who decided what; she changes nothing of it; and who has no account reads nothing at all.
func TestAContestTellsOthersNoAnswer(t *testing.T) {
	t.Parallel()
	e := newTwoEditors(t)
	reg, err := e.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	home, other := reg.Where("S00001").District, ""
	for _, d := range reg.Districts("2024-05-13") {
		if d.Code != home {
			other = d.Code
		}
	}
	organiser := func(login, district string) *webtest.Client {
		return webtest.NewClient(t, e.one.Handler(), webtest.LoggedIn(t, e.store, login, tuesday, accounts.Grant{Role: accounts.Organiser,
			Scope: accounts.Scope{Level: accounts.District, ID: district}}))
	}
	hers, others := organiser("huyen", home), organiser("huyen-khac", other)
	ask := func(who *webtest.Client, method, path, body string, want int) string {
		t.Helper()
		return e.ask(who, method, path, body, "", want).Body.String()
	}
	made := func(body string) string {
		_, rest, _ := strings.Cut(strings.ReplaceAll(body, " ", ""), `"id":"`)
		id, _, _ := strings.Cut(rest, `"`)
		return id
	}
	opens := tuesday.Add(10 * time.Minute)
	question := made(ask(hers, "POST", "/api/v1/questions", `{"district":"`+home+`","text":"Của huyện?","answers":["Có","Không"],"right":1}`, 201))
	id := made(ask(hers, "POST", "/api/v1/quizzes", `{"district":"`+home+`","title":"Thi của huyện","way":"phone","opens":"`+
		opens.Format(time.RFC3339)+`","closes":"`+opens.Add(time.Hour).Format(time.RFC3339)+`","draws":1,"minutes":5}`, 201))
	path := "/api/v1/quizzes/" + id
	ask(others, "GET", path, "", 404)
	ask(hers, "POST", path+"/move", `{"move":"announce"}`, 200)
	ask(hers, "POST", path+"/move", `{"move":"take_back","why":"Chị Dua đọc nhầm"}`, 200)
	ask(hers, "POST", path+"/move", `{"move":"announce"}`, 200)
	said := ask(others, "GET", path, "", 200) + ask(others, "GET", "/api/v1/quizzes", "", 200)
	for _, secret := range []string{"seed", "Phân loại", "Chị Dua", "changed_by"} {
		if strings.Contains(said, secret) {
			t.Errorf("another organiser is told %q: %s", secret, said)
		}
	}
	if list := ask(others, "GET", "/api/v1/questions", "", 200); strings.Contains(list, question) || !strings.Contains(list, e.question) {
		t.Errorf("the bank of another district: %s", list)
	}
	for _, below := range []string{"/tries", "/codes", "/tries/" + id} {
		ask(others, "GET", path+below, "", 403)
	}
	ask(others, "GET", "/api/v1/questions/"+question, "", 403)
	ask(others, "GET", path+"/result", "", 404)
	ask(others, "POST", path+"/move", `{"move":"take_back","why":"x"}`, 403)
	ask(others, "PUT", path, quizRules("Của tôi"), 403)
	ask(webtest.NewClient(t, e.one.Handler(), ""), "GET", path, "", 401)
	if seen := ask(hers, "GET", path, "", 200); !strings.Contains(seen, "Chị Dua") || strings.Contains(seen, `"seed"`) {
		t.Errorf("who runs it, while people answer: %s", seen)
	}

	m := meta(opens.Add(time.Minute))
	m.By = accounts.Actor{}
	if _, err := e.store.BeginTry(t.Context(), m, quiz.Begin{Contest: id, Name: "Giàng A Páo", Phone: "0912345678", Station: "S00001",
		Agreed: true}); err != nil {
		t.Fatal(err)
	}
	try := quiz.TryOf(m.ID)
	*e.now = opens.Add(2 * time.Hour)
	for path, want := range map[string]string{path: `"seed"`, path + "/tries?state=time_up": "0912345678", path + "/tries/" + try: `"right"`} {
		if got := ask(hers, "GET", path, "", 200); !strings.Contains(got, want) {
			t.Errorf("%s does not tell %s: %s", path, want, got)
		}
	}
	ask(hers, "GET", path+"/tries?state=nothing", "", 422)
	if got := ask(hers, "POST", path+"/tries/"+try+"/judge", `{"do":"void","why":"Số của người khác"}`, 200); strings.Contains(got, "0912345678") {
		t.Errorf("the answer names somebody: %s", got)
	}
	ask(hers, "POST", path+"/move", `{"move":"fix"}`, 200)
	ask(others, "GET", path+"/result", "", 404)
	ask(hers, "POST", path+"/move", `{"move":"publish"}`, 200)
	if got := ask(others, "GET", path+"/result", "", 200); !strings.Contains(got, `"districts"`) {
		t.Errorf("published: %s", got)
	}
	if w := ask(others, "GET", path+"/result/export?part=communes&format=csv", "", 200); !strings.Contains(w, "Lượt thi") {
		t.Errorf("as a file: %s", w)
	}
}

// TestQuestionsAreImportedByProgram: tried first, all of them or none, and those that are there are passed over.
func TestQuestionsAreImportedByProgram(t *testing.T) {
	t.Parallel()
	e := newTwoEditors(t)
	send := func(query, body string, want int, says ...string) {
		t.Helper()
		r := httptest.NewRequest("POST", "/api/v1/questions/import"+query, strings.NewReader(body))
		r.Header.Set("Content-Type", "text/csv")
		w := e.one.Do(r)
		for _, s := range says {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s does not say %s: %s", query, s, w.Body)
			}
		}
		if w.Code != want {
			t.Errorf("%s: %d, not %d: %s", query, w.Code, want, w.Body)
		}
	}
	const head, good, bad = "Câu hỏi,A,B,Đáp án đúng\n", "Rác làm gì trước?,Đốt,Phân loại,B\n", "Câu hỏng?,a,,C\n"
	send("?dry_run=1", head+good+bad, 200, `"new":1`, `"applied":false`, `"line":3`)
	send("", head+good+bad, 422, "quiz.import_refused")
	send("?district=999", head+good, 404, "district")
	send("?dry_run=maybe", head+good, 422)
	send("", head+good, 200, `"new":1`, `"applied":true`)
	send("", head+good, 200, `"new":0`, `"known":1`)
	send("", "không có cột\n", 422)
	send("", "PK\x03\x04 word/document.xml", 415)
}
