package demo

import (
	"bytes"
	"embed"
	"fmt"
	"math/rand/v2"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/contest"
	"loa/contest/ranking"
	"loa/library"
)

// spoken holds the recordings of works, in their order, some ten seconds each
// as espeak-ng reads them in Vietnamese: longer ones would take their time to
// examine.
//
//go:embed works/*.mp3
var spoken embed.FS

// works are what stations enter: a title and a script.
var works = [...]struct{ title, script string }{
	{"Con đường mới lên Nậm Chảy", "Bà con góp đất, góp công, con đường bê tông dài ba cây số đã lên đến tận bản. Từ nay trẻ em đi học không còn lội bùn."},
	{"Nước sạch về bản Séo", "Bể nước tập trung được dẫn từ đầu nguồn, mỗi nhà một vòi. Phụ nữ trong bản không phải gùi nước lúc bốn giờ sáng nữa."},
	{"Hợp tác xã quế hữu cơ", "Hai trăm hộ trồng quế không dùng thuốc diệt cỏ. Vỏ quế được thu mua với giá cao hơn mười phần trăm so với năm ngoái."},
	{"Chợ phiên không rác thải nhựa",
		"Người bán gói hàng bằng lá chuối, người mua mang theo gùi. Sau buổi chợ, đoàn viên thanh niên cùng bà con quét dọn sạch sẽ."},
	{"Học chữ buổi tối", "Lớp xoá mù chữ có ba mươi học viên, người lớn tuổi nhất đã sáu mươi hai. Tối nào đèn ở nhà văn hoá cũng sáng đến chín giờ."},
	{"Tiếng khèn bên bếp lửa", "Nghệ nhân dạy con cháu thổi khèn vào mỗi dịp nông nhàn. Tiếng khèn gọi bạn, tiếng khèn giữ lấy nếp nhà."},
	{"Vườn lê trên đất dốc", "Từ nương ngô bạc màu, gia đình anh Páo chuyển sang trồng lê. Vụ đầu tiên thu được bốn tấn quả."},
	{"Số hoá thủ tục ở xã", "Bà con nộp hồ sơ qua điện thoại, cán bộ xã hướng dẫn từng bước. Giấy tờ xong trong ngày, không phải chờ đợi."},
	{"Mùa nước đổ", "Khi những thửa ruộng bậc thang loang loáng nước, du khách tìm về. Mười hộ trong thôn mở dịch vụ lưu trú."},
	{"Đội xe ôm chở bệnh nhân", "Mười hai thanh niên thay nhau trực đêm, sẵn sàng đưa người ốm ra trạm y tế. Họ không lấy tiền xăng của hộ nghèo."},
	{"An toàn giao thông ngày chợ", "Từ sáu giờ sáng, công an xã phân luồng ở ngã ba đầu chợ. Bà con đội mũ bảo hiểm, không chở ba."},
	{"Trạm y tế không lời than",
		"Bác sĩ trẻ tình nguyện ở lại bản, học tiếng địa phương để hỏi bệnh. Tỷ lệ trẻ tiêm chủng đã đạt trên chín mươi tám phần trăm."},
	{"Tủ sách ở nhà văn hoá", "Ba trăm cuốn sách do cựu học sinh gửi về. Chiều nào các em nhỏ cũng đến đọc, có hôm kín cả chỗ ngồi."},
	{"Cây chè Shan trên núi cao", "Những cây chè trăm tuổi được đánh số và giao cho từng hộ chăm sóc. Chè của bản đã có nhãn riêng."},
	{"Chuyện ở tổ hoà giải", "Hai nhà tranh nhau một lối đi. Tổ hoà giải đến bốn lần, cuối cùng mỗi bên lùi lại nửa mét."},
	{"Đàn trâu không thả rông", "Bản họp và thống nhất làm chuồng trại xa nhà. Mùa rét năm nay không con trâu nào bị chết."},
	{"Người giữ rừng đầu nguồn", "Sáu người thay nhau đi tuần mỗi tuần hai lần. Rừng còn thì khe suối còn nước."},
	{"Bữa cơm bán trú", "Các cô giáo trồng rau, nuôi lợn để thêm món cho học trò. Sĩ số của trường luôn đạt chín mươi chín phần trăm."},
	{"Ngày hội đoàn kết", "Cả thôn quét đường, dựng rạp, thi kéo co. Năm nay bốn mươi hộ được công nhận gia đình văn hoá."},
}

// sound is the kept recording of a work.
type sound struct {
	contentType string
	blob        library.Ref
	report      library.Report
}

// contests simulates one contest with its results published, one in the middle
// of judging, and one that takes entries now and got one that was entered before. Codes and
// orders are drawn by lot, as everywhere, whatever the seed.
func (w *world) contests() error {
	sounds, err := w.sounds()
	if err != nil {
		return err
	}
	hall := contest.NewHall(w.store, contest.From(w.store))
	days := func(n int) time.Time { return w.now.AddDate(0, 0, n) }
	for _, fair := range []fair{
		{name: "lan-nam", title: "Hội thi phát thanh cơ sở lần thứ năm", opens: days(-230), closes: days(-200), works: []int{12, 13, 14, 15, 16, 17},
			first: 60, judges: 3, signed: 1},
		{name: "lan-sau", title: "Hội thi phát thanh cơ sở lần thứ sáu", opens: days(-40), closes: days(-8), works: []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
			first: 4, judges: 5, signed: 0.6},
		{name: "lien-hoan", title: "Liên hoan phát thanh nông thôn mới", opens: days(-3), closes: days(30), works: []int{18, 14}, first: 30},
	} {
		fair.world, fair.hall, fair.sounds = w, hall, sounds
		fair.rnd = rand.New(rand.NewPCG(w.seed, uint64(fair.first)))
		if err := fair.run(); err != nil {
			return fmt.Errorf("contest %s: %w", fair.name, err)
		}
	}
	return nil
}

// sounds examines and keeps every work's recording once.
func (w *world) sounds() (list []sound, err error) {
	set := library.DefaultSettings()
	for i := range works {
		one, err := spoken.ReadFile(fmt.Sprintf("works/%02d.mp3", i+1))
		if err != nil {
			return nil, err
		}
		var s sound
		if s.contentType, s.report, err = library.Examine(w.ctx, library.ForContest, bytes.NewReader(one), set, audio.Options{}); err != nil {
			return nil, err
		}
		if s.blob, err = w.blobs.Put(w.ctx, bytes.NewReader(one), set.MaxBytes); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// fair is one contest being simulated.
type fair struct {
	*world
	hall          *contest.Hall
	sounds        []sound
	rnd           *rand.Rand
	name, title   string
	opens, closes time.Time
	works         []int // that stations enter, from station number first on, every ninth
	first         int
	judges        int     // 0: judging has not begun
	signed        float64 // share of the sheets that are signed; 1 goes on to the results
}

func (f *fair) do(by accounts.Actor, at time.Time, c contest.Command) error {
	_, err := f.hall.Do(f.ctx, f.meta(by, at), f.name, c)
	return err
}

func (f *fair) rules() contest.Rules {
	r := contest.Sample()
	r.Title, r.Host = f.title, "Ban Tổ chức hội thi phát thanh cơ sở tỉnh Lào Cai"
	r.About = "Mỗi đài gửi nhiều nhất hai lời giới thiệu về nông thôn mới, dài từ 5 đến 30 giây. Dữ liệu mô phỏng."
	r.Dates = contest.Timetable{OpensAt: f.opens, ClosesAt: f.closes, GraceMinutes: 120}
	r.Categories[0].Name, r.Categories[0].MinSeconds, r.Categories[0].MaxSeconds = "Lời giới thiệu ngắn", 5, 30
	r.Rounds[0].Parts[0].Sample = false
	return r
}

// run plays the contest as far as it has come.
func (f *fair) run() error {
	organiser, before := f.people["hoithi"], f.opens.AddDate(0, 0, -10)
	if err := f.do(organiser, before, contest.DraftContest{Rules: f.rules()}); err != nil {
		return err
	}
	if err := f.do(organiser, before.Add(time.Hour), contest.OpenContest{}); err != nil {
		return err
	}
	if err := f.enter(); err != nil || f.judges == 0 {
		return err
	}
	if err := f.jury(); err != nil {
		return err
	}
	start := f.closes.AddDate(0, 0, 1)
	if err := f.do(organiser, start, contest.StartRound{Round: "chung-khao"}); err != nil {
		return err
	}
	if err := f.score(start.AddDate(0, 0, 1)); err != nil || f.signed < 1 {
		return err
	}
	if err := f.settle(start.AddDate(0, 0, 6)); err != nil {
		return err
	}
	over := start.AddDate(0, 0, 7)
	if err := f.do(organiser, over, contest.FinishRound{Round: "chung-khao"}); err != nil {
		return err
	}
	if err := f.review(organiser, over.Add(time.Hour)); err != nil {
		return err
	}
	for i, c := range []contest.Command{contest.GivePrizes{}, contest.PublishResults{}} {
		if err := f.do(organiser, over.AddDate(0, 0, 1+i), c); err != nil {
			return err
		}
	}
	return nil
}

// settle lets the chair order the works that lots have dealt the same marks.
func (f *fair) settle(at time.Time) error {
	var open [][]string
	if err := f.hall.View(f.ctx, f.name, func(s *contest.State) (err error) { open, err = s.OpenTies(s.Running()); return err }); err != nil {
		return err
	}
	for _, level := range open {
		if err := f.do(f.people["giamkhao1-cu"], at,
			contest.DecideTie{Entries: level, Reason: "Lời dẫn của bài xếp trước gần gũi với người nghe hơn."}); err != nil {
			return err
		}
	}
	return nil
}

// review looks at what judges wrote before it goes out: one comment is put into
// milder words, the others go as they are.
func (f *fair) review(by accounts.Actor, at time.Time) error {
	var said []contest.Comment
	if err := f.hall.View(f.ctx, f.name, func(s *contest.State) error { said = s.Comments(); return nil }); err != nil {
		return err
	}
	var rest contest.ReleaseComments
	edited := false
	for _, c := range said {
		if c.Text != remarks[3] || edited {
			rest.IDs = append(rest.IDs, c.ID)
			continue
		}
		edited = true
		err := f.do(by, at, contest.ReviewComment{ID: c.ID, Fate: contest.FateEdited, Text: "Nội dung tốt; lời dẫn ngắn hơn sẽ dễ theo dõi hơn.",
			Reason: "Gợi ý cách sửa cho đài"})
		if err != nil {
			return err
		}
	}
	return f.do(by, at.Add(time.Minute), rest)
}

// enter lets the stations submit; each names itself in the script, and the
// organiser takes the name out.
func (f *fair) enter() error {
	list := f.reg.Stations()
	for i, n := range f.works {
		st, work, heard := list[(f.first+9*i)%len(list)], works[n], f.sounds[n]
		at := f.opens.Add(time.Duration(i+1) * 31 * time.Hour)
		if at.After(f.now) {
			at = f.now.Add(-time.Duration(i+1) * time.Hour)
		}
		op := f.operator(st.ID)
		file, err := f.store.SaveRecording(f.ctx, f.meta(op, at),
			library.SaveRecording{Kind: library.ForContest, Owner: library.Owner{Person: op.Person, Name: op.Name, Station: st.ID},
				Name: fmt.Sprintf("du-thi-%02d.mp3", i+1), ContentType: heard.contentType, Blob: heard.blob, Begun: at.UTC(), Report: heard.report})
		if err != nil {
			return err
		}
		id := f.id()
		script := work.title + ".\n\n" + work.script + "\n\nĐài truyền thanh " + f.reg.Name(st.ID) + " thực hiện."
		if err := f.do(op, at.Add(time.Minute), contest.SubmitEntry{ID: id,
			Work: contest.Work{Title: work.title, Theme: "ntm", Category: "chuong-trinh", Language: "vi",
				Kind: contest.ByStation, Station: st.ID, Authors: []string{op.Name}, Script: script,
				Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: file.ID}}}}); err != nil {
			return err
		}
		if f.judges == 0 {
			continue // still to be read by the organiser
		}
		if err := f.do(f.people["hoithi"], f.closes.Add(time.Duration(i)*time.Minute),
			contest.RedactScript{Entry: id, Text: work.title + ".\n\n" + work.script}); err != nil {
			return err
		}
	}
	return nil
}

// jury appoints the judges, the first of them to the chair. Those of the
// contest being judged are printed for whoever tries the demo.
func (f *fair) jury() error {
	titles := []string{"Nhà báo, Đài Phát thanh – Truyền hình tỉnh", "Phòng Văn hoá – Thông tin", "Biên tập viên phát thanh", "Nhạc sĩ", "Kỹ sư âm thanh"}
	var ids []string
	for i := range f.judges {
		login := fmt.Sprintf("giamkhao%d", i+1)
		if f.signed == 1 {
			login += "-cu"
		}
		name := f.nobodys()
		if err := f.add(accounts.Judge, accounts.Scope{Level: accounts.Contest, ID: f.name}, name, login, f.signed < 1 && i < 2); err != nil {
			return err
		}
		ids = append(ids, f.people[login].Person)
		if err := f.do(f.people["hoithi"], f.closes.AddDate(0, 0, -2),
			contest.AppointJudge{Judge: contest.Judge{Person: ids[i], Name: name, Title: titles[i%len(titles)], Chair: i == 0}}); err != nil {
			return err
		}
	}
	return f.do(f.people["hoithi"], f.closes.AddDate(0, 0, -1),
		contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "ban", Name: "Ban giám khảo", Judges: ids}}})
}

// nobodys is a name that nobody bears yet: a judge called as an author would have
// to be decided about before her round starts.
func (f *fair) nobodys() string {
	for {
		name := pick(f.rnd, families) + " " + pick(f.rnd, givenNames)
		taken := false
		for _, p := range f.people {
			taken = taken || p.Name == name
		}
		if !taken {
			return name
		}
	}
}

// sheet is a task to be filled in.
type sheet struct {
	task, judge, entry string
	seconds            float64 // to hear
}

// score fills sheets in the judges' order: a good work is good to all, each
// judge has her own severity, and one pair is far apart.
func (f *fair) score(at time.Time) error {
	by := map[string]accounts.Actor{}
	for _, p := range f.people {
		by[p.Person] = p
	}
	quality, severity := map[string]float64{}, map[string]float64{}
	var list []sheet
	if err := f.hall.View(f.ctx, f.name, func(s *contest.State) error {
		for _, t := range s.Running().Tasks {
			list = append(list, sheet{t.ID, t.Judge, t.Entry, s.Entry(t.Entry).Piece(contest.Audio).Seconds})
		}
		for _, e := range s.Entries {
			quality[e.ID] = 6 + 3*f.rnd.Float64()
		}
		for _, j := range s.Judges {
			severity[j.Person] = f.rnd.Float64() - 0.5
		}
		return nil
	}); err != nil {
		return err
	}
	perJudge := len(list) / f.judges
	for i, x := range list {
		if float64(i%perJudge) >= f.signed*float64(perJudge) {
			continue
		}
		far := 0.0
		if f.signed < 1 && i == 0 {
			far = -4 // the chair has something to settle
		}
		marks := map[string]ranking.Points{}
		for _, k := range f.rules().Rounds[0].Parts[0].Criteria {
			m := quality[x.entry] + severity[x.judge] + far + f.rnd.NormFloat64()*0.6
			marks[k.ID] = ranking.Points(2*min(max(m, 1), 10)) * ranking.Point / 2
		}
		when := at.Add(time.Duration(i) * 7 * time.Minute)
		c := contest.Content{Marks: marks, Comment: pick(f.rnd, remarks), Notes: []contest.Note{{Seconds: 5, Text: "Nhạc nền hơi to so với lời."}}}
		if err := f.do(by[x.judge], when, contest.Hear{Task: x.task, Spans: []contest.Span{{Until: x.seconds}}}); err != nil {
			return err
		}
		if err := f.do(by[x.judge], when, contest.SaveSheet{Task: x.task, Content: c}); err != nil {
			return err
		}
		if f.signed < 1 && i%perJudge == int(f.signed*float64(perJudge)) {
			continue // begun, not yet signed
		}
		if err := f.do(by[x.judge], when.Add(time.Minute), contest.SignSheet{Task: x.task, Base: 1}); err != nil {
			return err
		}
	}
	return nil
}

var remarks = []string{"Đề tài gần gũi, giọng đọc rõ.", "Nên rút gọn phần mở đầu.", "Tiếng hiện trường sinh động.", "Lời dẫn còn dài, nghe hơi khó theo.",
	"Phỏng vấn tự nhiên, có cảm xúc.", ""}
