package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
	"loa/web/webtest"
)

// unasked are the buttons of a contest's pages that are pressed without a question,
// by file and what they send, with the reason: they take nothing from anybody, or
// what they do is decided anew by pressing again.
var unasked = map[string]string{
	"contests/certificate.html ":        "a template, edited again",
	"contests/certificate.html preview": "a look",
	"contests/certificate.html usual":   "a template, edited again",
	"contests/comments.html release":    "gives, and each word is decided anew below",
	"contests/comments.html edited":     "both versions are kept, and it is decided anew below",
	"contests/comments.html as_is":      "gives",
	"contests/complaints.html give":     "gives what was lost",
	"contests/complaints.html file":     "adds",
	"contests/entry.html confirm":       "gives",
	"contests/entry.html own":           "gives",
	"contests/entry.html keep_double":   "gives; the work can still be ruled out",
	"contests/entry.html redact":        "edited again until a judge reads it; emptied, it asks",
	"contests/_instead.html order":      "takes the place of an earlier one, both stay in the log",
	"contests/jury.html panels":         "edited again until the round begins, and only grows then",
	"contests/jury.html appoint":        "edited again",
	"contests/new.html ":                "adds",
	"contests/points.html keep":         "gives",
	"contests/promotion.html ":          "edited again until the round is finished, which asks",
	"contests/results.html ":            "decided again until results are published, which asks",
	"contests/rules.html publish":       "shows each change and wants a reason",
	"contests/step.html next":           "edited again",
	"contests/step.html save":           "edited again",
	"entering/entry.html complain":      "adds",
	"entering/form.html submit":         "her own work, sent again until the deadline",
	"entering/form.html check":          "a look",
	"judging/_sheet.html save":          "edited again until it is signed, which asks",
	"judging/chair.html keep":           "gives",
	"judging/ties.html ":                "her own word, said again",
}

var action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// TestWhatTakesSomethingAwayAsksFirst reads the pages of a contest: whatever is sent
// by one press stands in the list above, so that a new button is decided about.
func TestWhatTakesSomethingAwayAsksFirst(t *testing.T) {
	t.Parallel()
	var files []string
	for _, dir := range []string{"contests", "judging", "entering", "feedback", "results", "terms"} {
		list, err := filepath.Glob(dir + "/*.html")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	seen := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(action.ReplaceAllString(string(raw), "")))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range doc.Find("form button").EachIter() {
			form := b.Closest("form")
			if b.AttrOr("type", "submit") != "submit" || b.Closest("[popover]").Length() > 0 || form.AttrOr("method", "get") != "post" {
				continue
			}
			at := file + " " + b.AttrOr("value", "")
			seen[at] = true
			if unasked[at] == "" {
				t.Errorf("%s is sent by one press: let it ask (the part “sure”), or say in the list why it need not", at)
			}
		}
	}
	for at := range unasked {
		if !seen[at] {
			t.Errorf("%s is in the list and on no page", at)
		}
	}
}

// TestTakingAJudgeOffSaysWhatFollows: the dialog tells what becomes of her sheets and
// whether she can come back, as things stand.
func TestTakingAJudgeOffSaysWhatFollows(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	page := "/contests/" + id + "/jury"
	says := func(judge *visitor, words ...string) {
		t.Helper()
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(org.get(page))))
		if err != nil {
			t.Fatal(err)
		}
		dialog := doc.Find("#remove-" + judge.id)
		for _, want := range words {
			if !strings.Contains(dialog.Text(), want) {
				t.Errorf("“%s” does not say “%s”", dialog.Text(), want)
			}
		}
	}
	works := len(someEntrants)
	says(judges[2], text.Vietnamese.Say("contest.remove_sure_open", "n", works), "đưa trở lại được")
	says(judges[0], "trưởng ban")
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	says(judges[2], text.Vietnamese.Say("contest.remove_sure_signed", "n", works), "đưa trở lại được")

	tab := org.in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + page)
	webtest.Eval[any](tab, "open what stands beside the last judge",
		`[...document.querySelectorAll("details")].filter((d) => d.querySelector("[value=remove]")).at(-1).open = true`)
	tab.Set("#gone-"+judges[2].id, "Chuyển công tác")
	tab.Click("button[popovertarget='remove-" + judges[2].id + "']")
	tab.Wait("#remove-" + judges[2].id + ":popover-open")
	tab.Shot("jury-remove", 360)
	tab.Shot("jury-remove", 1280)
	tab.Click("#remove-" + judges[2].id + " [popovertargetaction=hide]")
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		if s.Judge(judges[2].id).Removed != nil {
			t.Error("she was taken off before anybody agreed")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	tab.Click("button[popovertarget='remove-" + judges[2].id + "']")
	tab.Wait("#remove-" + judges[2].id + ":popover-open")
	tab.Follow("#remove-" + judges[2].id + " [value=remove]")
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		if s.Judge(judges[2].id).Removed == nil {
			t.Error("she is on the jury still")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
