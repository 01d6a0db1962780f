package settings_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/message"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/settings"
	"loa/web/webtest"
)

// asked is a door that notes whom it was asked to try.
type asked struct {
	store *bolt.Store
	host  string // that was set when the trial went
	to    string
}

func (a *asked) TryMail(ctx context.Context, _, to, _ string, _ text.Language) (message.Attempt, error) {
	set, err := a.store.MessageSettings(ctx)
	a.host, a.to = set.Mail.Host, to
	return message.Attempt{At: now, Answer: message.Taken, Code: 250, Says: "queued"}, err
}

func (a *asked) TryHook(context.Context, string, string, text.Language) (message.Attempt, error) {
	return message.Attempt{At: now, Answer: message.Refused, Code: 404}, nil
}

func (a *asked) Inside(_ context.Context, address string) bool {
	return strings.Contains(address, "noibo")
}

func (a *asked) Wake() {}

// messagePages are the pages with a door.
func messagePages(t *testing.T) (*webtest.Client, *bolt.Store, *asked) {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	door := &asked{store: s}
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	k.Values(message.States)
	settings.Register(k, s, door)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return as(t, h, s, accounts.Admin), s, door
}

const mailForm = "form[action='/settings/messages']"

// Another server or user asks for the password again, at its field: otherwise mail would
// stop without a word. Where nobody logs in none is wanted.
func TestAPasswordIsAskedForAgainWhereItGoesElsewhere(t *testing.T) {
	admin, s, _ := messagePages(t)
	admin.Get("/settings/messages")
	admin.Submit(mailForm, "host", "smtp.laocai.vn", "user", "loa", "from", "loa@laocai.vn")
	admin.Expect(http.StatusUnprocessableEntity, "#e-password", "Nhập mật khẩu")
	admin.Submit(mailForm, "password", "bí-mật")
	admin.Expect(http.StatusOK, mailForm, "Đã có mật khẩu")
	admin.Submit(mailForm, "name", "Loa")
	admin.Expect(http.StatusOK, mailForm, "Đã có mật khẩu")
	for _, c := range []struct{ field, value string }{{"host", "other.laocai.vn"}, {"user", "loa2"}} {
		admin.Get("/settings/messages")
		admin.Submit(mailForm, c.field, c.value)
		admin.Expect(http.StatusUnprocessableEntity, "#e-password", "Nhập mật khẩu")
		if kept, err := s.Secret(t.Context(), message.MailSecret); err != nil || kept != "bí-mật" {
			t.Errorf("%s: the password went, though nothing was saved: %v", c.field, err)
		}
	}
	admin.Get("/settings/messages")
	admin.Submit(mailForm, "host", "other.laocai.vn", "user", "")
	admin.Expect(http.StatusOK, "input[name=host][value='other.laocai.vn']")
	if kept, err := s.Secret(t.Context(), message.MailSecret); err != nil || kept != "" {
		t.Errorf("nobody logs in, yet a password is kept: %v", err)
	}
}

// A trial saves what is typed and tries that; it says what it tried and to whom.
func TestATrialTriesWhatIsTyped(t *testing.T) {
	admin, s, door := messagePages(t)
	admin.Get("/settings/messages")
	typed := []string{"host", "smtp.laocai.vn", "from", "loa@laocai.vn", "name", "Phát thanh", "do", "try"}
	admin.Submit(mailForm, append(typed, "mail", "lan@")...)
	admin.Expect(http.StatusUnprocessableEntity, "#e-mail", "Địa chỉ thư chưa đúng")
	admin.Expect(http.StatusUnprocessableEntity, "input[name=name][value='Phát thanh']")
	if set, err := s.MessageSettings(t.Context()); err != nil || set.Mail.Host != "" || door.to != "" {
		t.Fatalf("saved %+v, tried to %q: %v", set.Mail, door.to, err)
	}
	admin.Submit(mailForm, "mail", "lan@laocai.vn", "do", "try")
	admin.Expect(http.StatusOK, "main", "smtp.laocai.vn", "587", "loa@laocai.vn", "lan@laocai.vn", "Bên nhận đã nhận")
	admin.Expect(http.StatusOK, "input[name=name][value='Phát thanh']")
	if door.host != "smtp.laocai.vn" || door.to != "lan@laocai.vn" {
		t.Errorf("tried %q to %q", door.host, door.to)
	}
	admin.Submit(mailForm, "host", "", "do", "try")
	admin.Expect(http.StatusOK, "main", "Chưa có tên máy chủ thư")
}

// Numbers stand in their fields as the hints beside them write them, and a sender's
// address is looked at also while there is no server.
func TestSettingsOfMessagesAreWrittenAsTheirHints(t *testing.T) {
	admin, _, _ := messagePages(t)
	admin.Get("/settings/messages")
	admin.Submit(mailForm, "slot_lead_minutes", "1440", "keep_days", "3650")
	admin.Expect(http.StatusOK, "input[name=slot_lead_minutes][value='1.440']")
	admin.Expect(http.StatusOK, "input[name=keep_days][value='3.650']")
	admin.Submit(mailForm, "name", "Loa")
	admin.Expect(http.StatusOK, "input[name=keep_days][value='3.650']")
	admin.Submit(mailForm, "from", "không phải")
	admin.Expect(http.StatusUnprocessableEntity, "#e-from", "Địa chỉ thư chưa đúng")
}

func hookOf(t *testing.T, s *bolt.Store, name string) message.Hook {
	t.Helper()
	h, err := s.SaveHook(t.Context(), accounts.Meta{ID: name, By: accounts.Daemon(), At: now}, message.SaveHook{HookFields: message.HookFields{Name: name,
		URL: "https://tin.laocai.vn/" + name, Topics: []message.Topic{message.SlotMissed}}, Secret: message.NewSecret()})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Who changes a webhook that somebody removed meanwhile is told so, and can make a new one
// of what was typed.
func TestAWebhookThatIsGoneLeavesWhatWasTyped(t *testing.T) {
	admin, s, _ := messagePages(t)
	h := hookOf(t, s, "zalo")
	admin.Get("/settings/hooks")
	form := "form[action='/settings/hooks/" + h.ID + "']"
	admin.Submit(form, "name", "Zalo tỉnh")
	admin.Expect(http.StatusOK, "main", "Đã lưu webhook", "Zalo tỉnh")
	if _, err := s.RemoveHook(t.Context(), accounts.Meta{ID: "gone", By: accounts.Daemon(), At: now}, h.ID); err != nil {
		t.Fatal(err)
	}
	admin.Submit(form, "name", "Zalo xã")
	if admin.Last.Code < 400 {
		t.Errorf("status %d", admin.Last.Code)
	}
	admin.Expect(admin.Last.Code, "form[action='/settings/hooks'] .notice", "Không tìm thấy webhook này")
	admin.Expect(admin.Last.Code, "details[open] input[name=name][value='Zalo xã']")
	admin.Submit("form[action='/settings/hooks']")
	admin.Expect(http.StatusOK, "main", "Đã tạo webhook Zalo xã", "Khoá ký")
}

// A log in which nothing fits says so, one in which there is nothing says that; a value
// that is none of the list is refused.
func TestALogSaysWhyItIsEmpty(t *testing.T) {
	admin, s, _ := messagePages(t)
	admin.Get("/settings/deliveries")
	admin.Expect(http.StatusOK, ".empty", "Chưa gửi tin nào")
	h := hookOf(t, s, "zalo")
	lan := accounts.Person{ID: "lan", Name: "Lan"}
	noon := time.Date(2024, 5, 14, 12, 0, 0, 0, text.Zone)
	if _, err := s.Post(t.Context(), []message.Draft{{Key: "a", Topic: message.SlotMissed, Person: lan, Title: "Quá hạn"}}, noon); err != nil {
		t.Fatal(err)
	}
	admin.Get("/settings/deliveries")
	admin.Expect(http.StatusOK, "tbody tr", "gửi lúc")
	admin.Get("/settings/deliveries?state=dead")
	admin.Expect(http.StatusOK, ".empty", "Không có tin nào khớp")
	if admin.Get("/settings/deliveries?state=xx"); admin.Last.Code != http.StatusUnprocessableEntity {
		t.Errorf("state=xx: %d", admin.Last.Code)
	}
	if _, err := s.RemoveHook(t.Context(), accounts.Meta{ID: "gone", By: accounts.Daemon(), At: now}, h.ID); err != nil {
		t.Fatal(err)
	}
	admin.Get("/settings/deliveries")
	admin.Expect(http.StatusOK, "tbody tr", "Bị từ chối", "webhook đã bị gỡ")
	if strings.Contains(admin.Doc().Find("tbody").Text(), "Gửi lại") {
		t.Error("what can never go can be sent again")
	}
}

// TestAnAddressInsideIsSaidAtOnce: who saves a webhook to a host of the office's own network reads there that
// nothing is sent to it, and allows the host on the same page.
func TestAnAddressInsideIsSaidAtOnce(t *testing.T) {
	admin, s, _ := messagePages(t)
	admin.Get("/settings/hooks")
	admin.Submit("form[action='/settings/hooks']", "name", "Zalo", "url", "http://zalo.noibo.vn:8090/loa", "topics", string(message.Reported))
	admin.Expect(http.StatusOK, ".notice.warn", "zalo.noibo.vn nằm trong mạng nội bộ", "Máy chủ được phép")
	to, _ := admin.Doc().Find(".notice.warn a").Attr("href")
	if box := admin.Doc().Find("textarea" + to); box.Length() != 1 {
		t.Errorf("the link leads to %q", to)
	}
	allow := "form[action='/settings/hooks/inside']"
	admin.Submit(allow, "inside", "không phải tên")
	admin.Expect(http.StatusUnprocessableEntity, allow+" .wrong", "Danh sách máy chủ chưa đúng")
	admin.Submit(allow, "inside", "Zalo.noibo.vn")
	admin.Get("/settings/hooks")
	if doc := admin.Doc(); doc.Find(".notice.warn").Length() != 0 || doc.Find(allow+" textarea").Text() != "zalo.noibo.vn" {
		t.Errorf("an allowed host is still refused: %s", doc.Find("main").Text())
	}
	admin.Get("/settings/messages")
	admin.Submit(mailForm, "silent_weeks", "4")
	if set, err := s.MessageSettings(t.Context()); err != nil || !set.Allows("ZALO.noibo.vn") || set.SilentWeeks != 4 {
		t.Errorf("%+v %v", set, err)
	}
}
