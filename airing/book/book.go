// Package book is the log as the paper book (sổ nhật ký) an inspector asks for: of one station, or those of many bound
// into one file, which is made in the background and kept for a week.
package book

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"loa/airing"
	"loa/internal/paper"
	"loa/internal/text"
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

// Signers are who signs a book.
func Signers(l text.Language) []paper.Signer {
	return []paper.Signer{{Office: l.Say("airing.paper_keeper")}, {Office: l.Say("kit.paper_head")}}
}

// Table are the lines of the book; of several stations each line names its own.
func Table(l text.Language, lines []Line, several bool) paper.Table {
	words := func(key string, width float64) paper.Column {
		return paper.Column{Name: l.Say(key), Width: width, Places: paper.Words}
	}
	t := paper.Table{Columns: []paper.Column{{Name: l.Say("kit.paper_row"), Width: 6, Middle: true}, words("airing.column.time", 15)}}
	if several {
		t.Columns = append(t.Columns, words("airing.column.station", 18))
	}
	t.Columns = append(t.Columns, words("airing.column.programme", 24), words("airing.column.outcome", 16), words("airing.column.length", 12),
		words("airing.column.means", 16),
		words("airing.column.by", 22), words("airing.note", 24))
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
