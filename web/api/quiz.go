package api

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"loa/accounts"
	"loa/internal/sheet"
	"loa/quiz"
	"loa/stations"
	"loa/web/kit"
)

// quizRoutes are those of who runs knowledge contests. Who takes part has pages.
type quizRoutes struct{ store quizStore }

type quizStore interface {
	quiz.Store
	Registry(ctx context.Context) (*stations.Registry, error)
}

// QuizRecord is a contest with how it goes. Who does not run it gets the contest alone.
type QuizRecord struct {
	quiz.Contest
	Sum     quiz.Tally   `json:"sum"`
	Places  []quiz.Place `json:"places"` // each commune with a try
	Codes   []quiz.Codes `json:"codes"`  // by commune, where people come with codes
	Seed    string       `json:"seed,omitempty"`
	Forgets time.Time    `json:"forgets"` // when names and numbers are erased
}

// QuizResult is who won, with what districts and communes did.
type QuizResult struct {
	quiz.Result
	Districts []quiz.District `json:"districts"`
}

// TryRecord is a try with its questions, in the order they were asked.
type TryRecord struct {
	quiz.Try
	Questions []quiz.Question `json:"questions"`
}

// PoolQuestion is a question that a contest took from the bank.
type PoolQuestion struct {
	Number int `json:"number"` // its place, from 1
	quiz.Question
}

// codesMade is how many codes were made.
type codesMade struct {
	Made int `json:"made"`
}

// questionsImported is what an import of questions made, or would make.
type questionsImported struct {
	quiz.Imported
	Applied bool          `json:"applied"`
	Errors  []kit.Problem `json:"errors"`
}

const questionFiles = "text/csv " + sheet.XLSXType + " application/vnd.openxmlformats-officedocument.wordprocessingml.document"

func (q quizRoutes) routes() []kit.Route {
	const run = accounts.RunQuiz
	return []kit.Route{
		{Pattern: "GET /api/v1/questions", Access: run, Handler: q.bank, Filter: quiz.Filter{}, Query: "limit after", Out: kit.List[quiz.Question]{},
			Summary: "Questions of the bank the caller may draw: those of her districts and of the province, with the right answers."},
		{Pattern: "POST /api/v1/questions", Statuses: []int{http.StatusCreated}, Access: run, Handler: q.addQuestion, In: quiz.SaveQuestion{},
			Out: quiz.Question{}, Summary: "Add a question to the bank of a district, or of the province."},
		{Pattern: "POST /api/v1/questions/import", Takes: questionFiles, Access: run, Handler: q.imp, Query: "dry_run district",
			Out: questionsImported{}, MaxBody: sheet.MaxBytes + 1,
			Summary: "Add the questions of a CSV, XLSX or DOCX file (raw body), all or none; those that are there already are passed over. " +
				"dry_run=1 lists what is wrong in which line and adds nothing."},
		{Pattern: "GET /api/v1/questions/{question}", Access: run, Handler: q.question, Out: quiz.Question{}, Summary: "One question of the bank."},
		{Pattern: "PUT /api/v1/questions/{question}", Edits: true, Access: run, Handler: q.editQuestion, In: quiz.SaveQuestion{}, Out: quiz.Question{},
			Summary: "Change a question; retired ones are drawn by no contest that is announced later. Contests that took it keep it as it was."},
		{Pattern: "GET /api/v1/quizzes", Access: run, Handler: q.list, Query: "limit after", Out: kit.List[quiz.Contest]{},
			Summary: "Knowledge contests, those that open last first: drafts for who runs them, the others for everybody who runs some."},
		{Pattern: "POST /api/v1/quizzes", Statuses: []int{http.StatusCreated}, Access: run, Handler: q.add, In: quiz.SaveContest{}, Out: quiz.Contest{},
			Summary: "Make a knowledge contest of a district, or of the province: a draft that nobody else sees."},
		{Pattern: "GET /api/v1/quizzes/{quiz}", Access: run, Handler: q.one, Out: QuizRecord{},
			Summary: "One contest, with the tries of each commune and the codes for who runs it; the seed of the draws once nobody answers any more."},
		{Pattern: "PUT /api/v1/quizzes/{quiz}", Edits: true, Access: run, Handler: q.edit, In: quiz.SaveContest{}, Out: quiz.Contest{},
			Summary: "Change a contest. Once it is announced only title, host, terms and a later end change."},
		{Pattern: "POST /api/v1/quizzes/{quiz}/move", Edits: true, Access: run, Handler: q.move, In: quiz.MakeMove{}, Out: quiz.Contest{},
			Summary: "Bring a contest on: announce takes its questions from the bank, fix decides who won, publish tells everybody, " +
				"take_back goes back and wants why."},
		{Pattern: "GET /api/v1/quizzes/{quiz}/questions", Access: run, Handler: q.pool, Query: "limit after", Out: kit.List[PoolQuestion]{},
			Summary: "Questions that a contest took from the bank, with the right answers by which it counts; 0 is everybody who is asked."},
		{Pattern: "POST /api/v1/quizzes/{quiz}/questions/{number}/correct", Edits: true, Access: run, Handler: q.correct, In: quiz.CorrectKey{},
			Out: quiz.Contest{}, Summary: "Put a right answer right: all tries are counted anew. Of a published result it waits for a second person."},
		{Pattern: "POST /api/v1/quizzes/{quiz}/proposal", Edits: true, Access: run, Handler: q.answerProposal, In: quiz.AnswerProposal{},
			Out: quiz.Contest{}, Summary: "Agree to what somebody else wants to change of a published result, or refuse it with a reason."},
		{Pattern: "GET /api/v1/quizzes/{quiz}/codes", Access: run, Handler: q.codes, Query: "limit after station", Out: kit.List[quiz.Code]{},
			Summary: "Codes to hand out, of one commune or of all."},
		{Pattern: "POST /api/v1/quizzes/{quiz}/codes", Statuses: []int{http.StatusCreated}, Access: run, Handler: q.makeCodes, In: quiz.MakeCodes{},
			Out: codesMade{}, Summary: "Make codes for a commune, or as many for each."},
		{Pattern: "GET /api/v1/quizzes/{quiz}/tries", Access: run, Handler: q.tries, Filter: quiz.TryFilter{}, Query: "limit after",
			Out: kit.List[quiz.Try]{}, Summary: "Tries of a contest, with names and numbers as long as they are kept."},
		{Pattern: "GET /api/v1/quizzes/{quiz}/tries/{try}", Access: run, Handler: q.try, Out: TryRecord{},
			Summary: "One try with its questions and the right answers."},
		{Pattern: "POST /api/v1/quizzes/{quiz}/tries/{try}/judge", Access: run, Handler: q.judge, In: quiz.Judge{}, Out: quiz.Try{},
			Summary: "Say whether answers that came late count, or declare a try void, with a reason. The answer names nobody."},
		{Pattern: "GET /api/v1/quizzes/{quiz}/result", Access: run, Handler: q.result, Out: QuizResult{},
			Summary: "Who won, and what districts and communes did: once fixed for who runs the contest, without whole names and numbers " +
				"for others once it is published."},
		{Pattern: "GET /api/v1/quizzes/{quiz}/result/export", Gives: "text/csv " + sheet.XLSXType, Access: run, Handler: q.export,
			Filter: quiz.ResultFilter{}, Query: "format", Summary: "A part of the result as a file, format csv or xlsx."},
	}
}

func (q quizRoutes) bank(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[quiz.Filter](r)
	if err != nil {
		return err
	}
	reg, err := q.store.Registry(r.Context())
	if err != nil {
		return err
	}
	query, err := f.Query(reg)
	if err != nil {
		return err
	}
	if query.Limit, err = r.Limit(); err != nil {
		return err
	}
	query.After = r.URL.Query().Get("after")
	list, next, err := q.store.Bank(r.Context(), r.Actor, query)
	return answer(w, r, http.StatusOK, kit.NewList(r, list, next), err)
}

func (q quizRoutes) question(w http.ResponseWriter, r *kit.Request) error {
	is, err := q.store.Question(r.Context(), r.Actor, r.PathValue("question"))
	return answer(w, r, http.StatusOK, is, err)
}

func (q quizRoutes) addQuestion(w http.ResponseWriter, r *kit.Request) error {
	return q.saveQuestion(w, r, http.StatusCreated)
}

func (q quizRoutes) editQuestion(w http.ResponseWriter, r *kit.Request) error {
	return q.saveQuestion(w, r, http.StatusOK)
}

func (q quizRoutes) saveQuestion(w http.ResponseWriter, r *kit.Request, status int) error {
	var c quiz.SaveQuestion
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = r.PathValue("question")
	is, err := q.store.SaveQuestion(r.Context(), m, c)
	return answer(w, r, status, is, err)
}

func (q quizRoutes) imp(w http.ResponseWriter, r *kit.Request) error {
	m, dry, body, err := changeByFile(r)
	if err != nil {
		return err
	}
	c := quiz.Import{District: r.URL.Query().Get("district")}
	if c.Rows, err = quiz.Read(body); err != nil {
		return err
	}
	if !dry {
		done, err := q.store.ImportQuestions(r.Context(), m, c)
		return answer(w, r, http.StatusOK, questionsImported{Imported: done, Applied: true}, err)
	}
	plan, err := q.store.PlanImport(r.Context(), m, c)
	return answer(w, r, http.StatusOK, questionsImported{Imported: quiz.Imported{New: len(plan.New), Known: len(plan.Known)},
		Errors: problems(r, plan.Bad)}, err)
}

func (q quizRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	all, err := q.store.Quizzes(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	list, next, err := kit.PageOf(r, all, func(c quiz.Contest) string { return c.ID })
	return answer(w, r, http.StatusOK, kit.NewList(r, list, next), err)
}

func (q quizRoutes) one(w http.ResponseWriter, r *kit.Request) error {
	c, err := q.store.Quiz(r.Context(), r.Actor, r.PathValue("quiz"))
	if err != nil {
		return err
	}
	out := QuizRecord{Contest: c, Forgets: c.Forgets()}
	if quiz.MayRun(r.Actor, c.District) != nil {
		return r.JSON(w, http.StatusOK, out)
	}
	if out.Places, err = q.store.Tallies(r.Context(), r.Actor, c.ID); err != nil {
		return err
	}
	for _, p := range out.Places {
		out.Sum = out.Sum.Add(p.Tally, 1)
	}
	if out.Codes, err = q.store.CountCodes(r.Context(), r.Actor, c.ID); err != nil {
		return err
	}
	out.Seed, err = q.store.QuizSeed(r.Context(), r.Actor, c.ID, r.Now)
	return answer(w, r, http.StatusOK, out, err)
}

func (q quizRoutes) add(w http.ResponseWriter, r *kit.Request) error {
	return q.save(w, r, http.StatusCreated)
}

func (q quizRoutes) edit(w http.ResponseWriter, r *kit.Request) error {
	return q.save(w, r, http.StatusOK)
}

func (q quizRoutes) save(w http.ResponseWriter, r *kit.Request, status int) error {
	var c quiz.SaveContest
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = r.PathValue("quiz")
	is, err := q.store.SaveQuiz(r.Context(), m, c)
	return answer(w, r, status, is, err)
}

func (q quizRoutes) move(w http.ResponseWriter, r *kit.Request) error {
	c := quiz.MakeMove{Seed: accounts.NewSecret()}
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = r.PathValue("quiz")
	is, err := q.store.MoveQuiz(r.Context(), m, c)
	return answer(w, r, http.StatusOK, is, err)
}

func (q quizRoutes) pool(w http.ResponseWriter, r *kit.Request) error {
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	from, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("after"), "0"))
	if err != nil || from < 0 {
		return quiz.NoSuchPage()
	}
	list, err := q.store.QuizPool(r.Context(), r.Actor, r.PathValue("quiz"), from, limit+1)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > limit {
		list, next = list[:limit], strconv.Itoa(from+limit)
	}
	var out []PoolQuestion
	for i, one := range list {
		out = append(out, PoolQuestion{from + i + 1, one})
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, out, next))
}

func (q quizRoutes) correct(w http.ResponseWriter, r *kit.Request) error {
	var c quiz.CorrectKey
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return quiz.NoQuestion()
	}
	c.ID, c.Question = r.PathValue("quiz"), n
	is, err := q.store.CorrectQuiz(r.Context(), m, c)
	return answer(w, r, http.StatusOK, is, err)
}

func (q quizRoutes) answerProposal(w http.ResponseWriter, r *kit.Request) error {
	var c quiz.AnswerProposal
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = r.PathValue("quiz")
	is, err := q.store.AnswerProposal(r.Context(), m, c)
	return answer(w, r, http.StatusOK, is, err)
}

func (q quizRoutes) codes(w http.ResponseWriter, r *kit.Request) error {
	all, err := q.store.Codes(r.Context(), r.Actor, r.PathValue("quiz"), r.URL.Query().Get("station"))
	if err != nil {
		return err
	}
	list, next, err := kit.PageOf(r, all, func(c quiz.Code) string { return c.Code })
	return answer(w, r, http.StatusOK, kit.NewList(r, list, next), err)
}

func (q quizRoutes) makeCodes(w http.ResponseWriter, r *kit.Request) error {
	var c quiz.MakeCodes
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = r.PathValue("quiz")
	n, err := q.store.MakeCodes(r.Context(), m, c)
	return answer(w, r, http.StatusCreated, codesMade{n}, err)
}

func (q quizRoutes) tries(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[quiz.TryFilter](r)
	if err != nil {
		return err
	}
	query := quiz.TryQuery{TryFilter: f, At: r.Now, After: r.URL.Query().Get("after")}
	if query.Limit, err = r.Limit(); err != nil {
		return err
	}
	list, next, err := q.store.Tries(r.Context(), r.Actor, r.PathValue("quiz"), query)
	return answer(w, r, http.StatusOK, kit.NewList(r, list, next), err)
}

func (q quizRoutes) try(w http.ResponseWriter, r *kit.Request) error {
	s, err := q.store.QuizTry(r.Context(), r.Actor, r.PathValue("quiz"), r.PathValue("try"))
	return answer(w, r, http.StatusOK, TryRecord{s.Try, s.Questions}, err)
}

func (q quizRoutes) judge(w http.ResponseWriter, r *kit.Request) error {
	var c quiz.Judge
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.Contest, c.Try = r.PathValue("quiz"), r.PathValue("try")
	t, err := q.store.JudgeTry(r.Context(), m, c)
	return answer(w, r, http.StatusOK, t, err)
}

// fixed is the result of the path's contest.
func (q quizRoutes) fixed(r *kit.Request) (out QuizResult, reg *stations.Registry, err error) {
	id := r.PathValue("quiz")
	if _, err = q.store.Quiz(r.Context(), r.Actor, id); err != nil { // a draft of others is none
		return out, nil, err
	}
	if out.Result, err = q.store.QuizResult(r.Context(), r.Actor, id); err != nil {
		return out, nil, err
	}
	reg, err = q.store.Registry(r.Context())
	if err == nil {
		out.Districts = quiz.Districts(reg, out.Places)
	}
	return out, reg, err
}

func (q quizRoutes) result(w http.ResponseWriter, r *kit.Request) error {
	out, _, err := q.fixed(r)
	return answer(w, r, http.StatusOK, out, err)
}

func (q quizRoutes) export(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[quiz.ResultFilter](r)
	if err != nil {
		return err
	}
	out, reg, err := q.fixed(r)
	if err != nil {
		return err
	}
	return r.SendTable(w, r.URL.Query().Get("format"), "ket-qua-thi-tim-hieu", out.Table(reg, r.Lang, f.Part))
}
