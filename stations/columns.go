package stations

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
)

// Column is a column of the registry's table, as exported and imported. Its
// heading is in the catalogue under "stations.column." + column.
type Column string

// Columns lists all, in the order of the file.
var Columns = []Column{
	"id", "code", "name", "district_code", "district", "technologies", "frequency_mhz", "power_w", "licence", "licence_until",
	"clusters_working", "clusters_total", "languages", "hours", "contacts", "notes", "zone", "active", made,
}

// made is the column that says when the list was made: what it says of a station
// that was changed later is old.
const made Column = "list_made"

// columnOf finds the column a heading means, in either language or by its
// key, whatever the case and marks.
func columnOf(heading string) (Column, bool) {
	for _, c := range Columns {
		if slices.ContainsFunc(c.names(), func(s string) bool { return fold(s) == fold(heading) }) {
			return c, true
		}
	}
	return "", false
}

// names are all headings that mean the column.
func (c Column) names() []string {
	names := headingsOf("stations.column."+string(c), string(c))
	if also := "stations.column_also." + string(c); text.Has(also) {
		names = append(names, strings.Split(text.Vietnamese.Say(also), ", ")...)
	}
	return names
}

// headingUnknown refuses a heading and says which there are.
func headingUnknown(heading string) *fault.Error {
	return fault.New(fault.Invalid, "stations.heading_unknown", "heading", heading, "known", columnNames{})
}

// columnNames prints the headings of all columns.
type columnNames struct{}

// Words lists them as a table in that language has them.
func (columnNames) Words(l text.Language) string {
	var names []string
	for _, c := range Columns {
		names = append(names, l.Say("stations.column."+string(c)))
	}
	return strings.Join(names, ", ")
}

// headingsOf are the names of a column: Vietnamese, English, and its key.
func headingsOf(catalogue, key string) []string {
	return []string{text.Vietnamese.Say(catalogue), text.English.Say(catalogue), key}
}

// field is a column that is part of Fields: how it is shown to a person and
// read back, and what a file holds of it where that is no such text.
type field struct {
	column Column
	write  func(*Fields, text.Language) string
	read   func(*Fields, string) error
	file   func(*Fields) any // nil: what write gives
}

// cell is the field in a file in that language.
func (f field) cell(of *Fields, lang text.Language) any {
	if f.file != nil {
		return f.file(of)
	}
	return f.write(of, lang)
}

// known is a number for a file, nothing for zero: unknown.
func known(v float64) any {
	if v == 0 {
		return nil
	}
	return v
}

// fields are the columns an import may change. The others only say which
// station is meant.
var fields = []field{
	{"technologies", func(f *Fields, lang text.Language) string { return names(lang, f.Technologies, "stations.technology.") },
		func(f *Fields, s string) (err error) {
			f.Technologies, err = keys(s, Technologies, "stations.technology.", "stations.technology_unknown")
			return err
		}, nil},
	{"frequency_mhz", func(f *Fields, _ text.Language) string { return decimal(f.FM.FrequencyMHz) },
		func(f *Fields, s string) error { return readDecimal(&f.FM.FrequencyMHz, s, MaxFrequencyMHz) },
		func(f *Fields) any { return known(f.FM.FrequencyMHz) }},
	{"power_w", func(f *Fields, _ text.Language) string { return decimal(f.FM.PowerW) },
		func(f *Fields, s string) error { return readDecimal(&f.FM.PowerW, s, 1e6) },
		func(f *Fields) any { return known(f.FM.PowerW) }},
	{"licence", func(f *Fields, _ text.Language) string { return f.FM.Licence },
		func(f *Fields, s string) error { f.FM.Licence = s; return nil }, nil},
	{"licence_until", func(f *Fields, lang text.Language) string { return f.FM.LicenceUntil.Words(lang) },
		func(f *Fields, s string) (err error) { f.FM.LicenceUntil, err = readDay(s); return err },
		func(f *Fields) any { return sheet.Day(f.FM.LicenceUntil) }},
	{"clusters_working", writeWorking, readWorking, func(f *Fields) any {
		if f.ClustersWorking == nil {
			return nil
		}
		return float64(*f.ClustersWorking) // none that work is a number too
	}},
	{"clusters_total", func(f *Fields, _ text.Language) string { return decimal(float64(f.ClustersTotal)) },
		func(f *Fields, s string) error { return readWhole(&f.ClustersTotal, s) },
		func(f *Fields) any { return known(float64(f.ClustersTotal)) }},
	{"languages", func(f *Fields, lang text.Language) string { return names(lang, f.Languages, "language.") },
		func(f *Fields, s string) (err error) {
			f.Languages, err = keys(s, Languages, "language.", "stations.language_unknown")
			return err
		}, nil},
	{"hours", writeHours, readHours, nil},
	{"contacts", writeContacts, readContacts, nil},
	{"notes", func(f *Fields, _ text.Language) string { return f.Notes },
		func(f *Fields, s string) error { f.Notes = s; return nil }, nil},
	{"zone", func(f *Fields, _ text.Language) string { return f.Zone },
		func(f *Fields, s string) error { f.Zone = s; return nil }, nil},
	{"active", writeActive, readActive, func(f *Fields) any { return f.days(func(d Date) string { return string(d) }) }},
}

// Cell writes the fields' value in a column as a table in that language shows
// it, "" for a column that is none of Fields.
func (f Fields) Cell(lang text.Language, c Column) string {
	for _, known := range fields {
		if known.column == c {
			return known.write(&f, lang)
		}
	}
	return ""
}

// SetCell reads a cell of a column into the fields, as an import does. Faults
// name the column; a column that is none of Fields is stations.heading_unknown.
func (f *Fields) SetCell(c Column, value string) error {
	for _, known := range fields {
		if known.column != c {
			continue
		}
		if err := known.read(f, value); err != nil {
			return atLine(err, 0).At(string(c))
		}
		return nil
	}
	return headingUnknown(string(c))
}

// names writes keys by their names in that language.
func names[T ~string](lang text.Language, list []T, prefix string) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = lang.Say(prefix + string(v))
	}
	return strings.Join(out, ", ")
}

var separators = func(c rune) bool { return c == ',' || c == ';' || c == '\n' || c == '+' }

// keys reads a list of names in either language, or of keys. "Mông" is
// enough for "tiếng Mông", "IP" for "IP (3G/4G)".
func keys[T ~string](s string, known []T, prefix, unknown string) ([]T, error) {
	out := []T{}
next:
	for _, part := range strings.FieldsFunc(s, separators) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		for _, k := range known {
			for _, name := range []string{string(k), text.Vietnamese.Say(prefix + string(k)), text.English.Say(prefix + string(k))} {
				short, _, _ := strings.Cut(name, " (")
				if fold(name) == fold(part) || fold(short) == fold(part) || fold(strings.TrimPrefix(name, "tiếng ")) == fold(part) {
					out = append(out, k)
					continue next
				}
			}
		}
		return nil, fault.New(fault.Invalid, unknown, "text", part)
	}
	return out, nil
}

// decimal writes a number, nothing for zero: unknown. Three decimals get a fourth,
// so that nobody takes them for thousands: 1.1250.
func decimal(v float64) string {
	if v == 0 {
		return ""
	}
	return plainly(strconv.FormatFloat(v, 'f', -1, 64))
}

func plainly(number string) string {
	if _, decimals, _ := strings.Cut(number, "."); len(decimals) == 3 {
		number += "0"
	}
	return number
}

// unit is what people write after a number.
var unit = regexp.MustCompile(`(?i)\s*(mhz|w|cụm)$`)

// readDecimal reads a number of at most most, which tells what 57.500 of a
// frequency means: thousands cannot be.
func readDecimal(to *float64, s string, most float64) error {
	*to = 0
	s = unit.ReplaceAllString(s, "")
	if s == "" {
		return nil
	}
	v, err := text.Vietnamese.ReadFloat(s)
	if fault.Is(err, "typed.either") {
		if whole, _ := text.ReadWhole(s); float64(whole) <= most { // 0 where it is no whole number
			return err
		}
		v, err = text.Vietnamese.ReadFloat(fault.Of(err).Args["decimal"].(string))
	}
	if err != nil || v < 0 || v > 1e6 {
		return fault.New(fault.Invalid, "stations.number_unreadable", "text", s)
	}
	*to = v
	return nil
}

func readWhole(to *int, s string) error {
	*to = 0
	if s = unit.ReplaceAllString(s, ""); s == "" {
		return nil
	}
	n, err := text.ReadWhole(s)
	if err != nil || n < 0 || n > 1e6 {
		return fault.New(fault.Invalid, "stations.number_unreadable", "text", s)
	}
	*to = int(n)
	return nil
}

func writeWorking(f *Fields, _ text.Language) string {
	if f.ClustersWorking == nil {
		return ""
	}
	return strconv.Itoa(*f.ClustersWorking)
}

// readWorking reads how many clusters work: "0" is that none does, nothing that nobody noted it.
func readWorking(f *Fields, s string) error {
	n := 0
	if f.ClustersWorking = nil; unit.ReplaceAllString(s, "") == "" {
		return nil
	}
	err := readWhole(&n, s)
	if err == nil {
		f.ClustersWorking = &n
	}
	return err
}

// readDay reads a date. Fault, beside those of ParseDate: stations.date_serial
// for the bare number Excel keeps for a day, which counts from 1900 or 1904.
func readDay(s string) (Date, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 10_000 && n < 100_000 {
		return "", fault.New(fault.Invalid, "stations.date_serial", "text", s)
	}
	return ParseDate(s)
}

func writeHours(f *Fields, _ text.Language) string {
	out := make([]string, len(f.Hours))
	for i, h := range f.Hours {
		out[i] = h.String()
	}
	return strings.Join(out, ", ")
}

func readHours(f *Fields, s string) error {
	f.Hours = []Hours{}
	if v, err := strconv.ParseFloat(s, 64); err == nil && v > 0 && v < 1 { // Excel's fraction of a day
		minutes := int(v*24*60 + 0.5)
		f.Hours = append(f.Hours, Hours{minutes, minutes})
		return nil
	}
	for _, part := range strings.FieldsFunc(s, separators) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		h, err := ParseHours(part)
		if err != nil {
			return err
		}
		f.Hours = append(f.Hours, h)
	}
	return nil
}

func writeContacts(f *Fields, _ text.Language) string {
	out := make([]string, len(f.Contacts))
	for i, c := range f.Contacts {
		out[i] = strings.TrimRight(c.Name+" | "+c.Role+" | "+c.Phone, " |")
	}
	return strings.Join(out, "; ")
}

func readContacts(f *Fields, s string) error {
	f.Contacts = []Contact{}
	for _, part := range strings.FieldsFunc(s, func(c rune) bool { return c == ';' || c == '\n' }) {
		cells := append(strings.Split(part, "|"), "", "")
		f.Contacts = append(f.Contacts, Contact{Name: cells[0], Role: cells[1], Phone: cells[2]})
		if len(cells) > 5 {
			return fault.New(fault.Invalid, "stations.contact_sign", "name", text.Line(cells[0]))
		}
	}
	return nil
}

func writeActive(f *Fields, lang text.Language) string {
	return f.days(func(d Date) string { return d.Words(lang) })
}

// days is when the station is active: "1/1/2024 – 31/10/2024; 1/2/2025 –".
func (f *Fields) days(write func(Date) string) string {
	out := make([]string, len(f.Active))
	for i, a := range f.Active {
		out[i] = write(a.From) + " – " + write(a.Until)
	}
	return strings.TrimSpace(strings.Join(out, "; "))
}

const day = `(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/-]\d{1,2}[/-]\d{4})`

var interval = regexp.MustCompile(`^` + day + `\s*(?:(?:–|—|-|\.\.|đến)\s*` + day + `?)?$`)

// readActive reads "1/1/2024 – 31/10/2024; 1/2/2025 –". An empty cell leaves
// the days as they are: a station without any would never count.
func readActive(f *Fields, s string) error {
	if s == "" {
		return nil
	}
	f.Active = []Interval{}
	for _, part := range strings.FieldsFunc(s, separators) {
		m := interval.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return fault.New(fault.Invalid, "stations.active_unreadable", "text", strings.TrimSpace(part))
		}
		from, err := ParseDate(m[1])
		if err != nil {
			return err
		}
		until, err := ParseDate(m[2])
		if err != nil {
			return err
		}
		f.Active = append(f.Active, Interval{from, until})
	}
	return nil
}

// Table is the stations as rows of cells, as they are now, headings first. What
// ReadImport reads from it changes nothing.
func (r *Registry) Table(lang text.Language, now time.Time, list []*Station) [][]any {
	head := make([]any, len(Columns))
	for i, c := range Columns {
		head[i] = lang.Say("stations.column." + string(c))
	}
	rows := [][]any{head}
	for _, s := range list {
		u := r.Unit(s.Unit())
		district := ""
		if u.District != "" {
			district = r.DistrictName(u.District)
		}
		row := []any{s.ID, sheet.Code(u.Code), u.Name, sheet.Code(u.District), district}
		for _, f := range fields {
			row = append(row, f.cell(&s.Fields, lang))
		}
		rows = append(rows, append(row, now.In(text.Zone)))
	}
	return rows
}
