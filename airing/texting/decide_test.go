package texting

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/scheduler"
	"loa/stations"
)

// house is a Monday on which every station airs P1 at 05:00 and P2 at 17:00; Lan is in the file of station 1, and
// Vừ runs stations 1 and 2.
type house struct {
	Facts
	people  *accounts.Directory
	choices []message.Choice
	lines   map[string]airing.Line // by slot
	n       int
}

const lan, vu = "0912345678", "0987654321"

var day = time.Date(2024, 5, 13, 0, 0, 0, 0, text.Zone)

func open24() *house {
	units, list := stations.Founding()
	list[0].Contacts = []stations.Contact{{Name: "Hoàng Thị Lan", Phone: "+84912345678"}}
	reg := stations.NewRegistry(units, list)
	made := day.AddDate(0, -1, 0)
	rule := func(id, programme, cron string) scheduler.Rule {
		return scheduler.Rule{ID: id, Versions: []scheduler.Version{{Since: made, Programme: programme, Cron: cron, Minutes: 15,
			Selection: scheduler.Selection{All: true}, Priority: scheduler.Ordinary}}}
	}
	plan := scheduler.NewSchedule([]scheduler.Programme{{ID: "P1", Title: "Bản tin xã", CountsTowardTarget: true, CreatedAt: made},
		{ID: "P2", Title: "Nông thôn mới", CountsTowardTarget: true, CreatedAt: made}}, nil,
		[]scheduler.Rule{rule("R1", "P1", "0 5 * * *"), rule("R2", "P2", "0 17 * * *")})
	grant := func(id string) accounts.Grant {
		return accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: id}}
	}
	people := accounts.NewDirectory([]accounts.Person{{ID: "vu", Name: "Vừ A Páo", Grants: []accounts.Grant{grant("S00001"), grant("S00002"),
		{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}}}})
	h := &house{people: people, choices: []message.Choice{{Person: "vu", Phone: vu}}, lines: map[string]airing.Line{}}
	h.Facts = Facts{Settings: Settings{On: true}, Plan: airing.Plan{Registry: reg, Schedule: plan, Settings: airing.DefaultSettings()},
		Line: func(slot string) (*airing.Line, error) {
			if l, said := h.lines[slot]; said {
				return &l, nil
			}
			return nil, nil
		}}
	return h
}

// text lets a text be heard at that time of the day, sent at another, and keeps what it says.
func (h *house) text(t *testing.T, from, heard, sent, body string) Text {
	t.Helper()
	h.n++
	clock := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2024-05-13 "+s, text.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return at.UTC()
	}
	h.Senders = Senders(Number(from), h.Plan.Registry, h.people, h.choices)
	c := Receive{ID: strings.Repeat("x", h.n), From: from, Text: body, SentAt: clock(sent)}
	d, err := Decide(h.Facts, accounts.Meta{ID: "m", By: accounts.GatewayPerson().Actor("token"), At: clock(heard)}, c)
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	kept := d.Text
	if r := d.Confirm; r != nil {
		slot, err := h.Plan.Schedule.Slot(h.Plan.Registry, r.Slot)
		if err != nil {
			t.Fatal(err)
		}
		line := airing.Line{Report: airing.Report{ID: r.ID, Station: d.Station, Slot: r.Slot, Outcome: r.Outcome, Reason: r.Reason, Corrects: r.Corrects,
			StartedAt: r.StartedAt, Texted: r.Texted}, By: d.By, ReceivedAt: clock(heard)}
		if line.StartedAt.IsZero() {
			line.StartedAt = slot.Start.UTC()
		}
		if kept, err = d.After(h.Plan.Registry, line, nil); err != nil {
			t.Fatal(err)
		}
		h.lines[r.Slot] = line
	}
	h.Recent = append([]Text{kept}, h.Recent...)
	if len(kept.Reply) > replyMost || strings.ContainsFunc(kept.Reply, func(r rune) bool { return r > '~' }) || strings.Contains(kept.Reply, "{") {
		t.Errorf("%q is answered %q", body, kept.Reply)
	}
	return kept
}

// A day of texts, each after those before it.
func TestADayOfTexts(t *testing.T) {
	type one struct{ from, heard, sent, body, want string } // want: the state, and what the answer holds
	for name, texts := range map[string][]one{
		"one after the other, a repeat, and nothing twice": {
			{lan, "05:20", "05:20", "PT OK", "reported: DA PHAT Ban tin xa luc 05:00 13/05"},
			{lan, "05:21", "05:20", "PT OK", "repeated: Buoi 05:00 13/05"},
			{lan, "10:00", "05:20", "pt ok", "repeated: Buoi 05:00"},
			{lan, "16:50", "16:50", "PT OK 17:00", "reported: 17:00"}, // the log says that it has not begun
			{lan, "17:30", "17:30", "PT 02659 OK 17:05", "corrected: Da sua"},
		},
		"with a time, out of order": {
			{lan, "17:30", "17:30", "ok 17h10", "reported: Nong thon moi luc 17:10"},
			{lan, "17:40", "05:20", "pt ko dien", "reported: KHONG PHAT Ban tin xa luc 05:00 13/05. Ly do: Mat dien"},
		},
		"two that wait are asked about": {
			{lan, "18:00", "18:00", "PT OK", "asked: Ngay 13/5/2024 co 2 buoi: 05:00 va 17:00. Nhan lai kem gio, vi du: PT"},
			{lan, "18:01", "18:01", "PT OK ban tin", "reported: Ban tin xa"},
			{lan, "18:02", "18:02", "PT OK", "reported: Nong thon moi"},
		},
		"a correction of her own, by the order in which it was sent": {
			{lan, "05:30", "05:10", "PT KO MAY", "reported: Hong thiet bi"},
			{lan, "05:31", "05:24", "PT OK 5:20", "asked: da ghi: Khong phat duoc. Muon sua, nhan du: PT 02659 OK 05:00"},
			{lan, "05:31", "05:25", "PT 02659 OK 5:20", "corrected: Da sua: dai"},
			{lan, "05:40", "05:08", "PT KO DIEN 5:00", "refused: tin nhan sau cua so nay"},
			{lan, "05:41", "05:25", "PT 02659 KO DIEN", "corrected: Mat dien"}, // within one minute, as it was heard
		},
		"somebody else's word stands": {
			{vu, "05:20", "05:20", "PT 02659 OK 5:00", "reported: DA PHAT"},
			{lan, "05:30", "05:30", "PT KO DIEN", "refused: da co Vu A Pao bao: Da phat"},
			{lan, "05:31", "05:31", "PT OK", "repeated: Da phat"},
		},
		"who has two stations names one": {
			{vu, "05:20", "05:20", "PT OK", "asked: Nhan lai kem ma dai: 02659, 02662"},
			{vu, "05:21", "05:21", "PT 02662 OK", "reported: DA PHAT"},
			{vu, "05:22", "05:22", "PT 02665 OK", "asked: khong bao duoc cho dai ma 02665"},
		},
		"what is not clear": {
			{lan, "05:20", "05:20", "PT", "helped: KO DIEN 17:05. Ly do: DIEN, MAY, MUA, NGUOI, KHAC"},
			{lan, "05:20", "05:20", "PT OK KO", "asked: Chua ro y. Da phat thi nhan: PT 02659 OK 17:05"},
			{lan, "05:20", "05:20", "PT KO", "asked: Vi sao khong phat?"},
			{lan, "05:20", "05:20", "PT OK 11:00", "asked: co 2 buoi"},
			{lan, "04:20", "04:20", "PT OK", "refused: Buoi 05:00 chua den gio"},
			{lan, "04:20", "04:20", "PT KO MUA", "asked: vi du: PT 02659 KO MUA 17:00"},
			{lan, "04:20", "04:20", "PT KO MUA 5:00", "reported: Thoi tiet"},
			{lan, "08:00", "08:00", "PT OK hôm qua", "asked: Ngay 12/5/2024 co 2 buoi"},
			{lan, "08:00", "08:00", "PT OK 12/5 17:00", "reported: 17:00 12/05"},
		},
		"a stranger is answered once": {
			{"+84900000001", "05:20", "05:20", "PT 02659 OK", "stranger: chua co trong ho so"},
			{"0900000001", "05:21", "05:21", "PT 02659 OK", "stranger: "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := open24()
			for _, x := range texts {
				got := h.text(t, x.from, x.heard, x.sent, x.body)
				state, holds, _ := strings.Cut(x.want, ": ")
				if string(got.State) != state || !strings.Contains(got.Reply, holds) || holds == "" && got.Reply != "" {
					t.Errorf("%s, %q:\n got %s: %s\nwant %s", x.heard, x.body, got.State, got.Reply, x.want)
				}
			}
		})
	}
}

// A correction is of what the same number said by text, that nobody has looked at.
func TestWhatSomebodyVerifiedIsNotCorrectedByText(t *testing.T) {
	h := open24()
	first := h.text(t, lan, "05:20", "05:20", "PT OK")
	for slot, l := range h.lines {
		l.Finding = airing.Verified
		h.lines[slot] = l
	}
	if got := h.text(t, lan, "05:30", "05:30", "PT KO DIEN 5:00"); got.State != Refused || got.Report != first.ID {
		t.Errorf("%+v", got)
	}
}

// By text one acts at the station of the number and nowhere else, whatever else one may do.
func TestATextActsAtItsStationAlone(t *testing.T) {
	h := open24()
	for _, s := range Senders(vu, h.Plan.Registry, h.people, h.choices) {
		where := h.Plan.Registry.Where("S00003")
		if s.By.Person != "vu" || !s.By.Can(accounts.ReportAiring, h.Plan.Registry.Where(s.Station)) || s.By.Can(accounts.ReportAiring, where) ||
			s.By.Can(accounts.VerifyAiring, h.Plan.Registry.Where(s.Station)) {
			t.Errorf("%+v", s)
		}
	}
	gate := accounts.GatewayPerson().Actor("token")
	if !gate.Can(accounts.HandOnTexts, accounts.Where{}) || gate.CanSomewhere(accounts.ReportAiring) || gate.CanSomewhere(accounts.ReadStations) ||
		gate.SignedIn() {
		t.Error("the gateway may do more than hand on texts")
	}
}

func TestWhatAGatewayMustSay(t *testing.T) {
	h, at := open24(), day.Add(6*time.Hour).UTC()
	good := Receive{ID: "1", From: lan, Text: "PT OK", SentAt: at}
	for code, edit := range map[string]func(*Receive){
		"texts.id_form":   func(c *Receive) { c.ID = "" },
		"texts.from_form": func(c *Receive) { c.From = "Viettel" },
		"texts.text_form": func(c *Receive) { c.Text = strings.Repeat("a", 1001) },
		"texts.sent_form": func(c *Receive) { c.SentAt = time.Time{} },
	} {
		c := good
		edit(&c)
		if _, err := Decide(h.Facts, accounts.Meta{At: at}, c); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	ahead := good
	ahead.SentAt = at.Add(time.Hour)
	if _, err := Decide(h.Facts, accounts.Meta{At: at}, ahead); !fault.Is(err, "texts.sent_form") {
		t.Errorf("sent in an hour: %v", err)
	}
	ahead.SentAt, ahead.SentMS = time.Time{}, at.UnixMilli()
	if d, err := Decide(h.Facts, accounts.Meta{At: at}, ahead); err != nil || !d.SentAt.Equal(at) {
		t.Errorf("in milliseconds: %v, %v", d.SentAt, err)
	}
	h.Settings.On = false
	if _, err := Decide(h.Facts, accounts.Meta{At: at}, good); !fault.Is(err, "texts.off") {
		t.Errorf("switched off: %v", err)
	}
	h.Trial = true
	if _, err := Decide(h.Facts, accounts.Meta{At: at}, good); err != nil {
		t.Errorf("switched off, a trial: %v", err)
	}
	h.Trial = false
	h.Settings.On = true
	for range hourlyMost {
		h.Recent = append(h.Recent, Text{At: at})
	}
	if _, err := Decide(h.Facts, accounts.Meta{At: at}, good); !fault.Is(err, "texts.too_many") {
		t.Errorf("too many: %v", err)
	}
	if _, err := Decide(h.Facts, accounts.Meta{At: at.Add(time.Hour)}, good); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// An answer fits into one part, whatever the names; with tone marks where they are set.
func TestAnswersFit(t *testing.T) {
	h := open24()
	h.Plan.Schedule = scheduler.NewSchedule([]scheduler.Programme{{ID: "P1", Title: strings.Repeat("Chương trình “dài” – ", 9)}}, nil,
		[]scheduler.Rule{{ID: "R1", Versions: []scheduler.Version{{Since: day.AddDate(0, -1, 0), Programme: "P1", Cron: "0 5 * * *", Minutes: 15,
			Selection: scheduler.Selection{All: true}, Priority: scheduler.Ordinary}}}})
	if got := h.text(t, lan, "05:20", "05:20", "PT KO NGUOI"); !strings.HasSuffix(got.Reply, "Ly do: Khong co nguoi truc.") {
		t.Errorf("%q", got.Reply)
	}
	h = open24()
	h.Settings.Marks = true
	h.Senders = Senders(lan, h.Plan.Registry, h.people, h.choices)
	d, err := Decide(h.Facts, accounts.Meta{At: day.UTC()}, Receive{ID: "1", From: lan, Text: "PT", SentAt: day})
	if err != nil || !strings.HasPrefix(d.Reply, "Đã phát: PT ") {
		t.Errorf("%q, %v", d.Reply, err)
	}
}

// unclear are texts of which nothing may be written down, sent at 18:00 of a day with airings at 05:00 and 17:00.
const unclear = `
vâng
vang
Vâng ạ
dạ vâng em biết rồi
đừng phát
dung phat
chuẩn bị phát
Chiều nay em sẽ phát lúc 17h
chieu nay phat 17h
da phat nhung loa im
PT không mất điện, đã phát
khong phai mat dien
PT OK hom kia 17:00
PT OK thứ tư 17:00
PT OK thu 4 17:00
PT OK tuần trước 17:00
PT OK mai 17:00
PT OK ngày mai
PT OK hôm trước 17:00
PT OK 12h dem
PT OK 12h đêm nay
PT OK 17:00 1/1/2020
PT OK 17:00 1/1
PT OK 14/5 17:00
PT OK 14/5/2024 17:00
PT OK 5/5 17:00
PT OK 13/5/2025 17:00
PT OK 13/5/2023 17:00
PT OK 31/12 17:00
PT OK 17:00 13/13
PT OK 17:00 0/5
PT OK 11:00
PT OK 19:00
PT OK 03:00
PT OK 15:59
PT OK 24:00
PT OK 17:60
PT OK 5
PT OK 17
PT OK 2 buoi
PT OK ca hai buoi
PT OK sang va chieu
PT OK 5:00 17:00
PT OK 5h va 17h
PT OK KO 17:00
PT OK ko dien 17:00
PT OK? 17:00
PT OK chua 17:00
PT OK k 17:00
da phat chua 17h
đã phát 17h chưa
phat roi ha 17h
chưa phát 17h
chua phat vi mat dien 17h
chưa phát được vì hỏng máy 17:00
sắp phát 17h
se phat 17h
dang phat 17h
đang phát 17h
17h phát
phat 17:00
phat lai 17h
phạt 17h OK
mai phat 17h
toi phat 17h
hoãn phát 17h
hoan phat 17h
khong duoc phat 17h OK
khong OK 17:00
ko ok 17:00
PT KHONG OK 17:00
PT KO OK 17:00
PT KO phai DIEN 17:00
PT KO mat dien 17:00
PT khong mua 17:00
PT khong hong may 17:00
khong phat mat dien mua bao 17h
khong phat nua 17h vi het mua
khong nghe thay phat 17h
không ai nghe 17h
không biết 17h
ko biet phat chua 17h
mấy giờ phát
may gio phat 17h
mất điện xong phát rồi 17h
mat dien nhung da phat 17h
mat dien tu 17h den 18h
sap mat dien 17h
neu mat dien 17h
co dien roi 17h
dien co roi 17h
PT dien 17h
PT may 17h
máy chạy tốt 17h
may tot OK 17h
PT báo cáo 17:00
PT báo KO 17h báo
PT KO DIEN MAY 17:00
PT KO DIEN 17:00 nhầm
PT KO 17:00 nham
nham PT OK 17:00
huy PT OK 17:00
PT OK 17:00 sai
PT OK 17:00 nhưng nhỏ
PT OK 17:00 nua chung
PT OK nửa buổi 17:00
PT OK 17:00 mat tieng
PT OK 17:00 loa hong
PT OK 17:00 50%
PT OK 17:00 👍
PT OK 17:00 + 5
PT OK 17:00 0987654321
PT OK 17 gio kem 5
PT OK khoang 17h
PT OK truoc 17h
PT OK sau 17h
PT OK moi 17:00
PT OK nông bản 17:00
PT OK ban tin 5h nong thon
PT KO DIEN ngay kia 17:00
PT KO DIEN tu mai
Khuyến mại 50% giá trị thẻ nạp
Anh ơi phát chưa
ok em
OK không em 17h
thôi không phát nữa 17h
cho phat 17h
xin phat 17h
phai phat 17h
can phat 17h
muon phat 17h
PT 02659 OK trua
PT OK dem
PT OK 6h toi
PT OK 15:00 sang
`

// Only what is understood to its last word is written down.
func TestWhatIsNotUnderstoodIsAskedBack(t *testing.T) {
	for body := range strings.SplitSeq(strings.TrimSpace(unclear), "\n") {
		h := open24()
		if got := h.text(t, lan, "18:00", "18:00", body); len(h.lines) != 0 || !strings.Contains(got.Reply, "PT 02659 ") &&
			!strings.Contains(got.Reply, "13/5") && !strings.Contains(got.Reply, "7 ngay truoc") {
			t.Errorf("%q: %s: %s", body, got.State, got.Reply)
		}
	}
	for body, want := range map[string]string{"PT OK 17 05": "DA PHAT Nong thon moi luc 17:05 13/05", "PT OK chieu": "luc 17:00 13/05",
		"PT OK chiều qua": "luc 17:00 12/05", "sang qua 5h30 ok": "DA PHAT Ban tin xa luc 05:30 12/05", "PTOK 5:05PM": "luc 17:05 13/05",
		"PT OK 17h 12.5.2024": "luc 17:00 12/05", "em đã phát xong lúc 5 giờ sáng ạ": "luc 05:00 13/05", "PTKODIEN17h": "KHONG PHAT Nong thon moi luc 17:00",
		"mất điện chiều nay": "Ly do: Mat dien", "ko phat duoc 17h vi mua to": "Thoi tiet", "PT KO 17:00 khac": "Ly do: Ly do khac"} {
		h := open24()
		if got := h.text(t, lan, "18:00", "18:00", body); got.State != Reported || !strings.Contains(got.Reply, want) {
			t.Errorf("%q: %s: %s", body, got.State, got.Reply)
		}
	}
}

// A sentence with one word that is not known is never written down, wherever the word stands.
func TestOneUnknownWordIsEnoughToAsk(t *testing.T) {
	sentences := []string{"PT OK 17:05", "PT 02659 OK 17:05 13/5", "PT KO DIEN 17:00", "hôm nay không phát do mất điện 17h", "đã phát xong lúc 17h05 hôm qua"}
	for _, word := range []string{"se", "đừng", "chưa", "nhưng", "mai", "vang", "xyz", "moi", "kia", "sai", "99", "%", "q", "báo", "0912345678", "không",
		"nếu"} {
		for _, s := range sentences {
			list := strings.Fields(s)
			for i := range len(list) + 1 {
				body := strings.Join(slices.Insert(slices.Clone(list), i, word), " ")
				h := open24()
				if got := h.text(t, lan, "18:00", "18:00", body); len(h.lines) != 0 {
					t.Errorf("%q: %s", body, got.Reply)
				}
			}
		}
	}
}

// What is a report stands, and a bare word does not overturn it.
func TestABareWordOverturnsNothing(t *testing.T) {
	for _, body := range []string{"vâng", "ko dien", "PT KO MAY 17:00", "không phát do mất điện", "PT KO"} {
		h := open24()
		first := h.text(t, lan, "17:10", "17:10", "PT OK 17:00")
		h.text(t, lan, "17:11", "17:11", "PT OK 5:00")
		if got := h.text(t, lan, "17:20", "17:20", body); first.State != Reported || len(h.lines) != 2 || got.State == Corrected {
			t.Errorf("%q: %s: %s", body, got.State, got.Reply)
		}
	}
}

// A number in a station's file is that station's, whoever gives it; and nobody gives what is another's.
func TestANumberOfAFileIsNobodyElses(t *testing.T) {
	h := open24()
	grant := []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00002"}}}
	h.people = accounts.NewDirectory([]accounts.Person{{ID: "vu", Name: "Vừ", Grants: grant}, {ID: "pao", Name: "Páo", Grants: grant}, {ID: "chief"}})
	h.choices = []message.Choice{{Person: "vu", Phone: lan}, {Person: "pao", Phone: vu}}
	if list := Senders(lan, h.Plan.Registry, h.people, h.choices); len(list) != 1 || list[0].Station != "S00001" || list[0].By.Person != "" {
		t.Errorf("%+v", list)
	}
	for _, x := range []struct{ person, number, code string }{{"vu", "+84 912 345 678", "texts.number_of_station"}, {"vu", vu, "texts.number_of_person"},
		{"pao", vu, ""}, {"vu", "0911111111", ""}, {"vu", "", ""}, {"chief", lan, ""}} {
		err := Given(x.number, x.person, h.Plan.Registry, h.people, h.choices)
		if x.code == "" && err != nil || x.code != "" && !fault.Is(err, x.code) {
			t.Errorf("%+v: %v", x, err)
		}
	}
}
