package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// The values a cell may have, beside string, int, float64, and nil for an
// empty cell. A time.Time is written as the wall clock of its own zone, to the
// second; a time.Duration is a length of time.
type (
	// Code is an official code of digits. It is text in XLSX; in CSV it has no
	// guard, since programs match by it, and a spreadsheet that opens the CSV
	// may take its leading zeros off.
	Code string
	// Day is a date: "2024-05-13". "" is an empty cell.
	Day string
	// TimeOfDay is the time since midnight, to the second.
	TimeOfDay time.Duration
)

// CSV writes rows of values as UTF-8 with the mark Excel needs, separated by
// commas.
func CSV(w io.Writer, rows [][]any) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("sheet: write csv: %w", err)
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for _, row := range rows {
		record := make([]string, len(row))
		for i, v := range row {
			record[i] = plain(v)
		}
		if err := c.Write(record); err != nil {
			return fmt.Errorf("sheet: write csv: %w", err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("sheet: write csv: %w", err)
	}
	return nil
}

// plain is a value as CSV holds it.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return guard(v)
	case Code:
		return string(v)
	case Day:
		return string(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if i := strings.IndexByte(s, '.'); len(s)-i == 4 && i > 0 { // where a point groups thousands, 54.125 would be read as 54125
			s += "0"
		}
		return s
	case TimeOfDay:
		return clockText(time.Duration(v))
	case time.Duration:
		return clockText(v)
	case time.Time:
		return v.Format(time.DateTime)
	}
	panic(fmt.Sprintf("sheet: cannot write a %T", v)) // a programmer's mistake
}

// clockText writes a length as hours, minutes and seconds: "17:00:05".
func clockText(d time.Duration) string {
	s := int(math.Round(d.Seconds()))
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// formats are the number formats of values in XLSX. Days are written in ISO
// order, so that a sheet saved as CSV on any machine still tells day from month.
var formats = map[Kind]string{Text: "@", Number: "General", Date: "yyyy-mm-dd", Clock: "hh:mm:ss", Duration: "[h]:mm:ss"}

// formatOfMoment is that of a date with its time.
const formatOfMoment = "yyyy-mm-dd hh:mm:ss"

// XLSX writes rows of values as one sheet of that name, the first row bold and
// always in sight. Strings stay text whatever they begin with.
func XLSX(w io.Writer, name string, rows [][]any) error {
	f := excelize.NewFile()
	defer f.Close()
	err := fill(f, name, rows)
	if err == nil {
		err = f.Write(w)
	}
	if err != nil {
		return fmt.Errorf("sheet: write xlsx: %w", err)
	}
	return nil
}

func fill(f *excelize.File, name string, rows [][]any) error {
	if err := f.SetSheetName(f.GetSheetName(0), name); err != nil {
		return err
	}
	top := &excelize.Alignment{WrapText: true, Vertical: "top"}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: top})
	if err != nil {
		return err
	}
	styles := map[string]int{}
	style := func(format string) (int, error) {
		if id, ok := styles[format]; ok {
			return id, nil
		}
		s := &excelize.Style{Alignment: top}
		switch format {
		case "General":
		case "@": // what is typed over a code stays text
			s.NumFmt = 49
		default:
			s.CustomNumFmt = &format
		}
		id, err := f.NewStyle(s)
		styles[format] = id
		return id, err
	}
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, width := range widths(rows) {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, v := range row {
			value, format := real(v)
			id := bold
			if i > 0 {
				if id, err = style(format); err != nil {
					return err
				}
			}
			cells[j] = excelize.Cell{StyleID: id, Value: value}
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// real is a value as XLSX holds it, and its number format.
func real(v any) (value any, format string) {
	switch v := v.(type) {
	case string:
		if unguard(v) != v {
			v = "'" + v // Read takes an apostrophe off in any format: Excel keeps those of a CSV
		}
		return v, formats[Text]
	case Code:
		return string(v), formats[Text]
	case int, float64:
		return v, formats[Number]
	case Day:
		if day, err := time.Parse(time.DateOnly, string(v)); err == nil {
			return serial(day), formats[Date]
		}
		return nil, formats[Date]
	case TimeOfDay:
		return days(time.Duration(v).Seconds()), formats[Clock]
	case time.Duration:
		return days(v.Seconds()), formats[Duration]
	case time.Time:
		return serial(v), formatOfMoment
	}
	return plain(v), formats[Text] // nothing, or what cannot be written
}

// epoch1900 is day 0 of Excel's usual serial numbers, for days after February
// 1900: it takes that year for a leap year.
var epoch1900 = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// serial is the wall clock of t as Excel keeps it: days and a fraction.
func serial(t time.Time) float64 {
	_, offset := t.Zone()
	wall := t.Unix() + int64(offset) - epoch1900.Unix()
	return days(float64(wall))
}

// days is a number of seconds as a workbook keeps it, in the 15 digits Excel
// writes. It is never less than the seconds are: LibreOffice cuts what it shows, and
// would show the second before.
func days(seconds float64) float64 {
	whole, rest := math.Floor(seconds/(24*60*60)), math.Mod(seconds, 24*60*60)
	for part := math.Ceil(rest / (24 * 60 * 60) * 1e10); ; part++ {
		n := whole + part/1e10
		if (n-whole)*24*60*60 >= rest {
			return n
		}
	}
}

// widths gives each column room for its longest cell, within reason.
func widths(rows [][]any) []float64 {
	var out []float64
	for _, row := range rows {
		for i, v := range row {
			if i == len(out) {
				out = append(out, 8)
			}
			out[i] = min(40, max(out[i], float64(utf8.RuneCountInString(plain(v))+2)))
		}
	}
	return out
}
