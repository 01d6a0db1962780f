package backups_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/backups"
	"loa/web/kit"
	"loa/web/webtest"
)

var now = time.Date(2024, 5, 13, 8, 0, 0, 0, text.Zone)

// keeper is one in which things go wrong.
type keeper struct {
	place backups.Place
	list  []backups.Snapshot
	wrong error
	did   []string
}

func (k *keeper) Place() backups.Place { return k.place }
func (k *keeper) Snapshots(context.Context) ([]backups.Snapshot, error) {
	return k.list, k.wrong
}
func (k *keeper) Make(_ context.Context, by accounts.Actor) (backups.Added, error) {
	k.did = append(k.did, "make "+by.Name)
	return backups.Added{}, k.wrong
}
func (k *keeper) Try(_ context.Context, by accounts.Actor) (backups.Tried, error) {
	k.did = append(k.did, "try "+by.Name)
	return backups.Tried{}, k.wrong
}

// visit is the pages as a person of that role sees them.
func visit(t *testing.T, k *keeper, role accounts.Role) *webtest.Client {
	t.Helper()
	s := bolttest.Open(t)
	pages := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	backups.Register(pages, k, func(_ context.Context, by accounts.Actor, w io.Writer) error {
		_, err := io.WriteString(w, "tar of "+by.Name)
		return err
	})
	handler, err := pages.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return webtest.NewClient(t, handler, webtest.LoggedIn(t, s, "hoan", now, accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Province}}))
}

func TestBackupsAreListedMadeAndTried(t *testing.T) {
	k := &keeper{place: backups.Place{Name: "/mnt/saoluu", Closed: true, Opens: true, Keep: backups.Keep{Hours: 24, Days: 7, Weeks: 5, Months: 12}},
		list: []backups.Snapshot{{At: now, Size: 12_000_000}, {At: now.Add(-time.Hour), Size: 11_000_000, Restored: now}}}
	c := visit(t, k, accounts.Admin)
	c.Get(backups.Path)
	c.Expect(200, "main .facts", "/mnt/saoluu")
	c.Expect(200, "main .facts", "24 giờ, 7 ngày, 5 tuần, 12 tháng")
	c.Expect(200, "main tbody tr:first-child", "Chưa")
	c.Expect(200, "main tbody tr:last-child", "08:00 13/5/2024")
	for _, do := range []string{"make", "try"} {
		c.Submit("main form", "do", do)
	}
	if got := strings.Join(k.did, ", "); got != "make hoan, try hoan" {
		t.Errorf("did %q", got)
	}
	k.wrong = fault.New(fault.Conflict, "backup.busy")
	c.Get(backups.Path)
	c.Expect(200, "main .notice", "Máy chủ đang sao lưu")
	if c.Doc().Find("main form button").Length() > 0 {
		t.Error("a place that cannot be read has buttons")
	}
	k.wrong, k.place.Opens = nil, false
	c.Get(backups.Path)
	if c.Doc().Find("main form button[value=try]").Length() > 0 {
		t.Error("what cannot be opened here is to be tried here")
	}
	k.place = backups.Place{}
	c.Get(backups.Path)
	c.Expect(200, "main .notice", "chưa có nơi tự sao lưu")
	if a := c.Get("/api/v1/backup"); a.Body.String() != "tar of hoan" {
		t.Errorf("all as one file: %q", a.Body)
	}
}

func TestWhatWentWrongIsSaidOnTheForm(t *testing.T) {
	k := &keeper{place: backups.Place{Name: "/mnt/saoluu", Opens: true}, list: []backups.Snapshot{{At: now}}}
	c := visit(t, k, accounts.Admin)
	c.Get(backups.Path)
	for _, wrong := range []error{fault.New(fault.Conflict, "backup.busy"), fault.New(fault.Unavailable, "store.no_place", "place", "/mnt/saoluu"),
		fault.New(fault.Full, "store.place_full", "place", "/mnt/saoluu")} {
		k.wrong = wrong
		c.Submit("main form", "do", "make")
		if a := c.Doc().Find("main").Text(); !strings.Contains(a, text.Vietnamese.Fault(fault.Of(wrong))) {
			t.Errorf("%v: %s", wrong, a)
		}
		k.wrong = nil
		c.Get(backups.Path)
	}
	k.wrong = errors.New("a fault nobody named")
	c.Submit("main form", "do", "try")
	c.Expect(http.StatusInternalServerError, "main", "")
}

func TestBackupsAreForWhoRunsTheServer(t *testing.T) {
	k := &keeper{place: backups.Place{Name: "/mnt/saoluu"}}
	c := visit(t, k, accounts.Editor)
	for _, path := range []string{backups.Path, "/api/v1/backups", "/api/v1/backup"} {
		if a := c.Get(path); a.Code != http.StatusForbidden || strings.Contains(a.Body.String(), "/mnt/saoluu") {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
}
