package quiz_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/internal/text"
)

var choice = regexp.MustCompile(`name="(a\d+)" value="1"`)

// TestAProvincesEvening: people begin, look at the questions, answer in six requests and send, 200 at once and as fast as
// the server takes it, from four addresses; all of them are counted. Its long form has 5,000 people, as in ten minutes of an evening.
func TestAProvincesEvening(t *testing.T) {
	people := 60
	if os.Getenv("LOA_LONG") != "" {
		people = 5000
	}
	now := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	h, org, _, _ := hall(t, &now)
	var rows strings.Builder
	rows.WriteString("Câu hỏi,A,B,C,D,Đáp án đúng\n")
	for i := range 60 {
		rows.WriteString("Câu hỏi số " + strconv.Itoa(i) + "?,một,hai,ba,bốn,B\n")
	}
	upload(org, []byte(rows.String()), "cau-hoi.csv")
	org.Submit(".card.ok form", "do", "apply")
	org.Get("/quizzes/new")
	org.Submit("main form", "way", "phone", "title", "Đêm thi", "opens", "2024-09-02T08:00", "closes", "2024-09-02T10:00", "draws", "20")
	home := org.Path
	org.Submit(`form[method="post"]`, "move", "announce")
	id := strings.TrimPrefix(home, "/quizzes/")

	var mu sync.Mutex
	took := map[string][]time.Duration{}
	ask := func(what, method, path string, form url.Values, cookies []*http.Cookie, village, want int) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.RemoteAddr = "10.0.0." + strconv.Itoa(village) + ":1"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if what == "answer" {
			r.Header.Set("Accept", "application/json")
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w, began := httptest.NewRecorder(), time.Now()
		h.ServeHTTP(w, r)
		mu.Lock()
		took[what] = append(took[what], time.Since(began))
		mu.Unlock()
		if w.Code != want {
			t.Errorf("%s: %d, not %d", what, w.Code, want)
		}
		return w
	}
	began := time.Now()
	var crowd sync.WaitGroup
	turns := make(chan struct{}, 200)
	for i := range people {
		turns <- struct{}{}
		crowd.Go(func() {
			defer func() { <-turns }()
			cookies := ask("begin", http.MethodPost, "/quiz/"+id, url.Values{"phone": {"09" + strconv.Itoa(10_000_000+i)}, "name": {"Người thi"},
				"station": {"S0000" + strconv.Itoa(1+i%9)}, "agreed": {"1"}}, nil, i%4, http.StatusSeeOther).Result().Cookies()
			page := ask("look", http.MethodGet, "/quiz/"+id+"/try", nil, cookies, i%4, http.StatusOK).Body.String()
			form := url.Values{}
			for n, m := range choice.FindAllStringSubmatch(page, -1) {
				form.Set(strings.Replace(m[1], "a", "t", 1), strconv.Itoa(1000*(n+1)))
			}
			for n := range 6 {
				for q := range 20 {
					if q < 4*(n+1) {
						form.Set("a"+strconv.Itoa(q), "1")
					}
				}
				form.Set("timed", "1")
				form.Set("do", map[bool]string{true: "send", false: "keep"}[n == 5])
				ask("answer", http.MethodPost, "/quiz/"+id+"/try", form, cookies, i%4, http.StatusOK)
			}
		})
	}
	crowd.Wait()
	whole := time.Since(began)
	for what, list := range took {
		slices.Sort(list)
		t.Logf("%s: %d, median %v, p99 %v, longest %v", what, len(list), list[len(list)/2], list[len(list)*99/100], list[len(list)-1])
	}
	t.Logf("%d people in %v", people, whole)
	org.Get(home)
	org.Expect(http.StatusOK, "main", text.Vietnamese.Number(int64(people)))
}
