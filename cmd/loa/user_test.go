package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/client"
)

func TestUsersAreMadeInvitedAndListedFromTheTerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC))
	loa := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(append([]string{"user"}, args...), "--server", r.d.URL(), "--token", r.token), &out, &errs)
		return code, out.String() + errs.String()
	}
	if code, said := loa("add", "Vàng Thị Mai", "Mai", "--role", "operator", "--station", "02770"); code != 0 ||
		!regexp.MustCompile(`/join/[A-Z2-7]{26}`).MatchString(said) {
		t.Fatalf("add: %d %s", code, said)
	}
	if code, said := loa("add", "Mai khác", "mai"); code != 75 || !strings.Contains(said, "đã có người dùng") {
		t.Errorf("the same login again: %d %s", code, said)
	}
	if code, said := loa("list"); code != 0 || !strings.Contains(said, "Vàng Thị Mai  Phụ trách đài ") {
		t.Errorf("list: %d %s", code, said)
	}
	if code, said := loa("invite", "--role", "monitor", "--district", "083"); code != 0 || !strings.Contains(said, "/join/") {
		t.Errorf("invite: %d %s", code, said)
	}
	for _, wrong := range [][]string{{}, {"marry"}, {"add", "x"}, {"invite"}, {"invite", "--role", "king"},
		{"invite", "--role", "operator", "--station", "99999"}, {"token", "x"}} {
		if code, said := loa(wrong...); code == 0 || !strings.HasPrefix(said, "loa: ") {
			t.Errorf("%v: %d %s", wrong, code, said)
		}
	}
	code, token := loa("token", "bảng tính", "--person", "mai", "--days", "30")
	if code != 0 {
		t.Fatalf("token: %s", token)
	}
	c := reach{Server: r.d.URL(), Token: strings.TrimSpace(token)}.client()
	if me, err := c.GetMe(t.Context()); err != nil || me.Login != "mai" {
		t.Errorf("the token opens %q (%v)", me.Login, err)
	}
	if _, err := c.PostPeople(t.Context(), client.PersonBody{Name: "x", Login: "xxx"}); exitCode(err) != 77 {
		t.Errorf("an operator's token makes people: %v", err)
	}
}

// TestATokenIsNotTheWholeAccount: with it nobody comes to its owner's passphrase, or to others' second steps; on
// the server itself both go on.
func TestATokenIsNotTheWholeAccount(t *testing.T) {
	r := startDaemon(t, t.TempDir(), time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC))
	loa := func(token string, args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(append([]string{"user"}, args...), "--server", r.d.URL(), "--token", token), &out, &errs)
		return code, out.String() + errs.String()
	}
	for _, login := range []string{"quan", "hoa"} {
		if code, said := loa(r.token, "add", "Chị "+login, login, "--role", "admin"); code != 0 {
			t.Fatal(said)
		}
	}
	code, said := loa(r.token, "token", "bảng tính", "--person", "quan")
	if code != 0 {
		t.Fatal(said)
	}
	token := strings.TrimSpace(said)
	if code, said := loa(token, "invite", "--person", "quan"); code != 77 || !strings.Contains(said, "cho chính mình") {
		t.Errorf("a link for its owner: %d %s", code, said)
	}
	if code, said := loa(token, "second", "hoa", "--remove"); code != 77 || !strings.Contains(said, "trên máy chủ") {
		t.Errorf("another's second step: %d %s", code, said)
	}
	if code, said := loa(r.token, "invite", "--person", "quan"); code != 0 || !strings.Contains(said, "/join/") {
		t.Errorf("on the server: %d %s", code, said)
	}
	if code, said := loa(r.token, "second", "hoa", "--remove"); code != 66 || !strings.Contains(said, "Không còn bước xác nhận này") {
		t.Errorf("on the server, of who has none: %d %s", code, said)
	}
	if code, said := loa(token, "second-from", "2024-06-01"); code != 77 {
		t.Errorf("the day of second steps: %d %s", code, said)
	}
	for _, c := range []struct {
		args []string
		says string
	}{{[]string{"2024-06-01"}, "từ 1/6/2024"}, {nil, "từ 1/6/2024"}, {[]string{"1/6"}, "Hãy viết ngày"}, {[]string{"--never"}, "Không bắt buộc"},
		{nil, "Không bắt buộc"}} {
		code, said := loa(r.token, append([]string{"second-from"}, c.args...)...)
		if !strings.Contains(said, c.says) || (c.says == "Hãy viết ngày") != (code != 0) {
			t.Errorf("second-from %v: %d %s", c.args, code, said)
		}
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"audit", "--server", r.d.URL(), "--token", r.token}, &out, &out); code != 0 ||
		!regexp.MustCompile(`Tạo mã truy cập +Chị quan`).MatchString(out.String()) || !strings.Contains(out.String(), "Bắt buộc hai bước từ: ") {
		t.Errorf("the log does not say about whom: %d %s", code, out.String())
	}
}

// A person is erased on the server, told what has to be done before, and verify tells of it.
func TestAPersonIsErasedFromTheTerminal(t *testing.T) {
	dir := t.TempDir()
	r := startDaemon(t, dir, time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC))
	loa := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(append([]string{"user"}, args...), "--server", r.d.URL(), "--token", r.token), &out, &errs)
		return code, out.String() + errs.String()
	}
	for _, made := range [][]string{{"add", "Quản trị", "quan", "--role", "admin"},
		{"add", "Vàng Thị Mai", "mai", "--role", "operator", "--station", "02770"}} {
		if code, said := loa(made...); code != 0 {
			t.Fatal(said)
		}
	}
	if code, said := loa("erase", "mai", "--reason", "Đơn số 1"); code != 75 || !strings.Contains(said, "khoá tài khoản") {
		t.Errorf("who works: %d %s", code, said)
	}
	none, yes := []accounts.Grant{}, true
	if _, err := client.New(r.d.URL(), r.token).PatchPerson(t.Context(), "mai", client.ChangeBody{Grants: &none, Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	if code, said := loa("erase", "mai", "--reason", "Đơn số 1"); code != 0 || !strings.Contains(said, "Người đã xoá (mã ") ||
		!strings.Contains(said, "Bản sao lưu") {
		t.Errorf("erase: %d %s", code, said)
	}
	if code, said := loa("erased"); code != 0 || !strings.Contains(said, "Người đã xoá (mã ") || !strings.Contains(said, "Đơn số 1") {
		t.Errorf("erased: %d %s", code, said)
	}
	if code, said := loa("list"); code != 0 || strings.Contains(said, "Mai") {
		t.Errorf("list: %d %s", code, said)
	}
	r.stop()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"verify", "--data", dir}, &out, &errs); code != 0 || !strings.Contains(out.String(), "Đã xoá thông tin của 1 người") {
		t.Errorf("verify: %d %s %s", code, &out, &errs)
	}
}
