package stations

import (
	"os"
	"strings"
	"testing"

	"loa/internal/fault"
	"loa/internal/text"
)

// TestTheGuideAndTheRefusalNameEveryColumn holds what people read about columns to those that are read.
func TestTheGuideAndTheRefusalNameEveryColumn(t *testing.T) {
	guide, err := os.ReadFile("../doc/huong-dan/so-dang-ky-dai.md")
	if err != nil {
		t.Fatal(err)
	}
	_, err = ReadImport([]byte("Mã xã,Tên xã,Cột lạ\n02779,Xã Thanh Bình,1\n"))
	refusal := text.Vietnamese.Fault(err)
	for _, c := range Columns {
		heading := text.Vietnamese.Say("stations.column." + string(c))
		if !strings.Contains(string(guide), "\n| "+heading+" |") {
			t.Errorf("the guide has no line for the column “%s”", heading)
		}
		if !strings.Contains(refusal, heading) {
			t.Errorf("the refusal of an unknown column does not name “%s”: %s", heading, refusal)
		}
	}
	for heading, want := range map[string]Column{"Số cụm loa": "clusters_total", "so cum loa hoat dong": "clusters_working", "Tần số": "frequency_mhz",
		"clusters_total": "clusters_total"} {
		if c, ok := columnOf(heading); !ok || c != want {
			t.Errorf("“%s” is read as %q", heading, c)
		}
	}
	seen := map[string]Column{} // no name means two columns
	for _, c := range Columns {
		for _, name := range c.names() {
			if other, ok := seen[fold(name)]; ok && other != c {
				t.Errorf("“%s” is the name of %s and of %s", name, other, c)
			}
			seen[fold(name)] = c
		}
	}
}

func TestASplitCountsItselfAlone(t *testing.T) {
	r, plan := merged(t, founding(), Merge{On: "2024-09-01", Rows: []MergeRow{
		{OldCode: "02662", NewCode: "02663", NewName: "Phường Đồng Tuyển"}}})
	c := Split{On: "2024-09-01", Code: "02779", Parts: []SplitPart{{"02779", "Xã Một"}, {"99002", "Xã Hai"}}}
	units, list, split, err := DecideSplit(r, by("s"), c)
	if err != nil || split.Before != plan.After || split.After != plan.After+1 {
		t.Fatalf("%d before, %d after, with %d after the merger: %v", split.Before, split.After, plan.After, err)
	}
	_, _, _, err = DecideSplit(r.with(units, list), by("t"), c)
	if said := text.Vietnamese.Fault(fault.Of(err).Parts[0]); !strings.Contains(said, "đã tách như vậy từ 1/9/2024") {
		t.Errorf("a second time: %s", said)
	}
	// what a later merger brought in cannot be split off before it
	u, _ := founding().UnitByCode("02665", "2024-09-01")
	r, _ = merged(t, founding(), Merge{On: "2024-09-01", Rows: []MergeRow{{OldCode: "02662", NewCode: "02665", NewName: u.Official()}}})
	early := Split{On: "2024-08-01", Code: "02665", Parts: []SplitPart{{"02665", "Phường Một"}, {"99003", "Phường Hai"}}}
	_, _, _, err = DecideSplit(r, by("u"), early)
	if said := text.Vietnamese.Fault(fault.Of(err).Parts[0]); !strings.Contains(said, "Đồng Tuyển") || !strings.Contains(said, "từ 1/9/2024") {
		t.Errorf("before a merger: %s", said)
	}
}

func TestTheTableOf2025IsOfOneProvince(t *testing.T) {
	if !founding().KnowsReform2025() {
		t.Error("the province of the table does not know it")
	}
	if NewRegistry([]Unit{{UnitKey: UnitKey{"2024-01-01", "14003"}, Kind: "commune", Name: "An Bình", Valid: Interval{From: "2024-01-01"}}},
		nil).KnowsReform2025() {
		t.Error("another province is offered it")
	}
}
