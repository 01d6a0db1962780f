package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/message"
	"loa/stations"
	"loa/store"
)

var (
	calledRecords = table[accounts.Called]{name: "called"}    // by person
	erasures      = table[accounts.Erasure]{name: "erasures"} // by time and person
)

func erasureKey(e accounts.Erasure) []byte { return append(timeKey(e.At), e.Person...) }

func loadCalled(tx *tx) (map[string]accounts.Called, error) {
	all := map[string]accounts.Called{}
	for e, err := range calledRecords.ascend(tx, nil, nil) {
		if err != nil {
			return nil, err
		}
		all[string(e.key)] = e.rec
	}
	return all, nil
}

// callAs notes that somebody is called so, where that is new.
func callAs(tx *tx, by accounts.Actor) (accounts.Called, error) {
	if tx.called == nil {
		var err error
		if tx.called, err = tx.s.called.get(tx); err != nil {
			return accounts.Called{}, err
		}
	}
	c, fresh := tx.called[by.Person].As(by.Name)
	if !fresh {
		return c, nil
	}
	tx.called = maps.Clone(tx.called) // others read it
	tx.called[by.Person] = c
	return c, errors.Join(calledRecords.put(tx, []byte(by.Person), c), tx.s.called.touch(tx))
}

// unveiled is an entry with the name of who said it. It is false where no table knows that.
func unveiled(tx *tx, e airing.Entry) (airing.Entry, bool, error) {
	if e.Who == (airing.Hash{}) {
		return e, true, nil
	}
	if tx.called == nil {
		var err error
		if tx.called, err = tx.s.called.get(tx); err != nil {
			return e, false, err
		}
	}
	named, ok := e.Unveiled(tx.called[e.By.Person], "")
	if ok {
		return named, true, nil
	}
	people, err := tx.s.directory.get(tx)
	if err != nil {
		return e, false, err
	}
	p, err := people.Person(e.By.Person)
	if err != nil || !p.Erased() {
		return e, false, nil
	}
	named, ok = e.Unveiled(tx.called[e.By.Person], p.Name)
	return named, ok, nil
}

// prose are the tables in whose sentences a name is sought too.
var prose = map[string]bool{acts.name: true, messages.name: true, deliveries.name: true, texts.name: true}

// strangers are the tables in which people stand who have no account.
var strangers = map[string]bool{quizTries.name: true, quizPeople.name: true, quizResults.name: true, quizQuestions.name: true, quizPool.name: true,
	quizzes.name: true}

// Erase implements accounts.Commands.
func (s *Store) Erase(ctx context.Context, m accounts.Meta, c accounts.Erase) (accounts.Erasure, error) {
	e, err := accountChange(ctx, s, m, "accounts.erase", c, func(tx *tx, f accounts.Facts) (e accounts.Erasure, err error) {
		tx.noting = false // the trail would keep what is taken away
		contests, err := contestStates(tx)
		if err != nil {
			return e, err
		}
		var needed []string
		for _, s := range contests {
			if s.Needs(c.Person) {
				needed = append(needed, s.Rules.Title)
			}
		}
		p, e, err := accounts.DecideErase(f, m, c, needed)
		if err != nil {
			return e, err
		}
		t, err := tracesOf(tx, f, p)
		if err != nil {
			return e, err
		}
		for _, step := range []func() error{
			func() error { return forgetHers(tx, t) },
			func() error { return eraseContacts(tx, t) },
			func() error { return tx.eraseLog(m, t, &e) },
			func() error { return tx.eraseContests(m, contests, t, &e) },
			func() error { return tx.eraseRecords(t, &e) },
			func() error {
				return errors.Join(s.putPerson(tx, p), s.registry.touch(tx), s.lists.touch(tx), s.schedule.touch(tx))
			},
		} {
			if err := step(); err != nil {
				return e, err
			}
		}
		e.Left = t.Left
		return e, erasures.put(tx, erasureKey(e), e)
	})
	if err == nil {
		if _, bad := s.Blank(ctx); bad != nil { // done at night else
			s.log.Warn("free pages still hold who was erased", "error", bad)
		}
	}
	return e, err
}

// tracesOf is what tells who the person is: what she has been called, her numbers, and when she did something.
func tracesOf(tx *tx, f accounts.Facts, erased accounts.Person) (*accounts.Traces, error) {
	p, err := f.Directory.Person(erased.ID)
	if err != nil {
		return nil, err
	}
	t := &accounts.Traces{Person: p.ID, Names: []string{p.Name}, Login: p.Login, Mask: erased.Name}
	add := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	called, _, err := calledRecords.get(tx, []byte(p.ID))
	if err != nil {
		return nil, err
	}
	for _, name := range called.Names {
		add(&t.Names, name)
	}
	choice, _, err := messageChoices.get(tx, []byte(p.ID))
	if err != nil {
		return nil, err
	}
	add(&t.Marks, choice.Phone)
	add(&t.Marks, choice.Mail)
	prefix := append([]byte("person "+p.ID), 0)
	for e, err := range trailOf.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return nil, err
		}
		a, err := acts.named(tx, []byte(e.rec), trailOf.name, e.key)
		if err != nil {
			return nil, err
		}
		if a.By.Person == p.ID {
			add(&t.Names, a.By.Name)
			t.At(a.At)
		}
	}
	t.Alone = f.Directory.Alone(p.ID, t.Names)
	return t, nil
}

// forgetHers removes what was hers alone: what opened the account, what she was told and by which ways, what she sent as texts.
func forgetHers(tx *tx, t *accounts.Traces) error {
	id := []byte(t.Person)
	held, err := heldBy(tx, t.Person, false)
	if err != nil {
		return err
	}
	err = putEffects(tx, t.Person, accounts.Effects{Forget: true, Sessions: held.Sessions, Tokens: held.Tokens})
	err = errors.Join(err, factors.remove(tx, id), messageChoices.remove(tx, id), calledRecords.remove(tx, id), tx.s.called.touch(tx))
	tx.called = nil
	var inbox []message.Message
	prefix := append(slices.Clone(id), 0)
	for e, bad := range inboxes.ascend(tx, prefix, after(prefix)) {
		var m message.Message
		if bad == nil {
			m, bad = messages.named(tx, []byte(e.rec), inboxes.name, e.key)
		}
		if bad != nil {
			return bad
		}
		inbox = append(inbox, m)
	}
	for _, m := range inbox {
		err = errors.Join(err, tx.forgetMessage(m))
	}
	for _, number := range t.Marks {
		list, bad := recordsUnder(tx, textsOf, numberOf(number))
		if bad != nil {
			return bad
		}
		for _, key := range list {
			text, bad := texts.named(tx, key, textsOf.name, key)
			if bad != nil {
				return bad
			}
			err = errors.Join(err, tx.forgetText(text))
		}
	}
	links, bad := invitations.all(tx)
	for _, inv := range links {
		if inv.Note != "" && (inv.Person == t.Person || inv.UsedBy == t.Person) {
			inv.Note = ""
			err = errors.Join(err, invitations.put(tx, []byte(inv.ID), inv))
		}
	}
	return errors.Join(err, bad)
}

// recordsUnder collects what an index holds under a prefix.
func recordsUnder[T any](tx *tx, index table[T], prefix []byte) (list []T, err error) {
	for e, err := range index.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return nil, err
		}
		list = append(list, e.rec)
	}
	return list, nil
}

// eraseContacts takes her out of whom to call at a station.
func eraseContacts(tx *tx, t *accounts.Traces) error {
	all, err := stationRecords.all(tx)
	if err != nil {
		return err
	}
	for _, s := range all {
		n := len(s.Contacts)
		s.Contacts = slices.DeleteFunc(slices.Clone(s.Contacts), func(c stations.Contact) bool {
			return slices.Contains(t.Marks, c.Phone) || t.Alone && slices.Contains(t.Names, c.Name)
		})
		if len(s.Contacts) < n {
			err = errors.Join(err, stationRecords.put(tx, []byte(s.ID), s))
		}
	}
	return err
}

// rowsWith collects the rows of a table that may hold something of hers.
func (tx *tx) rowsWith(table string, t *accounts.Traces) (rows []entry[[]byte], err error) {
	for k, v := range tx.rows(table, nil, nil, false) {
		payload, err := unseal(table, k, v)
		if err != nil {
			return nil, err
		}
		if t.In(payload) {
			rows = append(rows, entry[[]byte]{bytes.Clone(k), bytes.Clone(payload)})
		}
	}
	return rows, nil
}

// eraseLog takes her out of the chains of stations. The hash of what was there is kept, and an entry more in each chain says so.
func (tx *tx) eraseLog(m accounts.Meta, t *accounts.Traces, e *accounts.Erasure) error {
	rows, err := tx.rowsWith(logEntries.name, t)
	if err != nil {
		return err
	}
	told := map[uint32][]airing.Redacted{}
	for _, row := range rows {
		now, changed, err := t.Erase(row.rec, false)
		if err != nil {
			return damaged(logEntries.name, row.key, err)
		}
		if !changed {
			continue
		}
		number, seq := binary.BigEndian.Uint32(row.key), binary.BigEndian.Uint32(row.key[4:])
		was, again, err := redactedLog.get(tx, row.key)
		if err != nil {
			return err
		}
		r := airing.Redact(seq, was, again, row.rec, now)
		told[number] = append(told[number], r)
		if err := errors.Join(redactedLog.put(tx, row.key, r.Was), logEntries.put(tx, row.key, now)); err != nil {
			return err
		}
		e.Entries++
	}
	for _, number := range slices.Sorted(maps.Keys(told)) {
		for part := range slices.Chunk(told[number], airing.MostRedacted) {
			entry := airing.Entry{Station: stationID(number), By: m.By, ReceivedAt: m.At.UTC(), Erasure: &airing.Erasure{Person: t.Person, Entries: part}}
			if _, err := appendEntry(tx, number, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseContests takes her out of the logs of contests in the same way. Each has to come to the same afterwards.
func (tx *tx) eraseContests(m accounts.Meta, contests []*contest.State, t *accounts.Traces, e *accounts.Erasure) error {
	for _, s := range contests {
		prefix := contestKey(s.ID)
		events, err := recordsUnder(tx, contestEvents, prefix)
		if err != nil {
			return err
		}
		list, err := contest.Erase(s, m, t, events)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		for _, ev := range list {
			if err := contestEvents.put(tx, append(contestKey(s.ID), numberKey(uint32(ev.Seq))...), ev); err != nil {
				return err
			}
		}
		e.Entries += len(list) - 1
		head, err := contestHeads.named(tx, []byte(s.ID), contestHeads.name, []byte(s.ID))
		if err != nil {
			return err
		}
		head.Seq = list[len(list)-1].Seq
		if err := contestHeads.put(tx, []byte(s.ID), head); err != nil {
			return err
		}
		if _, err := contest.Replay(s.ID, records(contestEvents.ascend(tx, prefix, after(prefix)))); err != nil {
			return fmt.Errorf("store: a contest without a name: %w", err)
		}
	}
	return nil
}

// eraseRecords takes her out of all other tables.
func (tx *tx) eraseRecords(t *accounts.Traces, e *accounts.Erasure) error {
	for _, name := range tableNames {
		special := []string{coversBucket, freshBucket, logEntries.name, contestEvents.name, people.name, calledRecords.name, exhibits.name}
		if plain[name] || slices.Contains(special, name) {
			continue
		}
		rows, err := tx.rowsWith(name, t)
		if err != nil {
			return err
		}
		known := t
		if strangers[name] {
			known = t.AmongStrangers()
		}
		for _, row := range rows {
			if name == acts.name {
				err = tx.eraseAct(row, t, e)
			} else if now, changed, bad := known.Erase(row.rec, prose[name]); bad != nil {
				err = damaged(name, row.key, bad)
			} else if changed {
				e.Records++
				err = tx.putRow(name, row.key, seal(now))
			}
			if err != nil {
				return err
			}
		}
	}
	others, err := tx.rowsWith(people.name, t) // whom she let in
	for _, row := range others {
		if string(row.key) == t.Person {
			continue
		}
		now, changed, bad := t.Erase(row.rec, false)
		if err = errors.Join(err, bad); changed && err == nil {
			e.Records++
			err = tx.putRow(people.name, row.key, seal(now))
		}
	}
	return errors.Join(err, tx.eraseExhibits(t))
}

// eraseAct takes her out of a line of the log of changes, and where she came from with it.
func (tx *tx) eraseAct(row entry[[]byte], t *accounts.Traces, e *accounts.Erasure) error {
	now, changed, err := t.Erase(row.rec, true)
	if err != nil {
		return damaged(acts.name, row.key, err)
	}
	var was, is act
	if err := errors.Join(json.Unmarshal(row.rec, &was), json.Unmarshal(now, &is)); err != nil {
		return damaged(acts.name, row.key, err)
	}
	if was.By.Person == t.Person && accounts.Kind(was.Name).Begins() {
		is.Body, is.Result = t.Closed(is.Body), t.Closed(is.Result)
		changed = true
	}
	if !changed {
		return nil
	}
	e.Records++
	for _, subject := range was.subjects() {
		err = errors.Join(err, trailOf.remove(tx, was.under(subject)))
	}
	for _, subject := range is.subjects() {
		err = errors.Join(err, trailOf.put(tx, is.under(subject), is.ID))
	}
	return errors.Join(err, acts.put(tx, row.key, is))
}

// eraseExhibits makes those exhibits anew that name her: they say what the log says.
func (tx *tx) eraseExhibits(t *accounts.Traces) error {
	rows, err := tx.rowsWith(exhibits.name, t)
	if err != nil {
		return err
	}
	for _, row := range rows {
		var was airing.Exhibit
		if err := json.Unmarshal(row.rec, &was); err != nil {
			return damaged(exhibits.name, row.key, err)
		}
		line, _, _, err := findLine(tx, was.Report)
		if err != nil {
			return err
		}
		if is, ok := line.Exhibit(); ok {
			err = exhibits.put(tx, row.key, is)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Erasures implements accounts.Queries.
func (s *Store) Erasures(ctx context.Context, by accounts.Actor) (list []accounts.Erasure, err error) {
	if err := accounts.MayErase(by); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		list = []accounts.Erasure{}
		for e, err := range erasures.descend(tx, nil, nil) {
			if err != nil {
				return err
			}
			list = append(list, e.rec)
		}
		return nil
	})
	return list, err
}

// checkErased reports an erasure in a chain of somebody who was not erased.
func checkErased(tx *tx, person string, report func(store.Problem)) error {
	p, found, err := people.get(tx, []byte(person))
	if err == nil && (!found || !p.Erased()) {
		report(store.Problem{Table: logEntries.name, Key: person, What: "an erasure of somebody who was not erased"})
	}
	return err
}

// checkErasures compares who was erased with the list of erasures, and what was changed for it.
func checkErasures(tx *tx, report func(store.Problem)) error {
	list := map[string]bool{}
	for e, err := range erasures.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		list[e.rec.Person] = true
	}
	for e, err := range people.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if list[e.rec.ID] != e.rec.Erased() {
			report(store.Problem{Table: erasures.name, Key: e.rec.ID, What: "does not say what the account says"})
		}
		delete(list, e.rec.ID)
	}
	for id := range list {
		report(store.Problem{Table: erasures.name, Key: id, What: "is of nobody"})
	}
	for key := range redactedLog.keys(tx) {
		if len(key) != 8 || !logEntries.has(tx, key) {
			badRow(report, redactedLog.name, key, "is of no entry")
		}
	}
	return nil
}
