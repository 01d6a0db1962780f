package contests

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

// problem is something about the rules that has to be mended, and where.
type problem struct {
	Text string
	Href string
}

// problemsOf says what a fault finds wrong with the rules of a contest, each
// sentence with the address of its field.
func problemsOf(r *kit.Request, id string, rules *contest.Rules, err error) (list []problem) {
	e := fault.Of(err)
	if e == nil {
		return nil
	}
	base := "/contests/" + id + "/rules"
	for _, part := range e.All() {
		p := problem{Text: r.Lang.Fault(part), Href: base}
		switch s, rest, ok := stepAt(rules, part.Field); {
		case ok:
			p.Href += "/" + s.slug() + "?mend=1" + fragment(rest)
			where := placeIn(r, rules, s, rest)
			if key := paper.RuleName(part.Field); key != "" && contest.Nameless(part.Code) {
				where += " · " + r.Say(key)
			}
			p.Text = r.Say("desk.mend_at", "where", where, "text", p.Text)
		case part.Field != "":
			p.Href += "#s-" + part.Field
		}
		list = append(list, p)
	}
	return list
}

// rowsOf are the words for a row of each list a step shows.
var rowsOf = map[string]string{"quotas": "contest.quotas", "themes": "contest.theme", "sections": "contest.section",
	"tie_breaks": "contest.tie_breaks", "criteria": "contest.criterion", "prizes": "contest.prize"}

// placeIn says where in the rules something stands: the step, and the row of its
// list: "Chương trình phát thanh · Tiêu chí 7".
func placeIn(r *kit.Request, rules *contest.Rules, s step, path string) string {
	where := r.Say(stepWords[s.kind])
	if v, _ := s.in(rules); s.id != "" && v.IsValid() {
		if name := v.FieldByName("Name").String(); name != "" {
			where += " “" + name + "”"
		}
	}
	words := strings.Split(path, ".")
	if key := rowsOf[words[0]]; key != "" && len(words) > 1 {
		if n, err := strconv.Atoi(words[1]); err == nil {
			where += " · " + text.Sentence(r.Say(key)) + " " + strconv.Itoa(n+1)
		}
	}
	return text.Sentence(where)
}

// stepWords is what each kind of step is called.
var stepWords = map[string]string{"general": "desk.step_general", "who": "contest.s_who", "themes": "contest.s_themes",
	"category": "contest.category", "round": "contest.round", "part": "contest.part", "award": "contest.award"}

// fragment leads to the field at a path below its step; the ID of a row is not
// shown, so what is wrong with one leads to its row.
func fragment(path string) string {
	for _, hidden := range []string{".id", ".by"} {
		if strings.Count(path, ".") > 1 {
			path = strings.TrimSuffix(path, hidden)
		}
	}
	if strings.HasPrefix(path, "needs.") {
		path = "needs"
	}
	if path == "" {
		return ""
	}
	return "#f-" + path
}

type rulesPage struct {
	desk
	Locked   bool // the contest is open: what is edited is a revision
	Revised  bool // there is one
	Groups   []stepGroup
	Problems []problem
	Changes  []string // what the revision changes, in words
	Ready    bool     // a draft can be opened
	Moved    string   // "up:rounds.1": the item that has just been moved
}

// stepGroup is a chapter of the summary: its steps, and the step that adds
// another one to its list.
type stepGroup struct {
	Anchor string
	Title  string
	Cards  []stepCard
	Add    string // address; "" if nothing is added here
	AddKey string
}

// stepCard is a step in the summary.
type stepCard struct {
	Title  string
	Href   string
	Lines  []string
	Mend   bool
	Add    string // below the last card of a round: address of the step that adds a part
	Nested bool   // a part, below its round
	Path   string // of its item among others, "" for a chapter
	Up     bool   // it may move one place up
	Down   bool
}

// showRules is the summary of all steps.
func (p pages) showRules(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.formNow(r, rulesForm)()
	if err != nil {
		return err
	}
	return p.renderRules(w, r, f)
}

// rulesForm is the form by which the rules, as they are now, are put into force.
func rulesForm(s *contest.State) kit.Form { return kit.NewStep(s.Edition(contest.PartRules)) }

func (p pages) renderRules(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	if err := may(r); err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	var page rulesPage
	err = p.view(r, func(s *contest.State) error {
		rules := s.Working()
		page = rulesPage{desk: p.desk(r, s, "rules", f), Locked: s.Phase != contest.Draft, Revised: s.Revision != nil, Moved: r.URL.Query().Get("moved")}
		problems := rules.Openable(r.Now)
		if page.Locked {
			problems = rules.Check()
		}
		page.Problems = problemsOf(r, s.ID, &rules, problems)
		page.Ready = !page.Locked && problems == nil
		page.Groups = groupsOf(r, s, &rules, reg, page.Problems)
		if page.Revised {
			lines, err := contest.Compare(s.Rules, rules)
			if err != nil {
				return err
			}
			page.Changes = paper.ChangeOf(r.Lang, &rules, lines, reg)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.rules.Render(w, r, page)
}

// groupsOf puts what each step holds into a few words.
func groupsOf(r *kit.Request, state *contest.State, rules *contest.Rules, reg *stations.Registry, problems []problem) []stepGroup {
	base := "/contests/" + state.ID + "/rules/"
	chapters := paper.TermsOf(r.Lang, *rules, reg).Sections
	themes, who, works, dates, rounds, awards := chapters[0], chapters[1], chapters[2], chapters[3], chapters[4], chapters[5]
	card := func(s step, title string, lines []string) stepCard {
		c := stepCard{Title: title, Href: base + s.slug(), Lines: lines, Nested: s.kind == "part"}
		if s.id != "" {
			_, c.Path = s.in(rules)
			c.Up, c.Down = mayMove(state, rules, c.Path, "up"), mayMove(state, rules, c.Path, "down")
		}
		c.Mend = slices.ContainsFunc(problems, func(p problem) bool { return strings.HasPrefix(p.Href, c.Href+"?") })
		return c
	}
	group := func(key, title string, cards ...stepCard) stepGroup {
		return stepGroup{Anchor: "s-" + key, Title: r.Say(title), Cards: cards}
	}
	general := append([]string{rules.Title, rules.Host}, dates.Blocks[0].Lines...)
	list := []stepGroup{
		group("general", "desk.step_general", card(step{kind: "general"}, "", general)),
		group("who", "contest.s_who", card(step{kind: "who"}, "", who.Blocks[0].Lines)),
		group("themes", "contest.s_themes", card(step{kind: "themes"}, "", themes.Blocks[0].Lines)),
	}
	g := group("categories", "contest.s_categories")
	for i, c := range rules.Categories {
		g.Cards = append(g.Cards, card(step{kind: "category", id: c.ID}, c.Name, works.Blocks[i].Lines))
	}
	g.Add, g.AddKey = base+step{kind: "category", added: true}.slug(), "contest.add_category"
	list = append(list, g)

	g = group("rounds", "contest.rounds")
	blocks := rounds.Blocks
	for _, o := range rules.Rounds {
		c := card(step{kind: "round", id: o.ID}, o.Name, blocks[0].Lines)
		g.Cards = append(g.Cards, c)
		blocks = blocks[1:]
		for _, p := range o.Parts {
			var names []string
			for _, k := range p.Criteria {
				names = append(names, k.Name)
			}
			rubric := r.Say("desk.rubric_line", "n", len(names), "list", strings.Join(names, ", "))
			g.Cards = append(g.Cards, card(step{kind: "part", round: o.ID, id: p.ID}, blocks[0].Title, append(blocks[0].Lines, rubric)))
			blocks = blocks[1:]
		}
		g.Cards[len(g.Cards)-1].Add = base + step{kind: "part", round: o.ID, added: true}.slug()
	}
	g.Add, g.AddKey = base+step{kind: "round", added: true}.slug(), "contest.add_round"
	list = append(list, g)

	g = group("awards", "contest.s_awards")
	for i, a := range rules.Awards {
		var prizes []string
		for _, row := range awards.Blocks[i].Rows {
			prize := row[1] + " " + row[0]
			if row[2] != "" {
				prize = r.Say("contest.prize_with_money", "prize", prize, "money", row[2])
			}
			prizes = append(prizes, prize)
		}
		g.Cards = append(g.Cards, card(step{kind: "award", id: a.ID}, a.Name, append([]string{strings.Join(prizes, "; ")}, awards.Blocks[i].Lines...)))
	}
	g.Add, g.AddKey = base+step{kind: "award", added: true}.slug(), "contest.add_award"
	return append(list, g)
}

// mayMove says whether the item at path has a place to move to, and is not held
// where it is by what has begun.
func mayMove(s *contest.State, rules *contest.Rules, path, verb string) bool {
	next, err := rules.Clone()
	return err == nil && changeRow(&next, verb, path) != path && s.MayBecome(next) == nil
}

// applyRules puts a revision into force, forgets it, or moves an item of the rules.
func (p pages) applyRules(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	said, then := "desk.revision_dropped", "/contests/"+r.PathValue("contest")+"/rules"
	verb, path, moves := cut(f.Get("do"))
	switch {
	case moves:
		said = "desk.step_moved"
	case f.Get("do") != "drop":
		said = "contest.rules_saved"
	}
	err = f.Save(p.formNow(r, rulesForm), func(m accounts.Meta) error {
		if f.Get("do") == "drop" {
			_, err := p.hall.Do(r.Context(), m, r.PathValue("contest"), contest.DropRevision{})
			return err
		}
		rules, edition, err := p.workingRules(r)
		if err != nil {
			return err
		}
		m.Seen = cmp.Or(m.Seen, edition.Tag)
		if moves {
			then += "?moved=" + verb + ":" + changeRow(&rules, verb, path)
			return p.keepRules(r, m, rules)
		}
		_, err = p.hall.Do(r.Context(), m, r.PathValue("contest"), contest.ChangeRules{Rules: rules, Reason: f.Get("reason")})
		return err
	})
	if f.RefusedAloud(err) {
		return p.renderRules(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, then, said)
}

type stepPage struct {
	desk
	Kind     string
	Slug     string
	Fresh    bool
	Item     string // its name, "" for a chapter
	Heading  string
	Place    int // among All steps; 0 for an item that is being added
	All      int
	Steps    []stepLink
	Locked   bool
	Category contest.Category
	Round    contest.Round
	Part     contest.Part
	Award    contest.Award
	Rules    contest.Rules

	Districts []kit.Option
	Kinds     []kit.Option
	Themes    []kit.Option
	Sorts     []kit.Option // categories
	Methods   []kit.Option
	Ways      [][]string   // how each method counts, in sentences
	ByPart    bool         // points of the round's parts are added
	Moves     []kit.Option // promotion rules
	Per       []kit.Option
	QuotaPer  []kit.Option
	When      []kit.Option
	Policies  []kit.Option
	Breakers  []kit.Option
	Pieces    []string
	Languages []kit.Option
	Parts     []stepLink // of the round
	AddPart   string
}

// stepLink leads to another step.
type stepLink struct {
	Href, Text string
	Current    bool
	Nested     bool
	Mend       bool
}

// workingRules is a copy of the rules the organiser edits.
func (p pages) workingRules(r *kit.Request) (rules contest.Rules, e accounts.Edition, err error) {
	err = p.view(r, func(s *contest.State) (err error) {
		e = s.Edition(contest.PartRules)
		rules, err = s.Working().Clone()
		return err
	})
	return rules, e, err
}

// working is a copy of the rules the organiser edits, and the step the path
// names. Faults: contest.no_such_step, contest.step_gone.
func (p pages) working(r *kit.Request) (rules contest.Rules, e accounts.Edition, s step, err error) {
	if rules, e, err = p.workingRules(r); err != nil {
		return rules, e, s, err
	}
	gone := fault.New(fault.NotFound, "contest.no_such_step")
	s, ok := stepNamed(r.PathValue("step"))
	if !ok {
		return rules, e, s, gone
	}
	if s.added {
		s = s.add(&rules)
	}
	if v, _ := s.in(&rules); !v.IsValid() {
		if e.ChangedBy != "" {
			gone = fault.New(fault.NotFound, "contest.step_gone", "by", e.ChangedBy, "at", e.ChangedAt)
		}
		return rules, e, s, gone
	}
	return rules, e, s, nil
}

// again is the step that adds anew an item which somebody has taken out, with what was
// typed of it; ok is false where there is nothing to add it to.
func (s step) again(rules *contest.Rules) (_ step, ok bool) {
	if lists[s.kind] == "" || s.id == "" {
		return s, false
	}
	anew := step{kind: s.kind, round: s.round, added: true}.add(rules)
	v, _ := anew.in(rules)
	return anew, v.IsValid()
}

// stepForm is the form of the step as it is now.
func (p pages) stepForm(r *kit.Request) (kit.Form, error) {
	rules, e, s, err := p.working(r)
	if err != nil {
		return kit.Form{}, err
	}
	f := kit.NewForm()
	f.Values = s.valuesOf(r.Lang, rules)
	return f.From(e), nil
}

func (p pages) showStep(w http.ResponseWriter, r *kit.Request) error {
	rules, _, s, err := p.working(r)
	if err != nil {
		return err
	}
	f, err := p.stepForm(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Has("mend") {
		if e := fault.Of(rules.Openable(r.Now)); e != nil {
			for _, part := range append([]*fault.Error{e}, e.Parts...) {
				if of, rest, ok := stepAt(&rules, part.Field); ok && of == s {
					mind(&f, strings.TrimPrefix(fragment(rest), "#f-"), r.Lang.Fault(part))
				}
			}
		}
	}
	return p.renderStep(w, r, f, rules, s)
}

// mind puts a sentence beside a field of the form, after what is said there
// already; the field "" is the whole form.
func mind(f *kit.Form, field, sentence string) {
	if field == "" {
		f.Notice = strings.TrimSpace(f.Notice + " " + sentence)
		return
	}
	f.Errors[field] = strings.TrimSpace(f.Errors[field] + " " + sentence)
}

// saveStep keeps a step, or only adds or removes a row of its form, or takes
// the whole item out of the rules.
func (p pages) saveStep(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	rules, _, s, err := p.working(r)
	if fault.Is(err, "contest.step_gone") && f.Get("do") != "take_out" {
		if anew, ok := s.again(&rules); ok { // what she typed waits to be added again
			s = anew
			gone := *fault.Of(err)
			gone.Kind = fault.Conflict
			f.Refused(&gone)
			f.Notice += " " + r.Say("desk.step_gone_next")
			f.Of, f.Was = "", "" // it is not an edition of what was taken out
			verb, path, row := cut(f.Get("do"))
			s, unread := s.read(r.Lang, f.Values, &rules)
			if row {
				s.regrow(r.Lang, f, &rules, verb, path, unread)
			}
			return p.renderStep(w, r, *f, rules, s)
		}
	}
	if err != nil {
		return err
	}
	base, said := "/contests/"+r.PathValue("contest")+"/rules", "desk.step_saved"
	if f.Get("do") == "take_out" && s.id != "" {
		said = "desk.step_removed"
	} else {
		s, err = s.read(r.Lang, f.Values, &rules)
		if verb, path, ok := cut(f.Get("do")); ok {
			s.regrow(r.Lang, f, &rules, verb, path, err)
			return p.renderStep(w, r, *f, rules, s)
		}
	}
	if err == nil {
		err = f.Save(func() (kit.Form, error) { return p.stepForm(r) }, func(m accounts.Meta) error { return p.keepStep(r, f, m, &rules) })
	}
	if f.Refused(err) {
		return p.renderStep(w, r, *f, rules, s)
	}
	if err != nil {
		return err
	}
	next, open := base, 0
	for _, p := range problemsOf(r, r.PathValue("contest"), &rules, rules.Check()) {
		if strings.HasPrefix(p.Href, base+"/"+s.slug()+"?") {
			open++
		}
	}
	if open > 0 {
		said = "desk.step_saved_open"
	}
	if f.Get("do") == "next" {
		steps := stepsOf(&rules)
		s.added = false
		if i := slices.Index(steps, s) + 1; i > 0 && i < len(steps) {
			next += "/" + steps[i].slug()
		}
	}
	return r.Redirect(w, next, said, "n", strconv.Itoa(open))
}

// keepStep puts the step of the form into the rules somebody works on, and keeps
// them.
func (p pages) keepStep(r *kit.Request, f *kit.Form, m accounts.Meta, rules *contest.Rules) error {
	now, edition, s, err := p.working(r)
	if err != nil {
		return err
	}
	m.Seen = cmp.Or(m.Seen, edition.Tag)
	if f.Get("do") == "take_out" && s.id != "" {
		_, path := s.in(&now)
		removeRow(&now, path)
	} else {
		if _, err = s.read(r.Lang, f.Values, &now); err == nil {
			err = p.named(r, &now)
		}
	}
	if err != nil {
		return err
	}
	*rules = now
	return p.keepRules(r, m, now)
}

// keepRules keeps rules somebody works on: in the draft itself, or as a revision
// of rules that are in force.
func (p pages) keepRules(r *kit.Request, m accounts.Meta, rules contest.Rules) error {
	var c contest.Command = contest.ChangeRules{Rules: rules}
	if err := p.view(r, func(s *contest.State) error {
		if s.Phase != contest.Draft {
			c = contest.ReviseRules{Rules: rules}
		}
		return nil
	}); err != nil {
		return err
	}
	_, err := p.hall.Do(r.Context(), m, r.PathValue("contest"), c)
	return err
}

func (p pages) renderStep(w http.ResponseWriter, r *kit.Request, f kit.Form, rules contest.Rules, s step) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	var page stepPage
	err = p.view(r, func(state *contest.State) error {
		page = stepPage{desk: p.desk(r, state, "rules", f), Kind: s.kind, Slug: s.slug(), Fresh: s.added, Locked: state.Phase != contest.Draft}
		return nil
	})
	if err != nil {
		return err
	}
	page.fill(r, rules, s)
	page.choices(r, reg)
	return p.one.Render(w, r, page)
}

// fill puts the step of the rules onto its page, as the form has it.
func (page *stepPage) fill(r *kit.Request, rules contest.Rules, s step) {
	if v, _ := s.in(&rules); v.IsValid() {
		if s.id != "" {
			page.Item = v.FieldByName("Name").String()
		}
		switch x := v.Addr().Interface().(type) {
		case *contest.Category:
			page.Category = *x
		case *contest.Round:
			page.Round = *x
		case *contest.Part:
			page.Part = *x
		case *contest.Award:
			page.Award = *x
		}
	}
	page.Rules = rules
	s.added = false
	base := "/contests/" + page.ID + "/rules/"
	page.Heading = r.Say(stepWords[s.kind])
	switch {
	case page.Fresh:
		page.Heading = r.Say("desk.new_" + s.kind)
	case page.Item != "":
		page.Heading += ": " + page.Item
	}
	mend := problemsOf(r, page.ID, &rules, rules.Check())
	for _, o := range stepsOf(&rules) {
		v, _ := o.in(&rules)
		link := stepLink{Href: base + o.slug(), Text: r.Say(stepWords[o.kind]), Current: o == s, Nested: o.kind == "part"}
		if o.id != "" {
			link.Text = v.FieldByName("Name").String()
		}
		link.Mend = slices.ContainsFunc(mend, func(p problem) bool { return strings.HasPrefix(p.Href, link.Href+"?") })
		if page.Fresh && link.Current {
			continue // it is not kept yet
		}
		page.Steps = append(page.Steps, link)
		if link.Current {
			page.Place = len(page.Steps)
		}
		if s.kind == "round" && o.kind == "part" && o.round == s.id {
			page.Parts = append(page.Parts, link)
		}
	}
	page.All = len(page.Steps)
	if s.kind == "round" && !page.Fresh {
		page.AddPart = base + step{kind: "part", round: s.id, added: true}.slug()
	}
}

// choices fills what can be chosen on any step.
func (page *stepPage) choices(r *kit.Request, reg *stations.Registry) {
	for _, u := range reg.Districts(r.Today()) {
		page.Districts = append(page.Districts, kit.Option{Value: u.Code, Text: u.Official()})
	}
	for _, t := range page.Rules.Themes {
		page.Themes = append(page.Themes, kit.Option{Value: t.ID, Text: t.Name})
	}
	for _, c := range page.Rules.Categories {
		page.Sorts = append(page.Sorts, kit.Option{Value: c.ID, Text: c.Name})
	}
	words := func(prefix string, values ...string) (out []kit.Option) {
		for _, v := range values {
			key := v
			if key == "" {
				key = "none"
			}
			out = append(out, kit.Option{Value: v, Text: r.Say("contest." + prefix + "_" + key)})
		}
		return out
	}
	page.Kinds = words("kind", "station", "person", "group")
	habits := contest.HabitsOfRound
	if page.Locked {
		habits = page.Round.Habits
	}
	for _, m := range ranking.Methods() {
		page.Methods = append(page.Methods, kit.Option{Value: string(m), Text: r.Say("contest.method_" + string(m))})
		page.Ways = append(page.Ways, paper.MethodInWords(r.Lang, m, habits))
	}
	page.ByPart = page.Round.Adds()
	page.Moves = words("move", "", "top", "points", "picked")
	page.Per = words("per", "", "theme", "category", "district")
	page.QuotaPer = words("per", "station", "district")
	page.When = words("when", "", "always", "not_vietnamese", "optional")
	page.Policies = words("policy", "share", "split", "chair")
	page.Pieces = []string{"audio", "script", "scan", "translation"}
	page.Languages = kit.WordOptions(r, "language.", stations.Languages)
	page.Breakers = words("tie", "median", "head_to_head", "earliest", "chair")
	for _, part := range page.Round.Parts {
		for _, k := range part.Criteria {
			b := contest.TieBreak{By: ranking.ByCriterion, Part: part.ID, Criterion: k.ID}
			page.Breakers = append(page.Breakers, kit.Option{Value: "criterion/" + part.ID + "/" + k.ID, Text: paper.StepInWords(r.Lang, &page.Round, b)})
		}
	}
}

// named puts the IDs of stations where the form names them by official codes.
// Fault: stations.unknown.
func (p pages) named(r *kit.Request, rules *contest.Rules) error {
	if len(rules.Who.Stations) == 0 {
		return nil
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	for i, one := range rules.Who.Stations {
		st, err := reg.ByCodeOrID(one, r.Today())
		if err != nil {
			return fault.New(fault.Invalid, "stations.unknown", "station", one).At(whoStations)
		}
		rules.Who.Stations[i] = st.ID
	}
	return nil
}

// cut splits a button's value, "add:criteria", into verb and path.
func cut(do string) (verb, path string, ok bool) {
	verb, path, ok = strings.Cut(do, ":")
	return verb, path, ok && slices.Contains([]string{"add", "remove", "up", "down"}, verb)
}

// regrow does to a row of the form what a button asks. What was typed stays as it
// was typed, beside the sentence about what cannot be read of it.
func (s step) regrow(lang text.Language, f *kit.Form, rules *contest.Rules, verb, path string, unread error) {
	v, _ := s.in(rules)
	now := changeRow(v.Addr().Interface(), verb, path)
	typed := f.Values
	f.Values, f.ID = s.valuesOf(lang, *rules), kit.NewID()
	for name, said := range typed {
		first, _, _ := strings.Cut(name, ".")
		if name, stays := renamed(name, verb, path, now); stays && s.shows(first) {
			f.Values[name] = said
		}
	}
	if e := fault.Of(unread); e != nil {
		for _, part := range e.Parts {
			if name, stays := renamed(part.Field, verb, path, now); stays {
				mind(f, name, lang.Fault(part))
			}
		}
	}
	f.Values.Set("moved", verb+":"+now)
}

// renamed is the name a field has once the row at path was changed, which is now
// at another; stays is false if the field went with its row.
func renamed(name, verb, path, now string) (_ string, stays bool) {
	dot := strings.LastIndexByte(path, '.')
	if verb == "add" || dot < 0 {
		return name, true
	}
	list := path[:dot+1]
	rest, ok := strings.CutPrefix(name, list)
	row, below, deep := strings.Cut(rest, ".")
	at, err := strconv.Atoi(row)
	from, err2 := strconv.Atoi(path[dot+1:])
	to, err3 := strconv.Atoi(now[dot+1:])
	if !ok || err != nil || err2 != nil || err3 != nil {
		return name, true
	}
	switch {
	case verb == "remove" && at == from:
		return "", false
	case verb == "remove" && at > from:
		at--
	case verb != "remove" && at == from:
		at = to
	case verb != "remove" && at == to:
		at = from
	}
	if name = list + strconv.Itoa(at); deep {
		name += "." + below
	}
	return name, true
}

// changeRow does to the row at path what a button asks, and returns the path it
// has then.
func changeRow(rules any, verb, path string) string {
	switch verb {
	case "add":
		addRow(rules, path)
	case "remove":
		removeRow(rules, path)
	case "up":
		return moveRow(rules, path, -1)
	case "down":
		return moveRow(rules, path, 1)
	}
	return path
}
