package contest

import (
	"maps"

	"loa/internal/fault"
)

// Named is a fault of ranking about a round as people read it: with numbers and names
// in place of the IDs that ranking knows. Any other error stays as it is.
func (s *State) Named(r *RoundState, err error) error {
	e := fault.Of(err)
	if e == nil || len(e.Args) == 0 {
		return err
	}
	rules, _ := s.Rules.Round(r.ID)
	out := *e
	out.Args = maps.Clone(e.Args)
	for key, v := range e.Args {
		id, ok := v.(string)
		if !ok {
			continue
		}
		switch key {
		case "entry", "judge", "part", "criterion", "name", "id":
			out.Args[key] = s.nameOf(r, rules, id)
		}
	}
	return &out
}

// nameOf is what people call what has the ID in a round: an entry, a judge, a part or a
// criterion; else the ID.
func (s *State) nameOf(r *RoundState, rules *Round, id string) string {
	if code, ok := r.Codes[id]; ok {
		return code
	}
	if j := s.Judge(id); j != nil {
		return j.Name
	}
	for i := range rules.Parts {
		p := &rules.Parts[i]
		if p.ID == id {
			return p.Name
		}
		if k := p.Criterion(id); k != nil {
			return k.Name
		}
	}
	return id
}
