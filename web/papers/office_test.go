package papers_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/internal/doctext"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/outgoing"
	"loa/store/bolttest"
	"loa/web/coverage"
	"loa/web/kit"
	"loa/web/papers"
	"loa/web/webtest"
)

// office is a store with its stations, pages of papers, and people of the province and of a district.
func office(t *testing.T) (province, district, operator *webtest.Client, code string, now *time.Time) {
	t.Helper()
	s, at := bolttest.Open(t), time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return at }, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	coverage.Register(k, s)
	papers.Register(k, s, func(context.Context) (map[string]string, error) { return nil, nil })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code = reg.Where("S00001").District
	person := func(name string, role accounts.Role, scope accounts.Scope) *webtest.Client {
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, at, accounts.Grant{Role: role, Scope: scope}))
	}
	return person("Anh Lâm", accounts.Admin, accounts.Scope{Level: accounts.Province}),
		person("Chị Mai", accounts.Monitor, accounts.Scope{Level: accounts.District, ID: code}),
		person("Giàng A Páo", accounts.Operator, accounts.Scope{Level: accounts.Station, ID: "S00001"}), code, &at
}

// send brings a file to the form on the page.
func send(t *testing.T, c *webtest.Client, file []byte) {
	t.Helper()
	f := c.Doc().Find(`form[enctype]`)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	f.Find("input[type=hidden]").Each(func(_ int, in *goquery.Selection) { _ = w.WriteField(in.AttrOr("name", ""), in.AttrOr("value", "")) })
	part, err := w.CreateFormFile("file", "mau.docx")
	if err == nil {
		_, err = part.Write(file)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, f.AttrOr("action", ""), &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	c.Do(r)
}

// TestReceiversOfAnOfficeArePrinted: a district says once whom its reports go to; the reports of weeks and of periods name them, those
// of others do not; a report that got its number keeps those it had.
func TestReceiversOfAnOfficeArePrinted(t *testing.T) {
	province, local, operator, code, _ := office(t)
	const week, period = "/coverage/paper?week=2024-W20", "/coverage/period/paper?period=2024-Q2"
	const head = "&agency=UBND+huy%E1%BB%87n&symbol=VHTT&place=B%E1%BA%AFc+H%C3%A0"
	form := `form[method="post"]`
	local.Get("/papers/office")
	local.Submit(form, "receivers", "- Như trên;\nUBND tỉnh (để báo cáo).\n\n- Lưu: VT.")
	local.Expect(http.StatusOK, "main", "Đã lưu nơi nhận.")
	local.Get(week + head)
	local.Expect(http.StatusOK, ".receivers", "Như trên;", "UBND tỉnh (để báo cáo);", "Lưu: VT.")
	if n := strings.Count(local.Doc().Find(".receivers").Text(), "Lưu: VT"); n != 1 {
		t.Errorf("the archive is named %d times", n)
	}
	local.Submit(form)
	local.Expect(http.StatusOK, ".paper-top", "Số: 01/BC-VHTT")
	local.Get("/papers/office")
	local.Submit(form, "receivers", "Sở Văn hoá")
	local.Get(week)
	local.Expect(http.StatusOK, ".receivers", "UBND tỉnh")
	if local.Doc().Find(".notice.warn").Length() > 0 {
		t.Error("a paper is told to say something else, because its office has other receivers now")
	}
	local.Get(period)
	local.Expect(http.StatusOK, ".receivers", "Sở Văn hoá;")
	province.Get(period)
	province.Expect(http.StatusOK, ".receivers", "……………")
	province.Get("/papers/office?district=" + code)
	province.Expect(http.StatusOK, "main", "Sở Văn hoá")
	local.Get("/papers/office?district=")
	local.Expect(http.StatusOK, "h1", "Mẫu và nơi nhận")
	operator.Get("/papers/office")
	operator.Expect(http.StatusForbidden, "main")
	local.Get("/papers/office")
	province.Get("/papers/office?district=" + code)
	province.Submit(form, "receivers", "Công an huyện")
	province.Expect(http.StatusOK, "main", "Công an huyện")
	local.Submit(form, "receivers", "Đài huyện")
	local.Expect(http.StatusPreconditionFailed, "main", "Anh Lâm", "Công an huyện", "Đài huyện")
	local.Get("/papers/office")
	local.Submit(form, "receivers", strings.Repeat("Một nơi\n", 21))
	local.Expect(http.StatusUnprocessableEntity, form+" .error", "Nhiều nhất 20 nơi nhận")
}

// TestAnOfficeLaysOutItsReports: a district brings a Word file, is told what is wrong with its marks and where, mends it, sees a sample, uses
// it, and gets its reports in it; the province's stay as they were; what had a number keeps its looks; laid aside, the usual is back.
func TestAnOfficeLaysOutItsReports(t *testing.T) {
	province, local, operator, code, now := office(t)
	const of, report = "/papers/layouts/period_report", "/coverage/period/paper?period=2024-Q2"
	const form = `form[enctype]`
	words := func(c *webtest.Client, path string) string {
		t.Helper()
		rec := c.Get(path)
		if rec.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, rec.Code)
		}
		s, err := doctext.Read(paper.DOCXType, rec.Body.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	local.Get(of)
	local.Expect(http.StatusOK, "main", "{{tỉ_lệ_phủ}}", "{{huyện.tên}}", "Chưa có bản nào")
	for _, c := range []struct {
		file   string
		status int
		want   string
	}{{"không phải Word", http.StatusUnsupportedMediaType, "không phải tệp Word"}, {"\xd0\xcf\x11\xe0", http.StatusUnsupportedMediaType, "kiểu cũ"},
		{strings.Repeat("a", 50<<20), http.StatusRequestEntityTooLarge, "quá lớn"}} {
		send(t, local, []byte(c.file))
		local.Expect(c.status, form, c.want)
		local.Get(of)
	}
	send(t, local, doctext.Written([]string{"Kết quả {{kỳ}} đạt {{tỉ_lệ_phù_hợp}}", "{{nội_dung}}"}))
	local.Expect(http.StatusOK, "main", "1 chỗ phải sửa", "Kết quả {{kỳ}} đạt {{tỉ_lệ_phù_hợp}}", "Có phải là", "{{số_ký_hiệu}} hoặc {{số}}")
	if local.Doc().Find(`button[value="use"]`).Length() > 0 {
		t.Error("a layout that is wrong can be used")
	}
	local.Get(of)
	send(t, local, doctext.Written([]string{"MẪU RIÊNG HUYỆN {{số_ký_hiệu}}, {{ngày}}", "{{trích_yếu}}", "Kết quả {{kỳ}} đạt {{tỉ_lệ_phủ}}",
		"{{nội_dung}}", "{{nơi_nhận}}"}))
	local.Expect(http.StatusOK, "main", "Các dấu trong mẫu đều đúng", "Đang thử")
	id := local.Path
	if s := words(local, id+"/sample"); !strings.Contains(s, "Kết quả quý II năm 2024 đạt 92%") {
		t.Errorf("the sample says %s", s)
	}
	if s := words(local, report+"&as=docx"); strings.Contains(s, "MẪU RIÊNG") {
		t.Error("a layout that is only tried is used")
	}
	province.Get(id)
	province.Expect(http.StatusOK, "main", "mau.docx")
	operator.Get(id)
	operator.Expect(http.StatusForbidden, "main")
	local.Get(report + "&agency=UBND+huy%E1%BB%87n&symbol=VHTT&place=B%E1%BA%AFc+H%C3%A0")

	*now = now.Add(time.Hour)
	local.Get(id)
	local.Submit(`form[method="post"]`, "do", "use")
	local.Expect(http.StatusOK, "main", "Từ nay", "Đang dùng")
	first := local.Get(report + "&as=docx").Body.Bytes()
	if s := words(local, report+"&as=docx"); !strings.Contains(s, "MẪU RIÊNG HUYỆN ……/BC-VHTT") ||
		!strings.Contains(s, "Kết quả quý II/2024 (đến hết ngày 19/5/2024) đạt –") || strings.Contains(s, "{{") {
		t.Errorf("the report in the office's layout: %s", s)
	}
	if !bytes.Equal(first, local.Get(report+"&as=docx").Body.Bytes()) {
		t.Error("the same report is other bytes the second time")
	}
	local.Get(report)
	local.Expect(http.StatusOK, "main", "Tệp Word theo mẫu của cơ quan, bản 2")
	if s := words(province, report+"&district="+code+"&as=docx"); strings.Contains(s, "MẪU RIÊNG") {
		t.Error("the province's report has the district's looks")
	}
	local.Get(of)
	local.Expect(http.StatusOK, "main", "Bản mẫu 1", "Đã thôi dùng", "Bản mẫu 2")
	local.Get(id)
	local.Submit(`form[method="post"]`, "do", "end")
	local.Expect(http.StatusOK, "main", "Đã bỏ")
	if s := words(local, report+"&as=docx"); strings.Contains(s, "MẪU RIÊNG") {
		t.Error("a layout that was laid aside is used")
	}
	if s := words(local, id+"/file"); !strings.Contains(s, "{{trích_yếu}}") {
		t.Error("what was used is not kept")
	}
}

// TestEveryPaperHasAStart: the file to begin with holds only marks that are right and lacks none; filled with the sample it holds no brace, and
// LibreOffice reads the figures.
func TestEveryPaperHasAStart(t *testing.T) {
	at := time.Date(2024, 7, 1, 8, 0, 0, 0, text.Zone)
	for _, d := range outgoing.Drawns {
		for _, l := range text.Languages {
			sample := papers.Sample(l, d, at)
			var b, out bytes.Buffer
			if err := paper.Start(&b, sample); err != nil {
				t.Fatal(err)
			}
			if s, err := doctext.Read(paper.DOCXType, b.Bytes()); err != nil || strings.Contains(s, "05/") {
				t.Errorf("%s begins with words of the sample: %s, %v", d, s, err)
			}
			own, err := paper.ReadOwn(b.Bytes())
			if err != nil {
				t.Fatalf("%s: %v", d, err)
			}
			found, lacking := own.Marks(sample)
			for _, m := range found {
				if m.Fault != nil {
					t.Errorf("%s: %s: %v", d, m.Around, m.Fault)
				}
			}
			if len(found) < 8 || len(lacking) > 0 {
				t.Errorf("%s has %d marks and lacks %v", d, len(found), lacking)
			}
			if err := own.DOCX(&out, sample); err != nil {
				t.Fatal(err)
			}
			if s, err := doctext.Read(paper.DOCXType, out.Bytes()); err != nil || strings.Contains(s, "{{") {
				t.Errorf("%s is filled as %s, %v", d, s, err)
			}
			if d == outgoing.PeriodReport && l == text.Vietnamese {
				t.Run("in LibreOffice", func(t *testing.T) {
					audiotest.Need(t, "soffice")
					audiotest.Need(t, "pdftotext")
					s := strings.Join(strings.Fields(converted(t, "docx", out.Bytes())), " ")
					if !strings.Contains(s, "92%") || !strings.Contains(s, "Huyện Khác") {
						t.Errorf("LibreOffice reads %s", s)
					}
				})
			}
		}
	}
}
