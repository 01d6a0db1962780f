package stations

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"loa/internal/fault"
	"loa/internal/text"
)

// Limits of what may be written about a station. Band and power are those of
// FM commune stations in Viet Nam.
const (
	MinFrequencyMHz = 54.0
	MaxFrequencyMHz = 68.0
	MaxPowerW       = 30.0
	maxClusters     = 999
	maxMany         = 12   // hours, contacts, times of activity
	maxLine         = 120  // characters of a short text
	maxNotes        = 2000 // characters
)

var phone = regexp.MustCompile(`^\+?[0-9]{3,15}$`)

// Working is how many speaker clusters work, 0 too while nobody noted it.
func (f Fields) Working() int {
	if f.ClustersWorking == nil {
		return 0
	}
	return *f.ClustersWorking
}

// tidy puts what was written in one form (NFC, trimmed, sorted, no repeats,
// no nil lists) and returns what cannot be, each fault at its column.
func (f Fields) tidy() (Fields, []*fault.Error) {
	var bad []*fault.Error
	add := func(e *fault.Error) {
		if e != nil {
			bad = append(bad, e)
		}
	}
	f.Technologies = inOrder(f.Technologies, Technologies, func(t Technology) {
		add(fault.New(fault.Invalid, "stations.technology_unknown", "text", string(t)).At("technologies"))
	})
	f.Languages = inOrder(f.Languages, Languages, func(l string) {
		add(fault.New(fault.Invalid, "stations.language_unknown", "text", l).At("languages"))
	})
	bad = append(bad, f.tidyFM()...)
	if n := f.Working(); f.ClustersTotal < 0 || f.ClustersTotal > maxClusters || n < 0 || n > f.ClustersTotal {
		add(fault.New(fault.Invalid, "stations.clusters_range", "working", n, "total", f.ClustersTotal,
			"max", maxClusters).At("clusters_working"))
	}
	if f.ClustersTotal == 0 {
		f.ClustersWorking = nil // none of nobody knows how many says nothing
	}
	f.Hours = append([]Hours{}, f.Hours...)
	slices.SortFunc(f.Hours, func(a, b Hours) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Until, b.Until)) })
	f.Hours = slices.Compact(f.Hours)
	if len(f.Hours) > maxMany {
		add(tooMany("hours"))
	}
	bad = append(bad, f.tidyContacts()...)
	f.Notes = text.Lines(f.Notes)
	if utf8.RuneCountInString(f.Notes) > maxNotes {
		add(tooLong("notes", maxNotes))
	}
	if f.Zone == text.Zone.String() {
		f.Zone = ""
	}
	if f.Zone != "" {
		if _, err := time.LoadLocation(f.Zone); err != nil || f.Zone == "Local" {
			add(fault.New(fault.Invalid, "stations.zone_unknown", "text", f.Zone).At("zone"))
		}
	}
	add(f.tidyActive())
	return f, bad
}

// inOrder keeps the known values, each once, in the order of known.
func inOrder[T comparable](have, known []T, unknown func(T)) []T {
	for _, v := range have {
		if !slices.Contains(known, v) {
			unknown(v)
		}
	}
	out := []T{}
	for _, v := range known {
		if slices.Contains(have, v) {
			out = append(out, v)
		}
	}
	return out
}

func tooLong(field string, limit int) *fault.Error {
	return fault.New(fault.Invalid, "stations.too_long", "limit", limit).At(field)
}

func tooMany(field string) *fault.Error {
	return fault.New(fault.Invalid, "stations.too_many", "limit", maxMany).At(field)
}

func (f *Fields) tidyFM() (bad []*fault.Error) {
	f.FM.Licence = text.Line(f.FM.Licence)
	mhz, watts := f.FM.FrequencyMHz, f.FM.PowerW
	if math.IsNaN(mhz) || mhz != 0 && (mhz < MinFrequencyMHz || mhz > MaxFrequencyMHz) {
		bad = append(bad, fault.New(fault.Invalid, "stations.frequency_range", "from", int(MinFrequencyMHz), "until", int(MaxFrequencyMHz)).At("frequency_mhz"))
	}
	if math.IsNaN(watts) || watts < 0 || watts > MaxPowerW {
		bad = append(bad, fault.New(fault.Invalid, "stations.power_range", "max", int(MaxPowerW)).At("power_w"))
	}
	f.FM.FrequencyMHz, f.FM.PowerW = math.Round(mhz*1000)/1000, math.Round(watts*100)/100
	if utf8.RuneCountInString(f.FM.Licence) > maxLine {
		bad = append(bad, tooLong("licence", maxLine))
	}
	if f.FM != (Transmitter{}) && !slices.Contains(f.Technologies, FM) && !slices.Contains(f.Technologies, Mixed) {
		bad = append(bad, fault.New(fault.Invalid, "stations.fm_not_chosen").At("technologies"))
	}
	return bad
}

func (f *Fields) tidyContacts() (bad []*fault.Error) {
	out := []Contact{}
	for _, c := range f.Contacts {
		c = Contact{text.Line(c.Name), text.Line(c.Role), strings.NewReplacer(" ", "", ".", "", "-", "").Replace(text.Line(c.Phone))}
		if len(c.Phone) == 9 && c.Phone[0] != '0' && c.Phone[0] != '+' {
			c.Phone = "0" + c.Phone // a spreadsheet took it for a number
		}
		switch {
		case c == Contact{}:
			continue
		case c.Name == "":
			bad = append(bad, fault.New(fault.Invalid, "stations.contact_nameless", "phone", c.Phone).At("contacts"))
		case strings.ContainsAny(c.Name+c.Role, "|;"):
			bad = append(bad, fault.New(fault.Invalid, "stations.contact_sign", "name", c.Name).At("contacts"))
		case c.Phone != "" && !phone.MatchString(c.Phone):
			bad = append(bad, fault.New(fault.Invalid, "stations.phone_unreadable", "text", c.Phone).At("contacts"))
		case utf8.RuneCountInString(c.Name) > maxLine || utf8.RuneCountInString(c.Role) > maxLine:
			bad = append(bad, tooLong("contacts", maxLine))
		}
		out = append(out, c)
	}
	f.Contacts = out
	if len(out) > maxMany {
		bad = append(bad, tooMany("contacts"))
	}
	return bad
}

func (f *Fields) tidyActive() *fault.Error {
	f.Active = append([]Interval{}, f.Active...)
	slices.SortFunc(f.Active, func(a, b Interval) int { return cmp.Compare(a.From, b.From) })
	switch {
	case len(f.Active) == 0:
		return fault.New(fault.Invalid, "stations.active_missing").At("active")
	case len(f.Active) > maxMany:
		return tooMany("active")
	}
	for i, a := range f.Active {
		switch {
		case a.From == "" || a.Until != "" && a.Until < a.From:
			return fault.New(fault.Invalid, "stations.active_backward", "from", a.From, "until", a.Until).At("active")
		case i > 0 && f.Active[i-1].overlaps(a):
			return fault.New(fault.Invalid, "stations.active_overlaps", "from", a.From).At("active")
		}
	}
	return nil
}
