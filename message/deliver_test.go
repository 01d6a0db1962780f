package message

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// A delivery is tried for three days with ever longer pauses, longer still if the other side asks for it, and then given up.
func TestPausesGrowUntilADeliveryIsGivenUp(t *testing.T) {
	d, at := Delivery{State: Waiting, Made: noon, Next: noon}, noon
	for n := range pauses {
		d = d.After(Attempt{At: at, Answer: Unreached})
		if d.State != Waiting || d.Tries != n+1 || d.Next.Sub(at) != pauses[n] {
			t.Fatalf("after try %d: %s, %d tries, the next in %s", n+1, d.State, d.Tries, d.Next.Sub(at))
		}
		at = d.Next
	}
	if waited := at.Sub(noon); waited < 71*time.Hour || waited > 73*time.Hour {
		t.Errorf("given up after %s", waited)
	}
	d = d.After(Attempt{At: at, Answer: Unreached})
	if d.State != Dead || !d.Next.Equal(at) || len(d.Attempts) != attemptsKept {
		t.Errorf("after the last: %s, the next at %s, %d tries kept", d.State, d.Next, len(d.Attempts))
	}
	d = d.After(Attempt{At: at.Add(time.Hour), Answer: Taken})
	if d.State != Sent || len(d.Attempts) != attemptsKept || d.Last().Answer != Taken || !d.Attempts[0].At.After(noon) {
		t.Errorf("%s, %d tries kept, the oldest at %s", d.State, len(d.Attempts), d.Attempts[0].At)
	}
	for asked, want := range map[time.Duration]time.Duration{0: time.Minute, 30 * time.Second: time.Minute, time.Hour: time.Hour,
		24 * time.Hour: 24 * time.Hour,
		25 * time.Hour: 24 * time.Hour} {
		if got := (Delivery{}).After(Attempt{At: noon, Answer: Later, After: asked}).Next.Sub(noon); got != want {
			t.Errorf("asked to come in %s: in %s", asked, got)
		}
	}
}

// Each answer ends a delivery or has it wait; and troubles of where it goes are told from those of the message.
func TestWhatEachAnswerMeans(t *testing.T) {
	final := map[Answer]State{Taken: Sent, Refused: Failed, Redirected: Failed, NotSet: Failed, Removed: Failed}
	target := []Answer{Silent, Unreached, Broken, Garbled, NameUnknown, Untrusted, LogIn, OwnNetwork}
	for _, a := range Answers {
		want := final[a]
		if want == "" {
			want = Waiting
		}
		if got := (Delivery{}).After(Attempt{At: noon, Answer: a}).State; got != want {
			t.Errorf("%s: %s", a, got)
		}
		if want == Waiting {
			want = Failed
		}
		if d := (Delivery{}).Tried(Attempt{At: noon, Answer: a}); d.State != want || !d.Next.Equal(noon) {
			t.Errorf("a trial, %s: %s, the next at %s", a, d.State, d.Next)
		}
		if a.OfTarget() != slices.Contains(target, a) {
			t.Errorf("%s is of the target: %t", a, a.OfTarget())
		}
	}
}

func TestWhatTheOtherSideSaidIsShortened(t *testing.T) {
	for said, want := range map[string]string{"": "", " một\r\nhai\x00 ": "một hai", strings.Repeat("ắ", SaysMost): strings.Repeat("ắ", SaysMost),
		strings.Repeat("ắ", SaysMost+1): strings.Repeat("ắ", SaysMost) + "…"} {
		if got := Quote(said); got != want {
			t.Errorf("%.20q… is %d letters: %.20q…", said, len([]rune(got)), got)
		}
	}
}

// What waits behind another, or waited when a backup was made, was not tried.
func TestWhatIsNoTry(t *testing.T) {
	d := Delivery{State: Waiting, Made: noon, Next: noon}.After(Attempt{At: noon, Answer: Silent})
	if off := d.PutOff(noon.Add(time.Hour)); off.Tries != 1 || off.State != Waiting || !off.Next.Equal(noon.Add(time.Hour+pauses[0])) ||
		len(off.Attempts) != 1 {
		t.Errorf("put off: %+v", off)
	}
	held := d.Held(noon.Add(time.Hour))
	if held.State != Dead || held.Tries != 1 || held.Last().Answer != Restored || len(d.Attempts) != 1 {
		t.Errorf("held: %+v", held)
	}
	if (Delivery{}).Last() != (Attempt{}) {
		t.Error("a delivery without a try has a last one")
	}
}

// facts are the settings and what one person chose.
func facts(set func(f *Facts, c *Choice)) Facts {
	f := Facts{Settings: DefaultSettings(), Devices: func(string) ([]Device, error) {
		return []Device{{ID: "d1", Service: "push.example.vn"}, {ID: "d2", Service: "push.example.com"}}, nil
	}}
	f.Settings.Mail.Host = "thu.laocai.vn"
	f.Hooks = []Hook{{ID: "all", Name: "Tất cả", Topics: Told}, {ID: "paused", Topics: Told, Paused: true}, {ID: "other", Topics: []Topic{WeekSummary}}}
	c := Choice{Person: "mai", Mail: "mai@laocai.vn", Phone: "0912345678"}
	set(&f, &c)
	f.Choice = func(string) (Choice, error) { return c, nil }
	return f
}

func TestWhereAMessageGoes(t *testing.T) {
	night := time.Date(2026, 11, 30, 23, 0, 0, 0, text.Zone)
	person := accounts.Person{ID: "mai", Name: "Mai", Language: text.English}
	for name, c := range map[string]struct {
		set  func(f *Facts, c *Choice)
		at   time.Time
		d    Draft
		none bool     // nobody is told
		want []string // channel and target of each delivery
	}{
		"by day":                      {want: []string{"mail mai@laocai.vn", "push d1", "push d2", "hook all"}},
		"a topic that is off":         {set: func(f *Facts, _ *Choice) { f.Settings.Ways = map[Topic]Way{SlotSoon: Nowhere} }, none: true},
		"who may not log in any more": {d: Draft{Person: accounts.Person{ID: "mai", Disabled: true}}, none: true},
		"in the app alone":            {set: func(f *Facts, _ *Choice) { f.Settings.Ways = map[Topic]Way{SlotSoon: InApp} }, want: []string{"hook all"}},
		"not wanted outside":          {set: func(_ *Facts, c *Choice) { c.Not = []Topic{SlotSoon} }},
		"no address":                  {set: func(_ *Facts, c *Choice) { c.Mail = "" }, want: []string{"push d1", "push d2", "hook all"}},
		"no mail server":              {set: func(f *Facts, _ *Choice) { f.Settings.Mail.Host = "" }, want: []string{"push d1", "push d2", "hook all"}},
		"no way out at all": {set: func(f *Facts, c *Choice) {
			c.Mail, f.Hooks, f.Devices = "", nil, func(string) ([]Device, error) { return nil, nil }
		}}, // told on the page of messages
		"too late by the end of quiet": {at: night, d: Draft{Until: night.Add(time.Hour)}},
		"too late by day":              {d: Draft{Until: noon.Add(-time.Second)}},
		"in time at the last moment":   {d: Draft{Until: noon}, want: []string{"mail mai@laocai.vn", "push d1", "push d2", "hook all"}},
		"by night":                     {at: night, want: []string{"mail mai@laocai.vn", "push d1", "push d2", "hook all"}},
	} {
		if c.set == nil {
			c.set = func(*Facts, *Choice) {}
		}
		at := c.at
		if at.IsZero() {
			at = noon
		}
		d := c.d
		d.Key, d.Topic, d.Title, d.Text, d.Path = "k", SlotSoon, " 17:00\nTin xã ", "Phát xong,\nbấm Đã phát.", "/today"
		if d.Person.ID == "" {
			d.Person = person
		}
		m, list, ok, err := Address(facts(c.set), d, at)
		if err != nil || ok == c.none {
			t.Errorf("%s: told %t, %v", name, ok, err)
			continue
		}
		if c.none {
			continue
		}
		if m.ID != IDOf("k") || m.Title != "17:00 Tin xã" || m.Text != "Phát xong,\nbấm Đã phát." || m.Path != "/today" || m.Person != "mai" ||
			!m.Made.Equal(at) {
			t.Errorf("%s: %+v", name, m)
		}
		var got []string
		batches := map[string]bool{}
		for _, one := range list {
			got = append(got, string(one.Channel)+" "+one.To)
			batches[one.Batch] = true
			next := at
			if c.at == night {
				next = night.Add(6 * time.Hour)
			}
			if one.Message != m.ID || one.State != Waiting || !one.Next.Equal(next) || one.Phone != "0912345678" ||
				one.Language != text.English ||
				(one.Batch != "") != (c.at == night) || (one.Service != "") != (one.Channel != Letter) {
				t.Errorf("%s: %+v", name, one)
			}
		}
		if !slices.Equal(got, c.want) || c.at == night && len(batches) != len(list) {
			t.Errorf("%s: %q in %d batches, not %q", name, got, len(batches), c.want)
		}
	}
	broken := errors.New("disk")
	f := facts(func(*Facts, *Choice) {})
	f.Devices = func(string) ([]Device, error) { return nil, broken }
	if _, _, _, err := Address(f, Draft{Key: "k", Topic: SlotSoon, Person: person}, noon); !errors.Is(err, broken) {
		t.Errorf("devices that cannot be read: %v", err)
	}
	f.Choice = func(string) (Choice, error) { return Choice{}, broken }
	if _, _, _, err := Address(f, Draft{Key: "k", Topic: SlotSoon, Person: person}, noon); !errors.Is(err, broken) {
		t.Errorf("a choice that cannot be read: %v", err)
	}
}

func TestAnEventIsToldToWhoWantsToHearOfIt(t *testing.T) {
	hooks := []Hook{{ID: "one", Name: "Một", Topics: []Topic{Reported}}, {ID: "paused", Topics: []Topic{Reported}, Paused: true},
		{ID: "two", Topics: []Topic{Judged}}}
	told := Event{Change: "c", At: noon, About: "r"}.Saying(text.NewPhrase("told.station", "station", "Bản Phùng"))
	m, list := Tell(hooks, Reported, told)
	if len(list) != 1 || list[0].To != "one" || list[0].Name != "Một" || list[0].Title != "Đã lưu hồ sơ đài Bản Phùng" ||
		list[0].Message != m.ID || m.Event.About != "r" {
		t.Errorf("%+v, %+v", m, list)
	}
	if again, _ := Tell(hooks, Reported, Event{Change: "c", At: noon}); again.ID != m.ID {
		t.Error("the same change is another message")
	}
	if other, _ := Tell(hooks, Judged, Event{Change: "c", At: noon}); other.ID == m.ID {
		t.Error("another event of one change is the same message")
	}
	for _, topic := range []Topic{SlotSoon, Trial, "coverage.note"} {
		if m, list := Tell([]Hook{{ID: "one", Topics: []Topic{topic}}}, topic, Event{Change: "c"}); m.ID != "" || list != nil {
			t.Errorf("%s is told as an event", topic)
		}
	}
}

// What an answer to a change is about is found whatever it holds.
func TestWhatAChangeIsAbout(t *testing.T) {
	for answer, want := range map[string]string{`{"id":"a","report":"b","station":"c","week":"d"}`: "a",
		`{"report":"b","station":"c"}`: "b", `{"station":"c","week":"2026-W48"}`: "c",
		`{"week":"2026-W48"}`: "2026-W48", `{"week":{"n":1}}`: "", `{}`: "", `[]`: "", ``: "", `"a"`: ""} {
		if got := About([]byte(answer)); got != want {
			t.Errorf("%s is about %q", answer, got)
		}
	}
}

func TestAParcelOfOneAndOfMany(t *testing.T) {
	link := func(path string) string { return "https://loa.vn" + path }
	one := Parcel{Deliveries: []Delivery{{Message: "m1", Channel: Letter, To: "mai@laocai.vn"}},
		Messages: []Message{{Title: "Tin", Text: "Lời", Path: "/today"}}}
	if one.Title() != "Tin" || one.Text(link) != "Lời\nhttps://loa.vn/today" || one.Language() != text.Vietnamese {
		t.Errorf("one: %q %q %s", one.Title(), one.Text(link), one.Language())
	}
	many := Parcel{Deliveries: []Delivery{{Message: "m1", Batch: "b", Language: text.English}, {Message: "m2", Batch: "b"}},
		Messages: []Message{{Title: "Tin", Text: "Lời"}, {Title: "Tin hai", Text: "Lời hai", Path: "/a"}}}
	if got := many.Text(link); got != "Tin\nLời\n\nTin hai\nLời hai\nhttps://loa.vn/a" {
		t.Errorf("many: %q", got)
	}
	if many.Title() != text.English.Say("message.digest", "n", 2) || !strings.Contains(many.Foot("https://loa.vn/me"), "https://loa.vn/me") {
		t.Errorf("many: %q %q", many.Title(), many.Foot("https://loa.vn/me"))
	}
	same := Parcel{Deliveries: []Delivery{{Message: "m9", Batch: "b"}}}
	if many.ID() != same.ID() {
		t.Error("the ID of a batch hangs on what is in it")
	}
	seen := map[string]string{}
	for _, d := range []Delivery{{Message: "m1", Channel: Letter, To: "a"}, {Message: "m1", Channel: Letter, To: "b"}, {Message: "m1", Channel: Push, To: "a"},
		{Message: "m2", Channel: Letter, To: "a"}, {Message: "m1", Channel: Letter, To: "a", Batch: "b"}} {
		id, is := (Parcel{Deliveries: []Delivery{d}}).ID(), fmt.Sprint(d.Message, d.Channel, d.To, d.Batch)
		if other := seen[id]; other != "" {
			t.Errorf("%s has the ID of %s", is, other)
		}
		seen[id] = is
	}
}

// Each condition of a query leaves out what it says, and nothing else.
func TestAQueryOfDeliveries(t *testing.T) {
	d := Delivery{State: Dead, Channel: Letter, Topic: SlotSoon, Name: "Vàng Thị Mẩy", To: "may@laocai.vn",
		Made: time.Date(2026, 11, 29, 17, 0, 0, 0, time.UTC)} // 0:00 on the 30th in the zone
	for _, c := range []struct {
		q    Query
		want bool
	}{
		{Query{}, true}, {Query{State: Dead}, true}, {Query{State: Sent}, false}, {Query{Channel: Letter}, true}, {Query{Channel: Push}, false},
		{Query{Topic: SlotSoon}, true},
		{Query{Topic: Trial}, false}, {Query{To: "thi may"}, true}, {Query{To: "MAY@"}, true}, {Query{To: "hoa"}, false},
		{Query{Day: "2026-11-30"}, true}, {Query{Day: "2026-11-29"}, false},
		{Query{Day: "2026-12-01"}, false}, {Query{State: Dead, Channel: Letter, Topic: SlotSoon, To: "vang", Day: "2026-11-30"}, true},
		{Query{State: Dead, Channel: Push, Topic: SlotSoon}, false}, {Query{State: Sent, Channel: Letter, Topic: SlotSoon}, false},
		{Query{State: Dead, Day: "2026-11-29", To: "vang"}, false},
	} {
		if got := c.q.Passes(d); got != c.want {
			t.Errorf("%+v: %t", c.q, got)
		}
	}
	d.Made = d.Made.Add(24*time.Hour - time.Nanosecond)
	if !(Query{Day: "2026-11-30"}).Passes(d) || (Query{Day: "2026-11-30"}).Passes(Delivery{Made: d.Made.Add(time.Nanosecond)}) {
		t.Error("a day does not end at midnight of the zone")
	}
	for s, want := range map[string]Day{"2026-11-30": "2026-11-30", " 30/11/2026": "2026-11-30", "1/2/2026": "2026-02-01"} {
		var day Day
		if err := day.UnmarshalText([]byte(s)); err != nil || day != want {
			t.Errorf("%q is %q, %v", s, day, err)
		}
	}
	for _, s := range []string{"", "31/11/2026", "hôm qua", "2026-13-01"} {
		if err := new(Day).UnmarshalText([]byte(s)); !fault.Is(err, "message.day_form") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// What is over is sent again by hand as long as what it goes to is there.
func TestSendingAgainByHand(t *testing.T) {
	hooks := []Hook{{ID: "h"}}
	gone := []Attempt{{Answer: Removed}}
	for _, c := range []struct {
		name string
		d    Delivery
		code string
	}{
		{"a dead letter", Delivery{State: Dead, Channel: Letter, Tries: 9}, ""},
		{"a failed letter", Delivery{State: Failed, Channel: Letter, Tries: 1}, ""},
		{"one that waits", Delivery{State: Waiting, Channel: Letter}, "message.not_over"},
		{"one that arrived", Delivery{State: Sent, Channel: Letter}, "message.not_over"},
		{"to a webhook", Delivery{State: Dead, Channel: Webhook, To: "h"}, ""},
		{"to a webhook that is no more", Delivery{State: Dead, Channel: Webhook, To: "x"}, "message.target_gone"},
		{"to a device", Delivery{State: Failed, Channel: Push, To: "x", Attempts: []Attempt{{Answer: Refused}}}, ""},
		{"to a device that is no more", Delivery{State: Failed, Channel: Push, To: "x", Attempts: gone}, "message.target_gone"},
	} {
		got, err := DecideReplay(admin("one"), c.d, hooks)
		if c.d.Again(hooks) != (c.code == "") || (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %t, %v", c.name, c.d.Again(hooks), err)
		}
		if err == nil && (got.State != Waiting || got.Tries != 0 || !got.Next.Equal(noon)) {
			t.Errorf("%s: %+v", c.name, got)
		}
		if _, err := DecideReplay(mai("one"), c.d, hooks); !fault.Is(err, "accounts.denied") {
			t.Errorf("%s, by who may not: %v", c.name, err)
		}
	}
}

func TestAMessageIsReadOnceByWhomItIsFor(t *testing.T) {
	m := Message{ID: "m", Person: "mai"}
	read, err := DecideRead(mai("").By, m, noon)
	if err != nil || !read.Read.Equal(noon) {
		t.Fatalf("%+v, %v", read, err)
	}
	if again, err := DecideRead(mai("").By, read, noon.Add(time.Hour)); err != nil || !again.Read.Equal(noon) {
		t.Errorf("%+v, %v", again, err)
	}
	for _, by := range []accounts.Actor{accounts.Daemon(), {}, accounts.Person{ID: "hoa"}.Actor("session")} {
		if _, err := DecideRead(by, m, noon); !fault.Is(err, "message.none") {
			t.Errorf("%s: %v", by.Name, err)
		}
	}
	if _, err := DecideRead(accounts.Actor{}, Message{ID: "event"}, noon); !fault.Is(err, "message.none") {
		t.Errorf("what programs alone are told: %v", err)
	}
}

func TestWhatIsLostIsWhatSomebodyShouldSeeTo(t *testing.T) {
	refused, removed := []Attempt{{Answer: Refused}}, []Attempt{{Answer: Refused}, {Answer: Removed}}
	for _, c := range []struct {
		what string
		d    Delivery
		lost bool
	}{
		{"given up", Delivery{State: Dead, Topic: WeekSummary, Attempts: refused}, true},
		{"refused", Delivery{State: Failed, Topic: ContestEvent, Attempts: refused}, true},
		{"still tried", Delivery{State: Waiting, Topic: WeekSummary, Attempts: refused}, false},
		{"a trial", Delivery{State: Failed, Topic: Trial, Attempts: refused}, false},
		{"to what was removed", Delivery{State: Failed, Topic: WeekSummary, Attempts: removed}, false},
	} {
		if c.d.Lost() != c.lost {
			t.Errorf("%s: %t", c.what, !c.lost)
		}
	}
}

// TestACodeIsToldInWords: who reads the log learns what the other side answered, and nothing that it did not say.
func TestACodeIsToldInWords(t *testing.T) {
	seen := map[string]bool{}
	for _, by := range Channels {
		for _, code := range []int{400, 401, 403, 404, 410, 413, 421, 429, 450, 500, 502, 503, 504, 550} {
			for _, l := range text.Languages {
				said := Attempt{Answer: Later, Code: code}.Words(l, by)
				if !strings.Contains(said, strconv.Itoa(code)) || strings.Contains(said, "message.") || strings.Contains(said, "hẹn") {
					t.Errorf("%s %d: %s", by, code, said)
				}
				seen[said[strings.Index(said, ":"):]] = true
			}
		}
	}
	if len(seen) != 2*8 {
		t.Errorf("%d ways to say it: %v", len(seen), seen)
	}
	refused := Attempt{Answer: Refused, Code: 404}.Words(text.Vietnamese, Webhook)
	if !strings.Contains(refused, "404") || !strings.Contains(refused, Refused.Words(text.Vietnamese)) {
		t.Error(refused)
	}
	for _, a := range []Attempt{{Answer: Taken, Code: 200}, {Answer: Silent}} {
		if got := a.Words(text.Vietnamese, Webhook); got != a.Answer.Words(text.Vietnamese) {
			t.Error(got)
		}
	}
	d := Delivery{}.After(Attempt{Answer: Later, Code: 500})
	if left := d.Left(); left != len(pauses) {
		t.Errorf("%d tries are left", left)
	}
	for d.State == Waiting {
		d = d.After(Attempt{Answer: Later})
	}
	if d.Tries != 1+len(pauses) || d.Left() != 0 {
		t.Errorf("%+v", d)
	}
}
