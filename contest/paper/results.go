package paper

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/paper"
	"loa/internal/text"
)

// ResultsOf is the result table of a round, all methods side by side. While
// sheets are open it shows what is signed so far. Faults: those of ranking.
func ResultsOf(s *contest.State, run *contest.RoundState, lang text.Language, at time.Time) (Results, error) {
	rules, _ := s.Rules.Round(run.ID)
	out := Results{Heading: headingOf(s, run, at), Method: rules.Method, Counted: CountedBy(lang, rules), Chair: chairOf(s), Provisional: run.Finished == nil,
		Staged: run.Stage != nil}
	if _, n := s.Rules.Round(run.ID); n+1 < len(s.Rules.Rounds) {
		out.Next = s.Rules.Rounds[n+1].Name
	}
	on, err := goingOn(s, run)
	if err != nil {
		return out, err
	}
	if out.Next != "" {
		out.GoesOn = append(GoesOnInWords(lang, rules), lang.Say(goesOnKey(run), "n", len(on), "round", out.Next, "codes", cmp.Or(run.Numbers(on), "–")))
	}
	signed := map[string]bool{}
	for _, t := range run.Tasks {
		if t.Counts() {
			signed[t.Entry] = true
		}
	}
	if out.FirstMarks, err = firstMarks(s, run, lang); err != nil {
		return out, err
	}
	if out.FirstMarks != nil {
		out.Corrected = corrected(s, run, lang)
		if out.Next != "" {
			out.GoesOn = append(out.GoesOn, lang.Say("contest.goes_on_stays", "round", rules.Name))
		}
	}
	for _, g := range s.Groups(run) {
		g.Entries = slices.DeleteFunc(g.Entries, func(e *contest.Entry) bool { return !signed[e.ID] })
		if len(g.Entries) == 0 {
			continue
		}
		tally, err := s.Tally(run, g)
		if err != nil {
			return out, err
		}
		table, err := groupOf(s, run, g, tally, rules, lang)
		if err != nil {
			return out, err
		}
		table.Rows = append(table.Rows, gone(s, run, g, lang)...)
		for i := range table.Rows {
			table.Rows[i].On = slices.ContainsFunc(on, func(id string) bool { return run.Codes[id] == table.Rows[i].Code })
		}
		out.Groups = append(out.Groups, table)
	}
	return out, nil
}

// gone are the works of a group that were ruled out once the round was over: they keep
// their line, without rank or points.
func gone(s *contest.State, run *contest.RoundState, g contest.Group, lang text.Language) (rows []Row) {
	for _, e := range s.Gone(run) {
		if !slices.ContainsFunc(s.FirstPlaces(run), func(p contest.Place) bool { return p.Entry == e.ID && p.Group == g.ID }) {
			continue
		}
		rows = append(rows, Row{Code: run.Codes[e.ID], Stage: run.Stage[e.ID], Title: e.Title, Entrant: e.Entrant.Called(),
			District: e.Entrant.DistrictName, Full: e.Entrant.Full(), Out: outInWords(s, e, lang)})
	}
	return rows
}

// outInWords says when a work was ruled out, and by which correction.
func outInWords(s *contest.State, e *contest.Entry, lang text.Language) string {
	if c := s.RuledOutBy(e); c != nil {
		return lang.Say("contest.row_out_by", "id", c.Complaint, "at", e.RuledOut.At)
	}
	return lang.Say("contest.row_out", "at", e.RuledOut.At)
}

// goingOn lists the entries that went on from a round, or would if it ended now, in the
// order of their codes.
func goingOn(s *contest.State, run *contest.RoundState) (ids []string, err error) {
	rules, _ := s.Rules.Round(run.ID)
	switch {
	case run.Finished != nil:
		ids = slices.Clone(run.Finished.Promoted)
	case rules.Promotion.By == contest.Picked:
		for _, p := range run.Picked {
			ids = append(ids, p.Entry)
		}
	default:
		list, err := s.Proposals(run)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			ids = append(ids, p.On...)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(run.Codes[a], run.Codes[b]) })
	return ids, nil
}

func goesOnKey(run *contest.RoundState) string {
	if run.Finished == nil {
		return "contest.minute_would_go_on"
	}
	return "contest.minute_goes_on"
}

// OutcomeLabel heads the column of what came of a work: its prize, or in an earlier
// round whether it goes on.
func (r Results) OutcomeLabel(lang text.Language) string {
	if r.Next != "" {
		return lang.Say("contest.chosen_for", "round", r.Next)
	}
	return lang.Say("contest.prize")
}

// Outcome is what came of a work in the round.
func (r Results) Outcome(lang text.Language, row Row) string {
	said := row.Prize
	switch {
	case r.Next == "":
	case row.On:
		said = text.Sentence(lang.Say("terms.true"))
	default:
		said = text.Sentence(lang.Say("terms.false"))
	}
	return strings.Join(slices.DeleteFunc([]string{said, row.Out}, func(s string) bool { return s == "" }), ". ")
}

// leastOf is the fewest sheets a method asks for: of a work in a part, or of a judge.
var leastOf = map[ranking.Method]int{ranking.Trimmed: ranking.TrimmedLeast, ranking.Normalised: ranking.NormaliseLeast}

func groupOf(s *contest.State, run *contest.RoundState, g contest.Group, tally *ranking.Tally, rules *contest.Round, lang text.Language) (Group, error) {
	official, err := tally.Rank(rules.Method)
	if err != nil {
		return Group{}, err
	}
	judges := tally.Judges()
	out := Group{Name: g.Name, Sheets: sheetsInWords(lang, tally)}
	for _, id := range judges {
		out.Judges = append(out.Judges, s.Judge(id).Name)
	}
	totals := map[string][]*ranking.Rational{}
	for _, m := range tally.Marks() {
		if totals[m.Entry] == nil {
			totals[m.Entry] = make([]*ranking.Rational, len(judges))
		}
		j := slices.Index(judges, m.Judge)
		sum := m.Total
		if before := totals[m.Entry][j]; before != nil { // several parts
			sum = plus(*before, sum)
		}
		totals[m.Entry][j] = &sum
	}
	values := map[string]map[ranking.Method]ranking.Rational{}
	for _, c := range tally.Compare() {
		if c.Err != nil || c.Method == ranking.Normalised && c.Method != rules.Method && !tally.Evens() {
			out.Notes = append(out.Notes, lang.Say("contest.column_empty", "method", lang.Say("contest.method_"+string(c.Method)),
				"why", lang.Say("contest.column_empty_"+string(c.Method), "least", leastOf[c.Method])))
			continue
		}
		for _, row := range c.Ranking.Rows {
			if values[row.Entry.ID] == nil {
				values[row.Entry.ID] = map[ranking.Method]ranking.Rational{}
			}
			values[row.Entry.ID][c.Method] = row.Value
		}
	}
	decisive := s.Last() == run // prizes go by the last round alone
	for _, row := range official.Rows {
		e := s.Entry(row.Entry.ID)
		line := Row{Rank: row.Rank, Code: run.Codes[e.ID], Stage: run.Stage[e.ID], Title: e.Title, Entrant: e.Entrant.Called(),
			District: e.Entrant.DistrictName, Full: e.Entrant.Full(),
			Totals: totals[e.ID], Values: values[e.ID]}
		if decisive {
			line.Prize = prizesOf(s, e.ID, g.ID)
		}
		out.Rows = append(out.Rows, line)
	}
	names := ranking.Names{Entry: func(id string) string { return run.Codes[id] },
		Criterion: func(part, id string) string { return criterionOf(lang, rules, part, id) },
		Submitted: func(e ranking.Entry) string { return lang.DateTime(e.Submitted) },
		Value:     func(v ranking.Rational) string { return lang.Decimal(v.Float(), 2) }}
	for _, tie := range official.Ties {
		var said []string
		for _, w := range tally.Words(tie, names) {
			said = append(said, lang.Say(w.Key, w.Args...))
		}
		out.Ties = append(out.Ties, strings.Join(said, " "))
	}
	for _, x := range s.PanelGaps(run) {
		if x.Group == g.Name {
			out.Notes = append(out.Notes, lang.Say("contest.panels_apart", "mild", x.Mild, "high", lang.Decimal(x.High, 2), "n", x.Works[0],
				"strict", x.Strict, "low", lang.Decimal(x.Low, 2), "m", x.Works[1]))
		}
	}
	if rules.Method == ranking.Normalised {
		for _, u := range s.Unknowns(run.ID) {
			if slices.Contains(judges, u.Judge) {
				out.Notes = append(out.Notes, UnknownInWords(s, run.ID, u, lang))
			}
		}
	}
	for _, x := range s.Uncounted() {
		if x.Round == run.ID && slices.ContainsFunc(g.Entries, func(e *contest.Entry) bool { return e.ID == x.Entry }) {
			out.Uncounted = append(out.Uncounted, lang.Say(keyOfTwo("contest.uncounted", x.First), "first", x.First, "name", s.Judge(x.Judge).Name,
				"code", codeIn(run, x.Entry, lang), "by", x.By, "at", x.At, "reason", x.Reason))
		}
	}
	for _, given := range s.InOrder(s.Given) {
		if decisive && given.Award == g.ID && given.Withheld > 0 {
			out.Notes = append(out.Notes, withheldNote(s, s.Given, given, lang))
		}
	}
	return out, nil
}

// UnknownInWords says that a judge's marks count as she gave them, and why.
func UnknownInWords(s *contest.State, round string, u contest.Unknown, lang text.Language) string {
	rules, _ := s.Rules.Round(round)
	return lang.Say("contest.habit_unknown", "name", s.Judge(u.Judge).Name, "n", u.Works, "part", rules.Part(u.Part).Name, "least", ranking.NormaliseLeast)
}

func plus(a, b ranking.Rational) ranking.Rational {
	sum := a.Rat()
	sum.Add(sum, b.Rat())
	out, err := ranking.ParseRational(sum.RatString())
	if err != nil {
		return a // two totals of one contest always fit
	}
	return out
}

// prizesOf names what an entry won, of one award or of all.
func prizesOf(s *contest.State, entry, award string) string {
	var names []string
	for _, g := range s.Winners(entry) {
		if g.Award == award || award == "" {
			names = append(names, s.Rules.Award(g.Award).Prize(g.Prize).Name)
		}
	}
	return strings.Join(names, ", ")
}

func withheldNote(s *contest.State, given []contest.Given, g contest.Given, lang text.Language) string {
	name := s.Rules.Award(g.Award).Prize(g.Prize).Name
	switch {
	case g.Lost:
		who := s.Receiver(g)
		if e := s.Entry(g.Entry); e != nil {
			who += " · " + e.Title
		}
		return lang.Say("contest.withheld_lost", "name", name, "who", who, "reason", g.Reason)
	case g.Reason != "":
		return lang.Say("contest.withheld_reason", "n", g.Withheld, "name", name, "reason", g.Reason)
	}
	var said []string
	tied := s.TakenByTie(given, g)
	if tied > 0 {
		said = append(said, lang.Say("contest.withheld_tied", "n", tied, "name", name))
	}
	if n := g.Withheld - tied; n > 0 && g.TooLow {
		said = append(said, lang.Say("contest.withheld_low", "n", n, "name", name))
	} else if n > 0 {
		said = append(said, lang.Say("contest.withheld_out", "n", n, "name", name))
	}
	return strings.Join(said, " ")
}

// NoLonger is a prize that a corrected result does not give as often as the first.
type NoLonger struct {
	Award string // ID
	Text  string
}

// NoLongerOf lists them, in the order of the awards. Reasons that only the papers were
// to tell are left out. Prizes by decision that were taken away tell of themselves.
func NoLongerOf(s *contest.State, lang text.Language) (list []NoLonger) {
	count := func(given []contest.Given, award, prize string) (n int) {
		for _, g := range given {
			if g.Award == award && g.Prize == prize && g.Withheld == 0 {
				n++
			}
		}
		return n
	}
	for _, a := range s.Rules.Awards {
		for _, z := range a.Prizes {
			n := count(s.First(), a.ID, z.ID) - count(s.Given, a.ID, z.ID)
			own := func(g contest.Given) bool { return g.Award == a.ID && g.Prize == z.ID }
			lost := slices.ContainsFunc(s.Lost(), own)
			if n <= 0 || lost {
				continue
			}
			said := lang.Say("contest.no_longer", "n", n, "name", z.Name)
			for _, g := range s.Given {
				if own(g) && g.Withheld > 0 && g.Reason == "" {
					said += " " + withheldNote(s, s.Given, g, lang)
				}
			}
			list = append(list, NoLonger{a.ID, said})
		}
	}
	return list
}

// GivenOf lists every prize given and every place withheld, in the order of the awards.
func GivenOf(s *contest.State, lang text.Language) []Given { return Listed(s, s.Given, lang) }

// Listed is GivenOf for other prizes: those published first, or those that do not
// stand any more.
func Listed(s *contest.State, given []contest.Given, lang text.Language) []Given {
	var out []Given
	for _, g := range s.InOrder(given) {
		a := s.Rules.Award(g.Award)
		if a == nil || a.Prize(g.Prize) == nil {
			out = append(out, Given{Award: g.Award, Prize: g.Prize, Who: s.Receiver(g), Note: g.Reason}) // taken out of the rules since
			continue
		}
		row := Given{Award: a.Name, Prize: a.Prize(g.Prize).Name, Note: g.Reason, Amount: amountOf(g.Amount, lang), money: moneyOf(g.Amount)}
		switch e := s.Entry(g.Entry); {
		case g.Withheld > 0:
			row.Note = withheldNote(s, given, g, lang)
		case e != nil:
			row.Who = s.Receiver(g) + " · " + e.Title
			if !a.Takes(e) {
				row.Note = strings.TrimSpace(row.Note + " " + lang.Say("contest.given_beyond"))
			}
		default:
			row.Who = s.Receiver(g)
		}
		out = append(out, row)
	}
	return out
}

// moneyOf is a share of prize money, exact as it is kept; nil for none.
func moneyOf(exact string) *big.Rat {
	r, ok := new(big.Rat).SetString(exact)
	if !ok || r.Sign() == 0 {
		return nil
	}
	return r
}

// UndividedOf tells of money that works sharing a rank could not be given in whole đồng.
// Faults: those of ranking.
func UndividedOf(s *contest.State, lang text.Language) (list []string, err error) {
	left, err := s.Undivided()
	if err != nil {
		return nil, err
	}
	for _, l := range left {
		codes := make([]string, len(l.Entries))
		for i, id := range l.Entries {
			codes[i] = s.Entry(id).Code
		}
		list = append(list, lang.Say("contest.money_left", "award", s.Rules.Award(l.Award).Name, "codes", strings.Join(codes, ", "),
			"each", lang.Number(l.Each), "left", lang.Number(l.Money)))
	}
	return list, nil
}

// amountOf writes a share of prize money as it is kept: whole đồng.
func amountOf(exact string, lang text.Language) string {
	if r := moneyOf(exact); r != nil {
		return paper.Money(lang, r)
	}
	return ""
}

// RankLabel heads a column of ranks.
func (r Results) RankLabel(lang text.Language) string {
	if r.Provisional {
		return lang.Say("contest.rank_provisional")
	}
	return lang.Say("contest.rank")
}
