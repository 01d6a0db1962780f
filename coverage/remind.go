package coverage

import (
	"slices"
	"strings"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/message"
	"loa/stations"
)

// silentShown is how many stations one message about silent ones names.
const silentShown = 10

// Silence tells the monitors which stations have been silent for so many weeks, by the
// rule of Silences, and were in the latest, which comes first: those of a district its
// own monitors, or where it has none the province's. It is one message a person and week.
func Silence(weeks []Week, least int, reg *stations.Registry, people *accounts.Directory) (drafts []message.Draft) {
	silent := silentFor(weeks, least)
	if len(silent) == 0 {
		return nil
	}
	own := func(p accounts.Person, district string) bool {
		return p.Has(accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: district}})
	}
	living := slices.DeleteFunc(people.People(), func(p accounts.Person) bool { return p.Disabled })
	watched := map[string]bool{}
	for _, s := range silent {
		watched[s.District] = slices.ContainsFunc(living, func(p accounts.Person) bool { return own(p, s.District) })
	}
	last := weeks[0].Week
	for _, p := range living {
		var names []string
		for _, s := range silent {
			if own(p, s.District) || !watched[s.District] && p.Has(provinceMonitor) {
				names = append(names, reg.Label(s.Station))
			}
		}
		if len(names) == 0 {
			continue
		}
		words := strings.Join(names[:min(len(names), silentShown)], ", ")
		if more := len(names) - silentShown; more > 0 {
			words += " " + p.Language.Say("message.more_stations", "n", more)
		}
		drafts = append(drafts, message.Draft{Key: "station.silent " + last.String() + " " + p.ID, Topic: message.StationSilent, Person: p,
			Title: p.Language.Say("message.silent_title", "n", len(names), "weeks", least),
			Text:  p.Language.Say("message.silent_text", "stations", words), Path: "/coverage?week=" + last.String()})
	}
	return drafts
}

var provinceMonitor = accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}

// silentFor are the stations that were silent in the latest week and so many in all, as it lists them.
func silentFor(weeks []Week, least int) (silent []Member) {
	n := silence(weeks)
	for _, s := range weeks[0].Stations {
		if s.State == NotReported && n[s.Station] >= least {
			silent = append(silent, Member{Station: s.Station, District: s.District})
		}
	}
	return silent
}

// Monday tells how a week went that is over: administrators and the province's monitors
// the whole, a district's monitors their district; nobody where nothing was planned. With
// it goes the latest seal of the log, if there is one, so that its code is known elsewhere too.
// server, if it says anything, is for administrators alone.
func Monday(w Week, seal *airing.Seal, server text.Phrase, reg *stations.Registry, people *accounts.Directory) (drafts []message.Draft) {
	if _, planned := w.Percent(); !planned {
		return nil
	}
	for _, p := range people.People() {
		type part struct {
			name string
			Counts
		}
		var parts []part
		for _, g := range p.Grants {
			switch {
			case g == provinceMonitor || g.Role == accounts.Admin:
				parts = append([]part{{p.Language.Say("message.whole_province"), w.Counts}}, parts...)
			case g.Role == accounts.Monitor:
				if i := slices.IndexFunc(w.Districts, func(d DistrictCounts) bool { return d.District == g.Scope.ID }); i >= 0 {
					parts = append(parts, part{reg.DistrictName(g.Scope.ID), w.Districts[i].Counts})
				}
			}
		}
		if len(parts) == 0 || p.Disabled {
			continue
		}
		var lines []string
		for i, c := range parts {
			if i > 0 && c.name == parts[i-1].name {
				continue // an administrator who is a monitor too
			}
			lines = append(lines, p.Language.Say("message.week_line", "where", c.name, "aired", c.Aired, "expected", c.Expected(), "share", c.Share(p.Language),
				"not_aired", c.NotAired, "not_reported", c.NotReported, "excused", c.Excused))
		}
		if seal != nil {
			lines = append(lines, p.Language.Say("seals.told", "n", seal.Number, "code", seal.Code()))
		}
		if server.Key != "" && slices.ContainsFunc(p.Grants, func(g accounts.Grant) bool { return g.Role == accounts.Admin }) {
			lines = append(lines, server.Words(p.Language))
		}
		drafts = append(drafts, message.Draft{Key: "week.summary " + w.Week.String() + " " + p.ID, Topic: message.WeekSummary, Person: p,
			Title: p.Language.Say("message.week_title", "week", w.Week), Text: strings.Join(lines, "\n"), Path: "/coverage?week=" + w.Week.String()})
	}
	return drafts
}
