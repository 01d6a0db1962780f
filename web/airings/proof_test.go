package airings_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/audio/match"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/web/webtest"
)

// recorded adds a recording to a report, of which the machine says what the proof says, and
// returns the proof as it was kept.
func (e *evidence) recorded(t *testing.T, report string, p airing.Proof) airing.Proof {
	t.Helper()
	p.Report, p.Evidence, p.SHA256, p.Method = report, uuid.NewString(), strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", ""), match.Method
	sound := airing.Evidence{ID: p.Evidence, Report: report, Kind: airing.Sound, Type: "audio/mpeg", SHA256: p.SHA256, Size: 9}
	if _, err := e.store.Attach(t.Context(), meta(monday.Add(3*time.Hour)), sound); err != nil {
		t.Fatal(err)
	}
	line, err := e.store.Prove(t.Context(), meta(monday.Add(3*time.Hour)), p)
	if err != nil {
		t.Fatal(err)
	}
	return line.Proofs[len(line.Proofs)-1].Proof
}

// episode adds an episode of the programme with a recording, and returns the IDs of both.
func (e *evidence) episode(t *testing.T) (id, recording string) {
	t.Helper()
	m := meta(monday.AddDate(0, 0, -3))
	facts := audio.Facts{Format: audio.MP3, SHA256: strings.Repeat("a", 64), Seconds: 900, MP3: &audio.MP3Facts{FramesSHA256: strings.Repeat("b", 64)}}
	r, err := e.store.SaveRecording(t.Context(), m, library.SaveRecording{Kind: library.ForProgramme, Name: "so-12.mp3", ContentType: "audio/mpeg",
		Blob: library.Ref{SHA256: strings.Repeat("a", 64), Size: 9}, Report: library.Report{Facts: &facts}})
	if err != nil {
		t.Fatal(err)
	}
	ep, err := e.store.SaveEpisode(t.Context(), meta(monday.AddDate(0, 0, -2)), scheduler.SaveEpisode{Programme: "P1", Title: "Số 12", Audio: r.ID,
		Language: "vi", Submit: true})
	if err == nil {
		_, err = e.store.MoveEpisode(t.Context(), meta(monday.AddDate(0, 0, -1)), scheduler.MoveEpisode{ID: ep.ID, To: scheduler.Approved})
	}
	if err != nil {
		t.Fatal(err)
	}
	return ep.ID, r.ID
}

// TestTheMachinesWordIsShownAndHeard shows what the machine found on the report and in the
// queue, where what speaks against a report comes first, and goes over from a recording to the programme.
func TestTheMachinesWordIsShownAndHeard(t *testing.T) {
	e := newEvidence(t, 4)
	reports := slices.Sorted(maps.Keys(e.of))
	episode, recording := e.episode(t)
	curve := make([]byte, 96)
	for i := range curve {
		curve[i] = byte(25 + i%7)
	}
	curve[30] = 210
	fit := airing.Proof{Seconds: 15, Compared: []string{episode, "E7"}, Episode: episode, Recording: recording, Length: 900, Score: 21, Threshold: 10.4,
		Chance: 1e-12, Start: 250, Drift: 0.01, Matched: 13, Late: 6, Timed: true, Curve: curve}
	verified, against, nothing := fit, fit, airing.Proof{Word: match.NotProven, Reason: match.Nowhere, Seconds: 15, Compared: []string{episode}, Chance: 1}
	verified.Word, verified.Reason, verified.Hints = match.Verified, match.Found, []airing.Hint{airing.Direct}
	against.Word, against.Reason, against.Late = match.Contradicted, match.OtherTime, -7200
	e.recorded(t, reports[1], verified)
	e.recorded(t, reports[2], nothing)
	e.recorded(t, reports[3], against)

	lo := e.monitor(t, "Lò Thị Giám", province)
	lo.Get("/evidence")
	if shown(t, lo) != reports[3] {
		t.Errorf("the queue begins with %s, not with what speaks against a report", e.of[shown(t, lo)])
	}
	lo.Expect(http.StatusOK, ".proof", text.Vietnamese.Say("audio.match.contradicted"), "sớm hơn báo cáo 2 giờ")
	lo.Submit("form.answers", "finding", "contradicted", "note", "giờ khác")
	if shown(t, lo) != reports[1] {
		t.Errorf("then comes %s, not what sounds like the file itself", e.of[shown(t, lo)])
	}
	lo.Expect(http.StatusOK, ".proof .notice.warn", text.Vietnamese.Say("airing.hint.direct"))
	lo.Submit("form.answers", "finding", "verified", "note", "")
	if shown(t, lo) != reports[2] {
		t.Errorf("then comes %s, not what is not proven", e.of[shown(t, lo)])
	}
	lo.Expect(http.StatusOK, ".proof", "Không tính gì bất lợi", text.Vietnamese.Say("airing.proof_limit"))

	// Of what the episode was found in, the page says what became of it since.
	back := scheduler.MoveEpisode{ID: episode, To: scheduler.Withdrawn, Why: "sai tên"}
	if _, err := e.store.MoveEpisode(t.Context(), meta(monday.AddDate(0, 0, 1)), back); err != nil {
		t.Fatal(err)
	}
	lo.Get("/airings/" + reports[1])
	lo.Expect(http.StatusOK, ".proof", "Khớp 13 trong 15 giây với Nông thôn mới, Số 12, từ phút 4:10", "muộn hơn báo cáo 6 giây", "dưới 1/1.000.000.000",
		text.Vietnamese.Say("airing.hint.direct"), text.Vietnamese.Say("airing.proof_withdrawn"))
	lo.Expect(http.StatusOK, "dl", "Máy")
	lo.Get("/airings?format=csv")
	lo.Expect(http.StatusOK, "", text.Vietnamese.Say("audio.match.verified"), text.Vietnamese.Say("airing.checker.machine"))
	lo.Get("/airings/paper")
	lo.Expect(http.StatusOK, "table", "Máy nghe: Đã kiểm chứng")

	server := httptest.NewServer(e.handler)
	defer server.Close()
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", webtest.LoggedIn(t, e.store, "Ma Văn Sát", e.now, accounts.Grant{Role: accounts.Monitor, Scope: province}), server.URL)
	for i, path := range []string{"/airings/" + reports[1], "/evidence/" + reports[2]} {
		p.Open(server.URL + path)
		p.Fingers(path)
		for _, width := range []int64{360, 1280} {
			p.Shot(fmt.Sprint("proof-", i), width)
		}
	}
	p.Open(server.URL + "/airings/" + reports[1])
	p.Until("the button", `!document.querySelector("[data-turn]").parentElement.hidden`)
	p.Click("[data-turn]")
	p.Says(".proof [role=status]", text.Vietnamese.Say("airing.proof_hears_programme"))
	if at := webtest.Eval[float64](p, "where it plays", `document.querySelector("audio.programme").currentTime`); at < 249 || at > 251 {
		t.Errorf("the programme is heard from %.1f s on", at)
	}
}

// TestTheOperatorIsToldKindly: her page says what became of her recording, and until when it holds.
func TestTheOperatorIsToldKindly(t *testing.T) {
	e := newEvidence(t, 4)
	e.now = monday.Add(4 * time.Hour)
	reports := slices.Sorted(maps.Keys(e.of))
	for i, word := range match.Words {
		e.recorded(t, reports[i], airing.Proof{Word: word, Reason: match.Nowhere, Compared: []string{}, Chance: 1})
	}
	says := func(report, want string) {
		t.Helper()
		station := e.line(t, report).Station
		c := webtest.NewClient(t, e.handler, webtest.LoggedIn(t, e.store, uuid.NewString(), e.now, accounts.Grant{Role: accounts.Operator,
			Scope: accounts.Scope{Level: accounts.Station, ID: station}}))
		c.Get("/today")
		c.Expect(http.StatusOK, `[data-report="`+report+`"]`, want)
	}
	for i, word := range match.Words {
		says(reports[i], text.Vietnamese.Say("airing.today_"+string(word)))
	}
	for why, want := range map[match.Reason]string{match.NothingToFind: "airing.today_nothing", match.Used: "airing.today_used",
		match.Later: "airing.today_later"} {
		e.recorded(t, reports[3], airing.Proof{Word: match.NotProven, Reason: why, Compared: []string{}, Chance: 1})
		says(reports[3], text.Vietnamese.Say(want))
	}
	e.recorded(t, reports[3], airing.Proof{Word: match.Verified, Reason: match.Found, Compared: []string{}, Hints: []airing.Hint{airing.Direct}})
	says(reports[3], text.Vietnamese.Say("airing.today_direct"))
	waits := airing.Evidence{ID: uuid.NewString(), Report: reports[3], Kind: airing.Sound, Type: "audio/mpeg", SHA256: strings.Repeat("c", 64), Size: 9}
	if _, err := e.store.Attach(t.Context(), meta(monday.Add(3*time.Hour)), waits); err != nil {
		t.Fatal(err)
	}
	says(reports[3], text.Vietnamese.Say("airing.today_waits"))
	v := airing.Verdict{Report: reports[2], Finding: airing.Contradicted, Note: "nghe tại chỗ"}
	if _, err := e.store.VerifyAiring(t.Context(), meta(e.now), v); err != nil {
		t.Fatal(err)
	}
	e.now = monday.Add(10 * time.Minute)
	says(reports[1], text.Vietnamese.Say("airing.today_again"))
}
