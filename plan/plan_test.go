package plan

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/quiz"
	"loa/stations"
)

func registry() *stations.Registry {
	units, list := stations.Founding()
	return stations.NewRegistry(units, list)
}

func day(s string) time.Time { return stations.Date(s).Start(text.Zone).Add(9 * time.Hour) }

// figures are entries by period: "3", or "45/50".
func figures(t *testing.T, i Indicator, list map[string]string) (out []Entry) {
	t.Helper()
	for period, said := range list {
		value, base, _ := strings.Cut(said, "/")
		e := Entry{Indicator: i.ID, Period: coverage.MustStretch(period), Version: 1}
		var err error
		if e.Value, err = ReadAmount(text.Vietnamese, value); err != nil {
			t.Fatal(err)
		}
		if e.Base, err = ReadAmount(text.Vietnamese, base); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// TestWhetherThePaceReachesTheTarget: examples reckoned by hand from what the page says in words.
func TestWhetherThePaceReachesTheTarget(t *testing.T) {
	books := Fields{Every: Quarterly, Way: Sums, Target: Of(3500)}
	answered := Fields{Every: Monthly, Way: Sums, Percent: true, Target: Of(90)}
	trained := Fields{Every: Quarterly, Way: Stands, Percent: true, Target: Of(90)}
	news := Fields{Every: Weekly, Way: Each, Target: Of(5)}
	sites := Fields{Every: Monthly, Way: Each, Percent: true, Target: Of(100)}
	contest := Fields{Every: Yearly, Way: Sums, Target: Of(1)}
	for name, c := range map[string]struct {
		of       Fields
		on       string
		figures  map[string]string
		state    State
		done     string
		expected string // "" for none
		missing  int
	}{
		"nothing is over":                     {books, "2024-02-01", nil, Early, "0", "", 0},
		"a quarter is over without a figure":  {books, "2024-04-01", nil, NoFigure, "0", "", 1},
		"875 a quarter is the pace":           {books, "2024-04-01", map[string]string{"2024-Q1": "875"}, OnPace, "875", "3500", 0},
		"874 is not":                          {books, "2024-04-01", map[string]string{"2024-Q1": "874"}, Behind, "874", "3496", 0},
		"what is not entered is nothing done": {books, "2024-07-01", map[string]string{"2024-Q1": "1500"}, Behind, "1500", "3000", 1},
		"enough before the year is over":      {books, "2024-07-02", map[string]string{"2024-Q1": "1500", "2024-Q2": "2000"}, Reached, "3500", "", 0},
		"the year is over, one book short":    {books, "2025-01-01", map[string]string{"2024-Q1": "3499"}, Missed, "3499", "", 3},
		"the running quarter counts by its days": {books, "2024-05-16", map[string]string{"2024-Q1": "800", "2024-Q2": "400"}, Behind, "1200",
			"3202", 0}, // 45 days and 9 hours of 91: 1200 × 4 ÷ 1,4986…
		"a share that adds up":            {answered, "2024-03-01", map[string]string{"2024-01": "9/10", "2024-02": "81/90"}, OnPace, "90", "90", 0},
		"one answer fewer":                {answered, "2024-03-01", map[string]string{"2024-01": "9/10", "2024-02": "80/90"}, Behind, "89", "89", 0},
		"a month without questions":       {answered, "2024-03-01", map[string]string{"2024-01": "9/10", "2024-02": "0/0"}, OnPace, "90", "90", 0},
		"no question ever":                {answered, "2024-03-01", map[string]string{"2024-01": "0/0", "2024-02": "0/0"}, NoFigure, "0", "", 0},
		"a share over a whole year":       {answered, "2025-01-02", map[string]string{"2024-01": "1/1", "2024-02": "0/1"}, Missed, "50", "", 10},
		"23 % in a quarter, asked for 90": {trained, "2024-04-02", map[string]string{"2024-Q1": "23/100"}, OnPace, "23", "92", 0},
		"22 %":                            {trained, "2024-04-02", map[string]string{"2024-Q1": "22/100"}, Behind, "22", "88", 0},
		"the latest counts":               {trained, "2024-07-02", map[string]string{"2024-Q1": "60/100", "2024-Q2": "45/100"}, OnPace, "45", "90", 0},
		"nothing new for two quarters":    {trained, "2024-10-01", map[string]string{"2024-Q1": "45/100"}, Behind, "45", "60", 2},
		"never over a hundred":            {trained, "2024-04-02", map[string]string{"2024-Q1": "80/100"}, OnPace, "80", "100", 0},
		"there already":                   {trained, "2024-04-02", map[string]string{"2024-Q1": "90/100"}, Reached, "90", "", 0},
		"each week so far":                {news, "2024-01-15", map[string]string{"2024-W01": "5", "2024-W02": "7,5"}, OnPace, "2", "7.5", 0},
		"the latest fell short":           {news, "2024-01-15", map[string]string{"2024-W01": "5", "2024-W02": "4"}, Behind, "1", "4", 0},
		"an earlier one did":              {news, "2024-01-15", map[string]string{"2024-W01": "4", "2024-W02": "5"}, Slipped, "1", "5", 0},
		"the week that runs may reach it": {news, "2024-01-10", map[string]string{"2024-W01": "5", "2024-W02": "2"}, OnPace, "1", "5", 0},
		"and where it did it counts":      {news, "2024-01-10", map[string]string{"2024-W01": "5", "2024-W02": "5"}, OnPace, "2", "5", 0},
		"a week is missing":               {news, "2024-01-15", map[string]string{"2024-W01": "5"}, OnPace, "1", "5", 1},
		"of nothing there is no share":    {sites, "2024-03-01", map[string]string{"2024-01": "8/8", "2024-02": "0/0"}, OnPace, "1", "100", 0},
		"all the year but one":            {sites, "2025-01-01", map[string]string{"2024-01": "8/8", "2024-02": "7/8"}, Missed, "1", "", 10},
		"two days are no pace":            {books, "2024-01-02", map[string]string{"2024-Q1": "300"}, Early, "300", "", 0},
		"a month is":                      {books, "2024-02-01", map[string]string{"2024-Q1": "300"}, Behind, "300", "3480", 0},
		"two weeks are none of a stand":   {trained, "2024-01-15", map[string]string{"2024-Q1": "80/100"}, Early, "80", "", 0},
		"two days, a share that adds up":  {answered, "2024-01-02", map[string]string{"2024-01": "9/10"}, OnPace, "90", "90", 0},
		"what is entered of later times":  {books, "2023-06-30", map[string]string{"2024-Q1": "300"}, Early, "300", "", 0},
		"one a year, held":                {contest, "2024-05-01", map[string]string{"2024": "1"}, Reached, "1", "", 0},
		"one a year, not yet":             {contest, "2024-12-31", nil, Early, "0", "", 0},
		"one a year, never told":          {contest, "2025-01-01", nil, NoFigure, "0", "", 1},
	} {
		i := Indicator{ID: "2024-X", Year: 2024, Fields: c.of}
		p := Judge(Book{Year: 2024, Indicators: []Indicator{i}, Entries: figures(t, i, c.figures)}, registry(), nil, day(c.on).Add(0))[0]
		expected := ""
		if p.Expected != nil {
			expected = p.Expected.String()
		}
		if p.State != c.state || p.Done.String() != c.done || expected != c.expected || p.Missing != c.missing {
			t.Errorf("%s: %s, done %s, expected %q, missing %d; want %s, %s, %q, %d", name,
				p.State, p.Done, expected, p.Missing, c.state, c.done, c.expected, c.missing)
		}
	}
}

// TestDistrictsAddUp: what each district entered is the figure of the period; each one that did not is missing.
func TestDistrictsAddUp(t *testing.T) {
	i := Indicator{ID: "2024-T11", Year: 2024, Fields: Fields{Every: Quarterly, Way: Sums, Target: Of(9), Districts: true}}
	q1 := coverage.MustStretch("2024-Q1")
	b := Book{Indicators: []Indicator{i}, Entries: []Entry{{Indicator: i.ID, Period: q1, District: "080", Version: 1, Value: Of(2)},
		{Indicator: i.ID, Period: q1, District: "082", Version: 2, Value: Of(1)}, {Indicator: i.ID, Period: q1, District: "083", Version: 2, Void: true}}}
	p := Judge(b, registry(), nil, day("2024-04-01"))[0]
	if p.Done != Of(3) || p.Missing != 7 || p.State != OnPace || *p.Expected != Of(12) {
		t.Errorf("done %s, missing %d, %s, %v", p.Done, p.Missing, p.State, p.Expected)
	}
	i.Retired = true
	b.Indicators[0] = i
	if p := Judge(b, registry(), nil, day("2024-04-01"))[0]; p.Missing != 0 {
		t.Errorf("what was retired asks for %d figures", p.Missing)
	}
}

// TestWhatLoaCountsIsNotEntered: airings are held against each week; a contest that is not over yet is not late.
func TestWhatLoaCountsIsNotEntered(t *testing.T) {
	var list []Indicator
	for _, i := range First() {
		if i.Counted != "" {
			list = append(list, i)
		}
	}
	year := coverage.MustStretch("2024")
	tallies := Tallies{Airings: {coverage.MustStretch("2024-W20"): {120, 127}, coverage.MustStretch("2024-W21"): {127, 127}}, Contests: {year: {}},
		Entrants: {year: {90, 127}}}
	got := Judge(Book{Indicators: list}, registry(), tallies, day("2024-05-27"))
	var said []string
	for _, p := range got {
		said = append(said, p.Mark+" "+string(p.State)+" "+p.Reading(text.Vietnamese))
		if p.Missing > 0 {
			t.Errorf("%s asks people for %d figures", p.Mark, p.Missing)
		}
	}
	if want := []string{"T5 slipped 1/2 tuần đạt", "T7a early chưa có số", "T7b early chưa có số", "T10a early chưa có số",
		"T10b on_pace 70,8%"}; !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
	tallies[Contests][year] = Tally{1, 0}
	if p := Judge(Book{Indicators: list}, registry(), tallies, day("2024-11-27"))[3]; p.State != Reached {
		t.Errorf("the contest was held: %s", p.State)
	}
}

// TestKnowledgeContestsAreCounted: those that opened in the year and are published, of districts and of the province apart.
func TestKnowledgeContestsAreCounted(t *testing.T) {
	one := func(district, opens string, stage quiz.Stage) quiz.Contest {
		return quiz.Contest{Rules: quiz.Rules{District: district, Opens: day(opens), Closes: day(opens).AddDate(0, 0, 7)}, Stage: stage}
	}
	list := []quiz.Contest{one("080", "2024-03-01", quiz.Published), one("082", "2024-12-31", quiz.Published), one("080", "2024-05-01", quiz.Published),
		one("083", "2024-03-01", quiz.Fixed), one("083", "2025-01-01", quiz.Published), one("083", "2023-12-31", quiz.Published),
		one("", "2024-06-01", quiz.Published), one("", "2024-06-01", quiz.Announced)}
	for what, want := range map[Counted]int{DistrictQuizzes: 3, ProvinceQuizzes: 1} {
		if got := quizzes(list, Indicator{Year: 2024, Fields: Fields{Counted: what}}, day("2025-02-01")); got != want {
			t.Errorf("%s: %d, not %d", what, got, want)
		}
		if got := quizzes(list, Indicator{Year: 2024, Fields: Fields{Counted: what}}, day("2024-05-02")); got != max(want-2, 0) {
			t.Errorf("%s until 2 May: %d", what, got)
		}
	}
}

// TestWhatIsNoIndicator: each mistake is told beside its field.
func TestWhatIsNoIndicator(t *testing.T) {
	admin := accounts.Meta{ID: "a", By: accounts.Daemon(), At: day("2024-05-01")}
	good := SaveIndicator{Year: 2024, Mark: "T3a", Fields: Fields{Name: "Chuyên mục", Every: Weekly, Way: Each, Target: Of(1)}}
	if is, err := DecideSave(SaveFacts{}, admin, good); err != nil || is.ID != "2024-T3A" || is.Mark != "T3a" {
		t.Fatalf("%+v, %v", is, err)
	}
	for code, edit := range map[string]func(*SaveIndicator){
		"plan.name_missing":      func(c *SaveIndicator) { c.Name = "  " },
		"plan.mark_odd":          func(c *SaveIndicator) { c.Mark = "T 3" },
		"plan.year_odd":          func(c *SaveIndicator) { c.Year = 24 },
		"plan.target_zero":       func(c *SaveIndicator) { c.Target = 0 },
		"plan.target_percent":    func(c *SaveIndicator) { c.Percent, c.Target = true, Of(100)+1 },
		"plan.value_large":       func(c *SaveIndicator) { c.Target = mostAmount + 1 },
		"plan.every_unknown":     func(c *SaveIndicator) { c.Every = "day" },
		"plan.way_unknown":       func(c *SaveIndicator) { c.Way = "" },
		"plan.counted_unknown":   func(c *SaveIndicator) { c.Counted = "books" },
		"plan.counted_districts": func(c *SaveIndicator) { c.Counted, c.Districts = Airings, true },
		"kit.text_too_long":      func(c *SaveIndicator) { c.Body = strings.Repeat("ở", 201) },
	} {
		c := good
		edit(&c)
		if _, err := DecideSave(SaveFacts{}, admin, c); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	for _, target := range []Amount{0, -1} {
		c := good
		c.Target = target
		if _, err := DecideSave(SaveFacts{}, admin, c); !fault.Is(err, "plan.target_zero") {
			t.Errorf("a target of %s: %v", target, err)
		}
	}
	if _, err := DecideCopy(nil, false, admin, CopyPlan{From: 2023, To: 2025}); !fault.Is(err, "plan.year_empty") {
		t.Errorf("a year that has none is copied: %v", err)
	}
}

// TestAFigureIsSaneOrRefused: more than there are, below nothing, of a period to come.
func TestAFigureIsSaneOrRefused(t *testing.T) {
	m := accounts.Meta{ID: "a", By: accounts.Daemon(), At: day("2024-05-01")}
	share := EnterFacts{Indicator: Indicator{ID: "2024-T1", Year: 2024, Fields: Fields{Every: Monthly, Way: Sums, Percent: true, Target: Of(90)}}}
	may := coverage.MustStretch("2024-05")
	for _, c := range []struct {
		enter Enter
		code  string
	}{
		{Enter{Period: may, Value: new(Of(45)), Base: Of(50)}, ""},
		{Enter{Period: may, Value: new(Amount)}, ""}, // no question came
		{Enter{Period: may}, "plan.value_missing"},
		{Enter{Period: may, Value: new(Of(51)), Base: Of(50)}, "plan.value_over"},
		{Enter{Period: may, Value: new(Of(1))}, "plan.base_missing"},
		{Enter{Period: may, Value: new(Amount(-1)), Base: Of(50)}, "plan.value_negative"},
		{Enter{Period: may, Value: new(Of(1)), Base: -Of(50)}, "plan.value_negative"},
		{Enter{Period: may, Value: new(Of(1)), Base: mostAmount + 1}, "plan.value_large"},
		{Enter{Period: may, Value: new(mostAmount + 1), Base: Of(50)}, "plan.value_large"},
		{Enter{Period: coverage.MustStretch("2024-06"), Base: Of(50)}, "plan.period_ahead"},
		{Enter{Period: coverage.MustStretch("2023-05"), Base: Of(50)}, "plan.period_odd"},
		{Enter{Base: Of(50)}, "plan.period_odd"},
		{Enter{Period: may, Base: Of(50), Proof: strings.Repeat("a", 501)}, "kit.text_too_long"},
	} {
		if _, err := DecideEnter(share, m, c.enter); c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
			t.Errorf("%+v: %v, want %q", c.enter, err, c.code)
		}
	}
	count := EnterFacts{Indicator: Indicator{ID: "2024-T9", Year: 2024, Fields: Fields{Every: Quarterly, Way: Sums, Target: Of(9)}}}
	if _, err := DecideEnter(count, m, Enter{Period: coverage.MustStretch("2024-Q2"), Value: new(Of(1)), Base: Of(9)}); !fault.Is(err, "plan.base_unasked") {
		t.Errorf("a total of what is no share: %v", err)
	}
}

// TestATakenBackFigureIsEnteredAnew: as if there had been none, by a version of its own; of two who do, the second is told.
func TestATakenBackFigureIsEnteredAnew(t *testing.T) {
	m := accounts.Meta{ID: "a", By: accounts.Daemon(), At: day("2024-05-01")}
	may := coverage.MustStretch("2024-05")
	f := EnterFacts{Indicator: Indicator{ID: "2024-T9", Year: 2024, Fields: Fields{Every: Monthly, Way: Sums, Target: Of(9)}},
		Last: Entry{Indicator: "2024-T9", Period: may, Version: 2, Void: true}}
	e, err := DecideEnter(f, m, Enter{Period: may, Value: new(Of(1))})
	if err != nil || e.Version != 3 {
		t.Fatalf("version %d, %v", e.Version, err)
	}
	f.Last = e
	if _, err := DecideEnter(f, m, Enter{Period: may, Value: new(Of(1))}); !fault.Is(err, "plan.entered_already") {
		t.Errorf("the second: %v", err)
	}
}

// TestAFileTellsPeriodsApartFromShares: what each period has to reach is counted in periods, never in percent.
func TestAFileTellsPeriodsApartFromShares(t *testing.T) {
	i := Indicator{ID: "2024-T5", Year: 2024, Mark: "T5", Fields: Fields{Every: Weekly, Way: Each, Percent: true, Unit: "đài", Target: Of(100)}}
	w := coverage.MustStretch("2024-W19")
	p := Judge(Book{Indicators: []Indicator{i}, Entries: []Entry{{Indicator: i.ID, Period: w, Version: 1, Value: Of(126), Base: Of(127)}}}, registry(), nil,
		day("2024-05-13"))
	rows, cells := Table(p, text.Vietnamese), map[string]any{}
	for n, name := range rows[0] {
		cells[name.(string)] = rows[1][n]
	}
	if cells["Đã làm"] != nil || cells["Theo nhịp này"] != nil || cells["Số kỳ đạt"] != 0.0 || cells["Số kỳ có số"] != 1.0 || cells["Kỳ mới nhất"] != 99.2 {
		t.Errorf("%v", cells)
	}
}

// TestAYearHasItsWeeks: 2026 has 53 of them, and each is of the year of its Thursday.
func TestAYearHasItsWeeks(t *testing.T) {
	for year, want := range map[int]int{2024: 52, 2025: 52, 2026: 53, 2020: 53, 2099: 53} {
		list := Weekly.Periods(year)
		if len(list) != want {
			t.Errorf("%d has %d weeks, not %d", year, len(list), want)
		}
		for _, s := range list {
			if first, _ := s.Days(); first.AddDays(3).Start(time.UTC).Year() != year {
				t.Errorf("%s is no week of %d", s, year)
			}
		}
	}
}

// TestAmountsReadAsTheyAreWritten: with comma or point, grouped, and never two ways.
func TestAmountsReadAsTheyAreWritten(t *testing.T) {
	for s, want := range map[string]string{"12,5": "12.5", "12.5": "12.5", "1.234,5": "1234.5", "0": "0", "": "0", "-3": "-3",
		"3500": "3500", "1 000 000": "1000000"} {
		a, err := ReadAmount(text.Vietnamese, s)
		if err != nil || a.String() != want {
			t.Errorf("%q reads %s, %v", s, a, err)
		}
		if again, err := ReadAmount(text.Vietnamese, a.Typed(text.Vietnamese)); err != nil || again != a {
			t.Errorf("%s comes back as %s, %v", a, again, err)
		}
	}
	for _, s := range []string{"ba", "1,2345", "NaN", "1e3", "12,"} {
		if a, err := ReadAmount(text.Vietnamese, s); err == nil {
			t.Errorf("%q reads %s", s, a)
		}
	}
	if _, err := ReadAmount(text.Vietnamese, "5,5555"); err == nil || !strings.Contains(text.Vietnamese.Fault(err), "“5,5555”") {
		t.Errorf("what was typed is told as something else: %v", err)
	}
	if _, err := ReadAmount(text.Vietnamese, "9999999999999"); !fault.Is(err, "plan.value_large") {
		t.Errorf("too large: %v", err)
	}
	for a, want := range map[Amount]string{Of(3500): "3.500", 12_500: "12,5", 70_866: "70,866", -500: "-0,5", 0: "0"} {
		if got := a.Words(text.Vietnamese); got != want {
			t.Errorf("%s is said %s", a, got)
		}
	}
	var read struct{ A, B Amount }
	if err := json.Unmarshal([]byte(`{"A":12.5,"B":"7"}`), &read); err != nil || read.A != 12_500 || read.B != Of(7) {
		t.Errorf("%+v, %v", read, err)
	}
	if b, err := json.Marshal(read); err != nil || string(b) != `{"A":12.5,"B":7}` {
		t.Errorf("%s, %v", b, err)
	}
}

// FuzzParseAmount: what is read is written as what reads the same.
func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"12.5", "-0.001", "000", "1e3", "999999999999.999", ".", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAmount(s)
		if err != nil {
			return
		}
		if again, err := ParseAmount(a.String()); err != nil || again != a {
			t.Errorf("%q is %s, and then %s, %v", s, a, again, err)
		}
	})
}

// TestPlansStandInTheirOrder: T2 before T10, T3a before T3b.
func TestPlansStandInTheirOrder(t *testing.T) {
	var list []Indicator
	for _, mark := range []string{"T11", "T2", "T10b", "T3b", "T10a", "T3a", "A9", "T1", "T03", "2.1"} {
		list = append(list, Indicator{Mark: mark})
	}
	slices.SortFunc(list, Compare)
	var got []string
	for _, i := range list {
		got = append(got, i.Mark)
	}
	if want := "2.1 A9 T1 T2 T03 T3a T3b T10a T10b T11"; strings.Join(got, " ") != want {
		t.Errorf("%v", got)
	}
}
