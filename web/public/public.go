// Package public is what everybody may see and hear without an account: a page of each commune that was chosen in the
// settings, and the episodes that were.
package public

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"loa/accounts"
	"loa/contest"
	"loa/internal/text"
	"loa/library"
	"loa/quiz"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	sharing.Store
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	Recording(ctx context.Context, id string) (library.Recording, error)
	Recordings(ctx context.Context, q library.Query) (library.Page, error)
	BroadcastCopy(ctx context.Context, recording string) (library.BroadcastCopy, bool, error)
	BroadcastCopies(ctx context.Context, recordings []string) (map[string]library.BroadcastCopy, error)
	Quizzes(ctx context.Context, by accounts.Actor) ([]quiz.Contest, error)
}

// Hall is where contests are looked at.
type Hall interface {
	List(ctx context.Context, fn func(*contest.State) error) error
}

type pages struct {
	store  Store
	hall   Hall
	blobs  library.Blobs
	limit  *kit.Limiter // by network
	parts  *kit.Limiter // the same, of what is asked for in parts, or asked about
	index  *kit.View[indexPage]
	one    *kit.View[communePage]
	poster *kit.View[posterPage]
	feeds  *kit.View[podcastsPage]
}

// One network may ask so many times at once, and then once in so long: a whole commune may share an address.
const (
	burst = 300
	every = 200 * time.Millisecond
	often = 10 // times as often it may ask for parts: aggregators and players do, many for one sound
)

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, hall Hall, blobs library.Blobs) {
	f := k.Folder("public", files)
	p := pages{s, hall, blobs, kit.NewLimiter(every, burst, 10_000), kit.NewLimiter(every/often, burst*often, 10_000),
		kit.NewView[indexPage](f, "index.html"),
		kit.NewView[communePage](f, "commune.html"), kit.NewView[posterPage](f, "poster.html"),
		kit.NewView[podcastsPage](f, "podcasts.html")}
	k.Handle(
		kit.Route{Pattern: "GET /communes", Access: kit.Public, Shared: true, Handler: p.limited(p.showIndex)},
		kit.Route{Pattern: "GET /communes/{station}", Access: kit.Public, Shared: true, Handler: p.limited(p.showCommune)},
		kit.Route{Pattern: "GET /podcasts", Access: kit.Public, Shared: true, Handler: p.limited(p.showPodcasts)},
		kit.Route{Pattern: "GET /podcasts/{programme}/{language}/feed.xml", Access: kit.Public, Handler: p.limited(p.feed), Headers: kit.Everywhere},
		kit.Route{Pattern: "GET /podcasts/cover.png", Access: kit.Public, Handler: p.limited(p.cover), Headers: kit.Everywhere},
		kit.Route{Pattern: "GET /listen/{episode}/{file}", Access: kit.Public, Handler: p.limited(p.sound), Headers: kit.Everywhere},
		kit.Route{Pattern: "GET /stations/{station}/poster", Access: accounts.ReadStations, Handler: p.showPoster},
	)
}

// limited slows down a network that asks too often.
func (p pages) limited(h kit.Handler) kit.Handler {
	return func(w http.ResponseWriter, r *kit.Request) error {
		limit := p.limit
		if r.Method == http.MethodHead || r.Header.Get("Range") != "" {
			limit = p.parts
		}
		if err := limit.Allow(r.Network(), r.Now); err != nil {
			return err
		}
		return h(w, r)
	}
}

// scene is what all pages are made of.
type scene struct {
	face sharing.Face
	reg  *stations.Registry
	plan *scheduler.Schedule
}

func (p pages) scene(ctx context.Context) (s scene, err error) {
	if s.face, err = p.store.Face(ctx); err != nil {
		return s, err
	}
	if s.reg, err = p.store.Registry(ctx); err != nil {
		return s, err
	}
	s.plan, err = p.store.Schedule(ctx)
	return s, err
}

type indexPage struct {
	kit.Page
	Publisher string
	Communes  []kit.Option // by district: path and name
}

// path is the address of a commune's page. It names the station, whose ID is never used again: a code is.
func path(station string) string { return "/communes/" + station }

func (p pages) showIndex(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.scene(r.Context())
	if err != nil {
		return err
	}
	page := indexPage{Page: r.Page("sharing.index_title"), Publisher: s.face.Publisher}
	for _, st := range s.face.Pages(s.reg, r.Today()) {
		u := s.reg.UnitOf(st.ID)
		page.Communes = append(page.Communes, kit.Option{Value: path(st.ID), Text: u.Official(), Group: s.reg.DistrictLabel(u.District)})
	}
	if len(page.Communes) == 0 {
		return sharing.NoPage()
	}
	return p.index.Render(w, r, page)
}

type communePage struct {
	kit.Page
	Name, District, Publisher string
	Before                    []string // what the communes were called that were merged into it
	Week                      []day    // nil where it is not public
	Planned                   bool     // anything in Week
	Episodes                  []episode
	Hears                     bool // episodes are public
	Prizes                    []prize
	Quizzes                   []quiz.Contest // knowledge contests its people may take part in, now or soon
}

type day struct {
	Start  time.Time
	Today  bool
	Airing []airing
}

type airing struct {
	scheduler.Planned
	Title string
}

type episode struct {
	sharing.Published
	Programme   string
	Full, Small int64 // bytes; Small is 0 where there is none
}

type prize struct{ Contest, ID, Prize, Title, Who string }

// shown is how many episodes a page lets hear.
const shown = 5

func (p pages) showCommune(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.scene(r.Context())
	if err != nil {
		return err
	}
	id, err := s.face.Page(s.reg, r.PathValue("station"), r.Today())
	if err != nil {
		return err
	}
	if id != r.PathValue("station") {
		return r.Redirect(w, path(id), "")
	}
	st, err := s.reg.Station(id)
	if err != nil {
		return err
	}
	u := s.reg.UnitOf(id)
	page := communePage{Page: r.Page("sharing.commune_title", "name", inSentence(u.Official())), Name: u.Official(), Publisher: s.face.Publisher,
		Hears: len(s.face.Programmes) > 0}
	if u.District != "" {
		page.District = s.reg.DistrictOfficial(u.District)
	}
	family := map[string]bool{id: true}
	for _, old := range s.reg.Lineage(id).Before {
		family[old.ID] = true
		if name := s.reg.UnitOf(old.ID).Official(); name != u.Official() && !slices.Contains(page.Before, name) {
			page.Before = append(page.Before, name)
		}
	}
	if s.face.Week {
		page.week(s, st, r.Now)
	}
	if page.Episodes, err = p.episodes(r.Context(), s, st, r.Now); err != nil {
		return err
	}
	if s.face.Winners {
		if page.Prizes, err = p.prizes(r.Context(), family); err != nil {
			return err
		}
	}
	quizzes, err := p.store.Quizzes(r.Context(), accounts.Actor{})
	if err != nil {
		return err
	}
	for _, q := range quizzes {
		if q.Stage == quiz.Announced && r.Now.Before(q.Closes) && q.In(s.reg, id) {
			page.Quizzes = append(page.Quizzes, q)
		}
	}
	return p.one.Render(w, r, page)
}

// inSentence is a name inside of a sentence: "Đài truyền thanh xã Bản Cái".
func inSentence(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}

// week fills in what is planned from Monday to Sunday, in the station's zone. Notes are for the station alone.
func (page *communePage) week(s scene, st *stations.Station, now time.Time) {
	today := now.In(st.Location())
	monday := stations.DateOf(today).AddDays(-(int(today.Weekday()) + 6) % 7)
	for i := range 7 {
		date := monday.AddDays(i)
		page.Week = append(page.Week, day{Start: date.Start(text.Zone), Today: date == stations.DateOf(today)})
	}
	for _, planned := range s.plan.Calendar(s.reg, []*stations.Station{st}, monday.Start(st.Location()), monday.AddDays(7).Start(st.Location())) {
		programme, _ := s.plan.Programme(planned.Programme) // verified by the store; without one the title stays empty
		planned.Start = planned.Start.In(st.Location())
		d := &page.Week[(int(planned.Start.Weekday())+6)%7]
		d.Airing = append(d.Airing, airing{planned, programme.TitleAt(planned.Start)})
		page.Planned = true
	}
}

// episodes are the last that were due at the station, of those that are there.
func (p pages) episodes(ctx context.Context, s scene, st *stations.Station, now time.Time) (list []episode, err error) {
	heard, ids := s.face.Heard(s.plan, s.reg, st, now, shown), map[string]bool{}
	for _, e := range heard {
		ids[e.Audio] = true
	}
	offers, err := library.Offers(ctx, p.store, ids)
	for _, e := range heard {
		programme, _ := s.plan.Programme(e.Programme) // as above
		if offer, there := offers[e.Audio]; there {
			list = append(list, episode{e, programme.TitleAt(e.Since), offer.Full, offer.Small})
		}
	}
	return list, err
}

// Listen is what the page plays, and how many bytes it takes.
func (e episode) Listen() string {
	if e.Small > 0 {
		return "/listen/" + e.ID + "/" + smallFile
	}
	return "/listen/" + e.ID + "/" + fullFile
}

// Bytes is how much listening takes.
func (e episode) Bytes() int64 { return library.Offer{Full: e.Full, Small: e.Small}.Listen() }

// prizes are those that stations of a family have by published results, the last contest first. Nobody is named.
func (p pages) prizes(ctx context.Context, family map[string]bool) (list []prize, err error) {
	err = p.hall.List(ctx, func(s *contest.State) error {
		if s.Phase != contest.Published && s.Phase != contest.Closed {
			return nil
		}
		for _, a := range s.Rules.Awards {
			for _, g := range s.InOrder(s.Given) {
				z, e := a.Prize(g.Prize), s.Entry(g.Entry)
				one := prize{Contest: s.Rules.Title, ID: s.ID, Who: s.Receiver(g)}
				station := g.Station
				if e != nil {
					station, one.Title = e.Entrant.Station, e.Title
				}
				if g.Award == a.ID && g.Withheld == 0 && z != nil && family[station] {
					one.Prize = z.Name
					list = append(list, one)
				}
			}
		}
		return nil
	})
	slices.Reverse(list)
	return list, err
}

// The last parts of the address of an episode's sound.
const (
	fullFile  = "audio.mp3"
	smallFile = "small.mp3"
)

// sound sends an episode that everybody may hear: what stations receive, or the small copy.
func (p pages) sound(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.scene(r.Context())
	if err != nil {
		return err
	}
	e, err := s.face.Episode(s.plan, r.PathValue("episode"), r.Now)
	if err != nil {
		return err
	}
	rec, err := p.store.Recording(r.Context(), e.Audio)
	if err != nil {
		return err
	}
	c, _, err := p.store.BroadcastCopy(r.Context(), rec.ID)
	if err != nil {
		return err
	}
	switch r.PathValue("file") {
	case fullFile:
		rec = c.For(rec)
	case smallFile:
		if rec, err = c.Light(rec); err != nil {
			return err
		}
	default:
		return sharing.NoPage()
	}
	f, err := p.blobs.Open(r.Context(), rec.Blob.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	return r.Send(w, rec.ContentType, rec.Blob.SHA256, f, time.Hour)
}

type posterPage struct {
	kit.Page
	Name, District, Publisher, Address string
	QR                                 kit.QR
	Local                              bool // nobody but the server itself can open the address
}

// showPoster is a sheet for the commune's board, with the way to its page.
func (p pages) showPoster(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.scene(r.Context())
	if err != nil {
		return err
	}
	st, err := s.reg.OpenTo(r.Actor, accounts.ReadStations, r.PathValue("station"), r.Today())
	if err != nil {
		return err
	}
	id, err := s.face.Page(s.reg, st.ID, r.Today())
	if err != nil {
		return err
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	u := s.reg.UnitOf(id)
	page := posterPage{Page: r.Page("sharing.poster_title"), Name: u.Official(), Publisher: s.face.Publisher, Address: address.URL + path(id),
		Local: address.Local()}
	if u.District != "" {
		page.District = s.reg.DistrictOfficial(u.District)
	}
	if page.QR, err = kit.NewQR(page.Address); err != nil {
		return err
	}
	return p.poster.Render(w, r, page)
}

// Other is the language of an episode in words, "" for Vietnamese.
func (e episode) Other(l text.Language) string {
	if e.Language == stations.Vietnamese {
		return ""
	}
	return l.Say("language." + e.Language)
}
