package stations

import (
	"net/http"
	"strings"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

type kin struct {
	ID, Name, District string
	Days               []stations.Interval
}

type onePage struct {
	kit.Page
	stations.Station
	Unit         stations.Unit
	District     string // the district with its kind, "" where there are none
	Names        []stations.Unit
	ActiveToday  bool
	Expired      bool
	ExpiresSoon  bool
	Rows         []fact
	Before       []kin
	After        []kin
	MayEdit      bool
	MaySeeReport bool
	MayHear      bool // what the station airs
	MayReport    bool
	Public       bool // everybody may see its page
}

// fact is one field of a station in words; empty text is not known.
type fact struct {
	Column stations.Column
	Text   string
}

// shownFields are the fields told in words, in order; contacts, clusters and
// activity are shown in their own way.
var shownFields = []stations.Column{"technologies", "frequency_mhz", "power_w", "licence", "licence_until", "languages", "hours", "zone", "notes"}

func (p pages) showOne(w http.ResponseWriter, r *kit.Request) error {
	reg, s, err := p.find(r, accounts.ReadStations)
	if err != nil {
		return err
	}
	day := r.Today()
	u := reg.UnitOf(s.ID)
	until := s.FM.LicenceUntil
	page := onePage{
		Page: r.Page("stations.one_title", "name", reg.Label(s.ID)), Station: *s, Unit: u, ActiveToday: s.ActiveOn(day),
		Expired: until != "" && until < day, ExpiresSoon: until != "" && until >= day && until <= day.AddDays(licenceDays),
		Before: kinOf(reg, reg.Lineage(s.ID).Before), After: kinOf(reg, reg.Lineage(s.ID).After),
		MayEdit: stations.MayEdit(r.Actor, reg.Where(s.ID)) == nil, MaySeeReport: coverage.MayRead(r.Actor, reg.Where(s.ID)) == nil,
		MayHear:   scheduler.MayRead(r.Actor, reg.Where(s.ID)) == nil,
		MayReport: s.ActiveOn(day) && airing.MayReport(r.Actor, reg.Where(s.ID)) == nil,
	}
	face, err := p.store.Face(r.Context())
	if err != nil {
		return err
	}
	page.Public = face.Shows(reg, s.ID, day)
	if d, ok := reg.UnitByCode(u.District, u.Valid.From); ok {
		page.District = d.Official()
	}
	for _, seat := range s.Seats[:len(s.Seats)-1] {
		page.Names = append(page.Names, reg.Unit(seat.Unit))
	}
	for _, c := range shownFields {
		told := s.Cell(r.Lang, c)
		switch c {
		case "frequency_mhz", "power_w", "licence", "licence_until", "zone":
			if told == "" && (c == "zone" || !s.Traits().Has(stations.FM)) {
				continue // nothing is missing
			}
		}
		if r.Lang == text.Vietnamese && (c == "frequency_mhz" || c == "power_w") {
			told = strings.Replace(told, ".", ",", 1)
		}
		page.Rows = append(page.Rows, fact{c, told})
	}
	return p.one.Render(w, r, page)
}

// find is the station of the path, by ID or code, if the actor may do the
// action there.
func (p pages) find(r *kit.Request, action accounts.Action) (*stations.Registry, *stations.Station, error) {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, nil, err
	}
	s, err := reg.OpenTo(r.Actor, action, r.PathValue("station"), r.Today())
	return reg, s, err
}

func kinOf(reg *stations.Registry, list []*stations.Station) []kin {
	var out []kin
	for _, s := range list {
		k := kin{ID: s.ID, Name: reg.UnitOf(s.ID).Official(), Days: s.Active}
		if d := reg.UnitOf(s.ID).District; d != "" {
			k.District = reg.DistrictName(d)
		}
		out = append(out, k)
	}
	return out
}
