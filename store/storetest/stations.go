package storetest

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/stations"
)

// Stations runs the suite of stations.Store; open gives an empty one.
func Stations(t *testing.T, open func(t *testing.T) stations.Store) {
	for name, test := range map[string]func(*testing.T, stations.Store){
		"a new store is founded once":              stationsFounded,
		"a saved station is in the next registry":  stationsSaved,
		"a repeat is the first answer":             stationsRepeated,
		"one bad row and nothing is written":       stationsImported,
		"the reform goes through":                  stationsMerged,
		"two editors of one edition: one succeeds": stationsRaced,
		"any history equals the plain decisions":   stationsModel,
		"a list is its owner's, or everybody's":    stationsListed,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if r, err := s.Registry(context.Background()); err != nil || len(r.Units()) != 0 || len(r.Stations()) != 0 {
				t.Fatalf("an empty store holds %v, %v", r, err)
			}
			units, list := stations.Founding()
			if err := s.Found(context.Background(), stationMeta("founding"), units, list); err != nil {
				t.Fatal(err)
			}
			test(t, s)
		})
	}
}

func stationsListed(t *testing.T, s stations.Store) {
	ctx := t.Context()
	who := func(id string, g accounts.Grant) func(change string) accounts.Meta {
		return func(change string) accounts.Meta {
			return accounts.Meta{ID: change, By: accounts.Actor{Person: id, Name: id, Grants: []accounts.Grant{g}}, At: noon}
		}
	}
	reg := registry(t, s)
	district := reg.Where("S00001").District
	thu := who("thu", accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	son := who("son", accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: district}})
	admin := who("admin", accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	code := reg.UnitOf("S00060").Code
	c := stations.SaveList{Name: " Vùng  cao ", Stations: []string{code, "S00001", "S00001"}}
	l := must[stations.List](t)(s.SaveList(ctx, thu("made"), c))
	if l.Name != "Vùng cao" || len(l.Stations) != 2 || l.Owner != "thu" || l.Shared {
		t.Fatalf("%+v", l)
	}
	if again := must[stations.List](t)(s.SaveList(ctx, thu("made"), c)); again.ID != l.ID {
		t.Error("a repeat made another")
	}
	refuse := func(err error, code string) {
		t.Helper()
		if !fault.Is(err, code) {
			t.Errorf("%v, want %s", err, code)
		}
	}
	for bad, c := range map[string]stations.SaveList{
		"stations.list_name": {Name: " ", Stations: l.Stations}, "stations.list_name_taken": {Name: "VÙNG CAO", Stations: l.Stations},
		"stations.list_empty": {Name: "Trống"}, "stations.unknown": {Name: "Lạ", Stations: []string{"S99999"}},
	} {
		_, err := s.SaveList(ctx, thu("bad "+bad), c)
		refuse(fault.Of(err).Parts[0], bad)
	}
	_, err := registry(t, s).Listed(son("").By, accounts.ReadCoverage, l.ID)
	refuse(err, "stations.no_list")
	_, err = s.SaveList(ctx, son("other's"), stations.SaveList{ID: l.ID, Name: "Của tôi", Stations: l.Stations})
	refuse(err, "stations.no_list")
	old := thu("old")
	old.Seen = l.Edition().Tag
	must[stations.List](t)(s.SaveList(ctx, thu("shared"), stations.SaveList{ID: l.ID, Name: "Vùng cao", Shared: true, Stations: l.Stations}))
	_, err = s.SaveList(ctx, old, stations.SaveList{ID: l.ID, Name: "Cũ", Stations: l.Stations})
	refuse(err, "edit.stale")
	if listed, err := registry(t, s).Listed(son("").By, accounts.ReadCoverage, l.ID); err != nil || len(listed) != 1 || !listed["S00001"] {
		t.Errorf("who sees a district sees %v of it, %v", listed, err)
	}
	_, err = s.RemoveList(ctx, son("gone"), l.ID)
	refuse(err, "stations.list_of_other")
	must[stations.MergePlan](t)(s.Merge(ctx, stationMeta("merged"), stations.Merge{On: "2024-06-01", Rows: []stations.MergeRow{
		{Line: 2, OldCode: reg.UnitOf("S00001").Code, NewCode: "90001", NewName: "Xã Mới"},
		{Line: 3, OldCode: reg.UnitOf("S00002").Code, NewCode: "90001", NewName: "Xã Mới"}}}))
	after := registry(t, s)
	heir := after.Lineage("S00001").After
	listed, err := after.Listed(thu("").By, accounts.ReadCoverage, l.ID)
	if err != nil || len(heir) == 0 || !listed["S00001"] || !listed[heir[0].ID] || listed["S00002"] {
		t.Errorf("merged, the list means %v, %v", listed, err)
	}
	must[stations.List](t)(s.RemoveList(ctx, admin("gone"), l.ID)) // who keeps the registry may
	if lists := registry(t, s).Lists(thu("").By); len(lists) != 0 {
		t.Errorf("%d lists are left", len(lists))
	}
}

func stationMeta(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Daemon(), At: noon}
}

func registry(t interface{ Fatal(...any) }, s stations.Store) *stations.Registry {
	r, err := s.Registry(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func stationsFounded(t *testing.T, s stations.Store) {
	ctx := context.Background()
	if n := len(registry(t, s).ActiveOn("2024-05-13")); n != 127 {
		t.Errorf("%d stations", n)
	}
	units, list := stations.Founding()
	if err := s.Found(ctx, stationMeta("again"), units, list); !fault.Is(err, "stations.founded") {
		t.Errorf("founded twice: %v", err)
	}
	if err := s.Found(ctx, stationMeta("founding"), units, list); err != nil {
		t.Errorf("the first founding repeated: %v", err)
	}
	if a, b := registry(t, s), registry(t, s); a != b {
		t.Error("an unchanged registry is decoded twice")
	}
}

// edited is a change of one station's notes and languages.
func edited(r *stations.Registry, id, notes string) stations.SaveStation {
	st, err := r.Station(id)
	if err != nil {
		panic(err) // the test names its own stations
	}
	c := stations.SaveStation{ID: id, Fields: st.Fields}
	c.Notes, c.Languages = notes, []string{"hmn", "vi"}
	return c
}

func stationsSaved(t *testing.T, s stations.Store) {
	before := registry(t, s)
	got, err := s.SaveStation(context.Background(), stationMeta("a"), edited(before, "S00007", "loa hỏng"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := registry(t, s).Station("S00007")
	if err != nil || kept.Notes != "loa hỏng" || kept.Revision != 2 || !kept.Traits().Speaks("hmn") || kept.ChangedBy != "Loa" || got.Revision != 2 {
		t.Errorf("%+v, %v", kept, err)
	}
	if old, _ := before.Station("S00007"); old.Notes != "" {
		t.Error("a registry handed out was changed")
	}
	nobody := stationMeta("b")
	nobody.By = accounts.Actor{}
	if _, err := s.SaveStation(context.Background(), nobody, edited(before, "S00008", "x")); !fault.Is(err, "accounts.log_in_first") {
		t.Errorf("a stranger: %v", err)
	}
}

func stationsRepeated(t *testing.T, s stations.Store) {
	ctx, c := context.Background(), edited(registry(t, s), "S00007", "một")
	first, err := s.SaveStation(ctx, stationMeta("a"), c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.SaveStation(ctx, stationMeta("a"), c)
	if err != nil || again.Revision != first.Revision || again.Notes != first.Notes {
		t.Errorf("%+v, %v", again, err)
	}
	c.Notes = "hai"
	if _, err := s.SaveStation(ctx, stationMeta("a"), c); fault.Of(err).Kind != fault.Conflict {
		t.Errorf("another change under the same ID: %v", err)
	}
}

func stationsImported(t *testing.T, s stations.Store) {
	ctx := context.Background()
	rows, err := stations.ReadImport([]byte("Mã xã,Ghi chú\n02659,một\n99999,hai"))
	if err != nil {
		t.Fatal(err)
	}
	before := registry(t, s)
	_, err = s.Import(ctx, stationMeta("a"), stations.Import{Rows: rows, On: "2024-05-13"})
	if e := fault.Of(err); e == nil || e.Code != "stations.import_refused" || len(e.Parts) != 1 || e.Parts[0].Line != 3 {
		t.Errorf("%v", err)
	}
	if registry(t, s) != before {
		t.Error("a refused import changed the registry")
	}
	plan, err := s.Import(ctx, stationMeta("b"), stations.Import{Rows: rows[:1], On: "2024-05-13"})
	if err != nil || len(plan.Changes) != 1 {
		t.Fatal(plan, err)
	}
	if st, err := registry(t, s).Station("S00001"); err != nil || st.Notes != "một" {
		t.Errorf("%+v, %v", st, err)
	}
}

func stationsMerged(t *testing.T, s stations.Store) {
	ctx := context.Background()
	plan, err := s.Merge(ctx, stationMeta("a"), stations.Reform2025())
	if err != nil || plan.Before != 127 || len(plan.Targets) != 48 {
		t.Fatalf("%+v, %v", plan, err)
	}
	r := registry(t, s)
	if a, b := len(r.ActiveOn("2025-06-30")), len(r.ActiveOn("2025-07-01")); a != 127 || b != plan.After {
		t.Errorf("%d stations, then %d", a, b)
	}
	again, err := s.Merge(ctx, stationMeta("b"), stations.Reform2025())
	if err != nil || again.Skipped != 152 || registry(t, s) != r {
		t.Errorf("merged a second time: %+v, %v", again, err)
	}
}

func stationsRaced(t *testing.T, s stations.Store) {
	r := registry(t, s)
	first, err := r.Station("S00007")
	if err != nil {
		t.Fatal(err)
	}
	seen := first.Edition().Tag
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			m := stationMeta(fmt.Sprint("m", i))
			m.Seen = seen
			_, errs[i] = s.SaveStation(context.Background(), m, edited(r, "S00007", fmt.Sprint("note ", i)))
		})
	}
	wg.Wait()
	saved := 0
	for _, err := range errs {
		switch {
		case err == nil:
			saved++
		case !fault.Is(err, "edit.stale"):
			t.Error(err)
		}
	}
	if st, err := registry(t, s).Station("S00007"); err != nil || saved != 1 || st.Revision != 2 {
		t.Errorf("%d saved, revision %d, %v", saved, st.Revision, err)
	}
}

// stationsModel runs random commands and compares the stored registry with one
// that the decisions alone made in memory.
func stationsModel(t *testing.T, s stations.Store) {
	ctx, n := context.Background(), 0
	units, list := map[stations.UnitKey]stations.Unit{}, map[string]stations.Station{}
	keep := func(us []stations.Unit, ss []stations.Station) {
		for _, u := range us {
			units[u.UnitKey] = u
		}
		for _, st := range ss {
			list[st.ID] = st
		}
	}
	keep(stations.Founding())
	model := func() *stations.Registry {
		var us []stations.Unit
		var ss []stations.Station
		for _, u := range units {
			us = append(us, u)
		}
		for _, st := range list {
			ss = append(ss, st)
		}
		return stations.NewRegistry(us, ss)
	}
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 2).Draw(t, "commands") {
			n++
			m, r := stationMeta(fmt.Sprint("random", n)), model()
			var want, got error
			if rapid.IntRange(0, 3).Draw(t, "kind") > 0 {
				c := edited(r, rapid.SampledFrom(r.Stations()).Draw(t, "station").ID, fmt.Sprint("note ", n))
				st, err := stations.DecideSave(r, m, c)
				want = err
				_, got = s.SaveStation(ctx, m, c)
				if err == nil {
					keep(nil, []stations.Station{st})
				}
			} else {
				day := stations.Date("2024-01-02").AddDays(rapid.IntRange(0, 600).Draw(t, "day"))
				from, into := rapid.SampledFrom(r.Units()).Draw(t, "from"), rapid.SampledFrom(r.Units()).Draw(t, "into")
				c := stations.Merge{On: day, Rows: []stations.MergeRow{{Line: 2, OldCode: from.Code, OldName: from.Official(), NewCode: into.Code,
					NewName: into.Official()}}}
				us, ss, _, err := stations.DecideMerge(r, m, c)
				want = err
				_, got = s.Merge(ctx, m, c)
				if err == nil {
					keep(us, ss)
				}
			}
			if fmt.Sprint(want) != fmt.Sprint(got) {
				t.Fatalf("the store says %v, the decision %v", got, want)
			}
		}
		stored, plain := registry(t, s), model()
		if !reflect.DeepEqual(stored.Units(), plain.Units()) || !sameStations(stored.Stations(), plain.Stations()) {
			t.Fatal("the stored registry is not what was decided")
		}
	})
}

func sameStations(a, b []*stations.Station) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if fmt.Sprintf("%+v", *a[i]) != fmt.Sprintf("%+v", *b[i]) {
			return false
		}
	}
	return true
}
