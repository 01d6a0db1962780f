// Package kit is what every page and every API route of Loa is built from: the
// router with declared access, sessions, rendering, forms, answers to errors,
// and the look (kit.css and the shared templates).
//
// A page folder exports Register(k *kit.Kit, ...): it declares its templates
// with Folder and NewView, its routes with Handle, its place in the menu with
// Menu. CONTRIBUTING.md shows a whole page in 40 lines.
package kit

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"loa/accounts"
	"loa/internal/text"
)

//go:embed *.html *.css *.js *.svg *.png
var files embed.FS

// Config is what a Kit needs to know. Auth, Now and Log are required.
type Config struct {
	Auth    accounts.Gate
	Now     func() time.Time
	Log     *slog.Logger
	Origins []string       // "https://host" whose pages' scripts may call the API with a bearer token; none by default
	Proxies []netip.Prefix // whose X-Forwarded-For and -Proto are believed; none by default
	Version string         // shown in the footer
	Demo    bool           // what is shown was simulated: every page says so

	// ServerToken is the hash of the bearer token kept in the data folder: who
	// may read it acts as accounts.ServerPerson. "" means there is none.
	ServerToken accounts.Hash

	// Marks makes every button say which template it comes from, so that a
	// test can list those nobody presses.
	Marks bool

	// Address is where people reach the daemon, for the links they are sent.
	Address func(context.Context) (Address, error)

	// Ready says whether the daemon can serve; nil means always.
	Ready func(context.Context) error

	// Trouble says what keeps the daemon from writing now, or nil; every page
	// tells it. While it holds, only routes with Always may change anything.
	// nil means there is never any.
	Trouble func() *Trouble
}

// Trouble is what keeps the daemon from writing.
type Trouble struct {
	Err   error  // its sentence is for everybody
	Holds bool   // nothing is even tried
	Path  string // where whoever runs the server can mend it, "" if nowhere
	Key   string // catalogue key of the link's word
}

// Address is where people reach the daemon.
type Address struct {
	URL string // scheme and host, "https://loa.example.vn"
	Set bool   // somebody said so; else it is where the daemon listens
}

// Local reports whether only the server itself can open links to the address.
func (a Address) Local() bool {
	u, err := url.Parse(a.URL)
	if err != nil {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// AddressPath is where the address is set.
const AddressPath = "/settings/address"

// ClockPath is where a person says that the server's clock is right.
const ClockPath = "/clock"

// FactorsPath is where a person chooses a second factor.
const FactorsPath = "/me/factors"

// MessagesPath is where a person reads what she was told.
const MessagesPath = "/messages"

// trouble is Config.Trouble, which may be nil.
func (k *Kit) trouble() *Trouble {
	if k.cfg.Trouble == nil {
		return nil
	}
	return k.cfg.Trouble()
}

// Kit collects routes, views, assets and menu entries while the page folders
// register, and then serves them. Register everything before Handler; a Kit is
// safe for concurrent use after that.
type Kit struct {
	cfg      Config
	routes   []Route
	views    []AnyView
	assets   *assets
	early    early // set by Handler
	menu     []MenuItem
	steps    []StepFunc
	folders  []*Folder
	errs     []error
	failed   *View[errorPage]
	offline  *View[offlinePage]
	outbox   *View[outboxPage]
	metrics  *metrics
	values   map[reflect.Type][]string                 // of types of words, for the API document
	document object                                    // of the API, made by Handler
	verify   func(r *Request, passphrase string) error // see Prove
	titles   func(ctx context.Context) (map[string]string, error)
	quizzes  func(r *Request) (map[string]string, error)
	unread   func(ctx context.Context, person string) (int, error)
	help     func(r *Request) string

	sent, read []string // headers that scripts of other origins may use

	mu   sync.Mutex
	base map[text.Language]*template.Template // the shared templates, see shared
}

// NameContests says how the pages learn what people call contests, by their IDs; one that
// is not among them is called by its ID.
func (k *Kit) NameContests(titles func(ctx context.Context) (map[string]string, error)) {
	k.titles = titles
}

// NameQuizzes says the same of knowledge contests.
func (k *Kit) NameQuizzes(titles func(r *Request) (map[string]string, error)) { k.quizzes = titles }

// CountUnread says how every page learns how many messages a person has not read.
func (k *Kit) CountUnread(unread func(ctx context.Context, person string) (int, error)) {
	k.unread = unread
}

// HelpAt says how every page learns the address of what explains it.
func (k *Kit) HelpAt(help func(r *Request) string) { k.help = help }

// New returns a Kit with the shared look loaded.
func New(cfg Config) *Kit {
	k := &Kit{cfg: cfg, assets: newAssets(), values: map[reflect.Type][]string{}, base: map[text.Language]*template.Template{}}
	k.metrics = newMetrics(func() bool { return k.trouble() != nil })
	k.assets.add("kit", files, k.Fail)
	own := &Folder{kit: k, name: "kit", fs: files, used: map[string]bool{}}
	if _, err := k.shared(text.Vietnamese); err != nil {
		k.Fail(err)
	}
	k.failed, k.offline = NewView[errorPage](own, "error.html"), NewView[offlinePage](own, "offline.html")
	k.outbox = NewView[outboxPage](own, "outbox.html")
	k.Handle(k.ownRoutes()...)
	k.Expose([]string{"Authorization", "Content-Type", "Idempotency-Key", "Range"}, []string{"Location", "Retry-After", "Content-Range"})
	return k
}

// Fail notes a mistake of a registration; Handler returns them all.
func (k *Kit) Fail(err error) { k.errs = append(k.errs, err) }

// Log returns the logger of the web's door.
func (k *Kit) Log() *slog.Logger { return k.cfg.Log }

// Now returns the current time from the injected clock.
func (k *Kit) Now() time.Time { return k.cfg.Now() }

// Folder is one page folder: its templates, styles and scripts.
type Folder struct {
	kit  *Kit
	name string
	fs   fs.FS
	used map[string]bool // templates that some view declared

	checked bool // its parts are parsed without fault
}

// Folder adds a page folder. name is the folder's own name; its .css, .js,
// .svg and .png files are served, and {{asset "name/file.css"}} links them.
func (k *Kit) Folder(name string, files fs.FS) *Folder {
	f := &Folder{kit: k, name: name, fs: files, used: map[string]bool{}}
	k.folders = append(k.folders, f)
	k.assets.add(name, files, k.Fail)
	return f
}

// undeclared lists templates that no view uses: a forgotten page, or a typing
// error. Names that begin with "_" are parts shared inside the folder.
func (f *Folder) undeclared() []error {
	var errs []error
	names, err := fs.Glob(f.fs, "*.html")
	if err != nil {
		return []error{err}
	}
	for _, n := range names {
		if !f.used[n] && !strings.HasPrefix(path.Base(n), "_") {
			errs = append(errs, fmt.Errorf("kit: template %s/%s is declared by no view", f.name, n))
		}
	}
	return errs
}

// MenuItem is one entry of the side bar and of the phone's bottom bar.
type MenuItem struct {
	Path   string // "/people"; the item is current on this path and below it
	Key    string // catalogue key of its word
	Icon   string // name in icons.go
	Access Access // who sees it
	Order  int    // small first; the bottom bar of a phone shows the first four
}

// Menu adds entries to the menu.
func (k *Kit) Menu(items ...MenuItem) {
	k.menu = append(k.menu, items...)
	slices.SortStableFunc(k.menu, func(a, b MenuItem) int { return a.Order - b.Order })
}

// MenuItems lists every entry, whoever sees it.
func (k *Kit) MenuItems() []MenuItem { return k.menu }

// Step is one card of the first page: something to do next.
type Step struct {
	Title  string // the sentence's subject, already in the person's language
	Text   string // why, or what is known about it now
	Path   string // where the button leads
	Button string // the button's word
	Icon   string // name in icons.go
	State  string // "", "ok", "warn" or "bad": the card's mark
	Order  int    // small first
	Count  int    // how many rows the page it leads to lists, where the card says a number
	Lines  []StepLine
}

// StepLine is one of several things a card is about, and where it is done.
type StepLine struct {
	Text, Path string
	Count      int // as that of Step
}

// mostLines is how many of its lines a card shows unfolded.
const mostLines = 5

// First are the lines that are shown.
func (s Step) First() []StepLine { return s.Lines[:min(len(s.Lines), mostLines)] }

// More are those that are folded away.
func (s Step) More() []StepLine { return s.Lines[len(s.First()):] }

// StepFunc tells the steps its noun has for this person now; none is fine.
type StepFunc func(r *Request) ([]Step, error)

// AddStep adds a source of cards to the first page.
func (k *Kit) AddStep(f StepFunc) { k.steps = append(k.steps, f) }

// Steps collects the cards of the first page for the person, in order.
func (k *Kit) Steps(r *Request) ([]Step, error) {
	var all []Step
	for _, f := range k.steps {
		s, err := f(r)
		if err != nil {
			return nil, err
		}
		all = append(all, s...)
	}
	slices.SortStableFunc(all, func(a, b Step) int { return a.Order - b.Order })
	return all, nil
}

// Handler ends registration and returns what serves everything. It fails when
// a template is broken or declared by no view, a route has no access or is
// declared twice, or a menu entry names nothing.
func (k *Kit) Handler() (http.Handler, error) {
	errs := slices.Clone(k.errs)
	for _, f := range k.folders {
		errs = append(errs, f.undeclared()...)
	}
	for _, m := range k.menu {
		if icons[m.Icon] == "" {
			errs = append(errs, fmt.Errorf("kit: menu entry %s has no icon %q", m.Path, m.Icon))
		}
	}
	var err error
	if k.document, err = k.describe(); err != nil {
		errs = append(errs, err)
	}
	k.assets.seal()
	if k.early, err = k.assets.early(); err != nil {
		errs = append(errs, err)
	}
	mux, err := k.mux()
	if err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return k.guard(mux), nil
}
