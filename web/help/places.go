package help

import (
	"strings"

	"loa/accounts"
	"loa/internal/text"
)

// place says where in the guides a kind of page is told of.
type place struct {
	path  string        // what the paths of routes begin with
	role  accounts.Role // for whom; "" is everybody else
	guide string
	part  string // a heading of the guide; "" is its beginning
}

// places are what is known; the longest path that fits counts, and of two the first.
var places = []place{
	{"/{$}", accounts.Operator, "can-bo-dai", "Mỗi lần phát"},
	{"/{$}", accounts.Monitor, "giam-sat", "Trang đầu"},
	{"/{$}", accounts.Editor, "bien-tap-vien", "Trang đầu"},
	{"/{$}", accounts.Organiser, "ban-to-chuc", "Trang đầu"},
	{"/{$}", accounts.Judge, "giam-khao", "Bắt đầu"},
	{"/{$}", "", "quan-tri", "Lần đầu"},

	{"/login", "", "can-bo-dai", "Vào lần đầu"},
	{"/unlock", "", "can-bo-dai", "Mã PIN của máy"},
	{"/me/pin", "", "can-bo-dai", "Mã PIN của máy"},
	{"/join", "", "can-bo-dai", "Vào lần đầu"},
	{"/me/factors", "", "quan-tri", "Đăng nhập hai bước"},
	{"/login/second", "", "quan-tri", "Đăng nhập hai bước"},
	{"/audit", "", "quan-tri", "Ai làm gì"},
	{"/settings/accounts", "", "quan-tri", "Đăng nhập hai bước"},
	{"/me", accounts.Operator, "can-bo-dai", "Vào lần đầu"},
	{"/me", accounts.Judge, "giam-khao", "Bắt đầu"},
	{"/me", "", "quan-tri", "Phiên đăng nhập"},
	{"/texts", "", "quan-tri", "Báo bằng tin nhắn"},
	{"/texts/card", accounts.Operator, "can-bo-dai", "Báo bằng tin nhắn"},
	{"/texts/card", "", "quan-tri", "Báo bằng tin nhắn"},
	{"/me/messages", accounts.Operator, "can-bo-dai", "Nhận thông báo trên điện thoại"},
	{"/me/messages", "", "quan-tri", "Thông báo, thư điện tử và webhook"},
	{"/messages", accounts.Operator, "can-bo-dai", "Nhận thông báo trên điện thoại"},
	{"/messages", "", "quan-tri", "Thông báo, thư điện tử và webhook"},

	{"/today", accounts.Operator, "can-bo-dai", "Mỗi lần phát"},
	{"/today", "", "giam-sat", "Tuần này ra sao?"},
	{"/airings", accounts.Operator, "can-bo-dai", "Khi có đoàn kiểm tra hỏi sổ"},
	{"/airings", "", "giam-sat", "Sổ nhật ký"},
	{"/books", "", "giam-sat", "Sổ nhật ký"},
	{"/old-books", accounts.Operator, "giam-sat", "Đưa sổ cũ từ Excel vào"},
	{"/old-books", "", "giam-sat", "Đưa sổ cũ từ Excel vào"},
	{"/airings/new", "", "can-bo-dai", "Mỗi lần phát"},
	{"/airings/{id}", accounts.Operator, "can-bo-dai", "Gắn ảnh hoặc bản ghi âm"},
	{"/airings/{id}", "", "giam-sat", "Kiểm chứng"},
	{"/evidence", "", "giam-sat", "Kiểm chứng"},
	{"/samples", accounts.Operator, "can-bo-dai", "Góp bản thu mẫu"},
	{"/samples", "", "giam-sat", "Bản thu mẫu"},
	{"/weeks", "", "can-bo-dai", "Chép âm thanh cả tuần ra USB"},

	{"/quiz", "", "ban-to-chuc", "6. Cuộc thi tìm hiểu"},
	{"/quizzes", "", "ban-to-chuc", "6. Cuộc thi tìm hiểu"},
	{"/questions", "", "ban-to-chuc", "6. Cuộc thi tìm hiểu"},
	{"/papers", accounts.Organiser, "ban-to-chuc", "5. Kết quả, giải, in ấn"},
	{"/papers", "", "giam-sat", "Số văn bản đi"},
	{"/papers/office", "", "giam-sat", "Mẫu Word và nơi nhận của cơ quan"},
	{"/papers/layout", "", "giam-sat", "Mẫu Word và nơi nhận của cơ quan"},
	{"/plan", accounts.Admin, "quan-tri", "Kế hoạch năm"},
	{"/plan", "", "giam-sat", "Kế hoạch năm"},
	{"/plan/new", "", "quan-tri", "Kế hoạch năm"},
	{"/plan/{id}/edit", "", "quan-tri", "Kế hoạch năm"},
	{"/calls", "", "giam-sat", "Gọi đài"},
	{"/coverage", "", "giam-sat", "Tuần này ra sao?"},
	{"/coverage/stations", "", "giam-sat", "Xem một đài"},
	{"/coverage/stations/{station}/excuse", "", "giam-sat", "Miễn trừ"},
	{"/coverage/period", "", "giam-sat", "Xem một tháng, một quý, một năm"},
	{"/coverage/period/paper", "", "giam-sat", "In báo cáo tháng, quý, năm"},
	{"/coverage/excuses", "", "giam-sat", "Miễn trừ"},
	{"/coverage/close", "", "giam-sat", "Chốt số liệu tuần"},
	{"/coverage/reopen", "", "giam-sat", "Chốt số liệu tuần"},
	{"/seals", "", "giam-sat", "Niêm phong sổ nhật ký"},
	{"/coverage/anew", "", "quan-tri", "Tính lại thời gian đã qua"},

	{"/programmes", "", "bien-tap-vien", "1. Tạo chương trình"},
	{"/programmes/{id}/episodes", "", "bien-tap-vien", "2. Thêm số phát thanh"},
	{"/programmes/{id}/rules", "", "bien-tap-vien", "3. Đặt lịch phát"},
	{"/episodes", "", "bien-tap-vien", "2. Thêm số phát thanh"},
	{"/rules", "", "bien-tap-vien", "3. Đặt lịch phát"},
	{"/rules/{id}/on", "", "bien-tap-vien", "4. Huỷ, dời một ngày"},
	{"/calendar/addresses", "", "can-bo-dai", "Lịch phát trên điện thoại"},
	{"/calendar", accounts.Operator, "can-bo-dai", "Mỗi lần phát"},
	{"/calendar", "", "bien-tap-vien", "4. Huỷ, dời một ngày"},

	{"/library", "", "thu-vien-am-thanh", "Tìm một bản ghi"},
	{"/library/{id}", "", "thu-vien-am-thanh", "Xem kết quả kiểm tra"},
	{"/stations", "", "so-dang-ky-dai", "Tìm và lọc"},
	{"/lists", "", "so-dang-ky-dai", "Danh sách của tôi"},
	{"/stations/{station}/edit", "", "so-dang-ky-dai", "Sửa một đài"},
	{"/stations/new", "", "so-dang-ky-dai", "Sửa một đài"},
	{"/stations/import", "", "so-dang-ky-dai", "Nhập từ tệp Excel hoặc CSV"},
	{"/stations/merge", "", "so-dang-ky-dai", "Sáp nhập, đổi tên đơn vị"},
	{"/stations/split", "", "quan-tri", "Sáp nhập, tách và hoàn tác"},
	{"/stations/changes", "", "quan-tri", "Sáp nhập, tách và hoàn tác"},

	{"/contests", "", "ban-to-chuc", "1. Soạn thể lệ"},
	{"/contests/{contest}/entries", "", "ban-to-chuc", "2. Nhận tác phẩm"},
	{"/contests/{contest}/jury", "", "ban-to-chuc", "3. Ban giám khảo"},
	{"/contests/{contest}/points", "", "ban-to-chuc", "4. Chấm"},
	{"/contests/{contest}/progress", "", "ban-to-chuc", "4. Chấm"},
	{"/contests/{contest}/promotion", "", "ban-to-chuc", "Chọn vào vòng sau"},
	{"/contests/{contest}/results", "", "ban-to-chuc", "5. Kết quả, giải, in ấn"},
	{"/contests/{contest}/comments", "", "ban-to-chuc", "5. Kết quả, giải, in ấn"},
	{"/contests/{contest}/papers", "", "ban-to-chuc", "5. Kết quả, giải, in ấn"},
	{"/contests/{contest}/certificate", "", "ban-to-chuc", "5. Kết quả, giải, in ấn"},
	{"/contests/{contest}/complaints", "", "ban-to-chuc", "5. Kết quả, giải, in ấn"},
	{"/contests/{contest}/correction", "", "ban-to-chuc", "5. Kết quả, giải, in ấn"},
	{"/feedback", accounts.Operator, "can-bo-dai", "Dự thi"},
	{"/feedback", "", "ban-to-chuc", "5. Kết quả, giải, in ấn"},
	{"/enter", "", "can-bo-dai", "Dự thi"},
	{"/terms", "", "can-bo-dai", "Dự thi"},
	{"/results", "", "can-bo-dai", "Dự thi"},
	{"/judging", "", "giam-khao", "Bắt đầu"},
	{"/judging/{contest}/sheets", "", "giam-khao", "Chấm một tác phẩm"},
	{"/judging/{contest}/signed", "", "giam-khao", "Ký phiếu"},
	{"/judging/{contest}/live", "", "giam-khao", "Chấm tại hội trường"},
	{"/judging/{contest}/chair", "", "giam-khao", "Trưởng ban giám khảo"},

	{"/people", "", "quan-tri", "Mời một người"},
	{"/people/sheet", "", "quan-tri", "In thẻ mời cho nhiều đài"},
	{"/people/{id}", "", "quan-tri", "Khi có người nghỉ việc hoặc mất điện thoại"},
	{"/settings", "", "quan-tri", "Lần đầu"},
	{"/settings/messages", "", "quan-tri", "Thông báo, thư điện tử và webhook"},
	{"/settings/hooks", "", "quan-tri", "Thông báo, thư điện tử và webhook"},
	{"/settings/deliveries", "", "quan-tri", "Thông báo, thư điện tử và webhook"},
	{"/settings/texts", "", "quan-tri", "Báo bằng tin nhắn"},
	{"/settings/public", "", "quan-tri", "Trang công khai cho người dân"},
	{"/podcasts", "", "quan-tri", "Podcast"},
	{"/communes", "", "quan-tri", "Trang công khai cho người dân"},
	{"/stations/{station}/poster", "", "can-bo-dai", "Tờ dán bảng tin"},
	{"/settings/library", "", "quan-tri", "Thư viện âm thanh: giữ gì, giữ bao lâu"},
	{"/health", "", "quan-tri", "Sức khoẻ máy chủ"},
	{"/backups", "", "quan-tri", "Sao lưu và khôi phục"},
	{"/runs", "", "quan-tri", "Sức khoẻ máy chủ"},
	{"/clock", "", "quan-tri", "Sức khoẻ máy chủ"},
}

// at is the place for a page, by the path of its route, for who reads it.
func at(path string, reader accounts.Actor) (best place) {
	for _, p := range places {
		if p.role != "" && !reader.Has(p.role) || !begins(path, p.path) || best.guide != "" && len(p.path) <= len(best.path) {
			continue
		}
		best = p
	}
	return best
}

// begins reports whether a path is the other or below it.
func begins(path, with string) bool {
	rest, ok := strings.CutPrefix(path, with)
	return ok && (rest == "" || rest[0] == '/')
}

// address is where the place is shown; all guides for none.
func (p place) address() string {
	if p.guide == "" {
		return "/help"
	}
	to := "/help/" + p.guide
	if p.part != "" {
		to += "#" + text.Slug(p.part)
	}
	return to
}
