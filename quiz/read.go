package quiz

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"loa/internal/doctext"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/scheduler"
)

// The media type of a document of Word.
const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// Read reads the questions of a file: a table (XLSX, CSV) of one question a row, or a document (DOCX). What is wrong
// with a single question is for PlanImport to say. Faults: those of sheet.Read and doctext.Read, quiz.column_unknown,
// quiz.column_twice, quiz.column_missing, quiz.document_none.
func Read(b []byte) ([]Row, error) {
	if isDocument(b) {
		said, err := doctext.Read(docxType, b)
		if err != nil {
			return nil, err
		}
		return readDocument(said)
	}
	t, err := sheet.Read(b)
	if err != nil {
		return nil, err
	}
	return readTable(t)
}

// isDocument tells a DOCX from an XLSX, which are both ZIP archives, by the names of what is inside.
func isDocument(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) && bytes.Contains(b, []byte("word/document.xml"))
}

// columns are the headings a table may have, with what else people call them.
var columns = map[string][]string{
	"text":  {"câu hỏi", "nội dung câu hỏi", "nội dung", "question"},
	"right": {"đáp án đúng", "đáp án", "câu trả lời đúng", "right answer", "right"},
	"topic": {"chủ đề", "topic"},
	"n":     {"stt", "số thứ tự", "tt", "no", "no."},
}

// columnOf is which column a heading means: "text", "right", "topic", "n", or "1" to "6" of an answer.
func columnOf(heading string) string {
	folded := text.Fold(heading)
	for name, called := range columns {
		if slices.ContainsFunc(called, func(c string) bool { return text.Fold(c) == folded }) {
			return name
		}
	}
	for _, prefix := range []string{"", "phuong an ", "tra loi ", "dap an ", "answer "} {
		if rest, ok := strings.CutPrefix(folded, prefix); ok {
			if n := letter(rest); n > 0 {
				return strconv.Itoa(n)
			}
		}
	}
	return ""
}

func readTable(t sheet.Table) ([]Row, error) {
	at := map[string]int{}
	for i, c := range t.Rows[0].Cells {
		if c.Text == "" {
			continue
		}
		name := columnOf(c.Text)
		code := "quiz.column_unknown"
		if name != "" {
			if _, twice := at[name]; !twice {
				at[name] = i
				continue
			}
			code = "quiz.column_twice"
		}
		e := fault.New(fault.Invalid, code, "heading", c.Text)
		e.Line = t.Rows[0].Line
		return nil, e
	}
	for _, need := range []string{"text", "1", "2", "right"} {
		if _, has := at[need]; !has {
			named := map[string]int{"text": 0, "1": 1, "2": 2, "right": 7}[need]
			e := fault.New(fault.Invalid, "quiz.column_missing", "heading", Headings(text.Vietnamese)[named])
			e.Line = t.Rows[0].Line
			return nil, e
		}
	}
	var rows []Row
	for _, line := range t.Rows[1:] {
		cell := func(name string) string {
			if i, has := at[name]; has {
				return line.Cell(i).Text
			}
			return ""
		}
		row := Row{Line: line.Line, Text: cell("text"), Right: cell("right"), Topic: cell("topic")}
		for i := range MostAnswers {
			row.Answers = append(row.Answers, cell(strconv.Itoa(i+1)))
		}
		if row.Text != "" || row.Right != "" || slices.ContainsFunc(row.Answers, func(a string) bool { return a != "" }) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

var (
	// asked begins a question: "Câu 12:", "Câu hỏi 3."; counted too, "12.", where no question of the file has that word.
	asked   = regexp.MustCompile(`^(?i)câu(?: hỏi)?(?: số)?\s*\d{1,4}\s*[.:)/-]?\s*`)
	counted = regexp.MustCompile(`^\d{1,4}\s*[.:)/]\s*`)
	// answered begins an answer: "A.", "b)"; a star before it, or behind its words, marks the right one.
	answered = regexp.MustCompile(`^(\*?)\s*([A-Fa-f])\s*[.:)/]\s*`)
	// key says which is right: "Đáp án: B"
	key = regexp.MustCompile(`^(?i)(?:đáp án|trả lời)(?: đúng)?\s*[:.\-–]?\s*`)
	// about says the topic.
	about = regexp.MustCompile(`^(?i)chủ đề\s*[:.\-–]\s*`)
)

// readDocument reads questions as people write them in Word: "Câu 1. …", "A. …", "B. …", "Đáp án: B". Where Word numbered
// the lines itself, the numbers are no text: then the first line of a block is the question, and the lines to "Đáp án" are answers.
func readDocument(said string) (rows []Row, err error) {
	begins := counted
	lines := strings.Split(said, "\n")
	if slices.ContainsFunc(lines, asked.MatchString) {
		begins = asked
	}
	var row *Row
	lettered := false // the last answer had its letter
	done := func() {
		if row != nil {
			rows = append(rows, *row)
		}
		row, lettered = nil, false
	}
	ended := false // the question has its right answer: what follows is another
	for _, line := range lines {
		line = text.Line(line)
		switch {
		case line == "":
		case about.MatchString(line):
			if row != nil {
				row.Topic = about.ReplaceAllString(line, "")
			}
		case key.MatchString(line) && row != nil && !ended:
			row.Right, ended = key.ReplaceAllString(line, ""), true
		case answered.MatchString(line) && row != nil && !ended:
			m := answered.FindStringSubmatch(line)
			words := strings.TrimSpace(line[len(m[0]):])
			if bare, marked := strings.CutSuffix(words, "*"); marked || m[1] != "" {
				words = strings.TrimSpace(bare)
				row.Right = strings.ToUpper(m[2])
			}
			for n := letter(m[2]); len(row.Answers) < n-1; {
				row.Answers = append(row.Answers, "")
			}
			row.Answers, lettered = append(row.Answers, words), true
		case begins.MatchString(line) || row == nil || ended:
			done()
			row, ended = &Row{Line: len(rows) + 1, Text: begins.ReplaceAllString(line, "")}, false
		case lettered: // the answer goes on
			row.Answers[len(row.Answers)-1] += " " + line
		case row.Text == "":
			row.Text = line
		default:
			row.Answers = append(row.Answers, counted.ReplaceAllString(line, ""))
		}
	}
	done()
	for i := range rows { // a question of several paragraphs before lettered answers reads as answers: nobody asks so many
		if n := len(rows[i].Answers); n > 20 {
			rows[i].Answers = rows[i].Answers[:20]
		}
	}
	if !slices.ContainsFunc(rows, func(r Row) bool { return len(r.Answers) > 0 }) {
		return nil, fault.New(fault.Invalid, "quiz.document_none")
	}
	return rows, nil
}

// Headings are those of a table of questions: the template's, and of what is exported.
func Headings(l text.Language) []string {
	return []string{l.Say("quiz.column.text"), "A", "B", "C", "D", "E", "F", l.Say("quiz.column.right"), l.Say("quiz.column.topic")}
}

// Table is questions as a file has them, the head first; Read reads it back.
func Table(l text.Language, list []Question) [][]any {
	rows := make([][]any, 1, len(list)+1)
	for _, h := range Headings(l) {
		rows[0] = append(rows[0], h)
	}
	for _, q := range list {
		row := []any{q.Text}
		for i := range MostAnswers {
			if i < len(q.Answers) {
				row = append(row, q.Answers[i])
			} else {
				row = append(row, nil)
			}
		}
		topic := ""
		if q.Topic != "" {
			topic = l.Say("schedule.topic." + string(q.Topic))
		}
		rows = append(rows, append(row, string(rune('A'+q.Right-1)), topic))
	}
	return rows
}

// Samples are the questions of the template.
func Samples(l text.Language) []Question {
	say := func(n, right, answers int, topic scheduler.Topic) (q Question) {
		key := "quiz.sample." + strconv.Itoa(n)
		q = Question{Text: l.Say(key), Right: right, Topic: topic}
		for i := range answers {
			q.Answers = append(q.Answers, l.Say(key+"."+string(rune('a'+i))))
		}
		return q
	}
	return []Question{say(1, 2, 4, "environment_landscape"), say(2, 1, 2, "")}
}

// Document is questions as a DOCX has them, in Vietnamese; Read reads it back.
func Document(list []Question) []byte {
	const l = text.Vietnamese
	var lines []string
	for i, q := range list {
		lines = append(lines, l.Say("quiz.document.question", "n", i+1)+" "+q.Text)
		for j, a := range q.Answers {
			lines = append(lines, string(rune('A'+j))+". "+a)
		}
		lines = append(lines, l.Say("quiz.document.right")+" "+string(rune('A'+q.Right-1)))
		if q.Topic != "" {
			lines = append(lines, l.Say("quiz.document.topic")+" "+l.Say("schedule.topic."+string(q.Topic)))
		}
		lines = append(lines, "")
	}
	return doctext.Written(lines)
}
