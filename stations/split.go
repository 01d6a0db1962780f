package stations

import (
	"strings"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Split makes several units of one on a day. The old unit ends the day before;
// its station goes on in the part that keeps it, and every other part gets a
// station of its own.
type Split struct {
	On    Date        `json:"on"`
	Code  string      `json:"code"`  // of the unit that is split, valid the day before
	Parts []SplitPart `json:"parts"` // at least two
	Keeps string      `json:"keeps"` // code of the part the station goes on in; "" is the one with the old code, else the first
	Terms
}

// SplitPart is a unit made by a split.
type SplitPart struct {
	Code string `json:"code"`
	Name string `json:"name" schema:"maxLength=120"` // with its kind, "Xã Bắc Hà"
}

// SplitPlan is what a split does.
type SplitPlan struct {
	On     Date           `json:"on"`
	From   UnitKey        `json:"from"`
	Name   string         `json:"name"` // of the unit that is split
	Parts  []SplitTarget  `json:"parts"`
	Before int            `json:"before"` // stations active on the day without the split
	After  int            `json:"after"`  // stations active on the day
	Bad    []*fault.Error `json:"-"`
}

// SplitTarget is one part with its station.
type SplitTarget struct {
	Unit    UnitKey `json:"unit"`
	Name    string  `json:"name"`
	Station string  `json:"station"` // "" where the unit had none
	Fate    Fate    `json:"fate"`    // Carried, Opened or Without
}

// PlanSplit says what a split would do, good or bad.
func (r *Registry) PlanSplit(c Split) SplitPlan {
	_, _, plan := r.planSplit(accounts.Meta{}, c)
	return plan
}

// DecideSplit returns the units and stations a split adds or changes. What was
// before the day stays as it was. Fault: stations.split_refused whose parts say
// what is wrong.
func DecideSplit(r *Registry, m accounts.Meta, c Split) ([]Unit, []Station, SplitPlan, error) {
	if err := MayEdit(m.By, accounts.Where{}); err != nil {
		return nil, nil, SplitPlan{}, err
	}
	units, list, plan := r.planSplit(m, c)
	if len(plan.Bad) > 0 {
		e := fault.New(fault.Invalid, "stations.split_refused", "count", len(plan.Bad))
		e.Parts = plan.Bad
		return nil, nil, plan, e
	}
	return units, list, plan, nil
}

func (r *Registry) planSplit(m accounts.Meta, c Split) (units []Unit, list []Station, plan SplitPlan) {
	plan = SplitPlan{On: c.On, Parts: []SplitTarget{}}
	refuse := func(e *fault.Error) { plan.Bad = append(plan.Bad, e) }
	if c.On == "" {
		refuse(fault.New(fault.Invalid, "stations.split_day").At("on"))
		return nil, nil, plan
	}
	if len(c.Parts) < 2 || len(c.Parts) > maxMany {
		refuse(fault.New(fault.Invalid, "stations.split_parts", "most", maxMany).At("parts"))
		return nil, nil, plan
	}
	old, ok := r.UnitByCode(c.Code, c.On.AddDays(-1))
	var parts []Unit
	switch {
	case !ok || old.Kind.Level() != Commune:
		refuse(r.notThen(c.Code, c.On).At("code"))
	case r.splitSo(c, old):
		refuse(fault.New(fault.Conflict, "stations.split_already", "name", old.Official(), "on", c.On).At("code"))
	case old.Valid.Until != "":
		refuse(outOfOrder(old).At("code"))
	default:
		if other, on := r.mergedInto(old.UnitKey, c.On); on != "" {
			refuse(fault.New(fault.Conflict, "stations.split_before_merger", "name", old.Official(), "other", other.Official(), "on", on).At("on"))
		}
		parts = r.partsOf(c, old, refuse)
	}
	if len(plan.Bad) > 0 {
		return nil, nil, plan
	}
	keeps := 0
	for i, u := range parts {
		if u.Code == c.Keeps || c.Keeps == "" && u.Code == old.Code {
			keeps = i
		}
	}
	parts[keeps].Tile = old.Tile
	w := &merger{r: r, m: m, c: Merge{On: c.On}, next: number(r.NextID())}
	station := w.going(old.UnitKey)
	old.Valid.Until, old.Successor = c.On.AddDays(-1), &parts[keeps].UnitKey
	units = append([]Unit{old}, parts...)
	for i, u := range parts {
		t := SplitTarget{Unit: u.UnitKey, Name: u.Official(), Fate: Without}
		switch {
		case station == nil:
		case i == keeps:
			w.carry(*station, u.UnitKey)
			t.Station, t.Fate = station.ID, Carried
		default:
			alike := *station
			alike.ClustersWorking, alike.ClustersTotal = nil, 0 // somebody counts which are whose
			t.Station, t.Fate = w.open(u.UnitKey, []Station{alike}), Opened
			w.stations[len(w.stations)-1].Origin = &Origin{Station: station.ID, On: c.On, Entered: m.At.UTC()}
		}
		plan.Parts = append(plan.Parts, t)
	}
	plan.From, plan.Name = old.UnitKey, old.Official()
	plan.Before = len(r.ActiveOn(c.On))
	plan.After = r.activeWith(w.stations, c.On)
	return units, w.stations, plan
}

// mergedInto returns a unit that was merged into another later than on, and since
// when it is; "" for none.
func (r *Registry) mergedInto(into UnitKey, on Date) (other Unit, since Date) {
	for _, u := range r.units {
		if u.Successor != nil && *u.Successor == into && u.Valid.Until >= on {
			return u, u.Valid.Until.AddDays(1)
		}
	}
	return Unit{}, ""
}

// splitSo reports whether the unit was split on that day into just these parts.
func (r *Registry) splitSo(c Split, old Unit) bool {
	if old.Valid.Until != c.On.AddDays(-1) {
		return false
	}
	for _, p := range c.Parts {
		u, ok := r.UnitByCode(padCode(text.Line(p.Code)), c.On)
		kind, name := SplitKind(p.Name)
		if !ok || u.Valid.From != c.On || u.Kind != kind || u.Name != name {
			return false
		}
	}
	return true
}

// partsOf are the units a split makes, in the old one's district.
func (r *Registry) partsOf(c Split, old Unit, refuse func(*fault.Error)) (parts []Unit) {
	seen := map[string]bool{}
	for _, p := range c.Parts {
		code := padCode(text.Line(p.Code))
		kind, name := SplitKind(p.Name)
		switch {
		case len(code) != 5 || strings.Trim(code, "0123456789") != "":
			refuse(fault.New(fault.Invalid, "stations.code_unreadable", "text", p.Code).At("parts"))
		case seen[code]:
			refuse(fault.New(fault.Invalid, "stations.split_twice", "code", code).At("parts"))
		case kind == "" || name == "":
			refuse(fault.New(fault.Invalid, "stations.merge_kind_missing", "name", p.Name).At("parts"))
		}
		seen[code] = true
		if all := r.byCode[code]; len(all) > 0 && all[0].UnitKey != old.UnitKey {
			switch newest := *all[0]; {
			case newest.Valid.Has(c.On):
				refuse(fault.New(fault.Conflict, "stations.merge_code_taken", "code", code, "name", newest.Official()).At("parts"))
			case newest.Valid.From >= c.On:
				refuse(outOfOrder(newest).At("parts"))
			}
		}
		parts = append(parts, Unit{UnitKey: UnitKey{c.On, code}, Kind: kind, Name: name, District: old.District, Valid: Interval{From: c.On}})
	}
	if c.Keeps != "" && !seen[c.Keeps] {
		refuse(fault.New(fault.Invalid, "stations.split_keeps", "code", c.Keeps).At("keeps"))
	}
	return parts
}
