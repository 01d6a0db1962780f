package settings

import (
	"context"
	"net/http"
	"slices"

	"loa/accounts"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
	"loa/web/kit"
)

// PublicStore is what the page of what is public asks of the store.
type PublicStore interface {
	Face(ctx context.Context) (sharing.Face, error)
	SaveFace(ctx context.Context, m accounts.Meta, c sharing.SaveFace) (sharing.Face, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
}

const publicPath = "/settings/public"

type publicPage struct {
	kit.Page
	Tabs       []kit.Tab
	Form       kit.Form
	Places     []kit.Option
	Districts  []kit.Option
	Stations   []kit.Option
	Programmes []kit.Option
	Pages      int    // communes that have a page now
	Address    string // of the list of them
	Feeds      bool   // programmes are public
}

type publicSettings struct {
	store PublicStore
	view  *kit.View[publicPage]
}

func (p publicSettings) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET " + publicPath, Access: accounts.EditSettings, Handler: p.show},
		{Pattern: "POST " + publicPath, Access: accounts.EditSettings, Handler: p.save},
	}
}

func (p publicSettings) show(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.form(r)
	if err != nil {
		return err
	}
	return p.render(w, r, f)
}

// Which communes have a page, as the form says it.
const (
	placesNone     = "none"
	placesAll      = "all"
	placesDistrict = "district"
	placesList     = "list"
)

// form is the form of what is public now.
func (p publicSettings) form(r *kit.Request) (kit.Form, error) {
	face, err := p.store.Face(r.Context())
	f := kit.NewForm("publisher", face.Publisher, "email", face.Email)
	for name, list := range map[string][]string{"districts": face.Districts, "stations": face.Stations, "programmes": face.Programmes} {
		f.Values[name] = list
	}
	for name, on := range map[string]bool{"week": face.Week, "winners": face.Winners} {
		if on {
			f.Values.Set(name, "1")
		}
	}
	places := placesNone
	switch {
	case face.Everywhere:
		places = placesAll
	case len(face.Districts) > 0:
		places = placesDistrict
	case len(face.Stations) > 0:
		places = placesList
	}
	f.Values.Set("places", places)
	return f.From(face.Edition()), err
}

func (p publicSettings) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page := publicPage{Page: r.Page("sharing.settings_title"), Tabs: tabs(r), Form: f}
	face, err := p.store.Face(r.Context())
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	page.Districts = r.Districts(reg, nil)
	for _, code := range f.All("districts") { // abolished since
		if !slices.ContainsFunc(page.Districts, func(o kit.Option) bool { return o.Value == code }) {
			page.Districts = append(page.Districts, kit.Option{Value: code, Text: reg.DistrictLabel(code)})
		}
	}
	page.Stations = kit.StationOptions(reg, stations.Filter{ActiveOn: r.Today()})
	for _, prog := range plan.Programmes {
		if !prog.Rests() || slices.Contains(face.Programmes, prog.ID) {
			page.Programmes = append(page.Programmes, kit.Option{Value: prog.ID, Text: prog.Title})
		}
	}
	for _, places := range []string{placesNone, placesAll, placesDistrict, placesList} {
		if places != placesDistrict || len(page.Districts) > 0 {
			page.Places = append(page.Places, kit.Option{Value: places, Text: r.Say("sharing.places." + places)})
		}
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	page.Pages, page.Address, page.Feeds = len(face.Pages(reg, r.Today())), address.URL, len(face.Programmes) > 0
	return p.view.Render(w, r, page)
}

func (p publicSettings) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	places := f.Get("places")
	c := sharing.SaveFace{Everywhere: places == placesAll, Week: f.Bool("week"), Winners: f.Bool("winners"), Programmes: f.All("programmes"),
		Publisher: f.Get("publisher"), Email: f.Get("email")}
	switch places {
	case placesDistrict:
		c.Districts = f.All("districts")
	case placesList:
		c.Stations = f.All("stations")
	}
	if !slices.Contains([]string{placesNone, placesAll, placesDistrict, placesList}, places) ||
		places == placesDistrict && len(c.Districts) == 0 || places == placesList && len(c.Stations) == 0 {
		err = fault.New(fault.Invalid, "sharing.places_missing").At("places")
	} else {
		err = f.Save(func() (kit.Form, error) { return p.form(r) }, func(m accounts.Meta) error {
			_, err := p.store.SaveFace(r.Context(), m, c)
			return err
		})
	}
	if f.Refused(err) {
		return p.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, publicPath, "settings.saved")
}
