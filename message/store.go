package message

import (
	"context"
	"crypto/ecdh"
	"time"

	"loa/accounts"
)

// Store keeps messages, their deliveries and what is set about them. It is safe for
// concurrent use. Secrets come out by Secret alone: nothing else answers one.
type Store interface {
	Outbox

	MessageSettings(ctx context.Context) (Settings, error)
	SaveMessageSettings(ctx context.Context, m accounts.Meta, c SaveSettings) (Settings, error) // DecideSettings
	// Hooks lists all webhooks, the oldest first: at most MostHooks.
	Hooks(ctx context.Context) ([]Hook, error)
	SaveHook(ctx context.Context, m accounts.Meta, c SaveHook) (Hook, error) // DecideHook, message.no_hook
	// RemoveHook also takes its secret away; what waits for it has failed (Removed).
	RemoveHook(ctx context.Context, m accounts.Meta, id string) (Hook, error) // Allowed, message.no_hook
	// Choice is what a person chose, the zero Choice of hers if she never did.
	Choice(ctx context.Context, person string) (Choice, error)
	SaveChoice(ctx context.Context, m accounts.Meta, c Choice) (Choice, error) // DecideChoice

	Device(ctx context.Context, id string) (Device, error) // message.no_device
	// Devices are a person's whose session is alive at that instant, the oldest first.
	Devices(ctx context.Context, person string, at time.Time) ([]Device, error)
	// SaveDevice also takes the subscription from the device that had it before: a browser has one.
	SaveDevice(ctx context.Context, m accounts.Meta, c SaveDevice) (Device, error) // DecideDevice
	EndDevice(ctx context.Context, m accounts.Meta, id string) (Device, error)     // MayTend

	// Inbox lists a person's messages from the newest, at most limit of them made before
	// that message; before is "" for the newest. next is the before of the rest, "" at the end.
	Inbox(ctx context.Context, person, before string, limit int) (list []Message, next string, err error)
	// Unread is how many of a person's messages she has not read.
	Unread(ctx context.Context, person string) (int, error)
	// ReadMessages notes that the actor read one of her messages, or all; it says how many she
	// had not. A repeat reads nothing more. DecideRead.
	ReadMessages(ctx context.Context, by accounts.Actor, id string, at time.Time) (int, error)

	// Deliveries lists those the query asks for from the newest, with numbers below before,
	// 0 for the newest. next is the before of the rest, 0 at the end: a page may hold fewer
	// than limit where few pass. Faults: Allowed.
	Deliveries(ctx context.Context, by accounts.Actor, q Query, before uint64, limit int) (list []Delivery, next uint64, err error)
	// Replay lets deliveries be tried again and says how many; of all that are dead it leaves
	// those whose webhook is gone. DecideReplay, message.no_delivery.
	Replay(ctx context.Context, m accounts.Meta, c Replay) (int, error)
}

// Outbox is what the door that sends asks.
type Outbox interface {
	// Post keeps what the drafts say, unless a message of that key is kept already, with the
	// deliveries that leave; all in one transaction. It says how many were new.
	Post(ctx context.Context, drafts []Draft, at time.Time) (int, error)
	// Due lists what is to be sent at that instant, the longest due first: about limit
	// deliveries, those of a batch together.
	Due(ctx context.Context, at time.Time, limit int) ([]Parcel, error)
	// Settle keeps what became of deliveries. Those that are over already stay as they are.
	Settle(ctx context.Context, list []Delivery) error
	// KeepTrial keeps a trial in the log with what became of it, unless it is kept already.
	KeepTrial(ctx context.Context, m Message, d Delivery) error
	// Secret is the one of a webhook or a device by its ID, or that of the mail server by "mail";
	// "" if there is none.
	Secret(ctx context.Context, of string) (string, error)
	// PushKey is the key by which push services know this installation, made when it is first asked for.
	PushKey(ctx context.Context) (*ecdh.PrivateKey, error)
	// DropDevice ends a device that its push service knows no more by that secret; ok is false
	// where it has another one by now.
	DropDevice(ctx context.Context, id, secret string) (ok bool, err error)
	// ForgetMessages removes messages made before that instant with their deliveries, at most
	// so many, and says how many went.
	ForgetMessages(ctx context.Context, before time.Time, most int) (int, error)
}

// MailSecret is the name of the mail server's password among the secrets.
const MailSecret = "mail"
