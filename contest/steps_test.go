package contest_test

import (
	"encoding/json"
	"slices"
	"testing"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
)

// openKeys are the keys of what a step finds undecided.
func openKeys(w *world, c contest.Step) (keys []string) {
	for _, o := range contest.Asks(w.s, w.facts, c).Open {
		if !text.Has(o.Key) || !text.Has("contest.at_"+o.At) {
			w.t.Errorf("no sentence for %s, decided at %s", o.Key, o.At)
		}
		keys = append(keys, o.Key)
	}
	return keys
}

func TestAStepShowsWhatIsUndecidedAndAsksAgainWhenMoreIs(t *testing.T) {
	w := newWorld(t, "hoi")
	w.open(plain())
	for i := 1; i <= 4; i++ {
		work := w.work(i)
		if i == 2 {
			work.Script = "Đây là Đài số 2"
		}
		w.enter(i, work)
	}
	w.jury(3, "chung-khao")
	w.now = later
	start := contest.StartRound{Round: "chung-khao"}
	if got := openKeys(w, start); !slices.Equal(got, []string{"contest.open_named"}) {
		t.Fatalf("undecided: %q", got)
	}
	before := w.s.Seq
	err := w.try(w.organiser(), start)
	if !once.Unseen(err) || fault.Of(err).Kind != fault.Conflict || w.s.Seq != before {
		t.Fatalf("a round starts unseen: %v", err)
	}
	word := fault.Of(err).Args["seen"].(string)

	// A likeness comes to light after the page was shown.
	w.facts.Alike = map[string][]contest.File{w.s.Entries[3].ID: {{ID: "khac"}}}
	if got := openKeys(w, start); !slices.Equal(got, []string{"contest.open_alike", "contest.open_named"}) {
		t.Fatalf("undecided: %q", got)
	}
	w.refused("once.seen_another", w.organiser(), seen(start, word))
	w.facts.Alike = nil
	w.do(w.organiser(), contest.RedactScript{Entry: w.s.Entries[1].ID, Text: "Đây là đài …"})
	w.do(w.organiser(), start) // everything is decided: no word is needed
	w.replays()
}

func TestEveryKindOfOpenThingIsFound(t *testing.T) {
	w := newWorld(t, "hoi")
	rules := plain()
	rules.Awards[0].Prizes = append(rules.Awards[0].Prizes, contest.Prize{ID: "chuyen-de", Name: "Giải chuyên đề", Count: 1, Special: true})
	w.do(w.organiser(), contest.DraftContest{Rules: rules})
	if got := openKeys(w, contest.OpenContest{}); !slices.Equal(got, []string{"contest.open_no_jury"}) {
		t.Errorf("opening: %q", got)
	}
	w.do(w.organiser(), contest.OpenContest{})
	w.now = opens.AddDate(0, 0, 1)
	for i := 1; i <= 4; i++ {
		work := w.work(i)
		if i == 1 {
			work.Authors = []string{"Giám khảo J3"}
		}
		w.enter(i, work)
	}
	w.jury(4, "chung-khao")
	var few []string
	for _, j := range w.s.Judges[:3] {
		few = append(few, j.Person)
	}
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban giám khảo", Judges: few}}})
	revised, err := w.s.Rules.Clone()
	if err != nil {
		t.Fatal(err)
	}
	revised.About = "Thêm một câu"
	w.do(w.organiser(), contest.ReviseRules{Rules: revised})

	// An entry from before documents were read: a script that nobody could read.
	for i := range w.log {
		e := &w.log[i]
		if e.Kind != "entry.submitted" {
			continue
		}
		var b map[string]map[string]any
		if err := json.Unmarshal(e.Body, &b); err != nil {
			t.Fatal(err)
		}
		if b["entry"]["code"] == "TP-004" {
			delete(b["entry"], "script")
			delete(b["entry"], "redacted")
			e.Body, err = json.Marshal(b)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	w.relink()
	w.now = later
	last := w.s.Entries[1]
	was := last.Redacted
	w.refused("contest.script_blank", w.organiser(), contest.RedactScript{Entry: last.ID, Text: " "})
	w.do(w.organiser(), contest.RedactScript{Entry: last.ID, Blank: true})
	if !last.Blank() || w.s.Entries[0].Blank() {
		t.Error("works with nothing to read are not told from others")
	}
	if got := openKeys(w, contest.StartRound{Round: "chung-khao"}); !slices.Contains(got, "contest.open_blank") {
		t.Errorf("starting does not ask about an emptied script: %q", got)
	}
	w.do(w.organiser(), contest.RedactScript{Entry: last.ID, Text: was})
	want := []string{"contest.open_unread", "contest.open_points", "contest.open_missing_judges", "contest.open_idle", "contest.open_revision"}
	if got := openKeys(w, contest.StartRound{Round: "chung-khao"}); !slices.Equal(got, want) {
		t.Errorf("starting: %q, want %q", got, want)
	}
	w.do(w.organiser(), contest.RedactScript{Entry: w.s.ByCode("TP-004").ID, Text: "Lời của tác phẩm"})
	w.do(w.organiser(), contest.DropRevision{})
	w.toRound("chung-khao")
	w.score(byEntry(w))
	if got := openKeys(w, contest.FinishRound{Round: "chung-khao"}); !slices.Equal(got, []string{"contest.open_short"}) {
		t.Errorf("finishing: %q", got)
	}
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.facts.Alike = map[string][]contest.File{w.s.Entries[0].ID: {{ID: "khac"}}}
	if got := openKeys(w, contest.PublishResults{}); !slices.Equal(got, []string{"contest.open_alike", "contest.open_special"}) {
		t.Errorf("publishing: %q", got)
	}
	w.do(w.organiser(), contest.PublishResults{})
	if got := openKeys(w, contest.CloseContest{}); !slices.Equal(got, []string{"contest.open_alike"}) {
		t.Errorf("closing: %q", got)
	}
}

// Every step of every phase says what it locks.
func TestEveryStepSaysWhatItLocks(t *testing.T) {
	for _, c := range []contest.Step{contest.OpenContest{}, contest.StartRound{Round: "chung-khao"}, contest.FinishRound{Round: "chung-khao"},
		contest.PublishResults{}, contest.CloseContest{}} {
		w := newWorld(t, "hoi")
		w.open(plain())
		locks := contest.Asks(w.s, w.facts, c).Locks
		if len(locks) == 0 {
			t.Errorf("%T locks nothing", c)
		}
		for _, key := range locks {
			if !text.Has(key) {
				t.Errorf("%T: no sentence %s", c, key)
			}
		}
	}
}

func TestAScriptIsMaskedUntilSomebodyOpensIt(t *testing.T) {
	w := newWorld(t, "che-ten")
	w.open(plain())
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	run := w.s.Running()
	task := run.Of("J1")[0]
	read, other := task.Entry, run.Of("J1")[1].Entry
	mask := func(id string) contest.Command { return contest.RedactScript{Entry: id, Text: "Đã che " + id} }
	w.do(w.organiser(), mask(read)) // the round has begun, nobody has looked
	if err := w.try(w.judge("J2"), contest.OpenScripts{Tasks: []string{task.ID}}); err != nil || !w.s.Maskable(w.s.Entry(read)) {
		t.Errorf("somebody else's task opens a script: %v", err)
	}
	w.do(w.judge("J1"), contest.OpenScripts{Tasks: []string{task.ID}})
	w.refused("contest.script_opened", w.organiser(), mask(read))
	w.do(w.organiser(), mask(other))
	if w.s.Entry(other).Redacted != "Đã che "+other {
		t.Error("what nobody opened was not masked")
	}
	before := w.s.Seq
	w.do(w.judge("J1"), contest.OpenScripts{Tasks: []string{task.ID}})
	if w.s.Seq != before {
		t.Error("a second look writes an event")
	}
	if w.replays().Maskable(w.replays().Entry(read)) {
		t.Error("a replay forgets who opened a script")
	}
}

// Logs of before it was noted who opens a script: the start of the round is the
// last moment that is known to be early enough.
func TestInARoundOfBeforeScriptsStandFromItsStart(t *testing.T) {
	w := newWorld(t, "cu")
	w.open(plain())
	w.enter(1, w.work(1))
	w.jury(1, "chung-khao")
	w.toRound("chung-khao")
	for i := range w.log {
		if e := &w.log[i]; e.Kind == "round.started" {
			var b map[string]any
			if err := json.Unmarshal(e.Body, &b); err != nil {
				t.Fatal(err)
			}
			delete(b, "notes")
			e.Body, _ = json.Marshal(b)
		}
	}
	w.relink()
	w.refused("contest.script_opened", w.organiser(), contest.RedactScript{Entry: w.s.Entries[0].ID, Text: "Khác"})
}

// relink makes the log whole again after a test has changed events in it, and the
// state what it says.
func (w *world) relink() {
	w.t.Helper()
	prev := ""
	w.s = contest.NewState(w.s.ID)
	for i := range w.log {
		e := &w.log[i]
		e.Prev = prev
		e.Hash = e.Sum()
		prev = e.Hash
		if err := w.s.Apply(*e); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Before the draw nobody knows who gets too few works: no name is given, however often
// somebody looks.
func TestAStartNamesNobodyBeforeTheDraw(t *testing.T) {
	r := plain()
	r.Rounds[0].Method, r.Rounds[0].PerEntry = ranking.Normalised, 2
	w := newWorld(t, "chia-bai")
	w.open(r)
	for i := 1; i <= 8; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(5, "chung-khao")
	w.now = later
	keys := openKeys(w, contest.StartRound{Round: "chung-khao"})
	if !slices.Contains(keys, "contest.open_habits_drawn") || slices.Contains(keys, "contest.open_habits") {
		t.Errorf("asked about %v", keys)
	}
}
