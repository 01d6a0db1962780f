// Package text holds every sentence a person reads, in Vietnamese and
// English, and writes dates, numbers and durations as people say them.
//
// Catalogues are flat JSON files, one per area (vi/stations.json and
// en/stations.json hold the keys "stations.…"). Placeholders are {name};
// {name|one|many} is the word that agrees with a number.
package text

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the daemon must know Asia/Ho_Chi_Minh on any machine
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"loa/internal/fault"
)

//go:embed vi/*.json en/*.json
var files embed.FS

// Language is "vi" or "en".
type Language string

// The two languages; Vietnamese is the first and the default.
const (
	Vietnamese Language = "vi"
	English    Language = "en"
)

// Languages are all of them.
var Languages = []Language{Vietnamese, English}

// Zone is the default zone of stations and of everything printed.
var Zone = func() *time.Location {
	z, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		panic(err) // tzdata is linked in
	}
	return z
}()

var catalogues = map[Language]map[string]string{
	Vietnamese: load("vi"), English: load("en"),
}

func load(dir string) map[string]string {
	all := map[string]string{}
	names, err := fs.Glob(files, dir+"/*.json")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		var part map[string]string // a key twice in one file is an error to this library
		if err := json.Unmarshal(b, &part); err != nil {
			panic(fmt.Sprintf("text: %s: %v", name, err))
		}
		for k, v := range part {
			if _, twice := all[k]; twice {
				panic("text: key twice: " + k)
			}
			all[k] = v
		}
	}
	return all
}

// Has reports whether the Vietnamese catalogue knows the key.
func Has(key string) bool { _, ok := catalogues[Vietnamese][key]; return ok }

// Say returns the sentence under key with its placeholders filled. args are
// name, value pairs. Values print through Value. A missing key prints as
// itself, which a test refuses.
func (l Language) Say(key string, args ...any) string {
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return l.fill(key, m)
}

// Fault returns the sentence a person sees for err.
func (l Language) Fault(err error) string {
	e := fault.Of(err)
	if e == nil {
		return ""
	}
	if !Has(e.Code) {
		return l.Say("internal")
	}
	s := l.fill(e.Code, l.echoed(e.Code, e.Args))
	if e.Line > 0 {
		s = l.Say("line", "line", e.Line, "text", s)
	}
	return s
}

// maxEcho is the most letters of what somebody wrote that a fault repeats between quotes: enough to know it again.
const maxEcho = 100

// echoed are the values for the sentence of a fault: what it quotes is cut.
func (l Language) echoed(key string, args map[string]any) map[string]any {
	cut := maps.Clone(args)
	for k, v := range args {
		if s, ok := v.(string); ok && utf8.RuneCountInString(s) > maxEcho && strings.Contains(l.fill(key, nil), "“{"+k+"}”") {
			cut[k] = string([]rune(s)[:maxEcho]) + "…"
		}
	}
	return cut
}

// Phrase is a value that is itself a sentence of the catalogue, or a part of one.
type Phrase struct {
	Key  string
	Args []any // name, value pairs
}

// NewPhrase is the phrase of the key, with its name and value pairs.
func NewPhrase(key string, args ...any) Phrase { return Phrase{key, args} }

// Words is the phrase in the language.
func (p Phrase) Words(l Language) string { return l.Say(p.Key, p.Args...) }

// plural is what follows a number in English, {n|station|stations}: the first where n is 1.
var plural = regexp.MustCompile(`\{([a-z_]+)\|([^|{}]*)\|([^|{}]*)\}`)

func (l Language) fill(key string, args map[string]any) string {
	c, ok := catalogues[l]
	if !ok {
		c = catalogues[Vietnamese]
	}
	s, ok := c[key]
	if !ok {
		return key
	}
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	if strings.Contains(s, "|") {
		s = plural.ReplaceAllStringFunc(s, func(part string) string {
			m := plural.FindStringSubmatch(part)
			if v, ok := args[m[1]]; ok && l.Value(v) == "1" {
				return m[2]
			}
			return m[3]
		})
	}
	pairs := make([]string, 0, 2*len(args))
	for k, v := range args {
		if !strings.Contains(s, "{"+k) {
			continue
		}
		value := l.Value(v)
		pairs = append(pairs, "{"+k+"}", value)
		if kind := l.kindOf(value); kind != "" {
			s = unsaid(s, k, kind)
			pairs = append(pairs, "{"+k+" "+kind+"}", value[len(kind)+1:])
		}
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// kinds are words that sentences say before a name, and that names often begin with.
var kinds = map[Language][]string{
	Vietnamese: {"vòng", "giải", "hội thi", "chương trình", "đài", "huyện", "xã", "phần", "tiểu ban", "tác phẩm"},
	English:    {"round", "award", "prize", "contest", "programme", "station", "district", "part", "panel", "work"},
}

// kindOf is the word of kinds that the name begins with, in its letters; "" for none.
func (l Language) kindOf(name string) string {
	for _, kind := range kinds[l] {
		if n := len(kind); len(name) > n && name[n] == ' ' && strings.EqualFold(name[:n], kind) {
			return kind
		}
	}
	return ""
}

// unsaid is the sentence with the kind said once where a name that begins with it follows:
// “Vòng huyện” and not vòng “Vòng huyện”, vòng huyện and not vòng Vòng huyện.
func unsaid(s, placeholder, kind string) string {
	for _, said := range []string{kind, Sentence(kind)} {
		for _, x := range [][2]string{
			{said + " “{" + placeholder + "}", "“{" + placeholder + "}"},
			{said + " {" + placeholder + "}", said + " {" + placeholder + " " + kind + "}"},
		} {
			for from := 0; ; {
				i := strings.Index(s[from:], x[0])
				if i < 0 {
					break
				}
				i += from
				from = i + len(x[1])
				if before, _ := utf8.DecodeLastRuneInString(s[:i]); unicode.IsLetter(before) {
					from = i + len(x[0]) // the end of a longer word
					continue
				}
				s = s[:i] + x[1] + s[i+len(x[0]):]
			}
		}
	}
	return s
}

// Bytes is a number of bytes that Value prints with Size.
type Bytes int64

// Value prints one value as the language writes it: times as date and time in
// Zone, durations in words, whole and decimal numbers with the language's
// separators, what has a Float with at most three places, the rest as fmt does.
func (l Language) Value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case time.Time:
		return l.DateTime(v)
	case time.Duration:
		return l.Duration(v)
	case int:
		return l.Number(int64(v))
	case int64:
		return l.Number(v)
	case float64:
		return l.Decimal(v, 1)
	case Bytes:
		return l.Size(int64(v))
	case interface{ Words(l Language) string }: // what has words of its own
		return v.Words(l)
	case interface{ Float() float64 }: // an exact number of a noun's own
		return l.trimmed(v.Float())
	case fmt.Stringer:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

// Number groups thousands: 10.598 in Vietnamese, 10,598 in English.
func (l Language) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sep := "."
	if l == English {
		sep = ","
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// Decimal writes f with the given number of places: 8,5 in Vietnamese. A half is rounded
// away from zero, as a pocket calculator and Excel do: what is rounded is the number as
// people read it, 73.125 and 1.005, not the binary one next to it.
func (l Language) Decimal(f float64, places int) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if r, ok := new(big.Rat).SetString(s); ok { // not NaN, and not infinite
		s = r.FloatString(places)
	}
	if l != English {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// trimmed writes f with at most three places and none that says nothing: 8,5.
func (l Language) trimmed(f float64) string {
	s := strings.TrimRight(l.Decimal(f, 3), "0")
	return strings.TrimRight(s, ",.")
}

// Clock writes the time of day in Zone, 17:05.
func (l Language) Clock(t time.Time) string { return t.In(Zone).Format("15:04") }

// Date writes day, month and year in Zone, 13/5/2024, and what never was as "–".
func (l Language) Date(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if l == English {
		return t.In(Zone).Format("2 Jan 2006")
	}
	return t.In(Zone).Format("2/1/2006")
}

// PaperDay writes a day in Zone as administrative documents do: "ngày 05
// tháng 5 năm 2024". A 0 stands before days under 10, and before the first two months.
func (l Language) PaperDay(t time.Time) string {
	t = t.In(Zone)
	month := t.Format("1")
	if t.Month() <= time.February {
		month = t.Format("01")
	}
	return l.Say("paper.day", "day", t.Format("02"), "month", month, "year", t.Format("2006"))
}

// DateTime writes clock and date in Zone, "17:05 13/5/2024", and what never was as "–".
func (l Language) DateTime(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return l.Clock(t) + " " + l.Date(t)
}

// Sentence is s as it stands at the beginning of a sentence or of a line: with
// a capital.
func Sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError { // also of an empty s
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// Weekday names the day of t in Zone: "thứ Hai", "Chủ nhật".
func (l Language) Weekday(t time.Time) string {
	return l.Say("weekday." + strconv.Itoa(int(t.In(Zone).Weekday())))
}

// Duration writes d in hours, minutes and seconds: "3 phút 20 giây".
func (l Language) Duration(d time.Duration) string {
	neg := d < 0
	s := int64(d.Abs().Round(time.Second) / time.Second)
	var parts []string
	for _, u := range []struct {
		n   int64
		key string
	}{{s / 3600, "hours"}, {s / 60 % 60, "minutes"}, {s % 60, "seconds"}} {
		if u.n > 0 {
			parts = append(parts, l.Say("duration."+u.key, "n", u.n))
		}
	}
	if len(parts) == 0 {
		return l.Say("duration.seconds", "n", 0)
	}
	out := strings.Join(parts, " ")
	if neg {
		out = "-" + out
	}
	return out
}

// Week writes the week from start until just before end: "tuần 20 (13/5 – 19/5/2024)".
// Its number is that of the ISO week of its start.
func (l Language) Week(start, end time.Time) string {
	_, w := start.In(Zone).ISOWeek()
	layout := "2/1"
	if l == English {
		layout = "2 Jan"
	}
	last := end.Add(-time.Second)
	from := start.In(Zone).Format(layout)
	if start.In(Zone).Year() != last.In(Zone).Year() {
		from = l.Date(start)
	}
	return l.Say("week", "n", w, "from", from, "until", l.Date(last))
}

// Size writes a byte count with a unit a person knows: "4,2 MB".
func (l Language) Size(n int64) string {
	switch {
	case n >= 1e9:
		return l.Decimal(float64(n)/1e9, 1) + " GB"
	case n >= 1e7: // a limit is "25 MB", not "25,0 MB"
		return l.Decimal(float64(n)/1e6, 0) + " MB"
	case n >= 1e6:
		return l.Decimal(float64(n)/1e6, 1) + " MB"
	case n >= 1e3:
		return l.Decimal(float64(n)/1e3, 0) + " KB"
	}
	return l.Number(n) + " byte"
}
