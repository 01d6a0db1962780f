package paper

import (
	"io"
	"math/big"
	"time"

	"loa/contest"
	"loa/internal/fault"
	"loa/internal/text"
)

// Decision is a draft of the decision by which prizes are awarded (quyết định khen
// thưởng): what stands between its heading and its signature. The legal bases are
// the office's to fill in.
type Decision struct {
	Heading
	Rows    []Awarded
	Total   string // all the money, "12.000.000"; "" for none
	InWords string // the same in Vietnamese words
}

// Awarded is one line of the list that goes with the decision.
type Awarded struct {
	Number                          int // from 1
	Award, Prize, Who, Work, Amount string
}

// DecisionOf drafts the decision from the prizes given; ok is false while none is.
func DecisionOf(s *contest.State, lang text.Language, at time.Time) (d Decision, ok bool) {
	d = Decision{Heading: Heading{Host: s.Rules.Host, Contest: s.Rules.Title, Date: at}}
	total := new(big.Rat)
	for _, g := range s.InOrder(s.Given) {
		a := s.Rules.Award(g.Award)
		if g.Withheld > 0 || a == nil || a.Prize(g.Prize) == nil {
			continue
		}
		row := Awarded{Number: len(d.Rows) + 1, Award: a.Name, Prize: a.Prize(g.Prize).Name, Who: s.Receiver(g), Amount: amountOf(g.Amount, lang)}
		if e := s.Entry(g.Entry); e != nil {
			row.Work = e.Title
		}
		if money, fine := new(big.Rat).SetString(g.Amount); fine {
			total.Add(total, money)
		}
		d.Rows = append(d.Rows, row)
	}
	// Shares of a prize add up to the prize; where they do not, nobody gets a part of a đồng.
	if sum := new(big.Int).Quo(total.Num(), total.Denom()); sum.Sign() > 0 && sum.IsInt64() {
		d.Total, d.InWords = lang.Number(sum.Int64()), text.Sentence(text.InWords(sum.Int64()))+" đồng"
	}
	return d, len(d.Rows) > 0
}

// WriteDecision writes the list that goes with the decision. Fault:
// contest.no_prizes_yet (NotFound); else only writing itself can fail.
func WriteDecision(w io.Writer, s *contest.State, lang text.Language, at time.Time) error {
	d, ok := DecisionOf(s, lang, at)
	if !ok {
		return fault.New(fault.NotFound, "contest.no_prizes_yet")
	}
	b := newBook(lang)
	p := b.page(lang.Say("contest.decision_list"), true, []float64{6, 24, 22, 36, 32, 18})
	p.masthead(d.Heading, lang.Say("contest.decision_list"))
	p.Row++
	p.header([]string{lang.Say("contest.number"), lang.Say("contest.award"), lang.Say("contest.prize"), lang.Say("contest.receiver"),
		lang.Say("contest.work"), lang.Say("contest.prize_amount")}, true)
	for _, x := range d.Rows {
		p.Row++
		p.Put(1, x.Number, count)
		for j, s := range []string{x.Award, x.Prize, x.Who, x.Work, x.Amount} {
			p.Put(2+j, s, cell)
		}
	}
	if d.Total != "" {
		p.Row++
		p.Line(lang.Say("contest.decision_total", "total", d.Total, "words", d.InWords), bold)
	}
	p.signatures(d.Heading, "", lang.Say("contest.sign_head"), "")
	return b.Write(w, "decision of award")
}
