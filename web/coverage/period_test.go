package coverage

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"loa/coverage"
	"loa/internal/sheet"
	"loa/internal/text"
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
	for by, has := range map[coverage.Grouping]bool{coverage.ByStation: true, coverage.ByDistrict: false, coverage.ByMonth: false} {
		w := c.Get("/coverage/period?period=2024-05&format=csv&by=" + string(by))
		table, err := sheet.Read(w.Body.Bytes())
		if err != nil || len(table.Rows) == 0 {
			t.Fatalf("by %s: %v", by, err)
		}
		if got := table.Rows[0].Cell(2).Text == text.Vietnamese.Say("coverage.column.district"); got != has {
			t.Errorf("by %s the file begins %.300s", by, w.Body)
		}
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

// TestWhatIsWorstLooksWorst, of a share and of a station's week.
func TestWhatIsWorstLooksWorst(t *testing.T) {
	for share, want := range map[coverage.Share]string{{Aired: 10, Expected: 10}: kit.StateOK, {Aired: 9, Expected: 10}: kit.StateInfo,
		{Aired: 6, Expected: 10}: kit.StateWarn, {Aired: 1, Expected: 10}: kit.StateBad} {
		if got := grade(share); got != want {
			t.Errorf("%+v is %s, not %s", share, got, want)
		}
	}
	if worst := badges[coverage.ToCall()[0]]; worst != kit.StateBad {
		t.Errorf("who needs a call first looks %s", worst)
	}
}
