package web_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/airing"
	"loa/message"
	"loa/web/webtest"
)

// noCount are digits on a first page that are no number of rows: days, weeks, hours,
// shares, sizes, the names of works and how far a card looks; and the airings a
// programme lacks an episode for, which are mended by one form.
var noCount = regexp.MustCompile(`\d+/\d+(/\d+)?|\d+:\d+|[Tt]uần \d+( năm \d+)?|[\d,]+ [GM]B|[A-Z]{2}-\d+|\(\d+\)|Trong \d+ ngày tới|[\d.]+ buổi phát chưa có số, ở [\d.]+ đài`)

var digits = regexp.MustCompile(`\d[\d.]*`)

// TestEveryNumberOfAHomeLeadsToItsRows reads the first page of everybody: a number on it
// is how many rows stand where it leads to, or in the card itself.
func TestEveryNumberOfAHomeLeadsToItsRows(t *testing.T) {
	t.Parallel()
	w := newProvince(t)
	numbers := 0
	for _, login := range []string{"quantri", "bientap", "giamsat", "huyen-082", "xa-02794", "hoithi", "giamkhao1"} {
		c := webtest.NewClient(t, w.handler, w.secret(t, login))
		c.Get("/")
		c.Doc().Find("main .step").Each(func(_ int, card *goquery.Selection) {
			inCard := card.Find("li a[href], li:not(:has(a, details))").Length()
			button := card.ChildrenFiltered("a.button")
			card.Find("h2, p, li:not(:has(details))").Each(func(_ int, line *goquery.Selection) {
				said, to := line.Text(), button
				if line.Is("li") {
					to = line.Find("a")
				}
				path, rows := to.AttrOr("href", ""), to.AttrOr("data-rows", "")
				for _, number := range digits.FindAllString(noCount.ReplaceAllString(said, ""), -1) {
					n, err := strconv.Atoi(strings.ReplaceAll(strings.TrimRight(number, "."), ".", ""))
					if err != nil {
						t.Fatal(err)
					}
					numbers++
					_, named, _ := strings.Cut(said, ": ")
					switch {
					case rows != "" && number == rows:
						if got := rowsAt(t, c, path); got != n {
							t.Errorf("%s: %q leads to %d rows of %s", login, said, got, path)
						}
					case !line.Is("li") && n == inCard, n == 1+strings.Count(named, ", "):
					default:
						t.Errorf("%s: the %d of %q leads to no list (%s)", login, n, said, path)
					}
				}
			})
		})
	}
	if numbers < 20 {
		t.Errorf("only %d numbers", numbers)
	}
}

// rowsAt counts the rows of the list at a path, over all its pages; of the queue of
// evidence, which shows one at a time, what it says is left.
func rowsAt(t *testing.T, c *webtest.Client, path string) (n int) {
	t.Helper()
	path, name, _ := strings.Cut(path, "#")
	for path != "" {
		c.Get(path)
		c.Expect(200, "main")
		list := c.Doc().Find("main")
		if path == "/evidence" {
			n, err := strconv.Atoi(strings.ReplaceAll(digits.FindString(list.Find("header .soft").First().Text()), ".", ""))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if name != "" {
			list = list.Find("section[aria-labelledby='" + name + "']")
		}
		rows := list.Find("tbody tr")
		if rows.Length() == 0 {
			rows = list.Find("article.card")
		}
		n += rows.Length()
		path, _, _ = strings.Cut(list.Find("a[rel=next]").AttrOr("href", ""), "#")
	}
	return n
}

// TestWhatAnEventLeadsToOpens opens the page of every event that programs are told of, as who made it may.
func TestWhatAnEventLeadsToOpens(t *testing.T) {
	t.Parallel()
	w := newProvince(t)
	lines, _, err := w.store.Airings(t.Context(), accounts.Daemon(), airing.Query{From: w.clock.at.AddDate(0, 0, -7), Until: w.clock.at, Limit: 1})
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	c := webtest.NewClient(t, w.handler, w.secret(t, "quantri"))
	for _, topic := range message.Events {
		kind, _, _ := strings.Cut(string(topic), ".")
		about := map[string]string{"airing": lines[0].ID, "coverage": "2025-W19", "stations": "S00001", "contest": "lan-sau", "texts": "1"}[kind]
		switch topic {
		case message.ProgrammeSaved, message.ProgrammeRetired:
			about = "P1"
		case message.EpisodeSaved, message.EpisodeMoved:
			about = "E1"
		case message.RuleSaved, message.ExceptionSaved:
			about = "R1"
		}
		path := message.Event{About: about}.Path(topic)
		if a := c.Get(path); a.Code != 200 {
			t.Errorf("%s leads to %s: %d", topic, path, a.Code)
		}
	}
}
