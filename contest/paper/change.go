package paper

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
	"loa/stations"
)

// ruleNames are the keys of what the values of contest.Rules are called, by
// their paths in its JSON; "*" stands for the ID or place of an item of a list,
// and the path of a list names its items.
var ruleNames = map[string]string{
	"title": "contest.title", "host": "contest.host", "about": "contest.about",
	"themes": "contest.theme", "themes.*.name": "",
	"categories": "contest.category", "categories.*.name": "", "categories.*.min_seconds": "contest.min_length",
	"categories.*.max_seconds": "contest.max_length",
	"categories.*.sections":    "contest.section", "categories.*.sections.*.name": "", "categories.*.sections.*.min_seconds": "contest.min_length",
	"categories.*.sections.*.max_seconds": "contest.max_length",
	"categories.*.needs":                  "contest.needs", "categories.*.needs.*.piece": "terms.piece", "categories.*.needs.*.when": "terms.when",
	"categories.*.languages": "contest.language", "categories.*.aired.from": "contest.aired_from", "categories.*.aired.until": "terms.aired_before",
	"categories.*.aired.anywhere": "contest.aired_anywhere", "categories.*.aired.declared": "contest.aired_declared",
	"who.kinds": "contest.who_kinds", "who.stations": "contest.who_stations", "who.districts": "contest.who_districts",
	"quotas": "contest.quotas", "quotas.*.per": "contest.quota_per", "quotas.*.theme": "contest.theme", "quotas.*.category": "contest.category",
	"quotas.*.max":   "contest.quota_max",
	"dates.opens_at": "contest.opens_at", "dates.closes_at": "contest.closes_at", "dates.grace_minutes": "contest.grace",
	"conflicts.own_station": "terms.conflict_station", "conflicts.own_district": "terms.conflict_district",
	"rounds": "contest.round", "rounds.*.name": "", "rounds.*.from": "contest.judge_from", "rounds.*.until": "terms.judge_until",
	"rounds.*.per_entry": "contest.per_entry",
	"rounds.*.points":    "contest.round_points", "rounds.*.method": "contest.method", "rounds.*.habits": "contest.habits",
	"rounds.*.not_blind": "contest.not_blind", "rounds.*.gap": "contest.gap", "rounds.*.repeats": "contest.repeats",
	"rounds.*.min_heard": "contest.min_heard",
	"rounds.*.parts":     "contest.part", "rounds.*.parts.*.name": "", "rounds.*.parts.*.live": "contest.live",
	"rounds.*.parts.*.categories": "contest.part_categories",
	"rounds.*.parts.*.points":     "contest.part_points", "rounds.*.parts.*.sample": "contest.from_sample",
	"rounds.*.parts.*.criteria": "contest.criterion", "rounds.*.parts.*.criteria.*.name": "", "rounds.*.parts.*.criteria.*.about": "contest.describe",
	"rounds.*.parts.*.criteria.*.min": "contest.min", "rounds.*.parts.*.criteria.*.max": "contest.max", "rounds.*.parts.*.criteria.*.step": "contest.stepping",
	"rounds.*.parts.*.criteria.*.points": "contest.weight",
	"rounds.*.tie_breaks":                "contest.tie_breaks", "rounds.*.tie_breaks.*.by": "contest.tie_step", "rounds.*.tie_breaks.*.part": "contest.part",
	"rounds.*.tie_breaks.*.criterion": "contest.criterion",
	"rounds.*.promotion.by":           "contest.promotion_by", "rounds.*.promotion.n": "contest.promotion_n",
	"rounds.*.promotion.points": "contest.promotion_points", "rounds.*.promotion.per": "contest.promotion_per",
	"awards": "contest.award", "awards.*.name": "", "awards.*.theme": "contest.theme", "awards.*.category": "contest.category",
	"awards.*.ties":   "contest.policy",
	"awards.*.prizes": "contest.prize", "awards.*.prizes.*.name": "", "awards.*.prizes.*.count": "contest.prize_count",
	"awards.*.prizes.*.amount": "contest.prize_amount",
	"awards.*.prizes.*.floor":  "contest.prize_floor", "awards.*.prizes.*.special": "terms.special",
}

// valueWords are the prefixes of the keys that put a value into words, by the
// end of its path.
var valueWords = map[string]string{
	"who.kinds": "contest.kind_", ".piece": "contest.piece_", ".when": "contest.when_", ".languages": "language.", ".per": "contest.per_",
	".method":          "contest.method_",
	".tie_breaks.*.by": "contest.tie_", ".promotion.by": "contest.move_", ".ties": "contest.policy_",
}

// ChangeOf says in words what one change of the rules changed, in the order of
// its lines. An item that was added or taken out is one sentence, whatever it
// holds. r are the rules as they are now; reg names districts and stations.
func ChangeOf(lang text.Language, r *contest.Rules, lines []contest.RuleLine, reg *stations.Registry) []string {
	w := changes{terms{lang, r, reg}, map[string]string{}}
	all, err := contest.Compare(contest.Rules{}, *r)
	if err != nil {
		all = nil // then items are called by their IDs
	}
	for _, l := range append(all, lines...) {
		if item, ok := strings.CutSuffix(l.Path, ".name"); ok {
			w.names[item] = cmp.Or(l.After, l.Before)
		}
	}
	whole := map[string]string{} // items that came or went, and the key that says which
	for _, l := range lines {
		if item, ok := strings.CutSuffix(l.Path, ".id"); ok && l.Before == "" {
			whole[item] = "terms.added"
		} else if ok && l.After == "" {
			whole[item] = "terms.removed"
		}
	}
	var out []string
	told := map[string]bool{}
	for _, l := range lines {
		item := outermost(l.Path, whole)
		switch {
		case item == "":
			out = append(out, w.Say("terms.change", "what", w.called(l.Path), "before", w.value(l.Path, l.Before), "after", w.value(l.Path, l.After)))
		case !told[item]:
			told[item] = true
			out = append(out, w.Say(whole[item], "what", w.called(item)))
		}
	}
	return out
}

// outermost is the shortest of the items that the path lies in, "" if none.
func outermost(path string, items map[string]string) string {
	for i, c := range path {
		if c == '.' && items[path[:i]] != "" {
			return path[:i]
		}
	}
	return ""
}

// changes puts paths and values of rules into words.
type changes struct {
	terms
	names map[string]string // of items, by path
}

// lists are the steps of a path that an item follows.
var lists = []string{"themes", "categories", "sections", "needs", "languages", "kinds", "stations", "districts", "quotas", "rounds", "parts", "criteria",
	"tie_breaks", "awards", "prizes"}

// general is the path with "*" for each item.
func general(path string) string {
	steps := strings.Split(path, ".")
	for i := 1; i < len(steps); i++ {
		if slices.Contains(lists, steps[i-1]) {
			steps[i] = "*"
		}
	}
	return strings.Join(steps, ".")
}

// RuleName is the key of what the value at a path of the rules is called, "" for the
// name of an item and what has no word of its own.
func RuleName(path string) string { return ruleNames[general(path)] }

// called names what stands at a path, from the outside in: "Vòng “Chung khảo” ›
// Chênh quá bao nhiêu điểm thì hội ý".
func (w changes) called(path string) string {
	if list, ok := strings.CutSuffix(path, ".order"); ok {
		return w.called(list) + " › " + w.Say("terms.order")
	}
	var out []string
	here := ""
	for step := range strings.SplitSeq(path, ".") {
		here = strings.TrimPrefix(here+"."+step, ".")
		if place, item := strings.CutSuffix(general(here), ".*"); item && ruleNames[place] != "" {
			out[len(out)-1] += w.which(here, step, here == path)
		} else if key := ruleNames[general(here)]; key != "" {
			out = append(out, w.Say(key))
		}
	}
	return strings.Join(out, " › ")
}

// which tells an item of a list from the others: by its name, else by its
// place. In a list of plain values the value itself follows.
func (w changes) which(item, id string, plain bool) string {
	name := cmp.Or(w.names[item], id)
	if n, err := strconv.Atoi(name); err == nil {
		if plain {
			return ""
		}
		return " " + strconv.Itoa(n+1)
	}
	return " “" + name + "”"
}

// value puts what stands at a path into words; "–" is nothing.
func (w changes) value(path, v string) string {
	if v == "" {
		return "–"
	}
	if list, ok := strings.CutSuffix(path, ".order"); ok {
		ids := strings.Fields(v)
		for i, id := range ids {
			ids[i] = cmp.Or(w.names[list+"."+id], id)
		}
		return strings.Join(ids, ", ")
	}
	path = strings.TrimSuffix(general(path), ".*")
	for end, prefix := range valueWords {
		if strings.HasSuffix(path, end) {
			return w.Say(prefix + v)
		}
	}
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		if at.IsZero() {
			return "–"
		}
		return w.DateTime(at)
	}
	last := path[strings.LastIndexByte(path, '.')+1:]
	n, err := strconv.ParseFloat(v, 64) // fmt writes large amounts as 1e+07
	points, notPoints := ranking.ParsePoints(v)
	switch {
	case last == "theme":
		return cmp.Or(w.names["themes."+v], v)
	case last == "category" || path == "rounds.*.parts.*.categories":
		return cmp.Or(w.names["categories."+v], v)
	case last == "stations":
		return w.reg.Label(v)
	case last == "districts":
		return w.reg.DistrictName(v)
	case last == "part" || last == "criterion":
		for item, name := range w.names {
			if strings.HasSuffix(item, "."+v) && strings.HasSuffix(general(item), map[string]string{"part": ".parts.*", "criterion": ".criteria.*"}[last]) {
				return name
			}
		}
	case v == "true" || v == "false":
		return w.Say("terms." + v)
	case err != nil || last == "name" || last == "title" || last == "about" || last == "host":
	case strings.HasSuffix(last, "_seconds"):
		return w.Duration(time.Duration(n) * time.Second)
	case n == math.Trunc(n):
		return w.Number(int64(n))
	case notPoints == nil:
		return w.Value(points)
	}
	return v
}
