package contest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/stations"
)

// shortID is what the IDs inside the rules look like: they stand in URLs.
var shortID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Bounds of what rules may hold: far above any real contest, far below what
// would hurt the server.
const (
	maxList = 100
	maxName = 300
	maxText = 20_000
)

// problems collects everything wrong with one thing, so that a person hears
// it all at once.
type problems []*fault.Error

func (p *problems) add(e *fault.Error) { *p = append(*p, e) }

// whole returns nil, or the fault itself if there is one, or a fault with
// that code holding them all.
func (p problems) whole(e *fault.Error) error {
	switch len(p) {
	case 0:
		return nil
	case 1:
		return p[0]
	}
	e.Parts = p
	return e
}

// TooMuch returns nil unless the rules hold more than any may, be they finished
// or not. Fault: contest.text_too_long, or contest.rules_unfit with several.
func (r *Rules) TooMuch() error {
	most := problems(slices.DeleteFunc(partsOf(r.Check()), func(e *fault.Error) bool {
		return e.Code != "contest.text_too_long" && e.Code != "contest.list_too_long"
	}))
	return most.whole(fault.New(fault.Invalid, "contest.rules_unfit", "count", len(most)))
}

// partsOf is what whole made one fault of.
func partsOf(err error) problems {
	switch e := fault.Of(err); {
	case e == nil:
		return nil
	case len(e.Parts) > 0:
		return slices.Clone(e.Parts)
	default:
		return problems{e}
	}
}

// Check returns nil if a contest can run by these rules, else the fault
// contest.rules_unfit whose Parts name everything that does not fit (a single
// problem is returned as itself). Each part's Field is a JSON path.
func (r *Rules) Check() error {
	var p problems
	p.text("title", r.Title, maxName, true)
	p.text("host", r.Host, maxName, false)
	p.text("about", r.About, maxText, false)
	p.ids("themes", len(r.Themes), true, func(i int) (string, string) { return r.Themes[i].ID, r.Themes[i].Name })
	p.ids("categories", len(r.Categories), true, func(i int) (string, string) { return r.Categories[i].ID, r.Categories[i].Name })
	p.ids("rounds", len(r.Rounds), true, func(i int) (string, string) { return r.Rounds[i].ID, r.Rounds[i].Name })
	p.ids("awards", len(r.Awards), true, func(i int) (string, string) { return r.Awards[i].ID, r.Awards[i].Name })
	p.entering(r)
	for i := range r.Categories {
		p.category("categories."+strconv.Itoa(i), &r.Categories[i])
	}
	for i := range r.Rounds {
		p.round("rounds."+strconv.Itoa(i), r, i)
	}
	for i := range r.Awards {
		p.award("awards."+strconv.Itoa(i), r, &r.Awards[i])
	}
	p.unranked(r)
	return p.whole(fault.New(fault.Invalid, "contest.rules_unfit", "count", len(p)))
}

// sameNames lists items of one list that are called alike: who chooses one of them
// cannot tell which.
func (r *Rules) sameNames() (p problems) {
	list := func(at string, n int, name func(int) string) {
		seen := map[string]bool{}
		for i := range n {
			if plain := plainName(name(i)); plain != "" && seen[plain] {
				p.add(fault.New(fault.Invalid, "contest.same_name", "name", clip(name(i), 60)).At(at + "." + strconv.Itoa(i) + ".name"))
			} else {
				seen[plain] = true
			}
		}
	}
	list("themes", len(r.Themes), func(i int) string { return r.Themes[i].Name })
	list("categories", len(r.Categories), func(i int) string { return r.Categories[i].Name })
	list("rounds", len(r.Rounds), func(i int) string { return r.Rounds[i].Name })
	list("awards", len(r.Awards), func(i int) string { return r.Awards[i].Name })
	for i, c := range r.Categories {
		list(fmt.Sprintf("categories.%d.sections", i), len(c.Sections), func(k int) string { return c.Sections[k].Name })
	}
	for i, o := range r.Rounds {
		list(fmt.Sprintf("rounds.%d.parts", i), len(o.Parts), func(k int) string { return o.Parts[k].Name })
		for k, part := range o.Parts {
			list(fmt.Sprintf("rounds.%d.parts.%d.criteria", i, k), len(part.Criteria), func(x int) string { return part.Criteria[x].Name })
		}
	}
	for i, a := range r.Awards {
		list(fmt.Sprintf("awards.%d.prizes", i), len(a.Prizes), func(k int) string { return a.Prizes[k].Name })
	}
	return p
}

func (p *problems) text(at, s string, most int, needed bool) {
	if needed && strings.TrimSpace(s) == "" {
		p.add(fault.New(fault.Invalid, "contest.empty_text").At(at))
	}
	if n := utf8.RuneCountInString(s); n > most {
		p.add(fault.New(fault.Invalid, "contest.text_too_long", "length", n, "most", most).At(at))
	}
}

// ids checks that a list is not too long (or empty where one is needed) and
// that every item has an ID of its own and a name.
func (p *problems) ids(at string, n int, needed bool, item func(int) (id, name string)) {
	if needed && n == 0 {
		p.add(fault.New(fault.Invalid, "contest.list_length", "most", maxList).At(at))
	}
	if n > maxList {
		p.add(fault.New(fault.Invalid, "contest.list_too_long", "length", n, "most", maxList).At(at))
	}
	seen := map[string]bool{}
	for i := range min(n, maxList) {
		id, name := item(i)
		here := at + "." + strconv.Itoa(i)
		if !shortID.MatchString(id) || seen[id] {
			p.add(fault.New(fault.Invalid, "contest.bad_id", "id", clip(id, 40)).At(here + ".id"))
		}
		seen[id] = true
		p.text(here+".name", name, maxName, true)
	}
}

func (p *problems) entering(r *Rules) {
	if len(r.Who.Kinds) == 0 {
		p.add(fault.New(fault.Invalid, "contest.nobody_may_enter").At("who.kinds"))
	}
	for _, k := range r.Who.Kinds {
		if !slices.Contains(EntrantKinds, k) {
			p.add(fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(string(k), 40)).At("who.kinds"))
		}
	}
	d := r.Dates
	switch {
	case d.OpensAt.IsZero() || d.ClosesAt.IsZero():
		p.add(fault.New(fault.Invalid, "contest.dates_missing").At("dates.closes_at"))
	case !d.OpensAt.Before(d.ClosesAt):
		p.add(fault.New(fault.Invalid, "contest.dates_order").At("dates.closes_at"))
	}
	if d.GraceMinutes < 0 || d.GraceMinutes > 7*24*60 {
		p.add(fault.New(fault.Invalid, "contest.grace_range").At("dates.grace_minutes"))
	}
	for i, q := range r.Quotas {
		at := "quotas." + strconv.Itoa(i)
		if q.Per != "station" && q.Per != "district" {
			p.add(fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(q.Per, 40)).At(at + ".per"))
		}
		if q.Max < 1 {
			p.add(fault.New(fault.Invalid, "contest.quota_zero").At(at + ".max"))
		}
		p.reference(at+".theme", q.Theme, q.Theme == "" || r.Theme(q.Theme) != nil)
		p.reference(at+".category", q.Category, q.Category == "" || r.Category(q.Category) != nil)
	}
}

func (p *problems) reference(at, id string, ok bool) {
	if !ok {
		p.add(fault.New(fault.Invalid, "contest.no_such_item", "id", clip(id, 40)).At(at))
	}
}

func (p *problems) category(at string, c *Category) {
	if c.MinSeconds < 0 || c.MaxSeconds < 0 || c.MaxSeconds > 0 && c.MinSeconds > c.MaxSeconds {
		p.add(fault.New(fault.Invalid, "contest.length_order", "name", c.Name).At(at + ".max_seconds"))
	}
	p.ids(at+".sections", len(c.Sections), false, func(i int) (string, string) { return c.Sections[i].ID, c.Sections[i].Name })
	for i, s := range c.Sections {
		if s.MinSeconds < 0 || s.MinSeconds > s.MaxSeconds {
			p.add(fault.New(fault.Invalid, "contest.length_order", "name", s.Name).At(at + ".sections." + strconv.Itoa(i)))
		}
	}
	for i, n := range c.Needs {
		kind := slices.Contains(PieceKinds, n.Piece)
		if !kind || !slices.Contains(NeedWhens, n.When) {
			p.add(fault.New(fault.Invalid, "contest.unknown_choice",
				"value", clip(string(n.Piece)+" "+string(n.When), 60)).At(at + ".needs." + strconv.Itoa(i)))
		}
	}
	for _, l := range c.Languages {
		if !stations.KnownLanguage(l) {
			p.add(fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(l, 40)).At(at + ".languages"))
		}
	}
	if a := c.Aired; a != nil && !a.From.Before(a.Until) {
		p.add(fault.New(fault.Invalid, "contest.aired_order", "name", c.Name).At(at + ".aired"))
	}
}

func (p *problems) round(at string, r *Rules, i int) {
	o := &r.Rounds[i]
	p.ids(at+".parts", len(o.Parts), false, func(i int) (string, string) { return o.Parts[i].ID, o.Parts[i].Name })
	if !o.From.IsZero() && !o.Until.IsZero() && !o.From.Before(o.Until) {
		p.add(fault.New(fault.Invalid, "contest.dates_order").At(at + ".until"))
	}
	if o.PerEntry < 0 || o.Repeats < 0 || o.Repeats > 20 || o.Gap < 0 {
		p.add(fault.New(fault.Invalid, "contest.negative_number").At(at))
	}
	if o.MinHeard < 0 || o.MinHeard > 100 {
		p.add(fault.New(fault.Invalid, "contest.bad_share").At(at + ".min_heard"))
	}
	p.promotion(at+".promotion", o.Promotion, i == len(r.Rounds)-1)
	if len(o.Parts) == 0 {
		if o.Promotion.By != Picked {
			p.add(fault.New(fault.Invalid, "contest.round_without_parts", "name", o.Name).At(at + ".parts"))
		}
		return
	}
	if !slices.Contains(ranking.Methods(), o.Method) {
		p.add(fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(string(o.Method), 40)).At(at + ".method"))
	}
	if o.Method == ranking.Trimmed && o.PerEntry > 0 && o.PerEntry < ranking.TrimmedLeast {
		p.add(fault.New(fault.Invalid, "contest.trimmed_needs_judges", "least", ranking.TrimmedLeast).At(at + ".per_entry"))
	}
	for j := range o.Parts {
		p.part(at+".parts."+strconv.Itoa(j), r, &o.Parts[j])
	}
	for _, c := range r.Categories {
		var sum ranking.Points
		var parts []ranking.Part
		for j := range o.Parts {
			if o.Parts[j].Covers(c.ID) {
				sum += o.Parts[j].Points
				parts = append(parts, o.Parts[j].ranked())
			}
		}
		if e := fault.Of(ranking.Countable(parts, o.Points.Rational())); e != nil && e.Code == "ranking.too_fine" {
			p.add(e.At(at + ".parts"))
		}
		if sum != o.Points || sum <= 0 {
			p.add(fault.New(fault.Invalid, "contest.parts_do_not_add_up", "round", o.Name, "category", c.Name, "sum", sum, "want", o.Points).At(at + ".points"))
		}
	}
	if pr := o.Promotion; pr.By != LastRound && pr.Per != "category" && !r.sameParts(o, "") {
		p.add(fault.New(fault.Invalid, "contest.promotion_mixes_parts", "name", o.Name).At(at + ".promotion.per"))
	}
	for j, b := range o.TieBreaks {
		p.tieBreak(at+".tie_breaks."+strconv.Itoa(j), o, b)
	}
}

func (p *problems) promotion(at string, pr Promotion, last bool) {
	if (pr.By == LastRound) != last {
		p.add(fault.New(fault.Invalid, "contest.promotion_place").At(at))
		return
	}
	switch pr.By {
	case LastRound:
	case TopN, Picked:
		if pr.N < 1 {
			p.add(fault.New(fault.Invalid, "contest.promotion_number").At(at + ".n"))
		}
	case AtLeast:
		if pr.Points <= 0 {
			p.add(fault.New(fault.Invalid, "contest.promotion_number").At(at + ".points"))
		}
	default:
		p.add(fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(string(pr.By), 40)).At(at + ".by"))
	}
	if !slices.Contains([]string{"", "theme", "category", "district"}, pr.Per) {
		p.add(fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(pr.Per, 40)).At(at + ".per"))
	}
}

func (p *problems) part(at string, r *Rules, o *Part) {
	p.ids(at+".criteria", len(o.Criteria), true, func(i int) (string, string) { return o.Criteria[i].ID, o.Criteria[i].Name })
	for _, c := range o.Categories {
		p.reference(at+".categories", c, r.Category(c) != nil)
	}
	var sum ranking.Points
	for i, c := range o.Criteria {
		sum += c.Points
		here := at + ".criteria." + strconv.Itoa(i)
		p.text(here+".about", c.About, 2000, false)
		if c.Min < 0 || c.Max <= c.Min || c.Max > maxPoints || c.Step <= 0 || (c.Max-c.Min)%c.Step != 0 {
			p.add(fault.New(fault.Invalid, "contest.bad_scale", "name", c.Name, "min", c.Min, "max", c.Max, "step", c.Step).At(here))
		}
		if c.Points <= 0 || c.Points > maxPoints {
			p.add(fault.New(fault.Invalid, "contest.bad_weight", "name", c.Name).At(here + ".points"))
		}
	}
	if sum != o.Points {
		p.add(fault.New(fault.Invalid, "contest.weights_do_not_add_up", "part", o.Name, "sum", sum, "want", o.Points).At(at + ".points"))
	}
}

// maxPoints is the most anything in a contest can be worth.
const maxPoints = 1_000_000 * ranking.Point

func (p *problems) tieBreak(at string, o *Round, b TieBreak) {
	switch b.By {
	case ranking.ByCriterion:
		part := o.Part(b.Part)
		p.reference(at, b.Part+"."+b.Criterion, part != nil && part.Criterion(b.Criterion) != nil)
	case ranking.ByMedian, ranking.ByHeadToHead, ranking.ByEarliest, ranking.ByChair:
	default:
		p.add(fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(string(b.By), 40)).At(at + ".by"))
	}
}

func (p *problems) award(at string, r *Rules, a *Award) {
	p.reference(at+".theme", a.Theme, a.Theme == "" || r.Theme(a.Theme) != nil)
	p.reference(at+".category", a.Category, a.Category == "" || r.Category(a.Category) != nil)
	if n := len(r.Rounds); n > 0 && !r.sameParts(&r.Rounds[n-1], a.Category) {
		p.add(fault.New(fault.Invalid, "contest.award_mixes_parts", "name", a.Name).At(at + ".category"))
	}
	p.ids(at+".prizes", len(a.Prizes), true, func(i int) (string, string) { return a.Prizes[i].ID, a.Prizes[i].Name })
	if !slices.Contains(ranking.Policies, a.Policy()) {
		p.add(fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(string(a.Ties), 40)).At(at + ".ties"))
	}
	var above *Prize // the rung before
	for i := range a.Prizes {
		z, here := &a.Prizes[i], at+".prizes."+strconv.Itoa(i)
		if z.Count < 1 || z.Count > 1000 || z.Floor < 0 || z.Amount < 0 || z.Amount > 1e12 {
			p.add(fault.New(fault.Invalid, "contest.prize_number", "name", z.Name).At(here))
		} else if above != nil && !z.Special && z.Floor > above.Floor {
			p.add(fault.New(fault.Invalid, "contest.prize_floor_rises", "name", z.Name, "above", above.Name).At(here))
		}
		if !z.Special {
			above = z
		}
	}
}

// unranked names works that no award ranks: they would be entered and scored,
// and stand in no result.
func (p *problems) unranked(r *Rules) {
	if len(r.Awards) == 0 {
		return // said already
	}
	for _, t := range r.Themes {
		for _, c := range r.Categories {
			if !slices.ContainsFunc(r.Awards, func(a Award) bool { return a.ByRank() && a.Covers(t.ID, c.ID) }) {
				p.add(fault.New(fault.Invalid, "contest.award_missing", "theme", t.Name, "category", c.Name).At("awards"))
				return
			}
		}
	}
}

// sameParts reports whether every category, or the single one named, is
// scored by the same parts of the round: only then can they be ranked together.
func (r *Rules) sameParts(o *Round, only string) bool {
	for _, part := range o.Parts {
		for _, c := range r.Categories {
			if only == "" && part.Covers(c.ID) != part.Covers(r.Categories[0].ID) {
				return false
			}
		}
	}
	return true
}

// clip shortens what somebody typed so that a sentence stays readable.
func clip(s string, runes int) string {
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	return string(r[:runes]) + "…"
}

// Nameless reports whether the sentence of a fault speaks of "this box": where it does
// not stand beside the box, the name of the box belongs in front of it.
func Nameless(code string) bool {
	return slices.Contains([]string{"contest.empty_text", "contest.text_too_long", "contest.unknown_choice", "contest.no_such_item", "contest.negative_number"},
		code)
}
