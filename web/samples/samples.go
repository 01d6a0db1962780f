// Package samples is where communes give recordings of their loudspeakers, by which it is measured how well the machine
// hears, and where the province reads what came of them.
package samples

import (
	"context"
	"embed"
	"errors"
	"net/http"

	"loa/accounts"
	"loa/airing"
	"loa/airing/sample"
	"loa/audio"
	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	sample.Store
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	LibrarySettings(ctx context.Context) (library.Settings, error)
}

type pages struct {
	store    Store
	desk     airing.Desk
	listener *sample.Listener
	list     *kit.View[listPage]
	form     *kit.View[formPage]
}

// Register adds the pages to k. Recordings come in by the desk; without a listener they are listened to later.
func Register(k *kit.Kit, s Store, desk airing.Desk, listener *sample.Listener) {
	f := k.Folder("samples", files)
	p := pages{store: s, desk: desk, listener: listener, list: kit.NewView[listPage](f, "list.html"), form: kit.NewView[formPage](f, "new.html")}
	k.Handle(
		kit.Route{Pattern: "GET /samples", Access: accounts.ReadAirings, Handler: p.showList},
		kit.Route{Pattern: "GET /samples/new", Access: accounts.ReportAiring, Handler: p.showForm},
		kit.Route{Pattern: "POST /samples", Access: accounts.ReportAiring, Handler: p.give, MaxBody: kit.FileBody},
		kit.Route{Pattern: "POST /samples/{id}/withdraw", Access: accounts.ReportAiring, Handler: p.withdraw},
	)
}

type listPage struct {
	kit.Page
	Form    kit.Form // what it is narrowed by
	Choices []kit.Choice
	Counts  []sample.Count // of the latest, for who sees many stations; empty where none was listened to
	Counted int            // samples they are made of
	Rows    []row
	Turn    kit.Turn
	MayGive bool
}

type row struct {
	sample.Sample
	Label    string // of the station
	Episode  string
	Badge    string
	Said     string // by the machine
	Change   string // ID of the change its button makes
	Withdraw bool
}

var badges = map[bool]string{true: kit.StateOK, false: kit.StateInfo}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[sample.Filter](r)
	if err != nil {
		return err
	}
	reg, plan, err := p.facts(r)
	if err != nil {
		return err
	}
	q, err := f.Query(reg, r.Today())
	if err != nil {
		return err
	}
	var counted []sample.Sample
	if r.Actor.Wide(accounts.ReadAirings) {
		q.Limit = sample.MostListed
		if counted, _, err = p.store.Samples(r.Context(), r.Actor, q); err != nil {
			return err
		}
	}
	q.After, q.Limit = r.URL.Query().Get("after"), kit.CardsAtOnce
	list, next, err := p.store.Samples(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	page := listPage{Page: r.Page("samples.title"), Form: kit.FilterForm(f), Turn: r.TurnAfter("after", next),
		MayGive: r.Actor.CanSomewhere(accounts.ReportAiring)}
	if counts := sample.CountBy(counted); counts[0].Given > 0 {
		page.Counts, page.Counted = counts, len(counted)
	}
	called := airing.CalledIn(plan, r.Lang)
	for _, s := range list {
		one := row{Sample: s, Label: reg.Label(s.Station), Episode: called(s.Episode), Change: kit.NewID(),
			Withdraw: sample.CheckWithdrawal(r.Actor, s, reg.Where(s.Station)) == nil}
		if s.Heard != nil {
			one.Badge, one.Said = badges[s.Right()], s.Heard.SayAll(r.Lang, called)
			if s.Wrong() {
				one.Badge = kit.StateWarn
			}
		}
		page.Rows = append(page.Rows, one)
	}
	page.Choices = kit.Choices(kit.Choice{Name: "station", Label: r.Say("coverage.station"),
		Options: kit.StationOptions(reg, stations.Filter{}.For(r.Actor, accounts.ReadAirings))},
		kit.Choice{Name: "use", Label: r.Say("samples.use"), Options: kit.WordOptions(r, "sample.use.", sample.Uses)})
	return p.list.Render(w, r, page)
}

func (p pages) facts(r *kit.Request) (*stations.Registry, *scheduler.Schedule, error) {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, nil, err
	}
	plan, err := p.store.Schedule(r.Context())
	return reg, plan, err
}

type formPage struct {
	kit.Page
	Form     kit.Form
	Stations []kit.Option // to choose from; one is not asked for
	Episodes []kit.Option
	Settings []kit.Choice
	Uses     []kit.Option
	Limit    int64 // bytes of a file
	Reads    bool  // the server reads what phones record
}

// mostEpisodes is of how many episodes, those approved last first, somebody chooses what was on air.
const mostEpisodes = 60

func (p pages) showForm(w http.ResponseWriter, r *kit.Request) error {
	return p.renderForm(w, r, kit.NewForm())
}

func (p pages) renderForm(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, plan, err := p.facts(r)
	if err != nil {
		return err
	}
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	page := formPage{Page: r.Page("samples.give"), Form: f, Limit: set.MaxBytes, Reads: audio.ReadsPhones(),
		Uses:     kit.WordOptions(r, "sample.use.", sample.Uses),
		Stations: kit.StationOptions(reg, stations.Filter{ActiveOn: r.Today()}.For(r.Actor, accounts.ReportAiring)),
		Settings: []kit.Choice{
			{Name: "distance", Label: r.Say("samples.distance"), Options: kit.WordOptions(r, "sample.distance.", sample.Distances)},
			{Name: "horns", Label: r.Say("samples.horns"), Options: kit.WordOptions(r, "sample.horns.", sample.AllHorns)},
			{Name: "noise", Label: r.Say("samples.noise"), Options: kit.WordOptions(r, "sample.noise.", sample.Noises)},
			{Name: "weather", Label: r.Say("samples.weather"), Options: kit.WordOptions(r, "sample.weather.", sample.Weathers)},
		}}
	called := airing.CalledIn(plan, r.Lang)
	for _, e := range sample.Of(plan) {
		if len(page.Episodes) < mostEpisodes {
			page.Episodes = append(page.Episodes, kit.Option{Value: e.ID, Text: called(e.ID)})
		}
	}
	return p.form.Render(w, r, page)
}

// give takes the form: with the ID of what the uploader has sent already, or with the file, from browsers without a script.
func (p pages) give(w http.ResponseWriter, r *kit.Request) error {
	in, err := r.ReadFormWith("file")
	if err != nil {
		return err
	}
	f := in.Form
	if id := f.Get("id"); id != "" {
		f.ID = id
	}
	c := sample.Give{Station: f.Get("station"), Episode: f.Get("episode"), Recording: f.Get("audio"), Use: sample.Use(f.Get("use")), Agreed: f.Bool("agreed"),
		Setting: sample.Setting{Distance: sample.Distance(f.Get("distance")), Horns: sample.Horns(f.Get("horns")),
			Weather: sample.Weather(f.Get("weather")), Noise: sample.Noise(f.Get("noise"))}}
	switch {
	case in.Raw:
		return fault.New(fault.Unsupported, "kit.not_form")
	case in.Body != nil:
		c.Recording = kit.NewID()
		o := intake.Order{Kind: library.ForSample, Station: c.Station, Name: in.Name, Length: in.Length}
		_, err = p.desk.Take(r.Context(), r.Actor, c.Recording, o, in.Body)
		if err == nil {
			f.Values.Set("audio", c.Recording) // nobody sends it twice when something else is refused
		}
	case c.Recording == "":
		err = fault.New(fault.Invalid, "kit.file_missing")
	}
	var given sample.Sample
	var refused *fault.Error
	if errors.As(err, &refused) {
		err = refused.At("file")
	} else if err == nil {
		given, err = p.store.GiveSample(r.Context(), r.Meta(f.ID), c)
	}
	if f.Refused(err) {
		r.Asks(w)
		return p.renderForm(w, r, f)
	}
	if err != nil {
		return err
	}
	r.Kept(f.ID)
	switch given = p.listener.Try(r.Context(), given); {
	case given.Heard == nil:
		return r.Redirect(w, "/samples", "samples.given")
	case given.Right():
		return r.Redirect(w, "/samples", "samples.given_right")
	case given.Wrong():
		return r.Redirect(w, "/samples", "samples.given_wrong")
	case given.Useless():
		return r.Redirect(w, "/samples", "samples.given_useless", "why", given.Heard.Say(r.Lang, func(episode string) string { return episode }))
	}
	return r.Redirect(w, "/samples", "samples.given_missed")
}

func (p pages) withdraw(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if _, err := p.store.WithdrawSample(r.Context(), r.Meta(f.ID), r.PathValue("id")); err != nil {
		return err
	}
	return r.Redirect(w, "/samples", "samples.withdrawn")
}
