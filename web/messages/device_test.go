package messages_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/message"
	"loa/message/pushtest"
	"loa/post"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/api"
	"loa/web/kit"
	"loa/web/messages"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

var now = time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)

// door is one by which trials of devices seem to arrive.
type door struct{ webtest.Post }

func (door) TryDevice(context.Context, string, message.Device, string, text.Language) (message.Attempt, error) {
	return message.Attempt{At: now, Answer: message.Taken, Code: 201}, nil
}

// site are the pages of one person at an address.
func site(t *testing.T) (origin string, s *bolt.Store, person accounts.Person) {
	t.Helper()
	s = bolttest.Open(t)
	person, err := s.AddPerson(t.Context(), accounts.Meta{ID: "mai", By: accounts.Daemon(), At: now}, accounts.AddPerson{Name: "Mai", Login: "mai"})
	if err != nil {
		t.Fatal(err)
	}
	secret := webtest.Session(t, s, person, now)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	messages.Register(k, s, door{})
	api.Register(k, s, nil, nil, nil, door{}, nil)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: secret})
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, s, person
}

// registers has the page's browser subscribe as one with a push service does.
func registers(p *webtest.Tab, sub message.Subscription) {
	raw, err := json.Marshal(sub)
	if err != nil {
		panic(err)
	}
	webtest.Eval[bool](p, "stand in for the push service", `(() => {
		const json = `+string(raw)+`;
		let sub = null;
		const one = { toJSON: () => json, unsubscribe: async () => { sub = null; sessionStorage.removeItem("sub"); return true; } };
		PushManager.prototype.getSubscription = async () => (sessionStorage.getItem("sub") ? one : null);
		PushManager.prototype.subscribe = async (o) => { sessionStorage.setItem("sub", o.applicationServerKey.length); return one; };
		return true;
	})()`)
}

const button = "#device > button"

// A person lets this machine show notifications, tries that, and ends it.
func TestAPersonIsToldOnThisMachine(t *testing.T) {
	origin, s, person := site(t)
	p := webtest.NewNotified(t).Person()
	p.Notifies(origin)
	p.Open(origin + "/me/messages")
	p.Wait(button)
	registers(p, pushtest.New().At("https://push.example.vn/to/mai"))
	p.Follow(button)
	list, err := s.Devices(t.Context(), person.ID, now)
	if err != nil || len(list) != 1 || list[0].Service != "push.example.vn" {
		t.Fatalf("%+v %v", list, err)
	}
	p.Says("#device li", "Máy này")
	p.Says("#device [role=status]", "Trình duyệt đã thôi nhận") // the test's stand-in went with the page
	registers(p, message.Subscription{})
	webtest.Eval[bool](p, "look again", `(sessionStorage.setItem("sub", "65"), import(document.querySelector("script[src*='/device.js']").src + "?again")).then(() => true)`)
	p.Until("it is on", `document.querySelector("#device > button").hidden`)
	p.Says("#device [role=status]", "Máy này đang nhận thông báo")
	for _, width := range []int64{360, 1280} {
		p.Shot("devices", width)
	}
	p.Follow("#device li form[action$='/try'] button")
	p.Says("main", "Bên nhận đã nhận")
	p.Click("#device li [popovertarget]")
	p.Follow("#device .dialog button.danger")
	if list, err = s.Devices(t.Context(), person.ID, now); err != nil || len(list) > 0 {
		t.Errorf("%+v %v", list, err)
	}
	p.Wait(button)
}

// A push service has its time from the answer on to what the browser asks, not while it asks.
func TestAPersonTakesHerTimeToAnswer(t *testing.T) {
	origin, _, _ := site(t)
	p := webtest.NewNotified(t).Person()
	p.Open(origin + "/me/messages")
	p.Wait(button)
	webtest.Eval[bool](p, "stand in for the browser's question and the clock", `(() => {
		Notification.requestPermission = () => new Promise((answer) => (globalThis.answer = answer));
		PushManager.prototype.subscribe = () => new Promise(() => {});
		const real = setTimeout;
		globalThis.setTimeout = (f, ms) => (ms === 30_000 ? (globalThis.late = f) : real(f, ms));
		return true;
	})()`)
	p.Click(button)
	p.Until("the browser asks", `globalThis.answer`)
	if webtest.Eval[bool](p, "look at the clock", `!!globalThis.late`) {
		t.Error("the time runs while the browser asks")
	}
	p.Until("the time runs", `(answer("granted"), !!globalThis.late)`)
	p.Until("a push service that says nothing is told of", `(late(), !document.querySelector("[data-case=failed]").hidden)`)
}

// What the worker is brought it shows as it says, the same twice once, and a touch opens the page it is about.
func TestTheWorkerShowsWhatItIsBrought(t *testing.T) {
	origin, _, _ := site(t)
	p := webtest.NewNotified(t).Person()
	p.Notifies(origin)
	p.Open(origin + "/me/messages")
	webtest.Eval[bool](p, "register the worker", `navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready).then(() => true)`)
	raw, err := json.Marshal(post.Note{Tag: "a", Lang: text.Vietnamese, Title: "17:00 phát “Tin xã”", Text: "Phát xong, bấm Đã phát.", Path: "/messages"})
	if err != nil {
		t.Fatal(err)
	}
	const shown = `navigator.serviceWorker.ready.then((r) => r.getNotifications())`
	for range 2 {
		p.Pushes(origin, string(raw))
	}
	p.Until("a notification is shown", shown+`.then((l) => l.length > 0)`)
	got := webtest.Eval[string](p, "read it", shown+`.then((l) => l.map((n) => [n.title, n.body, n.tag, n.lang, n.data.path].join("|")).join("; "))`)
	if got != "17:00 phát “Tin xã”|Phát xong, bấm Đã phát.|a|vi|/messages" {
		t.Errorf("shown: %s", got)
	}
	p.Pushes(origin, "none of ours")
	p.Until("another is shown", shown+`.then((l) => l.length > 1)`)
	if all := webtest.Eval[string](p, "read them", shown+`.then((l) => l.map((n) => n.title).join("; "))`); !strings.Contains(all, "Loa") {
		t.Errorf("shown: %s", all)
	}
	// a person's own touch alone may open a window, so what it asks for is noted instead
	touch := `(async (tag) => {
		const asked = new Promise((done) => {
			clients.openWindow = async (url) => done("opens " + url);
			WindowClient.prototype.focus = async function () { done("goes to " + this.url); };
		});
		const [notification] = await registration.getNotifications({ tag });
		const e = new NotificationEvent("notificationclick", { notification });
		e.waitUntil = () => {}; // an event of the browser alone may wait
		dispatchEvent(e);
		const said = await asked, left = await registration.getNotifications({ tag });
		return said + (left.length ? " and stays" : "");
	})`
	if got := p.InWorker("touch the one", origin, touch+`("a")`); got != "opens "+origin+"/messages" {
		t.Errorf("a touch %s", got)
	}
	p.Open(origin + "/messages")
	p.Pushes(origin, string(raw))
	p.Until("it is shown again", shown+`.then((l) => l.some((n) => n.tag === "a"))`)
	if got := p.InWorker("touch it again", origin, touch+`("a")`); got != "goes to "+origin+"/messages" {
		t.Errorf("a touch where the page is open %s", got)
	}
}

// A browser that changes its subscription by itself tells the server, where that has one of this
// session; who ended it is not told again.
func TestABrowserRenewsItsSubscription(t *testing.T) {
	origin, s, person := site(t)
	p := webtest.NewNotified(t).Person()
	p.Notifies(origin)
	p.Open(origin + "/me/messages")
	p.Wait(button)
	browser := pushtest.New()
	registers(p, browser.At("https://push.example.vn/to/first"))
	p.Follow(button)
	raw, err := json.Marshal(browser.At("https://push.example.vn/to/second"))
	if err != nil {
		t.Fatal(err)
	}
	renews := `(async () => {
		let asked = "nothing";
		PushManager.prototype.subscribe = async (o) => { asked = o.applicationServerKey.length; return { toJSON: () => (` + string(raw) + `) }; };
		const e = new ExtendableEvent("pushsubscriptionchange");
		const done = new Promise((end) => (e.waitUntil = (p) => p.then(end, end))); // an event of the browser alone may wait
		dispatchEvent(e);
		await done;
		return String(asked);
	})()`
	if got := p.InWorker("change the subscription", origin, renews); got != "65" {
		t.Errorf("subscribed by a key of %s bytes", got)
	}
	list, err := s.Devices(t.Context(), person.ID, now)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	if secret, err := s.Secret(t.Context(), list[0].ID); err != nil || !strings.Contains(secret, "/to/second") {
		t.Errorf("the server sends to another: %v", err)
	}
	if _, err := s.EndDevice(t.Context(), accounts.Meta{ID: "end", By: person.Actor("session"), At: now}, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := p.InWorker("change it again", origin, renews); got != "nothing" {
		t.Error("it subscribes though the person ended it")
	}
}
