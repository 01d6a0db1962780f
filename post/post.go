// Package post is the door by which messages leave: e-mail and notes on devices to people,
// webhooks to programs. It takes what is due out of the outbox, sends it, and keeps what the other
// side answered. What is said, to whom and when is the nouns' (package message).
//
// A message arrives at least once: when the daemon dies between sending and keeping the
// answer, it is sent again under the same ID (Message-ID of a mail, tag of a note,
// webhook-id of a webhook), by which the receiver can drop the second.
package post

import (
	"context"
	"crypto/x509"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"loa/internal/text"
	"loa/message"
)

// Store is what the office asks of the store.
type Store interface {
	message.Outbox
	MessageSettings(ctx context.Context) (message.Settings, error)
	Hooks(ctx context.Context) ([]message.Hook, error)
}

// Config is what an office needs to know. All is required but Hold, Roots, Near and Timeout.
type Config struct {
	Store   Store
	Now     func() time.Time
	Log     *slog.Logger
	Address func(ctx context.Context) (string, error) // where people reach Loa: "https://loa.example.vn"
	Hold    func() error                              // nothing is sent while it is not nil
	Roots   *x509.CertPool                            // whom certificates are believed by, nil for the system's
	Near    []string                                  // hosts of the own networks that push services may stand on: none but in tests
	Timeout time.Duration                             // of one try, 0 for 20 seconds
	Version string
}

// Office sends what is due. It is safe for concurrent use.
type Office struct {
	cfg  Config
	wake chan struct{}

	mu     sync.Mutex
	trials map[string]trialSent // by parcel
}

// trialSent is a trial that was sent, or is on its way.
type trialSent struct {
	at     time.Time
	answer func() (message.Attempt, error)
}

// trialsKept is how long a trial's answer is kept for a repeat of its request.
const trialsKept = time.Hour

// New makes an office; Run lets it work.
func New(cfg Config) *Office {
	if cfg.Hold == nil {
		cfg.Hold = func() error { return nil }
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 20 * time.Second
	}
	return &Office{cfg: cfg, wake: make(chan struct{}, 1), trials: map[string]trialSent{}}
}

// atOnce is how many deliveries one round takes.
const atOnce = 200

// rest is how long the office waits between rounds when nobody wakes it.
const rest = 10 * time.Second

// Wake lets the next round begin at once.
func (o *Office) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run sends what is due until ctx ends. What is under way is finished.
func (o *Office) Run(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := o.Round(ctx)
		if err != nil && ctx.Err() == nil {
			o.cfg.Log.Warn("messages wait", "error", err)
		}
		if n == atOnce && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-o.wake:
		case <-time.After(rest):
		}
	}
}

// Round sends what is due now, to each target in turn and to all targets at once, and
// says how many deliveries it looked at.
func (o *Office) Round(ctx context.Context) (n int, err error) {
	if err := o.cfg.Hold(); err != nil {
		return 0, err
	}
	parcels, err := o.cfg.Store.Due(ctx, o.cfg.Now(), atOnce)
	if err != nil || len(parcels) == 0 {
		return 0, err
	}
	d, err := o.desk(ctx)
	if err != nil {
		return 0, err
	}
	targets := map[string][]message.Parcel{}
	for _, p := range parcels {
		n += len(p.Deliveries)
		to := string(p.Deliveries[0].Channel)
		switch d := p.Deliveries[0]; d.Channel {
		case message.Webhook:
			to += d.To
		case message.Push:
			to += d.Service
		}
		targets[to] = append(targets[to], p)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	for _, list := range targets {
		all.Go(func() {
			if terr := o.serve(ctx, d, list); terr != nil {
				mu.Lock()
				defer mu.Unlock()
				err = terr
			}
		})
	}
	all.Wait()
	return n, err
}

// desk is what one round goes by.
type desk struct {
	settings message.Settings
	hooks    map[string]message.Hook
	address  string
}

func (o *Office) desk(ctx context.Context) (d desk, err error) {
	if d.settings, err = o.cfg.Store.MessageSettings(ctx); err != nil {
		return d, err
	}
	list, err := o.cfg.Store.Hooks(ctx)
	if err != nil {
		return d, err
	}
	d.hooks = map[string]message.Hook{}
	for _, h := range list {
		d.hooks[h.ID] = h
	}
	d.address, err = o.cfg.Address(ctx)
	d.address = strings.TrimRight(d.address, "/")
	return d, err
}

func (d desk) link(path string) string { return d.address + path }

// serve sends the parcels of one target, the longest due first. Where the target itself
// is the trouble the rest is put off, so that what goes elsewhere is not behind it.
func (o *Office) serve(ctx context.Context, d desk, list []message.Parcel) error {
	send, end, err := o.sender(ctx, d, list[0].Deliveries[0])
	if err != nil {
		return err
	}
	defer end()
	for i, p := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		a := send(context.WithoutCancel(ctx), p)
		a.At = o.cfg.Now()
		if err := o.settle(ctx, p, func(one message.Delivery) message.Delivery { return one.After(a) }); err != nil {
			return err
		}
		if !a.Answer.OfTarget() {
			continue
		}
		for _, p := range list[i+1:] {
			if err := o.settle(ctx, p, func(one message.Delivery) message.Delivery { return one.PutOff(a.At) }); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}

// settle keeps what became of a parcel, also when ctx ends meanwhile.
func (o *Office) settle(ctx context.Context, p message.Parcel, after func(message.Delivery) message.Delivery) error {
	list := make([]message.Delivery, 0, len(p.Deliveries))
	for _, one := range p.Deliveries {
		one = after(one)
		list = append(list, one)
		if one.State == message.Failed || one.State == message.Dead {
			o.cfg.Log.Warn("a message does not arrive", "number", one.Number, "topic", one.Topic, "channel", one.Channel, "answer", one.Last().Answer,
				"code", one.Last().Code)
		}
	}
	return o.cfg.Store.Settle(context.WithoutCancel(ctx), list)
}

// sender is what sends to the target of a delivery, and what ends that.
func (o *Office) sender(ctx context.Context, d desk, to message.Delivery) (send func(context.Context, message.Parcel) message.Attempt, end func(), err error) {
	switch to.Channel {
	case message.Letter:
		l, err := o.letters(ctx, d)
		return l.send, l.close, err
	case message.Push:
		p, err := o.pusher(ctx, d)
		return p.send, p.close, err
	}
	h, known := d.hooks[to.To]
	if !known {
		return func(context.Context, message.Parcel) message.Attempt { return message.Attempt{Answer: message.Removed} }, func() {}, nil
	}
	caller, err := o.caller(ctx, d, h)
	return caller.send, func() {}, err
}

// trial is the parcel of somebody who tries a channel.
func trial(id string, channel message.Channel, to, name string, lang text.Language, now time.Time) message.Parcel {
	m := message.Message{ID: message.IDOf("trial " + id), Topic: message.Trial, Title: lang.Say("message.trial_title"),
		Text: lang.Say("message.trial_text", "at", now), Path: "/messages", Made: now.UTC()}
	return message.Parcel{Messages: []message.Message{m}, Deliveries: []message.Delivery{{Message: m.ID, Topic: m.Topic, Channel: channel, To: to,
		Name: name, Language: lang, Title: m.Title, Made: m.Made}}}
}

// TryMail sends a mail to the address at once and says what the server answered.
func (o *Office) TryMail(ctx context.Context, id, to, name string, lang text.Language) (message.Attempt, error) {
	d, err := o.desk(ctx)
	if err != nil {
		return message.Attempt{}, err
	}
	l, err := o.letters(ctx, d)
	if err != nil {
		return message.Attempt{}, err
	}
	defer l.close()
	return o.try(ctx, trial(id, message.Letter, to, name, lang, o.cfg.Now()), l.send)
}

// TryHook posts a message to the webhook at once and says what it answered. Faults:
// message.no_hook.
func (o *Office) TryHook(ctx context.Context, id, hook string, lang text.Language) (message.Attempt, error) {
	d, err := o.desk(ctx)
	if err != nil {
		return message.Attempt{}, err
	}
	h, known := d.hooks[hook]
	if !known {
		return message.Attempt{}, message.NoHook()
	}
	c, err := o.caller(ctx, d, h)
	if err != nil {
		return message.Attempt{}, err
	}
	return o.try(ctx, trial(id, message.Webhook, h.ID, h.Name, lang, o.cfg.Now()), c.send)
}

// TryDevice shows a message on a device at once and says what its push service answered.
func (o *Office) TryDevice(ctx context.Context, id string, to message.Device, name string, lang text.Language) (message.Attempt, error) {
	d, err := o.desk(ctx)
	if err != nil {
		return message.Attempt{}, err
	}
	p, err := o.pusher(ctx, d)
	if err != nil {
		return message.Attempt{}, err
	}
	defer p.close()
	parcel := trial(id, message.Push, to.ID, name, lang, o.cfg.Now())
	parcel.Deliveries[0].Service = to.Service
	return o.try(ctx, parcel, p.send)
}

// try sends a trial once and keeps in the log what was answered. Who presses the button twice, or goes away
// meanwhile, made one trial: the repeat waits for its answer.
func (o *Office) try(ctx context.Context, p message.Parcel, send func(context.Context, message.Parcel) message.Attempt) (message.Attempt, error) {
	ctx, now, id := context.WithoutCancel(ctx), o.cfg.Now(), p.ID()
	o.mu.Lock()
	maps.DeleteFunc(o.trials, func(_ string, t trialSent) bool { return now.Sub(t.at) >= trialsKept })
	t, known := o.trials[id]
	if !known {
		t = trialSent{now, sync.OnceValues(func() (message.Attempt, error) {
			a := send(ctx, p)
			a.At = o.cfg.Now()
			d := p.Deliveries[0].Tried(a)
			return d.Last(), o.cfg.Store.KeepTrial(ctx, p.Messages[0], d)
		})}
		o.trials[id] = t
	}
	o.mu.Unlock()
	return t.answer()
}
