package stations

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

type formPage struct {
	kit.Page
	Form         kit.Form
	Station      string // ID, "" for a new one
	Units        []kit.Option
	Technologies []kit.Option
	Languages    []kit.Option
	Zones        []kit.Option // of a station with a time zone of its own, which came by a table or the API; else nil
	Contacts     []string     // prefixes of the fields of one contact each: "c0"
	Intervals    []string     // prefixes of the fields of one interval each: "a0"
}

// plainFields are the fields of the form that hold what a table's cell would.
var plainFields = []stations.Column{"frequency_mhz", "power_w", "licence", "clusters_working", "clusters_total", "hours", "notes", "zone"}

// most is how many contacts and intervals the form takes.
const most = 12

// prefixes name the fields of as many entries as are filled in, and of room
// for one more; part is a field every entry has.
func prefixes(v url.Values, letter, part string) []string {
	last := 0
	for i := range most {
		if v.Get(letter+strconv.Itoa(i)+part) != "" {
			last = i + 1
		}
	}
	var out []string
	for i := range min(last+1, most) {
		out = append(out, letter+strconv.Itoa(i))
	}
	return out
}

func (p pages) showEdit(w http.ResponseWriter, r *kit.Request) error {
	reg, s, err := p.find(r, accounts.EditStations)
	if err != nil {
		return err
	}
	return p.renderForm(w, r, formOf(s), reg, s)
}

// formOf is the form of the station as it is.
func formOf(s *stations.Station) kit.Form {
	f := kit.NewForm()
	fillForm(&f, s.Fields)
	return f.From(s.Edition())
}

// renderForm shows the form; s is nil for a new station.
func (p pages) renderForm(w http.ResponseWriter, r *kit.Request, f kit.Form, reg *stations.Registry, s *stations.Station) error {
	page := formPage{Form: f, Technologies: kit.WordOptions(r, "stations.technology.", stations.Technologies),
		Languages: kit.WordOptions(r, "language.", stations.Languages)}
	if s == nil {
		page.Page = r.Page("stations.new_title")
		page.Units = unitsWithoutStation(reg, r.Today())
	} else {
		page.Page = r.Page("stations.edit_title", "name", reg.Label(s.ID))
		page.Station = s.ID
	}
	if zone := f.Get("zone"); zone != "" {
		page.Zones = []kit.Option{{Value: "", Text: r.Say("stations.zone_usual")}, {Value: zone, Text: zone}}
	}
	page.Contacts = prefixes(f.Values, "c", "_name")
	page.Intervals = prefixes(f.Values, "a", "_from")
	return p.form.Render(w, r, page)
}

func fillForm(f *kit.Form, s stations.Fields) {
	for _, c := range plainFields {
		f.Values.Set(string(c), s.Cell(text.Vietnamese, c)) // numbers and typed text are the same in every language
	}
	f.Values.Set("licence_until", string(s.FM.LicenceUntil))
	for _, t := range s.Technologies {
		f.Values.Add("technologies", string(t))
	}
	f.Values["languages"] = s.Languages
	for i, c := range s.Contacts {
		prefix := "c" + strconv.Itoa(i)
		f.Values.Set(prefix+"_name", c.Name)
		f.Values.Set(prefix+"_role", c.Role)
		f.Values.Set(prefix+"_phone", c.Phone)
	}
	for i, a := range s.Active {
		prefix := "a" + strconv.Itoa(i)
		f.Values.Set(prefix+"_from", string(a.From))
		f.Values.Set(prefix+"_until", string(a.Until))
	}
}

// readFields reads the form into the fields of a station.
func readFields(v url.Values) (stations.Fields, error) {
	var s stations.Fields
	bad := fault.New(fault.Invalid, "kit.form_invalid")
	note := func(err error, field string) {
		if err != nil {
			bad.Parts = append(bad.Parts, fault.Of(err).At(field))
		}
	}
	for _, c := range plainFields {
		note(s.SetCell(c, v.Get(string(c))), string(c))
	}
	note(s.SetCell("licence_until", v.Get("licence_until")), "licence_until")
	for _, t := range v["technologies"] {
		s.Technologies = append(s.Technologies, stations.Technology(t))
	}
	s.Languages = v["languages"]
	for i := range most {
		prefix := "c" + strconv.Itoa(i)
		s.Contacts = append(s.Contacts, stations.Contact{Name: v.Get(prefix + "_name"), Role: v.Get(prefix + "_role"), Phone: v.Get(prefix + "_phone")})
		from, err := stations.ParseDate(v.Get("a" + strconv.Itoa(i) + "_from"))
		note(err, "active")
		until, err := stations.ParseDate(v.Get("a" + strconv.Itoa(i) + "_until"))
		note(err, "active")
		if from != "" || until != "" {
			s.Active = append(s.Active, stations.Interval{From: from, Until: until})
		}
	}
	if len(bad.Parts) > 0 {
		return s, bad
	}
	return s, nil
}

func (p pages) saveEdit(w http.ResponseWriter, r *kit.Request) error {
	reg, s, err := p.find(r, accounts.EditStations)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := stations.SaveStation{ID: s.ID}
	save := func() error {
		return f.Save(func() (kit.Form, error) {
			_, now, err := p.find(r, accounts.EditStations)
			if err != nil {
				return kit.Form{}, err
			}
			return formOf(now), nil
		}, func(m accounts.Meta) error {
			_, err := p.store.SaveStation(r.Context(), m, c)
			return err
		})
	}
	then, said := "/stations/"+s.ID, "stations.saved"
	if c.Fields, err = readFields(f.Values); err == nil {
		if err = save(); touchesPast(err) {
			then, said = decideDaysAnew(s, c.Active), "stations.saved_but_days"
			c.Active = s.Active
			err = save()
		}
	}
	if f.Refused(err) {
		return p.renderForm(w, r, *f, reg, s)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, then, said)
}

// touchesPast reports whether days of activity that have passed are all that was
// refused.
func touchesPast(err error) bool {
	return err != nil && slices.ContainsFunc(fault.Of(err).Parts, func(e *fault.Error) bool { return e.Code == "stations.past_days" })
}

// decideDaysAnew is where days that have passed are decided anew, filled in with
// those that were typed.
func decideDaysAnew(s *stations.Station, active []stations.Interval) string {
	day, _ := stations.FirstChanged(s.Active, active)
	q := url.Values{"what": {"activity"}, "station": {s.ID}, "from": {string(day)}}
	for i, a := range active {
		q.Set("from_"+strconv.Itoa(i), string(a.From))
		q.Set("until_"+strconv.Itoa(i), string(a.Until))
	}
	return "/coverage/anew?" + q.Encode()
}

func (p pages) showNew(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	return p.renderForm(w, r, kit.NewForm("a0_from", string(r.Today()), "languages", stations.Vietnamese), reg, nil)
}

// unitsWithoutStation are the communes that have no active station on the day.
func unitsWithoutStation(reg *stations.Registry, on stations.Date) []kit.Option {
	var out []kit.Option
	for _, u := range reg.Vacant(on) {
		out = append(out, kit.Option{Value: u.Code, Text: u.Official() + " (" + u.Code + ")", Group: kit.DistrictGroup(reg, u.District)})
	}
	return out
}

func (p pages) saveNew(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	u, ok := reg.UnitByCode(f.Get("unit"), r.Today())
	if !ok {
		err = fault.New(fault.Invalid, "stations.unit_missing").At("unit")
	}
	c := stations.SaveStation{Unit: u.UnitKey}
	if err == nil {
		c.Fields, err = readFields(f.Values)
	}
	var s stations.Station
	if err == nil {
		s, err = p.store.SaveStation(r.Context(), r.Meta(f.ID), c)
	}
	if f.Refused(err) {
		return p.renderForm(w, r, *f, reg, nil)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/stations/"+s.ID, "stations.opened")
}
