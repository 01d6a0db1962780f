package report

import (
	"strings"
	"time"

	"loa/coverage"
	"loa/internal/paper"
	"loa/internal/sheet"
	"loa/internal/text"
)

// Name is what a file of the report is called.
func (r Report) Name() string {
	name := "bao-cao-" + r.From.String()
	if r.Until > r.From {
		name += "-" + r.Until.String()
	}
	return strings.ToLower(name)
}

// romans number its parts.
var romans = [...]string{"I", "II", "III", "IV", "V"}

// Papers are the report as it is signed, and each station's figures as its annex where there are several.
func (r Report) Papers(o paper.Office, l text.Language, now time.Time) []paper.Paper {
	p := paper.Paper{Lang: l, Name: l.Say("coverage.report_sheet"), Office: o, Mark: "BC", Date: now, Title: l.Say("coverage.paper_title"),
		About:     []string{l.Say("coverage.report_subtitle", "period", r.Answer.Name)},
		Receivers: []string{"……………"}, Signers: []paper.Signer{{Office: l.Say("kit.paper_maker")}, {Office: l.Say("kit.paper_head")}}}
	if r.Part != "" {
		p.Body = append(p.Body, paper.Say(l.Say("coverage.paper_part", "part", r.Part)))
	}
	n := 0
	heading := func(key string, args ...any) string {
		n++
		return romans[n-1] + ". " + l.Say(key, args...)
	}
	section := func(name, title string, blocks ...paper.Block) {
		p.Body = append(p.Body, paper.Sheet{Name: name, Body: append([]paper.Block{paper.Heading(title)}, blocks...)})
	}
	p.Body = append(p.Body, paper.Heading(heading("coverage.report_result")))
	p.Body = append(p.Body, r.result(l, now)...)
	one := len(r.Stations) == 1
	section(l.Say("coverage.course_by."+string(r.By)), heading("coverage.report_course"), r.course(l, one))
	if len(r.Districts) > 1 {
		section(l.Say("coverage.by.district"), heading("coverage.report_districts"), r.districts(l), paper.Say(l.Say("coverage.paper_rounded")))
	}
	if len(r.Topics) > 0 {
		section(l.Say("coverage.topic"), heading("coverage.report_topics"), r.topicTable(l), paper.Say(l.Say("coverage.report_topics_how")))
	}
	switch silent := r.silent(); {
	case one && r.Stations[0].Why != nil:
		section(l.Say("coverage.report_why"), heading("coverage.report_why_one"), paper.Say(r.Stations[0].Why.Words(l, r.Stations[0].Counts)+"."))
	case len(silent) > 0:
		section(l.Say("coverage.report_why"), heading("coverage.report_silent", "n", len(silent)), r.stationTable(l, silent, true))
	case !one:
		p.Body = append(p.Body, paper.Heading(heading("coverage.report_silent", "n", 0)), paper.Say(l.Say("coverage.report_silent_none")))
	}
	if r.seal != nil {
		p.Check = l.Say("seals.on_paper", "n", r.seal.Number, "week", r.seal.Week, "code", r.seal.Code())
		p.Body = append(p.Body, paper.Text{Words: p.Check, Italic: true})
	}
	if one {
		return []paper.Paper{p}
	}
	return []paper.Paper{p, {Lang: l, Name: l.Say("coverage.report_annex_sheet"), Annex: l.Say("coverage.report_annex_of", "code", o.Code("BC")),
		Title: l.Say("coverage.report_annex"), About: []string{text.Sentence(r.Answer.Name)}, Across: true, Date: now, Office: o, Check: p.Check,
		Body: []paper.Block{r.stationTable(l, r.Stations, false)}}}
}

// result is the period in words, and beside the period before.
func (r Report) result(l text.Language, now time.Time) (body []paper.Block) {
	say := func(key string, args ...any) { body = append(body, paper.Say(l.Say(key, args...))) }
	say("coverage.report_weeks", "n", r.Span.Weeks(), "from", r.From.Words(l), "until", max(r.From, r.Until).Words(l), "seen", r.Seen)
	sum := l.Say("coverage.period_of", "aired", r.Aired, "expected", r.Expected())
	if _, ok := r.Percent(); ok {
		sum += " " + l.Say("coverage.paper_reached", "share", r.Share(l))
	}
	switch {
	case r.Narrow:
	case r.Missing > 0:
		sum += " " + l.Say("coverage.period_missing", "target", r.Target, "missing", r.Missing)
	case r.Expected() > r.NotPlanned:
		sum += " " + l.Say("coverage.period_reached", "target", r.Target)
	}
	body = append(body, paper.Say(sum+" "+l.Say("coverage.period_always", "n", r.Always, "of", r.Seen)))
	state := l.Say("coverage.period_closed", "closed", r.Closed, "n", r.Figures.Weeks)
	if r.Closed < r.Figures.Weeks {
		body = append(body, paper.Text{Words: state + " " + l.Say("coverage.report_open", "at", now), Now: true})
	} else {
		body = append(body, paper.Say(state))
	}
	t := paper.Table{Columns: []paper.Column{words(l.Say("coverage.period"), 26)}}
	t.Columns = append(t.Columns, figureColumns(l)...)
	t.Rows = append(t.Rows, append([]any{l.Say("coverage.this_period")}, figures(r.Counts)...))
	if r.Now != nil {
		t.Rows = append(t.Rows, append([]any{l.Say("coverage.as_now")}, figures(*r.Now)...))
	}
	if b := r.Before; b != nil {
		t.Rows = append(t.Rows, append([]any{text.Sentence(l.Say("coverage.before_that", "period", b.Name))}, figures(b.Counts)...))
		is, ok := r.Percent()
		was, known := b.Percent()
		switch {
		case !ok || !known:
			say("coverage.report_before_unknown")
		case is > was:
			say("coverage.report_more", "n", is-was, "was", was)
		case is < was:
			say("coverage.report_less", "n", was-is, "was", was)
		default:
			say("coverage.report_same", "was", was)
		}
	}
	return append(body, t)
}

func words(name string, width float64) paper.Column {
	return paper.Column{Name: name, Width: width, Places: paper.Words}
}

func count(name string) paper.Column { return paper.Column{Name: name, Width: 10, Middle: true} }

// figureColumns are those of what figures tells.
func figureColumns(l text.Language) (list []paper.Column) {
	for _, key := range []string{"coverage.report_expected", "coverage.report_aired", "coverage.report_percent", "coverage.state.not_aired",
		"coverage.state.not_reported", "coverage.state.not_counted", "coverage.state.excused"} {
		list = append(list, count(l.Say(key)))
	}
	return list
}

// shareColumn is which of the columns of a table with one name before its figures is the share, from 1 on.
const shareColumn = 4

func figures(c coverage.Counts) []any {
	return []any{c.Expected(), c.Aired, percent(c), c.NotAired, c.NotReported, c.NotCounted, c.Excused}
}

// percent is the share as a number to reckon with, nothing where nothing was expected.
func percent(c coverage.Counts) any {
	if n, ok := c.Percent(); ok {
		return n
	}
	return nil
}

// course are the parts of the period; of a single station each week says how it stands.
func (r Report) course(l text.Language, one bool) paper.Table {
	t := paper.Table{Columns: []paper.Column{words(l.Say("coverage.by."+string(r.By)), 22), words(l.Say("coverage.report_from"), 12),
		words(l.Say("coverage.report_until"), 12)}, Chart: shareColumn + 2}
	t.Columns = append(t.Columns, figureColumns(l)...)
	for _, p := range r.Course {
		row := append([]any{p.Name, sheet.Day(p.First), sheet.Day(p.Last)}, figures(p.Counts)...)
		if p.Weeks == 0 { // nothing is known of it
			row = append(row[:3], nil, nil, nil, nil, nil, nil, nil)
		}
		t.Rows = append(t.Rows, row)
	}
	if one && r.By == coverage.ByWeek {
		t.Chart = 0
	}
	return t
}

func (r Report) districts(l text.Language) paper.Table {
	t := paper.Table{Columns: []paper.Column{words(l.Say("coverage.district"), 22)}, Total: true, Chart: shareColumn}
	t.Columns = append(append(t.Columns, figureColumns(l)...), count(l.Say("coverage.report_percent_before")))
	for _, d := range r.Districts {
		var was any
		if d.Before != nil {
			was = percent(d.Before.Counts)
		}
		t.Rows = append(t.Rows, append(append([]any{d.Name}, figures(d.Counts)...), was))
	}
	var was any
	if r.Before != nil {
		was = percent(r.Before.Counts)
	}
	t.Rows = append(t.Rows, append(append([]any{l.Say("coverage.paper_total")}, figures(r.Counts)...), was))
	return t
}

func (r Report) topicTable(l text.Language) paper.Table {
	t := paper.Table{Columns: []paper.Column{words(l.Say("coverage.topic"), 44), count(l.Say("coverage.report_aired")),
		count(l.Say("coverage.report_stations"))}, Chart: 2}
	for _, one := range r.Topics {
		t.Rows = append(t.Rows, []any{l.Say("schedule.topic." + string(one.Topic)), one.Aired, one.Stations})
	}
	return t
}

// silent are the stations that aired in no week of the period.
func (r Report) silent() (list []Station) {
	for _, s := range r.Stations {
		if s.Silent() {
			list = append(list, s)
		}
	}
	return list
}

// stationTable lists stations with what was not aired and why; all of them with their figures, else with reasons alone.
func (r Report) stationTable(l text.Language, list []Station, short bool) paper.Table {
	t := paper.Table{Columns: []paper.Column{{Name: l.Say("kit.paper_row"), Width: 6, Middle: true}, words(l.Say("coverage.station"), 24)}}
	several := len(r.Districts) > 1
	if several {
		t.Columns = append(t.Columns, words(l.Say("coverage.district"), 18))
	}
	if !short {
		t.Columns = append(t.Columns, figureColumns(l)...)
	}
	t.Columns = append(t.Columns, words(l.Say("coverage.report_why"), 44))
	names := map[string]string{}
	for _, d := range r.Districts {
		names[d.Key] = d.Name
	}
	for i, s := range list {
		row := []any{i + 1, s.Item.Name}
		if several {
			row = append(row, names[s.District])
		}
		if !short {
			row = append(row, figures(s.Counts)...)
		}
		why := ""
		if s.Why != nil {
			why = s.Why.Words(l, s.Counts)
		} else if s.Aired < s.Active {
			why = coverage.Why{}.Words(l, s.Counts)
		}
		t.Rows = append(t.Rows, append(row, why))
	}
	return t
}
