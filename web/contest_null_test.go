package web

import (
	"encoding/json"
	"testing"

	"loa/accounts"
	"loa/contest"
)

// A body that is null says nothing: it is refused, and writes no event however
// often it comes. An organiser invites a judge by API, and nobody else.
func TestNullIsNoBodyAndAnOrganiserInvitesJudges(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, _, id := st.played(someEntrants)
	events := func() (n int) {
		if err := st.hall.View(t.Context(), id, func(s *contest.State) error { n = s.Seq; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := events()
	for range 2 {
		for _, path := range []string{"/certificate", "/prizes", "/rules", "/rounds/chung-khao/panels", "/entries/entry-00000000/script"} {
			if e := org.call(422, "PUT", "/contests/"+id+path, json.RawMessage("null")); e["code"] != "kit.json_invalid" {
				t.Errorf("%s: %v", path, e)
			}
		}
	}
	if n := events(); n != before {
		t.Errorf("%d events were written", n-before)
	}
	judge := []any{map[string]any{"role": accounts.Judge, "scope": map[string]any{"level": accounts.Contest, "id": id}}}
	if inv := org.call(201, "POST", "/invitations", map[string]any{"grants": judge}); inv["link"] == "" {
		t.Errorf("%v", inv)
	}
	admin := []any{map[string]any{"role": accounts.Admin, "scope": map[string]any{"level": accounts.Province}}}
	org.call(403, "POST", "/invitations", map[string]any{"grants": admin})
	st.known["xa1"].call(403, "POST", "/invitations", map[string]any{"grants": judge})
}
