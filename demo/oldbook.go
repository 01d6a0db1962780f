package demo

import (
	"strings"
	"time"

	"loa/airing/oldbook"
	"loa/internal/text"
	"loa/stations"
)

// oldBook brings in what three communes kept in a workbook in the week before Loa.
func (w *world) oldBook() error {
	by := w.people["giamsat"]
	plan, err := w.store.Schedule(w.ctx)
	if err != nil {
		return err
	}
	monday := stations.DateOf(w.begin().In(text.Zone)).AddDays(-10)
	c := oldbook.Begin{Source: oldbook.Source{Import: w.id(), File: "so-nhat-ky-cu.xlsx", SHA256: strings.Repeat("5b", 32)}, Sheet: "Nhật ký",
		Lang: text.Vietnamese}
	var rows []oldbook.Row
	for day := range 2 {
		for i, st := range w.reg.ActiveOn(monday)[:3] {
			at := monday.AddDays(day).Start(text.Zone).Add(time.Duration(17*60+5*i) * time.Minute).UTC()
			rows = append(rows, oldbook.Row{Line: len(rows) + 2, Station: st.ID, Programme: plan.Programmes[0].ID, At: at, Seconds: 600,
				Note: "chép từ sổ tay"})
			if day == 0 {
				c.Stations = append(c.Stations, st.ID)
			}
		}
	}
	c.Rows, c.From, c.Until = len(rows), rows[0].At, rows[len(rows)-1].At
	m := w.meta(by, w.begin().Add(13*time.Hour))
	if _, err := w.store.BeginImport(w.ctx, m, c); err != nil {
		return err
	}
	_, err = w.store.TakeRows(w.ctx, m.At, c.Import, 0, rows, true)
	return err
}
