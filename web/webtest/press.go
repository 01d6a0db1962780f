package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"
)

//go:embed press.js
var pressScript string

// Button is one that the page in a Tab shows, or would show once somebody has
// opened what it stands in.
type Button struct {
	N      int    // in the page, for Try
	At     string // its place in the templates (kit.MarkButtons); "" of one that a script made
	Name   string
	Value  string
	Said   string
	Class  string
	To     string // the path its form is sent to; "" of a button that sends none
	Hidden bool   // what presses it is the Enter key in its form
}

// Effect is what a press did.
type Effect struct {
	What   string // "nothing", "page", "change", "print", "copy", "sound", or "invalid" for a field that the browser refuses
	Path   string // of the page after it
	Status int    // of that page, when it was loaded
	Said   string // what the page, or the field, says
}

// Buttons lists the buttons of the page.
func (p *Tab) Buttons() []Button {
	p.t.Helper()
	if p.plain {
		return Eval[[]Button](p, "list the buttons", pressScript+"; press.list()")
	}
	return Eval[[]Button](p, "list the buttons", pressScript+"; press.ready().then(() => press.list())")
}

// Try fills in what the button's form still lacks, by the values of fields of
// those names and else by their kinds, opens what the button stands in, presses
// it as a finger does, and waits for what happens. file gives the path of a file
// for each field that takes one, by its attribute "accept".
func (p *Tab) Try(b Button, values map[string]string, file func(accept string) string) (e Effect) {
	p.t.Helper()
	given, err := json.Marshal(values)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range Eval[[]struct{ Sel, Accept string }](p, "fill in", fmt.Sprintf("%s; press.fill(%d, %s)", pressScript, b.N, given)) {
		p.Upload(f.Sel, file(f.Accept))
	}
	if covered := Eval[string](p, "aim at "+b.Said, fmt.Sprintf("press.aim(%d)", b.N)); covered != "" {
		if covered == "gone" {
			return Effect{What: "gone"}
		}
		return Effect{What: "covered", Said: covered}
	}
	if b.Hidden {
		p.Press("\r")
	} else {
		gone := false
		p.do("press “"+b.Said+"”", func(ctx context.Context) error {
			short, cancel := context.WithTimeout(ctx, stepLimit/3)
			defer cancel()
			err := p.click(short, "[data-press]")
			if short.Err() == nil {
				return err
			}
			if err := p.eval(ctx, `!document.querySelector("[data-press]")?.getClientRects().length`, &gone); gone || err != nil {
				return err
			}
			return p.click(ctx, "[data-press]")
		})
		if gone { // a script took it away, or hid it, after it was aimed at
			return Effect{What: "gone"}
		}
	}
	p.do("wait for what “"+b.Said+"” does", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		for {
			e = Effect{}
			err := p.eval(ctx, `document.readyState === "complete" ? (() => {`+pressScript+`; return press.effect() })() : {}`, &e)
			if ctx.Err() != nil {
				e.What = "nothing"
				return nil
			}
			if err == nil && e.What != "" {
				return nil
			}
			select { // an error is that of a page that is being left
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	return e
}
