package stations

import (
	"strings"

	"loa/coverage"
	"loa/stations"
	"loa/web/kit"
)

// effect is what a merger, a split or undoing one does, in words.
type effect struct {
	Weeks       []coverage.WeekEffect
	MoreWeeks   int
	People      []string
	PeopleSaid  string // how many of them get a role, and how many only lose one
	Rules       int
	Contests    []string
	Hand        []string
	Questions   []question
	Fingerprint string
}

// question is one question with its choices.
type question struct {
	Field   string
	Label   string
	Options []kit.Option
}

// answerField begins the name of a field with an answer.
const answerField = "answer."

func effectOf(r *kit.Request, reg *stations.Registry, m coverage.Merger) effect {
	e := effect{Weeks: m.Weeks, MoreWeeks: m.MoreWeeks, Rules: len(m.Rules), Fingerprint: m.Fingerprint}
	opened := map[string]string{}
	for _, h := range m.Hand {
		opened[h.About] = h.Name
		e.Hand = append(e.Hand, r.Say("stations.hand."+string(h.What), "name", h.Name, "about", h.About))
	}
	e.People, e.PeopleSaid = peopleInWords(r, reg, m.People, opened), countPeople(r, "stations.merger_people", m.People)
	for _, c := range m.Contests {
		e.Contests = append(e.Contests, r.Say("stations.contest."+string(c.What), "title", c.Title, "n", c.N, "name", c.Name))
	}
	for _, q := range m.Questions {
		one := question{Field: answerField + q.Key, Label: q.Say(r.Lang)}
		for _, c := range q.Choices {
			one.Options = append(one.Options, kit.Option{Value: c.Value, Text: c.Say(r.Lang)})
		}
		e.Questions = append(e.Questions, one)
	}
	return e
}

// countPeople says how many people get a role somewhere, by the sentence under gets, and
// how many only lose one.
func countPeople(r *kit.Request, gets string, people []coverage.FollowedPerson) string {
	n := 0
	for _, p := range people {
		if len(p.Stations) > 0 {
			n++
		}
	}
	var said []string
	if n > 0 {
		said = append(said, r.Say(gets, "n", n))
	}
	if n < len(people) {
		said = append(said, r.Say("stations.people_leave", "n", len(people)-n))
	}
	return strings.Join(said, "; ")
}

// peopleInWords says what becomes of people; opened are stations that are not
// there yet.
func peopleInWords(r *kit.Request, reg *stations.Registry, people []coverage.FollowedPerson, opened map[string]string) (out []string) {
	for _, p := range people {
		out = append(out, p.Say(r.Lang, func(id string) string {
			if name := opened[id]; name != "" {
				return name
			}
			return reg.Label(id)
		}))
	}
	return out
}

// readTerms reads the answers and which plan was read.
func readTerms(f *kit.Form) stations.Terms {
	t := stations.Terms{Seen: f.Get("seen"), Answers: map[string]string{}}
	for name := range f.Values {
		if key, ok := strings.CutPrefix(name, answerField); ok {
			t.Answers[key] = f.Get(name)
		}
	}
	return t
}
