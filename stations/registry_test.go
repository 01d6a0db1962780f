package stations

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"loa/accounts"
	"loa/internal/fault"
)

func founding() *Registry { return NewRegistry(Founding()) }

func labels(r *Registry, list []*Station) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = r.Label(s.ID)
	}
	return out
}

func TestTheFoundingRegistryHoldsTheProvinceOf2024(t *testing.T) {
	r := founding()
	if n := len(r.ActiveOn("2024-05-13")); n != 127 {
		t.Errorf("%d stations", n)
	}
	want := map[string]int{"080": 7, "082": 20, "083": 15, "084": 9, "085": 18, "086": 11, "087": 16, "088": 10, "089": 21}
	districts := r.Districts("2024-05-13")
	if len(districts) != len(want) {
		t.Errorf("%d districts", len(districts))
	}
	for _, d := range districts {
		if n := len(r.Filter(Filter{District: d.Code})); n != want[d.Code] {
			t.Errorf("%s has %d stations, want %d", d.Official(), n, want[d.Code])
		}
	}
	tiles := map[Tile]string{}
	for _, u := range r.Units() {
		if !norm.NFC.IsNormalString(u.Name) || u.Kind.Level() == "" {
			t.Errorf("unit %+v", u)
		}
		if u.Tile == nil {
			continue
		}
		if other, taken := tiles[*u.Tile]; taken {
			t.Errorf("%s lies on the tile of %s", u.Name, other)
		}
		tiles[*u.Tile] = u.Name
	}
	if len(tiles) != 127 {
		t.Errorf("%d tiles", len(tiles))
	}
	if n := len(r.ActiveOn("2023-12-31")); n != 0 {
		t.Errorf("%d stations before the first day", n)
	}
}

func TestSearchFindsWhatPeopleType(t *testing.T) {
	r := founding()
	for _, c := range []struct {
		q    string
		want []string
	}{
		{"nam chay", []string{"Nậm Chảy (Mường Khương)", "Nậm Chầy (Văn Bàn)"}},
		{"Nậm Chảy", []string{"Nậm Chảy (Mường Khương)"}},
		{norm.NFD.String("Nậm Chảy"), []string{"Nậm Chảy (Mường Khương)"}},
		{"nậm chay", []string{"Nậm Chảy (Mường Khương)", "Nậm Chầy (Văn Bàn)"}},
		{"Nậm Chày", []string{"Nậm Chầy (Văn Bàn)"}},
		{"THANH BINH", []string{"Thanh Bình (Mường Khương)", "Thanh Bình (Sa Pa)"}},
		{"thanh bình sa pa", []string{"Thanh Bình (Sa Pa)"}},
		{"03022", []string{"Thanh Bình (Sa Pa)"}},
		{"Vạn Hòa", []string{"Vạn Hoà"}},
		{"vạn hoà", []string{"Vạn Hoà"}},
		{"Nàn Sín", []string{"Nàn Xín"}},
		{"tả van", []string{"Tả Van", "Tả Van Chư"}},
		{"cốc mì", []string{"Cốc Mỳ"}},
		{"dong tuyen", []string{"Đồng Tuyển"}},
		{"xuân hóa", []string{"Xuân Hoà"}}, // a wrong mark still finds it
		{"không có đâu", nil},
	} {
		if got := labels(r, r.Search(c.q)); !slices.Equal(got, c.want) {
			t.Errorf("%q found %v, want %v", c.q, got, c.want)
		}
	}
	if n := len(r.Search("  ")); n != 127 {
		t.Errorf("an empty query found %d", n)
	}
	if got := r.Search("S00012"); len(got) != 1 || got[0].ID != "S00012" {
		t.Errorf("an ID found %v", labels(r, got))
	}
	if n := len(r.Search("sa pa")); n != 10 {
		t.Errorf("a district's name found %d stations", n)
	}
}

func TestListsAreInVietnameseOrder(t *testing.T) {
	r := founding()
	var names []string
	for _, s := range r.Filter(Filter{District: "082"}) {
		names = append(names, r.Name(s.ID))
	}
	want := "A Lù|A Mú Sung|Bản Qua|Bản Vược|Bản Xèo|Cốc Mỳ|Dền Sáng|Dền Thàng|Mường Hum|Mường Vi|Nậm Chạc|Nậm Pung|Pa Cheo|Phìn Ngan|Quang Kim|Sàng Ma " +
		"Sáo|Tòng Sành|Trịnh Tường|Trung Lèng Hồ|Y Tý"
	if got := strings.Join(names, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var districts []string
	for _, s := range r.ActiveOn("2024-05-13") {
		districts = append(districts, r.UnitOf(s.ID).District)
	}
	if got := strings.Join(slices.Compact(districts), " "); got != "086 087 082 085 080 083 088 084 089" {
		t.Errorf("districts in the order %s", got)
	}
}

func TestStationsAreFoundByIDAndByCode(t *testing.T) {
	r := founding()
	s, err := r.ByCodeOrID("03022", "2024-05-13")
	if err != nil || r.Label(s.ID) != "Thanh Bình (Sa Pa)" {
		t.Fatal(s, err)
	}
	if again, err := r.ByCodeOrID(s.ID, "2024-05-13"); err != nil || again != s {
		t.Fatal(again, err)
	}
	if got := r.Where(s.ID); got != (accounts.Where{District: "088", Station: s.ID}) {
		t.Error(got)
	}
	for _, bad := range []string{"", "99999", "S00128", "S1", "080", "02635"} {
		if _, err := r.ByCodeOrID(bad, "2024-05-13"); !fault.Is(err, "stations.unknown") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := r.ByCodeOrID("03022", "2023-05-13"); !fault.Is(err, "stations.unknown") {
		t.Errorf("before the code was valid: %v", err)
	}
	if r.Where("S99999") != (accounts.Where{Station: "S99999"}) {
		t.Error("an unknown station lies somewhere")
	}
}

func TestAStationCountsInAWeekItWasActiveMostOf(t *testing.T) {
	units, list := Founding()
	for i, active := range [][]Interval{
		{{"2024-01-01", "2024-05-16"}},                               // Monday to Thursday
		{{"2024-01-01", "2024-05-15"}},                               // Monday to Wednesday
		{{From: "2024-05-17"}},                                       // Friday on
		{{"2024-05-13", "2024-05-14"}, {"2024-05-18", "2024-05-19"}}, // closed in between
	} {
		list[i].Active = active
	}
	r := NewRegistry(units, list)
	in := r.ActiveInWeek("2024-05-13")
	if len(in) != 125 {
		t.Errorf("%d stations in the week", len(in))
	}
	for id, want := range map[string]bool{"S00001": true, "S00002": false, "S00003": false, "S00004": true} {
		if got := slices.ContainsFunc(in, func(s *Station) bool { return s.ID == id }); got != want {
			t.Errorf("%s counts: %v", id, got)
		}
	}
}

// A word no station can bear is refused, rather than answered by an empty list.
func TestAFilterRefusesWhatItDoesNotKnow(t *testing.T) {
	r := NewRegistry(nil, nil)
	for code, f := range map[string]Filter{"stations.language_unknown": {Language: "xx"}, "stations.technology_unknown": {Technology: "xx"},
		"stations.no_district": {District: "999"}} {
		if _, err := f.In(r, accounts.Actor{}, accounts.ReadStations); !fault.Is(err, code) {
			t.Errorf("%+v: %v", f, err)
		}
		if _, err := (Filter{Language: "hmn", Technology: FM}).In(r, accounts.Actor{}, accounts.ReadStations); err != nil {
			t.Errorf("known words: %v", err)
		}
	}
}

func TestFiltersCombine(t *testing.T) {
	units, list := Founding()
	list[0].Technologies, list[0].Languages = []Technology{FM, IP}, []string{"hmn"}
	list[1].Technologies = []Technology{IP}
	r := NewRegistry(units, list)
	for _, c := range []struct {
		f    Filter
		want int
	}{
		{Filter{Technology: IP}, 2}, {Filter{Technology: FM, Language: "hmn"}, 1}, {Filter{Technology: IP, Language: "ium"}, 0},
		{Filter{Language: Vietnamese}, 127}, {Filter{District: "080", Query: "cam"}, 1}, {Filter{ActiveOn: "2023-01-01"}, 0},
	} {
		if got := r.Filter(c.f); len(got) != c.want {
			t.Errorf("%+v: %d, want %d", c.f, len(got), c.want)
		}
	}
	monitor := accounts.Actor{Via: "session", Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: "084"}}}}
	if n := len(r.Filter(Filter{}.For(monitor, accounts.ReadStations))); n != 9 {
		t.Errorf("a monitor of Si Ma Cai sees %d stations", n)
	}
}

func FuzzSearch(f *testing.F) {
	r := founding()
	for _, q := range []string{"nam chay", "Nậm Chảy", "đ", "\u0301", "y", "qu y", "ǆ"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		nfc, nfd := r.Search(norm.NFC.String(q)), r.Search(norm.NFD.String(q))
		if !slices.Equal(nfc, nfd) {
			t.Fatalf("%q finds %v in NFC and %v in NFD", q, labels(r, nfc), labels(r, nfd))
		}
	})
}

// Two districts of one name are told apart and not mixed, and numbers follow each
// other by their value.
func TestDistrictsOfOneNameAreToldApart(t *testing.T) {
	unit := func(code string, kind Kind, name, district string) Unit {
		return Unit{UnitKey: UnitKey{FoundingDay, code}, Kind: kind, Name: name, District: district, Valid: Interval{From: FoundingDay}}
	}
	r := NewRegistry([]Unit{unit("101", "rural_district", "Kỳ Anh", ""), unit("102", "town", "Kỳ Anh", ""), unit("103", "rural_district", "Châu Thành", ""),
		unit("104", "rural_district", "Châu Thành", ""),
		unit("105", "urban_district", "10", ""), unit("106", "urban_district", "2", ""), unit("40001", "ward", "Phường 12", "103"),
		unit("40002", "ward", "Phường 3", "103"),
		unit("40003", "ward", "Phường 4", "104"), unit("40004", "ward", "Đa Kao", "106"), unit("40005", "ward", "Bến Nghé", "106"),
		unit("40006", "ward", "1", "105")},
		[]Station{{ID: "S00001", Seats: []Seat{{UnitKey{FoundingDay, "40004"}, FoundingDay}}, Fields: Fields{Active: []Interval{{From: FoundingDay}}}}})
	var got []string
	for _, d := range r.Districts(FoundingDay) {
		got = append(got, r.DistrictLabel(d.Code))
	}
	if want := "2|10|Huyện Châu Thành (103)|Huyện Châu Thành (104)|Huyện Kỳ Anh|Thị xã Kỳ Anh"; strings.Join(got, "|") != want {
		t.Errorf("%s, want %s", strings.Join(got, "|"), want)
	}
	got = nil
	for _, u := range r.Vacant(FoundingDay) {
		got = append(got, u.Code)
	}
	if want := "40005 40006 40002 40001 40003"; strings.Join(got, " ") != want {
		t.Errorf("communes without a station: %v, want %s", got, want)
	}
}
