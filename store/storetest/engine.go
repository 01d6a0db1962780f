package storetest

import (
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/coverage"
	"loa/internal/fault"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
	"loa/store"
)

// Engine runs the suite of what the tables of one noun tell another; open gives an
// empty engine.
func Engine(t *testing.T, open func(t *testing.T) store.Engine) {
	for name, test := range map[string]func(*testing.T, store.Engine){
		"a recording an episode is made of stays": engineUsed,
		"a blob is used by whatever points at it": engineBlobs,
		"closed weeks are listed as they stand":   engineClosed,
		"a contest knows the other nouns":         engineContest,
		"a text message is a report once":         engineTexts,
		"a sample stays until it is taken back":   engineSamples,
		"a number of a paper is given once":       engineOutgoing,
		"an office lays its papers out":           engineLayouts,
		"an old book comes in once, and goes":     engineOldBooks,
		"a figure of the plan is corrected aloud": enginePlan,
		"a knowledge contest from bank to prize":  engineQuiz,
		"what is public, and calendars":           engineSharing,
		"changes are timed, refusals are not":     engineTimed,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// engineAt is a Monday; the engine's reference data was put there the day before.
var engineAt = time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC)

func daemonAt(id string, at time.Time) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Daemon(), At: at}
}

// aired fills the engine with the founding registry and an approved episode of sound
// number 0, which every station is to air on the Monday at 17:00.
func aired(t *testing.T, e store.Engine) (episode scheduler.Episode, slot string) {
	t.Helper()
	ctx, before := t.Context(), engineAt.AddDate(0, 0, -1)
	units, list := stations.Founding()
	if err := e.Found(ctx, daemonAt("found", before), units, list); err != nil {
		t.Fatal(err)
	}
	p := must[scheduler.Programme](t)(e.SaveProgramme(ctx, daemonAt("p", before), scheduler.SaveProgramme{Title: "Nông thôn mới", CountsTowardTarget: true}))
	must[library.Recording](t)(e.SaveRecording(ctx, daemonAt("r1", before), sent(0, 0, 1)))
	episode = must[scheduler.Episode](t)(e.SaveEpisode(ctx, daemonAt("e", before),
		scheduler.SaveEpisode{Programme: p.ID, Title: "Số 1", Audio: "r1", Submit: true}))
	episode = must[scheduler.Episode](t)(e.MoveEpisode(ctx, daemonAt("ok", before), scheduler.MoveEpisode{ID: episode.ID, To: scheduler.Approved}))
	rule := must[scheduler.Rule](t)(e.SaveRule(ctx, daemonAt("rule", before), scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 1", Minutes: 15,
		Selection: scheduler.Selection{All: true}}))
	return episode, scheduler.SlotID(rule.ID, "S00001", time.Date(2024, 5, 13, 10, 0, 0, 0, time.UTC))
}

// engineTimed: who asked is told of each change once it is kept.
func engineTimed(t *testing.T, e store.Engine) {
	told := 0
	e.Commits(func(took time.Duration) {
		if told++; took <= 0 {
			t.Errorf("a change took %v", took)
		}
	})
	must[scheduler.Programme](t)(e.SaveProgramme(t.Context(), daemonAt("p", engineAt), scheduler.SaveProgramme{Title: "Nông thôn mới"}))
	if _, err := e.SaveProgramme(t.Context(), daemonAt("q", engineAt), scheduler.SaveProgramme{}); err == nil || told != 1 {
		t.Errorf("told %d times of one change and a refusal (%v)", told, err)
	}
}

func engineUsed(t *testing.T, e store.Engine) {
	ctx := t.Context()
	aired(t, e)
	must[library.Recording](t)(e.SaveRecording(ctx, daemonAt("r2", engineAt), sent(1, 0, 2)))
	for id, want := range map[string]bool{"r1": true, "r2": false, "nobody": false} {
		if used := must[bool](t)(e.RecordingUsed(ctx, id)); used != want {
			t.Errorf("%s is used: %t", id, used)
		}
	}
	if _, err := e.RemoveRecording(ctx, daemonAt("x", engineAt), "r1"); !fault.Is(err, "library.in_use") {
		t.Errorf("removed what an episode is made of: %v", err)
	}
	must[library.Recording](t)(e.RemoveRecording(ctx, daemonAt("y", engineAt), "r2"))
}

func engineBlobs(t *testing.T, e store.Engine) {
	ctx := t.Context()
	_, slot := aired(t, e)
	owners := func(sha string) []string { return idsOf(must[[]library.Recording](t)(e.BlobOwners(ctx, sha))) }
	r1, copied, photo, nothing := sent(0, 0, 1).Blob.SHA256, sent(0, 0, 5).Blob.SHA256, sent(0, 0, 6).Blob.SHA256, sent(0, 0, 7).Blob.SHA256
	must[library.BroadcastCopy](t)(e.SaveBroadcastCopy(ctx, daemonAt("c", engineAt),
		library.BroadcastCopy{Recording: "r1", Blob: library.Ref{SHA256: copied, Size: 5}}))
	line := must[airing.Line](t)(e.Confirm(ctx, by(operatorOf("S00001"), engineAt.Add(10*time.Hour)),
		airing.Confirm{ID: t36(1), Slot: slot, Outcome: airing.Aired, Means: airing.FM}))
	must[airing.Line](t)(e.Attach(ctx, by(operatorOf("S00001"), engineAt.Add(10*time.Hour)),
		airing.Evidence{ID: t36(2), Report: line.ID, Recording: t36(3), Kind: "photo", Type: "image/jpeg", SHA256: photo, Size: 9}))
	for sha, want := range map[string]struct {
		used   bool
		owners []string
	}{r1: {true, []string{"r1"}}, copied: {true, []string{"r1"}}, photo: {true, nil}, nothing: {false, nil}} {
		if used := must[bool](t)(e.BlobUsed(ctx, sha)); used != want.used {
			t.Errorf("%s is used: %t", sha, used)
		}
		same(t, owners(sha), want.owners)
	}
}

func engineClosed(t *testing.T, e store.Engine) {
	ctx := t.Context()
	aired(t, e)
	monitor := monitorOf(accounts.Province, "")
	close := func(w airing.Week, at time.Time) {
		t.Helper()
		must[coverage.Week](t)(closeSeen(e, by(monitor, at), w))
	}
	week := thatWeek
	close(week, engineAt.AddDate(0, 0, 30))
	close(week+1, engineAt.AddDate(0, 0, 30))
	opened := engineAt.AddDate(0, 0, 31)
	must[coverage.Week](t)(e.ReopenWeek(ctx, by(monitor, opened), coverage.Reopen{Week: week, Reason: "đài gửi muộn"}))
	other := monitor
	other.Person = "another monitor"
	must[coverage.Week](t)(e.ReopenWeek(ctx, by(other, opened), coverage.Reopen{Week: week, Request: opened}))
	got := must[map[airing.Week]coverage.Standing](t)(e.ClosedWeeks(ctx, week-1, week+5))
	same(t, got, map[airing.Week]coverage.Standing{week: {Reopened: opened.UTC()}, week + 1: {Closed: true}})
	if got := must[map[airing.Week]coverage.Standing](t)(e.ClosedWeeks(ctx, week+1, week+1)); len(got) != 1 {
		t.Errorf("of one week: %v", got)
	}
}

func engineContest(t *testing.T, e store.Engine) {
	ctx := t.Context()
	episode, slot := aired(t, e)
	from := contest.From(e)
	st := must[contest.Station](t)(from.Station(ctx, "S00001", engineAt))
	if reg := must[*stations.Registry](t)(e.Registry(ctx)); !st.Active || st.District != reg.Where("S00001").District || st.Name == "" || st.Successor != "" {
		t.Errorf("%+v", st)
	}
	meta := daemonAt("judge", engineAt)
	judge := must[accounts.Person](t)(e.AddPerson(ctx, meta, accounts.AddPerson{Name: "Chị Mai", Login: "mai",
		Grants: []accounts.Grant{{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "hoi-thi"}}}}))
	if p := must[contest.Person](t)(from.Person(ctx, judge.ID)); p.Name != "Chị Mai" || len(p.Grants) != 1 {
		t.Errorf("%+v", p)
	}
	d := must[*accounts.Directory](t)(e.Directory(ctx))
	if list := contest.JudgesOf(d, "hoi-thi"); len(list) != 1 || list[0].ID != judge.ID || len(contest.JudgesOf(d, "khac")) > 0 ||
		len(contest.OrganisersOf(d, "hoi-thi")) > 0 {
		t.Errorf("%+v", list)
	}

	work := sent(0, 1, 2) // the same sound with its beginning cut off
	work.Kind = library.ForContest
	must[library.Recording](t)(e.SaveRecording(ctx, daemonAt("work", engineAt), work))
	file := must[contest.File](t)(from.File(ctx, "work"))
	if file.Name != work.Name || file.SHA256 != work.Blob.SHA256 || file.Sound != work.Report.Facts.MP3.FramesSHA256 || !file.Work || file.Seconds != 18 {
		t.Errorf("%+v", file)
	}
	alike := must[map[string][]contest.File](t)(from.Undecided(ctx, []string{"work", "r3"}))
	if len(alike) != 1 || len(alike["work"]) != 1 || alike["work"][0].ID != "r1" || alike["work"][0].Work {
		t.Errorf("%+v", alike)
	}
	must[library.Likeness](t)(e.JudgeLikeness(ctx, daemonAt("same", engineAt), library.JudgeLikeness{One: "work", Other: "r1", Word: library.Same}))
	alike = must[map[string][]contest.File](t)(from.Undecided(ctx, []string{"work", "r3"}))
	if len(alike) != 1 || len(alike["work"]) != 1 || alike["work"][0].ID != "r1" || !alike["work"][0].Same {
		t.Errorf("of one recording: %+v", alike)
	}
	must[library.Likeness](t)(e.JudgeLikeness(ctx, daemonAt("word", engineAt),
		library.JudgeLikeness{One: "work", Other: "r1", Word: library.Different, Reason: "khác nhau"}))
	if alike = must[map[string][]contest.File](t)(from.Undecided(ctx, []string{"work"})); len(alike) > 0 {
		t.Errorf("decided, and asked about: %+v", alike)
	}

	at := engineAt.Add(9 * time.Hour)
	line := must[airing.Line](t)(e.Confirm(ctx, by(operatorOf("S00001"), at.Add(time.Hour)),
		airing.Confirm{ID: t36(1), Slot: slot, Outcome: airing.Aired, Means: airing.FM}))
	for where, want := range map[string]int{"": 1, "S00001": 1, "S00002": 0} {
		got := must[contest.Episode](t)(from.Episode(ctx, episode.ID, where, at.AddDate(0, 0, -1), at.AddDate(0, 0, 1)))
		if got.Audio != "r1" || len(got.Airings) != want || want == 1 && got.Airings[0].ID != line.ID {
			t.Errorf("at %q: %+v", where, got)
		}
	}
	if got := must[contest.Episode](t)(from.Episode(ctx, episode.ID, "", at.AddDate(0, 0, -2), at.AddDate(0, 0, -1))); len(got.Airings) > 0 {
		t.Errorf("the day before: %+v", got)
	}
	for _, err := range []error{second(from.Station(ctx, "S99999", at)), second(from.Person(ctx, "nobody")), second(from.File(ctx, "none")),
		second(from.Episode(ctx, "none", "", at, at))} {
		if fault.Of(err) == nil || fault.Of(err).Kind != fault.NotFound {
			t.Errorf("what is unknown: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
