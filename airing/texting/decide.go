package texting

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/scheduler"
	"loa/stations"
)

// Sender is somebody whose number is known, at one station.
type Sender struct {
	Station string
	By      accounts.Actor
}

// filed are the stations in whose files a number stands.
func filed(number string, reg *stations.Registry) (list []string) {
	for _, st := range reg.Stations() {
		if slices.ContainsFunc(st.Contacts, func(c stations.Contact) bool { return c.Phone != "" && Number(c.Phone) == number }) {
			list = append(list, st.ID)
		}
	}
	return list
}

// beyond reports whether one of these stations is none that the person runs.
func beyond(list []string, p accounts.Person) bool {
	runs := p.Actor("text").Runs()
	return slices.ContainsFunc(list, func(station string) bool { return !slices.Contains(runs, station) })
}

// Given returns a fault if who runs a station gives a number as her own that is another's:
// texts.number_of_station, texts.number_of_person.
func Given(number, person string, reg *stations.Registry, people *accounts.Directory, choices []message.Choice) error {
	runs := func(id string) bool {
		p, err := people.Person(id)
		return err == nil && !p.Disabled && len(p.Actor("text").Runs()) > 0
	}
	p, err := people.Person(person)
	if number = Number(number); number == "" || err != nil || !runs(person) {
		return nil
	}
	if beyond(filed(number, reg), p) {
		return fault.New(fault.Conflict, "texts.number_of_station").At("phone")
	}
	if slices.ContainsFunc(choices, func(c message.Choice) bool { return c.Person != person && Number(c.Phone) == number && runs(c.Person) }) {
		return fault.New(fault.Conflict, "texts.number_of_person").At("phone")
	}
	return nil
}

// Senders are the people of a number: those who run a station and gave it, and those of the stations' files. What stands
// in a file goes before what somebody gave who does not run that station.
func Senders(number string, reg *stations.Registry, people *accounts.Directory, choices []message.Choice) (list []Sender) {
	add := func(station string, by accounts.Actor) {
		by.Via, by.Grants = "text", []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}}}
		if !slices.ContainsFunc(list, func(s Sender) bool { return s.Station == station }) {
			list = append(list, Sender{station, by})
		}
	}
	in := filed(number, reg)
	for _, c := range choices {
		if Number(c.Phone) != number {
			continue
		}
		if p, err := people.Person(c.Person); err == nil && !p.Disabled && !beyond(in, p) {
			for _, station := range p.Actor("text").Runs() {
				add(station, p.Actor("text"))
			}
		}
	}
	for _, st := range reg.Stations() {
		for _, c := range st.Contacts {
			if c.Phone != "" && Number(c.Phone) == number {
				add(st.ID, accounts.Actor{Name: cmp.Or(c.Name, number)})
			}
		}
	}
	return list
}

// Facts are what Decide looks at.
type Facts struct {
	Settings Settings
	Senders  []Sender // of the number
	Recent   []Text   // the last that the number sent, RecentMost at most
	Plan     airing.Plan
	Line     func(slot string) (*airing.Line, error) // what answers a slot, nil if nothing does
	Trial    bool                                    // nothing is kept
}

// strangerAgain is how long a number that is nobody's gets no second answer.
const strangerAgain = 30 * 24 * time.Hour

// Decision is what becomes of a text: it is kept as it stands, or Confirm, in By's name, says by the rules of the log.
type Decision struct {
	Text
	Confirm *airing.Confirm
	By      accounts.Actor

	settings Settings
	title    string
	start    time.Time // of the slot
}

// Decide says what becomes of a text message. Faults: texts.off, texts.too_many, those of check.
func Decide(f Facts, m accounts.Meta, c Receive) (d Decision, err error) {
	c, err = c.check(m)
	switch {
	case err != nil:
		return d, err
	case !f.Settings.On && !f.Trial:
		return d, fault.New(fault.Unavailable, "texts.off")
	}
	lately := 0
	for _, t := range f.Recent {
		if t.At.After(m.At.Add(-time.Hour)) {
			lately++
		}
	}
	if lately >= hourlyMost {
		return d, fault.New(fault.TooMany, "texts.too_many", "most", hourlyMost)
	}
	d = Decision{settings: f.Settings, Text: Text{ID: c.KeptAs(), Gateway: c.ID, At: m.At.UTC(), SentAt: c.SentAt, From: c.From, Text: c.Text}}
	if len(f.Senders) == 0 {
		if d.State = Stranger; !answered(f.Recent, m.At.Add(-strangerAgain)) {
			d.Reply = f.Settings.fit(say("texts.reply.stranger"))
		}
		return d, nil
	}
	said := Read(c.Text)
	who, ask := f.sender(said, c.SentAt)
	d.By, d.Name, d.Station = who.By, f.Senders[0].By.Name, who.Station
	switch {
	case said.Help:
		d.answer(Helped, "texts.reply.help", "code", f.code(cmp.Or(who.Station, f.Senders[0].Station)), "reasons", words())
	case ask != "":
		d.answer(Asked, ask, "code", cut(said.Code, 10), "codes", f.codes(), "n", len(f.Senders))
	case m.At.Sub(c.SentAt) > airing.TextedMost:
		d.answer(Refused, "texts.reply.old", "at", c.SentAt)
	case said.Unclear || said.Outcome == "":
		d.unclear(f)
	case said.Outcome == airing.NotAired && said.Reason == "":
		d.answer(Asked, "texts.reply.why", "code", f.code(who.Station), "reasons", words())
	default:
		err = d.choose(f, said, c)
	}
	return d, err
}

// unclear asks what is meant.
func (d *Decision) unclear(f Facts) {
	d.answer(Asked, "texts.reply.unclear", "code", f.code(d.Station), "reason", Short(airing.PowerCut))
}

// say is a sentence to somebody who writes by telephone.
func say(key string, args ...any) string { return text.Vietnamese.Say(key, args...) }

func (d *Decision) answer(s State, key string, args ...any) {
	d.State, d.Reply = s, d.settings.fit(say(key, args...))
}

// words are the short words of all reasons: DIEN, MAY, MUA, NGUOI, KHAC.
func words() string {
	var list []string
	for _, r := range airing.Reasons {
		list = append(list, Short(r))
	}
	return strings.Join(list, ", ")
}

func (f Facts) code(station string) string { return f.Plan.Registry.UnitOf(station).Code }

// codes are those of the stations that the number belongs to, as many as an answer has room for.
func (f Facts) codes() string {
	var list []string
	for _, s := range f.Senders[:min(len(f.Senders), 5)] {
		list = append(list, f.code(s.Station))
	}
	return strings.Join(list, ", ")
}

// sender is at which station who writes is taken to be, or what has to be asked.
func (f Facts) sender(said Said, at time.Time) (s Sender, ask string) {
	if said.Code == "" {
		if len(f.Senders) > 1 {
			return s, "texts.reply.which_station"
		}
		return f.Senders[0], ""
	}
	st, err := f.Plan.Registry.ByCodeOrID(said.Code, stations.DateOf(at.In(text.Zone)))
	if err == nil {
		if i := slices.IndexFunc(f.Senders, func(s Sender) bool { return s.Station == st.ID }); i >= 0 {
			return f.Senders[i], ""
		}
	}
	return s, "texts.reply.other_station"
}

// meant is one airing that a text can be about.
type meant struct {
	slot  scheduler.Slot
	title string
	line  *airing.Line
}

// away is how far a time is from the slot's start.
func (s meant) away(t time.Time) time.Duration { return s.slot.Start.Sub(t).Abs() }

// farOff is how far a time may be from the slot it means, and daysMost how many days before a text the day that it means.
const (
	farOff   = time.Hour
	daysMost = 7
)

// choose finds the airing that is meant, and what is to be said of it.
func (d *Decision) choose(f Facts, said Said, c Receive) error {
	st, err := f.Plan.Registry.Station(d.Station)
	if err != nil {
		return err
	}
	day, ok := dayOf(said, c.SentAt.In(st.Location()))
	if !ok {
		d.answer(Asked, "texts.reply.day", "day", fmt.Sprintf("%d/%d", said.Day, said.Month), "n", daysMost)
		return nil
	}
	var all []meant
	for s := range f.Plan.Schedule.SlotsAt(f.Plan.Registry, st.ID, day, day.AddDate(0, 0, 1)) {
		task := f.Plan.Task(st, s)
		one := meant{slot: s, title: task.Programme.Title}
		if one.line, err = f.Line(s.ID); err != nil {
			return err
		}
		if one.line != nil && !one.line.Answers(s) {
			one.line = nil
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		d.answer(Refused, "texts.reply.nothing", "day", text.Vietnamese.Date(day), "station", cut(f.Plan.Registry.Label(st.ID), 40))
		return nil
	}
	if len(said.Words) > 0 {
		if all = slices.DeleteFunc(all, func(s meant) bool { return !said.named(s.title) }); len(all) == 0 {
			d.unclear(f)
			return nil
		}
	}
	at := day.Add(said.Clock)
	var list []meant
	if said.Timed {
		list = nearest(all, at)
	} else {
		list = open(slices.DeleteFunc(slices.Clone(all), func(s meant) bool { return !within(said.Part, s.slot.Start.Sub(day)) }), said.Outcome, c.SentAt)
	}
	switch {
	case len(list) == 1:
	case len(list) > 1 && list[0].slot.Start.Equal(list[1].slot.Start):
		d.answer(Asked, "texts.reply.which_programme", "at", clock(list[0].slot), "first", cut(list[0].title, 35), "second", cut(list[1].title, 35))
		return nil
	case len(list) > 1 || said.Timed || said.Part != "":
		d.answer(Asked, "texts.reply.which", "day", text.Vietnamese.Date(day), "n", len(all), "times", clocks(all), "code", f.code(st.ID),
			"outcome", outcome(said), "time", clock(all[len(all)-1].slot))
		return nil
	default:
		d.answer(Refused, "texts.reply.early", "at", clock(all[0].slot))
		return nil
	}
	d.report(f, st, said, list[0], at)
	return nil
}

// outcome is what people are told to write: OK, or KO with the reason.
func outcome(said Said) string {
	if said.Outcome == airing.Aired {
		return "OK"
	}
	return "KO " + Short(said.Reason)
}

// dayOf is the beginning of the day that is meant by who writes at that instant; ok is false of one to come, or long past.
func dayOf(said Said, at time.Time) (day time.Time, ok bool) {
	y, m, n := at.Date()
	today := time.Date(y, m, n, 0, 0, 0, 0, at.Location())
	switch {
	case said.Day > 0:
		day = time.Date(cmp.Or(said.Year, y), said.Month, said.Day, 0, 0, 0, 0, at.Location())
		if said.Year == 0 && day.After(today) { // early in January, of December
			day = time.Date(y-1, said.Month, said.Day, 0, 0, 0, 0, at.Location())
		}
		return day, !day.After(today) && !day.Before(today.AddDate(0, 0, -daysMost))
	case said.Yesterday:
		return today.AddDate(0, 0, -1), true
	}
	return today, true
}

// nearest are the airings that a time can mean: those that begin nearest, if they begin near.
func nearest(all []meant, at time.Time) (list []meant) {
	for _, s := range all {
		switch {
		case s.away(at) > farOff || len(list) > 0 && s.away(at) > list[0].away(at):
		case len(list) > 0 && s.away(at) == list[0].away(at):
			list = append(list, s)
		default:
			list = []meant{s}
		}
	}
	return list
}

// open are the airings that a text without a time can mean: of those that have begun, what nobody answered, else the
// last. What has not begun is meant only where nothing has, by who knows that it will not air.
func open(all []meant, o airing.Outcome, at time.Time) (list []meant) {
	n := 0
	for _, s := range all {
		if s.slot.Start.After(at) {
			continue
		}
		if n++; s.line == nil {
			list = append(list, s)
		}
	}
	switch {
	case len(list) > 0:
		return list
	case n > 0:
		return all[n-1 : n]
	case o == airing.NotAired:
		return all
	}
	return nil
}

func clock(s scheduler.Slot) string { return s.Start.Format("15:04") }

// clocks are the times of airings: 05:00 và 17:00.
func clocks(all []meant) string {
	var list []string
	for _, s := range all[:min(len(all), 6)] {
		list = append(list, clock(s.slot))
	}
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " " + say("texts.and") + " " + list[n-1]
	}
	return strings.Join(list, "")
}

// report makes the report of the airing that is meant, unless that is known or another's word stands.
func (d *Decision) report(f Facts, st *stations.Station, said Said, s meant, at time.Time) {
	d.title, d.start = s.title, s.slot.Start
	report := airing.Confirm{ID: d.ID, Slot: s.slot.ID, Outcome: said.Outcome, Reason: said.Reason, Alone: true,
		Texted: &airing.Texted{From: d.From, Text: d.Text.Text, At: d.SentAt}}
	if said.Outcome == airing.Aired {
		report.Means = airing.UsualMeans(st)
		if said.Timed {
			report.StartedAt = at.UTC()
		}
	}
	if old := s.line; old != nil {
		heard := "airing.outcome." + string(old.Outcome)
		own := old.Texted != nil && old.Texted.From == d.From
		switch {
		case old.Outcome == said.Outcome && (old.Reason == said.Reason) && (report.StartedAt.IsZero() || report.StartedAt.Equal(old.StartedAt) || !own):
			d.Report = old.ID
			d.answer(Repeated, "texts.reply.known", "at", s.at(), "outcome", say(heard))
			return
		case !own || old.Finding != "":
			d.Report = old.ID
			d.answer(Refused, "texts.reply.others", "at", s.at(), "name", cut(old.By.Name, 30), "outcome", say(heard))
			return
		case old.Texted.At.After(d.SentAt):
			d.Report = old.ID
			d.answer(Refused, "texts.reply.later", "at", s.at(), "outcome", say(heard))
			return
		}
		if old.Outcome != said.Outcome && !said.Whole {
			d.Report = old.ID
			d.answer(Asked, "texts.reply.otherwise", "at", s.at(), "outcome", say(heard), "code", f.code(st.ID), "word", outcome(said), "time", clock(s.slot))
			return
		}
		report.Corrects, report.Why = old.ID, say("texts.corrected")
	}
	d.Confirm = &report
}

// at names the airing's time and day.
func (s meant) at() string { return s.slot.Start.Format("15:04 02/01") }

// After is the text once the log has said what it makes of the report: the line, or the fault why not. An error that is
// nobody's fault is returned, so that the gateway sends the text again.
func (d Decision) After(reg *stations.Registry, line airing.Line, err error) (Text, error) {
	if e := fault.Of(err); e != nil {
		if e.Kind == fault.Internal || e.Kind == fault.Unavailable {
			return d.Text, err
		}
		d.answer(Refused, "texts.reply.refused", "why", text.Vietnamese.Fault(e))
		return d.Text, nil
	}
	d.State, d.Report = Reported, line.ID
	noted := say("texts.noted")
	if line.Corrects != "" {
		d.State, noted = Corrected, say("texts.mended")
	}
	reason := ""
	if line.Reason != "" {
		reason = say("airing.reason." + string(line.Reason))
	}
	at := line.StartedAt.In(d.start.Location()).Format("15:04 02/01")
	d.Reply = d.settings.fit(say("texts.reply."+string(line.Outcome), "noted", noted, "station", cut(reg.Label(line.Station), 35),
		"programme", cut(d.title, 40), "at", at, "reason", reason))
	return d.Text, nil
}
