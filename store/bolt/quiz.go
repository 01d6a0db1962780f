package bolt

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/quiz"
	"loa/store"
)

// Knowledge contests. What people do who have no account stands in no log of changes: it would keep their names and numbers for ever.
var (
	quizQuestions = table[quiz.Question]{name: "quiz_questions"} // by district, time and ID
	quizKnown     = table[[]byte]{name: "quiz_question_keys"}    // by ID: the key of quizQuestions
	quizzes       = table[quiz.Contest]{name: "quizzes"}         // by ID
	quizKeys      = table[quiz.Key]{name: "quiz_keys"}           // by contest
	quizPool      = table[quiz.Question]{name: "quiz_pool"}      // by contest and place: what it took from the bank
	quizCodes     = table[quiz.Code]{name: "quiz_codes"}         // by contest, commune and code
	quizCodeAt    = table[string]{name: "quiz_code_stations"}    // by contest and code: the commune
	quizCodeSums  = table[quiz.Codes]{name: "quiz_code_sums"}    // by contest and commune
	quizTries     = table[quiz.Try]{name: "quiz_tries"}          // by contest and ID
	quizPeople    = table[string]{name: "quiz_people"}           // by contest and Try.Who: the ID of the try that counts, or was begun last
	quizTallies   = table[quiz.Tally]{name: "quiz_tallies"}      // by contest and commune
	quizResults   = table[quiz.Result]{name: "quiz_results"}     // by contest
)

// of is a key below a contest, or a district.
func of(contest string, rest ...string) []byte {
	k := append([]byte(contest), 0)
	for i, part := range rest {
		if i > 0 {
			k = append(k, 0)
		}
		k = append(k, part...)
	}
	return k
}

func questionKey(q quiz.Question, at time.Time) []byte {
	return append(append(of(q.District), timeKey(at)...), q.ID...)
}

func poolKey(contest string, i int) []byte {
	return binary.BigEndian.AppendUint16(of(contest), uint16(i))
}

func quizIn(tx *tx, id string) (quiz.Contest, error) {
	q, found, err := quizzes.get(tx, []byte(id))
	if err == nil && !found {
		err = quiz.Unknown()
	}
	return q, err
}

// maybe is the record under the key, nil for none.
func maybe[T any](tx *tx, t table[T], key []byte) (*T, error) {
	rec, found, err := t.get(tx, key)
	if err != nil || !found {
		return nil, err
	}
	return &rec, nil
}

// bankFacts reads what is known of a district's questions; leave is the ID of the one that is changed.
func bankFacts(tx *tx, district, leave string) (f quiz.BankFacts, err error) {
	if f.Registry, err = tx.s.registry.get(tx); err != nil {
		return f, err
	}
	are := map[string]bool{}
	for e, err := range quizQuestions.ascend(tx, of(district), after(of(district))) {
		if err != nil {
			return f, err
		}
		f.Are++
		if e.rec.ID != leave {
			are[text.Fold(e.rec.Text)] = true
		}
	}
	f.Known = func(folded string) bool { return are[folded] }
	return f, nil
}

// SaveQuestion implements quiz.Store.
func (s *Store) SaveQuestion(ctx context.Context, m accounts.Meta, c quiz.SaveQuestion) (quiz.Question, error) {
	if err := s.refresh(ctx); err != nil {
		return quiz.Question{}, err
	}
	type named struct {
		ID string `json:"id,omitempty"`
		quiz.SaveQuestion
	}
	return change(ctx, s, m, "quiz.save_question", named{c.ID, c}, func(tx *tx) (q quiz.Question, err error) {
		var was *quiz.Question
		var key []byte
		district := c.District
		if c.ID != "" {
			if key, _, err = quizKnown.get(tx, []byte(c.ID)); err == nil && key != nil {
				was, err = maybe(tx, quizQuestions, key)
			}
			if err != nil {
				return q, err
			}
			if was != nil {
				district = was.District
			}
		}
		f, err := bankFacts(tx, district, c.ID)
		if err != nil {
			return q, err
		}
		f.Was = was
		if q, err = quiz.DecideQuestion(f, m, c); err != nil {
			return q, err
		}
		if key == nil {
			key = questionKey(q, m.At)
		}
		return q, errors.Join(quizQuestions.put(tx, key, q), quizKnown.put(tx, []byte(q.ID), key))
	})
}

// ImportQuestions implements quiz.Store.
func (s *Store) ImportQuestions(ctx context.Context, m accounts.Meta, c quiz.Import) (quiz.Imported, error) {
	if err := s.refresh(ctx); err != nil {
		return quiz.Imported{}, err
	}
	return change(ctx, s, m, "quiz.import", c, func(tx *tx) (quiz.Imported, error) {
		f, err := bankFacts(tx, c.District, "")
		if err != nil {
			return quiz.Imported{}, err
		}
		p, err := quiz.DecideImport(f, m, c)
		if err != nil {
			return quiz.Imported{}, err
		}
		for i, q := range p.New {
			key := questionKey(q, m.At.Add(time.Duration(i))) // in the order of the file
			if err := errors.Join(quizQuestions.put(tx, key, q), quizKnown.put(tx, []byte(q.ID), key)); err != nil {
				return quiz.Imported{}, err
			}
		}
		return quiz.Imported{New: len(p.New), Known: len(p.Known)}, nil
	})
}

// PlanImport implements quiz.Store.
func (s *Store) PlanImport(ctx context.Context, m accounts.Meta, c quiz.Import) (p quiz.Plan, err error) {
	if err := s.refresh(ctx); err != nil {
		return p, err
	}
	err = s.view(ctx, func(tx *tx) error {
		f, err := bankFacts(tx, c.District, "")
		if err != nil {
			return err
		}
		p, err = quiz.PlanImport(f, m, c)
		return err
	})
	return p, err
}

// Question implements quiz.Store.
func (s *Store) Question(ctx context.Context, by accounts.Actor, id string) (q quiz.Question, err error) {
	err = s.view(ctx, func(tx *tx) error {
		key, found, err := quizKnown.get(tx, []byte(id))
		if err != nil {
			return err
		}
		if !found {
			return quiz.NoQuestion()
		}
		if q, err = quizQuestions.named(tx, key, quizKnown.name, []byte(id)); err == nil && !quiz.MayDraw(by, q.District) {
			q, err = quiz.Question{}, quiz.MayRun(by, q.District)
		}
		return err
	})
	return q, err
}

// Bank implements quiz.Store.
func (s *Store) Bank(ctx context.Context, by accounts.Actor, q quiz.BankQuery) (list []quiz.Question, next string, err error) {
	if q.Limit <= 0 || q.Limit > quiz.MostListed {
		q.Limit = quiz.MostListed
	}
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		from, until := []byte(nil), []byte(nil)
		if q.District != "" {
			from, until = of(q.District), after(of(q.District))
		}
		if q.After != "" {
			at, ok := cursor(q.After, 8)
			if !ok {
				return quiz.NoSuchPage()
			}
			from = append(at, 0)
		}
		list, next, err = paged(quizQuestions.ascend(tx, from, until), q.Limit, quiz.MostLookedAt,
			func(rec quiz.Question) bool { return q.Wants(by, rec) })
		return err
	})
	return list, next, err
}

// SaveQuiz implements quiz.Store.
func (s *Store) SaveQuiz(ctx context.Context, m accounts.Meta, c quiz.SaveContest) (quiz.Contest, error) {
	if err := s.refresh(ctx); err != nil {
		return quiz.Contest{}, err
	}
	type named struct {
		ID string `json:"id,omitempty"`
		quiz.SaveContest
	}
	return change(ctx, s, m, "quiz.save", named{c.ID, c}, func(tx *tx) (quiz.Contest, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return quiz.Contest{}, err
		}
		was, err := maybe(tx, quizzes, []byte(c.ID))
		if err != nil {
			return quiz.Contest{}, err
		}
		q, err := quiz.DecideContest(reg, m, was, c)
		if err != nil {
			return q, err
		}
		return q, quizzes.put(tx, []byte(q.ID), q)
	})
}

// quizSums adds up all tries of a contest.
func quizSums(tx *tx, contest string) (places []quiz.Place, sum quiz.Tally, err error) {
	prefix := of(contest)
	for e, err := range quizTallies.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return nil, sum, err
		}
		places, sum = append(places, quiz.Place{Station: string(e.key[len(prefix):]), Tally: e.rec}), sum.Add(e.rec, 1)
	}
	return places, sum, nil
}

// MoveQuiz implements quiz.Store.
func (s *Store) MoveQuiz(ctx context.Context, m accounts.Meta, c quiz.MakeMove) (quiz.Contest, error) {
	type named struct {
		ID string `json:"id"`
		quiz.MakeMove
	}
	return change(ctx, s, m, "quiz.move", named{c.ID, c}, func(tx *tx) (quiz.Contest, error) {
		was, err := quizIn(tx, c.ID)
		if err != nil {
			return was, err
		}
		_, sum, err := quizSums(tx, c.ID)
		if err != nil {
			return was, err
		}
		f := quiz.MoveFacts{Tries: sum.Tries + sum.Void, Late: sum.Late}
		var pool []quiz.Question
		if c.Takes() {
			for e, err := range quizQuestions.ascend(tx, nil, nil) {
				if err != nil {
					return was, err
				}
				if was.Drawable(e.rec) {
					pool = append(pool, e.rec)
				}
			}
			f.Pool = len(pool)
		}
		if c.Ends() {
			if err := heldTries(tx, &f, c.ID, m.At); err != nil {
				return was, err
			}
		}
		moved, err := quiz.DecideMove(f, m, was, c)
		if err != nil {
			return moved.Contest, err
		}
		if moved.Takes {
			err = takePool(tx, was.ID, c.Seed, pool)
		}
		if moved.Drops {
			err = errors.Join(err, dropPool(tx, was))
		}
		if err != nil {
			return was, err
		}
		return putMoved(tx, m, moved)
	})
}

// heldTries finds the tries of which phones may still hold answers.
func heldTries(tx *tx, f *quiz.MoveFacts, contest string, at time.Time) error {
	for e, err := range quizTries.ascend(tx, of(contest), after(of(contest))) {
		if err != nil {
			return err
		}
		if until := e.rec.Until.Add(quiz.LateLife); e.rec.Held(at) {
			if f.Held++; until.After(f.Until) {
				f.Until = until
			}
		}
	}
	return nil
}

// putMoved keeps a contest with what follows for its tries and its result.
func putMoved(tx *tx, m accounts.Meta, moved quiz.Moved) (q quiz.Contest, err error) {
	if q = moved.Contest; moved.Key != nil {
		n, err := recount(tx, q.ID, *moved.Key)
		if err != nil {
			return q, err
		}
		q = q.Counted(n)
	}
	if err = quizzes.put(tx, []byte(q.ID), q); moved.Fixes {
		err = errors.Join(err, fixQuiz(tx, m, q))
	}
	if moved.Unfixes {
		err = errors.Join(err, quizResults.remove(tx, []byte(q.ID)))
	}
	return q, err
}

// recount counts all tries of a contest by another key, and returns how many of them it moves.
func recount(tx *tx, contest string, key quiz.Key) (n int, err error) {
	for i, right := range key.Right {
		q, err := quizPool.named(tx, poolKey(contest, i), quizKeys.name, []byte(contest))
		if q.Right != right && err == nil {
			q.Right = right
			err = quizPool.put(tx, poolKey(contest, i), q)
		}
		if err != nil {
			return 0, err
		}
	}
	var was, is []quiz.Try
	for e, err := range quizTries.ascend(tx, of(contest), after(of(contest))) {
		if err != nil {
			return 0, err
		}
		if t := key.Recount(e.rec); t.Right != e.rec.Right {
			was, is = append(was, e.rec), append(is, t)
		}
	}
	for i := range is {
		if err := putTry(tx, &was[i], is[i]); err != nil {
			return 0, err
		}
	}
	return len(is), quizKeys.put(tx, []byte(contest), key)
}

// CorrectQuiz implements quiz.Store.
func (s *Store) CorrectQuiz(ctx context.Context, m accounts.Meta, c quiz.CorrectKey) (quiz.Contest, error) {
	type named struct {
		ID       string `json:"id"`
		Question int    `json:"question"`
		quiz.CorrectKey
	}
	return change(ctx, s, m, "quiz.correct", named{c.ID, c.Question, c}, func(tx *tx) (quiz.Contest, error) {
		was, err := quizIn(tx, c.ID)
		if err != nil {
			return was, err
		}
		key, _, err := quizKeys.get(tx, []byte(c.ID))
		if err != nil {
			return was, err
		}
		moved, err := quiz.DecideCorrect(key, m, was, c)
		if err != nil {
			return was, err
		}
		return putMoved(tx, m, moved)
	})
}

// AnswerProposal implements quiz.Store.
func (s *Store) AnswerProposal(ctx context.Context, m accounts.Meta, c quiz.AnswerProposal) (quiz.Contest, error) {
	type named struct {
		ID string `json:"id"`
		quiz.AnswerProposal
	}
	return change(ctx, s, m, "quiz.answer_proposal", named{c.ID, c}, func(tx *tx) (quiz.Contest, error) {
		was, err := quizIn(tx, c.ID)
		if err != nil {
			return was, err
		}
		f, err := proposalFacts(tx, m.By, was)
		if err != nil {
			return was, err
		}
		moved, err := quiz.DecideProposal(f, m, was, c)
		if err != nil {
			return was, err
		}
		return putMoved(tx, m, moved)
	})
}

func proposalFacts(tx *tx, by accounts.Actor, q quiz.Contest) (f quiz.ProposalFacts, err error) {
	if f.Key, _, err = quizKeys.get(tx, []byte(q.ID)); err != nil || q.Proposed == nil {
		return f, err
	}
	r, _, err := quizResults.get(tx, []byte(q.ID))
	if err != nil {
		return f, err
	}
	f.Decided = r.At
	for id, since := range map[string]*accounts.Begun{by.Person: &f.Mine, q.Proposed.Person: &f.Theirs} {
		p, _, err := people.get(tx, []byte(id))
		if err != nil {
			return f, err
		}
		*since = p.RunsQuizSince(q.District)
	}
	return f, nil
}

// QuizPool implements quiz.Store.
func (s *Store) QuizPool(ctx context.Context, by accounts.Actor, id string, from, limit int) (list []quiz.Question, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		q, err := running(tx, by, id)
		for i := from; err == nil && i < min(q.Pool, from+limit); i++ {
			var one quiz.Question
			one, err = quizPool.named(tx, poolKey(id, i), quizKeys.name, []byte(id))
			list = append(list, one)
		}
		return err
	})
	return list, err
}

// takePool keeps what a contest took from the bank.
func takePool(tx *tx, id, seed string, pool []quiz.Question) error {
	key := quiz.Key{Seed: seed}
	for i, q := range pool {
		key.Right, key.Many = append(key.Right, q.Right), append(key.Many, len(q.Answers))
		if err := quizPool.put(tx, poolKey(id, i), q); err != nil {
			return err
		}
	}
	return quizKeys.put(tx, []byte(id), key)
}

func dropPool(tx *tx, q quiz.Contest) error {
	err := quizKeys.remove(tx, []byte(q.ID))
	for i := range q.Pool {
		err = errors.Join(err, quizPool.remove(tx, poolKey(q.ID, i)))
	}
	return err
}

// fixQuiz decides who won.
func fixQuiz(tx *tx, m accounts.Meta, q quiz.Contest) error {
	places, sum, err := quizSums(tx, q.ID)
	if err != nil {
		return err
	}
	var counts []quiz.Try
	var ruled []quiz.Ruled
	for e, err := range quizTries.ascend(tx, of(q.ID), after(of(q.ID))) {
		if err != nil {
			return err
		}
		for _, x := range e.rec.Rulings() {
			ruled = append(ruled, quiz.Ruled{Station: e.rec.Station, Began: e.rec.Began, Ruling: x})
		}
		if e.rec.Counts() {
			counts = append(counts, e.rec)
		}
	}
	return quizResults.put(tx, []byte(q.ID), quiz.Result{Contest: q.ID, At: m.At.UTC(), By: m.By.Name, Of: q.Draws, Sum: sum,
		Ranked: quiz.Rank(q, counts, sum), Places: places, Ruled: ruled})
}

// Quiz implements quiz.Store.
func (s *Store) Quiz(ctx context.Context, by accounts.Actor, id string) (q quiz.Contest, err error) {
	err = s.view(ctx, func(tx *tx) (err error) {
		q, err = quizIn(tx, id)
		return err
	})
	if err == nil && !q.SeenBy(by) {
		return quiz.Contest{}, quiz.Unknown()
	}
	return q.ShownTo(by), err
}

// Quizzes implements quiz.Store.
func (s *Store) Quizzes(ctx context.Context, by accounts.Actor) (list []quiz.Contest, err error) {
	err = s.view(ctx, func(tx *tx) (err error) {
		list, err = quizzes.all(tx)
		return err
	})
	return quiz.Seen(by, list), err
}

// running is the contest, for who runs it.
func running(tx *tx, by accounts.Actor, id string) (quiz.Contest, error) {
	q, err := quizIn(tx, id)
	if err == nil {
		err = quiz.MayRun(by, q.District)
	}
	return q, err
}

// QuizSeed implements quiz.Store.
func (s *Store) QuizSeed(ctx context.Context, by accounts.Actor, id string, at time.Time) (seed string, err error) {
	err = s.view(ctx, func(tx *tx) error {
		q, err := running(tx, by, id)
		if err != nil || !q.Over(at) {
			return err
		}
		key, _, err := quizKeys.get(tx, []byte(id))
		seed = key.Seed
		return err
	})
	return seed, err
}

// MakeCodes implements quiz.Store.
func (s *Store) MakeCodes(ctx context.Context, m accounts.Meta, c quiz.MakeCodes) (int, error) {
	if err := s.refresh(ctx); err != nil {
		return 0, err
	}
	type named struct {
		ID string `json:"id"`
		quiz.MakeCodes
	}
	return change(ctx, s, m, "quiz.codes", named{c.ID, c}, func(tx *tx) (n int, err error) {
		q, err := quizIn(tx, c.ID)
		if err != nil {
			return 0, err
		}
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return 0, err
		}
		sums, err := codeSums(tx, c.ID)
		if err != nil {
			return 0, err
		}
		are := 0
		for _, s := range sums {
			are += s.Made
		}
		communes, err := quiz.DecideCodes(reg, m, q, are, c)
		if err != nil {
			return 0, err
		}
		for _, commune := range communes {
			for made := 0; made < c.Each; {
				code := accounts.CodeOf(rand.Text())
				if quizCodeAt.has(tx, of(c.ID, code)) {
					continue
				}
				if err := errors.Join(quizCodes.put(tx, of(c.ID, commune, code), quiz.Code{Code: code, Station: commune, Made: m.At.UTC()}),
					quizCodeAt.put(tx, of(c.ID, code), commune)); err != nil {
					return n, err
				}
				made, n = made+1, n+1
			}
			if err := addCodes(tx, c.ID, quiz.Codes{Station: commune, Made: c.Each}); err != nil {
				return n, err
			}
		}
		return n, nil
	})
}

// codeSums are the codes of a contest by commune.
func codeSums(tx *tx, contest string) (list []quiz.Codes, err error) {
	for e, err := range quizCodeSums.ascend(tx, of(contest), after(of(contest))) {
		if err != nil {
			return nil, err
		}
		list = append(list, e.rec)
	}
	return list, nil
}

// addCodes adds to the sum of a commune.
func addCodes(tx *tx, contest string, more quiz.Codes) error {
	key := of(contest, more.Station)
	is, _, err := quizCodeSums.get(tx, key)
	if err != nil {
		return err
	}
	return quizCodeSums.put(tx, key, quiz.Codes{Station: more.Station, Made: is.Made + more.Made, Used: is.Used + more.Used})
}

// countCodes counts the codes of every contest by commune.
func countCodes(tx *tx) error {
	sums, err := wantCodes(tx)
	for key, s := range sums {
		err = errors.Join(err, quizCodeSums.put(tx, []byte(key), s))
	}
	return err
}

// wantCodes are the sums of codes by their keys, as the codes themselves say.
func wantCodes(tx *tx) (map[string]quiz.Codes, error) {
	sums := map[string]quiz.Codes{}
	for e, err := range quizCodes.ascend(tx, nil, nil) {
		if err != nil {
			return nil, err
		}
		contest, _, _ := bytes.Cut(e.key, []byte{0})
		key := string(of(string(contest), e.rec.Station))
		s := sums[key]
		s.Station, s.Made = e.rec.Station, s.Made+1
		if e.rec.Used {
			s.Used++
		}
		sums[key] = s
	}
	return sums, nil
}

// CountCodes implements quiz.Store.
func (s *Store) CountCodes(ctx context.Context, by accounts.Actor, id string) (list []quiz.Codes, err error) {
	err = s.view(ctx, func(tx *tx) error {
		if _, err := running(tx, by, id); err != nil {
			return err
		}
		list, err = codeSums(tx, id)
		return err
	})
	return list, err
}

// Codes implements quiz.Store.
func (s *Store) Codes(ctx context.Context, by accounts.Actor, id, station string) (list []quiz.Code, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		if _, err := running(tx, by, id); err != nil {
			return err
		}
		prefix := of(id)
		if station != "" {
			prefix = of(id, station, "")
		}
		for e, err := range quizCodes.ascend(tx, prefix, after(prefix)) {
			if err != nil {
				return err
			}
			list = append(list, e.rec)
		}
		return nil
	})
	return list, err
}

// tryIn is a try of a contest.
func tryIn(tx *tx, contest, id string) (quiz.Try, error) {
	t, found, err := quizTries.get(tx, of(contest, id))
	if err == nil && !found {
		err = quiz.NoTry()
	}
	return t, err
}

// putTry keeps a try and moves its commune's tally.
func putTry(tx *tx, was *quiz.Try, t quiz.Try) error {
	key := of(t.Contest, t.Station)
	is, _, err := quizTallies.get(tx, key)
	if err != nil {
		return err
	}
	moved := is.Add(t.Tally(), 1)
	if was != nil {
		moved = moved.Add(was.Tally(), -1)
	}
	if err := quizTries.put(tx, of(t.Contest, t.ID), t); err != nil || moved == is {
		return err
	}
	return quizTallies.put(tx, key, moved)
}

// BeginTry implements quiz.Store.
func (s *Store) BeginTry(ctx context.Context, m accounts.Meta, c quiz.Begin) (t quiz.Try, err error) {
	if err := s.refresh(ctx); err != nil {
		return t, err
	}
	err = s.update(ctx, func(tx *tx) error {
		f, err := beginFacts(tx, m, c)
		if err != nil {
			return err
		}
		begun := false
		if t, begun, err = quiz.DecideBegin(f, m, c); err != nil || !begun {
			return err
		}
		err = errors.Join(putTry(tx, nil, t), quizPeople.put(tx, of(t.Contest, t.Who()), t.ID))
		if f.Code != nil && !f.Code.Used {
			used := *f.Code
			used.Used = true
			err = errors.Join(err, quizCodes.put(tx, of(t.Contest, used.Station, used.Code), used),
				addCodes(tx, t.Contest, quiz.Codes{Station: used.Station, Used: 1}))
		}
		return err
	})
	return t, err
}

func beginFacts(tx *tx, m accounts.Meta, c quiz.Begin) (f quiz.BeginFacts, err error) {
	if f.Contest, err = quizIn(tx, c.Contest); err != nil {
		return f, err
	}
	if f.Registry, err = tx.s.registry.get(tx); err != nil {
		return f, err
	}
	if f.Key, _, err = quizKeys.get(tx, []byte(c.Contest)); err != nil {
		return f, err
	}
	if f.Own, err = maybe(tx, quizTries, of(c.Contest, m.NewID())); err != nil {
		return f, err
	}
	who := c.Who(f.Contest.Way)
	if code, ok := strings.CutPrefix(who, "c"); ok {
		commune, found, err := quizCodeAt.get(tx, of(c.Contest, code))
		if err != nil {
			return f, err
		}
		if found {
			if f.Code, err = maybe(tx, quizCodes, of(c.Contest, commune, code)); err != nil {
				return f, err
			}
		}
	}
	if id, found, err := quizPeople.get(tx, of(c.Contest, who)); err != nil || !found {
		return f, err
	} else if f.Has, err = maybe(tx, quizTries, of(c.Contest, id)); err != nil {
		return f, err
	}
	return f, nil
}

// AnswerTry implements quiz.Store.
func (s *Store) AnswerTry(ctx context.Context, m accounts.Meta, c quiz.Answer) (kept quiz.Kept, err error) {
	err = s.update(ctx, func(tx *tx) error {
		q, err := quizIn(tx, c.Contest)
		if err != nil {
			return err
		}
		was, err := tryIn(tx, c.Contest, quiz.TryOf(c.Secret))
		if err != nil {
			return err
		}
		key, err := quizKeys.named(tx, []byte(c.Contest), quizzes.name, []byte(c.Contest))
		if err != nil {
			return err
		}
		if kept, err = quiz.DecideAnswer(key, q, m, was, c); err != nil || !kept.Changed {
			return err
		}
		return putTry(tx, &was, kept.Try)
	})
	return kept, err
}

// sat is a try with what it is asked.
func sat(tx *tx, contest, id string) (out quiz.Sat, err error) {
	if out.Contest, err = quizIn(tx, contest); err != nil {
		return out, err
	}
	if out.Try, err = tryIn(tx, contest, id); err != nil {
		return out, err
	}
	key, err := quizKeys.named(tx, []byte(contest), quizzes.name, []byte(contest))
	if err != nil {
		return out, err
	}
	out.Asked = key.Draw(id, len(out.Try.Picks))
	for _, a := range out.Asked {
		q, err := quizPool.named(tx, poolKey(contest, a.Question), quizKeys.name, []byte(contest))
		if err != nil {
			return out, err
		}
		out.Questions = append(out.Questions, q)
	}
	return out, nil
}

// Sit implements quiz.Store.
func (s *Store) Sit(ctx context.Context, contest, secret string) (out quiz.Sat, err error) {
	err = s.view(ctx, func(tx *tx) (err error) {
		out, err = sat(tx, contest, quiz.TryOf(secret))
		return err
	})
	for i := range out.Questions {
		out.Questions[i].Right = 0
	}
	return out, err
}

// QuizTry implements quiz.Store.
func (s *Store) QuizTry(ctx context.Context, by accounts.Actor, contest, id string) (out quiz.Sat, err error) {
	err = s.view(ctx, func(tx *tx) error {
		if _, err := running(tx, by, contest); err != nil {
			return err
		}
		out, err = sat(tx, contest, id)
		return err
	})
	return out, err
}

// JudgeTry implements quiz.Store. What the log of changes has of it names nobody.
func (s *Store) JudgeTry(ctx context.Context, m accounts.Meta, c quiz.Judge) (quiz.Try, error) {
	type named struct {
		ID  string `json:"id"`
		Try string `json:"try"`
		quiz.Judge
	}
	return change(ctx, s, m, "quiz.judge", named{c.Contest, c.Try, c}, func(tx *tx) (quiz.Try, error) {
		q, err := quizIn(tx, c.Contest)
		if err != nil {
			return quiz.Try{}, err
		}
		was, err := tryIn(tx, c.Contest, c.Try)
		if err != nil {
			return was, err
		}
		key, err := quizKeys.named(tx, []byte(c.Contest), quizzes.name, []byte(c.Contest))
		if err != nil {
			return was, err
		}
		t, err := quiz.DecideJudge(key, q, m, was, c)
		if err != nil {
			return t, err
		}
		tx.tellRuling(was, t)
		return t.Forget(), putTry(tx, &was, t)
	})
}

// tellRuling notes what was decided about a try, which names nobody.
func (tx *tx) tellRuling(was, t quiz.Try) {
	type told struct {
		Do    quiz.Do `json:"do,omitempty"`
		Why   string  `json:"why,omitempty"`
		Right int     `json:"right"`
	}
	last := t.Ruled[len(t.Ruled)-1]
	before, err := json.Marshal(told{Right: was.Right})
	now, err2 := json.Marshal(told{last.Do, last.Why, t.Right})
	if err == nil && err2 == nil { // plain values always marshal
		tx.changes = append(tx.changes, accounts.Differs(quizTries.name, before, now)...)
	}
}

// Tries implements quiz.Store.
func (s *Store) Tries(ctx context.Context, by accounts.Actor, contest string, q quiz.TryQuery) (list []quiz.Try, next string, err error) {
	if q.Limit <= 0 || q.Limit > quiz.MostListed {
		q.Limit = quiz.MostListed
	}
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		if _, err := running(tx, by, contest); err != nil {
			return err
		}
		from, until := of(contest), after(of(contest))
		if q.After != "" {
			at, ok := cursor(q.After, len(from))
			if !ok || !bytes.HasPrefix(at, from) {
				return quiz.NoSuchPage()
			}
			from = append(at, 0)
		}
		list, next, err = paged(quizTries.ascend(tx, from, until), q.Limit, quiz.MostLookedAt, q.Wants)
		return err
	})
	return list, next, err
}

// Tallies implements quiz.Store.
func (s *Store) Tallies(ctx context.Context, by accounts.Actor, contest string) (list []quiz.Place, err error) {
	err = s.view(ctx, func(tx *tx) error {
		if _, err := running(tx, by, contest); err != nil {
			return err
		}
		list, _, err = quizSums(tx, contest)
		return err
	})
	return list, err
}

// QuizResult implements quiz.Store.
func (s *Store) QuizResult(ctx context.Context, by accounts.Actor, contest string) (r quiz.Result, err error) {
	var q quiz.Contest
	err = s.view(ctx, func(tx *tx) (err error) {
		if q, err = quizIn(tx, contest); err != nil {
			return err
		}
		found := false
		if r, found, err = quizResults.get(tx, []byte(contest)); err == nil && !found {
			err = quiz.NoResult()
		}
		return err
	})
	if err != nil {
		return quiz.Result{}, err
	}
	return q.Shown(by, r)
}

// ForgetPeople implements quiz.Store.
func (s *Store) ForgetPeople(ctx context.Context, m accounts.Meta) (n int, err error) {
	var list []quiz.Contest
	if err := s.view(ctx, func(tx *tx) (err error) { list, err = quizzes.all(tx); return err }); err != nil {
		return 0, err
	}
	for _, q := range list {
		if _, due := quiz.DecideForget(m.At, q); !due {
			continue
		}
		one := m
		one.ID = m.ID + "/" + q.ID
		if _, err := change(ctx, s, one, "quiz.forget", struct {
			ID string `json:"id"`
		}{q.ID}, func(tx *tx) (quiz.Contest, error) { return forgetQuiz(tx, m.At, q.ID) }); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// forgetQuiz erases names and numbers of a contest, and its codes.
func forgetQuiz(tx *tx, at time.Time, id string) (quiz.Contest, error) {
	q, err := quizIn(tx, id)
	if err != nil {
		return q, err
	}
	q, due := quiz.DecideForget(at, q)
	if !due {
		return q, nil
	}
	var tries []quiz.Try
	for e, err := range quizTries.ascend(tx, of(id), after(of(id))) {
		if err != nil {
			return q, err
		}
		tries = append(tries, e.rec)
	}
	for _, t := range tries {
		err = errors.Join(err, quizPeople.remove(tx, of(id, t.Who())), quizTries.put(tx, of(id, t.ID), t.Forget()))
	}
	var codes []quiz.Code
	for e, err := range quizCodes.ascend(tx, of(id), after(of(id))) {
		if err != nil {
			return q, err
		}
		codes = append(codes, e.rec)
	}
	for _, c := range codes {
		err = errors.Join(err, quizCodes.remove(tx, of(id, c.Station, c.Code)), quizCodeAt.remove(tx, of(id, c.Code)))
	}
	sums, serr := codeSums(tx, id)
	for err = errors.Join(err, serr); len(sums) > 0; sums = sums[1:] {
		err = errors.Join(err, quizCodeSums.remove(tx, of(id, sums[0].Station)))
	}
	r, found, rerr := quizResults.get(tx, []byte(id))
	if err = errors.Join(err, rerr); found && err == nil {
		err = quizResults.put(tx, []byte(id), r.Forget())
	}
	return q, errors.Join(err, quizzes.put(tx, []byte(id), q))
}

// checkQuiz checks that every index has its record, and that tallies add up.
func checkQuiz(tx *tx, report func(store.Problem)) error {
	wrong := func(t, key, what string) { report(store.Problem{Table: t, Key: key, What: what}) }
	n := 0
	for e, err := range quizQuestions.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		if key, found, err := quizKnown.get(tx, []byte(e.rec.ID)); err != nil || !found || !bytes.Equal(key, e.key) {
			wrong(quizQuestions.name, e.rec.ID, "not found by its ID")
		}
	}
	if got := rowsOf(tx, quizKnown.name); got != n {
		wrong(quizKnown.name, "", fmt.Sprintf("lists %d, there are %d", got, n))
	}
	pool := 0
	for e, err := range quizzes.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if string(e.key) != e.rec.ID {
			wrong(quizzes.name, e.rec.ID, "stands in another's place")
		}
		pool += e.rec.Pool
		key, found, err := quizKeys.get(tx, e.key)
		if err != nil {
			return err
		}
		if found != e.rec.HasPool() || len(key.Right) != e.rec.Pool {
			wrong(quizKeys.name, e.rec.ID, "does not say what was taken from the bank")
		}
		for i := range key.Right {
			if q, found, err := quizPool.get(tx, poolKey(e.rec.ID, i)); err != nil || !found || q.Right != key.Right[i] || len(q.Answers) != key.Many[i] {
				wrong(quizPool.name, e.rec.ID, fmt.Sprintf("question %d is not the one that was taken", i))
			}
		}
		if quizResults.has(tx, e.key) != e.rec.HasResult() {
			wrong(quizResults.name, e.rec.ID, "there, or not, against the contest's stage")
		}
	}
	if got := rowsOf(tx, quizPool.name); got != pool {
		wrong(quizPool.name, "", fmt.Sprintf("holds %d, contests took %d", got, pool))
	}
	return errors.Join(checkTries(tx, wrong), checkCodes(tx, wrong))
}

func checkTries(tx *tx, wrong func(table, key, what string)) error {
	want := map[string]quiz.Tally{}
	for e, err := range quizTries.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		t := e.rec
		if !bytes.Equal(e.key, of(t.Contest, t.ID)) || !quizzes.has(tx, []byte(t.Contest)) {
			wrong(quizTries.name, t.ID, "is of no contest")
		}
		at := string(of(t.Contest, t.Station))
		want[at] = want[at].Add(t.Tally(), 1)
		if t.Nobodys() || !t.Counts() {
			continue // nobody's any more, or may have been followed by another
		}
		if id, found, err := quizPeople.get(tx, of(t.Contest, t.Who())); err != nil || !found || id != t.ID {
			wrong(quizPeople.name, t.ID, "a try is not found by whose it is")
		}
	}
	for e, err := range quizTallies.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if want[string(e.key)] != e.rec {
			wrong(quizTallies.name, string(e.key), "does not add up the tries")
		}
		delete(want, string(e.key))
	}
	for at := range want {
		wrong(quizTallies.name, at, "is not there")
	}
	for e, err := range quizPeople.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		contest, who, _ := bytes.Cut(e.key, []byte{0})
		if t, found, err := quizTries.get(tx, of(string(contest), e.rec)); err != nil || !found || t.Who() != string(who) {
			wrong(quizPeople.name, string(who[:1]), "names no try of hers")
		}
	}
	return nil
}

func checkCodes(tx *tx, wrong func(table, key, what string)) error {
	n := 0
	for e, err := range quizCodes.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		contest, _, _ := bytes.Cut(e.key, []byte{0})
		at, found, err := quizCodeAt.get(tx, of(string(contest), e.rec.Code))
		if err != nil || !found || at != e.rec.Station || !bytes.Equal(e.key, of(string(contest), at, e.rec.Code)) {
			wrong(quizCodes.name, e.rec.Station, "a code is not found")
		}
		if e.rec.Used != quizPeople.has(tx, of(string(contest), "c"+e.rec.Code)) {
			wrong(quizCodes.name, e.rec.Station, "a code is used by nobody, or by somebody unseen")
		}
	}
	if got := rowsOf(tx, quizCodeAt.name); got != n {
		wrong(quizCodeAt.name, "", fmt.Sprintf("lists %d, there are %d", got, n))
	}
	want, err := wantCodes(tx)
	if err != nil {
		return err
	}
	for e, err := range quizCodeSums.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if want[string(e.key)] != e.rec {
			wrong(quizCodeSums.name, e.rec.Station, "does not count the codes")
		}
		delete(want, string(e.key))
	}
	for _, s := range want {
		wrong(quizCodeSums.name, s.Station, "is not there")
	}
	return nil
}
