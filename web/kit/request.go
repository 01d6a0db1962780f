package kit

import (
	"cmp"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/stations"
)

// Request is an HTTP request together with what Kit found out about it.
type Request struct {
	*http.Request
	Actor   accounts.Actor   // who asks; the zero Actor for a stranger
	Person  accounts.Person  // the account behind Actor; zero for a stranger
	Session accounts.Session // zero unless Actor.Via is "session"
	Locked  Held             // of a stranger whose browser's session asks for its PIN
	Lang    text.Language    // of the answer
	Now     time.Time        // one instant for the whole request, UTC

	kit     *Kit
	route   Route
	status  int               // of the page about to be rendered; 0 means 200
	body    []byte            // once ReadJSON has read it
	seen    string            // tag of the edition the caller has
	stale   *Stale            // of the form about to be shown again
	loose   *loose            // of the same
	titles  map[string]string // of contests, once one was named
	quizzes map[string]string // of knowledge contests, the same
	of      string            // tag of the edition that the answer shows
	early   bool              // the page brings the early part of the look (early.go)
	sent    *sent             // by an outbox; nil of what a browser or a program asks
}

// Route is the path of the route that answers, as it was declared, "" of an address that
// leads nowhere.
func (r *Request) Route() string { return r.route.Path() }

// Names says what people call the places and contests that grants reach.
func (r *Request) Names(places accounts.Places) accounts.Names {
	return accounts.Names{Places: places, Contest: r.contest}
}

// contest is what people call a contest. The titles are asked for once a request; where
// that fails the page shows IDs.
func (r *Request) contest(id string) string {
	if r.titles == nil && r.kit.titles != nil {
		var err error
		if r.titles, err = r.kit.titles(r.Context()); err != nil {
			r.kit.cfg.Log.Warn("contests are not named", "error", err)
		}
	}
	if r.quizzes == nil && r.kit.quizzes != nil {
		var err error
		if r.quizzes, err = r.kit.quizzes(r); err != nil {
			r.kit.cfg.Log.Warn("knowledge contests are not named", "error", err)
		}
	}
	return cmp.Or(r.titles[id], r.quizzes[id], id)
}

// HasContest reports whether there is a contest of that ID.
func (r *Request) HasContest(id string) bool {
	r.contest(id)
	_, known := r.titles[id]
	return known
}

func (r *Request) become(p accounts.Person, via string) {
	r.Person, r.Actor = p, p.Actor(via)
	if p.Language != "" {
		if _, err := r.Cookie("lang"); err != nil {
			r.Lang = p.Language
		}
	}
}

// Meta describes a change asked for by this request under the caller-made id, of
// the edition that If-Match names on a route that edits.
func (r *Request) Meta(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: r.Actor, At: r.Now, Seen: r.seen}
}

// Arrived is the instant at which the body had been read, for what must be whole
// by some time; Now is that at which the request began.
func (r *Request) Arrived() time.Time { return r.kit.Now().UTC() }

// Today is the day of the request in text.Zone.
func (r *Request) Today() stations.Date { return stations.DateOf(r.Now.In(text.Zone)) }

// NewID makes the ID of a change, or of a new thing.
func NewID() string { return uuid.NewString() }

// CheckID returns a fault naming the field when id is not a UUID.
func CheckID(id, field string) error {
	if len(id) != 36 || uuid.Validate(id) != nil {
		return fault.New(fault.Invalid, "kit.id_invalid").At(field)
	}
	return nil
}

// Secure reports whether the browser speaks TLS with us or with a proxy we trust.
func (r *Request) Secure() bool {
	return r.TLS != nil || r.fromProxy() && r.Header.Get("X-Forwarded-Proto") == "https"
}

func (r *Request) peer() netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

func (r *Request) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(r.kit.cfg.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

func (r *Request) fromProxy() bool { return r.trusts(r.peer()) }

// IP returns the address of the client: the peer's, or behind trusted proxies
// the last address in X-Forwarded-For that is none of them.
func (r *Request) IP() netip.Addr {
	addr := r.peer()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && r.trusts(addr); i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = a.Unmap()
	}
	return addr
}

// Network is who shares a limit with the client: the address, of IPv6 the /64
// that one customer gets whole.
func (r *Request) Network() string {
	ip := r.IP()
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// Address is where people reach the daemon, for links they copy: that of the
// settings, and never what a browser calls us.
func (r *Request) Address() (Address, error) {
	if r.kit.cfg.Address == nil {
		return Address{}, nil
	}
	return r.kit.cfg.Address(r.Context())
}

// language is the cookie's, which the footer's link sets, or for a program
// what Accept-Language likes best; else Vietnamese. A browser with a session
// is no program: many a phone is set to English, and its page is Vietnamese.
func (r *Request) language() text.Language {
	if c, err := r.Cookie("lang"); err == nil {
		if c.Value == string(text.English) {
			return text.English
		}
		return text.Vietnamese
	}
	if _, err := r.Cookie(r.cookieName("s")); err != nil && isAPI(r.URL.Path) {
		tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
		if err == nil && len(tags) > 0 {
			if best, _ := tags[0].Base(); best.String() == string(text.English) {
				return text.English
			}
		}
	}
	return text.Vietnamese
}

// Say returns a sentence of the catalogue in the person's language.
func (r *Request) Say(key string, args ...any) string { return r.Lang.Say(key, args...) }

// Sentences are what a fault says: those of its parts if it has some.
func (r *Request) Sentences(err error) []string {
	e := fault.Of(err)
	if e == nil {
		return nil
	}
	var out []string
	for _, part := range e.All() {
		out = append(out, r.Lang.Fault(part))
	}
	return out
}

// cookieName adds the __Host- prefix where the browser would accept it.
func (r *Request) cookieName(name string) string {
	if r.Secure() {
		return "__Host-" + name
	}
	return name
}

func (r *Request) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: r.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: r.Secure(), SameSite: http.SameSiteLaxMode})
}

// LogIn gives the browser the secret of a session just stored.
func (r *Request) LogIn(w http.ResponseWriter, secret string) {
	r.setCookie(w, "s", secret, accounts.PINMost) // the server ends most of them sooner
}

// Held is a session that a browser has the secret of, with its person.
type Held struct {
	Secret  string
	Person  accounts.Person
	Session accounts.Session
}

// HeldMost is how many people a browser keeps a session of, beside the one who uses it.
const HeldMost = 5

// Held are the locked sessions that this browser has the secrets of: its own, and those of
// others who use it. A person has one.
func (r *Request) Held() (list []Held, err error) {
	if r.Locked.Secret != "" {
		list = append(list, r.Locked)
	}
	c, err := r.Cookie(r.cookieName("held"))
	if err != nil {
		return list, nil
	}
	for _, secret := range strings.SplitN(c.Value, ".", HeldMost+1) {
		if !accounts.IsSecret(secret) || len(list) > HeldMost {
			continue
		}
		p, s, err := r.kit.cfg.Auth.BySession(r.Context(), accounts.HashOf(secret), r.Now)
		if err != nil {
			return nil, err
		}
		if s.Locked(r.Now) && !slices.ContainsFunc(list, func(h Held) bool { return h.Person.ID == p.ID }) {
			list = append(list, Held{secret, p, s})
		}
	}
	return list, nil
}

// Hold lets the browser keep the secrets of these sessions beside its own.
func (r *Request) Hold(w http.ResponseWriter, list []Held) {
	if _, err := r.Cookie(r.cookieName("held")); err != nil && len(list) == 0 {
		return
	}
	var secrets []string
	for _, h := range list[:min(len(list), HeldMost)] {
		secrets = append(secrets, h.Secret)
	}
	r.setCookie(w, "held", strings.Join(secrets, "."), accounts.PINMost)
}

// SetHalf gives the browser the secret of a log-in that waits for its second step, for so long.
func (r *Request) SetHalf(w http.ResponseWriter, secret string, life time.Duration) {
	r.setCookie(w, "half", secret, life)
}

// Half is the secret that SetHalf gave, "" if none.
func (r *Request) Half() string {
	c, err := r.Cookie(r.cookieName("half"))
	if err != nil {
		return ""
	}
	return c.Value
}

// SetSlip gives the browser a secret under a name of its own, for who has no account.
func (r *Request) SetSlip(w http.ResponseWriter, name, secret string, life time.Duration) {
	r.setCookie(w, "slip-"+name, secret, life)
}

// Slip is the secret that SetSlip gave under that name, "" if none.
func (r *Request) Slip(name string) string {
	c, err := r.Cookie(r.cookieName("slip-" + name))
	if err != nil {
		return ""
	}
	return c.Value
}

// Secret is that of the session the browser has.
func (r *Request) Secret() string {
	c, err := r.Cookie(r.cookieName("s"))
	if err != nil {
		return ""
	}
	return c.Value
}

// LogOut takes the session's secret from the browser.
func (r *Request) LogOut(w http.ResponseWriter) { r.setCookie(w, "s", "", -time.Second) }

// ForgetLanguage lets the language of the account rule again, not this
// browser's earlier choice.
func (r *Request) ForgetLanguage(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: "lang", Path: "/", MaxAge: -1, HttpOnly: true, Secure: r.Secure(), SameSite: http.SameSiteLaxMode})
}

var localPath = regexp.MustCompile(`^/([^/\\].*)?$`)

// Next returns the path that the parameter next asks to go on to, or fallback
// when it is absent or would leave this server.
func (r *Request) Next(fallback string) string {
	n := r.FormValue("next")
	if !localPath.MatchString(n) || strings.ContainsAny(n, "\r\n\t") {
		return fallback
	}
	return n
}

// A page of any list of the API holds so many items.
const (
	UsualLimit = 200 // where the parameter limit is absent
	MostLimit  = 500
)

// Limit reads the parameter limit of a list: 1 to MostLimit, UsualLimit if absent.
// More is refused and not cut: who asks for a thousand would take 500 for all.
func (r *Request) Limit() (int, error) {
	s := r.URL.Query().Get("limit")
	if s == "" {
		return UsualLimit, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > MostLimit {
		return 0, fault.New(fault.Invalid, "kit.limit_invalid", "most", MostLimit).At("limit")
	}
	return n, nil
}

// AfterNumber reads a parameter that names, by its number, what a page of a list comes after;
// 0 for the first page. Fault: kit.no_such_page.
func (r *Request) AfterNumber(parameter string) (int, error) {
	s := r.URL.Query().Get(parameter)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n == 0 {
		return 0, fault.New(fault.Invalid, "kit.no_such_page").At(parameter)
	}
	return int(n), nil
}

// yesNo are the parameters that are yes or no and no member of a filter: Request.Yes alone
// reads them.
var yesNo = []string{"abolish_districts", "check", "download", "dry_run", "new", "original", "small", "waiting"}

// Yes reads a parameter that is yes or no; no if it is absent or empty. Fault: filter.yes_no.
func (r *Request) Yes(name string) (bool, error) {
	if !slices.Contains(yesNo, name) { // the document would call it a word
		panic("kit: " + name + " is no parameter of yesNo")
	}
	yes, err := filter.Yes(r.URL.Query().Get(name))
	if err != nil {
		return false, fault.Of(err).At(name)
	}
	return yes, nil
}

// Instant reads a parameter that is an RFC 3339 time, or a day, which is its
// first instant in text.Zone; fallback if it is absent.
func (r *Request) Instant(name string, fallback time.Time) (time.Time, error) {
	m, err := stations.ParseMoment(r.URL.Query().Get(name))
	if err != nil {
		return time.Time{}, fault.Of(err).At(name)
	}
	return m.Or(fallback), nil
}
