package stations

import (
	"slices"
	"testing"
)

// TestAFilterByLicencesKeepsThoseThatEnd leaves out what nobody noted and what is far away.
func TestAFilterByLicencesKeepsThoseThatEnd(t *testing.T) {
	units, list := Founding()
	for i, until := range map[int]Date{0: "2024-06-30", 3: "2024-05-01", 5: "2024-07-13", 7: "2024-07-12"} {
		list[i].FM.LicenceUntil = until
	}
	var got []Date
	for _, s := range NewRegistry(units, list).Filter(Filter{LicenceUntil: "2024-07-12"}) {
		got = append(got, s.FM.LicenceUntil)
	}
	slices.Sort(got)
	if want := []Date{"2024-05-01", "2024-06-30", "2024-07-12"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
