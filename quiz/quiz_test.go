package quiz

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/doctext"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/stations"
)

var (
	opens = time.Date(2024, 9, 2, 19, 0, 0, 0, text.Zone)
	reg   = func() *stations.Registry {
		units, list := stations.Founding()
		return stations.NewRegistry(units, list)
	}()
	org = accounts.Actor{Person: "o", Name: "Chị Hoa", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}}}
	huyen = accounts.Actor{Person: "h", Name: "Anh Sơn", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.District, ID: "082"}}}}
	seq int
)

// by is a change at that time after the opening.
func by(a accounts.Actor, after time.Duration) accounts.Meta {
	seq++
	return accounts.Meta{ID: fmt.Sprintf("m%d", seq), By: a, At: opens.Add(after)}
}

func rules() Rules {
	return Rules{Title: "Tìm hiểu nông thôn mới", Way: ByPhone, Opens: opens, Closes: opens.Add(2 * time.Hour), Draws: 3, Minutes: 10,
		Prizes: []Prize{{"Nhất", 1, 2_000_000}, {"Nhì", 2, 1_000_000}}}
}

func contest(t *testing.T, edit func(*Contest)) Contest {
	t.Helper()
	q, err := DecideContest(reg, by(org, -time.Hour), nil, SaveContest{Rules: rules()})
	if err != nil {
		t.Fatal(err)
	}
	moved, err := DecideMove(MoveFacts{Pool: 5}, by(org, -time.Hour), q, MakeMove{Move: Announce})
	if err != nil {
		t.Fatal(err)
	}
	q = moved.Contest
	if edit != nil {
		edit(&q)
	}
	return q
}

var exam = Key{Seed: "s", Right: []int{1, 2, 3, 1, 2}, Many: []int{4, 4, 4, 2, 3}}

// is reports whether the fault, or one of its parts, has that code and field.
func is(err error, code, field string) bool {
	e := fault.Of(err)
	return e != nil && slices.ContainsFunc(append(e.All(), e), func(e *fault.Error) bool { return e.Code == code && (field == "" || e.Field == field) })
}

// TestAQuestionIsKeptWhole: each thing that is missing is said beside its field.
func TestAQuestionIsKeptWhole(t *testing.T) {
	good := SaveQuestion{Text: "Rác được làm gì trước?", Answers: []string{"Đốt", "", "Phân loại"}, Right: 3, Topic: "environment_landscape"}
	f := BankFacts{Known: func(s string) bool { return s == text.Fold("Đã có rồi?") }, Registry: reg}
	q, err := DecideQuestion(f, by(org, 0), good)
	if err != nil || len(q.Answers) != 2 || q.RightAnswer() != "Phân loại" {
		t.Fatalf("%+v, %v", q, err)
	}
	for name, c := range map[string]struct {
		who         accounts.Actor
		edit        func(*SaveQuestion)
		code, field string
	}{
		"no right answer":              {org, func(c *SaveQuestion) { c.Right = 0 }, "quiz.right_missing", "right"},
		"the right one is empty":       {org, func(c *SaveQuestion) { c.Right = 2 }, "quiz.right_missing", "right"},
		"the right one is none":        {org, func(c *SaveQuestion) { c.Right = 7 }, "quiz.right_missing", "right"},
		"no words":                     {org, func(c *SaveQuestion) { c.Text = " ? " }, "quiz.text_missing", "text"},
		"one answer":                   {org, func(c *SaveQuestion) { c.Answers = []string{"Một"}; c.Right = 1 }, "quiz.answers_many", "answers"},
		"two alike":                    {org, func(c *SaveQuestion) { c.Answers = []string{"Một", " Một "}; c.Right = 1 }, "quiz.answer_twice", "answers"},
		"long":                         {org, func(c *SaveQuestion) { c.Text = strings.Repeat("ư", 1001) }, "kit.text_too_long", "text"},
		"a topic nobody knows":         {org, func(c *SaveQuestion) { c.Topic = "x" }, "quiz.topic_unknown", "topic"},
		"there already":                {org, func(c *SaveQuestion) { c.Text = "đã CÓ rồi" }, "quiz.question_known", "text"},
		"a district in the other's":    {huyen, func(c *SaveQuestion) { c.District = "083" }, "accounts.denied", ""},
		"a district in the province's": {huyen, func(*SaveQuestion) {}, "accounts.denied", ""},
		"a district nobody knows":      {org, func(c *SaveQuestion) { c.District = "999" }, "stations.no_district", ""},
	} {
		one := good
		one.Answers = slices.Clone(good.Answers)
		c.edit(&one)
		if _, err := DecideQuestion(f, by(c.who, 0), one); !is(err, c.code, c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stale := by(org, 0)
	stale.Seen = "other"
	if _, err := DecideQuestion(BankFacts{Known: f.Known, Registry: reg, Was: &q}, stale, SaveQuestion{ID: q.ID,
		Text: q.Text}); !is(err, "edit.stale", "") {
		t.Errorf("edited from an older one: %v", err)
	}
}

// TestFilesOfQuestionsAreRead: what the template offers is read back, as XLSX, CSV and DOCX, and so is what people write.
func TestFilesOfQuestionsAreRead(t *testing.T) {
	f := BankFacts{Known: func(string) bool { return false }, Registry: reg}
	plan := func(b []byte) (Plan, error) {
		rows, err := Read(b)
		if err != nil {
			return Plan{}, err
		}
		return DecideImport(f, by(org, 0), Import{Rows: rows})
	}
	var xlsx, csv bytes.Buffer
	if err := sheet.XLSX(&xlsx, "Câu hỏi", Table(text.Vietnamese, Samples(text.Vietnamese))); err != nil {
		t.Fatal(err)
	}
	if err := sheet.CSV(&csv, Table(text.Vietnamese, Samples(text.Vietnamese))); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"XLSX": xlsx.Bytes(), "CSV": csv.Bytes(), "DOCX": Document(Samples(text.Vietnamese)),
		"as people write": doctext.Written([]string{"Câu hỏi 1: Rác được làm gì trước?", "a) Đốt", "b) Phân loại", "   ngay tại nhà", "Đáp án đúng: b",
			"CÂU 2/ Đài xã do ai quản lý?", "*A. Uỷ ban", "B. Bưu điện"}),
		"numbered by Word": doctext.Written([]string{"Rác được làm gì trước?", "Đốt", "Phân loại", "Đáp án B", "", "Đài xã do ai quản lý?",
			"Uỷ ban", "Bưu điện", "Đáp án: Uỷ ban"}),
		"answers counted": doctext.Written([]string{"Câu 1. Rác?", "1. Đốt", "2. Phân loại", "Đáp án: 2", "Câu 2. Đài xã?",
			"1) Uỷ ban", "2) Bưu điện", "Đáp án: 1"}),
	} {
		p, err := plan(file)
		if err != nil || len(p.New) != 2 {
			t.Errorf("%s: %d questions, %v", name, len(p.New), err)
			continue
		}
		if a, b := p.New[0].RightAnswer(), p.New[1].RightAnswer(); !strings.HasPrefix(a, "Phân loại") || !strings.HasPrefix(strings.ToLower(b), "uỷ ban") {
			t.Errorf("%s: %q, %q are right", name, a, b)
		}
	}
	head := "Câu hỏi,A,B,C,Đáp án đúng,Chủ đề\n"
	for name, c := range map[string]struct {
		file, code string
		line       int
	}{
		"not a table":         {"\xff\xfe\x00", "sheet.encoding", 0},
		"a broken archive":    {"PK\x03\x04 word/document.xml", "doc.damaged", 0},
		"a broken workbook":   {"PK\x03\x04 xl/workbook.xml", "sheet.broken", 0},
		"no right column":     {"Câu hỏi,A,B\nMột?,a,b\n", "quiz.column_missing", 1},
		"a column of another": {"Câu hỏi,A,B,Đáp án,Điểm\nMột?,a,b,A,1\n", "quiz.column_unknown", 1},
		"a column twice":      {"Câu hỏi,A,A,Đáp án\nMột?,a,b,A\n", "quiz.column_twice", 1},
		"nothing in it":       {head, "quiz.rows_none", 0},
		"no right answer":     {head + "Một là gì?,a,b,,,\n", "quiz.right_missing", 2},
		"right one is empty":  {head + "Một là gì?,a,b,,C,\n", "quiz.right_empty", 2},
		"right is no answer":  {head + "Một là gì?,a,b,,khác,\n", "quiz.right_none", 2},
		"a topic of another":  {head + "Một là gì?,a,b,,A,Bóng đá\n", "quiz.topic_unknown", 2},
		"twice in the file":   {head + "Một là gì?,a,b,,A,\nMỘT là gì,c,d,,A,\n", "quiz.row_twice", 3},
		"one answer":          {head + "Một là gì?,a,,,A,\n", "quiz.answers_many", 2},
	} {
		_, err := plan([]byte(c.file))
		found := is(err, c.code, "")
		if c.line > 0 && found {
			found = slices.ContainsFunc(append(fault.Of(err).All(), fault.Of(err)), func(e *fault.Error) bool { return e.Code == c.code && e.Line == c.line })
		}
		if !found {
			t.Errorf("%s: %v", name, err)
		}
	}
	known := BankFacts{Known: func(s string) bool { return strings.HasPrefix(s, "mot") }, Registry: reg}
	rows, err := Read([]byte(head + "Một là gì?,a,b,,A,\nHai là gì?,a,b,,A,\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := DecideImport(known, by(org, 0), Import{Rows: rows}); err != nil || len(p.New) != 1 || len(p.Known) != 1 || p.Known[0] != 2 {
		t.Errorf("a file that was imported before: %+v, %v", p, err)
	}
}

// FuzzRead: whatever is sent is read or refused, and what is read can be planned.
func FuzzRead(f *testing.F) {
	f.Add(Document(Samples(text.Vietnamese)))
	f.Add([]byte("Câu hỏi;A;B;Đáp án\nMột?;a;b;A\n"))
	f.Add([]byte("PK\x03\x04word/document.xml"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := Read(b)
		if err != nil {
			if fault.Of(err).Kind == fault.Internal {
				t.Errorf("no sentence for %v", err)
			}
			return
		}
		p, err := PlanImport(BankFacts{Known: func(string) bool { return false }, Registry: reg}, by(org, 0), Import{Rows: rows})
		for _, q := range p.New {
			if q.RightAnswer() == "" {
				t.Errorf("a question without a right answer: %+v", q)
			}
		}
		if err == nil && len(p.New)+len(p.Bad) == 0 && len(rows) > 0 {
			t.Error("rows came to nothing")
		}
	})
}

// FuzzDocument: whatever lines stand in a document.
func FuzzDocument(f *testing.F) {
	f.Add("Câu 1. Một?\nA. a\nF. b\nĐáp án: B")
	f.Add("*\nf.\nĐáp án")
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := readDocument(s)
		if err != nil {
			return
		}
		for _, r := range rows {
			r.question()
		}
	})
}

// TestRulesThatCannotRun: each is said beside its field.
func TestRulesThatCannotRun(t *testing.T) {
	for name, c := range map[string]struct {
		edit        func(*Rules)
		code, field string
	}{
		"no title":           {func(r *Rules) { r.Title = " " }, "quiz.title_missing", "title"},
		"no way":             {func(r *Rules) { r.Way = "" }, "quiz.way_unknown", "way"},
		"no beginning":       {func(r *Rules) { r.Opens = time.Time{} }, "quiz.when_missing", "opens"},
		"ends before":        {func(r *Rules) { r.Closes = r.Opens }, "quiz.closes_before", "closes"},
		"two years":          {func(r *Rules) { r.Closes = r.Opens.AddDate(2, 0, 0) }, "quiz.closes_far", "closes"},
		"no questions":       {func(r *Rules) { r.Draws = 0 }, "quiz.draws_range", "draws"},
		"four hours":         {func(r *Rules) { r.Minutes = 240 }, "quiz.minutes_range", "minutes"},
		"kept for ever":      {func(r *Rules) { r.Keep = 4000 }, "quiz.keep_range", "keep"},
		"a prize of nothing": {func(r *Rules) { r.Prizes[0].Count = 0 }, "quiz.prize_odd", "prizes"},
	} {
		r := rules()
		c.edit(&r)
		if _, err := DecideContest(reg, by(org, 0), nil, SaveContest{Rules: r}); !is(err, c.code, c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAContestGoesOnByItsSteps: too few questions, too early, what waits for a word; and what cannot be changed any more.
func TestAContestGoesOnByItsSteps(t *testing.T) {
	draft, err := DecideContest(reg, by(org, -time.Hour), nil, SaveContest{Rules: rules()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := DecideMove(MoveFacts{Pool: 2}, by(org, -time.Hour), draft, MakeMove{Move: Announce}); !is(err, "quiz.too_few", "") {
		t.Errorf("fewer questions than are drawn: %v", err)
	}
	if _, err := DecideMove(MoveFacts{Pool: 5}, by(org, 3*time.Hour), draft, MakeMove{Move: Announce}); !is(err, "quiz.closed_before", "") {
		t.Errorf("announced after its end: %v", err)
	}
	if _, err := DecideMove(MoveFacts{Pool: 5}, by(huyen, 0), draft, MakeMove{Move: Announce}); !is(err, "accounts.denied", "") {
		t.Errorf("a district announces the province's: %v", err)
	}
	q := contest(t, nil)
	for name, c := range map[string]struct {
		edit func(*Rules)
		code string
	}{
		"nothing":     {func(r *Rules) {}, ""},
		"its title":   {func(r *Rules) { r.Title = "Khác" }, ""},
		"later":       {func(r *Rules) { r.Closes = r.Closes.Add(time.Hour) }, ""},
		"earlier":     {func(r *Rules) { r.Closes = r.Closes.Add(-time.Minute) }, "quiz.closes_earlier"},
		"the prizes":  {func(r *Rules) { r.Prizes = nil }, "quiz.locked"},
		"the minutes": {func(r *Rules) { r.Minutes = 20 }, "quiz.locked"},
	} {
		r := q.Rules
		r.Prizes = slices.Clone(r.Prizes)
		c.edit(&r)
		if _, err := DecideContest(reg, by(org, time.Hour), &q, SaveContest{ID: q.ID, Why: "Mất điện",
			Rules: r}); (err == nil) != (c.code == "") || err != nil && !is(err, c.code, "") {
			t.Errorf("%s of an announced contest: %v", name, err)
		}
	}
	other := q.Rules
	other.Title, other.Terms = "Khác", "Mới"
	if _, err := DecideContest(reg, by(org, time.Minute), &q, SaveContest{ID: q.ID, Rules: other}); !is(err, "quiz.why_missing", "why") {
		t.Errorf("changed under people's hands without a reason: %v", err)
	}
	if e, err := DecideContest(reg, by(org, -time.Minute), &q, SaveContest{ID: q.ID, Rules: other}); err != nil || len(e.Edits) > 0 {
		t.Errorf("before it opens: %+v, %v", e.Edits, err)
	}
	late := q.Rules
	late.Closes = late.Closes.Add(time.Hour)
	if _, err := DecideContest(reg, by(org, 2*time.Hour), &q, SaveContest{ID: q.ID, Rules: late, Why: "x"}); !is(err, "quiz.closed_end", "closes") {
		t.Errorf("opened again: %v", err)
	}
	e, err := DecideContest(reg, by(org, 3*time.Hour), &q, SaveContest{ID: q.ID, Rules: other, Why: "Sai tên"})
	if err != nil || len(e.Edits) != 1 || !strings.Contains(e.Edits[0].Words(text.Vietnamese), "Tìm hiểu nông thôn mới” thành “Khác”") {
		t.Errorf("%+v, %v", e.Edits, err)
	}
	for _, stage := range []Stage{Fixed, Published} {
		done := q
		done.Stage = stage
		if _, err := DecideContest(reg, by(org, 3*time.Hour), &done, SaveContest{ID: q.ID, Rules: other, Why: "x"}); !is(err, "quiz.fixed_already", "") {
			t.Errorf("changed when it was %s: %v", stage, err)
		}
	}
	stale := by(org, time.Hour)
	stale.Seen = "other"
	if _, err := DecideContest(reg, stale, &q, SaveContest{ID: q.ID, Rules: q.Rules}); !is(err, "edit.stale", "") {
		t.Errorf("edited from an older one: %v", err)
	}
	if _, err := DecideMove(MoveFacts{}, stale, q, MakeMove{Move: TakeBack, Why: "x"}); !is(err, "edit.stale", "") {
		t.Errorf("moved from an older one: %v", err)
	}
	step := func(q Contest, f MoveFacts, after time.Duration, c MakeMove) (Contest, error) {
		m, err := DecideMove(f, by(org, after), q, c)
		return m.Contest, err
	}
	if _, err := step(q, MoveFacts{}, time.Hour, MakeMove{Move: Fix}); !is(err, "quiz.not_over", "") {
		t.Errorf("fixed while people answer: %v", err)
	}
	if _, err := step(q, MoveFacts{Late: 2}, 3*time.Hour, MakeMove{Move: Fix}); !is(err, "quiz.late_open", "") {
		t.Errorf("fixed over what waits: %v", err)
	}
	if _, err := step(q, MoveFacts{Held: 1, Until: q.Closes}, 3*time.Hour, MakeMove{Move: Fix}); !is(err, "quiz.held", "sure") {
		t.Errorf("fixed while phones may hold answers: %v", err)
	}
	if _, err := step(q, MoveFacts{Held: 1}, 3*time.Hour, MakeMove{Move: Fix, Sure: true}); err != nil {
		t.Errorf("fixed by who is sure: %v", err)
	}
	if _, err := step(q, MoveFacts{Tries: 1}, 0, MakeMove{Move: TakeBack, Why: "Nhầm"}); !is(err, "quiz.begun", "") {
		t.Errorf("a draft again under people's hands: %v", err)
	}
	fixed, err := step(q, MoveFacts{Tries: 1}, 3*time.Hour, MakeMove{Move: Fix})
	if err != nil || fixed.Stage != Fixed {
		t.Fatalf("%+v, %v", fixed, err)
	}
	if _, err := step(fixed, MoveFacts{}, 3*time.Hour, MakeMove{Move: Fix}); !is(err, "quiz.move_not_now", "") {
		t.Errorf("fixed twice: %v", err)
	}
	public, err := step(fixed, MoveFacts{}, 3*time.Hour, MakeMove{Move: Publish})
	if err != nil || public.Stage != Published {
		t.Fatalf("%+v, %v", public, err)
	}
	if _, err := step(public, MoveFacts{Tries: 1}, 4*time.Hour, MakeMove{Move: TakeBack}); !is(err, "quiz.why_missing", "why") {
		t.Errorf("taken back without a reason: %v", err)
	}
	if waits, err := step(public, MoveFacts{Tries: 1}, 4*time.Hour, MakeMove{Move: TakeBack,
		Why: "Sót bài"}); err != nil || waits.Stage != Published || len(waits.Back) != 0 || waits.Proposed == nil {
		t.Errorf("a public result is taken back by one person: %+v, %v", waits, err)
	}
	if back, err := step(fixed, MoveFacts{Tries: 1}, 4*time.Hour, MakeMove{Move: TakeBack,
		Why: "Sót bài"}); err != nil || back.Stage != Announced || len(back.Back) != 1 {
		t.Errorf("%+v, %v", back, err)
	}
}

// TestOnePersonHasOneTry: by her number however it is written; from another phone she is refused, from her own it goes on.
func TestOnePersonHasOneTry(t *testing.T) {
	q := contest(t, nil)
	commune := reg.Stations()[0].ID
	hers := Begin{Contest: q.ID, Name: "Giàng A Páo", Phone: "0912 345 678", Station: commune, Agreed: true}
	f := BeginFacts{Contest: q, Key: exam, Registry: reg}
	m := by(accounts.Actor{}, time.Minute)
	try, begun, err := DecideBegin(f, m, hers)
	if err != nil || !begun || try.Phone != "0912345678" || len(try.Picks) != 3 || !try.Until.Equal(opens.Add(11*time.Minute)) {
		t.Fatalf("%+v, %v", try, err)
	}
	f.Has, f.Own = &try, &try
	if again, begun, err := DecideBegin(f, m, hers); err != nil || begun || again.ID != try.ID {
		t.Errorf("the same form again: %+v, %v", again, err)
	}
	other := hers
	other.Phone = "0987654321"
	if _, _, err := DecideBegin(f, m, other); !is(err, "quiz.begun_other", "") {
		t.Errorf("the same form with another number: %v", err)
	}
	f.Own = nil
	second := hers
	second.Phone = "+84 912345678"
	if second.Who(ByPhone) != try.Who() {
		t.Error("a number written otherwise is another person")
	}
	if _, _, err := DecideBegin(f, by(accounts.Actor{}, 2*time.Minute), second); !is(err, "quiz.tried", "phone") {
		t.Errorf("from another phone: %v", err)
	}
	void := try
	void.Void = &Word{By: "Chị Hoa"}
	f.Has = &void
	if _, begun, err := DecideBegin(f, by(accounts.Actor{}, 2*time.Minute), second); err != nil || !begun {
		t.Errorf("after hers was declared void: %v", err)
	}
	f.Has = nil
	if late, _, err := DecideBegin(f, by(accounts.Actor{}, 115*time.Minute), hers); err != nil || !late.Until.Equal(q.Closes) {
		t.Errorf("five minutes before the end: until %v, %v", late.Until, err)
	}
	far := q
	far.District = "083"
	for name, c := range map[string]struct {
		contest     Contest
		after       time.Duration
		edit        func(*Begin)
		code, field string
	}{
		"too early":        {q, -time.Minute, func(*Begin) {}, "quiz.not_open_yet", ""},
		"too late":         {q, 2 * time.Hour, func(*Begin) {}, "quiz.closed", ""},
		"no name":          {q, 0, func(c *Begin) { c.Name = "1" }, "quiz.name_missing", "name"},
		"half a number":    {q, 0, func(c *Begin) { c.Phone = "09123" }, "quiz.phone_wrong", "phone"},
		"of no commune":    {q, 0, func(c *Begin) { c.Station = "" }, "quiz.not_here", "station"},
		"another district": {far, 0, func(*Begin) {}, "quiz.not_here", "station"},
		"without agreeing": {q, 0, func(c *Begin) { c.Agreed = false }, "quiz.agree_first", "agreed"},
		"no code":          {contest(t, func(q *Contest) { q.Way = ByCode }), 0, func(c *Begin) { c.Code = "CCCC-CCCC" }, "quiz.code_wrong", "code"},
	} {
		one := hers
		c.edit(&one)
		if _, _, err := DecideBegin(BeginFacts{Contest: c.contest, Key: exam, Registry: reg}, by(accounts.Actor{}, c.after),
			one); !is(err, c.code, c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sitting is a try under way.
func sitting(t *testing.T) (Contest, Try, []Asked) {
	t.Helper()
	q := contest(t, nil)
	try, _, err := DecideBegin(BeginFacts{Contest: q, Key: exam, Registry: reg}, by(accounts.Actor{}, 0),
		Begin{Contest: q.ID, Name: "Giàng A Páo", Phone: "0912345678", Station: reg.Stations()[0].ID, Agreed: true})
	if err != nil {
		t.Fatal(err)
	}
	return q, try, exam.Draw(try.ID, 3)
}

// rightly shows which place on the page is right for the first n questions.
func rightly(asked []Asked, n int) (shown, ms []int) {
	shown, ms = make([]int, len(asked)), make([]int, len(asked))
	for i, a := range asked[:n] {
		shown[i], ms[i] = slices.Index(a.Order, exam.Right[a.Question])+1, 1000*(i+1)
	}
	return shown, ms
}

// TestADrawCanBeMadeAgain: the same try is asked the same, another one something else, never one question twice; and the
// seed decides.
func TestADrawCanBeMadeAgain(t *testing.T) {
	key := Key{Seed: "a", Right: make([]int, 40), Many: slices.Repeat([]int{4}, 40)}
	one, again, other := fmt.Sprint(key.Draw("t1", 20)), fmt.Sprint(key.Draw("t1", 20)), fmt.Sprint(key.Draw("t2", 20))
	key.Seed = "b"
	if one != again || one == other || one == fmt.Sprint(key.Draw("t1", 20)) {
		t.Error("a draw follows from the seed and the try")
	}
	firsts := map[int]int{}
	for i := range 2000 {
		seen := map[int]bool{}
		for _, a := range key.Draw(fmt.Sprint(i), 20) {
			if seen[a.Question] {
				t.Fatal("one question twice")
			}
			seen[a.Question] = true
			firsts[a.Order[0]]++
		}
	}
	for answer, n := range firsts { // 40,000 draws of 4: within 3 % of a quarter
		if n < 9_700 || n > 10_300 {
			t.Errorf("answer %d stands first %d times", answer, n)
		}
	}
}

// TestWhatArrivesInTimeCounts: partly, again, out of order, from two windows, sent twice, and what is odd.
func TestWhatArrivesInTimeCounts(t *testing.T) {
	q, try, asked := sitting(t)
	say := func(rights int, after time.Duration, edit func(*Answer)) (Kept, error) {
		shown, ms := rightly(asked, rights)
		c := Answer{Timed: true, Shown: shown, MS: ms}
		if edit != nil {
			edit(&c)
		}
		return DecideAnswer(exam, q, by(accounts.Actor{}, after), try, c)
	}
	k, err := say(2, time.Minute, nil)
	if err != nil || !k.Changed || k.Try.Right != 2 {
		t.Fatalf("%+v, %v", k, err)
	}
	try = k.Try
	wrong := try.Picks[0].Answer%len(asked[0].Order) + 1
	wrong = slices.Index(asked[0].Order, wrong) + 1
	if k, err := say(2, 2*time.Minute, func(c *Answer) { c.Shown[0], c.MS[0] = wrong, 999 }); err != nil || k.Changed || k.Try.Right != 2 {
		t.Errorf("what was pressed earlier arrives later: %+v, %v", k, err)
	}
	if k, err := say(2, 2*time.Minute, nil); err != nil || k.Changed {
		t.Errorf("a repeat: %+v, %v", k, err)
	}
	if k, err := say(3, 2*time.Minute, func(c *Answer) { c.Shown[0], c.Shown[1], c.MS[0], c.MS[1] = 0, 0, 0, 0 }); err != nil || k.Try.Right != 3 {
		t.Errorf("another window knows of the last question alone: %+v, %v", k, err)
	}
	if k, err := say(2, 2*time.Minute, func(c *Answer) { c.Shown[0], c.MS[0] = wrong, 5000 }); err != nil || k.Try.Right != 1 {
		t.Errorf("a second thought: %+v, %v", k, err)
	}
	if k, err := say(2, 2*time.Minute, func(c *Answer) { c.Shown[0], c.Timed = wrong, false }); err != nil || k.Try.Right != 1 || k.Try.Picks[0].MS != 0 {
		t.Errorf("a second thought without a script: %+v, %v", k, err)
	}
	k, err = say(2, 2*time.Minute, func(c *Answer) { c.Send = true })
	if err != nil || !k.Try.Sent.IsZero() || fmt.Sprint(k.Blank) != "[3]" {
		t.Errorf("sent with a blank: %+v, %v", k, err)
	}
	if k, err := say(2, 2*time.Minute, func(c *Answer) { c.Send, c.Sure = true, true }); err != nil || k.Try.Sent.IsZero() || len(k.Blank) > 0 {
		t.Errorf("sent with a blank that is meant: %+v, %v", k, err)
	}
	seven := 7
	k, err = say(3, 3*time.Minute, func(c *Answer) { c.Guess, c.Send = &seven, true })
	if err != nil || k.Try.Right != 3 || !k.Try.Full() || *k.Try.Guess != 7 || k.Try.Picks[0].At.Equal(k.Try.Picks[2].At) {
		t.Fatalf("%+v, %v", k, err)
	}
	try = k.Try
	if k, err := say(0, 4*time.Minute, func(c *Answer) { c.Shown[0], c.Send = 1, true }); err != nil || k.Changed || k.Try.Right != 3 {
		t.Errorf("after it was sent: %+v, %v", k, err)
	}
	for name, edit := range map[string]func(*Answer){"too few": func(c *Answer) { c.Shown = c.Shown[:2] },
		"an answer that is none": func(c *Answer) { c.Shown[0] = 9 },
		"below none":             func(c *Answer) { c.Shown[0] = -1 }} {
		if _, err := say(1, time.Minute, edit); !is(err, "quiz.answers_odd", "") {
			t.Errorf("%s: %v", name, err)
		}
	}
	wild := -3
	if _, err := say(1, time.Minute, func(c *Answer) { c.Guess = &wild }); !is(err, "quiz.guess_odd", "guess") {
		t.Errorf("a guess below nothing: %v", err)
	}
	if k, err := say(3, time.Minute, func(c *Answer) { c.Timed = false }); err != nil || k.Changed {
		t.Errorf("without a script, after it was sent: %+v, %v", k, err)
	}
}

// TestWhatArrivesLateWaitsForAWord: nothing of it counts by itself, and what the phone says was pressed behind the end never does.
func TestWhatArrivesLateWaitsForAWord(t *testing.T) {
	q, try, asked := sitting(t) // until ten minutes after the opening
	shown, ms := rightly(asked, 1)
	k, err := DecideAnswer(exam, q, by(accounts.Actor{}, 10*time.Minute+10*time.Second), try, Answer{Timed: true, Shown: shown, MS: ms})
	if err != nil || k.Late || k.Try.Right != 1 {
		t.Fatalf("on its way at the end: %+v, %v", k, err)
	}
	try = k.Try
	shown, ms = rightly(asked, 3)
	ms[2] = 10*60*1000 + 1
	if _, err := DecideAnswer(exam, q, by(accounts.Actor{}, 20*time.Minute), try, Answer{Shown: shown, MS: make([]int, 3)}); !is(err, "quiz.over", "") {
		t.Errorf("late without a script: %v", err)
	}
	if _, err := DecideAnswer(exam, q, by(accounts.Actor{}, 72*time.Hour), try, Answer{Timed: true, Shown: shown, MS: ms}); !is(err, "quiz.over", "") {
		t.Errorf("three days late: %v", err)
	}
	k, err = DecideAnswer(exam, q, by(accounts.Actor{}, 20*time.Minute), try, Answer{Timed: true, Shown: shown, MS: ms, Send: true})
	if err != nil || !k.Late || !k.Changed || k.Try.Right != 1 || !k.Try.Open() || !k.Try.Sent.IsZero() || k.Try.Tally().Late != 1 {
		t.Fatalf("%+v, %v", k, err)
	}
	if k.Try.Late.Picks[2].Answer != 0 {
		t.Error("what was pressed behind the end by the phone itself is taken")
	}
	if again, err := DecideAnswer(exam, q, by(accounts.Actor{}, 21*time.Minute), k.Try, Answer{Timed: true, Shown: shown,
		MS: ms}); err != nil || again.Changed {
		t.Errorf("the repeat: %+v, %v", again, err)
	}
	late := k.Try
	for do, right := range map[Do]int{CountLate: 2, DropLate: 1} {
		said, err := DecideJudge(exam, q, by(org, time.Hour), late, Judge{Do: do, Why: "Cụm loa mất điện"})
		if err != nil || said.Right != right || said.Open() {
			t.Errorf("%s: %+v, %v", do, said, err)
		}
		if k, err := DecideAnswer(exam, q, by(accounts.Actor{}, 2*time.Hour), said, Answer{Timed: true, Shown: shown, MS: ms}); err != nil || k.Changed {
			t.Errorf("the same after the word: %+v, %v", k, err)
		}
		more := slices.Clone(ms)
		more[2] = 9 * 60 * 1000
		k, err := DecideAnswer(exam, q, by(accounts.Actor{}, 2*time.Hour), said, Answer{Timed: true, Shown: shown, MS: more})
		if err != nil || !k.Try.Open() || k.Try.Right != right {
			t.Errorf("more after the word %s: %+v, %v", do, k, err)
		}
		if _, err := DecideJudge(exam, q, by(org, time.Hour), said, Judge{Do: do, Why: "x"}); !is(err, "quiz.late_said_so", "do") {
			t.Errorf("%s twice: %v", do, err)
		}
		other := map[Do]Do{CountLate: DropLate, DropLate: CountLate}[do]
		back, err := DecideJudge(exam, q, by(org, time.Hour), said, Judge{Do: other, Why: "Xem lại"})
		if err != nil || back.Right != 3-right || len(back.Rulings()) != 2 || back.Rulings()[0].Why != "Cụm loa mất điện" {
			t.Errorf("%s taken back: %+v, %v", do, back, err)
		}
	}
	closed := q
	closed.Stage = Fixed
	if k, err := DecideAnswer(exam, closed, by(accounts.Actor{}, 3*time.Hour), try, Answer{Timed: true, Shown: shown, MS: ms}); err != nil || !k.Try.Open() {
		t.Errorf("after the result was fixed: %+v, %v", k, err)
	}
	older := late
	older.Late = &Late{Picks: late.Late.Picks, Count: true, Said: &Word{By: "Chị Hoa", Why: "Cụm loa mất điện"}}
	older.Picks = slices.Clone(late.Picks)
	older.Picks[1] = late.Late.Picks[1]
	older.Picks[1].Late = true
	if back, err := DecideJudge(exam, q, by(org, time.Hour), older, Judge{Do: DropLate, Why: "x"}); err != nil || back.Right != 1 || len(back.Rulings()) != 2 {
		t.Errorf("a word of an older folder is taken back: %+v, %v", back, err)
	}
	for name, c := range map[string]struct {
		who  accounts.Actor
		edit func(*Contest, *Judge)
		code string
	}{
		"without a reason":   {org, func(_ *Contest, c *Judge) { c.Why = "" }, "quiz.why_missing"},
		"another's contest":  {huyen, func(*Contest, *Judge) {}, "accounts.denied"},
		"what nobody does":   {org, func(_ *Contest, c *Judge) { c.Do = "x" }, "quiz.do_unknown"},
		"once it is decided": {org, func(q *Contest, _ *Judge) { q.Stage = Fixed }, "quiz.fixed_already"},
	} {
		one, j := q, Judge{Do: CountLate, Why: "x"}
		c.edit(&one, &j)
		if _, err := DecideJudge(exam, one, by(c.who, time.Hour), late, j); !is(err, c.code, "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhoWins: all right first, then the closer guess, then the earlier sending; who guessed nothing stands behind.
func TestWhoWins(t *testing.T) {
	q := contest(t, nil)
	n := func(i int) *int { return &i }
	try := func(id string, right int, guess *int, sent time.Duration) Try {
		return Try{ID: id, Name: id, Phone: "0912345678", Station: "S00001", Picks: make([]Pick, 3), Right: right, Guess: guess,
			Began: opens, Until: opens.Add(10 * time.Minute),
			Sent: opens.Add(sent)}
	}
	tries := []Try{try("none", 3, nil, time.Minute), try("far", 3, n(900), 2*time.Minute), try("near", 3, n(5), 5*time.Minute),
		try("near-first", 3, n(3), 4*time.Minute),
		try("fast", 2, n(4), time.Second)}
	var sum Tally
	for _, x := range tries {
		sum = sum.Add(x.Tally(), 1)
	}
	if sum.Full != 4 || sum.Tries != 5 || sum.Right != 14 {
		t.Fatalf("%+v", sum)
	}
	ranked := Rank(q, tries, sum)
	var order []string
	for _, r := range ranked {
		order = append(order, r.Try+" "+r.Prize)
	}
	if got := strings.Join(order, ", "); got != "near-first Nhất, near Nhì, far Nhì, none , fast " {
		t.Error(got)
	}
	r := Result{Ranked: ranked}
	if p := r.Public(); len(p.Ranked) != 3 || p.Ranked[0].Name != "N." || p.Ranked[0].Phone != "…678" || p.Ranked[0].Try != "" {
		t.Errorf("%+v", p.Ranked)
	}
	if f := r.Forget(); f.Ranked[0].Name == "" || f.Ranked[0].Phone != "" || f.Ranked[4].Name != "" || ranked[0].Phone == "" {
		t.Errorf("%+v", f.Ranked)
	}
	if len(Rank(q, []Try{try("nothing", 0, n(0), 0)}, Tally{})[0].Prize) > 0 {
		t.Error("a prize for nothing right")
	}
	if Short("Giàng A Páo") != "Giàng A P." || Short("Lò") != "L." || Short("") != "" || Hidden("0912345678") != "…678" {
		t.Error("a name is shown whole")
	}
}

// TestPaceOfATry: how long each question took by the phone, and what was pressed faster than one reads.
func TestPaceOfATry(t *testing.T) {
	try := Try{Picks: []Pick{{Answer: 1, MS: 9000}, {Answer: 1, MS: 4000}, {}}}
	if got, all := try.Pace(); all || fmt.Sprint(got) != "[5 4 0]" {
		t.Errorf("%v", got)
	}
	fast := Try{}
	for i := range 6 {
		fast.Picks = append(fast.Picks, Pick{Answer: 1, MS: 900 * (i + 1)})
	}
	if !fast.Hasty() || try.Hasty() {
		t.Error("haste")
	}
}

// TestPeopleAreForgotten: when their time is over, and not before.
func TestPeopleAreForgotten(t *testing.T) {
	q := contest(t, nil)
	if _, due := DecideForget(q.Forgets().Add(-time.Second), q); due {
		t.Error("a second early")
	}
	gone, due := DecideForget(q.Forgets(), q)
	if _, again := DecideForget(q.Forgets(), gone); !due || again {
		t.Error("once, at its time")
	}
	if x := (Try{Name: "a", Phone: "0912345678", Code: "c", Right: 2}).Forget(); !x.Nobodys() || x.Name != "" || x.Right != 2 {
		t.Errorf("%+v", x)
	}
	if _, err := gone.Shown(accounts.Actor{}, Result{}); !is(err, "quiz.no_result", "") {
		t.Errorf("not public: %v", err)
	}
	gone.Stage = Published
	if r, err := gone.Shown(accounts.Actor{}, Result{Ranked: []Ranked{{Name: "Giàng A Páo", Prize: "Nhất"}}}); err != nil || r.Ranked[0].Name != "" {
		t.Errorf("%+v, %v", r, err)
	}
}
