package contests

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
)

// A step is what one page of the rules shows: a chapter of them, or one item of
// a list that is too large to stand beside others. The names of its fields are
// JSON paths below the step ("criteria.2.name").
type step struct {
	kind  string // "general", "who", "themes", "category", "round", "part" or "award"
	round string // ID of the round a part belongs to
	id    string // ID of the item; "" for a chapter
	added bool   // the item is being added: it is not kept yet
}

// fresh stands in addresses for the ID of an item that is being added; no ID
// looks so.
const fresh = "_new"

// chapters are the steps every contest has, and the members of the rules each
// of them shows.
var chapters = map[string][]string{
	"general": {"title", "host", "about", "dates"},
	"who":     {"who", "quotas", "conflicts"},
	"themes":  {"themes"},
}

// lists are the lists whose items are steps.
var lists = map[string]string{"category": "categories", "round": "rounds", "part": "parts", "award": "awards"}

// slug is the step's name in an address: "who", "round.chung-khao",
// "part.chung-khao.doc".
func (s step) slug() string {
	out, ids := s.kind, []string{s.round, s.id}
	if s.added {
		ids[1] = fresh
	}
	for _, id := range ids {
		if id != "" {
			out += "." + id
		}
	}
	return out
}

// stepNamed reads a slug; ok is false if nothing is called so.
func stepNamed(slug string) (s step, ok bool) {
	kind, rest, _ := strings.Cut(slug, ".")
	s = step{kind: kind, id: rest}
	if chapters[kind] != nil {
		return s, rest == ""
	}
	if kind == "part" {
		s.round, s.id, _ = strings.Cut(rest, ".")
	}
	ok = lists[kind] != "" && s.id != "" && (kind != "part" || s.round != "")
	if s.added = s.id == fresh; s.added {
		s.id = ""
	}
	return s, ok
}

// stepsOf lists the steps of the rules in the order a person takes them.
func stepsOf(r *contest.Rules) []step {
	list := []step{{kind: "general"}, {kind: "who"}, {kind: "themes"}}
	for _, c := range r.Categories {
		list = append(list, step{kind: "category", id: c.ID})
	}
	for _, o := range r.Rounds {
		list = append(list, step{kind: "round", id: o.ID})
		for _, p := range o.Parts {
			list = append(list, step{kind: "part", round: o.ID, id: p.ID})
		}
	}
	for _, a := range r.Awards {
		list = append(list, step{kind: "award", id: a.ID})
	}
	return list
}

// list is the JSON path of the list the step's item stands in.
func (s step) list(r *contest.Rules) (path string, ok bool) {
	if s.kind != "part" {
		return lists[s.kind], lists[s.kind] != ""
	}
	_, i := r.Round(s.round)
	return "rounds." + strconv.Itoa(i) + ".parts", i >= 0
}

// add appends the item the step adds, under an ID of its own, and returns the
// step that shows it.
func (s step) add(r *contest.Rules) step {
	if list, ok := s.list(r); ok {
		addRow(r, list)
		nameAll(reflect.ValueOf(r).Elem())
		if rows := at(reflect.ValueOf(r).Elem(), list); rows.Len() > 0 {
			s.id = rows.Index(rows.Len() - 1).FieldByName("ID").String()
		}
	}
	return s
}

// in is what the step shows of the rules, and its JSON path. The value is
// invalid if there is no such item.
func (s step) in(r *contest.Rules) (v reflect.Value, path string) {
	all := reflect.ValueOf(r).Elem()
	if chapters[s.kind] != nil {
		return all, ""
	}
	list, ok := s.list(r)
	if !ok {
		return reflect.Value{}, ""
	}
	rows := at(all, list)
	for i := range rows.Len() {
		if rows.Index(i).FieldByName("ID").String() == s.id {
			return rows.Index(i), join(list, strconv.Itoa(i))
		}
	}
	return reflect.Value{}, ""
}

// shows reports whether the step's page has the member of its value: the ID is
// nobody's to choose, and the parts of a round are steps of their own.
func (s step) shows(member string) bool {
	if of := chapters[s.kind]; of != nil {
		return slices.Contains(of, member)
	}
	return member != "id" && (s.kind != "round" || member != "parts")
}

// valuesOf is the form that shows the step of the rules.
func (s step) valuesOf(lang text.Language, r contest.Rules) url.Values {
	out := url.Values{}
	v, _ := s.in(&r)
	for i := range v.NumField() {
		if name := member(v.Type().Field(i)); s.shows(name) {
			write(lang, v.Field(i), name, out)
		}
	}
	return out
}

// read puts what somebody typed into the step of the rules; all else stays. It
// returns the step under the ID its item has now. The fault names every field
// that cannot be read; the rest is there anyway.
func (s step) read(lang text.Language, in url.Values, r *contest.Rules) (step, error) {
	v, _ := s.in(r)
	before := rubricOf(v)
	reads := newReader(lang, in)
	reads.was = reflect.New(v.Type()).Elem()
	reads.was.Set(v)
	for i := range v.NumField() {
		if name := member(v.Type().Field(i)); s.shows(name) {
			v.Field(i).SetZero()
			reads.read(v.Field(i), name)
		}
	}
	if p, ok := v.Addr().Interface().(*contest.Part); ok {
		// Whoever edits the sample, or says so, has looked at it.
		p.Sample = before.Sample && in.Get("seen") == "" && reflect.DeepEqual(before.Criteria, p.Criteria)
	}
	if s.added {
		v.FieldByName("ID").SetString("") // its name is known only now
	}
	nameAll(reflect.ValueOf(r).Elem())
	if s.id != "" {
		s.id = v.FieldByName("ID").String()
	}
	return s, reads.err()
}

// rubricOf is the part the value holds, or the zero Part.
func rubricOf(v reflect.Value) contest.Part {
	p, _ := v.Interface().(contest.Part)
	p.Criteria = slices.Clone(p.Criteria)
	return p
}

// stepAt finds the step that shows the rules' value at a JSON path, and the
// value's path below the step. ok is false for a path above all steps: that of
// a whole list, "awards".
func stepAt(r *contest.Rules, path string) (s step, rest string, ok bool) {
	words := strings.Split(path, ".")
	for kind, of := range chapters {
		if slices.Contains(of, words[0]) {
			return step{kind: kind}, path, true
		}
	}
	// item reads "N" or "N.rest" and returns the rest.
	item := func(n int) (i int, ok bool) {
		if len(words) < 2 {
			return 0, false
		}
		i, err := strconv.Atoi(words[1])
		words = words[2:]
		return i, err == nil && i >= 0 && i < n
	}
	switch words[0] {
	case "categories":
		if i, ok := item(len(r.Categories)); ok {
			return step{kind: "category", id: r.Categories[i].ID}, strings.Join(words, "."), true
		}
	case "awards":
		if i, ok := item(len(r.Awards)); ok {
			return step{kind: "award", id: r.Awards[i].ID}, strings.Join(words, "."), true
		}
	case "rounds":
		i, ok := item(len(r.Rounds))
		if !ok {
			break
		}
		o := &r.Rounds[i]
		if len(words) > 1 && words[0] == "parts" {
			if j, ok := item(len(o.Parts)); ok {
				return step{kind: "part", round: o.ID, id: o.Parts[j].ID}, strings.Join(words, "."), true
			}
		}
		return step{kind: "round", id: o.ID}, strings.Join(words, "."), true
	}
	return step{}, "", false
}

// addRow appends an empty row to the list at path; removeRow takes one out.
func addRow(rules any, path string) {
	list := at(reflect.ValueOf(rules).Elem(), path)
	if !list.IsValid() || list.Kind() != reflect.Slice || list.Len() >= mostRows {
		return
	}
	row := reflect.New(list.Type().Elem()).Elem()
	if f := row.FieldByName("Count"); f.IsValid() {
		f.SetInt(1)
	}
	switch x := row.Addr().Interface().(type) {
	case *contest.Criterion:
		x.Max, x.Step = 10*ranking.Point, ranking.Point/2
	case *contest.Part:
		x.Points = 100 * ranking.Point
	case *contest.Round:
		x.Points, x.Method = 100*ranking.Point, ranking.Mean
	}
	list.Set(reflect.Append(list, row))
}

func removeRow(rules any, path string) {
	if list, i, ok := rowAt(rules, path); ok {
		list.Set(reflect.AppendSlice(list.Slice(0, i), list.Slice(i+1, list.Len())))
	}
}

// moveRow moves the row at path by one place up (-1) or down (1) and returns its
// new path; the first stays the first and the last the last.
func moveRow(rules any, path string, by int) string {
	list, i, ok := rowAt(rules, path)
	if !ok || i+by < 0 || i+by >= list.Len() {
		return path
	}
	reflect.Swapper(list.Interface())(i, i+by)
	return path[:strings.LastIndexByte(path, '.')+1] + strconv.Itoa(i+by)
}

// rowAt finds the list a row stands in, and its place there.
func rowAt(rules any, path string) (list reflect.Value, i int, ok bool) {
	dot := strings.LastIndexByte(path, '.')
	if dot < 0 {
		return list, 0, false
	}
	list = at(reflect.ValueOf(rules).Elem(), path[:dot])
	i, err := strconv.Atoi(path[dot+1:])
	return list, i, err == nil && list.IsValid() && list.Kind() == reflect.Slice && i >= 0 && i < list.Len()
}
