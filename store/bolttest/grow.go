package bolttest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/coverage"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
)

// GrownAt is when Grow puts its rows.
var GrownAt = filledMonday.AddDate(0, 0, 107).Add(2 * time.Hour)

// grower adds rows of every kind to what Fill put.
type grower struct {
	*filler
	people map[accounts.Role]accounts.Actor
	at     time.Time
}

// Grow adds the rows number from..to-1 of every kind of list to what Fill put: people with
// links, sessions and tokens, stations, mergers, programmes with episodes and rules, recordings
// that sound alike, reports, one report corrected again and again and its evidence, excuses,
// closed weeks that somebody asked to open, decisions about the past, runs of jobs, contests,
// entries of one contest, and contests with twice as many results and sheets.
func Grow(t testing.TB, s *bolt.Store, blobs library.Blobs, from, to int) {
	t.Helper()
	g := grower{filler: &filler{t: t, ctx: t.Context(), s: s, blobs: blobs, n: 100_000 * (1 + to)}, people: map[accounts.Role]accounts.Actor{}}
	d, err := s.Directory(g.ctx)
	g.must(err)
	for _, p := range d.People() {
		for _, grant := range p.Grants {
			if p.Login == string(grant.Role)+"1" {
				g.people[grant.Role] = p.Actor("session")
			}
		}
	}
	for i := from; i < to; i++ {
		g.at = GrownAt.Add(time.Duration(i-1000) * time.Minute)
		g.accounts(i)
		g.places(i)
		g.plan(i)
		g.log(i)
		g.weeks(i)
		g.runs(i)
		g.contests(i)
	}
	g.judged(to)
}

// judged judges a contest of as many entries twice over, and begins to judge another.
func (g *grower) judged(n int) {
	over, runs, opens := fmt.Sprint("da-cham-", n), fmt.Sprint("dang-cham-", n), GrownAt.AddDate(0, 0, -20)
	judge := g.people[accounts.Judge]
	grants := slices.Clone(judge.Grants)
	for _, name := range []string{over, runs} {
		g.draft(name, opens, g.people)
		grants = append(grants, accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: name}})
	}
	changed, err := g.s.ChangePerson(g.ctx, g.meta(accounts.Daemon(), opens.AddDate(0, 0, -1)), accounts.ChangePerson{Person: judge.Person, Grants: &grants})
	g.must(err)
	g.people[accounts.Judge] = changed.Actor("session")
	g.play(over, opens, g.people, 2*n)
	g.judging(runs, opens, g.people, 2*n)
	for i := range n {
		g.do(over, g.people[accounts.Organiser], opens, 18, contest.FileComplaint{Who: fmt.Sprint("Đài số ", i), Text: "Tác phẩm đã phát năm ngoái"})
	}
}

// daemon is the meta of a change the daemon makes a little before GrownAt.
func (g *grower) daemon() accounts.Meta { return g.meta(accounts.Daemon(), g.at) }

func (g *grower) accounts(i int) {
	_, err := g.s.AddPerson(g.ctx, g.daemon(), accounts.AddPerson{Name: fmt.Sprint("Chị ", i), Login: fmt.Sprint("them-", i), Grants: []accounts.Grant{
		{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}},
		{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "hoi-thi"}},
		{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: fmt.Sprint("hoi-", i)}}}})
	g.must(err)
	admin := g.people[accounts.Admin]
	_, err = g.s.Invite(g.ctx, g.meta(admin, g.at), accounts.Invite{Hash: accounts.HashOf(accounts.NewSecret()), Note: "Anh Páo",
		Grants: []accounts.Grant{{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: fmt.Sprint("hoi-", i)}}}})
	g.must(err)
	_, err = g.s.StartSession(g.ctx, g.meta(admin, g.at), accounts.StartSession{Hash: accounts.HashOf(accounts.NewSecret()),
		Browser: "Firefox", Address: "10.0.0.1"})
	g.must(err)
	_, err = g.s.AddToken(g.ctx, g.meta(admin, g.at), accounts.AddToken{Hash: accounts.HashOf(accounts.NewSecret()), Person: admin.Person,
		Name: fmt.Sprint("Máy ", i), Expires: GrownAt.AddDate(0, 3, 0)})
	g.must(err)
}

// places founds two stations and gives one of them the unit of a merged commune.
func (g *grower) places(i int) {
	units, _ := stations.Founding()
	for n := range 2 {
		for _, u := range units {
			if u.Code == g.unitCode(12+2*i+n) {
				_, err := g.s.SaveStation(g.ctx, g.daemon(), stations.SaveStation{Unit: u.UnitKey})
				g.must(err)
			}
		}
	}
	code := fmt.Sprint(92_000 + i)
	_, err := g.s.Merge(g.ctx, g.daemon(), stations.Merge{On: stations.DateOf(g.at),
		Rows: []stations.MergeRow{{Line: 2, OldCode: g.unitCode(12 + 2*i), NewCode: code, NewName: "Xã Gộp " + code}}})
	g.must(err)
}

// unitCode is the code of the n-th station of the founding list.
func (g *grower) unitCode(n int) string {
	units, list := stations.Founding()
	return stations.NewRegistry(units, list).UnitOf(list[n].ID).Code
}

// plan makes a programme of the province that everybody airs and one of the station's own,
// each of a recording that sounds like the others.
func (g *grower) plan(i int) {
	operator := g.people[accounts.Operator]
	for n, owner := range []library.Owner{{Name: "Toà soạn"}, {Person: operator.Person, Name: operator.Name, Station: "S00001"}} {
		rec := g.keep(library.ForProgramme, accounts.Daemon(), owner, fmt.Sprintf("ban-tin-%d-%d.mp3", i, n), tagged(voiceCut, 2+2*i+n), g.at)
		p, err := g.s.SaveProgramme(g.ctx, g.daemon(), scheduler.SaveProgramme{Title: fmt.Sprintf("Bản tin %d-%d", i, n), Languages: []string{"vi"},
			CountsTowardTarget: true})
		g.must(err)
		e, err := g.s.SaveEpisode(g.ctx, g.daemon(), scheduler.SaveEpisode{Programme: p.ID, Title: "Số 1", Audio: rec.ID, Script: "Kính chào bà con.",
			Language: "vi", Submit: true})
		g.must(err)
		_, err = g.s.MoveEpisode(g.ctx, g.daemon(), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Approved})
		g.must(err)
		where := scheduler.Selection{All: true}
		if n == 1 {
			where = scheduler.Selection{Stations: []string{"S00001"}}
		}
		_, err = g.s.SaveRule(g.ctx, g.daemon(), scheduler.SaveRule{Programme: p.ID, Cron: fmt.Sprintf("%d %d * * *", i%60, 6+n), Selection: where})
		g.must(err)
	}
	_, err := g.s.SaveEpisode(g.ctx, g.daemon(), scheduler.SaveEpisode{Programme: "P1", Title: fmt.Sprint("Số ", 10+i),
		Script: "Kính chào bà con.", Language: "vi"})
	g.must(err)
	page := fmt.Appendf(nil, "\x89PNG\r\n\x1a\n scan %d", i)
	_, err = g.s.SaveRecording(g.ctx, g.meta(operator, g.at),
		library.SaveRecording{Kind: library.Scan, Owner: library.Owner{Person: operator.Person, Name: operator.Name, Station: "S00001"},
			Name: fmt.Sprint("kich-ban-", i, ".png"), ContentType: "image/png", Blob: g.blob(page), Begun: g.at})
	g.must(err)
}

// chain is the report that is corrected again and again.
func chain(i int) string { return fmt.Sprintf("c0000000-0000-4000-8000-%012d", i) }

func (g *grower) log(i int) {
	operator := g.people[accounts.Operator]
	at := GrownAt.Add(-2 * time.Hour)
	_, err := g.s.Confirm(g.ctx, g.meta(operator, GrownAt),
		airing.Confirm{ID: g.id(), Station: "S00001", Programme: "P2", Outcome: airing.Aired, Means: airing.FM,
			StartedAt: at.Add(-time.Duration(i) * 17 * time.Minute), Seconds: 600, Unplanned: true})
	g.must(err)
	c := airing.Confirm{ID: chain(i), Station: "S00001", Programme: "P1", Outcome: airing.Aired, Means: airing.FM, StartedAt: at,
		Seconds: 900 + i, Unplanned: true}
	if i > 0 {
		c.Corrects, c.Why = chain(i-1), "ghi nhầm"
	}
	line, err := g.s.Confirm(g.ctx, g.meta(operator, GrownAt), c)
	g.must(err)
	photo := g.blob(fmt.Appendf(nil, "\x89PNG\r\n\x1a\n of %d", i))
	_, err = g.s.Attach(g.ctx, g.meta(operator, GrownAt), airing.Evidence{ID: g.id(), Report: line.ID, Kind: "photo", Type: "image/png", SHA256: photo.SHA256,
		Size: photo.Size})
	g.must(err)
}

// weeks excuses a station of this week, closes a week, asks to open it and decides about the past.
func (g *grower) weeks(i int) {
	monitor, this := g.people[accounts.Monitor], airing.Calendar{Zone: text.Zone}.Week(GrownAt)
	_, err := g.s.Excuse(g.ctx, g.meta(monitor, g.at), coverage.Excuse{Week: this, Station: stations.StationID(2 + i%10), Reason: airing.Weather,
		Note: fmt.Sprint("Lũ quét ", i), Asked: g.people[accounts.Admin].Name})
	g.must(err)
	week := FilledWeek + 1 + airing.Week(i)
	_, err = g.s.CloseWeek(g.ctx, g.daemon(), coverage.Close{Week: week})
	g.must(err)
	_, err = g.s.ReopenWeek(g.ctx, g.meta(monitor, g.at), coverage.Reopen{Week: week, Reason: "đài gửi muộn"})
	g.must(err)
	_, err = g.s.DecideAnew(g.ctx, g.daemon(), coverage.Anew{What: coverage.AnewTerms, Programme: "P1", From: stations.DateOf(filledMonday),
		CountsTowardTarget: true,
		MinSeconds:         241 + i, Reason: "tỉnh quy định lại"})
	g.must(err)
}

func (g *grower) runs(i int) {
	run := scheduler.Run{Job: "due_slots", ScheduledAt: g.at, StartedAt: g.at, Outcome: scheduler.Running, Attempt: 1}
	_, err := g.s.BeginRun(g.ctx, run)
	g.must(err)
	run.Outcome, run.EndedAt, run.Summary = scheduler.Done, g.at, "Xong."
	g.must(g.s.EndRun(g.ctx, run))
}

// contests drafts a contest, opens one and enters a work in the first that was opened.
func (g *grower) contests(i int) {
	opens := GrownAt.AddDate(0, 0, -3)
	g.draft(fmt.Sprint("hoi-", i), opens, g.people)
	name := fmt.Sprint("mo-", i)
	g.draft(name, opens, g.people)
	g.do(name, g.people[accounts.Organiser], opens, -1, contest.OpenContest{})
	g.enter("mo-0", opens, g.people[accounts.Operator], fmt.Sprint("Đường lên bản ", i), cut(voice, i))
}
