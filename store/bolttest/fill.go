package bolttest

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/airing/oldbook"
	"loa/airing/sample"
	"loa/airing/texting"
	"loa/audio"
	"loa/audio/match"
	"loa/contest"
	"loa/contest/ranking"
	"loa/coverage"
	"loa/internal/doctext"
	"loa/internal/once"
	"loa/internal/text"
	"loa/library"
	"loa/message"
	"loa/message/pushtest"
	"loa/outgoing"
	"loa/plan"
	"loa/quiz"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
	"loa/store/bolt"
)

var (
	//go:embed voice.mp3
	voice []byte
	//go:embed voice-cut.mp3
	voiceCut []byte // without its first two seconds
	//go:embed work-1.mp3 work-2.mp3
	works embed.FS // two voices more, for a contest
)

// FilledPassphrase is that of every person Fill adds.
const FilledPassphrase = "loa-phat-thanh-xa"

// FilledWeek is the week Fill closes; in the next one only a few reports are.
var FilledWeek = airing.Calendar{Zone: text.Zone}.Week(filledMonday)

var filledMonday = time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)

// filler carries out the commands that fill a store, each under an ID of its own
// that is the same every time.
type filler struct {
	t     testing.TB
	ctx   context.Context
	s     *bolt.Store
	blobs library.Blobs
	n     int
	phc   string
}

// Fill puts a little of everything into an empty store by the commands people
// use, so that no table stays empty: accounts, stations, a merger, programmes,
// reports with every reason, evidence, verdicts, a closed week, excuses,
// recordings with their copies, and a contest with its results published.
func Fill(t testing.TB, s *bolt.Store, blobs library.Blobs) {
	t.Helper()
	phc, err := accounts.HashPassphrase(t.Context(), FilledPassphrase)
	f := &filler{t: t, ctx: t.Context(), s: s, blobs: blobs, phc: phc}
	f.must(err)
	f.places()
	people := f.people()
	files := f.library()
	rule := f.plan(files[0].ID)
	f.week(rule, people)
	f.contest(people)
	f.jobs(rule)
	f.succession()
	f.lists(people)
	f.messages(people)
	f.texts(people[accounts.Admin])
	f.proofs(people[accounts.Admin])
	f.samples(people[accounts.Operator])
	f.outgoing(people[accounts.Monitor])
	f.layouts(people[accounts.Admin])
	f.indicators(people)
	f.quizzes(people[accounts.Admin])
	f.oldBooks(people[accounts.Monitor])
	f.share(people[accounts.Admin])
	f.erasures(people[accounts.Admin])
}

func (f *filler) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatalf("fill: %v", err)
	}
}

func (f *filler) id() string {
	f.n++
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "fill/%d", f.n)).String()
}

func (f *filler) meta(by accounts.Actor, at time.Time) accounts.Meta {
	return accounts.Meta{ID: f.id(), By: by, At: at.UTC()}
}

// daemon is the meta of a change the daemon makes so many days before the week.
func (f *filler) daemon(days int) accounts.Meta {
	return f.meta(accounts.Daemon(), filledMonday.AddDate(0, 0, -days))
}

func (f *filler) places() {
	units, list := stations.Founding()
	list = list[:12]
	f.must(f.s.Found(f.ctx, f.daemon(40), units, list))
	_, err := f.s.SaveStation(f.ctx, f.daemon(39), stations.SaveStation{ID: list[0].ID, Fields: list[0].Fields})
	f.must(err)
}

// quizzes holds two knowledge contests, one by number and one by code, each with tries and a result.
func (f *filler) quizzes(by accounts.Actor) {
	at := filledMonday.AddDate(0, 0, 30)
	for i := range 4 {
		_, err := f.s.SaveQuestion(f.ctx, f.meta(by, at), quiz.SaveQuestion{Text: fmt.Sprintf("Câu hỏi số %d?", i), Answers: []string{"Có", "Không"},
			Right: 1 + i%2})
		f.must(err)
	}
	for i, way := range quiz.Ways {
		q, err := f.s.SaveQuiz(f.ctx, f.meta(by, at), quiz.SaveContest{Rules: quiz.Rules{Title: fmt.Sprintf("Tìm hiểu nông thôn mới %d", i), Way: way,
			Opens: at, Closes: at.Add(time.Hour), Draws: 2, Minutes: 10, Prizes: []quiz.Prize{{Name: "Nhất", Count: 1, Amount: 500_000}}}})
		f.must(err)
		_, err = f.s.MoveQuiz(f.ctx, f.meta(by, at), quiz.MakeMove{ID: q.ID, Move: quiz.Announce, Seed: "hạt giống"})
		f.must(err)
		var codes []quiz.Code
		if way == quiz.ByCode {
			_, err = f.s.MakeCodes(f.ctx, f.meta(by, at), quiz.MakeCodes{ID: q.ID, Station: "S00001", Each: 3})
			f.must(err)
			codes, err = f.s.Codes(f.ctx, by, q.ID, "")
			f.must(err)
		}
		for n, commune := range []string{"S00001", "S00002"} {
			m := f.meta(accounts.Actor{}, at.Add(time.Minute))
			c := quiz.Begin{Contest: q.ID, Name: "Giàng A Páo", Phone: fmt.Sprintf("091234567%d", n), Station: commune, Agreed: true}
			if codes != nil {
				c.Code = codes[n].Code
			}
			_, err := f.s.BeginTry(f.ctx, m, c)
			f.must(err)
			guess := n
			_, err = f.s.AnswerTry(f.ctx, f.meta(accounts.Actor{}, at.Add(2*time.Minute)), quiz.Answer{Contest: q.ID, Secret: m.ID, Timed: true,
				Shown: []int{1, 2}, MS: []int{1000, 2000}, Guess: &guess, Send: n == 0})
			f.must(err)
		}
		_, err = f.s.MoveQuiz(f.ctx, f.meta(by, at.Add(2*time.Hour)), quiz.MakeMove{ID: q.ID, Move: quiz.Fix, Sure: true})
		f.must(err)
	}
}

// outgoing gives four numbers, two of them to papers that pages draw, and strikes one out.
func (f *filler) outgoing(by accounts.Actor) {
	var last outgoing.Entry
	for i, week := range []string{"", "2024-W19", "", "2024-W20"} {
		c := outgoing.Take{Kind: outgoing.Kinds[i%2], About: "Kết quả phát thanh",
			Head: outgoing.Head{Agency: "Văn phòng điều phối NTM", Symbol: "VPĐP", Place: "Lào Cai"}}
		if week != "" {
			c.Of, c.Sum = "/coverage/paper?week="+week, strings.Repeat("a1", 32)
		}
		var err error
		last, err = f.s.TakeNumber(f.ctx, f.meta(by, filledMonday.AddDate(0, 0, 7+i)), c)
		f.must(err)
		if i == 2 {
			_, err = f.s.StrikeOutNumber(f.ctx, f.meta(by, filledMonday.AddDate(0, 0, 8+i)), outgoing.StrikeOut{ID: last.ID, Why: "Lấy nhầm"})
			f.must(err)
		}
	}
}

// layouts lets two offices say who receives their papers, and lay one of them out their own way.
func (f *filler) layouts(by accounts.Actor) {
	reg, err := f.s.Registry(f.ctx)
	f.must(err)
	for i, district := range []string{"", reg.Where("S00001").District} {
		at := filledMonday.AddDate(0, 0, 20+i)
		_, err = f.s.SaveOffice(f.ctx, f.meta(by, at), outgoing.SaveOffice{District: district, Receivers: []string{"Như trên", "UBND tỉnh"}})
		f.must(err)
		d := outgoing.Drawns[i]
		file := doctext.Written([]string{fmt.Sprintf("Mẫu %d: {{số}}, {{ngày}}", i), "{{nội_dung}}"})
		c, err := outgoing.NewLayout(district, d, "mau.docx", file, outgoing.Sample(text.Vietnamese, d, at))
		f.must(err)
		l, err := f.s.TryLayout(f.ctx, f.meta(by, at), c)
		f.must(err)
		_, err = f.s.MoveLayout(f.ctx, f.meta(by, at), outgoing.MoveLayout{ID: l.ID, Use: true})
		f.must(err)
	}
}

// oldBooks brings a book of before Loa in, of which one is half brought and one half taken back.
func (f *filler) oldBooks(by accounts.Actor) {
	plan, err := f.s.Schedule(f.ctx)
	f.must(err)
	at := filledMonday.AddDate(0, 0, 12)
	for i := range 3 {
		c := oldbook.Begin{Source: oldbook.Source{Import: f.id(), File: "so-cu.xlsx", SHA256: strings.Repeat("ab", 32)}, Key: "x", Rows: 2,
			From: filledMonday.AddDate(0, 0, -60), Until: filledMonday.AddDate(0, 0, -59), Stations: []string{"S00001"}}
		_, err := f.s.BeginImport(f.ctx, f.meta(by, at), c)
		f.must(err)
		rows := []oldbook.Row{{Line: 2, Station: "S00001", Programme: plan.Programmes[0].ID, At: c.From.Add(time.Duration(i) * time.Hour).UTC(), Seconds: 600},
			{Line: 3, Station: "S00001", Programme: plan.Programmes[0].ID, At: c.Until.Add(time.Duration(i) * time.Hour).UTC(), Seconds: 600}}
		taken, err := f.s.TakeRows(f.ctx, at.UTC(), c.Import, 0, rows[:2-i%2], false)
		f.must(err)
		if taken.Taken != 2-i%2 {
			f.t.Fatalf("fill: an old book: %+v", taken)
		}
		if i == 2 {
			_, err = f.s.UndoImport(f.ctx, f.meta(by, at), oldbook.Undo{ID: c.Import, Why: "Nhầm tệp"})
			f.must(err)
		}
	}
}

// indicators brings a plan, and enters two figures of it, one of which is corrected.
func (f *filler) indicators(people map[accounts.Role]accounts.Actor) {
	_, err := f.s.CopyPlan(f.ctx, f.meta(people[accounts.Admin], filledMonday), plan.CopyPlan{To: 2024})
	f.must(err)
	for i, period := range []string{"2024-01", "2024-02", "2024-02"} {
		c := plan.Enter{Indicator: "2024-T1", Period: coverage.MustStretch(period), Value: new(plan.Of(40 + i)), Base: plan.Of(50), Proof: "12/BC-VPĐP"}
		if i == 2 {
			c.Follows, c.Why = 1, "Đếm lại"
		}
		_, err := f.s.EnterFigure(f.ctx, f.meta(people[accounts.Monitor], filledMonday.AddDate(0, 0, i)), c)
		f.must(err)
	}
}

// share makes something public, and two calendars of which one ends.
func (f *filler) share(admin accounts.Actor) {
	_, err := f.s.SaveFace(f.ctx, f.meta(admin, filledMonday), sharing.SaveFace{Stations: []string{"S00001", "S00002"}, Week: true, Winners: true,
		Programmes: []string{"P1"}, Publisher: "Văn phòng điều phối NTM", Email: "vpdp@example.vn"})
	f.must(err)
	var made [3]sharing.Calendar
	for i, name := range []string{"Điện thoại", "Máy bàn", "Máy cũ"} {
		made[i], err = f.s.MakeCalendar(f.ctx, f.meta(admin, filledMonday), sharing.MakeCalendar{Name: name, Secret: accounts.HashOf(name)})
		f.must(err)
	}
	_, err = f.s.EndCalendar(f.ctx, f.meta(admin, filledMonday.AddDate(0, 0, 1)), sharing.EndCalendar{ID: made[2].ID})
	f.must(err)
}

// erasures erases two people who reported an airing in which somebody named them.
func (f *filler) erasures(admin accounts.Actor) {
	schedule, err := f.s.Schedule(f.ctx)
	f.must(err)
	at := filledMonday.AddDate(0, 0, 50)
	for i, name := range []string{"Trần Thị Thôi", "Phạm Văn Chuyển"} {
		p, err := f.s.AddPerson(f.ctx, f.daemon(38), accounts.AddPerson{Name: name, Login: fmt.Sprint("thoiviec", i+1),
			Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: stations.StationID(2 + i)}}}})
		f.must(err)
		_, err = f.s.Confirm(f.ctx, f.meta(p.Actor("session"), at), airing.Confirm{ID: f.id(), Station: stations.StationID(2 + i), Note: name,
			Programme: schedule.Programmes[0].ID, Outcome: airing.Aired, Seconds: 600, StartedAt: at.Add(-time.Hour), Means: airing.FM})
		f.must(err)
		none, yes := []accounts.Grant{}, true
		_, err = f.s.ChangePerson(f.ctx, f.meta(admin, at), accounts.ChangePerson{Person: p.ID, Grants: &none, Disabled: &yes})
		f.must(err)
		_, err = f.s.Erase(f.ctx, f.meta(admin, at.Add(time.Duration(i+1)*time.Hour)), accounts.Erase{Person: p.ID, Reason: "Đơn số 1 của người đó"})
		f.must(err)
	}
}

// succession merges and splits the last of the stations, and undoes the split.
func (f *filler) succession() {
	at := filledMonday.AddDate(0, 0, 30)
	on := stations.DateOf(at)
	reg, err := f.s.Registry(f.ctx)
	f.must(err)
	code := reg.UnitOf("S00012").Code
	_, err = f.s.Merge(f.ctx, f.daemon(-30), stations.Merge{On: on, Rows: []stations.MergeRow{{Line: 2, OldCode: code, NewCode: "90001", NewName: "Xã Mới"}}})
	f.must(err)
	parts := []stations.SplitPart{{Code: "90001", Name: "Xã Mới"}, {Code: "90002", Name: "Xã Trên"}}
	_, err = f.s.Split(f.ctx, f.daemon(-31), stations.Split{On: on.AddDays(1), Code: "90001", Parts: parts})
	f.must(err)
	_, err = f.s.UndoSuccession(f.ctx, f.daemon(-32), coverage.Undo{Number: 2, Reason: "nhập nhầm"})
	f.must(err)
	for _, seconds := range []int{240, 300} {
		_, err = f.s.DecideAnew(f.ctx, f.daemon(-33), coverage.Anew{What: coverage.AnewTerms, Programme: "P1", From: stations.DateOf(filledMonday),
			CountsTowardTarget: true,
			MinSeconds:         seconds, Reason: "tỉnh quy định lại"})
		f.must(err)
	}
}

// lists keeps two lists of stations, one of them shared, with a station that was merged.
func (f *filler) lists(people map[accounts.Role]accounts.Actor) {
	for _, c := range []stations.SaveList{{Name: "Vùng cao", Stations: []string{"S00001", "S00002"}},
		{Name: "Sáp nhập", Shared: true, Stations: []string{"S00011", "S00012"}}} {
		_, err := f.s.SaveList(f.ctx, f.meta(people[accounts.Monitor], filledMonday.AddDate(0, 0, 34)), c)
		f.must(err)
	}
}

func (f *filler) people() map[accounts.Role]accounts.Actor {
	people := map[accounts.Role]accounts.Actor{}
	province := accounts.Scope{Level: accounts.Province}
	for _, p := range []struct {
		role  accounts.Role
		scope accounts.Scope
	}{{accounts.Admin, province}, {accounts.Editor, province}, {accounts.Monitor, province}, {accounts.Organiser, province},
		{accounts.Operator, accounts.Scope{Level: accounts.Station, ID: "S00001"}}, {accounts.Judge, accounts.Scope{Level: accounts.Contest, ID: "hoi-thi"}}} {
		made, err := f.s.AddPerson(f.ctx, f.daemon(38), accounts.AddPerson{Name: "Cán bộ " + string(p.role), Login: string(p.role) + "1",
			Grants: []accounts.Grant{{Role: p.role, Scope: p.scope}}, Passphrase: f.phc})
		f.must(err)
		people[p.role] = made.Actor("session")
	}
	admin := people[accounts.Admin]
	for i := range 2 {
		m := f.meta(admin, filledMonday.AddDate(0, 0, -3+i))
		link, err := accounts.Invite{Note: "Chị Hoa", Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: province}}}.With(f.ctx, accounts.NewSecret())
		f.must(err)
		_, err = f.s.Invite(f.ctx, m, link)
		f.must(err)
		for _, a := range []accounts.Actor{admin, people[accounts.Operator]} {
			session, err := f.s.StartSession(f.ctx, f.meta(a, m.At), accounts.StartSession{Hash: accounts.HashOf(accounts.NewSecret()),
				Browser: "Firefox", Address: "10.0.0.1"})
			f.must(err)
			if a.Has(accounts.Operator) {
				f.must(f.s.SetPIN(f.ctx, f.meta(a, m.At), accounts.SetPIN{Session: session.Root(), Hash: f.phc}))
			}
			_, err = f.s.SaveDevice(f.ctx, f.meta(a, m.At), message.NewDevice(session, pushtest.New().At("https://push.example.vn/"+session.ID), false))
			f.must(err)
		}
		who, err := f.s.AddPerson(f.ctx, f.daemon(38), accounts.AddPerson{Name: fmt.Sprint("Cán bộ hai bước ", i+1), Login: fmt.Sprint("haibuoc", i+1),
			Grants: []accounts.Grant{{Role: accounts.Editor, Scope: province}}, Passphrase: f.phc})
		f.must(err)
		_, spare, err := accounts.NewSpare(f.ctx)
		f.must(err)
		_, err = f.s.AddFactor(f.ctx, f.meta(who.Actor("session"), m.At), accounts.AddFactor{Kind: accounts.ByOwnDevice, Name: "Máy tính", Spare: spare,
			Passkey: accounts.Passkey{ID: fmt.Sprint("khoa-", i), Credential: []byte("{}")}})
		f.must(err)
		_, err = f.s.AddToken(f.ctx, f.meta(admin, m.At), accounts.AddToken{Hash: accounts.HashOf(accounts.NewSecret()), Person: admin.Person,
			Name: fmt.Sprint("Máy ", i+1), Expires: m.At.AddDate(0, 3, 0)})
		f.must(err)
	}
	_, err := f.s.SaveAccountSettings(f.ctx, f.meta(admin, filledMonday), accounts.SaveSettings{SecondFrom: filledMonday.AddDate(0, 6, 0)})
	f.must(err)
	return people
}

// keep examines bytes and keeps them as a recording.
func (f *filler) keep(kind library.Kind, by accounts.Actor, owner library.Owner, name string, b []byte, at time.Time) library.Recording {
	set := library.DefaultSettings()
	contentType, report, err := library.Examine(f.ctx, kind, bytes.NewReader(b), set, audio.Options{})
	f.must(err)
	r, err := f.s.SaveRecording(f.ctx, f.meta(by, at), library.SaveRecording{Kind: kind, Owner: owner, Name: name, ContentType: contentType,
		Blob: f.blob(b), Begun: at.UTC(), Report: report})
	f.must(err)
	return r
}

func (f *filler) blob(b []byte) library.Ref {
	ref, err := f.blobs.Put(f.ctx, bytes.NewReader(b), int64(len(b)))
	f.must(err)
	return ref
}

// tagged is an MP3 with so many tags of nothing before it: another file, the same sound.
func tagged(mp3 []byte, tags int) []byte {
	return append([]byte(strings.Repeat("ID3\x03\x00\x00\x00\x00\x00\x0a"+strings.Repeat("\x00", 10), tags)), mp3...)
}

// cut is an MP3 without its first n frames: another sound, alike to the whole.
func cut(mp3 []byte, n int) []byte {
	for ; n > 0; n-- {
		mp3 = mp3[1+bytes.Index(mp3[1:], mp3[:2]):]
	}
	return mp3
}

// library keeps three recordings, two of them of one voice, copies of both
// kinds, an announced end and bytes nothing points at.
func (f *filler) library() []library.Recording {
	set := library.DefaultSettings()
	set.Retention = 30 * 24 * time.Hour
	_, err := f.s.SaveLibrarySettings(f.ctx, f.daemon(37), set)
	f.must(err)
	own, station := library.Owner{Name: "Toà soạn"}, library.Owner{Name: "Đài xã", Station: "S00001"}
	list := []library.Recording{
		f.keep(library.ForProgramme, accounts.Daemon(), own, "nong-thon-moi.mp3", voice, filledMonday.AddDate(0, 0, -36)),
		f.keep(library.ForProgramme, accounts.Daemon(), own, "nong-thon-moi-ngan.mp3", voiceCut, filledMonday.AddDate(0, 0, -35)),
		f.keep(library.ForContest, accounts.Daemon(), station, "thu-giong.mp3", tagged(voice, 1), filledMonday.AddDate(0, 0, -35)),
	}
	_, err = f.s.JudgeLikeness(f.ctx, f.daemon(34), library.JudgeLikeness{One: list[0].ID, Other: list[1].ID, Word: library.Different,
		Reason: "Hai bản dựng khác lời"})
	f.must(err)
	for i, r := range list[:2] {
		p := audio.Programme()
		_, err = f.s.SaveBroadcastCopy(f.ctx, f.daemon(34), library.BroadcastCopy{Recording: r.ID, Blob: r.Blob, Small: r.Blob, Steps: i + 2,
			TargetLUFS: p.TargetLUFS, MaxTruePeak: p.MaxTruePeak})
		f.must(err)
		_, err = f.s.SaveBlindCopy(f.ctx, f.daemon(34), library.BlindCopy{Recording: r.ID, Blob: r.Blob})
		f.must(err)
	}
	_, err = f.s.ExpireRecordings(f.ctx, f.daemon(1), 1)
	f.must(err)
	idle := []string{f.blob([]byte("once a photo")).SHA256, f.blob([]byte("once a recording")).SHA256}
	f.must(f.s.NoteDamagedBlobs(f.ctx, []library.Damaged{{SHA256: idle[0], Since: filledMonday}, {SHA256: idle[1], Since: filledMonday.AddDate(0, 0, 1)}}))
	_, err = f.s.NoteIdleBlobs(f.ctx, idle, filledMonday.AddDate(0, 0, -1))
	f.must(err)
	return list
}

// plan makes two programmes and returns the rule of the one that counts.
func (f *filler) plan(recording string) string {
	var rule string
	for i, p := range []scheduler.SaveProgramme{
		{Title: "Nông thôn mới hằng tuần", Languages: []string{"vi"}, Topics: []scheduler.Topic{"ocop_cooperatives"}, CountsTowardTarget: true, MinSeconds: 10},
		{Title: "Thông báo của xã", Languages: []string{"vi"}, MinSeconds: 60},
	} {
		made, err := f.s.SaveProgramme(f.ctx, f.daemon(32), p)
		f.must(err)
		e, err := f.s.SaveEpisode(f.ctx, f.daemon(31), scheduler.SaveEpisode{Programme: made.ID, Title: "Số 1", Audio: []string{recording, ""}[i],
			Script: "Kính chào bà con.", Language: "vi", From: stations.DateOf(filledMonday), Until: stations.DateOf(filledMonday.AddDate(0, 0, 60)),
			Submit: true})
		f.must(err)
		_, err = f.s.MoveEpisode(f.ctx, f.daemon(30), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Approved})
		f.must(err)
		r, err := f.s.SaveRule(f.ctx, f.daemon(29), scheduler.SaveRule{Programme: made.ID, Cron: []string{"0 17 * * 1,4", "0 6 * * 3"}[i],
			Selection: scheduler.Selection{All: true}, From: stations.DateOf(filledMonday.AddDate(0, 0, -7))})
		f.must(err)
		if rule == "" {
			rule = r.ID
		}
	}
	return rule
}

// week lets the stations report: each reason once, one report corrected, one
// withdrawn, evidence of both kinds, every finding, and says nothing for the
// last stations, of which one is excused. The week is closed, and in the next
// there are two reports.
func (f *filler) week(rule string, people map[accounts.Role]accounts.Actor) {
	_, err := f.s.SaveAiringSettings(f.ctx, f.daemon(28), airing.Settings{OnTimeHours: 24, NearSlotHours: 12, CloseAfterDays: 7})
	f.must(err)
	at := filledMonday.Add(time.Hour)
	station := func(n int) string { return stations.StationID(n) }
	slot := func(n int, start time.Time) string { return scheduler.SlotID(rule, station(n), start) }
	report := func(n int, start time.Time, edit func(*airing.Confirm)) airing.Line {
		c := airing.Confirm{ID: f.id(), Slot: slot(n, start), Outcome: airing.Aired, Means: airing.FM}
		if edit != nil {
			edit(&c)
		}
		line, err := f.s.Confirm(f.ctx, f.meta(people[accounts.Admin], start.Add(time.Hour)), c)
		f.must(err)
		return line
	}
	for i, r := range airing.Reasons {
		report(1+i, filledMonday, func(c *airing.Confirm) { c.Outcome, c.Reason, c.Means = airing.NotAired, r, "" })
	}
	n := 1 + len(airing.Reasons)
	for i, finding := range airing.Findings {
		line := report(n+i, filledMonday, nil)
		kind, contentType, blob := airing.Photo, "image/png", f.blob(fmt.Appendf(nil, "\x89PNG\r\n\x1a\n%d", i))
		if i == 0 {
			kind, contentType, blob = airing.Sound, "audio/mpeg", f.blob(voiceCut[len(voiceCut)/2:])
		}
		_, err := f.s.Attach(f.ctx, f.meta(people[accounts.Admin], at), airing.Evidence{ID: f.id(), Report: line.ID, Kind: kind, Type: contentType,
			SHA256: blob.SHA256, Size: blob.Size})
		f.must(err)
		v := airing.Verdict{Report: line.ID, Finding: finding, Note: "Đã nghe"}
		_, err = f.s.VerifyAiring(f.ctx, f.meta(people[accounts.Monitor], at.Add(time.Hour)), v)
		f.must(err)
	}
	thursday := filledMonday.AddDate(0, 0, 3)
	wrong := report(1, thursday, nil)
	report(1, thursday, func(c *airing.Confirm) {
		c.Corrects, c.Why, c.StartedAt = wrong.ID, "ghi nhầm giờ", thursday.Add(9*time.Minute)
	})
	never := report(2, thursday, nil)
	report(2, thursday, func(c *airing.Confirm) {
		c.Corrects, c.Why, c.Outcome, c.Means = never.ID, "bấm nhầm", airing.Withdrawn, ""
	})
	for _, n := range []int{11, 12} {
		_, err = f.s.Excuse(f.ctx, f.meta(people[accounts.Monitor], at), coverage.Excuse{Week: FilledWeek + airing.Week(n-11), Station: station(n),
			Reason: airing.Weather, Note: "Lũ quét", Asked: people[accounts.Admin].Name})
		f.must(err)
	}
	for _, n := range []int{9, 10} {
		_, err = f.s.AskExcuse(f.ctx, f.meta(people[accounts.Monitor], at), coverage.AskExcuse{Station: station(n), From: FilledWeek + 2, Until: FilledWeek + 3,
			Reason: airing.Equipment, Note: "Tăng âm gửi đi sửa"})
		f.must(err)
	}
	for i, n := range []int{9, 10, 9} {
		_, err = f.s.RecordCall(f.ctx, f.meta(people[accounts.Monitor], at.AddDate(0, 0, i)), coverage.RecordCall{Station: station(n),
			Outcome: coverage.CallOutcomes[i], Note: "Đã hỏi thăm", Said: []*airing.Propose{
				{Slot: slot(n, filledMonday), Outcome: airing.Aired}, {Slot: slot(n, filledMonday), Outcome: airing.NotAired, Reason: airing.Weather}, nil}[i]})
		f.must(err)
	}
	for i := range 2 {
		_, err = f.s.CloseWeek(f.ctx, f.meta(accounts.Daemon(), filledMonday.AddDate(0, 0, 7+7*i)), coverage.Close{Week: FilledWeek - 1 + airing.Week(i)})
		f.must(err)
	}
	next := filledMonday.AddDate(0, 0, 7)
	report(3, next, func(c *airing.Confirm) { c.Seconds = 61 * 60 }) // still on air when it is reported
	report(4, next, func(c *airing.Confirm) { c.Outcome, c.Reason, c.Means = airing.NotAired, airing.NoStaff, "" })
}

// proofs lets the machine hear one of three recordings and one that somebody looked at, and keeps
// what two episodes are found by.
func (f *filler) proofs(by accounts.Actor) {
	lines, _, err := f.s.Airings(f.ctx, by, airing.Query{From: filledMonday, Until: filledMonday.AddDate(0, 0, 14), Outcome: airing.Aired, Standing: true})
	f.must(err)
	at := filledMonday.AddDate(0, 0, 8)
	sound := func(line airing.Line, n int) airing.Evidence {
		blob := f.blob(cut(voiceCut, n))
		e := airing.Evidence{ID: f.id(), Report: line.ID, Kind: airing.Sound, Type: "audio/mpeg", SHA256: blob.SHA256, Size: blob.Size}
		_, err := f.s.Attach(f.ctx, f.meta(by, at), e)
		f.must(err)
		return e
	}
	heard := func(line airing.Line, e airing.Evidence, word match.Word, reason match.Reason) {
		_, err := f.s.Prove(f.ctx, f.meta(accounts.Daemon(), at), airing.Proof{Report: line.ID, Evidence: e.ID, SHA256: e.SHA256, Method: match.Method,
			Word: word, Reason: reason, Compared: []string{"E1"}, Episode: "E1", Seconds: 15, Score: 20, Threshold: 10, Chance: 1e-9,
			Curve: []byte{30, 200, 35}})
		f.must(err)
	}
	for i, line := range lines[:2] {
		heard(line, sound(line, 1+2*i), match.Verified, match.Found)
		sound(line, 2+2*i)
	}
	for _, line := range lines {
		if line.Finding == airing.Verified {
			heard(line, line.Evidence[0], match.Contradicted, match.OtherTime)
		}
	}
	files, err := f.s.Recordings(f.ctx, library.Query{Limit: 100})
	f.must(err)
	for _, r := range files.Items {
		if r.Aired() {
			_, err := f.s.SaveMatchPrint(f.ctx, f.daemon(1), library.MatchPrint{Recording: r.ID, Form: match.Form, Blob: f.blob([]byte("print of " + r.ID))})
			f.must(err)
		}
	}
}

// samples gives two, of which the machine heard one.
func (f *filler) samples(by accounts.Actor) {
	plan, err := f.s.Schedule(f.ctx)
	f.must(err)
	at := filledMonday.AddDate(0, 0, 9)
	for i := range 2 {
		r := f.keep(library.ForSample, by, library.Owner{Person: by.Person, Name: by.Name, Station: "S00001"}, "mau.mp3", cut(voiceCut, 20+i), at)
		given, err := f.s.GiveSample(f.ctx, f.meta(by, at), sample.Give{Station: "S00001", Episode: sample.Of(plan)[0].ID, Recording: r.ID, Agreed: true,
			Setting: sample.Setting{Distance: sample.Distances[i], Horns: sample.AllHorns[i], Weather: sample.Weathers[i], Noise: sample.Noises[i]},
			Use:     sample.Uses[i]})
		f.must(err)
		if i == 0 {
			_, err = f.s.HeardSample(f.ctx, f.meta(accounts.Daemon(), at), given.ID, airing.Proof{SHA256: given.SHA256, Method: match.Method,
				Word: match.Verified, Reason: match.Found, Compared: []string{given.Episode}, Episode: given.Episode, Seconds: 15, Score: 20,
				Threshold: 10, Chance: 1e-9})
			f.must(err)
		}
	}
}

// contest plays a small contest to the end, and leaves another as it was drafted.
func (f *filler) contest(people map[accounts.Role]accounts.Actor) {
	opens := filledMonday.AddDate(0, 0, 20)
	f.draft("hoi-thi", opens, people)
	f.draft("lien-hoan", opens, people)
	f.play("hoi-thi", opens, people, 2)
}

// do carries out a command on a contest so many days after it opens.
func (f *filler) do(name string, by accounts.Actor, opens time.Time, days int, c contest.Command) {
	f.t.Helper()
	if _, err := contest.NewHall(f.s, contest.From(f.s)).Do(f.ctx, f.meta(by, opens.AddDate(0, 0, days)), name, c); err != nil {
		f.t.Fatalf("fill: %T: %v", c, err)
	}
}

func (f *filler) draft(name string, opens time.Time, people map[accounts.Role]accounts.Actor) {
	rules := contest.Sample()
	rules.Title, rules.Host = "Hội thi phát thanh cơ sở", "Ban Tổ chức"
	rules.Dates = contest.Timetable{OpensAt: opens.UTC(), ClosesAt: opens.AddDate(0, 0, 10).UTC(), GraceMinutes: 60}
	rules.Categories[0].MinSeconds, rules.Quotas = 0, nil
	rules.Rounds[0].Parts[0].Sample = false
	f.do(name, people[accounts.Organiser], opens, -2, contest.DraftContest{Rules: rules})
}

// enter enters a work of the operator's in the contest, a day after it opened.
func (f *filler) enter(name string, opens time.Time, operator accounts.Actor, title string, mp3 []byte) {
	file := f.keep(library.ForContest, operator, library.Owner{Person: operator.Person, Name: operator.Name, Station: "S00001"},
		title+".mp3", mp3, opens.AddDate(0, 0, 1))
	f.do(name, operator, opens, 1, contest.SubmitEntry{ID: f.id(), Work: contest.Work{Title: title, Theme: "ntm", Category: "chuong-trinh", Language: "vi",
		Kind: contest.ByStation, Station: "S00001", Authors: []string{"Lý Thị Mỷ"}, Script: strings.Repeat("Nước đã về bản. ", 4),
		Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: file.ID}}}})
}

// judging brings a drafted contest with so many entries and one judge to its first round.
func (f *filler) judging(name string, opens time.Time, people map[accounts.Role]accounts.Actor, entries int) {
	organiser, judge := people[accounts.Organiser], people[accounts.Judge]
	f.do(name, organiser, opens, -1, contest.OpenContest{})
	for i := range entries {
		b, err := works.ReadFile(fmt.Sprintf("work-%d.mp3", 1+i%2))
		f.must(err)
		f.enter(name, opens, people[accounts.Operator], fmt.Sprint("Nước sạch về bản ", i+1), cut(b, i/2))
	}
	f.do(name, organiser, opens, 11, contest.AppointJudge{Judge: contest.Judge{Person: judge.Person, Name: judge.Name, Title: "Nhà báo", Chair: true}})
	f.do(name, organiser, opens, 11, contest.SetPanels{Round: "chung-khao",
		Panels: []contest.Panel{{ID: "ban", Name: "Ban giám khảo", Judges: []string{judge.Person}}}})
	f.do(name, organiser, opens, 12, contest.StartRound{Round: "chung-khao", Seen: contest.Seen{Seen: once.AsItIs}})
}

// play brings a drafted contest with so many entries and one judge to its results.
func (f *filler) play(name string, opens time.Time, people map[accounts.Role]accounts.Actor, entries int) {
	organiser, judge := people[accounts.Organiser], people[accounts.Judge]
	f.judging(name, opens, people, entries)
	var tasks []string
	f.must(contest.NewHall(f.s, contest.From(f.s)).View(f.ctx, name, func(s *contest.State) error {
		for _, t := range s.Running().Tasks {
			tasks = append(tasks, t.ID)
		}
		return nil
	}))
	for i, task := range tasks {
		marks := map[string]ranking.Points{}
		for _, k := range contest.Sample().Rounds[0].Parts[0].Criteria {
			marks[k.ID] = ranking.Points(6+i%4) * ranking.Point
		}
		f.do(name, judge, opens, 13, contest.SaveSheet{Task: task,
			Content: contest.Content{Marks: marks, Comment: "Giọng đọc rõ.", Notes: []contest.Note{{Seconds: 5, Text: "Nhạc nền to."}}}})
		f.do(name, judge, opens, 13, contest.Hear{Task: task, Spans: []contest.Span{{Until: 3600}}})
		f.do(name, judge, opens, 13, contest.SignSheet{Task: task, Base: 1})
	}
	for i, c := range []contest.Command{contest.FinishRound{Round: "chung-khao", Seen: contest.Seen{Seen: once.AsItIs}}, contest.GivePrizes{},
		contest.PublishResults{Seen: contest.Seen{Seen: once.AsItIs}}} {
		f.do(name, organiser, opens, 14+i, c)
	}
}

// messages lets people be told things: read and not, sent and waiting, by mail and by two
// webhooks, one of which was never answered.
func (f *filler) messages(people map[accounts.Role]accounts.Actor) {
	admin, at := people[accounts.Admin], filledMonday.AddDate(0, 0, 1)
	set := message.DefaultSettings()
	set.Mail = message.Mail{Host: "smtp.laocai.vn", Port: 587, Security: message.StartTLS, User: "loa", From: "loa@laocai.vn"}
	_, err := f.s.SaveMessageSettings(f.ctx, f.meta(admin, at), message.SaveSettings{Settings: set, Password: "thư ký", NewPassword: true})
	f.must(err)
	for _, name := range []string{"Zalo", "SMS"} {
		secret := message.NewSecret()
		_, err := f.s.SaveHook(f.ctx, f.meta(admin, at), message.SaveHook{HookFields: message.HookFields{Name: name, URL: "https://tin.laocai.vn/" + name,
			Topics: []message.Topic{message.SlotMissed}}, Secret: secret, Hash: accounts.HashOf(secret)})
		f.must(err)
	}
	for i, role := range []accounts.Role{accounts.Operator, accounts.Monitor} {
		_, err := f.s.SaveChoice(f.ctx, f.meta(people[role], at), message.Choice{Person: people[role].Person, Mail: string(role) + "@laocai.vn",
			Phone: "0912345678"})
		f.must(err)
		d, err := f.s.Directory(f.ctx)
		f.must(err)
		p, err := d.Person(people[role].Person)
		f.must(err)
		for n := range 2 {
			_, err = f.s.Post(f.ctx, []message.Draft{{Key: fmt.Sprint("filled ", i, n), Topic: message.SlotMissed, Person: p, Title: "Quá hạn chưa báo",
				Text: "Chương trình 17:00 hôm qua chưa được báo.", Path: "/today"}}, at.Add(time.Duration(n)*time.Minute))
			f.must(err)
		}
	}
	due, err := f.s.Due(f.ctx, at.Add(time.Hour), 100)
	f.must(err)
	for i, p := range due[:6] {
		a := message.Attempt{At: at.Add(time.Hour), Answer: message.Taken, Code: 250}
		if i%2 == 1 {
			a = message.Attempt{At: at.Add(time.Hour), Answer: message.Refused, Code: 404, Says: "not found"}
		}
		f.must(f.s.Settle(f.ctx, []message.Delivery{p.Deliveries[0].After(a)}))
	}
}

// texts takes two text messages, one of which is a stranger's.
func (f *filler) texts(admin accounts.Actor) {
	at := filledMonday.AddDate(0, 0, 2)
	_, err := f.s.SaveTextSettings(f.ctx, f.meta(admin, at), texting.SaveSettings{On: true, Number: "0912345600", Token: accounts.HashOf("cổng tin nhắn")})
	f.must(err)
	for i, number := range []string{"0912345678", "0900000001"} {
		m := f.meta(accounts.GatewayPerson().Actor("token"), at)
		_, err := f.s.ReceiveText(f.ctx, m, texting.Receive{ID: fmt.Sprint("SMS-", i), From: number, Text: "PT ?", SentAt: at})
		f.must(err)
	}
}

// jobs notes a planned airing and runs of the clock's jobs, two of them begun
// and not ended.
func (f *filler) jobs(rule string) {
	for i, job := range []string{"due_slots", "close_weeks"} {
		at := filledMonday.AddDate(0, 0, i).UTC()
		f.must(f.s.RecordDue(f.ctx, scheduler.Due{Rule: rule, Programme: "P", Start: at, Stations: 12, NotedAt: at}))
		for n, outcome := range []scheduler.Outcome{scheduler.Done, scheduler.Running} {
			_, err := f.s.BeginRun(f.ctx, scheduler.Run{Job: job, ScheduledAt: at.Add(time.Duration(n) * time.Hour), StartedAt: at,
				Outcome: scheduler.Running, Attempt: 1})
			f.must(err)
			if outcome != scheduler.Running {
				f.must(f.s.EndRun(f.ctx, scheduler.Run{Job: job, ScheduledAt: at, StartedAt: at, EndedAt: at, Outcome: outcome, Attempt: 1, Summary: "Xong."}))
			}
		}
	}
}
