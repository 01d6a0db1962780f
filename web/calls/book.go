package calls

import (
	"net/http"
	"time"

	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

// bookPage is the list of calls that were made.
type bookPage struct {
	kit.Page
	Form    kit.Form
	Choices []kit.Choice
	Rows    []bookRow
	Turn    kit.Turn
	CSV     string
	XLSX    string
}

type bookRow struct {
	coverage.Call
	Label string
	Day   string // to call again
	Told  *told  // what the station said of an airing, nil for nothing
}

func (p pages) showBook(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[coverage.CallFilter](r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	through := f
	through.Until = f.Until.Through()
	q, err := through.Query(r.Actor, reg, r.Now)
	if err != nil {
		return err
	}
	if format := r.URL.Query().Get("format"); format != "" {
		return p.exportBook(w, r, reg, q, format)
	}
	q.After, q.Limit = r.URL.Query().Get("after"), kit.RowsAtOnce
	list, next, err := p.store.Calls(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	page := bookPage{Page: r.Page("calls.book_title"), Form: kit.FilterForm(f), Turn: r.TurnAfter("after", next),
		CSV: filter.Link("/calls/log", f, "format", "csv"), XLSX: filter.Link("/calls/log", f, "format", "xlsx")}
	page.Form.Values.Set("from", q.From.In(text.Zone).Format(time.DateOnly))
	page.Form.Values.Set("until", q.Until.Add(-time.Second).In(text.Zone).Format(time.DateOnly))
	n, err := p.names(r)
	if err != nil {
		return err
	}
	said, err := p.toldAt(r, n, list)
	if err != nil {
		return err
	}
	for _, c := range list {
		row := bookRow{Call: c, Label: reg.Label(c.Station), Day: c.Again.Words(r.Lang)}
		if one, ok := said[c.Said]; ok {
			row.Told = &one
		}
		page.Rows = append(page.Rows, row)
	}
	page.Choices = append(kit.Choices(kit.Choice{Name: "district", Label: r.Say("calls.district"), Options: districts(r, reg)},
		kit.Choice{Name: "result", Label: r.Say("calls.outcome_label"), Options: kit.WordOptions(r, "calls.outcome.", coverage.CallOutcomes[:])}),
		r.Lists(reg)...)
	if f.Station != "" {
		page.Choices = append(page.Choices, kit.Choice{Name: "station", Label: r.Say("calls.station"),
			Options: []kit.Option{{Value: f.Station, Text: reg.Label(q.Station)}}})
	}
	return p.book.Render(w, r, page)
}

// maxExport is the most calls one file holds.
const maxExport = 50_000

// exportBook writes what the list shows, by the same filter, as CSV or XLSX.
func (p pages) exportBook(w http.ResponseWriter, r *kit.Request, reg *stations.Registry, q coverage.CallQuery, format string) error {
	rows := [][]any{{r.Say("calls.column.time"), r.Say("calls.column.code"), r.Say("calls.station"), r.Say("calls.district"), r.Say("calls.column.by"),
		r.Say("calls.outcome_label"), r.Say("calls.column.note"), r.Say("calls.column.said"), r.Say("calls.column.fate"), r.Say("calls.column.again")}}
	n, err := p.names(r)
	if err != nil {
		return err
	}
	for {
		list, next, err := p.store.Calls(r.Context(), r.Actor, q)
		if err != nil {
			return err
		}
		said, err := p.toldAt(r, n, list)
		if err != nil {
			return err
		}
		for _, c := range list {
			unit := reg.UnitOf(c.Station)
			rows = append(rows, []any{c.At.In(text.Zone), sheet.Code(unit.Code), reg.Label(c.Station), reg.DistrictName(unit.District), c.By.Name,
				c.Outcome.Words(r.Lang), c.Note, said[c.Said].Words, said[c.Said].State, sheet.Day(c.Again)})
		}
		if q.After = next; next == "" {
			return r.SendTable(w, format, "cuoc-goi", rows)
		}
		if len(rows) > maxExport { // a file that lacks calls would pass for the whole
			return fault.New(fault.Invalid, "airing.export_long", "most", maxExport)
		}
	}
}

// exportList writes whom to call, in the order of the page.
func (p pages) exportList(w http.ResponseWriter, r *kit.Request, n names, list []coverage.Callee, format string) error {
	rows := [][]any{{r.Say("calls.column.code"), r.Say("calls.station"), r.Say("calls.district"), r.Say("calls.need_label"), r.Say("calls.column.days"),
		r.Say("calls.column.lately"), r.Say("calls.column.who"), r.Say("calls.column.phone"), r.Say("calls.column.again")}}
	for _, c := range list {
		row := n.callee(r, c)
		var days, again any
		if c.Said != nil {
			days = c.Days
		}
		if c.Last != nil {
			again = sheet.Day(c.Last.Again)
		}
		var who, phone string
		if len(row.Phones) > 0 {
			who, phone = row.Phones[0].Name, row.Phones[0].Phone
		} else if len(row.People) > 0 {
			who = row.People[0]
		}
		rows = append(rows, []any{sheet.Code(n.reg.UnitOf(c.Station).Code), row.Label, row.District, joined(row.Why), days, joined(row.Lately), who,
			sheet.Code(phone), again})
	}
	return r.SendTable(w, format, "can-goi", rows)
}

// joined are sentences as one text.
func joined(sentences []string) (all string) {
	for i, s := range sentences {
		if i > 0 {
			all += " "
		}
		all += s
	}
	return all
}
