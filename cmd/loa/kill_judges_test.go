package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/store/bolt"
)

// The contest of this test: works without a recording, scored by everyone.
const (
	killContest = "hoi-thi"
	killEntries = 5
	killJudges  = 4
)

// typist is a judge who types: what she was told is kept, and what she sent
// last without an answer.
type typist struct {
	secret string
	random *rand.Rand
	sheets map[string]*typed // by task
	tasks  []string          // in her order
}

type typed struct {
	version int               // acknowledged
	marks   map[string]string // of that version
	waiting *change           // sent, not answered
}

type change struct {
	Change  string            `json:"change"`
	Base    int               `json:"base"`
	Marks   map[string]string `json:"marks"`
	Comment string            `json:"comment"`
}

// ask sends one request of hers; the status is 0 when no answer came.
func (j *typist) ask(c *child, method, path string, body any) (int, []byte) {
	b, err := json.Marshal(body)
	if err != nil {
		return 0, nil
	}
	req, err := http.NewRequest(method, c.url+path, strings.NewReader(string(b)))
	if err != nil {
		return 0, nil
	}
	req.AddCookie(&http.Cookie{Name: "s", Value: j.secret})
	req.Header.Set("Content-Type", "application/json")
	status, _, b := c.do(req)
	return status, b
}

// step changes one mark of one sheet, or sends again what was not answered. It
// reports whether the daemon still lives.
func (j *typist) step(c *child, n int) bool {
	task := j.tasks[j.random.IntN(len(j.tasks))]
	s := j.sheets[task]
	if s.waiting == nil {
		marks := map[string]string{}
		maps.Copy(marks, s.marks)
		marks[fmt.Sprintf("k%d", j.random.IntN(3))] = ranking.Points(j.random.IntN(21) * 500).String()
		s.waiting = &change{Change: j.uuid(), Base: s.version, Marks: marks, Comment: fmt.Sprint("lần ", n)}
	}
	status, b := j.ask(c, "PUT", "/api/v1/contests/"+killContest+"/sheets/"+task, s.waiting)
	if status == 0 {
		return false
	}
	var out struct{ Version int }
	if err := json.Unmarshal(b, &out); status != http.StatusOK || err != nil || out.Version != s.version+1 {
		c.t.Errorf("a mark was answered %d %s", status, b)
		return false
	}
	s.version, s.marks, s.waiting = out.Version, s.waiting.Marks, nil
	return true
}

// look reads her sheets from the daemon and compares.
func (j *typist) look(c *child) {
	c.t.Helper()
	status, b := j.ask(c, "GET", "/api/v1/contests/"+killContest+"/judging", nil)
	var v contest.JudgeView
	if err := json.Unmarshal(b, &v); status != http.StatusOK || err != nil {
		c.t.Fatalf("her sheets: %d %s", status, b)
	}
	for _, t := range v.Tasks {
		s := j.sheets[t.ID]
		if s == nil {
			j.tasks = append(j.tasks, t.ID)
			j.sheets[t.ID] = &typed{}
			continue
		}
		want := s.marks
		if s.waiting != nil && t.Version == s.version+1 {
			want = s.waiting.Marks // kept, and only the answer was lost
		} else if t.Version != s.version {
			c.t.Errorf("version %d was acknowledged, %d is kept", s.version, t.Version)
		}
		for k, m := range want {
			if got, ok := t.Marks[k]; !ok || got.String() != m {
				c.t.Errorf("acknowledged as %v, kept as %v", want, t.Marks)
				break
			}
		}
	}
}

// offline opens the data folder while no daemon runs.
func offline(t *testing.T, dir string, do func(*bolt.Store, *contest.Hall)) {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	do(s, contest.NewHall(s, contest.From(s)))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// killRules is the sample without what needs a recording or waits for others.
func killRules(now time.Time) contest.Rules {
	r := contest.Sample()
	r.Dates = contest.Timetable{OpensAt: now.Add(-48 * time.Hour), ClosesAt: now.Add(-time.Hour)}
	r.Categories[0].Needs, r.Categories[0].MinSeconds = nil, 0
	r.Conflicts = contest.Conflicts{}
	round := &r.Rounds[0]
	round.Gap, round.TieBreaks = 0, []contest.TieBreak{{By: ranking.ByEarliest}}
	round.Parts[0].Sample, round.Parts[0].Criteria = false, nil
	for i, points := range []ranking.Points{40, 30, 30} {
		round.Parts[0].Criteria = append(round.Parts[0].Criteria, contest.Criterion{ID: fmt.Sprintf("k%d", i), Name: fmt.Sprint("Tiêu chí ", i+1),
			Max: 10 * ranking.Point, Step: ranking.Point / 2, Points: points * ranking.Point})
	}
	return r
}

// stageContest fills a data folder with a contest at its judging.
func stageContest(t *testing.T, s *bolt.Store, hall *contest.Hall) (organiser accounts.Actor, judges []*typist) {
	t.Helper()
	ctx, now, n := context.Background(), time.Now(), 0
	meta := func(by accounts.Actor, at time.Time) accounts.Meta {
		n++
		return accounts.Meta{ID: fmt.Sprint("stage-", n), By: by, At: at}
	}
	person := func(login string, g accounts.Grant) (accounts.Actor, string) {
		p, err := s.AddPerson(ctx, meta(accounts.Daemon(), now), accounts.AddPerson{Name: login, Login: login, Grants: []accounts.Grant{g}})
		if err != nil {
			t.Fatal(err)
		}
		secret := accounts.NewSecret()
		if _, err := s.StartSession(ctx, meta(p.Actor("session"), now), accounts.StartSession{Hash: accounts.HashOf(secret)}); err != nil {
			t.Fatal(err)
		}
		return p.Actor("session"), secret
	}
	do := func(by accounts.Actor, at time.Time, c contest.Command) {
		t.Helper()
		if _, err := hall.Do(ctx, meta(by, at), killContest, c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	organiser, _ = person("tochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	before := now.Add(-24 * time.Hour)
	do(organiser, before, contest.DraftContest{Rules: killRules(now)})
	do(organiser, before, contest.OpenContest{})
	for i := range killEntries {
		station := fmt.Sprintf("S%05d", 10+i)
		op, _ := person(fmt.Sprint("xa", i), accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}})
		do(op, before, contest.SubmitEntry{ID: fmt.Sprintf("entry-%04d", i),
			Work: contest.Work{Title: fmt.Sprint("Bài ", i), Theme: "ntm", Category: "chuong-trinh", Language: "vi", Kind: contest.ByStation,
				Station: station}})
	}
	var ids []string
	for i := range killJudges {
		j, secret := person(fmt.Sprint("giamkhao", i), accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: killContest}})
		do(organiser, before, contest.AppointJudge{Judge: contest.Judge{Person: j.Person, Chair: i == 0}})
		ids = append(ids, j.Person)
		judges = append(judges, &typist{secret: secret, random: rand.New(rand.NewPCG(uint64(now.UnixNano()), uint64(i))), sheets: map[string]*typed{}})
	}
	do(organiser, before, contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban", Judges: ids}}})
	do(organiser, now, contest.StartRound{Round: "chung-khao"})
	return organiser, judges
}

// TestNoMarkIsLostByKill kills the daemon again and again while judges type,
// and looks afterwards for every mark that was acknowledged. In the end the
// sheets are signed, ranked, and the whole log is replayed to the same ranking.
func TestNoMarkIsLostByKill(t *testing.T) {
	dir := t.TempDir()
	startChild(t, dir, 0).kill() // founds the province
	var organiser accounts.Actor
	var judges []*typist
	offline(t, dir, func(s *bolt.Store, hall *contest.Hall) { organiser, judges = stageContest(t, s, hall) })
	rounds, each := kills(t, 4), 120
	var c *child
	total := 0
	for round := range rounds {
		c = startChild(t, dir, 0)
		var typing sync.WaitGroup
		told := make(chan struct{}, each*killJudges*4)
		for _, j := range judges {
			j.look(c)
			typing.Go(func() {
				for n := 0; j.step(c, n); n++ {
					told <- struct{}{}
				}
			})
		}
		for range each {
			<-told
			total++
		}
		c.kill()
		typing.Wait()
		if code, out := loa("verify", "--data", dir); code != 0 {
			t.Fatalf("round %d: verify: %d %s", round, code, out)
		}
	}
	c = startChild(t, dir, 0)
	lost := 0
	for _, j := range judges {
		j.look(c)
		for _, s := range j.sheets {
			if s.waiting != nil {
				lost++
			}
		}
		j.finish(c)
	}
	c.kill()
	t.Logf("%d marks acknowledged and more, %d kills, %d changes without an answer sent again", total, rounds, lost)
	offline(t, dir, func(s *bolt.Store, hall *contest.Hall) {
		if _, err := hall.Do(t.Context(), accounts.Meta{ID: "finish", By: organiser, At: time.Now()}, killContest,
			contest.FinishRound{Round: "chung-khao"}); err != nil {
			t.Fatal(err)
		}
	})
	if code, out := loa("verify", "--data", dir); code != 0 {
		t.Fatalf("verify after the round: %d %s", code, out)
	}
	offline(t, dir, func(s *bolt.Store, hall *contest.Hall) {
		again, err := contest.Replay(killContest, s.Events(t.Context(), killContest, 0))
		if err != nil {
			t.Fatal(err)
		}
		if err := hall.View(t.Context(), killContest, func(now *contest.State) error {
			if len(again.Last().Finished.Places) != killEntries || !slices.Equal(again.Last().Finished.Places, now.Last().Finished.Places) {
				t.Errorf("replayed: %+v", again.Last().Finished)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// finish sends what waits, gives every mark, and signs.
func (j *typist) finish(c *child) {
	c.t.Helper()
	for n, task := range j.tasks {
		s, path := j.sheets[task], "/api/v1/contests/"+killContest+"/sheets/"+task
		must := func(method, path string, body any) {
			if status, b := j.ask(c, method, path, body); status != http.StatusOK {
				c.t.Fatalf("%s %s: %d %s", method, path, status, b)
			}
			s.version++
		}
		if s.waiting != nil {
			must("PUT", path, s.waiting)
		}
		must("PUT", path, change{Change: j.uuid(), Base: s.version, Marks: map[string]string{"k0": fmt.Sprint(n), "k1": "5.5",
			"k2": fmt.Sprint(j.random.IntN(10))}})
		must("POST", path+"/sign", map[string]any{"change": j.uuid(), "base": s.version})
	}
}

func (j *typist) uuid() string { return uuidOf(int(j.random.Int64N(1e11))) }
