package paper

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"loa/contest"
	"loa/internal/text"
)

// Certificate is one page, ready to print.
type Certificate struct {
	Lines []Line   // the middle of the page
	Sign  []string // the block on the lower right; "" leaves room for the signature
}

// Dense reports whether the certificate has too much text for the usual size
// of its letters. It counts rows as they wrap on the page, about 50 large or 90
// usual letters each: a large one is half as high again as a usual one, the
// room for a signature twice as high.
func (c Certificate) Dense() bool {
	rows := func(s string, letters int) int { return (utf8.RuneCountInString(s) + letters - 1) / letters }
	high := 0
	for _, l := range c.Lines {
		if l.Large {
			high += 3 * rows(l.Text, 50)
		} else {
			high += 2 * rows(l.Text, 90)
		}
	}
	for _, s := range c.Sign {
		if s == "" {
			high += 4
		} else {
			high += 2 * rows(s, 40)
		}
	}
	return high > 40
}

// Line is one line of a certificate.
type Line struct {
	Text  string
	Large bool
}

// UsualCertificate is the template of a contest that has set none. It is
// Vietnamese whatever the reader's language: so is the paper.
func UsualCertificate() contest.Certificate {
	return contest.Certificate{Text: text.Vietnamese.Say("paper.certificate_text"), Sign: text.Vietnamese.Say("paper.certificate_sign")}
}

// CertificatesOf makes one for every prize given, in the order of the awards,
// from the template; an empty text stands for the usual one. at is the day
// that is printed.
func CertificatesOf(s *contest.State, c contest.Certificate, at time.Time) []Certificate {
	var out []Certificate
	for _, g := range s.InOrder(s.Given) {
		if g.Withheld > 0 {
			continue
		}
		a := s.Rules.Award(g.Award)
		facts := map[string]string{"tên": g.Name, "đơn vị": g.District, "huyện": g.District, "giải": a.Prize(g.Prize).Name, "cơ cấu giải": a.Name}
		if e := s.Entry(g.Entry); e != nil {
			facts["tên"], facts["tác phẩm"], facts["tác giả"] = e.Entrant.Called(), e.Title, strings.Join(e.Entrant.Authors, ", ")
			facts["đơn vị"], facts["huyện"] = e.Entrant.From(), e.Entrant.DistrictName
		}
		out = append(out, certificate(s, c, facts, len(out)+1, at))
	}
	return out
}

// SampleCertificate fills the template with names that are made up: what an
// organiser sees before there are winners.
func SampleCertificate(s *contest.State, c contest.Certificate, at time.Time) Certificate {
	say := text.Vietnamese.Say
	return certificate(s, c, map[string]string{"tên": say("paper.sample_name"), "đơn vị": say("paper.sample_unit"), "huyện": say("paper.sample_district"),
		"tác phẩm": say("paper.sample_work"), "tác giả": say("paper.sample_name"), "giải": say("paper.sample_prize"), "cơ cấu giải": say("paper.sample_award")},
		1, at)
}

func certificate(s *contest.State, c contest.Certificate, facts map[string]string, number int, at time.Time) Certificate {
	usual, d := UsualCertificate(), at.In(text.Zone)
	c.Text, c.Sign = cmp.Or(c.Text, usual.Text), cmp.Or(c.Sign, usual.Sign)
	facts["hội thi"], facts["ban tổ chức"], facts["số"] = s.Rules.Title, s.Rules.Host, fmt.Sprintf("%02d", number)
	facts["ngày"] = text.Vietnamese.PaperDay(d)
	var out Certificate
	for line := range strings.SplitSeq(c.Text, "\n") {
		l, large := strings.CutPrefix(line, "#")
		if l, ok := filled(strings.TrimSpace(l), facts); ok {
			out.Lines = append(out.Lines, Line{l, large})
		}
	}
	for line := range strings.SplitSeq(c.Sign, "\n") {
		if l, ok := filled(strings.TrimSpace(line), facts); ok {
			out.Sign = append(out.Sign, l)
		}
	}
	return out
}

// filled puts facts in place of placeholders. ok is false if there were some
// and none had a value.
func filled(line string, facts map[string]string) (out string, ok bool) {
	ok = true
	for i, m := range contest.PlaceholderIn.FindAllStringSubmatch(line, -1) {
		ok = ok && i > 0 || facts[m[1]] != ""
	}
	return contest.PlaceholderIn.ReplaceAllStringFunc(line, func(s string) string { return facts[s[1:len(s)-1]] }), ok
}
