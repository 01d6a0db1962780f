package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/message"
)

// Message runs the suite of message.Store; open gives an empty one.
func Message(t *testing.T, open func(t *testing.T) message.Store) {
	for name, test := range map[string]func(*testing.T, message.Store){
		"a message is made once, whatever its key is asked for": messageOnce,
		"an inbox is each person's own":                         messageInbox,
		"deliveries are due, settled and sent again":            messageDeliveries,
		"a batch is taken whole":                                messageBatch,
		"what is old is forgotten with its deliveries":          messageForget,
		"a webhook is changed, and goes with its secret":        messageHooks,
		"who may not is refused":                                messageRefusals,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

var (
	messageNoon = time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC) // noon in Việt Nam
	messageLan  = accounts.Person{ID: "lan", Name: "Lan"}
)

func messageAt(id string) accounts.Meta { return daemonAt(id, messageNoon) }

// hooked makes a webhook that hears of missed slots.
func hooked(t *testing.T, s message.Store) message.Hook {
	t.Helper()
	return must[message.Hook](t)(s.SaveHook(t.Context(), messageAt("hook"), message.SaveHook{HookFields: message.HookFields{Name: "Zalo",
		URL: "https://tin.laocai.vn/", Topics: []message.Topic{message.SlotMissed}}, Secret: "whsec_a"}))
}

func drafts(n int, p accounts.Person) (list []message.Draft) {
	for i := range n {
		list = append(list, message.Draft{Key: fmt.Sprint(p.ID, i), Topic: message.SlotMissed, Person: p, Title: fmt.Sprint("Tin ", i)})
	}
	return list
}

func messageOnce(t *testing.T, s message.Store) {
	for _, want := range []int{3, 0} {
		if n := must[int](t)(s.Post(t.Context(), drafts(3, messageLan), messageNoon)); n != want {
			t.Errorf("%d made, want %d", n, want)
		}
	}
	if n := must[int](t)(s.Post(t.Context(), drafts(5, messageLan), messageNoon)); n != 2 {
		t.Errorf("%d made of 2 new ones", n)
	}
}

func messageInbox(t *testing.T, s message.Store) {
	ctx := t.Context()
	for i, d := range drafts(5, messageLan) {
		must[int](t)(s.Post(ctx, []message.Draft{d}, messageNoon.Add(time.Duration(i)*time.Minute)))
	}
	must[int](t)(s.Post(ctx, drafts(2, accounts.Person{ID: "la"}), messageNoon)) // whose ID begins another's
	var titles []string
	before := ""
	for range 5 {
		list, next, err := s.Inbox(ctx, "lan", before, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			titles = append(titles, m.Title)
		}
		if before = next; next == "" {
			break
		}
	}
	if !slices.Equal(titles, []string{"Tin 4", "Tin 3", "Tin 2", "Tin 1", "Tin 0"}) {
		t.Errorf("%q", titles)
	}
	lan, other := messageLan.Actor("session"), accounts.Actor{Person: "la", Via: "session"}
	id := message.IDOf("lan0")
	if _, err := s.ReadMessages(ctx, other, id, messageNoon); !fault.Is(err, "message.none") {
		t.Errorf("another's message: %v", err)
	}
	if _, _, err := s.Inbox(ctx, "la", id, 2); !fault.Is(err, "message.none") {
		t.Errorf("after another's message: %v", err)
	}
	for _, c := range []struct {
		id         string
		read, left int
	}{{id, 1, 4}, {id, 0, 4}, {"", 4, 0}, {"", 0, 0}} {
		n := must[int](t)(s.ReadMessages(ctx, lan, c.id, messageNoon))
		if left := must[int](t)(s.Unread(ctx, "lan")); n != c.read || left != c.left {
			t.Errorf("read %d, %d left, want %+v", n, left, c)
		}
	}
	if left := must[int](t)(s.Unread(ctx, "la")); left != 2 {
		t.Errorf("the other has %d left", left)
	}
}

func listedDeliveries(t *testing.T, s message.Store, q message.Query, limit int) (numbers []uint64) {
	t.Helper()
	before := uint64(0)
	for range 100 {
		list, next, err := s.Deliveries(t.Context(), accounts.Daemon(), q, before, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			numbers = append(numbers, d.Number)
		}
		if before = next; next == 0 {
			return numbers
		}
	}
	t.Fatal("the log has no end")
	return nil
}

func messageDeliveries(t *testing.T, s message.Store) {
	ctx := t.Context()
	hooked(t, s)
	must[int](t)(s.Post(ctx, drafts(4, messageLan), messageNoon))
	if early := must[[]message.Parcel](t)(s.Due(ctx, messageNoon.Add(-time.Second), 10)); len(early) > 0 {
		t.Errorf("%d due before their time", len(early))
	}
	due := must[[]message.Parcel](t)(s.Due(ctx, messageNoon, 3))
	if len(due) != 3 {
		t.Fatalf("%d due, want 3", len(due))
	}
	for i, answer := range []message.Answer{message.Taken, message.Refused, message.Later} {
		d := due[i].Deliveries[0].After(message.Attempt{At: messageNoon, Answer: answer})
		if err := s.Settle(ctx, []message.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	taken := due[0].Deliveries[0]
	if err := s.Settle(ctx, []message.Delivery{taken.After(message.Attempt{At: messageNoon, Answer: message.Refused})}); err != nil {
		t.Fatal(err)
	}
	for q, want := range map[message.Query]int{{}: 4, {State: message.Sent}: 1, {State: message.Failed}: 1, {State: message.Waiting}: 2,
		{Channel: message.Letter}: 0, {Topic: message.SlotMissed}: 4, {State: message.Waiting, Topic: message.SlotSoon}: 0,
		{To: "lân"}: 4, {To: "hoa"}: 0, {Day: "2026-11-30"}: 4, {Day: "2026-11-29"}: 0, {Day: "2026-12-01"}: 0,
		{State: message.Waiting, Day: "2026-11-30"}: 2, {State: message.Waiting, Day: "2026-11-29"}: 0} {
		for _, limit := range []int{1, 3, 100} {
			if got := listedDeliveries(t, s, q, limit); len(got) != want || !slices.IsSortedFunc(got, func(a, b uint64) int { return int(b) - int(a) }) {
				t.Errorf("%+v by %d: %v, want %d", q, limit, got, want)
			}
		}
	}
	if now := must[[]message.Parcel](t)(s.Due(ctx, messageNoon, 10)); len(now) != 1 {
		t.Errorf("%d due now, want the one not tried", len(now))
	}
	failed := due[1].Deliveries[0].Number
	for range 2 { // a repeat moves nothing more
		if n := must[int](t)(s.Replay(ctx, messageAt("again"), message.Replay{Number: failed})); n != 1 {
			t.Errorf("%d moved", n)
		}
	}
	if _, err := s.Replay(ctx, messageAt("twice"), message.Replay{Number: failed}); !fault.Is(err, "message.not_over") {
		t.Errorf("what waits is sent again: %v", err)
	}
	if _, err := s.Replay(ctx, messageAt("none"), message.Replay{Number: 99}); !fault.Is(err, "message.no_delivery") {
		t.Errorf("of no delivery: %v", err)
	}
}

func messageBatch(t *testing.T, s message.Store) {
	ctx := t.Context()
	hooked(t, s)
	night := messageNoon.Add(10 * time.Hour)
	must[int](t)(s.Post(ctx, drafts(7, messageLan), night))
	must[int](t)(s.Post(ctx, drafts(2, accounts.Person{ID: "hoa"}), night))
	list := must[[]message.Parcel](t)(s.Due(ctx, night.Add(12*time.Hour), 1))
	if len(list) != 1 || len(list[0].Deliveries) < 2 {
		t.Fatalf("%d parcels: %+v", len(list), list)
	}
	all := must[[]message.Parcel](t)(s.Due(ctx, night.Add(12*time.Hour), 100))
	if len(all) != 2 || len(all[0].Deliveries)+len(all[1].Deliveries) != 9 {
		t.Errorf("%d parcels", len(all))
	}
}

func messageForget(t *testing.T, s message.Store) {
	ctx := t.Context()
	hooked(t, s)
	must[int](t)(s.Post(ctx, drafts(5, messageLan), messageNoon))
	must[int](t)(s.Post(ctx, drafts(1, accounts.Person{ID: "hoa"}), messageNoon.Add(time.Hour)))
	for _, want := range []int{3, 2, 0} {
		if n := must[int](t)(s.ForgetMessages(ctx, messageNoon.Add(time.Minute), 3)); n != want {
			t.Errorf("%d went, want %d", n, want)
		}
	}
	if left := listedDeliveries(t, s, message.Query{}, 10); len(left) != 1 {
		t.Errorf("deliveries %v are left", left)
	}
	if n := must[int](t)(s.Unread(ctx, "lan")); n != 0 {
		t.Errorf("%d of nothing not read", n)
	}
}

func messageHooks(t *testing.T, s message.Store) {
	ctx := t.Context()
	h := hooked(t, s)
	if again := hooked(t, s); again.ID != h.ID {
		t.Error("a repeat made another")
	}
	changed := must[message.Hook](t)(s.SaveHook(ctx, messageAt("other"), message.SaveHook{ID: h.ID, HookFields: message.HookFields{Name: "SMS", URL: h.URL,
		Topics: h.Topics}}))
	list := must[[]message.Hook](t)(s.Hooks(ctx))
	if len(list) != 1 || list[0].Name != "SMS" || must[string](t)(s.Secret(ctx, h.ID)) != "whsec_a" {
		t.Errorf("%+v of %+v", list, changed)
	}
	must[int](t)(s.Post(ctx, drafts(3, messageLan), messageNoon))
	first := must[[]message.Parcel](t)(s.Due(ctx, messageNoon, 1))[0].Deliveries[0]
	dead := first
	dead.State = message.Dead
	if err := s.Settle(ctx, []message.Delivery{dead}); err != nil {
		t.Fatal(err)
	}
	must[message.Hook](t)(s.RemoveHook(ctx, messageAt("gone"), h.ID))
	if failed := listedDeliveries(t, s, message.Query{State: message.Failed}, 10); len(failed) != 2 {
		t.Errorf("%d of the 2 that waited are over", len(failed))
	}
	if n := must[int](t)(s.Replay(ctx, messageAt("all"), message.Replay{})); n != 0 {
		t.Errorf("%d are sent again to a webhook that is gone", n)
	}
	if _, err := s.Replay(ctx, messageAt("one"), message.Replay{Number: first.Number}); !fault.Is(err, "message.target_gone") {
		t.Errorf("one is sent again to a webhook that is gone: %v", err)
	}
	if list := must[[]message.Hook](t)(s.Hooks(ctx)); len(list) > 0 || must[string](t)(s.Secret(ctx, h.ID)) != "" {
		t.Errorf("%+v is left, or its secret", list)
	}
	if _, err := s.RemoveHook(ctx, messageAt("gone twice"), h.ID); !fault.Is(err, "message.no_hook") {
		t.Error(err)
	}
}

func messageRefusals(t *testing.T, s message.Store) {
	ctx := t.Context()
	nobody := accounts.Meta{ID: "x", By: accounts.Actor{Person: "lan", Via: "session"}, At: messageNoon}
	for name, do := range map[string]func(context.Context) error{
		"settings": func(ctx context.Context) error {
			_, err := s.SaveMessageSettings(ctx, nobody, message.SaveSettings{Settings: message.DefaultSettings()})
			return err
		},
		"a webhook": func(ctx context.Context) error { _, err := s.SaveHook(ctx, nobody, message.SaveHook{}); return err },
		"its end":   func(ctx context.Context) error { _, err := s.RemoveHook(ctx, nobody, "h"); return err },
		"the log": func(ctx context.Context) error {
			_, _, err := s.Deliveries(ctx, nobody.By, message.Query{}, 0, 10)
			return err
		},
		"sending again": func(ctx context.Context) error { _, err := s.Replay(ctx, nobody, message.Replay{}); return err },
		"another's choice": func(ctx context.Context) error {
			_, err := s.SaveChoice(ctx, nobody, message.Choice{Person: "hoa", Mail: "a@b.vn"})
			return err
		},
	} {
		if err := do(ctx); !fault.Is(err, "accounts.denied") {
			t.Errorf("%s: %v", name, err)
		}
	}
	set := message.DefaultSettings()
	set.Mail.Host, set.SlotLead = "not a host", 5
	if _, err := s.SaveMessageSettings(ctx, messageAt("bad"), message.SaveSettings{Settings: set}); err == nil || !strings.Contains(err.Error(), "host") {
		t.Errorf("bad settings: %v", err)
	}
	if now := must[message.Settings](t)(s.MessageSettings(ctx)); now.SlotLead != message.DefaultSettings().SlotLead {
		t.Error("half of what was refused is kept")
	}
}
