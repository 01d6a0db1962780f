package contest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"loa/accounts"
	"loa/contest"
	"loa/internal/fault"
)

// edits are the commands that change a part somebody else may change meanwhile, or
// make it final; steps are taken on whatever is there, and their own rules say when.
var (
	edits = []string{"ChangeRules", "ReviseRules", "DropRevision", "OpenContest", "SetCertificate", "AppointJudge", "RemoveJudge", "ReturnJudge",
		"SetPanels", "StartRound", "PickEntries", "GivePrizes", "GiveLost", "PublishResults", "ReplaceEntry", "WithdrawEntry", "RuleOutEntry", "RedactScript",
		"ConfirmAiring", "ConfirmOwn", "KeepDouble", "DeclareTies", "ReviewComment"}
	steps = []string{"DraftContest", "CloseContest", "AnnounceEntry", "SubmitEntry", "FileComplaint", "DecideComplaint", "DecideCorrection", "NoteDeparture",
		"MendSheet",
		"ReportTie", "KeepJudge",
		"ExcludeJudge", "FinishRound", "DecideTie", "SaveSheet", "SignSheet", "OpenScripts", "Hear", "Abstain", "ReopenSheet", "Confer", "ReleaseComments"}
)

// guarded fails the test when a command that edits is accepted from an edition
// that is not there: every story of these tests tries each command so.
func (w *world) guarded(m accounts.Meta, c contest.Command) {
	name := regexp.MustCompile(`^contest\.`).ReplaceAllString(fmt.Sprintf("%T", c), "")
	if !slices.Contains(edits, name) {
		return
	}
	m.Seen = "none"
	events, err := contest.Decide(w.s, w.facts, m, c)
	if len(events) > 0 || err == nil || fault.Of(err).Kind != fault.Stale {
		w.t.Fatalf("%s from an edition that is not there: %v", name, err)
	}
}

func TestEveryCommandEditsAPartOrIsAStep(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	decide := regexp.MustCompile(`func \((?:c )?(\w+)\) decide\(s \*State`)
	found := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range decide.FindAllSubmatch(src, -1) {
			found++
			if name := string(m[1]); slices.Contains(edits, name) == slices.Contains(steps, name) {
				t.Errorf("%s: does it edit a part (add it to partOf in edition.go and to edits here), or is it a step (add it to steps)?", name)
			}
		}
	}
	if found != len(edits)+len(steps) {
		t.Errorf("%d commands, %d listed", found, len(edits)+len(steps))
	}
}

// Two organisers edit at once: the second is told who was first, and when.
func TestNoEditOfAPartIsLost(t *testing.T) {
	w := newWorld(t, "hoi-thi")
	w.do(w.organiser(), contest.DraftContest{Rules: plain()})
	seen := w.s.Edition(contest.PartRules)
	first := plain()
	first.Title = "Hội thi của người thứ nhất"
	w.do(w.organiser(), contest.ChangeRules{Rules: first})
	m := accounts.Meta{ID: "second", By: w.organiser(), At: w.now, Seen: seen.Tag}
	_, err := contest.Decide(w.s, w.facts, m, contest.ChangeRules{Rules: plain()})
	e := fault.Of(err)
	if !fault.Is(err, "edit.stale") || e.Args["by"] != "Ban tổ chức" || e.Args["at"] == nil {
		t.Errorf("the second is told %v", err)
	}
	m.Seen = w.s.Edition(contest.PartRules).Tag
	if _, err := contest.Decide(w.s, w.facts, m, contest.ChangeRules{Rules: plain()}); err != nil {
		t.Errorf("after she has looked: %v", err)
	}
	if a, b := w.s.Edition(contest.PartRules), w.replays().Edition(contest.PartRules); a.Tag != b.Tag {
		t.Errorf("a replay is of edition %s, not %s", b.Tag, a.Tag)
	}
	// A part of one is not a part of another.
	panels := w.s.Edition(contest.PartPanels)
	w.do(w.organiser(), contest.SetCertificate{Certificate: contest.Certificate{Text: "{giải}"}})
	if w.s.Edition(contest.PartPanels).Tag != panels.Tag {
		t.Error("the certificate changed the panels")
	}
}
