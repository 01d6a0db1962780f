package demo

import (
	"fmt"
	"time"

	"loa/accounts"
	"loa/quiz"
)

// bank is what villagers are asked: the question, the right answer, two others.
var bank = [][4]string{
	{"Rác thải sinh hoạt nên được làm gì trước khi đem bỏ?", "Phân loại tại nhà", "Đốt ngoài vườn", "Đổ xuống suối"},
	{"OCOP nghĩa là gì?", "Mỗi xã một sản phẩm", "Mỗi nhà một vườn", "Mỗi huyện một chợ"},
	{"Ai bàn và quyết định việc góp công làm đường bản?", "Bà con trong bản", "Chỉ trưởng bản", "Chỉ cán bộ xã"},
	{"Chuồng trâu bò nên đặt ở đâu?", "Xa nhà ở và nguồn nước", "Dưới sàn nhà", "Cạnh bể nước"},
	{"Trẻ đến mấy tuổi thì vào lớp một?", "6 tuổi", "8 tuổi", "4 tuổi"},
	{"Nước sinh hoạt hợp vệ sinh là nước thế nào?", "Trong, không mùi, không vị lạ", "Nước suối sau mưa", "Nước ao đã để lắng"},
	{"Thẻ bảo hiểm y tế dùng khi nào?", "Khi khám và chữa bệnh", "Khi vay vốn", "Khi đi chợ"},
	{"Vay vốn cho hộ nghèo thì hỏi ở đâu?", "Ngân hàng Chính sách xã hội", "Người cho vay nặng lãi", "Cửa hàng vật tư"},
	{"Gọi số nào khi có cháy?", "114", "113", "1080"},
	{"Cây giống tốt nên mua ở đâu?", "Nơi có giấy chứng nhận nguồn gốc", "Người bán rong", "Nơi rẻ nhất"},
	{"Nhà văn hoá của bản dùng để làm gì?", "Họp bản và sinh hoạt chung", "Chứa thóc của một nhà", "Để không"},
	{"Đường bản do ai giữ sạch?", "Mọi nhà hai bên đường", "Chỉ đội vệ sinh", "Không ai cả"},
}

// quizzes holds three knowledge contests: one with its winners, one that is open, to which people come with codes, and one that is over,
// with an answer that came behind the end.
func (w *world) quizzes() error {
	by := w.people["hoithi"]
	for i, b := range bank {
		c := quiz.SaveQuestion{Text: b[0], Answers: []string{b[2], b[3]}, Right: 1 + i%3}
		c.Answers = append(c.Answers[:i%3:i%3], append([]string{b[1]}, c.Answers[i%3:]...)...)
		if _, err := w.store.SaveQuestion(w.ctx, w.meta(by, w.now.AddDate(0, 0, -80)), c); err != nil {
			return err
		}
	}
	day := w.now.Truncate(time.Hour)
	for _, c := range []struct {
		title         string
		way           quiz.Way
		opens, closes time.Time
		tries         int
	}{
		{"Tìm hiểu nông thôn mới", quiz.ByPhone, day.AddDate(0, 0, -60), day.AddDate(0, 0, -57), 24},
		{"Bản em sạch đẹp", quiz.ByCode, day.AddDate(0, 0, -2), day.AddDate(0, 0, 5), 4},
		{"Giảm nghèo bền vững", quiz.ByPhone, day.AddDate(0, 0, -3), day.Add(-6 * time.Hour), 5},
	} {
		q, err := w.store.SaveQuiz(w.ctx, w.meta(by, c.opens.AddDate(0, 0, -5)), quiz.SaveContest{Rules: quiz.Rules{Title: c.title,
			Host: "Văn phòng Điều phối NTM tỉnh Lào Cai", Way: c.way, Opens: c.opens, Closes: c.closes, Draws: 6, Minutes: 10,
			Prizes: []quiz.Prize{{Name: "Nhất", Count: 1, Amount: 2_000_000}, {Name: "Nhì", Count: 2, Amount: 1_000_000}}}})
		if err != nil {
			return err
		}
		if _, err := w.store.MoveQuiz(w.ctx, w.meta(by, c.opens.AddDate(0, 0, -4)), quiz.MakeMove{ID: q.ID, Move: quiz.Announce, Seed: w.id()}); err != nil {
			return err
		}
		if err := w.take(q, c.tries); err != nil {
			return err
		}
	}
	return nil
}

// take has so many people take part in a contest; what the last of one that is over chose comes behind the end.
func (w *world) take(q quiz.Contest, tries int) error {
	by, all := w.people["hoithi"], w.reg.Stations()
	over := q.Closes.Before(w.now)
	for i := range tries {
		at := q.Opens.Add(time.Duration(1+i) * time.Hour)
		c := quiz.Begin{Contest: q.ID, Name: pick(w.rnd, families) + " " + pick(w.rnd, givenNames), Station: all[i%7].ID, Agreed: true}
		if q.Way == quiz.ByCode {
			made := quiz.MakeCodes{ID: q.ID, Station: c.Station, Each: 3}
			if _, err := w.store.MakeCodes(w.ctx, w.meta(by, q.Opens.AddDate(0, 0, -3)), made); err != nil {
				return err
			}
			codes, err := w.store.Codes(w.ctx, by, q.ID, c.Station)
			if err != nil {
				return err
			}
			c.Code = codes[0].Code
		} else {
			c.Phone = fmt.Sprintf("0912%06d", 345_000+i)
		}
		m := w.meta(accounts.Actor{}, at)
		if _, err := w.store.BeginTry(w.ctx, m, c); err != nil {
			return err
		}
		guess := w.rnd.IntN(tries)
		a := quiz.Answer{Contest: q.ID, Secret: m.ID, Timed: true, Shown: make([]int, q.Draws), MS: make([]int, q.Draws), Guess: &guess, Send: true}
		for n := range a.Shown {
			a.Shown[n], a.MS[n] = 1+w.rnd.IntN(3), 1000*(n*20+5+w.rnd.IntN(15))
		}
		arrives := at.Add(4 * time.Minute)
		if over && i == tries-1 && q.Closes.After(w.now.AddDate(0, 0, -2)) {
			arrives = at.Add(20 * time.Hour)
		}
		if _, err := w.store.AnswerTry(w.ctx, w.meta(accounts.Actor{}, arrives), a); err != nil {
			return err
		}
	}
	if !over || q.Closes.After(w.now.AddDate(0, 0, -2)) {
		return nil
	}
	for i, move := range []quiz.Move{quiz.Fix, quiz.Publish} {
		if _, err := w.store.MoveQuiz(w.ctx, w.meta(by, q.Closes.AddDate(0, 0, 3+i)), quiz.MakeMove{ID: q.ID, Move: move}); err != nil {
			return err
		}
	}
	return nil
}
