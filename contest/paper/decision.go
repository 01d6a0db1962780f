package paper

import (
	"cmp"
	"math/big"
	"strings"
	"time"

	"loa/contest"
	"loa/internal/paper"
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
	// Notes tell of prizes that a correction took away and nobody was given since, or that are
	// given less often than was published first, and of money that cannot be divided.
	Notes []string
}

// Awarded is one line of the list that goes with the decision.
type Awarded struct {
	Number                          int // from 1
	Award, Prize, Who, Work, Amount string
	money                           *big.Rat // the Amount, nil for none
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
		row := Awarded{Number: len(d.Rows) + 1, Award: a.Name, Prize: a.Prize(g.Prize).Name, Who: s.Receiver(g), Amount: amountOf(g.Amount, lang),
			money: moneyOf(g.Amount)}
		if e := s.Entry(g.Entry); e != nil {
			row.Work = e.Title
		}
		if money, fine := new(big.Rat).SetString(g.Amount); fine {
			total.Add(total, money)
		}
		d.Rows = append(d.Rows, row)
	}
	for _, x := range NoLongerOf(s, lang) {
		d.Notes = append(d.Notes, x.Text)
	}
	for _, g := range s.Lost() {
		d.Notes = append(d.Notes, withheldNote(s, s.Given, g, lang))
	}
	if left, err := UndividedOf(s, lang); err == nil { // else the ranking is refused wherever it is shown
		d.Notes = append(d.Notes, left...)
	}
	if sum := new(big.Int).Quo(total.Num(), total.Denom()); sum.Sign() > 0 && sum.IsInt64() {
		d.Total, d.InWords = lang.Number(sum.Int64()), text.Sentence(text.InWords(sum.Int64()))+" đồng"
	}
	return d, len(d.Rows) > 0
}

// Draw makes the decision and the list that goes with it.
func (d Decision) Draw(o paper.Office, lang text.Language) []paper.Paper {
	o.Symbol = cmp.Or(o.Symbol, "……")
	p := d.begin(o, lang, "contest.decision")
	p.Mark, p.About = "QĐ", []string{lang.Say("contest.decision_about", "contest", d.Contest)}
	p.Body = []paper.Block{
		paper.Text{Words: lang.Say("contest.decision_who"), Bold: true, Middle: true},
		paper.Text{Words: lang.Say("contest.decision_basis"), Italic: true},
		paper.Text{Words: lang.Say("contest.decision_basis"), Italic: true},
		paper.Text{Words: lang.Say("contest.decision_proposal", "host", d.Host), Italic: true},
		paper.Text{Words: lang.Say("contest.decision_word"), Bold: true, Middle: true},
		paper.Say(lang.Say("contest.decision_1", "n", len(d.Rows), "contest", d.Contest)),
	}
	if d.Total != "" {
		p.Body = append(p.Body, paper.Say(lang.Say("contest.decision_2", "total", d.Total)),
			paper.Text{Words: lang.Say("contest.decision_words", "words", d.InWords), Italic: true})
	} else {
		p.Body = append(p.Body, paper.Say(lang.Say("contest.decision_2_none")))
	}
	p.Body = append(p.Body, paper.Say(lang.Say("contest.decision_3", "host", d.Host)))
	p.Receivers = []string{lang.Say("contest.decision_as_3"), d.Host, "……"}
	p.Signers = []paper.Signer{{Office: lang.Say("contest.sign_head")}}

	list := paper.Paper{Lang: lang, Name: lang.Say("paper.annex"), Title: strings.ToUpper(lang.Say("contest.decision_list")),
		Annex: lang.Say("contest.decision_with", "number", p.Code(p.Mark), "date", p.Day())}
	t := paper.Table{Columns: []paper.Column{counts(lang.Say("contest.number"), 6), words(lang.Say("contest.award"), 18), words(lang.Say("contest.prize"), 18),
		words(lang.Say("contest.receiver"), 30), words(lang.Say("contest.work"), 28), numbers(lang.Say("contest.prize_amount"), 16, 0)}}
	for _, x := range d.Rows {
		t.Rows = append(t.Rows, []any{x.Number, x.Award, x.Prize, x.Who, x.Work, x.money})
	}
	list.Body = []paper.Block{t}
	if d.Total != "" {
		list.Body = append(list.Body, paper.Heading(lang.Say("contest.decision_total", "total", d.Total, "words", d.InWords)))
	}
	list.Body = append(list.Body, paper.Listed(lang.Say("paper.notes"), d.Notes)...)
	return []paper.Paper{p, list}
}
