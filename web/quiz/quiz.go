// Package quiz is where people take part in a knowledge contest without an account: what it is, the questions, and who won.
package quiz

import (
	"cmp"
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
	"loa/outgoing"
	"loa/quiz"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	quiz.Store
	outgoing.Store
	Registry(ctx context.Context) (*stations.Registry, error)
}

type pages struct {
	store Store
	list  *kit.View[listPage]
	one   *kit.View[onePage]
	sit   *kit.View[sitPage]

	begins *kit.Limiter // by network: a whole village may stand behind one address
	saves  *kit.Limiter // by try
	wrong  guesses
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("quiz", files)
	p := pages{store: s, list: kit.NewView[listPage](f, "list.html"), one: kit.NewView[onePage](f, "one.html"), sit: kit.NewView[sitPage](f, "sit.html"),
		begins: kit.NewLimiter(20*time.Millisecond, 3000, 10_000), saves: kit.NewLimiter(time.Second, 30, 100_000), wrong: newGuesses()}
	k.Handle(
		kit.Route{Pattern: "GET /quiz", Access: kit.Public, Handler: p.showList},
		kit.Route{Pattern: "GET /quiz/{quiz}", Access: kit.Public, Handler: p.showOne},
		kit.Route{Pattern: "POST /quiz/{quiz}", Access: kit.Public, Handler: p.begin},
		kit.Route{Pattern: "GET /quiz/{quiz}/try", Access: kit.Public, Handler: p.showSit},
		kit.Route{Pattern: "POST /quiz/{quiz}/try", Access: kit.Public, Handler: p.answer},
	)
	k.NameQuizzes(p.titles)
	p.registerDesk(k, f)
	p.registerBank(k, f)
}

// titles are what contests are called, by their IDs.
func (p pages) titles(r *kit.Request) (map[string]string, error) {
	list, err := p.store.Quizzes(r.Context(), r.Actor)
	titles := map[string]string{}
	for _, q := range list {
		titles[q.ID] = q.Title
	}
	return titles, err
}

type listPage struct {
	kit.Page
	Rows []row
}

type row struct {
	quiz.Contest
	Where string
	State string // key of its sentence
	Badge string
}

// standing says how a contest stands for who takes part.
func standing(q quiz.Contest, at time.Time) (key, badge string) {
	switch {
	case q.Open(at):
		return "quiz.now.open", kit.StateOK
	case q.Stage == quiz.Published:
		return "quiz.now.published", kit.StateInfo
	case q.Stage == quiz.Announced && at.Before(q.Opens):
		return "quiz.now.soon", "later"
	}
	return "quiz.now.closed", "none"
}

// whose says which district's a contest is, or the province's.
func whose(r *kit.Request, reg *stations.Registry, q quiz.Contest) string {
	if q.District == "" {
		return r.Say("quiz.of_province")
	}
	return reg.DistrictName(q.District)
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	list, err := p.store.Quizzes(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	page := listPage{Page: r.Page("quiz.public_title")}
	for _, q := range list {
		if q.Stage == quiz.Draft {
			continue
		}
		one := row{Contest: q, Where: whose(r, reg, q)}
		one.State, one.Badge = standing(q, r.Now)
		page.Rows = append(page.Rows, one)
	}
	return p.list.Render(w, r, page)
}

type onePage struct {
	kit.Page
	row
	Open, Soon bool
	Own        []own    // tries that were begun in this browser
	Edited     []string // what was changed since it opened
	Form       kit.Form
	Communes   []kit.Option
	Keeps      time.Time // until when names and numbers are kept
	Result     *quiz.Result
	Winners    []winner
	Districts  []place
	Places     []place
}

// own is a try that was begun in this browser: a phone serves more than one person.
type own struct{ ID, Name string }

// mostSlips is how many tries of a contest one browser keeps the slips of.
const mostSlips = 30

// slips are the secrets of the tries that were begun in this browser, the last first.
func slips(r *kit.Request, contest string) []string {
	list := strings.FieldsFunc(r.Slip(contest), func(c rune) bool { return c == '.' })
	return list[:min(len(list), mostSlips)]
}

// keepSlip lets this browser open a try until the contest forgets whose it is.
func keepSlip(w http.ResponseWriter, r *kit.Request, q quiz.Contest, secret string) {
	list := slices.DeleteFunc(slips(r, q.ID), func(old string) bool { return old == secret })
	list = append([]string{secret}, list...)
	r.SetSlip(w, q.ID, strings.Join(list[:min(len(list), mostSlips)], "."), q.Forgets().Sub(r.Now))
}

// secretOf is the secret of that try, or of the one begun last for ""; "" where this browser has none.
func secretOf(r *kit.Request, contest, try string) string {
	for _, secret := range slips(r, contest) {
		if try == "" || quiz.TryOf(secret) == try {
			return secret
		}
	}
	return ""
}

// ownTries are those of a contest that were begun in this browser, but the one of that ID.
func (p pages) ownTries(r *kit.Request, contest, but string) (list []own, err error) {
	for _, secret := range slips(r, contest) {
		if quiz.TryOf(secret) == but {
			continue
		}
		switch s, err := p.store.Sit(r.Context(), contest, secret); {
		case err == nil:
			list = append(list, own{s.Try.ID, s.Try.Name})
		case !fault.Is(err, "quiz.no_try"):
			return nil, err
		}
	}
	return list, nil
}

type winner struct {
	quiz.Ranked
	Where string
}

// Guessed is the guess, where there is one.
func (w winner) Guessed() int {
	if w.Guess == nil {
		return 0
	}
	return *w.Guess
}

type place struct {
	Name, Group string
	quiz.Tally
}

// Mean is how many answers of a try are right on average.
func (p place) Mean() float64 {
	if p.Tries == 0 {
		return 0
	}
	return float64(p.Right) / float64(p.Tries)
}

func (p pages) showOne(w http.ResponseWriter, r *kit.Request) error {
	return p.renderOne(w, r, kit.NewForm())
}

func (p pages) renderOne(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := p.store.Quiz(r.Context(), r.Actor, r.PathValue("quiz"))
	if err != nil {
		return err
	}
	page := onePage{Page: r.Page("quiz.page_title", "title", q.Title), row: row{Contest: q, Where: whose(r, reg, q)}, Form: f, Open: q.Open(r.Now),
		Soon: q.Stage == quiz.Announced && r.Now.Before(q.Opens), Keeps: q.Forgets()}
	if page.Own, err = p.ownTries(r, q.ID, ""); err != nil {
		return err
	}
	for _, e := range q.Edits {
		page.Edited = append(page.Edited, r.Say("quiz.edited_public", "at", e.At, "what", e.Words(r.Lang), "why", e.Why))
	}
	page.State, page.Badge = standing(q, r.Now)
	if page.Open && q.Way == quiz.ByPhone {
		page.Communes = kit.StationOptions(reg, stations.Filter{District: q.District, ActiveOn: r.Today()})
	}
	if q.Stage == quiz.Published {
		res, err := p.store.QuizResult(r.Context(), r.Actor, q.ID)
		if err != nil {
			return err
		}
		page.results(reg, res.Public()) // also to who runs it: this is what everybody reads
	}
	return p.one.Render(w, r, page)
}

func (page *onePage) results(reg *stations.Registry, res quiz.Result) {
	page.Result = &res
	for _, x := range res.Ranked {
		page.Winners = append(page.Winners, winner{x, reg.Label(x.Station)})
	}
	for _, d := range quiz.Districts(reg, res.Places) {
		page.Districts = append(page.Districts, place{Name: reg.DistrictName(d.Code), Tally: d.Tally})
	}
	for _, x := range res.Places {
		page.Places = append(page.Places, place{Name: reg.Label(x.Station), Group: reg.DistrictName(reg.Where(x.Station).District), Tally: x.Tally})
	}
	slices.SortStableFunc(page.Places, func(a, b place) int {
		return cmp.Or(cmp.Compare(text.Fold(a.Group), text.Fold(b.Group)), b.Tries-a.Tries)
	})
}

// begin begins a try. The form's ID, which only this browser knows, opens it from then on.
func (p pages) begin(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("quiz")
	if err = p.begins.Allow(r.Network(), r.Now); err == nil {
		err = p.wrong.spent(r.Network(), id, r.Now)
	}
	if err == nil {
		_, err = p.store.BeginTry(r.Context(), r.Meta(f.ID), quiz.Begin{Contest: id, Name: f.Get("name"), Phone: f.Get("phone"), Code: f.Get("code"),
			Station: f.Get("station"), Agreed: f.Bool("agreed")})
		p.wrong.count(r.Network(), id, r.Now, err)
	}
	if f.Refused(err) {
		return p.renderOne(w, r, *f)
	}
	if err != nil {
		return err
	}
	q, err := p.store.Quiz(r.Context(), r.Actor, id)
	if err != nil {
		return err
	}
	keepSlip(w, r, q, f.ID)
	return r.Redirect(w, tryPath(id, quiz.TryOf(f.ID)), "")
}

// tryPath is the page of a try of this browser.
func tryPath(contest, try string) string { return "/quiz/" + contest + "/try?of=" + try }

type sitPage struct {
	kit.Page
	ID, Name string
	Away     bool   // nobody has begun on this phone
	Try      string // ID
	Others   []own  // that were begun on this phone too
	Form     kit.Form
	Asked    []asked
	Over     bool
	Sent     bool
	Void     bool
	Late     string // key of the sentence about what came late, "" for none
	Blank    string // numbers of the questions without an answer, where she is asked about them
	Answered int
	Of       int
	Right    int
	Told     bool // how many are right is told: the contest is over
	Until    time.Time
	Left     int64 // ms until the end
	Gone     int64 // ms since the beginning
	GuessMS  int
}

type asked struct {
	Number  int
	Text    string
	Answers []kit.Option
	Chosen  string
	MS      int
}

func (p pages) showSit(w http.ResponseWriter, r *kit.Request) error {
	return p.renderSit(w, r, kit.NewForm(), r.URL.Query().Get("of"), nil)
}

// lateKey says what became of what came late.
func lateKey(q quiz.Contest, t quiz.Try) string {
	switch {
	case t.Late == nil:
		return ""
	case t.Late.Said == nil && q.HasResult():
		return "quiz.late_text_fixed"
	case t.Late.Said == nil:
		return "quiz.late_text"
	case t.Late.Count:
		return "quiz.late_text_counted"
	}
	return "quiz.late_text_dropped"
}

func numbers(list []int) string {
	var words []string
	for _, n := range list {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ", ")
}

// renderSit shows the try of that ID, or the one begun last; blank are questions she is asked about before it is sent.
func (p pages) renderSit(w http.ResponseWriter, r *kit.Request, f kit.Form, try string, blank []int) error {
	id := r.PathValue("quiz")
	secret := secretOf(r, id, try)
	others, err := p.ownTries(r, id, quiz.TryOf(secret))
	if err != nil {
		return err
	}
	s, err := p.store.Sit(r.Context(), id, secret)
	if fault.Is(err, "quiz.no_try") {
		q, err := p.store.Quiz(r.Context(), r.Actor, id)
		if err != nil {
			return err
		}
		return p.sit.Render(w, r, sitPage{Page: r.Page("quiz.sit_title", "title", q.Title), ID: id, Away: true, Others: others})
	}
	if err != nil {
		return err
	}
	t := s.Try
	w.Header().Set("Cache-Control", "no-store")
	page := sitPage{Page: r.Page("quiz.sit_title", "title", s.Contest.Title), ID: id, Name: t.Name, Try: t.ID, Form: f, Over: t.Over(r.Now),
		Sent: !t.Sent.IsZero(), Void: !t.Counts(), Late: lateKey(s.Contest, t), Blank: numbers(blank), Of: len(t.Picks),
		Answered: len(t.Picks) - len(t.Blank()), Until: t.Until, Left: max(0, t.Until.Sub(r.Now).Milliseconds()),
		Gone: r.Now.Sub(t.Began).Milliseconds(), Told: s.Contest.Over(r.Now), Right: t.Right, GuessMS: t.GuessMS,
		Others: others}
	if t.Guess != nil && !page.Form.Values.Has("guess") {
		page.Form.Values.Set("guess", strconv.Itoa(*t.Guess))
	}
	if page.Over || page.Void {
		return p.sit.Render(w, r, page)
	}
	for i, a := range s.Asked {
		one := asked{Number: i + 1, Text: s.Questions[i].Text, Chosen: placeOf(a, t.Picks[i]), MS: t.Picks[i].MS}
		for place, n := range a.Order {
			one.Answers = append(one.Answers, kit.Option{Value: strconv.Itoa(place + 1), Text: s.Questions[i].Answers[n-1]})
		}
		if typed := f.Get("a" + strconv.Itoa(i)); typed != "" { // of a form that was refused
			one.Chosen = typed
		}
		page.Asked = append(page.Asked, one)
	}
	return p.sit.Render(w, r, page)
}

// placeOf is where on the page the answer stands that was chosen, "" for none.
func placeOf(a quiz.Asked, p quiz.Pick) string {
	if i := slices.Index(a.Order, p.Answer); i >= 0 {
		return strconv.Itoa(i + 1)
	}
	return ""
}

// mostTyped bounds the numbers of a form of answers.
const mostTyped = 1 << 30

// readAnswer reads what a phone, or a form without a script, says: of as many questions as it has fields for.
func readAnswer(f *kit.Form) quiz.Answer {
	n := 0
	for f.Values.Has("t"+strconv.Itoa(n)) && n < quiz.MostDraws {
		n++
	}
	number := func(name string) int {
		i, err := strconv.Atoi(f.Get(name))
		if err != nil || i > mostTyped || i < -mostTyped {
			return 0
		}
		return i
	}
	do := f.Get("do")
	c := quiz.Answer{Timed: f.Bool("timed"), Send: do == "send" || do == "sure", Sure: do == "sure", Shown: make([]int, n), MS: make([]int, n),
		GuessMS: max(0, number("tguess"))}
	for i := range n {
		c.Shown[i], c.MS[i] = number("a"+strconv.Itoa(i)), number("t"+strconv.Itoa(i))
	}
	if f.Get("guess") != "" {
		guess := f.Int("guess")
		c.Guess = &guess
	}
	return c
}

// kept is what a script is told: all that the server holds of the try, so that a page says no more than what stands.
type kept struct {
	Over  bool           `json:"over"`
	Sent  bool           `json:"sent"`
	Late  bool           `json:"late"`
	A     map[int]string `json:"a"` // which place of each question was chosen
	T     map[string]int `json:"t"` // and when it was pressed, as the phone said; of the guess too
	Guess string         `json:"guess"`
}

// answer takes what a phone holds: a script's small request, or the whole form.
func (p pages) answer(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("quiz")
	secret := secretOf(r, id, f.Get("try"))
	try := quiz.TryOf(secret)
	if err := p.saves.Allow(try, r.Now); err != nil && secret != "" {
		return err
	}
	c := readAnswer(f)
	c.Contest, c.Secret = id, secret
	var k quiz.Kept
	if err = f.Err(); secret == "" {
		err = quiz.NoTry()
	} else if err == nil {
		k, err = p.store.AnswerTry(r.Context(), r.Meta(f.ID), c)
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store")
		return r.JSON(w, http.StatusOK, told(k, r.Now))
	}
	if fault.Is(err, "quiz.over") || fault.Is(err, "quiz.no_try") { // its page says so
		return r.Redirect(w, tryPath(id, try), "")
	}
	if f.Refused(err) {
		return p.renderSit(w, r, *f, try, nil)
	}
	if err != nil {
		return err
	}
	if len(k.Blank) > 0 {
		return p.renderSit(w, r, kit.NewForm(), try, k.Blank)
	}
	return r.Redirect(w, tryPath(id, try), map[bool]string{true: "quiz.sent", false: "quiz.kept"}[c.Send])
}

// told is what a script is told of what was kept.
func told(k quiz.Kept, at time.Time) kept {
	t := k.Try
	out := kept{Over: t.Over(at), Sent: !t.Sent.IsZero(), Late: k.Late, A: map[int]string{}, T: map[string]int{"guess": t.GuessMS}}
	for i, pick := range t.Picks {
		if pick.Answer != 0 {
			out.A[i], out.T[strconv.Itoa(i)] = placeOf(k.Asked[i], pick), pick.MS
		}
	}
	if t.Guess != nil {
		out.Guess = strconv.Itoa(*t.Guess)
	}
	return out
}
