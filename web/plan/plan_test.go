package plan_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/plan"
	"loa/web/webtest"
)

// office is a province with its pages of the plan, and who works there.
type office struct {
	now                                      time.Time
	admin, thu, binh, local, other, operator *webtest.Client
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{now: time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone)}
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return o.now }, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	plan.Register(k, s, contest.NewHall(s, contest.From(s)))
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	person := func(name string, role accounts.Role, scope accounts.Scope) *webtest.Client {
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, o.now, accounts.Grant{Role: role, Scope: scope}))
	}
	province := accounts.Scope{Level: accounts.Province}
	home := reg.Where("S00001").District
	away := "082"
	if home == away {
		away = "083"
	}
	o.admin = person("Chị Hồng", accounts.Admin, province)
	o.thu, o.binh = person("Chị Thu", accounts.Monitor, province), person("Anh Bình", accounts.Monitor, province)
	o.local = person("Chị Mai", accounts.Monitor, accounts.Scope{Level: accounts.District, ID: home})
	o.other = person("Anh Lử", accounts.Monitor, accounts.Scope{Level: accounts.District, ID: away})
	o.operator = person("Giàng A Páo", accounts.Operator, accounts.Scope{Level: accounts.Station, ID: "S00001"})
	return o
}

// brought is an office that has the plan of 2024.
func brought(t *testing.T) *office {
	t.Helper()
	o := open(t)
	o.admin.Get("/plan")
	o.admin.Submit(`form[action="/plan/copy"]`)
	o.admin.Expect(http.StatusOK, "main", "Đã đưa 15 chỉ tiêu vào", "T1: Câu hỏi", "T11: Hội nghị")
	return o
}

const form = `#enter form`

// TestAFigureIsEnteredAndCorrected: by a monitor with commas; a mistake is told beside its field and loses nothing; the
// second of two is told of the first; a correction says why, and the first figure stays to be read.
func TestAFigureIsEnteredAndCorrected(t *testing.T) {
	o := brought(t)
	o.thu.Get("/plan/2024-T1")
	o.thu.Expect(http.StatusOK, "main", "Ít nhất 90% câu hỏi", "Cộng dồn các kỳ", "Chưa có số")
	o.binh.Get("/plan/2024-T1")
	o.thu.Submit(form, "period", "2024-04")
	o.thu.Expect(http.StatusUnprocessableEntity, form+" .error", "Hãy ghi số đạt")
	o.thu.Submit(form, "value", "ba mươi", "base", "50", "proof", "12/BC-VPĐP")
	o.thu.Expect(http.StatusUnprocessableEntity, form+" .error", "ba mươi")
	o.thu.Submit(form, "value", "60")
	o.thu.Expect(http.StatusUnprocessableEntity, form+" .error", "Số đạt 60 lớn hơn tổng số 50")
	o.thu.Submit(form, "value", "-1")
	o.thu.Expect(http.StatusUnprocessableEntity, form+" .error", "Số không được âm")
	if kept := o.thu.Doc().Find(`[name="proof"]`).AttrOr("value", ""); kept != "12/BC-VPĐP" {
		t.Errorf("what was typed is lost: %q", kept)
	}
	o.thu.Submit(form, "value", "44,5")
	o.thu.Expect(http.StatusOK, "main", "Đã lưu số tháng 4/2024", "44,5 / 50", "12/BC-VPĐP", "89%", "Khó đạt")

	o.binh.Submit(form, "period", "2024-04", "value", "45", "base", "50")
	o.binh.Expect(http.StatusConflict, form, "Đã có số tháng 4/2024: 44,5 trên 50, Chị Thu nhập lúc")

	o.thu.Get("/plan/2024-T1?period=2024-04&district=")
	o.thu.Expect(http.StatusOK, "#enter", "Sửa số tháng 4/2024")
	o.binh.Get("/plan/2024-T1?period=2024-04&district=")
	o.thu.Submit(form, "value", "45")
	o.thu.Expect(http.StatusUnprocessableEntity, form+" .error", "Hãy ghi vì sao sửa")
	o.thu.Submit(form, "why", "Đếm sót một câu")
	o.thu.Expect(http.StatusOK, "main", "45 / 50", "Đúng nhịp", "Đếm sót một câu", "44,5 / 50")
	o.binh.Submit(form, "value", "46", "why", "Đếm lại")
	o.binh.Expect(http.StatusConflict, form, "Trong lúc bạn nhập", "45 trên 50", "Chị Thu")

	o.thu.Get("/plan/2024-T1?period=2024-04&district=")
	o.thu.Submit(form, "void", "1", "why", "Nhầm tháng")
	o.thu.Expect(http.StatusOK, "main", "đã rút", "Nhầm tháng")
	o.thu.Get("/plan/2024-T1")
	o.thu.Expect(http.StatusOK, "header", "Chưa có số")
	o.thu.Submit(form, "period", "2024-04", "value", "40", "base", "50") // it can be entered as if it never had been
	o.thu.Expect(http.StatusOK, "main", "Đã lưu số tháng 4/2024", "40 / 50")

	o.thu.Get("/plan/2024-T9")
	o.thu.Submit(form, "period", "2024-Q2", "value", "1.500")
	o.thu.Expect(http.StatusUnprocessableEntity, form+" .error", "1500")
	o.thu.Submit(form, "value", "1500", "proof", "https://laocai.gov.vn/sach")
	o.thu.Expect(http.StatusOK, `a[href="https://laocai.gov.vn/sach"]`, "laocai.gov.vn")
	o.thu.Get("/plan/2024-T4A?period=2024-W60")
	o.thu.Expect(http.StatusUnprocessableEntity, "main")
}

// TestWhoEntersWhat: districts their own where each enters its own, nobody what Loa counts, and an operator reads nothing.
func TestWhoEntersWhat(t *testing.T) {
	o := brought(t)
	o.local.Get("/plan/2024-T11")
	o.local.Submit(form, "period", "2024-Q1", "value", "1")
	o.local.Expect(http.StatusOK, "main", "1")
	o.other.Get("/plan/2024-T11")
	if o.other.Doc().Find(`a[href*="period=2024-Q1"]`).Length() > 0 {
		t.Error("another district is offered to correct it")
	}
	o.other.Expect(http.StatusOK, "main", "thiếu 8 số")
	o.local.Get("/plan/2024-T4A")
	if o.local.Doc().Find("#enter").Length() > 0 {
		t.Error("a district enters what the province does")
	}
	o.thu.Get("/plan/2024-T5")
	o.thu.Expect(http.StatusOK, "main", "Loa tự tính")
	if o.thu.Doc().Find("#enter").Length() > 0 {
		t.Error("what Loa counts is entered")
	}
	for _, path := range []string{"/plan", "/plan/2024-T1", "/plan/paper"} {
		if a := o.operator.Get(path); a.Code != http.StatusForbidden {
			t.Errorf("an operator opens %s: %d", path, a.Code)
		}
	}
	if a := o.thu.Get("/plan/new"); a.Code != http.StatusForbidden {
		t.Errorf("a monitor adds an indicator: %d", a.Code)
	}
	if a := o.thu.Get("/plan/2024-T99"); a.Code != http.StatusNotFound {
		t.Errorf("an indicator there is not: %d", a.Code)
	}
}

// TestIndicatorsAreEdited: added, edited with a comparison where somebody else did meanwhile, retired instead of deleted
// once it has figures, and copied into the next year.
func TestIndicatorsAreEdited(t *testing.T) {
	o := brought(t)
	const edit = `form.narrow`
	o.admin.Get("/plan/new?year=2024")
	o.admin.Submit(edit)
	o.admin.Expect(http.StatusUnprocessableEntity, edit+" .error", "Mã gồm chữ")
	o.admin.Submit(edit, "mark", "T12", "name", "Mô hình mới", "target", "0")
	o.admin.Expect(http.StatusUnprocessableEntity, edit+" .error", "phải lớn hơn 0")
	o.admin.Submit(edit, "mark", "t3A", "target", "2,5")
	o.admin.Expect(http.StatusConflict, edit+" .error", "đã có chỉ tiêu T3a")
	o.admin.Submit(edit, "mark", "T12")
	o.admin.Expect(http.StatusOK, "main", "Đã lưu chỉ tiêu T12", "Ít nhất 2,5")

	o.admin.Get("/plan/2024-T12/edit")
	o.admin.Submit(edit, "do", "remove")
	o.admin.Expect(http.StatusOK, "main", "Đã xoá chỉ tiêu T12")

	o.thu.Get("/plan/2024-T9")
	o.thu.Submit(form, "period", "2024-Q1", "value", "700")
	o.admin.Get("/plan/2024-T9/edit")
	if o.admin.Doc().Find(`button[value="remove"]`).Length() > 0 {
		t.Error("what has figures is offered to be deleted")
	}
	o.admin.Expect(http.StatusOK, "main", "kỳ nhập và cách tính giữ nguyên")
	o.admin.Submit(edit, "target", "2801")
	o.admin.Expect(http.StatusOK, "main", "Ít nhất 2.801 cuốn", "Khó đạt")
	o.admin.Get("/plan/2024-T9/edit")
	o.admin.Submit(`form.narrow:has(button[value="retire"])`, "do", "retire")
	o.admin.Expect(http.StatusOK, "main", "Đã thôi theo dõi chỉ tiêu T9", "Đã thôi theo dõi")
	o.admin.Get("/plan")
	o.admin.Expect(http.StatusOK, "details", "T9: Sách")
	o.admin.Submit(`form[action="/plan/copy"]`)
	o.admin.Expect(http.StatusOK, "main", "Đã đưa 14 chỉ tiêu vào", "Kế hoạch năm 2025", "Còn sớm")
	o.admin.Get("/plan/2025-T1")
	if strings.Contains(o.admin.Doc().Find(".facts").Text(), "2024") {
		t.Error("the new year names the paper of the old one")
	}
	file := o.admin.Get("/plan?year=2024&format=csv").Body.String()
	if strings.Count(file, "\n") != 16 || !strings.Contains(file, "2801") {
		t.Errorf("the file: %s", file)
	}
}

// TestThePaperOfThePlan: it tells each indicator, has a number of its own for each day, and lists what is missing.
func TestThePaperOfThePlan(t *testing.T) {
	o := brought(t)
	const head = "&agency=V%C4%83n+ph%C3%B2ng+%C4%91i%E1%BB%81u+ph%E1%BB%91i&symbol=VP%C4%90P&place=L%C3%A0o+Cai"
	o.thu.Get("/plan/paper?year=2024" + head)
	o.thu.Expect(http.StatusOK, ".paper", "Kế hoạch có 15 chỉ tiêu. Đến 20/5/2024", "T4b", "Ít nhất 5 tin, bài mỗi tuần",
		"Chỉ tiêu còn thiếu số", "Theo nhịp này")
	o.thu.Submit(`form[method="post"]`)
	o.thu.Expect(http.StatusOK, ".paper-top", "Số: 01/BC-VPĐP")
	o.now = o.now.AddDate(0, 0, 1)
	o.thu.Get("/plan/paper?year=2024" + head)
	o.thu.Expect(http.StatusOK, ".paper-top", "Số: ……/BC-VPĐP")
	o.thu.Get("/plan/paper?year=2024&on=2024-05-20")
	o.thu.Expect(http.StatusOK, ".paper-top", "Số: 01/BC-VPĐP")
	for on, want := range map[string]string{"2024-05-30": "Ngày 30/5/2024 chưa đến", "2023-12-31": "chưa thuộc kế hoạch năm 2024", "2024-02-30": "Không đọc"} {
		o.thu.Get("/plan/paper?on=" + on)
		o.thu.Expect(http.StatusUnprocessableEntity, "main", want)
	}
	o.thu.Get("/plan/paper?year=2023")
	o.thu.Expect(http.StatusUnprocessableEntity, "main", "Năm 2023 chưa có chỉ tiêu nào đang theo dõi")
	o.admin.Get("/plan?year=2024")
	o.admin.Submit(`form[action="/plan/copy"]`)
	o.admin.Expect(http.StatusOK, "main", "Kế hoạch năm 2025")
	if o.admin.Doc().Find(`a[href^="/plan/paper"]`).Length() > 0 {
		t.Error("a year that has not begun is offered as a report")
	}
	o.admin.Get("/plan/2025-T1")
	o.admin.Expect(http.StatusOK, "#enter", "Chưa kỳ nào của năm 2025 bắt đầu")
	if pdf := o.thu.Get("/plan/paper?year=2024&on=2024-05-20&as=pdf").Body.String(); !strings.HasPrefix(pdf, "%PDF-") {
		t.Errorf("the PDF begins with %.20q", pdf)
	}
	o.local.Get("/plan/paper")
	if o.local.Doc().Find(`form[method="post"]`).Length() > 0 {
		t.Error("a district numbers the province's paper")
	}
	o.now = o.now.AddDate(0, 0, 1)
	o.local.Get("/plan/paper?year=2024" + head)
	o.local.Post("/plan/paper?year=2024", url.Values{"number": {""}, "date": {""}})
	o.local.Expect(http.StatusForbidden, "main", "Bạn không lấy số được")
}

// TestThePaperOfAPastDay: it says what had been entered by then, also once more is entered and something corrected; a
// paper that has its number says what it said when it got it.
func TestThePaperOfAPastDay(t *testing.T) {
	o := brought(t)
	const head, line = "&agency=V%C4%83n+ph%C3%B2ng&symbol=VP&place=L%C3%A0o+Cai", `.paper tr:has(td:contains("T9"))`
	enter := func(period, value string) {
		t.Helper()
		o.thu.Get("/plan/2024-T9")
		o.thu.Submit(form, "period", period, "value", value)
		o.thu.Expect(http.StatusOK, "main", "Đã lưu số")
	}
	enter("2024-Q1", "700")
	o.thu.Get("/plan/paper?year=2024" + head)
	o.thu.Expect(http.StatusOK, line, "700 cuốn")
	o.thu.Submit(`form[method="post"]`)
	o.now = o.now.Add(time.Hour) // the same day, behind the number
	enter("2024-Q2", "50")
	o.now = o.now.AddDate(0, 0, 3)
	o.thu.Get("/plan/2024-T9?period=2024-Q1&district=")
	o.thu.Submit(form, "value", "400", "why", "Đếm hai lần")
	o.thu.Get("/plan/paper?year=2024")
	o.thu.Expect(http.StatusOK, line, "450 cuốn")
	o.thu.Get("/plan/paper?year=2024&on=2024-05-20")
	o.thu.Expect(http.StatusOK, line, "700 cuốn")
	o.thu.Expect(http.StatusOK, ".paper", "Số: 01/BC-VP", "đến hết ngày 20/5/2024", "những số đã nhập đến hết ngày 20/5/2024")
	if o.thu.Doc().Find(".notice.warn").Length() > 0 {
		t.Error("the paper says something else than when it got its number")
	}
	o.thu.Get("/plan/paper?year=2024&on=2024-05-21")
	o.thu.Expect(http.StatusOK, line, "750 cuốn")
}

// TestNoPeriodIsLeft: where each period that has begun has its figure, a sentence stands in the form's place.
func TestNoPeriodIsLeft(t *testing.T) {
	o := brought(t)
	for _, period := range []string{"2024-Q1", "2024-Q2"} {
		o.thu.Get("/plan/2024-T9")
		o.thu.Submit(form, "period", period, "value", "9")
	}
	o.thu.Expect(http.StatusOK, "#enter", "Mọi kỳ đã bắt đầu đều có số")
	if o.thu.Doc().Find(form).Length() > 0 {
		t.Error("a form without a period to choose")
	}
}
