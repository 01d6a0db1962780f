package paper

import (
	"io"
	"slices"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// The fewest and most decimals of points in a table. As many are printed as
// it takes to tell any two different values of a column apart.
const (
	leastPlaces = 2
	mostPlaces  = 6
)

// methodKeys names the methods in the order of their columns.
var methodKeys = map[ranking.Method]string{
	ranking.Mean: "paper.method_mean", ranking.Median: "paper.method_median",
	ranking.Trimmed: "paper.method_trimmed", ranking.Normalised: "paper.method_normalised",
}

// WriteXLSX draws a document about a round (see Round) and writes it:
// "minutes", "table", "sheets" or "fairness"; or, about no round, the list of a
// "decision". Faults: contest.no_results
// (NotFound) as long as too few sheets are signed and for any other name, and
// those of ranking.
func WriteXLSX(w io.Writer, s *contest.State, round, document string, lang text.Language, at time.Time) error {
	if document == "decision" {
		return WriteDecision(w, s, lang, at)
	}
	run := Round(s, round)
	if run == nil {
		return fault.New(fault.NotFound, "contest.no_results")
	}
	none := fault.New(fault.NotFound, "contest.no_results")
	switch document {
	case "minutes", "table":
		m, err := MinutesOf(s, run, lang, at)
		switch {
		case err != nil:
			return err
		case len(m.Groups) == 0:
			return none
		case document == "minutes":
			return WriteMinutes(w, lang, m)
		}
		return WriteResults(w, lang, m.Results)
	case "sheets":
		if j := JuriesOf(s, run, lang, at); len(j.Judges) > 0 {
			return WriteJuries(w, lang, j)
		}
	case "fairness":
		if f, ok, err := FairnessOf(s, run, lang, at); err != nil || ok {
			if err != nil {
				return err
			}
			return WriteFairness(w, lang, f)
		}
	}
	return none
}

// WriteResults writes the result table, a worksheet for each group, sorted
// as given. Only writing itself can fail.
func WriteResults(w io.Writer, lang text.Language, r Results) error {
	b := newBook(lang)
	for _, g := range r.Groups {
		b.results(r, g)
	}
	return b.Write(w, "results")
}

// WriteMinutes writes the protocol: one worksheet of words and prizes, then
// the result table. Only writing itself can fail.
func WriteMinutes(w io.Writer, lang text.Language, m Minutes) error {
	b := newBook(lang)
	p := b.page(lang.Say("paper.minutes_sheet"), false, []float64{24, 24, 40, 16})
	p.masthead(m.Heading, lang.Say("paper.minutes"))
	p.Row++
	if m.Provisional {
		p.Line(lang.Say("contest.provisional"), bold)
	}
	p.Line(lang.Say("contest.minute_entries", "n", m.Entries, "round", m.Round), plain)
	var jury []string
	for _, j := range m.Jury {
		jury = append(jury, j.inWords(lang))
	}
	p.list(lang.Say("contest.minute_jury"), jury)
	for _, list := range []struct {
		title string
		given []Given
	}{{lang.Say("contest.given"), m.Given}, {lang.Say("contest.result_first"), m.First}} {
		if len(list.given) == 0 {
			continue
		}
		p.Row++
		p.Line(list.title, bold)
		p.header([]string{lang.Say("contest.award"), lang.Say("paper.prize"), lang.Say("contest.receiver"), lang.Say("contest.prize_amount")}, false)
		for _, g := range list.given {
			p.Row++
			p.Put(1, g.Award, cell)
			p.Put(2, g.Prize, cell)
			p.Put(3, strings.Join(slices.DeleteFunc([]string{g.Who, g.Note}, func(s string) bool { return s == "" }), ". "), cell)
			p.Put(4, g.Amount, cell)
		}
	}
	p.list(lang.Say("contest.minute_decisions"), m.Decisions)
	p.list(lang.Say("contest.complaints"), m.Complaints)
	p.list(lang.Say("contest.changes"), m.Changes)
	p.Row++
	p.Line(lang.Say("contest.minute_log", "n", m.Events, "code", m.Head), plain)
	p.Row++
	p.Line(lang.Say("contest.minute_signatures"), bold)
	p.header([]string{lang.Say("contest.judge"), lang.Say("contest.office"), lang.Say("contest.signature")}, false)
	for _, j := range m.Jury {
		p.Row++
		p.Put(1, j.Name, cell)
		p.Put(2, j.Title, cell)
		p.Put(3, "", cell)
	}
	p.signatures(m.Heading, lang.Say("paper.secretary"), lang.Say("paper.chair"), m.Chair)
	for _, g := range m.Groups {
		b.results(m.Results, g)
	}
	return b.Write(w, "minutes")
}

func (m Member) inWords(lang text.Language) string {
	words := []string{m.Name, m.Title}
	if m.Chair {
		words = append(words, lang.Say("contest.chair"))
	}
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), ", ")
}

func (b *book) results(r Results, g Group) {
	labels := []string{"paper.rank", "paper.code", "paper.title", "paper.entrant", "paper.district"}
	widths := []float64{9, 10, 32, 24, 16}
	for i, key := range labels {
		labels[i] = b.lang.Say(key)
	}
	labels[0] = r.RankLabel(b.lang)
	for _, name := range g.Judges {
		labels, widths = append(labels, name), append(widths, 10)
	}
	for _, m := range ranking.Methods() {
		label := b.lang.Say(methodKeys[m])
		if m == r.Method {
			label = b.lang.Say("paper.ranked_by", "method", label)
		}
		labels, widths = append(labels, label), append(widths, 12)
	}
	labels, widths = append(labels, b.lang.Say("paper.prize")), append(widths, 18)

	p := b.page(g.Name, true, widths)
	p.masthead(r.Heading, b.lang.Say("paper.results"))
	p.Line(g.Name, strong)
	if r.Provisional {
		p.Line(b.lang.Say("contest.provisional"), plain)
	}
	p.Row++
	p.header(labels, true)
	places := g.Places()
	for _, row := range g.Rows {
		p.resultRow(g, row, places)
	}
	if len(g.Ties) > 0 {
		p.Row++
		p.Line(b.lang.Say("paper.ties"), bold)
	}
	for _, s := range slices.Concat(g.Ties, g.Notes) {
		p.Line(s, plain)
	}
	p.signatures(r.Heading, b.lang.Say("paper.secretary"), b.lang.Say("paper.chair"), r.Chair)
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

func (p *page) resultRow(g Group, row Row, places map[ranking.Method]int) {
	p.Row++
	p.Put(1, rankOf(row.Rank), count)
	for i, s := range []string{row.Code, row.Title, row.Entrant, row.District} {
		p.Put(2+i, s, cell)
	}
	column := 6
	for i := range g.Judges {
		var v any
		if i < len(row.Totals) && row.Totals[i] != nil {
			v = *row.Totals[i]
		}
		p.Put(column, v, number(leastPlaces))
		column++
	}
	for _, m := range ranking.Methods() {
		var v any
		if value, ok := row.Values[m]; ok {
			v = value
		}
		p.Put(column, v, number(places[m]))
		column++
	}
	p.Put(column, row.Prize, cell)
}

// rankOf leaves the cell of an entry without a rank empty.
func rankOf(rank int) any {
	if rank == 0 {
		return nil
	}
	return rank
}

// WriteJuries writes every judge's score sheets, a worksheet for each judge.
// Only writing itself can fail.
func WriteJuries(w io.Writer, lang text.Language, j Juries) error {
	b := newBook(lang)
	for _, judge := range j.Judges {
		b.jury(j.Heading, judge)
	}
	return b.Write(w, "score sheets")
}

func (b *book) jury(h Heading, j Judge) {
	most := 1
	for _, part := range j.Parts {
		most = max(most, len(part.Criteria))
	}
	widths := []float64{12}
	for range most {
		widths = append(widths, 13)
	}
	widths = append(widths, 11, 40, 18, 22)
	p := b.page(j.Name, true, widths)
	p.masthead(h, b.lang.Say("paper.sheets"))
	p.Line(b.lang.Say("paper.judge_named", "name", j.Name), strong)
	if j.Title != "" {
		p.Line(j.Title, middle)
	}
	for _, part := range j.Parts {
		p.Row++
		p.Line(part.Name, bold)
		p.sheets(part, most, len(j.Parts) == 1)
	}
	p.signatures(h, "", b.lang.Say("paper.judge"), j.Name)
}

// sheets writes one part's table; its criteria take most columns, so that
// totals and comments of all parts stand below each other.
func (p *page) sheets(part Part, most int, keep bool) {
	labels := []string{p.lang.Say("paper.code")}
	for i := range most {
		label := ""
		if i < len(part.Criteria) {
			c := part.Criteria[i]
			label = p.lang.Say("paper.out_of", "name", c.Name, "max", p.points(c.Max))
		}
		labels = append(labels, label)
	}
	for _, key := range []string{"paper.total", "paper.comment", "paper.signed", "paper.note"} {
		labels = append(labels, p.lang.Say(key))
	}
	p.header(labels, keep)
	for _, s := range part.Sheets {
		p.Row++
		p.Put(1, s.Code, cell)
		for i := range most {
			var v any
			if i < len(s.Marks) && s.Marks[i] != nil {
				v = *s.Marks[i]
			}
			p.Put(2+i, v, number(leastPlaces))
		}
		signed := ""
		if !s.Signed.IsZero() {
			signed = p.lang.DateTime(s.Signed)
		}
		p.Put(most+2, s.Total, number(leastPlaces))
		p.Put(most+3, s.Comment, cell)
		p.Put(most+4, signed, cell)
		p.Put(most+5, s.Note, cell)
	}
}

// points prints a score as the language writes numbers.
func (p *page) points(n ranking.Points) string {
	places := 0
	for unit := ranking.Point; n%unit != 0; unit /= 10 {
		places++
	}
	return p.lang.Decimal(n.Float(), places)
}

// WriteFeedback writes what the entrant of one entry is told. Only writing
// itself can fail.
func WriteFeedback(w io.Writer, lang text.Language, f Feedback) error {
	b := newBook(lang)
	p := b.page(f.Code, false, []float64{44, 12, 14, 14, 14})
	p.masthead(f.Heading, lang.Say("paper.feedback"))
	p.Row++
	p.Line(lang.Say("paper.entry_named", "code", f.Code, "title", f.Title), bold)
	p.Line(f.Entrant, plain)
	if f.Rank > 0 {
		p.Line(lang.Say("paper.placed", "rank", f.Rank, "of", f.Of, "value", lang.Decimal(f.Value.Float(), leastPlaces)), plain)
	}
	if f.Prize != "" {
		p.Line(lang.Say("paper.won", "prize", f.Prize), bold)
	}
	for _, part := range f.Parts {
		p.scored(part)
	}
	p.list(lang.Say("paper.comments"), f.Comments)
	remarks := make([]string, len(f.Remarks))
	for i, r := range f.Remarks {
		remarks[i] = r.Clock() + "  " + r.Text
	}
	p.list(lang.Say("paper.remarks"), remarks)
	if f.Edited > 0 {
		p.Line(lang.Say("paper.edited", "n", f.Edited), plain)
	}
	p.signatures(f.Heading, "", lang.Say("paper.for_host"), "")
	return b.Write(w, "feedback on "+f.Code)
}

func (p *page) scored(part Scored) {
	p.Row++
	p.Line(part.Name, bold)
	var labels []string
	for _, key := range []string{"paper.criterion", "paper.most", "paper.mean", "paper.lowest", "paper.highest"} {
		labels = append(labels, p.lang.Say(key))
	}
	p.header(labels, false)
	for _, c := range part.Criteria {
		p.Row++
		p.Put(1, c.Name, cell)
		p.Put(2, c.Max, number(leastPlaces))
		p.Put(3, c.Mean, number(leastPlaces))
		p.Put(4, c.Low, number(leastPlaces))
		p.Put(5, c.High, number(leastPlaces))
	}
}

// list writes a title and its items, nothing without items.
func (p *page) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	p.Row++
	p.Line(title, bold)
	for _, s := range items {
		p.Line("– "+s, plain)
	}
}
