package runs_test

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolttest"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/runs"
	"loa/web/webtest"
)

var now = time.Date(2024, 5, 14, 8, 0, 0, 0, text.Zone)

// kept is a log of runs by the contract of scheduler.RunLog, the latest first.
type kept []scheduler.Run

func (l kept) RunsBefore(_ context.Context, job string, before time.Time, limit int) (page []scheduler.Run, _ error) {
	for _, r := range l {
		if r.ScheduledAt.Before(before) && (job == "" || job == r.Job) && len(page) < limit {
			page = append(page, r)
		}
	}
	return page, nil
}

func (kept) Jobs(context.Context) ([]scheduler.JobStatus, error) {
	return []scheduler.JobStatus{{Name: "weeks_close", Cron: "0 2 * * *", Next: now.Add(18 * time.Hour)}, {Name: "old_thing"}}, nil
}

func client(t *testing.T, l kept, role accounts.Role) *webtest.Client {
	t.Helper()
	s := bolttest.Open(t)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	home.Register(k)
	runs.Register(k, l, l)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Lý A Páo", now, accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Province}}))
}

func TestTheServersLogTellsEachRunAndTurnsItsPages(t *testing.T) {
	var l kept
	for i := range kit.RowsAtOnce + 3 {
		at := now.Add(-time.Duration(i+1) * time.Hour).UTC()
		l = append(l, scheduler.Run{Job: "weeks_close", ScheduledAt: at, StartedAt: at, EndedAt: at.Add(2 * time.Second), Outcome: scheduler.Done,
			Attempt: 1, Summary: "bản " + strconv.Itoa(i) + " xong"})
	}
	l[0].Outcome, l[0].Error = scheduler.Failed, "disk on fire"
	c := client(t, l, accounts.Admin)
	c.Get("/runs")
	c.Expect(http.StatusOK, "[aria-labelledby=runs]", "bản 0 xong", "disk on fire", text.Vietnamese.Say("schedule.outcome.failed"))
	c.Expect(http.StatusOK, "[aria-labelledby=jobs]", text.Vietnamese.Say("job.weeks_close"), "old_thing")
	more := c.Doc().Find("[aria-labelledby=runs] a[href*='before=']")
	if more.Length() == 0 {
		t.Fatal("no way to the older lines")
	}
	path, _, _ := strings.Cut(more.Last().AttrOr("href", ""), "#")
	c.Get(path)
	c.Expect(http.StatusOK, "[aria-labelledby=runs]", "bản "+strconv.Itoa(kit.RowsAtOnce+2)+" xong")
	if strings.Contains(c.Doc().Find("[aria-labelledby=runs]").Text(), "bản 0 xong") {
		t.Error("the second page begins anew")
	}
}

// TestOneJobsRunsAreListedAlone: the names of the jobs lead there, and the turn of pages stays with it.
func TestOneJobsRunsAreListedAlone(t *testing.T) {
	var l kept
	for i := range 2 * (kit.RowsAtOnce + 2) {
		at := now.Add(-time.Duration(i+1) * time.Minute).UTC()
		l = append(l, scheduler.Run{Job: []string{"weeks_close", "old_thing"}[i%2], ScheduledAt: at, StartedAt: at, EndedAt: at, Outcome: scheduler.Done})
	}
	c := client(t, l, accounts.Admin)
	c.Get("/runs")
	path, _, _ := strings.Cut(c.Doc().Find("[aria-labelledby=jobs] th a").First().AttrOr("href", ""), "#")
	for rows := kit.RowsAtOnce; ; rows = 2 {
		c.Get(path)
		list := c.Doc().Find("[aria-labelledby=runs] .list strong")
		if names := strings.Count(list.Text(), text.Vietnamese.Say("job.weeks_close")); list.Length() != rows || names != rows {
			t.Fatalf("%s lists %d runs, %d of the job, want %d", path, list.Length(), names, rows)
		}
		c.Expect(http.StatusOK, "[aria-labelledby=runs] p", text.Vietnamese.Say("library.chosen"))
		if rows == 2 {
			break
		}
		path, _, _ = strings.Cut(c.Doc().Find("[aria-labelledby=runs] a[href*='before=']").Last().AttrOr("href", ""), "#")
	}
}

func TestWhatWentWrongLatelyIsToldOnTheFirstPage(t *testing.T) {
	at := now.Add(-2 * time.Hour).UTC()
	l := kept{{Job: "weeks_close", ScheduledAt: at, StartedAt: at, EndedAt: at, Outcome: scheduler.Failed},
		{Job: "server", ScheduledAt: at.Add(-time.Hour), StartedAt: at.Add(-time.Hour), EndedAt: at, Outcome: scheduler.Down},
		{Job: "weeks_close", ScheduledAt: at.AddDate(0, 0, -3), StartedAt: at.AddDate(0, 0, -3), EndedAt: at.AddDate(0, 0, -3), Outcome: scheduler.Failed}}
	c := client(t, l, accounts.Admin)
	c.Get("/")
	c.Expect(http.StatusOK, "main", text.Vietnamese.Say("schedule.step.failed", "n", 1), text.Vietnamese.Say("schedule.step.down", "for", time.Hour))
	editor := client(t, l, accounts.Editor)
	editor.Get("/")
	if strings.Contains(editor.Doc().Find("main").Text(), text.Vietnamese.Say("schedule.step.failed", "n", 1)) {
		t.Error("an editor is told of the server")
	}
	if editor.Get("/runs"); editor.Last.Code != http.StatusForbidden {
		t.Errorf("an editor reads the server's log: %d", editor.Last.Code)
	}
}
