package calendar

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	ical "github.com/arran4/golang-ical"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
	"loa/web/kit"
)

// addresses are the calendars that programs read, and the page on which a person makes them.
type addresses struct {
	store Store
	page  *kit.View[addressesPage]
	asks  *kit.Limiter // by the secret: how often a calendar may be asked for
	wrong *kit.Limiter // by network: how often something that opens nothing may be

	mu   sync.Mutex
	made *simplelru.LRU[string, made] // by ID
}

// A program may ask for a calendar so often at once, and then once in so long.
const (
	askBurst = 30
	askEvery = time.Minute
)

func newAddresses(f *kit.Folder, s Store) *addresses {
	lru, err := simplelru.NewLRU[string, made](10_000, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &addresses{store: s, page: kit.NewView[addressesPage](f, "addresses.html"), made: lru,
		asks: kit.NewLimiter(askEvery, askBurst, 10_000), wrong: kit.NewLimiter(time.Second, 60, 10_000)}
}

func (a *addresses) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /calendar/addresses", Access: accounts.ReadSchedule, Handler: a.show},
		{Pattern: "POST /calendar/addresses", Access: accounts.ReadSchedule, Handler: a.make},
		{Pattern: "POST /calendar/addresses/{id}", Access: accounts.ReadSchedule, Handler: a.change},
		{Pattern: "GET /ics/{token}", Access: kit.Public, Handler: a.feed},
	}
}

type addressesPage struct {
	kit.Page
	Form       kit.Form
	Stations   []kit.Option
	Districts  []kit.Option
	Programmes []kit.Option
	Rows       []addressRow
	Made       string // the address just made, shown this once
	Open       string // the same for phones, which add it when it is opened
	QR         kit.QR
	Local      bool // nobody but the server itself can open it
}

type addressRow struct {
	sharing.Calendar
	About string
	Form  kit.Form
}

func (a *addresses) show(w http.ResponseWriter, r *kit.Request) error {
	return a.render(w, r, addressesPage{})
}

// withSecret is a form under whose ID a double tap makes one calendar, and shows its address again.
func withSecret(pairs ...string) kit.Form {
	return kit.NewForm(append(pairs, "secret", accounts.NewSecret())...)
}

func (a *addresses) render(w http.ResponseWriter, r *kit.Request, page addressesPage) error {
	page.Page = r.Page("sharing.calendars")
	if page.Form.ID == "" {
		page.Form = withSecret()
	}
	s, err := a.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	list, err := a.store.Calendars(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	for _, c := range list {
		page.Rows = append(page.Rows, addressRow{c, about(r.Lang, c.Scope, reg, s), withSecret()})
	}
	page.Stations = kit.StationOptions(reg, stations.Filter{ActiveOn: r.Today()}.For(r.Actor, accounts.ReadStations))
	page.Districts = r.OwnDistricts(reg, accounts.ReadStations)
	for _, p := range s.Working() {
		page.Programmes = append(page.Programmes, kit.Option{Value: p.ID, Text: p.Title})
	}
	return a.page.Render(w, r, page)
}

// about says what a calendar is narrowed by.
func about(l text.Language, x sharing.Scope, reg *stations.Registry, s *scheduler.Schedule) string {
	var words []string
	if x.Station != "" {
		words = append(words, reg.Label(x.Station))
	}
	if x.District != "" {
		words = append(words, reg.DistrictLabel(x.District))
	}
	if x.Programme != "" {
		p, _ := s.Programme(x.Programme) // verified by the store; without one the title stays empty
		words = append(words, p.Title)
	}
	if len(words) == 0 {
		return l.Say("sharing.calendar_all")
	}
	return strings.Join(words, " · ")
}

func (a *addresses) make(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	secret := f.Get("secret")
	if !accounts.IsSecret(secret) {
		return fault.New(fault.Invalid, "kit.form_invalid")
	}
	_, err = a.store.MakeCalendar(r.Context(), r.Meta(f.ID), sharing.MakeCalendar{Name: f.Get("name"), Secret: accounts.HashOf(secret),
		Scope: sharing.Scope{Station: f.Get("station"), District: f.Get("district"), Programme: f.Get("programme")}})
	if f.Refused(err) {
		return a.render(w, r, addressesPage{Form: *f})
	}
	return a.told(w, r, secret, err)
}

// change gives a calendar another address, or ends it.
func (a *addresses) change(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id, secret := r.PathValue("id"), f.Get("secret")
	if f.Get("do") == "end" {
		if _, err := a.store.EndCalendar(r.Context(), r.Meta(f.ID), sharing.EndCalendar{ID: id}); err != nil {
			return err
		}
		return r.Redirect(w, "/calendar/addresses", "sharing.calendar_ended")
	}
	if f.Get("do") != "renew" || !accounts.IsSecret(secret) {
		return fault.New(fault.Invalid, "kit.form_invalid")
	}
	_, err = a.store.RenewCalendar(r.Context(), r.Meta(f.ID), sharing.RenewCalendar{ID: id, Secret: accounts.HashOf(secret)})
	return a.told(w, r, secret, err)
}

// told shows an address that was just made.
func (a *addresses) told(w http.ResponseWriter, r *kit.Request, secret string, err error) error {
	if err != nil {
		return err
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	page := addressesPage{Made: address.URL + "/ics/" + secret + ".ics", Local: address.Local()}
	u, err := url.Parse(page.Made)
	if err != nil {
		return err
	}
	u.Scheme = "webcal"
	page.Open = u.String()
	if page.QR, err = kit.NewQR(page.Open); err != nil {
		return err
	}
	return a.render(w, r, page)
}

// made is what a calendar's answer was made of, and its tag: while nothing of it changes, who has the answer gets none.
type made struct {
	reg    *stations.Registry
	plan   *scheduler.Schedule
	people *accounts.Directory
	day    stations.Date
	tag    string
}

// feed is the calendar itself.
func (a *addresses) feed(w http.ResponseWriter, r *kit.Request) error {
	secret := accounts.HashOf(strings.TrimSuffix(r.PathValue("token"), ".ics"))
	if err := a.asks.Allow(string(secret), r.Now); err != nil {
		return err
	}
	c, err := a.store.CalendarBy(r.Context(), secret)
	now := made{day: r.Today()}
	var p accounts.Person
	if err == nil {
		if now.people, err = a.store.Directory(r.Context()); err != nil {
			return err
		}
		if p, err = now.people.Person(c.Person); err != nil || p.Disabled {
			err = sharing.NoCalendar()
		}
	}
	if err != nil {
		if many := a.wrong.Allow(r.Network(), r.Now); many != nil {
			return many
		}
		return err
	}
	if now.reg, err = a.store.Registry(r.Context()); err != nil {
		return err
	}
	if now.plan, err = a.store.Schedule(r.Context()); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	if was, ok := a.last(c.ID); ok {
		if now.tag = was.tag; now == was && r.Has(w, was.tag) {
			return nil
		}
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	body := []byte(write(c, p, address.URL, now))
	now.tag = kit.TagOf(body)
	a.mu.Lock()
	a.made.Add(c.ID, now)
	a.mu.Unlock()
	return r.Whole(w, "text/calendar; charset=utf-8", body)
}

func (a *addresses) last(id string) (made, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.made.Get(id)
}

// write makes the calendar. All times are UTC: what clients make of zones differs. The same plan gives the same bytes.
func write(c sharing.Calendar, p accounts.Person, address string, of made) string {
	lang := p.Language
	if lang == "" {
		lang = text.Vietnamese
	}
	by := p.Actor("calendar")
	cal := ical.NewCalendarFor("Loa")
	cal.SetMethod(ical.MethodPublish)
	cal.SetXWRCalName("Loa · " + about(lang, c.Scope, of.reg, of.plan))
	cal.SetRefreshInterval("PT1H")
	cal.SetXPublishedTTL("PT1H")
	place := c.Alone(of.reg, by)
	for _, planned := range c.Plan(of.reg, of.plan, by, of.day) {
		e := cal.AddEvent(planned.Rule + "." + planned.First().UTC().Format("20060102T1504Z") + "@" + c.ID)
		programme, _ := of.plan.Programme(planned.Programme) // verified by the store; without one the title stays empty
		e.SetSummary(programme.TitleAt(planned.Start))
		e.SetStartAt(planned.Start)
		e.SetEndAt(planned.End)
		rule, _ := of.plan.Rule(planned.Rule) // it planned this
		e.SetDtStampTime(rule.ChangedAt)
		e.SetURL(address + "/rules/" + planned.Rule + "/on/" + planned.At.String())
		where := lang.Say("schedule.n_stations", "n", planned.Stations)
		if place != "" {
			where = of.reg.Label(place)
		}
		e.SetLocation(where)
		var notes []string
		if planned.Priority != scheduler.Ordinary {
			notes = append(notes, lang.Say("schedule.priority."+string(planned.Priority)))
		}
		if !planned.MovedFrom.IsZero() {
			notes = append(notes, lang.Say("schedule.moved_from", "at", lang.DateTime(planned.MovedFrom)))
		}
		if planned.Note != "" {
			notes = append(notes, planned.Note)
		}
		if len(notes) > 0 {
			e.SetDescription(strings.Join(notes, "\n"))
		}
		e.SetStatus(ical.ObjectStatusConfirmed)
		if planned.Cancelled {
			e.SetStatus(ical.ObjectStatusCancelled)
		}
	}
	return cal.Serialize(ical.WithNewLineWindows)
}
