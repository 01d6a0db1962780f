package contests

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
)

// The fields of a step are named by the JSON paths of contest.Rules below it
// ("criteria.2.name"); the Fields of its faults are such paths too, so each
// sentence appears beside its field.

const whoStations = "who.stations"

// write puts a value and all below it into form values, points as the language
// writes them.
func write(lang text.Language, v reflect.Value, path string, out url.Values) {
	switch x := v.Interface().(type) {
	case time.Time:
		if !x.IsZero() {
			out.Set(path, kit.AsInstant(x))
		}
		return
	case ranking.Points:
		if x != 0 {
			out.Set(path, lang.Value(x))
		}
		return
	case contest.TieBreak:
		out.Set(path, tieValue(x))
		return
	case []contest.Need:
		for _, n := range x {
			out.Set(path+"."+string(n.Piece), string(n.When))
		}
		return
	}
	if path == whoStations { // one field of several lines
		if v.Len() > 0 {
			out.Set(path, strings.Join(v.Interface().([]string), "\n"))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			write(lang, v.Field(i), join(path, member(v.Type().Field(i))), out)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(path+".on", "1")
			write(lang, v.Elem(), path, out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if v.Type().Elem().Kind() == reflect.String {
				out.Add(path, v.Index(i).String())
				continue
			}
			row := join(path, strconv.Itoa(i))
			out.Set(row, "") // a row counts from the moment it is there, with or without a word in it
			write(lang, v.Index(i), row, out)
		}
	case reflect.Bool:
		if v.Bool() {
			out.Set(path, "1")
		}
	case reflect.Int, reflect.Int64:
		switch n := v.Int(); {
		case n == 0:
		case strings.HasSuffix(path, "_seconds"):
			out.Set(path, text.Length(int(n)))
		case strings.HasSuffix(path, ".amount"):
			out.Set(path, lang.Number(n))
		default:
			out.Set(path, strconv.FormatInt(n, 10))
		}
	default:
		if v.String() != "" {
			out.Set(path, v.String())
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// member is the field's name in JSON.
func member(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func tieValue(b contest.TieBreak) string {
	if b.By == ranking.ByCriterion {
		return "criterion/" + b.Part + "/" + b.Criterion
	}
	return string(b.By)
}

// reader reads form values back into rules and notes what cannot be read.
type reader struct {
	lang  text.Language
	in    url.Values
	was   reflect.Value  // what the form was to change: it shows less of an instant than there is
	rows  map[string]int // list path to its number of rows
	parts []*fault.Error
}

// mostRows bounds a list in a form; Check allows fewer.
const mostRows = 200

func newReader(lang text.Language, in url.Values) *reader {
	r := &reader{lang: lang, in: in, rows: map[string]int{}}
	for name := range in {
		steps := strings.Split(name, ".")
		for i, s := range steps {
			if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < mostRows {
				list := strings.Join(steps[:i], ".")
				r.rows[list] = max(r.rows[list], n+1)
			}
		}
	}
	return r
}

// note keeps the fault of a value that cannot be read, if there is one.
func (r *reader) note(path string, err error) {
	if err != nil {
		r.parts = append(r.parts, fault.Of(err).At(path))
	}
}

// pointsOf reads points as people write them. Faults: typed.either,
// contest.number_unreadable.
func pointsOf(lang text.Language, s string) (ranking.Points, error) {
	plain, err := lang.ReadDecimal(s)
	if fault.Is(err, "typed.either") {
		return 0, err
	}
	p, err := ranking.ParsePoints(plain)
	if err != nil {
		return 0, fault.New(fault.Invalid, "contest.number_unreadable", "value", s)
	}
	return p, nil
}

// read fills v from the values at path and below.
func (r *reader) read(v reflect.Value, path string) {
	s := r.in.Get(path)
	switch v.Interface().(type) {
	case time.Time:
		if s != "" {
			t, err := text.ReadInstant(s)
			r.note(path, err)
			v.Set(reflect.ValueOf(r.kept(path, s, t)))
		}
		return
	case ranking.Points:
		if s != "" {
			p, err := pointsOf(r.lang, s)
			r.note(path, err)
			v.Set(reflect.ValueOf(p))
		}
		return
	case contest.TieBreak:
		by, rest, _ := strings.Cut(s, "/")
		part, criterion, _ := strings.Cut(rest, "/")
		v.Set(reflect.ValueOf(contest.TieBreak{By: ranking.Breaker(by), Part: part, Criterion: criterion}))
		return
	case []contest.Need:
		var needs []contest.Need
		for _, kind := range contest.PieceKinds {
			if when := r.in.Get(path + "." + string(kind)); when != "" {
				needs = append(needs, contest.Need{Piece: kind, When: contest.NeedWhen(when)})
			}
		}
		v.Set(reflect.ValueOf(needs))
		return
	}
	r.readKind(v, path, s)
}

// kept is the instant as it was, seconds and all, where its field still says what it
// showed; else what was typed. A deadline is not shortened by who left it alone.
func (r *reader) kept(path, typed string, t time.Time) time.Time {
	v := at(r.was, path)
	if !v.IsValid() {
		return t
	}
	if was, ok := v.Interface().(time.Time); ok && !was.IsZero() && kit.AsInstant(was) == typed {
		return was
	}
	return t
}

func (r *reader) readKind(v reflect.Value, path, s string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			r.read(v.Field(i), join(path, member(v.Type().Field(i))))
		}
	case reflect.Pointer:
		if r.in.Get(path+".on") != "" {
			v.Set(reflect.New(v.Type().Elem()))
			r.read(v.Elem(), path)
		}
	case reflect.Slice:
		r.readList(v, path)
	case reflect.Bool:
		v.SetBool(s != "")
	case reflect.Int, reflect.Int64:
		n, err := r.whole(path, s)
		r.note(path, err)
		v.SetInt(n)
	default:
		v.SetString(s)
	}
}

func (r *reader) readList(v reflect.Value, path string) {
	if v.Type().Elem().Kind() == reflect.String {
		for _, one := range r.in[path] {
			for word := range strings.FieldsFuncSeq(one, func(c rune) bool { return c == '\n' || c == ',' }) {
				if word = strings.TrimSpace(word); word != "" {
					v.Set(reflect.Append(v, reflect.ValueOf(word).Convert(v.Type().Elem())))
				}
			}
		}
		return
	}
	for i := range r.rows[path] {
		row := reflect.New(v.Type().Elem()).Elem()
		r.read(row, join(path, strconv.Itoa(i)))
		v.Set(reflect.Append(v, row))
	}
}

// whole reads a number of the kind its path tells: a length in seconds, which
// people write in minutes, a sum of money, or just a number; "" is 0.
func (r *reader) whole(path, s string) (n int64, err error) {
	switch {
	case s == "":
		return 0, nil
	case strings.HasSuffix(path, "_seconds"):
		d, err := r.lang.ReadLength(s, time.Minute)
		return int64(d / time.Second), err
	case strings.HasSuffix(path, ".amount"):
		return text.ReadMoney(s)
	}
	return text.ReadWhole(s)
}

// err is the fault that names every field that could not be read, or nil.
func (r *reader) err() error {
	if len(r.parts) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "contest.rules_unfit", "count", len(r.parts))
	e.Parts = r.parts
	return e
}

// nameAll gives every list item without an ID one made from its name, so that
// nobody has to think of IDs.
func nameAll(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				nameAll(v.Field(i))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			nameAll(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Struct {
			return
		}
		taken := map[string]bool{}
		for i := range v.Len() {
			if id := v.Index(i).FieldByName("ID"); id.IsValid() {
				taken[id.String()] = true
			}
		}
		for i := range v.Len() {
			row := v.Index(i)
			if id := row.FieldByName("ID"); id.IsValid() && id.String() == "" {
				id.SetString(free(text.Slug(row.FieldByName("Name").String()), taken))
				taken[id.String()] = true
			}
			nameAll(row)
		}
	}
}

func free(id string, taken map[string]bool) string {
	if id == "" {
		id = "muc"
	}
	base := id
	for n := 2; taken[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

// at finds the value at a JSON path, or the invalid Value.
func at(v reflect.Value, path string) reflect.Value {
	for step := range strings.SplitSeq(path, ".") {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Slice:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= v.Len() {
				return reflect.Value{}
			}
			v = v.Index(i)
		case reflect.Struct:
			next := reflect.Value{}
			for i := range v.NumField() {
				if member(v.Type().Field(i)) == step {
					next = v.Field(i)
				}
			}
			if v = next; !v.IsValid() {
				return v
			}
		default:
			return reflect.Value{}
		}
	}
	return v
}
