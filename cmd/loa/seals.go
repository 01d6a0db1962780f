package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"

	"loa/airing"
	"loa/client"
	"loa/internal/fault"
)

// sealsCommands are "loa seals …": list, keep and check the seals of the log.
type sealsCommands struct {
	List  sealsList  `cmd:"" default:"withargs" help:"cli.summary.seals_list"`
	Save  sealsSave  `cmd:"" help:"cli.summary.seals_save"`
	Check sealsCheck `cmd:"" help:"cli.summary.seals_check"`
}

// sealsList lists seals, the last first.
type sealsList struct {
	reach
	Code *string `help:"cli.flag.code"`
	JSON bool    `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c sealsList) Run(t *terminal) error {
	var asked client.SealsAsked
	if c.Code != nil {
		if err := airing.CheckCode(*c.Code); err != nil { // an empty one would ask for all
			return err
		}
		asked.Code = *c.Code
	}
	items, err := client.All(c.client().GetSeals(t, asked))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.seals.columns"), func(s client.SealsCoded) string {
		at := t.lang.Say("seals.unsigned")
		if s.Signed != nil {
			at = t.lang.DateTime(s.Signed.At)
		}
		return fmt.Sprintf("%d\t%s\t%s\t%s", s.Number, s.Week, at, s.Code)
	})
}

// sealsSave keeps one seal as a file.
type sealsSave struct {
	reach
	Number int    `arg:""`
	File   string `arg:"" name:"seal"`
}

// Run asks the daemon and writes the file.
func (c sealsSave) Run(t *terminal) error {
	if _, err := fetchJSON(c.File, func() (airing.Sealed, error) { return c.client().GetSeal(t, strconv.Itoa(c.Number)) }); err != nil {
		return err
	}
	d, err := readSeal(c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.seals.saved", "n", d.Number, "file", c.File, "word", d.Word))
	return err
}

// sealsCheck checks files of seals, and that they are of one log.
type sealsCheck struct {
	Files []string `arg:"" name:"seal"`
	Code  *string  `help:"cli.flag.code"`
}

// Run reads the files; any that does not hold makes the exit code that of a conflict.
func (c sealsCheck) Run(t *terminal) error {
	type kept struct {
		airing.Sealed
		file string
	}
	var list []kept
	wrong := false
	for _, file := range c.Files {
		d, err := readSeal(file)
		if err != nil {
			return err
		}
		list = append(list, kept{d, file})
		wrong = wrong || d.Broken()
		fmt.Fprintln(t.out, t.lang.Say("cli.seals.checked", "file", file, "n", d.Number, "code", d.Code, "word", d.Word))
	}
	slices.SortFunc(list, func(a, b kept) int { return cmp.Compare(a.Number, b.Number) })
	for i := 1; i < len(list); i++ {
		if d, prev := list[i], list[i-1]; !d.After(prev.Sealed) {
			fmt.Fprintln(t.out, t.lang.Say("cli.seals.gap", "file", d.file, "n", prev.Number))
			wrong = true
		}
	}
	if c.Code != nil {
		if err := airing.CheckCode(*c.Code); err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(d kept) bool { return d.Has(*c.Code) }) {
			return fault.New(fault.Conflict, "cli.seals.other_code")
		}
	}
	if wrong {
		return fault.New(fault.Conflict, "cli.seals.wrong")
	}
	return nil
}

func readSeal(file string) (airing.Sealed, error) {
	f, err := os.Open(file)
	if err != nil {
		return airing.Sealed{}, err
	}
	defer f.Close()
	return airing.ReadSealed(f)
}
