package main

import (
	"fmt"

	"loa/client"
	"loa/internal/fault"
	"loa/message"
)

// postCommands are "loa post …": messages that leave, against the running daemon.
type postCommands struct {
	Log     postLog     `cmd:"" help:"cli.summary.post_log"`
	Replay  postReplay  `cmd:"" help:"cli.summary.post_replay"`
	Try     postTry     `cmd:"" help:"cli.summary.post_try"`
	Devices postDevices `cmd:"" help:"cli.summary.post_devices"`
	End     postEnd     `cmd:"" help:"cli.summary.post_end"`
	Hooks   postHooks   `cmd:"" help:"cli.summary.post_hooks"`
	Add     postAdd     `cmd:"" help:"cli.summary.post_add"`
	Remove  postRemove  `cmd:"" help:"cli.summary.post_remove"`
}

// postLog prints the log of deliveries, the newest first.
type postLog struct {
	reach
	message.Query
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c postLog) Run(t *terminal) error {
	items, err := client.All(c.client().GetPostDeliveries(t, c.Query))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, "", func(d message.Delivery) string {
		line := fmt.Sprintf("%d\t%s\t%s\t%s\t%s", d.Number, t.lang.DateTime(d.Made), d.Topic.Words(t.lang), d.Name,
			t.lang.Say("message.state."+string(d.State)))
		if a := d.Last(); a.Answer != "" {
			line += "\t" + said(t, a, d.Channel)
		}
		return line
	})
}

// said is what the other side answered, in words and in its own.
func said(t *terminal, a message.Attempt, by message.Channel) string {
	words := a.Words(t.lang, by)
	if a.Says != "" {
		words += " " + a.Says
	}
	if a.Cause != "" {
		words += " [" + a.Cause + "]"
	}
	return words
}

// postReplay lets deliveries be tried again.
type postReplay struct {
	reach
	Number int  `arg:"" optional:"" name:"delivery_number"`
	All    bool `help:"cli.flag.replay_all"`
}

// Run tells the daemon and says how many wait now.
func (c postReplay) Run(t *terminal) error {
	if (c.Number > 0) == c.All {
		return fault.New(fault.Invalid, "cli.replay_args")
	}
	moved, err := c.client().PostPostReplay(t, message.Replay{Number: uint64(max(c.Number, 0))})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.replayed", "n", moved.N))
	return err
}

// postTry sends a trial to an e-mail address, a webhook or a device; one that does not
// arrive is no success.
type postTry struct {
	reach
	To     string `help:"cli.flag.try_to"`
	Hook   string `help:"cli.flag.try_hook"`
	Device string `help:"cli.flag.try_device"`
}

// Run tells the daemon and prints what the other side answered.
func (c postTry) Run(t *terminal) error {
	var a message.Attempt
	var err error
	var by message.Channel
	switch {
	case c.To != "" && c.Hook+c.Device == "":
		by = message.Letter
		a, err = c.client().PostPostTry(t, client.TryBody{Mail: c.To})
	case c.Hook != "" && c.To+c.Device == "":
		by = message.Webhook
		a, err = c.client().PostPostHookTry(t, c.Hook)
	case c.Device != "" && c.To+c.Hook == "":
		by = message.Push
		a, err = c.client().PostPostDeviceTry(t, c.Device)
	default:
		err = fault.New(fault.Invalid, "cli.try_args")
	}
	if err != nil {
		return err
	}
	if a.Answer != message.Taken {
		return fault.New(fault.Unavailable, "cli.not_taken", "said", printable(said(t, a, by)))
	}
	_, err = fmt.Fprintln(t.out, printable(said(t, a, by)))
	return err
}

// postDevices lists the devices that show a person's messages.
type postDevices struct {
	reach
	message.DeviceQuery
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c postDevices) Run(t *terminal) error {
	items, err := client.All(c.client().GetPostDevices(t, c.DeviceQuery))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, "", func(d message.Device) string {
		return d.ID + "\t" + t.lang.DateTime(d.Made) + "\t" + d.Service + "\t" + d.Browser
	})
}

// postEnd shows nothing more on a device.
type postEnd struct {
	reach
	Device string `arg:"" name:"device_id"`
}

// Run tells the daemon.
func (c postEnd) Run(t *terminal) error {
	if _, err := c.client().DeletePostDevice(t, c.Device); err != nil {
		return err
	}
	_, err := fmt.Fprintln(t.out, t.lang.Say("message.device_ended"))
	return err
}

// postHooks lists the webhooks.
type postHooks struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c postHooks) Run(t *terminal) error {
	items, err := client.All(c.client().GetPostHooks(t))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, "", func(h message.Hook) string {
		return h.ID + "\t" + h.Name + "\t" + h.URL + "\t" + fmt.Sprint(h.Topics)
	})
}

// postAdd makes a webhook and prints its secret, this once.
type postAdd struct {
	reach
	Name  string   `arg:"" name:"hook_name"`
	URL   string   `arg:"" name:"hook_url"`
	Topic []string `required:"" help:"cli.flag.topic"`
}

// Run tells the daemon and prints the secret.
func (c postAdd) Run(t *terminal) error {
	f := message.HookFields{Name: c.Name, URL: c.URL}
	for _, topic := range c.Topic {
		f.Topics = append(f.Topics, message.Topic(topic))
	}
	h, err := c.client().PostPostHooks(t, f)
	if err != nil {
		return err
	}
	said := t.lang.Say("cli.hook_made", "name", h.Name, "id", h.ID, "secret", h.Secret)
	if h.Refused {
		said += "\n" + message.OwnNetwork.Words(t.lang)
	}
	_, err = fmt.Fprintln(t.out, said)
	return err
}

// postRemove removes a webhook.
type postRemove struct {
	reach
	Hook string `arg:"" name:"hook_id"`
}

// Run tells the daemon.
func (c postRemove) Run(t *terminal) error {
	if _, err := c.client().DeletePostHook(t, c.Hook); err != nil {
		return err
	}
	_, err := fmt.Fprintln(t.out, t.lang.Say("message.hook_removed"))
	return err
}
