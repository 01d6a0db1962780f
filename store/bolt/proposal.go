package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"loa/accounts"
	"loa/airing"
	"loa/stations"
	"loa/store"
)

// What stations said by telephone. Only proposals is the truth; the others are its indexes.
var (
	proposals     = table[airing.Proposal]{name: "airing_proposals"}  // by station number, time and ID
	proposalKeys  = table[[]byte]{name: "airing_proposal_keys"}       // by ID: the key of proposals
	openProposals = table[struct{}]{name: "airing_proposals_waiting"} // by the key of proposals: those that wait
)

func proposalKey(p airing.Proposal) []byte {
	return append(append(numberKey(stationNumber(p.Station)), timeKey(p.At)...), p.ID...)
}

func putProposal(tx *tx, p airing.Proposal) error {
	key := proposalKey(p)
	err := errors.Join(proposals.put(tx, key, p), proposalKeys.put(tx, []byte(p.ID), key))
	if p.State == airing.Proposed {
		return errors.Join(err, openProposals.put(tx, key, struct{}{}))
	}
	return errors.Join(err, openProposals.remove(tx, key))
}

// proposalOf is the proposal of an ID and its key.
func proposalOf(tx *tx, id string) (p airing.Proposal, key []byte, found bool, err error) {
	if key, found, err = proposalKeys.get(tx, []byte(id)); err != nil || !found {
		return p, nil, false, err
	}
	p, err = proposals.named(tx, key, proposalKeys.name, []byte(id))
	return p, key, err == nil, err
}

// proposed is what is kept of what a station said at a call.
func proposed(tx *tx, m accounts.Meta, station string, c airing.Propose) (airing.Proposal, error) {
	f, err := airingFacts(tx, m, c.Asked(m, station))
	if err != nil {
		return airing.Proposal{}, err
	}
	return airing.DecideProposal(f.Facts, m, station, c)
}

// openOf lists what waits for a word of the station, the first first.
func openOf(tx *tx, station string) (list []airing.Proposal, err error) {
	prefix := numberKey(stationNumber(station))
	for e, err := range openProposals.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return nil, err
		}
		p, err := proposals.named(tx, e.key, openProposals.name, e.key)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// lapse notes which of the station's proposals nobody answered in time, by a new one.
func lapse(tx *tx, by airing.Proposal) error {
	list, err := openOf(tx, by.Station)
	for _, p := range list {
		if lapsed, over := p.Lapsed(by.At); over {
			err = errors.Join(err, putProposal(tx, lapsed))
		}
	}
	return err
}

// endProposals notes which proposals a report ends; of is the one it confirms, "" for none.
func endProposals(tx *tx, c airing.Change, of string) error {
	list, err := openOf(tx, c.Line.Station)
	for _, p := range list {
		if ended, over := p.After(c, of); over {
			err = errors.Join(err, putProposal(tx, ended))
		}
	}
	return err
}

// Proposals implements airing.Proposals.
func (s *Store) Proposals(ctx context.Context, by accounts.Actor, q airing.ProposalQuery) (list []airing.Proposal, err error) {
	if q.Limit <= 0 || q.Limit > airing.MostProposals {
		q.Limit = airing.MostProposals
	}
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		for _, id := range q.IDs[:min(len(q.IDs), airing.MostProposals)] {
			p, _, found, err := proposalOf(tx, id)
			if err != nil {
				return err
			}
			if found && airing.Reads(by, reg.Where(p.Station)) {
				list = append(list, p)
			}
		}
		if q.IDs != nil {
			return nil
		}
		var from []byte
		if q.Station != "" {
			from = numberKey(stationNumber(q.Station))
		}
		if q.Waiting.IsZero() {
			for e, err := range proposals.descend(tx, from, after(from)) {
				if err != nil || len(list) == q.Limit {
					return err
				}
				if airing.Reads(by, reg.Where(e.rec.Station)) {
					list = append(list, e.rec)
				}
			}
			return nil
		}
		for e, err := range openProposals.ascend(tx, from, after(from)) {
			if err != nil {
				return err
			}
			p, err := proposals.named(tx, e.key, openProposals.name, e.key)
			if err != nil {
				return err
			}
			if p.Waits(q.Waiting) && airing.Reads(by, reg.Where(p.Station)) {
				list = append(list, p)
			}
		}
		slices.SortStableFunc(list, func(a, b airing.Proposal) int { return b.At.Compare(a.At) })
		list = list[:min(len(list), q.Limit)]
		return nil
	})
	return list, err
}

// DeclineProposal implements airing.Proposals.
func (s *Store) DeclineProposal(ctx context.Context, m accounts.Meta, c airing.Decline) (airing.Proposal, error) {
	if err := s.refresh(ctx); err != nil {
		return airing.Proposal{}, err
	}
	type named struct {
		ID string `json:"id"`
		airing.Decline
	}
	return change(ctx, s, m, "airing.decline", named{c.ID, c}, func(tx *tx) (airing.Proposal, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return airing.Proposal{}, err
		}
		p, _, found, err := proposalOf(tx, c.ID)
		if err == nil && (!found || !airing.Reads(m.By, reg.Where(p.Station))) {
			err = airing.NoProposal()
		}
		if err != nil {
			return airing.Proposal{}, err
		}
		if p, err = airing.DecideDecline(p, m, c); err != nil {
			return p, err
		}
		return p, errors.Join(putProposal(tx, p), tx.tellDeclined(reg, p))
	})
}

// tellDeclined tells who called that the station says it is not so.
func (tx *tx) tellDeclined(reg *stations.Registry, p airing.Proposal) error {
	plan, err := tx.s.schedule.get(tx)
	if err != nil {
		return err
	}
	people, err := tx.s.directory.get(tx)
	if err != nil {
		return err
	}
	_, err = tx.post(airing.Declined(airing.Plan{Registry: reg, Schedule: plan}, people, p), p.EndedAt)
	return err
}

// checkProposals checks that every proposal stands in its indexes, that no index has more, and
// that the report of one is there.
func checkProposals(tx *tx, report func(store.Problem)) error {
	n, open := 0, 0
	for e, err := range proposals.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		p := e.rec
		if key, found, err := proposalKeys.get(tx, []byte(p.ID)); err != nil || !found || !bytes.Equal(key, e.key) {
			report(store.Problem{Table: proposals.name, Key: p.ID, What: "not found by its ID"})
		}
		if p.State == airing.Proposed {
			open++
		}
		if openProposals.has(tx, e.key) != (p.State == airing.Proposed) {
			report(store.Problem{Table: proposals.name, Key: p.ID, What: "waits, and is not among those that do, or the other way round"})
		}
		if p.Report != "" {
			if _, _, found, err := findLine(tx, p.Report); err != nil || !found {
				report(store.Problem{Table: proposals.name, Key: p.ID, What: "its report is missing"})
			}
		}
	}
	for _, index := range []struct {
		name string
		want int
	}{{proposalKeys.name, n}, {openProposals.name, open}} {
		if got := rowsOf(tx, index.name); got != index.want {
			report(store.Problem{Table: index.name, What: fmt.Sprintf("lists %d, there are %d", got, index.want)})
		}
	}
	return nil
}
