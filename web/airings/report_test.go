package airings

import (
	"slices"
	"testing"
	"time"

	"loa/airing"
	"loa/airing/book"
	"loa/internal/text"
)

// What a report said before it was corrected stands there with what was changed, and why.
func TestAnEarlierReportSaysWhatWasChanged(t *testing.T) {
	start := time.Date(2024, 5, 13, 10, 0, 0, 0, time.UTC)
	at := func(seconds int, note, why string, means airing.Means) logLine {
		return logLine{Line: book.Line{Line: airing.Line{Report: airing.Report{Outcome: airing.Aired, Programme: "P1", StartedAt: start, Seconds: seconds,
			Note: note, Why: why, Means: means}}}}
	}
	list := past([]logLine{at(900, "mưa", "ghi nhầm", airing.FM), at(600, "", "đổi máy", airing.FM), at(600, "", "", airing.AllMeans[1])})
	if len(list) != 2 || !slices.Equal(list[0].Differs, []string{"airing.differs.seconds", "airing.differs.note"}) || list[0].Why != "ghi nhầm" ||
		list[0].Length() != 10*time.Minute || !slices.Equal(list[1].Differs, []string{"airing.differs.means"}) {
		t.Errorf("%+v", list)
	}
	other := at(0, "", "", "").Report
	other.Outcome, other.Programme, other.StartedAt, other.Reason = airing.NotAired, "P2", start.Add(time.Minute), airing.Reasons[0]
	for _, what := range at(600, "x", "", airing.FM).Differs(other) {
		if !text.Has("airing.differs." + what) {
			t.Errorf("no word for %s", what)
		}
	}
	if len(past([]logLine{at(600, "", "", airing.FM)})) > 0 {
		t.Error("nothing was replaced")
	}
}
