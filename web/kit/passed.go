package kit

import (
	"fmt"

	"loa/accounts"
	"loa/stations"
)

// Passed tells, on a page of a station that was merged into another, which one
// that is, and the way to the same page of it.
type Passed struct {
	Sentence string
	Name     string // "" if nobody took over
	To       string // path, "" where the actor may not do there what the page is for
}

// Passed returns what is to be told of the station today, nil while it goes on.
// The path has %s where the other station's ID belongs.
func (r *Request) Passed(reg *stations.Registry, station string, action accounts.Action, path string) *Passed {
	now, passed := reg.Passed(station, r.Today())
	if !passed {
		return nil
	}
	out := Passed{Sentence: r.Lang.Fault(reg.CheckGoesOn(station, r.Now))}
	if now.Into == nil {
		return &out
	}
	out.Name = reg.Label(now.Into.ID)
	if _, err := reg.OpenTo(r.Actor, action, now.Into.ID, r.Today()); err == nil {
		out.To = fmt.Sprintf(path, now.Into.ID)
	}
	return &out
}
