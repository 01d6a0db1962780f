package paper

import (
	"bytes"
	"time"

	"loa/contest"
	"loa/internal/fault"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/stations"
)

// ArchivePapers are the papers of a contest as pages that any browser shows, to be read
// beside its archived log: minutes, table and sheets of each round, the decision, and
// scripts that were typed.
// What there is nothing to say of is left out. head is that of a document, with its number where it has one. Faults: those of
// Draw and of head.
func ArchivePapers(s *contest.State, reg *stations.Registry, at time.Time, head func(document, round string) (paper.Office, error)) (
	list []contest.ArchivePaper, err error) {
	add := func(document, round, name string) {
		if err != nil {
			return
		}
		o, wrong := head(document, round)
		var papers []paper.Paper
		if wrong == nil {
			papers, wrong = Draw(s, reg, round, document, o, text.Vietnamese, at)
		}
		if f := fault.Of(wrong); f != nil && f.Kind == fault.NotFound {
			return
		}
		var b bytes.Buffer
		title := text.Vietnamese.Say("contest.doc_" + document)
		if err = wrong; err == nil {
			err = paper.HTML(&b, s.Rules.Title+" – "+title, text.Vietnamese, papers)
		}
		list = append(list, contest.ArchivePaper{Name: text.Slug(title) + name + ".html", Body: b.Bytes()})
	}
	for _, r := range s.Rounds {
		rules, _ := s.Rules.Round(r.ID)
		for _, document := range []string{"minutes", "table", "sheets"} {
			add(document, r.ID, "-"+text.Slug(rules.Name))
		}
	}
	add("decision", "", "")
	for _, e := range s.Entries { // what was typed in the form is no file of the work
		if e.Script != "" && e.Piece(contest.Script) == nil {
			name := text.Slug(text.Vietnamese.Say("contest.piece_script")) + "-" + e.Code + ".txt"
			list = append(list, contest.ArchivePaper{Name: name, Body: []byte(e.Title + "\n\n" + e.Script + "\n")})
		}
	}
	return list, err
}
