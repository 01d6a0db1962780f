package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/google/uuid"

	"loa/airing/book"
	"loa/client"
	"loa/internal/fault"
	"loa/stations"
)

// booksCommands are "loa books …": log books of many stations as one file.
type booksCommands struct {
	List booksList `cmd:"" default:"withargs" help:"cli.summary.books_list"`
	Make booksMake `cmd:"" help:"cli.summary.books_make"`
}

// booksList lists what was asked for.
type booksList struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c booksList) Run(t *terminal) error {
	items, err := c.client().GetBooks(t)
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.books.columns"), func(o book.Order) string {
		return fmt.Sprintf("%s\t%s – %s\t%s\t%d%%\t%s", t.lang.DateTime(o.At), o.From.Words(t.lang), o.Until.Words(t.lang),
			t.lang.Say("book.state."+string(o.State)), o.Done, o.ID)
	})
}

// booksMake has books made, waits for them and keeps the file.
type booksMake struct {
	reach
	File     string `arg:"" name:"pdf"`
	From     string `required:"" help:"cli.flag.books_from"`
	Until    string `required:"" help:"cli.flag.books_until"`
	District string `help:"cli.flag.district"`
	ID       string `name:"id" help:"cli.flag.id"`
}

// Run tells the daemon, and asks it every half second until the file is there.
func (c booksMake) Run(t *terminal) error {
	ask := book.Ask{District: c.District}
	var err error
	if ask.From, err = stations.ParseDate(c.From); err != nil {
		return err
	}
	if ask.Until, err = stations.ParseDate(c.Until); err != nil {
		return err
	}
	o, err := c.client().PutBook(t, cmp.Or(c.ID, uuid.NewString()), ask)
	if err != nil {
		return err
	}
	for o.State != book.Ready {
		if o.State == book.Failed {
			return fault.New(fault.Invalid, "cli.server_said", "detail", o.Why)
		}
		select {
		case <-t.Done():
			return t.Err()
		case <-time.After(500 * time.Millisecond):
		}
		if o, err = c.client().GetBook(t, o.ID); err != nil {
			return err
		}
	}
	n, err := fetch(c.File, nil, func() (*client.File, error) { return c.client().GetBookFile(t, o.ID) })
	if err == nil {
		_, err = fmt.Fprintln(t.out, printable(t.lang.Say("cli.saved", "size", t.lang.Size(n), "file", c.File)))
	}
	return err
}
