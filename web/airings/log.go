package airings

import (
	"cmp"
	"net/http"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

type logPage struct {
	kit.Page
	Form      kit.Form
	Lines     []logLine
	Turn      kit.Turn
	Export    string
	Paper     string
	Stations  []kit.Option
	Districts []kit.Option // those of the stations
	Outcomes  []kit.Option
}

// logLine is a line with its names.
type logLine struct {
	airing.Line
	StationLabel string
	Programme    string
	Episode      string
	Badge        string
}

// Length is how long it was on air.
func (l logLine) Length() time.Duration { return lengthOf(l.Line) }

func lengthOf(l airing.Line) time.Duration { return time.Duration(l.Seconds) * time.Second }

// logQuery reads the filter shared by the list and its exports.
func (p pages) logQuery(r *kit.Request, reg *stations.Registry) (airing.Query, error) {
	v := r.URL.Query()
	q := airing.Query{From: r.Now.AddDate(0, 0, -28), Until: r.Now.AddDate(0, 0, 2), Outcome: airing.Outcome(v.Get("outcome")),
		Waiting: v.Get("waiting") != "", After: v.Get("after")}
	for name, into := range map[string]*time.Time{"from": &q.From, "until": &q.Until} {
		if s := v.Get(name); s != "" {
			d, err := stations.ParseDate(s)
			if err != nil {
				return q, fault.Of(err).At(name)
			}
			*into = d.Start(text.Zone)
			if name == "until" { // the day itself belongs to it
				*into = d.AddDays(1).Start(text.Zone)
			}
		}
	}
	if s := v.Get("station"); s != "" {
		id, err := reg.InLog(s, r.Today())
		if err != nil {
			return q, err
		}
		q.Stations = []string{id}
	}
	q.District = v.Get("district")
	return q, reg.CheckDistrict(q.District)
}

func (p pages) showLog(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := p.logQuery(r, reg)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") != "" {
		return p.exportLog(w, r, reg, q)
	}
	q.Limit = kit.RowsAtOnce
	lines, next, err := p.store.Airings(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	v := r.URL.Query()
	page := logPage{Page: r.Page("airing.log_title"), Form: kit.NewForm("station", v.Get("station"), "district", v.Get("district"), "outcome", v.Get("outcome"),
		"waiting", v.Get("waiting"),
		"from", q.From.In(text.Zone).Format(time.DateOnly), "until", q.Until.Add(-time.Second).In(text.Zone).Format(time.DateOnly))}
	if page.Lines, err = p.named(r, reg, lines); err != nil {
		return err
	}
	v.Del("after")
	page.Export, page.Paper = "/airings?"+v.Encode()+"&format=", "/airings/paper?"+v.Encode()
	page.Turn = r.TurnAfter("after", next)
	page.Stations = kit.StationOptions(reg, readable(r))
	for _, o := range page.Stations {
		if n := len(page.Districts); o.Group != "" && (n == 0 || page.Districts[n-1].Text != o.Group) {
			page.Districts = append(page.Districts, kit.Option{Value: reg.Where(o.Value).District, Text: o.Group})
		}
	}
	for _, o := range airing.Outcomes {
		page.Outcomes = append(page.Outcomes, kit.Option{Value: string(o), Text: r.Say("airing.outcome." + string(o))})
	}
	return p.log.Render(w, r, page)
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
	for i, l := range lines {
		prog, _ := plan.Programme(l.Programme)
		ep, _ := plan.Episode(l.Episode)
		out[i] = logLine{Line: l, StationLabel: reg.Label(l.Station), Programme: cmp.Or(prog.TitleAt(l.StartedAt), l.Programme),
			Episode: ep.Title, Badge: badge(l)}
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
