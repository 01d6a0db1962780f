package message

import (
	"context"
	"time"

	"loa/accounts"
)

// Kept is what Loa keeps of a person's own: who she is, what opens her account and how she is told. What she did, and what was done to her
// account, is in the log of changes; reports, works and marks are where they are counted.
type Kept struct {
	Person     accounts.Person     `json:"person"`
	Passphrase bool                `json:"passphrase"` // there is one; of it a hash is kept
	Factors    accounts.FactorList `json:"factors"`
	Browsers   []Browser           `json:"browsers"`
	Programs   []Program           `json:"programs"`
	Mail       string              `json:"mail,omitempty"`
	Phone      string              `json:"phone,omitempty"`
	Not        []Topic             `json:"not,omitempty"` // what she is told in the app alone
	Devices    []Device            `json:"devices"`       // that show notes
}

// Browser is where she is logged in.
type Browser struct {
	Browser string    `json:"browser"`
	Address string    `json:"address"` // IP address at log-in
	Started time.Time `json:"started"`
	Seen    time.Time `json:"seen"`
}

// Program is a token of hers.
type Program struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
}

// Keeper is what is asked for it.
type Keeper interface {
	Credential(ctx context.Context, person string) (string, error)
	Factors(ctx context.Context, person string) (accounts.Factors, error)
	Sessions(ctx context.Context, person string, at time.Time) ([]accounts.Session, error)
	Tokens(ctx context.Context, person string, at time.Time) ([]accounts.Token, error)
	Choice(ctx context.Context, person string) (Choice, error)
	Devices(ctx context.Context, person string, at time.Time) ([]Device, error)
}

// KeptOf is what is kept of a person at that instant.
func KeptOf(ctx context.Context, k Keeper, p accounts.Person, at time.Time) (Kept, error) {
	kept := Kept{Person: p, Browsers: []Browser{}, Programs: []Program{}, Devices: []Device{}}
	phc, err := k.Credential(ctx, p.ID)
	if err != nil {
		return kept, err
	}
	factors, err := k.Factors(ctx, p.ID)
	if err != nil {
		return kept, err
	}
	sessions, err := k.Sessions(ctx, p.ID, at)
	if err != nil {
		return kept, err
	}
	for _, s := range sessions {
		kept.Browsers = append(kept.Browsers, Browser{Browser: s.Browser, Address: s.Address, Started: s.Started, Seen: s.Seen})
	}
	tokens, err := k.Tokens(ctx, p.ID, at)
	if err != nil {
		return kept, err
	}
	for _, t := range tokens {
		kept.Programs = append(kept.Programs, Program{Name: t.Name, Created: t.Created, Expires: t.Expires})
	}
	choice, err := k.Choice(ctx, p.ID)
	if err != nil {
		return kept, err
	}
	devices, err := k.Devices(ctx, p.ID, at)
	kept.Passphrase, kept.Factors, kept.Mail, kept.Phone, kept.Not = phc != "", factors.List(), choice.Mail, choice.Phone, choice.Not
	kept.Devices = append(kept.Devices, devices...)
	return kept, err
}
