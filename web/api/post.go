package api

import (
	"context"
	"crypto/ecdh"
	"net/http"
	"slices"
	"strconv"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/web/kit"
)

// PostStore is what the routes of messages ask of the store.
type PostStore interface {
	MessageSettings(ctx context.Context) (message.Settings, error)
	Hooks(ctx context.Context) ([]message.Hook, error)
	SaveHook(ctx context.Context, m accounts.Meta, c message.SaveHook) (message.Hook, error)
	RemoveHook(ctx context.Context, m accounts.Meta, id string) (message.Hook, error)
	Deliveries(ctx context.Context, by accounts.Actor, q message.Query, before uint64, limit int) ([]message.Delivery, uint64, error)
	Replay(ctx context.Context, m accounts.Meta, c message.Replay) (int, error)
	Inbox(ctx context.Context, person, before string, limit int) ([]message.Message, string, error)
	ReadMessages(ctx context.Context, by accounts.Actor, id string, at time.Time) (int, error)
	PushKey(ctx context.Context) (*ecdh.PrivateKey, error)
	Device(ctx context.Context, id string) (message.Device, error)
	Devices(ctx context.Context, person string, at time.Time) ([]message.Device, error)
	SaveDevice(ctx context.Context, m accounts.Meta, c message.SaveDevice) (message.Device, error)
	EndDevice(ctx context.Context, m accounts.Meta, id string) (message.Device, error)
}

// PostDoor sends one message at once and says what the other side answered.
type PostDoor interface {
	TryMail(ctx context.Context, id, to, name string, lang text.Language) (message.Attempt, error)
	TryHook(ctx context.Context, id, hook string, lang text.Language) (message.Attempt, error)
	TryDevice(ctx context.Context, id string, to message.Device, name string, lang text.Language) (message.Attempt, error)
	Inside(ctx context.Context, address string) bool
	Wake()
}

type posts struct {
	store PostStore
	door  PostDoor
	tries *kit.Limiter // of devices, which everybody may
}

func newPosts(s PostStore, door PostDoor) posts {
	return posts{store: s, door: door, tries: kit.NewLimiter(time.Minute, 5, 10_000)}
}

func (p posts) routes() []kit.Route {
	const admin = accounts.EditSettings
	return []kit.Route{
		{Pattern: "GET /api/v1/me/messages", Access: kit.SignedIn, Handler: p.inbox, Query: "limit after", Out: kit.List[message.Message]{},
			Summary: "What the caller was told, the newest first."},
		{Pattern: "POST /api/v1/me/messages/read", Access: kit.SignedIn, Handler: p.read, In: readBody{}, Out: Moved{},
			Summary: "Note that the caller read a message, or without an ID all."},
		{Pattern: "GET /api/v1/me/device", Access: kit.SignedIn, Handler: p.here, Out: Here{},
			Summary: "What a browser subscribes by to be sent notifications, and the device that this session's is already."},
		{Pattern: "PUT /api/v1/me/device", Access: kit.SignedIn, Handler: p.saveDevice, In: deviceBody{}, Out: message.Device{},
			Summary: "Show the caller's messages on the browser of this session; another subscription takes the place of the one before."},
		{Pattern: "GET /api/v1/post/devices", Access: kit.SignedIn, Handler: p.devices, Filter: message.DeviceQuery{}, Query: "limit after",
			Out: kit.List[message.Device]{}, Summary: "Devices that show the caller's messages, or as administrator a person's, the oldest first."},
		{Pattern: "DELETE /api/v1/post/devices/{id}", Access: kit.SignedIn, Handler: p.endDevice, Out: message.Device{},
			Summary: "Show nothing more on a device of the caller's, or as administrator of anybody's."},
		{Pattern: "POST /api/v1/post/devices/{id}/try", Once: true, Access: kit.SignedIn, Handler: p.tryDevice, Out: message.Attempt{},
			Summary: "Show a trial on the device at once; tells what its push service answered."},
		{Pattern: "GET /api/v1/post/hooks", Access: admin, Handler: p.hooks, Query: "limit after", Out: kit.List[message.Hook]{},
			Summary: "Webhooks, the oldest first; secrets are answered nowhere."},
		{Pattern: "POST /api/v1/post/hooks", Once: true, Statuses: []int{http.StatusCreated}, Access: admin, Handler: p.addHook,
			In: message.HookFields{}, Out: NewHook{}, Summary: "Make a webhook; the answer alone holds its secret, so an Idempotency-Key is refused."},
		{Pattern: "DELETE /api/v1/post/hooks/{id}", Access: admin, Handler: p.removeHook, Out: message.Hook{},
			Summary: "Remove a webhook with its secret."},
		{Pattern: "POST /api/v1/post/hooks/{id}/try", Once: true, Access: admin, Handler: p.tryHook, Out: message.Attempt{},
			Summary: "Post a trial to the webhook at once; tells what it answered."},
		{Pattern: "POST /api/v1/post/try", Once: true, Access: admin, Handler: p.tryMail, In: tryBody{}, Out: message.Attempt{},
			Summary: "Send a trial by e-mail at once; tells what the server answered."},
		{Pattern: "GET /api/v1/post/deliveries", Access: admin, Handler: p.deliveries, Filter: message.Query{}, Query: "limit after",
			Out: kit.List[message.Delivery]{}, Summary: "Log of deliveries, the newest first; a page may hold fewer than limit and still have a next."},
		{Pattern: "POST /api/v1/post/replay", Access: admin, Handler: p.replay, In: message.Replay{}, Out: Moved{},
			Summary: "Send a delivery again that failed or was given up, or without a number all that were given up."},
	}
}

// Moved is how many a change was about.
type Moved struct {
	N int `json:"n"`
}

type readBody struct {
	ID string `json:"id,omitempty"` // of a message; absent for all
}

type tryBody struct {
	Mail string `json:"mail" schema:"required maxLength=254"`
}

// Here is the browser of a session, as it may show notifications.
type Here struct {
	Key    string          `json:"key"` // applicationServerKey, in base64url
	Device *message.Device `json:"device,omitempty"`
}

type deviceBody struct {
	message.Subscription
	Renews bool `json:"renews,omitempty"` // the browser changed it by itself: only where there is one
}

// NewHook is a webhook just made, with its secret.
type NewHook struct {
	message.Hook
	Secret  string `json:"secret"`
	Refused bool   `json:"refused"` // its host lies in the server's own networks, and nothing is sent there until it is allowed
}

func (p posts) inbox(w http.ResponseWriter, r *kit.Request) error {
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	list, next, err := p.store.Inbox(r.Context(), r.Actor.Person, r.URL.Query().Get("after"), limit)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (p posts) read(w http.ResponseWriter, r *kit.Request) error {
	var b readBody
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	n, err := p.store.ReadMessages(r.Context(), r.Actor, b.ID, r.Now)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, Moved{n})
}

func (p posts) here(w http.ResponseWriter, r *kit.Request) error {
	key, err := p.store.PushKey(r.Context())
	if err != nil {
		return err
	}
	list, err := p.store.Devices(r.Context(), r.Actor.Person, r.Now)
	if err != nil {
		return err
	}
	h := Here{Key: message.PushKey(key)}
	if i := slices.IndexFunc(list, func(d message.Device) bool { return d.ID == r.Session.Root() }); i >= 0 {
		h.Device = &list[i]
	}
	return r.JSON(w, http.StatusOK, h)
}

func (p posts) saveDevice(w http.ResponseWriter, r *kit.Request) error {
	var b deviceBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	d, err := p.store.SaveDevice(r.Context(), m, message.NewDevice(r.Session, b.Subscription, b.Renews))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, d)
}

func (p posts) devices(w http.ResponseWriter, r *kit.Request) error {
	q, err := kit.ReadFilter[message.DeviceQuery](r)
	if err != nil {
		return err
	}
	if q.Person == "" {
		q.Person = r.Actor.Person
	}
	if q.Person != r.Actor.Person {
		if err := message.Allowed(r.Actor); err != nil {
			return err
		}
	}
	all, err := p.store.Devices(r.Context(), q.Person, r.Now)
	if err != nil {
		return err
	}
	list, next, err := kit.PageOf(r, all, func(d message.Device) string { return d.ID })
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (p posts) endDevice(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	d, err := p.store.EndDevice(r.Context(), m, r.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, d)
}

func (p posts) tryDevice(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	d, err := p.store.Device(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := d.MayTend(r.Actor); err != nil {
		return err
	}
	if err := p.tries.Allow(r.Actor.Person, r.Now); err != nil {
		return err
	}
	a, err := p.door.TryDevice(r.Context(), m.ID, d, r.Actor.Name, r.Lang)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, a)
}

func (p posts) hooks(w http.ResponseWriter, r *kit.Request) error {
	all, err := p.store.Hooks(r.Context())
	if err != nil {
		return err
	}
	list, next, err := kit.PageOf(r, all, func(h message.Hook) string { return h.ID })
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (p posts) addHook(w http.ResponseWriter, r *kit.Request) error {
	var b message.HookFields
	m, err := readOnce(r, &b)
	if err != nil {
		return err
	}
	secret := message.NewSecret()
	h, err := p.store.SaveHook(r.Context(), m, message.SaveHook{HookFields: b, Secret: secret, Hash: accounts.HashOf(secret)})
	if err != nil {
		return err
	}
	set, err := p.store.MessageSettings(r.Context())
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusCreated, NewHook{h, secret, !set.Allows(h.Host()) && p.door.Inside(r.Context(), h.URL)})
}

func (p posts) removeHook(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	h, err := p.store.RemoveHook(r.Context(), m, r.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, h)
}

func (p posts) tryHook(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	a, err := p.door.TryHook(r.Context(), m.ID, r.PathValue("id"), r.Lang)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, a)
}

func (p posts) tryMail(w http.ResponseWriter, r *kit.Request) error {
	var b tryBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	to, err := message.CheckAddress(b.Mail)
	if err != nil {
		return err
	}
	a, err := p.door.TryMail(r.Context(), m.ID, to, r.Actor.Name, r.Lang)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, a)
}

func (p posts) deliveries(w http.ResponseWriter, r *kit.Request) error {
	q, err := kit.ReadFilter[message.Query](r)
	if err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	before := uint64(0)
	if after := r.URL.Query().Get("after"); after != "" {
		if before, err = strconv.ParseUint(after, 10, 64); err != nil {
			return fault.New(fault.Invalid, "kit.no_such_page").At("after")
		}
	}
	list, next, err := p.store.Deliveries(r.Context(), r.Actor, q, before, limit)
	if err != nil {
		return err
	}
	more := ""
	if next > 0 {
		more = strconv.FormatUint(next, 10)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, more))
}

func (p posts) replay(w http.ResponseWriter, r *kit.Request) error {
	var b message.Replay
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	n, err := p.store.Replay(r.Context(), m, b)
	if err != nil {
		return err
	}
	p.door.Wake()
	return r.JSON(w, http.StatusOK, Moved{n})
}
