package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/message"
)

// told is what a job says to whom: the titles in each person's inbox, the newest first.
func (r *running) told(people ...accounts.Person) (titles map[string][]string) {
	r.t.Helper()
	titles = map[string][]string{}
	for _, p := range people {
		list, _, err := r.d.store.Inbox(r.t.Context(), p.ID, "", 50)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, m := range list {
			titles[p.Login] = append(titles[p.Login], m.Title)
		}
	}
	return titles
}

func (r *running) somebody(login string, role accounts.Role, level accounts.Level, id string) accounts.Person {
	r.t.Helper()
	p, err := r.d.store.AddPerson(r.t.Context(), accounts.Meta{ID: "add " + login, By: accounts.Daemon(), At: monday},
		accounts.AddPerson{Name: "Cán bộ " + login, Login: login, Grants: []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: level, ID: id}}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// TestPeopleAreToldOnceAndInTime: each job tells whom it concerns, nobody else, and
// nothing twice however often it runs.
func TestPeopleAreToldOnceAndInTime(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	reg, err := r.d.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	district := reg.Where("S00001").District
	operator, other := r.somebody("operator", accounts.Operator, accounts.Station, "S00001"), r.somebody("other", accounts.Operator, accounts.Station, "S00002")
	monitor, province := r.somebody("monitor", accounts.Monitor, accounts.District, district), r.somebody("province", accounts.Monitor, accounts.Province, "")
	admin := r.somebody("admin", accounts.Admin, accounts.Province, "")
	r.plan()
	day := time.Date(monday.Year(), monday.Month(), monday.Day(), 0, 0, 0, 0, text.Zone)
	hour := func(days, h, m int) time.Time {
		return day.AddDate(0, 0, days).Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute)
	}
	run := func(job func(context.Context, time.Time, message.Settings, *accounts.Directory) ([]message.Draft, error), at time.Time, want string) {
		t.Helper()
		said, err := r.d.telling("job.told_soon", job)(t.Context(), at)
		if err != nil || !strings.Contains(said.Words(text.Vietnamese), ": "+want+" thông báo") {
			t.Errorf("at %v: %q %v, want %s", at, said.Words(text.Vietnamese), err, want)
		}
	}
	slot := r.slots("S00002")[0]
	if a := r.call("PUT", "/api/v1/airings/"+uuidOf(1), `{"slot":"`+slot+`","outcome":"not_aired","reason":"power_cut"}`); a.Status >= 300 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	run(r.d.slotsSoon, hour(0, 16, 20), "0")
	run(r.d.slotsSoon, hour(0, 16, 30), "1") // the other has said already that it will not be
	run(r.d.slotsSoon, hour(0, 16, 40), "0")
	run(r.d.slotsMissed, hour(2, 7, 0), "0")
	run(r.d.slotsMissed, hour(3, 7, 0), "1")
	run(r.d.slotsMissed, hour(3, 7, 0), "0")
	run(r.d.slotsMissed, hour(4, 7, 0), "0")
	run(r.d.weekSummary, hour(0, 7, 0), "0") // nothing was planned in the week before
	run(r.d.weekSummary, hour(7, 7, 0), "3")
	run(r.d.weekSummary, hour(8, 7, 0), "0")
	run(r.d.weekSummary, hour(21, 7, 0), "5") // and silence: to the district's monitor, and to the province's of the other districts
	told := r.told(operator, other, monitor, province, admin)
	for _, c := range []struct {
		login string
		want  []string
	}{
		{"operator", []string{"1 lượt phát quá hạn", "17:00 phát"}}, {"other", nil},
		{"monitor", []string{"im lặng ít nhất 3 tuần", "Tổng hợp tuần", "Tổng hợp tuần"}},
		{"province", []string{"im lặng ít nhất 3 tuần", "Tổng hợp tuần", "Tổng hợp tuần"}},
		{"admin", []string{"Tổng hợp tuần", "Tổng hợp tuần"}},
	} {
		got := told[c.login]
		for _, want := range c.want {
			if !strings.Contains(strings.Join(got, "\n"), want) {
				t.Errorf("%s was told %q, not %q", c.login, got, want)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s was told %d things: %q", c.login, len(got), got)
		}
	}
	if said, err := r.d.forgetMessages(t.Context(), time.Now().AddDate(1, 0, 0)); err != nil || !strings.Contains(said.Words(text.Vietnamese), "10 ") {
		t.Errorf("%q %v", said.Words(text.Vietnamese), err)
	}
}
