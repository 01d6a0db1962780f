package quiz

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Edit is a change to a contest that people were taking part in, or had: the minutes and its public page tell of it.
type Edit struct {
	By    string    `json:"by,omitempty"` // "" for those who do not run the contest
	At    time.Time `json:"at"`
	Why   string    `json:"why"`
	Parts []Edited  `json:"parts"`
}

// Edited is what was changed, and what stood there; of the terms, that they were.
type Edited struct {
	What string `json:"what" schema:"maxLength=10"` // "title", "host", "terms", "closes"
	Was  string `json:"was,omitempty"`
	Now  string `json:"now,omitempty"`
}

// Words says what was changed.
func (e Edit) Words(l text.Language) string {
	var list []string
	for _, p := range e.Parts {
		said := func(s string) string {
			if at, err := time.Parse(time.RFC3339, s); err == nil && p.What == "closes" {
				return l.DateTime(at.In(text.Zone))
			}
			return "“" + s + "”"
		}
		key := "quiz.edited." + p.What
		if p.What == "terms" {
			list = append(list, l.Say(key))
		} else {
			list = append(list, l.Say(key, "was", said(p.Was), "now", said(p.Now)))
		}
	}
	return strings.Join(list, "; ")
}

// because is a reason, tidied. Faults: quiz.why_missing, kit.text_too_long.
func because(why string) (string, error) {
	why = text.Line(why)
	switch n := utf8.RuneCountInString(why); {
	case n == 0:
		return "", fault.New(fault.Invalid, "quiz.why_missing").At("why")
	case n > 500:
		return "", fault.New(fault.Invalid, "kit.text_too_long", "length", n, "most", 500).At("why")
	}
	return why, nil
}

// edited is the contest with what was changed after it was announced. While people take part the end may move later and the words may change,
// with a reason; behind the end the words alone; once who won is decided nothing. Faults: quiz.fixed_already, quiz.locked, quiz.closed_end,
// quiz.closes_earlier, quiz.why_missing, kit.text_too_long.
func (c Contest) edited(m accounts.Meta, was Contest, why string) (Contest, error) {
	same := c
	same.Title, same.Host, same.Terms, same.Closes = was.Title, was.Host, was.Terms, was.Closes
	moves := !c.Closes.Equal(was.Closes)
	switch {
	case was.HasResult():
		return was, fault.New(fault.Conflict, "quiz.fixed_already")
	case accounts.EditionOf(accounts.Touch{}, same.Rules).Tag != accounts.EditionOf(accounts.Touch{}, was.Rules).Tag:
		return was, fault.New(fault.Conflict, "quiz.locked")
	case moves && !m.At.Before(was.Closes):
		return was, fault.New(fault.Conflict, "quiz.closed_end", "at", was.Closes).At("closes")
	case c.Closes.Before(was.Closes):
		return was, fault.New(fault.Conflict, "quiz.closes_earlier", "at", was.Closes).At("closes")
	}
	e := Edit{By: m.By.Name, At: m.At.UTC()}
	for _, x := range [][3]string{{"title", was.Title, c.Title}, {"host", was.Host, c.Host},
		{"closes", was.Closes.Format(time.RFC3339), c.Closes.Format(time.RFC3339)}} {
		if x[1] != x[2] {
			e.Parts = append(e.Parts, Edited{x[0], x[1], x[2]})
		}
	}
	if was.Terms != c.Terms {
		e.Parts = append(e.Parts, Edited{What: "terms"})
	}
	if len(e.Parts) == 0 || m.At.Before(was.Opens) {
		return c, nil
	}
	var err error
	if e.Why, err = because(why); err != nil {
		return was, err
	}
	c.Edits = append(slices.Clone(was.Edits), e)
	return c, nil
}
