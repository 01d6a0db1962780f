package stations

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// by is a change of the daemon's on 2024-05-13.
func by(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Daemon(), At: time.Date(2024, 5, 13, 3, 0, 0, 0, time.UTC)}
}

func actor(role accounts.Role, level accounts.Level, id string) accounts.Meta {
	m := by("x")
	m.By = accounts.Actor{Person: "p", Name: "P", Via: "session", Grants: []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: level, ID: id}}}}
	return m
}

// TestNoClusterThatWorksIsSaidAndNotNotedIsNothing: a cell, a file, a record and a merger
// tell none from nobody knows.
func TestNoClusterThatWorksIsSaidAndNotNotedIsNothing(t *testing.T) {
	for typed, want := range map[string]struct {
		cell, record string
		file         any
	}{
		"0": {"0", "0", 0.0}, " 0 ": {"0", "0", 0.0}, "": {"", "null", nil}, "3": {"3", "3", 3.0},
	} {
		f := whole()
		if err := f.SetCell("clusters_working", typed); err != nil {
			t.Fatal(typed, err)
		}
		s, err := DecideSave(founding(), by("a"), SaveStation{ID: "S00001", Fields: f})
		if err != nil {
			t.Fatal(typed, err)
		}
		record, err := json.Marshal(s.ClustersWorking)
		i := slices.IndexFunc(fields, func(f field) bool { return f.column == "clusters_working" })
		if cell, file := s.Cell(text.Vietnamese, "clusters_working"), fields[i].cell(&s.Fields, text.Vietnamese); err != nil || cell != want.cell ||
			string(record) != want.record || file != want.file {
			t.Errorf("%q: cell %q, record %s, file %v, %v", typed, cell, record, file, err)
		}
	}
	for name, c := range map[string]struct{ first, second, want *int }{
		"both noted": {new(0), new(2), new(2)}, "none works": {new(0), new(0), new(0)}, "one is not noted": {nil, new(2), nil},
	} {
		r := founding()
		var list []Station
		for i, working := range []*int{c.first, c.second} {
			f := whole()
			f.ClustersWorking = working
			s, err := DecideSave(r, by("a"), SaveStation{ID: StationID(i + 1), Fields: f})
			if err != nil {
				t.Fatal(name, err)
			}
			list = append(list, s)
		}
		r = r.with(nil, list)
		merger := Merge{On: "2025-07-01"}
		for i := range 2 {
			u := r.UnitOf(StationID(i + 1))
			merger.Rows = append(merger.Rows, MergeRow{Line: i + 2, OldCode: u.Code, NewCode: "90001", NewName: "Xã Mới", NewDistrict: u.District})
		}
		_, made, plan, err := DecideMerge(r, by("b"), merger)
		if err != nil {
			t.Fatal(name, err, plan.Bad)
		}
		for _, s := range made {
			if s.ID == plan.Targets[0].Station && (s.ClustersTotal != 18 || !reflect.DeepEqual(s.ClustersWorking, c.want)) {
				t.Errorf("%s: %v of %d", name, s.ClustersWorking, s.ClustersTotal)
			}
		}
	}
	f := whole()
	f.ClustersWorking, f.ClustersTotal = new(0), 0
	if s, err := DecideSave(founding(), by("a"), SaveStation{ID: "S00001", Fields: f}); err != nil || s.ClustersWorking != nil {
		t.Errorf("none of nobody knows how many: %v, %v", s.ClustersWorking, err)
	}
}

// whole are fields with everything filled in.
func whole() Fields {
	return Fields{
		Technologies: []Technology{IP, FM, FM}, FM: Transmitter{57.5, 30, " 12/GP-CTS ", "2026-12-31"},
		ClustersWorking: new(7), ClustersTotal: 9, Languages: []string{"ium", "vi"},
		Hours:    []Hours{{1020, 1050}, {330, 375}, {330, 375}},
		Contacts: []Contact{{norm.NFD.String("Giàng  A Páo"), "văn hoá - xã hội", "0912 345.678"}, {}},
		Notes:    "Loa số 3 hỏng\r\ncần thay ", Active: []Interval{{From: "2024-07-01"}, {"2024-01-01", "2024-06-10"}},
	}
}

func TestASavedStationIsInOneForm(t *testing.T) {
	r := founding()
	s, err := DecideSave(r, by("a"), SaveStation{ID: "S00001", Fields: whole()})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fields {
		got = append(got, string(f.column)+"="+f.write(&s.Fields, text.Vietnamese))
	}
	want := "technologies=FM, IP " +
		"(3G/4G)|frequency_mhz=57.5|power_w=30|licence=12/GP-CTS|licence_until=31/12/2026|clusters_working=7|clusters_total=9|languages=tiếng Việt, " +
		"tiếng Dao|hours=05:30-06:15, 17:00-17:30|contacts=Giàng A Páo | văn hoá - xã hội | 0912345678|notes=Loa số 3 hỏng\ncần " +
		"thay|zone=|active=1/1/2024 – 10/6/2024; 1/7/2024 –"
	if line := strings.Join(got, "|"); line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	if s.Revision != 2 || s.ChangedBy != "Loa" || !s.ChangedAt.Equal(by("").At) || s.ID != "S00001" {
		t.Errorf("%+v", s)
	}
	if old, _ := r.Station("S00001"); old.Revision != 1 || len(old.Technologies) != 0 {
		t.Error("the registry itself was changed")
	}
	again, err := DecideSave(r.with(nil, []Station{s}), by("b"), SaveStation{ID: "S00001", Fields: whole()})
	if err != nil || again.Revision != 2 {
		t.Errorf("saving the same made revision %d, %v", again.Revision, err)
	}
}

func TestWhatCannotBeIsRefusedAtItsField(t *testing.T) {
	r := founding()
	for name, c := range map[string]struct {
		spoil       func(*Fields)
		code, field string
	}{
		"frequency too low":  {func(f *Fields) { f.FM.FrequencyMHz = 53.9 }, "stations.frequency_range", "frequency_mhz"},
		"frequency too high": {func(f *Fields) { f.FM.FrequencyMHz = 101 }, "stations.frequency_range", "frequency_mhz"},
		"too much power":     {func(f *Fields) { f.FM.PowerW = 31 }, "stations.power_range", "power_w"},
		"FM not chosen":      {func(f *Fields) { f.Technologies = []Technology{Wired} }, "stations.fm_not_chosen", "technologies"},
		"unknown technology": {func(f *Fields) { f.Technologies = append(f.Technologies, "telepathy") }, "stations.technology_unknown", "technologies"},
		"unknown language":   {func(f *Fields) { f.Languages = []string{"en"} }, "stations.language_unknown", "languages"},
		"more work than are": {func(f *Fields) { f.ClustersWorking = new(10) }, "stations.clusters_range", "clusters_working"},
		"negative clusters":  {func(f *Fields) { f.ClustersWorking = new(-1) }, "stations.clusters_range", "clusters_working"},
		"phone of letters":   {func(f *Fields) { f.Contacts[0].Phone = "gọi Páo" }, "stations.phone_unreadable", "contacts"},
		"nobody's phone":     {func(f *Fields) { f.Contacts[0].Name = " " }, "stations.contact_nameless", "contacts"},
		"sign in a name":     {func(f *Fields) { f.Contacts[0].Name = "a;b" }, "stations.contact_sign", "contacts"},
		"never active":       {func(f *Fields) { f.Active = nil }, "stations.active_missing", "active"},
		"backward":           {func(f *Fields) { f.Active = []Interval{{"2024-03-01", "2024-02-01"}} }, "stations.active_backward", "active"},
		"overlapping":        {func(f *Fields) { f.Active[1].Until = "2024-07-01" }, "stations.active_overlaps", "active"},
		"before the commune": {func(f *Fields) { f.Active[1].From = "2023-12-31" }, "stations.active_outside", "active"},
		"long notes":         {func(f *Fields) { f.Notes = strings.Repeat("ô", maxNotes+1) }, "stations.too_long", "notes"},
		"no such zone":       {func(f *Fields) { f.Zone = "Asia/Sapa" }, "stations.zone_unknown", "zone"},
	} {
		f := whole()
		c.spoil(&f)
		_, err := DecideSave(r, by("a"), SaveStation{ID: "S00001", Fields: f})
		e := fault.Of(err)
		if e == nil || e.Code != "stations.refused" || len(e.Parts) != 1 || e.Parts[0].Code != c.code || e.Parts[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDaysThatHavePassedAreNotEditedByTheWay: what was counted by them is decided
// anew on purpose only, whichever way somebody writes them.
func TestDaysThatHavePassedAreNotEditedByTheWay(t *testing.T) {
	r := founding()
	for name, c := range map[string]struct {
		active []Interval
		code   string
	}{
		"as it was":             {[]Interval{{From: FoundingDay}}, ""},
		"ends today":            {[]Interval{{FoundingDay, "2024-05-13"}}, ""},
		"ended yesterday":       {[]Interval{{FoundingDay, "2024-05-12"}}, ""},
		"ended before":          {[]Interval{{FoundingDay, "2024-05-11"}}, "stations.past_days"},
		"a gap that has passed": {[]Interval{{FoundingDay, "2024-02-01"}, {From: "2024-02-03"}}, "stations.past_days"},
		"began later":           {[]Interval{{From: "2024-01-02"}}, "stations.past_days"},
	} {
		told := func(err error) string {
			if e := fault.Of(err); e != nil {
				return e.Parts[0].Code
			}
			return ""
		}
		_, err := DecideSave(r, by("a"), SaveStation{ID: "S00001", Fields: Fields{Active: c.active}})
		if told(err) != c.code {
			t.Errorf("%s, saved: %v", name, err)
		}
		f := Fields{Active: c.active}
		row := ImportRow{Line: 7, Cells: map[Column]string{"id": "S00001", "active": f.Cell(text.Vietnamese, "active")}}
		_, _, _, err = DecideImport(r, by("a"), Import{On: "2024-05-13", Rows: []ImportRow{row}})
		if told(err) != c.code {
			t.Errorf("%s, imported: %v", name, err)
		}
	}
	unit, _ := r.UnitByCode("02647", "2024-05-13") // a ward without a station
	for from, want := range map[Date]string{"2024-05-13": "", "2024-05-12": "stations.past_days_new"} {
		_, err := DecideSave(r, by("a"), SaveStation{Unit: unit.UnitKey, Fields: Fields{Active: []Interval{{From: from}}}})
		if e := fault.Of(err); want == "" && err != nil || want != "" && (e == nil || e.Parts[0].Code != want) {
			t.Errorf("opened from %s: %v", from, err)
		}
	}
}

func TestAStationThatHasBegunKeepsItsZone(t *testing.T) {
	r := founding()
	f := whole()
	for zone, want := range map[string]string{"Asia/Tokyo": "stations.zone_kept", "Asia/Ho_Chi_Minh": "", "": ""} {
		f.Zone = zone
		_, err := DecideSave(r, by("a"), SaveStation{ID: "S00001", Fields: f})
		if e := fault.Of(err); want == "" && err != nil || want != "" && (len(e.Parts) != 1 || e.Parts[0].Code != want || e.Parts[0].Field != "zone") {
			t.Errorf("%q: %v", zone, err)
		}
	}
	row := ImportRow{Line: 7, Cells: map[Column]string{"id": "S00001", "zone": "Asia/Tokyo"}}
	_, _, _, err := DecideImport(r, by("a"), Import{On: "2024-05-13", Rows: []ImportRow{row}})
	if e := fault.Of(err); e == nil || len(e.Parts) != 1 || e.Parts[0].Code != "stations.zone_kept" || e.Parts[0].Line != 7 {
		t.Errorf("imported: %v", err)
	}
	if plan := r.PlanImport(by("").At, Import{On: "2024-05-13", Rows: []ImportRow{row}}); len(plan.Bad) != 1 || len(plan.Changes) != 0 {
		t.Errorf("planned: %+v", plan)
	}

	// Before its first day has begun anywhere, nothing was planned in its zone.
	list := []Station{*r.byID["S00001"]}
	list[0].Active = []Interval{{From: "2024-05-20"}}
	r = NewRegistry(r.Units(), list)
	f.Active, f.Zone = list[0].Active, "Pacific/Kiritimati" // where days begin first, 14 hours before UTC
	m := by("a")
	for at, ok := range map[string]bool{"2024-05-19T09:59:00Z": true, "2024-05-19T10:00:00Z": false} {
		var err error
		if m.At, err = time.Parse(time.RFC3339, at); err != nil {
			t.Fatal(err)
		}
		if _, err = DecideSave(r, m, SaveStation{ID: "S00001", Fields: f}); (err == nil) != ok {
			t.Errorf("at %s: %v", at, err)
		}
	}
}

func TestSavingNeedsTheRightTheStationAndTheLatestEdition(t *testing.T) {
	r := founding()
	save := SaveStation{ID: "S00001", Fields: whole()}
	for name, m := range map[string]accounts.Meta{
		"operator": actor(accounts.Operator, accounts.Station, "S00001"), "monitor": actor(accounts.Monitor, accounts.Province, ""),
	} {
		if _, err := DecideSave(r, m, save); !fault.Is(err, "accounts.denied") {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, _, err := DecideImport(r, m, Import{On: "2024-05-13"}); !fault.Is(err, "accounts.denied") {
			t.Errorf("%s imports: %v", name, err)
		}
		if _, _, _, err := DecideMerge(r, m, Reform2025()); !fault.Is(err, "accounts.denied") {
			t.Errorf("%s merges: %v", name, err)
		}
	}
	if _, err := DecideSave(r, actor(accounts.Editor, accounts.Province, ""), save); err != nil {
		t.Errorf("editor: %v", err)
	}
	m := by("a")
	first, _ := r.Station("S00001")
	m.Seen = first.Edition().Tag
	if _, err := DecideSave(r, m, save); err != nil {
		t.Errorf("of the edition that is there: %v", err)
	}
	m.Seen = "other"
	if _, err := DecideSave(r, m, save); !fault.Is(err, "edit.stale_unknown") {
		t.Errorf("another edition: %v", err)
	}
	save.ID = "S00200"
	if _, err := DecideSave(r, by("a"), save); !fault.Is(err, "stations.unknown") {
		t.Errorf("no such station: %v", err)
	}
}

func TestAUnitGetsItsOneStation(t *testing.T) {
	r := founding()
	ward, ok := r.UnitByCode("02635", "2024-05-13")
	if !ok {
		t.Fatal("no ward Duyên Hải")
	}
	s, err := DecideSave(r, by("a"), SaveStation{Unit: ward.UnitKey})
	if err != nil || s.ID != "S00128" || !s.ActiveOn("2024-05-13") || s.ActiveOn("2024-05-12") {
		t.Fatalf("%+v, %v", s, err)
	}
	r = r.with(nil, []Station{s})
	_, err = DecideSave(r, by("b"), SaveStation{Unit: ward.UnitKey})
	if e := fault.Of(err); e == nil || len(e.Parts) != 1 || e.Parts[0].Code != "stations.unit_has_station" {
		t.Errorf("a second one: %v", err)
	}
	for _, k := range []UnitKey{{}, {FoundingDay, "080"}, {"2025-07-01", "02647"}} {
		if _, err := DecideSave(r, by("c"), SaveStation{Unit: k}); !fault.Is(err, "stations.unit_unknown") {
			t.Errorf("%v: %v", k, err)
		}
	}
}

func TestWhatAStationHadBeforeAChangeIsKept(t *testing.T) {
	r := founding()
	at := by("").At
	save := func(after time.Duration, technologies []Technology, languages []string, notes string) Station {
		t.Helper()
		m := by("x")
		m.At = at.Add(after)
		s, err := DecideSave(r, m, SaveStation{ID: "S00001", Fields: Fields{Technologies: technologies, Languages: languages, Notes: notes,
			Active: []Interval{{From: FoundingDay}}}})
		if err != nil {
			t.Fatal(err)
		}
		r = r.with(nil, []Station{s})
		return s
	}
	save(time.Hour, []Technology{FM}, []string{"hmn"}, "")
	save(2*time.Hour, []Technology{FM}, []string{"hmn"}, "chỉ đổi ghi chú")
	s := save(3*time.Hour, []Technology{IP}, nil, "")
	if len(s.Were) != 2 || s.Revision != 4 {
		t.Fatalf("revision %d, %+v", s.Revision, s.Were)
	}
	for after, want := range map[time.Duration][3]bool{ // has FM, has IP, speaks Mông
		0: {}, time.Hour - 1: {}, time.Hour: {true, false, true}, 3*time.Hour - 1: {true, false, true}, 3 * time.Hour: {false, true, false},
		9999 * time.Hour: {false, true, false},
	} {
		was := s.TraitsAt(at.Add(after))
		if got := [3]bool{was.Has(FM), was.Has(IP), was.Speaks("hmn")}; got != want || !was.Speaks(Vietnamese) {
			t.Errorf("after %v: %v, want %v", after, got, want)
		}
	}
}
