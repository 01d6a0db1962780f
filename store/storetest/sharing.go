package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/sharing"
	"loa/store"
)

// engineSharing: nothing is public at first; a face is edited from the edition that was seen; a calendar's address opens it
// until it is ended or renewed, is never given again, and is its person's alone to end.
func engineSharing(t *testing.T, e store.Engine) {
	ctx := t.Context()
	aired(t, e)
	at := time.Date(2024, 5, 14, 1, 0, 0, 0, time.UTC)
	meta := func(by accounts.Actor) accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: by, At: at} }
	if f, err := e.Face(ctx); err != nil || f.Anything() || f.Week || f.Winners || len(f.Programmes) > 0 {
		t.Errorf("at first: %+v %v", f, err)
	}
	c := sharing.SaveFace{Stations: []string{"S00001"}, Week: true, Publisher: "VPĐP"}
	f := must[sharing.Face](t)(e.SaveFace(ctx, meta(accounts.Daemon()), c))
	if now, err := e.Face(ctx); err != nil || now.Edition().Tag != f.Edition().Tag || !slices.Equal(now.Stations, c.Stations) {
		t.Errorf("%+v %v", now, err)
	}
	stale := meta(accounts.Daemon())
	stale.Seen = "another"
	if _, err := e.SaveFace(ctx, stale, c); fault.Of(err) == nil || fault.Of(err).Kind != fault.Stale {
		t.Errorf("from another edition: %v", err)
	}
	if _, err := e.SaveFace(ctx, meta(monitorOf(accounts.Province, "")), c); !fault.Is(err, "accounts.denied") {
		t.Errorf("a monitor: %v", err)
	}

	who, other := operatorOf("S00001"), operatorOf("S00002")
	secret := func(s string) accounts.Hash { return accounts.HashOf(s) }
	first := meta(who)
	make1 := sharing.MakeCalendar{Name: "Điện thoại", Secret: secret("a"), Scope: sharing.Scope{Station: "S00001"}}
	made := must[sharing.Calendar](t)(e.MakeCalendar(ctx, first, make1))
	if again, err := e.MakeCalendar(ctx, first, make1); err != nil || again.ID != made.ID {
		t.Errorf("the repeat: %+v %v", again, err)
	}
	if by, err := e.CalendarBy(ctx, secret("a")); err != nil || by.ID != made.ID || by.Person != who.Person {
		t.Errorf("%+v %v", by, err)
	}
	renewed := must[sharing.Calendar](t)(e.RenewCalendar(ctx, meta(who), sharing.RenewCalendar{ID: made.ID, Secret: secret("b")}))
	if renewed.Name != made.Name || renewed.Scope != made.Scope {
		t.Errorf("renewed: %+v", renewed)
	}
	for code, wrong := range map[string]func() error{
		"sharing.no_calendar": func() error { _, err := e.CalendarBy(ctx, secret("a")); return err },
		"accounts.secret_taken": func() error {
			_, err := e.MakeCalendar(ctx, meta(who), sharing.MakeCalendar{Name: "Lại", Secret: secret("a")})
			return err
		},
		"sharing.calendar_name": func() error { _, err := e.MakeCalendar(ctx, meta(who), sharing.MakeCalendar{Name: " "}); return err },
	} {
		if err := wrong(); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := e.MakeCalendar(ctx, first, make1); !fault.Is(err, "sharing.no_calendar") {
		t.Errorf("the repeat of what was renewed since: %v", err)
	}
	for _, c := range []sharing.EndCalendar{{ID: renewed.ID}, {ID: made.ID}, {}} {
		if _, err := e.EndCalendar(ctx, meta(other), c); !fault.Is(err, "sharing.no_calendar") {
			t.Errorf("another person ends %q: %v", c.ID, err)
		}
	}
	must[sharing.Calendar](t)(e.MakeCalendar(ctx, meta(who), sharing.MakeCalendar{Name: "Máy bàn", Secret: secret("c")}))
	must[sharing.Calendar](t)(e.EndCalendar(ctx, meta(who), sharing.EndCalendar{ID: renewed.ID}))
	if list, err := e.Calendars(ctx, who.Person); err != nil || len(list) != 1 || list[0].Name != "Máy bàn" {
		t.Errorf("%+v %v", list, err)
	}
	if list, err := e.Calendars(ctx, other.Person); err != nil || len(list) != 0 {
		t.Errorf("another's: %+v %v", list, err)
	}
	for n := 1; n < sharing.CalendarsMost; n++ {
		must[sharing.Calendar](t)(e.MakeCalendar(ctx, meta(who), sharing.MakeCalendar{Name: "Máy", Secret: secret(uuid.NewString())}))
	}
	if _, err := e.MakeCalendar(ctx, meta(who), sharing.MakeCalendar{Name: "Máy", Secret: secret("z")}); !fault.Is(err, "sharing.calendars_many") {
		t.Errorf("one too many: %v", err)
	}
}
