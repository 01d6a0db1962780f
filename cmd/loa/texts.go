package main

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"loa/airing/texting"
	"loa/internal/filter"
	"loa/internal/text"
)

// textsCommands are "loa texts …": reports by text message.
type textsCommands struct {
	Log     textsLog     `cmd:"" default:"withargs" help:"cli.summary.texts_log"`
	Try     textsTry     `cmd:"" help:"cli.summary.texts_try"`
	Receive textsReceive `cmd:"" help:"cli.summary.texts_receive"`
}

// textsLog lists text messages, the last first.
type textsLog struct {
	reach
	State   texting.State `help:"cli.flag.text_state"`
	Phone   string        `help:"cli.flag.text_from"`
	Station string        `help:"cli.flag.station"`
	JSON    bool          `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c textsLog) Run(t *terminal) error {
	items, err := c.client().all(t, filter.Link("/api/v1/texts", texting.Query{State: c.State, Phone: c.Phone, Station: c.Station}, "limit", "500"))
	if err != nil {
		return err
	}
	n, err := c.client().namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.texts_log.columns"), func(x texting.Text) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", t.lang.DateTime(x.At.In(text.Zone)), x.From, called(n.stations, x.Station), x.Text,
			t.lang.Say("texts.state."+string(x.State)), x.Reply)
	})
}

// textsTry says what would become of a text message.
type textsTry struct {
	reach
	Text string `arg:"" name:"text"`
	From string `required:"" help:"cli.flag.text_from"`
	JSON bool   `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c textsTry) Run(t *terminal) error {
	var x texting.Text
	in := texting.Receive{ID: uuid.NewString(), From: c.From, Text: c.Text, SentAt: time.Now()}
	if err := c.client().send(t, http.MethodPost, "/api/v1/texts/try", in, &x); err != nil {
		return err
	}
	if c.JSON {
		return t.json(x)
	}
	_, err := fmt.Fprintln(t.out, printable(t.lang.Say("cli.text_tried", "state", t.lang.Say("texts.state."+string(x.State)), "reply", cmp.Or(x.Reply, "–"))))
	return err
}

// textsReceive hands on a text message, as a gateway does.
type textsReceive struct {
	reach
	Text   string    `arg:"" name:"text"`
	From   string    `required:"" help:"cli.flag.text_from"`
	ID     string    `required:"" name:"id" help:"cli.flag.text_id"`
	SentAt time.Time `required:"" help:"cli.flag.text_sent"`
}

// Run tells the daemon and prints what is to be sent back, nothing where nothing is.
func (c textsReceive) Run(t *terminal) error {
	var x texting.Text
	in := texting.Receive{ID: c.ID, From: c.From, Text: c.Text, SentAt: c.SentAt}
	if err := c.client().send(t, http.MethodPost, "/api/v1/texts", in, &x); err != nil || x.Reply == "" {
		return err
	}
	_, err := fmt.Fprintln(t.out, printable(x.Reply))
	return err
}
