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
		l.Say("plan.goal_label"), l.Say("plan.done"), l.Say("plan.expected"), l.Say("plan.unit"), l.Say("plan.periods_reached"),
		l.Say("plan.periods_known"), l.Say("plan.latest_label"), l.Say("plan.state_label"), l.Say("plan.missing"), l.Say("plan.source")}}
	for _, p := range list {
		unit, figures := p.Unit, [5]any{} // done, expected; periods that reached it of how many, the latest: what is not told is empty
		if p.Percent {
			unit = "% " + p.Unit
		}
		done, expected := &figures[0], &figures[1]
		if p.Way == Each {
			done, expected = &figures[2], &figures[4]
		}
		if p.Some() {
			if *done = p.shown(p.Done).Float(); p.Way == Each {
				*done, figures[3] = p.Done.Float(), p.Of.Float()
			}
		}
		if p.Expected != nil {
			*expected = p.shown(*p.Expected).Float()
		}
		rows = append(rows, []any{p.Year, sheet.Code(p.Mark), p.Name, p.Body, p.Every.Words(l), p.Way.Words(l), p.Target.Float(), figures[0], figures[1],
			unit, figures[2], figures[3], figures[4], p.State.Words(l), p.Missing, p.Source})
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
