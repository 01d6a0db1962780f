package message

import (
	"crypto/rand"
	"encoding/base64"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Way is how far a topic goes.
type Way string

// The ways, each farther than the one before.
const (
	Nowhere Way = "off"  // nobody is told
	InApp   Way = "app"  // on the page of messages
	Outward Way = "mail" // and by e-mail to who gave an address, and on the devices of who wants it there
)

// Ways are all of them.
var Ways = []Way{Nowhere, InApp, Outward}

// Security is how the way to the mail server is kept secret.
type Security string

// The kinds of it.
const (
	StartTLS Security = "starttls" // the server must offer it; port 587
	TLS      Security = "tls"      // from the first byte; port 465
	Open     Security = "none"     // readable on the way; no password is sent
)

// Securities are all of them.
var Securities = []Security{StartTLS, TLS, Open}

// Mail is the mail server and who writes. The password stands apart (Secrets).
type Mail struct {
	Host     string   `json:"host,omitempty" schema:"maxLength=253"` // "" sends no e-mail
	Port     int      `json:"port,omitempty" schema:"minimum=0 maximum=65535"`
	Security Security `json:"security,omitempty"`
	User     string   `json:"user,omitempty" schema:"maxLength=254"` // "" logs in nowhere
	From     string   `json:"from,omitempty" schema:"maxLength=254"` // address
	Name     string   `json:"name,omitempty" schema:"maxLength=80"`  // of the sender
}

// Settings say which messages go where, and when they wait.
type Settings struct {
	Mail        Mail          `json:"mail"`
	Ways        map[Topic]Way `json:"ways,omitempty"`                             // those set; the others go Outward
	QuietFrom   int           `json:"quiet_from" schema:"minimum=0 maximum=1439"` // minutes after midnight in the zone; as QuietUntil for no quiet hours
	QuietUntil  int           `json:"quiet_until" schema:"minimum=0 maximum=1439"`
	SlotLead    int           `json:"slot_lead_minutes" schema:"minimum=10 maximum=1440"` // how long before a slot its operator is told
	SilentWeeks int           `json:"silent_weeks" schema:"minimum=1 maximum=26"`         // after so many the district's monitor is told
	LeadDays    int           `json:"lead_days" schema:"minimum=1 maximum=30"`            // before a contest's deadline
	KeepDays    int           `json:"keep_days" schema:"minimum=7 maximum=3650"`          // messages and the log of deliveries
	Inside      []string      `json:"inside,omitempty" schema:"maxItems=20"`              // hosts of the server's own networks that webhooks may reach
	accounts.Touch
}

// Edition is what two editors of the settings begin from.
func (s Settings) Edition() accounts.Edition { return accounts.EditionOf(s.Touch, s) }

// DefaultSettings send no e-mail until a server is named, are quiet from 21:00 to
// 5:00, and tell 30 minutes before a slot, after 3 silent weeks and 3 days before a
// contest's deadline; messages are kept for 90 days.
func DefaultSettings() Settings {
	return Settings{Mail: Mail{Security: StartTLS, Port: 587}, QuietFrom: 21 * 60, QuietUntil: 5 * 60, SlotLead: 30, SilentWeeks: 3, LeadDays: 3, KeepDays: 90}
}

// Way is how far the topic goes.
func (s Settings) Way(t Topic) Way {
	if w := s.Ways[t]; w != "" {
		return w
	}
	return Outward
}

// Allows reports whether webhooks may reach that host of the server's own networks.
func (s Settings) Allows(host string) bool {
	return slices.ContainsFunc(s.Inside, func(in string) bool { return strings.EqualFold(in, host) })
}

// Quiet says until when messages wait that are made at that instant; the zero Time if
// they do not.
func (s Settings) Quiet(at time.Time) time.Time {
	if s.QuietFrom == s.QuietUntil {
		return time.Time{}
	}
	local := at.In(text.Zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, text.Zone)
	now := local.Hour()*60 + local.Minute()
	end := day.Add(time.Duration(s.QuietUntil) * time.Minute)
	switch over := s.QuietFrom > s.QuietUntil; { // over midnight
	case over && now >= s.QuietFrom:
		return end.AddDate(0, 0, 1).UTC()
	case over && now < s.QuietUntil, !over && now >= s.QuietFrom && now < s.QuietUntil:
		return end.UTC()
	}
	return time.Time{}
}

// ReadClock reads a time of day, 21:00, as minutes after midnight. Fault: message.clock_form.
func ReadClock(s string) (int, error) {
	at, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fault.New(fault.Invalid, "message.clock_form")
	}
	return at.Hour()*60 + at.Minute(), nil
}

var hostForm = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$`)

// validHost reports whether it is a name or an IP address without a port.
func validHost(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || hostForm.MatchString(host) && !strings.Contains(host, "..")
}

// CheckAddress brings an e-mail address to its kept form: the bare address, at most 254
// bytes of ASCII on one line, so that it can add nothing to a header. Faults: message.mail_form.
func CheckAddress(s string) (string, error) {
	bad := fault.New(fault.Invalid, "message.mail_form").At("mail")
	a, err := mail.ParseAddress(s)
	if err != nil {
		return "", bad.Because(err)
	}
	local, domain, _ := strings.Cut(a.Address, "@")
	plain := strings.ContainsFunc(a.Address, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>(),;:\`, r) })
	if plain || a.Name != "" || len(a.Address) > 254 || local == "" || !hostForm.MatchString(domain) || strings.Contains(domain, "..") || a.Address != s {
		return "", bad
	}
	return a.Address, nil
}

// Check returns a fault for each setting that cannot be.
func (s Settings) Check() error {
	all := fault.New(fault.Invalid, "message.settings_invalid")
	refuse := func(field, code string, args ...any) {
		all.Parts = append(all.Parts, fault.New(fault.Invalid, code, args...).At(field))
	}
	for _, r := range []struct {
		field     string
		v, lo, hi int
	}{
		{"quiet_from", s.QuietFrom, 0, 1439}, {"quiet_until", s.QuietUntil, 0, 1439}, {"slot_lead_minutes", s.SlotLead, 10, 1440},
		{"silent_weeks", s.SilentWeeks, 1, 26}, {"lead_days", s.LeadDays, 1, 30}, {"keep_days", s.KeepDays, 7, 3650},
	} {
		if r.v < r.lo || r.v > r.hi {
			refuse(r.field, "message.setting_range", "from", r.lo, "until", r.hi)
		}
	}
	if s.KeepDays < s.LeadDays+7 { // what is forgotten would be said again
		refuse("keep_days", "message.keep_days_short", "least", s.LeadDays+7)
	}
	m := s.Mail
	if m.Host != "" {
		if !validHost(m.Host) {
			refuse("host", "message.host_form")
		}
		if m.Port < 1 || m.Port > 65535 {
			refuse("port", "message.setting_range", "from", 1, "until", 65535)
		}
		if !slices.Contains(Securities, m.Security) {
			refuse("security", "message.security_unknown")
		}
		if m.Security == Open && m.User != "" {
			refuse("security", "message.password_in_the_open")
		}
	}
	if len(m.User) > 254 || strings.ContainsFunc(m.User, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		refuse("user", "message.user_form")
	}
	if _, err := CheckAddress(m.From); err != nil && (m.Host != "" || m.From != "") {
		refuse("from", "message.mail_form")
	}
	if len([]rune(m.Name)) > accounts.NameMost {
		refuse("name", "accounts.name_form", "most", accounts.NameMost)
	}
	for t, w := range s.Ways {
		if !slices.Contains(Told, t) || !slices.Contains(Ways, w) {
			refuse("ways", "message.way_unknown", "topic", string(t))
		}
	}
	if len(s.Inside) > 20 || slices.ContainsFunc(s.Inside, func(h string) bool { return !validHost(h) }) {
		refuse("inside", "message.inside_form")
	}
	if len(all.Parts) > 0 {
		return all
	}
	return nil
}

// SaveSettings replaces the settings. The password is kept nowhere but with the secrets.
type SaveSettings struct {
	Settings
	Password    string `json:"-"`
	NewPassword bool   `json:"new_password"` // Password takes the place of the one that is kept
}

// DecideSettings says what settings are kept, and whether the password goes: another
// server never gets the password of the one before, so who changes the server types it
// again. password says whether one is kept. Faults: accounts.denied, edit.stale,
// message.settings_invalid with its parts, message.password_form, message.password_again.
func DecideSettings(old Settings, password bool, m accounts.Meta, c SaveSettings) (set Settings, forget bool, err error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return set, false, err
	}
	if err := m.Current(old.Edition()); err != nil {
		return set, false, err
	}
	set = c.Settings
	set.Mail.Name = text.Line(set.Mail.Name)
	if err := set.Check(); err != nil {
		return set, false, err
	}
	if len(c.Password) > 1000 || strings.ContainsAny(c.Password, "\r\n\x00") {
		return set, false, fault.New(fault.Invalid, "message.password_form").At("password")
	}
	forget = !c.NewPassword && (set.Mail.Host != old.Mail.Host || set.Mail.User != old.Mail.User || set.Mail.Security == Open)
	has := password && !forget
	if c.NewPassword {
		has = c.Password != ""
	}
	if set.Mail.Host != "" && set.Mail.User != "" && !has {
		return set, false, fault.New(fault.Invalid, "message.password_again").At("password")
	}
	set.Touch = m.Touch(old, set)
	return set, forget, nil
}

// Hook is an address that programs are told things at.
type Hook struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	URL     string    `json:"url"`
	Topics  []Topic   `json:"topics"`
	Paused  bool      `json:"paused"`
	Created time.Time `json:"created"`
	accounts.Touch
}

// Host is the machine that its address names.
func (h Hook) Host() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return "" // CheckURL takes none such
	}
	return u.Hostname()
}

// Edition is what two editors of the webhook begin from.
func (h Hook) Edition() accounts.Edition { return accounts.EditionOf(h.Touch, h) }

// MostHooks is how many webhooks there can be.
const MostHooks = 20

// HookFields are what is typed of a webhook.
type HookFields struct {
	Name   string  `json:"name" schema:"required maxLength=80"`
	URL    string  `json:"url" schema:"required maxLength=500"`
	Topics []Topic `json:"topics" schema:"required"`
	Paused bool    `json:"paused"`
}

// SaveHook makes a webhook, or changes the one of that ID. The secret signs what is
// sent, and is kept with the secrets; of the change its hash alone is kept.
type SaveHook struct {
	ID string `json:"id,omitempty"` // of the one that changes; "" makes one
	HookFields
	Secret string        `json:"-"` // "" leaves it as it is
	Hash   accounts.Hash `json:"hash,omitempty"`
}

// CheckURL returns a fault unless it is an address that messages can be posted to.
func CheckURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || len(s) > 500 || !validPort(u.Port()) || u.Scheme != "https" && u.Scheme != "http" || !validHost(u.Hostname()) || u.User != nil ||
		u.Fragment != "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fault.New(fault.Invalid, "message.url_form").At("url").Because(err)
	}
	return nil
}

// validPort reports whether an address may name the port; "" names none.
func validPort(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && n > 0 && n <= 65535
}

// DecideHook says what webhook is kept. old is the one that changes, nil for a new one;
// n is how many there are. Faults: accounts.denied, edit.stale, accounts.name_missing,
// accounts.name_form, message.url_form, message.topics_missing, message.topic_unknown,
// message.too_many_hooks.
func DecideHook(old *Hook, n int, m accounts.Meta, c SaveHook) (Hook, error) {
	h := Hook{ID: m.NewID(), Created: m.At.UTC()}
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return h, err
	}
	if old != nil {
		if err := m.Current(old.Edition()); err != nil {
			return h, err
		}
		h = *old
	} else if n >= MostHooks {
		return h, fault.New(fault.Invalid, "message.too_many_hooks", "most", MostHooks)
	}
	name, err := accounts.CheckName(c.Name)
	if err != nil {
		return h, err
	}
	if err := CheckURL(c.URL); err != nil {
		return h, err
	}
	h.Name, h.URL, h.Paused, h.Topics = name, c.URL, c.Paused, nil
	for _, t := range c.Topics {
		if !slices.Contains(Told, t) && !slices.Contains(Events, t) {
			return h, fault.New(fault.Invalid, "message.topic_unknown", "topic", string(t)).At("topics")
		}
		if !slices.Contains(h.Topics, t) {
			h.Topics = append(h.Topics, t)
		}
	}
	if len(h.Topics) == 0 {
		return h, fault.New(fault.Invalid, "message.topics_missing").At("topics")
	}
	before := Hook{}
	if old != nil {
		before = *old
	}
	h.Touch = m.Touch(before, h)
	return h, nil
}

// SecretPrefix begins every webhook's secret, as the Standard Webhooks specification says.
const SecretPrefix = "whsec_"

// NewSecret makes the secret of a webhook: 192 random bits.
func NewSecret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return SecretPrefix + base64.StdEncoding.EncodeToString(b)
}

var secretForm = regexp.MustCompile(`^whsec_[A-Za-z0-9+/]{32}$`)

// CheckSecret returns a fault unless NewSecret could have made it.
func CheckSecret(s string) error {
	if !secretForm.MatchString(s) {
		return fault.New(fault.Invalid, "message.secret_form")
	}
	return nil
}

// NoHook is the fault of a webhook that is not there.
func NoHook() error { return fault.New(fault.NotFound, "message.no_hook") }

// Choice is what a person wants to be told, and where.
type Choice struct {
	Person string  `json:"person"`
	Mail   string  `json:"mail,omitempty" schema:"maxLength=254"` // address
	Phone  string  `json:"phone,omitempty" schema:"maxLength=20"` // for programs that forward to it
	Not    []Topic `json:"not,omitempty"`                         // in the app alone
	accounts.Touch
}

// Edition is what two editors of the choice begin from.
func (c Choice) Edition() accounts.Edition { return accounts.EditionOf(c.Touch, c) }

var phoneForm = regexp.MustCompile(`^\+?[0-9]{8,15}$`)

// DecideChoice says what a person's choice is kept as: her own, by herself alone.
// Faults: accounts.log_in_first, accounts.denied, edit.stale, message.mail_form,
// message.phone_form, message.topic_unknown.
func DecideChoice(old Choice, m accounts.Meta, c Choice) (Choice, error) {
	switch {
	case m.By.Person == "":
		return c, fault.New(fault.Unauthenticated, "accounts.log_in_first")
	case c.Person != m.By.Person:
		return c, fault.New(fault.Denied, "accounts.denied")
	}
	if err := m.Current(old.Edition()); err != nil {
		return c, err
	}
	c.Phone = strings.NewReplacer(" ", "", ".", "", "-", "").Replace(c.Phone)
	if c.Mail != "" {
		var err error
		if c.Mail, err = CheckAddress(c.Mail); err != nil {
			return c, err
		}
	}
	if c.Phone != "" && !phoneForm.MatchString(c.Phone) {
		return c, fault.New(fault.Invalid, "message.phone_form").At("phone")
	}
	for _, t := range c.Not {
		if !slices.Contains(Told, t) {
			return c, fault.New(fault.Invalid, "message.topic_unknown", "topic", string(t)).At("not")
		}
	}
	c.Touch = m.Touch(old, c)
	return c, nil
}
