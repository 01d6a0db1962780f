package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"loa/internal/fault"
)

// client talks to the running daemon's API.
type client struct {
	server, token, data string
	change              string // ID of what is sent, where somebody chose one
}

// reach is the flags of every command that touches live data.
type reach struct {
	Server string `help:"cli.flag.server"`
	Token  string `env:"LOA_TOKEN" help:"cli.flag.token"`
	Data   string `default:"data" help:"cli.flag.data"`
}

// usualServer is where Loa listens unless it is told otherwise.
const usualServer = "http://127.0.0.1:8080"

// addressFile is where a running daemon leaves its address, in its data folder.
const addressFile = "server.url"

// client is one of the server named, else of the one that runs on the data folder.
func (r reach) client() *client {
	server := r.Server
	if server == "" {
		b, _ := os.ReadFile(filepath.Join(r.Data, addressFile)) // no daemon left any: the usual one
		server = cmp.Or(strings.TrimSpace(string(b)), usualServer)
	}
	return &client{server: server, token: r.Token, data: r.Data}
}

// bearer is the token given, or else the one in the data folder.
func (c *client) bearer() (string, error) {
	if c.token != "" {
		return c.token, nil
	}
	file := filepath.Join(c.data, "admin.token")
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fault.New(fault.Unauthenticated, "cli.no_token", "file", file)
	}
	return strings.TrimSpace(string(b)), nil
}

// do sends one request; path starts with "/". A problem answer becomes a
// fault that says what the server said. The caller closes the body.
func (c *client) do(ctx context.Context, method, path, contentType string, body io.Reader) (*http.Response, error) {
	return c.match(ctx, method, path, contentType, "", body)
}

// match is do of a change that holds only while the thing is of the edition whose ETag is given.
func (c *client) match(ctx context.Context, method, path, contentType, etag string, body io.Reader) (*http.Response, error) {
	token, err := c.bearer()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(c.server, "/")+path, body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "cli.bad_server", "server", c.server)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept-Language", string(language()))
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if etag != "" {
		req.Header.Set("If-Match", etag)
	}
	if c.change != "" && method != http.MethodGet {
		req.Header.Set("Idempotency-Key", c.change)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fault.New(fault.Unavailable, unreached(err), "server", c.server)
	}
	if resp.StatusCode >= 300 {
		defer resp.Body.Close()
		return nil, problem(resp)
	}
	return resp, nil
}

// unreached is the code of the sentence about a server that could not be reached.
func unreached(err error) string {
	var name *net.DNSError
	var slow net.Error
	switch {
	case errors.As(err, &name):
		return "cli.no_such_server"
	case errors.As(err, &slow) && slow.Timeout():
		return "cli.silent_server"
	}
	return "cli.no_server"
}

// get asks for JSON and decodes it into out.
func (c *client) get(ctx context.Context, path string, out any) error {
	return c.send(ctx, http.MethodGet, path, nil, out)
}

// send sends in as JSON (nil for no body) and decodes the answer into out
// (nil to ignore it).
func (c *client) send(ctx context.Context, method, path string, in, out any) error {
	_, err := c.exchange(ctx, method, path, "", in, out)
	return err
}

// edit reads a thing at from into was, and sends a change of that edition: what somebody
// else decided meanwhile is refused and told.
func (c *client) edit(ctx context.Context, from string, was any, method, path string, in, out any) error {
	etag, err := c.exchange(ctx, http.MethodGet, from, "", nil, was)
	if err == nil {
		_, err = c.exchange(ctx, method, path, etag, in, out)
	}
	return err
}

// exchange is send of a change that holds for the edition whose ETag is given, "" for any;
// it returns that of the answer.
func (c *client) exchange(ctx context.Context, method, path, etag string, in, out any) (string, error) {
	var body io.Reader
	contentType := ""
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return "", err
		}
		body, contentType = bytes.NewReader(b), "application/json"
	}
	resp, err := c.match(ctx, method, path, contentType, etag, body)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if out == nil {
		return "", nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return "", fmt.Errorf("read the server's answer to %s %s: %w", method, path, err)
	}
	return resp.Header.Get("ETag"), nil
}

// all asks for every page of a list.
func (c *client) all(ctx context.Context, path string) ([]json.RawMessage, error) {
	items := []json.RawMessage{}
	for path != "" {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next"`
		}
		if err := c.get(ctx, path, &page); err != nil {
			return nil, err
		}
		items, path = append(items, page.Items...), page.Next
	}
	return items, nil
}

// asked are the parameters of a question, those that say nothing left out.
func asked(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return "?" + q.Encode()
}

// listed prints a list whole as JSON, or one line an item below a head.
func listed[T any](t *terminal, asJSON bool, items []json.RawMessage, head string, line func(T) string) error {
	if asJSON {
		return t.json(items)
	}
	table := tabwriter.NewWriter(t.out, 2, 0, 2, ' ', 0)
	if head != "" {
		fmt.Fprintln(table, head)
	}
	for _, item := range items {
		var v T
		if err := json.Unmarshal(item, &v); err != nil {
			return fmt.Errorf("read the server's answer: %w", err)
		}
		fmt.Fprintln(table, printable(line(v)))
	}
	return table.Flush()
}

// json prints v as JSON for programs.
func (t *terminal) json(v any) error {
	enc := json.NewEncoder(t.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// problem turns an application/problem+json answer into a fault of the same
// kind, with the server's own sentence. Its code is for programs, which ask the API or
// read the exit status: people are told in words.
func problem(resp *http.Response) error {
	var p struct {
		Detail string `json:"detail"`
		Code   string `json:"code"`
		Field  string `json:"field"`
		Other  string `json:"other"`
		Seen   string `json:"seen"`
		Errors []struct {
			Detail string `json:"detail"`
			Code   string `json:"code"`
		} `json:"errors"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 8<<20)).Decode(&p); err != nil || p.Detail == "" {
		return fault.New(fault.Unavailable, "cli.not_loa", "status", resp.Status).Because(err)
	}
	e := fault.New(kindOf(resp.StatusCode), "cli.server_said", "detail", p.Detail)
	for _, part := range p.Errors {
		e.Parts = append(e.Parts, fault.New(e.Kind, "cli.server_said", "detail", part.Detail))
		if more := toType(e.Kind, part.Code, ""); more != nil {
			e.Parts = append(e.Parts, more)
		}
	}
	code := p.Code
	if code == "filter.word_unknown" { // which list, the field says
		code += " " + p.Field
	}
	if more := toType(e.Kind, code, p.Other); more != nil {
		e.Parts = append(e.Parts, more)
	}
	if p.Seen != "" {
		e.Parts = append(e.Parts, fault.New(e.Kind, "cli.say_seen", "seen", p.Seen))
	}
	return e
}

func kindOf(status int) fault.Kind {
	switch status {
	case http.StatusUnauthorized:
		return fault.Unauthenticated
	case http.StatusForbidden:
		return fault.Denied
	case http.StatusNotFound:
		return fault.NotFound
	case http.StatusConflict:
		return fault.Conflict
	case http.StatusPreconditionFailed:
		return fault.Stale
	case http.StatusGone:
		return fault.Gone
	case http.StatusRequestEntityTooLarge:
		return fault.TooLarge
	case http.StatusUnsupportedMediaType:
		return fault.Unsupported
	case http.StatusTooManyRequests:
		return fault.TooMany
	case http.StatusInsufficientStorage:
		return fault.Full
	case http.StatusServiceUnavailable:
		return fault.Unavailable
	}
	if status >= 500 {
		return fault.Internal
	}
	return fault.Invalid
}
