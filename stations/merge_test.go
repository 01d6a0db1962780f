package stations

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"loa/internal/fault"
	"loa/internal/sheet"
)

func merged(t *testing.T, r *Registry, c Merge) (*Registry, MergePlan) {
	t.Helper()
	units, list, plan, err := DecideMerge(r, by("m"), c)
	if err != nil {
		t.Fatal(err)
	}
	return r.with(units, list), plan
}

// taChai is the merger of 2024-11-01: one commune joined a township, which has
// no station.
var taChai = Merge{On: "2024-11-01", Rows: []MergeRow{{Line: 2, OldCode: "02872", OldName: "Xã Tà Chải", NewCode: "02839", NewName: "Thị trấn Bắc Hà"}}}

func TestTaChaiJoinsATownshipAndLeaves126(t *testing.T) {
	r, plan := merged(t, founding(), taChai)
	if plan.Before != 127 || plan.After != 126 || len(plan.Targets) != 1 || plan.Targets[0].Fate != Without || plan.Targets[0].Founded {
		t.Errorf("%+v", plan)
	}
	s, err := r.ByCodeOrID("02872", "2024-10-31")
	if err != nil || lastDay(s) != "2024-10-31" || s.Successor != "" || r.Name(s.ID) != "Tà Chải" {
		t.Errorf("%+v, %v", s, err)
	}
	u := r.Unit(s.Unit())
	if u.Valid.Until != "2024-10-31" || r.Unit(*u.Successor).Official() != "Thị trấn Bắc Hà" {
		t.Errorf("%+v", u)
	}
	// Friday 2024-11-01: the week keeps Tà Chải, the next does not.
	if a, b := len(r.ActiveInWeek("2024-10-28")), len(r.ActiveInWeek("2024-11-04")); a != 127 || b != 126 {
		t.Errorf("%d, then %d", a, b)
	}
	if _, again := merged(t, r, taChai); again.Skipped != 1 || len(again.Targets) != 0 || again.After != 126 {
		t.Errorf("a second time: %+v", again)
	}
}

func TestTheReformOf2025(t *testing.T) {
	before, _ := merged(t, founding(), taChai)
	r, plan := merged(t, before, Reform2025())

	// Counted from the mapping alone: units to which a commune other than Tà Chải went.
	with := map[string]bool{}
	for _, row := range Reform2025().Rows {
		if kind, _ := SplitKind(row.OldName); kind == "commune" && row.OldCode != "02872" {
			with[row.NewCode] = true
		}
	}
	if len(plan.Targets) != 48 || plan.Skipped != 1 || plan.Before != 126 || plan.After != len(with) {
		t.Errorf("%d units, %d skipped, %d stations before, %d after, want %d", len(plan.Targets), plan.Skipped, plan.Before, plan.After, len(with))
	}
	fates := map[Fate]int{}
	for _, target := range plan.Targets {
		fates[target.Fate]++
	}
	if fates[Carried] != 2 || fates[Opened] != len(with)-2 || fates[Without] != 48-len(with) || fates[Kept] != 0 {
		t.Errorf("fates %v", fates)
	}
	communes := 0
	for _, u := range r.Units() {
		if u.Kind.Level() == Commune && u.Valid.Has("2025-07-01") {
			communes++
		}
	}
	if communes != 48 || len(r.Districts("2025-06-30")) != 9 || len(r.Districts("2025-07-01")) != 0 {
		t.Errorf("%d communes, %d districts", communes, len(r.Districts("2025-07-01")))
	}

	// Weeks keep their own denominators; the reform fell on a Tuesday.
	for first, want := range map[Date]int{"2024-05-13": 127, "2024-12-30": 126, "2025-06-23": 126, "2025-06-30": len(with), "2025-07-07": len(with)} {
		if n := len(r.ActiveInWeek(first)); n != want {
			t.Errorf("week of %s: %d stations, want %d", first, n, want)
		}
	}
	checkReused(t, r)
	checkLineage(t, r)
	checkCarried(t, r)
	if _, again := merged(t, r, Reform2025()); again.Skipped != 152 || len(again.Targets) != 0 || again.After != plan.After {
		t.Errorf("a second time: %d skipped, %+v", again.Skipped, again.Targets)
	}
	tiles := map[Tile]bool{}
	for _, s := range r.ActiveOn("2025-07-01") {
		if u := r.UnitOf(s.ID); u.Tile == nil || tiles[*u.Tile] {
			t.Errorf("%s has no tile of its own", u.Official())
		} else {
			tiles[*u.Tile] = true
		}
	}
}

// checkReused looks at 03037, which was Mường Hoa and is now Tả Van.
func checkReused(t *testing.T, r *Registry) {
	old, err := r.ByCodeOrID("03037", "2025-06-30")
	if err != nil || r.Name(old.ID) != "Mường Hoa" {
		t.Fatal(old, err)
	}
	now, err := r.ByCodeOrID("03037", "2025-07-01")
	if err != nil || r.Name(now.ID) != "Tả Van" || now.ID == old.ID || old.Successor != now.ID {
		t.Fatal(now, err)
	}
	for _, s := range r.Search("Tả Van") {
		if u := r.UnitOf(s.ID); u.Code == "03040" && (s.Successor != now.ID || s.ActiveOn("2025-07-01")) {
			t.Errorf("the old Tả Van is %+v", s)
		}
	}
	if _, err := r.ByCodeOrID("03006", "2025-07-01"); !fault.Is(err, "stations.unknown") {
		t.Errorf("phường Sa Pa got a station from nowhere: %v", err)
	}
}

func checkLineage(t *testing.T, r *Registry) {
	now, err := r.ByCodeOrID("02839", "2025-07-01")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := labels(r, r.Lineage(now.ID).Before), []string{"Thải Giàng Phố", "Hoàng Thu Phố", "Bản Phố", "Na Hối", "Nậm Mòn"}; !slices.Equal(got, want) {
		t.Errorf("xã Bắc Hà takes over from %v", got)
	}
	old := r.Lineage(now.ID).Before[0]
	if l := r.Lineage(old.ID); len(l.Before) != 0 || len(l.After) != 1 || l.After[0] != now {
		t.Errorf("the lineage of %s is %+v", r.Label(old.ID), l)
	}
	if old.Revision != 2 || r.Where(old.ID).District != "085" || r.Where(now.ID).District != "" {
		t.Errorf("%+v", old)
	}
}

// checkCarried looks at Nậm Xé, which only moved from a district to none.
func checkCarried(t *testing.T, r *Registry) {
	s, err := r.ByCodeOrID("03085", "2025-07-01")
	was, err2 := r.ByCodeOrID("03085", "2024-05-13")
	if err != nil || err2 != nil || s != was || len(s.Seats) != 2 || !s.ActiveOn("2025-06-30") || !s.ActiveOn("2025-07-01") {
		t.Fatal(s, was, err, err2)
	}
	if a, b := r.Unit(s.UnitOn("2025-06-30")), r.Unit(s.UnitOn("2025-07-01")); a.District != "089" || b.District != "" || a.UnitKey == b.UnitKey {
		t.Errorf("%+v, %+v", a, b)
	}
}

func TestMergersRepeat(t *testing.T) {
	r, _ := merged(t, founding(), taChai)
	r, _ = merged(t, r, Reform2025())
	r, plan := merged(t, r, Merge{On: "2026-01-01", Rows: []MergeRow{
		{OldCode: "02839", NewCode: "02839", NewName: "Phường Bắc Hà Mới"}, {OldCode: "02848", NewCode: "02839", NewName: "Phường Bắc Hà Mới"},
	}})
	if plan.After != plan.Before-1 || plan.Targets[0].Fate != Opened {
		t.Errorf("%+v", plan)
	}
	if n := len(r.Lineage(plan.Targets[0].Station).Before); n < 8 {
		t.Errorf("lineage over two mergers: %d", n)
	}
	first, err := r.ByCodeOrID("02857", "2024-05-13") // Thải Giàng Phố
	if err != nil || len(r.Lineage(first.ID).After) != 2 {
		t.Errorf("%v, %v", labels(r, r.Lineage(first.ID).After), err)
	}
}

func TestAUnitThatGoesOnKeepsItsStation(t *testing.T) {
	r, plan := merged(t, founding(), Merge{On: "2024-09-01", Rows: []MergeRow{
		{OldCode: "02662", NewCode: "02665", NewName: "xã Vạn Hòa"}, {OldCode: "02665", NewCode: "02665", NewName: "Xã Vạn Hoà"},
	}})
	if len(plan.Targets) != 1 || plan.Targets[0].Fate != Kept || plan.Targets[0].Station != "S00003" || plan.After != 126 {
		t.Fatalf("%+v", plan)
	}
	if s, _ := r.Station("S00002"); s.Successor != "S00003" || s.ActiveOn("2024-09-01") {
		t.Errorf("%+v", s)
	}
	if s, _ := r.Station("S00003"); s.Revision != 1 {
		t.Error("the station that goes on was touched")
	}
}

func TestARenamedUnitTakesItsStationAlong(t *testing.T) {
	r, plan := merged(t, founding(), Merge{On: "2024-09-01", Rows: []MergeRow{{OldCode: "02662", NewCode: "02663", NewName: "Phường Đồng Tuyển"}}})
	if plan.Targets[0].Fate != Carried || plan.After != 127 {
		t.Fatalf("%+v", plan)
	}
	if u := r.UnitOf("S00002"); u.Official() != "Phường Đồng Tuyển" || u.District != "080" || u.Tile == nil {
		t.Errorf("%+v", u)
	}
	if u, _ := r.UnitByCode("02662", "2024-08-31"); u.Official() != "Xã Đồng Tuyển" {
		t.Errorf("the old unit was renamed in place: %+v", u)
	}
}

func TestWhatASuccessorStartsWith(t *testing.T) {
	r := filled(t) // Thống Nhất (S00001) is filled in
	r, plan := merged(t, r, Merge{On: "2024-09-01", Rows: []MergeRow{
		{OldCode: "02659", NewCode: "02660", NewName: "Xã Mới"}, {OldCode: "02662", NewCode: "02660", NewName: "Xã Mới"},
	}})
	s, err := r.Station(plan.Targets[0].Station)
	if err != nil || s.ID != "S00128" || !s.Traits().Has(FM) || !s.Traits().Has(IP) || !s.Traits().Speaks("ium") || s.ClustersTotal != 9 {
		t.Fatalf("%+v, %v", s, err)
	}
	if s.FM != (Transmitter{}) || len(s.Contacts) != 0 || len(s.Hours) != 0 {
		t.Errorf("a licence or a contact was passed on: %+v", s.Fields)
	}
}

func TestAMergeThatCannotBeIsRefusedLineByLine(t *testing.T) {
	for name, c := range map[string]struct {
		m    Merge
		want []string
	}{
		"nothing": {Merge{On: "2024-09-01"}, []string{"0 stations.merge_empty"}},
		"no day":  {Merge{Rows: taChai.Rows}, []string{"0 stations.merge_empty"}},
		"rows": {Merge{On: "2024-09-01", Rows: []MergeRow{
			{Line: 2, OldCode: "99999", NewCode: "02665", NewName: "Xã Vạn Hoà"},
			{Line: 3, OldCode: "02659", OldName: "Xã Thống Nhất", NewCode: "02665", NewName: "Xã Khác"},
			{Line: 4, OldCode: "02659", NewCode: "02665", NewName: "Xã Vạn Hoà"},
			{Line: 5, OldCode: "02662", OldName: "Phường Đồng Tuyển", NewCode: "02665", NewName: "Xã Vạn Hoà"},
			{Line: 6, OldCode: "02674", NewCode: "03999", NewName: "Xã Một"},
			{Line: 7, OldCode: "02677", NewCode: "03999", NewName: "Xã Hai"},
			{Line: 8, OldCode: "02680", NewCode: "03998", NewName: "Ba"},
			{Line: 9, OldCode: "02686", NewCode: "xx", NewName: "Xã Bốn"},
			{Line: 10, OldCode: "080", NewCode: "03997", NewName: "Xã Năm"},
			{Line: 11, OldCode: "02746", NewCode: "03996", NewName: "Xã Sáu"},
			{Line: 12, OldCode: "02749", NewCode: "03996", NewName: "Xã Sáu"},
		}}, []string{
			"4 stations.row_twice", "5 stations.old_name_differs", "10 stations.old_code_unknown", "2 stations.old_code_unknown",
			"7 stations.merge_two_names", "8 stations.merge_kind_missing", "9 stations.code_unreadable",
			"3 stations.merge_code_taken", "11 stations.merge_district_missing",
		}},
		"units left in districts": {Merge{On: "2025-07-01", AbolishDistricts: true, Rows: taChai.Rows}, []string{"0 stations.merge_units_left"}},
	} {
		units, list, _, err := DecideMerge(founding(), by("m"), c.m)
		var got []string
		if e := fault.Of(err); e != nil && e.Code == "stations.merge_refused" {
			for _, p := range e.Parts {
				got = append(got, fmt.Sprint(p.Line, " ", p.Code))
			}
		}
		if !slices.Equal(got, c.want) || units != nil || list != nil {
			t.Errorf("%s: %v\nwant %v (%v)", name, got, c.want, err)
		}
	}
	r, _ := merged(t, founding(), taChai)
	other := taChai
	other.Rows = []MergeRow{{Line: 2, OldCode: "02872", NewCode: "02875", NewName: "Xã Na Hối"}}
	if _, _, _, err := DecideMerge(r, by("n"), other); !fault.Is(fault.Of(err).Parts[0], "stations.merge_done_otherwise") {
		t.Errorf("merged into something else before: %v", err)
	}
}

func TestAMergeCannotSlipBeforeALaterOne(t *testing.T) {
	r, _ := merged(t, founding(), Reform2025())
	for name, c := range map[string]Merge{
		"an old unit that ended later": {On: "2024-11-01", Rows: []MergeRow{{OldCode: "02662", NewCode: "03999", NewName: "Xã Mới"}}},
		"a new code given later":       {On: "2024-11-01", Rows: []MergeRow{{OldCode: "02872", NewCode: "02839", NewName: "Thị trấn Bắc Hà"}}},
	} {
		if _, _, _, err := DecideMerge(r, by("m"), c); err == nil || !fault.Is(fault.Of(err).Parts[0], "stations.merge_out_of_order") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMappingFileIsReadAsItWasWritten(t *testing.T) {
	var b bytes.Buffer
	if err := sheet.CSV(&b, MergeTable(Reform2025().Rows)); err != nil {
		t.Fatal(err)
	}
	rows, err := ReadMerge(b.Bytes())
	if err != nil || !slices.Equal(rows, Reform2025().Rows) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	rows, err = ReadMerge([]byte("old_code;old_name;old_district;new_code;new_name\n2872;Xã Tà Chải;Huyện Bắc Hà;2839;Thị trấn Bắc Hà"))
	if err != nil || !slices.Equal(rows, taChai.Rows) {
		t.Fatalf("%+v, %v", rows, err)
	}
	if _, err := ReadMerge([]byte("Mã cũ,Tên cũ\n1,2")); !fault.Is(err, "stations.merge_columns") {
		t.Error(err)
	}
}

// Whatever is merged into whatever, a day before the merge looks as it did,
// each station that ended has ended the day before, and no unit has two.
func TestMergersNeverTouchThePast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, day := founding(), Date("2024-03-01")
		counts := map[Date]int{"2024-02-29": 127}
		for range rapid.IntRange(1, 4).Draw(t, "mergers") {
			day = day.AddDays(rapid.IntRange(1, 90).Draw(t, "days"))
			var c Merge
			c.On = day
			communes := slices.DeleteFunc(r.Units(), func(u Unit) bool { return u.Kind.Level() != Commune || !u.Valid.Has(day) })
			into := rapid.SampledFrom(communes).Draw(t, "into")
			for _, u := range rapid.SliceOfNDistinct(rapid.SampledFrom(communes), 1, 6, func(u Unit) string { return u.Code }).Draw(t, "from") {
				if u.District == into.District && u.Code != into.Code {
					c.Rows = append(c.Rows, MergeRow{OldCode: u.Code, OldName: u.Official(), NewCode: into.Code, NewName: into.Official()})
				}
			}
			if len(c.Rows) == 0 {
				continue
			}
			if rapid.Bool().Draw(t, "renamed") {
				for i := range c.Rows {
					c.Rows[i].NewName = "Phường Mới " + into.Name
				}
				c.Rows = append(c.Rows, MergeRow{OldCode: into.Code, NewCode: into.Code, NewName: "Phường Mới " + into.Name})
			}
			units, list, plan, err := DecideMerge(r, by("m"), c)
			if err != nil {
				t.Fatalf("%+v: %v", c, err)
			}
			r = r.with(units, list)
			counts[day] = plan.After
		}
		for day, want := range counts {
			if n := len(r.ActiveOn(day)); n != want {
				t.Fatalf("on %s there are now %d stations, were %d", day, n, want)
			}
		}
		if bad := r.Problems(); len(bad) > 0 {
			t.Fatal(bad)
		}
	})
}

func FuzzReadMerge(f *testing.F) {
	f.Add([]byte("Mã cũ,Tên cũ,Mã mới,Tên mới\n02872,Xã Tà Chải,02839,Thị trấn Bắc Hà"))
	r := founding()
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ReadMerge(b)
		if err != nil {
			return
		}
		units, list, _, err := DecideMerge(r, by("m"), Merge{On: "2024-11-01", Rows: rows})
		if err == nil {
			if bad := r.with(units, list).Problems(); len(bad) > 0 {
				t.Fatalf("%q leads to %v", b, bad)
			}
		}
	})
}

// TestADayThatDoesNotFitTheUnitIsNamed: a merger or a split dated before the unit
// began, or after it ended, says which day does not fit, and nothing else.
func TestADayThatDoesNotFitTheUnitIsNamed(t *testing.T) {
	r, _ := merged(t, founding(), Merge{On: "2024-09-01", Rows: []MergeRow{{OldCode: "02662", NewCode: "02663", NewName: "Phường Đồng Tuyển"}}})
	for name, c := range map[string]struct {
		on   Date
		code string
		want string
	}{
		"before it began":         {"2023-06-01", "02659", "stations.begins_later"},
		"on its first day":        {"2024-01-01", "02659", "stations.begins_later"},
		"the new code, too early": {"2024-09-01", "02663", "stations.begins_later"},
		"after it ended":          {"2024-10-01", "02662", "stations.ended_before"},
		"no such code":            {"2024-10-01", "09999", "stations.old_code_unknown"},
	} {
		split := r.PlanSplit(Split{On: c.on, Code: c.code, Parts: []SplitPart{{c.code, "Xã Một"}, {"90002", "Xã Hai"}}})
		if len(split.Bad) != 1 || split.Bad[0].Code != c.want || split.Bad[0].Field != "code" {
			t.Errorf("split %s: %v", name, split.Bad)
		}
		if c.code == "02662" {
			continue // a merger that names it again was applied before
		}
		_, _, merge := r.planMerge(by("m"), Merge{On: c.on, Rows: []MergeRow{{Line: 2, OldCode: c.code, NewCode: "90003", NewName: "Xã Mới"}}})
		if len(merge.Bad) != 1 || merge.Bad[0].Code != c.want || merge.Bad[0].Field != "old_code" {
			t.Errorf("merger %s: %v", name, merge.Bad)
		}
	}
}
