package paper

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/once"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/stations"
)

// Rounds lists those begun in which judges score: there are papers about each.
func Rounds(s *contest.State) []*contest.RoundState {
	return slices.DeleteFunc(slices.Clone(s.Rounds), func(run *contest.RoundState) bool {
		rules, _ := s.Rules.Round(run.ID)
		return len(rules.Parts) == 0
	})
}

// Round is the one of Rounds with that ID, or for "" the last; nil if there is
// none.
func Round(s *contest.State, id string) *contest.RoundState {
	for _, run := range slices.Backward(Rounds(s)) {
		if id == "" || run.ID == id {
			return run
		}
	}
	return nil
}

// Minuted is the begun round with that ID, or for "" the last in which judges score,
// else the last in which works are picked by name; nil if there is none.
func Minuted(s *contest.State, id string) *contest.RoundState {
	if run := Round(s, id); run != nil {
		return run
	}
	if n := len(s.Rounds); id == "" && n > 0 {
		return s.Rounds[n-1]
	}
	return s.Round(id)
}

func headingOf(s *contest.State, run *contest.RoundState, at time.Time) Heading {
	rules, _ := s.Rules.Round(run.ID)
	return Heading{Host: s.Rules.Host, Contest: s.Rules.Title, Round: rules.Name, Date: at}
}

// chairOf names who presides over the jury, "" for nobody.
func chairOf(s *contest.State) string {
	for _, j := range s.Judges {
		if j.Chair && j.Removed == nil {
			return j.Name
		}
	}
	return ""
}

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

// MinutesOf is the protocol of a round and of all that was decided before it.
// Faults: those of ranking.
func MinutesOf(s *contest.State, run *contest.RoundState, reg *stations.Registry, lang text.Language, at time.Time) (Minutes, error) {
	results, err := ResultsOf(s, run, lang, at)
	if err != nil {
		return Minutes{}, err
	}
	out := Minutes{Results: results, Entries: len(run.Entries), Events: s.Seq, Head: s.Head}
	if out.Decisions, err = decisions(s, run, lang); err != nil {
		return out, err
	}
	if s.Last() == run {
		out.Given, out.First = GivenOf(s, lang), Listed(s, s.First(), lang)
		if out.Complaints, err = complaints(s, lang); err != nil {
			return out, err
		}
		if out.Undivided, err = UndividedOf(s, lang); err != nil {
			return out, err
		}
	} else {
		out.Complaints = upheld(s, run, lang)
	}
	counts := map[string]bool{}
	for _, t := range run.Tasks {
		counts[t.Judge] = counts[t.Judge] || t.Counts()
	}
	for _, j := range s.Judges {
		// Who had no part in this round is not of its jury; whose marks count is
		// named, even if she left.
		if len(run.Of(j.Person)) > 0 && (j.Removed == nil || counts[j.Person]) {
			out.Jury = append(out.Jury, Member{j.Name, j.Title, j.Chair})
		}
	}
	for _, c := range s.Changes {
		said := lang.Say("paper.change", "at", c.At, "by", deciders(s, c.By, c.At, lang), "reason", c.Reason)
		if lines := ChangeOf(lang, &s.Rules, c.Lines, reg); len(lines) > 0 {
			said = lang.Say("paper.change_lines", "change", said, "lines", strings.Join(lines, "; "))
		}
		out.Changes = append(out.Changes, said)
	}
	out.Left = left(s, run, lang)
	if rules, _ := s.Rules.Round(run.ID); len(rules.Parts) == 0 {
		out.Chosen = chosen(s, run, lang)
	}
	return out, nil
}

// left tells what was undecided when somebody confirmed a step of a round, or of the
// contest where it is the last.
func left(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	for _, w := range s.Witnessed {
		if w.Round != run.ID && (w.Round != "" || s.Last() != run) {
			continue
		}
		key := "contest.minute_seen"
		if w.Unasked {
			key = "contest.minute_unseen"
		}
		for _, o := range w.Open {
			out = append(out, lang.Say(key, "step", lang.Say("contest.step_"+w.Step), "by", w.By, "at", w.At,
				"what", lang.Fault(once.Open{Key: o.Key, Of: o.Of}.Sentence())))
		}
	}
	return out
}

// chosen are the works of a round that are picked by name, group by group.
func chosen(s *contest.State, run *contest.RoundState, lang text.Language) (out []Chosen) {
	for _, g := range s.Groups(run) {
		group := Chosen{Name: g.Name}
		for _, e := range g.Entries {
			row := ChosenRow{Code: e.Code, Title: e.Title, Full: e.Entrant.Full(), Said: lang.Say("contest.chosen_not")}
			if i := slices.IndexFunc(run.Picked, func(p contest.Pick) bool { return p.Entry == e.ID }); i >= 0 {
				row.Said = lang.Say("contest.chosen_why", "by", run.PickedBy, "at", run.PickedAt, "reason", run.Picked[i].Reason)
			}
			group.Rows = append(group.Rows, row)
		}
		for _, e := range s.Gone(run) {
			if of, _ := s.GroupOf(run, e); of == g.ID {
				group.Rows = append(group.Rows, ChosenRow{Code: e.Code, Title: e.Title, Full: e.Entrant.Full(), Said: outInWords(s, e, lang)})
			}
		}
		slices.SortFunc(group.Rows, func(a, b ChosenRow) int { return cmp.Compare(a.Code, b.Code) })
		out = append(out, group)
	}
	return out
}

// decisions lists what people decided in a round, for its minutes: who was picked by name
// after the scoring, then what else happened. Rounds before have minutes of their own.
func decisions(s *contest.State, run *contest.RoundState, lang text.Language) (out []string, err error) {
	if rules, at := s.Rules.Round(run.ID); len(rules.Parts) > 0 && len(run.Picked) > 0 { // else chosen lists them all
		var others []string
		for _, id := range run.Entries {
			if i := slices.IndexFunc(run.Picked, func(p contest.Pick) bool { return p.Entry == id }); i >= 0 {
				out = append(out, lang.Say("contest.minute_picked", "code", codeIn(run, id, lang), "from", rules.Name, "to", s.Rules.Rounds[at+1].Name,
					"by", run.PickedBy, "at", run.PickedAt, "reason", run.Picked[i].Reason))
			} else if s.Entry(id).RuledOut == nil {
				others = append(others, id)
			}
		}
		if len(others) > 0 {
			out = append(out, lang.Say("contest.minute_not_picked", "codes", CodesIn(run, others, lang), "from", rules.Name, "to", s.Rules.Rounds[at+1].Name))
		}
	}
	for _, id := range run.Entries {
		if e := s.Entry(id); !e.FormSentAt.IsZero() {
			out = append(out, lang.Say("contest.minute_grace", "code", e.Code, "sent", e.FormSentAt, "at", cmp.Or(e.ReplacedAt, e.SubmittedAt)))
		}
	}
	for _, d := range s.Doubles {
		if slices.Contains(run.Entries, d.Entry) {
			out = append(out, lang.Say("contest.minute_double", "code", s.Entry(d.Entry).Code, "by", d.By, "at", d.At, "reason", d.Reason))
		}
	}
	rules, _ := s.Rules.Round(run.ID)
	for _, x := range s.Shorts(run) {
		part := rules.Part(x.Part)
		said := lang.Say("contest.minute_short", "code", numberIn(run, x.Entry, part, lang), "part", part.Name, "have", x.Have, "asked", x.Asked)
		for _, b := range s.Barred(run, x.Entry) {
			why := tiesInWords(b.Why, lang)
			if b.Note != "" {
				why += ": " + b.Note
			}
			said += " " + lang.Say("contest.minute_barred", "name", s.Judge(b.Judge).Name, "why", why)
		}
		out = append(out, said)
	}
	if l, ok := s.ListeningOf(run); ok {
		out = append(out, lang.Say("contest.minute_heard", "whole", l.Whole, "sheets", l.Sheets, "asked", l.Wanted(), "least", l.Least))
	}
	for _, x := range s.StoodAside(run) {
		out = append(out, lang.Say("contest.minute_stood_aside", "code", codeIn(run, x.Entry, lang), "name", s.Presiding().Name, "why", lang.Say(x.Why)))
	}
	for _, id := range run.Entries {
		for _, h := range run.Held[id] {
			code := run.Codes[id]
			if part := rules.Part(h.Part); part != nil {
				code = numberIn(run, id, part, lang)
			}
			out = append(out, lang.Say("contest.minute_conferred", "code", code, "by", h.By, "at", h.At, "reason", h.Reason,
				"marks", strings.Join(conferredMarks(s, run, id, h, lang), "; ")))
		}
	}
	orders, err := s.TieOrders(run)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		said := lang.Say("contest.minute_tie", "codes", CodesIn(run, o.Entries, lang), "by", deciders(s, o.By, o.At, lang), "at", o.At, "reason", o.Reason)
		if o.State != contest.OrderHolds {
			holds := make([]string, len(o.Holds))
			for i, set := range o.Holds {
				holds[i] = CodesIn(run, set, lang)
			}
			said = lang.Say("contest.minute_tie_but", "said", said, "but", lang.Say("contest.order_"+string(o.State), "codes", strings.Join(holds, "; ")))
		}
		out = append(out, said)
	}
	for _, t := range run.Tasks {
		for i, e := range t.Sheet.Earlier {
			if e.Proposal != "" {
				out = append(out, mended(s, run, t, i, lang))
				continue
			}
			out = append(out, lang.Say("contest.minute_reopened", "name", s.Judge(t.Judge).Name, "code", kindOf(run, t.Code, rules.Part(t.Part), lang),
				"part", rules.Part(t.Part).Name, "by", e.ReopenedBy, "at", e.ReopenedAt,
				"reason", e.Reason, "marks", changed(rules.Part(t.Part), t.Versions(), i, lang)))
		}
	}
	out = append(out, unmended(s, run, lang)...)
	out = append(out, departures(s, run, lang)...)
	for _, x := range s.Departures {
		if roundAt(s, x.At) == run {
			out = append(out, lang.Say("contest.minute_departed", "name", x.Name, "by", x.By, "at", x.At, "reason", x.Reason))
		}
	}
	out = append(out, reviews(s, run, lang)...)
	for _, x := range s.AuthorsOnJury() {
		if len(run.Of(x.Judge)) > 0 {
			out = append(out, lang.Say("contest.minute_author_on_jury", "name", s.Judge(x.Judge).Name, "code", s.Entry(x.Entry).Code))
		}
	}
	out = append(out, tiesBetween(s, run, lang)...)
	for _, e := range s.Entries {
		if e.RuledOut != nil && (roundAt(s, e.RuledOut.At) == run || s.RuledOutBy(e) != nil && slices.Contains(s.Gone(run), e)) {
			out = append(out, lang.Say("contest.minute_ruled_out", "code", e.Code, "by", deciders(s, e.RuledOut.By, e.RuledOut.At, lang),
				"at", e.RuledOut.At, "reason", e.RuledOut.Reason))
		}
	}
	return out, nil
}

// numberIn is what judges call an entry by in a part, and in a round with two series of
// numbers which of them that is.
func numberIn(run *contest.RoundState, entry string, part *contest.Part, lang text.Language) string {
	return kindOf(run, run.Number(entry, part), part, lang)
}

// kindOf says of a number of a part which series it is of, where a round has two.
func kindOf(run *contest.RoundState, code string, part *contest.Part, lang text.Language) string {
	return NumberInWords(lang, run.Series(part), code)
}

// NumberInWords is a number, or several joined, with the series they are of.
func NumberInWords(lang text.Language, of contest.Series, code string) string {
	switch of {
	case contest.OnStage:
		return lang.Say("contest.number_on_stage", "code", code)
	case contest.OfRecording:
		return lang.Say("contest.number_of_recording", "code", code)
	}
	return code
}

// codeIn is what an entry is called by in all parts of a round.
func codeIn(run *contest.RoundState, entry string, lang text.Language) string {
	return NumberInWords(lang, run.Recordings(), run.Codes[entry])
}

// CodesIn is that of several, joined.
func CodesIn(run *contest.RoundState, entries []string, lang text.Language) string {
	return NumberInWords(lang, run.Recordings(), run.Numbers(entries))
}

// conferredMarks are what judges had given an entry in each part when they conferred, and
// what they gave it after that: of those who were not to score again, that it stayed.
func conferredMarks(s *contest.State, run *contest.RoundState, entry string, h contest.Held, lang text.Language) (out []string) {
	rules, _ := s.Rules.Round(run.ID)
	for i := range rules.Parts {
		part := &rules.Parts[i]
		for _, t := range run.Tasks {
			if t.Entry != entry || t.Part != part.ID || t.Repeat || h.Part != "" && h.Part != part.ID {
				continue
			}
			versions := t.Versions()
			at := slices.IndexFunc(versions, func(v contest.Signed) bool { return v.Seq < h.Seq && (v.Until == 0 || v.Until > h.Seq) })
			if at < 0 {
				continue // not signed then
			}
			marks := lang.Say("contest.marks_kept", "before", totalOf(part, versions[at].Content, lang))
			if slices.Contains(h.Reopen, t.Judge) {
				marks = changed(part, versions, at, lang)
			}
			out = append(out, lang.Say("contest.marks_by", "name", s.Judge(t.Judge).Name, "part", part.Name, "marks", marks))
		}
	}
	return out
}

// changed is what a version of a sheet that was reopened gave, and what the next gives.
func changed(part *contest.Part, versions []contest.Signed, at int, lang text.Language) string {
	before := totalOf(part, versions[at].Content, lang)
	if at+1 == len(versions) {
		return lang.Say("contest.marks_unsigned", "before", before)
	}
	return lang.Say("contest.marks_changed", "before", before, "after", totalOf(part, versions[at+1].Content, lang))
}

func totalOf(part *contest.Part, c contest.Content, lang text.Language) string {
	total, _ := part.Total(c)
	return lang.Decimal(total.Float(), leastPlaces)
}

// roundAt is the begun round whose minutes tell of what was decided about the contest at a
// time: the first that was not over by then, else the last.
func roundAt(s *contest.State, at time.Time) *contest.RoundState {
	for _, run := range s.Rounds {
		if run.Finished == nil || !run.Finished.At.Before(at) {
			return run
		}
	}
	return s.Rounds[len(s.Rounds)-1]
}

// reviews tells which comments on works of a round were not sent as their judges
// wrote them, or were sent so after all.
func reviews(s *contest.State, run *contest.RoundState, lang text.Language) []string {
	var out []string
	for _, c := range s.Comments() {
		if c.Round != run.ID {
			continue
		}
		changed := false
		for i, r := range c.Reviews {
			changed = changed || r.Fate != contest.FateAsIs || r.Late
			if !changed {
				continue
			}
			said := lang.Say("contest.minute_review_"+string(r.Fate), "name", s.Judge(c.Judge).Name, "code", codeIn(run, c.Entry, lang), "by", r.By, "at", r.At,
				"reason", cmp.Or(r.Reason, "–"))
			if from := c.ReadableSince(i, s.PublishedAt); !from.IsZero() {
				said += " " + lang.Say("contest.minute_review_read", "from", from, "until", r.At)
			}
			out = append(out, said)
		}
	}
	return out
}

// upheld tells of the complaints that changed something in an earlier round.
func upheld(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	for _, x := range s.Touching(run) {
		if c := s.Complaint(x.Complaint); c != nil {
			out = append(out, lang.Say("contest.minute_complaint", "id", c.ID, "who", c.Who, "by", c.By, "at", c.At, "text", c.Text),
				upheldInWords(c, lang))
		}
	}
	return out
}

func upheldInWords(c *contest.Complaint, lang text.Language) string {
	d := c.Decision
	return lang.Say(keyOfTwo("contest.minute_upheld", d.First), "first", d.First, "id", c.ID, "by", d.By, "at", d.At, "reason", d.Reason)
}

// complaints tells what was held against the published result, what came of it, and what
// else corrected the result. Faults: those of ranking.
func complaints(s *contest.State, lang text.Language) (out []string, err error) {
	for _, c := range s.Complaints {
		out = append(out, lang.Say("contest.minute_complaint", "id", c.ID, "who", c.Who, "by", c.By, "at", c.At, "text", c.Text))
		for _, x := range s.TurnedDown {
			if x.Amendment.Complaint() == c.ID {
				out = append(out, TurnedDownInWords(x, lang))
			}
		}
		switch d := c.Decision; {
		case d == nil && s.Proposed != nil && s.Proposed.Complaint() == c.ID:
			out = append(out, proposed(s.Proposed, lang))
		case d == nil:
			out = append(out, lang.Say("contest.minute_complaint_open", "id", c.ID))
		case d.Upheld:
			out = append(out, upheldInWords(&c, lang))
		default:
			out = append(out, lang.Say("contest.minute_dismissed", "id", c.ID, "by", d.By, "at", d.At, "reason", d.Reason))
		}
	}
	for i, x := range s.Corrections {
		switch {
		case x.Again:
			out = append(out, lang.Say("contest.minute_given_again", "first", x.First, "by", x.By, "at", x.At, "reason", x.Reason))
		case x.Mended:
			out = append(out, lang.Say("contest.minute_result_mended", "id", x.Proposal, "first", x.First, "by", x.By, "at", x.At, "reason", x.Reason))
		}
		said, err := unlearned(s, i, lang)
		if err != nil {
			return nil, err
		}
		out = append(out, said...)
	}
	for _, x := range s.Seconded {
		out = append(out, lang.Say("contest.minute_seconded", "id", x.ID, "name", x.Name, "at", x.Since, "by", x.Invited))
	}
	for _, x := range s.TurnedDown {
		if x.Amendment.Give != nil {
			out = append(out, TurnedDownInWords(x, lang))
		}
	}
	if p := s.Proposed; p != nil && p.Give != nil {
		out = append(out, proposed(p, lang))
	}
	return out, nil
}

// unlearned tells whose habit is not known any more because of a correction, and what the
// points of every work have become by the whole of it. Faults: those of ranking.
func unlearned(s *contest.State, at int, lang text.Language) (out []string, err error) {
	x, run := s.Corrections[at], s.Last()
	if len(x.Unlearned) == 0 || run == nil {
		return nil, nil
	}
	var after []contest.Place
	if at+1 < len(s.Corrections) {
		after = s.Corrections[at+1].Places
	} else if after, err = s.Places(run); err != nil {
		return nil, err
	}
	moves := MovesInWords(ShiftsOf(s, run, contest.Shifted(x.Places, after), lang), lang)
	rules, _ := s.Rules.Round(run.ID)
	for _, u := range x.Unlearned {
		out = append(out, lang.Say("contest.minute_unlearned", "name", s.Judge(u.Judge).Name, "n", u.Works, "part", rules.Part(u.Part).Name,
			"least", ranking.NormaliseLeast, "at", x.At, "moves", cmp.Or(strings.Join(moves, "; "), "–")))
	}
	return out, nil
}

// WithoutInWords warns of judges whose habit would not be known any more if a judge's
// sheets on some works did not count, and says what that does to the points of all works.
func WithoutInWords(s *contest.State, round, judge string, entries []string, lang text.Language) (out []string) {
	list, shifts, err := s.Without(round, judge, entries)
	if err != nil {
		shifts = nil // it cannot be ranked so: to decide it says why
	}
	for _, u := range list {
		rules, _ := s.Rules.Round(round)
		moves := lang.Say("contest.without_later")
		if len(shifts) > 0 {
			moves = strings.Join(MovesInWords(ShiftsOf(s, s.Round(round), shifts, lang), lang), "; ")
		}
		out = append(out, lang.Say("contest.without_habit", "name", s.Judge(u.Judge).Name, "n", u.Works, "part", rules.Part(u.Part).Name,
			"least", ranking.NormaliseLeast, "moves", moves))
	}
	return out
}

// MovesInWords lists the works whose points a correction changes, by their numbers.
func MovesInWords(list []Shift, lang text.Language) (out []string) {
	for _, x := range list {
		if x.Moved {
			out = append(out, lang.Say("contest.move_points_of", "code", x.Code, "before", x.Points, "after", x.PointsTo))
		}
	}
	return out
}

// mended tells of a sheet whose judge had written marks wrong: which, what took their
// place, and who confirmed it.
func mended(s *contest.State, run *contest.RoundState, t *contest.Task, at int, lang text.Language) string {
	rules, _ := s.Rules.Round(run.ID)
	part, versions := rules.Part(t.Part), t.Versions()
	e := versions[at]
	said := lang.Say("contest.minute_mended", "id", e.Proposal, "name", s.Judge(t.Judge).Name, "code", kindOf(run, t.Code, part, lang), "part", part.Name,
		"by", e.ReopenedBy, "at", e.ReopenedAt, "reason", e.Reason, "marks", strings.Join(MarksInWords(part, e.Content, versions[at+1].Content, lang), "; "))
	if run != s.Last() {
		said += " " + lang.Say("contest.minute_mend_late")
	}
	return said
}

// unmended tells of sheets of a round that their judges want corrected, and nobody has
// confirmed or somebody turned down.
func unmended(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	for _, x := range s.TurnedDown {
		if x.Amendment.Mend != nil && s.Amended(&x.Amendment) == run {
			out = append(out, TurnedDownInWords(x, lang))
		}
	}
	if p := s.Proposed; p != nil && p.Mend != nil && s.Amended(p) == run {
		out = append(out, proposed(p, lang))
	}
	return out
}

// MarksInWords lists the criteria of a part whose marks differ in two versions of a
// sheet, and then the totals.
func MarksInWords(part *contest.Part, before, after contest.Content, lang text.Language) (out []string) {
	for _, k := range part.Criteria {
		if a, b := before.Marks[k.ID], after.Marks[k.ID]; a != b {
			out = append(out, lang.Say("contest.mark_was", "name", k.Name, "before", Points(lang, a), "after", Points(lang, b)))
		}
	}
	return append(out, lang.Say("contest.total_was", "before", totalOf(part, before, lang), "after", totalOf(part, after, lang)))
}

func proposed(p *contest.Amendment, lang text.Language) string {
	return lang.Say("contest.minute_correction_waits", "id", p.ID, "by", p.By, "at", p.At, "reason", p.Reason())
}

// TurnedDownInWords tells of a correction that nobody confirmed.
func TurnedDownInWords(x contest.TurnedDown, lang text.Language) string {
	return lang.Say("contest.minute_turned_down", "id", x.Amendment.ID, "first", x.Amendment.By, "why", x.Amendment.Reason(), "by", x.Turned.By,
		"at", x.Turned.At, "reason", x.Turned.Reason)
}

// AmendmentInWords lists what a proposal changes, of a state in which it is made, or of a
// sheet is not made yet.
func AmendmentInWords(s *contest.State, p *contest.Amendment, lang text.Language) (list []string) {
	work := func(id string) string { e := s.Entry(id); return e.Code + " · " + e.Title }
	if g := p.Give; g != nil {
		for _, x := range p.Given {
			if x.Award == g.Award && x.Prize == g.Prize && !x.Lost && (g.Entry != "" && x.Entry == g.Entry || g.Station != "" && x.Station == g.Station) {
				return []string{lang.Say("contest.amend_give", "prize", s.Rules.Award(g.Award).Prize(g.Prize).Name, "who", s.Receiver(x))}
			}
		}
		return nil
	}
	if m := p.Mend; m != nil {
		run, t := s.Task(m.Task)
		rules, _ := s.Rules.Round(run.ID)
		part, after := rules.Part(t.Part), contest.Content{Marks: maps.Clone(t.Sheet.Marks)}
		maps.Copy(after.Marks, m.Marks)
		return append([]string{lang.Say("contest.amend_mend", "name", s.Judge(t.Judge).Name, "code", t.Code, "part", part.Name, "round", rules.Name)},
			MarksInWords(part, t.Sheet.Content, after, lang)...)
	}
	c := p.Decide.Correction
	for _, id := range c.RuleOut {
		list = append(list, lang.Say("contest.amend_rule_out", "work", work(id)))
	}
	for _, x := range c.Exclude {
		list = append(list, lang.Say("contest.amend_exclude", "name", s.Judge(x.Judge).Name, "work", work(x.Entry)))
	}
	for _, order := range c.Ties {
		works := make([]string, len(order))
		for i, id := range order {
			works[i] = work(id)
		}
		list = append(list, lang.Say("contest.amend_order", "works", strings.Join(works, "; ")))
	}
	if len(c.Awards) > 0 {
		list = append(list, lang.Say("contest.amend_awards"))
	}
	if p.Decide.Prizes != nil {
		list = append(list, lang.Say("contest.amend_prizes"))
	}
	return list
}

// departures tells which judges left the jury during a round or before it, who
// did not score what was dealt to her, and whether marks stopped counting.
func departures(s *contest.State, run *contest.RoundState, lang text.Language) []string {
	var out []string
	for _, j := range s.Judges {
		tasks := run.Of(j.Person)
		if len(tasks) == 0 {
			continue
		}
		say := func(key string, why *contest.Removal, dropped bool, args ...any) {
			if dropped {
				key += "_dropped"
			}
			out = append(out, lang.Say(key, append(args, "name", j.Name, "by", why.By, "at", why.At, "reason", why.Reason)...))
		}
		if j.Removed != nil && (run.Finished == nil || !j.Removed.At.After(run.Finished.At)) { // later it is no matter of this round
			say("contest.minute_removed", j.Removed, j.KeepsOut)
		}
		for _, x := range j.Returned {
			out = append(out, lang.Say("contest.minute_returned", "name", j.Name, "by", x.Back.By, "at", x.Back.At, "reason", x.Back.Reason,
				"why", x.Removed.Reason))
		}
		told := map[string]bool{}
		for _, t := range tasks {
			why := t.SetAside
			if why == nil || why == j.Removed || why == s.Entry(t.Entry).RuledOut || told[t.Entry] {
				continue
			}
			told[t.Entry] = true
			out = append(out, AsideInWords(s, run, t, lang))
			if run.Finished != nil && why.At.After(run.Finished.At) && run != s.Last() {
				out = append(out, lang.Say("contest.minute_aside_late", "code", codeIn(run, t.Entry, lang)))
			}
		}
	}
	return out
}

// AsideInWords tells why a judge's sheets on the work of a task that was set aside do not
// count: of what she had signed who decided so, and of the rest whether that was herself.
func AsideInWords(s *contest.State, run *contest.RoundState, t *contest.Task, lang text.Language) string {
	key, first := "contest.minute_aside", ""
	same := func(o *contest.Task) bool { return o.Entry == t.Entry && o.SetAside == t.SetAside && o.Final() }
	if tasks := run.Of(t.Judge); slices.ContainsFunc(tasks, same) {
		first = s.FirstOf(tasks[slices.IndexFunc(tasks, same)])
		key = keyOfTwo("contest.uncounted", first)
	} else if s.TakenOff(t) {
		key = "contest.minute_aside_taken"
	}
	why := t.SetAside
	return lang.Say(key, "name", s.Judge(t.Judge).Name, "code", codeIn(run, t.Entry, lang), "first", first, "by", why.By, "at", why.At, "reason", why.Reason)
}

// tiesBetween tells of judges with ties to what they scored in a round: who was
// kept, and about whom nobody has decided.
func tiesBetween(s *contest.State, run *contest.RoundState, lang text.Language) []string {
	var out []string
	dealt := func(judge, entry string) bool {
		return slices.ContainsFunc(run.Of(judge), func(t *contest.Task) bool { return t.Entry == entry && t.SetAside == nil })
	}
	for _, j := range s.Judges {
		for _, id := range run.Entries {
			for _, x := range s.Returned(j.Person, id) {
				out = append(out, lang.Say("contest.minute_aside_back", "name", j.Name, "code", codeIn(run, id, lang), "why", x.Removed.Reason,
					"first", x.Removed.By, "by", x.Back.By, "at", x.Back.At, "reason", x.Back.Reason))
			}
		}
	}
	for _, k := range s.Kept() {
		if dealt(k.Judge, k.Entry) {
			out = append(out, lang.Say("contest.minute_kept", "name", s.Judge(k.Judge).Name, "code", codeIn(run, k.Entry, lang),
				"why", tiesInWords(k.Why, lang), "by", k.By, "at", k.At, "reason", k.Reason))
		}
	}
	for _, p := range s.Points() {
		if dealt(p.Judge, p.Entry) {
			out = append(out, lang.Say("contest.minute_point_open", "name", s.Judge(p.Judge).Name, "code", codeIn(run, p.Entry, lang),
				"why", tiesInWords(p.Why, lang)))
		}
	}
	return out
}

// deciders names who decided something, and before that who had proposed it as part of a
// correction of what is public.
func deciders(s *contest.State, by string, at time.Time, lang text.Language) string {
	if first := s.ProposerOf(by, at); first != "" {
		return lang.Say("contest.proposed_by", "by", first) + ", " + lang.Say("contest.decided_by", "by", by)
	}
	return by
}

// keyOfTwo is the key of a sentence about what two people decided, if the first is known.
func keyOfTwo(key, first string) string {
	if first != "" {
		return key + "_two"
	}
	return key
}

// tiesInWords says which ties there are.
func tiesInWords(keys []string, lang text.Language) string {
	said := make([]string, len(keys))
	for i, key := range keys {
		said[i] = lang.Say(key)
	}
	return strings.Join(said, "; ")
}

// JuriesOf is every judge's signed sheets of a round, those too that were opened again
// later; who signed none is left out.
func JuriesOf(s *contest.State, run *contest.RoundState, lang text.Language, at time.Time) Juries {
	rules, _ := s.Rules.Round(run.ID)
	out := Juries{Heading: headingOf(s, run, at)}
	for _, j := range s.Judges {
		judge := Judge{Name: j.Name, Title: j.Title}
		for i := range rules.Parts {
			part := &rules.Parts[i]
			sheets := Part{Name: part.Name, Live: part.Live, Staged: run.Stage != nil, Over: run.Finished != nil}
			for _, k := range part.Criteria {
				sheets.Criteria = append(sheets.Criteria, Criterion{Name: k.Name, Max: k.Max})
			}
			for _, t := range run.Of(j.Person) {
				if t.Part != part.ID {
					continue
				}
				versions := t.Versions()
				for i, v := range versions {
					sheet := sheetOf(s, run, part, t, v.Content, v.SignedAt, lang)
					if v.Until == 0 {
						sheets.Sheets = append(sheets.Sheets, sheet)
						continue
					}
					key := "contest.sheet_earlier"
					if v.Proposal != "" {
						key = "contest.sheet_mended"
					}
					sheet.Note = lang.Say(key, "by", v.ReopenedBy, "at", v.ReopenedAt, "reason", v.Reason,
						"marks", changed(part, versions, i, lang))
					sheets.Earlier = append(sheets.Earlier, sheet)
				}
			}
			if len(sheets.Sheets)+len(sheets.Earlier) > 0 {
				judge.Parts = append(judge.Parts, sheets)
			}
		}
		if len(judge.Parts) > 0 {
			out.Judges = append(out.Judges, judge)
		}
	}
	return out
}

func sheetOf(s *contest.State, run *contest.RoundState, part *contest.Part, t *contest.Task, c contest.Content, signed time.Time, lang text.Language) Sheet {
	total, _ := part.Total(c)
	out := Sheet{Code: t.Code, Total: total, Comment: c.Comment, Signed: signed}
	if run.Finished != nil { // before that who has both numbers before her knows a work she heard
		out.Other = run.Stage[t.Entry]
		if part.Live {
			out.Other = run.Codes[t.Entry]
		}
	}
	for _, k := range part.Criteria {
		var mark *ranking.Points
		if m, ok := c.Marks[k.ID]; ok {
			mark = &m
		}
		out.Marks = append(out.Marks, mark)
	}
	switch {
	case t.Off() != nil:
		first, why := s.FirstOf(t), t.Off()
		out.Note = lang.Say(keyOfTwo("contest.signed_dropped", first), "first", first, "by", why.By, "at", why.At, "reason", why.Reason)
	case t.Repeat && run.Finished != nil:
		out.Note = lang.Say("contest.hidden_repeat_of", "code", codeIn(run, t.Entry, lang))
	case t.Repeat:
		out.Note = lang.Say("contest.hidden_repeat")
	}
	return out
}

// FeedbackOf is what the entrant learns about an entry: how it did in the last
// round that is over and that it was scored in. ok is false if there is none.
// Nothing in it tells the judges apart: comments come in alphabetical order,
// remarks in that of the recording. Both are as the organiser lets them go out.
// Faults: those of ranking.
func FeedbackOf(s *contest.State, e *contest.Entry, lang text.Language, at time.Time) (f Feedback, ok bool, err error) {
	run, tasks := s.Told(e.ID)
	if run == nil {
		return Feedback{}, false, nil
	}
	f = Feedback{Heading: headingOf(s, run, at), Code: e.Code, Title: e.Title, Entrant: e.Entrant.Full(), Prize: prizesOf(s, e.ID, "")}
	rules, _ := s.Rules.Round(run.ID)
	f.Counted = CountedBy(lang, rules)
	for i := range rules.Parts {
		if part := scoredOf(&rules.Parts[i], tasks); len(part.Criteria) > 0 {
			f.Parts = append(f.Parts, part)
		}
	}
	for _, c := range s.CommentsOn(e.ID) {
		words, out := c.Sent()
		switch {
		case !out:
			continue
		case c.Note:
			f.Remarks = append(f.Remarks, Remark{time.Duration(c.Seconds * float64(time.Second)), words})
		default:
			f.Comments = append(f.Comments, words)
		}
		if c.Fate() == contest.FateEdited {
			f.Edited++
		}
	}
	slices.Sort(f.Comments)
	slices.SortFunc(f.Remarks, func(a, b Remark) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Text, b.Text)) })
	if err := f.place(s, run, e.ID); err != nil {
		return f, true, err
	}
	if e.RuledOut != nil {
		f.Out = outInWords(s, e, lang)
	}
	if f.First != nil {
		f.Corrected, f.Ended = corrected(s, run, lang), run != s.Last()
	}
	return f, true, nil
}

// place tells the entry's rank in the first group it was ranked in.
func (f *Feedback) place(s *contest.State, run *contest.RoundState, entry string) error {
	standings, err := s.Standings(run)
	if err != nil {
		return err
	}
	group := ""
	for _, st := range standings {
		if row, ok := st.Ranking.Row(entry); ok && f.Rank == 0 {
			f.Rank, f.Of, f.Value, group = row.Rank, len(st.Ranking.Rows), row.Value, st.ID
		}
	}
	first := s.FirstPlaces(run)
	at := slices.IndexFunc(first, func(p contest.Place) bool { return p.Entry == entry && (f.Rank == 0 || p.Group == group) })
	if at < 0 {
		return nil
	}
	was := placing{Rank: first[at].Rank}
	if was.Value, err = first[at].Points(); err != nil {
		return err
	}
	for _, p := range first {
		if p.Group == first[at].Group {
			was.Of++
		}
	}
	if was != (placing{f.Rank, f.Of, f.Value}) {
		f.First = &was
	}
	return nil
}

// scoredOf spreads the judges' marks of one part, criterion by criterion; it
// has no criteria if the entry was not scored in the part.
func scoredOf(part *contest.Part, tasks []*contest.Task) Scored {
	out := Scored{Name: part.Name}
	for _, k := range part.Criteria {
		x := Spread{Name: k.Name, Max: k.Max}
		var sum ranking.Points
		n := 0
		for _, t := range tasks {
			if t.Part != part.ID {
				continue
			}
			m := t.Sheet.Marks[k.ID]
			if n == 0 {
				x.Low, x.High = m, m
			}
			x.Low, x.High, sum, n = min(x.Low, m), max(x.High, m), sum+m, n+1
		}
		if n == 0 {
			return out
		}
		x.Mean = mean(sum, n)
		out.Criteria = append(out.Criteria, x)
	}
	return out
}

func mean(sum ranking.Points, n int) ranking.Rational {
	r, err := ranking.Fraction(int64(sum), int64(n)*int64(ranking.Point))
	if err != nil {
		return ranking.Whole(0) // n is above 0
	}
	return r
}
