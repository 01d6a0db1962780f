package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"loa/client"
	"loa/internal/fault"
)

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

// client is one of the server named, else of the one that runs on the data folder. It tries once: who waits at a
// terminal is told, and a script has the exit code.
func (r reach) client() *client.Client {
	server := r.Server
	if server == "" {
		b, _ := os.ReadFile(filepath.Join(r.Data, addressFile)) // no daemon left any: the usual one
		server = cmp.Or(strings.TrimSpace(string(b)), usualServer)
	}
	token, err := r.bearer()
	return &client.Client{Server: server, Token: token, Language: string(language()), HTTP: &http.Client{Transport: way{server, err}}}
}

// bearer is the token given, or else the one in the data folder.
func (r reach) bearer() (string, error) {
	if r.Token != "" {
		return r.Token, nil
	}
	file := filepath.Join(r.Data, "admin.token")
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fault.New(fault.Unauthenticated, "cli.no_token", "file", file)
	}
	return strings.TrimSpace(string(b)), nil
}

// way is the way to the server, and says in words why it does not lead there.
type way struct {
	server string
	closed error // why there is none
}

// RoundTrip implements http.RoundTripper.
func (w way) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.closed != nil {
		return nil, w.closed
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil && r.Context().Err() == nil {
		err = fault.New(fault.Unavailable, unreached(err), "server", w.server)
	}
	return resp, err
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

// listed prints a list whole as JSON, or one line an item below a head.
func listed[T any](t *terminal, asJSON bool, items []T, head string, line func(T) string) error {
	if asJSON {
		return t.json(items)
	}
	table := tabwriter.NewWriter(t.out, 2, 0, 2, ' ', 0)
	if head != "" {
		fmt.Fprintln(table, head)
	}
	for _, item := range items {
		fmt.Fprintln(table, printable(line(item)))
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

// inWords is err as the terminal says it: what the server refused is a fault of the same kind with the
// server's own sentence. Its code is for programs, which ask the API or read the exit status.
func inWords(err error) *fault.Error {
	var address client.AddressError
	var p *client.Error
	switch {
	case errors.As(err, &address):
		return fault.New(fault.Invalid, "cli.bad_server", "server", string(address))
	case errors.Is(err, client.ErrNoName):
		return fault.New(fault.NotFound, "kit.not_found")
	case !errors.As(err, &p):
		return fault.Of(err)
	case p.Code == "":
		return fault.New(fault.Unavailable, "cli.not_loa", "status", strconv.Itoa(p.Status)+" "+http.StatusText(p.Status))
	}
	e := fault.New(kindOf(p.Status), "cli.server_said", "detail", p.Detail)
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

// refusedAs says whether the server refused with that status.
func refusedAs(err error, status int) bool {
	var p *client.Error
	return errors.As(err, &p) && p.Status == status
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
