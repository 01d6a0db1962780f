// Package book is the log as the paper book (sổ nhật ký) an inspector asks for: of one station, or those of many bound
// into one file, which is made in the background and kept for a week.
package book

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/outgoing"
	"loa/scheduler"
	"loa/stations"
)

// Line is one of the book with the names people know things by.
type Line struct {
	airing.Line
	StationLabel string
	Programme    string // title as it was then
	Episode      string // title, "" without one
}

// Named gives lines their names.
func Named(reg *stations.Registry, plan *scheduler.Schedule, lines []airing.Line) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		prog, _ := plan.Programme(l.Programme) // what was reported stays, also of a programme that is gone
		ep, _ := plan.Episode(l.Episode)       // of a report without one the title stays empty
		out[i] = Line{l, reg.Label(l.Station), cmp.Or(prog.TitleAt(l.StartedAt), l.Programme), ep.Title}
	}
	return out
}

// Heard says in short what the machine heard, for books and lists; "" where it heard nothing.
func Heard(l text.Language, x airing.Line) string {
	if w := x.Machine(); w != "" {
		return l.Say("airing.proof_short", "word", l.Say("audio.match."+string(w)))
	}
	return ""
}

// Figures are what an office's own layout of a book may name beside its lines.
func Figures(l text.Language, station string, from, until time.Time, lines int) []paper.Figure {
	return []paper.Figure{{Mark: "station", Words: station}, {Mark: "from", Words: l.Date(from)}, {Mark: "until", Words: l.Date(until)},
		{Mark: "lines", Words: l.Number(int64(lines))}}
}

// Sample is a book of lines made up, for a layout to be tried with.
func Sample(l text.Language, at time.Time) []paper.Paper {
	station, from := l.Say("mark.sample_station"), at.AddDate(0, 0, -7)
	by := accounts.Actor{Name: l.Say("mark.sample_name")}
	var lines []Line
	for i, outcome := range []airing.Outcome{airing.Aired, airing.NotAired} {
		x := Line{StationLabel: station, Programme: l.Say("mark.sample_programme"), Episode: l.Say("mark.sample_about")}
		x.Outcome, x.StartedAt, x.ReceivedAt, x.By = outcome, from.AddDate(0, 0, i), from.AddDate(0, 0, i), by
		if outcome == airing.Aired {
			x.Seconds, x.Means = 900, airing.Wired
		} else {
			x.Reason = airing.PowerCut
		}
		lines = append(lines, x)
	}
	return []paper.Paper{{Lang: l, Office: outgoing.SampleOffice(l), Date: at, Across: true, Title: l.Say("airing.paper_title"),
		About: []string{l.Say("airing.paper_subtitle", "station", station, "from", l.Date(from), "until", l.Date(at))},
		Body:  []paper.Block{Table(l, lines, true)}, Signers: Signers(l), Check: l.Say("mark.sample_check"),
		Figures: Figures(l, station, from, at, len(lines))}}
}

// Signers are who signs a book.
func Signers(l text.Language) []paper.Signer {
	return []paper.Signer{{Office: l.Say("airing.paper_keeper")}, {Office: l.Say("kit.paper_head")}}
}

// Table are the lines of the book; of several stations each line names its own.
func Table(l text.Language, lines []Line, several bool) paper.Table {
	words := func(key, mark string, width float64) paper.Column {
		return paper.Column{Name: l.Say(key), Width: width, Places: paper.Words, Mark: mark}
	}
	t := paper.Table{Mark: "line", Columns: []paper.Column{{Name: l.Say("kit.paper_row"), Width: 6, Middle: true, Mark: "row"},
		words("airing.column.time", "time", 15)}}
	if several {
		t.Columns = append(t.Columns, words("airing.column.station", "station", 18))
	}
	t.Columns = append(t.Columns, words("airing.column.programme", "programme", 24), words("airing.column.outcome", "outcome", 16),
		words("airing.column.length", "length", 12), words("airing.column.means", "means", 16),
		words("airing.column.by", "by", 22), words("airing.note", "note", 24))
	join := func(sep string, words ...string) string {
		return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), sep)
	}
	for i, x := range lines {
		outcome, length, means, note := l.Say("airing.outcome."+string(x.Outcome)), "", "", []string{x.Note}
		if x.Reason != "" {
			outcome += ": " + l.Say("airing.reason."+string(x.Reason))
		}
		if x.Seconds > 0 {
			length = l.Duration(time.Duration(x.Seconds) * time.Second)
		}
		if x.Means != "" {
			means = l.Say("airing.means." + string(x.Means))
		}
		if x.CorrectedBy != "" {
			note = append(note, "("+l.Say("airing.replaced")+")")
		}
		if x.Why != "" {
			note = append(note, l.Say("airing.why")+": "+x.Why+".")
		}
		if len(x.Evidence) > 0 {
			note = append(note, l.Say("airing.has_evidence"))
		}
		if x.Texted != nil {
			note = append(note, l.Say("airing.texted")+": "+x.Texted.From+".")
		}
		if x.Book != nil {
			note = append(note, l.Say("oldbook.source")+": "+l.Say("oldbook.source_of", "file", x.Book.File, "row", x.Book.Row, "hash", x.Book.Short())+".")
		}
		if !x.SaidAt.IsZero() {
			said := "airing.phone_said"
			if x.Texted != nil {
				said = "airing.text_said"
			}
			waited := l.Say(said, "said", x.SaidAt, "heard", x.ReceivedAt)
			if x.Unproven {
				waited += ", " + l.Say("airing.phone_unproven")
			}
			note = append(note, waited+".")
		}
		if heard := Heard(l, x.Line); heard != "" {
			note = append(note, heard)
		}
		row := []any{i + 1, x.StartedAt}
		if several {
			row = append(row, x.StationLabel)
		}
		t.Rows = append(t.Rows, append(row, join("; ", x.Programme, x.Episode), outcome, length, means, x.By.Name+", "+l.DateTime(x.ReceivedAt),
			join(" ", note...)))
	}
	return t
}
