package stations

import (
	"bytes"
	"fmt"
	"testing"

	"loa/internal/fault"
	"loa/internal/sheet"
)

// countryFile is the registry of a simulated country as a file: 705 districts of 15
// or 16 communes.
func countryFile(t *testing.T, stations int) []byte {
	t.Helper()
	rows := [][]any{{"Mã xã", "Tên xã", "Mã huyện", "Huyện", "Công nghệ", "Tần số (MHz)"}}
	kinds := []string{"Xã", "Phường", "Thị trấn"}
	for i := range stations {
		d := i % 705
		rows = append(rows, []any{sheet.Code(fmt.Sprintf("%05d", 40000+i)), fmt.Sprintf("%s Tân %d", kinds[i%3], i), sheet.Code(fmt.Sprintf("%03d", 100+d)),
			fmt.Sprintf("Quận %d", 100+d), "FM", 57.5})
	}
	var b bytes.Buffer
	if err := sheet.XLSX(&b, "Cả nước", rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheRegistryOfACountryIsFoundedByAFile(t *testing.T) {
	file := countryFile(t, 10_598)
	units, list, err := FoundingBy(file, by("").At)
	if err != nil || len(units) != 10_598+705 || len(list) != 10_598 {
		t.Fatalf("%d units, %d stations, %v", len(units), len(list), err)
	}
	r := NewRegistry(units, list)
	if bad := r.Problems(); len(bad) > 0 {
		t.Fatal(bad[0])
	}
	s, err := r.ByCodeOrID("40001", "2024-05-13")
	if err != nil || r.Label(s.ID) != "P. Tân 1" && r.Name(s.ID) != "Tân 1" || r.DistrictName(r.Where(s.ID).District) != "101" || s.FM.FrequencyMHz != 57.5 {
		t.Errorf("%+v, %v", s, err)
	}
	rows, err := ReadImport(file)
	if err != nil {
		t.Fatal(err)
	}
	if plan := r.PlanImport(by("").At, Import{Rows: rows, On: "2024-05-13", New: true}); len(plan.Changes) != 0 || plan.Units != 0 || len(plan.Bad) != 0 {
		t.Errorf("the same file again: %d changes, %d units, %v", len(plan.Changes), plan.Units, plan.Bad)
	}
}

func TestUnknownCodesFoundUnitsOnlyWhereThatIsSaid(t *testing.T) {
	r := founding()
	file := "Mã xã,Tên xã,Mã huyện,Huyện\n03151,Xã Mới,088,Huyện Mường Mới\n3154,Phường Mới,88,\n03157,Xã Riêng,,\n"
	c := readImport(t, file)
	if plan := r.PlanImport(by("").At, c); len(plan.Bad) != 3 || plan.Bad[0].Code != "stations.unit_unknown" {
		t.Errorf("without a word: %v", plan.Bad)
	}
	c = readImport(t, "Mã xã,Tên xã,Mã huyện,Huyện\n03951,Xã Mới,099,Huyện Mường Mới\n3954,Phường Mới,99,\n03957,Xã Riêng,,\n")
	c.New = true
	units, list, plan, err := DecideImport(r, by("a"), c)
	if err != nil || len(units) != 4 || len(list) != 3 || plan.Units != 4 {
		t.Fatalf("%d units, %d stations, %v", len(units), len(list), err)
	}
	after := r.with(units, list)
	if s, err := after.ByCodeOrID("03954", today); err != nil || after.DistrictName(after.Where(s.ID).District) != "Mường Mới" || !s.ActiveOn(today) ||
		s.ActiveOn(today.AddDays(-1)) {
		t.Errorf("%+v, %v", s, err)
	}
	for in, code := range map[string]string{
		"03951,Mới,099,Huyện Mường Mới":           "stations.unit_kind",
		"03951,Xã Mới,099,Mường Mới":              "stations.district_kind",
		"03951,Xã Mới,9999,Huyện Mường Mới":       "stations.district_code",
		"03951,Xã Mới,,Huyện Mường Mới":           "stations.district_code",
		"039511,Xã Mới,099,Huyện Mường Mới":       "stations.unit_code",
		"03951,Xã Mới,084,Huyện Nơi Nào":          "stations.district_differs",
		"02770,Xã Tên Khác,083,":                  "stations.name_differs",
		"03951,Xã A,099,Huyện B\n03951,Xã A,099,": "stations.row_twice",
	} {
		c := readImport(t, "Mã xã,Tên xã,Mã huyện,Huyện\n"+in+"\n")
		c.New = true
		if _, list, _, err := DecideImport(r, by("a"), c); !fault.Is(err, "stations.import_refused") || fault.Of(err).Parts[0].Code != code || list != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}
