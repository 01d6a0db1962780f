package plan

// First is the plan of 2024 as Loa brings it, to begin from: the targets of the province's communication plan for new
// rural development. The plan says what is to be reached; how often a figure is entered, where it does not say so, is
// Loa's proposal, to be edited.
func First() []Indicator {
	const source = "Kế hoạch truyền thông nông thôn mới năm 2024 của tỉnh"
	list := []Indicator{
		{Mark: "T1", Fields: Fields{Name: "Câu hỏi, ý kiến của người dân được trả lời trên cổng thông tin", Unit: "câu hỏi", Every: Monthly, Way: Sums,
			Percent: true, Target: Of(90)}},
		{Mark: "T2", Fields: Fields{Name: "Đơn vị ban hành kế hoạch truyền thông của năm", Unit: "đơn vị", Every: Quarterly, Way: Stands, Percent: true,
			Target: Of(100)}},
		{Mark: "T3a", Fields: Fields{Name: "Chuyên mục về nông thôn mới, OCOP trên sóng tỉnh", Unit: "chuyên mục", Every: Weekly, Way: Each, Target: Of(1),
			Body: "Đài Phát thanh – Truyền hình tỉnh"}},
		{Mark: "T3b", Fields: Fields{Name: "Phóng sự về nông thôn mới, OCOP trên sóng tỉnh", Unit: "phóng sự", Every: Weekly, Way: Each, Target: Of(1),
			Body: "Đài Phát thanh – Truyền hình tỉnh"}},
		{Mark: "T4a", Fields: Fields{Name: "Trang chuyên đề nông thôn mới trên báo tỉnh", Unit: "trang", Every: Weekly, Way: Each, Target: Of(1),
			Body: "Báo tỉnh"}},
		{Mark: "T4b", Fields: Fields{Name: "Tin, bài về nông thôn mới trên báo tỉnh", Unit: "tin, bài", Every: Weekly, Way: Each, Target: Of(5),
			Body: "Báo tỉnh"}},
		{Mark: "T5", Fields: Fields{Name: "Xã có đài phát chương trình nông thôn mới hằng tuần", Unit: "đài", Target: Of(100), Counted: Airings,
			Body: "Đài truyền thanh các xã"}},
		{Mark: "T6", Fields: Fields{Name: "Cổng, trang thông tin được cập nhật", Unit: "trang", Every: Monthly, Way: Each, Percent: true, Target: Of(100)}},
		{Mark: "T7a", Fields: Fields{Name: "Hội thi tìm hiểu nông thôn mới cấp huyện", Unit: "hội thi", Target: Of(9),
			Counted: DistrictQuizzes}},
		{Mark: "T7b", Fields: Fields{Name: "Hội thi tìm hiểu nông thôn mới cấp tỉnh", Unit: "hội thi", Target: Of(1),
			Counted: ProvinceQuizzes}},
		{Mark: "T8", Fields: Fields{Name: "Cán bộ được tập huấn", Unit: "cán bộ", Every: Quarterly, Way: Stands, Percent: true, Target: Of(90)}},
		{Mark: "T9", Fields: Fields{Name: "Sách giới thiệu mô hình, điển hình", Unit: "cuốn", Every: Quarterly, Way: Sums, Target: Of(3500)}},
		{Mark: "T10a", Fields: Fields{Name: "Hội thi phát thanh cơ sở", Unit: "hội thi", Target: Of(1), Counted: Contests}},
		{Mark: "T10b", Fields: Fields{Name: "Đài có tác phẩm dự hội thi phát thanh cơ sở", Unit: "đài", Target: Of(100), Counted: Entrants}},
		{Mark: "T11", Fields: Fields{Name: "Hội nghị truyền thông ở các huyện", Unit: "hội nghị", Every: Quarterly, Way: Sums, Target: Of(9), Districts: true}},
	}
	for i := range list {
		list[i].Year, list[i].Source = 2024, source
		list[i].Fields = list[i].tidy()
		list[i].ID = IDOf(2024, list[i].Mark)
	}
	return list
}
