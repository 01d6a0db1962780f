package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/quiz"
	"loa/store"
)

func organiserOf(level accounts.Level, id string) accounts.Actor {
	return accounts.Actor{Person: "org-" + id, Name: "Ban tổ chức", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: level, ID: id}}}}
}

// engineQuiz: a question is kept and imported once; a contest draws from the province's questions and its district's; one person who
// comes twenty times at once has one try; what arrives is added up by commune; who won is fixed, public without numbers, and forgotten.
func engineQuiz(t *testing.T, e store.Engine) {
	ctx := t.Context()
	aired(t, e)
	reg, err := e.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	home := reg.Where("S00001").District
	all, part := organiserOf(accounts.Province, ""), organiserOf(accounts.District, home)
	opens := time.Date(2024, 9, 2, 19, 0, 0, 0, text.Zone)
	at := func(who accounts.Actor, after time.Duration) accounts.Meta { return by(who, opens.Add(after)) }

	m, c := at(all, -time.Hour), quiz.SaveQuestion{Text: "Rác được làm gì trước?", Answers: []string{"Đốt", "Phân loại"}, Right: 2}
	first := must[quiz.Question](t)(e.SaveQuestion(ctx, m, c))
	if again := must[quiz.Question](t)(e.SaveQuestion(ctx, m, c)); again.ID != first.ID {
		t.Errorf("the repeat is another question: %+v", again)
	}
	file := quiz.Import{District: home}
	for i := range 3 {
		file.Rows = append(file.Rows, quiz.Row{Line: i + 2, Text: fmt.Sprintf("Của huyện, câu %d?", i), Answers: []string{"Có", "Không"}, Right: "B"})
	}
	if p := must[quiz.Plan](t)(e.PlanImport(ctx, at(part, 0), file)); len(p.New) != 3 {
		t.Errorf("a dry run: %+v", p)
	}
	for _, want := range []quiz.Imported{{New: 3}, {Known: 3}} {
		if got := must[quiz.Imported](t)(e.ImportQuestions(ctx, at(part, -time.Hour), file)); got != want {
			t.Errorf("imported %+v, not %+v", got, want)
		}
	}
	for who, want := range map[string]int{home: 4, "083": 1} {
		list, _, err := e.Bank(ctx, organiserOf(accounts.District, who), quiz.BankQuery{})
		if err != nil || len(list) != want {
			t.Errorf("%s sees %d questions, not %d: %v", who, len(list), want, err)
		}
	}
	seen := 0
	for q, more := (quiz.BankQuery{Limit: 1}), true; more; more = q.After != "" {
		list, next, err := e.Bank(ctx, all, q)
		if err != nil {
			t.Fatal(err)
		}
		seen, q.After = seen+len(list), next
	}
	if seen != 4 {
		t.Errorf("page by page there are %d questions", seen)
	}
	edited := c
	edited.ID, edited.Text, edited.Retired = first.ID, "Rác được làm gì trước tiên?", true
	if got := must[quiz.Question](t)(e.SaveQuestion(ctx, at(all, 0), edited)); got.Text != edited.Text || !got.Retired {
		t.Errorf("%+v", got)
	}
	edited.Retired = false
	must[quiz.Question](t)(e.SaveQuestion(ctx, at(all, 0), edited))
	if got := must[quiz.Question](t)(e.Question(ctx, part, first.ID)); got.Text != edited.Text {
		t.Errorf("%+v", got)
	}

	rules := quiz.Rules{District: home, Title: "Tìm hiểu nông thôn mới", Way: quiz.ByPhone, Opens: opens, Closes: opens.Add(time.Hour), Draws: 4, Minutes: 10,
		Prizes: []quiz.Prize{{Name: "Nhất", Count: 1, Amount: 500_000}}}
	q := must[quiz.Contest](t)(e.SaveQuiz(ctx, at(part, -time.Hour), quiz.SaveContest{Rules: rules}))
	if list := must[[]quiz.Contest](t)(e.Quizzes(ctx, accounts.Actor{})); len(list) != 0 {
		t.Errorf("everybody sees a draft: %+v", list)
	}
	q = must[quiz.Contest](t)(e.MoveQuiz(ctx, at(part, -time.Hour), quiz.MakeMove{ID: q.ID, Move: quiz.Announce, Seed: "hạt giống"}))
	if q.Pool != 4 {
		t.Fatalf("%d questions of the district's and the province's", q.Pool)
	}
	q = must[quiz.Contest](t)(e.MoveQuiz(ctx, at(part, -time.Hour), quiz.MakeMove{ID: q.ID, Move: quiz.TakeBack, Why: "Sót câu"}))
	q = must[quiz.Contest](t)(e.MoveQuiz(ctx, at(part, -time.Hour), quiz.MakeMove{ID: q.ID, Move: quiz.Announce, Seed: "hạt giống"}))
	if seed := must[string](t)(e.QuizSeed(ctx, part, q.ID, opens)); seed != "" {
		t.Errorf("the seed is told while people answer: %q", seed)
	}

	begin := quiz.Begin{Contest: q.ID, Name: "Giàng A Páo", Phone: "0912345678", Station: "S00001", Agreed: true}
	var crowd sync.WaitGroup
	secrets, faults := make([]string, 20), make([]error, 20)
	for i := range secrets {
		crowd.Go(func() {
			m := at(accounts.Actor{}, time.Minute)
			secrets[i] = m.ID
			_, faults[i] = e.BeginTry(ctx, m, begin)
		})
	}
	crowd.Wait()
	secret := ""
	for i, err := range faults {
		switch {
		case err == nil && secret == "":
			secret = secrets[i]
		case !fault.Is(err, "quiz.tried"):
			t.Errorf("one of twenty at once: %v", err)
		}
	}
	m = by(accounts.Actor{}, opens.Add(2*time.Minute))
	m.ID = secret
	if again := must[quiz.Try](t)(e.BeginTry(ctx, m, begin)); again.ID != quiz.TryOf(secret) {
		t.Errorf("the same browser again: %+v", again)
	}
	sat := must[quiz.Sat](t)(e.Sit(ctx, q.ID, secret))
	if len(sat.Questions) != 4 || len(sat.Asked) != 4 {
		t.Fatalf("%+v", sat)
	}
	answer := quiz.Answer{Contest: q.ID, Secret: secret, Timed: true, Shown: make([]int, 4), MS: []int{1000, 2000, 3000, 4000}}
	for i, x := range must[quiz.Sat](t)(e.QuizTry(ctx, part, q.ID, sat.Try.ID)).Questions {
		if sat.Questions[i].Right != 0 || x.Right == 0 {
			t.Error("a person is told what is right, or an organiser is not")
		}
		for place, n := range sat.Asked[i].Order {
			if n == x.Right {
				answer.Shown[i] = place + 1
			}
		}
	}
	one := 1
	answer.Guess, answer.Send = &one, true
	for range 2 {
		if kept := must[quiz.Kept](t)(e.AnswerTry(ctx, at(accounts.Actor{}, 5*time.Minute), answer)); kept.Try.Right != 4 {
			t.Errorf("%+v", kept)
		}
	}
	other := begin
	other.Phone, other.Name = "0987654321", "Lò Thị Mai"
	m = at(accounts.Actor{}, 50*time.Minute)
	mai := must[quiz.Try](t)(e.BeginTry(ctx, m, other))
	late := quiz.Answer{Contest: q.ID, Secret: m.ID, Timed: true, Shown: []int{1, 1, 1, 1}, MS: []int{1000, 2000, 3000, 4000}}
	if kept := must[quiz.Kept](t)(e.AnswerTry(ctx, at(accounts.Actor{}, 70*time.Minute), late)); !kept.Late {
		t.Errorf("%+v", kept)
	}
	sums := must[[]quiz.Place](t)(e.Tallies(ctx, part, q.ID))
	if len(sums) != 1 || sums[0].Station != "S00001" || sums[0].Tally != (quiz.Tally{Tries: 2, Sent: 1, Right: 4, Full: 1, Late: 1}) {
		t.Errorf("%+v", sums)
	}
	for _, f := range []quiz.TryFilter{{Q: "lo thi"}, {State: quiz.IsLate}, {Q: "0987"}} {
		list, _, err := e.Tries(ctx, part, q.ID, quiz.TryQuery{TryFilter: f, At: opens.Add(2 * time.Hour)})
		if err != nil || len(list) != 1 || list[0].ID != mai.ID {
			t.Errorf("%+v: %+v, %v", f, list, err)
		}
	}
	if _, err := e.MoveQuiz(ctx, at(part, 2*time.Hour), quiz.MakeMove{ID: q.ID, Move: quiz.Fix}); !fault.Is(err, "quiz.late_open") {
		t.Errorf("fixed over what waits: %v", err)
	}
	j := at(part, 2*time.Hour)
	for range 2 {
		said := must[quiz.Try](t)(e.JudgeTry(ctx, j, quiz.Judge{Contest: q.ID, Try: mai.ID, Do: quiz.DropLate, Why: "Quá muộn"}))
		if said.Name != "" || said.Phone != "" {
			t.Error("the log of changes has whose try it is")
		}
	}
	third := begin
	third.Phone = "0977777777"
	m = at(accounts.Actor{}, 55*time.Minute)
	must[quiz.Try](t)(e.BeginTry(ctx, m, third))
	if _, err := e.MoveQuiz(ctx, at(part, 2*time.Hour), quiz.MakeMove{ID: q.ID, Move: quiz.Fix}); !fault.Is(err, "quiz.held") {
		t.Errorf("fixed while a phone may hold answers: %v", err)
	}
	must[quiz.Contest](t)(e.MoveQuiz(ctx, at(part, 2*time.Hour), quiz.MakeMove{ID: q.ID, Move: quiz.Fix, Sure: true}))
	late.Secret = m.ID
	if kept := must[quiz.Kept](t)(e.AnswerTry(ctx, at(accounts.Actor{}, 3*time.Hour), late)); !kept.Late || !kept.Try.Open() {
		t.Errorf("after the result was fixed: %+v", kept)
	}
	if _, err := e.QuizResult(ctx, accounts.Actor{}, q.ID); !fault.Is(err, "quiz.no_result") {
		t.Errorf("a result is read before it is public: %v", err)
	}
	must[quiz.Contest](t)(e.MoveQuiz(ctx, at(part, 2*time.Hour), quiz.MakeMove{ID: q.ID, Move: quiz.Publish}))
	if r := must[quiz.Result](t)(e.QuizResult(ctx, part, q.ID)); len(r.Ranked) != 3 || r.Ranked[0].Phone != "0912345678" || r.Ranked[0].Prize != "Nhất" {
		t.Errorf("%+v", r.Ranked)
	}
	r := must[quiz.Result](t)(e.QuizResult(ctx, accounts.Actor{}, q.ID))
	if len(r.Ranked) != 1 || r.Ranked[0].Name != "Giàng A P." || r.Ranked[0].Phone != "…678" {
		t.Errorf("%+v", r.Ranked)
	}
	engineQuizCorrected(t, e, part, all, q.ID, opens.Add(3*time.Hour))
	if seed := must[string](t)(e.QuizSeed(ctx, part, q.ID, opens.Add(2*time.Hour))); seed != "hạt giống" {
		t.Errorf("the seed is %q", seed)
	}
	for code, err := range map[string]error{
		"quiz.unknown":     errorOf(e.Quiz(ctx, all, "nothing")),
		"quiz.no_try":      errorOf(e.Sit(ctx, q.ID, uuid.NewString())),
		"quiz.no_question": errorOf(e.Question(ctx, all, "nothing")),
		"accounts.denied":  errorOf(e.Tallies(ctx, organiserOf(accounts.District, "083"), q.ID)),
		"quiz.cursor":      func() error { _, _, err := e.Bank(ctx, all, quiz.BankQuery{After: "x"}); return err }(),
		"quiz.codes_way":   errorOf(e.MakeCodes(ctx, at(part, 0), quiz.MakeCodes{ID: q.ID, Each: 1})),
	} {
		if !fault.Is(err, code) {
			t.Errorf("wants %s: %v", code, err)
		}
	}
	if n := must[int](t)(e.ForgetPeople(ctx, by(accounts.Daemon(), q.Forgets().Add(-time.Hour)))); n != 0 {
		t.Error("people are forgotten before their time")
	}
	for _, want := range []int{1, 0} {
		if n := must[int](t)(e.ForgetPeople(ctx, by(accounts.Daemon(), q.Forgets()))); n != want {
			t.Errorf("%d contests are forgotten, not %d", n, want)
		}
	}
	list, _, err := e.Tries(ctx, part, q.ID, quiz.TryQuery{})
	if err != nil || len(list) != 3 || !list[0].Nobodys() || list[0].Name+list[1].Name != "" {
		t.Errorf("after their time: %+v, %v", list, err)
	}

	engineQuizCodes(t, e, all, rules)
}

// engineQuizCorrected: of a public result a right answer is put right by two, and back again; tallies and ranking follow, and the pool says it.
func engineQuizCorrected(t *testing.T, e store.Engine, one, two accounts.Actor, id string, at time.Time) {
	ctx := t.Context()
	pool := must[[]quiz.Question](t)(e.QuizPool(ctx, one, id, 0, 10))
	if len(pool) != 4 || len(must[[]quiz.Question](t)(e.QuizPool(ctx, one, id, 3, 10))) != 1 {
		t.Fatalf("%d questions were taken", len(pool))
	}
	if _, err := e.QuizPool(ctx, accounts.Actor{}, id, 0, 10); !fault.Is(err, "accounts.log_in_first") {
		t.Errorf("everybody reads right answers: %v", err)
	}
	for i, right := range []int{3 - pool[0].Right, pool[0].Right} {
		m, c := by(one, at), quiz.CorrectKey{ID: id, Question: 1, Right: right, Why: "Quy định mới"}
		for range 2 { // the repeat proposes nothing more
			if q := must[quiz.Contest](t)(e.CorrectQuiz(ctx, m, c)); q.Proposed == nil {
				t.Errorf("one person changes a public result: %+v", q)
			}
		}
		if r := must[quiz.Result](t)(e.QuizResult(ctx, one, id)); r.Ranked[0].Right != 4-i {
			t.Errorf("it holds before a second person agreed: %+v", r.Ranked)
		}
		if _, err := e.AnswerProposal(ctx, by(one, at), quiz.AnswerProposal{ID: id, Agree: true}); !fault.Is(err, "quiz.proposed_own") {
			t.Errorf("agreed to her own: %v", err)
		}
		q := must[quiz.Contest](t)(e.AnswerProposal(ctx, by(two, at), quiz.AnswerProposal{ID: id, Agree: true}))
		r, sums := must[quiz.Result](t)(e.QuizResult(ctx, one, id)), must[[]quiz.Place](t)(e.Tallies(ctx, one, id))
		if len(q.Corrected) != i+1 || q.Corrected[i].Moved != 1 || r.Ranked[0].Right != 3+i || sums[0].Right != 3+i || r.Sum.Full != i {
			t.Errorf("counted anew: %+v %+v %+v", q.Corrected, r, sums)
		}
		if now := must[[]quiz.Question](t)(e.QuizPool(ctx, one, id, 0, 1)); now[0].Right != right {
			t.Errorf("the pool says %d", now[0].Right)
		}
	}
}

// engineQuizCodes: each code is another, opens one try of its commune, and is seen to be used.
func engineQuizCodes(t *testing.T, e store.Engine, all accounts.Actor, rules quiz.Rules) {
	ctx := t.Context()
	rules.District, rules.Way, rules.Draws = "", quiz.ByCode, 1
	before, during := by(all, rules.Opens.Add(-time.Hour)), func() accounts.Meta { return by(accounts.Actor{}, rules.Opens.Add(time.Minute)) }
	q := must[quiz.Contest](t)(e.SaveQuiz(ctx, before, quiz.SaveContest{Rules: rules}))
	must[quiz.Contest](t)(e.MoveQuiz(ctx, by(all, before.At), quiz.MakeMove{ID: q.ID, Move: quiz.Announce, Seed: "x"}))
	if n := must[int](t)(e.MakeCodes(ctx, by(all, before.At), quiz.MakeCodes{ID: q.ID, Each: 2})); n != 254 {
		t.Errorf("%d codes for 127 communes", n)
	}
	m := by(all, before.At)
	for range 2 { // the repeat makes no more
		must[int](t)(e.MakeCodes(ctx, m, quiz.MakeCodes{ID: q.ID, Station: "S00002", Each: 5}))
	}
	codes := must[[]quiz.Code](t)(e.Codes(ctx, all, q.ID, "S00002"))
	whole := must[[]quiz.Code](t)(e.Codes(ctx, all, q.ID, ""))
	if len(codes) != 7 || len(whole) != 259 {
		t.Fatalf("%d codes of a commune, %d of all", len(codes), len(whole))
	}
	begin := quiz.Begin{Contest: q.ID, Name: "Lò Thị Mai", Code: strings.ToLower(strings.ReplaceAll(codes[0].Code, "-", " ")), Station: "S00001", Agreed: true}
	if mai := must[quiz.Try](t)(e.BeginTry(ctx, during(), begin)); mai.Station != "S00002" || mai.Phone != "" {
		t.Errorf("%+v", mai)
	}
	if _, err := e.BeginTry(ctx, during(), begin); !fault.Is(err, "quiz.tried") {
		t.Errorf("a code used twice: %v", err)
	}
	if got := must[[]quiz.Code](t)(e.Codes(ctx, all, q.ID, "S00002")); !got[0].Used || got[1].Used {
		t.Errorf("%+v", got)
	}
	if sums := must[[]quiz.Codes](t)(e.CountCodes(ctx, all, q.ID)); len(sums) != 127 || sums[1] != (quiz.Codes{Station: "S00002", Made: 7, Used: 1}) {
		t.Errorf("counted: %+v", sums)
	}
	if _, err := e.CountCodes(ctx, accounts.Actor{}, q.ID); !fault.Is(err, "accounts.log_in_first") {
		t.Errorf("everybody counts codes: %v", err)
	}
	must[int](t)(e.ForgetPeople(ctx, by(accounts.Daemon(), q.Forgets())))
	if sums := must[[]quiz.Codes](t)(e.CountCodes(ctx, all, q.ID)); len(sums) != 0 {
		t.Errorf("counted after their time: %+v", sums)
	}
}
