package coverage

import (
	"strings"
	"testing"

	"loa/accounts"
	"loa/airing"
	"loa/stations"
)

// Who asked is told the weeks that were excused, and those that stay as they were, not the weeks she asked for.
func TestAnAnswerNamesTheWeeksThatWereExcused(t *testing.T) {
	who := accounts.Person{ID: "p1", Name: "Giàng A Páo", Language: "vi"}
	people := accounts.NewDirectory([]accounts.Person{who})
	p := Plea{ID: "x", Station: "S00001", From: 2900, Until: 2902, State: PleaGranted, By: accounts.Actor{Person: "p1"}, EndedBy: "Chị Thu",
		Excused: []airing.Week{2901, 2902}, Left: []airing.Week{2900}}
	list := p.Answered(stations.NewRegistry(nil, nil), people)
	if len(list) != 1 {
		t.Fatal(list)
	}
	want := "Đã miễn: " + airing.Week(2901).Words("vi") + ", " + airing.Week(2902).Words("vi") + ". Giữ nguyên"
	if said := list[0].Text; !strings.Contains(said, want) || strings.Contains(said, "đến hết") {
		t.Errorf("told %q", said)
	}
}
