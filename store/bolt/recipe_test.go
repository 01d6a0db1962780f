package bolt

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/scheduler"
)

// recipe: begin

// trimTitles takes away the spaces around titles, which were once kept as typed.
func trimTitles(tx *tx) error {
	type raw = map[string]json.RawMessage // what was kept then, not today's type
	list, rows := table[raw](programmeRecords), map[string]raw{}
	for e, err := range list.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		var title string
		if err := json.Unmarshal(e.rec["title"], &title); err != nil {
			return damaged(list.name, e.key, err)
		}
		if e.rec["title"], err = json.Marshal(strings.TrimSpace(title)); err != nil {
			return err
		}
		rows[string(e.key)] = e.rec // put after the walk: a table must not change under a cursor
	}
	for key, rec := range rows {
		if err := list.put(tx, []byte(key), rec); err != nil {
			return err
		}
	}
	return nil
}

// recipe: end

// The step in CONTRIBUTING.md is the one above, which compiles and is run here (TestRecipesArePrintedAsTheyAreRun).
func TestTheStepOfTheRecipeWorks(t *testing.T) {
	s := open(t, t.TempDir())
	m := accounts.Meta{ID: "a", By: accounts.Daemon(), At: time.Date(2024, 5, 13, 0, 0, 0, 0, time.UTC)}
	p, err := s.SaveProgramme(t.Context(), m, scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.update(t.Context(), func(tx *tx) error {
		old := p
		old.Title = "  Nông thôn mới\t"
		return programmeRecords.put(tx, []byte(p.ID), old)
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a step that was done changes nothing
		if err := s.update(t.Context(), trimTitles); err != nil {
			t.Fatal(err)
		}
		err := s.view(t.Context(), func(tx *tx) error {
			got, found, err := programmeRecords.get(tx, []byte(p.ID))
			if got.Title != p.Title || !found {
				t.Errorf("%q, %v", got.Title, found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
