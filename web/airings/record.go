package airings

import (
	"strconv"
	"time"

	"loa/airing"
	"loa/stations"
	"loa/web/kit"
)

// asks is when the page asks for a recording of an airing that is on air and of which none was made when asked; zero for
// no time. Nobody is told before the airing has begun; from then on a page needs no network to ask.
func asks(r *kit.Request, t airing.Task) time.Time {
	if t.Slot.ID == "" || !t.OnAir(r.Now) || t.Line != nil && t.Line.Prompted() {
		return time.Time{}
	}
	return moment(r, t)
}

// moment is when a recording of the airing was, is or will be asked for.
func moment(r *kit.Request, t airing.Task) time.Time {
	return airing.Moment(r.Draw("moment "+t.Slot.ID), t.Slot.Start, t.Over)
}

// task is what is planned for the slot of a report; found is false of a report that answers no slot there is.
func (p pages) task(r *kit.Request, reg *stations.Registry, line airing.Line) (t airing.Task, found bool, err error) {
	plan, err := p.plan(r, reg)
	if err != nil || line.Slot == "" {
		return t, false, err
	}
	slot, gone := plan.Schedule.Slot(reg, line.Slot)
	st, unknown := reg.Station(line.Station)
	if gone != nil || unknown != nil { // it was called off since
		return t, false, nil
	}
	t = plan.Task(st, slot)
	t.Line = &line
	return t, true, nil
}

// capture reads what the recorder of a page says of a recording, nil of any other file.
func (p pages) capture(r *kit.Request, f kit.Form, report string) (*airing.Capture, error) {
	if !f.Values.Has("recorder") {
		return nil, nil
	}
	level, err := strconv.Atoi(f.Get("recorder"))
	if err != nil { // the phone could not tell
		level = 0
	}
	c := &airing.Capture{Noise: airing.Switch(f.Get("noise")), Echo: airing.Switch(f.Get("echo")), Gain: airing.Switch(f.Get("gain")), Level: level}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	line, err := p.store.Airing(r.Context(), r.Actor, report)
	if err != nil {
		return nil, err
	}
	t, found, err := p.task(r, reg, line)
	if found {
		c.AskedAt = moment(r, t)
	}
	return c, err
}
