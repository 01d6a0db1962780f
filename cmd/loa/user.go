package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/api"
)

// userCommand is loa user add|invite|token|list, against the running daemon.
func userCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	does := map[string]func(context.Context, *userFlags, []string, io.Writer) error{
		"add": userAdd, "invite": userInvite, "token": userToken, "list": userList,
	}
	if len(args) > 0 && does[args[0]] != nil {
		u := newUserFlags("user " + args[0])
		rest, err := parse(u.set, args[1:], stderr)
		if err != nil {
			return err
		}
		return does[args[0]](ctx, u, rest, stdout)
	}
	return fault.New(fault.Invalid, "accounts.cli.which")
}

type userFlags struct {
	set                                   *flag.FlagSet
	client                                *client
	role, station, district, note, person string
	days                                  int
	lang                                  text.Language
}

func newUserFlags(name string) *userFlags {
	u := &userFlags{set: flag.NewFlagSet(name, flag.ContinueOnError), lang: language()}
	u.client = clientFlags(u.set)
	u.set.StringVar(&u.role, "role", "", u.lang.Say("accounts.cli.role"))
	u.set.StringVar(&u.station, "station", "", u.lang.Say("accounts.cli.station"))
	u.set.StringVar(&u.district, "district", "", u.lang.Say("accounts.cli.district"))
	u.set.StringVar(&u.note, "note", "", u.lang.Say("accounts.cli.note"))
	u.set.StringVar(&u.person, "person", "", u.lang.Say("accounts.cli.person"))
	u.set.IntVar(&u.days, "days", 90, u.lang.Say("accounts.cli.days"))
	return u
}

// grants are those the flags name; none without --role.
func (u *userFlags) grants() []accounts.Grant {
	if u.role == "" {
		return nil
	}
	g := accounts.Grant{Role: accounts.Role(u.role), Scope: accounts.Scope{Level: accounts.Province}}
	switch {
	case u.station != "":
		g.Scope = accounts.Scope{Level: accounts.Station, ID: u.station}
	case u.district != "":
		g.Scope = accounts.Scope{Level: accounts.District, ID: u.district}
	}
	return []accounts.Grant{g}
}

// userAdd makes an account and prints the link by which its owner chooses a
// passphrase: no one else ever knows it.
func userAdd(ctx context.Context, u *userFlags, args []string, stdout io.Writer) error {
	if len(args) != 2 {
		return fault.New(fault.Invalid, "accounts.cli.add_args")
	}
	var p accounts.Person
	err := u.client.send(ctx, http.MethodPost, "/api/v1/people", map[string]any{"name": args[0], "login": args[1], "grants": u.grants()}, &p)
	if err != nil {
		return err
	}
	var inv api.Invitation
	if err := u.client.send(ctx, http.MethodPost, "/api/v1/invitations", map[string]any{"person": p.ID}, &inv); err != nil {
		return err
	}
	fmt.Fprintln(stdout, u.lang.Say("accounts.cli.added", "name", p.Name, "login", p.Login, "link", inv.Link, "until", inv.Expires))
	return nil
}

// userInvite prints an invitation's link, or with --person one that renews a passphrase.
func userInvite(ctx context.Context, u *userFlags, args []string, stdout io.Writer) error {
	if len(args) != 0 || (u.role == "") == (u.person == "") {
		return fault.New(fault.Invalid, "accounts.cli.invite_args")
	}
	in := map[string]any{"note": u.note}
	if u.person != "" {
		in["person"] = u.person
	} else {
		in["grants"] = u.grants()
	}
	var inv api.Invitation
	if err := u.client.send(ctx, http.MethodPost, "/api/v1/invitations", in, &inv); err != nil {
		return err
	}
	fmt.Fprintln(stdout, u.lang.Say("accounts.cli.invited", "link", inv.Link, "until", inv.Expires))
	return nil
}

// userToken prints a new API token of a person and nothing else, for scripts.
func userToken(ctx context.Context, u *userFlags, args []string, stdout io.Writer) error {
	if len(args) != 1 || u.person == "" {
		return fault.New(fault.Invalid, "accounts.cli.token_args")
	}
	var t api.Token
	err := u.client.send(ctx, http.MethodPost, "/api/v1/tokens", map[string]any{"person": u.person, "name": args[0], "days": u.days}, &t)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, t.Token)
	return nil
}

// userList prints everybody, one a line: login, state, name, grants.
func userList(ctx context.Context, u *userFlags, args []string, stdout io.Writer) error {
	if len(args) != 0 {
		return fault.New(fault.Invalid, "cli.usage", "name", "user list")
	}
	path := "/api/v1/people?limit=1000"
	for {
		var page struct {
			Items []accounts.Person `json:"items"`
			Next  *string           `json:"next"`
		}
		if err := u.client.get(ctx, path, &page); err != nil {
			return err
		}
		for _, p := range page.Items {
			state := "+"
			if p.Disabled {
				state = "-"
			}
			fmt.Fprintf(stdout, "%-24s %s %s", p.Login, state, p.Name)
			for _, g := range p.Grants {
				fmt.Fprintf(stdout, "  %s", g.Role)
				if g.Scope.ID != "" {
					fmt.Fprintf(stdout, "@%s", g.Scope.ID)
				}
			}
			fmt.Fprintln(stdout)
		}
		if page.Next == nil {
			return nil
		}
		path = *page.Next
	}
}
