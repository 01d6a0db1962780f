package door_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	if c.Expect(403, "input[type=password][name=prove_again]", "Nhập lại mật khẩu", "quá 30 phút"); open() != 1 {
		t.Error("an administrator is invited without the passphrase")
	}
	c.Submit("main form", "prove_again", "sai rồi sai rồi")
	if c.Expect(422, "input[type=password][name=prove_again]", "Mật khẩu"); open() != 1 {
		t.Error("a wrong passphrase does")
	}
	c.Refuse("sai rồi sai rồi")
	c.Submit("main form", "prove_again", phrase)
	if c.Expect(200, "h1", ""); open() != 2 {
		t.Error("the right passphrase does not go on")
	}
	c.Get("/me")
	c.Submit("form[action='/me/tokens']", "name", "Máy thu", "days", "30")
	c.Expect(200, "#secret, input[readonly]", "Mã truy cập")
	w.now = w.now.Add(accounts.ProofLife + time.Minute)
	c.Get("/me")
	c.Submit("form[action='/me/tokens']", "name", "Máy khác", "days", "30")
	c.Expect(403, "input[type=password][name=prove_again]", "Nhập lại mật khẩu")
	c.Submit("main form", "prove_again", phrase)
	c.Expect(200, "main", "Máy khác")
	if tokens, err := w.store.Tokens(t.Context(), w.person("hoa").ID, w.now); err != nil || len(tokens) != 2 {
		t.Errorf("%d tokens, %v", len(tokens), err)
	}
	w.now = w.now.Add(accounts.ProofLife + time.Minute)
	for range 9 {
		c.Get("/people/invite?role=admin")
		c.Submit("main form", "note", "Anh Páo")
		c.Submit("main form", "prove_again", "sai rồi sai rồi")
	}
	c.Expect(429, "main", "")
	other := webtest.NewClient(t, w.h, "")
	w.types(other, "hoa", phrase)
	other.Get("/people/invite?role=admin")
	other.Expect(200, "h1", "")
}

// A field of a form with the name of the passphrase's box was taken for the passphrase: what was typed there was refused as wrong, and
// the passphrase, typed when asked for, was kept as what the form was about.
func TestNoFormHasAFieldNamedAsThePassphraseAsked(t *testing.T) {
	named, boxes := regexp.MustCompile(`"?name"?[= ]"prove_again"`), 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		b, err := os.ReadFile(path)
		if n := len(named.FindAll(b, -1)); path == filepath.Join("..", "kit", "error.html") {
			boxes = n
		} else if n > 0 {
			t.Errorf("%s has one", path)
		}
		return err
	})
	if err != nil || boxes != 1 {
		t.Fatalf("%d boxes for the passphrase, %v", boxes, err)
	}
}
