package quiz

import (
	"net/http"
	"time"

	"loa/internal/fault"
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

// NewGuesses is the pages' guard against guessing.
var NewGuesses = newGuesses

// Spent reports whether the network may not try now.
func (g guesses) Spent(network, contest string, at time.Time) bool {
	return g.spent(network, contest, at) != nil
}

// Wrong counts a wrong one.
func (g guesses) Wrong(network, contest string, at time.Time) {
	g.count(network, contest, at, fault.New(fault.Invalid, "quiz.code_wrong"))
}
