package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"loa/internal/text"
	"loa/web/webtest"
)

// press is a button that sends a form, with what is sent if nobody fills
// anything in.
type press struct {
	to, method, at, said string
	values               url.Values
	fields               int // that a person could have filled in
}

// pressesOf are the ways to send the forms of a page that change something,
// with nothing filled in: what is hidden goes along, what was kept is cleared.
func pressesOf(doc *goquery.Document, path string) (list []press) {
	doc.Find("form[method=post]").Each(func(_ int, form *goquery.Selection) {
		values, fields := url.Values{}, 0
		form.Find("input[name], textarea[name], select[name]").Each(func(_ int, f *goquery.Selection) {
			switch kind := f.AttrOr("type", ""); {
			case kind == "hidden":
				values.Add(f.AttrOr("name", ""), f.AttrOr("value", ""))
			case kind == "checkbox" || kind == "radio" || kind == "file":
				fields++
			default:
				fields++
				values.Add(f.AttrOr("name", ""), "")
			}
		})
		buttons := form.Find("button:not([type=button])")
		if id := form.AttrOr("id", ""); id != "" {
			buttons = buttons.AddSelection(doc.Find(`button[form="` + id + `"]`))
		}
		buttons.Each(func(_ int, b *goquery.Selection) {
			p := press{method: "post", at: b.AttrOr("data-at", ""), said: strings.Join(strings.Fields(b.Text()), " "), values: url.Values{}, fields: fields}
			for name, v := range values {
				p.values[name] = v
			}
			if name := b.AttrOr("name", ""); name != "" {
				p.values.Set(name, b.AttrOr("value", ""))
			}
			to := b.AttrOr("formaction", form.AttrOr("action", ""))
			if u, err := url.Parse(path); err == nil {
				if u, err = u.Parse(to); err == nil {
					u.Fragment = ""
					p.to = u.RequestURI()
				}
			}
			list = append(list, p)
		})
	})
	return list
}

// goesAway are presses after which the person who walks is no longer who she was.
func goesAway(to string) bool {
	return to == "/logout" || strings.HasPrefix(to, "/me/sessions") || to == "/me/passphrase" || to == "/login"
}

// TestEveryFormSentEmptyIsAnsweredInWords presses every button of every page
// as everybody with nothing filled in: it does what needs no words, or says
// at which field something is missing; it never breaks, and never says nothing.
func TestEveryFormSentEmptyIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	w := newProvince(t)
	pressed, optional := 0, text.Vietnamese.Say("kit.optional")
	for _, login := range []string{"xa-02794", "giamkhao1", "huyen-082", "bientap", "hoithi", "quantri"} {
		secret := w.secret(t, login)
		c := webtest.NewClient(t, w.handler, secret)
		done := map[string]bool{}
		walkAs(t, c, func(path string, doc *goquery.Document) {
			doc.Find("form[method=post] select").Each(func(_ int, s *goquery.Selection) { // a browser would choose the first
				name := s.AttrOr("name", "")
				if name == "ties" || name == "method" { // of rules: the first is what holds as long as nobody says otherwise
					return
				}
				if first := s.Find("option").First(); first.AttrOr("value", "") != "" && s.Find("option[selected]").Length() == 0 && name != "" {
					t.Errorf("%s finds “%s” chosen beforehand in %s on %s", login, first.Text(), name, path)
				}
			})
			for _, p := range pressesOf(doc, path) {
				if done[p.at+p.to] || goesAway(p.to) {
					continue
				}
				done[p.at+p.to] = true
				pressed++
				answer := c.Post(p.to, p.values)
				said := c.Doc().Find(".flash, .error, .notice, [role=alert], .wrong, [aria-invalid=true]").Length()
				if wrong := c.Doc().Find(".wrong > label small, .wrong > legend small"); answer.Code == 422 && strings.Contains(wrong.Text(), optional) {
					t.Errorf("%s presses “%s” (%s) on %s with nothing filled in: what is refused as missing is called %s: %s", login, p.said, p.at, path,
						optional, wrong.Parent().Text())
				}
				switch {
				case answer.Code >= 500:
					t.Errorf("%s presses “%s” (%s) on %s with nothing filled in: %d", login, p.said, p.at, path, answer.Code)
				case answer.Code >= 400 && c.Doc().Find("h1").Length() == 0:
					t.Errorf("%s presses “%s” (%s) on %s with nothing filled in: %d is no page", login, p.said, p.at, path, answer.Code)
				case answer.Code == 422 && p.fields > 0 && said == 0:
					t.Errorf("%s presses “%s” (%s) on %s with nothing filled in: nothing says what is missing", login, p.said, p.at, path)
				case answer.Code < 300 && p.fields > 0 && said == 0 && c.Path == p.to &&
					c.Doc().Find("#preview, .card.ok, .card.warn, .card.bad, article, .invite").Length() == 0:
					t.Errorf("%s presses “%s” (%s) on %s with nothing filled in: no answer", login, p.said, p.at, path)
				}
			}
		})
	}
	if pressed < 80 {
		t.Errorf("only %d buttons were pressed", pressed)
	}
	t.Logf("%d buttons", pressed)
}
