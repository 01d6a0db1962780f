package coverage

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/coverage/report"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

// periodPage is the coverage of a period: against the plan and the period before, week by week, district
// by district and station by station.
type periodPage struct {
	kit.Page
	coverage.Period
	Form    kit.Form
	Choices []kit.Choice
	Asked   coverage.Filter
	Words   string // "quý II/2024 · tuần 14 – tuần 26"
	Part    string
	Refused bool // the form says why; nothing else is there then

	Quick          []kit.Tab // stretches one often asks for
	Earlier, Later string
	Log            string // of a single day
	XLSX, CSV      string
	Report         string // "" where there is nothing to report

	Rows    []figuresRow // this period, as it counts now where that differs, the period before
	Ended   string       // when the district that is asked for ended
	Course  kit.ColumnChart
	ByParts []partRow
	Parts   coverage.Grouping
	Areas   []areaRow
	Lowest  int
	Map     kit.HexMap
	Legend  []kit.LegendItem
	Strips  []stripRow
	States  []kit.LegendItem
	Turn    kit.Turn
	Query   string // words a station is looked for by
	Kept    []kit.Option
	Hidden  []kit.Option // what is asked for and leaves no choice
}

// figuresRow is a line of figures with its name.
type figuresRow struct {
	Name, Path string
	coverage.Counts
	Share string
	Less  string // by how much the period before differs
}

// partRow is one week, month or quarter of the course.
type partRow struct {
	figuresRow
	Closed  bool
	Nothing bool
	Now     string // as it counts now, where that differs
}

// Target is what the plan asks for, in percent.
func (periodPage) Target() int { return coverage.Target }

// areaRow is one district with its course.
type areaRow struct {
	partRow
	Before string
	Strip  kit.StripRow
}

// stripRow is one station with its weeks.
type stripRow struct {
	partRow
	District string
	Strip    kit.StripRow
	Said     string
}

const (
	manyAreas = 24 // districts that are drawn at once
	manyParts = 60 // weeks that are drawn one by one
)

// grade is how good a share is, as the look knows it.
func grade(s coverage.Share) string {
	n, ok := s.Percent()
	switch {
	case !ok:
		return kit.StateNone
	case n >= coverage.Target:
		return kit.StateOK
	case n >= 80:
		return kit.StateInfo
	case n >= 50:
		return kit.StateWarn
	}
	return kit.StateBad
}

// grades are all of them, from best to worst, by the sentence that says so.
var grades = []string{kit.StateOK, kit.StateInfo, kit.StateWarn, kit.StateBad, kit.StateNone}

func (p pages) showPeriod(w http.ResponseWriter, r *kit.Request) error {
	cal, err := p.calendar(r.Context())
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	page := periodPage{Page: r.Page("coverage.period_title"), Query: r.FormValue("q")}
	var got coverage.Period
	f, err := kit.ReadFilter[coverage.Filter](r, "station", "q")
	if err == nil {
		got, err = p.store.Period(r.Context(), r.Actor, f, r.Now)
	}
	as := r.URL.Query().Get("format")
	if e := fault.Of(err); e != nil && e.Kind == fault.Invalid && as == "" { // shown on its own page, with what was typed
		form := r.Asked()
		page.Refused = form.RefusedAloud(err)
		for name, edge := range map[string]coverage.Stretch{"from": f.From, "until": f.Until} {
			if first, last := edge.Days(); name == "from" && first != "" {
				form.Values.Set(name, string(first))
			} else if last != "" {
				form.Values.Set(name, string(last))
			}
		}
		page.Form = *form
		page.choose(r, reg, plan)
		return p.period.Render(w, r, page)
	}
	if err != nil {
		return err
	}
	before, of, err := coverage.PeriodBefore(r.Context(), p.store, r.Actor, f, got, r.Now)
	if err != nil {
		return err
	}
	switch as {
	case "":
	default:
		return r.SendTable(w, as, fileName(f, got), got.Table(f.By, cal, r.Lang))
	}
	page.Period, page.Asked, page.Form, page.Kept = got, f, kit.FilterForm(f), kit.Kept(f)
	page.Words = f.Words(r.Lang, got.Span)
	page.XLSX, page.CSV = filter.Link("/coverage/period", f, "format", "xlsx"), filter.Link("/coverage/period", f, "format", "csv")
	if len(got.Stations) > 0 {
		page.Report = report.Address(report.Asked(r.Actor, reg, f, r.Now))
	}
	page.Form.Values.Set("from", string(page.First))
	page.Form.Values.Set("until", string(page.Period.Last))
	page.choose(r, reg, plan)
	page.lead(r, reg, plan, cal, f)
	page.sum(r, before, of)
	page.course(r, cal)
	page.areas(r, reg, before)
	page.stations(r, reg)
	page.tiles(r, reg)
	return p.period.Render(w, r, page)
}

// fileName is what a file of the period is called: the weeks, and what it is narrowed by.
func fileName(f coverage.Filter, p coverage.Period) string {
	name := "do-phu-" + p.From.String() + "-" + max(p.From, p.Until).String()
	for _, part := range []string{f.District, string(f.Technology), f.Language, f.Programme, string(f.Topic)} {
		if part != "" {
			name += "-" + part
		}
	}
	if f.Stations != "" || f.List != "" {
		name += "-danh-sach"
	}
	return name
}

// choose fills what may be chosen from.
func (page *periodPage) choose(r *kit.Request, reg *stations.Registry, plan *scheduler.Schedule) {
	var codes []string
	for _, st := range reg.Filter(stations.Filter{}.For(r.Actor, accounts.ReadCoverage)) {
		for _, seat := range st.Seats {
			if d := reg.Unit(seat.Unit).District; d != "" && !slices.Contains(codes, d) {
				codes = append(codes, d)
			}
		}
	}
	var districts, programmes, languages []kit.Option
	for _, code := range reg.InOrder(codes) {
		districts = append(districts, kit.Option{Value: code, Text: reg.DistrictLabel(code)})
	}
	for _, one := range plan.Programmes {
		programmes = append(programmes, kit.Option{Value: one.ID, Text: one.Title})
	}
	for _, l := range stations.Languages {
		languages = append(languages, kit.Option{Value: l, Text: r.Say("language." + l)})
	}
	page.Choices = append(kit.Choices(kit.Choice{Name: "district", Label: r.Say("coverage.district"), Options: districts},
		kit.Choice{Name: "technology", Label: r.Say("stations.column.technologies"),
			Options: kit.WordOptions(r, "stations.technology.", stations.Technologies)},
		kit.Choice{Name: "language", Label: r.Say("coverage.station_language"), Options: languages},
		kit.Choice{Name: "programme", Label: r.Say("airing.column.programme"), Options: programmes},
		kit.Choice{Name: "topic", Label: r.Say("coverage.topic"), Options: kit.WordOptions(r, "schedule.topic.", scheduler.Topics)},
		kit.Choice{Name: "by", Label: r.Say("coverage.by"), Options: kit.WordOptions(r, "coverage.by.", coverage.Groupings)}), r.Lists(reg)...)
	for _, k := range page.Kept {
		offered := slices.ContainsFunc(page.Choices, func(c kit.Choice) bool { return c.Name == k.Value })
		if !offered && !slices.Contains([]string{"period", "from", "until", "stations"}, k.Value) {
			page.Hidden = append(page.Hidden, k)
		}
	}
	page.States = stateLegend(r)
	for _, g := range grades {
		page.Legend = append(page.Legend, kit.LegendItem{State: g, Text: r.Say("coverage.grade." + g)})
	}
}

// lead makes the links to other stretches.
func (page *periodPage) lead(r *kit.Request, reg *stations.Registry, plan *scheduler.Schedule, cal airing.Calendar, f coverage.Filter) {
	today, plain := r.Today(), f.Plain()
	if plain.Period == (coverage.Stretch{}) && plain.From == (coverage.Stretch{}) && plain.Until == (coverage.Stretch{}) {
		plain = plain.Over(coverage.StretchOf(coverage.ByYear, page.First))
	}
	quick := []coverage.Stretch{coverage.MustStretch(string(today)), coverage.MustStretch(cal.Week(r.Now).String()),
		coverage.StretchOf(coverage.ByMonth, today),
		coverage.StretchOf(coverage.ByQuarter, today), coverage.StretchOf(coverage.ByHalf, today), coverage.StretchOf(coverage.ByYear, today)}
	for _, s := range quick {
		page.Quick = append(page.Quick, kit.Tab{Path: filter.Link("/coverage/period", f.Over(s)), Text: text.Sentence(s.Words(r.Lang)),
			Current: s == plain.Period})
	}
	if before, ok := f.Before(page.Span); ok {
		page.Earlier = filter.Link("/coverage/period", before)
	}
	if page.Period.Last < today && plain.Period != (coverage.Stretch{}) {
		page.Later = filter.Link("/coverage/period", plain.Over(plain.Period.After()))
	}
	if page.First == page.Period.Last {
		page.Log = "/airings?from=" + string(page.First) + "&until=" + string(page.First)
	}
	switch n := page.Span.Weeks(); {
	case n == 1 && page.First == page.Period.Last:
		page.Words = r.Say("coverage.day_in_week", "week", page.From, "day", page.Words)
	case n > 0:
		page.Words += " · " + page.From.Words(r.Lang)
		if n > 1 {
			page.Words += " – " + page.Until.Words(r.Lang)
		}
	}
	page.Part = f.Part(r.Actor, reg, plan, r.Lang)
}

func rowOfFigures(r *kit.Request, name, path string, c coverage.Counts) figuresRow {
	return figuresRow{Name: name, Path: path, Counts: c, Share: c.Share(r.Lang)}
}

// sum makes the lines that stand against each other: the period, now, before.
func (page *periodPage) sum(r *kit.Request, before *coverage.Period, of coverage.Filter) {
	this := "coverage.this_period"
	if page.First == page.Period.Last {
		this = "coverage.week_of_day"
	}
	page.Rows = append(page.Rows, rowOfFigures(r, r.Say(this), "", page.Counts))
	if now := page.Figures.Now; now != nil {
		page.Rows = append(page.Rows, rowOfFigures(r, r.Say("coverage.as_now"), "", *now))
	}
	if before == nil {
		return
	}
	row := rowOfFigures(r, r.Say("coverage.before_that", "period", of.Words(r.Lang, before.Span)), filter.Link("/coverage/period", of), before.Counts)
	is, ok := page.Percent()
	if was, known := before.Percent(); ok && known {
		if row.Less = r.Say("coverage.points", "n", fmt.Sprintf("%+d", is-was)); is == was {
			row.Less = r.Say("coverage.points_none")
		}
	}
	page.Rows = append(page.Rows, row)
}

func (page *periodPage) partOf(r *kit.Request, name, path string, f coverage.Figures) partRow {
	row := partRow{figuresRow: rowOfFigures(r, name, path, f.Counts), Closed: f.Weeks > 0 && f.Closed == f.Weeks, Nothing: f.Weeks == 0}
	if f.Now != nil {
		row.Now = fmt.Sprintf("%d/%d", f.Now.Aired, f.Now.Expected())
	}
	return row
}

// course draws the weeks one by one, or the parts of a long period.
func (page *periodPage) course(r *kit.Request, cal airing.Calendar) {
	page.Parts = coverage.ByWeek
	if len(page.ByWeek) > manyParts {
		page.Parts = coverage.ByMonth
	}
	if len(page.ByWeek) > manyParts*5 {
		page.Parts = coverage.ByQuarter
	}
	var columns []kit.Column
	for _, part := range page.Period.Parts(page.Parts, cal) {
		name := text.Sentence(part.Part.Words(r.Lang))
		path := filter.Link("/coverage/period", page.Asked.Over(part.Part))
		label := part.Part.String()[5:]
		if page.Parts == coverage.ByWeek {
			label = strings.TrimPrefix(label, "W")
		} else {
			label = part.Part.String()[2:4] + "-" + label
		}
		row := page.partOf(r, name, path, part.Figures)
		n, ok := part.Percent()
		if row.Nothing {
			row.Share, ok = r.Say("coverage.percent_none"), false
		}
		columns = append(columns, kit.Column{Label: label, Note: strconv.Itoa(n), Value: n, Gap: !ok,
			Title: text.Sentence(name) + ": " + row.Share + ", " + share(r, part.Counts),
			State: grade(coverage.Share{Aired: part.Aired, Expected: part.Expected()}), Path: path})
		page.ByParts = append(page.ByParts, row)
	}
	page.Course = kit.NewColumns(r.Say("coverage.course", "period", page.Asked.Words(r.Lang, page.Span)), columns)
}

// areas draws each district's course, the lowest first where there are many.
func (page *periodPage) areas(r *kit.Request, reg *stations.Registry, before *coverage.Period) {
	was := map[string]coverage.Counts{}
	if before != nil {
		for _, d := range before.Districts {
			was[d.District] = d.Counts
		}
	}
	list := slices.Clone(page.Districts)
	of := make(map[string]int, len(list))
	codes := make([]string, len(list))
	for i, d := range list {
		codes[i] = d.District
	}
	for i, code := range reg.InOrder(codes) {
		of[code] = i
	}
	slices.SortStableFunc(list, func(a, b coverage.DistrictFigures) int {
		order := cmp.Compare(of[a.District], of[b.District])
		if len(list) <= manyAreas {
			return order
		}
		return cmp.Or(cmp.Compare(a.Aired*max(1, b.Expected()), b.Aired*max(1, a.Expected())), order)
	})
	if len(list) > manyAreas {
		list, page.Lowest = list[:manyAreas], manyAreas
	}
	for _, d := range list {
		asked := page.Asked
		asked.District = d.District
		row := areaRow{partRow: page.partOf(r, coverage.DistrictCalled(reg, r.Lang, d.District), filter.Link("/coverage/period", asked), d.Figures)}
		if c, ok := was[d.District]; ok {
			row.Before = c.Share(r.Lang)
		}
		boxes := make([]kit.StripBox, len(d.Course))
		for i, s := range d.Course {
			boxes[i].State = grade(s)
		}
		row.Strip = kit.NewStrip(r.Say("coverage.area_course", "district", row.Name, "share", row.Share, "aired", d.Aired, "expected", d.Expected()), boxes)
		page.Areas = append(page.Areas, row)
	}
}

// stations lists a page of the stations with their weeks.
func (page *periodPage) stations(r *kit.Request, reg *stations.Registry) {
	list := page.Stations
	if page.Query != "" {
		found := map[string]bool{}
		for _, st := range reg.Filter(stations.Filter{Query: page.Query}) {
			found[st.ID] = true
		}
		list = nil
		for _, s := range page.Stations {
			if found[s.Station] {
				list = append(list, s)
			}
		}
	}
	page.Turn = r.Turn("station", len(list))
	list = list[page.Turn.From:page.Turn.To]
	ids := make([]string, len(list))
	for i, s := range list {
		ids[i] = s.Station
	}
	last := page.Until
	if page.Span.Weeks() == 0 {
		last = page.From
	}
	for i, strip := range page.Period.Strips(ids) {
		name := reg.Label(strip.Station)
		row := stripRow{partRow: page.partOf(r, name, stationPath(strip.Station, last), list[i].Figures),
			District: coverage.DistrictCalled(reg, r.Lang, list[i].District)}
		row.Strip, row.Said = stripOf(r, name, strip)
		page.Strips = append(page.Strips, row)
	}
}

// stateLegend explains the states of a week.
func stateLegend(r *kit.Request) (list []kit.LegendItem) {
	for _, s := range coverage.States {
		list = append(list, kit.LegendItem{State: badges[s], Text: r.Say("coverage.state." + string(s))})
	}
	return list
}

// stripOf draws a station's weeks, and says in words in which it did not air.
func stripOf(r *kit.Request, name string, s coverage.Strip) (kit.StripRow, string) {
	boxes := make([]kit.StripBox, len(s.Weeks))
	of := map[coverage.State][]string{}
	for i, d := range s.Weeks {
		if d.State != "" {
			boxes[i].State = badges[d.State]
			of[d.State] = append(of[d.State], strings.TrimPrefix(d.Week.String()[5:], "W"))
		}
		boxes[i].Mark = d.Closed && d.Now != d.State
	}
	var said []string
	for _, state := range coverage.States {
		weeks := of[state]
		if len(weeks) == 0 {
			continue
		}
		one := r.Say("coverage.state."+string(state)) + ": " + r.Lang.Number(int64(len(weeks)))
		if state != coverage.Aired && state != coverage.NotPlanned && len(weeks) <= 12 {
			one = r.Say("coverage.strip_weeks", "state", r.Say("coverage.state."+string(state)), "weeks", strings.Join(weeks, ", "))
		}
		said = append(said, one)
	}
	return kit.NewStrip(name+". "+strings.Join(said, "; "), boxes), strings.Join(said, "; ")
}

// tiles draws the map of the stations by their share.
func (page *periodPage) tiles(r *kit.Request, reg *stations.Registry) {
	if len(page.Stations) > manyStations || page.Span.Weeks() == 0 {
		return
	}
	var tiles []kit.Tile
	for _, s := range page.Stations {
		t := reg.TileOf(s.Station)
		if t == nil {
			continue
		}
		name, district := reg.Label(s.Station), reg.DistrictName(s.District)
		tiles = append(tiles, kit.Tile{Col: t.Col, Row: t.Row, State: grade(coverage.Share{Aired: s.Aired, Expected: s.Expected() - s.NotPlanned}), Name: name,
			Now: s.Share(r.Lang), Area: district, Path: stationPath(s.Station, page.Until),
			Title: name + ", " + district + ": " + s.Share(r.Lang) + ", " + share(r, s.Counts)})
	}
	page.Map = kit.NewHexMap(r.Say("coverage.map"), tiles)
}
