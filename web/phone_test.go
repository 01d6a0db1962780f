package web_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/web/webtest"
)

// saysByTelephone notes that the station said by telephone that it aired on a day before, and returns what waits for her word.
func (p *phone) saysByTelephone(at time.Time) {
	p.t.Helper()
	call := coverage.RecordCall{Station: "S00001", Outcome: coverage.CallOther, Note: "Đài nói đã phát",
		Said: &airing.Propose{Programme: "P1", StartedAt: at, Seconds: 600, Outcome: airing.Aired}}
	if _, err := p.store.RecordCall(p.t.Context(), meta(p.now.Load().UTC()), call); err != nil {
		p.t.Fatal(err)
	}
}

func (p *phone) proposal() airing.Proposal {
	p.t.Helper()
	list, err := p.store.Proposals(p.t.Context(), meta(*p.now.Load()).By, airing.ProposalQuery{})
	if err != nil || len(list) != 1 {
		p.t.Fatal(list, err)
	}
	return list[0]
}

// What was said by telephone is answered without a network: yes and no wait, say so over a reload, and are not asked again.
func TestWhatWasSaidByTelephoneIsAnsweredWithoutANetwork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		button, said string
		state        airing.ProposalState
		reports      int
	}{
		{".yes", "Đúng, báo như vậy. Đã giữ trên máy", airing.Agreed, 1},
		{".no", "Không đúng. Đã giữ trên máy", airing.Disagreed, 0},
	} {
		p := newPhone(t, tuesday)
		p.saysByTelephone(time.Date(2024, 5, 12, 9, 0, 0, 0, text.Zone))
		p.open("/today")
		p.kept("/today")
		p.cut()
		const card = "[aria-labelledby=said] article "
		p.tab.Click(card + c.button)
		p.tab.Wait(card + ".phone .notice")
		p.open("/today") // a reload
		p.tab.Wait(card + ".phone .notice")
		p.tab.Says(card, c.said)
		if n := webtest.Eval[int](p.tab, "count what can be pressed", `[...document.querySelectorAll("[aria-labelledby=said] .thumbs button")].filter((b) => b.offsetParent).length`); n != 0 {
			t.Errorf("%s: %d buttons ask again", c.button, n)
		}
		p.tab.Shot("said-offline"+c.button, 360)
		p.mended()
		p.sends()
		if said := p.proposal(); said.State != c.state || len(p.lines()) != c.reports {
			t.Errorf("%s: %+v, %d reports", c.button, said, len(p.lines()))
		}
	}
}

// A correction pressed without a network says so in the list of what is done; another one follows it, and a report
// outside the plan that is pressed twice is one.
func TestCorrectionsAndUnplannedReportsWaitOnce(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	p.tab.Click(".yes")
	p.tab.Wait("[id^=done-]")
	p.tab.Until("the new page's outbox is there", `Boolean(document.querySelector("#unsent")) && document.readyState === "complete"`)
	p.kept("/today")
	p.kept("/airings/new?station=S00001")
	old := p.lines()[0]
	p.open("/airings/new?corrects=" + old.ID)
	p.cut()
	for _, note := range []string{"một", "hai"} {
		p.tab.Set("[name=note]", note)
		p.tab.Set("[name=why]", "ghi thêm")
		p.tab.Click("form.report button:not([name])")
		p.tab.Until("it may be pressed again", `document.querySelector("[data-says]") && !document.querySelector("form[data-sent]")`)
		webtest.Eval[bool](p.tab, "end what it says", `(document.querySelector("[data-says]").remove(), true)`)
	}
	p.open("/today")
	p.tab.Says("[data-report]", "Chờ gửi: Đã phát, Đã phát.")
	p.open("/outbox")
	p.tab.Wait("[data-waiting] li")
	p.tab.Says("[data-waiting]", "Sửa báo cáo · thứ Hai 17:00 13/5/2024", "không bỏ ở đây được nữa")

	p.open("/airings/new?station=S00001")
	p.tab.Set("[name=programme]", "P1")
	p.tab.Set("[name=started_at]", "2024-05-14T06:00")
	p.tab.Set("[name=seconds]", "10")
	for range 2 {
		p.tab.Click("form.report button:not([name])")
		p.tab.Until("it may be pressed again", `document.querySelector("[data-says]") && !document.querySelector("form[data-sent]")`)
	}
	p.tab.Set("[name=seconds]", "12")
	p.tab.Click("form.report button:not([name])")
	p.tab.Until("it says that one waits", `document.querySelector("[data-says]").textContent.includes("đã có một lời báo chờ gửi")`)
	p.tab.Shot("already-waits", 360)
	if n := p.waiting(); n != 3 {
		t.Fatalf("%d wait", n)
	}
	p.mended()
	p.open("/outbox")
	p.empty()
	stand := map[string]string{}
	for _, l := range p.lines() {
		if l.Stands() {
			stand[l.Slot+l.StartedAt.In(text.Zone).Format(" 15:04")] = l.Note
		}
	}
	if len(stand) != 2 || len(p.lines()) != 4 || stand[old.Slot+" 17:00"] != "hai" {
		t.Errorf("%d lines, standing %v", len(p.lines()), stand)
	}
}

// Who logs out with things waiting is told first, and loses nothing; another person of the phone sees nothing of them.
func TestLoggingOutTellsWhatWaits(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	p.cut()
	p.tab.Click(".yes")
	p.tab.Wait(".phone .notice")
	p.meddles(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if r.URL.Path == "/airings" {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	p.open("/me")
	p.tab.Click("form[action='/logout'] button")
	p.tab.Wait("form[action='/logout'] [data-says]")
	p.tab.Says("form[action='/logout']", "Còn 1 việc chưa gửi.")
	p.tab.Shot("logout-waits", 360)
	p.tab.Follow("form[action='/logout'] button")
	if n := p.waiting(); n != 1 {
		t.Fatalf("%d wait after logging out", n)
	}
	p.mended()
	p.logIn(tuesday)
	p.open("/today")
	p.empty()
	if n := len(p.lines()); n != 1 {
		t.Errorf("%d reports", n)
	}
}

// The installed app opens at the first page: without a network that is her day.
func TestTheFirstPageLeadsToHerDayWithoutANetwork(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	p.kept("/today")
	p.open("/today") // what a first visit leaves out is kept by the second
	p.kept("/airings")
	p.cut()
	p.tab.Open(p.server.URL + "/")
	p.tab.Until("her day is shown", `location.pathname === "/today"`)
	p.tab.Open(p.server.URL + "/coverage")
	p.tab.Says("main", "Không có mạng", "Trang đầu")
}

// A form that goes without an outbox ends by the server's receipt alone, not by what a captive portal says.
func TestOnlyAReceiptEndsAFormWithoutAnOutbox(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	var tries atomic.Int32
	p.meddles(func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		switch {
		case keepsNothing(w, r):
		case r.Method != http.MethodPost:
			return false
		default:
			switch tries.Add(1) {
			case 1:
				http.Redirect(w, r, "http://portal.example/", http.StatusFound)
			case 2:
				_, _ = w.Write([]byte("<h1>Wi-Fi</h1>"))
			case 3:
				w.WriteHeader(http.StatusForbidden)
			default:
				return false
			}
		}
		return true
	})
	p.open("/today")
	p.tab.Click(".yes")
	p.tab.Until("it is kept", `(dispatchEvent(new Event("focus")), document.querySelector(".flash") !== null)`)
	if n := len(p.lines()); n != 1 || tries.Load() != 4 {
		t.Errorf("%d reports after %d tries", n, tries.Load())
	}
}

// The plan changes while a report waits: an airing that was moved or whose station was merged meanwhile is kept as her page showed it.
func TestThePlanChangesWhileAReportWaits(t *testing.T) {
	t.Parallel()
	five := time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	for name, change := range map[string]func(p *phone){
		"moved": func(p *phone) {
			if _, err := p.store.SaveException(t.Context(), meta(five.Add(-5*time.Minute)), scheduler.SaveException{Rule: "R1",
				At: scheduler.WallOf(five), Kind: scheduler.Moved, To: scheduler.WallOf(five.Add(5 * time.Hour))}); err != nil {
				t.Fatal(err)
			}
		},
		"merged": func(p *phone) {
			reg, err := p.store.Registry(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			merge := stations.Merge{On: "2024-05-14"}
			for i, id := range []string{"S00001", "S00002"} {
				u := reg.UnitOf(id)
				merge.Rows = append(merge.Rows, stations.MergeRow{Line: 2 + i, OldCode: u.Code, NewCode: "99001", NewName: "Xã Mới Một",
					NewDistrict: reg.UnitOf("S00001").District})
			}
			if plan, err := p.store.Merge(t.Context(), meta(five.Add(20*time.Hour)), merge); err != nil {
				t.Fatal(err, plan.Bad)
			}
		},
	} {
		p := newPhone(t, five.Add(-10*time.Minute))
		p.open("/today")
		p.kept("/today")
		p.cut()
		change(p)
		p.later(40 * time.Minute)
		p.open("/today")
		p.tab.Click("[aria-labelledby=waiting] article:last-of-type .yes")
		p.tab.Wait(".phone .notice")
		p.passes(24 * time.Hour)
		p.mended()
		p.sends()
		if lines := p.lines(); len(lines) != 1 || !lines[0].StartedAt.Equal(five) || lines[0].Station != "S00001" || !lines[0].Stands() {
			t.Errorf("%s: %+v", name, lines)
		}
	}
}

// Where the device is full she is told, and the report goes as it would without an outbox.
func TestAFullDeviceSaysSo(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	webtest.Eval[bool](p.tab, "fill the device", `(IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }, true)`)
	p.cut()
	p.tab.Click(".yes")
	p.tab.Wait("[data-says]")
	p.tab.Says("main", "Bộ nhớ máy đã đầy")
	p.mended()
	p.tab.Until("it is kept", `(dispatchEvent(new Event("focus")), document.querySelector(".flash") !== null)`)
	if n := len(p.lines()); n != 1 {
		t.Errorf("%d reports", n)
	}
}

// A page that was kept and is shown again, since the server has no other, is a new page to what is sent from it: its
// forms have other IDs. A browser by itself asks for none as it had it.
func TestAKeptPageHasOtherIDsInItsForms(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	var same, browsers atomic.Int32
	p.meddles(func(w http.ResponseWriter, r *http.Request, h http.Handler) bool {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if page := strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html"); page && rec.Header().Get("ETag") != "" {
			browsers.Add(1)
		}
		if r.URL.Path == "/today" && rec.Code == http.StatusNotModified {
			same.Add(1)
		}
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
		return true
	})
	ids := map[string]int{} // the opening that showed it
	for n := range 3 {
		p.open("/today")
		p.kept("/today")
		for _, id := range webtest.Eval[[]string](p.tab, "see the IDs", `[...document.querySelectorAll("main form [name=id]")].map((e) => e.value)`) {
			if before, was := ids[id]; was && before != n {
				t.Errorf("a form has the same ID at opening %d and %d", before+1, n+1)
			}
			ids[id] = n
		}
	}
	if same.Load() == 0 || len(ids) < 3 || browsers.Load() > 0 {
		t.Errorf("%d times as it was, %d IDs, %d pages a browser would keep", same.Load(), len(ids), browsers.Load())
	}
}
