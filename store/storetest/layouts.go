package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/doctext"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/outgoing"
	"loa/store"
)

// engineLayouts: what an office says on its papers is its own, and edited by editions; a version of its layout is tried, used from a
// moment on and laid aside; its file is kept once it was used; a repeat changes nothing.
func engineLayouts(t *testing.T, e store.Engine) {
	ctx := t.Context()
	aired(t, e)
	reg, err := e.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	home := reg.Where("S00001").District
	all, part := monitorOf(accounts.Province, ""), monitorOf(accounts.District, home)
	at := time.Date(2024, 12, 31, 8, 0, 0, 0, time.UTC)
	meta := func(by accounts.Actor) accounts.Meta {
		at = at.Add(time.Minute)
		return accounts.Meta{ID: uuid.NewString(), By: by, At: at}
	}
	local := outgoing.Issuer{District: home}

	first := meta(part)
	is := must[outgoing.Office](t)(e.SaveOffice(ctx, first, outgoing.SaveOffice{District: home, Receivers: []string{"- Như trên;", "", "- Lưu: VT."}}))
	if len(is.Receivers) != 1 || is.Receivers[0] != "Như trên" {
		t.Errorf("receivers are kept as %q", is.Receivers)
	}
	if again, err := e.SaveOffice(ctx, first, outgoing.SaveOffice{District: home, Receivers: []string{"- Như trên;", "", "- Lưu: VT."}}); err != nil ||
		again.ChangedAt != is.ChangedAt {
		t.Errorf("a repeat: %+v, %v", again, err)
	}
	stale := meta(part)
	stale.Seen = "0123456789abcdef"
	if got := must[outgoing.Office](t)(e.OfficeOf(ctx, all, outgoing.Issuer{})); len(got.Receivers) > 0 {
		t.Errorf("the province has the receivers of a district: %q", got.Receivers)
	}

	try := func(by accounts.Actor, district string, words string) (outgoing.Layout, error) {
		file := doctext.Written([]string{words})
		c, err := outgoing.NewLayout(district, outgoing.WeekReport, "mau.docx", file, outgoing.Sample(text.Vietnamese, outgoing.WeekReport, at))
		if err != nil {
			return outgoing.Layout{}, err
		}
		return e.TryLayout(ctx, meta(by), c)
	}
	move := func(by accounts.Actor, id string, use bool) (outgoing.Layout, error) {
		return e.MoveLayout(ctx, meta(by), outgoing.MoveLayout{ID: id, Use: use})
	}
	one := must[outgoing.Layout](t)(try(part, home, "Một {{số}}"))
	two := must[outgoing.Layout](t)(try(part, home, "Hai {{số}}"))
	wrong := must[outgoing.Layout](t)(try(all, "", "Sai {{số_gì}}"))
	for want, act := range map[string]func() error{
		"accounts.denied":         func() error { _, err := try(part, "", "Của tỉnh"); return err },
		"outgoing.layout_aside":   func() error { _, err := move(part, one.ID, true); return err },
		"outgoing.layout_wrong":   func() error { _, err := move(all, wrong.ID, true); return err },
		"outgoing.layout_unknown": func() error { _, err := move(part, "week_report.tinh.0009", true); return err },
		"outgoing.no_issuer":      func() error { _, err := try(all, "999", "x"); return err },
		"edit.stale":              func() error { _, err := e.SaveOffice(ctx, stale, outgoing.SaveOffice{District: home}); return err },
		"outgoing.receivers_many": func() error {
			_, err := e.SaveOffice(ctx, meta(part), outgoing.SaveOffice{District: home, Receivers: crowdOf(21)})
			return err
		},
		"docx.no_docx": func() error { _, err := outgoing.NewLayout("", outgoing.WeekReport, "x", []byte("x"), nil); return err },
	} {
		if err := act(); !fault.Is(err, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, file, err := e.LayoutFile(ctx, part, local, one.ID); err != nil || file != nil {
		t.Errorf("a file that was never used is kept: %d bytes, %v", len(file), err)
	}
	before := at
	used := must[outgoing.Layout](t)(move(part, two.ID, true))
	three := must[outgoing.Layout](t)(try(part, home, "Ba {{số}}"))
	changed := must[outgoing.Layout](t)(move(part, three.ID, true))
	for _, c := range []struct {
		at   time.Time
		want string
	}{{before, ""}, {used.UsedAt, two.ID}, {changed.UsedAt.Add(-time.Second), two.ID}, {changed.UsedAt, three.ID}} {
		got, err := e.LayoutAt(ctx, part, local, outgoing.WeekReport, c.at)
		if err != nil || (got == nil) != (c.want == "") || got != nil && got.ID != c.want {
			t.Errorf("at %s: %+v, %v, want %q", c.at, got, err, c.want)
		}
	}
	if got, err := e.LayoutAt(ctx, part, local, outgoing.PeriodReport, at); err != nil || got != nil {
		t.Errorf("another paper has the layout too: %+v, %v", got, err)
	}
	if _, file, err := e.LayoutFile(ctx, part, local, two.ID); err != nil || !bytes.Equal(file, doctext.Written([]string{"Hai {{số}}"})) {
		t.Errorf("what was used is kept as %d bytes, %v", len(file), err)
	}
	must[outgoing.Layout](t)(move(all, three.ID, false))
	if got, err := e.LayoutAt(ctx, part, local, outgoing.WeekReport, at); err != nil || got != nil {
		t.Errorf("laid aside, and used: %+v, %v", got, err)
	}
	if list, err := e.Layouts(ctx, part, local); err != nil || len(list) != 3 || list[0].ID != three.ID {
		t.Errorf("the versions: %+v, %v", list, err)
	}
	if _, err := e.Layouts(ctx, operatorOf("S00001"), local); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator lists layouts: %v", err)
	}
	if _, _, err := e.LayoutFile(ctx, part, local, wrong.ID); !fault.Is(err, "outgoing.layout_unknown") {
		t.Errorf("a district reads the province's: %v", err)
	}
}

// crowdOf are so many receivers.
func crowdOf(n int) (list []string) {
	for range n {
		list = append(list, "Một nơi")
	}
	return list
}
