package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"loa/client"
	"loa/internal/sheet"
	"loa/quiz"
)

// quizCommands are "loa quiz …": knowledge contests and their questions.
type quizCommands struct {
	List    quizList    `cmd:"" default:"withargs" help:"cli.summary.quiz_list"`
	Show    quizShow    `cmd:"" help:"cli.summary.quiz_show"`
	Import  quizImport  `cmd:"" help:"cli.summary.quiz_import"`
	Step    quizStep    `cmd:"" help:"cli.summary.quiz_step"`
	Codes   quizCodes   `cmd:"" help:"cli.summary.quiz_codes"`
	Results quizResults `cmd:"" help:"cli.summary.quiz_results"`
}

// quizList lists contests.
type quizList struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c quizList) Run(t *terminal) error {
	items, err := client.All(c.client().GetQuizzes(t))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.quiz.columns"), func(q quiz.Contest) string {
		return strings.Join([]string{q.ID, t.lang.Say("quiz.stage." + string(q.Stage)), t.lang.DateTime(q.Opens), t.lang.DateTime(q.Closes), q.Title}, "\t")
	})
}

// quizShow prints how a contest goes.
type quizShow struct {
	reach
	Quiz string `arg:"" name:"quiz"`
	JSON bool   `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c quizShow) Run(t *terminal) error {
	q, err := c.client().GetQuiz(t, c.Quiz)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(q)
	}
	made, used := 0, 0
	for _, x := range q.Codes {
		made, used = made+x.Made, used+x.Used
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.quiz.one", "title", printable(q.Title), "stage", t.lang.Say("quiz.stage."+string(q.Stage)),
		"from", q.Opens, "to", q.Closes, "pool", q.Pool, "draws", q.Draws, "tries", q.Sum.Tries, "sent", q.Sum.Sent, "full", q.Sum.Full,
		"void", q.Sum.Void, "late", q.Sum.Late, "made", made, "used", used))
	return err
}

// quizImport puts the questions of a file into the bank.
type quizImport struct {
	reach
	File     string `arg:"" name:"questions"`
	District string `help:"cli.flag.quiz_district"`
	DryRun   bool   `help:"stations.cli.flag.dry_run"`
	JSON     bool   `help:"cli.flag.json"`
}

// Run sends the file and prints what came of it.
func (c quizImport) Run(t *terminal) error {
	file, kind, err := tableOf(c.File)
	if err != nil {
		return err
	}
	answer, err := c.client().PostQuestionsImport(t, client.PostQuestionsImportOptions{DryRun: c.DryRun, District: c.District}, kind, file)
	if err != nil {
		return err
	}
	if c.JSON {
		return errors.Join(t.json(answer), refusedBy("cli.quiz.refused", answer.Errors))
	}
	fmt.Fprintln(t.out, t.lang.Say(done(answer.Applied, "cli.quiz.imported"), "n", answer.New, "known", answer.Known))
	return refusedBy("cli.quiz.refused", answer.Errors)
}

// quizStep brings a contest on, or back.
type quizStep struct {
	reach
	Quiz string    `arg:"" name:"quiz"`
	Move quiz.Move `arg:"" name:"quiz_move"`
	Why  string    `help:"cli.flag.quiz_why"`
	JSON bool      `help:"cli.flag.json"`
}

// Run tells the daemon.
func (c quizStep) Run(t *terminal) error {
	var read client.Edition
	if _, err := c.client().Note(&read).GetQuiz(t, c.Quiz); err != nil {
		return err
	}
	q, err := c.client().If(read).PostQuizMove(t, c.Quiz, quiz.MakeMove{Move: c.Move, Why: c.Why})
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(q)
	}
	_, err = fmt.Fprintln(t.out, printable(t.lang.Say("quiz.moved."+string(c.Move))))
	return err
}

// quizCodes lists the codes of a contest, or makes some.
type quizCodes struct {
	reach
	Quiz    string `arg:"" name:"quiz"`
	Station string `help:"cli.flag.quiz_station"`
	Make    int    `help:"cli.flag.quiz_make"`
	JSON    bool   `help:"cli.flag.json"`
}

// Run tells the daemon, or asks it, and prints.
func (c quizCodes) Run(t *terminal) error {
	if c.Make != 0 {
		made, err := c.client().PostQuizCodes(t, c.Quiz, quiz.MakeCodes{Station: c.Station, Each: c.Make})
		if err != nil {
			return err
		}
		if c.JSON {
			return t.json(made)
		}
		_, err = fmt.Fprintln(t.out, t.lang.Say("quiz.codes_made", "n", made.Made))
		return err
	}
	items, err := client.All(c.client().GetQuizCodes(t, c.Quiz, client.GetQuizCodesOptions{Station: c.Station}))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.quiz.codes"), func(x quiz.Code) string { return x.Station + "\t" + x.Code + "\t" + t.yes(x.Used) })
}

// quizResults prints a part of a result, or keeps it as a file.
type quizResults struct {
	reach
	Quiz string `arg:"" name:"quiz"`
	File string `arg:"" optional:"" name:"table"`
	quiz.ResultFilter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c quizResults) Run(t *terminal) error {
	if c.JSON {
		r, err := c.client().GetQuizResult(t, c.Quiz)
		if err != nil {
			return err
		}
		return t.json(r)
	}
	open := func(format string) (*client.File, error) {
		return c.client().GetQuizResultExport(t, c.Quiz, client.GetQuizResultExportOptions{ResultFilter: c.ResultFilter, Format: format})
	}
	if c.File != "" {
		n, err := fetch(c.File, nil, func() (*client.File, error) {
			return open(strings.ToLower(strings.TrimPrefix(filepath.Ext(c.File), ".")))
		})
		if err == nil {
			_, err = fmt.Fprintln(t.out, printable(t.lang.Say("cli.saved", "size", t.lang.Size(n), "file", c.File)))
		}
		return err
	}
	f, err := open("csv")
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	table, err := sheet.Read(b)
	if err != nil {
		return err
	}
	lines := tabwriter.NewWriter(t.out, 2, 0, 2, ' ', 0)
	for _, row := range table.Rows {
		var cells []string
		for _, cell := range row.Cells {
			cells = append(cells, printable(cell.Text))
		}
		fmt.Fprintln(lines, strings.Join(cells, "\t"))
	}
	return lines.Flush()
}
