package papers_test

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/coverage"
	"loa/web/kit"
	"loa/web/papers"
	"loa/web/webtest"
)

// TestAReportKeepsItsNumber: a monitor takes a number for the week's report; it stands on the page, in the PDF, the
// DOCX and the XLSX, the next day, for another monitor whose head is another, and in the register; struck out, it is
// gone from the paper and is given to nobody.
func TestAReportKeepsItsNumber(t *testing.T) {
	s, now := bolttest.Open(t), time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	coverage.Register(k, s)
	papers.Register(k, s, func(context.Context) (map[string]string, error) {
		return map[string]string{"ht-1": "Hội thi 2024"}, nil
	})
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	province := accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}
	person := func(name string, g accounts.Grant) *webtest.Client {
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, now, g))
	}
	thu, binh := person("Chị Thu", province), person("Anh Bình", province)
	district := reg.Where("S00001").District
	local := person("Chị Mai", accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: district}})
	operator := person("Giàng A Páo", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	const path, form = "/coverage/paper?week=2024-W20", `form[method="post"]`

	thu.Get(path + "&agency=V%C4%83n+ph%C3%B2ng+%C4%91i%E1%BB%81u+ph%E1%BB%91i&symbol=VP%C4%90P&place=L%C3%A0o+Cai")
	thu.Expect(http.StatusOK, ".paper-top", "Số: ……/BC-VPĐP", "ngày 20 tháng 5 năm 2024")
	thu.Submit(form, "number", "mười lăm")
	thu.Expect(http.StatusUnprocessableEntity, form+" .error")
	thu.Submit(form, "number", "0") // which is no number, and no empty field
	thu.Expect(http.StatusUnprocessableEntity, form+" .error", "Số phải từ 1")
	thu.Submit(form, "number", "14")
	thu.Expect(http.StatusOK, "main", "Đã lấy số.", "Văn bản này có số 14/BC-VPĐP", "Chị Thu lấy số")
	thu.Expect(http.StatusOK, ".paper-top", "Số: 14/BC-VPĐP", "VĂN PHÒNG ĐIỀU PHỐI")

	now = now.AddDate(0, 0, 1)
	binh.Get(path + "&agency=Ban+kh%C3%A1c&symbol=BK")
	binh.Expect(http.StatusOK, ".paper-top", "Số: 14/BC-VPĐP", "VĂN PHÒNG ĐIỀU PHỐI", "ngày 20 tháng 5 năm 2024")
	if n := binh.Doc().Find(form + `, .notice.warn`).Length(); n > 0 {
		t.Errorf("%d forms or warnings about a paper that has its number and says the same", n)
	}
	t.Run("as files", func(t *testing.T) {
		audiotest.Need(t, "soffice")
		audiotest.Need(t, "pdftotext")
		for _, as := range []string{"docx", "xlsx", "pdf"} {
			if words := converted(t, as, binh.Get(path+"&as="+as).Body.Bytes()); !strings.Contains(words, "Số: 14/BC-VPĐP") {
				t.Errorf("the %s says no number: %.200s", as, words)
			}
		}
	})
	if n := binh.Doc().Find("#f-agency").Length(); n > 0 {
		t.Error("the head of a paper with a number can still be typed")
	}
	binh.Get("/coverage/paper?week=2024-W19&place=B%E1%BA%AFc+H%C3%A0")
	binh.Submit(form, "date", "2024-05-10")
	binh.Expect(http.StatusUnprocessableEntity, form+" .error", "nói về đến ngày 12/5/2024")
	binh.Submit(form, "date", "", "number", "115")
	binh.Expect(http.StatusConflict, form+" .error", "cách xa số cấp gần nhất (14/BC-VPĐP)", "lấy số 15")
	binh.Submit(form, "number", "")
	binh.Expect(http.StatusConflict, form, "khác ký hiệu với số trước nó (14/BC-VPĐP)")
	binh.Submit(form, "sure", "1")
	binh.Expect(http.StatusOK, ".paper-top", "Số: 15/BC-BK", "BAN KHÁC")
	local.Get(path)
	local.Expect(http.StatusOK, ".paper-top", "Số: ……/BC")
	local.Expect(http.StatusOK, ".notice.info", "hãy điền cơ quan lập")
	if local.Doc().Find(form).Length() > 0 {
		t.Error("a number is given to a paper that says of nobody whose it is")
	}
	local.Get(path + "&agency=UBND+huy%E1%BB%87n&symbol=VHTT&place=B%E1%BA%AFc+H%C3%A0")
	local.Submit(form)
	local.Expect(http.StatusOK, ".paper-top", "Số: 01/BC-VHTT")
	local.Get("/coverage/paper?week=2024-W30")
	if local.Doc().Find(form).Length() > 0 {
		t.Error("a number is given to the report of a week that has not begun")
	}
	operator.Get(path)
	operator.Expect(http.StatusOK, ".paper-top", "Số: ……/BC")
	if operator.Doc().Find(form).Length() > 0 {
		t.Error("an operator takes numbers")
	}

	local.Get("/papers")
	local.Expect(http.StatusOK, "tbody", "01/BC", "Chị Mai")
	if strings.Contains(local.Doc().Find("tbody").Text(), "14/BC") {
		t.Error("a district reads the province's register")
	}
	thu.Get("/papers")
	thu.Expect(http.StatusOK, "tbody", "14/BC-VPĐP", "15/BC-BK", "Báo cáo", reg.DistrictName(district))
	thu.Get("/papers?q=14%2FBC&year=2024&paper=report&standing=given&district=")
	thu.Expect(http.StatusOK, "tbody", "14/BC-VPĐP")
	if strings.Contains(thu.Doc().Find("tbody").Text(), "15/BC") {
		t.Error("the search finds all")
	}
	thu.Get("/papers?q=%2F") // signs alone are sought as they are
	thu.Expect(http.StatusOK, "tbody", "14/BC-VPĐP", "01/BC-VHTT")
	thu.Get("/papers?q=%25")
	thu.Expect(http.StatusOK, "main", "Chưa có văn bản nào")
	thu.Get("/papers?province=1")
	thu.Expect(http.StatusOK, "tbody", "14/BC-VPĐP")
	if strings.Contains(thu.Doc().Find("tbody").Text(), "BC-VHTT") {
		t.Error("the province's office has numbers of a district")
	}
	thu.Get("/papers?year=n%C4%83m")
	thu.Expect(http.StatusUnprocessableEntity, "main", "Năm phải gồm bốn chữ số")
	strike := `tbody form`
	thu.Get("/papers?q=14%2FBC")
	thu.Submit(strike)
	thu.Expect(http.StatusUnprocessableEntity, "tbody .notice", "Hãy ghi vì sao huỷ")
	thu.Submit(strike, "why", "Sai số liệu")
	thu.Expect(http.StatusOK, "main", "Đã huỷ số 14/BC-VPĐP", "Chị Thu huỷ lúc", "Sai số liệu")
	thu.Get(path)
	thu.Submit(form, "number", "14")
	thu.Expect(http.StatusConflict, form+" .error", "đã huỷ nên không dùng lại", "lấy số 16")
	thu.Submit(form, "number", "", "sure", "1")
	thu.Expect(http.StatusOK, ".paper-top", "Số: 16/BC-VPĐP")

	thu.Get("/papers")
	other := `form[action="/papers"][method="post"]`
	thu.Submit(other)
	thu.Expect(http.StatusUnprocessableEntity, other+" .error", "Hãy chọn loại văn bản")
	thu.Submit(other, "kind", "letter", "about", "Mời họp", "symbol", "VP ĐP")
	thu.Expect(http.StatusUnprocessableEntity, other+" .error", "không có khoảng trắng")
	thu.Submit(other, "symbol", "VPĐP")
	thu.Expect(http.StatusOK, "tbody", "01/VPĐP", "Mời họp", "Công văn")
	thu.Submit(other, "kind", "letter", "about", "Mời họp lần hai", "symbol", "VPĐP", "number", "0")
	thu.Expect(http.StatusUnprocessableEntity, other+" .error", "Số phải từ 1")
	thu.Submit(other, "number", "", "date", "2024-05-01")
	thu.Expect(http.StatusConflict, other+" .error", "01/VPĐP", "không theo thứ tự số")
	if file := thu.Get("/papers?format=csv").Body.String(); strings.Count(file, "\n") != 6 || !strings.Contains(file, "Sai số liệu,Chị Thu") {
		t.Errorf("the file: %s", file)
	}
}

// converted is the text of a file as LibreOffice, or pdftotext, reads it.
func converted(t *testing.T, as string, file []byte) string {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "x."+as)
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if as != "pdf" {
		soffice := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "pdf", "--outdir",
			dir, name)
		if out, err := soffice.CombinedOutput(); err != nil {
			t.Fatalf("soffice: %v\n%s", err, out)
		}
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", filepath.Join(dir, "x.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
