package airing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/stations"
)

var provedAt = time.Date(2024, 5, 13, 10, 0, 0, 0, time.UTC)

func TestOddsArePowersOfTen(t *testing.T) {
	odds := func(chance float64) int64 { return Proof{Chance: chance}.Odds() }
	if got := []int64{odds(1), odds(0.011), odds(1e-6), odds(0)}; !slices.Equal(got, []int64{1, 10, 1000000, 1000000000}) {
		t.Error(got)
	}
}

// clips is a standing line with so many recordings.
func clips(n int) Line {
	l := Line{Report: Report{ID: uuid.NewString(), Station: "S00001", Programme: "P1", Episode: "E1", Outcome: Aired, Qualifies: true, StartedAt: provedAt}}
	for range n {
		l.Evidence = append(l.Evidence, Evidence{ID: uuid.NewString(), Report: l.ID, Kind: Sound, SHA256: uuid.NewString()})
	}
	return l
}

// saying is the line after the machine heard its pieces say these words, by a method.
func (l Line) saying(method int, words ...match.Word) Line {
	for i, w := range words {
		if w != "" {
			l = l.After(Entry{Proof: &Proof{Report: l.ID, Evidence: l.Evidence[i].ID, SHA256: l.Evidence[i].SHA256, Method: method, Word: w}})
		}
	}
	return l
}

// unsampled is saying, of bytes whose verdict goes to nobody unasked.
func unsampled(words ...match.Word) Line {
	for {
		if l := clips(len(words)).saying(match.Method, words...); !sampled(l) {
			return l
		}
	}
}

func sampled(l Line) bool { _, s := l.Proved(); return s }

func TestWhatTheMachineSaysOfAReport(t *testing.T) {
	for _, c := range []struct {
		words []match.Word
		want  match.Word
		by    Checker
		waits bool
	}{
		{[]match.Word{""}, "", "", true},
		{[]match.Word{match.Verified}, match.Verified, ByMachine, false},
		{[]match.Word{match.NotProven}, match.NotProven, "", true},
		{[]match.Word{match.Contradicted}, match.Contradicted, "", true},
		{[]match.Word{match.NotProven, match.Verified}, match.Verified, ByMachine, false},
		{[]match.Word{match.Verified, match.Contradicted}, match.Contradicted, "", true},
	} {
		l := unsampled(c.words...)
		tally := Of(l)
		if l.Machine() != c.want || l.VerifiedBy() != c.by || l.Waits() != c.waits || tally.Verified != one(c.by != "") || tally.ByMachine != tally.Verified {
			t.Errorf("%v: %q by %q, waits %v, %+v", c.words, l.Machine(), l.VerifiedBy(), l.Waits(), tally)
		}
		// What is not proven, and what the machine finds contradicted, is no person's word: it counts against nobody.
		if !l.Counts() || tally.Qualifying != 1 || tally.Contradicted != 0 {
			t.Errorf("%v takes the airing away: %+v", c.words, tally)
		}
	}
	l := unsampled(match.Verified)
	if l.Proofs[0].Hints = []Hint{Direct}; !l.Waits() {
		t.Error("what sounds like the file itself waits for nobody")
	}
	l.Evidence = nil
	if l.Machine() != "" || l.VerifiedBy() != "" {
		t.Error("evidence that was taken away still speaks")
	}
}

// TestWhatATimeProves: a file's time may be later than its sound and never earlier; where nobody knows it, a person looks.
func TestWhatATimeProves(t *testing.T) {
	page := Evidence{Capture: Capture{BeganAt: provedAt}}
	heard := func(why match.Reason, late int) Proof {
		return Proof{Word: match.Contradicted, Reason: why, Late: late, Timed: true}
	}
	for _, c := range []struct {
		name string
		e    Evidence
		p    Proof
		word match.Word
		why  match.Reason
	}{
		{"a file of an hour later", Evidence{}, heard(match.OtherTime, 3600), match.NotProven, match.Later},
		{"a file of an hour before", Evidence{}, heard(match.OtherTime, -3600), match.Contradicted, match.OtherTime},
		{"the page an hour later", page, heard(match.OtherTime, 3600), match.Contradicted, match.OtherTime},
		{"another programme later", Evidence{}, heard(match.OtherProgramme, 3600), match.Contradicted, match.OtherProgramme},
	} {
		if c.p.judgeTime(c.e); c.p.Word != c.word || c.p.Reason != c.why || len(c.p.Hints) > 0 {
			t.Errorf("%s: %s because %s, %v", c.name, c.p.Word, c.p.Reason, c.p.Hints)
		}
	}
	p := Proof{Word: match.Verified, Reason: match.Found}
	if p.judgeTime(Evidence{}); p.Word != match.Verified || !slices.Equal(p.Hints, []Hint{Untimed}) {
		t.Errorf("at no known time: %+v", p)
	}
	l := unsampled(match.Verified, match.Verified)
	if l.Proofs[0].Hints = []Hint{Untimed}; l.Waits() {
		t.Error("a second recording, of which the time is known, settles nothing")
	}
	if l.Proofs[1].Hints = []Hint{Untimed}; !l.Waits() {
		t.Error("recordings made nobody knows when wait for nobody")
	}
}

func TestAPersonsWordStandsAboveTheMachines(t *testing.T) {
	for _, c := range []struct {
		person Finding
		by     Checker
	}{{Verified, ByBoth}, {NotProven, ""}, {Contradicted, ""}} {
		l := unsampled(match.Verified)
		l = l.After(Entry{Verdict: &Verdict{Report: l.ID, Finding: c.person}})
		if l.VerifiedBy() != c.by || l.Waits() {
			t.Errorf("%s: by %q, waits %v", c.person, l.VerifiedBy(), l.Waits())
		}
	}
	l := clips(1)
	l = l.After(Entry{Verdict: &Verdict{Report: l.ID, Finding: Verified}}).saying(match.Method, match.Contradicted)
	if l.VerifiedBy() != ByPerson || !l.Waits() || !l.Counts() {
		t.Errorf("verified by a person, then contradicted by the machine: by %q, waits %v, counts %v", l.VerifiedBy(), l.Waits(), l.Counts())
	}
}

func TestWhatAnOlderMethodHeardIsHeardAgain(t *testing.T) {
	l := clips(2)
	if len(l.Unproved()) != 2 {
		t.Fatal("nothing waits for the machine")
	}
	if l = l.saying(match.Method, match.NotProven); len(l.Unproved()) != 1 {
		t.Error("what was heard waits still")
	}
	old := clips(1).saying(match.Method-1, match.Contradicted)
	if len(old.Unproved()) != 1 {
		t.Error("what an older method heard does not wait")
	}
	if old = old.saying(match.Method, match.Verified); old.Machine() != match.Verified || len(old.Proofs) != 2 {
		t.Errorf("the newest method says %q beside %d", old.Machine(), len(old.Proofs))
	}
	l.CorrectedBy = uuid.NewString()
	if len(l.Unproved()) != 0 {
		t.Error("a report that was corrected waits for the machine")
	}
}

// TestOneInTwentyGoesToAPerson draws reports: the share is that of the rule, and each has one answer.
func TestOneInTwentyGoesToAPerson(t *testing.T) {
	n := 0
	for range 4000 {
		l := clips(1).saying(match.Method, match.Verified)
		drawn := sampled(l)
		if again := sampled(l); again != drawn || l.Waits() != drawn {
			t.Fatal("two answers of one report")
		}
		n += int(one(drawn))
	}
	if n < 120 || n > 290 {
		t.Errorf("%d of 4000", n)
	}
}

func TestAProofIsDecided(t *testing.T) {
	line := clips(1)
	e := line.Evidence[0]
	proof := Proof{Report: line.ID, Evidence: e.ID, SHA256: e.SHA256, Method: match.Method, Word: match.Verified, Reason: match.Found}
	m := accounts.Meta{By: accounts.Daemon(), At: provedAt}
	own := Use{Report: line.ID, Station: "S00001", At: provedAt}
	other := func(minutes int) Use {
		return Use{"another", "S00002", provedAt.Add(time.Duration(minutes) * time.Minute)}
	}
	for name, c := range map[string]struct {
		edit func(*About, *accounts.Meta, *Proof)
		uses []Use
		code string
		word match.Word
	}{
		"heard for the first time": {nil, []Use{own}, "", match.Verified},
		"given later elsewhere":    {nil, []Use{own, other(5)}, "", match.Verified},
		"given before elsewhere":   {nil, []Use{own, other(-5)}, "", match.NotProven},
		"given for the report that this one corrects": {func(a *About, _ *accounts.Meta, _ *Proof) { a.Before = []string{"another"} }, []Use{other(-5)}, "",
			match.Verified},
		"of its own copy":       {func(_ *About, _ *accounts.Meta, p *Proof) { p.Copy = "S00001" }, nil, "", match.Verified},
		"of another copy":       {func(_ *About, _ *accounts.Meta, p *Proof) { p.Copy = "S00002" }, nil, "", match.NotProven},
		"contradicted stays so": {func(_ *About, _ *accounts.Meta, p *Proof) { p.Word = match.Contradicted }, []Use{own, other(-5)}, "", match.Contradicted},
		"by a person": {func(_ *About, m *accounts.Meta, _ *Proof) {
			m.By = accounts.Actor{Person: "p", Via: "session", Grants: []accounts.Grant{{Role: accounts.Monitor,
				Scope: accounts.Scope{Level: accounts.Province}}}}
		}, nil, "accounts.denied", ""},
		"of other bytes":      {func(_ *About, _ *accounts.Meta, p *Proof) { p.SHA256 = "x" }, nil, "airing.evidence_unknown", ""},
		"of a photo":          {func(a *About, _ *accounts.Meta, _ *Proof) { a.Line.Evidence[0].Kind = Photo }, nil, "airing.evidence_unknown", ""},
		"of what was removed": {func(a *About, _ *accounts.Meta, _ *Proof) { a.Line.Evidence = nil }, nil, "airing.evidence_unknown", ""},
		"of a corrected one":  {func(a *About, _ *accounts.Meta, _ *Proof) { a.Line.CorrectedBy = "x" }, nil, "airing.verdict_of_corrected", ""},
	} {
		a, m, p := About{Line: line}, m, proof
		a.Line.Evidence = slices.Clone(line.Evidence)
		if c.edit != nil {
			c.edit(&a, &m, &p)
		}
		change, err := DecideProof(a, m, p, c.uses)
		if c.code != "" {
			if !fault.Is(err, c.code) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || change.Line.Machine() != c.word || len(change.Moved) != 1 {
			t.Errorf("%s: %q, %v", name, change.Line.Machine(), err)
			continue
		}
		if got := change.Line.Proofs[0]; slices.Contains([]match.Reason{match.Used, match.OtherCopy}, got.Reason) != (c.word == match.NotProven) {
			t.Errorf("%s: because %q", name, got.Reason)
		}
		if again, err := DecideProof(About{Line: change.Line}, m, p, c.uses); err != nil || !again.Nothing() {
			t.Errorf("%s, heard twice: %v", name, err)
		}
	}
}

func TestWhatARecordingIsComparedWith(t *testing.T) {
	episode := func(id, programme, audio string, days int, state scheduler.State) scheduler.Episode {
		at := provedAt.AddDate(0, 0, days)
		return scheduler.Episode{ID: id, Programme: programme, Audio: audio, Language: "vi", Steps: []scheduler.Step{{State: scheduler.Approved, At: at},
			{State: state, At: at.Add(time.Hour)}}}
	}
	list := []scheduler.Episode{episode("E1", "P1", "a1", -1, scheduler.Withdrawn), episode("E2", "P1", "a2", -8, scheduler.Approved),
		episode("E3", "P2", "a3", -3, scheduler.Approved), episode("E4", "P2", "a1", -2, scheduler.Approved), episode("E5", "P2", "", -2, scheduler.Approved),
		episode("E6", "P2", "a6", 3, scheduler.Approved)}
	plan := scheduler.NewSchedule(nil, list, nil)
	for _, c := range []struct{ episode, want string }{{"E1", "E1! E2 E3"}, {"", "E2! E1 E3"}, {"gone", "E2! E1 E3"}} {
		line := clips(1)
		line.Episode = c.episode
		var got []string
		for _, s := range SoughtFor(plan, line) {
			got = append(got, s.ID+map[bool]string{true: "!"}[s.Expected])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q is compared with %v, want %s", c.episode, got, c.want)
		}
	}
	var many []scheduler.Episode
	for i := range 100 {
		many = append(many, episode("E"+string(rune('1'+i%9))+strings.Repeat("0", i/9), "P2", uuid.NewString(), -1, scheduler.Approved))
	}
	if n := len(SoughtFor(scheduler.NewSchedule(nil, many, nil), clips(1))); n != mostSought {
		t.Errorf("compared with %d", n)
	}
}

func TestWhenARecordingWasMade(t *testing.T) {
	now, line := provedAt.Add(time.Hour), clips(1)
	for name, c := range map[string]struct {
		captured time.Time
		ahead    int
		want     time.Time
	}{
		"not said":                       {},
		"said":                           {captured: provedAt.Add(time.Minute), want: provedAt.Add(45 * time.Second)},
		"the phone is ahead":             {provedAt.Add(time.Minute), 30, provedAt.Add(15 * time.Second)},
		"the phone is a year behind":     {provedAt.AddDate(-1, 0, 0), -366 * 24 * 3600, provedAt.Add(-15 * time.Second)},
		"a year behind, and nobody knew": {captured: provedAt.AddDate(-1, 0, 0)},
		"it is yet to come":              {captured: now.Add(time.Hour)},
		"a week old":                     {captured: provedAt.AddDate(0, 0, -7), want: provedAt.AddDate(0, 0, -7).Add(-15 * time.Second)},
	} {
		e := Evidence{CapturedAt: c.captured, ClockAhead: c.ahead}
		if got := e.RecordedAt(15, line, now); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTheQueueBeginsWithWhatTheMachineFound(t *testing.T) {
	list := []Exhibit{{Report: "unheard", Station: "S00001", Waits: true}, {Report: "not proven", Station: "S00002", Waits: true, Machine: match.NotProven},
		{Report: "changed", Station: "S00003", Waits: true, Lapsed: "Hoa"},
		{Report: "contradicted", Station: "S00004", Waits: true, Machine: match.Contradicted},
		{Report: "like the file", Station: "S00006", Waits: true, Machine: match.Verified, Direct: true},
		{Report: "settled", Station: "S00005", Machine: match.Verified}}
	var got []string
	for _, e := range (CheckFilter{}).Pile(accounts.Daemon(), stations.NewRegistry(stations.Founding()), list).Waiting {
		got = append(got, e.Report)
	}
	if strings.Join(got, ", ") != "contradicted, like the file, changed, not proven, unheard" {
		t.Error(got)
	}
}

func TestAgreementIsOfTheSampleAlone(t *testing.T) {
	got := AgreementOf([]Exhibit{{}, {Machine: match.Verified}, {Machine: match.Verified, Finding: Contradicted}, {Machine: match.Verified, Sampled: true},
		{Machine: match.Verified, Sampled: true, Finding: Verified}, {Machine: match.Verified, Sampled: true, Finding: Contradicted},
		{Machine: match.NotProven, Sampled: true, Finding: Contradicted}, {Machine: match.Contradicted, Sampled: true, Finding: Contradicted},
		{Machine: match.Verified, Sampled: true, Finding: NotProven}})
	if got != (Agreement{Judged: 8, Sampled: 4, Looked: 3, Agreed: 1, Against: 1}) {
		t.Errorf("%+v", got)
	}
}
