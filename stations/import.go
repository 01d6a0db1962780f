package stations

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/sheet"
	"loa/internal/text"
)

// ReadImport reads a CSV or XLSX file of stations. Its first row holds
// headings, in any order. Faults: those of readTable, stations.heading_unknown,
// stations.heading_twice, stations.no_key_column, stations.cell_is_date,
// stations.made_unreadable.
func ReadImport(file []byte) ([]ImportRow, error) {
	table, err := readTable(file)
	if err != nil {
		return nil, err
	}
	columns, err := headings(table.Rows[0], columnOf)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(columns, "id") && !slices.Contains(columns, "code") && !slices.Contains(columns, "name") {
		e := fault.New(fault.Invalid, "stations.no_key_column")
		e.Line = table.Rows[0].Line
		return nil, e
	}
	out := make([]ImportRow, 0, len(table.Rows)-1)
	for _, row := range table.Rows[1:] {
		cells := make(map[Column]string, len(columns))
		for i, c := range columns {
			if c == "" {
				continue
			}
			if cells[c], err = cellFor(c, table, row.Cell(i)); err != nil {
				return nil, atLine(err, row.Line).At(string(c))
			}
		}
		list := ImportRow{Line: row.Line, Cells: cells}
		if list.Made, err = readMade(cells[made]); err != nil {
			return nil, atLine(err, row.Line).At(string(made))
		}
		delete(cells, made)
		out = append(out, list)
	}
	return sameList(out), nil
}

// readMade reads when a list was made, to the second. A spreadsheet that cut the
// seconds or the hour off makes it earlier, never later.
func readMade(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if day, err := ParseDate(s); err == nil {
		return day.Start(text.Zone).UTC(), nil
	}
	t, err := text.ReadInstant(s)
	if err != nil {
		return t, fault.New(fault.Invalid, "stations.made_unreadable", "text", s)
	}
	return t.UTC(), nil
}

// sameList takes rows that were added by hand for part of the oldest list in the file.
func sameList(rows []ImportRow) []ImportRow {
	var oldest time.Time
	for _, row := range rows {
		if !row.Made.IsZero() && (oldest.IsZero() || row.Made.Before(oldest)) {
			oldest = row.Made
		}
	}
	for i := range rows {
		if rows[i].Made.IsZero() {
			rows[i].Made = oldest
		}
	}
	return rows
}

// cellFor is the text of a cell below a heading. A day or a time where neither
// belongs is what a spreadsheet made of something else ("3/2024", "1-5"):
// nobody knows of what. Fault: stations.cell_is_date.
func cellFor(c Column, t sheet.Table, cell sheet.Cell) (string, error) {
	switch c {
	case "licence_until", "active", made:
		return t.Day(cell).Text, nil
	case "hours":
		return cell.Text, nil
	}
	switch {
	case cell.Kind > sheet.Number:
		return "", fault.New(fault.Invalid, "stations.cell_is_date", "text", cell.Text)
	case cell.Kind == sheet.Number:
		return plainly(cell.Text), nil
	}
	return cell.Text, nil
}

// headings says which column each cell of the first row means; a column
// without heading is not read and is the zero T.
func headings[T ~string](row sheet.Row, find func(string) (T, bool)) ([]T, error) {
	out := make([]T, len(row.Cells))
	for i, cell := range row.Cells {
		heading := cell.Text
		if heading == "" {
			continue
		}
		c, ok := find(heading)
		e := headingUnknown(heading)
		if ok && slices.Contains(out, c) {
			e = fault.New(fault.Invalid, "stations.heading_twice", "heading", heading)
		} else if ok {
			out[i] = c
			continue
		}
		e.Line = row.Line
		return nil, e
	}
	return out, nil
}

// PlanImport says what an import would do now, good or bad.
func (r *Registry) PlanImport(now time.Time, c Import) ImportPlan {
	plan, _, _ := r.planImport(accounts.Meta{At: now}, c)
	plan.keep(c)
	return plan
}

// DecideImport returns the units and stations an import writes. Faults:
// stations.import_refused whose parts name line and field of everything that
// is wrong, stations.plan_changed when it is not what was read, and
// stations.list_older, whose parts name them, when there are stations that somebody
// changed after the list was made and nobody has read so. Whoever has read it keeps
// those changes unless Over names the station. Fault: stations.over_unknown.
func DecideImport(r *Registry, m accounts.Meta, c Import) ([]Unit, []Station, ImportPlan, error) {
	if err := MayEdit(m.By, accounts.Where{}); err != nil {
		return nil, nil, ImportPlan{}, err
	}
	plan, units, list := r.planImport(m, c)
	plan.keep(c)
	if len(plan.Bad) > 0 {
		e := fault.New(fault.Invalid, "stations.import_refused", "count", len(plan.Bad))
		e.Parts = plan.Bad
		return nil, nil, plan, e
	}
	older := plan.Older()
	switch {
	case c.Seen == once.AsItIs:
		return units, list, plan, nil
	case c.Seen != "" && c.Seen != plan.Fingerprint:
		return nil, nil, plan, fault.New(fault.Conflict, "stations.plan_changed")
	case c.Seen == "" && len(older) > 0:
		e := fault.New(fault.Conflict, "stations.list_older", "n", len(older), "seen", plan.Fingerprint).At("seen")
		for _, change := range older {
			e.Parts = append(e.Parts, atLine(change.Sentence(), change.Line))
		}
		return nil, nil, plan, e
	}
	for _, id := range c.Over {
		if id != "all" && !slices.ContainsFunc(older, func(x StationChange) bool { return x.Station == id }) {
			return nil, nil, plan, fault.New(fault.Invalid, "stations.over_unknown", "station", id).At("over")
		}
	}
	var written []Station
	for i, change := range plan.Changes {
		if !change.Kept {
			written = append(written, list[i])
		}
	}
	return units, written, plan, nil
}

// keep marks what stays as somebody changed it after the list was made: all of it but
// what Over names, unless nobody is asked.
func (p *ImportPlan) keep(c Import) {
	for i := range p.Changes {
		change := &p.Changes[i]
		change.Kept = change.Later != nil && c.Seen != once.AsItIs && !slices.Contains(c.Over, "all") && !slices.Contains(c.Over, change.Station)
	}
}

// Older lists the changes of stations that somebody changed after the list was made.
func (p ImportPlan) Older() (list []StationChange) {
	for _, c := range p.Changes {
		if c.Later != nil {
			list = append(list, c)
		}
	}
	return list
}

// Written is how many stations the import writes.
func (p ImportPlan) Written() (n int) {
	for _, c := range p.Changes {
		if !c.Kept {
			n++
		}
	}
	return n
}

// Sentence says who changed the station after the list was made. It is asked of a
// change that has Later.
func (c StationChange) Sentence() *fault.Error {
	return fault.New(fault.Conflict, "stations.changed_later", "name", c.Label, "by", c.Later.ChangedBy, "at", c.Later.ChangedAt)
}

func (r *Registry) planImport(m accounts.Meta, c Import) (ImportPlan, []Unit, []Station) {
	plan := ImportPlan{Rows: len(c.Rows), Changes: []StationChange{}}
	var units []Unit
	if c.New {
		if units, plan.Bad = r.founds(c); len(units) > 0 {
			r, plan.Units = r.with(units, nil), len(units)
		}
	}
	refused := map[int]bool{}
	for _, e := range plan.Bad {
		refused[e.Line] = true
	}
	founded := map[UnitKey]bool{}
	for _, u := range units {
		founded[u.UnitKey] = true
	}
	var list []Station
	seen := map[UnitKey]int{} // the line on which a unit's station was first named
	next := number(r.NextID())
	for _, row := range c.Rows {
		if refused[row.Line] {
			continue
		}
		s, err := r.meant(row, c.On)
		if err != nil {
			plan.Bad = append(plan.Bad, atLine(err, row.Line))
			continue
		}
		if first, twice := seen[s.Unit()]; twice {
			plan.Bad = append(plan.Bad, atLine(fault.New(fault.Invalid, "stations.row_twice", "first", first), row.Line))
			continue
		}
		seen[s.Unit()] = row.Line
		isNew, was := s.ID == "", s.Active
		if isNew {
			s.ID = StationID(next)
			s.Active = []Interval{{From: c.On}}
			next++
		}
		after, bad := r.apply(s, m, row)
		if e := keepsThePast(was, after.Active, DateOf(m.At.In(s.Location()))); e != nil && len(bad) == 0 && !founded[s.Unit()] {
			bad = append(bad, atLine(e, row.Line))
		}
		if row.Made.After(m.At) {
			bad = append(bad, atLine(fault.New(fault.Invalid, "stations.made_ahead", "at", row.Made).At(string(made)), row.Line))
		}
		plan.Bad = append(plan.Bad, bad...)
		change := StationChange{Line: row.Line, Station: s.ID, New: isNew, Label: r.labelOf(s), Differences: differences(s.Fields, after.Fields)}
		if !row.Made.IsZero() && !s.ChangedAt.Before(row.Made) {
			change.Later = &s.Touch
		}
		if len(bad) == 0 && (isNew || len(change.Differences) > 0) {
			plan.Changes = append(plan.Changes, change)
			list = append(list, after)
		}
	}
	b, err := json.Marshal(plan.Changes)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	sum := sha256.Sum256(b)
	plan.Fingerprint = hex.EncodeToString(sum[:12])
	return plan, units, list
}

// labelOf is Label, also for a station that is not in the registry yet.
func (r *Registry) labelOf(s Station) string {
	if _, known := r.byID[s.ID]; known {
		return r.Label(s.ID)
	}
	return r.Unit(s.Unit()).Name
}

func atLine(err error, line int) *fault.Error {
	e := *fault.Of(err)
	e.Line = line
	return &e
}

// apply is the station after the row's cells were written into it.
func (r *Registry) apply(s Station, m accounts.Meta, row ImportRow) (Station, []*fault.Error) {
	f := s.Fields
	var bad []*fault.Error
	for _, c := range fields {
		value, there := row.Cells[c.column]
		if !there {
			continue
		}
		if err := c.read(&f, value); err != nil {
			e := atLine(err, row.Line)
			bad = append(bad, e.At(string(c.column)))
		}
	}
	if len(bad) > 0 {
		return s, bad
	}
	after, faults := r.revise(s, m, f)
	for _, e := range faults {
		bad = append(bad, atLine(e, row.Line))
	}
	return after, bad
}

func differences(before, after Fields) []Difference {
	before, _ = before.tidy()
	out := []Difference{}
	for _, f := range fields {
		if was, is := f.write(&before, text.Vietnamese), f.write(&after, text.Vietnamese); was != is {
			out = append(out, Difference{f.column, was, is})
		}
	}
	return out
}

// meant is the station a row is about; one without an ID is the new station
// of a unit that has none.
func (r *Registry) meant(row ImportRow, on Date) (Station, error) {
	id, code := strings.ToUpper(row.Cells["id"]), padCode(row.Cells["code"])
	var s Station
	switch {
	case id != "":
		known, err := r.Station(id)
		if err != nil {
			return s, fault.Of(err).At("id")
		}
		s = *known
	case code != "":
		u, ok := r.communeByCode(code, on)
		if !ok {
			return s, fault.New(fault.NotFound, "stations.unit_unknown", "code", code).At("code")
		}
		s = r.stationOf(u, on)
	default:
		u, err := r.communeByName(row, on)
		if err != nil {
			return s, err
		}
		s = r.stationOf(u, on)
	}
	return s, r.agrees(s, row, code)
}

// stationOf is the station seated in the unit, or a new one without ID.
func (r *Registry) stationOf(u Unit, on Date) Station {
	if s := r.SeatedIn(u.UnitKey, on); s != nil {
		return *s
	}
	return Station{Seats: []Seat{{u.UnitKey, u.Valid.From}}}
}

// padCode gives a code of digits back the zeros a spreadsheet took off.
func padCode(code string) string {
	if len(code) < 5 && code != "" && strings.Trim(code, "0123456789") == "" {
		return strings.Repeat("0", 5-len(code)) + code
	}
	return code
}

// communeByCode is the commune that bears the code on the day, or bore it last
// before.
func (r *Registry) communeByCode(code string, on Date) (Unit, bool) {
	for _, u := range r.byCode[code] {
		if u.Kind.Level() == Commune && u.Valid.From <= on {
			return *u, true
		}
	}
	return Unit{}, false
}

// communeByName finds a commune by its name and, if the row has it, district.
// Marks count: two communes differ by nothing else.
func (r *Registry) communeByName(row ImportRow, on Date) (Unit, error) {
	kind, name := SplitKind(row.Cells["name"])
	if name == "" {
		return Unit{}, fault.New(fault.Invalid, "stations.row_nameless").At("name")
	}
	var found []Unit
	for _, u := range r.units {
		if u.Kind.Level() == Commune && u.Valid.Has(on) && (kind == "" || kind == u.Kind) && u.called(name) && r.inDistrict(u, row) {
			found = append(found, u)
		}
	}
	switch len(found) {
	case 0:
		return Unit{}, fault.New(fault.NotFound, "stations.name_unknown", "name", name).At("name")
	case 1:
		return found[0], nil
	}
	return Unit{}, fault.New(fault.Invalid, "stations.name_ambiguous", "name", name).At("name")
}

// SplitKind takes "Xã Thanh Bình" apart; without a known kind in front kind is "".
func SplitKind(official string) (kind Kind, name string) {
	official = text.Line(official)
	words := strings.Fields(official)
	heads := map[int]string{} // the first so many words, spelled
	for i, k := range spelledKinds() {
		n := k.words
		if len(words) <= n || kinds[i].level != Commune {
			continue
		}
		if _, ok := heads[n]; !ok {
			heads[n] = spelling(strings.Join(words[:n], " "))
		}
		if heads[n] == k.spelling {
			return kinds[i].kind, strings.Join(words[n:], " ")
		}
	}
	return "", official
}

type spelledKind struct {
	words    int
	spelling string
}

// spelledKinds are the names of kinds as they are compared: a country's file names
// one in each row.
var spelledKinds = sync.OnceValue(func() (out []spelledKind) {
	for _, k := range kinds {
		out = append(out, spelledKind{len(strings.Fields(k.name)), spelling(k.name)})
	}
	return out
})

// cutWords takes the words of prefix off s, whatever their case and form.
func cutWords(s, prefix string) (rest string, ok bool) {
	words, n := strings.Fields(s), len(strings.Fields(prefix))
	if len(words) <= n || spelling(strings.Join(words[:n], " ")) != spelling(prefix) {
		return s, false
	}
	return strings.Join(words[n:], " "), true
}

// called reports whether that is the unit's name in any official spelling.
func (u Unit) called(name string) bool {
	same := func(s string) bool { return spelling(s) == spelling(name) }
	return same(u.Name) || slices.ContainsFunc(u.Variants, same)
}

// inDistrict reports whether the district a row names, if it does, is the unit's.
func (r *Registry) inDistrict(u Unit, row ImportRow) bool {
	code, name := row.Cells["district_code"], row.Cells["district"]
	if code != "" && strings.TrimLeft(code, "0") != strings.TrimLeft(u.District, "0") {
		return false
	}
	if name == "" {
		return true
	}
	known := r.DistrictName(u.District)
	for _, k := range kinds {
		if k.level == District {
			if rest, ok := cutWords(name, k.name); ok && spelling(rest) == spelling(known) {
				return true
			}
		}
	}
	return spelling(name) == spelling(known)
}

// agrees refuses a row whose code, name or district is not the station's:
// somebody sorted a column apart, or wants to rename, which a merger does.
func (r *Registry) agrees(s Station, row ImportRow, code string) error {
	kind, name := SplitKind(row.Cells["name"])
	wrong := errors.New("nothing compared") // replaced by the first seat
	for _, seat := range s.Seats {
		u := r.Unit(seat.Unit)
		switch {
		case code != "" && code != u.Code:
			wrong = fault.New(fault.Invalid, "stations.code_differs", "code", code, "known", u.Code, "name", u.Name).At("code")
		case name != "" && (!u.called(name) || kind != "" && kind != u.Kind):
			wrong = fault.New(fault.Invalid, "stations.name_differs", "name", row.Cells["name"], "known", u.Official()).At("name")
		case !r.inDistrict(u, row):
			wrong = fault.New(fault.Invalid, "stations.district_differs", "name", u.Name, "known", r.DistrictName(u.District)).At("district")
		default:
			return nil
		}
	}
	return wrong
}
