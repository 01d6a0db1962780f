package demo

import (
	"bytes"
	"fmt"
	"slices"

	"loa/coverage"
	"loa/coverage/report"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/outgoing"
	"loa/stations"
)

// number fills the register of papers that leave: a report of each of the last weeks, one that was struck out, a plan and an invitation.
func (w *world) number() error {
	monitor := w.people["giamsat"]
	head := outgoing.Head{Symbol: "VPĐP"}
	for weeks := 6; weeks > 0; weeks-- {
		at := w.now.AddDate(0, 0, -7*weeks)
		_, week := at.AddDate(0, 0, -7).ISOWeek()
		c := outgoing.Take{Kind: outgoing.Report, About: fmt.Sprintf("Kết quả phát thanh nông thôn mới tuần %d", week), Head: head}
		switch weeks {
		case 5:
			c.Kind, c.About = outgoing.Plan, "Kiểm tra cụm loa các xã vùng cao"
		case 2:
			c.Kind, c.About = outgoing.Invitation, "Tập huấn cán bộ đài truyền thanh"
		}
		c.Date = stations.DateOf(at)
		e, err := w.store.TakeNumber(w.ctx, w.meta(monitor, at), c)
		if err != nil {
			return err
		}
		if weeks == 4 {
			if _, err := w.store.StrikeOutNumber(w.ctx, w.meta(monitor, at), outgoing.StrikeOut{ID: e.ID, Why: "Lấy nhầm, báo cáo lập lại"}); err != nil {
				return err
			}
		}
	}
	return w.layOut()
}

// layOut says who receives reports, gives the report of the month before its number, and lets a district lay out its reports its own way.
func (w *world) layOut() error {
	monitor, at := w.people["giamsat"], w.now.AddDate(0, 0, -1)
	to := []string{"Ban Chỉ đạo các chương trình mục tiêu quốc gia tỉnh (để báo cáo)", "Uỷ ban nhân dân các huyện, thị xã, thành phố"}
	if _, err := w.store.SaveOffice(w.ctx, w.meta(monitor, at), outgoing.SaveOffice{Receivers: to}); err != nil {
		return err
	}
	today := stations.DateOf(at.In(text.Zone))
	f := coverage.Filter{}.Over(coverage.StretchOf(coverage.ByMonth, today.AddDays(-today.Start(text.Zone).Day())))
	r, err := report.Of(w.ctx, w.store, monitor, f, text.Vietnamese, at)
	if err != nil {
		return err
	}
	head := outgoing.Head{Parent: "Uỷ ban nhân dân tỉnh Lào Cai", Agency: "Văn phòng điều phối nông thôn mới", Symbol: "VPĐP", Place: "Lào Cai"}
	list := r.Papers(outgoing.Entry{Head: head, Date: today, Receivers: to}.Office(), text.Vietnamese, at)
	c := outgoing.Take{Kind: outgoing.Report, About: list[0].Title + " – " + list[0].About[0], Head: head, Receivers: to, Date: today,
		Of: report.Address(r.Asked), Sum: paper.Sum(list), Lang: text.Vietnamese}
	if _, err := w.store.TakeNumber(w.ctx, w.meta(monitor, at), c); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := paper.Start(&file, report.Sample(text.Vietnamese, at)); err != nil {
		return err
	}
	codes := make([]string, 0, 10)
	for _, d := range w.reg.Districts(today) {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	district := codes[min(1, len(codes)-1)] // whose log-in is shown
	local := w.people["huyen-"+district]
	lay, err := outgoing.NewLayout(district, outgoing.PeriodReport, "mau-bao-cao-huyen.docx", file.Bytes(), report.Sample(text.Vietnamese, at))
	if err != nil {
		return err
	}
	tried, err := w.store.TryLayout(w.ctx, w.meta(local, at), lay)
	if err == nil {
		_, err = w.store.MoveLayout(w.ctx, w.meta(local, at), outgoing.MoveLayout{ID: tried.ID, Use: true})
	}
	return err
}
