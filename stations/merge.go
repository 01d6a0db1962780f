package stations

import (
	"cmp"
	"slices"
	"strings"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
)

// mergeColumns are the headings of a mapping file by key; their names are in
// the catalogue under "stations.merge." + key. Those of names and district may
// be missing.
var mergeColumns = []Column{"old_code", "old_name", "new_code", "new_name", "new_district"}

func mergeColumnOf(heading string) (Column, bool) {
	for _, c := range mergeColumns {
		if slices.ContainsFunc(headingsOf("stations.merge."+string(c), string(c)), func(s string) bool { return fold(s) == fold(heading) }) {
			return c, true
		}
	}
	if fold(heading) == "old district" || fold(heading) == "huyen cu" {
		return "old_district", true // for the reader's eye; the code says it
	}
	return "", false
}

// ReadMerge reads the rows of a CSV or XLSX mapping file: old code and name,
// new code and name. Faults: those of readTable, stations.heading_unknown,
// stations.heading_twice, stations.merge_columns.
func ReadMerge(file []byte) ([]MergeRow, error) {
	table, err := readTable(file)
	if err != nil {
		return nil, err
	}
	columns, err := headings(table.Rows[0], mergeColumnOf)
	if err != nil {
		return nil, err
	}
	for _, needed := range []Column{"old_code", "new_code", "new_name"} {
		if !slices.Contains(columns, needed) {
			return nil, atLine(fault.New(fault.Invalid, "stations.merge_columns"), table.Rows[0].Line)
		}
	}
	out := make([]MergeRow, 0, len(table.Rows)-1)
	for _, row := range table.Rows[1:] {
		cells := map[Column]string{}
		for i, c := range columns {
			cells[c] = row.Cell(i).Text
		}
		out = append(out, MergeRow{
			Line: row.Line, OldCode: padCode(cells["old_code"]), OldName: text.Line(cells["old_name"]),
			NewCode: padCode(cells["new_code"]), NewName: text.Line(cells["new_name"]), NewDistrict: cells["new_district"],
		})
	}
	return out, nil
}

// MergeTable is a mapping as rows of cells, as ReadMerge reads them.
func MergeTable(rows []MergeRow) [][]any {
	var head []any
	for _, c := range mergeColumns[:4] {
		head = append(head, headingsOf("stations.merge."+string(c), "")[0])
	}
	out := [][]any{head}
	for _, m := range rows {
		out = append(out, []any{sheet.Code(m.OldCode), m.OldName, sheet.Code(m.NewCode), m.NewName})
	}
	return out
}

// PlanMerge says what a merge would do, good or bad.
func (r *Registry) PlanMerge(c Merge) MergePlan {
	_, _, plan := r.planMerge(accounts.Meta{}, c)
	return plan
}

// DecideMerge returns the units and stations a merge adds or changes. What
// was before the day stays as it was. Applied twice it changes nothing the
// second time. Fault: stations.merge_refused whose parts say what is wrong in
// which line.
func DecideMerge(r *Registry, m accounts.Meta, c Merge) ([]Unit, []Station, MergePlan, error) {
	if err := MayEdit(m.By, accounts.Where{}); err != nil {
		return nil, nil, MergePlan{}, err
	}
	units, list, plan := r.planMerge(m, c)
	if len(plan.Bad) > 0 {
		e := fault.New(fault.Invalid, "stations.merge_refused", "count", len(plan.Bad))
		e.Parts = plan.Bad
		return nil, nil, plan, e
	}
	return units, list, plan, nil
}

// merger is a merge being worked out.
type merger struct {
	r        *Registry
	m        accounts.Meta
	c        Merge
	eve      Date             // the last day of what was before
	old      map[UnitKey]bool // the units that end
	targets  []*target        // by code
	next     int              // number of the next new station
	units    []Unit
	stations []Station
	plan     MergePlan
}

type target struct {
	unit     Unit
	founded  bool
	from     []Unit
	line     int    // of the first row that names it
	district string // as the rows say
}

func (r *Registry) planMerge(m accounts.Meta, c Merge) ([]Unit, []Station, MergePlan) {
	if c.On == "" || len(c.Rows) == 0 {
		return nil, nil, MergePlan{Bad: []*fault.Error{fault.New(fault.Invalid, "stations.merge_empty").At("on")}}
	}
	w := &merger{r: r, m: m, c: c, eve: c.On.AddDays(-1), old: map[UnitKey]bool{}, next: number(r.NextID()),
		plan: MergePlan{On: c.On, Targets: []MergeTarget{}}}
	w.group(w.live())
	w.place()
	if len(w.plan.Bad) > 0 {
		return nil, nil, w.plan
	}
	for _, t := range w.targets {
		w.apply(t)
	}
	if c.AbolishDistricts && len(w.targets) > 0 {
		for _, d := range r.Districts(c.On) {
			d.Valid.Until = w.eve
			w.units = append(w.units, d)
		}
	}
	w.plan.Before = len(r.ActiveOn(c.On))
	w.plan.After = r.activeWith(w.stations, c.On)
	return w.units, w.stations, w.plan
}

func (w *merger) refuse(line int, e *fault.Error) { w.plan.Bad = append(w.plan.Bad, atLine(e, line)) }

// pair is a row and the unit it ends.
type pair struct {
	row MergeRow
	old Unit
}

// live finds the unit each row ends, and skips the rows that were applied
// before.
func (w *merger) live() []pair {
	var out []pair
	var gone []MergeRow
	lines := map[string]int{}
	for _, row := range w.c.Rows {
		if first, twice := lines[row.OldCode]; twice {
			w.refuse(row.Line, fault.New(fault.Invalid, "stations.row_twice", "first", first).At("old_code"))
			continue
		}
		lines[row.OldCode] = row.Line
		u, ok := w.r.UnitByCode(row.OldCode, w.eve)
		switch {
		case !ok || !u.Valid.Has(w.c.On):
			gone = append(gone, row)
		case u.Kind.Level() != Commune:
			w.refuse(row.Line, fault.New(fault.Invalid, "stations.old_code_unknown", "code", row.OldCode).At("old_code"))
		case !u.named(row.OldName):
			w.refuse(row.Line, fault.New(fault.Invalid, "stations.old_name_differs", "name", row.OldName, "known", u.Official()).At("old_name"))
		case w.stays(u, row):
		case u.Valid.Until != "":
			w.refuse(row.Line, outOfOrder(u).At("old_code"))
		default:
			w.old[u.UnitKey] = true
			out = append(out, pair{row, u})
		}
	}
	for _, row := range gone {
		w.skip(row, out)
	}
	return out
}

// outOfOrder refuses to change what comes after an earlier day's merger.
func outOfOrder(u Unit) *fault.Error {
	if u.Valid.Until == "" {
		return beginsLater(u)
	}
	return fault.New(fault.Conflict, "stations.merge_out_of_order", "name", u.Official(), "from", u.Valid.From, "until", u.Valid.Until)
}

// beginsLater refuses to change a unit before its first day.
func beginsLater(u Unit) *fault.Error {
	return fault.New(fault.Conflict, "stations.begins_later", "name", u.Official(), "from", u.Valid.From)
}

// notThen says why no commune bears the code on the eve of the day.
func (r *Registry) notThen(code string, on Date) *fault.Error {
	for _, u := range r.byCode[code] { // newest first
		switch {
		case u.Kind.Level() != Commune:
		case u.Valid.From >= on:
			return beginsLater(*u)
		default:
			return fault.New(fault.Conflict, "stations.ended_before", "name", u.Official(), "until", u.Valid.Until)
		}
	}
	return fault.New(fault.NotFound, "stations.old_code_unknown", "code", code)
}

// named reports whether an official name, or "", is the unit's.
func (u Unit) named(official string) bool {
	kind, name := SplitKind(official)
	return name == "" || u.called(name) && (kind == "" || kind == u.Kind)
}

// stays reports whether the row lets a unit go on as it is, others joining it.
func (w *merger) stays(u Unit, row MergeRow) bool {
	return !w.c.AbolishDistricts && row.NewCode == u.Code && u.named(row.NewName)
}

// skip counts a row whose unit had ended in the way the row says: by this very
// merge, or by an earlier one into a unit that now goes the same way.
func (w *merger) skip(row MergeRow, pairs []pair) {
	for _, u := range w.r.byCode[row.OldCode] { // newest first
		if u.Valid.From >= w.c.On || u.Successor == nil {
			continue
		}
		end := *u
		for end.Successor != nil && !w.old[end.UnitKey] && (end.Code != row.NewCode || !end.named(row.NewName) || end.UnitKey == u.UnitKey) {
			end = w.r.Unit(*end.Successor)
		}
		same := end.UnitKey != u.UnitKey && end.Code == row.NewCode && end.named(row.NewName)
		for _, p := range pairs {
			same = same || p.old.UnitKey == end.UnitKey && p.row.NewCode == row.NewCode && spelling(p.row.NewName) == spelling(row.NewName)
		}
		if same {
			w.plan.Skipped++
		} else {
			w.refuse(row.Line, fault.New(fault.Conflict, "stations.merge_done_otherwise", "name", u.Official(),
				"known", w.r.Unit(*u.Successor).Official()).At("old_code"))
		}
		return
	}
	w.refuse(row.Line, w.r.notThen(row.OldCode, w.c.On).At("old_code"))
}

// group gathers the rows by the unit they lead to.
func (w *merger) group(pairs []pair) {
	byCode := map[string]*target{}
	for _, p := range pairs {
		kind, name := SplitKind(p.row.NewName)
		t := byCode[p.row.NewCode]
		switch {
		case t != nil && (!t.unit.called(name) || kind != t.unit.Kind):
			w.refuse(p.row.Line, fault.New(fault.Invalid, "stations.merge_two_names", "code", p.row.NewCode, "name", p.row.NewName, "known", t.unit.Official(),
				"first", t.line).At("new_name"))
			continue
		case len(p.row.NewCode) != 5 || strings.Trim(p.row.NewCode, "0123456789") != "":
			w.refuse(p.row.Line, fault.New(fault.Invalid, "stations.code_unreadable", "text", p.row.NewCode).At("new_code"))
			continue
		case kind == "" || name == "":
			w.refuse(p.row.Line, fault.New(fault.Invalid, "stations.merge_kind_missing", "name", p.row.NewName).At("new_name"))
			continue
		case t == nil:
			t = &target{unit: Unit{UnitKey: UnitKey{w.c.On, p.row.NewCode}, Kind: kind, Name: name, Valid: Interval{From: w.c.On}}, line: p.row.Line}
			byCode[p.row.NewCode] = t
			w.targets = append(w.targets, t)
		}
		t.from = append(t.from, p.old)
		t.district = cmp.Or(t.district, p.row.NewDistrict)
	}
	slices.SortFunc(w.targets, func(a, b *target) int { return cmp.Compare(a.unit.Code, b.unit.Code) })
}

// place finds out which targets are there already and where the others lie.
func (w *merger) place() {
	for _, t := range w.targets {
		u, ok := w.r.UnitByCode(t.unit.Code, w.c.On)
		newest := u
		if all := w.r.byCode[t.unit.Code]; len(all) > 0 {
			newest = *all[0]
		}
		switch {
		case newest.Valid.From > w.c.On, newest.Valid.Until >= w.c.On:
			w.refuse(t.line, outOfOrder(newest).At("new_code"))
		case ok && w.old[u.UnitKey], !ok:
			t.founded = true
			w.locate(t)
		case u.called(t.unit.Name) && u.Kind == t.unit.Kind:
			t.unit = u
		default:
			w.refuse(t.line, fault.New(fault.Conflict, "stations.merge_code_taken", "code", u.Code, "name", u.Official()).At("new_code"))
		}
	}
	if !w.c.AbolishDistricts || len(w.targets) == 0 {
		return
	}
	left := 0
	for _, u := range w.r.units {
		if u.District != "" && u.Kind.Level() == Commune && u.Valid.Has(w.c.On) && !w.old[u.UnitKey] {
			left++
		}
	}
	if left > 0 {
		w.plan.Bad = append(w.plan.Bad, fault.New(fault.Invalid, "stations.merge_units_left", "count", left).At("abolish_districts"))
	}
}

// locate gives a new unit its district and its place on the map: that of the
// old unit of the same code, else of the first that has one.
func (w *merger) locate(t *target) {
	for _, u := range t.from {
		if u.Tile != nil && (t.unit.Tile == nil || u.Code == t.unit.Code) {
			t.unit.Tile = u.Tile
		}
	}
	if w.c.AbolishDistricts {
		return
	}
	t.unit.District = cmp.Or(t.district, t.from[0].District)
	if t.district == "" && slices.ContainsFunc(t.from, func(u Unit) bool { return u.District != t.unit.District }) {
		w.refuse(t.line, fault.New(fault.Invalid, "stations.merge_district_missing", "name", t.unit.Official()).At("new_district"))
		return
	}
	if d, ok := w.r.UnitByCode(t.unit.District, w.c.On); t.unit.District != "" && (!ok || d.Kind.Level() != District) {
		w.refuse(t.line, fault.New(fault.NotFound, "stations.district_unknown", "code", t.unit.District).At("new_district"))
	}
}

// apply ends the old units of a target and settles whose station goes on.
func (w *merger) apply(t *target) {
	out := MergeTarget{Unit: t.unit.UnitKey, Name: t.unit.Official(), Founded: t.founded, Fate: Without, Ended: []string{}}
	var there []Station // stations of the old units that would have gone on
	for _, u := range t.from {
		out.From = append(out.From, u.UnitKey)
		if s := w.going(u.UnitKey); s != nil {
			there = append(there, *s)
		}
		u.Valid.Until, u.Successor = w.eve, &t.unit.UnitKey
		w.units = append(w.units, u)
	}
	if t.founded {
		w.units = append(w.units, t.unit)
	}
	switch {
	case !t.founded:
		if s := w.going(t.unit.UnitKey); s != nil {
			out.Station, out.Fate = s.ID, Kept
		}
	case len(t.from) == 1 && len(there) == 1:
		w.carry(there[0], t.unit.UnitKey)
		out.Station, out.Fate = there[0].ID, Carried
		there = nil
	case len(there) > 0:
		out.Station, out.Fate = w.open(t.unit.UnitKey, there), Opened
	}
	for _, s := range there {
		out.Ended = append(out.Ended, s.ID)
		w.end(s, out.Station)
	}
	w.plan.Targets = append(w.plan.Targets, out)
}

// going is the station of a unit that is active on the day or later, nil if
// there is none.
func (w *merger) going(unit UnitKey) *Station {
	for _, s := range w.r.seated[unit] {
		if s.Unit() == unit && slices.ContainsFunc(s.Active, func(i Interval) bool { return i.Until == "" || i.Until >= w.c.On }) {
			return s
		}
	}
	return nil
}

func (w *merger) carry(s Station, to UnitKey) {
	was := s
	s.Seats = append(slices.Clone(s.Seats), Seat{to, w.c.On})
	w.stations = append(w.stations, s.stamped(w.m, was))
}

// open founds the station of a unit made of several. It starts with what
// surely goes on: the technologies, languages and speaker clusters together.
// Licences, hours and contacts are for somebody to fill in.
func (w *merger) open(unit UnitKey, from []Station) string {
	s := Station{ID: StationID(w.next), Seats: []Seat{{unit, w.c.On}}}
	w.next++
	working, noted := 0, true
	for _, o := range from {
		s.Technologies = append(s.Technologies, o.Technologies...)
		s.Languages = append(s.Languages, o.Languages...)
		s.ClustersTotal += o.ClustersTotal
		working += o.Working()
		noted = noted && (o.ClustersWorking != nil || o.ClustersTotal == 0)
		s.Zone = o.Zone
	}
	if noted { // of one that nobody counted the sum says nothing
		s.ClustersWorking = &working
	}
	s.Active = []Interval{{From: w.c.On}}
	s.Fields, _ = s.Fields.tidy() // what is put together was checked apart
	w.stations = append(w.stations, s.stamped(w.m, Station{}))
	return s.ID
}

// end closes a station the day before.
func (w *merger) end(s Station, successor string) {
	active := []Interval{}
	for _, i := range s.Active {
		if i.From > w.eve {
			continue
		}
		if i.Until == "" || i.Until > w.eve {
			i.Until = w.eve
		}
		active = append(active, i)
	}
	was := s
	s.Active, s.Successor, s.HandedAt = active, successor, w.m.At.UTC()
	w.stations = append(w.stations, s.stamped(w.m, was))
}
