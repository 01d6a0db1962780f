package door_test

import (
	"testing"
	"time"

	"loa/accounts"
	"loa/web/webtest"
)

// TestWhatGivesPowerAsksForThePassphraseAgain: in a browser that was left open nobody makes an administrator or a token; who types her
// passphrase there goes on where she was, with what she had typed.
func TestWhatGivesPowerAsksForThePassphraseAgain(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	open := func() (n int) {
		list, err := w.store.Invitations(t.Context(), accounts.InvitationQuery{At: w.now, Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	w.now = w.now.Add(accounts.ProofLife + time.Minute)
	c.Get("/people/invite?role=monitor")
	c.Submit("main form", "note", "Anh Lềnh")
	if c.Expect(200, ".link, [data-copy], input[readonly]", ""); open() != 1 {
		t.Error("a monitor is not invited without the passphrase")
	}
	c.Get("/people/invite?role=admin")
	c.Submit("main form", "note", "Anh Páo")
	if c.Expect(403, "input[type=password][name=proof]", "Nhập lại mật khẩu", "quá 30 phút"); open() != 1 {
		t.Error("an administrator is invited without the passphrase")
	}
	c.Submit("main form", "proof", "sai rồi sai rồi")
	if c.Expect(422, "input[type=password][name=proof]", "Mật khẩu"); open() != 1 {
		t.Error("a wrong passphrase does")
	}
	c.Refuse("sai rồi sai rồi")
	c.Submit("main form", "proof", phrase)
	if c.Expect(200, "h1", ""); open() != 2 {
		t.Error("the right passphrase does not go on")
	}
	c.Get("/me")
	c.Submit("form[action='/me/tokens']", "name", "Máy thu", "days", "30")
	c.Expect(200, "#secret, input[readonly]", "Mã truy cập")
	w.now = w.now.Add(accounts.ProofLife + time.Minute)
	c.Get("/me")
	c.Submit("form[action='/me/tokens']", "name", "Máy khác", "days", "30")
	c.Expect(403, "input[type=password][name=proof]", "Nhập lại mật khẩu")
	c.Submit("main form", "proof", phrase)
	c.Expect(200, "main", "Máy khác")
	if tokens, err := w.store.Tokens(t.Context(), w.person("hoa").ID, w.now); err != nil || len(tokens) != 2 {
		t.Errorf("%d tokens, %v", len(tokens), err)
	}
	w.now = w.now.Add(accounts.ProofLife + time.Minute)
	for range 9 {
		c.Get("/people/invite?role=admin")
		c.Submit("main form", "note", "Anh Páo")
		c.Submit("main form", "proof", "sai rồi sai rồi")
	}
	c.Expect(429, "main", "")
	other := webtest.NewClient(t, w.h, "")
	w.types(other, "hoa", phrase)
	other.Get("/people/invite?role=admin")
	other.Expect(200, "h1", "")
}
