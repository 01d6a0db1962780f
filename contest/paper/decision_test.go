package paper

import (
	"testing"
	"time"

	"loa/contest"
	"loa/internal/paper"
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
	blank := d.Draw(paper.Office{}, text.Vietnamese)
	if blank[0].Numbered() != "Số: ……/QĐ-……" || blank[1].Annex != "Kèm theo Quyết định số ……/QĐ-……, ngày 05 tháng 10 năm 2024" {
		t.Errorf("without a number: %s, %s", blank[0].Numbered(), blank[1].Annex)
	}
	numbered := d.Draw(paper.Office{Number: 7, Symbol: "BTC", Dated: at.AddDate(0, 0, 2)}, text.Vietnamese)
	if numbered[0].Numbered() != "Số: 07/QĐ-BTC" || numbered[1].Annex != "Kèm theo Quyết định số 07/QĐ-BTC, ngày 07 tháng 10 năm 2024" {
		t.Errorf("with its number: %s, %s", numbered[0].Numbered(), numbered[1].Annex)
	}
}
