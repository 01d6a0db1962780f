package contest_test

import (
	"fmt"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
	"loa/stations"
)

var (
	opens  = time.Date(2024, 9, 2, 0, 0, 0, 0, text.Zone)
	closes = time.Date(2024, 9, 30, 17, 0, 0, 0, text.Zone)
	later  = time.Date(2024, 10, 5, 8, 0, 0, 0, text.Zone)
)

// noUnits is a registry for papers whose rules name no station.
var noUnits = stations.NewRegistry(nil, nil)

func pt(n int) ranking.Points { return ranking.Points(n) * ranking.Point }

// world is one contest and the people around it.
type world struct {
	t     testing.TB
	s     *contest.State
	now   time.Time
	n     int
	facts contest.Facts
	log   []contest.Event
}

// newWorld knows 30 stations in three districts, S00001 to S00030, and the
// judges J1 to J9.
func newWorld(t testing.TB, id string) *world {
	w := &world{t: t, s: contest.NewState(id), now: opens.AddDate(0, 0, -30),
		facts: contest.Facts{Stations: map[string]contest.Station{}, Files: map[string]contest.File{}, People: map[string]contest.Person{}}}
	for i := 1; i <= 30; i++ {
		sid, d := stationID(i), fmt.Sprintf("08%d", i%3)
		w.facts.Stations[sid] = contest.Station{ID: sid, Name: fmt.Sprintf("Đài số %d", i), District: d, DistrictName: "Huyện " + d, Active: true}
	}
	for i := 1; i <= 9; i++ {
		j := fmt.Sprintf("J%d", i)
		w.facts.People[j] = contest.Person{ID: j, Name: "Giám khảo " + j, Grants: judgeGrant(id)}
	}
	w.facts.Seed = [32]byte{7}
	return w
}

func stationID(i int) string { return fmt.Sprintf("S%05d", i) }

func judgeGrant(id string) []accounts.Grant {
	return []accounts.Grant{{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}}}
}

func (w *world) organiser() accounts.Actor {
	return accounts.Actor{Person: "org", Name: "Ban tổ chức", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}}}
}

// second is another organiser.
func (w *world) second() accounts.Actor {
	a := w.organiser()
	a.Person, a.Name = "org2", "Phó ban tổ chức"
	return a
}

// correct corrects a published result, as two people can.
func (w *world) correct(c contest.Command) {
	w.t.Helper()
	w.do(w.organiser(), c)
	w.do(w.second(), contest.DecideCorrection{ID: w.s.Proposed.ID, Confirm: true})
}

func (w *world) judge(id string) accounts.Actor {
	return accounts.Actor{Person: id, Name: "Giám khảo " + id, Via: "session", Grants: judgeGrant(w.s.ID)}
}

func (w *world) operator(station int) accounts.Actor {
	id := stationID(station)
	return accounts.Actor{Person: "op" + id, Name: "Cán bộ " + id, Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: id}}}}
}

// try carries a command out or returns the fault.
func (w *world) try(by accounts.Actor, c contest.Command) error {
	w.n++
	return w.tryAs(fmt.Sprintf("change-%d", w.n), by, c)
}

func (w *world) tryAs(id string, by accounts.Actor, c contest.Command) error {
	w.facts.Seed[1]++
	m := accounts.Meta{ID: id, By: by, At: w.now}
	events, err := contest.Decide(w.s, w.facts, m, c)
	if err != nil {
		return err
	}
	if len(events) > 0 {
		w.guarded(m, c)
	}
	for _, e := range events {
		if err := w.s.Apply(e); err != nil {
			w.t.Fatalf("an event Decide returned does not apply: %v", err)
		}
	}
	w.log = append(w.log, events...)
	return nil
}

// do carries a command out; what a step asks to have seen has been seen.
func (w *world) do(by accounts.Actor, c contest.Command) {
	w.t.Helper()
	err := w.try(by, c)
	if once.Unseen(err) {
		w.facts.Seed[1]-- // being asked draws no other lots
		err = w.try(by, seen(c, fault.Of(err).Args["seen"].(string)))
	}
	if err != nil {
		w.t.Fatalf("%T: %v", c, err)
	}
}

// seen is the step with the word that it was seen.
func seen(c contest.Command, word string) contest.Command {
	said := contest.Seen{Seen: word}
	switch c := c.(type) {
	case contest.StartRound:
		return contest.StartRound{Round: c.Round, Seen: said}
	case contest.FinishRound:
		return contest.FinishRound{Round: c.Round, Seen: said}
	case contest.PublishResults:
		return contest.PublishResults{Seen: said}
	case contest.CloseContest:
		return contest.CloseContest{Seen: said}
	}
	return c
}

// refused fails the test unless the command is refused with the code, alone
// or among others, and has its sentence.
func (w *world) refused(code string, by accounts.Actor, c contest.Command) {
	w.t.Helper()
	before := w.s.Seq
	err := w.try(by, c)
	e := fault.Of(err)
	if e == nil {
		w.t.Fatalf("%T was accepted, want %s", c, code)
	}
	found := false
	for _, p := range append(e.Parts, e) {
		found = found || p.Code == code
		for name, value := range p.Args {
			if value == "" {
				w.t.Fatalf("%T: the sentence of %s has a gap for its %s", c, p.Code, name)
			}
		}
	}
	if !found {
		w.t.Fatalf("%T: got %v, want %s", c, err, code)
	}
	if !text.Has(code) {
		w.t.Fatalf("%s has no sentence", code)
	}
	if w.s.Seq != before {
		w.t.Fatalf("%T was refused and changed something", c)
	}
}

// file makes an uploaded recording known and returns its ID.
func (w *world) file(by accounts.Actor, seconds float64) string {
	id := fmt.Sprintf("F%d", len(w.facts.Files)+1)
	w.facts.Files[id] = contest.File{ID: id, Name: "bài " + id + ".mp3", SHA256: "sha-" + id, Sound: "sound-" + id, Bytes: 1000,
		Seconds: seconds, Begun: w.now.Add(-time.Minute), By: by.Person, Work: true}
	return id
}

// script makes an uploaded text known and returns its ID.
func (w *world) script(by accounts.Actor) string {
	id := fmt.Sprintf("F%d", len(w.facts.Files)+1)
	w.facts.Files[id] = contest.File{ID: id, Name: "kịch bản.txt", SHA256: "sha-" + id, Bytes: 10, Words: "Kính chào bà con.", Begun: w.now.Add(-time.Minute),
		By: by.Person}
	return id
}

// close ends a station, and reopen lets it work again.
func (w *world) close(station int)  { w.setActive(station, false) }
func (w *world) reopen(station int) { w.setActive(station, true) }

func (w *world) setActive(station int, active bool) {
	st := w.facts.Stations[stationID(station)]
	st.Active = active
	w.facts.Stations[st.ID] = st
}

// work is a plain entry of a station under the first theme and category.
func (w *world) work(station int) contest.Work {
	by := w.operator(station)
	return contest.Work{Title: "Chuyện làng", Theme: w.s.Rules.Themes[0].ID, Category: w.s.Rules.Categories[0].ID, Language: "vi",
		Kind: contest.ByStation, Station: stationID(station), Authors: []string{"Vàng A Sính"},
		Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: w.file(by, 300)}, {Kind: contest.Script, File: w.script(by)}}}
}

// enter submits the work of a station and returns the entry's ID.
func (w *world) enter(station int, work contest.Work) string {
	w.t.Helper()
	w.n++
	id := fmt.Sprintf("entry-%04d", w.n)
	w.do(w.operator(station), contest.SubmitEntry{ID: id, Work: work})
	return id
}

// open drafts and opens the contest and moves the clock into its first day.
func (w *world) open(r contest.Rules) {
	w.t.Helper()
	w.do(w.organiser(), contest.DraftContest{Rules: r})
	w.do(w.organiser(), contest.OpenContest{})
	w.now = opens.Add(9 * time.Hour)
}

// jury appoints J1 to Jn, J1 in the chair, and one panel of all for a round.
func (w *world) jury(n int, rounds ...string) {
	w.t.Helper()
	var all []string
	for i := 1; i <= n; i++ {
		id := fmt.Sprintf("J%d", i)
		all = append(all, id)
		w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: id, Chair: i == 1}})
	}
	for _, r := range rounds {
		w.do(w.organiser(), contest.SetPanels{Round: r, Panels: []contest.Panel{{ID: "all", Name: "Ban giám khảo", Judges: all}}})
	}
}

// score lets every judge fill and sign every open sheet of the running round;
// mark chooses the mark.
func (w *world) score(mark func(t *contest.Task, c contest.Criterion) ranking.Points) {
	w.t.Helper()
	r := w.s.Running()
	rules, _ := w.s.Rules.Round(r.ID)
	for _, t := range r.Tasks {
		if t.SetAside != nil || t.Final() {
			continue
		}
		w.sign(t, rules, mark)
	}
}

func (w *world) sign(t *contest.Task, rules *contest.Round, mark func(*contest.Task, contest.Criterion) ranking.Points) {
	w.t.Helper()
	c := contest.Content{Marks: map[string]ranking.Points{}}
	for _, k := range rules.Part(t.Part).Criteria {
		c.Marks[k.ID] = mark(t, k)
	}
	w.do(w.judge(t.Judge), contest.SaveSheet{Task: t.ID, Base: t.Sheet.Version, Content: c})
	w.do(w.judge(t.Judge), contest.SignSheet{Task: t.ID, Base: t.Sheet.Version})
}

// replays checks that the log alone leads to the same state.
func (w *world) replays() *contest.State {
	w.t.Helper()
	again, err := contest.Replay(w.s.ID, func(yield func(contest.Event, error) bool) {
		for _, e := range w.log {
			if !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if again.Head != w.s.Head || fmt.Sprint(again.Given) != fmt.Sprint(w.s.Given) || fmt.Sprint(again.Points()) != fmt.Sprint(w.s.Points()) {
		w.t.Fatal("a replay gives another contest")
	}
	return again
}

// toRound waits for the deadline and starts the round.
func (w *world) toRound(id string) {
	w.t.Helper()
	if w.now.Before(later) {
		w.now = later
	}
	w.do(w.organiser(), contest.StartRound{Round: id})
}

// rubric is one part worth the points, split over as many criteria as given
// weights, each scored 0 to 10 in halves.
func rubric(id, name string, weights ...int) contest.Part {
	p := contest.Part{ID: id, Name: name}
	for i, n := range weights {
		p.Points += pt(n)
		p.Criteria = append(p.Criteria, contest.Criterion{ID: fmt.Sprintf("k%d", i+1), Name: fmt.Sprintf("Tiêu chí %d", i+1),
			Max: pt(10), Step: ranking.Point / 2, Points: pt(n)})
	}
	return p
}

// plain is the simplest whole contest: one theme, one category, one round.
func plain() contest.Rules {
	return contest.Rules{
		Title: "Hội thi phát thanh cơ sở", Host: "Ban tổ chức hội thi",
		Themes: []contest.Theme{{ID: "ntm", Name: "Nông thôn mới"}},
		Categories: []contest.Category{{ID: "ct", Name: "Chương trình", MinSeconds: 180, MaxSeconds: 600,
			Needs: []contest.Need{{Piece: contest.Audio, When: contest.Always}}}},
		Who:       contest.Eligibility{Kinds: []contest.EntrantKind{contest.ByStation}},
		Dates:     contest.Timetable{OpensAt: opens, ClosesAt: closes, GraceMinutes: 120},
		Conflicts: contest.Conflicts{OwnStation: true},
		Rounds: []contest.Round{{ID: "chung-khao", Name: "Chung khảo", Points: pt(100), Parts: []contest.Part{rubric("ct", "Chương trình", 40, 30, 30)},
			Method: ranking.Mean, TieBreaks: []contest.TieBreak{{By: ranking.ByCriterion, Part: "ct", Criterion: "k1"}, {By: ranking.ByEarliest}}}},
		Awards: []contest.Award{{ID: "chung", Name: "Giải chung", Prizes: ladder(1, 2, 3, 5)}},
	}
}

// ladder is Nhất, Nhì, Ba, Khuyến khích with these counts.
func ladder(n ...int) []contest.Prize {
	names := [][2]string{{"nhat", "Giải Nhất"}, {"nhi", "Giải Nhì"}, {"ba", "Giải Ba"}, {"kk", "Giải Khuyến khích"}}
	var out []contest.Prize
	for i, c := range n {
		out = append(out, contest.Prize{ID: names[i][0], Name: names[i][1], Count: c})
	}
	return out
}
