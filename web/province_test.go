package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/airing/oldbook"
	"loa/contest"
	"loa/demo"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/library"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web"
	"loa/web/kit"
	"loa/web/webtest"
)

// province is the demo of some weeks on a server: 127 stations with everybody
// who works there, and contests at every stage.
type province struct {
	address kit.Address // where people reach it, nowhere in particular
	clock   *aClock
	store   *bolt.Store
	hall    *contest.Hall
	handler http.Handler
	routes  []kit.Route
	server  *httptest.Server
	people  map[string]accounts.Person // by login
	clerk   *oldbook.Clerk
}

func newProvince(t *testing.T) *province { return provinceOf(t, 3) }

func provinceOf(t *testing.T, weeks int) *province {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := &province{clock: &aClock{time.Date(2025, 5, 14, 20, 0, 0, 0, text.Zone)}, people: map[string]accounts.Person{}}
	house := bolttest.NewHouse(t, t.TempDir(), w.clock.now)
	w.store = house.Store
	webtest.Stations(t, w.store)
	var err error
	if _, err = demo.Fill(t.Context(), w.store, house.Blobs, 7, w.clock.at, weeks, func(n, of int) {}); err != nil {
		t.Fatal(err)
	}
	jobs, err := scheduler.NewClock(w.store, log, w.clock.now)
	if err != nil {
		t.Fatal(err)
	}
	w.hall = contest.NewHall(w.store, contest.From(w.store))
	k := kit.New(kit.Config{Auth: w.store, Now: w.clock.now, Log: log, Marks: true, Demo: true,
		Address: func(context.Context) (kit.Address, error) { return w.address, nil }})
	w.clerk = bolttest.OldBooks(t, w.store, w.clock.now)
	web.Register(k, web.Deps{
		Store: w.store, Blobs: house.Blobs, Desk: house.Desk, Jobs: jobs, Contests: w.hall,
		Clock:  wallclock.New(w.clock.now, wallclock.Elapsed, time.Time{}),
		Booth:  library.NewBooth(library.BoothConfig{Records: w.store, Blobs: house.Blobs, Heard: w.hall.Heard, Log: log, Now: w.clock.now}),
		Backup: func(context.Context, accounts.Actor, io.Writer) error { return nil }, Server: webtest.Server{},
		Backups: webtest.Keeper{At: w.clock.at.Add(-time.Hour)}, Post: webtest.Post{}, Books: bolttest.Books(t, w.store, w.clock.now),
		OldBooks: w.clerk,
	})
	w.routes = k.Routes()
	w.handler, err = k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	reg, err := w.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Search("", accounts.Names{Places: reg}) {
		if !p.Disabled { // the others do nothing
			w.people[p.Login] = p
		}
	}
	w.server = httptest.NewServer(w.handler)
	t.Cleanup(w.server.Close)
	return w
}

// secret begins a session of the person.
func (w *province) secret(t *testing.T, login string) string {
	t.Helper()
	return webtest.Session(t, w.store, w.people[login], w.clock.at)
}

var anID = regexp.MustCompile(`^([A-Z]{1,2}\d+|[0-9a-f-]{20,}|S\d{5}.*|lan-(nam|sau)|lien-hoan|huyen-chon|20\d\d-T\w+|entry-\d+|[A-Z0-9]{8,})$`)

// kindOf is what pages of one kind share: the path without IDs, and the names
// of what is asked for.
func kindOf(u *url.URL) string {
	parts := strings.Split(u.Path, "/")
	for i, p := range parts {
		if anID.MatchString(p) {
			parts[i] = "{}"
		}
	}
	var names []string
	for name := range u.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(parts, "/") + "?" + strings.Join(names, "&")
}

// noPage is what links lead to that is no page: files to keep, and what changes
// whose page it is.
var noPage = regexp.MustCompile(`^/(language|assets|api|logout|files)|format=|as=|/(export|feed|archive|audio|blob|photo|sound|usb\.zip|2025$)|\.(mp3|xlsx|csv|docx|zip|xml|json|m3u8?)\b`)

// walk opens pages that links lead to from the first page, one of each kind, of
// contests one a stage, and shows each to look.
func walk(t *testing.T, open func(path string) (links []string, isPage bool), look func(path string)) (pages int) {
	t.Helper()
	seen, kinds, todo := map[string]bool{"/": true}, map[string]int{}, []string{"/", "/me"}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		links, isPage := open(path)
		if !isPage {
			continue
		}
		look(path)
		pages++
		for _, l := range links {
			u, err := url.Parse(l)
			if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") && u.RawQuery == "" {
				continue
			}
			base, _ := url.Parse(path)
			u = base.ResolveReference(u)
			u.Fragment = ""
			to := u.RequestURI()
			kind, most := kindOf(u), 1
			if strings.Contains(kind, "/{}") && (strings.HasPrefix(kind, "/contests/") || strings.HasPrefix(kind, "/judging/")) {
				most = 3
			}
			if !noPage.MatchString(to) && !seen[to] && kinds[kind] < most {
				seen[to] = true
				kinds[kind]++
				todo = append(todo, to)
			}
		}
	}
	return pages
}

// walkAs is walk by a client without scripts, which shows each page to look.
func walkAs(t *testing.T, c *webtest.Client, look func(path string, doc *goquery.Document)) (pages int) {
	t.Helper()
	var doc *goquery.Document
	return walk(t, func(path string) (links []string, isPage bool) {
		if a := c.Get(path); !strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
			return nil, false
		}
		doc = c.Doc()
		doc.Find("a[href]:not([download])").Each(func(_ int, a *goquery.Selection) { links = append(links, a.AttrOr("href", "")) })
		return links, true
	}, func(path string) { look(path, doc) })
}

// longest is how many CSS pixels a page may be high on a phone of 320: some
// ten turns of a thumb.
const longest = 8000

// TestEveryPageFitsASmallPhone opens every page as everybody at 320 px, folded
// and unfolded. Nothing written is cut off at an edge, and an operator's fit with text of twice the size too.
func TestEveryPageFitsASmallPhone(t *testing.T) {
	t.Parallel()
	w := newProvince(t)
	browser := webtest.NewBrowser(t)
	total := 0
	for _, login := range []string{"quantri", "bientap", "huyen-082", "xa-02794", "hoithi", "giamkhao1", ""} {
		p := browser.Person()
		p.Size(320)
		if login != "" {
			p.Cookie("s", w.secret(t, login), w.server.URL)
		}
		type measured struct {
			Links      []string
			Page       bool
			Over, Tall int
			Open       int
			Large      int
			What, At   string
			Cut        string
		}
		var m measured
		large := login == "xa-02794"
		total += walk(t, func(path string) ([]string, bool) {
			p.Open(w.server.URL + path)
			m = webtest.Eval[measured](p, "measure "+path, `((LARGE) => {
				const root = document.documentElement, over = () => root.scrollWidth - innerWidth;
				const m = {Links: [...document.querySelectorAll("a[href]:not([download])")].map((a) => a.getAttribute("href")), Page: !!document.querySelector("main"),
					At: location.pathname, Over: over(), Tall: root.scrollHeight, What: ""};
				for (const d of document.querySelectorAll("main details")) d.open = true;
				m.Open = over();
				if (m.Over > 0 || m.Open > 0) m.What = [...document.querySelectorAll("main *, header *, footer *, nav *")].filter((e) => !e.closest(".away, .tabs, .scroll, thead, svg *") && e.getBoundingClientRect().right > innerWidth + 1)
					.slice(0, 5).map((e) => e.tagName + "." + e.className + " “" + e.textContent.trim().slice(0, 40) + "”").join(", ");
				const named = (e) => e.tagName + "." + e.className + " “" + e.textContent.trim().slice(0, 40) + "”";
				m.Cut = [...document.querySelectorAll("body *")].filter((e) => e.offsetParent && !e.closest(".away, .skip, .tabs, .scroll, .sideways, .dock [data-speed] label, thead, svg, .guide table, .guide pre, textarea, select, input, pre") &&
					e.textContent.trim() && getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1).slice(0, 5).map(named).join(", ");
				if (LARGE) {
					root.style.fontSize = "200%";
					m.Large = over();
					if (m.Large > 0) m.What = [...document.querySelectorAll("main *, header *, footer *, nav *")].filter((e) => !e.closest(".away, .scroll > *, svg *") &&
						e.getBoundingClientRect().right > innerWidth + 1 && e.parentElement.getBoundingClientRect().right <= innerWidth + 1).slice(0, 5).map(named).join(", ");
					root.style.fontSize = "";
				}
				return m;
			})(`+strconv.FormatBool(large)+`)`)
			if path == "/me" && large { // what no link leads to
				m.Links = append(m.Links, "/outbox", "/switching", "/offline", "/texts/card", "/airings/new?station=S00041")
			}
			return m.Links, m.Page
		}, func(path string) {
			if m.Cut != "" {
				t.Errorf("%s sees on %s, on a phone of 320, cut off: %s", login, path, m.Cut)
			}
			if m.Large > 0 {
				t.Errorf("%s sees %s %d px too wide on a phone of 320 with text of twice the size: %s", login, path, m.Large, m.What)
			}
			if m.Over > 0 || m.Open > 0 {
				t.Errorf("%s sees %s %d px too wide on a phone of 320 (%d unfolded): %s", login, path, m.Over, m.Open, m.What)
			}
			if m.Tall > longest && !strings.Contains(m.At, "/paper") && !strings.HasPrefix(m.At, "/help/") { // papers and guides are as long as they are
				t.Errorf("%s sees %s %d px high on a phone of 320", login, path, m.Tall)
			}
		})
	}
	if total < 250 {
		t.Errorf("only %d pages were opened", total)
	}
}
