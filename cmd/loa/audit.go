package main

import (
	"strings"
	"time"

	"loa/accounts"
	"loa/client"
	"loa/internal/fault"
	"loa/internal/text"
)

// auditCommand lists who did what, the last first.
type auditCommand struct {
	reach
	accounts.DeedFilter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c auditCommand) Run(t *terminal) error {
	if c.Until != "" { // people name the last day, the API the one after it
		last, err := time.Parse(time.DateOnly, c.Until)
		if err != nil {
			return fault.New(fault.Invalid, "accounts.deed_day").At("until")
		}
		c.Until = last.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	items, err := client.All(c.client().GetAudit(t, c.DeedFilter))
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	people, err := c.directory(t, c.JSON || len(items) == 0)
	if err != nil {
		return err
	}
	names := accounts.Names{Places: bookOfPlaces{n}}
	return listed(t, c.JSON, items, t.lang.Say("cli.audit.columns"), func(d accounts.Deed) string {
		return strings.Join([]string{t.lang.DateTime(d.At.In(text.Zone)), d.Who(t.lang), d.Kind.Words(t.lang), strings.Join(d.Abouts(names, people), "; "),
			d.Whence(t.lang), strings.Join(d.Said(t.lang, names), "; ")}, "\t")
	})
}

// directory is everybody whom the caller may tend, or nobody where none is asked for or she may tend none.
func (r reach) directory(t *terminal, none bool) (*accounts.Directory, error) {
	if none {
		return accounts.NewDirectory(nil), nil
	}
	people, err := client.All(r.client().GetPeople(t, accounts.PeopleFilter{}))
	return accounts.NewDirectory(people), unlessDenied(err)
}

// bookOfPlaces is what the server calls places; it knows no more of them.
type bookOfPlaces struct{ nameBook }

// Where implements accounts.Places.
func (bookOfPlaces) Where(station string) accounts.Where { return accounts.Where{Station: station} }

// Label implements accounts.Places.
func (b bookOfPlaces) Label(station string) string { return called(b.stations, station) }

// DistrictName implements accounts.Places.
func (b bookOfPlaces) DistrictName(code string) string { return called(b.districts, code) }

// CheckGoesOn implements accounts.Places.
func (bookOfPlaces) CheckGoesOn(string, time.Time) error { return nil }
