package paper

import (
	"testing"
	"time"

	"loa/contest"
	"loa/internal/text"
)

func TestTheDecisionOfAwardAddsUpTheMoney(t *testing.T) {
	s := contest.NewState("hoi")
	s.Rules.Title, s.Rules.Host = "Hội thi", "Ban tổ chức"
	s.Rules.Awards = []contest.Award{{ID: "a", Name: "Giải chung", Prizes: []contest.Prize{{ID: "1", Name: "Giải Nhất"}, {ID: "2", Name: "Giải Nhì"}}}}
	at := time.Date(2024, 10, 5, 8, 0, 0, 0, text.Zone)
	if _, ok := DecisionOf(s, text.Vietnamese, at); ok {
		t.Error("a decision about no prizes")
	}
	s.Given = []contest.Given{
		{Award: "a", Prize: "1", Station: "S1", Name: "Đài A", Amount: "5000000"},
		{Award: "a", Prize: "2", Station: "S2", Name: "Đài B", Amount: "10000000/3"},
		{Award: "a", Prize: "2", Station: "S3", Name: "Đài C", Amount: "10000000/3"},
		{Award: "a", Prize: "2", Station: "S4", Name: "Đài D", Amount: "10000000/3"},
		{Award: "a", Prize: "2", Withheld: 1},
		{Award: "gone", Prize: "2", Amount: "1"},
	}
	d, ok := DecisionOf(s, text.Vietnamese, at)
	if !ok || len(d.Rows) != 4 || d.Rows[0].Amount != "5.000.000" || d.Rows[1].Amount != "3.333.333,33" {
		t.Fatalf("%+v", d)
	}
	if d.Total != "15.000.000" || d.InWords != "Mười lăm triệu đồng" {
		t.Errorf("%s, %s", d.Total, d.InWords)
	}
}
