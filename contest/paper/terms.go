package paper

import (
	"cmp"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
	"loa/stations"
)

// Terms are the rules of a contest in words: what whoever enters, judges or
// listens may know. Hidden repeats are left out, or they would not be hidden.
type Terms struct {
	Contest, Host, About string
	Sections             []Section
}

// Section is one chapter of the terms.
type Section struct {
	Title  string
	Blocks []Block
}

// Block is a list of sentences, a table, or both, under a title of its own
// unless that is "".
type Block struct {
	Title string
	Lines []string
	Head  []string
	Rows  [][]string
}

// TermsOf puts the rules into words. reg names districts and stations.
func TermsOf(lang text.Language, r contest.Rules, reg *stations.Registry) Terms {
	w := terms{lang, &r, reg}
	return Terms{r.Title, r.Host, r.About, []Section{
		{lang.Say("contest.s_themes"), []Block{{Lines: w.themes()}}},
		{lang.Say("contest.s_who"), []Block{{Lines: w.who()}}},
		{lang.Say("terms.works"), w.categories()},
		{lang.Say("terms.dates"), []Block{{Lines: w.dates()}}},
		{lang.Say("contest.rounds"), w.rounds()},
		{lang.Say("contest.s_awards"), w.awards()},
	}}
}

type terms struct {
	text.Language
	rules *contest.Rules
	reg   *stations.Registry
}

func (w terms) themes() (out []string) {
	for _, t := range w.rules.Themes {
		out = append(out, t.Name)
	}
	return out
}

func (w terms) who() []string {
	who := w.rules.Who
	out := []string{w.each("contest.kind_", who.Kinds)}
	if len(who.Districts) > 0 {
		var names []string
		for _, code := range who.Districts {
			names = append(names, w.reg.DistrictName(code))
		}
		out = append(out, w.Say("terms.only_districts", "list", strings.Join(names, ", ")))
	}
	if len(who.Stations) > 0 {
		var names []string
		for _, id := range who.Stations {
			names = append(names, w.reg.Label(id))
		}
		out = append(out, w.Say("terms.only_stations", "list", strings.Join(names, ", ")))
	}
	for _, q := range w.rules.Quotas {
		out = append(out, w.Say("terms.quota", "max", q.Max, "per", w.Say("contest.per_"+q.Per))+w.of(q.Theme, q.Category))
	}
	return append(out, w.Say("contest.jury_may_not_enter"))
}

// each joins the words of some values.
func (w terms) each(prefix string, kinds []contest.EntrantKind) string {
	var out []string
	for _, k := range kinds {
		out = append(out, w.Say(prefix+string(k)))
	}
	return strings.Join(out, ", ") + "."
}

// of says for which works something holds, and ends the sentence.
func (w terms) of(theme, category string) string {
	var out string
	if t := w.rules.Theme(theme); t != nil {
		out += ", " + w.Say("terms.of_theme", "name", t.Name)
	}
	if c := w.rules.Category(category); c != nil {
		out += ", " + w.Say("terms.of_category", "name", c.Name)
	}
	return out + "."
}

func (w terms) categories() (out []Block) {
	for _, c := range w.rules.Categories {
		b := Block{Title: c.Name}
		if line := LengthInWords(w.Language, &c); line != "" {
			b.Lines = append(b.Lines, line)
		}
		for _, s := range c.Sections {
			b.Lines = append(b.Lines, s.Name+": "+w.length("terms.section", s.MinSeconds, s.MaxSeconds))
		}
		for _, n := range c.Needs {
			b.Lines = append(b.Lines, w.Say("contest.piece_"+string(n.Piece))+": "+w.Say("contest.when_"+string(n.When))+".")
		}
		if len(c.Languages) > 0 {
			var names []string
			for _, l := range c.Languages {
				names = append(names, w.Say("language."+l))
			}
			b.Lines = append(b.Lines, w.Say("contest.language")+": "+strings.Join(names, ", ")+".")
		}
		if a := c.Aired; a != nil {
			key := "terms.aired"
			if a.Anywhere {
				key = "terms.aired_anywhere"
			}
			b.Lines = append(b.Lines, w.Say(key, "from", a.From, "until", a.Until))
			if a.Declared {
				b.Lines = append(b.Lines, w.Say("terms.aired_declared"))
			}
		}
		out = append(out, b)
	}
	return out
}

// LengthInWords says how long a work of the category may be, "" if there is no limit.
func LengthInWords(lang text.Language, c *contest.Category) string {
	return terms{Language: lang}.length("terms.length", c.MinSeconds, c.MaxSeconds)
}

// length says "from a to b", "at least a" or "at most b"; zero is no limit.
func (w terms) length(key string, least, most int) string {
	a, b := time.Duration(least)*time.Second, time.Duration(most)*time.Second
	switch {
	case least > 0 && most > 0:
		return w.Say(key+"_between", "least", a, "most", b)
	case least > 0:
		return w.Say(key+"_least", "least", a)
	case most > 0:
		return w.Say(key+"_most", "most", b)
	}
	return ""
}

func (w terms) dates() []string {
	d := w.rules.Dates
	if d.OpensAt.IsZero() || d.ClosesAt.IsZero() {
		return []string{w.Say("terms.no_dates")}
	}
	out := []string{w.Say("terms.from_until", "from", d.OpensAt, "until", d.ClosesAt)}
	if d.Grace() > 0 {
		out = append(out, w.Say("terms.grace", "grace", d.Grace()))
	}
	return out
}

func (w terms) rounds() (out []Block) {
	for i := range w.rules.Rounds {
		r := &w.rules.Rounds[i]
		b := Block{Title: r.Name}
		add := func(key string, args ...any) { b.Lines = append(b.Lines, w.Say(key, args...)) }
		switch {
		case !r.From.IsZero() && !r.Until.IsZero():
			add("terms.judged_between", "from", r.From, "until", r.Until)
		case !r.From.IsZero():
			add("terms.judged_from", "from", r.From)
		case !r.Until.IsZero():
			add("terms.judged_until", "until", r.Until)
		}
		if len(r.Parts) > 0 {
			w.judging(r, add)
			b.Lines = append(b.Lines, CountedBy(w.Language, r)...)
		}
		b.Lines = append(b.Lines, GoesOnInWords(w.Language, r)...)
		out = append(out, b)
		for j := range r.Parts {
			out = append(out, w.rubric(&r.Parts[j]))
		}
	}
	return out
}

// judging says who scores a round, and what a judge may know and must do.
func (w terms) judging(r *contest.Round, add func(string, ...any)) {
	if r.PerEntry > 0 {
		add("terms.per_entry", "n", r.PerEntry)
	} else {
		add("terms.all_judge")
	}
	if w.rules.Conflicts.OwnStation {
		add("terms.own_station")
	}
	if w.rules.Conflicts.OwnDistrict {
		add("terms.own_district")
	}
	if r.NotBlind {
		add("terms.not_blind")
	}
	if r.MinHeard > 0 {
		add("terms.min_heard", "percent", r.MinHeard)
	}
	if r.Gap > 0 {
		add("terms.gap", "points", r.Gap)
	}
}

// GoesOnInWords says by which rule works go on from a round, nothing of the last.
func GoesOnInWords(lang text.Language, r *contest.Round) []string {
	pr := r.Promotion
	per := lang.Say("contest.per_" + cmp.Or(pr.Per, "none"))
	switch pr.By {
	case contest.TopN:
		tied := "terms.up_share"
		if r.ChairOrders() {
			tied = "terms.up_chair"
		}
		return []string{lang.Say("terms.up_top", "n", pr.N, "per", per), lang.Say(tied)}
	case contest.AtLeast:
		return []string{lang.Say("terms.up_points", "points", pr.Points)}
	case contest.Picked:
		return []string{lang.Say("terms.up_picked", "n", pr.N, "per", per)}
	}
	return nil
}

func (w terms) rubric(p *contest.Part) Block {
	b := Block{Title: w.Say("terms.rubric", "name", p.Name, "points", p.Points),
		Head: []string{w.Say("contest.criterion"), w.Say("terms.scale"), w.Say("contest.points")}}
	if p.Sample {
		b.Lines = append(b.Lines, w.Say("terms.sample"))
	}
	if p.Live {
		b.Lines = append(b.Lines, w.Say("terms.live"))
	}
	if len(p.Categories) > 0 {
		var names []string
		for _, id := range p.Categories {
			if c := w.rules.Category(id); c != nil {
				names = append(names, c.Name)
			}
		}
		b.Lines = append(b.Lines, w.Say("contest.part_categories")+": "+strings.Join(names, ", ")+".")
	}
	for _, k := range p.Criteria {
		name := k.Name
		if k.About != "" {
			name += " – " + k.About
		}
		b.Rows = append(b.Rows, []string{name, w.Say("terms.steps", "min", k.Min, "max", k.Max, "step", k.Step), w.Value(k.Points)})
	}
	return b
}

func (w terms) awards() (out []Block) {
	for i := range w.rules.Awards {
		a := &w.rules.Awards[i]
		b := Block{Title: a.Name, Head: []string{w.Say("contest.prize"), w.Say("contest.prize_count"), w.Say("contest.prize_amount"),
			w.Say("contest.prize_floor")}}
		if of := strings.TrimPrefix(w.of(a.Theme, a.Category), ", "); of != "." {
			b.Lines = append(b.Lines, w.Say("terms.award_for", "what", of))
		}
		for _, z := range a.Prizes {
			row := []string{z.Name, w.Value(z.Count), "", ""}
			if z.Special {
				row[0] += " (" + w.Say("terms.special") + ")"
			}
			if z.Amount > 0 {
				row[2] = w.Number(z.Amount)
			}
			if z.Floor > 0 {
				row[3] = w.Value(z.Floor)
			}
			b.Rows = append(b.Rows, row)
		}
		b.Lines = append(b.Lines, w.Say("contest.policy")+": "+w.Say("contest.policy_"+string(a.Policy()))+".")
		if a.Policy() == ranking.Split {
			b.Lines = append(b.Lines, w.Say("terms.whole_dong"))
		}
		out = append(out, b)
	}
	return out
}
