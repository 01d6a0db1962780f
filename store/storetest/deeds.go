package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/accounts"
)

// whoDidWhat: each change stands in the log with who, by which browser, and what it was before; who may not read it does not.
func whoDidWhat(a *accountTest) {
	ctx := context.Background()
	one, two := a.twoStations()
	admin, hoa, mua := a.add("quan", adminGrant), a.add("hoa", stationGrant(one.Station)), a.add("mua", stationGrant(two.Station))
	near := a.add("giamsat", districtMonitor(one.District))
	s, err := a.StartSession(ctx, a.meta(admin.Actor("session"), noon), accounts.StartSession{Hash: accounts.HashOf("c"),
		Browser: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", Address: "10.0.0.9"})
	a.wants(err, "")
	by := admin.Actor("session")
	by.Through = s.Root()
	for i, p := range []accounts.Person{hoa, mua, hoa} {
		name := fmt.Sprint("Tên mới ", i)
		_, err := a.ChangePerson(ctx, a.meta(by, noon.Add(time.Duration(i+1)*time.Minute)), accounts.ChangePerson{Person: p.ID, Name: &name})
		a.wants(err, "")
	}
	ask := func(who accounts.Person, q accounts.DeedQuery) (list []accounts.Deed) {
		a.t.Helper()
		for q.Limit = 2; ; {
			page, next, err := a.Deeds(ctx, who.Actor("session"), q)
			a.wants(err, "")
			list = append(list, page...)
			if q.After = next; next == "" || len(list) > 100 {
				return list
			}
		}
	}
	const changed accounts.Kind = "accounts.change_person"
	all := ask(admin, accounts.DeedQuery{Kind: changed})
	if len(all) != 3 || !all[0].At.Equal(noon.Add(3*time.Minute)) {
		a.t.Fatalf("%+v", all)
	}
	last := all[0]
	if last.Name != "quan" || last.Address != "10.0.0.9" || !strings.Contains(last.Through, "Firefox") || !slices.Contains(last.People, hoa.ID) {
		a.t.Errorf("%+v", last)
	}
	if len(last.Changes) != 1 || last.Changes[0].Member != "name" || last.Changes[0].Was != `"Tên mới 0"` || last.Changes[0].Now != `"Tên mới 2"` {
		a.t.Errorf("%+v", last.Changes)
	}
	for who, c := range map[string]struct{ got, want int }{
		"her own":                         {len(ask(hoa, accounts.DeedQuery{Person: hoa.ID, Kind: changed})), 2},
		"the monitor of her district":     {len(ask(near, accounts.DeedQuery{Kind: changed, Person: hoa.ID})), 2},
		"the monitor of another district": {len(ask(near, accounts.DeedQuery{Kind: changed, Person: mua.ID})), 0},
		"another operator":                {len(ask(mua, accounts.DeedQuery{Person: hoa.ID})), 0},
		"one station":                     {len(ask(admin, accounts.DeedQuery{Station: two.Station, Kind: changed})), 1},
		"one minute": {len(ask(admin, accounts.DeedQuery{Kind: changed, From: noon.Add(2 * time.Minute),
			Until: noon.Add(3 * time.Minute)})), 1},
		"a stranger": {len(ask(accounts.Person{}, accounts.DeedQuery{})), 0},
	} {
		if c.got != c.want && (one.District != two.District || !strings.Contains(who, "another district")) {
			a.t.Errorf("%s: %d lines, want %d", who, c.got, c.want)
		}
	}
	if began := ask(admin, accounts.DeedQuery{Kind: accounts.Began}); len(began) != 1 || began[0].Address != "10.0.0.9" || began[0].Through == "" {
		a.t.Errorf("a log-in does not say by which browser: %+v", began)
	}
	for i, p := range []accounts.Person{hoa, mua} {
		_, err := a.EndSessions(ctx, a.meta(by, noon.Add(time.Duration(10+i)*time.Minute)), accounts.EndSessions{Person: p.ID})
		a.wants(err, "")
	}
	const ended accounts.Kind = "accounts.end_sessions"
	if got := ask(near, accounts.DeedQuery{Kind: ended}); len(got) != 1 && one.District != two.District {
		a.t.Errorf("a monitor sees %d of what was done to the accounts in her district, want 1", len(got))
	}
	_, _, err = a.Deeds(ctx, by, accounts.DeedQuery{After: "no such line", Limit: 1})
	a.wants(err, "kit.no_such_page")
}
