package airings

import (
	"net/http"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/book"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

type logPage struct {
	kit.Page
	Form      kit.Form // what it is narrowed by
	Choices   []kit.Choice
	Several   bool // stations that may be meant
	Lines     []logLine
	Turn      kit.Turn
	CSV, XLSX string
	Paper     string
	Books     string // of many stations
	MayImport bool   // a book from before Loa
}

// logLine is a line with its names.
type logLine struct {
	book.Line
	Badge string
}

// Length is how long it was on air.
func (l logLine) Length() time.Duration { return lengthOf(l.Line.Line) }

func lengthOf(l airing.Line) time.Duration { return time.Duration(l.Seconds) * time.Second }

// asked is what the list, its exports and its paper are narrowed by; the last day
// belongs to it.
func (p pages) asked(r *kit.Request) (f airing.Filter, q airing.Query, reg *stations.Registry, err error) {
	if f, err = kit.ReadFilter[airing.Filter](r); err != nil {
		return
	}
	if reg, err = p.store.Registry(r.Context()); err != nil {
		return
	}
	through := f
	through.Until = f.Until.Through()
	q, err = through.Query(r.Actor, reg, r.Now, r.Now.AddDate(0, 0, 2))
	return
}

func (p pages) showLog(w http.ResponseWriter, r *kit.Request) error {
	f, q, reg, err := p.asked(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") != "" {
		return p.exportLog(w, r, reg, q)
	}
	q.After, q.Limit = r.URL.Query().Get("after"), kit.RowsAtOnce
	lines, next, err := p.store.Airings(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	page := logPage{Page: r.Page("airing.log_title"), Form: kit.FilterForm(f), CSV: filter.Link("/airings", f, "format", "csv"),
		XLSX: filter.Link("/airings", f, "format", "xlsx"), Paper: filter.Link("/airings/paper", f),
		Books: filter.Link("/books", f), MayImport: r.Actor.CanSomewhere(accounts.ReportAiring)}
	page.Form.Values.Set("from", q.From.In(text.Zone).Format(time.DateOnly))
	page.Form.Values.Set("until", q.Until.Add(-time.Second).In(text.Zone).Format(time.DateOnly))
	if page.Lines, err = p.named(r, reg, lines); err != nil {
		return err
	}
	page.Turn = r.TurnAfter("after", next)
	page.choose(r, reg)
	return p.log.Render(w, r, page)
}

// choose fills what may be chosen from.
func (page *logPage) choose(r *kit.Request, reg *stations.Registry) {
	there := kit.StationOptions(reg, readable(r))
	page.Several = len(there) > 1
	page.Choices = append(kit.Choices(kit.Choice{Name: "district", Label: r.Say("airing.column.district"), Options: districts(reg, there)},
		kit.Choice{Name: "station", Label: r.Say("airing.column.station"), Options: there},
		kit.Choice{Name: "outcome", Label: r.Say("airing.column.outcome"), Options: kit.WordOptions(r, "airing.outcome.", airing.Outcomes[:])}),
		r.Lists(reg)...)
}

// districts are those in which the stations lie.
func districts(reg *stations.Registry, there []kit.Option) (list []kit.Option) {
	for _, o := range there {
		if n := len(list); o.Group != "" && (n == 0 || list[n-1].Text != o.Group) {
			list = append(list, kit.Option{Value: reg.Where(o.Value).District, Text: o.Group})
		}
	}
	return list
}

// readable are the stations whose log the actor may read.
func readable(r *kit.Request) stations.Filter {
	return stations.Filter{}.For(r.Actor, accounts.ReadAirings)
}

// lines are those of all pages of a query, with names; left says that it
// stopped at the page that brought it to most.
func (p pages) lines(r *kit.Request, reg *stations.Registry, q airing.Query, most int) (all []logLine, left bool, err error) {
	for {
		page, next, err := p.store.Airings(r.Context(), r.Actor, q)
		if err != nil {
			return nil, false, err
		}
		named, err := p.named(r, reg, page)
		if err != nil {
			return nil, false, err
		}
		all = append(all, named...)
		if next == "" || len(all) >= most {
			return all, next != "", nil
		}
		q.After = next
	}
}

// named adds the names people read to lines.
func (p pages) named(r *kit.Request, reg *stations.Registry, lines []airing.Line) ([]logLine, error) {
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return nil, err
	}
	out := make([]logLine, len(lines))
	for i, x := range book.Named(reg, plan, lines) {
		out[i] = logLine{x, badge(x.Line)}
	}
	return out, nil
}

// badge is the state a line is shown in.
func badge(l airing.Line) string {
	switch {
	case !l.Stands():
		return "none"
	case l.Outcome == airing.NotAired:
		return "bad"
	case l.Finding == airing.Contradicted:
		return "warn"
	}
	return "ok"
}
