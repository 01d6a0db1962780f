package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/outgoing"
	"loa/store"
)

// engineOutgoing: a number is given once, also to twenty who ask at once; each body, kind and year counts by itself;
// a paper keeps its number until that is struck out, and a number struck out is given to nobody.
func engineOutgoing(t *testing.T, e store.Engine) {
	ctx := t.Context()
	aired(t, e)
	reg, err := e.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	home := reg.Where("S00001").District
	all, part := monitorOf(accounts.Province, ""), monitorOf(accounts.District, home)
	at := time.Date(2024, 12, 31, 16, 59, 0, 0, time.UTC) // a minute to midnight here
	meta := func(by accounts.Actor) accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: by, At: at} }
	take := func(by accounts.Actor, edit func(*outgoing.Take)) (outgoing.Entry, error) {
		c := outgoing.Take{Kind: outgoing.Report, About: "Kết quả tháng 12", Head: outgoing.Head{Symbol: "VPĐP"}}
		if edit != nil {
			edit(&c)
		}
		return e.TakeNumber(ctx, meta(by), c)
	}

	var crowd sync.WaitGroup
	got := make([]string, 20)
	for i := range got {
		crowd.Go(func() {
			one, err := take(all, nil)
			if err != nil {
				t.Error(err)
			}
			got[i] = one.Code
		})
	}
	crowd.Wait()
	slices.Sort(got)
	for i, code := range got {
		if want := fmt.Sprintf("%02d/BC-VPĐP", i+1); code != want {
			t.Errorf("twenty at once: %s where %s is due", code, want)
		}
	}

	for want, edit := range map[string]func(*outgoing.Take){
		"01/BB-VPĐP": func(c *outgoing.Take) { c.Kind = outgoing.Minutes },
		"47/BC-VPĐP": func(c *outgoing.Take) { c.Number, c.Sure = 47, true },
		"01/VPĐP":    func(c *outgoing.Take) { c.Kind = outgoing.Letter },
		"01/BC":      func(c *outgoing.Take) { c.District, c.Symbol = home, "" },
		"01/BC-X":    func(c *outgoing.Take) { c.Date, c.Symbol = "2023-12-31", "X" },
	} {
		if one, err := take(all, edit); err != nil || one.Code != want {
			t.Errorf("%s, not %s (%v)", one.Code, want, err)
		}
	}
	m := meta(part)
	of := outgoing.Take{Issuer: outgoing.Issuer{District: home}, Kind: outgoing.Report, About: "Tuần 20", Of: "/coverage/paper?week=2024-W20", Sure: true,
		Head: outgoing.Head{Agency: "Văn phòng", Symbol: "VP", Place: "Bắc Hà"}}
	mine, err := e.TakeNumber(ctx, m, of)
	if err != nil || mine.Code != "02/BC-VP" || mine.Date != "2024-12-31" {
		t.Fatalf("%+v, %v", mine, err)
	}
	if again, err := e.TakeNumber(ctx, m, of); err != nil || again.Code != mine.Code {
		t.Errorf("the repeat: %s, %v", again.Code, err)
	}
	at = at.Add(time.Minute) // the year is over
	if one, err := take(all, nil); err != nil || one.Code != "01/BC-VPĐP" || one.Year != 2025 {
		t.Errorf("the new year begins with %s of %d, %v", one.Code, one.Year, err)
	}
	if has, err := e.NumberOf(ctx, part, of.Issuer, of.Of); err != nil || has == nil || has.ID != mine.ID {
		t.Errorf("drawn again: %+v, %v", has, err)
	}
	if has, err := e.NumberOf(ctx, all, outgoing.Issuer{}, of.Of); err != nil || has != nil {
		t.Errorf("another body's paper of the same page: %+v, %v", has, err)
	}
	for code, wrong := range map[string]func() error{
		"outgoing.numbered": func() error { _, err := e.TakeNumber(ctx, meta(part), of); return err },
		"outgoing.number_taken": func() error {
			_, err := take(all, func(c *outgoing.Take) { c.Number, c.Date = 47, "2024-12-31" })
			return err
		},
		"outgoing.no_issuer": func() error { _, err := take(all, func(c *outgoing.Take) { c.District = "999" }); return err },
		"accounts.denied":    func() error { _, err := take(part, nil); return err },
		"outgoing.unknown": func() error {
			_, err := e.StrikeOutNumber(ctx, meta(all), outgoing.StrikeOut{ID: "nobody", Why: "x"})
			return err
		},
		"outgoing.cursor": func() error { _, _, err := e.Outgoing(ctx, all, outgoing.Query{After: "x"}); return err },
	} {
		if err := wrong(); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := e.NumberOf(ctx, operatorOf("S00001"), outgoing.Issuer{}, of.Of); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator asks for the office's number: %v", err)
	}

	struck := must[outgoing.Entry](t)(e.StrikeOutNumber(ctx, meta(part), outgoing.StrikeOut{ID: mine.ID, Why: "Sai số liệu"}))
	if struck.Stands() || struck.Code != mine.Code {
		t.Errorf("struck out: %+v", struck)
	}
	if has, err := e.NumberOf(ctx, part, of.Issuer, of.Of); err != nil || has != nil {
		t.Errorf("the paper keeps a number that was struck out: %+v, %v", has, err)
	}
	of.Number, of.Date = 2, "2024-12-31"
	if _, err := e.TakeNumber(ctx, meta(part), of); !fault.Is(err, "outgoing.number_struck") {
		t.Errorf("a number struck out is given again: %v", err)
	}
	of.Number = 0
	if next := must[outgoing.Entry](t)(e.TakeNumber(ctx, meta(part), of)); next.Code != "03/BC-VP" {
		t.Errorf("after 02, struck out, follows %s", next.Code)
	}

	for want, q := range map[int]outgoing.Query{
		28: {}, 26: {Words: "ket qua tháng", Limit: 5}, 25: {Year: 2024, State: outgoing.Given}, 1: {State: outgoing.Struck, Limit: 1},
		3: {Issuer: outgoing.Issuer{District: home}}, 0: {Year: 2025, Kind: outgoing.Letter},
	} {
		n := 0
		var last outgoing.Entry
		for more := true; more; more = q.After != "" {
			list, next, err := e.Outgoing(ctx, all, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range list {
				if n > 0 && (one.Year > last.Year || one.Year == last.Year && one.At.After(last.At)) {
					t.Errorf("%s of %d stands behind %s of %d", one.Code, one.Year, last.Code, last.Year)
				}
				n, last = n+1, one
			}
			q.After = next
		}
		if n != want {
			t.Errorf("%+v: %d, not %d", q, n, want)
		}
	}
	if list, _, err := e.Outgoing(ctx, part, outgoing.Query{}); err != nil || len(list) != 3 {
		t.Errorf("a district sees %d numbers, %v", len(list), err)
	}
}
