package storetest

import (
	"context"
	"slices"
	"strings"
	"time"

	"loa/accounts"
)

// erasing: who is erased is known by nothing, comes in by nothing, and is told so to who may know; what she did stays.
func erasing(a *accountTest) {
	ctx := context.Background()
	one, _ := a.twoStations()
	admin := a.add("quan", adminGrant)
	mai := a.add("vang.thi.mai", stationGrant(one.Station))
	m := a.meta(mai.Actor("session"), noon)
	session, err := a.StartSession(ctx, m, accounts.StartSession{Hash: accounts.HashOf("c"), Browser: "Firefox/140.0", Address: "10.1.2.3"})
	a.wants(err, "")
	c := accounts.Erase{Person: mai.ID, Reason: "Đơn số 3"}
	by := a.meta(admin.Actor("session"), noon.Add(time.Hour))
	_, err = a.Erase(ctx, by, c)
	a.wants(err, "accounts.erase_works")
	none, yes := []accounts.Grant{}, true
	_, err = a.ChangePerson(ctx, a.meta(admin.Actor("session"), noon), accounts.ChangePerson{Person: mai.ID, Grants: &none, Disabled: &yes})
	a.wants(err, "")
	e, err := a.Erase(ctx, by, c)
	a.wants(err, "")
	again, err := a.Erase(ctx, by, c) // the answer was lost
	a.wants(err, "")
	if again != e || e.Name != accounts.ErasedName(mai.ID) || e.Records == 0 {
		a.t.Errorf("%+v, then %+v", e, again)
	}
	_, err = a.Erase(ctx, a.meta(admin.Actor("session"), noon), c)
	a.wants(err, "accounts.erased_already")
	d, err := a.Directory(ctx)
	a.wants(err, "")
	if p, err := d.Person(mai.ID); err != nil || p.Name != e.Name || !p.Erased() {
		a.t.Errorf("she is %+v, %v", p, err)
	}
	if _, found := d.ByLogin("vang.thi.mai"); found {
		a.t.Error("her log-in finds somebody")
	}
	if found := d.Search("mai", accounts.Names{}); len(found) != 0 {
		a.t.Errorf("her name finds %+v", found)
	}
	if phc, err := a.Credential(ctx, mai.ID); phc != "" || err != nil {
		a.t.Errorf("a passphrase is left: %v", err)
	}
	if p, _, err := a.BySession(ctx, session.Hash, noon.Add(time.Hour)); err != nil || p.ID != "" {
		a.t.Errorf("a session opens %+v, %v", p, err)
	}
	deeds, _, err := a.Deeds(ctx, admin.Actor("session"), accounts.DeedQuery{Person: mai.ID, Limit: 50})
	a.wants(err, "")
	kinds := []accounts.Kind{}
	for _, d := range deeds {
		kinds = append(kinds, d.Kind)
		if d.Person == mai.ID && (d.Name != e.Name || d.Address != "" || strings.Contains(d.Through, "Firefox")) {
			a.t.Errorf("the log of changes tells of her: %+v", d)
		}
		for _, change := range d.Changes {
			if strings.Contains(change.Was+change.Now, "vang.thi.mai") {
				a.t.Errorf("the log of changes has her name: %+v", change)
			}
		}
	}
	if !slices.Contains(kinds, accounts.Began) || !slices.Contains(kinds, "accounts.erase") {
		a.t.Errorf("what she did, and what was done, is %v", kinds)
	}
	list, err := a.Erasures(ctx, admin.Actor("session"))
	a.wants(err, "")
	if len(list) != 1 || list[0] != e {
		a.t.Errorf("erased: %+v", list)
	}
	_, err = a.Erasures(ctx, mai.Actor("session"))
	a.wants(err, "accounts.denied")
	back := a.add("vang.thi.mai") // somebody of the same name comes: another person
	if back.ID == mai.ID {
		a.t.Error("she came back")
	}
}
