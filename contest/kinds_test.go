package contest_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"loa/accounts"
	"loa/contest"
	"loa/internal/fault"
)

// Each mistake about a prize given by decision has its own sentence, all at once and each
// at its place; a work nobody scored is asked about.
func TestASpecialPrizeSaysWhatIsWrongWithIt(t *testing.T) {
	w := newWorld(t, "giai")
	r := plain()
	r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Chuyên đề", Prizes: []contest.Prize{{ID: "gd", Name: "Giọng đọc", Count: 1, Special: true}}})
	first := contest.Round{ID: "huyen", Name: "Huyện chọn", Promotion: contest.Promotion{By: contest.Picked, N: 3}}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w.open(r)
	var ids []string
	var picks []contest.Pick
	for i := 1; i <= 4; i++ {
		ids = append(ids, w.enter(i, w.work(i)))
		if i < 4 {
			picks = append(picks, contest.Pick{Entry: ids[i-1], Reason: "Hay"})
		}
	}
	w.jury(3, "chung-khao")
	w.toRound("huyen")
	w.do(w.organiser(), contest.PickEntries{Picks: picks})
	w.do(w.organiser(), contest.FinishRound{Round: "huyen"})
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	give := func(entry, station, reason string) contest.Given {
		return contest.Given{Award: "cd", Prize: "gd", Entry: entry, Station: station, Reason: reason}
	}
	for code, list := range map[string][]contest.Given{
		"contest.special_nobody":      {give("", "", "Hay")},
		"contest.special_both":        {give(ids[0], stationID(1), "Hay")},
		"contest.special_reason":      {give(ids[0], "", " ")},
		"contest.special_many":        {give(ids[0], "", "Hay"), give(ids[1], "", "Hay")},
		"contest.special_by_rank":     {{Award: r.Awards[0].ID, Prize: r.Awards[0].Prizes[0].ID, Entry: ids[0], Reason: "Hay"}},
		"contest.unknown_entry":       {give("khong-co", "", "Hay")},
		"contest.receiver_not_scored": {give(ids[3], "", "Hay")},
	} {
		w.refused(code, w.organiser(), contest.GivePrizes{Special: list})
	}
	_, err := contest.Decide(w.s, w.facts, accounts.Meta{ID: "sai", By: w.organiser(), At: w.now},
		contest.GivePrizes{Special: []contest.Given{give(ids[0], "", ""), give("", "", "Hay")}})
	var all *fault.Error
	var at []string
	if errors.As(err, &all) {
		for _, p := range all.Parts {
			at = append(at, p.Code+" "+p.Field)
		}
	}
	want := []string{"contest.special_many special.0.prize", "contest.special_reason special.0.reason", "contest.special_nobody special.1.entry"}
	slices.Sort(at)
	if slices.Sort(want); !slices.Equal(at, want) {
		t.Errorf("%q", at)
	}
	for i, want := range []string{"", "", "", "Huyện chọn true"} {
		got, picked := w.s.StoppedAt(w.s.Entry(ids[i]))
		if got != "" {
			got += fmt.Sprint(" ", picked)
		}
		if got != want {
			t.Errorf("work %d stopped at %q, want %q", i, got, want)
		}
	}
	w.do(w.organiser(), contest.GivePrizes{Special: []contest.Given{give(ids[3], "", "Giọng đọc quý")}, Outside: []string{ids[3]}})
}

// A namesake is to be looked at until the work is dealt, also behind a round in which
// nothing is scored, and starting a round says so.
func TestANamesakeIsSaidWhereverARoundIsStarted(t *testing.T) {
	w := newWorld(t, "trung-ten-huyen")
	r := plain()
	first := contest.Round{ID: "huyen", Name: "Huyện chọn", Promotion: contest.Promotion{By: contest.Picked, N: 3}}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w.open(r)
	var picks []contest.Pick
	for i := 1; i <= 3; i++ {
		work := w.work(i)
		if i == 3 {
			work.Authors = []string{"Giám khảo J2"}
		}
		picks = append(picks, contest.Pick{Entry: w.enter(i, work), Reason: "Hay"})
	}
	w.jury(3, "chung-khao")
	w.now = later
	said := func(round string) {
		t.Helper()
		if n := len(w.s.Points()); n != 1 {
			t.Errorf("before %s the overview has %d ties", round, n)
		}
		if keys := openKeys(w, contest.StartRound{Round: round}); !slices.Contains(keys, "contest.open_points") {
			t.Errorf("starting %s is asked about with %v", round, keys)
		}
	}
	said("huyen")
	w.toRound("huyen")
	w.do(w.organiser(), contest.PickEntries{Picks: picks})
	w.do(w.organiser(), contest.FinishRound{Round: "huyen"})
	said("chung-khao")
	w.do(w.organiser(), contest.KeepJudge{Judge: "J2", Entry: picks[2].Entry, Reason: "Hai người khác nhau"})
	w.toRound("chung-khao")
	if n := len(w.s.Running().Of("J2")); n != 3 {
		t.Errorf("%d works were dealt to the judge who was found to be another", n)
	}
}

// A script typed without tone marks names the entrant as well; other words do not.
func TestNamesWithoutMarksAreSeen(t *testing.T) {
	e := contest.Entry{Entrant: contest.Entrant{StationName: "Xã Tả Phời", DistrictName: "Thành phố Lào Cai", Name: "Páo", Authors: []string{"Tác giả Văn 0"}}}
	for script, want := range map[string][]string{
		"Xin chao ba con ta phoi. Toi la tac gia van 0.":       {"Tả Phời", "Tác giả Văn 0"},
		"Bà con Ta Phời, TA PHOI và tả phời":                   {"Tả Phời"},
		"Phổi ta phòi ra, tạ phôi, lao cài":                    nil,
		"Toi ten la Pao o ban nay":                             {"Páo"},
		"Đi chợ mua cái pao cho trẻ chơi":                      nil,
		"Tỉnh lao cai chuc mung":                               {"Lào Cai"},
		"Người tác\ngiả văn 0 chép lại. Tac\u0301 gia\u0309 x": {"Tác giả Văn 0"},
		"Đài truyền thanh xã Tả\r\n  Phời thực hiện":           {"Tả Phời"},
		"Ở Tả-\nPhời và TảPhời":                                {"Tả Phời"},
		"Tại xã taphoi":                                        {"Tả Phời"},
		"Tả\u00a0Phời":                                         {"Tả Phời"},
		"":                                                     nil,
	} {
		e.Redacted = script
		if got := e.Leaks(); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
	}
	e.Entrant.Authors = []string{"Lù A Sình"}
	for script, want := range map[string]bool{"Anh Sình kể lại": true, "theo đồng chí Sình,": true, "Sình lầy khắp nơi": false,
		"em sình": false, "Chị Sìn": false} {
		e.Redacted = script
		if got := e.Leaks(); slices.Equal(got, e.Entrant.Authors) != want {
			t.Errorf("%q: %q", script, got)
		}
	}
}
