package plan

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
)

// SaveIndicator makes an indicator, or edits one.
type SaveIndicator struct {
	ID   string `json:"-"` // of one that is there, or is made; "" makes one of Year and Mark alone
	Year int    `json:"year,omitempty" schema:"minimum=0 maximum=2099"`
	Mark string `json:"mark,omitempty" schema:"maxLength=12"`
	Fields
}

// Named is the ID of the indicator that the command is about.
func (c SaveIndicator) Named() string {
	if c.ID != "" {
		return strings.ToUpper(c.ID)
	}
	return IDOf(c.Year, text.Line(c.Mark))
}

// apart is the year and the mark that an ID is made of.
func apart(id string) (year int, mark string) {
	head, mark, _ := strings.Cut(id, "-")
	year, _ = strconv.Atoi(head) // 0 is no year
	return year, mark
}

// IDOf is the ID of the indicator with that mark in the plan of a year.
func IDOf(year int, mark string) string { return strconv.Itoa(year) + "-" + strings.ToUpper(mark) }

// RetireIndicator retires an indicator, or brings it back.
type RetireIndicator struct {
	ID   string `json:"-"`
	Back bool   `json:"back,omitempty"`
}

// CopyPlan makes the plan of a year from that of another; from 0 it is the one that Loa brings (First).
type CopyPlan struct {
	From int `json:"from" schema:"minimum=0 maximum=2099"`
	To   int `json:"to" schema:"required minimum=2000 maximum=2099"`
}

// Enter enters the figure of a period, or corrects it.
type Enter struct {
	Indicator string           `json:"-"`
	Period    coverage.Stretch `json:"period" schema:"required"`
	District  string           `json:"district,omitempty"`
	Value     *Amount          `json:"value,omitempty"` // nil only where Void
	Base      Amount           `json:"base,omitempty"`
	Void      bool             `json:"void,omitempty"`                         // the period has no figure after all
	Proof     string           `json:"proof,omitempty" schema:"maxLength=500"` // number of a paper, or an address
	Why       string           `json:"why,omitempty" schema:"maxLength=500"`
	Follows   int              `json:"follows,omitempty" schema:"minimum=0 maximum=100000"` // the version it corrects; 0 is none
}

// The most that words may be long.
const (
	mostName   = 300
	mostUnit   = 60
	mostBody   = 200
	mostSource = 300
	mostProof  = 500
)

// firstYear and lastYear are those that can have a plan.
const firstYear, lastYear = 2000, 2099

var marks = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.]{0,11}$`)

func long(field, s string, most int) error {
	if n := utf8.RuneCountInString(s); n > most {
		return fault.New(fault.Invalid, "kit.text_too_long", "length", n, "most", most).At(field)
	}
	return nil
}

// checkYear refuses a year that can have no plan. Fault: plan.year_odd.
func checkYear(year int, field string) error {
	if year < firstYear || year > lastYear {
		return fault.New(fault.Invalid, "plan.year_odd", "from", strconv.Itoa(firstYear), "until", strconv.Itoa(lastYear)).At(field)
	}
	return nil
}

// tidy is the fields as they are kept. What Loa counts has the period and the way of what is counted.
func (f Fields) tidy() Fields {
	f.Name, f.Unit, f.Body, f.Source = text.Line(f.Name), text.Line(f.Unit), text.Line(f.Body), text.Line(f.Source)
	switch f.Counted {
	case Airings:
		f.Every, f.Way, f.Percent = Weekly, Each, true
	case Contests, DistrictQuizzes, ProvinceQuizzes:
		f.Every, f.Way, f.Percent = Yearly, Sums, false
	case Entrants:
		f.Every, f.Way, f.Percent = Yearly, Stands, true
	}
	return f
}

func (f Fields) check() error {
	switch {
	case f.Name == "":
		return fault.New(fault.Invalid, "plan.name_missing").At("name")
	case f.Counted != "" && !slices.Contains(Counteds[:], f.Counted):
		return fault.New(fault.Invalid, "plan.counted_unknown").At("counted")
	case f.Counted != "" && f.Districts:
		return fault.New(fault.Invalid, "plan.counted_districts").At("districts")
	case !slices.Contains(Everys[:], f.Every):
		return fault.New(fault.Invalid, "plan.every_unknown").At("every")
	case !slices.Contains(Ways[:], f.Way):
		return fault.New(fault.Invalid, "plan.way_unknown").At("way")
	case f.Target <= 0:
		return fault.New(fault.Invalid, "plan.target_zero").At("target")
	case f.Percent && f.Target > 100*one:
		return fault.New(fault.Invalid, "plan.target_percent").At("target")
	case f.Target > mostAmount:
		return fault.New(fault.Invalid, "plan.value_large", "most", mostAmount).At("target")
	}
	for _, x := range []struct {
		field, words string
		most         int
	}{{"name", f.Name, mostName}, {"unit", f.Unit, mostUnit}, {"body", f.Body, mostBody}, {"source", f.Source, mostSource}} {
		if err := long(x.field, x.words, x.most); err != nil {
			return err
		}
	}
	return nil
}

// SaveFacts is what is known before an indicator is saved.
type SaveFacts struct {
	Was     *Indicator // of that ID
	Entered bool       // it has figures
}

// DecideSave says what an indicator becomes. How its figures are taken stays as soon as it has some: they would mean
// something else. Faults: accounts.denied, edit.stale, plan.year_odd, plan.mark_odd, plan.mark_taken,
// plan.entered_fixed, plan.name_missing, plan.counted_unknown, plan.counted_districts, plan.every_unknown,
// plan.way_unknown, plan.target_zero, plan.target_percent, plan.value_large, kit.text_too_long.
func DecideSave(f SaveFacts, m accounts.Meta, c SaveIndicator) (Indicator, error) {
	if err := MayEdit(m.By); err != nil {
		return Indicator{}, err
	}
	is := Indicator{ID: c.Named(), Year: c.Year, Mark: text.Line(c.Mark)}
	if c.ID != "" {
		is.Year, is.Mark = apart(c.ID)
	}
	switch {
	case f.Was == nil:
		if err := checkYear(is.Year, "year"); err != nil {
			return is, err
		}
		if !marks.MatchString(is.Mark) {
			return is, fault.New(fault.Invalid, "plan.mark_odd").At("mark")
		}
	case c.ID == "":
		return is, fault.New(fault.Conflict, "plan.mark_taken", "mark", f.Was.Mark, "name", f.Was.Name, "year", strconv.Itoa(f.Was.Year)).At("mark")
	default:
		is = *f.Was
		if err := m.Current(is.Edition()); err != nil {
			return is, err
		}
	}
	was := is
	is.Fields = c.tidy()
	if err := is.check(); err != nil {
		return was, err
	}
	if f.Entered && (is.Every != was.Every || is.Way != was.Way || is.Percent != was.Percent || is.Districts != was.Districts || is.Counted != was.Counted) {
		return was, fault.New(fault.Conflict, "plan.entered_fixed")
	}
	is.Touch = m.Touch(was, is)
	return is, nil
}

// DecideRetire retires an indicator or brings it back. Faults: accounts.denied, edit.stale.
func DecideRetire(was Indicator, m accounts.Meta, c RetireIndicator) (Indicator, error) {
	if err := MayEdit(m.By); err != nil {
		return was, err
	}
	if err := m.Current(was.Edition()); err != nil {
		return was, err
	}
	is := was
	is.Retired = !c.Back
	is.Touch = m.Touch(was, is)
	return is, nil
}

// DecideRemove lets an indicator go that nobody entered a figure of; one with figures can be retired. Faults:
// accounts.denied, edit.stale, plan.has_entries.
func DecideRemove(is Indicator, entered bool, m accounts.Meta) (Indicator, error) {
	if err := MayEdit(m.By); err != nil {
		return is, err
	}
	if entered {
		return is, fault.New(fault.Conflict, "plan.has_entries", "mark", is.Mark)
	}
	return is, m.Current(is.Edition())
}

// DecideCopy makes the plan of a year from another year's, without what was retired, or from the one that Loa brings.
// there are the indicators of the year copied from, has tells that the new year has some. Faults: accounts.denied,
// plan.year_odd, plan.year_there, plan.year_empty.
func DecideCopy(from []Indicator, has bool, m accounts.Meta, c CopyPlan) (list []Indicator, err error) {
	if err := MayEdit(m.By); err != nil {
		return nil, err
	}
	if err := checkYear(c.To, "to"); err != nil {
		return nil, err
	}
	if has {
		return nil, fault.New(fault.Conflict, "plan.year_there", "year", strconv.Itoa(c.To)).At("to")
	}
	if c.From == 0 {
		from = First()
	}
	for _, one := range from {
		if one.Retired {
			continue
		}
		is := Indicator{ID: IDOf(c.To, one.Mark), Year: c.To, Mark: one.Mark, Fields: one.Fields}
		if c.From != c.To && c.From != 0 {
			is.Source = "" // another year's paper says nothing of this one
		}
		is.Touch = m.Touch(Indicator{}, is)
		list = append(list, is)
	}
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "plan.year_empty", "year", strconv.Itoa(c.From)).At("from")
	}
	return list, nil
}

// EnterFacts is what is known before a figure is entered.
type EnterFacts struct {
	Indicator Indicator
	Last      Entry // of the period and district; Version 0 is none
	District  bool  // there is such a district
}

// DecideEnter enters a figure where none stands, or corrects the version it follows. Faults: accounts.denied, plan.counted_itself,
// plan.is_retired, stations.no_district, plan.district_missing, plan.district_unasked, plan.period_odd, plan.period_ahead,
// plan.entered_already, plan.entered_meanwhile, plan.why_missing, plan.void_nothing, plan.value_missing, plan.value_negative,
// plan.value_large, plan.base_missing, plan.base_unasked, plan.value_over, kit.text_too_long.
func DecideEnter(f EnterFacts, m accounts.Meta, c Enter) (Entry, error) {
	is, last := f.Indicator, f.Last
	e := Entry{ID: m.NewID(), Indicator: is.ID, Period: c.Period, District: c.District, Version: last.Version + 1, Base: c.Base, Void: c.Void,
		Proof: text.Line(c.Proof), Why: text.Line(c.Why), At: m.At.UTC(), By: m.By}
	if err := f.where(c); err != nil { // without a district nobody knows whose it would be
		return e, err
	}
	if err := MayEnter(m.By, is, c.District); err != nil {
		return e, err
	}
	switch {
	case is.Counted != "":
		return e, fault.New(fault.Conflict, "plan.counted_itself", "mark", is.Mark)
	case is.Retired:
		return e, fault.New(fault.Conflict, "plan.is_retired", "mark", is.Mark)
	case !slices.Contains(is.Periods(), c.Period):
		return e, fault.New(fault.Invalid, "plan.period_odd", "every", is.Every, "year", strconv.Itoa(is.Year)).At("period")
	case m.At.Before(begin(c.Period)):
		return e, fault.New(fault.Invalid, "plan.period_ahead", "period", c.Period).At("period")
	case c.Follows == 0 && last.Stands():
		return e, fault.New(fault.Conflict, "plan.entered_already", "period", c.Period, "value", said(last), "by", last.By.Name, "at", last.At)
	case c.Follows != 0 && last.Version != c.Follows:
		return e, fault.New(fault.Conflict, "plan.entered_meanwhile", "period", c.Period, "value", said(last), "by", last.By.Name, "at", last.At)
	case c.Follows != 0 && e.Why == "": // one that was taken back is entered anew as any other
		return e, fault.New(fault.Invalid, "plan.why_missing").At("why")
	case c.Void && !last.Stands():
		return e, fault.New(fault.Invalid, "plan.void_nothing").At("void")
	}
	if err := long("why", e.Why, mostProof); err != nil {
		return e, err
	}
	if err := long("proof", e.Proof, mostProof); err != nil {
		return e, err
	}
	if c.Void {
		e.Base = 0
		return e, nil
	}
	if c.Value == nil {
		return e, fault.New(fault.Invalid, "plan.value_missing").At("value")
	}
	e.Value = *c.Value
	return e, is.checkFigure(e.Value, c.Base)
}

// where refuses a figure of a district that there is not, or that is none of a district's.
func (f EnterFacts) where(c Enter) error {
	switch {
	case !f.Indicator.Districts && c.District != "":
		return fault.New(fault.Invalid, "plan.district_unasked").At("district")
	case f.Indicator.Districts && c.District == "":
		return fault.New(fault.Invalid, "plan.district_missing").At("district")
	case c.District != "" && !f.District:
		return fault.New(fault.NotFound, "stations.no_district", "code", c.District).At("district")
	}
	return nil
}

// checkFigure refuses what no period of the indicator can have.
func (i Indicator) checkFigure(value, base Amount) error {
	switch {
	case value < 0:
		return fault.New(fault.Invalid, "plan.value_negative").At("value")
	case base < 0:
		return fault.New(fault.Invalid, "plan.value_negative").At("base")
	case value > mostAmount:
		return fault.New(fault.Invalid, "plan.value_large", "most", mostAmount).At("value")
	case base > mostAmount:
		return fault.New(fault.Invalid, "plan.value_large", "most", mostAmount).At("base")
	case !i.Percent && base != 0:
		return fault.New(fault.Invalid, "plan.base_unasked").At("base")
	case i.Percent && base == 0 && value > 0:
		return fault.New(fault.Invalid, "plan.base_missing").At("base")
	case i.Percent && value > base:
		return fault.New(fault.Invalid, "plan.value_over", "value", value, "base", base).At("value")
	}
	return nil
}

// said is the figure of a version as a sentence names it.
func said(e Entry) text.Phrase {
	switch {
	case e.Void:
		return text.NewPhrase("plan.said_void")
	case e.Base > 0:
		return text.NewPhrase("plan.said_share", "value", e.Value, "base", e.Base)
	}
	return text.NewPhrase("plan.said", "value", e.Value)
}

// begin and end are the first instant of a period and the first one after it.
func begin(s coverage.Stretch) time.Time { first, _ := s.Days(); return first.Start(text.Zone) }
func end(s coverage.Stretch) time.Time   { _, last := s.Days(); return last.AddDays(1).Start(text.Zone) }
