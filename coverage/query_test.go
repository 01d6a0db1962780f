package coverage

import (
	"testing"

	"loa/accounts"
)

func of(role accounts.Role, level accounts.Level, id string) accounts.Actor {
	return accounts.Person{ID: "p", Name: "Chị Thu", Grants: []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: level, ID: id}}}}.Actor("session")
}

// Each condition of a query leaves out what it says and nothing else, and nobody sees what she may not.
func TestEachConditionOfAQueryLeavesOutWhatItSays(t *testing.T) {
	there := accounts.Where{District: "084", Station: "S00001"}
	mine, others := map[string]bool{"S00001": true}, map[string]bool{"S00002": true}
	monitor := of(accounts.Monitor, accounts.Province, "")

	call := Call{Station: "S00001", Outcome: NoAnswer}
	for want, list := range map[bool][]CallQuery{
		true: {{}, {Station: "S00001"}, {District: "084"}, {Listed: mine}, {Outcome: NoAnswer},
			{Station: "S00001", District: "084", Listed: mine, Outcome: NoAnswer}},
		false: {{Station: "S00002"}, {District: "085"}, {Listed: others}, {Listed: map[string]bool{}}, {Outcome: Broken},
			{Station: "S00002", District: "084", Listed: mine, Outcome: NoAnswer}, {Station: "S00001", District: "085", Listed: mine, Outcome: NoAnswer},
			{Station: "S00001", District: "084", Listed: others, Outcome: NoAnswer}, {Station: "S00001", District: "084", Listed: mine, Outcome: Broken}},
	} {
		for _, q := range list {
			if q.Wants(monitor, call, there) != want {
				t.Errorf("calls, %+v: %t", q, !want)
			}
		}
	}
	plea := Plea{Station: "S00001", State: PleaWaits}
	for want, list := range map[bool][]PleaQuery{
		true: {{}, {Station: "S00001"}, {District: "084"}, {Listed: mine}, {State: PleaWaits},
			{Station: "S00001", District: "084", Listed: mine, State: PleaWaits}},
		false: {{Station: "S00002"}, {District: "085"}, {Listed: others}, {Listed: map[string]bool{}}, {State: PleaGranted},
			{Station: "S00002", District: "084", Listed: mine, State: PleaWaits}, {Station: "S00001", District: "085", Listed: mine, State: PleaWaits},
			{Station: "S00001", District: "084", Listed: others, State: PleaWaits}, {Station: "S00001", District: "084", Listed: mine, State: PleaRefused}},
	} {
		for _, q := range list {
			if q.Wants(monitor, plea, there) != want {
				t.Errorf("pleas, %+v: %t", q, !want)
			}
		}
	}
	for want, list := range map[bool][]Query{
		true: {{}, {District: "084"}, {List: "l", listed: mine}, {District: "084", List: "l", listed: mine}},
		false: {{District: "085"}, {List: "l", listed: others}, {List: "l"}, {District: "085", List: "l", listed: mine},
			{District: "084", List: "l", listed: others}},
	} {
		for _, q := range list {
			if q.Sees(monitor, "084", "S00001") != want {
				t.Errorf("coverage, %+v: %t", q, !want)
			}
		}
	}

	for name, c := range map[string]struct {
		by                    accounts.Actor
		calls, pleas, figures bool
	}{
		"her district's monitor":      {of(accounts.Monitor, accounts.District, "084"), true, true, true},
		"another district's":          {of(accounts.Monitor, accounts.District, "085"), false, false, false},
		"the station's operator":      {of(accounts.Operator, accounts.Station, "S00001"), false, true, true},
		"another station's operator":  {of(accounts.Operator, accounts.Station, "S00002"), false, false, false},
		"an editor":                   {of(accounts.Editor, accounts.Province, ""), false, false, true},
		"a judge":                     {of(accounts.Judge, accounts.Contest, "c"), false, false, false},
		"somebody who is logged out":  {accounts.Actor{}, false, false, false},
		"who runs it and the next":    {both(), false, true, true},
		"the administrator of it all": {of(accounts.Admin, accounts.Province, ""), true, true, true},
	} {
		if got := (CallQuery{}).Wants(c.by, call, there); got != c.calls {
			t.Errorf("%s knows of calls: %t", name, got)
		}
		if got := (PleaQuery{}).Wants(c.by, plea, there); got != c.pleas {
			t.Errorf("%s knows of pleas: %t", name, got)
		}
		if got := (Query{}).Sees(c.by, "084", "S00001"); got != c.figures {
			t.Errorf("%s sees coverage: %t", name, got)
		}
	}
}

func both() accounts.Actor {
	a := of(accounts.Operator, accounts.Station, "S00002")
	a.Grants = append(a.Grants, of(accounts.Operator, accounts.Station, "S00001").Grants...)
	return a
}
