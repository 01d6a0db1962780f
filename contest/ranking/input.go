// Package ranking turns score sheets into an order, prizes and promotions.
//
// Everything is exact: raw scores are thousandths of a point, weights and
// values are rationals, and an order is decided on unrounded values. The
// same sheets give the same answer in whatever order they, the judges and
// the entries are listed. Each tie records which step decided it and on what
// values.
//
// The way through: fill an Input, Open it into a Tally, then Rank by one
// method (or Compare all of them), Award prizes, Promote to the next round,
// or ask LeaveOneOut what one judge changes.
package ranking

import "time"

// Input is all a ranking needs to know. Order inside the slices does not
// matter, except that of Chain, and of Criteria for reading.
type Input struct {
	Entries []Entry
	Judges  []string // IDs of everyone who may have a sheet
	Parts   []Part   // one, or several whose totals are added
	Full    Rational // the most an entry can reach: Σ part weight × part Full
	Sheets  []Sheet
	// Elsewhere are sheets on other entries, scored by the same parts in the same
	// round by whomever: they tell of judges' habits and of nothing else.
	Elsewhere []Sheet
	Chain     []Step          // how ties are broken, first step first; may be empty
	Chair     []ChairDecision // later ones replace earlier ones about the same entries
}

// Entry is one work in the contest.
type Entry struct {
	ID        string
	Theme     string    // chooses the prize ladder; may be empty
	District  string    // chooses the promotion quota; may be empty
	Submitted time.Time // its earliest valid submission; needed by ByEarliest only
}

// Part is something judged with one rubric: the radio work, the reading.
type Part struct {
	ID       string
	Weight   Rational // what one point of the part counts for in the whole; above 0
	Full     Rational // the part's most: Σ criterion weight × criterion Max
	Criteria []Criterion
}

// Sheet is one judge's final scores of one entry in one part. A judge who
// abstained or was not assigned simply has no sheet.
type Sheet struct {
	Judge, Entry, Part string
	Scores             map[string]Points // one per criterion of the part, by ID
	Repeat             bool              // a hidden repeat: checked, then left out of every result
}

// Method is how the totals of an entry's judges become one value.
type Method string

// The methods. Within each part a judge's total is Σ weight × score; the
// method is applied to the totals of a part, and the parts are added with
// their weights.
const (
	Mean       Method = "mean"       // the arithmetic mean
	Median     Method = "median"     // the middle total, or the mean of the middle two
	Trimmed    Method = "trimmed"    // the mean without the one highest and the one lowest; 5 judges or more
	Normalised Method = "normalised" // the mean after each judge's severity and spread are evened out
)

// Methods lists the methods in the order they are shown.
func Methods() []Method { return []Method{Mean, Median, Trimmed, Normalised} }

// TrimmedLeast is the fewest judges per entry and part a trimmed mean needs.
const TrimmedLeast = 5

// Breaker is a way to break a tie.
type Breaker string

// The breakers. Each is asked only about entries still tied when it comes.
const (
	// ByCriterion prefers the higher mean raw score in one criterion.
	ByCriterion Breaker = "criterion"
	// ByMedian prefers the higher median of the judges' totals, parts added.
	ByMedian Breaker = "median"
	// ByHeadToHead compares the tied entries two by two. An entry wins a
	// comparison when more of the judges who scored both gave it the higher
	// total (each part is a vote of its own). It gets 2 for a win and 1 for a
	// draw; the higher sum is preferred (Copeland, A. H., 1951, "A
	// 'reasonable' social welfare function"). In a cycle (A beats B beats C
	// beats A) the sums are equal, so the tie goes on to the next step.
	ByHeadToHead Breaker = "head_to_head"
	// ByEarliest prefers the earlier valid submission.
	ByEarliest Breaker = "earliest"
	// ByChair follows a decision of the chair that names all tied entries.
	ByChair Breaker = "chair"
)

// Breakers are all of them.
var Breakers = []Breaker{ByCriterion, ByMedian, ByHeadToHead, ByEarliest, ByChair}

// Step is one link of the tie-break chain.
type Step struct {
	By        Breaker
	Part      string // for ByCriterion: the part …
	Criterion string // … and its criterion
}

// ChairDecision is an order the chair of the jury settled, with the reason, or
// who decided a complaint.
type ChairDecision struct {
	Entries   []string // best first, each once
	Reason    string   // required, printed in the minutes
	Complaint string   // its ID; "" where the chair settled it
	// Last says that no older decision about two of its entries counts any more, also
	// where it does not name all that are tied.
	Last bool
}
