package demo

import (
	"fmt"

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
	return nil
}
