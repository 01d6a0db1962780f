package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/web/api"
)

// userCommands are "loa user …", against the running daemon.
type userCommands struct {
	Add    userAdd    `cmd:"" help:"accounts.cli.summary_add"`
	Invite userInvite `cmd:"" help:"accounts.cli.summary_invite"`
	Token  userToken  `cmd:"" help:"accounts.cli.summary_token"`
	List   userList   `cmd:"" help:"accounts.cli.summary_list"`
	Second userSecond `cmd:"" help:"accounts.cli.summary_second"`
	Data   userData   `cmd:"" help:"accounts.cli.summary_data"`
	From   userFrom   `cmd:"" name:"second-from" help:"accounts.cli.summary_second_from"`
}

// grantFlags name one grant, or none.
type grantFlags struct {
	Role     string `help:"accounts.cli.role"`
	Station  string `help:"accounts.cli.station"`
	District string `help:"accounts.cli.district"`
	Contest  string `help:"accounts.cli.contest"`
}

// grants are those the flags name; none without --role.
func (f grantFlags) grants() []accounts.Grant {
	if f.Role == "" {
		return nil
	}
	g := accounts.Grant{Role: accounts.Role(f.Role), Scope: accounts.Scope{Level: accounts.Province}}
	switch {
	case f.Station != "":
		g.Scope = accounts.Scope{Level: accounts.Station, ID: f.Station}
	case f.District != "":
		g.Scope = accounts.Scope{Level: accounts.District, ID: f.District}
	case f.Contest != "":
		g.Scope = accounts.Scope{Level: accounts.Contest, ID: f.Contest}
	}
	return []accounts.Grant{g}
}

// userAdd makes an account and prints the link by which its owner chooses a
// passphrase: no one else ever knows it.
type userAdd struct {
	reach
	grantFlags
	Name  string `arg:"" name:"person_name"`
	Login string `arg:""`
}

// Run tells the daemon and prints the link.
func (c userAdd) Run(t *terminal) error {
	var p accounts.Person
	err := c.client().send(t, http.MethodPost, "/api/v1/people", map[string]any{"name": c.Name, "login": c.Login, "grants": c.grants()}, &p)
	if err != nil {
		return err
	}
	var inv api.Invitation
	if err := c.client().send(t, http.MethodPost, "/api/v1/invitations", map[string]any{"person": p.ID}, &inv); err != nil {
		return err
	}
	t.warnLocal(inv)
	_, err = fmt.Fprintln(t.out, t.lang.Say("accounts.cli.added", "name", p.Name, "login", p.Login, "link", inv.Link, "until", inv.Expires), t.code(inv))
	return err
}

// userInvite prints an invitation's link, or with --person one that renews a passphrase.
type userInvite struct {
	reach
	grantFlags
	Note    string `help:"accounts.cli.note"`
	Person  string `help:"accounts.cli.person"`
	Replace bool   `help:"accounts.cli.replace"`
}

// Run tells the daemon and prints the link.
func (c userInvite) Run(t *terminal) error {
	if (c.Role == "") == (c.Person == "") {
		return fault.New(fault.Invalid, "accounts.cli.invite_args")
	}
	in := map[string]any{"note": c.Note}
	if c.Replace {
		in["waiting"] = accounts.WithdrawWaiting
	}
	if c.Person != "" {
		in["person"] = c.Person
	} else {
		in["grants"] = c.grants()
	}
	var inv api.Invitation
	if err := c.client().send(t, http.MethodPost, "/api/v1/invitations", in, &inv); err != nil {
		return err
	}
	t.warnLocal(inv)
	if inv.Others > 0 {
		fmt.Fprintln(t.errs, t.lang.Say("accounts.cli.waiting", "n", inv.Others))
	}
	key := "accounts.cli.invited"
	if inv.Person != "" {
		key = "accounts.cli.renewal"
	}
	_, err := fmt.Fprintln(t.out, t.lang.Say(key, "link", inv.Link, "until", inv.Expires), t.code(inv))
	return err
}

// userToken prints a new API token of a person and nothing else, for scripts.
type userToken struct {
	reach
	For    string `arg:"" name:"purpose"`
	Person string `required:"" help:"accounts.cli.person"`
	Days   int    `default:"90" help:"accounts.cli.days"`
}

// Run tells the daemon and prints the token.
func (c userToken) Run(t *terminal) error {
	var token api.Token
	err := c.client().send(t, http.MethodPost, "/api/v1/tokens", map[string]any{"person": c.Person, "name": c.For, "days": c.Days}, &token)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, token.Token)
	return err
}

// userList prints everybody, one a line: login, state, name, grants.
type userList struct {
	reach
	accounts.PeopleFilter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c userList) Run(t *terminal) error {
	items, err := c.client().all(t, filter.Link("/api/v1/people", c.PeopleFilter, "limit", "500"))
	if err != nil {
		return err
	}
	n, err := c.client().namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, "", func(p accounts.Person) string {
		state := "+"
		if p.Disabled {
			state = "-"
		}
		line := p.Login + "\t" + state + " " + p.Name
		for _, g := range p.Grants {
			line += "  " + t.grant(n, g)
		}
		return line
	})
}

// userSecond prints what a person proves herself by beside her passphrase, or takes it away where she lost it.
type userSecond struct {
	reach
	Login  string `arg:""`
	Remove bool   `help:"accounts.cli.second_remove"`
}

// Run asks or tells the daemon and prints what is left.
func (c userSecond) Run(t *terminal) error {
	var list accounts.FactorList
	path, method := "/api/v1/people/"+url.PathEscape(c.Login)+"/factors", http.MethodGet
	if c.Remove {
		method = http.MethodDelete
	}
	if err := c.client().send(t, method, path, nil, &list); err != nil {
		return err
	}
	if list.App == nil && len(list.Passkeys) == 0 {
		_, err := fmt.Fprintln(t.out, t.lang.Say("accounts.cli.second_none"))
		return err
	}
	if list.App != nil {
		fmt.Fprintln(t.out, t.lang.Say("door.app")+"\t"+t.lang.Say("door.app_since", "day", *list.App))
	}
	for _, k := range list.Passkeys {
		fmt.Fprintln(t.out, t.lang.Say("door.passkey_named", "name", k.Name)+"\t"+k.ID)
	}
	_, err := fmt.Fprintln(t.out, t.lang.Say("door.spare_left", "n", list.Spare))
	return err
}

// userData prints all that is kept of a person's own account, as JSON.
type userData struct {
	reach
	Login string `arg:""`
}

// Run asks the daemon and prints.
func (c userData) Run(t *terminal) error {
	var kept json.RawMessage
	if err := c.client().get(t, "/api/v1/people/"+url.PathEscape(c.Login)+"/data", &kept); err != nil {
		return err
	}
	_, err := fmt.Fprintln(t.out, string(kept))
	return err
}

// userFrom prints from which day administrators, organisers and monitors need a second factor, or sets it.
type userFrom struct {
	reach
	Day   string `arg:"" optional:"" name:"second_day"`
	Never bool   `help:"accounts.cli.second_never"`
}

// Run asks or tells the daemon and prints how it is then.
func (c userFrom) Run(t *terminal) error {
	const path = "/api/v1/accounts/settings"
	var was, set accounts.Settings
	var want accounts.SaveSettings
	var err error
	if c.Day != "" {
		if want.SecondFrom, err = time.ParseInLocation(time.DateOnly, c.Day, text.Zone); err != nil {
			return fault.New(fault.Invalid, "accounts.deed_day").At("second_day")
		}
	}
	if c.Day != "" || c.Never {
		err = c.client().edit(t, path, &was, http.MethodPut, path, want, &set)
	} else {
		err = c.client().get(t, path, &set)
	}
	if err != nil {
		return err
	}
	said := t.lang.Say("accounts.cli.second_off")
	if !set.SecondFrom.IsZero() {
		said = t.lang.Say("accounts.cli.second_on", "day", t.lang.Date(set.SecondFrom))
	}
	_, err = fmt.Fprintln(t.out, said)
	return err
}

// grant is a role and where it holds, in words.
func (t *terminal) grant(n nameBook, g accounts.Grant) string {
	key := "accounts.role." + string(g.Role)
	switch g.Scope.Level {
	case accounts.Station:
		return t.lang.Say(key+"_of", "place", called(n.stations, g.Scope.ID))
	case accounts.District:
		return t.lang.Say(key+"_of", "place", called(n.districts, g.Scope.ID))
	case accounts.Contest:
		return t.lang.Say(key+"_of", "place", g.Scope.ID)
	}
	return t.lang.Say(key)
}

// code is the line with the code that stands for the link.
func (t *terminal) code(inv api.Invitation) string {
	return "\n" + t.lang.Say("accounts.cli.code", "code", inv.Code, "until", *inv.CodeEnds)
}

// warnLocal says, beside what a program may read, that the link goes nowhere.
func (t *terminal) warnLocal(inv api.Invitation) {
	if inv.Local {
		fmt.Fprintln(t.errs, t.lang.Say("cli.local_link"))
	}
}
