package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"loa/airing/oldbook"
	"loa/client"
	"loa/internal/fault"
	"loa/internal/text"
)

// airingsImport brings the workbook of a log that was kept before Loa into the log.
type airingsImport struct {
	reach
	File     string            `arg:"" name:"table"`
	DryRun   bool              `help:"stations.cli.flag.dry_run"`
	LeaveBad bool              `help:"cli.flag.leave_bad"`
	Sheet    string            `help:"cli.flag.old_sheet"`
	Station  string            `help:"cli.flag.old_station"`
	Minutes  int               `help:"cli.flag.old_minutes"`
	Name     map[string]string `mapsep:"none" help:"cli.flag.old_name"`
	ID       string            `name:"id" help:"cli.flag.id"`
	JSON     bool              `help:"cli.flag.json"`
}

// Run sends the file, prints what would come of it, and brings it in unless that is only to be seen.
func (c airingsImport) Run(t *terminal) error {
	table, _, err := tableOf(c.File)
	if err != nil {
		return err
	}
	api := c.client()
	b, err := api.PutOldBook(t, cmp.Or(c.ID, uuid.NewString()), client.PutOldBookOptions{Name: filepath.Base(c.File)}, table)
	if err == nil {
		b, err = waitFor(t, api, b)
	}
	if err == nil && b.Import == nil && (c.Sheet != "" || c.Station != "" || c.Minutes > 0 || len(c.Name) > 0) {
		s := oldbook.Setup{Sheet: c.Sheet, Station: c.Station, Minutes: c.Minutes, Names: map[string]string{}}
		for name, programme := range c.Name {
			key := text.Fold(name)
			if strings.HasSuffix(name, "+") {
				key += " +"
			}
			s.Names[key] = programme
		}
		if b, err = api.PostOldBookSetup(t, b.Source.Import, s); err == nil {
			b, err = waitFor(t, api, b)
		}
	}
	if err != nil {
		return err
	}
	if b.Import == nil && !c.DryRun {
		if !c.JSON {
			t.check(b)
		}
		if err := b.Ready(c.LeaveBad); err != nil {
			return err
		}
		if b, err = api.PostOldBookApply(t, b.Source.Import, client.ApplyBook{LeaveBad: c.LeaveBad}); err == nil {
			b, err = waitFor(t, api, b)
		}
		if err != nil {
			return err
		}
	}
	if c.JSON {
		return t.json(b)
	}
	t.check(b)
	return nil
}

// waitFor asks the daemon every half second until it is no more at the book.
func waitFor(t *terminal, api *client.Client, b oldbook.Book) (_ oldbook.Book, err error) {
	for b.State.Busy() {
		select {
		case <-t.Done():
			return b, t.Err()
		case <-time.After(500 * time.Millisecond):
		}
		if b, err = api.GetOldBook(t, b.Source.Import); err != nil {
			return b, err
		}
	}
	if b.State == oldbook.Failed {
		return b, fault.New(fault.Invalid, "cli.server_said", "detail", b.Why)
	}
	return b, nil
}

// check prints what would come of a book, or what came of it.
func (t *terminal) check(b oldbook.Book) {
	say := func(key string, args ...any) { fmt.Fprintln(t.out, printable(t.lang.Say(key, args...))) }
	if b.Import != nil {
		say("cli.old_book", "file", b.File, "state", t.lang.Say("oldbook.state."+string(b.State)), "taken", b.Import.Taken, "rows", b.Import.Rows,
			"known", b.Import.Known, "id", b.Source.Import)
		return
	}
	k := b.Check
	for _, f := range k.Missing {
		fmt.Fprintln(t.out, printable(t.lang.Say("oldbook.missing")+": "+t.lang.Say("oldbook.field."+string(f))))
	}
	for _, list := range [][]oldbook.Wrong{k.Wrongs, k.Doubles} {
		for _, w := range list {
			fmt.Fprintln(t.out, printable(w.Cell+"\t"+w.Text))
		}
	}
	for _, n := range k.Names {
		if n.Programme == "" {
			say("cli.old_name", "name", n.Title, "rows", n.Rows, "key", n.Key)
		}
	}
	say("cli.old_check", "rows", k.Rows, "take", k.Take, "known", k.Known, "twice", k.Twice, "bad", k.Bad, "open", k.Open, "left", k.Left, "closed", k.Closed)
}

// airingsUndoImport takes a whole import back.
type airingsUndoImport struct {
	reach
	ID  string `arg:"" name:"old_book"`
	Why string `arg:"" name:"paper_why"`
}

// Run tells the daemon, and waits.
func (c airingsUndoImport) Run(t *terminal) error {
	api := c.client()
	b, err := api.PostOldBookUndo(t, c.ID, oldbook.Undo{Why: c.Why})
	if err == nil {
		b, err = waitFor(t, api, b)
	}
	if err == nil {
		t.check(b)
	}
	return err
}
