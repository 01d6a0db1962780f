package stations

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// syllable is one written syllable taken apart, so that it can be found by
// less than all its marks, wherever the tone mark was put: "hoà" and "hòa"
// are the same syllable.
type syllable struct {
	base    string // letters without marks: "chay"
	quality string // for each letter of base the mark that makes another letter of it (â, ă, ơ, đ), or '.'
	tone    rune   // combining tone mark, 0 for none
	name    bool   // part of the name, not of district or code
}

const (
	grave, acute, tilde, hook, dot = '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'
	none                           = '.'
)

// syllables takes text apart at everything that is no letter or digit.
func syllables(s string) []syllable {
	var out []syllable
	var base, quality strings.Builder
	var tone rune
	end := func() {
		if base.Len() > 0 {
			out = append(out, syllable{base: oneI(base.String()), quality: quality.String(), tone: tone})
		}
		base.Reset()
		quality.Reset()
		tone = 0
	}
	pending := []rune(norm.NFD.String(strings.ToLower(s)))
	for i, c := range pending {
		switch {
		case c == grave || c == acute || c == tilde || c == hook || c == dot:
			tone = c
		case c == 'đ':
			base.WriteRune('d')
			quality.WriteRune('đ')
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			base.WriteRune(c)
			quality.WriteRune(qualityAfter(pending[i+1:]))
		case !unicode.Is(unicode.Mn, c):
			end()
		}
	}
	end()
	return out
}

// qualityAfter is the quality mark among the combining marks that follow a letter.
func qualityAfter(rest []rune) rune {
	for _, c := range rest {
		if !unicode.Is(unicode.Mn, c) {
			return none
		}
		if c == '\u0302' || c == '\u0306' || c == '\u031b' { // circumflex, breve, horn
			return c
		}
	}
	return none
}

// oneI writes a final y after a consonant as i: Mỳ and Mì, Lý and Lí are two
// official spellings of one syllable.
func oneI(base string) string {
	stem, ok := strings.CutSuffix(base, "y")
	if ok && stem != "" && !strings.ContainsAny(stem[len(stem)-1:], "aeoy") && (stem == "qu" || stem[len(stem)-1] != 'u') {
		return stem + "i"
	}
	return base
}

// begins reports whether w begins with q: the same letters, and every mark q
// has. Marks q does not have may be there.
func (q syllable) begins(w syllable) bool {
	if !strings.HasPrefix(w.base, q.base) || q.tone != 0 && q.tone != w.tone {
		return false
	}
	have := []rune(w.quality)
	for i, mark := range []rune(q.quality) {
		if mark != none && have[i] != mark {
			return false
		}
	}
	return true
}

// bare is q without its marks.
func (q syllable) bare() syllable {
	return syllable{base: q.base, quality: strings.Repeat(string(none), len([]rune(q.base)))}
}

// fold is text without marks, case and punctuation: what two names share when
// they sound alike to somebody who types without tone marks.
func fold(s string) string {
	var words []string
	for _, w := range syllables(s) {
		words = append(words, w.base)
	}
	return strings.Join(words, " ")
}

// spelling is text with its marks in one form, so that the spellings of one
// name compare equal: NFC or NFD, "Hoà" or "Hòa", "Mỳ" or "Mì", any case.
func spelling(s string) string {
	var b strings.Builder
	for _, w := range syllables(s) {
		b.WriteString(w.base + w.quality + string(w.tone) + " ")
	}
	return b.String()
}

// findable lists what a station can be found by: every name it had and their
// variants, its codes, its ID and its districts.
func (r *Registry) findable(s *Station) []syllable {
	var out []syllable
	for _, seat := range s.Seats {
		u := r.Unit(seat.Unit)
		for _, name := range append([]string{u.Name}, u.Variants...) {
			for _, w := range syllables(name) {
				w.name = true
				out = append(out, w)
			}
		}
		out = append(out, syllables(u.Code)...)
		if u.District != "" {
			out = append(out, syllables(r.DistrictName(u.District)+" "+u.District)...)
		}
	}
	return append(out, syllables(s.ID)...)
}

// Search finds stations by the beginnings of the words of their name, other
// spellings of it, district, code or ID. Marks that are typed must be there,
// marks left out may be: "nam chay" finds Nậm Chảy and Nậm Chầy, "Nậm Chảy"
// the one. When nothing has the marks typed, they are ignored. Best first:
// the whole name, then its beginning, then the rest in Vietnamese order. An
// empty query finds all.
func (r *Registry) Search(q string) []*Station { return r.Filter(Filter{Query: q}) }

// search keeps what matches and puts the best first; list is in Vietnamese order.
func (r *Registry) search(list []*Station, q string) []*Station {
	query := syllables(q)
	if len(query) == 0 {
		return list
	}
	found := r.matching(list, query)
	if len(found) == 0 {
		for i := range query {
			query[i] = query[i].bare()
		}
		found = r.matching(list, query)
	}
	slices.SortStableFunc(found, func(a, b *Station) int {
		return cmp.Compare(r.merit(b, query), r.merit(a, query))
	})
	return found
}

func (r *Registry) matching(list []*Station, query []syllable) []*Station {
	var out []*Station
	all := r.words()
	for _, s := range list {
		words := all[s.ID]
		if !slices.ContainsFunc(query, func(q syllable) bool { return !slices.ContainsFunc(words, q.begins) }) {
			out = append(out, s)
		}
	}
	return out
}

// merit is 2 when the query is the station's whole name, 1 when the name
// begins with it, else 0.
func (r *Registry) merit(s *Station, query []syllable) int {
	var name []syllable
	for _, w := range r.words()[s.ID] {
		if w.name {
			name = append(name, w)
		}
	}
	if len(name) < len(query) {
		return 0
	}
	whole := len(syllables(r.Name(s.ID))) == len(query)
	for i, q := range query {
		if !q.begins(name[i]) {
			return 0
		}
		whole = whole && len(q.base) == len(name[i].base)
	}
	if whole {
		return 2
	}
	return 1
}
