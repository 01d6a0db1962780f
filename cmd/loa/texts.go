package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/google/uuid"

	"loa/airing/texting"
	"loa/client"
	"loa/internal/text"
)

// textsCommands are "loa texts …": reports by text message.
type textsCommands struct {
	Log      textsLog      `cmd:"" default:"withargs" help:"cli.summary.texts_log"`
	Try      textsTry      `cmd:"" help:"cli.summary.texts_try"`
	Receive  textsReceive  `cmd:"" help:"cli.summary.texts_receive"`
	Settings textsSettings `cmd:"" help:"cli.summary.texts_settings"`
	Token    textsToken    `cmd:"" help:"cli.summary.texts_token"`
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
	items, err := client.All(c.client().GetTexts(t, texting.Query{State: c.State, Phone: c.Phone, Station: c.Station}))
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
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
	x, err := c.client().PostTextsTry(t, texting.Receive{ID: uuid.NewString(), From: c.From, Text: c.Text, SentAt: time.Now()})
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(x)
	}
	_, err = fmt.Fprintln(t.out, printable(t.lang.Say("cli.text_tried", "state", t.lang.Say("texts.state."+string(x.State)), "reply", cmp.Or(x.Reply, "–"))))
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
	x, err := c.client().PostTexts(t, texting.Receive{ID: c.ID, From: c.From, Text: c.Text, SentAt: c.SentAt})
	if err != nil || x.Reply == "" {
		return err
	}
	_, err = fmt.Fprintln(t.out, printable(x.Reply))
	return err
}

// textsSettings shows the settings, or changes those that are given.
type textsSettings struct {
	reach
	On     *bool   `negatable:"" help:"cli.flag.text_on"`
	Number *string `help:"cli.flag.text_number"`
	Marks  *bool   `negatable:"" help:"cli.flag.text_marks"`
	JSON   bool    `help:"cli.flag.json"`
}

// Run asks the daemon, tells it what changes, and prints how the settings are then.
func (c textsSettings) Run(t *terminal) error {
	var read client.Edition
	set, err := c.client().Note(&read).GetTextsSettings(t)
	if err != nil {
		return err
	}
	changed := given(&set.On, c.On)
	changed = given(&set.Number, c.Number) || changed
	changed = given(&set.Marks, c.Marks) || changed
	if changed {
		if set, err = c.client().If(read).PutTextsSettings(t, set); err != nil {
			return err
		}
	}
	if c.JSON {
		return t.json(set)
	}
	_, err = fmt.Fprintln(t.out, printable(t.lang.Say("cli.text_settings", "on", t.yes(set.On), "number", cmp.Or(set.Number, "–"), "marks", t.yes(set.Marks),
		"gateway", t.yes(set.Gateway))))
	return err
}

// textsToken makes a token for the gateway.
type textsToken struct{ reach }

// Run tells the daemon and prints the token.
func (c textsToken) Run(t *terminal) error {
	made, err := c.client().PostTextsToken(t)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.text_token", "token", made.Token))
	return err
}
