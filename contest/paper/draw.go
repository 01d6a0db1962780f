package paper

import (
	"slices"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/stations"
)

// The fewest and most decimals of points in a table. As many are printed as
// it takes to tell any two different values of a column apart.
const (
	leastPlaces = 2
	mostPlaces  = 6
)

// Draw makes the papers of a document about a round: "minutes" (see Minuted), "table",
// "sheets" or "fairness" (see Round); or, about no round, of a "decision". reg names
// stations and districts that rules speak of. o is the office at
// their head; without an agency it is the contest's host. Faults: contest.no_results
// (NotFound) as long as too few sheets are signed and for any other name,
// contest.no_prizes_yet (NotFound), and those of ranking.
func Draw(s *contest.State, reg *stations.Registry, round, document string, o paper.Office, lang text.Language, at time.Time) ([]paper.Paper, error) {
	list, err := draw(s, reg, round, document, o, lang, at)
	for i := range list {
		list[i].Check = lang.Say("paper.check", "n", s.Seq, "code", s.Head)
	}
	return list, err
}

func draw(s *contest.State, reg *stations.Registry, round, document string, o paper.Office, lang text.Language, at time.Time) ([]paper.Paper, error) {
	if document == "decision" {
		d, ok := DecisionOf(s, lang, at)
		if !ok {
			return nil, fault.New(fault.NotFound, "contest.no_prizes_yet")
		}
		return d.Draw(o, lang), nil
	}
	none := fault.New(fault.NotFound, "contest.no_results")
	run := Round(s, round)
	if document == "minutes" {
		run = Minuted(s, round)
	}
	if run == nil {
		return nil, none
	}
	switch document {
	case "minutes":
		m, err := MinutesOf(s, run, reg, lang, at)
		switch {
		case err != nil:
			return nil, err
		case len(m.Groups)+len(m.Chosen) == 0:
			return nil, none
		}
		return []paper.Paper{m.Draw(o, lang)}, nil
	case "table":
		r, err := ResultsOf(s, run, lang, at)
		switch {
		case err != nil:
			return nil, err
		case len(r.Groups) == 0:
			return nil, none
		}
		return []paper.Paper{r.Draw(o, lang)}, nil
	case "sheets":
		if j := JuriesOf(s, run, lang, at); len(j.Judges) > 0 {
			return j.Draw(o, lang), nil
		}
	case "fairness":
		f, ok, err := FairnessOf(s, run, lang, at)
		if err != nil {
			return nil, err
		}
		if ok {
			return []paper.Paper{f.Draw(o, lang)}, nil
		}
	}
	return nil, none
}

// begin is a paper of the contest without its body.
func (h Heading) begin(o paper.Office, lang text.Language, title string) paper.Paper {
	if o.Agency == "" {
		o.Agency = h.Host
	}
	about := h.Contest
	if h.Round != "" {
		about += " – " + h.Round
	}
	return paper.Paper{Lang: lang, Name: lang.Say(title), Office: o, Mark: paper.Unmarked, Date: h.Date, Title: lang.Say(title), About: []string{about}}
}

// words is a column of text.
func words(name string, width float64) paper.Column {
	return paper.Column{Name: name, Width: width, Places: paper.Words}
}

// numbers is a column of numbers with so many decimals.
func numbers(name string, width float64, places int) paper.Column {
	return paper.Column{Name: name, Width: width, Places: places}
}

func counts(name string, width float64) paper.Column {
	return paper.Column{Name: name, Width: width, Middle: true}
}

// rankOf leaves the cell of an entry without a rank empty.
func rankOf(rank int) any {
	if rank == 0 {
		return nil
	}
	return rank
}

// Draw makes the result table: all judges and methods, a worksheet for each group.
func (r Results) Draw(o paper.Office, lang text.Language) paper.Paper {
	p := r.begin(o, lang, "contest.doc_table_title")
	p.Across = true
	for _, g := range r.Groups {
		columns := append([]paper.Column{counts(r.RankLabel(lang), 9)}, numberColumns(lang, r.Staged)...)
		columns = append(columns, words(lang.Say("contest.work"), 30), words(lang.Say("contest.entrant"), 22), words(lang.Say("paper.district"), 16))
		for _, name := range g.Judges {
			columns = append(columns, numbers(name, 10, leastPlaces))
		}
		places := g.Places()
		for _, m := range ranking.Methods() {
			label := lang.Say("contest.method_" + string(m))
			if m == r.Method {
				label = lang.Say("paper.ranked_by", "method", label)
			}
			columns = append(columns, numbers(label, 11, places[m]))
		}
		columns = append(columns, words(r.OutcomeLabel(lang), 16))
		t := paper.Table{Columns: columns}
		for _, row := range g.Rows {
			cells := append([]any{rankOf(row.Rank)}, numbersOf(r.Staged, row.Code, row.Stage)...)
			cells = append(cells, row.Title, row.Entrant, row.District)
			for i := range g.Judges {
				var v any
				if i < len(row.Totals) && row.Totals[i] != nil {
					v = *row.Totals[i]
				}
				cells = append(cells, v)
			}
			for _, m := range ranking.Methods() {
				var v any
				if value, ok := row.Values[m]; ok {
					v = value
				}
				cells = append(cells, v)
			}
			t.Rows = append(t.Rows, append(cells, r.Outcome(lang, row)))
		}
		body := append([]paper.Block{paper.Heading(g.Name)}, r.provisional(lang)...)
		p.Body = append(p.Body, paper.Sheet{Name: g.Name, Body: slices.Concat(body, []paper.Block{t}, paper.Listed(lang.Say("contest.counting"), r.Counted),
			g.remarks(lang), r.goesOn(lang),
			paper.Listed(lang.Say("contest.uncounted_title"), g.Uncounted))})
	}
	if first := r.shifts(lang); first != nil {
		p.Body = append(p.Body, paper.Sheet{Name: lang.Say("contest.result_first"), Body: first})
	}
	p.Receivers = []string{r.Host}
	p.Signers = []paper.Signer{{Office: lang.Say("contest.sign_secretary")}, {Office: lang.Say("contest.sign_chair"), Name: r.Chair}}
	return p
}

// numberColumns head what judges knew a work by: one number, or in a staged round that of
// the recording and that on the stage.
func numberColumns(lang text.Language, staged bool) []paper.Column {
	if !staged {
		return []paper.Column{words(lang.Say("contest.code"), 9)}
	}
	return []paper.Column{words(numberLabel(lang, false), 10), words(numberLabel(lang, true), 10)}
}

// numbersOf are the cells below numberColumns.
func numbersOf(staged bool, code, stage string) []any {
	if !staged {
		return []any{code}
	}
	return []any{code, stage}
}

// numberLabel heads the numbers of works on the stage, or those of the recordings, in a
// round that has both.
func numberLabel(lang text.Language, live bool) string {
	if live {
		return lang.Say("contest.stage_number")
	}
	return lang.Say("contest.recording_number")
}

func (r Results) provisional(lang text.Language) []paper.Block {
	if !r.Provisional {
		return nil
	}
	return []paper.Block{paper.Text{Words: lang.Say("contest.provisional"), Italic: true}}
}

// goesOn says who goes on to the next round and by which rule.
func (r Results) goesOn(lang text.Language) []paper.Block {
	return paper.Listed(lang.Say("contest.chosen_for", "round", r.Next), r.GoesOn)
}

// remarks are what stands below the table of a group.
func (g Group) remarks(lang text.Language) []paper.Block {
	var sheets []paper.Block
	if g.Sheets != "" {
		sheets = []paper.Block{paper.Say(g.Sheets)}
	}
	return slices.Concat(sheets, paper.Listed(lang.Say("paper.ties"), g.Ties), paper.Listed(lang.Say("paper.notes"), g.Notes))
}

// Places is the decimals of each method's column: as many as it takes to tell
// any two different values apart.
func (g Group) Places() map[ranking.Method]int {
	out := map[ranking.Method]int{}
	for _, m := range ranking.Methods() {
		var values []ranking.Rational
		for _, row := range g.Rows {
			if v, ok := row.Values[m]; ok {
				values = append(values, v)
			}
		}
		out[m] = ranking.Places(values, leastPlaces, mostPlaces)
	}
	return out
}

// Draw makes the protocol of a round.
func (m Minutes) Draw(o paper.Office, lang text.Language) paper.Paper {
	p := m.begin(o, lang, "contest.doc_minutes_title")
	p.Mark = "BB"
	p.Body = append(m.provisional(lang), paper.Say(lang.Say("contest.minute_entries", "n", m.Entries, "round", m.Round)))
	var jury []string
	for _, j := range m.Jury {
		jury = append(jury, j.inWords(lang))
	}
	p.Body = append(p.Body, paper.Listed(lang.Say("contest.minute_jury"), jury)...)
	if len(m.Groups) > 0 {
		p.Body = append(p.Body, paper.Listed(lang.Say("contest.counting"), m.Counted)...)
	}
	for _, g := range m.Groups {
		t := paper.Table{Columns: append([]paper.Column{counts(m.RankLabel(lang), 8)}, numberColumns(lang, m.Staged)...)}
		t.Columns = append(t.Columns, words(lang.Say("contest.work"), 28), words(lang.Say("contest.entrant"), 30),
			numbers(lang.Say("contest.points"), 10, g.Places()[m.Method]), words(m.OutcomeLabel(lang), 15))
		for _, row := range g.Rows {
			var points any
			if v, ok := row.Values[m.Method]; ok {
				points = v
			}
			cells := append([]any{rankOf(row.Rank)}, numbersOf(m.Staged, row.Code, row.Stage)...)
			t.Rows = append(t.Rows, append(cells, row.Title, row.Full, points, m.Outcome(lang, row)))
		}
		p.Body = slices.Concat(p.Body, []paper.Block{paper.Heading(g.Name), t}, g.remarks(lang))
	}
	for _, g := range m.Chosen {
		t := paper.Table{Columns: []paper.Column{words(lang.Say("contest.receipt_code"), 10), words(lang.Say("contest.work"), 28),
			words(lang.Say("contest.entrant"), 30),
			words(lang.Say("contest.chosen_for", "round", m.Next), 32)}}
		for _, row := range g.Rows {
			t.Rows = append(t.Rows, []any{row.Code, row.Title, row.Full, row.Said})
		}
		p.Body = append(p.Body, paper.Heading(g.Name), t)
	}
	p.Body = append(p.Body, m.goesOn(lang)...)
	p.Body = append(p.Body, paper.Listed(lang.Say("contest.minute_decisions"), m.Decisions)...)
	p.Body = append(p.Body, paper.Listed(lang.Say("contest.minute_left"), m.Left)...)
	p.Body = append(p.Body, paper.Listed(lang.Say("contest.complaints"), m.Complaints)...)
	given := "contest.given"
	if len(m.First) > 0 {
		given = "contest.result_now"
	}
	p.Body = append(p.Body, prizes(lang.Say(given), m.Given, lang)...)
	p.Body = append(p.Body, paper.Listed(lang.Say("paper.notes"), m.Undivided)...)
	p.Body = append(p.Body, prizes(lang.Say("contest.result_first"), m.First, lang)...)
	p.Body = append(p.Body, m.shifts(lang)...)
	p.Body = append(p.Body, paper.Listed(lang.Say("contest.changes"), m.Changes)...)
	p.Body = append(p.Body, paper.Say(lang.Say("contest.minute_log", "n", m.Events, "code", m.Head)))
	if len(m.Jury) > 0 {
		t := paper.Table{Columns: []paper.Column{words(lang.Say("contest.judge"), 28), words(lang.Say("contest.office"), 36),
			words(lang.Say("contest.signature"), 36)}}
		for _, j := range m.Jury {
			t.Rows = append(t.Rows, []any{j.Name, j.office(lang), ""})
		}
		p.Body = append(p.Body, paper.Heading(lang.Say("contest.minute_signatures")), t)
	}
	p.Receivers = []string{m.Host}
	p.Signers = []paper.Signer{{Office: lang.Say("contest.sign_secretary")}, {Office: lang.Say("contest.sign_chair"), Name: m.Chair}}
	if len(m.Chosen) > 0 { // no jury had a part in it
		p.Signers[1] = paper.Signer{Office: lang.Say("paper.for_host")}
	}
	return p
}

// prizes is a table of prizes with their money, nothing without prizes.
func prizes(title string, list []Given, lang text.Language) []paper.Block {
	if len(list) == 0 {
		return nil
	}
	t := paper.Table{Columns: []paper.Column{words(lang.Say("contest.award"), 22), words(lang.Say("contest.prize"), 20),
		words(lang.Say("contest.receiver"), 42),
		numbers(lang.Say("contest.prize_amount"), 16, 0)}}
	for _, g := range list {
		who := strings.Join(slices.DeleteFunc([]string{g.Who, g.Note}, func(s string) bool { return s == "" }), ". ")
		t.Rows = append(t.Rows, []any{g.Award, g.Prize, who, g.money})
	}
	return []paper.Block{paper.Heading(title), t}
}

func (m Member) inWords(lang text.Language) string {
	words := []string{m.Name, m.Title}
	if m.Chair {
		words = append(words, lang.Say("contest.chair"))
	}
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), ", ")
}

// office is what the member is in the jury, and her own office if it is known.
func (m Member) office(lang text.Language) string {
	in := lang.Say("paper.member")
	if m.Chair {
		in = lang.Say("contest.chair")
	}
	if m.Title == "" {
		return in
	}
	return m.Title + " – " + in
}

// Draw makes every judge's score sheets, a paper for each judge.
func (j Juries) Draw(o paper.Office, lang text.Language) (list []paper.Paper) {
	for _, judge := range j.Judges {
		p := j.begin(o, lang, "contest.doc_sheets_title")
		p.Name, p.Across = judge.Name, true
		named := lang.Say("paper.judge_named", "name", judge.Name)
		if judge.Title != "" {
			named += ", " + judge.Title
		}
		p.Body = []paper.Block{paper.Text{Words: named, Bold: true}}
		for _, part := range judge.Parts {
			p.Body = append(p.Body, paper.Heading(part.Name))
			if len(part.Sheets) > 0 {
				p.Body = append(p.Body, part.table(part.Sheets, lang))
			}
			if len(part.Earlier) > 0 {
				p.Body = append(p.Body, paper.Heading(lang.Say("contest.sheets_earlier", "part", part.Name)), part.table(part.Earlier, lang))
			}
		}
		p.Receivers = []string{j.Host}
		p.Signers = []paper.Signer{{Office: lang.Say("paper.judge"), Name: judge.Name}}
		list = append(list, p)
	}
	return list
}

func (part Part) table(sheets []Sheet, lang text.Language) paper.Table {
	columns := []paper.Column{words(lang.Say("contest.code"), 9)}
	if part.Staged {
		columns[0].Name = numberLabel(lang, part.Live)
	}
	both := part.Staged && part.Over
	if both {
		columns = append(columns, words(numberLabel(lang, !part.Live), 9))
	}
	for _, k := range part.Criteria {
		columns = append(columns, numbers(lang.Say("paper.out_of", "name", k.Name, "max", Points(lang, k.Max)), 12, leastPlaces))
	}
	t := paper.Table{Columns: append(columns, numbers(lang.Say("contest.total"), 10, leastPlaces), words(lang.Say("contest.comment"), 36),
		words(lang.Say("paper.signed"), 14), words(lang.Say("paper.note"), 18))}
	for _, s := range sheets {
		row := []any{s.Code}
		if both {
			row = append(row, s.Other)
		}
		for i := range part.Criteria {
			var v any
			if i < len(s.Marks) && s.Marks[i] != nil {
				v = *s.Marks[i]
			}
			row = append(row, v)
		}
		t.Rows = append(t.Rows, append(row, s.Total, s.Comment, s.Signed, s.Note))
	}
	return t
}

// Points prints a score as the language writes numbers.
func Points(lang text.Language, n ranking.Points) string {
	places := 0
	for unit := ranking.Point; n%unit != 0; unit /= 10 {
		places++
	}
	return lang.Decimal(n.Float(), places)
}

// Draw makes what the entrant of one entry is told.
func (f Feedback) Draw(o paper.Office, lang text.Language) paper.Paper {
	p := f.begin(o, lang, "paper.feedback")
	p.Name = f.Code
	p.Body = []paper.Block{paper.Heading(lang.Say("paper.entry_named", "code", f.Code, "title", f.Title)), paper.Say(f.Entrant)}
	if f.Rank > 0 {
		p.Body = append(p.Body, paper.Say(placing{f.Rank, f.Of, f.Value}.inWords(lang, "paper.placed")))
	}
	if f.Out != "" {
		p.Body = append(p.Body, paper.Text{Words: f.Out + ".", Bold: true})
	}
	if f.First != nil {
		key := "paper.placed_first"
		if f.Ended {
			key = "paper.placed_ended"
		}
		p.Body = append(p.Body, paper.Say(f.First.inWords(lang, key)))
	}
	for _, said := range f.Corrected {
		p.Body = append(p.Body, paper.Say(said))
	}
	if f.Prize != "" {
		p.Body = append(p.Body, paper.Heading(lang.Say("paper.won", "prize", f.Prize)))
	}
	for _, part := range f.Parts {
		t := paper.Table{Columns: []paper.Column{words(lang.Say("paper.criterion"), 44), numbers(lang.Say("paper.most"), 14, leastPlaces),
			numbers(lang.Say("paper.mean"), 14, leastPlaces),
			numbers(lang.Say("paper.lowest"), 14, leastPlaces), numbers(lang.Say("paper.highest"), 14, leastPlaces)}}
		for _, c := range part.Criteria {
			t.Rows = append(t.Rows, []any{c.Name, c.Max, c.Mean, c.Low, c.High})
		}
		p.Body = append(p.Body, paper.Heading(part.Name), t)
	}
	remarks := make([]string, len(f.Remarks))
	for i, r := range f.Remarks {
		remarks[i] = r.Clock() + "  " + r.Text
	}
	p.Body = append(p.Body, paper.Listed(lang.Say("paper.comments"), f.Comments)...)
	p.Body = append(p.Body, paper.Listed(lang.Say("paper.remarks"), remarks)...)
	if f.Rank > 0 {
		p.Body = append(p.Body, paper.Listed(lang.Say("contest.counting"), f.Counted)...)
	}
	if f.Edited > 0 {
		p.Body = append(p.Body, paper.Text{Words: lang.Say("paper.edited", "n", f.Edited), Italic: true})
	}
	p.Receivers = []string{f.Entrant}
	p.Signers = []paper.Signer{{Office: lang.Say("paper.for_host")}}
	return p
}
