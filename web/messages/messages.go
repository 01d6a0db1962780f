// Package messages is what Loa told a person, and where she wants to be told.
package messages

import (
	"context"
	"crypto/ecdh"
	"embed"
	"net/http"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/web/kit"
)

//go:embed *.html *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	Inbox(ctx context.Context, person, before string, limit int) ([]message.Message, string, error)
	Unread(ctx context.Context, person string) (int, error)
	ReadMessages(ctx context.Context, by accounts.Actor, id string, at time.Time) (int, error)
	Choice(ctx context.Context, person string) (message.Choice, error)
	SaveChoice(ctx context.Context, m accounts.Meta, c message.Choice) (message.Choice, error)
	MessageSettings(ctx context.Context) (message.Settings, error)
	PushKey(ctx context.Context) (*ecdh.PrivateKey, error)
	Device(ctx context.Context, id string) (message.Device, error)
	Devices(ctx context.Context, person string, at time.Time) ([]message.Device, error)
	EndDevice(ctx context.Context, m accounts.Meta, id string) (message.Device, error)
}

// Tries sends one message at once and says what the other side answered.
type Tries interface {
	TryMail(ctx context.Context, id, to, name string, lang text.Language) (message.Attempt, error)
	TryDevice(ctx context.Context, id string, to message.Device, name string, lang text.Language) (message.Attempt, error)
}

type pages struct {
	store  Store
	tries  Tries
	inbox  *kit.View[inboxPage]
	choice *kit.View[choicePage]
	limit  *kit.Limiter
}

// The paths of the pages.
const (
	inboxPath  = kit.MessagesPath
	choicePath = "/me/messages"
)

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, tries Tries) {
	folder := k.Folder("messages", files)
	p := pages{store: s, tries: tries, inbox: kit.NewView[inboxPage](folder, "inbox.html"), choice: kit.NewView[choicePage](folder, "choice.html"),
		limit: kit.NewLimiter(time.Minute, 5, 10_000)}
	k.CountUnread(s.Unread)
	k.Handle(
		kit.Route{Pattern: "GET " + inboxPath, Access: kit.SignedIn, Handler: p.show},
		kit.Route{Pattern: "POST " + inboxPath + "/read", Access: kit.SignedIn, Handler: p.read},
		kit.Route{Pattern: "GET " + choicePath, Access: kit.SignedIn, Handler: p.showChoice},
		kit.Route{Pattern: "POST " + choicePath, Access: kit.SignedIn, Handler: p.saveChoice},
		kit.Route{Pattern: "POST " + choicePath + "/try", Access: kit.SignedIn, Handler: p.try},
		kit.Route{Pattern: "POST " + choicePath + "/devices/{id}/try", Access: kit.SignedIn, Handler: p.tryDevice},
		kit.Route{Pattern: "POST " + choicePath + "/devices/{id}/end", Access: kit.SignedIn, Handler: p.endDevice},
	)
}

type inboxPage struct {
	kit.Page
	Form     kit.Form
	Messages []message.Message
	Turn     kit.Turn
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	list, next, err := p.store.Inbox(r.Context(), r.Actor.Person, r.URL.Query().Get("before"), kit.CardsAtOnce)
	if err != nil {
		return err
	}
	return p.inbox.Render(w, r, inboxPage{Page: r.Page("message.inbox"), Form: kit.NewForm(), Messages: list, Turn: r.TurnAfter("before", next)})
}

// read notes that a message was read and goes on to what it is about, or that all were.
func (p pages) read(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if _, err := p.store.ReadMessages(r.Context(), r.Actor, f.Get("message"), r.Now); err != nil {
		return err
	}
	http.Redirect(w, r.Request, r.Next(inboxPath), http.StatusSeeOther)
	return nil
}

type choicePage struct {
	kit.Page
	Form   kit.Form
	Try    string // ID of the trial's form
	Topics []kit.Option
	Mails  bool // a mail server is set
	Mail   string
	Tried  *message.Attempt
	By     message.Channel

	Key     string // by which a browser subscribes
	Here    bool   // the browser of this session shows notifications
	Devices []deviceRow
}

type deviceRow struct {
	message.Device
	Here bool
}

func (p pages) showChoice(w http.ResponseWriter, r *kit.Request) error {
	return p.render(w, r, choicePage{})
}

// form is the form of a person's choice as it is now.
func (p pages) form(r *kit.Request) (kit.Form, error) {
	c, err := p.store.Choice(r.Context(), r.Actor.Person)
	f := kit.NewForm("mail", c.Mail, "phone", c.Phone)
	for _, t := range message.Told {
		if !slices.Contains(c.Not, t) {
			f.Values.Add("topics", string(t))
		}
	}
	return f.From(c.Edition()), err
}

func (p pages) render(w http.ResponseWriter, r *kit.Request, page choicePage) error {
	page.Page, page.Try = r.Page("message.choice_title"), kit.NewID()
	set, err := p.store.MessageSettings(r.Context())
	if err != nil {
		return err
	}
	c, err := p.store.Choice(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	page.Mails, page.Mail = set.Mail.Host != "", c.Mail
	if page.Form.ID == "" {
		if page.Form, err = p.form(r); err != nil {
			return err
		}
	}
	for _, t := range message.Told {
		page.Topics = append(page.Topics, kit.Option{Value: string(t), Text: t.Words(r.Lang)})
	}
	key, err := p.store.PushKey(r.Context())
	if err != nil {
		return err
	}
	page.Key = message.PushKey(key)
	devices, err := p.store.Devices(r.Context(), r.Actor.Person, r.Now)
	if err != nil {
		return err
	}
	for _, d := range devices {
		row := deviceRow{d, d.ID == r.Session.Root()}
		page.Here, page.Devices = page.Here || row.Here, append(page.Devices, row)
	}
	return p.choice.Render(w, r, page)
}

func (p pages) saveChoice(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := message.Choice{Person: r.Actor.Person, Mail: f.Get("mail"), Phone: f.Get("phone")}
	for _, t := range message.Told {
		if !f.Has("topics", string(t)) {
			c.Not = append(c.Not, t)
		}
	}
	err = f.Save(func() (kit.Form, error) { return p.form(r) }, func(m accounts.Meta) error {
		_, err := p.store.SaveChoice(r.Context(), m, c)
		return err
	})
	if f.Refused(err) {
		return p.render(w, r, choicePage{Form: *f})
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, choicePath, "me.saved")
}

// try sends a mail to the address the person has saved, a few times a minute at most.
func (p pages) try(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c, err := p.store.Choice(r.Context(), r.Actor.Person)
	if err != nil {
		return err
	}
	if c.Mail == "" {
		return fault.New(fault.Conflict, "message.no_address")
	}
	if err := p.limit.Allow(r.Actor.Person, r.Now); err != nil {
		return err
	}
	a, err := p.tries.TryMail(r.Context(), f.ID, c.Mail, r.Actor.Name, r.Lang)
	if err != nil {
		return err
	}
	return p.render(w, r, choicePage{Tried: &a, By: message.Letter})
}

// tryDevice shows a trial on a device of hers, a few times a minute at most.
func (p pages) tryDevice(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
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
	if err := p.limit.Allow(r.Actor.Person, r.Now); err != nil {
		return err
	}
	a, err := p.tries.TryDevice(r.Context(), f.ID, d, r.Actor.Name, r.Lang)
	if err != nil {
		return err
	}
	return p.render(w, r, choicePage{Tried: &a, By: message.Push})
}

func (p pages) endDevice(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if _, err := p.store.EndDevice(r.Context(), r.Meta(f.ID), r.PathValue("id")); err != nil {
		return err
	}
	return r.Redirect(w, choicePath, "message.device_ended")
}
