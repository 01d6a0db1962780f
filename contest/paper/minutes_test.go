package paper

import (
	"math"
	"math/big"
	"testing"

	"loa/contest"
	"loa/contest/fairness"
	"loa/internal/paper"
	"loa/internal/text"
)

func minutes() Minutes {
	m := Minutes{Results: results(), Entries: 3, Jury: []Member{{"Trần Thị B", "Nhà báo", true}, {Name: "Lý A"}}, Events: 57, Head: "ab12"}
	m.Groups = m.Groups[:1]
	m.Groups[0].Uncounted = []string{"Phiếu của Lý A không được tính: nghe thiếu."}
	m.Counted = []string{"Điểm là trung bình của các giám khảo."}
	m.Next, m.GoesOn = "Vòng toàn quốc", []string{"Hai tác phẩm đầu."}
	m.Given = []Given{{Award: "Nông thôn mới", Prize: "Giải Nhất", Who: "Đài Bản Lầu", Amount: "2.000.000", money: big.NewRat(2_000_000, 1)},
		{Award: "Nông thôn mới", Prize: "Giải Ba", Note: "Không trao"}}
	m.Decisions, m.Left = []string{"Ban tổ chức loại TP-009: nộp muộn."}, []string{"Một đề nghị chưa trả lời."}
	m.Complaints, m.Changes = []string{"Đài Cốc Mỳ: đã trả lời."}, []string{"Hạn nộp: 1/10 → 3/10."}
	m.Undivided = []string{"1 đồng không chia được."}
	return m
}

// The minutes tell, in the order people read, who judged, what came out, what was decided and what the log held.
func TestMinutes(t *testing.T) {
	f := opened(t, book(minutes().Draw(paper.Office{Place: "Lào Cai"}, text.Vietnamese)))
	same(t, lines(t, f, f.GetSheetList()[0])[2:], []string{
		"Số: ……/BB|Lào Cai, ngày 05 tháng 10 năm 2024",
		"BIÊN BẢN CHẤM THI",
		"Hội thi phát thanh cơ sở 2024 – Vòng chung khảo",
		"Tổng số tác phẩm vòng chung khảo: 3.",
		"Ban giám khảo gồm:",
		"– Trần Thị B, Nhà báo, Trưởng ban giám khảo",
		"– Lý A",
		"Cách tính điểm và xếp hạng",
		"– Điểm là trung bình của các giám khảo.",
		"Nông thôn mới",
		"Hạng|Số tác phẩm|Tác phẩm|Đơn vị dự thi|Điểm|Vào “Vòng toàn quốc”",
		`1|TP-003|=HYPERLINK("x")|Đài Bản Lầu, Mường Khương|85.126|Không`,
		`2|TP-001|=HYPERLINK("x")|Đài Bản Lầu, Mường Khương|85.125|Không`,
		"Phân định các tác phẩm bằng điểm",
		"– Cùng 85 điểm.",
		"Ghi chú",
		"– Không trao giải Ba.",
		"Vào “Vòng toàn quốc”",
		"– Hai tác phẩm đầu.",
		"Các quyết định trong quá trình chấm:",
		"– Ban tổ chức loại TP-009: nộp muộn.",
		"Những việc chưa giải quyết đã được xem khi xác nhận:",
		"– Một đề nghị chưa trả lời.",
		"Khiếu nại",
		"– Đài Cốc Mỳ: đã trả lời.",
		"Giải đã xét",
		"Cơ cấu giải|Giải|Người nhận|Tiền thưởng (đồng)",
		"Nông thôn mới|Giải Nhất|Đài Bản Lầu|2,000,000",
		"Nông thôn mới|Giải Ba|Không trao",
		"Ghi chú",
		"– 1 đồng không chia được.",
		"Thay đổi thể lệ sau khi mở",
		"– Hạn nộp: 1/10 → 3/10.",
		"Sổ sự kiện khi lập biên bản: 57 sự kiện, mã kiểm tra ab12.",
		"Chữ ký của các thành viên ban giám khảo",
		"Giám khảo|Chức vụ|Chữ ký",
		"Trần Thị B|Nhà báo – Trưởng ban giám khảo",
		"Lý A|Thành viên",
		"THƯ KÝ|TRƯỞNG BAN GIÁM KHẢO",
		"(Ký, ghi rõ họ tên)|(Ký, ghi rõ họ tên)",
		"Trần Thị B",
		"Nơi nhận:",
		"- Ban tổ chức hội thi;",
		"- Lưu: VT.",
	})
	m := minutes()
	m.Provisional = true
	m.First = []Given{{Award: "Nông thôn mới", Prize: "Giải Nhất", Who: "Đài Cốc Mỳ", money: big.NewRat(3, 2)}}
	f = opened(t, book(m.Draw(paper.Office{Place: "Lào Cai"}, text.English)))
	same(t, lines(t, f, f.GetSheetList()[0])[2:], []string{
		"Số: ……/BB|Lào Cai, ngày 05 tháng 10 năm 2024",
		"MINUTES OF THE JURY",
		"Hội thi phát thanh cơ sở 2024 – Vòng chung khảo",
		"Provisional: the round is still being judged and ranks may change.",
		"Entries in Vòng chung khảo: 3.",
		"The jury:",
		"– Trần Thị B, Nhà báo, Chair of the jury",
		"– Lý A",
		"How points and ranks are counted",
		"– Điểm là trung bình của các giám khảo.",
		"Nông thôn mới",
		"Rank (provisional)|Entry number|Work|Entrant|Points|To round “Vòng toàn quốc”",
		`1|TP-003|=HYPERLINK("x")|Đài Bản Lầu, Mường Khương|85.126|No`,
		`2|TP-001|=HYPERLINK("x")|Đài Bản Lầu, Mường Khương|85.125|No`,
		"How ties were settled",
		"– Cùng 85 điểm.",
		"Notes",
		"– Không trao giải Ba.",
		"To round “Vòng toàn quốc”",
		"– Hai tác phẩm đầu.",
		"Decisions during judging:",
		"– Ban tổ chức loại TP-009: nộp muộn.",
		"What was undecided and seen when steps were confirmed:",
		"– Một đề nghị chưa trả lời.",
		"Complaints",
		"– Đài Cốc Mỳ: đã trả lời.",
		"The result as corrected",
		"Award|Prize|Receiver|Money (đồng)",
		"Nông thôn mới|Giải Nhất|Đài Bản Lầu|2,000,000",
		"Nông thôn mới|Giải Ba|Không trao",
		"Notes",
		"– 1 đồng không chia được.",
		"The result as first published",
		"Award|Prize|Receiver|Money (đồng)",
		"Nông thôn mới|Giải Nhất|Đài Cốc Mỳ|1.50",
		"Changes of the rules since opening",
		"– Hạn nộp: 1/10 → 3/10.",
		"Log of the contest when these minutes were drawn: 57 events, check code ab12.",
		"Signatures of the jury",
		"Judge|Office|Signature",
		"Trần Thị B|Nhà báo – Chair of the jury",
		"Lý A|Member",
		"SECRETARY|CHAIR OF THE JURY",
		"(signature, full name)|(signature, full name)",
		"Trần Thị B",
		"Copies to:",
		"- Ban tổ chức hội thi;",
		"- Lưu: VT.",
	})
}

// Where works are picked by name there is no jury to sign, and whoever holds the contest does.
func TestMinutesOfWorksPickedByName(t *testing.T) {
	m := Minutes{Results: Results{Heading: top, Next: "Chung khảo"}, Entries: 2, Chosen: []Chosen{{"Mường Khương", []ChosenRow{
		{"A1", "Đường lên bản", "Đài Bản Lầu", "Phòng Văn hoá, 1/10/2024: hay nhất huyện"}, {"A2", "Chè", "Đài Cốc Mỳ", "Không ai chọn"}}}}, Events: 4,
		Head: "cd"}
	f := opened(t, book(m.Draw(paper.Office{Place: "Lào Cai"}, text.Vietnamese)))
	same(t, lines(t, f, f.GetSheetList()[0])[2:], []string{
		"Số: ……/BB|Lào Cai, ngày 05 tháng 10 năm 2024",
		"BIÊN BẢN CHẤM THI",
		"Hội thi phát thanh cơ sở 2024 – Vòng chung khảo",
		"Tổng số tác phẩm vòng chung khảo: 2.",
		"Mường Khương",
		"Mã phiếu|Tác phẩm|Đơn vị dự thi|Vào vòng “Chung khảo”",
		"A1|Đường lên bản|Đài Bản Lầu|Phòng Văn hoá, 1/10/2024: hay nhất huyện",
		"A2|Chè|Đài Cốc Mỳ|Không ai chọn",
		"Sổ sự kiện khi lập biên bản: 4 sự kiện, mã kiểm tra cd.",
		"THƯ KÝ|TM. BAN TỔ CHỨC",
		"(Ký, ghi rõ họ tên)|(Ký, ghi rõ họ tên)",
		"Nơi nhận:",
		"- Ban tổ chức hội thi;",
		"- Lưu: VT.",
	})
}

func TestFairness(t *testing.T) {
	f := Fairness{Heading: top, Chair: "Trần Thị B", Kendall: 0.8125, ICC: math.NaN(), Alpha: 0.5,
		Habits: []Habit{{Habit: fairness.Habit{Entries: 20, Mean: 81.25, Spread: 4, Severity: -1.5}, Name: "Lý A",
			Steady: &fairness.Steadiness{Entries: 2, Gap: 1.25, Drift: 0.5}, Ears: &contest.Ears{Mean: 97.4, Least: 60}},
			{Habit: fairness.Habit{Entries: 1, Mean: 90, Spread: math.NaN(), Severity: 1.5}, Name: "Trần Thị B"}},
		Apart: []Apart{{Disagreement: fairness.Disagreement{Low: 60, High: 90}, Code: "TP-003", Title: "Đường lên bản", LowestName: "Lý A",
			HighestName: "Trần Thị B"}},
		Without: []Absence{{Name: "Lý A", Said: []string{"TP-003 từ 3 lên 1", "TP-001 từ 1 xuống 2"}}}, Words: []string{"Một nhận xét của Lý A được sửa."}}
	file := opened(t, book(f.Draw(paper.Office{Place: "Lào Cai"}, text.Vietnamese)))
	same(t, lines(t, file, file.GetSheetList()[0])[3:], []string{
		"BÁO CÁO MỨC CÔNG BẰNG CỦA BAN GIÁM KHẢO",
		"Hội thi phát thanh cơ sở 2024 – Vòng chung khảo",
		text.Vietnamese.Say("contest.fairness_hint"),
		"Chỉ số|Giá trị",
		"Kendall W|0.81",
		"ICC(2,k)",
		"Krippendorff α|0.50",
		"Cách chấm của từng giám khảo",
		"Giám khảo|Phiếu chấm|Trung bình|Độ tản|So với đồng nghiệp|Chấm lại cùng tác phẩm|Đã nghe",
		"Lý A|20|81.25|4.00|-1.50|2 tác phẩm, lệch trung bình 1,25 (lần sau +0,50)|trung bình 97 %, ít nhất 60 %",
		"Trần Thị B|1|90.00|1.50",
		"Tác phẩm các giám khảo chấm lệch nhau nhất",
		"Số tác phẩm|Tác phẩm|Thấp nhất|Cao nhất|Người chấm thấp nhất|Người chấm cao nhất",
		"TP-003|Đường lên bản|60.00|90.00|Lý A|Trần Thị B",
		"Nếu thiếu một giám khảo",
		"– Lý A: TP-003 từ 3 lên 1; TP-001 từ 1 xuống 2.",
		"Lời nhận xét của giám khảo",
		"– Một nhận xét của Lý A được sửa.",
		"THƯ KÝ|TRƯỞNG BAN GIÁM KHẢO",
		"(Ký, ghi rõ họ tên)|(Ký, ghi rõ họ tên)",
		"Trần Thị B",
		"Nơi nhận:",
		"- Ban tổ chức hội thi;",
		"- Lưu: VT.",
	})
	f.Habits, f.Apart, f.Without, f.Words = f.Habits[1:], nil, nil, nil
	file = opened(t, book(f.Draw(paper.Office{Place: "Lào Cai"}, text.English)))
	same(t, lines(t, file, file.GetSheetList()[0])[3:], []string{
		"REPORT ON THE FAIRNESS OF THE JURY",
		"Hội thi phát thanh cơ sở 2024 – Vòng chung khảo",
		text.English.Say("contest.fairness_hint"),
		"Measure|Value",
		"Kendall W|0.81",
		"ICC(2,k)",
		"Krippendorff α|0.50",
		"How each judge scores",
		"Judge|Sheets|Mean|Spread|Against colleagues",
		"Trần Thị B|1|90.00|1.50",
		"SECRETARY|CHAIR OF THE JURY",
		"(signature, full name)|(signature, full name)",
		"Trần Thị B",
		"Copies to:",
		"- Ban tổ chức hội thi;",
		"- Lưu: VT.",
	})
	if got := (Habit{}).Again(text.Vietnamese) + (Habit{}).Listened(text.Vietnamese); got != "" {
		t.Errorf("of nothing: %q", got)
	}
	down := Habit{Steady: &fairness.Steadiness{Entries: 1, Drift: -0.5}}
	if got := down.Again(text.English); got != "1 entry, mean difference 0.00 (second time -0.50)" {
		t.Errorf("downwards: %q", got)
	}
}
