package main

import (
	"fmt"

	"loa/client"
	"loa/stations"
)

// listsCommands are "loa lists …": stations under a name, for --list of other commands.
type listsCommands struct {
	Show   listsShow   `cmd:"" default:"withargs" help:"cli.summary.lists_show"`
	Save   listsSave   `cmd:"" help:"cli.summary.lists_save"`
	Remove listsRemove `cmd:"" help:"cli.summary.lists_remove"`
}

// listsShow prints the lists that may be asked for.
type listsShow struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c listsShow) Run(t *terminal) error {
	items, err := client.All(c.client().GetLists(t))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.lists.columns"), func(l stations.List) string {
		return fmt.Sprintf("%s\t%s\t%d\t%s", l.ID, l.Name, len(l.Stations), l.By)
	})
}

// listsSave makes a list, or with --change gives one another name and other stations.
type listsSave struct {
	reach
	Name     string   `arg:"" name:"list_name"`
	Stations []string `arg:"" name:"listed"`
	Shared   bool     `help:"cli.flag.list_shared"`
	Change   string   `help:"cli.flag.list_change"`
	JSON     bool     `help:"cli.flag.json"`
}

// Run tells the daemon and prints the ID.
func (c listsSave) Run(t *terminal) error {
	in := stations.SaveList{Name: c.Name, Shared: c.Shared, Stations: c.Stations}
	var l stations.List
	var err error
	if c.Change == "" {
		l, err = c.client().PostLists(t, in)
	} else {
		var read client.Edition
		if _, err = c.client().Note(&read).GetList(t, c.Change); err == nil {
			l, err = c.client().If(read).PutList(t, c.Change, in)
		}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(l)
	}
	_, err = fmt.Fprintf(t.out, "%s\t%s\n", l.ID, printable(t.lang.Say("stations.list_saved", "name", l.Name, "n", len(l.Stations))))
	return err
}

// listsRemove removes a list.
type listsRemove struct {
	reach
	ID string `arg:"" name:"list_id"`
}

// Run tells the daemon.
func (c listsRemove) Run(t *terminal) error {
	l, err := c.client().DeleteList(t, c.ID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, printable(t.lang.Say("stations.list_removed", "name", l.Name)))
	return err
}
