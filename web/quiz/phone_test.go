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
	h, org, _ := hall(t, &now)
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
	tab.Follow("button[value=send]")
	tab.Wait(".card.ok")
	tab.Says("main", "Đã nộp bài", "2/3")
	tab.Shot("quiz-sent", 1280)
	org.Get(home + "/tries")
	org.Expect(200, "tbody", "Giàng A Páo", "Đã nộp")
}
