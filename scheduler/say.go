package scheduler

import (
	"loa/internal/text"
	"loa/stations"
)

// namedAtMost is how many stations of a list are named before the rest is
// only counted.
const namedAtMost = 4

// Say writes which stations are chosen as people say it: "tất cả các đài",
// "đài ở Si Ma Cai và Bắc Hà", "3 đài: …".
func (s Selection) Say(l text.Language, reg *stations.Registry) string {
	switch {
	case s.All:
		return l.Say("schedule.chosen_all")
	case len(s.Districts) > 0:
		names := make([]string, 0, len(s.Districts))
		for _, code := range s.Districts {
			names = append(names, reg.DistrictName(code))
		}
		return l.Say("schedule.chosen_district", "names", list(l, names))
	case len(s.Stations) > 0:
		names := make([]string, 0, namedAtMost+1)
		for i, id := range s.Stations {
			if i == namedAtMost {
				names = append(names, l.Say("schedule.chosen_more", "n", len(s.Stations)-i))
				break
			}
			names = append(names, reg.Label(id))
		}
		return l.Say("schedule.chosen_list", "n", len(s.Stations), "names", list(l, names))
	case s.Language != "":
		return l.Say("schedule.chosen_language", "language", l.Say("language."+s.Language))
	}
	return l.Say("schedule.chosen_technology", "technology", l.Say("stations.technology."+s.Technology))
}
