package main

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/internal/sheet"
	"loa/quiz"
)

// quizFile is a table of questions in a folder of its own.
func quizFile(t *testing.T, rows string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cau-hoi.csv")
	if err := os.WriteFile(path, []byte("Câu hỏi,A,B,Đáp án đúng\n"+rows), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// quizRules are those of a contest by program.
func quizRules(way quiz.Way, opens time.Time) string {
	b, _ := json.Marshal(quiz.Rules{Title: "Tìm hiểu nông thôn mới", Way: way, Opens: opens, Closes: opens.Add(time.Hour), Draws: 2, Minutes: 10,
		Prizes: []quiz.Prize{{Name: "Nhất", Count: 1, Amount: 500_000}}})
	return string(b)
}

// TestKnowledgeContestsFromATerminal: questions tried and imported, a contest announced, codes made, one person comes, and who won is
// fixed, published and kept as a table.
func TestKnowledgeContestsFromATerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	says := func(want int, args ...string) string {
		t.Helper()
		code, out := loa(append(append([]string{"quiz"}, args...), "--data", r.dir)...)
		if code != want {
			t.Fatalf("loa quiz %s: %d %s", strings.Join(args, " "), code, out)
		}
		return out
	}
	good, bad := quizFile(t, "Rác làm gì trước?,Đốt,Phân loại,B\nOCOP là gì?,Mỗi xã một sản phẩm,Mỗi nhà một vườn,A\n"), quizFile(t, "Câu hỏng?,a,,C\n")
	if out := says(65, "import", bad, "--dry-run"); !strings.Contains(out, "Dòng 2") || !strings.Contains(out, "chưa nhập gì") {
		t.Errorf("tried: %s", out)
	}
	says(65, "import", bad)
	if out := says(0, "import", good, "--dry-run"); !strings.Contains(out, "2 câu mới") {
		t.Errorf("tried: %s", out)
	}
	for _, want := range []string{"Đã nhập 2 câu", "2 câu đã có sẵn"} {
		if out := says(0, "import", good); !strings.Contains(out, want) {
			t.Errorf("imported: %s", out)
		}
	}
	says(66, "import", "khong-co.csv")

	id := r.made("POST", "/api/v1/quizzes", quizRules(quiz.ByCode, monday))
	if out := says(0); !strings.Contains(out, id) || !strings.Contains(out, "Đang soạn") {
		t.Errorf("listed: %s", out)
	}
	says(75, "step", id, "fix")
	says(65, "step", id, "nhảy")
	says(0, "step", id, "announce")
	if out := says(0, "codes", id, "--station", "S00001", "--make", "2"); !strings.Contains(out, "Đã tạo 2 mã") {
		t.Errorf("made: %s", out)
	}
	var codes []quiz.Code
	if err := json.Unmarshal([]byte(says(0, "codes", id, "--json")), &codes); err != nil || len(codes) != 2 {
		t.Fatalf("%v %+v", err, codes)
	}
	page := sitting{t: t, url: r.d.URL() + "/quiz/" + id}
	page.begin("code", codes[0].Code)
	page.answer("đúng", true)
	if out := says(0, "show", id); !strings.Contains(out, "Lượt thi 1, đã nộp 1") || !strings.Contains(out, "đã tạo 2, đã dùng 1") {
		t.Errorf("shown: %s", out)
	}
	if out := says(0, "codes", id); !strings.Contains(out, codes[1].Code) {
		t.Errorf("codes: %s", out)
	}
	says(66, "results", id)
	r.clock.set(monday.Add(2 * time.Hour))
	says(0, "step", id, "fix")
	says(0, "step", id, "publish")
	for part, want := range map[string]string{"winners": "Sùng Thị Dua", "districts": "Huyện", "communes": "Lượt thi"} {
		if out := says(0, "results", id, "--part", part); !strings.Contains(out, want) {
			t.Errorf("%s: %s", part, out)
		}
	}
	says(65, "results", id, "--part", "khác")
	if out := says(0, "results", id, "--json"); !strings.Contains(out, `"districts"`) || !strings.Contains(out, codes[0].Code) {
		t.Errorf("as JSON: %s", out)
	}
	file := filepath.Join(t.TempDir(), "ket-qua.csv")
	says(0, "results", id, file)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if table, err := sheet.Read(b); err != nil || len(table.Rows) != 2 || !strings.HasPrefix(table.Rows[1].Cell(2).Text, "Sùng Thị Dua ") {
		t.Errorf("kept: %v %+v", err, table)
	}
}

// sitting is a person's phone in a contest.
type sitting struct {
	t    *testing.T
	url  string
	jar  http.Client
	page *goquery.Document
}

func (s *sitting) open(resp *http.Response, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if s.page, err = goquery.NewDocumentFromReader(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %v %s", resp.Request.URL, resp.StatusCode, err, s.page.Find("main").Text())
	}
}

// send sends the page's form with what is typed.
func (s *sitting) send(typed url.Values) {
	s.t.Helper()
	form := s.page.Find("main form")
	typed.Set("id", form.Find("input[name=id]").AttrOr("value", ""))
	form.Find("input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
		if name := in.AttrOr("name", ""); !typed.Has(name) {
			typed.Set(name, in.AttrOr("value", ""))
		}
	})
	at, err := url.Parse(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	s.open(s.jar.PostForm(at.ResolveReference(&url.URL{Path: form.AttrOr("action", at.Path)}).String(), typed))
}

// begin begins a try by a number or a code.
func (s *sitting) begin(field, who string) {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.jar.Jar = jar
	s.open(s.jar.Get(s.url))
	s.send(url.Values{field: {who}, "name": {"Sùng Thị Dua"}, "station": {"S00001"}, "agreed": {"1"}})
}

// answer chooses an answer of each question, and returns which stand on the page then.
func (s *sitting) answer(which string, all bool) (chosen []string) {
	s.t.Helper()
	typed := url.Values{"do": {map[bool]string{true: "send", false: "keep"}[all]}}
	for i, q := range s.page.Find("form[data-quiz] fieldset").EachIter() {
		label := q.Find("label").FilterFunction(func(_ int, l *goquery.Selection) bool {
			right := slices.Contains([]string{"Phân loại", "Mỗi xã một sản phẩm"}, strings.TrimSpace(l.Text()))
			return right == (which == "đúng")
		})
		typed.Set("a"+strconv.Itoa(i), label.First().Find("input").AttrOr("value", ""))
		typed.Set("t"+strconv.Itoa(i), strconv.Itoa(1000*(i+1)))
	}
	s.send(typed)
	return s.chosen()
}

// chosen are the words of the answers that are chosen on the page.
func (s *sitting) chosen() (words []string) {
	for _, in := range s.page.Find("fieldset input[checked]").EachIter() {
		words = append(words, strings.TrimSpace(in.Parent().Text()))
	}
	return words
}

// TestATryIsNotLostByKill: what was answered "kept" stands on the same phone's page after kill -9, and goes on.
func TestATryIsNotLostByKill(t *testing.T) {
	c := startChild(t, t.TempDir(), 0)
	for _, q := range []string{`{"text":"Rác làm gì trước?","answers":["Đốt","Phân loại"],"right":2}`,
		`{"text":"OCOP là gì?","answers":["Mỗi xã một sản phẩm","Mỗi nhà một vườn"],"right":1}`} {
		c.must("POST", "/api/v1/questions", q)
	}
	var q quiz.Contest
	if err := json.Unmarshal(c.must("POST", "/api/v1/quizzes", quizRules(quiz.ByPhone, time.Now().Add(-time.Minute))), &q); err != nil {
		t.Fatal(err)
	}
	c.must("POST", "/api/v1/quizzes/"+q.ID+"/move", `{"move":"announce"}`)
	phone := sitting{t: t, url: c.url + "/quiz/" + q.ID}
	phone.begin("phone", "0912345678")
	kept := phone.answer("sai", false)
	if len(kept) != 2 {
		t.Fatalf("kept before: %q", kept)
	}
	c.kill()
	address, err := url.Parse(c.url)
	if err != nil {
		t.Fatal(err)
	}
	slip := phone.jar.Jar.Cookies(address)
	again := startChild(t, c.dir, 0)
	if address, err = url.Parse(again.url); err != nil { // another port of the same host
		t.Fatal(err)
	}
	phone.jar.Jar.SetCookies(address, slip)
	phone.url = again.url + "/quiz/" + q.ID
	phone.open(phone.jar.Get(phone.url + "/try"))
	if got := phone.chosen(); !slices.Equal(got, kept) {
		t.Errorf("after kill -9 there are %q, not %q", got, kept)
	}
	phone.answer("đúng", true)
	var is struct{ Sum quiz.Tally }
	if err := json.Unmarshal(again.must("GET", "/api/v1/quizzes/"+q.ID, ""), &is); err != nil || is.Sum != (quiz.Tally{Tries: 1, Sent: 1, Right: 2, Full: 1}) {
		t.Errorf("%v %+v", err, is)
	}
}
