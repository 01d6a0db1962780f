package quiz

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing/texting"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Filter is what the bank is narrowed by: on its page, in its files, by the API and the command line.
type Filter struct {
	Q        string          `name:"q"`
	District string          `name:"district"` // whose questions; those of the province are every district's too
	Topic    scheduler.Topic `name:"topic"`
	Retired  bool            `name:"retired"` // those that no contest draws any more, too
}

// Query is what the filter asks of a store. Faults: stations.no_district, quiz.topic_unknown.
func (f Filter) Query(reg *stations.Registry) (BankQuery, error) {
	if f.Topic != "" && !known(f.Topic) {
		return BankQuery{}, fault.New(fault.Invalid, "quiz.topic_unknown", "topic", string(f.Topic)).At("topic")
	}
	return BankQuery{Words: text.Fold(f.Q), District: f.District, Topic: f.Topic, Retired: f.Retired}, reg.CheckDistrict(f.District)
}

// BankQuery selects questions; what is zero asks for nothing.
type BankQuery struct {
	Words    string // folded
	District string
	Topic    scheduler.Topic
	Retired  bool
	After    string // cursor
	Limit    int    // at most MostListed; 0 means so many
}

// Wants reports whether the query asks for the question and the actor may know of it: of the province's everybody who runs contests does.
func (b BankQuery) Wants(by accounts.Actor, q Question) bool {
	return (b.District == "" || b.District == q.District) && (b.Topic == "" || b.Topic == q.Topic) && (b.Retired || !q.Retired) &&
		(b.Words == "" || strings.Contains(text.Fold(q.Text+" "+strings.Join(q.Answers, " ")), b.Words)) && MayDraw(by, q.District)
}

// MayDraw reports whether somebody may read the questions of that district: her own, and the province's.
func MayDraw(by accounts.Actor, district string) bool {
	return by.Can(accounts.RunQuiz, accounts.Where{District: district}) || district == "" && by.Wide(accounts.RunQuiz)
}

// Drawable reports whether the contest may draw the question.
func (c Contest) Drawable(q Question) bool {
	if q.Retired || q.District != "" && q.District != c.District {
		return false
	}
	for _, t := range c.Topics {
		if t == q.Topic {
			return true
		}
	}
	return len(c.Topics) == 0
}

// TryFilter is what the list of tries is narrowed by.
type TryFilter struct {
	Q       string `name:"q"` // in the name, the number, the code
	Station string `name:"station"`
	State   State  `name:"state"`
}

// TryQuery selects tries of one contest.
type TryQuery struct {
	TryFilter
	At    time.Time // as of when they stand
	After string
	Limit int
}

// Wants reports whether the query asks for the try.
func (q TryQuery) Wants(t Try) bool {
	words := text.Fold(q.Q)
	number := texting.Number(q.Q) // however it is written
	return (q.Station == "" || q.Station == t.Station) && (q.State == "" || q.State == t.State(q.At)) &&
		(words == "" || strings.Contains(text.Fold(t.Name+" "+t.Phone+" "+t.Code), words) || len(number) > 3 && strings.Contains(t.Phone, number))
}

// MostListed is the most one page of a list holds, and MostLookedAt how many rows it looks at where few pass.
const MostListed, MostLookedAt = 500, 5000

// Sat is a try as its page needs it.
type Sat struct {
	Try       Try
	Contest   Contest
	Asked     []Asked
	Questions []Question // as asked; of those that are not shown, nothing
}

// Store keeps knowledge contests. It is safe for concurrent use. Commands and questions of organisers take who asks; those of people without an account
// take the secret of their try.
type Store interface {
	// SaveQuestion keeps what DecideQuestion decides.
	SaveQuestion(ctx context.Context, m accounts.Meta, c SaveQuestion) (Question, error)
	// ImportQuestions keeps what DecideImport decides.
	ImportQuestions(ctx context.Context, m accounts.Meta, c Import) (Imported, error)
	// PlanImport is what PlanImport says, and changes nothing.
	PlanImport(ctx context.Context, m accounts.Meta, c Import) (Plan, error)
	// Question is one of the bank. Faults: quiz.no_question, accounts.denied.
	Question(ctx context.Context, by accounts.Actor, id string) (Question, error)
	// Bank returns a page of questions and the cursor of the next page. Fault: quiz.cursor.
	Bank(ctx context.Context, by accounts.Actor, q BankQuery) (list []Question, next string, err error)

	// SaveQuiz keeps what DecideContest decides.
	SaveQuiz(ctx context.Context, m accounts.Meta, c SaveContest) (Contest, error)
	// MoveQuiz keeps what DecideMove decides, and what a step makes: questions taken from the bank, a result.
	MoveQuiz(ctx context.Context, m accounts.Meta, c MakeMove) (Contest, error)
	// CorrectQuiz keeps what DecideCorrect decides, and counts all tries anew.
	CorrectQuiz(ctx context.Context, m accounts.Meta, c CorrectKey) (Contest, error)
	// AnswerProposal keeps what DecideProposal decides.
	AnswerProposal(ctx context.Context, m accounts.Meta, c AnswerProposal) (Contest, error)
	// QuizPool returns the questions that a contest took from the bank, from one place on, with the right answers by which it counts.
	// Faults: quiz.unknown, accounts.denied.
	QuizPool(ctx context.Context, by accounts.Actor, id string, from, limit int) ([]Question, error)
	// Quiz is one contest. Faults: quiz.unknown; a draft is known to who runs it.
	Quiz(ctx context.Context, by accounts.Actor, id string) (Contest, error)
	// Quizzes lists contests, those that open last first: for who runs some hers, for everybody else those announced.
	Quizzes(ctx context.Context, by accounts.Actor) ([]Contest, error)
	// QuizSeed is by what the draws of a contest can be made again, "" before it is over. Faults: quiz.unknown, accounts.denied.
	QuizSeed(ctx context.Context, by accounts.Actor, id string, at time.Time) (string, error)

	// MakeCodes keeps what DecideCodes decides and returns how many codes were made.
	MakeCodes(ctx context.Context, m accounts.Meta, c MakeCodes) (int, error)
	// Codes lists those of a contest, of one commune or of all for "". Faults: quiz.unknown, accounts.denied.
	Codes(ctx context.Context, by accounts.Actor, id, station string) ([]Code, error)
	// CountCodes counts the codes of each commune that has some, in the order of stations' IDs. Faults: quiz.unknown, accounts.denied.
	CountCodes(ctx context.Context, by accounts.Actor, id string) ([]Codes, error)

	// BeginTry keeps what DecideBegin decides. Fault also: quiz.unknown.
	BeginTry(ctx context.Context, m accounts.Meta, c Begin) (Try, error)
	// AnswerTry keeps what DecideAnswer decides. Faults also: quiz.unknown, quiz.no_try.
	AnswerTry(ctx context.Context, m accounts.Meta, c Answer) (Kept, error)
	// Sit is the try of that secret with what it is asked; right answers are not told. Faults: quiz.unknown, quiz.no_try.
	Sit(ctx context.Context, contest, secret string) (Sat, error)

	// JudgeTry keeps what DecideJudge decides. Faults also: quiz.unknown, quiz.no_try.
	JudgeTry(ctx context.Context, m accounts.Meta, c Judge) (Try, error)
	// QuizTry is one try with its questions and right answers, for who runs the contest.
	QuizTry(ctx context.Context, by accounts.Actor, contest, id string) (Sat, error)
	// Tries returns a page of the tries of a contest, and the cursor of the next page.
	Tries(ctx context.Context, by accounts.Actor, contest string, q TryQuery) (list []Try, next string, err error)
	// Tallies are those of each commune with a try, in the order of stations' IDs, for who runs the contest.
	Tallies(ctx context.Context, by accounts.Actor, contest string) ([]Place, error)
	// QuizResult is who won: for who runs the contest once it is fixed, for everybody, without whole names and numbers, once it is published.
	// Fault: quiz.no_result.
	QuizResult(ctx context.Context, by accounts.Actor, contest string) (Result, error)
	// ForgetPeople erases names and numbers whose time is over, and returns how many contests it did so for.
	ForgetPeople(ctx context.Context, m accounts.Meta) (int, error)
}

// Imported is how many questions an import put into the bank, and how many were there already.
type Imported struct {
	New   int `json:"new"`
	Known int `json:"known"`
}

// NoResult is the fault quiz.no_result: nothing is decided, or not public.
func NoResult() error { return fault.New(fault.NotFound, "quiz.no_result") }

// Public is the result as everybody reads it.
func (r Result) Public() Result {
	r.Ranked = r.Winners()
	for i, x := range r.Ranked {
		r.Ranked[i].Name, r.Ranked[i].Phone, r.Ranked[i].Code, r.Ranked[i].Try = Short(x.Name), Hidden(x.Phone), "", ""
	}
	r.By, r.Ruled = "", nil
	return r
}

// SeenBy reports whether somebody may know of the contest: everybody, once it is announced.
func (c Contest) SeenBy(by accounts.Actor) bool {
	return c.Stage != Draft || MayRun(by, c.District) == nil
}

// ShownTo is the contest as somebody may read it: what organisers decided, and who they are, is for those who run it.
func (c Contest) ShownTo(by accounts.Actor) Contest {
	if MayRun(by, c.District) != nil {
		c.Back, c.Proposed, c.Touch = nil, nil, accounts.Touch{}
		said := c.Corrected
		c.Corrected = nil
		for _, x := range said {
			if c.Stage == Published {
				c.Corrected = append(c.Corrected, Correction{At: x.At})
			}
		}
	}
	return c
}

// Seen are those of the contests that somebody may know of, the one that opens last first.
func Seen(by accounts.Actor, list []Contest) (seen []Contest) {
	for _, c := range list {
		if c.SeenBy(by) {
			seen = append(seen, c.ShownTo(by))
		}
	}
	slices.SortFunc(seen, func(a, b Contest) int { return cmp.Or(b.Opens.Compare(a.Opens), cmp.Compare(a.ID, b.ID)) })
	return seen
}

// Shown is the result as somebody may read it. Fault: quiz.no_result.
func (c Contest) Shown(by accounts.Actor, r Result) (Result, error) {
	switch {
	case MayRun(by, c.District) == nil:
		return r, nil
	case c.Stage != Published:
		return Result{}, NoResult()
	}
	r = r.Public()
	if !c.Forgotten.IsZero() { // their time is over here too
		for i := range r.Ranked {
			r.Ranked[i].Name = ""
		}
	}
	return r, nil
}
