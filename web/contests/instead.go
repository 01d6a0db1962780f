package contests

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/web/kit"
)

// insteadCard is what the organiser settles because the chair stands aside from it.
type insteadCard struct {
	Gaps   []insteadGap
	Ties   []insteadTie
	Sheets []kit.Option // signed ones that can be reopened
}

// insteadTie is works that share a rank, by their numbers, joined; Said with the series they are of.
type insteadTie struct{ Of, Said string }

// insteadGap is a work about which judges are to confer.
type insteadGap struct {
	Entry, Code string
	Part, Name  string       // ID of the part, and what it is called
	Marks       []kit.Option // judges and their totals
}

// insteadOf is the card as the actor may settle it, nil where there is nothing.
func insteadOf(r *kit.Request, s *contest.State) (*insteadCard, error) {
	run, m := s.Settling(), r.Meta("")
	if run == nil || !s.StandsAside(run) {
		return nil, nil
	}
	rules, _ := s.Rules.Round(run.ID)
	card := &insteadCard{}
	may := map[string]bool{}
	for _, id := range run.Entries {
		may[id] = s.MayPreside(m, run, id)
	}
	if run.Finished == nil {
		for _, g := range s.Gaps(run) {
			if !g.Settled && may[g.Entry] {
				card.Gaps = append(card.Gaps, gapToSettle(r, s, run, rules.Part(g.Part), g.Entry))
			}
		}
		for _, t := range run.Tasks {
			if t.Counts() && may[t.Entry] && !s.Chair(t.Judge) {
				card.Sheets = append(card.Sheets, kit.Option{Value: t.ID, Text: sheetNamed(r, run, t, rules.Part(t.Part)) + " · " + judgeNamed(r, s, t.Judge)})
			}
		}
		slices.SortStableFunc(card.Sheets, func(a, b kit.Option) int { return strings.Compare(a.Text, b.Text) })
	}
	if _, open := run.Progress(); open == 0 && len(rules.Parts) > 0 {
		ties, err := s.OpenTies(run)
		if err != nil {
			return nil, err
		}
		for _, tie := range ties {
			if s.MayPreside(m, run, tie...) {
				card.Ties = append(card.Ties, insteadTie{run.Numbers(tie), paper.CodesIn(run, tie, r.Lang)})
			}
		}
	}
	if len(card.Gaps)+len(card.Ties)+len(card.Sheets) == 0 {
		return nil, nil
	}
	return card, nil
}

func gapToSettle(r *kit.Request, s *contest.State, run *contest.RoundState, part *contest.Part, entry string) insteadGap {
	gap := insteadGap{Entry: entry, Code: numberOf(r, run, entry, part), Part: part.ID, Name: part.Name}
	for _, t := range run.Tasks {
		if t.Entry == entry && t.Part == part.ID && t.Counts() {
			total, _ := part.Total(t.Sheet.Content)
			gap.Marks = append(gap.Marks, kit.Option{Value: t.Judge, Text: judgeNamed(r, s, t.Judge) + ": " + r.Lang.Decimal(total.Float(), 2)})
		}
	}
	return gap
}

// settleInstead carries out what the organiser decides in the chair's place, or about a
// sheet of the chair's own.
func (p pages) settleInstead(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var c contest.Command
	switch reason := f.Get("reason"); f.Get("do") {
	case "reopen":
		c = contest.ReopenSheet{Task: f.Get("task"), Reason: reason}
	case "confer":
		c = contest.Confer{Entry: f.Get("entry"), Part: f.Get("part"), Reopen: f.All("reopen"), Reason: reason}
	case "order":
		codes := strings.FieldsFunc(f.Get("order"), func(c rune) bool { return c == ',' || unicode.IsSpace(c) })
		err = p.view(r, func(s *contest.State) (err error) { c, err = s.TieOf(codes, reason); return err })
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
	}
	if err == nil {
		err = p.do(r, f.ID, c)
	}
	if f.RefusedAloud(err) {
		return p.renderProgress(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, "contest.chair_done")
}
