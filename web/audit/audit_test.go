package audit_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/audit"
	"loa/web/kit"
	"loa/web/webtest"
)

// TestWhoReadsWhat over a house with a little of everything: an administrator all of it in words, a monitor of one district
// what concerns her stations and nothing of the contest, a judge and an operator their own.
func TestWhoReadsWhat(t *testing.T) {
	at := time.Date(2024, 7, 1, 9, 0, 0, 0, text.Zone)
	h := bolttest.NewHouse(t, t.TempDir(), func() time.Time { return at })
	bolttest.Fill(t, h.Store, h.Blobs)
	k := kit.New(kit.Config{Auth: h, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)})
	k.Values(accounts.Kinds)
	audit.Register(k, h.Store)
	handler, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := h.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	district := reg.Where("S00001").District
	as := func(name string, g ...accounts.Grant) *webtest.Client {
		return webtest.NewClient(t, handler, webtest.LoggedIn(t, h, name, at, g...))
	}
	lines := func(c *webtest.Client, path string) (said string) {
		t.Helper()
		for range 200 {
			c.Get(path)
			c.Expect(200, "h1", "Ai làm gì")
			said += c.Doc().Find("tbody").Text()
			next := c.Doc().Find("nav a[href*='after=']").AttrOr("href", "")
			if next == "" {
				return said
			}
			path, _, _ = strings.Cut(next, "#")
		}
		t.Fatal("no end")
		return ""
	}
	const whole = "/audit?from=2023-01-01"
	judge := accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "hoi-thi"}}
	admin := as("quan.tri", accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	all := lines(admin, whole)
	for _, want := range []string{"Một bước trong hội thi", "Báo hoặc sửa lượt phát", "Sửa thiết lập thư viện", "Thêm bước đăng nhập thứ hai", "máy tự làm",
		"→"} {
		if !strings.Contains(all, want) {
			t.Errorf("the administrator does not read %q", want)
		}
	}
	for _, secret := range []string{"$argon2id", "accounts.did.", "khoa-0", "accounts.member", "accounts.whence"} {
		if strings.Contains(all, secret) {
			t.Errorf("the page says %q", secret)
		}
	}
	monitor := lines(as("giam.sat", accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: district}}, judge), whole)
	for word, want := range map[string]bool{"Báo hoặc sửa lượt phát": true, "hội thi": false, "chấm thi": false, "Sửa thiết lập thư viện": false,
		"nghe giống": false} {
		if strings.Contains(monitor, word) != want {
			t.Errorf("a monitor who judges reads %q: %v", word, !want)
		}
	}
	for _, c := range []*webtest.Client{as("giam.khao", judge),
		as("phu.trach", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})} {
		for _, path := range []string{whole, whole + "&station=S00001", whole + "&person=admin1", whole + "&person=server"} {
			if said := lines(c, path); strings.Contains(said, "Cán bộ") || strings.Contains(said, "Báo hoặc") {
				t.Errorf("%s shows others' deeds: %.200s", path, said)
			}
		}
	}
	admin.Get("/audit?person=admin1&what=accounts.add_token&from=2024-05-01&until=2024-05-31")
	admin.Expect(200, "tbody", "Tạo mã truy cập")
	if said := admin.Doc().Find("tbody").Text(); strings.Contains(said, "Đặt mã PIN") {
		t.Error("another kind is listed")
	}
	for _, person := range []string{"khong.co.ai", "admin1"} { // nobody finds out by the filter which log-ins there are
		c := as(person+"2", judge)
		c.Get("/audit?person=" + person)
		c.Expect(200, "form.filters", "Không có việc nào")
	}
	admin.Get("/audit?from=31/5/2024")
	admin.Expect(422, "", "2026-11-29")
	for _, format := range []string{"csv", "xlsx"} {
		if admin.Get("/audit?format=" + format); admin.Last.Code != 200 || admin.Last.Body.Len() < 500 {
			t.Errorf("%s: %d, %d bytes", format, admin.Last.Code, admin.Last.Body.Len())
		}
	}
	for q := (accounts.DeedQuery{Limit: 500}); ; {
		page, next, err := h.Deeds(t.Context(), accounts.Daemon(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			if !slices.Contains(accounts.Kinds, d.Kind) {
				t.Errorf("%s is no kind of deed", d.Kind)
			}
		}
		if q.After = next; next == "" {
			return
		}
	}
}
