package quiz

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// SaveQuestion makes a question, or changes one.
type SaveQuestion struct {
	ID       string          `json:"-"`                                        // "" for a new one
	District string          `json:"district,omitempty" schema:"maxLength=10"` // of a new one
	Text     string          `json:"text" schema:"required maxLength=1000"`
	Answers  []string        `json:"answers" schema:"required minItems=2 maxItems=6"`
	Right    int             `json:"right" schema:"minimum=1 maximum=6"` // number of the right one, from 1
	Topic    scheduler.Topic `json:"topic,omitempty"`
	Retired  bool            `json:"retired,omitempty"`
}

// BankFacts is what is known before questions are kept.
type BankFacts struct {
	Known    func(folded string) bool // a question with these words is there, of the same district
	Are      int                      // how many the district has
	Was      *Question                // the one that is changed
	Registry *stations.Registry
}

// DecideQuestion says what a question becomes. Faults: accounts.denied, quiz.no_question, stations.no_district, edit.stale, quiz.bank_full,
// quiz.question_known, quiz.refused whose parts are of text, answers, right and topic.
func DecideQuestion(f BankFacts, m accounts.Meta, c SaveQuestion) (Question, error) {
	q := Question{ID: m.NewID(), District: c.District}
	if c.ID != "" {
		if f.Was == nil {
			return q, NoQuestion()
		}
		q = *f.Was
	}
	if err := MayRun(m.By, q.District); err != nil {
		return q, err
	}
	if err := f.Registry.CheckDistrict(q.District); err != nil {
		return q, err
	}
	if f.Was != nil {
		if err := m.Current(f.Was.Edition()); err != nil {
			return q, err
		}
	}
	was := q
	q.Text, q.Answers, q.Right, q.Topic, q.Retired = text.Line(c.Text), nil, c.Right, c.Topic, c.Retired
	for i, a := range c.Answers { // an empty one in between is none; the right one keeps its words
		if a = text.Line(a); a != "" {
			q.Answers = append(q.Answers, a)
			continue
		}
		switch {
		case i+1 == c.Right:
			q.Right = 0
		case i+1 < c.Right:
			q.Right--
		}
	}
	if bad := q.check(); len(bad) > 0 {
		return q, refused(bad)
	}
	if c.ID == "" && f.Are >= MostBank {
		return q, fault.New(fault.Conflict, "quiz.bank_full", "most", MostBank)
	}
	if same := text.Fold(q.Text); same != text.Fold(was.Text) && f.Known(same) {
		return q, fault.New(fault.Conflict, "quiz.question_known").At("text")
	}
	q.Touch = m.Touch(was, q)
	return q, nil
}

func refused(bad []*fault.Error) error {
	e := fault.New(fault.Invalid, "quiz.refused", "n", len(bad))
	e.Parts = bad
	return e
}

// check says what is wrong with a question.
func (q Question) check() (bad []*fault.Error) {
	refuse := func(field, code string, args ...any) {
		bad = append(bad, fault.New(fault.Invalid, code, args...).At(field))
	}
	n := utf8.RuneCountInString(q.Text)
	switch {
	case !strings.ContainsFunc(q.Text, unicode.IsLetter):
		refuse("text", "quiz.text_missing")
	case n > MostQuestion:
		refuse("text", "kit.text_too_long", "length", n, "most", MostQuestion)
	}
	if n := len(q.Answers); n < LeastAnswers || n > MostAnswers {
		refuse("answers", "quiz.answers_many", "n", n, "least", LeastAnswers, "most", MostAnswers)
		return bad
	}
	seen := map[string]bool{}
	for _, a := range q.Answers {
		if n := utf8.RuneCountInString(a); n > MostAnswer {
			refuse("answers", "kit.text_too_long", "length", n, "most", MostAnswer)
		}
		if seen[strings.ToLower(a)] {
			refuse("answers", "quiz.answer_twice", "answer", a)
		}
		seen[strings.ToLower(a)] = true
	}
	if q.Right < 1 || q.Right > len(q.Answers) {
		refuse("right", "quiz.right_missing")
	}
	if q.Topic != "" && !known(q.Topic) {
		refuse("topic", "quiz.topic_unknown", "topic", string(q.Topic))
	}
	return bad
}

// Row is one question as a file has it.
type Row struct {
	Line    int      `json:"line"` // of the sheet, or the question's place in a document
	Text    string   `json:"text" schema:"maxLength=5000"`
	Answers []string `json:"answers" schema:"maxItems=20"`
	Right   string   `json:"right" schema:"maxLength=1000"`          // "B", "2", or the answer's words
	Topic   string   `json:"topic,omitempty" schema:"maxLength=200"` // its name or its word
}

// Import puts the questions of a file into the bank, all of them or none.
type Import struct {
	District string `json:"district,omitempty" schema:"maxLength=10"`
	Rows     []Row  `json:"rows" schema:"maxItems=2000"`
}

// Plan is what an import would make.
type Plan struct {
	New   []Question     `json:"new"`
	Known []int          `json:"known"` // lines of questions that are there already
	Bad   []*fault.Error `json:"-"`     // with their lines
}

// MostRows is how many questions one file may hold.
const MostRows = 2000

// PlanImport says what an import makes and what is wrong in it. Faults: accounts.denied, stations.no_district.
func PlanImport(f BankFacts, m accounts.Meta, c Import) (p Plan, err error) {
	if err := MayRun(m.By, c.District); err != nil {
		return p, err
	}
	if err := f.Registry.CheckDistrict(c.District); err != nil {
		return p, err
	}
	seen := map[string]int{}
	for i, row := range c.Rows {
		q, bad := row.question()
		q.District = c.District
		bad = append(bad, q.check()...)
		key := text.Fold(q.Text)
		if first, twice := seen[key]; twice && key != "" {
			bad = append(bad, fault.New(fault.Invalid, "quiz.row_twice", "line", first).At("text"))
		}
		seen[key] = row.Line
		for _, e := range bad {
			e.Line = row.Line
			p.Bad = append(p.Bad, e)
		}
		switch {
		case len(bad) > 0:
		case f.Known(key):
			p.Known = append(p.Known, row.Line)
		default:
			one := m
			one.ID = fmt.Sprintf("%s/%d", m.ID, i)
			q.ID = one.NewID()
			q.Touch = m.Touch(Question{}, q)
			p.New = append(p.New, q)
		}
	}
	if len(p.Bad) == 0 && f.Are+len(p.New) > MostBank {
		return p, fault.New(fault.Conflict, "quiz.bank_full", "most", MostBank)
	}
	return p, nil
}

// DecideImport is PlanImport of what is carried out. Faults also: quiz.rows_none, quiz.rows_many, quiz.import_refused whose parts say what is
// wrong in which line.
func DecideImport(f BankFacts, m accounts.Meta, c Import) (Plan, error) {
	switch {
	case len(c.Rows) == 0:
		return Plan{}, fault.New(fault.Invalid, "quiz.rows_none").At("file")
	case len(c.Rows) > MostRows:
		return Plan{}, fault.New(fault.TooLarge, "quiz.rows_many", "n", len(c.Rows), "most", MostRows).At("file")
	}
	p, err := PlanImport(f, m, c)
	if err == nil && len(p.Bad) > 0 {
		e := fault.New(fault.Invalid, "quiz.import_refused", "n", len(p.Bad))
		e.Parts = p.Bad
		err = e
	}
	return p, err
}

// question is the row as a question, with what could not be read of it.
func (r Row) question() (q Question, bad []*fault.Error) {
	q.Text = text.Line(r.Text)
	place := map[int]int{} // of an answer's column, from 1: where it stands among those that are there
	for i, a := range r.Answers {
		if a = text.Line(a); a != "" {
			q.Answers = append(q.Answers, a)
			place[i+1] = len(q.Answers)
		}
	}
	right := text.Line(r.Right)
	switch n := letter(right); {
	case right == "":
	case n > 0:
		if q.Right = place[n]; q.Right == 0 {
			bad = append(bad, fault.New(fault.Invalid, "quiz.right_empty", "right", right).At("right"))
			q.Right = 1 // said once
		}
	default:
		if q.Right = slices.IndexFunc(q.Answers, func(a string) bool { return strings.EqualFold(a, right) }) + 1; q.Right == 0 {
			bad = append(bad, fault.New(fault.Invalid, "quiz.right_none", "right", right).At("right"))
			q.Right = 1
		}
	}
	if topic := text.Line(r.Topic); topic != "" {
		if q.Topic = topicOf(topic); q.Topic == "" {
			bad = append(bad, fault.New(fault.Invalid, "quiz.topic_unknown", "topic", topic).At("topic"))
		}
	}
	return q, bad
}

// letter is which answer "B", "b)", "2" or "Đáp án B" names, from 1; 0 for none.
func letter(s string) int {
	s = strings.ToUpper(strings.TrimRight(s, " .)*"))
	if i := strings.LastIndexAny(s, " :"); i >= 0 && strings.Contains(text.Fold(s), "dap an") {
		s = s[i+1:]
	}
	if len(s) != 1 {
		return 0
	}
	switch c := s[0]; {
	case c >= 'A' && c < 'A'+MostAnswers:
		return int(c-'A') + 1
	case c >= '1' && c < '1'+MostAnswers:
		return int(c-'1') + 1
	}
	return 0
}

// topicOf is the topic with that name in any language, or that word; "" for none.
func topicOf(name string) scheduler.Topic {
	for _, t := range scheduler.Topics {
		if string(t) == name {
			return t
		}
		for _, l := range text.Languages {
			if text.Fold(l.Say("schedule.topic."+string(t))) == text.Fold(name) {
				return t
			}
		}
	}
	return ""
}
