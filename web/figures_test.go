package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
)

// The week's page shows who aired without counting in a line of its own, and a station that
// aired after all is not called excused.
func TestFiguresOfAWeekNameEachStateOnce(t *testing.T) {
	t.Parallel()
	clock, s, operator, monitor := onMonday(t)
	clock.at = at(19, 0, 0)
	fact := func(name string) string {
		monitor.Get("/coverage?week=2024-W20")
		return strings.TrimSpace(monitor.Doc().Find("[aria-labelledby=ladder] dt").FilterFunction(func(_ int,
			dt *goquery.Selection) bool {
			return dt.Text() == name
		}).Next().Text())
	}
	if got := fact("Phát nhưng chưa tính"); got != "" {
		t.Errorf("a line for nobody: %q", got)
	}
	operator.Get("/airings/new?slot=" + scheduler.SlotID("R1", "S00001", at(17, 0, 0)))
	operator.Submit("form.report", "outcome", "aired", "seconds", "1:00")
	operator.Expect(200, "#done", "Không tính")
	for name, want := range map[string]string{"Phát nhưng chưa tính": "1", "Chưa báo": "126", "Báo không phát được": "0"} {
		if got := fact(name); got != want {
			t.Errorf("%s: %q, want %s", name, got, want)
		}
	}

	for _, path := range []string{"/airings", "/coverage/stations/S00001?week=2024-W20"} {
		monitor.Get(path)
		monitor.Expect(200, "main .badge", "Không tính")
	}

	excuse := coverage.Excuse{Week: airing.Calendar{Zone: text.Zone}.Week(clock.at), Station: "S00002", Reason: airing.PowerCut, Note: "bão số 2"}
	if _, err := s.Excuse(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: clock.at}, excuse); err != nil {
		t.Fatal(err)
	}
	monitor.Get("/coverage/stations/S00002?week=2024-W20")
	monitor.Expect(200, "[aria-labelledby=now] .notice", "bão số 2")
	m := accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: clock.at}
	if _, err := s.Confirm(t.Context(), m, airing.Confirm{ID: m.ID, Slot: scheduler.SlotID("R1", "S00002", at(17, 0, 0)), Outcome: airing.Aired}); err != nil {
		t.Fatal(err)
	}
	monitor.Get("/coverage/stations/S00002?week=2024-W20")
	if now := monitor.Doc().Find("[aria-labelledby=now]").Text(); strings.Contains(now, "bão số 2") || !strings.Contains(now, "Báo đã phát") {
		t.Errorf("who aired is called excused: %s", now)
	}
}

// Evidence of a report that now says the contrary is left behind, and the page says so;
// where it is kept, or was withdrawn with the report, it does not.
func TestEvidenceLeftBehindIsTold(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	clock.at = at(19, 0, 0)
	by := func() accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: clock.at} }
	m := by()
	broken, err := s.Confirm(t.Context(), m, airing.Confirm{ID: m.ID, Slot: scheduler.SlotID("R1", "S00001", at(17, 0, 0)), Outcome: airing.NotAired,
		Reason: airing.Equipment})
	if err != nil {
		t.Fatal(err)
	}
	photo := airing.Evidence{ID: uuid.NewString(), Report: broken.ID, Recording: uuid.NewString(), Kind: "photo", Type: "image/jpeg",
		SHA256: fmt.Sprintf("%064d", 8), Size: 9}
	if _, err := s.Attach(t.Context(), by(), photo); err != nil {
		t.Fatal(err)
	}
	const left, kept = "minh chứng của báo cáo ấy không được giữ", "Minh chứng của báo cáo trước được giữ lại"
	was := broken.ID
	for i, c := range []struct {
		outcome   airing.Outcome
		says, not string
	}{{airing.NotAired, kept, left}, {airing.Aired, left, kept}, {airing.Withdrawn, "", left}} {
		m := by()
		line, err := s.Confirm(t.Context(), m, airing.Confirm{ID: m.ID, Corrects: was, Outcome: c.outcome, Why: "bấm nhầm"})
		if err != nil {
			t.Fatal(err)
		}
		was = line.ID
		operator.Get("/airings/" + was)
		operator.Expect(200, "[aria-labelledby=evidence]", c.says)
		operator.Refuse(c.not)
		photo.ID, photo.Report, photo.SHA256 = uuid.NewString(), was, fmt.Sprintf("%064d", len(was)+i)
		if _, err := s.Attach(t.Context(), by(), photo); err != nil && c.outcome != airing.Withdrawn {
			t.Fatal(err)
		}
		if c.outcome == airing.Aired { // a new photo is nothing that was kept
			operator.Get("/airings/" + was)
			operator.Expect(200, "[aria-labelledby=evidence] figure")
			operator.Refuse(kept)
		}
	}
}
