package quiz_test

import (
	"bytes"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/quiz"
	"loa/store/bolttest"
	"loa/web/kit"
	quizpages "loa/web/quiz"
	"loa/web/webtest"
)

// hall is the pages over a store, with a clock.
func hall(t *testing.T, now *time.Time) (h http.Handler, organiser, chief *webtest.Client, stranger func() *webtest.Client) {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return *now }, Log: slog.New(slog.DiscardHandler)})
	quizpages.Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	who := func(name string, role accounts.Role) *webtest.Client {
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, *now, accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Province}}))
	}
	return h, who("Chị Hoa", accounts.Organiser), who("Anh Chỉnh", accounts.Admin), func() *webtest.Client { return webtest.NewClient(t, h, "") }
}

// upload sends a file to the page of imports.
func upload(c *webtest.Client, file []byte, name string) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("district", "")
	part, _ := form.CreateFormFile("file", name)
	_, _ = part.Write(file)
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/questions/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	c.Do(r)
}

// TestAContestFromTheBankToTheWinners: questions typed and imported, a contest announced, people who answer without an
// account, one late, the results fixed, numbered and published; nobody is told a right answer, the seed or somebody's number.
func TestAContestFromTheBankToTheWinners(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	_, org, chief, stranger := hall(t, &now)

	org.Get("/questions/new")
	org.Submit("main form", "text", "Rác được làm gì trước?", "answer1", "Đốt", "answer2", "Phân loại")
	org.Expect(http.StatusUnprocessableEntity, "main form .error", "phương án nào đúng")
	org.Submit("main form", "right", "2")
	org.Expect(http.StatusOK, "tbody", "Rác được làm gì trước?", "Phân loại", "Đã lưu câu hỏi")
	var rows strings.Builder
	rows.WriteString("Câu hỏi,A,B,C,Đáp án đúng\n")
	for i := range 5 {
		rows.WriteString("Đúng là B ở câu " + strconv.Itoa(i) + "?,sai một,đúng,sai hai,B\n")
	}
	upload(org, []byte(rows.String()+"Câu hỏng?,a,b,,\n"), "cau-hoi.csv")
	org.Expect(http.StatusOK, ".card.bad", "Chưa nhập câu nào", "Dòng", "phương án nào đúng", "7")
	upload(org, []byte(rows.String()), "cau-hoi.csv")
	org.Expect(http.StatusOK, ".card.ok", "5 câu mới")
	org.Submit(".card.ok form", "do", "apply")
	org.Expect(http.StatusOK, "tbody", "Đã nhập 5 câu")
	upload(org, []byte("PK\x03\x04 word/document.xml"), "hong.docx")
	org.Expect(http.StatusUnsupportedMediaType, ".notice.bad")
	org.Get("/questions/import")
	org.Expect(http.StatusOK, "main form", "tệp Word (.docx)")
	for file, kind := range map[string]string{"cau-hoi.xlsx": "PK", "cau-hoi.docx": "PK"} {
		if got := org.Get("/questions/template/" + file).Body.String(); !strings.HasPrefix(got, kind) {
			t.Errorf("%s: %.20q", file, got)
		}
	}

	org.Get("/quizzes/new")
	org.Submit("main form", "way", "phone", "title", "Tìm hiểu nông thôn mới", "opens", "2024-09-02T09:00", "closes", "2024-09-02T08:00")
	org.Expect(http.StatusUnprocessableEntity, "main form .error", "Giờ đóng phải sau giờ mở")
	org.Submit("main form", "way", "phone", "closes", "2024-09-02T10:00", "draws", "9", "minutes", "10", "prize0", "Nhất", "count0", "1", "amount0",
		"2.000.000")
	org.Expect(http.StatusOK, "main", "Đã lưu cuộc thi")
	home := org.Path
	id := strings.TrimPrefix(home, "/quizzes/")
	org.Submit(`form[method="post"]`, "move", "announce")
	org.Expect(http.StatusConflict, ".notice.bad", "6 câu dùng được", "cần 9")
	if stranger().Get("/quiz/"+id).Code != http.StatusNotFound {
		t.Error("everybody sees a draft")
	}
	org.Get(home + "/edit")
	org.Submit("main form", "way", "phone", "draws", "4")
	org.Submit(`form[method="post"]`, "move", "announce")
	org.Expect(http.StatusOK, "main", "Đã mở cuộc thi", "/quiz/"+id)

	pao := stranger()
	pao.Get("/quiz/" + id)
	pao.Expect(http.StatusOK, "main", "Hãy quay lại lúc")
	now = now.Add(time.Hour)
	pao.Get("/quiz/" + id)
	pao.Submit("main form")
	pao.Expect(http.StatusUnprocessableEntity, "main form .error", "đủ 10 số", "Hãy ghi đủ họ và tên", "Hãy đồng ý")
	typed := []string{"phone", "0912 345 678", "name", "Giàng A Páo", "station", "S00001", "agreed", "1"}
	pao.Submit("main form", typed...)
	pao.Expect(http.StatusOK, "form[data-quiz] fieldset", "Giàng A Páo", "Câu 1/4.")
	for _, told := range []string{"right", "seed", "hạt giống"} {
		if strings.Contains(strings.ToLower(pao.Doc().Find("main").Text()), told) {
			t.Errorf("the page tells %q", told)
		}
	}
	second := stranger()
	second.Get("/quiz/" + id)
	second.Submit("main form", typed...)
	second.Expect(http.StatusConflict, "main form .error", "mỗi người thi một lần")
	if said := second.Doc().Find("main form .error").Text(); strings.Contains(said, " lúc ") {
		t.Errorf("it is told when somebody came: %q", said)
	}
	second.Get("/quiz/" + id + "/try")
	second.Expect(http.StatusOK, `.card a.button[href="/quiz/`+id+`"]`, "Đến trang vào thi")
	second.Expect(http.StatusOK, "main", "Máy này chưa vào thi")
	second.Refuse("Câu 1/4")
	second.Post("/quiz/"+id+"/try", url.Values{"do": {"keep"}})
	second.Expect(http.StatusOK, "main", "Máy này chưa vào thi")
	if stranger().Get("/quiz/nothing/try").Code != http.StatusNotFound {
		t.Error("a contest that is none has a page")
	}

	answer := func(c *webtest.Client, rights int, more ...string) {
		t.Helper()
		pairs := more
		for i, q := range c.Doc().Find("form[data-quiz] fieldset").EachIter() {
			want := "đúng"
			if strings.Contains(q.Text(), "Rác") {
				want = "Phân loại"
			}
			for _, l := range q.Find("label").EachIter() {
				if (strings.TrimSpace(l.Text()) == want) == (i < rights) {
					pairs = append(pairs, "a"+strconv.Itoa(i), l.Find("input").AttrOr("value", ""))
					break
				}
			}
		}
		c.Submit("form[data-quiz]", pairs...)
	}
	answer(pao, 2, "do", "keep")
	pao.Expect(http.StatusOK, "form[data-quiz]", "Đã lưu câu trả lời")
	if n := pao.Doc().Find("fieldset input[checked]").Length(); n != 4 {
		t.Errorf("%d answers stand after they were saved", n)
	}
	answer(pao, 4, "do", "send", "guess", "hai người")
	pao.Expect(http.StatusUnprocessableEntity, "form[data-quiz] .error")
	answer(pao, 4, "do", "send", "guess", "1")
	pao.Expect(http.StatusOK, ".card.ok", "Đã nộp bài", "4/4")
	pao.Refuse("Đúng 4/4")
	if n := pao.Doc().Find("fieldset").Length(); n > 0 {
		t.Error("the questions stand after they were sent")
	}

	mai := stranger()
	mai.Get("/quiz/" + id)
	mai.Submit("main form", "phone", "0987654321", "name", "Lò Thị Mai", "station", "S00002", "agreed", "1")
	late := url.Values{"timed": {"1"}, "do": {"sure"}, "guess": {"5"}}
	for i, q := range mai.Doc().Find("fieldset").EachIter() {
		late.Set("a"+strconv.Itoa(i), q.Find("input[type=radio]").AttrOr("value", ""))
		late.Set("t"+strconv.Itoa(i), strconv.Itoa(1000*(i+1)))
	}
	now = now.Add(20 * time.Minute)
	r := httptest.NewRequest(http.MethodPost, "/quiz/"+id+"/try", strings.NewReader(late.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	if got := mai.Do(r); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"late": true`) && !strings.Contains(got.Body.String(),
		`"late":true`) {
		t.Errorf("late: %d %s", got.Code, got.Body)
	}
	mai.Get("/quiz/" + id + "/try")
	mai.Expect(http.StatusOK, ".card.ok", "Đã hết giờ", "ban tổ chức sẽ quyết định")

	now = now.Add(time.Hour)
	org.Get(home)
	org.Submit(`form[method="post"]`, "move", "fix")
	org.Expect(http.StatusConflict, ".notice.bad", "1 bài đến muộn")
	org.Get(home + "/tries?state=late")
	org.Expect(http.StatusOK, "tbody", "Lò Thị Mai", "Đến muộn")
	org.Get(org.Doc().Find("tbody a").AttrOr("href", ""))
	org.Submit("main form")
	org.Expect(http.StatusUnprocessableEntity, "main form .error")
	org.Submit("main form", "do", "drop", "why", "Mạng vẫn tốt")
	org.Expect(http.StatusOK, "main", "Đã ghi quyết định", "Mạng vẫn tốt")
	org.Get(home)
	org.Submit(`form[method="post"]`, "move", "fix")
	org.Expect(http.StatusOK, "main", "Đã chốt kết quả", "Giàng A Páo", "0912345678", "Hạt giống")
	pao.Get("/quiz/" + id)
	pao.Expect(http.StatusOK, "main", "Vào bài của Giàng A Páo")
	pao.Refuse("0912345678")
	pao.Get("/quiz/" + id + "/try")
	pao.Expect(http.StatusOK, ".card.ok", "Đúng 4/4")

	org.Get(home + "/papers?agency=Ban+t%E1%BB%95+ch%E1%BB%A9c&symbol=BTC&place=L%C3%A0o+Cai")
	org.Expect(http.StatusOK, ".paper", "Giàng A Páo", "2.000.000", "Hai triệu đồng")
	org.Submit(`form[method="post"]`)
	org.Expect(http.StatusOK, ".paper-top", "Số: 01/BB-BTC")
	for _, as := range []string{"pdf", "docx", "xlsx"} {
		if got := org.Get(home + "/papers?doc=minutes&as=" + as); got.Code != http.StatusOK || got.Body.Len() < 1000 {
			t.Errorf("%s: %d, %d bytes", as, got.Code, got.Body.Len())
		}
	}
	if file := org.Get(home + "/tries?format=csv").Body.String(); strings.Count(file, "\n") != 3 || !strings.Contains(file, "0912345678") {
		t.Errorf("the file: %s", file)
	}
	org.Get(home + "/questions")
	org.Expect(http.StatusOK, "tbody", "Rác được làm gì trước?", "Phân loại")
	org.Get(org.Doc().Find("tbody a").First().AttrOr("href", ""))
	org.Submit("main form")
	org.Expect(http.StatusUnprocessableEntity, "main form .error", "phương án nào đúng")
	org.Submit("main form", "right", "everybody", "why", "Câu này không rõ")
	org.Expect(http.StatusOK, "#changes + ul", "câu 1", "Ai gặp câu này", "Câu này không rõ")
	org.Get(home + "/papers?doc=minutes")
	org.Expect(http.StatusOK, ".paper", "sửa đáp án câu 1")

	org.Get(home)
	org.Submit(`form[method="post"]`, "move", "publish")
	org.Get(home + "/questions/2")
	org.Submit("main form", "right", "everybody", "why", "Câu này cũng thế")
	org.Expect(http.StatusOK, "main", "chờ người thứ hai", "Câu này cũng thế")
	if org.Doc().Find("button[value=agree]").Length() > 0 {
		t.Error("she is offered to agree to her own")
	}
	org.Submit(`form[action$="/proposal"]`, "do", "agree")
	org.Expect(http.StatusConflict, ".notice.bad", "người khác đồng ý")
	second.Get("/quiz/" + id)
	second.Refuse("Câu này cũng thế")
	chief.Get(home)
	chief.Submit(`form[action$="/proposal"]`, "do", "agree")
	chief.Expect(http.StatusOK, "#changes + ul", "câu 2", "Anh Chỉnh đồng ý")
	second.Get("/quiz/" + id)
	second.Expect(http.StatusOK, "#winners ~ p", "được tính lại")
	second.Refuse("Chị Hoa", "Câu này cũng thế")
	everybody := stranger()
	everybody.Get("/quiz/" + id)
	everybody.Expect(http.StatusOK, "#winners", "Giàng A P.", "…678", "Nhất", "Theo huyện")
	everybody.Refuse("Giàng A Páo", "0912345678", "Lò Thị")
	everybody.Get("/quiz")
	everybody.Expect(http.StatusOK, "main", "Tìm hiểu nông thôn mới", "Đã có kết quả")
}

// TestCodesAreMadeAndPrinted: for a commune, on slips, and one opens one try there.
func TestCodesAreMadeAndPrinted(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	_, org, _, stranger := hall(t, &now)
	for i := range 2 {
		org.Get("/questions/new")
		org.Submit("main form", "text", "Câu số "+strconv.Itoa(i)+"?", "answer1", "Có", "answer2", "Không", "right", "1")
	}
	org.Get("/quizzes/new")
	org.Submit("main form", "way", "code", "title", "Thi bằng mã", "opens", "2024-09-02T08:00", "closes", "2024-09-02T10:00", "draws", "2")
	home := org.Path
	org.Submit(`form[method="post"]`, "move", "announce")
	org.Submit(`form[action$="/codes"]`)
	org.Expect(http.StatusUnprocessableEntity, `form[action$="/codes"] .error`, "Số mã mỗi xã")
	org.Submit(`form[action$="/codes"]`, "station", "S00003", "each", "4")
	org.Expect(http.StatusOK, "main", "Đã tạo 4 mã")
	org.Get(home + "/papers?doc=codes")
	org.Expect(http.StatusOK, ".paper", "PHIẾU MÃ DỰ THI")
	code := strings.TrimSpace(org.Doc().Find(".paper tbody tr td:nth-child(2)").First().Text())
	for _, want := range []int{http.StatusOK, http.StatusConflict} {
		c := stranger()
		c.Get("/quiz/" + strings.TrimPrefix(home, "/quizzes/"))
		c.Submit("main form", "code", strings.ToLower(code), "name", "Vàng Thị Dở", "agreed", "1")
		if c.Last.Code != want {
			t.Errorf("code %q: %d, not %d", code, c.Last.Code, want)
		}
	}
}

// TestAVillageBehindOneAddress: a thousand people behind one address begin within a minute, and nobody is told to wait.
func TestAVillageBehindOneAddress(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	h, _, _, _ := hall(t, &now)
	for i := range 1000 {
		now = now.Add(60 * time.Millisecond)
		r := httptest.NewRequest(http.MethodPost, "/quiz/nothing", strings.NewReader(url.Values{"phone": {"09" + strconv.Itoa(i)}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusNotFound {
			t.Fatalf("person %d is answered %d", i, w.Code)
		}
	}
}

// TestGuessesAreSlowedDown: codes that open nothing and numbers that were used, by network; what is right is never counted, and a
// contest under guessing from everywhere leaves each network few.
func TestGuessesAreSlowedDown(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	h, org, _, _ := hall(t, &now)
	_, path := contestOf(org, 1)
	knock := func(network, phone string) int {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(url.Values{"phone": {phone}, "name": {"Lò Thị Mai"}, "station": {"S00001"},
			"agreed": {"1"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = network + ":1"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for i := range 150 {
		if got := knock("10.0.0.1", "0912"+strconv.Itoa(100_000+i)); got != http.StatusSeeOther {
			t.Fatalf("person %d of a village is answered %d", i, got)
		}
	}
	count := map[int]int{}
	for range 120 {
		count[knock("10.0.0.1", "0912100000")]++
	}
	if count[http.StatusConflict] != 100 || count[http.StatusTooManyRequests] != 20 {
		t.Errorf("%v", count)
	}
	if got := knock("10.0.0.1", "0977777777"); got != http.StatusTooManyRequests {
		t.Errorf("a right one tells itself from a wrong one while it is refused: %d", got)
	}
	g := quizpages.NewGuesses()
	for n := range 1000 { // the whole contest, from everywhere
		g.Wrong("network "+strconv.Itoa(n/50), "a contest", now)
	}
	for n := range 10 {
		if got := g.Spent("another", "a contest", now); got != (n >= 5) {
			t.Errorf("a contest under guessing, %d wrong before: %v", n, got)
		}
		g.Wrong("another", "a contest", now)
	}
	if g.Spent("a village", "a contest", now) || g.Spent("another", "another contest", now) {
		t.Error("who guessed nothing is refused")
	}
}

// FuzzAnswers: whatever a phone sends.
func FuzzAnswers(f *testing.F) {
	f.Add("timed=1&a0=1&t0=100&do=keep&guess=3")
	f.Add("tguess=-1&a0=99999999999999999999&t0=x&guess=-5")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		c, ok := quizpages.ReadAnswer(r)
		if ok && (c.GuessMS < 0 || len(c.Shown) != len(c.MS) || len(c.Shown) > quiz.MostDraws) {
			t.Errorf("%+v", c)
		}
	})
}
