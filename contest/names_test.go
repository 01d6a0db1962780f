package contest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/text"
)

// Two communes bear one name: wherever they are named without a column for it, the
// district stands beside the name.
func TestCommunesOfOneNameCarryTheirDistrict(t *testing.T) {
	w := newWorld(t, "trung-ten")
	for i := range 30 {
		st := w.facts.Stations[stationID(i+1)]
		st.Name = "Xã Thanh Bình"
		w.facts.Stations[st.ID] = st
	}
	r := plain()
	r.Awards[0].Prizes = slices.Insert(r.Awards[0].Prizes, 1, contest.Prize{ID: "tt", Name: "Tập thể", Count: 2, Special: true})
	w.open(r)
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{Outside: []string{stationID(9), stationID(10)},
		Special: []contest.Given{{Award: "chung", Prize: "tt", Station: stationID(9), Reason: "Nhiều bài"},
			{Award: "chung", Prize: "tt", Station: stationID(10), Reason: "Nhiều bài"}}})
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.operator(1), contest.FileComplaint{Entry: w.s.Entries[0].ID, Text: "Điểm chưa đúng"})

	m, err := paper.MinutesOf(w.s, w.s.Last(), noUnits, text.Vietnamese, w.now)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := paper.DecisionOf(w.s, text.Vietnamese, w.now)
	f, _, err := paper.FeedbackOf(w.s, w.s.Entries[0], text.Vietnamese, w.now)
	if err != nil {
		t.Fatal(err)
	}
	said := []string{f.Entrant, w.s.Complaints[0].Who, m.Complaints[0]}
	for _, g := range m.Given {
		if g.Who != "" {
			said = append(said, g.Who)
		}
	}
	for _, x := range d.Rows {
		said = append(said, x.Who)
	}
	for _, c := range paper.CertificatesOf(w.s, w.s.Certificate, w.now) {
		said = append(said, fmt.Sprint(c.Lines))
	}
	if len(said) < 3+5+5+5 {
		t.Errorf("only %d names", len(said))
	}
	for _, name := range said {
		if !strings.Contains(name, "Xã Thanh Bình") || !strings.Contains(name, "Huyện 08") {
			t.Errorf("which one is %q?", name)
		}
	}
	e := contest.Entrant{Name: "Lò A", StationName: "Xã A"} // where there are no districts
	if e.Full() != "Lò A, Xã A" || (&contest.Entrant{StationName: "Xã A"}).Full() != "Xã A" {
		t.Errorf("%q", e.Full())
	}
}

// Papers list prizes as the rules do, whichever were kept back.
func TestPrizesAreListedFromTheHighest(t *testing.T) {
	w := signedContest(t, func(r *contest.Rules) {
		r.Awards[0].Prizes = slices.Insert(r.Awards[0].Prizes, 0, contest.Prize{ID: "dac-biet", Name: "Giải Đặc biệt", Count: 1, Special: true})
		r.Awards = append([]contest.Award{{ID: "cd", Name: "Chuyên đề", Prizes: []contest.Prize{{ID: "tt", Name: "Tập thể", Count: 2, Special: true}}}},
			r.Awards...)
	})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{Outside: []string{stationID(9), stationID(8)},
		Withhold: []contest.Withheld{{Award: "chung", Prize: "ba", Reason: "Chưa đạt"}},
		Special: []contest.Given{{Award: "cd", Prize: "tt", Station: stationID(9), Reason: "Nhiều bài"},
			{Award: "chung", Prize: "dac-biet", Station: stationID(8), Reason: "Hay"}}})
	var got []string
	for _, g := range paper.GivenOf(w.s, text.Vietnamese) {
		if len(got) == 0 || got[len(got)-1] != g.Prize {
			got = append(got, g.Prize)
		}
	}
	if want := []string{"Tập thể", "Giải Đặc biệt", "Giải Nhất", "Giải Nhì", "Giải Ba", "Giải Khuyến khích"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	w.replays()
}
