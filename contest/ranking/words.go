package ranking

import "strings"

// Sentence is a catalogue key with its name, value pairs, to be printed with
// text.Language.Say(s.Key, s.Args...).
type Sentence struct {
	Key  string
	Args []any
}

// Names prints what the sentences about a tie mention.
type Names struct {
	Entry     func(id string) string              // a code or title
	Criterion func(part, criterion string) string // a label
	Submitted func(entry Entry) string            // the time of submission
	Value     func(Rational) string               // points, as in the table
}

// Words tells how a tie was settled, for the minutes: first who was tied,
// then a sentence for each step that was asked, last whether some still share
// a rank.
func (t *Tally) Words(tie Tie, n Names) []Sentence {
	entries := make([]string, len(tie.Entries))
	for i, id := range tie.Entries {
		entries[i] = n.Entry(id)
	}
	out := []Sentence{{"ranking.tie_between", []any{"entries", strings.Join(entries, ", "), "value", n.Value(tie.Value)}}}
	for _, d := range tie.Decisions {
		out = append(out, t.words(d, n))
	}
	if tie.Open {
		out = append(out, Sentence{Key: "ranking.tie_open"})
	}
	return out
}

// The sentence of each breaker, when it decided and when it did not.
var (
	decidedBy = map[Breaker]string{
		ByCriterion: "ranking.tie_criterion", ByMedian: "ranking.tie_median", ByHeadToHead: "ranking.tie_head_to_head",
		ByEarliest: "ranking.tie_earliest", ByChair: "ranking.tie_chair",
	}
	equalBy = map[Breaker]string{
		ByCriterion: "ranking.tie_criterion_equal", ByMedian: "ranking.tie_median_equal",
		ByHeadToHead: "ranking.tie_head_to_head_equal", ByEarliest: "ranking.tie_earliest_equal",
		ByChair: "ranking.tie_chair_silent",
	}
)

func (t *Tally) words(d Decision, n Names) Sentence {
	args := []any{"entries", t.compared(d, n)}
	switch {
	case d.Step.By == ByCriterion:
		args = append(args, "criterion", n.Criterion(d.Step.Part, d.Step.Criterion))
	case d.Step.By == ByChair && d.Decided:
		args = append(args, "reason", d.Reason)
	}
	switch {
	case d.Decided && d.Complaint != "":
		return Sentence{"ranking.tie_complaint", append(args, "complaint", d.Complaint)}
	case d.Decided:
		return Sentence{decidedBy[d.Step.By], args}
	case d.Cycle:
		return Sentence{"ranking.tie_cycle", args}
	}
	return Sentence{equalBy[d.Step.By], args}
}

// compared lists what the step saw, best first: "A (9), B (8)".
func (t *Tally) compared(d Decision, n Names) string {
	parts := make([]string, len(d.Compare))
	for i, c := range d.Compare {
		parts[i] = n.Entry(c.Entry)
		switch d.Step.By {
		case ByCriterion, ByMedian:
			parts[i] += " (" + n.Value(c.Value) + ")"
		case ByHeadToHead:
			parts[i] += " (" + c.Value.String() + ")"
		case ByEarliest:
			parts[i] += " (" + n.Submitted(t.entries[t.index(c.Entry)]) + ")"
		}
	}
	return strings.Join(parts, ", ")
}
