package outgoing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

var (
	at      = time.Date(2024, 6, 5, 9, 0, 0, 0, text.Zone)
	monitor = actor(accounts.Monitor, accounts.Province, "")
	huyen   = actor(accounts.Monitor, accounts.District, "084")
)

func actor(r accounts.Role, l accounts.Level, id string) accounts.Actor {
	return accounts.Actor{Person: "p", Name: "Chị Thu", Via: "session", Grants: []accounts.Grant{{Role: r, Scope: accounts.Scope{Level: l, ID: id}}}}
}

// TestANumberIsGivenBySaneWords: what was typed wrong is said beside its field, and nothing is given.
func TestANumberIsGivenBySaneWords(t *testing.T) {
	taken := Entry{Code: "15/BC-VPĐP", Number: 15, Head: Head{Symbol: "VPĐP"}, About: "Tuần 22", By: accounts.Actor{Name: "Anh Páo"}}
	struck := taken
	struck.Why = "Lấy nhầm"
	for name, c := range map[string]struct {
		by    accounts.Actor
		edit  func(*Take, *Facts)
		fault string
		field string
	}{
		"the next":             {monitor, nil, "", ""},
		"a judge":              {actor(accounts.Judge, accounts.Contest, "c"), nil, "accounts.denied", ""},
		"a district as it is":  {huyen, func(c *Take, _ *Facts) { c.District = "084" }, "", ""},
		"another district":     {huyen, func(c *Take, _ *Facts) { c.District = "085" }, "accounts.denied", ""},
		"no kind":              {monitor, func(c *Take, _ *Facts) { c.Kind = "" }, "outgoing.kind_missing", "kind"},
		"a kind nobody knows":  {monitor, func(c *Take, _ *Facts) { c.Kind = "baocao" }, "outgoing.kind_unknown", "kind"},
		"no such body":         {monitor, func(_ *Take, f *Facts) { f.Issued = false }, "outgoing.no_issuer", "district"},
		"two bodies":           {monitor, func(c *Take, _ *Facts) { c.District, c.Contest = "084", "c" }, "outgoing.no_issuer", "district"},
		"about nothing":        {monitor, func(c *Take, _ *Facts) { c.About = " \n " }, "outgoing.about_missing", "about"},
		"a long subject":       {monitor, func(c *Take, _ *Facts) { c.About = strings.Repeat("ư", 501) }, "kit.text_too_long", "about"},
		"an office of 200":     {monitor, func(c *Take, _ *Facts) { c.Agency = strings.Repeat("ư", 200) }, "kit.text_too_long", "agency"},
		"tomorrow":             {monitor, func(c *Take, _ *Facts) { c.Date = "2024-06-06" }, "outgoing.date_ahead", "date"},
		"long ago":             {monitor, func(c *Take, _ *Facts) { c.Date = "1999-12-31" }, "outgoing.date_ahead", "date"},
		"below one":            {monitor, func(c *Take, _ *Facts) { c.Number = -1 }, "outgoing.number_range", "number"},
		"too high":             {monitor, func(c *Take, _ *Facts) { c.Number = MostNumber + 1 }, "outgoing.number_range", "number"},
		"behind the highest":   {monitor, func(_ *Take, f *Facts) { f.Last = MostNumber }, "outgoing.number_range", "number"},
		"a symbol with blanks": {monitor, func(c *Take, _ *Facts) { c.Symbol = "VP ĐP" }, "outgoing.symbol_odd", "symbol"},
		"a symbol with a bar":  {monitor, func(c *Take, _ *Facts) { c.Symbol = "BC/VPĐP" }, "outgoing.symbol_odd", "symbol"},
		"half a sum":           {monitor, func(c *Take, _ *Facts) { c.Sum = "abc" }, "outgoing.sum_odd", "sum"},
		"somebody has it":      {monitor, func(_ *Take, f *Facts) { f.Holder = &taken }, "outgoing.number_taken", "number"},
		"it was struck out":    {monitor, func(_ *Take, f *Facts) { f.Holder = &struck }, "outgoing.number_struck", "number"},
		"before its week ends": {monitor, func(c *Take, _ *Facts) { c.Date, c.Ends = "2024-06-01", "2024-06-02" }, "outgoing.date_early", "date"},
		"far from the last":    {monitor, func(c *Take, f *Facts) { c.Number, f.Latest = 115, &taken }, "outgoing.number_jumps", "number"},
		"a day before the last": {monitor, func(c *Take, f *Facts) {
			last := taken
			last.Date, c.Date, f.Latest = "2024-06-02", "2024-06-01", &last
		}, "outgoing.date_order", "date"},
		"another symbol":    {monitor, func(c *Take, f *Facts) { c.Symbol, f.Latest = "TTTH", &taken }, "outgoing.symbol_other", ""},
		"the paper has one": {monitor, func(_ *Take, f *Facts) { f.Has = &taken }, "outgoing.numbered", ""},
	} {
		take, f := Take{Kind: Report, About: "Kết quả tuần 23", Head: Head{Symbol: "VPĐP"}}, Facts{Issued: true, Last: 15}
		if c.edit != nil {
			c.edit(&take, &f)
		}
		e, err := DecideTake(f, accounts.Meta{ID: name, By: c.by, At: at}, take)
		switch got := fault.Of(err); {
		case c.fault == "" && (err != nil || e.Code != "16/BC-VPĐP" || e.Date != "2024-06-05" || e.Year != 2024):
			t.Errorf("%s: %+v, %v", name, e, err)
		case c.fault != "" && (got == nil || got.Code != c.fault || got.Field != c.field || e.Code != ""):
			t.Errorf("%s: %v, not %s at %q", name, err, c.fault, c.field)
		}
	}
}

// TestWhoIsSureIsAskedNothing: a number far from the last or of another symbol is given; a few left out are no question,
// nor is a report of the week that runs, dated today.
func TestWhoIsSureIsAskedNothing(t *testing.T) {
	last := Entry{Code: "15/BC-VPĐP", Number: 15, Head: Head{Symbol: "VPĐP"}}
	for name, c := range map[string]Take{
		"115":                {Number: 115, Sure: true, Head: Head{Symbol: "VPĐP"}},
		"another symbol":     {Sure: true, Head: Head{Symbol: "TTTH"}},
		"some left out":      {Number: 16 + Leap, Head: Head{Symbol: "VPĐP"}},
		"the week that runs": {Head: Head{Symbol: "VPĐP"}, Ends: "2024-06-09"},
	} {
		c.Kind, c.About = Report, "Kết quả"
		if _, err := DecideTake(Facts{Issued: true, Last: 15, Latest: &last}, accounts.Meta{ID: name, By: monitor, At: at}, c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnEntryKnowsTheHeadOfItsPaper: drawn again the paper has the office, the number and the day it was given with.
func TestAnEntryKnowsTheHeadOfItsPaper(t *testing.T) {
	c := Take{Kind: Minutes, Number: 7, Date: "2024-02-09", About: "Vòng sơ khảo",
		Head: Head{Parent: "UBND tỉnh", Agency: "Văn phòng", Place: "Lào Cai", Symbol: "VPĐP"}}
	e, err := DecideTake(Facts{Issued: true}, accounts.Meta{ID: "x", By: monitor, At: at}, c)
	if err != nil {
		t.Fatal(err)
	}
	if o := e.Office(); o.Code(e.Kind.Mark()) != "07/BB-VPĐP" || o.Agency != "Văn phòng" || text.Vietnamese.PaperDay(o.Dated) != "ngày 09 tháng 02 năm 2024" {
		t.Errorf("%+v", o)
	}
}

// TestForWhomSomebodyIssues: the province's office where she may, else the one district; nobody where it could be two.
func TestForWhomSomebodyIssues(t *testing.T) {
	two := huyen
	two.Grants = append(slices.Clone(two.Grants), accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: "085"}})
	for name, c := range map[string]struct {
		by       accounts.Actor
		district string
		want     Issuer
		ok       bool
	}{
		"the province": {monitor, "084", Issuer{}, true}, "a district": {huyen, "", Issuer{District: "084"}, true},
		"its own": {huyen, "084", Issuer{District: "084"}, true}, "another's": {huyen, "085", Issuer{}, false},
		"two": {two, "", Issuer{}, false}, "one of two": {two, "085", Issuer{District: "085"}, true},
		"an operator":                 {actor(accounts.Operator, accounts.Station, "S00001"), "", Issuer{}, false},
		"an organiser of one contest": {actor(accounts.Organiser, accounts.Contest, "c"), "", Issuer{}, false},
	} {
		if i, ok := IssuerOf(c.by, c.district); i != c.want || ok != c.ok {
			t.Errorf("%s: %+v, %t", name, i, ok)
		}
	}
}

// TestANumberIsStruckOutOnce: with a reason, and for good.
func TestANumberIsStruckOutOnce(t *testing.T) {
	e := Entry{ID: "e", Code: "15/BC", Number: 15}
	m := accounts.Meta{ID: "x", By: monitor, At: at}
	if _, err := DecideStrikeOut(e, m, StrikeOut{Why: "  "}); !fault.Is(err, "outgoing.why_missing") {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := DecideStrikeOut(e, accounts.Meta{ID: "x", By: huyen, At: at}, StrikeOut{Why: "Sai"}); !fault.Is(err, "accounts.denied") {
		t.Errorf("a district strikes out the province's number: %v", err)
	}
	struck, err := DecideStrikeOut(e, m, StrikeOut{Why: "Sai số liệu"})
	if err != nil || struck.Stands() || struck.EndedBy != "Chị Thu" || struck.Code != e.Code {
		t.Errorf("%+v, %v", struck, err)
	}
	if _, err := DecideStrikeOut(struck, m, StrikeOut{Why: "Nữa"}); !fault.Is(err, "outgoing.struck_already") {
		t.Errorf("struck out twice: %v", err)
	}
}
