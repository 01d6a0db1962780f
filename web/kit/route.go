package kit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/filter"
)

// Access says who may call a route: Public, SignedIn, or whoever may do the
// action somewhere. The place is checked by the command itself.
type Access = accounts.Action

// The two accesses that are no action.
const (
	Public   Access = "public"    // everybody, logged in or not
	SignedIn Access = "signed_in" // everybody with an account
)

// Handler answers one request. It writes the answer, or returns an error and
// has written nothing; Kit answers errors in one place.
type Handler func(w http.ResponseWriter, r *Request) error

// SharedFor is how long anybody may keep what is for everybody.
const SharedFor = 5 * time.Minute

// DefaultBody is the largest body of a route that states no other limit.
const DefaultBody = 1 << 20

// Route is one declared way in. A route without Access is refused at start.
type Route struct {
	Pattern  string            // method and path as http.ServeMux reads them: "GET /people/{id}"
	Access   Access            // who may call it
	Handler  Handler           // what it does
	MaxBody  int64             // largest body in bytes; 0 means DefaultBody
	Headers  map[string]string // of every answer, also where the caller is refused
	Always   bool              // may change something also while Trouble holds
	Unproven bool              // open also to who must choose a second factor before anything else
	Once     bool              // below /api/: takes no Idempotency-Key, so what is sent twice is done twice
	Edits    bool              // below /api/: changes a thing somebody else may change meanwhile, so it takes If-Match
	Shared   bool              // a page without forms: what a stranger gets may be kept by anybody for SharedFor

	// For /api/v1/openapi.json; pages leave them empty.
	Summary  string // one line in English, what the call does
	Filter   any    // zero value of what the list is narrowed by (package filter): each member is a query parameter
	Query    string // names of the other query parameters, separated by spaces
	In       any    // zero value of the request body's type, nil for none
	Out      any    // zero value of the answer's type, nil for none
	Takes    string // media types of a body that is no JSON, separated by spaces
	Gives    string // media types of an answer that is no JSON, separated by spaces
	Ranges   bool   // what it gives can be had in parts
	Asks     string // names of headers that it reads, separated by spaces
	Tells    string // names of headers of its answer, separated by spaces
	Statuses []int  // of answers that are no refusal; none means 200, or 204 where nothing is answered
}

// parameters are the names of the query parameters the route reads.
func (r Route) parameters() []string {
	if r.Filter == nil {
		return strings.Fields(r.Query)
	}
	return append(filter.Names(r.Filter), strings.Fields(r.Query)...)
}

// statuses are those of answers that are no refusal.
func (r Route) statuses() []int {
	switch {
	case r.Statuses != nil:
		return r.Statuses
	case r.Ranges:
		return []int{http.StatusOK, http.StatusPartialContent}
	case r.Out == nil && r.Gives == "":
		return []int{http.StatusNoContent}
	}
	return []int{http.StatusOK}
}

// Everywhere are the headers of what pages of other sites may show or play: what everybody subscribes to.
var Everywhere = map[string]string{"Cross-Origin-Resource-Policy": "cross-origin"}

// Method returns the method of the pattern.
func (r Route) Method() string { m, _, _ := strings.Cut(r.Pattern, " "); return m }

// Path returns the path of the pattern, wildcards included.
func (r Route) Path() string { _, p, _ := strings.Cut(r.Pattern, " "); return p }

// Handle declares routes.
func (k *Kit) Handle(routes ...Route) { k.routes = append(k.routes, routes...) }

// Routes lists every declared route, so that one test can try each with every role.
func (k *Kit) Routes() []Route { return k.routes }

// isAPI reports whether a path answers in JSON.
func isAPI(path string) bool { return strings.HasPrefix(path, "/api/") }

func (k *Kit) mux() (_ *http.ServeMux, err error) {
	defer func() {
		if p := recover(); p != nil { // ServeMux panics on a bad or doubled pattern
			err = fmt.Errorf("kit: %v", p)
		}
	}()
	mux := http.NewServeMux()
	for _, r := range k.routes {
		if r.Access == "" || r.Handler == nil || r.Method() == "" || !strings.HasPrefix(r.Path(), "/") {
			return nil, fmt.Errorf("kit: route %q needs a method, a path, an access and a handler", r.Pattern)
		}
		mux.Handle(r.Pattern, k.serve(r))
	}
	mux.Handle("/", k.serve(Route{Access: Public, Handler: func(w http.ResponseWriter, r *Request) error { return unrouted(mux, w, r) }}))
	return mux, nil
}

// unrouted answers what no route does: which methods there are at the path,
// or that there is nothing.
func unrouted(mux *http.ServeMux, w http.ResponseWriter, r *Request) error {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := *r.Request
		other.Method = m
		if _, pattern := mux.Handler(&other); pattern != "/" {
			allowed = append(allowed, m)
		}
	}
	if allowed == nil {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	list := strings.Join(append(allowed, http.MethodOptions), ", ")
	w.Header().Set("Allow", list)
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return fault.New(fault.WrongMethod, "kit.wrong_method", "method", r.Method, "allowed", list)
}

// serve wraps a route's handler with everything a request needs: limits, who
// asks, whether she may, and the one answer to an error.
func (k *Kit) serve(route Route) http.Handler {
	pattern := cmp.Or(route.Pattern, "other")
	return http.HandlerFunc(func(hw http.ResponseWriter, hr *http.Request) {
		began, w := time.Now(), &statusWriter{ResponseWriter: hw}
		defer func() { k.metrics.note(pattern, w.status, time.Since(began)) }()
		r := &Request{Request: hr, kit: k, Now: k.cfg.Now().UTC(), route: route}
		r.Lang = r.language()
		for name, value := range route.Headers {
			w.Header().Set(name, value)
		}
		r.fromOutbox()
		err := k.identify(w, r)
		if err == nil {
			err = r.samePerson()
		}
		if err == nil {
			err = r.allowed()
		}
		if err == nil {
			err = k.held(r)
		}
		if err == nil {
			err = r.knownQuery()
		}
		if err == nil {
			err = r.readIfMatch()
		}
		if err == nil {
			k.limitBody(w, r)
			r.tee()
			err = route.Handler(w, r)
		}
		if err != nil {
			k.answerError(w, r, err)
		}
	})
}

// held refuses a change while there is a trouble that holds.
func (k *Kit) held(r *Request) error {
	if r.route.Always || slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, r.Method) {
		return nil
	}
	if t := k.trouble(); t != nil && t.Holds {
		return t.Err
	}
	return nil
}

// knownQuery refuses a parameter the API's route does not read: who filters by one
// would take the answer for what she asked.
func (r *Request) knownQuery() error {
	if !strings.HasPrefix(r.route.Path(), "/api/v1/") {
		return nil
	}
	known := r.route.parameters()
	for _, name := range slices.Sorted(maps.Keys(r.URL.Query())) { // who asks again hears the same
		if !slices.Contains(known, name) {
			return fault.New(fault.Invalid, "kit.query_unknown", "name", fmt.Sprintf("%.40s", name), "known", cmp.Or(strings.Join(known, ", "), "–")).At(name)
		}
	}
	return nil
}

// allowed checks the route's declared access.
func (r *Request) allowed() error {
	if r.Person.Unproven && !r.route.Unproven {
		if r.route.Access != Public {
			return fault.New(fault.Denied, "accounts.second_first")
		}
		r.Person, r.Actor, r.Session = accounts.Person{}, accounts.Actor{}, accounts.Session{} // what everybody may see is hers too
	}
	switch r.route.Access {
	case Public:
		return nil
	case SignedIn:
		if !r.Actor.SignedIn() {
			return fault.New(fault.Unauthenticated, "accounts.log_in_first")
		}
		return nil
	}
	return r.Actor.MustSomewhere(r.route.Access) // says log in, or denied
}

// May reports whether an actor passes the declared access: what the menu and
// the test of every route × every role ask.
func May(a accounts.Actor, access Access) bool {
	switch access {
	case Public:
		return true
	case SignedIn:
		return a.SignedIn()
	}
	return a.CanSomewhere(access)
}

// identify finds the actor from the bearer token or else the session cookie.
// A token that is no longer good is an error; a stale cookie is a stranger.
func (k *Kit) identify(w http.ResponseWriter, r *Request) error {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return k.identifyToken(r, accounts.HashOf(strings.TrimSpace(token)))
	}
	c, err := r.Cookie(r.cookieName("s"))
	if errors.Is(err, http.ErrNoCookie) {
		return nil
	}
	p, s, err := k.cfg.Auth.BySession(r.Context(), accounts.HashOf(c.Value), r.Now)
	if err != nil {
		return err
	}
	if p.ID == "" {
		return nil // the cookie stays: a clock that is set right may make it good again
	}
	if s.Locked(r.Now) {
		r.Locked = Held{c.Value, p, s}
		return nil
	}
	r.Session = s
	r.become(p, "session")
	r.Actor.Through, r.Actor.Cold = s.Root(), s.Cold(r.Now)
	k.changeSecret(w, r)
	w.Header().Set("Cache-Control", "no-store") // assets, which are everyone's, set their own
	return nil
}

// changeSecret gives the browser another cookie for its session when the one it
// has has aged: with a page somebody goes to, whose answer it keeps.
func (k *Kit) changeSecret(w http.ResponseWriter, r *Request) {
	gate, ok := k.cfg.Auth.(interface {
		ReplaceSession(ctx context.Context, m accounts.Meta, session accounts.Session, h accounts.Hash) error
	})
	page := r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") && !isAPI(r.URL.Path)
	if !ok || !page || !r.Session.Aged(r.Now) || k.trouble() != nil {
		return
	}
	secret := accounts.NewSecret()
	if err := gate.ReplaceSession(r.Context(), r.Meta(NewID()), r.Session, accounts.HashOf(secret)); err != nil {
		k.cfg.Log.Warn("a session keeps its secret", "err", err) // the old one is as good
		return
	}
	r.LogIn(w, secret)
}

func (k *Kit) identifyToken(r *Request, h accounts.Hash) error {
	if k.cfg.ServerToken != "" && h == k.cfg.ServerToken {
		r.become(accounts.ServerPerson(), "token")
		return nil
	}
	p, err := k.cfg.Auth.ByToken(r.Context(), h, r.Now)
	if err != nil {
		return err
	}
	if p.ID == "" {
		return fault.New(fault.Unauthenticated, "accounts.token_unknown")
	}
	r.become(p, "token")
	return nil
}
