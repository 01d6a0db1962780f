package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/audio/audiotest"
	"loa/web/webtest"
)

// soundsHere are what a phone keeps to listen to.
const soundsHere = `new Promise((done) => {
	const ask = indexedDB.open("loa-sounds");
	ask.onsuccess = () => {
		const all = ask.result.transaction("items").objectStore("items").getAll();
		all.onsuccess = () => { ask.result.close(); done(all.result); };
	};
})`

// airs gives every airing of the valley an episode of so many seconds and returns its ID.
func (v *valley) airs(seconds float64) string {
	v.t.Helper()
	v.kill()
	r := startDaemon(v.t, v.dir, time.Now())
	sound := r.made("POST", "/api/v1/audio?name=x", string(audiotest.MP3(v.t, seconds, 128, 1)))
	e := r.made("POST", "/api/v1/programmes/P1/episodes", `{"title":"Tập 12","audio":"`+sound+`"}`)
	r.approve(e)
	if _, err := r.d.makeCopies(v.t.Context(), monday); err != nil {
		v.t.Fatal(err)
	}
	r.stop()
	v.restart()
	return e
}

// ahead opens what is coming in two weeks, which is never empty.
func (v *valley) ahead() {
	v.t.Helper()
	v.today()
	v.tab.Until("sound can be kept", `(() => {
		const list = document.querySelector("[aria-labelledby=coming] details");
		list.open = true;
		return Boolean(list.querySelector("p[data-sound] button"));
	})()`)
}

// Sound is kept on a phone over a line and a daemon that fail in each piece of it, plays without a network, stands in the list,
// and goes when she logs out.
func TestSoundIsKeptOnAPhone(t *testing.T) {
	audiotest.Need(t, "lame")
	t.Parallel()
	v := newValley(t, 2, 2)
	episode := v.airs(120)
	const card = "[aria-labelledby=coming] details "
	v.ahead()
	v.tab.Says(card, "Nghe thử 360 KB", "Tải về để phát 1,9 MB", "Giữ trên máy này:", "Bản nghe 360 KB", "Bản để phát 1,9 MB")
	v.tab.Fingers("keep-offered")
	v.tab.Shot("keep-offered", 360)

	webtest.Eval[bool](v.tab, "fill the device", `(navigator.storage.estimate = async () => ({ quota: 9e6, usage: 8.5e6 }), true)`)
	v.tab.Click(card + "p[data-sound] button")
	v.tab.Wait("[data-full-device]")
	v.tab.Says(card, "Bộ nhớ máy chỉ còn khoảng 0 KB", "Chưa có gì bị mất")
	v.tab.Shot("keep-full", 360)
	v.ahead()
	webtest.Eval[bool](v.tab, "fill it while it comes", `(() => {
		const put = IDBObjectStore.prototype.put;
		IDBObjectStore.prototype.put = function (...a) {
			const ask = put.apply(this, a);
			if (this.name === "bytes") this.transaction.abort(); // as the browser does
			return ask;
		};
		return true;
	})()`)
	v.tab.Click(card + "p[data-sound] button")
	v.tab.Wait("[data-full-device]")
	v.tab.Until("nothing is left of it", soundsHere+`.then((all) => !all.length)`)
	v.ahead()

	audio := func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/v1/audio/") }
	for n, fault := range []func(w http.ResponseWriter, r *http.Request){
		func(http.ResponseWriter, *http.Request) {},
		func(w http.ResponseWriter, r *http.Request) { v.pass(&severed{w, 20_000}, r, nil) },
		func(http.ResponseWriter, *http.Request) { v.kill() },
		func(w http.ResponseWriter, r *http.Request) {
			v.pass(w, r, func() error { v.kill(); return http.ErrAbortHandler })
		},
		func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<h1>Wi-Fi</h1>")) },
	} {
		failed := make(chan struct{})
		var once sync.Once
		v.meddles(func(w http.ResponseWriter, r *http.Request) (dealt bool) {
			if !audio(r) {
				return false
			}
			dealt = true
			once.Do(func() {
				defer close(failed)
				fault(w, r)
			})
			if n == 4 {
				return dealt
			}
			panic(http.ErrAbortHandler)
		})
		if n == 0 {
			v.tab.Click(card + "p[data-sound] button")
		} else {
			v.today() // what was begun goes on by itself
		}
		<-failed
		v.tab.Until("it says that it waits", `document.querySelector("[data-here]")?.textContent.includes("Có mạng thì máy tự tải tiếp")`)
		if n == 2 || n == 3 {
			v.restart()
		}
	}
	v.tab.Shot("keep-waits", 360)
	v.meddle.Store(nil)
	v.today()
	v.tab.Until("it is kept", soundsHere+`.then(([s]) => s?.whole)`)
	v.tab.Until("the page says so", `document.querySelector("[data-here]").textContent.startsWith("Đã giữ trên máy này (360 KB)")`)
	v.tab.Until("her day is kept", `caches.open("loa-1-pages").then((c) => c.match("/today")).then(Boolean)`)

	v.tab.Until("the list is kept", `caches.open("loa-1-pages").then((c) => c.match("/outbox")).then(Boolean)`)
	v.open("/episodes/" + episode)
	v.tab.Until("its page is kept", `caches.open("loa-1-pages").then((c) => c.match("/episodes/`+episode+`")).then(Boolean)`)
	v.meddles(func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) })
	v.open("/episodes/" + episode)
	v.tab.Until("its page has it from here", `document.querySelector("audio[data-of]").src.startsWith("blob:")`)
	v.tab.Says("[aria-labelledby=sound]", "Đã giữ trên máy này (360 KB)")
	webtest.Eval[bool](v.tab, "play it", `((player) => { player.muted = true; player.play(); return true; })(document.querySelector("audio[data-of]"))`)
	v.tab.Until("it plays without a network", `document.querySelector("audio[data-of]").currentTime > 0.2 && Math.abs(document.querySelector("audio[data-of]").duration - 120) < 1`)
	v.tab.Shot("episode-kept", 360)
	v.ahead()
	v.tab.Until("it plays in her day without a network", `(() => {
		const player = document.querySelector("audio[data-of]");
		player.muted = true;
		if (player.paused) player.play().catch(() => {});
		return player.src.startsWith("blob:") && Math.abs(player.duration - 120) < 1;
	})()`)
	v.tab.Follow(card + "a[href='/outbox#sounds']")
	v.tab.Until("it is in the list", `Boolean(document.querySelector("[data-sounds] li")?.offsetParent)`)
	v.tab.Says("[data-sounds]", "Bản tin xã: Tập 12", "Giữ đến 00:00", "Không có mạng vẫn nghe được")
	v.tab.Fingers("keep-list")
	v.tab.Shot("keep-list", 360)
	v.tab.Click("[data-sounds] li button")
	v.tab.Until("it is removed", soundsHere+`.then((all) => !all.length && !document.querySelector("[data-sounds]").offsetParent)`)

	v.meddle.Store(nil)
	v.ahead()
	v.tab.Click(card + "p[data-sound] button")
	v.tab.Until("it is kept again", soundsHere+`.then(([s]) => s?.whole)`)
	v.open("/me")
	v.tab.Click("[popovertarget=log-out]") // with a PIN alone it asks
	v.tab.Until("she is logged out", `(document.querySelector("#log-out button[name=do]")?.click(), ["/login", "/unlock"].includes(location.pathname))`)
	v.tab.Until("nothing of it is left", `indexedDB.databases().then((all) => !all.some((d) => d.name === "loa-sounds"))`)
}

// An episode that is withdrawn after it was kept is said and removed when her day comes anew.
func TestAWithdrawnEpisodeLeavesThePhone(t *testing.T) {
	audiotest.Need(t, "lame")
	t.Parallel()
	v := newValley(t, 2, 1)
	e := v.airs(20)
	v.ahead()
	v.tab.Click("[aria-labelledby=coming] details p[data-sound] button")
	v.tab.Until("it is kept", soundsHere+`.then(([s]) => s?.whole)`)
	v.daemon.must("POST", "/api/v1/episodes/"+e+"/withdraw", `{"why":"sai tên xã"}`)
	v.today()
	v.tab.Until("it is said", `document.querySelector("main [role=alert]")?.textContent.includes("Bản tin xã: Tập 12 không còn trong lịch phát")`)
	v.tab.Shot("keep-gone", 360)
	v.tab.Until("its bytes are gone", soundsHere+`.then(([s]) => s.gone && !s.whole && !s.have)`)
	v.open("/outbox")
	v.tab.Wait("main [role=alert] button")
	v.tab.Click("main [role=alert] button")
	v.tab.Until("it is not said for ever", soundsHere+`.then((all) => !all.length && !document.querySelector("main [role=alert]"))`)
}
