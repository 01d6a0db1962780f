package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/web/webtest"
)

const sharedPIN = "804627"

// pinned gives a session of this phone, known by its secret, the PIN.
func (p *phone) pinned(secret string, who accounts.Person) accounts.Session {
	p.t.Helper()
	_, s, err := p.store.BySession(p.t.Context(), accounts.HashOf(secret), *p.now.Load())
	if err != nil {
		p.t.Fatal(err)
	}
	phc, err := accounts.HashPassphrase(p.t.Context(), sharedPIN)
	m := meta(*p.now.Load())
	m.By = who.Actor("session")
	if err == nil {
		err = p.store.SetPIN(p.t.Context(), m, accounts.SetPIN{Session: s.Root(), Hash: phc})
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// shared makes a phone that Giàng Thị Mỷ uses, and Lò Văn Páo has used: each has a PIN.
func shared(t *testing.T) (p *phone, pao accounts.Person) {
	t.Helper()
	p = newPhone(t, tuesday)
	mine := webtest.Session(t, p.store, p.who, tuesday)
	p.pinned(mine, p.who)
	pao, err := p.store.AddPerson(t.Context(), meta(tuesday), accounts.AddPerson{Name: "Lò Văn Páo", Login: "xa-pao", Grants: p.who.Grants})
	if err != nil {
		t.Fatal(err)
	}
	his := webtest.Session(t, p.store, pao, tuesday)
	s := p.pinned(his, pao)
	if err := p.store.Shut(t.Context(), s.Hash); err != nil {
		t.Fatal(err)
	}
	p.tab.Cookie("s", mine, p.server.URL)
	p.tab.Cookie("held", his, p.server.URL)
	return p, pao
}

// unlocks lets somebody in at the page that asks who uses the phone; "" was chosen before.
func (p *phone) unlocks(name string) {
	p.t.Helper()
	p.tab.Wait("form[action='/unlock'] [name=pin]")
	webtest.Eval[bool](p.tab, "choose "+name, fmt.Sprintf(`([...document.querySelectorAll("[name=who]")].find((e) => %[1]q && e.labels?.[0]?.textContent.includes(%[1]q))?.click(), true)`, name))
	p.tab.Type("[name=pin]", sharedPIN)
	p.tab.Follow("form[action='/unlock'] button.wide")
}

// nothingOf wants nothing of what somebody wrote on the page that is shown.
func (p *phone) nothingOf(what ...string) {
	p.t.Helper()
	page := webtest.Eval[string](p.tab, "read the page", `document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea")].map((e) => e.value).join("\n")`)
	for _, w := range what {
		if strings.Contains(page, w) {
			p.t.Errorf("“%s” is readable at %s", w, webtest.Eval[string](p.tab, "where", "location.pathname"))
		}
	}
}

const (
	herNote = "Loa cụm 3 rè, đã báo sửa"
	newForm = "/airings/new?station=S00001"
)

// A form that one person of a shared phone has begun is there when she comes back, and nobody else's meanwhile; so is
// what waits, with its photo.
func TestEachPersonOfAPhoneHasDraftsOfHerOwn(t *testing.T) {
	t.Parallel()
	p, _ := shared(t)
	p.open("/today")
	p.meddles(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/airings") {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	p.tab.Click(".yes")
	p.tab.Wait(".phone .notice")
	photo, _ := aPhoto(t)
	p.tab.Upload(".phone input[type=file]", photo)
	p.tab.Until("two things wait", `/^2 /.test(document.querySelector("#unsent span").textContent)`)
	p.open(newForm)
	p.tab.Set("[name=programme]", "P1")
	p.tab.Set("[name=started_at]", "2024-05-14T06:00")
	p.tab.Type("[name=note]", herNote)
	p.open("/me") // at once: what she typed last has not been kept by a timer yet
	p.tab.Follow("form[action='/switch'] button")
	p.unlocks("Lò Văn Páo")
	p.open(newForm)
	p.nothingOf(herNote, "Giàng Thị Mỷ")
	if v := webtest.Eval[string](p.tab, "see the time", `document.querySelector("[name=started_at]").value`); v == "2024-05-14T06:00" {
		t.Error("the other has her time")
	}
	if webtest.Eval[bool](p.tab, "see what waits", `!document.querySelector("#unsent").hidden`) {
		t.Error("the other sees what waits of hers")
	}
	p.tab.Type("[name=note]", "Lời của Páo")
	p.open("/outbox")
	p.nothingOf("Giàng Thị Mỷ", "thứ Hai 17:00")
	p.open("/me")
	p.tab.Follow("form[action='/switch'] button")
	p.unlocks("Giàng Thị Mỷ")
	p.open(newForm)
	p.tab.Until("her draft is there", fmt.Sprintf(`document.querySelector("[name=note]").value === %q && document.querySelector("[name=started_at]").value === "2024-05-14T06:00"`, herNote))
	p.tab.Says("form.report", "Loa đã giữ trên máy này và điền lại cho bạn")
	p.tab.Shot("report-draft", 360)
	p.nothingOf("Lời của Páo")
	if n := p.waiting(); n != 2 {
		t.Errorf("%d wait", n)
	}
	p.mended()
	p.tab.Set("[name=seconds]", "10:00")
	p.tab.Click("form.report button:not([name]):not([type=button])")
	p.tab.Wait("[id^=done-]")
	p.empty()
	if n := len(p.lines()); n != 2 {
		t.Errorf("%d reports", n)
	}
	p.open(newForm)
	p.nothingOf(herNote) // it has gone
}

// Without a network somebody else can take over: what was kept of the last person is closed, nothing is lost, and as
// soon as there is a network the next is asked for the PIN, whatever page is opened.
func TestAPersonIsChangedWithoutANetwork(t *testing.T) {
	t.Parallel()
	p, _ := shared(t)
	p.open("/today")
	p.tab.Until("the worker has the page", `Boolean(navigator.serviceWorker.controller)`)
	p.open("/today")
	p.kept("/today")
	p.kept("/me")
	p.kept("/switching")
	p.kept(newForm)
	p.cut()
	p.tab.Click(".yes")
	p.tab.Wait(".phone .notice")
	p.open(newForm)
	p.tab.Type("[name=note]", herNote)
	p.open("/me")
	p.tab.Click("form[action='/switch'] button")
	p.tab.Wait("#take-over [data-next]")
	p.tab.Says("#take-over", "Lò Văn Páo", "Người khác", "Không có mạng")
	p.tab.Fingers("take-over")
	p.tab.Shot("take-over", 360)
	p.tab.Click("#take-over [data-stay]") // a slip
	p.tab.Until("she stays", `document.querySelector("#take-over").hidden`)
	p.tab.Click("form[action='/switch'] button")
	p.tab.Wait("#take-over [data-next]")
	p.tab.Click("#take-over [data-next]")
	p.tab.Until("it waits for the network", `location.pathname === "/switching" && document.querySelector("[data-switching] [data-said]").textContent.includes("Lò Văn Páo")`)
	p.tab.Fingers("switching")
	p.tab.Shot("switching", 320)
	p.tab.Shot("switching", 360)
	for _, path := range []string{"/today", "/airings", "/outbox", newForm, "/me", "/"} {
		p.tab.Open(p.server.URL + path)
		p.tab.Wait("[data-switching]")
		p.nothingOf("Bản tin", herNote, "17:00")
	}
	p.meddles(func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool { // a captive portal is no network
		if r.Method == http.MethodPost {
			http.Redirect(w, r, "/wifi", http.StatusFound)
		} else {
			_, _ = w.Write([]byte("<h1>Wi-Fi</h1>"))
		}
		return true
	})
	p.tab.Open(p.server.URL + "/today")
	p.tab.Wait("[data-switching]")
	p.mended()
	p.tab.Click("[data-again]")
	p.unlocks("") // he is chosen already
	p.open("/today")
	p.nothingOf("Giàng Thị Mỷ")
	if webtest.Eval[bool](p.tab, "see what waits", `!document.querySelector("#unsent").hidden`) || len(p.lines()) != 0 {
		t.Error("what waits of hers is seen, or sent by another")
	}
	p.open("/me")
	p.tab.Follow("form[action='/switch'] button")
	p.unlocks("Giàng Thị Mỷ")
	p.open(newForm)
	p.tab.Until("her draft is there", fmt.Sprintf(`document.querySelector("[name=note]").value === %q`, herNote))
	p.empty()
	if lines := p.lines(); len(lines) != 1 || lines[0].By.Name != "Giàng Thị Mỷ" {
		t.Errorf("%+v", lines)
	}
}

// Who was changed with a network is closed to who has the phone then, also where the network goes right after.
func TestWhatWasKeptIsClosedWhenAPersonIsChanged(t *testing.T) {
	t.Parallel()
	p, _ := shared(t)
	p.open("/today")
	p.kept("/today")
	p.tab.Until("the worker has the page", `Boolean(navigator.serviceWorker.controller)`)
	p.open("/me")
	p.tab.Follow("form[action='/switch'] button")
	p.tab.Wait("form[action='/unlock']")
	p.cut()
	p.tab.Open(p.server.URL + "/today")
	p.tab.Says("main", "Không có mạng")
	p.nothingOf("Giàng Thị Mỷ", "17:00")
}

// Who goes back, where the browser has kept the page as it stood, sees no page of the last person.
func TestAPageTheBrowserKeptOfTheLastPersonIsClosed(t *testing.T) {
	t.Parallel()
	p, _ := shared(t)
	p.open("/me")
	other := p.tab.Beside()
	other.Open(p.server.URL + "/me")
	other.Follow("form[action='/switch'] button")
	other.Wait("form[action='/unlock']")
	webtest.Eval[any](p.tab, "come back to her page", `setTimeout(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))), 0`)
	p.tab.Wait("form[action='/unlock']")
	p.nothingOf("Tài khoản của tôi")
}

// After a night the PIN is asked before a page of hers is shown; where nobody answers her day opens all the same.
func TestAfterANightThePINIsAskedFirst(t *testing.T) {
	t.Parallel()
	p, _ := shared(t)
	p.open("/today")
	p.tab.Until("the worker has the page", `Boolean(navigator.serviceWorker.controller)`)
	p.open("/today")
	p.kept("/today")
	p.passes(9 * time.Hour)
	webtest.Eval[bool](p.tab, "let the night pass on the phone",
		`caches.open("loa-1-parts").then((c) => c.put("/heard", new Response(String(Date.now() - 9 * 3600_000)))).then(() => true)`)
	p.cut()
	p.open("/today")
	p.tab.Wait("[aria-labelledby=waiting] .yes")
	p.mended()
	p.tab.Open("about:blank")
	p.tab.Open(p.server.URL + "/today")
	p.tab.Wait("form[action='/unlock']")
}
