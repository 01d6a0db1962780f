package contest_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
)

// wholeRules are of one round, of one that picks by district before it, and of
// one judged before it in two parts; each of them can be opened.
func wholeRules() []contest.Rules {
	picked, two := plain(), plain()
	perDistrict := contest.Promotion{By: contest.Picked, N: 1, Per: "district"}
	picked.Rounds = []contest.Round{{ID: "huyen", Name: "Huyện chọn", Promotion: perDistrict}, picked.Rounds[0]}
	first := two.Rounds[0]
	first.ID, first.Name, first.Repeats, first.PerEntry, first.Promotion = "so-khao", "Sơ khảo", 1, 1, perDistrict
	first.Parts = []contest.Part{rubric("tin", "Tin", 60), rubric("doc", "Đọc", 40)}
	first.TieBreaks = []contest.TieBreak{{By: ranking.ByCriterion, Part: "doc", Criterion: "k1"}, {By: ranking.ByMedian},
		{By: ranking.ByHeadToHead}, {By: ranking.ByChair}}
	two.Rounds = []contest.Round{first, two.Rounds[0]}
	return []contest.Rules{plain(), picked, two}
}

// FuzzRulesFromJSON drafts, opens and changes contests by any rules that are
// JSON: they are taken or refused with a fault, never a panic, and whatever
// opens can be entered, judged and ended.
func FuzzRulesFromJSON(f *testing.F) {
	for _, r := range append(wholeRules(), contest.Sample()) {
		raw, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r contest.Rules
		if json.Unmarshal(raw, &r) == nil {
			runBy(t, r)
		}
	})
}

// TestRulesBentAnywhere does the same with rules that are whole but for a few
// values.
func TestRulesBentAnywhere(t *testing.T) {
	for _, r := range wholeRules() {
		if !runBy(t, r) {
			t.Fatalf("rules of %d rounds do not open", len(r.Rounds))
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		raw, err := json.Marshal(rapid.SampledFrom(wholeRules()).Draw(rt, "base"))
		if err != nil {
			rt.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(raw, &tree); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(rt, "bends") {
			tree = bend(rt, tree)
		}
		bent, err := json.Marshal(tree)
		if err != nil {
			rt.Fatal(err)
		}
		var r contest.Rules
		if json.Unmarshal(bent, &r) == nil {
			runBy(t, r)
		}
	})
}

// bend changes one value somewhere in the tree.
func bend(t *rapid.T, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			break
		}
		key := rapid.SampledFrom(slices.Sorted(maps.Keys(v))).Draw(t, "member")
		v[key] = bend(t, v[key])
		return v
	case []any:
		if len(v) > 0 {
			i := rapid.IntRange(0, len(v)-1).Draw(t, "item")
			if rapid.Bool().Draw(t, "twice") {
				return append(v, v[i])
			}
			v[i] = bend(t, v[i])
			return v
		}
	}
	return rapid.SampledFrom([]any{nil, "", "x", "chung-khao", "0", "-1", "0.0001", "99999999999", 0, 1, -1, 1 << 40, true, []any{}, map[string]any{}}).Draw(t,
		"value")
}

// runBy plays a whole contest by the rules, as far as they let it; opened says
// whether they could run at all.
func runBy(t *testing.T, r contest.Rules) (opened bool) {
	w := newWorld(t, "bat-ky")
	refused := func(err error) bool {
		if err != nil && fault.Of(err) == nil {
			t.Fatalf("no fault: %v", err)
		}
		return err != nil
	}
	if refused(w.try(w.organiser(), contest.DraftContest{Rules: r})) { // words longer than a draft keeps
		return false
	}
	w.now = r.Dates.OpensAt
	if w.now.IsZero() {
		w.now = opens
	}
	if refused(w.try(w.organiser(), contest.OpenContest{})) {
		w.do(w.organiser(), contest.ChangeRules{Rules: plain()})
		return false
	}
	refused(w.try(w.operator(1), contest.SubmitEntry{ID: "entry-0001", Work: w.work(1)}))
	for _, round := range r.Rounds {
		w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J1", Chair: true}})
		refused(w.try(w.organiser(), contest.SetPanels{Round: round.ID, Panels: []contest.Panel{{ID: "ban", Name: "Ban", Judges: []string{"J1"}}}}))
		w.now = r.Dates.ClosesAt.AddDate(0, 0, 30)
		if refused(w.try(w.organiser(), contest.StartRound{Round: round.ID})) {
			break
		}
		run := w.s.Running()
		for _, task := range run.Tasks {
			c := contest.Content{Marks: map[string]ranking.Points{}}
			for _, k := range round.Part(task.Part).Criteria {
				c.Marks[k.ID] = k.Max
			}
			refused(w.try(w.judge("J1"), contest.SaveSheet{Task: task.ID, Content: c}))
			refused(w.try(w.judge("J1"), contest.SignSheet{Task: task.ID, Base: 1}))
		}
		_, err := w.s.Proposals(run)
		refused(err)
		if refused(w.try(w.organiser(), contest.FinishRound{Round: round.ID})) {
			break
		}
	}
	refused(w.try(w.organiser(), contest.GivePrizes{}))
	return true
}

// What the API's document says is too much is refused in a draft as well, where
// much else may be missing still.
func TestADraftHoldsNoMoreThanAnyRulesMay(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*contest.Rules)
		code   string
	}{
		"as it is":             {func(*contest.Rules) {}, ""},
		"no title yet":         {func(r *contest.Rules) { r.Title, r.Themes = "", nil }, ""},
		"a title at its limit": {func(r *contest.Rules) { r.Title = strings.Repeat("ộ", 300) }, ""},
		"a title beyond it":    {func(r *contest.Rules) { r.Title = strings.Repeat("ộ", 301) }, "contest.text_too_long"},
		"an endless list":      {func(r *contest.Rules) { r.Themes = make([]contest.Theme, 101) }, "contest.list_too_long"},
		"a long criterion":     {func(r *contest.Rules) { r.Rounds[0].Parts[0].Criteria[0].About = strings.Repeat("a", 2001) }, "contest.text_too_long"},
	} {
		r := contest.Sample()
		c.change(&r)
		if err := r.TooMuch(); c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %q", what, err, c.code)
		}
	}
	r := contest.Sample()
	r.Categories[0].Languages = []string{"vi", "klingon"}
	if err := r.Check(); err == nil || !strings.Contains(err.Error(), "contest.unknown_choice") {
		t.Errorf("an unknown language: %v", err)
	}
}
