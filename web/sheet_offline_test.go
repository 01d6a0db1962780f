package web

import (
	"fmt"
	"strings"
	"testing"

	"loa/contest"
	"loa/web/webtest"
)

// whole marks every criterion of the sheet on the page.
func whole(tab *webtest.Tab, sheet string) {
	for _, id := range webtest.Eval[[]string](tab, "find the criteria",
		fmt.Sprintf(`[...document.querySelectorAll("%s .criterion > input")].map((e) => "#" + e.id)`, sheet)) {
		tab.Type(id, "7")
	}
}

// kept waits until the worker has the page.
func kept(tab *webtest.Tab) {
	tab.Until("the page is kept", `caches.open("loa-1-pages").then((c) => c.match(location.pathname)).then(Boolean)`)
}

// A signature without a network is kept and sent, the page comes again from this
// device, and no error page of the browser is ever seen.
func TestASheetIsSignedOffline(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	kept(tab)
	whole(tab, "#sheet")
	tab.Wait(saved)
	st.cut.Store(true)
	asksToSign(tab, "#sheet")
	tab.Click("#sheet button[value=sign]")
	tab.Wait(waiting)
	if said := tab.Text(".sheet-state"); !strings.Contains(said, "Chưa gửi được chữ ký, sẽ gửi khi có mạng") {
		t.Errorf("it says %q", said)
	}
	tab.Shot("judge-sign-offline", 360)

	tab.Open(st.http.URL + path) // a reload
	tab.Wait(waiting)
	if got := webtest.Eval[string](tab, "a mark after a reload", typed+`[0]`); got != "7" {
		t.Errorf("after a reload without a network the first mark is %q", got)
	}
	tab.Open(st.http.URL + "/judging/" + id + "/ties") // a page that was never kept
	if said := tab.Text("h1"); said != "Không có mạng" {
		t.Errorf("a page that was not kept says %q", said)
	}
	tab.Open(st.http.URL + "/judging")
	tab.Wait("[data-unsent]:not([hidden])")
	if now := task(); now.Status != contest.Drafted {
		t.Errorf("offline the server has it as %s", now.Status)
	}
	st.cut.Store(false)
	tab.Open(st.http.URL + "/judging")
	tab.Until("see it signed", `document.querySelector("#sheet-state").matches(".saved")`)
	if now := task(); now.Status != contest.Final {
		t.Errorf("with a network again it is %s", now.Status)
	}
}

// Who changes a sheet that waits to be signed has not signed what she changed.
func TestAChangeTakesAWaitingSignatureBack(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	whole(tab, "#sheet")
	tab.Wait(saved)
	st.cut.Store(true)
	asksToSign(tab, "#sheet")
	tab.Click("#sheet button[value='sign-next']")
	tab.Wait(waiting)
	tab.Type(field(task(), 0), "9")
	tab.Until("be told",
		`document.querySelector(".sheet-state").textContent.includes("chưa ký") || document.querySelector(".sheet-state").textContent.includes("Mất mạng")`)
	st.cut.Store(false)
	tab.Open(st.http.URL + path)
	tab.Until("all is sent", waits+" === 0")
	if now := task(); now.Status != contest.Drafted || now.Marks[now.Criteria[0].ID].String() != "9" {
		t.Errorf("it is %s with %v", now.Status, now.Marks)
	}
}

// The hall's page comes again without a network, signs there, and sends all once
// there is one.
func TestTheHallsPageWorksWithoutANetwork(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) { r.Rounds[0].Parts[0].Live = true }
	_, judges, id := st.played(someEntrants)
	tab := judges[1].in(webtest.NewBrowser(t))
	page := st.http.URL + "/judging/" + id + "/hall"
	tab.Open(page)
	kept(tab)
	st.cut.Store(true)
	tab.Open(page)
	if said := tab.Text("h1"); said == "Không có mạng" {
		t.Fatal("the hall's page was not kept")
	}
	var v contest.JudgeView
	look := func() {
		if err := st.hall.View(t.Context(), id, func(s *contest.State) error { v, _ = s.ForJudge(judges[1].id); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	look()
	sheet := "#sheet-" + v.Tasks[0].ID
	whole(tab, sheet)
	tab.Wait(sheet + " " + waiting)
	asksToSign(tab, sheet)
	tab.Click(sheet + " button[value=sign]")
	tab.Until("be told that it waits", fmt.Sprintf(`document.querySelector(%q).textContent.includes("sẽ gửi khi có mạng")`, sheet+" .sheet-state"))
	tab.Open(page)
	tab.Wait(sheet + " " + waiting)
	tab.Shot("judge-hall-sign-offline", 360)
	const again = "hãy ký lại"
	head := func(want string) {
		t.Helper()
		tab.Until("see above the sheet "+want,
			fmt.Sprintf(`document.querySelector(%q).closest("details").querySelector("[data-status]").textContent.trim().toLowerCase() === %q`, sheet, want))
	}
	says := func(words ...string) {
		t.Helper()
		for _, w := range words {
			tab.Until("be told "+w, fmt.Sprintf(`document.querySelector(%q).textContent.includes(%q)`, sheet+" .sheet-state", w))
		}
	}
	head("đã ký, chưa gửi")
	tab.Type(field(v.Tasks[0], 0), "5") // takes the signature back
	says("Mất mạng", again)
	head("chưa gửi")
	tab.Open(page)
	says("Mất mạng", again)
	webtest.Eval[any](tab, "unfold the other", fmt.Sprintf(`document.querySelector(%q).closest("details").open = true`, "#sheet-"+v.Tasks[1].ID))
	tab.Type(field(v.Tasks[1], 0), "6")
	st.cut.Store(false)
	says("Đã lưu", again)
	head("cần ký lại")
	tab.Until("see the other begun",
		fmt.Sprintf(`document.querySelector(%q).closest("details").querySelector("[data-status]").textContent.trim().toLowerCase() === "đang chấm"`,
			"#sheet-"+v.Tasks[1].ID))
	tab.Open(page)
	says(again)
	head("cần ký lại")
	tab.Shot("judge-hall-sign-again", 360)
	asksToSign(tab, sheet)
	tab.Click(sheet + " button[value=sign]")
	tab.Until("see it signed", fmt.Sprintf(`document.querySelector(%q).closest("details").querySelector("[data-status] .ok") !== null`, sheet))
	if look(); v.Tasks[0].Status != contest.Final || v.Tasks[1].Status != contest.Drafted {
		t.Errorf("signed: %s, %s", v.Tasks[0].Status, v.Tasks[1].Status)
	}
}

// What one person's pages left on a device is not shown to the next.
func TestNothingOfHersIsKeptAfterLoggingOut(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	kept(tab)
	tab.Type(field(task(), 0), "8")
	tab.Wait(saved)
	tab.Offline("*://*:*/api/*")
	tab.Type(field(task(), 1), "6") // waits
	tab.Wait(waiting)
	tab.Offline()
	if known := webtest.Eval[int](tab, "count what is known", `Object.keys(localStorage).filter((k) => k.startsWith("loa-known:")).length`); known == 0 {
		t.Fatal("nothing was kept before")
	}
	tab.Open(st.http.URL + "/me")
	tab.Follow("form[action='/logout'] button")
	tab.Until("nothing is kept", `caches.has("loa-1-pages").then((has) => !has)`)
	left := webtest.Eval[[]string](tab, "look at what is left",
		`Object.keys(localStorage).filter((k) => k.startsWith("loa-known:") || k.startsWith("loa-place:"))`)
	if len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	st.cut.Store(true)
	tab.Open(st.http.URL + path)
	if said := tab.Text("h1"); said != "Không có mạng" {
		t.Errorf("after logging out her sheet says %q", said)
	}
}

// Who logs out in another tab is told so on the sheet, in its language, with the
// way to log in; then what she wrote goes by itself.
func TestASheetOfWhoLoggedOutElsewhereLeadsToTheLogIn(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Type(field(task(), 0), "8")
	tab.Wait(saved)
	other := tab.Beside()
	other.Open(st.http.URL + "/me")
	other.Follow("form[action='/logout'] button")
	tab.Type(field(task(), 1), "6")
	tab.Wait(waiting + " a[href='/login'][target=_blank]")
	if said := tab.Text(waiting); !strings.Contains(said, "bạn đã đăng xuất ở nơi khác") || !strings.Contains(said, "Đăng nhập") {
		t.Errorf("after logging out elsewhere the sheet says %q", said)
	}
	tab.Shot("judge-logged-out", 360)
	tab.Cookie("s", judges[1].logIn(), st.http.URL)
	tab.Wait(saved)
	wants(t, task(), "8", "6")
}

// Her list sends what sheets left, also after she has logged out in between, which
// forgets what the server was known to have; while it cannot, it waits once.
func TestTheListSendsWhatSheetsLeft(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	whole(tab, "#sheet")
	tab.Wait(saved)
	tab.Offline("*://*:*/api/*")
	asksToSign(tab, "#sheet")
	tab.Click("#sheet button[value=sign]")
	tab.Wait(waiting)
	tab.Open(st.http.URL + "/judging")
	tab.Wait("[data-unsent]:not([hidden])")
	webtest.Eval[any](tab, "leave more and count what waits", `{
		const key = Object.keys(localStorage).find((k) => k.startsWith("loa-sheet:"));
		for (const n of [1, 2, 3]) localStorage.setItem(key + n, localStorage.getItem(key));
		window.turns = 0;
		const later = setTimeout;
		window.setTimeout = (f, ms) => { if (ms === 5000) turns++; return later(f, ms); };
		dispatchEvent(new Event("online")); 1}`)
	tab.Until("it waits again", "turns > 0")
	if n := webtest.Eval[int](tab, "count",
		`{for (const k of Object.keys(localStorage)) if (/sheet:.*[123]$/.test(k) && !document.querySelector('[data-sheet="' + k.split(" ")[1] + '"]')) localStorage.removeItem(k); turns}`); n != 1 {
		t.Errorf("it waits %d times at once", n)
	}
	tab.Offline()
	tab.Open(st.http.URL + "/me")
	tab.Follow("form[action='/logout'] button")
	tab.Cookie("s", judges[1].logIn(), st.http.URL)
	tab.Open(st.http.URL + "/judging")
	tab.Until("see it sent", `document.querySelector("#sheet-state")?.matches(".saved") && `+waits+` === 0`)
	if now := task(); now.Status != contest.Final {
		t.Errorf("after logging in again it is %s", now.Status)
	}
}

// What the server refuses keeps nothing back that she writes afterwards.
func TestARefusedSheetIsMended(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	webtest.Eval[any](tab, "take the limit off", `document.querySelector("[name=comment]").removeAttribute("maxlength"), 1`)
	tab.Set("[name=comment]", strings.Repeat("dài ", 1500))
	tab.Wait(waiting)
	tab.Set("[name=comment]", "ngắn")
	tab.Wait(saved)
	if got := task().Comment; got != "ngắn" {
		t.Errorf("kept: %.40q", got)
	}
}

// A window that has heard nothing of the other (a phone froze it) marks another
// criterion: nobody is asked to choose between herself and herself, no mark is
// lost, and "saved" is said of what the server has.
func TestTwoWindowsOfOneBrowserAreOneDevice(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	one := judges[1].in(webtest.NewBrowser(t))
	two := one.Beside()
	one.Open(st.http.URL + path)
	two.Open(st.http.URL + path)
	one.Type(field(task(), 0), "8,5")
	one.Wait(saved)
	two.Until("see it in the other window", typed+`[0] === "8,5"`)
	if v := webtest.Eval[string](two, "the version it signs", `document.querySelector("[name=base]").value`); v != "1" {
		t.Errorf("the other window holds version %s", v)
	}
	two.Type(field(task(), 1), "7")
	two.Wait(saved)
	wants(t, task(), "8.5", "7")
	one.Until("see it in the first window", typed+`[1] === "7"`)

	// The second window forgets what it knew, as one restored from disk.
	webtest.Eval[any](two, "make it deaf", `addEventListener("storage", (e) => e.stopImmediatePropagation(), true)`)
	one.Type(field(task(), 2), "6")
	one.Type(field(task(), 0), "9")
	one.Wait(saved)
	one.Until("all is sent", waits+" === 0")
	webtest.Eval[any](two, "forget",
		`{const k = Object.keys(localStorage).find((k) => k.startsWith("loa-known:")), v = JSON.parse(localStorage.getItem(k)); v.version = 2; v.content.marks = {}; localStorage.setItem(k, JSON.stringify(v))}`)
	two.Type(field(task(), 3), "5")
	two.Until("all is sent", waits+" === 0")
	two.Until("see what the server has", typed+`.slice(0, 4).join() === "9,7,6,5"`)
	if said := webtest.Eval[string](two, "how it looks", `document.querySelector(".sheet-state").className`); strings.Contains(said, "asks") {
		t.Error("it is asked to choose between herself and herself")
	}
	wants(t, task(), "9", "7", "6", "5")
}

// Two windows write at once, with answers that get lost: whatever is shown as
// saved is on the server.
func TestWhatIsShownAsSavedIsOnTheServer(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	one := judges[1].in(webtest.NewBrowser(t))
	tabs := []*webtest.Tab{one, one.Beside()}
	for _, tab := range tabs {
		tab.Open(st.http.URL + path)
	}
	n := len(task().Criteria)
	for round := range 3 {
		st.lose.Store(round == 1)
		for i := range n {
			tabs[(i+round)%2].Type(field(task(), i), fmt.Sprint((i+round)%11))
		}
		st.lose.Store(false)
		for _, tab := range tabs {
			tab.Until("all is sent", waits+` === 0 && document.querySelector(".sheet-state").matches(".saved")`)
		}
		var want []string
		for i := range n {
			want = append(want, fmt.Sprint((i+round)%11))
		}
		wants(t, task(), want...)
		for _, tab := range tabs {
			tab.Until("show what the server has", typed+`.join() === "`+strings.Join(want, ",")+`"`)
		}
	}
}
