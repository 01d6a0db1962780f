// Package client speaks the API of Loa for programs written in Go; the command line is one of
// them. There is one method for each call of the API's document, named by its method and path,
// and those are written from the routes the document is made of (go generate ./client).
//
//	loa := client.New("https://loa.example.vn", token)
//	for s, err := range loa.GetStations(ctx, stations.Filter{District: "082"}) { … }
//
// What is said twice is done once: each change carries an ID of its own, so that a call whose
// answer was lost is sent again.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

//go:generate go test ../web -run TestTheClientIsWrittenFromTheRoutes -write-client

// Client is how one program reaches one Loa. Copies of it made by As, If, Unless and Note are for the call
// that follows.
type Client struct {
	Server   string        // address, as "https://loa.example.vn"
	Token    string        // what it may is what the token's person may; "" is nobody
	Language string        // of sentences: "vi" or "en"; "" is the server's choice
	Patience time.Duration // how long it waits in all before it gives up what may be sent again; 0 tries once
	HTTP     *http.Client  // nil is http.DefaultClient

	change     string
	held, have Edition
	note       *Edition
}

// New is a client that waits half a minute for what may be sent again.
func New(server, token string) *Client {
	return &Client{Server: server, Token: token, Patience: 30 * time.Second}
}

// Edition is the state of something as it was read: its ETag.
type Edition string

// As makes the change that follows under an ID of the caller's choice, a UUID: made again with the same content it
// changes nothing and is answered as it was. Without it each call that changes something has a new one.
func (c *Client) As(change string) *Client { d := *c; d.change = change; return &d }

// Note has the edition of what is answered next written to e.
func (c *Client) Note(e *Edition) *Client { d := *c; d.note = e; return &d }

// If changes something only while it is of this edition; somebody else's change meanwhile is refused with
// status 412, who it was and what. "" changes whatever is there.
func (c *Client) If(e Edition) *Client { d := *c; d.held = e; return &d }

// Unless reads something only if it is no longer of this edition; else the error is ErrUnchanged.
func (c *Client) Unless(e Edition) *Client { d := *c; d.have = e; return &d }

// Faults that are not the server's word.
var (
	ErrUnchanged = errors.New("client: it is as it was")
	ErrNoName    = errors.New("client: a part of the path is empty")
	ErrNoEdition = errors.New("client: this call does not ask for an edition")
)

// AddressError is a server's address that cannot be read.
type AddressError string

// Error implements error.
func (e AddressError) Error() string {
	return fmt.Sprintf("client: %q is no address of a server", string(e))
}

// Error is a refusal, in the server's words. What answers without a code is no Loa.
type Error struct {
	Problem
	RetryAfter time.Duration // when to ask again, if the server said so
}

// Error is the sentence, with its code for programs and what each part says.
func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("client: %d %s of what is no Loa", e.Status, http.StatusText(e.Status))
	}
	said := fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Detail)
	for _, p := range e.Errors {
		said += "; " + p.Code + ": " + p.Detail
	}
	return said
}

// Is reports whether err is a refusal with this code, as a whole or in one of its parts.
func Is(err error, code string) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, p := range e.Errors {
		if p.Code == code {
			return true
		}
	}
	return e.Code == code
}

// call is one request as it is written in the document, and what is filled in.
type call struct {
	method, path string
	at           []string // what stands in the path
	query        url.Values
	in           any // sent as JSON
	kind         string
	body         io.Reader
	header       http.Header
	edits        bool // takes an edition
	once         bool // takes no ID, so that what is sent twice is done twice
	ranges       bool // gives parts
}

// repeatable says whether the call may be sent again when nobody knows what became of it: it only asks, or it has
// an ID; and its body can be had again.
func (k call) repeatable() bool {
	_, rewinds := k.body.(io.Seeker)
	once := k.once && k.method != http.MethodPut && k.method != http.MethodDelete
	return !once && (k.body == nil || rewinds)
}

func (k call) changes() bool {
	return k.method != http.MethodGet && k.method != http.MethodHead && k.method != http.MethodOptions
}

// address fills in the path.
func (k call) address(server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", AddressError(server)
	}
	path, i := "", 0
	for part := range strings.SplitSeq(k.path, "/") {
		if strings.HasPrefix(part, "{") {
			name := k.at[i]
			if i++; name == "" || name == "." || name == ".." {
				return "", fmt.Errorf("%w: %s of %s", ErrNoName, part, k.path)
			}
			part = url.PathEscape(name)
		}
		path += "/" + part
	}
	path = strings.TrimRight(server, "/") + strings.TrimPrefix(path, "/")
	if len(k.query) > 0 {
		path += "?" + k.query.Encode()
	}
	return path, nil
}

// open sends a call until it is answered, and gives the answer whose body is the caller's to close.
func (c *Client) open(ctx context.Context, k call) (*http.Response, error) {
	var got *http.Response
	err := c.try(ctx, k, func(r *http.Response) error { got = r; return nil })
	return got, err
}

// read sends a call until its whole answer is there.
func (c *Client) read(ctx context.Context, k call, out any) error {
	return c.try(ctx, k, func(r *http.Response) error {
		defer r.Body.Close()
		if r.StatusCode == http.StatusNoContent || out == nil {
			return nil
		}
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return &Error{Problem: Problem{Status: r.StatusCode}}
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return cut{err}
		}
		if err := json.Unmarshal(body, out); err != nil {
			return fmt.Errorf("client: read the answer to %s %s: %w", k.method, k.path, err)
		}
		if c.note != nil {
			*c.note = Edition(r.Header.Get("ETag"))
		}
		return nil
	})
}

// cut is a line that broke.
type cut struct{ error }

func (c cut) Unwrap() error { return c.error }

// try sends a call, and sends it again where that is safe.
func (c *Client) try(ctx context.Context, k call, use func(*http.Response) error) error {
	id := c.change
	if k.changes() && !k.once && id == "" {
		id = uuid.NewString()
	}
	return c.patiently(ctx, k.repeatable(), func() error { return c.send(ctx, k, id, use) })
}

// patiently does something, and where that is safe does it again when the line broke, or the server is busy or not
// there. It waits twice as long each time, by chance up to half of that less, or as long as the server says.
func (c *Client) patiently(ctx context.Context, safe bool, do func() error) error {
	var waited time.Duration
	for wait := 250 * time.Millisecond; ; wait *= 2 {
		err := do()
		again, asked := passing(err)
		if !again || !safe || ctx.Err() != nil {
			return err
		}
		long := max(asked, wait/2+rand.N(wait/2))
		if waited += long; waited > c.Patience {
			return err
		}
		if err := pause(ctx, long); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, long time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(long):
		return nil
	}
}

// passing says whether what went wrong may be over soon, and when the server thinks so.
func passing(err error) (again bool, after time.Duration) {
	var e *Error
	if errors.As(err, &e) {
		switch e.Status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true, e.RetryAfter
		}
		return false, 0
	}
	var broken cut
	return errors.As(err, &broken), 0
}

// send sends a call once.
func (c *Client) send(ctx context.Context, k call, id string, use func(*http.Response) error) error {
	if c.held != "" && !k.edits {
		return fmt.Errorf("%w: %s %s", ErrNoEdition, k.method, k.path)
	}
	address, err := k.address(c.Server)
	if err != nil {
		return err
	}
	body, kind := k.body, k.kind
	if k.in != nil {
		b, err := json.Marshal(k.in)
		if err != nil {
			return err
		}
		body, kind = bytes.NewReader(b), "application/json"
	} else if seeker, ok := k.body.(io.Seeker); ok {
		if _, err := seeker.Seek(0, io.SeekStart); err != nil {
			return err
		}
		body = io.NopCloser(k.body)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, address, body)
	if err != nil {
		return AddressError(c.Server)
	}
	for name, values := range k.header {
		req.Header[name] = values
	}
	for name, value := range map[string]string{"Accept-Language": c.Language, "Content-Type": kind, "If-Match": string(c.held),
		"If-None-Match": string(c.have), "Idempotency-Key": id} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	by := c.HTTP
	if by == nil {
		by = http.DefaultClient
	}
	resp, err := by.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return cut{err}
	}
	if resp.StatusCode < 300 {
		return use(resp)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified {
		return ErrUnchanged
	}
	return problem(resp)
}

// problem reads a refusal.
func problem(resp *http.Response) error {
	e := &Error{}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 8<<20)).Decode(&e.Problem); err != nil || e.Detail == "" {
		e.Problem = Problem{}
	}
	e.Status = resp.StatusCode
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}

func ask[T any](ctx context.Context, c *Client, k call) (out T, err error) {
	err = c.read(ctx, k, &out)
	return out, err
}

func done(ctx context.Context, c *Client, k call) error { return c.read(ctx, k, nil) }

// heard is a call that answers in headers.
func heard(ctx context.Context, c *Client, k call) (http.Header, error) {
	resp, err := c.open(ctx, k)
	if err != nil {
		return nil, err
	}
	return resp.Header, resp.Body.Close()
}

func list[T any](ctx context.Context, c *Client, k call) ([]T, error) {
	page, err := ask[List[T]](ctx, c, k)
	return page.Items, err
}

// List is one page of a list.
type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"` // URL of the next page, nil on the last
}

// pages asks for one page after the other while somebody reads.
func pages[T any](ctx context.Context, c *Client, k call) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if k.query == nil {
			k.query = url.Values{}
		}
		if k.query.Get("limit") == "" {
			k.query.Set("limit", "500")
		}
		for {
			p, err := ask[List[T]](ctx, c, k)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range p.Items {
				if !yield(item, nil) {
					return
				}
			}
			if p.Next == nil {
				return
			}
			next, err := url.Parse(*p.Next)
			if err != nil {
				var none T
				yield(none, fmt.Errorf("client: the next page of %s: %w", k.path, err))
				return
			}
			k.query = next.Query()
		}
	}
}

// All is a list read to its end.
func All[T any](list iter.Seq2[T, error]) ([]T, error) {
	all := []T{}
	for item, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}
