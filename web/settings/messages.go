package settings

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"loa/accounts"
	"loa/internal/text"
	"loa/message"
	"loa/web/kit"
)

// MessageStore is what the pages of messages ask of the store.
type MessageStore interface {
	MessageSettings(ctx context.Context) (message.Settings, error)
	SaveMessageSettings(ctx context.Context, m accounts.Meta, c message.SaveSettings) (message.Settings, error)
	Secret(ctx context.Context, of string) (string, error)
	Hooks(ctx context.Context) ([]message.Hook, error)
	SaveHook(ctx context.Context, m accounts.Meta, c message.SaveHook) (message.Hook, error)
	RemoveHook(ctx context.Context, m accounts.Meta, id string) (message.Hook, error)
	Deliveries(ctx context.Context, by accounts.Actor, q message.Query, before uint64, limit int) ([]message.Delivery, uint64, error)
	Replay(ctx context.Context, m accounts.Meta, c message.Replay) (int, error)
}

// Tries sends one message at once and says what the other side answered.
type Tries interface {
	TryMail(ctx context.Context, id, to, name string, lang text.Language) (message.Attempt, error)
	TryHook(ctx context.Context, id, hook string, lang text.Language) (message.Attempt, error)
	// Inside reports whether an address lies in the server's own networks.
	Inside(ctx context.Context, address string) bool
	Wake()
}

// The paths of the pages.
const (
	messagesPath   = "/settings/messages"
	hooksPath      = "/settings/hooks"
	deliveriesPath = "/settings/deliveries"
)

// messageSettings are the pages on messages that leave.
type messageSettings struct {
	store      MessageStore
	tries      Tries
	view       *kit.View[messagesPage]
	hooks      *kit.View[hooksPage]
	deliveries *kit.View[deliveriesPage]
}

func (p messageSettings) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET " + messagesPath, Access: accounts.EditSettings, Handler: p.show},
		{Pattern: "POST " + messagesPath, Access: accounts.EditSettings, Handler: p.save},
		{Pattern: "GET " + hooksPath, Access: accounts.EditSettings, Handler: p.showHooks},
		{Pattern: "POST " + hooksPath, Access: accounts.EditSettings, Handler: p.addHook},
		{Pattern: "POST " + hooksPath + "/inside", Access: accounts.EditSettings, Handler: p.saveInside},
		{Pattern: "POST " + hooksPath + "/{id}", Access: accounts.EditSettings, Handler: p.changeHook},
		{Pattern: "POST " + hooksPath + "/{id}/try", Access: accounts.EditSettings, Handler: p.tryHook},
		{Pattern: "POST " + hooksPath + "/{id}/remove", Access: accounts.EditSettings, Handler: p.removeHook},
		{Pattern: "GET " + deliveriesPath, Access: accounts.EditSettings, Handler: p.showDeliveries},
		{Pattern: "POST " + deliveriesPath + "/replay", Access: accounts.EditSettings, Handler: p.replay},
	}
}

type messagesPage struct {
	kit.Page
	Tabs       []kit.Tab
	Form       kit.Form
	Tried      *message.Attempt
	By         message.Channel
	With       string // what was tried, and to whom
	Securities []kit.Option
	Ways       []kit.Option
	Topics     []topicField
	Password   bool // one is kept
}

// topicField is one topic and the name of its field.
type topicField struct {
	Topic message.Topic
	Name  string
	Text  string
}

func wayField(t message.Topic) string { return "way." + string(t) }

// clock writes minutes after midnight as a field of time holds them.
func clock(minutes int) string {
	two := func(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }
	return two(minutes/60) + ":" + two(minutes%60)
}

func (p messageSettings) show(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.form(r)
	if err != nil {
		return err
	}
	return p.render(w, r, messagesPage{Form: f})
}

// form is the form of the settings as they are now.
func (p messageSettings) form(r *kit.Request) (kit.Form, error) {
	set, err := p.store.MessageSettings(r.Context())
	m := set.Mail
	f := kit.NewForm("host", m.Host, "port", strconv.Itoa(m.Port), "security", string(m.Security), "user", m.User, "from", m.From, "name", m.Name,
		"quiet_from", clock(set.QuietFrom), "quiet_until", clock(set.QuietUntil), "slot_lead_minutes", r.Lang.Number(int64(set.SlotLead)),
		"silent_weeks", strconv.Itoa(set.SilentWeeks), "lead_days", strconv.Itoa(set.LeadDays), "keep_days", r.Lang.Number(int64(set.KeepDays)))
	for _, t := range message.Told {
		f.Values.Set(wayField(t), string(set.Way(t)))
	}
	return f.From(set.Edition()), err
}

func (p messageSettings) render(w http.ResponseWriter, r *kit.Request, page messagesPage) error {
	page.Page, page.Tabs = r.Page("message.settings_title"), tabs(r)
	password, err := p.store.Secret(r.Context(), message.MailSecret)
	if err != nil {
		return err
	}
	page.Password = password != ""
	if page.Form.ID == "" {
		if page.Form, err = p.form(r); err != nil {
			return err
		}
	}
	page.Securities = kit.WordOptions(r, "message.security.", message.Securities)
	page.Ways = kit.WordOptions(r, "message.way.", message.Ways)
	for _, t := range message.Told {
		page.Topics = append(page.Topics, topicField{t, wayField(t), t.Words(r.Lang)})
	}
	return p.view.Render(w, r, page)
}

func (p messageSettings) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := message.SaveSettings{Password: f.Get("password"), NewPassword: f.Get("password") != ""}
	f.Values.Del("password") // it goes into no page again
	to := ""                 // whom a trial goes to
	if f.Get("do") == "try" {
		if to, err = message.CheckAddress(f.Get("mail")); err != nil {
			f.Wrong("mail", err)
		}
	}
	minutes := func(name string) int {
		at, err := message.ReadClock(f.Get(name))
		if err != nil {
			f.Wrong(name, err)
		}
		return at
	}
	c.Mail = message.Mail{Host: strings.ToLower(f.Get("host")), Port: f.Int("port"), Security: message.Security(f.Get("security")), User: f.Get("user"),
		From: f.Get("from"), Name: f.Get("name")}
	c.QuietFrom, c.QuietUntil = minutes("quiet_from"), minutes("quiet_until")
	c.SlotLead, c.SilentWeeks, c.LeadDays, c.KeepDays = f.Int("slot_lead_minutes"), f.Int("silent_weeks"), f.Int("lead_days"), f.Int("keep_days")
	c.Ways = map[message.Topic]message.Way{}
	for _, t := range message.Told {
		if way := message.Way(f.Get(wayField(t))); way != "" {
			c.Ways[t] = way
		}
	}
	if err = f.Err(); err == nil {
		err = f.Save(func() (kit.Form, error) { return p.form(r) }, func(m accounts.Meta) error {
			was, err := p.store.MessageSettings(r.Context())
			if err != nil {
				return err
			}
			c.Inside = was.Inside // of the page of webhooks
			_, err = p.store.SaveMessageSettings(r.Context(), m, c)
			return err
		})
	}
	if f.Refused(err) {
		return p.render(w, r, messagesPage{Form: *f})
	}
	if err != nil {
		return err
	}
	p.tries.Wake()
	if to == "" {
		return r.Redirect(w, messagesPath, "settings.saved")
	}
	a, err := p.tries.TryMail(r.Context(), f.ID, to, r.Actor.Name, r.Lang)
	if err != nil {
		return err
	}
	page := messagesPage{Tried: &a, By: message.Letter}
	if page.Form, err = p.form(r); err != nil {
		return err
	}
	page.Form.Values.Set("mail", to)
	m := c.Mail
	page.With = r.Say("message.tried", "to", to, "from", m.From, "host", m.Host, "port", strconv.Itoa(m.Port),
		"security", r.Say("message.security."+string(m.Security)))
	if m.Host == "" {
		page.With = r.Say("message.tried_nothing")
	}
	return p.render(w, r, page)
}

type hooksPage struct {
	kit.Page
	By     message.Channel // of what was tried
	Tabs   []kit.Tab
	Hooks  []hookCard
	Add    kit.Form
	Open   bool // the form of a new one
	Topics []kit.Option
	Inside kit.Form // hosts of the own networks that webhooks may reach
	Secret string   // of one just made, shown this once
	Made   string   // its name
}

// hookCard is a webhook and its forms.
type hookCard struct {
	message.Hook
	Form  kit.Form
	Topic []string // in words
	Inner string   // its host, where that lies in the server's own networks and is not allowed
	Open  bool
	Tried *message.Attempt
}

// formOfHook is the form of a webhook as it is.
func formOfHook(h message.Hook) kit.Form {
	f := kit.NewForm("name", h.Name, "url", h.URL)
	for _, t := range h.Topics {
		f.Values.Add("topics", string(t))
	}
	if h.Paused {
		f.Values.Set("paused", "1")
	}
	return f.From(h.Edition())
}

func (p messageSettings) showHooks(w http.ResponseWriter, r *kit.Request) error {
	return p.renderHooks(w, r, hooksPage{}, hookCard{})
}

// renderHooks shows the page; card, if it names a webhook, stands for that one.
func (p messageSettings) renderHooks(w http.ResponseWriter, r *kit.Request, page hooksPage, card hookCard) error {
	page.Page, page.Tabs = r.Page("message.hooks_title"), tabs(r)
	if page.Add.ID == "" {
		page.Add = kit.NewForm("secret", message.NewSecret())
	}
	for i, t := range slices.Concat(message.Told, message.Events) {
		group := r.Say("message.told")
		if i >= len(message.Told) {
			group = r.Say("message.events")
		}
		page.Topics = append(page.Topics, kit.Option{Value: string(t), Text: t.Words(r.Lang), Hint: string(t), Group: group})
	}
	list, err := p.store.Hooks(r.Context())
	if err != nil {
		return err
	}
	set, err := p.store.MessageSettings(r.Context())
	if err != nil {
		return err
	}
	if page.Inside.ID == "" {
		page.Inside = formOfInside(set)
	}
	inner := p.inner(r.Context(), set, list)
	for i, h := range list {
		one := hookCard{Hook: h, Form: formOfHook(h), Inner: inner[i]}
		if card.ID == h.ID {
			one.Tried, one.Open = card.Tried, card.Open
			if card.Form.ID != "" {
				one.Form = card.Form
			}
		}
		for _, t := range h.Topics {
			one.Topic = append(one.Topic, t.Words(r.Lang))
		}
		page.Hooks = append(page.Hooks, one)
	}
	if card.Form.ID != "" && !slices.ContainsFunc(list, func(h message.Hook) bool { return h.ID == card.ID }) {
		card.Form.Of, card.Form.Was = "", ""
		card.Form.Values.Set("secret", message.NewSecret())
		page.Add, page.Open = card.Form, true // what was typed can be made anew
	}
	return p.hooks.Render(w, r, page)
}

// formOfInside is the form of the hosts inside that webhooks may reach.
func formOfInside(set message.Settings) kit.Form {
	return kit.NewForm("inside", strings.Join(set.Inside, "\n")).From(set.Edition())
}

// inner are the hosts of those webhooks that nothing is sent to because they lie inside, "" for the others.
func (p messageSettings) inner(ctx context.Context, set message.Settings, list []message.Hook) []string {
	hosts := make([]string, len(list))
	var all sync.WaitGroup
	for i, h := range list {
		all.Go(func() {
			if host := h.Host(); !set.Allows(host) && p.tries.Inside(ctx, h.URL) {
				hosts[i] = host
			}
		})
	}
	all.Wait()
	return hosts
}

func (p messageSettings) saveInside(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	now := func() (kit.Form, error) {
		set, err := p.store.MessageSettings(r.Context())
		return formOfInside(set), err
	}
	err = f.Save(now, func(m accounts.Meta) error {
		set, err := p.store.MessageSettings(r.Context())
		if err != nil {
			return err
		}
		set.Inside = strings.Fields(strings.ToLower(f.Get("inside")))
		_, err = p.store.SaveMessageSettings(r.Context(), m, message.SaveSettings{Settings: set})
		return err
	})
	if f.Refused(err) {
		return p.renderHooks(w, r, hooksPage{Inside: *f}, hookCard{})
	}
	if err != nil {
		return err
	}
	p.tries.Wake()
	return r.Redirect(w, hooksPath, "settings.saved")
}

func fieldsOfHook(f *kit.Form) message.HookFields {
	c := message.HookFields{Name: f.Get("name"), URL: f.Get("url"), Paused: f.Bool("paused")}
	for _, t := range f.All("topics") {
		c.Topics = append(c.Topics, message.Topic(t))
	}
	return c
}

func (p messageSettings) addHook(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	secret := f.Get("secret")
	var h message.Hook
	if err = message.CheckSecret(secret); err == nil {
		h, err = p.store.SaveHook(r.Context(), r.Meta(f.ID), message.SaveHook{HookFields: fieldsOfHook(f), Secret: secret, Hash: accounts.HashOf(secret)})
	}
	if f.Refused(err) {
		f.Values.Set("secret", message.NewSecret())
		return p.renderHooks(w, r, hooksPage{Add: *f, Open: true}, hookCard{})
	}
	if err != nil {
		return err
	}
	return p.renderHooks(w, r, hooksPage{Secret: secret, Made: h.Name}, hookCard{})
}

func (p messageSettings) changeHook(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	err = f.Save(func() (kit.Form, error) {
		list, err := p.store.Hooks(r.Context())
		i := slices.IndexFunc(list, func(h message.Hook) bool { return h.ID == id })
		if err == nil && i < 0 {
			err = message.NoHook()
		}
		if err != nil {
			return kit.Form{}, err
		}
		return formOfHook(list[i]), nil
	}, func(m accounts.Meta) error {
		_, err := p.store.SaveHook(r.Context(), m, message.SaveHook{ID: id, HookFields: fieldsOfHook(f)})
		return err
	})
	if f.Refused(err) {
		return p.renderHooks(w, r, hooksPage{}, hookCard{Hook: message.Hook{ID: id}, Form: *f, Open: true})
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, hooksPath, "message.hook_saved")
}

func (p messageSettings) tryHook(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	a, err := p.tries.TryHook(r.Context(), f.ID, id, r.Lang)
	if err != nil {
		return err
	}
	return p.renderHooks(w, r, hooksPage{By: message.Webhook}, hookCard{Hook: message.Hook{ID: id}, Tried: &a})
}

func (p messageSettings) removeHook(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if _, err := p.store.RemoveHook(r.Context(), r.Meta(f.ID), r.PathValue("id")); err != nil {
		return err
	}
	return r.Redirect(w, hooksPath, "message.hook_removed")
}

type deliveriesPage struct {
	kit.Page
	Tabs    []kit.Tab
	Asked   kit.Form
	Choices []kit.Choice
	Rows    []deliveryRow
	Turn    kit.Turn
	All     kit.Form // of the button that replays all that are dead
	Dead    bool     // some are
}

type deliveryRow struct {
	message.Delivery
	Badge string
	Form  kit.Form
	Over  bool // it can be tried again by hand
}

var deliveryBadges = map[message.State]string{message.Waiting: kit.StateNone, message.Sent: kit.StateOK, message.Failed: kit.StateBad,
	message.Dead: kit.StateBad}

func (p messageSettings) showDeliveries(w http.ResponseWriter, r *kit.Request) error {
	q, err := kit.ReadFilter[message.Query](r)
	if err != nil {
		return err
	}
	before, _ := strconv.ParseUint(r.URL.Query().Get("before"), 10, 64) // what is no number is the newest
	list, next, err := p.store.Deliveries(r.Context(), r.Actor, q, before, kit.RowsAtOnce)
	if err != nil {
		return err
	}
	dead, _, err := p.store.Deliveries(r.Context(), r.Actor, message.Query{State: message.Dead}, 0, 1)
	if err != nil {
		return err
	}
	hooks, err := p.store.Hooks(r.Context())
	if err != nil {
		return err
	}
	page := deliveriesPage{Page: r.Page("message.log_title"), Tabs: tabs(r), Asked: kit.FilterForm(q), All: kit.NewForm(), Dead: len(dead) > 0}
	var topics []kit.Option
	for _, t := range message.Topics {
		topics = append(topics, kit.Option{Value: string(t), Text: t.Words(r.Lang)})
	}
	page.Choices = kit.Choices(kit.Choice{Name: "state", Label: r.Say("message.state"), Options: kit.WordOptions(r, "message.state.", message.States)},
		kit.Choice{Name: "channel", Label: r.Say("message.channel"), Options: kit.WordOptions(r, "message.channel.", message.Channels)},
		kit.Choice{Name: "topic", Label: r.Say("message.topic"), Options: topics})
	for _, d := range list {
		page.Rows = append(page.Rows, deliveryRow{d, deliveryBadges[d.State], kit.NewForm(), d.Again(hooks)})
	}
	older := ""
	if next > 0 {
		older = strconv.FormatUint(next, 10)
	}
	page.Turn = r.TurnAfter("before", older)
	return p.deliveries.Render(w, r, page)
}

func (p messageSettings) replay(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	n := f.Int("number")
	if err := f.Err(); err != nil {
		return err
	}
	if _, err := p.store.Replay(r.Context(), r.Meta(f.ID), message.Replay{Number: uint64(max(n, 0))}); err != nil {
		return err
	}
	p.tries.Wake()
	return r.Redirect(w, deliveriesPath, "message.replayed")
}

// step tells an administrator on the first page that messages do not arrive.
func (p messageSettings) step(r *kit.Request) ([]kit.Step, error) {
	if message.Allowed(r.Actor) != nil {
		return nil, nil
	}
	dead, _, err := p.store.Deliveries(r.Context(), r.Actor, message.Query{State: message.Dead}, 0, 1)
	if err != nil || len(dead) == 0 {
		return nil, err
	}
	return []kit.Step{{State: kit.StateBad, Icon: "warn", Title: r.Say("message.step_dead"), Text: r.Say("message.step_dead_text", "at", dead[0].Next),
		Path: deliveriesPath + "?state=dead", Button: r.Say("message.log_title"), Order: 4}}, nil
}
