package paper

import (
	"strings"
	"testing"
	"time"

	"loa/contest"
)

func TestALongCertificateIsSetSmaller(t *testing.T) {
	usual := UsualCertificate()
	page := func(title string) Certificate {
		var c Certificate
		for line := range strings.SplitSeq(usual.Text, "\n") {
			l, large := strings.CutPrefix(line, "#")
			l, _ = filled(l, map[string]string{"tên": "Xã Nậm Chảy", "đơn vị": "Mường Khương", "giải": "Giải Nhất", "tác phẩm": title,
				"tác giả": "Vàng A Sính"})
			c.Lines = append(c.Lines, Line{l, large})
		}
		c.Sign = strings.Split(usual.Sign, "\n")
		return c
	}
	if page("Con đường mới").Dense() {
		t.Error("the usual certificate is dense")
	}
	if !page(strings.Repeat("Con đường mới lên bản ", 25)).Dense() {
		t.Error("a title of six rows fits the usual size")
	}
}

// FuzzCertificate types anything as a template: what is taken prints no brace of its own.
func FuzzCertificate(f *testing.F) {
	for _, text := range []string{"# GIẤY KHEN\nTặng {tên}\n{giải", "{{tên}}", "{tên}{giải}", "}{", "{ tên }", "｛tên｝"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		c := contest.Certificate{Text: typed, Sign: typed}
		if c.Check() != nil {
			return
		}
		made := SampleCertificate(contest.NewState("mau"), c, time.Time{})
		for _, line := range made.Lines {
			if strings.ContainsAny(line.Text, "{}") {
				t.Errorf("%q prints %q", typed, line.Text)
			}
		}
		for _, line := range made.Sign {
			if strings.ContainsAny(line, "{}") {
				t.Errorf("%q prints %q", typed, line)
			}
		}
	})
}
