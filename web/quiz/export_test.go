package quiz

import (
	"net/http"

	"loa/quiz"
	"loa/web/kit"
)

// ReadAnswer reads a request as the page does.
func ReadAnswer(r *http.Request) (quiz.Answer, bool) {
	f, err := (&kit.Request{Request: r}).ReadForm()
	if err != nil {
		return quiz.Answer{}, false
	}
	return readAnswer(f), true
}
