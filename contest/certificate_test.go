package contest_test

import (
	"strings"
	"testing"

	"loa/contest"
)

func TestTheCertificateIsASettingOfItsContest(t *testing.T) {
	w := newWorld(t, "giay-chung-nhan")
	w.do(w.organiser(), contest.DraftContest{Rules: plain(), Certificate: contest.Certificate{Text: "Tặng {tên}"}})
	if w.s.Certificate.Text != "Tặng {tên}" {
		t.Errorf("copied with the rules: %+v", w.s.Certificate)
	}
	decomposed := "Ta\u0323\u0306ng {te\u0302n}" // as some keyboards type it
	w.do(w.organiser(), contest.SetCertificate{Certificate: contest.Certificate{Text: decomposed, Sign: "{ngày}"}})
	if w.s.Certificate.Text != "Tặng {tên}" {
		t.Errorf("%q is not composed", w.s.Certificate.Text)
	}
	for code, text := range map[string]string{
		"contest.unknown_placeholder": "Tặng {ten}", "contest.too_many_lines": strings.Repeat("a\n", 12) + "b",
		"contest.text_too_long": strings.Repeat("ạ", 2001),
	} {
		w.refused(code, w.organiser(), contest.SetCertificate{Certificate: contest.Certificate{Sign: text}})
	}
	for _, open := range []string{"Tặng {tên}\n{giải", "giải}", "{{tên}}", "{tên} {giải\n}", "{"} {
		w.refused("contest.open_brace", w.organiser(), contest.SetCertificate{Certificate: contest.Certificate{Text: open}})
	}
	w.refused("accounts.denied", w.operator(1), contest.SetCertificate{})
	w.do(w.organiser(), contest.SetCertificate{})
	if w.s.Certificate != (contest.Certificate{}) {
		t.Errorf("the usual one does not come back: %+v", w.s.Certificate)
	}
}
