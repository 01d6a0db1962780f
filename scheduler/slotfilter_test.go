package scheduler

import (
	"slices"
	"testing"

	"loa/internal/fault"
	"loa/stations"
)

func moment(t *testing.T, s string) (m stations.Moment) {
	t.Helper()
	if err := m.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return m
}

// Page by page, however long the pages are, a list of slots is the whole list, each once.
func TestSlotsPageByPage(t *testing.T) {
	w := newWorld(t, 6)
	w.rule(now, SaveRule{Cron: "0 17 * * *"})
	w.rule(now, SaveRule{Cron: "0 5,17 * * 1", Priority: Urgent, Selection: Selection{Districts: []string{"080"}}})
	p, err := DecideProgramme(w.s, editor(now), SaveProgramme{Title: "Bản tin huyện"})
	if err != nil {
		t.Fatal(err)
	}
	w.s = NewSchedule(append(slices.Clone(w.s.Programmes), p), nil, w.s.Rules)
	w.rule(now, SaveRule{Programme: p.ID, Cron: "30 6 * * 2,4"})
	by := editor(now).By
	week := []string{}
	for s := range w.s.Slots(w.reg, local("2024-05-13 00:00"), local("2024-05-20 00:00")) {
		week = append(week, s.ID)
	}
	ask := func(f SlotFilter, limit int) (ids []string) {
		t.Helper()
		for after := ""; ; {
			list, next, err := w.s.SlotsFrom(w.reg, f, by, now, after, limit)
			if err != nil || len(list) > limit || next != "" && len(list) < limit {
				t.Fatalf("%d of at most %d, then %q: %v", len(list), limit, next, err)
			}
			for _, s := range list {
				ids = append(ids, s.ID)
			}
			if after = next; after == "" {
				return ids
			}
		}
	}
	span := SlotFilter{From: moment(t, "2024-05-13"), Until: moment(t, "2024-05-20")}
	for limit := 1; limit <= len(week)+1; limit++ {
		if got := ask(span, limit); !slices.Equal(got, week) {
			t.Fatalf("%d at once: %v, not %v", limit, got, week)
		}
	}
	where := func(keep func(s Slot) bool) (ids []string) {
		for s := range w.s.Slots(w.reg, local("2024-05-13 00:00"), local("2024-05-20 00:00")) {
			if keep(s) {
				ids = append(ids, s.ID)
			}
		}
		return ids
	}
	one, news, both := span, span, span
	one.Station, news.Programme = "S00003", p.ID
	both.Station, both.Programme = "00003", p.ID // its official code
	for name, c := range map[string]struct {
		f    SlotFilter
		want []string
	}{
		"of a station":          {one, where(func(s Slot) bool { return s.Station == "S00003" })},
		"of a programme":        {news, where(func(s Slot) bool { return s.Programme == p.ID })},
		"of a programme at one": {both, where(func(s Slot) bool { return s.Programme == p.ID && s.Station == "S00003" })},
	} {
		for _, limit := range []int{1, 2, 5, 100} {
			if got := ask(c.f, limit); len(got) == 0 || !slices.Equal(got, c.want) {
				t.Errorf("%s, %d at once: %v, not %v", name, limit, got, c.want)
			}
		}
	}
	if got, want := ask(SlotFilter{}, 500), ask(SlotFilter{From: moment(t, "2024-05-08"), Until: moment(t, "2024-05-15")}, 500); !slices.Equal(got, want) {
		t.Errorf("without bounds %d slots, in a week from today %d", len(got), len(want))
	}
}

// A list goes on where it was though its last slot is gone, and refuses what is no place in it.
func TestAListOfSlotsGoesOn(t *testing.T) {
	w := newWorld(t, 3)
	r := w.rule(now, SaveRule{Cron: "0 5,17 * * *"})
	by := editor(now).By
	span := SlotFilter{From: moment(t, "2024-05-13"), Until: moment(t, "2024-05-15")}
	list, next, err := w.s.SlotsFrom(w.reg, span, by, now, "", 2)
	if err != nil || len(list) != 2 || next == "" {
		t.Fatalf("%v, %q, %v", list, next, err)
	}
	w.keepRule(DecideException(w.s, w.reg, editor(now), SaveException{Rule: r.ID, At: WallOf(list[1].Start), Kind: Cancelled, Note: "nghỉ lễ"}))
	rest, _, err := w.s.SlotsFrom(w.reg, span, by, now, next, 100)
	if err != nil || len(rest) != 9 || !rest[0].Start.After(list[1].Start) {
		t.Errorf("%d follow the one that is gone, from %v: %v", len(rest), rest, err)
	}
	for name, c := range map[string]struct {
		f     SlotFilter
		after string
		code  string
	}{
		"no cursor":          {span, "x", "schedule.instant_unreadable"},
		"a cursor before it": {span, "2024-05-12T10:00:00Z~" + list[0].ID, "schedule.instant_unreadable"},
		"an end before it":   {SlotFilter{From: span.Until, Until: span.From}, "", "schedule.range_long"},
		"more than a year":   {SlotFilter{From: span.From, Until: moment(t, "2025-06-18")}, "", "schedule.range_long"},
		"as long as may be":  {SlotFilter{From: span.From, Until: moment(t, "2025-06-17")}, "", ""},
		"no such programme":  {SlotFilter{From: span.From, Until: span.Until, Programme: "P9"}, "", "schedule.programme_unknown"},
		"no such station":    {SlotFilter{From: span.From, Until: span.Until, Station: "S00009"}, "", "stations.unknown"},
		"no such list":       {SlotFilter{From: span.From, Until: span.Until, List: "l"}, "", "stations.no_list"},
	} {
		_, _, err := w.s.SlotsFrom(w.reg, c.f, by, now, c.after, 5)
		if (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASelectionIsOneThing(t *testing.T) {
	for name, c := range map[string]struct {
		s    Selection
		json string
		code string
	}{
		"all":               {Selection{All: true}, `"all"`, ""},
		"a district":        {Selection{Districts: []string{"084"}}, `{"district":"084"}`, ""},
		"two districts":     {Selection{Districts: []string{"080", "084"}}, `{"district":["080","084"]}`, ""},
		"two stations":      {Selection{Stations: []string{"S00001", "S00002"}}, `["S00001","S00002"]`, ""},
		"a language":        {Selection{Language: "hmn"}, `{"language":"hmn"}`, ""},
		"a technology":      {Selection{Technology: "fm"}, `{"technology":"fm"}`, ""},
		"nothing":           {Selection{}, `{}`, "schedule.no_stations"},
		"an unknown tongue": {Selection{Language: "xx"}, `{"language":"xx"}`, "schedule.language_unknown"},
		"unknown machinery": {Selection{Technology: "laser"}, `{"technology":"laser"}`, "schedule.technology_unknown"},
		"two things":        {Selection{Language: "hmn", Technology: "fm"}, `{"language":"hmn","technology":"fm"}`, "schedule.selections_mixed"},
		"no such district":  {Selection{Districts: []string{"999"}}, `{"district":"999"}`, "schedule.district_unknown"},
		"a commune for one": {Selection{Districts: []string{"00001"}}, `{"district":"00001"}`, "schedule.district_unknown"},
		"no such station":   {Selection{Stations: []string{"S00009"}}, `["S00009"]`, "schedule.station_unknown"},
	} {
		raw, err := c.s.MarshalJSON()
		if err != nil || string(raw) != c.json {
			t.Errorf("%s is written %s, %v", name, raw, err)
		}
		var read Selection
		if err := read.UnmarshalJSON([]byte(" " + c.json + "\n")); err != nil || read.All != c.s.All || read.Language != c.s.Language ||
			read.Technology != c.s.Technology ||
			!slices.Equal(read.Districts, c.s.Districts) || !slices.Equal(read.Stations, c.s.Stations) {
			t.Errorf("%s is read %+v, %v", name, read, err)
		}
		if _, err := c.s.resolve(newTowns(4, nil), "2024-05-13"); (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := Selection{Stations: []string{"00003", "S00001", "S00003"}}.resolve(newTowns(4, nil), "2024-05-13")
	if err != nil || !slices.Equal(got.Stations, []string{"S00001", "S00003"}) {
		t.Errorf("by code and by ID: %+v, %v", got, err)
	}
	for _, raw := range []string{`"some"`, `[1]`, `{"district":[1]}`, `{"district":true}`, `{"districts":["084"]}`, `7`, ``, `{`} {
		if err := new(Selection).UnmarshalJSON([]byte(raw)); !fault.Is(err, "schedule.selection_unreadable") {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
