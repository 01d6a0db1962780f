package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/coverage"
	"loa/internal/text"
	"loa/message"
	"loa/store"
)

// The tables of messages. Secrets stand apart from what they belong to, and no command
// or answer in the trail holds one.
var (
	messages        = table[message.Message]{name: "messages"}          // by ID
	messagesByTime  = table[string]{name: "messages_by_time"}           // by time and ID: ID
	inboxes         = table[string]{name: "message_inboxes"}            // by person, time and ID: ID
	unread          = table[int]{name: "message_unread"}                // by person: how many she has not read, no row for none
	deliveries      = table[message.Delivery]{name: "deliveries"}       // by number
	deliveriesDue   = table[uint64]{name: "deliveries_due"}             // by next try, batch and number: number; those that wait
	deliveriesIn    = table[uint64]{name: "deliveries_in"}              // by state and number: number
	deliveriesOf    = table[uint64]{name: "deliveries_of"}              // by message and number: number
	messageSettings = table[message.Settings]{name: "message_settings"} // one, under messageKey
	messageHooks    = table[message.Hook]{name: "message_hooks"}        // by time it was made and ID
	messageHookKeys = table[[]byte]{name: "message_hook_keys"}          // by ID: key of messageHooks
	messageChoices  = table[message.Choice]{name: "message_choices"}    // by person
	messageSecrets  = table[string]{name: "message_secrets"}            // by webhook, or message.MailSecret
)

var messageKey = []byte("message")

func deliveryKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func dueKey(d message.Delivery) []byte {
	key := append(timeKey(d.Next), d.Batch...)
	return append(append(key, 0), deliveryKey(d.Number)...)
}

func stateKey(s message.State, n uint64) []byte {
	return append(append([]byte(s), 0), deliveryKey(n)...)
}

func messageDeliveryKey(d message.Delivery) []byte {
	return append(append([]byte(d.Message), 0), deliveryKey(d.Number)...)
}

func inboxKey(m message.Message) []byte {
	return append(append(append([]byte(m.Person), 0), timeKey(m.Made)...), m.ID...)
}

func messageTimeKey(m message.Message) []byte { return append(timeKey(m.Made), m.ID...) }

func messageSettingsOf(tx *tx) (message.Settings, error) {
	set, found, err := messageSettings.get(tx, messageKey)
	if !found && err == nil {
		set = message.DefaultSettings()
	}
	return set, err
}

// MessageSettings implements message.Store.
func (s *Store) MessageSettings(ctx context.Context) (set message.Settings, err error) {
	err = s.view(ctx, func(tx *tx) error { set, err = messageSettingsOf(tx); return err })
	return set, err
}

// SaveMessageSettings implements message.Store.
func (s *Store) SaveMessageSettings(ctx context.Context, m accounts.Meta, c message.SaveSettings) (message.Settings, error) {
	return change(ctx, s, m, "message.save_settings", c, func(tx *tx) (message.Settings, error) {
		old, err := messageSettingsOf(tx)
		if err != nil {
			return old, err
		}
		set, forget, err := message.DecideSettings(old, messageSecrets.has(tx, []byte(message.MailSecret)), m, c)
		switch {
		case err != nil:
			return set, err
		case c.NewPassword:
			err = messageSecrets.put(tx, []byte(message.MailSecret), c.Password)
		case forget:
			err = messageSecrets.remove(tx, []byte(message.MailSecret))
		}
		_, held := tx.alter(func(d message.Delivery) (message.Delivery, bool) { return set.Released(d, m.At) })
		return set, errors.Join(err, held, messageSettings.put(tx, messageKey, set))
	})
}

// Hooks implements message.Store.
func (s *Store) Hooks(ctx context.Context) (list []message.Hook, err error) {
	err = s.view(ctx, func(tx *tx) error { list, err = messageHooks.all(tx); return err })
	return list, err
}

func hookOf(tx *tx, id string) (h message.Hook, key []byte, err error) {
	key, found, err := messageHookKeys.get(tx, []byte(id))
	if err == nil && !found {
		err = message.NoHook()
	}
	if err != nil {
		return h, nil, err
	}
	h, err = messageHooks.named(tx, key, messageHooks.name, key)
	return h, key, err
}

// SaveHook implements message.Store.
func (s *Store) SaveHook(ctx context.Context, m accounts.Meta, c message.SaveHook) (message.Hook, error) {
	return change(ctx, s, m, "message.save_hook", c, func(tx *tx) (message.Hook, error) {
		all, err := messageHooks.all(tx)
		if err != nil {
			return message.Hook{}, err
		}
		var old *message.Hook
		var key []byte
		if c.ID != "" {
			var h message.Hook
			if h, key, err = hookOf(tx, c.ID); err != nil {
				return h, err
			}
			old = &h
		}
		h, err := message.DecideHook(old, len(all), m, c)
		if err != nil {
			return h, err
		}
		if key == nil {
			key = append(timeKey(h.Created), h.ID...)
		}
		if c.Secret != "" {
			err = messageSecrets.put(tx, []byte(h.ID), c.Secret)
		}
		return h, errors.Join(err, messageHookKeys.put(tx, []byte(h.ID), key), messageHooks.put(tx, key, h))
	})
}

// RemoveHook implements message.Store.
func (s *Store) RemoveHook(ctx context.Context, m accounts.Meta, id string) (message.Hook, error) {
	return change(ctx, s, m, "message.remove_hook", id, func(tx *tx) (message.Hook, error) {
		if err := message.Allowed(m.By); err != nil {
			return message.Hook{}, err
		}
		h, key, err := hookOf(tx, id)
		if err != nil {
			return h, err
		}
		_, err = tx.alter(func(d message.Delivery) (message.Delivery, bool) {
			return h.Unsent(d, m.At)
		})
		return h, errors.Join(err, messageHooks.remove(tx, key), messageHookKeys.remove(tx, []byte(id)), messageSecrets.remove(tx, []byte(id)))
	})
}

// holdMessages gives up what waits in a store that was just restored.
func (s *Store) holdMessages(ctx context.Context, at time.Time) (n int, err error) {
	err = s.update(ctx, func(tx *tx) error {
		n, err = tx.alter(func(d message.Delivery) (message.Delivery, bool) { return d.Held(at), true })
		return err
	})
	return n, err
}

// alter makes of the waiting deliveries what by says, where it says so, and counts them.
func (tx *tx) alter(by func(message.Delivery) (message.Delivery, bool)) (int, error) {
	from := append([]byte(message.Waiting), 0)
	var list []message.Delivery
	for e, err := range deliveriesIn.ascend(tx, from, after(from)) {
		if err != nil {
			return 0, err
		}
		d, err := deliveries.named(tx, deliveryKey(e.rec), deliveriesIn.name, e.key)
		if err != nil {
			return 0, err
		}
		if _, ends := by(d); ends {
			list = append(list, d)
		}
	}
	for _, was := range list {
		d, _ := by(was)
		if err := tx.putDelivery(&was, d); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

func choiceOf(tx *tx, person string) (message.Choice, error) {
	c, found, err := messageChoices.get(tx, []byte(person))
	if !found {
		c.Person = person
	}
	return c, err
}

// Choice implements message.Store.
func (s *Store) Choice(ctx context.Context, person string) (c message.Choice, err error) {
	err = s.view(ctx, func(tx *tx) error { c, err = choiceOf(tx, person); return err })
	return c, err
}

// SaveChoice implements message.Store.
func (s *Store) SaveChoice(ctx context.Context, m accounts.Meta, c message.Choice) (message.Choice, error) {
	return change(ctx, s, m, "message.save_choice", c, func(tx *tx) (message.Choice, error) {
		old, err := choiceOf(tx, c.Person)
		if err != nil {
			return c, err
		}
		if c, err = message.DecideChoice(old, m, c); err != nil {
			return c, err
		}
		if c.Phone != old.Phone {
			if err := tx.given(c); err != nil {
				return c, err
			}
		}
		return c, messageChoices.put(tx, []byte(c.Person), c)
	})
}

// given returns a fault if the number of a choice is another's.
func (tx *tx) given(c message.Choice) error {
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return err
	}
	people, err := tx.s.directory.get(tx)
	if err != nil {
		return err
	}
	choices, err := messageChoices.all(tx)
	if err != nil {
		return err
	}
	return texting.Given(c.Phone, c.Person, reg, people, choices)
}

// Secret implements message.Outbox.
func (s *Store) Secret(ctx context.Context, of string) (secret string, err error) {
	err = s.view(ctx, func(tx *tx) error { secret, _, err = messageSecrets.get(tx, []byte(of)); return err })
	return secret, err
}

// Post implements message.Outbox.
func (s *Store) Post(ctx context.Context, drafts []message.Draft, at time.Time) (made int, err error) {
	err = s.update(ctx, func(tx *tx) error {
		made, err = tx.post(drafts, at)
		return err
	})
	return made, err
}

// post keeps the messages that are made of drafts and were not made before.
func (tx *tx) post(drafts []message.Draft, at time.Time) (made int, err error) {
	set, err := messageSettingsOf(tx)
	if err != nil || len(drafts) == 0 {
		return 0, err
	}
	f := message.Facts{Settings: set, Choice: func(person string) (message.Choice, error) { return choiceOf(tx, person) },
		Devices: func(person string) ([]message.Device, error) {
			list, _, err := devicesAt(tx, person, at)
			return list, err
		}}
	if f.Hooks, err = messageHooks.all(tx); err != nil {
		return 0, err
	}
	for _, d := range drafts {
		m, list, told, err := message.Address(f, d, at)
		if err != nil {
			return made, err
		}
		if !told || messages.has(tx, []byte(m.ID)) {
			continue
		}
		made++
		if err := tx.putMessage(m, list); err != nil {
			return made, err
		}
	}
	return made, nil
}

// KeepTrial implements message.Outbox.
func (s *Store) KeepTrial(ctx context.Context, m message.Message, d message.Delivery) error {
	return s.update(ctx, func(tx *tx) error {
		if messages.has(tx, []byte(m.ID)) {
			return nil
		}
		return tx.putMessage(m, []message.Delivery{d})
	})
}

// putMessage keeps a new message and the deliveries it leaves by.
func (tx *tx) putMessage(m message.Message, list []message.Delivery) error {
	err := errors.Join(messages.put(tx, []byte(m.ID), m), messagesByTime.put(tx, messageTimeKey(m), m.ID))
	if m.Person != "" {
		err = errors.Join(err, inboxes.put(tx, inboxKey(m), m.ID), tx.countUnread(m.Person, 1))
	}
	for _, d := range list {
		n, nerr := deliveries.next(tx)
		d.Number = n
		err = errors.Join(err, nerr, tx.putDelivery(nil, d), deliveriesOf.put(tx, messageDeliveryKey(d), n))
	}
	return err
}

// putDelivery keeps a delivery that was as it says, nil for a new one.
func (tx *tx) putDelivery(was *message.Delivery, d message.Delivery) error {
	var err error
	if was != nil {
		err = errors.Join(deliveriesIn.remove(tx, stateKey(was.State, was.Number)), deliveriesDue.remove(tx, dueKey(*was)))
	}
	if d.State == message.Waiting {
		err = errors.Join(err, deliveriesDue.put(tx, dueKey(d), d.Number))
	}
	return errors.Join(err, deliveriesIn.put(tx, stateKey(d.State, d.Number), d.Number), deliveries.put(tx, deliveryKey(d.Number), d))
}

func (tx *tx) countUnread(person string, by int) error {
	n, _, err := unread.get(tx, []byte(person))
	if err != nil {
		return err
	}
	if n += by; n == 0 {
		return unread.remove(tx, []byte(person))
	}
	return unread.put(tx, []byte(person), n)
}

// tell lets webhooks know of a change, in its transaction; said says what happened, where some listen.
func (tx *tx) tell(t message.Topic, m accounts.Meta, e message.Event, said func() (text.Phrase, error)) error {
	hooks, err := messageHooks.all(tx)
	if err != nil || !message.Heard(hooks, t) {
		return err
	}
	words, err := said()
	if err != nil {
		return err
	}
	e.At = m.At.UTC()
	told, list := message.Tell(hooks, t, e.Saying(words))
	return tx.putMessage(told, list)
}

// tellOf is tell of an answer that coverage.Told knows.
func (tx *tx) tellOf(t message.Topic, m accounts.Meta, e message.Event, answer any) error {
	return tx.tell(t, m, e, func() (text.Phrase, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return text.Phrase{}, err
		}
		plan, err := tx.s.schedule.get(tx)
		if err != nil {
			return text.Phrase{}, err
		}
		return coverage.Told(reg, plan, t, answer), nil
	})
}

// tellChange is tell of a command by its name and its answer, also in the bytes that are kept.
func (tx *tx) tellChange(name string, m accounts.Meta, kept []byte, answer any) error {
	return tx.tellOf(message.Topic(name), m, message.Event{Change: message.IDOf("change " + m.ID), By: m.By.Name, About: message.About(kept)}, answer)
}

// tellReport is tell of a new report.
func (tx *tx) tellReport(m accounts.Meta, l airing.Line) error {
	return tx.tellOf(message.Reported, m, message.Event{Change: l.ID, By: m.By.Name, About: l.ID}, l)
}

// tellText is tell of an answer to a text message.
func (tx *tx) tellText(m accounts.Meta, t texting.Text) error {
	return tx.tellOf(message.TextAnswered, m, message.Event{Change: t.ID, By: t.Name, About: t.ID, Reply: t.Reply, Phone: t.From}, t)
}

// Due implements message.Outbox.
func (s *Store) Due(ctx context.Context, at time.Time, limit int) (parcels []message.Parcel, err error) {
	err = s.view(ctx, func(tx *tx) error {
		parcels = nil
		n, last := 0, []byte(nil)
		for e, err := range deliveriesDue.ascend(tx, nil, timeKey(at.Add(1))) {
			if err != nil {
				return err
			}
			group := e.key[:len(e.key)-8]
			same := bytes.Equal(group, last) && len(group) > 9 // what has no batch goes alone
			if n >= limit && !same {
				return nil
			}
			d, err := deliveries.named(tx, deliveryKey(e.rec), deliveriesDue.name, e.key)
			if err != nil {
				return err
			}
			m, err := messages.named(tx, []byte(d.Message), messages.name, []byte(d.Message))
			if err != nil {
				return err
			}
			if !same {
				parcels = append(parcels, message.Parcel{})
			}
			p := &parcels[len(parcels)-1]
			p.Deliveries, p.Messages = append(p.Deliveries, d), append(p.Messages, m)
			n, last = n+1, bytes.Clone(group)
		}
		return nil
	})
	return parcels, err
}

// Settle implements message.Outbox.
func (s *Store) Settle(ctx context.Context, list []message.Delivery) error {
	return s.update(ctx, func(tx *tx) error {
		for _, d := range list {
			was, found, err := deliveries.get(tx, deliveryKey(d.Number))
			if err != nil {
				return err
			}
			if !found || was.State != message.Waiting {
				continue
			}
			if err := tx.putDelivery(&was, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// Inbox implements message.Store.
func (s *Store) Inbox(ctx context.Context, person, before string, limit int) (list []message.Message, next string, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		from := append([]byte(person), 0)
		until := after(from)
		if before != "" {
			m, found, err := messages.get(tx, []byte(before))
			if err != nil {
				return err
			}
			if !found || m.Person != person {
				return message.NoMessage()
			}
			until = inboxKey(m)
		}
		for e, err := range inboxes.descend(tx, from, until) {
			if err != nil {
				return err
			}
			if len(list) == limit {
				next = list[limit-1].ID
				return nil
			}
			m, err := messages.named(tx, []byte(e.rec), inboxes.name, e.key)
			if err != nil {
				return err
			}
			list = append(list, m)
		}
		return nil
	})
	return list, next, err
}

// Unread implements message.Store.
func (s *Store) Unread(ctx context.Context, person string) (n int, err error) {
	err = s.view(ctx, func(tx *tx) error { n, _, err = unread.get(tx, []byte(person)); return err })
	return n, err
}

// ReadMessages implements message.Store.
func (s *Store) ReadMessages(ctx context.Context, by accounts.Actor, id string, at time.Time) (n int, err error) {
	err = s.update(ctx, func(tx *tx) error {
		n = 0
		if id != "" {
			m, _, err := messages.get(tx, []byte(id))
			if err != nil {
				return err
			}
			return tx.readMessage(by, m, at, &n)
		}
		left, _, err := unread.get(tx, []byte(by.Person))
		if err != nil || left == 0 {
			return err
		}
		var list []message.Message
		from := append([]byte(by.Person), 0)
		for e, err := range inboxes.descend(tx, from, after(from)) {
			if err != nil {
				return err
			}
			m, _, err := messages.get(tx, []byte(e.rec))
			if err != nil {
				return err
			}
			if !m.Read.IsZero() {
				continue
			}
			if list = append(list, m); len(list) == left {
				break
			}
		}
		for _, m := range list {
			if err := tx.readMessage(by, m, at, &n); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (tx *tx) readMessage(by accounts.Actor, m message.Message, at time.Time, n *int) error {
	read, err := message.DecideRead(by, m, at)
	if err != nil || !m.Read.IsZero() {
		return err
	}
	*n++
	return errors.Join(messages.put(tx, []byte(m.ID), read), tx.countUnread(m.Person, -1))
}

// mostLookedAt is how many deliveries one page of the log looks at where few pass.
const mostLookedAt = 2000

// Deliveries implements message.Store.
func (s *Store) Deliveries(ctx context.Context, by accounts.Actor, q message.Query, before uint64, limit int) (
	list []message.Delivery, next uint64, err error) {
	if err := message.Allowed(by); err != nil {
		return nil, 0, err
	}
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, 0
		looked, since := 0, time.Time{}
		if q.Day != "" {
			from, until := q.Day.Span()
			first, err := firstMade(tx, until)
			if err != nil {
				return err
			}
			if since = from; before == 0 || first < before {
				before = first
			}
		}
		take := func(d message.Delivery) bool { // whether to go on
			if d.Made.Before(since) {
				next = 0
				return false
			}
			if len(list) == limit || looked == mostLookedAt {
				return false
			}
			if looked++; q.Passes(d) {
				list = append(list, d)
			}
			next = d.Number
			return true
		}
		if q.State == "" {
			until := []byte(nil)
			if before > 0 {
				until = deliveryKey(before)
			}
			for e, err := range deliveries.descend(tx, nil, until) {
				if err != nil || !take(e.rec) {
					return err
				}
			}
			next = 0
			return nil
		}
		from := append([]byte(q.State), 0)
		until := after(from)
		if before > 0 {
			until = stateKey(q.State, before)
		}
		for e, err := range deliveriesIn.descend(tx, from, until) {
			if err != nil {
				return err
			}
			d, err := deliveries.named(tx, deliveryKey(e.rec), deliveriesIn.name, e.key)
			if err != nil || !take(d) {
				return err
			}
		}
		next = 0
		return nil
	})
	return list, next, err
}

// firstMade is the number of the first delivery made at that instant or later, of one to come where
// there is none: numbers rise with time.
func firstMade(tx *tx, at time.Time) (number uint64, err error) {
	last := uint64(0)
	for e, err := range deliveries.descend(tx, nil, nil) {
		if err != nil {
			return 0, err
		}
		last = e.rec.Number
		break
	}
	n := sort.Search(int(last), func(i int) bool {
		for e, eerr := range deliveries.ascend(tx, deliveryKey(uint64(i)+1), nil) {
			err = errors.Join(err, eerr)
			return !e.rec.Made.Before(at)
		}
		return true
	})
	return uint64(n) + 1, err
}

// Replay implements message.Store.
func (s *Store) Replay(ctx context.Context, m accounts.Meta, c message.Replay) (int, error) {
	return change(ctx, s, m, "message.replay", c, func(tx *tx) (int, error) {
		if err := message.Allowed(m.By); err != nil {
			return 0, err
		}
		hooks, err := messageHooks.all(tx)
		if err != nil {
			return 0, err
		}
		list, err := tx.replayed(c, hooks)
		if err != nil {
			return 0, err
		}
		for _, was := range list {
			d, err := message.DecideReplay(m, was, hooks)
			if err != nil {
				return 0, err
			}
			if err := tx.putDelivery(&was, d); err != nil {
				return 0, err
			}
		}
		return len(list), nil
	})
}

// replayed are the deliveries that a replay is about.
func (tx *tx) replayed(c message.Replay, hooks []message.Hook) (list []message.Delivery, err error) {
	if c.Number > 0 {
		d, found, err := deliveries.get(tx, deliveryKey(c.Number))
		if err == nil && !found {
			err = message.NoDelivery()
		}
		return []message.Delivery{d}, err
	}
	from := append([]byte(message.Dead), 0)
	for e, err := range deliveriesIn.descend(tx, from, after(from)) {
		if err != nil {
			return nil, err
		}
		d, err := deliveries.named(tx, deliveryKey(e.rec), deliveriesIn.name, e.key)
		if err != nil {
			return nil, err
		}
		if !d.Again(hooks) {
			continue
		}
		if list = append(list, d); len(list) == message.MostReplayed {
			break
		}
	}
	return list, nil
}

// ForgetMessages implements message.Outbox.
func (s *Store) ForgetMessages(ctx context.Context, before time.Time, most int) (n int, err error) {
	err = s.update(ctx, func(tx *tx) error {
		n = 0
		var old []message.Message
		for e, err := range messagesByTime.ascend(tx, nil, timeKey(before)) {
			if err != nil {
				return err
			}
			m, err := messages.named(tx, []byte(e.rec), messagesByTime.name, e.key)
			if err != nil {
				return err
			}
			if old = append(old, m); len(old) == most {
				break
			}
		}
		for _, m := range old {
			if err := tx.forgetMessage(m); err != nil {
				return err
			}
		}
		n = len(old)
		return nil
	})
	return n, err
}

func (tx *tx) forgetMessage(m message.Message) error {
	var list []message.Delivery
	from := append([]byte(m.ID), 0)
	for e, err := range deliveriesOf.ascend(tx, from, after(from)) {
		if err != nil {
			return err
		}
		d, err := deliveries.named(tx, deliveryKey(e.rec), deliveriesOf.name, e.key)
		if err != nil {
			return err
		}
		list = append(list, d)
	}
	err := errors.Join(messages.remove(tx, []byte(m.ID)), messagesByTime.remove(tx, messageTimeKey(m)))
	if m.Person != "" {
		err = errors.Join(err, inboxes.remove(tx, inboxKey(m)))
		if m.Read.IsZero() {
			err = errors.Join(err, tx.countUnread(m.Person, -1))
		}
	}
	for _, d := range list {
		err = errors.Join(err, deliveries.remove(tx, deliveryKey(d.Number)), deliveriesDue.remove(tx, dueKey(d)),
			deliveriesIn.remove(tx, stateKey(d.State, d.Number)), deliveriesOf.remove(tx, messageDeliveryKey(d)))
	}
	return err
}

// checkMessages checks that every message and delivery stands in its indexes, that no
// index has more, and that those not read are counted.
func checkMessages(tx *tx, report func(store.Problem)) error {
	times, boxes, open := 0, 0, map[string]int{}
	for e, err := range messages.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		m := e.rec
		times++
		if !messagesByTime.has(tx, messageTimeKey(m)) {
			report(store.Problem{Table: messages.name, Key: m.ID, What: "not in the index by time"})
		}
		if m.Person == "" {
			continue
		}
		boxes++
		if !inboxes.has(tx, inboxKey(m)) {
			report(store.Problem{Table: messages.name, Key: m.ID, What: "not in its person's inbox"})
		}
		if m.Read.IsZero() {
			open[m.Person]++
		}
	}
	for e, err := range unread.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if person := string(e.key); open[person] != e.rec {
			report(store.Problem{Table: unread.name, Key: person, What: fmt.Sprintf("says %d, %d are not read", e.rec, open[person])})
		}
		delete(open, string(e.key))
	}
	for person := range open {
		report(store.Problem{Table: unread.name, Key: person, What: "missing"})
	}
	all, due := 0, 0
	for e, err := range deliveries.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		d := e.rec
		all++
		if d.State == message.Waiting {
			due++
			if !deliveriesDue.has(tx, dueKey(d)) {
				report(store.Problem{Table: deliveries.name, Key: fmt.Sprint(d.Number), What: "waits, but is not due at any time"})
			}
		}
		if !deliveriesIn.has(tx, stateKey(d.State, d.Number)) || !deliveriesOf.has(tx, messageDeliveryKey(d)) {
			report(store.Problem{Table: deliveries.name, Key: fmt.Sprint(d.Number), What: "not in its indexes"})
		}
		if !messages.has(tx, []byte(d.Message)) {
			report(store.Problem{Table: deliveries.name, Key: fmt.Sprint(d.Number), What: "its message is missing"})
		}
	}
	for _, index := range []struct {
		name string
		want int
	}{{messagesByTime.name, times}, {inboxes.name, boxes}, {deliveriesDue.name, due}, {deliveriesIn.name, all}, {deliveriesOf.name, all},
		{messageHookKeys.name, rowsOf(tx, messageHooks.name)}} {
		if got := rowsOf(tx, index.name); got != index.want {
			report(store.Problem{Table: index.name, What: fmt.Sprintf("lists %d, there are %d", got, index.want)})
		}
	}
	return nil
}

// rowsOf counts the rows of a table.
func rowsOf(tx *tx, name string) (n int) {
	rows := table[json.RawMessage]{name: name}
	for range rows.keys(tx) {
		n++
	}
	return n
}
