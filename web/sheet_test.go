package web

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"loa/contest"
	"loa/contest/ranking"
	"loa/web/kit"
	"loa/web/webtest"
)

// tenCriteria makes a rubric of ten, 0 to 10 in halves.
func tenCriteria(r *contest.Rules) {
	p := &r.Rounds[0].Parts[0]
	p.Criteria = nil
	for i := range 10 {
		p.Criteria = append(p.Criteria, contest.Criterion{ID: fmt.Sprint("k", i), Name: fmt.Sprint("Nội dung gần với đời sống địa phương ", i),
			About: "Đúng chủ đề, có thông tin mới, người dân thấy mình trong đó.",
			Max:   10 * ranking.Point, Step: ranking.Point / 2, Points: 10 * ranking.Point})
	}
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByEarliest}}
}

// A phone's sheet of ten criteria is no page of endless scrolling.
func TestAPhonesSheetOfTenCriteriaIsShort(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = tenCriteria
	_, judges, id := st.played(someEntrants)
	path, _ := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Wait(".wave:not([hidden]) canvas")
	tab.Size(360)
	high := webtest.Eval[int](tab, "measure the page", "document.documentElement.scrollHeight")
	sheet := webtest.Eval[int](tab, "measure the sheet", "document.querySelector('form[data-save]').offsetHeight")
	t.Logf("%d px of page, %d px of sheet", high, sheet)
	if sheet > 1900 || high > 2900 { // 2107 and 3158 as ten lists of choices; what each is about is read whole
		t.Errorf("%d px of page, %d px of sheet", high, sheet)
	}
	tab.Shot("judge-ten", 360)
}

// typed are the marks in the fields of a page, as people here write them.
const typed = `[...document.querySelectorAll(".criterion > input")].map((e) => e.value)`

// A mark is given by one tap, by keys, or typed; what is no mark is told beside
// its field and never sent.
func TestAMarkIsOneTap(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) {
		tenCriteria(r)
		p := &r.Rounds[0].Parts[0]
		p.Criteria[0].Max, p.Criteria[0].Step = 5*ranking.Point, ranking.Point // short: buttons
		p.Criteria[1].Min, p.Criteria[1].Max, p.Criteria[1].Step = 50*ranking.Point, 100*ranking.Point, ranking.Point/4
	}
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Wait(".taps")
	now := task()
	keeps := func(want ...string) {
		t.Helper()
		tab.Wait(saved)
		wants(t, task(), want...)
	}
	tab.Click(".taps label:nth-child(5)")
	keeps("4")
	tab.Press(kb.ArrowLeft) // real radio buttons: arrows choose
	tab.Until("see it in the field", typed+`[0] === "3"`)
	keeps("3")

	range1 := "#" + "m-" + now.ID + "-" + now.Criteria[1].ID + " + .slide "
	if said := webtest.Eval[string](tab, "what a screen reader says",
		`document.querySelectorAll(".slide input")[0].getAttribute("aria-valuetext")`); said != "chưa chấm" {
		t.Errorf("an unmarked slider says %q", said)
	}
	tab.Click(range1 + "input") // its middle, where the unset thumb stands
	tab.Until("see a mark", `Math.abs(Number(`+typed+`[1].replace(",", ".")) - 75) < 1`)
	tab.Type(field(now, 1), "75")
	keeps("3", "75")
	webtest.Eval[any](tab, "choose the slider", `document.querySelector(".slide input").focus()`)
	tab.Press(kb.ArrowRight)
	tab.Until("see a step", typed+`[1] === "75,25"`)
	tab.Click(range1 + "button:last-child")
	keeps("3", "75.5")
	if said := webtest.Eval[string](tab, "what a screen reader says",
		`document.querySelectorAll(".slide input")[0].getAttribute("aria-valuetext")`); said != "75,5" {
		t.Errorf("a slider says %q", said)
	}
	tab.Type(field(now, 2), "8,5")
	keeps("3", "75.5", "8.5")
	if at := webtest.Eval[string](tab, "where the slider stands", `document.querySelectorAll(".slide input")[1].value`); at != "8.5" {
		t.Errorf("8,5 is typed, the slider stands at %s", at)
	}
	for _, bad := range []string{"8,3", "10,5", "-1", "mười", "1e1", "8,,5"} {
		tab.Type(field(now, 2), bad)
		tab.Press(kb.Tab)
		tab.Until("see what is wrong with "+bad,
			`document.querySelectorAll(".criterion")[2].matches(".wrong") && document.querySelectorAll(".criterion")[2].querySelector(".error").textContent.includes("0,5")`)
		tab.Until("be told that "+bad+" is not saved", `document.querySelector("`+waiting+`")?.textContent.includes("chưa được lưu")`)
	}
	tab.Type(field(now, 3), "7")
	tab.Until("see 7 sent", `Object.keys(localStorage).every((k) => !k.startsWith("loa-sheet:"))`)
	wants(t, task(), "3", "75.5", "", "7") // what is no mark keeps nothing else from being saved
	tab.Wait(waiting)                      // and is never said to be
	tab.Type(field(now, 2), "")
	tab.Until("see the mark gone", `!document.querySelectorAll(".criterion")[2].matches(".wrong")`)
	keeps("3", "75.5", "", "7")
	tab.Fingers("judge-marks")
	tab.Large("judge-marks")
	tab.Shot("judge-marks", 1280)
}

// Signing shows the first criterion without a mark, asks, and wants the recording
// heard: what was skipped is not heard, and what was counts over a reload.
func TestSigningAsksAndWantsTheRecordingHeard(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) { r.Rounds[0].MinHeard = 80 }
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Wait(".wave:not([hidden]) canvas")
	now := task()
	opener := "button[popovertarget^='sign-']"
	for i := range now.Criteria {
		if i != 4 {
			tab.Type(field(now, i), "8")
		}
	}
	tab.Click(opener)
	tab.Until("see the first criterion without a mark", `document.activeElement.closest(".criterion.wrong") === document.querySelectorAll(".criterion")[4]`)
	if dock := webtest.Eval[bool](tab, "see it below the player",
		`{const a = document.querySelector(".dock").getBoundingClientRect(), b = document.activeElement.getBoundingClientRect(); a.top >= 0 && a.top < 5 && b.top > a.bottom && b.bottom < innerHeight}`); !dock {
		t.Error("the player does not stay above what is being marked")
	}
	tab.Shot("judge-missing", 360)
	tab.Type(field(now, 4), "8")
	tab.Wait(saved)
	tab.Click(opener)
	tab.Until("see that it was not heard", `document.querySelector(".left-to-do").textContent.includes("80 %")`)
	if res, b := judges[1].ask("POST", "/api/v1"+strings.Replace(path, "/judging/", "/contests/", 1)+"/sign", "application/json",
		strings.NewReader(`{"change":"`+kit.NewID()+`","base":`+strconv.Itoa(task().Version)+`}`)); res.StatusCode != 422 ||
		!strings.Contains(string(b), "contest.heard_too_little") {
		t.Errorf("signed by the API without hearing it: %s %s", res.Status, b)
	}

	// The second half first, by a skip: what was skipped is not heard.
	webtest.Eval[any](tab, "skip and listen to the end", `new Promise((done) => {
		const a = document.querySelector("#player");
		a.addEventListener("ended", () => done(1), { once: true });
		a.currentTime = a.duration / 2;
		a.addEventListener("seeked", () => a.play(), { once: true });
	})`)
	tab.Until("the server knows", `fetch(document.querySelector("#sheet").dataset.save).then((r) => r.json()).then((s) => s.heard_percent >= 40)`)
	if got := task().Share; got > 60 {
		t.Fatalf("half was heard, %d percent are noted", got)
	}
	tab.Open(st.http.URL + path)
	tab.Until("see it after a reload", `/Đã nghe (4|5)\d %/.test(document.querySelector(".dock .heard").textContent)`)
	webtest.Eval[any](tab, "listen to the beginning, faster", `new Promise((done) => {
		const a = document.querySelector("#player");
		document.querySelector("[data-speed] select").value = "1.5";
		document.querySelector("[data-speed] select").dispatchEvent(new Event("change"));
		a.addEventListener("ended", () => done(1), { once: true });
		a.currentTime = 0;
		a.play();
	})`)
	tab.Until("see it is enough", `document.querySelector(".dock .heard").matches(".enough")`)
	tab.Click(opener)
	tab.Wait("button[value='sign-next']")
	tab.Shot("judge-sign", 360)
	tab.Shot("judge-sign", 1280)
	tab.Click("button.quiet[popovertargetaction=hide]") // not yet
	if task().Status != contest.Drafted {
		t.Fatal("signed without a word")
	}
	tab.Click(opener)
	tab.Wait("button[value='sign-next']")
	tab.Follow("button[value='sign-next']")
	if task().Status != contest.Final {
		t.Fatalf("after signing it is %s", task().Status)
	}
	here := webtest.Eval[string](tab, "where it leads", "location.pathname")
	if here == path || !strings.Contains(here, "/sheets/") {
		t.Errorf("after signing the browser is at %s", here)
	}
	tab.Until("read that it is signed", `document.querySelector(".sheet-state").textContent.includes("Đã ký phiếu của tác phẩm `+now.Code+`")`)
	if rate := webtest.Eval[float64](tab, "the speed", `document.querySelector("#player").playbackRate`); rate != 1.5 {
		t.Errorf("the next is played at %g", rate)
	}
}

// A finger gives the mark it taps, also where the thumb of an unset slider stands;
// one that moves the page gives none, and one on the thumb changes none.
func TestAFingerGivesTheMarkItTaps(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = tenCriteria
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Wait(".slide")
	now := task()
	slider := func(i int) string { return field(now, i) + " + .slide input" }
	mark := func(i int) string {
		return webtest.Eval[string](tab, "read a mark", fmt.Sprintf(`document.querySelector(%q).value`, field(now, i)))
	}
	for _, by := range [][][2]float64{{{0, -40}, {0, -80}, {0, -80}}, {{0, 30}, {0, 60}, {0, 60}}} {
		tab.Touch(slider(0), .25, by...)
		if got := mark(0); got != "" {
			t.Errorf("moving the page marks %s", got)
		}
	}
	tab.Touch(slider(0), .5)
	tab.Touch(slider(1), .5, [2]float64{3, 2}) // a fingertip rolls
	tab.Touch(slider(2), .02)
	tab.Touch(slider(3), .98)
	tab.Touch(slider(4), .5)
	tab.Touch(slider(4), .75)
	for i, want := range []string{"5", "5", "0", "10"} {
		if got := mark(i); got != want {
			t.Errorf("slider %d is tapped and says %q, want %s", i+1, got, want)
		}
	}
	if got := mark(4); got != "7,5" && got != "8" {
		t.Errorf("tapped at three quarters it says %q", got)
	}
	before := mark(4)
	tab.Touch(slider(4), .5, [2]float64{0, -40}, [2]float64{0, -80}, [2]float64{0, -80})
	if got := mark(4); got != before {
		t.Errorf("moving the page changes %s to %s", before, got)
	}
	tab.Touch(slider(0), .5+10./180) // on the thumb
	if got := mark(0); got != "5" && got != "5,5" {
		t.Errorf("a tap on the thumb changes 5 to %s", got)
	}
	tab.Wait(saved)
	wants(t, task(), strings.ReplaceAll(mark(0), ",", "."), "5", "0", "10", strings.ReplaceAll(before, ",", "."))
}

// A player goes on where it was left.
func TestAPlayerRemembersItsPlace(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, _ := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Until("know its length", `document.querySelector("#player").duration > 2`)
	webtest.Eval[any](tab, "listen a while", `new Promise((done) => {
		const a = document.querySelector("#player");
		a.addEventListener("timeupdate", () => { if (a.currentTime > 1.2) { a.pause(); } });
		a.addEventListener("pause", () => done(1), { once: true });
		a.play();
	})`)
	tab.Open(st.http.URL + path)
	tab.Until("see its place", `document.querySelector("#player").currentTime === 1`)
}

// A wheel that turns over what has the focus changes no mark.
func TestAWheelChangesNothing(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Type(field(task(), 0), "7")
	tab.Wait(saved)
	for _, sel := range []string{field(task(), 0), ".slide input"} {
		tab.Wheel(sel)
	}
	if left := webtest.Eval[string](tab, "what is there", `document.querySelector(".slide input").value`); left != "7" {
		t.Errorf("after the wheel: %s", left)
	}
	wants(t, task(), "7")
}
