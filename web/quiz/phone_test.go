package quiz_test

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/internal/text"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// TestAnswersSurviveALostLine: on a phone answers go by themselves; without a line they stay on it, also over a reload, and go when
// there is one; the contest is sent by its button.
func TestAnswersSurviveALostLine(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	h, org, _, _ := hall(t, &now)
	for i := range 3 {
		org.Get("/questions/new")
		org.Submit("main form", "text", "Câu số "+strconv.Itoa(i)+"?", "answer1", "Có", "answer2", "Không", "right", "1")
	}
	org.Get("/quizzes/new")
	org.Submit("main form", "way", "phone", "title", "Tìm hiểu nông thôn mới", "opens", "2024-09-02T08:00", "closes", "2024-09-02T10:00", "draws", "3")
	home := org.Path
	org.Submit(`form[method="post"]`, "move", "announce")
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	path := "/quiz/" + strings.TrimPrefix(home, "/quizzes/")
	tab := webtest.NewBrowser(t).Person()
	tab.Size(360)
	tab.Open(srv.URL + path)
	tab.Shot("quiz-page", 360)
	tab.Type("#f-phone", "0912345678")
	tab.Type("#f-name", "Giàng A Páo")
	tab.Set("#f-station", "S00001")
	tab.Click("#f-agreed")
	tab.Follow("main form button")
	tab.Until("the clock runs", `/Còn \d+:\d\d/.test(document.querySelector("[data-clock]")?.textContent)`)
	tab.Shot("quiz-sit", 360)
	tab.Fingers("quiz-sit")
	tab.Click("input[name=a0]")
	tab.Until("the server has it", `document.querySelector("[data-said]").textContent.includes("Máy chủ đã nhận")`)
	tab.Offline("*/try")
	tab.Click("input[name=a1]")
	tab.Until("it is kept on the phone", `document.querySelector("[data-said]").textContent.includes("giữ trên máy")`)
	tab.Offline()
	tab.Open(srv.URL + path + "/try")
	tab.Until("what was pressed without a line is back, and arrives", `document.querySelectorAll("input[type=radio]:checked").length === 2 &&
		document.querySelector("[data-said]").textContent.includes("Máy chủ đã nhận")`)
	tab.Type("#f-guess", "12")
	tab.Click("button[value=send]")
	tab.Until("it is asked about what is blank", `!document.querySelector("[data-blank]").hidden`)
	tab.Follow("button[value=sure]")
	tab.Wait(".card.ok")
	tab.Says("main", "Đã nộp bài", "2/3")
	tab.Shot("quiz-sent", 1280)
	org.Get(home + "/tries")
	org.Expect(200, "tbody", "Giàng A Páo", "Đã nộp")
}

// TestAPhoneKeepsWhatNobodyTook: two windows of one try do not undo each other, answers outlive a closed window, and the phone forgets
// them only once the server has them, though the results were fixed.
func TestAPhoneKeepsWhatNobodyTook(t *testing.T) {
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	h, org, _, _ := hall(t, &now)
	home, path := contestOf(org, 4)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	tab := webtest.NewBrowser(t).Person()
	tab.Size(360)
	tab.Open(srv.URL + path)
	tab.Type("#f-phone", "0987654321")
	tab.Type("#f-name", "Lò Thị Mai")
	tab.Set("#f-station", "S00001")
	tab.Click("#f-agreed")
	tab.Follow("main form button")
	other := tab.Beside()
	other.Open(srv.URL + path + "/try")
	const stands = `document.querySelector("[data-said]").textContent.includes("Máy chủ đã nhận")`
	tab.Click("input[name=a0]")
	tab.Until("the server has the first", stands)
	other.Click("input[name=a1]")
	other.Until("the server has the second", stands)
	other.Until("what the other window pressed shows", `document.querySelectorAll("input[type=radio]:checked").length === 2`)
	other.Open(srv.URL + path + "/try")
	other.Until("both stand on the server", `document.querySelectorAll("input[type=radio][checked]").length === 2`)
	tab.Click("button[value=send]")
	tab.Until("it is asked about blanks", `!document.querySelector("[data-blank]").hidden`)
	tab.Says("[data-blank]", "3, 4")
	tab.Shot("quiz-blank", 360)
	tab.Offline("*/try")
	tab.Click("input[name=a2]")
	tab.Until("it is kept on the phone", `document.querySelector("[data-said]").textContent.includes("giữ trên máy")`)
	tab.Open("about:blank")
	now = now.Add(2*time.Hour + time.Minute)
	org.Get(home)
	org.Submit(`form[method="post"]`, "move", "fix", "sure", "1")
	tab.Offline()
	tab.Open(srv.URL + path + "/try")
	tab.Until("it is said to be late", `document.querySelector("main").textContent.includes("Ban tổ chức thấy phần này")`)
	tab.Until("the phone has let go of it", `!Object.keys(localStorage).some((k) => k.startsWith("loa-quiz:"))`)
	org.Get(home + "/tries?state=late")
	org.Expect(200, "tbody", "Lò Thị Mai")
}
