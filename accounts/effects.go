package accounts

import "slices"

// Held is what a decision about a person looks at beside her record.
type Held struct {
	Sessions []Session
	Tokens   []Token
	Links    []Invitation // of everybody
	Factors  Factors
}

// Effects are what follows from a decision about a person beside her record.
type Effects struct {
	Passphrase string       // PHC of what is hers from now on, "" for what was
	Forget     bool         // the passphrase that was opens nothing any more
	Factors    *Factors     // hers from now on, nil for what was
	Sessions   []Session    // those that end
	Tokens     []Token      // those that end
	Links      []Invitation // those that change, as they are from now on
}

// lockedOut ends whatever opened the person's account until now.
func (f Facts) lockedOut(m Meta, person string) Effects {
	return Effects{Sessions: f.Held.Sessions, Tokens: f.Held.Tokens, Links: f.overtaken(m, person)}
}

// lapsed returns, ended, the open links that the person made and could not make
// as she is now. A right that comes back later does not bring them back.
func (f Facts) lapsed(m Meta, now Person) []Invitation {
	return f.ended(m, func(inv Invitation) bool { return inv.By == now.ID && f.mayMake(now, inv) != nil })
}

// overtaken returns, ended, the links to a new passphrase of the person that
// were still open when she got one another way.
func (f Facts) overtaken(m Meta, person string) []Invitation {
	return f.ended(m, func(inv Invitation) bool { return inv.Person == person })
}

func (f Facts) ended(m Meta, ends func(Invitation) bool) (list []Invitation) {
	for _, inv := range f.Held.Links {
		if inv.Check(m.At) == nil && ends(inv) {
			inv.Withdrew = m.At
			list = append(list, inv)
		}
	}
	return list
}

// with is one link changed more.
func (e Effects) with(inv Invitation) Effects {
	e.Links = append(slices.DeleteFunc(e.Links, func(o Invitation) bool { return o.ID == inv.ID }), inv)
	return e
}
