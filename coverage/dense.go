package coverage

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"loa/airing"
)

// Dense is a week with what a period asks of each of its stations, in a few bytes each: ten
// years of a country are read so. It says nothing that the week does not.
type Dense struct {
	Week      airing.Week
	Known     bool // something was planned, said or excused
	Districts []DistrictCounts
	Cells     Cells // as the stations stand in the week
}

// keptDense is how a Dense is written: of a district its code, and its counts only where its cells do not add up to them.
type keptDense struct {
	Week      airing.Week    `json:"week"`
	Known     bool           `json:"known"`
	Districts []string       `json:"districts"`
	Counts    map[int]Counts `json:"counts,omitempty"` // by district
	Cells     keptCells      `json:"cells"`
}

// MarshalJSON writes the week.
func (d Dense) MarshalJSON() ([]byte, error) {
	kept := keptDense{Week: d.Week, Known: d.Known, Districts: make([]string, len(d.Districts)), Counts: map[int]Counts{}, Cells: d.Cells.kept()}
	sums := d.Cells.counts(len(d.Districts))
	for i, one := range d.Districts {
		if kept.Districts[i] = one.District; one.Counts != sums[i] {
			kept.Counts[i] = one.Counts
		}
	}
	return json.Marshal(kept)
}

// UnmarshalJSON reads what MarshalJSON wrote. A cell of a district that is not there is an error.
func (d *Dense) UnmarshalJSON(raw []byte) error {
	var kept keptDense
	if err := json.Unmarshal(raw, &kept); err != nil {
		return err
	}
	n := len(kept.Districts)
	cells, err := kept.Cells.read()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(cells, func(c Cell) bool { return int(c.District) >= n }) {
		return fmt.Errorf("coverage: a cell of none of %d districts", n)
	}
	*d = Dense{kept.Week, kept.Known, make([]DistrictCounts, n), cells}
	for i, sum := range cells.counts(n) {
		if counted, ok := kept.Counts[i]; ok {
			sum = counted
		}
		d.Districts[i] = DistrictCounts{kept.Districts[i], sum}
	}
	return nil
}

// counts are what the cells of each of n districts add up to.
func (list Cells) counts(n int) []Counts {
	sums := make([]Counts, n)
	for _, c := range list {
		sums[c.District].cell(c)
	}
	return sums
}

// Cell is one station's week: the number in its ID, the index of its district, that of its state
// in States, and what else is counted of it.
type Cell struct {
	Station  uint32
	District uint16
	State    uint8
	Marks    Mark
}

// Where each state stands in States.
const (
	cellAired uint8 = iota
	cellNotCounted
	cellNotAired
	cellNotReported
	cellNotDue
	cellNotPlanned
	cellExcused
)

// today is the cell as this version counts it (StationWeek.older).
func (c Cell) today() Cell {
	if c.State == cellNotReported && c.Marks&Scheduled == 0 {
		c.State = cellNotPlanned
	}
	return c
}

// cell counts what count counts of the same, by numbers: a country's year has half a million cells.
func (c *Counts) cell(one Cell) {
	c.Active++
	if one.Marks&Scheduled > 0 && one.State != cellExcused {
		c.Scheduled++
	}
	switch one.State {
	case cellAired:
		c.Aired++
		c.WithEvidence += int(one.Marks & WithEvidence / WithEvidence)
		c.Verified += int(one.Marks & Verified / Verified)
		c.OnTime += int(one.Marks & OnTime / OnTime)
		c.ByMachine += int(one.Marks & ByMachine / ByMachine)
		c.ByBoth += int(one.Marks & ByBoth / ByBoth)
	case cellNotCounted:
		c.NotCounted++
	case cellNotAired:
		c.NotAired++
	case cellNotReported:
		c.NotReported++
	case cellNotDue:
		c.NotDue++
	case cellNotPlanned:
		c.NotPlanned++
	case cellExcused:
		c.Excused++
	}
}

// Mark is what is counted of a station's week beside its state.
type Mark uint8

// The marks.
const (
	Scheduled Mark = 1 << iota
	WithEvidence
	Verified
	OnTime
	ByMachine // of the verified, no person verified one
	ByBoth    // of the verified, a person and the machine verified the same
)

// markNames are the marks from the lowest bit on.
var markNames = [...]string{"scheduled", "with evidence", "verified", "on time", "by machine", "by both"}

// Cells are the stations of a week.
type Cells []Cell

// DenseShape names what a Dense holds of a station: whoever keeps some makes them anew when it differs.
func DenseShape() []string {
	names := append(slices.Clone(markNames[:]), "counts that are no sums")
	for _, s := range States {
		names = append(names, "state "+string(s))
	}
	return names
}

// keptCells is how cells are written: the states by their names, so that another order
// of States reads them alike, and eight bytes a station.
type keptCells struct {
	States []State `json:"states"`
	Cells  string  `json:"cells"`
}

const cellSize = 8

func (list Cells) kept() keptCells {
	b := make([]byte, 0, cellSize*len(list))
	for _, one := range list {
		b = binary.BigEndian.AppendUint32(b, one.Station)
		b = binary.BigEndian.AppendUint16(b, one.District)
		b = append(b, one.State, byte(one.Marks))
	}
	return keptCells{States[:], base64.StdEncoding.EncodeToString(b)}
}

// read reads what kept wrote. A state nobody knows is an error.
func (kept keptCells) read() (Cells, error) {
	b, err := base64.StdEncoding.DecodeString(kept.Cells)
	if err != nil || len(b)%cellSize != 0 {
		return nil, fmt.Errorf("coverage: %d bytes of cells: %w", len(b), err)
	}
	today := make([]uint8, len(kept.States))
	for i, s := range kept.States {
		at := slices.Index(States[:], s)
		if at < 0 {
			return nil, fmt.Errorf("coverage: state %q, which nobody knows", s)
		}
		today[i] = uint8(at)
	}
	list := make(Cells, 0, len(b)/cellSize)
	for ; len(b) > 0; b = b[cellSize:] {
		one := Cell{binary.BigEndian.Uint32(b), binary.BigEndian.Uint16(b[4:]), b[6], Mark(b[7])}
		if int(one.State) >= len(today) {
			return nil, fmt.Errorf("coverage: state %d of %d", one.State, len(today))
		}
		one.State = today[one.State]
		list = append(list, one)
	}
	return list, nil
}

// Dense is the week in few bytes. number is the number in a station's ID.
func (w Week) Dense(number func(station string) uint32) *Dense {
	d := &Dense{Week: w.Week, Known: Closable(w) == nil, Districts: w.Districts, Cells: make(Cells, len(w.Stations))}
	at := make(map[string]int, len(w.Districts))
	for i, one := range w.Districts {
		at[one.District] = i
	}
	for i := range w.Stations {
		s := &w.Stations[i]
		d.Cells[i] = Cell{number(s.Station), uint16(at[s.District]), uint8(max(0, slices.Index(States[:], s.State))), s.marks()}
	}
	return d
}

// marks is what is counted of the station's week beside its state.
func (s *StationWeek) marks() (m Mark) {
	if s.Scheduled > 0 {
		m |= Scheduled
	}
	if s.Tally.WithEvidence > 0 {
		m |= WithEvidence
	}
	if s.Tally.Verified > 0 {
		m |= Verified
	}
	if s.Tally.OnTime > 0 {
		m |= OnTime
	}
	switch t := s.Tally; {
	case t.ByBoth > 0:
		m |= ByBoth
	case t.Verified > 0 && t.Verified == t.ByMachine:
		m |= ByMachine
	}
	return m
}

// Like is the week again; where it says what the other says, both share it.
func (d *Dense) Like(other *Dense) *Dense {
	if other != nil && d.Week == other.Week && d.Known == other.Known && slices.Equal(d.Districts, other.Districts) && slices.Equal(d.Cells, other.Cells) {
		return other
	}
	return d
}

// OfProgrammes is the week narrowed to some programmes: the tallies and slots are theirs alone, and
// a station for which none of them was planned and that said nothing of them is not asked.
func (w Week) OfProgrammes() Week {
	var list []StationWeek
	for _, s := range w.Stations {
		if s.Scheduled > 0 || s.Tally != (airing.Tally{}) {
			list = append(list, s)
		}
	}
	return recount(w.Week, list)
}

// recount counts stations whose states are known.
func recount(week airing.Week, list []StationWeek) Week {
	w := Week{Week: week, Stations: list}
	at := map[string]int{}
	for i := range list {
		s := &list[i]
		j, ok := at[s.District]
		if !ok {
			j = len(w.Districts)
			at[s.District] = j
			w.Districts = append(w.Districts, DistrictCounts{District: s.District})
		}
		w.Districts[j].add(s)
		w.Counts.add(s)
	}
	return w
}
