package coverage

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"loa/coverage"
	"loa/internal/sheet"
	"loa/web/kit"
)

// TestAFileOfAPeriodIsNumbers, each column named once, and named by what it is narrowed by.
func TestAFileOfAPeriodIsNumbers(t *testing.T) {
	_, c := open(t)
	w := c.Get("/coverage/period?period=2024-05&district=084&by=district&format=csv")
	if name := w.Header().Get("Content-Disposition"); !strings.Contains(name, "-084.csv") {
		t.Errorf("the file is called %s", name)
	}
	if strings.Contains(w.Body.String(), "'") {
		t.Errorf("apostrophes before what is no formula:\n%s", w.Body)
	}
	table, err := sheet.Read(w.Body.Bytes())
	if err != nil || len(table.Rows) == 0 {
		t.Fatalf("%v", err)
	}
	head := slices.Sorted(slices.Values(strings.Split(strings.TrimPrefix(strings.SplitN(w.Body.String(), "\n", 2)[0], "\ufeff"), ",")))
	if len(slices.Compact(slices.Clone(head))) != len(head) {
		t.Errorf("two columns of one name: %v", head)
	}
}

// TestADayIsToldAsTheWeekItLiesIn: the figures are the week's, and the title says so.
func TestADayIsToldAsTheWeekItLiesIn(t *testing.T) {
	_, c := open(t)
	c.Get("/coverage/period?period=2024-05-15")
	c.Expect(http.StatusOK, "header .soft", "tuần có ngày 15/5/2024")
}

// TestAWorseShareIsNeverMilder: the worse the grade, the lower its box, and the last of all is the red one.
func TestAWorseShareIsNeverMilder(t *testing.T) {
	high := 100
	for _, s := range []coverage.Share{{Aired: 10, Expected: 10}, {Aired: 9, Expected: 10}, {Aired: 6, Expected: 10}, {Aired: 1, Expected: 10}} {
		now := gradeHeights[grade(s)]
		if now >= high || now == 0 {
			t.Errorf("%d of %d stands %d high, and what is better %d", s.Aired, s.Expected, now, high)
		}
		high = now
	}
	if worst := grade(coverage.Share{Aired: 1, Expected: 10}); worst != kit.StateBad {
		t.Errorf("the worst is %s", worst)
	}
}
