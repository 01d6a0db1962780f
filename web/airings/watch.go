package airings

import (
	"net/http"

	"loa/accounts"
	"loa/airing"
	"loa/stations"
	"loa/web/kit"
)

// watchPage is the day of somebody who watches many stations: what airs today
// and who is silent, and a way to one station's own day.
type watchPage struct {
	kit.Page
	Own        []choice // the stations this person is in charge of
	Query      string
	Found      []choice // stations that the query finds, when it asks for some
	Broadcasts []broadcast
}

type broadcast struct {
	airing.Broadcast
	Title  string
	State  string // of the badge
	Word   string // in the badge
	Silent []silent
}

// silent is a station that should be called.
type silent struct {
	choice
	Contact stations.Contact
}

func (p pages) showWatch(w http.ResponseWriter, r *kit.Request, reg *stations.Registry) error {
	page := watchPage{Page: r.Page("airing.watch_title"), Own: choices(reg, run(r, reg))}
	asked, err := kit.ReadFilter[stations.Filter](r, "station")
	if err != nil {
		return err
	}
	if page.Query = asked.Query; page.Query != "" {
		asked.ActiveOn = r.Today()
		for _, st := range reg.Filter(asked.For(r.Actor, accounts.ReportAiring)) {
			page.Found = append(page.Found, choice{st.ID, reg.Label(st.ID)})
		}
	}
	plan, err := p.plan(r, reg)
	if err != nil {
		return err
	}
	watches := func(station string) bool { return airing.Reads(r.Actor, reg.Where(station)) }
	list, err := airing.BroadcastsOf(r.Context(), p.store, r.Actor, plan, watches, r.Now)
	if err != nil {
		return err
	}
	for _, b := range list {
		page.Broadcasts = append(page.Broadcasts, shownBroadcast(r, plan, b))
	}
	return p.watch.Render(w, r, page)
}

func shownBroadcast(r *kit.Request, plan airing.Plan, b airing.Broadcast) broadcast {
	one := broadcast{Broadcast: b}
	programme, _ := plan.Schedule.Programme(b.Programme) // a slot's programme exists
	one.Title = programme.TitleAt(b.Start)
	switch {
	case r.Now.Before(b.Start):
		one.State, one.Word = kit.StateLater, r.Say("airing.later")
	case r.Now.Before(b.End):
		one.State, one.Word = kit.StateInfo, r.Say("airing.on_air")
	case len(b.Silent) > 0:
		one.State, one.Word = kit.StateWarn, r.Say("airing.silent", "n", len(b.Silent))
	default:
		one.State, one.Word = kit.StateOK, r.Say("airing.all_said")
	}
	for _, id := range b.Silent {
		s := silent{choice: choice{id, plan.Registry.Label(id)}}
		if st, err := plan.Registry.Station(id); err == nil && len(st.Contacts) > 0 {
			s.Contact = st.Contacts[0]
		}
		one.Silent = append(one.Silent, s)
	}
	return one
}
