package web_test

import (
	"testing"

	"loa/accounts"
	"loa/scheduler"
	"loa/web/webtest"
)

// TestAnEditorIsAskedBeforeWhatIsLikelyASlip: a date moved onto another of its rule,
// and a programme that bears another's name, are shown and kept when agreed to.
func TestAnEditorIsAskedBeforeWhatIsLikelyASlip(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	editor := webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "bientap", clock.at, accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}))
	plan := func() *scheduler.Schedule {
		t.Helper()
		p, err := s.Schedule(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	rule := plan().Rules[0]
	next := clock.at.AddDate(0, 0, 7).Format("2006-01-02") + "T17:00"
	const form = "form:has([name=kind])"
	editor.Get("/rules/" + rule.ID + "/on/" + clock.at.Format("2006-01-02") + "T17:00")
	editor.Submit(form)
	editor.Expect(422, "", "Hãy chọn việc cần làm với lượt này")
	for _, other := range []string{"cancelled", "annotated"} {
		editor.Submit(form, "kind", other, "to", next)
		editor.Expect(422, "", "chưa chọn “Dời sang lúc khác”")
	}
	editor.Submit(form, "kind", "moved", "to", next)
	editor.Expect(200, "#moving", "chính lịch này", "Vẫn dời")
	if n := len(plan().Rules[0].Exceptions); n != 0 {
		t.Fatalf("%d exceptions before anybody agreed", n)
	}
	// Another time that meets something else is asked about again; a free one is kept.
	editor.Submit(form, "to", "2026-05-14T17:00")
	editor.Expect(200, "#moving", "hơn một năm nữa")
	editor.Submit(form, "to", next)
	editor.Expect(200, "#moving", "chính lịch này")
	editor.Submit(form)
	editor.Expect(200, "", "Đã lưu thay đổi")
	if e := plan().Rules[0].Exceptions; len(e) != 1 || e[0].To.String() != next {
		t.Errorf("%+v", e)
	}

	// Calling off all later ones ends the rule: asked first, said on its page, taken back there.
	after := clock.at.AddDate(0, 0, 14).Format("2006-01-02") + "T17:00"
	editor.Get("/rules/" + rule.ID + "/on/" + after)
	editor.Submit(form, "kind", "cancelled", "scope", "following")
	editor.Expect(200, "#moving", "ngừng hẳn", "127 đài", "Vẫn ngừng lịch")
	if _, _, ended := plan().Rules[0].Ended(); ended {
		t.Fatal("it was ended before anybody agreed")
	}
	editor.Submit(form)
	editor.Expect(200, "#ended", "Lịch này đã ngừng từ", "Phát lại")
	editor.Submit("#rule", "do", "save")
	editor.Expect(409, "#ended", "Lịch này đã ngừng từ")
	editor.Submit("#rule", "do", "preview")
	editor.Expect(200, "#preview [value=resume]", "Phát lại")
	if _, _, ended := plan().Rules[0].Ended(); !ended {
		t.Fatal("a look lets it air again")
	}
	editor.Submit("#rule", "do", "resume")
	editor.Expect(200, "", "Đã lưu lịch phát")
	if _, _, ended := plan().Rules[0].Ended(); ended {
		t.Error("it is ended still")
	}

	editor.Get("/programmes/P1")
	editor.Expect(200, "[aria-labelledby=rules] .soft", clock.at.AddDate(0, 0, 7).Format("2/1/2006")+" 17:00")

	editor.Get("/programmes/new")
	editor.Submit("main form", "title", "NÔNG THÔN MỚI hằng tuần")
	editor.Expect(200, "#terms-change a[href='/programmes/P1']", "cùng tên")
	if n := len(plan().Programmes); n != 1 {
		t.Fatalf("%d programmes before anybody agreed", n)
	}
	editor.Submit("main form")
	editor.Expect(200, "", "NÔNG THÔN MỚI hằng tuần")
	if n := len(plan().Programmes); n != 2 {
		t.Errorf("%d programmes", n)
	}
}
