package sheet

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"loa/internal/fault"
)

func readCSV(b []byte) (Table, error) { return readCSVRows(b, tables) }

func readCSVRows(b []byte, most bounds) (t Table, err error) {
	text, err := decode(b)
	if err != nil {
		return t, err
	}
	skipped := 0
	separator, rest, ok := declared(text)
	if ok {
		text, skipped = rest, 1
	} else {
		separator = sniff(text)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator, -1, true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return t, brokenCSV(err, skipped)
		}
		line, _ := r.FieldPos(0)
		if row, filled := clean(line+skipped, record); filled {
			t.Rows = append(t.Rows, row)
		}
		if len(t.Rows) > most.rows || len(record) > MaxColumns {
			return t, most.tooLarge()
		}
	}
}

func brokenCSV(err error, skipped int) error {
	e := fault.New(fault.Invalid, "sheet.broken").Because(err)
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		e.Line = at.Line + skipped
	}
	return e
}

// decode turns UTF-8 with or without a mark, or marked UTF-16, into text.
func decode(b []byte) (string, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	}
	wrong := fault.New(fault.Invalid, "sheet.encoding")
	if order == nil {
		b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
			return "", wrong
		}
		return string(b), nil
	}
	if b = b[2:]; len(b)%2 != 0 {
		return "", wrong
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	s := string(utf16.Decode(units))
	if strings.ContainsAny(s, "\x00\uFFFD") {
		return "", wrong
	}
	return s, nil
}

// declared reads the first line "sep=;" that Excel understands.
func declared(text string) (separator rune, rest string, ok bool) {
	first, rest, _ := strings.Cut(text, "\n")
	s, ok := strings.CutPrefix(strings.TrimSuffix(first, "\r"), "sep=")
	if !ok || len(s) != 1 || !strings.Contains(",;\t|", s) {
		return 0, "", false
	}
	return rune(s[0]), rest, true
}

// sniff is the separator the first line that is not blank holds most of,
// outside quotes.
func sniff(text string) rune {
	counts, quoted := map[rune]int{}, false
	for _, c := range strings.TrimLeft(text, " \r\n") {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[c]++
		}
	}
	best := ','
	for _, c := range ";\t" {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// clean trims the cells of a line and drops the empty ones at the end.
func clean(line int, record []string) (row Row, filled bool) {
	row = Row{Line: line, Cells: make([]Cell, len(record))}
	last := -1
	for i, c := range record {
		row.Cells[i].Text = tidy(c)
		if row.Cells[i].Text != "" {
			last = i
		}
	}
	row.Cells = row.Cells[:last+1]
	return row, last >= 0
}

// tidy is a cell's text as Read gives it.
func tidy(s string) string { return unguard(strings.TrimSpace(newlines.Replace(s))) }
