package sheet

import (
	"regexp"
	"strings"
)

// risky begins a cell that a spreadsheet may run, or that already looks guarded.
const risky = "=+-@\t\r'"

// changing are the texts that a spreadsheet of some country turns into a
// number, a date or a time when it opens a CSV: "02779", "3/2024", "1-5",
// "2E5", "17:00", "MAR 1", "5 tháng 3", "true".
var changing = regexp.MustCompile(`(?i)^(?:` +
	`[$€£¥₫]?\d[\d\s.,'’]*[%$€£¥₫]?|` + // numbers, with any group sign
	`\d[\d.,]*e[+-]?\d+|` +
	`\d{1,4}[./\- ]\d{1,4}(?:[./\- ]\d{1,4})?\.?(?:[ t]\d{1,2}:.*)?|` + // days and months, with a time or without
	`\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d+)?\s*(?:[ap]\.?m?\.?|sa|ch)?|` +
	`(?:\d{1,4}[ ./-]*)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|tháng|tha|thg|thg\.)[a-z]*[ ./-]*\d{1,4}.*|` +
	`\d{1,4}[ ./-]*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|` +
	`true|false)$`)

// guarded reports whether a text needs an apostrophe in CSV, or had one.
func guarded(s string) bool {
	return s != "" && (strings.ContainsRune(risky, rune(s[0])) || changing.MatchString(s))
}

func guard(s string) string {
	if guarded(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && guarded(s[1:]) {
		return s[1:]
	}
	return s
}
