package texting

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"loa/airing"
	"loa/internal/text"
)

// Said is what a text message says. Only what is understood to the last word is a report: whatever else somebody
// means, the answer asks.
type Said struct {
	Help      bool           // it asks how to write
	Code      string         // official code or ID of the station, "" where none is named
	Outcome   airing.Outcome // "" where it says neither
	Reason    airing.Reason
	Timed     bool
	Clock     time.Duration // after midnight, of one that is Timed
	Part      string        // of the day, folded, "" where none is named
	Yesterday bool
	Day       int // of Month, 0 where no date is named
	Month     time.Month
	Year      int      // 0 where none is named
	Whole     bool     // it has PT, the code, and OK or KO
	Unclear   bool     // something is not understood, or it says two things of one kind
	Words     []string // what is not understood, folded, in one piece: maybe of a programme's name
}

// shorts are the words for the reasons that people are told to write.
var shorts = map[airing.Reason]string{
	airing.PowerCut: "DIEN", airing.Equipment: "MAY", airing.Weather: "MUA", airing.NoStaff: "NGUOI", airing.Other: "KHAC",
}

// Short is the word that stands for the reason in a text message.
func Short(r airing.Reason) string { return shorts[r] }

// known are the words that are understood. One with tone marks means just itself, one without any of these that is
// written so: "bao" is a storm, and "báo" is nothing.
var known = map[string]string{"dạ": "a", "tôi": "em"}

func init() {
	for w := range strings.FieldsSeq(`pt ok oke okê okay okey okie o k kg ko không phát thanh sóng được xong rồi đã thể
		điện mất cúp cắt hết có máy loa amply thiết bị hỏng hư cháy mưa to lớn bão lũ lụt quét sét đánh thời tiết người ai trực khác lý lí do vì
		đài xã lúc em anh ạ nhé nha cảm ơn ngày hôm nay qua buổi sáng trưa chiều tối đêm p phút`) {
		known[w] = text.Plain(w)
		known[text.Plain(w)] = text.Plain(w)
	}
}

// In the text that is read, numbers that are understood are one of these.
const dateSign, codeSign, timeSign = "\ue000", "\ue001", "\ue002"

var (
	signs   = regexp.MustCompile(`[\x{e000}-\x{e002}]`)
	noughtK = regexp.MustCompile(`(^|[^0-9])0 ?k($|[^\pL])`)
	dates   = regexp.MustCompile(`(\d{1,2}) ?/ ?(\d{1,2})(?: ?/ ?(\d{4}|\d{2}))?|(\d{1,2})-(\d{1,2})(?:-(\d{4}|\d{2}))?|(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})`)
	codes   = regexp.MustCompile(`s\d{5,}|\d{3,}`)
	times   = regexp.MustCompile(`(\d{1,2})(?:\s*(?:giờ|gio|h|g)\s*(?:(\d{1,2})|(rưỡi|ruoi))?|\s*:\s*(\d{1,2})|[.,\s]\s*(\d{2}))?(?:\s*(am|pm))?`)
	tokens  = regexp.MustCompile(`[\x{e000}-\x{e002}]|\pL+|[^\pL\s.,:;/!()"'-]`)
	glued   = regexp.MustCompile(`^(pt)?(ok|ko)?(dien|may|mua|nguoi|khac)?(?:(hom)(nay|qua))?$`)
)

// phrase is what words in a row mean.
type phrase struct {
	form *regexp.Regexp
	take func(r *reading, part []string)
}

// reading is a text that is being read.
type reading struct {
	Said
	yes, no, why, pt, short bool // why: a reason that is a sentence of its own
	days                    int  // how many are named
}

func form(s string) *regexp.Regexp {
	s = strings.NewReplacer("NO", "(?:ko|kg|k|khong)", "PART", "(sang|trua|chieu|toi|dem)").Replace(s)
	return regexp.MustCompile("^(?:" + s + ")(?: |$)")
}

func reason(why airing.Reason, whole bool) func(*reading, []string) {
	return func(r *reading, _ []string) {
		r.Unclear = r.Unclear || r.Reason != "" && r.Reason != why
		r.Reason, r.why = why, r.why || whole
	}
}

// phrases are tried in this order, and the first that fits is meant.
var phrases = []phrase{
	{form("oke|okay|okey|okie|ok|o k"), func(r *reading, _ []string) { r.yes, r.short = true, true }},
	{form("xong"), func(r *reading, _ []string) { r.yes = true }},
	{form("(?:da )?phat(?: thanh| song)?(?: duoc)?(?: xong| roi)*"), func(r *reading, part []string) {
		if part[0] == "phat" || part[0] == "phat thanh" || part[0] == "phat song" {
			r.Unclear = true // it may be still to come
		}
		r.yes = true
	}},
	{form("NO(?: the)? phat(?: thanh| song)?(?: duoc)?"), func(r *reading, _ []string) { r.no = true }},
	{form("(?:bi )?(?:mat|cup|cat|het) dien|NO co dien"), reason(airing.PowerCut, true)},
	{form("NO co (?:nguoi|ai)(?: truc)?"), reason(airing.NoStaff, true)},
	{form("(?:bi )?(?:hong|hu|chay) (?:may|loa|amply|thiet bi)|(?:may|loa|amply|thiet bi) (?:bi )?(?:hong|hu|chay)"), reason(airing.Equipment, true)},
	{form("dien"), reason(airing.PowerCut, false)},
	{form("may|amply|thiet bi"), reason(airing.Equipment, false)},
	{form("mua(?: to| lon| bao| lu)?|bao(?: lu)?|lu(?: lut| quet)?|lut|set(?: danh)?|thoi tiet"), reason(airing.Weather, false)},
	{form("nguoi"), reason(airing.NoStaff, false)},
	{form("(?:l[yi] do )?khac"), reason(airing.Other, false)},
	{form("(?:ko|kg|k)(?: (dien|may|mua|bao|lu|set|nguoi|khac|luc|ngay|hom|sang|chieu|trua|toi|vi|do|ly|li|pt|[\\x{e000}-\\x{e002}]).*)?$"), nil},
	{form(timeSign + "(?: p| phut)?(?: (?:buoi )?PART)?"), func(r *reading, part []string) { r.part(part[1]) }},
	{form("(?:buoi )?PART (?:hom )?(nay|qua)"), func(r *reading, part []string) { r.part(part[1]); r.day(part[2]) }},
	{form("buoi PART|(sang|trua|chieu)"), func(r *reading, part []string) { r.part(part[1] + part[2]) }},
	{form("hom (nay|qua)"), func(r *reading, part []string) { r.day(part[1]) }},
	{form("(?:ngay |hom )?" + dateSign), func(r *reading, _ []string) { r.day("") }},
	{form(codeSign), func(*reading, []string) {}},
	{form("pt"), func(r *reading, _ []string) { r.pt = true }},
	{form("da|dai|xa|luc|ly do|li do|vi|do|roi|em|anh|a|nhe|nha|cam on"), func(*reading, []string) {}},
}

func (r *reading) part(of string) {
	if of != "" {
		r.Unclear = r.Unclear || r.Part != "" && r.Part != of
		r.Part = of
	}
}

// day is called once for every day that is named.
func (r *reading) day(of string) {
	r.days++
	r.Unclear = r.Unclear || r.days > 1
	r.Yesterday = of == "qua"
}

// Read says what a text message says. It is forgiving of case, tone marks, order, blanks and punctuation, and of
// nothing else.
func Read(body string) Said {
	r := reading{}
	words, plain := split(r.numbered(body))
	gone := false // what was not understood is behind
	for len(words) > 0 {
		n := r.phrase(strings.Join(words, " "))
		if n == 0 {
			r.Unclear = r.Unclear || gone
			r.Words = append(r.Words, plain[0])
			n = 1
		} else {
			gone = len(r.Words) > 0
		}
		words, plain = words[n:], plain[n:]
	}
	r.ofDay()
	none := !r.yes && !r.no && r.Reason == ""
	switch {
	case r.yes && (r.no || r.Reason != ""), r.Reason != "" && !r.no && !r.why:
		r.Unclear = true
	case r.no || r.why:
		r.Outcome = airing.NotAired
	case r.yes:
		r.Outcome = airing.Aired
	}
	r.Whole = r.pt && r.Code != "" && r.short
	r.Help = none && !r.Timed && r.days == 0 && r.Part == "" && !r.Unclear
	return r.Said
}

// phrase takes the first phrase of a row of words, and says how many words it took, 0 if none is understood.
func (r *reading) phrase(row string) int {
	for _, p := range phrases {
		part := p.form.FindStringSubmatch(row)
		if part == nil {
			continue
		}
		if p.take == nil { // KO, and no negation of what comes after
			r.no, r.short = true, true
			return 1
		}
		part[0] = strings.TrimSpace(part[0])
		p.take(r, part)
		return len(strings.Fields(part[0]))
	}
	return 0
}

// split cuts a text into words as they are known, "?" for one that is not; plain is the same, folded.
func split(body string) (words, plain []string) {
	for _, w := range tokens.FindAllString(body, -1) {
		switch parts := glued.FindStringSubmatch(w); {
		case signs.MatchString(w):
			words, plain = append(words, w), append(plain, w)
		case known[w] != "":
			words, plain = append(words, known[w]), append(plain, known[w])
		case parts != nil:
			for _, p := range parts[1:] {
				if p != "" {
					words, plain = append(words, p), append(plain, p)
				}
			}
		default:
			words, plain = append(words, "?"), append(plain, cmp.Or(text.Fold(w), "?"))
		}
	}
	return words, plain
}

// numbered is a text with a sign for each number that is understood, which it takes.
func (r *reading) numbered(body string) string {
	body = signs.ReplaceAllString(strings.ToLower(norm.NFC.String(body)), "?")
	body = noughtK.ReplaceAllString(body, "${1}ok$2")
	body = replace(dates, body, func(p []string) string {
		r.date(p[1]+p[4]+p[7], p[2]+p[5]+p[8], p[3]+p[6]+p[9])
		return dateSign
	})
	body = replace(codes, body, func(p []string) string {
		digits := strings.TrimPrefix(p[0], "s")
		switch cut := len(digits) - 2; {
		case digits != p[0] && len(digits) == 5:
			r.station("S" + digits)
		case digits != p[0] || len(digits) > 5:
			return "#"
		case len(digits) == 3 || len(digits) == 4 && digits[:2] < "24" && digits[2:] < "60":
			r.clock(digits[:cut], digits[cut:], "")
			return timeSign
		case len(digits) == 4: // a spreadsheet, or who typed it, left the nought
			r.station("0" + digits)
		default:
			r.station(digits)
		}
		return codeSign
	})
	return replace(times, body, func(p []string) string {
		minute, half := p[2]+p[4]+p[5], p[3]
		if half != "" {
			minute = "30"
		}
		if strings.Trim(p[0], "0123456789 \n") == "" && minute == "" {
			return "#" // a number that could be anything
		}
		r.clock(p[1], minute, p[6])
		return timeSign
	})
}

// replace puts in place of each match what by says, apart from its neighbours.
func replace(re *regexp.Regexp, s string, by func([]string) string) string {
	return re.ReplaceAllStringFunc(s, func(m string) string { return " " + by(re.FindStringSubmatch(m)) + " " })
}

func (r *reading) station(code string) {
	r.Unclear = r.Unclear || r.Code != "" && r.Code != code
	r.Code = code
}

func number(s string) int { n, _ := strconv.Atoi(s); return n } // of at most four digits

func (r *reading) clock(hours, minutes, half string) {
	hour, minute := number(hours), number(minutes)
	switch {
	case half == "pm" && hour < 12:
		hour += 12
	case half == "am" && hour >= 12:
		r.Unclear = true
	}
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	r.Unclear = r.Unclear || hour > 23 || minute > 59 || r.Timed && r.Clock != at
	r.Clock, r.Timed = at, true
}

func (r *reading) date(days, months, years string) {
	day, month, year := number(days), time.Month(number(months)), number(years)
	if len(years) == 2 {
		year += 2000
	}
	there := time.Date(max(year, 2000), month, day, 0, 0, 0, 0, time.UTC) // 2000 has every day
	if year == 0 && years != "" {
		r.Unclear = true
	}
	r.Unclear = r.Unclear || there.Day() != day || there.Month() != month
	r.Day, r.Month, r.Year = day, month, year
}

// hoursOf are the hours of each part of a day.
var hoursOf = map[string][2]int{"sang": {0, 11}, "trua": {10, 13}, "chieu": {12, 18}, "toi": {17, 23}, "dem": {19, 23}}

// within reports whether a time of the day lies in that part of it.
func within(part string, clock time.Duration) bool {
	h, of := int(clock/time.Hour), hoursOf[part]
	return part == "" || of[0] <= h && h <= of[1]
}

// ofDay brings the time that is named into the part of the day that is: 5 giờ chiều is 17:00.
func (r *reading) ofDay() {
	if !r.Timed || within(r.Part, r.Clock) {
		return
	}
	if later := r.Clock + 12*time.Hour; within(r.Part, later) && (r.Part != "toi" || later >= 19*time.Hour) { // "6h toi" is maybe "6 giờ, tôi"
		r.Clock = later
		return
	}
	r.Unclear = true
}

// named reports whether the words that were not understood are of a programme's title: two of it in a row, or all.
func (s Said) named(title string) bool {
	title, words := text.Fold(title), strings.Join(s.Words, " ")
	return words == title || len(s.Words) > 1 && strings.Contains(" "+title+" ", " "+words+" ")
}
