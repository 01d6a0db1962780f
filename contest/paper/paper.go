// Package paper makes the papers of a contest: minutes, result table, each
// judge's sheets, feedback on an entry, a draft of the decision of award,
// certificates. ResultsOf and its like take what is told from the contest's state,
// and Draw makes an office paper of it (loa/internal/paper), which is printed and
// written as DOCX and XLSX.
package paper

import (
	"fmt"
	"math/big"
	"time"

	"loa/contest/ranking"
)

// Heading is what stands above and below every table.
type Heading struct {
	Host    string    // the organising committee, above the table on the left
	Contest string    // its title
	Round   string    // e.g. "Vòng chung khảo"; may be empty
	Date    time.Time // when, printed in text.Zone
}

// Results is the result table of one round.
type Results struct {
	Heading
	Method ranking.Method // what the ranking follows; its column is marked
	// Counted says how marks became points and ranks, see CountedBy.
	Counted []string
	Next    string   // name of the round its works go on to, "" for the last
	GoesOn  []string // by which rule they do, and who does
	Groups  []Group  // one worksheet each, in this order; at least one
	Staged  bool     // works have numbers of their own on the stage, see Row.Stage
	// FirstMarks are the points and ranks as published first beside those of today, of a
	// result that was corrected; of a round before the last as it ended, where they are others.
	FirstMarks []Shift
	Corrected  []string // the corrections that changed something in the round, a sentence each
	Chair      string   // the chair's name under the signature; may be empty
	// Provisional says that the round is still being judged: ranks may change.
	Provisional bool
}

// Group is the table of entries that were ranked against each other.
type Group struct {
	Name   string   // of the theme, category or district; names the worksheet
	Judges []string // a column each
	Rows   []Row    // best first
	Sheets string   // on how many signed sheets the ranking stands, in words
	Ties   []string // how each tie was settled, sentence by sentence
	Notes  []string // prizes withheld and the like
	// Uncounted are signed sheets that do not count, by whose decision and why.
	Uncounted []string
}

// Row is one entry's line of the result table.
type Row struct {
	Rank     int // 0 without a rank
	Code     string
	Stage    string // its number on the stage, where that is another; "" where it is the code
	Title    string
	Entrant  string
	District string
	Full     string                              // the entrant with the district, told from every other
	Totals   []*ranking.Rational                 // per judge, in the order of Group.Judges; nil without a sheet
	Values   map[ranking.Method]ranking.Rational // a method that could not be computed is absent
	Prize    string
	Out      string // that it was ruled out once the round was over, "" if it was not
	On       bool   // it goes on to the next round, or would if the round ended now
}

// Minutes is the protocol of a round.
type Minutes struct {
	Results
	Entries    int // that took part in the round
	Jury       []Member
	Given      []Given
	First      []Given  // as published first, of a result that was corrected
	Complaints []string // about the published result, and what came of them
	Undivided  []string // money that works of one rank could not be given in whole đồng
	Decisions  []string // of people, with their reasons
	Changes    []string // of the rules since they were locked
	Left       []string // what was undecided when a step was confirmed, and was seen
	Chosen     []Chosen // of a round in which works are picked by name and not scored
	Events     int      // in the contest's log when the minutes were drawn
	Head       string   // hash of the last of them, hex
}

// Chosen is the works of one group from which some were picked by name.
type Chosen struct {
	Name string
	Rows []ChosenRow
}

// ChosenRow is one work: who chose it, when and why, or that nobody did.
type ChosenRow struct{ Code, Title, Full, Said string }

// Member is a judge as the minutes name her.
type Member struct {
	Name, Title string
	Chair       bool
}

// Given is a prize and who got it, or why nobody did.
type Given struct {
	Award, Prize, Who, Note string
	Amount                  string // of money, in words of a table: "2.000.000"; "" for none
	money                   *big.Rat
}

// Juries is the sheets of every judge in one round.
type Juries struct {
	Heading
	Judges []Judge // a worksheet each, in this order; at least one
}

// Judge is what one judge signed.
type Judge struct {
	Name  string // names the worksheet
	Title string // office; may be empty
	Parts []Part
}

// Part is a judge's sheets of one scored part.
type Part struct {
	Name     string
	Live     bool // its sheets go by the number on the stage where works have one of their own
	Staged   bool // they have
	Over     bool // nobody scores any more: the work's other number may stand beside the first
	Criteria []Criterion
	Sheets   []Sheet
	Earlier  []Sheet // as they were signed before somebody opened them again; they do not count
}

// Criterion is one column of a rubric.
type Criterion struct {
	Name string
	Max  ranking.Points
}

// Sheet is one signed score sheet.
type Sheet struct {
	Code    string
	Other   string            // the work's number in the other parts of a Staged round; "" while that is to stay unknown
	Marks   []*ranking.Points // in the order of Part.Criteria; nil if not given
	Total   ranking.Rational
	Comment string
	Signed  time.Time
	Note    string // e.g. a hidden repeat, or set aside and why; may be empty
}

// Feedback is what an entrant learns about one entry. Judges stay unnamed.
type Feedback struct {
	Heading
	Code      string
	Title     string
	Entrant   string
	Rank      int              // 0 without a rank
	Of        int              // how many were ranked
	Value     ranking.Rational // points; printed only with a rank
	First     *placing         // as it was official first, nil where that is as today
	Ended     bool             // First is of a round before the last, as it ended
	Corrected []string         // what corrections led to that, a sentence each
	Out       string           // that the work was ruled out, "" if it was not
	Counted   []string         // how marks became points and ranks, see CountedBy
	Prize     string           // may be empty
	Parts     []Scored
	Comments  []string
	Remarks   []Remark
	Edited    int // of the comments and remarks, by the organiser
}

// Scored is how an entry did in one part, criterion by criterion.
type Scored struct {
	Name     string
	Criteria []Spread
}

// Spread is one criterion's scores over the judges.
type Spread struct {
	Name      string
	Max       ranking.Points
	Mean      ranking.Rational
	Low, High ranking.Points
}

// Remark is a judge's note at a moment of the recording.
type Remark struct {
	At   time.Duration
	Text string
}

// Clock writes the moment as minutes and seconds, "03:07".
func (r Remark) Clock() string {
	s := int(r.At / time.Second)
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}
