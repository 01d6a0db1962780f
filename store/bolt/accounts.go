package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"loa/accounts"
	"loa/message"
	"loa/store"
)

// The tables of accounts. A passphrase's hash stands apart from its person,
// and no command or answer in the trail holds one.
var (
	people       = table[accounts.Person]{name: "people"}          // by ID
	phrases      = table[string]{name: "phrases"}                  // by person: PHC
	invitations  = table[accounts.Invitation]{name: "invitations"} // by ID
	inviteHashes = table[string]{name: "invite_hashes"}            // by hash: invitation ID
	inviteCodes  = table[string]{name: "invite_codes"}             // by hash of the code: invitation ID
	sessions     = table[accounts.Session]{name: "sessions"}       // by hash
	sessionsOf   = table[string]{name: "sessions_of"}              // by person and session ID: hash
	pins         = table[accounts.PIN]{name: "pins"}               // by session root
	tokens       = table[accounts.Token]{name: "tokens"}           // by hash
	tokensOf     = table[string]{name: "tokens_of"}                // by person and token ID: hash
	factors      = table[accounts.Factors]{name: "factors"}        // by person
	accountRules = table[accounts.Settings]{name: "account_rules"} // one, under accountsKey
)

var accountsKey = []byte("accounts")

// owned is the key of a row of an index by person.
func owned(person, id string) []byte { return []byte(person + "\x00" + id) }

func loadDirectory(tx *tx) (*accounts.Directory, error) {
	all, err := people.all(tx)
	return accounts.NewDirectory(all), err
}

// Directory implements accounts.Queries.
func (s *Store) Directory(ctx context.Context) (*accounts.Directory, error) {
	return read(ctx, s, &s.directory)
}

func (s *Store) accountFacts(tx *tx) (accounts.Facts, error) {
	d, err := s.directory.get(tx)
	if err != nil {
		return accounts.Facts{}, err
	}
	places, err := s.registry.get(tx)
	return accounts.Facts{Directory: d, Places: places}, err
}

// accountChange is change with the facts that decisions about people look at.
func accountChange[C, R any](ctx context.Context, s *Store, m accounts.Meta, name string, cmd C, decide func(*tx, accounts.Facts) (R, error)) (R, error) {
	var none R
	if _, err := s.Directory(ctx); err != nil { // what a write transaction loads itself is not kept
		return none, err
	}
	if _, err := s.Registry(ctx); err != nil {
		return none, err
	}
	return change(ctx, s, m, name, cmd, func(tx *tx) (R, error) {
		f, err := s.accountFacts(tx)
		if err != nil {
			return none, err
		}
		return decide(tx, f)
	})
}

func (s *Store) putPerson(tx *tx, p accounts.Person) error {
	if err := people.put(tx, []byte(p.ID), p); err != nil {
		return err
	}
	return s.directory.touch(tx)
}

// Invite implements accounts.Commands.
func (s *Store) Invite(ctx context.Context, m accounts.Meta, c accounts.Invite) (accounts.Invitation, error) {
	inv, err := accountChange(ctx, s, m, "accounts.invite", c, func(tx *tx, f accounts.Facts) (accounts.Invitation, error) {
		_, taken, err := inviteHashes.get(tx, []byte(c.Hash))
		if err != nil {
			return accounts.Invitation{}, err
		}
		all, err := invitations.all(tx)
		if err != nil {
			return accounts.Invitation{}, err
		}
		taken = taken || inviteCodes.has(tx, []byte(c.Code))
		inv, ended, err := accounts.DecideInvite(f, m, c, taken, all)
		if err != nil {
			return inv, err
		}
		for _, o := range ended {
			if err := invitations.put(tx, []byte(o.ID), o); err != nil {
				return inv, err
			}
		}
		if err := inviteHashes.put(tx, []byte(inv.Hash), inv.ID); err != nil {
			return inv, err
		}
		if inv.Code != "" {
			if err := inviteCodes.put(tx, []byte(inv.Code), inv.ID); err != nil {
				return inv, err
			}
		}
		return inv, invitations.put(tx, []byte(inv.ID), inv)
	})
	if err == nil { // a repeat is answered by what has become of it
		inv, err = s.Invitation(ctx, inv.Hash)
	}
	if err == nil {
		err = inv.Check(m.At)
	}
	return inv, err
}

// Withdraw implements accounts.Commands.
func (s *Store) Withdraw(ctx context.Context, m accounts.Meta, c accounts.Withdraw) (accounts.Invitation, error) {
	return accountChange(ctx, s, m, "accounts.withdraw", c, func(tx *tx, f accounts.Facts) (accounts.Invitation, error) {
		inv, err := invitationByID(tx, c.ID)
		if err != nil {
			return inv, err
		}
		if inv, err = accounts.DecideWithdraw(f, m, inv); err != nil {
			return inv, err
		}
		return inv, invitations.put(tx, []byte(inv.ID), inv)
	})
}

func invitationByID(tx *tx, id string) (accounts.Invitation, error) {
	inv, found, err := invitations.get(tx, []byte(id))
	if err == nil && !found {
		err = accounts.NoInvitation()
	}
	return inv, err
}

func invitationByHash(tx *tx, h accounts.Hash) (accounts.Invitation, error) {
	id, found, err := inviteHashes.get(tx, []byte(h))
	if err != nil {
		return accounts.Invitation{}, err
	}
	if !found {
		return accounts.Invitation{}, accounts.NoInvitation()
	}
	return invitationByID(tx, id)
}

// Join implements accounts.Commands.
func (s *Store) Join(ctx context.Context, m accounts.Meta, c accounts.Join) (accounts.Person, error) {
	return accountChange(ctx, s, m, "accounts.join", c, func(tx *tx, f accounts.Facts) (accounts.Person, error) {
		inv, err := invitationByHash(tx, c.Hash)
		if err != nil {
			return accounts.Person{}, err
		}
		if f.Held, err = heldBy(tx, inv.Person, true); err != nil {
			return accounts.Person{}, err
		}
		p, e, err := accounts.DecideJoin(f, m, c, inv)
		if err != nil {
			return p, err
		}
		if inv.Person != "" {
			if _, err := tx.post(message.Renewed(m, p, c), m.At); err != nil {
				return p, err
			}
		}
		return p, errors.Join(putEffects(tx, p.ID, e), s.putPerson(tx, p))
	})
}

// heldBy is what the person has, and all links where the decision asks for them.
func heldBy(tx *tx, person string, links bool) (h accounts.Held, err error) {
	if h.Sessions, err = recordsOf(tx, sessionsOf, sessions, person); err != nil {
		return h, err
	}
	if h.Factors, _, err = factors.get(tx, []byte(person)); err != nil {
		return h, err
	}
	if h.Tokens, err = recordsOf(tx, tokensOf, tokens, person); err != nil || !links {
		return h, err
	}
	h.Links, err = invitations.all(tx)
	return h, err
}

// putEffects puts what follows from a decision about the person.
func putEffects(tx *tx, person string, e accounts.Effects) error {
	var errs []error
	if e.Forget {
		errs = append(errs, phrases.remove(tx, []byte(person)))
	}
	if e.Passphrase != "" {
		errs = append(errs, phrases.put(tx, []byte(person), e.Passphrase))
	}
	if e.Factors != nil {
		errs = append(errs, factors.put(tx, []byte(person), *e.Factors))
	}
	for _, s := range e.Sessions {
		errs = append(errs, endSession(tx, s))
	}
	for _, t := range e.Tokens {
		errs = append(errs, removeToken(tx, t))
	}
	for _, inv := range e.Links {
		errs = append(errs, invitations.put(tx, []byte(inv.ID), inv))
	}
	return errors.Join(errs...)
}

// AddPerson implements accounts.Commands.
func (s *Store) AddPerson(ctx context.Context, m accounts.Meta, c accounts.AddPerson) (accounts.Person, error) {
	return accountChange(ctx, s, m, "accounts.add_person", c, func(tx *tx, f accounts.Facts) (accounts.Person, error) {
		p, e, err := accounts.DecideAdd(f, m, c)
		if err != nil {
			return p, err
		}
		return p, errors.Join(putEffects(tx, p.ID, e), s.putPerson(tx, p))
	})
}

// ChangePerson implements accounts.Commands.
func (s *Store) ChangePerson(ctx context.Context, m accounts.Meta, c accounts.ChangePerson) (accounts.Person, error) {
	return accountChange(ctx, s, m, "accounts.change_person", c, func(tx *tx, f accounts.Facts) (accounts.Person, error) {
		held, err := heldBy(tx, c.Person, true)
		if err != nil {
			return accounts.Person{}, err
		}
		f.Held = held
		p, e, err := accounts.DecidePerson(f, m, c)
		if err != nil {
			return p, err
		}
		return p, errors.Join(putEffects(tx, p.ID, e), s.putPerson(tx, p))
	})
}

// TakeRole implements accounts.Commands.
func (s *Store) TakeRole(ctx context.Context, m accounts.Meta, c accounts.TakeRole) (accounts.Person, error) {
	return accountChange(ctx, s, m, "accounts.take_role", c, func(tx *tx, f accounts.Facts) (accounts.Person, error) {
		held, err := heldBy(tx, c.Person, true)
		if err != nil {
			return accounts.Person{}, err
		}
		f.Held = held
		p, e, err := accounts.DecideTakeRole(f, m, c)
		if err != nil {
			return p, err
		}
		return p, errors.Join(putEffects(tx, p.ID, e), s.putPerson(tx, p))
	})
}

// SetPassphrase implements accounts.Commands.
func (s *Store) SetPassphrase(ctx context.Context, m accounts.Meta, c accounts.SetPassphrase) error {
	_, err := accountChange(ctx, s, m, "accounts.set_passphrase", c, func(tx *tx, f accounts.Facts) (struct{}, error) {
		stored, _, err := phrases.get(tx, []byte(m.By.Person))
		if err != nil {
			return struct{}{}, err
		}
		if f.Held, err = heldBy(tx, m.By.Person, true); err != nil {
			return struct{}{}, err
		}
		e, err := accounts.DecidePassphrase(f, m, c, stored)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, putEffects(tx, m.By.Person, e)
	})
	return err
}

// StartSession implements accounts.Commands.
func (s *Store) StartSession(ctx context.Context, m accounts.Meta, c accounts.StartSession) (accounts.Session, error) {
	return accountChange(ctx, s, m, "accounts.start_session", c, func(tx *tx, f accounts.Facts) (accounts.Session, error) {
		held, err := heldBy(tx, m.By.Person, false)
		if err != nil {
			return accounts.Session{}, err
		}
		f.Held = held
		session, e, err := accounts.DecideSession(f, m, c)
		if err != nil {
			return session, err
		}
		if err := putEffects(tx, session.Person, e); err != nil {
			return session, err
		}
		if c.Strange {
			p, err := f.Directory.Person(session.Person)
			if err == nil {
				_, err = tx.post(message.NewBrowser(p, session), m.At)
			}
			if err != nil {
				return session, err
			}
		}
		if err := sessionsOf.put(tx, owned(session.Person, session.ID), string(session.Hash)); err != nil {
			return session, err
		}
		return session, sessions.put(tx, []byte(session.Hash), session)
	})
}

// ReplaceSession implements accounts.Commands. It leaves no line in the trail:
// nothing changes but the cookie.
func (s *Store) ReplaceSession(ctx context.Context, m accounts.Meta, session accounts.Session, h accounts.Hash) error {
	return s.update(ctx, func(tx *tx) error {
		now, found, err := sessions.get(tx, []byte(session.Hash))
		if err != nil || !found {
			return err
		}
		return goOn(tx, m, now, h)
	})
}

// goOn lets a session go on under another secret.
func goOn(tx *tx, m accounts.Meta, now accounts.Session, h accounts.Hash) error {
	if hash, found, err := sessionsOf.get(tx, owned(now.Person, now.Next)); err != nil {
		return err
	} else if unused, _, err := sessions.get(tx, []byte(hash)); err != nil {
		return err
	} else if found && unused.Replaces == now.ID {
		if err := endSession(tx, unused); err != nil {
			return err
		}
	}
	next, old := now.Replace(m, h)
	return errors.Join(sessions.put(tx, []byte(old.Hash), old), sessions.put(tx, []byte(next.Hash), next),
		sessionsOf.put(tx, owned(next.Person, next.ID), string(next.Hash)))
}

// arrived ends what the session goes on for, once it is first used.
func arrived(tx *tx, session accounts.Session, at time.Time) (accounts.Session, error) {
	hash, _, err := sessionsOf.get(tx, owned(session.Person, session.Replaces))
	if err != nil {
		return session, err
	}
	old, found, err := sessions.get(tx, []byte(hash))
	if err != nil {
		return session, err
	}
	session, old = session.Arrived(old, at)
	if found {
		err = sessions.put(tx, []byte(hash), old)
	}
	return session, err
}

// recordsOf collects what an index by person points at.
func recordsOf[T any](tx *tx, index table[string], records table[T], person string) ([]T, error) {
	var out []T
	prefix := owned(person, "")
	for e, err := range index.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return nil, err
		}
		rec, err := records.named(tx, []byte(e.rec), index.name, e.key)
		if err != nil {
			return nil, err
		}
		out = append(out, rec)
	}
	return out, nil
}

// endSession takes a session away, and with its last secret the PIN and the device that hung on it.
func endSession(tx *tx, old accounts.Session) error {
	if err := sessionsOf.remove(tx, owned(old.Person, old.ID)); err != nil {
		return err
	}
	root := []byte(old.Root())
	if err := sessions.remove(tx, []byte(old.Hash)); err != nil || !devices.has(tx, root) && !pins.has(tx, root) {
		return err
	}
	left, err := recordsOf(tx, sessionsOf, sessions, old.Person)
	if err != nil || slices.ContainsFunc(left, func(s accounts.Session) bool { return s.Root() == old.Root() }) {
		return err
	}
	if devices.has(tx, root) {
		err = removeDevice(tx, old.Root())
	}
	return errors.Join(err, pins.remove(tx, root))
}

// SetPIN implements accounts.Commands.
func (s *Store) SetPIN(ctx context.Context, m accounts.Meta, c accounts.SetPIN) error {
	_, err := accountChange(ctx, s, m, "accounts.set_pin", c, func(tx *tx, f accounts.Facts) (struct{}, error) {
		held, err := heldBy(tx, m.By.Person, false)
		if err != nil {
			return struct{}{}, err
		}
		f.Held = held
		pin, list, err := accounts.DecidePIN(f, m, c)
		if err != nil {
			return struct{}{}, err
		}
		for _, o := range list {
			err = errors.Join(err, sessions.put(tx, []byte(o.Hash), o))
		}
		return struct{}{}, errors.Join(err, pins.put(tx, []byte(c.Session), pin))
	})
	return err
}

// TryPIN implements accounts.Commands. As Unlock and Shut it leaves no line in the trail.
func (s *Store) TryPIN(ctx context.Context, session accounts.Hash) (pin accounts.PIN, err error) {
	err = s.update(ctx, func(tx *tx) error {
		now, _, err := sessions.get(tx, []byte(session))
		if err != nil {
			return err
		}
		if pin, _, err = pins.get(tx, []byte(now.Root())); err != nil {
			return err
		}
		if pin, err = pin.Try(); err != nil {
			return err
		}
		return pins.put(tx, []byte(now.Root()), pin)
	})
	return pin, err
}

// Unlock implements accounts.Commands.
func (s *Store) Unlock(ctx context.Context, m accounts.Meta, session, next accounts.Hash) error {
	return s.update(ctx, func(tx *tx) error {
		now, found, err := sessions.get(tx, []byte(session))
		if err != nil || !found {
			return err
		}
		root := []byte(now.Root())
		pin, _, err := pins.get(tx, root)
		if err != nil {
			return err
		}
		pin, now = pin.Right(now, m.At)
		return errors.Join(pins.put(tx, root, pin), sessions.put(tx, []byte(session), now), goOn(tx, m, now, next))
	})
}

// Shut implements accounts.Commands.
func (s *Store) Shut(ctx context.Context, session accounts.Hash) error {
	return s.update(ctx, func(tx *tx) error {
		now, found, err := sessions.get(tx, []byte(session))
		if err != nil || !found || !now.PIN {
			return err
		}
		all, err := recordsOf(tx, sessionsOf, sessions, now.Person)
		for _, o := range all {
			if o.Root() == now.Root() {
				o.Shut = true
				err = errors.Join(err, sessions.put(tx, []byte(o.Hash), o))
			}
		}
		return err
	})
}

// NoteProof implements accounts.Commands. As Unlock it leaves no line in the trail.
func (s *Store) NoteProof(ctx context.Context, m accounts.Meta, session accounts.Session) error {
	return s.update(ctx, func(tx *tx) error {
		all, err := recordsOf(tx, sessionsOf, sessions, session.Person)
		for _, o := range all {
			if o.Root() == session.Root() {
				o.Proved = m.At.UTC()
				err = errors.Join(err, sessions.put(tx, []byte(o.Hash), o))
			}
		}
		return err
	})
}

// EndSessions implements accounts.Commands.
func (s *Store) EndSessions(ctx context.Context, m accounts.Meta, c accounts.EndSessions) (int, error) {
	return accountChange(ctx, s, m, "accounts.end_sessions", c, func(tx *tx, f accounts.Facts) (int, error) {
		var err error
		if f.Held, err = heldBy(tx, c.Person, false); err != nil {
			return 0, err
		}
		e, err := accounts.DecideEnd(f, m, c)
		if err != nil {
			return 0, err
		}
		return len(e.Sessions), putEffects(tx, c.Person, e)
	})
}

// AddToken implements accounts.Commands.
func (s *Store) AddToken(ctx context.Context, m accounts.Meta, c accounts.AddToken) (accounts.Token, error) {
	t, err := accountChange(ctx, s, m, "accounts.add_token", c, func(tx *tx, f accounts.Facts) (accounts.Token, error) {
		_, taken, err := tokens.get(tx, []byte(c.Hash))
		if err != nil {
			return accounts.Token{}, err
		}
		t, err := accounts.DecideToken(f, m, c, taken)
		if err != nil {
			return t, err
		}
		if err := tokensOf.put(tx, owned(t.Person, t.ID), string(t.Hash)); err != nil {
			return t, err
		}
		return t, tokens.put(tx, []byte(t.Hash), t)
	})
	if err == nil { // a repeat is answered by what has become of it
		err = s.view(ctx, func(tx *tx) error { t, _, err = tokens.get(tx, []byte(c.Hash)); return err })
	}
	if err == nil {
		err = t.Check(m.At)
	}
	return t, err
}

// RemoveToken implements accounts.Commands.
func (s *Store) RemoveToken(ctx context.Context, m accounts.Meta, c accounts.RemoveToken) (accounts.Token, error) {
	return accountChange(ctx, s, m, "accounts.remove_token", c, func(tx *tx, _ accounts.Facts) (accounts.Token, error) {
		t, err := tokenByID(tx, c.ID)
		if err != nil {
			return t, err
		}
		e, err := accounts.DecideRemoveToken(m, t)
		if err != nil {
			return t, err
		}
		return t, putEffects(tx, t.Person, e)
	})
}

func tokenByID(tx *tx, id string) (accounts.Token, error) {
	for e, err := range tokens.ascend(tx, nil, nil) {
		if err != nil || e.rec.ID == id {
			return e.rec, err
		}
	}
	return accounts.Token{}, accounts.NoToken()
}

func removeToken(tx *tx, t accounts.Token) error {
	if err := tokensOf.remove(tx, owned(t.Person, t.ID)); err != nil {
		return err
	}
	return tokens.remove(tx, []byte(t.Hash))
}

// AddFactor implements accounts.Commands.
func (s *Store) AddFactor(ctx context.Context, m accounts.Meta, c accounts.AddFactor) (bool, error) {
	return accountChange(ctx, s, m, "accounts.add_factor", c, func(tx *tx, f accounts.Facts) (spare bool, err error) {
		if f.Held, err = heldBy(tx, m.By.Person, false); err != nil {
			return false, err
		}
		p, e, spare, err := accounts.DecideAddFactor(f, m, c, phrases.has(tx, []byte(m.By.Person)))
		if err != nil {
			return false, err
		}
		return spare, errors.Join(putEffects(tx, p.ID, e), s.putPerson(tx, p), tx.tellFactors(m, p, f.Held.Factors, *e.Factors))
	})
}

// RemoveFactor implements accounts.Commands.
func (s *Store) RemoveFactor(ctx context.Context, m accounts.Meta, c accounts.RemoveFactor) (accounts.FactorList, error) {
	return accountChange(ctx, s, m, "accounts.remove_factor", c, func(tx *tx, f accounts.Facts) (list accounts.FactorList, err error) {
		if f.Held, err = heldBy(tx, c.Person, false); err != nil {
			return list, err
		}
		p, e, err := accounts.DecideRemoveFactor(f, m, c)
		if err != nil {
			return list, err
		}
		return e.Factors.List(), errors.Join(putEffects(tx, p.ID, e), s.putPerson(tx, p), tx.tellFactors(m, p, f.Held.Factors, *e.Factors))
	})
}

// tellFactors tells a person that her second factors are others now.
func (tx *tx) tellFactors(m accounts.Meta, p accounts.Person, was, now accounts.Factors) error {
	_, err := tx.post(message.Factors(m, p, was, now), m.At)
	return err
}

// RenewSpare implements accounts.Commands.
func (s *Store) RenewSpare(ctx context.Context, m accounts.Meta, c accounts.RenewSpare) error {
	_, err := accountChange(ctx, s, m, "accounts.renew_spare", c, func(tx *tx, f accounts.Facts) (_ struct{}, err error) {
		if f.Held, err = heldBy(tx, m.By.Person, false); err != nil {
			return struct{}{}, err
		}
		e, err := accounts.DecideSpare(f, m, c)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, putEffects(tx, m.By.Person, e)
	})
	return err
}

// Factors implements accounts.Queries.
func (s *Store) Factors(ctx context.Context, person string) (f accounts.Factors, err error) {
	err = s.view(ctx, func(tx *tx) error { f, _, err = factors.get(tx, []byte(person)); return err })
	return f, err
}

func accountSettingsOf(tx *tx) (accounts.Settings, error) {
	set, _, err := accountRules.get(tx, accountsKey)
	return set, err
}

// AccountSettings implements accounts.Queries.
func (s *Store) AccountSettings(ctx context.Context) (set accounts.Settings, err error) {
	err = s.view(ctx, func(tx *tx) error { set, err = accountSettingsOf(tx); return err })
	return set, err
}

// SaveAccountSettings implements accounts.Commands.
func (s *Store) SaveAccountSettings(ctx context.Context, m accounts.Meta, c accounts.SaveSettings) (accounts.Settings, error) {
	return change(ctx, s, m, "accounts.save_settings", c, func(tx *tx) (accounts.Settings, error) {
		was, err := accountSettingsOf(tx)
		if err != nil {
			return was, err
		}
		set, err := accounts.DecideSettings(was, m, c)
		if err != nil {
			return set, err
		}
		return set, accountRules.put(tx, accountsKey, set)
	})
}

// Credential implements accounts.Queries.
func (s *Store) Credential(ctx context.Context, person string) (phc string, err error) {
	err = s.view(ctx, func(tx *tx) error { phc, _, err = phrases.get(tx, []byte(person)); return err })
	return phc, err
}

// Invitation implements accounts.Queries.
func (s *Store) Invitation(ctx context.Context, h accounts.Hash) (inv accounts.Invitation, err error) {
	err = s.view(ctx, func(tx *tx) error { inv, err = invitationByHash(tx, h); return err })
	return inv, err
}

// InvitationByCode implements accounts.Queries.
func (s *Store) InvitationByCode(ctx context.Context, code accounts.Hash) (inv accounts.Invitation, err error) {
	err = s.view(ctx, func(tx *tx) error {
		id, found, err := inviteCodes.get(tx, []byte(code))
		if err == nil && !found {
			err = accounts.NoCode()
		}
		if err == nil {
			inv, err = invitationByID(tx, id)
		}
		return err
	})
	return inv, err
}

// Invitations implements accounts.Queries.
func (s *Store) Invitations(ctx context.Context, q accounts.InvitationQuery) (page []accounts.Invitation, err error) {
	err = s.view(ctx, func(tx *tx) error {
		f, err := s.accountFacts(tx)
		if err != nil {
			return err
		}
		all, err := invitations.all(tx)
		page = slices.DeleteFunc(all, func(i accounts.Invitation) bool { return !f.Wants(q, i) && i.ID != q.After })
		return err
	})
	slices.SortFunc(page, func(a, b accounts.Invitation) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID))
	})
	if i := slices.IndexFunc(page, func(i accounts.Invitation) bool { return i.ID == q.After }); i >= 0 {
		page = page[i+1:]
	}
	return page[:min(len(page), max(q.Limit, 1), accounts.MostListed)], err
}

// Sessions implements accounts.Queries.
func (s *Store) Sessions(ctx context.Context, person string, at time.Time) (list []accounts.Session, err error) {
	err = s.view(ctx, func(tx *tx) error { list, err = recordsOf(tx, sessionsOf, sessions, person); return err })
	list = slices.DeleteFunc(list, func(o accounts.Session) bool { return !o.Alive(at) || o.Replaces != "" })
	goesOn := map[string]bool{}
	for _, o := range list {
		goesOn[o.ID] = true
	}
	list = slices.DeleteFunc(list, func(o accounts.Session) bool { return goesOn[o.Next] })
	slices.SortFunc(list, func(a, b accounts.Session) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// Tokens implements accounts.Queries.
func (s *Store) Tokens(ctx context.Context, person string, at time.Time) (list []accounts.Token, err error) {
	err = s.view(ctx, func(tx *tx) error { list, err = recordsOf(tx, tokensOf, tokens, person); return err })
	list = slices.DeleteFunc(list, func(t accounts.Token) bool { return !t.Alive(at) })
	slices.SortFunc(list, func(a, b accounts.Token) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// BySession implements accounts.Gate.
func (s *Store) BySession(ctx context.Context, h accounts.Hash, at time.Time) (p accounts.Person, session accounts.Session, err error) {
	err = s.view(ctx, func(tx *tx) error {
		var found bool
		if session, found, err = sessions.get(tx, []byte(h)); err != nil || !found || !session.Alive(at) {
			return err
		}
		p, err = s.living(tx, session.Person, at)
		return err
	})
	if err != nil || !session.Opens(p) {
		return accounts.Person{}, accounts.Session{}, err
	}
	if session.Locked(at) {
		return p, session, nil
	}
	if accounts.Stale(session.Seen, at) || session.Replaces != "" {
		err = s.noteSeen(ctx, func(tx *tx) error {
			now, found, err := sessions.get(tx, []byte(h))
			if err != nil || !found {
				return err
			}
			if now.Replaces != "" {
				if now, err = arrived(tx, now, at); err != nil {
					return err
				}
			}
			if now.Seen.Before(at) {
				now.Seen = at
			}
			session = now
			return sessions.put(tx, []byte(h), now)
		})
	}
	return p, session, err
}

// noteSeen keeps when a secret was last used. A disk that takes no writes must
// not lock everybody out, so its faults are the log's business only.
func (s *Store) noteSeen(ctx context.Context, put func(*tx) error) error {
	err := s.update(ctx, put)
	if err != nil && ctx.Err() == nil {
		s.log.Warn("store: last use not noted", "err", err)
		return nil
	}
	return err
}

// living finds a person who may act at that instant, or the zero Person.
func (s *Store) living(tx *tx, id string, at time.Time) (accounts.Person, error) {
	d, err := s.directory.get(tx)
	if err != nil {
		return accounts.Person{}, err
	}
	p, err := d.Person(id)
	if err != nil || p.Disabled {
		return accounts.Person{}, nil // gone or disabled: her secrets open nothing
	}
	set, err := accountSettingsOf(tx)
	p.Unproven = set.Asks(p, at)
	return p, err
}

// ByToken implements accounts.Gate.
func (s *Store) ByToken(ctx context.Context, h accounts.Hash, at time.Time) (p accounts.Person, err error) {
	var t accounts.Token
	err = s.view(ctx, func(tx *tx) error {
		var found bool
		if t, found, err = tokens.get(tx, []byte(h)); err != nil || found && !t.Alive(at) {
			return err
		}
		if !found {
			set, err := textSettingsOf(tx)
			if err == nil && set.Token == h {
				p = accounts.GatewayPerson()
			}
			return err
		}
		p, err = s.living(tx, t.Person, at)
		p.Token = t.ID
		return err
	})
	if err != nil || p.ID == "" {
		return accounts.Person{}, err
	}
	if t.ID != "" && accounts.Stale(t.Seen, at) {
		err = s.noteSeen(ctx, func(tx *tx) error {
			now, found, err := tokens.get(tx, []byte(h))
			if err != nil || !found || !accounts.Stale(now.Seen, at) {
				return err
			}
			now.Seen = at
			return tokens.put(tx, []byte(h), now)
		})
	}
	return p, err
}

// checkAccounts verifies that every index row has its record and every record
// its index row, and that logins are unique.
func checkAccounts(tx *tx, report func(store.Problem)) error {
	logins := map[string]string{}
	for e, err := range people.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if other, twice := logins[e.rec.Login]; twice {
			report(store.Problem{Table: people.name, Key: e.rec.ID, What: "login " + e.rec.Login + " is also that of " + other})
		}
		logins[e.rec.Login] = e.rec.ID
	}
	if err := checkIndex(tx, report, inviteHashes, invitations, func(i accounts.Invitation) []byte { return []byte(i.Hash) },
		func(i accounts.Invitation) string { return i.ID }); err != nil {
		return err
	}
	ofCode := func(i accounts.Invitation) []byte { return []byte(i.Code) } // none before codes were
	if err := checkIndex(tx, report, inviteCodes, invitations, ofCode, func(i accounts.Invitation) string { return i.ID }); err != nil {
		return err
	}
	if err := checkIndex(tx, report, sessionsOf, sessions, func(o accounts.Session) []byte { return owned(o.Person, o.ID) },
		func(o accounts.Session) string { return string(o.Hash) }); err != nil {
		return err
	}
	if err := checkPINs(tx, report); err != nil {
		return err
	}
	if err := checkFactors(tx, report); err != nil {
		return err
	}
	return checkIndex(tx, report, tokensOf, tokens, func(t accounts.Token) []byte { return owned(t.Person, t.ID) },
		func(t accounts.Token) string { return string(t.Hash) })
}

// checkFactors checks that exactly those have second factors who are said to.
func checkFactors(tx *tx, report func(store.Problem)) error {
	for e, err := range people.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if f, _, err := factors.get(tx, e.key); err != nil {
			return err
		} else if f.Any() != e.rec.Second {
			report(store.Problem{Table: factors.name, Key: e.rec.ID, What: "is not what the person is said to have"})
		}
	}
	for person := range factors.keys(tx) {
		if !people.has(tx, person) {
			report(store.Problem{Table: factors.name, Key: string(person), What: "is of nobody"})
		}
	}
	return nil
}

// checkPINs checks that each session that asks for a PIN has one, and nothing else does.
func checkPINs(tx *tx, report func(store.Problem)) error {
	asks := map[string]bool{}
	for e, err := range sessions.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if root := e.rec.Root(); e.rec.PIN {
			if asks[root] = true; !pins.has(tx, []byte(root)) {
				report(store.Problem{Table: sessions.name, Key: e.rec.ID, What: "has no PIN"})
			}
		}
	}
	for root := range pins.keys(tx) {
		if !asks[string(root)] {
			report(store.Problem{Table: pins.name, Key: string(root), What: "is of no session"})
		}
	}
	return nil
}

// checkIndex compares an index with its records both ways: row is a record's
// key in the index, empty of one that has none, key its own.
func checkIndex[T any](tx *tx, report func(store.Problem), index table[string], records table[T], row func(T) []byte, key func(T) string) error {
	rows := 0
	for e, err := range index.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		rows++
		if _, found, err := records.get(tx, []byte(e.rec)); err != nil {
			return err
		} else if !found {
			report(store.Problem{Table: index.name, Key: fmt.Sprintf("%q", e.key), What: "points at no record of " + records.name})
		}
	}
	count := 0
	for e, err := range records.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		at := row(e.rec)
		if len(at) == 0 {
			continue
		}
		count++
		if to, found, err := index.get(tx, at); err != nil {
			return err
		} else if !found || to != key(e.rec) {
			report(store.Problem{Table: records.name, Key: fmt.Sprintf("%q", e.key), What: "is not in " + index.name})
		}
	}
	if rows != count {
		report(store.Problem{Table: index.name, What: fmt.Sprintf("has %d rows for %d records", rows, count)})
	}
	return nil
}
