package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	bbolt "go.etcd.io/bbolt"
	bberrors "go.etcd.io/bbolt/errors"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/scheduler"
)

var bberrMaxSize = bberrors.ErrMaxSizeReached

// tx is one bbolt transaction and what was written in it.
type tx struct {
	b       *bbolt.Tx
	s       *Store
	wrote   bool
	moved   []moved // how the covers of tables change
	noting  bool    // what is put is noted in the trail
	changes []accounts.MemberChange
	row     []byte // scratch of hashRow
	fresh   *fresh // nil before it is asked
	walking int    // walks through scattered tables that are not done

	counts  *counter // by the registry in force, nil before the first count
	chain   map[chained]airing.Entry
	called  map[string]accounts.Called // nil before the first is asked for
	weighed *scheduler.Schedule        // by which lines are weighed, nil before the first
}

// run lets fn do its work. Whoever commits keeps the covers.
func (tx *tx) run(fn func(*tx) error) error { return safely(func() error { return fn(tx) }) }

// act is the record of one change: who did what, and the answer a repeat gets.
type act struct {
	ID     string          `json:"id"`
	Name   string          `json:"name"` // "scheduler.save_rule"
	By     accounts.Actor  `json:"by"`
	At     time.Time       `json:"at"`
	Hash   []byte          `json:"hash"` // of name, person and command
	Body   json.RawMessage `json:"body,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`

	Through string                  `json:"through,omitempty"` // as of accounts.Actor
	Changes []accounts.MemberChange `json:"changes,omitempty"`
	More    int                     `json:"more,omitempty"`
}

// change runs one command: decide loads facts, lets the noun decide, and puts
// the records, all in one transaction. The same Meta.ID with the same command
// gets its first answer; with another command it is a conflict. A command with
// a method Repeated says itself what a repeat gets, unless that is nil: no
// answer of its is handed out twice. A decision that fails must fail before
// anything is put.
func change[C, R any](ctx context.Context, s *Store, m accounts.Meta, name string, cmd C, decide func(*tx) (R, error)) (R, error) {
	var result, none R
	if m.ID == "" || len(m.ID) > 100 {
		return none, fault.New(fault.Invalid, "store.no_change_id")
	}
	body, err := json.Marshal(cmd)
	if err != nil {
		return none, fmt.Errorf("store: %s: %w", name, err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s%d:%s", len(name), name, len(m.By.Person), m.By.Person)
	h.Write(body)
	hash := h.Sum(nil)
	err = s.update(ctx, func(tx *tx) error {
		result = none
		first, found, err := acts.get(tx, []byte(m.ID))
		if err != nil {
			return err
		}
		if found {
			if !bytes.Equal(first.Hash, hash) {
				return fault.New(fault.Conflict, "store.change_reused")
			}
			if single, ok := any(cmd).(interface{ Repeated() error }); ok {
				if err := single.Repeated(); err != nil {
					return err
				}
			}
			return json.Unmarshal(first.Result, &result)
		}
		tx.noting = true
		result, err = decide(tx)
		if tx.noting = false; err != nil {
			return err
		}
		answer, err := json.Marshal(result)
		if err != nil {
			return err
		}
		if err := tx.tellChange(name, m, answer, result); err != nil {
			return err
		}
		return tx.keepAct(act{ID: m.ID, Name: name, By: m.By, At: m.At.UTC(), Hash: hash, Body: body, Result: answer})
	})
	if err != nil {
		return none, err
	}
	return result, nil
}

// view runs fn in a read transaction: a consistent picture of one instant.
func (s *Store) view(ctx context.Context, fn func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err := s.db.View(func(b *bbolt.Tx) (err error) {
		defer catch(&err)
		return fn(&tx{b: b, s: s})
	})
	if errors.Is(err, bberrors.ErrInvalidMapping) { // a change that failed took the file away from all who read
		err = s.breakDown(err)
	}
	return err
}

// safely runs fn with the panic of a damaged page, or of a bug, as an error.
func safely(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer catch(&err)
	return fn()
}

// catch turns the panic of a damaged page, or of a bug in a decision, into an
// error of this one call.
func catch(err *error) {
	switch p := recover().(type) {
	case nil:
	case *fault.Error: // of a damaged row that no answer could tell
		*err = p
	default:
		*err = fmt.Errorf("store: panic: %v\n%s", p, debug.Stack())
	}
}
