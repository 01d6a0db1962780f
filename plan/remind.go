package plan

import (
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/text"
	"loa/message"
	"loa/stations"
)

// Grace is how many days after a period's end a figure may take before somebody is reminded, and remindedFor how many
// days from then on it is looked at: a plan made in the middle of a year reminds of nothing that is long past.
const (
	Grace       = 3
	remindedFor = 14
)

// RemindedYears are the years whose plans may have a figure that is due now.
func RemindedYears(now time.Time) (list []int) {
	for _, at := range []time.Time{now.AddDate(0, 0, -Grace-remindedFor), now} {
		if year := at.In(text.Zone).Year(); !slices.Contains(list, year) {
			list = append(list, year)
		}
	}
	return list
}

// Remind tells who enters figures that one is missing of a period that ended some days ago: the province's monitors, of
// what districts enter each district's own, and where a district has none the province's. Where there is no monitor it
// tells the administrators. It is one message a person and period.
func Remind(b Book, reg *stations.Registry, people *accounts.Directory, now time.Time) (drafts []message.Draft) {
	living := slices.DeleteFunc(people.People(), func(p accounts.Person) bool { return p.Disabled })
	who := func(g accounts.Grant) (list []accounts.Person) {
		for _, p := range living {
			if p.Has(g) {
				list = append(list, p)
			}
		}
		return list
	}
	province := accounts.Scope{Level: accounts.Province}
	home := who(accounts.Grant{Role: accounts.Monitor, Scope: province})
	if len(home) == 0 {
		home = who(accounts.Grant{Role: accounts.Admin, Scope: province})
	}
	type key struct {
		period coverage.Stretch
		person string
	}
	lacks, order, persons := map[key][]string{}, []key{}, map[string]accounts.Person{}
	add := func(period coverage.Stretch, p accounts.Person, what string) {
		k := key{period, p.ID}
		if lacks[k] == nil {
			order = append(order, k)
		}
		persons[p.ID] = p
		if !slices.Contains(lacks[k], what) {
			lacks[k] = append(lacks[k], what)
		}
	}
	for _, p := range Judge(b, reg, nil, now) {
		for _, x := range p.Points {
			from := end(x.Period).AddDate(0, 0, Grace)
			if x.Missing == 0 || now.Before(from) || !now.Before(from.AddDate(0, 0, remindedFor)) {
				continue
			}
			if !p.Districts {
				for _, one := range home {
					add(x.Period, one, p.Mark+" "+p.Name)
				}
				continue
			}
			for _, d := range p.lacking(x, reg) {
				own := who(accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: d}})
				if len(own) == 0 {
					own = home
				}
				for _, one := range own {
					add(x.Period, one, p.Mark+" "+p.Name)
				}
			}
		}
	}
	for _, k := range order {
		p, first := persons[k.person], lacks[k]
		words := strings.Join(first[:min(len(first), shown)], "; ")
		if more := len(first) - shown; more > 0 {
			words += " " + p.Language.Say("plan.remind_more", "n", more)
		}
		drafts = append(drafts, message.Draft{Key: "plan.due " + k.period.String() + " " + p.ID, Topic: message.PlanDue, Person: p,
			Title: p.Language.Say("plan.remind_title", "period", k.period), Text: p.Language.Say("plan.remind_text", "names", words),
			Path: "/plan?year=" + k.period.String()[:4]})
	}
	return drafts
}

// shown is how many indicators one message names.
const shown = 8

// lacking are the districts whose figure of the period is missing.
func (i Indicator) lacking(x Point, reg *stations.Registry) (codes []string) {
	_, last := x.Period.Days()
	for _, d := range reg.Districts(last) {
		if !slices.ContainsFunc(x.Entries, func(e Entry) bool { return e.District == d.Code && e.Stands() }) {
			codes = append(codes, d.Code)
		}
	}
	return codes
}
