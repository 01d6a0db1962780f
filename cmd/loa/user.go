package main

import (
	"fmt"
	"time"

	"loa/accounts"
	"loa/client"
	"loa/internal/fault"
	"loa/internal/text"
)

// userCommands are "loa user …", against the running daemon.
type userCommands struct {
	Add    userAdd    `cmd:"" help:"accounts.cli.summary_add"`
	Invite userInvite `cmd:"" help:"accounts.cli.summary_invite"`
	Token  userToken  `cmd:"" help:"accounts.cli.summary_token"`
	List   userList   `cmd:"" help:"accounts.cli.summary_list"`
	Second userSecond `cmd:"" help:"accounts.cli.summary_second"`
	Data   userData   `cmd:"" help:"accounts.cli.summary_data"`
	Erase  userErase  `cmd:"" help:"accounts.cli.summary_erase"`
	Erased userErased `cmd:"" help:"accounts.cli.summary_erased"`
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
	p, err := c.client().PostPeople(t, client.PersonBody{Name: c.Name, Login: c.Login, Grants: c.grants()})
	if err != nil {
		return err
	}
	inv, err := c.client().PostInvitations(t, client.InviteBody{Person: p.ID})
	if err != nil {
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
	in := client.InviteBody{Note: c.Note, Person: c.Person}
	if c.Replace {
		in.Waiting = accounts.WithdrawWaiting
	}
	if c.Person == "" {
		in.Grants = c.grants()
	}
	inv, err := c.client().PostInvitations(t, in)
	if err != nil {
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
	_, err = fmt.Fprintln(t.out, t.lang.Say(key, "link", inv.Link, "until", inv.Expires), t.code(inv))
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
	token, err := c.client().PostTokens(t, client.TokenBody{Person: c.Person, Name: c.For, Days: c.Days})
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
	items, err := client.All(c.client().GetPeople(t, c.PeopleFilter))
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
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
	list, err := c.client().GetPersonFactors(t, c.Login)
	if c.Remove && err == nil {
		list, err = c.client().DeletePersonFactors(t, c.Login, client.DeletePersonFactorsOptions{})
	}
	if err != nil {
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
	_, err = fmt.Fprintln(t.out, t.lang.Say("door.spare_left", "n", list.Spare))
	return err
}

// userData prints all that is kept of a person's own account, as JSON.
type userData struct {
	reach
	Login string `arg:""`
}

// Run asks the daemon and prints.
func (c userData) Run(t *terminal) error {
	kept, err := c.client().GetPersonData(t, c.Login)
	if err != nil {
		return err
	}
	return t.json(kept)
}

// userErase takes away what tells who a person was.
type userErase struct {
	reach
	Login  string `arg:""`
	Reason string `required:"" help:"accounts.cli.erase_reason"`
}

// Run tells the daemon and prints what became of it.
func (c userErase) Run(t *terminal) error {
	e, err := c.client().PostPersonErase(t, c.Login, client.EraseBody{Reason: c.Reason})
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("accounts.cli.erased", "name", e.Name, "entries", e.Entries, "records", e.Records))
	if e.Left > 0 {
		fmt.Fprintln(t.out, t.lang.Say("accounts.cli.erase_left", "n", e.Left))
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("accounts.cli.erase_backups"))
	return err
}

// userErased lists when people were erased, by whom and why.
type userErased struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c userErased) Run(t *terminal) error {
	items, err := client.All(c.client().GetErasures(t))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, "", func(e accounts.Erasure) string {
		return t.lang.DateTime(e.At.In(text.Zone)) + "\t" + e.Name + "\t" + e.ByName + "\t" + e.Reason
	})
}

// userFrom prints from which day administrators, organisers and monitors need a second factor, or sets it.
type userFrom struct {
	reach
	Day   string `arg:"" optional:"" name:"second_day"`
	Never bool   `help:"accounts.cli.second_never"`
}

// Run asks or tells the daemon and prints how it is then.
func (c userFrom) Run(t *terminal) error {
	var want accounts.SaveSettings
	var read client.Edition
	set, err := c.client().Note(&read).GetAccountsSettings(t)
	if err != nil {
		return err
	}
	if c.Day != "" {
		if want.SecondFrom, err = time.ParseInLocation(time.DateOnly, c.Day, text.Zone); err != nil {
			return fault.New(fault.Invalid, "accounts.deed_day").At("second_day")
		}
	}
	if c.Day != "" || c.Never {
		if set, err = c.client().If(read).PutAccountsSettings(t, want); err != nil {
			return err
		}
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
func (t *terminal) code(inv client.Invitation) string {
	return "\n" + t.lang.Say("accounts.cli.code", "code", inv.Code, "until", *inv.CodeEnds)
}

// warnLocal says, beside what a program may read, that the link goes nowhere.
func (t *terminal) warnLocal(inv client.Invitation) {
	if inv.Local {
		fmt.Fprintln(t.errs, t.lang.Say("cli.local_link"))
	}
}
