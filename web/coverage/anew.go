package coverage

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

// anewPage decides something about the past anew: it is asked for from the thing
// it is about, shows what would change, and lists what was decided before.
type anewPage struct {
	kit.Page
	Form      kit.Form
	What      coverage.AnewKind // "" where nothing was chosen: the list alone
	Name      string            // of the programme or station
	Languages []kit.Option
	Plan      *coverage.AnewDone // nil before something was sent
	Agreed    string             // the command as JSON, to be made as it was seen
	Done      []coverage.AnewDone
	Turn      kit.Turn // of Done
}

// Spans numbers the rows of days: those filled in, and two more.
func (p anewPage) Spans() (rows []string) {
	for empty := 0; empty < 2; {
		n := strconv.Itoa(len(rows))
		if p.Form.Get("from_"+n)+p.Form.Get("until_"+n) == "" {
			empty++
		}
		rows = append(rows, n)
	}
	return rows
}

func (p pages) showAnew(w http.ResponseWriter, r *kit.Request) error {
	q := r.URL.Query()
	f := kit.NewForm("what", q.Get("what"), "programme", q.Get("programme"), "station", q.Get("station"))
	_, fill, err := p.subject(r, f)
	if err != nil {
		return err
	}
	fill()
	if from := q.Get("from"); from != "" { // what somebody typed on the station's page
		f.Values.Set("from", from)
		for i := 0; f.Values.Has("from_"+strconv.Itoa(i)) || q.Has("from_"+strconv.Itoa(i)); i++ {
			for _, name := range []string{"from_" + strconv.Itoa(i), "until_" + strconv.Itoa(i)} {
				f.Values.Set(name, q.Get(name))
			}
		}
	}
	return p.renderAnew(w, r, f, nil, "")
}

// subject is the name of what a form is about, and what fills in how it is now.
func (p pages) subject(r *kit.Request, f kit.Form) (name string, fill func(), err error) {
	switch coverage.AnewKind(f.Get("what")) {
	case coverage.AnewTerms:
		plan, err := p.store.Schedule(r.Context())
		if err != nil {
			return "", nil, err
		}
		programme, err := plan.Programme(f.Get("programme"))
		return programme.Title, func() {
			if programme.CountsTowardTarget {
				f.Values.Set("counts", "1")
			}
			f.Values.Set("min_seconds", text.Length(programme.MinSeconds))
		}, err
	case coverage.AnewLanguages, coverage.AnewActivity:
		reg, err := p.store.Registry(r.Context())
		if err != nil {
			return "", nil, err
		}
		st, err := reg.Station(f.Get("station"))
		if err != nil {
			return "", nil, err
		}
		return reg.Label(st.ID), func() {
			f.Values["languages"] = st.Languages
			fillDays(f, st.Active)
		}, nil
	case coverage.AnewWeekStart:
		set, err := p.store.AiringSettings(r.Context())
		return "", func() { f.Values.Set("week_shift_hours", strconv.Itoa(set.WeekShiftHours)) }, err
	case "":
		return "", func() {}, nil
	}
	return "", nil, fault.New(fault.NotFound, "kit.not_found")
}

func fillDays(f kit.Form, list []stations.Interval) {
	for i, days := range list {
		f.Values.Set("from_"+strconv.Itoa(i), string(days.From))
		f.Values.Set("until_"+strconv.Itoa(i), string(days.Until))
	}
}

func (p pages) renderAnew(w http.ResponseWriter, r *kit.Request, f kit.Form, plan *coverage.AnewDone, agreed string) error {
	page := anewPage{Page: r.Page("coverage.anew_title"), Form: f, What: coverage.AnewKind(f.Get("what")), Plan: plan, Agreed: agreed}
	var err error
	if page.Name, _, err = p.subject(r, f); err != nil {
		return err
	}
	page.Languages = kit.WordOptions(r, "language.", stations.Languages)
	after, err := r.AfterNumber("after")
	if err != nil {
		return err
	}
	next := 0
	if page.Done, next, err = p.store.DecidedAnew(r.Context(), r.Actor, coverage.Newest{After: after, Limit: kit.RowsAtOnce}); err != nil {
		return err
	}
	page.Turn = r.TurnAfterNumber("after", next)
	return p.anew.Render(w, r, page)
}

// decideAnew shows what was asked for would change, or makes what was agreed to.
func (p pages) decideAnew(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var c coverage.Anew
	if f.Get("agreed") != "" {
		if err := f.Carried("agreed", &c); err != nil {
			return err
		}
		c.Seen = f.Get("seen")
		done, err := p.store.DecideAnew(r.Context(), r.Meta(f.ID), c)
		if err == nil {
			return r.Redirect(w, "/coverage/anew", "coverage.anew_made", "n", strconv.Itoa(len(done.Weeks)))
		}
		if !f.Refused(err) {
			return err
		}
		fillAsked(f, c)
	} else if c, err = readAnew(f); err != nil {
		if !f.Refused(err) {
			return err
		}
		return p.renderAnew(w, r, *f, nil, "")
	}
	plan, err := p.store.ForetellAnew(r.Context(), r.Meta(f.ID), c)
	if err != nil {
		if !f.Refused(err) {
			return err
		}
		return p.renderAnew(w, r, *f, nil, "")
	}
	c.Seen = ""
	return p.renderAnew(w, r, *f, &plan, kit.Carry(c))
}

// readAnew reads the fields of the kind that is asked for.
func readAnew(f *kit.Form) (c coverage.Anew, err error) {
	c = coverage.Anew{What: coverage.AnewKind(f.Get("what")), Reason: f.Get("reason")}
	if c.From, err = stations.ParseDate(f.Get("from")); err != nil || c.From == "" {
		return c, fault.New(fault.Invalid, "coverage.anew_from").At("from")
	}
	switch c.What {
	case coverage.AnewTerms:
		c.Programme, c.CountsTowardTarget, c.MinSeconds = f.Get("programme"), f.Bool("counts"), int(f.Minutes("min_seconds")/time.Second)
	case coverage.AnewLanguages:
		c.Station, c.Languages = f.Get("station"), f.All("languages")
	case coverage.AnewActivity:
		c.Station = f.Get("station")
		for i := 0; f.Values.Has("from_" + strconv.Itoa(i)); i++ {
			n := strconv.Itoa(i)
			from, err := stations.ParseDate(f.Get("from_" + n))
			if err != nil {
				return c, fault.Of(err).At("from_" + n)
			}
			until, err := stations.ParseDate(f.Get("until_" + n))
			if err != nil {
				return c, fault.Of(err).At("until_" + n)
			}
			if from != "" || until != "" {
				c.Active = append(c.Active, stations.Interval{From: from, Until: until})
			}
		}
	case coverage.AnewWeekStart:
		c.WeekShiftHours = f.Int("week_shift_hours")
	}
	return c, f.Err()
}

// fillAsked puts the command back into the fields it was read from.
func fillAsked(f *kit.Form, c coverage.Anew) {
	for name, value := range map[string]string{"what": string(c.What), "from": string(c.From), "reason": c.Reason, "programme": c.Programme,
		"station": c.Station, "min_seconds": text.Length(c.MinSeconds), "week_shift_hours": strconv.Itoa(c.WeekShiftHours)} {
		f.Values.Set(name, value)
	}
	if c.CountsTowardTarget {
		f.Values.Set("counts", "1")
	}
	f.Values["languages"] = slices.Clone(c.Languages)
	fillDays(*f, c.Active)
}
