package report

import (
	"cmp"
	"strings"
	"time"

	"loa/airing"
	"loa/coverage"
	"loa/internal/paper"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/outgoing"
	"loa/scheduler"
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
		About:     []string{l.Say("coverage.report_subtitle", "period", r.named(l))},
		Receivers: o.Usual(), Signers: []paper.Signer{{Office: l.Say("kit.paper_maker")}, {Office: l.Say("kit.paper_head")}}, Figures: r.marks(l)}
	if r.Part != "" {
		p.About = append(p.About, l.Say("coverage.paper_part", "part", r.Part))
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
		Title: l.Say("coverage.report_annex"), About: []string{text.Sentence(r.named(l))}, Across: true, Date: now, Office: o, Check: p.Check,
		Body: []paper.Block{r.stationTable(l, r.Stations, false)}}}
}

// named is the period, of one that is not over with the last day that counts.
func (r Report) named(l text.Language) string {
	if r.through == "" {
		return r.Answer.Name
	}
	return l.Say("coverage.report_through", "period", r.Answer.Name, "day", r.through)
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
	body = append(body, paper.Say(sum+" "+l.Say("coverage.period_always", "n", r.Always, "of", r.Due)))
	state := l.Say("coverage.period_closed", "closed", r.Closed, "n", r.Figures.Weeks)
	if r.Closed < r.Figures.Weeks {
		body = append(body, paper.Text{Words: state + " " + l.Say("coverage.report_open", "at", now), Now: true})
	} else {
		body = append(body, paper.Say(state))
	}
	t := paper.Table{Columns: []paper.Column{words(l.Say("coverage.period"), "name", 26)}}
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

func words(name, mark string, width float64) paper.Column {
	return paper.Column{Name: name, Width: width, Places: paper.Words, Mark: mark}
}

func count(name, mark string) paper.Column {
	return paper.Column{Name: name, Width: 10, Middle: true, Mark: mark}
}

// figureColumns are those of what figures tells.
func figureColumns(l text.Language) (list []paper.Column) {
	for _, c := range [][2]string{{"coverage.report_expected", "expected"}, {"coverage.report_aired", "aired"}, {"coverage.report_percent", "percent"},
		{"coverage.state.not_aired", "not_aired"}, {"coverage.state.not_reported", "not_reported"}, {"coverage.state.not_counted", "not_counted"},
		{"coverage.state.excused", "excused"}} {
		list = append(list, count(l.Say(c[0]), c[1]))
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
	t := paper.Table{Mark: "course", Columns: []paper.Column{words(l.Say("coverage.by."+string(r.By)), "name", 22),
		words(l.Say("coverage.report_from"), "from", 12), words(l.Say("coverage.report_until"), "until", 12)}, Chart: shareColumn + 2}
	t.Columns = append(t.Columns, figureColumns(l)...)
	for _, p := range r.Course {
		name := p.Name
		if _, n, ok := strings.Cut(p.Key, "-W"); ok { // the days and the column's head say the rest
			name = strings.TrimLeft(n, "0")
		}
		row := append([]any{name, sheet.Day(p.First), sheet.Day(p.Last)}, figures(p.Counts)...)
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
	t := paper.Table{Mark: "district", Columns: []paper.Column{words(l.Say("coverage.district"), "name", 22)}, Total: true, Chart: shareColumn}
	t.Columns = append(append(t.Columns, figureColumns(l)...), count(l.Say("coverage.report_percent_before"), "percent_before"))
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
	t := paper.Table{Mark: "topic", Columns: []paper.Column{words(l.Say("coverage.topic"), "name", 44),
		count(l.Say("coverage.report_aired"), "aired"), count(l.Say("coverage.report_stations"), "stations")}, Chart: 2}
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
	t := paper.Table{Mark: "station", Columns: []paper.Column{{Name: l.Say("kit.paper_row"), Width: 6, Middle: true, Mark: "row"},
		words(l.Say("coverage.station"), "name", 24)}}
	if short {
		t.Mark = "silent"
	}
	several := len(r.Districts) > 1
	if several {
		t.Columns = append(t.Columns, words(l.Say("coverage.district"), "district", 18))
	}
	if !short {
		t.Columns = append(t.Columns, figureColumns(l)...)
	}
	t.Columns = append(t.Columns, words(l.Say("coverage.report_why"), "why", 44))
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

// marks are what an office's own layout may name beside the rows of its tables.
func (r Report) marks(l text.Language) []paper.Figure {
	n := func(mark string, n int) paper.Figure { return paper.Figure{Mark: mark, Words: l.Number(int64(n))} }
	was, share := "–", "–"
	if r.Before != nil {
		was, share = r.Before.Name, r.Before.Share(l)
	}
	return []paper.Figure{{Mark: "period", Words: r.named(l)}, {Mark: "from", Words: r.First.Words(l)}, {Mark: "until", Words: r.Last.Words(l)},
		{Mark: "part", Words: cmp.Or(r.Part, l.Say("outgoing.whole"))}, n("stations", r.Seen), n("expected", r.Expected()), n("aired", r.Aired),
		{Mark: "share", Words: r.Share(l)}, {Mark: "target", Words: l.Say("coverage.percent", "n", r.Target)}, n("missing", r.Missing),
		n("not_aired", r.NotAired), n("not_reported", r.NotReported), n("not_counted", r.NotCounted), n("excused", r.Excused),
		n("silent_stations", len(r.silent())), {Mark: "before", Words: was}, {Mark: "share_before", Words: share}}
}

// Sample is a report of figures made up, for a layout to be tried with.
func Sample(l text.Language, at time.Time) []paper.Paper {
	figures := func(active, aired, failed int) coverage.Figures {
		return coverage.Figures{Weeks: 13, Closed: 13, Counts: coverage.Counts{Active: active, Scheduled: active, Aired: aired, NotAired: failed,
			NotReported: active - aired - failed}}
	}
	item := func(name string, f coverage.Figures) coverage.Item {
		return coverage.Item{Key: name, Name: l.Say(name), District: "mark.sample_place", Figures: f}
	}
	var span coverage.Span
	span.First, span.Last = "2024-04-01", "2024-06-30"
	span.From, _ = airing.ParseWeek("2024-W14")  // there is one
	span.Until, _ = airing.ParseWeek("2024-W26") // and one
	before := figures(240, 211, 20)
	r := Report{Part: l.Say("mark.sample_agency"), Answer: coverage.Answer{Name: l.Say("mark.sample_period"), Span: span, Figures: figures(260, 240, 12),
		Target: coverage.Target, Missing: 20, Seen: 20, Always: 15, By: coverage.ByMonth,
		Before: &coverage.BeforeThat{Name: l.Say("mark.sample_before"), Span: span, Figures: before}},
		Districts: []District{{item("mark.sample_place", figures(130, 120, 6)), &before}, {item("mark.sample_elsewhere", figures(130, 120, 6)), &before}},
		Topics:    []Topic{{Topic: scheduler.Topics[0], Aired: 120, Stations: 20}},
		Stations:  []Station{{Item: item("mark.sample_station", figures(13, 0, 13))}, {Item: item("mark.sample_commune", figures(13, 13, 0))}}}
	for _, m := range []string{"2024-04", "2024-05", "2024-06"} {
		part := coverage.MustStretch(m)
		first, last := part.Days()
		r.Course = append(r.Course, Part{coverage.Item{Key: m, Name: text.Sentence(part.Words(l)), Figures: figures(80, 74, 4)}, first, last})
	}
	list := r.Papers(outgoing.SampleOffice(l), l, at)
	for i := range list {
		list[i].Check = l.Say("mark.sample_check")
	}
	return list
}
