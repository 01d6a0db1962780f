package contests

import (
	"bytes"
	"net/http"
	"slices"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
)

type papersPage struct {
	desk
	Doc          string // "", "minutes", "table", "sheets", "certificates"
	Docs         []kit.Tab
	Host         string
	Heading      string
	Table        paper.Results
	Groups       []groupTable
	Judges       []contest.Judge
	Chair        string
	Sheets       []juryPaper
	Certificates []certificate
	Given        []givenRow
	Entries      int
	Changes      []contest.RuleChange
	Decisions    []string // the chair's and the organiser's, with reasons
	HasResults   bool
}

type juryPaper struct {
	Name, Title string
	Rows        []sheetLine
}

type sheetLine struct {
	Code, Part, Total, Comment, Note string
	Marks                            []string
}

type certificate struct {
	Host, Contest, Prize, Award, Who, Title, Station string
	Authors                                          []string
}

func (p pages) showPapers(w http.ResponseWriter, r *kit.Request) error {
	q := r.URL.Query()
	doc := q.Get("doc")
	if !slices.Contains([]string{"", "minutes", "table", "sheets", "certificates"}, doc) {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	if q.Get("as") == "xlsx" {
		return p.sendXLSX(w, r, doc)
	}
	page := papersPage{Doc: doc}
	err := p.view(r, func(s *contest.State) error {
		page.desk = p.desk(r, s, "papers", kit.NewForm())
		for _, d := range []string{"minutes", "table", "sheets", "certificates"} {
			page.Docs = append(page.Docs, kit.Tab{Path: "/contests/" + s.ID + "/papers?doc=" + d, Text: r.Say("contest.doc_" + d), Current: d == doc})
		}
		run := latest(s)
		if run == nil {
			return nil
		}
		table, err := Table(s, run, r.Lang, r.Now)
		if err != nil {
			return err
		}
		page.HasResults = len(table.Groups) > 0
		page.Host, page.Heading, page.Chair, page.Table = s.Rules.Host, table.Round, table.Chair, table
		page.Groups, page.Given, page.Entries, page.Changes = printable(table, r.Lang), givenRows(s, r.Lang), len(run.Entries), s.Changes
		page.Decisions = decisions(s, run, r.Lang)
		for _, j := range s.Judges {
			page.Judges = append(page.Judges, *j)
		}
		page.Sheets = sheetPapers(s, run, r.Lang)
		page.Certificates = certificates(s)
		return nil
	})
	if err != nil {
		return err
	}
	return p.papers.Render(w, r, page)
}

// decisions lists what people decided up to the end of a round, for the
// minutes: who was picked by name for it, then what happened in it.
func decisions(s *contest.State, run *contest.RoundState, lang text.Language) []string {
	var out []string
	for _, before := range s.Rounds {
		rules, _ := s.Rules.Round(before.ID)
		for _, p := range before.Picked {
			out = append(out, lang.Say("contest.minute_picked", "code", s.Entry(p.Entry).Code, "round", rules.Name, "reason", p.Reason))
		}
	}
	for _, id := range run.Entries {
		if h, ok := run.Held[id]; ok {
			out = append(out, lang.Say("contest.minute_conferred", "code", run.Codes[id], "by", h.By, "at", h.At, "reason", h.Reason))
		}
	}
	for _, t := range run.Ties {
		out = append(out, lang.Say("contest.minute_tie", "codes", codesOf(run, t.Entries), "by", t.By, "at", t.At, "reason", t.Reason))
	}
	for _, t := range run.Tasks {
		for _, e := range t.Sheet.Earlier {
			out = append(out, lang.Say("contest.minute_reopened", "name", s.Judge(t.Judge).Name, "code", t.Code, "by", e.ReopenedBy, "at", e.ReopenedAt, "reason", e.Reason))
		}
	}
	for _, e := range s.Entries {
		if e.RuledOut != nil {
			out = append(out, lang.Say("contest.minute_ruled_out", "code", e.Code, "by", e.RuledOut.By, "at", e.RuledOut.At, "reason", e.RuledOut.Reason))
		}
	}
	return out
}

func codesOf(run *contest.RoundState, ids []string) string {
	out := ""
	for i, id := range ids {
		if i > 0 {
			out += ", "
		}
		out += run.Codes[id]
	}
	return out
}

func sheetPapers(s *contest.State, run *contest.RoundState, lang text.Language) []juryPaper {
	rules, _ := s.Rules.Round(run.ID)
	var out []juryPaper
	for _, j := range s.Judges {
		doc := juryPaper{Name: j.Name, Title: j.Title}
		for _, t := range run.Of(j.Person) {
			if !t.Final() {
				continue
			}
			part := rules.Part(t.Part)
			total, _ := part.Total(t.Sheet.Content)
			line := sheetLine{Code: t.Code, Part: part.Name, Total: lang.Decimal(total.Float(), 2), Comment: t.Sheet.Comment}
			for _, k := range part.Criteria {
				line.Marks = append(line.Marks, k.Name+": "+lang.Decimal(t.Sheet.Marks[k.ID].Float(), 2))
			}
			if t.Repeat {
				line.Note = lang.Say("contest.hidden_repeat")
			}
			if t.SetAside != nil {
				line.Note = lang.Say("contest.set_aside") + ": " + t.SetAside.Reason
			}
			doc.Rows = append(doc.Rows, line)
		}
		if len(doc.Rows) > 0 {
			out = append(out, doc)
		}
	}
	return out
}

// certificates lists one for every prize given, in the order of the awards.
func certificates(s *contest.State) []certificate {
	var out []certificate
	for _, g := range s.Given {
		if g.Withheld > 0 {
			continue
		}
		a := s.Rules.Award(g.Award)
		c := certificate{Host: s.Rules.Host, Contest: s.Rules.Title, Award: a.Name, Prize: a.Prize(g.Prize).Name, Who: g.Name}
		if e := s.Entry(g.Entry); e != nil {
			c.Who, c.Title, c.Authors = who(e), e.Title, e.Entrant.Authors
			c.Station = e.Entrant.StationName + ", " + e.Entrant.DistrictName
		}
		out = append(out, c)
	}
	return out
}

// sendXLSX answers with the result table or the judges' sheets as a workbook.
func (p pages) sendXLSX(w http.ResponseWriter, r *kit.Request, doc string) error {
	var b bytes.Buffer
	name := ""
	err := p.view(r, func(s *contest.State) error {
		run := latest(s)
		if run == nil {
			return fault.New(fault.NotFound, "contest.no_round")
		}
		name = s.ID + "-" + doc + ".xlsx"
		table, err := Table(s, run, r.Lang, r.Now)
		if err != nil {
			return err
		}
		if doc == "sheets" {
			return paper.WriteJuries(&b, r.Lang, paper.Juries{Heading: table.Heading, Judges: juries(s, run)})
		}
		return paper.WriteResults(&b, r.Lang, table)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	_, err = w.Write(b.Bytes())
	return err
}

func juries(s *contest.State, run *contest.RoundState) []paper.Judge {
	rules, _ := s.Rules.Round(run.ID)
	var out []paper.Judge
	for _, j := range s.Judges {
		judge := paper.Judge{Name: j.Name, Title: j.Title}
		for i := range rules.Parts {
			part := &rules.Parts[i]
			sheet := paper.Part{Name: part.Name}
			for _, k := range part.Criteria {
				sheet.Criteria = append(sheet.Criteria, paper.Criterion{Name: k.Name, Max: k.Max})
			}
			for _, t := range run.Of(j.Person) {
				if t.Part == part.ID && t.Final() {
					sheet.Sheets = append(sheet.Sheets, paperSheet(part, t))
				}
			}
			judge.Parts = append(judge.Parts, sheet)
		}
		out = append(out, judge)
	}
	return out
}

func paperSheet(part *contest.Part, t *contest.Task) paper.Sheet {
	total, _ := part.Total(t.Sheet.Content)
	out := paper.Sheet{Code: t.Code, Total: total, Comment: t.Sheet.Comment, Signed: t.Sheet.SignedAt}
	for _, k := range part.Criteria {
		var mark *ranking.Points
		if m, ok := t.Sheet.Marks[k.ID]; ok {
			mark = &m
		}
		out.Marks = append(out.Marks, mark)
	}
	if t.SetAside != nil {
		out.Note = t.SetAside.Reason
	}
	return out
}
