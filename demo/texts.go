package demo

import (
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/internal/text"
)

// texts lets stations without a network report by text message: of what comes in some is understood, some is asked about, and one
// comes from a number nobody knows.
func (w *world) texts() error {
	admin, at := w.people["quantri"], w.now.AddDate(0, 0, -3)
	if _, err := w.store.SaveTextSettings(w.ctx, w.meta(admin, at), texting.SaveSettings{On: true, Number: "0214 388 8686"}); err != nil {
		return err
	}
	plan, err := w.store.Schedule(w.ctx)
	if err != nil {
		return err
	}
	all := airing.Plan{Registry: w.reg, Schedule: plan, Settings: airing.DefaultSettings()}
	type sms struct{ from, text string }
	list := []sms{{"0987654321", "PT 02650 OK 17:00"}, {"", "PT"}, {"", "Loa bi re qua, mai em len sua"}}
	for _, st := range w.reg.Stations()[shownStation+1:] {
		open, err := airing.Unanswered(w.ctx, w.store, w.people["giamsat"], all, st.ID, w.now)
		if err != nil {
			return err
		}
		if len(open) == 0 || len(st.Contacts) == 0 {
			continue
		}
		phone, code := st.Contacts[0].Phone, w.reg.UnitOf(st.ID).Code
		start := open[0].Start.In(text.Zone)
		list[1].from, list[2].from = phone, phone
		list = append(list, sms{phone, "PT " + code + " KO"}, sms{phone, "PT " + code + " KO DIEN " + start.Format("15:04 2/1")})
		break
	}
	for i, one := range list {
		if one.from == "" {
			continue // nobody has anything to report
		}
		at := w.now.Add(time.Duration(i-len(list)) * 7 * time.Minute)
		c := texting.Receive{ID: w.id(), From: one.from, Text: one.text, SentAt: at}
		if _, err := w.store.ReceiveText(w.ctx, w.meta(accounts.GatewayPerson().Actor("token"), at), c); err != nil {
			return err
		}
	}
	return nil
}
