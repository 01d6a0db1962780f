package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/airing/oldbook"
	"loa/internal/fault"
	"loa/store"
)

// engineOldBooks: rows of an old book become reports once, however often a part is sent; what the log has is known; taken back they are
// withdrawn, and what rests on one keeps the import.
func engineOldBooks(t *testing.T, e store.Engine) {
	ctx := t.Context()
	aired(t, e)
	by, at := monitorOf(accounts.Province, ""), engineAt.AddDate(0, 0, 1)
	meta := func() accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: by, At: at} }
	plan, err := e.Schedule(ctx)
	if err != nil {
		t.Fatal(err)
	}
	row := func(line int, day int) oldbook.Row {
		return oldbook.Row{Line: line, Station: "S00001", Programme: plan.Programmes[0].ID, At: engineAt.AddDate(0, 0, -day), Seconds: 600}
	}
	from := oldbook.Source{Import: uuid.NewString(), File: "so.xlsx", SHA256: "ab"}
	rows := []oldbook.Row{row(2, 30), row(3, 31), row(4, 32), row(5, 31)} // the last once more
	weights := must[[]oldbook.Weight](t)(e.WeighRows(ctx, meta(), from, append([]oldbook.Row{row(9, -30)}, rows...)))
	if weights[0].Refused == nil || weights[0].Refused.Code != "airing.in_future" || weights[1].Refused != nil {
		t.Errorf("weighed: %+v", weights)
	}
	begin := oldbook.Begin{Source: from, Rows: len(rows), From: rows[2].At, Until: rows[0].At, Stations: []string{"S00001"}}
	if _, err := e.BeginImport(ctx, accounts.Meta{ID: uuid.NewString(), By: operatorOf("S00002"), At: at}, begin); !fault.Is(err, "accounts.denied") {
		t.Errorf("another station's operator: %v", err)
	}
	m := meta()
	for range 2 {
		must[oldbook.Import](t)(e.BeginImport(ctx, m, begin))
	}
	for range 2 { // the same part again
		if i := must[oldbook.Import](t)(e.TakeRows(ctx, at, from.Import, 0, rows[:2], false)); i.Done != 2 || i.Taken != 2 || i.State != oldbook.Applying {
			t.Errorf("a part: %+v", i)
		}
	}
	if under := must[[]oldbook.Import](t)(e.ImportedBooks(ctx, accounts.Daemon(), true)); len(under) != 1 || len(under[0].Grants) == 0 {
		t.Errorf("under way: %+v", under)
	}
	i := must[oldbook.Import](t)(e.TakeRows(ctx, at, from.Import, 2, rows[2:], true))
	if i.State != oldbook.Applied || i.Taken != 3 || i.Known != 1 || i.Grants != nil {
		t.Errorf("the whole: %+v", i)
	}
	weights = must[[]oldbook.Weight](t)(e.WeighRows(ctx, meta(), oldbook.Source{Import: uuid.NewString()}, rows))
	for _, w := range weights {
		if w.Refused == nil || w.Refused.Code != "airing.booked_known" {
			t.Errorf("the log has it, and says %v", w.Refused)
		}
	}
	line := must[airing.Line](t)(e.Airing(ctx, by, from.ReportID(2)))
	if line.Book == nil || line.Book.Import != from.Import || line.Book.Row != 2 || line.OnTime {
		t.Errorf("a row as a report: %+v", line)
	}
	undo := oldbook.Undo{ID: from.Import, Why: "Nhầm"}
	another := accounts.Actor{Person: "another", Name: "B", Via: "session", Grants: by.Grants}
	must[airing.Line](t)(e.VerifyAiring(ctx, accounts.Meta{ID: uuid.NewString(), By: another, At: at},
		airing.Verdict{Report: line.ID, Finding: airing.Verified, Note: "Có nghe"}))
	if _, err := e.UndoImport(ctx, meta(), undo); !fault.Is(err, "oldbook.leaned_on") {
		t.Errorf("taken back under a verdict: %v", err)
	}
	must[airing.Line](t)(e.Confirm(ctx, meta(), airing.Confirm{ID: uuid.NewString(), Corrects: line.ID, Outcome: airing.Withdrawn, Why: "Sai"}))
	must[oldbook.Import](t)(e.UndoImport(ctx, meta(), undo))
	for range 2 {
		i = must[oldbook.Import](t)(e.UndoRows(ctx, at.Add(time.Hour), from.Import))
	}
	if i.State != oldbook.Undone || i.Undo.Done != 3 || i.Undo.Kept != 0 {
		t.Errorf("taken back: %+v", i.Undo)
	}
	if lines, _, err := e.Airings(ctx, by, airing.Query{From: begin.From, Until: engineAt, Standing: true}); err != nil || len(lines) != 0 {
		t.Errorf("%d lines stand, %v", len(lines), err)
	}
	if _, err := e.ImportedBook(ctx, operatorOf("S00002"), from.Import); !fault.Is(err, "oldbook.unknown") {
		t.Errorf("another station reads the import: %v", err)
	}
	if list := must[[]oldbook.Import](t)(e.ImportedBooks(ctx, by, false)); len(list) != 1 {
		t.Errorf("%d imports", len(list))
	}
}
