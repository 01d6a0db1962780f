package quiz

import (
	"cmp"
	"strings"
	"time"

	"loa/internal/paper"
	"loa/internal/text"
	"loa/stations"
)

// Minutes are the minutes of a contest whose result is fixed: how it went, who won, what districts and communes did.
func Minutes(reg *stations.Registry, l text.Language, o paper.Office, q Contest, r Result, at time.Time) paper.Paper {
	o.Agency = cmp.Or(o.Agency, q.Host)
	p := paper.Paper{Lang: l, Name: l.Say("quiz.doc_minutes"), Office: o, Mark: "BB", Date: at, Title: l.Say("quiz.minutes_title"), About: []string{q.Title}}
	p.Body = []paper.Block{
		paper.Say(l.Say("quiz.minutes_when", "from", q.Opens, "to", q.Closes)),
		paper.Say(l.Say("quiz.minutes_how", "draws", q.Draws, "minutes", q.Minutes, "pool", q.Pool)),
		paper.Say(l.Say("quiz.minutes_tries", "tries", r.Sum.Tries, "sent", r.Sum.Sent, "void", r.Sum.Void, "full", r.Sum.Full)),
		paper.Say(l.Say("quiz.minutes_rank")),
		paper.Heading(l.Say("quiz.minutes_winners")),
	}
	p.Body = append(p.Body, r.table(reg, l, OfWinners))
	var money int64
	for _, x := range r.Winners() {
		money += x.Amount
	}
	if money > 0 {
		p.Body = append(p.Body, paper.Say(l.Say("quiz.minutes_money", "total", money, "words", text.Sentence(text.InWords(money)))))
	}
	p.Body = append(p.Body, paper.Heading(l.Say("quiz.by_district")), r.table(reg, l, OfDistricts), paper.Heading(l.Say("quiz.by_commune")),
		r.table(reg, l, OfCommunes))
	for _, said := range q.Changes(l) {
		p.Body = append(p.Body, paper.Say(said))
	}
	for _, e := range q.Edits {
		p.Body = append(p.Body, paper.Say(l.Say("quiz.minutes_edited", "by", e.By, "at", e.At, "what", e.Words(l), "why", e.Why)))
	}
	if len(r.Ruled) > 0 {
		ruled := paper.Table{Columns: []paper.Column{{Name: l.Say("quiz.rank"), Width: 6}, {Name: l.Say("quiz.commune"), Width: 20, Places: paper.Words},
			{Name: l.Say("quiz.began"), Width: 16, Places: paper.Words}, {Name: l.Say("quiz.decide"), Width: 20, Places: paper.Words},
			{Name: l.Say("quiz.decided_by"), Width: 24, Places: paper.Words}, {Name: l.Say("quiz.why"), Width: 28, Places: paper.Words}}}
		for i, x := range r.Ruled {
			ruled.Rows = append(ruled.Rows, []any{i + 1, reg.Label(x.Station), x.Began, l.Say("quiz.do." + string(x.Do)),
				l.Say("quiz.by_at", "by", x.By, "at", x.At), x.Why})
		}
		p.Body = append(p.Body, paper.Heading(l.Say("quiz.minutes_ruled")), ruled)
	}
	p.Body = append(p.Body, paper.Say(l.Say("quiz.minutes_end", "by", r.By, "at", r.At)))
	p.Signers = []paper.Signer{{Office: l.Say("quiz.sign_clerk")}, {Office: l.Say("quiz.sign_head")}}
	return p
}

// table is one part of the result.
func (r Result) table(reg *stations.Registry, l text.Language, part Part) (t paper.Table) {
	words := func(key string, width float64) paper.Column {
		return paper.Column{Name: l.Say(key), Width: width, Places: paper.Words}
	}
	number := func(key string, width float64) paper.Column { return paper.Column{Name: l.Say(key), Width: width} }
	counts := []paper.Column{number("quiz.tries", 10), number("quiz.sent_n", 10), number("quiz.full", 12), {Name: l.Say("quiz.mean"), Width: 12, Places: 1}}
	row := func(t Tally) []any {
		m := 0.0
		if t.Tries > 0 {
			m = float64(t.Right) / float64(t.Tries)
		}
		return []any{t.Tries, t.Sent, t.Full, m}
	}
	switch part {
	case OfDistricts:
		t.Columns = append([]paper.Column{words("quiz.district", 26), number("quiz.communes", 10)}, counts...)
		for _, d := range Districts(reg, r.Places) {
			t.Rows = append(t.Rows, append([]any{reg.DistrictName(d.Code), d.Communes}, row(d.Tally)...))
		}
	case OfCommunes:
		t.Columns = append([]paper.Column{words("quiz.commune", 26), words("quiz.district", 20)}, counts...)
		for _, x := range r.Places {
			t.Rows = append(t.Rows, append([]any{reg.Label(x.Station), reg.DistrictName(reg.Where(x.Station).District)}, row(x.Tally)...))
		}
	default:
		t.Columns = []paper.Column{number("quiz.rank", 6), words("quiz.prize", 14), words("quiz.name", 24), words("quiz.commune", 24),
			number("quiz.right_n", 8), number("quiz.guess_short", 10), words("quiz.finished", 16), number("quiz.amount", 14)}
		for _, x := range r.Winners() {
			var guess, amount any
			if x.Guess != nil {
				guess = *x.Guess
			}
			if x.Amount > 0 {
				amount = int(x.Amount)
			}
			who := strings.TrimSpace(x.Name + " " + Hidden(x.Phone) + x.Code) // two of one name are told apart
			t.Rows = append(t.Rows, []any{x.Rank, x.Prize, who, reg.Label(x.Station), x.Right, guess, x.Finished, amount})
		}
	}
	return t
}

// Table is one part of the result as a file has it, the head first.
func (r Result) Table(reg *stations.Registry, l text.Language, part Part) [][]any {
	t := r.table(reg, l, part)
	rows := make([][]any, 1, len(t.Rows)+1)
	for _, c := range t.Columns {
		rows[0] = append(rows[0], c.Name)
	}
	for _, row := range t.Rows {
		for i, v := range row {
			if at, is := v.(time.Time); is {
				row[i] = at.In(text.Zone)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// Slips are the codes of a contest to hand out: a table for each commune, with room for who got which.
func Slips(reg *stations.Registry, l text.Language, o paper.Office, q Contest, codes []Code, address string, at time.Time) paper.Paper {
	o.Agency = cmp.Or(o.Agency, q.Host)
	p := paper.Paper{Lang: l, Name: l.Say("quiz.doc_codes"), Office: o, Date: at, Title: l.Say("quiz.codes_title"), About: []string{q.Title},
		Body: []paper.Block{paper.Say(l.Say("quiz.codes_how", "address", address, "from", q.Opens, "to", q.Closes))}}
	var sheet paper.Sheet
	var table paper.Table
	flush := func() {
		if len(table.Rows) > 0 {
			sheet.Body = append(sheet.Body, table)
			p.Body = append(p.Body, sheet)
		}
	}
	for i, c := range codes {
		if i == 0 || codes[i-1].Station != c.Station {
			flush()
			name := reg.Label(c.Station)
			sheet = paper.Sheet{Name: name, Body: []paper.Block{paper.Heading(name + ", " + reg.DistrictName(reg.Where(c.Station).District))}}
			table = paper.Table{Columns: []paper.Column{{Name: l.Say("quiz.rank"), Width: 6}, {Name: l.Say("quiz.code"), Width: 16, Places: paper.Words},
				{Name: l.Say("quiz.given_to"), Width: 36, Places: paper.Words}, {Name: l.Say("quiz.signature"), Width: 20, Places: paper.Words}}}
		}
		table.Rows = append(table.Rows, []any{len(table.Rows) + 1, c.Code, "", ""})
	}
	flush()
	return p
}
