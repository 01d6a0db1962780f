package main

import (
	"cmp"
	"fmt"
	"strings"

	"loa/client"
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
	var read client.Edition
	f, err := c.client().Note(&read).GetPublic(t)
	if err != nil {
		return err
	}
	changed := false
	words := func(to *[]string, list *[]string) {
		if list != nil { // one empty word empties the list
			*to, changed = strings.Fields(strings.Join(*list, " ")), true
		}
	}
	words(&f.Districts, c.Districts)
	words(&f.Stations, c.Stations)
	words(&f.Programmes, c.Programmes)
	changed = given(&f.Everywhere, c.Everywhere) || changed
	changed = given(&f.Week, c.Week) || changed
	changed = given(&f.Winners, c.Winners) || changed
	changed = given(&f.Publisher, c.Publisher) || changed
	changed = given(&f.Email, c.Email) || changed
	if changed {
		if f, err = c.client().If(read).PutPublic(t, f.SaveFace); err != nil {
			return err
		}
	}
	if c.JSON {
		return t.json(f)
	}
	some := func(list []string) string { return cmp.Or(strings.Join(list, ", "), "–") }
	_, err = fmt.Fprintln(t.out, printable(t.lang.Say("cli.public", "everywhere", t.yes(f.Everywhere), "districts", some(f.Districts), "stations",
		some(f.Stations), "week", t.yes(f.Week), "winners", t.yes(f.Winners), "programmes", some(f.Programmes), "publisher", cmp.Or(f.Publisher, "–"))))
	return err
}

// given puts what a flag says, and tells whether there was one.
func given[T any](to *T, flag *T) bool {
	if flag != nil {
		*to = *flag
	}
	return flag != nil
}

// yes says whether something is so.
func (t *terminal) yes(is bool) string {
	if is {
		return t.lang.Say("kit.yes")
	}
	return t.lang.Say("kit.no")
}
