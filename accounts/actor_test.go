package accounts

import (
	"testing"

	"loa/internal/fault"
)

func TestAGrantReachesItsScopeAndNoFurther(t *testing.T) {
	si := Where{District: "084", Station: "S00012"}
	other := Where{District: "085", Station: "S00077"}
	grant := func(r Role, l Level, id string) Actor {
		return Actor{Person: "p", Via: "session", Grants: []Grant{{r, Scope{l, id}}}}
	}
	for _, c := range []struct {
		name   string
		who    Actor
		action Action
		on     Where
		want   bool
	}{
		{"operator reports at her station", grant(Operator, Station, "S00012"), ReportAiring, si, true},
		{"operator reports elsewhere", grant(Operator, Station, "S00012"), ReportAiring, other, false},
		{"operator reports for the province", grant(Operator, Station, "S00012"), ReportAiring, Where{}, false},
		{"operator reads the shared schedule", grant(Operator, Station, "S00012"), ReadSchedule, Where{}, true},
		{"operator edits the schedule", grant(Operator, Station, "S00012"), EditSchedule, si, false},
		{"district monitor in her district", grant(Monitor, District, "084"), ReadCoverage, si, true},
		{"district monitor next door", grant(Monitor, District, "084"), ReadCoverage, other, false},
		{"district monitor over the province", grant(Monitor, District, "084"), ReadCoverage, Where{}, false},
		{"province monitor anywhere", grant(Monitor, Province, ""), ReadCoverage, other, true},
		{"editor manages people", grant(Editor, Province, ""), ManagePeople, Where{}, false},
		{"judge reads coverage", grant(Judge, Contest, "c1"), ReadCoverage, Where{Contest: "c1"}, false},
		{"judge judges another contest", grant(Judge, Contest, "c1"), JudgeEntries, Where{Contest: "c2"}, false},
		{"admin reads a contest's sheets as judge", grant(Admin, Province, ""), JudgeEntries, Where{Contest: "c1"}, false},
		{"nobody", Actor{}, ReadStations, Where{}, false},
	} {
		if got := c.who.Can(c.action, c.on); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if err := (Actor{}).Must(ReadStations, Where{}); fault.Of(err).Kind != fault.Unauthenticated {
		t.Errorf("a stranger is asked to log in, got %v", err)
	}
	if err := grant(Judge, Contest, "c1").Must(ReadStations, Where{}); fault.Of(err).Kind != fault.Denied {
		t.Errorf("a judge is told no, got %v", err)
	}
}

func TestGrantsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, g := range []Grant{
		{Operator, Scope{Level: Province}}, {Operator, Scope{Level: Station}}, {Admin, Scope{District, "084"}},
		{Monitor, Scope{Province, "084"}}, {"king", Scope{Level: Province}},
	} {
		if g.Check() == nil {
			t.Errorf("%+v passed", g)
		}
	}
	if err := (Grant{Monitor, Scope{District, "084"}}).Check(); err != nil {
		t.Error(err)
	}
}
