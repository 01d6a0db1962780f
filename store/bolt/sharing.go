package bolt

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"loa/accounts"
	"loa/sharing"
	"loa/store"
)

// What leaves for people without an account. calendarsOf is an index of the calendars that work.
var (
	faces       = table[sharing.Face]{name: "faces"}         // one, under faceKey
	calendars   = table[sharing.Calendar]{name: "calendars"} // by the hash of the secret, also of those that ended
	calendarsOf = table[string]{name: "calendars_of"}        // by person and ID: the key of calendars
)

var faceKey = []byte("face")

// Face implements sharing.Store.
func (s *Store) Face(ctx context.Context) (f sharing.Face, err error) {
	err = s.view(ctx, func(tx *tx) error { f, _, err = faces.get(tx, faceKey); return err })
	return f, err
}

// SaveFace implements sharing.Store.
func (s *Store) SaveFace(ctx context.Context, m accounts.Meta, c sharing.SaveFace) (sharing.Face, error) {
	return change(ctx, s, m, "sharing.save_face", c, func(tx *tx) (sharing.Face, error) {
		was, _, err := faces.get(tx, faceKey)
		if err != nil {
			return was, err
		}
		reg, err := tx.places()
		if err != nil {
			return was, err
		}
		plan, err := tx.s.schedule.get(tx)
		if err != nil {
			return was, err
		}
		f, err := sharing.DecideFace(reg, plan, was, m, c)
		if err != nil {
			return was, err
		}
		return f, faces.put(tx, faceKey, f)
	})
}

// MakeCalendar implements sharing.Store.
func (s *Store) MakeCalendar(ctx context.Context, m accounts.Meta, c sharing.MakeCalendar) (sharing.Calendar, error) {
	return calendarChange(ctx, s, m, "sharing.make_calendar", c, c.Secret, func(tx *tx, known bool) (made, ended sharing.Calendar, err error) {
		has, err := recordsOf(tx, calendarsOf, calendars, m.By.Person)
		if err != nil {
			return made, ended, err
		}
		reg, err := tx.places()
		if err != nil {
			return made, ended, err
		}
		plan, err := tx.s.schedule.get(tx)
		if err != nil {
			return made, ended, err
		}
		made, err = sharing.DecideCalendar(reg, plan, m, c, len(has), known)
		return made, ended, err
	})
}

// RenewCalendar implements sharing.Store.
func (s *Store) RenewCalendar(ctx context.Context, m accounts.Meta, c sharing.RenewCalendar) (sharing.Calendar, error) {
	return calendarChange(ctx, s, m, "sharing.renew_calendar", c, c.Secret, func(tx *tx, known bool) (made, ended sharing.Calendar, err error) {
		was, err := calendarOf(tx, m.By.Person, c.ID)
		if err != nil {
			return made, ended, err
		}
		return sharing.DecideRenewal(was, m, c, known)
	})
}

// EndCalendar implements sharing.Store.
func (s *Store) EndCalendar(ctx context.Context, m accounts.Meta, c sharing.EndCalendar) (sharing.Calendar, error) {
	return change(ctx, s, m, "sharing.end_calendar", c, func(tx *tx) (sharing.Calendar, error) {
		was, err := calendarOf(tx, m.By.Person, c.ID)
		if err != nil {
			return was, err
		}
		ended, err := sharing.DecideEnd(was, m)
		if err != nil {
			return was, err
		}
		return ended, putCalendar(tx, ended)
	})
}

// calendarChange keeps a calendar with a new address, and the one whose place it takes. A repeat is answered by what
// has become of it.
func calendarChange[C any](ctx context.Context, s *Store, m accounts.Meta, name string, c C, secret accounts.Hash,
	decide func(tx *tx, known bool) (made, ended sharing.Calendar, err error)) (sharing.Calendar, error) {
	if err := s.refresh(ctx); err != nil {
		return sharing.Calendar{}, err
	}
	if _, err := change(ctx, s, m, name, c, func(tx *tx) (sharing.Calendar, error) {
		made, ended, err := decide(tx, calendars.has(tx, []byte(secret)))
		if err == nil && ended.ID != "" {
			err = putCalendar(tx, ended)
		}
		if err != nil {
			return made, err
		}
		return made, putCalendar(tx, made)
	}); err != nil {
		return sharing.Calendar{}, err
	}
	return s.CalendarBy(ctx, secret)
}

// calendarOf is the calendar of that ID that works and is the person's, the zero Calendar if there is none.
func calendarOf(tx *tx, person, id string) (c sharing.Calendar, err error) {
	at := owned(person, id)
	key, found, err := calendarsOf.get(tx, at)
	if err != nil || !found {
		return c, err
	}
	return calendars.named(tx, []byte(key), calendarsOf.name, at)
}

func putCalendar(tx *tx, c sharing.Calendar) error {
	err := calendars.put(tx, []byte(c.Secret), c)
	if !c.Works() {
		return errors.Join(err, calendarsOf.remove(tx, owned(c.Person, c.ID)))
	}
	return errors.Join(err, calendarsOf.put(tx, owned(c.Person, c.ID), string(c.Secret)))
}

// Calendars implements sharing.Store.
func (s *Store) Calendars(ctx context.Context, person string) (list []sharing.Calendar, err error) {
	err = s.view(ctx, func(tx *tx) error { list, err = recordsOf(tx, calendarsOf, calendars, person); return err })
	slices.SortFunc(list, func(a, b sharing.Calendar) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// CalendarBy implements sharing.Store.
func (s *Store) CalendarBy(ctx context.Context, secret accounts.Hash) (c sharing.Calendar, err error) {
	err = s.view(ctx, func(tx *tx) error {
		if c, _, err = calendars.get(tx, []byte(secret)); err == nil && !c.Works() {
			c, err = sharing.Calendar{}, sharing.NoCalendar()
		}
		return err
	})
	return c, err
}

// checkCalendars checks that each calendar that works is listed as its person's.
func checkCalendars(tx *tx, report func(store.Problem)) error {
	return checkIndex(tx, report, calendarsOf, calendars, func(c sharing.Calendar) []byte {
		if !c.Works() {
			return nil
		}
		return owned(c.Person, c.ID)
	}, func(c sharing.Calendar) string { return string(c.Secret) })
}
