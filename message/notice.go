package message

import (
	"time"

	"loa/accounts"
	"loa/internal/text"
)

// NewBrowser tells a person that she logged in with a browser for the first time: whoever
// did it in her place is found by that.
func NewBrowser(p accounts.Person, s accounts.Session) []Draft {
	l := p.Language
	return []Draft{{Key: "account.browser " + s.ID, Topic: BrowserSeen, Person: p, Title: l.Say("message.new_browser", "browser", l.Browser(s.Browser)),
		Text: l.Say("message.new_browser_said", "at", s.Started, "address", s.Address), Path: "/me"}}
}

// Renewed tells a person that a link or code for her account was used, by which browser and when: she may not have asked for it.
func Renewed(m accounts.Meta, p accounts.Person, c accounts.Join) []Draft {
	l, title := p.Language, "message.renewed_by_link"
	if c.Opened == accounts.ByCode {
		title = "message.renewed_by_code"
	}
	return []Draft{{Key: "account.renewed " + m.NewID(), Topic: BrowserSeen, Person: p, Title: l.Say(title),
		Text: l.Say("message.renewed_said", "at", m.At, "browser", l.Browser(c.Browser), "address", c.Address), Path: "/me"}}
}

// Factors tells a person what became of her second factors, and who did it where it was not she.
func Factors(m accounts.Meta, p accounts.Person, was, now accounts.Factors) []Draft {
	l, what := p.Language, ""
	lost := (was.App != nil && now.App == nil) || len(now.Passkeys) < len(was.Passkeys)
	switch {
	case lost && !now.Any():
		what = "message.factors_none"
	case lost:
		what = "message.factors_less"
	default:
		what = "message.factors_more"
	}
	said := l.Say(what, "at", m.At)
	if m.By.Person != p.ID {
		said = l.Say(what+"_by", "at", m.At, "by", m.By.Name)
	}
	return []Draft{{Key: "account.factors " + m.NewID(), Topic: FactorsChanged, Person: p, Title: l.Say("message.factors"), Text: said, Path: "/me"}}
}

// Guessed tells a person that somebody who knew her passphrase typed wrong codes: she once a day.
func Guessed(p accounts.Person, browser, address string, at time.Time) []Draft {
	l := p.Language
	return []Draft{{Key: "account.guessed " + p.ID + " " + at.In(text.Zone).Format(time.DateOnly), Topic: BrowserSeen, Person: p,
		Title: l.Say("message.guessed"), Text: l.Say("message.guessed_said", "at", at, "browser", l.Browser(browser), "address", address), Path: "/me"}}
}
