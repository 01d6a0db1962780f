package paper

import (
	"strings"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
)

// CountedBy says how the marks of a round become the points and the order of its
// works: all that somebody outside needs to count them again from the sheets. It
// says nothing of a round in which works are picked by name.
func CountedBy(lang text.Language, r *contest.Round) []string {
	if len(r.Parts) == 0 {
		return nil
	}
	out := MethodInWords(lang, r.Method, r.Habits)
	if r.Adds() {
		out = append(out, lang.Say("terms.by_part"))
		if r.Method == ranking.Trimmed {
			out = append(out, lang.Say("terms.by_part_trimmed"))
		}
	}
	if len(r.TieBreaks) == 0 {
		return append(out, lang.Say("terms.no_ties"))
	}
	steps := make([]string, len(r.TieBreaks))
	for i, b := range r.TieBreaks {
		steps[i] = StepInWords(lang, r, b)
	}
	out = append(out, lang.Say("terms.ties", "steps", strings.Join(steps, " → ")))
	for _, b := range r.TieBreaks {
		if key := "terms.ties_" + string(b.By); r.Adds() && (b.By == ranking.ByMedian || b.By == ranking.ByHeadToHead) {
			out = append(out, lang.Say(key))
		}
	}
	return out
}

// MethodInWords says how a method makes one value of the judges' totals, and what it
// needs to do so.
func MethodInWords(lang text.Language, m ranking.Method, habits contest.Habits) []string {
	out := []string{lang.Say("terms.counted_by", "method", lang.Say("contest.method_"+string(m)), "how", lang.Say("terms.method_"+string(m)))}
	out = append(out, NeedInWords(lang, m, habits)...)
	if m == ranking.Normalised {
		out = append(out, lang.Say("terms.habits_dropped"), lang.Say("terms.formula", "k", ranking.Credibility))
	}
	return out
}

// NeedInWords says what a method needs of a jury, nothing of the mean.
func NeedInWords(lang text.Language, m ranking.Method, habits contest.Habits) []string {
	switch {
	case m == ranking.Trimmed:
		return []string{lang.Say("terms.needs_trimmed", "least", ranking.TrimmedLeast, "left", ranking.TrimmedLeast-2)}
	case m == ranking.Median:
		return []string{lang.Say("terms.needs_median")}
	case m == ranking.Normalised && habits == contest.HabitsOfRound:
		return []string{lang.Say("terms.habits_round", "least", ranking.NormaliseLeast)}
	case m == ranking.Normalised:
		return []string{lang.Say("terms.habits_group", "least", ranking.NormaliseLeast)}
	}
	return nil
}

// StepInWords names a step of a round's tie-break chain.
func StepInWords(lang text.Language, r *contest.Round, b contest.TieBreak) string {
	if b.By != ranking.ByCriterion {
		return lang.Say("contest.tie_" + string(b.By))
	}
	return lang.Say("contest.tie_criterion", "name", criterionOf(lang, r, b.Part, b.Criterion))
}

// criterionOf names a criterion of a round; with its part if another part has one
// of that name.
func criterionOf(lang text.Language, r *contest.Round, part, criterion string) string {
	p := r.Part(part)
	if p == nil || p.Criterion(criterion) == nil {
		return criterion
	}
	name := p.Criterion(criterion).Name
	for i := range r.Parts {
		for _, k := range r.Parts[i].Criteria {
			if strings.EqualFold(k.Name, name) && (r.Parts[i].ID != part || k.ID != criterion) {
				return lang.Say("contest.criterion_in", "name", name, "part", p.Name)
			}
		}
	}
	return name
}

// sheetsInWords says on how many signed sheets a ranking stands.
func sheetsInWords(lang text.Language, t *ranking.Tally) string {
	type pair struct{ entry, part string }
	of := map[pair]int{}
	marks := t.Marks()
	for _, m := range marks {
		of[pair{m.Entry, m.Part}]++
	}
	least, most := len(marks), 0
	for _, n := range of {
		least, most = min(least, n), max(most, n)
	}
	each := lang.Say("contest.sheets_each", "n", least)
	if most > least {
		each = lang.Say("contest.sheets_between", "least", least, "most", most)
	}
	return lang.Say("contest.sheets_counted", "n", len(marks), "judges", len(t.Judges()), "each", each)
}

// LacksInWords says which panels and works of a round to come have too few judges,
// how many they need and why.
func LacksInWords(s *contest.State, round string, lang text.Language) (out []string) {
	for _, x := range s.Lacks(round) {
		key, code := "contest.lack_panel", ""
		if x.Entry != "" {
			key, code = "contest.lack_work", s.Entry(x.Entry).Code
		}
		why := lang.Say("contest.lack_rules", "need", x.Need)
		if x.Trim {
			why = lang.Say("contest.lack_trim", "need", x.Need, "left", x.Need-2)
		}
		out = append(out, lang.Say(key, "panel", x.Panel, "code", code, "have", x.Have, "why", why))
	}
	return out
}
