package coverage

import (
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/audio/match"
	"loa/internal/text"
	"loa/message"
	"loa/scheduler"
	"loa/stations"
)

// TestEveryEventIsToldInBothLanguages: with the station, the programme, the week and the outcome, and with
// nothing that somebody wrote.
func TestEveryEventIsToldInBothLanguages(t *testing.T) {
	units, list := stations.Founding()
	reg := stations.NewRegistry(units, list)
	id, at := list[0].ID, time.Date(2026, 5, 18, 17, 5, 0, 0, text.Zone)
	name := reg.Label(id)
	plan := scheduler.NewSchedule([]scheduler.Programme{{ID: "P1", Title: "Nông thôn mới"}}, nil, nil)
	cal := airing.Calendar{Zone: text.Zone}
	week := cal.Week(at)
	report := airing.Report{ID: "r", Station: id, Programme: "P1", Outcome: airing.Aired, StartedAt: at, Note: "SECRET", Why: "SECRET"}
	line := airing.Line{Report: report, Finding: airing.Contradicted, FindingNote: "SECRET",
		Proofs: []airing.GivenProof{{Proof: airing.Proof{Word: match.Verified}}}}
	said := func(change func(*airing.Line)) airing.Line { l := line; change(&l); return l }
	version := scheduler.Version{Programme: "P1", Note: "SECRET"}
	ended := version
	ended.Ended = true
	told := map[message.Topic]bool{message.ContestEvent: true} // contest TestEveryEventIsToldAndNamesNobody
	for _, c := range []struct {
		topic  message.Topic
		answer any
		want   string // in Vietnamese
	}{
		{message.Reported, line, "Đài " + name + " đã báo: “Nông thôn mới” lúc 17:05 18/5/2026 đã phát"},
		{message.Reported, said(func(l *airing.Line) { l.Outcome, l.Reason = airing.NotAired, airing.PowerCut }),
			"Đài " + name + " đã báo: “Nông thôn mới” lúc 17:05 18/5/2026 không phát được. Lý do: Mất điện"},
		{message.Reported, said(func(l *airing.Line) { l.Outcome, l.Corrects = airing.Withdrawn, "q" }), "đã rút báo cáo"},
		{message.Reported, said(func(l *airing.Line) { l.Corrects = "q" }), "đã sửa báo cáo"},
		{message.Attached, line, "đã gửi minh chứng"}, {message.Detached, line, "đã được gỡ"},
		{message.Judged, line, name + ", “Nông thôn mới” lúc 17:05 18/5/2026: Trái với báo cáo"}, {message.Proved, line, ": Đã kiểm chứng"},
		{message.Declined, airing.Proposal{Station: id, Programme: "P1", StartedAt: at, Note: "SECRET", Why: "SECRET"}, name + " nói điều ghi từ cuộc gọi"},
		{message.TextAnswered, texting.Text{Station: id, State: texting.Reported, From: "SECRET", Text: "SECRET"}, name},
		{message.TextAnswered, texting.Text{State: texting.Stranger, From: "SECRET"}, "số lạ"},
		{message.StationCalled, Call{Station: id, Outcome: NoAnswer, Note: "SECRET"}, "Đã gọi đài " + name + ": Không nghe máy"},
		{message.WeekExcused, Excuse{Station: id, Week: week, Reason: airing.Weather, Note: "SECRET"}, name + " được miễn trừ tuần 21 năm 2026"},
		{message.WeekExcused, Excuse{Station: id, Week: week, Revoked: true}, "đã được rút lại"},
		{message.ExcuseAsked, Plea{Station: id, From: week, Until: week + 1, Reason: airing.Weather, Note: "SECRET"}, "từ tuần 21 năm 2026"},
		{message.ExcuseAnswered, Plea{Station: id, From: week, Until: week + 2, State: PleaGranted,
			Excused: []airing.Week{week, week + 2}, Left: []airing.Week{week + 1}},
			"tuần 21 năm 2026, tuần 23 năm 2026"},
		{message.ExcuseAnswered, Plea{Station: id, From: week, Until: week, State: PleaRefused, Why: "SECRET"}, "Không duyệt"},
		{message.WeekClosed, Week{Week: week, Counts: Counts{Active: 127, Aired: 86, NotReported: 41}}, "tuần 21 năm 2026: 86/127 đài đã phát"},
		{message.WeekReopened, Reopen{Week: week, Reason: "SECRET"}, "chờ một người khác"},
		{message.WeekReopened, Reopen{Week: week, Request: at}, "đã được mở lại"},
		{message.WeekReopened, Reopen{Week: week, Decline: true}, "không được đồng ý"},
		{message.DecidedAnew, AnewDone{Anew: Anew{What: AnewTerms, From: "2026-05-01", Reason: "SECRET"}}, "từ ngày 1/5/2026"},
		{message.ProgrammeSaved, plan.Programmes[0], "“Nông thôn mới”"}, {message.ProgrammeRetired, plan.Programmes[0], "hoạt động lại"},
		{message.ProgrammeRetired, scheduler.Programme{Title: "Ca nhạc", Retired: scheduler.Retirement{At: at}}, "“Ca nhạc” tạm nghỉ"},
		{message.EpisodeSaved, scheduler.Episode{Programme: "P1", Title: "Số 7", Steps: []scheduler.Step{{State: scheduler.Draft}}}, "“Số 7”"},
		{message.EpisodeMoved, scheduler.Episode{Programme: "P1", Title: "Số 7", Steps: []scheduler.Step{{State: scheduler.Approved, Why: "SECRET"}}},
			": Đã duyệt"},
		{message.RuleSaved, scheduler.Rule{Versions: []scheduler.Version{version}}, "lịch phát của chương trình “Nông thôn mới”"},
		{message.RuleSaved, scheduler.Rule{Versions: []scheduler.Version{version, ended}}, "đã kết thúc"},
		{message.ExceptionSaved, scheduler.Rule{Versions: []scheduler.Version{version}}, "một lượt"},
		{message.StationSaved, list[0], "hồ sơ đài " + name}, {message.StationsImported, stations.ImportPlan{Rows: 3}, "3 dòng"},
		{message.StationsMerged, stations.MergePlan{On: "2026-07-01", Targets: make([]stations.MergeTarget, 7)}, "và 2 nơi nữa"},
		{message.StationSplit, stations.SplitPlan{On: "2026-07-01", Name: "Xã Mới", Parts: []stations.SplitTarget{{Name: "Xã Trên"}}},
			"Xã Mới tách từ 1/7/2026 thành Xã Trên"},
		{message.SuccessionUndone, UndoPlan{Succession: Succession{Kind: Merging, On: "2026-07-01"}}, "1/7/2026"},
	} {
		told[c.topic] = true
		e := message.Event{At: at, By: "Lan"}.Saying(Told(reg, plan, c.topic, c.answer))
		vi, en := e.Words(c.topic, text.Vietnamese), e.Words(c.topic, text.English)
		if !strings.Contains(vi, c.want) || vi == en || !strings.HasSuffix(vi, ". Lan, 17:05 18/5/2026.") {
			t.Errorf("%s says %q, %q", c.topic, vi, en)
		}
		for _, s := range []string{vi, en} {
			if strings.ContainsAny(s, "{}") || strings.Contains(s, "SECRET") || strings.Contains(s, "told.") || strings.Contains(s, id) {
				t.Errorf("%s says %q", c.topic, s)
			}
		}
	}
	for _, topic := range message.Events {
		if !told[topic] {
			t.Errorf("nothing tells %s", topic)
		}
	}
	if p := Told(reg, plan, "accounts.save", accounts.Person{}); p.Key != "" {
		t.Errorf("%+v is told", p)
	}
}
