package texting

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/airing"
	"loa/internal/text"
)

// Said is what a text message says, as far as it was understood.
type Said struct {
	Help      bool           // it asks how to write
	Code      string         // official code or ID of the station, "" where none is named
	Outcome   airing.Outcome // "" where it says neither
	Reason    airing.Reason
	Timed     bool
	Clock     time.Duration // after midnight, of one that is Timed
	Yesterday bool
	Day       int // of Month, 0 where no date is named
	Month     time.Month
	Unclear   bool     // it says two things of one kind, or a number that could be anything
	Words     []string // what is left, folded: maybe of a programme's name
}

// shorts are the words for the reasons that people are told to write.
var shorts = map[airing.Reason]string{
	airing.PowerCut: "DIEN", airing.Equipment: "MAY", airing.Weather: "MUA", airing.NoStaff: "NGUOI", airing.Other: "KHAC",
}

// Short is the word that stands for the reason in a text message.
func Short(r airing.Reason) string { return shorts[r] }

// What people write, folded. "da" is also a polite beginning, and "gio" no wind but the hour.
var (
	yes     = []string{"ok", "oke", "okay", "okey", "yes", "xong"}
	no      = []string{"ko", "khong", "kg", "k", "no"}
	reasons = map[string]airing.Reason{
		"dien": airing.PowerCut, "cup": airing.PowerCut,
		"may": airing.Equipment, "hong": airing.Equipment, "hu": airing.Equipment, "amply": airing.Equipment,
		"mua": airing.Weather, "bao": airing.Weather, "set": airing.Weather, "lu": airing.Weather, "lut": airing.Weather,
		"nguoi": airing.NoStaff, "om": airing.NoStaff, "vang": airing.NoStaff,
		"khac": airing.Other,
	}
	fillers = []string{"pt", "da", "roi", "thanh", "dai", "xa", "co", "luc", "hom", "nay", "ngay", "buoi", "mat", "do", "bi", "vi", "duoc", "sang",
		"em", "chi", "anh"}
	hours = []string{"h", "g", "gio"}
)

// word is a run of letters or of digits, folded, and what stands between it and the next.
type word struct{ text, after string }

func (w word) digits() bool { return w.text != "" && w.text[0] >= '0' && w.text[0] <= '9' }

// short reports whether it is a number of at most two digits.
func (w word) short() bool { return w.digits() && len(w.text) <= 2 }

func (w word) number() int { n, _ := strconv.Atoi(w.text); return n } // 0 of one that is too long, which nobody asks

var runs = regexp.MustCompile(`[0-9]+|\p{L}+`)

// split cuts a text into runs of letters and of digits, so that PT02779OK17h05 is as good as with blanks.
func split(body string) (words []word) {
	body = strings.ToLower(text.Plain(body))
	at := runs.FindAllStringIndex(body, -1)
	for i, m := range at {
		until := len(body)
		if i+1 < len(at) {
			until = at[i+1][0]
		}
		words = append(words, word{body[m[0]:m[1]], strings.TrimSpace(body[m[1]:until])})
	}
	return words
}

// Read says what a text message says. It is forgiving of case, tone marks, order, blanks and punctuation.
func Read(body string) (s Said) {
	words := split(body)
	yeses, noes, phat, chua, late := false, false, false, false, false
	for len(words) > 0 {
		w, next := words[0], word{}
		if len(words) > 1 {
			next = words[1]
		}
		used := 1
		switch {
		case w.digits():
			used = s.number(words)
		case w.text == "s" && len(next.text) == 5 && next.digits():
			s.station("S" + next.text)
			used = 2
		case w.text == "hom" && next.text == "qua":
			s.Yesterday, used = true, 2
		case w.text == "chieu" || w.text == "toi":
			late = true
		case slices.Contains(yes, w.text):
			yeses = true
		case slices.Contains(no, w.text):
			noes = true
		case w.text == "phat":
			phat = true
		case w.text == "chua":
			chua = true
		case reasons[w.text] != "":
			s.Unclear = s.Unclear || s.Reason != "" && s.Reason != reasons[w.text]
			s.Reason = reasons[w.text]
		case !slices.Contains(fillers, w.text):
			s.Words = append(s.Words, w.text)
		}
		words = words[used:]
	}
	if late && s.Timed && s.Clock < 12*time.Hour {
		s.Clock += 12 * time.Hour
	}
	switch not := noes || chua && s.Reason != ""; {
	case yeses && (noes || chua || s.Reason != ""), phat && !not && s.Reason != "":
		s.Unclear = true
	case not || s.Reason != "":
		s.Outcome = airing.NotAired
	case yeses || phat && !chua:
		s.Outcome = airing.Aired
	}
	s.Help = s.Outcome == "" && !s.Unclear && !s.Timed && !chua
	return s
}

// number reads the number that words begin with, and says how many of them it took.
func (s *Said) number(words []word) (used int) {
	w, next, third := words[0], word{}, word{}
	if len(words) > 1 {
		next = words[1]
	}
	if len(words) > 2 {
		third = words[2]
	}
	digits := w.text
	switch {
	case w.short() && slices.Contains(hours, next.text) && third.short() && third.after != "/":
		s.clock(w.number(), third.number())
		return 3
	case w.short() && slices.Contains(hours, next.text) && third.text == "ruoi":
		s.clock(w.number(), 30)
		return 3
	case w.short() && slices.Contains(hours, next.text):
		s.clock(w.number(), 0)
		return 2
	case w.short() && next.short() && (w.after == ":" || w.after == "." || w.after == "" && len(next.text) == 2 && next.after != "/"):
		s.clock(w.number(), next.number())
		return 2
	case w.short() && next.short() && w.after == "/":
		s.date(w.number(), time.Month(next.number()))
		if next.after == "/" && third.digits() { // the year
			return 3
		}
		return 2
	case len(digits) == 3 || len(digits) == 4 && digits[:2] < "24" && digits[2:] < "60":
		cut := len(digits) - 2
		s.clock(word{text: digits[:cut]}.number(), word{text: digits[cut:]}.number())
	case len(digits) == 4: // a spreadsheet, or who typed it, left the nought
		s.station("0" + digits)
	case len(digits) == 5:
		s.station(digits)
	case len(digits) < 8: // longer ones are telephone numbers of a signature
		s.Unclear = true
	}
	return 1
}

func (s *Said) station(code string) {
	s.Unclear = s.Unclear || s.Code != "" && s.Code != code
	s.Code = code
}

func (s *Said) clock(hour, minute int) {
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	s.Unclear = s.Unclear || hour > 23 || minute > 59 || s.Timed && s.Clock != at
	s.Clock, s.Timed = at, true
}

func (s *Said) date(day int, month time.Month) {
	there := time.Date(2000, month, day, 0, 0, 0, 0, time.UTC) // a year that has every day
	s.Unclear = s.Unclear || there.Day() != day || there.Month() != month || s.Day != 0
	s.Day, s.Month = day, month
}

// named reports whether the words that are left name a programme: two of them are in its title, or all are.
func (s Said) named(title string) bool {
	in, n := strings.Fields(text.Fold(title)), 0
	for _, w := range s.Words {
		if slices.Contains(in, w) {
			n++
		}
	}
	return n >= 2 || n > 0 && n == len(s.Words)
}
