package paper

import (
	"strings"
	"testing"
)

func TestALongCertificateIsSetSmaller(t *testing.T) {
	usual := UsualCertificate()
	page := func(title string) Certificate {
		var c Certificate
		for line := range strings.SplitSeq(usual.Text, "\n") {
			l, large := strings.CutPrefix(line, "#")
			l, _ = filled(l, map[string]string{"tên": "Xã Nậm Chảy", "đơn vị": "Mường Khương", "giải": "Giải Nhất", "tác phẩm": title, "tác giả": "Vàng A Sính"})
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
