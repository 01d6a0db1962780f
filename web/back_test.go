package web_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"loa/accounts"
	"loa/web/webtest"
)

// Who comes back to a preview, or loads it anew, finds the form with what she
// typed, and no page of the browser about sending it again.
func TestBackToAPreviewIsTheForm(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	programme := planned(t, s)
	editor := webtest.LoggedIn(t, s, "bientap", tuesday, accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", editor, server.URL)

	p.Open(server.URL + "/programmes/" + programme + "/rules/new")
	p.Set("[name=time]", "05:30")
	p.Click("[name=days][value='3'] + span")
	p.Type("#f-note", "Phát lại lúc tối")
	form := `location.pathname.endsWith("/rules/new") && document.querySelector("[name=time]").value === "05:30" &&
		document.querySelector("[name=days][value='3']").checked && document.querySelector("#f-note").value === "Phát lại lúc tối"`
	for range 2 { // the form on a preview works like the first
		p.Follow("[value=preview]")
		p.Wait("#preview ol.dates li")
		p.Until("see the form beside it", form)
	}
	webtest.Eval[any](p, "load it anew", "setTimeout(() => location.reload()), 0")
	p.Until("have the form again", `!document.querySelector("#preview") && `+form)
	p.Follow("[value=preview]")
	p.Follow("#preview [value=save]")
	p.Wait(".flash")
	webtest.Eval[any](p, "go back", "setTimeout(() => history.back()), 0")
	p.Until("have the form after it was saved", form)
	p.Shot("back-to-a-preview", 360)

	table := filepath.Join(t.TempDir(), "dai.csv")
	if err := os.WriteFile(table, []byte("Mã đài,Ghi chú\nS00001,Loa cụm 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Open(server.URL + "/stations/import")
	p.Upload("#f-file", table)
	p.Follow("form[enctype] button")
	p.Follow("form:not([enctype]) .actions button")
	p.Wait(".flash")
	webtest.Eval[any](p, "go back", "setTimeout(() => history.back()), 0")
	p.Until("be asked for a file", `location.pathname === "/stations/import" && document.querySelector("#f-file")?.value === ""`)
}
