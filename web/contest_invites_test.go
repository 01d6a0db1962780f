package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/contest"
)

// Who invites sees on her own pages whom nobody has heard of yet, and takes back a link
// that went to the wrong people; who accepted is named until she is on the jury.
func TestInvitationsAreSeenWhereTheyWereMade(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	all := st.person("tochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	const id = "hoi-thi"
	if _, err := st.hall.Do(t.Context(), accounts.Meta{ID: uuid.NewString(), By: all.actor, At: st.now.UTC()}, id,
		contest.DraftContest{Rules: storyRules(st.now)}); err != nil {
		t.Fatal(err)
	}
	org := st.person("mothoithi", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
	page := func(v *visitor, path string) *goquery.Document {
		t.Helper()
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(v.get(path)))
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	invite := func(v *visitor, role, note string) (link string) {
		t.Helper()
		path := "/people/invite/" + role + "/" + id
		res, b := v.post(path, "secret", page(v, path).Find("[name=secret]").AttrOr("value", ""), "note", note)
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(b))
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%d %v", res.StatusCode, err)
		}
		link = doc.Find("input[readonly]").AttrOr("value", "")
		return link[strings.Index(link, "/join/"):]
	}
	wrong, right := invite(org, "judge", "Gửi nhầm nhóm"), invite(org, "judge", "Chị Mai ở Sở")
	jury := "/contests/" + id + "/jury"
	doc := page(org, jury)
	if n := doc.Find(`form[action$="/withdraw"]`).Length(); n != 2 {
		t.Fatalf("%d invitations can be withdrawn", n)
	}
	for _, said := range []string{"Gửi nhầm nhóm", "Chị Mai ở Sở", "Người mothoithi mời, dùng được đến", "Chưa ai nhận lời mời"} {
		if !strings.Contains(doc.Text(), said) {
			t.Errorf("the jury page does not say “%s”", said)
		}
	}
	form := doc.Find("li:contains('Gửi nhầm nhóm') form")
	if to := org.must(form.AttrOr("action", ""), "invitation", form.Find("[name=invitation]").AttrOr("value", "")); !strings.HasPrefix(to, jury) {
		t.Errorf("after withdrawing she is at %s", to)
	}
	guest := st.person("khach")
	if res, _ := guest.ask("GET", wrong, "", nil); res.StatusCode != http.StatusGone {
		t.Errorf("the withdrawn link answers %d", res.StatusCode)
	}
	if s := page(org, "/contests/"+id).Text(); !strings.Contains(s, "1 lời mời chưa ai nhận") {
		t.Error("the overview does not say that an invitation is open")
	}
	guest.must(right)
	for path, said := range map[string]string{jury: "Đã nhận lời mời, chưa đưa vào ban giám khảo: Người khach", "/contests/" + id: "1 người chờ đưa vào ban"} {
		if s := page(org, path).Text(); !strings.Contains(strings.Join(strings.Fields(s), " "), said) || strings.Contains(s, "Hãy mời giám khảo trước") {
			t.Errorf("%s does not say “%s”", path, said)
		}
	}
	invite(all, "organiser", "Anh Sơn")
	doc = page(all, "/contests/"+id)
	form = doc.Find("li:contains('Anh Sơn') form")
	all.must(form.AttrOr("action", ""), "invitation", form.Find("[name=invitation]").AttrOr("value", ""))
	if strings.Contains(page(all, "/contests/"+id).Text(), "Anh Sơn") {
		t.Error("a withdrawn invitation to organise is still there")
	}
	if page(org, "/contests/"+id).Find(`form[action$="/withdraw"]`).Length() != 0 {
		t.Error("who organises one contest is shown what is not hers to withdraw")
	}
}

// A role in a contest that is not there would be one in whatever contest gets its name later.
func TestNobodyIsInvitedIntoNoContest(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	admin := st.person("quantri", accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	for _, role := range []accounts.Role{accounts.Organiser, accounts.Judge} {
		grants := []obj{{"role": role, "scope": obj{"level": accounts.Contest, "id": "khong-co"}}}
		for path, body := range map[string]obj{"/invitations": {"grants": grants}, "/people": {"name": "Mai", "login": "mai", "grants": grants}} {
			if e := admin.call(422, "POST", path, body); e["code"] != "contest.unknown" {
				t.Errorf("%s of %s: %v", path, role, e)
			}
		}
	}
}
