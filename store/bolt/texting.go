package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/store"
)

// Text messages. Only texts is the truth; the others are its indexes.
var (
	texts        = table[texting.Text]{name: "texts"}             // by time and ID
	textKeys     = table[[]byte]{name: "text_keys"}               // by ID: the key of texts
	textsOf      = table[[]byte]{name: "texts_of"}                // by number, time and ID: the key of texts
	textSettings = table[texting.Settings]{name: "text_settings"} // one, under textsKey
)

var textsKey = []byte("texts")

func textKey(t texting.Text) []byte { return append(timeKey(t.At), t.ID...) }

// numberOf is what the keys of textsOf of a number begin with.
func numberOf(number string) []byte { return append([]byte(number), 0) }

func textSettingsOf(tx *tx) (texting.Settings, error) {
	set, _, err := textSettings.get(tx, textsKey)
	return set, err
}

// TextSettings implements texting.Store.
func (s *Store) TextSettings(ctx context.Context) (set texting.Settings, err error) {
	err = s.view(ctx, func(tx *tx) error { set, err = textSettingsOf(tx); return err })
	return set, err
}

// SaveTextSettings implements texting.Store.
func (s *Store) SaveTextSettings(ctx context.Context, m accounts.Meta, c texting.SaveSettings) (texting.Settings, error) {
	return change(ctx, s, m, "texts.save_settings", c, func(tx *tx) (texting.Settings, error) {
		old, err := textSettingsOf(tx)
		if err != nil {
			return old, err
		}
		set, err := texting.DecideSettings(old, m, c)
		if err != nil {
			return set, err
		}
		return set, textSettings.put(tx, textsKey, set)
	})
}

// ReceiveText implements texting.Store.
func (s *Store) ReceiveText(ctx context.Context, m accounts.Meta, c texting.Receive) (t texting.Text, err error) {
	if err := texting.HandsOn(m.By); err != nil {
		return t, err
	}
	if err := s.refresh(ctx); err != nil {
		return t, err
	}
	err = s.update(ctx, func(tx *tx) error {
		key, found, err := textKeys.get(tx, []byte(c.KeptAs()))
		if err != nil {
			return err
		}
		if found {
			if t, err = texts.named(tx, key, textKeys.name, []byte(c.KeptAs())); err == nil {
				err = t.Repeats(c)
			}
			return err
		}
		if t, err = textOf(tx, m, c, false); err != nil {
			return err
		}
		return errors.Join(putText(tx, t), tx.tellText(m, t))
	})
	return t, err
}

// TryText implements texting.Store.
func (s *Store) TryText(ctx context.Context, m accounts.Meta, c texting.Receive) (t texting.Text, err error) {
	if err := texting.Allowed(m.By); err != nil {
		return t, err
	}
	if err := s.refresh(ctx); err != nil {
		return t, err
	}
	err = s.view(ctx, func(tx *tx) error { t, err = textOf(tx, m, c, true); return err })
	return t, err
}

// foresay is the line that confirm would make.
func foresay(tx *tx, m accounts.Meta, c airing.Confirm) (airing.Line, error) {
	f, err := airingFacts(tx, m, c)
	if err != nil {
		return airing.Line{}, err
	}
	change, err := airing.Decide(f.Facts, m, c)
	return change.Line, err
}

// textOf is what becomes of a text message. The report that it makes is kept, but for a trial.
func textOf(tx *tx, m accounts.Meta, c texting.Receive, trial bool) (t texting.Text, err error) {
	f := texting.Facts{Trial: trial, Line: func(slot string) (*airing.Line, error) {
		line, _, err := standing(tx, slot)
		return line, err
	}}
	if f.Settings, err = textSettingsOf(tx); err != nil {
		return t, err
	}
	if f.Plan.Settings, err = settingsOf(tx); err != nil {
		return t, err
	}
	if f.Plan.Registry, err = tx.s.registry.get(tx); err != nil {
		return t, err
	}
	if f.Plan.Schedule, err = tx.s.schedule.get(tx); err != nil {
		return t, err
	}
	people, err := tx.s.directory.get(tx)
	if err != nil {
		return t, err
	}
	choices, err := messageChoices.all(tx)
	if err != nil {
		return t, err
	}
	number := texting.Number(c.From)
	f.Senders = texting.Senders(number, f.Plan.Registry, people, choices)
	if f.Recent, err = recentTexts(tx, number); err != nil {
		return t, err
	}
	d, err := texting.Decide(f, m, c)
	if err != nil || d.Confirm == nil {
		return d.Text, err
	}
	m.ID, m.By = d.Confirm.ID, d.By
	report := confirm
	if trial {
		report = foresay
	}
	line, err := report(tx, m, *d.Confirm)
	return d.After(f.Plan.Registry, line, err)
}

// recentTexts are the last texts of a number, the newest first.
func recentTexts(tx *tx, number string) (list []texting.Text, err error) {
	from := numberOf(number)
	for e, err := range textsOf.descend(tx, from, after(from)) {
		if err != nil {
			return nil, err
		}
		t, err := texts.named(tx, e.rec, textsOf.name, e.key)
		if err != nil {
			return nil, err
		}
		if list = append(list, t); len(list) == texting.RecentMost {
			break
		}
	}
	return list, nil
}

func putText(tx *tx, t texting.Text) error {
	key := textKey(t)
	return errors.Join(texts.put(tx, key, t), textKeys.put(tx, []byte(t.ID), key), textsOf.put(tx, append(numberOf(t.From), key...), key))
}

// Texts implements texting.Store.
func (s *Store) Texts(ctx context.Context, by accounts.Actor, q texting.Query, from string, limit int) (list []texting.Text, next string, err error) {
	if err := texting.Allowed(by); err != nil {
		return nil, "", err
	}
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		var until []byte
		if from != "" {
			key, found, err := textKeys.get(tx, []byte(from))
			if err == nil && !found {
				err = texting.NoSuchPage()
			}
			if err != nil {
				return err
			}
			until = key
		}
		looked := 0
		for e, err := range texts.descend(tx, nil, until) {
			if err != nil {
				return err
			}
			if len(list) == limit || looked == mostLookedAt {
				return nil
			}
			if looked++; q.Passes(e.rec) {
				list = append(list, e.rec)
			}
			next = e.rec.ID
		}
		next = ""
		return nil
	})
	return list, next, err
}

// ForgetTexts implements texting.Store.
func (s *Store) ForgetTexts(ctx context.Context, before time.Time, most int) (n int, err error) {
	err = s.update(ctx, func(tx *tx) error {
		var old []texting.Text
		for e, err := range texts.ascend(tx, nil, timeKey(before)) {
			if err != nil {
				return err
			}
			if old = append(old, e.rec); len(old) == most {
				break
			}
		}
		for _, t := range old {
			if err := tx.forgetText(t); err != nil {
				return err
			}
		}
		n = len(old)
		return nil
	})
	return n, err
}

func (tx *tx) forgetText(t texting.Text) error {
	key := textKey(t)
	return errors.Join(texts.remove(tx, key), textKeys.remove(tx, []byte(t.ID)), textsOf.remove(tx, append(numberOf(t.From), key...)))
}

// checkTexts checks that every text stands in its indexes, that no index has more, and that
// the report of one is there.
func checkTexts(tx *tx, report func(store.Problem)) error {
	n := 0
	for e, err := range texts.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		t := e.rec
		if key, found, err := textKeys.get(tx, []byte(t.ID)); err != nil || !found || !bytes.Equal(key, e.key) {
			report(store.Problem{Table: texts.name, Key: t.ID, What: "not found by its ID"})
		}
		if key, found, err := textsOf.get(tx, append(numberOf(t.From), e.key...)); err != nil || !found || !bytes.Equal(key, e.key) {
			report(store.Problem{Table: texts.name, Key: t.ID, What: "not found by its number"})
		}
		if t.Report != "" {
			if _, _, found, err := findLine(tx, t.Report); err != nil || !found {
				report(store.Problem{Table: texts.name, Key: t.ID, What: "its report is missing"})
			}
		}
	}
	for _, index := range []string{textKeys.name, textsOf.name} {
		if got := rowsOf(tx, index); got != n {
			report(store.Problem{Table: index, What: fmt.Sprintf("lists %d, there are %d", got, n)})
		}
	}
	return nil
}
