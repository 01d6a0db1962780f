package once

import (
	"testing"

	"loa/internal/fault"
)

func TestAStepAsksAgainWhenSomethingElseIsOpen(t *testing.T) {
	var s Step
	s.Name = "x"
	if err := s.Must(""); err != nil {
		t.Errorf("a step with nothing open: %v", err)
	}
	s.Add("a", "", nil)
	s.AddLater("b", "", []string{"jury"})
	if err := s.Must(""); err != nil || len(s.Open) != 1 {
		t.Errorf("what can be decided later asks: %v", err)
	}
	s.Add("a", "", []string{"TP-002", "TP-001"})
	err := s.Must("")
	if !Unseen(err) || len(fault.Of(err).Parts) != 1 || fault.Of(err).Parts[0].Args["list"] != "TP-001, TP-002" {
		t.Fatalf("an open thing: %v", err)
	}
	seen := s.Seen()
	if fault.Of(err).Args["seen"] != seen || s.Must(seen) != nil {
		t.Error("what was seen is not taken")
	}
	if err := s.Must(AsItIs); err != nil {
		t.Errorf("a program that is not asked: %v", err)
	}
	var none Step
	if none.Name = "x"; !fault.Is(none.Must("made up"), "once.seen_decided") || none.Must(none.Seen()) != nil {
		t.Error("a word of another step is taken where nothing is open")
	}
	later := none
	if later.AddLater("b", "", []string{"jury"}); !fault.Is(later.Must(none.Seen()), "once.seen_another") || later.Must(later.Seen()) != nil {
		t.Error("what can wait came since, and is not shown")
	}
	more, fewer, other := s, s, s
	more.Open = append(more.Open[:len(more.Open):len(more.Open)], Open{Key: "c", Of: []string{"1"}})
	fewer.Open = []Open{{Key: "a", Of: []string{"TP-001"}}}
	other.Name = "y"
	for name, step := range map[string]Step{"another thing": more, "one decided": fewer, "another step": other} {
		if err := step.Must(seen); !Unseen(err) || fault.Of(err).Code != "once.seen_another" {
			t.Errorf("%s goes by what was seen before: %v", name, err)
		}
	}
}
