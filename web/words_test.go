package web_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"loa/internal/text"
	"loa/web/webtest"
)

// begins are the elements whose text a reader sees as something of its own: a
// sentence, or the word over a field, a column or a button.
const begins = "h1, h2, h3, legend, label, summary, button, a.button, th, td, dt, dd, p, li, option, caption, title, figcaption, .badge, .tabs a, nav a"

// small are beginnings that are written small wherever they stand: units, and
// what people did not write.
var small = regexp.MustCompile(`^(km|kg|phút|giây|min|kHz|dB|px)\b|^[\w.-]+\.(mp3|wav|jpg|png|pdf|docx|xlsx|csv)\b`)

// lineOf is the text an element begins with: its own and that of what stands in
// the same line, "" if it begins with another element that is looked at itself.
func lineOf(s *goquery.Selection) string {
	var line strings.Builder
	var read func(*goquery.Selection) bool
	read = func(s *goquery.Selection) (go_on bool) {
		go_on = true
		s.Contents().EachWithBreak(func(_ int, c *goquery.Selection) bool {
			switch name := goquery.NodeName(c); {
			case name == "#text":
				line.WriteString(c.Text())
			case name == "svg" || c.Is(".away, script, template, input"):
			case c.Is(begins) || c.Is("ul, ol, dl, table, div, section, article, select, textarea, code, .mono, br"):
				go_on = false
			default:
				go_on = read(c)
			}
			return go_on
		})
		return go_on
	}
	read(s)
	return strings.Join(strings.Fields(line.String()), " ")
}

// smallBeginnings are the lines of a page that begin with a small letter.
func smallBeginnings(doc *goquery.Document) (lines []string) {
	doc.Find(begins).Each(func(_ int, s *goquery.Selection) {
		if s.Closest("[data-own], .paper, template, pre").Length() > 0 { // typed by people, or laid out by rules of its own
			return
		}
		line := lineOf(s)
		first, _ := utf8.DecodeRuneInString(strings.TrimLeft(line, "“\"(·– "))
		if unicode.IsLower(first) && !small.MatchString(line) {
			lines = append(lines, goquery.NodeName(s)+" "+line)
		}
	})
	return lines
}

// jargon is what only who runs the server need know; their pages may say it.
var jargon = regexp.MustCompile(`(?i)\b(cron|hash|API|tokens?|UTC|tus|JSON|UUID|SHA-?256|HTTP|URL|server|endpoint|cache|session|cookie|bbolt|ISO 8601|RFC)\b`)

// vietnameseDay is a day as Vietnamese pages write it.
var vietnameseDay = regexp.MustCompile(`\b\d{1,2}/\d{1,2}/\d{4}\b`)

// vietnameseWords are the sentences of the catalogue, in small letters, that are
// other ones in English.
func vietnameseWords(t *testing.T) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	files, err := filepath.Glob("../internal/text/vi/*.json")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files of sentences, %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var said map[string]string
		if err := json.Unmarshal(b, &said); err != nil {
			t.Fatal(err)
		}
		for key, line := range said {
			if line != text.English.Say(key) && !strings.ContainsRune(line, '{') {
				words[strings.ToLower(line)] = true
			}
		}
	}
	return words
}

// TestPagesAreWrittenInWordsOfTheirReaders walks all pages in both languages:
// lines begin with a capital, nobody but the administrator is told words of
// the trade, and nothing on an English page is left in Vietnamese, days included.
func TestPagesAreWrittenInWordsOfTheirReaders(t *testing.T) {
	t.Parallel()
	w := newProvince(t)
	vietnamese := vietnameseWords(t)
	faults := map[string]string{} // what is wrong, where it was first seen
	for _, login := range []string{"quantri", "bientap", "huyen-082", "xa-02794", "hoithi", "giamkhao1", ""} {
		secret := ""
		if login != "" {
			secret = w.secret(t, login)
		}
		for _, lang := range []string{"vi", "en"} {
			c := webtest.NewClient(t, w.handler, secret)
			c.Get("/language/" + lang)
			note := func(path, fault string) {
				if _, ok := faults[lang+": "+fault]; !ok {
					faults[lang+": "+fault] = login + " " + path
				}
			}
			pages := walkAs(t, c, func(path string, doc *goquery.Document) {
				guide := doc.Find("article.guide") // prose, in one language
				if technical := []string{"quan-tri", "so-dang-ky-dai", "thu-vien-am-thanh", "ban-to-chuc"}; !slices.Contains(technical, filepath.Base(path)) {
					if word := jargon.FindString(guide.Text()); word != "" {
						note(path, "says "+word)
					}
				}
				guide.Remove()
				for _, line := range smallBeginnings(doc) {
					if _, name, _ := strings.Cut(line, " "); w.people[name].ID == "" { // what somebody logs in with
						note(path, "begins small: "+line)
					}
				}
				doc.Find("main script, main .mono, main code, main pre, main textarea, main input").Remove()
				if word := jargon.FindString(doc.Find("main").Text()); word != "" && login != "quantri" {
					note(path, "says "+word)
				}
				if lang == "en" {
					main := doc.Find("main").Clone()
					main.Find(".paper, [data-own], [lang=vi]").Remove()
					if day := vietnameseDay.FindString(main.Text()); day != "" {
						note(path, "writes a day as "+day)
					}
					doc.Find("main *, nav *, footer *").Each(func(_ int, s *goquery.Selection) {
						if said := strings.TrimSpace(s.Text()); said != "Tiếng Việt" && s.Children().Length() == 0 && vietnamese[strings.ToLower(said)] &&
							s.Closest("[lang=vi]:not(html)").Length() == 0 {
							note(path, "is Vietnamese: "+said)
						}
					})
				}
			})
			if pages < 2 {
				t.Errorf("%s saw %d pages", login, pages)
			}
		}
	}
	for fault, where := range faults {
		t.Errorf("%s (%s)", fault, where)
	}
}
