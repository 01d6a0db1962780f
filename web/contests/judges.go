package contests

import (
	"loa/accounts"
	"loa/contest"
	"loa/web/kit"
)

// judgeNamed is a judge's name, with what tells her from another of that name.
func judgeNamed(r *kit.Request, s *contest.State, person string) string {
	for _, o := range judgeOptions(r, s, func(*contest.Judge) bool { return true }) {
		if o.Value == person {
			return o.Text
		}
	}
	return ""
}

// judgeOptions are the judges is holds of, to choose from: those of one name by their
// offices, or by the order of their appointment.
func judgeOptions(r *kit.Request, s *contest.State, is func(*contest.Judge) bool) (list []kit.Option) {
	for _, j := range s.Judges {
		if is(j) {
			list = append(list, kit.Option{Value: j.Person, Text: j.Name})
		}
	}
	list = kit.Apart(list, func(id string) string { return s.Judge(id).Title })
	return kit.Apart(list, func(id string) string {
		for i, j := range s.Judges {
			if j.Person == id {
				return r.Say("contest.judge_nth", "n", i+1)
			}
		}
		return ""
	})
}

// invites are those of the open invitations that are of the role in this one contest, as
// the actor may withdraw them.
func (p pages) invites(r *kit.Request, f accounts.Facts, role accounts.Role) (kit.Invites, error) {
	id := r.PathValue("contest")
	return r.InvitesOf(f, p.store, accounts.InvitationQuery{Role: role, Contest: id}, "/people/invite/"+string(role)+"/"+id+"/withdraw")
}
