package message

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

var noon = time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC) // 12:00 in the zone

func admin(id string) accounts.Meta { return accounts.Meta{ID: id, By: accounts.Daemon(), At: noon} }

func mai(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Person{ID: "mai", Name: "Mai"}.Actor("session"), At: noon}
}

// codes are the faults an error is made of, each with its field.
func codes(err error) (list []string) {
	if err == nil {
		return nil
	}
	for _, f := range fault.Of(err).All() {
		list = append(list, f.Field+" "+f.Code)
	}
	return list
}

// TestAnAddressThatCannotBeReachedIsRefusedWhenItIsSaved, not when something is sent there.
func TestAnAddressThatCannotBeReachedIsRefusedWhenItIsSaved(t *testing.T) {
	for url, fine := range map[string]bool{"https://tin.laocai.vn/loa": true, "https://tin.laocai.vn:8443/loa": true, "http://tin.laocai.vn:65535": true,
		"http://10.0.0.1/": true, "http://[::1]:80/": true, "https://tin.laocai.vn/" + strings.Repeat("a", 500-23): true,
		"https://tin.laocai.vn/" + strings.Repeat("a", 500-21): false,
		"https://tin.laocai.vn:99999/loa":                      false, "https://tin.laocai.vn:0/": false, "https://tin.laocai.vn:-1/": false,
		"ftp://tin.laocai.vn":       false,
		"https://a:b@tin.laocai.vn": false, "https://tin..vn/": false, "https://-tin.vn/": false, "https:///loa": false, "https://tin.vn/#a": false,
		"https://tin.vn/a b": false, "https://tin.vn/\x7f": false, "tin.laocai.vn": false, "": false} {
		if err := CheckURL(url); (err == nil) != fine || err != nil && !fault.Is(err, "message.url_form") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestAnAddressOfMailAddsNothingToAHeader(t *testing.T) {
	for s, fine := range map[string]bool{"mai@laocai.vn": true, "a.b+c@x.laocai.gov.vn": true, "mai@[10.0.0.1]": false, "Mai <mai@laocai.vn>": false,
		"mai@laocai..vn": false, "mai@-laocai.vn": false, "mai": false, "@laocai.vn": false, "mai@": false, " mai@laocai.vn": false, "mai@laocai.vn ": false,
		"mai\r\nBcc: a@b.vn": false, `"m ai"@laocai.vn`: false, "mái@laocai.vn": false, "a@b.vn, c@d.vn": false, "": false,
		strings.Repeat("a", 254-10) + "@laocai.vn": true, strings.Repeat("a", 254-9) + "@laocai.vn": false} {
		kept, err := CheckAddress(s)
		if (err == nil) != fine || fine && kept != s || err != nil && !slices.Equal(codes(err), []string{"mail message.mail_form"}) {
			t.Errorf("%q is kept as %q: %v", s, kept, err)
		}
	}
}

// Each setting out of its bounds is told by its own field; those at their bounds are taken.
func TestEachSettingHasItsBounds(t *testing.T) {
	mailing := func(s *Settings) {
		s.Mail = Mail{Host: "thu.laocai.vn", Port: 587, Security: StartTLS, User: "loa", From: "loa@laocai.vn", Name: "Loa"}
	}
	for name, c := range map[string]struct {
		set  func(s *Settings)
		want []string
	}{
		"as they begin": {func(*Settings) {}, nil},
		"a mail server": {mailing, nil},
		"the least of each": {func(s *Settings) {
			s.QuietFrom, s.QuietUntil, s.SlotLead, s.SilentWeeks, s.LeadDays, s.KeepDays = 0, 0, 10, 1, 1, 8
		}, nil},
		"the most of each": {func(s *Settings) {
			s.QuietFrom, s.QuietUntil, s.SlotLead, s.SilentWeeks, s.LeadDays, s.KeepDays = 1439, 1439, 1440, 26, 30, 3650
		}, nil},
		"quiet before the day":   {func(s *Settings) { s.QuietFrom = -1 }, []string{"quiet_from message.setting_range"}},
		"quiet after the day":    {func(s *Settings) { s.QuietUntil = 1440 }, []string{"quiet_until message.setting_range"}},
		"told too late":          {func(s *Settings) { s.SlotLead = 9 }, []string{"slot_lead_minutes message.setting_range"}},
		"no silent week":         {func(s *Settings) { s.SilentWeeks = 0 }, []string{"silent_weeks message.setting_range"}},
		"half a year and a week": {func(s *Settings) { s.SilentWeeks = 27 }, []string{"silent_weeks message.setting_range"}},
		"a month and a day":      {func(s *Settings) { s.LeadDays = 31 }, []string{"lead_days message.setting_range"}},
		"forgotten after six days": {func(s *Settings) { s.LeadDays, s.KeepDays = 1, 6 }, []string{
			"keep_days message.setting_range", "keep_days message.keep_days_short"}},
		"forgotten while it counts": {func(s *Settings) { s.LeadDays, s.KeepDays = 20, 26 }, []string{"keep_days message.keep_days_short"}},
		"kept just long enough":     {func(s *Settings) { s.LeadDays, s.KeepDays = 20, 27 }, nil},
		"kept for ever":             {func(s *Settings) { s.KeepDays = 3651 }, []string{"keep_days message.setting_range"}},
		"two faults": {func(s *Settings) { s.SlotLead, s.SilentWeeks = 0, 0 }, []string{
			"slot_lead_minutes message.setting_range", "silent_weeks message.setting_range"}},
		"no host":                  {func(s *Settings) { mailing(s); s.Mail.Host = "thu laocai" }, []string{"host message.host_form"}},
		"port 0":                   {func(s *Settings) { mailing(s); s.Mail.Port = 0 }, []string{"port message.setting_range"}},
		"port 65536":               {func(s *Settings) { mailing(s); s.Mail.Port = 65536 }, []string{"port message.setting_range"}},
		"port 1":                   {func(s *Settings) { mailing(s); s.Mail.Port = 1 }, nil},
		"port 65535":               {func(s *Settings) { mailing(s); s.Mail.Port = 65535 }, nil},
		"an unknown secrecy":       {func(s *Settings) { mailing(s); s.Mail.Security = "ssl" }, []string{"security message.security_unknown"}},
		"a password to be read":    {func(s *Settings) { mailing(s); s.Mail.Security = Open }, []string{"security message.password_in_the_open"}},
		"in the open, nobody":      {func(s *Settings) { mailing(s); s.Mail.Security, s.Mail.User = Open, "" }, nil},
		"no sender":                {func(s *Settings) { mailing(s); s.Mail.From = "" }, []string{"from message.mail_form"}},
		"no server, a bad sender":  {func(s *Settings) { s.Mail.From = "loa" }, []string{"from message.mail_form"}},
		"no server, a good sender": {func(s *Settings) { s.Mail.From = "loa@laocai.vn" }, nil},
		"a user of two lines":      {func(s *Settings) { s.Mail.User = "loa\r\nX" }, []string{"user message.user_form"}},
		"a user with a delete":     {func(s *Settings) { s.Mail.User = "loa\x7f" }, []string{"user message.user_form"}},
		"a user with a blank":      {func(s *Settings) { s.Mail.User = "loa lao cai" }, nil},
		"a long user":              {func(s *Settings) { s.Mail.User = strings.Repeat("a", 254) }, nil},
		"a longer user":            {func(s *Settings) { s.Mail.User = strings.Repeat("a", 255) }, []string{"user message.user_form"}},
		"a long name":              {func(s *Settings) { s.Mail.Name = strings.Repeat("á", accounts.NameMost) }, nil},
		"a longer name":            {func(s *Settings) { s.Mail.Name = strings.Repeat("á", accounts.NameMost+1) }, []string{"name accounts.name_form"}},
		"a way for a topic":        {func(s *Settings) { s.Ways = map[Topic]Way{SlotSoon: Nowhere, WeekSummary: InApp, SlotMissed: Outward} }, nil},
		"an unknown way":           {func(s *Settings) { s.Ways = map[Topic]Way{SlotSoon: "sms"} }, []string{"ways message.way_unknown"}},
		"a way for an event":       {func(s *Settings) { s.Ways = map[Topic]Way{Reported: InApp} }, []string{"ways message.way_unknown"}},
		"a way for the trial":      {func(s *Settings) { s.Ways = map[Topic]Way{Trial: InApp} }, []string{"ways message.way_unknown"}},
		"hosts inside":             {func(s *Settings) { s.Inside = slices.Repeat([]string{"10.1.2.3"}, 20) }, nil},
		"too many inside":          {func(s *Settings) { s.Inside = slices.Repeat([]string{"10.1.2.3"}, 21) }, []string{"inside message.inside_form"}},
		"an address inside":        {func(s *Settings) { s.Inside = []string{"tin.vn", "http://tin.vn"} }, []string{"inside message.inside_form"}},
	} {
		s := DefaultSettings()
		c.set(&s)
		if got := codes(s.Check()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

// A message waits from the first minute of the quiet hours to their last, over midnight too.
func TestQuietHours(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 30, 0, text.Zone) }
	for _, c := range []struct {
		from, until string
		made        time.Time
		ends        time.Time // zero: it does not wait
	}{
		{"21:00", "05:00", at(10, 20, 59), time.Time{}},
		{"21:00", "05:00", at(10, 21, 0), at(11, 5, 0)},
		{"21:00", "05:00", at(10, 23, 59), at(11, 5, 0)},
		{"21:00", "05:00", at(11, 0, 0), at(11, 5, 0)},
		{"21:00", "05:00", at(11, 4, 59), at(11, 5, 0)},
		{"21:00", "05:00", at(11, 5, 0), time.Time{}},
		{"21:00", "05:00", at(30, 22, 0), time.Date(2026, 12, 1, 5, 0, 0, 0, text.Zone)},
		{"12:00", "13:30", at(10, 11, 59), time.Time{}},
		{"12:00", "13:30", at(10, 12, 0), at(10, 13, 30)},
		{"12:00", "13:30", at(10, 13, 29), at(10, 13, 30)},
		{"12:00", "13:30", at(10, 13, 30), time.Time{}},
		{"00:00", "06:00", at(10, 0, 0), at(10, 6, 0)},
		{"00:00", "06:00", at(10, 23, 59), time.Time{}},
		{"22:00", "00:00", at(10, 23, 59), at(11, 0, 0)},
		{"22:00", "00:00", at(10, 0, 0), time.Time{}},
		{"07:00", "07:00", at(10, 7, 0), time.Time{}},
	} {
		from, err1 := ReadClock(c.from)
		until, err2 := ReadClock(c.until)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		got := Settings{QuietFrom: from, QuietUntil: until}.Quiet(c.made.UTC())
		if want := c.ends.Truncate(time.Minute); !got.Equal(want) && !(got.IsZero() && c.ends.IsZero()) {
			t.Errorf("quiet from %s to %s, made %s: waits until %s, not %s", c.from, c.until, c.made, got.In(text.Zone), want)
		}
	}
	for _, s := range []string{"", "24:00", "7h", "21:60", "21:00:00", "-1:00"} {
		if n, err := ReadClock(s); !fault.Is(err, "message.clock_form") {
			t.Errorf("%q is %d minutes, %v", s, n, err)
		}
	}
}

func TestATopicGoesAsFarAsItIsSet(t *testing.T) {
	s := Settings{Ways: map[Topic]Way{SlotSoon: InApp, SlotMissed: Nowhere}}
	for topic, want := range map[Topic]Way{SlotSoon: InApp, SlotMissed: Nowhere, WeekSummary: Outward} {
		if got := s.Way(topic); got != want {
			t.Errorf("%s goes %s", topic, got)
		}
	}
}

// A password goes to the server it was typed for, and is typed again for any other.
func TestAPasswordStaysWithItsServer(t *testing.T) {
	before := DefaultSettings()
	before.Mail = Mail{Host: "thu.laocai.vn", Port: 587, Security: StartTLS, User: "loa", From: "loa@laocai.vn"}
	for name, c := range map[string]struct {
		kept   bool
		set    func(c *SaveSettings)
		forget bool
		code   string
	}{
		"another lead":                  {kept: true, set: func(c *SaveSettings) { c.SlotLead = 60 }},
		"another port":                  {kept: true, set: func(c *SaveSettings) { c.Mail.Port = 465 }},
		"another host":                  {kept: true, set: func(c *SaveSettings) { c.Mail.Host = "x.vn" }, code: "message.password_again"},
		"another user":                  {kept: true, set: func(c *SaveSettings) { c.Mail.User = "x" }, code: "message.password_again"},
		"another host, with a password": {kept: true, set: func(c *SaveSettings) { c.Mail.Host, c.Password, c.NewPassword = "x.vn", "mật khẩu", true }},
		"another host, an empty one": {kept: true, set: func(c *SaveSettings) {
			c.Mail.Host, c.NewPassword = "x.vn", true
		}, code: "message.password_again"},
		"another host, one not to be kept": {kept: true, set: func(c *SaveSettings) {
			c.Mail.Host, c.Password = "x.vn", "mật khẩu"
		}, code: "message.password_again"},
		"none kept":          {set: func(*SaveSettings) {}, code: "message.password_again"},
		"no user any more":   {kept: true, set: func(c *SaveSettings) { c.Mail.User = "" }, forget: true},
		"no server any more": {kept: true, set: func(c *SaveSettings) { c.Mail.Host = "" }, forget: true},
		"in the open":        {kept: true, set: func(c *SaveSettings) { c.Mail.Security, c.Mail.User = Open, "" }, forget: true},
		"a long password":    {kept: true, set: func(c *SaveSettings) { c.Password, c.NewPassword = strings.Repeat("a", 1000), true }},
		"a longer one": {kept: true, set: func(c *SaveSettings) {
			c.Password, c.NewPassword = strings.Repeat("a", 1001), true
		}, code: "message.password_form"},
		"one of two lines":      {kept: true, set: func(c *SaveSettings) { c.Password, c.NewPassword = "a\nb", true }, code: "message.password_form"},
		"a lead that cannot be": {kept: true, set: func(c *SaveSettings) { c.SlotLead = 0 }, code: "message.settings_invalid"},
	} {
		do := SaveSettings{Settings: before}
		c.set(&do)
		got, forget, err := DecideSettings(before, c.kept, admin("one"), do)
		if c.code != "" {
			if !fault.Is(err, c.code) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || forget != c.forget || got.ChangedBy != "Loa" || got.SlotLead != do.SlotLead {
			t.Errorf("%s: forget %t, %+v, %v", name, forget, got, err)
		}
	}
	if _, _, err := DecideSettings(before, true, mai("one"), SaveSettings{Settings: before}); !fault.Is(err, "accounts.denied") {
		t.Errorf("by who may not: %v", err)
	}
	m := admin("one")
	m.Seen = "what was there before"
	if _, _, err := DecideSettings(before, true, m, SaveSettings{Settings: before}); fault.Of(err).Kind != fault.Stale {
		t.Errorf("from an older edition: %v", err)
	}
}

func TestAWebhook(t *testing.T) {
	fields := HookFields{Name: "  Zalo của tỉnh ", URL: "https://tin.laocai.vn/loa", Topics: []Topic{SlotMissed, Reported, SlotMissed}}
	made, err := DecideHook(nil, MostHooks-1, admin("one"), SaveHook{HookFields: fields})
	if err != nil || made.ID != admin("one").NewID() || made.Name != "Zalo của tỉnh" || !slices.Equal(made.Topics, []Topic{SlotMissed, Reported}) ||
		!made.Created.Equal(noon) || made.ChangedBy != "Loa" {
		t.Fatalf("made %+v, %v", made, err)
	}
	with := func(set func(f *HookFields)) HookFields { f := fields; set(&f); return f }
	later := admin("two")
	later.At = noon.Add(time.Hour)
	changed, err := DecideHook(&made, MostHooks, later, SaveHook{ID: made.ID,
		HookFields: with(func(f *HookFields) { f.Paused, f.Topics = true, []Topic{Judged} })})
	if err != nil || changed.ID != made.ID || !changed.Created.Equal(noon) || !changed.Paused || !slices.Equal(changed.Topics, []Topic{Judged}) ||
		!slices.Equal(changed.Changed, []string{"paused", "topics"}) {
		t.Errorf("changed %+v, %v", changed, err)
	}
	for code, f := range map[string]HookFields{
		"accounts.name_missing":  with(func(f *HookFields) { f.Name = " " }),
		"message.url_form":       with(func(f *HookFields) { f.URL = "tin.laocai.vn" }),
		"message.topics_missing": with(func(f *HookFields) { f.Topics = nil }),
		"message.topic_unknown":  with(func(f *HookFields) { f.Topics = []Topic{Trial} }),
	} {
		if _, err := DecideHook(nil, 0, admin("one"), SaveHook{HookFields: f}); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := DecideHook(nil, MostHooks, admin("one"), SaveHook{HookFields: fields}); !fault.Is(err, "message.too_many_hooks") {
		t.Errorf("one too many: %v", err)
	}
	if _, err := DecideHook(nil, 0, mai("one"), SaveHook{HookFields: fields}); !fault.Is(err, "accounts.denied") {
		t.Errorf("by who may not: %v", err)
	}
	later.Seen = changed.Edition().Tag
	if _, err := DecideHook(&made, 1, later, SaveHook{ID: made.ID, HookFields: fields}); fault.Of(err).Kind != fault.Stale {
		t.Errorf("from another edition: %v", err)
	}
}

func TestASecretIsOneThatWasMade(t *testing.T) {
	one, other := NewSecret(), NewSecret()
	if err := CheckSecret(one); err != nil || one == other {
		t.Errorf("%s, %s: %v", one, other, err)
	}
	for _, s := range []string{"", strings.TrimPrefix(one, SecretPrefix), one + "a", one[:len(one)-1], one + "\n"} {
		if err := CheckSecret(s); !fault.Is(err, "message.secret_form") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// What a person wants to be told is her own to say.
func TestAChoiceIsOnesOwn(t *testing.T) {
	good := Choice{Person: "mai", Mail: "mai@laocai.vn", Phone: "+84 912.345-678", Not: []Topic{WeekSummary}}
	kept, err := DecideChoice(Choice{Person: "mai"}, mai("one"), good)
	if err != nil || kept.Phone != "+84912345678" || kept.ChangedBy != "Mai" || !slices.Equal(kept.Changed, []string{"mail", "not", "phone"}) {
		t.Errorf("%+v, %v", kept, err)
	}
	if none, err := DecideChoice(kept, mai("two"), Choice{Person: "mai"}); err != nil || none.Mail != "" || none.Phone != "" || none.Not != nil {
		t.Errorf("all taken back: %+v, %v", none, err)
	}
	for _, c := range []struct {
		name string
		m    accounts.Meta
		set  func(c *Choice)
		code string
	}{
		{"nobody", accounts.Meta{ID: "x", At: noon}, func(*Choice) {}, "accounts.log_in_first"},
		{"another's", mai("one"), func(c *Choice) { c.Person = "hoa" }, "accounts.denied"},
		{"another's, by the administrator", admin("one"), func(*Choice) {}, "accounts.log_in_first"},
		{"a bad address", mai("one"), func(c *Choice) { c.Mail = "mai" }, "message.mail_form"},
		{"a short number", mai("one"), func(c *Choice) { c.Phone = "0912345" }, "message.phone_form"},
		{"a number in words", mai("one"), func(c *Choice) { c.Phone = "không có" }, "message.phone_form"},
		{"no such topic", mai("one"), func(c *Choice) { c.Not = []Topic{Reported} }, "message.topic_unknown"},
	} {
		do := good
		c.set(&do)
		if _, err := DecideChoice(Choice{Person: "mai"}, c.m, do); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	m := mai("three")
	m.Seen = Choice{Person: "mai"}.Edition().Tag
	if _, err := DecideChoice(kept, m, good); fault.Of(err).Kind != fault.Stale {
		t.Errorf("from an older edition: %v", err)
	}
}
