package airing

import (
	"slices"
	"sync"
	"time"

	"loa/accounts"
)

// Handout gives each of several monitors another piece of evidence to look at. It keeps nothing:
// after a restart it hands out anew, and two verdicts of one report meet in the log. It is safe for concurrent use.
type Handout struct {
	mu     sync.Mutex
	held   map[string]Held                 // by report
	passed map[string]map[string]time.Time // by person and report: until when it is not handed to her again
	last   map[string]string               // by person: the report she looked at last
}

// Held is a report that somebody is looking at.
type Held struct {
	Report       string
	Person, Name string
	Until        time.Time
}

const (
	heldFor   = 5 * time.Minute // since she opened it last
	passedFor = time.Hour
)

// NewHandout has handed out nothing.
func NewHandout() *Handout {
	return &Handout{held: map[string]Held{}, passed: map[string]map[string]time.Time{}, last: map[string]string{}}
}

// Next hands her a report of those that wait: the one she has, or the first that nobody has and she
// did not pass. Where she has passed all, they come again.
func (h *Handout) Next(by accounts.Actor, waiting []Exhibit, now time.Time) (e Exhibit, found bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(now)
	var free []Exhibit
	for _, w := range waiting {
		switch held, taken := h.held[w.Report]; {
		case taken && held.Person == by.Person:
			e, found = w, true
		case !taken:
			free = append(free, w)
		}
	}
	if !found && len(free) > 0 {
		i := slices.IndexFunc(free, func(w Exhibit) bool { return h.passed[by.Person][w.Report].IsZero() })
		if i < 0 {
			delete(h.passed, by.Person)
			i = 0
		}
		e, found = free[i], true
	}
	if found {
		h.hold(by, e.Report, now)
	}
	return e, found
}

// Others are the names of the other people who have one of those that wait.
func (h *Handout) Others(by accounts.Actor, waiting []Exhibit, now time.Time) (names []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(now)
	for _, w := range waiting {
		if held, taken := h.held[w.Report]; taken && held.Person != by.Person && !slices.Contains(names, held.Name) {
			names = append(names, held.Name)
		}
	}
	return names
}

// Take hands her a certain report, unless another person has it, who is returned.
func (h *Handout) Take(by accounts.Actor, report string, now time.Time) (other Held, taken bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(now)
	if held, ok := h.held[report]; ok && held.Person != by.Person {
		return held, true
	}
	h.hold(by, report, now)
	return Held{}, false
}

// Pass takes a report back that she does not want to look at now.
func (h *Handout) Pass(by accounts.Actor, report string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held[report].Person == by.Person {
		delete(h.held, report)
	}
	if h.passed[by.Person] == nil {
		h.passed[by.Person] = map[string]time.Time{}
	}
	h.passed[by.Person][report] = now.Add(passedFor)
}

// Done takes back a report that she has looked at.
func (h *Handout) Done(by accounts.Actor, report string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last[by.Person] = report
	if h.held[report].Person == by.Person {
		delete(h.held, report)
	}
}

// Last is the report that she looked at last, "" for none.
func (h *Handout) Last(by accounts.Actor) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last[by.Person]
}

// hold notes that she has a report. She may have others, in other tabs.
func (h *Handout) hold(by accounts.Actor, report string, now time.Time) {
	h.held[report] = Held{Report: report, Person: by.Person, Name: by.Name, Until: now.Add(heldFor)}
}

// forget drops what has run out.
func (h *Handout) forget(now time.Time) {
	for report, held := range h.held {
		if !now.Before(held.Until) {
			delete(h.held, report)
		}
	}
	for person, reports := range h.passed {
		for report, until := range reports {
			if !now.Before(until) {
				delete(reports, report)
			}
		}
		if len(reports) == 0 {
			delete(h.passed, person)
		}
	}
}
