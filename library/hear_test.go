package library

import (
	"testing"

	"loa/accounts"
)

// TestWhatWasNeverApprovedIsItsSendersAndTheEditors: an upload that was thrown
// away, or waits, is not opened by every operator who meets its ID.
func TestWhatWasNeverApprovedIsItsSendersAndTheEditors(t *testing.T) {
	who := func(id string, role accounts.Role, level accounts.Level, scope string) accounts.Actor {
		return accounts.Actor{Person: id, Via: "session", Grants: []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: level, ID: scope}}}}
	}
	people := map[string]accounts.Actor{
		"sender":    who("admin", accounts.Admin, accounts.Province, ""),
		"editor":    who("editor", accounts.Editor, accounts.Province, ""),
		"operator":  who("op1", accounts.Operator, accounts.Station, "S00001"),
		"elsewhere": who("op2", accounts.Operator, accounts.Station, "S00002"),
		"organiser": who("org", accounts.Organiser, accounts.Province, ""),
		"district":  who("mon1", accounts.Monitor, accounts.District, "084"),
		"other":     who("mon2", accounts.Monitor, accounts.District, "085"),
		"nobody":    {},
	}
	provinces, stations := Owner{Person: "admin"}, Owner{Person: "colleague", Station: "S00001"}
	for _, c := range []struct {
		what     string
		r        Recording
		approved bool
		may      []string
	}{
		{"the province's draft", Recording{ID: "r", Kind: ForProgramme, Owner: provinces}, false, []string{"sender", "editor"}},
		{"what is to be aired", Recording{ID: "r", Kind: ForProgramme, Owner: provinces}, true, []string{"sender", "editor", "operator", "elsewhere",
			"organiser", "district", "other"}},
		{"a station's draft", Recording{ID: "r", Kind: ForProgramme, Owner: stations}, false, []string{"sender", "editor", "operator", "district"}},
		{"an entry", Recording{ID: "r", Kind: ForContest, Owner: stations}, false, []string{"sender", "organiser"}},
		{"the form of an entry", Recording{ID: "r", Kind: Scan, Owner: stations}, false, []string{"sender", "organiser"}},
		{"a photo", Recording{ID: "r", Kind: Photo, Owner: stations}, false, []string{"sender", "editor", "operator", "district"}},
	} {
		may := map[string]bool{}
		for _, name := range c.may {
			may[name] = true
		}
		for name, a := range people {
			if got := (Hearing{By: a, Districts: map[string]string{"S00001": "084"}, Approved: map[string]bool{"r": c.approved}}).Hears(c.r); got != may[name] {
				t.Errorf("%s: %s may hear: %v", c.what, name, got)
			}
		}
	}
}
