package quiz

import (
	"net/http"
	"strconv"

	"loa/quiz"
	"loa/web/kit"
)

type poolPage struct {
	kit.Page
	ID, Name string
	Rows     []poolRow
	Turn     kit.Turn
}

type poolRow struct {
	quiz.Question
	Number int
	Said   string // the right answer
}

func (d desk) showPool(w http.ResponseWriter, r *kit.Request) error {
	q, err := d.hers(r)
	if err != nil {
		return err
	}
	from, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil || from < 0 {
		from = 0
	}
	list, err := d.store.QuizPool(r.Context(), r.Actor, q.ID, from, kit.RowsAtOnce)
	if err != nil {
		return err
	}
	next := ""
	if from+len(list) < q.Pool {
		next = strconv.Itoa(from + len(list))
	}
	page := poolPage{Page: r.Page("quiz.pool_title"), ID: q.ID, Name: q.Title, Turn: r.TurnAfter("after", next)}
	for i, one := range list {
		row := poolRow{one, from + i + 1, one.RightAnswer()}
		if one.Right == 0 {
			row.Said = quiz.Letter(r.Lang, 0)
		}
		page.Rows = append(page.Rows, row)
	}
	return d.pool.Render(w, r, page)
}

type correctPage struct {
	kit.Page
	ID, Name string
	Question poolRow
	Form     kit.Form
	Rights   []kit.Option
	Public   bool // a second person has to agree
}

// everybody is the choice that whoever was asked has it right.
const everybody = "everybody"

func (d desk) showCorrect(w http.ResponseWriter, r *kit.Request) error {
	return d.renderCorrect(w, r, kit.NewForm())
}

func (d desk) renderCorrect(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	q, err := d.hers(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil || n < 1 || n > q.Pool {
		return quiz.NoQuestion()
	}
	list, err := d.store.QuizPool(r.Context(), r.Actor, q.ID, n-1, 1)
	if err != nil {
		return err
	}
	page := correctPage{Page: r.Page("quiz.correct_title"), ID: q.ID, Name: q.Title, Question: poolRow{list[0], n, list[0].RightAnswer()},
		Form: f.From(q.Edition()), Public: q.Stage == quiz.Published}
	for i, a := range list[0].Answers {
		page.Rights = append(page.Rights, kit.Option{Value: strconv.Itoa(i + 1), Text: string(rune('A'+i)) + ". " + a})
	}
	page.Rights = append(page.Rights, kit.Option{Value: everybody, Text: quiz.Letter(r.Lang, 0)})
	return d.key.Render(w, r, page)
}

func (d desk) correct(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	m := r.Meta(f.ID)
	m.Seen = f.Of
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return quiz.NoQuestion()
	}
	c := quiz.CorrectKey{ID: r.PathValue("quiz"), Question: n, Everybody: f.Get("right") == everybody, Why: f.Get("why")}
	if right, err := strconv.Atoi(f.Get("right")); err == nil {
		c.Right = right
	}
	q, err := d.store.CorrectQuiz(r.Context(), m, c)
	if f.Refused(err) {
		return d.renderCorrect(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/quizzes/"+c.ID, map[bool]string{true: "quiz.proposed_done", false: "quiz.corrected_done"}[q.Proposed != nil])
}

func (d desk) answerProposal(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	m := r.Meta(f.ID)
	m.Seen = f.Of
	c := quiz.AnswerProposal{ID: r.PathValue("quiz"), Agree: f.Get("do") == "agree", Why: f.Get("why")}
	_, err = d.store.AnswerProposal(r.Context(), m, c)
	if f.RefusedAloud(err) {
		return d.renderContest(w, r, *f, kit.NewForm())
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/quizzes/"+c.ID, map[bool]string{true: "quiz.agreed_done", false: "quiz.declined_done"}[c.Agree])
}
