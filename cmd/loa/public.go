package main

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"loa/sharing"
)

// publicCommand shows what everybody may see and hear without an account, or changes what is given.
type publicCommand struct {
	reach
	Everywhere *bool     `negatable:"" help:"cli.flag.public_everywhere"`
	Districts  *[]string `help:"cli.flag.public_districts"`
	Stations   *[]string `help:"cli.flag.public_stations"`
	Week       *bool     `negatable:"" help:"cli.flag.public_week"`
	Winners    *bool     `negatable:"" help:"cli.flag.public_winners"`
	Programmes *[]string `help:"cli.flag.public_programmes"`
	Publisher  *string   `help:"cli.flag.public_publisher"`
	Email      *string   `help:"cli.flag.public_email"`
	JSON       bool      `help:"cli.flag.json"`
}

// Run asks the daemon, tells it what changes, and prints what is public then.
func (c publicCommand) Run(t *terminal) error {
	const path = "/api/v1/public"
	change := map[string]any{}
	for name, list := range map[string]*[]string{"districts": c.Districts, "stations": c.Stations, "programmes": c.Programmes} {
		if list != nil { // one empty word empties the list
			change[name] = strings.Fields(strings.Join(*list, " "))
		}
	}
	for name, on := range map[string]*bool{"everywhere": c.Everywhere, "week": c.Week, "winners": c.Winners} {
		if on != nil {
			change[name] = *on
		}
	}
	for name, s := range map[string]*string{"publisher": c.Publisher, "email": c.Email} {
		if s != nil {
			change[name] = *s
		}
	}
	var f sharing.Face
	var err error
	if len(change) == 0 {
		err = c.client().get(t, path, &f)
	} else {
		err = c.client().edit(t, path, &sharing.Face{}, http.MethodPut, path, change, &f)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(f)
	}
	some := func(list []string) string { return cmp.Or(strings.Join(list, ", "), "–") }
	_, err = fmt.Fprintln(t.out, printable(t.lang.Say("cli.public", "everywhere", t.yes(f.Everywhere), "districts", some(f.Districts), "stations",
		some(f.Stations), "week", t.yes(f.Week), "winners", t.yes(f.Winners), "programmes", some(f.Programmes), "publisher", cmp.Or(f.Publisher, "–"))))
	return err
}

// yes says whether something is so.
func (t *terminal) yes(is bool) string {
	if is {
		return t.lang.Say("kit.yes")
	}
	return t.lang.Say("kit.no")
}
