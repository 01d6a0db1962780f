package quiz_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/internal/text"
	"loa/web/webtest"
)

// contestOf announces a contest of so many questions, open from 8 to 10 on that morning; "Có" is right.
func contestOf(org *webtest.Client, questions int, pairs ...string) (home, path string) {
	for i := range questions {
		org.Get("/questions/new")
		org.Submit("main form", "text", "Câu số "+strconv.Itoa(i)+"?", "answer1", "Có", "answer2", "Không", "right", "1")
	}
	org.Get("/quizzes/new")
	org.Submit("main form", append([]string{"way", "phone", "title", "Tìm hiểu nông thôn mới", "opens", "2024-09-02T08:00", "closes", "2024-09-02T10:00",
		"draws", strconv.Itoa(questions)}, pairs...)...)
	home = org.Path
	org.Submit(`form[method="post"]`, "move", "announce")
	return home, "/quiz/" + strings.TrimPrefix(home, "/quizzes/")
}

// enter begins a try by a number.
func enter(c *webtest.Client, path, phone, name string) {
	c.Get(path)
	c.Submit(`form[action="`+path+`"]`, "phone", phone, "name", name, "station", "S00001", "agreed", "1")
}

// says posts what a script holds, and answers what it is told.
func says(c *webtest.Client, path string, pairs ...string) *httptest.ResponseRecorder {
	form := url.Values{"timed": {"1"}, "do": {"keep"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path+"/try", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	return c.Do(r)
}

// TestWhatComesAfterTheResultIsKept: who fixes the results is told that phones may hold answers; what comes later is kept, said to
// her and to the organiser, and counts once a step was taken back.
func TestWhatComesAfterTheResultIsKept(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	_, org, _, stranger := hall(t, &now)
	home, path := contestOf(org, 2)
	mai := stranger()
	enter(mai, path, "0987654321", "Lò Thị Mai")
	now = now.Add(2*time.Hour + time.Minute)
	org.Get(home)
	org.Submit(`form[method="post"]`, "move", "fix")
	org.Expect(http.StatusConflict, ".notice.bad", "1 lượt chưa nộp", "4/9/2024")
	org.Submit(`form[method="post"]`, "move", "fix", "sure", "1")
	org.Expect(http.StatusOK, "main", "Đã chốt kết quả")
	if got := says(mai, path, "t0", "1000", "a0", "1", "t1", "2000", "a1", "1"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"late"`) {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	mai.Get(path + "/try")
	mai.Expect(http.StatusOK, "main", "kết quả đã chốt", "Ban tổ chức thấy phần này")
	org.Get(home)
	org.Expect(http.StatusOK, "main", "1 bài đến sau khi chốt")
	org.Get(home + "/tries?state=late")
	try := org.Doc().Find("tbody a").AttrOr("href", "")
	org.Get(try)
	org.Expect(http.StatusOK, "main", "hãy lùi một bước")
	org.Get(home)
	org.Submit(`details form`, "move", "take_back", "why", "Mai mất sóng")
	for _, do := range []string{"drop", "count"} { // the second takes the first back
		org.Get(try)
		org.Submit("main form", "do", do, "why", "Xem "+do)
		org.Expect(http.StatusOK, "main", "Đã ghi quyết định")
	}
	org.Expect(http.StatusOK, "main", "Không tính phần đến muộn", "Xem drop", "Tính phần đến muộn", "Xem count")
	mai.Get(path + "/try")
	mai.Expect(http.StatusOK, "main", "Ban tổ chức đã tính phần đến sau")

	org.Get(home + "/edit")
	org.Expect(http.StatusOK, "main", "Cuộc thi đã đóng: chỉ còn sửa được tên")
	org.Submit("main form", "title", "Tên khác")
	org.Expect(http.StatusUnprocessableEntity, "main form .error", "Hãy ghi lý do")
	org.Submit("main form", "title", "Tên khác", "why", "In nhầm tên")
	org.Expect(http.StatusOK, "h1", "Tên khác")
	org.Submit(`form[method="post"]`, "move", "fix")
	org.Expect(http.StatusOK, "main", "Đã chốt kết quả")
	if n := org.Doc().Find(`a[href$="/edit"]`).Length(); n > 0 {
		t.Error("a contest whose results are fixed offers to be edited")
	}
	if got := org.Get(home + "/papers"); !strings.Contains(got.Body.String(), "Xem drop") {
		t.Error("the minutes do not tell why")
	}
	org.Expect(http.StatusOK, ".paper", "Quyết định về từng lượt thi", "Không tính phần đến muộn", "Xem count", "In nhầm tên", "Mai mất sóng")
	mai.Get(path)
	mai.Expect(http.StatusOK, "main", "Ban tổ chức sửa lúc", "In nhầm tên")
}

// TestTwoPeopleOnOnePhone: each has a slip of her own, while the contest runs and after it.
func TestTwoPeopleOnOnePhone(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	_, org, _, stranger := hall(t, &now)
	_, path := contestOf(org, 2)
	phone := stranger()
	enter(phone, path, "0987654321", "Lò Thị Mai")
	mai := phone.Doc().Find("form[data-quiz]").AttrOr("data-quiz", "")
	enter(phone, path, "0912345678", "Giàng A Páo")
	phone.Expect(http.StatusOK, "main", "Giàng A Páo", "Câu 1/2.")
	if got := says(phone, path, "try", mai, "t0", "1000", "a0", "1", "t1", "0"); !strings.Contains(got.Body.String(), `"a0"`) &&
		!strings.Contains(got.Body.String(), `"0"`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	phone.Get(path + "/try?of=" + mai)
	phone.Expect(http.StatusOK, "main", "Lò Thị Mai")
	if n := phone.Doc().Find("fieldset input[checked]").Length(); n != 1 {
		t.Errorf("%d answers of hers", n)
	}
	now = now.Add(3 * time.Hour)
	phone.Get(path)
	phone.Expect(http.StatusOK, "main", "Vào bài của Lò Thị Mai", "Vào bài của Giàng A Páo")
}

// TestBlanksAreAskedAbout without a script: a page asks, what was chosen is kept, and the second press sends.
func TestBlanksAreAskedAbout(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	_, org, _, stranger := hall(t, &now)
	_, path := contestOf(org, 3)
	mai := stranger()
	enter(mai, path, "0987654321", "Lò Thị Mai")
	mai.Submit("form[data-quiz]", "a1", "1", "do", "send")
	mai.Expect(http.StatusOK, "[data-blank]", "Chưa trả lời câu: 1, 3", "Vẫn nộp bài")
	if n := mai.Doc().Find("fieldset input[checked]").Length(); n != 1 {
		t.Errorf("%d answers stand while she is asked", n)
	}
	mai.Submit("form[data-quiz]", "do", "sure")
	mai.Expect(http.StatusOK, ".card.ok", "Đã nộp bài", "1/3")
}
