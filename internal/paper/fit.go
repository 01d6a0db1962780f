package paper

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// cellSide is the room left and right of what stands in a cell; mm.
const cellSide = 1.2

// sizes are those of letters a table is tried with, the largest first; points.
var sizes = []float64{TableSize, 10.5, DenseSize, 8, 7, 6}

// mostWord is the longest word that a column is made wide enough for; mm. What is longer,
// such as an address of the web, breaks.
const mostWord = 35

// fitted are the widths of a table's columns in mm, wide together, and the size of its
// letters: by their shares, but no column narrower than its longest word, which an office
// program would break letter by letter. Where all words cannot have room in the usual size
// letters are smaller.
func (t Table) fitted(cells [][]Cell, wide float64) (widths []float64, size float64) {
	from := 0
	if t.Dense() {
		from = slices.Index(sizes, DenseSize)
	}
	for _, size = range sizes[from:] {
		least, sum := make([]float64, len(t.Columns)), 0.0
		for i, c := range t.Columns {
			least[i] = longestWord(c.Name, size)
			for _, row := range cells {
				least[i] = max(least[i], longestWord(row[i].Text, size))
			}
			least[i] += 2 * cellSide
			sum += least[i]
		}
		if sum <= wide {
			return t.shared(least, wide), size
		}
	}
	widths = make([]float64, len(t.Columns))
	for i, share := range t.Shares() {
		widths[i] = wide * float64(share) / 100
	}
	return widths, size
}

// shared gives columns their shares of the width, and those whose share is too little the
// least they need; the others share what is left.
func (t Table) shared(least []float64, wide float64) []float64 {
	widths := slices.Clone(least)
	fixed := make([]bool, len(least))
	for {
		rest, shares := wide, 0.0
		for i, c := range t.Columns {
			if fixed[i] {
				rest -= least[i]
			} else {
				shares += c.Width
			}
		}
		again := false
		for i, c := range t.Columns {
			if fixed[i] {
				continue
			}
			if widths[i] = rest * c.Width / max(shares, 1); widths[i] < least[i] {
				widths[i], fixed[i], again = least[i], true, true
			}
		}
		if !again {
			return widths
		}
	}
}

// longestWord is how wide the longest word of a text is, set in bold; mm, at most mostWord.
func longestWord(s string, size float64) (mm float64) {
	for word := range strings.FieldsSeq(s) {
		for part := range strings.SplitAfterSeq(word, "-") { // lines break behind a hyphen
			ems := 0.0
			for _, r := range norm.NFD.String(part) {
				ems += em(r)
			}
			mm = max(mm, ems*size/72*25.4)
		}
	}
	return min(mm, mostWord)
}

// em is how wide a letter is at most, as a share of its size: in bold Times, or in the wider
// faces that programs without it put in its place.
func em(r rune) float64 {
	switch {
	case unicode.Is(unicode.Mn, r):
		if r == '\u031b' { // the horn of ơ and ư stands beside the letter
			return 0.08
		}
		return 0
	case strings.ContainsRune("iljftrsI.,;:!'|()[]-/", r):
		return 0.43
	case strings.ContainsRune("mwMW%@—…", r):
		return 1
	case unicode.IsUpper(r):
		return 0.83
	}
	return 0.66
}
