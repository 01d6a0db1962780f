package contest_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	office "loa/internal/paper"
	"loa/internal/text"
)

// twoParts is plain with a final of a recorded and a live part, six judges, and six
// works in it.
func twoParts(t *testing.T, method ranking.Method) *world {
	r := plain()
	live := rubric("live", "Trực tiếp", 40)
	live.Live, live.Criteria[0].Name = true, "Thể hiện"
	recorded := rubric("ct", "Bản ghi", 60)
	recorded.Criteria[0].Name = "Thể hiện"
	o := &r.Rounds[0]
	o.Parts, o.Method = []contest.Part{recorded, live}, method
	o.TieBreaks = []contest.TieBreak{{By: ranking.ByCriterion, Part: "live", Criterion: "k1"}, {By: ranking.ByMedian}, {By: ranking.ByHeadToHead}}
	w := newWorld(t, "hai-phan")
	w.open(r)
	for i := 1; i <= 6; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(6, "chung-khao")
	w.toRound("chung-khao")
	n := 0
	w.score(func(*contest.Task, contest.Criterion) ranking.Points {
		n++
		return ranking.Points(n*n*7%21) * ranking.Point / 2
	})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	return w
}

// printed is all that a paper says, as its workbook holds it.
func printed(t *testing.T, list []office.Paper) string {
	t.Helper()
	var b bytes.Buffer
	if err := office.XLSX(&b, list); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out strings.Builder
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			out.WriteString(strings.Join(row, "|") + "\n")
		}
	}
	return out.String()
}

// Wherever ranks are, it is said how they were counted: by the one name of the
// method, part by part, by which steps, and on how many sheets.
func TestHowMarksWereCountedIsSaidWhereverRanksAre(t *testing.T) {
	w := twoParts(t, ranking.Trimmed)
	draw := func(document string) string {
		list, err := paper.Draw(w.s, noUnits, "", document, office.Office{}, text.Vietnamese, w.now)
		if err != nil {
			t.Fatal(err)
		}
		return printed(t, list)
	}
	f, ok, err := paper.FeedbackOf(w.s, w.s.Entries[0], text.Vietnamese, w.now)
	if err != nil || !ok {
		t.Fatalf("%v %v", ok, err)
	}
	var terms strings.Builder
	for _, s := range paper.TermsOf(text.Vietnamese, w.s.Rules, noUnits).Sections {
		for _, b := range s.Blocks {
			terms.WriteString(strings.Join(b.Lines, "\n") + "\n")
		}
	}
	for what, got := range map[string]string{"terms": terms.String(), "minutes": draw("minutes"), "table": draw("table"),
		"feedback": printed(t, []office.Paper{f.Draw(office.Office{}, text.Vietnamese)})} {
		for _, want := range []string{"Cách tính điểm: Bỏ cao, thấp. ", "Cần ít nhất 5 giám khảo", "Tính từng phần: ", "giám khảo khác nhau",
			"xét lần lượt: Điểm tiêu chí “phần Trực tiếp: Thể hiện” → Trung vị → So từng cặp.", "trung vị cũng lấy từng phần rồi cộng",
			"mỗi phần là một lượt so"} {
			if !strings.Contains(got, want) {
				t.Errorf("the %s: nowhere %q", what, want)
			}
		}
		if sheets := strings.Contains(got, "72 phiếu đã ký của 6 giám khảo; mỗi tác phẩm ở mỗi phần có 6 phiếu"); sheets != (what == "minutes" ||
			what == "table") {
			t.Errorf("the %s tell of the sheets: %v", what, sheets)
		}
		if strings.Contains(strings.ToLower(got), "trung bình cắt") {
			t.Errorf("the %s call the method by another name", what)
		}
	}
}

// Who follows the sentences about a method gets its figures.
func TestTheSentencesOfAMethodGiveItsFigures(t *testing.T) {
	for _, m := range ranking.Methods() {
		w := twoParts(t, m)
		run := w.s.Rounds[0]
		list, err := w.s.Standings(run)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list[0].Ranking.Rows {
			sum := 0.0
			for _, part := range []string{"ct", "live"} {
				sum += byTheSentences(m, list[0].Tally.Marks(), part, row.Entry.ID)
			}
			if math.Abs(sum-row.Value.Float()) > 1e-6 {
				t.Errorf("%s: %s has %v, by the sentences %v", m, run.Codes[row.Entry.ID], row.Value.Float(), sum)
			}
		}
	}
}

// byTheSentences is a work's points in one part, counted as MethodInWords says.
func byTheSentences(m ranking.Method, marks []ranking.Mark, part, entry string) float64 {
	of := map[string][]float64{} // by judge
	var own, all []float64
	var by []string
	for _, k := range marks {
		if k.Part != part {
			continue
		}
		x := k.Total.Float()
		of[k.Judge], all = append(of[k.Judge], x), append(all, x)
		if k.Entry == entry {
			own, by = append(own, x), append(by, k.Judge)
		}
	}
	sorted := slices.Sorted(slices.Values(own))
	switch n := len(own); m {
	case ranking.Median:
		return (sorted[(n-1)/2] + sorted[n/2]) / 2
	case ranking.Trimmed:
		return average(sorted[1 : n-1])
	case ranking.Normalised:
		grand, squares, free := average(all), 0.0, 0.0
		for _, list := range of {
			squares, free = squares+squaresOf(list), free+float64(len(list)-1)
		}
		pooled := squares / free
		for i, x := range own {
			list := of[by[i]]
			c := float64(len(list)) / float64(len(list)+ranking.Credibility)
			centre := c*average(list) + (1-c)*grand
			spread := c*squaresOf(list)/float64(len(list)-1) + (1-c)*pooled
			own[i] = grand + (x-centre)*math.Sqrt(pooled/spread)
		}
	}
	return average(own)
}

func average(list []float64) (mean float64) {
	for _, x := range list {
		mean += x / float64(len(list))
	}
	return mean
}

// squaresOf is the sum of squared differences from the mean.
func squaresOf(list []float64) (sum float64) {
	m := average(list)
	for _, x := range list {
		sum += (x - m) * (x - m)
	}
	return sum
}
