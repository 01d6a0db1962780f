package quiz

import (
	"net/http"
	"strconv"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/quiz"
	"loa/scheduler"
	"loa/web/kit"
)

// bank are the pages of the bank of questions.
type bank struct {
	pages
	list     *kit.View[bankPage]
	question *kit.View[questionPage]
	files    *kit.View[importPage]
}

func (p pages) registerBank(k *kit.Kit, f *kit.Folder) {
	b := bank{p, kit.NewView[bankPage](f, "bank.html"), kit.NewView[questionPage](f, "question.html"), kit.NewView[importPage](f, "import.html")}
	run := func(pattern string, h kit.Handler) {
		k.Handle(kit.Route{Pattern: pattern, Access: accounts.RunQuiz, Handler: h,
			MaxBody: map[bool]int64{true: kit.FileBody}[pattern == "POST /questions/import"]})
	}
	run("GET /questions", b.showBank)
	run("GET /questions/new", b.showQuestion)
	run("POST /questions/new", b.saveQuestion)
	run("GET /questions/{question}", b.showQuestion)
	run("POST /questions/{question}", b.saveQuestion)
	run("GET /questions/import", b.showImport)
	run("POST /questions/import", b.doImport)
	run("GET /questions/template/{file}", b.template)
}

type bankPage struct {
	kit.Page
	Form      kit.Form
	Choices   []kit.Choice
	Rows      []questionRow
	Turn      kit.Turn
	CSV, XLSX string
	MayRun    bool
}

type questionRow struct {
	quiz.Question
	Where string
	May   bool
}

func (b bank) showBank(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[quiz.Filter](r)
	if err != nil {
		return err
	}
	reg, err := b.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := f.Query(reg)
	if err != nil {
		return err
	}
	if format := r.URL.Query().Get("format"); format != "" {
		return b.export(w, r, q, format)
	}
	q.After, q.Limit = r.URL.Query().Get("after"), kit.RowsAtOnce
	list, next, err := b.store.Bank(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	own := districts(r, reg)
	page := bankPage{Page: r.Page("quiz.bank"), Form: kit.FilterForm(f), Turn: r.TurnAfter("after", next), MayRun: len(own) > 0,
		CSV: filter.Link("/questions", f, "format", "csv"), XLSX: filter.Link("/questions", f, "format", "xlsx"),
		Choices: kit.Choices(kit.Choice{Name: "topic", Label: r.Say("quiz.column.topic"), Options: kit.WordOptions(r, "schedule.topic.", scheduler.Topics)},
			kit.Choice{Name: "retired", Label: r.Say("quiz.retired_too"), Options: []kit.Option{{Value: "1", Text: r.Say("kit.yes")}, {Value: "0",
				Text: r.Say("kit.no")}}})}
	var named []kit.Option
	for _, o := range own {
		if o.Value != "" {
			named = append(named, o)
		}
	}
	if f.District != "" && len(named) == 0 {
		named = []kit.Option{{Value: f.District, Text: reg.DistrictName(f.District)}}
	}
	page.Choices = append(page.Choices, kit.Choices(kit.Choice{Name: "district", Label: r.Say("quiz.district"), Options: named})...)
	for _, one := range list {
		page.Rows = append(page.Rows, questionRow{one, whose(r, reg, quiz.Contest{Rules: quiz.Rules{District: one.District}}), quiz.MayRun(r.Actor,
			one.District) == nil})
	}
	return b.list.Render(w, r, page)
}

func (b bank) export(w http.ResponseWriter, r *kit.Request, q quiz.BankQuery, format string) error {
	var all []quiz.Question
	for {
		list, next, err := b.store.Bank(r.Context(), r.Actor, q)
		if err != nil {
			return err
		}
		if all = append(all, list...); next == "" {
			return r.SendTable(w, format, "cau-hoi", quiz.Table(r.Lang, all))
		}
		if q.After = next; len(all) > maxExport {
			return fault.New(fault.Invalid, "airing.export_long", "most", maxExport)
		}
	}
}

// template offers what an import reads.
func (b bank) template(w http.ResponseWriter, r *kit.Request) error {
	switch r.PathValue("file") {
	case "cau-hoi.docx":
		return r.Download(w, "cau-hoi-mau.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
			quiz.Document(quiz.Samples(text.Vietnamese)))
	case "cau-hoi.xlsx":
		return r.SendTable(w, "xlsx", "cau-hoi-mau", quiz.Table(r.Lang, quiz.Samples(r.Lang)))
	}
	return fault.New(fault.NotFound, "kit.not_found")
}

type questionPage struct {
	kit.Page
	Form      kit.Form
	New       bool
	Districts []kit.Option
	Topics    []kit.Option
	Places    []letter
	Rights    []kit.Option
}

type letter struct {
	Name, Letter string
	Required     bool
}

func (b bank) showQuestion(w http.ResponseWriter, r *kit.Request) error {
	f, err := b.form(r)
	if err != nil {
		return err
	}
	return b.renderQuestion(w, r, f)
}

func (b bank) form(r *kit.Request) (kit.Form, error) {
	id := r.PathValue("question")
	if id == "" {
		return kit.NewForm(), nil
	}
	q, err := b.store.Question(r.Context(), r.Actor, id)
	if err != nil {
		return kit.Form{}, err
	}
	if err := quiz.MayRun(r.Actor, q.District); err != nil {
		return kit.Form{}, err
	}
	f := kit.NewForm("district", q.District, "text", q.Text, "right", strconv.Itoa(q.Right), "topic", string(q.Topic))
	for i, a := range q.Answers {
		f.Values.Set("answer"+strconv.Itoa(i+1), a)
	}
	if q.Retired {
		f.Values.Set("retired", "1")
	}
	return f.From(q.Edition()), nil
}

func (b bank) renderQuestion(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := b.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := questionPage{Page: r.Page("quiz.question_new"), Form: f, New: r.PathValue("question") == "", Districts: districts(r, reg),
		Topics: kit.WordOptions(r, "schedule.topic.", scheduler.Topics)}
	if len(page.Districts) == 0 {
		return quiz.MayRun(r.Actor, "")
	}
	if !page.New {
		page.Page = r.Page("quiz.question_edit")
	}
	for i := range quiz.MostAnswers {
		one := string(rune('A' + i))
		page.Places = append(page.Places, letter{"answer" + strconv.Itoa(i+1), one, i < quiz.LeastAnswers})
		page.Rights = append(page.Rights, kit.Option{Value: strconv.Itoa(i + 1), Text: one})
	}
	return b.question.Render(w, r, page)
}

func (b bank) saveQuestion(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := quiz.SaveQuestion{ID: r.PathValue("question"), District: f.Get("district"), Text: f.Get("text"), Right: f.Int("right"),
		Topic: scheduler.Topic(f.Get("topic")), Retired: f.Bool("retired")}
	for i := range quiz.MostAnswers {
		c.Answers = append(c.Answers, f.Get("answer"+strconv.Itoa(i+1)))
	}
	save := func(m accounts.Meta) error { _, err := b.store.SaveQuestion(r.Context(), m, c); return err }
	switch err = f.Err(); {
	case err != nil:
	case c.ID == "":
		err = save(r.Meta(f.ID))
	default:
		err = f.Save(func() (kit.Form, error) { return b.form(r) }, save)
	}
	if f.Refused(err) {
		return b.renderQuestion(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/questions", "quiz.question_saved")
}

type importPage struct {
	kit.Page
	Form      kit.Form
	Districts []kit.Option
	Most      int64
	Limits    string
	Large     string
	Plan      *quiz.Plan // nil before a file was sent
	Rows      string     // of the file, carried along
	Wrongs    []wrong
	More      int
}

type wrong struct {
	Line int
	Text string
}

func (b bank) showImport(w http.ResponseWriter, r *kit.Request) error {
	return b.renderImport(w, r, kit.NewForm(), nil, "")
}

func (b bank) renderImport(w http.ResponseWriter, r *kit.Request, f kit.Form, plan *quiz.Plan, rows string) error {
	reg, err := b.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := importPage{Page: r.Page("quiz.import_title"), Form: f, Districts: districts(r, reg), Most: sheet.MaxBytes, Plan: plan, Rows: rows,
		Limits: r.Say("quiz.file_limits", sheet.Limits()...), Large: r.Lang.Fault(sheet.TooLarge())}
	if len(page.Districts) == 0 {
		return quiz.MayRun(r.Actor, "")
	}
	if plan != nil {
		for i, e := range plan.Bad {
			if i == kit.RowsAtOnce {
				page.More = len(plan.Bad) - i
				break
			}
			bare := *e
			bare.Line = 0
			page.Wrongs = append(page.Wrongs, wrong{e.Line, r.Lang.Fault(&bare)})
		}
	}
	return b.files.Render(w, r, page)
}

// doImport shows what a file would make, or makes what was shown.
func (b bank) doImport(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadFiles(sheet.MaxBytes)
	if err != nil {
		return err
	}
	c := quiz.Import{District: f.Get("district")}
	if f.Get("do") == "apply" {
		if err := f.Carried("rows", &c.Rows); err != nil {
			return err
		}
		done, err := b.store.ImportQuestions(r.Context(), r.Meta(f.ID), c)
		if f.RefusedAloud(err) {
			return b.renderImport(w, r, *f, nil, "")
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, "/questions", "quiz.imported", "n", strconv.Itoa(done.New), "known", strconv.Itoa(done.Known))
	}
	file, _, err := f.ReadFile("file", sheet.MaxBytes)
	if fault.Is(err, "kit.body_too_large") {
		err = sheet.TooLarge().At("file")
	}
	if err == nil {
		c.Rows, err = quiz.Read(file)
	}
	var plan quiz.Plan
	if err == nil {
		plan, err = b.store.PlanImport(r.Context(), r.Meta(f.ID), c)
	}
	if err == nil && len(c.Rows) == 0 {
		err = fault.New(fault.Invalid, "quiz.rows_none").At("file")
	}
	if f.RefusedAloud(err) {
		return b.renderImport(w, r, *f, nil, "")
	}
	if err != nil {
		return err
	}
	return b.renderImport(w, r, *f, &plan, kit.Carry(c.Rows))
}
