package bolt

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"loa/accounts"
	"loa/airing"
	"loa/store"
)

// The log of changes, and what it is asked by: who did it or to whom it was done, a station, and what a browser or
// token is called that somebody acts by.
var (
	acts    = table[act]{name: "acts"}        // by ID
	trail   = table[string]{name: "trail"}    // by time and ID: the ID
	trailOf = table[string]{name: "trail_of"} // by subject, time and ID: the ID
)

// mostSubjects is how many subjects a change is found by: one about more is found by its time.
const mostSubjects = 50

// noted are the tables whose changes stand in the trail member by member. What people are reached by of their own is not among them;
// of second factors what may be shown is.
var noted = map[string]bool{unitRecords.name: true, stationRecords.name: true, listRecords.name: true, programmeRecords.name: true,
	episodeRecords.name: true, ruleRecords.name: true, settings.name: true, librarySettings.name: true, messageSettings.name: true,
	textSettings.name: true, accountRules.name: true, people.name: true, excuses.name: true, pleas.name: true,
	messageHooks.name: true, tokens.name: true, factors.name: true, invitations.name: true, planIndicators.name: true,
	quizzes.name: true, quizQuestions.name: true}

// note keeps for the trail what changes in a row.
func (tx *tx) note(table string, was, now []byte) {
	if !tx.noting || !noted[table] || len(tx.changes) > 10*mostSubjects {
		return
	}
	payload := func(row []byte) []byte {
		if len(row) < 4 {
			return nil
		}
		if table == factors.name {
			return told(row[4:])
		}
		return row[4:]
	}
	tx.changes = append(tx.changes, accounts.Differs(table, payload(was), payload(now))...)
}

// told is what the trail keeps of factors.
func told(row []byte) []byte {
	var f accounts.Factors
	if json.Unmarshal(row, &f) != nil {
		return nil // damaged, which whoever reads it says
	}
	raw, err := json.Marshal(f.Told())
	if err != nil {
		return nil // it always marshals
	}
	return raw
}

// keepAct puts a change into the log, with what it is found by.
func (tx *tx) keepAct(a act) error {
	a.Through = a.By.Through
	a.Changes, a.More = accounts.Kept(tx.changes)
	tx.changes = nil
	err := errors.Join(acts.put(tx, []byte(a.ID), a), trail.put(tx, append(timeKey(a.At), a.ID...), a.ID))
	for _, subject := range a.subjects() {
		err = errors.Join(err, trailOf.put(tx, a.under(subject), a.ID))
	}
	return err
}

func (a act) under(subject string) []byte {
	return append(append(append([]byte(subject), 0), timeKey(a.At)...), a.ID...)
}

// subjects are what the change is found by.
func (a act) subjects() (list []string) {
	d := accounts.Concerns(accounts.Kind(a.Name), a.Body, a.Result)
	for _, id := range append(d.People, a.By.Person) {
		if s := "person " + id; id != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	for _, id := range d.Stations {
		list = append(list, "station "+id)
	}
	if accounts.Kind(a.Name).Opens() {
		list = append(list, "browser "+d.About)
	}
	return list[:min(len(list), mostSubjects)]
}

// indexTrail fills the index of the trail.
func indexTrail(tx *tx) error {
	for e, err := range acts.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		for _, subject := range e.rec.subjects() {
			if err := trailOf.put(tx, e.rec.under(subject), e.rec.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkTrail compares the index of the trail with the log both ways.
func checkTrail(tx *tx, report func(store.Problem)) error {
	want := 0
	for e, err := range acts.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		for _, subject := range e.rec.subjects() {
			if want++; !trailOf.has(tx, e.rec.under(subject)) {
				report(store.Problem{Table: trailOf.name, Key: e.rec.ID, What: "is not found by " + subject})
			}
		}
	}
	for range trailOf.keys(tx) {
		want--
	}
	if want != 0 {
		report(store.Problem{Table: trailOf.name, What: "holds other rows than the log of changes"})
	}
	return nil
}

// noteReport puts a report into the trail: what it says is in its log.
func (tx *tx) noteReport(m accounts.Meta, line airing.Line) error {
	return tx.noteDone(m, accounts.DoneReport(m.At, line.ID, line.Station))
}

// noteSteps puts a change of a contest into the trail: what it says is in its events.
func (tx *tx) noteSteps(m accounts.Meta, contest string) error {
	return tx.noteDone(m, accounts.DoneStep(contest, m.ID))
}

func (tx *tx) noteDone(m accounts.Meta, d accounts.Done) error {
	return tx.keepAct(act{ID: d.ID, Name: string(d.Kind), By: m.By, At: m.At.UTC(), Body: d.Body})
}

// looksAt is how many changes one question looks at: what passes may be few, and the rest is asked for again.
const looksAt = 2000

// Deeds implements accounts.Queries.
func (s *Store) Deeds(ctx context.Context, by accounts.Actor, q accounts.DeedQuery) (list []accounts.Deed, next string, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		f, err := s.accountFacts(tx)
		if err != nil {
			return err
		}
		index, prefix := trail, []byte(nil)
		switch {
		case q.Station != "":
			index, prefix = trailOf, append([]byte("station "+q.Station), 0)
		case q.Person != "":
			index, prefix = trailOf, append([]byte("person "+q.Person), 0)
		}
		from, until := prefix, after(prefix)
		if !q.From.IsZero() {
			from = append(bytes.Clone(prefix), timeKey(q.From)...)
		}
		if !q.Until.IsZero() {
			until = append(bytes.Clone(prefix), timeKey(q.Until)...)
		}
		if q.After != "" {
			last, found, err := acts.get(tx, []byte(q.After))
			if err != nil || !found {
				return cmp.Or(err, accounts.NoSuchDeed())
			}
			until = append(append(bytes.Clone(prefix), timeKey(last.At)...), last.ID...)
		}
		looked := 0
		for e, err := range index.descend(tx, from, until) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			if len(list) == q.Limit || looked == looksAt {
				return nil
			}
			a, err := acts.named(tx, []byte(e.rec), index.name, e.key)
			if err != nil {
				return err
			}
			next, looked = a.ID, looked+1
			d := a.deed()
			if q.Kind != "" && d.Kind != q.Kind || q.Person != "" && d.Person != q.Person && !slices.Contains(d.People, q.Person) ||
				!d.Readable(by, accounts.OfContest(d.Kind, a.Body), f) {
				continue
			}
			if err := a.through(tx, &d); err != nil {
				return err
			}
			list = append(list, d)
		}
		next = ""
		return nil
	})
	return list, next, err
}

// deed is what may be shown of the change.
func (a act) deed() accounts.Deed {
	d := accounts.Concerns(accounts.Kind(a.Name), a.Body, a.Result)
	d.ID, d.At, d.Person, d.Name, d.Via, d.Kind = a.ID, a.At, a.By.Person, a.By.Name, a.By.Via, accounts.Kind(a.Name)
	d.Changes, d.More = a.Changes, a.More
	return d
}

// through says by which browser or token the change was made.
func (a act) through(tx *tx, d *accounts.Deed) error {
	if d.Kind.Begins() { // the browser that it is about
		return a.opened(d)
	}
	if a.Through == "" {
		return nil
	}
	prefix := append([]byte("browser "+a.Through), 0)
	for e, err := range trailOf.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return err
		}
		begun, err := acts.named(tx, []byte(e.rec), trailOf.name, e.key)
		if err != nil {
			return err
		}
		return begun.opened(d)
	}
	return nil
}

// opened says by which browser or token later changes came.
func (a act) opened(d *accounts.Deed) error {
	var is struct{ Browser, Address, Name string }
	if err := json.Unmarshal(a.Result, &is); err != nil {
		return damaged(acts.name, []byte(a.ID), err)
	}
	d.Through, d.Address = cmp.Or(is.Name, is.Browser), is.Address
	return nil
}
