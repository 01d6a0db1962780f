package quiz

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/quiz"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

// desk are the pages of who runs contests.
type desk struct {
	pages
	contests *kit.View[contestsPage]
	edit     *kit.View[editPage]
	contest  *kit.View[contestPage]
	tries    *kit.View[triesPage]
	try      *kit.View[tryPage]
	papers   *kit.View[papersPage]
	pool     *kit.View[poolPage]
	key      *kit.View[correctPage]
}

func (p pages) registerDesk(k *kit.Kit, f *kit.Folder) {
	d := desk{p, kit.NewView[contestsPage](f, "contests.html"), kit.NewView[editPage](f, "edit.html"), kit.NewView[contestPage](f, "contest.html"),
		kit.NewView[triesPage](f, "tries.html"), kit.NewView[tryPage](f, "try.html"), kit.NewView[papersPage](f, "papers.html"),
		kit.NewView[poolPage](f, "pool.html"), kit.NewView[correctPage](f, "correct.html")}
	k.Menu(kit.MenuItem{Path: "/quizzes", Key: "quiz.menu", Icon: "question", Access: accounts.RunQuiz, Order: 45})
	run := func(pattern string, h kit.Handler) {
		k.Handle(kit.Route{Pattern: pattern, Access: accounts.RunQuiz, Handler: h})
	}
	run("GET /quizzes", d.showContests)
	run("GET /quizzes/new", d.showEdit)
	run("POST /quizzes/new", d.save)
	run("GET /quizzes/{quiz}", d.showContest)
	run("POST /quizzes/{quiz}", d.move)
	run("GET /quizzes/{quiz}/edit", d.showEdit)
	run("POST /quizzes/{quiz}/edit", d.save)
	run("POST /quizzes/{quiz}/codes", d.makeCodes)
	run("GET /quizzes/{quiz}/questions", d.showPool)
	run("GET /quizzes/{quiz}/questions/{number}", d.showCorrect)
	run("POST /quizzes/{quiz}/questions/{number}", d.correct)
	run("POST /quizzes/{quiz}/proposal", d.answerProposal)
	run("GET /quizzes/{quiz}/tries", d.showTries)
	run("GET /quizzes/{quiz}/tries/{try}", d.showTry)
	run("POST /quizzes/{quiz}/tries/{try}", d.judge)
	run("GET /quizzes/{quiz}/papers", d.showPapers)
	run("POST /quizzes/{quiz}/papers", d.numberPapers)
}

type contestsPage struct {
	kit.Page
	Rows   []row
	MayRun bool
}

func (d desk) showContests(w http.ResponseWriter, r *kit.Request) error {
	reg, err := d.store.Registry(r.Context())
	if err != nil {
		return err
	}
	list, err := d.store.Quizzes(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	page := contestsPage{Page: r.Page("quiz.title"), MayRun: len(districts(r, reg)) > 0}
	for _, q := range list {
		if quiz.MayRun(r.Actor, q.District) != nil {
			continue
		}
		one := row{Contest: q, Where: whose(r, reg, q)}
		one.State, one.Badge = standing(q, r.Now)
		if q.Stage == quiz.Draft || q.Stage == quiz.Fixed {
			one.State, one.Badge = "quiz.stage."+string(q.Stage), kit.StateWarn
		}
		page.Rows = append(page.Rows, one)
	}
	return d.contests.Render(w, r, page)
}

// districts are those whose contests somebody runs, the province before them.
func districts(r *kit.Request, reg *stations.Registry) (list []kit.Option) {
	if quiz.MayRun(r.Actor, "") == nil {
		list = append(list, kit.Option{Text: r.Say("quiz.of_province")})
	}
	return append(list, r.Districts(reg, func(code string) bool { return quiz.MayRun(r.Actor, code) == nil })...)
}

type editPage struct {
	kit.Page
	Form      kit.Form
	Districts []kit.Option
	Ways      []kit.Option
	Topics    []kit.Option
	Ranks     []int  // rows of prizes
	Locked    string // key of what can still be changed
	Reason    bool   // and it wants a reason
	Back      string
}

// ranks is how many rows of prizes the form has.
const ranks = 6

func (d desk) showEdit(w http.ResponseWriter, r *kit.Request) error {
	f, err := d.editForm(r)
	if err != nil {
		return err
	}
	return d.renderEdit(w, r, f)
}

// editForm is the form of the contest as it is now, or of a new one.
func (d desk) editForm(r *kit.Request) (kit.Form, error) {
	id := r.PathValue("quiz")
	if id == "" {
		return kit.NewForm("way", string(quiz.ByPhone), "draws", "20", "minutes", "20"), nil
	}
	q, err := d.hers(r)
	if err != nil {
		return kit.Form{}, err
	}
	f := kit.NewForm("district", q.District, "title", q.Title, "host", q.Host, "terms", q.Terms, "way", string(q.Way),
		"opens", kit.AsInstant(q.Opens), "closes", kit.AsInstant(q.Closes), "draws", strconv.Itoa(q.Draws),
		"minutes", strconv.Itoa(q.Minutes))
	if q.Keep > 0 {
		f.Values.Set("keep", strconv.Itoa(q.Keep))
	}
	for _, t := range q.Topics {
		f.Values.Add("topics", string(t))
	}
	for i, p := range q.Prizes {
		n := strconv.Itoa(i)
		f.Values.Set("prize"+n, p.Name)
		f.Values.Set("count"+n, strconv.Itoa(p.Count))
		if p.Amount > 0 {
			f.Values.Set("amount"+n, strconv.FormatInt(p.Amount, 10))
		}
	}
	return f.From(q.Edition()), nil
}

func (d desk) renderEdit(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := d.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := editPage{Page: r.Page("quiz.new"), Form: f, Districts: districts(r, reg), Ways: kit.WordOptions(r, "quiz.way.", quiz.Ways[:]),
		Topics: kit.WordOptions(r, "schedule.topic.", scheduler.Topics), Back: "/quizzes"}
	if len(page.Districts) == 0 {
		return quiz.MayRun(r.Actor, "")
	}
	for i := range ranks {
		page.Ranks = append(page.Ranks, i)
	}
	if id := r.PathValue("quiz"); id != "" {
		q, err := d.hers(r)
		if err != nil {
			return err
		}
		page.Page, page.Locked, page.Back = r.Page("quiz.edit"), locked(q, r.Now), "/quizzes/"+id
		page.Reason = page.Locked != "" && !r.Now.Before(q.Opens)
	}
	return d.edit.Render(w, r, page)
}

// locked says what of a contest can still be changed, "" for all of it.
func locked(q quiz.Contest, at time.Time) string {
	switch {
	case q.HasResult():
		return "quiz.fixed_already"
	case q.Stage == quiz.Draft:
		return ""
	case at.Before(q.Closes):
		return "quiz.locked"
	}
	return "quiz.locked_closed"
}

// readRules reads the form of a contest.
func readRules(f *kit.Form) (c quiz.Rules) {
	c = quiz.Rules{District: f.Get("district"), Title: f.Get("title"), Host: f.Get("host"), Terms: f.Get("terms"), Way: quiz.Way(f.Get("way")),
		Opens: f.Instant("opens"), Closes: f.Instant("closes"), Draws: f.Int("draws"), Minutes: f.Int("minutes"), Keep: f.Int("keep")}
	for _, t := range f.All("topics") {
		c.Topics = append(c.Topics, scheduler.Topic(t))
	}
	for i := range ranks {
		n := strconv.Itoa(i)
		p := quiz.Prize{Name: f.Get("prize" + n), Count: f.Int("count" + n)}
		if typed := f.Get("amount" + n); typed != "" {
			amount, err := text.ReadMoney(typed)
			if err != nil {
				f.Wrong("amount"+n, err)
			}
			p.Amount = amount
		}
		if p != (quiz.Prize{}) {
			c.Prizes = append(c.Prizes, p)
		}
	}
	return c
}

func (d desk) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := quiz.SaveContest{ID: r.PathValue("quiz"), Rules: readRules(f), Why: f.Get("why")}
	var q quiz.Contest
	if err = f.Err(); err == nil && c.ID == "" {
		q, err = d.store.SaveQuiz(r.Context(), r.Meta(f.ID), c)
	} else if err == nil {
		err = f.Save(func() (kit.Form, error) { return d.editForm(r) }, func(m accounts.Meta) (err error) {
			q, err = d.store.SaveQuiz(r.Context(), m, c)
			return err
		})
	}
	if f.Refused(err) {
		return d.renderEdit(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/quizzes/"+q.ID, "quiz.saved")
}

// hers is the contest of the path, of who runs it.
func (d desk) hers(r *kit.Request) (quiz.Contest, error) {
	q, err := d.store.Quiz(r.Context(), r.Actor, r.PathValue("quiz"))
	if err == nil {
		err = quiz.MayRun(r.Actor, q.District)
	}
	return q, err
}

type contestPage struct {
	kit.Page
	row
	Form      kit.Form // of a step
	Codes     kit.Form // of codes that are made
	Communes  []kit.Option
	Moves     []kit.Option // that can be made now
	Back      bool         // the step before can be taken back
	Sum       quiz.Tally
	Districts []place
	Places    []place
	Made      int // codes
	Used      int
	Result    *quiz.Result
	Winners   []winner
	Link      string
	Code      kit.QR
	Seed      string
	Forgets   time.Time
	OfWhole   bool
	Own       bool     // what waits for a second person is hers
	Changes   []string // what was put right, or taken back, and why
	Waits     string
	MayMake   bool // codes
}

func (d desk) showContest(w http.ResponseWriter, r *kit.Request) error {
	return d.renderContest(w, r, kit.NewForm(), kit.NewForm())
}

func (d desk) renderContest(w http.ResponseWriter, r *kit.Request, step, codes kit.Form) error {
	q, err := d.hers(r)
	if err != nil {
		return err
	}
	reg, err := d.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := contestPage{Page: r.Page("quiz.page_title", "title", q.Title), row: row{Contest: q, Where: whose(r, reg, q)},
		Form: step.From(q.Edition()), Codes: codes,
		Forgets: q.Forgets(), Back: q.Stage != quiz.Draft && q.Forgotten.IsZero() && q.Proposed == nil, OfWhole: q.District == ""}
	page.State = "quiz.stage." + string(q.Stage)
	if q.Stage == quiz.Announced {
		page.State, page.Badge = standing(q, r.Now)
	}
	for _, m := range quiz.Moves {
		if m != quiz.TakeBack && q.Next(m, r.Now) {
			page.Moves = append(page.Moves, kit.Option{Value: string(m), Text: r.Say("quiz.move." + string(m)), Hint: r.Say("quiz.move_text." + string(m))})
		}
	}
	places, err := d.store.Tallies(r.Context(), r.Actor, q.ID)
	if err != nil {
		return err
	}
	for _, x := range places {
		page.Sum = page.Sum.Add(x.Tally, 1)
	}
	var shown onePage
	shown.results(reg, quiz.Result{Places: places})
	page.Districts, page.Places = shown.Districts, shown.Places
	if q.Way == quiz.ByCode {
		page.MayMake = !q.HasResult() && r.Now.Before(q.Closes)
		codes, err := d.store.CountCodes(r.Context(), r.Actor, q.ID)
		if err != nil {
			return err
		}
		for _, c := range codes {
			page.Made, page.Used = page.Made+c.Made, page.Used+c.Used
		}
		page.Communes = append([]kit.Option{{Text: r.Say("quiz.each_commune")}}, kit.StationOptions(reg, stations.Filter{District: q.District,
			ActiveOn: r.Today()})...)
	}
	if q.HasResult() {
		res, err := d.store.QuizResult(r.Context(), r.Actor, q.ID)
		if err != nil {
			return err
		}
		page.Result = &res
		for _, x := range res.Winners() {
			page.Winners = append(page.Winners, winner{x, reg.Label(x.Station)})
		}
		if page.Seed, err = d.store.QuizSeed(r.Context(), r.Actor, q.ID, r.Now); err != nil {
			return err
		}
	}
	if q.Stage != quiz.Draft {
		at, err := r.Address()
		if err != nil {
			return err
		}
		page.Link = at.URL + "/quiz/" + q.ID
		if page.Code, err = kit.NewQR(page.Link); err != nil {
			return err
		}
	}
	page.Changes = q.Changes(r.Lang)
	if p := q.Proposed; p != nil {
		page.Own, page.Waits = p.Person == r.Actor.Person, p.Words(r.Lang)
	}
	return d.contest.Render(w, r, page)
}

// move brings the contest on, or back.
func (d desk) move(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	m := r.Meta(f.ID)
	m.Seen = f.Of
	c := quiz.MakeMove{ID: r.PathValue("quiz"), Move: quiz.Move(f.Get("move")), Why: f.Get("why"), Seed: accounts.NewSecret(), Sure: f.Bool("sure")}
	q, err := d.store.MoveQuiz(r.Context(), m, c)
	if f.RefusedAloud(err) {
		return d.renderContest(w, r, *f, kit.NewForm())
	}
	if err != nil {
		return err
	}
	if q.Proposed != nil {
		return r.Redirect(w, "/quizzes/"+c.ID, "quiz.proposed_done")
	}
	return r.Redirect(w, "/quizzes/"+c.ID, "quiz.moved."+string(c.Move))
}

func (d desk) makeCodes(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := quiz.MakeCodes{ID: r.PathValue("quiz"), Station: f.Get("station"), Each: f.Int("each")}
	n := 0
	if err = f.Err(); err == nil {
		n, err = d.store.MakeCodes(r.Context(), r.Meta(f.ID), c)
	}
	if f.Refused(err) {
		return d.renderContest(w, r, kit.NewForm(), *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/quizzes/"+c.ID, "quiz.codes_made", "n", strconv.Itoa(n))
}

type triesPage struct {
	kit.Page
	ID, Name  string
	Form      kit.Form
	Choices   []kit.Choice
	Rows      []tryRow
	Turn      kit.Turn
	CSV, XLSX string
	Narrowed  bool
}

type tryRow struct {
	quiz.Try
	Where string
	State quiz.State
	Badge string
}

var tryBadges = map[quiz.State]string{quiz.Running: kit.StateInfo, quiz.Sent: kit.StateOK, quiz.TimeUp: "none", quiz.IsLate: kit.StateWarn,
	quiz.IsVoid: kit.StateBad}

func (d desk) showTries(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[quiz.TryFilter](r)
	if err != nil {
		return err
	}
	q, err := d.hers(r)
	if err != nil {
		return err
	}
	reg, err := d.store.Registry(r.Context())
	if err != nil {
		return err
	}
	path := "/quizzes/" + q.ID + "/tries"
	query := quiz.TryQuery{TryFilter: f, At: r.Now}
	if format := r.URL.Query().Get("format"); format != "" {
		return d.exportTries(w, r, reg, q, query, format)
	}
	query.After, query.Limit = r.URL.Query().Get("after"), kit.RowsAtOnce
	list, next, err := d.store.Tries(r.Context(), r.Actor, q.ID, query)
	if err != nil {
		return err
	}
	page := triesPage{Page: r.Page("quiz.tries_title"), ID: q.ID, Name: q.Title, Form: kit.FilterForm(f),
		Turn: r.TurnAfter("after", next), Narrowed: f != (quiz.TryFilter{}),
		CSV: filter.Link(path, f, "format", "csv"), XLSX: filter.Link(path, f, "format", "xlsx"),
		Choices: kit.Choices(kit.Choice{Name: "state", Label: r.Say("quiz.state"), Options: kit.WordOptions(r, "quiz.state.", quiz.States[:])},
			kit.Choice{Name: "station", Label: r.Say("quiz.commune"), Options: kit.StationOptions(reg, stations.Filter{District: q.District})})}
	for _, t := range list {
		page.Rows = append(page.Rows, tryRow{t, reg.Label(t.Station), t.State(r.Now), tryBadges[t.State(r.Now)]})
	}
	return d.tries.Render(w, r, page)
}

// maxExport is the most tries one file holds.
const maxExport = 50_000

func (d desk) exportTries(w http.ResponseWriter, r *kit.Request, reg *stations.Registry, q quiz.Contest, query quiz.TryQuery, format string) error {
	rows := [][]any{{r.Say("quiz.name"), r.Say("quiz.phone_or_code"), r.Say("quiz.commune"), r.Say("quiz.district"), r.Say("quiz.right_n"),
		r.Say("quiz.guess_short"),
		r.Say("quiz.began"), r.Say("quiz.finished"), r.Say("quiz.state"), r.Say("quiz.pace")}}
	for {
		list, next, err := d.store.Tries(r.Context(), r.Actor, q.ID, query)
		if err != nil {
			return err
		}
		for _, t := range list {
			var guess any
			if t.Guess != nil {
				guess = *t.Guess
			}
			seconds, _ := t.Pace()
			var pace []string
			for _, s := range seconds {
				pace = append(pace, strconv.FormatFloat(s, 'f', 0, 64))
			}
			rows = append(rows, []any{t.Name, sheet.Code(t.Phone + t.Code), reg.Name(t.Station), reg.DistrictName(reg.Where(t.Station).District), t.Right,
				guess,
				t.Began.In(text.Zone), t.Finished().In(text.Zone), r.Say("quiz.state." + string(t.State(r.Now))), strings.Join(pace, "; ")})
		}
		if query.After = next; next == "" {
			return r.SendTable(w, format, "luot-thi", rows)
		}
		if len(rows) > maxExport {
			return fault.New(fault.Invalid, "airing.export_long", "most", maxExport)
		}
	}
}

type tryPage struct {
	kit.Page
	ID, Name string
	Row      tryRow
	Picks    []pick
	Form     kit.Form
	Dos      []kit.Option // what can be decided now
	Ruled    []string     // what was decided, in words
	Fixed    bool         // who won is decided: nothing can be before a step back
}

type pick struct {
	Number       int
	Text, Chosen string
	Right        string // the right answer
	Is           bool
	Late         string // what was chosen and came late
	Arrived      time.Time
	Seconds      float64
	Counted      bool // it came late and counts
}

func (d desk) showTry(w http.ResponseWriter, r *kit.Request) error {
	return d.renderTry(w, r, kit.NewForm())
}

func (d desk) renderTry(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := d.store.Registry(r.Context())
	if err != nil {
		return err
	}
	s, err := d.store.QuizTry(r.Context(), r.Actor, r.PathValue("quiz"), r.PathValue("try"))
	if err != nil {
		return err
	}
	t := s.Try
	page := tryPage{Page: r.Page("quiz.try_title"), ID: s.Contest.ID, Name: s.Contest.Title, Form: f,
		Row: tryRow{t, reg.Label(t.Station), t.State(r.Now), tryBadges[t.State(r.Now)]}}
	said := func(q quiz.Question, answer int) string {
		if answer < 1 || answer > len(q.Answers) {
			return ""
		}
		return q.Answers[answer-1]
	}
	seconds, _ := t.Pace()
	for i, q := range s.Questions {
		one := pick{Number: i + 1, Text: q.Text, Chosen: said(q, t.Picks[i].Answer), Right: q.RightAnswer(), Is: t.Picks[i].Answer == q.Right,
			Arrived: t.Picks[i].At, Seconds: seconds[i], Counted: t.Picks[i].Late}
		if t.Late != nil && !t.Late.Count {
			one.Late = said(q, t.Late.Picks[i].Answer)
		}
		page.Picks = append(page.Picks, one)
	}
	page.Fixed = s.Contest.HasResult()
	for _, do := range t.Dos() {
		if !page.Fixed {
			page.Dos = append(page.Dos, kit.Option{Value: string(do), Text: r.Say("quiz.do." + string(do))})
		}
	}
	for _, x := range t.Rulings() {
		page.Ruled = append(page.Ruled, r.Say("quiz.ruled", "what", r.Say("quiz.do."+string(x.Do)), "by", x.By, "at", x.At, "why", x.Why))
	}
	return d.try.Render(w, r, page)
}

func (d desk) judge(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := quiz.Judge{Contest: r.PathValue("quiz"), Try: r.PathValue("try"), Do: quiz.Do(f.Get("do")), Why: f.Get("why")}
	_, err = d.store.JudgeTry(r.Context(), r.Meta(f.ID), c)
	if f.Refused(err) {
		return d.renderTry(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/quizzes/"+c.Contest+"/tries/"+c.Try, "quiz.judged")
}
