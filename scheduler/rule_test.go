package scheduler

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

func TestLinesThatCannotBeAreRefusedWithTheReason(t *testing.T) {
	for line, want := range map[string]string{
		"":                       "schedule.cron_empty",
		"   ":                    "schedule.cron_empty",
		"TZ=UTC":                 "schedule.cron_zone",
		"TZ=UTC 0 17 * * 1":      "schedule.cron_zone",
		"CRON_TZ=x":              "schedule.cron_zone",
		"@every 1h":              "schedule.cron_macro",
		"@weekly":                "schedule.cron_macro",
		"0 0 17 * * 1":           "schedule.cron_seconds",
		"0 17 * *":               "schedule.cron_fields",
		"17:00":                  "schedule.cron_fields",
		"0 17 * * 7":             "schedule.cron_seven",
		"0 25 * * 1":             "schedule.cron_field_unreadable",
		"0 17 * * thứ":           "schedule.cron_field_unreadable",
		"*/0 17 * * *":           "schedule.cron_field_unreadable",
		"0 0 31 2 *":             "schedule.cron_never",
		"0 0 30 2 *":             "schedule.cron_never",
		"0 0 31 4,6,9 *":         "schedule.cron_never",
		strings.Repeat("0", 300): "schedule.cron_long",
	} {
		_, err := ParseLine(line)
		if !fault.Is(err, want) {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
		if s := text.Vietnamese.Fault(err); s == text.Vietnamese.Say("internal") || strings.Contains(s, "{") {
			t.Errorf("%q: no sentence: %q", line, s)
		}
	}
	for _, line := range []string{"0 17 * * 1,4", "30 5 1 * *", "0 0 29 2 *", "0 6,17 * * mon-fri", "*/15 * * * *"} {
		if _, err := ParseLine(line); err != nil {
			t.Errorf("%q refused: %v", line, err)
		}
	}
}

func FuzzALineEitherFiresOrIsRefused(f *testing.F) {
	for _, s := range []string{"0 17 * * 1,4", "TZ=UTC", "CRON_TZ=", "@every 1s", "0 0 31 2 *", "*/0 * * * *", "1-0 * * * *", "? ? ? ? ?",
		"0/18446744073709551615 * * * *"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLine(s)
		if err != nil {
			if fault.Of(err).Kind != fault.Invalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		w := l.Next(midnight("2024-01-01"))
		if w == 0 || l.Next(w-1) != w {
			t.Fatalf("%q accepted, next %v", s, w)
		}
		again, err := ParseLine(l.text)
		if err != nil || again.Next(w) != l.Next(w) {
			t.Fatalf("%q kept as %q says something else: %v", s, l.text, err)
		}
		if form, ok := l.Weekly(); ok {
			line, err := form.Cron()
			if err != nil {
				t.Fatalf("%q → %+v: %v", s, form, err)
			}
			back, err := ParseLine(line)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := 0, w; i < 20; i, v = i+1, l.Next(v) {
				if back.Next(v-1) != v || back.Next(v) != l.Next(v) {
					t.Fatalf("%q and %q differ after %v", s, line, v)
				}
			}
		}
	})
}

func TestTheFormAndTheLineSayTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 7, rapid.ID).Draw(t, "days")
		hours := rapid.SliceOfNDistinct(rapid.IntRange(0, 23), 1, 4, rapid.ID).Draw(t, "hours")
		minute := rapid.IntRange(0, 59).Draw(t, "minute")
		var w Weekly
		for _, d := range days {
			w.Days = append(w.Days, time.Weekday(d))
		}
		for _, h := range hours {
			w.Times = append(w.Times, fmt.Sprintf("%02d:%02d", h, minute))
		}
		line, err := w.Cron()
		if err != nil {
			t.Fatal(err)
		}
		l, err := ParseLine(line)
		if err != nil {
			t.Fatal(err)
		}
		back, ok := l.Weekly()
		slices.Sort(w.Times)
		w.Days = mondayFirst(w.Days)
		if !ok || !slices.Equal(back.Days, w.Days) || !slices.Equal(back.Times, w.Times) {
			t.Fatalf("%+v → %q → %+v", w, line, back)
		}
	})
	for line, want := range map[string]string{
		"0 17 * * 1,4":              "thứ Hai và thứ Năm 17:00",
		"30 6,17 * * *":             "hằng ngày 06:30 và 17:30",
		"0 5 * * 1-5":               "thứ Hai, thứ Ba, thứ Tư, thứ Năm và thứ Sáu 05:00",
		"0 12 * * 0":                "Chủ nhật 12:00",
		"25 * * * *":                "mỗi giờ, vào phút 25",
		"15 */2 * * *":              "hằng ngày cứ 2 giờ một lần, từ 00:15",
		"5 4,5,6,7,8,9,10,11 * * *": "hằng ngày 04:05, 05:05, 06:05, 07:05, 08:05, 09:05, 10:05 và 11:05",
		"0 17 1 * *":                "theo dòng “0 17 1 * *”",
		"0,30 17 * * 1":             "theo dòng “0,30 17 * * 1”",
		"0 17 * 1-11 1":             "theo dòng “0 17 * 1-11 1”",
		"0 17 1-31 * 1":             "theo dòng “0 17 1-31 * 1”", // cron: day or weekday, so every day
		"0 17 1-31 1-12 *":          "theo dòng “0 17 1-31 1-12 *”",
	} {
		if got := SayCron(text.Vietnamese, line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
	for _, c := range []struct {
		w    Weekly
		want string
	}{
		{Weekly{Times: []string{"17:00"}}, "schedule.no_weekday"},
		{Weekly{Days: Weekdays}, "schedule.no_time"},
		{Weekly{Days: Weekdays, Times: []string{"5 giờ"}}, "schedule.time_unreadable"},
		{Weekly{Days: Weekdays, Times: []string{"06:00", "17:30"}}, "schedule.times_differ"},
	} {
		if _, err := c.w.Cron(); !fault.Is(err, c.want) {
			t.Errorf("%+v: %v, want %s", c.w, err, c.want)
		}
	}
}

func TestWeekdaysAreThoseOfTheWallNotOfUTC(t *testing.T) {
	for _, clock := range []string{"23:30", "00:30", "06:30"} {
		w := newWorld(t, 1)
		line, err := Weekly{Days: []time.Weekday{time.Monday}, Times: []string{clock}}.Cron()
		if err != nil {
			t.Fatal(err)
		}
		w.rule(now, SaveRule{Cron: line})
		// From the last days of 2026, a year with an ISO week 53, into 2027.
		got := w.starts("S00001", local("2026-12-21 00:00"), local("2027-01-11 00:00"))
		want := []string{"21/12 " + clock, "28/12 " + clock, "4/1 " + clock}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", clock, got, want)
		}
		for s := range w.s.Slots(w.reg, local("2026-12-28 00:00"), local("2027-01-04 00:00")) {
			if y, week := s.Start.ISOWeek(); y != 2026 || week != 53 || s.Start.Weekday() != time.Monday {
				t.Errorf("%s: slot %v in week %d-%d", clock, s.Start, y, week)
			}
		}
	}
}

func TestClocksPutForwardOrBackNeitherSkipNorDoubleASlot(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, 1)
	w.reg = newTowns(1, func(_ int, s *stations.Station) { s.Zone = zone.String() })
	w.rule(now, SaveRule{Cron: "30 1,2,3 * * *"})
	for day, want := range map[string][]string{
		"2025-03-09": {"01:30 -0500", "03:00 -0400", "03:30 -0400"}, // 02:30 is skipped: it airs when the clocks change
		"2025-11-02": {"01:30 -0400", "02:30 -0500", "03:30 -0500"}, // 01:30 comes twice: the first
		"2025-06-01": {"01:30 -0400", "02:30 -0400", "03:30 -0400"},
	} {
		from, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for s := range w.s.Slots(w.reg, from, from.AddDate(0, 0, 1)) {
			got = append(got, s.Start.Format("15:04 -0700"))
			if found, err := w.s.Slot(w.reg, s.ID); err != nil || !found.Start.Equal(s.Start) {
				t.Errorf("%s is not found again: %v, %v", s.ID, found, err)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", day, got, want)
		}
	}
}

func TestWallTimesNeverRunBackward(t *testing.T) {
	for _, name := range []string{"Asia/Ho_Chi_Minh", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []stations.Date{"2011-12-28", "2024-03-08", "2024-11-01", "2025-04-04"} {
			last := time.Time{}
			for w := midnight(from); w < midnight(from.AddDays(5)); w += 10 {
				at := w.In(zone)
				if at.Before(last) {
					t.Fatalf("%s: %v is %v, before %v", name, w, at, last)
				}
				last = at
			}
		}
	}
	if w, err := ParseWall("17:00 13/5/2024"); err != nil || w.String() != "2024-05-13T17:00" || w.Words(text.Vietnamese) != "17:00 13/5/2024" {
		t.Errorf("as people write it: %s, %v", w, err)
	}
	if w, err := ParseWall("2024-05-13T17:00"); err != nil || w.In(text.Zone).UTC() != time.Date(2024, 5, 13, 10, 0, 0, 0, time.UTC) {
		t.Fatalf("%v, %v", w.In(text.Zone), err)
	}
}

func TestEditingNeverRewritesThePast(t *testing.T) {
	w := newWorld(t, 2)
	r := w.rule(now, SaveRule{Cron: "0 17 * * 1"})
	from, until := local("2024-05-01 00:00"), local("2024-06-10 00:00")
	before := w.starts("S00001", from, until)
	if want := []string{"13/5 17:00", "20/5 17:00", "27/5 17:00", "3/6 17:00"}; !slices.Equal(before, want) {
		t.Fatalf("planned %v, want %v", before, want)
	}
	// On the 21st the time changes and the second station is dropped.
	w.rule(local("2024-05-21 09:00"), SaveRule{ID: r.ID, Cron: "30 6 * * 2", Selection: Selection{Stations: []string{"S00001"}}})
	if got, want := w.starts("S00001", from, until), []string{"13/5 17:00", "20/5 17:00", "28/5 06:30", "4/6 06:30"}; !slices.Equal(got, want) {
		t.Errorf("after the edit %v, want %v", got, want)
	}
	if got, want := w.starts("S00002", from, until), []string{"13/5 17:00", "20/5 17:00"}; !slices.Equal(got, want) {
		t.Errorf("the dropped station %v, want %v", got, want)
	}
	// A change from a day to come, which a later edit from now on replaces.
	w.rule(local("2024-05-22 09:00"), SaveRule{ID: r.ID, Cron: "0 12 * * 3", Since: "2024-06-01"})
	if got, want := w.starts("S00001", from, until), []string{"13/5 17:00", "20/5 17:00", "28/5 06:30", "5/6 12:00"}; !slices.Equal(got, want) {
		t.Errorf("with a change to come %v, want %v", got, want)
	}
	w.rule(local("2024-05-23 09:00"), SaveRule{ID: r.ID, End: true})
	if got, want := w.starts("S00001", from, until), []string{"13/5 17:00", "20/5 17:00"}; !slices.Equal(got, want) {
		t.Errorf("ended %v, want %v", got, want)
	}
	if _, err := DecideRule(w.s, w.reg, editor(local("2024-05-23 09:00")),
		SaveRule{ID: r.ID, Programme: "P1", Cron: "0 12 * * 3", Selection: Selection{All: true}, Since: "2024-05-20"}); !fault.Is(err, "schedule.since_past") {
		t.Errorf("a change from a day gone by: %v", err)
	}
}

func TestARuleThatWasEndedAirsAgainOnlyWhenSomebodySaysSo(t *testing.T) {
	w := newWorld(t, 4)
	plain := SaveRule{Programme: "P1", Cron: "0 17 * * 1,4", Selection: Selection{All: true}}
	r := w.rule(now, plain)
	off := SaveException{Rule: r.ID, At: WallOf(local("2024-05-16 17:00")), Kind: Cancelled, Following: true}
	m, err := PreviewException(w.s, w.reg, editor(now), off)
	if err != nil || m.Word() != "end@2024-05-16T17:00" || m.Ends.Airings != 105 || m.Ends.Stations != 4 {
		t.Fatalf("%+v %+v, %v", m, m.Ends, err)
	}
	off.Following = false
	if m, err := PreviewException(w.s, w.reg, editor(now), off); err != nil || m.Word() != "" {
		t.Errorf("one date: %+v, %v", m, err)
	}
	off.Following = true
	r = w.keepRule(DecideException(w.s, w.reg, editor(now), off))
	if since, by, ended := r.Ended(); !ended || !since.Equal(local("2024-05-16 17:00")) || by == "" {
		t.Fatalf("ended %v %v %q", ended, since, by)
	}
	from, until := local("2024-05-10 00:00"), local("2024-05-25 00:00")
	plain.ID = r.ID
	if _, err := DecideRule(w.s, w.reg, editor(now), plain); !fault.Is(err, "schedule.rule_is_ended") {
		t.Errorf("a plain save: %v", err)
	}
	// What is decided of the dates before its end leaves the end where it is.
	later := SaveException{Rule: r.ID, At: WallOf(local("2024-05-13 17:00")), Kind: Annotated, Note: "có khách", Following: true}
	w.keepRule(DecideException(w.s, w.reg, editor(now), later))
	if got := w.starts("S00001", from, until); !slices.Equal(got, []string{"13/5 17:00"}) {
		t.Errorf("noted before its end: %v", got)
	}
	plain.Resume = true
	r = w.rule(now, plain)
	if _, _, ended := r.Ended(); ended {
		t.Error("it is ended still")
	}
	if got, want := w.starts("S00001", from, until), []string{"13/5 17:00", "16/5 17:00", "20/5 17:00", "23/5 17:00"}; !slices.Equal(got, want) {
		t.Errorf("it airs again: %v, want %v", got, want)
	}
}

func TestNoSequenceOfEditsChangesASlotThatHasStarted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, 4)
		w.reg = newTowns(4, func(i int, s *stations.Station) { s.Zone = []string{"", "Asia/Tokyo", "America/New_York", ""}[i] })
		at := now
		seen := map[string]time.Time{}
		for range rapid.IntRange(1, 12).Draw(t, "edits") {
			for s := range w.s.Slots(w.reg, now, at) {
				seen[s.ID] = s.Start
			}
			w.edit(t, at)
			got := map[string]time.Time{}
			for s := range w.s.Slots(w.reg, now, at) {
				got[s.ID] = s.Start
			}
			if len(got) != len(seen) {
				t.Fatalf("at %v: %d slots had started, now %d", at, len(seen), len(got))
			}
			for id, start := range seen {
				if !got[id].Equal(start) {
					t.Fatalf("at %v: %s started %v, now %v", at, id, start, got[id])
				}
			}
			at = at.Add(time.Duration(rapid.IntRange(1, 14*24).Draw(t, "hours")) * time.Hour)
		}
	})
}

// edit makes one random change that a person could make; refused ones do
// nothing.
func (w *world) edit(t *rapid.T, at time.Time) {
	lines := []string{"0 17 * * 1,4", "30 5 * * *", "0 6,18 * * 0", "15 12 1,15 * *"}
	keep := func(r Rule, err error) {
		if err == nil {
			w.s = NewSchedule(w.s.Programmes, w.s.Episodes, replace(w.s.Rules, r, func(o Rule) bool { return o.ID == r.ID }))
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "station") == 0 {
		w.editStation(t, at)
		return
	}
	m := editor(at)
	save := SaveRule{Programme: "P1", Cron: rapid.SampledFrom(lines).Draw(t, "line"),
		Selection: rapid.SampledFrom([]Selection{{All: true}, {Districts: []string{"084"}}, {Stations: []string{"S00001"}}, {Language: "hmn"},
			{Technology: "fm"}}).Draw(t, "stations")}
	if len(w.s.Rules) == 0 || rapid.IntRange(0, 4).Draw(t, "new") == 0 {
		keep(DecideRule(w.s, w.reg, m, save))
		return
	}
	r := rapid.SampledFrom(w.s.Rules).Draw(t, "rule")
	if rapid.Bool().Draw(t, "version") {
		save.ID, save.End = r.ID, rapid.IntRange(0, 5).Draw(t, "end") == 0
		if days := rapid.IntRange(0, 10).Draw(t, "since"); days > 0 {
			save.Since = stations.DateOf(at.In(text.Zone)).AddDays(days)
		}
		keep(DecideRule(w.s, w.reg, m, save))
		return
	}
	var walls []Wall
	for o := range r.planned(text.Zone, at.AddDate(0, 0, -7), at.AddDate(0, 0, 14)) {
		walls = append(walls, WallOf(o.planned))
	}
	if len(walls) == 0 {
		return
	}
	keep(DecideException(w.s, w.reg, m, SaveException{
		Rule: r.ID, At: rapid.SampledFrom(walls).Draw(t, "at"), Note: "x", Following: rapid.IntRange(0, 3).Draw(t, "following") == 0,
		Kind: rapid.SampledFrom([]ExceptionKind{"", Cancelled, Moved, Annotated}).Draw(t, "kind"),
		To:   WallOf(at.In(text.Zone)) + Wall(rapid.IntRange(-3000, 20000).Draw(t, "to")),
	}))
}

// editStation gives one station other languages and technologies, and tries
// to give it another time zone.
func (w *world) editStation(t *rapid.T, at time.Time) {
	list := make([]stations.Station, 0, 4)
	for _, st := range w.reg.Stations() {
		list = append(list, *st)
	}
	st := &list[rapid.IntRange(0, len(list)-1).Draw(t, "which")]
	f := st.Fields
	f.Languages = rapid.SampledFrom([][]string{nil, {"hmn"}, {"ium"}}).Draw(t, "languages")
	f.Technologies = rapid.SampledFrom([][]stations.Technology{nil, {stations.FM}, {stations.IP}}).Draw(t, "technologies")
	f.Zone = rapid.SampledFrom([]string{f.Zone, "Asia/Tokyo", "America/New_York"}).Draw(t, "zone")
	next, err := stations.DecideSave(w.reg, accounts.Meta{ID: "x", At: at, By: accounts.Daemon()}, stations.SaveStation{ID: st.ID, Fields: f})
	if fault.Is(err, "stations.refused") {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	*st = next
	w.reg = stations.NewRegistry(w.reg.Units(), list)
}

func TestOneDateIsCancelledMovedOrAnnotated(t *testing.T) {
	w := newWorld(t, 1)
	r := w.rule(now, SaveRule{Cron: "0 17 * * 1,4"})
	exception := func(at string, kind ExceptionKind, to, note string, following bool) error {
		a, err := ParseWall(at)
		if err != nil {
			t.Fatal(err)
		}
		c := SaveException{Rule: r.ID, At: a, Kind: kind, Note: note, Following: following}
		if to != "" {
			if c.To, err = ParseWall(to); err != nil {
				t.Fatal(err)
			}
		}
		got, err := DecideException(w.s, w.reg, editor(local("2024-05-10 08:00")), c)
		if err == nil {
			w.keepRule(got, nil)
		}
		return err
	}
	for _, err := range []error{
		exception("2024-05-13T17:00", Cancelled, "", "Nghỉ lễ", false),
		exception("2024-05-16T17:00", Moved, "2024-05-22T06:00", "Nhường họp dân", false),
		exception("2024-05-20T17:00", Annotated, "", "Phát cả phụ lục", false),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	from, until := local("2024-05-09 00:00"), local("2024-05-30 00:00")
	if got, want := w.starts("S00001", from, until), []string{"9/5 17:00", "20/5 17:00", "22/5 06:00", "23/5 17:00", "27/5 17:00"}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	moved, err := w.s.Slot(w.reg, "R1.S00001.20240516T1000Z")
	if err != nil || !moved.Start.Equal(local("2024-05-22 06:00")) || !moved.MovedFrom.Equal(local("2024-05-16 17:00")) || moved.Note != "Nhường họp dân" {
		t.Errorf("moved: %+v, %v", moved, err)
	}
	if _, err := w.s.Slot(w.reg, "R1.S00001.20240513T1000Z"); !fault.Is(err, "schedule.slot_cancelled") {
		t.Errorf("cancelled: %v", err)
	}
	if s, err := w.s.Slot(w.reg, "R1.S00001.20240520T1000Z"); err != nil || s.Note != "Phát cả phụ lục" {
		t.Errorf("annotated: %+v, %v", s, err)
	}
	if err := exception("2024-05-13T17:00", "", "", "", false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Slot(w.reg, "R1.S00001.20240513T1000Z"); err != nil {
		t.Errorf("taken back: %v", err)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{exception("2024-05-09T17:00", Cancelled, "", "", false), "schedule.occurrence_past"},
		{exception("2024-05-14T17:00", Cancelled, "", "", false), "schedule.occurrence_unknown"},
		{exception("2024-05-23T17:00", Moved, "", "", false), "schedule.to_missing"},
		{exception("2024-05-23T17:00", Moved, "2024-05-01T17:00", "", false), "schedule.to_past"},
		{exception("2024-05-23T17:00", Annotated, "", " ", false), "schedule.note_missing"},
		{exception("2024-05-23T17:00", "sung", "", "", false), "schedule.exception_unknown"},
	} {
		if !fault.Is(c.err, c.want) {
			t.Errorf("%v, want %s", c.err, c.want)
		}
	}
	// This and all following: a day and an hour later.
	if err := exception("2024-05-23T17:00", Moved, "2024-05-24T18:00", "", true); err != nil {
		t.Fatal(err)
	}
	if got, want := w.starts("S00001", local("2024-05-19 00:00"), local("2024-06-01 00:00")), []string{"20/5 17:00", "22/5 06:00", "24/5 18:00", "28/5 18:00",
		"31/5 18:00"}; !slices.Equal(got, want) {
		t.Errorf("all following moved: %v, want %v", got, want)
	}
	if err := exception("2024-05-28T18:00", Cancelled, "", "", true); err != nil {
		t.Fatal(err)
	}
	if got, want := w.starts("S00001", local("2024-05-23 00:00"), local("2024-07-01 00:00")), []string{"24/5 18:00"}; !slices.Equal(got, want) {
		t.Errorf("all following cancelled: %v, want %v", got, want)
	}
}

func TestOnlyActiveChosenStationsHaveSlots(t *testing.T) {
	w := newWorld(t, 8)
	w.reg = newTowns(8, func(i int, s *stations.Station) {
		if i == 0 {
			s.Active = []stations.Interval{{From: "2024-01-01", Until: "2024-05-13"}}
		}
	})
	w.rule(now, SaveRule{Cron: "0 17 * * *"})
	if got, want := w.starts("S00001", local("2024-05-12 00:00"), local("2024-05-20 00:00")), []string{"12/5 17:00", "13/5 17:00"}; !slices.Equal(got, want) {
		t.Errorf("a station that ended: %v, want %v", got, want)
	}
	if _, err := w.s.Slot(w.reg, "R1.S00001.20240514T1000Z"); !fault.Is(err, "schedule.slot_unknown") {
		t.Errorf("a slot after the station's end: %v", err)
	}
	for _, c := range []struct {
		sel  Selection
		want int
	}{
		{Selection{All: true}, 8}, {Selection{Districts: []string{"084"}}, 4}, {Selection{Districts: []string{"080", "084"}}, 8},
		{Selection{Stations: []string{"S00002", "S00003"}}, 2}, {Selection{Language: "hmn"}, 2}, {Selection{Language: "vi"}, 8},
		{Selection{Technology: "fm"}, 8}, {Selection{Technology: "wired"}, 0},
	} {
		v := newWorld(t, 8)
		v.rule(now, SaveRule{Cron: "0 17 * * 1", Selection: c.sel})
		n := 0
		for range v.s.Slots(v.reg, local("2024-05-13 00:00"), local("2024-05-14 00:00")) {
			n++
		}
		if n != c.want {
			t.Errorf("%+v: %d stations, want %d", c.sel, n, c.want)
		}
	}
}

func TestSlotsComeByTimeAndCountAsListed(t *testing.T) {
	w := newWorld(t, 8)
	w.rule(now, SaveRule{Cron: "0 17 * * *"})
	w.rule(now, SaveRule{Cron: "0 5,17 * * 1", Priority: Urgent, Selection: Selection{Districts: []string{"080"}}})
	from, until := local("2024-05-13 00:00"), local("2024-08-12 00:00")
	counted := map[string]int{}
	var last Slot
	for s := range w.s.Slots(w.reg, from, until) {
		if s.Start.Before(last.Start) || s.Start.Equal(last.Start) && s.Priority.rank() > last.Priority.rank() {
			t.Fatalf("%+v after %+v", s, last)
		}
		if s.Start.Before(from) || !s.Start.Before(until) {
			t.Fatalf("%v is outside the range", s.Start)
		}
		if found, err := w.s.Slot(w.reg, s.ID); err != nil || found != s {
			t.Fatalf("%+v found as %+v, %v", s, found, err)
		}
		last = s
		counted[s.Station]++
	}
	counting := func(s *Schedule, from, until time.Time) map[string]int {
		by := map[string]int{}
		for number, n := range s.Counter(w.reg).Counting(from, until, time.Time{}) {
			if n > 0 {
				by[stations.StationID(number)] = n
			}
		}
		return by
	}
	got := counting(w.s, from, until)
	if len(got) != 8 || counted["S00001"] != 91+2*13 || counted["S00002"] != 91 {
		t.Fatalf("counted %v, listed %v", got, counted)
	}
	for id, n := range counted {
		if got[id] != n {
			t.Errorf("%s: counted %d, listed %d", id, got[id], n)
		}
	}
	half := from.Add(until.Sub(from) / 2)
	stopped := slices.Clone(w.s.Programmes)
	for i, p := range stopped {
		stopped[i].Were, stopped[i].CountsTowardTarget = []Terms{{Until: half, CountsTowardTarget: p.CountsTowardTarget}}, false
	}
	now := NewSchedule(stopped, nil, w.s.Rules)
	if before, after := counting(now, from, half), counting(now, half, until); len(after) != 0 || !maps.Equal(before, counting(w.s, from, half)) {
		t.Errorf("counting was turned off half-way: before it %v, after it %v", before, after)
	}
}

func TestRulesThatCannotBeAreRefused(t *testing.T) {
	w := newWorld(t, 2)
	good := SaveRule{Programme: "P1", Cron: "0 17 * * 1", Selection: Selection{All: true}}
	for name, c := range map[string]struct {
		spoil func(*SaveRule)
		want  string
	}{
		"cron":      {func(c *SaveRule) { c.Cron = "TZ=UTC" }, "schedule.cron_zone"},
		"programme": {func(c *SaveRule) { c.Programme = "P9" }, "schedule.programme_unknown"},
		"rule":      {func(c *SaveRule) { c.ID = "R9" }, "schedule.rule_unknown"},
		"nothing":   {func(c *SaveRule) { c.Selection = Selection{} }, "schedule.no_stations"},
		"two":       {func(c *SaveRule) { c.Selection.Language = "vi" }, "schedule.selections_mixed"},
		"language":  {func(c *SaveRule) { c.Selection = Selection{Language: "xx"} }, "schedule.language_unknown"},
		"station":   {func(c *SaveRule) { c.Selection = Selection{Stations: []string{"S9"}} }, "schedule.station_unknown"},
		"date":      {func(c *SaveRule) { c.From = "2024-02-30" }, "stations.date_unreadable"},
		"order":     {func(c *SaveRule) { c.From, c.Until = "2024-06-02", "2024-06-01" }, "schedule.until_before_from"},
		"never":     {func(c *SaveRule) { c.From, c.Until = "2024-06-04", "2024-06-05" }, "schedule.rule_never_fires"},
		"over":      {func(c *SaveRule) { c.Until = "2024-05-07" }, "schedule.rule_never_fires"},
		"minutes":   {func(c *SaveRule) { c.Minutes = -1 }, "schedule.minutes_range"},
		"minutely":  {func(c *SaveRule) { c.Cron = "* * * * *" }, "schedule.too_often"},
		"a star":    {func(c *SaveRule) { c.Cron, c.Minutes = "* 17 1,15 * *", 1 }, "schedule.too_often"},
		"one more":  {func(c *SaveRule) { c.Cron, c.Minutes = "*/12 1-5 * * *", 5 }, "schedule.too_often"},
		"close":     {func(c *SaveRule) { c.Cron, c.Minutes = "0 6,7 * * *", 61 }, "schedule.overlaps_itself"},
		"midnight":  {func(c *SaveRule) { c.Cron, c.Minutes = "30 0,23 * * 1,2", 61 }, "schedule.overlaps_itself"},
		"leap day":  {func(c *SaveRule) { c.Cron, c.Minutes = "30 0,23 28,29 2 *", 61 }, "schedule.overlaps_itself"},
		"priority":  {func(c *SaveRule) { c.Priority = "gấp" }, "schedule.priority_unknown"},
		"note":      {func(c *SaveRule) { c.Note = strings.Repeat("à", 501) }, "schedule.text_long"},
	} {
		cmd := good
		c.spoil(&cmd)
		if _, err := DecideRule(w.s, w.reg, editor(now), cmd); !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		} else if s := text.Vietnamese.Fault(err); strings.Contains(s, "{") || s == text.Vietnamese.Say("internal") {
			t.Errorf("%s: no sentence: %q", name, s)
		}
	}
	for name, c := range map[string]SaveRule{
		"every hour":          {Cron: "0 * * * *", Minutes: 60},
		"back to back":        {Cron: "0 6,7 * * *", Minutes: 60},
		"days apart":          {Cron: "30 0,23 * * 1,3", Minutes: 61},
		"one day of two":      {Cron: "30 0,23 * * 1,2", Minutes: 61, From: "2024-05-13", Until: "2024-05-13"},
		"the longest, daily":  {Cron: "0 20 * * *", Minutes: 600},
		"two halves of a day": {Cron: "0 8,20 * * *", Minutes: 600},
	} {
		c.Programme, c.Selection = "P1", Selection{All: true}
		if _, err := DecideRule(w.s, w.reg, editor(now), c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := editor(now)
	stranger.By.Grants = []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}}
	if _, err := DecideRule(w.s, w.reg, stranger, good); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator: %v", err)
	}
	if _, err := DecideException(w.s, w.reg, stranger, SaveException{Rule: "R1"}); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator: %v", err)
	}
}

func TestThePreviewShowsDatesAndClashes(t *testing.T) {
	w := newWorld(t, 8)
	p, err := DecideProgramme(w.s, editor(now), SaveProgramme{Title: "Bản tin huyện"})
	if err != nil {
		t.Fatal(err)
	}
	w.s = NewSchedule(append(w.s.Programmes, p), nil, nil)
	w.rule(now, SaveRule{Cron: "10 17 * * 4", Programme: "P2", Selection: Selection{Districts: []string{"084"}}, Until: "2024-05-20"})
	got, err := PreviewRule(w.s, w.reg, editor(now), SaveRule{Programme: "P1", Cron: "0 17 * * 1,4", Selection: Selection{All: true}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Dates) != 10 || got.Stations != 8 || got.Past {
		t.Fatalf("%+v", got)
	}
	if d := got.Dates[0].Start; !d.Equal(local("2024-05-09 17:00")) {
		t.Errorf("first date %v", d)
	}
	if len(got.Clashes) != 2 || got.More {
		t.Fatalf("clashes %+v", got.Clashes)
	}
	c := got.Clashes[0]
	if c.Other != "R1" || c.Title != "Nông thôn mới hằng tuần" || c.OtherTitle != "Bản tin huyện" || c.Stations != 4 || c.First != "S00002" ||
		!c.Start.Equal(local("2024-05-09 17:00")) || !c.OtherStart.Equal(local("2024-05-09 17:10")) {
		t.Errorf("%+v", c)
	}
	// Ten minutes later they only touch, and a rule does not clash with what it replaces.
	apart, err := PreviewRule(w.s, w.reg, editor(now), SaveRule{Programme: "P1", Cron: "55 16 * * 1,4", Selection: Selection{All: true}})
	if err != nil || len(apart.Clashes) != 0 {
		t.Errorf("%+v, %v", apart.Clashes, err)
	}
	same, err := PreviewRule(w.s, w.reg, editor(now), SaveRule{ID: "R1", Programme: "P2", Cron: "5 17 * * 4", Selection: Selection{All: true}})
	if err != nil || len(same.Clashes) != 0 {
		t.Errorf("%+v, %v", same.Clashes, err)
	}
	w.rule(now, SaveRule{Cron: "10 17 * * *", Programme: "P2", Selection: Selection{Districts: []string{"084"}}})
	dense, err := PreviewRule(w.s, w.reg, editor(now), SaveRule{Programme: "P1", Cron: "0 17 * * 1-3,5-6", Selection: Selection{All: true}})
	if err != nil || len(dense.Clashes) != 20 || !dense.More || dense.Clashes[0].Other != "R2" {
		t.Errorf("%+v, %v", dense, err)
	}
}

func FuzzSlotIDsComeBackOrAreRefused(f *testing.F) {
	for _, s := range []string{"R7.S00012.20240513T1000Z", "R7.S00012.20240513T1000Z ", "r7.S1.20240513T1000Z", "R.S.x", "R7.S00012.20241313T1000Z",
		"R-1.S1.20240513T1000Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rule, station, at, err := ParseSlotID(s)
		if err != nil {
			return
		}
		if SlotID(rule, station, at) != s || at.Second() != 0 {
			t.Fatalf("%q → %s %s %v", s, rule, station, at)
		}
	})
}

func FuzzCommandsFromJSONNeverPanic(f *testing.F) {
	f.Add([]byte(`{"programme":"P1","cron":"0 17 * * 1","stations":"all","from":"2024-05-13"}`))
	f.Add([]byte(`{"programme":"P1","cron":"0 17 * * 1","stations":{"district":["084"]},"until":"2024-13-01"}`))
	f.Add([]byte(`{"stations":["S00001"],"rule":"R1","at":"2024-05-13T17:00","kind":"moved","to":"0001-01-01T00:00","following":true}`))
	f.Add([]byte(`{"stations":null,"title":"\u0000","topics":["x"],"min_seconds":1e3}`))
	w := newWorld(f, 2)
	w.rule(now, SaveRule{Cron: "0 17 * * 1"})
	f.Fuzz(func(t *testing.T, body []byte) {
		var rule SaveRule
		if json.Unmarshal(body, &rule) == nil {
			if r, err := DecideRule(w.s, w.reg, editor(now), rule); err == nil {
				back, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				var again Rule
				if err := json.Unmarshal(back, &again); err != nil {
					t.Fatalf("%s: %v", back, err)
				}
				if fmt.Sprint(again) != fmt.Sprint(r) {
					t.Fatalf("%+v came back as %+v", r, again)
				}
			}
		}
		var exception SaveException
		if json.Unmarshal(body, &exception) == nil {
			_, _ = DecideException(w.s, w.reg, editor(now), exception)
		}
		var programme SaveProgramme
		if json.Unmarshal(body, &programme) == nil {
			_, _ = DecideProgramme(w.s, editor(now), programme)
		}
		var episode SaveEpisode
		if json.Unmarshal(body, &episode) == nil {
			_, _, _ = DecideEpisode(w.s, nil, editor(now), episode)
		}
	})
}

// TestAMoveShowsWhatItMeets: onto another date of the same rule, another programme,
// the same day, or a year nobody meant.
func TestAMoveShowsWhatItMeets(t *testing.T) {
	w := newWorld(t, 4)
	p, err := DecideProgramme(w.s, editor(now), SaveProgramme{Title: "Bản tin huyện"})
	if err != nil {
		t.Fatal(err)
	}
	w.s = NewSchedule(append(w.s.Programmes, p), nil, nil)
	r := w.rule(now, SaveRule{Cron: "0 17 * * 1,4", Minutes: 15})
	other := w.rule(now, SaveRule{Programme: p.ID, Cron: "0 6 * * 3", Minutes: 15, Selection: Selection{Districts: []string{"084"}}})
	at := WallOf(local("2024-05-13 17:00"))
	for name, c := range map[string]struct {
		to      string
		want    string
		clashes int
	}{
		"a free time":                        {"2024-05-14 17:00", "", 0},
		"exactly another date of the rule":   {"2024-05-16 17:00", r.ID + "@2024-05-16T17:00", 4},
		"into another date of the rule":      {"2024-05-16 17:10", r.ID + "@2024-05-16T17:00", 4},
		"just before another date":           {"2024-05-16 16:50", r.ID + "@2024-05-16T17:00", 4},
		"the same day, after it":             {"2024-05-16 17:15", "2024-05-16T17:00", 0},
		"another programme at half of them":  {"2024-05-15 06:05", other.ID + "@2024-05-15T06:00", 2},
		"the day of another programme":       {"2024-05-15 09:00", "", 0},
		"more than a year ahead":             {"2026-05-13 09:00", "2026-05-13T09:00", 0},
		"a year ahead":                       {"2025-05-07 17:00", "", 0},
		"more than a year ahead onto a date": {"2026-05-14 17:00", r.ID + "@2026-05-14T17:00 2026-05-14T17:00", 4},
	} {
		m, err := PreviewException(w.s, w.reg, editor(now), SaveException{Rule: r.ID, At: at, Kind: Moved, To: WallOf(local(c.to))})
		if err != nil || m.Word() != c.want {
			t.Errorf("%s: %q, want %q, %v", name, m.Word(), c.want, err)
		}
		if n := len(m.Clashes); n > 1 || c.clashes > 0 && (n != 1 || m.Clashes[0].Stations != c.clashes) {
			t.Errorf("%s: %+v", name, m.Clashes)
		}
	}
	if m, err := PreviewException(w.s, w.reg, editor(now), SaveException{Rule: r.ID, At: at, Kind: Cancelled}); err != nil || m.Word() != "" {
		t.Errorf("called off: %+v, %v", m, err)
	}
	if _, err := PreviewException(w.s, w.reg, editor(now), SaveException{Rule: r.ID, At: at, Kind: Moved}); !fault.Is(err, "schedule.to_missing") {
		t.Errorf("without a time: %v", err)
	}
}

func TestAProgrammesNamesakesAreShown(t *testing.T) {
	w := newWorld(t, 4)
	for name, c := range map[string]struct {
		c    SaveProgramme
		want string
	}{
		"new, another name":        {SaveProgramme{Title: "Bản tin huyện"}, ""},
		"new, the same":            {SaveProgramme{Title: "Nông thôn mới hằng tuần"}, "P1"},
		"new, but for the marks":   {SaveProgramme{Title: " nông thôn mới HẰNG tuần"}, "P1"},
		"itself, its name stays":   {SaveProgramme{ID: "P1", Title: "Nông thôn mới hằng tuần", CountsTowardTarget: true}, ""},
		"itself, its terms differ": {SaveProgramme{ID: "P1", Title: "Nông thôn mới hằng tuần"}, "terms"},
	} {
		got, err := PreviewTerms(w.s, w.reg, editor(now), c.c)
		if err != nil || got.Word() != c.want {
			t.Errorf("%s: %q, want %q, %v", name, got.Word(), c.want, err)
		}
	}
}
