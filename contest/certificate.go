package contest

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"loa/accounts"
	"loa/internal/fault"
)

// Certificate is the template of a contest's certificates. Both texts are
// lines and may hold the Placeholders; the zero value stands for the usual
// certificate (paper.CertificatesOf).
type Certificate struct {
	// Text is the middle of the page. A line that begins with "#" is printed
	// large; a line that holds placeholders and none has a value is left out.
	Text string `json:"text" schema:"maxLength=2000"`
	// Sign is the block on the lower right: place and date, office, name. An
	// empty line leaves room for the signature.
	Sign string `json:"sign" schema:"maxLength=2000"`
}

// Placeholders are what a template may hold in braces: who won, where from,
// what with, which prize, of which contest, the certificate's number and the
// day it is printed.
var Placeholders = []string{"tên", "đơn vị", "huyện", "tác phẩm", "tác giả", "giải", "cơ cấu giải", "hội thi", "ban tổ chức", "số", "ngày"}

// PlaceholderIn finds anything in braces; its first group is the name.
var PlaceholderIn = regexp.MustCompile(`\{([^{}\n]*)\}`)

// Bounds of each text of a template: what fits on one page.
const (
	mostCertificate = 2000 // characters
	mostLines       = 12
)

// Check returns nil or everything that is wrong with the template: the fault
// contest.certificate_unfit and its parts contest.text_too_long,
// contest.too_many_lines, contest.unknown_placeholder and contest.open_brace.
func (c Certificate) Check() error {
	var p problems
	known := "{" + strings.Join(Placeholders, "}, {") + "}"
	for _, part := range []struct{ field, text string }{{"text", c.Text}, {"sign", c.Sign}} {
		p.text(part.field, part.text, mostCertificate, false)
		if n := strings.Count(strings.TrimSpace(part.text), "\n") + 1; n > mostLines {
			p.add(fault.New(fault.Invalid, "contest.too_many_lines", "lines", n, "most", mostLines).At(part.field))
		}
		for _, m := range PlaceholderIn.FindAllStringSubmatch(part.text, -1) {
			if !slices.Contains(Placeholders, m[1]) {
				p.add(fault.New(fault.Invalid, "contest.unknown_placeholder", "name", clip(m[1], 40), "known", known).At(part.field))
			}
		}
		for line := range strings.Lines(part.text) { // what is left of a brace would be printed
			if strings.ContainsAny(PlaceholderIn.ReplaceAllString(line, ""), "{}") {
				p.add(fault.New(fault.Invalid, "contest.open_brace", "line", clip(strings.TrimSpace(line), 40), "known", known).At(part.field))
			}
		}
	}
	return p.whole(fault.New(fault.Invalid, "contest.certificate_unfit", "count", len(p)))
}

// SetCertificate changes the template of the certificates, at any time before
// the contest is closed. An empty text brings the usual one back. Faults:
// those of Certificate.Check.
type SetCertificate struct {
	Certificate
}

func (c SetCertificate) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	next := Certificate{norm.NFC.String(c.Text), norm.NFC.String(c.Sign)}
	if err := next.Check(); err != nil {
		return nil, err
	}
	if next == s.Certificate {
		return nil, nil
	}
	return []body{&certificateSet{next}}, nil
}
