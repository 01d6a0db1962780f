package coverage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// TestAMergerSaysWhatContestsHaveToDoWithIt: each kind of thing in a contest that
// has to do with a station or a district that ends has its line, with how many.
func TestAMergerSaysWhatContestsHaveToDoWithIt(t *testing.T) {
	units, list := stations.Founding()
	reg := stations.NewRegistry(units, list)
	schedule := scheduler.NewSchedule(nil, nil, nil)
	m := accounts.Meta{ID: "m", By: accounts.Daemon(), At: time.Date(2025, 6, 20, 9, 0, 0, 0, text.Zone)}
	sapa := reg.Filter(stations.Filter{District: "088"})
	ends, stays := sapa[0].ID, reg.Filter(stations.Filter{District: "083"})[0].ID
	entry := func(station string) *contest.Entry {
		return &contest.Entry{Entrant: contest.Entrant{Kind: contest.ByStation, Station: station}}
	}
	named := func(title string, edit func(*contest.State)) *contest.State {
		s := contest.NewState(title)
		s.Rules.Title = title
		edit(s)
		return s
	}
	withdrawn := entry(ends)
	withdrawn.Withdrawn = &contest.Removal{}
	contests := []*contest.State{
		named("nothing", func(s *contest.State) {
			s.Entries, s.Rules.Who.Stations, s.Rules.Who.Districts = []*contest.Entry{entry(stays), withdrawn}, []string{stays}, []string{"083"}
			s.Judges = []*contest.Judge{{Person: "p", Name: "Không dính", Station: stays, District: "083"}}
		}),
		named("entries", func(s *contest.State) {
			s.Entries = []*contest.Entry{entry(ends), entry(ends), entry(stays), withdrawn}
		}),
		named("closed", func(s *contest.State) { s.Phase, s.Entries = contest.Closed, []*contest.Entry{entry(ends)} }),
		named("stations", func(s *contest.State) { s.Rules.Who.Stations = []string{ends, stays, sapa[1].ID} }),
		named("districts", func(s *contest.State) { s.Rules.Who.Districts = []string{"083", "088"} }),
		named("quota", func(s *contest.State) {
			s.Rules.Quotas = []contest.Quota{{Per: "station", Max: 1}, {Per: "district", Max: 2}}
		}),
		named("judges", func(s *contest.State) {
			s.Judges = []*contest.Judge{{Person: "a", Name: "Ở đài", Station: ends}, {Person: "b", Name: "Ở huyện", District: "088"},
				{Person: "c", Name: "Đã khai", Declared: []string{stays, ends}}, {Person: "d", Name: "Không dính", District: "083"}}
		}),
	}
	for name, c := range map[string]struct {
		abolish bool
		want    []string
	}{
		"two communes become one": {false, []string{"entries entries 2 ", "stations stations 2 ", "judges judge 1 Ở đài", "judges judge 1 Đã khai"}},
		"and districts end": {true, []string{"nothing districts 1 ", "nothing judge 1 Không dính", "entries entries 2 ", "stations stations 2 ",
			"districts districts 2 ",
			"quota quota 9 ", "judges judge 1 Ở đài", "judges judge 1 Ở huyện", "judges judge 1 Đã khai", "judges judge 1 Không dính"}},
	} {
		t.Run(name, func(t *testing.T) {
			merge := stations.Merge{On: "2025-07-01", AbolishDistricts: c.abolish}
			for i, u := range units {
				row := stations.MergeRow{Line: i + 2, OldCode: u.Code, NewCode: fmt.Sprint(80000 + i), NewName: fmt.Sprint("Xã Đổi Tên ", i)}
				if st := reg.SeatedIn(u.UnitKey, u.Valid.From); st != nil && (st.ID == ends || st.ID == sapa[1].ID) {
					row.NewCode, row.NewName = "90001", "Xã Mới"
				} else if !c.abolish || u.Kind.Level() != stations.Commune {
					continue
				}
				merge.Rows = append(merge.Rows, row)
			}
			changed, moved, plan, err := stations.DecideMerge(reg, m, merge)
			if err != nil {
				t.Fatal(err, plan.Bad)
			}
			out := coverage.Follow(coverage.MergerFacts{Registry: reg, Schedule: schedule, Contests: contests}, m, merge.On, plan,
				stations.Terms{}, changed, moved)
			var got []string
			for _, e := range out.Contests {
				got = append(got, fmt.Sprint(e.Title, " ", e.What, " ", e.N, " ", e.Name))
				if said := text.Vietnamese.Say("stations.contest."+string(e.What), "title", e.Title, "n", e.N,
					"name", e.Name); said == "stations.contest."+string(e.What) {
					t.Errorf("no sentence for %s", e.What)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestAnUnusedInvitationIsAskedAboutByWhoSentIt: its note may be empty, and it is nobody yet.
func TestAnUnusedInvitationIsAskedAboutByWhoSentIt(t *testing.T) {
	units, list := stations.Founding()
	reg := stations.NewRegistry(units, list)
	m := accounts.Meta{ID: "m", By: accounts.Daemon(), At: time.Date(2025, 6, 20, 9, 0, 0, 0, text.Zone)}
	grant := []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00041"}}}
	f := coverage.MergerFacts{Registry: reg, Schedule: scheduler.NewSchedule(nil, nil, nil), Invitations: []accounts.Invitation{
		{ID: "i1", Grants: grant, ByName: "Lê Thị Thu", Expires: m.At.AddDate(0, 0, 3)},
		{ID: "i2", Grants: grant, ByName: "Lê Thị Thu", Note: "em Sùng", Expires: m.At.AddDate(0, 0, 3)}}}
	code := reg.UnitOf("S00041").Code
	split := stations.Split{On: "2025-07-01", Code: code, Parts: []stations.SplitPart{{Code: code, Name: "Xã Trên"}, {Code: "90001", Name: "Xã Dưới"}}}
	units, changed, plan, err := stations.DecideSplit(reg, m, split)
	if err != nil {
		t.Fatal(err)
	}
	out := coverage.Follow(f, m, split.On, plan, stations.Terms{}, units, changed)
	if len(out.Questions) != 2 {
		t.Fatalf("%d questions", len(out.Questions))
	}
	for i, want := range []string{"Lời mời chưa dùng do Lê Thị Thu gửi cho quyền", "Lời mời chưa dùng do Lê Thị Thu gửi (em Sùng) cho quyền"} {
		if got := out.Questions[i].Say(text.Vietnamese); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		_, err := coverage.DecideFollow(f, m, split.On, plan, stations.Terms{}, units, changed)
		refused := fault.Of(err)
		if got := text.Vietnamese.Fault(refused.Parts[i]); got != out.Questions[i].Say(text.Vietnamese) {
			t.Errorf("who leaves it open reads %q", got)
		}
	}
}
