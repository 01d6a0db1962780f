package plan

import (
	"strconv"

	"loa/internal/sheet"
	"loa/internal/text"
	"loa/stations"
)

// Table is the plan of a year as a file has it.
func Table(list []Progress, l text.Language) [][]any {
	rows := [][]any{{l.Say("plan.year"), l.Say("plan.mark"), l.Say("plan.name"), l.Say("plan.body"), l.Say("plan.every_label"), l.Say("plan.way_label"),
		l.Say("plan.goal_label"), l.Say("plan.done"), l.Say("plan.expected"), l.Say("plan.unit"), l.Say("plan.state_label"), l.Say("plan.missing"),
		l.Say("plan.source")}}
	for _, p := range list {
		unit, done, expected := p.Unit, any(nil), any(nil)
		if p.Percent {
			unit = "% " + p.Unit
		}
		if p.State != NoFigure && p.State != Early {
			done = p.Done.Float()
		}
		if p.Expected != nil {
			expected = p.Expected.Float()
		}
		rows = append(rows, []any{p.Year, sheet.Code(p.Mark), p.Name, p.Body, p.Every.Words(l), p.Way.Words(l), p.Target.Float(), done, expected, unit,
			p.State.Words(l), p.Missing, p.Source})
	}
	return rows
}

// Table is every version of the indicator's figures as a file has it.
func (r Record) Table(reg *stations.Registry, l text.Language) [][]any {
	rows := [][]any{{l.Say("plan.period"), l.Say("plan.district"), l.Say("plan.version"), l.Say("plan.value"), l.Say("plan.base"), l.Say("plan.proof"),
		l.Say("plan.why"), l.Say("plan.by"), l.Say("plan.at")}}
	for _, e := range r.Entries {
		district, value, base := "", any(nil), any(nil)
		if e.District != "" {
			district = reg.DistrictName(e.District)
		}
		if !e.Void {
			value = e.Value.Float()
		}
		if r.Percent && !e.Void {
			base = e.Base.Float()
		}
		rows = append(rows, []any{e.Period.Words(l), district, e.Version, value, base, e.Proof, e.Why, e.By.Name, e.At.In(text.Zone)})
	}
	return rows
}

// Name is what a file of the year is called.
func Name(year int) string { return "ke-hoach-" + strconv.Itoa(year) }
